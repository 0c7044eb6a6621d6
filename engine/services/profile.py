"""The profile: a person's own record, from which a new case copies its first data (APP-16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.register import PEOPLE
from engine.services.definitions import Definitions
from engine.store.unit import UnitOfWork


class Profile:
    """Gives the data that are copied; pages edit the record through the registers."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def snapshot(self, unit: UnitOfWork, person: str) -> Mapping[str, Mapping[str, Any]]:
        """The data of a person by the id of the form they were entered with."""
        register = self._definitions.current.registers.get(PEOPLE)
        row = unit.records.load(PEOPLE, person)
        if register is None or row is None:
            return {}
        return {register.form: row.data}
