"""`where`: what it becomes for the store, what it refuses, and that it means the same as CEL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring import Position, Problems
from engine.domain.types import Field
from engine.expressions import compile
from engine.expressions.condition import (
    And,
    Compare,
    Constant,
    Exists,
    Filled,
    In,
    Not,
    Or,
    matches,
)
from tests.expressions.world import BAR, SCOPE, VALUES, refused, where

ACTIVE = Compare(("state",), "==", "active", "text")
CLOSED = Compare(("closed",), "==", True, "boolean")

BOUND = [
    ("it.state == 'active'", ACTIVE),
    ("'active' == it.state", ACTIVE),
    ("it.state != 'active'", Not(ACTIVE)),
    ("it.person == initiator && it.state == 'active' && it.until >= today",
     And((Compare(("person",), "==", "p1", "text"), ACTIVE,
          Compare(("until",), ">=", "2026-09-30", "date")))),
    ("it.closed || it.state == 'active'", Or((CLOSED, ACTIVE))),
    ("!it.closed && it.id != case.id",
     And((Not(CLOSED), Not(Compare(("id",), "==", "c1", "text"))))),
    ("!(it.state != 'active')", ACTIVE),
    ("3 < it.score", Compare(("score",), ">", 3, "number")),
    ("it.score <= data.score", Compare(("score",), "<=", 7, "number")),
    ("it.unit == unit", Compare(("unit",), "==", "u1", "text")),
    ("it.unit.id == 'u1'", Compare(("unit",), "==", "u1", "text")),
    ("it.unit.kind == 'x'", Compare(("unit", "kind"), "==", "x", "text")),
    ("it.unit in data.recused", In(("unit",), ("u1", "u5"), "text")),
    ("it.unit in [unit, here]", In(("unit",), ("u1", "u1"), "text")),
    ("it.state in ['active', 'lifted']", In(("state",), ("active", "lifted"), "text")),
    ("it.until in ['2026-01-01']", In(("until",), ("2026-01-01",), "date")),
    ("has(it.unit)", Filled(("unit",))),
    ("it.unit == null", Not(Filled(("unit",)))),
    ("it.unit != null", Filled(("unit",))),
    ("'x' in it.tags", Exists(("tags",), Compare((), "==", "x", "text"))),
    ("it.tags.exists(t, t == 'x' || t == 'y')",
     Exists(("tags",), Or((Compare((), "==", "x", "text"), Compare((), "==", "y", "text"))))),
    ("it.papers.exists(p, p.score > 3 && p.unit == unit)",
     Exists(("papers",), And((Compare(("score",), ">", 3, "number"),
                              Compare(("unit",), "==", "u1", "text"))))),
    # What does not read the row is computed first.
    ("case.returned && it.closed", CLOSED),
    ("!case.returned && it.closed", Constant(False)),
    ("case.returned || it.closed", Constant(True)),
    ("!case.returned || it.closed", CLOSED),
    ("data.papers.exists(p, p.score > 1) && it.closed", CLOSED),
    ("true", Constant(True)),
    # Comparing with nothing finds nothing.
    ("it.score == data.bonus", Constant(False)),
    ("it.score != data.bonus", Constant(True)),
    ("case.number in it.tags", Exists(("tags",), Compare((), "==", "N-7", "text"))),
    ("linked.previous.data.name in it.tags", Constant(False)),
    ("case.returned && case.returned && !it.closed", Not(CLOSED)),
    ("case.returned && data.score > 1", Constant(True)),
    ("it.state == 'active' && (it.closed && it.score > 1)",
     And((ACTIVE, CLOSED, Compare(("score",), ">", 1, "number")))),
    ("data.name in it.tags",
     Exists(("tags",), Compare((), "==", "张三", "text"))),
    # A moment is compared with a date by its day.
    ("it.at <= today", Compare(("at",), "<", "2026-10-01T00:00:00", "datetime")),
    ("it.at < today", Compare(("at",), "<", "2026-09-30T00:00:00", "datetime")),
    ("it.at > today", Compare(("at",), ">=", "2026-10-01T00:00:00", "datetime")),
    ("it.at >= today", Compare(("at",), ">=", "2026-09-30T00:00:00", "datetime")),
    ("it.at == today", And((Compare(("at",), ">=", "2026-09-30T00:00:00", "datetime"),
                            Compare(("at",), "<", "2026-10-01T00:00:00", "datetime")))),
    ("it.at < now", Compare(("at",), "<", "2026-09-30T23:59:00", "datetime")),
    ("it.until < now", Compare(("until",), "<", "2026-09-30", "date")),
    ("it.until >= workdays(today, 3)", Compare(("until",), ">=", "2026-10-05", "date")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "condition"), BOUND, ids=[row[0] for row in BOUND])
def test_it_becomes(text, condition):
    assert where(text).bind(VALUES) == condition


def test_a_row_that_is_no_record_has_no_fields():
    assert not matches(ACTIVE, "u1")


def test_what_it_reads_is_known():
    found = where("it.person == initiator && it.until >= today && it.unit.id == here.id")

    assert found.paths == (("initiator", "id"), ("today",), ("here", "id"))
    assert found.indexes == (("person",), ("until",), ("unit",))


REFUSED = [
    ("it.remark == 'x'", "DEF422", '"it.remark" in "where" is not a declared index'),
    ("it.unit.state == 'approved'", "DEF422", '"it.unit.state" in "where" is not a declared index'),
    ("it.papers.exists(p, p.title == 'x')", "DEF422", '"p.title" in "where" is not'),
    ("it.score + 1 == 3", "DEF421", 'not "+"'),
    ("it.remark.startsWith('x')", "DEF421", 'not "startsWith"'),
    ("size(it.tags) > 1", "DEF421", 'not "size"'),
    ("it.tags.all(t, t == 'x')", "DEF421", 'not "all, filter, map"'),
    ("it.closed ? true : false", "DEF421", 'not "? :"'),
    ("it.papers[0].score > 1", "DEF421", 'not "[ ]"'),
    ("it.at == it.until", "DEF423", "has a field of \"it\" on one side and none on the other"),
    ("it.state in it.tags", "DEF423", "on one side and none on the other"),
    ("it.papers.exists(p, it.score > 1)", "DEF423", "on one side and none on the other"),
    ("it.state == 'actve'", "DEF415", '"it.state" is never "actve"'),
    ("it.nope == 1", "DEF403", '"it" has no field "nope"'),
    ("it.score > 'x'", "DEF405", '">" cannot be applied to a number and text'),
    ("it.score", "DEF405", '"where" cannot be applied to a number'),
    ("it.unit == it.person", "DEF405", '"==" cannot be applied'),
    ("it == it", "DEF408", 'The record "it" cannot be compared as a whole'),
    ("it.closed &&", "DEF401", "it is not complete"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused(text, code, sentence):
    first = refused(text, search=True).splitlines()[0]

    assert code in first
    assert sentence in first


TESTS = st.sampled_from(
    [
        "it.person == initiator",
        "it.person != initiator",
        "it.unit == unit",
        "it.unit == above",
        "it.unit in data.recused",
        "it.unit.kind == 'press'",
        "it.state == 'active'",
        "it.state in ['lifted']",
        "it.until >= today",
        "it.until == now",
        "it.at <= today",
        "it.at > today",
        "it.at == today",
        "it.at < now",
        "it.closed",
        "it.score > 2",
        "it.score == data.bonus",
        "it.score != data.bonus",
        "it.score in [1, 2.5]",
        "has(it.state)",
        "has(it.tags)",
        "it.unit == null",
        "it.tags == null",
        "'x' in it.tags",
        "it.tags.exists(t, t == 'x' || t > 'y')",
        "it.papers.exists(p, p.score > 2 && p.unit == unit)",
        "it.papers.exists(p, !(p.score > 2))",
        "case.returned",
        "data.agree",
    ]
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda three: f"({three[0]} {three[1]} {three[2]})"
        ),
    ),
    max_leaves=5,
)
REFERENCE = st.sampled_from([None, "u1", {"id": "u2", "kind": "press"}, {"id": "u5"}])
DAYS = ("09-30T00:00", "09-30T23:59", "10-01T00:00")
SCORE = st.sampled_from([None, 1, 2.5, 7])
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "person": st.sampled_from([None, "p1", {"id": "p2"}]),
        "unit": REFERENCE,
        "state": st.sampled_from([None, "", "active", "lifted"]),
        "until": st.sampled_from([None, "2026-09-29", "2026-09-30", "2026-10-01"]),
        "at": st.sampled_from([None, *(f"2026-{day}:00" for day in DAYS)]),
        "closed": st.sampled_from([None, True, False]),
        "score": SCORE,
        "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=2),
        "papers": st.lists(
            st.fixed_dictionaries({}, optional={"score": SCORE, "unit": REFERENCE}),
            max_size=2,
        ),
    },
)  # fmt: skip


@settings(deadline=None)
@given(CONDITIONS, ROWS)
def test_the_store_finds_what_the_expression_says(text, row):
    problems = Problems()
    scope = SCOPE.child(it=Field(BAR))
    expression = compile(text, scope, node=Position("f"), problems=problems)

    condition = where(text).bind(VALUES)

    assert matches(condition, row) is expression.evaluate({**VALUES, "it": row})
    assert where(text).matches(row, VALUES) is matches(condition, row)
