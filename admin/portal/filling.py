"""Filling in a case: save, submit, discard, autosave; nothing typed is lost on the way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from admin.filters import moment
from admin.navigation import trail_of
from admin.parked import RESTORE
from admin.portal import asking
from engine.domain.errors import InvalidSubmission, Refused, Stale

pages = Blueprint("filling", __name__)
SAVE = "save"


def page(
    view: Any,
    *,
    data: Mapping[str, Any] | None = None,
    refusal: Refused | None = None,
    notice: str | None = None,
) -> ResponseReturnValue:
    """The form of the case with its buttons at the top right."""
    actor = security.signed_in().actor
    offers = platform().cases.offers(actor, view.uid)
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    text = render_template(
        "portal/fill.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "show"),
        trail=trail_of(view),
        form=asking.fill_form(actor, view, data, errors),
        actions=[offer for offer in offers if not offer.operation and offer.name != SAVE],
        operations=[offer for offer in offers if offer.operation],
        returned=asking.returned(view),
        problem=refusal.sentence if refusal is not None and not errors else None,
        stale=isinstance(refusal, Stale),
        notice=notice,
        key=secrets.token_urlsafe(12),
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def fill(uid: str) -> ResponseReturnValue:
    """Take what was typed: keep it, or keep it and act. A button of the form itself only redraws."""
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    posted = asking.read_fill(actor, view)
    if RESTORE in request.form:
        return page(view, data=posted.data, notice=_("已带回您刚才填写的内容，尚未保存。"))
    if posted.unfinished:
        return page(view, data=posted.data)
    wanted = request.form.get("do", SAVE)
    version, key = _version(), request.form.get("key") or None
    try:
        if wanted == SAVE:
            platform().cases.save(actor, uid, posted.data, version=version, key=key)
            flash(_("已暂存。"), "success")
            return redirect(url_for("cases.show", uid=uid))
        offer = next(
            (each for each in platform().cases.offers(actor, uid) if each.name == wanted), None
        )
        if offer is not None and offer.confirm and request.form.get("confirmed") != "yes":
            return asking.confirm_page(view, offer, key, endpoint="filling.fill")
        if offer is not None and offer.ask is not None:
            platform().cases.save(actor, uid, posted.data, version=version, key=key)
            return redirect(url_for("reviewing.ask", uid=uid, action=wanted))
        done = platform().cases.act(actor, uid, wanted, data=posted.data, version=version, key=key)
    except Refused as refusal:
        return page(view, data=posted.data, refusal=refusal)
    flash(asking.done_sentence(offer, done), "success")
    return redirect(url_for("cases.show", uid=uid))


def autosave(uid: str) -> ResponseReturnValue:
    """Keep what was typed so far without leaving the page; answers with a line of text."""
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    posted = asking.read_fill(actor, view)
    try:
        done = platform().cases.save(actor, uid, posted.data, version=_version(), key=None)
    except Refused as refusal:
        sentence = (
            _("有内容填写得不正确，暂未自动保存。")
            if isinstance(refusal, InvalidSubmission)
            else refusal.sentence
        )
        return render_template("portal/_autosaved.html", sentence=sentence, version=None)
    at = moment(platform().clock.now())[-5:]
    return render_template(
        "portal/_autosaved.html", sentence=_("{at} 已自动保存", at=at), version=done.version
    )


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdigit() else None


pages.add_url_rule("/cases/<uid>/fill", view_func=fill, methods=["POST"])
pages.add_url_rule("/cases/<uid>/autosave", view_func=autosave, methods=["POST"])
