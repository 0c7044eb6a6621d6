"""Several who move the same cases at the same moment, and those who deal with them (CON-09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from engine.domain.errors import Refused, Stale
from engine.services.migration_decisions import Decisions
from engine.services.migration_views import Plan
from engine.services.platform import Platform
from engine.store.outbox import LEASE
from tests.migrating.test_in_background import moves
from tests.migrating.test_plans import MONITOR, REVIEWER, opened, renamed
from tests.support.at_once import at_once
from tests.support.office import a_request, person

OTHER = person("钱管", "市局")
MANY = 8


@pytest.fixture(params=["file", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """A town hall whose database several threads use at once, with two who oversee it."""
    if request.param == "file":
        platform = opened(f"sqlite:///{tmp_path / 'town.db'}")
    else:
        platform = opened(str(request.getfixturevalue("postgres_url")))
    with platform.store.write() as unit:
        platform.directory.grant(unit, OTHER.person, "monitor", "市局", jurisdiction="town")
    yield platform
    platform.close()


def planned(office: Platform, version: str) -> Plan:
    decided = Decisions(steps={"review": "examine"})
    return office.migrations.plan(MONITOR, "town/request", version, decided)


@pytest.mark.req("CON-09", "ENG-11")
def test_of_two_who_begin_the_same_move_one_does_and_no_case_is_moved_twice(
    office: Platform,
) -> None:
    uids = [a_request(office) for _ in range(MANY)]
    version = renamed(office)
    plan, again = planned(office, version), planned(office, version)

    begun = at_once(
        partial(office.migrations.begin_run, MONITOR, plan.id, "统一名称"),
        partial(office.migrations.begin_run, OTHER, plan.id, "改名"),
    )
    (refused,) = [one for one in begun if isinstance(one, Refused)]
    assert refused.code == "still_running"
    # A second plan of the same cases is another matter: both are carried out by two workers, and
    # somebody runs one of them by hand beside.
    office.migrations.begin_run(OTHER, again.id, "改名")
    at_once(
        office.outgoing.work_off_slow,
        office.outgoing.work_off_slow,
        partial(office.migrations.run, MONITOR, plan.id, "统一名称"),
    )
    office.outgoing.work_off_slow()

    assert sorted(moves(office).values()) == [1] * MANY
    ended = [office.migrations.show(MONITOR, one.id) for one in (plan, again)]
    assert not any(office.migrations.progress(one).is_running for one in ended)
    # What one of them has moved the other has planned anew: it is there already.
    states = {uid: sorted(one.state for each in ended for one in each.cases if one.uid == uid)
              for uid in uids}  # fmt: skip
    assert set(map(tuple, states.values())) == {("moved", "replanned")}
    assert all(found.same for found in office.rebuilding.all())


@pytest.mark.req("CON-09", "ENG-11")
def test_who_deals_with_a_case_meanwhile_is_not_disturbed(office: Platform) -> None:
    uids = [a_request(office) for _ in range(MANY)]
    plan = planned(office, renamed(office))
    office.migrations.begin_run(MONITOR, plan.id, "统一名称")

    def deal() -> None:
        for uid in reversed(uids):
            try:
                office.cases.act(REVIEWER, uid, "pass")
            except Stale:
                # Moved in this very moment: they are told, look, and press again.
                office.cases.act(REVIEWER, uid, "pass")

    at_once(office.outgoing.work_off_slow, deal)

    # Everybody's press counts: before the move, so that it waits for another look, or after it.
    done = {one.uid: one for one in office.migrations.show(MONITOR, plan.id).cases}
    assert {one.state for one in done.values()} <= {"moved", "replanned"}
    told = {one.key for one in office.migrations.progress(plan).refusals}
    assert told == {uid for uid, one in done.items() if one.state == "replanned"}
    with office.store.read() as unit:
        places = {uid: str(office.casework.load(unit, uid).state.place) for uid in uids}
    step = {uid: "examine" if one.state == "moved" else "review" for uid, one in done.items()}
    assert places == {uid: f"{step[uid]}.second@一所" for uid in uids}
    # What was done before cannot be undone, the rest can.
    office.migrations.begin_undo(MONITOR, plan.id, "弄错了")
    office.outgoing.work_off_slow()
    after = {one.uid: one.state for one in office.migrations.show(MONITOR, plan.id).cases}
    assert after == {uid: one.state for uid, one in done.items()}
    assert all(found.same for found in office.rebuilding.all())


@pytest.mark.req("CON-09", "SEC-06")
def test_a_worker_taken_for_dead_and_the_one_that_takes_over_do_nothing_twice(
    office: Platform,
) -> None:
    uids = [a_request(office) for _ in range(MANY)]
    plan = planned(office, renamed(office))
    job = office.migrations.begin_run(MONITOR, plan.id, "统一名称")
    with office.store.write() as unit:
        (message,) = unit.outbox.take(office.clock.now(), 1, slow=True)
    # It has only been slow: its lease has run out, and it goes on beside the other one.
    office.clock.set(office.clock.now() + LEASE + timedelta(seconds=1))

    at_once(partial(office.jobs.work, message), office.outgoing.work_off_slow)

    done = office.jobs.progress(MONITOR, job)
    assert (done.done, done.refused, done.is_running) == (MANY, 0, False)
    assert moves(office).total() == MANY
    assert len(office.migrations.show(MONITOR, plan.id).having("moved")) == len(uids)
    assert all(found.same for found in office.rebuilding.all())
