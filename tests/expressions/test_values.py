"""What expressions give: operators, loops, texts, references, dates."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from engine.domain.types import ANY, BOOLEAN, DATE, DATETIME, NUMBER, TEXT, ListOf, Reference
from engine.expressions import pick
from tests.expressions.world import VALUES, compiled, evaluated

RULES = {
    "numbers are real numbers": [
        ("2/3", 0.666666666667),
        ("2/3 > 0.5", True),
        ("data.score / 2", 3.5),
        ("data.score * 2", 14),
        ("data.score - 8", -1),
        ("-data.score", -7),
        ("-3 + 1", -2),
        ("-(3)", -3),
        ("int(data.marks[2] / 4)", 1),
        ("data.score % 4", 3),
        ("int(data.score / 2)", 3),
        ("data.score == 7.0", True),
        ("data.marks[0] + data.marks[1]", 3),
    ],
    "what is computed is exact to twelve digits": [
        ("0.1 + 0.2 == 0.3", True),
        ("data.score * 0.1 * 3 == 2.1", True),
        ("0.1 + 0.2", 0.3),
        ("data.score * 0.1 * 3 <= 2.1", True),
    ],
    "conditions": [
        ("case.returned && data.score > 3", True),
        ("case.returned && data.score > 8", False),
        ("!case.returned || true", True),
        ("case.returned ? 'a' : 'b'", "a"),
        ("policy.steps in ['one', 'two']", True),
        ("data.score in [1, 7]", True),
        ("'x' in data.tags", True),
        ("!('z' in data.tags)", True),
        ("data.name < '李'", True),
        ("case.returned == true", True),
    ],
    "texts": [
        ("data.name + '同志'", "张三同志"),
        ("data.name.contains('三')", True),
        ("data.name.startsWith('李')", False),
        ("case.number.endsWith('7')", True),
        ("case.number.matches('^N-[0-9]+$')", True),
        ("size(data.name)", 2),
        ("string(data.score)", "7"),
        ("string(case.returned)", "true"),
        ("'a\"b'", 'a"b'),
    ],
    "lists": [
        ("size(data.papers)", 3),
        ("data.papers.size() == 3", True),
        ("data.tags + ['z']", ["x", "y", "z"]),
        ("data.tags == ['x', 'y']", True),
        ("data.papers.exists(p, p.score > 2)", True),
        ("data.papers.all(p, p.score > 2)", False),
        ("data.papers.exists_one(p, p.score > 2.7)", True),
        ("data.papers.map(p, p.title)", ["A", "B", None]),
        ("data.papers.filter(p, p.score > 2).map(p, p.score)", [3, 2.5]),
        ("data.papers.map(p, p.score > 2, p.score)", [3, 2.5]),
        ("data.papers.filter(p, p.first_author)[0].title", "A"),
        ("data.papers.exists(p, p.pages.exists(page, page.number == 1))", True),
        ("data.papers.exists(p, 'x' in p.tags)", True),
        ("data.papers.exists(p, p.title == 'A' && data.marks.exists(m, m == p.score - 1))", True),
        ("data.papers[1].title", "B"),
        ("data.papers[0].first_author && true", True),
        ("size(data.papers[1].tags)", 1),
        ("size(data.papers[9].tags)", 0),
        ("data.papers[9].tags.exists(t, true)", False),
        ("data.papers[9].first_author", False),
        ("(case.returned ? data.papers : data.papers.filter(p, p.score > 2))[1].title", "B"),
        ("(case.returned ? data.papers : data.papers).map(p, has(p.score))", [True, False, True]),
        ("(case.returned ? data.papers : old.papers).exists(p, has(p.score) && p.score > 2)", True),
        ("(data.agree ? data.papers : old.papers).map(p, p.pages[0].number)", [5]),
        ("(case.returned ? data.papers[1] : old.papers[0]).unit.kind", "press"),
        ("(data.papers + old.papers).map(p, p.title).size()", 4),
        ("(data.agree ? data.papers[0] : data.papers[1]).pages == null", True),
        ("(data.papers.filter(p, has(p.title)) + data.papers).map(p, p.title).size()", 5),
        ("data.papers.map(p, p.tags)[1]", ["x"]),
        ("data.papers.map(p, p.tags).exists(tags, 'x' in tags)", True),
        ("data.papers.map(p, p.pages)[0].exists(page, page.number == 1)", True),
        ("mean(data.marks)", 3),
        ("sum(data.papers.map(p, p.score))", 5.5),
        ("[1, 2].exists(n, n == data.score - 5)", True),
        ("data.tags.exists(data, data == 'y')", True),
    ],
    "references are known by their ids": [
        ("unit == here", True),
        ("unit != here", False),
        ("above == here", False),
        ("unit", {"id": "u1"}),
        ("above", {"id": "u0"}),
        ("unit.id == 'u1'", True),
        ("here in data.recused", True),
        ("above in data.recused", False),
        ("here in [unit, above]", True),
        ("here in data.recused.filter(r, r.kind != 'press')", True),
        ("(data.agree ? [here] : data.recused.filter(r, true)) == data.recused", True),
        ("data.recused.exists(r, r == here)", True),
        ("data.recused.exists(r, r.kind == 'press' && r.id == 'u5')", True),
        ("data.recused.filter(r, r.kind == 'press')", [{"id": "u5"}]),
        ("data.recused == [here]", False),
        ("(case.returned ? data.recused : [here]) == data.recused", True),
        ("data.recused + [above]", [{"id": "u1"}, {"id": "u5"}, {"id": "u0"}]),
        ("data.papers.exists(p, p.unit == unit)", True),
        ("data.papers.map(p, p.unit)", [{"id": "u1"}, {"id": "u2"}, None]),
        ("data.papers.map(p, p.unit).exists(u, u == here)", True),
        ("data.papers[1].unit.kind", "press"),
        ("case.returned ? unit : here", {"id": "u1"}),
        ("(case.returned ? unit : data.papers[0].unit) == here", True),
        ("data.settings.committee == here", False),
        ("initiator in case.actors('fill')", True),
        ("initiator in case.actors('unit')", False),
        ("case.last('fail').organisation == here", True),
        ("case.visits('fill') == 2", True),
    ],
    "a moment is compared with a date by its day": [
        ("now <= unit.closes", True),
        ("now > unit.closes", False),
        ("now == unit.closes", True),
        ("unit.closes >= now", True),
        ("now < '2026-09-30'", False),
        ("now < '2026-09-30T23:59:30'", True),
        ("now == '2026-09-30 23:59'", True),
        ("today >= '2026-09-30' && today <= '2026-09-30'", True),
        ("today > '2026-09-29'", True),
        ("case.started_at < now", True),
        ("today in [case.started_at, now]", True),
        ("now in [today]", True),
        ("today in ['2026-09-30']", True),
        ("days(now, 0) <= today", True),
        ("case.returned ? today : '2026-01-01'", "2026-09-30"),
    ],
    "values without a declared type": [
        ("free.a[1].b == 2", True),
        ("free.a.size()", 2),
        ("free.a[0] + 1", 2),
        ("free.a[1]['b']", 2),
        ("free.a[1].c == 2", False),
        ("free.a[9] == 2", False),
        ("has(free.a[1].b)", True),
        ("has(free.a[1].c)", False),
        ("free.a[1].b in [2]", True),
        ("size(free.a[7])", 0),
        ("free.flag == true", True),
        ("free.flag && true", True),
        ("free.a.exists(x, x == 1)", True),
        ("free.nothing.deeper == 1", False),
        ("free.nothing && true", False),
        ("2 in free.a", False),
        ("free", {"a": [1, {"b": 2}], "flag": True}),
    ],
}
CASES = [(text, value) for rules in RULES.values() for text, value in rules]


@pytest.mark.req("ENG-10")
@pytest.mark.parametrize(("text", "value"), CASES, ids=[text for text, _ in CASES])
def test_it_gives(text, value):
    found = evaluated(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_what_it_reads_is_all_it_needs(text):
    """The facts that are stored with a case give the same value as everything there is."""
    expression = compiled(text)

    facts = pick(expression.paths, VALUES)

    assert expression.evaluate(facts) == expression.evaluate(VALUES)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("unit.state == 'approved'", BOOLEAN),
        ("data.score + 1", NUMBER),
        ("data.name", TEXT),
        ("days(today, 1)", DATE),
        ("days(now, 1)", DATETIME),
        ("unit", Reference("units")),
        ("data.papers.map(p, p.unit)", ListOf(Reference("units"))),
        ("[]", ListOf(ANY)),
        ("free.x", ANY),
        ("null", None),
    ],
)
def test_its_type_is_known(text, type_):
    assert compiled(text).type == type_


def test_python_dates_are_taken_as_their_text():
    values = {"today": date(2026, 9, 30), "now": datetime(2026, 9, 30, 8, 0, 1, 5)}

    assert evaluated("today", values) == "2026-09-30"
    assert evaluated("now", values) == "2026-09-30T08:00:01"
    assert evaluated("now", {"now": date(2026, 9, 30)}) == "2026-09-30T00:00:00"
    assert evaluated("free", {"free": {"a": Decimal("1.5")}}) == {"a": Decimal("1.5")}
    assert evaluated("free.a[0] == '2026-09-30'", {"free": {"a": [date(2026, 9, 30)]}})
    assert evaluated(
        "free.a[0] == '2026-09-30T08:00:00'", {"free": {"a": [datetime(2026, 9, 30, 8)]}}
    )


def test_an_expression_shows_its_text():
    assert repr(compiled("1 + 1")) == "Expression('1 + 1')"


def test_records_come_out_with_their_keys_in_order():
    """The same result is always the same bytes."""
    (paper,) = evaluated("data.papers.filter(p, p.title == 'A')")

    assert list(paper) == sorted(paper)
    assert paper["pages"] == [{"number": 1}]


def test_everything_of_either_of_two_lists_comes_out():
    assert evaluated("data.agree ? data.papers : old.papers") == [
        {"pages": [{"number": 5}], "title": "old"}
    ]


def test_everything_of_either_list_comes_out():
    found = evaluated("(data.agree ? data.papers : data.papers.filter(p, p.first_author))")

    assert found[0]["title"] == "A"


def test_a_path_alone_gives_the_stored_value():
    assert evaluated("data.papers[0]")["title"] == "A"
    assert evaluated("data") is VALUES["data"]
    assert evaluated("case.started_at") == "2026-09-01T09:00:00"


def test_a_written_null_is_nothing():
    assert evaluated("null") is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-09-01 09:00", "2026-09-01T09:00:00"),
        ("2026-09-01T09:00:30.25+08:00", "2026-09-01T09:00:30"),
        ("2026-09-01", "2026-09-01T00:00:00"),
    ],
)
def test_moments_are_to_the_second_and_local(written, moment):
    assert evaluated("case.started_at", {"case": {"started_at": written}}) == moment
