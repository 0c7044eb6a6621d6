"""Lists of the content as pages: filters, sorting, paging, bulk actions, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import caption
from admin.tables import Bulk, Cell, Filter, Link, Row, Table, address, sorted_column

pages = Blueprint("lists", __name__)
_OWN = ("search", "sort", "cursor")
Links = Callable[[Any], Sequence[Link]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked() -> tuple[dict[str, str], str, str, str]:
    """What the address asks for: filters, search, sort order, place in the list."""
    query = request.args
    filters = {name: value for name, value in query.items() if name not in _OWN and value}
    return filters, query.get("search", "").strip(), query.get("sort", ""), query.get("cursor", "")


def table_of(
    page: Any,
    *,
    here: str,
    links: Links,
    bulk: tuple[Bulk, ...] = (),
    bulk_href: str = "",
    export_href: str | None = None,
) -> Table:
    """A page of a list as a table; ``links`` says where a row leads."""
    filters, search, sort, cursor = asked()
    query = {**filters, "search": search, "sort": sort}
    columns = [
        sorted_column(each.title, each.field, sort=sort, here=here, query=query)
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
        total=page.total,
        first_href=address(here, {**query}) if cursor else None,
        next_href=address(here, {**query, "cursor": page.next_cursor})
        if page.next_cursor
        else None,
        export_href=export_href,
    )


def cells_of(row: Any, columns: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """The cells of a row: text, class, flags (the flags stand beside the status)."""
    found = []
    for column, text in zip(columns, row.cells, strict=True):
        is_status = column.field in ("status", "public_status", "state")
        late = " status--late" if is_status and row.late else ""
        kind = f"status{late}" if is_status and text else ""
        found.append((text, kind, tuple(row.flags) if is_status else ()))
    return found


def show(name: str) -> ResponseReturnValue:
    """One list."""
    actor = security.signed_in().actor
    filters, search, sort, cursor = asked()
    page = platform().lists.page(
        actor, name, filters=filters, search=search, sort=sort, cursor=cursor
    )
    here = url_for("lists.show", name=name)
    first = _("审核") if page.listing.relation == "waiting" else _("查看")

    def links(row: Any) -> list[Link]:
        return [
            Link(first, url_for("cases.show", uid=row.key, back=request.full_path.rstrip("?"))),
            Link(_("过程跟踪"), url_for("cases.course", uid=row.key)),
        ]

    table = table_of(
        page,
        here=here,
        links=links,
        bulk=tuple(Bulk(each.name, each.title) for each in page.bulk),
        bulk_href=url_for("reviewing.bulk", back=here),
        export_href=address(url_for("lists.export", name=name), {**filters, "search": search})
        if page.listing.export
        else None,
    )
    return render_template("portal/list.html", table=table, title=caption(table.title))


def export(name: str) -> ResponseReturnValue:
    """The rows of a list as a spreadsheet."""
    filters, search, _sort, _cursor = asked()
    file_name, content = platform().lists.export(
        security.signed_in().actor, name, filters=filters, search=search
    )
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


pages.add_url_rule("/lists/<path:name>", view_func=show)
pages.add_url_rule("/exports/<path:name>", view_func=export)
