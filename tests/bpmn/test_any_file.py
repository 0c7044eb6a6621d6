"""Whatever is in a file: it is imported, or refused with a place; never a crash, never for long."""

from __future__ import annotations

import copy
import time
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.parse import parse_process
from engine.definitions.rules.dmn import read_dmn
from tests.bpmn.support import FILES, imported
from tests.definitions.support import released
from tests.rules.test_dmn import KNOWLEDGE, LITERAL, TABLE

SOURCES = [path.read_bytes() for path in sorted(FILES.glob("*.bpmn"))]
SOURCES.append(released().processes["north/works"].bpmn().encode())
MODELS = KNOWLEDGE % "<literalExpression><text>Per year(Pay, Years)</text></literalExpression>"
DECISIONS = [TABLE.encode(), LITERAL.encode(), MODELS.encode()]
WORDS = [
    "", "0", "-1", "99999999999", "true", "a", "P5D", "${x}", "[" * 3000, "null", "1e999", "{}",
    '{"branches": [1]}', '[["a"]]', "北京", "#{", "x" * 5000,
]  # fmt: skip
TAGS = [
    "subProcess", "userTask", "parallelGateway", "inclusiveGateway", "exclusiveGateway", "endEvent",
    "startEvent", "boundaryEvent", "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics", "callActivity", "intermediateThrowEvent", "serviceTask",
    "receiveTask", "sendTask", "eventBasedGateway", "intermediateCatchEvent",
    "messageEventDefinition", "timerEventDefinition", "errorEventDefinition",
]  # fmt: skip


def mutated(draw: st.DataObject, source: bytes) -> bytes:
    """A file with elements and attributes changed, moved, doubled or gone."""
    root = Xml.fromstring(source)
    for _ in range(draw.draw(st.integers(1, 6))):
        elements = list(root.iter())
        one = draw.draw(st.sampled_from(elements))
        space = one.tag.rpartition("}")[0] + "}" if "}" in one.tag else ""
        other = draw.draw(st.sampled_from(elements))
        match draw.draw(st.integers(0, 6)):
            case 0:
                one.text = draw.draw(st.sampled_from(WORDS))
            case 1 if one.attrib:
                key = draw.draw(st.sampled_from(sorted(one.attrib)))
                ids = [each.get("id", "") for each in elements]
                one.set(key, draw.draw(st.sampled_from([*WORDS, *ids])))
            case 2 if one.attrib:
                del one.attrib[draw.draw(st.sampled_from(sorted(one.attrib)))]
            case 3:
                one.tag = space + draw.draw(st.sampled_from(TAGS))
            case 4 if other not in list(one.iter()) and one not in list(other.iter()):
                other.append(copy.deepcopy(one))
            case 5 if len(one):
                one.remove(draw.draw(st.sampled_from(list(one))))
            case _:
                one.set("id", draw.draw(st.sampled_from(WORDS)))
    return Xml.tostring(root)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(SOURCES))
def test_a_changed_bpmn_file_is_imported_or_refused_with_its_line(data, source):
    content = mutated(data, source)

    text, problems = imported(
        content, "demo/drawn", data.draw(st.sampled_from(["", "受理处", "*"]))
    )

    assert (text is None) == bool(problems.errors)
    assert all(one.at.line >= 1 for one in problems)
    if text is not None:
        found = Problems()
        node = read_yaml(text, "file.yaml", found)
        assert node is not None
        parse_process(node, found)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(DECISIONS))
def test_a_changed_dmn_file_is_imported_or_refused_with_its_line(data, source):
    problems = Problems()

    found = read_dmn(mutated(data, source), "x.dmn", problems)

    assert found or problems.errors
    assert all(one.at.line >= 1 for one in problems)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content):
    text, problems = imported(content)

    assert text is None
    assert problems.errors


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<definitions>&b;</definitions>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><definitions>&a;</definitions>'


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://x/y.dtd"><x/>'])
def test_nothing_grows_and_nothing_reaches_outside(text):
    found, problems = imported(text.encode())

    assert found is None
    assert [one.code for one in problems] == ["BPM101"]
    decisions = Problems()
    assert read_dmn(text.encode(), "x.dmn", decisions) == {}
    assert [one.code for one in decisions] == ["RUL140"]


HEAD = '<definitions><process id="p"><startEvent id="s"/>'


def chained(kind: str, count: int, *, both: bool = False) -> bytes:
    """One node behind the other, each leading to the next (twice, with conditions)."""
    nodes = "".join(f'<{kind} id="n{number}"/>' for number in range(count))
    flow = '<sequenceFlow id="{0}" sourceRef="{1}" targetRef="{2}">{3}</sequenceFlow>'
    asked = "<conditionExpression>${x}</conditionExpression>"
    flows = [flow.format("f", "s", "n0", "")]
    for number in range(count - 1):
        flows.append(flow.format(f"f{number}", f"n{number}", f"n{number + 1}", ""))
        if both:
            flows.append(flow.format(f"g{number}", f"n{number}", f"n{number + 1}", asked))
    return f"{HEAD}{nodes}{''.join(flows)}</process></definitions>".encode()


def nested(count: int) -> bytes:
    inner = "".join(f'<subProcess id="u{number}">' for number in range(count))
    return f"{HEAD}{inner}{'</subProcess>' * count}</process></definitions>".encode()


@pytest.mark.parametrize(
    "content",
    [
        chained("userTask", 900),
        chained("exclusiveGateway", 900),
        chained("exclusiveGateway", 60, both=True),
        chained("parallelGateway", 400, both=True),
        chained("inclusiveGateway", 400, both=True),
        chained("userTask", 2_100),
        nested(40),
        nested(5_000),
        b"<a " + b" ".join(b'x%d="1"' % number for number in range(100_000)) + b"/>",
        b" " * 6_000_000 + b"<definitions/>",
    ],
    ids=["tasks", "gateways", "diamonds", "splits", "inclusive", "many", "nested", "deep", "wide",
         "long"],
)  # fmt: skip
def test_large_files_are_answered_within_seconds(content):
    began = time.monotonic()

    text, problems = imported(content)

    assert (text is None) == bool(problems.errors)
    assert time.monotonic() - began < 20
