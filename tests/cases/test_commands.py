"""Commands: what they change, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

import orjson
import pytest

from engine.domain.case import State
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused, Stale
from engine.services.platform import Platform
from tests.support.office import a_request, person

FIRST = person("王审", "一所")
SECOND = person("赵复", "一所")
ABOVE = person("周局", "一分局")
APPLICANT = person("张三")


def place(office: Platform, uid: str) -> str:
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return str(State.from_json(orjson.loads(row.state)).place)


def snapshot(office: Platform, uid: str) -> tuple[object, ...]:
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        work = unit.work.of(row.id, open_only=False)
        return (row, unit.journal.of(row.id), work, unit.outbox.of(row.id))


def test_a_request_goes_from_its_author_to_its_end(office: Platform) -> None:
    uid = a_request(office)
    places = [place(office, uid)]
    for actor in (FIRST, SECOND, ABOVE):
        office.cases.act(actor, uid, "pass")
        places.append(place(office, uid))

    assert places == ["review.first@一所", "review.second@一所", "check@一分局", "done"]


@pytest.mark.req("SEC-01", "REV-22")
@pytest.mark.parametrize(
    ("actor", "sentence"),
    [
        (person("张三"), "no_permission"),
        (person("赵复", "一所"), "no_such_case"),
        (person("周局", "二分局"), "no_such_case"),
        (person("李四"), "no_such_case"),
    ],
    ids=["the author", "a colleague of the other stage", "another unit", "a stranger"],
)
def test_whoever_does_not_hold_the_task_cannot_act(
    office: Platform, actor: object, sentence: str
) -> None:
    uid = a_request(office)
    before = snapshot(office, uid)

    with pytest.raises((NotAllowed, NotFound)) as refused:
        office.cases.act(actor, uid, "pass")  # type: ignore[arg-type]

    assert refused.value.code == sentence
    assert snapshot(office, uid) == before


@pytest.mark.req("REV-29")
def test_nobody_reviews_their_own_request(office: Platform) -> None:
    uid = a_request(office, by="王审")

    with pytest.raises(NotAllowed) as refused:
        office.cases.act(FIRST, uid, "pass")

    assert refused.value.code == "own_case"


@pytest.mark.req("SEC-07")
def test_a_repeated_press_does_not_act_twice(office: Platform) -> None:
    uid = a_request(office)

    first = office.cases.act(FIRST, uid, "pass", key="press-1")
    second = office.cases.act(FIRST, uid, "pass", key="press-1")

    assert first == second
    assert place(office, uid) == "review.second@一所"


@pytest.mark.req("SEC-07")
def test_a_repeated_start_makes_one_case(office: Platform) -> None:
    one = office.cases.start(APPLICANT, "town/request", {"unit": "一所"}, key="k")
    other = office.cases.start(APPLICANT, "town/request", {"unit": "一所"}, key="k")

    assert one == other


@pytest.mark.req("ENG-21", "ENG-11")
def test_a_stale_page_is_refused(office: Platform) -> None:
    uid = a_request(office)
    shown = office.views.view(FIRST, uid).version
    office.cases.act(FIRST, uid, "pass")
    before = snapshot(office, uid)

    with pytest.raises(Stale):
        office.cases.act(SECOND, uid, "return", input={"reason": "late"}, version=shown)

    assert snapshot(office, uid) == before


@pytest.mark.req("APP-20", "FORM-09")
def test_a_submission_with_mistakes_names_all_of_them_and_changes_nothing(
    office: Platform,
) -> None:
    uid = a_request(office, submit=False)
    before = snapshot(office, uid)

    with pytest.raises(InvalidSubmission) as refused:
        office.cases.act(
            APPLICANT, uid, "submit", data={"unit": "没有", "subject": "x" * 41, "amount": "many"}
        )

    assert {error.name for error in refused.value.errors} == {"unit", "subject", "amount"}
    assert snapshot(office, uid) == before


@pytest.mark.req("APP-19")
def test_a_draft_may_be_incomplete_but_not_ill_typed(office: Platform) -> None:
    uid = a_request(office, submit=False)

    office.cases.save(APPLICANT, uid, {"unit": "一所", "subject": None})
    with pytest.raises(InvalidSubmission):
        office.cases.save(APPLICANT, uid, {"unit": "一所", "amount": "many"})


@pytest.mark.req("APP-21")
def test_what_was_submitted_cannot_be_changed(office: Platform) -> None:
    uid = a_request(office)

    with pytest.raises(Refused) as refused:
        office.cases.save(APPLICANT, uid, {"subject": "another"})

    assert refused.value.code == "submitted_unchangeable"


def test_an_unknown_case_is_as_unknown_as_one_of_somebody_else(office: Platform) -> None:
    uid = a_request(office)

    with pytest.raises(NotFound):
        office.views.view(person("李四"), uid)
    with pytest.raises(NotFound):
        office.views.view(person("李四"), "NOSUCHCASE22")


def test_a_claimed_task_is_left_to_who_took_it(office: Platform) -> None:
    uid = a_request(office)
    office.cases.claim(FIRST, uid)
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    colleague = person("李四", "一所")

    with pytest.raises(NotAllowed):
        office.cases.act(colleague, uid, "pass")
    with pytest.raises(Stale):
        office.cases.claim(colleague, uid)
    office.cases.give_back(FIRST, uid)
    office.cases.act(colleague, uid, "pass")

    assert place(office, uid) == "review.second@一所"


class TestBulk:
    @pytest.mark.req("REV-23", "ENG-18")
    def test_each_case_is_handled_by_itself(self, office: Platform) -> None:
        mine, other = a_request(office, by="王审"), a_request(office)

        results = office.bulk.run(FIRST, [mine, other], "pass")

        assert [result.done is not None for result in results] == [False, True]
        assert results[0].sentence
        assert [place(office, mine), place(office, other)] == [
            "review.first@一所",
            "review.second@一所",
        ]

    @pytest.mark.req("REV-24")
    def test_cases_at_different_stages_are_not_handled_together(self, office: Platform) -> None:
        one, other = a_request(office), a_request(office, by="李四")
        office.cases.act(FIRST, one, "pass")

        with pytest.raises(Refused) as refused:
            office.bulk.run(FIRST, [one, other], "pass")

        assert refused.value.code == "different_steps"


@pytest.mark.req("ENG-05", "REV-13")
def test_what_could_be_done_and_why_not_the_rest_is_one_question(office: Platform) -> None:
    uid = a_request(office)
    office.cases.act(FIRST, uid, "pass")

    mine = {offer.name: offer for offer in office.offering.offers(APPLICANT, uid)}
    theirs = {offer.name: offer for offer in office.offering.offers(SECOND, uid)}

    assert not mine["withdraw"].allowed
    assert {name for name, offer in theirs.items() if offer.allowed} == {
        "pass", "return", "cc", "claim",
    }  # fmt: skip
    # Nobody else could deal with it, so there is nobody to hand it to.
    assert theirs["transfer"].refusal.code == "nobody_else_here"
    for name, offer in mine.items():
        if not offer.allowed and offer.action is not None:
            with pytest.raises(Refused) as refused:
                office.cases.act(APPLICANT, uid, name)
            assert refused.value.code == offer.refusal.code
