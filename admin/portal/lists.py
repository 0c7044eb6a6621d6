"""Lists of the content as pages: filters, sorting, paging, bulk actions, export."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.listing import XLSX, asked, table_of
from admin.navigation import caption
from admin.tables import Bulk, Link, address
from engine.definitions.listing import CASES, Listing
from engine.domain.actor import Actor

pages = Blueprint("lists", __name__)


def show(name: str) -> ResponseReturnValue:
    """One list."""
    actor = security.signed_in().actor
    filters, search, sort, cursor = asked()
    page = platform().lists.page(
        actor, name, filters=filters, search=search, sort=sort, cursor=cursor
    )
    here = url_for("lists.show", name=name)
    listing = platform().release.lists[name]
    first = _("审核") if listing.relation == "waiting" else _("查看")

    onward = _onward(actor, listing)

    def links(row: Any) -> list[Link]:
        if listing.of != CASES:
            return onward(row)
        return [
            Link(first, url_for("cases.show", uid=row.key, back=request.full_path.rstrip("?"))),
            Link(_("过程跟踪"), url_for("cases.course", uid=row.key)),
        ]

    buttons = [Bulk(each.name, each.title) for each in page.bulk]
    if listing.write_to is not None and platform().messages.may_send(actor):
        buttons.append(Bulk("write", _("编辑信息"), url_for("messages.write", name=name)))
    table = table_of(
        page,
        here=here,
        links=links,
        bulk=tuple(buttons),
        bulk_href=url_for("reviewing.bulk", back=here),
        export_href=address(url_for("lists.export", name=name), {**filters, "search": search})
        if listing.export
        else None,
    )
    return render_template("portal/list.html", table=table, title=caption(table.title))


def _onward(actor: Actor, listing: Listing) -> Callable[[Any], list[Link]]:
    """Where the rows of a list lead, if the reader may go there."""
    link = listing.leads_to
    if link is None or platform().lists.why_not(actor, link.list) is not None:
        return lambda row: []
    there = url_for("lists.show", name=link.list)
    return lambda row: [Link(caption(link.title), address(there, {link.filter: row.key}))]


def export(name: str) -> ResponseReturnValue:
    """The rows of a list as a spreadsheet."""
    filters, search, _sort, _cursor = asked()
    file_name, content = platform().lists.export(
        security.signed_in().actor, name, filters=filters, search=search
    )
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


pages.add_url_rule("/lists/<path:name>", view_func=show)
pages.add_url_rule("/exports/<path:name>", view_func=export)
