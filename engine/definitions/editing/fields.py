"""Fields of a form: added, ordered, renamed, taken out, and what is said about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.authoring.node import Node
from engine.definitions.editing.answer import spot
from engine.definitions.editing.draft import Path
from engine.definitions.editing.form import FormDraft
from engine.domain.errors import NotFound, Refused

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
#: folders whose files may name a field by its path in ``data``
_OUTSIDE = ("definitions/processes/", "definitions/lists/", "definitions/documents/",
            "definitions/messages/", "definitions/registers/")  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddField:
    """Put a new field, table or section into a form or into one of its sections.

    Attributes:
        inside: the section or table; empty for the form itself.
        name: its name.
        values: its keys, such as ``title`` and ``type``.
        required: whether it must be filled in.
        after: the field it follows; the last one without.
        before: the field it stands before.
    """

    inside: str
    name: str
    values: Mapping[str, object]
    required: bool = False
    after: str = ""
    before: str = ""

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        owner = draft.owner(self.inside)
        properties = draft.own.find((*owner, "properties"))
        known = properties.entries if properties is not None else {}
        if not _NAME.match(self.name):
            raise Refused("edit_bad_name", name=self.name)
        if self.name in known:
            raise Refused("edit_name_taken", place=self.name)
        beside = self.after or self.before
        if beside and beside not in known:
            raise NotFound("edit_no_field", field=beside)
        draft.own.insert(
            (*owner, "properties"),
            self.name,
            dict(self.values),
            after=self.after or None,
            before=self.before or None,
            alias=draft.alias,
        )
        if self.required:
            _require(draft, owner, self.name)


@dataclass(frozen=True, slots=True)
class MoveField:
    """Show a field before or behind another of the same section."""

    field: str
    before: str = ""
    after: str = ""

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        path = draft.field(self.field)
        beside = self.before or self.after
        if draft.own.find((*path[:-1], beside)) is None:
            raise NotFound("edit_no_field", field=beside)
        names = list(entries.entries) if (entries := draft.own.find(path[:-1])) else []
        place = names.index(str(path[-1])) - names.index(beside)
        if place not in (0, -1 if self.before else 1):
            draft.own.move(
                path, before=self.before or None, after=self.after or None, alias=draft.alias
            )


@dataclass(frozen=True, slots=True)
class SetField:
    """Say something about a field: its ``title``, ``help``, ``type`` …; None takes it back.

    An empty field means the form itself.
    """

    field: str
    key: str | Path
    value: object

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        path = draft.field(self.field) if self.field else ()
        inner: Path = (self.key,) if isinstance(self.key, str) else self.key
        if self.value is None:
            draft.drop((*path, *inner))
        else:
            draft.put((*path, *inner), self.value)


@dataclass(frozen=True, slots=True)
class RequireField:
    """Say whether a field must be filled in."""

    field: str
    required: bool = True

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        path = draft.field(self.field)
        owner, name = path[:-2], str(path[-1])
        if self.required:
            _require(draft, owner, name)
        else:
            _take_out(draft, (*owner, "required"), name)


@dataclass(frozen=True, slots=True)
class RemoveField:
    """Take a field out of a form, and out of what the form says about its layout."""

    field: str

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        path = draft.field(self.field)
        owner, name = path[:-2], str(path[-1])
        draft.look_at += [
            spot(node)
            for node, _ in _mentions(draft, self.field, f"{name}_")
            if node.at.file != draft.path or draft.own.path_of(node)[: len(path)] != path
        ]
        for names in _lists_of_names(draft, owner):
            _take_out(draft, names, name)
        draft.own.remove(path, alias=draft.alias)


@dataclass(frozen=True, slots=True)
class RenameField:
    """Give a field another name: in its form, and where files name it by its path in ``data``.

    Data that are kept already have the old name; a change of the caption is ``SetField``.
    """

    field: str
    name: str

    def apply(self, draft: FormDraft) -> None:
        """Make the edit."""
        path = draft.field(self.field)
        old = str(path[-1])
        if self.name == old:
            return
        if not _NAME.match(self.name):
            raise Refused("edit_bad_name", name=self.name)
        if draft.own.find((*path[:-1], self.name)) is not None:
            raise Refused("edit_name_taken", place=self.name)
        changes: dict[str, list[tuple[Node, object]]] = {}
        for node, text in _mentions(draft, self.field, self.name):
            changes.setdefault(node.at.file, []).append((node, text))
        for names in _lists_of_names(draft, path[:-2]):
            found = draft.own.find(names)
            for item in found.items if found is not None else ():
                if item.text == old:
                    changes.setdefault(draft.path, []).append((item, self.name))
        for file, nodes in changes.items():
            draft.document(file).rewrite(nodes)
        draft.own.rename(path, self.name, alias="everywhere")


def _require(draft: FormDraft, owner: Path, name: str) -> None:
    """Take a name into the required ones, in the order of the fields."""
    path = (*owner, "required")
    found = draft.own.find(path)
    names = [item.text for item in found.items] if found is not None else []
    if name in names:
        return
    properties = draft.own.find((*owner, "properties"))
    order = list(properties.entries) if properties is not None else []
    later = order[order.index(name) + 1 :]
    place = next((names.index(other) for other in names if other in later), len(names))
    if found is None:
        draft.own.insert(owner, "required", [name], before="properties", alias=draft.alias)
    else:
        draft.own.insert(path, place, name, alias=draft.alias)


def _take_out(draft: FormDraft, path: Path, name: str) -> None:
    found = draft.own.find(path)
    names = [item.text for item in found.items] if found is not None else []
    if name in names:
        last = len(names) == 1
        draft.own.remove(path if last else (*path, names.index(name)), alias=draft.alias)


def _lists_of_names(draft: FormDraft, owner: Path) -> list[Path]:
    """Return the lists in which a form names the fields beside their declaration."""
    groups = draft.own.find((*owner, "layout", "groups"))
    count = len(groups.items) if groups is not None else 0
    found: list[Path] = [(*owner, "layout", "groups", place, "fields") for place in range(count)]
    if owner and owner[-1] == "items":
        found.append((*owner[:-1], "row", "columns"))
    return [*found, (*owner, "required")]


def _mentions(draft: FormDraft, path: str, name: str) -> Iterator[tuple[Node, str]]:
    """Go through the texts that name a field by its path, with the path as it will be."""
    outer, _, old = path.rpartition(".")
    inside = _pattern(rf"(?:data|input|row)\.{re.escape(path)}")
    beside = _pattern(rf"it\.{re.escape(old)}")
    owner = draft.own.find(draft.owner(outer))
    for node in draft.own.root.walk_written():
        if node.kind == "scalar" and (text := _renamed(node.text, (inside,), name)) != node.text:
            yield node, text
    for node in owner.walk_written() if owner is not None else ():
        text = _renamed(node.text, (beside, inside), name)
        if node.kind == "scalar" and text != node.text:
            yield node, text
    for folder in _OUTSIDE:
        for file in draft.naming(folder, f"data.{path}"):
            root = draft.node(file)
            for node in root.walk_written() if root is not None and _is_about(draft, root) else ():
                text = _renamed(node.text, (inside,), name)
                if node.kind == "scalar" and text != node.text:
                    yield node, text


def _is_about(draft: FormDraft, root: Node) -> bool:
    """Tell whether ``data`` in a file is that of the form."""
    form = root.get("form")
    base = form.get("base") if form is not None else None
    named = base.text if base is not None else form.text if form is not None else draft.id
    return named == draft.id


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])({path})(?![\w])")


def _renamed(text: str, patterns: tuple[re.Pattern[str], ...], name: str) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: f"{found[1].rpartition('.')[0]}.{name}", text)
    return text
