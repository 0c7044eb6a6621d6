"""Documents issued to the person: list and download."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import title_of
from admin.portal.attachments import deliver

pages = Blueprint("papers", __name__)


def mine() -> ResponseReturnValue:
    """The documents issued to the person signed in."""
    me = security.signed_in()
    return render_template(
        "portal/papers.html",
        title=title_of(me, "documents", _("我的文书")),
        papers=platform().documents.mine(me.actor),
    )


def get(uid: str) -> ResponseReturnValue:
    """One document."""
    name, media_type, content = platform().documents.file(security.signed_in().actor, uid)
    return deliver(name, media_type, content)


def blank(name: str) -> ResponseReturnValue:
    """An empty form to be filled in on paper."""
    return deliver(*platform().documents.blank(name))


pages.add_url_rule("/documents", view_func=mine)
pages.add_url_rule("/templates/<path:name>", view_func=blank)
pages.add_url_rule("/documents/<uid>", view_func=get)
