"""What is shown of an import: groups of what was rewritten, and the picture a file holds."""

from xml.etree import ElementTree as Xml

from engine.authoring.catalogue.bpmn import TABLE
from engine.authoring.problems import Problems
from engine.definitions.bpmn import GROUPS, read_files, sketch
from tests.bpmn.test_unfolding import file
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


def test_rewritings_speak_of_captions_and_words_people_know() -> None:
    content = file("startEvent s", '<userTask id="a" name="填写" assignee="${x}"/>', "s>a", "a>b",
                   '<sendTask id="b" name="通知{申请人}"/>', "b>e", "endEvent e",
                   "textAnnotation n")  # fmt: skip
    problems = Problems()
    found = read_files(content, "file.bpmn", problems)

    said = "\n".join(one.sentence("zh") for one in problems)
    assert "办理人 assignee“${x}”写成了" in said
    assert "“通知{申请人}” 发出的消息" in said
    assert "略去 注释 textAnnotation" in said
    # What is sent is drafted, without what would be read as a name.
    assert "title: 通知申请人" in found["definitions/messages/b.yaml"]
