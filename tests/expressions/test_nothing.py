"""What is absent never fails a case: one rule for everything that is not there."""

import pytest

from tests.expressions.world import evaluated

NOTHING = {"data": {"score": None, "name": "", "papers": [{}, {"title": ""}]}}

FALSE = [
    "data.score == 3",
    "data.score < 3",
    "data.score > 3",
    "data.score + 1 > 0",
    "data.bonus == data.score",
    "data.born <= today",
    "today <= data.born",
    "unit == here",
    "unit == above",
    "unit in data.recused",
    "data.agree",
    "case.returned",
    "data.born > '2020-01-01'",
    "case.number.startsWith('N')",
    "case.number.matches('.*')",
    "data.score / 0.5 > 1",
    "3 / data.score > 1",
    "days(data.born, 3) > today",
    "data.papers.exists(p, p.score > 1)",
    "data.papers.exists(p, p.first_author)",
    "data.papers.exists(p, p.unit == here)",
    "data.papers.exists(p, has(p.score))",
    "data.papers.exists(p, has(p.title))",
    "data.papers[7].title == 'A'",
    "data.papers[0].unit.kind == 'A'",
    "mean(data.marks) > 0",
    "has(data.score)",
    "has(data.name)",
    "has(data.papers[0].title)",
    "has(unit.kind)",
    "has(data.tags)",
    "has(data.agree)",
    "data.score in [1, 2]",
    "data.marks[0] == data.marks[1]",
    "data.tags.exists(t, true)",
    "free.a.b == 1",
    "free.a[3].b == 1",
    "free.a['b']['c'] == 1",
    "has(free.x)",
    "free.x.startsWith('a')",
    "data.score != null",
    "unit != null",
    "data.tags != null",
]


@pytest.mark.parametrize("text", FALSE)
def test_a_condition_about_nothing_is_false(text):
    assert evaluated(text, NOTHING) is False


@pytest.mark.parametrize("text", FALSE)
def test_and_its_opposite_is_true(text):
    assert evaluated(f"!({text})", NOTHING) is True


@pytest.mark.parametrize(
    "text",
    [
        "data.score != 3",
        "unit != here",
        "data.score == null",
        "null == null",
        "case.number == null",
        "unit == null",
        "data.tags == null",
        "data.papers[0].unit == null",
        "data.papers[0].score == null",
        "(case.returned ? unit : here) == null",
        "(data.agree ? today : data.born) == null",
        "data.papers.all(p, p.score != 1)",
        "data.marks.all(m, false)",
        "size(data.tags) == 0",
        "size(case.number) == 0",
        "sum(data.marks) == 0",
        "!has(data.papers) || true",
    ],
)
def test_what_holds_for_nothing(text):
    assert evaluated(text, NOTHING) is True


@pytest.mark.parametrize(
    "text",
    [
        "data.score",
        "data.score + 1",
        "-data.score",
        "days(data.born, 3)",
        "unit",
        "mean(data.marks)",
        "data.papers[0].unit",
        "case.returned ? 1 : data.score",
        "case.number + 'x'",
        "string(data.score)",
        "data.marks[0]",
        "1 / (data.score - data.score)",
        "similar(case.number, 'x')",
        "id_birth_date(data.name)",
        "id_gender(data.name)",
        "free.x + 1",
        "free.a.b",
    ],
)
def test_computing_with_nothing_gives_nothing(text):
    assert evaluated(text, NOTHING) is None


def test_dividing_by_what_turns_out_to_be_zero_gives_nothing():
    zero = {"data": {"score": 0}}

    assert evaluated("3 / data.score", zero) is None
    assert evaluated("3 / data.score > 1", zero) is False
    assert evaluated("3 % data.score", zero) is None


def test_what_is_filled_in_is_told_for_items_and_references():
    values = {
        "data": {
            "settings": {"work_unit": "u1"},
            "agree": False,
            "papers": [{"title": "x", "unit": "u2"}, {}],
            "tags": ["a"],
        }
    }

    assert evaluated("has(data.settings.work_unit)", values)
    assert evaluated("has(data.agree)", values)
    assert evaluated("has(data.tags)", values)
    assert evaluated("data.papers.map(p, has(p.title))", values) == [True, False]
    assert evaluated("data.papers.map(p, has(p.unit))", values) == [True, False]
