"""The registers of the content as pages: list, detail, edit, state actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from admin import entry, security
from admin.captions import _
from admin.console import sheets
from admin.console.base import TablePage, expose
from admin.context import SignedIn, platform
from admin.entry import Asked
from admin.errors import status_of
from admin.listing import asked, table_of
from admin.navigation import caption, entry_title, opens
from admin.parked import RESTORE
from admin.portal.staff import shown_once
from admin.presses import version
from admin.tables import Link
from engine.definitions.register import Part, Register
from engine.domain.errors import InvalidSubmission, Refused
from engine.services.register_pages import Figure
from engine.services.registers import RecordOffer

#: the kinds of menu entries that open a page of a register; what is not here is for ``register``
OPENED_BY = {
    "query_view": ("records",),
    "read_view": ("records",),
    "figures_view": ("counts",),
    "export_view": ("register", "records"),
}
#: the person was told how many cases follow the dates that change
FOLLOWED = "followed"


def _named(figure: Figure) -> str:
    """What a figure counts, in words."""
    if figure.ages is None:
        return caption(figure.title)
    low, high = figure.ages
    if high is None:
        return _("{low} 岁以上", low=low)
    return _("{low}–{high} 岁", low=low, high=high) if low else _("{age} 岁以下", age=high + 1)


class RegistersPage(TablePage):
    """The registers of the content in force; what may be done is decided by their service.

    A register that is published later has its pages at once: which one is meant is part of the
    address.
    """

    def __init__(self) -> None:
        """Put each register at ``/console/register-<name>``."""
        super().__init__("registers", "registers", "/console/register-<register>")

    @property
    def register(self) -> str:
        """The register that the address names."""
        return str(g.register)

    def create_blueprint(self, admin: Any) -> Blueprint:
        """The addresses; the register in them is read here and put into links again."""
        pages: Blueprint = super().create_blueprint(admin)

        @pages.url_value_preprocessor
        def read(endpoint: str | None, values: dict[str, Any] | None) -> None:
            g.register = (values or {}).pop("register", "")

        @pages.url_defaults
        def write(endpoint: str, values: dict[str, Any]) -> None:
            values.setdefault("register", g.get("register", ""))

        return pages

    def opened_by(self, me: SignedIn) -> bool:
        """Whether the menu of the person leads to this page of the register."""
        page = (request.endpoint or "").rpartition(".")[2]
        kinds = OPENED_BY.get(page, ("register",))
        return any(opens(me, kind, self.register) for kind in kinds)

    # ------------------------------------------------------------ list

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All records the person may see."""
        return self._listed("register", ".index_view")

    @expose("/query/")
    def query_view(self) -> ResponseReturnValue:
        """The same records, to look at and export only."""
        return self._listed("records", ".query_view")

    def _listed(self, kind: str, here: str) -> ResponseReturnValue:
        me, only_read = security.signed_in(), kind == "records"
        filters, search, sort, cursor = asked()
        page = platform().registers.page(
            me.actor, self.register, filters=filters, search=search, sort=sort, cursor=cursor
        )
        keys = [row.key for row in page.rows if not only_read]
        offers = platform().registers.offers(me.actor, self.register, keys)
        table = table_of(
            page,
            here=self.get_url(here),
            links=lambda row: (
                self._to_read(row.key) if only_read else self._links(row.key, *offers[row.key])
            ),
            export_href=self.get_url(".export_view", **filters, search=search or None)
            if page.may_export
            else None,
        )
        links = []
        if self._declared.is_tree and not only_read:
            links.append(Link(_("树形"), self.get_url(".tree_view")))
        if page.may_create and not only_read:
            links.append(Link(self._called("add", _("新增")), self.get_url(".create_view")))
        if not only_read and platform().register_sheets.why_not(me.actor, self.register) is None:
            links.append(Link(_("导入"), self.get_url(".import_view")))
        title = entry_title(me, kind, self.register, page.title)
        return render_template(
            "portal/list.html", table=table, title=title, trail=[(title, None)], head_links=links
        )

    def _to_read(self, key: str) -> list[Link]:
        parts = platform().release.registers[self.register].parts.values()
        return [
            Link(_("详情"), self.get_url(".read_view", id=key)),
            *(
                Link(caption(one.title), self.get_url(".read_view", id=key, part=one.name))
                for one in parts
            ),
        ]

    def _links(self, key: str, edit: bool, actions: Sequence[RecordOffer]) -> list[Link]:
        parts = platform().release.registers[self.register].parts.values()
        return [
            Link(self._called("view", _("查看")), self.get_url(".details_view", id=key)),
            *([Link(self._called("edit", _("编辑")), self.get_url(".edit_view", id=key))] * edit),
            *(
                Link(caption(one.title), self.get_url(".edit_view", id=key, part=one.name))
                for one in parts
                if edit
            ),
            *(
                Link(caption(one.title), self.get_url(".action_page", id=key, action=one.name))
                for one in actions
            ),
        ]

    @expose("/tree/")
    def tree_view(self) -> ResponseReturnValue:
        """The records below each other, with what may be done at each place."""
        me, search = security.signed_in(), request.args.get("search", "").strip()
        service = platform().registers
        tree = service.tree(me.actor, self.register, search)
        keys = [key for node in tree.nodes for key in node.records()]
        title = entry_title(me, "register", self.register, tree.title)
        return render_template(
            "console/tree.html",
            title=title,
            trail=[(title, self.get_url(".index_view")), (_("树形"), None)],
            tree=tree,
            search=search,
            offers=service.offers(me.actor, self.register, keys),
            may_create=service.why_not(me.actor, self.register, "create") is None,
            may_delete=service.why_not(me.actor, self.register, "delete") is None,
            moves=self._declared.tree is not None,
            called=self._called,
            page=lambda name, **values: self.get_url(f".{name}", **values),
        )

    @expose("/figures/")
    def figures_view(self) -> ResponseReturnValue:
        """How many records have each value of what the register counts."""
        me = security.signed_in()
        title = entry_title(me, "counts", self.register, _("统计"))
        pages = {"register": ".index_view", "records": ".query_view"}
        rows = next((pages[kind] for kind in pages if opens(me, kind, self.register)), None)
        return render_template(
            "console/figures.html",
            title=title,
            trail=[(title, None)],
            figures=platform().registers.figures(me.actor, self.register),
            named=_named,
            href=lambda one: self.get_url(rows, **{one.field: one.value}) if rows else None,
        )

    @expose("/export")
    def export_view(self) -> ResponseReturnValue:
        """The records as a spreadsheet."""
        filters, search, _sort, _cursor = asked()
        return sheets.download(
            platform().registers.export(
                security.signed_in().actor, self.register, filters=filters, search=search
            )
        )

    # ------------------------------------------------------------ import

    @expose("/import", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """Check the lines of a sheet; nothing is added before the person submits them."""
        actor, service = security.signed_in().actor, platform().register_sheets
        with platform().views.sheets.open():
            form = service.asked(actor, self.register, {})
        typed, checked, refusal = Asked(dict(form.data)), None, None
        if request.method == "POST":
            typed = entry.receive(
                lambda: service.asked(actor, self.register, {}), actor, actor.person
            )
            if not typed.unfinished:
                try:
                    checked = service.check(actor, self.register, typed.data, sheets.uploaded())
                except Refused as refused:
                    refusal = refused
        errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
        with platform().views.sheets.open():
            form = service.asked(actor, self.register, typed.data)
            fields = entry.to_fill(form, errors, received=typed.received)
        title = _("导入")
        text = render_template(
            "console/import.html",
            title=title,
            trail=self._trail(title),
            form=fields,
            checked=checked,
            failed=sheets.written(checked.failed) if checked else "",
            staged=sheets.written(checked.good) if checked else "",
            action=self.get_url(".import_view"),
            submit_url=self.get_url(".submit_view"),
            failed_url=self.get_url(".failed_view"),
            template_url=self.get_url(".template_view"),
            cancel=self.get_url(".index_view"),
            problem=refusal.sentence if refusal is not None and not errors else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/import/submit", methods=("POST",))
    def submit_view(self) -> ResponseReturnValue:
        """Add the records that were checked."""
        actor = security.signed_in().actor
        done = platform().register_sheets.submit(actor, self.register, sheets.staged())
        flash(_("已导入 {count} 条。", count=done.added), "success")
        for number, reason in done.late:
            flash(_("第 {number} 行没有导入：{reason}", number=number, reason=reason), "warning")
        onwards = self.get_url(".index_view")
        return shown_once(done.admitted, onwards) if done.admitted else redirect(onwards)

    @expose("/import/failed", methods=("POST",))
    def failed_view(self) -> ResponseReturnValue:
        """The lines that failed, as a sheet to be mended."""
        actor, lines = security.signed_in().actor, sheets.failed()
        return sheets.download(platform().register_sheets.failed_sheet(actor, self.register, lines))

    @expose("/import/template")
    def template_view(self) -> ResponseReturnValue:
        """An empty sheet with the columns of the register."""
        actor = security.signed_in().actor
        return sheets.download(platform().register_sheets.template(actor, self.register))

    # ------------------------------------------------------------ one record

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One record with what may be done with it."""
        actor, key = security.signed_in().actor, request.args.get("id", "")
        record = platform().registers.get(actor, self.register, key)
        return render_template(
            "console/record.html",
            record=record,
            title=record.name,
            trail=self._trail(record.name),
            content=entry.record_to_read(actor, self.register, key),
            edit_href=self.get_url(".edit_view", id=key) if record.edit else None,
            delete_href=self.get_url(".remove_view", id=key) if record.delete else None,
            history_href=self.get_url(".history_view", id=key),
            called=self._called,
            action_href=lambda name: self.get_url(".action_page", id=key, action=name),
        )

    @expose("/history/")
    def history_view(self) -> ResponseReturnValue:
        """Who changed a record, and what; of a person also who looked at their data."""
        actor, key = security.signed_in().actor, request.args.get("id", "")
        trail = platform().trails.of_record(actor, self.register, key)
        name = platform().registers.get(actor, self.register, key).name
        title = _("{name} · 变更记录", name=name)
        return render_template(
            "console/history.html", title=title, trail=self._trail(title), noted=trail
        )

    @expose("/query/details/")
    def read_view(self) -> ResponseReturnValue:
        """One record, or a part of it with a page of its own, to look at only."""
        me, key = security.signed_in(), request.args.get("id", "")
        record, part = platform().registers.get(me.actor, self.register, key), self._part()
        title = entry_title(me, "records", self.register, self.register)
        name = f"{record.name} · {caption(part.title)}" if part else record.name
        return render_template(
            "console/record.html",
            record=replace(record, actions=()),
            title=name,
            trail=[(title, self.get_url(".query_view")), (name, None)],
            content=entry.record_to_read(
                me.actor, self.register, key, part.fields if part else None
            ),
            edit_href=None,
            delete_href=None,
        )

    def _part(self) -> Part | None:
        """The part of the record that the address names."""
        name = request.args.get("part")
        if name is None:
            return None
        found = platform().release.registers[self.register].parts.get(name)
        if found is None:
            abort(404)
        return found

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Change one record, or a part of it with a page of its own."""
        actor, key = security.signed_in().actor, request.args.get("id", "")
        record, part = platform().registers.get(actor, self.register, key), self._part()
        if not record.edit:
            abort(403)
        posted, refusal, following = None, None, 0
        if request.method == "POST":
            posted = entry.read_record(actor, self.register, key)
            if not posted.unfinished and RESTORE not in request.form:
                following = platform().registers.followers(actor, self.register, key, posted.data)
                if following and FOLLOWED not in request.form:
                    # Nobody puts off the date of a thousand cases without being told first.
                    return self._form(
                        key, record.name, posted, None, record.version, following=following
                    )
                try:
                    platform().registers.change(
                        actor, self.register, key, posted.data, version=version()
                    )
                    return self._saved(key)
                except Refused as refused:
                    refusal = refused
        name = f"{record.name} · {caption(part.title)}" if part else record.name
        only = part.fields if part else None
        return self._form(
            key, name, posted, refusal, record.version, following=following, only=only
        )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Add a record."""
        actor = security.signed_in().actor
        posted, refusal = None, None
        if request.method == "POST":
            posted = entry.read_record(actor, self.register, None)
            if not posted.unfinished and RESTORE not in request.form:
                try:
                    added = platform().registers.add(actor, self.register, posted.data)
                    if added.staff:
                        onwards = self.get_url(".details_view", id=added.key)
                        return shown_once(added.staff, onwards)
                    return self._saved(added.key)
                except Refused as refused:
                    refusal = refused
        elif request.args:
            # Below a place of the tree: what stands there is filled in.
            with platform().views.sheets.open():
                form = platform().registers.form(actor, self.register, None)
            posted = Asked({**form.data, **self._given()})
        return self._form(None, self._called("add", _("新增")), posted, refusal, None)

    def _saved(self, key: str) -> ResponseReturnValue:
        """Show a record that was saved, and say what should be looked at in it."""
        flash(_("已保存。"), "success")
        for sentence in entry.to_look_at(security.signed_in().actor, self.register, key):
            flash(sentence, "warning")
        return redirect(self.get_url(".details_view", id=key))

    def _given(self) -> dict[str, str]:
        declared = self._declared
        paths = {declared.tree, *declared.branches}
        return {path: value for path, value in request.args.items() if path in paths}

    def _called(self, doing: str, usual: str) -> str:
        """What the button or link is called that does something, in this register."""
        own = self._declared.captions.get(doing)
        return caption(own) if own is not None else usual

    @property
    def _declared(self) -> Register:
        """The register; who may open its pages was asked before."""
        return platform().release.registers[self.register]

    def _form(
        self,
        key: str | None,
        name: str,
        posted: Asked | None,
        refusal: Refused | None,
        seen: int | None,
        *,
        following: int = 0,
        only: Sequence[str] | None = None,
    ) -> ResponseReturnValue:
        errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
        text = render_template(
            "console/edit.html",
            title=name,
            trail=self._trail(name),
            form=entry.record_form(
                security.signed_in().actor, self.register, key, posted, errors, only
            ),
            version=seen,
            following=following,
            action=request.full_path.rstrip("?"),
            cancel=self.get_url(".details_view", id=key) if key else self.get_url(".index_view"),
            button=None if key else self._called("save", _("保存")),
            problem=refusal.sentence if refusal is not None and not errors else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/act/", methods=("GET", "POST"))
    def action_page(self) -> ResponseReturnValue:
        """One of the register's own actions, such as closing a record with a reason."""
        actor = security.signed_in().actor
        key, name = request.args.get("id", ""), request.args.get("action", "")
        record = platform().registers.get(actor, self.register, key)
        action = next((one for one in record.actions if one.name == name), None)
        if action is None:
            return redirect(self.get_url(".details_view", id=key))
        posted, refusal = None, None
        if request.method == "POST":
            posted = entry.read_record_action(actor, self.register, key, name)
            if not posted.unfinished and RESTORE not in request.form:
                try:
                    platform().registers.act(actor, self.register, key, name, posted.data)
                    flash(_("已{action}。", action=caption(action.title)), "success")
                    return redirect(self.get_url(".details_view", id=key))
                except Refused as refused:
                    refusal = refused
        errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
        text = render_template(
            "console/edit.html",
            title=f"{caption(action.title)} · {record.name}",
            trail=self._trail(record.name),
            form=entry.record_action_form(actor, self.register, key, name, posted, errors),
            version=None,
            warning=caption(action.confirm),
            shown=platform().registers.shown(actor, self.register, key, name),
            action=request.full_path.rstrip("?"),
            button=f"{_('确定') if action.confirm else ''}{caption(action.title)}",
            severe=action.ends,
            cancel=self.get_url(".details_view", id=key),
            problem=refusal.sentence if refusal is not None and not errors else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/remove/", methods=("GET", "POST"))
    def remove_view(self) -> ResponseReturnValue:
        """Delete a record nothing refers to, after a confirmation."""
        actor, key = security.signed_in().actor, request.args.get("id", "")
        record = platform().registers.get(actor, self.register, key)
        if not record.delete:
            abort(403)
        if request.method == "POST":
            try:
                platform().registers.delete(actor, self.register, key)
                flash(_("已删除“{name}”。", name=record.name), "success")
                return redirect(self.get_url(".index_view"))
            except Refused as refused:
                flash(refused.sentence, "danger")
                return redirect(self.get_url(".details_view", id=key))
        return render_template(
            "portal/confirm.html",
            title=self._called("delete", _("删除")),
            trail=self._trail(record.name),
            sentence=_("“{name}”删除后不能恢复。确定删除吗？", name=record.name),
            action=request.full_path.rstrip("?"),
            fields=(),
            cancel=self.get_url(".details_view", id=key),
        )

    def _trail(self, last: str) -> Sequence[tuple[str, Any]]:
        me = security.signed_in()
        title = entry_title(me, "register", self.register, self.register)
        return [(title, self.get_url(".index_view")), (last, None)]
