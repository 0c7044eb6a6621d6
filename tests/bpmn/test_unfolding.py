"""Sub-processes, loops and several instances: mapped where they mean the same."""

import re
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest

from tests.bpmn.support import case, imported, walked

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    '<process id="p">\n'
)


def element(text: str) -> str:
    """``userTask a@b`` and what is inside; a flow is ``a>b``, ``a>b?condition`` or ``a>b!``."""
    flow = re.fullmatch(r"(\w+)>(\w+)(?:\?(.*))?", text)
    if flow is None:
        kind, id_ = text.split()
        id_, _, border = id_.partition("@")
        inner = f' attachedToRef="{border}"' if border else ""
        return f'<{kind} id="{id_}"{inner}/>'
    id_ = f"{flow[1]}_{flow[2]}"
    asked = f"<conditionExpression>{escape(flow[3])}</conditionExpression>" if flow[3] else ""
    ends = f'sourceRef="{flow[1]}" targetRef="{flow[2]}"'
    return f'<sequenceFlow id="{id_}" {ends}>{asked}</sequenceFlow>'


def file(*lines: str) -> bytes:
    """One element on each line, the first on line 2; what begins with ``<`` is XML already."""
    written = (one if one.startswith("<") else element(one) for one in lines)
    return (HEAD + "\n".join(written) + "</process></definitions>").encode()


def sub(*lines: str, id: str = "sub", rest: str = "") -> str:
    """A sub-process, on one line."""
    inner = "".join(one if one.startswith("<") else element(one) for one in lines)
    return f'<subProcess id="{id}" {rest}>{inner}</subProcess>'


def event(kind: str, id: str, inside: str, rest: str = "") -> str:
    return f'<{kind} id="{id}" {rest}>{inside}</{kind}>'


ERROR = '<errorEventDefinition errorRef="x"/>'
TIMER = "<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>"
LOOP = "<standardLoopCharacteristics{}>{}</standardLoopCharacteristics>"
UNTIL = "<loopCondition>${note == 'again'}</loopCondition>"
MANY = "<multiInstanceLoopCharacteristics{}>{}</multiInstanceLoopCharacteristics>"
AROUND = ("startEvent s", "userTask a", "endEvent e", "s>a", "a>sub")
BODY = ("startEvent i", "userTask b", "endEvent o", "i>b", "b>o")


def test_a_sub_process_in_a_sub_process_with_branches_waits_for_all_of_them():
    inner = sub("startEvent j", "userTask c", "userTask d", "j>split", "parallelGateway split",
                "split>c", "split>d", "endEvent x", "c>x", "d>x", id="inner")  # fmt: skip
    content = file(
        *AROUND, "userTask z", "sub>z", "z>e",
        sub("startEvent i", inner, "userTask f", "endEvent o", "i>inner", "inner>f", "f>o"),
    )  # fmt: skip

    assert walked(case(content)) == ["a", "c", "d", "f", "z", "e"]


@pytest.mark.parametrize(("first", "trail"), [("", ["a", "b", "z", "e"]), ("again", None)])
@pytest.mark.parametrize("before", [False, True])
def test_a_loop_asks_before_or_behind_each_time(first, trail, before):
    loop = LOOP.format(' testBefore="true"' if before else "", UNTIL)
    content = file(*AROUND, sub(*BODY, loop), "userTask z", "sub>z", "z>e")
    running = case(content, note=first)

    running.do("submit", "ann", "unit")
    expected = ["z@unit"] if before and not first else ["b@unit"]
    assert running.places == expected
    if expected == ["b@unit"]:
        running.do("pass", "bob", "unit", place="b")
        assert running.places == (["b@unit"] if first else ["z@unit"])


@pytest.mark.parametrize(
    ("turns", "names"),
    [(' isSequential="true"', ["b", "b", "b"]), ("", ["b_1", "b_2", "b_3"])],
)
def test_so_many_instances_one_after_the_other_or_side_by_side(turns, names):
    many = MANY.format(turns, "<loopCardinality>3</loopCardinality>")
    content = file("startEvent s", "userTask a", "endEvent e", "s>a", "a>b", "b>e",
                   event("userTask", "b", many))  # fmt: skip

    assert walked(case(content)) == ["a", *names, "e"]


@pytest.mark.parametrize(
    ("amount", "steps"), [(1, ["c"]), (7, ["b", "c"]), (20, ["b"])]
)  # fmt: skip
def test_all_ways_out_of_a_task_whose_conditions_hold_are_taken(amount, steps):
    content = file("startEvent s", "userTask a", "userTask b", "userTask c", "endEvent e", "s>a",
                   "a>b?${amount > 5}", "a>c?${amount < 10}", "b>e", "c>e")  # fmt: skip

    assert walked(case(content, amount=amount)) == ["a", *steps, "done"]


@pytest.mark.parametrize(("amount", "step"), [(5, "c"), (6, "b")])
def test_conditions_that_exclude_each_other_are_a_choice(amount, step):
    content = file("startEvent s", "userTask a", "userTask b", "userTask c", "endEvent e", "s>a",
                   "a>b?${amount > 5}", "a>c?${amount <= 5}", "b>d", "c>d", "userTask d",
                   "d>e")  # fmt: skip

    assert walked(case(content, amount=amount)) == ["a", step, "d", "e"]


def test_a_gateway_that_joins_and_splits_is_two():
    content = file(
        "startEvent s", "userTask a", "endEvent e", "s>a", "a>p", "parallelGateway p",
        *(f"userTask {one}" for one in "bcdf"), "p>b", "p>c", "parallelGateway q", "b>q", "c>q",
        "q>d", "q>f", "parallelGateway r", "d>r", "f>r", "r>e",
    )  # fmt: skip

    assert walked(case(content)) == ["a", "b", "c", "d", "f", "e"]


@pytest.mark.parametrize(
    ("lasts", "early", "late"),
    [("PT4H", timedelta(hours=3, minutes=59), timedelta(minutes=1)),
     ("PT30M", timedelta(minutes=29), timedelta(minutes=1)),
     ("PT90S", None, None)],
)  # fmt: skip
def test_a_timer_of_hours_goes_off_to_the_minute(lasts, early, late):
    content = file(*AROUND, event("userTask", "sub", ""), "userTask z", "sub>e", "y>z", "z>e",
                   event("boundaryEvent", "y", TIMER.replace("P5D", lasts),
                         'attachedToRef="sub"'))  # fmt: skip
    if early is None:
        assert [one.code for one in imported(content)[1].errors] == ["BPM120"]
        return
    running = case(content)
    running.do("submit", "ann", "unit")

    running.at += early
    running.command("time", "due", place="sub")
    assert running.places == ["sub@unit"]

    running.at += late
    running.command("time", "due", place="sub")
    assert running.places == ["z@unit"]


@pytest.mark.parametrize("drawn", [sub(), "businessRuleTask sub"])
def test_what_a_drawing_only_names_is_a_task(drawn):
    content = file(*AROUND, drawn, "sub>e")

    assert walked(case(content)) == ["a", "sub", "e"]
    codes = {one.code for one in imported(content)[1]}
    assert codes & {"BPM188", "BPM189"}


def test_a_timer_without_a_time_is_a_date_to_fill_in():
    content = file(*AROUND, event("intermediateCatchEvent", "sub", "<timerEventDefinition/>"),
                   "sub>e")  # fmt: skip
    text, problems = imported(content)

    assert text is not None
    assert "until: data.sub" in text
    assert "BPM187" in {one.code for one in problems}


SPLIT = ("startEvent i", "parallelGateway p", "i>p", "userTask b", "userTask c", "p>b", "p>c",
         "endEvent o", "b>o")  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "line", "code", "near"),
    [
        # several tokens inside, and one of them breaks the others off
        ([sub(*SPLIT, "c>x", event("endEvent", "x", ERROR)),
          event("boundaryEvent", "y", ERROR, 'attachedToRef="sub"'), "y>e", "sub>e"],
         7, "BPM110", "leads to a step outside"),
        ([sub(*SPLIT, "c>x", event("endEvent", "x", "<terminateEventDefinition/>")), "sub>e"],
         7, "BPM110", "leads to a step outside"),
        ([sub(*BODY, MANY.format("", "")), "sub>e"], 7, "BPM110", "each of call"),
        ([sub("startEvent i", "startEvent j", "userTask b", "i>b", "j>b"), "sub>e"], 7, "BPM102",
         "needs one start"),
        ([sub(*BODY), sub(*BODY[:0], "userTask t", id="on", rest='triggeredByEvent="true"'),
          "sub>e"], 8, "BPM102", "begun by an event"),
        ([sub(*BODY, LOOP.format("", "")), "sub>e"], 7, "BPM118", "no condition"),
        ([sub(*BODY, LOOP.format(' loopMaximum="3"', UNTIL)), "sub>e"], 7, "BPM119", "counted"),
        ([event("userTask", "sub", LOOP.format(' loopMaximum="3"', UNTIL)), "sub>a"], 7, "BPM119",
         "counted"),
        ([event("userTask", "sub", LOOP.format("", UNTIL)),
          event("boundaryEvent", "y", TIMER, 'attachedToRef="sub"'), "y>e", "sub>e"], 8, "BPM110",
         "a sub-process around it"),
        ([event("userTask", "sub", MANY.format("", "<loopCardinality>${n}</loopCardinality>")),
          "sub>e"], 7, "BPM110", "a vote"),
        ([event("userTask", "sub", ""), event("boundaryEvent", "y", TIMER.replace("P5D", "P1M"),
                                              'attachedToRef="sub"'), "y>e", "sub>e"], 8, "BPM120",
         "down to minutes"),
        ([event("intermediateThrowEvent", "sub", '<linkEventDefinition name="L"/>')], 7, "BPM113",
         "no source or no target"),
        ([sub(*BODY), "sub>e", "b>e"], 9, "BPM113", "no source or no target"),
    ],
)  # fmt: skip
def test_what_would_not_mean_the_same_is_refused_where_it_stands(lines, line, code, near):
    text, problems = imported(file(*AROUND, *lines))

    assert text is None
    found = [(one.at.line, one.code) for one in problems.errors]
    assert found == [(line, code)], [one.sentence("en") for one in problems.errors]
    assert near in problems.errors[0].sentence("en")
