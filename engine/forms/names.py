"""The names a form may refer to: what the rest of the content declares."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.domain.types import ANY, DATE, DATETIME, Field, Record, Reference

ORIGIN = "language"
# What conditions can read beside the form. The caller passes the process's own table; this one
# serves forms that are looked at alone, and types what differs from process to process loosely.
CONTEXT: Mapping[str, Field] = {
    "now": Field(DATETIME, "现在", ORIGIN),
    "today": Field(DATE, "今天", ORIGIN),
    "initiator": Field(Reference("people"), "发起人", ORIGIN),
    "actor": Field(Reference("people"), "办理人", ORIGIN),
    "here": Field(Reference("organisations"), "办理单位", ORIGIN),
    "jurisdiction": Field(ANY, "辖区", ORIGIN),
    "case": Field(ANY, "业务", ORIGIN),
    "policy": Field(ANY, "政策开关", ORIGIN),
    "flags": Field(ANY, "标记", ORIGIN),
}


@dataclass(frozen=True)
class Names:
    """What the rest of the content declares.

    Attributes:
        registers: the record of each register, computed fields included.
        codes: the values of each code list.
        documents: the ids of document templates.
        forms: the types of other forms, for forms that are asked inside a case.
        indexes: the paths of each register that may stand in a query.
        context: what conditions can read beside the form's own data.
    """

    registers: Mapping[str, Record] = field(default_factory=dict)
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    documents: Collection[str] = ()
    forms: Mapping[str, Record] = field(default_factory=dict)
    indexes: Mapping[str, Collection[str]] = field(default_factory=dict)
    context: Mapping[str, Field] = field(default_factory=lambda: CONTEXT)
