"""What each command does to a case: the one pure function behind every page, replay and rebuild.

``advance(compiled, state, …)`` returns the new state, what happened, the effects to carry out and
who the case waits for now, or raises :class:`Refused` and has changed nothing. Rights are not
checked here: the services ask for them first (:mod:`engine.runtime.offers` says which).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.definitions.process import Action, Choice, Formula, Requirement
from engine.domain.case import DATES, Advance, Command, DueEffect, Place, State, places_of
from engine.domain.errors import Refused, Stale
from engine.domain.paths import at_path, with_path
from engine.runtime import (
    chains,
    deadlines,
    effects,
    moments,
    operations,
    panels,
    rescheduling,
    splits,
    suspending,
)
from engine.runtime.branches import find
from engine.runtime.compiled import DYNAMIC, Compiled
from engine.runtime.context import plain
from engine.runtime.facts import Recording
from engine.runtime.going_back import (
    Returned,
    go_back,
    latest,
    previous,
    resume,
)
from engine.runtime.handing_over import hand_over
from engine.runtime.inserting import nowhere, why_not_insert
from engine.runtime.migrating import migrate, unmigrate
from engine.runtime.rerouting import reroute
from engine.runtime.run import Run
from engine.runtime.withdrawing import touch, withdraw

#: verbs that move the case on and are refused after a hard deadline
_MOVING = frozenset({"submit", "pass", "return", "fail", "reopen"})
#: what a return left behind and going forward clears
_ONWARD = {"due_given": None, "relaying": False, "returned": False}
#: commands of those who take part; a suspended case refuses them
_OF_PEOPLE = frozenset(
    {
        "act", "save", "withdraw", "transfer", "cc", "urge", "add_signer", "remove_signer",
        "delegate", "sign", "vote", "decline", "replace", "add", "remove",
    }
)  # fmt: skip


def start(
    compiled: Compiled,
    facts: Recording,
    command: Command,
    now: datetime,
    ident: Mapping[str, Any],
    *,
    data: Mapping[str, Any],
) -> Advance:
    """Begin a case at the first step of its process.

    Raises:
        Refused: a start guard does not hold.
    """
    first = beginning(command, now)
    run = Run(compiled, facts, command, now, ident, state=first, data=data, seq=1)
    guard(run)
    run.changed = True
    run.events.append({"event": "started"})
    deadlines.refresh(run)
    run.begin()
    run.acted("start")
    return run.result()


def beginning(command: Command, now: datetime) -> State:
    """The state before the first step; a case that another one creates begins for its initiator."""
    moment = moments.local(now)
    initiator = str(command.input.get("initiator") or command.person)
    creator = command.input.get("creator")
    return State(Place("", None, None, 0), initiator, moment, moment, creator=creator)


def guard(run: Run, rules: Iterable[Requirement] | None = None) -> None:
    """The start guards of a process, or some of them.

    Raises:
        Refused: the first that does not hold.
    """
    if rules is None:
        rules = run.process.start.require if run.process.start is not None else ()
    for rule in rules:
        if not run.context.holds(rule.that):
            raise Refused("requirement", say=rule.say)


def advance(
    compiled: Compiled,
    state: State,
    facts: Recording,
    command: Command,
    now: datetime,
    ident: Mapping[str, Any],
    *,
    data: Mapping[str, Any],
    seq: int,
) -> Advance:
    """Carry out a command on a case.

    Args:
        compiled: the process version the case is pinned to.
        state: the case as it is.
        facts: the world, recording what is read.
        command: what is wanted; ``command.data`` is the form data with what was typed.
        now: aware, in the zone of the jurisdiction.
        ident: id, number and year of the case.
        data: the form data (``command.data`` when the command brings some).
        seq: the number this command gets in the journal.

    Raises:
        Refused: a rule of the process or of the engine says no.
        Stale: the case is not at the place any more that the command is about.
    """
    run = Run(compiled, facts, command, now, ident, state=state, data=data, seq=seq)
    if state.suspended and command.kind in _OF_PEOPLE:
        raise run.refuse("case_suspended")
    if command.at:
        at = find(state, command.at, ended=command.kind == "withdraw")
        if at is None:
            raise Stale("already_handled")
        run.focus(at)
    _COMMANDS[command.kind](run)
    return run.result()


# -------------------------------------------------------------------- actions


def _act(run: Run) -> None:
    action = offered(run, run.command.name)
    before = run.state
    if operations.pass_to_signer(run, action):
        _note(run, action)
        operations.hand_to_signer(run)
        run.push(action, before)
        return
    following = run.stage_after(action)
    if following is not None:
        _pass_stage(run, action, following)
        return
    _write(run, action)
    _note(run, action)
    if action.verb in ("save", "record"):
        _stay(run, action)
        return
    move(run, action, before)


def move(run: Run, action: Action, before: State) -> None:
    """Carry out an action's effects and take the case where it leads; no rule is asked."""
    index, target = run.context.choose(action.to) if action.to is not None else (0, None)
    effects.do(run, action)
    _MOVES[action.verb](run, action, index, target, before)


def offered(run: Run, name: str) -> Action:
    """The action if it may be taken now.

    Raises:
        Refused: it does not exist here, is not shown, or one of its rules does not hold.
    """
    action = run.compiled.actions[run.step.name].get(name)
    if action is None:
        raise no_such_action(run, name)
    refusal = why_not(run, action)
    if refusal is not None:
        raise refusal
    return action


def no_such_action(run: Run, name: str) -> Refused:
    """Why something is not offered here at all."""
    if run.state.closed:
        return run.refuse("case_closed")
    return run.refuse("no_such_action", action=name, step=run.step.title)


def why_not(run: Run, action: Action) -> Refused | None:
    """Why an action cannot be taken now, as far as the process itself is concerned."""
    state = run.state
    if state.suspended:
        return run.refuse("case_suspended")
    if state.stuck and action.verb not in ("discard", "cancel"):
        return run.refuse(state.stuck)
    if not run.context.holds(action.when):
        return run.refuse("not_offered_now", action=action.title)
    if state.relaying and not (action.relay or action.verb in ("record", "save")):
        return run.refuse("only_relay", action=action.title)
    unsigned = operations.why_not_before_signers(run, action)
    if unsigned is not None:
        return unsigned
    due = run.step.due
    if due is not None and due.hard and action.verb in _MOVING and _overdue(run):
        first = "deadline_passed" if not state.returned else "resubmission_deadline_passed"
        return run.refuse(first, due=state.due, action=action.title)
    # Whoever was added after the holder is handed the place first; the step is not left by that.
    hands_on = operations.pass_to_signer(run, action)
    late = None if hands_on else deadlines.why_too_late(run, action)
    if late is not None:
        return late
    for rule in action.require:
        if not run.context.holds(rule.that):
            return Refused("requirement", say=rule.say)
    return why_not_insert(run, action)


def _overdue(run: Run) -> bool:
    run.refresh_due()
    return moments.is_over(run.state.due, run.now)


def _write(run: Run, action: Action) -> None:
    """``into`` and ``set``; what ``set`` overwrites goes into the event, for withdrawing."""
    data = dict(run.data)
    if action.into is not None:
        data[action.into] = dict(run.command.input)
        run.changed = True
    overwritten: dict[str, Any] = {}
    values = {target: plain(run.context.value(formula)) for target, formula in action.set.items()}
    flags = set(run.state.flags)
    for target, value in values.items():
        root, _, path = target.partition(".")
        if root == "flags":
            (flags.add if value else flags.discard)(path)
        else:
            overwritten[path] = at_path(data, path)
            data = with_path(data, path, value)
            run.changed = True
    run.data = data
    run.change(flags=tuple(sorted(flags)))
    if overwritten:
        run.events.append({"event": "overwritten", "values": overwritten})


def _note(run: Run, action: Action) -> None:
    run.acted(action.name)
    run.events.append(
        {
            "event": "acted",
            "action": action.name,
            "verb": action.verb,
            "title": action.title,
            "place": run.state.place.to_json(),
        }
    )


def _stay(run: Run, action: Action) -> None:
    effects.do(run, action)
    if action.verb == "record":
        touch(run)
    else:
        run.refresh_due()


def _pass_stage(run: Run, action: Action, following: str) -> None:
    before = run.state
    _note(run, action)
    place = before.place
    run.change(
        place=Place(place.step, following, place.organisation, place.visit),
        arrived_at=moments.local(run.now),
        came_at=before.came_at or before.arrived_at,
        touched=False,
        opened=False,
        assigned=None,
        urged=None,
        signers=(),
    )
    run.push(action, before)
    run.moved = True
    run.events.append({"event": "arrived", "place": run.state.place.to_json()})


def _forward(run: Run, action: Action, index: int, target: str | None, before: State) -> None:
    """pass and submit: a new place, organisations resolved now."""
    values: dict[str, Any] = dict(_ONWARD)
    if action.verb == "submit":
        values["path"] = ()
    # An expression over what was entered gives nothing when it was not entered.
    sent_to = run.context.key(action.send_to) if action.send_to is not None else None
    if sent_to is not None:
        values["sent_to"], run.sent = sent_to, True
        run.along.add("sent_to")
    if action.insert is not None:
        values["inserted"] = (*run.context.keys(action.insert), *run.state.inserted)
    resubmitted = action.verb == "submit" and before.resubmit == "returning_level"
    if action.verb == "submit":
        values["resubmit"] = None
    if action.due is not None:
        values["due_given"] = _due_of(run, action.due)
    run.change(**values)
    run.along |= {"due_given", "relaying", "returned"}
    if (resubmitted and before.resume) or target == "resume":
        resume(run)
    elif target == "previous":
        go_back(run, previous(run), keep_resume=False)
    else:
        if action.verb == "submit":
            run.change(resume=())
            chains.pin_routes(run)
        _leave(run, action, index, target)
        run.answer_return()
        _remember_end(run, before)
    path = run.state.path
    run.push(action, before)
    if resubmitted and before.resume:
        submitted = run.state.path[-1]
        earlier = [passed for passed in path if passed.place.step != before.place.step]
        run.change(path=(submitted, *earlier), resumed=True)


def _remember_end(run: Run, before: State) -> None:
    """From an end, ``resume`` leads to the place that ended it (language 1.6)."""
    if run.state.closed:
        place = before.place if run.split is None else splits.state_left(run).place
        run.change(resume=(*run.state.resume, run.remember(place, ())))


def _leave(run: Run, action: Action, index: int, target: str | None) -> None:
    inserted, step = run.state.inserted, run.step
    if inserted and target != "next" and not _is_chain(run, target):
        if step.chain is None:
            raise nowhere(run, action)
        first, *rest = inserted
        run.change(inserted=tuple(rest))
        run.arrive(step.name, first)
        return
    run.follow(f"{action.name}#{index}")
    if run.state.inserted and step.chain is None and run.step.chain is None:
        # Nobody would visit them: the chain on the way was passed over.
        raise nowhere(run, action)


def _is_chain(run: Run, target: str | None) -> bool:
    step = run.process.steps.get(target or "")
    return step is not None and step.chain is not None


def _end(run: Run, action: Action, index: int, target: str | None, before: State) -> None:
    """fail, discard, cancel: usually to an end; where it came from is kept for ``resume``."""
    if target in DYNAMIC or target is None:
        raise run.refuse("no_target", action=action.title)
    outside = target != "join" and run.process.steps[target].within != run.within
    if outside:
        splits.leave(run, len(run.process.steps[target].within))
    else:
        splits.break_off(run)
    taken = run.remember(run.state.place, run.state.path)
    run.change(
        resume=(*run.state.resume, taken), path=(), chain={}, inserted=(),
        due_given=None, due=None, overdue=False,
    )  # fmt: skip
    if outside:
        run.enter(run.process.steps[target])
    else:
        run.follow(f"{action.name}#{index}")


def _due_of(run: Run, due: Choice[Formula]) -> str | None:
    found: str | None = run.context.value(run.context.choose(due)[1])
    return found


def _return(run: Run, action: Action, index: int, target: str | None, before: State) -> None:
    due = _due_of(run, action.due) if action.due is not None else None
    said = Returned(due, action.relay)
    back = previous(run, said) if target == "previous" else latest(run, action, target, said)
    resubmit = None
    if action.resubmit_to is not None:
        resubmit = run.context.word(run.context.choose(action.resubmit_to)[1])
    handed_down = run.state.relaying
    splits.leave(run, back.depth)
    run.change(due_given=due, resubmit=resubmit, relaying=handed_down)
    go_back(run, back, keep_resume=True)
    # In a branch it is whoever is there that passes it on, not the case.
    relaying = back.branches is None and said.relays_at(run.process, run.step.name)
    run.change(returned=True, relaying=relaying)
    run.refresh_due()


def _reopen(run: Run, action: Action, index: int, target: str | None, before: State) -> None:
    run.change(due_given=None, relaying=False)
    if target in (None, "resume"):
        resume(run)
    else:
        _leave(run, action, index, target)
    # Whoever passed the case before its end may not take it back: somebody has decided since.
    run.change(touched=True)


_Move = Callable[[Run, Action, int, "str | None", State], None]
_MOVES: dict[str, _Move] = {
    "submit": _forward,
    "pass": _forward,
    "return": _return,
    "fail": _end,
    "discard": _end,
    "cancel": _end,
    "reopen": _reopen,
}


# -------------------------------------------------------------------- other commands


def _extend(run: Run) -> None:
    until = str(run.command.input["until"])
    if not moments.is_written(until):
        raise run.refuse("no_such_date", value=until)
    if run.command.input.get("deadline"):
        deadlines.extend(run, str(run.command.input["deadline"]), until)
        return
    refusal = why_not_extend(run, overseen=bool(run.command.input.get("overseen")))
    if refusal is not None:
        raise refusal
    if moments.is_over(until, run.now):
        raise run.refuse("deadline_in_the_past", due=until)
    run.events.append({"event": "extended", "from": run.state.due, "to": until})
    run.change(due=until, due_given=until, overdue=False)


def why_not_extend(run: Run, *, overseen: bool = False) -> Refused | None:
    """Why the deadline of the present step cannot be moved.

    Who oversees the case (in whose name it is asked when ``overseen``) may move every one.
    """
    due = run.step.due
    extend = due.extend if due is not None else None
    if run.state.due is None:
        return run.refuse("no_deadline")
    if overseen:
        return None
    if extend is None:
        return run.refuse("deadline_fixed", step=run.step.title)
    if extend.when == "after_expiry" and not moments.is_over(run.state.due, run.now):
        return run.refuse("deadline_not_over", due=run.state.due)
    return None


def _time(run: Run) -> None:
    """A timer has fired: the deadline is over, or a waiting step may go on."""
    if run.state.suspended:
        return
    what, _, name = run.command.name.partition(":")
    if what == "due":
        _fire_due(run)
    elif what == "deadline":
        _fire_deadline(run, name)
    elif run.command.name == "wait" and run.state.wait_until is not None:
        if moments.is_over(run.state.wait_until, run.now):
            run.events.append({"event": "waited"})
            _go_on(run)
    elif what == "remind":
        _remind(run, name)


def _go_on(run: Run) -> None:
    """What was waited for is there: on along ``to``."""
    before = run.state
    run.change(wait_until=None, **_ONWARD)
    run.follow("@done")
    run.answer_return()
    _remember_end(run, before)
    splits.push_split(run)
    _settled(run)


def _settled(run: Run) -> None:
    """What was waited for is over: whoever passed the case there may not take it back."""
    run.change(touched=True)


def _remind(run: Run, name: str) -> None:
    """Tell those the case waits for; the content says how (message ``reminder``)."""
    deadline = run.process.deadlines.get(name)
    due = deadlines.term(run.state, name).by if name else run.state.due
    if moments.is_over(due, run.now):
        # The clock jumped (the server was down): what is over is not near any more.
        return
    title = deadline.title if deadline is not None else run.step.title
    run.events.append({"event": "reminded", "due": due, "deadline": title})
    run.effects.append(DueEffect("message", "reminder", f"remind:{run.seq}"))


def _fire_deadline(run: Run, name: str) -> None:
    before = run.state.deadlines
    deadlines.fire(run, name)
    deadline = run.process.deadlines.get(name)
    if deadline is None or deadline.due.otherwise is None:
        return
    if run.state.deadlines == before or not run.state.deadlines[name].over:
        return
    for at in deadlines.waiting(run, name):
        run.focus(at)
        run.split = None
        action = run.compiled.actions[run.step.name][deadline.due.otherwise]
        if run.context.holds(action.when):
            _do_otherwise(run, action)
        run.focus(())


def _do_otherwise(run: Run, action: Action) -> None:
    """Nobody has acted in time: the system does what the process says."""
    before = run.state
    _write(run, action)
    _note(run, action)
    if action.verb in ("save", "record"):
        _stay(run, action)
    else:
        move(run, action, before)


def _fire_due(run: Run) -> None:
    run.refresh_due()
    if not moments.is_over(run.state.due, run.now) or run.state.overdue:
        return
    run.change(overdue=True)
    run.events.append({"event": "overdue", "due": run.state.due})
    due = run.step.due
    if due is not None and due.otherwise is not None:
        action = run.compiled.actions[run.step.name][due.otherwise]
        if run.context.holds(action.when):
            _do_otherwise(run, action)


def _outcome(run: Run) -> None:
    """A result nobody presses: of a group, a panel, a called process."""
    name, step = run.command.name, run.step
    if name == "removed":
        run.events.append({"event": "removed", "place": run.state.place.to_json()})
        return
    choice: Choice[str] | None = step.outcomes.get(name)
    elsewhere = step.awaits is not None and step.to is not None
    if choice is None and not elsewhere:
        raise run.refuse("no_such_outcome", outcome=name, step=step.title)
    run.events.append({"event": "outcome", "outcome": name, "place": run.state.place.to_json()})
    run.acted(name)
    if choice is None:
        before = run.state
        run.change(**_ONWARD)
        run.follow("@done")
        run.answer_return()
        _remember_end(run, before)
        splits.push_split(run)
        _settled(run)
        return
    index, target = run.context.choose(choice)
    before = run.state
    run.change(**_ONWARD)
    if target == "resume":
        resume(run)
    elif target == "previous":
        go_back(run, previous(run), keep_resume=True)
    else:
        run.follow(f"+{name}#{index}")
        run.answer_return()
        _remember_end(run, before)
        splits.push_split(run)
    _settled(run)


def _open(run: Run) -> None:
    run.change(opened=True)


def _cancel(run: Run) -> None:
    """Broken off by an administrator: to the first end of kind cancelled."""
    if run.state.closed:
        raise run.refuse("case_closed")
    end = next((s for s in run.process.steps.values() if s.end == "cancelled"), None)
    if end is None:
        raise run.refuse("no_cancelled_end")
    run.events.append({"event": "cancelled", "place": run.state.place.to_json()})
    run.change(due_given=None, suspended=False, suspended_at=None)
    run.arrive(end.name)


def _regroup(run: Run) -> None:
    """Members came or went; the rows themselves are written with the command."""
    members = list(run.command.input["members"])
    run.events.append({"event": f"{run.command.kind}ed", "members": members})


def _unclaim(run: Run) -> None:
    """What somebody had taken on is everybody's again; the rows are written with the command."""
    run.events.append({"event": "unclaimed", "people": list(run.command.input["people"])})


def _retry(run: Run) -> None:
    """What could not be done outside the case is tried again."""
    run.events.append({"event": "retried", "what": run.command.input["what"]})


def _save(run: Run) -> None:
    """What was typed is kept; nothing moves."""
    run.events.append({"event": "saved"})
    run.refresh_due()


def _result(run: Run) -> None:
    """Something outside the case has come back: a document's file, what a connector answers.

    A step that waits for the answer goes on with that to what was asked when the case came to it;
    a late one to what was asked before is only kept. A suspended case goes on when it is resumed.
    """
    into, asked = run.command.name, str(run.command.input.get("asked", ""))
    run.data = with_path(run.data, into, run.command.input["value"])
    run.changed = True
    run.events.append({"event": "result", "into": into})
    if not _asked_at(run, run.state.place, run.state.asked, into, asked):
        _settle_behind(run, into, asked)
        return
    if run.state.suspended:
        run.change(wait_until=moments.local(run.now))
    else:
        _go_on(run)


def _drop(run: Run) -> None:
    """What was to be asked outside is not asked any more: nobody goes back to wait for it."""
    into, asked = run.command.name, str(run.command.input["asked"])
    run.events.append({"event": "dropped", "connector": run.command.input["connector"]})
    _settle_behind(run, into, asked)


def _asked_at(run: Run, place: Place, before: str | None, into: str, asked: str) -> bool:
    """Whether a place waits for the answer to what was asked; ``before`` as it was called then."""
    step = run.process.steps.get(place.step)
    waits = step is not None and step.wait is not None and step.wait.answer == into
    return waits and asked.startswith(before or place.asking)


def _settle_behind(run: Run, into: str, asked: str) -> None:
    """Whoever went on without the answer may not go back to wait for it: it has come."""
    for at, one in list(places_of(run.state)):
        left = one.path[-1] if one.path else None
        if left is None:
            continue
        inner = left.split.branches.values() if left.split is not None else ()
        behind = [(left.place, left.undo.get("held", {}).get("asked"))]
        behind += [(one.place, one.asked) for some in inner for _, one in places_of(some)]
        if any(_asked_at(run, place, before, into, asked) for place, before in behind):
            run.focus(at)
            _settled(run)
            run.focus(())


_COMMANDS: dict[str, Callable[[Run], None]] = {
    "act": _act,
    "save": _save,
    "withdraw": withdraw,
    "extend": _extend,
    "transfer": operations.transfer,
    "cc": operations.cc,
    "urge": operations.urge,
    "add_signer": operations.add_signer,
    "remove_signer": operations.remove_signer,
    "delegate": operations.delegate,
    "sign": operations.sign,
    "time": _time,
    DATES: rescheduling.look_again,
    "outcome": _outcome,
    "open": _open,
    "cancel": _cancel,
    "reroute": reroute,
    "migrate": migrate,
    "unmigrate": unmigrate,
    "unclaim": _unclaim,
    "hand_over": hand_over,
    "retry": _retry,
    "suspend": suspending.suspend,
    "resume": suspending.resume,
    "vote": panels.vote,
    "decline": panels.decline,
    "replace": panels.replace,
    "round": panels.another_round,
    "add": _regroup,
    "remove": _regroup,
    "result": _result,
    "drop": _drop,
}
