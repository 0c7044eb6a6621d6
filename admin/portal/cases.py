"""The pages of one case: its content, its course, its documents; filling in where one may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import trail_of
from admin.portal import filling, reviewing

pages = Blueprint("cases", __name__)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages of a case."""

    title: str
    href: str
    current: bool = False
    count: int | None = None


def tabs(view: Any, current: str) -> list[Tab]:
    """The pages of a case, those that have something to show."""
    found = [Tab(_("内容"), url_for("cases.show", uid=view.uid), current == "show")]
    if view.members is not None:
        href = url_for("groups.members", uid=view.uid)
        found.append(Tab(_("名单"), href, current == "members", len(view.members)))
    found.append(Tab(_("办理流程"), url_for("cases.course", uid=view.uid), current == "course"))
    if view.documents:
        href = url_for("cases.papers", uid=view.uid)
        found.append(Tab(_("文书"), href, current == "papers", len(view.documents)))
    return found


def show(uid: str) -> ResponseReturnValue:
    """The page of a case that fits the reader: to fill in, to decide, or to read."""
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    if view.edit:
        return filling.page(view)
    if any(not offer.operation for offer in platform().cases.offers(actor, uid)):
        return reviewing.page(view)
    return render_template(
        "portal/case.html",
        view=view,
        tabs=tabs(view, "show"),
        trail=trail_of(view),
        title=view.title,
    )


def course(uid: str) -> ResponseReturnValue:
    """How the case went, and how it may go on: as a drawing and as a list."""
    actor = security.signed_in().actor
    view = platform().cases.view(actor, uid)
    return render_template(
        "portal/course.html",
        view=view,
        tabs=tabs(view, "course"),
        trail=trail_of(view),
        title=view.title,
        timeline=view.timeline,
        diagram=platform().cases.diagram(actor, uid),
    )
