"""Random processes, random commands at random places: no case is lost, none waits for nothing.

What must hold after every command, whatever it was: everything that waits is at a place of the
case, every place waits for somebody, a join that is complete has been left, and the journal gives
the same state again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
            kinds = ["task", "task", "chain", "wait", "automatic"]
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
        return name, text


@st.composite
def processes(draw: st.DrawFn) -> Compiled:
    return Author(draw).process()


@dataclass
class Walk:
    """A case that random people do random things to."""

    draw: st.DrawFn
    case: Running
    work: list[WorkItem]

    def step(self) -> None:
        kind = self.draw(st.sampled_from(["act"] * 6 + ["withdraw", "withdraw", "time", "day",
                                          "resubmit", "transfer", "other"]))  # fmt: skip
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

    def day(self) -> None:
        self.case.at += timedelta(days=self.draw(st.integers(1, 20)))

    def resubmit(self) -> None:
        if self.case.state.place.step == "fill":
            self.case.typed("submit", "ann", {"note": "again"})

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

    def follow(self) -> None:
        """Keep the open work as the store does."""
        last = self.case.last
        assert last is not None
        if last.moved:
            kept = [item for item in self.work if (item.step, item.visit) in last.kept]
            self.work = [*kept, *last.work]

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
            assert held or one.stuck or one.wait_until or step.end, "nobody is waited for"
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
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_whatever_happens_the_case_is_somewhere_and_somebody_is_waited_for(data) -> None:
    process = data.draw(processes(), label="process")
    world = World(records={"organisations": ORGANISATIONS})
    case = begin(process, world, {"unit": "unit", "until": "2026-09-20"})
    assert case.last is not None
    walk = Walk(data.draw, case, list(case.last.work))
    walk.check()
    for _ in range(data.draw(st.integers(5, 30), label="commands")):
        walk.step()
    walk.check_journal()
