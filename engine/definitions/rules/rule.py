"""A rule table made ready to decide: its cells compiled, its gaps and overlaps reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.codes import CodeList
from engine.definitions.known import CODES, expect, said
from engine.definitions.rules.cells import CONSTANTS, Cell, CellReader, Constant, plain_number
from engine.definitions.rules.space import OTHER, Space, TooWide, Values, limits
from engine.definitions.rules.table import SINGLE, Column, Hit, Row, RuleTable
from engine.domain.types import BOOLEAN, DATE, NUMBER, TEXT, Field, ListOf, Record, Scalar, Type
from engine.expressions import Calendar, Expression, Scope, compile
from engine.expressions.functions import exact

TYPES: Mapping[str, Scalar] = {
    "text": TEXT, "number": NUMBER, "integer": NUMBER, "boolean": BOOLEAN, "date": DATE,
}  # fmt: skip
MOST_INPUTS = 16
MOST_ROWS = 300
#: how many answers a table remembers
MOST_KNOWN = 1000
INPUT = Phrase("输入", "input")
OUTPUT = Phrase("输出", "output")


def type_of(column: Column) -> Type:
    """Return the type of the values of a column."""
    return TYPES[column.type]


def scope_of(inputs: Mapping[str, Column]) -> Scope:
    """Return the names that what comes out of a table may be computed from."""
    return Scope(
        {
            name: Field(
                TYPES[one.type],
                one.title,
                f"{one.node.at.file}:{one.node.at.line}",
                one.values or (),
            )
            for name, one in inputs.items()
        }
    )


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """A row made ready: its cells by input, its condition, what comes out."""

    #: counted from 1
    number: int
    node: Node
    cells: Mapping[str, Cell]
    #: on the names of the inputs; None for the row without ``when``
    condition: Expression | None
    #: a text as it is, anything else as an expression over the inputs
    then: Mapping[str, str | Expression]
    #: where the outputs are written
    written: Mapping[str, Node]
    note: str = ""

    def condition_on(self, operands: Mapping[str, str]) -> str:
        """Write the condition as an expression on something else than the names of the inputs."""
        parts = [
            cell.written(operands.get(name, "null"))
            for name, cell in self.cells.items()
            if cell.tests
        ]
        # What joins alternatives is kept together.
        parts = [f"({part})" if " || " in part and len(parts) > 1 else part for part in parts]
        return " && ".join(parts) or "true"


@dataclass(frozen=True, slots=True)
class Decided:
    """What a table says about some values: the rows that hold, by number, and what comes out."""

    rows: tuple[int, ...]
    value: Any


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule table without mistakes, ready to decide."""

    table: RuleTable
    inputs: Mapping[str, Column]
    outputs: Mapping[str, Column]
    lines: tuple[Line, ...]
    #: what answers when no row does
    otherwise: Line | None
    scope: Scope = field(repr=False)
    _known: dict[tuple[Any, ...], Sequence[Line]] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The id."""
        return self.table.id

    @property
    def hit(self) -> Hit:
        """What happens when several rows hold."""
        return self.table.hit

    @property
    def only(self) -> Column | None:
        """The output if there is but one."""
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 else None

    @cached_property
    def type(self) -> Type:
        """The type of what comes out: the value of the only output, else a record of all."""
        one: Type
        if self.only is not None:
            one = TYPES[self.only.type]
        else:
            fields = {
                name: Field(TYPES[out.type], out.title, self.id, out.values or ())
                for name, out in self.outputs.items()
            }
            one = Record(self.id, fields)
        if self.hit == "count":
            return NUMBER
        return ListOf(one) if self.hit == "collect" else one

    def decide(self, values: Mapping[str, Any], *, calendar: Calendar | None = None) -> Decided:
        """Return the rows that hold for some values, and what comes out.

        Nothing comes out of a table whose rows do not hold and that has no last row for that;
        there is always a count.

        Args:
            values: by input, as JSON; what is missing is empty.
            calendar: the working days of the jurisdiction, for what comes out.
        """
        hits = self._hits(tuple(values.get(name) for name in self.inputs))
        found = [self._out(line, values, calendar) for line in hits]
        return Decided(tuple(line.number for line in hits), self._together(found))

    def _together(self, found: Sequence[Any]) -> Any:
        """Put together what comes out of the rows that hold."""
        if self.hit == "collect":
            return list(found)
        if self.hit == "count":
            return len(found)
        if self.hit in SINGLE or not found:
            return found[0] if found else None
        if self.only is not None:
            return _aggregated(self.hit, found)
        return {name: _aggregated(self.hit, [one[name] for one in found]) for name in self.outputs}

    def _hits(self, given: tuple[Any, ...]) -> Sequence[Line]:
        """Return the rows that hold; a case asks for the same values again and again."""
        known = self._known.get(given)
        if known is None:
            values = dict(zip(self.inputs, given, strict=True))
            holding = (
                line
                for line in self.lines
                if line.condition is None or line.condition.evaluate(values) is True
            )
            known = tuple(islice(holding, 1) if self.hit in SINGLE else holding)
            if not known and self.otherwise is not None:
                known = (self.otherwise,)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[given] = known
        return known

    def _out(self, line: Line, values: Mapping[str, Any], calendar: Calendar | None) -> Any:
        found = {
            name: out if isinstance(out, str) else out.evaluate(values, calendar=calendar)
            for name, out in line.then.items()
        }
        return found[self.only.name] if self.only is not None else found


def _aggregated(hit: Hit, numbers: Sequence[float | None]) -> float | None:
    """Return the sum, the least or the greatest of what there is."""
    given = [number for number in numbers if number is not None]
    if not given:
        return None
    match hit:
        case "min":
            return min(given)
        case "max":
            return max(given)
        case _:
            return exact(sum(given))


def bind_rule(table: RuleTable, codes: Mapping[str, CodeList], problems: Problems) -> Rule | None:
    """Make a table ready, reporting all that is wrong with it.

    Returns:
        The rule, or None if there is anything wrong that stops a release.
    """
    binder = _Binder(table, codes)
    found = binder.rule()
    problems.extend(binder.problems)
    return found if table.whole and not binder.problems.errors else None


class _Binder:
    def __init__(self, table: RuleTable, codes: Mapping[str, CodeList]) -> None:
        self.table = table
        self.codes = codes
        self.problems = Problems()

    def rule(self) -> Rule:
        inputs = {name: self._known(one, INPUT) for name, one in self.table.inputs.items()}
        outputs = {name: self._known(one, OUTPUT) for name, one in self.table.outputs.items()}
        self._size(outputs)
        self._addable(outputs)
        scope = scope_of(inputs)
        readers = {name: CellReader(one, self.problems) for name, one in inputs.items()}
        lines = [
            self._line(place + 1, row, readers, outputs, scope)
            for place, row in enumerate(self.table.rows)
        ]
        *before, last = lines or [None]
        otherwise = last if last is not None and self.table.rows[-1].when is None else None
        asked = before if otherwise is not None else lines
        rule = Rule(
            self.table, inputs, outputs, tuple(one for one in asked if one), otherwise, scope
        )
        if self.table.whole and not self.problems.errors:
            self._search(rule)
        return rule

    def _known(self, column: Column, kind: Phrase) -> Column:
        """Return a column with the words of its code list, its limits looked at."""
        where = Phrase(f'{kind.zh} "{column.name}" ', f'{kind.en} "{column.name}"')
        for key, node in (("minimum", column.minimum), ("maximum", column.maximum)):
            if node is not None and (
                column.type not in ("number", "integer", "date")
                or limits(column)[key == "maximum"] is None
            ):
                ordered = column.type in ("number", "integer", "date")
                expected = (
                    CONSTANTS[column.type]
                    if ordered
                    else Phrase(
                        "不写（只有数字和日期有上下限）", "left out: only numbers and dates"
                    )
                )
                self.problems.add(
                    "DEF102", node, where=where, key=key, expected=expected, value=node.text
                )
        low, high = limits(column) if column.type in ("number", "integer", "date") else (None, None)
        if low is not None and high is not None and not low <= high:  # type: ignore[operator]
            at = column.node.at_path(["maximum"])
            self.problems.add("RUL106", at, cell=f"{shown(low)}..{shown(high)}", name=column.name)
        if column.codes is None:
            if column.values is not None and not column.values:
                self.problems.add("RUL102", column.node.at_path(["values"]), key=column.name)
            return column
        at = column.node.at_path(["codes"])
        if not expect(self.problems, at, CODES, column.codes, self.codes, where):
            return column
        return replace(column, values=tuple(self.codes[column.codes].values))

    def _size(self, outputs: Mapping[str, Column]) -> None:
        node = self.table.node
        if not outputs:
            self.problems.add("RUL111", node.key("outputs"))
        if not self.table.rows:
            self.problems.add("RUL112", node.key("rows"))
        for key, count, most in (
            ("inputs", len(self.table.inputs), MOST_INPUTS),
            ("rows", len(self.table.rows), MOST_ROWS),
        ):
            if count > most:
                self.problems.add("RUL125", node.key(key), count=count, most=most, key=key)

    def _addable(self, outputs: Mapping[str, Column]) -> None:
        """Report outputs that rows cannot be put together by, and a row for the rest of a count."""
        hit = self.table.hit
        for column in outputs.values():
            if hit in ("sum", "min", "max") and column.type not in ("number", "integer"):
                self.problems.add("RUL126", column.node, hit=hit, name=column.name)
        if hit == "count" and self.table.rows and self.table.rows[-1].when is None:
            self.problems.add("RUL127", self.table.rows[-1].node, length=1)

    def _line(
        self,
        number: int,
        row: Row,
        readers: Mapping[str, CellReader],
        outputs: Mapping[str, Column],
        scope: Scope,
    ) -> Line | None:
        if row.when is None and number < len(self.table.rows):
            self.problems.add("RUL110", row.node, length=1, number=number)
        cells: dict[str, Cell] = {name: Cell() for name in readers}
        for name, node in (row.when or {}).items():
            reader = readers.get(name)
            if reader is None:
                self._unknown(row.node.at_path(["when"]).key(name), INPUT, name, tuple(readers))
                continue
            cell = reader.read(node)
            if cell is not None:
                cells[name] = cell
                self._may_hold(reader.column, node, cell)
        then, written = self._then(row, outputs, scope)
        line = Line(number, row.node, cells, None, then, written, row.note)
        if self.problems.errors:
            return line
        text = line.condition_on({name: name for name in readers})
        condition = None
        if text != "true":
            condition = compile(text, scope, want=BOOLEAN, node=row.node.at, problems=self.problems)
        return replace(line, condition=condition)

    def _may_hold(self, column: Column, node: Node, cell: Cell) -> None:
        """Report a cell that holds for no value at all."""
        if cell.tests and Space([column], [[cell]]).never(0):
            shown = node.text or ", ".join(item.text for item in node.items)
            self.problems.add("RUL106", node, cell=shown, name=column.name)

    def _then(
        self, row: Row, outputs: Mapping[str, Column], scope: Scope
    ) -> tuple[dict[str, str | Expression], dict[str, Node]]:
        written = dict(row.then)
        single = written.pop("", None)
        if single is not None:
            if len(outputs) != 1:
                self.problems.add("RUL113", single, outputs=tuple(outputs))
                return {}, {}
            written = {next(iter(outputs)): single}
        elif row.node.get("then") is not None:
            at = row.node.at_path(["then"])
            for name in written.keys() - outputs.keys():
                self._unknown(at.key(name), OUTPUT, name, tuple(outputs))
            for name in outputs.keys() - written.keys():
                self.problems.add("RUL114", at, length=1, name=name)
        then = {}
        for name, node in written.items():
            column = outputs.get(name)
            value = self._out(column, node, scope) if column is not None else None
            if value is not None:
                then[name] = value
        return then, written

    def _out(self, column: Column, node: Node, scope: Scope) -> str | Expression | None:
        if column.type == "text":
            if not isinstance(node.scalar, str):
                where = said("输出", "output", column.name)
                found = CONSTANTS["boolean" if isinstance(node.scalar, bool) else "number"]
                self.problems.add(
                    "DEF105", node, where=where, key="then", value=node.text, found=found
                )
                return None
            if column.values is not None and node.text not in column.values:
                self.problems.add(
                    "RUL104", node, name=column.name, value=node.text, given=node.text,
                    choices=column.values,
                )  # fmt: skip
                return None
            return node.text
        text = node.text
        if column.type == "date" and CellReader(column, Problems()).read(node):
            text = f"'{text}'"
        return compile(text, scope, want=TYPES[column.type], node=node, problems=self.problems)

    def _unknown(self, node: Node, kind: Phrase, name: str, choices: Sequence[str]) -> None:
        self.problems.add("RUL107", node, kind=kind, name=name, given=name, choices=choices)

    # Gaps and overlaps -------------------------------------------------------------------------

    def _search(self, rule: Rule) -> None:
        columns = list(rule.inputs.values())
        rows = [[line.cells[one.name] for one in columns] for line in rule.lines]
        try:
            space = Space(columns, rows)
            if self.table.hit == "first":
                self._hidden(rule, space)
            elif self.table.hit in SINGLE:
                self._overlaps(rule, space, columns)
            if self.table.hit in SINGLE and rule.otherwise is None:
                gap = space.gap()
                if gap is not None:
                    example = self._example(columns, gap)
                    self.problems.add("RUL120", self.table.node.key("rows"), example=example)
        except TooWide:
            self.problems.add("RUL124", self.table.node.key("rows"))

    def _hidden(self, rule: Rule, space: Space) -> None:
        for place, line in enumerate(rule.lines):
            if space.hidden(place):
                by = self._hiding(space, place)
                self.problems.add("RUL122", line.node, length=1, number=line.number, by=by)

    def _hiding(self, space: Space, place: int) -> Phrase:
        """Say which row is in front of a row that is never reached."""
        box = space.boxes[place]
        for before in range(place):
            other = space.boxes[before]
            if all(own & ~theirs == 0 for own, theirs in zip(box, other, strict=True)):
                return Phrase(f"第 {before + 1} 行", f"row {before + 1}")
        return Phrase("前面几行合起来", "the rows before it together")

    def _overlaps(self, rule: Rule, space: Space, columns: Sequence[Column]) -> None:
        for place, line in enumerate(rule.lines):
            for before in range(place):
                if self.table.hit == "any" and _says_the_same(rule.lines[before], line):
                    continue
                both = space.overlap(before, place)
                if both is not None:
                    code = "RUL121" if self.table.hit == "unique" else "RUL123"
                    self.problems.add(
                        code, line.node, length=1, one=before + 1, other=line.number,
                        example=self._example(columns, both), related=rule.lines[before].node,
                    )  # fmt: skip
                    break

    def _example(self, columns: Sequence[Column], values: Values) -> Phrase:
        """Write values as people read them: with the captions of codes."""
        if not columns:
            return Phrase("任何情况", "any case")
        zh, en = [], []
        for column, value in zip(columns, values, strict=True):
            if value == OTHER:
                zh.append(f"{column.name} = 其他文本")
                en.append(f"{column.name} = any other text")
                continue
            if value is None:
                zh.append(f"{column.name} 为空")
                en.append(f"{column.name} empty")
                continue
            text = f"{column.name} = {shown(value)}"
            caption = self._caption(column, value)
            zh.append(f"{text}（{caption}）" if caption else text)
            en.append(text)
        return Phrase("，".join(zh), ", ".join(en))

    def _caption(self, column: Column, value: Constant) -> str:
        codes = self.codes.get(column.codes) if column.codes is not None else None
        return codes.title_of(value) if codes is not None else ""


def _says_the_same(one: Line, other: Line) -> bool:
    """Tell whether the same comes out of two rows, as far as it is written the same."""
    return {name: node.text for name, node in one.written.items()} == {
        name: node.text for name, node in other.written.items()
    }


def shown(value: Constant) -> str:
    """Write a constant as authors do."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else plain_number(value)
