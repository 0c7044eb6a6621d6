"""A date of a register is changed: the running cases that follow it change at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from engine.services.platform import Platform
from tests.support.fairs import (
    APPLICANT,
    CLERK,
    FAIRS,
    OPENING,
    REVIEWER,
    an_entry,
    change,
    record,
    work_off,
)
from tests.support.office import ZONE, open_office, person


@pytest.fixture
def town() -> Iterator[Platform]:
    platform = open_office(more={**FAIRS, **OPENING})
    record(platform, "秋展", "2026-09-30")
    record(platform, "冬展", "2026-12-20")
    yield platform
    platform.close()


def until(town: Platform, month: int, day: int) -> None:
    town.clock.set(datetime(2026, month, day, tzinfo=ZONE))
    work_off(town)


def closes(town: Platform, uid: str) -> str | None:
    view = town.views.view(APPLICANT, uid)
    return next(one.by for one in view.deadlines if one.name == "entry")


def row(town: Platform, uid: str):
    with town.store.read() as unit:
        found = unit.cases.load(uid)
        assert found is not None
        return found


def work_due(town: Platform, uid: str) -> dict[str, datetime | None]:
    with town.store.read() as unit:
        return {item.step: item.due for item in unit.work.of(row(town, uid).id)}


def same(town: Platform) -> bool:
    return all(found.same for found in town.rebuilding.all())


def midnight(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=ZONE)


@pytest.mark.req("ENG-09")
def test_a_date_brought_forward_moves_deadline_timers_and_lists_and_is_told(
    town: Platform,
) -> None:
    mine, other = an_entry(town), an_entry(town, fair="冬展")
    before = row(town, other).version

    assert change(town, closes="2026-09-10") == 1
    work_off(town)

    assert closes(town, mine) == "2026-09-10"
    assert row(town, mine).due == midnight(9, 11)
    assert work_due(town, mine) == {"fill": midnight(9, 11)}
    assert row(town, other).version == before
    titles = [message.title for message in town.messages.inbox(APPLICANT)]
    assert titles == ["报名截止时间改为 2026年9月10日"]
    told = town.views.course(APPLICANT, mine)[-1].texts
    assert ("报名截止时间", "2026-09-30 → 2026-09-10") in told
    assert same(town)

    until(town, 9, 11)
    assert row(town, mine).step == "lapsed"
    assert row(town, other).step == "fill"
    assert same(town)


@pytest.mark.req("ENG-09")
def test_a_date_put_off_gives_those_who_have_not_lapsed_the_time(town: Platform) -> None:
    uid = an_entry(town)
    change(town, closes="2026-10-20")
    work_off(town)
    until(town, 10, 1)
    assert row(town, uid).step == "fill"
    assert row(town, uid).due == midnight(10, 21)
    until(town, 10, 21)
    assert row(town, uid).step == "lapsed"
    assert same(town)


def test_brought_forward_behind_the_present_day_the_outcome_comes_at_once(town: Platform) -> None:
    waiting, submitted = an_entry(town), an_entry(town, submit=True)
    until(town, 9, 20)
    kept = row(town, submitted).due

    assert change(town, closes="2026-09-15") == 2
    work_off(town)

    assert row(town, waiting).step == "lapsed"
    # Reached in time, and met for good: neither this deadline nor what is made from it moves.
    assert row(town, submitted).due == kept
    assert same(town)


def test_in_branches_the_work_of_the_place_that_follows_it_shows_it(town: Platform) -> None:
    uid = an_entry(town, submit=True)
    town.cases.act(REVIEWER, uid, "both")
    change(town, closes="2026-09-10")
    work_off(town)
    assert work_due(town, uid) == {"fire_check": midnight(9, 11), "health_check": midnight(10, 4)}
    assert same(town)


def test_an_appointment_moves_with_its_date_and_begins_when_it_is_known(town: Platform) -> None:
    uid = town.cases.start(APPLICANT, "town/stand", {"fair": "秋展", "unit": "一所"}).uid
    assert row(town, uid).due is None
    change(town, opens="2026-10-20")
    work_off(town)
    assert row(town, uid).due == midnight(10, 11)
    town.cases.act(APPLICANT, uid, "submit")
    assert row(town, uid).due == midnight(10, 21)

    assert change(town, opens="2026-10-25") == 1
    work_off(town)
    until(town, 10, 21)
    assert row(town, uid).step == "closed_until"
    change(town, opens="2026-10-21")
    work_off(town)
    until(town, 10, 22)
    assert row(town, uid).step == "done"
    assert same(town)


def test_who_was_given_a_date_keeps_it_and_a_closed_case_is_left_alone(town: Platform) -> None:
    given, closed = an_entry(town), an_entry(town)
    with town.store.write() as unit:
        town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
    town.cases.extend(person("周局", "市局"), given, "2026-10-05", deadline="entry")
    until(town, 9, 2)
    town.interventions.cancel(person("马监", "市局"), closed, "重复")
    kept = row(town, closed).version

    assert change(town, closes="2026-09-10") == 1
    assert same(town)  # before a worker comes round, too
    work_off(town)

    assert closes(town, given) == "2026-10-05"
    assert row(town, closed).version == kept
    assert same(town)


def test_what_else_happens_to_a_case_first_does_not_make_it_forget(town: Platform) -> None:
    uid = town.cases.start(APPLICANT, "town/stand", {"fair": "秋展", "unit": "一所"}).uid
    change(town, opens="2026-10-20")
    work_off(town)
    change(town, opens="2026-10-30")
    # Before a worker comes round, the case goes on: its timers are written anew.
    town.cases.act(APPLICANT, uid, "submit")
    change(town, opens="2026-11-10")
    town.cases.open(APPLICANT, uid)
    work_off(town)
    assert row(town, uid).due == midnight(11, 11)
    assert same(town)


def test_a_suspended_case_learns_of_it_when_it_is_resumed(town: Platform) -> None:
    uid = town.cases.start(APPLICANT, "town/stand", {"fair": "秋展", "unit": "一所"}).uid
    change(town, opens="2026-10-20")
    work_off(town)
    monitor = person("马监", "市局")
    town.interventions.suspend(monitor, uid, "核实身份")
    change(town, opens="2026-11-20")
    work_off(town)
    until(town, 9, 11)
    town.interventions.resume(monitor, uid, "已核实")
    # Ten days before it, and the ten days that the suspension took.
    assert row(town, uid).due == midnight(11, 21)
    assert same(town)


def test_what_no_date_follows_touches_no_case(town: Platform) -> None:
    an_entry(town)
    assert town.registers.followers(CLERK, "fairs", "秋展", {"name": "秋展"}) == 0
    assert town.registers.followers(CLERK, "fairs", "冬展", {"closes": "2026-12-01"}) == 0
    town.registers.change(CLERK, "fairs", "冬展", {"closes": "2026-12-01"})
    assert town.cases.tick() == 0
