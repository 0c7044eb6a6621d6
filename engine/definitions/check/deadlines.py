"""Deadlines of a whole case: the step can be reached, the outcome be done."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.check.subject import PERMISSION, Subject
from engine.definitions.exploration import Explored
from engine.definitions.process import Deadline

STEP = Phrase("步骤", "step")
BEGINNING = Phrase("业务就从那里开始", "where every case begins")


def check_deadlines(subject: Subject, explored: Explored | None) -> None:
    """Report deadlines that nobody can meet or miss; a step never reached is reported itself."""
    for deadline in subject.process.deadlines.values():
        _reach(subject, deadline)
        _otherwise(subject, deadline, explored)
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
    if deadline.reach == subject.process.first.name:
        subject.problems.add(
            "DEF371", at, deadline=deadline.name, step=deadline.reach, why=BEGINNING
        )


def _otherwise(subject: Subject, deadline: Deadline, explored: Explored | None) -> None:
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
    if during is None or explored is None or not explored.whole:
        return
    if explored.before(deadline.reach).isdisjoint(during):
        subject.problems.add("DEF373", at, name=name, deadline=deadline.name, step=deadline.reach)
