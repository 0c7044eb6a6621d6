"""A text that is chosen by conditions, as the rows of a table: ``if … then "a" else "b"``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.authoring.node import plain_value
from engine.definitions.dialects import unquoted
from engine.definitions.rules.dmn_columns import Column

_TEXT = r"'(?:[^'\\]|\\.)*'"
_CHOICE = re.compile(
    rf"(?P<asked>(?:[^?'()]|{_TEXT}|\([^()]*\))+?) \? (?P<yes>{_TEXT}) : (?P<no>.+)"
)
_ASKED = re.compile(
    rf"(?P<name>\w+) (?P<sign>==|!=|<=|>=|<|>) (?P<value>{_TEXT}|-?[0-9.]+|true|false)"
)
#: what a cell can hold of each type
_SIGNS = {
    "text": ("==", "!="), "boolean": ("==", "!="), "number": ("==", "!=", "<", ">", "<=", ">="),
}  # fmt: skip
_MOST = 100


def choices_of(found: str, columns: Sequence[Column]) -> list[dict[str, object]] | None:
    """Return the rows of a text that is chosen; None if a condition is more than cells can say."""
    rows: list[dict[str, object]] = []
    known = {one.name: one for one in columns}
    while len(rows) < _MOST:
        found = _unwrapped(found)
        if re.fullmatch(_TEXT, found):
            return [*rows, {"then": unquoted(found)}] if rows else None
        choice = _CHOICE.fullmatch(found)
        when = _cells(_unwrapped(choice["asked"]), known) if choice else None
        if choice is None or when is None:
            return None
        rows.append({"when": when, "then": unquoted(choice["yes"])})
        found = choice["no"]
    return None


def _unwrapped(text: str) -> str:
    inner = re.fullmatch(r"\(([^()]*)\)", text.strip())
    return inner[1] if inner else text.strip()


def _cells(asked: str, known: dict[str, Column]) -> dict[str, object] | None:
    """Return conditions that must all hold as cells."""
    cells: dict[str, object] = {}
    for part in asked.split(" && "):
        cell: object
        plain = re.fullmatch(r"(?P<not>!)?(?P<name>\w+)", part)
        if plain and plain["name"] in known and known[plain["name"]].type == "boolean":
            name, cell = plain["name"], not plain["not"]
        else:
            compared = _ASKED.fullmatch(part)
            column = known.get(compared["name"]) if compared else None
            if compared is None or column is None:
                return None
            name, found = column.name, _cell(compared["sign"], compared["value"], column)
            if found is None:
                return None
            cell = found
        if name in cells and not (isinstance(cells[name], str) and isinstance(cell, str)):
            return None
        cells[name] = f"{cells[name]} && {cell}" if name in cells else cell
    return cells


def _cell(sign: str, value: str, column: Column) -> object:
    type_ = "number" if column.type in ("integer", "date") else column.type
    if sign not in _SIGNS[type_]:
        return None
    constant = unquoted(value) if value.startswith("'") else value
    if sign != "==":
        return f"{sign} {value if column.type == 'text' else constant}"
    return constant if column.type in ("text", "date") else plain_value(constant)
