"""Every refusal names its rule, and changes nothing (design, invariant 8).

Each is brought about as somebody would bring it about; afterwards every row is what it was. What
the code says in words is looked at with the shipped content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.messages import LONGEST, LONGEST_TITLE
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person
from tests.support.votes import a_vote
from tests.walks.rows import rows_of

APPLICANT, FIRST, SECOND = person("张三"), person("王审", "一所"), person("赵复", "一所")
OTHER = person("李四", "一所")
HEAD, MONITOR = person("钱管", "市局"), person("马监", "市局")
REQUEST = "definitions/processes/town/request.yaml"
ALLOWED = """allow: [transfer, add_signer, remove_signer, delegate, cc, urge]
            due: {by: "days(today, 10)", extend: {permission: see_all, when: any_time}}
            """
PLAIN = """
    process: town/plain
    title: 阅办
    noun: 文件
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        status: draft
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: read}}
      read:
        title: 阅办
        status: pending
        who: {permission: review, organisation: data.unit, person: data.reader}
        actions: {pass: {title: 阅毕, to: kept}}
      kept: {title: 归档, status: done, end: success}
    """
FORM = "forms/request.yaml"
READER = " " * 10 + "reader: {title: 阅办人, reference: people}\n"


@dataclass(frozen=True)
class Office:
    """A town hall where every way is open that somebody may take wrongly."""

    platform: Platform
    #: waits for the first check of a unit, with a deadline
    request: str
    #: the same, and somebody has been asked for an opinion
    signed: str
    #: waits for a unit that nobody named
    nowhere: str
    #: waits for one person only, in a process that nobody breaks off
    plain: str
    #: the draft of somebody who began it for their unit, and is away
    draft: str


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    text = FILES[REQUEST].replace("stages: {first", ALLOWED + "stages: {first")
    more = {
        REQUEST: text,
        "definitions/processes/town/plain.yaml": PLAIN,
        FORM: FILES[FORM].rstrip(" ") + READER,
    }
    town = open_office(more=more)
    with town.store.write() as unit:
        for name in ("李四", "牛监"):
            town.directory.grant(unit, name, "reviewer", "一所", jurisdiction="town")
    signed = a_request(town)
    town.operations.do(FIRST, signed, "add_signer", {"person": "牛监", "mode": "before"})
    entered = {"unit": "一所", "subject": "通报", "reader": "李四"}
    plain = town.cases.start(APPLICANT, "town/plain", entered).uid
    town.cases.act(APPLICANT, plain, "submit", data=entered)
    draft = town.cases.start(FIRST, "town/request", {"unit": "一所", "subject": "会议室"}).uid
    town.substitutes.name(FIRST, "赵复")
    yield Office(town, a_request(town), signed, a_request(town, unit=""), plain, draft)
    town.close()


def substitute(town: Platform) -> Actor:
    """Who does the first checker's tasks, as their next request finds them."""
    return town.directory.actor_for("赵复", "一所")


def without_signer(at: Office, uid: str, signer: str) -> object:
    return at.platform.operations.do(FIRST, uid, "remove_signer", {"person": signer})


def send(town: Platform, **what: object) -> object:
    written = {"to": ["一所"], "title": "通知", "body": "请于周五前上报", **what}
    return town.messages.send(HEAD, **written)  # type: ignore[arg-type]


ATTEMPTS: dict[str, tuple[type[Refused], str, Callable[[Office], object]]] = {
    "a deadline that is no date": (
        Refused, "no_such_date",
        lambda at: at.platform.cases.extend(HEAD, at.request, "下周五"),
    ),
    "a deadline that is over already": (
        Refused, "deadline_in_the_past",
        lambda at: at.platform.cases.extend(HEAD, at.request, "2026-08-31"),
    ),
    "a signer where nobody was asked": (
        Refused, "no_signer",
        lambda at: without_signer(at, at.request, "牛监"),
    ),
    "a signer who was not asked": (
        Refused, "no_such_signer",
        lambda at: without_signer(at, at.signed, "李四"),
    ),
    "urging where nobody is waited for": (
        Refused, "nobody_to_urge",
        lambda at: at.platform.operations.do(APPLICANT, at.nowhere, "urge", {}),
    ),
    "the task of a person who is named": (
        NotAllowed, "only_named_person",
        lambda at: at.platform.cases.act(APPLICANT, at.plain, "pass"),
    ),
    "sending in as a substitute what is somebody's own": (
        NotAllowed, "own_case_personal",
        lambda at: at.platform.cases.act(substitute(at.platform), at.draft, "submit"),
    ),
    "breaking off what no process breaks off": (
        Refused, "no_cancelled_end",
        lambda at: at.platform.interventions.do(MONITOR, at.plain, "cancel", {"reason": "误办"}),
    ),
    "putting elsewhere, without the right, what nobody was found for": (
        NotFound,
        "no_such_case",
        lambda at: at.platform.interventions.reroute(FIRST, at.nowhere, "找到了"),
    ),
    "members of what is no group": (
        Refused, "not_a_group", lambda at: at.platform.cases.add(FIRST, at.request, [at.signed])
    ),
    "acting for an organisation one does not work for": (
        NotAllowed, "not_your_organisation",
        lambda at: at.platform.directory.actor_for("王审", "市局"),
    ),
    "a role that is not there": (
        NotFound, "no_such_role",
        lambda at: at.platform.directory.add_grant(HEAD, "李四", "mayor", "一所"),
    ),
    "a role that nobody has": (
        NotFound, "no_such_role", lambda at: at.platform.directory.end_grant(HEAD, 10**6)
    ),
    "standing in where nobody does": (
        NotFound, "no_such_substitute", lambda at: at.platform.substitutes.end(FIRST, 10**6)
    ),
    "an account that is not there": (
        NotFound, "no_such_account",
        lambda at: at.platform.accounts.reset_password(HEAD, "nobody"),
    ),
    "a password of a colleague": (
        NotAllowed,
        "no_permission",
        lambda at: at.platform.accounts.reset_password(FIRST, "李四"),
    ),
    "closing the account of a colleague": (
        NotAllowed,
        "no_permission",
        lambda at: at.platform.accounts.set_active(FIRST, "李四", False),
    ),
    "ending that somebody stands in for a colleague": (
        NotAllowed,
        "no_permission",
        lambda at: at.platform.substitutes.end(OTHER, at.platform.substitutes.given(FIRST)[0].id),
    ),
    "naming another one to stand in for a colleague": (
        NotAllowed,
        "no_permission",
        lambda at: at.platform.substitutes.instead(
            OTHER, at.platform.substitutes.given(FIRST)[0].id, "牛监"
        ),
    ),
    "an incident that is not there": (
        NotFound, "no_such_incident",
        lambda at: at.platform.incidents.resolve(MONITOR, 10**6, "误办"),
    ),
    "a job that is not there": (
        NotFound, "no_such_job", lambda at: at.platform.jobs.stop(MONITOR, 10**6)
    ),
    "a record that is not there": (
        NotFound, "no_such_record", lambda at: at.platform.registers.get(HEAD, "people", "无名氏")
    ),
    "a list that is not for a spreadsheet": (
        Refused, "not_exported", lambda at: at.platform.lists.export(HEAD, "town/everything")
    ),
    "a message without a title": (
        Refused, "message_incomplete", lambda at: send(at.platform, title="")
    ),
    "a message that says nothing": (
        Refused, "message_incomplete", lambda at: send(at.platform, body="")
    ),
    "a message to nobody": (Refused, "message_incomplete", lambda at: send(at.platform, to=[])),
    "a title that is too long": (
        Refused, "message_too_long",
        lambda at: send(at.platform, title="题" * (LONGEST_TITLE + 1)),
    ),
    "a message that is too long": (
        Refused, "message_too_long", lambda at: send(at.platform, body="文" * (LONGEST + 1))
    ),
    "a message to those who are not below": (
        NotAllowed, "not_below", lambda at: send(at.platform, to=["一所", "市局"])
    ),
    "a message that is not there": (
        NotFound, "no_such_message", lambda at: at.platform.messages.read(HEAD, 10**6)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "attempt"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_what_a_rule_forbids_is_named_and_changes_nothing(
    office: Office, kind: type[Refused], code: str, attempt: Callable[[Office], object]
) -> None:
    before = rows_of(office.platform.store)

    with pytest.raises(kind) as refused:
        attempt(office)

    assert refused.value.code == code
    assert rows_of(office.platform.store) == before


class TestSeats:
    def test_whoever_sat_or_sits_there_is_not_named_again(self) -> None:
        vote = a_vote("may_decline: true, decide: all")
        leader = person("周局", "市局")
        vote.town.cases.decline(person("v2"), vote.uid, "出差")

        for known in ("v1", "v2"):
            with pytest.raises(Refused, match="seated_already"):
                vote.town.cases.replace(leader, vote.uid, "v0", known, "替补")
        assert vote.waiting == ["v0", "v1"]
