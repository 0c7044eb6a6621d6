from datetime import timedelta

import pytest

from engine.store.access import Access
from engine.store.accounts import AccountRow, SessionRow, SignIn
from engine.store.attachments import AttachmentRow
from engine.store.documents import IssuedRow
from engine.store.errors import Duplicate
from engine.store.grants import NewGrant
from engine.store.messages import NewMessage

from .conftest import NOW

DAY = timedelta(days=1)
ACCOUNT = AccountRow("li", "Li", None, "active", True, 0, None, NOW)
SESSION = SessionRow("t1", "li", None, "127.0.0.1", NOW, NOW, NOW + DAY)


def test_a_part_that_fails_is_taken_back_alone_and_the_rest_is_kept(store):
    def both(unit, one, another):
        with unit.part():
            unit.accounts.insert(one)
            unit.accounts.insert(another)

    other = ACCOUNT._replace(login="wang", person="Wang")
    with store.write() as unit:
        unit.accounts.insert(ACCOUNT)
        with pytest.raises(Duplicate):
            both(unit, other._replace(login="zhao"), ACCOUNT)
        with unit.part():
            unit.accounts.insert(other)

    with store.read() as unit:
        assert [account.login for account in unit.accounts.all()] == ["li", "wang"]


def test_an_account_counts_wrong_passwords_until_a_right_one(store):
    with store.write() as unit:
        unit.accounts.insert(ACCOUNT)
        unit.accounts.failed("li", locked_until=None)
        unit.accounts.failed("li", locked_until=NOW + DAY)
        failed = unit.accounts.load("li")
        assert (failed.failures, failed.locked_until) == (2, NOW + DAY)
        unit.accounts.succeeded("li", NOW)
        assert unit.accounts.load("li") == ACCOUNT._replace(signed_in_at=NOW)
        unit.accounts.set_password("li", "hash", must_change=False, at=NOW)
        assert unit.accounts.of_person("Li")[0].must_change_password is False
        unit.accounts.set_state("li", "closed")
        assert [account.state for account in unit.accounts.all()] == ["closed"]
        assert unit.accounts.load("nobody") is None
    with pytest.raises(Duplicate), store.write() as unit:
        unit.accounts.insert(ACCOUNT)


def test_sign_ins_are_counted_by_address(store):
    with store.write() as unit:
        for reason in ("wrong_password", "locked", None):
            unit.accounts.log(SignIn("li", "Li", NOW, "10.0.0.1", reason is None, reason))
        assert unit.accounts.failures_from("10.0.0.1", NOW - DAY) == 2
        assert unit.accounts.failures_from("10.0.0.1", NOW + DAY) == 0
        assert [attempt.reason for attempt in unit.accounts.attempts("li")][:2] == [None, "locked"]


def test_sessions_end(store):
    with store.write() as unit:
        unit.accounts.insert(ACCOUNT)
        for token in ("t1", "t2", "t3"):
            unit.sessions.open(SESSION._replace(token_hash=token))
        unit.sessions.act_for("t1", "school")
        unit.sessions.seen("t1", NOW + DAY, NOW + 2 * DAY)
        assert unit.sessions.load("t1") == SESSION._replace(
            organisation="school", seen_at=NOW + DAY, expires_at=NOW + 2 * DAY
        )
        unit.sessions.end("t2")
        assert unit.sessions.end_of("li", but="t1") == 1
        assert unit.sessions.expire(NOW + DAY) == 0
        assert unit.sessions.expire(NOW + 2 * DAY) == 1
        assert unit.sessions.load("t1") is None


def test_a_grant_is_ended_not_removed(store):
    with store.write() as unit:
        grant = NewGrant("Li", "reviewer", "school", "north", None, None, "admin", NOW)
        always = unit.grants.add(grant)
        future = unit.grants.add(grant._replace(valid_from=NOW + DAY, organisation="office"))
        assert [found.id for found in unit.grants.of("Li")] == [always, future]
        assert [found.id for found in unit.grants.at(["office"], ["reviewer"])] == [future]
        assert unit.grants.at(roles=["other"]) == []
        assert unit.grants.end(always, NOW)
        assert not unit.grants.end(always, NOW)
        assert unit.grants.end(future, NOW)
        assert unit.grants.load(always).valid_until == NOW
        assert unit.grants.load(future).valid_until == NOW + DAY


def test_a_file_is_placed_in_one_case(store):
    with store.write() as unit:
        blob = unit.blobs.put_bytes("Li", b"%PDF")
        row = AttachmentRow(
            "f1",
            None,
            "Li",
            "Li",
            None,
            "proof",
            "a.pdf",
            "application/pdf",
            4,
            "0" * 64,
            blob,
            NOW,
        )
        unit.attachments.add(row)
        assert unit.attachments.place("f1", "case-1", "north")
        assert not unit.attachments.place("f1", "case-2", "north")
        placed = row._replace(case_uid="case-1", jurisdiction="north")
        assert unit.attachments.load("f1") == placed
        assert unit.attachments.of("case-1") == [placed]
        unit.attachments.remove("f1")
        assert unit.attachments.load("f1") is None


def test_a_message_to_an_organisation_is_read_by_each_person(store):
    with store.write() as unit:
        message = NewMessage("north", None, "school", "notice", "T", "B", NOW, key="k")
        sent = unit.messages.add(message)
        assert unit.messages.add(message) is None
        own = unit.messages.add(message._replace(key=None, to_person="Li", to_organisation=None))
        unit.messages.read(sent, "Li", NOW)
        unit.messages.read(sent, "Li", NOW + DAY)
        assert unit.messages.load(sent, "Li").read_at == NOW
        assert unit.messages.load(sent, "Zhao").read_at is None
        assert unit.messages.unread("Li", ["school"]) == 1
        assert [row.id for row in unit.messages.page("Li", ["school"])] == [own, sent]
        assert [row.id for row in unit.messages.page("Li", ["school"], before=own)] == [sent]
        assert [row.id for row in unit.messages.page("Li", ["school"], unread=True)] == [own]
        assert [row.id for row in unit.messages.page("Zhao")] == []


def test_opinions_are_ones_own_or_shared_in_the_organisation(store):
    with store.write() as unit:
        kept = {"organisation": "school", "position": 1}
        own = unit.opinions.add("Li", "fine", shared=False, **kept)
        shared = unit.opinions.add("Zhao", "agreed", shared=True, **kept)
        assert [found.id for found in unit.opinions.of("Li", "school")] == [own, shared]
        assert [found.id for found in unit.opinions.of("Li", None)] == [own]
        assert not unit.opinions.change(shared, "Li", "mine", shared=False, position=1)
        assert unit.opinions.change(own, "Li", "very fine", shared=False, position=2)
        assert [found.text for found in unit.opinions.of("Li", "school")] == ["agreed", "very fine"]
        assert not unit.opinions.remove(shared, "Li")
        assert unit.opinions.remove(own, "Li")


def test_a_document_is_issued_once_for_its_key(store):
    row = IssuedRow(
        "d1", "case-1:end:1:0", "north", "case-1", "permit", "Li", "001", "CODE", "valid", "Li",
        "h", None, NOW,
    )  # fmt: skip
    with store.write() as unit:
        assert unit.documents.add(row) == row
        assert unit.documents.add(row._replace(uid="d2", verify_code="OTHER")) == row
        unit.documents.printed("d1", "f")
        unit.documents.set_state("d1", "revoked")
        after = row._replace(file_blob="f", state="revoked")
        assert unit.documents.by_code("CODE") == unit.documents.load("d1") == after
        assert unit.documents.of_case("case-1") == unit.documents.of_holder("Li") == [after]
        assert unit.documents.by_code("OTHER") is None


def test_looks_at_personal_data_are_noted(store):
    with store.write() as unit:
        for what in ("profile", "application"):
            unit.access_log.add(Access(NOW, "Wang", "school", "Li", what))
        assert [look.what for look in unit.access_log.of("Li")] == ["application", "profile"]
