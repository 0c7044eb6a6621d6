"""Records of registers: rows with typed indexes, terms of search, unique values and a tree.

What is indexed and how is decided above; a record is written with everything it is found by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.blobs import Blobs
from engine.store.chain import canonical
from engine.store.errors import Erased
from engine.store.search import terms
from engine.store.session import Session
from engine.store.statement import KEPT, Few, Statement, given, insert
from engine.store.tables.records import (
    record_changes,
    record_fields,
    record_terms,
    records,
    unique_keys,
)

IndexValue = str | float
#: what stands for a missing number, so that the record keeps its place in an order
NO_NUMBER = float("-inf")


class RecordRow(NamedTuple):
    """A record. ``path`` are the internal keys from the root of its tree: ``/1/17/``."""

    id: int
    register: str
    key: str
    jurisdiction: str
    scope: str | None
    state: str
    data: Mapping[str, Any]
    path: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class Findable(NamedTuple):
    """Everything a record is found by."""

    #: path → its values; an empty text or minus infinity where there is none
    fields: Mapping[str, Sequence[IndexValue]]
    #: the texts that are searched
    search: str
    #: joined names of fields → joined values
    unique: Mapping[str, str]


class Change(NamedTuple):
    """One entry of a record's history."""

    at: datetime
    person: str | None
    organisation: str | None
    action: str
    body: Mapping[str, Any]


_c = records.c
_COLUMNS = [_c[name] for name in RecordRow._fields]
_LOAD = Statement(
    sa.select(*_COLUMNS).where(_c.register == given(_c.register), _c.key == given(_c.key))
)
_INSERT = Statement(insert(records, without=("id", "path")).returning(_c.id))
_SET_PATH = Statement(
    sa.update(records).where(_c.id == given(_c.id, "row")).values({_c.path: given(_c.path, "new")})
)
_SAVE = Statement(
    sa.update(records)
    .where(_c.id == given(_c.id, "row"), _c.version == given(_c.version, "expected"))
    .values(
        {
            _c[name]: given(_c[name], f"new_{name}")
            for name in ("scope", "state", "data", "search", "updated_at")
        }
        | {_c.version: _c.version + 1}
    )
)
_f, _t, _u, _h = record_fields.c, record_terms.c, unique_keys.c, record_changes.c
_DROP_FIELDS = Statement(sa.delete(record_fields).where(_f.record_id == given(_f.record_id)))
_DROP_TERMS = Statement(sa.delete(record_terms).where(_t.record_id == given(_t.record_id)))
_DROP_UNIQUE = Statement(sa.delete(unique_keys).where(_u.record_id == given(_u.record_id)))
_ADD_FIELD = Statement(insert(record_fields))
_ADD_TERM = Statement(insert(record_terms))
_ADD_UNIQUE = Statement(insert(unique_keys))
_HOLDING = Statement(
    sa.select(_c.key)
    .join(unique_keys, _u.record_id == _c.id)
    .where(
        _u.register == given(_u.register),
        _u.fields == given(_u.fields),
        _u.value == given(_u.value),
    )
)
_DROP_UNIQUE_OF = Statement(sa.delete(unique_keys).where(_u.register == given(_u.register)))
_REFILL = Statement(
    sa.update(records)
    .where(_c.id == given(_c.id, "row"))
    .values(
        {_c[name]: given(_c[name], f"new_{name}") for name in ("scope", "data", "search")}
        # Whoever read it before cannot save it with what it was found by then.
        | {_c.version: _c.version + 1}
    )
)
_STORED = Statement(sa.select(_c.data).where(_c.id == given(_c.id)))
_EVERY = Statement(
    sa.select(*_COLUMNS)
    .where(_c.register == given(_c.register), _c.id > given(_c.id, "after"))
    .order_by(_c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_DELETE = Statement(sa.delete(records).where(_c.id == given(_c.id)))
_STATE = Statement(
    sa.select(_c.state).where(_c.register == given(_c.register), _c.key == given(_c.key))
)
_REVISION = Statement(sa.select(sa.func.max(_h.id)))
_DROP_CHANGES = Statement(sa.delete(record_changes).where(_h.record_id == given(_h.record_id)))
_ADD_CHANGE = Statement(insert(record_changes, without=("id",)))
_CHANGES = Statement(
    sa.select(_h.at, _h.person, _h.organisation, _h.action, _h.body)
    .where(_h.record_id == given(_h.record_id))
    .order_by(_h.id)
)
_LATEST_CHANGES = Statement(
    sa.select(_h.at, _h.person, _h.organisation, _h.action, _h.body)
    .where(_h.record_id == given(_h.record_id))
    .order_by(_h.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


class Records:
    """The rows of ``records`` and of what they are found by."""

    def __init__(self, session: Session, blobs: Blobs) -> None:
        self._session = session
        self._blobs = blobs

    def load(self, register: str, key: str) -> RecordRow | None:
        """Return a record with its data."""
        return self._row(self._session.one(_LOAD, register=register, key=key))

    def state(self, register: str, key: str) -> str | None:
        """Return the state of a record; None when there is none. Its data stay sealed."""
        row = self._session.one(_STATE, register=register, key=key)
        return None if row is None else str(row[0])

    def present(self, register: str, keys: Sequence[str]) -> set[str]:
        """Return those of some keys that records of a register have."""
        query = sa.select(_c.key).where(_c.register == register, _c.key.in_(keys))
        return {str(key) for (key,) in self._session.rows(query)}

    def revision(self) -> int:
        """Return a number that grows with every change of any record."""
        row = self._session.one(_REVISION)
        return int(row[0] or 0) if row is not None else 0

    def keys_below(self, register: str, key: str) -> list[str]:
        """Return the keys of all records below one in its tree."""
        row = self.load(register, key)
        if row is None or row.path is None:
            return []
        first, beyond = below(row.path)
        query = (
            sa.select(_c.key)
            .where(_c.register == register, _c.path > first, _c.path < beyond)
            .order_by(_c.path)
        )
        return [str(found) for (found,) in self._session.rows(query)]

    def insert(
        self,
        register: str,
        key: str,
        *,
        jurisdiction: str,
        scope: str | None,
        state: str,
        data: Mapping[str, Any],
        found_by: Findable,
        at: datetime,
        subject: str | None = None,
    ) -> RecordRow:
        """Add a record. With a ``subject`` its data are sealed with that subject's key.

        Raises:
            Duplicate: the key, or a unique value, is taken.
        """
        (record_id,) = self._session.added(
            _INSERT,
            register=register,
            key=key,
            jurisdiction=jurisdiction,
            scope=scope,
            state=state,
            data=self._stored(data, subject),
            search=found_by.search,
            version=1,
            created_at=at,
            updated_at=at,
        )
        self._add_index(int(record_id), register, found_by)
        return RecordRow(
            int(record_id), register, key, jurisdiction, scope, state, data, None, 1, at, at
        )

    def save(
        self,
        row: RecordRow,
        *,
        scope: str | None,
        state: str,
        data: Mapping[str, Any],
        found_by: Findable,
        at: datetime,
        subject: str | None = None,
    ) -> bool:
        """Write a record again; False if it is not at the version of ``row`` any more.

        Raises:
            Duplicate: a unique value is taken.
        """
        saved = self._session.run(
            _SAVE,
            row=row.id,
            expected=row.version,
            new_scope=scope,
            new_state=state,
            new_data=self._stored(data, subject),
            new_search=found_by.search,
            new_updated_at=at,
        )
        if saved != 1:
            return False
        for statement in (_DROP_FIELDS, _DROP_TERMS, _DROP_UNIQUE):
            self._session.run(statement, record_id=row.id)
        self._add_index(row.id, row.register, found_by)
        return True

    def every(self, register: str, at_once: int = 500) -> Iterator[RecordRow]:
        """Go through all records of a register, in the order they were made."""
        after = 0
        while found := self._session.all(_EVERY, register=register, after=after, most=at_once):
            for row in found:
                read = self._row(row)
                assert read is not None  # there is a row
                yield read
            after = int(found[-1][0])

    def holding(self, register: str, unique: Mapping[str, str]) -> str | None:
        """Return the key of the first record that has one of some unique values."""
        for fields, value in unique.items():
            row = self._session.one(_HOLDING, register=register, fields=fields, value=value)
            if row is not None:
                return str(row[0])
        return None

    def forget_unique(self, register: str) -> None:
        """Let every value of a register be taken again, before its records are refilled."""
        self._session.run(_DROP_UNIQUE_OF, register=register)

    def refill(
        self, row: RecordRow, *, scope: str | None, found_by: Findable, subject: str | None
    ) -> None:
        """Write again what a record is found by, and nothing that it says.

        Raises:
            Duplicate: a unique value is taken.
        """
        stored = self._session.one(_STORED, id=row.id)
        assert stored is not None  # it was read in this transaction
        data = str(stored[0])
        if data.startswith('"') != (subject is not None):
            # Its personal data begin, or cease, to be sealed with its subject's key.
            data = self._stored(row.data, subject)
        self._session.run(
            _REFILL, row=row.id, new_scope=scope, new_data=data, new_search=found_by.search
        )
        for statement in (_DROP_FIELDS, _DROP_TERMS, _DROP_UNIQUE):
            self._session.run(statement, record_id=row.id)
        self._add_index(row.id, row.register, found_by)

    def delete(self, row: RecordRow) -> None:
        """Remove a record and everything it is found by; its history goes with it."""
        for statement in (_DROP_FIELDS, _DROP_TERMS, _DROP_UNIQUE, _DROP_CHANGES):
            self._session.run(statement, record_id=row.id)
        self._session.run(_DELETE, id=row.id)

    def place(self, row: RecordRow, parent: RecordRow | None) -> RecordRow:
        """Put a record, with all below it, under a parent or at the root of its tree."""
        above = (parent.path or "/") if parent is not None else "/"
        new = f"{above}{row.id}/"
        if row.path is None:
            self._session.run(_SET_PATH, row=row.id, new=new)
        elif row.path != new:
            low, high = below(row.path)
            rest = sa.func.substr(_c.path, len(row.path) + 1)
            self._session.connection.execute(
                sa.update(records)
                .where(_c.register == row.register, _c.path >= low, _c.path < high)
                .values(path=sa.literal(new, _c.path.type).concat(rest))
            )
        return row._replace(path=new)

    def ancestors(self, row: RecordRow) -> list[str]:
        """Return the keys of the records above, the root first."""
        ids = [int(part) for part in (row.path or "").split("/") if part][:-1]
        if not ids:
            return []
        few = Few(_c.id, ids)
        statement = KEPT.get(
            ("ancestors", few.places), lambda: sa.select(_c.id, _c.key).where(few.clause)
        )
        keys = {int(found): str(key) for found, key in self._session.all(statement, **few.values)}
        return [keys[id_] for id_ in ids if id_ in keys]

    def add_change(self, row: RecordRow, change: Change) -> None:
        """Note who changed what."""
        values = change._asdict() | {"body": canonical(change.body).decode()}
        self._session.run(_ADD_CHANGE, record_id=row.id, jurisdiction=row.jurisdiction, **values)

    def changes(self, row: RecordRow) -> list[Change]:
        """Return a record's history, oldest first."""
        return _changes(self._session.all(_CHANGES, record_id=row.id))

    def latest_changes(self, row: RecordRow, most: int) -> list[Change]:
        """Return the end of a record's history, the latest first."""
        return _changes(self._session.all(_LATEST_CHANGES, record_id=row.id, most=most))

    def _row(self, row: tuple[Any, ...] | None) -> RecordRow | None:
        if row is None:
            return None
        found = RecordRow._make(row)
        data = orjson.loads(str(found.data))
        return found._replace(data=self._opened(data) if isinstance(data, str) else data)

    def _opened(self, hashed: str) -> Mapping[str, Any]:
        """Return sealed data; nothing is left of those whose key was erased."""
        try:
            data: Mapping[str, Any] = self._blobs.get(hashed)
        except Erased:
            return {}
        return data

    def _stored(self, data: Mapping[str, Any], subject: str | None) -> str:
        if subject is None:
            return canonical(data).decode()
        return orjson.dumps(self._blobs.put(subject, data)).decode()

    def _add_index(self, record_id: int, register: str, found_by: Findable) -> None:
        shared = {"record_id": record_id, "register": register}
        rows = [
            shared
            | {
                "path": path,
                "no": no,
                "text_value": value if isinstance(value, str) else None,
                "number_value": None if isinstance(value, str) else value,
            }
            for path, values in found_by.fields.items()
            for no, value in enumerate(values)
        ]
        self._session.run_all(_ADD_FIELD, rows)
        cut = sorted(terms(found_by.search))
        self._session.run_all(_ADD_TERM, [shared | {"term": term} for term in cut])
        unique = [
            shared | {"fields": fields, "value": value} for fields, value in found_by.unique.items()
        ]
        self._session.run_all(_ADD_UNIQUE, unique)


def _changes(rows: Sequence[tuple[Any, ...]]) -> list[Change]:
    return [Change._make((*row[:-1], orjson.loads(row[-1]))) for row in rows]


def below(path: str) -> tuple[str, str]:
    """Return the range of paths of a record and all below it: from the first, before the second."""
    # "0" is the character after "/".
    return path, f"{path[:-1]}0"
