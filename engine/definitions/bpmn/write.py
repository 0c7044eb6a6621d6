"""Writes BPMN 2.0: one process with its diagram, readable by bpmn.io and Camunda Modeler.

What BPMN has no word for (stages, chains along a route, who, what is asked, effects …) travels as
extension elements, one for each key of the step, so that nothing written is lost. A chain is a
looping task, since the number of its visits is not known; a panel is a multi-instance task. A
parallel step is a gateway that splits and one that joins; what may be done meanwhile is a task
beside its branches, and that leaving a branch for a step outside breaks the others off is only in
the extension elements. Ways to ``previous`` and ``resume`` depend on the path of the case and have
no sequence flow.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import bpmn_io

from engine.definitions.bpmn.routing import routed, simplified
from engine.definitions.flow import Flow, Way
from engine.definitions.process import Draw, Process, Step

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
#: the namespace of our extension elements
EXTENSION = "urn:zhicheng:process"
CEL = "https://cel.dev"
START = "start"

for _prefix, _uri in (("bpmn", BPMN), ("xsi", XSI), ("zc", EXTENSION)):
    ET.register_namespace(_prefix, _uri)


def write_bpmn(flow: Flow, *, diagram: bool = True) -> str:
    """Return a process as BPMN 2.0 XML.

    Args:
        flow: the process as a graph.
        diagram: whether to lay it out, so that it can be shown as it is.
    """
    text = _Writer(flow).text()
    return laid_out(text) if diagram else text


def edges(flow: Flow) -> list[Edge]:
    """Return the sequence flows a process is written with."""
    return _Writer(flow).edges


def laid_out(xml: str) -> str:
    """Return BPMN XML with shapes and edges. The only place that knows the layouter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return routed(xml, bpmn_io.layout_process(simplified(xml)))


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow as it is written."""

    id: str
    source: str
    target: str
    label: str = ""
    condition: str = ""


class _Writer:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.process: Process = flow.process
        self.edges = list(self._edges())

    def text(self) -> str:
        root = ET.Element(
            _tag("definitions"),
            {"id": f"definitions_{_id(self.process.id)}", "targetNamespace": EXTENSION},
        )
        attributes = {
            "id": _id(self.process.id), "name": self.process.title, "isExecutable": "true",
        }  # fmt: skip
        process = ET.SubElement(root, _tag("process"), attributes)
        self._extension(process, self.process.node.value, leave=("steps",))
        self._node(process, "startEvent", START, "")
        for step in self.process.steps.values():
            self._step(process, step)
        for edge in self.edges:
            self._flow(process, edge)
        ET.indent(root)
        return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"

    def _step(self, parent: ET.Element, step: Step) -> None:
        if step.when is not None:
            self._node(parent, "exclusiveGateway", f"{step.name}_when", "")
        node = self._node(parent, _element(step), step.name, step.title, step)
        match step.kind:
            case "chain":
                loop = ET.SubElement(node, _tag("standardLoopCharacteristics"))
                until = step.chain.until if step.chain is not None else None
                condition = f"!({until.text})" if until is not None else "true"
                ET.SubElement(loop, _tag("loopCondition")).text = condition
            case "panel":
                loop = ET.SubElement(node, _tag("multiInstanceLoopCharacteristics"))
                ET.SubElement(loop, _tag("loopCardinality")).text = _voters(step)
            case "call" if step.call is not None and step.call.each is not None:
                loop = ET.SubElement(node, _tag("multiInstanceLoopCharacteristics"))
                count = f"size({step.call.each.text})"
                ET.SubElement(loop, _tag("loopCardinality")).text = count
            case "wait":
                self._timer(node, step)
            case "parallel":
                self._join(parent, step)
            case _:
                pass
        if _is_chosen(step, self._exits(step)):
            self._node(parent, "exclusiveGateway", f"{step.name}_next", "")
        if step.due is not None and step.due.otherwise is not None:
            event = self._node(parent, "boundaryEvent", f"{step.name}_due", "")
            event.set("attachedToRef", step.name)
            definition = ET.SubElement(event, _tag("timerEventDefinition"))
            ET.SubElement(definition, _tag("timeDate")).text = step.due.by.values[-1].text

    def _join(self, parent: ET.Element, step: Step) -> None:
        """The gateway that joins the branches, and the task that may be done meanwhile."""
        assert step.parallel is not None
        join = step.parallel.join
        every = join == "all"
        kind = "parallelGateway" if every else "complexGateway"
        node = self._node(parent, kind, f"{step.name}_join", "")
        if not every:
            ET.SubElement(node, _tag("activationCondition")).text = f"join == {join!r}"
        if self._exits(step):
            self._node(parent, "userTask", f"{step.name}_meanwhile", step.title)

    def _timer(self, node: ET.Element, step: Step) -> None:
        if step.wait is not None and step.wait.until is not None:
            definition = ET.SubElement(node, _tag("timerEventDefinition"))
            ET.SubElement(definition, _tag("timeDate")).text = step.wait.until.values[-1].text

    def _node(
        self, parent: ET.Element, element: str, id_: str, name: str, step: Step | None = None
    ) -> ET.Element:
        node = ET.SubElement(parent, _tag(element), {"id": id_})
        if name:
            node.set("name", name)
        if element == "exclusiveGateway":
            # Of the flows of a gateway one may be without condition: its default.
            plain = [edge.id for edge in self.edges if edge.source == id_ and not edge.condition]
            if plain:
                node.set("default", plain[0])
        if step is not None and step.call is not None:
            node.set("calledElement", _id(step.call.name))
        if step is not None:
            self._extension(node, _keys(step), leave=("title",))
        # Without these children layouters and viewers draw no edges, and say nothing.
        for edge in self.edges:
            if edge.target == id_:
                ET.SubElement(node, _tag("incoming")).text = edge.id
        for edge in self.edges:
            if edge.source == id_:
                ET.SubElement(node, _tag("outgoing")).text = edge.id
        return node

    def _extension(self, parent: ET.Element, value: object, leave: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            return
        extension = ET.SubElement(parent, _tag("extensionElements"))
        for key, inner in value.items():
            if key not in leave:
                element = ET.SubElement(extension, f"{{{EXTENSION}}}key", {"name": key})
                element.text = json.dumps(inner, ensure_ascii=False)

    def _flow(self, parent: ET.Element, edge: Edge) -> None:
        attributes = {"id": edge.id, "sourceRef": edge.source, "targetRef": edge.target}
        if edge.label:
            attributes["name"] = edge.label
        flow = ET.SubElement(parent, _tag("sequenceFlow"), attributes)
        if edge.condition:
            condition = ET.SubElement(flow, _tag("conditionExpression"), {"language": CEL})
            condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
            condition.text = edge.condition

    def _edges(self) -> Iterator[Edge]:
        yield Edge("flow_start", START, self._entry(self.process.first.name))
        for step in self.process.steps.values():
            if step.when is not None:
                yield Edge(
                    f"flow_{step.name}_visit", f"{step.name}_when", step.name, "", step.when.text
                )
            exits = self._exits(step)
            chosen = _is_chosen(step, exits)
            if chosen:
                yield Edge(f"flow_{step.name}", _source(step), f"{step.name}_next")
            if step.parallel is not None and exits:
                yield Edge(f"flow_{step.name}_beside", step.name, f"{step.name}_meanwhile")
            joined = set()
            for number, way in enumerate(self.flow.leaving[step.name], 1):
                once = (way.joins, way.via, way.name, way.condition)
                if way.target in self.process.steps and once not in joined:
                    yield self._edge(step, number, way, chosen)
                if way.joins:
                    joined.add(once)
            if step.parallel is not None:
                yield from self._joined(step)

    def _joined(self, step: Step) -> Iterator[Edge]:
        """The ways on from the join of a parallel step."""
        for number, (when, target) in enumerate(step.to.cases if step.to is not None else (), 1):
            joins = target == "join" and step.within
            if not joins and target not in self.process.steps:
                continue  # it is said where the process is checked
            goal = f"{step.within[-1][0]}_join" if joins else self._entry(target)
            condition = when.text if when is not None else ""
            yield Edge(f"flow_{step.name}_join_{number}", f"{step.name}_join", goal, "", condition)

    def _edge(self, step: Step, number: int, way: Way, chosen: bool) -> Edge:
        source = f"{step.name}_next" if chosen else _source(step)
        if way.via == "branch":
            source = step.name
        elif way.via == "passed_over":
            source = f"{step.name}_when"
        elif way.via == "expiry":
            source = f"{step.name}_due"
        return Edge(
            f"flow_{step.name}_{number}",
            source,
            f"{way.joins}_join" if way.joins else self._entry(way.target),
            way.title,
            _condition(way),
        )

    def _exits(self, step: Step) -> list[Way]:
        return [
            way
            for way in self.flow.leaving[step.name]
            if way.target in self.process.steps
            and way.via not in ("passed_over", "expiry", "branch")
        ]

    def _entry(self, name: str) -> str:
        return f"{name}_when" if self.process.steps[name].when is not None else name


def _keys(step: Step) -> object:
    """Return the keys of a step; the steps of its branches are elements of their own."""
    value = step.node.value
    if step.parallel is None or not isinstance(value, dict):
        return value
    branches = {name: list(steps) for name, steps in step.parallel.branches.items()}
    return {**value, "parallel": {**value["parallel"], "branches": branches}}


def _is_chosen(step: Step, exits: list[Way]) -> bool:
    """Whether a gateway is needed: several flows out of a task would all be taken."""
    if step.parallel is not None:
        return len(exits) > 1
    return len({(way.joins or way.target, way.via, way.name, way.condition) for way in exits}) > 1


def _source(step: Step) -> str:
    """The node whose exits are those of the step."""
    return f"{step.name}_meanwhile" if step.parallel is not None else step.name


def _element(step: Step) -> str:
    match step.kind:
        case "end":
            return "endEvent"
        case "automatic":
            return "serviceTask"
        case "parallel":
            return "parallelGateway"
        case "wait" if step.wait is not None and step.wait.until is not None:
            return "intermediateCatchEvent"
        case "wait":
            return "receiveTask"
        case "call":
            return "callActivity"
        case _:
            return "userTask"


def _condition(way: Way) -> str:
    parts = []
    if way.via == "action":
        parts.append(f"action == '{way.name}'")
    elif way.via == "outcome":
        parts.append(f"outcome == '{way.name}'")
    if way.condition:
        parts.append(f"({way.condition})" if parts else way.condition)
    return " && ".join(parts)


def _voters(step: Step) -> str:
    """Return how many ballots there are, as an expression."""
    voters = step.panel.voters if step.panel is not None else None
    if isinstance(voters, Draw):
        return voters.count.text
    return f"size({voters.text})" if voters is not None else "0"


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _id(name: str) -> str:
    return name.replace("/", "_").replace("-", "_")
