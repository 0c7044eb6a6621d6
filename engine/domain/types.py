"""The types of values that definitions name: what a form, a register or an expression holds.

A type says what an author may write, never how a value is stored. Dates and moments travel as
text (``2026-09-30``, ``2026-09-30T09:00:00``, local time of the jurisdiction); their own kinds keep
them from being compared with ordinary text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "boolean", "date", "datetime", "any"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. ``any`` is for what has no declared type: every operator accepts it."""

    kind: Kind


TEXT = Scalar("text")
NUMBER = Scalar("number")
BOOLEAN = Scalar("boolean")
DATE = Scalar("date")
DATETIME = Scalar("datetime")
ANY = Scalar("any")


@dataclass(frozen=True, slots=True)
class ListOf:
    """Several values of one type, in order."""

    item: Type


@dataclass(frozen=True, slots=True)
class Record:
    """A value with named fields: a form, a section, a row."""

    name: str
    fields: Mapping[str, Field]

    def __hash__(self) -> int:
        """Hash by name and field names, so that a record may be the key of a cache."""
        return hash((self.name, tuple(self.fields)))


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of a register, known by its ``id``.

    The fields of the row are those of the register's record, looked up by name in a mapping of
    registers; two references are equal when their ids are.
    """

    register: str


Type = Scalar | ListOf | Record | Reference


@dataclass(frozen=True, slots=True)
class Field:
    """A named place for a value: its type, the caption people see, and where it was declared.

    ``choices`` are the only texts it can hold, when that is known: comparing it with any other
    text is an author's mistake.
    """

    type: Type
    label: str = ""
    origin: str = ""
    choices: tuple[str, ...] = ()


def follow(type_: Type, path: tuple[str, ...], registers: Mapping[str, Record]) -> Type | None:
    """Return the type at the end of a path of field names, or None where the path leads nowhere.

    A reference is followed into its register; ``id`` exists on every reference.
    """
    for name in path:
        if isinstance(type_, Reference):
            record = registers.get(type_.register)
            if record is None or name not in record.fields:
                if name != "id":
                    return None
                type_ = TEXT
                continue
            type_ = record.fields[name].type
        elif isinstance(type_, Record):
            if name not in type_.fields:
                return None
            type_ = type_.fields[name].type
        elif type_ == ANY:
            return ANY
        else:
            return None
    return type_
