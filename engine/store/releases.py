"""Releases: whole versions of the content, and the closure each running case is pinned to."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime

import orjson
import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.content import pins, refs, releases

CURRENT = "current"

_SEEN = Statement(sa.select(releases.c.hash).where(releases.c.hash == given(releases.c.hash)))
_ADD = Statement(insert(releases))
_FILES = Statement(sa.select(releases.c.files).where(releases.c.hash == given(releases.c.hash)))
_REF = Statement(sa.select(refs.c.hash).where(refs.c.name == given(refs.c.name)))
_MOVE = Statement(
    sa.update(refs)
    .where(refs.c.name == given(refs.c.name, "ref"), refs.c.hash == given(refs.c.hash, "expected"))
    .values({refs.c.hash: given(refs.c.hash, "new_hash")})
)
_FIRST = Statement(insert(refs))
_PINNED = Statement(
    sa.select(pins.c.release).where(
        pins.c.process == given(pins.c.process), pins.c.closure == given(pins.c.closure)
    )
)
_PIN = Statement(insert(pins))


class Releases:
    """The rows of ``releases``, ``refs`` and ``pins``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, release: str, files: Mapping[str, str], at: datetime) -> None:
        """Keep a release by its hash: path to text of every content file."""
        if self._session.one(_SEEN, hash=release) is None:
            packed = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
            self._session.run(_ADD, hash=release, files=packed, created_at=at)

    def files(self, release: str) -> dict[str, str] | None:
        """Return the files of a release."""
        row = self._session.one(_FILES, hash=release)
        if row is None:
            return None
        files: dict[str, str] = orjson.loads(zlib.decompress(row[0]))
        return files

    def current(self) -> str | None:
        """Return the hash of the release in force."""
        row = self._session.one(_REF, name=CURRENT)
        return None if row is None else str(row[0])

    def publish(self, release: str, *, expected: str | None) -> bool:
        """Put a release into force; False if not ``expected`` but another one was in force."""
        if expected is None:
            if self.current() is not None:
                return False
            self._session.run(_FIRST, name=CURRENT, hash=release)
            return True
        return self._session.run(_MOVE, ref=CURRENT, expected=expected, new_hash=release) == 1

    def pin(self, process: str, closure: str, release: str) -> None:
        """Note which release holds the files a closure is made of; the first one stays."""
        if self.pinned(process, closure) is None:
            self._session.run(_PIN, process=process, closure=closure, release=release)

    def pinned(self, process: str, closure: str) -> str | None:
        """Return a release that holds a closure of a process."""
        row = self._session.one(_PINNED, process=process, closure=closure)
        return None if row is None else str(row[0])
