"""A git repository in rows: objects and refs as dulwich knows them, in the caller's transaction.

The objects are git's own, so that a copy of them is a repository any git can read.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from dulwich.object_store import PackCapableObjectStore
from dulwich.objects import ObjectID, RawObjectID, ShaFile, sha_to_hex
from dulwich.refs import Ref, RefsContainer
from dulwich.repo import BaseRepo
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.content import git_objects, git_refs

HEAD = b"HEAD"
#: the branch whose newest commit is the content in force
MAIN = b"refs/heads/main"
#: how many ids one query asks for
AT_ONCE = 500

_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_o, _r = git_objects.c, git_refs.c
_LOAD = Statement(sa.select(_o.kind, _o.content).where(_o.id == given(_o.id)))
_HAS = Statement(sa.select(_o.id).where(_o.id == given(_o.id)))
# Two may add one object at once; it is the same. Both databases say it alike.
_ADD = Statement(
    upsert(git_objects)
    .values({column: given(column) for column in (_o.id, _o.kind, _o.content)})
    .on_conflict_do_nothing(index_elements=[_o.id])
)
_REF = Statement(sa.select(_r.id).where(_r.name == given(_r.name)))
_REFS = Statement(sa.select(_r.name, _r.id).order_by(_r.name))
_NEW_REF = Statement(
    upsert(git_refs)
    .values({column: given(column) for column in (_r.name, _r.id)})
    .on_conflict_do_nothing(index_elements=[_r.name])
)
_MOVE = Statement(
    sa.update(git_refs)
    .where(_r.name == given(_r.name, "ref"), _r.id == given(_r.id, "expected"))
    .values({_r.id: given(_r.id, "new")})
)
_DROP = Statement(
    sa.delete(git_refs).where(_r.name == given(_r.name), _r.id == given(_r.id, "expected"))
)


class ObjectRows(PackCapableObjectStore):
    """The rows of ``git_objects``, as dulwich's object store."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.pack_compression_level = -1

    def contains_loose(self, sha: ObjectID) -> bool:
        """Tell whether there is an object."""
        return self._session.one(_HAS, id=_hex(sha)) is not None

    def contains_packed(self, sha: ObjectID | RawObjectID) -> bool:
        """There are no packs."""
        return False

    @property
    def packs(self) -> list[Any]:
        """There are no packs."""
        return []

    def __iter__(self) -> Iterator[ObjectID]:
        query = sa.select(_o.id).order_by(_o.id)
        return (ObjectID(found.encode()) for (found,) in self._session.rows(query))

    def get_raw(self, name: RawObjectID | ObjectID) -> tuple[int, bytes]:
        """Return the kind and the content of an object. Raises KeyError."""
        row = self._session.one(_LOAD, id=_hex(name))
        if row is None:
            raise KeyError(name)
        return _KINDS[row[0]], zlib.decompress(row[1])

    def many(self, ids: Iterable[ObjectID]) -> dict[ObjectID, bytes]:
        """Return the content of objects in few queries; those that are missing are left out."""
        found: dict[ObjectID, bytes] = {}
        for some in batched_ids(ids):
            query = sa.select(_o.id, _o.content).where(_o.id.in_(some))
            for id_, content in self._session.rows(query):
                found[ObjectID(id_.encode())] = zlib.decompress(content)
        return found

    def add_object(self, obj: ShaFile) -> None:
        """Keep an object."""
        self.add_objects([(obj, None)])

    def add_objects(
        self,
        objects: Iterable[tuple[ShaFile, str | None]],
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """Keep those objects that are not here yet."""
        wanted = {obj.id: obj for obj, _ in objects}
        for some in batched_ids(wanted):
            query = sa.select(_o.id).where(_o.id.in_(some))
            for (known,) in self._session.rows(query):
                del wanted[ObjectID(known.encode())]
        rows = [
            {
                "id": id_.decode(),
                "kind": obj.type_name.decode(),
                "content": zlib.compress(obj.as_raw_string()),
            }
            for id_, obj in wanted.items()
        ]
        self._session.run_all(_ADD, rows)

    def add_pack_data(
        self,
        count: int,
        unpacked_objects: Iterator[Any],
        progress: Callable[..., None] | None = None,
    ) -> None:
        """Keep objects that came in a pack."""
        found = (unpacked.sha_file() for unpacked in unpacked_objects)
        self.add_objects((obj, None) for obj in found)


class RefRows(RefsContainer):
    """The rows of ``git_refs``, as dulwich's refs; ``HEAD`` stands for the main branch."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def allkeys(self) -> set[Ref]:
        """Return the names of all refs."""
        names = {Ref(str(name).encode()) for name, _ in self._session.all(_REFS)}
        return names | {Ref(HEAD)} if Ref(MAIN) in names else names

    def read_loose_ref(self, name: Ref) -> bytes | None:
        """Return what a ref says; None if there is none."""
        if name == HEAD:
            return b"ref: " + MAIN
        row = self._session.one(_REF, name=name.decode())
        return None if row is None else str(row[0]).encode()

    def get_packed_refs(self) -> dict[Ref, ObjectID]:
        """There are no packed refs."""
        return {}

    def get_peeled(self, name: Ref) -> ObjectID | None:
        """Tags are plain refs to commits: nothing is to be peeled."""
        known = self.read_loose_ref(name)
        return None if known is None or name == HEAD else ObjectID(known)

    def set_if_equals(
        self, name: Ref, old_ref: ObjectID | None, new_ref: ObjectID, *args: Any, **more: Any
    ) -> bool:
        """Move a ref; False if it is not ``old_ref`` that it names."""
        real = _branch(name)
        if old_ref is None:
            known = self.read_loose_ref(Ref(real))
            if known is None:
                return self.add_if_new(name, new_ref)
            old_ref = ObjectID(known)
        values = {"ref": real.decode(), "expected": old_ref.decode(), "new": new_ref.decode()}
        return self._session.run(_MOVE, **values) == 1

    def add_if_new(self, name: Ref, ref: ObjectID, *args: Any, **more: Any) -> bool:
        """Add a ref; False if there is one of that name."""
        values = {"name": _branch(name).decode(), "id": ref.decode()}
        return self._session.run(_NEW_REF, **values) == 1

    def remove_if_equals(
        self, name: Ref, old_ref: ObjectID | None, *args: Any, **more: Any
    ) -> bool:
        """Remove a ref; False if it is not ``old_ref`` that it names."""
        known = self.read_loose_ref(name)
        expected = old_ref or known
        if expected is None:
            return False
        return self._session.run(_DROP, name=name.decode(), expected=expected.decode()) == 1


class RowRepo(BaseRepo):
    """The repository of one transaction."""

    def __init__(self, session: Session) -> None:
        self.objects = ObjectRows(session)
        super().__init__(self.objects, RefRows(session))

    def get_named_file(self, path: str) -> None:
        """There are no files beside objects and refs, such as a list of where history was cut."""


def batched_ids(ids: Iterable[ObjectID]) -> Iterator[Sequence[str]]:
    """Go through ids as text, as many at a time as one query may ask for."""
    found = [id_.decode() for id_ in ids]
    return (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE))


def _hex(name: ObjectID | RawObjectID) -> str:
    return (sha_to_hex(RawObjectID(name)) if len(name) == 20 else name).decode()


def _branch(name: Ref) -> bytes:
    return MAIN if name == HEAD else name
