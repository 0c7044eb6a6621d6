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
    .values({_c.taken: given(_c.taken, "outcome"), _c.taken_in: given(_c.taken_in, "event")})
)
_WITH_END = sa.select(_c.case_id, cases.c.uid, _c.key, cases.c.closed_at, cases.c.outcome).join(
    cases, cases.c.id == _c.case_id
)
_NOT_TAKEN = Statement(
    _WITH_END.where(
        _c.owner_id == given(_c.owner_id), _c.name == given(_c.name), _c.taken_in.is_(None)
    ).order_by(_c.case_id)
)
_last = sa.select(sa.func.max(_c.taken_in)).where(
    _c.owner_id == given(_c.owner_id), _c.name == given(_c.name)
)
_TAKEN_LAST = Statement(
    _WITH_END.where(
        _c.owner_id == given(_c.owner_id), _c.name == given(_c.name),
        _c.taken_in == _last.scalar_subquery(),
    ).order_by(_c.case_id)
)  # fmt: skip
_CALLED = Statement(
    _WITH_END.where(
        _c.owner_id == given(_c.owner_id),
        sa.or_(
            _c.key == given(_c.key),
            sa.and_(_c.key > given(_c.key, "low"), _c.key < given(_c.key, "high")),
        ),
    ).order_by(_c.case_id)
)


class Waited(NamedTuple):
    """One of several cases that are waited for; ``closed_at`` and ``outcome`` once it has ended."""

    case_id: int
    uid: str
    key: str
    closed_at: datetime | None
    outcome: str | None


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

    def not_taken(self, owner_id: int, name: str) -> list[Waited]:
        """Return the cases created under a name with whose ends the owner has not gone on."""
        rows = self._session.all(_NOT_TAKEN, owner_id=owner_id, name=name)
        return [Waited._make(row) for row in rows]

    def round(self, owner_id: int, name: str) -> list[Waited]:
        """Return those; where there are none, the ones the owner went on with last."""
        found = self.not_taken(owner_id, name)
        if found:
            return found
        rows = self._session.all(_TAKEN_LAST, owner_id=owner_id, name=name)
        return [Waited._make(row) for row in rows]

    def called(self, owner_id: int, key: str) -> list[Waited]:
        """Return the cases that a call created: one, or one for each of a list."""
        rows = self._session.all(_CALLED, owner_id=owner_id, key=key, low=f"{key}:", high=f"{key};")
        return [Waited._make(row) for row in rows]

    def take(self, case_id: int, outcome: str, event: int) -> None:
        """Note that the owner has gone on in an event, with how a case ended or without its end."""
        self._session.run(_TAKE, linked=case_id, outcome=outcome, event=event)


def _link(row: Any) -> LinkRow | None:
    return None if row is None else LinkRow._make(row)
