"""Releases: commits of the content, the one in force, and what running cases are pinned to."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import sqlalchemy as sa
from dulwich.diff_tree import tree_changes
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref

from engine.content import Files
from engine.store.git import MAIN, RowRepo
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.content import pins

#: the branch of what was last taken over from the content folder of the installation
FOLDER = b"refs/heads/folder"
_TAGS = b"refs/tags/v"
_FILE = 0o100644

_PINNED = Statement(
    sa.select(pins.c.commit).where(
        pins.c.process == given(pins.c.process), pins.c.closure == given(pins.c.closure)
    )
)
_PIN = Statement(insert(pins))


class Signature(NamedTuple):
    """Who did something, and when. ``email`` is a name for machines."""

    name: str
    email: str
    at: datetime


class CommitRow(NamedTuple):
    """A commit without its files."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


class FileChange(NamedTuple):
    """A file that differs between two trees: the ids of its content, None where there is none."""

    path: str
    old: str | None
    new: str | None


class Releases:
    """The commits, the refs that name them, and the rows of ``pins``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.repo = RowRepo(session)
        self._objects = self.repo.objects

    # ------------------------------------------------------------ what is in force

    def current(self, ref: bytes = MAIN) -> str | None:
        """Return the commit in force, or the newest one of another branch."""
        found = self.repo.refs.read_loose_ref(Ref(ref))
        return None if found is None else found.decode()

    def commit(
        self,
        files: Files,
        message: str,
        author: Signature,
        *,
        expected: str | None,
        committer: Signature | None = None,
        version: int | None = None,
        ref: bytes = MAIN,
    ) -> str | None:
        """Make a commit of all files and put it into force.

        Args:
            files: all of them, not only those that changed.
            message: the reason, and what else is to be known.
            author: who wrote it.
            expected: the commit it follows; None: there is none yet.
            committer: who published it, if somebody else.
            version: its number, which becomes a tag.
            ref: the branch.

        Returns:
            None if not ``expected`` but another commit is in force; nothing is kept then once the
            transaction is undone.
        """
        made = Commit()
        made.tree = self._write_tree(files)
        made.parents = [] if expected is None else [_id(expected)]
        made.author, made.author_time, made.author_timezone = _signed(author)
        made.committer, made.commit_time, made.commit_timezone = _signed(committer or author)
        made.encoding = b"UTF-8"
        made.message = message.encode()
        self._objects.add_object(made)
        if expected is None:
            moved = self.repo.refs.add_if_new(Ref(ref), made.id)
        else:
            moved = self.repo.refs.set_if_equals(Ref(ref), _id(expected), made.id)
        if not moved:
            return None
        if version is not None:
            self.repo.refs.add_if_new(Ref(_TAGS + str(version).encode()), made.id)
        return made.id.decode()

    def follow(self, files: Files, message: str, author: Signature) -> None:
        """Note what the content folder holds now, on the branch of its own."""
        head = self.current(FOLDER)
        main = self.current()
        if head is None and main is not None and self.load(main).tree == tree_of(files):
            self.repo.refs.add_if_new(Ref(FOLDER), _id(main))
            return
        self.commit(files, message, author, expected=head, ref=FOLDER)

    def _write_tree(self, files: Files) -> ObjectID:
        trees, blobs = _objects_of(files)
        self._objects.add_objects((one, None) for one in (*blobs, *trees))
        return trees[-1].id

    # ------------------------------------------------------------ commits

    def named(self, name: str) -> str | None:
        """Return the commit of a version's number, or whose id begins so; None if not just one."""
        if name.removeprefix("v").isdigit() and len(name) < 7:
            found = self.repo.refs.read_loose_ref(Ref(_TAGS + name.removeprefix("v").encode()))
            return None if found is None else found.decode()
        matching = [row.id for row in self.log() if row.id.startswith(name)]
        return matching[0] if len(matching) == 1 and len(name) >= 4 else None

    def load(self, commit: str) -> CommitRow:
        """Return a commit. Raises KeyError."""
        found = self._objects[_id(commit)]
        if not isinstance(found, Commit):
            raise KeyError(commit)
        return CommitRow(
            commit,
            found.tree.decode(),
            tuple(parent.decode() for parent in found.parents),
            _signature(found.author, found.author_time, found.author_timezone),
            _signature(found.committer, found.commit_time, found.commit_timezone),
            found.message.decode("utf-8", "replace"),
        )

    def log(self, start: str | None = None, ref: bytes = MAIN) -> Iterator[CommitRow]:
        """Go through the commits from one backwards, the one in force without ``start``."""
        following = start or self.current(ref)
        while following is not None:
            row = self.load(following)
            yield row
            following = row.parents[0] if row.parents else None

    # ------------------------------------------------------------ files

    def paths(self, commit: str) -> dict[str, str]:
        """Return the id of every file of a commit by its path. Raises KeyError."""
        found: dict[str, str] = {}
        waiting = {b"": _id(self.load(commit).tree)}
        while waiting:
            # One query for each depth.
            known = self._objects.many(waiting.values())
            below: dict[bytes, ObjectID] = {}
            for folder, id_ in waiting.items():
                tree = Tree.from_string(known[id_])
                assert isinstance(tree, Tree)
                for name, mode, sha in tree.iteritems():
                    path = folder + name
                    if stat.S_ISDIR(mode):
                        below[path + b"/"] = sha
                    elif stat.S_ISREG(mode):
                        found[path.decode("utf-8", "replace")] = sha.decode()
            waiting = below
        return found

    def files(self, commit: str) -> dict[str, bytes]:
        """Return the files of a commit by path. Raises KeyError."""
        paths = self.paths(commit)
        known = self._objects.many({_id(one) for one in paths.values()})
        return {path: known[_id(paths[path])] for path in sorted(paths)}

    def blob(self, blob: str) -> bytes:
        """Return the content of a file by its id. Raises KeyError."""
        return self._objects.get_raw(_id(blob))[1]

    def changes(self, old: str | None, new: str) -> list[FileChange]:
        """Return which files differ between two commits, by path; ``old`` None is an empty one."""
        before = None if old is None else _id(self.load(old).tree)
        found = tree_changes(self._objects, before, _id(self.load(new).tree))
        changed = []
        for one in found:
            sides = (one.old, one.new)
            path = next(side.path for side in sides if side is not None and side.path is not None)
            old_id, new_id = (
                side.sha.decode() if side is not None and side.sha is not None else None
                for side in sides
            )
            changed.append(FileChange(path.decode("utf-8", "replace"), old_id, new_id))
        return sorted(changed)

    # ------------------------------------------------------------ pins

    def pin(self, process: str, closure: str, commit: str) -> None:
        """Note which commit holds the files a closure is made of; the first one stays."""
        if self.pinned(process, closure) is None:
            self._session.run(_PIN, process=process, closure=closure, commit=commit)

    def pinned(self, process: str, closure: str) -> str | None:
        """Return the commit that holds a closure of a process."""
        row = self._session.one(_PINNED, process=process, closure=closure)
        return None if row is None else str(row[0])


def tree_of(files: Files) -> str:
    """Return the id that git gives a tree of these files."""
    return _objects_of(files)[0][-1].id.decode()


def blob_of(content: bytes) -> str:
    """Return the id that git gives a file of this content."""
    return Blob.from_string(content).id.decode()


def _objects_of(files: Files) -> tuple[list[Tree], list[Blob]]:
    """Make the objects of a tree of files; the last tree is the outermost."""
    blobs: list[Blob] = []
    trees: list[Tree] = []

    def made(inside: Mapping[str, object]) -> Tree:
        tree = Tree()
        for name, found in inside.items():
            if isinstance(found, dict):
                tree.add(name.encode(), stat.S_IFDIR, made(found).id)
            else:
                assert isinstance(found, bytes)
                blob = Blob.from_string(found)
                blobs.append(blob)
                tree.add(name.encode(), _FILE, blob.id)
        trees.append(tree)
        return tree

    made(_nested(files.items()))
    return trees, blobs


def _nested(files: Iterable[tuple[str, bytes]]) -> dict[str, object]:
    root: dict[str, object] = {}
    for path, content in files:
        *folders, name = path.split("/")
        inside = root
        for folder in folders:
            below = inside.setdefault(folder, {})
            assert isinstance(below, dict)
            inside = below
        inside[name] = content
    return root


def _id(text: str) -> ObjectID:
    return ObjectID(text.encode())


def _signed(by: Signature) -> tuple[bytes, int, int]:
    offset = by.at.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    name = _plain(by.name) or "-"
    return f"{name} <{_plain(by.email)}>".encode(), int(by.at.timestamp()), seconds


def _plain(text: str) -> str:
    """Leave out what ends a name in git."""
    return "".join(" " if char in "<>\n\r\0" else char for char in text).strip()


def _signature(by: bytes, seconds: int, offset: int) -> Signature:
    name, _, email = by.decode("utf-8", "replace").rpartition(" <")
    zone = timezone(timedelta(seconds=offset))
    return Signature(name, email.removesuffix(">"), datetime.fromtimestamp(seconds, zone))
