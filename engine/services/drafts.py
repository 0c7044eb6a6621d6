"""Drafts: changed files of the content that are kept as typed until they are published.

A draft belongs to its author and holds only the files that were touched; everything else is as in
the commit it is based on. Nothing in a draft has any effect before it is published.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.authoring.problem import Problem
from engine.authoring.source import MAX_BYTES
from engine.content import SAMPLE_FILES, TEXT, Files, below, is_content
from engine.definitions.register import PEOPLE
from engine.definitions.release import Loaded
from engine.definitions.workbench import Workbench
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotFound, Refused, Stale
from engine.services.content_rights import EDIT, PUBLISH, ContentRights
from engine.services.directory import Directory
from engine.services.sentences import Sentences
from engine.services.three_way import has_marks
from engine.services.versions import Version, version_of
from engine.store.database import Store
from engine.store.drafts import DraftFileRow, DraftRow
from engine.store.errors import Duplicate
from engine.store.releases import blob_of, tree_of
from engine.store.unit import UnitOfWork

State = Literal["same", "added", "changed", "deleted"]

_PART = re.compile(r"[\w][\w.-]*")
LONGEST_PATH = 200
#: bytes of the longest file that can be read
LONGEST_FILE = MAX_BYTES
#: no draft has a larger number
LARGEST = 2**63 - 1
#: how many lines around a change a difference shows
AROUND = 3
#: checked contents that are kept, by tree
MOST_CHECKED = 8
#: drafts whose last check is kept, to check them again quickly
MOST_BENCHES = 4


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its pages show it.

    ``behind`` is the version in force if that is not the one the draft is based on any more.
    """

    id: int
    title: str
    person: str
    name: str
    base: Version
    behind: Version | None
    version: int
    created_at: datetime
    updated_at: datetime
    changed: int
    conflicts: tuple[str, ...]
    is_mine: bool
    #: while somebody else is asked to publish it, it cannot be changed
    requested_at: datetime | None
    reason: str
    #: why the request was refused, and by whom
    refusal: str
    refused_by: str


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file of a draft's content in the tree of files."""

    path: str
    state: State
    conflict: bool
    #: why the actor cannot change it; None when they can
    why_not: Refused | None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file in the editor. ``version`` is to be given back when it is saved."""

    path: str
    text: str
    version: int
    state: State
    conflict: bool
    why_not: Refused | None


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How a file differs between two contents: a unified difference, or no text if it has none."""

    path: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the problems with the texts they stand in.

    What is ``loaded`` may be shown, but not run: it shares parts with what later checks of the
    draft make, which change under it.
    """

    problems: Sequence[Problem]
    loaded: Loaded

    @property
    def errors(self) -> Sequence[Problem]:
        """The problems that stop a publication."""
        return [problem for problem in self.problems if not problem.is_warning]


class Drafts:
    """Drafts of authors; the files of the content as they would be."""

    def __init__(
        self,
        store: Store,
        rights: ContentRights,
        directory: Directory,
        sentences: Sentences,
        clock: Clock,
    ) -> None:
        self._store = store
        self._rights = rights
        self._directory = directory
        self._sentences = sentences
        self._clock = clock
        self._checked: dict[str, Checked] = {}
        self._benches: dict[int, Workbench] = {}

    # ------------------------------------------------------------ drafts

    def mine(self, actor: Actor) -> list[DraftView]:
        """The drafts of an author.

        Raises:
            NotAllowed: the actor may neither edit nor publish content.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            return [self.view(unit, actor, row) for row in unit.drafts.of(actor.person)]

    def begin(self, actor: Actor, title: str = "") -> DraftView:
        """Begin a draft from the content in force.

        Raises:
            Refused: the actor may not change content.
        """
        with self._sentences.saying(), self._store.write() as unit:
            self._rights.demand(actor, EDIT)
            head = unit.releases.current()
            assert head is not None  # a platform has content
            return self.view(unit, actor, self.add_in(unit, actor, title, head))

    def add_in(self, unit: UnitOfWork, actor: Actor, title: str, base: str) -> DraftRow:
        """Keep a new draft in an open transaction."""
        now = self._clock.now()
        return unit.drafts.add(
            DraftRow(
                0, actor.person, actor.organisation, actor.jurisdiction, plain(title), base, 1,
                now, now,
            )
        )  # fmt: skip

    def open(self, actor: Actor, draft: int) -> DraftView:
        """A draft, for its author and for those who may publish."""
        with self._sentences.saying(), self._store.read() as unit:
            return self.view(unit, actor, self.row(unit, actor, draft))

    def discard(self, actor: Actor, draft: int) -> None:
        """Throw a draft away.

        Raises:
            Refused: it is somebody else's, or waits to be published.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self.own(unit, actor, draft)
            if not unit.drafts.delete(row):
                raise Stale("draft_changed")

    # ------------------------------------------------------------ files

    def files(self, actor: Actor, draft: int) -> list[DraftFile]:
        """All files of the content as a draft has them; deleted ones too."""
        with self._sentences.saying(), self._store.read() as unit:
            row = self.row(unit, actor, draft)
            base = unit.releases.paths(row.base)
            own = {file.path: file for file in unit.drafts.files(row.id)}
            closed = self._why_closed(actor, row)
            return [
                DraftFile(
                    path,
                    _state(base.get(path), _id_of(own[path])) if path in own else "same",
                    path in own and own[path].conflict,
                    closed or self._worded(self._rights.why_not(actor, path)),
                )
                for path in sorted({*base, *own})
            ]

    def file(self, actor: Actor, draft: int, path: str) -> OpenFile:
        """A file for the editor.

        Raises:
            NotFound: the draft has no such file.
        """
        with self._sentences.saying(), self._store.read() as unit:
            return self._open_file(unit, actor, self.row(unit, actor, draft), path)

    def save(self, actor: Actor, draft: int, path: str, text: str, *, version: int) -> OpenFile:
        """Keep a file as typed, whether it can be read or not.

        Args:
            actor: the author.
            draft: the draft.
            path: the file, which is in the content or was added.
            text: its whole text. Lines end as they do in the base.
            version: as the file was opened; 0 if the draft did not have it.

        Raises:
            Stale: it was saved in another window meanwhile; nothing is lost there.
            Refused: the actor may not change it, or it is too long.
        """
        return self.save_all(actor, draft, {path: text}, path=path, version=version)

    def save_all(
        self, actor: Actor, draft: int, changed: Mapping[str, str], *, path: str, version: int
    ) -> OpenFile:
        """Keep what an edit made of several files, or nothing of it.

        ``path`` is the file the edit was asked for, ``version`` as it was opened.

        Raises:
            Stale: that file was saved in another window meanwhile.
            Refused: the actor may not change one of them, or it is too long.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self.own(unit, actor, draft)
            for one, text in changed.items():
                row = self._editable(unit, actor, draft, one)
                base = _base(unit, row, one)
                known = unit.drafts.file(row.id, one)
                if base is None and (known is None or known.content is None):
                    raise NotFound("no_such_content_file", path=one)
                content = _with_ends(text, base).encode("utf-8", "replace")
                conflict = known is not None and known.conflict and has_marks(content)
                expected = version if one == path else known.version if known is not None else 0
                self._put(unit, row, one, content, expected=expected, conflict=conflict)
            return self._open_file(unit, actor, row, path)

    def add(self, actor: Actor, draft: int, path: str, text: str = "") -> OpenFile:
        """Add a file.

        Raises:
            Refused: there is one, or files cannot be called so.
        """
        return self.attach(actor, draft, path, text.encode())

    def add_all(self, actor: Actor, draft: int, files: Mapping[str, str]) -> None:
        """Add several files, or none of them.

        Raises:
            Refused: there is one of them, or files cannot be called so.
        """
        with self._sentences.saying(), self._store.write() as unit:
            for path, text in files.items():
                self._attach(unit, actor, draft, path, text.encode())

    def attach(self, actor: Actor, draft: int, path: str, content: bytes) -> OpenFile:
        """Add a file with any content: sample cases attach pictures and documents."""
        with self._sentences.saying(), self._store.write() as unit:
            row = self._attach(unit, actor, draft, path, content)
            return self._open_file(unit, actor, row, path)

    def _attach(
        self, unit: UnitOfWork, actor: Actor, draft: int, path: str, content: bytes
    ) -> DraftRow:
        row = self._editable(unit, actor, draft, path)
        self._demand_free(unit, row, path)
        known = unit.drafts.file(row.id, path)
        self._put(unit, row, path, content, expected=known.version if known else 0)
        return row

    def rename(self, actor: Actor, draft: int, path: str, to: str) -> OpenFile:
        """Give a file another path; what refers to it is not changed.

        Raises:
            Refused: there is one of that path, or files cannot be called so.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self._editable(unit, actor, draft, path)
            content = self._content(unit, row, path)
            if content is None:
                raise NotFound("no_such_content_file", path=path)
            row = self._editable(unit, actor, draft, to)
            self._demand_free(unit, row, to)
            at_target = unit.drafts.file(row.id, to)
            self._put(unit, row, to, content, expected=at_target.version if at_target else 0)
            self._remove(unit, row, path)
            return self._open_file(unit, actor, row, to)

    def delete(self, actor: Actor, draft: int, path: str) -> None:
        """Delete a file.

        Raises:
            NotFound: there is none.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self._editable(unit, actor, draft, path)
            if self._content(unit, row, path) is None:
                raise NotFound("no_such_content_file", path=path)
            self._remove(unit, row, path)

    def revert(self, actor: Actor, draft: int, path: str) -> None:
        """Make a file what it is in the base again."""
        with self._sentences.saying(), self._store.write() as unit:
            row = self.own(unit, actor, draft)
            unit.drafts.drop(row.id, plain(path))
            unit.drafts.touch(row.id, self._clock.now())

    # ------------------------------------------------------------ looking

    def problems(self, actor: Actor, draft: int) -> Checked:
        """All problems of the content as the draft has it."""
        with self._sentences.saying(), self._store.read() as unit:
            content = self.content(unit, self.row(unit, actor, draft))
        return self.check(content, draft)

    def check(self, content: Files, draft: int = 0) -> Checked:
        """All problems of some content; asked again, the same content is not read again.

        Content of a draft is checked at the cost of what changed since it was checked last.
        """
        tree = tree_of(content)
        known = self._checked.get(tree)
        if known is None:
            loaded = self._bench(draft).with_samples(content)
            if len(self._checked) >= MOST_CHECKED:
                self._checked.pop(next(iter(self._checked)), None)
            known = self._checked[tree] = Checked(loaded.problems.sorted(), loaded)
        return known

    def bench(self, actor: Actor, draft: int) -> Workbench:
        """The files of a draft as they are now, read and checked."""
        with self._sentences.saying(), self._store.read() as unit:
            content = self.content(unit, self.row(unit, actor, draft))
        bench = self._bench(draft)
        if bench.files != below(content):
            bench.with_samples(content)
        return bench

    def _bench(self, draft: int) -> Workbench:
        """What a draft is checked on; the ones used last are kept, for they need memory."""
        found = self._benches.pop(draft, None) or Workbench({})
        self._benches[draft] = found
        while len(self._benches) > MOST_BENCHES:
            self._benches.pop(next(iter(self._benches)), None)
        return found

    def difference(self, actor: Actor, draft: int, path: str) -> FileDifference:
        """How a file of a draft differs from the base."""
        with self._sentences.saying(), self._store.read() as unit:
            row = self.row(unit, actor, draft)
            return _difference(path, _base(unit, row, path), self._content(unit, row, path))

    def changes(self, actor: Actor, draft: int) -> list[FileDifference]:
        """How a draft differs from its base, file by file."""
        with self._sentences.saying(), self._store.read() as unit:
            row = self.row(unit, actor, draft)
            base, content = unit.releases.files(row.base), self.content(unit, row)
        return differences(base, content)

    # ------------------------------------------------------------ for publishing

    def row(self, unit: UnitOfWork, actor: Actor, draft: int) -> DraftRow:
        """A draft that the actor may see: their own, or as one who may publish in the same place.

        Raises:
            NotFound: there is none, for them.
        """
        self._rights.demand(actor, EDIT, PUBLISH)
        row = unit.drafts.load(draft) if draft <= LARGEST else None
        if row is None:
            raise NotFound("no_such_draft")
        if row.person != actor.person and not (
            self._rights.may(actor, PUBLISH) and row.jurisdiction == actor.jurisdiction
        ):
            raise NotFound("no_such_draft")
        return row

    def own(self, unit: UnitOfWork, actor: Actor, draft: int) -> DraftRow:
        """A draft that the actor may change.

        Raises:
            Refused: it is somebody else's, or waits to be published.
        """
        row = self.row(unit, actor, draft)
        closed = self._why_closed(actor, row)
        if closed is not None:
            raise closed
        return row

    def content(self, unit: UnitOfWork, row: DraftRow) -> dict[str, bytes]:
        """All files as a draft has them."""
        found = unit.releases.files(row.base)
        for file in unit.drafts.files(row.id):
            if file.content is None:
                found.pop(file.path, None)
            else:
                found[file.path] = file.content
        return found

    def view(self, unit: UnitOfWork, actor: Actor, row: DraftRow) -> DraftView:
        """A draft as its pages show it."""
        base = unit.releases.paths(row.base)
        head = unit.releases.current()
        files = unit.drafts.files(row.id)
        behind = version_of(unit.releases.load(head)) if head not in (None, row.base) else None
        return DraftView(
            id=row.id,
            title=row.title,
            person=row.person,
            name=self._directory.name(PEOPLE, row.person),
            base=version_of(unit.releases.load(row.base)),
            behind=behind,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            changed=sum(is_changed(file, base.get(file.path)) for file in files),
            conflicts=tuple(file.path for file in files if file.conflict),
            is_mine=row.person == actor.person,
            requested_at=row.requested_at,
            reason=row.reason or "",
            refusal=row.refusal or "",
            refused_by=self._directory.name(PEOPLE, row.refused_by) if row.refused_by else "",
        )

    # ------------------------------------------------------------ inside

    def _why_closed(self, actor: Actor, row: DraftRow) -> Refused | None:
        if row.person != actor.person:
            return self._worded(Refused("not_your_draft", person=row.person))
        if row.requested_at is not None:
            return self._worded(Refused("draft_requested"))
        return None

    def _editable(self, unit: UnitOfWork, actor: Actor, draft: int, path: str) -> DraftRow:
        row = self.own(unit, actor, draft)
        if not is_path(path):
            raise Refused("wrong_path", path=path)
        refusal = self._rights.why_not(actor, path)
        if refusal is not None:
            raise refusal
        return row

    def _worded(self, refusal: Refused | None) -> Refused | None:
        return self._sentences.worded(refusal) if refusal is not None else None

    def _demand_free(self, unit: UnitOfWork, row: DraftRow, path: str) -> None:
        content = self.content(unit, row)
        taken = (
            path in content
            # A path is a file or a folder; and some disks know no difference of case.
            or any(
                other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in content
            )
            or path.lower() in {other.lower() for other in content}
        )
        if taken:
            raise Refused("file_exists", path=path)

    def _content(self, unit: UnitOfWork, row: DraftRow, path: str) -> bytes | None:
        known = unit.drafts.file(row.id, path)
        return known.content if known is not None else _base(unit, row, path)

    def _remove(self, unit: UnitOfWork, row: DraftRow, path: str) -> None:
        known = unit.drafts.file(row.id, path)
        if _base(unit, row, path) is None:
            unit.drafts.drop(row.id, path)
            unit.drafts.touch(row.id, self._clock.now())
        else:
            self._put(unit, row, path, None, expected=known.version if known else 0)

    def _put(
        self,
        unit: UnitOfWork,
        row: DraftRow,
        path: str,
        content: bytes | None,
        *,
        expected: int,
        conflict: bool = False,
    ) -> None:
        if content is not None and len(content) > LONGEST_FILE:
            raise Refused("file_too_long", path=path, most=LONGEST_FILE)
        now = self._clock.now()
        if not unit.drafts.touch(row.id, now):
            raise NotFound("no_such_draft")
        try:
            kept = unit.drafts.put(row.id, path, content, now, expected=expected, conflict=conflict)
        except Duplicate:
            kept = False
        if not kept:
            raise Stale("file_saved_elsewhere", path=path)

    def _open_file(self, unit: UnitOfWork, actor: Actor, row: DraftRow, path: str) -> OpenFile:
        known = unit.drafts.file(row.id, plain(path))
        base = _base(unit, row, path)
        content = known.content if known is not None else base
        if base is None and known is None:
            raise NotFound("no_such_content_file", path=plain(path))
        return OpenFile(
            path=path,
            text=_text(content or b""),
            version=known.version if known is not None else 0,
            state=_state(base, content),
            conflict=known is not None and known.conflict,
            why_not=self._why_closed(actor, row) or self._worded(self._rights.why_not(actor, path)),
        )


def plain(text: str) -> str:
    """Return one line or more of text without the sign that a database cannot keep."""
    return text.replace("\0", "").strip()


def is_path(path: str) -> bool:
    """Tell whether a file of the content may be called so."""
    parts = path.split("/")
    return (
        len(path) <= LONGEST_PATH
        and is_content(path)
        and all(_PART.fullmatch(part) for part in parts)
        and (path.endswith(TEXT) or path.count("/") == SAMPLE_FILES.count("/"))
    )


def is_changed(file: DraftFileRow, base: str | None) -> bool:
    """Tell whether a file of a draft differs from the base, whose id it is compared with."""
    return _id_of(file) != base


def _id_of(file: DraftFileRow) -> str | None:
    return None if file.content is None else blob_of(file.content)


def differences(before: Files, after: Files) -> list[FileDifference]:
    """How two contents differ, file by file."""
    return [
        _difference(path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _difference(path: str, before: bytes | None, after: bytes | None) -> FileDifference:
    state = _state(before, after)
    if not path.endswith(TEXT):
        return FileDifference(path, state, "")
    lines = difflib.unified_diff(
        _lines(_text(before or b"")),
        _lines(_text(after or b"")),
        f"a/{path}" if before is not None else "/dev/null",
        f"b/{path}" if after is not None else "/dev/null",
        n=AROUND,
        lineterm="",
    )
    return FileDifference(path, state, "".join(f"{line}\n" for line in lines))


def _state(before: bytes | str | None, after: bytes | str | None) -> State:
    if before == after:
        return "same"
    if before is None:
        return "added"
    return "deleted" if after is None else "changed"


def _base(unit: UnitOfWork, row: DraftRow, path: str) -> bytes | None:
    blob = unit.releases.paths(row.base).get(path)
    return None if blob is None else unit.releases.blob(blob)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines


def _with_ends(text: str, base: bytes | None) -> str:
    """Give every line the end that lines have in the base: a browser sends its own."""
    lines = text.replace("\r\n", "\n")
    return lines.replace("\n", "\r\n") if base is not None and b"\r\n" in base else lines
