"""``due``: the deadline of a step; ``deadlines``: those of a whole case."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Choice, Deadline, Due, Extend, Formula
from engine.definitions.shapes import (
    ByKind,
    ChoiceOf,
    Closed,
    Key,
    ListOf,
    Made,
    MapOf,
    One,
    Spot,
    Text,
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


_BY = Key(
    "by",
    ChoiceOf(terms.DATE),
    "截止时间；没有日期就不限时",
    "when; no date means no limit",
    required=True,
)
_REMIND = Key("remind", ListOf(terms.DATE), "提醒的时刻", "moments of reminders")
DUE_MAPPING = Vocabulary(
    "due",
    Phrase("截止时间", "deadline"),
    (
        _BY,
        Key(
            "hard",
            Yes(),
            "逾期动作被拒绝；否则只标记逾期",
            "late actions are refused, else marked late",
            default="false",
        ),
        _REMIND,
        Key("extend", One(EXTEND, _extend), "谁可以延期、何时可以", "who may extend, and when"),
        Key(
            "otherwise",
            terms.ACTION,
            "到期仍未办理时由系统执行的动作；它的 `when` 不成立就只标记",
            "the action the system does when nobody has acted by then",
        ),
    ),
    called=Phrase("due", "due"),
    origin="1.2",
)
DUE = ByKind(
    scalar=Made(terms.DATE, _plain),
    sequence=Made(ChoiceOf(terms.DATE), _choice),
    mapping=One(DUE_MAPPING, _build),
)


def _deadline(values: Values) -> Deadline | None:
    due, reach = _build(values), values.get("reach")
    if due is None or reach is None:
        return None
    return Deadline(values.name, values.get("title") or values.name, values.node, reach, due)


DEADLINE = Vocabulary(
    "deadline",
    Phrase("流程截止时间", "deadline of the process"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "reach",
            terms.STEP,
            "业务在此之前须到达的步骤",
            "the step the case must have come to by then",
            required=True,
        ),
        _BY,
        Key(
            "hard",
            Yes(),
            "逾期不能再到达该步骤；否则只标记逾期",
            "nobody can take the case to that step any more, else it is marked late",
            default="false",
        ),
        _REMIND,
        Key("extend", One(EXTEND, _extend), "谁可以延期、何时可以", "who may extend, and when"),
        Key(
            "otherwise",
            terms.ACTION,
            "到期仍未到达时由系统执行的流程动作",
            "the action of the process that the system does when the step was not reached by then",
        ),
    ),
    called=Phrase('截止时间 "{name}" ', 'deadline "{name}"'),
    origin="1.1",
)
DEADLINES = MapOf(One(DEADLINE, _deadline), Phrase("截止时间名", "deadline"), removable=True)
