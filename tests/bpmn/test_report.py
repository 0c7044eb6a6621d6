"""What is shown of an import: groups of what was rewritten, and the picture a file holds."""

from xml.etree import ElementTree as Xml

from engine.authoring.catalogue.bpmn import TABLE
from engine.definitions.bpmn import GROUPS, sketch
from tests.definitions.support import bound

SVG = "{http://www.w3.org/2000/svg}"


def test_everything_that_is_rewritten_stands_in_one_group() -> None:
    codes = [code for _, group in GROUPS.values() for code in group]

    assert sorted(codes) == sorted(one.code for one in TABLE if one.level == "warning")


def test_a_picture_has_every_shape_of_the_file_and_marks_lines() -> None:
    text = bound("north/permit").bpmn()
    line = next(n for n, one in enumerate(text.splitlines(), 1) if 'id="unit"' in one)

    root = Xml.fromstring(sketch(text.encode(), rewritten=[line], title="<b>"))

    shapes = [one for one in root.iter(f"{SVG}g") if one.get("data-kind")]
    assert len(shapes) == text.count("<bpmndi:BPMNShape")
    assert [one.get("data-kind") for one in shapes if one.get("class")] == ["userTask"]
    assert len(list(root.iter(f"{SVG}polyline"))) == text.count("<bpmndi:BPMNEdge")
    assert root.findtext(f"{SVG}title") == "<b>"


def test_a_file_without_a_picture_or_with_nonsense_has_none() -> None:
    text = bound("north/permit").bpmn()

    assert sketch(b"<definitions/>") == ""
    assert sketch(b"no file") == ""
    for wrong in ("nan", "inf", "1e300", "x"):
        broken = text.replace('<dc:Bounds x="', f'<dc:Bounds x="{wrong}" z="')
        broken = broken.replace('<di:waypoint x="', f'<di:waypoint x="{wrong}" z="')
        assert sketch(broken.encode()) == ""
