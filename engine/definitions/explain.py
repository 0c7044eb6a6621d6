"""What an author can write at a line: the names with type, caption and origin, and the whole file.

For a process, the flattened text is shown as well, each part that comes from another file with its
place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.authoring.emitting import after_key
from engine.authoring.node import Node
from engine.authoring.problem import Position
from engine.definitions.bind import BoundProcess
from engine.definitions.process import Formula, actions_of
from engine.definitions.rules import Rule
from engine.definitions.uses import Use, uses
from engine.expressions import Row, Scope, explain, type_words

_NOTHING = Formula("", Node("scalar", Position(""), Position(""), 0, 0))


@dataclass(frozen=True, slots=True)
class Explained:
    """An expression at a line, or the line itself, and the names it can read."""

    #: the expression; empty for a line without one
    text: str
    #: what it gives, in words of both languages; empty if it could not be compiled
    gives: tuple[str, str]
    rows: tuple[Row, ...]


def explain_line(bound: BoundProcess, file: str, line: int) -> list[Explained]:
    """Return every expression at a line with the names it can read.

    A line without an expression is explained as the nearest expression of the same action or step
    would be; failing that, with the names that are everywhere.
    """
    found = [
        use
        for use in uses(bound.process)
        if not use.formula.made_of and _covers(use.formula.node, file, line)
    ]
    if found:
        return [_explained(bound, use) for use in found]
    around = _around(bound, file, line)
    scope = bound.scopes.of(around) if around is not None else bound.scopes.everywhere
    return [Explained("", ("", ""), tuple(explain(scope)))]


def explain_rule(rule: Rule, line: int) -> list[Explained]:
    """Return the row at a line as the condition it stands for, and the names it can read."""
    rows = tuple(explain(rule.scope))
    lines = (*rule.lines, *((rule.otherwise,) if rule.otherwise is not None else ()))
    found = [one for one in lines if one.node.at.line <= line <= one.node.end.line]
    names = {name: name for name in rule.inputs}
    return [
        Explained(one.condition_on(names), ("真假", "true or false"), rows) for one in found
    ] or [Explained("", ("", ""), rows)]


def scope_around(bound: BoundProcess, node: Node) -> Scope:
    """Return the names that the expression written at a node can read.

    If it is not read as one, those of the action around it, or those that are everywhere.
    """
    for use in uses(bound.process):
        if use.formula.node.origin.at == node.at:
            return bound.scopes.of(use)
    around = _around(bound, node.at.file, node.at.line)
    return bound.scopes.of(around) if around is not None else bound.scopes.everywhere


def _explained(bound: BoundProcess, use: Use) -> Explained:
    expression = bound.expressions.get(use.formula)
    gives = ("", "")
    if expression is not None and expression.type is not None:
        words = type_words(expression.type)
        gives = (words.zh, words.en)
    elif use.formula in bound.wheres:
        gives = ("筛选条件（变成 SQL）", "a filter, which becomes SQL")
    return Explained(use.formula.text, gives, tuple(explain(bound.scopes.of(use))))


def _covers(node: Node, file: str, line: int) -> bool:
    origin = node.origin
    return any(n.at.file == file and n.at.line <= line <= n.end.line for n in (node, origin))


def _around(bound: BoundProcess, file: str, line: int) -> Use | None:
    """Return a use in the smallest action that covers a line."""
    covering = [action for action in actions_of(bound.process) if _covers(action.node, file, line)]
    if not covering:
        return None
    action = min(covering, key=lambda one: one.node.end.line - one.node.at.line)
    return Use(_NOTHING, "value", "action", action.ask)


def flattened_text(node: Node, own: str) -> str:
    """Write a flattened process; parts from another file carry their place as a comment.

    Args:
        node: the flattened process.
        own: the file it is explained for.
    """
    return "\n".join(_lines(node, 0, own, own)) + "\n"


def _lines(node: Node, indent: int, own: str, outer: str) -> Iterator[str]:
    pad = " " * indent
    for name, entry in node.entries.items():
        value = entry.value
        file = entry.key.at.file
        note = f"  # {entry.key.at}" if file != own and file != outer else ""
        mixed = value.kind == "mapping" and len(_files(value)) > 1
        text = after_key(value.value, indent, flow=False)
        if not mixed and "\n" not in text:
            yield f"{pad}{name}:{text}{note}"
        elif value.kind == "mapping":
            yield f"{pad}{name}:{note}"
            yield from _lines(value, indent + 2, own, file)
        else:
            first, *rest = text.split("\n")
            yield f"{pad}{name}:{first}{note}"
            yield from rest


def _files(node: Node) -> set[str]:
    return {
        file
        for inner in node.walk()
        for file in (inner.origin.at.file, *(e.key.at.file for e in inner.entries.values()))
    }
