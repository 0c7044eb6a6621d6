"""What a form needs from outside: codes, records, attachments, names, rights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.expressions import Where
from engine.forms.model import Element, Formula
from engine.forms.sentences import Language


class CodeLike(Protocol):
    """One value of a code list."""

    @property
    def code(self) -> str:
        """What is stored."""

    @property
    def title(self) -> str:
        """What people read."""

    @property
    def help(self) -> str:
        """An explanation beside it."""

    @property
    def parent(self) -> str | None:
        """The code above it, in a list that is a tree."""

    @property
    def retired(self) -> bool:
        """Whether it is kept for old data only."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of an uploaded file; ``gone`` when nothing is."""

    uid: str
    name: str
    size: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A record that may be picked, with the columns asked for and the key of its parent."""

    key: str
    label: str
    columns: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a register, asked on behalf of one field.

    Attributes:
        register: which register.
        where: the condition as written.
        condition: the same, compiled: a `Where` of `engine.expressions`.
        values: what the condition reads beside ``it``.
        match: columns that must have these values.
        label: the field that is the caption; empty for the register's own.
        columns: further fields to show.
    """

    register: str
    where: Formula | None = None
    condition: Where | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    match: Mapping[str, object] = field(default_factory=dict)
    label: str = ""
    columns: tuple[str, ...] = ()


class Lookup(Protocol):
    """Answers a form's questions about the rest of the content and the stored records."""

    def codes(self, name: str) -> Sequence[CodeLike]:
        """Return the values of a code list in order."""

    def record(self, register: str, key: str) -> Mapping[str, object] | None:
        """Return the fields of a record, computed ones included; None when there is none."""

    def label(self, register: str, key: str, field: str = "") -> str | None:
        """Return the caption of a record; None when there is none."""

    def column(self, query: Query, field: str) -> Sequence[str]:
        """Return the distinct values of a column among the records that fit."""

    def search(self, query: Query, text: str, limit: int) -> Sequence[Found]:
        """Return the records that fit a query and a typed text; all that fit when it is empty."""

    def fitting(self, query: Query, keys: Sequence[str]) -> Sequence[str]:
        """Return those of some keys whose records exist and fit a query, in the order given."""

    def found(self, query: Query, limit: int | None) -> Sequence[str]:
        """Return the keys of all records that fit a query, those out of use included."""

    def attachment(self, uid: str) -> Attachment | None:
        """Return what is known of an uploaded file."""


class Nothing:
    """A lookup without content: no codes, no records, any attachment. For forms that need none."""

    def codes(self, name: str) -> Sequence[CodeLike]:
        """Return no codes."""
        return ()

    def record(self, register: str, key: str) -> Mapping[str, object] | None:
        """Return no record."""
        return None

    def label(self, register: str, key: str, field: str = "") -> str | None:
        """Return the key itself."""
        return key

    def column(self, query: Query, field: str) -> Sequence[str]:
        """Return no values."""
        return ()

    def search(self, query: Query, text: str, limit: int) -> Sequence[Found]:
        """Return no records."""
        return ()

    def fitting(self, query: Query, keys: Sequence[str]) -> Sequence[str]:
        """Let any key fit."""
        return keys

    def found(self, query: Query, limit: int | None) -> Sequence[str]:
        """Return no records."""
        return ()

    def attachment(self, uid: str) -> Attachment | None:
        """Call a file by its id."""
        return Attachment(uid, uid)


def _same(caption: str) -> str:
    return caption


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The context of one look at a form.

    Attributes:
        names: values of the language's names: initiator, jurisdiction, now, today, case, policy …
            A reference in them may be followed when it is given as a mapping.
        lookup: codes, records, attachments.
        data: the case's data, for a form that is asked inside a case.
        calendar: the working days of the jurisdiction.
        caption: replaces captions where a deployment or a language has its own.
        language: what is wrong is said in it.
    """

    names: Mapping[str, object] = field(default_factory=dict)
    lookup: Lookup = field(default_factory=Nothing)
    data: Mapping[str, object] | None = None
    calendar: Any = None
    caption: Callable[[str], str] = _same
    language: Language = "zh"


Mode = Literal["required", "optional", "hidden"]


@dataclass(frozen=True, slots=True)
class Rights:
    """Which parts of a form a person may change, and which are hidden or masked.

    Sections and fields are named by dotted paths without row numbers. ``mode`` is that of
    ``ask``: "optional" waives ``required``, "hidden" shows and takes only what a
    ``required_when`` demands.
    """

    edit: Literal["all"] | Collection[str] = "all"
    hide: Collection[str] = ()
    mask: Collection[str] = ()
    mode: Mode = "required"

    def may_edit(self, element: Element) -> bool:
        """Tell whether the element or something it belongs to is named as editable."""
        return self.edit == "all" or named(element, self.edit)

    def touches(self, element: Element) -> bool:
        """Tell whether the element or something below it is editable."""
        if self.edit == "all":
            return True
        prefix = element.dotted + "."
        return named(element, self.edit) or any(name.startswith(prefix) for name in self.edit)

    def hides(self, element: Element) -> bool:
        """Tell whether the element is not shown."""
        return bool(self.hide) and element.dotted in self.hide

    def masks(self, element: Element) -> bool:
        """Tell whether the element's value is masked: named itself, or private in a named part."""
        if not self.mask:
            return False
        if element.dotted in self.mask:
            return not element.children
        return element.private == "mask" and named(element, self.mask)


def named(element: Element, names: Collection[str]) -> bool:
    """Tell whether an element or something it belongs to is among some dotted names."""
    parts = [part for part in element.path if part != "*"]
    return any(".".join(parts[: count + 1]) in names for count in range(len(parts)))
