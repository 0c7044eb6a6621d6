"""Beginning a case: which process, what it needs to know first."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.navigation import caption, entry_title, opens, title_of
from admin.parked import RESTORE
from admin.portal import asking
from admin.presses import new_key
from engine.domain.errors import InvalidSubmission, Refused
from engine.services.forecasts import Stop
from engine.services.foresight import Foreseen

pages = Blueprint("starting", __name__)
START = "start"


def choose() -> ResponseReturnValue:
    """The processes the person may start; a single one is opened at once."""
    me = security.signed_in()
    # What the menu itself begins is not offered a second time.
    startable = [
        one for one in platform().starting.startable(me.actor) if not opens(me, START, one.id)
    ]
    if len(startable) == 1:
        return redirect(url_for("starting.begin", process=startable[0].id))
    return render_template(
        "portal/start.html", title=title_of(me, "start", _("新办业务")), processes=startable
    )


def begin(process: str) -> ResponseReturnValue:
    """What the process asks before a case exists."""
    return _page(process)


def _page(
    process: str,
    *,
    asked: Asked | None = None,
    refusal: Refused | None = None,
    foreseen: Foreseen | None = None,
) -> ResponseReturnValue:
    me = security.signed_in()
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    about = platform().starting.starting(me.actor, process)
    title = entry_title(me, START, process, about.title)
    form = asking.start_form(
        me.actor,
        process,
        asked.data if asked else None,
        errors,
        asked.received if asked else None,
    )
    text = render_template(
        "portal/begin.html",
        title=title,
        about=about,
        trail=[(title, None)],
        form=form,
        details=asking.chosen_records(me.actor, process, asked.data if asked else {}),
        route=_route(process, asked),
        begin_caption=_("立即{noun}", noun=caption(about.noun))
        if about.anybody and about.noun
        else _("新建"),
        foreseen=foreseen,
        problem=refusal.sentence if refusal is not None and not errors else None,
        begun=platform().starting.begun(me.actor, process),
        forbidden=platform().cases.may_start(me.actor, process),
        key=new_key(),
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def _route(process: str, asked: Asked | None) -> Sequence[Stop]:
    """Whom it would come to with what has been chosen; nothing while that decides nothing."""
    if asked is None or not asked.data:
        return ()
    stops = platform().forecasts.route(security.signed_in().actor, process, asked.data)
    return stops if any(stop.name for stop in stops) else ()


def start(process: str) -> ResponseReturnValue:
    """Start the case and open it; any other button only looks again."""
    actor = security.signed_in().actor
    asked = asking.read_start(actor, process)
    wanted = request.form.get("do")
    if asked.unfinished or RESTORE in request.form or wanted not in (START, asking.FORESEE):
        return _page(process, asked=asked)
    try:
        if wanted == asking.FORESEE:
            foreseen = platform().foresight.starting(actor, process, asked.data)
            return _page(process, asked=asked, foreseen=foreseen)
        done = platform().cases.start(
            actor,
            process,
            asked.data,
            key=request.form.get("key") or None,
            complete=True,
        )
    except Refused as refusal:
        return _page(process, asked=asked, refusal=refusal)
    flash(_("已新建，请填写。"), "success")
    return redirect(url_for("cases.show", uid=done.uid))


pages.add_url_rule("/new", view_func=choose)
pages.add_url_rule("/new/<path:process>", view_func=begin, methods=["GET"])
pages.add_url_rule("/new/<path:process>", view_func=start, methods=["POST"])
