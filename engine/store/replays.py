"""Replays of sample cases: which content was tried, how far it is, and what differed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.content import replays


class ReplayRow(NamedTuple):
    """The replay of the sample cases of one tree of content."""

    tree: str
    draft_id: int | None
    asked_at: datetime
    leased_until: datetime | None
    finished_at: datetime | None
    total: int
    done: int
    failed: Sequence[Mapping[str, Any]]


_c = replays.c
_COLUMNS = [_c[name] for name in ReplayRow._fields]
_LOAD = Statement(sa.select(*_COLUMNS).where(_c.tree == given(_c.tree)))
_ADD = Statement(insert(replays))
_DELETE = Statement(sa.delete(replays).where(_c.tree == given(_c.tree)))
_FORGET = Statement(sa.delete(replays).where(_c.asked_at < given(_c.asked_at, "before")))
_WAITING = Statement(
    sa.select(*_COLUMNS)
    .where(
        _c.finished_at.is_(None),
        sa.or_(_c.leased_until.is_(None), _c.leased_until < given(_c.leased_until, "now")),
    )
    .order_by(_c.asked_at, _c.tree)
)
_LEASE = Statement(
    sa.update(replays)
    .where(
        _c.tree == given(_c.tree, "replay"),
        _c.finished_at.is_(None),
        sa.or_(_c.leased_until.is_(None), _c.leased_until < given(_c.leased_until, "now")),
    )
    .values({_c.leased_until: given(_c.leased_until, "until")})
)
_NOTE = Statement(
    sa.update(replays)
    .where(_c.tree == given(_c.tree, "replay"))
    .values(
        {
            _c[name]: given(_c[name], f"new_{name}")
            for name in ("leased_until", "finished_at", "total", "done", "failed")
        }
    )
)


class Replays:
    """The rows of ``replays``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, tree: str) -> ReplayRow | None:
        """Return the replay of a tree."""
        row = self._session.one(_LOAD, tree=tree)
        return None if row is None else _row(row)

    def ask(self, tree: str, draft: int | None, at: datetime) -> None:
        """Ask for a replay, whatever came of an earlier one."""
        self._session.run(_DELETE, tree=tree)
        self._session.run(
            _ADD, tree=tree, draft_id=draft, asked_at=at, leased_until=None, finished_at=None,
            total=0, done=0, failed="[]",
        )  # fmt: skip

    def waiting(self, now: datetime) -> list[ReplayRow]:
        """Return the replays nobody runs, the longest waiting first."""
        return [_row(row) for row in self._session.all(_WAITING, now=now)]

    def lease(self, tree: str, now: datetime, until: datetime) -> bool:
        """Take a replay on; False if another process has."""
        return self._session.run(_LEASE, replay=tree, now=now, until=until) == 1

    def drop(self, tree: str) -> None:
        """Forget a replay that nobody wants any more."""
        self._session.run(_DELETE, tree=tree)

    def note(self, row: ReplayRow) -> None:
        """Write how far a replay is."""
        self._session.run(
            _NOTE, replay=row.tree, new_leased_until=row.leased_until,
            new_finished_at=row.finished_at, new_total=row.total, new_done=row.done,
            new_failed=orjson.dumps(row.failed).decode(),
        )  # fmt: skip

    def forget(self, before: datetime) -> int:
        """Remove replays asked for before a time; return how many."""
        return self._session.run(_FORGET, before=before)


def _row(row: tuple[Any, ...]) -> ReplayRow:
    return ReplayRow._make((*row[:-1], orjson.loads(row[-1])))
