"""Drafts of content: what an author has changed and not published yet."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.content import draft_files, drafts


class DraftRow(NamedTuple):
    """A draft without its files."""

    id: int
    person: str
    organisation: str | None
    jurisdiction: str | None
    title: str
    base: str
    version: int
    created_at: datetime
    updated_at: datetime
    requested_at: datetime | None = None
    reason: str | None = None
    tree: str | None = None
    override: str | None = None
    refused_by: str | None = None
    refusal: str | None = None


class DraftFileRow(NamedTuple):
    """A file of a draft; without content it is deleted there."""

    path: str
    content: bytes | None
    conflict: bool
    version: int
    updated_at: datetime


_d, _f = drafts.c, draft_files.c
_COLUMNS = [_d[name] for name in DraftRow._fields]
_ADD = Statement(insert(drafts, without=("id",)).returning(_d.id))
_LOAD = Statement(sa.select(*_COLUMNS).where(_d.id == given(_d.id)))
_OF = Statement(sa.select(*_COLUMNS).where(_d.person == given(_d.person)).order_by(_d.id))
_REQUESTED = Statement(
    sa.select(*_COLUMNS).where(_d.requested_at.is_not(None)).order_by(_d.requested_at, _d.id)
)
_TOUCH = Statement(
    sa.update(drafts)
    .where(_d.id == given(_d.id, "draft"))
    .values({_d.version: _d.version + 1, _d.updated_at: given(_d.updated_at, "at")})
)
_DELETE = Statement(
    sa.delete(drafts).where(_d.id == given(_d.id), _d.version == given(_d.version, "expected"))
)
_STATE = ("base", "title", "requested_at", "reason", "tree", "override", "refused_by", "refusal")
_SAVE = Statement(
    sa.update(drafts)
    .where(_d.id == given(_d.id, "draft"), _d.version == given(_d.version, "expected"))
    .values(
        {_d[name]: given(_d[name], f"new_{name}") for name in (*_STATE, "updated_at")}
        | {_d.version: _d.version + 1}
    )
)
_FILES = Statement(
    sa.select(_f.path, _f.content, _f.conflict, _f.version, _f.updated_at)
    .where(_f.draft_id == given(_f.draft_id))
    .order_by(_f.path)
)
_FILE = Statement(
    sa.select(_f.path, _f.content, _f.conflict, _f.version, _f.updated_at).where(
        _f.draft_id == given(_f.draft_id), _f.path == given(_f.path)
    )
)
_ADD_FILE = Statement(insert(draft_files))
_SAVE_FILE = Statement(
    sa.update(draft_files)
    .where(
        _f.draft_id == given(_f.draft_id, "draft"),
        _f.path == given(_f.path, "file"),
        _f.version == given(_f.version, "expected"),
    )
    .values(
        {_f[name]: given(_f[name], f"new_{name}") for name in ("content", "conflict", "updated_at")}
        | {_f.version: _f.version + 1}
    )
)
_DROP_FILE = Statement(
    sa.delete(draft_files).where(_f.draft_id == given(_f.draft_id), _f.path == given(_f.path))
)


class Drafts:
    """The rows of ``drafts`` and ``draft_files``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, draft: DraftRow) -> DraftRow:
        """Keep a new draft; its id is given here."""
        values = draft._asdict()
        del values["id"]
        (id_,) = self._session.added(_ADD, **values)
        return draft._replace(id=int(id_))

    def load(self, draft: int) -> DraftRow | None:
        """Return a draft."""
        row = self._session.one(_LOAD, id=draft)
        return None if row is None else DraftRow._make(row)

    def of(self, person: str) -> list[DraftRow]:
        """Return the drafts of a person, oldest first."""
        return [DraftRow._make(row) for row in self._session.all(_OF, person=person)]

    def requested(self) -> list[DraftRow]:
        """Return the drafts that wait to be published by somebody else, oldest first."""
        return [DraftRow._make(row) for row in self._session.all(_REQUESTED)]

    def save(self, draft: DraftRow, at: datetime) -> bool:
        """Write a draft's state again; False if it is not at this version any more."""
        values = {f"new_{name}": getattr(draft, name) for name in _STATE}
        changed = self._session.run(
            _SAVE, draft=draft.id, expected=draft.version, new_updated_at=at, **values
        )
        return changed == 1

    def touch(self, draft: int, at: datetime) -> bool:
        """Count a change of a draft's files; False if the draft is gone.

        Whoever deletes the draft waits for this change, or this change finds no draft.
        """
        return self._session.run(_TOUCH, draft=draft, at=at) == 1

    def delete(self, draft: DraftRow) -> bool:
        """Remove a draft with its files; False if it is not at this version any more."""
        return self._session.run(_DELETE, id=draft.id, expected=draft.version) == 1

    def files(self, draft: int) -> list[DraftFileRow]:
        """Return the files of a draft by path."""
        rows = self._session.all(_FILES, draft_id=draft)
        return [DraftFileRow(path, content, bool(no), *rest) for path, content, no, *rest in rows]

    def file(self, draft: int, path: str) -> DraftFileRow | None:
        """Return a file of a draft; None if the draft does not have it."""
        row = self._session.one(_FILE, draft_id=draft, path=path)
        return None if row is None else DraftFileRow(row[0], row[1], bool(row[2]), row[3], row[4])

    def put(
        self,
        draft: int,
        path: str,
        content: bytes | None,
        at: datetime,
        *,
        expected: int,
        conflict: bool = False,
    ) -> bool:
        """Write a file; False if it is not at version ``expected`` (0: not in the draft yet).

        Raises:
            Duplicate: somebody put it there at the same moment.
        """
        if expected == 0:
            if self.file(draft, path) is not None:
                return False
            self._session.run(
                _ADD_FILE, draft_id=draft, path=path, content=content, conflict=conflict,
                version=1, updated_at=at,
            )  # fmt: skip
            return True
        changed = self._session.run(
            _SAVE_FILE, draft=draft, file=path, expected=expected, new_content=content,
            new_conflict=conflict, new_updated_at=at,
        )  # fmt: skip
        return changed == 1

    def drop(self, draft: int, path: str) -> None:
        """Take a file out of a draft: it is as in the base again."""
        self._session.run(_DROP_FILE, draft_id=draft, path=path)
