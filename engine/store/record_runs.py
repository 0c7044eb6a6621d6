"""Actions taken on all records of a list in the background: how far each has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.records import record_runs


class RecordRun(NamedTuple):
    """An action on all records of a list; ``total`` is how many there were when it began."""

    id: int
    jurisdiction: str
    list: str
    action: str
    person: str
    organisation: str | None
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    refused: int
    after_key: str | None
    after_id: int | None
    sentence: str | None


_c = record_runs.c
_COLUMNS = [_c[name] for name in RecordRun._fields]
_BEGUN = ("jurisdiction", "list", "action", "person", "organisation", "started_at", "total")
_MOVED = ("finished_at", "done", "refused", "after_key", "after_id", "sentence")
_ADD = Statement(
    sa.insert(record_runs)
    .values(
        {_c[name]: given(_c[name]) for name in _BEGUN}
        | {_c[name]: sa.literal_column("0") for name in ("done", "refused")}
    )
    .returning(_c.id)
)
_LOAD = Statement(sa.select(*_COLUMNS).where(_c.id == given(_c.id)))
_LAST = Statement(
    sa.select(*_COLUMNS)
    .where(_c.jurisdiction == given(_c.jurisdiction), _c.list == given(_c.list))
    .order_by(_c.id.desc())
    .limit(1)
)
_MOVE = Statement(
    sa.update(record_runs)
    .where(_c.id == given(_c.id, "run"))
    .values({_c[name]: given(_c[name], f"new_{name}") for name in _MOVED})
)


class RecordRuns:
    """The rows of ``record_runs``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self,
        *,
        jurisdiction: str,
        listing: str,
        action: str,
        person: str,
        organisation: str | None,
        at: datetime,
        total: int,
    ) -> int:
        """Note that an action was asked for; return the id of the run."""
        (found,) = self._session.added(
            _ADD, jurisdiction=jurisdiction, list=listing, action=action, person=person,
            organisation=organisation, started_at=at, total=total,
        )  # fmt: skip
        return int(found)

    def load(self, run: int) -> RecordRun | None:
        """Return a run."""
        return _run(self._session.one(_LOAD, id=run))

    def last(self, jurisdiction: str, listing: str) -> RecordRun | None:
        """Return the run that was begun last over a list."""
        return _run(self._session.one(_LAST, jurisdiction=jurisdiction, list=listing))

    def move(self, run: RecordRun) -> None:
        """Note how far a run has come."""
        self._session.run(
            _MOVE, run=run.id, **{f"new_{name}": getattr(run, name) for name in _MOVED}
        )


def _run(row: tuple[Any, ...] | None) -> RecordRun | None:
    return None if row is None else RecordRun._make(row)
