"""BPMN files become process files: ours come back as they were, others are rewritten."""

import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import content
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.cli.bpmn import bpmn
from engine.definitions.bpmn import read_bpmn, write_bpmn
from engine.definitions.flow import flow
from engine.definitions.parse import parse_process
from engine.definitions.release import Release, load
from tests.definitions.support import loaded, released

FILES = Path(__file__).parent / "files"
LEAVE = (FILES / "leave.bpmn").read_bytes()
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    '<process id="p">\n'
)


@cache
def shipped() -> Release:
    release = load(content.bundled()).release
    assert release is not None
    return release


PROCESSES = {**released().processes, **shipped().processes}


@cache
def exported(name: str) -> str:
    """A process as a file with its diagram; laying it out takes longest."""
    return PROCESSES[name].bpmn()


def read(content: bytes, name: str = "") -> tuple[str | None, Problems]:
    problems = Problems()
    return read_bpmn(content, "file.bpmn", problems, name), problems


def plain(steps: dict) -> dict:
    """Steps without captions that say no more than the name."""
    found = {}
    for name, keys in steps.items():
        step = {
            key: value for key, value in (keys or {}).items() if (key, value) != ("title", name)
        }
        if "parallel" in step:
            branches = {key: plain(one) for key, one in step["parallel"]["branches"].items()}
            step["parallel"] = {**step["parallel"], "branches": branches}
        found[name] = step
    return found


@pytest.mark.req("ENG-01")
@pytest.mark.parametrize("name", PROCESSES)
def test_what_was_exported_comes_back_as_it_was(name):
    bound = PROCESSES[name]

    text, problems = read(exported(name).encode())

    assert not list(problems)
    assert text is not None
    node = read_yaml(text, "again.yaml", Problems())
    assert node is not None
    before, after = bound.process.node.value, node.value
    assert {**after, "steps": plain(after["steps"])} == {**before, "steps": plain(before["steps"])}
    assert list(after["steps"]) == list(before["steps"])
    process = parse_process(node, Problems())
    assert process is not None
    if not bound.process.rules:
        assert write_bpmn(flow(process), diagram=False) == write_bpmn(bound.flow, diagram=False)


def test_a_caption_changed_in_an_editor_is_taken_over():
    text = released().processes["north/works"].bpmn().replace("消防复审", "再审消防")

    again, _ = read(text.encode())

    assert again is not None
    assert "title: 再审消防" in again


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('targetRef="fire_second"', 'targetRef="checks_join"', "BPM114"),
        ("action == 'submit'", "action == 'sbmit'", "BPM115"),
        ('"draft"', '"draft', "BPM102"),
    ],
)
def test_what_is_drawn_otherwise_than_the_keys_say_is_refused(before, after, code):
    text = released().processes["north/works"].bpmn()
    assert before in text

    again, problems = read(text.replace(before, after, 1).encode())

    assert again is None
    assert code in {problem.code for problem in problems.errors}


def test_a_file_of_others_is_rewritten_and_every_change_listed():
    text, problems = read(LEAVE, "north/leave")

    assert text == (FILES / "leave.yaml").read_text("utf-8")
    listed = [(problem.at.line, problem.code) for problem in problems.sorted()]
    assert listed == [
        (3, "BPM184"), (6, "BPM155"), (6, "BPM162"), (7, "BPM157"), (7, "BPM161"),
        (8, "BPM164"), (9, "BPM157"),
        (10, "BPM163"), (12, "BPM156"), (13, "BPM164"), (14, "BPM154"), (15, "BPM164"),
        (20, "BPM168"), (21, "BPM151"), (22, "BPM151"), (35, "BPM158"), (36, "BPM158"),
    ]  # fmt: skip


def test_what_came_of_it_can_be_checked_and_only_lacks_names_of_the_content():
    text, _ = read(LEAVE, "north/leave")
    assert text is not None

    found = {problem.code for problem in loaded(leave=text).problems}

    # Permissions and organisations are for the author to name; the form is a draft of its own.
    assert found == {"DEF204", "DEF382"}


NODES = """<startEvent id="s"/><userTask id="a"/>%s<endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/>
<sequenceFlow id="f2" sourceRef="a" targetRef="x"/>
<sequenceFlow id="f3" sourceRef="x" targetRef="e"/>
</process></definitions>"""
NOT_EXECUTED = [
    "scriptTask", "transaction", "adHocSubProcess", "complexGateway",
    "eventBasedGateway", "intermediateCatchEvent", "choreographyTask",
]  # fmt: skip


@pytest.mark.parametrize("kind", NOT_EXECUTED)
def test_what_cannot_be_executed_is_refused_with_line_and_the_nearest_that_can(kind):
    text, problems = read((HEAD + NODES % f'\n<{kind} id="x"/>').encode())

    assert text is None
    error = problems.errors[0]
    assert (error.code, error.at.line) == ("BPM110", 3)
    assert kind in error.sentence("zh")
    assert re.search("nearest thing that can is .+", error.sentence("en"))


def drawn(nodes: str, *flows: str) -> bytes:
    """A file with flows written as ``a>b`` or ``a>b:condition``."""
    written = []
    for number, one in enumerate(flows):
        ends, _, condition = one.partition(":")
        source, target = ends.split(">")
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        written.append(
            f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}'
            "</sequenceFlow>"
        )
    elements = re.sub(r"(\w+) (\w+)", r'<\1 id="\2"/>', nodes)
    return (HEAD + elements + "\n" + "\n".join(written) + "</process></definitions>").encode()


TASKS = "startEvent s userTask a userTask b userTask c endEvent e"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"<!DOCTYPE x><definitions/>", "BPM101"),
        (b"<definitions>", "BPM101"),
        (b"<definitions/>", "BPM102"),
        (b"<dmn/>", "BPM102"),
        ((HEAD + "<startEvent id='a'/></process><process id='q'><task id='b'/></process>"
          "</definitions>").encode(), "BPM102"),
        (drawn(TASKS, "s>a", "a>gone"), "BPM113"),
        (drawn(TASKS + " exclusiveGateway g", "s>a", "a>g", "g>b:${bean.ok(x)}", "g>c", "b>e"),
         "BPM112"),
        (drawn(TASKS + " exclusiveGateway g", "s>a", "a>g", "g>b:${x}", "g>c", "g>e", "b>e"),
         "BPM116"),
        (drawn(TASKS + " exclusiveGateway g exclusiveGateway h", "s>g", "g>h", "h>g"), "BPM117"),
        (drawn(TASKS + " parallelGateway p", "s>p", "p>a", "p>b", "a>c", "b>c", "c>e"), "BPM111"),
        (drawn(TASKS + " parallelGateway p parallelGateway j", "s>c", "c>p", "p>a", "p>b", "a>c",
               "a>j", "b>j", "j>e"), "BPM111"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(file, code):
    text, problems = read(file)

    assert text is None
    assert problems.errors[0].code == code


def steps(file: bytes) -> tuple[dict, set[str]]:
    text, problems = read(file)
    assert text is not None, [problem.sentence("en") for problem in problems.errors]
    node = read_yaml(text, "p.yaml", Problems())
    assert node is not None
    found = Problems()
    assert parse_process(node, found) is not None
    assert not found.errors
    return node.value["steps"], {problem.code for problem in problems}


def test_several_ways_out_of_a_task_are_branches_that_end_together():
    found, codes = steps(drawn(TASKS, "s>a", "a>b", "a>c", "b>e", "c>e"))

    assert found["a"]["actions"]["submit"]["to"] == "a_split"
    assert list(found["a_split"]["parallel"]["branches"]) == ["b", "c"]
    assert found["a_split"]["parallel"]["branches"]["b"]["b"]["actions"]["pass"]["to"] == "join"
    assert found["a_split"]["to"] == "done"
    assert {"BPM152", "BPM153"} <= codes


def test_an_inclusive_gateway_is_branches_that_may_have_nothing_to_do():
    found, codes = steps(
        drawn(
            TASKS + " inclusiveGateway i inclusiveGateway j", "s>a", "a>i",
            "i>b:${big}", "i>c", "b>j", "c>j", "j>e",
        )
    )  # fmt: skip

    branches = found["i"]["parallel"]["branches"]
    assert branches["b"]["i_1"] == {"to": [{"when": "data.big", "then": "b"}, {"then": "join"}]}
    assert list(branches["c"]) == ["c"]
    assert "BPM159" in codes


def test_a_gateway_before_the_first_task_is_a_step_that_only_chooses():
    found, _ = steps(drawn(TASKS + " exclusiveGateway g", "s>g", "g>a:${x}", "g>b", "a>e", "b>e"))

    assert next(iter(found)) == "begin"
    assert found["begin"] == {"to": [{"when": "data.x", "then": "a"}, {"then": "b"}]}


def test_gateways_behind_gateways_are_one_choice():
    found, _ = steps(
        drawn(
            TASKS + " exclusiveGateway g exclusiveGateway h", "s>a", "a>g",
            "g>h:${x == 1 || y == 2}", "g>e", "h>b:${z}", "h>c", "b>e", "c>e",
        )
    )  # fmt: skip

    assert found["a"]["actions"]["submit"]["to"] == [
        {"when": "(data.x == 1 || data.y == 2) && data.z", "then": "b"},
        {"when": "data.x == 1 || data.y == 2", "then": "c"},
        {"then": "e"},
    ]


KINDS = (
    *["userTask"] * 4, *["exclusiveGateway"] * 3, *["parallelGateway"] * 3, "inclusiveGateway",
    "endEvent",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_drawing_becomes_a_file_that_can_be_read_or_is_refused(data) -> None:
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=9))
    ids = [f"n{number}" for number in range(len(kinds))]
    flows_drawn = st.tuples(
        st.sampled_from(["s", *ids]), st.sampled_from([*ids, "e"]),
        st.sampled_from(["", "", ":${x}", ":${y == 'a'}"]),
    )  # fmt: skip
    flows = data.draw(st.lists(flows_drawn, min_size=2, max_size=18))
    nodes = " ".join(f"{kind} {id_}" for kind, id_ in zip(kinds, ids, strict=True))
    file = drawn(
        f"startEvent s {nodes} endEvent e",
        f"s>{data.draw(st.sampled_from(ids))}", *(f"{a}>{b}{when}" for a, b, when in flows),
    )  # fmt: skip

    text, problems = read(file)

    if text is None:
        assert {problem.code for problem in problems.errors} <= {"BPM111", "BPM116", "BPM117"}
        return
    found = Problems()
    node = read_yaml(text, "p.yaml", found)
    process = parse_process(node, found) if node is not None else None
    assert process is not None
    assert not found.errors
    choices = [one.to for step in process.steps.values() for one in (step, *step.actions.values())]
    targets = {target for choice in choices if choice is not None for target in choice.values}
    assert targets <= {*process.steps, "join"}
    # What came of it is exported with a diagram and comes back as it was.
    again, refused = read(write_bpmn(flow(process)).encode())
    assert not list(refused)
    assert again is not None
    back = read_yaml(again, "again.yaml", Problems())
    assert back is not None
    assert node is not None
    assert plain(back.value["steps"]) == plain(node.value["steps"])


def test_the_command_says_what_it_rewrote_and_writes_the_file(tmp_path):
    run = CliRunner().invoke
    target = tmp_path / "leave.yaml"

    done = run(bpmn, ["import", str(FILES / "leave.bpmn"), "-o", str(target)])

    assert done.exit_code == 0
    assert "BPM163" in done.output
    assert "process: imported/leave-request" in target.read_text("utf-8")
    assert "已存在" in run(bpmn, ["import", str(FILES / "leave.bpmn"), "-o", str(target)]).output
    done = run(bpmn, ["import", str(FILES / "permit7.bpmn"), "--into", str(tmp_path)])
    assert done.exit_code == 0
    assert (tmp_path / "definitions/connectors/debt-register.yaml").exists()
    assert "form: permit\n" in (tmp_path / "forms/permit.yaml").read_text("utf-8")
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(drawn(TASKS, "s>a", "a>gone"))
    refused = run(bpmn, ["import", str(broken)])
    assert refused.exit_code == 1
    assert re.search(r"broken\.bpmn:4:\d+: BPM113", refused.output)
