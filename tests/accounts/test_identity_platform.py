"""Signing in with an identity platform, over HTTP with a platform that speaks the protocol."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import RSAKey

from admin.app import create_app
from engine.connectors.openid import OpenId
from engine.domain.errors import NotAllowed
from tests.support.city import WEB, City, Page, Visitor, city
from tests.support.identity_platform import (
    CLIENT,
    SECRET,
    Platform,
    identity_platform,
    settings_of,
)

ZHANG = {"name": "张三", "id_number": "12011219850801373X", "real_name_level": "3"}
NEW = {"name": "周新", "id_number": "110101199003070159", "real_name_level": "2"}
SCHOOL = {"name": "天津市第一示范中学", "credit_code": "12120000102328779B"}
FIRM = {"name": "天津海河环保科技有限公司", "credit_code": "91120116300300300Q"}


def agent(name: str, id_number: str, unit: dict[str, str], **more: Any) -> dict[str, Any]:
    """The claims of somebody who signs in for an organisation."""
    return {
        "agent_id": f"agent-{id_number}", "agent": {"name": name, "id_number": id_number},
        "organization": unit, "real_name_level": "3", "legal_person_state": "certified", **more,
    }  # fmt: skip


PEOPLE: dict[str, dict[str, Any]] = {
    "zhang": ZHANG,
    "new": NEW,
    "reviewer": agent("王初审", "12010519760507208X", SCHOOL),
    "prepared": agent("周新", "110101199003070159", SCHOOL),
    "founder": agent("何环保", "110101199003070220", FIRM),
}


@dataclass
class Town:
    """A city whose people sign in with a platform."""

    city: City
    platform: Platform

    def visitor(self, **settings: Any) -> Visitor:
        """A browser in which nobody has signed in."""
        return Visitor(create_app(self.city.platform, replace(WEB, **settings)))

    def leave(self, visitor: Visitor, whom: str = "people", query: str = "") -> str:
        """Press the way to the platform; return where the browser is sent."""
        answer = visitor.client.get(f"/sign-in/tianjin/{whom}{query}")
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return str(answer.location)

    def come_back(self, visitor: Visitor, address: str) -> Page:
        """Follow the platform back to our pages."""
        return visitor.get(address.removeprefix("http://localhost"))

    def enter(self, visitor: Visitor, subject: str, whom: str = "people", query: str = "") -> Page:
        """Sign somebody in at the platform and come back."""
        back = self.platform.sign_in(self.leave(visitor, whom, query), subject)
        return self.come_back(visitor, back)

    def attempts(self) -> list[tuple[bool, str | None]]:
        """What is kept of attempts nobody was let in with, and of those of the platform."""
        with self.city.platform.store.read() as unit:
            found = [
                one
                for name in ("tianjin-people", "tianjin-units")
                for one in unit.accounts.attempts(name)
            ]
        return [(one.succeeded, one.reason) for one in found]

    def known(self) -> tuple[int, int, int]:
        """How many people, accounts and organisations there are."""
        with self.city.platform.store.read() as unit:
            return (
                sum(1 for _ in unit.records.every("people")),
                len(unit.accounts.all()),
                sum(1 for _ in unit.records.every("organisations")),
            )


@contextmanager
def opened_town(algorithm: str = "RS256") -> Iterator[Town]:
    with identity_platform(deepcopy(PEOPLE), lambda: 0, algorithm) as platform:
        opened = city(identity=lambda clock: OpenId(settings_of(platform), clock))
        platform.now = lambda: opened.clock.now().timestamp()
        yield Town(opened, platform)


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    with opened_town(getattr(request, "param", "RS256")) as found:
        yield found


@pytest.fixture(scope="module")
def one_town() -> Iterator[Town]:
    with opened_town() as found:
        yield found


@pytest.mark.req("ACC-01", "ACC-05")
@pytest.mark.parametrize("town", ["RS256", "ES256"], indirect=True)
def test_a_person_signs_in_at_the_platform_and_comes_back_to_the_page_they_wanted(town: Town):
    visitor = town.visitor()
    page = visitor.get("/profile")
    assert {"登录", "注册", "单位登录", "单位注册"} <= page.links.keys()
    before = visitor.client.get_cookie("session").value
    left = visitor.client.get(page.links["登录"]).location
    asked = dict(part.split("=", 1) for part in urlsplit(left).query.split("&"))
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge", "redirect_uri"} <= asked.keys()

    page = town.come_back(visitor, town.platform.sign_in(left, "zhang"))

    assert (page.status, page.address) == (200, "/profile")
    assert "张三" in page.source
    assert visitor.client.get_cookie("session").value != before
    with town.city.platform.store.read() as unit:
        (account,) = unit.accounts.of_person("张三")
        (link,) = unit.identities.of_account(account.login)
        (noted,) = unit.accounts.attempts(account.login)
    assert (account.password, link.subject, link.connector) == (None, "zhang", "tianjin-people")
    assert (noted.succeeded, noted.connector) == (True, "tianjin-people")
    again = town.visitor()
    assert town.enter(again, "zhang").status == 200
    assert town.known()[1] == 1


@pytest.mark.req("ACC-01")
def test_whoever_registers_at_the_platform_has_a_personal_page_here(town: Town):
    visitor = town.visitor()
    people, _, _ = town.known()
    left = visitor.client.get(visitor.get("/sign-in").links["注册"]).location
    assert "prompt=create" in left

    page = town.come_back(visitor, town.platform.sign_in(left, "new"))

    assert "周新" in page.source
    assert town.known()[:2] == (people + 1, 1)
    page = visitor.get("/profile")
    assert "周新" in page
    assert "修改密码" not in visitor.get("/account")


@pytest.mark.req("ACC-02")
@pytest.mark.parametrize("level", ["1", None])
def test_a_person_who_is_not_verified_is_sent_back_to_the_platform(town: Town, level: str | None):
    before = town.known()
    town.platform.people["zhang"]["real_name_level"] = level
    visitor = town.visitor()

    page = town.enter(visitor, "zhang")

    assert page.status == 403
    assert "实名认证尚未完成" in page
    back = page.links["前往认证平台完成实名认证"]
    assert "prompt=login" in visitor.client.get(back).location
    assert visitor.client.get("/profile").status_code == 302
    assert town.known() == before
    assert town.attempts() == [(False, "identity_unverified")]

    town.platform.people["zhang"]["real_name_level"] = "2"
    assert "张三" in town.enter(visitor, "zhang").source


@pytest.mark.req("ACC-02")
def test_a_password_opens_no_personal_page_where_a_platform_verifies_people(town: Town):
    account = town.city.give_account
    account("张三")
    account("王初审")
    accounts = town.city.platform.accounts
    password = "correct horse battery"
    with pytest.raises(NotAllowed, match="sign_in_elsewhere"):
        accounts.sign_in("张三", password)

    session = accounts.sign_in("王初审", password)

    assert [key for key, _, _ in session.organisations] == ["第一中学"]
    with pytest.raises(NotAllowed, match="sign_in_elsewhere"):
        accounts.act_for(session.token, None)
    town.enter(town.visitor(), "zhang")
    assert accounts.sign_in("张三", password).organisation is None


@pytest.mark.req("ACC-03")
def test_unit_users_sign_in_as_a_legal_person_and_act_for_their_unit(town: Town):
    visitor = town.visitor()
    left = town.leave(visitor, "organisations")
    assert "user_type=legal_person" in left

    page = town.come_back(visitor, town.platform.sign_in(left, "reviewer"))

    assert page.status == 200
    assert "天津市第一示范中学" in page
    assert {"本单位人员审核", "下级单位人员审核"} <= page.links.keys()


@pytest.mark.req("ACC-03")
def test_nobody_acts_for_a_unit_that_does_not_know_them(town: Town):
    before = town.known()
    page = town.enter(town.visitor(), "prepared", "organisations")

    assert page.status == 403
    assert "您不是“天津市第一示范中学”在本系统登记的工作人员" in page
    assert town.known() == before
    town.platform.people["founder"]["legal_person_state"] = "applied"
    page = town.enter(town.visitor(registration=True), "founder", "organisations")
    assert "实名认证尚未完成" in page


@pytest.mark.req("ACC-08")
def test_a_prepared_account_is_usable_after_signing_in_for_the_unit(town: Town):
    admin = town.visitor()
    town.platform.people["admin"] = agent("李复审", "12010619901127048X", SCHOOL)
    town.enter(admin, "admin", "organisations")
    admin.get("/staff/new")
    page = admin.press(
        "保存", name="周新", id_number="110101199003070159", mobile="13900000997",
        role="tianjin/first_reviewer",
    )  # fmt: skip
    assert "请本人用“天津市统一身份认证平台（法人）”登录" in page
    assert "初始密码只显示这一次" not in page
    (login,) = [row[1] for row in admin.get("/staff").rows() if row[0] == "周新"]
    for password in ("", "None"):
        with pytest.raises(NotAllowed, match="wrong_credentials"):
            town.city.platform.accounts.sign_in(login, password)
    admin.get("/staff")
    person = admin.page.links["管理 周新"]
    assert admin.post(f"{person}/password").status == 409

    # Signing in as a person opens the personal page, not the unit's.
    private = town.visitor()
    page = town.enter(private, "new")
    assert "本单位人员审核" not in page.links
    page = private.post("/account/organisation", {"organisation": "第一中学"})
    assert page.status == 403
    assert "请用统一身份认证平台登录后再进行" in page

    page = town.enter(town.visitor(), "prepared", "organisations")
    assert "本单位人员审核" in page.links
    with town.city.platform.store.read() as unit:
        links = {row.connector: row.subject for row in unit.identities.of_account(login)}
    assert links == {"tianjin-people": "new", "tianjin-units": "agent-110101199003070159"}
    page = private.post("/account/organisation", {"organisation": ""})
    town.enter(private, "new")
    assert private.post("/account/organisation", {"organisation": "第一中学"}).status == 200


@pytest.mark.req("ACC-08")
def test_a_platform_that_names_nobody_opens_the_only_account_of_the_unit(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    connectors = town.city.platform.release.content.connectors
    units = connectors["tianjin-units"]
    nameless = replace(units, identity=replace(units.identity, person=None, subject="sub"))
    monkeypatch.setitem(connectors, "tianjin-units", nameless)
    directory = town.city.platform.directory
    with town.city.platform.store.read() as unit:
        alone = next(
            row
            for row in unit.records.every("organisations")
            if row.data.get("credit_code") and len(directory.grants_at(row.key)) == 1
        )
    (person,) = directory.grants_at(alone.key)
    told = {"name": alone.data["name"], "credit_code": alone.data["credit_code"]}
    town.platform.people |= {
        "one": agent("", "", told), "other": agent("", "", told), "many": agent("", "", SCHOOL),
    }  # fmt: skip
    assert town.enter(town.visitor(), "one", "organisations").status == 403
    town.city.give_account(person)

    page = town.enter(town.visitor(), "one", "organisations")

    assert page.status == 200
    assert alone.data["name"] in page
    visitor = town.visitor()
    town.enter(visitor, "one", "organisations")
    assert visitor.post("/account/organisation", {"organisation": ""}).status == 403
    assert town.enter(town.visitor(), "other", "organisations").status == 403
    assert town.enter(town.visitor(), "many", "organisations").status == 403
    assert [reason for _, reason in town.attempts()] == [
        "identity_whose_account", "identity_linked", "identity_whose_account",
    ]  # fmt: skip


@pytest.mark.req("ACC-04")
def test_a_unit_registers_itself_after_registering_at_the_platform(town: Town):
    visitor = town.visitor(registration=True)
    left = visitor.client.get(visitor.get("/sign-in").links["单位注册"]).location
    assert "prompt=create" in left
    assert visitor.client.get("/register/tianjin").status_code == 302

    page = town.come_back(visitor, town.platform.sign_in(left, "founder"))
    assert "已由“天津市统一身份认证平台（法人）”认证" in page
    assert FIRM["name"] in page
    assert "设置密码" not in page
    page = visitor.press("注册", kind="work_unit", **{"account.mobile": "13900000777"})
    assert page.status == 200, page.text
    assert "注册成功" in page

    with town.city.platform.store.read() as unit:
        (account,) = unit.accounts.all()
        (grant,) = unit.grants.of(account.person)
        row = unit.records.load("organisations", grant.organisation)
    assert grant.role == "tianjin/unit_admin"
    assert (row.data["name"], row.data["credit_code"]) == (FIRM["name"], FIRM["credit_code"])
    assert row.state == "registering"
    again = town.visitor(registration=True)
    assert "提交审核" in town.enter(again, "founder", "organisations").buttons


@pytest.mark.req("ACC-04", "ACC-05")
def test_what_the_platform_has_verified_cannot_be_typed_over(town: Town):
    visitor = town.visitor(registration=True)
    town.enter(visitor, "founder", "organisations")
    page = visitor.page
    prefix = page.field("kind").get("name").removesuffix("kind")
    typed = {
        "name": "别的公司", "credit_code": SCHOOL["credit_code"], "kind": "work_unit",
        "account.name": "别人", "account.mobile": "13900000777",
    }  # fmt: skip
    page = visitor.post("/register/tianjin", {f"{prefix}{k}": v for k, v in typed.items()})
    assert "注册成功" in page

    with town.city.platform.store.read() as unit:
        (account,) = unit.accounts.all()
        name = unit.records.load("people", account.person).data["personal_basics"]["full_name"]
        names = {row.data["name"] for row in unit.records.every("organisations")}
    assert name == "何环保"
    assert FIRM["name"] in names
    assert "别的公司" not in names


@pytest.mark.req("ACC-05")
def test_without_settings_of_a_platform_local_accounts_are_used(town: Town):
    local = city(identity=lambda clock: OpenId({"tianjin_people_client": CLIENT}, clock))
    page = Visitor(local.pages).get("/sign-in")

    assert "单位登录" not in page.links
    assert local.visit("张三").get("/profile").status == 200
    assert Visitor(local.pages).get("/sign-in/tianjin/people").status == 404


class TestAttacks:
    """What is not as it must be opens nothing, writes nothing but a line, and says so."""

    def refused(self, town: Town, page: Page, reason: str, status: int = 403) -> None:
        assert page.status == status
        assert "没有登录" in page
        assert town.attempts()[0] == (False, reason)
        assert town.known() == self.before

    @pytest.fixture
    def town(self, one_town: Town) -> Town:
        """The town of all attacks: none of them leaves anything behind."""
        platform = one_town.platform
        platform.people = deepcopy(PEOPLE)
        platform.lies, platform.forger, platform.is_down = {}, None, False
        self.before = one_town.known()
        return one_town

    @pytest.mark.parametrize(
        "lies",
        [
            {"nonce": "another"}, {"aud": "another client"}, {"iss": "https://elsewhere.example"},
            {"exp": 1}, {"azp": "another client"}, {"sub": None},
        ],
        ids=str,
    )  # fmt: skip
    def test_an_id_token_that_is_not_for_us(self, town: Town, lies: dict[str, Any]):
        town.platform.lies = lies
        self.refused(town, town.enter(town.visitor(), "zhang"), "identity_untrusted")

    def test_an_id_token_signed_by_somebody_else(self, town: Town):
        town.platform.forger = RSAKey.generate_key(2048)
        self.refused(town, town.enter(town.visitor(), "zhang"), "identity_untrusted")

    def test_a_state_of_another_browser(self, town: Town):
        back = town.platform.sign_in(town.leave(town.visitor()), "zhang")
        self.refused(town, town.come_back(town.visitor(), back), "identity_expired")

    def test_a_way_back_taken_twice(self, town: Town):
        visitor = town.visitor()
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        cookie = visitor.client.get_cookie("session").value
        town.come_back(visitor, back.replace("code=", "code=x"))
        thief = town.visitor()
        thief.client.set_cookie("session", cookie)
        self.refused(town, town.come_back(thief, back), "identity_expired")

    def test_a_code_that_was_used_before(self, town: Town):
        visitor = town.visitor()
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        town.platform.codes.clear()
        self.refused(town, town.come_back(visitor, back), "identity_expired")

    def test_a_code_of_another_sign_in(self, town: Town):
        stolen = town.platform.sign_in(town.leave(town.visitor()), "zhang")
        visitor = town.visitor()
        own = town.platform.sign_in(town.leave(visitor), "new")
        code = stolen.partition("code=")[2].partition("&")[0]
        mixed = f"{own.partition('code=')[0]}code={code}&{own.partition('&')[2]}"
        self.refused(town, town.come_back(visitor, mixed), "identity_expired")

    def test_coming_back_too_late_or_by_another_way(self, town: Town):
        visitor = town.visitor()
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        other = back.replace("/people/", "/organisations/")
        self.refused(town, town.come_back(visitor, other), "identity_expired")
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        town.city.clock.set(town.city.clock.now() + timedelta(minutes=16))
        self.refused(town, town.come_back(visitor, back), "identity_expired")

    def test_signing_in_was_broken_off(self, town: Town):
        visitor = town.visitor()
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        state = back.partition("state=")[2]
        address = f"/sign-in/tianjin/people/return?error=access_denied&state={state}"
        self.refused(town, town.come_back(visitor, address), "identity_declined")

    @pytest.mark.parametrize(
        ("subject", "whom", "wrong"),
        [
            ("zhang", "people", {"id_number": None}),
            ("zhang", "people", {"name": None}),
            ("founder", "organisations", {"organization": {**FIRM, "credit_code": "91120116"}}),
        ],
        ids=str,
    )
    def test_claims_are_missing_or_no_such_values(
        self, town: Town, subject: str, whom: str, wrong: dict[str, Any]
    ):
        town.platform.people[subject] |= wrong
        page = town.enter(town.visitor(registration=True), subject, whom)
        self.refused(town, page, "identity_incomplete")

    def test_the_platform_is_down(self, town: Town):
        visitor = town.visitor()
        back = town.platform.sign_in(town.leave(visitor), "zhang")
        town.platform.is_down = True
        self.refused(town, town.come_back(visitor, back), "identity_unavailable", 503)

        fresh = OpenId(settings_of(town.platform), town.city.clock)
        other = city(identity=lambda _clock: fresh)
        page = Visitor(other.pages).get("/sign-in/tianjin/people")
        assert page.status == 503
        assert "暂时无法访问" in page
        assert page.links["返回登录页面"] == "/sign-in"

    def test_somebody_of_another_name_takes_over_no_record(self, town: Town):
        town.platform.people["zhang"]["name"] = "张三丰"
        self.refused(town, town.enter(town.visitor(), "zhang"), "identity_disagrees")

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil"])
    def test_the_way_on_leads_to_no_other_site(self, town: Town, target: str):
        page = town.enter(town.visitor(), "reviewer", "organisations", f"?next={target}")
        assert page.address == "/"

    def test_nothing_secret_is_logged(self, town: Town, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.DEBUG)
        town.platform.lies = {"nonce": "another"}
        town.enter(town.visitor(), "zhang")
        town.platform.lies = {}
        town.enter(town.visitor(), "reviewer", "organisations")
        said = caplog.text
        assert "tianjin-people: not trusted" in said
        for secret in (*town.platform.tokens, SECRET, "eyJ", ZHANG["id_number"]):
            assert secret not in said


class TestLinked:
    """What was linked once stays with whom it was linked."""

    @pytest.fixture
    def linked(self, town: Town) -> Town:
        town.enter(town.visitor(), "zhang")
        return town

    @pytest.mark.parametrize(
        ("subject", "claims", "reason"),
        [
            ("double", ZHANG, "identity_linked"),
            ("zhang", {**ZHANG, "name": "李四", "id_number": "120106198505041762"},
             "identity_disagrees"),
        ],
    )  # fmt: skip
    def test_nobody_else_takes_over(
        self, linked: Town, subject: str, claims: dict[str, Any], reason: str
    ):
        before = linked.known()
        linked.platform.people[subject] = dict(claims)
        page = linked.enter(linked.visitor(), subject)

        assert (page.status, linked.attempts()) == (403, [(False, reason)])
        assert linked.known() == before

    def test_a_closed_account_stays_closed(self, linked: Town):
        with linked.city.platform.store.write() as unit:
            unit.accounts.set_state(unit.accounts.of_person("张三")[0].login, "closed")
        page = linked.enter(linked.visitor(), "zhang")

        assert (page.status, linked.attempts()) == (403, [(False, "account_closed")])


def test_keys_may_change_and_claims_may_be_told_apart(town: Town):
    town.enter(town.visitor(), "zhang")
    town.platform.new_key()
    town.platform.in_userinfo = True

    assert "张三" in town.enter(town.visitor(), "zhang").source


def test_signing_out_leads_to_the_platform_too(town: Town):
    visitor = town.visitor()
    town.enter(visitor, "zhang")
    page = visitor.post("/sign-out")

    out = page.links["退出认证平台"]
    assert out.startswith(f"{town.platform.issuer}/end?")
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fsign-in" in out
    assert visitor.client.get("/profile").status_code == 302


def test_what_was_typed_when_the_sign_in_ran_out_is_given_back(town: Town):
    visitor = town.visitor()
    town.enter(visitor, "zhang")
    town.city.clock.set(town.city.clock.now() + timedelta(hours=2))
    page = visitor.post("/opinions", {"text": "同意推荐"})
    assert page.status == 401

    page = visitor.press("登录")
    address = page.links["前往认证平台登录"]
    page = town.come_back(visitor, town.platform.sign_in(address, "zhang"))

    assert "您填写的内容还在" in page
    assert "同意推荐" in page.source
