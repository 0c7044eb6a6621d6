"""What a process file says, as plain values: the neutral model of the process language.

Expressions are kept as :class:`Formula` (text and place in the file); turning them into something
that can be evaluated is the checker's job (:mod:`engine.definitions.check`). Names follow the keys
of the language one to one, so that a reader of the manual finds each of them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from engine.authoring.node import Node

if TYPE_CHECKING:
    from engine.authoring.problems import Problems
    from engine.definitions.rules import Rule

Verb = Literal["submit", "pass", "return", "fail", "discard", "save", "record", "reopen", "cancel"]
VERBS: tuple[Verb, ...] = (
    "submit", "pass", "return", "fail", "discard", "save", "record", "reopen", "cancel",
)  # fmt: skip
T = TypeVar("T")
#: optional operations offered unless a step says which
ALLOWED = ("claim", "transfer", "cc", "urge")
#: all of them
ALLOWABLE = (*ALLOWED, "add_signer", "remove_signer", "delegate")
#: operations of the engine that a list can offer for many rows
FOR_MANY = (
    "claim", "release", "withdraw", "extend", "transfer", "delegate", "add_signer",
    "remove_signer", "sign", "cc", "urge", "vote", "decline", "replace",
)  # fmt: skip
#: hours between two reminders of the same people, unless a process says otherwise
URGE_HOURS = 24
StepKind = Literal["task", "automatic", "chain", "panel", "wait", "call", "parallel", "end"]
EndKind = Literal["success", "failure", "cancelled"]


@dataclass(frozen=True, eq=False, slots=True)
class Formula:
    """An expression as written. Two formulas are the same only if they are the same object."""

    text: str
    node: Node
    #: for the condition of a row of a rule table, what the table is asked with
    made_of: tuple[Formula, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class RuleUse:
    """``{rule, with}``: a rule table, asked with these values."""

    name: str
    given: Mapping[str, Formula]
    node: Node
    #: the table, once it is known
    rule: Rule | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Choice(Generic[T]):
    """``[{when, then}, …]``: the first entry whose condition holds; the last has none.

    A single value is a choice with one entry and no condition. The rows of a rule table become
    entries when the tables are known (:mod:`engine.definitions.rules.use`).
    """

    cases: tuple[tuple[Formula | None, T], ...]
    #: the rule table the entries are made from
    use: RuleUse | None = None
    #: reads the value of a row
    read: Callable[[Node, Problems], T | None] | None = None

    @property
    def only(self) -> T | None:
        """The value if nothing has to be decided, else None."""
        return self.cases[0][1] if len(self.cases) == 1 and self.cases[0][0] is None else None

    @property
    def values(self) -> tuple[T, ...]:
        """Every value that may come out, in order."""
        return tuple(value for _, value in self.cases)


@dataclass(frozen=True, eq=False, slots=True)
class Word:
    """A place for one of a closed set of words: the word itself, or ``policy.x``."""

    literal: str | None = None
    policy: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Recusal:
    """``{people, say}`` or ``{when, say}``: who keeps out, and what they are told (回避).

    Exactly one of both is there: people by name, or a condition on each person (``it``).
    """

    people: Formula | None
    when: Formula | None
    say: str


@dataclass(frozen=True, eq=False, slots=True)
class Assignment:
    """Who a task waits for (key ``who``)."""

    kind: Literal["initiator", "system", "permission"]
    node: Node
    permission: str | None = None
    organisation: Formula | None = None
    person: Formula | None = None
    #: people excluded beside the initiator; "none" lets the initiator act too
    except_: Formula | Literal["none"] | None = None
    #: people excluded for a reason they are told
    recusals: tuple[Recusal, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Requirement:
    """``{that, say}``: a condition and the sentence of its refusal.

    One that is ``{rule, with}`` becomes one for each row of the table that refuses.
    """

    that: Formula
    say: str
    #: the rule table it is made from
    use: RuleUse | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Ask:
    """What must be entered with an action (key ``ask``)."""

    form: str
    #: only these fields of the form; None = all of it
    fields: tuple[str, ...] | None = None
    mode: Word | None = None
    #: asked for only when the action is taken at this stage
    stage: str | None = None
    #: ``ask: [members]``: choosing members of the group is asked for too
    members: bool = False
    node: Node | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Effect:
    """One entry of ``do``. ``name`` is the pool, template, process, register … it is about."""

    kind: Literal[
        "number", "document", "message", "create", "record", "send", "release", "connector"
    ]
    name: str
    node: Node
    into: str | None = None
    where: Formula | None = None
    #: the fields written; of a case that is created those it begins with (``with``)
    set: Mapping[str, Formula] = field(default_factory=dict)
    which: Formula | None = None
    as_: str | None = None
    #: the name by which the case knows the one it creates, or those it sends to
    link: str = ""
    #: nothing is created where there is a case by that name already
    once: bool = False
    #: whom a number belongs to
    of: Formula | None = None
    #: it is left out where this does not hold
    when: Formula | None = None
    #: a case is created for each of these
    each: Formula | None = None
    #: the record with the same values of these fields changes; where there is none, one is added
    by: tuple[str, ...] = ()
    #: a record that is found stays as it is
    keep: bool = False
    #: of a call for each of a list, how many of the cases must have ended
    join: str | int | None = None
    #: people fill in the rest of a record that is added
    incomplete: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Action:
    """A button: its caption and what it does."""

    name: str
    title: str
    verb: Verb
    node: Node
    to: Choice[str] | None = None
    who: Assignment | None = None
    when: Formula | None = None
    require: tuple[Requirement, ...] = ()
    ask: Ask | None = None
    into: str | None = None
    confirm: str | None = None
    set: Mapping[str, Formula] = field(default_factory=dict)
    do: tuple[Effect, ...] = ()
    send_to: Formula | None = None
    insert: Formula | None = None
    resubmit_to: Choice[Word] | None = None
    relay: bool = False
    due: Choice[Formula] | None = None
    edit: tuple[str, ...] | Literal["all"] | None = None
    bulk: bool = False
    withdraw: Literal["until_next_acts", "until_next_opens", "never"] = "until_next_acts"
    during: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Extend:
    """Who may move a deadline, and when (key ``due.extend``)."""

    permission: str
    when: Literal["after_expiry", "any_time"] = "any_time"


@dataclass(frozen=True, eq=False, slots=True)
class Due:
    """A deadline of a step or a process."""

    by: Choice[Formula]
    hard: bool = False
    remind: tuple[Formula, ...] = ()
    extend: Extend | None = None
    otherwise: str | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """What its date is found from."""
        conditions = (when for when, _ in self.by.cases if when is not None)
        return (*conditions, *self.by.values)


@dataclass(frozen=True, eq=False, slots=True)
class Deadline:
    """A date by which the whole case must have come to the step ``reach``."""

    name: str
    title: str
    node: Node
    reach: str
    due: Due


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """One of several passes inside one organisation."""

    name: str
    title: str
    when: Formula | None = None
    permission: str | None = None
    #: what it was called in versions before
    was: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Chain:
    """One visit for each organisation along a route."""

    route: str
    from_: Formula
    key: Mapping[str, Formula] = field(default_factory=dict)
    until: Formula | None = None
    resolve: Word | None = None


#: options of a panel without a ballot form of its own; the first is in favour
OPTIONS = ("agree", "against", "abstain")


@dataclass(frozen=True, eq=False, slots=True)
class Share:
    """``at_least`` or ``more_than`` an exact fraction of a base."""

    fraction: Fraction
    strict: bool
    of: Literal["voters", "due", "present", "valid"]
    option: str | None = None

    def reached(self, count: int, base: int) -> bool:
        """Tell whether ``count`` of ``base`` is the share; exact, and never by nobody."""
        if base == 0:
            return False
        part = Fraction(count, base)
        return part > self.fraction if self.strict else part >= self.fraction


@dataclass(frozen=True, eq=False, slots=True)
class Decision:
    """Who passes; of how many, in which order, and what is voted on again."""

    passing: Literal["all", "any"] | Share | RuleUse = "all"
    #: how many may pass, in a panel about members
    places: Formula | None = None
    #: options, means by field, or ``total``: the first counts most
    rank: tuple[str, ...] = ()
    run_off: tuple[Literal["tie", "unfilled"], ...] = ()
    #: how many rounds there are at most
    rounds: int = 1
    #: who of those that stay equal passes; None = they share the last place
    tie: RuleUse | None = None

    @property
    def option(self) -> str:
        """The option that is counted in favour."""
        option = self.passing.option if isinstance(self.passing, Share) else None
        return option or OPTIONS[0]


@dataclass(frozen=True, eq=False, slots=True)
class Draw:
    """Voters drawn by lot from a register; the drawn persons are journalled."""

    count: Formula
    register: str
    where: Formula | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """One ballot for each person, tallied."""

    voters: Formula | Draw
    about: Literal["case", "members"] = "case"
    present: Formula | None = None
    ballot: str | None = None
    #: the items that are added to the ballot (``ballot: {base, extend}``)
    extend: Formula | None = None
    secret: bool = False
    #: who sees the case and the papers without a ballot
    observers: Formula | None = None
    #: one after the other, in the order of the voters
    in_turn: bool = False
    may_decline: bool = False
    quorum: Share | None = None
    invalid: Formula | None = None
    enough: Formula | None = None
    decide: Decision = Decision()
    #: who gets no seat, for a reason they are told
    recusals: tuple[Recusal, ...] = ()
    #: whether the initiator may vote on their own case
    own: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Wait:
    """Wait for a date, a group process, the end of a linked case, or a system outside."""

    until: Choice[Formula] | None = None
    group: str | None = None
    #: the name of the link
    case: str | None = None
    #: where in the data a connector that is asked on arrival puts what comes back
    answer: str | None = None
    #: how many of the linked cases must have ended; None: the one created last
    join: str | int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Parallel:
    """Branches that go on at the same time; each begins at its first step."""

    branches: Mapping[str, Mapping[str, Step]]
    #: all or any of them, how many, or the name of the branch that decides
    join: str | int = "all"


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """A place of the process."""

    name: str
    title: str
    kind: StepKind
    node: Node
    #: caption of it for those who pass on to it, if not that of every step
    next_title: str | None = None
    status: Choice[str] | None = None
    who: Assignment | None = None
    when: Formula | None = None
    edit: tuple[str, ...] | Literal["all"] | None = None
    due: Due | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    outcomes: Mapping[str, Choice[str]] = field(default_factory=dict)
    to: Choice[str] | None = None
    do: tuple[Effect, ...] = ()
    stages: Mapping[str, Stage] = field(default_factory=dict)
    chain: Chain | None = None
    panel: Panel | None = None
    wait: Wait | None = None
    #: creates a case on arrival and waits until it has ended
    call: Effect | None = None
    parallel: Parallel | None = None
    end: EndKind | None = None
    #: operations of the engine that are offered beside the actions
    allow: tuple[str, ...] = ALLOWED
    #: what it was called in versions before
    was: tuple[str, ...] = ()
    #: the parallel steps and their branches that it is in, from the outside in
    within: tuple[tuple[str, str], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether what comes to it from elsewhere names the place: an end, answer or decision."""
        wait = self.wait
        return self.call is not None or (
            wait is not None and (wait.answer is not None or wait.group is not None)
        )

    @property
    def awaits(self) -> str | None:
        """The link of the case whose end is waited for."""
        if self.call is not None:
            return self.call.link
        return self.wait.case if self.wait is not None else None

    @property
    def joins(self) -> str | int | None:
        """How many of several cases must have ended; None where one is waited for."""
        if self.call is not None:
            return (self.call.join or "all") if self.call.each is not None else None
        return self.wait.join if self.wait is not None else None


@dataclass(frozen=True, eq=False, slots=True)
class Query:
    """A fact that looks into a register or into cases."""

    kind: Literal["exists", "count", "sum", "first"]
    #: a register's name, or "cases"
    source: str
    where: Formula | None
    of: Formula | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Fact:
    """A name for a value."""

    name: str
    node: Node
    formula: Formula | None = None
    query: Query | None = None
    use: RuleUse | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """What it is computed from; nothing for a query."""
        if self.use is not None:
            return tuple(self.use.given.values())
        return (self.formula,) if self.formula is not None else ()


@dataclass(frozen=True, eq=False, slots=True)
class Policy:
    """A declared switch. ``values`` is None for ``type: boolean`` and other typed switches."""

    name: str
    node: Node
    type: Literal["word", "boolean", "number", "text", "date"]
    values: tuple[str, ...] | None
    #: (from date or None, value), the latest ``from`` not after ``as_of`` counts
    default: tuple[tuple[str | None, object], ...]
    set_by: tuple[str, ...] = ()
    as_of: Formula | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Flag:
    """A mark beside the state; ``when`` makes it derived."""

    name: str
    title: str
    when: Formula | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Start:
    """Who may start a case, and the refusals."""

    who: Assignment | Literal["person"]
    require: tuple[Requirement, ...] = ()
    ask: Ask | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Members:
    """What makes a process a group process."""

    processes: tuple[str, ...]
    waiting_at: str
    where: Formula | None = None
    fill: Literal["all", "none"] = "none"
    #: steps of the group during which the list is locked; None = all but the first
    lock: tuple[str, ...] | None = None
    row: str | None = None

    def takes(self, group: str, process: Process, step: str) -> bool:
        """Whether a case at a step of some version of its process may be taken in.

        A version in which no step has the name of ``waiting_at`` calls it otherwise: cases of that
        version are taken in from where they wait for such a group.
        """
        wait = process.steps[step].wait
        if process.id not in self.processes or wait is None or wait.group != group:
            return False
        return step == self.waiting_at or self.waiting_at not in process.steps


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """What an audience does not see."""

    audience: str
    hide: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    when: Formula | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Process:
    """A whole process file, flattened when it is ``based_on`` another."""

    id: str
    title: str
    node: Node
    #: all of them, those in branches after the parallel step they are in
    steps: Mapping[str, Step]
    noun: str = ""
    help: str = ""
    based_on: str | None = None
    form: str | None = None
    #: the record whose own items are merged into the form (``form: {base, extend}``)
    extend: Formula | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    policy: Mapping[str, Policy] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    views: tuple[View, ...] = ()
    start: Start | None = None
    members: Members | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    #: the rule tables it uses
    rules: tuple[Rule, ...] = ()
    #: how often those who deal with a case may be reminded, at most once in so many hours
    urge_hours: int = URGE_HOURS

    @property
    def jurisdiction(self) -> str:
        """The first folder of the id."""
        return self.id.split("/", 1)[0]

    @property
    def is_personal(self) -> bool:
        """Whether people start such cases for themselves, not for an organisation."""
        return self.start is None or self.start.who == "person"

    @property
    def first(self) -> Step:
        """Where a case begins."""
        return next(iter(self.steps.values()))

    def named_at(self, step: Step) -> Node:
        """The name of a step where it is written."""
        node = self.node.at_path(["steps"])
        for parallel, branch in step.within:
            node = node.at_path([parallel, "parallel", "branches", branch])
        return node.key(step.name)


def actions_of(process: Process) -> Iterator[Action]:
    """Go through every action: those of the process, then those of each step."""
    yield from process.actions.values()
    for step in process.steps.values():
        yield from step.actions.values()


def arrivals(step: Step) -> tuple[Effect, ...]:
    """Return the effects of arriving at a step."""
    return step.do if step.call is None else (*step.do, step.call)


def effects_of(process: Process) -> Iterator[Effect]:
    """Go through every effect, of actions and of arrivals; a call creates a case on arrival."""
    for action in actions_of(process):
        yield from action.do
    for step in process.steps.values():
        yield from arrivals(step)
