"""The profile: the records of a person and of the organisation acted for.

A new case copies its first data from them (APP-16).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.domain.actor import Actor
from engine.services.definitions import Definitions
from engine.store.unit import UnitOfWork


class Profile:
    """Gives the data that are copied; pages edit the record through the registers."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def snapshot(self, unit: UnitOfWork, actor: Actor) -> Mapping[str, Mapping[str, Any]]:
        """The data of a person, and of the organisation acted for, by the id of their form."""
        found: dict[str, Mapping[str, Any]] = {}
        for name, key in ((PEOPLE, actor.person), (ORGANISATIONS, actor.organisation)):
            register = self._definitions.current.registers.get(name)
            row = unit.records.load(name, key) if key is not None else None
            if register is not None and row is not None:
                found[register.form] = row.data
        return found
