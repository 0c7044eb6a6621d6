"""Finds tasks nobody may do (ENG-14).

Nobody has the right, or all who have it must keep out, or the one person who has it to do has not.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.domain.errors import Refused
from engine.services.casework import Casework
from engine.services.somebody import Permissions, Somebody
from engine.store.unit import UnitOfWork
from engine.store.work import Waiting

#: so many tasks with rules about keeping out are looked at each time, the longest unseen first
MOST_LOOKED = 500

#: a task: the key of its case, and the step
Task = tuple[int, str]


class Found(NamedTuple):
    """The tasks nobody may do, each with why, and those that were not looked at this time."""

    left: dict[Task, Refused]
    unseen: set[Task]


class Nobody:
    """Looks through all that waits for whoever has a right somewhere.

    Where a step has no rules of its own only the initiator keeps out, which costs nothing to see.
    Rules are asked of each case with each person: so many at a time, those that have changed or
    waited longest for it first.
    """

    def __init__(self, work: Casework, rights: Permissions) -> None:
        self._work = work
        self._rights = rights
        self._somebody = Somebody(work, rights)
        self._turn = 0
        #: when a task was looked at last, as long as its case and those with the right are the same
        self._looked: dict[tuple[Task, int, frozenset[str]], int] = {}

    def tasks(self, unit: UnitOfWork) -> Found:
        """Look once."""
        self._turn += 1
        left: dict[Task, Refused] = {}
        ruled: list[tuple[Waiting, frozenset[str]]] = []
        for organisation, permission in unit.work.places():
            holders = frozenset(self._rights.holders(permission, organisation))
            for one in unit.work.at(organisation, permission):
                keeping_out = self._rules(unit, one) if holders else None
                if keeping_out == "rules":
                    ruled.append((one, holders))
                elif not holders or (keeping_out == "initiator" and holders == {one.initiator}):
                    left[one.case_id, one.step] = self._nobody(unit, one)
        for organisation, permission, person in unit.work.people():
            if not self._rights.holds(person, permission, organisation):
                for one in unit.work.at(organisation, permission, person):
                    left[one.case_id, one.step] = self._nobody(unit, one, person)
        seen = {((one.case_id, one.step), one.version, holders) for one, holders in ruled}
        self._looked = {key: turn for key, turn in self._looked.items() if key in seen}
        ruled.sort(key=self._last_look)
        for one, holders in ruled[:MOST_LOOKED]:
            task = (one.case_id, one.step)
            self._looked[task, one.version, holders] = self._turn
            why = self._somebody.why_nobody(unit, one)
            if why is not None:
                left[task] = why
        return Found(left, {(one.case_id, one.step) for one, _ in ruled[MOST_LOOKED:]})

    def _last_look(self, pair: tuple[Waiting, frozenset[str]]) -> int:
        one, holders = pair
        return self._looked.get(((one.case_id, one.step), one.version, holders), 0)

    def _rules(self, unit: UnitOfWork, one: Waiting) -> str | None:
        """Who keeps out of a task: those that rules say, or the initiator alone, or nobody."""
        process = self._work.definitions.compiled(one.process, one.pin, unit).process
        who = process.steps[one.step].who
        if who is None or who.except_ == "none":
            return None
        if who.except_ is not None or who.recusals:
            return "rules"
        return "initiator" if process.is_personal else None

    def _nobody(self, unit: UnitOfWork, one: Waiting, person: str | None = None) -> Refused:
        process = self._work.definitions.compiled(one.process, one.pin, unit).process
        told = {
            "organisation": one.organisation, "step": process.steps[one.step].title,
            "permission": one.permission,
        }  # fmt: skip
        if person is not None:
            return Refused("person_cannot", **told, person=person)
        return Refused("nobody_holds_it", **told)
