"""Call: creates a case of another process and waits until it has ended."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.shapes import Key, One, Vocabulary
from engine.definitions.vocabulary.effect import EACH, begins_with, made
from engine.definitions.vocabulary.several import join

VOCABULARY = Vocabulary(
    "call",
    Phrase("调用", "call"),
    (
        *begins_with("被调用"),
        EACH,
        join(
            "与 `each` 同用：其中几项结束就继续（结果 `ended`）；其余未结束的随之取消",
            "with `each`: how many of them must have ended (outcome `ended`); the others are "
            "cancelled",
            "all",
        ),
    ),
    called=Phrase("call", "call"),
    origin="1.2",
)
KEY = Key(
    "call",
    One(VOCABULARY, made("create", "process")),
    "新建另一流程的业务并等它结束；`outcomes` 是它的各个结束步骤。"
    "写 `each` 则新建多项，结果为 `ended`",
    "creates a case of another process and waits for its end; `outcomes` are its end steps. "
    "With `each` it creates several; the outcome is `ended`",
)
