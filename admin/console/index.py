"""The first page of the console: what there is, and what needs a decision."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import Index, expose
from admin.context import platform
from admin.navigation import title_of


class ConsoleIndex(Index):
    """Where administrators begin."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Counts and links."""
        me = security.signed_in()
        release = platform().release
        return render_template(
            "console/index.html",
            title=title_of(me, "console", _("管理控制台")),
            release=release,
            incidents=len(platform().incidents.unresolved(me.actor)),
        )
