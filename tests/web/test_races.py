"""Requests at the same moment: one wins, the others read why not and have changed nothing."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.support.at_once import at_once
from tests.support.city import PASSWORD, City, Visitor
from tests.support.office import a_request, open_office
from tests.walks.rows import rows_of


class Program:
    """A program that calls the interface over the network."""

    def __init__(self, port: int, login: str, organisation: str | None = None) -> None:
        self.port = port
        self.token = ""
        sent = {"login": login, "password": PASSWORD, "organisation": organisation}
        sent = {name: value for name, value in sent.items() if value is not None}
        self.token = self.post("/sessions", sent)[1]["token"]

    def post(self, address: str, sent: dict[str, Any]) -> tuple[int, Any]:
        """Send something; the status and what came back."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        line.request("POST", f"/api/v1{address}", json.dumps(sent), headers)
        answer = line.getresponse()
        found = answer.status, json.loads(answer.read() or b"{}")
        line.close()
        return found

    def do(self, uid: str, name: str, **more: Any) -> tuple[int, Any]:
        """Take an action or an operation."""
        return self.post(f"/cases/{uid}/commands", {"name": name, **more})


@pytest.fixture(params=["file", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[City]:
    """A town hall whose database several requests use at once."""
    url = f"sqlite:///{tmp_path / 'town.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    platform = open_office(url)
    town = City(platform, platform.clock, {})  # type: ignore[arg-type]
    for name in ("张三", "王审", "李四", "马监"):
        town.give_account(name)
    yield town
    platform.close()


@pytest.fixture
def port(town: City) -> Iterator[int]:
    """Where the pages and the interface are served, each request in a thread of its own."""
    server = make_server("127.0.0.1", 0, town.pages, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def happened(town: City, uid: str) -> list[tuple[str, str]]:
    """What the journal of a case holds after it was sent in."""
    with town.platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        events = [
            (one.kind, json.loads(one.body).get("name", "")) for one in unit.journal.of(row.id)
        ]
    return events[2:]


@pytest.mark.req("ENG-11", "ENG-21", "REV-13", "SEC-07")
def test_of_requests_to_the_interface_one_wins(town: City, port: int):
    reviewer, again = Program(port, "王审", "一所"), Program(port, "王审", "一所")
    applicant = Program(port, "张三")
    for _ in range(3):
        uid = a_request(town.platform)
        version = town.platform.views.view(town.person("张三"), uid).version

        answers = at_once(
            lambda: reviewer.do(uid, "pass", version=version),  # noqa: B023
            lambda: again.do(uid, "return", version=version, input={"reason": "缺材料"}),  # noqa: B023
            lambda: applicant.do(uid, "withdraw", version=version),  # noqa: B023
        )

        assert sorted(status for status, _ in answers) == [200, 409, 409]
        assert {said["code"] for status, said in answers if status != 200} == {"already_handled"}
        assert len(happened(town, uid)) == 1
        assert town.platform.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-11", "CON-09")
def test_of_presses_in_the_console_one_wins(town: City):
    uid = a_request(town.platform)
    visitors = [town.visit("马监", "市局"), town.visit("马监", "市局")]
    for one in visitors:
        one.get(f"/console/cases/act/?id={uid}&do=suspend")

    def press(visitor: Visitor) -> bool:
        return "已暂停办理" in visitor.press("暂停办理", reason="核实")

    won = at_once(*(lambda one=one: press(one) for one in visitors))

    assert sorted(won) == [False, True]
    assert len(happened(town, uid)) == 1
    assert town.platform.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-21", "SEC-01")
def test_what_is_refused_at_the_interface_or_the_console_changes_nothing(town: City, port: int):
    uid = a_request(town.platform)
    reviewer, stranger = Program(port, "王审", "一所"), Program(port, "李四")
    monitor, nobody = town.visit("马监", "市局"), town.visit("李四")
    monitor.get(f"/console/cases/act/?id={uid}&do=cancel")
    before = rows_of(town.platform.store)

    refused = [
        stranger.do(uid, "pass"),
        reviewer.do(uid, "pass", version=1),
        reviewer.do(uid, "return"),
        reviewer.do(uid, "fly"),
    ]
    monitor.press("终止", reason=" ")
    page = nobody.post(f"/console/cases/act/?id={uid}&do=cancel", {"reason": "x", "confirmed": "1"})

    assert [status for status, _ in refused] == [404, 409, 422, 409]
    assert all(said["code"] and said["title"] for _, said in refused)
    assert "请填写原因" in monitor.page
    assert page.status in (403, 404)
    after = rows_of(town.platform.store)
    # That the monitor looked is noted.
    assert {name for name, rows in after.items() if rows != before[name]} == {"access_log"}
