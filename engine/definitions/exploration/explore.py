"""Goes through all states of a process, shortest ways first, within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.authoring.memory import Memory
from engine.authoring.problems import Problems
from engine.definitions.bind import BoundProcess
from engine.definitions.exploration.frame import frame
from engine.definitions.exploration.groups import ClosedGroups
from engine.definitions.exploration.guards import Guards, conditions
from engine.definitions.exploration.moves import Act, Moves, Next
from engine.definitions.exploration.needs import Needs
from engine.definitions.exploration.spot import State, places, standing, width
from engine.definitions.flow import actions_at
from engine.definitions.process import Formula, Process, Step

#: what was done to a case, and its state after each
Trail = tuple[tuple[Act, State], ...]
#: what looking at one way from state to state counts, beside each of the places after it
_EACH = 8
#: how much is looked at before a process is given up
MOST = 240_000


@dataclass(frozen=True, slots=True)
class Gap:
    """States without a way to an end, from which one state of the same kind is reached."""

    #: the steps a case goes round in, or stands at for good
    steps: tuple[str, ...]
    #: whether nothing at all can happen there
    still: bool
    #: the shortest way there
    trail: Trail
    state: State
    #: the values without which it does not come to this
    values: tuple[tuple[str, object], ...]


class _TooMany(Exception):
    """The ways are more than are looked at."""


class Explored:
    """The states of a process and the ways between them."""

    def __init__(self, bound: BoundProcess, guards: Guards) -> None:
        """Explore; what is found out does not change afterwards."""
        self.process: Process = bound.process
        self.guards = guards
        self.moves = Moves(bound.process, self.guards)
        self._needs = Needs(bound.process, self.guards, self.moves.sent_to)
        #: the states in the order they were found, each with how it was reached first
        self.states: dict[State, tuple[State | None, Act]] = {}
        self.ways: dict[State, list[State]] = {}
        #: the states after each action, whether somebody took it or time
        self._done: dict[str, dict[State, None]] = {}
        self._left = MOST
        #: whether there are no other states
        self.whole = True
        self._explore()

    def _explore(self) -> None:
        waiting: list[State] = []
        try:
            for act, state in self._counted(self.moves.first()):
                if state not in self.states:
                    self.states[state] = (None, act)
                    waiting.append(state)
            for state in waiting:
                self._follow(state, waiting)
        except (_TooMany, RecursionError):  # the latter where very many splits are nested
            self.whole = False

    def _follow(self, state: State, waiting: list[State]) -> None:
        ways: list[State] = []
        for act, after in self._counted(self.moves.following(state)):
            after = self._needs.forget(after)
            if act.kind in ("action", "expiry"):
                self._done.setdefault(act.name, {})[after] = None
            if after == state:
                continue
            ways.append(after)
            if after not in self.states:
                self.states[after] = (state, act)
                waiting.append(after)
        self.ways[state] = ways

    def _counted(self, ways: Iterator[Next]) -> Iterator[Next]:
        for act, state in ways:
            self._left -= _EACH + width(state.spot)
            if self._left < 0:
                raise _TooMany
            yield act, state

    @cached_property
    def reached(self) -> frozenset[str]:
        """The steps a case can be at or pass through."""
        steps = {one.step for state in self.states for _, one in places(state.spot)}
        return frozenset(steps | self.moves.through)

    def never_at(self, step: Step) -> bool:
        """Whether it is known that no case ever comes to a step."""
        return self.whole and step.name not in self.reached

    @cached_property
    def spots(self) -> frozenset[tuple[str, ...]]:
        """The steps a case can stand at, at the same time."""
        return frozenset(tuple(sorted(standing(state.spot))) for state in self.states)

    def trail(self, state: State) -> Trail:
        """Return the shortest way to a state."""
        done: list[tuple[Act, State]] = []
        here: State | None = state
        while here is not None:
            before, act = self.states[here]
            done.append((act, here))
            here = before
        return tuple(reversed(done))

    def trail_to(self, step: str) -> Trail:
        """Return the shortest way to a state at a step; nothing if no case is ever there."""
        for state in self.states:
            if _is_at(state, step):
                return self.trail(state)
        return ()

    def before(self, step: str) -> frozenset[str]:
        """Return the steps a case can be at before it comes to a step for the first time."""
        first = [state for state, (before, _) in self.states.items() if before is None]
        waiting = [state for state in first if not _is_at(state, step)]
        found = set(waiting)
        for state in waiting:
            for after in self.ways.get(state, ()):
                if after not in found and not _is_at(after, step):
                    found.add(after)
                    waiting.append(after)
        return frozenset(one.step for state in found for _, one in places(state.spot))

    def after(self, action: str) -> frozenset[str]:
        """Return the steps a case can be at when somebody, or time, has done an action."""
        waiting = list(self._done.get(action, ()))
        found = set(waiting)
        for state in waiting:
            more = [one for one in self.ways.get(state, ()) if one not in found]
            found.update(more)
            waiting += more
        return frozenset(one.step for state in found for _, one in places(state.spot))

    @cached_property
    def unsent(self) -> Mapping[str, State]:
        """The steps that wait where the case was sent to, come to before it is sent anywhere."""
        found: dict[str, State] = {}
        for state in self.states:
            for _, one in places(state.spot):
                if not one.sent and one.step in self.moves.sent_to:
                    found.setdefault(one.step, state)
        return found

    @cached_property
    def unrelayed(self) -> Mapping[str, State]:
        """The steps in branches that a return is relayed to and that cannot relay it further."""
        found: dict[str, State] = {}
        for state in self.states if self.moves.relays_not else ():
            for around, one in places(state.spot):
                if one.relaying and around and one.step in self.moves.relays_not:
                    found.setdefault(one.step, state)
        return found

    def ended(self, parallel: str) -> frozenset[str]:
        """Return the branches of a parallel step that can come to its join."""
        spots = (one for state in self.states for _, one in places(state.spot))
        here = {name for one in spots if one.step == parallel
                for name, branch in one.branches if branch.joined}  # fmt: skip
        return frozenset(here | self.moves.closing.get(parallel, set()))

    def is_end(self, state: State) -> bool:
        """Tell whether a case is closed."""
        return self.process.steps[state.spot.step].end is not None

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where a case stays for good without an end, one for each set of steps.

        In what was not explored to the end only states count whose ways are all known.
        """
        found: dict[tuple[str, ...], list[list[State]]] = {}
        for group in ClosedGroups(self.ways):
            if any(self.is_end(state) for state in group) or _lacks(group):
                continue
            steps = dict.fromkeys(step for state in group for step in standing(state.spot))
            found.setdefault(tuple(steps), []).append(group)
        return tuple(self._gap(steps, groups) for steps, groups in found.items())

    def _gap(self, steps: tuple[str, ...], groups: list[list[State]]) -> Gap:
        order = {state: number for number, state in enumerate(self.states)}
        state = min((one for group in groups for one in group), key=order.__getitem__)
        group = next(group for group in groups if state in group)
        still = len({one.spot for one in group}) == 1
        stuck = {one for group in groups for one in group}
        values = self._needed(state, steps)
        if all(one in stuck for one in self.states if standing(one.spot) == steps):
            values = ()
        return Gap(steps, still, self.trail(state), state, values)

    def _needed(self, state: State, steps: tuple[str, ...]) -> tuple[tuple[str, object], ...]:
        """Return the values that conditions of some steps read there."""
        conditions: list[Formula | None] = []
        for name in steps:
            step = self.process.steps[name]
            for action in actions_at(self.process, step).values():
                conditions += [action.when, *(rule.that for rule in action.require)]
        return tuple(
            (self.guards.atoms[place].name, state.values[place])
            for place in self.guards.read_by(conditions)
        )


def _is_at(state: State, step: str) -> bool:
    return any(one.step == step for _, one in places(state.spot))


def _lacks(group: list[State]) -> bool:
    """Tell whether it takes a field left empty, which forms may not allow, to be there."""
    return all(None in state.values for state in group)


def explore(bound: BoundProcess, memory: Memory | None = None) -> Explored:
    """Explore a process with its compiled expressions.

    Args:
        bound: the process.
        memory: what was explored before. What it keeps is another process of the same frame: of
            what is found the names count, not the places in files.
    """
    guards = Guards(bound, conditions(bound.process))
    if memory is None:
        return Explored(bound, guards)

    def anew(_frame: object, _read: object, _problems: Problems) -> Explored:
        return Explored(bound, guards)

    key = ("explored", bound.process.id)
    return memory.once(key, (frame(bound), guards.read), anew, Problems())
