"""Wait: for a date, a group process, a linked case, or what a connector brings back."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import Wait
from engine.definitions.shapes import ChoiceOf, Key, One, Path, Values, Vocabulary
from engine.definitions.vocabulary import terms
from engine.definitions.vocabulary.several import join

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
        join(
            "与 `case` 同用：等这个名称下还没有等过的各项业务，其中几项结束就继续（结果 `ended`）；"
            "其余照常办理",
            "with `case`: waits for all cases of the name not waited for before, and how many of "
            "them must have ended (outcome `ended`); the others go on by themselves",
            "最近一项 / the latest",
        ),
        Key(
            "answer",
            Path(),
            "等外部接口的返回：到达时用 `connector` 询问，返回写入这个名称（它的 `into`）后走 `to`",
            "for the answer of the `connector` asked on arrival: once it is kept under this name "
            "(its `into`), `to`",
        ),
    ),
    called=Phrase("wait", "wait"),
    origin="1.2",
)


def _build(values: Values) -> Wait:
    return Wait(
        values.get("until"), values.get("group"), values.get("case"), values.get("answer"),
        values.get("join"),
    )  # fmt: skip


KEY = Key(
    "wait",
    One(VOCABULARY, _build, exactly_one=("until", "group", "case", "answer")),
    "等待日期、成组办理、关联业务或外部接口的返回；其间可以有 `actions`",
    "wait for a date, a group, a linked case or an answer; `actions` are allowed meanwhile",
)
