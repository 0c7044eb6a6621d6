"""Random processes, random edits of them, cases at random places: what a plan says is what comes.

Whatever was changed: a case that was said to move does, to just that place, waits for whom it
should, can be rebuilt, and can be finished; one that was not said to move stays untouched; and
undoing brings back what was.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st

from engine import bootstrap
from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.actor import SYSTEM, Actor
from engine.domain.case import State, places_of, written
from engine.domain.clock import VirtualClock
from engine.domain.errors import Refused
from engine.runtime.moments import instant
from engine.services.definitions import pin_all
from engine.services.migration_decisions import Decisions
from engine.services.migration_views import MOVABLE, Plan
from engine.services.platform import Platform
from engine.services.versions import message
from engine.store.database import Store
from engine.store.releases import Signature
from tests.runtime.test_random_walks import HEAD, TAIL, Author
from tests.support import three_offices
from tests.support.office import NINE, ZONE

EXAMPLES = int(os.environ.get("ZHICHENG_MIGRATIONS", "10"))
PROCESS = "definitions/processes/demo/walk.yaml"
FILES = {
    **three_offices.FILES,
    "forms/request.yaml": """
form: request
title: Request
properties:
  unit: {title: Unit, reference: organisations}
  until: {title: Until, format: date}
  note: {title: Note, type: string}
""",
}


# -------------------------------------------------------------------- content


def process_of(draw: st.DrawFn) -> dict[str, Any]:
    """A random process, as the values of its file."""
    # Votes have tests of their own: while one is going on the case cannot be moved.
    author = Author(draw, kinds=("task", "task", "chain", "wait", "automatic"))
    first, text = author.blocks("done", 1, draw(st.integers(1, 3)))
    text = HEAD.replace("demo/walk", "demo/walk\nstart: {who: person}") % first + text + TAIL
    node = read_yaml(text.encode(), "walk.yaml", Problems())
    assert node is not None
    value = node.value
    assert isinstance(value, dict)
    return value


def loaded(process: dict[str, Any]) -> Release | None:
    """The content with a process; None where an author would have to mend it first."""
    steps = dict(process["steps"])
    if "to: failed" not in document(process):
        # What nothing leads to is refused.
        del steps["failed"]
    found = releases.load({**FILES, PROCESS: document({**process, "steps": steps})})
    return found.release


@dataclass
class Editing:
    """Changes a process as an author might; what it leads to is always some process."""

    draw: st.DrawFn
    process: dict[str, Any]
    #: the steps the case is at or has been at: what is edited there matters
    near: frozenset[str]
    count: int = 0

    def levels(self) -> list[dict[str, Any]]:
        """The steps of the process and of each branch."""
        found = [self.process["steps"]]
        for steps in found:
            for step in steps.values():
                found += list(step.get("parallel", {}).get("branches", {}).values())
        return found

    def places(self) -> list[tuple[dict[str, Any], str]]:
        return [
            (steps, name)
            for steps in self.levels()
            for name in steps
            if name.startswith(("s", "x")) and name != "stop"
        ]

    def edit(self) -> None:
        places = self.places()
        if not places:
            return
        near = [one for one in places if one[1] in self.near]
        if near and self.draw(st.integers(0, 3)):
            places = near
        steps, name = self.draw(st.sampled_from(places))
        kinds = ["rename", "remove", "add", "who", "stages", "due", "due", "join", "join", "branch"]
        kind = self.draw(st.sampled_from(kinds))
        event(f"edit: {kind}")
        getattr(self, kind)(steps, name)

    def fresh(self) -> str:
        self.count += 1
        return f"x{self.count}"

    def rename(self, steps: dict[str, Any], name: str) -> None:
        new = self.fresh()
        items = [(new if key == name else key, value) for key, value in steps.items()]
        steps.clear()
        steps.update(items)
        self.point(name, new)

    def point(self, name: str, target: str, *, returns: str | None = None) -> None:
        """Let everything that leads to a step lead to another one."""
        for level in self.levels():
            for step in level.values():
                if step.get("to") == name:
                    step["to"] = target
                for action in step.get("actions", {}).values():
                    if action.get("to") == name:
                        back = action.get("verb") == "return"
                        action["to"] = (returns or target) if back else target

    def remove(self, steps: dict[str, Any], name: str) -> None:
        step = steps[name]
        target = step.get("to") or step.get("actions", {}).get("pass", {}).get("to")
        if target is None or sum(key.startswith(("s", "x")) for key in steps) < 2:
            return
        del steps[name]
        self.point(name, target, returns="previous")
        inside = [key for level in self.levels() for key in level]
        for level in self.levels():
            for one in level.values():
                for action in one.get("actions", {}).values():
                    # What was inside a parallel step that was removed went with it.
                    if action.get("verb") == "return" and action["to"] not in inside:
                        action["to"] = "previous"

    def add(self, steps: dict[str, Any], name: str) -> None:
        new = self.fresh()
        self.point(name, new, returns=name)
        task = {
            "title": new,
            "who": {"permission": "p", "organisation": "data.unit"},
            "actions": {"pass": {"title": "P", "to": name}},
        }
        items = list(steps.items())
        at = list(steps).index(name)
        steps.clear()
        steps.update([*items[:at], (new, task), *items[at:]])

    def who(self, steps: dict[str, Any], name: str) -> None:
        if "organisation" in steps[name].get("who", {}):
            steps[name]["who"]["organisation"] = self.draw(
                st.sampled_from(["data.unit", "data.unit.superior"])
            )

    def stages(self, steps: dict[str, Any], name: str) -> None:
        if steps[name].get("stages"):
            del steps[name]["stages"]
        elif "organisation" in steps[name].get("who", {}):
            steps[name]["stages"] = {"one": {"title": "One"}, "three": {"title": "Three"}}

    def due(self, steps: dict[str, Any], name: str) -> None:
        if "who" in steps[name]:
            due = self.draw(st.sampled_from([None, "data.until", "date('2026-10-15')"]))
            steps[name].pop("due", None)
            if due is not None:
                steps[name]["due"] = {"by": due}

    def join(self, steps: dict[str, Any], name: str) -> None:
        if "parallel" in steps[name]:
            first = next(iter(steps[name]["parallel"]["branches"]))
            steps[name]["parallel"]["join"] = self.draw(st.sampled_from(["all", "any", first]))

    def branch(self, steps: dict[str, Any], name: str) -> None:
        if "parallel" not in steps[name]:
            return
        branches = steps[name]["parallel"]["branches"]
        new = self.fresh()
        branches[f"b{new}"] = {
            new: {
                "title": new,
                "who": {"permission": "p", "organisation": "data.unit"},
                "actions": {"pass": {"title": "P", "to": "join"}},
            }
        }


# -------------------------------------------------------------------- running


class Town:
    """A platform with three offices, one above the other, and two people in each."""

    def __init__(self, release: Release) -> None:
        self.clock = VirtualClock(NINE)
        self.platform: Platform = bootstrap.assemble(Store("sqlite://"), release, self.clock)
        platform = self.platform
        three_offices.settle(platform, ("ann",), {"worker": three_offices.WORKERS})
        self.data = {"unit": "unit", "until": "2026-09-20"}
        ann = Actor("ann", None, "demo")
        self.uid = platform.cases.start(ann, "demo/walk", self.data).uid

    def publish(self, process: dict[str, Any], release: Release) -> None:
        platform = self.platform
        files = {path: text.encode() for path, text in release.files.items()}
        with platform.store.write() as unit:
            by = Signature("test", "test", self.clock.now())
            commit = unit.releases.commit(
                files, message("edited", {"Version": 2}), by,
                expected=platform.definitions.commit, version=2,
            )  # fmt: skip
            assert commit is not None
            pin_all(unit, release, commit)
        platform.definitions.take(commit, release)

    def row(self):
        with self.platform.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            timers = sorted((one.kind, one.at) for one in unit.timers.of(row.id))
            return row, unit.work.of(row.id), timers

    @property
    def state(self) -> State:
        return State.from_json(orjson.loads(self.row()[0].state))

    def act(self, place: State, action: str, number: int = 0) -> None:
        step, here = place.place.step, place.place.organisation or "unit"
        at = step if self.state.branches else None
        if step == "fill":
            ann = Actor("ann", None, "demo")
            data = self.data if action == "submit" else None
            self.platform.cases.act(ann, self.uid, action, data=data, at=at)
        else:
            actor = Actor(f"{here}-{number}", here, "demo")
            self.platform.cases.act(actor, self.uid, action, at=at)

    def wander(self, draw: st.DrawFn, steps: int) -> None:
        """Let random people do random things."""
        for _ in range(steps):
            if self.state.closed:
                return
            place = draw(st.sampled_from([one for _, one in places_of(self.state)]))
            if draw(st.integers(0, 5)) == 0:
                self.clock.set(self.clock.now() + timedelta(days=draw(st.integers(1, 20))))
                self.platform.cases.tick()
                continue
            names = ["pass", "pass", "back", "up", "far", "note"]
            if place.place.step == "fill":
                names = ["submit"]
            try:
                self.act(place, draw(st.sampled_from(names)), draw(st.integers(0, 1)))
            except Refused:
                continue

    def check(self) -> None:
        """Everything waits at a place of the case, each place waits, and for its deadline."""
        row, work, timers = self.row()
        state = State.from_json(orjson.loads(row.state))
        compiled = self.platform.definitions.compiled(row.process, row.pin)
        places = [one for _, one in places_of(state)]
        known = {(one.place.step, one.place.visit) for one in places}
        assert {(item.step, item.visit) for item in work} <= known
        for item in work:
            stage = next(one.place.stage for one in places if one.place.step == item.step)
            assert item.stage == stage
        expected = set()
        for at, one in places_of(state):
            step = compiled.process.steps[one.place.step]
            suffix = f"@{one.place.step}" if at else ""
            if one.due is not None and not one.overdue and not state.closed:
                expected.add((f"due{suffix}", instant(one.due, ZONE)))
            if one.wait_until is not None:
                expected.add((f"wait{suffix}", instant(one.wait_until, ZONE)))
            if step.parallel is None and step.end is None:
                held = any(item.step == one.place.step for item in work)
                assert held or one.wait_until or one.stuck, one.place
        assert set(timers) == expected
        rebuilt = self.platform.rebuilding.rebuild(self.uid)
        assert rebuilt.same, (rebuilt.state, row.state)
        assert self.platform.rebuilding.verify() == []

    def finish(self) -> None:
        """Whoever is waited for passes it on until it has ended."""
        for _ in range(200):
            state = self.state
            if state.closed:
                assert state.closed == "success"
                return
            inner = next(one for _, one in places_of(state) if not one.branches)
            if inner.wait_until is not None:
                self.clock.set(
                    max(self.clock.now(), instant(inner.wait_until, ZONE)) + timedelta(minutes=1)
                )
                self.platform.cases.tick()
                continue
            action = "submit" if inner.place.step == "fill" else "pass"
            try:
                self.act(inner, action)
            except Refused:
                assert inner.relaying
                self.act(inner, "up")
        raise AssertionError(f"never ended: {written(self.state)}")


def decided(town: Town, draw: st.DrawFn) -> Plan:
    """A plan in which everything that can be decided is."""
    steps: dict[str, str] = {}
    plan = town.platform.migrations.plan(SYSTEM, "demo/walk", "2")
    for _ in range(6):
        asked = [choice for choice, _ in plan.choices if choice.proposed]
        if not asked:
            break
        for one in asked:
            steps[one.name] = draw(st.sampled_from(one.proposed))
        plan = town.platform.migrations.plan(SYSTEM, "demo/walk", "2", Decisions(steps=steps))
    return plan


@pytest.mark.req("CON-09", "ENG-13")
@settings(
    max_examples=EXAMPLES,
    derandomize="ZHICHENG_MIGRATIONS" not in os.environ,
    deadline=None,
    # An example opens a platform: to shrink one would take longer than to read it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_what_a_plan_says_is_what_comes(data: st.DataObject) -> None:
    process = process_of(data.draw)
    before = loaded(process)
    assume(before is not None)
    assert before is not None
    town = Town(before)
    if data.draw(st.integers(0, 9)):
        town.act(town.state, "submit")
    town.wander(data.draw, data.draw(st.integers(0, 8)))
    assume(not town.state.closed)
    editing = Editing(data.draw, process, frozenset(town.state.visits))
    for _ in range(data.draw(st.integers(1, 5))):
        editing.edit()
    after = loaded(process)
    note(before.files[PROCESS])
    note(document(process))
    note(f"at {written(town.state)}")
    event(f"edited process can be used: {after is not None}")
    if after is None or after.closure("demo/walk") == before.closure("demo/walk"):
        return
    town.publish(process, after)
    was = town.row()

    plan = decided(town, data.draw)
    (case,) = plan.cases
    event(case.kind)
    for code in case.sentences:
        event(code)
    note(f"{case.at} {case.sentences} {plan.decisions.steps}")
    assert town.row() == was
    done = town.platform.migrations.run(SYSTEM, plan.id, "edited")

    (moved,) = done.cases
    row, work, timers = town.row()
    if case.kind not in MOVABLE:
        assert (row, work, timers) == was
        assert moved.state == "planned"
        town.finish()
        return
    assert moved.state == "moved", moved
    assert row.pin == after.closure("demo/walk")
    state = State.from_json(orjson.loads(row.state))
    at = written(state)
    assert ([at] if isinstance(at, str) else at) == list(moved.at) == list(case.at)
    if case.kind == "unaffected":
        assert (work, timers) == was[1:]
        for name in ("status", "step", "stage", "organisation", "due", "data_hash"):
            assert getattr(row, name) == getattr(was[0], name)
    town.check()
    if data.draw(st.booleans()):
        undone = town.platform.migrations.undo(SYSTEM, plan.id, "wrong")
        if undone.cases[0].state == "undone":
            again, waiting, waking = town.row()
            assert _place_of(again) == _place_of(was[0])
            assert _waiting(waiting) == _waiting(was[1])
            assert waking == was[2]
        town.check()
    town.finish()
    assert town.platform.rebuilding.rebuild(town.uid).same


def _waiting(work: Any) -> list[str]:
    return sorted(str(item[3:10]) for item in work)


def _place_of(row: Any) -> tuple[Any, ...]:
    """What of a case is as it was, the numbers of commands apart."""
    state = orjson.loads(row.state)
    return row.pin, row.data_hash, row.due, _without(state)


def _without(state: dict[str, Any]) -> dict[str, Any]:
    branches = {name: _without(one) for name, one in state.get("branches", {}).items()}
    return {**{key: value for key, value in state.items() if key != "since"}, "branches": branches}
