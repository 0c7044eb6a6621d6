"""What will happen when: deadlines of the next days and what follows from them (期限预告)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import charts, security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.navigation import caption, title_of
from engine.services.upcoming import Consequence, Day, Expected

#: how far ahead one may look
AHEAD = (7, 14, 30, 60)


class UpcomingPage(Page):
    """The coming days, each with what falls due on it; every figure opens the list it counts."""

    def __init__(self) -> None:
        """Put the page at ``/console/upcoming``."""
        super().__init__("upcoming", endpoint="upcoming", url="/console/upcoming")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The coming days of one jurisdiction."""
        me = security.signed_in()
        chosen = request.args.get("days", "")
        days = int(chosen) if chosen.isdecimal() and int(chosen) in AHEAD else AHEAD[1]
        found = platform().upcoming.look(me.actor, request.args.get("jurisdiction", ""), days)

        def listed(day: Day, one: Expected) -> str:
            return url_for(
                "monitor.index_view",
                jurisdiction=found.jurisdiction,
                state="open",
                process=one.process,
                step=one.step,
                falls=one.kind,
                falls_on=day.day.isoformat(),
            )

        return render_template(
            "console/upcoming.html",
            title=_("期限预告"),
            trail=[
                (title_of(me, "console", _("管理控制台")), url_for("console.index")),
                (_("期限预告"), None),
            ],
            found=found,
            chart=_chart(found.days),
            ahead=[
                (_("{days} 天", days=one), one == days, self._at(found.jurisdiction, one))
                for one in AHEAD
            ],
            jurisdictions=[
                (caption(title), one == found.jurisdiction, self._at(one, days))
                for one, title in found.jurisdictions
            ],
            listed=listed,
            named=_named,
            said=_said,
        )

    def _at(self, jurisdiction: str, days: int) -> str:
        return str(self.get_url(".index_view", jurisdiction=jurisdiction, days=days))


def _chart(days: Sequence[Day]) -> str:
    rows = [charts.Bar(day.day.strftime("%m-%d"), day.cases) for day in days if day.cases]
    return charts.bars("chart-upcoming", _("每天到期的数量"), rows)


def _named(one: Expected) -> str:
    """What falls due."""
    title = caption(one.title)
    return {
        "due": _("环节“{title}”到期", title=title),
        "deadline": title,
        "wait": _("“{title}”等待结束", title=title),
        "remind": _("提醒：{title}", title=title),
    }[one.what]


def _said(one: Consequence) -> str:
    """What follows from it, for all or some of the cases."""
    title = caption(one.title)
    return {
        "does": _("系统自动办理“{title}”", title=title),
        "goes_on": _("自动进入“{title}”", title=title) if title else _("自动继续"),
        "refuses": _("不能再提交或办理，等待处理"),
        "marks": _("标记为逾期，仍可办理"),
        "reminds": _("向待办人发送提醒"),
    }[one.follows]
