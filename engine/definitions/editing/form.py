"""A form file being edited: its fields by dotted names, and its outline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.authoring.assigning import assign
from engine.authoring.node import Node
from engine.authoring.writing import Choice
from engine.definitions.editing.draft import Draft, Files, Path
from engine.definitions.editing.outline import Lines, lines_of
from engine.domain.errors import NotFound, Refused
from engine.forms.build import kind_of
from engine.forms.keywords import KIND_TITLES, Kind

FOLDER = "forms/"
#: keywords that borrow the fields of another form
BORROWED = ("snapshot_of", "use")
#: where a field may declare the fields in it: as a table, an extension, a section
_DECLARING: tuple[tuple[str, ...], ...] = (("items",), ("extension", "items"), ())


class FormDraft(Draft):
    """The edit of one form."""

    def __init__(self, files: Files, form: str, alias: Choice | None = None) -> None:
        """Begin an edit."""
        super().__init__(files, f"{FOLDER}{form}.yaml", alias)
        self.id = form

    def owner(self, field: str) -> Path:
        """Return where the fields inside a field are declared; those of the form without one.

        Raises:
            NotFound: there is no such field.
            Refused: its fields are those of another form, or it has none.
        """
        path: Path = ()
        for name in filter(None, field.split(".")):
            path = (*path, "properties", name)
            node = self.own.find(path)
            if node is None:
                raise NotFound("edit_no_field", field=field)
            path = (*path, *_inside(node, field))
        return path

    def field(self, field: str) -> Path:
        """Return where a field is declared.

        Raises:
            NotFound: there is none.
        """
        outer, _, name = field.rpartition(".")
        path = (*self.owner(outer), "properties", name)
        if self.own.find(path) is None:
            raise NotFound("edit_no_field", field=field)
        return path

    def put(self, path: Path, value: object) -> None:
        """Make the value at a path equal to plain data."""
        if path[-1] == "title" and not self.own.find(path) and (found := self.own.find(path[:-1])):
            first = next(iter(found.entries), None)
            self.own.insert(path[:-1], "title", value, before=first, alias=self.alias)
        else:
            assign(self.own, path, value, alias=self.alias)

    def drop(self, path: Path) -> None:
        """Take away what stands at a path, if anything does."""
        if self.own.find(path) is not None:
            self.own.remove(path, alias=self.alias)


def _inside(node: Node, field: str) -> Path:
    """Return the keys that lead from a field to the mapping that declares the fields in it."""
    for keys in _DECLARING:
        found: Node | None = node
        for key in keys:
            found = found.get(key) if found is not None else None
        if found is not None and found.get("properties") is not None:
            return keys
    raise Refused("edit_no_fields_inside", field=field)


@dataclass(frozen=True, slots=True)
class FieldOutline:
    """A field, section or table of a form."""

    #: dotted names from the form
    path: str
    title: str
    kind: Kind | None
    #: what the kind is called
    kind_title: tuple[str, str]
    required: bool
    #: everything written about it except the fields in it
    keys: Mapping[str, object]
    lines: Lines
    #: the form whose fields it takes over
    borrowed_from: str
    fields: tuple[FieldOutline, ...]


@dataclass(frozen=True, slots=True)
class FormOutline:
    """A form."""

    id: str
    title: str
    help: str
    file: str
    fields: tuple[FieldOutline, ...]


def form_outline_of(draft: FormDraft) -> FormOutline:
    """Return the outline of a form."""
    root = draft.own.root
    return FormOutline(
        id=draft.id,
        title=root.at_path(["title"]).text or draft.id,
        help=found.text if (found := root.get("help")) is not None else "",
        file=draft.path,
        fields=tuple(_fields(root, "")),
    )


def _fields(owner: Node, inside: str) -> Iterator[FieldOutline]:
    required = {item.text for item in owner.at_path(["required"]).items}
    properties = owner.get("properties")
    for name, entry in (properties.entries if properties is not None else {}).items():
        node, path = entry.value, f"{inside}{name}"
        value = node.value
        kind = kind_of(value) if isinstance(value, dict) else None
        titled = node.get("title")
        yield FieldOutline(
            path=path,
            title=titled.text if titled is not None else name,
            kind=kind,
            kind_title=KIND_TITLES[kind] if kind is not None else ("", ""),
            required=name in required,
            keys={
                key: inner.value.value
                for key, inner in node.entries.items()
                if key not in ("properties", "items", "required")
            },
            lines=lines_of(entry.key, node),
            borrowed_from=next(
                (found.text.split(".")[0] for key in BORROWED if (found := node.get(key))), ""
            ),
            fields=tuple(_fields(_declaring(node), f"{path}.")),
        )


def _declaring(node: Node) -> Node:
    """Return the mapping that declares the fields inside a field, itself if there are none."""
    try:
        return node.at_path(_inside(node, ""))
    except Refused:
        return node
