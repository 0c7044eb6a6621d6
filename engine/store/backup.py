"""Copies of a whole database, made while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa


class NotThisDatabase(Exception):
    """Only a database in a file can be copied here; PostgreSQL has its own tools."""


def database_file(url: str) -> Path:
    """Return the file of a database.

    Raises:
        NotThisDatabase: it is in no file.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise NotThisDatabase(url)
    return Path(str(parsed.database))


def back_up(url: str, target: Path) -> None:
    """Write a consistent copy of a database to a new file.

    Raises:
        NotThisDatabase: it is in no file.
        FileNotFoundError: there is no database yet.
        FileExistsError: the target is there already.
    """
    source = database_file(url)
    if not source.is_file():
        raise FileNotFoundError(source)
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(source, target)


def restore(url: str, source: Path) -> None:
    """Replace a database by a copy; nobody may be using it.

    Raises:
        NotThisDatabase: the database is in no file.
        FileNotFoundError: there is no such copy.
        sqlite3.DatabaseError: the copy is damaged.
    """
    target = database_file(url)
    if not source.is_file():
        raise FileNotFoundError(source)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError(said)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)
