"""Parallel: branches that go on at the same time, and when they are joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Parallel, Step
from engine.definitions.shapes import (
    SNAKE,
    Key,
    MapOf,
    One,
    Schema,
    Shape,
    Spot,
    Values,
    Vocabulary,
)

WORDS = ("all", "any")


class _Join(Shape):
    """``all``, ``any``, how many branches, or the name of the one that decides."""

    def read(self, node: Node, spot: Spot) -> str | int | None:
        value = node.scalar
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        if isinstance(value, str) and re.fullmatch(SNAKE, value):
            return value
        spot.wrong(node, self.words())
        return None

    def schema(self) -> Schema:
        return {"type": ["string", "integer"], "pattern": f"^{SNAKE}$", "minimum": 1}

    def words(self) -> Phrase:
        words = " / ".join(f"`{word}`" for word in WORDS)
        return Phrase(f"{words} / 数字 / 分支名", f"{words} / a number / a branch")


class _Steps(Shape):
    """The steps of a branch. Steps hold branches and branches steps: the shape is given later."""

    def __init__(self) -> None:
        self.shape: Shape | None = None

    def read(self, node: Node, spot: Spot) -> Any:
        assert self.shape is not None  # set when the vocabulary of steps is made
        return self.shape.read(node, spot)

    def schema(self) -> Schema:
        assert self.shape is not None
        return self.shape.schema()

    def words(self) -> Phrase:
        return Phrase("步骤名 → 步骤", "step → step")

    def parts(self) -> Sequence[Vocabulary]:
        # Those of a step are listed where steps are.
        return ()


STEPS = _Steps()
VOCABULARY = Vocabulary(
    "parallel",
    Phrase("并行", "parallel"),
    (
        Key(
            "branches",
            MapOf(STEPS, Phrase("分支名", "branch")),
            "每个分支有自己的步骤，第一个是起点；目标 `join` 结束本分支",
            "each with its own steps, the first is where it begins; "
            "the target `join` ends the branch",
            required=True,
        ),
        Key(
            "join",
            _Join(),
            "什么时候汇合：全部、任一、几个分支到达，或某个分支到达；其余分支随即终止，结果仍可查看",
            "when they are joined: all, any, so many, or one branch has ended; the others are "
            "broken off, their results stay readable",
            default="all",
        ),
    ),
    called=Phrase("parallel", "parallel"),
    origin="1.2",
)


def _build(values: Values) -> Parallel | None:
    branches: Mapping[str, Mapping[str, Step]] = values.get("branches", {})
    if not branches or not all(branches.values()):
        return None
    return Parallel(branches, values.get("join", "all"))


KEY = Key(
    "parallel",
    One(VOCABULARY, _build),
    "同时进行的分支；汇合后走 `to`",
    "branches that go on at the same time; when they are joined, `to`",
)
