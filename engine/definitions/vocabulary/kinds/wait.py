"""Wait: for a date, to be decided in a group process, or for a linked case."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import Wait
from engine.definitions.shapes import ChoiceOf, Key, One, Values, Vocabulary
from engine.definitions.vocabulary import terms

VOCABULARY = Vocabulary(
    "wait",
    Phrase("等待", "wait"),
    (
        Key(
            "until",
            ChoiceOf(terms.DATE),
            "等到这个时刻，然后走 `to`",
            "until this moment, then `to`",
        ),
        Key(
            "group",
            terms.PROCESS,
            "等待在这个成组流程中办理；结果见 `outcomes`",
            "to be decided in this group process; see `outcomes`",
        ),
        Key(
            "case",
            terms.LINK,
            "等这个名称的关联业务结束；`outcomes` 是它的各个结束步骤",
            "until the case linked by this name has ended; `outcomes` are its end steps",
        ),
    ),
    called=Phrase("wait", "wait"),
    origin="1.2",
)


def _build(values: Values) -> Wait:
    return Wait(values.get("until"), values.get("group"), values.get("case"))


KEY = Key(
    "wait",
    One(VOCABULARY, _build, exactly_one=("until", "group", "case")),
    "等待日期、成组办理或关联业务；其间可以有 `actions`",
    "wait for a date, a group or a linked case; `actions` are allowed meanwhile",
)
