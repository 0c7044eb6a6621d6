"""``based_on``: one file from two, by name.

Works on nodes, so every value keeps its place in the file that holds it. ``facts``, ``policy``,
``flags``, ``actions`` and ``deadlines`` merge by name; ``steps`` merge by name and each step by
key; the actions of a step merge by name, an action is replaced whole; the branches of a parallel
step merge by name and each like the steps of the process; ``null`` removes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.authoring.node import Entry, Node
from engine.authoring.problems import Problems

Merge = Callable[[Node, Node], Node]
BY_NAME = ("facts", "policy", "flags", "actions", "deadlines")


def flattened(
    id_: str, files: Mapping[str, Node], problems: Problems, seen: tuple[str, ...] = ()
) -> Node | None:
    """Return a process as if it were written in one file; None if what it is based on is missing.

    Args:
        id_: the process.
        files: all process files by id.
        problems: receives a missing base, or a circle.
        seen: processes on the way here.
    """
    own = files[id_]
    based_on = own.get("based_on")
    if based_on is None or based_on.kind != "scalar":
        return own
    base_id = based_on.text
    if base_id not in files:
        problems.add("DEF202", based_on, name=base_id, given=base_id, choices=set(files) - {id_})
        return None
    if base_id in (*seen, id_):
        problems.add("DEF203", based_on, path=" → ".join((*seen, id_, base_id)))
        return None
    base = flattened(base_id, files, problems, (*seen, id_))
    if base is None:
        return None
    # What a base removes wrongly is said of the base, not of each file that is based on it.
    return _Merging(base_id, Problems() if seen else problems).whole(base, own)


@dataclass(frozen=True)
class _Merging:
    """What one file says on top of another."""

    base: str
    problems: Problems

    def whole(self, base: Node, own: Node) -> Node:
        """Return the base with what the other file says on top."""
        entries = {name: entry for name, entry in base.entries.items() if name != "based_on"}
        for name, entry in own.entries.items():
            before = entries.get(name)
            if before is None or before.value.kind != "mapping" or entry.value.kind != "mapping":
                self._put(entries, name, entry)
            elif name in BY_NAME:
                entries[name] = Entry(entry.key, self._by_name(before.value, entry.value))
            elif name == "steps":
                entries[name] = Entry(entry.key, self._steps(before.value, entry.value))
            else:
                entries[name] = entry
        return replace(own, entries=entries)

    def _steps(self, base: Node, own: Node) -> Node:
        return self._each(base, own, dict.fromkeys(own.entries, self._step))

    def _step(self, base: Node, own: Node) -> Node:
        return self._each(base, own, {"actions": self._by_name, "parallel": self._parallel})

    def _parallel(self, base: Node, own: Node) -> Node:
        return self._each(base, own, {"branches": self._branches})

    def _branches(self, base: Node, own: Node) -> Node:
        return self._each(base, own, dict.fromkeys(own.entries, self._steps))

    def _each(self, base: Node, own: Node, inside: Mapping[str, Merge]) -> Node:
        """Entry by entry: mappings named ``inside`` are merged in turn, the rest is replaced."""
        entries = dict(base.entries)
        for name, entry in own.entries.items():
            before = entries.get(name)
            merge = inside.get(name)
            both = before is not None and before.value.kind == entry.value.kind == "mapping"
            if before is None or merge is None or not both:
                self._put(entries, name, entry)
            else:
                entries[name] = Entry(entry.key, merge(before.value, entry.value))
        return replace(own, entries=entries)

    def _by_name(self, base: Node, own: Node) -> Node:
        entries = dict(base.entries)
        for name, entry in own.entries.items():
            self._put(entries, name, entry)
        return replace(own, entries=entries)

    def _put(self, entries: dict[str, Entry], name: str, entry: Entry) -> None:
        if entry.value.kind != "scalar" or entry.value.scalar is not None:
            entries[name] = entry
        elif name in entries:
            del entries[name]
        else:
            # A misspelt removal would leave in force what its author wanted gone.
            self.problems.add(
                "DEF218", entry.key, name=name, base=self.base, given=name, choices=tuple(entries)
            )
