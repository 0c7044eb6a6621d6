"""Deadlines of a whole case: reached in time or not, moved, reminded of, with branches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.fairs import APPLICANT, HEALTH, REVIEWER, an_entry, open_fairs
from tests.support.office import FILES, NINE, ZONE, a_request, open_office, person


@pytest.fixture
def town() -> Iterator[Platform]:
    platform = open_fairs()
    yield platform
    platform.close()


def until(town: Platform, month: int, day: int, hour: int = 0) -> None:
    """Let time pass; timers that come due are fired."""
    town.clock.set(datetime(2026, month, day, hour, tzinfo=ZONE))
    while town.cases.tick():
        pass


def stands(town: Platform, uid: str) -> dict[str, tuple[str, bool, bool]]:
    view = town.views.view(APPLICANT, uid)
    return {one.name: (one.by, one.met, one.late) for one in view.deadlines}


def step(town: Platform, uid: str) -> str:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return row.step


def same(town: Platform) -> bool:
    return all(found.same for found in town.rebuilding.all())


@pytest.mark.req("ENG-09")
def test_a_case_that_reaches_the_step_in_time_has_met_the_deadline_for_good(town: Platform) -> None:
    uid = an_entry(town)
    assert stands(town, uid) == {
        "entry": ("2026-09-30", False, False),
        # Counted from the first one, over the holiday.
        "verdict": ("2026-10-14", False, False),
        "opinions": ("2026-10-03", False, False),
    }

    town.cases.act(APPLICANT, uid, "submit", data={"fair": "秋展", "unit": "一所", "subject": "陶"})
    town.cases.act(REVIEWER, uid, "return", input={"reason": "图不清楚"})
    until(town, 10, 2)

    assert stands(town, uid)["entry"] == ("2026-09-30", True, False)
    assert step(town, uid) == "fill"
    town.cases.act(APPLICANT, uid, "submit")
    assert step(town, uid) == "review"
    assert same(town)


@pytest.mark.req("ENG-09")
def test_at_24_o_clock_a_waiting_case_gets_its_outcome_and_before_that_nobody_is_refused(
    town: Platform,
) -> None:
    waiting, last = an_entry(town), an_entry(town)
    until(town, 9, 30, 23)
    town.cases.act(APPLICANT, last, "submit")

    town.clock.set(datetime(2026, 10, 1, tzinfo=ZONE))
    with pytest.raises(Refused) as late:
        town.cases.act(APPLICANT, waiting, "submit")
    offered = {one.name: one.sentence for one in town.views.choices(APPLICANT, waiting)}
    town.cases.tick()

    assert late.value.code == "reach_too_late"
    assert offered["submit"] == late.value.sentence
    assert late.value.params["due"] == "2026-09-30"
    assert step(town, waiting) == "lapsed"
    assert step(town, last) == "review"
    assert same(town)


def test_who_withdraws_has_the_deadline_again_and_after_it_nobody_can(town: Platform) -> None:
    uid, other = an_entry(town, submit=True), an_entry(town, submit=True)
    town.cases.withdraw(APPLICANT, uid)
    assert stands(town, uid)["entry"] == ("2026-09-30", False, False)

    until(town, 10, 1)

    assert step(town, uid) == "lapsed"
    with pytest.raises(Refused) as late:
        town.cases.withdraw(APPLICANT, other)
    assert late.value.code == "withdraw_too_late"
    assert same(town)


def test_a_soft_deadline_only_marks_and_its_outcome_is_done_where_it_is_offered(
    town: Platform,
) -> None:
    uid = an_entry(town, submit=True)
    until(town, 10, 14, 23)
    assert step(town, uid) == "review"

    until(town, 10, 15)

    assert step(town, uid) == "done"
    assert stands(town, uid)["verdict"] == ("2026-10-14", True, True)
    assert same(town)


@pytest.mark.req("ENG-09")
def test_in_branches_every_place_that_waits_gets_the_outcome(town: Platform) -> None:
    both, one = an_entry(town, submit=True), an_entry(town, submit=True)
    for uid in (both, one):
        town.cases.act(REVIEWER, uid, "both")
    town.cases.act(HEALTH, one, "pass")

    until(town, 10, 4)

    assert [step(town, both), step(town, one)] == ["decide", "decide"]
    assert stands(town, both)["opinions"] == ("2026-10-03", True, True)
    with town.store.read() as unit:
        row = unit.cases.load(both)
        assert row is not None
        assert [item.step for item in unit.work.of(row.id)] == ["decide"]
    assert same(town)


def test_moving_a_deadline_shows_on_the_work_of_every_branch(town: Platform) -> None:
    uid = an_entry(town, submit=True)
    town.cases.act(REVIEWER, uid, "both")

    town.cases.extend(HEALTH, uid, "2026-10-01", deadline="opinions")

    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        due = {item.step: item.due for item in unit.work.of(row.id)}
    assert due == dict.fromkeys(("fire_check", "health_check"), datetime(2026, 10, 2, tzinfo=ZONE))
    assert same(town)


def test_lists_show_and_filter_by_the_deadline_of_the_case(town: Platform) -> None:
    uid = an_entry(town, submit=True)
    page = town.lists.page(REVIEWER, "town/entries")
    assert [line.key for line in page.rows] == [uid]

    town.clock.set(datetime(2026, 10, 15, tzinfo=ZONE))

    found = {
        value: [
            line.key
            for line in town.lists.page(REVIEWER, "town/entries", filters={"overdue": value}).rows
        ]
        for value, _ in page.filters[0].options
    }
    assert found == {"1": [uid], "0": []}


@pytest.mark.req("REV-17")
def test_only_holders_of_the_permission_above_the_case_move_it(town: Platform) -> None:
    uid = an_entry(town, submit=True)
    town.cases.withdraw(APPLICANT, uid)
    with pytest.raises(Refused):
        town.cases.extend(APPLICANT, uid, "2026-10-20", deadline="entry")
    with pytest.raises(Refused) as unknown:
        town.cases.extend(APPLICANT, uid, "2026-10-20", deadline="exit")
    assert unknown.value.code == "no_such_deadline"

    with town.store.write() as unit:
        town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
    town.cases.extend(person("周局", "市局"), uid, "2026-10-20", deadline="entry")
    until(town, 10, 2)

    assert stands(town, uid) == {
        "entry": ("2026-10-20", False, False),
        "verdict": ("2026-10-27", False, False),
        "opinions": ("2026-10-23", False, False),
    }
    titles = [message.title for message in town.messages.inbox(APPLICANT)]
    assert "报名截止时间改为 2026年10月20日" in titles
    town.cases.act(APPLICANT, uid, "submit")
    assert step(town, uid) == "review"
    assert same(town)


def test_one_reminder_for_each_date_on_working_days_before(town: Platform) -> None:
    uid = an_entry(town)

    until(town, 9, 26, 23)
    assert not town.messages.inbox(APPLICANT)
    # Three working days before the 30th: 29, 28, and 27, a Sunday that is worked.
    until(town, 9, 27, 8)
    town.cases.save(APPLICANT, uid, {"fair": "秋展", "unit": "一所", "subject": "瓷器"})
    until(town, 9, 28)

    shown = [(message.title, message.body) for message in town.messages.inbox(APPLICANT)]
    assert len(shown) == 1
    assert shown[0][0] == "报名截止时间临近"
    assert "2026年9月30日" in shown[0][1]


def test_a_suspended_case_is_left_alone_and_gets_the_outcome_as_much_later(
    town: Platform,
) -> None:
    uid, monitor = an_entry(town), person("马监", "市局")
    town.interventions.suspend(monitor, uid, "核实身份")
    until(town, 10, 5)
    assert step(town, uid) == "fill"

    town.interventions.resume(monitor, uid, "已核实")
    until(town, 10, 5, 1)

    # 34 days were taken from it: the 30th of September has become the 3rd of November.
    assert step(town, uid) == "fill"
    until(town, 11, 3, 23)
    assert step(town, uid) == "fill"
    until(town, 11, 4)
    assert step(town, uid) == "lapsed"
    assert same(town)


def test_the_expected_route_says_by_when_to_be_where(town: Platform) -> None:
    stops = town.routes._forecasts.route(APPLICANT, "town/entry", {"fair": "秋展", "unit": "一所"})

    found = {stop.step: stop.deadlines for stop in stops if stop.deadlines}
    assert found == {
        "review": (("报名截止时间", "2026-09-30"),),
        "done": (("办结时限", "2026-10-14"),),
    }


REQUEST = "definitions/processes/town/request.yaml"
DUE = {
    REQUEST: FILES[REQUEST].replace(
        "edit: all", 'edit: all\n            due: {by: "days(today, 10)", otherwise: discard}', 1
    )
}


@pytest.mark.req("ENG-09")
def test_the_outcome_of_a_step_comes_at_its_date_which_saving_does_not_move() -> None:
    town = open_office(more=DUE)
    uid = a_request(town, submit=False)
    until(town, 9, 8)
    town.cases.save(APPLICANT, uid, {"unit": "一所", "subject": "展厅"})

    until(town, 9, 11, 23)
    assert step(town, uid) == "fill"
    # Somebody saves between the end of the day and the timer.
    town.clock.set(datetime(2026, 9, 12, tzinfo=ZONE))
    town.cases.save(APPLICANT, uid, {"unit": "一所", "subject": "展厅二"})
    until(town, 9, 12)

    assert step(town, uid) == "discarded"
    assert same(town)
    town.close()


@pytest.mark.req("ENG-09")
def test_an_end_with_the_date_of_the_step_before_it_is_not_waited_for() -> None:
    text = FILES[REQUEST].replace("to: check, bulk", 'to: check, due: "days(today, 3)", bulk')
    text = text.replace("{title: 同意, to: done}", '{title: 同意, to: done, due: "days(today, 3)"}')
    office = open_office(more={REQUEST: text})
    uid = a_request(office)
    for who in (person("王审", "一所"), person("赵复", "一所")):
        office.cases.act(who, uid, "pass")
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert len(unit.timers.of(row.id)) == 1

    office.cases.act(person("周局", "一分局"), uid, "pass")

    with office.store.read() as unit:
        assert unit.timers.of(row.id) == []
    assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-09")
def test_reminders_keep_their_distance_when_a_deadline_is_moved() -> None:
    due = """due:
              by: '"2026-09-10"'
              remind: ['"2026-09-08"']
              extend: {permission: see_all, when: any_time}"""
    text = FILES[REQUEST].replace("edit: all", f"edit: all\n            {due}", 1)
    office = open_office(more={REQUEST: text})
    uid = a_request(office, submit=False)

    def reminders() -> list[str]:
        with office.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None
            timers = [(one.kind, one.at.astimezone(NINE.tzinfo)) for one in unit.timers.of(row.id)]
        return [f"{at:%m-%d}" for kind, at in timers if kind.startswith("remind")]

    assert reminders() == ["09-08"]
    until(office, 9, 8, 9)
    assert reminders() == []
    # Whoever was reminded already is reminded once more before the new date.
    monitor = person("马监", "市局")
    office.interventions.do(monitor, uid, "extend", {"until": "2026-09-20", "reason": "停电"})
    assert reminders() == ["09-18"]
    # What a suspension takes is given back to the reminder too.
    until(office, 9, 12, 9)
    office.interventions.suspend(monitor, uid, "核实")
    assert reminders() == []
    until(office, 9, 15, 9)
    office.interventions.resume(monitor, uid, "已核实")
    assert reminders() == ["09-21"]
    assert same(office)
    office.close()


def test_a_reminder_so_many_days_after_the_start_comes_once() -> None:
    due = 'due: {by: "days(today, 20)", remind: ["days(today, 2)"]}'
    text = FILES[REQUEST].replace("edit: all", f"edit: all\n            {due}", 1)
    office = open_office(more={REQUEST: text})
    uid = a_request(office, submit=False)

    until(office, 9, 6, 9)
    assert same(office)
    office.cases.save(APPLICANT, uid, {"unit": "一所", "subject": "会议"})
    until(office, 9, 12, 9)

    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        kinds = [event.kind for event in unit.journal.of(row.id)]
    assert kinds.count("time") == 1
    assert same(office)
    office.close()


@pytest.mark.req("ENG-09")
@pytest.mark.parametrize("how", ["extended", "suspended"])
def test_withdrawing_takes_back_what_was_added_to_the_deadline_after_the_pass(how: str) -> None:
    path = "definitions/processes/town/request.yaml"
    text = FILES[path].replace(
        "            edit: all\n", "            edit: all\n            due: days(today, 5)\n", 1
    )
    text = text.replace(
        "            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}\n",
        '            due: {by: "days(today, 9)", extend: {permission: review, when: any_time}}\n'
        "            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}\n",
        1,
    )
    office = open_office(more={path: text})
    uid = a_request(office)
    assert office.views.view(APPLICANT, uid).due == "2026-09-10"
    if how == "extended":
        office.cases.extend(REVIEWER, uid, "2026-11-01")
    else:
        monitor = person("马监", "市局")
        office.interventions.suspend(monitor, uid, "停电")
        until(office, 9, 3)
        office.interventions.resume(monitor, uid, "来电")
        assert office.views.view(APPLICANT, uid).due == "2026-09-12"

    office.cases.withdraw(APPLICANT, uid)

    assert (step(office, uid), office.views.view(APPLICANT, uid).due) == ("fill", "2026-09-06")
    assert same(office)


@pytest.mark.req("ENG-09")
def test_after_withdrawing_a_deadline_follows_what_is_entered_as_before() -> None:
    """One extended after the pass was taken for that of the step come back to, and stood still."""
    path = "definitions/processes/town/request.yaml"
    due = '[{when: has(data.amount), then: "days(today, 7)"}, {then: "days(today, 5)"}]'
    text = FILES[path].replace(
        "            edit: all\n", f"            edit: all\n            due: {due}\n", 1
    )
    text = text.replace(
        "            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}\n",
        '            due: {by: "days(today, 9)", extend: {permission: review, when: any_time}}\n'
        "            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}\n",
        1,
    )
    office = open_office(more={path: text})
    uid = a_request(office, submit=False)
    assert office.views.view(APPLICANT, uid).due == "2026-09-06"
    entered = {"unit": "一所", "subject": "会议室", "amount": 5}
    office.cases.act(APPLICANT, uid, "submit", data=entered)
    office.cases.extend(REVIEWER, uid, "2026-11-01")

    office.cases.withdraw(APPLICANT, uid)

    assert office.views.view(APPLICANT, uid).due == "2026-09-08"
    assert same(office)


@pytest.mark.req("ENG-09")
def test_what_was_added_to_the_deadline_of_a_step_is_kept_between_its_stages() -> None:
    path = "definitions/processes/town/request.yaml"
    stages = (
        "            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}\n"
    )
    due = '            due: {by: "days(today, 9)", extend: {permission: check, when: any_time}}\n'
    office = open_office(more={path: FILES[path].replace(stages, due + stages, 1)})
    uid = a_request(office)
    office.cases.act(REVIEWER, uid, "pass")
    office.cases.extend(person("赵复", "一所"), uid, "2026-11-01")

    office.cases.withdraw(REVIEWER, uid)

    view = office.views.view(APPLICANT, uid)
    assert ("初审" in view.place, view.due) == (True, "2026-11-01")
    assert same(office)
