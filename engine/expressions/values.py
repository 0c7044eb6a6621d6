"""From stored values to what CEL computes with, and back.

One rule covers everything absent: a missing path, a missing field and null are the same, *nothing*.
A missing yes/no is no, a missing list is empty. Every number is a real number, so that ``2/3`` is
not 0. A reference is known by its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.domain.types import (
    ANY,
    NUMBER,
    ListOf,
    Record,
    Reference,
    Type,
)
from engine.expressions.scope import Path, Scope

Reader = Callable[[Any], Any]

# Prefix of the yes/no that tells whether a field of a record is filled in.
FILLED = "?"

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?([-+]\d\d:\d\d|Z)?\Z")


class WrongType(Exception):
    """A value is not of the type its definition declares."""


@dataclass(slots=True, eq=False)
class Shape:
    """What an expression reads below a value: fields of a record, items of a list."""

    fields: dict[str, Shape] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    whole: bool = False
    item: Shape | None = None

    def of_field(self, name: str) -> Shape:
        """Note that a field is read."""
        return self.fields.setdefault(name, Shape())

    def of_items(self) -> Shape:
        """Note that the items are read."""
        if self.item is None:
            self.item = Shape()
        return self.item

    def of_test(self, name: str) -> None:
        """Note that a field is asked whether it is filled in."""
        self.filled.add(name)

    def of_all(self) -> None:
        """Note that everything below is read."""
        self.whole = True
        if self.item is not None:
            self.item.of_all()


class EitherShape(Shape):
    """What is read below a value that is one of two: it is read below both."""

    def __init__(self, one: Shape, other: Shape) -> None:
        """Note everything at both shapes."""
        super().__init__()
        self.parts = (one, other)

    def of_field(self, name: str) -> Shape:
        """Note that a field is read."""
        return EitherShape(*(part.of_field(name) for part in self.parts))

    def of_items(self) -> Shape:
        """Note that the items are read."""
        return EitherShape(*(part.of_items() for part in self.parts))

    def of_test(self, name: str) -> None:
        """Note that a field is asked whether it is filled in."""
        for part in self.parts:
            part.of_test(name)

    def of_all(self) -> None:
        """Note that everything below is read."""
        for part in self.parts:
            part.of_all()


def filled(value: object) -> bool:
    """Tell whether something was filled in: neither nothing nor empty."""
    return value is not None and value != "" and value != [] and value != {}


def look_up(values: Mapping[str, Any], path: Path) -> Any:
    """Return the value at a path, or None when the path ends early.

    A reference may be given as its bare id.
    """
    found: Any = values
    for name in path:
        # Plain mappings are most of what there is; the test of any other one is slow.
        if type(found) is dict or isinstance(found, Mapping):
            found = found.get(name)
        elif name == "id" and found is not None:
            continue
        else:
            return None
    return found


def pick(paths: Iterable[Path], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return only what the paths read: the facts that are stored and journalled.

    An expression gives the same result for them as for all values.
    """
    facts: dict[str, Any] = {}
    for path in sorted(set(paths)):
        value = look_up(values, path)
        if value is None:
            continue
        inner = facts
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                break
        else:
            inner.setdefault(path[-1], value)
    return facts


def id_of(value: Any) -> str | None:
    """Return the id of a reference, given as a record or as the bare id."""
    if isinstance(value, Mapping):
        value = value.get("id")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise WrongType(f"{value!r} is not an id")
    return value


def ids_of(value: Any) -> list[str]:
    """Return the ids of a list of references."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise WrongType(f"{value!r} is not a list")
    return [found for found in map(id_of, value) if found is not None]


def reader(type_: Type, shape: Shape, scope: Scope) -> Reader:
    """Return the function that turns a stored value of a type into what CEL computes with."""
    if isinstance(type_, ListOf):
        return _list_reader(type_, shape, scope)
    if isinstance(type_, Reference):
        return _record_reader(type_, shape, scope)
    if isinstance(type_, Record):
        return _record_reader(type_, shape, scope)
    return SCALARS[type_.kind]


def result(value: Any, type_: Type) -> Any:
    """Turn what CEL computed into JSON values: whole numbers are int, references are records."""
    if value is None:
        return None
    if isinstance(type_, Reference):
        return {"id": id_of(value)}
    if isinstance(type_, ListOf):
        return [result(item, type_.item) for item in value]
    if isinstance(type_, Record) or type_ == ANY:
        return _plain(value)
    if type_ == NUMBER:
        return _number(value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        # CEL keeps no order of keys; the same result must always be the same bytes.
        kept = sorted(key for key in value if not key.startswith(FILLED))
        return {key: _plain(value[key]) for key in kept}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise WrongType(f"{value!r} is not text")


def _real(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    raise WrongType(f"{value!r} is not a number")


def _yes_or_no(value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    raise WrongType(f"{value!r} is not true or false")


def day_of(value: Any) -> str | None:
    """Return the day of a date or a moment."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and (_DATE.match(value) or _DATETIME.match(value)):
        return value[:10]
    raise WrongType(f"{value!r} is not a date")


def moment_of(value: Any) -> str | None:
    """Return a moment to the second; a date alone is its beginning.

    A moment is local time; an offset from UTC is what the writer's clock said and is left out.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0).isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00"
    if isinstance(value, str):
        if match := _DATETIME.match(value):
            day, time, seconds = match.group(1, 2, 3)
            return f"{day}T{time}{seconds or ':00'}"
        if _DATE.match(value):
            return f"{value}T00:00:00"
    raise WrongType(f"{value!r} is not a moment")


def _anything(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return moment_of(value)
    if isinstance(value, date):
        return day_of(value)
    if isinstance(value, Mapping):
        return {str(key): _anything(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_anything(item) for item in value]
    raise WrongType(f"{value!r} is not a plain value")


SCALARS: Mapping[str, Reader] = {
    "text": _text,
    "number": _real,
    "boolean": _yes_or_no,
    "date": day_of,
    "datetime": moment_of,
    "any": _anything,
}


def _list_reader(type_: ListOf, shape: Shape, scope: Scope) -> Reader:
    item_shape = shape.item or Shape()
    item_shape.whole = item_shape.whole or shape.whole
    read = reader(type_.item, item_shape, scope)

    def read_list(value: Any) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise WrongType(f"{value!r} is not a list")
        return [item for item in map(read, value) if item is not None]

    return read_list


def _record_reader(type_: Record | Reference, shape: Shape, scope: Scope) -> Reader:
    declared = scope.fields_of(type_) or {}
    readers = {
        name: reader(declared[name].type, below, scope)
        for name, below in shape.fields.items()
        if name in declared
    }
    is_reference = isinstance(type_, Reference)
    readers.pop("id", None) if is_reference else None
    tested = tuple(shape.filled)
    whole = shape.whole and not is_reference

    def read_record(value: Any) -> dict[str, Any] | None:
        if value is None or value == "":
            return None
        if is_reference and isinstance(value, str):
            value = {"id": value}
        if not isinstance(value, Mapping):
            raise WrongType(f"{value!r} is not a record")
        record = {str(key): _anything(item) for key, item in value.items()} if whole else {}
        for name, read in readers.items():
            record[name] = read(value.get(name))
        for name in tested:
            record[FILLED + name] = filled(value.get(name))
        if is_reference:
            record["id"] = id_of(value)
        return record

    return read_record
