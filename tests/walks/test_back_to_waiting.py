"""Whoever goes on before a date, a vote or an answer is there can take it back: it is waited on.

A vote that begins when its time is over waits for nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.authoring.emitting import document
from engine.domain.errors import Refused
from tests.support.processes import World, begin, compiled
from tests.walks.language import FILES, WALK, loaded
from tests.walks.town import DATA, VOTERS, Town, person

REVIEWER, ANN = person("unit-0"), person("ann")


def town_with(middle: dict[str, Any], **entered: str) -> tuple[Town, str]:
    """A case at a step that waits for something, which somebody may go on from."""
    office = {"permission": "p", "organisation": "data.unit"}
    go = {"title": "Go", "verb": "pass", "who": office, "to": "after"}
    steps = {
        "fill": {
            "title": "Fill",
            "who": "initiator",
            "edit": "all",
            "actions": {"submit": {"title": "Submit", "to": "middle"}},
        },
        "middle": {"title": "Middle", **middle, "actions": {"go": go}},
        "after": {
            "title": "After",
            "who": office,
            "actions": {
                "pass": {"title": "Pass", "to": "done"},
                "fail": {"title": "Fail", "to": "failed"},
            },
        },
        "done": {"title": "Done", "end": "success"},
        "failed": {"title": "Failed", "end": "failure"},
    }
    process = {
        "process": "demo/walk", "title": "Walk", "form": "request",
        "start": {"who": "person"}, "steps": steps,
    }  # fmt: skip
    release = loaded({**FILES, WALK: document(process)})
    assert release is not None
    town = Town(release)
    uid = town.platform.cases.start(ANN, "demo/walk", DATA).uid
    town.platform.cases.act(ANN, uid, "submit", data={**DATA, **entered})
    return town, uid


@pytest.mark.req("REV-13", "ENG-12")
def test_a_date_is_waited_for_again() -> None:
    """The case waited on without a date, for good."""
    town, uid = town_with({"wait": {"until": "data.until"}, "to": "after"})
    town.platform.cases.act(REVIEWER, uid, "go")

    town.platform.cases.withdraw(REVIEWER, uid)

    town.check(rebuilt=True)
    assert town.state(uid).wait_until == DATA["until"]
    town.clock.set(town.clock.now() + timedelta(days=30))
    town.settle()
    assert str(town.state(uid).place) == "after@unit"


@pytest.mark.req("REV-13", "ENG-12")
def test_a_vote_goes_on_with_the_ballots_that_are_in() -> None:
    """The vote had no voters any more, and waited for nobody."""
    town, uid = town_with(
        {"panel": {"voters": "data.voters", "decide": "all"},
         "outcomes": {"passed": "done", "failed": "failed"}}
    )  # fmt: skip
    agree = {"": {"choice": "agree"}}
    town.platform.cases.vote(person("v0"), uid, agree)
    town.platform.cases.act(REVIEWER, uid, "go")

    town.platform.cases.withdraw(REVIEWER, uid)

    town.check(rebuilt=True)
    assert town.state(uid).voted == ("v0",)
    with pytest.raises(Refused, match="voted_already"):
        town.platform.cases.vote(person("v0"), uid, agree)
    for one in VOTERS[1:]:
        town.platform.cases.vote(person(one), uid, agree)
    assert town.state(uid).outcome == "done"
    town.check(rebuilt=True)


ASKING = compiled(
    """
    process: demo/asking
    title: Asking
    form: request
    steps:
      fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: asked}}}
      asked:
        title: Asked
        wait: {answer: note}
        to: done
        actions:
          go: {title: Go, verb: pass, who: {permission: p, organisation: data.unit}, to: after}
      after:
        title: After
        who: {permission: p, organisation: data.unit}
        actions: {pass: {title: Pass, to: done}}
      done: {title: Done, end: success}
    """
)


@pytest.mark.req("REV-13", "ENG-19")
@pytest.mark.parametrize("answered", [False, True])
def test_an_answer_is_waited_for_again_unless_it_has_come_meanwhile(answered: bool) -> None:
    """The one that came when nobody waited was never told again, and none came any more."""
    case = begin(ASKING, World(), {"unit": "u"}).do("submit", "ann").do("go", "rita", "u")
    asked = "asked:1:arrive:0"
    if answered:
        case.command("result", "note", value="yes", asked=asked)
        with pytest.raises(Refused, match="withdraw_decided"):
            case.operate("withdraw", "rita", "u")
        return
    case.operate("withdraw", "rita", "u")

    case.command("result", "note", value="yes", asked=asked)

    assert case.place == "done"
    assert case.replayed() == case.state


@pytest.mark.req("ENG-06", "ENG-12")
@pytest.mark.parametrize("in_a_branch", [False, True])
def test_a_vote_that_comes_too_late_is_counted_at_once(in_a_branch: bool) -> None:
    """In a branch it waited for one more ballot, for ever where nobody cast any."""
    vote = {
        "title": "Vote",
        "panel": {"voters": "data.voters", "decide": "all"},
        "due": {"by": "data.until"},
        "outcomes": {"passed": "join", "failed": "join", "short": "join"},
    }
    middle: dict[str, Any] = {"parallel": {"branches": {"one": {"vote": vote}}}, "to": "after"}
    if not in_a_branch:
        middle = {**vote, "outcomes": dict.fromkeys(vote["outcomes"], "after")}
    town, uid = town_with(middle, until="2026-08-31")

    town.settle()

    assert str(town.state(uid).place) == "after@unit"
    town.check(rebuilt=True)
