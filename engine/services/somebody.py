"""Whether somebody can go on with a case where it is to be brought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from engine.domain.actor import SYSTEM, Rights
from engine.domain.case import Advance, WorkItem
from engine.domain.errors import Refused
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.store.unit import UnitOfWork
from engine.store.work import Waiting


class Permissions(Rights, Protocol):
    """Rights, and who has them."""

    def holders(self, permission: str, organisation: str) -> Sequence[str]:
        """The people who hold a permission at an organisation."""
        ...


class Somebody:
    """Looks for people who could do what waits, those who must keep out left aside."""

    def __init__(self, work: Casework, rights: Permissions) -> None:
        self._work = work
        self._rights = rights

    def demand(
        self, unit: UnitOfWork, loaded: Loaded, result: Advance, *, before: Loaded | None = None
    ) -> None:
        """Refuse to bring a case where nobody can go on with it.

        Args:
            unit: an open unit of work.
            loaded: the case, with the version it is to be read with.
            result: what would come of it.
            before: the case as it waits now, where work for which there is nobody now already
                is no reason.

        Raises:
            Refused: nobody holds the permission, or whoever does must keep out.
        """
        data = result.data if result.data is not None else loaded.data
        after = replace(loaded, state=result.state, data=data, found={})
        for item in result.work:
            refusal = self._refusal(unit, after, item)
            if refusal is not None and not (before and self._nobody_already(unit, before, item)):
                raise refusal

    def why_nobody(self, unit: UnitOfWork, one: Waiting) -> Refused | None:
        """Why nobody can do what waits for whoever has a right: all who have it must keep out."""
        holders = set(self._rights.holders(one.permission, one.organisation))
        run = self._work.look(unit, self._work.load(unit, one.uid), SYSTEM, at=one.step)
        why = _all_kept_out(run, holders)
        if why is None:
            return None
        told = {"organisation": one.organisation, "step": run.step.title}
        if why:
            return Refused("all_recused", **told, why=why)
        return Refused("nobody_holds_it", **told, permission=one.permission)

    def _nobody_already(self, unit: UnitOfWork, before: Loaded, item: WorkItem) -> bool:
        """Whether the same permission waits at the same organisation now, and for nobody too."""
        for row in unit.work.of(before.row.id):
            if (row.permission, row.organisation) == (item.permission, item.organisation):
                now = replace(item, step=row.step, except_=())
                return self._refusal(unit, before, now) is not None
        return False

    def _refusal(self, unit: UnitOfWork, loaded: Loaded, item: WorkItem) -> Refused | None:
        if item.permission is None or item.organisation is None:
            return None
        step = loaded.compiled.process.steps[item.step]
        told = {"organisation": item.organisation, "step": step.title}
        if item.person is not None:
            if self._rights.holds(item.person, item.permission, item.organisation):
                return None
            return Refused("person_cannot", **told, permission=item.permission, person=item.person)
        holders = set(self._rights.holders(item.permission, item.organisation)) - set(item.except_)
        if not holders:
            return Refused("nobody_holds_it", **told, permission=item.permission)
        who = step.who
        if who is None or not any(one.when is not None for one in who.recusals):
            return None
        run = self._work.look(unit, loaded, SYSTEM, at=item.step)
        say = _all_kept_out(run, holders)
        return None if say is None else Refused("all_recused", **told, why=say)


def _all_kept_out(run: Run, people: Collection[str]) -> str | None:
    """What those are told who must keep out; None if somebody need not."""
    assert run.step.who is not None  # it has recusals
    why = ""
    for person in sorted(people):
        if person in run.excluded(run.step.who):
            continue
        recusal = run.recused(run.step.who.recusals, person)
        if recusal is None:
            return None
        why = recusal.say
    return why
