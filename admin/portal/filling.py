"""Filling in a case: save, submit, discard, autosave; nothing typed is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.filters import moment
from admin.navigation import trail_of
from admin.parked import RESTORE
from admin.portal import asking
from admin.presses import new_key, place, version
from engine.domain.errors import InvalidSubmission, Refused, Stale
from engine.services.views import CaseView, Choice

pages = Blueprint("filling", __name__)
SAVE = "save"


def page(
    view: CaseView,
    choices: Sequence[Choice],
    *,
    asked: Asked | None = None,
    refusal: Refused | None = None,
    notice: str | None = None,
) -> ResponseReturnValue:
    """The form of the case with its buttons at the top right."""
    actor = security.signed_in().actor
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    form = asking.fill_form(
        actor, view, asked.data if asked else None, errors, asked.received if asked else None
    )
    text = render_template(
        "portal/fill.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "show"),
        trail=trail_of(view),
        form=form,
        jumps=asking.jumps(actor, view),
        actions=[one for one in choices if not one.operation and one.name != SAVE],
        operations=asking.operations(choices),
        problem=_problem(refusal) if refusal is not None and not errors else None,
        stale=isinstance(refusal, Stale),
        notice=notice,
        key=new_key(),
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def _problem(refusal: Refused) -> str:
    """What is said where what was typed still stands on the page and may be kept all the same."""
    if isinstance(refusal, Stale):
        return _(
            "这份内容在您打开以后已在别处修改过。您在本页填写的还没有保存："
            "可以先看最新情况，也可以再点一次按钮，用本页的内容代替。"
        )
    return refusal.sentence


def fill(uid: str) -> ResponseReturnValue:
    """Keep what was typed, or keep it and act. A button of the form itself only redraws."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    choices = platform().views.choices(actor, uid, at=view.at)
    asked = asking.read_fill(actor, view)
    if RESTORE in request.form:
        notice = _("已带回您刚才填写的内容，尚未保存。")
        return page(view, choices, asked=asked, notice=notice)
    if asked.unfinished:
        return page(view, choices, asked=asked)
    wanted = request.form.get(asking.FORESEE) or request.form.get("do", SAVE)
    choice = next((one for one in choices if one.name == wanted), None)
    try:
        return _carried_out(view, choice, wanted, asked)
    except Refused as refusal:
        return page(view, choices, asked=asked, refusal=refusal)


def _carried_out(
    view: CaseView, choice: Choice | None, wanted: str, asked: Asked
) -> ResponseReturnValue:
    actor, key = security.signed_in().actor, request.form.get("key") or None
    here = url_for("cases.show", uid=view.uid)
    if wanted == SAVE or (choice is not None and choice.ask is not None):
        platform().cases.save(actor, view.uid, asked.data, version=version(), key=key, at=view.at)
        if wanted != SAVE:
            return redirect(
                url_for("reviewing.ask", uid=view.uid, action=wanted, at=view.at or None)
            )
        flash(_("已暂存。"), "success")
        return redirect(here)
    data = asked.data if choice is None or choice.verb not in ("discard", "cancel") else None
    if choice is not None and asking.asks_again(choice):
        foreseen = platform().foresight.foresee(
            actor, view.uid, wanted, data=data, version=version(), at=view.at
        )
        return asking.confirm_page(view, choice, asked, foreseen, endpoint="filling.fill")
    doubts = asking.doubts(actor, view, data) if data is not None else []
    platform().cases.act(actor, view.uid, wanted, data=data, version=version(), key=key, at=view.at)
    title = asking.title_of(choice) if choice is not None else wanted
    flash(_("已{action}。", action=title), "success")
    for sentence in doubts:
        flash(sentence, "warning")
    return redirect(here)


def autosave(uid: str) -> ResponseReturnValue:
    """Keep what was typed so far without leaving the page; answers with a line of text."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    asked = asking.read_fill(actor, view)
    try:
        done = platform().cases.save(actor, uid, asked.data, version=version(), at=view.at)
    except InvalidSubmission:
        sentence = _("有内容填写得不正确，暂未自动保存。")
        return render_template("portal/_autosaved.html", sentence=sentence, version=None)
    except Refused as refusal:
        return render_template("portal/_autosaved.html", sentence=_problem(refusal), version=None)
    at = moment(platform().clock.now())[-5:]
    return render_template(
        "portal/_autosaved.html", sentence=_("{at} 已自动保存", at=at), version=done.version
    )


pages.add_url_rule("/cases/<uid>/fill", view_func=fill, methods=["POST"])
pages.add_url_rule("/cases/<uid>/autosave", view_func=autosave, methods=["POST"])
