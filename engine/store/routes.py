"""Rows of route tables: which institution follows which, by keys and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa

from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.records import route_changes, route_rows


class NewHop(NamedTuple):
    """A row of a route table. Dates are texts; a key left out stands for any value."""

    route: str
    jurisdiction: str
    from_organisation: str
    to_organisation: str | None
    keys: Mapping[str, str]
    valid_from: str | None = None
    valid_until: str | None = None
    final: bool = False


class Hop(NamedTuple):
    """A row of ``route_rows``."""

    id: int
    route: str
    jurisdiction: str
    from_organisation: str
    to_organisation: str | None
    keys: Mapping[str, str]
    valid_from: str | None
    valid_until: str | None
    final: bool


AnyHop = TypeVar("AnyHop", Hop, NewHop)


class RouteChange(NamedTuple):
    """Rows of a route that were changed together, and why."""

    at: datetime
    person: str
    organisation: str | None
    reason: str
    #: for each row what it was and what it is; None for a row that is new
    body: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any]]]


_c = route_rows.c
_ADD = Statement(insert(route_rows, without=("id",)).returning(_c.id))
_FROM = Statement(
    sa.select(route_rows)
    .where(_c.route == given(_c.route), _c.from_organisation == given(_c.from_organisation))
    .order_by(_c.id)
)
_ROWS = Statement(
    sa.select(route_rows)
    .where(_c.route == given(_c.route), _c.jurisdiction == given(_c.jurisdiction))
    .order_by(_c.from_organisation, _c.id)
)
_SAVE = Statement(
    sa.update(route_rows)
    .where(_c.id == given(_c.id, "row"))
    .values(
        {name: given(_c[name]) for name in NewHop._fields if name not in ("route", "jurisdiction")}
    )
)
_h = route_changes.c
_ADD_CHANGE = Statement(insert(route_changes, without=("id",)))
_CHANGES = Statement(
    sa.select(_h.at, _h.person, _h.organisation, _h.reason, _h.body)
    .where(_h.route == given(_h.route), _h.jurisdiction == given(_h.jurisdiction))
    .order_by(_h.id.desc())
)
_CLEAR = Statement(sa.delete(route_rows).where(_c.route == given(_c.route)))


class Routes:
    """The rows of ``route_rows``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, hop: NewHop) -> int:
        """Add a row; return its key."""
        values = hop._asdict() | {"keys": canonical(dict(hop.keys)).decode()}
        (row_id,) = self._session.added(_ADD, **values)
        return int(row_id)

    def rows(self, route: str, jurisdiction: str) -> list[Hop]:
        """Return the rows a jurisdiction has in a route table."""
        return [
            _hop(row) for row in self._session.all(_ROWS, route=route, jurisdiction=jurisdiction)
        ]

    def save(self, row: int, hop: NewHop) -> None:
        """Write a row again."""
        values = hop._asdict() | {"keys": canonical(dict(hop.keys)).decode()}
        del values["route"], values["jurisdiction"]
        self._session.run(_SAVE, row=row, **values)

    def note(self, route: str, jurisdiction: str, change: RouteChange) -> None:
        """Note what was changed, by whom and why."""
        values = change._asdict() | {"body": canonical(list(change.body)).decode()}
        self._session.run(_ADD_CHANGE, route=route, jurisdiction=jurisdiction, **values)

    def changes(self, route: str, jurisdiction: str) -> list[RouteChange]:
        """Return what was changed in a route table, the latest first."""
        found = self._session.all(_CHANGES, route=route, jurisdiction=jurisdiction)
        return [RouteChange._make((*row[:-1], orjson.loads(str(row[-1])))) for row in found]

    def clear(self, route: str) -> None:
        """Remove all rows of a route."""
        self._session.run(_CLEAR, route=route)

    def following(
        self, route: str, organisation: str, keys: Mapping[str, str], day: str
    ) -> Hop | None:
        """Return the row that counts on a day: the one that names most keys, then the latest."""
        rows = self._session.all(_FROM, route=route, from_organisation=organisation)
        return counting([_hop(row) for row in rows], keys, day)


def counting(hops: Sequence[AnyHop], keys: Mapping[str, str], day: str) -> AnyHop | None:
    """Of the rows of one organisation in the order of their numbers, the one that counts."""
    fitting = [hop for hop in hops if _fits(hop, keys, day)]
    if not fitting:
        return None
    # Of equals the last is taken, which is the one with the highest number.
    return max(reversed(fitting), key=lambda hop: (len(hop.keys), hop.valid_from or ""))


def _hop(row: tuple[object, ...]) -> Hop:
    hop = Hop._make(row)
    return hop._replace(keys=orjson.loads(str(hop.keys)), final=bool(hop.final))


def _fits(hop: Hop | NewHop, keys: Mapping[str, str], day: str) -> bool:
    begun = hop.valid_from is None or hop.valid_from <= day
    over = hop.valid_until is not None and hop.valid_until < day
    return begun and not over and all(keys.get(name) == value for name, value in hop.keys.items())
