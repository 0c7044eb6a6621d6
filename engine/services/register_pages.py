"""Pages of records: those of a register, and those of a list about a register."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from engine.connectors.spreadsheets import write_xlsx
from engine.definitions.listing import Listing, Sort
from engine.definitions.process import Formula
from engine.definitions.register import PEOPLE, RANGE_FIGURES, Register, Tally
from engine.definitions.register import Column as Written
from engine.domain.actor import Actor
from engine.domain.paths import at_path
from engine.domain.types import BOOLEAN
from engine.forms.formats import masked
from engine.services.directory import Directory
from engine.services.exports import may_unmask, note_export
from engine.services.form_lookup import FormLookup
from engine.services.pages import Column, Cursor, Filter, Page, Row, cursor_from
from engine.services.record_index import LABEL
from engine.services.record_views import plain
from engine.services.records import Records
from engine.store.record_pages import Found, Order, Selection
from engine.store.records import NO_NUMBER
from engine.store.unit import UnitOfWork
from engine.store.where import Where

#: how many rows are exported at once
EXPORTED = 100_000
#: how many values a filter offers
OFFERED = 100
#: stands between the lowest and the highest value of a filter
SPAN = ".."
#: a page says how many records there are up to this many
COUNTED = 10_000


@dataclass(frozen=True)
class Shown:
    """What a page shows of a register."""

    register: Register
    title: str
    columns: Sequence[Written]
    search: Sequence[str]
    filters: Sequence[str]
    sort: Sort
    where: Formula | None = None
    #: what the access log calls it
    name: str = ""
    #: what belongs to the actor's organisation and those below (``own``), or as a list says
    relation: str = "own"

    @classmethod
    def of_register(cls, register: Register) -> Shown:
        """The page of a register as its file declares it."""
        return cls(
            register,
            register.title,
            register.columns,
            register.search,
            register.filters,
            Sort(register.label),
            name=register.id,
        )

    @classmethod
    def of_listing(cls, listing: Listing, register: Register) -> Shown:
        """A list about a register."""
        sort = listing.sort if "sort" in listing.node.entries else Sort(register.label)
        return cls(
            register,
            listing.title,
            listing.columns,
            listing.search,
            listing.filters,
            sort,
            listing.where,
            listing.id,
            listing.relation,
        )


@dataclass(frozen=True)
class Figure:
    """How many records have one value: its words, and the filter that finds them."""

    title: str
    number: int
    field: str
    value: str
    #: the youngest and the oldest age, where ages are counted; the oldest may be open
    ages: tuple[int, int | None] | None = None


class RegisterPages:
    """Shows records; whoever asks has been let in."""

    def __init__(self, records: Records, directory: Directory) -> None:
        self._records = records
        self._directory = directory
        self._store = records.store

    def page(
        self,
        actor: Actor,
        shown: Shown,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
        sort: str = "",
        cursor: str = "",
        limit: int = 50,
        captions: Callable[[str], str] = str,
    ) -> Page:
        """A page of records; ``captions`` gives what they are called in the reader's language."""
        order = self._order(shown, sort)
        after = cursor_from(cursor)
        with self._store.read() as unit:
            selection = self._selection(unit, actor, shown, filters or {}, search)
            found = unit.record_pages.page(selection, order, after=after, limit=limit + 1)
            total = unit.record_pages.count(selection, most=COUNTED + 1)
            lookup = self._records.lookup(unit)
            hidden = self._masked(lookup, actor, shown)
            rows = [
                self.row(unit, lookup, shown, each.key, hidden, captions) for each in found[:limit]
            ]
            offered = self._filters(unit, lookup, shown, actor.jurisdiction)
        last = found[limit - 1] if len(found) > limit else None
        return Page(
            title=shown.title,
            columns=self.columns(shown),
            rows=rows,
            filters=offered,
            total=total if total <= COUNTED else None,
            next_cursor=Cursor(last.order, last.id).text() if last is not None else "",
            searchable=bool(shown.search),
        )

    def keys(self, actor: Actor, shown: Shown) -> list[str]:
        """The keys of all records of a page, in its order."""
        with self._store.read() as unit:
            selection = self._selection(unit, actor, shown, {}, "")
            found = unit.record_pages.page(selection, self._order(shown, ""), limit=EXPORTED)
        return [each.key for each in found]

    def found(
        self, unit: UnitOfWork, actor: Actor, shown: Shown, search: str, limit: int
    ) -> list[str]:
        """The keys of the first records of a page."""
        selection = self._selection(unit, actor, shown, {}, search)
        return [each.key for each in unit.record_pages.page(selection, Order("id"), limit=limit)]

    def following(
        self,
        actor: Actor,
        shown: Shown,
        after: tuple[str, int] | None,
        limit: int,
        *,
        filters: Mapping[str, str],
        search: str,
    ) -> list[Found]:
        """The records of a page behind one of them, in the order of their keys."""
        with self._store.read() as unit:
            selection = self._selection(unit, actor, shown, filters, search)
            return unit.record_pages.page(selection, Order("id"), after=after, limit=limit)

    def count(self, actor: Actor, shown: Shown, filters: Mapping[str, str], search: str) -> int:
        """How many records a page has."""
        with self._store.read() as unit:
            return unit.record_pages.count(self._selection(unit, actor, shown, filters, search))

    def export(
        self, actor: Actor, shown: Shown, filters: Mapping[str, str], search: str
    ) -> tuple[str, bytes]:
        """All records of a page as a spreadsheet: its file name and content."""
        with self._store.read() as unit:
            selection = self._selection(unit, actor, shown, filters, search)
            found = unit.record_pages.page(selection, self._order(shown, ""), limit=EXPORTED)
            lookup = self._records.lookup(unit)
            hidden = self._masked(lookup, actor, shown)
            cells = [self.row(unit, lookup, shown, each.key, hidden).cells for each in found]
            subjects = self._subjects(lookup, shown, [each.key for each in found])
        note_export(self._store, self._records.now(actor.jurisdiction), actor, shown.name, subjects)
        heads = [column.title for column in self.columns(shown)]
        content = BytesIO()
        write_xlsx(content, shown.title, heads, cells)
        return f"{shown.title}.xlsx", content.getvalue()

    def figures(self, actor: Actor, register: Register) -> list[tuple[str, list[Figure]]]:
        """What the register counts, for the records its page has: captions with their figures."""
        shown = Shown.of_register(register)
        year = self._records.now(actor.jurisdiction).year
        with self._store.read() as unit:
            selection = self._selection(unit, actor, shown, {}, "")
            lookup = self._records.lookup(unit)
            return [
                (
                    tally.title or self.title_of(register, tally.field),
                    self._by_age(unit, selection, tally, year)
                    if tally.ages
                    else self._by_value(unit, lookup, selection, register, tally.field),
                )
                for tally in register.counts
            ]

    def _by_value(
        self,
        unit: UnitOfWork,
        lookup: FormLookup,
        selection: Selection,
        register: Register,
        path: str,
    ) -> list[Figure]:
        counted = dict(unit.record_pages.tally(selection, path))
        words = self._choices(unit, lookup, register, path) or []
        names = {_filter_value(value, not isinstance(value, str)): title for value, title in words}
        if self._records.index.is_number(register, path):
            names = {float(value): title for value, title in words}
        order = {value: place for place, value in enumerate(names)}
        return [
            Figure(names.get(value, str(value)), number, path, _text_of(value))
            for value, number in sorted(
                counted.items(), key=lambda one: (order.get(one[0], len(order)), str(one[0]))
            )
        ]

    def _by_age(
        self, unit: UnitOfWork, selection: Selection, tally: Tally, year: int
    ) -> list[Figure]:
        found = []
        for low, high in zip((0, *tally.ages), (*tally.ages, None), strict=True):
            first, last = year - high + 1 if high else 0, year - low
            span = f"{first:04}", f"{last if low else 9999:04}"
            number = unit.record_pages.count(
                replace(selection, between={**selection.between, tally.field: span})
            )
            ages = low, high - 1 if high else None
            found.append(Figure("", number, tally.field, SPAN.join(span), ages))
        return found

    # ------------------------------------------------------------ rows and columns

    def columns(self, shown: Shown) -> list[Column]:
        """The columns with their captions."""
        sortable = self._sortable(shown.register)
        return [
            Column(
                each.field,
                each.title or self.title_of(shown.register, each.field),
                each.field in sortable,
            )
            for each in shown.columns
        ]

    def title_of(self, register: Register, path: str) -> str:
        """The caption of a field of a register."""
        computed = register.computed.get(path)
        if computed is not None:
            return computed.title
        if path == "state":
            return "状态"
        if register.ranges is not None and path in RANGE_FIGURES:
            return RANGE_FIGURES[path]
        element = self._records.release.forms[register.form].element(path)
        return element.title if element is not None else path

    def row(
        self,
        unit: UnitOfWork,
        lookup: FormLookup,
        shown: Shown,
        key: str,
        hidden: Collection[str] = (),
        captions: Callable[[str], str] = str,
    ) -> Row:
        """A record in words; the values of ``hidden`` columns are masked."""
        register = shown.register
        record = lookup.view(register.id, key)
        cells = [
            masked(text) if each.field in hidden else text
            for each in shown.columns
            for text in (lookup.caption(register, record, each.field, captions),)
        ]
        if register.ranges is not None:
            both = self._records.ranges.figures(unit, register, record)
            figures = dict(zip(RANGE_FIGURES, both, strict=True))
            cells = [
                str(figures[each.field]) if each.field in figures else cell
                for each, cell in zip(shown.columns, cells, strict=True)
            ]
        state = record.row.state
        title = register.states[state].title if state in register.states else state
        return Row(key, lookup.label(register.id, key) or key, cells, status=title)

    # ------------------------------------------------------------ inside

    def _masked(self, lookup: FormLookup, actor: Actor, shown: Shown) -> frozenset[str]:
        """The columns whose values the actor may only recognise (IMP-09)."""
        owners = {
            each.field: lookup.owner_of_masked(shown.register, each.field) for each in shown.columns
        }
        return frozenset(
            path
            for path, owner in owners.items()
            if owner is not None and not may_unmask(self._directory, actor, owner)
        )

    def _subjects(self, lookup: FormLookup, shown: Shown, keys: Sequence[str]) -> list[str]:
        """Whose data the records hold or name: what an export of them takes along."""
        register, index = shown.register, self._records.index
        form = self._records.release.forms[register.form]
        named = {
            each.field
            for each in shown.columns
            if (element := form.element(each.field)) is not None and element.reference == PEOPLE
        }
        found: dict[str, None] = {}
        for key in keys:
            subject = index.subject(register, key)
            if subject is not None:
                found[subject] = None
            record = lookup.view(register.id, key) if named else None
            for path in named:
                value = plain(at_path(record, path)) if record is not None else None
                people = value if isinstance(value, list) else [value]
                found.update(dict.fromkeys(str(one) for one in people if one))
        return list(found)

    def _selection(
        self,
        unit: UnitOfWork,
        actor: Actor,
        shown: Shown,
        filters: Mapping[str, str],
        search: str,
    ) -> Selection:
        register, index = shown.register, self._records.index
        usable = (*shown.filters, *register.index_paths, "id", "state")
        given = {path: value for path, value in filters.items() if value and path in usable}
        spans = {path: value.split(SPAN) for path, value in given.items() if SPAN in value}
        equal = {
            path: [_filter_value(value, index.is_number(register, path))]
            for path, value in given.items()
            if path not in spans
        }
        exact = index.exact(register, shown.search, search)
        scoped = register.scope is not None and shown.relation != "all"
        path = self._directory.path(actor.organisation) if scoped else None
        return Selection(
            register.id,
            where=self._where(unit, actor, shown),
            words=search,
            exact=exact,
            equal=equal,
            between={path: (ends[0], ends[-1]) for path, ends in spans.items()},
            jurisdiction=actor.jurisdiction,
            scope_path=path,
            without_itself=shown.relation == "below",
            scope=actor.organisation if scoped and shown.relation in ("mine", "waiting") else None,
            # Whoever acts for no organisation has nothing that belongs to one.
            keys=() if scoped and path is None else None,
        )

    def _where(self, unit: UnitOfWork, actor: Actor, shown: Shown) -> Where | None:
        if shown.where is None:
            return None
        where = self._records.release.bound.wheres[shown.where]
        values = self._records.names(unit, actor)
        condition = where.bind(values, calendar=self._records.calendar(actor.jurisdiction))
        return Where.over(condition, shown.register.id, self._records.catalogue(actor.jurisdiction))

    def _order(self, shown: Shown, sort: str) -> Order:
        register = shown.register
        path, descending = sort.removeprefix("-"), sort.startswith("-")
        if path not in self._sortable(register):
            path, descending = shown.sort.field, shown.sort.descending
        if path == register.label:
            return Order(LABEL, descending=descending)
        return Order(path, self._records.index.is_number(register, path), descending)

    def _sortable(self, register: Register) -> tuple[str, ...]:
        private = self._records.index.private(register)
        paths = self._records.index.own_paths(register)
        return (*(path for path in paths if path not in private), "state", register.label)

    def _filters(
        self, unit: UnitOfWork, lookup: FormLookup, shown: Shown, jurisdiction: str | None
    ) -> list[Filter]:
        register = shown.register
        return [
            Filter(
                path,
                self.title_of(register, path),
                self._choices(unit, lookup, register, path, jurisdiction),
            )
            for path in shown.filters
        ]

    def _choices(
        self,
        unit: UnitOfWork,
        lookup: FormLookup,
        register: Register,
        path: str,
        jurisdiction: str | None = None,
    ) -> list[tuple[str, str]] | None:
        if path == "state":
            return [(state.name, state.title) for state in register.states.values()]
        element = self._records.release.forms[register.form].element(path)
        if element is not None and element.codes:
            return [
                (code.code, code.title)
                for code in lookup.codes(element.codes)
                if not element.only or code.code in element.only
            ]
        if self._records.index.type_at(register, path) == BOOLEAN:
            return [("1", "是"), ("0", "否")]
        if self._records.index.is_number(register, path):
            found = unit.record_pages.distinct(Selection(register.id), path)
            texts = [_text_of(value) for value in found if value != NO_NUMBER]
            return [(text, text) for text in texts[:OFFERED]]
        reference = self._records.index.searchable(register).references.get(path)
        if reference is None:
            return None
        keys = unit.record_pages.first_values(register.id, path, OFFERED)
        # Records of other jurisdictions refer to things of theirs, which are not offered.
        names = unit.record_pages.texts(reference, keys, LABEL, jurisdiction)
        return sorted(names.items(), key=lambda item: item[1])


def _text_of(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def _filter_value(text: str, number: bool) -> str | float:
    if not number:
        return text
    try:
        return float({"true": 1, "false": 0}.get(text, text))
    except ValueError:
        return float("nan")
