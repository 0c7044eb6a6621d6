"""A number of a pool that has none left, and a case that its process does not let begin.

Both inside a branch: by an action, after a wait, and as the outcome of a vote.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import FILES as OFFICE
from tests.support.office import open_office, person

TAKE = "number: {pool: tickets, of: data.unit, into: number}"
BEGIN = "create: {process: town/guarded, with: {unit: data.unit}}"
PROCESS = """
    process: town/ticketing
    title: 取号
    form: ticketing
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: both}}
      both:
        title: 办理
        parallel:
          join: all
          branches:
            waiting:
              rest: {title: 等待, wait: {until: "days(today, data.days)"}, to: waited}
              waited: {title: 等到, do: [{EFFECT}], to: join}
            council:
              vote:
                title: 投票
                panel: {voters: data.voters, decide: all}
                outcomes: {passed: decided, failed: join}
              decided: {title: 决定, do: [{EFFECT}], to: join}
            desk:
              look:
                title: 查看
                who: initiator
                actions:
                  act: {title: 办理, verb: pass, to: join, do: [{EFFECT}]}
                  pass: {title: 看过, to: join}
        to: done
      done: {title: 结束, end: success}
"""
GUARDED = """
    process: town/guarded
    title: 登记
    noun: 登记
    form: ticketing
    start:
      who: {permission: review}
      require: [{that: data.unit.staff > 500, say: 该单位人数不足}]
    steps:
      look:
        title: 查看
        who: {permission: review, organisation: data.unit}
        actions: {pass: {title: 看过, to: done}}
      done: {title: 结束, end: success}
"""
MORE = {
    "forms/ticketing.yaml": """
        form: ticketing
        title: 取号
        properties:
          unit: {title: 单位, reference: organisations, index: true}
          days: {title: 天数, type: integer}
          number: {title: 编号, type: string}
          voters: {title: 投票人, items: {reference: people}}
        """,
    "forms/block.yaml": """
        form: block
        title: 编号段
        properties:
          unit: {title: 单位, reference: organisations, index: true}
          first: {title: 开始, type: integer}
          last: {title: 结束, type: integer}
        """,
    "definitions/registers/blocks.yaml": """
        register: blocks
        title: 编号段
        form: block
        label: unit
        ranges: {first: first, last: last, of: unit}
        indexes: [unit]
        permissions: {view: manage_units, create: manage_units}
        """,
    "definitions/jurisdictions/town.yaml": OFFICE["definitions/jurisdictions/town.yaml"]
    + """
        pools:
          tickets: {title: 取号, format: "{credit_code}-{number:03}", ranges: blocks}
        """,
    "definitions/processes/town/guarded.yaml": GUARDED,
}
ANN, LI, BOSS = person("张三"), person("李四"), person("钱管", "市局")
MONITOR = person("马监", "市局")
UNIT = "一所"


def an_office(effect: str) -> Platform:
    process = PROCESS.replace("EFFECT", effect)
    return open_office(more=MORE | {"definitions/processes/town/ticketing.yaml": process})


def mend(office: Platform, effect: str) -> None:
    """Do away with what stood in the way."""
    if effect == TAKE:
        office.registers.create(BOSS, "blocks", {"unit": UNIT, "first": 7, "last": 7})
    else:
        office.registers.change(BOSS, "organisations", UNIT, {"staff": 501})


def begun(office: Platform, *, days: int = 9) -> str:
    uid = office.cases.start(ANN, "town/ticketing", {}).uid
    data = {"unit": UNIT, "days": days, "voters": ["李四"]}
    office.cases.act(ANN, uid, "submit", data=data)
    return uid


def result(office: Platform, uid: str) -> tuple[object, int]:
    """The number that was given, and how many cases there are of the other process."""
    with office.store.read() as unit:
        loaded = office.casework.load(unit, uid)
        rows = [unit.cases.load(one.uid) for one in office.rebuilding.all()]
    others = sum(row is not None and row.process == "town/guarded" for row in rows)
    return loaded.data.get("number"), others


CODES = {TAKE: "numbers_short", BEGIN: "requirement"}
DONE = {TAKE: ("111-007", 0), BEGIN: (None, 1)}
both = pytest.mark.parametrize("effect", [TAKE, BEGIN], ids=["number", "create"])


@pytest.mark.req("ENG-14", "ENG-19", "CERT-05")
@both
def test_an_action_in_a_branch_is_refused_whole_and_done_once_it_can_be(effect: str) -> None:
    office = an_office(effect)
    uid = begun(office)
    before = office.store.content()

    with pytest.raises(Refused) as refused:
        office.cases.act(ANN, uid, "act", at="look")
    assert (refused.value.code, office.store.content()) == (CODES[effect], before)

    mend(office, effect)
    office.cases.act(ANN, uid, "act", at="look")
    assert result(office, uid) == DONE[effect]


@pytest.mark.req("ENG-12", "ENG-14", "ENG-19")
@both
def test_the_last_ballot_in_a_branch_is_refused_whole_and_cast_once_it_can_be(effect: str) -> None:
    office = an_office(effect)
    uid = begun(office)
    before = office.store.content()

    with pytest.raises(Refused) as refused:
        office.cases.vote(LI, uid, {"": {"choice": "agree"}}, at="vote")
    assert (refused.value.code, office.store.content()) == (CODES[effect], before)

    mend(office, effect)
    office.cases.vote(LI, uid, {"": {"choice": "agree"}}, at="vote")
    assert result(office, uid) == DONE[effect]


@pytest.mark.req("ENG-14", "ENG-19")
@both
def test_after_a_wait_it_is_an_incident_and_the_other_branches_go_on(effect: str) -> None:
    office = an_office(effect)
    uid = begun(office, days=1)
    office.clock.set(office.clock.now() + timedelta(days=2))
    office.cases.tick()

    (incident,) = office.incidents.unresolved(MONITOR)
    assert (incident.code, incident.params["why"][0]) == ("timer_failed", CODES[effect])
    assert result(office, uid) == (None, 0)
    office.cases.act(ANN, uid, "pass", at="look")

    mend(office, effect)
    office.interventions.retry(MONITOR, uid, "处理好了")
    office.cases.tick()
    assert result(office, uid) == DONE[effect]
    assert office.incidents.unresolved(MONITOR) == []
    assert all(one.same for one in office.rebuilding.all())
