"""Deciding: the split page, the page of one action, and one action for many cases."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from admin.navigation import caption, trail_of
from admin.parked import RESTORE
from admin.places import back
from admin.portal import asking
from engine.domain.errors import InvalidSubmission, Refused, Stale

pages = Blueprint("reviewing", __name__)


def page(view: Any) -> ResponseReturnValue:
    """The case on the left, what the person may do on the right."""
    actor = security.signed_in().actor
    offers = platform().cases.offers(actor, view.uid)
    return render_template(
        "portal/review.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "show"),
        trail=trail_of(view),
        content=asking.content(actor, view),
        choices=[asking.choice(actor, view, offer) for offer in offers if not offer.operation],
        operations=[offer for offer in offers if offer.operation],
        opinions=platform().opinions.of(actor),
        back=back(),
        key=secrets.token_urlsafe(12),
    )


def ask(uid: str, action: str) -> ResponseReturnValue:
    """The page of one action: what it asks for and where it leads."""
    return _ask_page(uid, action)


def _ask_page(
    uid: str,
    action: str,
    *,
    typed: Mapping[str, Any] | None = None,
    refusal: Refused | None = None,
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    offer = next(
        (each for each in platform().cases.offers(actor, uid) if each.name == action), None
    )
    if offer is None and refusal is None:
        return _gone(view, None)
    if offer is None or isinstance(refusal, Stale):
        return _gone(view, refusal, typed)
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    page = render_template(
        "portal/act.html",
        view=view,
        title=caption(offer.title),
        trail=trail_of(view),
        choice=asking.choice(actor, view, offer, typed=typed, errors=errors, wide=True),
        problem=refusal.sentence if refusal is not None and not errors else None,
        opinions=platform().opinions.of(actor),
        back=back(),
        key=secrets.token_urlsafe(12),
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def _gone(
    view: Any, refusal: Refused | None, typed: Mapping[str, Any] | None = None
) -> ResponseReturnValue:
    """Somebody was faster, or the page was old: say so, show the way on, keep what was typed."""
    page = render_template(
        "portal/stale.html",
        view=view,
        title=_("已处理"),
        sentence=refusal.sentence if refusal else _("这一步已经处理过了，或不再由您办理。"),
        typed=[value for value in (typed or {}).values() if isinstance(value, str) and value],
    )
    return make_response(page, 409)


def act(uid: str, action: str) -> ResponseReturnValue:
    """Take the action; a refusal is shown in place, with everything typed still there."""
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    offer = next(
        (each for each in platform().cases.offers(actor, uid) if each.name == action), None
    )
    key = request.form.get("key") or None
    if offer is None:
        # perhaps a second press of the same button: its first result is the answer
        return _repeated(view, action, key)
    posted = asking.read(actor, view, offer)
    if posted.unfinished or RESTORE in request.form:
        return _ask_page(uid, action, typed=posted.input)
    if offer.confirm and request.form.get("confirmed") != "yes":
        return asking.confirm_page(view, offer, key)
    try:
        done = platform().cases.act(
            actor, uid, action, input=posted.input, version=_version(), key=key
        )
    except Refused as refusal:
        return _ask_page(uid, action, typed=posted.input, refusal=refusal)
    flash(asking.done_sentence(offer, done), "success")
    return redirect(back() or url_for("cases.show", uid=uid))


def _repeated(view: Any, action: str, key: str | None) -> ResponseReturnValue:
    actor = security.signed_in().actor
    try:
        platform().cases.act(actor, view.uid, action, input={}, version=_version(), key=key)
    except Refused as refusal:
        return _gone(view, refusal, request.form)
    return redirect(back() or url_for("cases.show", uid=view.uid))


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdigit() else None


def bulk() -> ResponseReturnValue:
    """One action for all ticked rows: asks once, decides each, reports each."""
    actor = security.signed_in().actor
    uids: Sequence[str] = request.form.getlist("row")
    action = request.form.get("action", "")
    if not uids:
        flash(_("请先勾选要办理的行。"), "warning")
        return redirect(back() or url_for("home.home"))
    views = [platform().cases.view(actor, uid) for uid in uids]
    offer = next(
        (
            each
            for each in platform().cases.offers(actor, uids[0])
            if each.name == action and each.bulk
        ),
        None,
    )
    if offer is None:
        return _gone(views[0], None)
    posted = asking.read(actor, views[0], offer)
    if posted.unfinished or request.form.get("confirmed") != "yes":
        return _bulk_page(views, offer, posted.input if posted.given else None)
    try:
        results = platform().cases.bulk(
            actor, uids, action, input=posted.input, key=request.form.get("key") or None
        )
    except Refused as refusal:
        return _bulk_page(views, offer, posted.input, refusal)
    return render_template(
        "portal/bulk_result.html",
        title=caption(offer.title),
        views={view.uid: view for view in views},
        results=results,
        back=back(),
    )


def _bulk_page(
    views: Sequence[Any],
    offer: Any,
    typed: Mapping[str, Any] | None,
    refusal: Refused | None = None,
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    page = render_template(
        "portal/bulk.html",
        title=_("批量{action}", action=caption(offer.title)),
        views=views,
        choice=asking.choice(actor, views[0], offer, typed=typed, errors=errors, wide=True),
        problem=refusal.sentence if refusal is not None and not errors else None,
        opinions=platform().opinions.of(actor),
        back=back(),
        key=secrets.token_urlsafe(12),
    )
    return make_response(page, status_of(refusal) if refusal else 200)


pages.add_url_rule("/cases/<uid>/actions/<action>", view_func=ask, methods=["GET"])
pages.add_url_rule("/cases/<uid>/actions/<action>", view_func=act, methods=["POST"])
pages.add_url_rule("/bulk", view_func=bulk, methods=["POST"])
