"""How many of several cases must have ended: all, any, or a number of them."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.shapes import Key, Schema, Shape, Spot

WORDS = ("all", "any")


class _HowMany(Shape):
    def read(self, node: Node, spot: Spot) -> str | int | None:
        value = node.scalar
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        if value in WORDS:
            return str(value)
        spot.wrong(node, self.words())
        return None

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(WORDS)}, {"type": "integer", "minimum": 1}]}

    def words(self) -> Phrase:
        words = " / ".join(f"`{word}`" for word in WORDS)
        return Phrase(f"{words} / 数字", f"{words} / a number")


def join(zh: str, en: str, default: str) -> Key:
    """The key by which a step waits for several cases."""
    return Key("join", _HowMany(), zh, en, default=default)
