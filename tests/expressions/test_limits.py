"""Nothing an author writes, and nothing stored, hangs or crashes an evaluation."""

import time

import pytest

from engine.authoring import Position, Problems
from engine.expressions import ExpressionError, compile, matches, pattern_is_valid
from tests.expressions.world import SCOPE, VALUES, compiled, evaluated


def test_a_loop_without_end_is_stopped():
    many = {"data": {"marks": list(range(60))}}
    text = "data.marks.all(a, data.marks.all(b, data.marks.all(c, data.marks.all(d, true))))"

    with pytest.raises(ExpressionError) as stopped:
        evaluated(text, many)

    assert stopped.value.code == "value_budget"
    assert stopped.value.params["expression"] == text


def test_a_long_list_is_no_problem():
    assert evaluated("data.marks.exists(m, m == 7999)", {"data": {"marks": list(range(8000))}})


@pytest.mark.req("ENG-10")
def test_a_catastrophic_pattern_takes_linear_time():
    started = time.perf_counter()

    assert not matches("(a+)+$", "a" * 50_000 + "b")
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(("pattern", "valid"), [("^a+$", True), ("(", False), (r"(a)\1", False)])
def test_patterns_are_checked(pattern, valid):
    assert pattern_is_valid(pattern) is valid


@pytest.mark.parametrize(
    ("text", "values", "path"),
    [
        ("data.score > 3", {"data": {"score": "7"}}, ("data", "score")),
        ("data.score", {"data": {"score": True}}, ("data", "score")),
        ("data.name == 'x'", {"data": {"name": 3}}, ("data", "name")),
        ("data.agree", {"data": {"agree": "yes"}}, ("data", "agree")),
        ("data.born < today", {"data": {"born": "1.2.2020"}}, ("data", "born")),
        ("now > '2026-01-01'", {"now": "soon"}, ("now",)),
        ("data.tags.exists(t, true)", {"data": {"tags": "x"}}, ("data", "tags")),
        ("data.papers.exists(p, p.score > 1)", {"data": {"papers": ["x"]}}, ("data", "papers")),
        ("unit == here", {"here": 5}, ("here", "id")),
        ("here in data.recused", {"data": {"recused": [{"id": 5}]}}, ("data", "recused")),
        ("here in data.recused", {"data": {"recused": "u1"}}, ("data", "recused")),
        ("free.a == 1", {"free": {"a": object()}}, ("free", "a")),
    ],
)
def test_a_stored_value_of_another_type_is_named(text, values, path):
    with pytest.raises(ExpressionError) as failed:
        evaluated(text, values)

    assert failed.value.code == "value_type"
    assert failed.value.path == path


def test_a_function_that_cannot_compute_says_so():
    with pytest.raises(ExpressionError) as failed:
        evaluated("days(today, 1000000000)")

    assert failed.value.code == "value_function"


def test_no_python_can_be_reached():
    problems = Problems()
    for text in ("data.__class__", "''.__class__", "__import__('os')", "data.name.format()"):
        assert compile(text, SCOPE, node=Position("f"), problems=problems) is None
    assert len(problems) == 4


def nested(levels: int, *ways: str) -> str:
    """An expression in an expression, so many levels deep."""
    text = "data.score"
    for level in range(levels):
        text = ways[level % len(ways)].format(text)
    return text


CHOICE = "(case.returned ? {} + 1 : data.bonus)"


@pytest.mark.parametrize(
    ("largest", "too_large"),
    [
        ("data.score".ljust(4_000), "data.score".ljust(4_001)),
        (nested(30, "({} + 1)"), nested(31, "({} + 1)")),
        # What could be nothing is written several times in the tree that is run.
        (nested(10, CHOICE), nested(11, CHOICE)),
        # Few parts, but one in another: written so it could not be read again.
        (nested(23, "({} + 1)", "int({})"), nested(24, "({} + 1)", "int({})")),
    ],
    ids=["long", "deep as written", "many parts", "deep as run"],
)
def test_what_is_too_large_to_be_run_is_refused_where_it_is_written(largest: str, too_large: str):
    """An expression with eleven choices in one another passed the check or not: both were right."""
    assert evaluated(largest, {"data": {"score": 1, "bonus": 1}, "case": {"returned": True}}) >= 1
    problems = Problems()

    assert compile(too_large, SCOPE, node=Position("f"), problems=problems) is None
    assert [problem.code for problem in problems] == ["DEF407"]


@pytest.mark.parametrize(
    "text",
    [
        "days(today, 40001)",
        "days(today, -40001)",
        "days(today, 1.5)",
        "workdays(today, 40001)",
        "workdays_between(days(days(today, -40000), -1), today)",
        "minutes(now, 57600001)",
        "hours(now, -960001)",
    ],
)
def test_nobody_counts_further_than_a_century(text: str):
    with pytest.raises(ExpressionError):
        evaluated(text)


@pytest.mark.parametrize("levels", [3, 8, 14])
def test_lists_indexed_by_lists_stay_small(levels):
    text = "0"
    for _ in range(levels):
        text = f"data.marks[{text}]"
    started = time.perf_counter()

    assert evaluated(text, {"data": {"marks": [0, 1]}}) == 0
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("levels", [5, 10, 15])
def test_choices_in_choices_are_answered_at_once(levels):
    text = "data.score"
    for _ in range(levels):
        text = f"(case.returned ? {text} : data.bonus) + 1"
    started = time.perf_counter()

    compile(text, SCOPE, node=Position("f"), problems=Problems())

    assert time.perf_counter() - started < 1


def test_an_evaluation_takes_microseconds():
    expression = compiled("unit.state == 'approved' && case.returned")
    expression.evaluate(VALUES)
    started = time.perf_counter()

    for _ in range(1000):
        expression.evaluate(VALUES)

    # About 6 ms here; the bound only notices something going badly wrong.
    assert time.perf_counter() - started < 0.2
