"""The REST interface: the same services, rights and sentences as the pages."""

import pytest

from engine.forms.schema import broken
from tests.support.city import AT_UNIT, PASSWORD, city


class Caller:
    """A program that calls the interface, and holds every answer against its description."""

    def __init__(self, app):
        self.client = app.test_client(use_cookies=False)
        self.about = self.client.get("/api/v1/openapi.json").json
        self.token = None

    def call(self, method, address, sent=None, *, path=None, **headers):
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.client.open(f"/api/v1{address}", method=method, json=sent, headers=headers)
        described = self.about["paths"][path or address][method.lower()]["responses"]
        response = described.get(str(answer.status_code), described["default"])
        content = response.get("content", {})
        assert ([answer.mimetype] if answer.data else []) == list(content)
        for kind in content.values():
            assert list(broken(self.schema(kind["schema"]), answer.json)) == []
        return answer

    def schema(self, reference):
        return self.about["components"]["schemas"][reference["$ref"].rsplit("/", 1)[1]]

    def sign_in(self, login, organisation=None):
        sent = {"login": login, "password": PASSWORD}
        sent |= {"organisation": organisation} if organisation else {}
        answer = self.call("POST", "/sessions", sent)
        self.token = answer.json.get("token")
        return answer

    def case(self, uid):
        return self.call("GET", f"/cases/{uid}", path="/cases/{id}")

    def offers(self, uid):
        found = self.call("GET", f"/cases/{uid}/offers", path="/cases/{id}/offers").json
        return {one["name"]: one for one in found if one["concerns_you"]}

    def do(self, uid, name, key=None, **more):
        headers = {"Idempotency-Key": key} if key else {}
        path = "/cases/{id}/commands"
        return self.call(
            "POST", f"/cases/{uid}/commands", {"name": name, **more}, path=path, **headers
        )


@pytest.fixture
def town():
    return city(*AT_UNIT)


@pytest.fixture
def call(town):
    def begin(name, organisation=None):
        town.give_account(name)
        caller = Caller(town.pages)
        assert caller.sign_in(name, organisation).status_code == 201
        return caller

    return begin


@pytest.mark.req("REV-27", "ENG-18")
def test_it_answers_what_may_be_done_as_the_pages_do(town, call):
    reviewer, applicant = call("王初审", "第一中学"), call("张三")

    found = reviewer.offers(town["z"])
    page = town.visit("王初审", "第一中学").get(f"/cases/{town['z']}")

    assert found["pass"] | {"reason": None} == {
        "name": "pass", "title": found["pass"]["title"], "kind": "action",
        "concerns_you": True, "allowed": True, "reason": None,
    }  # fmt: skip
    assert f"确定{found['pass']['title']}" in page.buttons
    assert set(found) == {"pass", "return", "cc", "claim"}
    assert set(applicant.offers(town["z"])) == {"withdraw", "urge"}
    assert reviewer.case(town["z"]).json["place"] == "本单位人员审核 初审（天津市第一示范中学）"


def test_an_action_and_an_operation_are_taken_once_for_each_key(town, call):
    reviewer, uid = call("王初审", "第一中学"), town["z"]
    before = reviewer.case(uid).json["version"]

    first = reviewer.do(uid, "pass", key="k1", version=before, input={"opinion": "同意"})
    again = reviewer.do(uid, "pass", key="k1", version=before, input={"opinion": "同意"})
    late = reviewer.do(uid, "pass", key="k2", version=before, input={"opinion": "同意"})
    back = reviewer.do(uid, "withdraw")

    assert first.status_code == 200
    assert again.json == first.json
    assert late.status_code == 409
    assert late.json["code"] == "already_handled"
    assert back.status_code == 200
    assert reviewer.case(uid).json["place"] == "本单位人员审核 初审（天津市第一示范中学）"


def test_a_case_is_started_and_its_draft_saved(town, call):
    applicant = call("李四")
    asked = {"settings": {"activity": "a1", "work_unit": "第一中学"}}
    process = "tianjin/socialised-review"

    begun = applicant.call("POST", "/cases", {"process": process, "data": asked})
    uid = begun.json["id"]
    saved = applicant.do(uid, "save", data=asked)
    refused = applicant.do(uid, "submit", data=asked)

    assert begun.status_code == 201
    assert begun.headers["Location"].endswith(f"/api/v1/cases/{uid}")
    assert saved.status_code == 200
    assert refused.status_code == 422
    assert refused.json["errors"][0]["title"]


def test_a_refusal_is_the_sentence_of_the_page(town, call):
    stranger, reviewer = call("李四"), call("王初审", "第一中学")

    assert stranger.case(town["z"]).status_code == 404
    assert reviewer.do(town["z"], "urge").json == {
        "type": "about:blank", "status": 403, "code": "not_yours_to_urge",
        "title": "只有申报的发起人和上一环节的办理人可以催办",
    }  # fmt: skip
    unknown = reviewer.do(town["z"], "fly")
    assert (unknown.status_code, unknown.json["code"]) == (409, "no_such_action")


def test_what_is_sent_must_fit_the_description(town, call):
    reviewer = call("王初审", "第一中学")
    address, path = f"/cases/{town['z']}/commands", "/cases/{id}/commands"

    wrong = reviewer.call("POST", address, {"nam": "pass"}, path=path).json["errors"]

    assert [one["title"] for one in wrong] == [
        "缺少 name。", "没有 nam 这一项，可以有的是 name, at, version, input, data。",
    ]  # fmt: skip


@pytest.mark.req("SEC-01")
def test_cookies_and_old_tokens_open_nothing(town, call):
    reviewer = call("王初审", "第一中学")
    visitor = town.visit("王初审", "第一中学")

    assert reviewer.call("DELETE", "/sessions/current").status_code == 204
    answer = reviewer.case(town["z"])
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert visitor.client.get(f"/api/v1/cases/{town['z']}").status_code == 401
    assert Caller(town.pages).sign_in("王初审x").status_code == 401
    nowhere = reviewer.client.get("/api/v1/nowhere")
    assert (nowhere.status_code, nowhere.mimetype) == (404, "application/problem+json")


def test_every_address_is_described(town):
    described = {
        (method.upper(), path)
        for path, methods in Caller(town.pages).about["paths"].items()
        for method in methods
    }
    served = {
        (method, rule.rule.removeprefix("/api/v1").replace("<uid>", "{id}"))
        for rule in town.pages.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.describe"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert served == described


def test_an_english_reader_is_answered_in_english(town, call):
    reviewer = call("王初审", "第一中学")

    answer = reviewer.call(
        "GET", f"/cases/{town['z']}/offers", path="/cases/{id}/offers", **{"Accept-Language": "en"}
    )

    said = {one["name"]: one["reason"] for one in answer.json}
    assert said["urge"].isascii()
