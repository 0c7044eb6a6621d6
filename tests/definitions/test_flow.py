"""Where a case can go."""

from engine.definitions.flow import flow
from tests.definitions.support import bound

FLOW = bound("north/permit").flow


def test_ways_come_from_actions_outcomes_and_what_happens_by_itself():
    ways = {(way.source, way.target, way.via, way.name) for way in FLOW.ways}

    assert ("fill", "unit", "action", "submit") in ways
    assert ("fill", "discarded", "expiry", "discard") in ways
    assert ("unit", "reception", "action", "pass") in ways
    assert ("superiors", "superiors", "action", "pass") in ways
    assert ("superiors", "reception", "chain", "") in ways
    assert ("evaluation", "notice", "passed_over", "") in ways
    assert ("evaluation", "refused", "outcome", "failed") in ways
    assert ("notice", "issue", "done", "") in ways


def test_a_condition_goes_with_its_way():
    conditions = {way.target: way.condition for way in FLOW.leaving["unit"] if way.name == "pass"}

    assert conditions == {"reception": "has(input.elsewhere)", "superiors": ""}


def test_what_depends_on_the_path_is_kept_apart():
    assert [(way.source, way.target) for way in FLOW.back] == [("refused", "resume")]


def test_the_graph_is_made_from_the_process_alone():
    again = flow(FLOW.process)

    assert [(w.source, w.target) for w in again.ways] == [(w.source, w.target) for w in FLOW.ways]
