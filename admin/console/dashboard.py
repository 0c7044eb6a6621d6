"""How the cases of a jurisdiction stand: by step, late, stopped, and by week (QRY-09)."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import charts, security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.navigation import caption, title_of
from engine.services.monitor import Figures, StepFigure


class DashboardPage(Page):
    """Figures, each of which opens the list it counts."""

    def __init__(self) -> None:
        """Put the page at ``/console/dashboard``."""
        super().__init__("dashboard", endpoint="dashboard", url="/console/dashboard")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All figures of one jurisdiction."""
        me = security.signed_in()
        figures = platform().monitor.figures(me.actor, request.args.get("jurisdiction", ""))

        def listed(**query: str) -> str:
            asked: dict[str, Any] = {"jurisdiction": figures.jurisdiction, **query}
            return url_for("monitor.index_view", **asked)

        processes: dict[str, list[StepFigure]] = {}
        for one in figures.steps:
            processes.setdefault(one.process, []).append(one)
        return render_template(
            "console/dashboard.html",
            title=_("办理概况"),
            trail=[
                (title_of(me, "console", _("管理控制台")), url_for("console.index")),
                (_("办理概况"), None),
            ],
            figures=figures,
            processes=[
                (steps[0].process_title, steps, _steps(steps)) for steps in processes.values()
            ],
            weeks=_weeks(figures),
            listed=listed,
        )


def _steps(steps: list[StepFigure]) -> Markup:
    title = _("{process}：各环节办理中的数量", process=caption(steps[0].process_title))
    rows = [charts.Bar(caption(one.step_title), one.cases, one.overdue) for one in steps]
    return charts.bars(f"chart-{steps[0].process.replace('/', '-')}", title, rows)


def _weeks(figures: Figures) -> Markup:
    rows = [
        charts.Pair(week.begins.strftime("%m-%d"), week.started, week.ended)
        for week in figures.weeks
    ]
    return charts.pairs("chart-weeks", _("每周发起和结束的数量"), rows)
