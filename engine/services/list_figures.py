"""What lists count: their rows by columns, each figure leading to the rows it counts (QRY-01).

A list may say how many there are in the whole jurisdiction beside its own rows. That is a sum and
no way to look further: organisations and people that are in none of the rows the viewer sees are
not named (QRY-07).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from engine.connectors.spreadsheets import write_xlsx
from engine.definitions.listing import Listing
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound
from engine.services.list_cells import element_of
from engine.services.lists import Lists, called_now, text_of
from engine.services.pages import Filter
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.sight import Sight
from engine.store.unit import UnitOfWork
from engine.store.worklists import Worklist


@dataclass(frozen=True, slots=True)
class ListFigure:
    """How many rows have a value; ``whole``: how many cases of the jurisdiction."""

    value: str
    title: str
    number: int
    whole: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A column with the figures of its values; ``others``: in the jurisdiction, not named here."""

    path: str
    title: str
    figures: tuple[ListFigure, ...]
    others: int | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a list counts, narrowed like the list itself."""

    title: str
    total: int
    whole: int | None
    counted: tuple[Counted, ...]
    filters: Sequence[Filter]
    searchable: bool
    may_export: bool


class ListFigures:
    """Counts the rows of lists."""

    def __init__(self, lists: Lists, records: Records, sentences: Sentences) -> None:
        self._lists = lists
        self._records = records
        self._sentences = sentences

    def of(
        self,
        actor: Actor,
        name: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> Statistics:
        """The statistics of a list.

        Raises:
            NotFound: there is no such list, or it counts nothing.
            NotAllowed: the actor may not open it, or does not see what it is narrowed by.
        """
        with self._sentences.saying():
            listing = self._lists.listing(actor, name)
            if not listing.counts:
                raise NotFound("no_such_page")
            with self._records.store.read() as unit:
                sight = self._lists.sight(actor)
                closed = self._lists.closed_to(actor, listing, sight, listing.counts)
                counts = [path for path in listing.counts if path not in closed]
                own = self._lists.worklist(unit, actor, listing, filters or {}, search, sight)
                own = self._lists.seeing(own, sight, counts)
                whole = self._whole(unit, actor, listing, own, filters or {}, sight)
                return Statistics(
                    listing.title,
                    unit.worklists.count(own),
                    unit.worklists.count(whole) if whole is not None else None,
                    tuple(self._counted(unit, listing, own, whole, path) for path in counts),
                    self._lists.filters_of(unit, actor, listing, sight),
                    self._lists.is_searchable(actor, listing, sight),
                    listing.export,
                )

    def export(
        self,
        actor: Actor,
        name: str,
        heads: Sequence[str],
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> tuple[str, bytes]:
        """The statistics as a sheet: its file name and content.

        ``heads`` are the captions of: what is counted, its value, the number, the number in the
        jurisdiction, and what is not named.

        Raises:
            NotAllowed: the list is not to be exported.
        """
        found = self.of(actor, name, filters=filters, search=search)
        if not found.may_export:
            raise self._sentences.worded(NotAllowed("not_exported"))
        *columns, others = heads
        width = len(columns) if found.whole is not None else len(columns) - 1
        lines: list[list[str]] = []
        for counted in found.counted:
            lines += [
                [counted.title, one.title, str(one.number), str(one.whole)][:width]
                for one in counted.figures
            ]
            if counted.others is not None:
                lines.append([counted.title, others, "", str(counted.others)])
        content = BytesIO()
        write_xlsx(content, found.title, columns[:width], lines)
        return f"{found.title}.xlsx", content.getvalue()

    def _whole(
        self,
        unit: UnitOfWork,
        actor: Actor,
        listing: Listing,
        own: Worklist,
        filters: Mapping[str, str],
        sight: Sight,
    ) -> Worklist | None:
        """What is counted of the jurisdiction; nobody can ask for one organisation or person."""
        if not listing.whole:
            return None
        free = {path: one for path, one in filters.items() if not self._names_somebody(own, path)}
        asked = self._lists.worklist(unit, actor, listing, free, "", sight)
        return replace(asked, relation="all", handled=(), unseen=own.unseen)

    def _counted(
        self, unit: UnitOfWork, listing: Listing, own: Worklist, whole: Worklist | None, path: str
    ) -> Counted:
        inner = path.removeprefix("data.")
        here = _tally(unit, own, path, inner)
        everywhere = _tally(unit, whole, path, inner) if whole is not None else {}
        named = {**everywhere, **here} if not self._names_somebody(own, path) else here
        titles = self._lists.titled(unit, own, path, list(named))
        figures = tuple(
            ListFigure(
                value, title, here.get(value, 0), everywhere.get(value, 0) if whole else None
            )
            for value, title in titles
        )
        others = sum(number for value, number in everywhere.items() if value not in named)
        hidden = whole is not None and self._names_somebody(own, path)
        return Counted(
            path, self._lists.caption(listing, path), figures, others if hidden else None
        )

    def _names_somebody(self, worklist: Worklist, path: str) -> bool:
        """Whether the values of a column are organisations or people."""
        if path in ("initiator", "organisation", "initiator_organisation"):
            return True
        release = self._records.release
        processes = [release.processes[name].process for name in worklist.processes]
        element = element_of(release, processes, path)
        return element is not None and element.reference in (ORGANISATIONS, PEOPLE)


def _tally(unit: UnitOfWork, worklist: Worklist, path: str, inner: str) -> dict[str, int]:
    """The cases of a list by a column; one left at a step of an old name is at that step."""
    found: dict[str, int] = {}
    for value, number in unit.worklists.tally(worklist, inner):
        name = called_now(worklist, path, text_of(value))
        found[name] = found.get(name, 0) + number
    return found
