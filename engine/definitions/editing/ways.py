"""Where a step leads on to, with the paths of the targets: what is rewired around a new step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.authoring.node import Node
from engine.definitions.editing.answer import spot
from engine.definitions.editing.draft import Path
from engine.definitions.editing.process import ProcessDraft
from engine.definitions.process import Process
from engine.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Link:
    """A target that names a step."""

    path: Path
    target: str
    node: Node


def links(path: Path, node: Node | None) -> Iterator[Link]:
    """Go through the targets that a value holds."""
    if node is None:
        return
    if node.kind == "scalar":
        yield Link(path, node.text, node)
    for place, item in enumerate(node.items):
        then = item.get("then")
        if then is not None:
            yield Link((*path, place, "then"), then.text, then)


def all_links(process: Process) -> Iterator[Link]:
    """Go through every target of a process."""
    for action in process.actions.values():
        yield from links(("actions", action.name, "to"), action.node.get("to"))
    for name in process.steps:
        yield from links_of(process, name)


def links_of(process: Process, step: str, *, on: bool = False) -> Iterator[Link]:
    """Go through the targets of a step.

    Args:
        process: the process.
        step: the step.
        on: leave out the actions that do not lead on: returns, failures and the like.
    """
    found, here = process.steps[step], ("steps", step)
    yield from links((*here, "to"), found.node.get("to"))
    for name, entry in found.node.at_path(["outcomes"]).entries.items():
        if found.outcomes:
            yield from links((*here, "outcomes", name), entry.value)
    for action in found.actions.values():
        if not on or action.verb in ("submit", "pass"):
            yield from links((*here, "actions", action.name, "to"), action.node.get("to"))


def way_on(draft: ProcessDraft, step: str, before: str = "") -> tuple[str, list[Link]]:
    """Return the step that another one leads on to, and the targets that say so.

    What the step's own ``to`` says counts before its actions; targets that lead back or to an
    unhappy end do not count where there are others.

    Args:
        draft: the process.
        step: the step.
        before: the step meant, where there are several.

    Raises:
        Refused: there are several, or none; ``places`` are the targets.
    """
    process = draft.model()
    found = [link for link in links_of(process, step, on=True) if link.target in process.steps]
    names = list(process.steps)
    ahead = [
        link
        for link in found
        if names.index(link.target) > names.index(step)
        and process.steps[link.target].end in (None, "success")
    ]
    if before:
        return before, [link for link in found if link.target == before]
    own = [link for link in ahead if link.path[2] == "to"]
    chosen = {link.target for link in own or ahead or found}
    if len(chosen) != 1:
        raise Refused(
            "edit_several_ways_on" if chosen else "edit_no_way_on",
            step=process.steps[step].title,
            choices=sorted(chosen, key=names.index),
            places=tuple(spot(link.node, link.path) for link in found),
        )
    target = chosen.pop()
    return target, [link for link in found if link.target == target]
