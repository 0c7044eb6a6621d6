"""Taking back one's own last pass while nobody has acted on it (language 1.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.domain.case import Passed, Place, State
from engine.domain.errors import Refused
from engine.domain.paths import with_path
from engine.runtime import deadlines, moments, splits
from engine.runtime.branches import acted, opened
from engine.runtime.going_back import acting_place
from engine.runtime.run import RESTORED, Run

#: what every state has when it is written
_WHOLE = {"format": 1, "place": [""], "initiator": "", "started_at": "", "arrived_at": ""}


def withdraw(run: Run) -> None:
    """Pop the place passed last and restore what the pass changed.

    Raises:
        Refused: somebody has acted since, or it may never be taken back.
    """
    refusal = why_not_withdraw(run)
    if refusal is not None:
        raise refusal
    last = _withdrawable(run)
    path = () if run.state.resumed else run.state.path[:-1]
    left = run.state.place
    undo = dict(last.undo)
    overwritten = undo.pop("set", None)
    held = undo.pop("held", None)
    undo.pop("by", None)
    deadlines.give_back(run, undo.pop("reached", []))
    if overwritten is not None:
        data = dict(run.data)
        for target, value in run.context.facts.before(overwritten).items():
            data = with_path(data, target, value)
        run.data, run.changed = data, True
    defaults = _defaults()
    restored = {
        name: _read_field(name, value) if value is not None else defaults[name]
        for name, value in undo.items()
    }
    if not last.place.is_same_visit(left):
        # What was added to the deadline of the place taken back from is no business of this one;
        # the stages of a step have one deadline.
        restored.setdefault("due_given", None)
        restored.setdefault("due", restored["due_given"])
    run.events.append({"event": "withdrawn", "place": left.to_json()})
    run.change(path=path, **restored)
    came = {"arrived_at": run.state.arrived_at, "came_at": run.state.came_at}
    place = last.place
    if last.split is not None:
        splits.put_back(run, place, last.split)
    else:
        if held is not None:
            known = State.from_json({**_WHOLE, **held})
            held = {name: getattr(known, name) for name in held}
        run.arrive(place.step, at=place, restore=True, held=held)
    # Whoever passed it here before may not take back what was opened or recorded on since, and the
    # deadline is counted from when the case came here first.
    run.change(**{name: restored[name] for name in ("touched", "opened") if name in restored})
    run.change(**came)
    run.refresh_due()
    if held is not None:
        run.refresh_wait()
    run.change(overdue=moments.is_over(run.state.due, run.now))


def why_not_withdraw(run: Run) -> Refused | None:
    """Why the actor cannot take back the last pass."""
    state, command = run.state, run.command
    if not state.path:
        return run.refuse("nothing_to_withdraw")
    if state.suspended:
        return run.refuse("case_suspended")
    last = _withdrawable(run)
    if state.returned or state.relaying:
        return run.refuse("withdraw_decided", step=run.step.title)
    if not _is_mine(run, last):
        # Somebody after the actor has acted, or the actor never passed it.
        passed = any(item.person == command.holder for item in state.path)
        code = "withdraw_decided" if passed else "nothing_to_withdraw"
        return run.refuse(code, step=_title(run, state.path[-1].place))
    if last.kept in ("never", "irreversible", "created", "sent", "called"):
        return run.refuse(f"withdraw_{last.kept}", step=run.step.title)
    if last.kept == "resumed":
        return run.refuse("withdraw_decided", step=run.step.title)
    if state.closed:
        return run.refuse("case_closed")
    if state.touched or any(acted(state.branches)):
        return run.refuse("withdraw_decided", step=run.step.title)
    late = deadlines.why_not_give_back(run, list(last.undo.get("reached", ())))
    if late is not None:
        return late
    if last.kept == "once_opened" and (state.opened or opened(state.branches)):
        return run.refuse("withdraw_opened", step=run.step.title)
    return None


def _is_mine(run: Run, last: Passed) -> bool:
    """Whether a pass is of the actor's organisation, or their own where no organisation has it.

    What somebody took who did not hold the place is for themselves alone to take back.
    """
    command, by = run.command, last.undo.get("by")
    own, place = last.person == command.holder, acting_place(last)
    if by is not None:
        return own and by == command.organisation
    return place.organisation == command.organisation if place.organisation is not None else own


def touch(run: Run) -> None:
    """Somebody has recorded something at the present place.

    Whoever passed the case here may note something themselves and take the pass back all the same:
    nobody else has acted. What they did that cannot be undone keeps the pass where it is.
    """
    for depth in range(len(run.around), -1, -1):
        state = run.state if depth == len(run.around) else run.around[depth].state
        if state.path:
            break
    if not state.path or _of(state).person != run.command.holder:
        run.change(touched=True)
        return
    last, kept = _of(state), run.not_undone()
    if kept is None or last.kept == "never":
        return
    path = tuple(replace(one, kept=kept) if one is last else one for one in state.path)
    if state is run.state:
        run.change(path=path)
    else:
        run.around[depth] = replace(run.around[depth], state=state.with_(path=path))


def _withdrawable(run: Run) -> Passed:
    """The pass that brought the case here."""
    return _of(run.state)


def _of(state: State) -> Passed:
    return state.path[0 if state.resumed else -1]


def _title(run: Run, place: Place) -> str:
    return run.process.steps[place.step].title


def _defaults() -> dict[str, Any]:
    blank = State(Place(""), "", "", "")
    return {name: getattr(blank, name) for name in (*RESTORED, "status")}


def _read_field(name: str, value: Any) -> Any:
    if name in ("inserted", "flags"):
        return tuple(value)
    if name == "resume":
        return State.from_json({**_WHOLE, "resume": value}).resume
    return value
