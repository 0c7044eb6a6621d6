"""Pages of records: conditions, search, order and key-set paging over the indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.records import NO_NUMBER, IndexValue, below
from engine.store.search import fold, wanted
from engine.store.session import Session
from engine.store.statement import KEPT, Few, Statement, given
from engine.store.tables.records import record_fields, record_terms, records
from engine.store.where import Slots, Where, is_text, one_of, unindexed

ORGANISATIONS = "organisations"
#: what a page may be ordered by without an index of its own
OWN = ("id", "state")
#: so many records are sorted rather than looked for in order
FEW = 2000
#: so many keys are compared one by one in a statement that is kept
FEW_KEYS = 4

_c, _f, _t = records.c, record_fields.c, record_terms.c
Condition = sa.ColumnElement[bool]
_TEXT = Statement(
    sa.select(_f.text_value)
    .select_from(records.join(record_fields, _f.record_id == _c.id))
    .where(
        _c.register == given(_c.register),
        _c.key == given(_c.key),
        _f.path == given(_f.path),
        _f.no == sa.literal_column("0"),
    )
)


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
        where: a condition over them.
        words: a typed text; records must contain each of its words.
        exact: (index path, value), any of which does in place of the words.
        equal: index path → values, one of which the record must have.
        between: index path → the lowest and the highest text it may have.
        not_states: in none of these states.
        jurisdiction: only records of it.
        scope_path: only records that belong to the organisation with this path, or to one below.
        without_itself: not those of that organisation itself.
        scope: only records that belong to this very organisation.
        tree_path: only records below the one with this path in their own tree, itself included.
        keys: only these.
    """

    register: str
    where: Where | None = None
    words: str = ""
    exact: Sequence[tuple[str, str]] = ()
    equal: Mapping[str, Sequence[IndexValue]] = field(default_factory=dict)
    between: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    not_states: Sequence[str] = ()
    jurisdiction: str | None = None
    scope_path: str | None = None
    without_itself: bool = False
    scope: str | None = None
    tree_path: str | None = None
    keys: Sequence[str] | None = None

    def slotted(self, slots: Slots) -> Selection | None:
        """The same with slots in place of the values that differ from one search to the next.

        None for what people type and choose on pages: too many forms to be worth keeping.
        """
        typed = self.words or self.scope_path or self.tree_path or self.scope or self.between
        if typed or len(self.keys or ()) > FEW_KEYS:
            return None
        equal = {path: tuple(map(slots.take, values)) for path, values in self.equal.items()}
        keys = None if self.keys is None else tuple(map(slots.take, self.keys))
        where = None if self.where is None else self.where.slotted(slots)
        return replace(self, where=where, equal=equal, keys=keys)

    @property
    def form(self) -> tuple[Any, ...]:
        """What two selections with slots have in common if their SQL is the same."""
        equal = tuple(self.equal.items())
        asked = self.register, self.jurisdiction, tuple(self.not_states)
        return *asked, self.where, equal, self.keys


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
        few = self._finds_few(selection)
        conditions = _conditions(selection, few=few)
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
            conditions.append(_f.no == 0)
            if few:
                # Sorting the few is faster than going through all in order.
                conditions.append(unindexed(_f.path) == order.path)
                column = unindexed(column, order.number)
            else:
                conditions += [_f.register == selection.register, _f.path == order.path]
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

    def count(self, selection: Selection, *, most: int | None = None) -> int:
        """Count the records, up to ``most``."""
        few = self._finds_few(selection)
        chosen = sa.select(_c.id).where(*_conditions(selection, few=few))
        return self._counted(chosen if most is None else chosen.limit(most))

    def _counted(self, chosen: sa.Select[Any]) -> int:
        query = sa.select(sa.func.count()).select_from(chosen.subquery())
        return int(self._session.rows(query)[0][0])

    def _finds_few(self, selection: Selection) -> bool:
        """Tell whether some condition alone leaves few records.

        Neither database knows that without statistics, and each goes wrong the other way: through a
        million rows in order to find ten, or through a million matches to show the first ten.
        """
        return any(self._counted(probe.limit(FEW + 1)) <= FEW for probe in _probes(selection))

    def keys(self, selection: Selection, *, limit: int | None = None) -> list[str]:
        """Return the keys of the records, in the order of keys."""

        def compose(selection: Selection) -> sa.Select[Any]:
            query = sa.select(_c.key).where(*_conditions(selection, few=True)).order_by(_c.key)
            return query if limit is None else query.limit(limit)

        return [str(key) for (key,) in self._found(selection, ("keys", limit), compose)]

    def distinct(self, selection: Selection, path: str) -> list[IndexValue]:
        """Return the different values the records have at an index, in order."""

        def compose(selection: Selection) -> sa.Select[Any]:
            return (
                sa.select(_f.text_value, _f.number_value)
                .select_from(record_fields.join(records, _c.id == _f.record_id))
                .where(
                    _f.register == selection.register,
                    _f.path == path,
                    *_conditions(selection, few=True),
                )
                .distinct()
                .order_by(_f.text_value, _f.number_value)
            )

        rows = self._found(selection, ("distinct", path), compose)
        found = (number if text is None else text for text, number in rows)
        return [each for each in found if each not in ("", NO_NUMBER)]

    def tally(self, selection: Selection, path: str) -> list[tuple[IndexValue, int]]:
        """Return the different values the records have at an index, and how many have each."""
        chosen = sa.select(_c.id).where(*_conditions(selection, few=False)).subquery()
        query = (
            sa.select(_f.text_value, _f.number_value, sa.func.count(_f.record_id.distinct()))
            .where(_f.record_id.in_(sa.select(chosen.c.id)), _f.path == path)
            .group_by(_f.text_value, _f.number_value)
            .order_by(_f.text_value, _f.number_value)
        )
        rows = (
            (number if text is None else text, int(count))
            for text, number, count in self._session.rows(query)
        )
        return [(value, count) for value, count in rows if value not in ("", NO_NUMBER)]

    def _found(
        self,
        selection: Selection,
        question: tuple[Any, ...],
        compose: Callable[[Selection], sa.Select[Any]],
    ) -> list[tuple[Any, ...]]:
        """Ask what facts and forms ask in every command: composed once, run with other values."""
        slots = Slots()
        slotted = selection.slotted(slots)
        if slotted is None:
            return self._session.rows(compose(selection))
        statement = KEPT.get((question, slotted.form), lambda: compose(slotted))
        return self._session.all(statement, **slots.values)

    def first_values(self, register: str, path: str, limit: int) -> list[str]:
        """Return the first different texts at an index, jumping from one to the next.

        Neither database jumps by itself: asked for different values, it goes through all rows.
        """
        found: list[str] = []
        last = ""
        while len(found) < limit:
            query = sa.select(sa.func.min(_f.text_value)).where(
                _f.register == register, _f.path == path, _f.text_value > last
            )
            value = self._session.rows(query)[0][0]
            if value is None:
                break
            last = str(value)
            found.append(last)
        return found

    def text(self, register: str, key: str, path: str) -> str | None:
        """Return the text one record has at an index."""
        row = self._session.one(_TEXT, register=register, key=key, path=path)
        return str(row[0]) if row is not None and row[0] else None

    def texts(
        self, register: str, keys: Sequence[str], path: str, jurisdiction: str | None = None
    ) -> dict[str, str]:
        """Return the text each record has at an index: what references are shown as.

        Args:
            register: of which register.
            keys: of which records.
            path: the index.
            jurisdiction: only records of it.
        """
        found: dict[str, str] = {}
        own = {} if jurisdiction is None else {"jurisdiction": jurisdiction}
        for start in range(0, len(keys), 500):
            few = Few(_c.key, keys[start : start + 500])
            statement = KEPT.get(("texts", few.places, bool(own)), partial(_texts, few, bool(own)))
            rows = self._session.all(statement, register=register, path=path, **own, **few.values)
            found |= {str(key): str(text) for key, text in rows if text}
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


def _texts(few: Few, of_one: bool) -> sa.Select[Any]:
    statement = (
        sa.select(_c.key, _f.text_value)
        .select_from(records.join(record_fields, _f.record_id == _c.id))
        .where(_c.register == given(_c.register), _f.path == given(_f.path), _f.no == 0)
        .where(few.clause)
    )
    return statement.where(_c.jurisdiction == given(_c.jurisdiction)) if of_one else statement


def _conditions(selection: Selection, *, few: bool) -> list[Condition]:
    """Return the conditions of a selection; ``few`` lets them lead, else the order leads."""
    register = selection.register
    conditions: list[Condition] = [_c.register == register]
    if selection.keys is not None:
        conditions.append(one_of(_c.key, selection.keys))
    conditions += [_c.state != state for state in selection.not_states]
    if selection.jurisdiction is not None:
        conditions.append(_c.jurisdiction == selection.jurisdiction)
    if selection.scope is not None:
        conditions.append(_c.scope == selection.scope)
    for path, values in selection.equal.items():
        if path in OWN:
            column = _c.key if path == "id" else _c.state
            conditions.append(one_of(column, values))
        else:
            found = _with_value(register, path, values)
            conditions.append(_c.id.in_(found) if few else _each(found, _f.record_id == _c.id))
    for path, (lowest, highest) in selection.between.items():
        conditions.append(
            _c.id.in_(
                sa.select(_f.record_id).where(
                    _f.register == register,
                    _f.path == path,
                    _f.text_value >= lowest,
                    _f.text_value <= highest,
                )
            )
        )
    if selection.scope_path is not None:
        conditions.append(_in_scope(selection, few))
    if selection.tree_path is not None:
        low, high = below(selection.tree_path)
        place = _c.path if few else unindexed(_c.path)
        conditions += [place >= low, place < high]
    words = fold(selection.words).split()
    if words:
        conditions.append(_c.id.in_(_hits(selection, words)))
    if selection.where is not None:
        conditions.append(selection.where.clause)
    return conditions


def _probes(selection: Selection) -> list[sa.Select[Any]]:
    """Return each condition that an index answers, as a question of its own."""
    found: list[sa.Select[Any]] = []
    if selection.keys is not None:
        found.append(
            sa.select(_c.id).where(
                _c.register == selection.register, _c.key.in_(list(selection.keys))
            )
        )
    for path, values in selection.equal.items():
        if path not in OWN:
            found.append(_with_value(selection.register, path, values))
    if selection.scope_path is not None:
        found.append(_organisations(selection))
    if selection.tree_path is not None:
        low, high = below(selection.tree_path)
        found.append(
            sa.select(_c.id).where(
                _c.register == selection.register, _c.path >= low, _c.path < high
            )
        )
    words = fold(selection.words).split()
    if words:
        found.append(sa.select(_c.id).where(_c.id.in_(_hits(selection, words))))
    return found


def _with_value(register: str, path: str, values: Sequence[IndexValue]) -> sa.Select[Any]:
    """Return the internal keys of the records with one of some values at an index."""
    texts = [value for value in values if is_text(value)]
    numbers = [value for value in values if not is_text(value)]
    either = [one_of(column, some) for column, some in
              ((_f.text_value, texts), (_f.number_value, numbers)) if some]  # fmt: skip
    return sa.select(_f.record_id).where(
        _f.register == register, _f.path == path, sa.or_(*either) if either else sa.false()
    )


def _each(rows: sa.Select[Any], same: Condition) -> Condition:
    """Return the same question asked for each record on its own."""
    return rows.where(same).correlate(records).exists()


def _organisations(selection: Selection) -> sa.Select[Any]:
    """Return the keys of the organisations of the subtree that records must belong to."""
    assert selection.scope_path is not None
    low, high = below(selection.scope_path)
    above = records.alias("above")
    lowest = above.c.path > low if selection.without_itself else above.c.path >= low
    return sa.select(above.c.key).where(
        above.c.register == ORGANISATIONS, lowest, above.c.path < high
    )


def _in_scope(selection: Selection, few: bool) -> Condition:
    """Return that a record belongs to an organisation of the subtree."""
    assert selection.scope_path is not None
    if selection.register == ORGANISATIONS:
        low, high = below(selection.scope_path)
        place = _c.path if few else unindexed(_c.path)
        return sa.and_(place > low if selection.without_itself else place >= low, place < high)
    inside = _organisations(selection)
    if few:
        return _c.scope.in_(inside)
    above = inside.get_final_froms()[0]
    return _each(inside, above.c.key == _c.scope)


def _hits(selection: Selection, words: Sequence[str]) -> Any:
    """Return the keys of the records that contain all words, or have one of the exact values."""
    register = selection.register
    pairs = [term for word in words for term in wanted(word)]
    hits: Any = sa.intersect(*(_with_term(register, term) for term in pairs))
    if len(pairs) == 1:
        hits = _with_term(register, pairs[0])
    longer = [word for word in words if len(word) > 2]
    if longer:
        # Its pairs may stand apart from each other; the word itself must be there.
        whole = (_c.search.contains(word, autoescape=True) for word in longer)
        hits = sa.select(_c.id).where(_c.id.in_(hits), *whole)
    if selection.exact:
        exact = [
            sa.select(_f.record_id).where(
                _f.register == register, _f.path == path, _f.text_value == value
            )
            for path, value in selection.exact
        ]
        hits = sa.union(hits if isinstance(hits, sa.Select) else hits.subquery().select(), *exact)
    return hits


def _with_term(register: str, term: str) -> sa.Select[Any]:
    has = _t.term == term if len(term) > 1 else _t.term.startswith(term, autoescape=True)
    return sa.select(_t.record_id).where(_t.register == register, has)


def contains_word(
    register: str, word: str, exact: Sequence[tuple[str, str]] = ()
) -> list[Condition]:
    """Return that a record contains a word: all its pairs are indexed, and it stands as it is.

    Or it has one of the ``exact`` values, see :class:`Selection`.
    """
    return [_c.id.in_(_hits(Selection(register, exact=exact), [word]))]
