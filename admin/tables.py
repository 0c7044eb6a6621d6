"""Lists of rows as a template shows them, whatever the rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; ``direction`` is ascending or descending when the list is sorted by it."""

    title: str
    sort_href: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition the reader may set; ``options`` is None for what is typed, of a kind."""

    name: str
    title: str
    options: Sequence[tuple[str, str]] | None
    value: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; ``kind`` is a class of the style sheet."""

    text: str
    kind: str = ""
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Where a row leads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; ``name`` tells it apart for those who cannot see the row."""

    key: str
    name: str
    cells: Sequence[Cell]
    links: Sequence[Link] = ()
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """A button for all ticked rows."""

    name: str
    title: str
    #: where it sends the rows, if not where the others do
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list with everything around it."""

    title: str
    here: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str
    filters: Sequence[Filter] = ()
    searchable: bool = False
    search: str = ""
    search_hint: str = ""
    sort: str = ""
    bulk: Sequence[Bulk] = ()
    bulk_href: str = ""
    #: what ticks the rows of the other pages too, in words; none where there are none
    every: str = ""
    #: buttons for all rows at once
    whole: Sequence[Bulk] = ()
    total: int | None = None
    first_href: str | None = None
    next_href: str | None = None
    export_href: str | None = None
    row_links: bool = field(default=True)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter is in force."""
        return bool(self.search or any(each.value for each in self.filters))


def address(here: str, query: Mapping[str, str | None]) -> str:
    """``here`` with the given query, empty values left out."""
    text = urlencode({name: value for name, value in query.items() if value})
    return f"{here}?{text}" if text else here


def sorted_column(
    title: str, name: str, *, sort: str, here: str, query: Mapping[str, str]
) -> Column:
    """A heading that sorts by its column, the other way round when it already does."""
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort)
    wanted = f"-{name}" if direction == "ascending" else name
    return Column(title, address(here, {**query, "sort": wanted, "cursor": None}), direction)
