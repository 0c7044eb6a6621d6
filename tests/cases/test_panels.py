"""Panels through the services: ballots, turns, declining, rounds; every case can be rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine.domain.errors import Refused
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
        panel: {voters: data.voters, %s}
        actions:
          note:
            {title: 记录, verb: record, ask: [opinion],
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
            for name in (*self.people, "guest", "spare"):
                town.records.add(
                    unit, town.release.registers["people"], {"basics": {"name": name}},
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

    def make(keys: str, voters: int = 3, outcomes: str = OUTCOMES, **data: Any) -> Vote:
        more = {
            "forms/paper.yaml": PAPER,
            "forms/proposal.yaml": PROPOSAL,
            "definitions/codes/votes.yaml": VOTES,
            "definitions/processes/town/vote.yaml": PROCESS % (keys, outcomes),
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
