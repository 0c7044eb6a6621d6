"""What whoever has the installation itself in hand does with its content.

Nobody's rights are asked: who can open the database is held by nothing else. The gate is the same,
and the history names who it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.content import Files
from engine.domain.errors import NotFound
from engine.services.drafts import FileDifference, differences
from engine.services.folder import FolderDisagrees
from engine.services.history import History
from engine.services.publishing import Publishing
from engine.services.sentences import Sentences
from engine.services.three_way import Merged, merged_files
from engine.services.versions import Version, current_version, version_of
from engine.store.database import Store
from engine.store.packages import Package, read_package, write_package
from engine.store.releases import FOLDER
from engine.store.unit import UnitOfWork

#: whose files are taken where both sides changed the same lines
Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, and why; with a reason to override, sample cases may come out otherwise."""

    name: str
    reason: str
    override: str = ""


class Installation:
    """Versions of the content, for the command line."""

    def __init__(
        self, store: Store, publishing: Publishing, history: History, sentences: Sentences
    ) -> None:
        self._store = store
        self._publishing = publishing
        self._history = history
        self._sentences = sentences

    def versions(self, *, limit: int | None = None, path: str | None = None) -> list[Version]:
        """The versions that were in force, the newest first; only those that changed a file."""
        with self._store.read() as unit:
            return self._history.log(unit, limit=limit, path=path)

    def compare(self, old: str, new: str | None = None) -> list[FileDifference]:
        """How two versions differ, the second being that in force unless it is named.

        Raises:
            NotFound: there is no such version.
        """
        with self._sentences.saying(), self._store.read() as unit:
            before = unit.releases.files(self._commit(unit, old))
            after = unit.releases.files(self._commit(unit, new))
        return differences(before, after)

    def publish(self, folder: Files, by: By, side: Side | None = None) -> Version:
        """Publish what was changed in a content folder since it was last taken over.

        Raises:
            FolderDisagrees: the same lines were published otherwise, and no side is chosen.
            Refused: it does not pass the gate, or nothing has changed.
        """
        with self._sentences.saying():
            with self._store.read() as unit:
                known = unit.releases.current(FOLDER)
                base = unit.releases.files(known) if known is not None else {}
            return self._publish(base, folder, by, {}, side, folder)

    def roll_back(self, version: str, by: By) -> Version:
        """Put an earlier version into force again, as a new one.

        Raises:
            Refused: there is none, or it does not pass the gate.
        """
        with self._sentences.saying():
            with self._store.read() as unit:
                old = version_of(unit.releases.load(self._commit(unit, version)))
                head = self._commit(unit, None)
                files = unit.releases.files(old.commit)
            return self._publishing.put(
                files, head, by.reason, by.name, by.override, {"Restores": old.number}
            )

    def export(self, target: Path) -> Version:
        """Write the content with its history: a bundle if the name ends so, else a repository.

        Raises:
            FileExistsError: there is something already.
        """
        with self._store.read() as unit:
            write_package(unit, target)
            return version_of(unit.releases.load(self._commit(unit, None)))

    def take_in(self, source: Path, by: By, side: Side | None = None) -> Version:
        """Publish the content of a package of another installation.

        What both have in common is found in their histories; what changed there since is brought
        together with what changed here, file by file.

        Raises:
            NotAPackage: it cannot be read.
            FolderDisagrees: both changed the same lines, and no side is chosen.
            Refused: it does not pass the gate, or nothing has changed.
        """
        package = read_package(source)
        with self._sentences.saying():
            with self._store.read() as unit:
                base = self._in_common(unit, package)
            return self._publish(base, package.files, by, {"Imported": package.commit}, side)

    def _publish(
        self,
        base: Files,
        theirs: Files,
        by: By,
        notes: dict[str, object],
        side: Side | None,
        folder: Files | None = None,
    ) -> Version:
        with self._store.read() as unit:
            head = self._commit(unit, None)
            ours = unit.releases.files(head)
        merged = merged_files(base, ours, theirs)
        disagreeing = tuple(path for path, one in merged.items() if one.conflict)
        if disagreeing and side is None:
            raise FolderDisagrees(disagreeing)
        chosen = theirs if side == "theirs" else ours
        merged |= {path: Merged(chosen.get(path)) for path in disagreeing}
        files = {path: one.content for path, one in merged.items() if one.content is not None}
        return self._publishing.put(
            files, head, by.reason, by.name, by.override, notes, folder=folder
        )

    def _in_common(self, unit: UnitOfWork, package: Package) -> Files:
        """The newest content of a package that was in force here too; nothing if there is none."""
        mine = [version_of(row) for row in unit.releases.log()]
        imported = {one.imported for one in mine}
        by_tree = {one.tree: one.commit for one in reversed(mine)}
        for commit, tree in package.history:
            if tree in by_tree:
                return unit.releases.files(by_tree[tree])
            if commit in imported:
                return package.files_of(commit)
        return {}

    def _commit(self, unit: UnitOfWork, name: str | None) -> str:
        if name is None:
            head = current_version(unit.releases)
            assert head is not None  # content never goes away
            return head.commit
        found = unit.releases.named(name)
        if found is None:
            raise NotFound("no_such_version", version=name)
        return found
