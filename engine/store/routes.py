"""Rows of route tables: which institution follows which, by keys and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.records import route_rows


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


_c = route_rows.c
_ADD = Statement(insert(route_rows, without=("id",)).returning(_c.id))
_FROM = Statement(
    sa.select(route_rows)
    .where(_c.route == given(_c.route), _c.from_organisation == given(_c.from_organisation))
    .order_by(_c.id)
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

    def clear(self, route: str) -> None:
        """Remove all rows of a route."""
        self._session.run(_CLEAR, route=route)

    def following(
        self, route: str, organisation: str, keys: Mapping[str, str], day: str
    ) -> Hop | None:
        """Return the row that counts on a day: the one that names most keys, then the latest."""
        rows = self._session.all(_FROM, route=route, from_organisation=organisation)
        fitting = [hop for hop in map(_hop, rows) if _fits(hop, keys, day)]
        if not fitting:
            return None
        return max(fitting, key=lambda hop: (len(hop.keys), hop.valid_from or "", hop.id))


def _hop(row: tuple[object, ...]) -> Hop:
    hop = Hop._make(row)
    return hop._replace(keys=orjson.loads(str(hop.keys)), final=bool(hop.final))


def _fits(hop: Hop, keys: Mapping[str, str], day: str) -> bool:
    begun = hop.valid_from is None or hop.valid_from <= day
    over = hop.valid_until is not None and hop.valid_until < day
    return begun and not over and all(keys.get(name) == value for name, value in hop.keys.items())
