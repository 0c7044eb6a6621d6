"""Sample cases replayed: real services, an empty database of their own, a clock that is moved.

Nothing leaves the platform in a replay; documents are issued but not printed. Each sample begins
from a copy of its world, so that samples cannot disturb each other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import orjson

from engine.connectors.http import Rejected
from engine.connectors.recorded import RecordedConnections
from engine.definitions.process import Action, Step
from engine.definitions.sample import ABOUT_PEOPLE, EXPECTED, OF_ALL, ON_PAGES, Sample, SampleStep
from engine.domain.actor import Actor
from engine.domain.case import Place, State, places_of
from engine.domain.clock import VirtualClock
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.runtime.compiled import Compiled
from engine.services import sample_pages, sample_people
from engine.services.operations import OPERATED
from engine.services.platform import Platform
from engine.services.replayed import Difference, Replayed, Stood
from engine.services.sample_data import Library
from engine.services.sample_findings import Findings, part
from engine.services.sample_scene import Scene
from engine.services.world import overwrite, set_route, with_files
from engine.store.cases import CaseRow

#: most steps a fast-forward may take
MOST_STEPS = 50
PASSING = ("submit", "pass")


class Opened(NamedTuple):
    """A platform with worlds in it, and the jurisdiction of what a sample adds to them."""

    platform: Platform
    jurisdiction: str


class Replay:
    """Runs samples.

    Args:
        open_world: gives a fresh platform with the worlds of these names, on the given clock.
        library: sample data.
        close: what is done with the platform after a sample.
    """

    def __init__(
        self,
        open_world: Callable[[Sequence[str], VirtualClock], Opened],
        library: Library,
        close: Callable[[Platform], None] = Platform.close,
    ) -> None:
        self._open = open_world
        self._library = library
        self._close = close

    def run(
        self, sample: Sample, keep: Callable[[Platform, Replayed], None] | None = None
    ) -> Replayed:
        """Run one sample; differences are returned, never raised."""
        begun = time.perf_counter()
        result = Replayed(sample)
        running = None
        try:
            running = _Running(self._open, self._library, sample, result)
            running.go()
        except (Refused, LookupError) as error:
            result.error = _sentence(error) if isinstance(error, Refused) else repr(error)
        finally:
            if running is not None:
                if keep is not None:
                    keep(running.platform, result)
                self._close(running.platform)
        result.seconds = time.perf_counter() - begun
        return result


class _Running:
    def __init__(
        self,
        open_world: Callable[[Sequence[str], VirtualClock], Opened],
        library: Library,
        sample: Sample,
        result: Replayed,
    ) -> None:
        self.sample = sample
        self.result = result
        self.library = library
        # The zone is known once the world is open.
        self.clock = VirtualClock(sample.clock.replace(tzinfo=UTC))
        self.platform, jurisdiction = open_world(sample.worlds, self.clock)
        # A sample that draws comes out the same every time.
        self.platform.casework.seeds = partial(random.Random(0).getrandbits, 48)  # noqa: S311
        self.scene = Scene(self.platform, jurisdiction, result.cases)
        self.findings = Findings(self.scene, library)
        self.zone = self.platform.zone
        self.clock.set(sample.clock.replace(tzinfo=self.zone))
        self.uids = result.cases
        #: whether somebody was made a substitute
        self._stand_in = False
        self._recorded().forget()
        self._given(sample.given)

    # ------------------------------------------------------------ steps

    def go(self) -> None:
        """All steps, until the first difference."""
        for step in self.sample.steps:
            self.result.steps += 1
            if step.expect:
                self.findings.since = self._last_message()
            try:
                self._take(step)
            except Refused as refusal:
                said = "; ".join(_sentences(refusal)[:4])
                self._differ(step, step.does or step.kind, "done", said)
            except LookupError as error:
                self._differ(step, step.does or step.kind, "done", repr(error))
            if step.expect and not self.result.differences:
                with self.platform.store.read():
                    self._expect(step)
            if self.result.differences:
                return
        self._coverage()

    def _take(self, step: SampleStep) -> None:
        match step.kind:
            case "does":
                self._does(step)
            case "clock":
                assert step.clock is not None  # the parser demands it
                self._move_to(step.clock.replace(tzinfo=self.zone))
            case "look":
                self._look(step)
            case "change":
                self._given(step.change)
            case "fast_forward":
                self._forward(step)
            case "answers":
                self._answer(step)

    def _move_to(self, at: datetime) -> None:
        """Move the clock, firing every timer at its own time on the way."""
        while True:
            with self.platform.store.read() as unit:
                following = unit.timers.next()
            if following is None or following > at:
                break
            self.clock.set(max(following.astimezone(self.zone), self.clock.now()))
            if not self.platform.cases.tick():
                break
        self.clock.set(at)
        self.platform.cases.tick()
        if self._stand_in:
            # A substitute begins and ends with a day.
            self.scene.forget()

    def _does(self, step: SampleStep) -> None:
        if step.refused is None:
            self._do(step)
            return
        before = self._fingerprint(step)
        try:
            self._do(step)
        except Refused as refusal:
            said = _sentences(refusal)
            if step.refused not in said:
                self._differ(step, "refused", step.refused, said[0])
        else:
            self._differ(step, "refused", step.refused, "done")
        if self._fingerprint(step) != before and not self.result.differences:
            self._differ(step, "after the refusal", "nothing changed", "something changed")

    def _do(self, step: SampleStep) -> None:
        assert step.by is not None  # the parser demands them
        assert step.does is not None
        entered = self.library.resolve(step.entered) if step.entered is not None else {}
        if step.does == "start":
            self._start(step, entered)
            return
        if step.does in ABOUT_PEOPLE and not step.cases:
            sample_people.carry_out(self.platform, step.by, step.does, entered)
            self._stand_in = True
            self.scene.forget()
            return
        if step.does in ON_PAGES and not step.cases:
            sample_pages.carry_out(self.scene, step.by, step.does, entered)
            self.scene.forget()
            return
        uids = [self.scene.uid(name) for name in step.cases]
        if len(uids) > 1:
            actor = self.scene.actor(step.by, uids[0], step.does)
            for found in self.platform.bulk.run(actor, uids, step.does, entered):
                if found.done is None:
                    raise Refused("bulk", say=found.sentence)
            return
        self._operate(step.by, uids[0], step.does, entered, step.place)

    def _start(self, step: SampleStep, entered: Mapping[str, Any]) -> None:
        assert step.by is not None
        assert step.process is not None
        actor = self.scene.starter(step.by, step.process)
        done = self.platform.cases.start(actor, step.process, self._named(entered))
        self.uids[step.cases[0]] = done.uid

    def _operate(
        self,
        by: str,
        uid: str,
        does: str,
        entered: Mapping[str, Any],
        at: str | None = None,
    ) -> None:
        cases, interventions = self.platform.cases, self.platform.interventions
        entered = self._named(entered)
        with self.platform.store.read():
            actor = self.scene.actor(by, uid, does)
            known = self._action(actor, uid, does, at)
            edits = known is not None and (known[1].edit or known[0].edit) and not known[1].ask
            data = self._merged(uid, entered) if edits else None
        if known is not None:
            cases.act(actor, uid, does, input=None if edits else entered, data=data, at=at)
            return
        if does in OPERATED:
            self.platform.operations.do(actor, uid, does, entered, at=at)
            return
        members = list(entered.get("members", ()))
        reason = str(entered.get("reason", ""))
        instead, person = str(entered.get("instead", "")), str(entered.get("person", ""))

        def leads() -> bool:
            try:
                offers = self.platform.offering.offers(actor, uid, at=at)
            except NotFound:
                return False
            return any(one.name == "replace" and one.mine and not one.stepping_in for one in offers)

        operations: dict[str, Callable[[], object]] = {
            "save": lambda: cases.save(actor, uid, self._merged(uid, entered), at=at),
            "withdraw": lambda: cases.withdraw(actor, uid, at=at),
            "extend": lambda: cases.extend(
                actor,
                uid,
                str(entered.get("until", "")),
                at=at,
                deadline=entered.get("deadline"),
            ),
            "open": lambda: cases.open(actor, uid, at=at),
            "claim": lambda: cases.claim(actor, uid, at=at),
            "release": lambda: cases.give_back(actor, uid, at=at),
            "cancel": lambda: interventions.cancel(actor, uid, reason),
            "suspend": lambda: interventions.suspend(actor, uid, reason),
            "resume": lambda: interventions.resume(actor, uid, reason),
            "retry": lambda: self._retry(actor, uid, reason),
            "reroute": lambda: interventions.reroute(
                actor,
                uid,
                reason,
                organisation=entered.get("organisation"),
                step=entered.get("step"),
            ),
            "add": lambda: cases.add(actor, uid, members),
            "remove": lambda: cases.remove(actor, uid, members),
            "decline": lambda: cases.decline(actor, uid, reason, at=at),
            "replace": lambda: (
                cases.replace(actor, uid, instead, person, reason, at=at)
                if leads()
                else interventions.do(actor, uid, "replace", entered, at=at)
            ),
            "vote": lambda: cases.vote(actor, uid, self._papers(by, uid, entered, at), at=at),
        }
        # What is no operation is refused by the service in its own words.
        operations.get(does, lambda: cases.act(actor, uid, does, input=entered))()

    def _retry(self, actor: Actor, uid: str, reason: str) -> None:
        """Try again what failed, as the workers would do it at once."""
        self.platform.interventions.retry(actor, uid, reason)
        self.platform.cases.tick()

    def _papers(
        self, by: str, uid: str, entered: Mapping[str, Any], at: str | None
    ) -> Mapping[str, Any]:
        """A ballot as the service takes it: the only paper of a vote on a case has no name."""
        row, state = self.scene.case(uid)
        steps = self.platform.definitions.compiled(row.process, row.pin).process.steps
        for _, one in places_of(state):
            panel, here = steps[one.place.step].panel, one.place.step == at or by in one.voters
            if panel is not None and here and panel.about == "case":
                return {"": entered}
        return entered

    def _named(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        """What was entered with case names of this file replaced by their ids."""
        found = {}
        for name, value in entered.items():
            if name == "members" and isinstance(value, list):
                value = [self.uids.get(item, item) for item in value]
            found[self.uids.get(name, name)] = value
        return found

    # ------------------------------------------------------------ who acts

    # ------------------------------------------------------------ the case

    def _action(
        self, actor: Actor, uid: str, name: str, at: str | None
    ) -> tuple[Step, Action] | None:
        """The action of the author that is meant, and its step; None for an operation."""
        row, state = self.scene.case(uid)
        compiled = self.platform.definitions.compiled(row.process, row.pin)
        with self.platform.store.read() as unit:
            waiting = unit.work.of(row.id)
        mine = [
            item.step
            for item in waiting
            if item.person == actor.person
            or (item.person is None and item.organisation == actor.organisation)
        ]
        steps = [at] if at else [*mine, *(one.place.step for _, one in places_of(state))]
        for step in steps:
            if name in compiled.actions[step]:
                return compiled.process.steps[step], compiled.actions[step][name]
        return None

    def _merged(self, uid: str, entered: Mapping[str, Any]) -> dict[str, Any]:
        return _merge(self.scene.data(uid), entered)

    # ------------------------------------------------------------ going on quickly

    def _forward(self, step: SampleStep) -> None:
        uid, target = self.scene.uid(step.cases[0]), step.to
        for _ in range(MOST_STEPS):
            row, state = self.scene.case(uid)
            places = [one for _, one in places_of(state)]
            if any(one.place.step == target for one in places):
                return
            waits = any(one.wait_until is not None for one in places)
            if self._pass_on(uid, row, state):
                continue
            with self.platform.store.read() as unit:
                following = unit.timers.next() if waits else None
            if following is None:
                break
            self._move_to(following.astimezone(self.zone))
        self._differ(step, "fast_forward", target, self.scene.case(uid)[0].step)

    def _pass_on(self, uid: str, row: CaseRow, state: State) -> bool:
        """The first passing action by the first person who may; False when there is none."""
        compiled = self.platform.definitions.compiled(row.process, row.pin)
        for _, one in places_of(state):
            step = compiled.process.steps[one.place.step]
            passing = (
                action
                for action in compiled.actions[step.name].values()
                if action.verb in PASSING and step.wait is None and step.parallel is None
            )
            action = next(passing, None)
            people = self.scene.waits_for(row, step.name) if action is not None else ()
            if action is not None and people:
                data = self._sample_data(uid, compiled, one.place, action)
                at = step.name if step.within else None
                self._operate(people[0], uid, action.name, data, at)
                return True
        return False

    def _sample_data(
        self, uid: str, compiled: Compiled, place: Place, action: Action
    ) -> dict[str, Any]:
        step = compiled.process.steps[place.step]
        if action.ask is not None:
            if action.ask.stage is not None and action.ask.stage != place.stage:
                return {}
            known = self.library.data.get(action.ask.form, {})
            value: Mapping[str, Any] = self.library.resolve(known)
            if action.ask.fields is not None:
                value = {name: value[name] for name in action.ask.fields if name in value}
            return dict(value)
        if step.edit and action.verb == "submit":
            form = compiled.process.form or ""
            known = self.library.data.get(f"complete-{form}", self.library.data.get(form, {}))
            mine = self.scene.data(uid)
            found: Mapping[str, Any] = self.library.resolve(known)
            return {name: value for name, value in found.items() if not _chosen(mine, name)}
        return {}

    # ------------------------------------------------------------ systems outside

    def _answer(self, step: SampleStep) -> None:
        """Let a worker ask until a connector was asked; the clock is moved to its questions."""
        assert step.answers is not None  # the parser demands it
        connections = self._recorded()
        if step.answers not in self.platform.release.connectors:
            raise LookupError(f"no connector is called {step.answers}")
        told = Rejected(step.refused) if step.refused is not None else step.entered or {}
        connections.will(step.answers, told)
        before = len(connections.asked)
        for _ in range(MOST_STEPS):
            with self.platform.store.read() as unit:
                following = unit.outbox.next()
            if following is None:
                break
            self._move_to(max(following.astimezone(self.zone), self.clock.now()))
            self.platform.outgoing.work_off()
            asked = [one for one in connections.asked[before:] if one.connector == step.answers]
            if asked:
                if step.asked:
                    found = part(asked[0].body, step.asked)
                    self._one(step, f"asked {step.answers}", step.asked, found)
                return
        self._differ(step, f"answers {step.answers}", "asked", "not asked")

    def _recorded(self) -> RecordedConnections:
        connections = self.platform.connections
        assert isinstance(connections, RecordedConnections)  # nothing leaves a replay
        return connections

    # ------------------------------------------------------------ the world

    def _given(self, change: Mapping[str, Any]) -> None:
        now = self.clock.now()
        self.scene.forget()
        with self.platform.store.write() as unit:
            for register, records in (change.get("registers") or {}).items():
                for key, values in records.items():
                    overwrite(
                        self.platform.records, unit, register, key, with_files(values),
                        self.scene.jurisdiction, now,
                    )  # fmt: skip
            for route, rows in (change.get("routes") or {}).items():
                set_route(unit, route, rows, self.scene.jurisdiction)
        for process, values in (change.get("policy") or {}).items():
            self.platform.casework.override(process, values)
        if "connectors" in change:
            self._recorded().configured = set(change["connectors"])
        if "shared_opinions" in change:
            self.platform.opinions.share(self.scene.jurisdiction, bool(change["shared_opinions"]))

    def _last_message(self) -> int:
        with self.platform.store.read() as unit:
            return unit.messages.last()

    def _fingerprint(self, step: SampleStep) -> list[tuple[str, int, int]]:
        """What a step that is refused leaves as it is."""
        with self.platform.store.read() as unit:
            found = [(row.uid, row.version, row.journal_seq) for row in unit.cases.every()]
            if step.does in ON_PAGES and isinstance(step.entered, Mapping):
                rows = unit.records.every(str(step.entered.get("register")))
                found += [(row.key, row.version, 0) for row in rows]
                found.append(("messages", unit.messages.last(), 0))
        return found

    # ------------------------------------------------------------ looking

    def _look(self, step: SampleStep) -> None:
        assert step.look is not None
        assert step.by is not None
        found = self.scene.seen(step.look, step.by, None)
        if sorted(found) != sorted(step.sees):
            self._differ(step, f"look {step.look}", sorted(step.sees), sorted(found))

    # ------------------------------------------------------------ expecting

    def _expect(self, step: SampleStep) -> None:
        own = {key: value for key, value in step.expect.items() if key in EXPECTED}
        for name, value in step.expect.items():
            if name not in EXPECTED:
                self._compare(step, name, value)
        if not own:
            return
        if step.cases:
            self._compare(step, step.cases[0], own)
            return
        for name in OF_ALL:
            if name in own:
                self._one(step, name, own[name], self.findings.anywhere(name, own[name]))

    def _compare(self, step: SampleStep, name: str, expected: Mapping[str, Any]) -> None:
        uid = self.scene.uid(name)
        row, state = self.scene.case(uid)
        for what, value in expected.items():
            if what == "refuses":
                self._refuses(step, name, uid, row, value)
                continue
            found = self.findings.found(what, value, uid, row, state)
            self._one(step, f"{name}.{what}", value, found)

    def _refuses(
        self, step: SampleStep, name: str, uid: str, row: CaseRow, expected: Mapping[str, str]
    ) -> None:
        people = self.scene.waits_for(row)
        for action, sentence in expected.items():
            said = "offered"
            for person in people:
                actor = self.scene.actor(person, uid, action)
                for offer in self.platform.offering.offers(actor, uid):
                    if offer.name != action or offer.stepping_in:
                        continue
                    if offer.refusal is not None:
                        said = offer.refusal.sentence
            if said != sentence:
                self._differ(step, f"{name}.refuses.{action}", sentence, said)

    def _one(self, step: SampleStep, what: str, expected: Any, found: Any) -> None:
        if not _equal(expected, found):
            self._differ(step, what, expected, found)

    def _differ(self, step: SampleStep, what: str, expected: Any, found: Any) -> None:
        self.result.differences.append(Difference(step.node.at.line, what, expected, found))
        if self.result.stood is None:
            self.result.stood = self._stood(step, what)

    def _stood(self, step: SampleStep, what: str) -> Stood | None:
        """Where the case is that a difference is about."""
        named = [name for name in (what.partition(".")[0], *step.cases) if name in self.uids]
        if not named:
            return None
        row, state = self.scene.case(self.uids[named[0]])
        return Stood(row.process, row.step, tuple(state.visits))

    def _coverage(self) -> None:
        with self.platform.store.read() as unit:
            # Those that other cases have created too.
            uids = [row.uid for row in unit.cases.every()]
        for uid in uids:
            row, state = self.scene.case(uid)
            self.result.visited.setdefault(row.process, set()).update(state.visits)


# -------------------------------------------------------------------- helpers


def _merge(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(known)
    for name, value in more.items():
        before = result.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[name] = _merge(before, value) if both else value  # type: ignore[arg-type]
    return result


def _equal(expected: Any, found: Any) -> bool:
    if isinstance(expected, list) and isinstance(found, list):
        return sorted(map(_plain, expected)) == sorted(map(_plain, found))
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return set(expected) == set(found) and all(
            _equal(expected[name], found[name]) for name in expected
        )
    if isinstance(expected, str) and isinstance(found, list):
        return [expected] == found
    return bool(expected == found)


def _plain(value: Any) -> str:
    """An item of a list as text, whatever the order of its names."""
    if isinstance(value, Mapping | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()
    return str(value)


def _sentence(refusal: Refused) -> str:
    return _sentences(refusal)[0]


def _sentences(refusal: Refused) -> list[str]:
    said = [refusal.sentence]
    if isinstance(refusal, InvalidSubmission):
        said += [error.sentence for error in _errors(refusal)]
    return said


def _errors(refusal: InvalidSubmission) -> Iterator[Any]:
    return (error for error in refusal.errors if hasattr(error, "sentence"))


def _chosen(mine: Mapping[str, Any], name: str) -> bool:
    """What was entered when the case began is not overwritten by sample data."""
    return name == "settings" and bool((mine.get(name) or {}).get("activity"))
