"""What is foreseen is what happens, and foreseeing it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.foresight import Foreseen, Told, Waits
from engine.services.platform import Platform
from tests.cases.test_connecting import CONTENT
from tests.cases.test_operation_table import (
    APPLICANT,
    CHIEF,
    FIRST,
    MONITOR,
    offers_of,
    open_town,
    taken_to,
)
from tests.support.office import open_office, person

#: everything that leaves a case at once
ALL = {
    **{path: text for path, text in CONTENT.items() if "grant" not in path},
    "definitions/jurisdictions/town.yaml": """
        jurisdiction: town
        title: 本市
        bureau: 市局
        sets: [town]
        pools: {permits: {title: 许可编号, format: "{year}-{number:04}", per_year: true}}
        """,
    "definitions/documents/permit.yaml": """
        document: permit
        title: 许可证
        data: {number: data.number}
        """,
    "definitions/documents/permit.typ": "许可证",
    "definitions/messages/issued.yaml": """
        message: issued
        title: 已许可
        to: initiator
        subject: {zh: "{case.number}已许可", en: "{case.number} was granted"}
        body: {zh: 请领取, en: Please fetch it}
        """,
    "forms/request.yaml": """
        form: request
        title: 申请
        properties:
          unit: {title: 受理单位, reference: organisations, index: true}
          kind: {title: 类别, codes: kinds, index: true}
          amount: {title: 金额, type: number, index: true}
          subject: {title: 事由, type: string, index: true}
          number: {title: 编号, type: string}
          paper: {title: 许可证, type: string}
        """,
    "definitions/processes/town/follow.yaml": """
        process: town/follow
        title: 回访
        form: request
        start: {who: person}
        steps:
          call:
            title: 电话回访
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: 完成, to: done}}
          done: {title: 已回访, end: success}
        """,
    "definitions/processes/town/permit.yaml": """
        process: town/permit
        title: 许可
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            who: initiator
            edit: all
            actions: {submit: {title: 提交, to: issue}}
          issue:
            title: 发证
            who: {permission: check, organisation: data.unit}
            actions:
              pass:
                title: 发放
                to: fetch
                do:
                  - number: {pool: permits, into: number}
                  - document: {template: permit, into: paper}
                  - message: issued
                  - create: {process: town/follow, with: {unit: data.unit}}
                  - connector: {name: ledger, with: {subject: data.subject}}
          fetch:
            title: 领取
            who: {permission: review, organisation: data.unit}
            due: {by: "days(today, 10)"}
            actions: {pass: {title: 已领取, to: done}}
          done: {title: 办结, end: success}
        """,
}
#: what is entered for an operation or intervention
ENTERED = {
    "transfer": {"person": "赵复"},
    "delegate": {"person": "赵复"},
    "add_signer": {"person": "赵复", "mode": "before"},
    "cc": {"people": ["王审"]},
    "extend": {"until": "2026-12-01", "reason": "核实"},
    "decline": {"reason": "有利害关系"},
    "vote": {"choice": "agree"},
    "reroute": {"step": "first"},
}


@pytest.fixture(scope="module")
def town() -> Iterator[Platform]:
    platform = open_town({})
    yield platform
    platform.close()


def foreseen(town: Platform, actor: Actor, uid: str, name: str, stepping_in: bool) -> str | None:
    """Where it would lead, in words, or why not; None where that is kept back."""
    try:
        found = town.foresight.foresee(actor, uid, name, ENTERED.get(name), stepping_in=stepping_in)
    except Refused as refused:
        return refused.code
    return None if found.kept_back else found.place


def done(town: Platform, actor: Actor, uid: str, name: str, stepping_in: bool) -> str:
    """Do it in earnest: where the case is then, in words, or why not."""
    entered = ENTERED.get(name, {})
    try:
        if stepping_in:
            town.interventions.do(actor, uid, name, {"reason": "核实", **entered})
        else:
            town.operations.command(actor, uid, name, entered)
    except Refused as refused:
        return refused.code
    return town.dossiers.open(MONITOR, uid).place


@pytest.mark.req("ENG-18", "REV-27")
@pytest.mark.parametrize("scope", ["sequence", "chain", "nested", "panel", "linked", "member"])
def test_everything_offered_is_foreseen_as_it_happens(town: Platform, scope: str) -> None:
    uid = taken_to(town, scope)
    before = town.store.content()
    seen = []
    for actor in (CHIEF, FIRST, MONITOR):
        for offer in offers_of(town, actor, uid):
            if not (offer.mine and offer.allowed) or offer.stepping_in != (actor is MONITOR):
                continue
            told = foreseen(town, actor, uid, offer.name, offer.stepping_in)
            assert town.store.content() == before, offer.name
            found = done(town, actor, uid, offer.name, offer.stepping_in)
            town.store.fill(before)
            if told is not None:
                seen.append(offer.name)
                assert (offer.name, told) == (offer.name, found)
    assert "suspend" in seen
    assert ("pass" in seen) == (scope not in ("panel", "linked", "member"))


@pytest.mark.req("ENG-18")
def test_it_is_told_who_gets_it_and_what_goes_out() -> None:
    office = open_office(more=ALL)
    uid = office.cases.start(APPLICANT, "town/permit", {"unit": "一所"}).uid
    office.cases.act(APPLICANT, uid, "submit", data={"unit": "一所"})
    before = office.store.content()

    told = office.foresight.foresee(person("赵复", "一所"), uid, "pass")

    number = office.views.view(APPLICANT, uid).number
    assert told == Foreseen(
        place="领取（一所）",
        status="",
        closed=None,
        waits=(Waits("领取", "一所（王审）", 1, "2026-09-11"),),
        messages=(Told(f"{number}已许可", ("张三",), 1),),
        documents=(("许可证", 1),),
        numbers=(("许可编号", 1),),
        systems=(("财政台账", 1),),
        others=(("回访：电话回访", 1),),
    )
    assert office.store.content() == before
    office.close()


@pytest.mark.req("ENG-12")
def test_nobody_learns_from_it_how_a_vote_ends(town: Platform) -> None:
    uid = taken_to(town, "panel")

    for choice in ("agree", "against"):
        told = town.foresight.foresee(FIRST, uid, "vote", {"choice": choice})
        assert told == Foreseen("", "", None, kept_back=True, ballots=(1, 1))
    assert town.views.view(FIRST, uid).step == "vote"


@pytest.mark.req("ENG-18", "APP-05")
def test_starting_is_tried_before_and_refused_alike(town: Platform) -> None:
    before = town.store.content()

    told = town.foresight.starting(APPLICANT, "town/round", {"unit": "一所"})
    with pytest.raises(NotFound, match="no_such_process"):
        town.foresight.starting(APPLICANT, "town/nowhere")

    assert (told.place, told.closed, told.listed) == ("填写（张三）", None, None)
    assert [one.who for one in told.waits] == ["张三"]
    assert town.store.content() == before


@pytest.mark.req("ENG-18")
def test_how_long_a_list_would_be_is_told_before_it_changes(town: Platform) -> None:
    meeting, members = taken_to(town, "meeting"), [taken_to(town, "group") for _ in range(2)]
    with pytest.raises(Refused, match="group_locked"):
        town.foresight.foresee(CHIEF, meeting, "add", {"members": members})
    town.cases.act(CHIEF, meeting, "named")

    told = town.foresight.foresee(FIRST, meeting, "add", {"members": members})
    town.cases.add(FIRST, meeting, members)
    less = town.foresight.foresee(FIRST, meeting, "remove", {"members": members[:1]})

    assert (told.listed, less.listed) == (2, 1)
    assert len(town.views.view(FIRST, meeting).members) == 2


def test_what_would_be_refused_is_refused_with_the_same_sentence(town: Platform) -> None:
    uid = taken_to(town, "end")

    with pytest.raises(Refused, match="case_closed"):
        town.foresight.foresee(CHIEF, uid, "pass")
    with pytest.raises(Refused, match="case_closed"):
        town.foresight.foresee(MONITOR, uid, "cancel", stepping_in=True)
    with pytest.raises(NotFound, match="no_such_case"):
        town.foresight.foresee(person("陌生", "二分局"), uid, "reopen")
    # Whoever may write may write again: what was tried is over.
    town.cases.act(CHIEF, uid, "reopen")
