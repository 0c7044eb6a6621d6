"""Work lists and queries of the content as pages, and what the home page counts.

A count and the rows it leads to come from one question, so that they are always equal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import Any

from engine.connectors.spreadsheets import write_xlsx
from engine.definitions.listing import CASE_FIELDS, CASES, OVERDUE, SORTABLE, HomeCount, Listing
from engine.definitions.process import FOR_MANY, Process
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.release import Release
from engine.definitions.role import Menu, MenuEntry
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.directory import Directory
from engine.services.exports import may_unmask, note_export
from engine.services.list_cells import YES_NO, Cells, element_of
from engine.services.list_questions import ListQuestions
from engine.services.marks import Marks
from engine.services.menus import Menus
from engine.services.pages import Bulk, Column, Cursor, Filter, Moments, Page, cursor_from
from engine.services.record_index import LABEL
from engine.services.records import Records
from engine.services.register_pages import Shown
from engine.services.registers import Registers
from engine.services.sentences import Sentences
from engine.services.sight import Sight
from engine.services.statuses import STATUSES
from engine.store.records import IndexValue
from engine.store.unit import UnitOfWork
from engine.store.worklists import CaseLine, Unseen, Viewer, Worklist

#: columns that are worked out, and what is stored of them: the more of the one, the less of it
_TURNED = {"days": "arrived_at"}
#: how many rows are exported at once
EXPORTED = 100_000
NARROWING = {"step": "steps", "stage": "stages", "status": "statuses"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure on the home page and what narrows its list to the same rows."""

    list: str
    list_title: str
    title: str
    count: int
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a message goes to: a person or an organisation."""

    register: str
    key: str
    name: str


class Lists:
    """The lists of the content, for one actor at a time."""

    def __init__(
        self,
        records: Records,
        directory: Directory,
        registers: Registers,
        sentences: Sentences,
        marks: Marks,
        questions: ListQuestions,
    ) -> None:
        self._records = records
        self._directory = directory
        self._pages = registers.pages
        self._menus = Menus(records, directory)
        self._sentences = sentences
        self._marks = marks
        self._questions = questions
        self._store = records.store

    @property
    def _release(self) -> Release:
        return self._records.release

    def menu(self, actor: Actor) -> list[Menu]:
        """The menus the actor's rights open, in the order of the content (ACC-16, ACC-17)."""
        return self._menus.of(actor)

    # ------------------------------------------------------------ rights

    def why_not(self, actor: Actor, name: str) -> Refused | None:
        """Why an actor may not open a list; None when they may."""
        listing = self._release.lists.get(name)
        if listing is None or not self._questions.is_offered(actor, listing):
            return self._sentences.worded(NotFound("no_such_page"))
        if not listing.permissions:
            return None
        held = self._directory.permissions(actor)
        if held & set(listing.permissions):
            return None
        if listing.relation == "waiting" and any(
            lent & set(listing.permissions) for lent in self._directory.lent(actor).values()
        ):
            return None
        return self._sentences.worded(
            NotAllowed(
                "no_permission",
                permission=listing.permissions[0],
                organisation=actor.organisation,
            )
        )

    def listing(self, actor: Actor, name: str) -> Listing:
        """A list the actor may open.

        Raises:
            NotFound, NotAllowed.
        """
        refusal = self.why_not(actor, name)
        if refusal is not None:
            raise refusal
        return self._release.lists[name]

    # ------------------------------------------------------------ pages

    def page(
        self,
        actor: Actor,
        name: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
        sort: str = "",
        cursor: str = "",
        limit: int = 50,
    ) -> Page:
        """A page of a list.

        Raises:
            NotFound: there is no such list, or the cursor is none.
            NotAllowed: the actor may not open it, or does not see what it is narrowed or sorted by.
        """
        listing = self.listing(actor, name)
        if listing.of != CASES:
            with self._sentences.saying():
                page = self._pages.page(
                    actor, self._shown(listing), filters=filters, search=search, sort=sort,
                    cursor=cursor, limit=limit, captions=self._sentences.captions(),
                )  # fmt: skip
            return replace(
                page, listing=listing, empty=listing.empty, may_export=listing.export,
                bulk=self._of_records(actor, listing, listing.actions),
                on_all=self._of_records(actor, listing, listing.on_all),
            )  # fmt: skip
        column, descending = self._sorting(listing, sort)
        with self._sentences.saying(), self._store.read() as unit:
            after = cursor_from(cursor)
            sight = self.sight(actor)
            worklist = self.worklist(unit, actor, listing, filters or {}, search, sight, sort)
            lines = unit.worklists.page(
                worklist, column, descending=descending, after=after, limit=limit + 1
            )
            total = unit.worklists.count(worklist)
            captions = self._sentences.captions()
            viewer, marks = worklist.viewer, self._marks
            cells = self._cells(unit, actor, listing, viewer, sight, captions, marks)
            rows = cells.rows(lines[:limit])
            offered = self.filters_of(unit, actor, listing, sight)
            closed = self.closed_to(actor, listing, sight, [one.field for one in listing.columns])
        more = len(lines) > limit
        last = lines[limit - 1] if more else None
        return Page(
            title=listing.title,
            columns=self._columns(listing, closed),
            rows=rows,
            filters=offered,
            total=total,
            next_cursor=Cursor(last.order, last.id).text() if last is not None else "",
            searchable=self.is_searchable(actor, listing, sight),
            empty=listing.empty,
            bulk=self._bulk(actor, listing),
            listing=listing,
            may_export=listing.export,
        )

    def keys(
        self,
        actor: Actor,
        name: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> list[str]:
        """The ids of all rows of a list, in its order; of cases those it shows so narrowed.

        Raises:
            Refused: as for :meth:`page`.
        """
        listing = self.listing(actor, name)
        if listing.of != CASES:
            return self._pages.keys(actor, self._shown(listing))
        with self._store.read() as unit:
            return [line.uid for line in self._lines(unit, actor, listing, filters or {}, search)]

    def recipients(self, actor: Actor, name: str, rows: Sequence[str]) -> list[Recipient]:
        """Who is written to by ticking rows of a list, each once (MSG-01).

        Raises:
            Refused: as for :meth:`page`; the list is not for writing, or a row is not in it.
        """
        listing = self.listing(actor, name)
        known = set(self.keys(actor, name))
        with self._sentences.saying(), self._store.read() as unit:
            if listing.write_to is None or not known.issuperset(rows):
                raise NotFound("no_such_page")
            found = dict.fromkeys(self._written(unit, listing, row) for row in rows)
        return [Recipient(register, key, self._directory.name(register, key))
                for register, key in found if key]  # fmt: skip

    @staticmethod
    def _written(unit: UnitOfWork, listing: Listing, row: str) -> tuple[str, str | None]:
        if listing.of != CASES:
            return listing.of, row
        case = unit.cases.load(row)
        assert case is not None  # it was in the list
        if listing.write_to == "organisation":
            return ORGANISATIONS, case.organisation
        return PEOPLE, case.initiator

    def count(
        self,
        actor: Actor,
        name: str,
        narrowed: HomeCount | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> int:
        """How many rows a list has, narrowed as a figure of the home page or as a page of it is.

        Raises:
            Refused: as for :meth:`page`.
        """
        listing = self.listing(actor, name)
        return self._count(actor, listing, narrowed, filters or {}, search)

    def _count(
        self,
        actor: Actor,
        listing: Listing,
        narrowed: HomeCount | None = None,
        filters: Mapping[str, str] = MappingProxyType({}),
        search: str = "",
    ) -> int:
        if listing.of != CASES:
            return self._pages.count(actor, self._shown(listing), filters, search)
        with self._store.read() as unit:
            worklist = self.worklist(unit, actor, listing, filters, search)
            if narrowed is not None:
                worklist = _narrowed(worklist, narrowed)
            return unit.worklists.count(worklist)

    def counts(self, actor: Actor) -> dict[str, int]:
        """What waits in each list of the actor's menu."""
        shown = (self._release.lists[entry.target] for entry in self._entries(actor))
        waiting = {one.id: one for one in shown if one.relation == "waiting" and one.of == CASES}
        sight = self.sight(actor)
        with self._store.read() as unit:
            asked = [self.worklist(unit, actor, one, {}, "", sight) for one in waiting.values()]
            return dict(zip(waiting, unit.worklists.counts(asked), strict=True))

    def home(self, actor: Actor) -> list[Tile]:
        """The figures of the home page (UNIT-04): each leads to the rows it counts (QRY-06)."""
        tiles = []
        for entry in self._entries(actor):
            listing = self._release.lists[entry.target]
            for figure in listing.home:
                query = {
                    key: ",".join(values)
                    for key, name in NARROWING.items()
                    if (values := getattr(figure, name))
                }
                count = self._count(actor, listing, figure)
                title = entry.title or listing.title
                tiles.append(Tile(listing.id, title, figure.title, count, query))
        return tiles

    def export(
        self,
        actor: Actor,
        name: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> tuple[str, bytes]:
        """All rows of a list as a spreadsheet: file name and content.

        Raises:
            Refused: as for :meth:`page`, and where the list is not to be exported.
        """
        listing = self.listing(actor, name)
        if not listing.export:
            raise self._sentences.worded(NotAllowed("not_exported"))
        if listing.of != CASES:
            return self._pages.export(actor, self._shown(listing), filters or {}, search)
        with self._sentences.saying(), self._store.read() as unit:
            lines = self._lines(unit, actor, listing, filters or {}, search)
            viewer = self._questions.viewer(actor)
            rows = self._cells(unit, actor, listing, viewer, self.sight(actor)).rows(lines)
        people = ((line.initiator, line.uid) for line in lines if line.initiator)
        at = self._records.now(actor.jurisdiction)
        note_export(self._store, at, actor, listing.id, (), people)
        content = BytesIO()
        heads = [column.title for column in self._columns(listing)]
        write_xlsx(content, listing.title, heads, [row.cells for row in rows])
        return f"{listing.title}.xlsx", content.getvalue()

    # ------------------------------------------------------------ inside

    def _shown(self, listing: Listing) -> Shown:
        return Shown.of_listing(listing, self._release.registers[listing.of])

    def _entries(self, actor: Actor) -> list[MenuEntry]:
        return [
            entry for menu in self.menu(actor) for entry in menu.entries if entry.kind == "list"
        ]

    def _lines(
        self,
        unit: UnitOfWork,
        actor: Actor,
        listing: Listing,
        filters: Mapping[str, str],
        search: str,
    ) -> list[CaseLine]:
        worklist = self.worklist(unit, actor, listing, filters, search)
        column, descending = self._sorting(listing, "")
        return unit.worklists.page(worklist, column, descending=descending, limit=EXPORTED)

    def _cells(
        self,
        unit: UnitOfWork,
        actor: Actor,
        listing: Listing,
        viewer: Viewer,
        sight: Sight,
        captions: Callable[[str], str] = str,
        marks: Marks | None = None,
    ) -> Cells:
        zone = self._records.zone(actor.jurisdiction)
        moments = Moments(zone, self._records.now(actor.jurisdiction))
        return Cells(unit, self._release, listing, viewer, moments, sight, marks, captions=captions)

    def sight(self, actor: Actor) -> Sight:
        """What the actor sees of the fields of cases."""
        people = self._release.registers.get(PEOPLE)

        @cache
        def held() -> Sequence[frozenset[str]]:
            lent = self._directory.lent(actor).values()
            return (self._directory.permissions(actor), *lent)

        def concerns(audience: str) -> bool:
            if any(audience in permissions for permissions in held()):
                return True
            return self._directory.plays(actor.person, audience, actor.organisation)

        def unmasked() -> bool:
            return may_unmask(self._directory, actor, people)

        return Sight(self._release, concerns, unmasked)

    def closed_to(
        self, actor: Actor, listing: Listing, sight: Sight, paths: Iterable[str]
    ) -> frozenset[str]:
        """The fields of a list that the actor sees in none of its cases."""
        processes = self._questions.processes(actor, listing)
        every_row_is_own = listing.relation == "mine" and not listing.permissions

        def closed(path: str) -> bool:
            having = [one for one in processes if element_of(self._release, [one], path)]
            unseen = sight.unseen(having, path.removeprefix("data."))
            kept = (*unseen.everywhere, *(unseen.own if every_row_is_own else ()))
            return bool(having) and len(kept) == len(having)

        return frozenset(path for path in paths if path.startswith("data.") and closed(path))

    def is_searchable(self, actor: Actor, listing: Listing, sight: Sight) -> bool:
        """Whether there is something the actor can search a list by."""
        return len(self.closed_to(actor, listing, sight, listing.search)) < len(listing.search)

    def worklist(
        self,
        unit: UnitOfWork,
        actor: Actor,
        listing: Listing,
        filters: Mapping[str, str],
        search: str,
        sight: Sight | None = None,
        sort: str = "",
    ) -> Worklist:
        """The question of a list, as the actor asks it.

        Raises:
            NotAllowed: the actor does not see a field that rows are asked or sorted by.
        """
        sight = sight or self.sight(actor)
        processes = self._questions.processes(actor, listing)
        by = [*(path for path in listing.filters if filters.get(path)), sort.removeprefix("-")]
        for path in sorted(self.closed_to(actor, listing, sight, by)):
            refusal = NotAllowed("field_not_shown", field=self.caption(listing, path))
            raise self._sentences.worded(refusal)
        read = (*by, *(listing.search if search else ()), listing.sort.field)
        worklist = replace(
            self._questions.of(unit, actor, listing, processes),
            equal=self._equal(actor, listing, filters),
            words=search,
            searched=self._searched(actor, listing),
            exact=self._exact(actor, listing, search),
            unseen=_unseen(sight, processes, read),
            late=self._late(listing, filters),
        )
        asked = HomeCount("", **{name: _split(filters.get(key)) for key, name in NARROWING.items()})
        return _narrowed(worklist, asked)

    @staticmethod
    def _late(listing: Listing, filters: Mapping[str, str]) -> bool | None:
        """Whether only overdue cases are asked for, or only the others."""
        wanted = filters.get(OVERDUE) if OVERDUE in listing.filters else None
        return {"1": True, "0": False}.get(wanted or "")

    def _equal(
        self, actor: Actor, listing: Listing, filters: Mapping[str, str]
    ) -> dict[str, list[IndexValue]]:
        processes = self._questions.processes(actor, listing)
        found: dict[str, list[IndexValue]] = {}
        for path in listing.filters:
            text = filters.get(path, "")
            if not text or path in NARROWING or path == OVERDUE:
                continue
            element = element_of(self._release, processes, path)
            is_number = element is not None and element.kind in ("number", "integer", "boolean")
            try:
                value: IndexValue = float(text) if is_number or path == "year" else text
            except ValueError:
                value = -1.0
            found[path.removeprefix("data.")] = [value]
        return found

    def _searched(self, actor: Actor, listing: Listing) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        for path in listing.search:
            register: str | None = {"initiator": PEOPLE, "organisation": ORGANISATIONS}.get(path)
            if path.startswith("data."):
                element = element_of(self._release, self._questions.processes(actor, listing), path)
                register = (element.reference or None) if element is not None else None
            found.append((path.removeprefix("data."), register))
        return found

    def _exact(
        self, actor: Actor, listing: Listing, search: str
    ) -> dict[str, list[tuple[str, str]]]:
        """Private fields, such as an identity number, are found by their whole value."""
        found = {}
        for name in {register for _, register in self._searched(actor, listing) if register}:
            register, index = self._release.registers[name], self._records.index
            found[name] = [
                (path, index.blind(name, path, search.strip()))
                for path in register.search
                if path in index.private(register) and path != register.label
            ]
        return found

    def _sorting(self, listing: Listing, sort: str) -> tuple[str, bool]:
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        columns = {column.field for column in listing.columns}
        if name in columns and self._sortable(name):
            if name in _TURNED:
                return _TURNED[name], not descending
            return name.removeprefix("data."), descending
        return listing.sort.field.removeprefix("data."), listing.sort.descending

    @staticmethod
    def _sortable(path: str) -> bool:
        return path in SORTABLE or path in _TURNED or path.startswith("data.")

    def _columns(self, listing: Listing, closed: Collection[str] = ()) -> list[Column]:
        return [
            Column(
                column.field,
                column.title or self.caption(listing, column.field),
                self._sortable(column.field) and column.field not in closed,
            )
            for column in listing.columns
        ]

    def caption(self, listing: Listing, path: str) -> str:
        """The title a list gives a column, or that of the field."""
        for column in listing.columns:
            if column.field == path and column.title:
                return column.title
        if path in CASE_FIELDS:
            return CASE_FIELDS[path].label
        bound = self._release.processes
        processes = [
            found.process
            for name, found in bound.items()
            if not listing.processes or name in listing.processes
        ]
        element = element_of(self._release, processes, path)
        return element.title if element is not None else path

    def _bulk(self, actor: Actor, listing: Listing) -> list[Bulk]:
        """The actions a list offers for ticked rows, called as at the first step that has them."""
        actions = {
            name: action
            for process in reversed(self._questions.processes(actor, listing))
            for step in reversed(list(process.steps.values()))
            if not listing.steps or step.name in listing.steps
            for name, action in step.actions.items()
        }
        return [
            # An operation of the engine has the caption of the page.
            Bulk(name, actions[name].title if name in actions else "")
            for name in listing.actions
            if name in actions or name in FOR_MANY
        ]

    def _of_records(self, actor: Actor, listing: Listing, names: Sequence[str]) -> list[Bulk]:
        """Those of a register's actions that somebody may take."""
        register = self._release.registers[listing.of]
        chosen = [register.actions[name] for name in names]
        return [
            Bulk(one.name, one.title, one.confirm)
            for one in chosen
            if self._directory.why_not(actor, one.permission or register.permissions.edit) is None
        ]

    def filters_of(
        self, unit: UnitOfWork, actor: Actor, listing: Listing, sight: Sight
    ) -> list[Filter]:
        """What a list can be narrowed by, with the values there are among its rows."""
        closed = self.closed_to(actor, listing, sight, listing.filters)
        offered = [path for path in listing.filters if path not in closed]
        if not offered:
            return []
        whole = self.seeing(self.worklist(unit, actor, listing, {}, "", sight), sight, offered)
        return [
            Filter(path, self.caption(listing, path), self._options(unit, actor, whole, path))
            for path in offered
        ]

    def seeing(self, worklist: Worklist, sight: Sight, paths: Iterable[str]) -> Worklist:
        """A question of a list about more fields: what is kept from the actor does not count."""
        processes = [self._release.processes[name].process for name in worklist.processes]
        more = _unseen(sight, processes, paths)
        return replace(worklist, unseen={**worklist.unseen, **more})

    def _options(
        self, unit: UnitOfWork, actor: Actor, whole: Worklist, path: str
    ) -> Sequence[tuple[str, str]]:
        """The values there are among the rows, with their captions."""
        if path == OVERDUE:
            return [("1", YES_NO[True]), ("0", YES_NO[False])]
        inner = path.removeprefix("data.")
        found = (text_of(value) for value in unit.worklists.distinct(whole, inner))
        values = list(dict.fromkeys(called_now(whole, path, value) for value in found))
        return self.titled(unit, whole, path, values)

    def titled(
        self, unit: UnitOfWork, whole: Worklist, path: str, values: list[str]
    ) -> Sequence[tuple[str, str]]:
        """Values of a list at a column with their captions, in their order."""
        inner = path.removeprefix("data.")
        processes = [self._release.processes[name].process for name in whole.processes]
        element = element_of(self._release, processes, path) if path != inner else None
        register = {"initiator": PEOPLE, "organisation": ORGANISATIONS}.get(path)
        if element is not None and element.reference:
            register = element.reference
        if register is not None:
            names = unit.record_pages.texts(register, values, LABEL)
            return sorted(((v, names.get(v, v)) for v in values), key=lambda option: option[1])
        codes = self._release.codes.get(element.codes) if element is not None else None
        if path == "status":
            codes = self._release.codes.get(STATUSES)
        if codes is not None:
            order = {code: place for place, code in enumerate(codes.values)}
            values.sort(key=lambda value: order.get(value, len(order)))
            return [(value, codes.title_of(value)) for value in values]
        if element is not None and element.kind == "boolean":
            return [(value, YES_NO[value == "1"]) for value in values]
        if path == "process":
            return [(p.id, p.title) for p in processes if p.id in values]
        if path in ("step", "stage"):
            return [(value, _step_title(processes, path, value)) for value in values]
        return [(value, value) for value in values]


def _unseen(sight: Sight, processes: Sequence[Process], paths: Iterable[str]) -> dict[str, Unseen]:
    """In which cases fields of the data are kept from the reader, by index path."""
    inner = {path.removeprefix("data.") for path in paths if path.startswith("data.")}
    return {path: sight.unseen(processes, path) for path in inner}


def _narrowed(worklist: Worklist, figure: HomeCount) -> Worklist:
    """Narrow a list to some steps, stages and statuses of those it has."""
    found: dict[str, Any] = {}
    for name in NARROWING.values():
        wanted, has = getattr(figure, name), getattr(worklist, name)
        if wanted:
            found[name] = tuple(one for one in wanted if not has or one in has) or ("",)
    return replace(worklist, **found)


def called_now(worklist: Worklist, path: str, value: str) -> str:
    """What the step or stage is called that a value of a column names; other values as they are."""
    for one in worklist.before if path in ("step", "stage") else ():
        for name, before in (one.steps if path == "step" else one.stages).items():
            if value in before:
                return name
    return value


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(",") if part)


def text_of(value: Any) -> str:
    """A value as a filter asks for it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _step_title(processes: Sequence[Process], path: str, name: str) -> str:
    for process in processes:
        if path == "step" and name in process.steps:
            return process.steps[name].title
        for step in process.steps.values():
            if path == "stage" and name in step.stages:
                return step.stages[name].title
    return name
