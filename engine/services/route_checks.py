"""Whether the rows of a route table lead every organisation to an end (BUR-18).

Rows are looked at as a case would follow them: for every combination of keys that makes a
difference, today and on every later day on which a row begins or is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Literal

from engine.store.routes import NewHop, counting

#: the values of each key that make a difference; None stands for a case without a value
Values = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the rows: a circle, or an organisation behind which nothing comes."""

    kind: Literal["circle", "hole"]
    organisation: str
    keys: tuple[tuple[str, str], ...]
    day: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where an organisation's cases go: those after it, and whether the last one is an end."""

    stops: tuple[str, ...]
    ends: bool


class RouteMap:
    """The rows of one table, to be followed."""

    def __init__(self, rows: Sequence[NewHop]) -> None:
        """Take the rows in the order of their numbers."""
        self._rows = rows
        self._of: dict[str, list[NewHop]] = defaultdict(list)
        for row in rows:
            self._of[row.from_organisation].append(row)

    def way(self, start: str, keys: Mapping[str, str], day: str) -> Way:
        """Where cases of an organisation go on a day."""
        stops: list[str] = []
        here = start
        while True:
            row = counting(self._of.get(here, ()), keys, day)
            if row is None or row.final or row.to_organisation is None:
                return Way(tuple(stops), row is not None)
            here = row.to_organisation
            if here == start or here in stops:
                return Way((*stops, here), False)
            stops.append(here)

    def roots(self, keys: Mapping[str, str], day: str) -> list[str]:
        """The organisations at which routes end on a day."""
        counted = self._counted(keys, day)
        found = [
            row.from_organisation if row.final or row.to_organisation is None
            else row.to_organisation
            for row in counted.values()
            if row.final or row.to_organisation not in counted
        ]  # fmt: skip
        return list(dict.fromkeys(found))

    def before(self, keys: Mapping[str, str], day: str) -> dict[str, list[str]]:
        """For each organisation those that lead to it on a day."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._counted(keys, day).values():
            if not row.final and row.to_organisation is not None:
                found[row.to_organisation].append(row.from_organisation)
        return found

    def faults(self, values: Values, today: str) -> list[Fault]:
        """Every circle and hole once, with the first keys and day for which it is there."""
        found: dict[tuple[str, str], Fault] = {}
        for day in self._days(today):
            for chosen in product(*values.values()):
                keys = {
                    name: value
                    for name, value in zip(values, chosen, strict=True)
                    if value is not None
                }
                for kind, organisation in self._wrong(keys, day):
                    fault = Fault(kind, organisation, tuple(keys.items()), day)
                    found.setdefault((kind, organisation), fault)
        return list(found.values())

    # ------------------------------------------------------------ inside

    def _counted(self, keys: Mapping[str, str], day: str) -> dict[str, NewHop]:
        rows = ((start, counting(hops, keys, day)) for start, hops in self._of.items())
        return {start: row for start, row in rows if row is not None}

    def _days(self, today: str) -> list[str]:
        """Today, and the later days on which another row counts than the day before."""
        days = {today}
        for row in self._rows:
            if row.valid_from is not None:
                days.add(row.valid_from)
            if row.valid_until is not None:
                days.add((date.fromisoformat(row.valid_until) + timedelta(days=1)).isoformat())
        return sorted(day for day in days if day >= today)

    def _wrong(
        self, keys: Mapping[str, str], day: str
    ) -> Iterator[tuple[Literal["circle", "hole"], str]]:
        counted = self._counted(keys, day)
        following = {
            start: None if row.final else row.to_organisation for start, row in counted.items()
        }
        for target in following.values():
            if target is not None and target not in following:
                yield "hole", target
        done: set[str] = set()
        for start in following:
            seen: list[str] = []
            here: str | None = start
            while here in following and here not in done:
                done.add(here)
                seen.append(here)
                here = following[here]
            if here in seen:
                yield "circle", here
