"""Number pools: each number once, none left out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.content import pools

_TAKE = Statement(
    sa.update(pools)
    .where(pools.c.name == given(pools.c.name, "pool"))
    .values({pools.c.next: pools.c.next + 1})
    .returning(pools.c.next)
)
# Two may begin a pool at once: the second goes on from the first. Both databases say it alike.
_BEGIN = Statement(
    upsert(pools)
    .values({pools.c.name: given(pools.c.name), pools.c.next: given(pools.c.next)})
    .on_conflict_do_update(index_elements=[pools.c.name], set_={pools.c.next: pools.c.next + 1})
    .returning(pools.c.next)
)
_TAKE_UP_TO = Statement(
    upsert(pools)
    .values({pools.c.name: given(pools.c.name), pools.c.next: given(pools.c.next)})
    .on_conflict_do_update(
        index_elements=[pools.c.name],
        set_={pools.c.next: pools.c.next + 1},
        where=pools.c.next <= given(pools.c.next, "last"),
    )
    .returning(pools.c.next)
)
_PASS = Statement(
    sa.update(pools)
    .where(pools.c.name == given(pools.c.name, "pool"))
    .values({pools.c.next: given(pools.c.next, "following")})
)
_PEEK = Statement(sa.select(pools.c.next).where(pools.c.name == given(pools.c.name)))


class Pools:
    """The rows of ``pools``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, pool: str, *, first: int = 1) -> int:
        """Take the next number of a pool; a new pool begins with ``first``.

        The number is taken with the transaction: if that is undone, so is this, and whoever asks
        meanwhile waits. So there are no gaps.
        """
        row = self._session.one(_TAKE, pool=pool)
        if row is not None:
            return int(row[0]) - 1
        (following,) = self._session.added(_BEGIN, name=pool, next=first + 1)
        return int(following) - 1

    def take_up_to(self, pool: str, *, first: int, last: int) -> int | None:
        """Take the next number of a pool that has those from ``first`` to ``last``.

        None when all are given out. As with :meth:`take` there are no gaps: whoever asks meanwhile
        waits, and gets the number if this transaction is undone.
        """
        for (following,) in self._session.all(_TAKE_UP_TO, name=pool, next=first + 1, last=last):
            return int(following) - 1
        return None

    def pass_over(self, pool: str, following: int) -> None:
        """Go on from a later number; whoever asks has taken one of the pool in this transaction."""
        self._session.run(_PASS, pool=pool, following=following)

    def peek(self, pool: str) -> int | None:
        """Return the number that would be taken next, None for a pool never used."""
        row = self._session.one(_PEEK, name=pool)
        return None if row is None else int(row[0])
