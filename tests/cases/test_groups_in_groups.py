"""Groups that are members of other groups, and cases that two groups would have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import open_office, person

OFFICE = "{permission: check, organisation: jurisdiction.bureau}"
FILES = {
    "definitions/processes/town/item.yaml": """
        process: town/item
        title: 事项
        noun: 事项
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            who: initiator
            edit: all
            actions: {submit: {title: 提交, to: pool}}
          pool:
            title: 等待会议
            wait: {group: town/session}
            outcomes: {passed: done}
            to: done
            actions: {back: {title: 取回, verb: return, who: initiator, to: fill}}
          done: {title: 通过, end: success}
        """,
    "definitions/processes/town/session.yaml": f"""
        process: town/session
        title: 会议
        noun: 会议
        form: request
        start: {{who: {{permission: check}}}}
        members: {{processes: [town/item], waiting_at: pool}}
        steps:
          agenda:
            title: 议程
            who: {OFFICE}
            edit: all
            actions: {{pass: {{title: 送全会, to: sent}}}}
          sent:
            title: 等待全会
            wait: {{group: town/plenary}}
            outcomes: {{approved: held, rejected: dropped}}
            to: dropped
            actions: {{back: {{title: 取回, verb: return, who: {OFFICE}, to: agenda}}}}
          held: {{title: 生效, end: success, do: [{{release: {{as: passed}}}}]}}
          dropped: {{title: 不生效, end: cancelled, do: [{{release: {{as: removed}}}}]}}
        """,
    "definitions/processes/town/plenary.yaml": f"""
        process: town/plenary
        title: 全会
        noun: 全会
        form: request
        start: {{who: {{permission: check}}}}
        members: {{processes: [town/session], waiting_at: sent}}
        steps:
          agenda:
            title: 议程
            who: {OFFICE}
            edit: all
            actions: {{pass: {{title: 开会, to: meeting}}}}
          meeting:
            title: 开会
            who: {OFFICE}
            actions:
              pass: {{title: 批准, to: closed, do: [{{release: {{as: approved}}}}]}}
              fail: {{title: 不批准, to: closed, do: [{{release: {{as: rejected}}}}]}}
          closed: {{title: 结束, end: success}}
          dropped: {{title: 取消, end: cancelled}}
        """,
}
ANN, CLERK = person("张三"), person("周局", "市局")
MONITOR = person("马监", "市局")
VALUES = {"unit": "一所", "subject": "事项"}


@pytest.fixture
def office() -> Iterator[Platform]:
    platform = open_office(more=FILES)
    with platform.store.write() as unit:
        platform.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
    yield platform
    platform.close()


def at(office: Platform, *uids: str) -> list[str]:
    with office.store.read() as unit:
        return [office.casework.load(unit, uid).row.step for uid in uids]


def item(office: Platform) -> str:
    uid = office.cases.start(ANN, "town/item", VALUES).uid
    office.cases.act(ANN, uid, "submit", data=VALUES)
    return uid


def group(office: Platform, process: str, *members: str) -> str:
    """A group whose list of members is closed."""
    uid = office.cases.start(CLERK, process, VALUES).uid
    office.cases.add(CLERK, uid, members)
    office.cases.act(CLERK, uid, "pass", data=VALUES)
    return uid


@pytest.mark.req("ENG-14", "ENG-19")
def test_what_a_group_of_groups_decides_reaches_the_members_of_its_members(
    office: Platform,
) -> None:
    a, b, c, left = (item(office) for _ in range(4))
    first, second = group(office, "town/session", a, b), group(office, "town/session", c)
    plenary = group(office, "town/plenary", first, second)
    assert at(office, a, c, first, second, plenary) == ["pool", "pool", "sent", "sent", "meeting"]

    office.cases.act(CLERK, plenary, "pass")
    office.outgoing.work_off()

    assert at(office, first, second, plenary) == ["held", "held", "closed"]
    assert at(office, a, b, c, left) == ["done", "done", "done", "pool"]
    assert office.incidents.unresolved(MONITOR) == []
    assert all(one.same for one in office.rebuilding.all())


@pytest.mark.req("ENG-14", "ENG-19")
def test_a_group_that_is_not_approved_lets_its_members_wait_for_another(office: Platform) -> None:
    a, b = item(office), item(office)
    session = group(office, "town/session", a, b)
    office.cases.act(CLERK, group(office, "town/plenary", session), "fail")
    office.outgoing.work_off()
    assert at(office, session, a, b) == ["dropped", "pool", "pool"]

    office.cases.act(ANN, b, "back")
    again = group(office, "town/session", a)
    office.cases.act(CLERK, group(office, "town/plenary", again), "pass")
    office.outgoing.work_off()
    assert at(office, again, a, b) == ["held", "done", "fill"]
    assert all(one.same for one in office.rebuilding.all())


@pytest.mark.req("ENG-14")
def test_a_case_is_in_one_group_and_neither_it_nor_its_group_goes_on_alone(
    office: Platform,
) -> None:
    a = item(office)
    session = group(office, "town/session", a)
    other = office.cases.start(CLERK, "town/session", VALUES).uid
    with pytest.raises(Refused, match="cannot_be_member"):
        office.cases.add(CLERK, other, [a])
    # A plenary takes sessions, not what is in them.
    plenary = office.cases.start(CLERK, "town/plenary", VALUES).uid
    with pytest.raises(Refused, match="cannot_be_member"):
        office.cases.add(CLERK, plenary, [a])

    office.cases.add(CLERK, plenary, [session])
    office.cases.act(CLERK, plenary, "pass", data=VALUES)
    before = office.store.content()
    for uid, actor in ((a, ANN), (session, CLERK)):
        with pytest.raises(Refused, match="in_group"):
            office.cases.act(actor, uid, "back")
        with pytest.raises(Refused, match="in_group"):
            office.interventions.cancel(MONITOR, uid, "不办了")
    assert office.store.content() == before


@pytest.mark.req("ENG-14", "ENG-19")
def test_a_cancelled_group_of_groups_lets_its_groups_go_and_they_their_members(
    office: Platform,
) -> None:
    a = item(office)
    session = group(office, "town/session", a)
    plenary = group(office, "town/plenary", session)

    office.interventions.cancel(MONITOR, plenary, "取消全会")
    office.outgoing.work_off()
    assert at(office, plenary, session, a) == ["dropped", "sent", "pool"]

    office.interventions.cancel(MONITOR, session, "取消会议")
    office.outgoing.work_off()
    assert at(office, session, a) == ["dropped", "pool"]
    office.cases.act(ANN, a, "back")
    assert at(office, a) == ["fill"]
    assert all(one.same for one in office.rebuilding.all())
