"""Nothing typed is lost: what a person posts after the sign-in has run out is offered back.

The posted fields travel signed inside the sign-in page and, after signing in, inside a page that
offers to go on. Nothing is carried out before the person presses that button, so a post that was
not the person's own does nothing. Another person who signs in instead does not see the fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeTimedSerializer

from admin import security
from admin.captions import _
from admin.context import platform

#: Fields of the machinery, not of the person.
_NOT_KEPT = frozenset({"csrf_token", "parked", "login", "password"})
_SECONDS = 12 * 3600
#: A post that carries this shows its page again with the fields in place, and does nothing else.
RESTORE = "_restore"


@dataclass(frozen=True, slots=True)
class Parked:
    """A post that could not be carried out: where it went, its fields, whose it was."""

    path: str
    fields: Sequence[tuple[str, str]]
    person: str | None
    #: names of files that were chosen; their content has to be chosen again
    files: Sequence[str]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="parked")


def of_request() -> Parked:
    """The post of the present request."""
    fields = [
        (name, value)
        for name, values in request.form.lists()
        if name not in _NOT_KEPT
        for value in values
    ]
    files = [file.filename for file in request.files.values() if file.filename]
    return Parked(request.full_path.rstrip("?"), fields, security.last_person(), files)


def write(kept: Parked) -> str:
    """The signed text that carries a post through the sign-in page."""
    return str(_signer().dumps([kept.path, list(kept.fields), kept.person, list(kept.files)]))


def read(text: str, person: str) -> Parked | None:
    """The post in ``text`` if it is whole, young enough, and not another person's."""
    try:
        path, fields, owner, files = _signer().loads(text, max_age=_SECONDS)
    except BadSignature:
        return None
    if owner is not None and owner != person:
        return None
    return Parked(path, [(name, value) for name, value in fields], owner, files)


def sign_in_page() -> ResponseReturnValue:
    """Ask to sign in again and keep what was posted."""
    page = render_template(
        "account/sign_in.html",
        parked=write(of_request()),
        next="",
        login="",
        platforms=platform().single_sign_on.offered(),
    )
    return make_response(page, 401)


def fragment() -> Response:
    """What a part of a page shows when the sign-in has run out: the page itself stays."""
    text = render_template("errors/expired_fragment.html")
    return aside(make_response(text, 401))


def aside(response: Response) -> Response:
    """Show ``response`` above the page instead of the part that was asked for, which stays."""
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML show:top"
    response.headers["HX-Reselect"] = ".notice"
    return response


def offer(kept: Parked) -> str:
    """The page that gives the fields back."""
    return render_template("account/restore.html", kept=kept)


def on_forged(error: CSRFError) -> ResponseReturnValue:
    """A post without a valid token: ours from an old page is offered again, others are refused."""
    if security.of_this_site() and security.who() is not None:
        return make_response(offer(of_request()), 400)
    page = render_template(
        "errors/error.html",
        title=_("页面已失效"),
        sentence=_("这个页面打开得太久，为了安全没有执行您的操作。"),
        advice=_("请返回上一页刷新后再试。"),
    )
    return make_response(page, 400)
