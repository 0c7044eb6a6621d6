"""A run that is cut off anywhere leaves each case whole, and goes on where it stopped (CON-09)."""

from __future__ import annotations

import pytest

from engine.services.migration_decisions import Decisions
from engine.services.platform import Platform
from engine.store.session import Session
from tests.migrating.test_plans import MONITOR, REVIEWER, opened, renamed
from tests.support.office import a_request


class Cut(Exception):
    """The process ends here."""


@pytest.mark.req("CON-09")
def test_a_crash_between_any_two_statements_leaves_whole_cases_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = opened()
    uids = [a_request(office), a_request(office, by="李四")]
    plan = office.migrations.plan(
        MONITOR, "town/request", renamed(office), Decisions(steps={"review": "examine"})
    )
    real, left = Session._execute, [10**9]

    def execute(self: Session, sql: str, values: object) -> None:
        if self.is_writing:
            left[0] -= 1
            if left[0] < 0:
                raise Cut
        real(self, sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "_execute", execute)
    cuts, half_way, statements = 0, 0, 0
    while True:
        left[0] = statements
        try:
            office.migrations.run(MONITOR, plan.id, "统一名称")
        except Cut:
            cuts += 1
        else:
            break
        finally:
            left[0] = 10**9
        steps = [row_of(office, uid).step for uid in uids]
        states = [one.state for one in office.migrations.show(MONITOR, plan.id).cases]
        assert [state == "moved" for state in states] == [step == "examine" for step in steps]
        half_way += len(set(steps)) == 2
        assert all(found.same for found in office.rebuilding.all())
        # Once a case was moved, the next attempt has fewer statements to go.
        statements = statements + 1 if states.count("moved") == 0 or half_way < 2 else 10**9

    assert cuts >= 8
    assert half_way >= 1
    done = office.migrations.show(MONITOR, plan.id)
    assert [one.state for one in done.cases] == ["moved", "moved"]
    assert office.rebuilding.verify() == []
    for uid in uids:
        with office.store.read() as unit:
            events = unit.journal.of(row_of(office, uid).id)
        assert [event.kind for event in events].count("migrate") == 1
        assert office.cases.act(REVIEWER, uid, "pass").place == "examine.second@一所"


def row_of(office: Platform, uid: str):
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return row
