"""The values a table can be asked with, as boxes of finitely many segments.

The constants of an input's cells cut its values into segments: points, and what lies between them.
All values of a segment answer every cell alike, so that one of each is enough. Gaps, overlaps and
rows that are never reached are found exactly, with the values that show them. The work is counted,
as tables can be made that no machine decides: :class:`TooWide`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from engine.definitions.rules.cells import Cell, Constant, constant
from engine.definitions.rules.table import Column

#: segments looked at before a table is given up; about half a second
MOST_STEPS = 500_000
#: a text that no cell names
OTHER = "\0other"

Values = tuple[Constant, ...]
#: a box as the segments each input may be in, one bit for each
Box = tuple[int, ...]


class TooWide(Exception):
    """The table has too many combinations to be searched."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One input: a value of each segment, and which rows hold there."""

    samples: tuple[Constant, ...]
    #: for each segment, the rows that hold, one bit for each
    rows: tuple[int, ...]


class Space:
    """The boxes of some rows."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Cut the values of each input into segments."""
        self.count = len(rows)
        self.all = (1 << self.count) - 1
        self.axes = [
            _axis(column, [row[place] for row in rows]) for place, column in enumerate(columns)
        ]
        self.boxes: list[Box] = [
            tuple(
                sum(1 << place for place, rows in enumerate(axis.rows) if rows >> row & 1)
                for axis in self.axes
            )
            for row in range(self.count)
        ]
        self.free = self._free()
        self.steps = 0

    def gap(self) -> Values | None:
        """Return values that no row answers, or None."""
        whole = tuple((1 << len(axis.samples)) - 1 for axis in self.axes)
        return self._outside(whole, self.all)

    def overlap(self, one: int, other: int) -> Values | None:
        """Return values that two rows answer, or None."""
        self._count(len(self.axes))
        both = [a & b for a, b in zip(self.boxes[one], self.boxes[other], strict=True)]
        if not all(both):
            return None
        return tuple(
            axis.samples[_first(segments)] for axis, segments in zip(self.axes, both, strict=True)
        )

    def never(self, row: int) -> bool:
        """Tell whether a row answers no values at all."""
        return not all(self.boxes[row])

    def hidden(self, row: int) -> bool:
        """Tell whether rows before a row answer all that it does."""
        return self._outside(self.boxes[row], (1 << row) - 1) is None

    def _free(self) -> list[int]:
        """For each input, the rows that hold whatever it and those after it are."""
        free = [self.all]
        for axis in reversed(self.axes):
            rows = free[-1]
            for held in axis.rows:
                rows &= held
            free.append(rows)
        return free[::-1]

    def _outside(self, box: Box, rows: int) -> Values | None:
        """Return values inside a box that none of some rows answers, or None."""
        if not self.axes:
            return None if rows else ()
        known: set[tuple[int, int]] = set()
        found: list[Constant] = []

        def search(place: int, live: int) -> bool:
            """Tell whether there is a gap behind, and write its values down, last first."""
            if live & self.free[place] or (place, live) in known:
                return False
            if place == len(self.axes):
                return True
            axis, tried = self.axes[place], set[int]()
            for segment in _bits(box[place]):
                self._count(1)
                left = live & axis.rows[segment]
                if left not in tried:
                    tried.add(left)
                    if search(place + 1, left):
                        found.append(axis.samples[segment])
                        return True
            known.add((place, live))
            return False

        return tuple(reversed(found)) if search(0, rows) else None

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooWide


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _bits(bits: int) -> Iterator[int]:
    while bits:
        yield _first(bits)
        bits &= bits - 1


def _axis(column: Column, cells: Sequence[Cell]) -> Axis:
    samples = tuple(_samples(column, cells))
    rows = tuple(
        sum(1 << row for row, cell in enumerate(cells) if cell.holds(sample)) for sample in samples
    )
    return Axis(samples, rows)


def _samples(column: Column, cells: Sequence[Cell]) -> Iterator[Constant]:
    """Go through one value of each segment."""
    constants = {value for cell in cells for value in cell.constants() if value is not None}
    match column.type:
        case "number" | "integer" | "date":
            low, high = limits(column)
            bounds = [value for value in (*constants, low, high) if value is not None]
            for value in _between(column, bounds):
                if (low is None or _at_most(low, value)) and (
                    high is None or _at_most(value, high)
                ):
                    yield value
        case "boolean":
            yield from (True, False)
        case "text" if column.values is not None:
            yield from column.values
        case _:
            yield from sorted(str(value) for value in constants)
            yield OTHER
    if column.optional:
        yield None


def limits(column: Column) -> tuple[Constant, Constant]:
    """Return the least and the greatest value of an input, None where there is no limit."""
    low, high = (
        constant(column, node.text) if node is not None else None
        for node in (column.minimum, column.maximum)
    )
    return low, high


def _at_most(one: Constant, other: Constant) -> bool:
    return bool(one <= other)  # type: ignore[operator]  # both of one ordered kind


def _between(column: Column, bounds: Sequence[Constant]) -> Iterator[Constant]:
    """Go through the bounds, and a value between each and the next, from below to above."""
    if column.type == "date":
        days = [day.toordinal() for day in bounds if isinstance(day, date)]
        for number in _numbers([Fraction(day) for day in days], whole=True):
            if date.min.toordinal() <= number <= date.max.toordinal():
                yield date.fromordinal(int(number))
        return
    numbers = [bound for bound in bounds if isinstance(bound, Fraction)]
    yield from _numbers(numbers, whole=column.type == "integer")


def _numbers(bounds: Sequence[Fraction], *, whole: bool) -> Iterator[Fraction]:
    ordered = sorted(set(bounds))
    if not ordered:
        yield Fraction(0)
        return
    yield Fraction(ceil(ordered[0]) - 1)
    for place, bound in enumerate(ordered):
        if not whole or bound.denominator == 1:
            yield bound
        if place + 1 < len(ordered):
            after = ordered[place + 1]
            if not whole:
                yield (bound + after) / 2
            elif floor(bound) + 1 < after:
                yield Fraction(floor(bound) + 1)
    yield Fraction(floor(ordered[-1]) + 1)
