"""The REST interface: the same services, rights and sentences as the pages."""

import json
import re
from io import BytesIO
from typing import ClassVar

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from engine.domain.clock import VirtualClock
from engine.forms.schema import broken
from tests.support.city import AT_UNIT, PASSWORD, City, city
from tests.support.office import NINE, person
from tests.support.votes import Board


class Caller:
    """A program that calls the interface, and holds every answer against its description."""

    #: what was answered: method, path, status
    given: ClassVar[set[tuple[str, str, int]]] = set()

    def __init__(self, app):
        self.client = app.test_client(use_cookies=False)
        self.about = self.client.get("/api/v1/openapi.json").json
        self.token = None

    def call(self, method, address, sent=None, *, path=None, **headers):
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.client.open(f"/api/v1{address}", method=method, json=sent, headers=headers)
        return self.held(method, path or address, answer)

    def held(self, method, path, answer):
        """The answer, after it was held against the description."""
        described = self.about["paths"][path][method.lower()]["responses"]
        response = described.get(str(answer.status_code), described["default"])
        content = response.get("content", {})
        self.given.add((method, path, answer.status_code))
        if "*/*" in content:
            assert answer.data
            return answer
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
    return beginning(town)


def beginning(town):
    """What lets somebody sign in as a program."""

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


@pytest.mark.req("APP-19", "SEC-07")
def test_what_is_filled_in_is_read_saved_and_refused_with_its_place(town, call):
    applicant, reviewer = call("李四"), call("王初审", "第一中学")
    asked = {"settings": {"activity": "a1", "work_unit": "第一中学"}}
    begun = applicant.call(
        "POST", "/cases", {"process": "tianjin/socialised-review", "data": asked}
    )
    uid = begun.json["id"]
    address, path = f"/cases/{uid}/data", "/cases/{id}/data"

    found = applicant.call("GET", address, path=path)
    wrong = applicant.call(
        "PUT", address, {"data": {"settings": {"activity": "a1", "work_unit": 7}}}, path=path
    )
    kept = applicant.call(
        "PUT", address, {"data": asked}, path=path, **{"If-Match": found.headers["ETag"]}
    )
    late = applicant.call(
        "PUT", address, {"data": asked}, path=path, **{"If-Match": found.headers["ETag"]}
    )
    file = {"file": (BytesIO(b"%PDF-1.7"), "a.pdf"), "field": "publicity_files", "case": uid}
    headers = {"Authorization": f"Bearer {applicant.token}"}
    sent = applicant.client.post("/api/v1/attachments", data=file, headers=headers)
    taken = applicant.held("POST", "/attachments", sent).json["id"]

    assert found.json["data"]["settings"]["work_unit"] == "第一中学"
    assert "/settings/work_unit" in found.json["editable"]
    assert [one["pointer"] for one in wrong.json["errors"]] == ["/settings/work_unit"]
    assert (kept.status_code, late.status_code) == (200, 412)
    assert kept.headers["ETag"] == f'"{kept.json["version"]}"'
    got = applicant.client.get(f"/api/v1/attachments/{taken}", headers=headers)
    applicant.held("GET", "/attachments/{id}", got)
    assert (got.data, got.mimetype) == (b"%PDF-1.7", "application/pdf")
    stranger = {"Authorization": f"Bearer {reviewer.token}"}
    assert reviewer.client.get(f"/api/v1/attachments/{taken}", headers=stranger).status_code == 404
    file["file"] = (BytesIO(b"%PDF-1.7"), "a.pdf")
    assert (
        reviewer.client.post("/api/v1/attachments", data=file, headers=stranger).status_code == 404
    )


@pytest.mark.req("QRY-06", "REV-23", "ENG-14", "ENG-18")
def test_lists_previews_jobs_and_interventions_are_those_of_the_pages(town, call):
    reviewer, overseer = call("王初审", "第一中学"), call("陈管理", "人社局")
    uid, name = town["z"], "tianjin/own-review"

    assert {"name": name, "title": "本单位人员审核"} in reviewer.call("GET", "/lists").json
    page = reviewer.call("GET", f"/lists/{name}?stage=first", path="/lists/{name}").json
    none = reviewer.call("GET", f"/lists/{name}?stage=second", path="/lists/{name}").json
    assert [row["id"] for row in page["rows"]] == [uid]
    assert none["rows"] == []
    assert reviewer.call("GET", "/lists/tianjin/nowhere", path="/lists/{name}").status_code == 404

    assert reviewer.do(uid, "claim").status_code == 204
    many = {"name": "pass", "cases": [uid], "input": {"opinion": "同意"}}
    told = reviewer.call("POST", "/jobs/previews", many).json
    seen = reviewer.call(
        "POST", f"/cases/{uid}/previews", {"name": "pass"}, path="/cases/{id}/previews"
    )
    tried = reviewer.call("POST", "/jobs/trials", many).json
    begun = reviewer.call("POST", "/jobs", many, **{"Idempotency-Key": "j1"})
    again = reviewer.call("POST", "/jobs", many, **{"Idempotency-Key": "j1"})
    town.platform.outgoing.work_off_slow()
    job = reviewer.call("GET", f"/jobs/{begun.json['id']}", path="/jobs/{job}").json
    assert [one["reason"] for one in told] == [None]
    assert [(one["place"], one["count"]) for one in tried["ahead"]] == [(seen.json["place"], 1)]
    assert tried["of"] == len(tried["cases"]) == 1
    assert begun.status_code == 202
    assert again.json["id"] == begun.json["id"]
    assert (job["done"], job["refused"]) == (1, 0)
    assert reviewer.case(uid).json["place"] == seen.json["place"]
    assert [one["id"] for one in reviewer.call("GET", "/jobs").json] == [job["id"]]
    assert overseer.call("GET", "/incidents").json == []
    assert overseer.call("DELETE", "/jobs/999", path="/jobs/{job}").status_code == 404
    ended = reviewer.call("DELETE", f"/jobs/{job['id']}", path="/jobs/{job}")
    assert ended.status_code == 204

    address, path = f"/cases/{uid}/interventions", "/cases/{id}/interventions"
    stop = {"name": "suspend", "input": {"reason": "核实"}}
    assert reviewer.call("POST", address, stop, path=path).status_code == 403
    assert overseer.call("POST", address, {**stop, "input": {}}, path=path).status_code == 409
    assert overseer.call("POST", address, stop, path=path).status_code == 200
    assert reviewer.offers(uid)["withdraw"]["allowed"] is False
    undated = {"name": "extend", "input": {"reason": "核实", "until": "下周"}}
    assert overseer.call("POST", address, undated, path=path).status_code == 409


@pytest.mark.req("ENG-12")
def test_a_list_is_filled_and_voted_on_by_commands():
    board = Board("decide: all", 2, 1)
    town = City(board.town, VirtualClock(NINE), {})

    def call(name, organisation=None):
        town.give_account(name)
        caller = Caller(town.pages)
        caller.sign_in(name, organisation)
        return caller

    entry = board.town.cases.start(person("李四"), "town/entry", {}).uid
    board.town.cases.act(person("李四"), entry, "submit")
    chair, voter = call("周局", "市局"), call("v0")
    asked = {"process": "town/board", "data": {"voters": ["v0"]}}
    first = chair.call("POST", "/cases/previews", asked)
    begun = chair.call("POST", "/cases", asked)
    uid = begun.json["id"]

    def get(caller, what, of=uid):
        return caller.call("GET", f"/cases/{of}/{what}", path=f"/cases/{{id}}/{what}").json

    assert [one["id"] for one in get(chair, "candidates")] == [entry]
    assert (first.json["place"], begun.json["place"]) == ("议程（市局）", "agenda@市局")
    told = chair.call(
        "POST", f"/cases/{uid}/previews", {"name": "add", "input": {"members": [entry]}},
        path="/cases/{id}/previews",
    )  # fmt: skip
    assert (told.json["listed"], get(chair, "members")) == (1, [])
    visitor = town.visit("周局", "市局")
    visitor.get(f"/cases/{uid}/members")
    page = visitor.press("看看“加入”的结果", member=[entry])
    assert "名单1 件" in page
    assert get(chair, "members") == []
    assert chair.do(uid, "add", input={"members": [entry]}).status_code == 200
    assert [one["id"] for one in get(chair, "members")] == [entry]
    assert chair.do(board.uid, "remove", input={"members": board.entries}).json["code"] == (
        "group_locked"
    )
    chair.do(uid, "open", data={"voters": ["v0"]})
    assert get(voter, "ballot")["papers"] == [{"id": entry, "name": "李四"}]
    assert get(voter, "tally")["given"] == 0
    told = voter.call(
        "POST", f"/cases/{uid}/previews", {"name": "vote", "input": {"choice": "agree"}},
        path="/cases/{id}/previews",
    )  # fmt: skip
    assert (told.json["kept_back"], told.json["place"]) == (True, "")
    voted = voter.do(uid, "vote", input={"papers": {entry: {"choice": "agree"}}})
    assert voted.status_code == 200
    assert voter.call("GET", f"/cases/{uid}/ballot", path="/cases/{id}/ballot").status_code == 404


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


_NAMED = re.compile(r"<(?:\w+:)?(\w+)>")


def test_the_description_is_whole(town):
    about = Caller(town.pages).about
    schemas = about["components"]["schemas"]

    OpenAPIV31SpecValidator(about).validate()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(about["paths"])))
    assert used == set(schemas)
    for path, methods in about["paths"].items():
        for described in methods.values():
            given = [one for one in described.get("parameters", ()) if one["in"] == "path"]
            assert {one["name"] for one in given} == set(re.findall(r"{(\w+)}", path))
            assert described["summary"]
            assert described["responses"]


def test_every_answer_is_given_as_it_is_described(monkeypatch):
    monkeypatch.setattr(Caller, "given", set())
    for tell in (
        test_what_is_filled_in_is_read_saved_and_refused_with_its_place,
        test_lists_previews_jobs_and_interventions_are_those_of_the_pages,
        test_cookies_and_old_tokens_open_nothing,
    ):
        town = city(*AT_UNIT)
        tell(town, beginning(town))
    test_a_list_is_filled_and_voted_on_by_commands()

    described = {
        (method.upper(), path, int(status))
        for path, methods in Caller(town.pages).about["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status != "default"
    }
    assert {one for one in Caller.given if one[2] < 300} == described


def test_every_address_is_described(town):
    described = {
        (method.upper(), path)
        for path, methods in Caller(town.pages).about["paths"].items()
        for method in methods
    }
    served = {
        (method, _NAMED.sub(r"{\1}", rule.rule.removeprefix("/api/v1")).replace("{uid}", "{id}"))
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
