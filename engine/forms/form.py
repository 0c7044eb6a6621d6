"""A form: complete in itself, serialisable, with its conditions compiled once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from engine.domain.types import Record
from engine.expressions import Calendar, Expression, ExpressionError
from engine.forms import effective as looks
from engine.forms.build import (
    Spec,
    elements_of,
    facts_of,
    layout_of,
    mapping,
    names,
    rules_of,
    text,
)
from engine.forms.effective import Data, EffectiveForm
from engine.forms.model import Element, Fact, Formula, Layout, Path, Rule, written
from engine.forms.names import Names
from engine.forms.schema import Schema, published
from engine.forms.surroundings import Rights, Surroundings
from engine.forms.types import record_of
from engine.forms.validation import FieldError, check

#: a compiled condition is known by its text and what ``it`` stands for
Compiled = Mapping[tuple[str, Path], Any]


class Form:
    """A form of the content, or one made from it for a case.

    Attributes:
        source: the form as plain JSON values, borrowed sections written out. ``Form(source)`` is
            the same form again; this is what a case pins.
        elements: the top-level fields and sections.
        about: the form of the cases this one is asked in, if any.
    """

    def __init__(
        self, source: Spec, names_known: Names | None = None, compiled: Compiled | None = None
    ) -> None:
        """Build a form from its source; ``engine.forms.binding`` compiles its conditions."""
        self.source = source
        self.id = text(source.get("form"))
        self.title = text(source.get("title")) or self.id
        self.help = text(source.get("help"))
        self.about = text(source.get("for"))
        self.elements: tuple[Element, ...] = elements_of(source, (), (), ())
        self.rules: tuple[Rule, ...] = rules_of(source, (), (), ())
        self.facts: dict[str, Fact] = {fact.name: fact for fact in facts_of(source)}
        self.layout: Layout = layout_of(source.get("layout"))
        self.names = names_known or Names()
        self._compiled: Compiled = compiled or {}

    def __repr__(self) -> str:
        """Show the id."""
        return f"Form({self.id!r})"

    @cached_property
    def type(self) -> Record:
        """The type of the form's data."""
        return record_of(self.id, self.elements, self.names.codes)

    @cached_property
    def schema(self) -> Schema:
        """The JSON Schema of the form as far as it does not depend on the data."""
        return published(self.title, self.elements)

    @cached_property
    def hash(self) -> str:
        """The hash of what the form says."""
        return hashlib.sha256(self.dumped().encode()).hexdigest()

    def dumped(self) -> str:
        """Return the form as canonical JSON; ``loaded`` reads it."""
        return json.dumps(
            self.source, ensure_ascii=False, sort_keys=False, separators=(",", ":"), default=str
        )

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """The names of the top-level fields: what ``edit`` and ``views`` may name."""
        return tuple(element.name for element in self.elements)

    def walk(self) -> Iterator[Element]:
        """Go through all elements."""
        for element in self.elements:
            yield from element.walk()

    def element(self, name: str) -> Element | None:
        """Return the element with a dotted name (row numbers or "*" left out or not)."""
        parts = tuple(part for part in name.split(".") if part != "*" and not part.isdigit())
        return self._by_name.get(parts)

    @cached_property
    def _by_name(self) -> dict[Path, Element]:
        return {
            tuple(part for part in element.path if part != "*"): element for element in self.walk()
        }

    @cached_property
    def reference_paths(self) -> dict[str, str]:
        """Return the register that the references at each path lead to; "*" stands for rows."""
        return {written(one.path): one.reference for one in self.walk() if one.reference}

    @cached_property
    def index_paths(self) -> dict[str, Element]:
        """Return the fields declared as indexes, by dotted path."""
        return {written(one.path): one for one in self.walk() if one.index}

    @cached_property
    def file_paths(self) -> dict[str, Element]:
        """Return the fields that hold attachments, by dotted path."""
        return {written(one.path): one for one in self.walk() if one.files is not None}

    @cached_property
    def private_paths(self) -> dict[str, Element]:
        """Return the fields that hold personal data, by dotted path."""
        return {written(one.path): one for one in self.walk() if one.private}

    def is_live(self, element: Element) -> bool:
        """Tell whether other fields depend on this one, so that a page must look again."""
        return element.path in self._live

    @cached_property
    def _live(self) -> frozenset[Path]:
        live = set()
        for element in self.walk():
            own = tuple(part for part in element.path if part != "*")
            if any(read[: len(own)] == own or own[: len(read)] == read for read in self._reads):
                live.add(element.path)
        return frozenset(live)

    @cached_property
    def _reads(self) -> frozenset[Path]:
        """The fields that conditions and options read, rules left out: those wait for the end."""
        found: set[Path] = set()
        for element in self.walk():
            scope = tuple(part for part in element.scope if part != "*")
            rules = {formula for rule in element.rules for formula in (rule.that, rule.when)}
            for formula in (*element.formulas(), *(query for _, query in element.queries())):
                if formula not in rules:
                    inner = tuple(part for part in formula.scope if part != "*")
                    found.update(self._own_paths(formula, inner))
            options = element.options_from
            for path in (options.parent, *(p for _, p in options.match)) if options else ():
                parts = tuple(path.split("."))
                found.add((*scope, *parts[1:]) if parts[0] == "it" else parts)
        return frozenset(path for path in found if path)

    def _own_paths(self, formula: Formula, scope: Path) -> Iterator[Path]:
        for path in getattr(self.compiled(formula), "paths", ()):
            fact = self.facts.get(path[0])
            if fact is not None and fact.where is not None:
                yield from self._own_paths(fact.where, scope)
            elif path[0] == "input" or (path[0] == "data" and not self.about):
                yield path[1:]
            elif path[0] in ("it", "row"):
                yield (*scope, *path[1:])

    # Other forms made from this one ------------------------------------------------------------

    def fields(self, wanted: Collection[str]) -> Form:
        """Return the form with only these top-level fields (or sections)."""
        kept = [name for name in mapping(self.source.get("properties")) if name in wanted]
        source = {
            **self.source,
            "properties": {name: mapping(self.source["properties"])[name] for name in kept},
            "required": [name for name in names(self.source.get("required")) if name in kept],
            "rules": [
                rule
                for rule in self.source.get("rules", ())  # type: ignore[attr-defined]
                if text(mapping(rule).get("at")).split(".")[0] in kept
            ],
            "layout": {key: value for key, value in mapping(self.source.get("layout")).items()
                       if key != "groups"},
        }  # fmt: skip
        return Form(source, self.names, self._compiled)

    # Data --------------------------------------------------------------------------------------

    def initial(self) -> dict[str, object]:
        """Return the data of a new form: its declared defaults and nothing else."""
        return new_object(self.elements)

    def new_row(self, name: str) -> dict[str, object]:
        """Return a new row of a top-level list: its declared defaults and nothing else."""
        (element,) = (one for one in self.elements if one.name == name)
        return new_object(element.children)

    def snapshot(self, records: Mapping[str, Data]) -> dict[str, object]:
        """Return the sections that are copied from other data when a case begins.

        Args:
            records: the data by the id of their form, such as ``{"profile": {...}}``.
        """
        copied: dict[str, object] = {}
        for element in self.elements:
            origin, _, other = element.snapshot_of.partition(".")
            value = records.get(origin, {}).get(other or element.name) if origin else None
            if value is not None:
                copied[element.name] = json.loads(json.dumps(value))
        return copied

    def effective(
        self, data: Data, surroundings: Surroundings | None = None, rights: Rights | None = None
    ) -> EffectiveForm:
        """Return the form for the data at hand."""
        look = looks.Looking(self, data, surroundings or Surroundings(), rights or Rights())
        return look.form_now()

    def validate(
        self,
        data: Data,
        surroundings: Surroundings | None = None,
        rights: Rights | None = None,
        *,
        complete: bool = True,
    ) -> list[FieldError]:
        """Return everything that refuses these data, in the order of the form."""
        found = check(self.effective(data, surroundings, rights), complete=complete)
        return [error for error in found if not error.warning]

    # Conditions --------------------------------------------------------------------------------

    def compiled(self, formula: Formula | None) -> Any:
        """Return what a condition was compiled to, or None when it could not be."""
        return self._compiled.get((formula.text, formula.scope)) if formula else None

    def evaluate(
        self, formula: Formula, values: Mapping[str, object], calendar: Calendar | None
    ) -> object:
        """Return what an expression gives; None when it has no value for these data.

        Data on the way to being corrected may be of the wrong type: then there is no value either,
        and the wrong type is what people are told.
        """
        compiled = self.compiled(formula)
        if not isinstance(compiled, Expression):
            return None
        try:
            return compiled.evaluate(values, calendar=calendar)
        except ExpressionError:
            return None


def new_object(elements: tuple[Element, ...]) -> dict[str, object]:
    """Return the declared defaults of some fields."""
    data: dict[str, object] = {}
    for element in elements:
        if element.kind == "group":
            inner = new_object(element.children)
            if inner:
                data[element.name] = inner
        elif element.default is not None and element.stored:
            data[element.name] = element.default
    return data


def loaded(dumped: str) -> Form:
    """Return the form that was pinned; its conditions are to be compiled again."""
    return Form(json.loads(dumped))
