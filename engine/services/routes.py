"""Route tables in the console: rows proposed, looked at against those in force, and published.

A proposal is a list of changes the person has not made yet. It can be compared with the rows in
force and tried out for a case; nobody else sees it. Publishing makes all of it count at once, with
a reason, and keeps what was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.definitions.register import ORGANISATIONS
from engine.definitions.route import Route
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused, Stale
from engine.services.forecasts import Forecasts, Stop
from engine.services.oversight import Oversight
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.database import Store
from engine.store.routes import Hop, NewHop, RouteChange
from engine.store.unit import UnitOfWork

_YES = ("是", "yes", "true", "1")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: which organisation follows which, for which keys and how long.

    A key left out stands for any value, a date left out for no limit. ``final`` ends the route.
    """

    start: str
    to: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    valid_from: str | None = None
    valid_until: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A row in force, with its number."""

    id: int
    row: Row


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change: a new row, or another text of the row with a number."""

    row: Row
    of: Kept | None = None

    @property
    def ends(self) -> bool:
        """Whether nothing but the last day of a row is another one."""
        return self.of is not None and (
            replace(self.of.row, valid_until=self.row.valid_until) == self.row
        )


class _Undo(Exception):
    """What was tried out is taken back."""


class RouteTables:
    """Shows and changes the rows of route tables."""

    def __init__(
        self,
        store: Store,
        records: Records,
        oversight: Oversight,
        forecasts: Forecasts,
        sentences: Sentences,
    ) -> None:
        self._store = store
        self._records = records
        self._oversight = oversight
        self._forecasts = forecasts
        self._sentences = sentences

    def why_not(self, actor: Actor, route: str, operation: str = "edit") -> Refused | None:
        """Why an actor may not look at or change a route table; None when they may."""
        permission = getattr(self._known(route), operation)
        if permission is None or actor.jurisdiction is None:
            return self._sentences.worded(NotAllowed("not_for_people", action=""))
        refusal = self._oversight.why_not(actor, permission, actor.jurisdiction)
        return self._sentences.worded(refusal) if refusal is not None else None

    def rows(self, actor: Actor, route: str) -> list[Kept]:
        """The rows of the actor's jurisdiction in a route table."""
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            return [_kept(hop) for hop in unit.routes.rows(route, actor.jurisdiction or "")]

    def history(self, actor: Actor, route: str) -> list[RouteChange]:
        """What was published, by whom and why; the latest first."""
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            return unit.routes.changes(route, actor.jurisdiction or "")

    def add(self, actor: Actor, route: str, row: Row) -> Change:
        """Propose a new row."""
        return self._proposed(actor, route, Change(row))

    def edit(self, actor: Actor, route: str, id_: int, row: Row) -> Change:
        """Propose another text of a row."""
        return self._proposed(actor, route, Change(row, self._kept(actor, route, id_)))

    def end(self, actor: Actor, route: str, id_: int, until: str) -> Change:
        """Propose that a row counts up to a day and no longer; it stays for the record."""
        kept = self._kept(actor, route, id_)
        return self._proposed(actor, route, Change(replace(kept.row, valid_until=until), kept))

    def read(
        self, actor: Actor, route: str, lines: Sequence[Mapping[str, str]]
    ) -> tuple[list[Change], list[tuple[int, str]]]:
        """Read rows of a spreadsheet as proposals; rows in force already are left out.

        Args:
            actor: who asks.
            route: the route table.
            lines: for each line its cells by the captions ``columns`` gives. Organisations are
                written by their names or keys.

        Returns:
            The proposals, and for each line that cannot be read its number from 1 and why.
        """
        self._demand(actor, route, "edit")
        known = self._known(route)
        proposed: list[Change] = []
        wrong: list[tuple[int, str]] = []
        in_force = [kept.row for kept in self.rows(actor, route)]
        for number, line in enumerate(lines, 1):
            try:
                with self._sentences.saying(), self._store.read() as unit:
                    row = self._row(unit, known, line)
                    if row in in_force:
                        continue
                    self._check(unit, actor, known, Change(row), proposed)
            except Refused as refusal:
                wrong.append((number, refusal.sentence))
                continue
            proposed.append(Change(row))
        return proposed, wrong

    def columns(self, route: str) -> dict[str, str]:
        """The captions of a table's columns, by what they hold."""
        keys = {f"keys.{key.name}": key.title for key in self._known(route).keys.values()}
        return {
            "start": "机构",
            **keys,
            "to": "下一机构",
            "valid_from": "起始日期",
            "valid_until": "截止日期",
            "final": "终点",
        }

    def after(self, actor: Actor, route: str, changes: Sequence[Change]) -> list[Kept | Change]:
        """The table as it would be, each row as it is or as it is proposed."""
        changed = {change.of.id: change for change in changes if change.of is not None}
        kept: list[Kept | Change] = [changed.get(one.id, one) for one in self.rows(actor, route)]
        return [*kept, *(change for change in changes if change.of is None)]

    def try_out(
        self,
        actor: Actor,
        route: str,
        changes: Sequence[Change],
        process: str,
        data: Mapping[str, Any],
    ) -> list[Stop]:
        """The places a case would go with the changes (ENG-22); nothing is kept.

        Raises:
            Refused: a change cannot be made.
        """
        self._demand(actor, route, "edit")
        stops: list[Stop] = []
        try:
            with self._sentences.saying(), self._store.write() as unit:
                self._apply(unit, actor, route, changes)
                stops = self._forecasts.route(actor, process, data)
                raise _Undo
        except _Undo:
            return stops

    def publish(self, actor: Actor, route: str, changes: Sequence[Change], reason: str) -> None:
        """Make changes count, all or none.

        Raises:
            NotAllowed: the actor lacks the table's permission for the whole jurisdiction.
            Stale: a row was changed by somebody else meanwhile.
            Refused: no reason, nothing to change, or a change cannot be made.
        """
        self._demand(actor, route, "edit")
        with self._sentences.saying(), self._store.write() as unit:
            if not reason.strip():
                raise Refused("reason_needed")
            if not changes:
                raise Refused("nothing_to_publish")
            self._apply(unit, actor, route, changes)
            body = [
                (_plain(change.of.row) if change.of is not None else None, _plain(change.row))
                for change in changes
            ]
            at = self._records.now(actor.jurisdiction)
            change = RouteChange(at, actor.person, actor.organisation, reason.strip(), body)
            unit.routes.note(route, actor.jurisdiction or "", change)

    # ------------------------------------------------------------------ inside

    def _known(self, route: str) -> Route:
        found = self._records.release.routes.get(route)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_page"))
        return found

    def _demand(self, actor: Actor, route: str, operation: str) -> None:
        refusal = self.why_not(actor, route, operation)
        if refusal is not None:
            raise refusal

    def _kept(self, actor: Actor, route: str, id_: int) -> Kept:
        found = next((one for one in self.rows(actor, route) if one.id == id_), None)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_record"))
        return found

    def _proposed(self, actor: Actor, route: str, change: Change) -> Change:
        self._demand(actor, route, "edit")
        with self._sentences.saying(), self._store.read() as unit:
            self._check(unit, actor, self._known(route), change, ())
        return change

    def _apply(self, unit: UnitOfWork, actor: Actor, route: str, changes: Sequence[Change]) -> None:
        known, jurisdiction = self._known(route), actor.jurisdiction or ""
        in_force = {hop.id: _kept(hop) for hop in unit.routes.rows(route, jurisdiction)}
        for change in changes:
            if change.of is not None and in_force.get(change.of.id) != change.of:
                raise Stale("already_handled")
        for change in changes:
            self._check(unit, actor, known, change, changes)
            hop = _hop(route, jurisdiction, change.row)
            if change.of is None:
                unit.routes.add(hop)
            else:
                unit.routes.save(change.of.id, hop)

    def _check(
        self,
        unit: UnitOfWork,
        actor: Actor,
        route: Route,
        change: Change,
        others: Sequence[Change],
    ) -> None:
        """Refuse a row that leads nowhere, or that counts beside an equal one."""
        row = change.row
        for organisation in filter(None, (row.start, row.to)):
            found = self._records.views(unit).row(ORGANISATIONS, organisation)
            if found is None or found.jurisdiction != actor.jurisdiction:
                raise Refused("route_unknown_organisation", organisation=organisation)
        if not row.final and row.to is None:
            raise Refused("route_leads_nowhere")
        if row.to == row.start:
            raise Refused("route_leads_to_itself", organisation=row.start)
        for name, value in row.keys.items():
            self._check_key(unit, route, name, value)
        days = [_day(day) for day in (row.valid_from, row.valid_until) if day is not None]
        if days != sorted(days):
            raise Refused("route_ends_before_it_begins")
        replaced = {one.of.id for one in (*others, change) if one.of is not None}
        beside = [
            _kept(hop).row
            for hop in unit.routes.rows(route.id, actor.jurisdiction or "")
            if hop.id not in replaced
        ]
        beside += [one.row for one in others if one is not change]
        if any(_overlap(row, other) for other in beside):
            raise Refused("route_row_exists", organisation=row.start)

    def _check_key(self, unit: UnitOfWork, route: Route, name: str, value: str) -> None:
        key = route.keys.get(name)
        if key is None:
            raise Refused("route_unknown_key", key=name)
        release = self._records.release
        codes = release.codes.get(key.codes) if key.codes else None
        unknown = codes is not None and value not in codes.values
        if key.register:
            unknown = self._records.views(unit).row(key.register, value) is None
        if unknown:
            raise Refused("route_unknown_value", key=key.title, value=value)

    def _row(self, unit: UnitOfWork, route: Route, line: Mapping[str, str]) -> Row:
        cells = {part: line.get(caption, "").strip() for part, caption in
                 self.columns(route.id).items()}  # fmt: skip
        keys = {
            name: self._code(key.codes, cells[f"keys.{name}"])
            for name, key in route.keys.items()
            if cells[f"keys.{name}"]
        }
        return Row(
            self._organisation(unit, cells["start"]),
            self._organisation(unit, cells["to"]) or None,
            keys,
            cells["valid_from"] or None,
            cells["valid_until"] or None,
            cells["final"].lower() in _YES,
        )

    def _organisation(self, unit: UnitOfWork, written: str) -> str:
        """Return the key of an organisation written by its key or its name."""
        views = self._records.views(unit)
        if not written or views.row(ORGANISATIONS, written) is not None:
            return written
        named = list(self._named(unit, written))
        if len(named) != 1:
            raise Refused("route_unknown_organisation", organisation=written)
        return named[0]

    def _named(self, unit: UnitOfWork, name: str) -> Iterator[str]:
        label = self._records.release.registers[ORGANISATIONS].label
        for key in self._records.find(unit, ORGANISATIONS, None):
            if self._records.field(unit, ORGANISATIONS, key, label) == name:
                yield key

    def _code(self, codes: str | None, written: str) -> str:
        """Return a code written by itself or by its caption."""
        known = self._records.release.codes.get(codes) if codes else None
        if known is None or written in known.values:
            return written
        titles = [code.code for code in known.values.values() if code.title == written]
        return titles[0] if len(titles) == 1 else written


def _kept(hop: Hop) -> Kept:
    row = Row(
        hop.from_organisation, hop.to_organisation, dict(hop.keys), hop.valid_from,
        hop.valid_until, hop.final,
    )  # fmt: skip
    return Kept(hop.id, row)


def _hop(route: str, jurisdiction: str, row: Row) -> NewHop:
    return NewHop(
        route, jurisdiction, row.start, row.to, row.keys, row.valid_from, row.valid_until, row.final
    )


def _plain(row: Row) -> dict[str, Any]:
    return {
        "from": row.start, "to": row.to, **row.keys, "valid_from": row.valid_from,
        "valid_until": row.valid_until, "final": row.final,
    }  # fmt: skip


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused("route_no_date", value=written) from None


def _overlap(one: Row, other: Row) -> bool:
    """Tell whether two rows say the same thing's next organisation on some day."""
    if one.start != other.start or dict(one.keys) != dict(other.keys):
        return False
    latest = max(one.valid_from or "", other.valid_from or "")
    return all(row.valid_until is None or row.valid_until >= latest for row in (one, other))
