"""A vote about many cases, counted a second time: places, ranks, ties, rounds and quorum.

Random papers are handed in at a meeting. After each voter those who are in, who is voted on again
and where the meeting stands are what the language says (1.3).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from engine.authoring.emitting import document
from engine.domain.case import State
from tests.walks.language import FILES, MEETING, WALK, loaded, waiting
from tests.walks.town import DATA, VOTERS, Town, person

EXAMPLES = int(os.environ.get("ZHICHENG_REFERENCE", "0"))
CHAIR, ANN = person("board-0"), person("ann")
#: by voter what they say of each case: an option and a score
Papers = Mapping[str, Mapping[str, tuple[str, int]]]


def panel(lot: Random) -> dict[str, Any]:
    """Who passes, as an author writes it."""
    share = {lot.choice(["at_least", "more_than"]): lot.choice(["1/3", "1/2", "2/3"])}
    share["of"] = lot.choice(["voters", "valid", "present"])
    decide: dict[str, Any] = {"pass": {"option": "agree", **share}}
    if lot.random() < 0.8:
        decide["places"] = lot.randint(1, 3)
        if lot.random() < 0.7:
            decide["rank"] = lot.choice([["agree"], ["score"], ["agree", "score"], ["total"]])
        if lot.random() < 0.8:
            decide["run_off"] = lot.choice([["tie"], ["unfilled"], ["tie", "unfilled"]])
            decide["rounds"] = lot.randint(2, 3)
    found: dict[str, Any] = {"decide": decide}
    if lot.random() < 0.3:
        found["invalid"] = "ballot.score < 5.0"
    if lot.random() < 0.3:
        found["quorum"] = {"at_least": "2/3", "of": "voters"}
    return found


class Count:
    """The vote on paper."""

    def __init__(self, words: Mapping[str, Any], members: Sequence[str]) -> None:
        self.decide, self.low = words["decide"], "invalid" in words
        self.members, self.open = list(members), list(members)
        self.inside: set[str] = set()
        self.round, self.over = 1, False

    def count(self, papers: Papers) -> None:
        """All ballots of a round are in."""
        share, places = self.decide["pass"], self.decide.get("places")
        runs, rounds = self.decide.get("run_off", []), self.decide.get("rounds", 1)
        valid = {
            one: [said[one] for said in papers.values() if not (self.low and said[one][1] < 5)]
            for one in self.open
        }
        able = [one for one in self.open if self.reaches(share, valid[one], len(papers))]
        again: list[str] = []
        if places is None:
            self.inside |= set(able)
        else:
            left = places - len(self.inside)
            able.sort(key=lambda one: self.rank(valid[one]), reverse=True)
            if len(able) <= left:
                self.inside |= set(able)
                if len(able) < left and "unfilled" in runs:
                    again = [one for one in self.open if one not in self.inside]
            elif left:
                line = self.rank(valid[able[left - 1]])
                above = [one for one in able if self.rank(valid[one]) > line]
                level = [one for one in able if self.rank(valid[one]) == line]
                self.inside |= set(above)
                if len(level) > left - len(above) and "tie" in runs and self.round < rounds:
                    again = level
                else:
                    # They share the last place.
                    self.inside |= set(level)
        if again and self.round < rounds:
            self.round, self.open = self.round + 1, again
        else:
            self.over = True

    @staticmethod
    def reaches(share: Mapping[str, str], said: Sequence[tuple[str, int]], cast: int) -> bool:
        """Whether enough say yes."""
        base = len(said) if share["of"] == "valid" else cast
        agreed = sum(choice == "agree" for choice, _ in said)
        if not base:
            return False
        part = Fraction(agreed, base)
        if "more_than" in share:
            return part > Fraction(share["more_than"])
        return part >= Fraction(share["at_least"])

    def rank(self, said: Sequence[tuple[str, int]]) -> list[tuple[bool, Fraction]]:
        """What is compared, the first first; without a number after those who have one."""
        mean = Fraction(sum(score for _, score in said), len(said)) if said else Fraction(0)
        agreed = sum(choice == "agree" for choice, _ in said)
        found = []
        for one in self.decide.get("rank", ["agree"]):
            found.append((True, Fraction(agreed)) if one == "agree" else (bool(said), mean))
        return found


def held(lot: Random) -> None:
    """A meeting about some cases, vote by vote on both sides."""
    words = panel(lot)
    keys = document({"panel": words}).strip()
    note(keys)
    text = MEETING % ("waiting", "@@")
    vote = "{voters: data.voters, about: members, ballot: paper, @@}"
    inline = orjson.dumps(
        {"voters": "data.voters", "about": "members", "ballot": "paper", **words}
    ).decode()
    text = text.replace(vote, inline)
    if "quorum" not in words:
        text = text.replace(", no_quorum: agenda", "")
    files = {**FILES, WALK: waiting({}), "definitions/processes/demo/meeting.yaml": text}
    release = loaded(files)
    assert release is not None, text
    town = Town(release)
    cases = town.platform.cases
    members = []
    for _ in range(lot.randint(1, 4)):
        members.append(cases.start(ANN, "demo/walk", DATA).uid)
        cases.act(ANN, members[-1], "submit", data=DATA)
    group = cases.start(CHAIR, "demo/meeting", DATA).uid
    cases.add(CHAIR, group, members)
    cases.act(CHAIR, group, "open", data=DATA)

    paper = Count(words, members)
    while not paper.over:
        said: dict[str, dict[str, tuple[str, int]]] = {}
        for voter in lot.sample(VOTERS, len(VOTERS)):
            said[voter] = {
                one: (lot.choice(["agree", "agree", "against", "abstain"]), lot.choice([0, 60, 90]))
                for one in paper.open
            }
            note(f"round {paper.round}: {voter} {list(said[voter].values())}")
            papers = {
                one: {"choice": choice, "score": score}
                for one, (choice, score) in said[voter].items()
            }
            cases.vote(person(voter), group, papers)
        paper.count(said)
        event(f"round {paper.round}, over: {paper.over}")
        state, inside = stands(town, group)
        assert state.place.step == ("minutes" if paper.over else "vote")
        assert inside == paper.inside
        if not paper.over:
            assert (state.round, set(state.papers)) == (paper.round, set(paper.open))
    cases.act(CHAIR, group, "close")
    town.settle()
    ends = {uid: "done" if uid in paper.inside else "failed" for uid in members}
    assert {uid: town.state(uid).outcome for uid in members} == ends
    town.check(rebuilt=True)
    town.platform.close()


def stands(town: Town, group: str) -> tuple[State, set[str]]:
    """How the meeting stands, and who is in."""
    with town.platform.store.read() as unit:
        row = unit.cases.load(group)
        assert row is not None
        members = unit.members.of(row.id)
    return town.state(group), {one.uid for one in members if (one.row or {}).get("passed")}


@pytest.mark.req("COM-07", "ENG-19")
@settings(
    max_examples=EXAMPLES or 6,
    # The same ones with every change; others are looked for at length.
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**32))
def test_the_meeting_and_the_paper_agree(seed: int) -> None:
    held(Random(seed))
