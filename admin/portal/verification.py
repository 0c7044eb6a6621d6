"""The public page on which anybody checks whether a document is genuine."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.captions import _
from admin.context import platform, setting
from admin.security import limiter, public

pages = Blueprint("verification", __name__)


@public
def ask() -> ResponseReturnValue:
    """The page that asks for the code."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for("verification.verify", code=code))
    return render_template("portal/verify.html", title=_("核验证书"), found=None, code="")


@public
@limiter.limit(lambda: str(setting("verify_rate")))
def verify(code: str) -> ResponseReturnValue:
    """What may be shown of the document with this code; names are masked by the service."""
    found = platform().documents.verify(code)
    problem = None if found else _("没有查到这个核验码对应的证书。请检查是否输入正确。")
    page = render_template(
        "portal/verify.html", title=_("核验证书"), found=found, code=code, problem=problem
    )
    return make_response(page, 200 if found else 404)


pages.add_url_rule("/verify", view_func=ask)
pages.add_url_rule("/verify/<code>", view_func=verify)
