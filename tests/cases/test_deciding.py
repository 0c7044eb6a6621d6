"""Rounds, places and ties, compared with a count by hand that is written another way."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.process import Decision, Share
from engine.forms.form import Form
from engine.services.deciding import Candidate, on_members
from engine.services.tally import Tally

VOTERS = 4
BALLOT = Form(
    {"form": "ballot", "properties": {"choice": {"type": "string"}, "score": {"type": "number"}}}
)
PAPERS = ("a", "b", "c", "d", "e")
#: what each gets in up to three rounds
votes = st.lists(
    st.fixed_dictionaries({paper: st.integers(0, VOTERS) for paper in PAPERS}),
    min_size=3,
    max_size=3,
)


def by_hand(rounds, share, places, again, most):
    """Who passes: one is in if all who are as good fit, out if the better ones fill the places."""
    inside, open_ = set(), set(PAPERS)
    for number in range(most):
        got = rounds[number]
        able = {one for one in open_ if got[one] * share.denominator >= share.numerator * VOTERS}
        left = places - len(inside)
        tied = set()
        for one in able:
            better = sum(got[other] > got[one] for other in able)
            level = sum(got[other] == got[one] for other in able)
            if better + level <= left:
                inside.add(one)
            elif better < left:
                tied.add(one)
        last = number == most - 1
        if tied:
            if last or "tie" not in again:
                return inside | tied
            open_ = tied
        elif len(inside) < places and "unfilled" in again and open_ - able:
            open_ = open_ - able
        else:
            return inside
    return inside


def counted(rounds, share, places, again, most):
    """The same by the engine, with the rank of each."""
    decision = Decision(Share(share, False, "voters", "agree"), run_off=again, rounds=most)
    open_, inside, ranks = PAPERS, [], {}
    for number, got in enumerate(rounds[:most]):
        candidates = []
        for paper in open_:
            tally = Tally(VOTERS, Counter(agree=got[paper], against=VOTERS - got[paper]))
            able = decision.passing.reached(got[paper], VOTERS)
            candidates.append(Candidate(paper, tally, Fraction(0), able))
        verdict = on_members(
            decision, candidates, places=places - len(inside), taken=len(inside),
            last=number == most - 1, equal=lambda one, left, tied: False,
        )  # fmt: skip
        inside += verdict.passed
        ranks |= verdict.ranks
        open_ = verdict.again
        if not open_:
            break
    return inside, ranks


@pytest.mark.req("ENG-12")
@settings(max_examples=300, deadline=None)
@given(
    votes,
    st.sampled_from([Fraction(1, 2), Fraction(2, 3), Fraction(1, 3)]),
    st.integers(1, 4),
    st.sampled_from([(), ("tie",), ("unfilled",), ("tie", "unfilled")]),
    st.integers(1, 3),
)
def test_places_are_given_as_one_would_by_hand(rounds, share, places, again, most) -> None:
    most = most if again else 1
    passed, ranks = counted(rounds, share, places, again, most)

    assert len(passed) == len(set(passed)), "nobody passes twice"
    assert set(passed) == by_hand(rounds, share, places, again, most)
    assert set(ranks) == set(PAPERS)
    worst = max((ranks[one] for one in passed), default=0)
    assert all(ranks[one] > worst for one in PAPERS if one not in passed)


@given(
    st.lists(st.tuples(st.sampled_from("ynx"), st.none() | st.integers(0, 1000)), max_size=12),
    st.integers(0, 12),
)
def test_a_tally_carried_on_says_what_one_made_at_once_says(papers, cut) -> None:
    whole, first = Tally(), Tally()
    for number, (choice, tenths) in enumerate(papers):
        paper = {"choice": choice, "score": None if tenths is None else tenths / 10}
        for tally in (whole, first):
            tally.add(paper, BALLOT, valid=choice != "x")
        if number == cut:
            first = Tally.from_json(first.to_json())

    assert first == whole
    valid = [one for one in papers if one[0] != "x"]
    given_ = [Fraction(tenths, 10) for _, tenths in valid if tenths is not None]
    assert whole.valid == len(valid)
    assert dict(whole.counts) == dict(Counter(choice for choice, _ in valid))
    assert whole.means() == ({"score": sum(given_, Fraction(0)) / len(given_)} if given_ else {})
