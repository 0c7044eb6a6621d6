"""SQLite as the platform uses it: write-ahead log, one writer at a time, begun by us."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from engine.store import tables

BUSY_SECONDS = 30


def sqlite_engine(url: sa.URL) -> sa.Engine:
    """Open a file; its folder is created."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        paramstyle="named",
        pool_reset_on_return=None,
        connect_args={"cached_statements": 512},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def memory_engine(content: bytes | None = None) -> sa.Engine:
    """Open a database in memory: a copy, or an empty one with all tables.

    It lives as long as the engine.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None, cached_statements=512
        )
        connection.deserialize(content or _template())
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    engine = sa.create_engine(
        "sqlite://",
        creator=connect,
        paramstyle="named",
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    event.listen(engine, "begin", _on_begin)
    return engine


@cache
def _template() -> bytes:
    """Return an empty database with all tables: copying it is faster than creating them."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    tables.metadata.create_all(engine)
    return dumped(engine)


def dumped(engine: sa.Engine) -> bytes:
    """Return the content of a database in memory."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return bytes(driver.serialize())


def filled(engine: sa.Engine, content: bytes) -> None:
    """Replace the content of a database in memory."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.deserialize(content)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own way to begin transactions begins too late, and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def begin(pooled: sa.PoolProxiedConnection, *, writing: bool) -> None:
    """Begin a transaction; on any other database the driver does it by itself.

    A writer takes the lock at the beginning: a reader that wants to write later may not get it.
    """
    driver = pooled.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


def _on_begin(connection: sa.Connection) -> None:
    """Begin where SQLAlchemy does: in a unit of work that has begun there is nothing to do."""
    pooled: Any = connection.connection
    if not pooled.dbapi_connection.in_transaction:
        begin(pooled, writing=connection.get_execution_options().get("writing", False))
