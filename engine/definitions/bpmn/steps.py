"""One task of a drawing as the keys of a step: who does it, and until when."""

from __future__ import annotations

import re

from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import Node
from engine.definitions.bpmn.wording import (
    assignee,
    is_initiator,
    moment_of,
    permission_of,
    variable,
)


def who(drawing: Drawing, node: Node, *, first: bool) -> object:
    """Return whom a task waits for, as a file hints at it."""
    named = assignee(node)
    element = node.element
    if named is not None:
        attribute, text = named
        if is_initiator(text, drawing.starters):
            drawing.note("BPM157", element, attribute=attribute, text=text, who="initiator")
            return "initiator"
        path = variable(text, drawing.naming) if attribute == "assignee" else None
        if path is not None:
            drawing.note("BPM157", element, attribute=attribute, text=text, who=path)
            drawing.hold(path, "person")
            return {"person": path}
        permission = permission_of(text) or node.name
        drawing.note("BPM157", element, attribute=attribute, text=text, who=permission)
        return {"permission": permission}
    if first:
        if node.into:
            drawing.note("BPM164", element, step=node.name, who="initiator")
        return "initiator"
    lane = drawing.lanes.get(node.id, "")
    permission = permission_of(lane) or node.name
    code = "BPM156" if lane else "BPM164"
    drawing.note(code, element, lane=lane, step=node.name, who=permission)
    return {"permission": permission}


def moment(drawing: Drawing, event: Node) -> str:
    """Return when a timer goes off; report what cannot be an expression."""
    found, text = moment_of(event.element, drawing.naming)
    if found is None and not text:
        # The drawing says that time is waited for, and not how long.
        found = f"data.{event.name}"
        drawing.asked.append(found)
        drawing.note("BPM187", event.element, field=found)
    elif found is None:
        drawing.problems.add("BPM120", event.element.at(drawing.file), text=text)
        return "today"
    if re.fullmatch(r"[\w.]+", found):
        drawing.hold(found, "date")
    return found


def due(drawing: Drawing, node: Node) -> str | None:
    """Return the date a file gives a task as due, if it names a variable."""
    around = node.element.first("extensionElements")
    schedule = around.first("taskSchedule") if around is not None else None
    text = node.element.given("dueDate") or (schedule.given("dueDate") if schedule else "")
    found = variable(text, drawing.naming) if text else None
    if text and found is None:
        drawing.note("BPM165", node.element, what=f"dueDate {text}", step=node.name)
    if found is not None:
        drawing.hold(found, "date")
    return found
