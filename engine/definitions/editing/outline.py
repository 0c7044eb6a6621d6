"""A process as a list of steps, for an editor: plain data with places in the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.authoring.node import Entry, Node
from engine.definitions.editing.process import FOLDER, ProcessDraft
from engine.definitions.process import Action, Process, Step, StepKind, Verb


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file on which something is written, counted from 1, the last included."""

    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where something leads, under which condition (empty = always)."""

    to: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class ActionOutline:
    """An action."""

    name: str
    title: str
    verb: Verb
    targets: tuple[Target, ...]
    #: what is asked for, as it is written; None = nothing
    ask: object
    who: object
    when: str
    lines: Lines
    #: the process whose file says so, empty for this one
    inherited_from: str = ""


@dataclass(frozen=True, slots=True)
class StageOutline:
    """A level inside one organisation."""

    name: str
    title: str
    when: str
    permission: str


@dataclass(frozen=True, slots=True)
class StepOutline:
    """A step."""

    name: str
    title: str
    kind: StepKind
    #: success, failure or cancelled for an end
    end: str
    #: as they are written; None = not written
    status: object
    who: object
    due: object
    when: str
    #: where it leads by itself, and by its outcomes
    to: tuple[Target, ...]
    outcomes: Mapping[str, tuple[Target, ...]]
    actions: tuple[ActionOutline, ...]
    stages: tuple[StageOutline, ...]
    #: the route of a chain
    route: str
    lines: Lines
    #: the process whose file has the step first, empty for this one
    inherited_from: str = ""
    #: keys of an inherited step that this file says otherwise; actions as ``actions.name``
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessOutline:
    """A process."""

    id: str
    title: str
    noun: str
    based_on: str
    form: str
    file: str
    steps: tuple[StepOutline, ...]
    #: actions available in several steps
    actions: tuple[ActionOutline, ...]
    #: steps of the file it is based on that this one takes out
    removed: tuple[str, ...] = ()


def outline(draft: ProcessDraft) -> ProcessOutline:
    """Return the outline of a process.

    Raises:
        Refused: a file cannot be read.
    """
    flat, process = draft.flat(), draft.model()
    return ProcessOutline(
        id=draft.id,
        title=process.title,
        noun=process.noun,
        based_on=draft.bases[0] if draft.bases else "",
        form=process.form or "",
        file=draft.path,
        steps=tuple(_step(draft, process, step, flat) for step in process.steps.values()),
        actions=tuple(
            _action(draft, action, flat.at_path(["actions"]).entries[action.name])
            for action in process.actions.values()
        ),
        removed=tuple(
            name
            for name, entry in draft.own.root.at_path(["steps"]).entries.items()
            if entry.value.kind == "scalar" and entry.value.scalar is None
        ),
    )


def _step(draft: ProcessDraft, process: Process, step: Step, flat: Node) -> StepOutline:
    node = step.node
    own = draft.own.root.at_path(["steps"]).get(step.name)
    inherited = draft.is_inherited(("steps", step.name))
    first = _first(draft, step.name) if inherited else ""
    key = flat.at_path(["steps"]).entries[step.name].key if own is not None else None
    return StepOutline(
        name=step.name,
        title=step.title,
        kind=step.kind,
        end=step.end or "",
        status=_plain(node, "status"),
        who=_plain(node, "who"),
        due=_plain(node, "due"),
        when=step.when.text if step.when is not None else "",
        to=targets(node.get("to")),
        outcomes={
            name: targets(entry.value)
            for name, entry in node.at_path(["outcomes"]).entries.items()
            if name in step.outcomes
        },
        actions=tuple(
            _action(draft, action, node.at_path(["actions"]).entries[action.name])
            for action in step.actions.values()
        ),
        stages=tuple(
            StageOutline(
                stage.name,
                stage.title,
                stage.when.text if stage.when is not None else "",
                stage.permission or "",
            )
            for stage in step.stages.values()
        ),
        route=step.chain.route if step.chain is not None else "",
        lines=lines_of(key, own) if key is not None and own is not None else _in_base(draft, step),
        inherited_from=first,
        overridden=_overridden(own) if inherited and own is not None else (),
    )


def targets(node: Node | None) -> tuple[Target, ...]:
    """Read a target or a list of conditional targets, as far as it can be read."""
    if node is None:
        return ()
    if node.kind == "scalar":
        return (Target(node.text),) if node.text else ()
    return tuple(
        Target(then.text, when.text if (when := item.get("when")) is not None else "")
        for item in node.items
        if (then := item.get("then")) is not None
    )


def _action(draft: ProcessDraft, action: Action, entry: Entry) -> ActionOutline:
    node = action.node
    file = entry.key.at.file
    return ActionOutline(
        name=action.name,
        title=action.title,
        verb=action.verb,
        targets=targets(node.get("to")),
        ask=_plain(node, "ask"),
        who=_plain(node, "who"),
        when=action.when.text if action.when is not None else "",
        lines=lines_of(entry.key, entry.value),
        inherited_from="" if file == draft.path else _id(file),
    )


def _plain(node: Node, key: str) -> object:
    found = node.get(key)
    return found.value if found is not None else None


def lines_of(key: Node, value: Node) -> Lines:
    """Return the lines on which an entry is written."""
    last = value.end.line
    if value.end.column == 1 and last > key.at.line:
        # A block of text ends at the beginning of the line behind it.
        last -= 1
    return Lines(key.at.file, key.at.line, max(key.at.line, last))


def _first(draft: ProcessDraft, step: str) -> str:
    """Return the process farthest down that has a step."""
    holders = [base for base in draft.bases if _has(draft, base, step)]
    return holders[-1] if holders else ""


def _has(draft: ProcessDraft, process: str, step: str) -> bool:
    node = draft.node(f"{FOLDER}{process}.yaml")
    found = node.at_path(["steps"]).get(step) if node is not None else None
    return found is not None and found.kind == "mapping"


def _in_base(draft: ProcessDraft, step: Step) -> Lines:
    for base in draft.bases:
        if _has(draft, base, step.name):
            node = draft.node(f"{FOLDER}{base}.yaml")
            assert node is not None
            entry = node.at_path(["steps"]).entries[step.name]
            return lines_of(entry.key, entry.value)
    return Lines(step.node.at.file, step.node.at.line, step.node.end.line)


def _overridden(own: Node) -> tuple[str, ...]:
    found: list[str] = []
    for name, entry in own.entries.items():
        if name == "actions" and entry.value.kind == "mapping":
            found += [f"actions.{action}" for action in entry.value.entries]
        else:
            found.append(name)
    return tuple(found)


def _id(file: str) -> str:
    return file.removeprefix(FOLDER).removesuffix(".yaml")
