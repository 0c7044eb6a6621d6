"""Accounts and what they may do: find one, lock it, give it a new password, grant and end roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import TablePage, expose
from admin.context import platform
from admin.errors import status_of
from admin.navigation import caption
from admin.portal.handover import kinds
from admin.tables import Link
from engine.domain.errors import NotFound, Refused
from engine.services.closing import HeldAt
from engine.services.trails import Attempt


def _still_held(login: str) -> Sequence[HeldAt]:
    """What is held by somebody whose account was not closed; nothing where that may not be seen."""
    try:
        return platform().closing.held(
            security.signed_in().actor, login, request.form.getlist("to")
        )
    except Refused:
        return ()


def _result(one: Attempt) -> str:
    """What became of an attempt to sign in."""
    if one.failed is None:
        return _("已登录")
    return {
        "wrong_credentials": _("用户名或密码不正确"),
        "account_locked": _("账户已锁定"),
        "account_closed": _("账户已停用"),
        "too_many_attempts": _("该网络地址尝试次数过多"),
    }.get(one.failed, _("未能登录"))


class AccountsPage(TablePage):
    """All accounts."""

    column_list = ("login", "name", "roles", "state")

    def title(self) -> str:
        """The heading."""
        return _("账户")

    def heading_of(self, name: str) -> str:
        """The caption of a column."""
        return {
            "login": _("用户名"),
            "name": _("姓名"),
            "roles": _("单位和角色"),
            "state": _("状态"),
        }[name]

    def links(self, row: Any) -> Sequence[Link]:
        """To the account."""
        return (Link(_("管理"), self.get_url(".details_view", id=row.login)),)

    def get_pk_value(self, model: Any) -> str:
        """The name an account signs in with."""
        return str(model.login)

    def _get_field_value(self, model: Any, name: str) -> Any:
        if name == "state":
            return _("正常") if model.active else _("已停用")
        return getattr(model, name)

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        page_size: int | None = None,
    ) -> tuple[int, list[Any]]:
        """One page of accounts."""
        found = list(platform().accounts.search(security.signed_in().actor, search or ""))
        size = page_size or self.page_size
        start = (page or 0) * size
        return len(found), found[start : start + size]

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One account and its grants."""
        return self._page(request.args.get("id", ""))

    def _page(
        self, login: str, refusal: Refused | None = None, shown: str | None = None
    ) -> ResponseReturnValue:
        actor = security.signed_in().actor
        account = next(
            (one for one in platform().accounts.search(actor, login) if one.login == login), None
        )
        if account is None:
            raise NotFound("no_such_account", say=_("没有这个账户。"))
        text = render_template(
            "console/account.html",
            title=account.name,
            trail=self.trail((account.name, None)),
            account=account,
            noted=platform().trails.of_account(actor, login),
            result=_result,
            grants=platform().directory.grants_of(actor, account.person),
            roles=[
                (key, caption(one.title))
                for key, one in platform().directory.roles_of(actor.jurisdiction).items()
            ],
            organisations=platform().registers.options(actor, "organisations", ""),
            problem=platform().sentences.worded(refusal).sentence if refusal else None,
            new_password=shown,
            action=self.get_url(".change_view", id=login),
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    def _closing(
        self, login: str, held: Sequence[HeldAt], refusal: Refused | None = None
    ) -> ResponseReturnValue:
        """What has to go to colleagues before the account is closed."""
        title = _("停用账户 {login}", login=login)
        text = render_template(
            "console/closing.html",
            title=title,
            trail=self.trail((login, self.get_url(".details_view", id=login)), (title, None)),
            held=held,
            to=request.form.getlist("to"),
            reason=request.form.get("reason", ""),
            kinds=kinds(),
            given=sum(bool(one.to) for each in held for one in each.held),
            problem=refusal.sentence if refusal is not None else None,
            action=self.get_url(".change_view", id=login),
            cancel=self.get_url(".details_view", id=login),
        )
        return make_response(text, status_of(refusal) if refusal else 200)

    @expose("/change/", methods=("POST",))
    def change_view(self) -> ResponseReturnValue:
        """Do what the pressed button says."""
        actor, login = security.signed_in().actor, request.args.get("id", "")
        accounts, directory = platform().accounts, platform().directory
        wanted, form = request.form.get("do", ""), request.form
        try:
            match wanted:
                case "reset":
                    return self._page(login, shown=accounts.reset_password(actor, login))
                case "stop":
                    to, reason = form.getlist("to"), form.get("reason", "")
                    held: Sequence[HeldAt] = platform().closing.held(actor, login, to)
                    if held and "sure" not in form:
                        return self._closing(login, held)
                    platform().closing.close(actor, login, to, reason)
                case "open":
                    accounts.set_active(actor, login, True)
                case "grant":
                    directory.add_grant(
                        actor, form["person"], form.get("role", ""), form.get("organisation", "")
                    )
                case "end":
                    directory.end_grant(actor, int(form.get("grant", "0")))
        except Refused as refusal:
            if wanted == "stop" and (held := _still_held(login)):
                return self._closing(login, held, refusal)
            return self._page(login, refusal)
        flash(_("已保存。"), "success")
        return redirect(self.get_url(".details_view", id=login))
