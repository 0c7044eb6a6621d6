"""Whether two versions of a process say the same in some part of it.

Compared is what is written, not where: expressions by their text, everything else by its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.authoring.node import Node
from engine.definitions.process import Formula

#: what of a part tells where it is written, how it is read, or stands in a file of its own
_ELSEWHERE = frozenset({"node", "read", "rule"})


def alike(one: object, other: object) -> bool:
    """Whether two parts of processes say the same."""
    return bool(_said(one) == _said(other))


def _said(part: Any) -> Any:
    if isinstance(part, Formula):
        return part.text
    if isinstance(part, Node) or callable(part):
        return None
    if is_dataclass(part):
        return [
            (one.name, _said(getattr(part, one.name)))
            for one in fields(part)
            if one.name not in _ELSEWHERE
        ]
    if isinstance(part, Mapping):
        return [(name, _said(value)) for name, value in part.items()]
    if isinstance(part, tuple | list):
        return [_said(one) for one in part]
    return part
