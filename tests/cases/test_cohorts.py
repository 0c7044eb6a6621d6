"""Rules with a date of effect: two years' cohorts run side by side, each under its own."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.fairs import APPLICANT, FAIRS, an_entry, record
from tests.support.office import ZONE, open_office

ENTRY = "definitions/processes/town/entry.yaml"
#: from 2027 on results come sooner, and no pottery is shown
POLICY = """policy:
          days_for_a_verdict: {{type: number, default: [{{then: 5}}, {{from: 2027-01-01, then: 3}}]{as_of}}}
          pottery: {{type: boolean, default: [{{then: true}}, {{from: 2027-01-01, then: false}}]{as_of}}}
        start: {{who: person}}"""  # noqa: E501
RULE = (
    "submit: {title: 报名, to: review, require: "
    "[{that: \"policy.pottery || data.subject != '陶器'\", say: 本届不收陶器}]}"
)


def town(as_of: str = "") -> Platform:
    process = (
        FAIRS[ENTRY]
        .replace("start: {who: person}", POLICY.format(as_of=as_of), 1)
        .replace(
            "workdays(deadlines.entry, 5)", "workdays(deadlines.entry, policy.days_for_a_verdict)"
        )
        .replace("submit: {title: 报名, to: review}", RULE)
    )
    platform = open_office(more={**FAIRS, ENTRY: process})
    record(platform, "秋展", "2026-12-28")
    record(platform, "春展", "2027-03-31")
    return platform


def verdict(platform: Platform, uid: str) -> str | None:
    view = platform.views.view(APPLICANT, uid)
    return next(one.by for one in view.deadlines if one.name == "verdict")


def until(platform: Platform, year: int, month: int, day: int) -> None:
    platform.clock.set(datetime(year, month, day, 9, tzinfo=ZONE))
    platform.cases.tick()


@pytest.mark.req("ENG-08")
def test_the_year_of_what_is_applied_for_decides_whatever_day_one_begins() -> None:
    platform = town(as_of=", as_of: data.fair.closes")
    this_year, next_year = an_entry(platform), an_entry(platform, fair="春展")

    # Five working days after 28 December, three after 31 March.
    assert (verdict(platform, this_year), verdict(platform, next_year)) == (
        "2027-01-04", "2027-04-05",
    )  # fmt: skip
    with pytest.raises(Refused, match="本届不收陶器"):
        platform.cases.act(APPLICANT, next_year, "submit")
    platform.cases.act(APPLICANT, this_year, "submit")
    assert all(found.same for found in platform.rebuilding.all())
    platform.close()


@pytest.mark.req("ENG-08")
def test_a_case_keeps_the_rules_of_the_day_it_began_and_later_ones_begin_with_the_new() -> None:
    platform = town()
    until(platform, 2026, 12, 31)
    old = an_entry(platform, fair="春展")
    until(platform, 2027, 1, 4)
    new = an_entry(platform, fair="春展")

    assert (verdict(platform, old), verdict(platform, new)) == ("2027-04-07", "2027-04-05")
    with pytest.raises(Refused, match="本届不收陶器"):
        platform.cases.act(APPLICANT, new, "submit")
    platform.cases.act(APPLICANT, old, "submit")
    assert all(found.same for found in platform.rebuilding.all())
    platform.close()
