"""What every page does, whatever it shows: closed, protected, never a trace."""

import re
from importlib.resources import files

import pytest

from tests.web import fakes
from tests.web.conftest import field

PUBLIC = {
    "static", "account.sign_in", "account.do_sign_in", "account.language", "verification.ask",
    "verification.verify", "cases.diagram_style", "registration.choose", "registration.begin",
    "registration.register", "identity.depart", "identity.arrive", "api.sign_in", "api.describe",
}  # fmt: skip


def addresses(app):
    """One address for each way into the application, with made-up values."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            yield rule, app.url_map.bind("localhost").build(rule.endpoint, values)


@pytest.mark.req("SEC-01", "ACC-17")
def test_an_endpoint_not_marked_public_is_closed(app, visitor):
    open_to_anybody = set()
    for rule, address in addresses(app):
        if rule.endpoint in PUBLIC:
            continue
        method = next(one for one in ("GET", "POST", "PUT", "DELETE") if one in rule.methods)
        answer = visitor.client.open(address, method=method)
        closed = answer.status_code == 302 and answer.location.startswith("/sign-in")
        if not closed and answer.status_code not in (400, 401, 403):
            open_to_anybody.add(rule.endpoint)

    assert open_to_anybody == set()


def test_the_public_endpoints_are_known_by_name(app):
    marked = {name for name, view in app.view_functions.items() if getattr(view, "public", False)}

    assert marked | {"static"} == PUBLIC


@pytest.mark.req("SEC-01")
def test_every_post_without_a_token_is_refused(app, visitor):
    visitor.sign_in()
    accepted = set()
    for rule, address in addresses(app):
        if "POST" not in rule.methods:
            continue
        answer = visitor.client.post(address, headers={"Sec-Fetch-Site": "cross-site"})
        # The interface looks at no cookie: whoever brings one is nobody.
        refused = 401 if rule.endpoint.startswith("api.") else 400
        if answer.status_code != refused and rule.endpoint != "api.sign_in":
            accepted.add(rule.endpoint)

    assert accepted == set()


def test_every_page_forbids_inline_scripts_and_framing(visitor):
    headers = visitor.get("/sign-in").headers

    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor):
    visitor.sign_in()

    cookie = visitor.page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_in_begins_a_new_session(visitor):
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("session").value

    visitor.sign_in()

    assert visitor.client.get_cookie("session").value != before


def test_a_wrong_password_is_refused_with_a_sentence(visitor):
    answer = visitor.sign_in(password="wrong")

    assert answer.status_code == 401
    assert "用户名或密码不正确。" in answer.text


def test_many_sign_ins_in_a_minute_are_slowed_down(visitor):
    token = visitor.token()
    for _ in range(5):
        visitor.post("/sign-in", {"login": "x", "password": "y"}, token=token)

    answer = visitor.post("/sign-in", {"login": "x", "password": "y"}, token=token)

    assert answer.status_code == 429
    assert "操作太频繁" in answer.text


def test_signing_out_ends_the_session_on_the_server(visitor, platform):
    visitor.sign_in()
    visitor.post("/sign-out")

    assert platform.accounts.sessions == {}
    assert visitor.get("/").location.startswith("/sign-in")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(visitor, target):
    answer = visitor.sign_in(next=target)

    assert answer.location == "/"


def test_an_unknown_address_is_a_friendly_page(visitor):
    visitor.sign_in()
    answer = visitor.get("/no/such/page")

    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_a_bug_is_a_sentence_and_never_a_trace(visitor, platform, caplog):
    visitor.sign_in()
    platform.messages.unread = lambda actor: 1 / 0

    answer = visitor.get("/")

    assert answer.status_code == 500
    assert "这是系统的问题，不是您的问题" in answer.text
    assert "Traceback" not in answer.text
    assert "division by zero" not in answer.text


def test_a_request_that_is_too_large_is_explained(app, visitor):
    visitor.sign_in()
    app.config["MAX_CONTENT_LENGTH"] = 1000

    answer = visitor.post("/opinions", {"opinion": "长" * 2000})

    assert answer.status_code == 413
    assert "文件太大" in answer.text


@pytest.mark.req("SEC-05")
def test_pages_are_chinese_and_can_be_switched_to_english(visitor):
    assert 'lang="zh-CN"' in visitor.get("/sign-in").text

    visitor.post("/language", {"language": "en", "next": "/sign-in"})

    page = visitor.get("/sign-in").text
    assert 'lang="en"' in page
    assert "Sign in" in page


class TestAnExpiredSession:
    """Bad input of the issue: an expired session in the middle of a form loses nothing."""

    @pytest.fixture
    def expired(self, visitor, platform):
        visitor.sign_in()
        visitor.token()
        platform.accounts.sessions.clear()
        return visitor

    def test_asks_to_sign_in_and_keeps_what_was_typed(self, expired, platform):
        answer = expired.post("/opinions", {"opinion": "材料齐全，同意。"})

        assert answer.status_code == 401
        assert "您刚才填写的内容已经保留" in answer.text
        assert platform.opinions.saved == []

    def test_offers_it_back_after_signing_in(self, expired, platform):
        kept = field(expired.post("/opinions", {"opinion": "材料齐全，同意。"}).text, "parked")

        page = expired.sign_in(parked=kept).text

        assert 'action="/opinions"' in page
        assert 'name="opinion" value="材料齐全，同意。"' in page
        assert platform.opinions.saved == []

    def test_does_not_show_it_to_somebody_else(self, expired):
        kept = field(expired.post("/opinions", {"opinion": "材料齐全，同意。"}).text, "parked")

        page = expired.sign_in("wang", parked=kept)

        assert page.status_code == 302
        assert "材料齐全" not in page.text

    def test_believes_no_forged_content(self, expired):
        page = expired.sign_in(parked="WyIvIixbXV0.forged")

        assert page.status_code == 302

    def test_keeps_nothing_that_another_site_posted(self, expired):
        answer = expired.client.post(
            "/opinions", data={"opinion": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
        )

        assert answer.status_code == 302
        assert "parked" not in answer.text

    def test_of_a_part_of_a_page_leaves_the_page_standing(self, expired):
        answer = expired.post("/opinions", {}, headers={"HX-Request": "true"})

        assert answer.status_code == 401
        assert answer.headers["HX-Retarget"] == "#notices"
        assert "<html" not in answer.text


def test_a_page_with_an_old_token_is_offered_again(visitor):
    visitor.sign_in()

    answer = visitor.post("/opinions", {"opinion": "同意。"}, token="old")

    assert answer.status_code == 400
    assert 'name="opinion" value="同意。"' in answer.text


def test_demo_accounts_are_shown_in_demo_mode_only(visitor):
    assert fakes.PASSWORD not in visitor.get("/sign-in").text


def test_no_page_template_has_an_inline_script_or_style():
    found = []
    for path in (files("admin") / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        if re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text):
            found.append(path.name)

    assert found == []
