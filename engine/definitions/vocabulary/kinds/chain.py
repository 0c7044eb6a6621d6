"""Chain: one visit for each organisation along a route."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import Chain
from engine.definitions.shapes import Key, MapOf, One, Switchable, Values, Vocabulary
from engine.definitions.vocabulary import terms

VOCABULARY = Vocabulary(
    "chain",
    Phrase("链", "chain"),
    (
        Key(
            "route",
            terms.ROUTE,
            "路径表；`superior` 是单位树",
            "route table; `superior` is the tree",
            required=True,
        ),
        Key(
            "key",
            MapOf(terms.VALUE, Phrase("键名", "key")),
            "查路径表用的键值",
            "values of the route's keys",
        ),
        Key(
            "from",
            terms.ORGANISATION,
            "从哪个单位之后开始",
            "begins after this organisation",
            required=True,
        ),
        Key(
            "until",
            terms.CONDITION,
            "第一个成立的单位结束本链，并成为 `case.sent_to`",
            "the first organisation for which it holds ends the chain and becomes `case.sent_to`",
            default="最后一个 / the last",
        ),
        Key(
            "resolve",
            Switchable(("at_each_step", "pinned_at_start")),
            "每到一步查路径，还是按提交时的路径走完",
            "look the route up at each step, or once when the case is submitted",
            default="at_each_step",
        ),
    ),
    called=Phrase("chain", "chain"),
    origin="1.2",
)


def _build(values: Values) -> Chain | None:
    if "route" not in values or "from" not in values:
        return None
    return Chain(
        values.get("route"),
        values.get("from"),
        key=values.get("key", {}),
        until=values.get("until"),
        resolve=values.get("resolve"),
    )


KEY = Key(
    "chain",
    One(VOCABULARY, _build),
    "链：沿路径逐个单位办理，单位数量由路径决定",
    "one visit per organisation along the route",
)
