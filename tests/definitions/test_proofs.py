"""Tasks nobody can ever receive and votes nobody can ever win, found before a case runs."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from engine.authoring.memory import Memory
from engine.content import read_files
from engine.definitions.release import load
from tests.definitions.support import CONTENT

KINDS = """
    codes: organisation-kinds
    title: 单位类别
    values: {office: {title: 科室}, department: {title: 部门}, bureau: {title: 局}}
    """
ROLES = """
    roles:
      reviewer: {title: 审核人员, permissions: [review, meet], kinds: [office]}
      receiver: {title: 接收人员, permissions: [receive, meet], kinds: [department]}
    """
SOUTH = """
    jurisdiction: south
    title: 南区
    bureau: 南区管理局
    calendar: days
    sets: [south]
    """
ARCHIVES = "roles: {archivist: {title: 档案人员, permissions: [archive]}}"
FORM = """
    form: plan
    title: 计划
    properties:
      office: {title: 科室, reference: organisations, where: "it.kind == 'office' && it.name != ''"}
      department: {title: 部门, reference: organisations, where: "it.kind in ['department']"}
      any: {title: 单位, reference: organisations}
      seats: {title: 人数, type: integer, maximum: 3}
      judges: {title: 评委, type: array, maxItems: 2, items: {reference: people}}
      person: {title: 人员, reference: people}
    """
MAJORITY = """
    rule: rules/majority
    title: 多数
    inputs:
      agree: {title: 同意, type: integer}
      cast: {title: 已投, type: integer}
    outputs: {passes: {title: 通过, type: boolean}}
    rows:
      - {when: {agree: ">= %s", cast: "<= %s"}, then: %s}
      - {then: false}
    """
#: what the processes here have in common is read once
MEMORY = Memory()


def problems(
    steps: str, *, head: str = "", rule: tuple[int, int, str] = (1, 9, "true")
) -> list[str]:
    """What is reported about a process of these steps: code and sentence."""
    files: dict[str, Any] = dict(read_files(CONTENT))
    text = dedent(steps).strip("\n")
    process = f"process: north/plan\ntitle: 计划\nform: plan\n{head}steps:\n"
    organisation = files["forms/organisation.yaml"]
    organisation = organisation.decode() if isinstance(organisation, bytes) else organisation
    files |= {
        "definitions/codes/organisation-kinds.yaml": dedent(KINDS),
        "definitions/roles/north.yaml": dedent(ROLES),
        "definitions/roles/south.yaml": ARCHIVES,
        "definitions/jurisdictions/south.yaml": dedent(SOUTH),
        "definitions/rules/majority.yaml": dedent(MAJORITY % rule),
        "forms/plan.yaml": dedent(FORM),
        "forms/organisation.yaml": organisation.replace(
            "type: string, maxLength: 20", "codes: organisation-kinds, index: true"
        ),
        "definitions/processes/north/plan.yaml": process
        + "".join(f"  {line}\n" for line in text.split("\n"))
        + "  done: {title: 结束, end: success}\n",
    }
    found = [one for one in load(files, MEMORY).problems if one.at.file.endswith("north/plan.yaml")]
    return [f"{one.code} {one.sentence('en')}" for one in found]


def task(who: str, before: str = "") -> str:
    """A form that is handed in to one task."""
    return f"""
        fill: {{who: initiator, edit: all, actions: {{submit: {{to: check}}}}}}
        check:
          who: {who}
          actions: {{pass: {{to: done}}{before}}}
        """


@pytest.mark.req("CON-04")
@pytest.mark.parametrize(
    ("who", "why"),
    [
        (
            "{organisation: data.any, person: data.person}",
            'no "permission" is written, and nobody acts without one',
        ),
        (
            "{permission: archive, organisation: data.any}",
            'no role of the jurisdiction holds the permission "archive"',
        ),
        (
            "{permission: review, organisation: data.department}",
            'roles with the permission "review" are granted only at office, but only department '
            "can be meant here",
        ),
        (
            "{permission: review, organisation: data.any, person: initiator}",
            "initiator is the initiator, who is nobody's reviewer (unless except: none)",
        ),
        (
            "{permission: review, organisation: data.any, person: data.person, "
            "except: 'case.actors(''fill'') + [data.person]'}",
            "data.person is always among those excluded by case.actors('fill') + [data.person]",
        ),
        (
            "{permission: review, organisation: case.last('pass').organisation}",
            "case.last('pass').organisation is always empty: nobody has done \"pass\" before",
        ),
    ],
)
def test_a_task_nobody_can_ever_receive_is_found_with_the_way_there(who: str, why: str) -> None:
    assert problems(task(who)) == [
        f'DEF384 Nobody can ever do step "check": {why}. The way there: start → fill.submit'
    ]


@pytest.mark.req("CON-04")
@pytest.mark.parametrize(
    "who",
    [
        "{permission: review, organisation: data.office}",
        "{permission: meet, organisation: data.department}",
        "{permission: review, organisation: data.any}",
        "{permission: review, organisation: data.any, person: initiator, except: none}",
        "{permission: review, organisation: data.any, person: data.person, except: '[initiator]'}",
    ],
)
def test_a_task_that_somebody_may_receive_is_not(who: str) -> None:
    assert problems(task(who)) == []


def test_the_kinds_of_a_chain_are_those_before_the_one_it_ends_at() -> None:
    chain = """
        fill: {{who: initiator, edit: all, actions: {{submit: {{to: up}}}}}}
        up:
          who: {{permission: {}}}
          chain: {{route: superior, from: data.any, until: "org.kind == 'department'"}}
          actions: {{pass: {{to: next}}}}
          to: check
        check:
          who: {{permission: {}, organisation: case.sent_to}}
          actions: {{pass: {{to: done}}}}
        """
    assert problems(chain.format("review", "receive")) == []
    assert [one[:35] for one in problems(chain.format("receive", "review"))] == [
        'DEF384 Nobody can ever do step "up"',
        'DEF384 Nobody can ever do step "che',
    ]


def test_an_action_of_its_own_people_and_a_start_are_looked_at_too() -> None:
    action = ", keep: {verb: record, who: {permission: archive, organisation: data.any}}"
    start = "start: {who: {permission: archive}}\n"

    found = problems(task("{permission: review, organisation: data.any}", action), head=start)

    assert [one.split(":")[0] for one in found] == [
        "DEF384 Nobody can ever do start ",
        'DEF384 Nobody can ever do action "keep"',
    ]


def vote(panel: str) -> str:
    """A form that is handed in to one vote."""
    return f"""
        fill: {{who: initiator, edit: all, actions: {{submit: {{to: vote}}}}}}
        vote:
          panel: {{{panel}}}
          outcomes: {{passed: done, failed: done}}
        """


OVER = "the vote is over before it can be won, however they vote"
THREE = "voters: {draw: 3, from: people}"
DRAWN = "voters: {draw: data.seats, from: people}"
SHARE = "decide: {pass: {option: agree, at_least: 2/3, of: voters}}"


@pytest.mark.req("CON-04")
@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (f"{THREE}, enough: vote.cast >= 1, {SHARE}", f"with 3 voters {OVER}"),
        (
            f"{DRAWN}, enough: vote.cast >= 1, {SHARE}, "
            "present: data.judges, invalid: ballot.choice != 'against'",
            "invalid: ballot.choice != 'against'",
        ),
        ("voters: data.judges, decide: rules/majority", f"with 1–2 voters {OVER}"),
        ("voters: {draw: -1, from: people}", "draw: -1"),
    ],
)  # fmt: skip
def test_a_vote_nobody_can_ever_win_is_found_with_the_way_there(panel: str, why: str) -> None:
    found = problems(vote(panel), rule=(3, 9, "true"))

    assert [one for one in found if one.startswith("DEF319")] == [
        f"DEF319 No panel can win this vote: {why}. The way there: start → fill.submit"
    ]


def test_a_rule_table_that_lets_nothing_pass_is_named() -> None:
    found = problems(vote("voters: data.judges, decide: rules/majority"), rule=(1, 9, "false"))

    assert any('no row of the rule table "rules/majority" lets it pass' in one for one in found)


@pytest.mark.req("CON-04")
@pytest.mark.parametrize(
    "panel",
    [
        f"{DRAWN}, enough: vote.cast >= 1, {SHARE}",
        f"voters: {{draw: 9, from: people}}, enough: vote.counts.agree >= 6, {SHARE}",
        f"voters: {{draw: 9, from: people}}, enough: vote.counts.against >= 1, {SHARE}",
        f"{THREE}, present: data.judges, enough: vote.cast >= 2, {SHARE}",
        "voters: data.judges, decide: rules/majority",
        "voters: {draw: data.seats, from: people}, invalid: ballot.choice == 'abstain'",
    ],
)
def test_a_vote_that_can_be_won_is_not(panel: str) -> None:
    assert not [one for one in problems(vote(panel)) if one.startswith("DEF319")]


def test_a_vote_that_is_counted_at_its_deadline_is_not_over_before() -> None:
    over = vote(f"{THREE}, decide: rules/majority")
    late = over.replace("outcomes:", "due: {by: 'days(today, 3)'}\n          outcomes:")

    assert [one[:6] for one in problems(over, rule=(1, 2, "true"))] == ["DEF319"]
    assert problems(late, rule=(1, 2, "true")) == []
