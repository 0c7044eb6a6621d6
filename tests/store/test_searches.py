"""Searches of facts: what finds few rows leads, however many rows a jurisdiction has."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.expressions.where import And, Compare, Not
from engine.store.database import Store
from engine.store.statement import KEPT
from engine.store.where import CASES, Catalogue, Where


def test_a_persons_cases_are_found_by_the_person_and_not_by_the_jurisdiction() -> None:
    """Every start of an application went through all open applications of its jurisdiction."""
    store = Store("sqlite://")
    store.create_all()
    mine = Compare(("initiator",), "==", "someone", "text")
    still_open = Not(Compare(("closed",), "==", True, "boolean"))
    with store.read() as unit:
        where = Where(And((mine, still_open)), CASES, Catalogue({}, ZoneInfo("Asia/Shanghai")))
        assert unit.worklists.uids(where, jurisdiction="somewhere") == []
        (kept,) = [
            statement.prepared(unit.dialect).sql
            for form, statement in KEPT._statements.items()
            if form[0] == "uids" and "somewhere" in form
        ]
        names = dict.fromkeys(sa.text(kept)._bindparams, "")
        plan = unit.connection.execute(sa.text(f"EXPLAIN QUERY PLAN {kept}"), names)
        steps = [str(row[3]) for row in plan]

    assert any("ix_cases_initiator_started_at" in step for step in steps), steps
    assert not any("jurisdiction=?" in step for step in steps), steps
