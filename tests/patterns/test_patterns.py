"""The 43 control-flow patterns: each runs here, or is refused as the manual says.

The name of a test begins with the number of its pattern; of every small process the exploration
says that it has no gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.definitions.exploration import explore
from engine.definitions.patterns import PATTERNS
from engine.domain.errors import Refused, Stale
from engine.services.platform import Platform
from tests.bpmn.test_import import TASKS, drawn, read
from tests.definitions.support import loaded
from tests.support.linked import LINKED
from tests.support.linked import at as stands
from tests.support.office import NINE, open_office, person
from tests.support.processes import Running, World, begin, compiled
from tests.support.votes import AGREE, OUTCOMES, PAPER, PROCESS, PROPOSAL, VOTES, Vote

WORLD = {"unit": {"superior": "office"}, "office": {"superior": "board"}, "board": {}}
DATA = {"unit": "unit", "until": "2026-09-20"}
ENDS = """
  done: {title: Done, end: success}
  other: {title: Other, end: failure}
"""


#: what the processes of the running test are written with
RAN: list[str] = []


@pytest.fixture(autouse=True)
def _as_the_manual_says(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the manual writes for a pattern is in a process that the test of its number ran."""
    RAN.clear()
    yield
    numbers = re.match(r"test_((?:\d\d_)+)", request.node.name)
    ran = "\n".join(RAN)
    for number in numbers[1].split("_")[:-1] if numbers is not None else ():
        pattern = PATTERNS[int(number) - 1]
        for said in re.findall("`([^`]+)`", pattern.how) if pattern.runs else ():
            # The names of flags are the author's own.
            words = re.findall(r"[a-z_]{2,}", re.sub(r"flags\.\w+", "flags", said))
            missing = [word for word in words if not re.search(rf"\b{word}\b", ran)]
            assert not missing, (pattern.number, said, missing)


def opened(more: Mapping[str, str]) -> Platform:
    """An office with the files of a test."""
    RAN.extend(more.values())
    return open_office(more=more)


def task(name: str, actions: str, *keys: str, place: str = "data.unit", depth: int = 1) -> str:
    """One task as an author writes it."""
    lines = [
        f"{name}:", f"  title: {name}", f"  who: {{permission: p, organisation: {place}}}",
        *(f"  {key}" for key in keys), f"  actions: {{{actions}}}",
    ]  # fmt: skip
    return "".join(f"{'  ' * depth}{line}\n" for line in lines)


def go(to: str, *, when: str = "", name: str = "pass", flags: str = "") -> str:
    """One action."""
    more = f", when: {when}" if when else ""
    more += f", set: {{{flags}}}" if flags else ""
    return f"{name}: {{title: {name}, verb: pass, to: {to}{more}}}"


def parallel(name: str, to: str, *branches: str, join: str = "all", keys: str = "") -> str:
    """A parallel step; each branch is written at depth 5."""
    parts = "".join(f"        b{n}:\n{branch}" for n, branch in enumerate(branches))
    text = f"  {name}:\n    title: {name}\n    to: {to}\n{keys}"
    return f"{text}    parallel:\n      join: {join}\n      branches:\n{parts}"


def branch(name: str, *more: str, to: str = "join") -> str:
    return task(name, ", ".join([go(to), *more]), depth=5)


def optional(name: str, when: str) -> str:
    """A branch that begins by asking whether it has anything to do."""
    choice = f"[{{when: {when}, then: {name}}}, {{then: join}}]"
    return f"          {name}_begin: {{title: B, to: {choice}}}\n" + branch(name)


def case(steps: str, *, head: str = "", **data: Any) -> Running:
    """A case of a process with these steps, of which it is proved that none gets stuck."""
    text = f"process: demo/pattern\ntitle: Pattern\nform: request\n{head}steps:\n{steps}{ENDS}"
    RAN.append(text)
    process = compiled(text)
    explored = explore(process.bound)
    assert not explored.gaps
    assert explored.whole
    return begin(process, World(records={"organisations": WORLD}), {**DATA, **data})


def press(running: Running, step: str, action: str = "pass") -> None:
    running.do(action, "unit-0", "unit", place=step)


def vote(keys: str, voters: int = 3, who: str = "data.voters", **data: Any) -> Vote:
    more = {
        "forms/paper.yaml": PAPER,
        "forms/proposal.yaml": PROPOSAL,
        "definitions/codes/votes.yaml": VOTES,
        "definitions/processes/town/vote.yaml": PROCESS % (who, keys, OUTCOMES),
    }
    return Vote(opened(more), voters, **data)


# -------------------------------------------------------------------- that run


def test_01_sequence():
    running = case(task("a", go("b")) + task("b", go("done")))

    press(running, "a")
    assert running.place == "b@unit"
    press(running, "b")
    assert running.state.outcome == "done"


def test_02_03_a_split_and_its_synchronization():
    running = case(task("a", go("p")) + parallel("p", "c", branch("x"), branch("y"))
                   + task("c", go("done")))  # fmt: skip

    press(running, "a")
    assert running.places == ["x@unit", "y@unit"]
    press(running, "y")
    assert running.places == ["x@unit"]
    press(running, "x")
    assert running.place == "c@unit"


@pytest.mark.parametrize(("amount", "at"), [(5, "b"), (1, "c")])
def test_04_05_an_exclusive_choice_and_a_simple_merge(amount, at):
    choice = "[{when: data.amount > 3, then: b}, {then: c}]"
    running = case(
        task("a", go(choice)) + task("b", go("d")) + task("c", go("d")) + task("d", go("done")),
        amount=amount,
    )

    press(running, "a")
    assert running.place == f"{at}@unit"
    press(running, at)
    assert running.place == "d@unit"


@pytest.mark.parametrize(
    ("amount", "note", "places"), [(5, "n", ["x", "y"]), (5, None, ["x"]), (1, None, ["d"])]
)
def test_06_07_a_multi_choice_whose_merge_waits_for_those_chosen(amount, note, places):
    running = case(
        parallel("p", "d", optional("x", "data.amount > 3"), optional("y", "has(data.note)"))
        + task("d", go("done")),
        amount=amount, note=note,
    )  # fmt: skip

    assert running.places == [f"{place}@unit" for place in places]
    for place in places:
        press(running, place)
    assert running.places == (["d@unit"] if places != ["d"] else ["done"])


def test_10_21_arbitrary_cycles_and_structured_loops():
    again = "[{when: case.visits('b') < 3, then: b}, {then: done}]"
    running = case(task("a", go("b")) + task("b", f"{go(again)}, {go('a', name='far')}"))

    press(running, "a")
    press(running, "b", "far")
    press(running, "a")
    press(running, "b")
    assert (running.place, running.state.visits["b"]) == ("b@unit", 3)
    press(running, "b")
    assert running.state.outcome == "done"

    back = case(task("a", go("b")) + task("b", f"{go('done')}, back: {{verb: return, to: a}}"))
    press(back, "a")
    press(back, "b", "back")
    assert back.place == "a@unit"


def test_12_instances_that_nobody_waits_for_are_cases_of_their_own():
    name = "definitions/processes/town/event.yaml"
    town = opened({**LINKED, name: LINKED[name].replace("once: true", "once: false")})
    starter = person("张三")
    uid = town.cases.start(starter, "town/event", {"unit": "一所", "subject": "灯会"}).uid

    for _ in range(3):
        town.cases.act(starter, uid, "report")

    with town.store.read() as unit:
        found = sorted(row.process for row in unit.cases.every())
    assert found == ["town/event", "town/report", "town/report", "town/report"]
    town.close()


def test_13_as_many_instances_as_the_process_says():
    drawn_two = "{draw: 2, from: people, where: it.has_job}"
    panel = vote("decide: all", voters=4, who=drawn_two)

    assert len(panel.waiting) == 2


def test_14_as_many_instances_as_the_case_says():
    panel = vote("decide: all", voters=5)

    for voter in panel.people:
        assert panel.step == "vote"
        panel.cast(voter)
    assert panel.step == "done"


def wait(*actions: str) -> str:
    return (
        "  hold:\n    title: H\n    wait: {until: data.until}\n    to: done\n"
        f"    actions: {{{', '.join(actions)}}}\n"
    )


def by_unit(action: str) -> str:
    return action[:-1] + ", who: {permission: p, organisation: data.unit}}"


@pytest.mark.parametrize("first", ["action", "time"])
def test_16_a_deferred_choice_is_made_by_what_comes_first(first):
    running = case(wait(by_unit(go("other", name="object"))))

    if first == "action":
        press(running, "hold", "object")
    else:
        running.at += timedelta(days=30)
        running.command("time", "wait")
    assert running.state.outcome == {"action": "other", "time": "done"}[first]


FLAGS = "flags: {one: One, two: Two}\n"


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_40_interleaved_routing_in_any_order_but_one_at_a_time(order):
    pick = ", ".join(
        [go(name, name=f"do_{name}", when=f"'!flags.{name}'") for name in ("one", "two")]
        + [go("done", when="flags.one && flags.two")]
    )
    tasks = [task(name, go("pick", flags=f"flags.{name}: 'true'")) for name in ("one", "two")]
    running = case(task("pick", pick) + "".join(tasks), head=FLAGS)

    for name in order:
        press(running, "pick", f"do_{name}")
        assert running.places == [f"{name}@unit"]
        press(running, name)
    with pytest.raises(Refused):
        press(running, "pick", "do_one")
    press(running, "pick")
    assert running.state.outcome == "done"


def test_17_interleaved_parallel_routing_with_an_order_among_some():
    pick = ", ".join(
        [
            go("one", name="do_one", when="'!flags.one'"),
            go("two", name="do_two", when="flags.one && !flags.two"),
            go("done", when="flags.one && flags.two"),
        ]
    )
    tasks = [task(name, go("pick", flags=f"flags.{name}: 'true'")) for name in ("one", "two")]
    running = case(task("pick", pick) + "".join(tasks), head=FLAGS)

    with pytest.raises(Refused):
        press(running, "pick", "do_two")
    press(running, "pick", "do_one")
    press(running, "one")
    press(running, "pick", "do_two")
    assert running.places == ["two@unit"]


def test_18_a_milestone_opens_and_closes_what_another_branch_may_do():
    opens = task("open", go("shut", flags="flags.one: 'true'"), depth=5)
    shuts = task("shut", go("join", flags="flags.one: 'false'"), depth=5)
    other = task("y", f"{go('join')}, {go('join', name='use', when='flags.one')}", depth=5)
    running = case(parallel("p", "done", opens + shuts, other), head=FLAGS)

    with pytest.raises(Refused):
        press(running, "y", "use")
    press(running, "open")
    assert "use" in running.process.actions["y"]
    press(running, "shut")
    with pytest.raises(Refused):
        press(running, "y", "use")


def test_19_20_a_task_is_cancelled_by_somebody_else_and_a_case_by_its_initiator():
    stop = "stop: {title: S, verb: pass, to: b, who: {permission: q, organisation: data.unit}}"
    discard = "discard: {title: D, verb: discard, who: initiator, to: other}"
    running = case(
        task("a", f"{go('b')}, {stop}", place="data.unit.superior")
        + task("b", f"{go('done')}, {discard}")
    )

    press(running, "a", "stop")
    assert running.place == "b@unit"
    running.do("discard", "ann")
    assert running.state.closed == "failure"


def test_23_a_transient_trigger_is_lost_where_nobody_waits_for_it():
    running = case(task("a", go("hold")) + wait(by_unit(go("other", name="object"))))

    before = running.state
    with pytest.raises((Refused, Stale)):
        press(running, "a", "object")
    assert running.state == before
    press(running, "a")
    assert running.place == "hold"


def test_24_a_persistent_trigger_is_remembered_until_it_is_waited_for():
    head = (
        "flags: {one: One}\nactions:\n  ring: {title: R, verb: record, set: {flags.one: 'true'},"
        " who: {permission: p, organisation: data.unit}, during: [a]}\n"
    )
    held = wait().replace("    wait:", "    when: '!flags.one'\n    wait:")
    running = case(task("a", go("hold")) + held, head=head)

    press(running, "a", "ring")
    press(running, "a")
    assert running.state.outcome == "done"


def test_25_43_a_region_is_cancelled_and_an_end_ends_everything():
    stop = by_unit(go("c", name="stop"))
    ends = branch("y", go("other", name="break"))
    text = parallel("p", "c", branch("x"), ends, keys=f"    actions: {{{stop}}}\n")

    running = case(text + task("c", go("done")))
    press(running, "p", "stop")
    assert running.places == ["c@unit"]

    running = case(text + task("c", go("done")))
    press(running, "y", "break")
    assert running.state.closed == "failure"
    assert not running.state.branches


def test_26_all_instances_are_cancelled():
    panel = vote("decide: all")
    panel.cast("v0")

    panel.town.cases.act(person("周局", "市局"), panel.uid, "stop")

    assert panel.step == "late"
    with pytest.raises(Refused):
        panel.cast("v1")


def test_27_instances_are_completed_with_what_is_there():
    keys = "decide: {pass: {option: agree, at_least: 1/2, of: valid}}"
    more = {
        "forms/paper.yaml": PAPER,
        "forms/proposal.yaml": PROPOSAL,
        "definitions/codes/votes.yaml": VOTES,
        "definitions/processes/town/vote.yaml": PROCESS
        % ("data.voters", keys, "passed: done, failed: lost"),
    }
    panel = Vote(opened(more), 3, until="2026-09-02")
    panel.cast("v0", AGREE)

    panel.town.clock.set(NINE + timedelta(days=2))
    panel.town.cases.tick()

    assert panel.step == "done"


def test_29_the_first_branch_joins_and_cancels_the_others():
    running = case(parallel("p", "c", branch("x"), branch("y"), join="any")
                   + task("c", go("done")))  # fmt: skip

    press(running, "y")

    assert running.places == ["c@unit"]


def test_32_some_branches_join_and_cancel_the_others():
    running = case(parallel("p", "c", *map(branch, "xyz"), join="2") + task("c", go("done")))

    press(running, "z")
    assert running.places == ["x@unit", "y@unit"]
    press(running, "x")
    assert running.places == ["c@unit"]


def test_35_enough_instances_cancel_the_others():
    panel = vote("enough: vote.counts.agree >= 2, decide: {pass: {option: agree, at_least: 1/2, "
                 "of: valid}}", voters=5)  # fmt: skip

    panel.cast("v3")
    panel.cast("v1")

    assert panel.step == "done"
    assert not panel.waiting


def test_37_in_each_round_a_merge_waits_for_those_that_take_part():
    again = go("p", name="again")
    running = case(
        parallel("p", "c", branch("x"), optional("y", "case.visits('c') > 0"))
        + task("c", f"{go('done')}, {again}")
    )

    assert running.places == ["x@unit"]
    press(running, "x")
    press(running, "c", "again")
    assert running.places == ["x@unit", "y@unit"]


def test_39_only_one_is_in_a_critical_section():
    def guarded(name: str) -> str:
        enter = go(f"{name}_in", when="'!flags.one'", flags="flags.one: 'true'")
        leave = go("join", flags="flags.one: 'false'")
        return task(name, enter, depth=5) + task(f"{name}_in", leave, depth=5)

    running = case(parallel("p", "done", guarded("x"), guarded("y")), head=FLAGS)

    press(running, "x")
    with pytest.raises(Refused):
        press(running, "y")
    press(running, "x_in")
    press(running, "y")
    assert running.places == ["y_in@unit"]


SEVERAL = """
    process: town/review
    title: 评审
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions:
          submit:
            title: 提交
            to: gather
            do:
              - create:
                  process: town/opinion
                  each: "['甲', '乙']"
                  with: {subject: item, unit: data.unit}
      gather:
        title: 征求意见
        wait: {case: opinion, join: JOIN}
        actions:
          more:
            title: 再征求一项
            verb: record
            who: initiator
            do: [{create: {process: town/opinion, with: {subject: data.subject, unit: data.unit}}}]
        to: done
      done: {title: 办结, end: success}
"""
OPINION = """
    process: town/opinion
    title: 意见
    form: request
    steps:
      give:
        title: 提出意见
        who: {permission: check, organisation: data.unit}
        actions: {pass: {title: 提出, to: given}}
      given: {title: 已提出, end: success}
"""


def asked_for(join: str) -> tuple[Platform, str]:
    """A case that waits for opinions, one more than it began with; the town and its id."""
    town = opened({
        "definitions/processes/town/review.yaml": SEVERAL.replace("JOIN", join),
        "definitions/processes/town/opinion.yaml": OPINION,
    })  # fmt: skip
    actor, values = person("张三"), {"unit": "一所", "subject": "丙"}
    uid = town.cases.start(actor, "town/review", values).uid
    town.cases.act(actor, uid, "submit", data=values)
    town.cases.act(actor, uid, "more", data=values)
    return town, uid


def opinions(town: Platform, uid: str) -> list[str]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [one.uid for one in unit.links.of(row.id)]


def test_15_more_instances_may_come_while_the_others_are_waited_for():
    town, uid = asked_for("all")
    *rest, last = opinions(town, uid)
    assert len(rest) == 2
    for one in rest:
        town.cases.act(person("赵复", "一所"), one, "pass")
    assert stands(town, uid) == "gather"
    town.cases.act(person("赵复", "一所"), last, "pass")
    assert stands(town, uid) == "done"
    town.close()


def test_34_36_some_instances_are_enough_and_the_others_go_on():
    town, uid = asked_for("2")
    first, second, third = opinions(town, uid)
    for one in (first, third):
        assert stands(town, uid) == "gather"
        town.cases.act(person("赵复", "一所"), one, "pass")

    assert (stands(town, uid), stands(town, second)) == ("done", "give")
    assert town.cases.act(person("赵复", "一所"), second, "pass").place == "given"
    town.close()


# -------------------------------------------------------------------- that do not

SOME = (
    "process: north/wrong\ntitle: 错误\nsteps:\n"
    "  fill: {who: initiator, actions: {submit: {to: check}}}\n"
)


@pytest.mark.parametrize(
    ("number", "steps", "code"),
    [
        (11, "  check: {who: initiator, actions: {note: {title: 记}}}\n", "DEF302"),
        (22, "  check: {call: {process: north/wrong}, to: done}\n", "DEF364"),
        (41, "  check: {who: initiator, actions: {pass: {to: join}}}\n", "DEF330"),
        (33, "  check: {to: done, parallel: {branches: {a: {x: {who: initiator, actions: "
             "{pass: {to: join}}}}}}}\n"
             "  more: {to: done, parallel: {branches: {b: {y: {who: initiator, actions: "
             "{pass: {to: x}}}}}}}\n", "DEF331"),
    ],
)  # fmt: skip
def test_what_does_not_run_is_refused_when_it_is_checked(number, steps, code):
    text = f"{SOME}{steps}  done: {{title: 结束, end: success}}\n"

    codes = [problem.code for problem in loaded(wrong=text).problems.errors]

    pattern = PATTERNS[number - 1]
    assert not pattern.runs
    assert any(one.startswith(code) for one in codes)
    assert set(re.findall(r"DEF\d+", pattern.how)) <= {code}


@pytest.mark.parametrize(
    ("numbers", "flows"),
    [
        ((8, 38, 42), ("s>p", "p>a", "p>b", "a>c", "b>c", "c>e")),
        ((33,), ("s>p", "p>a", "p>b", "a>g", "b>g", "g>c", "c>e", "a>c")),
    ],
)
def test_tokens_that_meet_without_a_join_are_refused_on_import(numbers, flows):
    text, problems = read(drawn(TASKS + " parallelGateway p exclusiveGateway g", *flows))

    assert text is None
    assert [problem.code for problem in problems.errors] == ["BPM111"]
    assert not any(one.runs for one in PATTERNS if one.number in numbers)


def test_09_28_30_31_after_a_join_nobody_goes_on_in_the_other_branches():
    running = case(parallel("p", "c", branch("x"), branch("y"), join="any")
                   + task("c", go("done")))  # fmt: skip
    press(running, "x")

    with pytest.raises(Stale):
        press(running, "y")


def test_a_vote_takes_nobody_who_had_no_seat_and_nothing_after_enough_have():
    panel = vote("enough: vote.counts.agree >= 1", voters=2)

    with pytest.raises(Refused) as refused:
        panel.cast("guest")
    assert refused.value.code == "no_such_case"
    panel.cast("v0")
    with pytest.raises(Refused):
        panel.cast("v1")


def test_all_43_are_there_and_each_that_runs_has_a_test():
    names = [name for name in globals() if name.startswith("test_")]
    tested = {int(number) for name in names for number in re.findall(r"_(\d\d)(?=_)", name)}

    assert [one.number for one in PATTERNS] == list(range(1, 44))
    assert {one.number for one in PATTERNS if one.runs} <= tested
    assert all(one.how for one in PATTERNS)
