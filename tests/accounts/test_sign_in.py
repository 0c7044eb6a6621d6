"""Signing in: sessions on the server, lock-out, passwords, whom one acts for."""

from datetime import timedelta

import pytest

from engine.domain.errors import NotAllowed, Refused
from engine.services.platform import Platform
from tests.support.office import NINE, PASSWORD, open_office, person


@pytest.fixture
def office() -> Platform:
    office = open_office()
    with office.store.write() as unit:
        for login, who in (("wang", "王审"), ("zhou", "周局"), ("zhang", "张三"), ("qian", "钱管")):
            hashed = office.accounts.hash(PASSWORD)
            office.accounts.add_in(unit, login, who, hashed, NINE)
    return office


def wrong(
    office: Platform, times: int, login: str = "wang", address: str = "10.0.0.1"
) -> list[str]:
    codes = []
    for _ in range(times):
        with pytest.raises(NotAllowed) as refused:
            office.accounts.sign_in(login, "wrong", address="10.0.0.1")
        codes.append(refused.value.code)
    return codes


@pytest.mark.req("ACC-18")
def test_whoever_works_for_one_organisation_acts_for_it(office: Platform):
    session = office.accounts.sign_in("wang", PASSWORD)

    assert (session.name, session.organisation) == ("王审", "一所")
    assert session.organisations == [("一所", "一所", "审核人"), (None, "王审", "")]
    assert session.actor == person("王审", "一所")


@pytest.mark.req("ACC-18")
def test_whoever_works_for_several_chooses_one(office: Platform):
    session = office.accounts.sign_in("zhou", PASSWORD)
    assert session.organisation is None

    session = office.accounts.act_for(session.token, "二分局")

    assert session.actor == person("周局", "二分局")
    with pytest.raises(NotAllowed):
        office.accounts.act_for(session.token, "一所")


@pytest.mark.parametrize("over", ["signed out", "too long ago"])
def test_with_a_session_that_is_over_nothing_is_done(office: Platform, over: str):
    token = office.accounts.sign_in("zhou", PASSWORD).token
    if over == "signed out":
        office.accounts.sign_out(token)
    else:
        office.clock.set(NINE + timedelta(days=30))

    with pytest.raises(NotAllowed, match="session_over"):
        office.accounts.act_for(token, "二分局")
    with pytest.raises(NotAllowed, match="session_over"):
        office.accounts.change_password(token, PASSWORD, "staple battery 88")

    assert office.accounts.sign_in("zhou", PASSWORD).organisation is None


def test_a_private_person_acts_for_themselves(office: Platform):
    assert office.accounts.sign_in("zhang", PASSWORD).actor == person("张三")


def test_a_name_typed_in_full_width_is_understood(office: Platform):
    assert office.accounts.sign_in(" ｚｈａｎｇ", PASSWORD).actor == person("张三")
    assert wrong(office, 6, "ｗａｎｇ")[-1] == wrong(office, 1, "wang")[0] == "account_locked"


def test_an_unknown_name_and_a_wrong_password_read_the_same(office: Platform):
    assert wrong(office, 1) == wrong(office, 1, "nobody") == ["wrong_credentials"]


def test_wrong_passwords_lock_the_account_for_a_while(office: Platform):
    assert wrong(office, 6) == ["wrong_credentials"] * 5 + ["account_locked"]
    with pytest.raises(NotAllowed) as refused:
        office.accounts.sign_in("wang", PASSWORD)
    assert refused.value.params == {"minutes": 1}

    office.clock.set(NINE + timedelta(minutes=1))

    assert office.accounts.sign_in("wang", PASSWORD).person == "王审"


def test_an_address_that_fails_too_often_has_to_wait(office: Platform):
    for number in range(50):
        wrong(office, 1, f"guess{number}")

    with pytest.raises(NotAllowed, match="too_many_attempts"):
        office.accounts.sign_in("wang", PASSWORD, address="10.0.0.1")
    assert office.accounts.sign_in("wang", PASSWORD, address="10.0.0.2")


@pytest.mark.req("SEC-03")
def test_every_attempt_is_noted(office: Platform):
    wrong(office, 1)
    office.accounts.sign_in("wang", PASSWORD, address="10.0.0.1")

    with office.store.read() as unit:
        noted = [(a.succeeded, a.reason, a.address) for a in unit.accounts.attempts("wang")]

    assert noted == [(True, None, "10.0.0.1"), (False, "wrong_credentials", "10.0.0.1")]


class TestSessions:
    def test_a_session_ends_after_an_hour_without_a_request(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token
        office.clock.set(NINE + timedelta(minutes=50))
        assert office.accounts.session(token) is not None

        office.clock.set(NINE + timedelta(minutes=100))
        assert office.accounts.session(token) is not None

        office.clock.set(NINE + timedelta(minutes=161))
        assert office.accounts.session(token) is None

    def test_a_session_never_lasts_longer_than_a_working_day(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token
        for half_hour in range(24):
            office.clock.set(NINE + timedelta(minutes=30 * half_hour))
            assert office.accounts.session(token) is not None

        office.clock.set(NINE + timedelta(hours=12))
        assert office.accounts.session(token) is None

    def test_signing_out_ends_it_at_once(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token

        office.accounts.sign_out(token)

        assert office.accounts.session(token) is None

    @pytest.mark.req("ORG-27")
    def test_a_role_taken_back_counts_no_more_at_the_next_request(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token
        administrator = person("钱管", "市局")
        (held,) = office.directory.grants_of(administrator, "王审")

        office.directory.end_grant(administrator, held.id)

        session = office.accounts.session(token)
        assert session is not None
        assert session.actor == person("王审")

    def test_the_token_itself_is_not_stored(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token

        with office.store.read() as unit:
            assert unit.sessions.load(token) is None


class TestPasswords:
    def test_a_new_password_ends_the_other_sessions(self, office: Platform):
        here = office.accounts.sign_in("wang", PASSWORD).token
        there = office.accounts.sign_in("wang", PASSWORD).token

        office.accounts.change_password(here, PASSWORD, "staple battery 88")

        assert office.accounts.session(here) is not None
        assert office.accounts.session(there) is None
        assert office.accounts.sign_in("wang", "staple battery 88")

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("wrong", "staple battery 88", "wrong_password"),
            (PASSWORD, "short", "password_too_short"),
            (PASSWORD, PASSWORD, "password_not_new"),
            (PASSWORD, "Wang-is-my-name", "password_too_simple"),
            (PASSWORD, "aaaaaaaaaaaa", "password_too_simple"),
        ],
    )
    def test_a_weak_password_is_refused(self, office: Platform, old: str, new: str, code: str):
        token = office.accounts.sign_in("wang", PASSWORD).token

        with pytest.raises(Refused, match=code):
            office.accounts.change_password(token, old, new)

    def test_a_reset_password_must_be_changed(self, office: Platform):
        new = office.accounts.reset_password(person("钱管", "市局"), "wang")

        session = office.accounts.sign_in("wang", new)
        assert session.must_change_password

        office.accounts.change_password(session.token, new, "staple battery 88")
        assert not office.accounts.sign_in("wang", "staple battery 88").must_change_password

    @pytest.mark.req("ACC-11")
    def test_no_password_is_stored_as_it_is(self, office: Platform):
        with office.store.read() as unit:
            account = unit.accounts.load("wang")

        assert account is not None
        assert account.password is not None
        assert account.password.startswith("$argon2id$")


class TestManaging:
    def test_a_closed_account_is_signed_out_and_stays_out(self, office: Platform):
        token = office.accounts.sign_in("wang", PASSWORD).token

        office.accounts.set_active(person("钱管", "市局"), "wang", False)

        assert office.accounts.session(token) is None
        with pytest.raises(NotAllowed, match="account_closed"):
            office.accounts.sign_in("wang", PASSWORD)

    def test_only_who_may_manage_accounts_sees_them(self, office: Platform):
        found = office.accounts.search(person("钱管", "市局"), "王")

        assert [(line.login, line.name, line.roles) for line in found] == [
            ("wang", "王审", "一所：审核人")
        ]
        with pytest.raises(NotAllowed):
            office.accounts.search(person("王审", "一所"))

    def test_nobody_closes_their_own_account(self, office: Platform):
        with pytest.raises(Refused, match="not_your_own_account"):
            office.accounts.set_active(person("钱管", "市局"), "qian", False)

    @pytest.mark.req("ORG-28")
    def test_the_last_administrator_of_an_organisation_keeps_the_role(self, office: Platform):
        top = person("钱管", "市局")
        office.directory.add_grant(top, "王审", "town/administrator", "二分局")
        held = [
            one for one in office.directory.grants_of(top, "王审") if one.organisation == "二分局"
        ]

        with pytest.raises(Refused, match="last_of_role"):
            office.directory.end_grant(top, held[0].id)
        with pytest.raises(Refused, match="last_of_role"):
            office.accounts.set_active(top, "wang", False)
        assert office.accounts.sign_in("wang", PASSWORD).token

    @pytest.mark.req("ORG-28")
    def test_with_another_one_who_can_sign_in_it_may_be_taken_back(self, office: Platform):
        top = person("钱管", "市局")
        for name in ("王审", "李四"):
            office.directory.add_grant(top, name, "town/administrator", "二分局")
        held = [
            one for one in office.directory.grants_of(top, "王审") if one.organisation == "二分局"
        ]
        with office.store.write() as unit:
            office.accounts.add_in(unit, "lisi", "李四", "x", office.clock.now())
            unit.accounts.set_state("lisi", "closed")
        with pytest.raises(Refused, match="last_of_role"):
            office.directory.end_grant(top, held[0].id)

        office.accounts.set_active(top, "lisi", True)
        office.directory.end_grant(top, held[0].id)

        assert not office.directory.holds("王审", "manage_units", "二分局")
