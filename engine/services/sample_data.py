"""The data and files that sample cases name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.services.world import with_files

#: where sample data are named in samples
FORMS = "$forms/"


@dataclass(frozen=True, slots=True)
class Library:
    """Sample data and files by name."""

    data: Mapping[str, Any]

    def resolve(self, value: Any) -> Any:
        """Replace ``$forms/name`` by the data of that name, ``$files/name`` by the file's id."""
        if isinstance(value, str):
            if value.startswith(FORMS):
                return self.resolve(self.data[value.removeprefix(FORMS)])
            return with_files(value)
        if isinstance(value, Mapping):
            return {name: self.resolve(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return value
