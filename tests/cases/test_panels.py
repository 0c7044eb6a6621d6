"""Panels through the services: ballots, turns, declining, rounds; every case can be rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from engine.domain.errors import NotFound, Refused
from engine.services.platform import Platform
from engine.store.ballots import Round
from engine.store.session import Session
from engine.store.unit import UnitOfWork
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
FEW = """
    rule: rules/few-against
    title: 反对不超过一票
    inputs:
      against: {title: 反对, type: integer}
    outputs:
      passes: {title: 通过, type: boolean}
    rows:
      - {when: {against: "<= 1"}, then: true}
      - {when: {against: "> 1"}, then: false}
    """
OUTCOMES = "passed: done, failed: lost, short: late"
AGREE, AGAINST = {"": {"choice": "agree"}}, {"": {"choice": "against"}}
Make = Callable[..., "Vote"]


def known(town: Platform, unit: UnitOfWork, people: Iterable[str], *, employed: bool) -> None:
    """Put people into their register; only those with a job can be drawn."""
    for name in people:
        jobs = [{"unit": "一所", "current": True}] if employed else []
        town.records.add(
            unit, town.release.registers["people"], {"basics": {"name": name}, "jobs": jobs},
            jurisdiction="town", at=NINE, key=name,
        )  # fmt: skip


class Vote:
    """A case that people vote on."""

    def __init__(self, town: Platform, voters: int, **data: Any) -> None:
        self.town = town
        self.people = [f"v{number}" for number in range(voters)]
        with town.store.write() as unit:
            town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
            known(town, unit, self.people, employed=True)
            known(town, unit, ("guest", "spare"), employed=False)
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
            "definitions/rules/few-against.yaml": FEW,
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
        step, *_, visit = state["place"]
        ballots = unit.ballots.of(row, Round(step, visit))
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


# -------------------------------------------------------------------- several rounds

ENTRY = """
    process: town/entry
    title: 参评
    form: proposal
    start: {who: person}
    steps:
      fill: {title: 填写, status: draft, who: initiator, actions: {submit: {title: 提交, to: pool}}}
      pool: {title: 待评, status: pending, wait: {group: town/board}, outcomes: {passed: done}}
      done: {title: 通过, status: done, end: success}
    """
BOARD = """
    process: town/board
    title: 评议
    form: proposal
    members: {processes: [town/entry], waiting_at: pool, lock: [vote, closing]}
    start: {who: {permission: check}}
    steps:
      agenda:
        title: 议程
        status: draft
        who: {permission: check, organisation: jurisdiction.bureau}
        edit: all
        actions: {open: {title: 开会, to: vote}}
      vote:
        title: 表决
        status: pending
        panel: {voters: data.voters, about: members, ballot: paper, %s}
        outcomes: {decided: closing}
      closing:
        title: 纪要
        status: pending
        who: {permission: check, organisation: jurisdiction.bureau}
        actions:
          close:
            title: 确认
            to: done
            do: [{release: {which: member.row.passed, as: passed}}, {release: {as: removed}}]
      done: {title: 结束, status: done, end: success}
    """
FEWEST = """
    rule: rules/fewest-against
    title: 反对不超过一票的通过
    hit: first
    inputs:
      against: {title: 反对, type: integer}
      tied: {title: 并列人数, type: integer}
    outputs:
      passes: {title: 通过, type: boolean}
    rows:
      - {when: {against: "<= 1", tied: ">= 2"}, then: true}
      - {then: false}
    """


class Board:
    """A panel about several cases."""

    def __init__(self, decide: str, voters: int, entries: int) -> None:
        more = {
            "forms/paper.yaml": PAPER,
            "forms/proposal.yaml": PROPOSAL,
            "definitions/codes/votes.yaml": VOTES,
            "definitions/rules/fewest-against.yaml": FEWEST,
            "definitions/processes/town/entry.yaml": ENTRY,
            "definitions/processes/town/board.yaml": BOARD % decide,
        }
        self.town = town = open_office(more=more)
        self.people = [f"v{number}" for number in range(voters)]
        with town.store.write() as unit:
            town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
            known(town, unit, self.people, employed=True)
        self.chair = person("周局", "市局")
        self.entries = []
        for _ in range(entries):
            uid = town.cases.start(person("李四"), "town/entry", {}).uid
            town.cases.act(person("李四"), uid, "submit")
            self.entries.append(uid)
        entered = {"voters": self.people}
        self.uid = town.cases.start(self.chair, "town/board", entered).uid
        town.cases.add(self.chair, self.uid, self.entries)
        town.cases.act(self.chair, self.uid, "open", data=entered)

    def vote(self, *papers: str, scores: list[list[float]] | None = None) -> None:
        """One letter for each paper of each voter: y for, n against, - abstained."""
        words = {"y": "agree", "n": "against", "-": "abstain"}
        open_ = [uid for uid, _ in self.town.views.paper(person("v0"), self.uid).about]
        for number, (voter, letters) in enumerate(zip(self.people, papers, strict=True)):
            filled: dict[str, Any] = {
                uid: {"choice": words[letter]} for uid, letter in zip(open_, letters, strict=True)
            }
            for uid, score in zip(open_, scores[number] if scores else (), strict=False):
                filled[uid]["score"] = score
            self.town.cases.vote(person(voter), self.uid, filled)

    @property
    def rows(self) -> list[dict[str, Any]]:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            rows = {member.uid: member.row for member in unit.members.of(row.id)}
        return [rows[uid] for uid in self.entries]

    @property
    def passed(self) -> list[bool]:
        return [row["passed"] for row in self.rows]

    @property
    def step(self) -> str:
        return self.town.views.view(self.chair, self.uid).step

    def rebuilt(self) -> bool:
        return self.town.rebuilding.rebuild(self.uid).same


HALF = "decide: {pass: {option: agree, at_least: 1/2, of: voters}, %s}"


@pytest.mark.req("ENG-12")
def test_those_equal_on_the_last_place_are_voted_on_again() -> None:
    board = Board(HALF % "places: 2, run_off: tie, rounds: 3", voters=4, entries=4)
    board.vote("yyyn", "yyyn", "yyyn", "ynny")  # 4, 3, 3 and 1 votes for two places

    assert board.step == "vote"
    assert [row["rank"] for row in board.rows] == [1, 2, 2, 4]
    assert board.passed == [True, False, False, False]
    assert board.rebuilt()
    progress = board.town.views.progress(person("v0"), board.uid)
    assert (progress.given, len(progress.about)) == (0, 2)
    with pytest.raises(Refused):
        board.town.cases.vote(person("v0"), board.uid, {board.entries[0]: {"choice": "agree"}})

    board.vote("yn", "yn", "ny", "ny")  # still equal
    board.vote("yn", "yn", "yn", "ny")

    assert board.step == "closing"
    assert board.passed == [True, True, False, False]
    assert [row["rank"] for row in board.rows] == [1, 2, 3, 4]
    assert board.rows[1]["votes"] == {"agree": 3, "against": 1}
    assert board.rebuilt()
    board.town.cases.act(board.chair, board.uid, "close")
    with board.town.store.read() as unit:
        states = [unit.cases.load(uid).step for uid in board.entries]  # type: ignore[union-attr]
    assert states == ["done", "done", "pool", "pool"]


@pytest.mark.req("ENG-12")
def test_places_left_are_voted_on_again_among_the_rest() -> None:
    board = Board(HALF % "places: 2, run_off: [tie, unfilled], rounds: 2", voters=3, entries=3)
    board.vote("ynn", "ynn", "nny")
    assert board.passed == [True, False, False]

    board.vote("yn", "yy", "ny")  # one place, both reach the share with two votes

    assert board.step == "closing", "there are two rounds at most"
    assert board.passed == [True, True, True], "who stays equal shares the last place"
    assert [row["rank"] for row in board.rows] == [1, 2, 2]


@pytest.mark.req("ENG-12")
def test_the_mean_decides_the_order_where_votes_are_equal() -> None:
    board = Board(HALF % "places: 1, rank: [agree, score]", voters=3, entries=3)
    # As exact fractions the first two are equal; added up as floats they would not be.
    scores = [[70.1, 70.2, 70.1], [70.2, 70.2, 70.1], [70.3, 70.2, 70.3]]
    board.vote("yyy", "yyy", "nnn", scores=scores)

    assert [row["rank"] for row in board.rows] == [1, 1, 3]
    assert board.passed == [True, True, False]
    assert board.rows[0]["means"] == [{"title": "得分", "mean": 70.2}]
    assert board.rows[2]["total"] == 70.17


@pytest.mark.req("ENG-12")
def test_a_rule_table_decides_what_stays_equal() -> None:
    board = Board(HALF % "places: 1, tie: rules/fewest-against", voters=4, entries=3)
    board.vote("yyy", "yyy", "n-n", "n-n")  # two votes each; two, none and two against

    assert board.passed == [False, True, False]
    assert [row["rank"] for row in board.rows] == [1, 1, 1]


@pytest.mark.req("ENG-12")
@pytest.mark.parametrize(
    ("keys", "papers", "ends"),
    [
        ("decide: all", ["y", "y", "y"], "done"),
        ("decide: all", ["y", "y", "-"], "lost"),
        ("decide: any", ["n", "y", "n"], "done"),
        ("decide: any", ["n", "-", "n"], "lost"),
        ("decide: rules/few-against", ["y", "n", "-"], "done"),
        ("decide: rules/few-against", ["n", "n", "y"], "lost"),
    ],
)
def test_all_any_or_a_rule_table_decide(
    vote: Make, keys: str, papers: list[str], ends: str
) -> None:
    case = vote(keys)
    words = {"y": "agree", "n": "against", "-": "abstain"}
    for voter, letter in zip(case.people, papers, strict=True):
        case.cast(voter, {"": {"choice": words[letter]}})

    assert case.step == ends
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_a_case_is_voted_on_again_when_votes_are_equal(vote: Make) -> None:
    case = vote(
        "decide: {pass: {option: agree, more_than: 1/2, of: voters}, run_off: tie}, secret: true"
    )
    case.cast("v0")
    case.cast("v1", AGAINST)
    case.cast("v2", {"": {"choice": "abstain"}})
    assert (case.step, case.waiting) == ("vote", ["v0", "v1", "v2"])
    assert case.rebuilt()
    case.cast("v0")
    case.cast("v1", AGAINST)
    case.cast("v2")

    assert case.step == "done"
    assert case.rebuilt()
