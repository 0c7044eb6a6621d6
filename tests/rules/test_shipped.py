"""The shipped rule tables decide as the standards they are taken from say."""

import pytest

from engine.content import bundled
from engine.definitions.release import load

ORDER = ("doctor", "master", "bachelor", "college", "secondary", "other")


@pytest.fixture(scope="module")
def rules():
    release = load(bundled()).release
    assert release is not None
    return release.rules


@pytest.mark.parametrize(
    ("level", "series", "years"),
    [
        ("zhenggao", "05", (5, 5, 5, None, None, None)),
        ("fugao", "05", (2, 5, 5, None, None, None)),
        ("fugao", "19", (2, 5, 5, 10, None, None)),
        ("fugao", "22", (2, 5, 5, 5, None, None)),
        ("zhongji", "05", (0, 2, 4, 4, None, None)),
        ("zhuliji", "05", (0, 0, 1, 2, 4, None)),
        ("yuanji", "05", (0, 0, 0, 0, 1, None)),
    ],
)
def test_the_years_of_each_level_by_education(rules, level, series, years):
    table = rules["rules/ordinary-conditions"]
    found = [
        table.decide({"level": level, "series": series, "education": one}).value for one in ORDER
    ]

    assert tuple(one["years"] if one["education_met"] else None for one in found) == years


@pytest.mark.req("APP-08")
@pytest.mark.parametrize(
    ("category", "consistent"),
    [
        # of (education, years): both met, education only, years only, neither
        ("normal", (True, False, False, False)),
        ("education_exception", (False, False, True, False)),
        ("seniority_exception", (False, True, False, False)),
        ("lateral_transfer", (True, True, True, True)),
        ("civil_service_transfer", (True, True, True, True)),
        ("enterprise_direct", (True, True, True, True)),
        (None, (True, True, True, True)),
    ],
)
def test_a_category_fits_education_and_years_or_not(rules, category, consistent):
    table = rules["rules/application-category"]
    cases = ((True, True), (True, False), (False, True), (False, False))

    found = [
        table.decide({"category": category, "education_met": one, "years_met": other}).value
        for one, other in cases
    ]

    assert tuple(found) == consistent
