"""Ranges of numbers: records of a register whose numbers a pool gives out, the lowest first.

How far a range has been used up is a row of ``pools``. A number is taken with the transaction of
the command: undone with it, and nobody gets one that another still may keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from engine.definitions.jurisdiction import Pool
from engine.definitions.register import Ranges, Register
from engine.domain.errors import Refused
from engine.domain.paths import at_path
from engine.services.record_index import LABEL
from engine.services.record_views import RecordView, plain
from engine.store.record_pages import Selection
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.records import Records

#: how many numbers are looked up at once, behind one that is in use
AT_ONCE = 200


class Range(NamedTuple):
    """One range; ``of`` is the key of whom it belongs to."""

    key: str
    of: str
    year: int | None
    first: int
    last: int
    open: bool


class NumberRanges:
    """Takes numbers from ranges, and keeps ranges apart."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def take(self, unit: UnitOfWork, pool: Pool, of: str | None, year: int) -> Sequence[str]:
        """The next free number of somebody's ranges for a year, as the pool writes it.

        Behind it come the first and the last that were passed over, because they are in use.

        Raises:
            Refused: there is nobody it could belong to, or no number is left.
        """
        register = self._register(pool)
        if of is None:
            raise Refused("number_of_nobody", pool=pool.title)
        passed: list[str] = []
        fields = self._fields(unit, register, pool, of)
        for one in self._of(unit, register, of, year):
            name = _name(register, one.key)
            taken = (
                unit.pools.take_up_to(name, first=one.first, last=one.last) if one.open else None
            )
            if taken is None:
                continue
            free, number = self._free(unit, pool, range(taken, one.last + 1), year, fields)
            if free > taken:
                unit.pools.pass_over(name, min(free, one.last) + 1)
                passed += [pool.number(end, year, fields) for end in (taken, free - 1)]
            if number is not None:
                return [number, *passed[:1], *passed[-1:]]
        raise self._short(unit, register, pool, of, year, 1, 0)

    def demand(self, unit: UnitOfWork, pool: Pool, of: str | None, year: int, wanted: int) -> None:
        """Refuse to begin what needs more numbers than are free."""
        register = self._register(pool)
        if of is None:
            raise Refused("number_of_nobody", pool=pool.title)
        fields = self._fields(unit, register, pool, of)
        free = 0
        for one in self._of(unit, register, of, year):
            left = self.left(unit, register, one)[1]
            counts = range(one.last + 1 - left, one.last + 1)
            numbers = ((count, pool.number(count, year, fields)) for count in counts)
            free += sum(1 for _ in islice(unused(unit, pool, numbers), wanted - free))
        if free < wanted:
            raise self._short(unit, register, pool, of, year, wanted, free)

    def figures(self, unit: UnitOfWork, register: Register, record: RecordView) -> tuple[int, int]:
        """How many numbers of a record's range are used, and how many can still be given out."""
        found = self._range(register, record)
        return self.left(unit, register, found) if found is not None else (0, 0)

    @staticmethod
    def left(unit: UnitOfWork, register: Register, one: Range) -> tuple[int, int]:
        """How many numbers of a range are used, and how many can still be given out."""
        following = unit.pools.peek(_name(register, one.key)) or one.first
        return following - one.first, (one.last + 1 - following) if one.open else 0

    # ------------------------------------------------------------ keeping them apart

    def demand_apart(self, unit: UnitOfWork, register: Register, row: RecordRow) -> None:
        """Refuse a range that ends before it begins or overlaps with another one.

        Whoever adds another one for the same owner meanwhile waits. A closed range still counts,
        since its numbers were given out.
        """
        own = self._range(register, self._records.views(unit).preview(row))
        if register.ranges is None or own is None:
            return
        if own.last < own.first:
            raise Refused("range_reversed", first=own.first, last=own.last)
        unit.pools.take(f"ranges/{register.id}/{own.of}")
        for other in self._of(unit, register, own.of, own.year):
            if other.key != row.key and own.first <= other.last and other.first <= own.last:
                raise Refused(
                    "ranges_overlap", owner=self._owner(unit, register, own.of),
                    year=own.year or "", first=own.first, last=own.last,
                    other=f"{other.first}–{other.last}",
                )  # fmt: skip

    def demand_unused(
        self, unit: UnitOfWork, register: Register, row: RecordRow, changed: RecordRow | None = None
    ) -> None:
        """Refuse to take away, or to change otherwise than at its end, a range in use."""
        views = self._records.views(unit)
        before = self._range(register, views.preview(row))
        if register.ranges is None or before is None:
            return
        used = self.left(unit, register, before)[0]
        after = self._range(register, views.preview(changed)) if changed is not None else None
        same = after is not None and after[1:4] == before[1:4]
        if used and not (same and after is not None and after.last >= before.first + used - 1):
            raise Refused("range_in_use", first=before.first, last=before.last, used=used)

    # ------------------------------------------------------------ inside

    def _free(
        self, unit: UnitOfWork, pool: Pool, counts: range, year: int, fields: Mapping[str, str]
    ) -> tuple[int, str | None]:
        """The first of some numbers that nothing has; None and the one behind them: all are."""
        numbers = ((one, pool.number(one, year, fields)) for one in counts)
        return next(unused(unit, pool, numbers), (counts.stop, None))

    def _register(self, pool: Pool) -> Register:
        return self._records.release.registers[pool.ranges or ""]

    def _of(
        self, unit: UnitOfWork, register: Register, of: str, year: int | None
    ) -> Iterator[Range]:
        """The ranges of an owner for a year, the lowest first."""
        assert register.ranges is not None  # checked with the content
        found = []
        for key in unit.record_pages.keys(Selection(register.id, equal={register.ranges.of: [of]})):
            record = self._records.views(unit).view(register.id, key)
            one = self._range(register, record) if record is not None else None
            if one is not None and (one.year is None or year is None or one.year == year):
                found.append(one)
        yield from sorted(found, key=lambda one: one.first)

    @staticmethod
    def _range(register: Register, record: RecordView) -> Range | None:
        declared: Ranges | None = register.ranges
        if declared is None:
            return None
        of, first, last = (
            plain(at_path(record, path)) for path in (declared.of, declared.first, declared.last)
        )
        year = plain(at_path(record, declared.year)) if declared.year is not None else None
        if of in (None, "") or first is None or last is None:
            return None
        state = register.states.get(record.row.state)
        is_open = state is None or not state.closed
        return Range(
            record.row.key, str(of), None if year is None else int(year), int(first), int(last),
            is_open,
        )  # fmt: skip

    def _fields(self, unit: UnitOfWork, register: Register, pool: Pool, of: str) -> dict[str, str]:
        names = pool.placeholders - {"year", "number"}
        owner: Mapping[str, object]
        owner = self._records.views(unit).view(self._owners(register), of) or {}
        return {name: str(plain(at_path(owner, name)) or "") for name in names}

    def _owners(self, register: Register) -> str:
        assert register.ranges is not None  # checked with the content
        return self._records.index.searchable(register).references[register.ranges.of]

    def _owner(self, unit: UnitOfWork, register: Register, of: str) -> str:
        return unit.record_pages.text(self._owners(register), of, LABEL) or of

    def _short(
        self,
        unit: UnitOfWork,
        register: Register,
        pool: Pool,
        of: str,
        year: int,
        wanted: int,
        free: int,
    ) -> Refused:
        return Refused(
            "numbers_short", pool=pool.title, owner=self._owner(unit, register, of), year=year,
            wanted=wanted, free=free, missing=wanted - free,
        )  # fmt: skip


def unused(
    unit: UnitOfWork, pool: Pool, numbers: Iterable[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    """Those of some numbers, each also as it is written, that nothing has for its key yet."""
    if pool.used_in is None:
        yield from numbers
        return
    rest, size = iter(numbers), 1
    while some := list(islice(rest, size)):
        there = unit.records.present(pool.used_in, [number for _, number in some])
        yield from (one for one in some if one[1] not in there)
        size = AT_ONCE


def _name(register: Register, key: str) -> str:
    """What the row of ``pools`` of a range is called; no pool of a jurisdiction is called so."""
    return f"ranges/{register.id}/{key}/next"
