"""What conditions come to: known exactly where all they read has finitely many values.

Policies, flags and the closed fields of a case's own form keep their value until somebody changes
it, so they are part of a state. Other closed values (of a register, facts that are yes or no) may
change at any moment: a condition over them holds, does not, or may do either. A condition that
reads anything else may do either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Literal

from engine.definitions.bind import BoundProcess
from engine.definitions.exploration.spot import Spot
from engine.definitions.flow import actions_at
from engine.definitions.process import Choice, Formula, Process, Step, Word
from engine.domain.types import BOOLEAN, Record
from engine.expressions import Expression, ExpressionError, Scope

Path = tuple[str, ...]
Values = tuple[object, ...]
#: states begun with at most; further fields are then taken both ways
MOST_VALUES = 64
#: a field that can be any of more codes may be any of them at any moment
MOST_CHOICES = 12
#: combinations of values that may change at any moment, tried for one condition
MOST_TRIED = 64
_OF_SPOT = ("step", "stage", "returned", "relaying")


@dataclass(frozen=True, slots=True)
class Atom:
    """Something a guard reads that has finitely many values. ``None`` is nothing entered."""

    path: Path
    values: Values
    #: a policy is fixed for a case, a flag is first not set
    kind: Literal["policy", "flag", "data"]

    @property
    def name(self) -> str:
        """As it is written."""
        return ".".join(self.path)


class Guards:
    """The conditions of a process, and the atoms they read."""

    def __init__(self, bound: BoundProcess, formulas: Iterable[Formula]) -> None:
        """Find what the conditions read that a state must keep."""
        self._bound = bound
        self._read: dict[Formula, tuple[Expression, tuple[Path, ...]] | None] = {}
        found: dict[Path, Atom] = {}
        self._free: dict[Path, Values] = {}
        for formula in formulas:
            found.update(self._atoms_of(formula))
        self.atoms = tuple(self._kept(found.values()))
        self._places = {atom.path: place for place, atom in enumerate(self.atoms)}
        self._known: dict[tuple[object, ...], bool | None] = {}

    def first(self) -> Iterator[Values]:
        """Go through the values a case can begin with."""
        yield from product(
            *((False,) if atom.kind == "flag" else atom.values for atom in self.atoms)
        )

    def holds(self, formula: Formula | None, values: Values, spot: Spot) -> bool | None:
        """Tell whether a condition holds; None: it may or may not."""
        if formula is None:
            return True
        read = self._read.get(formula)
        if read is None:
            return None
        expression, paths = read
        fixed = {path: self._value(path, values, spot) for path in paths if path not in self._free}
        key = (formula, *fixed.values())
        if key not in self._known:
            self._known[key] = self._tried(expression, fixed, paths)
        return self._known[key]

    @property
    def read(self) -> tuple[object, ...]:
        """All that is known about the values that conditions read: what they can be."""
        known = tuple(one is not None and one[1] for one in self._read.values())
        return self.atoms, tuple(self._free.items()), known

    @cached_property
    def reads_returned(self) -> bool:
        """Whether some condition asks if the case was returned."""
        return any(("case", "returned") in read[1] for read in self._read.values() if read)

    def read_by(self, formulas: Iterable[Formula | None]) -> tuple[int, ...]:
        """Return the places of the atoms that some conditions read."""
        paths = {path for one in formulas if one for path in (self._read.get(one) or ((), ()))[1]}
        return tuple(place for path, place in self._places.items() if path in paths)

    def chosen(self, choice: Choice[Any], values: Values, spot: Spot) -> Iterator[Any]:
        """Go through what may come out of a choice."""
        for when, value in choice.cases:
            held = self.holds(when, values, spot)
            if held is not False:
                yield value
            if held:
                return

    def constant(self, formula: Formula) -> tuple[object] | None:
        """Return the value of an expression that reads nothing, None if it reads something."""
        expression = self._bound.expressions.get(formula)
        if expression is None or not expression.constant:
            return None
        return (expression.evaluate({}),)

    def set_by(self, target: str, formula: Formula) -> tuple[int, Values] | None:
        """Return which atom an assignment changes, and what it may then be."""
        place = self._places.get(tuple(target.split(".")))
        if place is None:
            return None
        constant = self.constant(formula)
        return place, self.atoms[place].values if constant is None else constant

    def below(self, path: Path) -> list[int]:
        """Return the places of the atoms at a path and below it."""
        return [place for known, place in self._places.items() if known[: len(path)] == path]

    def _value(self, path: Path, values: Values, spot: Spot) -> object:
        if path[0] == "case":
            value: object = getattr(spot, path[1])
            return value
        return values[self._places[path]]

    def _tried(
        self, expression: Expression, fixed: Mapping[Path, object], paths: tuple[Path, ...]
    ) -> bool | None:
        free = [path for path in paths if path in self._free]
        found: set[bool] = set()
        for combination in product(*(self._free[path] for path in free)):
            world = nested({**fixed, **dict(zip(free, combination, strict=True))})
            try:
                found.add(expression.evaluate(world) is True)
            except ExpressionError:
                return None
            if len(found) == 2:
                return None
        return found.pop() if found else None

    def _atoms_of(self, formula: Formula) -> dict[Path, Atom]:
        expression = self._bound.expressions.get(formula)
        self._read[formula] = None
        if expression is None or (not expression.paths and not expression.constant):
            return {}
        scope = self._bound.scope(formula)
        atoms: dict[Path, Atom] = {}
        free: dict[Path, Values] = {}
        tried = 1
        for path in expression.paths:
            if path[0] == "case" and path[1:] and path[1] in _OF_SPOT and len(path) == 2:
                continue
            values, owned = self._closed(path, scope)
            if values is None:
                return {}
            kind = self._kind(path) if owned else None
            if kind is not None:
                absent = (None,) if kind == "data" else ()
                atoms[path] = Atom(path, (*values, *absent), kind)
            else:
                free[path] = (*values, None)
                tried *= len(free[path])
        if tried > MOST_TRIED:
            return {}
        self._free.update(free)
        self._read[formula] = (expression, expression.paths)
        return atoms

    def _kept(self, atoms: Iterable[Atom]) -> Iterator[Atom]:
        """Keep as many atoms as a state can hold, policies first; the others change freely."""
        total = 1
        for atom in sorted(atoms, key=lambda one: (one.kind == "data", len(one.values))):
            total *= 1 if atom.kind == "flag" else len(atom.values)
            if total <= MOST_VALUES:
                yield atom
            else:
                self._free[atom.path] = atom.values

    def _kind(self, path: Path) -> Literal["policy", "flag", "data"] | None:
        match path[0]:
            case "policy":
                return "policy"
            case "flags":
                flag = self._bound.process.flags.get(path[1])
                return "flag" if flag is not None and flag.when is None else None
            case "data":
                return "data"
        return None

    def _closed(self, path: Path, scope: Scope) -> tuple[Values | None, bool]:
        """Return the values at a path, None if they cannot be listed; and if the case owns it."""
        field = scope.names.get(path[0])
        owned = True
        for name in path[1:]:
            if field is None:
                return None, False
            owned = owned and isinstance(field.type, Record)
            fields = scope.fields_of(field.type)
            field = fields.get(name) if fields is not None else None
        if field is None:
            return None, False
        if 0 < len(field.choices) <= MOST_CHOICES:
            return field.choices, owned
        return ((False, True) if field.type == BOOLEAN else None), owned


def conditions(process: Process) -> Iterator[Formula]:
    """Go through the conditions that decide where a case goes."""
    for step in process.steps.values():
        yield from conditions_at(process, step)


def conditions_at(process: Process, step: Step) -> Iterator[Formula]:
    """Go through the conditions that decide where a case goes from a step, or whether it stops."""
    actions = actions_at(process, step).values()
    yield from _written([step.when, *(stage.when for stage in step.stages.values())])
    for choice in (step.to, *step.outcomes.values(), *(action.to for action in actions)):
        yield from _conditions(choice)
    for action in actions:
        yield from _written([action.when, *(rule.that for rule in action.require)])
        yield from _conditions(action.resubmit_to)


def _conditions(choice: Choice[str] | Choice[Word] | None) -> Iterator[Formula]:
    yield from _written([when for when, _ in choice.cases] if choice is not None else [])


def _written(given: list[Formula | None]) -> Iterator[Formula]:
    return (one for one in given if one is not None)


def nested(values: Mapping[Path, object]) -> dict[str, Any]:
    """Return values by path as mappings in mappings."""
    world: dict[str, Any] = {}
    for path, value in sorted(values.items(), key=lambda one: len(one[0])):
        here = world
        for name in path[:-1]:
            if name in here and here[name] is None:
                break  # A part of what is nothing.
            inner = here.get(name)
            if not isinstance(inner, dict):
                inner = here[name] = {}
            here = inner
        else:
            here[path[-1]] = value
    return world
