"""Stepping into a running case: with a right, with a reason, in the journal (ENG-14, CON-09).

Nobody steps into a case of their own, and none of this decides a case: an end is reached by those
who take part, or by cancelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Process, Step
from engine.domain.actor import Actor
from engine.domain.case import Advance, Command, State, places_of
from engine.domain.errors import NotAllowed, NotFound, Refused, Stale
from engine.runtime import deadlines, moments
from engine.runtime.advance import why_not_extend
from engine.runtime.branches import find
from engine.runtime.offers import Offer, may_operate
from engine.runtime.panels import why_not_replace
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.services.outcome import Done, Outcome
from engine.services.oversight import CANCEL, INTERVENE, RESOLVE, Oversight
from engine.services.somebody import Permissions, Somebody
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.groups import Groups
    from engine.services.outgoing import Outgoing
    from engine.services.panels import Panels, Seats
    from engine.services.seeing import Seeing
    from engine.services.sentences import Sentences

#: incidents that are resolved by trying again what failed
TIMER = "timer_failed"
AGAIN = frozenset(
    {"not_delivered", TIMER, "rejected", "outcome_unknown", "decision_refused", "send_refused"}
)

#: interventions a selection of cases can be named for
FOR_MANY = ("reroute", "extend", "unclaim", "retry", "suspend", "resume", "cancel")
#: what they ask for beside the reason, and what stands for nothing
ASKS: Mapping[str, Mapping[str, Any]] = {
    "reroute": {"organisation": None, "step": None},
    "extend": {"until": "", "which": ""},
    "replace": {"instead": "", "person": ""},
}
#: refusals of who has no part in overseeing a case
_NO_RIGHT = ("no_permission", "outside_your_jurisdiction", "no_permission_extend")
#: interventions about one place of a case; the others are about all of it
_AT_A_PLACE = frozenset({"reroute", "extend", "replace"})
#: how a deadline of the whole case is named beside those of places
_OF_CASE = "deadline:"

Check = Callable[[Actor, UnitOfWork, Loaded, Run], None]
#: looks once more at what is about to be done, and adds to what is entered
Prepare = Callable[[Actor, UnitOfWork, Loaded, Command], Mapping[str, Any]]
Then = Callable[[UnitOfWork, Outcome], None]


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline that runs: the step it is of, or ``deadline:name`` for one of the whole case."""

    key: str
    title: str
    due: str


class Interventions:
    """What an administrator may do to a case of the jurisdiction."""

    def __init__(
        self,
        work: Casework,
        oversight: Oversight,
        groups: Groups,
        panels: Panels,
        outgoing: Outgoing,
        sentences: Sentences,
        rights: Permissions,
        seeing: Seeing,
    ) -> None:
        self._work = work
        self._oversight = oversight
        self._groups = groups
        self._panels = panels
        self._outgoing = outgoing
        self._sentences = sentences
        self._rights = rights
        self._seeing = seeing
        self._somebody = Somebody(work, rights)
        self._checks: Mapping[str, Check] = {
            "reroute": self._check_reroute,
            "extend": self._check_extend,
            "unclaim": self._check_unclaim,
            "retry": self._check_retry,
            "suspend": self._check_suspend,
            "resume": self._check_resume,
            "cancel": self._check_cancel,
            "replace": self._check_replace,
        }
        self._prepares: Mapping[str, Prepare] = {
            "reroute": self._prepare_reroute,
            "unclaim": self._prepare_unclaim,
            "retry": self._prepare_retry,
            "replace": self._prepare_replace,
            "extend": self._prepare_extend,
        }
        self._follows: Mapping[str, Then] = {
            "unclaim": _give_back,
            "retry": _again,
        }

    # ------------------------------------------------------------ what can be done

    def offered(self, unit: UnitOfWork, loaded: Loaded, actor: Actor) -> Iterator[Offer]:
        """What the actor could do to a case, and why not the rest."""
        steps_in = self._oversight.oversees(actor, loaded.row.jurisdiction)
        stopped_at = _stopped_at(loaded)
        stopped = self._work.look(unit, loaded, actor, at=stopped_at)
        for name, check in self._checks.items():
            refusal: Refused | None = None
            at = _meant(loaded, name)
            run = stopped if at == stopped_at else self._work.look(unit, loaded, actor, at=at)
            try:
                self._own(loaded, actor)
                check(actor, unit, loaded, run)
            except Refused as refused:
                if refused.code == "no_declining":
                    continue  # It is at no panel.
                refusal = refused
            mine = steps_in and (refusal is None or refusal.code not in _NO_RIGHT)
            yield Offer(name, None, mine, refusal, stepping_in=True)

    def _check_reroute(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._may_reroute(actor, loaded)
        _open(loaded, run)
        self._groups.outside(unit, loaded, run)

    def _check_extend(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run, which: str = ""
    ) -> None:
        """Whoever oversees the case may move every deadline; others as far as the process says."""
        name = deadline_of(which or _first_term(loaded))
        if self._oversight.why_not(actor, INTERVENE, loaded.row.jurisdiction) is not None:
            refusal = may_operate(run, f"extend:{name}" if name else "extend", self._rights)
        elif name:
            refusal = deadlines.why_not_extend(run, run.process.deadlines[name], overseen=True)
        else:
            refusal = why_not_extend(run, overseen=True)
        if refusal is not None:
            raise refusal

    def _check_unclaim(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)
        if not _claimed(unit, loaded):
            raise run.refuse("nothing_claimed")

    def _check_retry(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._demand_either(actor, loaded)
        if not _failed(unit, loaded):
            raise run.refuse("nothing_failed")

    def _check_suspend(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)
        _open(loaded, run)
        if loaded.state.suspended:
            raise run.refuse("case_suspended")

    def _check_resume(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)
        if not loaded.state.suspended:
            raise run.refuse("not_suspended")

    def _check_cancel(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        self._oversight.demand(actor, CANCEL, loaded.row.jurisdiction)
        _open(loaded, run)
        self._groups.outside(unit, loaded, run)
        if not any(step.end == "cancelled" for step in run.process.steps.values()):
            raise run.refuse("no_cancelled_end")

    def _check_replace(self, actor: Actor, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        refusal = why_not_replace(run, overseen=True)
        if refusal is not None:
            raise refusal
        self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)

    def _may_reroute(self, actor: Actor, loaded: Loaded) -> None:
        """Whoever resolves incidents may do it where one has stopped the case."""
        if any(one.stuck is not None for _, one in places_of(loaded.state)):
            self._demand_either(actor, loaded)
        else:
            self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)

    def _demand_either(self, actor: Actor, loaded: Loaded) -> None:
        if self._oversight.why_not(actor, INTERVENE, loaded.row.jurisdiction) is not None:
            self._oversight.demand(actor, RESOLVE, loaded.row.jurisdiction)

    @staticmethod
    def _own(loaded: Loaded, actor: Actor) -> None:
        process = loaded.compiled.process
        if actor.person == loaded.row.initiator:
            raise NotAllowed("own_case_untouched", noun=process.noun or process.title)

    # ------------------------------------------------------------ doing it

    def do(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any],
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Step in: ``entered`` holds the reason, and what the intervention asks for.

        ``at`` is the step of the vote where a case is at several at the same time.

        Raises:
            Refused: no right or reason, or it cannot be done; nothing was changed.
        """
        check, prepare = self._checks.get(name), self._prepares.get(name)
        asked = {"reason": "", **ASKS.get(name, {})}
        values = {one: entered.get(one) or empty for one, empty in asked.items()}
        which = values.get("which", "")
        if name == "extend":
            check = partial(self._check_extend, which=which)

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            if check is None:
                raise NotFound("no_such_action", action=name, step="")
            if which and which not in (one.key for one in _terms(loaded)):
                raise Stale("already_handled")
            run = self._work.look(unit, loaded, actor, at=at or _meant(loaded, name, which))
            self._own(loaded, actor)
            check(actor, unit, loaded, run)
            if not values["reason"].strip():
                raise run.refuse("reason_needed")
            command = _command(name, actor, values, run.at if name in _AT_A_PLACE else "")
            if prepare is None:
                return command
            found = prepare(actor, unit, loaded, command)
            return replace(command, input={**command.input, **found})

        with self._sentences.saying(), self._seeing.hiding(actor, uid):
            outcome = self._work.execute(
                actor, uid, make, version=version, key=key, then=self._follows.get(name)
            )
        if isinstance(outcome, Done):
            return outcome
        self._outgoing.work_off(outcome.sent)
        return outcome.done

    def reroute(
        self,
        actor: Actor,
        uid: str,
        reason: str,
        *,
        organisation: str | None = None,
        step: str | None = None,
        version: int | None = None,
    ) -> Done:
        """Put a case at an organisation or step by hand (改派).

        Raises:
            Refused: no right or reason, or nobody could go on with it there.
        """
        entered = {"reason": reason, "organisation": organisation, "step": step}
        return self.do(actor, uid, "reroute", entered, version=version)

    def cancel(self, actor: Actor, uid: str, reason: str, *, version: int | None = None) -> Done:
        """Break a case off (终止); members of a group wait again."""
        return self.do(actor, uid, "cancel", {"reason": reason}, version=version)

    def extend(
        self,
        actor: Actor,
        uid: str,
        until: str,
        reason: str,
        *,
        which: str = "",
        version: int | None = None,
    ) -> Done:
        """Move a deadline that runs (:meth:`terms`); the one that comes first if none is named."""
        entered = {"until": until, "reason": reason, "which": which}
        return self.do(actor, uid, "extend", entered, version=version)

    def terms(self, actor: Actor, uid: str) -> list[Term]:
        """The deadlines that run: of the places the case is at, and of the case as a whole.

        None for whoever may not intervene: the process says which of them they may move.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _ = self._seeing.known(unit, actor, uid)
            refusal = self._oversight.why_not(actor, INTERVENE, loaded.row.jurisdiction)
            return _terms(loaded) if refusal is None else []

    def unclaim(self, actor: Actor, uid: str, reason: str, *, version: int | None = None) -> Done:
        """Give back to everybody what somebody has taken on."""
        return self.do(actor, uid, "unclaim", {"reason": reason}, version=version)

    def retry(self, actor: Actor, uid: str, reason: str, *, version: int | None = None) -> Done:
        """Try again what could not be delivered, and deadlines that could not be dealt with."""
        return self.do(actor, uid, "retry", {"reason": reason}, version=version)

    def suspend(self, actor: Actor, uid: str, reason: str, *, version: int | None = None) -> Done:
        """Stop a case for a while: nobody acts and no deadline falls due (暂停)."""
        return self.do(actor, uid, "suspend", {"reason": reason}, version=version)

    def resume(self, actor: Actor, uid: str, reason: str, *, version: int | None = None) -> Done:
        """Let a suspended case go on where it was (恢复)."""
        return self.do(actor, uid, "resume", {"reason": reason}, version=version)

    def replacements(self, actor: Actor, uid: str, search: str, *, at: str | None = None) -> Seats:
        """Who could be named for a seat of a panel, and for whose."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _ = self._seeing.known(unit, actor, uid)
            run = self._work.look(unit, loaded, actor, at=at or _voting_at(loaded))
            self._check_replace(actor, unit, loaded, run)
            return self._panels.replacements(unit, run, search, overseen=True)

    def votes(self, actor: Actor, uid: str) -> list[tuple[str, str]]:
        """The votes a case is at, several in branches: those that lack a voter first.

        Raises:
            NotAllowed: the actor may not intervene where the case runs.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _ = self._seeing.known(unit, actor, uid)
            self._oversight.demand(actor, INTERVENE, loaded.row.jurisdiction)
            return [(step.name, step.title) for step, _ in _votes(loaded)]

    # ------------------------------------------------------------ inside

    def _prepare_reroute(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, command: Command
    ) -> Mapping[str, Any]:
        self._somebody.demand(unit, loaded, self._tried(unit, loaded, command))
        return {}

    def _prepare_unclaim(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, command: Command
    ) -> Mapping[str, Any]:
        return {"people": sorted(set(_claimed(unit, loaded).values()))}

    def _prepare_retry(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, command: Command
    ) -> Mapping[str, Any]:
        return {"what": _failed(unit, loaded)}

    def _prepare_extend(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, command: Command
    ) -> Mapping[str, Any]:
        name = deadline_of(str(command.input["which"]) or _first_term(loaded))
        found: dict[str, Any] = {"deadline": name} if name else {}
        run = self._work.look(unit, loaded, actor, at=command.at)
        if may_operate(run, f"extend:{name}" if name else "extend", self._rights) is not None:
            found["overseen"] = True
        return found

    def _prepare_replace(
        self, actor: Actor, unit: UnitOfWork, loaded: Loaded, command: Command
    ) -> Mapping[str, Any]:
        run = self._work.look(unit, loaded, actor, at=command.at)
        seat = command.input
        return self._panels.named(unit, run, seat["instead"], seat["person"], seat["reason"])

    def _tried(self, unit: UnitOfWork, loaded: Loaded, command: Command) -> Advance:
        now = self._work.now(loaded.row.jurisdiction)
        result, _ = self._work.decide(unit, loaded, command, now, writing=unit.is_writing)
        return result


def reroutable(process: Process) -> tuple[tuple[str, str], ...]:
    """The steps a case may be put at by hand: name and caption."""
    return tuple(
        (step.name, step.title)
        for step in process.steps.values()
        if step.end is None and step.kind != "automatic"
    )


def _command(kind: str, actor: Actor, entered: Mapping[str, Any], at: str) -> Command:
    who = (actor.person, actor.organisation, actor.on_behalf)
    return Command(kind, *who, kind, dict(entered), at=at)


def _meant(loaded: Loaded, name: str, which: str = "") -> str:
    """The step in a branch that an intervention is about; "" for the case itself."""
    match name:
        case "replace":
            return _voting_at(loaded)
        case "extend":
            return _branch_of(loaded, which or _first_term(loaded))
        case _:
            return _stopped_at(loaded)


def _branch_of(loaded: Loaded, which: str) -> str:
    return which if find(loaded.state, which) else ""


def deadline_of(which: str) -> str:
    """The deadline of the whole case that is meant; "" where it is one of a place."""
    return which.removeprefix(_OF_CASE) if which.startswith(_OF_CASE) else ""


def _terms(loaded: Loaded) -> list[Term]:
    """The deadlines that run, the one that comes first before the others."""
    compiled, state = loaded.compiled, loaded.state
    steps = compiled.process.steps
    found = [
        Term(one.place.step, steps[one.place.step].title, one.due)
        for _, one in places_of(state)
        if one.due is not None and one.place.step in steps
    ]
    for deadline in compiled.deadlines if not state.closed else ():
        known = deadlines.term(state, deadline.name)
        if known.by is not None and not known.reached:
            found.append(Term(f"{_OF_CASE}{deadline.name}", deadline.title, known.by))
    return sorted(found, key=lambda one: moments.instant(one.due, None))


def _first_term(loaded: Loaded) -> str:
    return next((one.key for one in _terms(loaded)), "")


def _stopped_at(loaded: Loaded) -> str:
    """The step in a branch at which nobody was found; "" where the case itself is meant."""
    places = (one.place.step for at, one in places_of(loaded.state) if at and one.stuck)
    return next(places, "")


def _votes(loaded: Loaded) -> list[tuple[Step, State]]:
    """The panels a case is at with their places, those that lack a voter first."""
    steps = loaded.compiled.process.steps
    found = [
        (step, one)
        for _, one in places_of(loaded.state)
        if (step := steps.get(one.place.step)) is not None and step.panel is not None
    ]
    return sorted(found, key=lambda one: not set(one[1].declined) & set(one[1].voters))


def _voting_at(loaded: Loaded) -> str:
    """The step in a branch whose vote is meant where none is named: one that lacks a voter."""
    if not loaded.state.branches:
        return ""
    found = _votes(loaded)
    return found[0][0].name if found else ""


def _open(loaded: Loaded, run: Run) -> None:
    if loaded.state.closed:
        raise run.refuse("case_closed")


def _claimed(unit: UnitOfWork, loaded: Loaded) -> dict[int, str]:
    return {
        item.id: item.claimed_by
        for item in unit.work.of(loaded.row.id)
        if item.claimed_by is not None
    }


def _failed(unit: UnitOfWork, loaded: Loaded) -> list[str]:
    """What has failed for good: kinds of messages, and timers."""
    messages = [
        message.kind for message, state in unit.outbox.of(loaded.row.id) if state == "failed"
    ]
    timers = [
        str(incident.params["timer"])
        for incident in unit.incidents.of(loaded.row.id)
        if incident.resolved_at is None and incident.code == TIMER
    ]
    return [*messages, *timers]


def _again(unit: UnitOfWork, outcome: Outcome) -> None:
    """Try everything again that failed; what is tried is an incident no more."""
    row, now = outcome.row, outcome.row.updated_at
    person, reason = outcome.command.person, str(outcome.command.input["reason"])
    for message, state in unit.outbox.of(row.id):
        if state == "failed":
            unit.outbox.retry(message.id, now)
            outcome.sent.append(message.key)
    for incident in unit.incidents.of(row.id):
        if incident.resolved_at is not None or incident.code not in AGAIN:
            continue
        if incident.code == TIMER:
            unit.timers.set(row, str(incident.params["timer"]), now)
        unit.incidents.resolve(incident.id, person=person, reason=reason, at=now)


def _give_back(unit: UnitOfWork, outcome: Outcome) -> None:
    for item in unit.work.of(outcome.row.id):
        if item.claimed_by is not None:
            unit.work.claim(item.id, None, expected=item.claimed_by)
