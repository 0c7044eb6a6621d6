"""Edits of a YAML file that change what they say and nothing else.

A ``Document`` holds a text. Each edit cuts and pastes pieces of it, reads the result and compares
it with what the edit should give; an edit that would change anything else is refused. A document
that is not edited is written back byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from engine.authoring.emitting import after_key, on_one_line, scalar
from engine.authoring.node import Node
from engine.authoring.problem import Position, Problem
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.authoring.splices import NotPossible, Splice, Text, spliced

Path = Sequence[str | int]
Choice = Literal["here", "everywhere"]


class EditRefused(Exception):
    """An edit cannot be made. ``code`` is "broken", "missing", "exists", "last" or "place".

    "broken": the text itself has problems (``problems``); "missing": there is nothing at the path;
    "exists": the name is taken; "last": the only entry of the whole file; "place": the edit would
    change something else, such as an alias that would stand before its anchor.
    """

    def __init__(self, code: str, path: Path = (), problems: Sequence[Problem] = ()) -> None:
        """Hold the reason."""
        super().__init__(f"{code}: {'/'.join(map(str, path))}")
        self.code = code
        self.path = tuple(path)
        self.problems = tuple(problems)


class AliasedNode(Exception):
    """The edit touches text that is used in several places: repeat it with a choice.

    "everywhere" changes the one text, and so every place; "here" first writes the text out.

    Attributes:
        anchor: the name of the shared text.
        defined: where it is written.
        used: where it is used with ``*name``.
    """

    choices: tuple[Choice, ...] = ("everywhere", "here")

    def __init__(self, anchor: str, defined: Position, used: Sequence[Position]) -> None:
        """Hold the places."""
        super().__init__(f"&{anchor} is used in {len(used) + 1} places")
        self.anchor = anchor
        self.defined = defined
        self.used = tuple(used)


class Document:
    """A YAML file being edited. ``text`` is always the whole file as it stands now."""

    def __init__(self, text: str, root: Node, file: str) -> None:
        """Hold a text and what was read from it; use ``parse``."""
        self.text = text
        self.root = root
        self.file = file

    @classmethod
    def parse(cls, text: str, file: str = "") -> Document:
        """Read a text.

        Raises:
            EditRefused: it has problems.
        """
        problems = Problems()
        root = read_yaml(text, file, problems)
        if root is None or problems:
            raise EditRefused("broken", (), problems.sorted())
        return cls(text, root, file)

    @property
    def value(self) -> object:
        """The plain data of the whole file."""
        return self.root.value

    def set(self, path: Path, value: object, *, alias: Choice | None = None) -> None:
        """Replace a value; a missing last key is added at the end of its mapping.

        A scalar replaced by a scalar keeps its quotes and is a change of one line.

        Raises:
            AliasedNode: the text is shared; give ``alias``.
            EditRefused: there is no such place.
        """
        parent = self._prepare(path[:-1], alias) if path else None
        if parent is None:
            raise EditRefused("missing", path)
        if parent.child(path[-1]) is None:
            if not isinstance(path[-1], str):
                raise EditRefused("missing", path)
            self.insert(path[:-1], path[-1], value, alias="everywhere")
            return
        target = self._prepare(path, alias)
        while target is not None and self._rehome(target, itself=False):
            target = self._at(path).origin
        assert target is not None
        place = self.path_of(target)
        flow = self._in_flow(place[:-1])
        owner = self._at(place[:-1])
        entry = owner.entries[str(place[-1])] if owner.kind == "mapping" else None
        edit = Text(self.text)
        if target.kind == "scalar" and not isinstance(value, Mapping | list | tuple):
            splice = edit.set_scalar(entry, target, value, flow)
        elif entry is not None:
            splice = edit.replace(entry, value, flow)
        else:
            splice = edit.replace_item(target, value, flow)
        self._apply([splice], {id(target): value})

    def insert(
        self,
        path: Path,
        key: str | int,
        value: object,
        *,
        before: str | None = None,
        after: str | None = None,
        alias: Choice | None = None,
    ) -> None:
        """Add an entry to the mapping at a path, or an item to the list there.

        Args:
            path: the mapping or list; a key without a value is an empty mapping.
            key: the new name, or the place in the list the item shall have.
            value: plain data.
            before: for a mapping, the entry it shall stand before.
            after: for a mapping, the entry it shall stand behind; the last one without either.
            alias: what to do when the text is shared.
        """
        node = self._prepare(path, alias)
        if node is None:
            raise EditRefused("missing", path)
        if isinstance(key, int):
            self._insert_item(path, node, key, value)
            return
        if node.kind == "sequence":
            raise EditRefused("missing", (*path, key))
        if node.get(key) is not None:
            raise EditRefused("exists", (*path, key))
        for beside in (before, after):
            if beside is not None and node.get(beside) is None:
                raise EditRefused("missing", (*path, beside))
        if not node.entries:
            self._fill(path, node, {key: value})
            return
        names = list(node.entries)
        place = len(names)
        if before is not None:
            place = names.index(before)
        elif after is not None:
            place = names.index(after) + 1
        splice = Text(self.text).insert_entry(
            node, key, value, place, self._in_flow(path), behind=after is not None
        )
        items = [(name, entry.value.value) for name, entry in node.entries.items()]
        items.insert(place, (key, value))
        self._apply([splice], {id(node): dict(items)})

    def remove(self, path: Path, *, alias: Choice | None = None) -> None:
        """Cut out an entry or an item. Text it shares moves to the next place that uses it."""
        parent = self._prepare(path[:-1], alias) if path else None
        if parent is None or parent.child(path[-1]) is None:
            raise EditRefused("missing", path)
        while self._rehome(self._at(path)):
            parent = self._at(path[:-1]).origin
        name = path[-1]
        if len(parent.entries) + len(parent.items) == 1:
            if len(path) == 1:
                raise EditRefused("last", path)
            self._fill(path[:-1], parent, {} if parent.kind == "mapping" else [])
            return
        edit = Text(self.text)
        if isinstance(name, int):
            splice = edit.remove_item(parent, name)
            rest: object = [item.value for place, item in enumerate(parent.items) if place != name]
        else:
            splice = edit.remove_entry(parent, name)
            rest = {key: entry.value.value for key, entry in parent.entries.items() if key != name}
        self._apply([splice], {id(parent): rest})

    def move(
        self,
        path: Path,
        *,
        before: str | int | None = None,
        after: str | int | None = None,
        alias: Choice | None = None,
    ) -> None:
        """Move an entry before or behind another of the same mapping or list."""
        parent = self._prepare(path[:-1], alias) if path else None
        beside = before if before is not None else after
        if parent is None or beside is None or parent.child(beside) is None:
            raise EditRefused("missing", path)
        if parent.child(path[-1]) is None:
            raise EditRefused("missing", path)
        names: list[str | int] = list(parent.entries) or list(range(len(parent.items)))
        source = names.index(path[-1])
        rest = [name for name in names if name != path[-1]]
        if beside == path[-1]:
            return
        target = rest.index(beside) + (before is None)
        order = [*rest[:target], path[-1], *rest[target:]]
        try:
            splices = Text(self.text).move(parent, source, target)
        except NotPossible as error:
            raise EditRefused("place", path) from error
        moved: object
        if parent.kind == "mapping":
            moved = {str(name): parent.entries[str(name)].value.value for name in order}
        else:
            moved = [parent.items[int(name)].value for name in order]
        self._apply(splices, {id(parent): moved})

    def rename(self, path: Path, name: str, *, alias: Choice | None = None) -> None:
        """Give a key another name; what refers to it is not changed."""
        parent = self._prepare(path[:-1], alias) if path else None
        if parent is None or not isinstance(path[-1], str) or parent.get(path[-1]) is None:
            raise EditRefused("missing", path)
        if parent.get(name) is not None:
            raise EditRefused("exists", (*path[:-1], name))
        key = parent.entries[path[-1]].key
        flow = self._in_flow(path[:-1])
        splice = key.start, key.stop, scalar(name, flow=flow, style=key.quoted)
        renamed = {
            name if old == path[-1] else old: entry.value.value
            for old, entry in parent.entries.items()
        }
        self._apply([splice], {id(parent): renamed})

    def part(self, path: Path) -> None:
        """Write out what an entry shares with text outside of it, so that it can stand anywhere."""
        while self._rehome(self._at(path)):
            pass
        while outside := self._borrowed(self._at(path)):
            self._detach(outside, [])

    def _borrowed(self, node: Node) -> Node | None:
        """Return the first alias at or below a node that stands for text outside of it."""
        inside = {id(part) for part in node.walk_written()}
        return next(
            (
                part
                for part in node.walk_written()
                if part.alias_of is not None and id(part.alias_of) not in inside
            ),
            None,
        )

    def rewrite(self, changes: Sequence[tuple[Node, object]]) -> None:
        """Replace several scalars of the present ``root`` at once; shared text changes everywhere.

        Raises:
            EditRefused: the text would be read as something else.
        """
        edit = Text(self.text)
        splices: dict[int, Splice] = {}
        changed: dict[int, object] = {}
        for node, value in changes:
            target = node.origin
            place = self.path_of(target)
            owner = self._at(place[:-1])
            entry = owner.entries[str(place[-1])] if owner.kind == "mapping" else None
            splices[id(target)] = edit.set_scalar(entry, target, value, self._in_flow(place[:-1]))
            changed[id(target)] = value
        if splices:
            self._apply(list(splices.values()), changed)

    # Finding -----------------------------------------------------------------------------------

    def find(self, path: Path) -> Node | None:
        """Return what stands at a path, aliases followed; None if nothing does."""
        node: Node | None = self.root
        for step in path:
            node = node.child(step) if node is not None else None
        return node

    def _at(self, path: Path) -> Node:
        node = self.find(path)
        if node is None:
            raise EditRefused("missing", path)
        return node

    def _steps(self, path: Path) -> list[Node]:
        return [self._at(path[:length]) for length in range(len(path) + 1)]

    def _in_flow(self, path: Path) -> bool:
        """Tell whether the entries of the node at a path stand in braces or brackets."""
        return any(node.flow for node in self._steps(path))

    def _prepare(self, path: Path, alias: Choice | None) -> Node | None:
        """Return the node that holds the text at a path, having settled who shares it."""
        try:
            while (shared := self._shared(path)) is not None:
                node, uses = shared
                if alias is None:
                    origin = node.origin
                    raise AliasedNode(origin.anchor, origin.at, [use.at for use in uses])
                if alias == "everywhere":
                    break
                self._detach(node, uses)
            return self._at(path).origin
        except EditRefused as error:
            if error.code == "missing":
                return None
            raise

    def _shared(self, path: Path) -> tuple[Node, list[Node]] | None:
        for node in self._steps(path):
            origin = node.origin
            if origin.anchor:
                uses = [use for use in self.root.walk_written() if use.alias_of is origin]
                if uses:
                    return node, uses
        return None

    # Shared text -------------------------------------------------------------------------------

    def _detach(self, node: Node, uses: list[Node]) -> None:
        """Write an alias out, or hand the anchor on to its first use."""
        if node.alias_of is None:
            self._hand_on(node, uses[0])
            return
        written = self._written_out(node)
        start = node.start
        if written.startswith("\n") and self.text[start - 1] == " ":
            start -= 1
        self._apply([(start, node.stop, written)], {})

    def _hand_on(self, owner: Node, use: Node) -> None:
        """Write shared text out at its first use and leave it without a name where it was."""
        written = self._written_out(use)
        anchored = f"&{owner.anchor}" + ("" if written.startswith("\n") else " ") + written
        first, behind = owner.outer, owner.outer + 1 + len(owner.anchor)
        while behind < owner.start and self.text[behind] == " ":
            behind += 1
        if self.text[behind : behind + 1] == "\n" and self.text[first - 1] == " ":
            first -= 1
        self._apply([(use.start, use.stop, anchored), (first, behind, "")], {})

    def _rehome(self, node: Node, *, itself: bool = True) -> bool:
        """Hand on the first anchor at or below a node that something outside of it uses."""
        inside = list(node.walk_written())
        within = {id(part) for part in inside}
        for part in inside:
            if part.anchor and (itself or part is not node):
                uses = [
                    use
                    for use in self.root.walk_written()
                    if use.alias_of is part and id(use) not in within
                ]
                if uses:
                    self._hand_on(part, uses[0])
                    return True
        return False

    def _written_out(self, alias: Node) -> str:
        origin = alias.origin
        nested = any(part.anchor for part in origin.walk_written() if part is not origin)
        verbatim = self.text[origin.start : origin.stop]
        if "\n" not in verbatim and not nested:
            return verbatim
        path = self.path_of(alias)
        if self._in_flow(path[:-1]):
            return on_one_line(origin.value)
        edit = Text(self.text)
        line = self.text[edit.line_start(alias.start) : alias.start]
        indent = len(line) - len(line.lstrip(" -"))
        return after_key(origin.value, indent, flow=False).removeprefix(" ")

    def path_of(self, wanted: Node) -> Path:
        """Return the path of a node of the present ``root``; the whole file's for any other."""

        def search(node: Node, path: tuple[str | int, ...]) -> Path | None:
            if node is wanted:
                return path
            if node.alias_of is not None:
                return None
            children: list[tuple[str | int, Node]] = [
                (name, entry.value) for name, entry in node.entries.items()
            ]
            children += list(enumerate(node.items))
            for step, child in children:
                found = search(child, (*path, step))
                if found is not None:
                    return found
            return None

        return search(self.root, ()) or ()

    # Changing ----------------------------------------------------------------------------------

    def _insert_item(self, path: Path, node: Node, place: int, value: object) -> None:
        if node.kind == "mapping":
            raise EditRefused("missing", (*path, place))
        if not node.items:
            self._fill(path, node, [value])
            return
        items = [item.value for item in node.items]
        items.insert(place, value)
        splice = Text(self.text).insert_item(node, value, min(place, len(node.items)))
        self._apply([splice], {id(node): items})

    def _fill(self, path: Path, node: Node, value: object) -> None:
        """Write a first entry into an empty value, or an empty value instead of the last one."""
        empty = not node.entries and not node.items
        if not path or (empty and node.kind == "scalar" and node.scalar is not None):
            raise EditRefused("missing", path)
        place = self.path_of(node)
        flow = self._in_flow(place[:-1])
        edit = Text(self.text)
        if isinstance(place[-1], int):
            splice = edit.replace_item(node, value, flow)
        else:
            splice = edit.replace(self._at(place[:-1]).entries[place[-1]], value, flow)
        self._apply([splice], {id(node): value})

    def _apply(self, splices: Sequence[Splice], changed: Mapping[int, object]) -> None:
        """Replace pieces of the text; refuse when the result is not what was meant."""
        expected = _rebuilt(self.root, changed)
        text = spliced(self.text, splices)
        problems = Problems()
        root = read_yaml(text, self.file, problems)
        if root is None or problems or same_bytes(root.value) != same_bytes(expected):
            raise EditRefused("place", (), problems.sorted())
        self.text, self.root = text, root


def _rebuilt(node: Node, changed: Mapping[int, object]) -> object:
    origin = node.origin
    if id(origin) in changed:
        return changed[id(origin)]
    if node.kind == "mapping":
        return {name: _rebuilt(entry.value, changed) for name, entry in node.entries.items()}
    if node.kind == "sequence":
        return [_rebuilt(item, changed) for item in node.items]
    return node.scalar


#: plain data as text that is the same only for the same data in the same order
same_bytes: Callable[[object], str] = json.dumps
