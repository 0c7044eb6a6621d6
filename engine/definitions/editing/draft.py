"""Files being edited together: all of an edit is made, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from engine.authoring.node import Node
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.authoring.source import decode, read_yaml
from engine.authoring.writing import AliasedNode, Choice, Document, EditRefused
from engine.definitions.editing.answer import Answer, Changed, Question, Spot, path_at
from engine.domain.errors import NotFound, Refused

Files = Mapping[str, str | bytes]
Path = tuple[str | int, ...]
D = TypeVar("D", bound="Draft")
D_contra = TypeVar("D_contra", bound="Draft", contravariant=True)
_CODES = {
    "missing": "edit_nothing_there",
    "exists": "edit_name_taken",
    "last": "edit_last_entry",
    "place": "edit_not_here",
}


class Operation(Protocol[D_contra]):
    """One thing a person wants changed."""

    def apply(self, draft: D_contra, /) -> None:
        """Make the edit."""


class Draft:
    """The files of the content, read when they are needed, and the documents edited so far.

    Attributes:
        path: the file that is edited; others change with it where they refer to it.
        alias: the answer to a question, if one was asked.
    """

    def __init__(self, files: Files, path: str, alias: Choice | None = None) -> None:
        """Begin an edit.

        Raises:
            NotFound: there is no such file.
        """
        if path not in files:
            raise NotFound("edit_no_file", file=path)
        self.files = files
        self.path = path
        self.alias = alias
        self.look_at: list[Spot] = []
        self._nodes: dict[str, Node | None] = {}
        self._documents: dict[str, Document] = {}

    @property
    def own(self) -> Document:
        """The file that is edited."""
        return self.document(self.path)

    def node(self, path: str) -> Node | None:
        """Return a file as it stands now, None if there is none or it cannot be read."""
        if path in self._documents:
            return self._documents[path].root
        if path not in self._nodes:
            found = Problems()
            read = read_yaml(self.files[path], path, found) if path in self.files else None
            self._nodes[path] = None if found else read
        return self._nodes[path]

    def document(self, path: str) -> Document:
        """Return a file to be edited.

        Raises:
            Refused: it has problems that keep it from being read.
        """
        if path not in self._documents:
            node, text = self.node(path), decode(self.files[path], path, Problems())
            if node is None or text is None:
                raise Refused("edit_broken_file", file=path)
            self._documents[path] = Document(text, node, path)
        return self._documents[path]

    def naming(self, folder: str, name: str) -> list[str]:
        """Return the YAML files of a folder in which a name occurs."""
        return [
            path
            for path, content in sorted(self.files.items())
            if path.startswith(folder)
            and path.endswith(".yaml")
            and (name in content if isinstance(content, str) else name.encode() in content)
        ]

    @property
    def changed(self) -> Changed:
        """What came of it."""
        files = {
            path: document.text
            for path, document in sorted(self._documents.items())
            if document.text != _text(self.files[path])
        }
        return Changed(files, tuple(sorted(set(self.look_at))))


def answered(draft: D, operation: Operation[D]) -> Answer:
    """Apply an operation to a draft.

    Raises:
        Refused: it cannot be done; nothing has changed.
    """
    try:
        operation.apply(draft)
    except AliasedNode as shared:
        return _question(draft, shared)
    except EditRefused as error:
        where = ".".join(map(str, error.path))
        raise Refused(_CODES[error.code], place=where) from error
    return draft.changed


def _question(draft: Draft, shared: AliasedNode) -> Question:
    def placed(at: Position) -> Spot:
        return Spot(at.file, at.line, at.column, path_at(draft.own.root, at.line, at.column))

    used = tuple(placed(at) for at in shared.used)
    return Question(shared.anchor, placed(shared.defined), used, shared.choices)


def _text(content: str | bytes) -> str:
    return content if isinstance(content, str) else content.decode("utf-8")
