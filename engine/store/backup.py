"""Copies of a whole database, made while it is in use.

Everything an installation keeps is in its database: cases and records, files, issued documents and
every published version of the content. One copy at one moment is therefore consistent; only the
master key lies beside it.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from shutil import which

import sqlalchemy as sa

from engine.store.errors import CannotOpen
from engine.store.sealing import Sealer
from engine.store.tables.cases import subject_keys

FILE, DUMP = "zhicheng.db", "zhicheng.dump"
_OPTIONS = {"host": "PGHOST", "port": "PGPORT", "username": "PGUSER", "password": "PGPASSWORD",
            "database": "PGDATABASE"}  # fmt: skip


class NoTool(Exception):
    """A program of the database is not on this machine."""


class Failed(Exception):
    """A program of the database could not do it."""


class NotThisDatabase(Exception):
    """A database in memory cannot be copied."""


def back_up(url: str, folder: Path) -> None:
    """Write a consistent copy of a database to a folder.

    Raises:
        NotThisDatabase: it is in memory.
        FileNotFoundError: there is no database yet.
        FileExistsError: there is a copy already.
        NoTool, Failed: PostgreSQL's own program is lacking, or could not do it.
    """
    parsed = sa.make_url(url)
    target = folder / (FILE if _is_file(parsed) else DUMP)
    if target.exists():
        raise FileExistsError(target)
    if not _is_file(parsed):
        folder.mkdir(parents=True, exist_ok=True)
        _run("pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", f"-f{target}")
        return
    source = Path(str(parsed.database))
    if not source.is_file():
        raise FileNotFoundError(source)
    folder.mkdir(parents=True, exist_ok=True)
    _copy(source, target)


def restore(url: str, folder: Path) -> None:
    """Replace a database by a copy; nobody may be using it.

    Raises:
        NotThisDatabase: the database is in memory.
        FileNotFoundError: there is no such copy.
        sqlite3.DatabaseError: the copy is damaged.
        NoTool, Failed: PostgreSQL's own program is lacking, or could not do it; nothing is changed.
    """
    parsed = sa.make_url(url)
    source = folder / (FILE if _is_file(parsed) else DUMP)
    if not source.is_file():
        raise FileNotFoundError(source)
    if not _is_file(parsed):
        _run("pg_restore", parsed, "--clean", "--if-exists", "--no-owner", "--no-privileges",
             "--single-transaction", f"--dbname={parsed.database}", str(source))  # fmt: skip
        return
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError(said)
    target = Path(str(parsed.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(source, target)


def demand_key(url: str, sealer: Sealer) -> None:
    """Refuse a key that does not open what is kept.

    Raises:
        CannotOpen: it is another installation's.
    """
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            row = connection.execute(sa.select(subject_keys).limit(1)).one_or_none()
        if row is not None:
            sealer.cipher(row.subject, row.wrapped)
    except sa.exc.OperationalError:
        # Without tables there is nothing to be opened.
        return
    finally:
        engine.dispose()


def demand_key_of(folder: Path, key: Path) -> None:
    """Refuse a copy in a file that a key does not open.

    Raises:
        CannotOpen: it is another installation's.
    """
    source = folder / FILE
    if source.is_file() and key.is_file():
        try:
            sealer = Sealer(bytes.fromhex(key.read_text().strip()))
        except ValueError as error:
            raise CannotOpen(str(key)) from error
        demand_key(f"sqlite:///{source}", sealer)


def _is_file(url: sa.URL) -> bool:
    """Whether a database is a file, not a server's.

    Raises:
        NotThisDatabase: it is in memory.
    """
    if url.get_backend_name() != "sqlite":
        return False
    if url.database in (None, "", ":memory:"):
        raise NotThisDatabase(str(url))
    return True


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


def _run(program: str, url: sa.URL, *arguments: str) -> None:
    """Run a program of PostgreSQL; where to connect goes by the environment, which nobody lists."""
    found = which(program)
    if found is None:
        raise NoTool(program)
    given = {
        variable: str(value)
        for name, variable in _OPTIONS.items()
        if (value := getattr(url, name)) is not None
    }
    given |= {
        f"PG{name.upper()}": value
        for name, value in url.query.items()
        if isinstance(value, str) and name in ("host", "port", "sslmode", "sslrootcert")
    }
    done = subprocess.run(  # noqa: S603  (a program of the database, no shell)
        [found, *arguments], env={**os.environ, **given}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else program)
