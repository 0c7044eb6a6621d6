"""Messages received and sent."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import title_of
from engine.domain.errors import Refused

pages = Blueprint("messages", __name__)

#: how many messages a page shows
_MOST = 50


def received() -> ResponseReturnValue:
    """All messages to the person or the organisation acted for."""
    me = security.signed_in()
    before = request.args.get("before", type=int)
    found = platform().messages.inbox(me.actor, limit=_MOST + 1, before=before)
    return render_template(
        "portal/messages.html",
        title=title_of(me, "messages", _("消息")),
        messages=found[:_MOST],
        later=before is not None,
        earlier=found[_MOST - 1].id if len(found) > _MOST else None,
        may_send=platform().messages.may_send(me.actor),
        copies=platform().copies.unread(me.actor),
    )


def show(number: int) -> ResponseReturnValue:
    """One message with who sent it."""
    message = platform().messages.get(security.signed_in().actor, number)
    return render_template("portal/message.html", title=message.title, message=message)


def read(number: int) -> ResponseReturnValue:
    """Say that a message has been read."""
    platform().messages.read(security.signed_in().actor, number)
    return redirect(url_for("messages.received"))


def compose() -> ResponseReturnValue:
    """The page that writes a message."""
    actor = security.signed_in().actor
    return render_template(
        "portal/compose.html",
        title=_("发送消息"),
        recipients=platform().messages.recipients(actor),
        typed=request.form,
        problem=None,
    )


def send() -> ResponseReturnValue:
    """Send a message to the chosen organisations."""
    actor = security.signed_in().actor
    try:
        platform().messages.send(
            actor,
            to=request.form.getlist("to"),
            title=request.form.get("title", "").strip(),
            body=request.form.get("body", "").strip(),
        )
    except Refused as refusal:
        return render_template(
            "portal/compose.html",
            title=_("发送消息"),
            recipients=platform().messages.recipients(actor),
            typed=request.form,
            problem=refusal.sentence,
        ), 409
    flash(_("消息已发送。"), "success")
    return redirect(url_for("messages.received"))


def write(name: str) -> ResponseReturnValue:
    """Write to those whom the ticked rows of a list stand for: first the text, then it is sent."""
    actor, rows = security.signed_in().actor, request.form.getlist("row")
    if not rows:
        flash(_("请先勾选接收对象。"), "warning")
        return redirect(url_for("lists.show", name=name))
    chosen = platform().lists.recipients(actor, name, rows)
    problem = None
    if "send" in request.form:
        title, body = (request.form.get(field, "").strip() for field in ("title", "body"))
        try:
            count = platform().messages.write(actor, name, rows, title, body)
        except Refused as refusal:
            problem = refusal.sentence
        else:
            flash(_("消息已发送给 {count} 个接收对象。", count=count), "success")
            return redirect(url_for("lists.show", name=name))
    page = render_template(
        "portal/write.html",
        title=_("编辑信息"),
        list=name,
        rows=rows,
        chosen=chosen,
        typed=request.form,
        problem=problem,
    )
    return make_response(page, 409 if problem else 200)


pages.add_url_rule("/messages/to/<path:name>", view_func=write, methods=["POST"])
pages.add_url_rule("/messages", view_func=received)
pages.add_url_rule("/messages/<int:number>", view_func=show)
pages.add_url_rule("/messages/<int:number>/read", view_func=read, methods=["POST"])
pages.add_url_rule("/messages/new", view_func=compose, methods=["GET"])
pages.add_url_rule("/messages/new", view_func=send, methods=["POST"])
