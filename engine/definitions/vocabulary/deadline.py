"""``due``: the deadline of a step."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Choice, Due, Extend, Formula
from engine.definitions.shapes import (
    ByKind,
    ChoiceOf,
    Closed,
    Key,
    ListOf,
    Made,
    One,
    Spot,
    Values,
    Vocabulary,
    Yes,
)
from engine.definitions.vocabulary import terms

EXTEND = Vocabulary(
    "extend",
    Phrase("延期", "extension"),
    (
        Key(
            "permission",
            terms.PERMISSION,
            "谁可以改截止时间；退回该业务的单位也可以",
            "who may move the deadline, beside the organisation that returned the case",
            required=True,
        ),
        Key(
            "when",
            Closed(("after_expiry", "any_time")),
            "逾期后才可以，还是随时可以",
            "only after expiry, or at any time",
            default="any_time",
        ),
    ),
    called=Phrase("extend", "extend"),
    origin="1.2",
)


def _extend(values: Values) -> Extend:
    return Extend(values.get("permission", ""), values.get("when", "any_time"))


def _build(values: Values) -> Due | None:
    by: Choice[Formula] | None = values.get("by")
    if by is None:
        return None
    return Due(
        by,
        hard=values.get("hard", False),
        remind=values.get("remind", ()),
        extend=values.get("extend"),
        otherwise=values.get("otherwise"),
    )


def _plain(value: Formula, _node: Node, _spot: Spot) -> Due:
    return Due(Choice(((None, value),)))


def _choice(value: Choice[Formula], _node: Node, _spot: Spot) -> Due:
    return Due(value)


DEADLINE = Vocabulary(
    "due",
    Phrase("截止时间", "deadline"),
    (
        Key(
            "by",
            ChoiceOf(terms.DATE),
            "截止时间；没有日期就不限时",
            "when; no date means no limit",
            required=True,
        ),
        Key(
            "hard",
            Yes(),
            "逾期动作被拒绝；否则只标记逾期",
            "late actions are refused, else marked late",
            default="false",
        ),
        Key("remind", ListOf(terms.DATE), "提醒的时刻", "moments of reminders"),
        Key("extend", One(EXTEND, _extend), "谁可以延期、何时可以", "who may extend, and when"),
        Key(
            "otherwise",
            terms.ACTION,
            "到期仍未办理时由系统执行的动作",
            "the action the system does when nobody has acted by then",
        ),
    ),
    called=Phrase("due", "due"),
    origin="1.2",
)
DUE = ByKind(
    scalar=Made(terms.DATE, _plain),
    sequence=Made(ChoiceOf(terms.DATE), _choice),
    mapping=One(DEADLINE, _build),
)
