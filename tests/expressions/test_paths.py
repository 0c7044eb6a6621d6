"""The paths an expression reads: exactly these are looked up, stored and journalled."""

import pytest

from engine.expressions import pick, plain_path
from tests.expressions.world import VALUES, compiled

UNIT = ("data", "settings", "work_unit")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("1 == 1", []),
        ("case.returned && data.score > 3", [("case", "returned"), ("data", "score")]),
        ("unit.state == 'approved'", [(*UNIT, "state")]),
        ("above.kind == 'x'", [(*UNIT, "superior", "kind")]),
        ("unit == here", [(*UNIT, "id"), ("here", "id")]),
        ("unit", [(*UNIT, "id")]),
        ("data", [("data",)]),
        ("data.papers.exists(p, p.score > data.score)", [("data", "papers"), ("data", "score")]),
        ("size(data.papers)", [("data", "papers")]),
        ("has(data.name)", [("data", "name")]),
        ("unit == null", [(*UNIT, "id")]),
        ("now <= today", [("now",), ("today",)]),
        ("case.visits('fill') > 1", [("case", "visits", "fill")]),
        (
            "case.last('fail').organisation == here",
            [("case", "last", "fail", "organisation", "id"), ("here", "id")],
        ),
        ("initiator in case.actors('fill')", [("case", "actors", "fill"), ("initiator", "id")]),
        ("free.a[0].b == 1", [("free", "a")]),
        ("linked.previous.data.score", [("linked", "previous", "data", "score")]),
        ("data.score + data.score", [("data", "score")]),
        ("data.score > 0 && has(data.score)", [("data", "score")]),
    ],
)
def test_it_reads(text, paths):
    assert list(compiled(text).paths) == paths


def test_only_a_constant_reads_nothing_and_knows_no_calendar():
    assert compiled("1 + 1 == 2").constant
    assert not compiled("data.score").constant
    assert not compiled("workdays('2026-01-01', 3)").constant


def test_facts_hold_nothing_but_what_is_read():
    facts = pick(
        [("data", "score"), (*UNIT, "state"), ("case", "returned"), ("no", "thing")], VALUES
    )

    assert facts == {
        "data": {"score": 7, "settings": {"work_unit": {"state": "approved"}}},
        "case": {"returned": True},
    }


def test_a_reference_given_as_its_bare_id_is_picked_as_a_record():
    facts = pick([("here", "id")], {"here": "u1"})

    assert facts == {"here": {"id": "u1"}}


def test_a_path_through_a_bare_id_ends_there():
    assert pick([("here",), ("here", "id")], {"here": "u1"}) == {"here": "u1"}


def test_picking_does_not_change_the_values():
    values = {"data": {"score": 1, "deep": {"a": 1}}}

    pick([("data",), ("data", "score"), ("data", "deep", "b"), ("data", "deep", "a")], values)

    assert values == {"data": {"score": 1, "deep": {"a": 1}}}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("data.settings.work_unit", UNIT),
        ("unit", ("unit",)),
        ("unit.state == 'x'", None),
        ("has(unit.state)", None),
        ("case.visits('fill')", None),
        ("data.papers[0].title", None),
        ("a &&", None),
        ("(" * 60 + "a" + ")" * 60, None),
    ],
)
def test_a_fact_that_is_only_a_path_is_an_alias(text, path):
    assert plain_path(text) == path
