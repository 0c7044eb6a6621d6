"""XML files of others: elements with their lines, and nothing that can grow or reach outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from engine.authoring.problem import Phrase, Position

#: deeper files are none of ours
DEEPEST = 50


@dataclass(eq=False)
class Element:
    """An element of an XML file with its line."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Element] = field(default_factory=list)
    text: str = ""
    #: the namespace of its name
    space: str = ""

    def all(self, name: str) -> list[Element]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]

    def first(self, *path: str) -> Element | None:
        """Return the first element at a path of names."""
        here: Element | None = self
        for name in path:
            here = next(iter(here.all(name)), None) if here is not None else None
        return here

    def at(self, file: str) -> Position:
        """Return where it begins."""
        return Position(file, self.line, self.column)

    def given(self, name: str) -> str:
        """Return an attribute by its name, of whatever namespace; nothing if it is missing."""
        found = (text for key, text in self.attributes.items() if key.rpartition("}")[2] == name)
        return next(found, "")

    def said(self, *path: str) -> str:
        """Return the text at a path, nothing if there is no such element."""
        found = self.first(*path)
        return " ".join(found.text.split()) if found is not None else ""


class Unreadable(Exception):
    """A file is no XML, or XML with parts that are not accepted."""

    def __init__(self, line: int, column: int, zh: str, en: str) -> None:
        """Hold the place and the reason."""
        super().__init__(en)
        self.line, self.column, self.reason = line, column, Phrase(zh, en)

    def at(self, file: str) -> Position:
        """Return the place."""
        return Position(file, self.line, self.column)


def read_markup(content: bytes) -> Element:
    """Read XML without document types.

    Raises:
        Unreadable: it is not well-formed, nested too deeply, or has a document type.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    top = Element("", {}, 1, 1)
    open_ = [top]

    def begin(name: str, attributes: dict[str, str]) -> None:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        space, _, local = name.rpartition("}")
        if len(open_) > DEEPEST:
            raise Unreadable(line, column, "嵌套太深", "it is nested too deeply")
        one = Element(local, attributes, line, column, space=space)
        open_[-1].children.append(one)
        open_.append(one)

    def end(_name: str) -> None:
        open_.pop()

    def text(data: str) -> None:
        open_[-1].text += data

    def refuse(*_parts: object) -> None:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        raise Unreadable(line, column, "不接受 DOCTYPE", "a DOCTYPE is not accepted")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable(
            error.lineno, error.offset + 1, "不是完整的 XML", "it is not well-formed XML"
        ) from error
    return top.children[0]
