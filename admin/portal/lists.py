"""Lists of the content as pages: filters, sorting, paging, bulk actions, export."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import charts, security
from admin.captions import _
from admin.context import SignedIn, platform
from admin.forms import ROOT
from admin.listing import XLSX, asked, table_of
from admin.navigation import caption, entry_title, opens
from admin.portal import jobs
from admin.portal.asking import operation_title
from admin.tables import Bulk, Filter, Link, Table, address
from engine.definitions.context import MEMBERS
from engine.definitions.listing import CASES, Listing
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.bulk import MOST
from engine.services.list_figures import Counted
from engine.services.pages import Page

pages = Blueprint("lists", __name__)

#: how many bars a chart has at most
BARS = 12


def show(name: str) -> ResponseReturnValue:
    """One list."""
    me = security.signed_in()
    actor = me.actor
    filters, search, sort, cursor = asked()
    page = platform().lists.page(
        actor, name, filters=filters, search=search, sort=sort, cursor=cursor
    )
    here = url_for("lists.show", name=name)
    listing = platform().release.lists[name]
    first = _("审核") if listing.relation == "waiting" else _("查看")
    course, called = _("过程跟踪"), listing.captions
    first, course = caption(called.get("open")) or first, caption(called.get("course")) or course

    onward = _onward(actor, listing)

    details = _details(me, listing)

    def links(row: Any) -> list[Link]:
        if listing.of != CASES:
            return [*details(row), *onward(row)]
        if not listing.opens:
            return []
        return [
            Link(first, url_for("cases.show", uid=row.key, back=request.full_path.rstrip("?"))),
            Link(course, url_for("cases.course", uid=row.key)),
            *(Link(caption(title), _part(row.key, name)) for name, title in listing.parts.items()),
        ]

    buttons = [Bulk(each.name, each.title or operation_title(each.name)) for each in page.bulk]
    if listing.write_to is not None and platform().messages.may_send(actor):
        buttons.append(Bulk("write", _("编辑信息"), url_for("messages.write", name=name)))
    table = table_of(
        page,
        here=here,
        links=links,
        bulk=tuple(buttons),
        every=_every(listing, page),
        bulk_href=address(
            url_for("reviewing.bulk"), {"back": here, "list": name, **filters, "search": search}
        )
        if listing.of == CASES
        # What is done to all is done to those that are shown.
        else address(url_for("lists.act", name=name), {**filters, "search": search}),
        whole=tuple(Bulk(each.name, each.title) for each in page.on_all),
        export_href=address(url_for("lists.export", name=name), {**filters, "search": search})
        if listing.export
        else None,
    )
    return render_template(
        "portal/list.html",
        table=table,
        title=caption(table.title),
        here=here,
        **jobs.shown(platform().list_jobs.progress(actor, name)),
    )


def act(name: str) -> ResponseReturnValue:
    """An action on the ticked records of a list, or on all of them; asks once where it should."""
    actor = security.signed_in().actor
    page = platform().lists.page(actor, name, limit=1)
    filters, search, _sort, _cursor = asked()
    keys = request.form.getlist("row")
    here = address(url_for("lists.show", name=name), {**filters, "search": search})
    chosen = request.form.get("action", "")
    whole = request.form.get("whole", "")
    button = next(
        (one for one in (page.on_all if whole else page.bulk) if one.name == (whole or chosen)),
        None,
    )
    if button is None:
        return redirect(here)
    if not whole and not keys:
        flash(_("请先勾选要办理的行。"), "warning")
        return redirect(here)
    title = f"{_('全部') if whole else _('批量')}{caption(button.title)}"
    if (whole or button.confirm) and request.form.get("confirmed") != "yes":
        sentence = caption(button.confirm) if button.confirm else ""
        count, said = len(keys), _("共 {count} 条。{sentence}确定吗？")
        if whole:
            count = platform().lists.count(actor, name, filters=filters, search=search)
        if whole and (filters or search):
            said = _("符合当前查询条件的共 {count} 条。{sentence}确定吗？")
        return render_template(
            "portal/confirm.html",
            title=title,
            sentence=said.format(count=count, sentence=sentence),
            action=request.full_path.rstrip("?"),
            fields=[("whole", whole), ("action", chosen), *(("row", key) for key in keys)],
            cancel=here,
        )
    try:
        if whole:
            platform().list_jobs.begin(actor, name, whole, filters=filters, search=search)
            return redirect(here)
        register = platform().release.lists[name].of
        results = platform().registers.bulk(actor, register, keys, chosen)
    except Refused as refusal:
        flash(refusal.sentence, "danger")
        return redirect(here)
    done = sum(one.sentence is None for one in results)
    flash(_("{title}：已办 {done} 条。", title=title, done=done), "success" if done else "warning")
    for one in results:
        if one.sentence is not None:
            flash(f"{one.name}：{one.sentence}", "warning")
    return redirect(here)


def _part(uid: str, name: str) -> str:
    """Where a part of a case is shown: those in a group on their own page, a field in its place."""
    if name == MEMBERS:
        return url_for("groups.members", uid=uid)
    return url_for("cases.show", uid=uid, _anchor=f"{ROOT}-{name}")


def _every(listing: Listing, page: Page) -> str:
    """What ticks the rows of the other pages of a list of cases too."""
    total = page.total or 0
    if listing.of != CASES or not page.bulk or total <= len(page.rows):
        return ""
    if total > MOST:
        return _("连同其他页，前 {count} 件", count=MOST)
    return _("连同其他页，共 {count} 件", count=total)


def _details(me: SignedIn, listing: Listing) -> Callable[[Any], list[Link]]:
    """The page of a record of a list, for those whose menu leads to its register."""
    if listing.of == CASES or not opens(me, "register", listing.of):
        return lambda row: []
    there = url_for("registers.details_view", register=listing.of)
    return lambda row: [Link(_("详情"), address(there, {"id": row.key}))]


def _onward(actor: Actor, listing: Listing) -> Callable[[Any], list[Link]]:
    """Where the rows of a list lead, if the reader may go there."""
    link = listing.leads_to
    if link is None or platform().lists.why_not(actor, link.list) is not None:
        return lambda row: []
    there = url_for("lists.show", name=link.list)
    return lambda row: [Link(caption(link.title), address(there, {link.filter: row.key}))]


def figures(name: str) -> ResponseReturnValue:
    """What a list counts, with charts; every figure opens the rows it counts."""
    filters, search, _sort, _cursor = asked()
    found = platform().list_figures.of(
        security.signed_in().actor, name, filters=filters, search=search
    )
    query = {**filters, "search": search}
    here, rows = url_for("lists.figures", name=name), url_for("lists.show", name=name)
    title = entry_title(security.signed_in(), "counts", name, found.title)
    table = Table(
        title=title,
        here=here,
        columns=[],
        rows=[],
        empty="",
        filters=[
            Filter(each.field, each.title, each.options, filters.get(each.field, ""))
            for each in found.filters
        ],
        searchable=found.searchable,
        search=search,
    )
    return render_template(
        "portal/figures.html",
        title=caption(title),
        trail=[(caption(title), None)],
        found=found,
        table=table,
        counted=[(one, _chart(one)) for one in found.counted],
        rows_href=address(rows, query),
        export_href=address(url_for("lists.export_figures", name=name), query)
        if found.may_export
        else None,
        listed=lambda path, value: address(rows, {**query, path: value}),
        narrowed=lambda path, value: address(here, {**query, path: value}),
    )


def _chart(counted: Counted) -> Markup | None:
    """Bars, where there are few enough to be taken in at a glance."""
    shown = [one for one in counted.figures if one.number]
    if not 1 < len(shown) <= BARS:
        return None
    rows = [charts.Bar(caption(one.title), one.number) for one in shown]
    return charts.bars(f"chart-{counted.path.replace('.', '-')}", caption(counted.title), rows)


def export_figures(name: str) -> ResponseReturnValue:
    """What a list counts as a spreadsheet."""
    filters, search, _sort, _cursor = asked()
    heads = (_("统计项"), _("内容"), _("数量"), _("本地区"), _("其他（合计）"))
    file_name, content = platform().list_figures.export(
        security.signed_in().actor, name, heads, filters=filters, search=search
    )
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


def export(name: str) -> ResponseReturnValue:
    """The rows of a list as a spreadsheet."""
    filters, search, _sort, _cursor = asked()
    file_name, content = platform().lists.export(
        security.signed_in().actor, name, filters=filters, search=search
    )
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


pages.add_url_rule("/lists/<path:name>", view_func=show)
pages.add_url_rule("/figures/<path:name>", view_func=figures)
pages.add_url_rule("/exports/figures/<path:name>", view_func=export_figures)
pages.add_url_rule("/lists/<path:name>", view_func=act, methods=["POST"])
pages.add_url_rule("/exports/<path:name>", view_func=export)
