"""What came of a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.definitions.sample import Sample


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay left what the sample says: the step, what was expected and what came."""

    line: int
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        """One readable line."""
        return f"{self.what}: expected {_text(self.expected)}, found {_text(self.found)}"


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a case was: its process, its step, and the steps it had been at."""

    process: str
    step: str
    visited: tuple[str, ...]


@dataclass(slots=True)
class Replayed:
    """The result of one sample."""

    sample: Sample
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0
    steps: int = 0
    #: case names of the sample with their ids
    cases: dict[str, str] = field(default_factory=dict)
    #: step names passed, by process: for coverage
    visited: dict[str, set[str]] = field(default_factory=dict)
    error: str | None = None

    #: where the case of the first difference was
    stood: Stood | None = None

    @property
    def ok(self) -> bool:
        """Whether everything came out as written."""
        return not self.differences and self.error is None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
