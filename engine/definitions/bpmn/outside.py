"""What is done outside a process or comes from there: services, messages, decisions.

A service asks a connector and waits for its answer, a message is one of ours, a decision is a rule
table. Whatever a message from outside would set going is an action: a person does it, or a system
with an account, through the interface. Between two processes that are imported together it is an
effect of the one and an action of the other.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import ACTED, Node, Question, thrown_by
from engine.definitions.bpmn.executable import LEAVE, PANEL, RULE, SIGNAL
from engine.definitions.bpmn.pools import Around
from engine.definitions.bpmn.services import (
    connector_of,
    decision_of,
    given_of,
    is_mail,
    result_of,
)
from engine.definitions.dialects import quoted, snake
from engine.definitions.markup import Element

#: the field of an answer in which a service names what went wrong
FAULT = "error"
_KINDS: Mapping[str, str] = {
    "serviceTask": "service", "sendTask": "tell", "receiveTask": "receive",
}  # fmt: skip


def outside(drawing: Drawing, around: Around) -> None:
    """Say of each node of a drawing what it asks, tells or waits for outside."""
    _signals(drawing)
    for node in list(drawing.nodes.values()):
        if node.kind in ("startEvent", "endEvent"):
            _left_out(drawing, node, around)
        kind = _kind(node)
        if kind:
            node.stands = kind
        if kind == "service":
            _ask(drawing, node)
        elif node.kind == "businessRuleTask":
            _decide(drawing, node)
        elif node.kind == "eventBasedGateway":
            _events(drawing, node, around)
        _tell(drawing, node, around)
        if node.kind == "tell":
            _passed(drawing, node)
    for node in list(drawing.nodes.values()):
        if node.kind == "receive":
            _receive(drawing, node, around)
        elif node.kind == "service":
            _faults(drawing, node, around)


def _passed(drawing: Drawing, node: Node) -> None:
    """Leave out what cannot happen on the border of something that is passed at once."""
    for event in node.attached:
        if event.event == "error":
            drawing.not_executed(event.element, LEAVE)
        else:
            drawing.note("BPM193", event.element, step=node.name, event=event.event)
    node.attached = []


def _left_out(drawing: Drawing, node: Node, around: Around) -> None:
    """Say of starts and ends which events do not matter here."""
    if node.kind == "endEvent":
        if node.event in ("timer", "conditional"):
            drawing.note("BPM191", node.element, step=node.name, event=node.event)
        return
    begins = node.id not in around.created and node.event == "message"
    other = node.event in ("signal", "timer", "conditional", "escalation")
    if (begins or other) and not drawing.is_triggered(node):
        drawing.note("BPM162", node.element, event=node.event)


def _kind(node: Node) -> str:
    if node.kind == "intermediateThrowEvent":
        return "tell" if node.event in ("message", "signal") else ""
    if node.kind == "intermediateCatchEvent":
        return "receive" if node.event in ACTED else ""
    if node.kind == "serviceTask" and is_mail(node.element):
        return "tell"
    return _KINDS.get(node.kind, "")


def _signals(drawing: Drawing) -> None:
    """Refuse signals from one place of a case to another: here nothing hears them."""
    caught = {
        _message(node.element) for node in drawing.nodes.values()
        if node.event == "signal" and node.kind not in ("intermediateThrowEvent", "endEvent")
        and not (node.kind == "startEvent" and not drawing.is_triggered(node))
    }  # fmt: skip
    for node in drawing.nodes.values():
        throws = node.event == "signal" and node.kind in ("intermediateThrowEvent", "endEvent")
        if throws and _message(node.element) in caught - {""}:
            drawing.not_executed(node.element, SIGNAL)


# -------------------------------------------------------------------- services


def _ask(drawing: Drawing, node: Node) -> None:
    """A service is asked on arrival; the case goes on when its answer is in."""
    into = drawing.answers[node.id]
    given, left_out = given_of(node.element, drawing.naming)
    connector = connector_of(node)
    node.asks = Question(connector, node.title or connector, given, into)
    for what in left_out:
        drawing.note("BPM165", node.element, what=what, step=node.name)
    drawing.note(
        "BPM174", node.element, step=node.name, connector=connector, into=f"data.{into}"
    )  # fmt: skip


def _faults(drawing: Drawing, node: Node, around: Around) -> None:
    """What a service reports as wrong is a field of its answer; there the way parts."""
    events = [one for one in node.attached if one.event == "error"]
    if not events or node.asks is None:
        return
    gate, leave = drawing.add(node, "exclusiveGateway"), drawing.add(node, "leave")
    drawing.move_out(node, leave)
    drawing.join(node, gate, node.element)
    path = f"data.{node.asks.into}.{FAULT}"
    # What catches any error is asked last.
    for event in sorted(events, key=lambda one: not thrown_by(one)):
        code = around.errors.get(thrown_by(event)) or thrown_by(event)
        asked = f"{path} == {quoted(code)}" if code else f"has({path})"
        drawing.asked.append(asked)
        caught = drawing.add(event, "leave")
        drawing.move_out(event, caught)
        drawing.join(gate, caught, event.element, asked)
        drawing.note("BPM175", event.element, step=node.name, condition=asked)
        node.attached.remove(event)
        drawing.remove(event)
    drawing.join(gate, leave, node.element)


def _decide(drawing: Drawing, node: Node) -> None:
    """A decision is a fact: the rule table is asked when what it says is read."""
    decision, result = decision_of(node.element), result_of(node.element)
    loop = node.element.first("standardLoopCharacteristics")
    if not decision or not snake(result) or not result.isascii() or loop is not None:
        return drawing.not_executed(loop or node.element, PANEL if loop else RULE)
    given, _ = given_of(node.element, drawing.naming)
    rule = f"rules/{decision}"
    drawing.facts[snake(result)] = {"rule": rule, "with": dict(given)}
    node.stands = "link"
    drawing.note("BPM176", node.element, step=node.name, rule=rule, fact=snake(result))
    return None


# -------------------------------------------------------------------- messages


def _tell(drawing: Drawing, node: Node, around: Around) -> None:
    """What a node tells: another case, or somebody outside."""
    for told in around.told.get(node.id, ()):
        if told.action:
            effect: dict[str, object] = {"send": {"to": told.link, "action": told.action}}
        else:
            effect = {"create": {"process": told.process, "link": told.link}}
        node.do.append(effect)
        written = next(iter(effect))
        drawing.note("BPM179", node.element, step=node.name, effect=written, other=told.process)
    ends = node.kind == "endEvent" and node.event in ("message", "signal")
    if (node.kind == "tell" or ends) and not node.do:
        template = _template(node, around)
        node.do.append({"message": template})
        drawing.note("BPM177", node.element, step=node.name, template=template)
    if node.kind == "endEvent" and node.do and (drawing.around[node.id] or drawing.splits()):
        # In a branch and in a sub-process an end is none of the case: a step tells.
        node.stands = "tell"
        drawing.join(node, drawing.add(node, "endEvent"), node.element)


def _template(node: Node, around: Around) -> str:
    """Return the name of the message of ours for one that is sent."""
    name = snake(around.messages.get(_message(node.element), ""))
    return (name or node.name).replace("_", "-")


def _message(element: Element) -> str:
    inner = element.first("messageEventDefinition")
    signal = element.first("signalEventDefinition")
    named = element.given("messageRef") or (inner.given("messageRef") if inner else "")
    return named or (signal.given("signalRef") if signal else "")


def _receive(drawing: Drawing, node: Node, around: Around) -> None:
    """A message is waited for: as an answer, from another case, or from whoever receives it."""
    before = [drawing.nodes[flow.source] for flow in node.into]
    asked = before[0] if len(before) == 1 and len(before[0].out) == 1 else None
    pool = around.inward.get(node.id)
    if node.id in around.awaited:
        node.awaited = around.awaited[node.id]
        drawing.note("BPM180", node.element, step=node.name, action=node.awaited)
    elif (
        asked is not None and pool is not None and pool == around.outward.get(asked.id)
        and asked.kind == "service" and not (node.attached or asked.attached)
    ):  # fmt: skip
        node.stands = "link"
        drawing.note("BPM181", node.element, step=node.name, other=asked.name)
    elif node.event == "conditional":
        node.when = condition(drawing, node)
        drawing.note("BPM192", node.element, step=node.name, action="received")
    else:
        drawing.note("BPM178", node.element, step=node.name)


def _events(drawing: Drawing, gateway: Node, around: Around) -> None:
    """What comes first decides: messages are the actions of one step, a timer its deadline."""
    caught = [drawing.nodes[flow.target] for flow in gateway.out]
    if not caught or any(len(one.into) != 1 or not _is_caught(one) for one in caught):
        near = ("每条路各自先等一件事", "ways that each begin with what they wait for")
        return drawing.not_executed(gateway.element, near)
    gateway.stands = "events"
    gateway.out, gateway.attached = [], [*gateway.attached, *caught]
    for one in caught:
        one.into = []
        one.stands = "boundaryEvent"
        one.awaited = around.awaited.get(one.id, "")
        if one.awaited:
            drawing.note("BPM180", one.element, step=gateway.name, action=one.awaited)
    return None


def _is_caught(one: Node) -> bool:
    return one.element.name == "receiveTask" or (
        one.element.name == "intermediateCatchEvent"
        and one.event in ("message", "signal", "conditional", "timer")
    )


def condition(drawing: Drawing, event: Node) -> str:
    """Return the condition of an event; nothing if the drawing does not say it."""
    written = event.element.first("conditionalEventDefinition", "condition")
    if written is None or not written.text.strip():
        return ""
    return drawing.condition(written) or "false"


def is_action(event: Node) -> bool:
    """Tell whether an event is an action of somebody."""
    return event.event in ACTED or event.element.name == "receiveTask"
