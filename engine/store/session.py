"""One open transaction, as repositories see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from engine.store.errors import Conflict, Duplicate
from engine.store.once import once
from engine.store.statement import Statement

_UNIQUE_SQLITE = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
_UNIQUE_POSTGRESQL = "23505"
#: a deadlock was ended, or the rows have changed under a stricter isolation
_BROKEN_OFF_POSTGRESQL = frozenset({"40P01", "40001"})


class Session:
    """Runs statements in one transaction; it never begins, commits or rolls back.

    Raises Duplicate where a row breaks a rule that it be the only one, and Conflict where the
    database has broken the transaction off for the sake of another one.
    """

    def __init__(
        self, engine: sa.Engine, pooled: sa.PoolProxiedConnection, *, is_writing: bool
    ) -> None:
        #: whether rows may be changed here: what is read may never be kept
        self.is_writing = is_writing
        self.dialect = engine.dialect
        self._engine = engine
        self._pooled = pooled
        #: what :attr:`connection` is, once it is needed
        self.opened: sa.Connection | None = None
        self._cursor: Any = pooled.cursor()
        driver: Any = engine.dialect.loaded_dbapi
        self._integrity_error: type[Exception] = driver.IntegrityError
        self._operational_error: type[Exception] = driver.OperationalError

    @once
    def connection(self) -> sa.Connection:
        """SQLAlchemy's own view of the transaction; most units of work never need it."""
        self.opened = sa.Connection(self._engine, connection=self._pooled)
        self.opened.begin()
        return self.opened

    def one(self, statement: Statement, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self.dialect)
        self._execute(prepared.sql, prepared.values(values))
        found = self._cursor.fetchone()
        return None if found is None else prepared.row(found)

    def added(self, statement: Statement, **values: Any) -> tuple[Any, ...]:
        """Run an insert that returns its row."""
        found = self.one(statement, **values)
        if found is None:
            raise LookupError("the insert returned no row")
        return found

    def all(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows."""
        prepared = statement.prepared(self.dialect)
        self._execute(prepared.sql, prepared.values(values))
        return prepared.rows(self._cursor.fetchall())

    def run(self, statement: Statement, **values: Any) -> int:
        """Run a statement; return how many rows it touched."""
        prepared = statement.prepared(self.dialect)
        self._execute(prepared.sql, prepared.values(values))
        return int(self._cursor.rowcount)

    def run_all(self, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        prepared = statement.prepared(self.dialect)
        if len(rows) == 1:
            self._execute(prepared.sql, prepared.values(rows[0]))
        elif rows:
            try:
                self._cursor.executemany(prepared.sql, [prepared.values(row) for row in rows])
            except self._integrity_error as error:
                if _is_duplicate(error):
                    raise Duplicate(str(error)) from error
                raise
            except self._operational_error as error:
                if _is_broken_off(error):
                    raise Conflict(str(error)) from error
                raise

    def rows(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        """Return all rows of a query that was composed for this occasion."""
        return [tuple(row) for row in self.connection.execute(statement)]

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction: if it raises, it is taken back, and the rest goes on."""
        self._cursor.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._cursor.execute("ROLLBACK TO SAVEPOINT part")
            self._cursor.execute("RELEASE SAVEPOINT part")
            raise
        self._cursor.execute("RELEASE SAVEPOINT part")

    def _execute(self, sql: str, values: dict[str, Any]) -> None:
        try:
            self._cursor.execute(sql, values)
        except self._integrity_error as error:
            if _is_duplicate(error):
                raise Duplicate(str(error)) from error
            raise
        except self._operational_error as error:
            if _is_broken_off(error):
                raise Conflict(str(error)) from error
            raise


def _is_duplicate(error: Exception) -> bool:
    """Tell a row that exists already from every other broken rule, which is a bug."""
    sqlite = getattr(error, "sqlite_errorname", None) in _UNIQUE_SQLITE
    return sqlite or getattr(error, "sqlstate", None) == _UNIQUE_POSTGRESQL


def _is_broken_off(error: Exception) -> bool:
    """Tell what another transaction has done from a database that cannot be asked at all."""
    return getattr(error, "sqlstate", None) in _BROKEN_OFF_POSTGRESQL
