"""Standing substitutes (代理): who does somebody's tasks while they are away."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from engine.domain.errors import Refused

pages = Blueprint("substitutes", __name__)


def overview() -> ResponseReturnValue:
    """One's own substitute, those one stands in for, and those of the others for who manages."""
    return _page(None)


def name() -> ResponseReturnValue:
    """Name a substitute."""
    form = request.form
    try:
        platform().substitutes.name(
            security.signed_in().actor,
            form.get("substitute", ""),
            person=form.get("person") or None,
            since=form.get("since", ""),
            until=form.get("until", ""),
        )
    except Refused as refusal:
        return _page(refusal)
    flash(_("已设置代理。"), "success")
    return redirect(url_for("substitutes.overview"))


def end(key: int) -> ResponseReturnValue:
    """End it at once."""
    platform().substitutes.end(security.signed_in().actor, key)
    flash(_("代理已结束。"), "success")
    return redirect(url_for("substitutes.overview"))


def _page(refusal: Refused | None) -> ResponseReturnValue:
    actor, service = security.signed_in().actor, platform().substitutes
    managing = service.manages(actor)
    colleagues = service.colleagues(actor)
    text = render_template(
        "portal/substitutes.html",
        title=_("代理"),
        trail=[(_("账户"), url_for("account.menu")), (_("代理"), None)],
        given=service.given(actor),
        held=service.held(actor),
        everybody=service.all(actor) if managing else None,
        people=colleagues if managing else (),
        colleagues=[one for one in colleagues if managing or one[0] != actor.person],
        typed=request.form,
        problem=refusal.sentence if refusal is not None else None,
    )
    return make_response(text, status_of(refusal) if refusal is not None else 200)


pages.add_url_rule("/substitutes", view_func=overview, methods=["GET"])
pages.add_url_rule("/substitutes", view_func=name, methods=["POST"])
pages.add_url_rule("/substitutes/<int:key>/end", view_func=end, methods=["POST"])
