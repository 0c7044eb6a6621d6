"""Records of registers inside a unit of work: read for facts and forms, written with their index.

Rights are not asked here: this is what other services use. People come in through
:mod:`engine.services.registers`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.definitions.jurisdiction import Pool
from engine.definitions.process import Formula
from engine.definitions.register import ORGANISATIONS, PEOPLE, Register
from engine.definitions.release import Release
from engine.definitions.route import SUPERIOR
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotFound, Refused, Stale
from engine.domain.paths import at_path, with_paths
from engine.expressions.where import Condition
from engine.services.dates import FollowedDates
from engine.services.definitions import Definitions
from engine.services.form_lookup import Columns, FormLookup
from engine.services.ranges import NumberRanges
from engine.services.record_fit import as_days, demand_fit
from engine.services.record_index import RecordIndex, tree_parent
from engine.services.record_views import Views, ViewsOfUnits, plain
from engine.store.database import Store
from engine.store.errors import Duplicate
from engine.store.record_pages import Selection
from engine.store.records import Change, Findable, RecordRow
from engine.store.unit import UnitOfWork
from engine.store.where import CASES, Catalogue, Where

DEFAULT_ZONE = "Asia/Shanghai"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Records:
    """Reads and writes records; founded on the content in force."""

    def __init__(self, store: Store, definitions: Definitions, clock: Clock) -> None:
        self.store = store
        self._definitions = definitions
        self._clock = clock
        self._views = ViewsOfUnits(self._new_views)
        self._indexes: dict[str, RecordIndex] = {}
        self._columns = Columns()
        self.ranges = NumberRanges(self)
        self._new_key: Callable[[], str] = _random_key
        #: cases that are to look at their dates again when a record changes
        self.followed = FollowedDates(definitions)
        #: takes the actions of a record that was written which the system takes by itself
        self.automatic: Callable[[UnitOfWork, Register, RecordRow, str], RecordRow] = _nothing

    @property
    def release(self) -> Release:
        """The content in force."""
        return self._definitions.current

    @property
    def index(self) -> RecordIndex:
        """How records of the content in force are found."""
        release = self.release
        if release.hash not in self._indexes:
            self._indexes = {release.hash: RecordIndex(release, self.store.sealer)}
        return self._indexes[release.hash]

    def catalogue(self, jurisdiction: str | None = None) -> Catalogue:
        """What ``where`` may search."""
        return self.index.catalogue(self.zone(jurisdiction))

    def zone(self, jurisdiction: str | None) -> ZoneInfo:
        """The time zone of a jurisdiction."""
        known = self.release.jurisdictions.get(jurisdiction or "")
        return ZoneInfo(known.zone if known is not None else DEFAULT_ZONE)

    def now(self, jurisdiction: str | None = None) -> datetime:
        """The present moment in a jurisdiction's zone."""
        return self._clock.now().astimezone(self.zone(jurisdiction))

    def calendar(self, jurisdiction: str | None) -> Any:
        """The working days of a jurisdiction."""
        known = self.release.jurisdictions.get(jurisdiction or "")
        return self.release.calendars.get(known.calendar or "") if known is not None else None

    @property
    def definitions(self) -> Definitions:
        """Where the content in force comes from."""
        return self._definitions

    def views(self, unit: UnitOfWork) -> Views:
        """The records a unit of work looks at."""
        return self._views.of(unit)

    def _new_views(self, unit: UnitOfWork) -> Views:
        return self.views_under(unit, self.release)

    def views_under(self, unit: UnitOfWork, release: Release) -> Views:
        """The records as another release sees them."""
        jurisdiction = next(iter(release.jurisdictions), None)
        return Views(unit, release, self.now(jurisdiction), self.calendar(jurisdiction))

    def names(self, unit: UnitOfWork, actor: Actor) -> dict[str, Any]:
        """What expressions of registers and lists read beside their row."""
        views = self.views(unit)
        return {
            **views.names,
            "actor": views.view(PEOPLE, actor.person),
            "here": views.view(ORGANISATIONS, actor.organisation),
        }

    def lookup(
        self,
        unit: UnitOfWork,
        jurisdiction: str | None = None,
        *,
        release: Release | None = None,
    ) -> FormLookup:
        """What forms ask the content and the records through, offering a jurisdiction's.

        A preview asks the ``release`` it belongs to.
        """
        return FormLookup(
            unit,
            release or self.release,
            self.views(unit),
            self.index,
            self.catalogue(jurisdiction),
            self._columns,
            jurisdiction,
        )

    # ------------------------------------------------------------ numbers

    def take_number(self, unit: UnitOfWork, pool: Pool, of: str | None, year: int) -> Sequence[str]:
        """Take a number from somebody's ranges; those passed over come behind it.

        Raises:
            Refused: none is left.
        """
        return self.ranges.take(unit, pool, of, year)

    def demand_numbers(
        self, unit: UnitOfWork, pool: Pool, of: str | None, year: int, wanted: int
    ) -> None:
        """Refuse to begin what needs more numbers than are free in somebody's ranges."""
        self.ranges.demand(unit, pool, of, year, wanted)

    def evaluated(
        self,
        unit: UnitOfWork,
        actor: Actor,
        formulas: Mapping[str, Formula],
        values: Mapping[str, Any],
        jurisdiction: str | None,
    ) -> dict[str, Any]:
        """What expressions of a register give, by the paths they are for."""
        known = {**self.names(unit, actor), **values}
        calendar = self.calendar(jurisdiction)
        expressions = self.release.bound.expressions
        return {
            path: plain(expressions[formula].evaluate(known, calendar=calendar))
            for path, formula in formulas.items()
        }

    # ------------------------------------------------------------ reading, for facts

    def field(self, unit: UnitOfWork, register: str, key: str, field: str) -> Any:
        """A field of a record, its id and state and computed values included; None if absent."""
        record = self.views(unit).view(register, key)
        return plain(record.get(field)) if record is not None else None

    def find(
        self,
        unit: UnitOfWork,
        register: str,
        where: Condition | None,
        *,
        limit: int | None = None,
        jurisdiction: str | None = None,
    ) -> Sequence[str]:
        """The keys of the records (or cases) for which a condition holds, in the order of keys.

        With a jurisdiction only those of it: its rules look at nothing else (ENG-20).
        """
        rows = None
        if where is not None:
            rows = Where.over(where, register, self.catalogue(jurisdiction))
        if register == CASES:
            return unit.worklists.uids(rows, limit=limit, jurisdiction=jurisdiction)
        selection = Selection(register, where=rows, jurisdiction=jurisdiction)
        return unit.record_pages.keys(selection, limit=limit)

    def superior(self, unit: UnitOfWork, organisation: str) -> str | None:
        """The organisation above."""
        row = self.views(unit).row(ORGANISATIONS, organisation)
        above = unit.records.ancestors(row) if row is not None else []
        return above[-1] if above else None

    def route(
        self, unit: UnitOfWork, route: str, key: Mapping[str, Any], organisation: str, day: str
    ) -> str | None:
        """The next organisation of a route table on a day; None behind the final one."""
        if route == SUPERIOR:
            return self.superior(unit, organisation)
        wanted = {name: str(plain(value)) for name, value in key.items() if value is not None}
        hop = unit.routes.following(route, organisation, wanted, day)
        return hop.to_organisation if hop is not None and not hop.final else None

    # ------------------------------------------------------------ writing

    def add(
        self,
        unit: UnitOfWork,
        register: Register,
        data: Mapping[str, Any],
        *,
        jurisdiction: str,
        at: datetime,
        by: str | None = None,
        organisation: str | None = None,
        key: str | None = None,
        state: str | None = None,
        action: str = "create",
    ) -> RecordRow:
        """Add a record.

        Raises:
            Refused: a unique value is taken, or its parent is unknown.
        """
        known = key or self._key_of(register, data)
        row = RecordRow(
            0, register.id, known, jurisdiction, None, state or register.initial, data, None, 1,
            at, at,
        )  # fmt: skip
        found_by, scope = self._found_by(unit, register, row)
        try:
            row = unit.records.insert(
                register.id, known, jurisdiction=jurisdiction, scope=scope, state=row.state,
                data=data, found_by=found_by, at=at, subject=self.index.subject(register, known),
            )  # fmt: skip
        except Duplicate as error:
            raise self._taken(register) from error
        self.views(unit).forget(register.id, known)
        self.ranges.demand_apart(unit, register, row)
        row = self._place(unit, register, row)
        self._note(unit, register, row, {}, data, action, at, by, organisation)
        self.followed.changed(unit, register, known, None, at)
        return self.automatic(unit, register, row, action) if register.automatic else row

    def begun(self, register: Register, known: Mapping[str, Any]) -> dict[str, Any]:
        """The data of a record people fill in later: what is known, and declared defaults."""
        return _over(self.release.forms[register.form].initial(), known)

    def change(
        self,
        unit: UnitOfWork,
        register: Register,
        row: RecordRow,
        data: Mapping[str, Any],
        *,
        at: datetime,
        by: str | None = None,
        organisation: str | None = None,
        state: str | None = None,
        action: str = "edit",
        entered: Mapping[str, Any] | None = None,
    ) -> RecordRow:
        """Write a record again; ``entered`` is what was asked for it, kept in its history.

        Raises:
            Stale: somebody was faster.
            Refused: a unique value is taken, or the tree would be a circle.
        """
        changed = row._replace(data=data, state=state or row.state)
        self.ranges.demand_unused(unit, register, row, changed)
        found_by, scope = self._found_by(unit, register, changed)
        try:
            saved = unit.records.save(
                row, scope=scope, state=changed.state, data=data, found_by=found_by, at=at,
                subject=self.index.subject(register, row.key),
            )  # fmt: skip
        except Duplicate as error:
            raise self._taken(register) from error
        if not saved:
            raise Stale("already_handled")
        self.views(unit).forget(register.id, row.key)
        self.ranges.demand_apart(unit, register, changed)
        changed = changed._replace(version=row.version + 1, scope=scope, updated_at=at)
        if register.account is not None:
            _follow(unit, register, row, changed)
        changed = self._place(unit, register, changed)
        if changed.state != row.state:
            _revoke(unit, register, changed)
        before = {**row.data, "state": row.state}
        after = {**data, "state": changed.state}
        after |= {"input": dict(entered)} if entered else {}
        self._note(unit, register, changed, before, after, action, at, by, organisation)
        names = {name for name in {**before, **after} if before.get(name) != after.get(name)}
        self.followed.changed(unit, register, row.key, names, at)
        return self.automatic(unit, register, changed, action) if register.automatic else changed

    def put(
        self,
        unit: UnitOfWork,
        register: str,
        values: Mapping[str, Any],
        *,
        where: Condition | None = None,
        match: Sequence[str] | None = None,
        keep: bool = False,
        incomplete: bool = False,
        jurisdiction: str,
        now: datetime,
        by: str,
    ) -> None:
        """Add a record, or change others: the effect ``record``.

        Those change for which ``where`` holds, or the one with the same values of the unique fields
        ``match``, unless what is there is to be kept. A record that is added has what its form
        requires, unless it is ``incomplete`` and people fill in the rest.

        Raises:
            Refused: the form, a unique value or the tree says no.
        """
        known = self.release.registers[register]
        given = {name: plain(value) for name, value in values.items()}
        state = given.pop("state", None)
        if state is not None and state not in known.states:
            raise Refused("no_such_state", register=known.title, state=state)
        given = as_days(self.release.forms[known.form], given)
        found: Sequence[str] = ()
        if where is not None:
            found = self.find(unit, register, where, jurisdiction=jurisdiction)
        elif match is not None:
            found = self._matching(unit, known, match, with_paths({}, given), jurisdiction)
        if where is None and not found:
            data = with_paths({}, given)
            demand_fit(self, unit, known, data, given, jurisdiction, complete=not incomplete)
            self.add(
                unit, known, data, jurisdiction=jurisdiction, at=now, by=by, state=state,
                action="effect",
            )  # fmt: skip
            return
        for key in found if not keep else ():
            row = self.load(unit, register, key)
            data = with_paths(row.data, given)
            if given:
                demand_fit(self, unit, known, data, given, jurisdiction)
            self.change(unit, known, row, data, at=now, by=by, state=state, action="effect")

    def holder(
        self,
        unit: UnitOfWork,
        register: Register,
        data: Mapping[str, Any],
        jurisdiction: str,
        fields: Sequence[str] | None = None,
    ) -> str | None:
        """The key of the record that has a unique value of these data; None when none has.

        With ``fields`` only their values count.
        """
        at = self.now(jurisdiction)
        row = RecordRow(
            0, register.id, "", jurisdiction, None, register.initial, data, None, 1, at, at
        )
        views = self.views(unit)
        findable = self.index.findable(register, views.preview(row), views)
        unique = findable.unique
        if fields is not None:
            unique = {name: value for name, value in unique.items() if name == ",".join(fields)}
        return unit.records.holding(register.id, unique)

    def _matching(
        self,
        unit: UnitOfWork,
        register: Register,
        fields: Sequence[str],
        data: Mapping[str, Any],
        jurisdiction: str,
    ) -> list[str]:
        """The record that has these values of some unique fields, one out of use included."""
        if tuple(fields) == (register.key,):
            # Its values are free again when it is out of use, its key is not.
            row = unit.records.load(register.id, self._key_of(register, data))
            return [row.key] if row is not None and row.jurisdiction == jurisdiction else []
        key = self.holder(unit, register, data, jurisdiction, fields)
        return [key] if key is not None else []

    def load(self, unit: UnitOfWork, register: str, key: str) -> RecordRow:
        """A record's row.

        Raises:
            NotFound: there is none.
        """
        row = unit.records.load(register, key)
        if row is None:
            raise NotFound("no_such_record", register=register, key=key)
        return row

    # ------------------------------------------------------------ inside

    def _taken(self, register: Register) -> Refused:
        """A refusal that says what no two records in use may share."""
        form, key = self.release.forms[register.form], register.key
        unique = (*register.unique, *([(key,)] if key is not None else []))
        known = [[one for path in paths if (one := form.element(path))] for paths in unique]
        titles = [[one.title for one in elements] for elements in known]
        return Refused("duplicate_record", register=register.title, unique=titles)

    def _found_by(
        self, unit: UnitOfWork, register: Register, row: RecordRow
    ) -> tuple[Findable, str | None]:
        views = self.views(unit)
        record = views.preview(row)
        return self.index.findable(register, record, views), self.index.scope(register, record)

    def _place(self, unit: UnitOfWork, register: Register, row: RecordRow) -> RecordRow:
        if register.tree is None:
            return row
        parent_key = tree_parent(register, row.data)
        parent = unit.records.load(register.id, parent_key) if parent_key else None
        if parent_key and parent is None:
            raise Refused("no_such_parent", key=parent_key)
        if parent is not None and row.path is not None and (parent.path or "").startswith(row.path):
            raise Refused("tree_circle", name=row.key, parent=parent.key)
        before = row.path
        placed = unit.records.place(row, parent)
        if before is not None and placed.path != before:
            self._views = ViewsOfUnits(self._new_views)
        return placed

    def _note(
        self,
        unit: UnitOfWork,
        register: Register,
        row: RecordRow,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        action: str,
        at: datetime,
        by: str | None,
        organisation: str | None,
    ) -> None:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        changed: Mapping[str, Any] = {
            name: [before.get(name), after.get(name)] for name in sorted(names)
        }
        subject = self.index.subject(register, row.key)
        if subject is not None:
            # Personal data leave no trace outside their own key.
            changed = {"fields": sorted(names), "sealed": unit.blobs.put(subject, changed)}
        unit.records.add_change(row, Change(at, by, organisation, action, changed))

    def _key_of(self, register: Register, data: Mapping[str, Any]) -> str:
        if register.key is not None:
            value = at_path(data, register.key)
            if value not in (None, ""):
                return str(plain(value))
        return self._new_key()


def _nothing(_unit: UnitOfWork, _register: Register, row: RecordRow, _action: str) -> RecordRow:
    return row


def account_holder(register: Register, key: str) -> str:
    """Return who signs in with the account that a record has of its own."""
    return f"{register.id}:{key}"


def _follow(unit: UnitOfWork, register: Register, before: RecordRow, after: RecordRow) -> None:
    """Close the account of a record that goes out of use, and open it when that is taken back.

    Raises:
        Refused: it has an account, and would be known by another name.
    """
    assert register.account is not None  # whoever comes here has read it
    accounts = unit.accounts.of_person(account_holder(register, before.key))
    login = at_path(after.data, register.account.login)
    if accounts and login != at_path(before.data, register.account.login):
        raise Refused("login_kept")
    closed = after.state in register.closed_states
    if closed == (before.state in register.closed_states):
        return
    for account in accounts:
        unit.accounts.set_state(account.login, "closed" if closed else "active")
        if closed:
            unit.sessions.end_of(account.login)


def _revoke(unit: UnitOfWork, register: Register, row: RecordRow) -> None:
    """Let the documents of a record hold no longer, in a state that says so."""
    state = register.states.get(row.state)
    number = at_path(row.data, state.revokes) if state is not None and state.revokes else None
    if number:
        unit.documents.revoke(row.jurisdiction, str(number))


def _over(data: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Lay values over data, group by group."""
    both = dict(data)
    for name, value in known.items():
        before = both.get(name)
        inside = isinstance(before, Mapping) and isinstance(value, Mapping)
        both[name] = _over(before, value) if inside else value  # type: ignore[arg-type]
    return both


def _random_key() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))
