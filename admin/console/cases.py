"""Running cases: find them, look into one, and step in where something went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.errors import status_of
from admin.listing import XLSX, asked, cells_of
from admin.navigation import caption, title_of
from admin.parked import RESTORE
from admin.portal.asking import FORESEE, intervention_titles
from admin.portal.cases import diagram, kind_of
from admin.presses import new_key, place, version
from admin.tables import Bulk, Cell, Column, Filter, Link, Row, Table, address
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused
from engine.services.bulk import AT_ONCE, MATCHING, Foretold, Previewed
from engine.services.dossiers import Dossier
from engine.services.foresight import Foreseen
from engine.services.interventions import FOR_MANY
from engine.services.monitor import FIELDS, MonitorPage
from engine.services.oversight import CANCEL, INTERVENE, RESOLVE
from engine.services.pages import Column as ServiceColumn
from engine.services.panels import Seats

#: what may lead to nothing that can be undone is confirmed once more
_CONFIRMED = ("reroute", "cancel")
#: what interventions ask for
_FIELDS = ("reason", "organisation", "step", "until", "which", "instead", "person")
#: columns with names that the content gives
_CALLED = ("process", "step")
#: rights of which one suffices where something has stopped a case
EITHER = (INTERVENE, RESOLVE)
_KINDS = {"from": "date", "to": "date", "falls_on": "date"}


class CasesPage(Page):
    """All cases of a jurisdiction."""

    def __init__(self) -> None:
        """Put the page at ``/console/cases``."""
        super().__init__("monitor", endpoint="monitor", url="/console/cases")

    # ------------------------------------------------------------ the list

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """One page of cases."""
        filters, search, _sort, cursor = asked()
        actor = security.signed_in().actor
        problem, found = None, None
        try:
            found = platform().monitor.page(actor, filters=filters, search=search, cursor=cursor)
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
            known: dict[str, str] = {
                name: filters[name] for name in ("jurisdiction", "state") if name in filters
            }
            found = platform().monitor.page(actor, filters=known)
        query = {**filters, "search": search}
        going_on = (
            address(self._here(), {**query, "cursor": found.next_cursor})
            if not found.complete
            else None
        )
        text = render_template(
            "console/cases.html",
            title=_("业务监控"),
            trail=self._trail("", None),
            table=self._table(found, filters, search, cursor),
            going_on=going_on,
            migrations_href=self._migrations(actor, found.jurisdiction),
            problem=problem.sentence if problem else None,
        )
        return make_response(text, status_of(problem) if problem else 200)

    @staticmethod
    def _migrations(actor: Actor, jurisdiction: str) -> str:
        """Where cases are moved to another version, for those who may."""
        refusal = platform().oversight.why_not(actor, INTERVENE, jurisdiction)
        return url_for("migrations.index_view", jurisdiction=jurisdiction) if not refusal else ""

    def _here(self) -> str:
        return str(self.get_url(".index_view"))

    def _table(
        self, found: MonitorPage, filters: Mapping[str, str], search: str, cursor: str
    ) -> Table:
        captions = _captions(found.state)
        fields = [ServiceColumn(name, captions[name]) for name in FIELDS]
        rows = []
        for row in found.rows:
            cells = [
                Cell(caption(text) if name in _CALLED else text, kind)
                for name, (text, kind, _flags) in zip(FIELDS, cells_of(row, fields), strict=True)
            ]
            status = FIELDS.index("status")
            flags = [captions[flag] for flag in row.flags]
            cells[status] = Cell(cells[status].text, cells[status].kind, flags)
            if row.cells[-1]:
                cells[-1] = Cell(_("较早版本 {version}", version=row.cells[-1]))
            links = [Link(_("查看"), self.get_url(".details_view", id=row.key))]
            rows.append(Row(row.key, row.name, cells, links=links))
        query = {**filters, "search": search}
        further = found.next_cursor if found.complete else ""
        return Table(
            title=_("业务监控"),
            here=self._here(),
            columns=[Column(captions[name]) for name in FIELDS],
            rows=rows,
            empty=_("没有符合条件的业务。"),
            filters=_filters(found, filters),
            searchable=True,
            search=search,
            search_hint=_("编号、姓名或证件号码"),
            first_href=address(self._here(), {**query}) if cursor else None,
            next_href=address(self._here(), {**query, "cursor": further}) if further else None,
            export_href=address(str(self.get_url(".export_view")), {**query}),
            bulk=_for_ticked(found.jurisdiction),
            bulk_href=address(str(self.get_url(".bulk_view")), {**query}),
            every=_("连同其他页，符合条件的全部业务") if cursor or found.next_cursor else "",
        )

    @expose("/export")
    def export_view(self) -> ResponseReturnValue:
        """The cases as a spreadsheet."""
        filters, search, _sort, _cursor = asked()
        title = _("业务监控")
        content = platform().monitor.export(
            security.signed_in().actor,
            title,
            _captions(filters.get("state", "")),
            filters=filters,
            search=search,
        )
        return send_file(
            BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{title}.xlsx"
        )

    # ------------------------------------------------------------ many at once

    @expose("/bulk/", methods=("POST",))
    def bulk_view(self) -> ResponseReturnValue:
        """Step into all ticked cases: shows who can, asks why, does each, reports each."""
        actor, name = security.signed_in().actor, request.form.get("action", "")
        filters, search, _sort, _cursor = asked()
        every = request.form.get("every") == "yes"
        # What is meant is what the search finds when it is confirmed.
        uids = (
            platform().monitor.keys(actor, filters=filters, search=search, most=MATCHING)
            if every
            else request.form.getlist("row")
        )
        if not uids or name not in FOR_MANY:
            flash(_("请先勾选要办理的行。"), "warning")
            return redirect(self._here())
        bulk, entered = platform().bulk, _entered()
        shown = uids[:AT_ONCE] if every else uids
        rows = bulk.preview(actor, shown, name, entered, stepping_in=True)
        found = len(uids) if every else None
        sure = bool(request.form.get("confirmed")) or not (every or name in _CONFIRMED)
        looks = FORESEE in request.form
        if "go" not in request.form and not looks:
            return self._bulk_form(name, rows, found=found)
        problem = _missing(name)
        if looks and problem is None:
            foretold = bulk.foretell(actor, uids, name, entered, stepping_in=True)
            return self._bulk_form(name, rows, found=found, foretold=foretold)
        if problem is None and every and sure and request.form.get("found") != str(found):
            sure = False
        if problem is not None or not sure:
            return self._bulk_form(name, rows, problem, confirming=problem is None, found=found)
        key = request.form.get("key") or new_key()
        if len(uids) > AT_ONCE:
            # The page would have to wait for too long.
            job = bulk.begin(actor, uids, name, entered, title=name, stepping_in=True, key=key)
            return redirect(url_for("jobs.show", job=job, back=self._here()))
        results = bulk.run(actor, uids, name, entered, stepping_in=True, key=key)
        return render_template(
            "console/bulk_result.html",
            title=_("批量{action}", action=intervention_titles()[name]),
            trail=self._trail("", None, _("批量办理结果")),
            rows={row.uid: row for row in rows},
            results=results,
            href=lambda uid: self.get_url(".details_view", id=uid),
            back=self._here(),
        )

    def _bulk_form(
        self,
        name: str,
        rows: Sequence[Previewed],
        problem: Refused | None = None,
        *,
        confirming: bool = False,
        found: int | None = None,
        foretold: Foretold | None = None,
    ) -> ResponseReturnValue:
        """The page that asks; ``found`` is how many there are where all are meant."""
        actor, find = security.signed_in().actor, request.form.get("find", "").strip()
        action = intervention_titles()[name]
        moving = name == "reroute"
        text = render_template(
            "console/bulk.html",
            title=_("批量{action}", action=action),
            trail=self._trail("", None, _("批量{action}", action=action)),
            rows=rows,
            name=name,
            action=action,
            explained=_explained()[name],
            fields=_FIELDS,
            confirming=confirming,
            found=found,
            foretold=foretold,
            most=MATCHING,
            here=request.full_path.rstrip("?"),
            organisations=platform().registers.options(actor, "organisations", find)
            if moving
            else (),
            steps=platform().dossiers.steps_of(actor, [row.uid for row in rows]) if moving else (),
            typed=request.form,
            problem=problem.sentence if problem is not None else None,
            key=new_key(),
            cancel=self._here(),
        )
        return make_response(text, status_of(problem) if problem is not None else 200)

    # ------------------------------------------------------------ one case

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """Everything about one case."""
        actor, uid = security.signed_in().actor, request.args.get("id", "")
        found = platform().dossiers.open(actor, uid)
        since = request.args.get("since", "0")
        journal = platform().dossiers.journal(
            actor, uid, since=int(since) if since.isdigit() else 0
        )
        offered = [one for one in platform().offering.offers(actor, uid) if one.stepping_in]
        return render_template(
            "console/case.html",
            title=f"{caption(found.title)} {found.number}",
            trail=self._trail(found.number, None),
            case=found,
            journal=journal,
            kind_of=kind_of,
            diagram=diagram(found.flow, found.visited, found.current),
            possible=[one.name for one in offered if one.refusal is None],
            refused=[one for one in offered if one.refusal is not None],
            does=intervention_titles(),
            sample_href=self.get_url(".sample_view", id=uid),
            words=_words(),
            act_href=lambda name: self.get_url(".act_view", id=uid, do=name),
            case_href=lambda other: self.get_url(".details_view", id=other),
            more_href=self.get_url(".details_view", id=uid, since=journal.after)
            if journal.after
            else None,
            first_href=self.get_url(".details_view", id=uid) if since != "0" else None,
        )

    @expose("/sample/")
    def sample_view(self) -> ResponseReturnValue:
        """The case as a recorded sample that names nobody."""
        uid = request.args.get("id", "")
        text = platform().dossiers.recorded(security.signed_in().actor, uid)
        return send_file(
            BytesIO(text.encode()),
            mimetype="application/yaml",
            as_attachment=True,
            download_name=f"{_('样例')}.yaml",
        )

    @expose("/act/", methods=("GET", "POST"))
    def act_view(self) -> ResponseReturnValue:
        """Step in: say why, confirm what cannot be undone, and do it."""
        actor, uid = security.signed_in().actor, request.args.get("id", "")
        name = request.args.get("do", "")
        if name not in intervention_titles():
            return redirect(self.get_url(".details_view", id=uid))
        found = platform().dossiers.open(actor, uid)
        refusal: Refused | None = next(
            (
                one.refusal
                for one in platform().offering.offers(actor, uid)
                if one.name == name and one.stepping_in
            ),
            None,
        )
        foreseen: Foreseen | None = None
        if request.method == "POST" and not _is_looking() and RESTORE not in request.form:
            try:
                missing = _missing(name)
                if missing is not None:
                    raise missing
                asks_again = name in _CONFIRMED or FORESEE in request.form
                if asks_again and not request.form.get("confirmed"):
                    foreseen = self._foreseen(actor, uid, name)
                else:
                    self._carry_out(actor, uid, name)
                    flash(_("已{action}。", action=intervention_titles()[name]), "success")
                    return redirect(self.get_url(".details_view", id=uid))
            except Refused as refused:
                refusal = refused
        return self._form(found, name, refusal, foreseen)

    def _form(
        self, found: Dossier, name: str, refusal: Refused | None, foreseen: Foreseen | None
    ) -> ResponseReturnValue:
        sentence = None
        if refusal is not None:
            errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
            sentence = errors[0] if errors else refusal.sentence
        find = request.values.get("find", "").strip()
        votes = (
            platform().interventions.votes(security.signed_in().actor, found.uid)
            if name == "replace" and sentence is None
            else ()
        )
        at = request.values.get("at") or next((step for step, _title in votes), "")
        text = render_template(
            "console/intervene.html",
            title=intervention_titles()[name],
            trail=self._trail(found.number, found.uid, intervention_titles()[name]),
            case=found,
            name=name,
            explained=_explained()[name],
            organisations=platform().registers.options(
                security.signed_in().actor, "organisations", find
            )
            if name == "reroute"
            else (),
            votes=votes,
            terms=platform().interventions.terms(security.signed_in().actor, found.uid)
            if name == "extend"
            else (),
            at=at,
            seats=platform().interventions.replacements(
                security.signed_in().actor, found.uid, find, at=at
            )
            if votes
            else Seats(),
            find=find,
            typed=request.values,
            fields=_FIELDS,
            foreseen=foreseen,
            problem=sentence,
            cancel=self.get_url(".details_view", id=found.uid),
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @staticmethod
    def _foreseen(actor: Actor, uid: str, name: str) -> Foreseen:
        return platform().foresight.foresee(
            actor, uid, name, _entered(), version=version(), at=place(), stepping_in=True
        )

    @staticmethod
    def _carry_out(actor: Actor, uid: str, name: str) -> None:
        platform().interventions.do(actor, uid, name, _entered(), version=version(), at=place())

    def _trail(self, number: str, uid: str | None, last: str = "") -> list[tuple[str, Any]]:
        me = security.signed_in()
        found: list[tuple[str, Any]] = [
            (title_of(me, "console", _("管理控制台")), url_for("console.index")),
            (_("业务监控"), self._here() if number or last else None),
        ]
        if number:
            found.append((number, self.get_url(".details_view", id=uid) if uid else None))
        return [*found, (last, None)] if last else found


def _is_looking() -> bool:
    """Whether only a unit or a person is looked up; what else was entered stays in the form."""
    return bool(request.form.get("look"))


def _entered() -> dict[str, str]:
    """What was entered for an intervention."""
    return {name: request.form.get(name, "").strip() for name in _FIELDS}


def _missing(name: str) -> Refused | None:
    """What must be entered first."""
    if not request.form.get("reason", "").strip():
        return Refused("reason_needed", say=_("请填写原因"))
    if name == "extend" and not _is_day(request.form.get("until", "")):
        return Refused("no_date", say=_("请填写新的截止日期"))
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _for_ticked(jurisdiction: str) -> list[Bulk]:
    """The interventions that whoever looks may have a right to, for ticked rows."""
    actor, captions = security.signed_in().actor, intervention_titles()
    needed = {"cancel": (CANCEL,), "reroute": EITHER, "retry": EITHER}
    return [
        Bulk(name, captions[name])
        for name in FOR_MANY
        if any(
            platform().oversight.why_not(actor, one, jurisdiction) is None
            for one in needed.get(name, (INTERVENE,))
        )
    ]


def _captions(state: str) -> dict[str, str]:
    """The headings of the list and the marks of its rows."""
    since = {"open": _("到达时间"), "closed": _("结束时间")}.get(state, _("发起时间"))
    return {
        "number": _("编号"),
        "process": _("流程"),
        "initiator": _("申请人"),
        "step": _("环节"),
        "organisation": _("所在单位"),
        "status": _("状态"),
        "since": since,
        "due": _("截止时间"),
        "version": _("版本"),
        "flags": _("标记"),
        "incident": _("有异常"),
        "overdue": _("已逾期"),
        "returned": _("已退回"),
        "suspended": _("已暂停"),
    }


def _filters(found: MonitorPage, chosen: Mapping[str, str]) -> list[Filter]:
    yes = [("yes", _("是"))]
    offered = [
        ("state", _("办理情况"), [("open", _("办理中")), ("closed", _("已结束"))]),
        ("process", _("流程"), found.processes),
        *([("step", _("环节"), found.steps)] if found.steps else []),
        ("status", _("状态"), found.statuses),
        ("organisation", _("所在单位"), None),
        ("overdue", _("已逾期"), yes),
        ("returned", _("已退回"), yes),
        ("incident", _("有异常"), yes),
        ("out_of_use", _("所在单位已停用"), yes),
        ("version", _("版本"), [("current", _("当前版本")), ("older", _("较早版本"))]),
        ("from", _("时间（起）"), None),
        ("to", _("时间（止）"), None),
    ]
    if "falls" in chosen:
        falls = chosen["falls"]
        offered += [
            ("falls", _("到期事项"), [(falls, _words().get(re.split("[:@]", falls)[0], falls))]),
            ("falls_on", _("到期日"), None),
        ]
    if len(found.jurisdictions) > 1:
        offered.insert(0, ("jurisdiction", _("地区"), found.jurisdictions))
    return [
        Filter(name, title, options, chosen.get(name, ""), _KINDS.get(name, "text"))
        for name, title, options in offered
    ]


def _explained() -> dict[str, str]:
    """What each does, said before it is done."""
    return {
        "reroute": _("把业务改到另一个环节或单位办理。目前的待办会取消，新的办理人会看到待办。"),
        "extend": _("修改一个截止时间。有干预权限的人可以修改任何一个，其他人按流程的规定。"),
        "unclaim": _("已认领的待办放回，本单位有权限的人员都可以办理。"),
        "retry": _("再次发送没有成功的消息和文书，再次处理没有成功的到期事项。"),
        "suspend": _("暂停期间任何人不能办理，到期事项也不处理，直到恢复。"),
        "resume": _("从暂停前的环节继续办理；暂停期间已到的期限随即生效，需要时请延长期限。"),
        "replace": _("为已谢绝或不能表决的投票人指定另一个人；已投的选票不变。"),
        "cancel": _("业务立即结束，不再办理，不能恢复。名单中的业务会退回等待。"),
    }


def _words() -> dict[str, str]:
    """Captions of closed sets on the page of a case."""
    return {
        "due": _("到期"),
        "wait": _("等待结束"),
        "remind": _("提醒"),
        "deadline": _("流程截止时间到期"),
        "message": _("消息"),
        "document": _("文书"),
        "release": _("集体办理结果"),
        "ended": _("关联业务结束"),
        "send": _("通知关联业务"),
        "connector": _("外部接口"),
        "waiting": _("待发送"),
        "taken": _("正在处理"),
        "done": _("已完成"),
        "failed": _("失败"),
        "group": _("所在的集体办理"),
        "member": _("名单中的业务"),
        "creator": _("新建它的业务"),
        "created": _("由它新建的业务"),
        "open": _("办理中"),
        "closed": _("已结束"),
        "in": _("在名单中"),
        "released": _("已有结果"),
        "removed": _("已移出"),
    }
