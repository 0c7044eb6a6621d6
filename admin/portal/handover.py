"""Handing over what somebody holds, when they leave or change their post (离职转办)."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from engine.domain.errors import Refused
from engine.services.handing_over import HandedOver

pages = Blueprint("handover", __name__)


def plan(person: str) -> ResponseReturnValue:
    """What somebody holds, and to which of the colleagues chosen it would go."""
    return _page(person, request.args.getlist("to"), None, None)


def run(person: str) -> ResponseReturnValue:
    """Hand it over."""
    actor, to = security.signed_in().actor, request.form.getlist("to")
    try:
        result = platform().handing_over.run(actor, person, to, request.form.get("reason", ""))
    except Refused as refusal:
        return _page(person, to, None, refusal)
    return _page(person, to, result, None)


def _page(
    person: str, to: list[str], result: HandedOver | None, refusal: Refused | None
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    held = platform().handing_over.plan(actor, person, to) if result is None else ()
    title = _("转办 {person} 的事项", person=platform().directory.name("people", person))
    text = render_template(
        "portal/handover.html",
        title=title,
        trail=[(_("工作人员管理"), url_for("staff.overview")), (title, None)],
        person=person,
        colleagues=[one for one in platform().substitutes.colleagues(actor) if one[0] != person],
        to=to,
        held=held,
        given=[one for one in held if one.to],
        result=result,
        kinds=kinds(),
        problem=refusal.sentence if refusal is not None else None,
    )
    return make_response(text, status_of(refusal) if refusal is not None else 200)


def kinds() -> dict[str, str]:
    """What somebody holds, in words."""
    return {
        "task": _("由其办理"),
        "signer": _("等待其签署"),
        "claim": _("由其认领"),
        "seat": _("表决席位"),
        "begun": _("由其发起"),
        "substitute": _("由其代理"),
    }


pages.add_url_rule("/staff/<person>/handover", view_func=plan, methods=["GET"])
pages.add_url_rule("/staff/<person>/handover", view_func=run, methods=["POST"])
