"""Random processes, random commands at random places: no case is lost, none waits for nothing.

What must hold after every command, whatever it was: everything that waits is at a place of the
case, every place waits for somebody, a join that is complete has been left, and the journal gives
the same state again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.definitions.process import Draw
from engine.domain.case import State, WorkItem, places_of
from engine.domain.errors import EngineError
from engine.runtime.branches import is_joined
from engine.runtime.compiled import Compiled
from tests.support.processes import Running, World, begin, compiled

EXAMPLES = int(os.environ.get("ZHICHENG_WALKS", "60"))
ORGANISATIONS = {
    "unit": {"superior": "office", "kind": "unit"},
    "office": {"superior": "board", "kind": "office"},
    "board": {"kind": "top"},
}
#: those who vote where the data name them, and who can be drawn, in the order of the lot
VOTERS = ("v0", "v1", "v2")
DRAWN = ("d0", "d1", "d2", "d3")
PLACES = ("data.unit", "data.unit.superior", "data.unit.superior.superior")
HEAD = """
process: demo/walk
title: Walk
form: request
steps:
  fill:
    title: Fill
    who: initiator
    edit: all
    actions: {submit: {title: Submit, to: %s}, discard: {title: Discard, to: discarded}}
"""
TAIL = """
  done: {title: Done, end: success}
  discarded: {title: Discarded, end: cancelled}
  failed:
    title: Failed
    end: failure
    actions: {reopen: {title: Reopen, who: {permission: p, organisation: data.unit}, to: resume}}
"""


@dataclass
class Author:
    """Writes processes from what hypothesis draws."""

    draw: st.DrawFn
    kinds: Sequence[str] = ("task", "task", "chain", "wait", "automatic", "panel")
    names: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)

    def process(self) -> Compiled:
        first, text = self.blocks("done", 1, self.draw(st.integers(1, 3)))
        return compiled(HEAD % first + text + TAIL)

    def name(self) -> str:
        self.names.append(f"s{len(self.names)}")
        return self.names[-1]

    def blocks(self, then: str, depth: int, count: int) -> tuple[str, str]:
        """Some blocks in a row; returns the name of the first and the text."""
        text = ""
        for _ in range(count):
            kinds = [*self.kinds]
            if depth <= 2:
                kinds += ["parallel", "parallel"]
            kind = self.draw(st.sampled_from(kinds))
            then, block = getattr(self, kind)(then, depth)
            text = block + text
        return then, text

    def indented(self, depth: int, lines: list[str]) -> str:
        return "".join(f"{'  ' * (2 * depth - 1)}{line}\n" for line in lines)

    def actions(self, then: str, name: str) -> str:
        back = self.draw(st.sampled_from(["previous", "fill", *self.tasks[:3]]))
        known = self.draw(
            st.lists(
                st.sampled_from(
                    [
                        f"back: {{title: B, verb: return, to: {back}}}",
                        "up: {title: U, verb: return, to: previous, relay: true}",
                        "far: {title: F, verb: return, to: fill, resubmit_to: returning_level}",
                        "fail: {title: X, to: failed}",
                        "note: {title: N, verb: record}",
                    ]
                ),
                unique=True,
                max_size=4,
            )
        )
        self.tasks.append(name)
        return ", ".join([f"pass: {{title: P, to: {then}}}", *known])

    def task(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        who = self.draw(st.sampled_from(PLACES))
        lines = [f"{name}:", f"  title: {name}", f"  who: {{permission: p, organisation: {who}}}"]
        if self.draw(st.booleans()):
            lines.append("  stages: {one: {title: One}, two: {title: Two}}")
        if self.draw(st.booleans()):
            lines.append("  due: {by: data.until}")
        lines.append(f"  actions: {{{self.actions(then, name)}}}")
        return name, self.indented(depth, lines)

    def chain(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        lines = [
            f"{name}:",
            f"  title: {name}",
            "  who: {permission: p}",
            "  chain: {route: superior, from: data.unit}",
            f"  actions: {{{self.actions('next', name)}}}",
            f"  to: {then}",
        ]
        return name, self.indented(depth, lines)

    def wait(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        lines = [f"{name}:", f"  title: {name}", "  wait: {until: data.until}", f"  to: {then}"]
        return name, self.indented(depth, lines)

    def panel(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        voters = self.draw(st.sampled_from(["data.voters", "{draw: 2, from: people}"]))
        in_turn, declining = self.draw(st.booleans()), self.draw(st.booleans())
        lines = [
            f"{name}:",
            f"  title: {name}",
            f"  panel: {{voters: {voters}, in_turn: {str(in_turn).lower()}, "
            f"may_decline: {str(declining).lower()}, "
            "decide: {pass: {option: agree, more_than: 1/2, of: voters}, "
            "run_off: tie, rounds: 2}}",
            f"  outcomes: {{passed: {then}, failed: failed, short: {then}}}",
        ]
        if self.draw(st.booleans()):
            lines.insert(2, "  due: {by: data.until}")
        return name, self.indented(depth, lines)

    def automatic(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        when = self.draw(st.sampled_from(["", "  when: has(data.note)"]))
        return name, self.indented(depth, [f"{name}:", f"  title: {name}", *[when][: bool(when)],
                                           f"  to: {then}"])  # fmt: skip

    def parallel(self, then: str, depth: int) -> tuple[str, str]:
        name = self.name()
        count = self.draw(st.integers(1, 3))
        join = self.draw(st.sampled_from(["all", "any", str(count), "b0"]))
        lines = [f"{name}:", f"  title: {name}", f"  to: {then}"]
        if self.draw(st.booleans()):
            lines += [
                "  actions:",
                f"    stop: {{title: S, verb: pass, to: {then}, "
                "who: {permission: p, organisation: data.unit}}",
            ]
        lines += ["  parallel:", f"    join: {join}", "    branches:"]
        text = self.indented(depth, lines)
        for number in range(count):
            _, inner = self.blocks("join", depth + 2, self.draw(st.integers(1, 2)))
            text += self.indented(depth, [f"      b{number}:"]) + inner
        self.tasks.insert(self.draw(st.integers(0, 2)), name)
        return name, text


@st.composite
def processes(draw: st.DrawFn) -> Compiled:
    return Author(draw).process()


@dataclass
class Vote:
    """A vote as one would keep it on paper: who sits there, and what they said."""

    order: list[str]
    said: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    round: int = 1

    @property
    def waiting(self) -> list[str]:
        """Whose ballots are missing, in order; an empty seat casts none."""
        return [one for one in self.order if one not in self.said and one not in self.gone]

    def result(self) -> str:
        """The outcome of the round, or that it is held once more; counted by hand."""
        agreed = against = 0
        for choice in self.said.values():
            if choice == "agree":
                agreed += 1
            elif choice == "against":
                against += 1
        if agreed + agreed > len(self.order):
            return "passed"
        if agreed > 0 and agreed == against and self.round == 1:
            return "again"
        return "failed"


@dataclass
class Walk:
    """A case that random people do random things to."""

    draw: st.DrawFn
    case: Running
    work: list[WorkItem]
    kinds: Sequence[str] = (
        *["act"] * 6, *["withdraw"] * 2, "vote", "seat", "time", "day", "resubmit", "transfer",
        "other",
    )  # fmt: skip
    #: the votes by step and visit
    votes: dict[tuple[str, int], Vote] = field(default_factory=dict)

    def step(self) -> None:
        kind = self.draw(st.sampled_from(self.kinds))
        before, seq = self.case.state, self.case.seq
        try:
            getattr(self, kind)()
        except EngineError:
            assert self.case.state is before
            assert self.case.seq == seq
            return
        if self.case.seq != seq:
            self.follow()
            self.check()

    def somewhere(self) -> tuple[str, State]:
        """A place of the case: the step to name in a command, and the state there."""
        at, state = self.draw(st.sampled_from(list(places_of(self.case.state))))
        return (state.place.step if at else ""), state

    def act(self) -> None:
        place, state = self.somewhere()
        names = sorted(self.case.process.actions[state.place.step])
        if names:
            here = state.place.organisation or "unit"
            person = f"{here}-{self.draw(st.integers(0, 1))}"
            who = "ann" if state.place.step == "fill" else person
            action = self.draw(st.sampled_from(names))
            organisation = None if who == "ann" else here
            self.case.do(action, who, organisation, place=place)

    def withdraw(self) -> None:
        every = [one for one in places_of(self.case.state, ended=True) if one[1].place.step]
        at, state = self.draw(st.sampled_from(every))
        last = state.path[-1] if state.path else None
        if last is not None:
            place = last.place if last.split is None else last.split.branches.get(
                last.split.by, state
            ).place  # fmt: skip
            self.case.operate(
                "withdraw", last.person, place.organisation,
                place=state.place.step if at else "",
            )  # fmt: skip

    def time(self) -> None:
        place, _ = self.somewhere()
        self.case.command("time", self.draw(st.sampled_from(["due", "wait"])), place=place)
        for at, state, _vote in self.panels():
            if at == place and state.overdue:
                self.follow()
                self.case.command("outcome", "short", place=place)

    def day(self) -> None:
        self.case.at += timedelta(days=self.draw(st.integers(1, 20)))

    def resubmit(self) -> None:
        if self.case.state.place.step == "fill":
            self.case.typed("submit", "ann", {"note": "again"})

    def panels(self) -> list[tuple[str, State, Vote]]:
        """The places where people vote, each with what is on paper."""
        found = []
        for at, state in places_of(self.case.state):
            step = self.case.process.process.steps[state.place.step]
            if step.panel is None or state.closed:
                continue
            place = state.place
            drawn = isinstance(step.panel.voters, Draw)
            begun = Vote(list(DRAWN[:2] if drawn else VOTERS))
            vote = self.votes.setdefault((place.step, place.visit), begun)
            found.append((place.step if at else "", state, vote))
        return found

    def vote(self) -> None:
        """Somebody votes, whoever it is; a vote that is complete is counted."""
        panels = self.panels()
        if not panels:
            self.act()
            return
        place, state, vote = self.draw(st.sampled_from(panels))
        person = self.draw(st.sampled_from([*vote.order, *vote.order, *vote.gone, "stranger"]))
        panel = self.case.process.process.steps[state.place.step].panel
        allowed = person in (vote.waiting[:1] if panel.in_turn else vote.waiting)
        try:
            self.case.operate("vote", person, None, place=place)
        except EngineError:
            assert not allowed or state.suspended or self.case.state.suspended
            raise
        assert allowed
        vote.said[person] = self.draw(st.sampled_from(["agree", "against", "abstain"]))
        self.follow(voted=(state.place.step, person))
        if len(vote.said) == len(vote.order):
            self.check()
            self.count(place, state, vote)

    def count(self, place: str, state: State, vote: Vote) -> None:
        result = vote.result()
        if result == "again":
            self.case.command("round", "round", place=place, papers=[""])
            vote.said, vote.round = {}, 2
        else:
            self.case.command("outcome", result, place=place)

    def seat(self) -> None:
        """A voter declines, or somebody is named for a seat."""
        panels = self.panels()
        if not panels:
            self.act()
            return
        place, state, vote = self.draw(st.sampled_from(panels))
        panel = self.case.process.process.steps[state.place.step].panel
        person = self.draw(st.sampled_from(vote.order))
        if self.draw(st.booleans()):
            allowed = panel.may_decline and person in vote.waiting
            try:
                self.case.operate("decline", person, None, place=place, reason="r")
            except EngineError:
                assert not allowed or self.case.state.suspended
                raise
            assert allowed
            others = [one for one in DRAWN if one not in vote.order and one not in vote.gone]
            following = others[0] if isinstance(panel.voters, Draw) and others else None
        else:
            following = self.draw(st.sampled_from([*DRAWN, *VOTERS]))
            self.case.operate(
                "replace", "chair", "board", place=place, instead=person, person=following,
                reason="r",
            )  # fmt: skip
            assert person not in vote.said
            assert following not in [*vote.order, *vote.gone]
        if person not in vote.gone:
            vote.gone.append(person)
        if following is not None:
            vote.order[vote.order.index(person)] = following

    def transfer(self) -> None:
        place, state = self.somewhere()
        here = state.place.organisation
        person = f"{here}-{self.draw(st.integers(0, 2))}"
        self.case.operate("transfer", f"{here}-0", here, place=place, person=person)

    def other(self) -> None:
        kind = self.draw(st.sampled_from(["suspend", "resume", "reroute", "open"]))
        if kind == "reroute":
            place, _ = self.somewhere()
            target = self.draw(st.sampled_from(sorted(self.case.process.process.steps)))
            self.case.operate("reroute", "ada", None, place=place, step=target, reason="r")
        else:
            self.case.operate(kind, "ada", None)

    # ---------------------------------------------------------------- what must hold

    def follow(self, voted: tuple[str, str] | None = None) -> None:
        """Keep the open work as the store does."""
        last = self.case.last
        assert last is not None
        if last.moved:
            kept = [item for item in self.work if (item.step, item.visit) in last.kept]
            self.work = [*kept, *last.work]
        elif voted is not None:
            self.work = [item for item in self.work if (item.step, item.person) != voted]

    def check(self) -> None:
        state, process = self.case.state, self.case.process.process
        places = [one for _, one in places_of(state)]
        known = {(one.place.step, one.place.visit) for one in places}
        assert len(known) == len(places)
        waiting = {(item.step, item.visit) for item in self.work}
        assert waiting <= known, "work at a place where the case is not"
        for one in places:
            step = process.steps[one.place.step]
            if step.parallel is not None and one.branches:
                assert not is_joined(step.parallel, one.branches), "a join that was not left"
                continue
            assert step.kind != "automatic"
            held = (one.place.step, one.place.visit) in waiting
            if step.panel is not None:
                continue
            assert held or one.stuck or one.wait_until or step.end, "nobody is waited for"
        for _, one, vote in self.panels():
            assert list(one.voters) == vote.order
            asked = (
                vote.waiting[:1] if process.steps[one.place.step].panel.in_turn else vote.waiting
            )
            items = {item.person for item in self.work if item.step == one.place.step}
            assert items == set(asked), "not those are asked to vote whose ballots are missing"
        if state.closed:
            assert not state.branches
            assert all(item.step == state.place.step for item in self.work)
        stored = orjson.dumps(state.to_json())
        assert State.from_json(orjson.loads(stored)) == state

    def check_journal(self) -> None:
        stored = orjson.dumps(self.case.state.to_json(), option=orjson.OPT_SORT_KEYS)
        again = orjson.dumps(self.case.replayed().to_json(), option=orjson.OPT_SORT_KEYS)
        assert stored == again


@pytest.mark.req("ENG-12")
@settings(
    max_examples=EXAMPLES,
    derandomize="ZHICHENG_WALKS" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_whatever_happens_the_case_is_somewhere_and_somebody_is_waited_for(data) -> None:
    process = data.draw(processes(), label="process")
    world = World(records={"organisations": ORGANISATIONS}, drawn=DRAWN)
    case = begin(process, world, {"unit": "unit", "until": "2026-09-20", "voters": VOTERS})
    assert case.last is not None
    walk = Walk(data.draw, case, list(case.last.work))
    walk.check()
    for _ in range(data.draw(st.integers(5, 30), label="commands")):
        walk.step()
    walk.check_journal()


@pytest.mark.req("ENG-12")
@settings(
    max_examples=EXAMPLES,
    derandomize="ZHICHENG_WALKS" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_votes_go_as_they_would_on_paper(data) -> None:
    """Panels alone and in branches: turns, seats, rounds and results, beside all else."""
    process = Author(data.draw, ("panel", "panel", "panel", "task")).process()
    world = World(records={"organisations": ORGANISATIONS}, drawn=DRAWN)
    case = begin(process, world, {"unit": "unit", "until": "2026-09-20", "voters": VOTERS})
    case.do("submit", "ann")
    assert case.last is not None
    kinds = (*["vote"] * 20, *["seat"] * 4, "act", "withdraw", "time", "day", "other")
    walk = Walk(data.draw, case, list(case.last.work), kinds)
    walk.check()
    for _ in range(data.draw(st.integers(10, 40), label="commands")):
        walk.step()
    walk.check_journal()
