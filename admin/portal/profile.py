"""A person's own data, part by part."""

from __future__ import annotations

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
from engine.domain.errors import InvalidSubmission, NotFound, Refused

pages = Blueprint("profile", __name__)


def overview() -> ResponseReturnValue:
    """All parts, to read, with a link to edit each."""
    me = security.signed_in()
    profile = platform().profile.of(me.actor)
    return render_template(
        "portal/profile.html",
        title=title_of(me, "profile", _("个人资料")),
        parts=[(part, asking.profile_part(me.actor, profile, part.name)) for part in profile.parts],
    )


def edit(part: str) -> ResponseReturnValue:
    """The page of one part."""
    return _page(part)


def _page(name: str, *, typed: Any = None, refusal: Refused | None = None) -> ResponseReturnValue:
    me = security.signed_in()
    profile = platform().profile.of(me.actor)
    part = next((each for each in profile.parts if each.name == name), None)
    if part is None:
        raise NotFound("no_such_page")
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    heading = title_of(me, "profile", _("个人资料"))
    page = render_template(
        "portal/profile_part.html",
        title=caption(part.title),
        trail=[(heading, url_for("profile.overview")), (caption(part.title), None)],
        part=part,
        version=profile.version,
        form=asking.profile_form(me.actor, profile, name, typed, errors),
        problem=refusal.sentence if refusal is not None and not errors else None,
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def save(part: str) -> ResponseReturnValue:
    """Keep one part; running cases keep the copy they were given."""
    actor = security.signed_in().actor
    profile = platform().profile.of(actor)
    posted = asking.read_profile(actor, profile, part)
    if posted.unfinished or RESTORE in request.form:
        return _page(part, typed=posted.data)
    version = request.form.get("version", "")
    try:
        platform().profile.save(
            actor, part, posted.data, version=int(version) if version.isdigit() else None
        )
    except Refused as refusal:
        return _page(part, typed=posted.data, refusal=refusal)
    flash(_("已保存。"), "success")
    return redirect(url_for("profile.overview") + f"#{part}")


pages.add_url_rule("/profile", view_func=overview)
pages.add_url_rule("/profile/<part>", view_func=edit, methods=["GET"])
pages.add_url_rule("/profile/<part>", view_func=save, methods=["POST"])
