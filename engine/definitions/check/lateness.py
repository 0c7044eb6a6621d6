"""Dates that are over before a case comes to them."""

from __future__ import annotations

from engine.definitions.check.subject import Subject
from engine.definitions.flow import Way
from engine.definitions.process import Choice, Effect, Formula, Step
from engine.domain.types import Record, Reference, Type
from engine.expressions.mentions import constants


def check_waits(subject: Subject) -> None:
    """Report steps that wait until a day that is the same for every case."""
    for step in subject.process.steps.values():
        date = step.wait.until if step.wait is not None else None
        for formula in date.values if date is not None else ():
            for day in constants(formula.text):
                subject.problems.add("DEF378", formula.node, step=step.name, day=day)


def check_lateness(subject: Subject) -> None:
    """Report steps due by the day that a step before them has waited for.

    A wait is over when its day is, and so is the deadline then: a vote is counted before anybody
    can vote, an action at expiry is taken on arrival. Where it leads back, it does so every time.
    """
    coming: dict[str, list[Way]] = {}
    for way in subject.flow.ways:
        coming.setdefault(way.target, []).append(way)
    for step in subject.process.steps.values():
        name = _field(subject, step.due.by if step.due is not None else None)
        waits = _waited(subject, step, name, coming) if name else None
        if waits:
            at = step.node.at_path(["due", "by"])
            subject.problems.add("DEF377", at, step=step.name, by=name, waits=sorted(waits))


def _field(subject: Subject, date: Choice[Formula] | None) -> str:
    """The field of the case's own form that a date is read from, whatever the circumstances."""
    if date is None or len(date.cases) != 1:
        return ""
    path = date.values[0].text.strip().split(".")
    type_: Type = subject.data
    for name in path[1:]:
        if not isinstance(type_, Record) or name not in type_.fields:
            return ""
        type_ = type_.fields[name].type
    # What stands in a register changes there, with no step of the process.
    kept = path[0] == "data" and len(path) > 1 and not isinstance(type_, Reference)
    return ".".join(path) if kept else ""


def _waited(
    subject: Subject, step: Step, name: str, coming: dict[str, list[Way]]
) -> set[str] | None:
    """The steps that wait for the day of the field on every way to a step; None if not all do."""
    found: set[str] = set()
    seen, ahead = {step.name}, [step.name]
    while ahead:
        at = ahead.pop()
        if at == subject.flow.first:
            return None
        for way in coming.get(at, ()):
            before = subject.process.steps[way.source]
            date = before.wait.until if before.wait is not None else None
            if way.via == "done" and _field(subject, date) == name:
                found.add(before.name)
            elif _may_change(before, way, name):
                return None
            elif before.name not in seen:
                seen.add(before.name)
                ahead.append(before.name)
    return found


def _may_change(step: Step, way: Way, name: str) -> bool:
    """Whether the field or the deadline may be another one when a case goes this way."""
    if way.action is not None and way.action.due is not None:
        return True
    if step.edit is not None or any(one.edit is not None for one in step.actions.values()):
        return True
    effects: list[Effect] = list(step.do)
    for action in (*step.actions.values(), *((way.action,) if way.action is not None else ())):
        if action.edit is not None or name in action.set or action.into is not None:
            return True
        effects += action.do
    return any(effect.into is not None for effect in effects)
