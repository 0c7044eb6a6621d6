"""The outline: a process as an editor lists it."""

import json
from dataclasses import asdict

import pytest

from engine.definitions.editing import Lines, Target, process_outline
from engine.domain.errors import Refused
from tests.editing.support import REVIEW, review, small


def step(outline, name):
    return next(one for one in outline.steps if one.name == name)


def test_it_lists_the_steps_in_order_with_their_lines():
    found = process_outline(review(), REVIEW)
    text = review()[found.file].decode().split("\n")

    assert [one.name for one in found.steps][:4] == ["fill", "unit", "superiors", "department"]
    for one in found.steps:
        assert text[one.lines.first - 1].startswith(f"  {one.name}:")
        assert text[one.lines.last - 1].strip()
    assert json.loads(json.dumps(asdict(found), ensure_ascii=False))["title"] == "社会化评审"


def test_a_step_says_what_it_is():
    unit = step(process_outline(review(), REVIEW), "unit")

    assert (unit.title, unit.kind, unit.end) == ("本单位人员审核", "task", "")
    assert unit.who == {"permission": "review_own", "organisation": "unit"}
    assert [(one.name, one.permission) for one in unit.stages] == [
        ("first", ""),
        ("second", "second_review"),
    ]
    passing, returning = unit.actions
    assert (passing.title, passing.verb) == ("通过", "pass")
    assert passing.targets == (
        Target("department", "input.archive_department != null"),
        Target("superiors"),
    )
    assert (returning.verb, returning.targets) == ("return", (Target("fill"),))


def test_the_kinds_of_steps_show_what_makes_them_one():
    found = process_outline(review(), REVIEW)

    assert step(found, "superiors").route == "superior"
    assert step(found, "evaluation").outcomes == {
        "passed": (Target("publicity"),),
        "failed": (Target("not_passed"),),
    }
    assert step(found, "certified").end == "success"


def test_a_file_on_top_of_another_shows_where_each_part_comes_from():
    found = process_outline(small(), "south/permit")

    assert found.based_on == "north/permit"
    assert found.removed == ("evaluation", "refused")
    fill, unit, reception = (step(found, name) for name in ("fill", "unit", "reception"))
    assert (fill.inherited_from, fill.overridden) == ("north/permit", ())
    assert fill.lines.file == "definitions/processes/north/permit.yaml"
    assert (unit.inherited_from, unit.overridden) == ("north/permit", ("title", "actions.return"))
    assert unit.lines == Lines("definitions/processes/south/permit.yaml", 8, 11)
    assert [one.name for one in unit.actions] == ["pass"]
    assert [(a.name, a.inherited_from) for a in reception.actions] == [
        ("receive", ""),
        ("return", "north/permit"),
    ]


def test_a_process_with_problems_still_has_an_outline():
    files = {"definitions/processes/a/b.yaml": "process: a/b\nsteps: {one: {who: [x], to: nope}}\n"}

    (one,) = process_outline(files, "a/b").steps

    assert (one.name, one.who, one.to) == ("one", ["x"], (Target("nope"),))


@pytest.mark.parametrize("text", ["process: a/b\n", "steps: [", "steps: {}\nprocess: a/b\n"])
def test_what_is_no_process_has_none(text):
    with pytest.raises(Refused, match="edit_broken_file"):
        process_outline({"definitions/processes/a/b.yaml": text}, "a/b")
