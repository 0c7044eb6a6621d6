"""Where the content names a step: in its process, in those based on it, in groups, lists, samples.

A mention holds the scalar node that has to change and what it has to say then. What several
processes may have meant is not decided here but handed back as a place to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.authoring.node import Node
from engine.definitions.editing.answer import Spot, spot
from engine.definitions.editing.process import FOLDER, ProcessDraft
from engine.definitions.process import Process, effects_of
from engine.definitions.uses import uses
from engine.expressions import Mention, mentions, renamed

DOCUMENTS = "definitions/documents/"
LISTS = "definitions/lists/"
SAMPLES = "examples/"
#: functions of ``case`` that are asked for a step
_ASKED = ("visits", "actors")
#: what limits the rows of a query to cases of the process that asks
_OWN_ROWS = re.compile(r"\bit\.process\s*==\s*case\.process\b")


#: how a step is named: as a target, as an item of a list of names, inside another text
Kind = Literal["target", "item", "part"]


@dataclass(frozen=True, slots=True)
class Named:
    """A scalar that names a step, and what it says with the other name."""

    node: Node
    text: str
    kind: Kind


@dataclass
class Found:
    """The mentions of a name."""

    #: by the text they stand in: shared text is one
    scalars: dict[int, Named] = field(default_factory=dict)
    #: lists of names in which other processes mean the same name: the new one is added
    added: list[tuple[Node, int]] = field(default_factory=list)
    look_at: list[Spot] = field(default_factory=list)

    def put(self, node: Node, text: str, kind: Kind) -> None:
        """Take in a scalar to be changed."""
        self.scalars[id(node.origin)] = Named(node.origin, text, kind)

    def of(self, kind: Kind) -> list[Node]:
        """Return the scalars of one kind."""
        return [named.node for named in self.scalars.values() if named.kind == kind]


class StepMentions:
    """Looks for a step of a process, and of those based on it."""

    def __init__(self, draft: ProcessDraft, step: str, name: str) -> None:
        """Prepare.

        Args:
            draft: the process.
            step: the step.
            name: what it is to be called.
        """
        self.draft = draft
        self.step = step
        self.name = name
        self.found = Found()
        self.family = (draft.id, *draft.derived)

    def all(self) -> Found:
        """Return every mention outside the names of the steps themselves."""
        models = {name: self.draft.model(name) for name in self.family}
        for process in models.values():
            self._process(process)
        for name in self._processes():
            if name not in self.family:
                self._other(self.draft.model(name))
        for path in self.draft.naming(DOCUMENTS, self.step):
            self._document(path, models)
        for path in self.draft.naming(LISTS, self.step):
            self._list(path)
        for path in self.draft.naming(SAMPLES, self.step):
            self._sample(path)
        return self.found

    def _processes(self) -> list[str]:
        """Return the processes whose files name the step."""
        paths = self.draft.naming(FOLDER, self.step)
        return [path.removeprefix(FOLDER).removesuffix(".yaml") for path in paths]

    # Processes ---------------------------------------------------------------------------------

    def _process(self, process: Process) -> None:
        for node in targets_of(process):
            if node.text == self.step:
                self.found.put(node, self.name, "target")
        for deadline in process.deadlines.values():
            if deadline.reach == self.step:
                self.found.put(deadline.node.at_path(["reach"]), self.name, "target")
        for key in ("during", "lock"):
            for node in _names_at(process, key):
                if node.text == self.step:
                    self.found.put(node, self.name, "item")
        aliases = {
            name: tuple(fact.formula.text.strip().split("."))
            for name, fact in process.facts.items()
            if fact.formula is not None
        }
        for use in uses(process):
            self._expression(use.formula.text, use.formula.node, lambda of: _is_here(of, aliases))

    def _other(self, process: Process) -> None:
        """Look through a process that may speak of cases of this one."""
        members = process.members
        if members is not None and members.waiting_at == self.step:
            node = process.node.at_path(["members", "waiting_at"])
            self._if_ours(node, self._sharing(members.processes))
        elsewhere = self._sharing(members.processes if members is not None else ())
        for use in uses(process):
            if not _OWN_ROWS.search(use.formula.text):
                self._expression(use.formula.text, use.formula.node, _is_of_a_row, elsewhere)

    def _sharing(self, processes: Iterable[str]) -> bool:
        """Tell whether a process outside the family, of those given or of all, has such a step."""
        asked = list(processes) or self._processes()
        return any(
            self.step in self.draft.flat(name).at_path(["steps"]).entries
            for name in asked
            if name not in self.family and f"{FOLDER}{name}.yaml" in self.draft.files
        )

    def _if_ours(self, node: Node, shared: bool) -> None:
        if shared:
            self.found.look_at.append(spot(node))
        else:
            self.found.put(node, self.name, "part")

    def _expression(
        self,
        text: str,
        node: Node,
        names_a_step: Callable[[tuple[str, ...]], bool],
        shared: bool = False,
    ) -> None:
        if self.step not in text:
            return
        wanted: list[Mention] = []
        elsewhere = shared or (not _OWN_ROWS.search(text) and self._sharing(()))
        for mention in mentions(text):
            if mention.value != self.step:
                continue
            if names_a_step(mention.of) and not shared:
                wanted.append(mention)
            elif _is_of_a_row(mention.of) and elsewhere:
                self.found.look_at.append(spot(node))
            elif _is_of_a_row(mention.of):
                wanted.append(mention)
        if wanted:
            self.found.put(node, renamed(text, wanted, self.name), "part")

    # Documents ---------------------------------------------------------------------------------

    def _document(self, path: str, models: Mapping[str, Process]) -> None:
        """Look through what a document prints, if a process of the family issues it."""
        node, name = self.draft.node(path), path.removeprefix(DOCUMENTS).removesuffix(".yaml")
        issued = {
            effect.name
            for process in models.values()
            for effect in effects_of(process)
            if effect.kind == "document"
        }
        if node is None or name not in issued:
            return
        shared = self._sharing(())
        for entry in node.at_path(["data"]).entries.values():
            if shared and any(one.value == self.step for one in mentions(entry.value.text)):
                self.found.look_at.append(spot(entry.value))
            elif not shared:
                self._expression(entry.value.text, entry.value, lambda of: _is_here(of, {}))

    # Lists -------------------------------------------------------------------------------------

    def _list(self, path: str) -> None:
        node = self.draft.node(path)
        if node is None or node.at_path(["of"]).text not in ("cases", ""):
            return
        processes = [item.text for item in node.at_path(["processes"]).items]
        if processes and not set(processes) & set(self.family):
            return
        shared = self._sharing(processes)
        home = [item for item in node.at_path(["home"]).items if item.kind == "mapping"]
        for owner in (node, *home):
            names = owner.get("steps")
            for place, item in enumerate(names.items if names is not None else ()):
                if item.text == self.step and names is not None:
                    if shared:
                        self.found.added.append((names, place))
                    else:
                        self.found.put(item, self.name, "item")
        where = node.get("where")
        if where is not None:
            self._expression(where.text, where, _is_of_a_row, shared)

    # Samples -----------------------------------------------------------------------------------

    def _sample(self, path: str) -> None:
        node = self.draft.node(path)
        if node is None or node.get("sample") is None:
            return
        ours: set[str] = set()
        for item in node.at_path(["steps"]).items:
            cases = _texts(item.get("case"))
            process = item.get("process")
            if process is not None:
                ours -= set(cases)
                ours |= set(cases) if process.text in self.family else set()
            for place in _places(item, cases, ours):
                renamed_place = re.sub(rf"\A{self.step}(?=[.@]|\Z)", self.name, place.text)
                if renamed_place != place.text:
                    self.found.put(place, renamed_place, "part")


def targets_of(process: Process) -> Iterator[Node]:
    """Go through every scalar of a process that names a target."""
    for action in process.actions.values():
        yield from target_nodes(action.node.get("to"))
    for step in process.steps.values():
        yield from target_nodes(step.node.get("to"))
        for entry in step.node.at_path(["outcomes"]).entries.values():
            if step.outcomes:
                yield from target_nodes(entry.value)
        for action in step.actions.values():
            yield from target_nodes(action.node.get("to"))


def target_nodes(node: Node | None) -> Iterator[Node]:
    """Go through the scalars of a target or of a list of conditional targets."""
    if node is None:
        return
    if node.kind == "scalar":
        yield node
    for item in node.items:
        then = item.get("then")
        if then is not None:
            yield then


def _names_at(process: Process, key: str) -> Iterator[Node]:
    if key == "lock":
        lock = process.node.at_path(["members"]).get("lock")
        yield from lock.items if lock is not None else ()
        return
    for action in process.actions.values():
        during = action.node.get("during")
        yield from during.items if during is not None else ()


def _is_here(of: tuple[str, ...], aliases: dict[str, tuple[str, ...]]) -> bool:
    """Tell whether a path is about the case of the process itself."""
    if of and of[0] in aliases:
        of = (*aliases[of[0]], *of[1:])
    return of[:1] == ("case",) and (of[-1] == "step" or (len(of) == 2 and of[1] in _ASKED))


def _is_of_a_row(of: tuple[str, ...]) -> bool:
    """Tell whether a path is the step of a case in a query or a group."""
    return len(of) > 1 and of[-1] == "step" and of[0] != "case"


def _texts(node: Node | None) -> list[str]:
    if node is None:
        return []
    return [item.text for item in node.items] if node.kind == "sequence" else [node.text]


def _places(item: Node, cases: list[str], ours: set[str]) -> Iterator[Node]:
    """Go through the places that a line of a sample names, of cases of these processes."""
    forward = item.get("fast_forward")
    if forward is not None and set(_texts(forward.get("case"))) <= ours:
        yield from target_nodes(forward.get("to"))
    mine = bool(cases) and set(cases) <= ours
    entered = item.get("with")
    if mine and item.at_path(["does"]).text == "reroute" and entered is not None:
        yield from target_nodes(entered.get("step"))
    expect = item.get("expect")
    if expect is None:
        return
    owners = [expect] if mine else []
    owners += [entry.value for name, entry in expect.entries.items() if name in ours]
    for owner in owners:
        at = owner.get("at")
        if at is not None:
            yield from at.items or (at,)
