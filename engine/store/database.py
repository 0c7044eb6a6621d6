"""A database, and the unit of work: the only place that begins, commits and rolls back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import sqlalchemy as sa

from engine.store import tables
from engine.store.sealing import Sealer
from engine.store.sqlite import begin, dumped, filled, memory_engine, sqlite_engine
from engine.store.unit import UnitOfWork


class _Undone(Exception):
    """What was tried is put back."""


class Store:
    """The rows of one installation.

    ``url`` is SQLAlchemy's: ``sqlite:////path/to.db``, ``sqlite://`` (in memory, for replays and
    tests) or ``postgresql+psycopg://…``.

    A command reads with :meth:`read`, decides with no lock held and saves with :meth:`write`, whose
    updates name the version that was read. Nothing is retried here: whoever lost a race learns it
    from the number of rows changed, and says so.
    """

    def __init__(
        self, url: str, *, sealer: Sealer | None = None, content: bytes | None = None
    ) -> None:
        self.url = sa.make_url(url)
        #: A passing key is good enough for a database that passes too.
        self.sealer = sealer or Sealer.passing()
        self._local = threading.local()
        self._alone: threading.RLock | None = None
        if self.url.get_backend_name() != "sqlite":
            self.engine = sa.create_engine(url, pool_reset_on_return=None, pool_pre_ping=True)
        elif self.url.database in (None, "", ":memory:"):
            # There is one connection, so that threads take turns.
            self._alone = threading.RLock()
            self.engine = memory_engine(content)
        else:
            self.engine = sqlite_engine(self.url)
        self._writing = self.engine.execution_options(writing=True)

    def copy(self) -> Store:
        """Return a database in memory with the same rows; only for one that is in memory itself.

        A replay begins from a copy of its world, so that it is made once for all of them.
        """
        return Store("sqlite://", sealer=self.sealer, content=dumped(self.engine))

    def content(self) -> bytes:
        """Return a database in memory as bytes, for :meth:`fill`."""
        return dumped(self.engine)

    def fill(self, content: bytes) -> None:
        """Replace all rows of a database in memory by those of another one.

        What was prepared for this connection stays: a replay that begins anew with the same
        database need not render its queries again.
        """
        filled(self.engine, content)

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @property
    def is_busy(self) -> bool:
        """Whether a unit of work is open in this thread."""
        return getattr(self._local, "current", None) is not None

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Give one view of the rows. Inside another unit of work of this thread, give that one."""
        current: UnitOfWork | None = getattr(self._local, "current", None)
        return self._unit(writing=False) if current is None else nullcontext(current)

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Give the right to change rows: all changes are kept on leaving, or none.

        Raises RuntimeError inside another unit of work: a transaction that begins in the middle of
        one would commit without it.
        """
        current: UnitOfWork | None = getattr(self._local, "current", None)
        if current is not None and self.is_trying:
            return nullcontext(current)
        if current is not None:
            raise RuntimeError("a unit of work is open already in this thread")
        return self._unit(writing=True)

    @property
    def is_trying(self) -> bool:
        """Whether what is written in this thread will be undone, see :meth:`trying`."""
        return getattr(self._local, "trying", False)

    @contextmanager
    def trying(self) -> Iterator[UnitOfWork]:
        """Give the right to change rows that are all put back on leaving.

        Units of work in here are this one: what a command would do can be looked at.
        """
        with self.connected(), suppress(_Undone), self._unit(writing=True) as unit:
            self._local.trying = True
            try:
                yield unit
            finally:
                self._local.trying = False
            raise _Undone

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Let the units of work in here follow each other on one connection, fetched once.

        A command reads and then writes; fetching a connection costs it more than a statement, and
        on PostgreSQL a question to the server.
        """
        if getattr(self._local, "pooled", None) is not None:
            yield
            return
        pooled = self._local.pooled = self.engine.raw_connection()
        try:
            yield
        finally:
            self._local.pooled = None
            pooled.close()

    @contextmanager
    def _unit(self, *, writing: bool) -> Iterator[UnitOfWork]:
        if self._alone is not None:
            self._alone.acquire()
        try:
            kept: sa.PoolProxiedConnection | None = getattr(self._local, "pooled", None)
            pooled = kept if kept is not None else self.engine.raw_connection()
            try:
                begin(pooled, writing=writing)
                unit = self._local.current = UnitOfWork(
                    self.engine, pooled, self.sealer, is_writing=writing
                )
                try:
                    yield unit
                except BaseException:
                    _whole(unit, pooled).rollback()
                    raise
                _whole(unit, pooled).commit()
            finally:
                self._local.current = None
                if kept is None:
                    pooled.close()
        finally:
            if self._alone is not None:
                self._alone.release()

    def upgrade(self) -> None:
        """Create the tables or bring them to the version of the code. Raises UnknownTables."""
        # Alembic takes its time to import, and only those who upgrade need it.
        from engine.store.upgrade import upgrade  # noqa: PLC0415

        upgrade(self._writing)

    def create_all(self) -> None:
        """Create every table that is missing, without migrations: for tests and replays."""
        if self.dialect == "sqlite":
            with self.engine.connect() as connection:
                tables.metadata.create_all(connection)
                connection.commit()
        else:
            tables.metadata.create_all(self.engine)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _whole(
    unit: UnitOfWork, pooled: sa.PoolProxiedConnection
) -> sa.Transaction | sa.PoolProxiedConnection:
    """Return what ends the transaction: SQLAlchemy's view of it, if there is one."""
    transaction = unit.opened.get_transaction() if unit.opened is not None else None
    return pooled if transaction is None else transaction
