"""The outbox: what a transaction decided to send, sent after it by a worker, at least once.

A worker takes a message for a while (a lease). If it dies, the lease runs out and another takes the
message; so a handler must give the same result when it is called again with the same key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.cases import outbox

#: How long a worker may take before another one takes over.
LEASE = timedelta(minutes=5)
#: After so many failures a person has to look.
MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=10)


class OutboxRow(NamedTuple):
    """A message on its way. ``attempts`` counts this one too; ``payload`` is a JSON value."""

    id: int
    case_id: int | None
    jurisdiction: str
    key: str
    kind: str
    payload: Any
    attempts: int
    run_at: datetime
    error: str | None


_c = outbox.c
_COLUMNS = tuple(_c[name] for name in OutboxRow._fields)
_ADD_VALUES: dict[Any, Any] = {
    _c[name]: given(_c[name])
    for name in ("case_id", "jurisdiction", "key", "kind", "payload", "run_at")
} | {_c.state: sa.literal_column("'waiting'"), _c.attempts: sa.literal_column("0")}
_SEEN = Statement(sa.select(_c.id).where(_c.key == given(_c.key)))
_ADD = Statement(sa.insert(outbox).values(_ADD_VALUES))
_waits = _c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'taken'")])
#: the kinds that take their time: they ask systems outside, or are many items of a job
SLOW = ("connector", "tell", "job")


def _taking(slow: bool | None) -> Statement:
    kinds: list[Any] = [sa.literal_column(f"'{kind}'") for kind in SLOW]
    asked: list[sa.ColumnElement[bool]] = []
    if slow is not None:
        asked.append(_c.kind.in_(kinds) if slow else _c.kind.not_in(kinds))
    return Statement(
        sa.update(outbox)
        .where(
            _c.id.in_(
                sa.select(_c.id)
                .where(_waits, _c.run_at <= given(_c.run_at, "now"), *asked)
                .order_by(_c.run_at, _c.id)
                .limit(sa.bindparam("most", type_=sa.Integer))
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
        )
        .values(
            {
                _c.state: sa.literal_column("'taken'"),
                _c.attempts: _c.attempts + 1,
                _c.run_at: given(_c.run_at, "until"),
            }
        )
        .returning(*_COLUMNS)
    )


_TAKE = {slow: _taking(slow) for slow in (None, True, False)}
_DONE = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"), _c.state != sa.literal_column("'done'"))
    .values({_c.state: sa.literal_column("'done'"), _c.error: sa.null()})
)
_HOLD = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"), _c.state == sa.literal_column("'taken'"))
    .values({_c.state: sa.literal_column("'held'")})
)
_LET_GO = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"), _c.state == sa.literal_column("'held'"))
    .values({_c.state: sa.literal_column("'waiting'"), _c.run_at: given(_c.run_at, "now")})
)
_FAILED = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"))
    .values(
        {
            _c.state: given(_c.state, "new_state"),
            _c.run_at: given(_c.run_at, "again"),
            _c.error: given(_c.error, "why"),
        }
    )
)
_LATER = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"), _c.state == sa.literal_column("'taken'"))
    .values(
        {
            _c.state: sa.literal_column("'waiting'"),
            _c.attempts: sa.literal_column("0"),
            _c.run_at: given(_c.run_at, "again"),
            _c.error: sa.null(),
        }
    )
)
_RETRY = Statement(
    sa.update(outbox)
    .where(_c.id == given(_c.id, "row"), _c.state == sa.literal_column("'failed'"))
    .values(
        {
            _c.state: sa.literal_column("'waiting'"),
            _c.attempts: sa.literal_column("0"),
            _c.run_at: given(_c.run_at, "now"),
        }
    )
)
_LOST = Statement(
    sa.select(*_COLUMNS).where(_c.state == sa.literal_column("'failed'")).order_by(_c.id)
)
_EVER = Statement(
    sa.select(_c.id)
    .where(_c.kind == given(_c.kind), _c.payload.like(given(_c.payload, "pattern")))
    .limit(1)
)
_OF = Statement(
    sa.select(*_COLUMNS, _c.state).where(_c.case_id == given(_c.case_id)).order_by(_c.id)
)
_LAST = Statement(sa.select(sa.func.max(_c.id)))
_SINCE = Statement(
    sa.select(*_COLUMNS)
    .where(_c.id > given(_c.id, "last"))
    .order_by(_c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NEXT = Statement(sa.select(sa.func.min(_c.run_at, type_=_c.run_at.type)).where(_waits))


class Outbox:
    """The rows of ``outbox``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        key: str,
        kind: str,
        payload: object,
        *,
        at: datetime,
        case: CaseKey | None = None,
        jurisdiction: str = "",
    ) -> bool:
        """Put a message in, to be sent at ``at`` or later; False if its key was used before."""
        if self._session.one(_SEEN, key=key) is not None:
            return False
        self._session.run(
            _ADD,
            key=key,
            kind=kind,
            payload=canonical(payload).decode(),
            run_at=at,
            case_id=None if case is None else case.id,
            jurisdiction=jurisdiction if case is None else case.jurisdiction,
        )
        return True

    def take(self, now: datetime, limit: int = 20, *, slow: bool | None = None) -> list[OutboxRow]:
        """Take messages whose time has come, for as long as :data:`LEASE`.

        With ``slow`` only those that take their time, or only the others.
        """
        rows = self._session.all(_TAKE[slow], now=now, until=now + LEASE, most=limit)
        return sorted((_message(row) for row in rows), key=lambda row: row.id)

    def done(self, message_id: int) -> bool:
        """Mark a message as sent; False if it was before."""
        return self._session.run(_DONE, row=message_id) == 1

    def hold(self, message_id: int) -> bool:
        """Keep a message that was taken back until :meth:`let_go`."""
        return self._session.run(_HOLD, row=message_id) == 1

    def let_go(self, message_id: int, now: datetime) -> bool:
        """Send a message that was held; False if it is not."""
        return self._session.run(_LET_GO, row=message_id, now=now) == 1

    def later(self, message_id: int, at: datetime) -> bool:
        """Send a message again that was heard but not answered yet; that is no failure."""
        return self._session.run(_LATER, row=message_id, again=at) == 1

    def failed(self, message: OutboxRow, now: datetime, error: str) -> bool:
        """Let a message wait for another attempt, longer each time; False if it was the last."""
        again = message.attempts < MOST_ATTEMPTS
        pause = _FIRST_PAUSE * 4 ** (message.attempts - 1)
        self._session.run(
            _FAILED,
            row=message.id,
            new_state="waiting" if again else "failed",
            again=now + pause,
            why=error,
        )
        return again

    def retry(self, message_id: int, now: datetime) -> bool:
        """Begin again with a message that was given up; False if it was not."""
        return self._session.run(_RETRY, row=message_id, now=now) == 1

    def lost(self) -> list[OutboxRow]:
        """Return the messages that were given up."""
        return [_message(row) for row in self._session.all(_LOST)]

    def ever(self, kind: str, **named: str) -> bool:
        """Whether there was ever a message of a kind whose payload has these values."""
        parts = (canonical({name: named[name]}).decode()[1:-1] for name in sorted(named))
        pattern = f"%{'%'.join(parts)}%"
        return self._session.one(_EVER, kind=kind, pattern=pattern) is not None

    def of(self, case_id: int) -> list[tuple[OutboxRow, str]]:
        """Return all messages of a case with their state."""
        return [(_message(row[:-1]), row[-1]) for row in self._session.all(_OF, case_id=case_id)]

    def last(self) -> int:
        """Return the key of the latest message; 0 when there is none."""
        row = self._session.one(_LAST)
        return int(row[0] or 0) if row is not None else 0

    def since(self, last: int, most: int) -> list[OutboxRow]:
        """Return what was put in after a message, in order."""
        return [_message(row) for row in self._session.all(_SINCE, last=last, most=most)]

    def next(self) -> datetime | None:
        """Return when the next message is to be sent."""
        row = self._session.one(_NEXT)
        return None if row is None else row[0]


def _message(row: tuple[Any, ...]) -> OutboxRow:
    found = OutboxRow._make(row)
    return found._replace(payload=orjson.loads(found.payload))
