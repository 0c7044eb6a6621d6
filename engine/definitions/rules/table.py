"""A rule table as it is written: its inputs, outputs and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Id,
    Key,
    ListOf,
    Literally,
    MapOf,
    Names,
    One,
    Schema,
    Shape,
    Spot,
    Text,
    Values,
    Vocabulary,
    Yes,
    by_type,
)

FOLDER = "rules"
ColumnType = Literal["text", "number", "integer", "boolean", "date"]
COLUMN_TYPES: tuple[ColumnType, ...] = ("text", "number", "integer", "boolean", "date")
Hit = Literal["first", "unique", "any", "collect", "sum", "min", "max", "count"]
HITS: tuple[Hit, ...] = ("first", "unique", "any", "collect", "sum", "min", "max", "count")
#: those of which a single row answers
SINGLE: tuple[Hit, ...] = ("first", "unique", "any")


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """An input or an output: the values it can have."""

    name: str
    title: str
    type: ColumnType
    node: Node
    #: the only words it can have; None when any value of the type will do
    values: tuple[str, ...] | None = None
    #: the code list those words are of
    codes: str | None = None
    #: the least and the greatest number or date, as written
    minimum: Node | None = None
    maximum: Node | None = None
    #: whether an input may be empty; then rows must answer that too
    optional: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """One row: its cells as written. Without ``when`` it answers what no other row does."""

    node: Node
    when: Mapping[str, Node] | None
    #: by output; a single value, written for the only output, stands under ""
    then: Mapping[str, Node]
    note: str = ""


@dataclass(frozen=True, eq=False)
class RuleTable:
    """A rule table."""

    id: str
    title: str
    node: Node
    hit: Hit = "first"
    inputs: Mapping[str, Column] = field(default_factory=dict)
    outputs: Mapping[str, Column] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    #: what ``require`` says when an input is empty that must not be
    missing: str = ""
    #: whether it was read without mistakes
    whole: bool = True


@dataclass(frozen=True)
class Cell(Shape):
    """What stands in a cell, as a node: its meaning depends on its column."""

    many: bool = False

    def read(self, node: Node, spot: Spot) -> Node | None:
        """Read a cell; an empty one is no cell."""
        if node.kind == "scalar" and node.scalar is not None:
            return node
        if self.many and node.kind == "sequence" and node.items:
            return node
        spot.problems.add("RUL102", node, key=spot.name or spot.key)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        scalar: Schema = {"type": ["string", "number", "boolean"]}
        if not self.many:
            return scalar
        return by_type(scalar=scalar, sequence={"type": "array", "items": scalar, "minItems": 1})

    def words(self) -> Phrase:
        """Name the shape."""
        if not self.many:
            return Phrase("值", "value")
        return Phrase("条件格，或条件格的列表", "cell, or list of cells")


def _column(values: Values) -> Column:
    return Column(
        values.name,
        values.get("title", values.name),
        values.get("type", "text"),
        values.node,
        values=values.get("values"),
        codes=values.get("codes"),
        minimum=_scalar(values.node, "minimum"),
        maximum=_scalar(values.node, "maximum"),
        optional=values.get("optional", False),
    )


def _scalar(node: Node, key: str) -> Node | None:
    found = node.get(key)
    return found if found is not None and found.kind == "scalar" else None


_OF = (
    Key("title", Text(), "名称", "caption", default="名称本身 / the name"),
    Key("type", Closed(COLUMN_TYPES), "值的类型", "type of the value"),
    Key("values", Names(Text()), "只有这些词", "only these words"),
    Key(
        "codes", Id(Phrase("代码表", "code list")), "只有此代码表的代码", "only codes of this list"
    ),
)
INPUT = Vocabulary(
    "rule-input",
    Phrase("输入", "input"),
    (
        *_OF,
        Key("minimum", Literally(), "最小的数或最早的日期", "least number or earliest date"),
        Key("maximum", Literally(), "最大的数或最晚的日期", "greatest number or latest date"),
        Key(
            "optional",
            Yes(),
            "可以为空：条件格可写 `== null`，检查缺漏时也考虑为空",
            "may be empty: cells may say `== null`, and a gap for it is a gap",
            "false",
        ),
    ),
    called=Phrase('输入 "{name}" ', 'input "{name}"'),
)
OUTPUT = Vocabulary(
    "rule-output",
    Phrase("输出", "output"),
    _OF,
    called=Phrase('输出 "{name}" ', 'output "{name}"'),
)
_THEN = MapOf(Cell(), Phrase("输出", "output"))
ROW = Vocabulary(
    "rule-row",
    Phrase("行", "row"),
    (
        Key(
            "when",
            MapOf(Cell(many=True), Phrase("输入", "input")),
            "各输入的条件格，不写的输入不限；最后一行不写 when：其余各行都不成立时取它",
            "a cell for each input, one left out is not asked; "
            "a last row without `when` answers what no other does",
        ),
        Key(
            "then",
            ByKind(scalar=Cell(), mapping=_THEN),
            "各输出的值；只有一个输出时直接写值",
            "the value of each output; of a single output the value alone",
            required=True,
        ),
        Key("note", Text(), "依据或说明", "reason or remark"),
    ),
    called=Phrase("行", "a row"),
)


def _row(values: Values) -> Row | None:
    written = values.get("then")
    if written is None:
        return None
    when = values.get("when")
    if when is None and "when" in values.node.entries:
        # Reported already; without its conditions it would answer everything.
        return None
    then = {"": written} if isinstance(written, Node) else written
    return Row(values.node, when, then, values.get("note", ""))


KINDS_OF_VALUE = ("type", "values", "codes")
RULE = Vocabulary(
    "rule",
    Phrase("规则表", "rule table"),
    (
        Key("rule", Text(), "标识 `rules/<路径>`", "id `rules/<path>`", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "hit",
            Closed(HITS),
            "多行成立时：`first` 取第一行；`unique` 不允许，`any` 只许结果相同，检查时报告；"
            "`collect` 全部取，成为列表；`sum`、`min`、`max` 取其和、最小、最大，`count` 取行数",
            "when several rows hold: `first` takes the first, `unique` forbids it and `any` wants "
            "them to say the same (checked), `collect` takes all, as a list, `sum`, `min` and "
            "`max` put them together, `count` counts them",
            default="first",
        ),
        Key(
            "inputs",
            MapOf(One(INPUT, _column, KINDS_OF_VALUE), Phrase("名称", "name")),
            "输入：条件看什么",
            "inputs: what conditions look at",
        ),
        Key(
            "outputs",
            MapOf(One(OUTPUT, _column, KINDS_OF_VALUE), Phrase("名称", "name")),
            "输出：得到什么",
            "outputs: what comes out",
            required=True,
        ),
        Key("rows", ListOf(One(ROW, _row)), "各行，按顺序", "the rows, in order", required=True),
        Key(
            "missing",
            Text(),
            "用于 `require` 时：必填的输入为空时的提示语",
            "used by `require`: the sentence when an input is empty that must not be",
        ),
    ),
    called=Phrase("规则表", "the rule table"),
)


def parse_rule(node: Node, path: str, problems: Problems) -> RuleTable | None:
    """Read a rule table."""
    found = Problems()
    values = read_file(RULE, node, found)
    id_ = file_id(values, "rule", f"{FOLDER}/{path}") if values is not None else ""
    problems.extend(found)
    if values is None:
        return None
    read: Mapping[str, Any] = values.read
    return RuleTable(
        id=id_,
        title=read.get("title", path),
        node=node,
        hit=read.get("hit", "first"),
        inputs=read.get("inputs", {}),
        outputs=read.get("outputs", {}),
        rows=read.get("rows", ()),
        missing=read.get("missing", ""),
        whole=not found.errors,
    )
