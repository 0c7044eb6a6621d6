"""Services, messages, other pools, and what may happen at any time: run as cases to their end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn import EVERY_POOL, read_files
from engine.definitions.release import Loaded, load
from engine.runtime.compiled import Compiled
from tests.bpmn.support import FILES, case, walked
from tests.bpmn.test_unfolding import event, file, sub
from tests.support.processes import Running, World, begin
from tests.walks.language import FILES as DEMO

RULE = """
rule: rules/grant-level
title: Level
inputs: {amount: {title: Amount, type: number}}
outputs: {level: {title: Level, type: text}}
rows: [{when: {amount: "> 5"}, then: high}, {then: low}]
"""


def files_of(name: str, pool: str = "") -> tuple[dict[str, str], set[str]]:
    """What a file becomes, by path, and the codes of what was rewritten."""
    problems = Problems()
    content = (FILES / f"{name}.bpmn").read_bytes()
    found = read_files(content, "file.bpmn", problems, f"demo/{name}", pool)
    assert found, [one.sentence("en") for one in problems.errors]
    return found, {one.code for one in problems}


def completed(text: str) -> str:
    """Name the permission and the organisation of each task, which only an author knows."""
    node = read_yaml(text, "file.yaml", Problems())
    assert node is not None
    value = node.value

    def fill(here: Any) -> None:
        if isinstance(here, dict):
            if isinstance(here.get("who"), dict):
                here["who"] = {"permission": "p", "organisation": "jurisdiction.bureau"}
            for inner in here.values():
                fill(inner)
        elif isinstance(here, list):
            for inner in here:
                fill(inner)

    fill(value)
    return document(value)


def content_of(files: dict[str, str], **more: str) -> Loaded:
    """The content a file becomes, with what it names by itself."""
    written = {
        path: completed(text) if path.startswith("definitions/processes/") else text
        for path, text in files.items()
    }
    return load({**DEMO, "definitions/rules/grant-level.yaml": RULE, **written})


def run(files: dict[str, str], name: str) -> Running:
    loaded = content_of(files)
    assert loaded.release is not None, [one.sentence("en") for one in loaded.problems.errors]
    world = World(
        records={"organisations": {"board": {}}, "jurisdictions": {"demo": {"bureau": "board"}}}
    )
    return begin(Compiled(loaded.release.processes[f"demo/{name}"]), world, {})


def answer(running: Running, into: str, **value: Any) -> None:
    visit = running.state.place.visit
    running.command("result", into, value=value, asked=f"{running.state.place.step}:{visit}:0")


@pytest.fixture(scope="module")
def permit() -> dict[str, str]:
    return files_of("permit7")[0]


@pytest.mark.req("ENG-01")
@pytest.mark.parametrize("name", ["permit7", "grant8", "offices"])
def test_an_imported_file_and_its_drafts_only_lack_names(name: str) -> None:
    files, _ = files_of(name, EVERY_POOL)

    loaded = content_of(files)

    assert not loaded.problems.errors, [one.sentence("en") for one in loaded.problems.errors]


@pytest.mark.parametrize(
    ("back", "approved", "trail"),
    [
        ({"debts": 0}, True, ["examine", "granted"]),
        ({"debts": 0}, False, ["examine", "refused"]),
        ({"debts": 7}, True, ["refused"]),
        ({"error": "not-known"}, True, ["examine", "granted"]),
    ],
)
def test_a_service_is_a_question_whose_answer_decides(
    permit: dict[str, str], back: dict[str, Any], approved: bool, trail: list[str]
) -> None:
    running = run(permit, "permit7")
    running.typed("submit", "ann", {"stall_area": 4, "goods": "food", "approved": approved})
    assert running.state.place.step == "check"
    (asked,) = [one for one in running.last.effects if one.kind == "connector"]
    assert asked.name == "debt-register"
    assert asked.values["set"] == {"area": 4, "kind": "stall"}

    answer(running, "check", **back)

    if trail[0] == "examine":
        assert running.state.place.step == "examine"
        running.do("pass", "bob", "board")
    assert running.state.outcome == trail[-1]


def test_nobody_answers_in_time(permit: dict[str, str]) -> None:
    running = run(permit, "permit7")
    running.do("submit", "ann")
    running.at += timedelta(days=3)
    running.command("time", "due")

    assert running.state.place.step == "examine"


def test_a_sub_process_begun_by_a_timer_is_a_deadline_of_the_process(
    permit: dict[str, str],
) -> None:
    running = run(permit, "permit7")
    running.do("submit", "ann")
    running.at += timedelta(days=31)
    running.command("time", "deadline:too_late")

    assert running.state.place.step == "close"
    assert "withdrawn" not in running.process.actions["close"]
    running.do("pass", "bob", "board")
    assert running.state.outcome == "lapsed"


def test_a_sub_process_begun_by_a_message_is_an_action_at_any_step(
    permit: dict[str, str],
) -> None:
    running = run(permit, "permit7")
    running.do("submit", "ann")

    running.do("withdrawn", "bob", "board")

    assert running.state.outcome == "gone"


@pytest.mark.parametrize(("does", "end"), [("signed", "paid"), ("month", "off"), ("court", "off")])
def test_what_comes_first_behind_an_event_gateway_decides(does: str, end: str) -> None:
    running = run(files_of("grant8")[0], "grant8")
    running.typed("submit", "ann", {"subject": "Bridge", "amount": 9})
    answer(running, "reserve", reserved=True)
    assert running.state.place.step == "wait"

    if does == "month":
        running.at += timedelta(days=31)
        running.command("time", "due")
    else:
        running.do("signed", "bob", "board")
        running.do("pass" if does == "signed" else "stop", "bob", "board")

    assert running.state.outcome == end


def test_pools_imported_together_create_and_tell_each_other() -> None:
    files, codes = files_of("offices", EVERY_POOL)
    assert {"BPM177", "BPM178", "BPM179", "BPM180"} <= codes
    running = run(files, "offices")
    running.do("submit", "ann")
    (created,) = [one for one in running.last.effects if one.kind == "create"]
    assert created.name == "demo/archive"
    assert running.state.place.step == "got"

    other = run(files, "archive")
    other.do("submit", "bob", "board")
    (told,) = [one for one in other.last.effects if one.kind == "send"]
    assert (told.values["to"], told.name) == ("offices", "receive_got")
    running.do(told.name, "system")

    # The citizen is outside: a letter goes there, and somebody says that the fee has come.
    assert running.state.place.step == "reply"
    running.do("received", "bob", "board")
    assert running.state.outcome == "e"


def test_of_several_pools_one_is_imported_and_the_others_are_listed() -> None:
    files, codes = files_of("offices", "Window")

    assert [path for path in files if "processes" in path] == [
        "definitions/processes/demo/offices.yaml"
    ]
    assert "BPM186" in codes
    assert "BPM179" not in codes


def test_variables_with_other_letters_are_numbered_fields_with_those_captions() -> None:
    form = '<formData><formField id="金额" type="long"/></formData>'
    task = event("userTask", "a", f"<extensionElements>{form}</extensionElements>")
    content = file("startEvent s", task, "userTask b", "endEvent e", "s>a", "a>g",
                   "exclusiveGateway g", "g>b?${金额 > 5 && 加急a}", "g>e", "b>e")  # fmt: skip
    problems = Problems()

    texts = read_files(content, "file.bpmn", problems, "demo/p")

    assert "data.field_1 > 5 && data.field_2" in texts["definitions/processes/demo/p.yaml"]
    assert "field_1: {title: 金额, type: integer}" in texts["forms/p.yaml"]
    assert "field_2: {title: 加急a, type: boolean}" in texts["forms/p.yaml"]


def begun(inside: str, *rest: str, id: str = "on") -> str:
    """A sub-process that an event begins, with a task and an end."""
    start = event("startEvent", f"{id}_s", inside)
    return sub(start, f"userTask {id}_t", f"endEvent {id}_e", f"{id}_s>{id}_t", f"{id}_t>{id}_e",
               *rest, id=id, rest='triggeredByEvent="true"')  # fmt: skip


@pytest.mark.parametrize(("late", "trail"), [(True, ["on_t", "z", "e"]), (False, ["b", "z", "e"])])
def test_in_a_sub_process_the_event_ends_that_and_the_case_goes_on_behind_it(
    late: bool, trail: list[str]
) -> None:
    inner = sub("startEvent i", "userTask b", "endEvent o", "i>b", "b>o", begun(TIMER), id="sub")
    running = case(file("startEvent s", "userTask a", "userTask z", "endEvent e", "s>a", "a>sub",
                        "sub>z", "z>e", inner))  # fmt: skip
    running.do("submit", "ann", "unit")
    if late:
        running.at += timedelta(days=6)
        running.command("time", "due", place="sub")

    assert walked(running) == trail


def test_an_error_of_the_process_leads_to_what_handles_it() -> None:
    error = '<errorEventDefinition errorRef="x"/>'
    content = file(
        "startEvent s",
        "userTask a",
        "s>a",
        "a>g",
        "exclusiveGateway g",
        "endEvent e",
        "g>e?${amount > 3}",
        "g>x",
        event("endEvent", "x", error),
        begun(error),
    )

    assert walked(case(content, amount=5)) == ["a", "e"]
    assert walked(case(content, amount=1)) == ["a", "on_t", "on_e"]


TIMER = "<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>"


@pytest.mark.parametrize(
    ("lines", "line", "near"),
    [
        ([event("subProcess", "n", '<startEvent id="i" isInterrupting="false">' + TIMER
                + '</startEvent><task id="t"/><sequenceFlow id="x" sourceRef="i" targetRef="t"/>',
                'triggeredByEvent="true"')], 4, "deadlines of the process"),
        (["eventBasedGateway g", "a>g", "g>b", "userTask b"], 4, "what they wait for"),
        (['<businessRuleTask id="b" decisionRef="x"/>', "a>b"], 4, "a rule table"),
        (["userTask b", event("boundaryEvent", "m", "<compensateEventDefinition/>",
                              'attachedToRef="b"')], 5, "a step outside"),
    ],
)  # fmt: skip
def test_what_would_not_mean_the_same_is_refused(lines: list[str], line: int, near: str) -> None:
    problems = Problems()
    content = file("startEvent s", "userTask a", *lines, "s>a")

    assert not read_files(content, "file.bpmn", problems)
    error = problems.errors[0]
    assert (error.code, error.at.line) == ("BPM110", line), error.sentence("en")
    assert near in error.sentence("en")
