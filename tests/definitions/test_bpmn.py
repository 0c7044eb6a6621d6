"""The process as BPMN 2.0 and as a picture."""

from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser, BpmnValidator

from engine.definitions.bpmn import Marks, draw
from engine.definitions.bpmn.arrange import Cell, arrange, usual_way
from tests.definitions.support import bound, released

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
SVG = "{http://www.w3.org/2000/svg}"
PROCESSES = list(released().processes)
PERMIT = bound("north/permit")


@pytest.mark.parametrize("name", PROCESSES)
def test_the_file_is_bpmn_that_another_engine_reads(name):
    text = bound(name).bpmn()

    BpmnValidator().validate(etree.fromstring(text.encode()))
    parser = BpmnParser()
    parser.add_bpmn_str(text.encode())
    assert parser.get_spec(name.replace("/", "_"))


@pytest.mark.parametrize("name", PROCESSES)
def test_every_node_and_flow_is_in_the_diagram(name):
    root = ET.fromstring(bound(name).bpmn())
    process = root.find(f"{BPMN}process")
    assert process is not None
    nodes = [e.get("id") for e in process if e.get("id") and "sequenceFlow" not in e.tag]
    flows = [e.get("id") for e in process.iter(f"{BPMN}sequenceFlow")]

    assert {e.get("bpmnElement") for e in root.iter(f"{DI}BPMNShape")} == set(nodes)
    assert {e.get("bpmnElement") for e in root.iter(f"{DI}BPMNEdge")} == set(flows)


def test_several_ways_out_leave_by_a_gateway_and_carry_their_conditions():
    root = ET.fromstring(PERMIT.bpmn())
    flows = {e.get("id"): e for e in root.iter(f"{BPMN}sequenceFlow")}
    out = [e for e in flows.values() if e.get("sourceRef") == "unit_next"]

    conditions = [e.findtext(f"{BPMN}conditionExpression") for e in out]

    assert conditions[:2] == ["action == 'pass' && (has(input.elsewhere))", "action == 'pass'"]


def test_what_bpmn_has_no_word_for_travels_as_extension():
    root = ET.fromstring(PERMIT.bpmn())
    chain = next(e for e in root.iter(f"{BPMN}userTask") if e.get("id") == "superiors")
    keys = {e.get("name"): e.text for e in chain.iter("{urn:zhicheng:process}key")}

    assert keys["chain"] == (
        '{"route": "superior", "from": "unit", "until": "org.kind == \'department\'"}'
    )


def test_the_usual_way_is_one_column_and_ends_stand_beside():
    assert usual_way(PERMIT.flow) == [
        "fill", "unit", "superiors", "reception", "evaluation", "notice", "issue", "issued",
    ]  # fmt: skip
    cells = arrange(PERMIT.flow)
    assert cells["discarded"] == Cell(1, 0)
    assert cells["refused"] == Cell(1, 4)


@pytest.mark.parametrize("name", PROCESSES)
def test_no_two_steps_share_a_place_and_all_are_drawn(name):
    cells = arrange(bound(name).flow)

    assert len(set(cells.values())) == len(cells)
    assert set(cells) == set(bound(name).process.steps)


@pytest.mark.req("QRY-03")
def test_the_picture_marks_where_a_case_was_and_is_in_words_too():
    marks = Marks(visited=["fill"], current=["unit"], returned=["fill"], notes={"unit": "第一科"})

    root = ET.fromstring(draw(PERMIT.flow, marks))

    classes = {g.get("data-step"): g.get("class") for g in root.iter(f"{SVG}g")}
    titles = {g.get("data-step"): g.findtext(f"{SVG}title") for g in root.iter(f"{SVG}g")}
    assert classes["unit"] == "step task current"
    assert classes["fill"] == "step task visited returned"
    assert titles["unit"] == "本单位审核，当前步骤"
    assert titles["fill"] == "填报，已经过，曾退回到此"
    assert "第一科" in draw(PERMIT.flow, marks)


def test_the_picture_has_a_title_and_a_description():
    root = ET.fromstring(draw(PERMIT.flow, Marks(current=["notice"])))

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "许可申请"
    assert root.findtext(f"{SVG}desc") == (
        "步骤依次为：填报、本单位审核、上级审核、接收、待评审、公示、发证、已发证。当前步骤：公示。"
    )


def test_captions_cannot_break_out_of_the_picture():
    found = PERMIT.process.steps["fill"]
    picture = draw(PERMIT.flow, Marks(notes={found.name: "<script>&"}))

    assert "<script>" not in picture
    assert "&lt;script&gt;&amp;" in picture
