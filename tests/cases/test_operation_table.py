"""Every operation in every scope does what the table of the manual says, or refuses so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.definitions.operation_table import (
    CELLS,
    GROUP,
    OPERATIONS,
    PART,
    PROCESS,
    SCOPES,
    SENTENCES,
    TASKS,
    without,
)
from engine.domain.actor import Actor
from engine.domain.case import State, written
from engine.domain.errors import Refused
from engine.runtime.offers import Offer
from engine.services.platform import Platform
from engine.services.world import set_route
from tests.support.office import fail_for_good, open_office, person

APPLICANT, FIRST, MONITOR = person("张三"), person("王审", "一所"), person("马监", "市局")
CHIEF, HEAD = person("周局", "一分局"), person("钱管", "一分局")
#: who takes over, who leaves, and who stands in, beside those whom every office has
GRANTS = (
    ("王审", "checker", "一分局"),
    ("赵复", "checker", "一分局"), ("李四", "checker", "一分局"), ("周局", "checker", "市局"),
    ("钱管", "administrator", "一分局"),
)  # fmt: skip
SECOND = person("李四")
LEAVING, SUBSTITUTE = person("李四", "一分局"), "牛监"
#: one whose action of the process ends it from a branch in a branch
THROUGH = """
process: town/through
based_on: town/scopes
title: 直达结束
actions: {through: {title: 直接办结, verb: pass, to: done, during: [leaf]}}
steps:
  first:
    actions:
      supplement: {title: 退回补充材料, verb: return, to: previous, relay: true}
      pass: {title: 通过, to: outer}
      unseen: null
      final: null
  task: null
"""
MORE = {
    "definitions/processes/town/scopes.yaml": PROCESS,
    "definitions/processes/town/part.yaml": PART,
    "definitions/processes/town/through.yaml": THROUGH + without("outer"),
    "definitions/processes/town/round.yaml": GROUP,
    "forms/request.yaml": """
        form: request
        title: 申请
        properties:
          unit: {title: 受理单位, reference: organisations, index: true}
          kind: {title: 类别, codes: kinds, index: true}
          subject: {title: 事由, type: string, index: true}
          amount: {title: 金额, type: number, index: true}
          voters: {title: 投票人, items: {reference: people}}
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


def open_town(more: Mapping[str, str], url: str = "sqlite://") -> Platform:
    platform = open_office(url, more={**MORE, **more})
    with platform.store.write() as unit:
        grant = platform.directory.grant
        for who, role, where in GRANTS:
            grant(unit, who, role, where, jurisdiction="town")
        rows = [{"from": "一所", "to": "一分局"}, {"from": "一分局", "to": "市局"}]
        set_route(unit, "town/up", rows, "town")
    return platform


@pytest.fixture(scope="module")
def town():
    platform = open_town({})
    yield platform
    platform.close()


def offers_of(town: Platform, actor: Actor, uid: str, *, at: str | None = None) -> list[Offer]:
    """What would be offered to somebody, even if the case is not theirs to know of."""
    with town.sentences.saying(), town.store.read() as unit:
        loaded = town.casework.load(unit, uid)
        run = town.casework.look(unit, loaded, actor, at=at)
        stepping_in = town.interventions.offered(unit, loaded, actor)
        return [*town.offering.here(unit, loaded, run, actor), *stepping_in]


def taken_to(town: Platform, scope: str, by: str = "pass") -> str:
    """A case at the place that a column is about, come to by an action of the step before."""
    cases = town.cases
    values = {"unit": "一所", "subject": scope, "voters": [FIRST.person, SECOND.person]}
    process = "town/round" if scope == "meeting" else "town/scopes"
    uid = cases.start(APPLICANT, process, values).uid
    cases.act(APPLICANT, uid, "submit", data=values)
    cases.act(FIRST, uid, by)
    if scope == "called":
        uid = other(town, uid, calling=False)
        cases.act(APPLICANT, uid, "submit", data={**values, "subject": "sequence"})
        cases.act(FIRST, uid, by)
    elif scope == "end":
        cases.act(CHIEF, uid, "pass")
    elif scope == "returned":
        cases.act(CHIEF, uid, "named")
        cases.act(FIRST, uid, by)
    elif scope == "member":
        meeting = cases.start(APPLICANT, "town/round", values).uid
        cases.act(APPLICANT, meeting, "submit", data=values)
        cases.add(FIRST, meeting, [uid])
        cases.act(FIRST, meeting, "pass")
    return uid


def other(town: Platform, uid: str, *, calling: bool) -> str:
    """The case that has called this one, or that this one has called."""
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        link = unit.links.to(row.id) if calling else unit.links.of(row.id)[-1]
        assert link is not None
        owner = unit.cases.load_by_id(link.owner_id)
        assert owner is not None
        return owner.uid if calling else link.uid


def place(town: Platform, uid: str) -> str:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        found = written(State.from_json(orjson.loads(row.state)))
    return found if isinstance(found, str) else " + ".join(found)


#: operations about what was passed on otherwise
PASSED = {"withdraw_seen": "unseen", "withdraw_never": "final"}
#: operations about another vote than the usual one
VOTES = {
    "vote_all": "all", "vote_any": "any", "vote_turn": "turn", "vote_share": "share",
    "vote_twice": "all", "vote_invalid": "invalid", "redraw": "drawn",
}  # fmt: skip


class Taken:
    """Cases at each scope: one is taken there, then everything is put back to begin again."""

    def __init__(self, town: Platform) -> None:
        self._town, self._empty = town, town.store.content()
        self._known: dict[tuple[str, str], tuple[str, bytes]] = {}

    def to(self, scope: str, by: str) -> str:
        if (scope, by) not in self._known:
            self._town.store.fill(self._empty)
            self._known[scope, by] = (taken_to(self._town, scope, by), self._town.store.content())
        uid, content = self._known[scope, by]
        self._town.store.fill(content)
        return uid


def used(town: Platform, taken: Taken, scope: str, operation: str) -> str:
    """Where an operation leads from a scope, or the code of its refusal."""
    subject = VOTES.get(operation, scope) if scope == "panel" else scope
    uid = taken.to(subject, PASSED.get(operation, "pass"))
    try:
        carry_out(town, uid, scope, operation)
    except Refused as refused:
        return f"!{refused.code}"
    if scope != "called":
        return place(town, uid)
    return f"{place(town, uid)} / {place(town, other(town, uid, calling=True))}"


class Using:
    """One case, on which one operation is used."""

    def __init__(self, town: Platform, uid: str, scope: str) -> None:
        self.town, self.uid, self.scope = town, uid, scope
        self.cases, self.step_in = town.cases, town.interventions
        self.by: Actor = CHIEF if scope == "end" else FIRST

    def named(self, name: str, **entered: Any) -> None:
        self.town.operations.do(CHIEF, self.uid, name, entered)

    def seen(self) -> None:
        self.cases.open(CHIEF, self.uid)
        self.cases.withdraw(self.by, self.uid)

    def removed(self) -> None:
        if self.scope in TASKS:
            self.named("add_signer", person="赵复", mode="parallel")
        self.named("remove_signer", person="赵复")

    def stopped(self) -> None:
        self.step_in.suspend(MONITOR, self.uid, "核实")
        with pytest.raises(Refused):
            self.cases.act(CHIEF, self.uid, "pass")
        self.step_in.resume(MONITOR, self.uid, "已核实")

    def straight(self) -> None:
        self.cases.act(CHIEF, self.uid, "straight")
        assert place(self.town, self.uid) == "fill"
        self.cases.act(APPLICANT, self.uid, "submit")

    def began(self) -> None:
        values = {"unit": "一所", "subject": "sequence"}
        another = self.cases.start(APPLICANT, "town/scopes", values).uid
        assert place(self.town, another) == "fill"

    def submitted(self) -> None:
        self.cases.act(CHIEF, self.uid, "initiator")
        self.cases.act(APPLICANT, self.uid, "submit")

    def retried(self) -> None:
        with pytest.raises(Refused, match="nothing_failed"):
            self.step_in.retry(MONITOR, self.uid, "未失败")
        fail_for_good(self.town, self.uid)
        self.step_in.retry(MONITOR, self.uid, "已恢复")
        with self.town.store.read() as unit:
            assert unit.outbox.lost() == []

    def layered(self) -> None:
        self.cases.act(CHIEF, self.uid, "relay")
        assert "first@一所" in place(self.town, self.uid)
        with pytest.raises(Refused, match="only_relay"):
            self.cases.act(FIRST, self.uid, "pass")
        self.cases.act(FIRST, self.uid, "supplement")

    def released(self) -> None:
        self.cases.claim(CHIEF, self.uid)
        self.cases.give_back(CHIEF, self.uid)

    def stood_in(self) -> None:
        whom, other = (FIRST, "赵复") if self.scope == "panel" else (CHIEF, SUBSTITUTE)
        key = self.town.substitutes.name(whom, other)
        actor = self.town.directory.actor_for(other, whom.organisation)
        try:
            if self.scope == "panel":
                self.cases.vote(actor, self.uid, {"": {"choice": "agree"}})
            else:
                self.cases.act(actor, self.uid, "pass")
        finally:
            self.town.substitutes.end(whom, key)

    def handed_over(self) -> None:
        if self.scope in TASKS:
            self.cases.claim(LEAVING, self.uid)
        result = self.town.handing_over.run(HEAD, LEAVING.person, ["赵复"], "离职")
        assert [one.uid for one in result.done] == [self.uid]
        with pytest.raises(Refused, match="claimed_by_other"):
            self.cases.act(CHIEF, self.uid, "pass")

    def in_bulk(self) -> None:
        (one,) = self.town.bulk.run(CHIEF, [self.uid], "pass")
        if one.sentence is not None:
            # Without sentences in the content a refusal says its code.
            raise Refused(one.sentence)

    def signed(self) -> None:
        if self.scope in TASKS:
            self.named("add_signer", person="赵复", mode="before")
        self.town.operations.do(person("赵复", "一分局"), self.uid, "sign", {"opinion": "同意"})

    def unclaimed(self) -> None:
        if self.scope in TASKS:
            self.cases.claim(CHIEF, self.uid)
        self.step_in.unclaim(MONITOR, self.uid, "请假")

    def voted(self, *choices: str, by: Actor = FIRST) -> None:
        for choice in choices:
            self.cases.vote(by, self.uid, {"": {"choice": choice}})

    def drawn_again(self) -> None:
        before = self.voters() or [FIRST.person]
        self.cases.decline(person(before[0]), self.uid, "有利害关系")
        assert len(self.voters()) == 1
        assert self.voters() != before

    def replaced(self) -> None:
        entered = {"instead": FIRST.person, "person": SECOND.person, "reason": "出差"}
        self.step_in.do(MONITOR, self.uid, "replace", entered)
        assert self.voters() == [SECOND.person]

    def voters(self) -> list[str]:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return list(State.from_json(orjson.loads(row.state)).voters)

    def members(self, what: Callable[..., object]) -> None:
        what(CHIEF, self.uid, [taken_to(self.town, "group")])

    def unlocked(self, what: Callable[..., object]) -> None:
        if self.scope != "meeting":
            what(FIRST, self.uid, [])
            return
        self.cases.act(CHIEF, self.uid, "named")
        some = [taken_to(self.town, "group")]
        self.cases.add(FIRST, self.uid, some)
        if what == self.cases.remove:
            what(FIRST, self.uid, some)


def carry_out(town: Platform, uid: str, scope: str, operation: str) -> None:
    cases, step_in, use = town.cases, town.interventions, Using(town, uid, scope)
    special: dict[str, Callable[[], object]] = {
        "start": use.began,
        "submit": use.submitted,
        "retry": use.retried,
        "straight": use.straight,
        "relay": use.layered,
        "withdraw": lambda: cases.withdraw(use.by, uid),
        "withdraw_seen": use.seen,
        "withdraw_never": lambda: cases.withdraw(use.by, uid),
        "save": lambda: cases.save(CHIEF, uid, {"amount": 1}),
        "claim": lambda: cases.claim(CHIEF, uid),
        "release": use.released,
        "transfer": lambda: use.named("transfer", person="赵复"),
        "delegate": lambda: use.named("delegate", person="赵复"),
        "substitute": use.stood_in,
        "hand_over": use.handed_over,
        "add_signer": lambda: use.named("add_signer", person="赵复", mode="before"),
        "signer_beside": lambda: use.named("add_signer", person="赵复", mode="parallel"),
        "signer_after": lambda: use.named("add_signer", person="赵复", mode="after"),
        "remove_signer": use.removed,
        "cc": lambda: use.named("cc", people=["王审"]),
        "urge": lambda: town.operations.do(APPLICANT, uid, "urge"),
        "extend": lambda: cases.extend(CHIEF, uid, "2026-12-01"),
        "extend_case": lambda: cases.extend(CHIEF, uid, "2026-12-01", deadline="finish"),
        "suspend": use.stopped,
        "reroute": lambda: step_in.reroute(MONITOR, uid, "改派", step="first"),
        "cancel": lambda: step_in.cancel(MONITOR, uid, "终止"),
        "recused": lambda: cases.act(person("王审", "一分局"), uid, "pass"),
        "sign": use.signed,
        "unclaim": use.unclaimed,
        **dict.fromkeys(("vote", *VOTES), lambda: use.voted("agree")),
        "vote_turn": lambda: use.voted("agree", by=SECOND if scope == "panel" else FIRST),
        "vote_other": lambda: use.voted("agree", by=CHIEF),
        "vote_abstain": lambda: use.voted("abstain"),
        "vote_invalid": lambda: use.voted("against"),
        "vote_twice": lambda: use.voted("agree", "agree"),
        "redraw": use.drawn_again,
        "replace": use.replaced,
        "decline": lambda: cases.decline(FIRST, uid, "有利害关系"),
        "add": lambda: use.members(cases.add),
        "remove": lambda: use.members(cases.remove),
        "add_open": lambda: use.unlocked(cases.add),
        "remove_open": lambda: use.unlocked(cases.remove),
        "bulk": use.in_bulk,
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


@pytest.fixture(scope="module")
def taken(town: Platform) -> Taken:
    return Taken(town)


@pytest.mark.req("ENG-05")
@pytest.mark.parametrize("scope", [one.name for one in SCOPES])
def test_the_column(town: Platform, taken: Taken, scope: str) -> None:
    found = {one.name: used(town, taken, scope, one.name) for one in OPERATIONS}

    assert found == {name: cells[scope] for name, cells in CELLS.items()}


#: the place in a branch that a column is about, and the parallel step
INSIDE = {
    "parallel": "left", "branch_chain": "climb", "branch_stages": "parts", "nested": "leaf",
}  # fmt: skip
AROUND = {
    "parallel": "split", "branch_chain": "forked", "branch_stages": "halved", "nested": "outer",
}  # fmt: skip
#: what one person may ask about before: the others are asked by somebody else, or about their place
ASKED = ("save", "transfer", "delegate", "add_signer", "cc", "extend", "extend_case", "reopen")
STEPPED_IN = ("suspend", "reroute", "cancel")


@pytest.mark.req("ENG-05")
@pytest.mark.parametrize("scope", [one.name for one in SCOPES])
def test_whoever_asks_before_gets_the_same_answer(town: Platform, scope: str) -> None:
    uid = taken_to(town, scope)
    at = INSIDE.get(scope)
    mine = [one for one in offers_of(town, CHIEF, uid, at=at) if not one.stepping_in]
    offers = {one.name: one.refusal for one in mine}
    stepping_in = [one for one in offers_of(town, MONITOR, uid) if one.stepping_in]
    offers |= {one.name: one.refusal for one in stepping_in if one.name in STEPPED_IN}
    # What was passed is the parallel step, not a place in it.
    around = AROUND.get(scope)
    passer = offers_of(town, CHIEF if scope == "end" else FIRST, uid, at=around)
    offers |= {one.name: one.refusal for one in passer if one.name in ("withdraw", "vote")}
    applicant = offers_of(town, APPLICANT, uid, at=at)
    offers |= {one.name: one.refusal for one in applicant if one.name == "urge"}
    own = {one.name.partition(":")[2]: one for one in mine if one.name.startswith("extend:")}
    offers["extend_case"] = own["finish"].refusal

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


@pytest.mark.req("ENG-05")
def test_reopened_in_a_branch_of_a_branch_previous_is_before_both(town: Platform) -> None:
    values = {"unit": "一所", "subject": "nested"}
    uid = town.cases.start(APPLICANT, "town/through", values).uid
    town.cases.act(APPLICANT, uid, "submit", data=values)
    town.cases.act(FIRST, uid, "pass")
    town.cases.act(CHIEF, uid, "through")
    assert place(town, uid) == "done"
    town.cases.act(CHIEF, uid, "reopen")
    assert place(town, uid) == "near@一所 + leaf@一分局 + far@一所"

    town.cases.act(CHIEF, uid, "previous")

    assert place(town, uid) == "first@一所"
    assert town.rebuilding.rebuild(uid).same
