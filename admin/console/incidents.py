"""Cases that cannot go on by themselves, and putting them on their way again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import TablePage, expose
from admin.context import platform
from admin.errors import status_of
from admin.filters import moment
from admin.tables import Link
from engine.domain.errors import NotFound, Refused
from engine.services.incidents import LOOKED_FOR


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident that nobody has resolved."""

    key: str
    number: str
    sentence: str
    opened_at: str
    uid: str
    #: where the case may be put; none where something is tried again instead
    steps: Sequence[tuple[str, str]]
    #: whether it is over by itself as soon as somebody may act
    passes: bool = False


class IncidentsPage(TablePage):
    """All unresolved incidents."""

    column_list = ("number", "sentence", "opened_at")

    def title(self) -> str:
        """The heading."""
        return _("异常处理")

    def nothing(self) -> str:
        """That none is good news."""
        return _("没有待处理的异常，各项业务都能继续办理。")

    def heading_of(self, name: str) -> str:
        """The caption of a column."""
        return {"number": _("编号"), "sentence": _("原因"), "opened_at": _("时间")}[name]

    def links(self, row: IncidentRow) -> Sequence[Link]:
        """To look at the case, and to resolve."""
        return (
            Link(_("查看"), url_for("monitor.details_view", id=row.uid)),
            Link(_("处理"), self.get_url(".resolve_view", id=row.key)),
        )

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        page_size: int | None = None,
    ) -> tuple[int, list[IncidentRow]]:
        """One page of incidents."""
        rows = [row for row in self._all() if not search or search in row.number]
        size = page_size or self.page_size
        start = (page or 0) * size
        return len(rows), rows[start : start + size]

    @staticmethod
    def _all() -> list[IncidentRow]:
        return [
            IncidentRow(
                str(one.id),
                one.number or "",
                one.sentence,
                moment(one.opened_at),
                one.uid,
                one.steps,
                one.code in LOOKED_FOR,
            )
            for one in platform().incidents.unresolved(security.signed_in().actor)
        ]

    @expose("/resolve/", methods=("GET", "POST"))
    def resolve_view(self) -> ResponseReturnValue:
        """Say where the case goes on, and why."""
        found = next((row for row in self._all() if row.key == request.args.get("id")), None)
        if found is None:
            raise NotFound("no_such_incident", say=_("这个异常已经处理过了。"))
        refusal = None
        if request.method == "POST":
            try:
                platform().incidents.resolve(
                    security.signed_in().actor,
                    int(found.key),
                    request.form.get("reason", "").strip(),
                    organisation=request.form.get("organisation") or None,
                    step=request.form.get("step") or None,
                )
                flash(_("已处理，业务继续办理。"), "success")
                return redirect(self.get_url(".index_view"))
            except Refused as refused:
                refusal = refused
        text = render_template(
            "console/incident.html",
            title=self.title(),
            trail=self.trail((found.number, None)),
            incident=found,
            organisations=platform().registers.options(
                security.signed_in().actor, "organisations", ""
            ),
            typed=request.form,
            problem=refusal.sentence if refusal else None,
        )
        return make_response(text, status_of(refusal) if refusal else 200)
