"""Files as other tools write them run as cases to their end."""

from datetime import timedelta

import pytest

from tests.bpmn.support import FILES, case, completed, imported, walked
from tests.support.office import open_office
from tests.support.votes import PAPER, PROPOSAL, VOTES, Vote


def file(name: str) -> bytes:
    return (FILES / f"{name}.bpmn").read_bytes()


@pytest.mark.req("ENG-01")
@pytest.mark.parametrize(
    ("data", "trail"),
    [
        ({"amount": 10}, ["request", "prices", "order", "receive_1", "receive_2", "done"]),
        ({"amount": 5000, "note": "urgent"},
         ["request", "prices", "order", "receive_1", "receive_2", "done"]),
        ({"amount": 5000, "note": "again"},
         ["request", "prices", "stock", "order", "order", "receive_1", "receive_2", "done"]),
        # the error inside is caught on the border of the sub-process
        ({"amount": 9500}, ["request", "prices", "stock", "tell", "refused"]),
    ],
)  # fmt: skip
def test_camunda_7_a_sub_process_a_loop_and_two_of_three(data, trail):
    assert walked(case(file("camunda7"), **{"note": "", **data})) == trail


def test_camunda_7_the_timer_on_the_border_breaks_the_sub_process_off():
    running = case(file("camunda7"), amount=5000, note="")
    running.do("submit", "ann", "unit")
    running.do("pass", "bob", "unit", place="prices")
    assert running.places == ["stock@unit"]

    running.at += timedelta(days=15)
    running.command("time", "due", place="checking")

    assert running.state.closed == "cancelled"


@pytest.mark.parametrize(
    ("data", "steps"),
    [
        ({"amount": 150, "note": "x"}, ["desk_check"]),
        ({"amount": 300, "note": "x"}, ["desk_check", "head_check"]),
        ({"amount": 900, "note": "urgent"}, ["desk_check", "head_check"]),
        ({"amount": 900, "note": "small"}, ["log"]),
        ({"amount": 50, "note": "x"}, ["log"]),
    ],
)
def test_camunda_8_the_default_of_an_inclusive_gateway_only_if_nothing_else_holds(data, steps):
    running = case(file("camunda8"), manager="bob", **data)

    assert walked(running) == ["enter", *steps, "event_wait", "event_end"]


@pytest.mark.parametrize(
    ("answer", "trail"),
    [("yes", ["take_in", "examine", "end_event"]), ("no", ["take_in", "end_event_2"])],
)
def test_signavio_one_of_two_pools_with_lanes(answer, trail):
    assert walked(case(file("signavio"), "受理处"), answer) == trail


def test_of_several_pools_one_has_to_be_named():
    text, problems = imported(file("signavio"))

    assert text is None
    (error,) = problems.errors
    assert (error.code, error.at.line) == ("BPM102", 24)
    assert "受理处、外单位" in error.sentence("zh")


@pytest.mark.parametrize(("answer", "end"), [("yes", "booked"), ("no", "given_up")])
def test_bizagi_a_gateway_behind_a_join_is_a_step_that_chooses(answer, end):
    trail = walked(case(file("bizagi")), answer)

    assert trail == ["ask_to_travel", "book_flight", "book_hotel", "ok", end]


@pytest.mark.parametrize(
    ("answers", "days", "trail"),
    [
        (("way_1",), 9, ["begin", "scan", "approve", "pay", "plan", "replace", "rest", "fine"]),
        (("way_1",), 2, ["begin", "scan", "approve", "pay", "plan", "rest", "fine"]),
        (("way_2", "back", "way_3"), 2,
         ["begin", "apply_for", "approve", "apply_for", "approve", "refused"]),
    ],
)  # fmt: skip
def test_bpmn_io_two_starts_branches_and_a_wait(answers, days, trail):
    content = file("leave").replace(b"leaveDays", b"amount").replace(b'kind == "sick"', b"amount")
    content = content.replace(b'kind = "holiday"', b"amount = 0").replace(b"and amount<", b"<")
    content = content.replace(b" and amount}", b"}")

    assert walked(case(content, amount=days), *answers) == trail


def test_flowable_each_of_a_collection_is_asked_until_enough_have_answered():
    text, problems = imported(file("flowable"), "town/vote")
    assert text is not None
    assert {problem.code for problem in problems} == {"BPM157", "BPM158", "BPM172", "BPM184"}
    process = completed(text, "proposal", "jurisdiction.bureau").replace("clerk", "check")
    process = process.replace("decide: any", "decide: any, ballot: paper")
    more = {
        "forms/paper.yaml": PAPER,
        "forms/proposal.yaml": PROPOSAL,
        "definitions/codes/votes.yaml": VOTES,
        "definitions/processes/town/vote.yaml": process.replace("submit:", "open:"),
    }
    panel = Vote(open_office(more=more), 5, until="2026-09-20")

    panel.cast("v0")
    panel.cast("v3")
    assert panel.step == "sign"
    panel.cast("v1")  # three of five are six tenths

    assert panel.step == "archive"
    panel.town.close()
