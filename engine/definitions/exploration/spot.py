"""Where a case is, without what grows: no people, organisations, dates or numbers of visits.

Each of these stands for many states of the engine (:class:`engine.domain.case.State`). What is
left out is taken both ways wherever it decides, so that a state of the engine never has a way that
its spot has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Split(NamedTuple):
    """The branches of a parallel step as they stood when it was left, and by which of them.

    ``by`` goes on with the branch within that branch, if that is where it was left: ``a.c``.
    """

    by: str
    branches: tuple[tuple[str, Spot], ...]


class Passed(NamedTuple):
    """A step on the path. ``again``: it was also passed earlier, in a place that is forgotten."""

    step: str
    split: Split | None = None
    again: bool = False


Path = tuple[Passed, ...]


class Taken(NamedTuple):
    """Where a return, failure or end took the case from. ``again``: more than once."""

    step: str
    path: Path = ()
    split: Split | None = None
    again: bool = False


class Spot(NamedTuple):
    """A place of a case: at a parallel step with its branches, each of which is a spot again."""

    step: str = ""
    stage: str | None = None
    branches: tuple[tuple[str, Spot], ...] = ()
    path: Path = ()
    resume: tuple[Taken, ...] = ()
    joined: bool = False
    again: bool = False
    returned: bool = False
    relaying: bool = False
    #: the next submit goes back to where the return came from
    straight: bool = False
    #: the case may have been sent to an organisation (``case.sent_to``)
    sent: bool = False


class State(NamedTuple):
    """A spot, and the values of what guards read and a case keeps."""

    spot: Spot
    values: tuple[object, ...] = ()


class Level(NamedTuple):
    """The spot around a branch, and the name of the branch."""

    spot: Spot
    branch: str


class Focus(NamedTuple):
    """A spot that is being worked on, and the levels around it, from the outside in."""

    around: tuple[Level, ...]
    spot: Spot
    values: tuple[object, ...]
    #: the parallel step left last, and how it stood: what the path remembers
    left: tuple[str, Split] | None = None
    #: parallel steps whose branches are just being begun
    dividing: frozenset[str] = frozenset()
    #: steps passed through since somebody acted
    seen: frozenset[str] = frozenset()

    @property
    def within(self) -> tuple[tuple[str, str], ...]:
        """The parallel steps and branches around the spot."""
        return tuple((level.spot.step, level.branch) for level in self.around)

    @property
    def by(self) -> str:
        """The branch that is being left; with what was left within it since somebody acted."""
        branch, inner = self.around[-1].branch, self.left[1].by if self.left is not None else ""
        return f"{branch}.{inner}" if inner else branch

    def at(self, **changes: object) -> Focus:
        """The focus with its spot changed."""
        return self._replace(spot=self.spot._replace(**changes))  # type: ignore[arg-type]

    def rise(self) -> Focus:
        """Go out of a branch; nothing is ended by that."""
        *around, level = self.around
        others = {**dict(level.spot.branches), level.branch: self.spot}
        spot = level.spot._replace(branches=tuple(others.items()))
        return self._replace(around=tuple(around), spot=spot)

    def leave(self, depth: int) -> Focus:
        """Leave parallel steps until ``depth`` are left: what is open in them is broken off."""
        focus = self
        while len(focus.around) > depth:
            *around, (spot, _) = focus.around
            focus = focus._replace(
                around=tuple(around),
                spot=spot._replace(branches=()),
                left=(spot.step, Split(focus.by, spot.branches)),
            )
        return focus

    def break_off(self) -> Focus:
        """End what is open in the branches of the spot."""
        if not self.spot.branches:
            return self
        left = (self.spot.step, Split("", self.spot.branches))
        return self._replace(spot=self.spot._replace(branches=()), left=left)

    def state(self) -> State:
        """The whole case as it is now."""
        focus = self
        while focus.around:
            focus = focus.rise()
        return State(focus.spot, self.values)


def places(spot: Spot, around: tuple[Level, ...] = ()) -> Iterator[tuple[tuple[Level, ...], Spot]]:
    """Go through every spot of a case with the levels around it; ended branches are left out."""
    if spot.joined:
        return
    yield around, spot
    for name, branch in spot.branches:
        yield from places(branch, (*around, Level(spot, name)))


def width(spot: Spot) -> int:
    """Return the number of spots in a spot, its own and those of all branches."""
    return 1 + sum(width(branch) for _, branch in spot.branches)


def standing(spot: Spot) -> tuple[str, ...]:
    """Return the steps a case stands at: its own, or those of its branches that are open."""
    return tuple(
        one.step for _, one in places(spot) if all(branch.joined for _, branch in one.branches)
    )


def pushed(path: Path, passed: Passed) -> Path:
    """Put a step on a path; one that is there already moves to the end."""
    if path and path[-1].step == passed.step and passed.split is None and path[-1].split is None:
        return path
    known = any(one.step == passed.step for one in path)
    rest = tuple(one for one in path if one.step != passed.step)
    return (*rest, passed._replace(again=passed.again or known))


def joined_paths(path: Path, more: Iterable[Passed]) -> Path:
    """Put a path behind another."""
    for one in more:
        path = pushed(path, one)
    return path


def popped(path: Path, index: int) -> Path:
    """What may be on a path when it ends before ``index``."""
    return (*path[:index], *(one for one in path[index:] if one.again))


def taken_from(resume: tuple[Taken, ...], taken: Taken) -> tuple[Taken, ...]:
    """Remember where a case was taken from; a step is kept once."""
    known = next((one for one in resume if one.step == taken.step), None)
    if known is None:
        return (*resume, taken)
    rest = tuple(one for one in resume if one is not known)
    return (*rest, taken._replace(path=joined_paths(known.path, taken.path), again=True))
