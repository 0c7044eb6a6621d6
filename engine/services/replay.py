"""Sample cases replayed: real services, an empty database of their own, a clock that is moved.

Nothing leaves the platform in a replay; documents are issued but not printed. Each sample begins
from a copy of its world, so that samples cannot disturb each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from engine.definitions.links import created_by
from engine.definitions.listing import CASES, Listing
from engine.definitions.process import Action, Process, Step
from engine.definitions.sample import ABOUT_PEOPLE, EXPECTED, Sample, SampleStep
from engine.domain.actor import Actor
from engine.domain.case import Place, State, places_of, written
from engine.domain.clock import VirtualClock
from engine.domain.errors import InvalidSubmission, Refused
from engine.runtime.compiled import Compiled
from engine.services.directory import Post
from engine.services.operations import OPERATED
from engine.services.platform import Platform
from engine.services.sample_people import carry_out
from engine.services.world import overwrite, set_route, with_files
from engine.store.cases import CaseRow

#: where sample data and files are named in samples
FORMS = "$forms/"
#: most steps a fast-forward may take
MOST_STEPS = 50
PASSING = ("submit", "pass")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay left what the sample says: the step, what was expected and what came."""

    line: int
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        """One readable line."""
        return f"{self.what}: expected {_text(self.expected)}, found {_text(self.found)}"


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a case was: its process, its step, and the steps it had been at."""

    process: str
    step: str
    visited: tuple[str, ...]


@dataclass(slots=True)
class Replayed:
    """The result of one sample."""

    sample: Sample
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0
    steps: int = 0
    #: case names of the sample with their ids
    cases: dict[str, str] = field(default_factory=dict)
    #: step names passed, by process: for coverage
    visited: dict[str, set[str]] = field(default_factory=dict)
    error: str | None = None

    #: where the case of the first difference was
    stood: Stood | None = None

    @property
    def ok(self) -> bool:
        """Whether everything came out as written."""
        return not self.differences and self.error is None


@dataclass(frozen=True, slots=True)
class Library:
    """Sample data and files by name."""

    data: Mapping[str, Any]

    def resolve(self, value: Any) -> Any:
        """Replace ``$forms/name`` by the data of that name, ``$files/name`` by the file's id."""
        if isinstance(value, str):
            if value.startswith(FORMS):
                return self.resolve(self.data[value.removeprefix(FORMS)])
            return with_files(value)
        if isinstance(value, Mapping):
            return {name: self.resolve(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return value


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
        self.platform, self.jurisdiction = open_world(sample.worlds, self.clock)
        self.zone = self.platform.zone
        self.clock.set(sample.clock.replace(tzinfo=self.zone))
        self.uids = result.cases
        self.messages_before = 0
        self._known_posts: dict[str, Sequence[Post]] = {}
        self._known_lists: dict[str, Sequence[tuple[Listing, Actor]]] = {}
        #: whether somebody was made a substitute
        self._stand_in = False
        self._given(sample.given)

    # ------------------------------------------------------------ steps

    def go(self) -> None:
        """All steps, until the first difference."""
        for step in self.sample.steps:
            self.result.steps += 1
            if step.expect:
                self.messages_before = self._last_message()
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
            self._known_lists.clear()

    def _does(self, step: SampleStep) -> None:
        if step.refused is None:
            self._do(step)
            return
        before = self._fingerprint()
        try:
            self._do(step)
        except Refused as refusal:
            said = _sentences(refusal)
            if step.refused not in said:
                self._differ(step, "refused", step.refused, said[0])
        else:
            self._differ(step, "refused", step.refused, "done")
        if self._fingerprint() != before and not self.result.differences:
            self._differ(step, "after the refusal", "nothing changed", "something changed")

    def _do(self, step: SampleStep) -> None:
        assert step.by is not None  # the parser demands them
        assert step.does is not None
        entered = self.library.resolve(step.entered) if step.entered is not None else {}
        if step.does == "start":
            self._start(step, entered)
            return
        if step.does in ABOUT_PEOPLE and not step.cases:
            carry_out(self.platform, step.by, step.does, entered)
            self._stand_in = True
            self._known_lists.clear()
            return
        uids = [self._uid(name) for name in step.cases]
        if len(uids) > 1:
            actor = self._actor(step.by, uids[0], step.does)
            for found in self.platform.bulk.run(actor, uids, step.does, entered):
                if found.done is None:
                    raise Refused("bulk", say=found.sentence)
            return
        self._operate(step.by, uids[0], step.does, entered, step.place)

    def _uid(self, name: str) -> str:
        """The case a file calls so; ``z.permit`` is the one that z knows as its permit.

        ``z.permit-2`` is the second that z has created under that name.
        """
        known, *links = name.split(".")
        uid = self.uids[known]
        for part in links:
            link, _, number = part.partition("-")
            with self.platform.store.read() as unit:
                row = unit.cases.load(uid)
                made = unit.links.of(row.id) if row is not None else []
            found = [one for one in made if one.name == link]
            if len(found) < int(number or 1):
                raise LookupError(f"no case is called {name}")
            uid = found[int(number) - 1 if number else -1].uid
        return uid

    def _names(self) -> dict[str, str]:
        """What a file calls each case, and those they have created (see :meth:`_uid`)."""
        names = {uid: name for name, uid in self.uids.items()}
        with self.platform.store.read() as unit:
            for name, uid in self.uids.items():
                row = unit.cases.load(uid)
                if row is None or not created_by(self._process(row.process)):
                    continue
                made = unit.links.of(row.id)
                last = {link.name: link.uid for link in made}
                counted: dict[str, int] = {}
                for link in made:
                    counted[link.name] = number = counted.get(link.name, 0) + 1
                    named = link.name if last[link.name] == link.uid else f"{link.name}-{number}"
                    names[link.uid] = f"{name}.{named}"
        return names

    def _process(self, name: str) -> Process:
        return self.platform.definitions.current.processes[name].process

    def _start(self, step: SampleStep, entered: Mapping[str, Any]) -> None:
        assert step.by is not None
        assert step.process is not None
        actor = self._starter(step.by, step.process)
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
            actor = self._actor(by, uid, does)
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
            offers = self.platform.offering.offers(actor, uid, at=at)
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
            "claim": lambda: cases.claim(actor, uid),
            "release": lambda: cases.give_back(actor, uid),
            "cancel": lambda: interventions.cancel(actor, uid, reason),
            "suspend": lambda: interventions.suspend(actor, uid, reason),
            "resume": lambda: interventions.resume(actor, uid, reason),
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

    def _papers(
        self, by: str, uid: str, entered: Mapping[str, Any], at: str | None
    ) -> Mapping[str, Any]:
        """A ballot as the service takes it: the only paper of a vote on a case has no name."""
        row, state = self._case(uid)
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

    def _starter(self, by: str, process: str) -> Actor:
        start = self.platform.definitions.current.processes[process].process.start
        if start is None or start.who == "person":
            return self.platform.directory.actor_for(by)
        assert not isinstance(start.who, str)
        return self._holder(by, start.who.permission)

    def _holder(self, by: str, permission: str | None, organisation: str | None = None) -> Actor:
        posts = self._posts(by)
        for post in posts:
            if organisation in (None, post.organisation) and (
                permission is None
                or self.platform.directory.holds(by, permission, post.organisation)
            ):
                return self.platform.directory.actor_for(by, post.organisation)
        if posts:
            return self.platform.directory.actor_for(by, posts[0].organisation)
        return self.platform.directory.actor_for(by)

    def _posts(self, by: str) -> Sequence[Post]:
        """Where somebody may act; asked once, until the sample changes the world."""
        if by not in self._known_posts:
            self._known_posts[by] = self.platform.directory.posts(by)
        return self._known_posts[by]

    def _actor(self, by: str, uid: str, does: str) -> Actor:
        """The person acting for the organisation that this is about."""
        directory = self.platform.directory
        organisations = [post.organisation for post in self._posts(by)]
        row, state = self._case(uid)
        with self.platform.store.read() as unit:
            waiting = unit.work.of(row.id)
        own = next((item for item in waiting if item.person == by), None)
        if own is not None and own.organisation in organisations:
            return directory.actor_for(by, own.organisation)
        if own is not None and by == state.initiator:
            # A case that was started for an organisation goes on there.
            return directory.actor_for(by, row.initiator_organisation)
        if own is not None or not organisations:
            return directory.actor_for(by)
        if by == state.initiator and does in ("withdraw", "save", "submit", "discard", "urge"):
            private = row.initiator_organisation is None
            return directory.actor_for(by, None if private else row.initiator_organisation)
        wanted = [item.organisation for item in waiting] + [
            passed.place.organisation for passed in reversed(state.path)
        ]
        for organisation in wanted:
            if organisation in organisations:
                return directory.actor_for(by, organisation)
        return directory.actor_for(by, organisations[0])

    # ------------------------------------------------------------ the case

    def _case(self, uid: str) -> tuple[CaseRow, State]:
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None  # it was started in this replay
            return row, State.from_json(orjson.loads(row.state))

    def _data(self, uid: str) -> dict[str, Any]:
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            if row is None or row.data_hash is None:
                return {}
            return dict(unit.blobs.get(row.data_hash))

    def _action(
        self, actor: Actor, uid: str, name: str, at: str | None
    ) -> tuple[Step, Action] | None:
        """The action of the author that is meant, and its step; None for an operation."""
        row, state = self._case(uid)
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
        return _merge(self._data(uid), entered)

    # ------------------------------------------------------------ going on quickly

    def _forward(self, step: SampleStep) -> None:
        uid, target = self._uid(step.cases[0]), step.to
        for _ in range(MOST_STEPS):
            row, state = self._case(uid)
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
        self._differ(step, "fast_forward", target, self._case(uid)[0].step)

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
            people = self._waits_for(row, step.name) if action is not None else ()
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
            mine = self._data(uid)
            found: Mapping[str, Any] = self.library.resolve(known)
            return {name: value for name, value in found.items() if not _chosen(mine, name)}
        return {}

    # ------------------------------------------------------------ the world

    def _given(self, change: Mapping[str, Any]) -> None:
        now = self.clock.now()
        self._known_posts.clear()
        self._known_lists.clear()
        with self.platform.store.write() as unit:
            for register, records in (change.get("registers") or {}).items():
                for key, values in records.items():
                    overwrite(
                        self.platform.records, unit, register, key, with_files(values),
                        self.jurisdiction, now,
                    )  # fmt: skip
            for route, rows in (change.get("routes") or {}).items():
                set_route(unit, route, rows, self.jurisdiction)
        for process, values in (change.get("policy") or {}).items():
            self.platform.casework.override(process, values)

    def _last_message(self) -> int:
        with self.platform.store.read() as unit:
            return unit.messages.last()

    def _fingerprint(self) -> list[tuple[str, int, int]]:
        with self.platform.store.read() as unit:
            return [(row.uid, row.version, row.journal_seq) for row in unit.cases.every()]

    # ------------------------------------------------------------ looking

    def _look(self, step: SampleStep) -> None:
        assert step.look is not None
        assert step.by is not None
        found = self._seen(step.look, step.by, None)
        if sorted(found) != sorted(step.sees):
            self._differ(step, f"look {step.look}", sorted(step.sees), sorted(found))

    def _seen(self, title: str, by: str | None, organisation: str | None) -> list[str]:
        """Names of this file's cases on a list, as a person or a whole organisation sees it."""
        listing = self._listing(title)
        actors = [self._viewer(listing, by)] if by else self._viewers(listing, organisation)
        names = self._names()
        found: dict[str, None] = {}
        for actor in actors:
            keys = self._keys(listing, actor)
            found.update({names[key]: None for key in keys if key in names})
        return list(found)

    def _keys(self, listing: Listing, actor: Actor) -> Sequence[str]:
        """All rows of a list as somebody sees it; none when it is closed to them."""
        try:
            return self.platform.lists.keys(actor, listing.id)
        except Refused:
            return ()

    def _viewer(self, listing: Listing, by: str) -> Actor:
        """A person at the first organisation where the list is open to them."""
        for permission in listing.permissions:
            actor = self._holder(by, permission)
            if self.platform.directory.holds(by, permission, actor.organisation):
                return actor
        return self.platform.directory.actor_for(by)

    def _viewers(self, listing: Listing, organisation: str | None) -> list[Actor]:
        """Everybody of an organisation to whom the list is open."""
        people = {
            person
            for permission in listing.permissions
            for person in self.platform.directory.holders(permission, organisation or "")
        }
        directory = self.platform.directory
        return [directory.actor_for(person, organisation) for person in sorted(people)]

    def _listing(self, title: str) -> Listing:
        release = self.platform.definitions.current
        sets = release.jurisdictions[self.jurisdiction].sets
        for listing in release.lists.values():
            short = (listing.title, listing.id.rsplit("/", 1)[-1])
            if title == listing.id or (listing.set in sets and title in short):
                return listing
        raise LookupError(f"no list is called {title}")

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
        elif "incidents" in own:
            self._one(step, "incidents", own["incidents"], self._incidents(None))

    def _compare(self, step: SampleStep, name: str, expected: Mapping[str, Any]) -> None:
        uid = self._uid(name)
        row, state = self._case(uid)
        for what, value in expected.items():
            if what == "refuses":
                self._refuses(step, name, uid, row, value)
                continue
            found = self._found(what, value, uid, row, state)
            self._one(step, f"{name}.{what}", value, found)

    def _found(self, what: str, expected: Any, uid: str, row: CaseRow, state: State) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "at": lambda: _told(written(state), expected),
            "waits_for": lambda: self._waits_for(row),
            "status": lambda: self._status(state, expected),
            "shown": lambda: row.public_status,
            "due": lambda: _due(state.due),
            "deadlines": lambda: {name: _due(term.by) for name, term in state.deadlines.items()},
            "closed": lambda: bool(state.closed) if expected is False else state.closed,
            "flags": lambda: self._flags(uid),
            "data": lambda: _part(self._data(uid), self.library.resolve(expected)),
            "documents": lambda: self._documents(uid),
            "messages": lambda: self._messages(expected),
            "lists": lambda: self._lists(expected),
            "incidents": lambda: self._incidents(uid),
            "actions": lambda: self._offered(uid, row),
            "may_add": lambda: self._may_add(uid),
            "visible": lambda: {person: self._visible(person, uid) for person in expected},
        }
        return answers[what]()

    @staticmethod
    def _status(state: State, expected: Any) -> Any:
        """The status of the case; where a sample names steps, those of the places there."""
        if not isinstance(expected, dict):
            return state.status
        return {one.place.step: one.status for _, one in places_of(state)
                if one.place.step in expected}  # fmt: skip

    def _documents(self, uid: str) -> list[str]:
        with self.platform.store.read() as unit:
            return [document.template for document in unit.documents.of_case(uid)]

    def _waits_for(self, row: CaseRow, step: str | None = None) -> list[str]:
        people: list[str] = []
        with self.platform.store.read() as unit:
            items = [one for one in unit.work.of(row.id) if step in (None, one.step)]
            # Whoever starts a case for an organisation goes on with it there (ADR 9).
            initiator = row.initiator if row.initiator_organisation is None else None
        for item in items:
            if item.person is not None:
                people.append(item.person)
            elif item.permission is not None and item.organisation is not None:
                holders = self.platform.directory.holders(item.permission, item.organisation)
                people += [person for person in holders if person != initiator]
        return sorted(dict.fromkeys(people))

    def _flags(self, uid: str) -> list[str]:
        with self.platform.store.read() as unit:
            loaded = self.platform.casework.load(unit, uid)
            actor = Actor("system")
            return sorted(self.platform.casework.look(unit, loaded, actor).context.flags())

    def _offered(self, uid: str, row: CaseRow) -> list[str]:
        found: dict[str, None] = {}
        for person in self._waits_for(row):
            actor = self._actor(person, uid, "")
            for offer in self.platform.offering.offers(actor, uid):
                if offer.allowed and offer.action is not None:
                    found[offer.name] = None
        return list(found)

    def _visible(self, person: str, uid: str) -> dict[str, list[str]]:
        """On which lists somebody finds a case, and what they may do with it (TST-07)."""
        offers = self.platform.offering.offers(self._actor(person, uid, ""), uid)
        process = self._case(uid)[0].process
        found = {
            "lists": [
                one.title
                for one, viewer in self._open_to(person)
                if process in (one.processes or (process,)) and uid in self._keys(one, viewer)
            ],
            "actions": [one.name for one in offers if one.allowed and one.action is not None],
        }
        return {name: values for name, values in found.items() if values}

    def _open_to(self, person: str) -> Sequence[tuple[Listing, Actor]]:
        """The lists of cases somebody may open; asked once, until the sample changes the world."""
        if person not in self._known_lists:
            release = self.platform.definitions.current
            sets = release.jurisdictions[self.jurisdiction].sets
            viewed = [
                (one, self._viewer(one, person))
                for one in release.lists.values()
                if one.set in sets and one.of == CASES
            ]
            self._known_lists[person] = [
                (one, viewer)
                for one, viewer in viewed
                if self.platform.lists.why_not(viewer, one.id) is None
            ]
        return self._known_lists[person]

    def _may_add(self, uid: str) -> list[str]:
        names = self._names()
        with self.platform.store.read() as unit:
            loaded = self.platform.casework.load(unit, uid)
            run = self.platform.casework.look(unit, loaded, Actor("system"))
            found = self.platform.groups.candidates(unit, loaded, run)
        return sorted(names[item] for item in found if item in names)

    def _messages(self, expected: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        with self.platform.store.read() as unit:
            sent = unit.messages.since(self.messages_before)
        keys = [set(item) for item in expected]
        wanted = set().union(*keys) if keys else {"to", "template"}
        return [
            {
                name: value
                for name, value in {
                    "to": message.to_person or message.to_organisation,
                    "template": message.template,
                    "title": message.title,
                }.items()
                if name in wanted
            }
            for message in sent
        ]

    def _lists(self, expected: Mapping[str, Any]) -> dict[str, list[str]]:
        found = {}
        for name in expected:
            title, _, organisation = name.partition("@")
            found[name] = sorted(self._seen(title, None, organisation))
        return found

    def _incidents(self, uid: str | None) -> list[str]:
        with self.platform.store.read() as unit:
            rows = unit.incidents.unresolved()
        return [row.code for row in rows if uid is None or row.uid == uid]

    def _refuses(
        self, step: SampleStep, name: str, uid: str, row: CaseRow, expected: Mapping[str, str]
    ) -> None:
        people = self._waits_for(row)
        for action, sentence in expected.items():
            said = "offered"
            for person in people:
                actor = self._actor(person, uid, action)
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
        row, state = self._case(self.uids[named[0]])
        return Stood(row.process, row.step, tuple(state.visits))

    def _coverage(self) -> None:
        with self.platform.store.read() as unit:
            # Those that other cases have created too.
            uids = [row.uid for row in unit.cases.every()]
        for uid in uids:
            row, state = self._case(uid)
            self.result.visited.setdefault(row.process, set()).update(state.visits)


# -------------------------------------------------------------------- helpers


def _merge(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(known)
    for name, value in more.items():
        before = result.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[name] = _merge(before, value) if both else value  # type: ignore[arg-type]
    return result


def _told(place: str | list[str], expected: Any) -> str | list[str]:
    """Places as exactly as a sample tells them, without stage or organisation it leaves out."""
    left = sorted(expected if isinstance(expected, list) else [str(expected)], key=len)
    told = []
    for one in place if isinstance(place, list) else [place]:
        fits = [wanted for wanted in left if _is_told(wanted, one)]
        if fits:
            left.remove(fits[-1])
        told.append(fits[-1] if fits else one)
    return told if isinstance(place, list) else told[0]


def _is_told(expected: str, place: str) -> bool:
    step, _, organisation = place.partition("@")
    wanted, _, at = expected.partition("@")
    return wanted in (step, step.partition(".")[0]) and at in ("", organisation)


def _part(found: Any, expected: Any) -> Any:
    """As much of what was found as is compared."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return {name: _part(found.get(name), value) for name, value in expected.items()}
    return found


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


def _due(due: str | None) -> str | None:
    if due is None:
        return None
    return f"{due} 24:00" if len(due) == 10 else due[:16].replace("T", " ")


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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
