"""What a process declares for its expressions: facts, policies, flags; and what audiences see."""

from __future__ import annotations

from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Fact, Flag, Formula, Policy, Query, View
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Key,
    ListOf,
    Literally,
    Made,
    MapOf,
    Names,
    One,
    Path,
    Spot,
    Text,
    Values,
    Vocabulary,
    rule_use,
)
from engine.definitions.vocabulary import terms

QueryKind = Literal["exists", "count", "sum", "first"]
QUERIES: tuple[QueryKind, ...] = ("exists", "count", "sum", "first")


def _fact(value: Formula, node: Node, spot: Spot) -> Fact:
    return Fact(spot.name, node, formula=value)


def _query(values: Values) -> Fact | None:
    if "rule" in values:
        return Fact(values.name, values.node, use=rule_use(values))
    for kind in QUERIES:
        if kind in values:
            query = Query(kind, values.get(kind), values.get("where"), values.get("of"))
            return Fact(values.name, values.node, query=query)
    return None


FACT = Vocabulary(
    "fact",
    Phrase("查询", "query"),
    (
        Key("exists", terms.SOURCE, "有没有这样的行", "whether there is such a row"),
        Key("count", terms.SOURCE, "有多少行", "how many rows"),
        Key("sum", terms.SOURCE, "`of` 的合计", "the sum of `of`"),
        Key("first", terms.SOURCE, "第一行", "the first row"),
        Key(
            "where",
            terms.CONDITION,
            "对每行 `it` 的条件（变成 SQL 的子集）",
            "condition over the row `it` (the subset that becomes SQL)",
        ),
        Key("of", terms.VALUE, "合计或取出的字段", "the field summed or taken"),
        Key("rule", terms.RULE, "规则表得出的值", "what a rule table says"),
        Key("with", terms.INPUTS, "规则表的输入", "the inputs of the rule table"),
    ),
    called=Phrase('事实 "{name}" ', 'fact "{name}"'),
    origin="1.1",
)
FACTS = MapOf(
    ByKind(
        scalar=Made(terms.VALUE, _fact),
        mapping=One(FACT, _query, exactly_one=(*QUERIES, "rule")),
    ),
    terms.FACTS,
    removable=True,
)

DATED = Vocabulary(
    "dated",
    Phrase("起始日与值", "dated value"),
    (
        Key("from", Text(), "从这一天起", "from this date"),
        Key("then", Literally(), "取的值", "the value", required=True),
    ),
    called=Phrase("default", "default"),
    origin="1.1",
)
Dated = tuple[str | None, object]


def _dated(values: Values) -> Dated:
    return (values.get("from"), values.get("then"))


def _plain(value: object, _node: Node, _spot: Spot) -> tuple[Dated, ...]:
    return ((None, value),)


DEFAULT = ByKind(scalar=Made(Literally(), _plain), sequence=ListOf(One(DATED, _dated)))
POLICY_TYPES = ("boolean", "number", "text", "date")
POLICY = Vocabulary(
    "policy",
    Phrase("政策开关", "policy"),
    (
        Key("type", Closed(POLICY_TYPES), "值的类型", "type of the value"),
        Key("values", Names(terms.OPTION), "允许的词", "the words allowed"),
        Key(
            "default",
            DEFAULT,
            "默认值，或 [{from: 日期, then: 值}]",
            "default, or [{from: date, then}]",
            required=True,
        ),
        Key(
            "set_by",
            Names(terms.LAYER),
            "哪些层可以改：`jurisdiction`，或值为记录的事实",
            "which layers may override: `jurisdiction`, or a fact that is a record",
        ),
        Key(
            "as_of",
            terms.DATE,
            "按哪个日期选默认值",
            "the date that selects the default",
            default="case.started_at",
        ),
    ),
    called=Phrase('政策 "{name}" ', 'policy "{name}"'),
    origin="1.1",
)


def _policy(values: Values) -> Policy | None:
    if "default" not in values:
        return None
    words = values.get("values")
    return Policy(
        values.name,
        values.node,
        "word" if words is not None else values.get("type", "boolean"),
        words,
        values.get("default"),
        set_by=values.get("set_by", ()),
        as_of=values.get("as_of"),
    )


POLICIES = MapOf(
    One(POLICY, _policy, exactly_one=("type", "values")),
    Phrase("政策名", "policy"),
    removable=True,
)

FLAG = Vocabulary(
    "flag",
    Phrase("标记", "flag"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "when",
            terms.CONDITION,
            "成立时带上：每次显示列表和页面时判断；不写则由动作设置",
            "carried while it holds, asked at every look; without it actions set the flag",
        ),
    ),
    called=Phrase('标记 "{name}" ', 'flag "{name}"'),
    origin="1.1",
)


def _flag_title(value: str, _node: Node, spot: Spot) -> Flag:
    return Flag(spot.name, value)


def _flag(values: Values) -> Flag:
    return Flag(values.name, values.get("title") or values.name, values.get("when"))


FLAGS = MapOf(
    ByKind(scalar=Made(Text(), _flag_title), mapping=One(FLAG, _flag)),
    Phrase("标记名", "flag"),
    removable=True,
)

VIEW = Vocabulary(
    "view",
    Phrase("可见范围", "view"),
    (
        Key("hide", Names(Path()), "不显示的字段和分区", "fields and sections not shown"),
        Key("mask", Names(Path()), "部分遮盖的字段", "fields shown masked"),
        Key("when", terms.CONDITION, "何时如此", "when this holds", default="true"),
    ),
    called=Phrase('views 的 "{name}" ', 'view of "{name}"'),
    origin="1.1",
)


def _view(values: Values) -> View:
    return View(values.name, values.get("hide", ()), values.get("mask", ()), values.get("when"))


VIEWS = MapOf(
    One(VIEW, _view), Phrase("`initiator`、权限或角色", "`initiator`, permission or role")
)
