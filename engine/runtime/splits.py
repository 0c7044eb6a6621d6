"""Parallel steps: dividing into branches, ending one, joining, leaving, and coming back.

Whatever leads out of a branch goes through :func:`leave` or :func:`end_branch`. The branches as
they stood before the command are kept in ``run.split``, so that the path can remember them: from
that follow withdrawing, resuming, and returning into one branch after the join (language 1.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Step
from engine.domain.case import Passed, Place, Split, State, branch_of, places_of, with_branch
from engine.runtime import moments
from engine.runtime.branches import Level, is_joined

if TYPE_CHECKING:
    from engine.runtime.run import Run

#: what no place holds that a case has only just come to
NOTHING: Mapping[str, Any] = {
    "voters": (), "voted": (), "declined": (), "round": 1, "papers": (), "turn": None,
    "seed": None, "wait_until": None, "assigned": None, "signers": (), "urged": None,
}  # fmt: skip


def leave(run: Run, depth: int) -> None:
    """Leave parallel steps until ``depth`` are left: what is open in them is broken off.

    What was said in the branch about the step that follows goes along.
    """
    if len(run.around) <= depth:
        return
    along = {name: getattr(run.state, name) for name in run.along}
    while len(run.around) > depth:
        by = _by(run)
        run.rise()
        break_off(run, by)
    run.change(**along)


def _by(run: Run) -> str:
    """The branch that is being left; with what was left within it by this command."""
    branch, inner = run.around[-1].branch, run.split.by if run.split is not None else ""
    return f"{branch}.{inner}" if inner else branch


def break_off(run: Run, by: str = "") -> None:
    """End what is open in the branches of the place; the path remembers how they stood."""
    if run.state.branches:
        run.moved = True
        run.split = Split(by, _stood(run, run.state).branches)
        _told(run, "left", by.partition(".")[0])
        run.change(branches={})


def _told(run: Run, event: str, by: str = "") -> None:
    """Note that a parallel step is joined or left, and which places are broken off by that."""
    open_ = [
        one.place.to_json()
        for at, one in places_of(run.state)
        if at and at[0] != by and not one.branches
    ]
    told = {"event": event, "place": run.state.place.to_json(), "open": open_}
    run.events.append(told)


def _stood(run: Run, state: State) -> State:
    """The parallel step around as it was before the command; ``state`` if it was not there."""
    at = tuple(level.branch for level in run.around)
    for way, one in places_of(run.first):
        if way == at and one.branches and one.place.step == state.place.step:
            return one
    return state


def divide(run: Run, step: Step) -> None:
    """Begin all branches of a parallel step; go on at once if that is enough for its join."""
    assert step.parallel is not None
    run.splitting.append(step.name)
    depth = len(run.around)
    for name in step.parallel.branches:
        moment = moments.local(run.now)
        fresh = State(Place("", None, None, 0), "", "", moment, sent_to=run.state.sent_to)
        run.change(branches={**run.state.branches, name: fresh})
        run.around.append(Level(run.state, name))
        run.state = branch_of(run.state, name)
        run.begin()
        if len(run.around) == depth:
            # The branch led straight out of the parallel step: there is nothing to divide.
            run.splitting.pop()
            return
        run.rise()
    run.splitting.pop()
    _join(run, step)


def _join(run: Run, step: Step) -> None:
    """Go on from a parallel step if enough of its branches have come to the join."""
    parallel = step.parallel
    assert parallel is not None
    if step.name in run.splitting or not is_joined(parallel, run.state.branches):
        return
    _told(run, "joined")
    # A return to the branches has been dealt with.
    run.change(branches={}, due_given=None, returned=False, relaying=False)
    run.follow("@done")


def join_what_is_complete(run: Run) -> None:
    """Go on from parallel steps whose join asks for less than it did, from the inside out."""
    while True:
        for at, one in reversed(list(places_of(run.state))):
            step = run.process.steps[one.place.step]
            if (
                step.parallel is not None
                and one.branches
                and is_joined(step.parallel, one.branches)
            ):
                run.focus(at)
                run.moved = True
                run.split = Split("", one.branches)
                _join(run, step)
                push_split(run)
                run.focus(())
                break
        else:
            return


def end_branch(run: Run) -> None:
    """A branch has come to its join."""
    branch = run.around[-1].branch
    run.events.append(
        {"event": "branch_ended", "branch": branch, "place": run.state.place.to_json()}
    )
    run.change(
        joined=True, due=None, due_given=None, overdue=False, stuck=None, touched=False,
        opened=False, returned=False, relaying=False, **NOTHING,
    )  # fmt: skip
    run.moved = True
    step = run.process.steps[run.around[-1].state.place.step]
    assert step.parallel is not None
    around = with_branch(run.around[-1].state, branch, run.state)
    if step.name in run.splitting or not is_joined(step.parallel, around.branches):
        return
    by = _by(run)
    run.rise()
    run.split = Split(by, _stood(run, run.state).branches)
    _join(run, step)


def put_back(run: Run, place: Place, split: Split) -> None:
    """Undo leaving a parallel step: its branches are exactly where they were."""
    run.moved = True
    run.change(
        place=place,
        arrived_at=moments.local(run.now),
        branches=dict(split.branches),
        joined=False,
        stuck=None,
        closed=None,
        outcome=None,
        **NOTHING,
    )
    run.events.append({"event": "arrived", "place": place.to_json()})


def reopen(run: Run, place: Place, split: Split) -> None:
    """Come back to a parallel step: who had not ended a branch has it to do again."""
    step = run.process.steps[place.step]
    visit = run.state.visits_given(place.step) + 1
    run.moved = True
    run.change(
        place=Place(place.step, None, place.organisation, visit),
        visits={**run.state.visits, place.step: run.state.visits.get(place.step, 0) + 1},
        arrived_at=moments.local(run.now),
        branches=dict(split.branches),
        joined=False,
        stuck=None,
        closed=None,
        outcome=None,
        **NOTHING,
    )
    run.set_due(step)
    run.events.append({"event": "arrived", "place": run.state.place.to_json()})
    for name, branch in split.branches.items():
        if branch.joined:
            continue
        run.around.append(Level(run.state, name))
        run.state = branch_of(run.state, name)
        _stand_again(run, branch.place)
        run.rise()


def _stand_again(run: Run, place: Place) -> None:
    """Be at a place of a branch once more, with new work for whoever it waits for."""
    if run.state.branches:
        reopen(run, place, Split("", run.state.branches))
    else:
        # As everywhere on the path, the stages of a step count as one place.
        run.arrive(place.step, at=Place(place.step, None, place.organisation, place.visit))


def state_left(run: Run) -> State:
    """The state of the parallel step that was left, as it was before the command."""
    at = tuple(level.branch for level in run.around)
    return next(one for way, one in places_of(run.first) if way == at)


def push_split(run: Run) -> None:
    """Put a parallel step that was left by no person's action on the path."""
    if run.split is not None and not run.state.closed:
        place = state_left(run).place
        passed = Passed(place, run.command.holder, {}, "never", run.split)
        run.change(path=(*run.state.path, passed))
