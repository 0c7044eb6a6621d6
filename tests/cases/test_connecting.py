"""Systems outside: asked over HTTP after the commit, the answer a command, failures incidents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner

from engine import bootstrap
from engine.cli.doctor import doctor
from engine.connectors.folder import ANSWERS
from engine.connectors.http import HttpConnections, NotConfigured, Rejected, Unavailable
from engine.connectors.outside import OutsideConnections
from engine.connectors.recorded import RecordedConnections
from engine.definitions.connector import Connector
from engine.definitions.process import Formula
from engine.domain.case import places_of
from engine.domain.clock import VirtualClock
from engine.services.migration_decisions import Decisions
from engine.services.platform import Platform
from engine.store.database import Store
from engine.store.outbox import LEASE, MOST_ATTEMPTS, Outbox
from tests.support import office
from tests.support.answering import Answering, answering
from tests.support.office import open_office, person
from tests.support.versions import publish, with_text

CONTENT = {
    "definitions/connectors/ledger.yaml": """
        connector: ledger
        title: 财政台账
        form: ledger-query
        result: ledger-answer
        address: ledger_url
        token: ledger_token
        path: /v1/check
        seconds: 1
        """,
    "forms/ledger-query.yaml": """
        form: ledger-query
        title: 查询
        properties:
          subject: {title: 事由, type: string}
          who: {title: 人员, properties: {name: {title: 姓名, type: string}}}
        """,
    "forms/ledger-answer.yaml": """
        form: ledger-answer
        title: 返回
        required: [known]
        properties:
          known: {title: 有记录, type: boolean}
          amount: {title: 金额, type: number}
        """,
    "definitions/processes/town/grant.yaml": """
        process: town/grant
        title: 拨款
        noun: 申请
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            who: initiator
            edit: all
            actions:
              submit:
                title: 提交
                to: check
                do:
                  - connector:
                      name: ledger
                      with: {subject: data.subject, who.name: initiator.basics.name}
                      into: ledger
          check:
            title: 审核
            who: {permission: check, organisation: data.unit}
            actions:
              pass:
                title: 同意
                to: done
                require: [{that: data.ledger.known, say: 台账没有记录}]
              discard: {title: 废弃, to: dropped}
          done: {title: 办结, end: success}
          dropped: {title: 已废弃, end: cancelled}
        """,
}
WAITING = """
    process: town/grant
    title: 拨款
    noun: 申请
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: both}}
      both:
        title: 核对
        to: check
        parallel:
          branches:
            money:
              ask:
                title: 查询台账
                do: [{connector: {name: ledger, with: {subject: data.subject}, into: ledger}}]
                wait: {answer: ledger}
                actions:
                  back:
                    title: 退回
                    verb: return
                    to: fill
                    who: &checker {permission: check, organisation: data.unit}
                to: [{when: data.ledger.known, then: join}, {then: dropped}]
            people:
              look:
                title: 核对人员
                who: *checker
                actions: {pass: {title: 同意, to: join}}
      check:
        title: 审核
        who: *checker
        actions: {pass: {title: 同意, to: done}}
      done: {title: 办结, end: success}
      dropped: {title: 没有记录, end: failure}
    """
_ASSEMBLE = bootstrap.assemble
APPLICANT, CHECKER = person("张三"), person("赵复", "一所")
MONITOR = person("马监", "市局")
VALUES = {"unit": "一所", "subject": "修路"}


@pytest.fixture(scope="module")
def running() -> Iterator[Answering]:
    with answering() as server:
        yield server


@pytest.fixture
def server(running: Answering) -> Answering:
    running.asked.clear()
    running.will((200, {"known": True, "amount": 3, "secret": "x"}))
    return running


@pytest.fixture
def connected(server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms opened from here on ask the server."""
    settings = {"ledger_url": f"{server.url}/api/", "ledger_token": "t0ken"}
    outside = bootstrap.Outside(None, "http://localhost", HttpConnections(settings))
    assemble = bootstrap.assemble
    monkeypatch.setattr(
        office.bootstrap, "assemble", lambda store, content, clock: assemble(
            store, content, clock, outside)
    )  # fmt: skip


@pytest.fixture
def town(connected: None) -> Iterator[Platform]:
    platform = open_office(more=CONTENT)
    yield platform
    platform.close()


@pytest.fixture
def waiting(connected: None) -> Iterator[Platform]:
    """A town whose grants wait in a branch for what the ledger says."""
    platform = open_office(more={**CONTENT, "definitions/processes/town/grant.yaml": WAITING})
    yield platform
    platform.close()


def a_grant(town: Platform) -> str:
    uid = town.cases.start(APPLICANT, "town/grant", VALUES).uid
    town.cases.act(APPLICANT, uid, "submit", data=VALUES)
    return uid


def later(town: Platform, seconds: float = 1) -> None:
    """A worker comes by."""
    town.clock.set(town.clock.now() + timedelta(seconds=seconds))
    town.outgoing.work_off()


def ledger(town: Platform, uid: str) -> object:
    with town.store.read() as unit:
        return town.casework.load(unit, uid).data.get("ledger")


def incidents(town: Platform, uid: str) -> list[str]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [one.code for one in unit.incidents.of(row.id) if one.resolved_at is None]


@pytest.mark.req("ENG-17")
def test_the_answer_is_a_step_of_the_system_that_expressions_read(
    town: Platform, server: Answering
) -> None:
    uid = a_grant(town)
    # Nobody who presses a button waits for a system outside.
    assert server.asked == []
    later(town)

    (asked,) = server.asked
    assert (asked.method, asked.path, asked.token) == ("POST", "/api/v1/check", "Bearer t0ken")
    assert asked.body == {"subject": "修路", "who": {"name": "张三"}}
    # What the form of the answer does not know is not kept.
    assert ledger(town, uid) == {"known": True, "amount": 3}
    town.cases.act(CHECKER, uid, "pass")
    assert town.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-17")
def test_what_is_sent_is_sealed_until_then(town: Platform) -> None:
    uid = a_grant(town)

    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        ((message, _),) = unit.outbox.of(row.id)
    assert "修路" not in str(message.payload)
    assert "张三" not in str(message.payload)


@pytest.mark.req("ENG-17")
def test_it_is_asked_again_with_the_same_key_until_there_is_an_answer(
    town: Platform, server: Answering
) -> None:
    server.will((503, {}), (429, {}), (200, {"known": True}))
    uid = a_grant(town)
    later(town)
    assert ledger(town, uid) is None
    later(town, 11)
    later(town, 41)

    assert ledger(town, uid) == {"known": True}
    assert len({one.key for one in server.asked}) == 1
    assert len(server.asked) == 3
    assert incidents(town, uid) == []


@pytest.mark.req("ENG-17")
def test_an_answer_that_comes_twice_is_taken_once(
    town: Platform, server: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = a_grant(town)
    with monkeypatch.context() as patch:
        # A worker that dies after the answer was kept.
        patch.setattr(Outbox, "done", lambda self, message: None)
        later(town)
    later(town, LEASE.total_seconds() + 1)

    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert [one.kind for one in unit.journal.of(row.id)] == ["start", "act", "result"]
    assert len(server.asked) == 1


@pytest.mark.req("ENG-17", "ENG-14")
@pytest.mark.parametrize(
    "answer",
    [(422, {}), (302, {}), (200, b"<html>"), (200, [1]), (200, {"known": "maybe"}), (200, {})],
    ids=["4xx", "redirect", "no-json", "no-object", "wrong-type", "incomplete"],
)
def test_what_will_never_do_is_an_incident_at_once_and_can_be_sent_again(
    town: Platform, server: Answering, answer: tuple[int, object]
) -> None:
    server.will(answer)
    uid = a_grant(town)
    later(town)
    later(town, 3600)

    assert (len(server.asked), incidents(town, uid)) == (1, ["rejected"])
    assert server.asked[0].path == "/api/v1/check"
    server.will((200, {"known": True}))
    town.interventions.retry(MONITOR, uid, "对方已更正")
    later(town)
    assert (ledger(town, uid), incidents(town, uid)) == ({"known": True}, [])


def rehearsing(town: Platform) -> Platform:
    """The same town, with nothing outside but what a sample case tells."""
    return _ASSEMBLE(town.store, town.definitions, town.clock)


@pytest.mark.req("ENG-17")
def test_only_a_real_installation_warns_of_what_was_not_answered(
    server: Answering, town: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """`zhicheng replay` printed a warning for each failure that a sample case is about."""
    platform = rehearsing(town)
    a_grant(platform)
    later(platform)
    assert caplog.records == []

    server.will((422, {}))
    a_grant(town)
    later(town)
    assert [(one.levelname, one.exc_info) for one in caplog.records] == [("WARNING", None)]


def test_a_bug_is_told_of_in_a_rehearsal_too(
    town: Platform, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = rehearsing(town)
    a_grant(platform)
    monkeypatch.setattr(RecordedConnections, "ask", lambda self, *asked: 1 // 0)

    later(platform)

    assert [one.levelname for one in caplog.records] == ["ERROR"]


@pytest.mark.req("ENG-17")
def test_a_system_that_never_answers_is_an_incident_in_the_end(
    town: Platform, server: Answering
) -> None:
    server.will((500, {}))
    uid = a_grant(town)
    for number in range(MOST_ATTEMPTS):
        later(town, 10 * 4**number + 1)

    assert len(server.asked) == MOST_ATTEMPTS
    assert incidents(town, uid) == ["not_delivered"]
    (incident,) = town.incidents.unresolved(MONITOR)
    assert incident.params["what"] == "财政台账"
    assert incident.params["why"] == ["not_answered", {"why": "HTTP 500"}]
    # The case itself goes on as far as it can.
    town.cases.act(CHECKER, uid, "discard")


CONNECTOR = Connector("ledger", "", None, "query", None, "url", seconds=1)  # type: ignore[arg-type]


@pytest.mark.req("ENG-17")
def test_silence_and_a_closed_port_are_not_answers(server: Answering) -> None:
    server.answers = [(200, {}, 1.5)]
    with pytest.raises(Unavailable, match="Timeout"):
        HttpConnections({"url": server.url}).ask(CONNECTOR, {}, "k")
    with pytest.raises(Unavailable):
        HttpConnections({"url": "http://127.0.0.1:9"}).ask(CONNECTOR, {}, "k")
    with pytest.raises(NotConfigured, match="url"):
        HttpConnections({}).ask(CONNECTOR, {}, "k")
    with pytest.raises(NotConfigured):
        HttpConnections({"url": "file:///etc/passwd"}).ask(CONNECTOR, {}, "k")
    server.will((200, b"[" * (1 << 20) + b"]"))
    with pytest.raises(Rejected, match="too long"):
        HttpConnections({"url": server.url}).ask(CONNECTOR, {}, "k")


@pytest.mark.req("ENG-17")
def test_the_doctor_names_what_is_not_configured(tmp_path, monkeypatch) -> None:
    for path, text in {**office.FILES, **CONTENT}.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(office.dedent(text).lstrip(), "utf-8")
    monkeypatch.setenv("ZHICHENG_LEDGER_URL", "http://localhost/")

    database = f"sqlite:///{tmp_path / 'doctor.db'}"
    command = ["--content", str(tmp_path), "--data-dir", str(tmp_path), "--database-url", database]
    half = CliRunner().invoke(doctor, command)

    assert "✗ 外部接口 ledger（财政台账）：缺少设置 ZHICHENG_LEDGER_TOKEN" in half.output
    assert half.exit_code == 1

    # Nothing was ever sent there: nobody has to set it up yet.
    monkeypatch.delenv("ZHICHENG_LEDGER_URL")
    unused = CliRunner().invoke(doctor, command)
    assert "! 外部接口 ledger（财政台账）：尚未配置" in unused.output
    assert "缺少设置 ZHICHENG_LEDGER_URL、ZHICHENG_LEDGER_TOKEN" in unused.output
    assert unused.exit_code == 0

    store = Store(database)
    store.create_all()
    with store.write() as unit:
        unit.outbox.add("k", "connector", {"uid": "u", "connector": "ledger"}, at=office.NINE)
    store.close()
    used = CliRunner().invoke(doctor, command)
    assert "✗ 外部接口 ledger（财政台账）：缺少设置 ZHICHENG_LEDGER_URL" in used.output
    assert used.exit_code == 1


def stands(town: Platform, uid: str) -> set[str]:
    with town.store.read() as unit:
        state = town.casework.load(unit, uid).state
        return {one.place.step for _, one in places_of(state) if not one.branches}


@pytest.mark.req("ENG-17")
@pytest.mark.parametrize(("known", "place"), [(True, "look"), (False, "dropped")])
def test_a_step_waits_for_the_answer_and_goes_where_it_says(
    waiting: Platform, server: Answering, known: bool, place: str
) -> None:
    server.will((200, {"known": known}))
    uid = a_grant(waiting)
    assert stands(waiting, uid) == {"ask", "look"}

    later(waiting)

    assert stands(waiting, uid) == {place}
    assert waiting.rebuilding.rebuild(uid).same


def kinds(town: Platform, uid: str) -> list[str]:
    """What the journal tells of."""
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [one.kind for one in unit.journal.of(row.id)]


@pytest.mark.req("ENG-17")
def test_nobody_is_asked_for_a_step_that_was_left(waiting: Platform, server: Answering) -> None:
    """Systems outside were asked, and charged for, what no case waited for any more."""
    uid = a_grant(waiting)
    waiting.cases.act(CHECKER, uid, "back", at="ask")

    later(waiting)
    later(waiting, 3600)

    assert (server.asked, incidents(waiting, uid)) == ([], [])
    assert kinds(waiting, uid) == ["start", "act", "act", "drop"]
    assert waiting.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-17")
def test_nobody_is_asked_for_a_case_that_was_cancelled(
    working: Platform, server: Answering
) -> None:
    uid = a_grant(working)
    working.interventions.cancel(MONITOR, uid, "弄错了")

    later(working)

    assert (server.asked, kinds(working, uid)[-1]) == ([], "drop")
    assert working.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-17")
def test_an_action_asks_also_where_the_case_has_gone_on_or_ended(
    town: Platform, server: Answering
) -> None:
    uid = a_grant(town)
    town.cases.act(CHECKER, uid, "discard")

    later(town)

    assert len(server.asked) == 1
    assert "drop" not in kinds(town, uid)


@pytest.mark.req("ENG-17")
def test_an_answer_that_comes_when_the_step_was_left_changes_nothing(
    waiting: Platform, server: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was put into the data of a case that had gone another way."""
    uid = a_grant(waiting)
    ask = HttpConnections.ask

    def left_meanwhile(self, connector, body, key):
        answer = ask(self, connector, body, key)
        waiting.cases.act(CHECKER, uid, "back", at="ask")
        return answer

    monkeypatch.setattr(HttpConnections, "ask", left_meanwhile)
    later(waiting)

    assert len(server.asked) == 1
    assert (stands(waiting, uid), ledger(waiting, uid)) == ({"fill"}, None)
    assert kinds(waiting, uid)[-1] == "drop"
    assert waiting.rebuilding.rebuild(uid).same


def test_what_was_asked_before_a_return_is_not_asked_beside_what_is_asked_anew(
    waiting: Platform, server: Answering
) -> None:
    uid = a_grant(waiting)
    waiting.cases.act(CHECKER, uid, "back", at="ask")
    waiting.cases.act(APPLICANT, uid, "submit", data=VALUES)
    later(waiting)

    assert len(server.asked) == 1
    assert stands(waiting, uid) == {"look"}
    assert ledger(waiting, uid) == {"known": True, "amount": 3}
    assert waiting.rebuilding.rebuild(uid).same


def test_an_answer_that_comes_while_the_case_is_suspended_counts_when_it_is_resumed(
    waiting: Platform, server: Answering
) -> None:
    uid = a_grant(waiting)
    waiting.interventions.suspend(MONITOR, uid, "核实")
    later(waiting)
    assert stands(waiting, uid) == {"ask", "look"}

    waiting.interventions.resume(MONITOR, uid, "已核实")
    waiting.cases.tick()

    assert stands(waiting, uid) == {"look"}
    assert waiting.rebuilding.rebuild(uid).same


@pytest.mark.req("CON-09", "ENG-17")
def test_an_answer_finds_a_step_that_is_called_otherwise_now(
    waiting: Platform, server: Answering
) -> None:
    uid = a_grant(waiting)
    process = "definitions/processes/town/grant.yaml"
    called = with_text(waiting, process, ("\n          ask:", "\n          inquire:"))
    version = str(publish(waiting, called))

    plan = waiting.migrations.plan(MONITOR, "town/grant", version)
    assert [one.kind for one in plan.cases] == ["decision"]
    ((choice, _),) = plan.choices
    assert (choice.name, choice.proposed[0]) == ("ask", "inquire")
    decided = Decisions(steps={"ask": "inquire"})
    plan = waiting.migrations.plan(MONITOR, "town/grant", version, decided)
    done = waiting.migrations.run(MONITOR, plan.id, "改名")
    assert [one.state for one in done.cases] == ["moved"]
    assert stands(waiting, uid) == {"inquire", "look"}

    assert done.groups[0].sentences == ("migrate_step_renamed",)
    # There and back, it waits for the same answer; and so it does when it is moved again.
    waiting.migrations.undo(MONITOR, plan.id, "弄错了")
    plan = waiting.migrations.plan(MONITOR, "town/grant", version, decided)
    waiting.migrations.run(MONITOR, plan.id, "改名")
    again = with_text(
        waiting, process, ("\n          inquire:", "\n          look_up:"),
        ("into: ledger", "into: account"), ("answer: ledger", "answer: account"),
        ("data.ledger.known", "data.account.known"),
    )  # fmt: skip
    plan = waiting.migrations.plan(
        MONITOR, "town/grant", str(publish(waiting, again)), Decisions(steps={"inquire": "look_up"})
    )
    waiting.migrations.run(MONITOR, plan.id, "再改名")
    assert waiting.rebuilding.rebuild(uid).same

    later(waiting)

    assert len(server.asked) == 1
    # It is where the version that the case is on now looks for it.
    assert (stands(waiting, uid), ledger(waiting, uid)) == ({"look"}, None)
    with waiting.store.read() as unit:
        account = waiting.casework.load(unit, uid).data["account"]
    assert account == {"known": True, "amount": 3}
    assert waiting.rebuilding.rebuild(uid).same


@pytest.mark.req("CON-09", "ENG-17")
def test_who_is_taken_away_from_an_answer_is_told_that_it_changes_nothing(
    waiting: Platform, server: Answering
) -> None:
    uid = a_grant(waiting)
    process = "definitions/processes/town/grant.yaml"
    elsewhere = with_text(waiting, process, ("title: 核对人员", "title: 人员"))
    plan = waiting.migrations.plan(
        MONITOR, "town/grant", str(publish(waiting, elsewhere)), Decisions(steps={"both": "check"})
    )
    assert plan.groups[0].sentences == ("migrate_put", "migrate_answer_late")
    done = waiting.migrations.run(MONITOR, plan.id, "不再查询")
    assert (done.cases[0].state, stands(waiting, uid)) == ("moved", {"check"})

    later(waiting)

    assert (server.asked, ledger(waiting, uid)) == ([], None)
    assert stands(waiting, uid) == {"check"}
    assert waiting.rebuilding.rebuild(uid).same


@pytest.fixture
def working(connected: None) -> Iterator[Platform]:
    """A town whose ledger takes its time."""
    connector = CONTENT["definitions/connectors/ledger.yaml"].replace(
        "seconds: 1", "seconds: 1\n        pending: answer.known == null\n        pause: 5"
    )
    answer = CONTENT["forms/ledger-answer.yaml"].replace(
        "required: [known]", "layout: {columns: 2}"
    )
    changed = {
        "definitions/processes/town/grant.yaml": WAITING.replace("failure", "cancelled"),
        "definitions/connectors/ledger.yaml": connector,
        "forms/ledger-answer.yaml": answer,
    }
    platform = open_office(more={**CONTENT, **changed})
    yield platform
    platform.close()


@pytest.mark.req("ENG-17")
def test_what_has_no_result_yet_is_asked_again_ever_more_seldom_and_leaves_no_trace(
    working: Platform, server: Answering
) -> None:
    server.will((200, {}))
    uid = a_grant(working)
    begun, asked = working.clock.now(), []
    while working.clock.now() < begun + timedelta(minutes=30):
        later(working, 10)
        asked += [working.clock.now() - begun] * (len(server.asked) - len(asked))

    # After a minute, then after as long as it has taken so far, at last every five minutes.
    gaps = [(after - before).total_seconds() // 60 for before, after in pairwise(asked)]
    assert gaps == [1, 1, 2, 4, 5, 5, 5, 5]
    assert len({one.key for one in server.asked}) == 1
    with working.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert [one.kind for one in unit.journal.of(row.id)] == ["start", "act"]
    assert (stands(working, uid), incidents(working, uid)) == ({"ask", "look"}, [])

    server.will((503, {}), (200, {"known": True}))
    later(working, 301)
    later(working, 11)

    assert (stands(working, uid), ledger(working, uid)) == ({"look"}, {"known": True})
    assert working.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-17")
def test_nobody_is_asked_any_more_for_what_was_asked_anew_or_is_closed(
    working: Platform, server: Answering
) -> None:
    server.will((200, {}))
    uid = a_grant(working)
    later(working)
    working.cases.act(CHECKER, uid, "back", at="ask")
    working.cases.act(APPLICANT, uid, "submit", data=VALUES)
    later(working, 60)
    later(working, 60)
    assert len({one.key for one in server.asked[-2:]}) == 1, "the question asked first is over"

    working.interventions.cancel(MONITOR, uid, "弄错了")
    before = len(server.asked)
    later(working, 3600)

    assert len(server.asked) == before


@pytest.mark.req("ENG-17", "CERT-12")
@pytest.mark.parametrize("way", ["json", "csv"])
def test_what_is_left_in_a_folder_is_answered_by_a_file_beside_it(tmp_path, way: str) -> None:
    asking = replace(CONNECTOR, pending=Formula("true", CONNECTOR.node))
    clock = VirtualClock(office.NINE)
    outside = OutsideConnections({"url": f"file://{tmp_path}?format={way}"}, clock)
    left = outside.ask(asking, {"subject": "修路"}, "case:1")
    assert list(left) == ["receipt"]
    (tmp_path / ANSWERS).mkdir()
    answer = tmp_path / ANSWERS / "case-1-b73effc99586.json"

    answer.write_text('{"known": tr', "utf-8")
    with pytest.raises(Unavailable):
        outside.ask(asking, {"subject": "修路"}, "case:1")
    answer.write_text('{"known": true}', "utf-8")

    assert outside.ask(asking, {"subject": "修路"}, "case:1") == {"known": True}
    # Nobody waits for an answer there who has not said so.
    assert outside.ask(CONNECTOR, {"subject": "修路"}, "case:1") == left
