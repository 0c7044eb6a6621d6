"""Messages: from templates to people, from people to the organisations below; read by each."""

import pytest

from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.platform import Platform
from tests.support.office import a_request, open_office, person

ADMINISTRATOR, REVIEWER = person("钱管", "市局"), person("王审", "一所")


@pytest.fixture
def office() -> Platform:
    return open_office()


@pytest.mark.req("MSG-07", "MSG-08")
def test_a_return_tells_the_applicant_why(office: Platform):
    uid = a_request(office)
    office.cases.act(REVIEWER, uid, "return", input={"reason": "缺图纸"})

    (message,) = office.messages.inbox(person("张三"))

    assert (message.title, message.body, message.case) == (
        "您的申请已退回",
        "一所：缺图纸（编号 2026-000001）",
        uid,
    )
    assert office.messages.inbox(person("李四")) == []


@pytest.mark.req("ENT-05", "MSG-07")
def test_a_message_to_an_organisation_of_the_form_reaches_whoever_acts_for_it():
    """What a form names was looked for by its name: such messages reached nobody, unnoticed."""
    office = open_office(
        more={
            "definitions/messages/returned.yaml": """
        message: returned
        title: 退回
        to: data.unit
        subject: {zh: "{data.unit}的申请已退回"}
        body: {zh: "{input.reason}"}
        """
        }
    )
    uid = a_request(office, unit="一所")
    office.cases.act(REVIEWER, uid, "return", input={"reason": "缺图纸"})

    (message,) = office.messages.inbox(REVIEWER)

    assert (message.title, message.body) == ("一所的申请已退回", "缺图纸")
    assert office.messages.inbox(person("张三")) == []


@pytest.mark.req("MSG-01", "MSG-04", "UNIT-03")
def test_an_organisation_writes_to_those_below(office: Platform):
    assert [name for _, name in office.messages.recipients(ADMINISTRATOR)] == [
        "一分局", "一所", "二分局",
    ]  # fmt: skip

    office.messages.send(ADMINISTRATOR, to=["一所"], title="通知", body="请于周五前上报")

    (message,) = office.messages.inbox(REVIEWER)
    assert (message.sender, message.title, message.read) == ("市局", "通知", False)


def test_whoever_may_not_write_to_those_below_is_told_so(office: Platform):
    checker = person("周局", "一分局")
    assert office.messages.recipients(checker) == []

    with pytest.raises(NotAllowed, match="no_permission"):
        office.messages.send(checker, to=["一所"], title="通知", body="…")

    assert office.messages.inbox(REVIEWER) == []


@pytest.mark.req("MSG-05", "MSG-10")
def test_each_reader_reads_for_themselves(office: Platform):
    office.messages.send(ADMINISTRATOR, to=["一所"], title="通知", body="…")
    (message,) = office.messages.inbox(REVIEWER)

    assert office.messages.get(REVIEWER, message.id).body == "…"
    assert office.messages.unread(REVIEWER) == 1
    office.messages.read(REVIEWER, message.id)

    assert office.messages.unread(REVIEWER) == 0
    assert office.messages.get(REVIEWER, message.id).read
    assert office.messages.unread(person("赵复", "一所")) == 1


@pytest.mark.req("MSG-10")
def test_sender_recipients_and_when_each_has_read_it_are_kept(office: Platform):
    office.messages.send(ADMINISTRATOR, to=["一所", "二分局"], title="通知", body="…")
    (message,) = office.messages.inbox(REVIEWER)
    office.messages.read(REVIEWER, message.id)

    with office.store.read() as unit:
        row = unit.messages.load(message.id, REVIEWER.person)
        (other,) = unit.messages.page("周局", ("二分局",), limit=9)
    assert row is not None
    assert (row.from_person, row.from_organisation, row.to_organisation) == ("钱管", "市局", "一所")
    assert row.read_at == office.clock.now()
    assert (other.from_organisation, other.to_organisation, other.read_at) == (
        "市局", "二分局", None,
    )  # fmt: skip


@pytest.mark.req("MSG-06")
def test_the_newest_message_comes_first(office: Platform):
    for title in ("一", "二", "三"):
        office.messages.send(ADMINISTRATOR, to=["一所"], title=title, body="…")

    assert [message.title for message in office.messages.inbox(REVIEWER, limit=2)] == ["三", "二"]


@pytest.mark.req("MSG-06")
def test_those_not_read_yet_come_before_newer_ones(office: Platform):
    """On the home page a few newer messages, long read, hid one that nobody had opened."""
    for title in ("一", "二", "三", "四"):
        office.messages.send(ADMINISTRATOR, to=["一所"], title=title, body="…")
    for message in office.messages.inbox(REVIEWER):
        if message.title in ("二", "四"):
            office.messages.read(REVIEWER, message.id)

    newest = [message.title for message in office.messages.newest(REVIEWER, 3)]

    assert newest == ["三", "一", "四"]


@pytest.mark.req("MSG-04", "SEC-01")
def test_nobody_writes_beyond_those_below(office: Platform):
    with pytest.raises(NotAllowed):
        office.messages.send(REVIEWER, to=["一分局"], title="通知", body="…")
    with pytest.raises(NotAllowed):
        office.messages.send(ADMINISTRATOR, to=["市局"], title="通知", body="…")
    with pytest.raises(Refused):
        office.messages.send(ADMINISTRATOR, to=[], title="通知", body="…")


@pytest.mark.req("SEC-02")
def test_nobody_reads_what_is_for_others(office: Platform):
    office.messages.send(ADMINISTRATOR, to=["一所"], title="通知", body="…")
    (message,) = office.messages.inbox(REVIEWER)

    with pytest.raises(NotFound):
        office.messages.get(person("周局", "一分局"), message.id)
    with pytest.raises(NotFound):
        office.messages.read(person("周局", "一分局"), message.id)


class TestOpinions:
    @pytest.mark.req("REV-02")
    def test_sentences_are_kept_in_the_order_given(self, office: Platform):
        office.opinions.save(REVIEWER, ["同意", "材料不全", "同意"])
        assert office.opinions.of(REVIEWER) == ["同意", "材料不全"]

        office.opinions.save(REVIEWER, ["材料不全"])
        assert office.opinions.of(REVIEWER) == ["材料不全"]

    @pytest.mark.req("REV-28")
    def test_they_are_private(self, office: Platform):
        office.opinions.save(REVIEWER, ["同意"])

        assert office.opinions.of(person("赵复", "一所")) == []

    def test_there_is_a_limit(self, office: Platform):
        with pytest.raises(Refused, match="too_many_opinions"):
            office.opinions.save(REVIEWER, [str(number) for number in range(51)])
        with pytest.raises(Refused, match="opinion_too_long"):
            office.opinions.save(REVIEWER, ["长" * 501])
