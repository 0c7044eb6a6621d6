"""Common opinions: sentences kept for the opinion box of the review pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform

pages = Blueprint("opinions", __name__)


def edit() -> ResponseReturnValue:
    """The page that edits them."""
    actor = security.signed_in().actor
    own, shared = platform().opinions.kept(actor)
    return render_template(
        "portal/opinions.html", title=_("常用意见设置"), opinions=own, shared=shared
    )


def save() -> ResponseReturnValue:
    """Keep the sentences as they stand on the page; an emptied one is gone."""
    texts = [text.strip() for text in request.form.getlist("opinion")]
    platform().opinions.save(security.signed_in().actor, [text for text in texts if text])
    flash(_("常用意见已保存。"), "success")
    return redirect(url_for("opinions.edit"))


pages.add_url_rule("/opinions", view_func=edit, methods=["GET"])
pages.add_url_rule("/opinions", view_func=save, methods=["POST"])
