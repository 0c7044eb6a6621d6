"""The state of a running case as plain values (language: place and path).

The state is what the engine needs to go on, and nothing else: form data, opinions and files live
beside it, so its size does not grow with the history of the case. It is written as JSON with a
format number.

Evolution rule: fields may be added at the end with a default that means "as before"; none may be
renamed, reordered or given another meaning. A change that cannot keep this rule gets a new
``FORMAT`` and a function that reads the old one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case is: step, stage, organisation and the number of the visit to the step."""

    step: str
    stage: str | None = None
    organisation: str | None = None
    visit: int = 1

    def __str__(self) -> str:
        """Written as in sample cases: ``unit.second@第一中学``."""
        stage = f".{self.stage}" if self.stage else ""
        organisation = f"@{self.organisation}" if self.organisation else ""
        return f"{self.step}{stage}{organisation}"

    @property
    def asking(self) -> str:
        """How the keys begin of all that is asked on coming here."""
        return f"{self.step}:{self.visit}:"

    def to_json(self) -> list[Any]:
        """As a short list, without trailing defaults."""
        return [self.step, self.stage, self.organisation, self.visit]

    @classmethod
    def from_json(cls, value: list[Any]) -> Place:
        """Read what :meth:`to_json` wrote."""
        return cls(*value)

    def is_same_visit(self, other: Place) -> bool:
        """Whether both are stages of one visit: they count as one place."""
        return (self.step, self.organisation, self.visit) == (
            other.step,
            other.organisation,
            other.visit,
        )


@dataclass(frozen=True, slots=True)
class Split:
    """The branches of a parallel step as they stood when it was left.

    ``by`` is the branch whose command left it: "" when nobody acted in a branch.
    """

    #: the branch by whose end or leaving it was; with that within it, if it was there: ``a.c``
    by: str
    branches: Mapping[str, State]

    def to_json(self) -> list[Any]:
        """As a short list."""
        return [self.by, {name: branch.to_json() for name, branch in self.branches.items()}]

    @classmethod
    def from_json(cls, value: list[Any]) -> Split:
        """Read what :meth:`to_json` wrote."""
        return cls(value[0], {name: State.from_json(one) for name, one in value[1].items()})


@dataclass(frozen=True, slots=True)
class Passed:
    """A place that has been passed, and what withdrawing the pass restores."""

    place: Place
    person: str
    #: state fields as they were before the pass; only those that it changed
    undo: Mapping[str, Any] = field(default_factory=dict)
    #: why it cannot be withdrawn: "never", "irreversible", or None
    kept: str | None = None
    #: the branches, where the place is a parallel step
    split: Split | None = None

    def to_json(self) -> list[Any]:
        """As a short list."""
        short = [self.place.to_json(), self.person, dict(self.undo), self.kept]
        return short if self.split is None else [*short, self.split.to_json()]

    @classmethod
    def from_json(cls, value: list[Any]) -> Passed:
        """Read what :meth:`to_json` wrote."""
        split = Split.from_json(value[4]) if len(value) > 4 else None
        return cls(Place.from_json(value[0]), value[1], value[2], value[3], split)


def first_stage(path: tuple[Passed, ...], index: int) -> int:
    """Return where on a path the visit that ``index`` belongs to begins."""
    place = path[index].place
    while index and path[index - 1].place.is_same_visit(place):
        index -= 1
    return index


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where a return, fail or end took the case from, for ``resume``."""

    place: Place
    #: the part of the path that the return took away
    path: tuple[Passed, ...] = ()
    sent_to: str | None = None
    inserted: tuple[str, ...] = ()
    chain: Mapping[str, str] = field(default_factory=dict)
    #: the branches, where the case was taken from a parallel step
    split: Split | None = None

    def to_json(self) -> list[Any]:
        """As a short list."""
        short = [
            self.place.to_json(),
            [passed.to_json() for passed in self.path],
            self.sent_to,
            list(self.inserted),
            dict(self.chain),
        ]
        return short if self.split is None else [*short, self.split.to_json()]

    @classmethod
    def from_json(cls, value: list[Any]) -> Resumption:
        """Read what :meth:`to_json` wrote."""
        return cls(
            Place.from_json(value[0]),
            tuple(Passed.from_json(item) for item in value[1]),
            value[2],
            tuple(value[3]),
            value[4],
            Split.from_json(value[5]) if len(value) > 5 else None,
        )


@dataclass(frozen=True, slots=True)
class Term:
    """How a deadline of the whole case stands."""

    by: str | None = None
    #: the date was given by hand, and is not looked for any more
    given: bool = False
    #: the number of the command with which the case came to its step; 0 = not yet
    reached: int = 0
    #: the date passed before that
    over: bool = False

    def to_json(self) -> list[Any]:
        """As a short list."""
        return [self.by, self.given, self.reached, self.over]


#: how somebody takes part beside the holder of a task: their opinion before the holder acts, at the
#: same time, their pass after it, or the whole task prepared for the holder (``delegate``)
MODES = ("before", "parallel", "after", "delegate")


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody added to the present place, and whether they have signed."""

    person: str
    #: one of :data:`MODES`
    mode: str
    #: their opinion is in; of one after the holder: it is their turn to pass
    signed: bool = False

    def to_json(self) -> list[Any]:
        """As a short list."""
        return [self.person, self.mode, self.signed]


#: what a case has once; a branch holds all the rest of a state of its own
SHARED = (
    "initiator", "started_at", "creator", "visits", "pinned", "flags", "last", "actors",
    "suspended", "suspended_at", "deadlines", "stood_in", "spent",
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """Everything the engine knows of one case between two commands.

    A branch of a parallel step is a state too, without what it shares with the case
    (:data:`SHARED`): :func:`branch_of` and :func:`with_branch` go in and out.
    """

    place: Place
    initiator: str
    started_at: str
    arrived_at: str
    status: str | None = None
    #: how often each step has been arrived at
    visits: Mapping[str, int] = field(default_factory=dict)
    path: tuple[Passed, ...] = ()
    resume: tuple[Resumption, ...] = ()
    #: organisations still to be visited before the route goes on
    inserted: tuple[str, ...] = ()
    #: for each chain on its way: the organisation from which the route goes on
    chain: Mapping[str, str] = field(default_factory=dict)
    #: routes kept as they were at the start (``resolve: pinned_at_start``), see :func:`plan_name`
    pinned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sent_to: str | None = None
    due: str | None = None
    due_given: str | None = None
    overdue: bool = False
    returned: bool = False
    relaying: bool = False
    #: "returning_level" when the next submit goes back to where the return came from
    resubmit: str | None = None
    #: the kind of end reached, and the step that is it
    closed: str | None = None
    outcome: str | None = None
    flags: tuple[str, ...] = ()
    #: the last taker of each action: action → [person, organisation, moment]
    last: Mapping[str, list[Any]] = field(default_factory=dict)
    #: who has acted at each step
    actors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: people who may vote now (a panel)
    voters: tuple[str, ...] = ()
    #: those of them whose ballots are in
    voted: tuple[str, ...] = ()
    #: how often the panel votes at this visit, and what is voted on again; all of it at first
    round: int = 1
    papers: tuple[str, ...] = ()
    #: those who have given up their seats, and may not come back into one
    declined: tuple[str, ...] = ()
    #: whose turn it is, where they vote one after the other
    turn: str | None = None
    #: what the voters were drawn with; who takes a seat is drawn with it again
    seed: int | None = None
    #: the next holder has opened the case (``withdraw: until_next_opens``)
    opened: bool = False
    #: nobody could be found for the present place
    stuck: str | None = None
    #: something was recorded at the present place, or a ballot cast: no withdrawing any more
    touched: bool = False
    #: the date or moment a waiting step waits for
    wait_until: str | None = None
    #: come back here by a submission that went past the levels below (``resubmit_to``)
    resumed: bool = False
    #: nobody may go on with the case until it is resumed (``suspend``)
    suspended: bool = False
    #: at a parallel step: what each branch holds of its own, by name
    branches: Mapping[str, State] = field(default_factory=dict)
    #: this is a branch that has come to its join
    joined: bool = False
    #: who took the present place over from a colleague (``transfer``)
    assigned: str | None = None
    #: this is a branch that was returned to after its join, which waits for it again
    again: bool = False
    #: this is a branch: the number of the command that last changed it
    since: int = 0
    #: the deadlines of the whole case, by name
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    #: the case that created this one
    creator: str | None = None
    #: when those whom the present place waits for were last reminded (``urge``)
    urged: str | None = None
    #: who was added to the present place by its holder (``add_signer``, ``delegate``)
    signers: tuple[Signer, ...] = ()
    #: when the case was suspended: its deadlines are moved by the time until it is resumed
    suspended_at: str | None = None
    #: for whom substitutes have acted, by substitute: what keeps one out keeps the other out
    stood_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: when the case came to the first stage of the present place, where it has passed one
    came_at: str | None = None
    #: what :attr:`asking` was before the place was called otherwise by another version
    asked: str | None = None
    #: how many numbers of visits were given under a name before it meant another step, or none
    spent: Mapping[str, int] = field(default_factory=dict)

    @property
    def asking(self) -> str:
        """How the keys begin of all that was asked on coming here, whatever it is called now."""
        return self.asked or self.place.asking

    def visits_given(self, step: str) -> int:
        """The number of the last visit to a step; what another step of that name had counts."""
        return self.visits.get(step, 0) + self.spent.get(step, 0)

    def with_(self, **changes: Any) -> State:
        """A copy with some fields changed; the state itself where they are so already."""
        # A command makes a handful of these: a tenth of the time of ``dataclasses.replace``.
        if changes.items() <= self.__dict__.items():
            return self
        if not changes.keys() <= _FIELDS:
            raise TypeError(f"a state has no {', '.join(changes.keys() - _FIELDS)}")
        copy = object.__new__(State)
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    def to_json(self) -> dict[str, Any]:
        """As a JSON object without fields that have their default; the format number first."""
        result: dict[str, Any] = {"format": FORMAT, "place": self.place.to_json()}
        known = self.__dict__
        for name, default in _DEFAULTS.items():
            value = known[name]
            if value is not default and value != default and (value or name not in SHARED):
                result[name] = _to_json(name, value)
        return result

    def undo(self, after: State, names: Iterable[str]) -> dict[str, Any]:
        """The fields among ``names`` that are no more in ``after``, as JSON; None for a default."""
        known, later = self.__dict__, after.__dict__
        return {
            name: None if value == _DEFAULTS[name] else _to_json(name, value)
            for name in names
            if (value := known[name]) is not later[name] and value != later[name]
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> State:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: a format that this version does not know.
        """
        data = dict(value)
        if data.pop("format", None) != FORMAT:
            raise ValueError(f"unknown state format {value.get('format')!r}")
        data["place"] = Place.from_json(data["place"])
        data.setdefault("initiator", "")
        data.setdefault("started_at", "")
        if "branches" in data:
            branches = data["branches"]
            data["branches"] = {key: cls.from_json(one) for key, one in branches.items()}
        if "path" in data:
            data["path"] = tuple(Passed.from_json(item) for item in data["path"])
        if "resume" in data:
            data["resume"] = tuple(Resumption.from_json(item) for item in data["resume"])
        if "deadlines" in data:
            data["deadlines"] = {key: Term(*item) for key, item in data["deadlines"].items()}
        if "signers" in data:
            data["signers"] = tuple(Signer(*item) for item in data["signers"])
        for name in ("inserted", "flags", "voters", "voted", "declined", "papers"):
            if name in data:
                data[name] = tuple(data[name])
        for name in ("actors", "pinned", "stood_in"):
            if name in data:
                data[name] = {key: tuple(items) for key, items in data[name].items()}
        if not _NEEDED <= data.keys() <= _FIELDS:
            raise ValueError(f"not the fields of a state: {', '.join(sorted(data))}")
        # What is not written is a default: a third of the time of a call with so many arguments.
        made = object.__new__(cls)
        made.__dict__.update(_DEFAULTS, **data)
        return made


def plan_name(step: str, key: Mapping[str, Any]) -> str:
    """What a route that is kept for a chain is called: the step, and the keys it was asked for."""
    keys = "&".join(f"{name}={key[name]}" for name in sorted(key))
    return f"{step}?{keys}" if keys else step


def split_plan(name: str) -> tuple[str, str]:
    """Return the step of what is kept for a chain, and the rest of its name."""
    step, mark, keys = name.partition("?")
    return step, mark + keys


def _defaults() -> dict[str, Any]:
    result = {}
    for item in fields(State):
        if item.name == "place":
            continue
        factory: Any = item.default_factory
        result[item.name] = factory() if callable(factory) else item.default
    return result


def _to_json(name: str, value: Any) -> Any:
    if name in ("path", "resume", "signers"):
        return [item.to_json() for item in value]
    if name == "branches":
        return {key: branch.to_json() for key, branch in value.items()}
    if name == "deadlines":
        return {key: item.to_json() for key, item in value.items()}
    if name in ("actors", "pinned", "stood_in"):
        return {key: list(items) for key, items in value.items()}
    return list(value) if isinstance(value, tuple) else value


_DEFAULTS = _defaults()
_FIELDS = {item.name for item in fields(State)}
_NEEDED = {"place", *(name for name, value in _DEFAULTS.items() if value is MISSING)}

_OWN: dict[str, Any] = {
    "initiator": "", "started_at": "", "visits": {}, "pinned": {}, "flags": (), "last": {},
    "actors": {}, "suspended": False, "suspended_at": None, "deadlines": {}, "creator": None,
    "stood_in": {}, "spent": {},
}  # fmt: skip


def branch_of(state: State, name: str) -> State:
    """A branch as a state one can work with: what the case shares is filled in."""
    shared = {key: getattr(state, key) for key in SHARED}
    return state.branches[name].with_(**shared)


def with_branch(state: State, name: str, branch: State) -> State:
    """The state with a branch as it is now; what they share is taken from the branch."""
    shared = {key: getattr(branch, key) for key in SHARED}
    own = branch.with_(**_OWN)
    return state.with_(branches={**state.branches, name: own}, **shared)


def places_of(
    state: State, at: tuple[str, ...] = (), *, ended: bool = False
) -> Iterator[tuple[tuple[str, ...], State]]:
    """Every place a case is at, each with the names of the branches that lead to it.

    The place of a parallel step comes before those in its branches; a branch that has ``ended``
    is at no place any more. The states are as stored, without what they share.
    """
    if state.joined and not ended:
        return
    yield at, state
    for name, branch in state.branches.items():
        yield from places_of(branch, (*at, name), ended=ended)


def dates_of(state: State) -> list[str]:
    """The dates a place has to mind: its own, and those of the whole case that are not met."""
    terms = () if state.closed else state.deadlines.values()
    open_ = [term.by for term in terms if not term.reached]
    return [by for by in (state.due, *open_) if by is not None]


def written(state: State) -> str | list[str]:
    """Where a case is, as sample cases write it: a place, or those of its branches."""
    places = [str(one.place) for _, one in places_of(state) if not one.branches]
    return places[0] if len(places) == 1 else places


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants done to a case.

    ``kind`` is one of: start, act, save, withdraw, extend, transfer, cc, urge, add_signer,
    remove_signer, delegate, sign, outcome, time, dates, open, vote, decline, replace, round, add,
    remove, result, and the interventions cancel, reroute, unclaim, hand_over, retry, suspend,
    resume, migrate and unmigrate.
    """

    kind: str
    person: str
    organisation: str | None = None
    #: whose substitute the person is here
    on_behalf: str | None = None
    #: the action (kind act), the outcome (kind outcome), the timer (kind time)
    name: str = ""
    #: what was asked and entered
    input: Mapping[str, Any] = field(default_factory=dict)
    #: the form data of the case as it stands after what was typed; None = unchanged
    data: Mapping[str, Any] | None = None
    #: in a parallel step: the step of the place that is meant; "" is the place of the case itself
    at: str = ""

    @property
    def holder(self) -> str:
        """Whose task it is: the person's own, or that of whoever they stand in for."""
        return self.on_behalf if self.on_behalf is not None else self.person

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "kind": self.kind,
            "person": self.person,
            "organisation": self.organisation,
            "on_behalf": self.on_behalf,
            "name": self.name,
            "input": dict(self.input),
        }


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What waits for somebody: at an organisation for holders of a permission, or for a person."""

    step: str
    stage: str | None
    organisation: str | None
    permission: str | None
    person: str | None
    visit: int
    status: str | None
    due: str | None
    #: people who may not take it
    except_: tuple[str, ...] = ()


#: the timer, and the command, with which a case looks again at dates that it reads elsewhere
DATES = "dates"


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which the case wants to be woken: kind is due, wait, deadline or remind."""

    kind: str
    at: str
    #: the step in a branch it belongs to; "" is the place of the case itself
    step: str = ""
    #: the deadline of the whole case that it is about
    name: str = ""


@dataclass(frozen=True, slots=True)
class DueEffect:
    """An effect to be carried out, its expressions already evaluated.

    ``key`` makes it idempotent: step, visit, trigger and index within the case.
    """

    kind: str
    name: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advance:
    """The result of one command: the new state and all that has to be written with it."""

    state: State
    #: the form data after the command; None = unchanged
    data: Mapping[str, Any] | None
    #: what happened, in order, for journal and timeline: each {"event": …, …}
    events: tuple[Mapping[str, Any], ...]
    effects: tuple[DueEffect, ...]
    #: who the case waits for at the places it has come to
    work: tuple[WorkItem, ...]
    timers: tuple[Timer, ...]
    #: the place was left (work items there are done) rather than only looked at again
    moved: bool
    #: step and visit of the places in other branches where everything still waits as before
    kept: frozenset[tuple[str, int]] = frozenset()
    #: the place the command was about as it is now: in a parallel step that of a branch
    here: State | None = None
