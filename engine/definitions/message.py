"""Message templates, and the sentences of the engine's own refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.placeholders import ROOTS, check_placeholders
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Closed, Key, MapOf, One, Text, Values, Vocabulary

MessageKind = Literal["event", "notice", "personal"]
RECIPIENTS = ("initiator", "organisation", "waiting", "actor", "members", "input.people")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in both languages; English falls back to Chinese."""

    zh: str
    en: str = ""

    def text(self, language: str) -> str:
        """Return the text in a language."""
        return self.en if language == "en" and self.en else self.zh


@dataclass(frozen=True, eq=False)
class MessageTemplate:
    """A message the engine sends."""

    id: str
    title: str
    node: Node
    subject: Wording
    body: Wording
    kind: MessageKind = "event"
    #: ``initiator``, ``organisation`` (whom it waits for), ``waiting`` (persons too), ``actor``,
    #: ``members`` (who started the cases of the group, those chosen with the action if any),
    #: ``input.people`` (those named with the operation), or a path in ``data``
    to: str = "initiator"


def _wording(values: Values) -> Wording:
    return Wording(values.get("zh", ""), values.get("en", ""))


WORDING = Vocabulary(
    "wording",
    Phrase("双语文本", "text in two languages"),
    (
        Key("zh", Text(), "中文", "Chinese", required=True),
        Key("en", Text(), "英文", "English"),
    ),
    called=Phrase('"{name}" ', '"{name}"'),
)
MESSAGE = Vocabulary(
    "message",
    Phrase("消息模板", "message template"),
    (
        Key("message", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "kind", Closed(("event", "notice", "personal")), "消息类别", "kind of message", "event"
        ),
        Key(
            "to",
            Text(),
            "收件人：`initiator`、`organisation`、`waiting`（等待办理的人或单位）、`actor`、"
            "`members`（名单中所选或全部业务的发起人）、`input.people`（操作中所选的人员）"
            "或 `data` 中指向人员、机构的路径",
            "whom: `initiator`, `organisation`, `waiting` (the person or organisation it waits "
            "for), `actor`, `members` (who started the chosen or all cases of the group), "
            "`input.people` (those chosen), or a path in `data` to people",
            "initiator",
        ),
        Key("subject", One(WORDING, _wording), "标题", "subject", required=True),
        Key("body", One(WORDING, _wording), "正文", "text", required=True),
    ),
    called=Phrase("消息模板", "the message template"),
)
REFUSALS = Vocabulary(
    "refusals",
    Phrase("拒绝提示", "refusals"),
    (
        Key(
            "refusals",
            MapOf(One(WORDING, _wording), Phrase("代码", "code")),
            "引擎自身的拒绝提示，按代码",
            "the engine's own refusals by code",
            required=True,
        ),
    ),
    called=Phrase("拒绝提示", "the refusals"),
)
_NOTHING = Wording("")


@dataclass(frozen=True, eq=False)
class Refusals:
    """Sentences by refusal code."""

    node: Node
    sentences: Mapping[str, Wording] = field(default_factory=dict)


def parse_message(node: Node, path: str, problems: Problems) -> MessageTemplate | None:
    """Read a message template."""
    values = read_file(MESSAGE, node, problems)
    if values is None:
        return None
    return MessageTemplate(
        id=file_id(values, "message", path),
        title=values.get("title", path),
        node=node,
        subject=values.get("subject", _NOTHING),
        body=values.get("body", _NOTHING),
        kind=values.get("kind", "event"),
        to=values.get("to", "initiator"),
    )


def parse_refusals(node: Node, problems: Problems) -> Refusals | None:
    """Read the catalogue of refusals."""
    values = read_file(REFUSALS, node, problems)
    return Refusals(node, values.get("refusals", {})) if values else None


def check_message(message: MessageTemplate, problems: Problems) -> None:
    """Report unknown recipients and placeholders, and languages that say different things."""
    if message.to not in RECIPIENTS and not re.fullmatch(r"data(\.[a-z][a-z0-9_]*)+", message.to):
        at = message.node.at_path(["to"])
        problems.add("REG109", at, name=message.to, given=message.to, choices=RECIPIENTS)
    for key in ("subject", "body"):
        _check_wording(getattr(message, key), message.node.at_path([key]), problems, key)


def check_refusals(refusals: Refusals, problems: Problems) -> None:
    """Report languages that say different things."""
    for code, wording in refusals.sentences.items():
        node = refusals.node.at_path(["refusals", code])
        _check_wording(wording, node, problems, code, roots=None)


def _check_wording(
    wording: Wording,
    node: Node,
    problems: Problems,
    name: str,
    *,
    roots: tuple[str, ...] | None = ROOTS,
) -> None:
    zh = check_placeholders(wording.zh, node.at_path(["zh"]), problems, roots=roots)
    if not wording.en:
        return
    en = check_placeholders(wording.en, node.at_path(["en"]), problems, roots=roots)
    if set(zh) != set(en):
        lacking = sorted(set(zh) ^ set(en))
        problems.add("REG110", node.at_path(["en"]), name=name, placeholders=lacking)
