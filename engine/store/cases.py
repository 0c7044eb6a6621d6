"""The snapshot of each case, and the values of it that lists look for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Kept, Statement, given, insert
from engine.store.tables.cases import case_fields, cases

IndexValue = str | int | float | bool | None


class CaseKey(Protocol):
    """What rows of a case need to know of it; a :class:`CaseRow` is one."""

    @property
    def id(self) -> int:
        """The internal key."""

    @property
    def jurisdiction(self) -> str:
        """The jurisdiction, which every row carries."""


class NewCase(NamedTuple):
    """Everything that is stored of a case when it is started."""

    uid: str
    process: str
    pin: str
    jurisdiction: str
    year: int
    initiator: str | None
    initiator_organisation: str | None
    number: str | None
    status: str | None
    step: str
    stage: str | None
    organisation: str | None
    version: int
    state: bytes
    data_hash: str | None
    flags: str
    journal_seq: int
    journal_hash: str
    outcome: str | None
    started_at: datetime
    arrived_at: datetime
    due: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    #: the last status shown to the public
    public_status: str | None = None
    #: sent back to whoever is to mend it
    returned: bool = False


class CaseRow(NamedTuple):
    """A row of ``cases``. ``state`` is the engine's, ``flags`` a JSON list."""

    id: int
    uid: str
    process: str
    pin: str
    jurisdiction: str
    year: int
    initiator: str | None
    initiator_organisation: str | None
    number: str | None
    status: str | None
    step: str
    stage: str | None
    organisation: str | None
    version: int
    state: bytes
    data_hash: str | None
    flags: str
    journal_seq: int
    journal_hash: str
    outcome: str | None
    started_at: datetime
    arrived_at: datetime
    due: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    #: the last status shown to the public
    public_status: str | None = None
    #: sent back to whoever is to mend it
    returned: bool = False


#: What a step may change, beside the pin; the rest is fixed when the case is started.
CHANGING = (
    "number", "status", "step", "stage", "organisation", "state", "data_hash", "flags",
    "journal_seq", "journal_hash", "outcome", "arrived_at", "due", "updated_at", "closed_at",
    "public_status", "returned",
)  # fmt: skip

_changing = attrgetter(*CHANGING)

_LOAD = Statement(sa.select(cases).where(cases.c.uid == given(cases.c.uid)))
# SQLite lets one write at a time, and leaves the words out.
_HOLD = Statement(
    sa.select(cases).where(cases.c.uid == given(cases.c.uid)).with_for_update(key_share=True)
)
_LOAD_BY_ID = Statement(sa.select(cases).where(cases.c.id == given(cases.c.id)))
#: cases read at a time when all are gone through
_PAGE_SIZE = 500
_PAGE = Statement(
    sa.select(cases)
    .where(cases.c.id > given(cases.c.id, "after"))
    .order_by(cases.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_RUNNING = Statement(
    sa.select(cases)
    .where(
        cases.c.jurisdiction == given(cases.c.jurisdiction),
        cases.c.process == given(cases.c.process),
        cases.c.closed_at.is_(None),
        cases.c.id > given(cases.c.id, "after"),
    )
    .order_by(cases.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_COUNT_RUNNING = Statement(
    sa.select(sa.func.count()).where(
        cases.c.jurisdiction == given(cases.c.jurisdiction),
        cases.c.process == given(cases.c.process),
        cases.c.closed_at.is_(None),
        cases.c.pin != given(cases.c.pin),
    )
)
_INSERT = Statement(insert(cases, without=("id",)).returning(cases.c.id))
_SAVE = (
    sa.update(cases)
    .where(
        cases.c.id == given(cases.c.id, "key"),
        cases.c.version == given(cases.c.version, "expected"),
    )
    .values({cases.c.version: cases.c.version + 1, cases.c.pin: given(cases.c.pin, "new_pin")})
)
#: by the columns that are changed: those that are named have their indexes written anew
_SAVES = Kept()
_CLEAR_FIELD = Statement(
    sa.delete(case_fields).where(
        case_fields.c.case_id == given(case_fields.c.case_id),
        case_fields.c.path == given(case_fields.c.path),
    )
)
_ADD_FIELD = Statement(insert(case_fields))
_WITH_FIELD = Statement(
    sa.select(cases.c.uid)
    .join(case_fields, case_fields.c.case_id == cases.c.id)
    .where(
        case_fields.c.path == given(case_fields.c.path),
        case_fields.c.text_value == given(case_fields.c.text_value, "text"),
    )
    .order_by(cases.c.id)
)
_FIELDS = Statement(
    sa.select(case_fields.c.path, case_fields.c.text_value, case_fields.c.number_value)
    .where(case_fields.c.case_id == given(case_fields.c.case_id))
    .order_by(case_fields.c.path, case_fields.c.no)
)


class Cases:
    """The rows of ``cases`` and ``case_fields``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, uid: str) -> CaseRow | None:
        """Return the case known to people as ``uid``."""
        row = self._session.one(_LOAD, uid=uid)
        return None if row is None else CaseRow._make(row)

    def hold(self, uid: str) -> CaseRow | None:
        """Return a case that nobody else writes until this transaction ends."""
        row = self._session.one(_HOLD, uid=uid)
        return None if row is None else CaseRow._make(row)

    def load_by_id(self, case_id: int) -> CaseRow | None:
        """Return the case with an internal key."""
        row = self._session.one(_LOAD_BY_ID, id=case_id)
        return None if row is None else CaseRow._make(row)

    def every(self) -> Iterator[CaseRow]:
        """Go through all cases in the order in which they were started."""
        last = 0
        while page := self._session.all(_PAGE, after=last, most=_PAGE_SIZE):
            for row in page:
                yield CaseRow._make(row)
            last = page[-1][0]

    def running(self, jurisdiction: str, process: str, after: int = 0) -> Iterator[CaseRow]:
        """Go through the cases of a process that have not ended, from behind the key ``after``."""
        last = after
        which = {"jurisdiction": jurisdiction, "process": process}
        while page := self._session.all(_RUNNING, **which, after=last, most=_PAGE_SIZE):
            for row in page:
                yield CaseRow._make(row)
            last = page[-1][0]

    def pins(self) -> list[tuple[str, str]]:
        """Return the processes of which cases are going on, at each version."""
        found = self._session.rows(
            sa.select(cases.c.process, cases.c.pin).where(cases.c.closed_at.is_(None)).distinct()
        )
        return [(str(process), str(pin)) for process, pin in found]

    def count_running(self, jurisdiction: str, process: str, pin: str) -> int:
        """Return how many cases of a process go on with another version than ``pin``."""
        row = self._session.one(_COUNT_RUNNING, jurisdiction=jurisdiction, process=process, pin=pin)
        return 0 if row is None else int(row[0])

    def insert(self, new: NewCase) -> CaseRow:
        """Add a case; return it with its key."""
        (case_id,) = self._session.added(_INSERT, **new._asdict())
        return CaseRow(case_id, *new)

    def save(self, row: CaseRow, before: CaseRow) -> bool:
        """Write what a step has changed of what it may change, and count the version up.

        Returns False if the stored version is not that of ``before``: somebody else was first.
        The version in ``row`` is not looked at.
        """
        changed = [
            (name, new)
            for name, new, old in zip(CHANGING, _changing(row), _changing(before), strict=True)
            if new is not old and new != old
        ]
        names = tuple([name for name, _ in changed])
        statement = _SAVES.get(names, lambda: _saving(names))
        values = {f"new_{name}": new for name, new in changed}
        values |= {"key": row.id, "expected": before.version, "new_pin": row.pin}
        return self._session.run(statement, **values) == 1

    def set_fields(
        self, case_id: int, values: Mapping[str, IndexValue | Sequence[IndexValue]]
    ) -> None:
        """Replace the values lists look for at the given paths; None or [] removes them."""
        if not values:
            return
        self._session.run_all(_CLEAR_FIELD, [{"case_id": case_id, "path": path} for path in values])
        rows = [row for path, value in values.items() for row in field_rows(path, value)]
        self._session.run_all(_ADD_FIELD, [{"case_id": case_id, **row} for row in rows])

    def with_field(self, path: str, text: str) -> list[str]:
        """Return the uids of the cases that have a text at an index path."""
        return [str(uid) for (uid,) in self._session.all(_WITH_FIELD, path=path, text=text)]

    def fields(self, case_id: int) -> dict[str, list[str | float]]:
        """Return what :meth:`set_fields` stored."""
        found: dict[str, list[str | float]] = {}
        for path, text, number in self._session.all(_FIELDS, case_id=case_id):
            found.setdefault(path, []).append(number if text is None else text)
        return found


def _saving(names: Sequence[str]) -> sa.Update:
    return _SAVE.values({cases.c[name]: given(cases.c[name], f"new_{name}") for name in names})


def field_rows(path: str, value: IndexValue | Sequence[IndexValue]) -> list[dict[str, Any]]:
    """Spread a value over rows of an index table, texts apart from numbers."""
    values = [value] if isinstance(value, (str, int, float)) or value is None else value
    return [
        {
            "path": path,
            "no": no,
            "text_value": each if isinstance(each, str) else None,
            "number_value": None if isinstance(each, str) else float(each),
        }
        for no, each in enumerate(values)
        if each is not None
    ]
