"""The columns of tables that are read from DMN files: their names, types and values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.authoring.node import plain_value
from engine.definitions.dialects import snake
from engine.definitions.markup import Element
from engine.definitions.rules.dmn_cells import CONSTANT, Refused, constant_of, split, text_of

TYPES = {
    "string": "text", "number": "number", "integer": "integer", "long": "integer",
    "double": "number", "boolean": "boolean", "date": "date",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = re.compile(r"[A-Za-z_][\w ]*(?:\.[A-Za-z_][\w ]*)*\Z")
#: what names may have in FEEL beyond letters and digits
_SIGNS = re.compile(r"[A-Za-z_][\w .'/+*?-]*\Z", re.ASCII)
#: our own attributes, for what DMN has no word for
OWN = "urn:zhicheng:rules"


def own(one: Element, name: str) -> str:
    """Return one of our own attributes, which :mod:`dmn_writing` has written."""
    return one.attributes.get(f"{OWN}}}{name}", "")


def name_of(written: str, at: Element, otherwise: str = "") -> str:
    """Return a name as expressions take it; one of other letters gives way to another name."""
    text = " ".join(written.split())
    if _NAME.match(text):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower().strip("_")
    if _WORDS.match(text) and text.isascii():
        return "_".join(snake(part) for part in text.split("."))
    if _SIGNS.match(text):
        return snake(text)
    if otherwise and re.fullmatch(r"[\w .]+", text) and not text.isascii():
        return otherwise
    raise Refused(
        at,
        f"“{text}”不是一个名称",
        f'"{text}" is no name',
    )


def type_of(written: str, at: Element) -> str:
    """Return a type of a file as one of ours."""
    name = (written or "string").rpartition(":")[2]
    if name not in TYPES:
        raise Refused(at, f"不支持类型“{name}”", f'the type "{name}" is not supported')
    return TYPES[name]


@dataclass(frozen=True)
class Column:
    """A column, or an input or output that is to be one."""

    name: str
    title: str
    type: str
    values: tuple[str, ...]
    #: the code list the values are of
    codes: str = ""
    #: the least and the greatest value, as written
    limits: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    #: how expressions of the file call it, if not as its caption
    called: str = ""
    #: whether it is part of an input that is a record
    part: bool = False

    @property
    def source(self) -> str:
        """What expressions of the file call it."""
        return self.called or self.title

    def written(self, *, optional: bool = False) -> dict[str, object]:
        """Return it as it is written in a table."""
        kind: dict[str, object] = {"type": self.type}
        if self.codes:
            kind = {"codes": self.codes}
        elif self.values:
            kind = {"values": list(self.values)}
        limits = {
            name: text if self.type == "date" else plain_value(text) for name, text in self.limits
        }
        found = {"title": self.title, **kind, **limits}
        return {**found, "optional": True} if optional or self.optional else found


def values_of(one: Element, name: str) -> Element | None:
    """Return the values a column may have: its own, or those its type allows."""
    return one.first(name) or one.first("allowed") or one.first("inputExpression", "allowed")


def added_of(one: Element) -> tuple[str, tuple[tuple[str, str], ...], bool]:
    """Return what our own attributes say of a column."""
    limits = ((name, own(one, name)) for name in ("minimum", "maximum"))
    known = tuple((name, text) for name, text in limits if text)
    return own(one, "codes"), known, own(one, "optional") == "true"


def words_of(given: Element | None, type_: str) -> tuple[str, ...]:
    """Return the words a text may be."""
    if given is None or type_ != "text":
        return ()
    return tuple(constant_of(part, type_, given) for part in split(text_of(given, "text")))


def inferred(texts: Iterable[str]) -> str:
    """Return the type of what is written in cells, where a file does not say it."""
    first = {'"': "string", "t": "boolean", "f": "boolean", "d": "date"}
    kinds = {first.get(one[0], "number") for text in texts for one in CONSTANT.findall(text)}
    return kinds.pop() if len(kinds) == 1 else ""
