"""What people have claimed stays theirs when a case is moved to another version."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.services.loaded import Loaded
from engine.services.outcome import Outcome
from engine.store.unit import UnitOfWork
from engine.store.work import WorkRow


class Claims:
    """Who had claimed what waits for a case, to go on dealing with it under its other name."""

    def __init__(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        steps: Mapping[str, str],
        given_up: Collection[str] = (),
    ) -> None:
        """Note them before the move: ``steps`` is what steps are called after it."""
        self._steps = steps
        self._by = {
            self._key(item, steps): item.claimed_by
            for item in unit.work.of(loaded.row.id)
            if item.claimed_by is not None and steps.get(item.step, item.step) not in given_up
        }

    def keep(self, unit: UnitOfWork, outcome: Outcome) -> None:
        """Let what waits for the same people be claimed as before."""
        if not self._by or not outcome.result.moved:
            return
        for item in unit.work.of(outcome.row.id):
            by = self._by.get(self._key(item, {}))
            if by is not None and item.claimed_by is None:
                unit.work.claim(item.id, by, expected=None)

    @staticmethod
    def _key(item: WorkRow, steps: Mapping[str, str]) -> tuple[str | None, ...]:
        step = steps.get(item.step, item.step)
        place = f"{step}.{item.stage}" if item.stage is not None else step
        renamed = steps.get(f"{item.step}.{item.stage}", place)
        return renamed, item.organisation, item.permission, item.person
