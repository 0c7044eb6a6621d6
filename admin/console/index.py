"""The first page of the console: what there is, and what needs a decision."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import Index, expose
from admin.context import platform
from admin.navigation import Group, menu, title_of
from engine.services.content_rights import EDIT
from engine.services.directory import GRANT_ROLES
from engine.services.oversight import MONITOR, RESOLVE


class ConsoleIndex(Index):
    """Where administrators begin."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Counts and links."""
        me = security.signed_in()
        release = platform().release
        jurisdiction, oversight = me.actor.jurisdiction or "", platform().oversight
        monitors = oversight.why_not(me.actor, MONITOR, jurisdiction) is None
        resolves = oversight.why_not(me.actor, RESOLVE, jurisdiction) is None
        may_edit = platform().directory.has(me.actor, EDIT)
        place = release.jurisdictions.get(jurisdiction)
        return render_template(
            "console/index.html",
            title=title_of(me, "console", _("管理控制台")),
            release=release,
            incidents=len(platform().incidents.unresolved(me.actor)) if resolves else None,
            figures=platform().monitor.figures(me.actor) if monitors else None,
            running=sum(one.is_running for one in platform().jobs.of(me.actor)) if monitors else 0,
            routes=len(platform().routes.tables(me.actor)),
            may_edit=may_edit,
            version=platform().history.versions(me.actor, limit=1)[0] if may_edit else None,
            commit=platform().definitions.commit,
            processes=[
                bound.process.title
                for name, bound in release.processes.items()
                if place is None or place.runs(name)
            ],
            accounts=platform().directory.has(me.actor, GRANT_ROLES),
            menus=[
                Group(group.title, [one for one in group.entries if one.href != request.path])
                for group in menu(me)
            ],
        )
