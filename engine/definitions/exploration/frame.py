"""What of a process decides where its cases can go: all it says but captions and places in files.

Two processes with equal frames are explored alike, so a caption that is typed, or a line that is
put in, costs no exploration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from engine.definitions.bind import BoundProcess
from engine.definitions.process import Formula, Step
from engine.definitions.rules import Rule

#: what people read, and how a file was read; nothing is decided by it
_WORDS = frozenset({"node", "title", "next_title", "noun", "help", "say", "confirm", "read"})
_PLAIN = frozenset({str, int, float, bool, type(None), Fraction})


def frame(bound: BoundProcess) -> object:
    """Return a value that is equal for processes whose cases can go the same ways."""
    return _Frame(bound).of(bound.process)


class _Frame:
    def __init__(self, bound: BoundProcess) -> None:
        self._expressions = bound.expressions
        #: steps of branches, which stand among all steps too
        self._steps: dict[int, object] = {}

    def of(self, value: Any) -> object:
        """The frame of a part: nested tuples of plain values."""
        kind = value.__class__
        if kind in _PLAIN:
            return value
        if kind is Formula:
            return self._formula(value)
        if kind is tuple:
            return tuple(map(self.of, value)) if value else value
        if kind is Step:
            if id(value) not in self._steps:
                self._steps[id(value)] = self._parts(value)
            return self._steps[id(value)]
        if isinstance(value, Mapping):
            return tuple([(key, self.of(one)) for key, one in value.items()])
        # A rule table is the same one or another.
        return self._parts(value) if is_dataclass(value) and kind is not Rule else value

    def _parts(self, value: Any) -> object:
        found: list[object] = [value.__class__]
        for name in _parts(value.__class__):
            part = getattr(value, name)
            found.append(part if part.__class__ in _PLAIN else self.of(part))
        return tuple(found)

    def _formula(self, formula: Formula) -> object:
        """What it reads counts too: facts that are paths are other names for something."""
        found = self._expressions.get(formula)
        given = tuple(map(self.of, formula.made_of))
        return formula.text, given, found and (found.paths, found.constant)


@cache
def _parts(of: type) -> tuple[str, ...]:
    """The names of the parts of a class that count."""
    return tuple(one.name for one in fields(of) if one.name not in _WORDS)
