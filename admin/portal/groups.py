"""Cases that decide many others: their list of members, and the paper of a voter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.navigation import trail_of
from admin.parked import RESTORE
from admin.portal import asking
from admin.presses import new_key, place
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.services.foresight import Foreseen
from engine.services.views import CaseView

pages = Blueprint("groups", __name__)


def members(uid: str) -> ResponseReturnValue:
    """Who is on the list, and who could be added."""
    return _members(uid)


def _members(
    uid: str,
    problem: Refused | None = None,
    *,
    foreseen: Foreseen | None = None,
    ticked: Sequence[str] = (),
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid)
    offers = {offer.name: offer for offer in platform().views.choices(actor, uid)}
    search = request.values.get("search", "").strip()
    may_add = offers.get("add")
    listed = view.members or ()
    page = render_template(
        "portal/members.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "members"),
        trail=trail_of(view),
        may_add=may_add,
        may_remove=offers.get("remove"),
        candidates=platform().group_views.candidates(actor, uid, search)
        if may_add and may_add.allowed
        else [],
        search=search,
        # A column that says nothing of anybody is left out.
        columns=[
            at
            for at in range(len(view.member_columns))
            if any(member.cells[at] for member in listed)
        ],
        rounds=platform().panel_views.rounds(actor, uid),
        options=asking.result_titles(),
        problem=problem.sentence if problem else None,
        foreseen=foreseen,
        ticked=ticked,
    )
    return make_response(page, status_of(problem) if problem else 200)


def change(uid: str) -> ResponseReturnValue:
    """Add or remove the ticked ones."""
    actor = security.signed_in().actor
    chosen = request.form.getlist("member")
    wanted = request.form.get(asking.FORESEE)
    adding = request.form.get("do") == "add"
    if not chosen:
        flash(_("请先勾选人员。"), "warning")
        return redirect(url_for("groups.members", uid=uid))
    try:
        if wanted is not None:
            foreseen = platform().foresight.foresee(actor, uid, wanted, {"members": chosen})
            return _members(uid, foreseen=foreseen, ticked=chosen)
        if adding:
            platform().cases.add(actor, uid, chosen)
        else:
            platform().cases.remove(actor, uid, chosen)
    except Refused as refusal:
        return _members(uid, refusal, ticked=chosen)
    done = _("已加入 {count} 人。") if adding else _("已移出 {count} 人。")
    flash(done.format(count=len(chosen)), "success")
    return redirect(url_for("groups.members", uid=uid))


def ballot(uid: str) -> ResponseReturnValue:
    """The paper of the voter who is signed in."""
    return _ballot(uid)


def _ballot(
    uid: str,
    asked: Mapping[str, Asked] | None = None,
    problem: Refused | None = None,
    foreseen: Foreseen | None = None,
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    paper = platform().panel_views.paper(actor, uid, at=view.at)
    errors = problem.errors if isinstance(problem, InvalidSubmission) else ()
    page = render_template(
        "portal/ballot.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "ballot"),
        trail=trail_of(view),
        paper=paper,
        operations=_operations(view),
        lines=asking.papers(actor, view, paper, asked or {}, errors),
        options=asking.voting_options(actor, view, paper),
        problem=problem.sentence if problem and not errors else None,
        foreseen=foreseen,
        key=new_key(),
    )
    return make_response(page, status_of(problem) if problem else 200)


def cast(uid: str) -> ResponseReturnValue:
    """Hand in the paper; it cannot be changed afterwards, so it is confirmed first."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    paper = platform().panel_views.paper(actor, uid, at=view.at)
    papers = asking.read_papers(actor, view, paper)
    if RESTORE in request.form:
        return _ballot(uid, papers)
    if rest := request.form.get("rest"):
        return _ballot(uid, asking.fill_rest(papers, rest))
    filled = {about: asked.data for about, asked in papers.items()}
    if asking.FORESEE in request.form:
        try:
            entered = {"papers": filled}
            foreseen = platform().foresight.foresee(actor, uid, "vote", entered, at=view.at)
        except Refused as refusal:
            return _ballot(uid, papers, refusal)
        return _ballot(uid, papers, foreseen=foreseen)
    if request.form.get("confirmed") != "yes":
        unsure = Refused(
            "unconfirmed", say=_("选票还没有提交：请核对后勾选“我已核对选票”，再提交。")
        )
        return _ballot(uid, papers, unsure)
    try:
        key = request.form.get("key") or None
        platform().cases.vote(actor, uid, filled, key=key, at=view.at)
    except Refused as refusal:
        return _ballot(uid, papers, refusal)
    flash(_("您的选票已提交。"), "success")
    try:
        platform().panel_views.paper(actor, uid, at=view.at)
    except NotFound:
        # It was the last one: the vote is over, and so is what a voter sees of it.
        return redirect(url_for("home.home"))
    return redirect(url_for("groups.ballot", uid=uid, at=view.at or None))


def progress(uid: str) -> ResponseReturnValue:
    """How far the vote has come, and what can be done about who votes."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    if not view.at_panel:
        # Whoever leads a vote keeps this page open: with the last ballot it has nothing to show.
        flash(_("表决已结束，或您不在其中。"), "info")
        counted = view.members is not None and platform().panel_views.rounds(actor, uid)
        return redirect(url_for("groups.members" if counted else "cases.course", uid=uid))
    page = render_template(
        "portal/progress.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "progress"),
        trail=trail_of(view),
        progress=platform().panel_views.progress(actor, uid, at=view.at),
        options=asking.result_titles(),
        operations=_operations(view),
    )
    return make_response(page)


def _operations(view: CaseView) -> list[asking.OperationLink]:
    choices = platform().views.choices(security.signed_in().actor, view.uid, at=view.at)
    return [one for one in asking.operations(choices) if one.name in asking.SEATS]


pages.add_url_rule("/cases/<uid>/progress", view_func=progress, methods=["GET"])
pages.add_url_rule("/cases/<uid>/members", view_func=members, methods=["GET"])
pages.add_url_rule("/cases/<uid>/members", view_func=change, methods=["POST"])
pages.add_url_rule("/cases/<uid>/ballot", view_func=ballot, methods=["GET"])
pages.add_url_rule("/cases/<uid>/ballot", view_func=cast, methods=["POST"])
