"""Every operation in every scope does what the table of the manual says, or refuses so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.definitions.operation_table import CELLS, OPERATIONS, PROCESS, SCOPES, SENTENCES
from engine.domain.actor import Actor
from engine.domain.case import State, written
from engine.domain.errors import Refused
from engine.services.platform import Platform
from engine.services.world import set_route
from tests.support.office import open_office, person

APPLICANT, FIRST, MONITOR = person("张三"), person("王审", "一所"), person("马监", "市局")
CHIEF = person("周局", "一分局")
MORE = {
    "definitions/processes/town/scopes.yaml": PROCESS,
    "definitions/processes/town/part.yaml": """
        process: town/part
        title: 许可
        form: request
        start: {who: {permission: check}}
        steps:
          check:
            title: 审查
            who: {permission: check, organisation: data.unit}
            actions: {pass: {title: 许可, to: granted}}
          granted: {title: 已许可, end: success}
          dropped: {title: 不再需要, end: cancelled}
        """,
    "definitions/processes/town/round.yaml": """
        process: town/round
        title: 会议
        form: request
        members: {processes: [town/scopes], waiting_at: waiting}
        start: {who: {permission: check}}
        steps:
          open:
            title: 准备
            who: initiator
            actions: {pass: {title: 开会, to: closed}}
          closed: {title: 结束, end: success, do: [{release: {as: passed}}]}
        """,
    "definitions/messages/urged.yaml": """
        message: urged
        title: 催办
        to: waiting
        subject: {zh: "{actor.name}催办"}
        body: {zh: "{case.number}"}
        """,
    "definitions/routes/town/up.yaml": """
        route: town/up
        title: 逐级
        """,
}


@pytest.fixture(scope="module")
def town():
    platform = open_office(more=MORE)
    with platform.store.write() as unit:
        for who in ("赵复",):
            platform.directory.grant(unit, who, "checker", "一分局", jurisdiction="town")
        platform.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
        rows = [{"from": "一所", "to": "一分局"}, {"from": "一分局", "to": "市局"}]
        set_route(unit, "town/up", rows, "town")
    yield platform
    platform.close()


def taken_to(town: Platform, scope: str) -> str:
    """A case at the place that a column is about."""
    cases = town.cases
    values = {"unit": "一所", "subject": scope}
    uid = cases.start(APPLICANT, "town/scopes", values).uid
    cases.act(APPLICANT, uid, "submit", data=values)
    cases.act(FIRST, uid, "pass")
    if scope == "end":
        cases.act(CHIEF, uid, "pass")
    elif scope == "returned":
        cases.act(CHIEF, uid, "named")
        cases.act(FIRST, uid, "pass")
    return uid


def place(town: Platform, uid: str) -> str:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        found = written(State.from_json(orjson.loads(row.state)))
    return found if isinstance(found, str) else " + ".join(found)


def used(town: Platform, scope: str, operation: str) -> str:
    """Where an operation leads from a scope, or the code of its refusal."""
    uid = taken_to(town, scope)
    try:
        carry_out(town, uid, scope, operation)
    except Refused as refused:
        return f"!{refused.code}"
    return place(town, uid)


def carry_out(town: Platform, uid: str, scope: str, operation: str) -> None:
    cases, do, step_in = town.cases, town.operations.do, town.interventions

    def named(name: str, **entered: Any) -> None:
        do(CHIEF, uid, name, entered)

    def removed() -> None:
        if scope in ("sequence", "chain", "stages", "parallel", "returned"):
            named("add_signer", person="赵复", mode="parallel")
        named("remove_signer", person="赵复")

    def stopped() -> None:
        step_in.suspend(MONITOR, uid, "核实")
        with pytest.raises(Refused):
            cases.act(CHIEF, uid, "pass")
        step_in.resume(MONITOR, uid, "已核实")

    def straight() -> None:
        cases.act(CHIEF, uid, "straight")
        assert place(town, uid) == "fill"
        cases.act(APPLICANT, uid, "submit")

    by: Actor = CHIEF if scope == "end" else FIRST
    special: dict[str, Callable[[], object]] = {
        "straight": straight,
        "withdraw": lambda: cases.withdraw(by, uid),
        "claim": lambda: cases.claim(CHIEF, uid),
        "transfer": lambda: named("transfer", person="赵复"),
        "delegate": lambda: named("delegate", person="赵复"),
        "add_signer": lambda: named("add_signer", person="赵复", mode="before"),
        "remove_signer": removed,
        "cc": lambda: named("cc", people=["王审"]),
        "urge": lambda: do(APPLICANT, uid, "urge"),
        "extend": lambda: cases.extend(CHIEF, uid, "2026-12-01"),
        "suspend": stopped,
        "reroute": lambda: step_in.reroute(MONITOR, uid, "改派", step="first"),
        "cancel": lambda: step_in.cancel(MONITOR, uid, "终止"),
        "vote": lambda: cases.vote(FIRST, uid, {"": {"choice": "agree"}}),
    }
    special.get(operation, lambda: cases.act(CHIEF, uid, operation))()


def test_the_sentences_are_those_of_the_content() -> None:
    lines = Path("definitions/messages/refusals.yaml").read_text("utf-8").splitlines()

    for code, sentence in SENTENCES.items():
        assert any(line.startswith(f'  {code}: {{zh: "{sentence}", en: ') for line in lines)


def test_every_operation_has_a_cell_for_every_scope() -> None:
    assert list(CELLS) == [one.name for one in OPERATIONS]
    for cells in CELLS.values():
        assert list(cells) == [one.name for one in SCOPES]


@pytest.mark.req("ENG-05")
@pytest.mark.parametrize("scope", [one.name for one in SCOPES])
def test_the_column(town: Platform, scope: str) -> None:
    found = {one.name: used(town, scope, one.name) for one in OPERATIONS}

    assert found == {name: cells[scope] for name, cells in CELLS.items()}


#: what one person may ask about before: the others are asked by somebody else, or about their place
ASKED = ("transfer", "delegate", "add_signer", "cc", "extend", "reopen")
STEPPED_IN = ("suspend", "reroute", "cancel")


@pytest.mark.req("ENG-05")
@pytest.mark.parametrize("scope", [one.name for one in SCOPES])
def test_whoever_asks_before_gets_the_same_answer(town: Platform, scope: str) -> None:
    uid = taken_to(town, scope)
    at = "left" if scope == "parallel" else None
    offers = {one.name: one.refusal for one in town.cases.offers(CHIEF, uid, at=at)}
    stepping_in = town.interventions.offers(MONITOR, uid)
    offers |= {one.name: one.refusal for one in stepping_in if one.name in STEPPED_IN}
    # What was passed is the parallel step, not a place in it.
    around = "split" if scope == "parallel" else None
    passer = town.cases.offers(CHIEF if scope == "end" else FIRST, uid, at=around)
    offers |= {one.name: one.refusal for one in passer if one.name in ("withdraw", "vote")}
    applicant = town.cases.offers(APPLICANT, uid, at=at)
    offers |= {one.name: one.refusal for one in applicant if one.name == "urge"}

    for name in (*ASKED, *STEPPED_IN, "withdraw", "vote", "urge"):
        if name in offers:
            code = CELLS[name][scope].removeprefix("!") if "!" in CELLS[name][scope] else None
            refusal = offers[name]
            assert (name, refusal.code if refusal else None) == (name, code)
        else:
            assert CELLS[name][scope] == "!no_such_action"


def test_in_a_branch_those_of_that_branch_are_reminded(town: Platform) -> None:
    uid = taken_to(town, "parallel")
    town.operations.do(APPLICANT, uid, "urge", at="left")

    with town.store.read() as unit:
        sent = [one for one in unit.messages.since(0) if one.case_uid == uid]
    assert [(one.template, one.to_organisation) for one in sent] == [("urged", "一分局")]
