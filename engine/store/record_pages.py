"""Pages of records: conditions, search, order and key-set paging over the indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.records import NO_NUMBER, IndexValue, below
from engine.store.search import fold, wanted
from engine.store.session import Session
from engine.store.tables.records import record_fields, record_terms, records

ORGANISATIONS = "organisations"
#: what a page may be ordered by without an index of its own
OWN = ("id", "state")

_c, _f, _t = records.c, record_fields.c, record_terms.c
Condition = sa.ColumnElement[bool]


class Order(NamedTuple):
    """What records are ordered by; equal ones by their age."""

    path: str
    number: bool = False
    descending: bool = False


@dataclass(frozen=True)
class Selection:
    """Which records.

    Attributes:
        register: the register.
        where: a condition made by :mod:`engine.store.where`.
        words: a typed text; records must contain each of its words.
        exact: (index path, value), any of which does in place of the words.
        equal: index path → values, one of which the record must have.
        states: one of these; none given = any.
        not_states: none of these.
        jurisdiction: only records of it.
        scope_path: only records that belong to the organisation with this path, or to one below.
        without_itself: not those of that organisation itself.
        tree_path: only records below the one with this path in their own tree, itself included.
        keys: only these.
    """

    register: str
    where: Condition | None = None
    words: str = ""
    exact: Sequence[tuple[str, str]] = ()
    equal: Mapping[str, Sequence[IndexValue]] = field(default_factory=dict)
    states: Sequence[str] = ()
    not_states: Sequence[str] = ()
    jurisdiction: str | None = None
    scope_path: str | None = None
    without_itself: bool = False
    tree_path: str | None = None
    keys: Sequence[str] | None = None


class Found(NamedTuple):
    """A record of a page, without its data."""

    id: int
    key: str
    state: str
    scope: str | None
    path: str | None
    #: the value it is ordered by
    order: IndexValue


class RecordPages:
    """Questions to the rows of ``records``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        selection: Selection,
        order: Order,
        *,
        after: tuple[IndexValue, int] | None = None,
        limit: int = 20,
    ) -> list[Found]:
        """Return the records after the one that ``after`` names by its order and internal key."""
        conditions = list(_conditions(selection))
        column: sa.ColumnElement[Any]
        source: sa.FromClause = records
        tie: sa.ColumnElement[int] = _c.id
        if order.path == "id":
            column = _c.key
        elif order.path == "state":
            column = _c.state
        else:
            source = record_fields.join(records, _c.id == _f.record_id)
            column = _f.number_value if order.number else _f.text_value
            tie = _f.record_id
            conditions += [
                _f.register == selection.register,
                _f.path == order.path,
                _f.no == 0,
            ]
        if after is not None:
            value, record_id = after
            beyond = sa.tuple_(column, tie)
            limit_row = sa.tuple_(sa.literal(value, column.type), sa.literal(record_id))
            conditions.append(beyond < limit_row if order.descending else beyond > limit_row)
        direction = sa.desc if order.descending else sa.asc
        query = (
            sa.select(_c.id, _c.key, _c.state, _c.scope, _c.path, column)
            .select_from(source)
            .where(*conditions)
            .order_by(direction(column), direction(tie))
            .limit(limit)
        )
        return [Found(*row) for row in self._session.rows(query)]

    def count(self, selection: Selection) -> int:
        """Count the records."""
        query = sa.select(sa.func.count()).select_from(records).where(*_conditions(selection))
        return int(self._session.rows(query)[0][0])

    def keys(self, selection: Selection, *, limit: int | None = None) -> list[str]:
        """Return the keys of the records, in the order of keys."""
        query = sa.select(_c.key).where(*_conditions(selection)).order_by(_c.key)
        if limit is not None:
            query = query.limit(limit)
        return [str(key) for (key,) in self._session.rows(query)]

    def distinct(self, selection: Selection, path: str) -> list[IndexValue]:
        """Return the different values the records have at an index, in order."""
        query = (
            sa.select(_f.text_value, _f.number_value)
            .select_from(record_fields.join(records, _c.id == _f.record_id))
            .where(_f.register == selection.register, _f.path == path, *_conditions(selection))
            .distinct()
            .order_by(_f.text_value, _f.number_value)
        )
        found = (number if text is None else text for text, number in self._session.rows(query))
        return [each for each in found if each not in ("", NO_NUMBER)]

    def texts(self, register: str, keys: Sequence[str], path: str) -> dict[str, str]:
        """Return the text each record has at an index: what references are shown as."""
        found: dict[str, str] = {}
        for start in range(0, len(keys), 500):
            query = (
                sa.select(_c.key, _f.text_value)
                .select_from(records.join(record_fields, _f.record_id == _c.id))
                .where(
                    _c.register == register,
                    _c.key.in_(keys[start : start + 500]),
                    _f.path == path,
                    _f.no == 0,
                )
            )
            found |= {str(key): str(text) for key, text in self._session.rows(query) if text}
        return found

    def values(
        self, record_ids: Sequence[int], paths: Sequence[str]
    ) -> dict[int, dict[str, IndexValue]]:
        """Return the first value of some indexes for some records; absent ones are left out."""
        query = sa.select(_f.record_id, _f.path, _f.text_value, _f.number_value).where(
            _f.record_id.in_(list(record_ids)), _f.path.in_(list(paths)), _f.no == 0
        )
        found: dict[int, dict[str, IndexValue]] = {}
        for record_id, path, text, number in self._session.rows(query):
            value = number if text is None else text
            if value not in ("", NO_NUMBER):
                found.setdefault(int(record_id), {})[str(path)] = value
        return found

    def users(self, key: str, fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return (register, key) of records that refer to a key at any (register, path)."""
        if not fields:
            return []
        refers = [sa.and_(_f.register == register, _f.path == path) for register, path in fields]
        query = (
            sa.select(_c.register, _c.key)
            .select_from(record_fields.join(records, _c.id == _f.record_id))
            .where(_f.text_value == key, sa.or_(*refers))
            .order_by(_c.register, _c.key)
            .limit(10)
        )
        return [(str(register), str(found)) for register, found in self._session.rows(query)]


def field_is(register: str, path: str, condition: Condition) -> Condition:
    """Return the condition that a record has a row at an index for which ``condition`` holds."""
    rows = sa.select(_f.record_id).where(_f.register == register, _f.path == path, condition)
    return _c.id.in_(rows)


def _conditions(selection: Selection) -> list[Condition]:
    register = selection.register
    conditions: list[Condition] = [_c.register == register]
    if selection.keys is not None:
        conditions.append(_c.key.in_(list(selection.keys)))
    if selection.states:
        conditions.append(_c.state.in_(list(selection.states)))
    if selection.not_states:
        conditions.append(_c.state.not_in(list(selection.not_states)))
    if selection.jurisdiction is not None:
        conditions.append(_c.jurisdiction == selection.jurisdiction)
    for path, values in selection.equal.items():
        conditions.append(_equal(register, path, values))
    if selection.scope_path is not None:
        conditions.append(_c.scope.in_(_organisations(selection)))
    if selection.tree_path is not None:
        low, high = below(selection.tree_path)
        conditions += [_c.path >= low, _c.path < high]
    words = fold(selection.words).split()
    if words:
        contained = sa.and_(*(each for word in words for each in contains_word(register, word)))
        exact = [_equal(register, path, [value]) for path, value in selection.exact]
        conditions.append(sa.or_(contained, *exact))
    if selection.where is not None:
        conditions.append(selection.where)
    return conditions


def _equal(register: str, path: str, values: Sequence[IndexValue]) -> Condition:
    if path in OWN:
        column = _c.key if path == "id" else _c.state
        return column.in_([str(value) for value in values])
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    either = [column.in_(some) for column, some in
              ((_f.text_value, texts), (_f.number_value, numbers)) if some]  # fmt: skip
    return field_is(register, path, sa.or_(*either) if either else sa.false())


def _organisations(selection: Selection) -> sa.Select[Any]:
    assert selection.scope_path is not None
    low, high = below(selection.scope_path)
    above = records.alias("above")
    lowest = above.c.path > low if selection.without_itself else above.c.path >= low
    return sa.select(above.c.key).where(
        above.c.register == ORGANISATIONS, lowest, above.c.path < high
    )


def contains_word(register: str, word: str) -> list[Condition]:
    """Return that a record contains a word: all its pairs are indexed, and it stands as it is."""
    found: list[Condition] = [
        _c.id.in_(sa.select(_t.record_id).where(_t.register == register, _t.term.startswith(term, autoescape=True)))
        if len(term) == 1
        else _c.id.in_(sa.select(_t.record_id).where(_t.register == register, _t.term == term))
        for term in wanted(word)
    ]
    if len(word) > 2:
        found.append(_c.search.contains(word, autoescape=True))
    return found
