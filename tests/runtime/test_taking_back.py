"""What a withdrawal brings back beside the place, found by comparing with the language on paper."""

from __future__ import annotations

from datetime import timedelta
from textwrap import dedent, indent

import pytest

from engine.domain.errors import Refused
from engine.runtime.compiled import Compiled
from tests.support.processes import Running, World, begin, compiled


def sent_to(first: str, steps: str) -> Compiled:
    """A process whose applicant sends the case to one of these steps."""
    submit = f"actions: {{submit: {{title: Submit, to: {first}}}}}"
    return compiled(
        "process: demo/request\ntitle: Request\nform: request\nsteps:\n"
        f"  fill: {{title: Fill, who: initiator, {submit}}}\n" + indent(dedent(steps).strip(), "  ")
    )


PROCESS = compiled(
    """
    process: demo/request
    title: Request
    form: request
    deadlines:
      entry: {title: Entry, reach: unit, by: "days(today, 9)"}
    steps:
      fill:
        title: Fill
        who: initiator
        edit: all
        actions: {submit: {title: Submit, to: unit}}
      unit:
        title: Unit
        who: {permission: review, organisation: data.unit}
        stages: {first: {title: First}, second: {title: Second}}
        due: {by: "days(today, 5)"}
        actions:
          pass: {title: Pass, to: done}
          keep: {title: Keep, verb: save}
      done:
        title: Done
        end: success
        actions:
          again:
            title: Again
            verb: reopen
            who: {permission: review, organisation: data.unit}
            to: unit
    """
)


@pytest.fixture
def case() -> Running:
    """A case at the first of two stages, to be dealt with in five days."""
    return begin(PROCESS, World(), {"unit": "u"}).do("submit", "ann")


@pytest.mark.req("REV-13", "ENG-09")
def test_the_deadline_that_was_running_goes_on(case: Running) -> None:
    """It was counted anew from the withdrawal: whoever withdrew had more time."""
    due = case.state.due
    case.at += timedelta(days=2)
    case.do("pass", "rita", "u")
    case.at += timedelta(days=2)
    case.operate("withdraw", "rita", "u")

    assert (case.place, case.state.due) == ("unit.first@u", due)
    assert case.replayed() == case.state


@pytest.mark.req("ENG-09")
def test_the_next_stage_has_no_more_time_for_being_looked_at(case: Running) -> None:
    """The stages are one place; saving counted its deadline from the second stage."""
    due = case.state.due
    case.at += timedelta(days=2)
    case.do("pass", "rita", "u").do("keep", "sam", "u")

    assert (case.place, case.state.due) == ("unit.second@u", due)


@pytest.mark.req("REV-13")
def test_a_pass_between_stages_hides_no_reopening(case: Running) -> None:
    """Whoever passed the case before it ended took it back past the decision to open it again."""
    case.do("pass", "rita", "u").do("pass", "sam", "u").do("again", "tom", "u")
    case.do("pass", "rita", "u").operate("withdraw", "rita", "u")

    with pytest.raises(Refused) as refused:
        case.operate("withdraw", "sam", "u")
    assert refused.value.code == "withdraw_decided"
    assert case.place == "unit.first@u"


@pytest.mark.req("REV-13", "ENG-09")
def test_a_deadline_that_was_over_is_over_still() -> None:
    """It ran once more, and was told to be over a second time."""
    case = begin(PROCESS, World(), {"unit": "u"})
    case.at += timedelta(days=12)
    case.command("time", "deadline:entry").do("submit", "ann").operate("withdraw", "ann")

    assert case.place == "fill"
    assert case.state.deadlines["entry"].over
    assert case.last is not None
    assert case.last.timers == ()


WAITING = compiled(
    """
    process: demo/request
    title: Request
    form: request
    steps:
      fill:
        title: Fill
        who: initiator
        actions: {submit: {title: Submit, to: public}}
      public: {title: Public, wait: {until: data.until}, to: review}
      review:
        title: Review
        who: {permission: review}
        chain: {route: superior, from: data.unit}
        actions: {pass: {title: Pass, to: next}}
        to: done
      done: {title: Done, end: success}
    """
)


@pytest.mark.req("REV-13", "ENG-06")
def test_what_was_waited_for_is_not_taken_back() -> None:
    """The applicant went back past it; submitted again, the case passed over the first office."""
    offices = {"unit": {"superior": "office"}, "office": {"superior": "board"}, "board": {}}
    world = World(records={"organisations": offices})
    case = begin(WAITING, world, {"unit": "unit", "until": "2026-09-05"}).do("submit", "ann")
    case.at += timedelta(days=6)
    case.command("time", "wait")

    with pytest.raises(Refused) as refused:
        case.operate("withdraw", "ann")
    assert refused.value.code == "withdraw_decided"
    assert case.place == "review@office"
    case.do("pass", "olga", "office").operate("withdraw", "olga", "office")
    assert case.place == "review@office"


NOTED = compiled(
    """
    process: demo/noted
    title: Noted
    form: request
    actions:
      note: {title: Note, verb: record, who: initiator, ask: [opinion], into: remark}
      print:
        {title: Print, verb: record, who: initiator, do: [{document: {template: x, into: paper}}]}
    steps:
      fill: {title: Fill, who: initiator, actions: {submit: {title: Submit, to: checks}}}
      checks:
        title: Checks
        parallel:
          branches:
            one:
              own:
                title: Own
                who: {permission: review, organisation: data.unit}
                actions:
                  pass: {title: Pass, to: join}
                  remark: {title: Remark, verb: record, ask: [opinion]}
            two:
              other:
                title: Other
                who: {permission: review, organisation: data.unit}
                actions: {pass: {title: Pass, to: join}}
        to: done
      done: {title: Done, end: success}
    """
)


@pytest.fixture
def noted() -> Running:
    """A case in two branches, on which its initiator may note something."""
    return begin(NOTED, World(), {"unit": "u"}).do("submit", "ann")


@pytest.mark.req("REV-13")
def test_a_note_of_ones_own_does_not_keep_one_from_withdrawing(noted: Running) -> None:
    """It was said that the next level had acted, which it had not."""
    noted.do("note", "ann", place="own", opinion="a page is missing")

    noted.operate("withdraw", "ann")

    assert noted.place == "fill"
    assert noted.data["remark"] == {"opinion": "a page is missing"}
    assert noted.replayed() == noted.state


@pytest.mark.req("REV-13")
def test_a_note_of_somebody_else_keeps_it_and_so_does_what_cannot_be_undone(
    noted: Running,
) -> None:
    before = noted.state
    noted.do("print", "ann", place="other")
    with pytest.raises(Refused, match="withdraw_irreversible"):
        noted.operate("withdraw", "ann")

    noted.state = before
    noted.do("remark", "rita", "u", place="own", opinion="seen")
    with pytest.raises(Refused, match="withdraw_decided"):
        noted.operate("withdraw", "ann")


def waits_for(case: Running) -> list[str | None]:
    """Whose task it is."""
    assert case.last is not None
    return [item.person for item in case.last.work]


DIVIDED = sent_to(
    "both",
    """
    both:
      title: Both
      to: public
      parallel:
        branches:
          one:
            note:
              title: Note
              who: {permission: review, organisation: data.unit}
              actions: {pass: {title: Pass, to: join}}
    public:
      title: Public
      wait: {until: data.until}
      to: done
      actions:
        back:
          title: Back
          verb: return
          who: {permission: review, organisation: data.unit}
          to: note
    done: {title: Done, end: success}
    """,
)


@pytest.mark.req("REV-13", "ENG-06")
@pytest.mark.parametrize("way", ["withdraw", "return"])
def test_a_date_is_not_taken_back_into_the_branches(way: str) -> None:
    """The parallel step had the date of the wait after it, and was left when the day was over."""
    case = begin(DIVIDED, World(), {"unit": "u", "until": "2026-09-05"}).do("submit", "ann")
    case.do("pass", "rita", "u", place="note")
    assert case.state.wait_until == "2026-09-05"

    if way == "withdraw":
        case.operate("withdraw", "rita", "u")
    else:
        case.do("back", "rita", "u")

    assert (case.places, case.state.wait_until) == (["note@u"], None)
    case.at += timedelta(days=9)
    case.command("time", "wait")
    assert case.places == ["note@u"]
    assert case.replayed() == case.state


STAGED = sent_to(
    "both",
    """
    both:
      title: Both
      to: done
      parallel:
        branches:
          one:
            unit:
              title: Unit
              who: {permission: review, organisation: data.unit}
              stages: {first: {title: First}, second: {title: Second}}
              actions:
                pass: {title: Pass, to: join}
                fail: {title: Fail, to: failed}
    done: {title: Done, end: success}
    failed:
      title: Failed
      end: failure
      actions:
        reopen:
          title: Reopen
          who: {permission: review, organisation: data.unit}
          to: resume
    """,
)


@pytest.mark.req("REV-04", "ENG-06")
def test_what_is_opened_again_in_a_branch_begins_at_its_first_stage() -> None:
    """Outside of branches it did; in one, the first stage did not see the case again."""
    case = begin(STAGED, World(), {"unit": "u"}).do("submit", "ann")
    case.do("pass", "rita", "u", place="unit").do("fail", "sam", "u", place="unit")

    case.do("reopen", "rita", "u")

    assert case.places == ["unit.first@u"]
    assert case.replayed() == case.state


@pytest.mark.req("ENG-14")
def test_a_case_is_put_into_branches_by_hand() -> None:
    """Nobody waits at the parallel step itself, and it was refused for that."""
    case = begin(STAGED, World(), {"unit": "u"}).do("submit", "ann")

    case.operate("reroute", "ada", step="both", reason="once more")

    assert case.places == ["unit.first@u"]
    assert waits_for(case) == [None]


@pytest.mark.req("REV-13")
def test_a_step_without_a_status_has_that_of_before_again() -> None:
    """That of the step the case was taken back from stayed."""
    process = compiled(
        """
        process: demo/silent
        title: Request
        form: request
        steps:
          fill:
            title: Fill
            status: draft
            who: initiator
            actions: {submit: {title: Submit, to: look}}
          look:
            title: Look
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: Pass, to: review}}
          review:
            title: Review
            status: open
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: Pass, to: done}}
          done: {title: Done, end: success}
        """
    )
    case = begin(process, World(), {"unit": "u"}).do("submit", "ann").do("pass", "rita", "u")
    assert case.state.status == "open"
    case.operate("withdraw", "rita", "u")
    assert (case.state.place.step, case.state.status) == ("look", "draft")


NESTED = sent_to(
    "outer",
    """
    outer:
      title: Outer
      to: done
      parallel:
        branches:
          one:
            inner:
              title: Inner
              to: join
              parallel:
                branches:
                  deep:
                    note:
                      title: Note
                      who: {permission: review, organisation: data.unit}
                      actions: {pass: {title: Pass, to: join}}
          two:
            look:
              title: Look
              who: {permission: review, organisation: data.unit}
              actions: {pass: {title: Pass, to: join}}
    done: {title: Done, end: success}
    """,
)


@pytest.mark.req("REV-13", "ENG-06")
def test_a_branch_that_ended_with_branches_of_its_own_is_opened_again() -> None:
    """It stayed ended: the other branch alone led on, and nobody waited at the note."""
    case = begin(NESTED, World(), {"unit": "u"}).do("submit", "ann")
    case.do("pass", "rita", "u", place="note")
    assert case.places == ["look@u"]

    case.operate("withdraw", "rita", "u", place="inner")

    assert case.places == ["note@u", "look@u"]
    case.do("pass", "sam", "u", place="look")
    assert case.places == ["note@u"]
    assert case.do("pass", "rita", "u", place="note").place == "done"
    assert case.replayed() == case.state


AGAIN = sent_to(
    "both",
    """
    both:
      title: Both
      to: done
      parallel:
        branches:
          one:
            wait:
              title: Wait
              wait: {until: "days(today, 3)"}
              to: check
              actions:
                go:
                  {title: Go, verb: pass, to: check,
                   who: {permission: review, organisation: data.unit}}
            check:
              title: Check
              who: {permission: review, organisation: data.unit}
              actions:
                pass: {title: Pass, to: join}
                fail: {title: Fail, to: failed}
    done: {title: Done, end: success}
    failed:
      title: Failed
      end: failure
      actions:
        reopen:
          {title: Reopen, who: {permission: review, organisation: data.unit}, to: resume}
    """,
)


def test_a_date_is_counted_from_when_the_case_came_though_it_was_elsewhere_since() -> None:
    """Gone on from in the same minute, it was counted from when the case was reopened."""
    case = begin(AGAIN, World(), {"unit": "u"}).do("submit", "ann")
    case.do("go", "rita", "u", place="wait")
    case.at += timedelta(days=5)
    case.do("fail", "rita", "u", place="check").do("reopen", "rita", "u")
    assert case.places == ["check@u"]

    case.operate("withdraw", "rita", "u", place="check")

    (branch,) = case.state.branches.values()
    assert (case.places, branch.wait_until) == (["wait"], "2026-09-04")
    assert case.replayed() == case.state
