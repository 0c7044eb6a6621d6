"""The expected route, before there is a case."""

from __future__ import annotations

import pytest

from engine.services.platform import Platform
from tests.support.office import person


@pytest.mark.req("ENG-22")
def test_the_route_is_shown_with_names_and_nothing_is_created(office: Platform) -> None:
    stops = office.forecasts.route(person("张三"), "town/request", {"unit": "一所"})

    assert [(stop.title, stop.name) for stop in stops] == [
        ("填写", ""),
        ("审核", "一所"),
        ("复核", "一分局"),
        ("办结", ""),
    ]
    with office.store.read() as unit:
        assert list(unit.cases.every()) == []


@pytest.mark.req("ENG-22", "ENG-14")
def test_a_route_that_ends_nowhere_shows_where(office: Platform) -> None:
    stops = office.forecasts.route(person("张三"), "town/request", {"unit": "市局"})

    assert (stops[-1].title, stops[-1].organisation) == ("复核", None)
