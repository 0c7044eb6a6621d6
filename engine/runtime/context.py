"""The names an expression of a running case can read, and where their values come from.

Only what an expression reads is looked up: its paths are known from the check. A path that runs
through a reference goes on in the register it points to; that value comes from the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from engine.definitions.process import Choice, Formula, RuleUse, Word
from engine.domain.types import ListOf, Record, Reference, Type
from engine.expressions import Expression, Scope, Shape, Where, look_up
from engine.runtime import deadlines
from engine.runtime.moments import local

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.case import Command, State
    from engine.runtime.compiled import Compiled
    from engine.runtime.facts import Recording


T = TypeVar("T")


def plain(value: Any) -> Any:
    """A value without its reference wrapping: records become their key, lists their keys."""
    if isinstance(value, Mapping) and "id" in value:
        return value["id"]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class Context:
    """Evaluates the expressions of one command.

    Args:
        compiled: the process.
        state: gives the current state each time it is asked, as it changes during a command.
        data: gives the current form data.
        ident: id, number and year of the case.
        command: who acts and what was entered.
        now: local time of the jurisdiction, aware.
    """

    def __init__(
        self,
        compiled: Compiled,
        facts: Recording,
        command: Command,
        now: datetime,
        ident: Mapping[str, Any],
        state: Callable[[], State],
        data: Callable[[], Mapping[str, Any]],
    ) -> None:
        self.compiled = compiled
        self.facts = facts
        self.command = command
        self.now = now
        self._ident = ident
        self._state = state
        self._data = data
        self._moment: datetime | None = None

    @contextmanager
    def as_of(self, moment: datetime) -> Iterator[None]:
        """Let ``now`` and ``today`` be another moment: that of arrival or start."""
        before, self._moment = self._moment, moment
        try:
            yield
        finally:
            self._moment = before

    def value(self, formula: Formula, **bound: Any) -> Any:
        """Evaluate ``formula``; ``bound`` gives values for names valid only here (org, vote …)."""
        return self.evaluate(self.compiled.expression(formula), **bound)

    def holds(self, formula: Formula | None, **bound: Any) -> bool:
        """Whether a condition holds; no condition always does."""
        return formula is None or self.value(formula, **bound) is True

    def evaluate(self, expression: Expression, **bound: Any) -> Any:
        """Evaluate an expression on the values of the paths it reads."""
        values = self._values(expression, self.compiled.scope(expression), bound)
        return expression.evaluate(values, calendar=self.facts)

    def search(self, formula: Formula) -> Any:
        """A ``where`` with everything computed that does not read the row."""
        where = self.compiled.bound.wheres[formula]
        values = self._values(where, self.compiled.bound.scope(formula), {})
        return where.bind(values, calendar=self.facts)

    def register(self, formula: Formula) -> str | None:
        """The register of the record an expression gives; None when it gives none."""
        type_ = self.compiled.expression(formula).type
        return type_.register if isinstance(type_, Reference) else None

    def _values(
        self, reader: Expression | Where, scope: Scope, bound: Mapping[str, Any]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for path in reader.paths:
            self._place(values, path, self._read(scope, path, bound))
        for path, type_, shape in reader.below:
            found = self._completed(type_, look_up(values, path), shape, scope)
            self._place(values, path, found)
        return values

    def _completed(self, type_: Type | None, value: Any, shape: Shape, scope: Scope) -> Any:
        """A list or record with what an expression reads of the records it refers to."""
        if isinstance(type_, ListOf):
            item = shape.item
            if item is None or not isinstance(value, list | tuple):
                return value
            return [self._completed(type_.item, one, item, scope) for one in value]
        names = [*shape.fields, *sorted(shape.filled - shape.fields.keys())]
        fields = scope.fields_of(type_) if isinstance(type_, Record | Reference) else None
        if not names or fields is None or plain(value) is None:
            return value
        if isinstance(type_, Reference):
            known = dict(value) if isinstance(value, Mapping) else {"id": value}
            for name in names:
                if name not in known:
                    known[name] = self._follow(type_, value, (name,), scope)
        elif isinstance(value, Mapping):
            known = dict(value)
        else:
            return value
        for name, below in shape.fields.items():
            if name in known and name in fields:
                known[name] = self._completed(fields[name].type, known[name], below, scope)
        return known

    def key(self, formula: Formula, **bound: Any) -> str | None:
        """Evaluate an expression that gives a record: its key."""
        value = plain(self.value(formula, **bound))
        return str(value) if value not in (None, "") else None

    def keys(self, formula: Formula, **bound: Any) -> tuple[str, ...]:
        """Evaluate an expression that gives records: their keys."""
        value = plain(self.value(formula, **bound))
        if value is None:
            return ()
        return tuple(value) if isinstance(value, list) else (str(value),)

    def choose(self, choice: Choice[T]) -> tuple[int, T]:
        """The first entry whose condition holds, with its index.

        Raises:
            AssertionError: no condition holds and there is no default, which the check refuses.
        """
        for index, (when, value) in enumerate(choice.cases):
            if self.holds(when):
                return index, value
        # The language demands a last entry without a condition.
        raise AssertionError("a choice without a default")

    def word(self, word: Word) -> str | None:
        """A word, or the value of the policy that holds it."""
        if word.policy is None:
            return word.literal
        value = self.facts.policy(word.policy, self)
        return None if value is None else str(value)

    @staticmethod
    def _place(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
        *before, last = path
        at = values
        for name in before:
            inner = at.get(name)
            if inner is None and name in at:
                return  # What it would be a part of was read, and is nothing.
            if not isinstance(inner, dict):
                inner = at[name] = {}
            at = inner
        known = at.get(last)
        if isinstance(known, dict) and value is not None:
            # The same record is read as a whole and by a field: keep both.
            if isinstance(value, Mapping):
                known.update(value)
        else:
            at[last] = dict(value) if isinstance(value, Mapping) else value

    def _read(self, scope: Scope, path: tuple[str, ...], bound: Mapping[str, Any]) -> Any:
        root, rest = path[0], path[1:]
        if root == "case":
            return self._case(rest, scope)
        if root == "flags":
            return rest[0] in self.flags()
        if root == "policy":
            return self.facts.policy(rest[0], self)
        if root == "deadlines":
            return deadlines.term(self._state(), rest[0]).by
        if root == "linked":
            return self._follow(None, self.facts.linked(rest[0]), rest[1:], scope)
        if root == "created":
            return self._follow(None, self.facts.created(rest[0]), rest[1:], scope)
        if root == "jurisdiction":
            return self._jurisdiction(rest, scope)
        fact = self.compiled.process.facts.get(root)
        if fact is not None and root not in bound:
            found = self._fact(root)
            return self._follow(_type(scope, root), found, rest, scope)
        value = bound[root] if root in bound else self._root(root)
        return self._follow(_type(scope, root), value, rest, scope)

    def _fact(self, name: str) -> Any:
        fact = self.compiled.process.facts[name]
        if fact.formula is not None:
            return plain(self.value(fact.formula))
        if fact.use is not None:
            return self._decided(fact.use)
        return self.facts.query(name, self)

    def _decided(self, use: RuleUse) -> Any:
        """What a rule table says about the values it is asked with."""
        assert use.rule is not None  # tables are put in their places when the content is read
        given = {name: self.value(formula) for name, formula in use.given.items()}
        return use.rule.decide(given, calendar=self.facts).value

    def _root(self, name: str) -> Any:
        match name:
            case "data":
                return self._data()
            case "initiator":
                return self._state().initiator
            case "actor":
                return self.command.person
            case "here":
                return self.command.organisation
            case "input":
                return self.command.input
            case "now":
                return local(self._moment or self.now)
            case "today":
                return local(self._moment or self.now)[:10]
            case "members":
                return list(self.facts.members())
        return None

    def _follow(self, type_: Type | None, value: Any, path: tuple[str, ...], scope: Scope) -> Any:
        registers = scope.registers
        for name in path:
            if isinstance(type_, Reference):
                if name == "id":
                    return plain(value)
                if isinstance(value, Mapping) and name in value:
                    # A row at hand (a member of the group): no need to look it up.
                    value = value[name]
                else:
                    value = plain(value)
                    if value is None:
                        return None
                    value = self.facts.record(type_.register, str(value), name)
                record = registers.get(type_.register)
                field = record.fields.get(name) if record is not None else None
                type_ = field.type if field is not None else None
            else:
                value = value.get(name) if isinstance(value, Mapping) else None
                field = type_.fields.get(name) if isinstance(type_, Record) else None
                type_ = field.type if field is not None else None
        return _wrapped(type_, value)

    def _jurisdiction(self, path: tuple[str, ...], scope: Scope) -> Any:
        name = path[0] if path else "id"
        value = self.facts.record("jurisdictions", self.compiled.process.jurisdiction, name)
        type_ = Reference("organisations") if name == "bureau" else None
        return self._follow(type_, value, path[1:], scope)

    def flags(self) -> frozenset[str]:
        """The marks set on the case, and those that follow from it."""
        derived = (
            name
            for name, flag in self.compiled.process.flags.items()
            if flag.when is not None and self.holds(flag.when)
        )
        return frozenset(self._state().flags) | frozenset(derived)

    def _case(self, path: tuple[str, ...], scope: Scope) -> Any:
        state, name = self._state(), path[0]
        match name:
            case "visits":
                return state.visits.get(path[1], 0)
            case "actors":
                return [{"id": person} for person in state.actors.get(path[1], ())]
            case "last":
                return self._last(path, scope)
            case "step" | "stage":
                return getattr(state.place, name)
            case "id" | "number" | "year":
                return self._ident.get(name)
            case "process":
                return self.compiled.process.id
            case "closed":
                return state.closed is not None
            case "late":
                return any(term.over for term in state.deadlines.values())
            case "sent_to":
                organisation = Reference("organisations")
                return self._follow(organisation, state.sent_to, path[1:], scope)
        return getattr(state, name)

    def _last(self, path: tuple[str, ...], scope: Scope) -> Any:
        person, organisation, at = self._state().last.get(path[1], (None, None, None))
        match path[2:]:
            case ("person", *rest):
                return self._follow(Reference("people"), person, tuple(rest), scope)
            case ("organisation", *rest):
                register = Reference("organisations")
                return self._follow(register, organisation, tuple(rest), scope)
            case ("at",):
                return at
        return {"person": person, "organisation": organisation, "at": at}


def _type(scope: Scope, root: str) -> Type | None:
    field = scope.names.get(root)
    return field.type if field is not None else None


def _wrapped(type_: Type | None, value: Any) -> Any:
    """References as the expressions want them: {"id": key}."""
    if isinstance(type_, Reference):
        value = plain(value)
        return None if value is None else {"id": value}
    if isinstance(type_, ListOf) and isinstance(type_.item, Reference):
        # A row at hand (a member of the group) keeps what is known of it.
        return [item if isinstance(item, Mapping) else {"id": item} for item in value or ()]
    return value
