"""A form as plain values: its fields, conditions, limits and rules.

Conditions are kept as text with the place they stand at; `engine.forms.conditions` compiles them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.forms.formats import UNREAD, masked
from engine.forms.keywords import CHOSEN, STORED, Kind

#: names of fields; "*" stands for any row
Path = tuple[str, ...]
#: names of fields and numbers of rows: one place in the data
Place = tuple[str | int, ...]


def written(place: Place | Path) -> str:
    """Write a place as the pages name it: ``education.0.major``."""
    return ".".join(str(part) for part in place)


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression as written.

    Attributes:
        text: the expression.
        scope: the row or section that ``it`` stands for; empty outside any.
        source: where it stands in the form's source, for problems.
    """

    text: str
    scope: Path
    source: Place


@dataclass(frozen=True, slots=True)
class Files:
    """Limits of attachments. ``size`` counts bytes; no limit is None."""

    max: int | None = None
    types: tuple[str, ...] = ()
    size: int | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class RowHints:
    """How the rows of a repeated section are shown."""

    title: str = ""
    columns: tuple[str, ...] = ()
    add: str = ""
    #: while this holds for a row, the row cannot be removed
    keep_when: Formula | None = None


@dataclass(frozen=True, slots=True)
class LayoutGroup:
    """Some fields under a heading of their own."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How many columns the fields take, and which stand together."""

    columns: int = 2
    groups: tuple[LayoutGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionsFrom:
    """Where the options of a cascade come from: codes below a parent, a register's column, rows."""

    source: Literal["codes", "register", "each"]
    #: the code list or the register
    name: str = ""
    parent: str = ""
    field: str = ""
    where: Formula | None = None
    #: column of the register → field of the form
    match: tuple[tuple[str, str], ...] = ()
    each: Formula | None = None
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition across fields with the sentence that is said when it does not hold."""

    that: Formula
    say: str
    #: the field the sentence is shown at, relative to the object the rule stands in
    at: str
    #: the object the rule stands in; with "*" the rule is checked for every row
    owner: Path
    when: Formula | None = None
    warning: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A name for the answer to a question put to a register."""

    name: str
    question: Literal["exists", "count", "first"]
    register: str
    where: Formula | None
    source: Place


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A field, a group of fields, or repeated rows of a form.

    Attributes:
        name: its name among its siblings.
        path: all names from the form's root; "*" for the rows of a list.
        kind: what it holds.
        widget: how it is entered.
        required: whether the object it belongs to names it in ``required``.
        scope: what ``it`` stands for in its conditions: the innermost row, else the section.
        source: where it stands in the form's source.
        schema: the JSON Schema keywords that limit the value itself.
        children: the fields of a group, or of one row.
    """

    name: str
    path: Path
    kind: Kind
    title: str
    widget: str
    source: Place
    scope: Path = ()
    help: str = ""
    required: bool = False
    schema: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Element, ...] = ()
    visible_when: Formula | None = None
    required_when: Formula | None = None
    locked_when: Formula | None = None
    locked: bool = False
    default: object = None
    index: bool = False
    private: Literal[False, True, "mask"] = False
    wide: bool = False
    at_least: Formula | None = None
    at_most: Formula | None = None
    bound_say: str = ""
    pattern_say: str = ""
    suffix: str = ""
    #: what its share of the maximum counts in a total; None: it counts as it is
    weight: float | None = None
    open_end: bool = False
    codes: str = ""
    only: tuple[str, ...] = ()
    reference: str = ""
    where: Formula | None = None
    label: str = ""
    columns: tuple[str, ...] = ()
    options_from: OptionsFrom | None = None
    files: Files | None = None
    row: RowHints = RowHints()
    layout: Layout = Layout()
    rules: tuple[Rule, ...] = ()
    shows: Formula | None = None
    snapshot_of: str = ""
    #: what each item merged in later becomes, when this is an extension point
    extension: Mapping[str, object] | None = None

    @property
    def stored(self) -> bool:
        """Whether it holds a value (a note or a display does not)."""
        return self.kind in STORED

    @property
    def dotted(self) -> str:
        """Its name from the top, without rows: ``education.major``."""
        return ".".join(part for part in self.path if part != "*")

    def recognised(self, text: str) -> str:
        """Return what is shown of a masked value; only of texts and captions a part is left."""
        return masked(text) if self.kind == "text" or self.chosen else UNREAD

    @property
    def chosen(self) -> bool:
        """Whether its value is picked from options or records."""
        return self.kind in CHOSEN

    def walk(self) -> Iterator[Element]:
        """Go through this element and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def formulas(self) -> Iterator[Formula]:
        """Go through the element's own conditions, those of rules and options included."""
        for formula in (
            self.visible_when, self.required_when, self.locked_when, self.at_least, self.at_most,
            self.shows, self.row.keep_when,
        ):  # fmt: skip
            if formula is not None:
                yield formula
        if self.options_from is not None and self.options_from.each is not None:
            yield self.options_from.each
        for rule in self.rules:
            yield rule.that
            if rule.when is not None:
                yield rule.when

    def queries(self) -> Iterator[tuple[str, Formula]]:
        """Go through the conditions that are sent to a register, with the register's name."""
        if self.where is not None and self.reference:
            yield self.reference, self.where
        options = self.options_from
        if options is not None and options.where is not None:
            yield options.name, options.where
