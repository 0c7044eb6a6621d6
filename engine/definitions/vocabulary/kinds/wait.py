"""Wait: for a date, or to be decided in a group process."""

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
        Key("case", terms.LINK, "等待关联业务", "for a linked case", later=True),
    ),
    called=Phrase("wait", "wait"),
    origin="1.2",
)


def _build(values: Values) -> Wait | None:
    if "until" not in values and "group" not in values:
        return None
    return Wait(until=values.get("until"), group=values.get("group"))


KEY = Key(
    "wait",
    One(VOCABULARY, _build, exactly_one=("until", "group", "case")),
    "等待日期或成组办理；其间可以有 `actions`",
    "wait for a date or a group; `actions` are allowed meanwhile",
)
