"""Texts with placeholders: ``{case.number}`` stands for a value the sender has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.domain.paths import at_path

#: what a placeholder may begin with
ROOTS = (
    "case",
    "process",
    "initiator",
    "actor",
    "here",
    "input",
    "data",
    "jurisdiction",
    "today",
    "member",
    "due",
    "deadline",
)


def placeholders(text: str) -> tuple[str, ...]:
    """Return the placeholders of a text in order.

    Raises:
        ValueError: a brace is not closed, or a placeholder has no name.
    """
    found = []
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name or spec or conversion or not all(_is_name(part) for part in name.split(".")):
            raise ValueError(name)
        found.append(name)
    return tuple(found)


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put the values of dotted paths into a text; what is missing leaves nothing behind."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal)
        if name:
            parts.append(_shown(at_path(values, name)))
    return "".join(parts)


def check_placeholders(
    text: str, node: Node, problems: Problems, *, roots: tuple[str, ...] | None = ROOTS
) -> tuple[str, ...]:
    """Report braces that do not fit and placeholders that begin with an unknown name."""
    try:
        found = placeholders(text)
    except ValueError:
        problems.add("REG107", node)
        return ()
    for name in found if roots is not None else ():
        root = name.split(".", 1)[0]
        if root not in (roots or ()):
            problems.add("REG108", node, name=name, given=root, choices=roots or ())
    return found


def _is_name(part: str) -> bool:
    return part.isidentifier()


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return str(value.get("label") or value.get("title") or value.get("id") or "")
    if isinstance(value, list | tuple):
        return "、".join(_shown(item) for item in value)
    return str(value)
