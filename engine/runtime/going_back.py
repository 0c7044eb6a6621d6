"""Going back on the path: returning, resuming, and what either of them means with branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from engine.definitions.process import Action, Process
from engine.domain.case import Passed, Place, Resumption, Split, State, first_stage
from engine.runtime import splits
from engine.runtime.run import Run


class Back(NamedTuple):
    """A place on the path to go back to."""

    #: in how many branches the path is that holds it, and where on that path
    depth: int
    position: int
    #: of a parallel step that was passed: its branches, one of them open again
    branches: Mapping[str, State] | None = None


class Returned(NamedTuple):
    """What a return says to the place it leads to: until when, and that it is handed down."""

    due: str | None
    relay: bool

    def relays_at(self, process: Process, step: str) -> bool:
        """Whether whoever has a step hands it down; the initiator has nobody below."""
        who = process.steps[step].who
        return self.relay and not (who is not None and who.kind == "initiator")


def previous(run: Run, returned: Returned | None = None) -> Back:
    """The nearest place held by another organisation or person.

    The path of a branch goes on in that of the case: what is before the split ends all branches.
    Of a parallel step that was passed the branch that joined it is looked through; one that the
    place is in again is not behind it.

    Raises:
        Refused: there is none.
    """
    here = run.state.place

    def is_other(place: Place) -> bool:
        return place.organisation != here.organisation or (
            here.organisation is None and place.step != here.step
        )

    within = {level.state.place.step for level in run.around}
    opening = _Opening(run.process, is_other, returned, by_only=True)
    for depth, path in _paths(run):
        for index in range(len(path) - 1, -1, -1):
            passed = path[index]
            if passed.place.step in within:
                continue
            if passed.split is not None and passed.split.by:
                branches = opening.into(passed.split)
                if branches is not None:
                    return Back(depth, index, branches)
            elif is_other(passed.place):
                return opening.back(path, depth, index)
    raise run.refuse("no_previous_place")


def _paths(run: Run) -> Iterator[tuple[int, tuple[Passed, ...]]]:
    """The path at the place and those around it, with how many branches they are in."""
    depth = len(run.around)
    yield depth, run.state.path
    for level in reversed(run.around):
        depth -= 1
        yield depth, level.state.path


def latest(run: Run, action: Action, target: str | None, returned: Returned) -> Back:
    """The latest place on the path at a step, or in a branch that was passed.

    Raises:
        Refused: the case has not been there.
    """
    opening = _Opening(run.process, lambda place: place.step == target, returned)
    for depth, path in _paths(run):
        for index in range(len(path) - 1, -1, -1):
            passed = path[index]
            if passed.place.step == target:
                return opening.back(path, depth, index)
            branches = opening.into(passed.split) if passed.split is not None else None
            if branches is not None:
                return Back(depth, index, branches)
    step = run.process.steps.get(target or "")
    title = step.title if step is not None else target
    raise run.refuse("target_not_on_path", action=action.title, target=title)


@dataclass(frozen=True)
class _Opening:
    """Opens one place of branches that were passed; the other branches stay done.

    Attributes:
        process: what the case follows.
        wanted: which place.
        returned: what the return says; None if it is no return.
        by_only: looks only through the branch that joined.
    """

    process: Process
    wanted: Callable[[Place], bool]
    returned: Returned | None
    by_only: bool = False

    def back(self, path: tuple[Passed, ...], depth: int, index: int) -> Back:
        """A place of the path itself; a parallel step as it was left."""
        split = path[index].split
        if split is None:
            return Back(depth, first_stage(path, index))
        return Back(depth, index, self._as_left(split.branches))

    def into(self, split: Split) -> Mapping[str, State] | None:
        """The branches with the nearest such place open; None if there is none."""
        joined, _, inner = split.by.partition(".")
        others = () if self.by_only else (name for name in split.branches if name != joined)
        for name in (joined, *others):
            branch = split.branches.get(name)
            back = self._in(branch, inner if name == joined else "") if branch else None
            if back is not None:
                return {
                    key: back if key == name else one if one.joined else one.with_(joined=True)
                    for key, one in split.branches.items()
                }
        return None

    def _in(self, branch: State, by: str) -> State | None:
        if not branch.place.step:
            return None  # It had nothing to do.
        stood = Split(by, branch.branches) if branch.branches else None
        whole = (*branch.path, Passed(branch.place, "", split=stood))
        for index in range(len(whole) - 1, -1, -1):
            place, split = whole[index].place, whole[index].split
            opened = self.into(split) if split is not None else None
            if opened is not None:
                return self._open(branch, place, branch.path[:index], opened)
            if split is None and self.process.steps[place.step].parallel is not None:
                continue  # It joined and ended the branch with that: the path has it.
            looked_through = split is not None and split.by and self.by_only
            if not looked_through and self.wanted(place):
                first = first_stage(whole, index)
                inner = self._as_left(split.branches) if split is not None else {}
                return self._open(branch, whole[first].place, branch.path[:first], inner)
        return None

    def _as_left(self, branches: Mapping[str, State]) -> Mapping[str, State]:
        """Branches as they stood: who had not ended one has it to do again."""
        return {
            name: one if one.joined else self._said(one.with_(branches=self._as_left(one.branches)))
            for name, one in branches.items()
        }

    def _open(
        self,
        branch: State,
        place: Place,
        path: tuple[Passed, ...],
        branches: Mapping[str, State],
    ) -> State:
        passed = branch.path[len(path) :]
        chain = _chain_before(self.process, branch.chain, place, passed)
        inserted = _inserted_before(branch.inserted, passed)
        return self._said(
            branch.with_(
                place=place,
                path=path,
                branches=branches,
                chain=chain,
                inserted=inserted,
                joined=False,
                again=True,
            )
        )

    def _said(self, branch: State) -> State:
        if self.returned is None:
            return branch
        relaying = self.returned.relays_at(self.process, branch.place.step)
        return branch.with_(returned=True, relaying=relaying, due_given=self.returned.due)


def go_back(run: Run, back: Back, *, keep_resume: bool) -> None:
    """Be at a place of the path again; the path ends there.

    Args:
        run: the command.
        back: the place.
        keep_resume: whether the place left can be resumed.
    """
    splits.leave(run, back.depth)
    splits.break_off(run)
    path = run.state.path
    place, split = path[back.position].place, path[back.position].split
    if keep_resume:
        run.change(resume=_resumable(run, path[back.position :]))
    passed = path[back.position :]
    chain = _chain_before(run.process, run.state.chain, place, passed)
    inserted = _inserted_before(run.state.inserted, passed)
    run.change(path=path[: back.position], chain=chain, inserted=inserted)
    if back.branches is not None:
        splits.reopen(run, place, Split("", back.branches))
    elif split is not None:
        splits.reopen(run, place, split)
    else:
        run.arrive(place.step, at=Place(place.step, None, place.organisation, place.visit))


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


def _chain_before(
    process: Process, left: Mapping[str, str], place: Place, passed: tuple[Passed, ...]
) -> dict[str, str]:
    """Where the routes go on from when the case, or a branch, is back at ``place``.

    Args:
        process: the process.
        left: where they went on from until now.
        place: of the path, the first of those that are ``passed`` no more.
        passed: what was passed from there on. An organisation that was inserted is none of the
            route: it goes on from where it was then.
    """
    chain = {name: reached for name, reached in left.items() if name == place.step}
    if process.steps[place.step].chain is not None and place.organisation is not None:
        stood = _then("chain", left, passed) or {}
        chain[place.step] = stood.get(place.step, place.organisation)
    return chain


def _inserted_before(left: tuple[str, ...], passed: tuple[Passed, ...]) -> tuple[str, ...]:
    """The organisations that were still to be visited when the case was at a place before."""
    return tuple(_then("inserted", left, passed) or ())


def _then(name: str, left: Any, passed: tuple[Passed, ...]) -> Any:
    """What a field of the state was at the first of the places ``passed``; ``left`` is it now.

    The first pass that changed it knows.
    """
    for one in passed:
        if name in one.undo:
            return one.undo[name]
    return left


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
    place, split = passed.place, passed.split
    branches, names = (split.branches, split.by.split(".")) if split is not None else ({}, [])
    for name in names:
        if name in branches:
            place, branches = branches[name].place, branches[name].branches
    return place
