"""The pages of one case: its content, its files, its course, its documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import security
from admin.captions import _
from admin.context import platform
from admin.drawings import drawing
from admin.navigation import caption, trail_of
from admin.portal import asking, filling, reviewing
from admin.presses import place
from admin.security import public
from engine.definitions.bpmn import picture
from engine.definitions.flow import Flow
from engine.services.courses import Entry

pages = Blueprint("cases", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the course, ready to be drawn."""

    at: datetime
    title: str
    who: str
    place: str
    texts: tuple[tuple[str, str], ...]
    leads_to: str
    ended: bool
    broken_off: tuple[str, ...]
    backwards: bool
    passed_over: tuple[str, ...]


def show(uid: str) -> ResponseReturnValue:
    """The page of a case that fits the reader: to fill in, to decide, or to read."""
    actor = security.signed_in().actor
    view = reviewing.opened(uid)
    choices = platform().views.choices(actor, uid, at=view.at)
    if view.edit:
        return filling.page(view, choices)
    if view.may_vote and request.args.get("read") is None:
        return redirect(url_for("groups.ballot", uid=uid, at=view.at or None))
    if any(not one.operation for one in choices):
        return reviewing.page(view, choices)
    return render_template(
        "portal/case.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "show"),
        trail=trail_of(view),
        content=asking.content(actor, view),
        operations=asking.operations(choices),
    )


def course(uid: str) -> ResponseReturnValue:
    """How the case went, and how it may go on: as a drawing and as a list."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    entries = platform().views.course(actor, uid)
    return render_template(
        "portal/course.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "course"),
        trail=trail_of(view),
        timeline=[_line(entry) for entry in entries],
        linked=platform().views.linked(actor, uid),
        diagram=diagram(*platform().views.steps(actor, uid)),
        operations=asking.operations(platform().views.choices(actor, uid, at=view.at)),
    )


def diagram(flow: Flow, visited: frozenset[str], current: frozenset[str]) -> Markup:
    """A process as a drawing, with the steps a case has been at."""
    marks = picture.Marks(visited=visited - current, current=current)
    return drawing(flow, marks)


def _line(entry: Entry) -> Line:
    who = entry.person or (_("不记名") if entry.secret else _("系统"))
    if entry.on_behalf:
        who = _("{substitute} 代 {person}", substitute=who, person=entry.on_behalf)
    return Line(
        at=entry.at,
        title=caption(entry.title) if entry.title else kind_of(entry.kind, entry.outcome),
        who=_("{person}（{organisation}）", person=who, organisation=entry.organisation)
        if entry.organisation
        else who,
        place=entry.place,
        texts=entry.texts,
        leads_to=entry.leads_to,
        ended=entry.ended,
        broken_off=entry.broken_off,
        backwards=entry.verb in ("return", "fail") or entry.kind == "withdraw",
        passed_over=entry.passed_over,
    )


def kind_of(kind: str, outcome: str = "") -> str:
    """The caption of what no author named; of a vote that decided nothing, why."""
    undecided = {
        "no_quorum": _("参加表决的人数不够，表决无效"),
        "short": _("到期时选票没有收齐"),
    }
    return undecided.get(outcome) or {
        "start": _("新建"),
        "withdraw": _("撤回"),
        "extend": _("修改提交截止时间"),
        "transfer": _("转办"),
        "delegate": _("委派"),
        "add_signer": _("加签"),
        "remove_signer": _("减签"),
        "sign": _("签署意见"),
        "cc": _("抄送"),
        "urge": _("催办"),
        "outcome": _("集体办理结果"),
        "time": _("到期自动办理"),
        "dates": _("期限随登记的日期改变"),
        "vote": _("投票"),
        "decline": _("谢绝"),
        "round": _("再投一轮"),
        "replace": _("更换投票人"),
        "add": _("加入人员"),
        "remove": _("移出人员"),
        "cancel": _("终止"),
        "reroute": _("改派"),
        "migrate": _("迁移版本"),
        "unmigrate": _("撤销迁移"),
        "suspend": _("暂停办理"),
        "resume": _("恢复办理"),
        "unclaim": _("释放认领"),
        "hand_over": _("离职转办"),
        "retry": _("重新处理"),
        "save": _("暂存"),
        "open": _("查看"),
        "result": _("生成文书或编号"),
        "drop": _("不再询问外部系统"),
    }.get(kind, _("办理"))


def papers(uid: str) -> ResponseReturnValue:
    """The documents of the case."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    return render_template(
        "portal/case_papers.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "papers"),
        trail=trail_of(view),
    )


def files(uid: str) -> ResponseReturnValue:
    """The files that were handed in with the case."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    return render_template(
        "portal/case_files.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "files"),
        trail=trail_of(view),
        files=asking.attached(actor, view),
    )


def printed(uid: str) -> ResponseReturnValue:
    """The whole case on paper: content and course."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    return render_template(
        "portal/print.html",
        view=view,
        title=view.title,
        content=asking.content(actor, view, "print"),
        attached=asking.attached(actor, view),
        timeline=[_line(entry) for entry in platform().views.course(actor, uid)],
    )


@public
def diagram_style() -> Response:
    """The style of the drawings of processes."""
    return Response(picture.STYLE, mimetype="text/css")


pages.add_url_rule("/cases/<uid>", view_func=show)
pages.add_url_rule("/cases/<uid>/course", view_func=course)
pages.add_url_rule("/cases/<uid>/files", view_func=files)
pages.add_url_rule("/cases/<uid>/papers", view_func=papers)
pages.add_url_rule("/cases/<uid>/print", view_func=printed)
pages.add_url_rule("/diagram.css", view_func=diagram_style)
