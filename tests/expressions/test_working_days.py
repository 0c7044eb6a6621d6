"""Working days on the calendar that is shipped, by the schedules published for 2024 to 2026."""

from datetime import date, timedelta

import pytest

from engine.content import bundled, read_files
from engine.definitions.release import load
from tests.expressions.test_functions import evaluated

RELEASE = load(read_files(bundled())).release
assert RELEASE is not None
CHINA = RELEASE.calendars["china"]


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_working_days_that_were_published(year, worked):
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))

    assert sum(CHINA.is_workday(day) for day in days if day.year == year) == worked


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-02-04", True),  # 周日，春节调休上班
        ("2024-02-12", False),  # 周一，春节
        ("2024-09-14", True),  # 周六，中秋调休上班
        ("2025-01-26", True),
        ("2025-02-04", False),
        ("2025-10-08", False),  # 周三，国庆节、中秋节
        ("2025-10-11", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-09-20", True),
        ("2026-10-10", True),
    ],
)
def test_holidays_are_free_and_make_up_days_are_worked(day, worked):
    assert CHINA.is_workday(date.fromisoformat(day)) is worked


@pytest.mark.req("ENG-09")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        # 公示五个工作日，跨春节和调休
        ("workdays('2024-02-02', 5)", "2024-02-08"),
        ("workdays('2024-02-09', 5)", "2024-02-22"),
        ("workdays('2025-01-24', 5)", "2025-02-07"),
        ("workdays('2025-09-26', 5)", "2025-10-10"),
        ("workdays('2026-02-13', 5)", "2026-02-27"),
        ("workdays('2026-09-18', 5)", "2026-09-24"),
        ("workdays('2026-09-30', 3)", "2026-10-10"),
        # 提前
        ("workdays('2024-10-08', -3)", "2024-09-27"),
        ("workdays('2025-10-10', -3)", "2025-09-29"),
        ("workdays('2026-10-08', -3)", "2026-09-28"),
        ("workdays('2026-09-30', 0)", "2026-09-30"),
        ("workdays_between('2024-09-13', '2024-10-08')", 12),
        ("workdays_between('2025-09-26', '2025-10-11')", 6),
        ("workdays_between('2026-09-18', '2026-10-10')", 11),
        ("workdays_between('2026-10-10', '2026-09-18')", -11),
        # 自然日不问节假日
        ("days('2024-02-28', 2)", "2024-03-01"),
        ("days('2025-02-28', 1)", "2025-03-01"),
        ("days_between('2024-02-01', '2024-03-01')", 29),
        ("days_between('2025-12-31', '2026-01-01')", 1),
        ("year_end('2026-02-28')", "2026-12-31"),
        # 日历没有的年份只有周末休息
        ("workdays('2035-09-28', 2)", "2035-10-02"),
    ],
)
def test_counting_follows_the_published_days(text, value):
    assert evaluated(text, calendar=CHINA) == value


def test_the_calendar_knows_its_years():
    assert {2024, 2025, 2026} <= CHINA.years
    assert 2035 not in CHINA.years
