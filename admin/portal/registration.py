"""Organisations register themselves: closed unless the installation opens it."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from admin import entry, security
from admin.captions import _
from admin.context import platform, setting
from admin.entry import Asked
from admin.errors import status_of
from admin.navigation import caption
from admin.security import limiter, public
from engine.definitions.jurisdiction import Jurisdiction
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, Refused
from engine.services.single_sign_on import Arriving

pages = Blueprint("registration", __name__)
#: field of the browser session: whose organisation a platform has told us of
REGISTERING = "registering"


def offered() -> list[Jurisdiction]:
    """Where organisations register themselves here; nowhere while the installation is closed."""
    return platform().registration.offered() if setting("registration") else []


def is_local() -> bool:
    """Whether organisations register somewhere with accounts of this installation."""
    return any(not platform().registration.by_platform(one.id) for one in offered())


@public
def choose() -> ResponseReturnValue:
    """The page that registers; first where, if there are several."""
    found = offered()
    if not found:
        abort(404)
    if len(found) == 1:
        return _page(found[0].id)
    return render_template(
        "account/register.html",
        title=_("单位注册"),
        places=[(caption(one.title), url_for("registration.begin", place=one.id)) for one in found],
    )


@public
def begin(place: str) -> ResponseReturnValue:
    """What is asked."""
    return _page(place)


@public
@limiter.limit(lambda: str(setting("registration_rate")))
def register(place: str) -> ResponseReturnValue:
    """Register, sign in, and say which name to sign in with from now on."""
    if not _is_open(place):
        abort(404)
    arriving = _arriving(place)
    if arriving is None and platform().registration.by_platform(place):
        return _to_platform(place)
    # Nobody is there yet; only somebody of the jurisdiction.
    nobody = Actor("", None, place)
    asked = entry.receive(
        lambda: platform().registration.form(place, None, arriving), nobody, nobody.person
    )
    if asked.unfinished:
        return _page(place, asked)
    try:
        password = request.form.get("new", "")
        if arriving is None and password != request.form.get("again", ""):
            raise Refused("passwords_differ", say=_("两次输入的新密码不一致。"))
        done = platform().registration.register(place, asked.data, password, arriving)
        if arriving is not None:
            found = platform().single_sign_on.enter_registered(
                session.get(REGISTERING, ""), done.organisation, request.remote_addr
            )
            security.begin(found.token)
            flash(_("注册成功。"), "success")
            return redirect(url_for("cases.show", uid=done.case))
    except Refused as refusal:
        return _page(place, asked, refusal)
    begun = platform().accounts.sign_in(done.login, password, address=request.remote_addr)
    security.begin(begun.token)
    return render_template(
        "account/registered.html",
        title=_("注册成功"),
        login=done.login,
        onwards=url_for("cases.show", uid=done.case),
    )


def _page(
    place: str, asked: Asked | None = None, refusal: Refused | None = None
) -> ResponseReturnValue:
    if not _is_open(place):
        abort(404)
    arriving = _arriving(place)
    if arriving is None and platform().registration.by_platform(place):
        return _to_platform(place)
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    with platform().views.sheets.open():
        form = platform().registration.form(place, asked.data if asked else None, arriving)
        drawn = entry.to_fill(form, errors, received=asked.received if asked else None)
    text = render_template(
        "account/register.html",
        title=_("单位注册"),
        places=(),
        form=drawn,
        action=url_for("registration.register", place=place),
        problem=refusal.sentence if refusal is not None and not errors else None,
        verified=caption(arriving.platform) if arriving is not None else None,
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def _arriving(place: str) -> Arriving | None:
    """Whose organisation a platform has told us of, for an hour."""
    found = platform().single_sign_on.arriving(session.get(REGISTERING))
    return found if found is not None and found.who.jurisdiction == place else None


def _to_platform(place: str) -> ResponseReturnValue:
    """One registers at the platform first."""
    return redirect(url_for("identity.depart", place=place, whom="organisations", register=1))


def _is_open(place: str) -> bool:
    return any(one.id == place for one in offered())


pages.add_url_rule("/register", view_func=choose)
pages.add_url_rule("/register/<place>", view_func=begin, methods=["GET"])
pages.add_url_rule("/register/<place>", view_func=register, methods=["POST"])
