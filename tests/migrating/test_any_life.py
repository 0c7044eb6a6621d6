"""Lives of cases in the whole language, cut by a new version: what a plan says is what comes.

Votes that are going on, groups with their members, called and created cases, added signers,
suspended cases, open timers: whatever a case was in the middle of when its process was edited, a
move that was predicted comes out as predicted, one that was not leaves it untouched, undoing brings
it back, and every case can be finished.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.domain.actor import SYSTEM
from engine.domain.case import places_of
from engine.domain.errors import EngineError
from engine.services.definitions import pin_all
from engine.services.migration_decisions import Decisions
from engine.services.migration_views import MOVABLE, Plan
from engine.services.versions import message
from engine.store.releases import Signature
from tests.walks.language import ALL_ALLOWED, DECIDE, WALK, Author, content, loaded
from tests.walks.town import DATA, STARTERS, Town, person
from tests.walks.walk import Walk

EXAMPLES = int(os.environ.get("ZHICHENG_MIGRATED_LIVES", "6"))
MEETING = "definitions/processes/demo/meeting.yaml"
PROCESSES = ("demo/walk", "demo/meeting", "demo/part")


class Life(Walk):
    """Random people who do random things; that nothing is lost by that is tested elsewhere."""

    def __init__(self, town: Town, draw: st.DrawFn) -> None:
        super().__init__(town, draw)
        self.kinds = (*self.kinds, "group", "group", "vote", "signer", "substitute")

    def carry_out(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except EngineError:
            return False
        return True

    def step(self) -> None:
        kind = self.pick(self.kinds)
        command = getattr(self, f"to_{kind}")()
        if command is not None:
            note(command[0])
            note(f"    {self.carry_out(command[1])}")


class Editing:
    """Changes processes of the language as an author might; what leads somewhere leads on."""

    def __init__(
        self, draw: st.DrawFn, files: dict[str, dict[str, Any]], near: frozenset[str], *, of: int
    ) -> None:
        self.draw, self.files, self.near = draw, files, near
        # What one version calls its new steps no other one does.
        self.count = 10 * of

    def lead(self, name: str, target: str) -> None:
        """Let everything that leads to a step lead to another one."""
        for process in self.files.values():
            process.update(_leading(process, name, target))

    def pick(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def levels(self) -> list[dict[str, Any]]:
        """The steps of the process and of each branch."""
        found = [process["steps"] for process in self.files.values()]
        for steps in found:
            for step in steps.values():
                found += list(step.get("parallel", {}).get("branches", {}).values())
        return found

    def edit(self) -> None:
        every = [
            (steps, name)
            for steps in self.levels()
            for name, step in steps.items()
            if name != "fill" and "end" not in step
        ]
        here = [one for one in every if one[1] in self.near]
        if not every:
            return
        steps, name = self.pick(here if here and self.draw(st.integers(0, 3)) else every)
        step = steps[name]
        kinds = ["rename", "remove", "due", "status", "actions"]
        kinds += ["who", "allow", "stages"] * ("who" in step and step["who"] != "initiator")
        kinds += ["vote", "vote", "voters"] * ("panel" in step)
        kinds += ["called", "outcomes"] * ("call" in step)
        kinds += ["waits", "outcomes"] * ("wait" in step)
        kinds += ["join", "branch"] * ("parallel" in step)
        kind = self.pick(kinds)
        note(f"edit: {kind} {name}")
        getattr(self, kind)(steps, name, step)

    def rename(self, steps: dict[str, Any], name: str, step: Any) -> None:
        self.count += 1
        new = f"x{self.count}"
        items = [(new if key == name else key, value) for key, value in steps.items()]
        steps.clear()
        steps.update(items)
        self.lead(name, new)

    def remove(self, steps: dict[str, Any], name: str, step: Any) -> None:
        outcomes = list(step.get("outcomes", {}).values())
        passing = step.get("actions", {}).get("pass", {}).get("to")
        target = step.get("to") or passing or (outcomes[0] if outcomes else None)
        if isinstance(target, str) and target not in ("next", "previous", "resume"):
            del steps[name]
            self.lead(name, target)

    def due(self, steps: dict[str, Any], name: str, step: Any) -> None:
        known = step.pop("due", None)
        if known is None or self.draw(st.booleans()):
            step["due"] = {"by": self.pick(["data.until", "days(today, 5)", "days(today, 40)"])}

    def status(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if step.pop("status", None) is None:
            step["status"] = "open"

    def actions(self, steps: dict[str, Any], name: str, step: Any) -> None:
        leading = ("pass", "submit", "open", "close")
        extra = [one for one in step.get("actions", {}) if one not in leading]
        if extra:
            del step["actions"][self.pick(extra)]

    def who(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if "organisation" in step["who"]:
            step["who"]["organisation"] = self.pick(["data.unit", "jurisdiction.bureau"])
        step["who"].pop("except", None)

    def allow(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if step.pop("allow", None) is None:
            step["allow"] = list(ALL_ALLOWED)

    def stages(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if step.pop("stages", None) is None:
            step["stages"] = {"one": {"title": "One"}, "three": {"title": "Three"}}

    def vote(self, steps: dict[str, Any], name: str, step: Any) -> None:
        panel = step["panel"]
        key = self.pick(["decide", "in_turn", "may_decline", "secret", "observers"])
        if key == "decide":
            panel["decide"] = self.pick(DECIDE)
        elif key == "observers":
            panel["observers"] = "case.actors('fill')"
        else:
            panel[key] = not panel.get(key, False)

    def voters(self, steps: dict[str, Any], name: str, step: Any) -> None:
        step["panel"]["voters"] = self.pick(["data.voters", {"draw": 2, "from": "people"}])

    def called(self, steps: dict[str, Any], name: str, step: Any) -> None:
        key = self.pick(["link", "with"])
        step["call"][key] = "other" if key == "link" else {"unit": "data.unit.superior"}

    def outcomes(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if step.get("outcomes"):
            del step["outcomes"][self.pick(step["outcomes"])]

    def waits(self, steps: dict[str, Any], name: str, step: Any) -> None:
        if "until" in step["wait"]:
            step["wait"]["until"] = self.pick(["data.until", "days(today, 30)"])

    def join(self, steps: dict[str, Any], name: str, step: Any) -> None:
        branches = step["parallel"]["branches"]
        step["parallel"]["join"] = self.pick(["all", "any", next(iter(branches))])

    def branch(self, steps: dict[str, Any], name: str, step: Any) -> None:
        self.count += 1
        new = f"x{self.count}"
        who = {"permission": "p", "organisation": "data.unit"}
        task = {"title": new, "who": who, "actions": {"pass": {"title": "P", "to": "join"}}}
        step["parallel"]["branches"][f"b{new}"] = {new: task}


def _leading(value: Any, name: str, target: str) -> Any:
    """What leads to a step, leading to another one."""
    if isinstance(value, dict):
        return {key: one if key in ("title", "link") else _leading(one, name, target)
                for key, one in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [_leading(one, name, target) for one in value]
    return target if value == name else value


def _held(meeting: dict[str, Any]) -> dict[str, Any]:
    """What of a meeting is the same wherever its cases wait."""
    return {key: one for key, one in meeting.items() if key != "members"}


def _read(text: str) -> dict[str, Any]:
    """The values of a file."""
    node = read_yaml(text.encode(), "file.yaml", Problems())
    assert node is not None
    value = node.value
    assert isinstance(value, dict)
    return value


def publish(town: Town, files: dict[str, str], release: Any, version: int) -> None:
    """Put another version into force."""
    platform = town.platform
    with platform.store.write() as unit:
        by = Signature("test", "test", town.clock.now())
        commit = unit.releases.commit(
            {path: text.encode() for path, text in files.items()},
            message("edited", {"Version": version}), by,
            expected=platform.definitions.commit, version=version,
        )  # fmt: skip
        assert commit is not None
        pin_all(unit, release, commit)
    platform.definitions.take(commit, release)


def decided(town: Town, process: str, version: str, draw: st.DrawFn) -> Plan:
    """A plan in which everything that can be decided is."""
    steps: dict[str, str] = {}
    plan = town.platform.migrations.plan(SYSTEM, process, version)
    for _ in range(5):
        asked = [choice for choice, _ in plan.choices if choice.proposed]
        if not asked:
            break
        for one in asked:
            steps[one.name] = draw(st.sampled_from(one.proposed))
        plan = town.platform.migrations.plan(SYSTEM, process, version, Decisions(steps=steps))
    return plan


def stored(town: Town, uid: str) -> dict[str, Any]:
    """What of a case a move changes, and undoing puts back."""
    with town.platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        state = _without_numbers(orjson.loads(row.state))
        waits = sorted(str(item[3:10]) for item in unit.work.of(row.id))
        timers = sorted((one.kind, one.at) for one in unit.timers.of(row.id))
        cast = "SELECT step, visit, round, voter FROM ballots WHERE case_id = ?"
        ballots = sorted(map(str, unit.connection.exec_driver_sql(cast, (row.id,))))
        return {"pin": row.pin, "data": row.data_hash, "state": state, "waits": waits,
                "timers": timers, "ballots": ballots}  # fmt: skip


#: what people meet of a place; beside it a state holds what its steps are called
MET = ("place", "status", "due", "wait_until", "stuck", "suspended", "overdue", "returned",
       "relaying", "closed", "voters", "voted", "declined", "round", "turn", "signers",
       "joined")  # fmt: skip


def met(found: dict[str, Any]) -> dict[str, Any]:
    """What people meet of a case."""

    def of(state: dict[str, Any]) -> dict[str, Any]:
        branches = {name: of(one) for name, one in state.get("branches", {}).items()}
        # Nobody waits where a branch has ended, whatever its last step is called now.
        known = [key for key in MET if key != "place" or not state.get("joined")]
        return {**{key: state.get(key) for key in known}, "branches": branches}

    return {**found, "pin": "", "state": of(found["state"])}


def _without_numbers(state: dict[str, Any]) -> dict[str, Any]:
    branches = {name: _without_numbers(one) for name, one in state.get("branches", {}).items()}
    return {**{key: one for key, one in state.items() if key != "since"}, "branches": branches}


@pytest.mark.req("CON-09", "ENG-13")
@settings(
    max_examples=EXAMPLES,
    derandomize="ZHICHENG_MIGRATED_LIVES" not in os.environ,
    deadline=None,
    # An example opens a platform: to shrink one would take longer than to read it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_what_a_plan_says_is_what_comes_of_any_life(data: st.DataObject) -> None:
    draw = data.draw
    author = Author(draw)
    process = author.process()
    files = content(author, process)
    release = loaded(files)
    assume(release is not None)
    assert release is not None
    note(files[WALK])
    town = Town(release)
    for starter in STARTERS:
        uid = town.platform.cases.start(person(starter), "demo/walk", DATA).uid
        town.platform.cases.act(person(starter), uid, "submit", data=DATA)
    life = Life(town, draw)
    for _ in range(draw(st.integers(0, 30))):
        life.step()
    edited = {path: _read(text) for path, text in files.items() if "/processes/" in path}
    versions = 2 + draw(st.booleans())
    for version in range(2, versions + 1):
        near = {place.state.place.step for place in town.places()}
        editing = Editing(draw, edited, frozenset(near), of=version)
        for _ in range(draw(st.integers(1, 4))):
            editing.edit()
        changed = {**files, **{path: document(one) for path, one in edited.items()}}
        after = loaded(changed)
        event(f"version {version} can be used: {after is not None}")
        assume(after is not None)
        for path in edited:
            note(changed[path])
        publish(town, changed, after, version)
        # Cases that are left where they are go straight to the last version later.
        if version < versions and draw(st.booleans()):
            continue
        for name in PROCESSES:
            if name in after.processes and after.closure(name) != release.closure(name):
                _moved_as_planned(town, life, name, str(version), draw)
        town.check(rebuilt=True)
    # What holds a meeting in these tests knows only the one that was written.
    if MEETING not in files or _held(edited[MEETING]) == _held(_read(files[MEETING])):
        town.finish()
    town.check(rebuilt=True)
    town.platform.close()


def _moved_as_planned(town: Town, life: Life, process: str, version: str, draw: st.DrawFn) -> None:
    """Plan, move, perhaps undo, though some go on meanwhile, and move again."""
    migrations = town.platform.migrations
    plan = decided(town, process, version, draw)
    was = {one.uid: stored(town, one.uid) for one in plan.cases}
    done = {one.uid: one for one in migrations.run(SYSTEM, plan.id, "edited").cases}
    for case in plan.cases:
        now = stored(town, case.uid)
        event(f"{process}: {case.kind}")
        note(f"{case.kind} {case.sentences} {case.at}")
        if case.kind not in MOVABLE:
            assert now == was[case.uid]
            continue
        assert done[case.uid].state == "moved", done[case.uid]
        assert now["pin"] != was[case.uid]["pin"]
        assert now["ballots"] == was[case.uid]["ballots"], "a ballot was lost"
        at = [str(one.place) for _, one in places_of(town.state(case.uid)) if not one.branches]
        assert at
        if case.kind == "unaffected":
            assert met(now) == met(was[case.uid])
    town.check(rebuilt=True)
    if draw(st.booleans()):
        before = versions_of(town, plan)
        for _ in range(draw(st.integers(0, 3))):
            life.step()
        gone_on = {uid for uid, known in versions_of(town, plan).items() if known != before[uid]}
        undone = migrations.undo(SYSTEM, plan.id, "wrong")
        for one in undone.cases:
            if one.state == "undone":
                assert one.uid not in gone_on
                assert stored(town, one.uid) == was[one.uid]
            elif one.state == "moved":
                # Only those are left that have gone on, or whose move nothing takes back.
                kept = one.sentences in (("migrate_final",), ("migrate_linked",))
                assert kept or (one.sentences == ("migrate_gone_on",) and one.uid in gone_on)
        town.check(rebuilt=True)
        again = migrations.plan(SYSTEM, process, version, plan.decisions)
        first = {one.uid: one.kind for one in plan.cases}
        assert gone_on or all(one.kind == first[one.uid] for one in again.cases)
        migrations.run(SYSTEM, again.id, "right after all")


def versions_of(town: Town, plan: Plan) -> dict[str, int]:
    """How often each case of a plan was written."""
    with town.platform.store.read() as unit:
        return {one.uid: town.platform.casework.load(unit, one.uid).row.version
                for one in plan.cases}  # fmt: skip
