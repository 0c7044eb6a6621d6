"""The roles an organisation puts together itself: to be chosen for its staff."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from admin.navigation import title_of
from engine.domain.errors import NotFound, Refused
from engine.services.own_roles import LONGEST, RoleHere

pages = Blueprint("roles_here", __name__)


def overview() -> ResponseReturnValue:
    """The roles with their permissions and holders."""
    return render_template(
        "portal/roles.html",
        title=_title(),
        roles=platform().own_roles.here(security.signed_in().actor),
    )


def new() -> ResponseReturnValue:
    """Put a role together."""
    return _edit(None, url_for(".new"), platform().own_roles.add)


def change(role: str) -> ResponseReturnValue:
    """Change a role; those who hold it may do so at their next request."""
    own = platform().own_roles
    return _edit(
        _role(role),
        url_for(".change", role=role),
        lambda actor, title, chosen: own.change(actor, role, title, chosen),
    )


def _edit(known: RoleHere | None, action: str, keep: Callable[..., object]) -> ResponseReturnValue:
    actor = security.signed_in().actor
    name = known.title if known else ""
    chosen = [one.name for one in known.permissions] if known else []
    refusal = None
    if request.method == "POST":
        name = request.form.get("title", "").strip()
        chosen = request.form.getlist("permission")
        try:
            keep(actor, name, chosen)
            flash(_("已保存。"), "success")
            return redirect(url_for(".overview"))
        except Refused as refused:
            refusal = refused
    text = render_template(
        "portal/role.html",
        title=_("新增角色") if known is None else known.title,
        trail=[(_title(), url_for(".overview")), (_("新增角色") if not known else name, None)],
        known=known,
        name=name,
        longest=LONGEST,
        choices=[(one, one.name in chosen) for one in platform().own_roles.choices(actor)],
        action=action,
        problem=refusal.sentence if refusal is not None else None,
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def remove(role: str) -> ResponseReturnValue:
    """Remove a role that nobody holds."""
    try:
        platform().own_roles.remove(security.signed_in().actor, role)
        flash(_("已删除。"), "success")
    except NotFound:
        raise
    except Refused as refusal:
        flash(refusal.sentence, "danger")
    return redirect(url_for(".overview"))


def _role(role: str) -> RoleHere:
    here = platform().own_roles.here(security.signed_in().actor)
    found = next((one for one in here if one.id == role), None)
    if found is None:
        raise NotFound("no_such_role", role=role)
    return found


def _title() -> str:
    return title_of(security.signed_in(), "roles", _("角色管理"))


pages.add_url_rule("/roles", view_func=overview)
pages.add_url_rule("/roles/new", view_func=new, methods=["GET", "POST"])
pages.add_url_rule("/roles/<role>", view_func=change, methods=["GET", "POST"])
pages.add_url_rule("/roles/<role>/remove", view_func=remove, methods=["POST"])
