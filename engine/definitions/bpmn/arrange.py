"""Where the steps of a picture stand: the usual way downwards, everything else beside it.

A general layouter puts returns and early ends on top of each other. A review process has one usual
way; drawn as a column, with what happens otherwise to its right and returns along its left side,
it can be read like the list of steps it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.flow import Flow, Way

#: what leads on when nothing special happens comes first
_ORDER = {
    "done": 0,
    "chain": 0,
    "branch": 0,
    "outcome": 1,
    "action": 2,
    "passed_over": 4,
    "expiry": 5,
}
_FORWARD = ("submit", "pass")


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the grid of a picture: column 0 is the usual way."""

    column: int
    row: int


def arrange(flow: Flow) -> Mapping[str, Cell]:
    """Return the place of every step that can be reached."""
    usual = usual_way(flow)
    cells = {name: Cell(0, row) for row, name in enumerate(usual)}
    waiting = list(usual)
    for name in waiting:
        for way in flow.leaving[name]:
            if way.target in cells or way.target not in flow.process.steps:
                continue
            cells[way.target] = _free(cells, _wished(flow, cells[name], way.target))
            waiting.append(way.target)
    return cells


def usual_way(flow: Flow) -> list[str]:
    """Return the steps from the start to an end when nothing special happens."""
    trail = [flow.first]
    while True:
        onward = [
            way
            for way in flow.leaving[trail[-1]]
            if way.target in flow.process.steps and way.target not in trail and not _sideways(way)
        ]
        if not onward:
            return trail
        trail.append(min(onward, key=_preference).target)


def _preference(way: Way) -> tuple[int, int, int]:
    """Prefer what nobody decides, then the last entry of a choice: the one without condition."""
    verb = way.action.verb if way.action is not None else ""
    return (_ORDER[way.via], verb not in _FORWARD, bool(way.condition))


def _sideways(way: Way) -> bool:
    verb = way.action.verb if way.action is not None else "pass"
    return verb in ("return", "fail", "discard", "cancel", "reopen") or way.via == "expiry"


def _wished(flow: Flow, source: Cell, target: str) -> Cell:
    """An end stands beside the step that leads to it, other steps one row below."""
    below = 0 if flow.kind(target) == "end" else 1
    return Cell(source.column + 1, source.row + below)


def _free(cells: Mapping[str, Cell], wished: Cell) -> Cell:
    taken = set(cells.values())
    while wished in taken:
        wished = Cell(wished.column + 1, wished.row)
    return wished
