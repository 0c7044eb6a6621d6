"""A person's own data, part by part: the record of the person, edited by the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import entry, security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.forms import ROOT
from admin.navigation import caption, title_of
from admin.parked import RESTORE
from admin.presses import version
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.forms.model import Element

pages = Blueprint("profile", __name__)
PEOPLE = "people"


def _parts() -> Sequence[Element]:
    release = platform().release
    return release.forms[release.registers[PEOPLE].form].elements


def overview() -> ResponseReturnValue:
    """All parts, to read, with a link to fill in each."""
    me = security.signed_in()
    record = platform().registers.get(me.actor, PEOPLE, me.person)
    offers = [one for one in record.actions if one.own is not None and one.allowed]
    parts = [
        (
            part,
            entry.record_to_read(me.actor, PEOPLE, me.person, [part.name]),
            _links(part, record.data.get(part.name)),
            [one for one in offers if one.own == part.name],
        )
        for part in _parts()
        # What others write is shown when there is something.
        if not part.locked or record.data.get(part.name)
    ]
    release = platform().release
    return render_template(
        "portal/profile.html",
        title=title_of(me, "profile", _("个人资料")),
        help=release.forms[release.registers[PEOPLE].form].help,
        parts=parts,
    )


def _links(part: Element, value: Any) -> list[tuple[str, str]]:
    """Captions and addresses: to add a row of a list, to edit what is there."""
    address = url_for("profile.edit", part=part.name)
    if part.kind == "rows":
        title = caption(part.row.add) if part.row.add else _added(part)
        row = f"{ROOT}-{part.name}-{len(value or ())}"
        adding = [(title, url_for("profile.edit", part=part.name, add=1, _anchor=row))]
        return [*adding, (_("编辑"), address)] if value else adding
    return [(_("编辑") if value else _added(part), address)]


def _added(part: Element) -> str:
    return _("添加{title}", title=caption(part.title))


def edit(part: str) -> ResponseReturnValue:
    """The page of one part; with a new row where one is to be added."""
    return _page(part, adding="add" in request.args)


def _page(
    name: str,
    *,
    adding: bool = False,
    asked: Asked | None = None,
    refusal: Refused | None = None,
) -> ResponseReturnValue:
    me = security.signed_in()
    part = next((one for one in _parts() if one.name == name), None)
    if part is None:
        raise NotFound("no_such_page", say=_("没有这一部分。"))
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    record = platform().registers.get(me.actor, PEOPLE, me.person)
    heading = title_of(me, "profile", _("个人资料"))
    title = caption(part.title)
    if adding and part.kind == "rows":
        release = platform().release
        row = release.forms[release.registers[PEOPLE].form].new_row(name)
        asked = Asked({name: [*(record.data.get(name) or ()), row]})
        title = _("新增{title}", title=title)
    text = render_template(
        "console/edit.html",
        title=title,
        trail=[(heading, url_for("profile.overview")), (title, None)],
        form=entry.record_form(
            me.actor,
            PEOPLE,
            me.person,
            asked,
            errors,
            only=[name],
            url=url_for("profile.save", part=name),
        ),
        version=record.version,
        action=url_for("profile.save", part=name),
        button=_("确认"),
        cancel=url_for("profile.overview"),
        problem=refusal.sentence if refusal is not None and not errors else None,
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def save(part: str) -> ResponseReturnValue:
    """Keep one part; cases that have begun keep the copy they were given."""
    me = security.signed_in()
    asked = entry.read_record(me.actor, PEOPLE, me.person)
    if asked.unfinished or RESTORE in request.form:
        return _page(part, asked=asked)
    try:
        platform().registers.change(me.actor, PEOPLE, me.person, asked.data, version=version())
    except Refused as refusal:
        return _page(part, asked=asked, refusal=refusal)
    flash(_("已保存。"), "success")
    return redirect(url_for("profile.overview") + f"#{part}")


def act(action: str) -> ResponseReturnValue:
    """Take an action of the register for oneself."""
    me = security.signed_in()
    chosen = platform().release.registers[PEOPLE].actions.get(action)
    if chosen is None or chosen.own is None:
        raise NotFound("no_such_page")
    try:
        platform().registers.act(me.actor, PEOPLE, me.person, action)
    except Refused as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(_("“{action}”已办理。", action=caption(chosen.title)), "success")
    return redirect(url_for("profile.overview") + f"#{chosen.own}")


pages.add_url_rule("/profile", view_func=overview)
pages.add_url_rule("/profile/do/<action>", view_func=act, methods=["POST"])
pages.add_url_rule("/profile/<part>", view_func=edit, methods=["GET"])
pages.add_url_rule("/profile/<part>", view_func=save, methods=["POST"])
