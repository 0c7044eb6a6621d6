"""Lists of cases: what waits for whom, where who acted, and pages of it by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.definitions.renaming import Before
from engine.store.record_pages import contains_word
from engine.store.records import IndexValue, below
from engine.store.schema import Moment
from engine.store.search import fold
from engine.store.session import Session
from engine.store.statement import KEPT
from engine.store.tables.cases import case_fields, cases, work_items
from engine.store.tables.records import records
from engine.store.where import Clause, Slots, Where, unindexed

#: sorts what has no such moment behind everything that has one
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
HANDLED_AT = "handled_at"
#: how many cases are looked at for the values a filter offers
LOOKED_AT = 5000

_c, _w, _f = cases.c, work_items.c, case_fields.c
COLUMNS = (
    "id", "uid", "number", "process", "initiator", "initiator_organisation", "organisation",
    "year", "step", "stage", "status", "public_status", "flags", "started_at", "arrived_at",
    "updated_at", "closed_at", "due", "outcome",
)  # fmt: skip


class CaseLine(NamedTuple):
    """A case of a page. ``order`` is the value it is ordered by."""

    id: int
    uid: str
    number: str | None
    process: str
    initiator: str | None
    initiator_organisation: str | None
    organisation: str | None
    year: int
    step: str
    stage: str | None
    status: str | None
    public_status: str | None
    flags: str
    started_at: datetime
    arrived_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    due: datetime | None
    outcome: str | None
    order: Any


class Waiting(NamedTuple):
    """Where a case waits for somebody: in a parallel step the place in a branch."""

    step: str
    stage: str | None
    status: str | None
    due: datetime | None
    arrived_at: datetime


class Handled(NamedTuple):
    """What an organisation, or a person, did last with a case."""

    step: str
    action: str | None
    at: datetime


@dataclass(frozen=True)
class Represented:
    """Somebody whose substitute the viewer is, and what they may do at the organisation."""

    person: str
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Viewer:
    """Who looks: a person, for an organisation or for themselves.

    ``path`` is the organisation's place in the tree; ``permissions`` what the person may do there.
    """

    person: str
    organisation: str | None = None
    path: str | None = None
    permissions: frozenset[str] = frozenset()
    represents: tuple[Represented, ...] = ()


class Unseen(NamedTuple):
    """In which cases a field is kept from the viewer: by process, all or only their own."""

    everywhere: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worklist:
    """Which cases.

    ``steps``, ``stages`` and ``permissions`` are those of what waits or was done, where the
    relation is about work; else those of the case. ``words`` are looked for in ``searched``: the
    number, who started cases (``initiator``), index paths of their data with the register
    they refer to, or the codes whose captions fit.
    """

    relation: str
    viewer: Viewer
    jurisdiction: str | None = None
    processes: Sequence[str] = ()
    permissions: Sequence[str] = ()
    steps: Sequence[str] = ()
    stages: Sequence[str] = ()
    #: what steps and stages of the processes were called in versions before
    before: Sequence[Before] = ()
    statuses: Sequence[str] = ()
    #: names of actions, one of which was the last one here
    handled: Sequence[str] = ()
    closed: bool | None = None
    started_here: bool = False
    where: Where | None = None
    equal: Mapping[str, Sequence[IndexValue]] = field(default_factory=dict)
    words: str = ""
    #: private values of a register that the words may stand for as a whole: (path, blinded value)
    exact: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    searched: Sequence[tuple[str, str | None]] = ()
    #: fields that the viewer does not see in all cases: by them only the others are found
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
    #: whether a deadline has passed at ``now``
    late: bool | None = None
    now: datetime | None = None
    #: one case alone: what is asked of work and fields is asked of its own, by its key
    only: int | None = None


class Worklists:
    """Questions to the rows of ``cases`` and ``work_items``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def uids(
        self, where: Where | None, *, limit: int | None = None, jurisdiction: str | None = None
    ) -> list[str]:
        """Return the ids of the cases for which a condition holds, oldest first."""
        slots = Slots()
        slotted = where.slotted(slots) if where is not None else None

        def compose() -> sa.Select[Any]:
            query = sa.select(_c.uid).order_by(_c.id).limit(limit)
            if jurisdiction is not None:
                # What the condition asks for finds few; a jurisdiction has very many.
                query = query.where(unindexed(_c.jurisdiction) == jurisdiction)
            return query if slotted is None else query.where(slotted.clause)

        statement = KEPT.get(("uids", limit, jurisdiction, slotted), compose)
        return [str(uid) for (uid,) in self._session.all(statement, **slots.values)]

    def count(self, worklist: Worklist) -> int:
        """Count the cases of a list."""
        return self.counts([worklist])[0]

    def counts(self, worklists: Sequence[Worklist]) -> list[int]:
        """Count the cases of several lists with one question."""
        each = [
            sa.select(sa.func.count()).select_from(cases).where(*_conditions(one)).scalar_subquery()
            for one in worklists
        ]
        return list(self._session.rows(sa.select(*each))[0]) if each else []

    def any_shows(self, worklists: Sequence[Worklist], case_id: int) -> bool:
        """Tell whether a case is in one of several lists, whatever else is in them."""
        if not worklists:
            return False
        each = (sa.and_(*_conditions(replace(one, only=case_id))) for one in worklists)
        found = sa.select(_c.id).where(_c.id == case_id, sa.or_(*each))
        return bool(self._session.rows(found))

    def page(
        self,
        worklist: Worklist,
        sort: str,
        *,
        descending: bool = False,
        after: tuple[Any, int] | None = None,
        limit: int = 50,
    ) -> list[CaseLine]:
        """Return the cases after the one that ``after`` names by its order and internal key."""
        column = _order(worklist, sort)
        conditions = list(_conditions(worklist))
        if after is not None:
            value = sa.literal(after[0], column.type)
            here, there = sa.tuple_(column, _c.id), sa.tuple_(value, sa.literal(after[1]))
            conditions.append(here < there if descending else here > there)
        direction = sa.desc if descending else sa.asc
        query = (
            sa.select(*(_c[name] for name in COLUMNS), column)
            .where(*conditions)
            .order_by(direction(column), direction(_c.id))
            .limit(limit)
        )
        return [CaseLine(*row) for row in self._session.rows(query)]

    def values(
        self, case_ids: Sequence[int], paths: Sequence[str]
    ) -> dict[int, dict[str, list[IndexValue]]]:
        """Return the values of some indexes for some cases."""
        found: dict[int, dict[str, list[IndexValue]]] = {}
        if not case_ids or not paths:
            return found
        query = (
            sa.select(_f.case_id, _f.path, _f.text_value, _f.number_value)
            .where(_f.case_id.in_(list(case_ids)), _f.path.in_(list(paths)))
            .order_by(_f.case_id, _f.path, _f.no)
        )
        for case_id, path, text, number in self._session.rows(query):
            values = found.setdefault(int(case_id), {}).setdefault(str(path), [])
            values.append(number if text is None else text)
        return found

    def distinct(self, worklist: Worklist, path: str, limit: int = 200) -> list[IndexValue]:
        """Return the different values the cases of a list have at a column or an index.

        Of a long list only some cases are looked at.
        """
        chosen = sa.select(_c.id).where(*_conditions(worklist)).limit(LOOKED_AT)
        if path in _c:
            query = sa.select(_c[path]).where(_c.id.in_(chosen)).distinct().order_by(_c[path])
            rows = self._session.rows(query.limit(limit))
            return [row[0] for row in rows if row[0] is not None]
        chosen = chosen.where(*_seen(worklist, path))
        fields = sa.select(_f.text_value, _f.number_value).where(
            _f.path == path, _f.case_id.in_(chosen)
        )
        fields = fields.distinct().order_by(_f.text_value, _f.number_value).limit(limit)
        return [number if text is None else text for text, number in self._session.rows(fields)]

    def tally(self, worklist: Worklist, path: str) -> list[tuple[IndexValue, int]]:
        """Count the cases of a list by their values at a column or an index."""
        chosen = sa.select(_c.id).where(*_conditions(worklist))
        if path in _c:
            query = sa.select(_c[path], sa.func.count()).where(*_conditions(worklist))
            rows = self._session.rows(query.group_by(_c[path]).order_by(_c[path]))
            return [(value, int(number)) for value, number in rows if value is not None]
        chosen = chosen.where(*_seen(worklist, path))
        number = sa.func.count(sa.distinct(_f.case_id))
        fields = (
            sa.select(_f.text_value, _f.number_value, number)
            .where(_f.path == path, _f.case_id.in_(chosen))
            .group_by(_f.text_value, _f.number_value)
            .order_by(_f.text_value, _f.number_value)
        )
        return [
            (value if text is None else text, int(counted))
            for text, value, counted in self._session.rows(fields)
        ]

    def handled(self, case_ids: Sequence[int], viewer: Viewer) -> dict[int, Handled]:
        """Return what the viewer's organisation, or the viewer, did last with some cases."""
        query = (
            sa.select(_w.case_id, _w.step, _w.action, _w.closed_at)
            .where(_w.case_id.in_(list(case_ids)), _done(viewer))
            .order_by(_w.id)
        )
        return {
            int(case_id): Handled(step, action, at)
            for case_id, step, action, at in self._session.rows(query)
        }

    def waiting_at(
        self, case_ids: Sequence[int], viewer: Viewer, permissions: Sequence[str]
    ) -> dict[int, Waiting]:
        """Return the place at which some cases wait for the viewer, the longest waiting first."""
        query = (
            sa.select(_w.case_id, _w.step, _w.stage, _w.status, _w.due, _w.opened_at)
            .where(_w.case_id.in_(list(case_ids)), _w.state == "open")
            .where(_for(viewer, permissions))
            .order_by(_w.id.desc())
        )
        return {int(case_id): Waiting(*rest) for case_id, *rest in self._session.rows(query)}

    def represented(
        self, case_ids: Sequence[int], viewer: Viewer, permissions: Sequence[str]
    ) -> dict[int, str]:
        """Return whose substitute the viewer is in cases that do not wait for the viewer as well.

        Nothing is asked for who is nobody's substitute.
        """
        found: dict[int, str] = {}
        if not case_ids or not viewer.represents:
            return found
        waiting = sa.select(_w.case_id).where(
            _w.case_id.in_(list(case_ids)), _w.state == sa.literal_column("'open'")
        )
        own = waiting.where(_for(replace(viewer, represents=()), permissions))
        mine = {case_id for (case_id,) in self._session.rows(own)}
        for other in viewer.represents:
            either = sa.or_(
                _theirs(viewer, other, permissions),
                sa.and_(_w.person == other.person, _w.organisation.is_(None)),
            )
            for (case_id,) in self._session.rows(waiting.where(either)):
                if case_id not in mine:
                    found.setdefault(int(case_id), other.person)
        return found

    def where_open(self, case_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the organisations at which some cases wait now."""
        query = (
            sa.select(_w.case_id, _w.organisation)
            .where(_w.case_id.in_(list(case_ids)), _w.state == "open", _w.organisation.is_not(None))
            .distinct()
            .order_by(_w.case_id, _w.organisation)
        )
        found: dict[int, list[str]] = {}
        for case_id, organisation in self._session.rows(query):
            found.setdefault(int(case_id), []).append(str(organisation))
        return found


def _conditions(worklist: Worklist) -> list[Clause]:
    conditions = [_related(worklist)]
    if worklist.jurisdiction is not None:
        conditions.append(_c.jurisdiction == worklist.jurisdiction)
    if worklist.processes:
        conditions.append(_c.process.in_(list(worklist.processes)))
    # What waits has a status of its own: in a parallel step that of its branch.
    if worklist.statuses and worklist.relation != "waiting":
        conditions.append(_c.status.in_(list(worklist.statuses)))
    if worklist.closed is not None:
        closed = _c.closed_at.is_not(None)
        conditions.append(closed if worklist.closed else sa.not_(closed))
    if worklist.late is not None and worklist.now is not None:
        late = sa.and_(_c.closed_at.is_(None), _c.due.is_not(None), _c.due <= worklist.now)
        conditions.append(late if worklist.late else sa.not_(late))
    for path, values in worklist.equal.items():
        conditions += [_equal(path, values), *_seen(worklist, path)]
    conditions += [_found(worklist, word) for word in fold(worklist.words).split()]
    if worklist.where is not None:
        conditions.append(worklist.where.clause_of(worklist.only))
    return conditions


def _work(worklist: Worklist) -> sa.Select[Any]:
    """The cases of work items; of one case those of its own."""
    work = sa.select(_w.case_id)
    return work if worklist.only is None else work.where(_w.case_id == worklist.only)


def _related(worklist: Worklist) -> Clause:
    viewer = worklist.viewer
    match worklist.relation:
        case "waiting":
            return _waiting(worklist)
        case "acted":
            return _acted(worklist)
        case "here" if viewer.organisation is not None:
            is_open = _w.state == sa.literal_column("'open'")
            waits = sa.and_(is_open, _w.organisation == viewer.organisation, *_work_at(worklist))
            return sa.or_(_c.id.in_(sa.select(_w.case_id).where(waits)), _acted(worklist))
        case "here":
            return _acted(worklist)
        case "below":
            low, high = below(viewer.path or "/")
            inside = sa.select(records.c.key).where(
                records.c.register == "organisations",
                records.c.path >= low,
                records.c.path < high,
            )
            found = _work(worklist).where(_w.organisation.in_(inside))
            return sa.and_(_c.id.in_(found), *_at(worklist))
        case "mine":
            mine = _c.initiator == viewer.person
            if worklist.started_here and viewer.organisation is not None:
                mine = _c.initiator_organisation == viewer.organisation
            return sa.and_(mine, *_at(worklist))
    return sa.and_(sa.true(), *_at(worklist))


def _at(worklist: Worklist) -> list[Clause]:
    """Where the case is now."""
    found: list[Clause] = []
    if worklist.steps:
        found.append(_named(worklist, "steps", _c.step, _c.process.in_))
    if worklist.stages:
        found.append(_named(worklist, "stages", _c.stage, _c.process.in_))
    return found


def _work_at(worklist: Worklist) -> list[Clause]:
    """Where what waits or was done is: a step, and a stage."""
    found: list[Clause] = []
    if worklist.steps:
        found.append(_named(worklist, "steps", _w.step, _of_process))
    if worklist.stages:
        found.append(_named(worklist, "stages", _w.stage, _of_process))
    return found


def _named(
    worklist: Worklist,
    what: str,
    column: sa.ColumnElement[Any],
    of: Callable[[list[str]], Clause],
) -> Clause:
    """Whether a step or stage is one of the list, by the name its version gives it."""
    wanted = list(getattr(worklist, what))
    now = column.in_(wanted)
    before = [
        sa.and_(column.in_(names), of([one.process]))
        for one in worklist.before
        if (names := [old for name in wanted for old in getattr(one, what).get(name, ())])
    ]
    return sa.or_(now, *before) if before else now


def _of_process(processes: list[str]) -> Clause:
    """Whether work belongs to a case of a process; asked by key, and only of names before."""
    owner = cases.alias()
    return sa.exists().where(owner.c.id == _w.case_id, owner.c.process.in_(processes))


def _waiting(worklist: Worklist) -> Clause:
    viewer = worklist.viewer
    open_work = _work(worklist).where(_w.state == sa.literal_column("'open'"))
    open_work = open_work.where(*_work_at(worklist))
    if worklist.statuses:
        open_work = open_work.where(_w.status.in_(list(worklist.statuses)))
    for_me = _c.id.in_(open_work.where(_w.person == viewer.person))
    if viewer.organisation is None:
        return for_me
    here = open_work.where(_here(viewer, worklist.permissions))
    found = [for_me, sa.and_(_c.id.in_(here), _not_of(viewer.person))]
    for other in viewer.represents:
        theirs = open_work.where(_theirs(viewer, other, worklist.permissions))
        found.append(sa.and_(_c.id.in_(theirs), _not_of(viewer.person), _not_of(other.person)))
        found.append(
            sa.and_(
                _c.id.in_(open_work.where(_w.person == other.person, _w.organisation.is_(None))),
                _c.initiator == other.person,
                _c.initiator_organisation == viewer.organisation,
            )
        )
    return sa.or_(*found)


def _not_of(person: str) -> Clause:
    """Nobody reviews what they started for themselves; for an organisation it goes on (ADR 9)."""
    return sa.or_(
        _c.initiator_organisation.is_not(None), sa.func.coalesce(_c.initiator, "") != person
    )


def _here(viewer: Viewer, permissions: Sequence[str]) -> Clause:
    """What waits at the organisation for holders of permissions the viewer has."""
    held = viewer.permissions & set(permissions or viewer.permissions)
    return sa.and_(
        _w.organisation == viewer.organisation,
        _w.permission.in_(sorted(held)),
        _w.person.is_(None),
        sa.or_(_w.claimed_by.is_(None), _w.claimed_by == viewer.person),
    )


def _theirs(viewer: Viewer, other: Represented, permissions: Sequence[str]) -> Clause:
    """What waits at the organisation for somebody whose substitute the viewer is."""
    held = other.permissions & set(permissions or other.permissions)
    return sa.and_(
        _w.organisation == viewer.organisation,
        sa.or_(
            _w.person == other.person,
            sa.and_(
                _w.permission.in_(sorted(held)),
                _w.person.is_(None),
                sa.or_(_w.claimed_by.is_(None), _w.claimed_by == other.person),
            ),
        ),
    )


def _for(viewer: Viewer, permissions: Sequence[str]) -> Clause:
    for_me = _w.person == viewer.person
    if viewer.organisation is None:
        return for_me
    theirs = (_theirs(viewer, other, permissions) for other in viewer.represents)
    return sa.or_(for_me, _here(viewer, permissions), *theirs)


def _done(viewer: Viewer) -> Clause:
    # Written out, as the partial indexes are.
    done: sa.ColumnElement[str] = sa.literal_column("'done'")
    if viewer.organisation is None:
        return sa.and_(_w.state == done, _w.closed_by == viewer.person)
    return sa.and_(_w.state == done, _w.closed_organisation == viewer.organisation)


def _acted(worklist: Worklist) -> Clause:
    conditions: list[Clause] = [_done(worklist.viewer), *_work_at(worklist)]
    if worklist.only is not None:
        conditions.append(_w.case_id == worklist.only)
    if worklist.handled:
        latest = sa.select(sa.func.max(_w.id)).where(*conditions).group_by(_w.case_id)
        conditions = [_w.id.in_(latest), _w.action.in_(list(worklist.handled))]
    return _c.id.in_(sa.select(_w.case_id).where(*conditions))


def _equal(path: str, values: Sequence[IndexValue]) -> Clause:
    if path in _c:
        if isinstance(_c[path].type, sa.Integer):
            return _c[path].in_([int(value) for value in values])
        return _c[path].in_([str(value) for value in values])
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    found = sa.or_(_f.text_value.in_(texts), _f.number_value.in_(numbers))
    return _c.id.in_(sa.select(_f.case_id).where(_f.path == path, found))


def _found(worklist: Worklist, word: str) -> Clause:
    either: list[Clause] = []
    for path, register in worklist.searched:
        if register is not None:
            known = sa.select(records.c.key).where(
                records.c.register == register,
                *contains_word(register, word, worklist.exact.get(register, ())),
            )
        if path in _c:
            column = _c[path]
            either.append(
                column.in_(known)
                if register is not None
                else sa.func.lower(column).contains(word, autoescape=True)
            )
            continue
        value = (
            _f.text_value.in_(known)
            if register is not None
            else sa.func.lower(_f.text_value).contains(word, autoescape=True)
        )
        found = _c.id.in_(sa.select(_f.case_id).where(_f.path == path, value))
        either.append(sa.and_(found, *_seen(worklist, path)))
    return sa.or_(sa.false(), *either)


def _order(worklist: Worklist, sort: str) -> sa.ColumnElement[Any]:
    if sort == HANDLED_AT:
        latest = sa.select(sa.func.max(_w.closed_at)).where(
            _w.case_id == _c.id, _done(worklist.viewer)
        )
        handled = latest.correlate(cases).scalar_subquery()
        return sa.type_coerce(sa.func.coalesce(handled, _c.updated_at), _c.updated_at.type)
    if sort in _c:
        column = _c[sort]
        if not column.nullable:
            return column
        if isinstance(column.type, Moment):
            never = sa.literal(_NEVER, column.type)
            return sa.type_coerce(sa.func.coalesce(column, never), column.type)
        return sa.func.coalesce(column, "")
    value = sa.select(sa.func.min(_f.text_value)).where(
        _f.case_id == _c.id, _f.path == sort, *_seen(worklist, sort)
    )
    return sa.func.coalesce(value.correlate(cases).scalar_subquery(), "")


def _seen(worklist: Worklist, path: str) -> list[Clause]:
    """Leave out the cases in which the viewer does not see a field."""
    unseen = worklist.unseen.get(path, Unseen())
    found: list[Clause] = []
    if unseen.everywhere:
        found.append(_c.process.not_in(unseen.everywhere))
    if unseen.own:
        own = sa.func.coalesce(_c.initiator, "") == worklist.viewer.person
        found.append(sa.not_(sa.and_(_c.process.in_(unseen.own), own)))
    return found
