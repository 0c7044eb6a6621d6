"""Sample cases: a world, one clock, any number of cases, and what must come out.

A sample is replayed with every change of the content; it is read here and run by
:mod:`engine.services.replay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.authoring.fields import Fields
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.sample_shapes import is_shaped

#: keys of a sample case file
KEYS = ("sample", "covers", "world", "clock", "given", "recorded", "steps")
#: what may differ from the world, from the beginning or from a step on
GIVEN = ("registers", "routes", "policy", "shared_opinions", "connectors")
#: keys of one step
STEP_KEYS = (
    "by", "does", "case", "place", "process", "with", "refused", "expect",
    "clock", "look", "sees", "change", "fast_forward", "answers", "asked",
)  # fmt: skip
#: exactly one of these makes a step; with none it only looks
KINDS = ("does", "clock", "look", "change", "fast_forward", "answers")
#: the keys that mean something only in some of them
OF_KIND = {
    "does": ("by", "place", "process", "with", "refused"), "look": ("by", "sees"),
    "answers": ("with", "asked", "refused"),
    "clock": (), "change": (), "fast_forward": (), "expect": (),
}  # fmt: skip
#: what is done about people, not about a case
ABOUT_PEOPLE = ("substitute", "end_substitute", "hand_over")
#: what is done on pages of registers, messages and opinions
ON_PAGES = (
    "create_record", "change_record", "delete_record", "record_action", "write", "keep_opinions",
)  # fmt: skip
#: what may be expected of a case
EXPECTED = (
    "at", "waits_for", "status", "shown", "actions", "refuses", "due", "deadlines", "flags",
    "data", "documents", "messages", "lists", "closed", "incidents", "may_add", "visible",
    "records", "opinions",
)  # fmt: skip
#: what may be expected of no case
OF_ALL = ("messages", "incidents", "records", "opinions")


@dataclass(frozen=True, slots=True)
class SampleStep:
    """One line of a sample."""

    node: Node
    kind: str
    by: str | None = None
    does: str | None = None
    cases: tuple[str, ...] = ()
    process: str | None = None
    entered: Any = None
    refused: str | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)
    clock: datetime | None = None
    look: str | None = None
    sees: tuple[str, ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)
    to: str | None = None
    #: the step meant, where somebody has something to do in several branches
    place: str | None = None
    #: the connector that answers, and as much of the question as is compared
    answers: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample case file."""

    file: str
    title: str
    #: the first is that of what the sample adds
    worlds: tuple[str, ...]
    clock: datetime
    steps: tuple[SampleStep, ...]
    covers: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)


def parse_sample(node: Node, file: str, problems: Problems) -> Sample | None:
    """Read a sample case; None when it cannot be run."""
    fields = Fields(node, problems, allowed=KEYS, where=Phrase("样例", "the sample"))
    fields.require("sample", "world", "clock", "steps")
    given = _differences(fields.mapping("given"), problems)
    started: set[str] = set()
    steps = [_step(item, started, problems) for item in fields.sequence("steps")]
    clock = _moment(fields.get("clock"), problems)
    whole = [step for step in steps if step is not None]
    if clock is None or len(whole) != len(steps) or not fields.ok:
        return None
    return Sample(
        file=file,
        title=fields.text("sample"),
        worlds=tuple(_names(fields.get("world"))),
        clock=clock,
        steps=tuple(whole),
        covers=tuple(item.text for item in fields.names("covers")),
        given=given,
    )


def _step(node: Node, started: set[str], problems: Problems) -> SampleStep | None:
    fields = Fields(node, problems, allowed=STEP_KEYS, where=Phrase("步骤", "the step"))
    if not fields.ok:
        return None
    kinds = [name for name in KINDS if name in fields]
    if len(kinds) > 1 or (not kinds and "expect" not in fields):
        problems.add("SMP101", node, length=1)
        return None
    kind = kinds[0] if kinds else "expect"
    meant = (kind, "case", "expect", *OF_KIND[kind])
    if not Fields(node, problems, allowed=meant, where=Phrase(f"{kind} 的步骤", f"a {kind}")).ok:
        return None
    if kind in ("does", "look") and "by" not in fields:
        problems.add("SMP102", node, length=1, key=kind, needed="by")
        return None
    needs_case = fields.text("does") not in (*ABOUT_PEOPLE, *ON_PAGES)
    if kind == "does" and "case" not in fields and needs_case:
        problems.add("SMP102", node, length=1, key=kind, needed="case")
        return None
    forward = fields.get("fast_forward")
    cases = tuple(_names(fields.get("case")))
    target = None
    if forward is not None:
        inner = Fields(forward, problems, allowed=("case", "to"), where=Phrase("步骤", "the step"))
        inner.require("case", "to")
        cases, target = (inner.text("case"),), inner.text("to")
    does = fields.text("does") or None
    if does == "start":
        if "process" not in fields:
            problems.add("SMP102", node, length=1, key="start", needed="process")
            return None
        started.update(cases)
    for name in cases:
        # Behind a dot stands the name by which a case knows another one.
        if name.partition(".")[0] not in started:
            problems.add("SMP104", node.get("case") or node, name=name, given=name, choices=started)
            return None
    expected = fields.get("expect")
    if expected is not None and not _can_be_found(expected, cases, started, problems):
        return None
    entered = fields.get("with")
    return SampleStep(
        node=node,
        kind=kind,
        by=fields.text("by") or None,
        does=does,
        cases=cases,
        process=fields.text("process") or None,
        entered=entered.value if entered is not None else None,
        refused=fields.text("refused") or None,
        expect=_mapping(expected),
        clock=_moment(fields.get("clock"), problems) if "clock" in fields else None,
        look=fields.text("look") or None,
        sees=tuple(_names(fields.get("sees"))),
        change=_differences(fields.get("change"), problems),
        to=target,
        place=fields.text("place") or None,
        answers=fields.text("answers") or None,
        asked=_mapping(fields.get("asked")),
    )


def _can_be_found(
    expected: Node, cases: Sequence[str], started: set[str], problems: Problems
) -> bool:
    """Report what can never be found: a word misspelt, a case not begun, or none said."""
    where = Phrase("expect", "expect")
    names = [name for name in expected.entries if name.partition(".")[0] in started]
    fields = Fields(expected, problems, allowed=(*EXPECTED, *started, *names), where=where)
    told = [expected.at_path([name]) for name in names if name not in EXPECTED]
    inner = [Fields(one, problems, allowed=EXPECTED, where=where) for one in told]
    of_a_case = [one for one in expected.entries if one in EXPECTED and one not in OF_ALL]
    if of_a_case and not cases:
        problems.add("SMP102", expected.key(of_a_case[0]), key=of_a_case[0], needed="case")
        return False
    if not fields.ok or not all(one.ok for one in inner):
        return False
    shaped = [
        is_shaped(word, entry.value, problems)
        for one in (expected, *told)
        for word, entry in one.entries.items()
        if word in EXPECTED
    ]
    return all(shaped)


def _differences(node: Node | None, problems: Problems) -> dict[str, Any]:
    if node is not None:
        Fields(node, problems, allowed=GIVEN, where=Phrase("与示例世界的差别", "the differences"))
    return _mapping(node)


def _names(node: Node | None) -> Sequence[str]:
    if node is None:
        return ()
    return [item.text for item in node.items] if node.kind == "sequence" else [node.text]


def _mapping(node: Node | None) -> dict[str, Any]:
    value = node.value if node is not None else None
    return value if isinstance(value, dict) else {}


def _moment(node: Node | None, problems: Problems) -> datetime | None:
    if node is None:
        return None
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(node.text, form)  # noqa: DTZ007  (local time of the world)
        except ValueError:
            continue
    problems.add("SMP103", node, value=node.text)
    return None
