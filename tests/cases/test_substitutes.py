"""A colleague does somebody's tasks while they are away (代理), on every database."""

from datetime import timedelta

import pytest

from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.casework import Casework
from engine.services.directory import Directory
from engine.services.platform import Platform
from engine.store.session import Session
from tests.support.office import FILES, a_request, open_office, person

AWAY, SUBSTITUTE, HEAD = person("王审", "一所"), person("赵复", "一所"), person("钱管", "市局")
REQUEST = "definitions/processes/town/request.yaml"


def acting(office: Platform, name: str = "赵复", organisation: str = "一所") -> Actor:
    """Somebody as their next request finds them."""
    return office.directory.actor_for(name, organisation)


def refused(action) -> str:
    with pytest.raises(Refused) as found:
        action()
    return found.value.code


@pytest.fixture
def uid(office: Platform) -> str:
    return a_request(office)


@pytest.mark.req("ENG-04", "REV-26")
def test_the_substitute_finds_the_task_does_it_and_the_course_says_for_whom(office, uid):
    assert office.lists.keys(acting(office), "town/to-review") == []
    office.substitutes.name(AWAY, "赵复")
    substitute = acting(office)

    row = office.lists.page(substitute, "town/to-review").rows[0]
    assert (row.key, row.on_behalf) == (uid, "王审")
    assert office.views.view(substitute, uid).on_behalf == "王审"
    offered = {one.name: one.allowed for one in office.views.choices(substitute, uid)}
    assert offered["pass"]
    assert offered["return"]
    office.cases.act(substitute, uid, "pass")

    passed = office.views.course(person("张三"), uid)[-1]
    assert (passed.person, passed.on_behalf) == ("赵复", "王审")
    # The second stage is the substitute's own.
    assert office.lists.page(substitute, "town/to-review").rows[0].on_behalf == ""
    assert office.views.view(substitute, uid).on_behalf == ""
    assert all(found.same for found in office.rebuilding.all())


def test_what_the_substitute_passed_the_one_away_takes_back_and_the_substitute_too(office, uid):
    office.substitutes.name(AWAY, "赵复")
    office.cases.act(acting(office), uid, "pass")
    office.cases.withdraw(acting(office), uid)
    office.cases.act(acting(office), uid, "pass")
    office.cases.withdraw(AWAY, uid)

    assert office.lists.keys(AWAY, "town/to-review") == [uid]
    assert all(found.same for found in office.rebuilding.all())


def test_it_ends_at_once_when_it_is_ended_or_over(office, uid):
    office.substitutes.name(AWAY, "赵复", until="2026-09-03")
    before = acting(office)
    assert before.represents == ("王审",)
    office.clock.set(office.clock.now() + timedelta(days=2))
    assert acting(office).represents == ("王审",)
    office.clock.set(office.clock.now() + timedelta(days=1))
    assert acting(office).represents == ()
    # Even for who came in before.
    assert refused(lambda: office.cases.act(before, uid, "pass")) == "no_substitute"

    key = office.substitutes.name(AWAY, "赵复")
    before = acting(office)
    office.substitutes.end(AWAY, key)
    assert refused(lambda: office.cases.act(before, uid, "pass")) == "no_substitute"
    assert office.lists.keys(acting(office), "town/to-review") == []
    assert office.substitutes.given(AWAY) == []


def test_it_begins_on_its_first_day(office, uid):
    office.substitutes.name(AWAY, "赵复", since="2026-09-02", until="2026-09-03")
    assert acting(office).represents == ()
    office.clock.set(office.clock.now() + timedelta(hours=16))
    assert acting(office).represents == ("王审",)


def test_nothing_is_passed_on_to_a_substitute_of_the_substitute(office, uid):
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "handler", "一所", jurisdiction="town")
    office.substitutes.name(AWAY, "赵复")
    office.substitutes.name(SUBSTITUTE, "李四")

    assert acting(office, "李四").represents == ("赵复",)
    assert refused(lambda: office.cases.act(acting(office, "李四"), uid, "pass")) == "no_such_case"
    # Nor is somebody named who is away.
    office.substitutes.end(AWAY, office.substitutes.given(AWAY)[0].id)
    assert refused(lambda: office.substitutes.name(AWAY, "赵复")) == "substitute_away"


def test_who_may_be_named_by_whom(office):
    name = office.substitutes.name
    assert refused(lambda: name(person("王审"), "赵复")) == "not_for_people"
    assert refused(lambda: name(AWAY, "王审")) == "substitute_oneself"
    assert refused(lambda: name(AWAY, "周局")) == "substitute_stranger"
    assert refused(lambda: name(SUBSTITUTE, "王审", person="李四")) == "no_permission"
    assert refused(lambda: name(AWAY, "赵复", until="2026-08-31")) == "substitute_over"
    assert refused(lambda: name(AWAY, "赵复", since="tomorrow")) == "substitute_day"
    name(AWAY, "赵复")
    assert refused(lambda: name(AWAY, "赵复", since="2026-10-01")) == "substitute_already"
    assert refused(lambda: office.substitutes.all(AWAY)) == "no_permission"

    with office.store.write() as unit:
        office.directory.grant(unit, "钱管", "administrator", "一所", jurisdiction="town")
    head = acting(office, "钱管")
    (known,) = office.substitutes.all(head)
    assert (known.person, known.substitute) == ("王审", "赵复")
    office.substitutes.end(head, known.id)
    office.substitutes.name(head, "王审", person="赵复")
    assert [one.person for one in office.substitutes.held(AWAY)] == ["赵复"]


@pytest.mark.req("REV-29")
def test_who_has_to_keep_out_does_so_as_a_substitute_and_for_one(office):
    office.substitutes.name(AWAY, "赵复")
    own = a_request(office, by="赵复")
    assert refused(lambda: office.cases.act(acting(office), own, "pass")) == "own_case"
    theirs = a_request(office, by="王审")
    assert refused(lambda: office.cases.act(acting(office), theirs, "pass")) == "own_case"
    # Nor does a substitute send in what is somebody's own.
    draft = a_request(office, by="王审", submit=False)
    assert refused(lambda: office.cases.act(acting(office), draft, "submit")) == "no_such_case"
    assert refused(lambda: office.views.view(acting(office), draft)) == "no_such_case"


@pytest.mark.req("REV-29")
def test_who_was_represented_counts_as_having_acted():
    apart = FILES[REQUEST].replace(
        "who: {permission: check, organisation: data.unit.superior}",
        "who: {permission: review, organisation: data.unit, except: case.actors('review')}",
    )
    office = open_office(more={REQUEST: apart})
    with office.store.write() as unit:
        for role in ("reviewer", "checker"):
            office.directory.grant(unit, "李四", role, "一所", jurisdiction="town")
    uid = a_request(office)
    office.substitutes.name(AWAY, "赵复")
    office.cases.act(acting(office), uid, "pass")
    office.cases.act(acting(office, "李四"), uid, "pass")

    assert refused(lambda: office.cases.act(AWAY, uid, "pass")) == "acted_before"
    assert refused(lambda: office.cases.act(acting(office), uid, "pass")) == "acted_before"
    assert all(found.same for found in office.rebuilding.all())
    office.close()


def test_what_waits_for_the_person_and_what_they_have_claimed(office):
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    claimed, handed = a_request(office), a_request(office)
    office.cases.claim(AWAY, claimed)
    office.cases.transfer(person("李四", "一所"), handed, "王审")
    office.substitutes.name(AWAY, "赵复")
    substitute = acting(office)

    assert sorted(office.lists.keys(substitute, "town/to-review")) == sorted([claimed, handed])
    for uid in (claimed, handed):
        office.cases.act(substitute, uid, "pass")
    third = a_request(office)
    # What a substitute takes on is the other one's.
    office.cases.claim(substitute, third)
    assert office.lists.keys(AWAY, "town/to-review") == [third]
    office.cases.give_back(substitute, third)
    assert third in office.lists.keys(person("李四", "一所"), "town/to-review")


@pytest.mark.req("ENG-04")
def test_a_message_about_a_task_reaches_the_substitute_and_stays_with_who_is_away():
    sent = """
        message: urged
        title: 催办
        to: waiting
        subject: {zh: 催办}
        body: {zh: "请办理"}
        """
    words = """
        refusals:
          told_instead: {zh: "您代{person}办理。", en: "For {person}."}
        """
    more = {
        "definitions/messages/urged.yaml": sent,
        "definitions/messages/refusals.yaml": words,
    }
    office = open_office(more=more)
    uid = a_request(office)
    office.cases.claim(AWAY, uid)
    office.substitutes.name(AWAY, "赵复")

    office.operations.do(person("张三"), uid, "urge")

    with office.store.read() as unit:
        told = {one.to_person: one.body for one in unit.messages.since(0)}
    assert told == {"王审": "请办理", "赵复": "请办理\n您代王审办理。"}
    office.close()


def test_nobody_without_a_substitute_pays_for_it(office, uid, monkeypatch):
    asked: list[str] = []

    def counted(session, *args, _all=Session.all, **values):
        asked.append("")
        return _all(session, *args, **values)

    def never(*args, **more):
        raise AssertionError("asked about substitutes")

    monkeypatch.setattr(Session, "all", counted)
    actor = acting(office, "王审")
    assert len(asked) == 1  # the roles and the substitutions are one reading
    monkeypatch.setattr(Directory, "stands_in", never)
    monkeypatch.setattr(Casework, "acting", never)
    monkeypatch.setattr(Casework, "concerns", never)
    assert office.lists.page(actor, "town/to-review").rows[0].on_behalf == ""
    office.cases.act(actor, uid, "pass")


def test_a_second_opinion_is_given_by_a_substitute_but_not_by_who_holds_the_task():
    more = FILES[REQUEST].replace(
        "stages: {first", "allow: [add_signer]\n            stages: {first"
    )
    office = open_office(more={REQUEST: more})
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "handler", "一所", jurisdiction="town")
        office.directory.grant(unit, "周局", "handler", "一所", jurisdiction="town")
    uid = a_request(office)
    office.operations.do(AWAY, uid, "add_signer", {"person": "李四", "mode": "before"})
    signer = person("李四", "一所")
    office.substitutes.name(signer, "王审")
    assert refused(lambda: office.operations.do(acting(office, "王审"), uid, "sign")) == (
        "signs_for_own_task"
    )
    office.substitutes.end(signer, office.substitutes.given(signer)[0].id)
    office.substitutes.name(signer, "周局")
    office.operations.do(acting(office, "周局"), uid, "sign", {"opinion": "同意"})
    (signed,) = office.views.view(AWAY, uid).signers
    assert (signed.name, signed.signed, signed.opinion) == ("李四", True, "同意")
    office.cases.act(AWAY, uid, "pass")
    assert all(found.same for found in office.rebuilding.all())
    office.close()


@pytest.mark.req("SEC-01")
def test_what_waits_at_another_organisation_of_theirs_stays_there(office):
    """Whoever is away there too has colleagues there; the substitute is one here only."""
    with office.store.write() as unit:
        office.directory.grant(unit, "王审", "reviewer", "二分局", jurisdiction="town")
    office.substitutes.name(AWAY, "赵复")
    there = a_request(office, unit="二分局")

    assert office.views.view(person("王审", "二分局"), there).uid == there
    assert refused(lambda: office.views.view(acting(office), there)) == "no_such_case"
    assert office.lists.keys(acting(office), "town/to-review") == []
