"""What happens beside a task, what breaks it off, and what somebody has to notice: run as cases."""

from datetime import timedelta

import pytest

from engine.domain.errors import Refused
from tests.bpmn.support import case, imported, walked
from tests.bpmn.test_unfolding import AROUND, BODY, TIMER, event, file, sub

MESSAGE = "<messageEventDefinition/>"
SIGNAL = '<signalEventDefinition signalRef="s1"/>'
ESCALATION = '<escalationEventDefinition escalationRef="up"/>'
WHEN = (
    "<conditionalEventDefinition><condition>${amount > 5}</condition></conditionalEventDefinition>"
)
BESIDE = 'attachedToRef="sub" cancelActivity="false"'
OFF = 'attachedToRef="sub"'


def codes(content: bytes) -> set[str]:
    return {one.code for one in imported(content)[1]}


@pytest.mark.req("ENG-01")
@pytest.mark.parametrize("inside", ["userTask sub", sub(*BODY)], ids=["task", "sub-process"])
def test_a_timer_that_breaks_nothing_off_begins_something_beside_it(inside):
    content = file(*AROUND, inside, event("boundaryEvent", "late", TIMER, BESIDE), "userTask urge",
                   "late>urge", "urge>e", "userTask z", "sub>z", "z>e")  # fmt: skip
    running = case(content)
    doing = "b" if inside.startswith("<sub") else "sub"
    running.do("submit", "ann", "unit")
    assert running.places == [f"{doing}@unit", "late"]

    running.at += timedelta(days=6)
    running.command("time", "wait", place="late")
    assert running.places == [f"{doing}@unit", "urge@unit"]

    running.do("pass", "bob", "unit", place="urge")
    assert running.places == [f"{doing}@unit"]
    running.do("pass", "bob", "unit", place=doing)
    assert running.places == ["z@unit"]
    assert "BPM190" in codes(content)


def test_what_is_not_done_beside_a_task_when_the_task_is_done_ends_with_it():
    content = file(*AROUND, "userTask sub", event("boundaryEvent", "late", TIMER, BESIDE),
                   "userTask urge", "late>urge", "userTask z", "sub>z", "z>e")  # fmt: skip
    running = case(content)
    running.do("submit", "ann", "unit")

    running.do("pass", "bob", "unit", place="sub")

    assert running.places == ["z@unit"]
    running.do("pass", "bob", "unit", place="z")
    assert running.state.outcome == "e"


def test_one_event_breaks_off_what_another_stands_beside():
    content = file(*AROUND, "userTask sub", event("boundaryEvent", "asked", MESSAGE, BESIDE),
                   "userTask answer", "asked>answer", event("boundaryEvent", "gone", MESSAGE, OFF),
                   "userTask close", "gone>close", "close>e", "sub>e")  # fmt: skip
    running = case(content)
    running.do("submit", "ann", "unit")
    running.do("received", "bob", "unit", place="asked")
    assert running.places == ["sub@unit", "answer@unit"]

    running.do("gone", "bob", "unit", place="sub")

    assert running.places == ["close@unit"]


def test_the_initiator_begins_with_the_task_beside_which_something_waits():
    late = event("boundaryEvent", "late", TIMER, BESIDE)
    content = file("startEvent s", "endEvent e", "userTask sub", "s>sub", "sub>e", late,
                   "userTask urge", "late>urge")  # fmt: skip
    running = case(content)
    assert running.places == ["sub", "late"]

    running.do("pass", "ann", place="sub")

    assert running.state.outcome == "e"


def test_ways_beside_a_task_do_not_lead_back():
    content = file(*AROUND, "userTask sub", event("boundaryEvent", "late", TIMER, BESIDE),
                   "userTask z", "sub>z", "late>z", "z>e")  # fmt: skip
    (error,) = imported(content)[1].errors

    assert (error.at.line, error.code) == (8, "BPM110")
    assert "do not lead back" in error.sentence("en")


@pytest.mark.parametrize("kind", [SIGNAL, ESCALATION, '<errorEventDefinition errorRef="x"/>'])
def test_what_somebody_learns_of_is_an_action_that_breaks_off(kind):
    content = file(*AROUND, "userTask sub", event("boundaryEvent", "up", kind, OFF), "userTask z",
                   "up>z", "z>e", "sub>e")  # fmt: skip

    assert walked(case(content), "submit", "up") == ["a", "sub", "z", "e"]
    assert walked(case(content), "submit", "pass") == ["a", "sub", "e"]


@pytest.mark.parametrize("amount", [5, 6])
def test_a_condition_is_an_action_offered_when_it_holds(amount):
    content = file(*AROUND, "userTask sub", event("boundaryEvent", "much", WHEN, OFF), "userTask z",
                   "much>z", "z>e", "sub>e")  # fmt: skip
    running = case(content, amount=amount)
    running.do("submit", "ann", "unit")

    if amount > 5:
        running.do("much", "bob", "unit", place="sub")
        assert running.places == ["z@unit"]
    else:
        with pytest.raises(Refused):
            running.do("much", "bob", "unit", place="sub")
    assert "BPM192" in codes(content)


@pytest.mark.parametrize("kind", [SIGNAL, WHEN])
def test_a_signal_and_a_condition_are_waited_for(kind):
    content = file(*AROUND, event("intermediateCatchEvent", "sub", kind), "sub>e")

    assert walked(case(content, amount=6)) == ["a", "sub", "e"]


def test_an_escalation_leads_to_where_it_is_caught():
    inner = sub("startEvent i", "userTask b", "exclusiveGateway g", "i>b", "b>g",
                event("intermediateThrowEvent", "t", ESCALATION), "g>t?${amount > 5}", "t>o",
                "g>o", "endEvent o")  # fmt: skip
    content = file(*AROUND, inner, event("boundaryEvent", "up", ESCALATION, OFF), "userTask z",
                   "up>z", "z>e", "sub>e")  # fmt: skip

    assert walked(case(content, amount=6)) == ["a", "b", "z", "e"]
    assert walked(case(content, amount=5)) == ["a", "b", "e"]


def test_a_signal_inside_one_process_is_refused_where_it_is_thrown():
    content = file(
        *AROUND,
        event("intermediateThrowEvent", "sub", SIGNAL),
        "userTask z",
        "sub>z",
        event("boundaryEvent", "up", SIGNAL, 'attachedToRef="z"'),
        "up>e",
        "z>e",
    )
    (error,) = imported(content)[1].errors

    assert (error.at.line, error.code) == (7, "BPM110")


def test_what_cannot_happen_on_a_border_is_left_out():
    content = file(*AROUND, "sendTask sub", event("boundaryEvent", "late", TIMER, OFF),
                   "userTask z", "late>z", "z>e", "sub>e")  # fmt: skip
    text, problems = imported(content)

    assert text is not None
    assert "BPM193" in {one.code for one in problems}
    assert "z:" not in text


SCRIPTED = ("startEvent s", "userTask a", "endEvent e", "s>a", "a>x", "userTask hi", "userTask lo")
CHOICE = ("exclusiveGateway g", "g>hi?${note == 'much'}", "g>lo", "hi>e", "lo>e")


@pytest.mark.parametrize(
    ("script", "amount", "step"),
    [
        ("<script>note = amount > 5 ? 'much' : 'little'</script>", 6, "hi"),
        ("<script>note = amount > 5 ? 'much' : 'little'</script>", 5, "lo"),
        ("<script>execution.setVariable('note', 'much');</script>", 1, "hi"),
        ("<extensionElements><script expression='=if amount &gt; 5 then &quot;much&quot; else "
         "&quot;x&quot;' resultVariable='note'/></extensionElements>", 6, "hi"),
    ],
)  # fmt: skip
def test_a_script_that_assigns_is_set_by_the_action_before_it(script, amount, step):
    content = file(*SCRIPTED, event("scriptTask", "x", script), "x>g", *CHOICE)

    assert walked(case(content, amount=amount)) == ["a", step, "e"]
    assert "BPM194" in codes(content)


@pytest.mark.parametrize(
    "script",
    ["println('x')", "note = bean.ask(amount)", "note = 'a'; amount = note", "", "x = 1; x = 2",
     "for (i in 1..3) note = 'a'"],
)  # fmt: skip
def test_a_script_that_does_more_is_refused_where_it_stands(script):
    written = event("scriptTask", "x", f"<script>{script}</script>")
    (error,) = imported(file(*SCRIPTED, written, "x>g", *CHOICE))[1].errors

    assert (error.at.line, error.code) == (9, "BPM110")


def test_a_script_behind_a_gateway_is_refused():
    written = event("scriptTask", "x", "<script>note = 'much'</script>")
    content = file("startEvent s", "userTask a", "endEvent e", "s>a", "a>g", "exclusiveGateway g",
                   "g>x?${amount > 5}", "g>e", written, "x>e")  # fmt: skip

    assert [one.code for one in imported(content)[1].errors] == ["BPM110"]
