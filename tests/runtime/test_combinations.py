"""Words of the language together: in branches, in branches of branches, and again and again."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from engine.domain.case import places_of
from engine.domain.errors import Refused
from tests.support.processes import Running, World, begin, compiled

UNITS: dict[str, dict[str, Any]] = {
    "u": {"superior": "m"}, "m": {"superior": "top"}, "top": {"superior": None},
}  # fmt: skip

NESTED = compiled(
    """
    process: demo/nested
    title: Nested
    form: request
    steps:
      fill: {title: Fill, who: initiator, actions: {submit: {to: both}}}
      both:
        title: Both
        parallel:
          branches:
            a:
              within:
                title: Within
                parallel:
                  branches:
                    votes:
                      vote:
                        title: Vote
                        panel: {voters: data.voters}
                        outcomes: {passed: join, failed: join}
                    checks:
                      check:
                        title: Check
                        who: {permission: review, organisation: data.unit}
                        actions:
                          pass: {to: join}
                          home: {verb: return, to: fill, resubmit_to: returning_level}
                to: after
              after:
                title: After
                who: {permission: review, organisation: data.unit}
                actions: {pass: {to: join}}
            b:
              other:
                title: Other
                status: [{when: case.returned, then: returned}, {then: pending}]
                who: {permission: review, organisation: data.unit.superior}
                actions: {pass: {to: join}, relay: {verb: return, relay: true, to: previous}}
        to: end
      end:
        title: End
        status: [{when: case.returned, then: returned}, {then: pending}]
        who: {permission: decide, organisation: data.unit.superior.superior}
        actions:
          pass: {to: done}
          inner: {verb: return, to: check, ask: [resubmit_until], due: input.resubmit_until}
          outer: {verb: return, to: other}
          relay: {verb: return, relay: true, to: previous}
      done: {title: Done, end: success}
    """
)


@pytest.fixture
def nested() -> Running:
    """A case in a branch, in two branches of another branch, one of them a vote."""
    world = World(records={"organisations": UNITS})
    return begin(NESTED, world, {"unit": "u", "voters": ["v", "w"]}).do("submit", "ann")


def at_the_end(nested: Running) -> Running:
    nested.command("outcome", "passed", place="vote").do("pass", "rita", "u", place="check")
    return nested.do("pass", "rita", "u", place="after").do("pass", "max", "m", place="other")


def voted(case: Running) -> dict[str, tuple[str, ...]]:
    return {one.place.step: one.voted for _, one in places_of(case.state) if one.voters}


def test_a_return_across_an_open_vote_ends_it_and_straight_back_it_is_held_again(
    nested: Running,
) -> None:
    nested.operate("vote", "v", place="vote").do("pass", "max", "m", place="other")
    assert voted(nested) == {"vote": ("v",)}

    nested.do("home", "rita", "u", place="check")
    assert nested.places == ["fill"]
    nested.do("submit", "ann")

    assert nested.places == ["vote", "check@u"]  # the other branch was done and stays done
    assert voted(nested) == {"vote": ()}
    assert nested.replayed() == nested.state


def test_after_the_join_a_return_opens_one_branch_of_a_branch(nested: Running) -> None:
    at_the_end(nested).do("inner", "tom", "top", resubmit_until="2026-10-01")
    assert nested.places == ["check@u"]
    assert [one.due for _, one in places_of(nested.state) if one.place.step == "check"] == [
        "2026-10-01"
    ]

    nested.do("pass", "rita", "u", place="check")
    assert nested.places == ["after@u"]
    nested.do("pass", "rita", "u", place="after")

    assert nested.places == ["end@top"]
    assert nested.replayed() == nested.state


def test_what_was_returned_to_a_branch_is_no_return_any_more_once_it_is_joined(
    nested: Running,
) -> None:
    at_the_end(nested)
    sizes = []
    for _ in range(20):
        nested.do("outer", "tom", "top")
        assert [one.status for _, one in places_of(nested.state)][-1] == "returned"
        nested.do("pass", "max", "m", place="other")
        sizes.append(len(orjson.dumps(nested.state.to_json())))

    assert (nested.state.status, nested.state.returned) == ("pending", False)
    assert sizes[-1] < sizes[0] * 1.05
    nested.operate("withdraw", "max", "m")
    assert nested.places == ["other@m"]


def test_who_gets_a_relayed_return_in_a_branch_may_only_relay_it(nested: Running) -> None:
    at_the_end(nested).do("relay", "tom", "top")
    assert nested.places == ["other@m"]
    with pytest.raises(Refused, match="only_relay"):
        nested.do("pass", "max", "m", place="other")

    nested.do("relay", "max", "m", place="other")

    assert nested.places == ["fill"]
    assert (nested.state.returned, nested.state.relaying) == (True, False)


def test_what_was_returned_and_came_again_is_not_resumed_twice() -> None:
    """Returns that were answered by passing piled up in the state."""
    process = compiled("""
        process: demo/answered
        title: Answered
        form: request
        steps:
          fill: {title: Fill, who: initiator, actions: {submit: {to: first}}}
          first:
            title: First
            who: {permission: review, organisation: data.unit}
            actions: {pass: {to: second}, straight: {verb: pass, to: resume}}
          second:
            title: Second
            who: {permission: review, organisation: data.unit.superior}
            actions: {pass: {to: done}, return: {to: first}}
          done: {title: Done, end: success}
        """)
    case = begin(process, World(records={"organisations": UNITS}), {"unit": "u"})
    case.do("submit", "ann").do("pass", "rita", "u").do("return", "max", "m")
    case.do("straight", "rita", "u")
    sizes = []
    for _ in range(20):
        case.do("return", "max", "m").do("pass", "rita", "u")
        sizes.append(len(orjson.dumps(case.state.to_json())))

    assert case.state.resume == ()
    assert sizes[-1] <= sizes[0] + 10
    assert case.do("return", "max", "m").do("straight", "rita", "u").place == "second@m"
    assert case.replayed() == case.state


DRAWN = compiled(
    """
    process: demo/drawn
    title: Drawn
    form: request
    steps:
      fill: {title: Fill, who: initiator, actions: {submit: {to: both}}}
      both:
        title: Both
        parallel:
          branches:
            a: {two: {panel: {voters: {draw: 2, from: people}}, outcomes: %s}}
            b: {one: {panel: {voters: {draw: 1, from: people}}, outcomes: %s}}
            c: {own: {panel: {voters: data.voters, except: none}, outcomes: %s}}
            d: {named: {panel: {voters: data.voters}, outcomes: %s}}
        to: done
      done: {title: Done, end: success}
    """
    % (("{passed: join, failed: join}",) * 4)
)


@pytest.mark.req("REV-29")
def test_votes_come_to_at_once_are_drawn_each_by_itself_and_nobody_votes_on_their_own() -> None:
    world = World(drawn=["p", "ann", "q"])
    case = begin(DRAWN, world, {"unit": "u", "voters": ["ann", "p"]}).do("submit", "ann")
    seats = {one.place.step: one.voters for _, one in places_of(case.state) if one.voters}

    assert seats == {"two": ("p", "q"), "one": ("p",), "own": ("ann", "p"), "named": ("p",)}
    with pytest.raises(Refused, match="own_case"):
        case.operate("vote", "ann", place="named")
    assert case.replayed() == case.state


INSERTED = compiled(
    """
    process: demo/inserted
    title: Inserted
    form: request
    steps:
      fill: {title: Fill, who: initiator, actions: {submit: {to: above}}}
      above:
        title: Above
        who: {permission: review}
        chain: {route: superior, from: data.unit, until: org.kind == 'top'}
        actions:
          pass: {to: next, ask: [next_reviewers], insert: input.next_reviewers}
          back: {verb: return, to: previous}
          home: {verb: return, to: fill, resubmit_to: returning_level}
        to: end
      end:
        title: End
        who: {permission: decide}
        actions: {pass: {to: done}, return: {to: above}}
      done: {title: Done, end: success}
    """
)


@pytest.fixture
def inserted() -> Running:
    """A case at the first of two organisations that a superior has inserted."""
    units = {**UNITS, "x": {"superior": None}, "y": {"superior": None}}
    units["top"] = {"superior": None, "kind": "top"}
    case = begin(INSERTED, World(records={"organisations": units}), {"unit": "u"})
    return case.do("submit", "ann").do("pass", "max", "m", next_reviewers=["x", "y"])


@pytest.mark.req("REV-25")
def test_who_was_inserted_is_visited_again_after_a_return(inserted: Running) -> None:
    inserted.do("pass", "xu", "x").do("back", "yu", "y")
    assert inserted.place == "above@x"
    inserted.do("pass", "xu", "x")
    assert inserted.place == "above@y"

    inserted.do("home", "yu", "y").do("submit", "ann")  # straight back
    assert inserted.place == "above@y"
    inserted.do("back", "yu", "y").do("home", "xu", "x").do("submit", "ann")
    assert inserted.place == "above@x"
    inserted.do("pass", "xu", "x")

    assert inserted.place == "above@y"
    assert inserted.replayed() == inserted.state


@pytest.mark.req("REV-25")
def test_from_an_inserted_organisation_the_route_goes_on_where_it_was(inserted: Running) -> None:
    """After a return it was looked for behind the inserted one, which is on no route."""
    inserted.do("pass", "xu", "x").do("pass", "yu", "y")
    assert inserted.place == "end@top"

    inserted.do("return", "tom", "top")
    assert inserted.place == "above@y"
    inserted.do("pass", "yu", "y")

    assert (inserted.place, inserted.state.stuck) == ("end@top", None)
    assert inserted.replayed() == inserted.state
