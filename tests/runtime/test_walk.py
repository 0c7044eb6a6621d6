"""A request walks through two stages, a chain of superiors and a decision, and back."""

from __future__ import annotations

import orjson
import pytest

from engine.domain.case import State
from engine.domain.errors import Refused
from tests.support.processes import Running, World, begin, compiled

PROCESS = compiled(
    """
    process: demo/request
    title: Request
    form: request
    facts: {unit: data.unit}
    policy:
      stages: {values: [one, two], default: two}
      resubmit: {values: [first_level, returning_level], default: first_level}
    steps:
      fill:
        title: Fill
        status: [{when: case.returned, then: returned}, {then: draft}]
        who: initiator
        edit: all
        due: {by: data.until, hard: true, extend: {permission: extend, when: after_expiry}}
        actions:
          submit: {title: Submit, to: unit}
          discard: {title: Discard, to: discarded}
      unit:
        title: Unit
        status: pending
        who: {permission: review, organisation: unit}
        stages:
          first: {title: First, when: policy.stages == 'two'}
          second: {title: Second}
        actions:
          pass:
            title: Pass
            ask: [elsewhere]
            to: [{when: has(input.elsewhere), then: top}, {then: superiors}]
            send_to: input.elsewhere
          return: &return
            title: Return
            to: fill
            ask: [reason, resubmit_until]
            due: input.resubmit_until
            resubmit_to: policy.resubmit
      superiors:
        title: Superiors
        status: pending
        who: {permission: review_below}
        chain: {route: superior, from: unit, until: org.kind == 'top'}
        actions:
          pass: {title: Pass, to: next, insert: input.next_reviewers, ask: [next_reviewers]}
          back: {title: Back, verb: return, to: previous}
          return: *return
        to: top
      top:
        title: Top
        status: pending
        who: {permission: decide, organisation: case.sent_to}
        actions:
          pass: {title: Pass, to: done, withdraw: never}
          fail: {title: Fail, to: failed}
          return: *return
      done: {title: Done, end: success}
      failed:
        title: Failed
        end: failure
        actions:
          reopen:
            title: Reopen
            who: {permission: decide, organisation: case.last('fail').organisation}
            to: resume
      discarded: {title: Discarded, end: cancelled}
    """
)


def a_case(**policies: str) -> Running:
    organisations = {
        "unit": {"superior": "office", "kind": "unit"},
        "office": {"superior": "board", "kind": "office"},
        "board": {"kind": "top"},
        "other": {"kind": "office", "superior": "board"},
        "alone": {"kind": "unit"},
    }
    world = World(
        records={"organisations": organisations},
        policies={"stages": "two", "resubmit": "first_level", **policies},
    )
    return begin(PROCESS, world, {"unit": "unit", "until": "2026-09-30"})


def test_a_case_begins_at_the_first_step_and_waits_for_its_initiator() -> None:
    case = a_case()

    assert case.place == "fill"
    assert case.state.status == "draft"
    assert [item.person for item in case.last.work] == ["ann"]


@pytest.mark.req("REV-04")
def test_the_stages_of_a_unit_come_one_after_the_other() -> None:
    case = a_case().typed("submit", "ann", {})
    places = [case.place]
    places.append(case.do("pass", "bob", "unit").place)
    places.append(case.do("pass", "bea", "unit").place)

    assert places == ["unit.first@unit", "unit.second@unit", "superiors@office"]


@pytest.mark.req("REV-04")
def test_a_policy_leaves_a_stage_out() -> None:
    assert a_case(stages="one").typed("submit", "ann", {}).place == "unit.second@unit"


@pytest.mark.req("ENG-06", "ORG-02")
def test_a_chain_ends_where_its_condition_holds_and_sends_the_case_there() -> None:
    case = a_case(stages="one").typed("submit", "ann", {}).do("pass", "bob", "unit")

    case.do("pass", "sue", "office")

    assert case.place == "top@board"


@pytest.mark.req("ENG-06")
def test_a_chain_without_a_level_between_is_passed_over() -> None:
    case = a_case(stages="one").typed("submit", "ann", {"unit": "office"})

    case.do("pass", "sue", "office")

    assert case.place == "top@board"


@pytest.mark.req("UNIT-13", "ENG-07")
def test_a_case_can_be_sent_past_the_chain() -> None:
    case = a_case(stages="one").typed("submit", "ann", {})

    case.do("pass", "bob", "unit", elsewhere="other")

    assert case.place == "top@other"


@pytest.mark.req("UNIT-15", "ENG-07")
def test_inserted_organisations_are_visited_in_order_before_the_route_goes_on() -> None:
    case = a_case(stages="one").typed("submit", "ann", {}).do("pass", "bob", "unit")

    case.do("pass", "sue", "office", next_reviewers=["other", "unit"])
    places = [case.place]
    places.append(case.do("pass", "oto", "other").place)
    places.append(case.do("pass", "bob", "unit").place)

    assert places == ["superiors@other", "superiors@unit", "top@board"]


@pytest.mark.req("ENG-14")
def test_a_unit_without_a_superior_is_an_incident_and_not_a_lost_case() -> None:
    case = a_case(stages="one").typed("submit", "ann", {"unit": "alone"})

    case.do("pass", "bob", "alone")

    assert case.place == "superiors"
    assert case.state.stuck == "no_next_organisation"
    assert case.last.work == ()
    case.operate("reroute", "ada", organisation="office", reason="found")
    assert case.place == "superiors@office"
    assert case.do("pass", "sue", "office").place == "top@board"


class TestReturn:
    @pytest.mark.req("REV-06", "REV-07", "REV-19")
    def test_it_goes_to_the_initiator_with_a_deadline_and_starts_again_at_the_unit(self) -> None:
        case = a_case().typed("submit", "ann", {}).do("pass", "bob", "unit")

        case.do("return", "bea", "unit", reason="incomplete", resubmit_until="2026-10-10")

        assert (case.place, case.state.status, case.state.due) == ("fill", "returned", "2026-10-10")
        case.typed("submit", "ann", {})
        assert (case.place, case.state.returned) == ("unit.first@unit", False)

    @pytest.mark.req("REV-19")
    def test_a_policy_brings_the_resubmission_straight_back_to_the_returning_level(self) -> None:
        case = a_case(stages="one", resubmit="returning_level").typed("submit", "ann", {})
        case.do("pass", "bob", "unit").do("return", "sue", "office", reason="incomplete")

        case.typed("submit", "ann", {})

        assert case.place == "superiors@office"
        assert case.do("pass", "sue", "office").place == "top@board"

    def test_previous_is_the_place_held_by_another_organisation(self) -> None:
        case = a_case().typed("submit", "ann", {})
        case.do("pass", "bob", "unit").do("pass", "bea", "unit")

        case.do("back", "sue", "office")

        assert case.place == "unit.first@unit"

    def test_after_a_return_the_chain_goes_on_from_where_it_came(self) -> None:
        case = a_case(stages="one").typed("submit", "ann", {}).do("pass", "bob", "unit")
        case.do("back", "sue", "office").do("pass", "bob", "unit")

        assert case.place == "superiors@office"


class TestWithdraw:
    @pytest.mark.req("REV-12", "APP-22")
    def test_it_brings_the_case_back_while_nobody_has_acted(self) -> None:
        case = a_case(stages="one").typed("submit", "ann", {})
        assert case.operate("withdraw", "ann").place == "fill"

        case.typed("submit", "ann", {}).do("pass", "bob", "unit")
        assert case.operate("withdraw", "bob", "unit").place == "unit.second@unit"
        assert case.do("pass", "bob", "unit").place == "superiors@office"

    @pytest.mark.req("REV-13")
    def test_a_first_stage_decision_counts_as_having_acted(self) -> None:
        case = a_case().typed("submit", "ann", {}).do("pass", "bob", "unit")

        with pytest.raises(Refused, match="withdraw_decided"):
            case.operate("withdraw", "ann")

    @pytest.mark.req("REV-13")
    def test_a_return_cannot_be_undone_by_withdrawing_the_pass_before_it(self) -> None:
        case = a_case(stages="one").typed("submit", "ann", {}).do("pass", "bob", "unit")
        case.do("return", "sue", "office", reason="incomplete")

        with pytest.raises(Refused):
            case.operate("withdraw", "bob", "unit")

    def test_the_submission_that_came_straight_back_can_be_withdrawn(self) -> None:
        case = a_case(stages="one", resubmit="returning_level").typed("submit", "ann", {})
        case.do("pass", "bob", "unit").do("return", "sue", "office", reason="incomplete")
        case.typed("submit", "ann", {})

        case.operate("withdraw", "ann")

        assert (case.place, case.state.status) == ("fill", "returned")
        assert case.typed("submit", "ann", {}).place == "superiors@office"

    def test_it_restores_the_deadline_and_the_address(self) -> None:
        case = a_case(stages="one").typed("submit", "ann", {})
        case.do("pass", "bob", "unit", elsewhere="other").operate("withdraw", "bob", "unit")

        assert case.state.sent_to is None
        assert case.operate("withdraw", "ann").state.due == "2026-09-30"


class TestEnds:
    @pytest.mark.req("REV-08", "REV-09")
    def test_a_failed_case_is_reopened_at_the_place_that_failed_it(self) -> None:
        case = a_case(stages="one").typed("submit", "ann", {}).do("pass", "bob", "unit")
        case.do("pass", "sue", "office").do("fail", "tom", "board")
        assert (case.state.closed, case.state.outcome) == ("failure", "failed")

        case.do("reopen", "tom", "board")

        assert (case.place, case.state.closed) == ("top@board", None)
        assert case.do("pass", "tom", "board").state.closed == "success"

    def test_a_closed_case_offers_nothing_else(self) -> None:
        case = a_case().typed("discard", "ann", {})

        with pytest.raises(Refused, match="case_closed"):
            case.typed("submit", "ann", {})


class TestDeadline:
    @pytest.mark.req("APP-24", "APP-26", "ENG-09")
    def test_a_hard_deadline_ends_with_its_day_and_refuses_what_moves_the_case(self) -> None:
        case = a_case()
        case.at = case.at.replace(month=9, day=30, hour=23, minute=59)
        assert case.command("time", "due").state.overdue is False

        case.at = case.at.replace(month=10, day=1, hour=0, minute=0)

        with pytest.raises(Refused, match="deadline_passed"):
            case.typed("submit", "ann", {})
        assert case.typed("discard", "ann", {}).place == "discarded"

    @pytest.mark.req("REV-16", "REV-31")
    def test_an_extended_deadline_lets_it_go_on(self) -> None:
        case = a_case()
        with pytest.raises(Refused, match="deadline_not_over"):
            case.operate("extend", "bob", "unit", until="2026-10-20")
        case.at = case.at.replace(month=10, day=11)
        assert case.command("time", "due").state.overdue is True

        case.operate("extend", "bob", "unit", until="2026-10-20")

        assert (case.state.due, case.state.overdue) == ("2026-10-20", False)
        assert case.typed("submit", "ann", {}).place == "unit.first@unit"


@pytest.mark.req("ENG-12")
def test_the_state_is_rebuilt_from_commands_and_recorded_facts_alone() -> None:
    case = a_case().typed("submit", "ann", {}).do("pass", "bob", "unit").do("pass", "bea", "unit")
    case.operate("withdraw", "bea", "unit").do("pass", "bea", "unit")
    case.do("pass", "sue", "office", next_reviewers=["other"]).do("pass", "oto", "other")
    case.do("fail", "tom", "board").do("reopen", "tom", "board")

    case.world.records.clear()

    assert case.replayed() == case.state


def test_a_state_is_the_same_after_being_written_and_read() -> None:
    case = a_case(stages="one", resubmit="returning_level").typed("submit", "ann", {})
    case.do("pass", "bob", "unit").do("return", "sue", "office", reason="incomplete")

    assert State.from_json(orjson.loads(orjson.dumps(case.state.to_json()))) == case.state


def test_a_refused_command_changes_nothing() -> None:
    case = a_case().typed("submit", "ann", {})
    before = case.state

    with pytest.raises(Refused):
        case.do("back", "bob", "unit")

    assert case.state is before


@pytest.mark.parametrize("rounds", [1_000])
def test_a_thousand_returns_leave_the_state_as_small_as_one(rounds: int) -> None:
    """Stock SpiffWorkflow loses the task 1,000 tasks deep and calls the case finished."""
    case = a_case(stages="one")
    sizes = []
    for number in range(rounds):
        case.typed("submit", "ann", {}).do("return", "bob", "unit", reason="again")
        if number in (0, rounds - 1):
            sizes.append(len(orjson.dumps(case.state.to_json())))
    case.typed("submit", "ann", {}).do("pass", "bob", "unit").do("pass", "sue", "office")

    assert sizes[1] <= sizes[0] * 1.2
    assert case.do("pass", "tom", "board").state.closed == "success"


@pytest.mark.req("ENG-14")
def test_a_task_of_one_person_whom_nothing_names_is_an_incident_and_not_a_lost_case() -> None:
    process = compiled("""
        process: town/named
        title: N
        form: request
        steps:
          fill: {title: F, who: initiator, edit: all, actions: {submit: {title: S, to: check}}}
          check:
            title: C
            who: {permission: p, organisation: data.unit, person: case.last('agree').person}
            actions: {pass: {title: P, to: done}}
          again:
            title: A
            who: {permission: p, organisation: data.unit}
            actions: {agree: {title: G, verb: pass, to: check}}
          done: {title: D, end: success}
        """)
    world = World(records={"organisations": {"unit": {}}})
    case = begin(process, world, {"unit": "unit"})

    case.do("submit", "ann")

    assert (case.place, case.state.stuck) == ("check@unit", "nobody_named")
    assert case.last is not None
    assert case.last.work == ()
    case.operate("reroute", "ada", organisation="unit", step="again", reason="nobody")
    case.do("agree", "bob", "unit")
    assert case.state.stuck is None
    assert [item.person for item in case.last.work] == ["bob"]
    assert case.replayed() == case.state


REOPENED = compiled(
    """
    process: demo/reopened
    title: Reopened
    form: request
    steps:
      fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: first}}}
      first:
        title: First
        who: {permission: p, organisation: data.unit}
        actions: {pass: {title: P, to: second}}
      second:
        title: Second
        who: {permission: p, organisation: data.unit.superior}
        actions: {note: {title: N, verb: record}, pass: {title: P, to: third}}
      third:
        title: Third
        who: {permission: p, organisation: data.unit}
        actions: {pass: {title: P, to: done}}
      done:
        title: Done
        end: success
        actions: {again: {title: A, verb: reopen, to: first}}
    """
)


def at_second() -> Running:
    organisations = {"unit": {"superior": "office"}, "office": {}}
    case = begin(REOPENED, World(records={"organisations": organisations}), {"unit": "unit"})
    return case.typed("submit", "ann", {}).do("pass", "bob", "unit")


@pytest.mark.req("REV-13", "ENG-06")
def test_a_pass_to_an_end_that_was_opened_again_cannot_be_withdrawn() -> None:
    case = at_second().do("pass", "sue", "office").do("pass", "bea", "unit")
    case.do("again", "sue", "office")

    with pytest.raises(Refused, match="withdraw_decided"):
        case.operate("withdraw", "bea", "unit")

    assert case.place == "first@unit"


@pytest.mark.req("REV-13")
def test_what_was_recorded_at_a_place_keeps_it_after_its_own_pass_was_withdrawn() -> None:
    case = at_second().do("note", "sue", "office").do("pass", "sue", "office")
    case.operate("withdraw", "sue", "office")

    with pytest.raises(Refused, match="withdraw_decided"):
        case.operate("withdraw", "bob", "unit")
