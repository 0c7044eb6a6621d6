"""Handing a task over to a colleague (转办), on every database."""

from collections.abc import Iterator

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

FIRST, COLLEAGUE = person("王审", "一所"), person("李四", "一所")
CHECKER = person("赵复", "一所")


@pytest.fixture
def uid(office: Platform) -> str:
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    return a_request(office)


def offered(office, actor, uid):
    return {one.name: one.sentence for one in office.views.choices(actor, uid)}


def refused(action) -> str:
    with pytest.raises(Refused) as found:
        action()
    return found.value.code


def test_the_colleague_alone_deals_with_it(office, uid):
    assert office.views.colleagues(FIRST, uid) == [("李四", "李四")]

    office.cases.transfer(FIRST, uid, "李四", "王审出差")

    assert office.lists.keys(COLLEAGUE, "town/to-review") == [uid]
    assert office.lists.keys(FIRST, "town/to-review") == []
    assert refused(lambda: office.cases.act(FIRST, uid, "pass")) == "handed_over"
    office.cases.act(COLLEAGUE, uid, "pass")
    assert office.lists.keys(CHECKER, "town/to-review") == [uid]
    assert all(found.same for found in office.rebuilding.all())


def test_the_course_says_who_handed_it_to_whom_and_why(office, uid):
    office.cases.transfer(FIRST, uid, "李四", "王审出差")

    entry = office.views.course(person("张三"), uid)[-1]

    assert (entry.kind, entry.person, entry.place) == ("transfer", "王审", "审核 初审（一所）")
    assert entry.leads_to == "李四"
    assert "王审出差" in [text for _, text in entry.texts]


def test_it_can_be_handed_back(office, uid):
    office.cases.transfer(FIRST, uid, "李四")
    office.cases.transfer(COLLEAGUE, uid, "王审")

    office.cases.act(FIRST, uid, "pass")
    assert office.lists.keys(CHECKER, "town/to-review") == [uid]


def test_only_to_colleagues_who_may_deal_with_it(office, uid):
    def to(who):
        return refused(lambda: office.cases.transfer(FIRST, uid, who))

    assert to("周局") == "transfer_to_stranger"
    assert to("王审") == "transfer_to_oneself"
    assert to("张三") == "transfer_to_stranger"
    stranger = person("周局", "一分局")
    assert refused(lambda: office.cases.transfer(stranger, uid, "李四")) == "no_such_case"
    assert all(found.same for found in office.rebuilding.all())


def test_nobody_is_offered_it_without_a_colleague(office):
    uid = a_request(office)

    assert "transfer" not in offered(office, FIRST, uid)


def test_what_a_colleague_has_claimed_is_not_handed_over(office, uid):
    office.cases.claim(COLLEAGUE, uid)

    assert refused(lambda: office.cases.transfer(FIRST, uid, "李四")) == "claimed_by_other"


def test_what_was_handed_over_is_nobodys_to_claim(office, uid):
    office.cases.transfer(FIRST, uid, "李四")

    assert refused(lambda: office.cases.claim(FIRST, uid)) == "handed_over"
    assert refused(lambda: office.cases.claim(COLLEAGUE, uid)) == "waits_for_you"
    office.cases.act(COLLEAGUE, uid, "pass")


def test_the_next_place_is_for_everybody_again(office, uid):
    office.cases.transfer(FIRST, uid, "李四")
    office.cases.act(COLLEAGUE, uid, "return", input={"reason": "缺材料"})
    office.cases.act(person("张三"), uid, "submit")

    assert office.lists.keys(FIRST, "town/to-review") == [uid]
    office.cases.act(FIRST, uid, "pass")
    assert office.lists.keys(CHECKER, "town/to-review") == [uid]


REQUEST = "definitions/processes/town/request.yaml"


@pytest.fixture
def named() -> Iterator[Platform]:
    """An office whose requests are checked by one person, who is named."""
    who = "who: {permission: review, organisation: data.unit"
    text = FILES[REQUEST].replace(
        who + "}\n",
        f"{who}, person: data.reader}}\n            allow: [transfer, add_signer]\n",
        1,
    )
    form = FILES["forms/request.yaml"].rstrip(" ")
    form += " " * 10 + "reader: {title: 审核人, reference: people}\n"
    office = open_office(more={REQUEST: text, "forms/request.yaml": form})
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    yield office
    office.close()


@pytest.mark.req("ENG-06")
@pytest.mark.parametrize("how", ["transfer", "signer"])
def test_a_colleague_has_the_task_of_a_named_person_from_them(named: Platform, how: str) -> None:
    """The colleague was waited for, and refused: it had been meant for somebody else."""
    uid = a_request(named, reader="王审")
    assert named.lists.keys(COLLEAGUE, "town/to-review") == []
    if how == "transfer":
        named.cases.transfer(FIRST, uid, "李四")
    else:
        named.operations.do(FIRST, uid, "add_signer", {"person": "李四", "mode": "after"})
        named.cases.act(FIRST, uid, "pass")

    assert named.lists.keys(COLLEAGUE, "town/to-review") == [uid]
    assert refused(lambda: named.cases.act(FIRST, uid, "pass")) == "handed_over"
    named.cases.act(COLLEAGUE, uid, "pass")
    assert named.views.view(person("张三"), uid).place == "审核 复审（一所）"
    assert all(found.same for found in named.rebuilding.all())


@pytest.mark.req("ENG-14")
def test_a_case_is_not_put_where_the_named_person_has_no_right(named: Platform) -> None:
    """It waited there for somebody of another office, for ever."""
    uid = a_request(named, reader="王审")

    with pytest.raises(Refused, match="person_cannot"):
        named.interventions.reroute(person("马监", "市局"), uid, "一所搬迁", organisation="二分局")

    named.cases.act(FIRST, uid, "pass")
