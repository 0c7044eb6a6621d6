"""Moving many cases in the background: planning, moving and moving back as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.domain.actor import Actor
from engine.services.jobs import Given, Item, NotDone
from engine.store.plans import State as PlannedState

if TYPE_CHECKING:
    from engine.services.migrations import Migrations


class PlanningJobs:
    """Jobs that go through the cases a plan is made for."""

    def __init__(self, migrations: Migrations) -> None:
        """Go through the cases of the plans of ``migrations``."""
        self._migrations = migrations

    def items(self, actor: Actor, given: Given, after: Any, most: int) -> Sequence[Item]:
        """The next cases."""
        return self._migrations.to_plan(actor, given["plan"], after, most)

    def do(self, actor: Actor, given: Given, item: Item, key: str) -> NotDone | None:
        """One case; one that was planned already stays so."""
        self._migrations.plan_one(actor, given["plan"], item.key)
        return None


class MovingJobs:
    """Jobs that go through cases of a plan until each is ``wanted``: moved, or undone."""

    def __init__(self, migrations: Migrations, wanted: PlannedState) -> None:
        """Go through the cases of the plans of ``migrations``."""
        self._migrations = migrations
        self._wanted = wanted

    def items(self, actor: Actor, given: Given, after: Any, most: int) -> Sequence[Item]:
        """The next cases."""
        return self._migrations.meant(actor, given, after, most)

    def do(self, actor: Actor, given: Given, item: Item, key: str) -> NotDone | None:
        """One case, in a transaction of its own."""
        return self._migrations.do(actor, given, item, self._wanted)
