"""Stepping into a running case: a right for the jurisdiction, a reason, an event in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import orjson
import pytest

from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.incidents import EVERY
from engine.services.interventions import Interventions
from engine.services.platform import Platform
from tests.support.city import AT_UNIT, MEETING, City, city
from tests.support.office import a_request, fail_for_good, open_office, person


@pytest.fixture
def office() -> Platform:
    return open_office()


MONITOR = person("马监", "市局")
REVIEWER, CHECKER = person("王审", "一所"), person("赵复", "一所")

#: every intervention as (name, call): what must hold for all of them is tested on each
EACH: dict[str, Callable[[Interventions, object, str, str], object]] = {
    "reroute": lambda does, who, uid, why: does.reroute(who, uid, why, organisation="二分局"),
    "cancel": lambda does, who, uid, why: does.cancel(who, uid, why),
    "unclaim": lambda does, who, uid, why: does.unclaim(who, uid, why),
    "retry": lambda does, who, uid, why: does.retry(who, uid, why),
    "suspend": lambda does, who, uid, why: does.suspend(who, uid, why),
}


def version(office: Platform, uid: str) -> int:
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return row.version


def last_event(office: Platform, uid: str):
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        event = unit.journal.of(row.id)[-1]
        return event, unit.blobs.get(event.data_hash)["input"] if event.data_hash else {}


def prepared(office: Platform, name: str) -> str:
    """A case in which an intervention is possible."""
    uid = a_request(office)
    if name == "unclaim":
        office.cases.claim(REVIEWER, uid)
    if name == "retry":
        fail_for_good(office, uid)
    return uid


@pytest.mark.parametrize("name", EACH)
class TestEach:
    def test_is_journalled_with_who_for_which_organisation_and_why(
        self, office: Platform, name: str
    ) -> None:
        uid = prepared(office, name)

        EACH[name](office.interventions, MONITOR, uid, "申请人来电")

        event, entered = last_event(office, uid)
        assert (event.kind, event.person, event.organisation) == (name, "马监", "市局")
        assert entered["reason"] == "申请人来电"
        assert "申请人来电" not in event.body
        assert office.rebuilding.verify() == []
        assert office.rebuilding.rebuild(uid).same

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_without_a_reason_is_refused(self, office: Platform, name: str, reason: str) -> None:
        uid = prepared(office, name)
        before = version(office, uid)

        with pytest.raises(Refused, match="reason_needed"):
            EACH[name](office.interventions, MONITOR, uid, reason)
        assert version(office, uid) == before

    @pytest.mark.parametrize(
        ("who", "says"),
        [
            (person("王审", "一所"), "no_permission"),
            (person("牛监", "一分局"), "no_such_case"),
            (person("马监"), "no_such_case"),
        ],
        ids=["a reviewer", "a monitor further down", "a monitor for himself"],
    )
    def test_is_for_those_who_oversee_the_jurisdiction(
        self, office: Platform, name: str, who, says: str
    ) -> None:
        uid = prepared(office, name)
        before = version(office, uid)

        with pytest.raises((NotAllowed, NotFound), match=says):
            EACH[name](office.interventions, who, uid, "why")
        assert version(office, uid) == before

    def test_is_not_for_ones_own_case(self, office: Platform, name: str) -> None:
        uid = a_request(office, by="马监")

        with pytest.raises(NotAllowed, match="own_case_untouched"):
            EACH[name](office.interventions, MONITOR, uid, "why")

    def test_of_a_closed_case_is_refused(self, office: Platform, name: str) -> None:
        uid = a_request(office)
        office.interventions.cancel(MONITOR, uid, "重复申请")

        with pytest.raises(Refused):
            EACH[name](office.interventions, MONITOR, uid, "why")


class TestReroute:
    def test_the_work_waits_at_the_other_organisation_and_nowhere_else(
        self, office: Platform
    ) -> None:
        uid = a_request(office)
        office.cases.claim(REVIEWER, uid)

        done = office.interventions.reroute(MONITOR, uid, "一所搬迁", organisation="二分局")

        assert done.place == "review.first@二分局"
        assert office.lists.keys(REVIEWER, "town/to-review") == []
        assert office.lists.keys(person("周局", "二分局"), "town/to-review") == [uid]

    def test_where_nobody_may_deal_with_it_it_is_refused(self, office: Platform) -> None:
        uid = a_request(office)

        with pytest.raises(Refused, match="nobody_holds_it"):
            office.interventions.reroute(MONITOR, uid, "why", organisation="一分局")
        assert office.lists.keys(REVIEWER, "town/to-review") == [uid]

    def test_a_preview_changes_nothing(self, office: Platform) -> None:
        uid = a_request(office)
        before = version(office, uid)

        found = office.foresight.place(MONITOR, uid, "reroute", {"organisation": "二分局"})

        assert found == "审核 初审（二分局）"
        assert version(office, uid) == before

    @pytest.mark.req("ENG-14")
    def test_it_answers_an_incident_and_keeps_who_and_why(self, office: Platform) -> None:
        """Who resolved it and why was lost: the platform resolved it by itself a moment before."""
        uid = a_request(office, unit="")
        (incident,) = office.incidents.unresolved(MONITOR)

        office.incidents.resolve(MONITOR, incident.id, "归一所受理", organisation="一所")

        with office.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None
            (kept,) = unit.incidents.of(row.id)
        assert (kept.resolved_by, kept.reason) == ("马监", "归一所受理")


def test_a_claim_is_everybodys_again(office: Platform) -> None:
    uid = a_request(office)
    office.cases.claim(REVIEWER, uid)

    office.interventions.unclaim(MONITOR, uid, "王审休假")

    event, _ = last_event(office, uid)
    assert orjson.loads(event.body)["events"] == [{"event": "unclaimed", "people": ["王审"]}]
    office.cases.claim(REVIEWER, uid)


def test_what_failed_is_sent_again_and_its_incident_resolved(office: Platform) -> None:
    uid = a_request(office)
    fail_for_good(office, uid)

    office.interventions.retry(MONITOR, uid, "邮件服务已恢复")

    assert office.incidents.unresolved(MONITOR) == []
    with office.store.read() as unit:
        assert unit.outbox.lost() == []
    with pytest.raises(Refused, match="nothing_failed"):
        office.interventions.retry(MONITOR, uid, "again")


class TestSuspend:
    def test_it_refuses_everybody_until_it_is_resumed(self, office: Platform) -> None:
        uid = a_request(office)
        office.interventions.suspend(MONITOR, uid, "等待法院")

        for refused in (
            lambda: office.cases.act(REVIEWER, uid, "pass"),
            lambda: office.cases.claim(REVIEWER, uid),
            lambda: office.cases.withdraw(person("张三"), uid),
        ):
            with pytest.raises(Refused, match="case_suspended"):
                refused()

        office.interventions.resume(MONITOR, uid, "法院已裁定")
        assert office.cases.act(REVIEWER, uid, "pass").place == "review.second@一所"

    @pytest.mark.req("ENG-09")
    def test_deadlines_are_later_by_as_long_as_it_took(self) -> None:
        here = city(
            "{by: 张三, does: start, process: tianjin/socialised-review, case: z, "
            "with: {settings: {activity: a1, work_unit: 第一中学}}}"
        )
        administrator = here.person("陈管理", "人社局")
        applicant = here.person("张三")
        due = date.fromisoformat(here.platform.views.view(applicant, here["z"]).due)
        begun = here.clock.now().date()
        here.platform.interventions.suspend(administrator, here["z"], "系统升级")
        here.at("2026-12-31 00:00")
        assert not late(here)

        here.platform.interventions.resume(administrator, here["z"], "升级完成")
        here.clock.set(here.clock.now() + timedelta(minutes=1))
        here.platform.cases.tick()
        assert not late(here)
        later = due + (date(2026, 12, 31) - begun)
        assert here.platform.views.view(applicant, here["z"]).due == later.isoformat()
        here.at(f"{later + timedelta(days=1)} 00:00")
        assert late(here)
        assert all(found.same for found in here.platform.rebuilding.all())


def late(here: City) -> bool:
    return here.platform.views.view(here.person("张三"), here["z"]).overdue


class TestGroups:
    def test_a_case_is_not_taken_away_from_under_its_group(self) -> None:
        here = city(*MEETING)
        administrator = here.person("陈管理", "人社局")

        for refused in (
            lambda: here.platform.interventions.cancel(administrator, here["z"], "why"),
            lambda: here.platform.interventions.reroute(
                administrator, here["z"], "why", step="reception"
            ),
        ):
            with pytest.raises(Refused, match="评审会议"):
                refused()

    def test_the_members_of_a_cancelled_group_wait_again(self) -> None:
        here = city(*MEETING)
        administrator = here.person("陈管理", "人社局")

        here.platform.interventions.cancel(administrator, here["m"], "场地停电")

        with here.platform.store.read() as unit:
            row = unit.cases.load(here["z"])
            assert row is not None
            assert [one.state for one in unit.members.groups_of(row.id)] == ["removed"]
            assert row.step == "evaluation"


def test_the_deadline_moves_as_far_as_the_process_lets_it(office: Platform) -> None:
    uid = a_request(office)

    with pytest.raises(Refused, match="no_deadline"):
        office.interventions.extend(MONITOR, uid, "2026-12-01", "why")


#: the initiator adds something later, until a date nobody in the process may move
HARD = """
    process: town/hard
    title: 补充
    noun: 申请
    form: request
    start: {who: person}
    deadlines:
      closing: {title: 办结期限, reach: done, by: "days(today, 20)", hard: true}
    steps:
      fill:
        {title: 填写, status: draft, who: initiator, edit: all,
         actions: {submit: {title: 提交, to: checks}}}
      checks:
        title: 会签
        status: pending
        parallel:
          branches:
            own:
              add:
                title: 补充
                who: initiator
                due: {by: "days(today, 9)", hard: true}
                actions: {pass: {title: 补齐, to: join}}
            unit:
              review:
                title: 审核
                who: {permission: review, organisation: data.unit}
                due: {by: "days(today, 12)"}
                actions: {pass: {title: 通过, to: join}}
        to: done
      done: {title: 办结, status: done, end: success}
    """


@pytest.mark.req("ENG-14")
def test_whoever_oversees_a_case_may_move_every_deadline_that_runs() -> None:
    """A hard one of a later step of the initiator could be put off by nobody."""
    office = open_office(more={"definitions/processes/town/hard.yaml": HARD})
    me, does, data = person("张三"), office.interventions, {"unit": "一所", "subject": "钥匙"}
    uid = office.cases.start(me, "town/hard", data).uid
    office.cases.act(me, uid, "submit", data=data)
    office.clock.set(office.clock.now() + timedelta(days=25))
    office.cases.tick()
    assert [(one.key, one.due) for one in does.terms(MONITOR, uid)] == [
        ("add", "2026-09-10"), ("review", "2026-09-13"), ("deadline:closing", "2026-09-21"),
    ]  # fmt: skip
    assert does.terms(REVIEWER, uid) == []
    with pytest.raises(Refused, match="deadline_passed"):
        office.cases.act(me, uid, "pass")
    with pytest.raises(Refused, match="deadline_fixed"):
        does.extend(REVIEWER, uid, "2026-10-10", "病假")

    does.extend(MONITOR, uid, "2026-10-10", "病假")
    office.cases.act(me, uid, "pass")
    with pytest.raises(Refused, match="reach_too_late"):
        office.cases.act(REVIEWER, uid, "pass")
    does.extend(MONITOR, uid, "2026-10-12", "病假", which="deadline:closing")
    office.cases.act(REVIEWER, uid, "pass")

    assert office.views.view(me, uid).step == "done"
    assert office.rebuilding.rebuild(uid).same


def test_the_course_tells_those_who_take_part_why() -> None:
    here = city(*AT_UNIT)
    administrator = here.person("陈管理", "人社局")

    here.platform.interventions.reroute(administrator, here["z"], "材料有误", step="fill")

    last = here.platform.views.course(here.person("张三"), here["z"])[-1]
    assert (last.kind, last.texts) == ("reroute", (("", "材料有误"),))


@pytest.mark.req("ENG-14")
def test_a_task_nobody_may_do_any_more_is_an_incident_until_somebody_may(
    office: Platform,
) -> None:
    uid = a_request(office)
    clock, directory = office.clock, office.directory
    assert office.incidents.look() == 0
    with office.store.write() as unit:
        directory.take_back(unit, "王审", "town/reviewer", "一所")
    assert office.incidents.look() == 0, "it is looked for now and then"
    clock.set(clock.now() + EVERY)

    assert office.incidents.look() == 1
    (incident,) = office.incidents.unresolved(MONITOR)
    assert (incident.uid, incident.code) == (uid, "nobody_holds_it")
    assert incident.params["organisation"] == "一所"
    assert office.incidents.look() == 0
    with office.store.write() as unit:
        directory.grant(unit, "王审", "reviewer", "一所", jurisdiction="town")
    clock.set(clock.now() + EVERY)

    assert office.incidents.look() == 1
    assert office.incidents.unresolved(MONITOR) == []


@pytest.mark.req("ENG-14")
def test_a_task_taken_over_by_somebody_without_the_right_is_an_incident(office: Platform) -> None:
    """Whoever had taken it over left their post; it waited for them, and nobody was told."""
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    uid = a_request(office)
    office.cases.transfer(REVIEWER, uid, "李四")
    assert office.incidents.look() == 0
    with office.store.write() as unit:
        office.directory.take_back(unit, "李四", "town/reviewer", "一所")
    office.clock.set(office.clock.now() + EVERY)

    assert office.incidents.look() == 1
    (incident,) = office.incidents.unresolved(MONITOR)
    assert (incident.uid, incident.code) == (uid, "person_cannot")
    assert (incident.params["person"], incident.params["organisation"]) == ("李四", "一所")
    office.incidents.resolve(MONITOR, incident.id, "李四离职")
    assert office.lists.keys(REVIEWER, "town/to-review") == [uid]


@pytest.mark.req("ENG-14")
def test_a_task_nobody_may_do_is_put_elsewhere_by_its_incident(office: Platform) -> None:
    uid = a_request(office)
    with office.store.write() as unit:
        office.directory.take_back(unit, "王审", "town/reviewer", "一所")
    assert office.incidents.look() == 1
    (incident,) = office.incidents.unresolved(MONITOR)

    office.incidents.resolve(MONITOR, incident.id, "归二分局办理", organisation="二分局")

    assert office.incidents.unresolved(MONITOR) == []
    assert office.lists.keys(person("周局", "二分局"), "town/to-review") == [uid]
