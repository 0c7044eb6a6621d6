"""The functions authors can call."""

from datetime import date

import pytest

from engine.expressions import explain_functions
from tests.expressions.world import evaluated


class Holidays:
    """Works on 10 October, a Saturday; rests on 1 and 2 October."""

    def is_workday(self, day, /):
        if day == date(2026, 10, 10):
            return True
        return day.weekday() < 5 and day not in {date(2026, 10, 1), date(2026, 10, 2)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("days(today, 3)", "2026-10-03"),
        ("days(today, -30)", "2026-08-31"),
        ("days(now, 1)", "2026-10-01T23:59:00"),
        ("days('2024-02-28', 1)", "2024-02-29"),
        ("hours(now, 48)", "2026-10-02T23:59:00"),
        ("hours(now, -0.5)", "2026-09-30T23:29:00"),
        ("minutes(now, 1)", "2026-10-01T00:00:00"),
        ("hours('2024-02-28T23:30', 1)", "2024-02-29T00:30:00"),
        ("hours(now, 1) > now", True),
        ("workdays(today, 0)", "2026-09-30"),
        ("workdays(today, 3)", "2026-10-05"),
        ("workdays(today, -3)", "2026-09-25"),
        ("days_between(today, '2026-10-05')", 5),
        ("days_between('2026-10-05', today)", -5),
        ("days_between(now, today)", 0),
        ("workdays_between(today, '2026-10-05')", 3),
        ("workdays_between('2026-10-05', today)", -3),
        ("year_end(today)", "2026-12-31"),
        ("year_end(now)", "2026-12-31"),
        ("years_between('2020-09-30', today)", 6),
        ("years_between('2020-10-01', today)", 5.99),
        ("years_between('2026-03-30', today)", 0.5),
        ("years_between('2024-02-29', '2025-02-28')", 0.99),
        ("years_between('2024-02-29', '2025-03-01')", 1),
        ("years_between(today, '2020-09-30')", -6),
        ("id_birth_date('11010519491231002X')", "1949-12-31"),
        ("id_birth_date('110105194913310021')", None),
        ("id_birth_date('12')", None),
        ("id_gender('11010519491231002X')", "female"),
        ("id_gender('110105194912310011')", "male"),
        ("id_gender('')", None),
        ("similar('论文题目', '论文题目')", 1),
        ("similar('论文题目', '其他')", 0),
        ("similar('abcd', 'abxd') > 0.7", True),
        ("mean([1, 2])", 1.5),
        ("mean([])", None),
        ("sum([0.1, 0.2])", 0.3),
    ],
)  # fmt: skip
def test_it_gives(text, value):
    assert evaluated(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("workdays(today, 1)", "2026-10-05"),
        ("workdays(today, 6)", "2026-10-10"),
        ("workdays_between(today, '2026-10-10')", 6),
    ],
)
def test_working_days_are_those_of_the_calendar(text, value):
    assert evaluated(text, calendar=Holidays()) == value


def test_the_calendar_of_one_evaluation_is_not_that_of_the_next():
    evaluated("workdays(today, 1)", calendar=Holidays())

    assert evaluated("workdays(today, 1)") == "2026-10-01"


@pytest.mark.parametrize("text", ["days(today, 1.5)", "hours(now, 1e9)", "workdays(today, 50000)",
                                  "workdays_between('0001-01-01', '9999-01-01')"])  # fmt: skip
def test_what_cannot_be_counted_is_an_error(text):
    with pytest.raises(Exception, match="function"):
        evaluated(text)


def test_every_function_is_described_in_both_languages():
    rows = explain_functions()

    names = [name for name, _, _ in rows]
    assert "workdays(day, number)" in names
    assert "text.startsWith(text)" in names
    assert "list.exists(x, …)" in names
    assert all(zh and en for _, zh, en in rows)
