"""Route tables: grid and tree, and changes that are proposed, looked at, and published (CON-06).

What a person proposes travels in their page until it is published; nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from admin import entry, security
from admin.captions import _
from admin.console import sheets
from admin.console.base import Page, expose
from admin.context import SignedIn, platform
from admin.entry import Asked
from admin.errors import status_of
from admin.filters import zone
from admin.navigation import caption, opens
from admin.parked import RESTORE
from engine.domain.errors import InvalidSubmission, NotFound, Refused, Stale
from engine.services.route_rows import Change, Kept, Row
from engine.services.sheet_lines import Failed

#: how many rows a page of the grid has
ROWS = 100
#: the fields of the dry run on the page of a proposal
_TRY = "try-"


@dataclass(frozen=True, slots=True)
class Line:
    """A change in words: each cell as it was and as it is to be."""

    state: str
    cells: Sequence[tuple[str, str | None, str]]
    moved: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """Where cases would go, now and with the changes."""

    before: tuple[Sequence[str], bool]
    after: tuple[Sequence[str], bool]


class RoutesPage(Page):
    """The route tables of the content, and their rows."""

    def __init__(self) -> None:
        """Put the page at ``/console/routes``."""
        super().__init__(name="routes", endpoint="routes", url="/console/routes")

    def opened_by(self, me: SignedIn) -> bool:
        """Whoever uses the console; what a table shows, its own permissions decide."""
        tables = platform().release.routes
        return super().opened_by(me) or any(opens(me, "route", route) for route in tables)

    # ------------------------------------------------------------ looking

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """All route tables the person may look at."""
        actor, routes = security.signed_in().actor, platform().routes
        today = _today()
        return render_template(
            "console/routes.html",
            title=_("审核路径"),
            tables=[
                (
                    one,
                    sum(kept.row.counts(today) for kept in routes.rows(actor, one.id)),
                    next(iter(routes.history_in_words(actor, one.id)), None),
                )
                for one in routes.tables(actor)
            ],
        )

    @expose("/table/<path:route>", methods=("GET", "POST"))
    def table(self, route: str) -> ResponseReturnValue:
        """The rows of a table that count on a day; what is proposed already comes along."""
        actor, routes = security.signed_in().actor, platform().routes
        asked = request.values
        search, day = asked.get("search", "").strip(), asked.get("day", _today())
        problem, found = None, []
        try:
            found = routes.found(actor, route, search, day or None)
        except NotFound:
            raise
        except Refused as refusal:
            if routes.why_not(actor, route, "view") is not None:
                raise
            problem = refusal
        pages = max(1, -(-len(found) // ROWS))
        page = min(max(asked.get("page", 1, type=int), 1), pages)
        text = render_template(
            "console/routes_table.html",
            **self._common(route),
            trail=self._trail(route),
            tab="table",
            rows=found[(page - 1) * ROWS : page * ROWS],
            total=len(found),
            page=page,
            pages=pages,
            search=search,
            day=day,
            today=_today(),
            problem=problem.sentence if problem else None,
            wrong=routes.problems(actor, route),
        )
        return make_response(text, status_of(problem) if problem else 200)

    @expose("/tree/<path:route>")
    def tree(self, route: str) -> ResponseReturnValue:
        """Who leads to whom for some keys on a day."""
        actor, routes = security.signed_in().actor, platform().routes
        day = request.args.get("day") or _today()
        keys = {
            name: value
            for name in routes.table(route).keys
            if (value := request.args.get(f"key_{name}", ""))
        }
        return render_template(
            "console/routes_tree.html",
            **self._common(route),
            trail=self._trail(route),
            tab="tree",
            day=day,
            keys=keys,
            choices=self._choices(route),
            nodes=routes.tree(actor, route, keys, day),
        )

    @expose("/history/<path:route>")
    def history(self, route: str) -> ResponseReturnValue:
        """What was published, when, by whom and why."""
        actor = security.signed_in().actor
        return render_template(
            "console/routes_history.html",
            **self._common(route),
            trail=self._trail(route),
            tab="history",
            changes=[
                (one, [_cells(before, now) for before, now in one.rows])
                for one in platform().routes.history_in_words(actor, route)
            ],
        )

    @expose("/undo/<path:route>", methods=("POST",))
    def undo(self, route: str) -> ResponseReturnValue:
        """Propose to put back what was published."""
        actor, here = security.signed_in().actor, self.get_url(".history", route=route)
        try:
            published = datetime.fromisoformat(request.form.get("at", ""))
        except ValueError:
            return redirect(here)
        changes, moved = platform().routes.reversal(actor, route, published)
        if moved:
            flash(_("有 {count} 行后来又改过，没有列入。", count=len(moved)), "warning")
        if not changes:
            flash(_("没有可以改回的行。"), "info")
            return redirect(here)
        return self._proposal_page(route, changes)

    @expose("/export/<path:route>")
    def export(self, route: str) -> ResponseReturnValue:
        """The rows found, as a spreadsheet that can be read back."""
        actor, routes = security.signed_in().actor, platform().routes
        search, day = request.args.get("search", "").strip(), request.args.get("day") or None
        rows = [kept.row for kept, _cells in routes.found(actor, route, search, day)]
        return sheets.download(routes.sheet(actor, route, rows))

    @expose("/template/<path:route>")
    def template(self, route: str) -> ResponseReturnValue:
        """An empty spreadsheet with the columns of the table."""
        actor = security.signed_in().actor
        return sheets.download(platform().routes.sheet(actor, route, ()))

    # ------------------------------------------------------------ proposing

    @expose("/row/<path:route>", methods=("GET", "POST"))
    def row(self, route: str) -> ResponseReturnValue:
        """Propose a new row, or another text of one."""
        actor, routes = security.signed_in().actor, platform().routes
        changes = _proposal()
        at, known = self._edited(route, changes)
        if request.method == "GET" or request.form.get("do") == "open":
            data = routes.data_of(known.row) if known else {}
            return self._row_page(route, changes, known, Asked(data))
        asked = self._asked(route, known)
        if asked.unfinished or RESTORE in request.form:
            return self._row_page(route, changes, known, asked)
        others = [one for number, one in enumerate(changes) if number != at]
        try:
            row = routes.filled(actor, route, asked.data)
            change = routes.check(actor, route, Change(row, known.of if known else None), others)
        except Refused as refusal:
            return self._row_page(route, changes, known, asked, refusal)
        if change.of is not None and change.of.row == change.row:
            flash(_("这一行没有变化。"), "info")
        else:
            others.insert(len(others) if at is None else at, change)
        return self._proposal_page(route, others)

    @expose("/end/<path:route>", methods=("POST",))
    def end(self, route: str) -> ResponseReturnValue:
        """Propose the last day of a row."""
        actor, routes = security.signed_in().actor, platform().routes
        changes = _proposal()
        at, known = self._edited(route, changes)
        if known is None or known.of is None:
            abort(404)
        until, refusal = request.form.get("until", _today()), None
        if request.form.get("do") == "end" and RESTORE not in request.form:
            others = [one for number, one in enumerate(changes) if number != at]
            try:
                ended = routes.end(actor, route, known.of.id, until, others)
            except Refused as refused:
                refusal = refused
            else:
                return self._proposal_page(route, [*others, ended])
        text = render_template(
            "console/routes_end.html",
            **self._common(route, changes),
            trail=self._trail(route, _("注销")),
            row=routes.in_words(actor, route, [known.of.row])[0],
            id=known.of.id,
            until=until,
            problem=refusal.sentence if refusal else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/import/<path:route>", methods=("GET", "POST"))
    def import_(self, route: str) -> ResponseReturnValue:
        """Check the rows of a spreadsheet; nothing is taken over before the person says so."""
        actor, routes = security.signed_in().actor, platform().routes
        refusal = routes.why_not(actor, route)
        if refusal is not None:
            raise refusal
        changes = _proposal()
        keys = {
            name: value
            for name in routes.table(route).keys
            if (value := request.form.get(f"key_{name}", ""))
        }
        proposed: Sequence[Change] = ()
        failed: Sequence[Failed] = ()
        checked, problem = False, None
        if request.form.get("do") == "check":
            try:
                proposed, failed = routes.read(actor, route, sheets.uploaded(), keys, changes)
                checked = True
            except Refused as refused:
                problem = refused
        text = render_template(
            "console/routes_import.html",
            **self._common(route, changes),
            trail=self._trail(route, _("导入")),
            checked=checked,
            lines=self._lines(route, proposed),
            failed=failed,
            failed_written=sheets.written(failed),
            taken=sheets.written([*changes, *proposed]),
            keys=keys,
            choices=self._choices(route),
            problem=problem.sentence if problem else None,
        )
        return make_response(text, status_of(problem) if problem else 200)

    @expose("/failed/<path:route>", methods=("POST",))
    def failed(self, route: str) -> ResponseReturnValue:
        """The lines of a sheet that failed, as a sheet to be mended."""
        actor = security.signed_in().actor
        return sheets.download(platform().routes.failed_sheet(actor, route, sheets.failed()))

    # ------------------------------------------------------------ what is proposed

    @expose("/proposal/<path:route>", methods=("GET", "POST"))
    def proposal(self, route: str) -> ResponseReturnValue:
        """The changes beside what is in force: dropped, tried out, published."""
        if request.method == "GET":
            return redirect(self.get_url(".table", route=route))
        actor, routes = security.signed_in().actor, platform().routes
        changes, (do, _colon, number) = _proposal(), request.form.get("do", "").partition(":")
        if RESTORE in request.form or f"{_TRY}_do" in request.form:
            return self._proposal_page(route, changes)
        if do == "drop":
            changes = [one for at, one in enumerate(changes) if str(at) != number]
        elif do == "renew":
            changes = routes.onto_present(actor, route, changes)
        if not changes:
            flash(_("没有要发布的修改了。"), "info")
            return redirect(self.get_url(".table", route=route))
        if do == "publish":
            try:
                routes.publish(actor, route, changes, request.form.get("reason", ""))
            except Refused as refusal:
                return self._proposal_page(route, changes, refusal)
            flash(_("已发布 {count} 处修改。", count=len(changes)), "success")
            return redirect(self.get_url(".table", route=route))
        return self._proposal_page(route, changes, try_out=do == "try")

    def _proposal_page(
        self,
        route: str,
        changes: Sequence[Change],
        refusal: Refused | None = None,
        try_out: bool = False,
    ) -> ResponseReturnValue:
        if not changes:
            return redirect(self.get_url(".table", route=route))
        actor, routes = security.signed_in().actor, platform().routes
        moved = routes.moved(actor, route, changes)
        asked = self._try_asked(route)
        errors: Sequence[Any] = ()
        tried = None
        if try_out:
            try:
                tried = Tried(
                    routes.way_of(actor, route, (), asked.data),
                    routes.way_of(actor, route, changes, asked.data),
                )
            except InvalidSubmission as invalid:
                errors = invalid.errors
        with platform().views.sheets.open():
            form = routes.way_form(actor, route, asked.data)
            fields = entry.to_fill(
                form,
                errors,
                received=asked.received,
                root="t",
                prefix=_TRY,
                url=self.get_url(".proposal", route=route),
            )
        text = render_template(
            "console/routes_proposal.html",
            **self._common(route, changes),
            trail=self._trail(route, _("未发布的修改")),
            lines=self._lines(route, changes, moved),
            moved=moved,
            problems=routes.problems(actor, route, changes),
            try_fields=fields,
            tried=tried,
            reason=request.form.get("reason", ""),
            problem=_said(refusal),
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    def _try_asked(self, route: str) -> Asked:
        actor = security.signed_in().actor
        return entry.receive(
            lambda: platform().routes.way_form(actor, route, {}), actor, actor.person, _TRY
        )

    # ------------------------------------------------------------ inside

    def _common(self, route: str, changes: Sequence[Change] | None = None) -> dict[str, Any]:
        """What every page of one table shows."""
        actor, routes = security.signed_in().actor, platform().routes
        refusal = routes.why_not(actor, route, "view")
        if refusal is not None:
            raise refusal
        known = routes.table(route)
        proposed = _proposal() if changes is None else changes
        return {
            "title": caption(known.title),
            "route": route,
            "columns": routes.columns(route),
            "may_edit": routes.why_not(actor, route) is None,
            "proposal": sheets.written(proposed),
            "proposed": len(proposed),
        }

    def _trail(self, route: str, last: str | None = None) -> list[tuple[str, str | None]]:
        title = caption(platform().routes.table(route).title)
        here = self.get_url(".table", route=route) if last else None
        return [
            (_("审核路径"), self.get_url(".index")),
            (title, here),
            *([(last, None)] if last else []),
        ]

    def _choices(self, route: str) -> list[tuple[str, str, Sequence[tuple[str, str]] | None]]:
        """The keys of a table with the values to choose from; None where any may be typed."""
        release = platform().release
        found: list[tuple[str, str, Sequence[tuple[str, str]] | None]] = []
        for key in platform().routes.table(route).keys.values():
            codes = release.codes.get(key.codes) if key.codes else None
            values = [(one.code, one.title) for one in codes.values.values()] if codes else None
            found.append((key.name, key.title, values))
        return found

    def _edited(self, route: str, changes: Sequence[Change]) -> tuple[int | None, Change | None]:
        """The change that is edited with its place, or the row in force that is not changed yet."""
        at = request.args.get("at", type=int)
        if at is not None:
            if not 0 <= at < len(changes):
                abort(404)
            return at, changes[at]
        id_ = request.args.get("id", type=int)
        if id_ is None:
            return None, None
        for number, change in enumerate(changes):
            if change.of is not None and change.of.id == id_:
                return number, change
        rows = platform().routes.rows(security.signed_in().actor, route)
        kept = next((one for one in rows if one.id == id_), None)
        if kept is None:
            abort(404)
        return None, Change(kept.row, kept)

    def _asked(self, route: str, known: Change | None) -> Asked:
        actor, routes = security.signed_in().actor, platform().routes
        data = routes.data_of(known.row) if known else {}
        return entry.receive(lambda: routes.form(actor, route, data), actor, actor.person)

    def _row_page(
        self,
        route: str,
        changes: Sequence[Change],
        known: Change | None,
        asked: Asked,
        refusal: Refused | None = None,
    ) -> ResponseReturnValue:
        errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
        actor = security.signed_in().actor
        with platform().views.sheets.open():
            form = platform().routes.form(actor, route, asked.data)
            fields = entry.to_fill(form, errors, received=asked.received)
        text = render_template(
            "console/routes_row.html",
            **self._common(route, changes),
            trail=self._trail(route, _("编辑") if known else _("新增")),
            heading=_("编辑") if known else _("新增"),
            fields=fields,
            action=request.full_path.rstrip("?"),
            problem=_said(refusal) if not errors else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    def _lines(
        self, route: str, changes: Sequence[Change], moved: Sequence[Change] = ()
    ) -> list[Line]:
        actor, routes = security.signed_in().actor, platform().routes
        now = routes.in_words(actor, route, [one.row for one in changes])
        old = iter(
            routes.in_words(actor, route, [one.of.row for one in changes if one.of is not None])
        )
        return [
            Line(
                _("新增") if one.of is None else _("注销") if one.ends else _("修改"),
                _cells(next(old) if one.of is not None else None, cells),
                one in moved,
            )
            for one, cells in zip(changes, now, strict=True)
        ]


def _said(refusal: Refused | None) -> str | None:
    if isinstance(refusal, Stale):
        return _("有的行已被他人修改，没有发布。您的修改还在下面。")
    return refusal.sentence if refusal is not None else None


def _today() -> str:
    return platform().clock.now().astimezone(zone()).date().isoformat()


def _cells(
    old: Mapping[str, str] | None, now: Mapping[str, str]
) -> list[tuple[str, str | None, str]]:
    """The cells of a row by column: what was there if it was another text, and what is."""
    return [
        (part, old[part] if old is not None and old[part] != text else None, text)
        for part, text in now.items()
    ]


def _proposal() -> list[Change]:
    """The proposal that came with the page; every row of it is checked again before it counts."""
    return sheets.travelled("proposal", _change)


def _change(written: Mapping[str, Any]) -> Change:
    of = written["of"]
    return Change(_row(written["row"]), Kept(int(of["id"]), _row(of["row"])) if of else None)


def _row(written: Mapping[str, Any]) -> Row:
    """A row of the text that travelled in a page; anything else than texts is refused."""
    texts = [written["start"], *written["keys"], *written["keys"].values()]
    open_ = [written["to"], written["valid_from"], written["valid_until"]]
    if not all(isinstance(one, str) for one in texts + [one for one in open_ if one is not None]):
        raise TypeError
    return Row(
        written["start"], written["to"], dict(written["keys"]), written["valid_from"],
        written["valid_until"], bool(written["final"]),
    )  # fmt: skip
