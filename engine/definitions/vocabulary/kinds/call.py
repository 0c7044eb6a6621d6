"""Call: creates a case of another process and waits until it has ended."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.shapes import Key, One, Vocabulary
from engine.definitions.vocabulary.effect import begins_with, made

VOCABULARY = Vocabulary(
    "call",
    Phrase("调用", "call"),
    begins_with("被调用"),
    called=Phrase("call", "call"),
    origin="1.2",
)
KEY = Key(
    "call",
    One(VOCABULARY, made("create", "process")),
    "新建另一流程的业务并等它结束；`outcomes` 是它的各个结束步骤",
    "creates a case of another process and waits for its end; `outcomes` are its end steps",
)
