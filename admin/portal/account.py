"""Signing in and out, choosing whom one acts for, password, language."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import captions, parked, security
from admin.captions import _
from admin.context import platform, setting
from admin.places import within
from admin.portal import registration
from admin.security import limiter, public
from engine.domain.errors import Refused

pages = Blueprint("account", __name__)


def _onwards(target: str | None) -> str:
    return within(target) or url_for("home.home")


def _page(status: int = 200, *, login: str = "", problem: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/sign_in.html",
        title=_("登录"),
        login=login,
        problem=problem,
        next=request.values.get("next", ""),
        parked=request.form.get("parked", ""),
        may_register=registration.is_local(),
        platforms=platform().single_sign_on.offered(),
        demo=platform().accounts.demo() if setting("demo") else (),
    )
    return make_response(page, status)


@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in already goes on."""
    if security.who() is not None:
        return redirect(_onwards(request.args.get("next")))
    return _page()


@public
@limiter.limit(lambda: str(setting("sign_in_rate")))
def do_sign_in() -> ResponseReturnValue:
    """Check name and password; give back what was typed before the last sign-in ran out."""
    login = request.form.get("login", "").strip()
    try:
        session = platform().accounts.sign_in(
            login, request.form.get("password", ""), address=request.remote_addr
        )
    except Refused as refusal:
        return _page(401, login=login, problem=refusal.sentence)
    security.begin(session.token)
    me = security.signed_in()
    if me.must_change_password:
        flash(_("请先修改初始密码。"), "warning")
        return redirect(url_for("account.password"))
    target = request.form.get("next", "")
    posts = [key for key, _name, _roles in me.organisations if key]
    if parked.read(request.form.get("parked", ""), me.person) is None:
        if len(posts) > 1:
            return redirect(url_for("account.menu", next=target))
        if posts and me.organisation is None:
            platform().accounts.act_for(session.token, posts[0])
    return go_on(target, request.form.get("parked", ""))


def go_on(target: str, text: str) -> ResponseReturnValue:
    """Where somebody goes who has just signed in: what they typed before is given back."""
    kept = parked.read(text, security.signed_in().person)
    return parked.offer(kept) if kept is not None else redirect(_onwards(target))


def sign_out() -> ResponseReturnValue:
    """End the session here, and say how to end the one at the identity platform."""
    me = security.signed_in()
    security.end()
    elsewhere = platform().single_sign_on.farewell(me, url_for("account.sign_in"))
    if elsewhere is not None:
        title, address = elsewhere
        return render_template(
            "account/signed_out.html", title=_("已退出"), platform=title, href=address
        )
    flash(_("您已退出。"), "info")
    return redirect(url_for("account.sign_in"))


def menu() -> ResponseReturnValue:
    """Whom to act for, and what else belongs to the account."""
    return render_template("account/menu.html", title=_("账户"), next=request.args.get("next", ""))


def act_for() -> ResponseReturnValue:
    """Act for another organisation, or as a private person, from now on."""
    chosen = request.form.get("organisation") or None
    platform().accounts.act_for(security.token(), chosen)
    return redirect(_onwards(request.form.get("next")))


def password() -> ResponseReturnValue:
    """The page that changes the password."""
    return render_template("account/password.html", title=_("修改密码"), problem=None)


def change_password() -> ResponseReturnValue:
    """Change the password; the two new ones must be the same."""
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Refused("passwords_differ", say=_("两次输入的新密码不一致。"))
        platform().accounts.change_password(security.token(), request.form.get("old", ""), new)
    except Refused as refusal:
        page = render_template(
            "account/password.html", title=_("修改密码"), problem=refusal.sentence
        )
        return make_response(page, 400)
    flash(_("密码已修改。"), "success")
    return redirect(url_for("home.home"))


@public
def language() -> ResponseReturnValue:
    """Show the pages in another language."""
    captions.choose(request.form.get("language", ""))
    return redirect(_onwards(request.form.get("next")))


pages.add_url_rule("/sign-in", view_func=sign_in, methods=["GET"])
pages.add_url_rule("/sign-in", view_func=do_sign_in, methods=["POST"])
pages.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
pages.add_url_rule("/account", view_func=menu, methods=["GET"])
pages.add_url_rule("/account/organisation", view_func=act_for, methods=["POST"])
pages.add_url_rule("/account/password", view_func=password, methods=["GET"])
pages.add_url_rule("/account/password", view_func=change_password, methods=["POST"])
pages.add_url_rule("/language", view_func=language, methods=["POST"])
