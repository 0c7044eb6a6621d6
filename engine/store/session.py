"""One open transaction, as repositories see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.store.statement import Statement


class Session:
    """Runs statements in one transaction; it never begins, commits or rolls back."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self._cursor: Any = connection.connection.cursor()

    def one(self, statement: Statement, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        prepared = statement.prepared(self.dialect)
        cursor = self._cursor
        cursor.execute(prepared.sql, prepared.values(values))
        found = cursor.fetchone()
        return None if found is None else prepared.row(found)

    def all(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows."""
        prepared = statement.prepared(self.dialect)
        cursor = self._cursor
        cursor.execute(prepared.sql, prepared.values(values))
        return prepared.rows(cursor.fetchall())

    def run(self, statement: Statement, **values: Any) -> int:
        """Run a statement; return how many rows it touched."""
        prepared = statement.prepared(self.dialect)
        cursor = self._cursor
        cursor.execute(prepared.sql, prepared.values(values))
        return int(cursor.rowcount)

    def run_all(self, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        prepared = statement.prepared(self.dialect)
        if len(rows) == 1:
            self._cursor.execute(prepared.sql, prepared.values(rows[0]))
        elif rows:
            self._cursor.executemany(prepared.sql, [prepared.values(row) for row in rows])

    def execute(self, statement: sa.Executable, *values: Any) -> sa.CursorResult[Any]:
        """Run a statement that was built for this occasion."""
        return self.connection.execute(statement, *values)  # type: ignore[return-value]
