"""Groups: which cases are decided together, and what became of each in its group."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.cases import cases, members


class MemberRow(NamedTuple):
    """A case in a group. ``row`` is what the group's list says about it, a JSON value."""

    group_id: int
    case_id: int
    uid: str
    process: str
    state: Literal["in", "released", "removed"]
    outcome: str | None
    row: Any
    added_at: datetime


_c = members.c
_SELECT = sa.select(
    _c.group_id, _c.case_id, cases.c.uid, _c.process, _c.state, _c.outcome, _c.row, _c.added_at
).join(cases, cases.c.id == _c.case_id)
_IN: Any = sa.literal_column("'in'")
_KEY = (_c.group_id == given(_c.group_id, "in_group"), _c.case_id == given(_c.case_id, "member"))
_RETURN = Statement(
    sa.update(members)
    .where(*_KEY, _c.state != _IN)
    .values(
        {
            _c.state: _IN,
            _c.outcome: sa.null(),
            _c.row: given(_c.row, "new_row"),
            _c.added_at: given(_c.added_at, "at"),
        }
    )
)
_ADD = Statement(
    sa.insert(members).values(
        {
            _c.group_id: given(_c.group_id, "in_group"),
            _c.case_id: given(_c.case_id, "member"),
            _c.jurisdiction: given(_c.jurisdiction),
            _c.process: given(_c.process),
            _c.state: _IN,
            _c.row: given(_c.row, "new_row"),
            _c.added_at: given(_c.added_at, "at"),
        }
    )
)
_REMOVE = Statement(
    sa.update(members)
    .where(*_KEY, _c.state == _IN)
    .values({_c.state: sa.literal_column("'removed'")})
)
_RELEASE = Statement(
    sa.update(members)
    .where(*_KEY, _c.state == _IN)
    .values(
        {_c.state: sa.literal_column("'released'"), _c.outcome: given(_c.outcome, "new_outcome")}
    )
)
_SET_ROW = Statement(sa.update(members).where(*_KEY).values({_c.row: given(_c.row, "new_row")}))
_OF = Statement(_SELECT.where(_c.group_id == given(_c.group_id)).order_by(_c.added_at, _c.case_id))
_GROUPS_OF = Statement(
    sa.select(cases.c.uid, _c.process, _c.state, _c.outcome)
    .join(cases, cases.c.id == _c.group_id)
    .where(_c.case_id == given(_c.case_id))
    .order_by(_c.added_at, _c.group_id)
)
_TAKEN = Statement(
    sa.select(cases.c.uid)
    .join(members, cases.c.id == _c.case_id)
    .where(_c.process == given(_c.process), _c.state == _IN)
)


class GroupOf(NamedTuple):
    """A group a case is or was in."""

    uid: str
    process: str
    state: Literal["in", "released", "removed"]
    outcome: str | None


class Members:
    """The rows of ``members``. A case is in one open group of a process at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, group: CaseKey, case_id: int, *, process: str, row: object, at: datetime) -> None:
        """Put a case into a group; ``process`` is the group's.

        One that was removed or released before comes back. Raises Duplicate if the case is in
        this or another open group of the process.
        """
        text = canonical(row).decode()
        if not self._session.run(_RETURN, in_group=group.id, member=case_id, new_row=text, at=at):
            self._session.run(
                _ADD,
                in_group=group.id,
                member=case_id,
                jurisdiction=group.jurisdiction,
                process=process,
                new_row=text,
                at=at,
            )

    def remove(self, group_id: int, case_id: int) -> bool:
        """Take a case out of its group; False if it is not in it."""
        return self._session.run(_REMOVE, in_group=group_id, member=case_id) == 1

    def release(self, group_id: int, case_id: int, outcome: str) -> bool:
        """Let a case go with the group's decision on it; False if it is not in the group."""
        return (
            self._session.run(_RELEASE, in_group=group_id, member=case_id, new_outcome=outcome) == 1
        )

    def set_row(self, group_id: int, case_id: int, row: object) -> None:
        """Change what the group's list says about a case."""
        text = canonical(row).decode()
        self._session.run(_SET_ROW, in_group=group_id, member=case_id, new_row=text)

    def of(self, group_id: int) -> list[MemberRow]:
        """Return the cases of a group in the order in which they came, removed ones too."""
        rows = self._session.all(_OF, group_id=group_id)
        found = [MemberRow._make(row) for row in rows]
        return [member._replace(row=orjson.loads(member.row)) for member in found]

    def groups_of(self, case_id: int) -> list[GroupOf]:
        """Return the groups a case is or was in."""
        return [GroupOf._make(row) for row in self._session.all(_GROUPS_OF, case_id=case_id)]

    def taken(self, process: str) -> frozenset[str]:
        """Return the cases that are in an open group of a process."""
        return frozenset(str(uid) for (uid,) in self._session.all(_TAKEN, process=process))
