"""Grants: a role, or a colleague's tasks as a substitute, for a person, somewhere, for a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import KEPT, Few, Statement, given, insert
from engine.store.tables.people import grants
from engine.store.tables.records import records


class NewGrant(NamedTuple):
    """A role given to a person. Without times it holds always.

    With ``stands_for`` there is no role (""): the person is the substitute of that one.
    """

    person: str
    role: str
    organisation: str
    jurisdiction: str
    valid_from: datetime | None
    valid_until: datetime | None
    granted_by: str | None
    granted_at: datetime
    stands_for: str | None = None


class GrantRow(NamedTuple):
    """A row of ``grants``."""

    id: int
    person: str
    role: str
    organisation: str
    jurisdiction: str
    valid_from: datetime | None
    valid_until: datetime | None
    granted_by: str | None
    granted_at: datetime
    stands_for: str | None


_c = grants.c
_ADD = Statement(insert(grants, without=("id",)).returning(_c.id))
_OF = Statement(sa.select(grants).where(_c.person == given(_c.person)).order_by(_c.id))
# Asked before every step: one question, whatever else a person may do elsewhere.
_STANDING = Statement(
    sa.select(*grants.c, records.c.state)
    .join(
        records,
        sa.and_(records.c.register == given(records.c.register), records.c.key == _c.organisation),
    )
    .where(_c.person == given(_c.person), _c.organisation == given(_c.organisation))
    .order_by(_c.id)
)
_LOAD = Statement(sa.select(grants).where(_c.id == given(_c.id)))
_END = Statement(
    sa.update(grants)
    .where(
        _c.id == given(_c.id, "row"),
        sa.or_(_c.valid_until.is_(None), _c.valid_until > given(_c.valid_until, "at")),
    )
    .values(
        {
            # A grant that has not begun ends when it would begin.
            _c.valid_until: sa.case(
                (_c.valid_from > given(_c.valid_from, "at"), _c.valid_from),
                else_=given(_c.valid_until, "at"),
            )
        }
    )
)


class Grants:
    """The rows of ``grants``. Grants are ended, never removed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, grant: NewGrant) -> int:
        """Give a role; return the grant's key."""
        (grant_id,) = self._session.added(_ADD, **grant._asdict())
        return int(grant_id)

    def load(self, grant_id: int) -> GrantRow | None:
        """Return one grant."""
        row = self._session.one(_LOAD, id=grant_id)
        return None if row is None else GrantRow._make(row)

    def of(self, person: str) -> list[GrantRow]:
        """Return the grants of a person, ended ones too."""
        return [GrantRow._make(row) for row in self._session.all(_OF, person=person)]

    def standing(
        self, person: str, organisation: str, register: str
    ) -> tuple[list[GrantRow], str | None]:
        """Return the grants of a person at an organisation, ended ones too, and its state.

        The state is that of its record in ``register``; None where there is neither grant nor
        record.
        """
        found = self._session.all(
            _STANDING, person=person, organisation=organisation, register=register
        )
        return [GrantRow._make(row[:-1]) for row in found], found[0][-1] if found else None

    def at(
        self, organisations: Sequence[str] | None = None, roles: Sequence[str] | None = None
    ) -> list[GrantRow]:
        """Return the grants at any of the organisations, of any of the roles; None for all."""
        asked = {_c.organisation: organisations, _c.role: roles}
        few = [Few(column, among) for column, among in asked.items() if among is not None]
        statement = KEPT.get(
            ("grants", *((one.column.name, one.places) for one in few)),
            lambda: sa.select(grants).where(*(one.clause for one in few)).order_by(_c.id),
        )
        values = {name: value for one in few for name, value in one.values.items()}
        return [GrantRow._make(row) for row in self._session.all(statement, **values)]

    def end(self, grant_id: int, at: datetime) -> bool:
        """Let a grant end at a time; False if it has ended before."""
        return self._session.run(_END, row=grant_id, at=at) == 1
