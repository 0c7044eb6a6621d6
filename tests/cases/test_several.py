"""A case waits for all, any or some of the cases it has created (pattern 12 to 15, 34 to 36)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.linked import at, incidents
from tests.support.office import open_office, person

REVIEW = """
    process: town/review
    title: 集中评审
    noun: 评审
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions:
          submit: {title: 提交, to: assess}
          open:
            title: 先送评估
            verb: record
            do: [{create: {process: town/assessment, with: {subject: data.subject, unit: data.unit},
                           link: early}}]
          gather: {title: 等待评估, verb: submit, to: gather}
      assess:
        title: 各项评估
        call:
          process: town/assessment
          each: %(each)s
          with: {subject: item, unit: data.unit}
          link: assessment
          join: %(join)s
        actions:
          back:
            title: 退回
            verb: return
            who: {permission: review, organisation: data.unit}
            to: fill
        to:
          - {when: "created.assessment.all(a, a.outcome == 'fit')", then: passed}
          - {then: failed}
      gather:
        title: 等待先送的评估
        wait: {case: early, join: %(wait)s}
        outcomes:
          ended:
            - {when: "created.early.exists(e, e.open)", then: partly}
            - {then: passed}
      partly: {title: 部分完成, end: success}
      passed: {title: 通过, end: success}
      failed: {title: 不通过, end: failure}
"""
ASSESSMENT = """
    process: town/assessment
    title: 评估
    form: request
    steps:
      check:
        title: 评估
        who: {permission: check, organisation: data.unit}
        actions:
          pass: {title: 合适, to: fit}
          fail: {title: 不合适, to: unfit}
      fit:
        title: 合适
        end: success
        actions:
          again:
            title: 重新评估
            verb: reopen
            who: {permission: check, organisation: data.unit}
            to: check
      unfit: {title: 不合适, end: failure}
      dropped: {title: 终止, end: cancelled}
"""
APPLICANT = person("张三")
REVIEWER, CHECKER = person("王审", "一所"), person("赵复", "一所")
VALUES = {"unit": "一所", "subject": "甲"}


def town(join: str = "all", each: str = "\"['甲', '乙', '丙']\"", wait: str = "all") -> Platform:
    return open_office(
        more={
            "definitions/processes/town/review.yaml": REVIEW
            % {"join": join, "each": each, "wait": wait},
            "definitions/processes/town/assessment.yaml": ASSESSMENT,
        }
    )


@pytest.fixture
def opened() -> Iterator[list[Platform]]:
    found: list[Platform] = []
    yield found
    for one in found:
        one.close()


def a_review(platform: Platform, *does: str) -> str:
    uid = platform.cases.start(APPLICANT, "town/review", VALUES).uid
    for action in does:
        platform.cases.act(APPLICANT, uid, action, data=VALUES)
    return uid


def created(platform: Platform, uid: str) -> list[str]:
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [one.uid for one in unit.links.of(row.id)]


def same(platform: Platform) -> bool:
    return all(found.same for found in platform.rebuilding.all())


@pytest.mark.req("ENG-19", "ENG-04")
@pytest.mark.parametrize(("last", "place"), [("pass", "passed"), ("fail", "failed")])
def test_all_of_them_have_to_end_and_their_ends_are_read(
    opened: list[Platform], last: str, place: str
) -> None:
    platform = town()
    opened.append(platform)
    uid = a_review(platform, "submit")
    first, second, third = created(platform, uid)
    assert at(platform, uid) == "assess"
    platform.cases.act(CHECKER, second, "pass")
    platform.cases.act(CHECKER, first, "pass")
    assert at(platform, uid) == "assess"
    # Until the last has ended each may still be opened again, and is waited for again.
    platform.cases.act(CHECKER, first, "again")
    platform.cases.act(CHECKER, third, last)
    assert at(platform, uid) == "assess"
    platform.cases.act(CHECKER, first, "pass")

    assert at(platform, uid) == place
    with pytest.raises(Refused, match="creator_went_on"):
        platform.cases.act(CHECKER, first, "again")
    assert same(platform)


@pytest.mark.req("ENG-19", "ENG-04")
@pytest.mark.parametrize(("join", "needed"), [("any", 1), ("2", 2), ("7", 3)])
def test_with_some_of_them_the_others_are_cancelled(
    opened: list[Platform], join: str, needed: int
) -> None:
    platform = town(join)
    opened.append(platform)
    uid = a_review(platform, "submit")
    cases = created(platform, uid)
    for number, one in enumerate(cases[:needed]):
        assert at(platform, uid) == "assess", number
        platform.cases.act(CHECKER, one, "pass")

    # Those nobody waits for any more are over too, and are no result of the round.
    assert at(platform, uid) == ("passed" if needed == 3 else "failed")
    assert [at(platform, one) for one in cases[needed:]] == ["dropped"] * (3 - needed)
    assert same(platform)


@pytest.mark.req("ENG-19")
def test_with_nothing_to_wait_for_it_goes_on_at_once(opened: list[Platform]) -> None:
    platform = town(each="\"['甲'].filter(x, x == '乙')\"")
    opened.append(platform)

    assert at(platform, a_review(platform, "submit")) == "passed"
    assert at(platform, a_review(platform, "gather")) == "passed"
    assert same(platform)


@pytest.mark.req("ENG-19", "ENG-12")
def test_a_return_cancels_them_and_the_next_round_reads_its_own(opened: list[Platform]) -> None:
    platform = town()
    opened.append(platform)
    uid = a_review(platform, "submit")
    early = created(platform, uid)
    platform.cases.act(CHECKER, early[0], "fail")
    platform.cases.act(REVIEWER, uid, "back")
    assert [at(platform, one) for one in early] == ["unfit", "dropped", "dropped"]

    platform.cases.act(APPLICANT, uid, "submit", data=VALUES)
    for one in created(platform, uid)[3:]:
        platform.cases.act(CHECKER, one, "pass")

    assert at(platform, uid) == "passed"
    assert same(platform)


@pytest.mark.req("ENG-19", "ENG-04")
@pytest.mark.parametrize(("wait", "place"), [("all", "passed"), ("2", "partly")])
def test_as_many_as_were_created_by_then_are_waited_for_and_live_on(
    opened: list[Platform], wait: str, place: str
) -> None:
    platform = town(wait=wait)
    opened.append(platform)
    # How many there will be nobody knows beforehand.
    uid = a_review(platform, "open", "open", "open")
    early = created(platform, uid)
    platform.cases.act(CHECKER, early[0], "pass")
    platform.cases.act(APPLICANT, uid, "gather", data=VALUES)
    assert at(platform, uid) == "gather"
    platform.cases.act(CHECKER, early[1], "pass")
    if wait == "all":
        assert at(platform, uid) == "gather"
        platform.cases.act(CHECKER, early[2], "pass")

    assert at(platform, uid) == place
    assert at(platform, early[2]) == ("fit" if wait == "all" else "check")
    assert same(platform)


@pytest.mark.req("ENG-19", "ENG-14")
def test_a_suspended_case_goes_on_when_it_is_resumed(opened: list[Platform]) -> None:
    platform = town()
    opened.append(platform)
    uid = a_review(platform, "submit")
    monitor = person("马监", "市局")
    platform.interventions.suspend(monitor, uid, "核实")
    for one in created(platform, uid):
        platform.cases.act(CHECKER, one, "pass")
    assert at(platform, uid) == "assess"

    platform.interventions.resume(monitor, uid, "核实完毕")

    assert at(platform, uid) == "passed"
    assert same(platform)


ALONE = """
    process: town/review
    title: 集中评审
    noun: 评审
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: gather}}
      gather:
        title: 等待评估
        do:
          - create:
              process: town/assessment
              each: "[data.subject].filter(s, s != '甲')"
              with: {subject: item, unit: data.unit}
              link: early
        wait: {case: early}
        outcomes: {fit: passed}
        to: dropped
      passed: {title: 通过, end: success}
      dropped: {title: 终止, end: cancelled}
"""


@pytest.mark.req("ENG-19", "ENG-06")
@pytest.mark.parametrize(("subject", "waits"), [("甲", False), ("乙", True)])
def test_waiting_for_one_of_an_empty_list_is_an_incident(
    opened: list[Platform], subject: str, waits: bool
) -> None:
    """The step creates a case for each of a list, which is empty: nobody was told, it waited on."""
    platform = open_office(
        more={
            "definitions/processes/town/review.yaml": ALONE,
            "definitions/processes/town/assessment.yaml": ASSESSMENT,
        }
    )
    opened.append(platform)
    uid = platform.cases.start(APPLICANT, "town/review", VALUES).uid
    platform.cases.act(APPLICANT, uid, "submit", data={**VALUES, "subject": subject})

    assert at(platform, uid) == "gather"
    assert len(created(platform, uid)) == waits
    assert incidents(platform, uid) == ([] if waits else ["no_linked_case"])
    assert same(platform)
