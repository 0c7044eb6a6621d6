"""Three offices one above the other, their people, and whatever they do to their cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from zlib import crc32

import orjson

from engine import bootstrap
from engine.connectors.http import Unavailable
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.case import State, places_of
from engine.domain.clock import VirtualClock
from engine.domain.errors import EngineError
from engine.runtime.branches import is_joined
from engine.runtime.run import call_key
from engine.services.platform import Platform
from engine.store.cases import CaseRow
from engine.store.database import Store
from engine.store.session import Session
from tests.support.office import NINE
from tests.support.three_offices import UNITS, WORKERS, organisation, settle
from tests.walks import lot
from tests.walks.rows import emptied, rows_of

VOTERS = ("v0", "v1", "v2")
STARTERS = ("ann", "bob")
HELPERS = tuple(f"{key}-h" for key in UNITS)
#: how often somebody goes on before a case that comes back each time is given up
_PATIENCE = 100
#: what leads on, by name
ONWARD = ("submit", "pass", "open", "close", "go", "away", "fail", "drop")
DATA = {"unit": "unit", "until": "2026-09-20", "voters": list(VOTERS), "head": "unit-1"}


class Ledger:
    """A system outside that answers some, and now and then only when it is asked again."""

    def __init__(self, *, prompt: bool = False) -> None:
        self._asked: set[str] = set()
        self._prompt = prompt

    def ask(self, connector: Any, body: Any, key: str) -> dict[str, Any]:
        """Answer by what is asked, so that a report can be followed."""
        if self._prompt:
            return {"known": True}
        again, number = key in self._asked, crc32(key.encode())
        self._asked.add(key)
        if number % 3 == 0 and not again:
            raise Unavailable("nobody there")
        return {"known": number % 4 != 0}


class Cut(BaseException):
    """The process ends here, in the middle of whatever it does."""


@contextmanager
def dying_after(statements: int) -> Iterator[list[int]]:
    """Let the process end before one of the statements that write; the count goes on."""
    left = [statements]
    one, many = Session._execute, Session.run_all

    def alive(session: Session) -> None:
        if session.is_writing:
            left[0] -= 1
            if left[0] < 0:
                raise Cut

    def execute(self: Session, sql: str, values: Any) -> None:
        alive(self)
        one(self, sql, values)

    def run_all(self: Session, statement: Any, rows: Any) -> None:
        alive(self)
        many(self, statement, rows)

    Session._execute, Session.run_all = execute, run_all  # type: ignore[method-assign]
    try:
        yield left
    finally:
        Session._execute, Session.run_all = one, many  # type: ignore[method-assign]


def person(key: str) -> Actor:
    """Somebody, acting for the office they work in."""
    at, _, number = key.partition("-")
    at = "board" if key == "ada" else at if number else ""
    return Actor(key, at or None, "demo")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a case, with who could act there."""

    uid: str
    #: the step to name in a command; None outside of branches
    at: str | None
    state: State
    people: tuple[str, ...]


class Town:
    """A platform, its people and two cases."""

    def __init__(
        self,
        release: Release,
        url: str = "sqlite://",
        *,
        of: Town | None = None,
        alike: bool = False,
    ) -> None:
        """``of`` is the town that this one is to be a copy of, see :meth:`resemble`."""
        self.clock = of.clock if of is not None else VirtualClock(NINE)
        #: why nobody could go on, by place: what a report is read for
        self.refused: dict[str, set[str]] = defaultdict(set)
        #: how often a case that had stopped was put somewhere
        self._mended: Counter[str] = Counter()
        outside = bootstrap.Outside(None, "http://localhost", Ledger(prompt=alike))
        if of is not None:
            store = Store(url, sealer=of.platform.store.sealer)
            self.platform: Platform = bootstrap.assemble(store, release, self.clock, outside)
            return
        lot.begin_anew(alike=alike)
        self.platform = bootstrap.assemble(emptied(url), release, self.clock, outside)
        settle(self.platform, (*STARTERS, *VOTERS, "ada"), {"worker": WORKERS, "helper": HELPERS})
        with self.platform.store.write() as unit:
            self.platform.directory.grant(unit, "ada", "monitor", "board", jurisdiction="demo")

    # ---------------------------------------------------------------- reading

    def content(self) -> object:
        """All that is stored, to be compared."""
        store = self.platform.store
        return store.content() if str(store.url) == "sqlite://" else rows_of(store)

    def rows(self) -> list[CaseRow]:
        """Every case."""
        with self.platform.store.read() as unit:
            return list(unit.cases.every())

    def state(self, uid: str) -> State:
        """A case as it is stored."""
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None, "a case is lost"
            return State.from_json(orjson.loads(row.state))

    def places(self) -> list[Place]:
        """Where the cases are that are open, or can be opened again."""
        found = []
        with self.platform.store.read() as unit:
            for row in unit.cases.every():
                state = State.from_json(orjson.loads(row.state))
                work = unit.work.of(row.id)
                for at, one in places_of(state):
                    here = [item for item in work if item.step == one.place.step]
                    people = [item.person for item in here if item.person is not None]
                    if not people:
                        where = one.place.organisation or "unit"
                        people = [f"{where}-0", f"{where}-1"]
                    found.append(Place(row.uid, one.place.step if at else None, one, tuple(people)))
        return found

    def journalled(self) -> int:
        """How many commands were accepted."""
        return sum(row.journal_seq for row in self.rows())

    # ---------------------------------------------------------------- what must hold

    def check(self, *, rebuilt: bool = False) -> None:
        """Nobody is waited for at a place that is gone, and every place waits for something."""
        with self.platform.store.read() as unit:
            for row in unit.cases.every():
                self._check_case(unit, row)
            for one in unit.cases.every():
                for member in unit.members.of(one.id):
                    if member.state == "in":
                        assert one.closed_at is None, "a group has ended and holds its members"
                        state = State.from_json(orjson.loads(unit.cases.load(member.uid).state))
                        step = self._process(unit, unit.cases.load(member.uid))
                        wait = step.steps[state.place.step].wait
                        assert wait is not None, "a member went away"
                        assert wait.group is not None, "a member went away"
        if rebuilt:
            for case in self.platform.rebuilding.all():
                assert case.same, case
            assert self.platform.rebuilding.verify() == []

    def _process(self, unit: Any, row: Any) -> Any:
        return self.platform.definitions.compiled(row.process, row.pin, unit).process

    def _check_case(self, unit: Any, row: CaseRow) -> None:
        state = State.from_json(orjson.loads(row.state))
        process = self._process(unit, row)
        places = list(places_of(state))
        known = {(one.place.step, one.place.visit) for _, one in places}
        assert len(known) == len(places), "one place is there twice"
        work = unit.work.of(row.id)
        waiting = {(item.step, item.visit) for item in work}
        assert waiting <= known, "work where the case is not"
        timers = {one.kind for one in unit.timers.of(row.id)}
        suffixes = {"", *(f"@{one.place.step}" for at, one in places if at)}
        assert {f"@{at}" if at else "" for at in (t.partition("@")[2] for t in timers)} <= suffixes
        assert row.step == state.place.step
        assert (row.closed_at is not None) == (state.closed is not None)
        for at, one in places:
            step = process.steps[one.place.step]
            suffix = f"@{one.place.step}" if at else ""
            if step.parallel is not None:
                assert one.branches, "a parallel step without branches"
                assert one.wait_until is None, "a date of another place"
                assert not one.voters, "voters of another place"
                assert not is_joined(step.parallel, one.branches), "a join that was not left"
                assert set(one.branches) <= set(step.parallel.branches)
                continue
            assert step.kind != "automatic"
            held = [item for item in work if item.step == one.place.step]
            if one.wait_until is not None and not state.suspended:
                assert f"wait{suffix}" in timers, "a date that nobody watches"
            watched = not one.overdue and not state.closed and not state.suspended
            if one.due is not None and watched:
                assert f"due{suffix}" in timers, "a deadline that nobody watches"
            if step.panel is not None:
                assert one.voters or one.stuck, "a vote without voters"
                asked = [v for v in one.voters if v not in one.voted and v not in one.declined]
                asked = [one.turn] if step.panel.in_turn and one.turn else asked
                if step.end is None and not one.stuck and not one.overdue:
                    assert {item.person for item in held if item.permission is None} <= set(asked)
            elif step.wait is not None or step.call is not None or step.awaits is not None:
                if step.wait is not None and step.wait.until is not None:
                    assert one.wait_until is not None, "a date that nobody knows"
                if step.call is not None:
                    several = ":0" if step.call.each is not None else ""
                    called = unit.links.by_key(row.id, call_key(one) + several)
                    assert called is not None, "a call that called nobody"
            elif step.end is None:
                assert held or one.stuck, "nobody is waited for"

    # ---------------------------------------------------------------- going on to the end

    def move(self, key: str, superior: str | None) -> None:
        """Put an office below another one, or below none."""
        platform = self.platform
        data = organisation(key, superior)
        with platform.store.write() as unit:
            register = platform.release.registers["organisations"]
            row = platform.records.load(unit, "organisations", key)
            if data != {name: row.data.get(name) for name in data} or len(data) != len(row.data):
                platform.records.change(unit, register, row, data, at=self.clock.now())

    def settle(self) -> None:
        """What the platform does by itself in the background."""
        for _ in range(20):
            if not (self.platform.cases.tick() + self.platform.outgoing.work_off()):
                return
        raise AssertionError("the background never comes to rest")

    def finish(self) -> None:
        """Whoever is waited for goes on, until every case has ended."""
        for key, superior in UNITS.items():
            self.move(key, superior)
        for turn in range(150):
            self.settle()
            # A vote due by a date that is over when the case comes to it returns it each time.
            first = ("discard",) if turn > _PATIENCE else ()
            open_ = [one for one in self.places() if not one.state.branches]
            open_ = [one for one in open_ if self.state(one.uid).closed is None]
            if not open_:
                return
            moved = 0
            for place in open_:
                moved += self._push(place, first)
            if not moved and not self._meet():
                self.clock.set(self.clock.now() + timedelta(days=8))
        where = [(one.uid, str(one.state.place), one.state.stuck) for one in self.places()]
        raise AssertionError(f"never ended: {where}; refused: {self.refused}")

    def _meet(self) -> bool:
        """Hold a meeting about the cases that wait for one."""
        if "demo/meeting" not in self.platform.release.processes:
            return False
        board, cases = person("board-0"), self.platform.cases
        if not any(self._awaits_a_group(place) for place in self.places()):
            return False
        open_ = [
            one.uid for one in self.rows() if one.process == "demo/meeting" and not one.closed_at
        ]
        meeting = open_[0] if open_ else cases.start(board, "demo/meeting", DATA).uid
        added = False
        for row in self.rows():
            if row.process == "demo/walk":
                try:
                    cases.add(board, meeting, [row.uid])
                except EngineError:
                    continue
                added = True
        if added:
            cases.act(board, meeting, "open", data=DATA)
        return added

    def _awaits_a_group(self, place: Place) -> bool:
        with self.platform.store.read() as unit:
            row = unit.cases.load(place.uid)
            assert row is not None
            wait = self._process(unit, row).steps[place.state.place.step].wait
            inside = any(one.state == "in" for one in unit.members.groups_of(row.id))
        return wait is not None and wait.group is not None and not inside

    def _push(self, place: Place, first: tuple[str, ...]) -> bool:
        """Somebody does what leads on from a place."""
        for way in self._ways(place, first):
            try:
                way()
            except EngineError as refused:
                code = getattr(refused, "code", str(refused))
                self.refused[str(place.state.place)].add(code)
                continue
            return True
        return False

    def _ways(self, place: Place, first: tuple[str, ...]) -> Iterator[Callable[[], object]]:
        """What leads on, the hand of whoever looks after the cases first where it is needed."""
        with self.platform.store.read() as unit:
            row = unit.cases.load(place.uid)
            assert row is not None
            compiled = self.platform.definitions.compiled(row.process, row.pin, unit)
            members = [one.uid for one in unit.members.of(row.id)]
        step = compiled.process.steps[place.state.place.step]
        yield from self._mending(place)
        if step.panel is not None:
            papers = {one: {"choice": "agree", "score": 50} for one in ["", *members]}
            for voter in place.people:
                yield partial(
                    self.platform.cases.vote, person(voter), place.uid, papers, at=place.at
                )
        later = (self.clock.now() + timedelta(days=30)).date().isoformat()
        back = ("up",) if place.state.relaying else ()
        for who in dict.fromkeys([*place.people, *WORKERS, *STARTERS, *HELPERS]):
            yield partial(
                self.platform.operations.do,
                person(who), place.uid, "sign", {"opinion": "o"}, at=place.at,
            )  # fmt: skip
            for action in (*first, *ONWARD, *back):
                known = compiled.actions[step.name].get(action)
                if known is not None:
                    yield partial(
                        self.platform.cases.act, person(who), place.uid, action, at=place.at,
                        data=DATA | {"until": later} if action == "submit" else None,
                        input=asked(known, {"until": later}),
                    )  # fmt: skip

    def _mending(self, place: Place) -> Iterator[Callable[[], object]]:
        """What administrators do where a case has stopped."""
        uid, ada, does = place.uid, person("ada"), self.platform.interventions
        if self.state(uid).suspended:
            yield partial(does.resume, ada, uid, "r")
        if place.state.stuck:
            # Each time elsewhere first: from some places it would come back to where it stopped.
            ways: list[dict[str, str]] = [{}, *({"organisation": one} for one in UNITS)]
            ways += [{"step": "fill"}, {"step": "check"}]
            turn = self._mended[uid] % len(ways)
            self._mended[uid] += 1
            for where in (*ways[turn:], *ways[:turn]):
                yield partial(does.reroute, ada, uid, "r", **where)  # type: ignore[arg-type]
        for seat in place.state.declined:
            for one in (*HELPERS, *STARTERS):
                entered = {"instead": seat, "person": one, "reason": "r"}
                yield partial(does.do, ada, uid, "replace", entered)
        late = [None] if place.state.overdue and not place.state.closed else []
        terms = self.state(uid).deadlines.items()
        late += [name for name, term in terms if _is_late(term)]  # type: ignore[misc]
        later = (self.clock.now() + timedelta(days=30)).date().isoformat()
        for who in ("unit-0", "office-0", "board-0"):
            for name in late:
                yield partial(
                    self.platform.cases.extend, person(who), uid, later, at=place.at, deadline=name
                )


def _is_late(term: Any) -> bool:
    return bool(term.over and not term.reached)


def asked(action: Any, values: dict[str, Any]) -> dict[str, Any]:
    """What an action asks for, of what there is to enter."""
    names = set(action.ask.fields) if action.ask is not None and action.ask.fields else set()
    return {name: value for name, value in values.items() if name in names}
