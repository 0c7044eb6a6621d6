"""What an edit answers: the texts it changed, or a question that has to be answered first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.writing import Choice


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in a file, with the keys that lead to it."""

    file: str
    line: int
    column: int
    path: tuple[str | int, ...] = ()
    #: the text there
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """The files an edit changed, whole; none if it changed nothing."""

    files: Mapping[str, str] = field(default_factory=dict)
    #: places that name what was changed and that no edit can decide; a check may report them
    look_at: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """The text is used in several places: do the edit again with one of the choices.

    "everywhere" changes all of them, "here" first writes the text out at the place edited.
    """

    anchor: str
    #: where the text is written
    defined: Spot
    #: the other places it is used at
    used: tuple[Spot, ...]
    choices: tuple[Choice, ...] = ("everywhere", "here")


Answer = Changed | Question


def spot(node: Node, path: tuple[str | int, ...] = ()) -> Spot:
    """Return the place of a node."""
    text = node.text if node.kind == "scalar" else ""
    return Spot(node.at.file, node.at.line, node.at.column, path, text)


def path_at(root: Node, line: int, column: int) -> tuple[str | int, ...]:
    """Return the keys that lead to what is written at a place."""
    path: list[str | int] = []
    node = root
    while True:
        children: list[tuple[str | int, Node]] = [
            (name, entry.value) for name, entry in node.entries.items()
        ]
        children += list(enumerate(node.items))
        inside = next(
            (
                (name, child)
                for name, child in children
                if (child.at.line, child.at.column) <= (line, column)
                and (line, column) < (child.end.line, child.end.column)
            ),
            None,
        )
        if inside is None:
            return tuple(path)
        path.append(inside[0])
        node = inside[1]
        if node.alias_of is not None:
            return tuple(path)
