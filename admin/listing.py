"""Lists of services as tables of pages: what the address asks for, and what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import request

from admin.captions import _
from admin.navigation import caption
from admin.tables import Bulk, Cell, Column, Filter, Link, Row, Table, address, sorted_column

#: days, names and short words stay on one line
_SHORT = re.compile(r"\d{4}-\d{2}-\d{2}|[\u4e00-\u9fff]{1,4}")
#: what an address asks for beside filters
#: what an address asks of every list beside filters
OWN = frozenset({"search", "sort", "cursor"})
Links = Callable[[Any], Sequence[Link]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked() -> tuple[dict[str, str], str, str, str]:
    """What the address asks for: filters, search, sort order, place in the list."""
    query = request.args
    filters = {name: value for name, value in query.items() if name not in OWN and value}
    return filters, query.get("search", "").strip(), query.get("sort", ""), query.get("cursor", "")


def table_of(
    page: Any,
    *,
    here: str,
    links: Links,
    bulk: tuple[Bulk, ...] = (),
    bulk_href: str = "",
    every: str = "",
    whole: tuple[Bulk, ...] = (),
    export_href: str | None = None,
) -> Table:
    """A page of a list as a table; ``links`` says where a row leads."""
    filters, search, sort, cursor = asked()
    query = {**filters, "search": search, "sort": sort}
    columns = [
        sorted_column(each.title, each.field, sort=sort, here=here, query=query)
        if each.sortable
        else Column(each.title)
        for each in page.columns
    ]
    rows = [
        Row(
            row.key,
            row.name,
            [Cell(text, kind, flags) for text, kind, flags in cells_of(row, page.columns)],
            links=links(row),
        )
        for row in page.rows
    ]
    return Table(
        title=page.title,
        here=here,
        columns=columns,
        rows=rows,
        empty=caption(page.empty) if page.empty else _("暂无数据。"),
        filters=[
            Filter(each.field, each.title, each.options, filters.get(each.field, ""))
            for each in page.filters
        ],
        searchable=page.searchable,
        search=search,
        sort=sort,
        bulk=bulk,
        bulk_href=bulk_href,
        every=every,
        whole=whole,
        total=page.total,
        first_href=address(here, {**query}) if cursor else None,
        next_href=address(here, {**query, "cursor": page.next_cursor})
        if page.next_cursor
        else None,
        export_href=export_href,
    )


def cells_of(row: Any, columns: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """The cells of a row: text, class, flags (the flags stand beside the status).

    Whose task it is, where the reader is a substitute, stands first.
    """
    found: list[tuple[str, str, tuple[str, ...]]] = []
    behalf = (_("代 {person}", person=row.on_behalf),) if row.on_behalf else ()
    for column, text in zip(columns, row.cells, strict=True):
        is_status = column.field in ("status", "public_status", "state")
        late = " status--late" if is_status and row.late else ""
        kind = f"status{late}" if is_status and text else ""
        if column.field == "number" or (not kind and _SHORT.fullmatch(text)):
            kind = "unbroken"
        flags = tuple(row.flags) if is_status else ()
        found.append((text, kind, flags if found else (*behalf, *flags)))
    return found
