"""Records as a tree: below the record each refers to, or by the values of some fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.definitions.register import Register
from engine.domain.actor import Actor
from engine.domain.paths import at_path
from engine.services.record_index import LABEL
from engine.services.record_views import plain
from engine.services.records import Records
from engine.services.register_pages import RegisterPages, Shown
from engine.store.unit import UnitOfWork

#: a tree is shown as long as it has no more records; beyond, what is searched for
MOST = 2_000


@dataclass(slots=True)
class Node:
    """A record, or a value that records have in common (``key`` is None)."""

    key: str | None
    name: str
    #: what else the page of the register shows of it
    said: str = ""
    closed: bool = False
    #: what a new record below it begins with
    given: Mapping[str, str] = field(default_factory=dict)
    below: list[Node] = field(default_factory=list)

    def records(self) -> Iterable[str]:
        """The keys of it and of all below."""
        if self.key is not None:
            yield self.key
        for one in self.below:
            yield from one.records()


@dataclass(frozen=True, slots=True)
class Tree:
    """The records of a register as the actor sees them."""

    title: str
    nodes: list[Node]
    #: there are more than are shown
    more: bool
    #: nothing is added at the top
    fixed: bool


class RecordTrees:
    """Shows registers that have a tree; whoever asks has been let in."""

    def __init__(self, records: Records, pages: RegisterPages) -> None:
        self._records = records
        self._pages = pages

    def tree(
        self, actor: Actor, register: Register, search: str, captions: Callable[[str], str]
    ) -> Tree:
        """The tree; with words to search for, what is found and what stands above it."""
        shown = Shown.of_register(register)
        with self._records.store.read() as unit:
            found = self._pages.found(unit, actor, shown, search, MOST + 1)
            more = len(found) > MOST
            above = self._above(unit, register, found[:MOST])
            if register.scope is not None:
                # What is above belongs to others, or else the actor finds it too.
                every = found if not search else self._pages.found(unit, actor, shown, "", MOST)
                above = {key: above[key] for key in above.keys() & {*found, *every}}
            nodes = self._nodes(unit, actor, shown, above, captions)
            if register.tree is None:
                top = self._branched(unit, register, nodes, captions, every=not search)
            else:
                top = [one for key, one in nodes.items() if above[key] not in nodes]
                for key, parent in above.items():
                    if parent in nodes:
                        nodes[parent].below.append(nodes[key])
        return Tree(register.title, top, more, register.fixed_roots or register.tree is None)

    def _above(self, unit: UnitOfWork, register: Register, keys: list[str]) -> dict[str, str]:
        """Each record with the one above it; those above what was found are found too."""
        if register.tree is None:
            return dict.fromkeys(keys, "")
        parents: dict[str, str] = {}
        missing = keys
        while missing:
            some = unit.record_pages.texts(register.id, missing, register.tree)
            parents |= {key: some.get(key, "") for key in missing}
            missing = list(dict.fromkeys(one for one in some.values() if one not in parents))
        return parents

    def _nodes(
        self,
        unit: UnitOfWork,
        actor: Actor,
        shown: Shown,
        keys: Iterable[str],
        captions: Callable[[str], str],
    ) -> dict[str, Node]:
        register, lookup = shown.register, self._records.lookup(unit, actor.jurisdiction)
        told = {register.label, register.tree, "state", *register.branches}
        columns = [place for place, one in enumerate(shown.columns) if one.field not in told]
        # In the order of what tells them apart, such as a code.
        order = next((one for (one, *more) in register.unique if not more), LABEL)
        texts = unit.record_pages.texts(register.id, list(keys), order)
        nodes = {}
        for key in sorted(keys, key=lambda one: (texts.get(one, ""), one)):
            row = self._pages.row(unit, lookup, shown, key, captions=captions)
            record = lookup.view(register.id, key)
            closed = register.states[record.row.state].closed
            said = "　".join(row.cells[place] for place in columns if row.cells[place])
            given = {register.tree: key} if register.tree is not None else {}
            for path in register.branches:
                value = plain(at_path(record, path))
                given |= {path: str(value)} if value not in (None, "") else {}
            nodes[key] = Node(key, row.name, said, closed, given)
        return nodes

    def _branched(
        self,
        unit: UnitOfWork,
        register: Register,
        nodes: Mapping[str, Node],
        captions: Callable[[str], str],
        *,
        every: bool,
    ) -> list[Node]:
        """The values of the fields, one below the other; of closed values all, in their order."""
        top = Node(None, "")
        known: dict[tuple[str, ...], Node] = {(): top}
        words = self._words(unit, register, captions)
        first = register.branches[0]
        if every and first in words:
            for value, title in words[first].items():
                known[(value,)] = Node(None, title, given={first: value})
                top.below.append(known[(value,)])
        for node in nodes.values():
            at: tuple[str, ...] = ()
            for path in register.branches:
                if path not in node.given:
                    continue
                value, parent = node.given[path], known[at]
                at = (*at, value)
                if at not in known:
                    title = words.get(path, {}).get(value, value)
                    known[at] = Node(None, title, given={**parent.given, path: value})
                    parent.below.append(known[at])
            known[at].below.append(node)
        return top.below

    def _words(
        self, unit: UnitOfWork, register: Register, captions: Callable[[str], str]
    ) -> dict[str, dict[str, str]]:
        lookup = self._records.lookup(unit)
        form = self._records.release.forms[register.form]
        found = {}
        for path in register.branches:
            element = form.element(path)
            if element is not None and element.codes:
                found[path] = {
                    code.code: captions(code.title) for code in lookup.codes(element.codes)
                }
        return found
