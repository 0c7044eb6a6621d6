"""All states of a process, explored before a case runs: they are those of the engine."""

from __future__ import annotations

from datetime import timedelta
from textwrap import dedent
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.content import read_files
from engine.definitions.exploration import Explored, Gap, explore
from engine.definitions.exploration.spot import standing
from engine.definitions.release import load
from engine.domain.case import State, places_of
from engine.domain.errors import EngineError
from engine.runtime.compiled import Compiled
from tests.definitions.support import CONTENT, released
from tests.runtime.test_random_walks import (
    DRAWN,
    EXAMPLES,
    HEAD,
    ORGANISATIONS,
    PLACES,
    TAIL,
    VOTERS,
    Author,
    Walk,
    processes,
)
from tests.support.processes import Running, World, begin, compiled

DATA = {"unit": "unit", "until": "2026-09-20", "voters": VOTERS}
SLOWLY = settings(
    max_examples=max(20, EXAMPLES // 3),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OPERATIONS = (*["act"] * 7, *["vote"] * 4, "withdraw", "withdraw", "time", "day", "resubmit")


class GuardedAuthor(Author):
    """Writes processes whose actions a switch of the process hides, and that relay."""

    def process(self) -> Compiled:
        first, text = self.blocks("done", 1, self.draw(st.integers(1, 3)))
        policy = "policy: {fast: {type: boolean, default: false}}\nsteps:"
        return compiled((HEAD % first).replace("steps:", policy, 1) + text + TAIL)

    def actions(self, then: str, name: str) -> str:
        when = self.draw(st.sampled_from(["", ", when: policy.fast", ", when: '!policy.fast'"]))
        passes = f"pass: {{title: P, to: {then}{when}}}"
        back = self.draw(st.sampled_from(["fill", *self.tasks[:3]]))
        more = [
            f"far: {{title: F, verb: pass, to: {then}, when: case.returned}}",
            f"back: {{title: B, verb: return, to: {back}}}",
            f"up: {{title: U, verb: return, to: {back}, relay: true}}",
            "note: {title: N, verb: record}",
        ]
        self.tasks.append(name)
        chosen = self.draw(st.lists(st.sampled_from(more), unique=True, max_size=2))
        return ", ".join([passes, *chosen])

    def chain(self, then: str, depth: int) -> tuple[str, str]:
        return self.task(then, depth)

    def automatic(self, then: str, depth: int) -> tuple[str, str]:
        return self.task(then, depth)


@st.composite
def guarded(draw: st.DrawFn) -> Compiled:
    return GuardedAuthor(draw).process()


def stands(state: State) -> tuple[str, ...]:
    """The steps a case of the engine stands at."""
    return tuple(
        sorted(
            one.place.step
            for _, one in places_of(state)
            if all(branch.joined for branch in one.branches.values())
        )
    )


@pytest.mark.req("CON-04")
@SLOWLY
@given(st.data())
def test_no_case_is_ever_where_the_exploration_says_none_can_be(data) -> None:
    process = data.draw(processes(), label="process")
    explored = explore(process.bound)
    case = begin(process, World(records={"organisations": ORGANISATIONS}, drawn=DRAWN), DATA)
    assert case.last is not None
    walk = Walk(data.draw, case, list(case.last.work), OPERATIONS)
    for _ in range(data.draw(st.integers(5, 25), label="commands")):
        assert stands(case.state) in explored.spots or not explored.whole
        walk.step()
    assert stands(case.state) in explored.spots or not explored.whole


@pytest.mark.req("CON-04")
@SLOWLY
@given(st.data())
def test_every_way_that_is_said_to_be_stuck_leads_there_and_not_out_again(data) -> None:
    process = data.draw(guarded(), label="process")
    explored = explore(process.bound)
    for gap in explored.gaps:
        case = followed(process, explored, gap)
        assert stands(case.state) == tuple(sorted(gap.steps)) or not gap.still
        assert set(stands(case.state)) <= set(gap.steps)
        for place, action in offered(case):
            before = case.state, case.data
            try:
                case.do(action, *actor(case, place), place=place)
            except EngineError:
                continue
            assert set(stands(case.state)) <= set(gap.steps)
            case.state, case.data = before


#: the last step leads back into a parallel step inside a branch of one that was joined
NESTED = """
process: demo/walk
title: Walk
form: request
steps:
  fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: outer}}}
  outer:
    title: Outer
    to: after
    parallel:
      join: all
      branches:
        one:
          before: {title: B, who: {permission: p, organisation: data.unit},
            actions: {pass: {title: P, to: inner}}}
          inner:
            title: Inner
            to: behind
            parallel:
              join: all
              branches:
                x:
                  x: {title: X, who: {permission: p, organisation: data.unit}, actions: {
                    pass: {title: P, to: join}, up: {title: U, verb: return, to: before}}}
                y:
                  y: {title: Y, who: {permission: p, organisation: data.unit.superior},
                    actions: {pass: {title: P, to: join}}}
          behind: {title: I, who: {permission: p, organisation: data.unit}, actions: {
            pass: {title: P, to: join}, back: {title: B, verb: return, to: inner}}}
        two:
          z: {title: Z, who: {permission: p, organisation: data.unit},
            actions: {pass: {title: P, to: join}}}
  after:
    title: After
    who: {permission: p, organisation: data.unit}
    actions:
      pass: {title: P, to: done}
      back: {title: B, verb: return, to: inner}
      nearest: {title: N, verb: return, to: previous}
      further: {title: F, verb: return, to: x}
  done: {title: Done, end: success}
"""


@pytest.mark.req("CON-04")
def test_a_return_into_branches_within_branches_opens_one_place_alone() -> None:
    process = compiled(NESTED)
    explored = explore(process.bound)
    assert explored.whole
    assert explored.gaps == ()
    case = begin(process, World(records={"organisations": ORGANISATIONS}), DATA)
    at = {"y": "office"}
    for name, place in (("submit", ""), *(("pass", one) for one in
                        ("before", "x", "y", "behind", "z"))):  # fmt: skip
        here = at.get(place, "unit")
        case.do(name, f"{here}-0" if place else "ann", here if place else None, place=place)
    assert stands(case.state) == ("after",)
    # The parallel step itself comes back as it was left: the branch that joined is done again.
    for back, opened in (("back", "y"), ("nearest", "y"), ("further", "x")):
        case.do(back, "unit-0", "unit")
        assert stands(case.state) == (opened,)
        assert case.state.branches["one"].branches[opened].returned
        for place in (opened, "behind"):
            assert stands(case.state) in explored.spots
            case.do("pass", f"{at.get(place, 'unit')}-0", at.get(place, "unit"), place=place)
        # The other branches had ended, and are not done again.
        assert stands(case.state) == ("after",)
        assert not case.state.returned


def followed(process: Compiled, explored: Explored, gap: Gap) -> Running:
    """A case of the engine to which all that a gap's trail says was done."""
    names = [atom.name for atom in explored.guards.atoms]
    values = dict(zip(names, gap.trail[0][1].values, strict=True))
    world = World(
        records={"organisations": ORGANISATIONS},
        drawn=DRAWN,
        policies={"fast": values.get("policy.fast", False)},
    )
    case = begin(process, world, DATA)
    for act, after in gap.trail[1:]:
        if act.kind == "time":
            case.at += timedelta(days=30)
            case.command("time", "wait", place=act.step)
        elif act.kind == "outcome":
            case.command("outcome", act.name, place=act.step)
        else:
            case.do(act.name, *actor(case, act.step), place=act.step)
        assert stands(case.state) == tuple(sorted(standing(after.spot)))
    return case


def actor(case: Running, place: str) -> tuple[str, str | None]:
    if place == "fill":
        return "ann", None
    organisation = next(
        (s.place.organisation for _, s in places_of(case.state) if s.place.step == place), None
    )
    return f"{organisation}-0", organisation


def offered(case: Running) -> list[tuple[str, str]]:
    return [
        (one.place.step, action)
        for _, one in places_of(case.state)
        for action in case.process.actions[one.place.step]
    ]


def explored(text: str) -> Explored:
    return explore(compiled(HEAD % "check" + dedent(text).strip("\n") + TAIL).bound)


WHO = f"who: {{permission: p, organisation: {PLACES[0]}}}"


def test_a_sound_process_is_reached_everywhere_and_has_no_gap():
    for bound in released().processes.values():
        found = explore(bound)

        assert found.whole
        assert found.reached == set(bound.process.steps)
        assert not found.gaps


def test_a_condition_set_with_a_gap_is_found_with_the_values_missing():
    process = HEAD.replace("steps:", "policy: {way: {values: [a, b, c], default: a}}\nsteps:")
    text = f"""
  check:
    title: Check
    {WHO}
    actions:
      one: {{title: One, verb: pass, to: done, when: policy.way == 'a'}}
      two: {{title: Two, verb: pass, to: done, when: policy.way == 'b'}}
"""
    found = explore(compiled(process % "check" + text + TAIL).bound)

    assert [(gap.steps, gap.values) for gap in found.gaps] == [(("check",), (("policy.way", "c"),))]
    assert [act.name for act, _ in found.gaps[0].trail] == ["", "submit"]


@pytest.mark.req("CON-04", "ENG-12")
def test_a_return_relayed_into_a_branch_that_cannot_relay_it_is_found():
    text = f"""
  check:
    title: S
    to: s3
    parallel:
      join: a
      branches:
        a: {{s1: {{title: A, {WHO}, actions: {{pass: {{title: P, to: join}}}}}}}}
        b: {{s2: {{title: B, {WHO}, actions: {{pass: {{title: P, to: join}}}}}}}}
    actions: {{stop: {{title: T, verb: pass, to: s3, {WHO}}}}}
  s3: {{title: C, {WHO}, actions: {{pass: {{title: P, to: done}},
    up: {{title: U, verb: return, to: previous, relay: true}}}}}}
"""
    found = explore(compiled(HEAD % "check" + text + TAIL).bound)

    # The case itself is not stuck, it may be stopped; whoever has a branch can do nothing.
    assert not found.gaps
    assert sorted(found.unrelayed) == ["s1", "s2"]


@pytest.mark.parametrize(("codes", "read"), [(3, True), (13, False)])
def test_a_field_of_many_codes_is_no_part_of_a_state(codes, read):
    """Each of them would be explored, at every place where the form may be filled in."""
    files = dict(read_files(CONTENT))
    kinds = "".join(f"  k{number}: {{title: K}}\n" for number in range(codes))
    files["definitions/codes/kinds.yaml"] = f"codes: kinds\ntitle: K\nvalues:\n{kinds}"
    files["definitions/processes/north/sorted.yaml"] = dedent("""
        process: north/sorted
        title: Sorted
        form: request
        steps:
          fill:
            title: Fill
            who: initiator
            edit: all
            actions:
              submit: {title: One, to: done, when: data.settings.kind == 'k1'}
              other: {title: Two, verb: submit, to: done, when: data.settings.kind != 'k1'}
          done: {title: Done, end: success}
    """)

    found = explore(load(files).processes["north/sorted"])

    assert ("data.settings.kind" in [atom.name for atom in found.guards.atoms]) == read
    assert not found.gaps


def test_a_flag_that_an_action_sets_opens_the_way_of_another():
    process = HEAD.replace("steps:", "flags: {seen: Seen}\nsteps:")
    text = f"""
  check:
    title: Check
    {WHO}
    actions:
      look: {{title: Look, verb: record, set: {{flags.seen: "true"}}}}
      pass: {{title: Pass, to: done, when: flags.seen}}
"""
    found = explore(compiled(process % "check" + text + TAIL).bound)

    assert not found.gaps
    ends = [state for state in found.states if state.spot.step == "done"]
    assert [act.name for act, _ in found.trail(ends[0])] == ["", "submit", "look", "pass"]


def branches(count: int) -> str:
    """Branches beside each other, each with a task."""
    task = f"{{title: S, {WHO}, actions: {{pass: {{title: P, to: join}}}}}}"
    return ", ".join(f"b{n}: {{t{n}: {task}}}" for n in range(count))


def nested(depth: int, name: str = "p") -> str:
    """Branches in branches, with a task beside each."""
    task = f"{{title: S, {WHO}, actions: {{pass: {{title: P, to: join}}}}}}"
    first = f"q{name}: {task}"
    if depth:
        inner = nested(depth - 1, f"{name}p")
        first = f"{name}q: {{title: P, to: join, parallel: {{branches: {inner}}}}}"
    return f"{{a{name}: {{{first}}}, b{name}: {{s{name}: {task}}}}}"


def row(count: int, step: str) -> str:
    """Steps one after the other; ``{then}`` is the next."""
    names = [*(f"s{n}" for n in range(1, count)), "done"]
    return "".join(f"  s{n}: {{{step % then}}}\n" for n, then in enumerate(names))


LEVEL = f"""title: S, {WHO}, actions: {{pass: {{title: P, to: %s}},
    return: {{title: R, to: previous, relay: true, resubmit_to: returning_level}}}}"""
#: title: what a process holds, and whether all of its states are few enough
LARGE = {
    "60 branches, and 10 in each other": (
        f"  s0: {{title: C, to: done, parallel: {{branches: {{{branches(60)}, "
        f"n: {{p: {{title: P, to: join, parallel: {{branches: {nested(10)}}}}}}}}}}}}}\n",
        False,
    ),
    "500 steps passed through": (row(500, "title: S, to: %s"), True),
    "15 levels, each returns to the one before": (row(15, LEVEL), True),
}


@pytest.mark.req("CON-04")
@pytest.mark.parametrize("title", LARGE)
def test_exploring_is_bounded_for_any_process(title) -> None:
    text, whole = LARGE[title]
    bound = compiled(HEAD % "s0" + text + TAIL).bound
    begun = process_time()

    found = explore(bound)

    assert process_time() - begun < 5
    assert found.whole == whole
    assert not found.gaps, "what was not followed to its end is not called stuck"
    assert whole == ("done" in found.reached)


def test_from_an_end_that_a_pass_or_time_led_to_one_can_go_on_where_it_ended():
    text = f"""
  check:
    title: Check
    {WHO}
    actions: {{pass: {{title: Pass, to: failed}}, hold: {{title: H, verb: pass, to: hold}}}}
  hold: {{title: Hold, wait: {{until: data.until}}, to: failed}}
"""
    process = compiled(HEAD % "check" + text + TAIL)
    found = explore(process.bound)
    for ways, place in ([("pass", "check")], "check"), ([("hold", "check"), ("", "hold")], "hold"):
        case = begin(process, World(records={"organisations": ORGANISATIONS}, drawn=DRAWN), DATA)
        case.do("submit", "ann")
        for name, at in ways:
            case.at += timedelta(days=30)
            case.do(name, "unit-0", "unit", place=at) if name else case.command("time", "wait")
        assert case.state.closed == "failure"

        case.do("reopen", "unit-0", "unit")

        assert stands(case.state) == (place,)
        assert stands(case.state) in found.spots
        assert case.replayed() == case.state
