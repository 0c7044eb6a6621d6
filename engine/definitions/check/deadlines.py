"""Deadlines of a whole case: the step can be reached, the outcome be done."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.check.subject import PERMISSION, Subject
from engine.definitions.process import Deadline

STEP = Phrase("步骤", "step")
BEGINNING = Phrase("业务就从那里开始", "where every case begins")
NOWHERE = Phrase("业务永远到达不了那里", "which is never reached")


def check_deadlines(subject: Subject) -> None:
    """Report deadlines that nobody can meet or miss."""
    for deadline in subject.process.deadlines.values():
        _reach(subject, deadline)
        _otherwise(subject, deadline)
        extend = deadline.due.extend
        if extend is not None:
            at = deadline.node.at_path(["extend", "permission"])
            where = _called(deadline)
            subject.exists(at, PERMISSION, extend.permission, subject.names.permissions, where)


def _called(deadline: Deadline) -> Phrase:
    return Phrase(f'截止时间 "{deadline.name}" ', f'deadline "{deadline.name}"')


def _reach(subject: Subject, deadline: Deadline) -> None:
    at, steps = deadline.node.at_path(["reach"]), subject.process.steps
    if not subject.exists(at, STEP, deadline.reach, steps, _called(deadline)):
        return
    first = deadline.reach == subject.process.first.name
    if first or (subject.whole and deadline.reach not in subject.flow.reached):
        why = BEGINNING if first else NOWHERE
        subject.problems.add("DEF371", at, deadline=deadline.name, step=deadline.reach, why=why)


def _otherwise(subject: Subject, deadline: Deadline) -> None:
    name, actions = deadline.due.otherwise, subject.process.actions
    if name is None:
        return
    at = deadline.node.at_path(["otherwise"])
    if name not in actions:
        subject.problems.add(
            "DEF372", at, name=name, deadline=deadline.name, given=name, choices=tuple(actions)
        )
        return
    during = actions[name].during
    before = subject.flow.before.get(deadline.reach, frozenset()) | _around(subject, deadline)
    if during is not None and subject.whole and not before & set(during):
        subject.problems.add("DEF373", at, name=name, deadline=deadline.name, step=deadline.reach)


def _around(subject: Subject, deadline: Deadline) -> frozenset[str]:
    """The parallel steps around the step: a case is at them too before it comes to it."""
    step = subject.process.steps.get(deadline.reach)
    return frozenset(name for name, _ in step.within) if step is not None else frozenset()
