"""Whatever the language can say is the same again after export and import."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn import write_bpmn
from engine.definitions.flow import flow
from engine.definitions.parse import parse_process
from engine.definitions.process import Process
from tests.bpmn.support import imported
from tests.bpmn.test_import import plain
from tests.walks.language import MEETING, Author

KINDS = (
    "task", "chain", "wait", "ask", "meet", "case", "call", "panel", "automatic", "parallel",
)  # fmt: skip
EXPIRING = {
    "title": "Late",
    "who": {"permission": "p", "organisation": "data.unit"},
    "due": {"by": "days(today, 5)", "otherwise": "back"},
    "actions": {
        "pass": {"title": "P", "to": "done"},
        "back": {"title": "B", "verb": "return", "to": "fill"},
    },
}


def parsed(text: str) -> Process:
    problems = Problems()
    node = read_yaml(text, "walk.yaml", problems)
    process = parse_process(node, problems) if node is not None else None
    assert process is not None
    assert not problems.errors, [one.sentence("en") for one in problems.errors]
    return process


def whole(draw: st.DrawFn) -> dict[str, Any]:
    """A process at random, with a step of every kind and a deadline that leads away."""
    author = Author(draw)
    process = author.process()
    steps, submit = process["steps"], process["steps"]["fill"]["actions"]["submit"]
    then = "late"
    added: dict[str, Any] = {"late": EXPIRING}
    for kind in draw(st.permutations(KINDS)):
        name, step = getattr(author, kind)(then, 1)
        added = {name: step, **author.pending, **added}
        then, author.pending = name, {}
    submit["to"] = [{"when": "has(data.note)", "then": then}, {"then": submit["to"]}]
    return {**process, "steps": {"fill": steps.pop("fill"), **added, **steps}}


def comes_back(text: str) -> None:
    process = parsed(text)
    before = flow(process)
    written = write_bpmn(before, diagram=False)

    again, problems = imported(written.encode())

    assert not list(problems)
    assert again is not None
    after = parsed(again)
    one, other = process.node.value, after.node.value
    assert {**other, "steps": plain(other["steps"])} == {**one, "steps": plain(one["steps"])}
    assert list(other["steps"]) == list(one["steps"])
    assert write_bpmn(flow(after), diagram=False) == written


@pytest.mark.req("ENG-01")
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_a_random_process_with_every_kind_of_step_comes_back_as_it_was(data: Any) -> None:
    text = document(whole(data.draw))

    assert {step.kind for step in parsed(text).steps.values()} >= {
        "task", "chain", "wait", "call", "panel", "automatic", "parallel", "end"
    }  # fmt: skip
    comes_back(text)


def test_a_group_process_comes_back_as_it_was() -> None:
    comes_back(MEETING % ("s1", "decide: {pass: {option: agree, at_least: 1/2, of: valid}}"))
