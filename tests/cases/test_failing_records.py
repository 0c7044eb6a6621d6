"""What a process writes past the form of a register, and expressions that have no value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import open_office, person

FILES = {
    "forms/loan.yaml": """
        form: loan
        title: 借用
        required: [thing]
        properties:
          thing: {title: 物品, type: string, maxLength: 4}
          kind: {title: 类别, codes: kinds}
          back_on: {title: 归还日期, format: date}
          person: {title: 借用人, reference: people}
        """,
    "forms/wish.yaml": """
        form: wish
        title: 借用申请
        properties:
          thing: {title: 物品, type: string}
          other: {title: 别称, type: string}
          days: {title: 天数, type: integer}
        """,
    "definitions/registers/loans.yaml": """
        register: loans
        title: 借用记录
        form: loan
        label: thing
        indexes: [thing, person]
        states: {out: {title: 借出}, back: {title: 归还}}
        permissions: {view: review}
        """,
    "definitions/processes/town/lending.yaml": """
        process: town/lending
        title: 借用
        form: wish
        start: {who: person}
        steps:
          fill:
            title: 填写
            who: initiator
            edit: all
            actions:
              submit:
                title: 提交
                to: both
                do: [{record: {register: loans, set: {thing: data.thing, person: initiator}}}]
              note:
                title: 登记
                verb: record
                do: [{record: {register: loans, incomplete: true, set: {person: initiator}}}]
          both:
            title: 办理
            parallel:
              join: all
              branches:
                late:
                  rest: {title: 等待, wait: {until: "days(today, 1)"}, to: written}
                  written:
                    title: 登记
                    do:
                      - record:
                          register: loans
                          where: it.person == initiator
                          set: {thing: data.other, back_on: now}
                        when: data.days == null || days(today, data.days) > today
                    to: join
                other:
                  look:
                    title: 查看
                    who: initiator
                    edit: all
                    actions:
                      pass: {title: 看过, to: join}
                      mend: {title: 更正, verb: save}
                      count:
                        title: 计算
                        verb: record
                        when: "days(today, data.days) > today"
            to: done
          done: {title: 结束, end: success}
        """,
}
ANN, MONITOR = person("张三"), person("马监", "市局")


@pytest.fixture(scope="module")
def office() -> Iterator[Platform]:
    platform = open_office(more=FILES)
    yield platform
    platform.close()


def loans(office: Platform) -> list[dict[str, object]]:
    with office.store.read() as unit:
        return [dict(row.data) for row in unit.records.every("loans")]


@pytest.mark.req("ENG-10", "ENG-14")
def test_a_record_that_its_form_refuses_is_told_why_and_the_other_branch_goes_on(
    office: Platform,
) -> None:
    uid = office.cases.start(ANN, "town/lending", {}).uid
    # What an action of a person would write is told to that person; nothing is written.
    with pytest.raises(Refused) as missing:
        office.cases.act(ANN, uid, "submit", data={"other": "一二三四五"})
    with pytest.raises(Refused) as long:
        office.cases.act(ANN, uid, "submit", data={"thing": "一二三四五"})
    assert (missing.value.code, loans(office)) == ("record_refused", [])
    sentences = office.incidents._sentences
    assert sentences.told(missing.value.params["why"]) == "请填写物品"
    assert sentences.told(long.value.params["why"]) == "物品最多 4 个字，现在是 5 个"

    office.cases.act(ANN, uid, "submit", data={"thing": "梯子", "other": "一二三四五"})
    office.clock.set(office.clock.now() + timedelta(days=2))
    office.cases.tick()
    (incident,) = office.incidents.unresolved(MONITOR)
    assert (incident.uid, incident.code) == (uid, "timer_failed")
    assert incident.params["why"][0] == "record_refused"
    assert loans(office) == [{"thing": "梯子", "person": "张三"}]

    # The other branch is not held up; there somebody mends what was wrong.
    office.cases.act(ANN, uid, "mend", data={"other": "长梯"}, at="look")
    office.cases.act(ANN, uid, "pass", at="look")
    office.interventions.retry(MONITOR, uid, "已更正")
    office.cases.tick()
    day = office.clock.now().date().isoformat()
    assert loans(office) == [{"thing": "长梯", "person": "张三", "back_on": day}]
    assert office.incidents.unresolved(MONITOR) == []
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert row.closed_at is not None
    assert all(found.same for found in office.rebuilding.all())


@pytest.mark.req("ENG-14")
def test_what_people_complete_later_may_be_missing(office: Platform) -> None:
    uid = office.cases.start(ANN, "town/lending", {}).uid
    before = len(loans(office))
    office.cases.act(ANN, uid, "note")
    assert len(loans(office)) == before + 1


@pytest.mark.req("ENG-10", "ENG-22")
def test_an_action_whose_condition_has_no_value_is_refused_and_the_others_are_offered(
    office: Platform,
) -> None:
    uid = office.cases.start(ANN, "town/lending", {}).uid
    office.cases.act(ANN, uid, "submit", data={"thing": "桌子", "other": "桌", "days": 10**9})

    offers = {one.name: one for one in office.offering.offers(ANN, uid, at="look")}
    assert offers["pass"].allowed
    assert offers["count"].refusal is not None
    assert offers["count"].refusal.params["expression"] == "days(today, data.days) > today"
    with pytest.raises(Refused, match="value_function"):
        office.cases.act(ANN, uid, "count", at="look")
    choices = office.views.choices(ANN, uid, at="look")
    assert [one.allowed for one in choices if one.name in ("pass", "count")] == [True, False]


@pytest.mark.req("ENG-14")
def test_a_worker_goes_on_with_the_others_where_a_date_has_no_value(office: Platform) -> None:
    uid, other = (office.cases.start(ANN, "town/lending", {}).uid for _ in range(2))
    for one, days in ((uid, 10**9), (other, 2)):
        data = {"thing": "椅子", "other": "椅子", "days": days}
        office.cases.act(ANN, one, "submit", data=data)
    office.clock.set(office.clock.now() + timedelta(days=2))
    office.cases.tick()
    with office.store.read() as unit:
        ends = [unit.work.of(unit.cases.load(one).id) for one in (uid, other)]  # type: ignore[union-attr]
    assert [[item.step for item in items] for items in ends] == [["look"], ["look"]]
    found = [one for one in office.incidents.unresolved(MONITOR) if one.uid in (uid, other)]
    assert [(one.uid, one.params["why"][0]) for one in found] == [(uid, "value_function")]
