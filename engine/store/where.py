"""``where`` as SQL: the conditions of :mod:`engine.expressions.where` over records and cases.

Each comparison becomes "is among the rows that an index finds", so that both databases answer from
the index and nothing is ever unknown: a row without the value is simply not among them. A path that
goes on behind a reference is looked up in the register it refers to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.expressions.where import (
    And,
    Compare,
    Condition,
    Constant,
    Exists,
    Filled,
    In,
    Not,
    Or,
)
from engine.store.records import NO_NUMBER
from engine.store.schema import Moment
from engine.store.tables.cases import case_fields, cases
from engine.store.tables.records import record_fields, records

Clause = sa.ColumnElement[bool]
Path = tuple[str, ...]
CASES = "cases"


@dataclass(frozen=True)
class Searchable:
    """What can be searched of a register, or of cases.

    Attributes:
        indexes: dotted paths kept as typed indexes.
        references: those of them that are references, with the register they lead to.
        private: those of them that hold personal data, with what stands there for a value: it can
            be matched as a whole, not read or put in order. Values are replaced before a query is
            composed, so that two tables are alike without it.
    """

    indexes: frozenset[str] = frozenset()
    references: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, Callable[[str], str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Catalogue:
    """Every register by name, and cases under ``cases``. ``zone`` is that of dates of cases."""

    tables: Mapping[str, Searchable]
    zone: ZoneInfo

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        tables = {(name, table.indexes) for name, table in self.tables.items()}
        return hash((frozenset(tables), self.zone.key))


@dataclass(frozen=True)
class Where:
    """The rows of a register, or of cases (``source``), for which a condition holds."""

    condition: Condition
    source: str
    catalogue: Catalogue

    @property
    def clause(self) -> Clause:
        """The condition as SQL.

        Raises:
            KeyError: it reads what is no index, which the check of ``where`` refuses.
        """
        return self.clause_of(None)

    def clause_of(self, case_id: int | None) -> Clause:
        """The condition for one case alone, whose values are asked by its key; for all by None."""
        cases_ = self.source == CASES
        rows: _Rows = (
            _Cases(self.catalogue, case_id) if cases_ else _Records(self.source, self.catalogue)
        )
        return _clause(self.condition, rows)

    @classmethod
    def over(cls, condition: Condition, source: str, catalogue: Catalogue) -> Where:
        """The rows for which a condition holds, personal data being known by what hides them."""
        tables = catalogue.tables
        if any(table.private for table in tables.values()):
            condition = _hidden(condition, lambda path: _private(path, source, tables))
        return cls(condition, source, catalogue)

    def slotted(self, slots: Slots) -> Where:
        """The same with slots in place of values: equal for all conditions of one form."""
        return replace(self, condition=_slotted(self.condition, slots))


class Slot(NamedTuple):
    """The place of a value in a statement that is composed once for many values."""

    name: str
    is_text: bool


class Slots:
    """Takes values out of a question and keeps them by the names of their slots."""

    def __init__(self) -> None:
        self.values: dict[str, str | float] = {}

    def take(self, value: str | float) -> Any:
        """Return the slot of a value."""
        slot = Slot(f"value_{len(self.values)}", isinstance(value, str))
        self.values[slot.name] = value if isinstance(value, str) else float(value)
        return slot


def is_text(value: Any) -> bool:
    """Tell whether a value, or what a slot stands for, is compared as text."""
    return value.is_text if isinstance(value, Slot) else isinstance(value, str)


def one_of(column: sa.ColumnElement[Any], values: Sequence[Any]) -> Clause:
    """Return that a column has one of some values."""
    if not values:
        return sa.false()
    if any(isinstance(value, Slot) for value in values):
        return column.in_([_bound(value) for value in values])
    return column.in_(list(values))


def unindexed(column: sa.ColumnElement[Any], number: bool = False) -> sa.ColumnElement[Any]:
    """Return the same value as an expression, for which no index is used."""
    if number:
        return column + sa.literal_column("0")
    return sa.type_coerce(column.concat(sa.literal_column("''")), column.type)


def _bound(value: Any) -> Any:
    if not isinstance(value, Slot):
        return value
    return sa.bindparam(value.name, type_=sa.Text() if value.is_text else sa.Float())


def _private(
    path: Path, source: str, tables: Mapping[str, Searchable]
) -> Callable[[str], str] | None:
    """Return what hides the values at a path, also behind references."""
    table = tables.get(source)
    if table is None:
        return None
    name = ".".join(path)
    if name in table.private or name in table.indexes:
        return table.private.get(name)
    for length in range(len(path) - 1, 0, -1):
        register = table.references.get(".".join(path[:length]))
        if register is not None:
            return _private(path[length:], register, tables)
    return None


def _hidden(
    condition: Condition, of: Callable[[Path], Callable[[str], str] | None], above: Path = ()
) -> Condition:
    match condition:
        case Compare(path=path, operator="==", value=str() as value):
            hide = of((*above, *path))
            return replace(condition, value=hide(value)) if hide is not None else condition
        case In(path=path, values=values):
            hide = of((*above, *path))
            hidden = values if hide is None else tuple(hide(str(value)) for value in values)
            return replace(condition, values=hidden)
        case Not(part=part):
            return Not(_hidden(part, of, above))
        case Exists(path=path, part=part):
            return Exists(path, _hidden(part, of, (*above, *path)))
        case And(parts=parts):
            return And(tuple(_hidden(part, of, above) for part in parts))
        case Or(parts=parts):
            return Or(tuple(_hidden(part, of, above) for part in parts))
    return condition


def _slotted(condition: Condition, slots: Slots) -> Condition:
    match condition:
        case Compare(value=str() | float() | int() as value, kind=kind) if kind not in _NOT_SLOTTED:
            return replace(condition, value=slots.take(value))
        case In(values=values, kind=kind) if kind not in _NOT_SLOTTED:
            return replace(condition, values=tuple(slots.take(value) for value in values))
        case Not(part=part):
            return Not(_slotted(part, slots))
        case Exists(path=path, part=part):
            return Exists(path, _slotted(part, slots))
        case And(parts=parts):
            return And(tuple(_slotted(part, slots) for part in parts))
        case Or(parts=parts):
            return Or(tuple(_slotted(part, slots) for part in parts))
    return condition


#: A moment becomes a span and "is false" becomes "is not true": their form depends on the value.
_NOT_SLOTTED = ("datetime", "boolean")


class _Rows(Protocol):
    """How a path of a row is compared."""

    def compared(self, path: Path, test: Condition) -> Clause:
        """Return the rows whose value at a path passes a comparison."""

    def items(self, path: Path, part: Condition) -> Clause:
        """Return the rows with an item at a path that passes a condition."""


def _clause(condition: Condition, rows: _Rows) -> Clause:
    match condition:
        case Constant(holds=holds):
            return sa.true() if holds else sa.false()
        case Not(part=part):
            return sa.not_(_clause(part, rows))
        case And(parts=parts):
            return sa.and_(*(_clause(part, rows) for part in parts))
        case Or(parts=parts):
            return sa.or_(*(_clause(part, rows) for part in parts))
        case Exists(path=path, part=part):
            return rows.items(path, part)
        case Compare(path=path, kind="boolean", value=False):
            return sa.not_(rows.compared(path, Compare(path, "==", True, "boolean")))
        case Compare(path=path) | In(path=path) | Filled(path=path):
            return rows.compared(path, condition)


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda column, value: column == value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
}


def _passes(text: Any, number: Any, test: Condition) -> Clause:
    """Return how the two value columns of an index pass a comparison."""
    match test:
        case Filled():
            return sa.or_(text > "", number > NO_NUMBER)
        case In(values=values):
            texts = [value for value in values if is_text(value)]
            numbers = [_number(value) for value in values if not is_text(value)]
            return sa.or_(one_of(text, texts), one_of(number, numbers))
        case Compare(operator=operator, value=value):
            if is_text(value):
                found: Clause = _COMPARE[operator](text, _bound(value))
                return sa.and_(found, text > "") if operator in ("<", "<=") else found
            found = _COMPARE[operator](number, _bound(_number(value)))
            return sa.and_(found, number > NO_NUMBER) if operator in ("<", "<=") else found
    raise TypeError(f"{type(test).__name__} is no comparison")


def _number(value: Any) -> Any:
    return value if isinstance(value, Slot) else float(value)


@dataclass(frozen=True)
class _Records:
    register: str
    catalogue: Catalogue

    @property
    def table(self) -> Searchable:
        return self.catalogue.tables[self.register]

    def compared(self, path: Path, test: Condition) -> Clause:
        name = ".".join(path)
        if name in ("id", "state"):
            column = records.c.key if name == "id" else records.c.state
            return _passes(column, sa.null(), test) if not isinstance(test, Filled) else sa.true()
        if name in self.table.indexes:
            return records.c.id.in_(self._found(name, test))
        reference, rest = _split(path, self.table)
        wanted = _keys(self.table.references[reference], rest, test, self.catalogue)
        return records.c.id.in_(self._rows(reference).where(record_fields.c.text_value.in_(wanted)))

    def items(self, path: Path, part: Condition) -> Clause:
        return records.c.id.in_(_items(path, part, self._item_rows, record_fields.c.record_id))

    def _rows(self, name: str) -> sa.Select[Any]:
        fields = record_fields.c
        return sa.select(fields.record_id).where(
            fields.register == self.register, fields.path == name
        )

    def _found(self, name: str, test: Condition) -> sa.Select[Any]:
        fields = record_fields.c
        return self._rows(name).where(_passes(fields.text_value, fields.number_value, test))

    def _item_rows(self, name: str, test: Condition | None) -> sa.Select[Any]:
        fields = record_fields.c
        rows = sa.select(fields.record_id, fields.no).where(
            fields.register == self.register, fields.path == name
        )
        if test is None:
            return rows
        return rows.where(_passes(fields.text_value, fields.number_value, test))


_COLUMNS = {
    "id": cases.c.uid,
    **{
        name: cases.c[name]
        for name in (
            "number", "process", "year", "initiator", "initiator_organisation", "organisation",
            "step", "stage", "status", "public_status", "outcome", "started_at", "arrived_at",
            "updated_at", "closed_at", "due",
        )
    },
}  # fmt: skip


@dataclass(frozen=True)
class _Cases:
    catalogue: Catalogue
    only: int | None

    @property
    def table(self) -> Searchable:
        return self.catalogue.tables.get(CASES, Searchable())

    def compared(self, path: Path, test: Condition) -> Clause:
        name = ".".join(path)
        if name in ("closed", "open"):
            closed = cases.c.closed_at.is_not(None)
            return closed if name == "closed" else sa.not_(closed)
        if name in _COLUMNS:
            return self._column(_COLUMNS[name], test)
        if name in self.table.indexes or (path[0] == "data" and not self._leads_on(path)):
            return cases.c.id.in_(self._found(name, test))
        reference, rest = _split(path, self.table)
        wanted = _keys(self.table.references[reference], rest, test, self.catalogue)
        if reference in _COLUMNS:
            return _COLUMNS[reference].in_(wanted)
        found = self._rows(reference, case_fields.c.case_id)
        return cases.c.id.in_(found.where(case_fields.c.text_value.in_(wanted)))

    def items(self, path: Path, part: Condition) -> Clause:
        return cases.c.id.in_(_items(path, part, self._item_rows, case_fields.c.case_id))

    def _leads_on(self, path: Path) -> bool:
        """Tell whether a path goes on behind a reference."""
        return any(".".join(path[:length]) in self.table.references for length in range(len(path)))

    def _column(self, column: sa.ColumnElement[Any], test: Condition) -> Clause:
        if isinstance(column.type, Moment):
            return _moment(column, test, self.catalogue.zone)
        if isinstance(test, Filled):
            return column.is_not(None)
        text, number = (sa.null(), column) if _is_number(column) else (column, sa.null())
        found = _passes(text, number, test)
        # A case without the value is not found, and is found by the opposite.
        return sa.and_(column.is_not(None), found)

    def _rows(self, name: str, *columns: Any) -> sa.Select[Any]:
        at, path = case_fields.c, _stored(name)
        if self.only is None:
            return sa.select(*columns).where(at.path == path)
        # A case has few values, a path has very many.
        return sa.select(*columns).where(at.case_id == self.only, unindexed(at.path) == path)

    def _found(self, name: str, test: Condition) -> sa.Select[Any]:
        fields = case_fields.c
        rows = self._rows(name, fields.case_id)
        return rows.where(_passes(fields.text_value, fields.number_value, test))

    def _item_rows(self, name: str, test: Condition | None) -> sa.Select[Any]:
        fields = case_fields.c
        rows = self._rows(name, fields.case_id, fields.no)
        if test is None:
            return rows
        return rows.where(_passes(fields.text_value, fields.number_value, test))


def _stored(name: str) -> str:
    """Return the path as kept beside a case: of its data, without ``data``."""
    return name.removeprefix("data.")


def _is_number(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.Integer | sa.Float)


def _split(path: Path, table: Searchable) -> tuple[str, Path]:
    """Divide a path behind the longest part that is an indexed reference."""
    for length in range(len(path) - 1, 0, -1):
        name = ".".join(path[:length])
        if name in table.references:
            return name, path[length:]
    raise KeyError(".".join(path))


def _keys(register: str, path: Path, test: Condition, catalogue: Catalogue) -> sa.Select[Any]:
    """Return the keys of the records of a register that pass a comparison."""
    inner = _Records(register, catalogue).compared(path, test)
    target = records.alias()
    chosen = sa.select(records.c.id).where(records.c.register == register, inner)
    return sa.select(target.c.key).where(target.c.register == register, target.c.id.in_(chosen))


def _items(
    path: Path,
    part: Condition,
    rows: Callable[[str, Condition | None], sa.Select[Any]],
    owner: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    """Return the owners of items that pass a condition; an item is known by owner and number."""

    def select(inner: Condition) -> Any:
        match inner:
            case And(parts=parts):
                return sa.intersect(*(select(each) for each in parts))
            case Or(parts=parts):
                return sa.union(*(select(each) for each in parts))
            case Compare(path=below) | In(path=below) | Filled(path=below):
                return rows(".".join((*path, *below)), inner)
        raise KeyError(f"{type(inner).__name__} inside a list")

    found = select(part).subquery()
    return sa.select(found.c[owner.key or ""])


def _moment(column: sa.ColumnElement[Any], test: Condition, zone: ZoneInfo) -> Clause:
    match test:
        case Filled():
            return column.is_not(None)
        case In(values=values):
            each = (_moment(column, Compare((), "==", v, "datetime"), zone) for v in values)
            return sa.or_(sa.false(), *each)
        case Compare(operator=operator, value=value):
            first, after = _span(str(value), zone)
            present = column.is_not(None)
            match operator:
                case "==":
                    return sa.and_(present, column >= first, column < after)
                case "<":
                    return sa.and_(present, column < first)
                case "<=":
                    return sa.and_(present, column < after)
                case ">":
                    return sa.and_(present, column >= after)
                case ">=":
                    return sa.and_(present, column >= first)
    raise TypeError(f"{type(test).__name__} is no comparison")


def _span(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a day, or of the second a moment names."""
    if len(text) == 10:
        day = datetime.combine(date.fromisoformat(text), time(), zone)
        return day, day + timedelta(days=1)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment, moment + timedelta(microseconds=1)
