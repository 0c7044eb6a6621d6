"""The cases somebody was named for (抄送我的)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform

pages = Blueprint("copies", __name__)


def received() -> ResponseReturnValue:
    """What the person may read because a colleague said so, the latest first."""
    actor = security.signed_in().actor
    return render_template(
        "portal/copies.html", title=_("抄送我的"), copies=platform().copies.received(actor)
    )


def opened(uid: str) -> ResponseReturnValue:
    """Note that it was read, and go to the case."""
    platform().copies.open(security.signed_in().actor, uid)
    return redirect(url_for("cases.show", uid=uid))


pages.add_url_rule("/copies", view_func=received)
pages.add_url_rule("/copies/<uid>", view_func=opened, methods=["POST"])
