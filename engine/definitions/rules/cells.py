"""Cells: short conditions on one input, the input itself left out.

``>= 5``, ``3..5``, ``>= 3 && < 5``, ``middle``, ``!= middle``, ``== null``, a list of them (one of
them holds), ``-`` (any). Comparisons are those of expressions and mean the same; what they are
compared with is always a constant, so that gaps and overlaps can be found exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.rules.table import Column

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
Constant = Fraction | date | str | bool | None
#: any value does
ANYTHING = "-"

_OPERATORS: tuple[Operator, ...] = ("==", "!=", "<=", ">=", "<", ">")
_ORDERED = ("number", "integer", "date")
_RANGE = re.compile(r"(?P<low>\S+?)\s*\.\.\s*(?P<high>\S+)\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?\Z")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
#: what a constant of each type is called
CONSTANTS = {
    "number": Phrase("数字", "a number"),
    "integer": Phrase("整数", "a whole number"),
    "date": Phrase("日期，如 2026-09-01", "a date such as 2026-09-01"),
    "boolean": Phrase("true 或 false", "true or false"),
    "text": Phrase("文本", "a text"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator and a constant; None is ``null``."""

    operator: Operator
    value: Constant

    def holds(self, value: Constant) -> bool:
        """Tell whether it holds for a value, as the expression does.

        Nothing is only ``null``, and a truth value nobody gave is false.
        """
        if value is None and isinstance(self.value, bool):
            value = False
        if value is None or self.value is None:
            same = value is None and self.value is None
            return same if self.operator == "==" else self.operator == "!=" and value is not None
        if self.operator in ("==", "!="):
            return (value == self.value) == (self.operator == "==")
        return _ordered(self.operator, value, self.value)


@dataclass(frozen=True, slots=True)
class Cell:
    """Alternatives, each of comparisons that must all hold. None at all: any value does."""

    tests: tuple[tuple[Comparison, ...], ...] = ()

    def holds(self, value: Constant) -> bool:
        """Tell whether the cell holds for a value."""
        return not self.tests or any(all(one.holds(value) for one in test) for test in self.tests)

    def constants(self) -> Iterator[Constant]:
        """Go through what values are compared with."""
        for test in self.tests:
            for one in test:
                yield one.value

    def written(self, operand: str) -> str:
        """Write the condition on an operand as an expression; empty when any value does."""
        equal = [test[0].value for test in self.tests if _is_equality(test)]
        parts = [_conjunction(test, operand) for test in self.tests if not _is_equality(test)]
        if len(equal) == 1:
            parts.insert(0, f"{operand} == {written(equal[0])}")
        elif equal:
            parts.insert(0, f"{operand} in [{', '.join(written(value) for value in equal)}]")
        return parts[0] if len(parts) == 1 else " || ".join(f"({part})" for part in parts)


def _is_equality(test: Sequence[Comparison]) -> bool:
    return len(test) == 1 and test[0].operator == "==" and test[0].value is not None


def _conjunction(test: Sequence[Comparison], operand: str) -> str:
    parts = []
    for one in test:
        part = f"{operand} {one.operator} {written(one.value)}"
        if one.operator == "!=" and one.value is not None and not isinstance(one.value, bool):
            # Nothing is not equal to anything either, and answers no cell but `== null`.
            part = f"{operand} != null && {part}"
        parts.append(part)
    return " && ".join(parts)


def _ordered(operator: Operator, one: object, other: object) -> bool:
    if not (isinstance(one, Fraction) and isinstance(other, Fraction)) and not (
        isinstance(one, date) and isinstance(other, date)
    ):
        return False
    less, equal = one < other, one == other  # type: ignore[operator]  # both of one kind
    match operator:
        case "<":
            return less
        case "<=":
            return less or equal
        case ">":
            return not less and not equal
    return not less


def written(value: Constant) -> str:
    """Write a constant as expressions do."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return plain_number(value)
    text = value.isoformat() if isinstance(value, date) else value
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def plain_number(value: Fraction) -> str:
    """Write a number as people do."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.10f}".rstrip("0").rstrip(".")


class CellReader:
    """Reads the cells of one column, reporting what it does not understand."""

    def __init__(self, column: Column, problems: Problems) -> None:
        """Begin with a column whose words are known."""
        self.column = column
        self.problems = problems

    def read(self, node: Node) -> Cell | None:
        """Return the cell written at a node."""
        items = node.items if node.kind == "sequence" else (node,)
        tests = []
        for item in items:
            if item.kind == "scalar" and item.text.strip() == ANYTHING:
                if len(items) == 1:
                    return Cell()
                self._wrong(item)
                return None
            test = self._test(item)
            if test is None:
                return None
            tests.append(test)
        return Cell(tuple(tests))

    def _test(self, node: Node) -> tuple[Comparison, ...] | None:
        if node.kind != "scalar" or node.scalar is None:
            self.problems.add("RUL102", node, key=self.column.name)
            return None
        text = node.text.strip()
        if self._named(node, text):
            return None
        found = self._range(node, text)
        if found is not None:
            return found
        tests = [self._comparison(node, part) for part in split(text, "&&")]
        good = [test for test in tests if test is not None]
        return tuple(good) if len(good) == len(tests) else None

    def _named(self, node: Node, text: str) -> bool:
        """Report a cell that names its own input, which is left out."""
        name = re.escape(self.column.name)
        found = re.match(rf"{name}\s*(?P<rest>(==|!=|<=|>=|<|>).*)", text)
        if found is None:
            return False
        self.problems.add("RUL103", node, name=self.column.name, cell=found["rest"].strip())
        return True

    def _range(self, node: Node, text: str) -> tuple[Comparison, ...] | None:
        match = _RANGE.match(text) if self.column.type in _ORDERED else None
        if match is None or text[0] in "<>=!":
            return None
        low, high = (constant(self.column, match[end]) for end in ("low", "high"))
        if low is None or high is None:
            return None
        return (Comparison(">=", low), Comparison("<=", high))

    def _comparison(self, node: Node, text: str) -> Comparison | None:
        operator: Operator = "=="
        for known in _OPERATORS:
            if text.startswith(known):
                operator, text = known, text[len(known) :].strip()
                break
        equality = operator in ("==", "!=")
        if text == "null" and equality:
            if self.column.optional or operator == "!=":
                return Comparison(operator, None)
            self.problems.add("RUL105", node, name=self.column.name)
            return None
        if self.column.type not in _ORDERED and not equality:
            self._wrong(node)
            return None
        value = constant(self.column, text)
        if value is None:
            self._unknown(node, text)
            return None
        return Comparison(operator, value)

    def _unknown(self, node: Node, text: str) -> None:
        """Report a constant that the input cannot have."""
        words = self.column.values
        if words is None:
            self._wrong(node)
            return
        given = _unquoted(text)
        self.problems.add(
            "RUL104", node, name=self.column.name, value=given, given=given, choices=words
        )

    def _wrong(self, node: Node) -> None:
        self.problems.add(
            "RUL101",
            node,
            name=self.column.name,
            cell=node.text,
            expected=CONSTANTS[self.column.type],
        )


def constant(column: Column, text: str) -> Constant:
    """Return a constant of a column, or None for what is none."""
    match column.type:
        case "number" | "integer":
            return Fraction(text) if _NUMBER.match(text) else None
        case "date":
            return _date(text)
        case "boolean":
            return {"true": True, "false": False}.get(text)
    value = _unquoted(text)
    if column.values is not None and value not in column.values:
        return None
    return value or None


def typed(column: Column, text: str) -> Any:
    """Return a value of a column that was typed, as JSON; None for what is none."""
    found = constant(column, text)
    if isinstance(found, Fraction):
        return int(found) if found.denominator == 1 else float(found)
    return found.isoformat() if isinstance(found, date) else found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-09-01") else None
    except ValueError:
        return None


def _unquoted(text: str) -> str:
    if _QUOTED.fullmatch(text):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def split(text: str, separator: str) -> list[str]:
    """Split a text outside its quotes."""
    parts, start = [], 0
    for match in re.finditer(rf"{_QUOTED.pattern}|{re.escape(separator)}", text):
        if match[0] == separator:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]
