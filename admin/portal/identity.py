"""Signing in with identity platforms: the way there, and back with what they say."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform, setting
from admin.errors import status_of
from admin.places import within
from admin.portal import account, registration
from admin.security import limiter, public
from engine.domain.errors import Refused

pages = Blueprint("identity", __name__)
#: fields of the browser session: what it left with, and what it has still to register
_LEFT = "left"
#: how many windows may be on their way at once
_WINDOWS = 4


@public
@limiter.limit(lambda: str(setting("sign_in_rate")))
def depart(place: str, whom: str) -> ResponseReturnValue:
    """Send the browser to the platform.

    What was typed before a sign-in ran out is posted here. The answer to a post leads to no other
    site, so a link does.
    """
    values = request.values
    try:
        departure = platform().single_sign_on.depart(
            place,
            whom,
            url_for("identity.arrive", place=place, whom=whom),
            onwards=within(values.get("next")) or "",
            parked=request.form.get("parked", ""),
            register="register" in values,
            again="again" in values,
        )
    except Refused as refusal:
        return _turned_away(place, whom, refusal)
    session[_LEFT] = [*session.get(_LEFT, []), departure.state][-_WINDOWS:]
    if request.method == "GET":
        return redirect(departure.address)
    return render_template(
        "account/leaving.html",
        title=_("登录"),
        platform=platform().single_sign_on.title(place, whom),
        href=departure.address,
    )


@public
@limiter.limit(lambda: str(setting("sign_in_rate")))
def arrive(place: str, whom: str) -> ResponseReturnValue:
    """Let in whom the platform has sent back, in a browser session of its own."""
    state = request.args.get("state", "")
    left = session.get(_LEFT, [])
    session[_LEFT] = [one for one in left if one != state]
    try:
        arrival = platform().single_sign_on.arrive(
            place,
            whom,
            url_for("identity.arrive", place=place, whom=whom),
            state=state,
            expected=state if state in left else None,
            code=request.args.get("code", ""),
            error=request.args.get("error", ""),
            address=request.remote_addr,
            may_register=any(one.id == place for one in registration.offered()),
        )
    except Refused as refusal:
        return _turned_away(place, whom, refusal)
    if arrival.session is None:
        session[registration.REGISTERING] = arrival.registering
        return redirect(url_for("registration.begin", place=place))
    security.begin(arrival.session.token)
    return account.go_on(arrival.onwards, arrival.parked)


def _turned_away(place: str, whom: str, refusal: Refused) -> ResponseReturnValue:
    """Why nobody was let in, and the way back to the platform."""
    single_sign_on = platform().single_sign_on
    name = single_sign_on.title(place, whom)
    text = render_template(
        "account/turned_away.html",
        title=_("没有登录"),
        sentence=platform().sentences.worded(refusal).sentence,
        platform=name,
        unverified=refusal.code == "identity_unverified",
        again=url_for("identity.depart", place=place, whom=whom, again=1),
    )
    unavailable = refusal.code == "identity_unavailable"
    return make_response(text, 503 if unavailable else status_of(refusal))


pages.add_url_rule("/sign-in/<place>/<whom>", view_func=depart, methods=["GET", "POST"])
pages.add_url_rule("/sign-in/<place>/<whom>/return", view_func=arrive, methods=["GET"])
