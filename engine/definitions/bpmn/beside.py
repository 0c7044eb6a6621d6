"""What happens beside something without breaking it off: branches of a parallel step.

An event on the border of a task or a sub-process that does not break it off begins ways of its
own. They and what the event is attached to become the branches of a parallel step, which is done
when the latter is.
"""

from __future__ import annotations

from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import ENDING, Node
from engine.definitions.bpmn.executable import BESIDE


def beside(drawing: Drawing) -> None:
    """Put what events begin without breaking anything off beside what they are attached to."""
    for node in list(drawing.nodes.values()):
        events = [one for one in node.attached if goes_on(one)]
        if not events:
            continue
        if any(one.event == "error" for one in node.attached):
            drawing.not_executed(events[0].element, BESIDE)
            continue
        split, join = drawing.add(node, "aside"), drawing.add(node, "leave")
        split.closes = join.id
        drawing.move_into(node, split)
        drawing.move_out(node, join)
        drawing.join(split, node, node.element)
        drawing.join(node, join, node.element)
        later = {node.id, *drawing.reach(join.id, None)}
        for event in events:
            node.attached.remove(event)
            event.stands = "intermediateCatchEvent"
            drawing.join(split, event, event.element)
            _ends(drawing, event, join, later)
            drawing.note("BPM190", event.element, step=node.name, event=event.title or event.name)


def goes_on(event: Node) -> bool:
    """Tell whether what an event is attached to goes on when it happens."""
    return event.element.given("cancelActivity") == "false"


def _ends(drawing: Drawing, event: Node, join: Node, later: set[str]) -> None:
    """Let what an event begins end where the branches meet."""
    begun = drawing.reach(event.id, None)
    for id_ in begun:
        node = drawing.nodes[id_]
        if node.kind == "endEvent":
            continue
        if id_ in later:
            drawing.not_executed(event.element, BESIDE)
            return
        for flow in list(node.out):
            end = drawing.nodes[flow.target]
            if end.kind == "endEvent" and end.event not in ENDING:
                tells = end.event in ("message", "signal")
                through = drawing.add(end, "intermediateThrowEvent" if tells else "through")
                through.element.children.extend(end.element.children)
                end.into.remove(flow)
                flow.target = through.id
                through.into.append(flow)
                drawing.join(through, join, end.element)
        if not node.out:
            drawing.note("BPM153", node.element, step=node.name)
            drawing.join(node, join, node.element)
