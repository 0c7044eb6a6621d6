"""Packages of content: a git repository or a bundle that goes from one installation to another."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dulwich.bundle import create_bundle_from_repo, read_bundle, write_bundle
from dulwich.errors import NotGitRepository
from dulwich.index import build_index_from_tree
from dulwich.object_store import (
    BaseObjectStore,
    MemoryObjectStore,
    MissingObjectFinder,
    iter_tree_contents,
)
from dulwich.objects import Commit, ObjectID, Tag
from dulwich.refs import HEADREF, Ref, RefsContainer
from dulwich.repo import Repo

from engine.content import is_content
from engine.store.errors import StoreError
from engine.store.git import MAIN, RowRepo
from engine.store.session import Session

BUNDLE = ".bundle"
#: what an installation gives away: the content in force, and every version of it
_GIVEN = (MAIN, b"refs/tags/")


class NotAPackage(StoreError):
    """A file or folder is no package of content; the text says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """The newest content of a package, and the commits that led to it, the newest first."""

    commit: str
    files: dict[str, bytes]
    #: (commit, tree)
    history: list[tuple[str, str]]
    _objects: BaseObjectStore = field(repr=False)

    def files_of(self, commit: str) -> dict[str, bytes]:
        """Return the files of one of its commits."""
        found = self._objects[ObjectID(commit.encode())]
        assert isinstance(found, Commit)
        return dict(_files(self._objects, found))


def write_package(session: Session, target: Path) -> None:
    """Write the content with its history, as a bundle if the name says so, else as a repository.

    Raises:
        FileExistsError: there is something already.
    """
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise FileExistsError(target)
    repo = RowRepo(session)
    refs = [ref for ref in sorted(repo.refs.allkeys()) if ref.startswith(_GIVEN)]
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == BUNDLE:
        with (
            create_bundle_from_repo(repo, [*refs, Ref(HEADREF)]) as bundle,
            target.open("wb") as out,
        ):
            write_bundle(out, bundle)
        return
    with Repo.init(target, mkdir=not target.exists(), default_branch=b"main") as other:
        wanted = [repo.refs[ref] for ref in refs]
        other.object_store.add_objects(
            [(repo.objects[id_], None) for id_ in _reachable(repo.objects, wanted)]
        )
        for ref in refs:
            other.refs[ref] = repo.refs[ref]
        head = repo.objects[repo.refs[Ref(MAIN)]]
        assert isinstance(head, Commit)
        build_index_from_tree(str(target), other.index_path(), other.object_store, head.tree)


def read_package(source: Path) -> Package:
    """Read a bundle, or a repository with or without files beside it.

    Raises:
        NotAPackage: it is neither, or holds anything but content.
    """
    try:
        if source.is_dir():
            with Repo(source) as repo:
                return _package(_copied(repo, _newest(repo.refs)), _newest(repo.refs))
        objects = MemoryObjectStore()
        with source.open("rb") as opened, read_bundle(opened) as bundle:
            if bundle.prerequisites:
                raise NotAPackage("the bundle is not complete by itself")
            bundle.store_objects(objects)
            found = bundle.references.get(Ref(MAIN)) or bundle.references.get(Ref(HEADREF))
        return _package(objects, found)
    except NotGitRepository as error:
        raise NotAPackage("the folder is no git repository") from error
    except (AssertionError, ValueError, KeyError, OSError) as error:
        raise NotAPackage(f"it cannot be read: {error}") from error


def _copied(repo: Repo, head: ObjectID | None) -> MemoryObjectStore:
    """Read what a commit is made of, so that the repository need not stay open."""
    objects = MemoryObjectStore()
    for id_ in _reachable(repo.object_store, [head] if head is not None else []):
        objects.add_object(repo.object_store[id_])
    return objects


def _newest(refs: RefsContainer) -> ObjectID | None:
    return next((refs[ref] for ref in (Ref(MAIN), Ref(HEADREF)) if ref in refs), None)


def _package(objects: BaseObjectStore, head: ObjectID | None) -> Package:
    if head is None:
        raise NotAPackage("it has no branch main")
    newest = objects[head]
    while isinstance(newest, Tag):
        newest = objects[newest.object[1]]
    if not isinstance(newest, Commit):
        raise NotAPackage("its branch main is no commit")
    return Package(
        newest.id.decode(),
        dict(_files(objects, newest)),
        list(_history(objects, newest)),
        objects,
    )


def _files(objects: BaseObjectStore, commit: Commit) -> Iterator[tuple[str, bytes]]:
    for entry in iter_tree_contents(objects, commit.tree):
        assert entry.path is not None  # every entry of a tree has a path, a mode and an object
        assert entry.sha is not None
        assert entry.mode is not None
        path = entry.path.decode("utf-8", "replace")
        if not is_content(path):
            continue
        if not stat.S_ISREG(entry.mode):
            raise NotAPackage(f"{path} is no file")
        yield path, objects.get_raw(entry.sha)[1]


def _history(objects: BaseObjectStore, commit: Commit) -> Iterator[tuple[str, str]]:
    following: Commit | None = commit
    while following is not None:
        yield following.id.decode(), following.tree.decode()
        parent = objects[following.parents[0]] if following.parents else None
        following = parent if isinstance(parent, Commit) else None


def _reachable(objects: BaseObjectStore, wanted: list[ObjectID]) -> list[ObjectID]:
    """Return every object that these commits are made of."""
    return [id_ for id_, _ in MissingObjectFinder(objects, [], wanted)]
