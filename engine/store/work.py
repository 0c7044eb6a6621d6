"""Work items: open rows are what waits, done rows are where somebody acted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.cases import cases, work_items
from engine.store.where import Clause


class NewWork(NamedTuple):
    """Something that begins to wait: for a permission in an organisation, or for a person."""

    visit: int
    step: str
    stage: str | None
    organisation: str | None
    permission: str | None
    person: str | None
    status: str | None
    opened_at: datetime
    due: datetime | None


class WorkRow(NamedTuple):
    """A row of ``work_items``."""

    id: int
    case_id: int
    jurisdiction: str
    visit: int
    step: str
    stage: str | None
    organisation: str | None
    permission: str | None
    person: str | None
    status: str | None
    opened_at: datetime
    due: datetime | None
    claimed_by: str | None
    state: Literal["open", "done", "gone"]
    closed_at: datetime | None
    closed_by: str | None
    closed_organisation: str | None
    action: str | None


_table = work_items.c
_OPEN = Statement(
    sa.insert(work_items).values(
        {
            _table[name]: given(_table[name])
            for name in ("case_id", "jurisdiction", *NewWork._fields, "claimed_by")
        }
        | {_table.state: sa.literal_column("'open'")}
    )
)
_CLOSING = {
    _table.state: given(_table.state, "new_state"),
    _table.closed_at: given(_table.closed_at, "at"),
    _table.closed_by: given(_table.closed_by, "by"),
    _table.closed_organisation: given(_table.closed_organisation, "for_organisation"),
    _table.action: given(_table.action, "new_action"),
}
_CLOSE = Statement(
    sa.update(work_items)
    .where(_table.id == given(_table.id, "key"), _table.state == sa.literal_column("'open'"))
    .values(_CLOSING)
)
_CLOSE_ALL = Statement(
    sa.update(work_items)
    .where(
        _table.case_id == given(_table.case_id, "key"), _table.state == sa.literal_column("'open'")
    )
    .values(_CLOSING)
)
_VOTED = Statement(
    sa.update(work_items)
    .where(
        _table.case_id == given(_table.case_id, "key"),
        _table.state == sa.literal_column("'open'"),
        _table.step == given(_table.step, "here"),
        _table.person == given(_table.person, "voter"),
    )
    .values(
        {
            _table.state: sa.literal_column("'done'"),
            _table.closed_at: given(_table.closed_at, "at"),
            _table.closed_by: given(_table.closed_by, "by"),
            _table.action: sa.literal_column("'vote'"),
        }
    )
)
_ALL_OF = Statement(
    sa.select(work_items).where(_table.case_id == given(_table.case_id)).order_by(_table.id)
)
_OPEN_OF = Statement(
    sa.select(work_items)
    .where(_table.case_id == given(_table.case_id), _table.state == sa.literal_column("'open'"))
    .order_by(_table.id)
)
_CLAIMS = Statement(
    sa.select(_table.step, _table.claimed_by)
    .where(
        _table.case_id == given(_table.case_id),
        _table.state == sa.literal_column("'open'"),
        _table.organisation == given(_table.organisation),
        _table.claimed_by.is_not(None),
    )
    .order_by(_table.id)
)
_HELD = Statement(
    sa.select(cases.c.uid, *work_items.c)
    .join(cases, cases.c.id == _table.case_id)
    .where(
        _table.state == sa.literal_column("'open'"),
        sa.or_(
            _table.person == given(_table.person, "holder"),
            sa.and_(
                _table.organisation == given(_table.organisation, "here"),
                _table.claimed_by == given(_table.claimed_by, "holder"),
            ),
        ),
    )
    .order_by(_table.id)
)
_CLAIM = Statement(
    sa.update(work_items)
    .where(
        _table.id == given(_table.id, "key"),
        _table.state == sa.literal_column("'open'"),
        sa.func.coalesce(_table.claimed_by, "") == given(_table.claimed_by, "expected"),
    )
    .values({_table.claimed_by: given(_table.claimed_by, "new_claimant")})
)
_MOVE_DUE = Statement(
    sa.update(work_items)
    .where(
        _table.case_id == given(_table.case_id, "key"), _table.state == sa.literal_column("'open'")
    )
    .values(
        {
            _table.due: given(_table.due, "new_due"),
            _table.status: given(_table.status, "new_status"),
        }
    )
)
_MOVE_DUE_AT = Statement(
    sa.update(work_items)
    .where(
        _table.case_id == given(_table.case_id, "key"),
        _table.step == given(_table.step, "at"),
        _table.state == sa.literal_column("'open'"),
    )
    .values(
        {
            _table.due: given(_table.due, "new_due"),
            _table.status: given(_table.status, "new_status"),
        }
    )
)
_open: Clause = _table.state == "open"
_of_holders: Clause = sa.and_(
    _open, _table.permission.is_not(None), _table.organisation.is_not(None)
)
#: where something waits for whoever holds a permission; asked by the worker now and then
_WHERE = (
    sa.select(_table.organisation, _table.permission)
    .where(_of_holders, _table.person.is_(None))
    .distinct()
)
#: the same for one of the holders alone
_WHOM = (
    sa.select(_table.organisation, _table.permission, _table.person)
    .where(_of_holders, _table.person.is_not(None))
    .distinct()
)
_FORGET = Statement(sa.delete(work_items).where(_table.case_id == given(_table.case_id, "key")))


class Waiting(NamedTuple):
    """Something that waits for whoever holds a permission, with what is known of its case."""

    case_id: int
    step: str
    organisation: str
    permission: str
    uid: str
    process: str
    pin: str
    initiator: str | None
    version: int


class Work:
    """The rows of ``work_items``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def places(self) -> list[tuple[str, str]]:
        """Return the organisations and permissions that open items wait for."""
        return [(row[0], row[1]) for row in self._session.rows(_WHERE)]

    def people(self) -> list[tuple[str, str, str]]:
        """Return the organisations, permissions and people whose tasks are theirs alone."""
        return [(row[0], row[1], row[2]) for row in self._session.rows(_WHOM)]

    def at(self, organisation: str, permission: str, person: str | None = None) -> list[Waiting]:
        """Return what waits for whoever holds a permission there, or for one of them alone."""
        asked = (
            sa.select(
                _table.case_id, _table.step, _table.organisation, _table.permission,
                cases.c.uid, cases.c.process, cases.c.pin, cases.c.initiator, cases.c.version,
            )
            .join(cases, cases.c.id == _table.case_id)
            .where(
                _open,
                _table.person.is_(None) if person is None else _table.person == person,
                _table.organisation == organisation,
                _table.permission == permission,
            )
        )  # fmt: skip
        return [Waiting(*row) for row in self._session.rows(asked.order_by(_table.id))]

    def open(
        self, case: CaseKey, items: Iterable[NewWork], *, claimed_by: str | None = None
    ) -> None:
        """Let something wait."""
        shared = {"case_id": case.id, "jurisdiction": case.jurisdiction, "claimed_by": claimed_by}
        self._session.run_all(_OPEN, [item._asdict() | shared for item in items])

    def close(
        self,
        case_id: int,
        ids: Sequence[int] | None = None,
        *,
        at: datetime,
        closed_by: str | None,
        organisation: str | None,
        action: str | None,
        state: Literal["done", "gone"] = "done",
    ) -> int:
        """Close open items, those with ``ids`` or all of the case; return how many were still open.

        ``gone`` is what nobody acted on: it leaves the lists without having been done.
        """
        values = {
            "at": at,
            "by": closed_by,
            "for_organisation": organisation,
            "new_action": action if state == "done" else None,
            "new_state": state,
        }
        if ids is None:
            return self._session.run(_CLOSE_ALL, key=case_id, **values)
        return sum(self._session.run(_CLOSE, key=key, **values) for key in ids)

    def done_by(self, case_id: int, step: str, person: str, *, at: datetime) -> None:
        """Close what waits for a voter at a panel, whose ballot is in."""
        self._session.run(_VOTED, key=case_id, here=step, voter=person, by=person, at=at)

    def of(self, case_id: int, *, open_only: bool = True) -> list[WorkRow]:
        """Return the items of a case, oldest first."""
        rows = self._session.all(_OPEN_OF if open_only else _ALL_OF, case_id=case_id)
        return [WorkRow._make(row) for row in rows]

    def claims(self, case_id: int, organisation: str | None) -> list[tuple[str, str]]:
        """Return at which steps somebody of an organisation has taken a case on, and who."""
        rows = self._session.all(_CLAIMS, case_id=case_id, organisation=organisation)
        return [(str(step), str(person)) for step, person in rows]

    def held(self, person: str, organisation: str) -> list[tuple[str, WorkRow]]:
        """Return what waits for somebody by name, and what they have taken on at an organisation.

        Each with the id of its case, the longest waiting first.
        """
        rows = self._session.all(_HELD, holder=person, here=organisation)
        return [(str(row[0]), WorkRow._make(row[1:])) for row in rows]

    def claim(self, item_id: int, person: str | None, *, expected: str | None) -> bool:
        """Set who deals with an open item; False if it is not open or not held by ``expected``."""
        return (
            self._session.run(_CLAIM, key=item_id, expected=expected or "", new_claimant=person)
            == 1
        )

    def update_open(
        self, case_id: int, *, due: datetime | None, status: str | None, step: str | None = None
    ) -> None:
        """Carry a moved deadline and a changed status over to what waits, or waits at ``step``."""
        if step is None:
            self._session.run(_MOVE_DUE, key=case_id, new_due=due, new_status=status)
        else:
            self._session.run(_MOVE_DUE_AT, key=case_id, new_due=due, new_status=status, at=step)

    def forget(self, case_id: int) -> None:
        """Remove all items of a case, to write them again from the journal."""
        self._session.run(_FORGET, key=case_id)
