"""A process file being edited, alone or on top of the file it is based on.

What the file itself says is edited where it is written. What it takes over from the file it is
based on is left alone: the changed part is written into the file on top, in the pieces that
``based_on`` replaces as wholes (a key of a step, an action, a fact).
"""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Any

from engine.authoring.assigning import assign
from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.authoring.writing import Choice
from engine.definitions.editing.draft import Draft, Files, Path
from engine.definitions.flatten import BY_NAME, flattened
from engine.definitions.parse import parse_process
from engine.definitions.process import Process
from engine.domain.errors import NotFound, Refused

FOLDER = "definitions/processes/"
#: the order in which the keys of a process, a step, a stage and an action are written
PROCESS_KEYS = (
    "process", "title", "noun", "help", "based_on", "form", "facts", "policy", "flags", "views",
    "start", "members", "actions", "deadlines", "steps",
)  # fmt: skip
STEP_KEYS = (
    "title", "next_title", "status", "when", "who", "edit", "due", "stages", "chain", "panel",
    "wait", "call", "parallel", "end",
    "outcomes", "actions", "to", "do", "allow", "was",
)  # fmt: skip
STAGE_KEYS = ("title", "when", "permission", "was")
ACTION_KEYS = (
    "title", "verb", "who", "when", "require", "ask", "into", "confirm", "to", "send_to", "insert",
    "due", "resubmit_to", "relay", "set", "edit", "bulk", "withdraw", "during", "do",
)  # fmt: skip


class ProcessDraft(Draft):
    """The edit of one process."""

    def __init__(self, files: Files, process: str, alias: Choice | None = None) -> None:
        """Begin an edit."""
        super().__init__(files, f"{FOLDER}{process}.yaml", alias)
        self.id = process

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The processes this one is based on, the nearest first."""
        return self.bases_of(self.id)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """The processes that are based on this one."""
        return tuple(
            name
            for path in self.naming(FOLDER, "based_on")
            if self.id in self.bases_of(name := path.removeprefix(FOLDER).removesuffix(".yaml"))
        )

    def of(self, process: str) -> ProcessDraft:
        """Return another process as part of the same edit."""
        other = ProcessDraft(self.files, process, self.alias)
        other._nodes, other._documents = self._nodes, self._documents
        return other

    def bases_of(self, process: str) -> tuple[str, ...]:
        """Return the processes another one is based on, the nearest first."""
        found: list[str] = []
        node = self.node(f"{FOLDER}{process}.yaml")
        while node is not None and (base := node.get("based_on")) is not None:
            if base.text in (process, *found):
                break
            found.append(base.text)
            node = self.node(f"{FOLDER}{base.text}.yaml")
        return tuple(found)

    def flat(self, process: str = "") -> Node:
        """Return a process as it stands now, what it is based on included.

        Raises:
            Refused: one of the files cannot be read.
        """
        process = process or self.id
        family = {
            name: node
            for name in (process, *self.bases_of(process))
            if (node := self.node(f"{FOLDER}{name}.yaml")) is not None
        }
        merged = flattened(process, family, Problems()) if process in family else None
        if merged is None:
            raise Refused("edit_broken_file", file=f"{FOLDER}{process}.yaml")
        return merged

    def model(self, process: str = "") -> Process:
        """Return a process as the language reads it, whatever problems it has.

        Raises:
            Refused: it is not even a process.
        """
        found = parse_process(self.flat(process), Problems())
        if found is None:
            raise Refused("edit_broken_file", file=f"{FOLDER}{process or self.id}.yaml")
        return found

    def step(self, name: str) -> Node:
        """Return a step of the process.

        Raises:
            NotFound: there is none.
        """
        found = self.flat().at_path(["steps"]).get(name)
        if found is None:
            raise NotFound("no_such_step", step=name)
        return found

    def is_own(self, path: Path) -> bool:
        """Tell whether the file itself says what stands at a path."""
        return _found(self.own.root, path) is not None

    def is_inherited(self, path: Path) -> bool:
        """Tell whether the file this one is based on has something at a path."""
        return bool(self.bases) and _found(self.flat(self.bases[0]), path) is not None

    # Changing ----------------------------------------------------------------------------------

    def has(self, path: Path) -> bool:
        """Tell whether the process says something at a path."""
        return _found(self.flat(), path) is not None

    def add_step(self, name: str, value: object, after: str) -> None:
        """Write a new step behind another, or at the end where the other is not in this file."""
        steps = self.own.root.at_path(["steps"])
        if self.own.find(("steps",)) is None or after not in steps.entries:
            self._insert(("steps", name), value)
        else:
            self.own.insert(("steps",), name, value, after=after, alias=self.alias)

    def add(
        self, path: Path, name: str, value: object, *, after: str = "", before: str = ""
    ) -> None:
        """Add an entry to what the process says at a path; at the end without a neighbour.

        Raises:
            NotFound: there is no such neighbour.
        """
        beside = after or before
        if beside and not self.has((*path, beside)):
            raise NotFound("edit_nothing_there", place=beside)
        unit = _unit((*path, name))
        if self.is_own(path):
            near = beside if self.is_own((*path, beside)) else ""
            self.own.insert(
                path,
                name,
                value,
                before=(near if before else "") or None,
                after=(near if after else "") or None,
                alias=self.alias,
            )
        elif len(unit) > len(path):
            self._insert(unit, value)
        else:
            below = _found(self.flat(), path)
            entries = below.entries if below is not None else {}
            whole: list[tuple[str, object]] = [(k, e.value.value) for k, e in entries.items()]
            place = list(entries).index(beside) + bool(after) if beside else len(whole)
            whole.insert(place, (name, value))
            self._insert(path, dict(whole))

    def put(self, path: Path, value: object) -> None:
        """Make the value at a path of the process equal to plain data."""
        written = _found(self.flat(), path)
        if written is not None and written.value == value:
            return
        unit = _unit(path)
        if self.is_own(unit) and _found(self.own.root, unit) is not None:
            if self.is_own(path) or len(path) == len(unit):
                assign(self.own, path, value, alias=self.alias)
            else:
                self._insert(path, value)
            return
        self._insert(unit, self._with(unit, path, value))

    def drop(self, path: Path) -> None:
        """Take away what stands at a path of the process.

        Raises:
            NotFound: there is nothing.
        """
        if _found(self.flat(), path) is None:
            raise NotFound("edit_nothing_there", place=".".join(map(str, path)))
        unit = _unit(path)
        if len(path) == len(unit) and self.is_inherited(unit):
            if self.is_own(unit):
                self.own.set(unit, None, alias=self.alias)
            else:
                self._insert(unit, None)
        elif self.is_own(unit):
            self.own.remove(self._emptied(path), alias=self.alias)
        else:
            self._insert(unit, self._with(unit, path, None, drop=True))

    def _emptied(self, path: Path) -> Path:
        """Return the outermost part of the file that would be left with nothing in it."""
        while len(path) > 2:
            owner = self.own.find(path[:-1])
            alone = owner is not None and len(owner.entries) == 1 and owner.alias_of is None
            if not alone or (len(path) == 3 and not self.is_inherited(path[:-1])):
                break
            path = path[:-1]
        return path

    def _with(self, unit: Path, path: Path, value: object, *, drop: bool = False) -> object:
        """Return what a unit of the file below says, with one part of it changed."""
        below = _found(self.flat(), unit)
        if len(path) == len(unit):
            return value
        whole: Any = copy.deepcopy(below.value) if below is not None else {}
        inner = whole
        *steps, last = path[len(unit) :]
        for name in steps:
            inner = inner.setdefault(name, {}) if isinstance(inner, dict) else inner[name]
        if drop:
            del inner[last]
        elif isinstance(inner, dict) and last not in inner:
            keys = _ordered(path[:-1])
            before = _before(list(inner), str(last), keys)
            items = list(inner.items())
            place = list(inner).index(before) if before is not None else len(items)
            items.insert(place, (str(last), value))
            inner.clear()
            inner.update(items)
        else:
            inner[last] = value
        return whole

    def _insert(self, path: Path, value: object) -> None:
        """Write an entry that the file does not have yet, with what it stands in."""
        known = len(path) - 1
        while known and not self.is_own(path[:known]):
            known -= 1
        for name in reversed(path[known + 1 :]):
            value = {str(name): value}
        owner, name = path[:known], str(path[known])
        parent = _found(self.own.root, owner)
        keys = list(parent.entries) if parent is not None else []
        before = _before(keys, name, _ordered(owner))
        after: str | None = None
        place = keys.index(before) if before is not None else 0
        if place:
            # Behind the one in front, so that it does not part the other from its comment.
            before, after = None, keys[place - 1]
        self.own.insert(owner, name, value, before=before, after=after, alias=self.alias)


def _found(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for name in path:
        node = node.child(name) if node is not None else None
    return node


def _unit(path: Path) -> Path:
    """Return the smallest part around a path that ``based_on`` replaces as a whole."""
    if path[0] == "steps":
        return path[:4] if len(path) > 3 and path[2] == "actions" else path[:3]
    return path[:2] if path[0] in BY_NAME else path[:1]


def _ordered(owner: Path) -> tuple[str, ...]:
    """Return the order of the keys of what stands at a path."""
    if not owner:
        return PROCESS_KEYS
    if len(owner) == 2 and owner[0] == "steps":
        return STEP_KEYS
    if len(owner) == 4 and owner[2] == "stages":
        return STAGE_KEYS
    if (len(owner) == 4 and owner[2] == "actions") or (len(owner) == 2 and owner[0] == "actions"):
        return ACTION_KEYS
    return ()


def _before(keys: list[str], name: str, order: tuple[str, ...]) -> str | None:
    """Return the first key that a new one stands before, None at the end."""
    if name not in order:
        return None
    later = order[order.index(name) + 1 :]
    return next((key for key in keys if key in later), None)
