"""Sub-processes that an event begins: what is done instead of the rest when something happens.

In the process itself a timer is a deadline of the process and a message one of its actions, both
leading out of whatever step a case is at. In a sub-process either is an event on its border.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import Node, Refused, thrown_by
from engine.definitions.bpmn.executable import EVENT_SUB_PROCESS, LEAVE


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that ends what a case is at, wherever that is."""

    #: the start that says what it is
    event: Node
    #: the node it leads to
    target: str


def triggers_of(drawing: Drawing) -> list[Trigger]:
    """Take the sub-processes that events begin out of a drawing; return those of the process."""
    found: list[Trigger] = []
    for node in list(drawing.nodes.values()):
        if node.kind != "subProcess" or node.element.given("triggeredByEvent") != "true":
            continue
        inner = [one for one in drawing.nodes.values() if drawing.around.get(one.id) == node.id]
        starts = [one for one in inner if one.kind == "startEvent"]
        if len(starts) != 1 or not starts[0].out:
            raise Refused(
                node.element, "BPM102", zh="事件子流程要有且只有一个开始",
                en="a sub-process begun by an event needs one start",
            )  # fmt: skip
        (start,) = starts
        if not _is_known(start):
            drawing.not_executed(node.element, EVENT_SUB_PROCESS)
            drawing.leave_out(node)
            continue
        drawing.note("BPM182", node.element, step=node.name, event=start.event)
        begun = drawing.add(start, "leave")
        drawing.move_out(start, begun)
        around = drawing.nodes.get(drawing.around[node.id])
        for one in (*inner, begun):
            drawing.around[one.id] = drawing.around[node.id]
        del drawing.nodes[node.id], drawing.nodes[start.id]
        if around is not None:
            _at_border(drawing, around, start, begun, inner)
        elif start.event == "error":
            _errors(drawing, start, begun, inner)
        else:
            found.append(Trigger(start, begun.id))
    return found


def _is_known(start: Node) -> bool:
    breaks_off = start.element.given("isInterrupting") != "false"
    return breaks_off and start.event in ("timer", "message", "error")


def _at_border(drawing: Drawing, around: Node, start: Node, begun: Node, inner: list[Node]) -> None:
    """Let the event stand on the border of the sub-process, and its ends lead on from there."""
    beyond = drawing.add(around, "leave")
    drawing.move_out(around, beyond)
    drawing.join(around, beyond, around.element)
    event = drawing.add(start, "boundaryEvent")
    event.element.children.extend(start.element.children)
    drawing.join(event, begun, start.element)
    around.attached.append(event)
    for one in inner:
        if one.kind == "endEvent" and one.event in ("", "message"):
            one.stands = "through"
            drawing.join(one, beyond, one.element)


def _errors(drawing: Drawing, start: Node, begun: Node, inner: list[Node]) -> None:
    """Let the ends of the process that report an error lead to what handles it."""
    thrown = [
        one for one in drawing.nodes.values()
        if one.kind == "endEvent" and one.event == "error" and one not in inner
        and thrown_by(start) in ("", thrown_by(one)) and not drawing.around[one.id]
    ]  # fmt: skip
    if drawing.splits():
        return drawing.not_executed(start.element, LEAVE)
    for end in thrown:
        end.stands = "caught"
        drawing.join(end, begun, end.element)
    return None
