"""Recorded cases: what really happened, anonymised, to be carried out again under other content.

Beside every command stands what was read of the world while it was decided, so that a recording
needs no world and a later change of master data does not change its outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.authoring.fields import Fields
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems

KEYS = ("recorded", "process", "release", "number", "steps")
STEP_KEYS = ("at", "by", "here", "kind", "name", "place", "input", "typed", "read", "expect")


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One command: who, when, what was entered and read, and what came out."""

    node: Node
    at: datetime
    by: str
    here: str | None
    kind: str
    name: str
    entered: Mapping[str, Any]
    typed: Mapping[str, Any] | None
    read: Mapping[str, Any]
    expect: Mapping[str, Any]
    #: the step of the branch it is about, where the case is at several places
    place: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded case."""

    file: str
    title: str
    process: str
    #: the pin of the content it was recorded under
    release: str
    number: str
    steps: tuple[RecordedStep, ...]


def parse_recording(node: Node, file: str, problems: Problems) -> Recording | None:
    """Read a recorded case; None when it cannot be run."""
    fields = Fields(node, problems, allowed=KEYS, where=Phrase("记录", "the recording"))
    fields.require("recorded", "process", "steps")
    steps = [_step(item, problems) for item in fields.sequence("steps")]
    whole = [step for step in steps if step is not None]
    if len(whole) != len(steps) or not whole or not fields.ok:
        return None
    return Recording(
        file,
        fields.text("recorded"),
        fields.text("process"),
        fields.text("release"),
        fields.text("number"),
        tuple(whole),
    )


def _step(node: Node, problems: Problems) -> RecordedStep | None:
    fields = Fields(node, problems, allowed=STEP_KEYS, where=Phrase("步骤", "the step"))
    fields.require("at", "by", "kind", "expect")
    if not fields.ok:
        return None
    try:
        at = datetime.fromisoformat(fields.text("at"))
    except ValueError:
        problems.add("SMP103", node.get("at") or node, value=fields.text("at"))
        return None
    typed = fields.mapping("typed")
    return RecordedStep(
        node,
        at,
        fields.text("by"),
        fields.text("here") or None,
        fields.text("kind"),
        fields.text("name"),
        _mapping(fields.mapping("input")),
        _mapping(typed) if typed is not None else None,
        _mapping(fields.mapping("read")),
        _mapping(fields.mapping("expect")),
        fields.text("place"),
    )


def _mapping(node: Node | None) -> dict[str, Any]:
    value = node.value if node is not None else None
    return value if isinstance(value, dict) else {}
