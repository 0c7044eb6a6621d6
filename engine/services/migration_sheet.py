"""A plan of a move as a sheet: each case with what it is, why, and what became of it (CON-09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from engine.connectors.spreadsheets import write_xlsx
from engine.services.migration_views import CaseInPlan, Plan


def plan_sheet(
    plan: Plan,
    title: str,
    heads: Sequence[str],
    kinds: Mapping[str, str],
    states: Mapping[str, str],
) -> bytes:
    """Write every case of a plan.

    Args:
        plan: the plan.
        title: what the sheet is called.
        heads: the captions of: number, what it is, why and what is asked, where it will be, and
            what became of it.
        kinds: what people call the kinds.
        states: what people call what became of a case.
    """

    def line(one: CaseInPlan) -> list[str]:
        asked = (choice.sentence for choice in one.open)
        return [
            one.number, kinds[one.kind], "\n".join((*one.sentences, *asked)), "\n".join(one.at),
            states[one.state],
        ]  # fmt: skip

    content = BytesIO()
    ordered = (one for group in plan.groups for one in group.cases)
    write_xlsx(content, title, heads, map(line, ordered))
    return content.getvalue()
