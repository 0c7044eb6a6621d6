"""Plans for moving running cases to another version, and what became of each case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import cases, planned_cases, plans

Kind = Literal["unaffected", "by_itself", "decision", "cannot"]
State = Literal["planned", "replanned", "moved", "refused", "undone"]


class PlanRow(NamedTuple):
    """A plan. ``decisions`` is a JSON value."""

    id: int
    jurisdiction: str
    process: str
    pin: str
    release: int
    decisions: Any
    person: str
    made_at: datetime


class PlannedCase(NamedTuple):
    """A case of a plan; ``told`` and ``undo`` are JSON values, ``uid`` and ``number`` its own."""

    case_id: int
    version: int
    kind: Kind
    told: Any
    state: State
    moved_to: int | None = None
    undo: Any = None
    uid: str = ""
    number: str | None = None


_p, _c = plans.c, planned_cases.c
_ADD = Statement(insert(plans, without=("id",)).returning(_p.id))
_ADD_CASE = Statement(insert(planned_cases))
_LOAD = Statement(sa.select(*(_p[name] for name in PlanRow._fields)).where(_p.id == given(_p.id)))
_LATEST = Statement(
    sa.select(*(_p[name] for name in PlanRow._fields))
    .where(_p.jurisdiction == given(_p.jurisdiction))
    .order_by(_p.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_CASES = Statement(
    sa.select(*(_c[name] for name in PlannedCase._fields[:-2]), cases.c.uid, cases.c.number)
    .join(cases, cases.c.id == _c.case_id)
    .where(_c.plan_id == given(_c.plan_id))
    .order_by(_c.case_id)
)
_CASE = Statement(
    sa.select(*(_c[name] for name in PlannedCase._fields[:-2]), cases.c.uid, cases.c.number)
    .join(cases, cases.c.id == _c.case_id)
    .where(_c.plan_id == given(_c.plan_id), _c.case_id == given(_c.case_id))
)
_CHANGING = ("version", "kind", "told", "state", "moved_to", "undo")
_SAVE = Statement(
    sa.update(planned_cases)
    .where(_c.plan_id == given(_c.plan_id, "plan"), _c.case_id == given(_c.case_id, "planned"))
    .values({_c[name]: given(_c[name], f"new_{name}") for name in _CHANGING})
)


class Plans:
    """The rows of ``plans`` and ``planned_cases``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, plan: PlanRow, planned: Iterable[PlannedCase]) -> PlanRow:
        """Keep a plan with its cases; its id is given here."""
        values = plan._asdict() | {"decisions": canonical(plan.decisions).decode()}
        del values["id"]
        (id_,) = self._session.added(_ADD, **values)
        self._session.run_all(_ADD_CASE, [{"plan_id": id_, **_written(one)} for one in planned])
        return plan._replace(id=int(id_))

    def add_case(self, plan: int, planned: PlannedCase) -> None:
        """Keep one more case of a plan."""
        self._session.run(_ADD_CASE, plan_id=plan, **_written(planned))

    def load(self, plan: int) -> PlanRow | None:
        """Return a plan."""
        row = self._session.one(_LOAD, id=plan)
        return None if row is None else _plan(row)

    def latest(self, jurisdiction: str, most: int) -> list[PlanRow]:
        """Return the plans made last, the newest first."""
        rows = self._session.all(_LATEST, jurisdiction=jurisdiction, most=most)
        return [_plan(row) for row in rows]

    def cases(self, plan: int) -> list[PlannedCase]:
        """Return the cases of a plan in the order in which they were started."""
        return [_planned(row) for row in self._session.all(_CASES, plan_id=plan)]

    def case(self, plan: int, case_id: int) -> PlannedCase | None:
        """Return one case of a plan."""
        row = self._session.one(_CASE, plan_id=plan, case_id=case_id)
        return None if row is None else _planned(row)

    def save(self, plan: int, planned: PlannedCase) -> None:
        """Write what became of a case."""
        written = _written(planned)
        values = {f"new_{name}": written[name] for name in _CHANGING}
        self._session.run(_SAVE, plan=plan, planned=planned.case_id, **values)


def _plan(row: Any) -> PlanRow:
    found = PlanRow._make(row)
    return found._replace(decisions=orjson.loads(found.decisions))


def _planned(row: Any) -> PlannedCase:
    found = PlannedCase._make(row)
    return found._replace(told=orjson.loads(found.told), undo=orjson.loads(found.undo))


def _written(planned: PlannedCase) -> dict[str, Any]:
    values = planned._asdict()
    del values["uid"], values["number"]
    return values | {
        "told": canonical(planned.told).decode(), "undo": canonical(planned.undo).decode(),
    }  # fmt: skip
