"""Route tables in the console: rows proposed, looked at against those in force, and published.

A proposal is a list of changes the person has not made yet. It can be compared with the rows in
force and tried out for a case; nobody else sees it. Publishing makes all of it count at once, with
a reason, and keeps what was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.route import Route
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused, Stale
from engine.forms.effective import EffectiveForm
from engine.forms.form import Form
from engine.forms.surroundings import Surroundings
from engine.services.directory import Directory
from engine.services.forecasts import Forecasts, Stop
from engine.services.kept import kept
from engine.services.record_index import LABEL
from engine.services.records import Records
from engine.services.route_checks import Fault, RouteMap, Values
from engine.services.route_reach import reach_of
from engine.services.route_rows import (
    Change,
    Kept,
    Row,
    from_plain,
    hop_of,
    kept_of,
    laid_over,
    plain,
)
from engine.services.route_words import RouteWords, columns, data_of, form_of, row_of, way_form_of
from engine.services.sentences import Sentences
from engine.services.sheet_lines import Failed, failed_sheet, lines_of, sheet
from engine.store.database import Store
from engine.store.routes import NewHop, RouteChange
from engine.store.unit import UnitOfWork

#: the code of the sentence for each kind of fault
_FAULTS = {"circle": "route_goes_round", "hole": "route_has_a_hole"}


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation of the tree of a table, with those that lead to it."""

    organisation: str
    name: str
    #: whether cases that are here have arrived
    final: bool
    before: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Published:
    """Changes that were published together: when, by whom and why, and each row before and now."""

    at: Any
    person: str
    name: str
    reason: str
    rows: Sequence[tuple[Mapping[str, str] | None, Mapping[str, str]]]


class _Undo(Exception):
    """What was tried out is taken back."""


class RouteTables:
    """Shows and changes the rows of route tables."""

    def __init__(
        self,
        store: Store,
        records: Records,
        directory: Directory,
        forecasts: Forecasts,
        sentences: Sentences,
    ) -> None:
        self._store = store
        self._records = records
        self._directory = directory
        self._forecasts = forecasts
        self._sentences = sentences

    def why_not(self, actor: Actor, route: str, operation: str = "edit") -> Refused | None:
        """Why an actor may not look at or change a route table; None when they may."""
        permission = getattr(self.table(route), operation)
        if not self._is_of(actor, route):
            return self._sentences.worded(NotFound("no_such_page"))
        if permission is None or actor.jurisdiction is None:
            return self._sentences.worded(NotAllowed("not_for_people", action=""))
        refusal = self._directory.why_not(actor, permission)
        return self._sentences.worded(refusal) if refusal is not None else None

    def _is_of(self, actor: Actor, route: str) -> bool:
        """Whether a table in a folder stands in one of the sets of the actor's jurisdiction."""
        folder = route.rpartition("/")[0]
        known = self._records.release.jurisdictions.get(actor.jurisdiction or "")
        return not folder or known is None or folder in known.sets

    # ------------------------------------------------------------ looking

    def tables(self, actor: Actor) -> list[Route]:
        """The route tables an actor may look at."""
        found = self._records.release.routes.values()
        return [one for one in found if self.why_not(actor, one.id, "view") is None]

    def table(self, route: str) -> Route:
        """The declaration of a route table.

        Raises:
            NotFound: there is no such table.
        """
        found = self._records.release.routes.get(route)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_page"))
        return found

    def columns(self, route: str) -> dict[str, str]:
        """The captions of a table's columns, by what they hold."""
        return columns(self.table(route))

    def rows(self, actor: Actor, route: str) -> list[Kept]:
        """The rows of a route table that the actor reaches.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            reach = reach_of(unit, self._directory, actor)
            return [one for one in self._rows(unit, actor, route) if reach.sees(one.row.start)]

    def in_words(self, actor: Actor, route: str, rows: Sequence[Row]) -> list[dict[str, str]]:
        """The cells of rows as people read them, by what the columns hold.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            return self._words(unit, actor, route).written(rows)

    def found(
        self, actor: Actor, route: str, search: str = "", day: str | None = None
    ) -> list[tuple[Kept, dict[str, str]]]:
        """The rows that hold some words, and count on a day if one is named; with their cells."""
        if day is not None:
            with self._sentences.saying():
                _day(day)
        kept = [one for one in self.rows(actor, route) if day is None or one.row.counts(day)]
        cells = self.in_words(actor, route, [one.row for one in kept])
        words = search.lower().split()
        return [
            (one, texts)
            for one, texts in zip(kept, cells, strict=True)
            if all(word in " ".join(texts.values()).lower() for word in words)
        ]

    def tree(self, actor: Actor, route: str, keys: Mapping[str, str], day: str) -> list[Node]:
        """Who leads to whom for some keys on a day, from the ends of the routes downwards."""
        with self._sentences.saying():
            _day(day)
        rows = [one.row for one in self.rows(actor, route)]
        found = self._map(actor, route, rows)
        before = found.before(keys, day)
        with self._store.read() as unit:
            organisations = list(
                dict.fromkeys(key for row in rows for key in (row.start, row.to) if key)
            )
            names = unit.record_pages.texts(ORGANISATIONS, organisations, LABEL)

        def node(organisation: str, above: tuple[str, ...]) -> Node:
            path = (*above, organisation)
            return Node(
                organisation,
                names.get(organisation, organisation),
                found.way(organisation, keys, day).ends,
                [node(one, path) for one in before.get(organisation, ()) if one not in path],
            )

        return [node(root, ()) for root in found.roots(keys, day)]

    def history(self, actor: Actor, route: str) -> list[RouteChange]:
        """What was published, by whom and why; the latest first.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            reach = reach_of(unit, self._directory, actor)
            found = unit.routes.changes(route, actor.jurisdiction or "")
            seen = [
                one._replace(
                    body=[pair for pair in one.body if reach.sees(from_plain(pair[1]).start)]
                )
                for one in found
            ]
            return [one for one in seen if one.body]

    def history_in_words(self, actor: Actor, route: str) -> list[Published]:
        """The history as people read it."""
        found = self.history(actor, route)
        with self._store.read() as unit:
            words = self._words(unit, actor, route)
            people = unit.record_pages.texts(PEOPLE, [one.person for one in found], LABEL)
            return [
                Published(
                    one.at,
                    one.person,
                    people.get(one.person, one.person),
                    one.reason,
                    [
                        (
                            words.written([from_plain(before)])[0] if before is not None else None,
                            words.written([from_plain(now)])[0],
                        )
                        for before, now in one.body
                    ],
                )
                for one in found
            ]

    def reversal(
        self, actor: Actor, route: str, published: datetime
    ) -> tuple[list[Change], list[Row]]:
        """What would put back what was published at a moment, to be proposed like any change.

        A row that was new then stays for the record and counts no longer: up to yesterday, or for
        its first day where that has not passed.

        Returns:
            The changes, and the rows that were changed again since; these are left as they are.

        Raises:
            NotFound: nothing was published then.
            NotAllowed: the actor may not change the table.
        """
        self._demand(actor, route, "edit")
        found = next((one for one in self.history(actor, route) if one.at == published), None)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_record"))
        in_force = self.rows(actor, route)
        today = self._records.now(actor.jurisdiction).date()
        yesterday = (today - timedelta(days=1)).isoformat()
        changes: list[Change] = []
        moved: list[Row] = []
        for before, now in found.body:
            row = from_plain(now)
            kept = next((one for one in in_force if one.row == row), None)
            if kept is None:
                moved.append(row)
            elif before is not None:
                changes.append(Change(from_plain(before), kept))
            elif row.valid_until is None or row.valid_until > yesterday:
                until = max(yesterday, row.valid_from or yesterday)
                changes.append(Change(replace(row, valid_until=until), kept))
        return changes, moved

    def sheet(self, actor: Actor, route: str, rows: Sequence[Row]) -> tuple[str, bytes]:
        """Rows as a spreadsheet, which ``read`` reads; without rows a template.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        cells = self.in_words(actor, route, rows)
        captions = self.columns(route)
        lines = [list(one.values()) for one in cells]
        return sheet(self.table(route).title, list(captions.values()), lines, [captions["start"]])

    def failed_sheet(self, actor: Actor, route: str, failed: Sequence[Failed]) -> tuple[str, bytes]:
        """The lines of a sheet that failed, to be mended.

        Raises:
            NotAllowed: the actor may not change the table.
        """
        self._demand(actor, route, "edit")
        return failed_sheet(self.table(route).title, list(self.columns(route).values()), failed)

    # ------------------------------------------------------------ proposing

    def form(self, actor: Actor, route: str, data: Mapping[str, Any]) -> EffectiveForm:
        """The form of a row, with what is filled in.

        Raises:
            NotAllowed: the actor may not change the table.
        """
        self._demand(actor, route, "edit")
        with self._store.read() as unit:
            return self._row_form(route).effective(data, self._surroundings(unit, actor))

    def filled(self, actor: Actor, route: str, data: Mapping[str, Any]) -> Row:
        """The row that was filled in.

        Raises:
            InvalidSubmission: the form says no.
        """
        self._demand(actor, route, "edit")
        with self._store.read() as unit:
            surroundings = self._surroundings(unit, actor)
            errors = self._row_form(route).validate(data, surroundings)
        if errors:
            raise self._sentences.worded(InvalidSubmission(errors))
        return row_of(data)

    def data_of(self, row: Row) -> dict[str, Any]:
        """A row as the data of its form."""
        return data_of(row)

    def check(
        self, actor: Actor, route: str, change: Change, others: Sequence[Change] = ()
    ) -> Change:
        """Propose a change, beside other proposals.

        Raises:
            Refused: the row could not be followed, or counts beside an equal one.
        """
        self._demand(actor, route, "edit")
        with self._sentences.saying(), self._store.read() as unit:
            beside = _Beside(laid_over(self._rows(unit, actor, route), [*others, change]))
            self._check(unit, actor, self.table(route), change, beside)
        return change

    def add(self, actor: Actor, route: str, row: Row, others: Sequence[Change] = ()) -> Change:
        """Propose a new row, beside other proposals."""
        return self.check(actor, route, Change(row), others)

    def edit(
        self, actor: Actor, route: str, id_: int, row: Row, others: Sequence[Change] = ()
    ) -> Change:
        """Propose another text of a row, beside other proposals."""
        return self.check(actor, route, Change(row, self._kept(actor, route, id_)), others)

    def end(
        self, actor: Actor, route: str, id_: int, until: str, others: Sequence[Change] = ()
    ) -> Change:
        """Propose that a row counts up to a day and no longer; it stays for the record."""
        kept = self._kept(actor, route, id_)
        ended = Change(replace(kept.row, valid_until=until), kept)
        return self.check(actor, route, ended, others)

    def read(
        self,
        actor: Actor,
        route: str,
        content: bytes,
        keys: Mapping[str, str] | None = None,
        others: Sequence[Change] = (),
    ) -> tuple[list[Change], list[Failed]]:
        """Read the lines of a spreadsheet as proposals; a line that is a row already fails.

        Args:
            actor: who asks.
            route: the route table.
            content: the sheet; organisations are written by their names or keys.
            keys: values that count for every line; a line that says another one fails.
            others: what is proposed already.

        Raises:
            Refused: it is no such spreadsheet, or there is no such value.
        """
        self._demand(actor, route, "edit")
        captions = list(self.columns(route).values())
        proposed: list[Change] = []
        failed: list[Failed] = []
        with self._sentences.saying(), self._store.read() as unit:
            for name, value in (keys or {}).items():
                self._check_key(unit, self.table(route), name, value)
            words = self._words(unit, actor, route)
            beside = _Beside(laid_over(self._rows(unit, actor, route), others))
            for line in lines_of(content, captions):
                try:
                    with self._sentences.saying():
                        change = Change(words.read(line.cells, keys or {}))
                        self._check(unit, actor, self.table(route), change, beside)
                except Refused as refusal:
                    cells = [line.cells[caption] for caption in captions]
                    failed.append(Failed(line.number, refusal.sentence, cells))
                    continue
                proposed.append(change)
                beside.add(change)
        return proposed, failed

    # ------------------------------------------------------------ looking at a proposal

    def after(self, actor: Actor, route: str, changes: Sequence[Change]) -> list[Kept | Change]:
        """The table as it would be, each row as it is or as it is proposed."""
        return laid_over(self.rows(actor, route), changes)

    def moved(self, actor: Actor, route: str, changes: Sequence[Change]) -> list[Change]:
        """Those of the changes whose row somebody else has changed meanwhile."""
        in_force = {one.id: one for one in self.rows(actor, route)}
        return [
            change
            for change in changes
            if change.of is not None and in_force.get(change.of.id) != change.of
        ]

    def onto_present(self, actor: Actor, route: str, changes: Sequence[Change]) -> list[Change]:
        """The same changes to the rows as they are now; what is so already is left out."""
        in_force = {one.id: one for one in self.rows(actor, route)}
        renewed = [
            replace(change, of=in_force.get(change.of.id)) if change.of is not None else change
            for change in changes
        ]
        return [change for change in renewed if change.of is None or change.of.row != change.row]

    def problems(self, actor: Actor, route: str, changes: Sequence[Change] = ()) -> list[str]:
        """Why changes cannot be published; without changes, what is wrong with the rows.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            before = self._rows(unit, actor, route)
            beside = _Beside(laid_over(before, changes))
            after = [one.row for one in laid_over(before, changes)]
            found = []
            for change in changes:
                try:
                    with self._sentences.saying():
                        self._check(unit, actor, self.table(route), change, beside)
                except Refused as refusal:
                    found.append(refusal.sentence)
            reach = reach_of(unit, self._directory, actor)
            faults = [
                one for one in self._faults(actor, route, after) if reach.sees(one.organisation)
            ]
            if changes:
                faults = self._new_faults(actor, route, [one.row for one in before], after)
            refusals = [self._said(unit, actor, route, fault) for fault in faults]
            found += [self._sentences.worded(refusal).sentence for refusal in refusals]
        return list(dict.fromkeys(found))

    def way_form(self, actor: Actor, route: str, data: Mapping[str, Any]) -> EffectiveForm:
        """The form that asks for whom and when the table is to be followed; today at first.

        Raises:
            NotAllowed: the actor may not see the table.
        """
        self._demand(actor, route, "view")
        today = self._records.now(actor.jurisdiction).date().isoformat()
        with self._store.read() as unit:
            form = way_form_of(self.table(route))
            return form.effective({"day": today, **data}, self._surroundings(unit, actor))

    def way_of(
        self, actor: Actor, route: str, changes: Sequence[Change], data: Mapping[str, Any]
    ) -> tuple[list[str], bool]:
        """The way that was asked for; see ``way``.

        Raises:
            InvalidSubmission: the form says no.
        """
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            surroundings = self._surroundings(unit, actor)
            errors = way_form_of(self.table(route)).validate(data, surroundings)
        if errors:
            raise self._sentences.worded(InvalidSubmission(errors))
        asked = row_of(data)
        return self.way(actor, route, changes, asked.start, asked.keys, str(data["day"]))

    def way(
        self,
        actor: Actor,
        route: str,
        changes: Sequence[Change],
        start: str,
        keys: Mapping[str, str],
        day: str,
    ) -> tuple[list[str], bool]:
        """The organisations behind one by the table alone, with the changes (ENG-22).

        Returns:
            Their names in order, and whether the table says that the last one is the end.
        """
        with self._sentences.saying():
            _day(day)
        self._demand(actor, route, "view")
        with self._store.read() as unit:
            rows = [one.row for one in laid_over(self._rows(unit, actor, route), changes)]
            way = self._map(actor, route, rows).way(start, keys, day)
            names = unit.record_pages.texts(ORGANISATIONS, list(way.stops), LABEL)
        return [names.get(stop, stop) for stop in way.stops], way.ends

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

    @kept
    def publish(self, actor: Actor, route: str, changes: Sequence[Change], reason: str) -> None:
        """Make changes count, all or none.

        Raises:
            NotAllowed: the actor lacks the table's permission, or does not reach a row.
            Stale: a row was changed by somebody else meanwhile.
            Refused: no reason, nothing to change, a change cannot be made, or the table would
                lead in a circle or into nothing.
        """
        self._demand(actor, route, "edit")
        with self._sentences.saying(), self._store.write() as unit:
            if not reason.strip():
                raise Refused("reason_needed")
            if not changes:
                raise Refused("nothing_to_publish")
            before = [one.row for one in self._rows(unit, actor, route)]
            self._apply(unit, actor, route, changes)
            after = [one.row for one in self._rows(unit, actor, route)]
            for fault in self._new_faults(actor, route, before, after):
                raise self._said(unit, actor, route, fault)
            body = [
                (plain(change.of.row) if change.of is not None else None, plain(change.row))
                for change in changes
            ]
            at = self._records.now(actor.jurisdiction)
            change = RouteChange(at, actor.person, actor.organisation, reason.strip(), body)
            unit.routes.note(route, actor.jurisdiction or "", change)

    # ------------------------------------------------------------ inside

    def _demand(self, actor: Actor, route: str, operation: str) -> None:
        refusal = self.why_not(actor, route, operation)
        if refusal is not None:
            raise refusal

    def _rows(self, unit: UnitOfWork, actor: Actor, route: str) -> list[Kept]:
        return [kept_of(hop) for hop in unit.routes.rows(route, actor.jurisdiction or "")]

    def _kept(self, actor: Actor, route: str, id_: int) -> Kept:
        found = next((one for one in self.rows(actor, route) if one.id == id_), None)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_record"))
        return found

    def _row_form(self, route: str) -> Form:
        release = self._records.release
        organisation = release.forms[release.registers[ORGANISATIONS].form]
        return form_of(self.table(route), organisation)

    def _words(self, unit: UnitOfWork, actor: Actor, route: str) -> RouteWords:
        return RouteWords(unit, self._records, self.table(route), actor.jurisdiction)

    def _surroundings(self, unit: UnitOfWork, actor: Actor) -> Surroundings:
        return Surroundings(
            names=self._records.names(unit, actor),
            lookup=self._records.lookup(unit, actor.jurisdiction),
            calendar=self._records.calendar(actor.jurisdiction),
            caption=self._sentences.captions(),
            language=self._sentences.language(),
        )

    def _map(self, actor: Actor, route: str, rows: Sequence[Row]) -> RouteMap:
        return RouteMap([self._hop(actor, route, row) for row in rows])

    def _hop(self, actor: Actor, route: str, row: Row) -> NewHop:
        return hop_of(route, actor.jurisdiction or "", row)

    def _faults(self, actor: Actor, route: str, rows: Sequence[Row]) -> list[Fault]:
        today = self._records.now(actor.jurisdiction).date().isoformat()
        return self._map(actor, route, rows).faults(self._values(route, rows), today)

    def _new_faults(
        self, actor: Actor, route: str, before: Sequence[Row], after: Sequence[Row]
    ) -> list[Fault]:
        """What is wrong with the rows and was not so before; old faults hinder nobody."""
        old = {replace(fault, day="") for fault in self._faults(actor, route, before)}
        found = self._faults(actor, route, after)
        return [fault for fault in found if replace(fault, day="") not in old]

    def _values(self, route: str, rows: Sequence[Row]) -> Values:
        """For each key the values of the rows, and none unless they are all there are."""
        found: dict[str, list[str | None]] = {}
        for key in self.table(route).keys.values():
            used = dict.fromkeys(row.keys[key.name] for row in rows if key.name in row.keys)
            known = self._records.release.codes.get(key.codes) if key.codes else None
            left = known is None or any(code not in used for code in known.values)
            found[key.name] = [*([None] if left else []), *used]
        return found

    def _said(self, unit: UnitOfWork, actor: Actor, route: str, fault: Fault) -> Refused:
        table, words = self.table(route), self._words(unit, actor, route)
        said = [words.value(table.keys[name], value) for name, value in fault.keys]
        keys = "、".join(self._sentences.caption(one) for one in said)
        return Refused(
            _FAULTS[fault.kind],
            organisation=fault.organisation,
            keys=f"（{keys}）" if keys else "",
            day=fault.day,
        )

    def _apply(self, unit: UnitOfWork, actor: Actor, route: str, changes: Sequence[Change]) -> None:
        in_force = self._rows(unit, actor, route)
        known = {one.id: one for one in in_force}
        for change in changes:
            if change.of is not None and known.get(change.of.id) != change.of:
                raise Stale("already_handled")
        beside = _Beside(laid_over(in_force, changes))
        for change in changes:
            self._check(unit, actor, self.table(route), change, beside)
            hop = self._hop(actor, route, change.row)
            if change.of is None:
                unit.routes.add(hop)
            else:
                unit.routes.save(change.of.id, hop)

    def _check(
        self, unit: UnitOfWork, actor: Actor, route: Route, change: Change, beside: _Beside
    ) -> None:
        """Refuse a row out of reach, one that leads nowhere, or counts beside an equal one."""
        row = change.row
        reach_of(unit, self._directory, actor).demand(change)
        closed = self._records.release.registers[ORGANISATIONS].closed_states
        for organisation in filter(None, (row.start, row.to)):
            found = self._records.views(unit).row(ORGANISATIONS, organisation)
            if found is None or found.jurisdiction != actor.jurisdiction:
                raise Refused("route_unknown_organisation", organisation=organisation)
            if found.state in closed and not change.ends:
                raise Refused("route_closed_organisation", organisation=organisation)
        if not row.final and row.to is None:
            raise Refused("route_leads_nowhere")
        if row.to == row.start:
            raise Refused("route_leads_to_itself", organisation=row.start)
        for name, value in row.keys.items():
            self._check_key(unit, route, name, value)
        days = [_day(day) for day in (row.valid_from, row.valid_until) if day is not None]
        if days != sorted(days):
            raise Refused("route_ends_before_it_begins")
        if beside.overlapped_by(change):
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


class _Beside:
    """The rows of a table as they would be, found by their organisation."""

    def __init__(self, rows: Iterable[Kept | Change]) -> None:
        self._of: dict[str, list[Kept | Change]] = {}
        for one in rows:
            self.add(one)

    def add(self, one: Kept | Change) -> None:
        self._of.setdefault(one.row.start, []).append(one)

    def overlapped_by(self, change: Change) -> bool:
        """Whether a row says the same thing's next organisation on some day."""
        return any(
            change.row.overlaps(one.row)
            for one in self._of.get(change.row.start, ())
            if one is not change and (change.of is None or one != change.of)
        )


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused("route_no_date", value=written) from None
