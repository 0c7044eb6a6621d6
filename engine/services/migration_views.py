"""Plans of moving running cases as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.flow import Flow
from engine.definitions.process import Process
from engine.definitions.release import Release
from engine.services.migration_data import Open
from engine.services.migration_decisions import Decisions
from engine.services.sentences import Sentences
from engine.services.versions import Version
from engine.store.plans import Kind, PlannedCase, PlanRow
from engine.store.plans import State as PlannedState

#: what a case may be that is moved
MOVABLE: tuple[Kind, ...] = ("unaffected", "by_itself")
#: in the order in which they are told
KINDS: tuple[Kind, ...] = ("cannot", "decision", "by_itself", "unaffected")
#: words for what is told, and what people call something that is proposed
_Sentence = Callable[[str, Mapping[str, Any]], str]
_Caption = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that is open: the sentence that asks, and what is proposed."""

    key: str
    name: str
    sentence: str
    proposed: tuple[str, ...]
    #: what people call each of those
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseInPlan:
    """A case of a plan: what it is, why, and what became of it."""

    uid: str
    number: str
    kind: Kind
    state: PlannedState
    sentences: tuple[str, ...]
    open: tuple[Choice, ...]
    #: where it will be, as sample cases write it
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Cases of which the same is told."""

    kind: Kind
    sentences: tuple[str, ...]
    cases: tuple[CaseInPlan, ...]

    def found(self, number: str) -> list[CaseInPlan]:
        """The cases whose number has a part in it; all where nothing is looked for."""
        wanted = number.strip().casefold()
        return [one for one in self.cases if wanted in one.number.casefold()]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as people read it."""

    id: int
    process: str
    title: str
    release: int
    person: str
    made_at: datetime
    decisions: Decisions
    cases: tuple[CaseInPlan, ...]

    def count(self, kind: Kind) -> int:
        """How many cases are of a kind."""
        return sum(one.kind == kind for one in self.cases)

    def having(self, state: PlannedState) -> list[CaseInPlan]:
        """The cases something became of."""
        return [one for one in self.cases if one.state == state]

    @property
    def to_move(self) -> list[CaseInPlan]:
        """The cases a run would move."""
        return [one for one in self.cases if is_to_move(one)]

    @property
    def groups(self) -> list[Group]:
        """The cases by what is told of them, those that need somebody first."""
        found: dict[tuple[Kind, tuple[str, ...]], list[CaseInPlan]] = {}
        for one in self.cases:
            asked = tuple(choice.sentence for choice in one.open)
            found.setdefault((one.kind, (*one.sentences, *asked)), []).append(one)
        groups = [Group(kind, told, tuple(cases)) for (kind, told), cases in found.items()]
        return sorted(groups, key=lambda group: (KINDS.index(group.kind), -len(group.cases)))

    @property
    def choices(self) -> list[tuple[Choice, int]]:
        """Every decision that is open, and for how many cases."""
        found: dict[tuple[str, str], tuple[Choice, int]] = {}
        for case in self.cases:
            for one in case.open:
                _, count = found.get((one.key, one.name), (one, 0))
                found[one.key, one.name] = (one, count + 1)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be planned: processes with how many cases run, and the versions."""

    processes: tuple[tuple[str, str, int], ...]
    versions: tuple[Version, ...]
    plans: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The version most cases of a plan come from and the one they go to, as graphs.

    Beside them the steps at which cases are and will be.
    """

    before: Flow
    at: frozenset[str]
    after: Flow
    then: frozenset[str]


def is_to_move(one: CaseInPlan | PlannedCase) -> bool:
    """Whether a run would move a case."""
    return one.kind in MOVABLE and one.state in ("planned", "replanned")


def plan_view(
    row: PlanRow,
    planned: Sequence[PlannedCase],
    process: Process,
    release: Release,
    sentences: Sentences,
) -> Plan:
    """Return a plan in the words of whoever asks; ``release`` is the version it leads to."""

    def caption(key: str, name: str, value: str) -> str:
        return sentences.caption(_title(process, release, key, name, value))

    # Of thousands of cases mostly the same is told.
    known: dict[bytes, str] = {}

    def sentence(code: str, params: Mapping[str, Any]) -> str:
        told = orjson.dumps([code, params])
        if told not in known:
            known[told] = sentences.told((code, params))
        return known[told]

    return Plan(
        row.id,
        row.process,
        process.title,
        row.release,
        row.person,
        row.made_at,
        Decisions.from_json(row.decisions),
        tuple(_case(one, sentence, caption) for one in planned),
    )


def _case(one: PlannedCase, sentence: _Sentence, caption: _Caption) -> CaseInPlan:
    told = one.told
    at = told["forecast"].get("at", ())
    return CaseInPlan(
        one.uid,
        one.number or "",
        one.kind,
        one.state,
        tuple(sentence(code, params) for code, params in told["told"]),
        tuple(_choice(Open(*parts), sentence, caption) for parts in told["open"]),
        (at,) if isinstance(at, str) else tuple(at),
    )


def _choice(one: Open, sentence: _Sentence, caption: _Caption) -> Choice:
    return Choice(
        one.key,
        one.name,
        sentence(one.code, one.params),
        tuple(one.proposed),
        tuple(caption(one.key, one.name, value) for value in one.proposed),
    )


def _title(process: Process, release: Release, key: str, name: str, value: str) -> str:
    """What people call something that is proposed; its name if it has no caption."""
    if key == "steps":
        step_name, _, stage = value.partition(".")
        step = process.steps[step_name]
        return f"{step.title} {step.stages[stage].title}" if stage else step.title
    form = release.forms[process.form] if process.form is not None else None
    element = form.element(value if key == "fields" else name.rpartition(".")[0]) if form else None
    if element is None or key == "fields":
        return element.title if element is not None else value
    return release.codes[element.codes].title_of(value) if element.codes else value
