"""Files people attach: checked by content, sealed, read only by those who see their field.

A file is never executed and never served as a page; its id is unguessable and opens nothing by
itself (SEC-02, SEC-04).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import NamedTuple

from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.case_rows import FILES
from engine.services.casework import Casework
from engine.services.sentences import Sentences
from engine.services.views import Views
from engine.store.access import Access
from engine.store.attachments import AttachmentRow
from engine.store.unit import UnitOfWork

#: the largest file that is taken at all; a form may allow less
LARGEST = 50 * 1024 * 1024
#: owner of files that belong to nobody and may be seen by everybody who is signed in
SHARED = "system"
#: how the subject of a file that belongs to a record begins: ``record:<register>/<key>``
RECORD = "record:"


class FileType(NamedTuple):
    """A type of file that is accepted, and how its content begins."""

    media: str
    begins: tuple[bytes, ...]


_ZIP = (b"PK\x03\x04",)
_OLE = (b"\xd0\xcf\x11\xe0",)
TYPES = {
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": FileType("image/gif", (b"GIF87a", b"GIF89a")),
    "docx": FileType(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP
    ),
    "xlsx": FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "zip": FileType("application/zip", _ZIP),
    "doc": FileType("application/msword", _OLE),
    "xls": FileType("application/vnd.ms-excel", _OLE),
}


class Attachments:
    """Takes files and gives them back."""

    def __init__(
        self,
        work: Casework,
        sentences: Sentences,
        views: Views,
        may_see_register: Callable[[Actor, str], bool],
    ) -> None:
        self._work = work
        self._sentences = sentences
        self._views = views
        self._may_see_register = may_see_register

    def put(self, actor: Actor, subject: str, field: str, name: str, content: bytes) -> str:
        """Keep a file; returns its id.

        Args:
            actor: who attaches it.
            subject: the case it is about, ``record:<register>/<key>``, or the actor where there
                is neither yet.
            field: where it is attached.
            name: as its owner calls it; only shown, never used as a path.
            content: the bytes.

        Raises:
            NotFound: it is about a case or a record of which the actor may not know.
            NotAllowed: there is nothing for the actor to fill in at the case.
            Refused: too large, empty, of a type that is not accepted, or not what its name says.
        """
        with self._sentences.saying():
            extension = checked(name, content)
            self._demand(actor, subject)
        with self._work.store.write() as unit:
            case = unit.cases.load(subject)
            owner = case.initiator if case is not None and case.initiator else actor.person
            return self.keep(
                unit,
                uid=secrets.token_urlsafe(18),
                owner=owner,
                case_uid=case.uid if case is not None else None,
                jurisdiction=case.jurisdiction if case is not None else actor.jurisdiction,
                field=f"{subject}#{field}" if subject.startswith(RECORD) else field,
                name=_clean(name),
                extension=extension,
                content=content,
            )

    def keep(
        self,
        unit: UnitOfWork,
        *,
        uid: str,
        owner: str,
        case_uid: str | None,
        jurisdiction: str | None,
        field: str,
        name: str,
        extension: str,
        content: bytes,
    ) -> str:
        """Seal a checked file with its owner's key."""
        unit.attachments.add(
            AttachmentRow(
                uid=uid,
                jurisdiction=jurisdiction,
                subject=owner,
                owner=owner,
                case_uid=case_uid,
                field=field,
                name=name,
                type=TYPES[extension].media,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                blob=unit.blobs.put_bytes(owner, content),
                created_at=self._work.clock.now(),
            )
        )
        return uid

    def get(self, actor: Actor, uid: str) -> tuple[str, str, bytes]:
        """Name, media type and bytes of a file; a look at somebody else's is noted.

        Raises:
            NotFound: there is none, or it is not the actor's to see.
        """
        with self._sentences.saying():
            with self._work.store.read() as unit:
                row = unit.attachments.load(uid)
            if row is None or not self._may_see(actor, row):
                raise NotFound("no_such_file")
        with self._work.store.write() as unit:
            if row.owner != actor.person:
                unit.access_log.add(
                    Access(
                        self._work.clock.now(),
                        actor.person,
                        actor.organisation,
                        row.owner,
                        f"file {row.field}",
                        row.case_uid,
                    )
                )
            return row.name, row.type, unit.blobs.get_bytes(row.blob)

    def _demand(self, actor: Actor, subject: str) -> None:
        """Refuse a file for a case or a record with which the actor has nothing to do."""
        if subject == actor.person:
            return
        if subject.startswith(RECORD):
            if not self._may_see_register(actor, _register(subject)):
                raise NotFound("no_such_page")
            return
        if not self._views.may_fill_in(actor, subject):
            raise NotAllowed("nothing_to_fill_in")

    def _may_see(self, actor: Actor, row: AttachmentRow) -> bool:
        # What is attached to a case is sealed for whoever started it, who may not see all of it.
        if row.owner == SHARED or (row.owner == actor.person and row.case_uid is None):
            return True
        if row.field.startswith(RECORD):
            return self._may_see_register(actor, _register(row.field))
        shows = self._views.sheets.shows_file
        if row.case_uid is not None and shows(actor, row.case_uid, row.uid, row.field):
            return True
        # A file of the profile is in the person's cases by its id.
        with self._work.store.read() as unit:
            cases = unit.cases.with_field(FILES, row.uid)
        return any(shows(actor, uid, row.uid) for uid in cases)


def _register(subject: str) -> str:
    return subject.removeprefix(RECORD).partition("/")[0]


def checked(name: str, content: bytes) -> str:
    """The extension of an acceptable file.

    Raises:
        Refused: the name's extension is not accepted, or the content is something else.
    """
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    known = TYPES.get(extension)
    if known is None:
        raise Refused("file_type", name=_clean(name), types="、".join(sorted(TYPES)))
    if not content:
        raise Refused("file_empty", name=_clean(name))
    if len(content) > LARGEST:
        raise Refused("file_too_large", name=_clean(name), limit=f"{LARGEST // 1024 // 1024} MB")
    if not content.startswith(known.begins):
        raise Refused("file_content", name=_clean(name), type=extension)
    return extension


def _clean(name: str) -> str:
    """A file's name as it may be shown: no path, no control characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-120:] or "file"
