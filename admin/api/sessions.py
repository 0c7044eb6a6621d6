"""Signing in and out of the interface."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from admin import problems, security
from admin.api.reading import body
from admin.api.schemas import SIGN_IN
from admin.captions import _
from admin.context import platform, setting
from admin.security import limiter, public
from engine.domain.errors import Refused


@public
@limiter.limit(lambda: str(setting("sign_in_rate")))
def sign_in() -> ResponseReturnValue:
    """Begin a session; its token goes with each request from now on."""
    sent = body(SIGN_IN)
    accounts = platform().accounts
    try:
        session = accounts.sign_in(sent["login"], sent["password"], address=request.remote_addr)
    except Refused as refusal:
        return problems.refused(platform().sentences.worded(refusal), 401)
    if session.must_change_password:
        accounts.sign_out(session.token)
        return problems.problem(403, _("请先在网页上修改初始密码。"), code="password_initial")
    posts = [key for key, _name, _roles in session.organisations if key]
    wanted = sent.get("organisation", posts[0] if len(posts) == 1 else None)
    if wanted != session.organisation:
        session = accounts.act_for(session.token, wanted)
    answer = jsonify(
        {
            "token": session.token,
            "person": session.person,
            "name": session.name,
            "organisation": session.organisation,
            "organisations": [
                {"id": key, "title": name, "roles": roles}
                for key, name, roles in session.organisations
                if key
            ],
        }
    )
    answer.status_code = 201
    return answer


def sign_out() -> ResponseReturnValue:
    """End the session."""
    platform().accounts.sign_out(security.signed_in().token)
    return Response(status=204)


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/sessions", view_func=sign_in, methods=["POST"])
    interface.add_url_rule("/sessions/current", view_func=sign_out, methods=["DELETE"])
