"""Moving running cases to another version: planned, decided, carried out, undone (CON-09)."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.errors import status_of
from admin.listing import XLSX
from admin.navigation import caption, title_of
from admin.portal import jobs
from admin.portal.cases import diagram
from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.migration_decisions import Decisions
from engine.services.migration_sheet import plan_sheet
from engine.services.migration_views import KINDS, CaseInPlan, Choice, Group, Plan

#: so many cases of a group are shown at once
AT_ONCE = 200
#: what is chosen for a field or code that is not kept
NOTHING = "-"


class MigrationsPage(Page):
    """Plans, and what became of them."""

    def __init__(self) -> None:
        """Put the page at ``/console/migrations``."""
        super().__init__("migrations", endpoint="migrations", url="/console/migrations")

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Choose process and version; the plans made last."""
        actor = security.signed_in().actor
        jurisdiction = platform().monitor.jurisdiction(
            actor, request.values.get("jurisdiction", "")
        )
        found = platform().migrations.offered(actor, jurisdiction)
        refusal = None
        if request.method == "POST":
            try:
                made = platform().migrations.begin_plan(
                    actor, request.form.get("process", ""), request.form.get("version", "")
                )
                return redirect(self.get_url(".show_view", id=made))
            except Refused as refused:
                refusal = refused
        text = render_template(
            "console/migrations.html",
            title=_("迁移版本"),
            trail=self._trail(),
            found=found,
            titles={name: title for name, title, _count in found.processes},
            jurisdiction=jurisdiction,
            typed=request.values,
            plan_href=lambda plan: self.get_url(".show_view", id=plan),
            problem=refusal.sentence if refusal else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/plan/")
    def show_view(self) -> ResponseReturnValue:
        """What a plan says, what is to be decided, and what became of each case."""
        actor = security.signed_in().actor
        return self._shown(actor, platform().migrations.show(actor, _id()))

    @expose("/export/")
    def export_view(self) -> ResponseReturnValue:
        """The whole plan as a sheet."""
        plan = platform().migrations.show(security.signed_in().actor, _id())
        title = _("计划 {number}", number=plan.id)
        heads = (_("业务"), _("结论"), _("原因和变化"), _("迁移后的环节"), _("处理情况"))
        content = plan_sheet(plan, title, heads, _kinds(), _states())
        return send_file(
            BytesIO(content), mimetype=XLSX, as_attachment=True,
            download_name=f"{caption(plan.title)} {title}.xlsx",
        )  # fmt: skip

    @expose("/decide/", methods=("POST",))
    def decide_view(self) -> ResponseReturnValue:
        """Plan again with what was decided."""
        actor = security.signed_in().actor
        before = platform().migrations.show(actor, _id())
        try:
            made = platform().migrations.begin_plan(
                actor, before.process, str(before.release), _decided(before, request.form)
            )
        except Refused as refused:
            return self._shown(actor, before, refused)
        return redirect(self.get_url(".show_view", id=made))

    @expose("/run/", methods=("POST",))
    def run_view(self) -> ResponseReturnValue:
        """Let the cases be moved in the background, after it was confirmed."""
        actor, form = security.signed_in().actor, request.form
        plan = platform().migrations.show(actor, _id())
        reason = form.get("reason", "").strip()
        if not reason:
            return self._shown(actor, plan, Refused("reason_needed", say=_("请填写原因")))
        if not form.get("confirmed"):
            return self._shown(actor, plan, confirming=True)
        try:
            platform().migrations.begin_run(actor, plan.id, reason)
        except Refused as refused:
            return self._shown(actor, plan, refused)
        return redirect(self.get_url(".show_view", id=plan.id))

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """Let cases be moved back in the background: those that were chosen, or all."""
        actor, form = security.signed_in().actor, request.form
        plan = platform().migrations.show(actor, _id())
        reason = form.get("reason", "").strip()
        if not reason:
            return self._shown(actor, plan, Refused("reason_needed", say=_("请填写原因")))
        chosen = form.getlist("case")
        try:
            platform().migrations.begin_undo(actor, plan.id, reason, uids=chosen)
        except Refused as refused:
            return self._shown(actor, plan, refused)
        return redirect(self.get_url(".show_view", id=plan.id))

    def _shown(
        self,
        actor: Actor,
        plan: Plan,
        refusal: Refused | None = None,
        *,
        confirming: bool = False,
    ) -> ResponseReturnValue:
        pictures = platform().migrations.pictures(actor, plan.id)
        text = render_template(
            "console/migration.html",
            title=_("迁移版本"),
            trail=self._trail(_("计划 {number}", number=plan.id)),
            plan=plan,
            kinds=[(kind, _kinds()[kind], plan.count(kind)) for kind in KINDS],
            kind_titles=_kinds(),
            states=_states(),
            groups=_pages(plan),
            shown_at_once=AT_ONCE,
            searched=request.args.get("search", ""),
            page_href=lambda group, first: self.get_url(
                ".show_view",
                id=plan.id,
                group=group,
                **{"from": first},
                search=request.args.get("search") or None,
                _anchor=f"group-{group}",
            ),
            asked=[(_name(one), one, _proposed(one), count) for one, count in plan.choices],
            decided=_said(plan.decisions),
            before=diagram(pictures.before, frozenset(), pictures.at) if pictures else None,
            after=diagram(pictures.after, frozenset(), pictures.then) if pictures else None,
            typed=request.values,
            confirming=confirming,
            case_href=lambda uid: url_for("monitor.details_view", id=uid),
            address=lambda view: self.get_url(f".{view}", id=plan.id),
            problem=refusal.sentence if refusal else None,
            here=self.get_url(".show_view", id=plan.id),
            **jobs.shown(platform().migrations.progress(plan)),
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    def _trail(self, last: str = "") -> list[tuple[str, Any]]:
        me = security.signed_in()
        found: list[tuple[str, Any]] = [
            (title_of(me, "console", _("管理控制台")), url_for("console.index")),
            (_("业务监控"), url_for("monitor.index_view")),
            (_("迁移版本"), self.get_url(".index_view") if last else None),
        ]
        return [*found, (last, None)] if last else found


def _id() -> int:
    text = request.values.get("id", "")
    if not text.isdigit():
        raise NotFound("no_such_plan", plan=text, say=_("没有这个迁移计划"))
    return int(text)


def _pages(plan: Plan) -> list[tuple[int, Group, list[CaseInPlan], int, int]]:
    """Of each group its place and the cases looked for: some, from where, and how many."""
    chosen, start = request.args.get("group", ""), request.args.get("from", "")
    found = []
    for place, group in enumerate(plan.groups):
        cases = group.found(request.args.get("search", ""))
        first = int(start) if chosen == str(place) and start.isdigit() else 0
        if cases or not request.args.get("search"):
            found.append((place, group, cases[first : first + AT_ONCE], first, len(cases)))
    return found


def _name(one: Choice) -> str:
    return f"{one.key}|{one.name}"


def _proposed(one: Choice) -> list[tuple[str, str]]:
    """What can be chosen, with captions; that something is not kept can be chosen too."""
    found = list(zip(one.proposed, one.captions, strict=True))
    return [*found, (NOTHING, _("不保留"))] if one.key in ("fields", "codes") else found


def _decided(plan: Plan, form: Mapping[str, str]) -> Decisions:
    """The decisions of a plan with those of the form."""
    known = plan.decisions
    steps, fields = dict(known.steps), dict(known.fields)
    values = dict(known.values)
    codes = {name: dict(one) for name, one in known.codes.items()}
    for one, _count in plan.choices:
        text = form.get(_name(one), "").strip()
        if one.key == "values":
            if form.get(f"{_name(one)}|empty"):
                values[one.name] = None
            elif text:
                values[one.name] = text
        elif not text:
            continue
        elif one.key == "steps":
            steps[one.name] = text
        elif one.key == "fields":
            fields[one.name] = None if text == NOTHING else text
        else:
            name, _dot, code = one.name.rpartition(".")
            codes.setdefault(name, {})[code] = None if text == NOTHING else text
    due = "keep" if form.get("due") == "keep" else "anew"
    return Decisions(steps, fields, values, codes, "keep" if due == "keep" else "anew")


def _said(decisions: Decisions) -> list[tuple[str, str]]:
    """What was decided, in words of the files."""
    found = [*decisions.steps.items()]
    found += [(name, to or _("不保留")) for name, to in decisions.fields.items()]
    found += [
        (f"{name}.{code}", to or _("不保留"))
        for name, codes in decisions.codes.items()
        for code, to in codes.items()
    ]
    found += [
        (name, str(value) if value is not None else _("留空"))
        for name, value in decisions.values.items()
    ]
    return found


def _kinds() -> dict[str, str]:
    return {
        "cannot": _("不能迁移"),
        "decision": _("需要决定"),
        "by_itself": _("自动迁移"),
        "unaffected": _("不受影响"),
    }


def _states() -> dict[str, str]:
    return {
        "planned": "",
        "moved": _("已迁移"),
        "replanned": _("已有变化，重新计划"),
        "refused": _("未迁移"),
        "undone": _("已撤销"),
    }
