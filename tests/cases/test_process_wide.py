"""Actions of the process, taken while a vote, branches, a chain or stages are half through."""

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import FILES, open_office, person

REQUEST = "forms/request.yaml"
MORE = """          people: {title: 投票人, items: {reference: people}}
          plans:"""
HERE = "{permission: review, organisation: data.unit}"
PROCESS = f"""
    process: town/wide
    title: 申请
    form: request
    start: {{who: person}}
    actions:
      drop: {{title: 撤销申请, verb: cancel, to: dropped, who: initiator, ask: [reason]}}
      jump:
        title: 直接办理
        verb: pass
        to: last
        during: [vote, checks, up, staged]
        who: {{permission: check, organisation: data.unit}}
      note:
        title: 备注
        verb: record
        ask: [opinion]
        who: {{permission: check, organisation: data.unit}}
    steps:
      fill: {{status: draft, who: initiator, edit: all, actions: {{submit: {{to: sort}}}}}}
      sort:
        status: pending
        to:
          - {{when: data.subject == 'vote', then: vote}}
          - {{when: data.subject == 'checks', then: checks}}
          - {{when: data.subject == 'up', then: up}}
          - {{then: staged}}
      vote:
        status: pending
        panel: {{voters: data.people}}
        outcomes: {{passed: last, failed: last}}
      checks:
        status: pending
        to: last
        parallel:
          branches:
            one:
              first: {{who: {HERE}, status: pending, actions: {{pass: {{to: second}}}}}}
              second: {{who: {HERE}, status: pending, actions: {{pass: {{to: join}}}}}}
            other:
              beside: {{who: {HERE}, status: pending, actions: {{pass: {{to: join}}}}}}
      up:
        who: {{permission: review}}
        status: pending
        chain: {{route: superior, from: data.unit}}
        actions: {{pass: {{to: next}}}}
        to: last
      staged:
        who: {HERE}
        status: pending
        allow: [claim, add_signer]
        stages: {{early: {{}}, middle: {{}}, late: {{}}}}
        actions: {{pass: {{to: last}}}}
      last: {{who: {HERE}, status: pending, actions: {{pass: {{to: done}}}}}}
      done: {{status: done, end: success}}
      dropped: {{status: done, end: cancelled}}
    """
APPLICANT, REVIEWER, CHIEF = person("张三"), person("王审", "一所"), person("赵复", "一所")


@pytest.fixture(scope="module")
def office():
    form = FILES[REQUEST].replace("          plans:", MORE)
    platform = open_office(more={"definitions/processes/town/wide.yaml": PROCESS, REQUEST: form})
    with platform.store.write() as unit:
        platform.directory.grant(unit, "王审", "reviewer", "一分局", jurisdiction="town")
        platform.directory.grant(unit, "周局", "reviewer", "市局", jurisdiction="town")
    yield platform
    platform.close()


def half_through(office: Platform, scope: str) -> str:
    entered = {"unit": "一所", "subject": scope, "people": ["李四", "钱管"]}
    uid = office.cases.start(APPLICANT, "town/wide", entered).uid
    office.cases.act(APPLICANT, uid, "submit", data=entered)
    match scope:
        case "vote":
            office.cases.vote(person("李四"), uid, {"": {"choice": "agree"}})
        case "checks":
            office.cases.act(REVIEWER, uid, "pass", at="first")
        case "up":
            office.cases.act(person("王审", "一分局"), uid, "pass")
        case "staged":
            office.cases.act(REVIEWER, uid, "pass")
    return uid


def waits(office: Platform, uid: str) -> list[tuple[str, str | None, str | None]]:
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        rows = unit.work.of(row.id)
    return sorted((one.step, one.stage, one.person or one.organisation) for one in rows)


@pytest.mark.req("ENG-05")
@pytest.mark.parametrize("scope", ["vote", "checks", "up", "staged"])
def test_an_action_of_the_process_does_there_what_it_says(office: Platform, scope: str) -> None:
    uid = half_through(office, scope)
    here = waits(office, uid)
    assert here

    office.cases.act(CHIEF, uid, "note", input={"opinion": "已电话核实"})
    assert waits(office, uid) == here, "a note changes nothing"
    office.cases.act(CHIEF, uid, "jump")
    assert waits(office, uid) == [("last", None, "一所")], "not only the next stage"
    office.cases.withdraw(CHIEF, uid)
    assert waits(office, uid) == here, "withdrawn, everybody is where they were"
    office.cases.act(APPLICANT, uid, "drop", input={"reason": "不办了"})

    assert waits(office, uid) == []
    assert office.views.view(APPLICANT, uid).step == "dropped"
    assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-05", "REV-27")
@pytest.mark.parametrize("held", ["claimed", "signing"])
def test_holders_hold_up_the_task_and_not_what_others_may_do(office: Platform, held: str) -> None:
    """A claim and somebody asked to sign before keep nobody from an action of the process."""
    uid = half_through(office, "staged")
    if held == "claimed":
        office.cases.claim(REVIEWER, uid)
    else:
        asked = {"person": "赵复", "mode": "before"}
        office.operations.do(REVIEWER, uid, "add_signer", asked)
    with office.store.write() as unit:
        office.directory.grant(unit, "钱管", "reviewer", "一所", jurisdiction="town")
    colleague = person("钱管", "一所")

    with pytest.raises(Refused, match=r"claimed_by_other|waits_for_signer"):
        office.cases.act(colleague, uid, "pass")
    offered = {one.name: one.allowed for one in office.offering.offers(CHIEF, uid)}
    assert offered["jump"]
    assert office.cases.act(CHIEF, uid, "jump").uid == uid
    assert waits(office, uid) == [("last", None, "一所")]
    assert office.rebuilding.rebuild(uid).same


def test_the_applicant_breaks_off_while_somebody_has_to_sign(office: Platform) -> None:
    uid = half_through(office, "staged")
    office.operations.do(REVIEWER, uid, "add_signer", {"person": "赵复", "mode": "before"})

    office.cases.act(APPLICANT, uid, "drop", input={"reason": "不再需要"})

    assert waits(office, uid) == []
