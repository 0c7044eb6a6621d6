"""What somebody may do with a case here and now, and why not the rest.

One question for page, API and execution: the same function that lists the offers refuses the
command, with the same sentence (design: rights are checked per action, by one function).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.definitions.process import Action, Assignment, Deadline, Step
from engine.domain.actor import Rights
from engine.domain.case import Place, WorkItem
from engine.domain.errors import NotAllowed, Refused
from engine.expressions import ExpressionError
from engine.runtime import deadlines
from engine.runtime.advance import why_not, why_not_extend
from engine.runtime.going_back import acting_place
from engine.runtime.operations import (
    came_from,
    waiting_signers,
    why_no_task,
    why_not_sign,
    why_not_urge,
)
from engine.runtime.panels import why_not_decline, why_not_replace, why_not_vote
from engine.runtime.run import Run
from engine.runtime.withdrawing import why_not_withdraw

#: operations the engine offers beside the author's actions
OPERATIONS = (
    "save", "withdraw", "extend", "transfer", "delegate", "add_signer", "remove_signer", "sign",
    "cc", "urge", "vote", "decline", "replace",
)  # fmt: skip
#: operations of whoever holds the task
_OF_HOLDER = frozenset({"transfer", "delegate", "add_signer", "remove_signer", "cc"})
_NO_DEADLINE = ("no_deadline", "deadline_fixed")


@dataclass(frozen=True, slots=True)
class Offer:
    """An action, operation or intervention, and whether it can be taken.

    ``action`` is None for the last two. ``mine`` says whether it concerns the actor at all: what is
    not mine is not shown; what is mine but refused is shown with its sentence.
    """

    name: str
    action: Action | None
    mine: bool
    refusal: Refused | None
    #: whether it is an intervention, about a case of others
    stepping_in: bool = False

    @property
    def allowed(self) -> bool:
        """Whether it can be taken now."""
        return self.refusal is None


def offers(run: Run, rights: Rights) -> Iterator[Offer]:
    """Everything that could be done at the place of the case, in the author's order."""
    for name, action in run.compiled.actions[run.step.name].items():
        forbidden = may_act(run, action, rights)
        if forbidden is not None:
            # Who would deal with it but is recused is told why.
            yield Offer(name, action, forbidden.code == "recused", forbidden)
        else:
            yield _offered(run, name, action)
    for operation in OPERATIONS:
        if operation not in run.compiled.actions[run.step.name]:
            yield operation_here(run, operation, rights)
    for deadline in run.compiled.deadlines:
        if deadline.due.extend is not None:
            yield operation_here(run, f"extend:{deadline.name}", rights)


def _offered(run: Run, name: str, action: Action) -> Offer:
    """An action that the actor has the right to."""
    try:
        return Offer(name, action, run.context.holds(action.when), why_not(run, action))
    except ExpressionError as error:
        # What a condition reads is of no use: the others are offered all the same.
        return Offer(name, action, True, error)


def forbid(run: Run, code: str, **params: Any) -> NotAllowed:
    """A missing right, with what its sentence calls the case."""
    return NotAllowed(code, noun=run.process.noun or run.process.title, **params)


def may_act(run: Run, action: Action, rights: Rights) -> Refused | None:
    """Why the actor has no right to an action; None when there is one."""
    ended = _no_substitute(run, rights)
    if ended is not None:
        return ended
    who = action.who if action.who is not None else run.step.who
    if who is None:
        return forbid(run, "not_for_people", action=action.title)
    organisation = run.state.place.organisation
    permission = who.permission
    if action.who is not None and who.kind == "permission":
        organisation = run.organisation(who)
    elif action.who is None:
        if action.verb in ("record", "save") and _is_delegate(run):
            return None
        if run.state.assigned not in (None, run.command.holder):
            return forbid(run, "handed_over", person=run.state.assigned)
        stage = run.step.stages.get(run.state.place.stage or "")
        permission = stage.permission if stage and stage.permission else permission
    return _may(run, who, permission, organisation, rights)


def _is_delegate(run: Run) -> bool:
    """Whether the actor prepares the task for its holder."""
    waiting = (one for one in waiting_signers(run.state) if one.mode == "delegate")
    return any(one.person == run.command.holder for one in waiting)


def _no_substitute(run: Run, rights: Rights) -> Refused | None:
    """Why the actor does not act for somebody else any more; None where they need not."""
    command = run.command
    if command.on_behalf is None or rights.stands_in(
        command.person, command.on_behalf, command.organisation
    ):
        return None
    return forbid(run, "no_substitute", person=command.on_behalf)


def _may(
    run: Run, who: Assignment, permission: str | None, organisation: str | None, rights: Rights
) -> Refused | None:
    command = run.command
    person = command.holder
    if who.kind == "system":
        return None if person == "system" else forbid(run, "not_for_people", action="")
    if who.kind == "initiator":
        if command.on_behalf is not None and run.is_personal:
            return forbid(run, "own_case_personal", person=command.on_behalf)
        return None if person == run.state.initiator else forbid(run, "only_initiator")
    # Whom the named person has given the task to has it in their place.
    has_it = who is run.step.who and run.state.assigned == person
    if who.person is not None and not has_it and run.context.key(who.person) != person:
        return forbid(run, "only_named_person")
    here = command.organisation
    if permission is None or not rights.holds(person, permission, here):
        return forbid(run, "no_permission", permission=permission, organisation=here)
    if organisation != here:
        return forbid(run, "other_organisation", organisation=organisation)
    excluded = run.excluded(who)
    # A substitute has to keep out where they would themselves, and where the other one would.
    for one in dict.fromkeys((command.person, person)):
        recusal = run.recused(who.recusals, one)
        if one in excluded and one == run.state.initiator:
            return forbid(run, "own_case")
        if recusal is not None:
            return forbid(run, "recused", say=recusal.say)
        if one in excluded:
            return forbid(run, "acted_before")
    return None


def operation_here(run: Run, name: str, rights: Rights) -> Offer:
    """An operation of the engine at the place looked at, and whether it can be used."""
    ended = _no_substitute(run, rights)
    if ended is not None:
        return Offer(name, None, mine=False, refusal=ended)
    match name:
        case "save":
            refusal = _why_not_save(run, rights)
            mine = refusal is None
        case "withdraw":
            forbidden = _may_withdraw(run, rights)
            refusal = forbidden or why_not_withdraw(run)
            mine = forbidden is None and (refusal is None or refusal.code != "nothing_to_withdraw")
        case "extend":
            forbidden = _may_extend(run, rights)
            refusal = forbidden or why_not_extend(run)
            mine = forbidden is None and (refusal is None or refusal.code not in _NO_DEADLINE)
        case "decline":
            refusal = why_not_decline(run)
            mine = refusal is None
        case "replace":
            refusal = why_not_replace(run) or may_lead(run, rights)
            mine = refusal is None
        case _ if name.startswith("extend:"):
            deadline = run.process.deadlines[name.removeprefix("extend:")]
            forbidden = _may_extend_for_all(run, deadline, rights)
            refusal = forbidden or deadlines.why_not_extend(run, deadline)
            mine = forbidden is None and (refusal is None or refusal.code == "deadline_not_over")
        case _ if name in _OF_HOLDER:
            refusal = _not_held(run, name, rights) or why_no_task(run, name)
            mine = refusal is None or refusal.code == "waits_for_signer"
        case "sign":
            refusal = why_not_sign(run) or _signs_for_oneself(run, rights)
            mine = refusal is None or refusal.code != "not_a_signer"
        case "urge":
            forbidden = _may_urge(run, rights)
            refusal = forbidden or why_not_urge(run)
            mine = forbidden is None and (refusal is None or refusal.code == "urged_lately")
        case _:
            refusal = why_not_vote(run)
            recused = refusal is not None and refusal.code in ("recused", "own_case")
            mine = recused or run.command.holder in run.state.voters
    return Offer(name, None, mine, refusal)


def _why_not_save(run: Run, rights: Rights) -> Refused | None:
    """Why the actor cannot change the form data here."""
    known = run.compiled.actions[run.step.name].values()
    saving = next((one for one in known if one.verb == "save"), None)
    if run.state.closed:
        return run.refuse("case_closed")
    if run.state.suspended:
        return run.refuse("case_suspended")
    if not run.step.edit and saving is None:
        if run.command.person == run.state.initiator:
            return run.refuse("submitted_unchangeable")
        return run.refuse("not_editable", step=run.step.title)
    # Whoever may take any action of the step may also save where saving is possible.
    probe = saving if saving is not None else next(iter(run.step.actions.values()), None)
    return may_act(run, probe, rights) if probe is not None else None


def _not_held(run: Run, name: str, rights: Rights) -> Refused | None:
    """Why the actor does not hold the task of the present place."""
    probe = next((a for a in run.step.actions.values() if a.who is None), None)
    if run.state.closed or probe is None:
        return why_no_task(run, name) or run.refuse(f"no_{name}", step=run.step.title)
    return may_act(run, probe, rights)


def _signs_for_oneself(run: Run, rights: Rights) -> Refused | None:
    """A second opinion is somebody else's: who holds the task does not give it as a substitute."""
    command = run.command
    probe = next((a for a in run.step.actions.values() if a.who is None), None)
    if command.on_behalf is None or run.step.who is None or probe is None:
        return None
    permission = run.step.who.permission
    here = run.state.place.organisation
    if permission is not None and rights.holds(command.person, permission, here):
        return forbid(run, "signs_for_own_task", person=command.on_behalf)
    return None


def may_take(run: Run, rights: Rights) -> bool:
    """Whether the actor could deal with the task of the present place."""
    return why_not_take(run, rights) is None


def why_not_take(run: Run, rights: Rights) -> Refused | None:
    """Why the actor cannot deal with the task of the present place; None where they can."""
    probe = next((a for a in run.step.actions.values() if a.who is None), None)
    if probe is None:
        return run.refuse("no_claim", step=run.step.title)
    return may_act(run, probe, rights)


def _may_urge(run: Run, rights: Rights) -> Refused | None:
    """Whoever started the case or passed it on here, unless it waits for them themselves."""
    command = run.command
    before = came_from(run)
    own = command.holder == run.state.initiator
    if not own and before is not None:
        place, person = before
        own = person == command.holder or (
            place.organisation == command.organisation and _reviews(run, rights, place)
        )
    if not own:
        return forbid(run, "not_yours_to_urge")
    if any(_waits_for(item, run, rights) for item in run.work()):
        return forbid(run, "waits_for_you")
    return None


def _waits_for(item: WorkItem, run: Run, rights: Rights) -> bool:
    """Whether the actor could deal with what waits, as a person or for the organisation."""
    person, here = run.command.holder, run.command.organisation
    if item.person is not None or item.permission is None:
        return item.person == person
    return item.organisation == here and rights.holds(person, item.permission, here)


def may_operate(run: Run, name: str, rights: Rights) -> Refused | None:
    """Why an operation is refused, right or rule; None when it may go ahead."""
    return operation_here(run, name, rights).refusal


def may_lead(run: Run, rights: Rights) -> Refused | None:
    """Whoever may take an action of the panel leads it."""
    own = [action for action in run.step.actions.values() if action.who is not None]
    refusals = [may_act(run, action, rights) for action in own]
    if None in refusals:
        return None
    return next(iter(refusals), forbid(run, "not_for_people", action=""))


def _may_withdraw(run: Run, rights: Rights) -> Refused | None:
    """Whoever could act at the place passed may take the pass back."""
    if not run.state.path:
        return None
    last = run.state.path[-1]
    place = acting_place(last)
    step = run.process.steps[place.step]
    if last.person == run.command.holder or place.organisation is None:
        return None
    who = step.who
    if who is None or place.organisation != run.command.organisation:
        return None
    stage = step.stages.get(place.stage or "")
    permission = stage.permission if stage and stage.permission else who.permission
    return _may(run, who, permission, place.organisation, rights)


def _may_extend(run: Run, rights: Rights) -> Refused | None:
    """The organisation that returned the case, and holders of the permission above it."""
    due = run.step.due
    if due is None or due.extend is None:
        return None
    permission = due.extend.permission
    returned_by = _returned_by(run)
    returned_here = returned_by is not None and returned_by == run.command.organisation
    if returned_here and _reviews(run, rights, run.state.resume[-1].place):
        return None
    # Where nobody has returned it, whoever is above the present place, or at it, may.
    at = returned_by if returned_by is not None else run.state.place.organisation
    if rights.covers(run.command.holder, permission, run.command.organisation, at):
        return None
    return forbid(run, "no_permission_extend", permission=permission)


def _may_extend_for_all(run: Run, deadline: Deadline, rights: Rights) -> Refused | None:
    """Holders of the permission where the case is, where it was, or above; else at the bureau."""
    extend = deadline.due.extend
    if extend is None:
        return None
    here, state = run.command.organisation, run.state
    places = [state.place, *(passed.place for passed in state.path)]
    places += [taken.place for taken in state.resume]
    known = {place.organisation for place in places} - {None}
    if not known:
        known = {run.context.facts.record("jurisdictions", run.process.jurisdiction, "bureau")}
    for organisation in known:
        if rights.covers(run.command.holder, extend.permission, here, organisation):
            return None
    return forbid(run, "no_permission_extend", permission=extend.permission)


def _returned_by(run: Run) -> str | None:
    return run.state.resume[-1].place.organisation if run.state.resume else None


def _reviews(run: Run, rights: Rights, place: Place) -> bool:
    """Whether the actor reviews, at whichever stage, at a place the case has been at."""
    step: Step = run.process.steps[place.step]
    asked = [step.who.permission if step.who is not None else None]
    asked += [stage.permission for stage in step.stages.values()]
    holder = run.command.holder
    return any(one is not None and rights.holds(holder, one, place.organisation) for one in asked)
