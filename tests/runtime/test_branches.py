"""A request that several offices check at the same time (language 1.2: parallel; 1.6)."""

from __future__ import annotations

import orjson
import pytest

from engine.domain.case import State
from engine.domain.errors import Refused, Stale
from tests.support.processes import Running, World, begin, compiled

PROCESS = """
    process: demo/checks
    title: Checks
    form: request
    steps:
      fill:
        title: Fill
        status: [{when: case.returned, then: returned}, {then: draft}]
        who: initiator
        edit: all
        actions:
          submit: {title: Submit, to: unit}
      unit:
        title: Unit
        who: {permission: review, organisation: data.unit}
        actions:
          pass: {title: Pass, to: checks}
          return: {title: Return, to: fill, ask: [reason]}
      checks:
        title: Checks
        status: checking
        actions:
          stop:
            title: Stop
            verb: pass
            to: decide
            who: &lead {permission: lead, organisation: data.unit}
          note: {title: Note, verb: record, who: *lead}
        parallel:
          join: JOIN
          branches:
            money:
              money_check:
                title: Money
                status: pending
                who: {permission: count, organisation: data.unit.superior}
                actions:
                  pass: {title: Pass, to: money_second}
                  skip: {title: Skip, verb: pass, to: join}
                  fail: {title: Fail, to: failed}
              money_second:
                title: Second
                status: pending_second
                who: {permission: count, organisation: data.unit.superior.superior}
                actions:
                  pass: {title: Pass, to: join}
                  back: {title: Back, verb: return, to: previous}
                  first: {title: First, verb: return, to: money_check}
                  return: {title: Return, to: fill}
            law:
              law_check:
                title: Law
                status: pending
                who: {permission: judge, organisation: data.unit.superior.superior.superior}
                due: {by: data.until}
                actions:
                  pass: {title: Pass, to: join}
                  back: {title: Back, verb: return, to: previous}
                  resubmit: {title: Return, verb: return, to: fill, resubmit_to: returning_level}
            peace:
              waiting:
                title: Waiting
                when: has(data.until)
                wait: {until: data.until}
                to: join
        to: decide
      decide:
        title: Decide
        status: pending
        who: {permission: decide, organisation: data.unit}
        actions:
          pass: {title: Pass, to: done}
          money: {title: Money again, verb: return, to: money_check}
          law: {title: Law again, verb: return, to: law_check}
          back: {title: Back, verb: return, to: unit}
          before: {title: Before, verb: return, to: previous}
          whole: {title: Whole, verb: return, to: checks}
      done: {title: Done, end: success}
      failed:
        title: Failed
        end: failure
        actions:
          reopen: {title: Reopen, who: {permission: decide, organisation: data.unit}, to: resume}
    """
ALL = compiled(PROCESS.replace("JOIN", "all"))


def at_checks(process: str = "all", until: str | None = None) -> Running:
    made = ALL if process == "all" else compiled(PROCESS.replace("JOIN", process))
    organisations = {
        "unit": {"superior": "bank"}, "bank": {"superior": "board"}, "board": {"superior": "court"},
    }  # fmt: skip
    data = {"unit": "unit"} | ({"until": until} if until else {})
    case = begin(made, World(records={"organisations": organisations}), data)
    return case.do("submit", "ann").do("pass", "bob", "unit")


def waits(case: Running) -> list[tuple[str, str | None]]:
    """Whom the last command made the case wait for."""
    assert case.last is not None
    return [(item.step, item.organisation or item.person) for item in case.last.work]


def is_rebuilt(case: Running) -> bool:
    stored = orjson.dumps(case.state.to_json(), option=orjson.OPT_SORT_KEYS)
    again = orjson.dumps(case.replayed().to_json(), option=orjson.OPT_SORT_KEYS)
    back = State.from_json(orjson.loads(stored))
    return stored == again and back == case.state


def test_all_branches_begin_at_once_and_each_waits_for_its_own_people() -> None:
    case = at_checks(until="2026-09-20")

    assert case.places == ["money_check@bank", "law_check@court", "waiting"]
    assert case.state.status == "checking"
    assert waits(case) == [
        ("checks", "unit"), ("money_check", "bank"), ("law_check", "court"),
    ]  # fmt: skip
    assert [(timer.kind, timer.step) for timer in case.last.timers] == [
        ("due", "law_check"), ("wait", "waiting"),
    ]  # fmt: skip


def test_a_branch_with_nothing_to_do_has_ended_at_once() -> None:
    assert at_checks().places == ["money_check@bank", "law_check@court"]


def test_a_branch_with_nothing_to_do_is_not_the_one_that_any_waits_for() -> None:
    assert at_checks("any").places == ["money_check@bank", "law_check@court"]
    case = at_checks("3").do("skip", "max", "bank", place="money_check")

    case.do("pass", "lea", "court", place="law_check")

    # The third had nothing to do.
    assert case.place == "decide@unit"


def test_a_step_in_one_branch_leaves_the_others_as_they_are() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")

    assert case.places == ["money_second@board", "law_check@court"]
    assert waits(case) == [("money_second", "board")]
    assert case.last is not None
    assert case.last.kept == {("checks", 1), ("law_check", 1)}
    assert is_rebuilt(case)


def test_it_goes_on_when_all_branches_have_ended() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")
    assert case.places == ["law_check@court"]

    case.do("pass", "lea", "court", place="law_check")

    assert case.place == "decide@unit"
    assert case.state.branches == {}
    assert is_rebuilt(case)


@pytest.mark.parametrize(
    ("join", "passes", "place"),
    [("any", 1, "decide@unit"), ("2", 2, "decide@unit"), ("law", 1, "checks"), ("3", 2, "checks")],
)
def test_the_join_waits_for_any_for_so_many_or_for_one(join: str, passes: int, place: str) -> None:
    case = at_checks(join, until="2026-09-20")
    commands = [("money_check", "skip", "bank"), ("law_check", "pass", "court")]
    for step, action, here in commands[:passes]:
        case.do(action, "max", here, place=step)

    assert case.place == place
    assert is_rebuilt(case)


def test_a_branch_broken_off_by_the_join_waits_for_nobody_and_says_so() -> None:
    case = at_checks("any", until="2026-09-20").do("skip", "max", "bank", place="money_check")

    assert case.last is not None
    joined = next(event for event in case.last.events if event["event"] == "joined")
    assert [place[0] for place in joined["open"]] == ["law_check", "waiting"]
    assert case.last.kept == frozenset()
    assert case.last.timers == ()
    with pytest.raises(Stale):
        case.do("pass", "lea", "court", place="law_check")


def test_time_fires_in_the_branch_it_belongs_to() -> None:
    case = at_checks(until="2026-09-20")
    case.at = case.at.replace(month=10)
    case.command("time", "due", place="law_check")
    assert case.state.branches["law"].overdue

    case.command("time", "wait", place="waiting")

    assert case.places == ["money_check@bank", "law_check@court"]
    assert is_rebuilt(case)


@pytest.mark.req("ENG-07")
def test_a_return_inside_a_branch_touches_that_branch_only() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")

    case.do("back", "bea", "board", place="money_second")

    assert case.places == ["money_check@bank", "law_check@court"]
    assert case.state.branches["money"].returned
    assert is_rebuilt(case)


def test_a_return_to_before_the_split_ends_all_branches() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")

    case.do("return", "bea", "board", place="money_second")

    assert case.place == "fill"
    assert case.state.branches == {}
    assert case.last is not None
    assert case.last.kept == frozenset()
    case.do("submit", "ann").do("pass", "bob", "unit")
    assert case.places == ["money_check@bank", "law_check@court"]
    assert is_rebuilt(case)


def test_previous_at_the_first_step_of_a_branch_is_who_sent_it_into_the_split() -> None:
    case = at_checks().do("back", "lea", "court", place="law_check")

    assert case.place == "unit@unit"
    assert is_rebuilt(case)


def test_a_resubmission_to_the_returning_level_finds_the_other_branches_as_they_were() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")
    case.do("resubmit", "lea", "court", place="law_check")
    assert case.place == "fill"

    case.do("submit", "ann")

    assert case.places == ["money_second@board", "law_check@court"]
    assert is_rebuilt(case)


def test_what_had_ended_before_a_return_stays_done() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")
    case.do("resubmit", "lea", "court", place="law_check").do("submit", "ann")
    assert case.places == ["law_check@court"]

    case.do("pass", "lea", "court", place="law_check")

    assert case.place == "decide@unit"
    assert is_rebuilt(case)


def test_a_return_after_the_join_opens_that_branch_alone() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")
    case.do("pass", "bea", "board", place="money_second")
    case.do("pass", "lea", "court", place="law_check")

    case.do("money", "dan", "unit")

    assert case.places == ["money_check@bank"]
    assert case.state.branches["money"].returned
    case.do("pass", "max", "bank", place="money_check")
    case.do("pass", "bea", "board", place="money_second")
    assert case.place == "decide@unit"
    assert is_rebuilt(case)


def test_the_branch_that_came_last_can_be_opened_again_too() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")
    case.do("pass", "lea", "court", place="law_check").do("law", "dan", "unit")
    assert case.places == ["law_check@court"]

    case.do("pass", "lea", "court", place="law_check")

    assert case.place == "decide@unit"
    assert is_rebuilt(case)


def test_a_branch_opened_again_is_waited_for_whatever_the_join() -> None:
    case = at_checks("any").do("skip", "max", "bank", place="money_check")
    assert case.place == "decide@unit"

    case.do("money", "dan", "unit")

    assert case.places == ["money_check@bank"]
    case.do("skip", "max", "bank", place="money_check")
    assert case.place == "decide@unit"
    assert is_rebuilt(case)


def test_previous_after_the_join_is_the_place_that_joined() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")
    case.do("pass", "lea", "court", place="law_check").do("before", "dan", "unit")

    assert case.places == ["law_check@court"]
    assert is_rebuilt(case)


def test_going_back_to_a_split_left_by_its_own_action_finds_the_branches_as_they_stood() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check").do("stop", "lou", "unit")

    case.do("whole", "dan", "unit")

    assert case.places == ["money_second@board", "law_check@court"]
    assert is_rebuilt(case)


def test_a_failure_in_a_branch_ends_the_case_and_reopening_brings_all_branches_back() -> None:
    case = at_checks().do("fail", "max", "bank", place="money_check")
    assert (case.place, case.state.closed) == ("failed", "failure")

    case.do("reopen", "dan", "unit")

    assert case.places == ["money_check@bank", "law_check@court"]
    assert case.state.closed is None
    assert is_rebuilt(case)


def test_an_action_of_the_parallel_step_itself_ends_all_branches() -> None:
    case = at_checks().do("note", "lou", "unit")
    assert case.places == ["money_check@bank", "law_check@court"]

    case.do("stop", "lou", "unit")

    assert case.place == "decide@unit"
    assert is_rebuilt(case)


# ------------------------------------------------------------ withdrawing


@pytest.mark.req("ENG-08")
def test_a_pass_inside_a_branch_is_taken_back_there() -> None:
    case = at_checks().do("pass", "max", "bank", place="money_check")

    case.operate("withdraw", "max", "bank", place="money_second")

    assert case.places == ["money_check@bank", "law_check@court"]
    assert is_rebuilt(case)


def test_the_end_of_a_branch_is_taken_back_while_the_join_waits() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")

    case.operate("withdraw", "max", "bank", place="money_check")

    assert case.places == ["money_check@bank", "law_check@court"]
    assert waits(case) == [("money_check", "bank")]
    assert is_rebuilt(case)


def test_the_pass_that_joined_is_taken_back_with_everything_it_broke_off() -> None:
    case = at_checks("any", until="2026-09-20")
    before = case.state.branches
    case.do("skip", "max", "bank", place="money_check")

    case.operate("withdraw", "max", "bank")

    assert case.places == ["money_check@bank", "law_check@court", "waiting"]
    assert case.state.branches["law"].place == before["law"].place
    assert [(timer.kind, timer.step) for timer in case.last.timers] == [
        ("due", "law_check"), ("wait", "waiting"),
    ]  # fmt: skip
    assert is_rebuilt(case)


def test_only_who_joined_may_take_it_back() -> None:
    case = at_checks().do("skip", "max", "bank", place="money_check")
    case.do("pass", "lea", "court", place="law_check")

    with pytest.raises(Refused) as refused:
        case.operate("withdraw", "max", "bank")

    assert refused.value.code == "nothing_to_withdraw"


def test_the_pass_into_the_split_is_taken_back_while_nobody_has_acted_in_it() -> None:
    case = at_checks()
    case.operate("withdraw", "bob", "unit")
    assert case.place == "unit@unit"
    assert is_rebuilt(case)

    case = at_checks().do("pass", "max", "bank", place="money_check")
    with pytest.raises(Refused) as refused:
        case.operate("withdraw", "bob", "unit")
    assert refused.value.code == "withdraw_decided"


def test_a_wait_that_was_withdrawn_from_waits_no_more() -> None:
    process = compiled(
        """
        process: demo/wait
        title: Wait
        form: request
        steps:
          fill: {title: F, who: initiator, actions: {submit: {title: S, to: notice}}}
          notice: {title: N, wait: {until: data.until}, to: done}
          done: {title: Done, end: success}
        """
    )
    case = begin(process, World(), {"until": "2026-09-20"}).do("submit", "ann")
    assert case.state.wait_until == "2026-09-20"

    case.operate("withdraw", "ann")

    assert (case.place, case.state.wait_until) == ("fill", None)
    assert case.last is not None
    assert case.last.timers == ()


# ------------------------------------------------------------ size, nesting


def test_the_state_does_not_grow_with_rounds_through_the_branches() -> None:
    def one_round(case: Running) -> int:
        case.do("pass", "max", "bank", place="money_check")
        case.do("return", "bea", "board", place="money_second")
        case.do("submit", "ann").do("pass", "bob", "unit")
        return len(orjson.dumps(case.state.to_json()))

    case = at_checks()
    first = one_round(case)
    for _ in range(30):
        last = one_round(case)

    assert last <= first * 1.1


NESTED = compiled(
    """
    process: demo/nested
    title: Nested
    form: request
    facts:
      second: data.unit.superior
      third: data.unit.superior.superior
    steps:
      outer:
        title: Outer
        parallel:
          branches:
            left:
              inner:
                title: Inner
                parallel:
                  branches:
                    one:
                      a:
                        title: A
                        who: {permission: p, organisation: data.unit}
                        actions:
                          pass: {title: Pass, to: join}
                          out: {title: Out, verb: pass, to: after}
                          far: {title: Far, verb: pass, to: done}
                    two:
                      b:
                        title: B
                        who: {permission: p, organisation: second}
                        actions: {pass: {title: Pass, to: join}}
                to: after
              after:
                title: After
                who: {permission: p, organisation: third}
                actions: {pass: {title: Pass, to: join}, again: {title: R, verb: return, to: b}}
            right:
              d:
                title: D
                who: {permission: p, organisation: third.superior}
                actions: {pass: {title: Pass, to: join}}
        to: done
      done: {title: Done, end: success}
    """
)


def nested() -> Running:
    organisations = {"a": {"superior": "b"}, "b": {"superior": "c"}, "c": {"superior": "d"}}
    return begin(NESTED, World(records={"organisations": organisations}), {"unit": "a"})


def test_branches_inside_branches_are_joined_from_the_inside_out() -> None:
    case = nested()
    assert case.places == ["a@a", "b@b", "d@d"]

    case.do("pass", "x", "a", place="a").do("pass", "y", "b", place="b")
    assert case.places == ["after@c", "d@d"]
    case.do("pass", "z", "d", place="d").do("pass", "z", "c", place="after")

    assert (case.place, case.state.closed) == ("done", "success")
    assert is_rebuilt(case)


def test_leaving_an_inner_split_ends_the_inner_branches_only() -> None:
    case = nested().do("out", "x", "a", place="a")
    assert case.places == ["after@c", "d@d"]

    case.do("again", "z", "c", place="after")

    assert case.places == ["b@b", "d@d"]
    assert is_rebuilt(case)


def test_leaving_two_splits_at_once() -> None:
    case = nested().do("far", "x", "a", place="a")

    assert (case.place, case.state.closed) == ("done", "success")
    assert is_rebuilt(case)
