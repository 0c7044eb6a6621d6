"""Links: which case created which, and by which name it knows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.cases import cases, links


class LinkRow(NamedTuple):
    """A case and the one that created it.

    ``key`` is the effect that did so: unique within the owner. ``taken`` is the outcome with which
    the owner has gone on.
    """

    owner_id: int
    key: str
    name: str
    case_id: int
    uid: str
    process: str
    taken: str | None


_c = links.c
_SELECT = sa.select(
    _c.owner_id, _c.key, _c.name, _c.case_id, cases.c.uid, _c.process, _c.taken
).join(cases, cases.c.id == _c.case_id)
_ADD = Statement(
    sa.insert(links).values(
        {
            _c.owner_id: given(_c.owner_id),
            _c.key: given(_c.key),
            _c.name: given(_c.name),
            _c.case_id: given(_c.case_id),
            _c.jurisdiction: given(_c.jurisdiction),
            _c.process: given(_c.process),
            _c.created_at: given(_c.created_at, "at"),
        }
    )
)
_BY_KEY = Statement(_SELECT.where(_c.owner_id == given(_c.owner_id), _c.key == given(_c.key)))
_LATEST = Statement(
    _SELECT.where(_c.owner_id == given(_c.owner_id), _c.name == given(_c.name))
    .order_by(_c.case_id.desc())
    .limit(1)
)
_OF = Statement(_SELECT.where(_c.owner_id == given(_c.owner_id)).order_by(_c.case_id))
_TO = Statement(_SELECT.where(_c.case_id == given(_c.case_id)))
_TAKE = Statement(
    sa.update(links)
    .where(_c.case_id == given(_c.case_id, "linked"))
    .values({_c.taken: given(_c.taken, "outcome")})
)


class Links:
    """The rows of ``links``. A case is created by one other at most."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, owner: CaseKey, case_id: int, *, key: str, name: str, process: str, at: datetime
    ) -> None:
        """Note that ``owner`` has created a case. Raises Duplicate if ``key`` was used before."""
        self._session.run(
            _ADD,
            owner_id=owner.id,
            key=key,
            name=name,
            case_id=case_id,
            jurisdiction=owner.jurisdiction,
            process=process,
            at=at,
        )

    def by_key(self, owner_id: int, key: str) -> LinkRow | None:
        """Return the case that an effect created."""
        return _link(self._session.one(_BY_KEY, owner_id=owner_id, key=key))

    def latest(self, owner_id: int, name: str) -> LinkRow | None:
        """Return the case created last under a name."""
        return _link(self._session.one(_LATEST, owner_id=owner_id, name=name))

    def of(self, owner_id: int) -> list[LinkRow]:
        """Return all cases a case has created, in that order."""
        return [LinkRow._make(row) for row in self._session.all(_OF, owner_id=owner_id)]

    def to(self, case_id: int) -> LinkRow | None:
        """Return by what a case was created."""
        return _link(self._session.one(_TO, case_id=case_id))

    def take(self, case_id: int, outcome: str) -> None:
        """Note that the owner has gone on with how a case ended."""
        self._session.run(_TAKE, linked=case_id, outcome=outcome)


def _link(row: Any) -> LinkRow | None:
    return None if row is None else LinkRow._make(row)
