"""``based_on``: what is merged, what is replaced, what is removed, and where it then stands."""

import pytest

from engine.authoring.render import render
from engine.content import read_files
from engine.definitions.release import load
from tests.definitions.support import CONTENT, bound, loaded

SOUTH = bound("south/permit").process
NORTH = bound("north/permit").process


def test_a_process_based_on_another_has_all_it_does_not_say_itself():
    assert SOUTH.title == "南区许可"
    assert SOUTH.form == "request"
    assert set(SOUTH.policy) == set(NORTH.policy)
    assert SOUTH.steps["superiors"].chain is not None


def test_null_removes_a_step_an_action_and_a_key():
    assert "evaluation" not in SOUTH.steps
    assert "return" not in SOUTH.steps["unit"].actions
    assert SOUTH.steps["issue"].do == ()


def test_a_step_merges_by_key_and_an_action_is_replaced_whole():
    assert SOUTH.steps["unit"].title == "单位审核"
    assert SOUTH.steps["unit"].stages.keys() == {"first", "second"}
    assert SOUTH.steps["reception"].actions["receive"].withdraw == "until_next_acts"
    assert NORTH.steps["reception"].actions["receive"].withdraw == "never"


def test_every_part_keeps_its_place_in_the_file_that_holds_it():
    own = SOUTH.steps["reception"].actions["receive"].node.at
    inherited = SOUTH.steps["superiors"].node.at

    assert own.file == "definitions/processes/south/permit.yaml"
    assert inherited.file == "definitions/processes/north/permit.yaml"


@pytest.mark.req("ENG-20")
def test_two_sets_of_definitions_stand_side_by_side_by_jurisdiction():
    assert (NORTH.jurisdiction, SOUTH.jurisdiction) == ("north", "south")


def test_what_only_the_changed_process_gets_wrong_names_both_files():
    found = loaded(
        less="""
        process: north/less
        title: 少一步
        based_on: north/permit
        steps: {reception: null}
        """
    )

    said = render(found.problems, found.sources)
    assert 'definitions/processes/north/permit.yaml:42:49: DEF201 动作 "pass" 的 "to"' in said
    assert "另见 definitions/processes/north/less.yaml:1。" in said


def test_a_file_may_be_based_on_one_that_is_based_on_another():
    found = loaded(
        third="""
        process: north/third
        title: 第三
        based_on: south/permit
        steps: {unit: {title: 第三单位审核}}
        """
    )

    assert not found.problems
    third = found.processes["north/third"].process
    assert third.steps["unit"].title == "第三单位审核"
    assert "evaluation" not in third.steps


def test_branches_merge_by_name_and_each_like_the_steps_of_a_process():
    files = {name: text.decode() for name, text in read_files(CONTENT).items()}
    files["definitions/processes/south/works.yaml"] = """\
process: south/works
based_on: north/works
steps:
  checks:
    parallel:
      join: any
      branches:
        fire:
          fire_check: {title: 消防初审, actions: {pass: {to: join}}}
          fire_second: null
        water: {water_check: {title: 供水审查, who: initiator, actions: {pass: {to: join}}}}
"""
    found = load(files)
    assert render(found.problems, found.sources) == ""
    assert found.release is not None
    process = found.release.processes["south/works"].process
    parallel = process.steps["checks"].parallel

    assert parallel is not None
    assert parallel.join == "any"
    assert {name: list(steps) for name, steps in parallel.branches.items()} == {
        "fire": ["fire_check"], "health": ["health_check"], "water": ["water_check"],
    }  # fmt: skip
    assert process.steps["fire_check"].title == "消防初审"
    assert process.steps["fire_check"].actions["return"].to is not None
    assert process.steps["health_check"].within == (("checks", "health"),)
