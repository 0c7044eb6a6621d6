"""Panels through the services: ballots, turns, declining, rounds; every case can be rebuilt."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from engine.domain.errors import NotFound, Refused
from engine.runtime.run import Run
from engine.store.ballots import Round
from engine.store.session import Session
from tests.support.office import NINE, person
from tests.support.votes import AGAINST, Board, Vote, a_vote

Make = Callable[..., Vote]


@pytest.fixture
def vote() -> Make:
    """A vote under the keys of a panel; its town is empty but for the voters."""
    return a_vote


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
def test_a_vote_is_over_once_all_who_have_come_have_voted(vote: Make) -> None:
    case = vote("present: data.guests")
    case.cast("v0")
    case.cast("v2")
    assert case.step == "vote"

    case.town.cases.act(person("周局", "市局"), case.uid, "attendance")

    assert case.step == "done"
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_where_only_others_have_come_the_voters_vote(vote: Make) -> None:
    """The vote was lost at once, before anybody had voted."""
    case = vote("present: data.guests", guests=["spare"])

    for voter in case.people:
        case.cast(voter)

    assert case.step == "done"
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_who_is_named_for_a_seat_takes_part(vote: Make) -> None:
    """They were refused as absent, and the vote waited for nobody."""
    case = vote("present: data.guests, may_decline: true")
    leader = person("周局", "市局")
    case.town.cases.act(leader, case.uid, "attendance")
    case.cast("v0")
    case.town.cases.replace(leader, case.uid, "v2", "spare", "生病")
    assert case.step == "vote"

    case.cast("spare")

    assert case.step == "done"
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_who_has_not_come_does_not_vote(vote: Make) -> None:
    case = vote("present: data.guests")
    case.town.cases.act(person("周局", "市局"), case.uid, "attendance")

    with pytest.raises(Refused, match="not_present"):
        case.cast("v1")
    case.cast("v0")
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
        case.town.interventions.do(
            leader, case.uid, "replace", {"instead": "v1", "person": "spare", "reason": "替补"}
        )
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

    offers = case.town.offering.offers(administrator, case.uid)
    offered = {one.name for one in offers if one.stepping_in}
    case.town.interventions.do(
        administrator, case.uid, "replace", {"instead": "v0", "person": "spare", "reason": "补一人"}
    )

    assert "replace" in offered
    assert case.waiting == ["spare"]
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
@pytest.mark.parametrize("branched", [False, True])
def test_a_voter_who_may_not_decline_is_replaced_by_an_administrator_alone(
    vote: Make, branched: bool
) -> None:
    case = vote("in_turn: true", branched=branched)
    cases, leader, administrator = case.town.cases, person("周局", "市局"), person("马监", "市局")

    for refuse in (
        lambda: cases.decline(person("v0"), case.uid, "出差", at="vote"),
        lambda: cases.replace(leader, case.uid, "v0", "spare", "出差", at="vote"),
    ):
        with pytest.raises(Refused) as refused:
            refuse()
        assert refused.value.code == "no_declining"
    case.town.interventions.do(
        administrator,
        case.uid,
        "replace",
        {"instead": "v0", "person": "spare", "reason": "长期病假"},
    )

    assert "spare" in case.waiting
    assert case.rebuilt()
    for voter in ("spare", "v1", "v2"):
        case.cast(voter)
    assert case.step == ("both" if branched else "done")


@pytest.mark.req("ENG-12")
def test_who_declines_is_replaced_by_lot_with_the_seed_of_the_drawing(vote: Make) -> None:
    drawn = "{draw: 2, from: people, where: it.has_job}"
    case = vote("may_decline: true", voters=3, who=drawn)
    first = case.waiting
    with case.town.store.read() as unit:
        row = unit.cases.load(case.uid)
        assert row is not None
        told = [
            part for one in unit.journal.of(row.id) for part in orjson.loads(one.body)["events"]
        ]
    (lot,) = [one for one in told if one["event"] == "drawn"]
    # Whoever has the journal draws the same people again.
    pool = ["v0", "v1", "v2"]
    random.Random(lot["seed"]).shuffle(pool)
    assert lot["people"] == pool[:2]
    assert sorted(lot["people"]) == sorted(first)
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


@pytest.mark.req("ENG-12")
def test_nobody_knows_before_whom_a_drawing_takes(vote: Make) -> None:
    case = vote("decide: any", voters=3, who="{draw: 1, from: people, where: it.has_job}")
    again = case.town.cases.start(person("张三"), "town/vote", {}).uid
    case.town.cases.act(person("张三"), again, "open")

    seeds = set()
    with case.town.store.read() as unit:
        for uid in (case.uid, again):
            row = unit.cases.load(uid)
            assert row is not None
            (lot,) = [
                part
                for one in unit.journal.of(row.id)
                for part in orjson.loads(one.body)["events"]
                if part["event"] == "drawn"
            ]
            seeds.add(lot["seed"])
    assert len(seeds) == 2


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


HALF = "decide: {pass: {option: agree, at_least: 1/2, of: voters}, %s}"


@pytest.mark.req("ENG-12")
def test_those_equal_on_the_last_place_are_voted_on_again() -> None:
    board = Board(HALF % "places: 2, run_off: tie, rounds: 3", voters=4, entries=4)
    board.vote("yyyn", "yyyn", "yyyn", "ynny")  # 4, 3, 3 and 1 votes for two places

    assert board.step == "vote"
    assert [row["rank"] for row in board.rows] == [1, 2, 2, 4]
    assert board.passed == [True, False, False, False]
    assert board.rebuilt()
    progress = board.town.panel_views.progress(person("v0"), board.uid)
    assert (progress.given, len(progress.about)) == (0, 2)
    with pytest.raises(Refused):
        board.town.cases.vote(person("v0"), board.uid, {board.entries[0]: {"choice": "agree"}})

    board.vote("yn", "yn", "ny", "ny")  # still equal
    board.vote("yn", "yn", "yn", "ny")

    assert board.step == "closing"
    assert board.passed == [True, True, False, False]
    assert [row["rank"] for row in board.rows] == [1, 2, 3, 4]
    assert board.rows[1]["votes"] == {"agree": 3, "against": 1, "abstain": 0}
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


@pytest.mark.req("ENG-12")
def test_a_vote_in_a_branch_goes_on_beside_the_other_one(vote: Make) -> None:
    case = vote("in_turn: true, may_decline: true, enough: vote.counts.agree == 2", branched=True)
    assert set(case.waiting) == {"v0", None}
    case.cast("v0")
    assert set(case.waiting) == {"v1", None}
    assert case.rebuilt()
    paper = case.town.panel_views.paper(person("v0"), case.uid)
    assert paper.cast, "who has voted still sees the vote"

    case.town.cases.decline(person("v1"), case.uid, "出差")
    assert set(case.waiting) == {"v2", None}
    case.town.cases.act(person("周局", "市局"), case.uid, "pass")
    assert case.waiting == ["v2"]
    assert case.rebuilt()
    case.cast("v2")

    assert case.step == "lost", "agreed by all is agreed by every seat"
    assert case.rebuilt()


@pytest.mark.req("ENG-05", "ENG-19")
@pytest.mark.parametrize("before", ["person", "date"])
def test_a_vote_in_a_branch_is_come_to_by_a_pass_or_a_date(before):
    """What leads to the vote is at another step of the branch than the vote itself."""
    first = {
        "person": "who: {permission: check, organisation: jurisdiction.bureau}, "
        "actions: {pass: {title: 通过, to: vote}}",
        "date": 'wait: {until: "days(today, 1)"}, to: vote',
    }[before]
    vote = a_vote(
        "decide: all",
        branched=True,
        first=f"first: {{title: 准备, {first}}}",
    )
    chair = person("周局", "市局")

    if before == "person":
        vote.town.cases.act(chair, vote.uid, "pass", at="first")
    else:
        vote.town.clock.set(vote.town.clock.now() + timedelta(days=2))
        vote.town.cases.tick()

    assert set(vote.waiting) == {*vote.people, None}
    for voter in vote.people:
        vote.cast(voter)
    vote.town.cases.act(chair, vote.uid, "pass", at="check")
    assert vote.step == "done"
    assert vote.rebuilt()


@pytest.mark.req("ENG-04", "ENG-12")
def test_who_has_to_keep_out_gets_no_seat_and_is_told_why(vote: Make) -> None:
    case = vote(
        "may_decline: true, except: {when: \"it.id in ['v1', 'spare']\", say: 您是作者，应当回避}"
    )
    assert case.waiting == ["v0", "v2"]
    with pytest.raises(Refused) as refused:
        case.cast("v1")
    assert (refused.value.code, refused.value.sentence) == ("recused", "您是作者，应当回避")
    offers = {one.name: one for one in case.town.offering.offers(person("v1"), case.uid)}
    assert offers["vote"].mine
    with pytest.raises(Refused) as refused:
        case.town.cases.replace(person("周局", "市局"), case.uid, "v0", "spare", "替补")
    assert refused.value.code == "transfer_to_excluded"
    case.cast("v0")
    case.cast("v2")
    assert case.step == "done"
    assert case.rebuilt()


@pytest.mark.req("ENG-12")
def test_who_has_to_keep_out_is_not_drawn_and_no_more_are_asked_than_needed(
    vote: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    falls_under = Run._falls_under

    def counted(run: Run, recusal: Any, one: str) -> bool:
        asked.append(one)
        return falls_under(run, recusal, one)

    monkeypatch.setattr(Run, "_falls_under", counted)
    case = vote(
        "may_decline: true, except: {when: \"it.id in ['v0', 'v1', 'v2']\", say: 应当回避}",
        voters=40,
        who="{draw: 3, from: people, where: it.has_job}",
    )

    assert len(case.waiting) == 3
    assert not set(case.waiting) & {"v0", "v1", "v2"}
    assert len(asked) <= 3 + 3
    with pytest.raises(Refused) as refused:
        case.town.cases.replace(
            person("周局", "市局"), case.uid, str(case.waiting[0]), "v1", "换人"
        )
    assert refused.value.code == "not_to_be_drawn"
    case.town.cases.decline(person(str(case.waiting[0])), case.uid, "出差")
    assert not set(case.waiting) & {"v0", "v1", "v2"}
    assert case.rebuilt()


def test_a_vote_about_nobody_is_rebuilt_too():
    board = Board(HALF % "places: 1", voters=2, entries=0)

    board.vote("", "")

    with board.town.store.read() as unit:
        row = unit.cases.load(board.uid)
        assert [one.kind for one in unit.journal.of(row.id)].count("vote") == 2
    assert board.rebuilt()
