"""What is decided about moving running cases: which step, field and value is which (CON-09)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.authoring.fields import Fields
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems

KEYS = ("steps", "fields", "values", "codes", "due")
Dates = Literal["anew", "keep"]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a plan, as its file holds them."""

    #: where cases at a step (``step``, ``step.stage``) go on
    steps: Mapping[str, str] = field(default_factory=dict)
    #: what a field is called now; None: what was entered there is not kept
    fields: Mapping[str, str | None] = field(default_factory=dict)
    #: what is entered in a field that has to be filled in now; None: it stays empty
    values: Mapping[str, Any] = field(default_factory=dict)
    #: for a field what a code is called now; None: it is not kept
    codes: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    #: whether deadlines that are set otherwise now are found anew or stay
    due: Dates = "anew"

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "steps": dict(self.steps),
            "fields": dict(self.fields),
            "values": dict(self.values),
            "codes": {name: dict(codes) for name, codes in self.codes.items()},
            "due": self.due,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Decisions:
        """Read what :meth:`to_json` wrote."""
        return cls(**value)


def parse_decisions(node: Node, problems: Problems) -> Decisions | None:
    """Read a file of decisions; None when something in it is wrong."""
    fields = Fields(node, problems, allowed=KEYS, where=Phrase("迁移决定", "the decisions"))
    steps = _texts(fields, "steps", problems, empty=False)
    names = _texts(fields, "fields", problems, empty=True)
    codes = {}
    for name, entry in fields.entries("codes"):
        inner = Fields(entry.value, problems, allowed=tuple(entry.value.entries), where=name)
        codes[name] = {
            code: _text(one.value, inner, code, empty=True)
            for code, one in entry.value.entries.items()
        }
        fields.ok = fields.ok and inner.ok
    values = {name: entry.value.value for name, entry in fields.entries("values")}
    due = fields.word("due", ("anew", "keep"), "anew")
    if not fields.ok:
        return None
    known = {name: to for name, to in steps.items() if to is not None}
    return Decisions(known, names, values, codes, "keep" if due == "keep" else "anew")


def _texts(fields: Fields, key: str, problems: Problems, *, empty: bool) -> dict[str, str | None]:
    return {
        name: _text(entry.value, fields, name, empty=empty) for name, entry in fields.entries(key)
    }


def _text(node: Node, fields: Fields, name: str, *, empty: bool) -> str | None:
    value = node.scalar if node.kind == "scalar" else node
    if isinstance(value, str) and value:
        return value
    if value is None and empty:
        return None
    fields.wrong(name, Phrase("一个名称", "a name"), node)
    return None
