"""Grants: a role, or a colleague's tasks as a substitute, for a person, somewhere, for a time.

A role is one of the content, or one that an organisation has put together itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import KEPT, Few, Statement, given, insert
from engine.store.tables.people import grants, own_roles
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
    """A row of ``grants``; with a role of the organisation's own, that role's row."""

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
    title: str | None
    permissions: str | None

    @property
    def own(self) -> OwnRole | None:
        """The role of the organisation's own that it gives; None where it is another or ended."""
        if self.title is None or self.permissions is None:
            return None
        return OwnRole(self.role, self.organisation, self.title, _names(self.permissions))


class OwnRole(NamedTuple):
    """A role that an organisation has put together itself."""

    id: str
    organisation: str
    title: str
    permissions: tuple[str, ...]


_c, _r = grants.c, own_roles.c
# What an own role holds comes with its grant: rights are asked for before every step.
_WITH_OWN = grants.outerjoin(own_roles, sa.and_(_r.id == _c.role, _r.ended_at.is_(None)))
_ROWS = sa.select(*_c, _r.title, _r.permissions).select_from(_WITH_OWN)
_ADD = Statement(insert(grants, without=("id",)).returning(_c.id))
_OF = Statement(_ROWS.where(_c.person == given(_c.person)).order_by(_c.id))
# Asked before every step: one question, whatever else a person may do elsewhere.
_STANDING = Statement(
    sa.select(*_c, _r.title, _r.permissions, records.c.state)
    .select_from(
        _WITH_OWN.join(
            records,
            sa.and_(
                records.c.register == given(records.c.register), records.c.key == _c.organisation
            ),
        )
    )
    .where(_c.person == given(_c.person), _c.organisation == given(_c.organisation))
    .order_by(_c.id)
)
_LOAD = Statement(_ROWS.where(_c.id == given(_c.id)))
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
_OWN = Statement(
    sa.select(_r.id, _r.organisation, _r.title, _r.permissions)
    .where(_r.organisation == given(_r.organisation), _r.ended_at.is_(None))
    .order_by(sa.func.length(_r.id), _r.id)
)
_HOW_MANY = Statement(sa.select(sa.func.count()).where(_r.organisation == given(_r.organisation)))
_ADD_OWN = Statement(insert(own_roles))
_CHANGE_OWN = Statement(
    sa.update(own_roles)
    .where(_r.id == given(_r.id, "row"))
    .values({one: given(one) for one in (_r.title, _r.permissions, _r.changed_by, _r.changed_at)})
)
_END_OWN = Statement(
    sa.update(own_roles)
    .where(_r.id == given(_r.id, "row"))
    .values({one: given(one) for one in (_r.changed_by, _r.changed_at, _r.ended_at)})
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
            lambda: _ROWS.where(*(one.clause for one in few)).order_by(_c.id),
        )
        values = {name: value for one in few for name, value in one.values.items()}
        return [GrantRow._make(row) for row in self._session.all(statement, **values)]

    def holding(self, organisation: str, roles: Sequence[str]) -> list[GrantRow]:
        """Return the grants at one organisation of any of the roles, or of its own ones."""
        few = Few(_c.role, roles)
        statement = KEPT.get(("holding", few.places), lambda: _holding(few))
        found = self._session.all(statement, organisation=organisation, **few.values)
        return sorted(GrantRow._make(row) for row in found)

    def end(self, grant_id: int, at: datetime) -> bool:
        """Let a grant end at a time; False if it has ended before."""
        return self._session.run(_END, row=grant_id, at=at) == 1


class OwnRoles:
    """The rows of ``own_roles``. Roles end, since grants may name them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, organisation: str) -> list[OwnRole]:
        """Return the roles of an organisation's own that there are, oldest first."""
        rows = self._session.all(_OWN, organisation=organisation)
        return [OwnRole(row[0], row[1], row[2], _names(row[3])) for row in rows]

    def add(
        self, organisation: str, title: str, permissions: Sequence[str], by: str, at: datetime
    ) -> str:
        """Add a role; return its id, which those of the content cannot have."""
        (known,) = self._session.one(_HOW_MANY, organisation=organisation) or (0,)
        values = {"title": title, "permissions": json.dumps(permissions), "changed_by": by}
        id_ = f"{organisation}#{known + 1}"
        self._session.run(
            _ADD_OWN, id=id_, organisation=organisation, changed_at=at, ended_at=None, **values
        )
        return id_

    def change(
        self, id_: str, title: str, permissions: Sequence[str], by: str, at: datetime
    ) -> None:
        """Let a role have another name and other permissions."""
        values = {"title": title, "permissions": json.dumps(permissions), "changed_by": by}
        self._session.run(_CHANGE_OWN, row=id_, changed_at=at, **values)

    def end(self, id_: str, by: str, at: datetime) -> None:
        """Let a role be no more: what was granted with it counts no more either."""
        self._session.run(_END_OWN, row=id_, changed_by=by, changed_at=at, ended_at=at)


def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _holding(few: Few) -> sa.CompoundSelect[Any]:
    """Two searches, each by an index; one with both conditions would read the organisation."""
    here = given(_c.organisation)
    of_own = _ROWS.where(
        _r.organisation == here, _r.ended_at.is_(None), _c.organisation == _r.organisation
    )
    return sa.union_all(_ROWS.where(_c.organisation == here, few.clause), of_own)
