"""What each expectation of a sample case looks like: wrong ones are reported before it is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from engine.authoring.fields import Fields
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems

#: how a case can have closed; ``false`` where it has not
CLOSED = ("success", "failure", "cancelled")
#: what can be told of a message
OF_A_MESSAGE = ("to", "template", "title")
#: what is seen of a case by somebody
SEEN = ("lists", "actions")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)( ([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00))?\Z")
_TEXT = Phrase("文字", "a text")
_TEXTS = Phrase("文字或列表", "a text or a list of texts")
_MAPPING = Phrase("映射（名称: 值）", "a mapping of names")

Shape = Callable[[Node, Problems, str], bool]


def _wrong(node: Node, problems: Problems, word: str, wanted: Phrase) -> bool:
    problems.add("SMP108", node, key=word, wanted=wanted, given=node.raw or node.text)
    return False


def _is_nothing(node: Node) -> bool:
    return node.kind == "scalar" and node.scalar is None


def _text(node: Node, problems: Problems, word: str) -> bool:
    if node.kind == "scalar" and isinstance(node.scalar, str):
        return True
    return _wrong(node, problems, word, _TEXT)


def _or_nothing(shape: Shape) -> Shape:
    return lambda node, problems, word: _is_nothing(node) or shape(node, problems, word)


def _texts(node: Node, problems: Problems, word: str) -> bool:
    if node.kind == "mapping" or _is_nothing(node):
        return _wrong(node, problems, word, _TEXTS)
    items = node.items if node.kind == "sequence" else (node,)
    good = [_text(item, problems, word) for item in items]
    return all(good)


def _each(shape: Shape) -> Shape:
    """A mapping whose values have a shape."""

    def check(node: Node, problems: Problems, word: str) -> bool:
        if node.kind != "mapping":
            return _wrong(node, problems, word, _MAPPING)
        good = [shape(entry.value, problems, word) for entry in node.entries.values()]
        return all(good)

    return check


def _anything(node: Node, problems: Problems, word: str) -> bool:
    return True


def _data(node: Node, problems: Problems, word: str) -> bool:
    """Sample data by its name, or fields."""
    if node.kind == "scalar" and node.text.startswith("$"):
        return True
    return _each(_anything)(node, problems, word)


def _status(node: Node, problems: Problems, word: str) -> bool:
    return (_each(_text) if node.kind == "mapping" else _or_nothing(_text))(node, problems, word)


def _moment(node: Node, problems: Problems, word: str) -> bool:
    found = _MOMENT.match(node.text) if node.kind == "scalar" else None
    try:
        if found is not None:
            date.fromisoformat(found[1])
            return True
    except ValueError:
        pass
    problems.add("SMP103", node, value=node.text)
    return False


def _closed(node: Node, problems: Problems, word: str) -> bool:
    if node.kind == "scalar" and (node.scalar is False or node.text in CLOSED or _is_nothing(node)):
        return True
    problems.add(
        "SMP109", node, key=word, name=node.text, given=node.text, choices=(*CLOSED, "false")
    )
    return False


def _messages(node: Node, problems: Problems, word: str) -> bool:
    if node.kind != "sequence":
        return _wrong(node, problems, word, Phrase("列表", "a list"))
    where = Phrase("消息", "a message")
    good = True
    for item in node.items:
        named = Fields(item, problems, allowed=OF_A_MESSAGE, where=where).ok
        good = named and _each(_or_nothing(_text))(item, problems, word) and good
    return good


def _visible(node: Node, problems: Problems, word: str) -> bool:
    if not _each(_each(_texts))(node, problems, word):
        return False
    where = Phrase("可见", "what is seen")
    entries = node.entries.values()
    good = [Fields(one.value, problems, allowed=SEEN, where=where).ok for one in entries]
    return all(good)


SHAPES: Mapping[str, Shape] = {
    "at": _texts,
    "waits_for": _texts,
    "status": _status,
    "shown": _or_nothing(_text),
    "actions": _texts,
    "refuses": _each(_text),
    "due": _or_nothing(_moment),
    "deadlines": _each(_or_nothing(_moment)),
    "flags": _texts,
    "data": _data,
    "documents": _texts,
    "messages": _messages,
    "lists": _each(_texts),
    "closed": _closed,
    "incidents": _texts,
    "may_add": _texts,
    "visible": _visible,
    "records": _each(_each(_or_nothing(_each(_anything)))),
    "opinions": _each(_texts),
}


def is_shaped(word: str, node: Node, problems: Problems) -> bool:
    """Report an expectation that nothing found could ever be equal to."""
    return SHAPES[word](node, problems, word)
