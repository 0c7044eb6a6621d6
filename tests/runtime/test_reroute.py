"""A case put somewhere by hand still waits for somebody, finds its way back, and on to an end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.errors import Refused
from tests.runtime.test_walk import PROCESS, a_case
from tests.support.processes import Running, World, begin, compiled

ORGANISATIONS = ("unit", "office", "board", "other", "alone")
#: who could press it, where the place does not say
PEOPLE = {"unit": "bob", "office": "sue", "board": "dan", "other": "oto", "alone": "bob"}


def at_unit() -> Running:
    return a_case().typed("submit", "ann", {})


def at_superiors() -> Running:
    return at_unit().do("pass", "bob", "unit").do("pass", "bea", "unit")


def reroute(case: Running, step: str | None = None, organisation: str | None = None) -> Running:
    return case.operate("reroute", "ada", step=step, organisation=organisation, reason="asked for")


class TestTheSameStep:
    def test_another_organisation_takes_it_over_from_its_first_stage(self) -> None:
        case = at_unit().do("pass", "bob", "unit")

        reroute(case, organisation="other")

        assert case.place == "unit.first@other"
        assert [passed.place.step for passed in case.state.path] == ["fill"]

    def test_a_chain_goes_on_from_the_organisation_it_was_put_at(self) -> None:
        case = at_superiors()

        reroute(case, organisation="other")

        assert case.place == "superiors@other"
        assert case.do("pass", "oto", "other").place == "top@board"

    def test_without_an_organisation_it_stays_where_it_is(self) -> None:
        assert reroute(at_superiors()).place == "superiors@office"


KEPT = compiled(
    """
    process: demo/kept
    title: Kept
    form: request
    start: {who: person}
    steps:
      fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: superiors}}}
      superiors:
        title: Superiors
        who: {permission: decide}
        chain:
          {route: superior, from: data.unit, until: org.kind == 'top', resolve: pinned_at_start}
        actions: {pass: {title: Pass, to: next}}
        to: done
      done: {title: Done, end: success}
    """
)


@pytest.mark.req("ENG-14", "ENG-16")
def test_a_route_kept_while_it_was_broken_goes_on_once_the_register_is_mended() -> None:
    """The register was mended and the incident stayed: the route ended where it had ended."""
    organisations = {
        "unit": {"superior": None, "kind": "unit"},
        "office": {"superior": "board", "kind": "office"},
        "board": {"superior": None, "kind": "top"},
    }
    case = begin(KEPT, World(records={"organisations": organisations}), {"unit": "unit"})
    case.typed("submit", "ann", {})
    with pytest.raises(Refused, match="no_next_organisation"):
        reroute(case)

    organisations["unit"]["superior"] = "office"
    reroute(case)

    assert (case.place, case.state.stuck) == ("superiors@office", None)
    assert case.do("pass", "sue", "office").place == "done"
    assert case.replayed() == case.state


class TestALaterStep:
    def test_it_is_reached_and_the_place_left_can_be_returned_to(self) -> None:
        case = reroute(at_superiors(), "top", "board")

        assert case.place == "top@board"
        assert case.state.sent_to == "board"
        assert str(case.state.path[-1].place) == "superiors@office"

    def test_a_chain_passed_by_hand_is_walked_anew_after_a_return(self) -> None:
        """A chain that was left in the middle went on in the middle the next time."""
        case = reroute(at_superiors(), "top", "board").do("return", "dan", "board", reason="x")
        case.typed("submit", "ann", {}).do("pass", "bob", "unit")

        assert case.do("pass", "bea", "unit").place == "superiors@office"

    def test_what_went_before_can_no_more_be_taken_back(self) -> None:
        case = reroute(at_superiors(), "top", "board")

        with pytest.raises(Refused, match="withdraw_decided"):
            case.operate("withdraw", "bea", "unit")


class TestAnEarlierStep:
    def test_a_place_on_the_path_is_gone_back_to_with_its_organisation(self) -> None:
        case = reroute(at_superiors(), "unit")

        assert case.place == "unit.first@unit"
        assert [passed.place.step for passed in case.state.path] == ["fill"]

    def test_its_initiator_gets_it_as_returned(self) -> None:
        case = reroute(at_superiors(), "fill")

        assert (case.place, case.state.status) == ("fill", "returned")
        assert [item.person for item in case.last.work] == ["ann"]
        assert case.typed("submit", "ann", {}).place == "unit.first@unit"


@pytest.mark.parametrize(
    ("step", "organisation", "code"),
    [
        ("done", None, "reroute_to_end"),
        ("nowhere", None, "no_such_step"),
        ("fill", "unit", "no_organisation_there"),
        ("top", None, "no_organisation"),
        ("superiors", "board", "chain_is_over"),
    ],
)
def test_where_nobody_could_go_on_it_is_refused(
    step: str, organisation: str | None, code: str
) -> None:
    case = at_unit()
    before = case.state

    with pytest.raises(Refused, match=code):
        reroute(case, step, organisation)
    assert case.state is before


def test_what_is_being_filled_in_is_not_taken_past_its_checks() -> None:
    case = a_case()

    with pytest.raises(Refused, match="reroute_unsubmitted"):
        reroute(case, "unit")
    assert case.place == "fill"


def test_a_closed_case_stays_closed() -> None:
    case = reroute(at_superiors(), "top", "board").do("pass", "dan", "board")

    with pytest.raises(Refused, match="case_closed"):
        reroute(case, "unit")


class TestSuspended:
    def test_nobody_acts_and_no_deadline_falls_due(self) -> None:
        case = a_case().operate("suspend", "ada", reason="asked for")

        assert case.last.timers == ()
        with pytest.raises(Refused, match="case_suspended"):
            case.typed("submit", "ann", {})
        with pytest.raises(Refused, match="case_suspended"):
            case.operate("save", "ann")
        assert not case.command("time", "due").state.overdue

    def test_it_goes_on_where_it_was_with_its_deadline(self) -> None:
        case = a_case()
        before = case.state, case.last.timers

        case.operate("suspend", "ada", reason="x").operate("resume", "ada", reason="y")

        assert (case.state, case.last.timers) == before
        assert case.typed("submit", "ann", {}).place == "unit.first@unit"

    def test_twice_is_refused(self) -> None:
        case = a_case()
        with pytest.raises(Refused, match="not_suspended"):
            case.operate("resume", "ada", reason="x")
        case.operate("suspend", "ada", reason="x")
        with pytest.raises(Refused, match="case_suspended"):
            case.operate("suspend", "ada", reason="x")


# -------------------------------------------------------------------- laws

ACTS = st.tuples(st.just("act"), st.sampled_from(["submit", "pass", "return", "back", "withdraw"]))
PUTS = st.tuples(
    st.just("put"),
    st.tuples(
        st.sampled_from([None, *PROCESS.process.steps]),
        st.sampled_from([None, *ORGANISATIONS]),
    ),
)


def press(case: Running, action: str) -> None:
    place = case.state.place
    by = PEOPLE.get(place.organisation or "", "ann")
    if action == "withdraw":
        last = case.state.path[-1] if case.state.path else None
        by, at = (last.person, last.place.organisation) if last else ("ann", None)
        case.operate("withdraw", by, at)
    elif action == "submit":
        case.typed("submit", by, {})
    else:
        case.do(action, by, place.organisation, reason="x")


def somebody_can_go_on(case: Running) -> bool:
    state = case.state
    return bool(state.closed or state.stuck or case.last.work)


def finish(case: Running) -> None:
    """Pass it on until it ends; a place where nobody is found is answered by hand."""
    for _ in range(12):
        if case.state.closed:
            return
        if case.state.stuck:
            reroute(case, "top", "board")
        elif case.state.relaying:
            raise AssertionError("nothing relays in this process")
        press(case, "submit" if case.state.place.step == "fill" else "pass")


@pytest.mark.req("ENG-14")
@given(st.lists(st.one_of(ACTS, PUTS), max_size=14))
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_by_hand_no_work_is_orphaned(moves: list[tuple[str, object]]) -> None:
    case = a_case()
    for kind, what in moves:
        before = case.state
        try:
            if kind == "act":
                press(case, str(what))
            else:
                step, organisation = what  # type: ignore[misc]
                reroute(case, step, organisation)
        except Refused:
            assert case.state is before
            continue
        state = case.state
        assert somebody_can_go_on(case)
        assert {item.organisation for item in case.last.work} <= {state.place.organisation}
        assert set(state.chain) <= {state.place.step}
        if kind == "put":
            assert state.stuck is None
            assert step in (None, state.place.step)

    assert case.replayed() == case.state
    finish(case)
    assert case.state.closed == "success"
    assert case.replayed() == case.state
