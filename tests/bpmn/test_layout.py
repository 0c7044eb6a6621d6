"""A diagram can be read: shapes stand apart, ways begin and end at them and go through none."""

from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator

from tests.bpmn.test_import import PROCESSES, exported

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"


@cache
def schema() -> BpmnValidator:
    return BpmnValidator()


class Diagram:
    """The shapes and edges of a file."""

    def __init__(self, text: str) -> None:
        root = Xml.fromstring(text)
        self.boxes = {}
        #: the captions of events and gateways
        self.captions = {}
        for shape in root.iter(f"{BPMNDI}BPMNShape"):
            bounds = shape.find(f"{DC}Bounds")
            assert bounds is not None
            x, y, width, height = (
                float(bounds.get(key, "")) for key in ("x", "y", "width", "height")
            )
            self.boxes[shape.get("bpmnElement", "")] = (x, y, x + width, y + height)
            written = shape.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
            if written is not None:
                x, y, width, height = (
                    float(written.get(key, "")) for key in ("x", "y", "width", "height")
                )
                self.captions[shape.get("bpmnElement", "")] = (x, y, x + width, y + height)
        self.borders = {one.get("id", "") for one in root.iter(f"{MODEL}boundaryEvent")}
        self.ends = {
            one.get("id", ""): (one.get("sourceRef", ""), one.get("targetRef", ""))
            for one in root.iter(f"{MODEL}sequenceFlow")
        }
        self.lines = {
            edge.get("bpmnElement", ""): [
                (float(point.get("x", "")), float(point.get("y", "")))
                for point in edge.iter(f"{DI}waypoint")
            ]
            for edge in root.iter(f"{BPMNDI}BPMNEdge")
        }

    def on(self, point: tuple[float, float], name: str) -> bool:
        left, top, right, bottom = self.boxes[name]
        return left - 1 <= point[0] <= right + 1 and top - 1 <= point[1] <= bottom + 1

    def crossed(self, flow: str) -> list[str]:
        """The shapes a way goes through, its ends left out."""
        return [
            name
            for name, box in self.boxes.items()
            if name not in self.ends[flow] and name not in self.borders and self.meets(flow, box)
        ]

    def meets(self, flow: str, box: tuple[float, float, float, float]) -> bool:
        """Whether a way goes through a rectangle."""
        left, top, right, bottom = box
        return any(
            min(a[0], b[0]) < right and max(a[0], b[0]) > left
            and min(a[1], b[1]) < bottom and max(a[1], b[1]) > top
            for a, b in pairwise(self.lines[flow])
        )  # fmt: skip


@pytest.mark.parametrize("name", PROCESSES)
def test_a_diagram_is_valid_and_its_ways_can_be_followed(name):
    text = exported(name)
    drawn = Diagram(text)

    schema().validate(etree.fromstring(text.encode()))
    assert drawn.lines.keys() == drawn.ends.keys()
    boxes = [box for key, box in drawn.boxes.items() if key not in drawn.borders]
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart
    lanes = set()
    for flow, (source, target) in drawn.ends.items():
        points = drawn.lines[flow]
        assert drawn.on(points[0], source)
        assert drawn.on(points[-1], target)
        assert not drawn.crossed(flow), flow
        if len(points) > 3:
            # Two ways on one lane would be one line.
            span = (points[1][1], *sorted((points[1][0], points[2][0])))
            for lane in lanes:
                assert lane[0] != span[0] or lane[2] <= span[1] or span[2] <= lane[1]
            lanes.add(span)
    for id_, caption in drawn.captions.items():
        own = [flow for flow, ends in drawn.ends.items() if id_ in ends]
        assert not [flow for flow in own if drawn.meets(flow, caption)]
    for id_ in drawn.borders:
        into = [flow for flow, ends in drawn.ends.items() if id_ not in ends]
        assert not [flow for flow in into if drawn.on(drawn.lines[flow][-1], id_)]
