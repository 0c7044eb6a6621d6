"""The rows of route tables as people change them: kept ones, and changes that are proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.store.routes import Hop, NewHop


@dataclass(frozen=True, slots=True)
class Row:
    """A row: which organisation follows which, for which keys and how long.

    A key left out stands for any value, a date left out for no limit. ``final`` ends the route.
    """

    start: str
    to: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    valid_from: str | None = None
    valid_until: str | None = None
    final: bool = False

    def counts(self, day: str) -> bool:
        """Whether a day lies within the row's dates."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)

    def overlaps(self, other: Row) -> bool:
        """Whether both say on some day what comes behind the same organisation."""
        if self.start != other.start or dict(self.keys) != dict(other.keys):
            return False
        latest = max(self.valid_from or "", other.valid_from or "")
        return all(row.valid_until is None or row.valid_until >= latest for row in (self, other))


@dataclass(frozen=True, slots=True)
class Kept:
    """A row in force, with its number."""

    id: int
    row: Row


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change: a new row, or another text of the row with a number."""

    row: Row
    of: Kept | None = None

    @property
    def ends(self) -> bool:
        """Whether nothing but the last day of a row is another one."""
        return self.of is not None and (
            replace(self.of.row, valid_until=self.row.valid_until) == self.row
        )


def kept_of(hop: Hop) -> Kept:
    """A stored row with its number."""
    row = Row(
        hop.from_organisation, hop.to_organisation, dict(hop.keys), hop.valid_from,
        hop.valid_until, hop.final,
    )  # fmt: skip
    return Kept(hop.id, row)


def hop_of(route: str, jurisdiction: str, row: Row) -> NewHop:
    """A row to be stored."""
    return NewHop(
        route, jurisdiction, row.start, row.to, row.keys, row.valid_from, row.valid_until, row.final
    )


def plain(row: Row) -> dict[str, Any]:
    """A row as the record of changes keeps it."""
    return {
        "from": row.start, "to": row.to, **row.keys, "valid_from": row.valid_from,
        "valid_until": row.valid_until, "final": row.final,
    }  # fmt: skip


def from_plain(kept: Mapping[str, Any]) -> Row:
    """A row from the record of changes."""
    fields = ("from", "to", "valid_from", "valid_until", "final")
    keys = {name: value for name, value in kept.items() if name not in fields}
    return Row(
        kept["from"], kept["to"], keys, kept["valid_from"], kept["valid_until"], kept["final"]
    )


def laid_over(rows: Iterable[Kept], changes: Sequence[Change]) -> list[Kept | Change]:
    """The rows as they would be, each as it is or as it is proposed; new ones at the end."""
    changed = {change.of.id: change for change in changes if change.of is not None}
    kept: list[Kept | Change] = [changed.get(one.id, one) for one in rows]
    return [*kept, *(change for change in changes if change.of is None)]
