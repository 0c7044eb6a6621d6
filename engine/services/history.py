"""The versions of the content that were in force: listed, shown, compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.services.content_rights import EDIT, PUBLISH, ContentRights
from engine.services.definitions import Definitions
from engine.services.drafts import FileDifference, differences
from engine.services.sentences import Sentences
from engine.services.versions import Version, version_of
from engine.store.database import Store
from engine.store.unit import UnitOfWork

#: how many versions a page shows
PAGE = 50


class History:
    """What was in force, and since when each file is as it is."""

    def __init__(
        self, store: Store, definitions: Definitions, rights: ContentRights, sentences: Sentences
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._rights = rights
        self._sentences = sentences
        self._origins: tuple[str, dict[str, Version]] = ("", {})

    def versions(
        self, actor: Actor, *, limit: int = PAGE, before: str | None = None, path: str | None = None
    ) -> list[Version]:
        """The versions that were in force, the newest first.

        Args:
            actor: who asks.
            limit: how many at most.
            before: begin behind this version.
            path: only those that changed this file.

        Raises:
            NotFound: there is no such version.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            start = self.named(unit, before).commit if before is not None else None
            return self.log(unit, limit=limit, before=start, path=path)

    def log(
        self,
        unit: UnitOfWork,
        *,
        limit: int | None = None,
        before: str | None = None,
        path: str | None = None,
    ) -> list[Version]:
        """The versions that were in force; no rights are asked."""
        found: list[Version] = []
        for row in unit.releases.log(before):
            if row.id == before:
                continue
            parent = row.parents[0] if row.parents else None
            if path is not None and path not in {
                change.path for change in unit.releases.changes(parent, row.id)
            }:
                continue
            found.append(version_of(row))
            if len(found) == limit:
                break
        return found

    def version(self, actor: Actor, name: str) -> Version:
        """A version by its number, or by its commit or the beginning of it.

        Raises:
            NotFound: there is none.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            return self.named(unit, name)

    def show(self, actor: Actor, version: str) -> dict[str, bytes]:
        """All files of a version.

        Raises:
            NotAllowed: the actor may neither edit nor publish content.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            return unit.releases.files(self.named(unit, version).commit)

    def compare(self, actor: Actor, old: str, new: str) -> list[FileDifference]:
        """How two versions differ, file by file.

        Raises:
            NotAllowed: the actor may neither edit nor publish content.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            before, after = self.named(unit, old), self.named(unit, new)
            return differences(
                unit.releases.files(before.commit), unit.releases.files(after.commit)
            )

    def named(self, unit: UnitOfWork, name: str) -> Version:
        """A version by its number or its commit; no rights are asked.

        Raises:
            NotFound: there is none.
        """
        commit = unit.releases.named(name)
        if commit is None:
            raise NotFound("no_such_version", version=name)
        return version_of(unit.releases.load(commit))

    def origins(self, actor: Actor) -> dict[str, Version]:
        """The version in which each file of the content in force came to be as it is (VER-04)."""
        last, paths = self._last(actor), self._paths()
        return {path: one for path, one in last.items() if path in paths}

    def retired(self, actor: Actor) -> dict[str, Version]:
        """The files that are in force no more, with the version that took them out (CON-02)."""
        last, paths = self._last(actor), self._paths()
        return {path: one for path, one in last.items() if path not in paths}

    # ------------------------------------------------------------ inside

    def _paths(self) -> Collection[str]:
        with self._store.read() as unit:
            return unit.releases.paths(self._definitions.commit)

    def _last(self, actor: Actor) -> Mapping[str, Version]:
        """The version that changed each path last; of the history only what is new is read."""
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            commit = self._definitions.commit
            if self._origins[0] != commit:
                self._origins = commit, _last_changes(unit, commit, self._origins)
            return self._origins[1]


def _last_changes(
    unit: UnitOfWork, commit: str, known: tuple[str, Mapping[str, Version]]
) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for row in unit.releases.log(commit):
        if row.id == known[0]:
            return {**known[1], **found}
        parent = row.parents[0] if row.parents else None
        for change in unit.releases.changes(parent, row.id):
            found.setdefault(change.path, version_of(row))
    return found
