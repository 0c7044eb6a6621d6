"""Processes for tests, written as an author writes them, and a world of plain dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bind import bind
from engine.definitions.neighbour import neighbour
from engine.definitions.parse import parse_process
from engine.definitions.scopes import Around
from engine.domain.case import Advance, Command, State, written
from engine.domain.types import ANY, BOOLEAN, DATE, TEXT, Field, ListOf, Record, Reference
from engine.runtime.advance import advance, start
from engine.runtime.compiled import Compiled
from engine.runtime.facts import Recording, recorded

ZONE = ZoneInfo("Asia/Shanghai")
ORGANISATION = Record(
    "organisations",
    {
        "id": Field(TEXT),
        "state": Field(TEXT),
        "kind": Field(TEXT),
        "name": Field(TEXT),
        "superior": Field(Reference("organisations")),
    },
)
PERSON = Record("people", {"id": Field(TEXT), "name": Field(TEXT), "trusted": Field(BOOLEAN)})
REGISTERS = {"organisations": ORGANISATION, "people": PERSON}
DATA = Record(
    "request",
    {
        "unit": Field(Reference("organisations")),
        "amount": Field(ANY),
        "until": Field(DATE),
        "voters": Field(ListOf(Reference("people"))),
        "note": Field(TEXT),
    },
)
REVIEW = Record(
    "review-action",
    {
        "opinion": Field(TEXT),
        "reason": Field(TEXT),
        "resubmit_until": Field(DATE),
        "next_reviewers": Field(ListOf(Reference("organisations"))),
        "elsewhere": Field(Reference("organisations")),
    },
)


def compiled(text: str) -> Compiled:
    """Compile a process from its YAML; problems fail the test with their text."""
    problems = Problems()
    node = read_yaml(dedent(text), "process.yaml", problems)
    assert node is not None, problems.sorted()
    process = parse_process(node, problems)
    assert process is not None, problems.sorted()
    forms = {"request": DATA, "review-action": REVIEW}
    bound = bind(process, Around(forms, REGISTERS, {process.id: neighbour(process)}), problems)
    assert not problems, [problem.sentence("zh") for problem in problems.sorted()]
    return Compiled(bound)


@dataclass
class World:
    """Facts from dictionaries: records by register and key, superiors, routes."""

    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    routes: dict[str, dict[str, str]] = field(default_factory=dict)
    policies: dict[str, Any] = field(default_factory=dict)
    drawn: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    overwritten: dict[int, dict[str, Any]] = field(default_factory=dict)
    issued: int = 0

    def record(self, register: str, key: str, name: str) -> Any:
        """A field of a record."""
        return self.records.get(register, {}).get(key, {}).get(name)

    def policy(self, name: str, asking: Any) -> Any:
        """A switch."""
        return self.policies[name]

    def query(self, name: str, asking: Any) -> Any:
        """No fact of these processes looks into a register."""
        raise AssertionError(name)

    def route(self, route: str, key: Mapping[str, Any], organisation: str) -> str | None:
        """The next organisation."""
        if route == "superior":
            found = self.record("organisations", organisation, "superior")
            return str(found) if found else None
        return self.routes.get(route, {}).get(organisation)

    def members(self) -> Sequence[Mapping[str, Any]]:
        """Rows of the group."""
        return self.rows

    def linked(self, name: str) -> Mapping[str, Any]:
        """Nothing is linked."""
        return {"open": False, "outcome": None, "data": {}}

    def is_workday(self, day: date) -> bool:
        """Monday to Friday."""
        return day.weekday() < 5

    def seed(self) -> int:
        """What is drawn with."""
        return 7

    def draw(
        self,
        draw: Any,
        count: int | None,
        asking: Any,
        seed: int,
        without: Collection[str],
        fits: Callable[[str], bool] | None = None,
    ) -> Sequence[str]:
        """Who is drawn, in the order given."""
        taken = (one for one in self.drawn if one not in without)
        return [one for one in taken if fits is None or fits(one)][:count]

    def before(self, seq: int) -> Mapping[str, Any]:
        """What event ``seq`` overwrote."""
        return self.overwritten.get(seq, {})

    def number(self, pool: str, of: str | None) -> Sequence[str]:
        """The next number."""
        self.issued += 1
        return [f"{pool}-{self.issued}"]


@dataclass
class Running:
    """A case being driven in memory; remembers what a rebuild needs."""

    process: Compiled
    world: World
    state: State
    data: Mapping[str, Any]
    at: datetime
    seq: int = 1
    last: Advance | None = None
    log: list[tuple[Command, datetime, dict[str, Any], Mapping[str, Any] | None]] = field(
        default_factory=list
    )

    @property
    def place(self) -> str:
        """Where it is, as sample cases write it."""
        return str(self.state.place)

    @property
    def places(self) -> list[str]:
        """Where it is in its branches."""
        found = written(self.state)
        return found if isinstance(found, list) else [found]

    def do(
        self, action: str, by: str, at: str | None = None, *, place: str = "", **entered: Any
    ) -> Running:
        """Take an action, in a branch at the step ``place``."""
        return self._carry_out(Command("act", by, at, name=action, input=entered, at=place))

    def operate(
        self, kind: str, by: str, at: str | None = None, *, place: str = "", **entered: Any
    ) -> Running:
        """Use an operation of the engine, in a branch at the step ``place``."""
        return self._carry_out(Command(kind, by, at, name=kind, input=entered, at=place))

    def command(self, kind: str, name: str, *, place: str = "", **entered: Any) -> Running:
        """What the platform itself does: time, outcome."""
        return self._carry_out(Command(kind, "system", name=name, input=entered, at=place))

    def typed(self, action: str, by: str, data: Mapping[str, Any]) -> Running:
        """Take an action with form data."""
        return self._carry_out(Command("act", by, name=action, data={**self.data, **data}))

    def _carry_out(self, command: Command) -> Running:
        facts = Recording(self.world)
        data = command.data if command.data is not None else self.data
        before = self.state
        self.last = advance(
            self.process, self.state, facts, command, self.at, IDENT, data=data, seq=self.seq + 1
        )
        assert self.state is before
        self.seq += 1
        self.state = self.last.state
        if self.last.data is not None:
            self.data = self.last.data
        for event in self.last.events:
            if event["event"] == "overwritten":
                self.world.overwritten[self.seq] = event["values"]
        self.log.append((command, self.at, facts.read, command.data))
        return self

    def replayed(self) -> State:
        """The state rebuilt from what was logged, the world switched off."""
        first, at, read, data = self.log[0]
        result = start(self.process, recorded(read), first, at, IDENT, data=data or {})
        state, known = result.state, result.data or {}
        for seq, (command, moment, values, typed) in enumerate(self.log[1:], start=2):
            known = typed if typed is not None else known
            step = advance(
                self.process, state, recorded(values), command, moment, IDENT, data=known, seq=seq
            )
            state = step.state
            known = step.data if step.data is not None else known
        return state


IDENT = {"id": "CASE", "number": "2026-000001", "year": 2026}
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=ZONE)


def begin(process: Compiled, world: World, data: Mapping[str, Any], *, by: str = "ann") -> Running:
    """Start a case."""
    facts = Recording(world)
    command = Command("start", by, name="start", data=data)
    result = start(process, facts, command, NOW, IDENT, data=data)
    running = Running(process, world, result.state, result.data or data, NOW, last=result)
    running.log.append((command, NOW, facts.read, data))
    return running
