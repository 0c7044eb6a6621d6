"""Conditions on rows: what a ``where`` becomes, and what the store turns into SQL.

Each condition is true or false for a row, never unknown. A comparison with a field the row lacks is
false, and ``Not`` of it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.domain.types import Kind
from engine.expressions.scope import Path
from engine.expressions.values import SCALARS, filled, id_of, look_up

Operator = Literal["==", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Constant:
    """Every row, or none."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A field compared with a value; false for a row without the field.

    ``value`` is never None. ``kind`` says how both are to be compared; a reference is compared by
    its id, as text.
    """

    path: Path
    operator: Operator
    value: str | float | bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class In:
    """A field that is one of some values."""

    path: Path
    values: tuple[str | float | bool, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Filled:
    """A field that is filled in: neither absent nor empty."""

    path: Path


@dataclass(frozen=True, slots=True)
class Exists:
    """A list that has an item fulfilling a condition; the paths inside begin at the item.

    For a list of single values the path inside is empty.
    """

    path: Path
    part: Condition


@dataclass(frozen=True, slots=True)
class Not:
    """The rows that do not fulfil a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """The rows that fulfil all conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The rows that fulfil at least one condition."""

    parts: tuple[Condition, ...]


Condition = Constant | Compare | In | Filled | Exists | Not | And | Or


def matches(condition: Condition, row: Any) -> bool:
    """Tell whether a row (or an item) fulfils a condition."""
    match condition:
        case Constant(holds=holds):
            return holds
        case Not(part=part):
            return not matches(part, row)
        case And(parts=parts):
            return all(matches(part, row) for part in parts)
        case Or(parts=parts):
            return any(matches(part, row) for part in parts)
        case Filled(path=path):
            return filled(_at(row, path))
        case Exists(path=path, part=part):
            return any(matches(part, item) for item in _at(row, path) or () if item is not None)
        case Compare(path=path, operator=operator, value=value, kind=kind):
            found = _value(row, path, kind)
            return found is not None and _ORDER[operator](found, value)
        case In(path=path, values=values, kind=kind):
            return _value(row, path, kind) in values


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, other: bool(one == other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


def _at(row: Any, path: Path) -> Any:
    if not path:
        return row
    return look_up(row, path) if isinstance(row, Mapping) else None


def _value(row: Any, path: Path, kind: Kind) -> Any:
    found = _at(row, path)
    if kind == "text" and isinstance(found, Mapping):
        found = id_of(found)
    return SCALARS[kind](found)
