"""Long jobs done in the background, item by item: how far each has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.jobs import job_refusals, jobs


class JobRow(NamedTuple):
    """A job; ``total`` is how many items there were when it began.

    ``input`` is the hash of a sealed blob, what it was begun with; ``after`` is a JSON value, the
    item it has come to, and ``broke_off`` one that says why it did not come to its end.
    """

    id: int
    jurisdiction: str
    kind: str
    about: str
    title: str
    person: str
    organisation: str | None
    input: str
    started_at: datetime
    total: int
    finished_at: datetime | None = None
    stopped_by: str | None = None
    broke_off: Any = None
    done: int = 0
    refused: int = 0
    after: Any = None

    @property
    def position(self) -> int:
        """How many items are behind it."""
        return self.done + self.refused


_c, _r = jobs.c, job_refusals.c
_COLUMNS = [_c[name] for name in JobRow._fields]
_BEGIN = Statement(insert(jobs, without=("id",)).returning(_c.id))
_LOAD = Statement(sa.select(*_COLUMNS).where(_c.id == given(_c.id)))
_LAST = Statement(
    sa.select(*_COLUMNS).where(_c.about == given(_c.about)).order_by(_c.id.desc()).limit(1)
)
_OF = Statement(
    sa.select(*_COLUMNS)
    .where(_c.person == given(_c.person))
    .order_by(_c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_IN = Statement(
    sa.select(*_COLUMNS)
    .where(_c.jurisdiction == given(_c.jurisdiction))
    .order_by(_c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NOTE = Statement(
    sa.update(jobs)
    .where(_c.id == given(_c.id, "job"), _c.done + _c.refused == given(_c.done, "position"))
    .values(
        {
            _c.done: _c.done + given(_c.done, "more_done"),
            _c.refused: _c.refused + given(_c.refused, "more_refused"),
            _c.after: given(_c.after, "come_to"),
        }
    )
    .returning(_c.finished_at)
)
_FINISH = Statement(
    sa.update(jobs)
    .where(_c.id == given(_c.id, "job"), _c.finished_at.is_(None))
    .values({_c[name]: given(_c[name], f"new_{name}")
             for name in ("finished_at", "stopped_by", "broke_off")})
)  # fmt: skip
_REFUSE = Statement(insert(job_refusals))
_REFUSALS = Statement(
    sa.select(_r.name, _r.key, _r.told)
    .where(_r.job_id == given(_r.job_id))
    .order_by(_r.position)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


class RefusedRow(NamedTuple):
    """An item that was refused; ``told`` is a JSON value that says why."""

    name: str
    key: str
    told: Any


class Jobs:
    """The rows of ``jobs`` and ``job_refusals``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, job: JobRow) -> int:
        """Note that a job was asked for; return its id."""
        values = job._asdict()
        del values["id"]
        values["after"] = canonical(job.after).decode()
        values["broke_off"] = None
        (found,) = self._session.added(_BEGIN, **values)
        return int(found)

    def load(self, job: int) -> JobRow | None:
        """Return a job."""
        return _job(self._session.one(_LOAD, id=job))

    def last(self, about: str) -> JobRow | None:
        """Return the job that was begun last about something."""
        return _job(self._session.one(_LAST, about=about))

    def of(self, person: str, most: int) -> list[JobRow]:
        """Return the jobs somebody began last, the newest first."""
        rows = self._session.all(_OF, person=person, most=most)
        return [job for row in rows if (job := _job(row)) is not None]

    def in_(self, jurisdiction: str, most: int) -> list[JobRow]:
        """Return the jobs begun last in a jurisdiction, the newest first."""
        rows = self._session.all(_IN, jurisdiction=jurisdiction, most=most)
        return [job for row in rows if (job := _job(row)) is not None]

    def note(self, job: JobRow, after: Any, refusal: RefusedRow | None) -> JobRow | None:
        """Note that the next item is done or refused; None if somebody else has noted it."""
        refused = refusal is not None
        row = self._session.one(
            _NOTE, job=job.id, position=job.position, more_done=int(not refused),
            more_refused=int(refused), come_to=canonical(after).decode(),
        )  # fmt: skip
        if row is None:
            return None
        if refusal is not None:
            self._session.run(
                _REFUSE, job_id=job.id, position=job.position, name=refusal.name, key=refusal.key,
                told=canonical(refusal.told).decode(),
            )  # fmt: skip
        return job._replace(
            done=job.done + (not refused), refused=job.refused + refused, after=after,
            finished_at=row[0],
        )  # fmt: skip

    def finish(
        self, job: int, at: datetime, *, stopped_by: str | None = None, broke_off: Any = None
    ) -> bool:
        """Note that a job has ended; False if it had before."""
        why = None if broke_off is None else canonical(broke_off).decode()
        values = {"new_finished_at": at, "new_stopped_by": stopped_by, "new_broke_off": why}
        return self._session.run(_FINISH, job=job, **values) == 1

    def refusals(self, job: int, most: int) -> list[RefusedRow]:
        """Return the items that were refused first."""
        rows = self._session.all(_REFUSALS, job_id=job, most=most)
        return [RefusedRow(name, key, orjson.loads(told)) for name, key, told in rows]


def _job(row: tuple[Any, ...] | None) -> JobRow | None:
    if row is None:
        return None
    found = JobRow._make(row)
    broke_off = orjson.loads(found.broke_off) if found.broke_off is not None else None
    return found._replace(after=orjson.loads(found.after), broke_off=broke_off)
