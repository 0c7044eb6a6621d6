"""The staff of an organisation: who works for it, their roles, somebody new."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import entry, security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.navigation import caption, title_of
from admin.parked import RESTORE
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.services.staff import Admitted, Member

pages = Blueprint("staff", __name__)


def overview() -> ResponseReturnValue:
    """Everybody with a role at the organisation acted for."""
    me = security.signed_in()
    return render_template(
        "portal/staff.html",
        title=title_of(me, "staff", _("工作人员管理")),
        people=platform().staff.people(me.actor),
    )


def new() -> ResponseReturnValue:
    """Add somebody: who they are and their roles; the first password is shown once."""
    actor = security.signed_in().actor
    if request.method == "GET":
        return _new_page(actor)
    asked = entry.receive(lambda: platform().staff.form(actor), actor, actor.person)
    if asked.unfinished or RESTORE in request.form:
        return _new_page(actor, asked)
    try:
        admitted = platform().staff.add(actor, asked.data, request.form.getlist("role"))
    except Refused as refusal:
        return _new_page(actor, asked, refusal)
    return shown_once([admitted], url_for("staff.overview"))


def _new_page(
    actor: Actor, asked: Asked | None = None, refusal: Refused | None = None
) -> ResponseReturnValue:
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    with platform().views.sheets.open():
        form = platform().staff.form(actor, asked.data if asked else None)
        drawn = entry.to_fill(form, errors, received=asked.received if asked else None)
    text = render_template(
        "portal/staff_member.html",
        title=_("添加工作人员"),
        trail=_trail(_("添加工作人员")),
        form=drawn,
        roles=_roles(actor, request.form.getlist("role")),
        action=url_for("staff.new"),
        problem=refusal.sentence if refusal is not None and not errors else None,
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def member(person: str) -> ResponseReturnValue:
    """Change the roles of somebody; without any they leave."""
    actor = security.signed_in().actor
    found = _member(actor, person)
    refusal = None
    if request.method == "POST":
        try:
            platform().staff.assign(actor, person, request.form.getlist("role"))
            flash(_("已保存。"), "success")
            if not request.form.getlist("role") and platform().handing_over.plan(actor, person):
                flash(_("该人员手里还有事项，请转给同事。"), "warning")
                return redirect(url_for("handover.plan", person=person))
            return redirect(url_for("staff.overview"))
        except Refused as refused:
            refusal = refused
    text = render_template(
        "portal/staff_member.html",
        title=found.name,
        trail=_trail(found.name),
        member=found,
        form=None,
        roles=_roles(actor, [id_ for id_, _title in found.roles]),
        action=url_for("staff.member", person=person),
        problem=refusal.sentence if refusal is not None else None,
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def password(person: str) -> ResponseReturnValue:
    """Give somebody a new first password, shown once."""
    actor = security.signed_in().actor
    found = _member(actor, person)
    made = platform().accounts.reset_password(actor, found.login)
    return shown_once(
        [Admitted(person, found.name, found.login, made)], url_for("staff.member", person=person)
    )


def shown_once(admitted: Sequence[Admitted], onwards: str) -> ResponseReturnValue:
    """The names to sign in with and the first passwords: nobody can read them again."""
    return render_template(
        "portal/admitted.html", title=_("账户已开通"), admitted=admitted, onwards=onwards
    )


def _member(actor: Actor, person: str) -> Member:
    found = (one for one in platform().staff.people(actor) if one.person == person)
    one = next(found, None)
    if one is None:
        raise NotFound("no_such_account", say=_("没有这个账户。"))
    return one


def _roles(actor: Actor, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    offered = platform().staff.roles(actor)
    return [(id_, caption(title), id_ in chosen) for id_, title in offered]


def _trail(last: str) -> Sequence[tuple[str, str | None]]:
    me = security.signed_in()
    return [(title_of(me, "staff", _("工作人员管理")), url_for("staff.overview")), (last, None)]


pages.add_url_rule("/staff", view_func=overview)
pages.add_url_rule("/staff/new", view_func=new, methods=["GET", "POST"])
pages.add_url_rule("/staff/<person>", view_func=member, methods=["GET", "POST"])
pages.add_url_rule("/staff/<person>/password", view_func=password, methods=["POST"])
