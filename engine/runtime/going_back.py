"""Going back on the path: returning, resuming, and what either of them means with branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.definitions.process import Action, Process
from engine.domain.case import Passed, Place, Resumption, Split, first_stage
from engine.runtime import splits
from engine.runtime.branches import divided_at, passed_in
from engine.runtime.run import Run


def previous(run: Run) -> tuple[int, int]:
    """The nearest place held by another organisation or person: depth and index on its path.

    The path of a branch goes on in that of the case: what is before the split ends all branches.
    A parallel step that was passed counts as the place in the branch that joined it; one that the
    place is in again is not behind it.
    """
    here = run.state.place
    within = {level.state.place.step for level in run.around}
    for depth, path in _paths(run):
        for index in range(len(path) - 1, -1, -1):
            if path[index].place.step in within:
                continue
            passed = acting_place(path[index])
            if passed.organisation != here.organisation or (
                here.organisation is None and passed.step != here.step
            ):
                return depth, first_stage(path, index)
    raise run.refuse("no_previous_place")


def _paths(run: Run) -> Iterator[tuple[int, tuple[Passed, ...]]]:
    """The path at the place and those around it, with how many branches they are in."""
    depth = len(run.around)
    yield depth, run.state.path
    for level in reversed(run.around):
        depth -= 1
        yield depth, level.state.path


def latest(run: Run, action: Action, target: str | None) -> tuple[int, int]:
    """The latest place on the path at a step, or in a branch that was passed: depth and index.

    Raises:
        Refused: the case has not been there.
    """
    for depth, path in _paths(run):
        for index in range(len(path) - 1, -1, -1):
            passed = path[index]
            if passed.place.step == target:
                return depth, first_stage(path, index)
            if passed.split is not None and passed_in(passed.split, str(target)):
                return depth, index
    step = run.process.steps.get(target or "")
    title = step.title if step is not None else target
    raise run.refuse("target_not_on_path", action=action.title, target=title)


def go_back_into(run: Run, index: int, split: Split, step: str, *, relaying: bool) -> None:
    """Return to a place in a branch that has been passed: that branch alone is opened again."""
    path = run.state.path
    splits.break_off(run)
    run.change(resume=_resumable(run, path[index:]), path=path[:index], chain={})
    left = {"returned": True, "relaying": relaying, "due_given": run.state.due_given}
    reopened = _opened(run.process, split, step, left)
    splits.reopen(run, path[index].place, reopened)


def _opened(process: Process, split: Split, step: str, left: Mapping[str, Any]) -> Split:
    """The branches of a split with the one open again that holds ``step``, at that place.

    ``left`` is what the return leaves behind there.
    """
    name = passed_in(split, step)
    assert name is not None  # it was found by that
    branch = split.branches[name]
    places = [one.place for one in branch.path]
    known = [number for number, place in enumerate(places) if place.step == step]
    inside = None
    if known:
        first = first_stage(branch.path, known[-1])
        branch = branch.with_(place=places[first], path=branch.path[:first], branches={})
    elif branch.place.step == step:
        branch = branch.with_(branches={})
    else:
        inside = divided_at(branch, step)
    if inside is None:
        branch = branch.with_(**left)
    else:
        # The place is in a branch of the branch: that one alone is open in there.
        index, inner = inside
        place = places[index] if index < len(places) else branch.place
        opened = _opened(process, inner, step, left).branches
        branch = branch.with_(place=place, path=branch.path[:index], branches=opened)
    chain = _chain_before(process, branch.chain, branch.place)
    branch = branch.with_(joined=False, again=True, chain=chain)
    others = {
        key: one if one.joined else one.with_(joined=True) for key, one in split.branches.items()
    }
    return Split(name, {**others, name: branch})


def go_back(run: Run, depth: int, index: int, *, keep_resume: bool) -> None:
    """Be at a place of the path again; the path ends there.

    Args:
        run: the command.
        depth: in how many branches the path is that holds the place.
        index: where on that path.
        keep_resume: whether the place left can be resumed.
    """
    splits.leave(run, depth)
    splits.break_off(run)
    path = run.state.path
    place, split = path[index].place, path[index].split
    if keep_resume:
        run.change(resume=_resumable(run, path[index:]))
    run.change(path=path[:index], chain=_chain_before(run.process, run.state.chain, place))
    if split is not None:
        splits.reopen(run, place, split)
        return
    back = Place(place.step, None, place.organisation, place.visit)
    run.arrive(place.step, at=back)


def _resumable(run: Run, left: tuple[Passed, ...]) -> tuple[Resumption, ...]:
    """What can be resumed once the places ``left`` are behind.

    A return handed down level by level stays one return: it leads back to the place that caused it.
    """
    state = run.state
    taken = run.remember(state.place, left)
    if state.relaying and state.resume:
        *rest, caused = state.resume
        return (*rest, replace(caused, path=(*taken.path, *caused.path)))
    return (*state.resume, taken)


def _chain_before(process: Process, left: Mapping[str, str], place: Place) -> dict[str, str]:
    """Where the routes go on from when the case, or a branch, is back at ``place``."""
    chain = {name: reached for name, reached in left.items() if name == place.step}
    if process.steps[place.step].chain is not None and place.organisation is not None:
        chain[place.step] = place.organisation
    return chain


def resume(run: Run) -> None:
    """Go where the last return, failure or end took the case from.

    Raises:
        Refused: nothing did.
    """
    if not run.state.resume:
        raise run.refuse("nothing_to_resume")
    *rest, taken = run.state.resume
    skipped = [passed.place.to_json() for passed in taken.path]
    if skipped:
        run.events.append({"event": "skipped", "places": skipped})
    splits.break_off(run)
    run.change(
        resume=tuple(rest),
        path=(*run.state.path, *taken.path),
        sent_to=taken.sent_to,
        inserted=taken.inserted,
        chain=taken.chain,
        closed=None,
        outcome=None,
    )
    if taken.split is not None:
        splits.reopen(run, taken.place, taken.split)
    else:
        run.arrive(taken.place.step, at=Place(taken.place.step, None, taken.place.organisation))


def acting_place(passed: Passed) -> Place:
    """Where somebody acted to pass a place: in a parallel step the place in the branch."""
    branch = passed.split.branches.get(passed.split.by) if passed.split is not None else None
    return branch.place if branch is not None else passed.place
