"""Panels through the services: ballots, turns, declining, rounds; every case can be rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from engine.domain.case import Place
from engine.domain.errors import NotFound, Refused
from engine.services.platform import Platform
from engine.store.session import Session
from tests.support.office import NINE, open_office, person

PAPER = """
    form: paper
    title: 选票
    required: [choice]
    properties:
      choice: {title: 意见, codes: votes}
      score: {title: 得分, type: number, minimum: 0, maximum: 100}
    """
VOTES = """
    codes: votes
    title: 表决意见
    values: {agree: {title: 同意}, against: {title: 反对}, abstain: {title: 弃权}}
    """
PROPOSAL = """
    form: proposal
    title: 提案
    properties:
      subject: {title: 事由, type: string, index: true}
      voters: {title: 投票人, items: {reference: people}}
      guests: {title: 列席, items: {reference: people}}
      until: {title: 截止, format: date}
    """
PROCESS = """
    process: town/vote
    title: 表决
    noun: 提案
    form: proposal
    start: {who: person}
    steps:
      fill:
        title: 填写
        status: draft
        who: initiator
        edit: all
        actions: {open: {title: 提交表决, to: vote}}
      vote:
        title: 表决
        status: pending
        due: {by: data.until}
        panel: {voters: %s, %s}
        actions:
          note:
            {title: 记录, verb: record, ask: [opinion],
             who: {permission: check, organisation: jurisdiction.bureau}}
          stop: {title: 停止, verb: pass, to: late,
                 who: {permission: check, organisation: jurisdiction.bureau}}
        outcomes: {%s}
      done: {title: 通过, status: done, end: success}
      lost: {title: 未通过, status: done, end: failure}
      late: {title: 未完成, status: done, end: failure}
    """
OUTCOMES = "passed: done, failed: lost, short: late"
AGREE, AGAINST = {"": {"choice": "agree"}}, {"": {"choice": "against"}}
Make = Callable[..., "Vote"]


class Vote:
    """A case that people vote on."""

    def __init__(self, town: Platform, voters: int, **data: Any) -> None:
        self.town = town
        self.people = [f"v{number}" for number in range(voters)]
        with town.store.write() as unit:
            town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
            for name in (*self.people, "guest", "spare"):
                jobs = [{"unit": "一所", "current": True}] if name in self.people else []
                town.records.add(
                    unit, town.release.registers["people"],
                    {"basics": {"name": name}, "jobs": jobs},
                    jurisdiction="town", at=NINE, key=name,
                )  # fmt: skip
        starter, entered = person("张三"), {"voters": self.people, **data}
        self.uid = town.cases.start(starter, "town/vote", entered).uid
        town.cases.act(starter, self.uid, "open", data=entered)

    def cast(self, voter: str, paper: Mapping[str, Any] = AGREE) -> None:
        self.town.cases.vote(person(voter), self.uid, paper)

    @property
    def waiting(self) -> list[str | None]:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return [item.person for item in unit.work.of(row.id)]

    @property
    def step(self) -> str:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return row.step

    def rebuilt(self) -> bool:
        return self.town.rebuilding.rebuild(self.uid).same


@pytest.fixture
def vote() -> Make:
    """A vote under the keys of a panel; its town is empty but for the voters."""

    def make(
        keys: str,
        voters: int = 3,
        outcomes: str = OUTCOMES,
        who: str = "data.voters",
        **data: Any,
    ) -> Vote:
        more = {
            "forms/paper.yaml": PAPER,
            "forms/proposal.yaml": PROPOSAL,
            "definitions/codes/votes.yaml": VOTES,
            "definitions/processes/town/vote.yaml": PROCESS % (who, keys, outcomes),
        }
        return Vote(open_office(more=more), voters, **data)

    return make


@pytest.mark.req("ENG-12")
def test_who_has_voted_is_waited_for_no_more_and_votes_once(vote: Make) -> None:
    case = vote("decide: {pass: {option: agree, more_than: 1/2, of: voters}}")

    case.cast("v1", AGAINST)

    assert case.waiting == ["v0", "v2"]
    assert case.rebuilt()
    with pytest.raises(Refused) as refused:
        case.cast("v1")
    assert refused.value.code == "voted_already"
    case.cast("v0")
    case.cast("v2")
    assert case.step == "done"
    assert case.rebuilt()


def test_enough_is_asked_of_all_ballots_without_opening_them(
    vote: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = vote(
        "ballot: paper, invalid: ballot.score == null, enough: vote.counts.agree >= 2"
        " && vote.valid >= 2 && vote.means.score >= 7.5,"
        " decide: {pass: {option: agree, at_least: 2/3, of: valid}}",
        voters=9,
    )
    case.cast("v0", {"": {"choice": "agree", "score": 5}})
    case.cast("v1", {"": {"choice": "agree"}})  # counts in the turnout only
    assert case.step == "vote"
    case.cast("v2", {"": {"choice": "agree", "score": 9}})
    assert case.step == "vote"  # the mean is 7
    case.cast("v3", {"": {"choice": "against", "score": 8.5}})

    assert case.step == "done"
    assert case.rebuilt()


def test_a_ballot_asks_the_database_as_often_among_many_as_among_few(
    vote: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = "enough: vote.cast == vote.voters"
    asked: list[str] = []
    execute = Session._execute

    def counted(self: Session, sql: str, values: dict[str, Any]) -> None:
        asked.append(sql)
        execute(self, sql, values)

    monkeypatch.setattr(Session, "_execute", counted)
    queries = []
    for voters in (4, 60):
        case = vote(keys, voters=voters)
        for voter in case.people[:-2]:
            case.cast(voter)
        asked.clear()
        case.cast(case.people[-2])
        queries.append(len(asked))
        assert case.step == "vote"
        read = [sql for sql in asked if "FROM ballots" in sql]
        assert not read, "a ballot opens no other one"

    assert queries[0] == queries[1]


@pytest.mark.req("ENG-12")
def test_one_votes_after_the_other_in_the_order_of_the_voters(vote: Make) -> None:
    case = vote("in_turn: true, present: data.guests", guests=["v0", "v2"])

    assert case.waiting == ["v0"]
    with pytest.raises(Refused) as refused:
        case.cast("v2")
    assert (refused.value.code, refused.value.params["person"]) == ("not_your_turn", "v0")
    case.cast("v0")
    assert case.waiting == ["v2"]  # v1 has not come
    assert case.rebuilt()
    case.cast("v2")

    assert case.step == "done"
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_a_seat_that_is_declined_waits_until_somebody_is_named(vote: Make) -> None:
    case = vote("may_decline: true")
    cases, leader = case.town.cases, person("周局", "市局")

    with pytest.raises(Refused) as refused:
        cases.decline(person("v1"), case.uid, " ")
    assert refused.value.code == "reason_needed"
    cases.decline(person("v1"), case.uid, "与申请人有利害关系")
    assert case.waiting == ["v0", "v2"]
    case.cast("v0")
    case.cast("v2")
    assert case.step == "vote", "the seat is not taken yet"
    with pytest.raises(Refused) as refused:
        case.cast("v1")
    assert refused.value.code == "declined_already"

    with pytest.raises(Refused):
        cases.replace(person("v0"), case.uid, "v1", "spare", "替补")
    with pytest.raises(Refused) as refused:
        cases.replace(leader, case.uid, "v1", "张三", "替补")
    assert refused.value.code == "nobody_to_vote", "who asks does not vote"
    with pytest.raises(Refused) as refused:
        cases.replace(leader, case.uid, "v0", "spare", "替补")
    assert refused.value.code == "no_such_seat", "v0 has voted"
    with pytest.raises(Refused) as refused:
        case.town.interventions.replace(leader, case.uid, "v1", "spare", "替补")
    assert refused.value.code != "no_such_seat", "only administrators intervene"
    cases.replace(leader, case.uid, "v1", "spare", "替补")
    assert case.waiting == ["spare"]
    assert case.rebuilt()
    texts = [text for entry in case.town.views.course(leader, case.uid) for text in entry.texts]
    assert ("", "与申请人有利害关系") in texts
    case.cast("spare")

    assert case.step == "done"
    assert case.rebuilt()


def test_an_administrator_names_somebody_where_nobody_leads(vote: Make) -> None:
    case = vote("may_decline: true, in_turn: true")
    administrator = person("马监", "市局")
    case.town.cases.decline(person("v0"), case.uid, "出差")
    assert case.waiting == ["v1"]

    offered = {one.name for one in case.town.interventions.offers(administrator, case.uid)}
    case.town.interventions.replace(administrator, case.uid, "v0", "spare", "补一人")

    assert "replace" in offered
    assert case.waiting == ["spare"]
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_who_declines_is_replaced_by_lot_with_the_seed_of_the_drawing(vote: Make) -> None:
    drawn = "{draw: 2, from: people, where: it.has_job}"
    case = vote("may_decline: true", voters=3, who=drawn)
    first = case.waiting
    declined, kept = first
    case.town.cases.decline(person(declined), case.uid, "出差")

    second = case.waiting
    assert kept in second
    assert len(second) == 2
    assert declined not in second
    assert case.rebuilt()
    with pytest.raises(Refused) as refused:
        case.town.cases.replace(person("周局", "市局"), case.uid, kept, declined, "换人")
    assert refused.value.code == "not_to_be_drawn"
    (last,) = set(second) - set(first)
    case.town.cases.decline(person(last), case.uid, "也出差")  # now nobody is left to be drawn
    assert case.waiting == [kept]
    assert case.rebuilt()


@pytest.mark.req("SEC-01")
def test_a_secret_ballot_leads_to_nobody(vote: Make) -> None:
    case = vote("secret: true, observers: data.guests", guests=["guest"])
    case.cast("v1", AGAINST)
    case.cast("v0")

    with case.town.store.read() as unit:
        row = unit.cases.load(case.uid)
        assert row is not None
        state = orjson.loads(row.state)
        place = Place.from_json(state["place"])
        ballots = unit.ballots.of(row, place)
        events = unit.journal.of(row.id)
        said = [unit.blobs.get(one.data_hash) for one in events if one.data_hash is not None]
    assert {one.voter for one in ballots}.isdisjoint(case.people)
    assert len({one.cast_at for one in ballots}) == 1
    assert "against" not in str(said)
    course = case.town.views.course(person("guest"), case.uid)
    assert [entry.person for entry in course if entry.kind == "vote"] == ["", ""]


def test_observers_see_the_case_and_have_no_ballot(vote: Make) -> None:
    case = vote("observers: data.guests", guests=["guest"])

    assert case.town.views.view(person("guest"), case.uid).step == "vote"
    with pytest.raises(NotFound):
        case.town.views.view(person("spare"), case.uid)
    with pytest.raises(Refused) as refused:
        case.cast("guest")
    assert refused.value.code == "not_a_voter"
    assert "guest" not in case.waiting


@pytest.mark.req("ENG-12")
@pytest.mark.parametrize(
    ("outcomes", "ends"),
    [("passed: done, failed: lost, short: late", "late"), ("passed: done, failed: lost", "done")],
)
def test_with_too_few_at_the_deadline_the_vote_is_short_where_that_leads_anywhere(
    vote: Make, outcomes: str, ends: str
) -> None:
    keys = "decide: {pass: {option: agree, at_least: 1/2, of: valid}}"
    case = vote(keys, outcomes=outcomes, until="2026-09-02")
    case.cast("v0")

    case.town.clock.set(NINE + timedelta(days=2))
    case.town.cases.tick()

    assert case.step == ends
    assert case.rebuilt()
