"""Beginning a case: which process, what it needs to know first."""

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
from admin.navigation import caption, title_of
from admin.parked import RESTORE
from admin.portal import asking
from engine.domain.errors import InvalidSubmission, Refused

pages = Blueprint("starting", __name__)


def choose() -> ResponseReturnValue:
    """The processes the person may start; a single one is opened at once."""
    me = security.signed_in()
    startable = platform().cases.startable(me.actor)
    if len(startable) == 1:
        return redirect(url_for("starting.begin", process=startable[0].id))
    return render_template(
        "portal/start.html", title=title_of(me, "start", _("新办业务")), processes=startable
    )


def begin(process: str) -> ResponseReturnValue:
    """What the process asks before a case exists."""
    return _page(process)


def _page(
    process: str, *, typed: Mapping[str, Any] | None = None, refusal: Refused | None = None
) -> ResponseReturnValue:
    me = security.signed_in()
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    about = platform().cases.starting(me.actor, process)
    page = render_template(
        "portal/begin.html",
        title=caption(about.title),
        about=about,
        trail=[(caption(about.title), None)],
        form=asking.start_form(me.actor, process, typed or {}, errors),
        problem=refusal.sentence if refusal is not None and not errors else None,
        key=secrets.token_urlsafe(12),
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def start(process: str) -> ResponseReturnValue:
    """Start the case and open it."""
    actor = security.signed_in().actor
    posted = asking.read_start(actor, process)
    if posted.unfinished or RESTORE in request.form or request.form.get("do") != "start":
        return _page(process, typed=posted.data)
    try:
        done = platform().cases.start(
            actor, process, posted.data, key=request.form.get("key") or None
        )
    except Refused as refusal:
        return _page(process, typed=posted.data, refusal=refusal)
    flash(_("已新建，请填写。"), "success")
    return redirect(url_for("cases.show", uid=done.uid))


pages.add_url_rule("/new", view_func=choose)
pages.add_url_rule("/new/<path:process>", view_func=begin, methods=["GET"])
pages.add_url_rule("/new/<path:process>", view_func=start, methods=["POST"])
