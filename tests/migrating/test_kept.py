"""Across a publication a running case keeps its rule table, form, codes and messages (ENG-13).

Lists, roles and calendars are not kept: they say who works and how, and apply at once.
"""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from engine.content import bundled
from engine.domain.errors import Refused
from engine.services.migration_decisions import Decisions
from engine.services.platform import Platform
from tests.migrating.test_plans import FORM, LISTS, MONITOR, PROCESS, REFUSALS
from tests.support.office import FILES, a_request, person
from tests.support.office import open_office as opened_office
from tests.support.versions import publish, with_text

RULE, MESSAGE = "definitions/rules/limit.yaml", "definitions/messages/returned.yaml"
KINDS = "definitions/codes/kinds.yaml"
LIMIT = """
    rule: rules/limit
    title: 金额上限
    inputs:
      amount: {title: 金额, type: integer}
    outputs:
      allowed: {title: 可以通过, type: boolean}
    rows:
      - {when: {amount: "<= 10"}, then: {allowed: true}}
      - {then: {allowed: false}}
    """
REVIEWER, APPLICANT = person("王审", "一所"), person("张三")


@pytest.fixture
def office() -> Platform:
    """The town hall, whose reviewers ask a rule table how much may be granted."""
    process = dedent(FILES[PROCESS]).replace(
        "start: {who: person}\n",
        "start: {who: person}\nfacts: {limit: {rule: rules/limit, with: {amount: data.amount}}}\n",
    )
    process = process.replace(
        "pass: {title: 通过, to: check, bulk: true}",
        "pass: {title: 通过, to: check, require: [{that: limit, say: 金额超过上限}]}",
    )
    assert process.count("limit") == 3  # the fact, its table, and where it is asked
    words = (bundled() / REFUSALS).read_text("utf-8")
    return opened_office(more={PROCESS: process, RULE: LIMIT, REFUSALS: words})


def changed(office: Platform) -> str:
    """A version with another limit, form, caption of a code and message."""
    files: dict[str, Any] = {}
    files |= with_text(office, RULE, ("<= 10", "<= 100"))
    files |= with_text(office, FORM, ("subject: {title: 事由", "subject: {title: 用途"))
    files |= with_text(office, KINDS, ("office: {title: 处室}", "office: {title: 机关}"))
    files |= with_text(office, MESSAGE, ("：{input.reason}", "退回：{input.reason}"))
    files |= with_text(office, f"{LISTS}my-requests.yaml", ("title: 申请事由", "title: 申请用途"))
    return str(publish(office, files))


def refused(office: Platform, uid: str) -> str:
    with pytest.raises(Refused) as refusal:
        office.cases.act(REVIEWER, uid, "pass")
    return refusal.value.sentence


def captions(office: Platform, uid: str) -> list[str]:
    """What the case calls its fields, and what it shows for the kind."""
    with office.views.sheets.open():
        form = office.views.sheets.content(APPLICANT, uid)
        return [field.title for field in form.fields]


def message(office: Platform, uid: str) -> str:
    office.cases.act(REVIEWER, uid, "return", input={"reason": "缺图纸"})
    found = office.messages.inbox(APPLICANT)[0]
    return found.body.partition("（")[0]


@pytest.mark.req("ENG-13", "VER-01")
def test_a_running_case_keeps_them_and_gets_the_new_ones_when_it_is_moved(
    office: Platform,
) -> None:
    old, returned = a_request(office, amount=50), a_request(office, amount=50)
    assert refused(office, old) == "金额超过上限"
    version = changed(office)
    new = a_request(office, amount=50)

    assert office.cases.act(REVIEWER, new, "pass").place == "review.second@一所"
    assert refused(office, old) == "金额超过上限"
    assert "事由" in captions(office, old)
    assert "用途" in captions(office, new)
    assert message(office, returned) == "一所：缺图纸"
    # Lists are no part of a case: they apply to all of them at once.
    page = office.lists.page(APPLICANT, "town/my-requests")
    assert "申请用途" in [column.title for column in page.columns]
    assert {row.key for row in page.rows} == {old, returned, new}

    plan = office.migrations.plan(MONITOR, "town/request", version, Decisions())
    told = {one.uid: one.sentences for one in plan.cases}
    assert told[old] == ("今后按新的规则表办理：金额上限",)
    office.migrations.run(MONITOR, plan.id, "新上限")

    assert office.cases.act(REVIEWER, old, "pass").place == "review.second@一所"
    assert "用途" in captions(office, old)
    assert all(found.same for found in office.rebuilding.all())
