"""What will happen when: the deadlines of the next days, with what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from engine.domain.errors import NotAllowed
from engine.services.platform import Platform
from engine.services.upcoming import Upcoming
from tests.support.fairs import (
    APPLICANT,
    FAIRS,
    OPENING,
    REVIEWER,
    an_entry,
    change,
    record,
    work_off,
)
from tests.support.office import FILES, ZONE, a_request, open_office, person

OVERSEER = person("马监", "市局")
REQUEST = "definitions/processes/town/request.yaml"
HARD = 'edit: all\n            due: {by: "days(today, 10)", hard: true}'


@pytest.fixture
def town() -> Iterator[Platform]:
    hard = {REQUEST: FILES[REQUEST].replace("edit: all", HARD, 1)}
    platform = open_office(more={**FAIRS, **OPENING, **hard})
    record(platform, "秋展", "2026-09-30")
    yield platform
    platform.close()


def told(
    found: Upcoming,
) -> dict[date, list[tuple[str, str, str, int, list[tuple[str, str, int]]]]]:
    return {
        day.day: [
            (
                one.what, one.step, one.title, one.cases,
                [(each.follows, each.title, each.cases) for each in one.consequences],
            )
            for one in day.expected
        ]
        for day in found.days
    }  # fmt: skip


@pytest.mark.req("ENG-09")
def test_each_day_says_what_falls_due_for_how_many_and_what_follows(town: Platform) -> None:
    for _ in range(3):
        an_entry(town)
    an_entry(town, submit=True)
    a_request(town, submit=False)
    change(town, opens="2026-09-20")
    town.cases.act(
        APPLICANT, town.cases.start(APPLICANT, "town/stand", {"fair": "秋展", "unit": "一所"}).uid,
        "submit",
    )  # fmt: skip

    found = told(town.upcoming.look(OVERSEER, "town", 60))

    assert found == {
        date(2026, 9, 11): [("due", "fill", "填写", 1, [("refuses", "", 1)])],
        date(2026, 9, 20): [("wait", "closed_until", "等待开幕", 1, [("goes_on", "开幕", 1)])],
        # Three working days before the 30th.
        date(2026, 9, 27): [("remind", "fill", "报名截止时间", 3, [("reminds", "", 3)])],
        date(2026, 9, 30): [("deadline", "fill", "报名截止时间", 3, [("does", "逾期未报名", 3)])],
        date(2026, 10, 3): [
            ("deadline", "fill", "会审时限", 3, [("marks", "", 3)]),
            ("deadline", "review", "会审时限", 1, [("marks", "", 1)]),
        ],
        date(2026, 10, 14): [
            ("deadline", "fill", "办结时限", 3, [("marks", "", 3)]),
            ("deadline", "review", "办结时限", 1, [("does", "逾期办结", 1)]),
        ],
    }
    assert list(told(town.upcoming.look(OVERSEER, "town", 14))) == [date(2026, 9, 11)]


def test_places_in_branches_are_told_apart_and_what_moves_moves_here(town: Platform) -> None:
    uid = an_entry(town, submit=True)
    town.cases.act(REVIEWER, uid, "both")
    change(town, closes="2026-09-10")
    work_off(town)

    found = told(town.upcoming.look(OVERSEER, "town", 60))

    assert found[date(2026, 9, 10)] == [("due", "checks", "消防审查", 1, [("marks", "", 1)])]
    assert found[date(2026, 10, 3)] == [
        ("deadline", "checks", "会审时限", 1, [("does", "逾期视为无意见", 1)])
    ]


def test_the_list_behind_a_figure_has_as_many_rows(town: Platform) -> None:
    for _ in range(3):
        an_entry(town)
    an_entry(town, submit=True)
    found = town.upcoming.look(OVERSEER, "town", 60)
    for day in found.days:
        for one in day.expected:
            page = town.monitor.page(
                OVERSEER,
                filters={
                    "jurisdiction": "town", "state": "open", "process": one.process,
                    "step": one.step, "falls": one.kind, "falls_on": day.day.isoformat(),
                },
            )  # fmt: skip
            assert len(page.rows) == one.cases, (day.day, one)


def test_is_for_those_who_oversee_the_jurisdiction(town: Platform) -> None:
    with pytest.raises(NotAllowed):
        town.upcoming.look(REVIEWER, "town")


def test_what_falls_due_is_found_by_an_index_and_no_more_than_so_much(town: Platform) -> None:
    for _ in range(3):
        an_entry(town)
    first, last = datetime(2026, 9, 1, tzinfo=ZONE), datetime(2026, 11, 1, tzinfo=ZONE)
    asked: list[tuple[str, object]] = []
    with town.store.read() as unit:
        sa.event.listen(
            unit.connection, "before_cursor_execute",
            lambda c, cursor, sql, given, *rest: asked.append((sql, given)),
        )  # fmt: skip
        some, complete = unit.monitoring.falling_due("town", first, last, most=4)
        sql, given = asked[0]
        plan = unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
    assert (sum(one.cases for one in some), complete) == (4, False)
    assert "ix_timers_jurisdiction_at" in str(plan)
    assert "SCAN timers" not in str(plan)
    assert "SCAN cases" not in str(plan)
