"""Going in and out of the branches of parallel steps (language 1.2).

A command works on one place. For a place in a branch the run holds the branch's own state, filled
up with what it shares with the case, and the states around it; so that every command is written
once, for a place, and knows nothing of branches unless it leads out of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.definitions.process import Parallel
from engine.domain.case import State, branch_of, places_of

#: a way to a place: the names of the branches, from the outside in
At = tuple[str, ...]


@dataclass(slots=True)
class Level:
    """The state around a branch, and which of its branches is gone into."""

    state: State
    branch: str


def find(state: State, step: str, *, ended: bool = False) -> At | None:
    """The way to the place at ``step``, also where a branch ``ended``; None if there is none."""
    for at, one in places_of(state, ended=ended):
        if one.place.step == step:
            return at
    return None


def state_at(state: State, at: At) -> State:
    """The state of a place, filled up with what it shares with the case."""
    for name in at:
        state = branch_of(state, name)
    return state


def is_joined(parallel: Parallel, branches: Mapping[str, State]) -> bool:
    """Whether enough branches have come to the join."""
    if any(branch.again and not branch.joined for branch in branches.values()):
        return False
    arrived = {name for name, branch in branches.items() if branch.joined}
    # A branch that had nothing to do decides nothing where some are enough.
    idle = {name for name in arrived if not branches[name].place.step}
    match parallel.join:
        case "all":
            return len(arrived) == len(parallel.branches)
        case "any":
            return len(arrived - idle) >= min(1, len(parallel.branches) - len(idle))
        case int(count):
            return len(arrived - idle) >= min(count, len(parallel.branches) - len(idle))
        case name:
            return name in arrived


def acted(branches: Mapping[str, State]) -> Iterable[str]:
    """The branches in which somebody has acted since the split."""
    for name, branch in branches.items():
        inside = any(True for _ in acted(branch.branches))
        # A branch with nothing to do has ended without having been anywhere.
        ended = branch.joined and branch.place.step
        if branch.path or branch.touched or ended or inside:
            yield name


def opened(branches: Mapping[str, State]) -> bool:
    """Whether somebody has opened the case at a place in a branch."""
    return any(branch.opened or opened(branch.branches) for branch in branches.values())
