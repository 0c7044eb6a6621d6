"""The ways of a diagram: each on lanes of its own, none through a step.

The layouter puts shapes into a grid and draws every way back through the same line, so that nobody
can tell which leads where. Here the rows and columns are moved apart as far as their lanes need,
and every way that is not a straight line to the right goes down from its source, along a lane below
its row, and up into its target or along a lane beside its column.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
for _prefix, _uri in (("bpmndi", BPMNDI), ("dc", DC), ("di", DI)):
    ET.register_namespace(_prefix, _uri[1:-1])

#: between lanes below a row, where captions stand, and beside a column
LANE_Y, LANE_X = 18.0, 12.0
MARGIN = 16.0
#: a caption: its height, and the width of a Chinese character
LINE, LETTER = 14.0, 12.0
#: captions beside a shape are broken at this width
CAPTION = 90.0

Point = tuple[float, float]


@dataclass(eq=False)
class Box:
    """A shape: where it stands, in the grid and on the page."""

    id: str
    bounds: ET.Element
    #: the step a boundary event is attached to
    host: str
    x: float
    y: float
    width: float
    height: float
    column: int = 0
    row: int = 0

    @property
    def middle(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height


@dataclass(eq=False)
class Lanes:
    """The lanes of a gap: what is on each, so that two ways share one only where they are apart."""

    taken: list[list[tuple[float, float]]] = field(default_factory=list)

    def place(self, one: float, other: float) -> int:
        """Return the first lane that is free between two ends, and take it."""
        low, high = min(one, other), max(one, other)
        for number, spans in enumerate(self.taken):
            if all(high < begin or end < low for begin, end in spans):
                spans.append((low, high))
                return number
        self.taken.append([(low, high)])
        return len(self.taken) - 1


@dataclass(eq=False)
class Route:
    """A way that needs lanes."""

    edge: ET.Element
    source: Box
    target: Box
    #: whether it goes up into its target; else it comes from the left
    rises: bool
    lane: int = 0
    beside: int = 0


def simplified(xml: str) -> str:
    """Return BPMN XML as a tree: each node is led to once, from the node furthest from the start.

    Where ways of different length meet the layouter sets steps far apart, and loses some.
    """
    root = ET.fromstring(xml)  # noqa: S314 - written by ourselves
    for process in root.iter(f"{BPMN}process"):
        flows = process.findall(f"{BPMN}sequenceFlow")
        hosts = {
            one.get("id", ""): one.get("attachedToRef", "")
            for one in process.findall(f"{BPMN}boundaryEvent")
        }
        kept = _longest(flows, hosts)
        gone = {flow.get("id", "") for flow in flows if flow not in kept}
        for flow in flows:
            if flow not in kept:
                process.remove(flow)
        for node in process:
            for one in [one for one in node if one.text in gone]:
                node.remove(one)
    return ET.tostring(root, encoding="unicode")


def _longest(flows: Sequence[ET.Element], hosts: Mapping[str, str]) -> set[ET.Element]:
    """Return for each node the flow into it along the longest way without ways back."""
    leaving: defaultdict[str, list[ET.Element]] = defaultdict(list)
    for flow in flows:
        source = flow.get("sourceRef", "")
        leaving[hosts.get(source, source)].append(flow)
    for ways in leaving.values():
        # What may be done beside the branches leads past them: the branches come first.
        ways.sort(key=lambda flow: flow.get("id", "").endswith("_beside"))
    end = ET.Element("end")
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[ET.Element] = set()
    into = {flow.get("targetRef", "") for flow in flows}
    for first in sorted(leaving, key=lambda one: one in into):
        # A node is left (2) when all behind it was; a flow to one not yet left leads back.
        waiting = [(first, iter(leaving[first]))] if first not in state else []
        state.setdefault(first, 1)
        while waiting:
            node, rest = waiting[-1]
            flow = next(rest, end)
            if flow is end:
                waiting.pop()
                state[node] = 2
                order.append(node)
                continue
            target = flow.get("targetRef", "")
            if state.get(target) == 1:
                back.add(flow)
            elif target not in state:
                state[target] = 1
                waiting.append((target, iter(leaving.get(target, ()))))
    depth: dict[str, int] = {}
    kept: dict[str, ET.Element] = {}
    for node in reversed(order):
        for flow in leaving.get(node, ()):
            target = flow.get("targetRef", "")
            further = depth.get(node, 0) + 1
            if flow not in back and further > depth.get(target, 0):
                depth[target], kept[target] = further, flow
    return set(kept.values())


def routed(xml: str, laid_out: str) -> str:
    """Return BPMN XML with a diagram: its shapes where they were laid out, its ways drawn anew.

    Args:
        xml: the file without a diagram.
        laid_out: the same, simplified, with one.
    """
    root = ET.fromstring(xml)  # noqa: S314 - written by ourselves
    diagram = ET.fromstring(laid_out).find(f"{BPMNDI}BPMNDiagram")  # noqa: S314 - the same
    assert diagram is not None
    root.append(diagram)
    plane = diagram.find(f"{BPMNDI}BPMNPlane")
    assert plane is not None
    for edge in plane.findall(f"{BPMNDI}BPMNEdge"):
        plane.remove(edge)
    boxes = _boxes(root)
    flows = {
        one.get("id", ""): (one.get("sourceRef", ""), one.get("targetRef", ""), one.get("name", ""))
        for one in root.iter(f"{BPMN}sequenceFlow")
    }
    straight: list[ET.Element] = []
    routes: list[Route] = []
    joined: set[tuple[str, str]] = set()
    for id_, (source, target, _) in flows.items():
        given = {"id": f"{id_}_di", "bpmnElement": id_}
        edge = ET.SubElement(plane, f"{BPMNDI}BPMNEdge", given)
        another = (source, target) in joined
        joined.add((source, target))
        if not another and _is_straight(boxes[source], boxes[target], boxes.values()):
            straight.append(edge)
        else:
            # An event has its caption below.
            rises = boxes[target].row == boxes[source].row and boxes[target].width > _EVENT
            routes.append(Route(edge, boxes[source], boxes[target], rises))
    below, beside = _take_lanes(routes)
    _move(boxes.values(), below, beside)
    for edge in straight:
        source, target, name = flows[edge.get("bpmnElement", "")]
        left, right = boxes[source], boxes[target]
        points = [(left.x + left.width, left.middle[1]), (right.x, right.middle[1])]
        _draw(edge, points, name, middle=True)
    _draw_routes(routes, boxes.values(), {key: value[2] for key, value in flows.items()})
    named = {one.get("id", ""): one.get("name", "") for one in root.iter() if one.get("id")}
    _caption(plane, boxes, named)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


#: events are as wide as this, gateways as this
_EVENT, _MARK = 36.0, 50.0


def _boxes(root: ET.Element) -> dict[str, Box]:
    """Return the shapes by what they show, with their columns and rows."""
    hosts = {
        one.get("id", ""): one.get("attachedToRef", "") for one in root.iter(f"{BPMN}boundaryEvent")
    }
    boxes = {}
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        assert bounds is not None  # the layouter gives every shape its place
        id_ = shape.get("bpmnElement", "")
        x, y, width, height = (float(bounds.get(key, "0")) for key in ("x", "y", "width", "height"))
        boxes[id_] = Box(id_, bounds, hosts.get(id_, ""), x, y, width, height)
    free = [box for box in boxes.values() if not box.host]
    columns = sorted({round(box.middle[0]) for box in free})
    rows = sorted({round(box.middle[1]) for box in free})
    for box in boxes.values():
        x, y = boxes.get(box.host, box).middle
        box.column, box.row = columns.index(round(x)), rows.index(round(y))
    return boxes


def _is_straight(source: Box, target: Box, boxes: Iterable[Box]) -> bool:
    """Whether a target stands to the right in the same row with nothing between."""
    if source.host or source.row != target.row or source.column >= target.column:
        return False
    return not any(
        box.row == source.row and source.column < box.column < target.column for box in boxes
    )


def _take_lanes(routes: Sequence[Route]) -> tuple[Mapping[int, Lanes], Mapping[int, Lanes]]:
    """Give each way its lane below a row, and one beside a column if it changes the row."""
    below: defaultdict[int, Lanes] = defaultdict(Lanes)
    beside: defaultdict[int, Lanes] = defaultdict(Lanes)
    # Short ways are nearest to their row, so that few are crossed.
    for route in sorted(routes, key=lambda one: abs(one.source.column - one.target.column)):
        source, target = route.source, route.target
        # Half a column further on both sides: captions and entries are there.
        low, high = sorted((source.column, target.column))
        route.lane = below[source.row].place(low - 0.6, high + 0.6)
        if not route.rises:
            rows = sorted((source.row + 0.6, float(target.row)))
            route.beside = beside[target.column].place(rows[0] - 0.3, rows[1] + 0.3)
    return below, beside


def _move(boxes: Iterable[Box], below: Mapping[int, Lanes], beside: Mapping[int, Lanes]) -> None:
    """Move columns and rows apart by what their lanes need beyond the room there is."""
    known = list(boxes)
    columns = [0.0] * (max((box.column for box in known), default=0) + 1)
    rows = [0.0] * (max((box.row for box in known), default=0) + 1)
    for number in range(len(columns)):
        lanes = len(beside[number].taken) if number in beside else 0
        more = max(0.0, lanes * LANE_X - LANE_X)
        columns[number] = (columns[number - 1] if number else 0.0) + more
    for number in range(1, len(rows)):
        lanes = len(below[number - 1].taken) if number - 1 in below else 0
        more = max(0.0, lanes * LANE_Y - 1.5 * LANE_Y)
        rows[number] = rows[number - 1] + more
    for box in known:
        box.x += columns[box.column]
        box.y += rows[box.row]
    places = {box.id: box for box in known}
    for box in known:
        if box.host in places:
            # In the corner, so that ways into its host come in beside it.
            box.x = places[box.host].x + places[box.host].width - box.width
        box.bounds.set("x", f"{box.x:g}")
        box.bounds.set("y", f"{box.y:g}")


def _draw_routes(routes: Sequence[Route], boxes: Iterable[Box], names: Mapping[str, str]) -> None:
    known = list(boxes)
    floor: dict[int, float] = {}
    wall: dict[int, float] = {}
    for box in known:
        # Boundary events and captions of events hang below their row.
        hangs = LINE if box.width <= _EVENT else 0.0
        floor[box.row] = max(floor.get(box.row, 0.0), box.bottom + hangs)
        wall[box.column] = min(wall.get(box.column, box.x), box.x)
    entries: defaultdict[str, list[Route]] = defaultdict(list)
    for route in sorted(routes, key=lambda one: -one.source.column):
        if route.rises:
            entries[route.target.id].append(route)
    for route in routes:
        source, target = route.source, route.target
        lane = floor[source.row] + MARGIN + route.lane * LANE_Y
        begins = source.middle[0]
        points: list[Point] = [(begins, source.bottom), (begins, lane)]
        if route.rises:
            into = entries[target.id]
            # A way back comes in left of the middle, where nothing leaves.
            share = (into.index(route) + 1) / (len(into) + 1)
            enters = _entry(target, share, [box for box in known if box.host == target.id])
            if target.width <= 50:
                enters = target.middle[0]
            points += [(enters, lane), (enters, _edge(target, enters))]
        else:
            column = wall[target.column] - MARGIN - route.beside * LANE_X
            points += [(column, lane), (column, target.middle[1]), (target.x, target.middle[1])]
        _draw(route.edge, points, names[route.edge.get("bpmnElement", "")])


def _entry(target: Box, share: float, borders: Sequence[Box]) -> float:
    """Return where a way from below comes into a shape: beside the events on its border."""
    free = target.width - sum(box.width for box in borders)
    enters = target.x + max(free, 0.0) * share
    for box in sorted(borders, key=lambda one: one.x):
        if enters >= box.x - 1:
            enters += box.width
    return min(enters, target.x + target.width)


def _caption(plane: ET.Element, boxes: Mapping[str, Box], names: Mapping[str, str]) -> None:
    """Put the captions of events and gateways where no way leads through them.

    Ways leave downwards, so whatever is left in another row has its caption above.
    """
    leaving = {edge.get("bpmnElement", ""): edge for edge in plane.iter(f"{BPMNDI}BPMNEdge")}
    down = set()
    for edge in leaving.values():
        first, second = list(edge.iter(f"{DI}waypoint"))[:2]
        if first.get("x") == second.get("x"):
            down.add((first.get("x"), first.get("y")))
    for shape in plane.iter(f"{BPMNDI}BPMNShape"):
        box, name = boxes[shape.get("bpmnElement", "")], names.get(shape.get("bpmnElement", ""), "")
        if box.width > _MARK or not name:
            continue
        for label in shape.findall(f"{BPMNDI}BPMNLabel"):
            shape.remove(label)
        long = _wide(name)
        lines = math.ceil(long / CAPTION)
        middle, bottom = box.middle[0], box.bottom
        above = (f"{middle:g}", f"{bottom:g}") in down or box.width > _EVENT
        y = box.y - 4 - lines * LINE if above else bottom + 4
        width = min(long, CAPTION)
        bounds = {"x": f"{middle - width / 2:g}", "y": f"{y:g}", "width": f"{width:g}",
                  "height": f"{lines * LINE:g}"}  # fmt: skip
        ET.SubElement(ET.SubElement(shape, f"{BPMNDI}BPMNLabel"), f"{DC}Bounds", bounds)


def _wide(name: str) -> float:
    """Return how wide a text is."""
    return LETTER * max(2, sum(1 if ord(letter) > 255 else 0.6 for letter in name))


def _edge(box: Box, x: float) -> float:
    """Return where a line from below meets a shape: a gateway is a square on its corner."""
    return box.bottom if box.width > 50 else box.bottom - abs(x - box.middle[0])


def _draw(edge: ET.Element, points: Sequence[Point], name: str, *, middle: bool = False) -> None:
    for child in list(edge):
        edge.remove(child)
    drawn = [point for place, point in enumerate(points) if not place or point != points[place - 1]]
    for x, y in drawn:
        ET.SubElement(edge, f"{DI}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
    if not name:
        return
    width = _wide(name)
    if middle:
        x = (points[0][0] + points[1][0] - width) / 2
        y = points[0][1] - LINE - 4
    else:
        # On its lane, beside where it leaves its source.
        right = points[2][0] >= points[1][0]
        x = points[1][0] + 4 if right else points[1][0] - width - 4
        y = points[1][1] - LINE - 1
    label = ET.SubElement(edge, f"{BPMNDI}BPMNLabel")
    bounds = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{LINE:g}"}
    ET.SubElement(label, f"{DC}Bounds", bounds)
