"""Records as expressions and forms read them, with computed fields and references followed.

Everything is looked up when it is asked for and at most once in a unit of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from engine.definitions.release import Release
from engine.domain.types import ListOf, Record, Reference, Type
from engine.expressions import ExpressionError
from engine.runtime.moments import now_and_today
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork


class RecordView(Mapping[str, Any]):
    """A record as a mapping. A reference in it is again such a mapping, or None."""

    def __init__(self, views: Views, row: RecordRow) -> None:
        self._views = views
        self.row = row
        self._type = views.record_type(row.register)
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a field; what is not filled in is None."""
        if name == "id":
            return self.row.key
        if name == "state":
            return self.row.state
        if name not in self._type.fields:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._value(name)
        return self._known[name]

    def _value(self, name: str) -> Any:
        computed = self._views.release.registers[self.row.register].computed.get(name)
        type_ = self._type.fields[name].type
        if computed is None:
            return self._views.wrapped(self.row.data.get(name), type_)
        # What is being worked out has no value for itself: a circle of references ends.
        self._known[name] = None
        value = self._views.computed(computed.value, self)
        return self._views.wrapped(_key(value), type_) if isinstance(type_, Reference) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._type.fields)

    def __len__(self) -> int:
        return len(self._type.fields)


class _Fields(Mapping[str, Any]):
    """A section or row of a record, its references followed."""

    def __init__(self, views: Views, values: Mapping[str, Any], type_: Record) -> None:
        self._views = views
        self._values = values
        self._type = type_

    def __getitem__(self, name: str) -> Any:
        field = self._type.fields.get(name)
        value = self._values[name]
        return value if field is None else self._views.wrapped(value, field.type)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Views:
    """The records one unit of work looks at."""

    def __init__(
        self,
        unit: UnitOfWork,
        release: Release,
        now: datetime,
        calendar: Any = None,
        jurisdiction: str | None = None,
    ) -> None:
        self.unit = unit
        self.release = release
        self.now = now
        self._calendar = calendar
        self._jurisdiction = jurisdiction
        self._rows: dict[tuple[str, str], RecordRow | None] = {}
        self._views: dict[tuple[str, str], RecordView] = {}

    def row(self, register: str, key: str) -> RecordRow | None:
        """Return a record's row."""
        place = (register, key)
        if place not in self._rows:
            self._rows[place] = self.unit.records.load(register, key)
        return self._rows[place]

    def view(self, register: str, key: str | None) -> RecordView | None:
        """Return a record, or None when there is none."""
        if key is None or register not in self.release.registers:
            return None
        place = (register, key)
        if place not in self._views:
            row = self.row(register, key)
            if row is None:
                return None
            self._views[place] = RecordView(self, row)
        return self._views[place]

    def preview(self, row: RecordRow) -> RecordView:
        """Return a record as it would be, without keeping it."""
        return RecordView(self, row)

    def forget(self, register: str, key: str) -> None:
        """Read a record again next time; those that refer to it too."""
        self._rows.pop((register, key), None)
        self._views.clear()

    def record_type(self, register: str) -> Record:
        """Return the type of a register's records."""
        return self.release.bound.records[register]

    def wrapped(self, value: Any, type_: Type) -> Any:
        """Return a stored value with its references followed."""
        if value is None or value == "":
            return None
        if isinstance(type_, Reference):
            key = _key(value)
            # Something that refers to nothing known is still comparable by its id.
            return self.view(type_.register, key) or ({"id": key} if key else None)
        if isinstance(type_, Record) and isinstance(value, Mapping):
            return _Fields(self, value, type_)
        if isinstance(type_, ListOf) and isinstance(value, list | tuple):
            return [self.wrapped(item, type_.item) for item in value]
        return value

    def computed(self, formula: Any, it: RecordView) -> Any:
        """Return the value of a computed field; one that has no value is None."""
        expression = self.release.bound.expressions[formula]
        try:
            return expression.evaluate({"it": it, **self.names}, calendar=self._calendar)
        except ExpressionError:
            return None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What every expression may read beside its row."""
        return now_and_today(self.now)


class ViewsOfUnits:
    """The views of each open unit of work."""

    def __init__(self, make: Callable[[UnitOfWork], Views]) -> None:
        self._make = make
        self._known: WeakKeyDictionary[UnitOfWork, Views] = WeakKeyDictionary()

    def of(self, unit: UnitOfWork) -> Views:
        """Return the views of a unit of work."""
        found = self._known.get(unit)
        if found is None:
            found = self._known[unit] = self._make(unit)
        return found


def _key(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    return str(value) if value not in (None, "") else None


def plain(value: Any) -> Any:
    """Return a value as stored: references as their keys, everything else as it is."""
    if isinstance(value, RecordView):
        return value.row.key
    if isinstance(value, Mapping):
        if set(value) == {"id"}:
            return value["id"]
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
