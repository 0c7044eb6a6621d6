"""Cases that create each other and wait for each other, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn import read_bpmn, write_bpmn
from engine.definitions.flow import flow
from engine.definitions.parse import parse_process
from engine.definitions.release import load
from engine.domain.actor import Actor
from engine.domain.errors import EngineError, Refused
from engine.domain.types import TEXT, follow
from engine.services.migration_decisions import Decisions
from engine.services.outgoing import Outgoing
from engine.services.platform import Platform
from engine.store.links import Links
from engine.store.outbox import LEASE, Outbox
from tests.support.linked import (
    CHECKER,
    LINKED,
    REVIEWER,
    an_event,
    at,
    incidents,
    linked,
    open_linked,
)
from tests.support.office import FILES, person
from tests.support.versions import publish, with_text

APPLICANT = person("张三")
MONITOR = person("马监", "市局")


@pytest.fixture
def town() -> Iterator[Platform]:
    platform = open_linked()
    yield platform
    platform.close()


@pytest.fixture(params=["file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """On databases that outlive a connection."""
    urls = {
        "file": lambda: f"sqlite:///{tmp_path / 'town.db'}",
        "postgresql": lambda: str(request.getfixturevalue("postgres_url")),
    }
    platform = open_linked(urls[request.param]())
    yield platform
    platform.close()


def same(town: Platform) -> bool:
    return all(found.same for found in town.rebuilding.all())


def processes(town: Platform) -> list[str]:
    with town.store.read() as unit:
        return sorted(row.process for row in unit.cases.every())


# -------------------------------------------------------------------- creating and waiting


@pytest.mark.req("ENG-19")
def test_a_call_creates_the_other_case_and_goes_on_with_its_outcome(stored: Platform) -> None:
    uid = an_event(stored)
    permit = linked(stored, uid, "permit")

    view = stored.views.view(CHECKER, permit)
    assert (view.initiator, at(stored, uid), at(stored, permit)) == ("张三", "permit", "check")
    with stored.store.read() as unit:
        row = unit.cases.load(permit)
        assert row is not None
        assert unit.blobs.get(row.data_hash)["subject"] == "许可：灯会"
    stored.cases.act(CHECKER, permit, "pass")

    assert (at(stored, uid), at(stored, permit)) == ("hold", "granted")
    assert same(stored)


@pytest.mark.req("ENG-19")
def test_each_end_of_the_called_case_leads_its_own_way(town: Platform) -> None:
    uid = an_event(town)
    town.cases.act(CHECKER, linked(town, uid, "permit"), "fail")
    assert at(town, uid) == "not_held"

    # An end without an outcome of its own leads along `to`.
    uid = an_event(town)
    town.interventions.cancel(MONITOR, linked(town, uid, "permit"), "重复申请")
    assert at(town, uid) == "fill"
    assert same(town)


@pytest.mark.req("ENG-19")
def test_a_created_case_lives_by_itself_and_each_reads_the_other(town: Platform) -> None:
    uid = town.cases.start(APPLICANT, "town/event", {"unit": "一所", "subject": "灯会"}).uid
    town.cases.act(APPLICANT, uid, "report")
    report = linked(town, uid, "report")

    # `once`: the link has a case already.
    town.cases.act(APPLICANT, uid, "report")
    assert linked(town, uid, "report") == report
    # The report reads the event that created it.
    with pytest.raises(Refused, match="requirement"):
        town.cases.act(APPLICANT, report, "submit", data={"unit": "一所", "subject": "庙会"})
    town.cases.act(APPLICANT, report, "submit", data={"unit": "一所", "subject": "灯会"})
    # The event reads its permit.
    town.cases.act(APPLICANT, uid, "submit", data={"unit": "一所", "subject": "灯会"})
    town.cases.act(REVIEWER, uid, "go")
    assert at(town, uid) == "hold"
    # The report has ended before it is waited for.
    town.cases.act(REVIEWER, uid, "pass")

    assert at(town, uid) == "held"
    assert processes(town) == ["town/event", "town/permit", "town/report"]
    assert same(town)


@pytest.mark.req("ENG-19")
def test_waiting_for_what_was_never_created_is_an_incident(town: Platform) -> None:
    uid = an_event(town)
    town.cases.act(CHECKER, linked(town, uid, "permit"), "pass")
    town.cases.act(REVIEWER, uid, "pass")

    assert incidents(town, uid) == ["no_linked_case"]
    town.interventions.reroute(MONITOR, uid, "没有报告", step="hold")
    assert (at(town, uid), incidents(town, uid)) == ("hold", [])


def held(town: Platform) -> str:
    """An event that is over, with its permit and its report."""
    uid = an_event(town)
    town.cases.act(CHECKER, linked(town, uid, "permit"), "pass")
    town.cases.act(REVIEWER, uid, "send")
    values = {"unit": "一所", "subject": "灯会"}
    town.cases.act(APPLICANT, linked(town, uid, "report"), "submit", data=values)
    assert at(town, uid) == "held"
    return uid


@pytest.mark.req("ENG-19")
def test_an_action_is_done_in_linked_cases_by_the_system(
    town: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = held(town)
    permit = linked(town, uid, "permit")

    with monkeypatch.context() as patch:
        # A worker that dies after the action, before the message is marked as done.
        patch.setattr(Outbox, "done", lambda self, message: None)
        town.cases.act(REVIEWER, uid, "close")
    town.clock.set(town.clock.now() + LEASE * 2)
    assert town.outgoing.work_off() == 1

    with town.store.read() as unit:
        row = unit.cases.load(permit)
        assert row is not None
        by_system = [one.kind for one in unit.journal.of(row.id) if one.person == "system"]
    assert by_system == ["act"]
    assert same(town)


@pytest.mark.req("ENG-19")
def test_an_action_that_a_linked_case_refuses_is_an_incident(town: Platform) -> None:
    uid = held(town)
    town.cases.act(REVIEWER, uid, "close")

    # The event has gone on with the report, which stays closed.
    assert (at(town, linked(town, uid, "report")), incidents(town, uid)) == (
        "filed", ["send_refused"],
    )  # fmt: skip
    # It says why, and is not lost: who has seen to it tries again.
    (incident,) = town.incidents.unresolved(MONITOR)
    assert incident.params["why"][0] == "creator_went_on"
    town.interventions.retry(MONITOR, uid, "再试")
    assert incidents(town, uid) == ["send_refused"]


@pytest.mark.req("ENG-19", "REV-22")
def test_each_course_shows_the_linked_cases_that_the_reader_may_see(town: Platform) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")

    def shown(who: Actor, of: str) -> list[tuple[str, bool]]:
        return [(one.uid, one.made) for one in town.views.linked(who, of)]

    assert shown(APPLICANT, uid) == [(permit, True)]
    assert shown(APPLICANT, permit) == [(uid, False)]
    # Who checks permits has nothing to do with events.
    assert shown(CHECKER, permit) == []
    assert shown(REVIEWER, uid) == []
    of_monitor = town.dossiers.open(MONITOR, uid).linked
    assert [(one.uid, one.relation, one.state) for one in of_monitor] == [
        (permit, "created", "open")
    ]
    town.cases.act(CHECKER, permit, "pass")
    assert town.views.course(APPLICANT, uid)[-1].title == "已许可"
    (choice,) = [one for one in town.views.choices(CHECKER, permit) if one.name == "revoke"]
    assert not choice.allowed


@pytest.mark.req("ENG-19", "ENG-01")
def test_a_call_comes_back_from_bpmn(town: Platform) -> None:
    bound = town.release.processes["town/event"]
    problems = Problems()

    text = read_bpmn(bound.bpmn().encode(), "event.bpmn", problems)

    assert text is not None, problems.sorted()
    assert not problems.errors
    node = read_yaml(text, "event.yaml", problems)
    again = parse_process(node, problems)
    assert again is not None
    assert write_bpmn(flow(again)) == bound.bpmn()


@pytest.mark.req("ENG-19")
def test_a_call_is_drawn_and_exported(town: Platform) -> None:
    bound = town.release.processes["town/event"]

    assert (
        '<bpmn:callActivity id="permit" name="办理许可" calledElement="town_permit"' in bound.bpmn()
    )
    labels = follow(bound.scopes.everywhere.names["linked"].type, ("permit", "data", "subject"), {})
    assert labels == TEXT


def test_what_a_case_begins_with_fits_its_form() -> None:
    name = "definitions/processes/town/event.yaml"
    wrong = LINKED[name].replace("subject: \"'许可：' + data.subject\"", "amount: data.subject")
    files = {**FILES, **LINKED, name: wrong}

    loaded = load({path: dedent(text).lstrip() for path, text in files.items()})

    (problem,) = loaded.problems.errors
    assert (problem.code, "number" in problem.sentence("en")) == ("DEF404", True)


# -------------------------------------------------------------------- both or none


@pytest.mark.req("ENG-19")
def test_a_crash_while_calling_leaves_neither(
    stored: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: Links, *args: object, **kwargs: object) -> None:
        raise SystemExit

    values = {"unit": "一所", "subject": "灯会"}
    uid = stored.cases.start(APPLICANT, "town/event", values).uid
    with monkeypatch.context() as patch:
        patch.setattr(Links, "add", crash)
        with pytest.raises(SystemExit):
            stored.cases.act(APPLICANT, uid, "submit", data=values)
    assert (at(stored, uid), processes(stored)) == ("fill", ["town/event"])

    stored.cases.act(APPLICANT, uid, "submit", data=values)
    assert processes(stored) == ["town/event", "town/permit"]


@pytest.mark.req("ENG-19")
def test_a_crash_after_the_end_is_made_up_for_by_a_worker(
    stored: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = an_event(stored)
    with monkeypatch.context() as patch:
        patch.setattr(Outgoing, "work_off", lambda self, keys=(): 0)
        stored.cases.act(CHECKER, linked(stored, uid, "permit"), "pass")
    assert at(stored, uid) == "permit"

    stored.outgoing.work_off()

    assert at(stored, uid) == "hold"


@pytest.mark.req("ENG-19")
def test_what_the_called_process_refuses_refuses_the_caller(town: Platform) -> None:
    values = {"unit": "一所", "subject": "不行"}
    uid = town.cases.start(APPLICANT, "town/event", values).uid

    with pytest.raises(Refused) as refused:
        town.cases.act(APPLICANT, uid, "submit", data=values)

    assert refused.value.sentence == "该事项不予受理"
    assert (at(town, uid), processes(town)) == ("fill", ["town/event"])


# -------------------------------------------------------------------- what one does to the other


@pytest.mark.req("ENG-19")
@pytest.mark.parametrize(
    ("leave", "then"),
    [
        (lambda town, uid: town.cases.act(REVIEWER, uid, "back"), "fill"),
        (lambda town, uid: town.cases.act(REVIEWER, uid, "go"), "hold"),
        (lambda town, uid: town.interventions.cancel(MONITOR, uid, "停办"), "discarded"),
        (lambda town, uid: town.interventions.reroute(MONITOR, uid, "免办", step="hold"), "hold"),
    ],
    ids=["return", "pass", "cancel", "reroute"],
)
def test_leaving_a_call_cancels_the_called_case(town: Platform, leave, then: str) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")

    leave(town, uid)

    assert (at(town, uid), at(town, permit)) == (then, "dropped")
    assert same(town)


@pytest.mark.req("ENG-19")
def test_a_case_that_was_only_created_lives_on(town: Platform) -> None:
    uid = town.cases.start(APPLICANT, "town/event", {"unit": "一所", "subject": "灯会"}).uid
    town.cases.act(APPLICANT, uid, "report")

    town.interventions.cancel(MONITOR, uid, "停办")

    assert at(town, linked(town, uid, "report")) == "write"


@pytest.mark.req("ENG-19")
def test_coming_to_the_call_again_calls_again(town: Platform) -> None:
    uid = an_event(town)
    first = linked(town, uid, "permit")
    town.cases.act(REVIEWER, uid, "back")
    town.cases.act(APPLICANT, uid, "submit", data={"unit": "一所", "subject": "灯会"})
    second = linked(town, uid, "permit")

    assert first != second
    town.cases.act(CHECKER, second, "pass")
    assert at(town, uid) == "hold"


@pytest.mark.req("ENG-19")
def test_neither_calling_nor_leaving_a_call_can_be_withdrawn(town: Platform) -> None:
    uid = an_event(town)
    with pytest.raises(Refused, match="withdraw_created"):
        town.cases.withdraw(APPLICANT, uid)

    town.cases.act(REVIEWER, uid, "go")
    with pytest.raises(Refused, match="withdraw_called"):
        town.cases.withdraw(REVIEWER, uid)
    assert at(town, uid) == "hold"


@pytest.mark.req("ENG-19")
def test_what_was_taken_from_a_case_keeps_it_closed(town: Platform) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    town.cases.act(CHECKER, permit, "pass")

    with pytest.raises(Refused, match="creator_went_on"):
        town.cases.act(CHECKER, permit, "revoke")
    (offer,) = [one for one in town.offering.offers(CHECKER, permit) if one.name == "revoke"]
    assert offer.refusal is not None
    assert offer.refusal.code == "creator_went_on"
    assert at(town, permit) == "granted"


@pytest.mark.req("ENG-19")
def test_what_has_ended_stays_closed_when_the_call_is_left_first(
    town: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    with monkeypatch.context() as patch:
        # The end is not told before somebody leaves the call.
        patch.setattr(Outgoing, "work_off", lambda self, keys=(): 0)
        town.cases.act(CHECKER, permit, "pass")
        town.cases.act(REVIEWER, uid, "back")

    with pytest.raises(Refused, match="creator_went_on"):
        town.cases.act(CHECKER, permit, "revoke")
    town.outgoing.work_off()
    assert (at(town, uid), at(town, permit)) == ("fill", "granted")


@pytest.mark.req("ENG-19", "ENG-14")
def test_a_suspended_caller_goes_on_when_it_is_resumed(town: Platform) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    town.interventions.suspend(MONITOR, uid, "核实")
    town.cases.act(CHECKER, permit, "pass")
    assert at(town, uid) == "permit"

    # Nothing was taken from it yet: it may be opened again, and ends otherwise.
    town.cases.act(CHECKER, permit, "revoke")
    town.interventions.resume(MONITOR, uid, "核实完毕")
    assert at(town, uid) == "permit"
    town.interventions.suspend(MONITOR, uid, "再核实")
    town.cases.act(CHECKER, permit, "fail")
    town.interventions.resume(MONITOR, uid, "核实完毕")

    assert at(town, uid) == "not_held"
    assert same(town)


@pytest.mark.req("CON-09", "ENG-19")
def test_a_caller_is_moved_where_it_still_calls_under_whatever_name(town: Platform) -> None:
    uid = an_event(town)
    name = "definitions/processes/town/event.yaml"
    publish(town, with_text(town, name, ("title: 办理许可", "title: 等待许可")))
    plan = town.migrations.plan(MONITOR, "town/event", "1", Decisions())
    assert [one.kind for one in plan.cases] == ["unaffected"]

    called = "process: town/permit\n"
    links = (("linked.permit", "linked.licence"), ("send: {to: permit", "send: {to: licence"))
    publish(town, with_text(town, name, (called, f"{called}      link: licence\n"), *links))
    plan = town.migrations.plan(MONITOR, "town/event", "2", Decisions())
    assert [one.kind for one in plan.cases] == ["decision"]

    renamed = (("\n  permit:", "\n  ask:"), ("to: permit}", "to: ask}"))
    back = ((new, old) for old, new in links)
    publish(town, with_text(town, name, *renamed, ("      link: licence\n", ""), *back))
    plan = town.migrations.plan(MONITOR, "town/event", "3", Decisions(steps={"permit": "ask"}))
    town.migrations.run(MONITOR, plan.id, "one name")
    assert at(town, uid) == "ask"
    town.cases.act(CHECKER, linked(town, uid, "permit"), "pass")
    assert at(town, uid) == "hold"
    assert same(town)


@pytest.mark.req("CON-09", "ENG-19")
@pytest.mark.parametrize("first", ["event", "permit"])
def test_caller_and_called_are_moved_and_moved_back_in_any_order(
    town: Platform, first: str
) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    events, permits = (f"definitions/processes/town/{name}.yaml" for name in ("event", "permit"))
    renamed = with_text(
        town, events, ("\n  permit:", "\n  ask:\n    was: [permit]"), ("to: permit}", "to: ask}")
    )
    renamed |= with_text(
        town, permits, ("\n  check:", "\n  look:\n    was: [check]"), ("to: check", "to: look")
    )
    version = str(publish(town, renamed))
    plans = {
        name: town.migrations.plan(MONITOR, f"town/{name}", version).id
        for name in ("permit", "event")
    }
    for plan in plans.values():
        (done,) = town.migrations.run(MONITOR, plan, "one name").cases
        assert done.state == "moved"
    assert (at(town, uid), at(town, permit)) == ("ask", "look")

    for name in (first, *(set(plans) - {first})):
        (undone,) = town.migrations.undo(MONITOR, plans[name], "again").cases
        assert undone.state == "undone"
        assert same(town)
    assert (at(town, uid), at(town, permit)) == ("permit", "check")
    town.cases.act(CHECKER, permit, "pass")
    assert at(town, uid) == "hold"
    assert same(town)


@pytest.mark.req("CON-09", "ENG-19")
def test_a_move_away_from_a_call_ends_the_called_case_and_is_not_undone(town: Platform) -> None:
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    text = town.definitions.files()["definitions/processes/town/event.yaml"].decode()
    start, end = text.index("  permit:\n"), text.index("  hold:\n")
    without = text[:start] + text[end:]
    for old, new in (("to: permit}", "to: hold}"), ("!linked.permit.open", "true"),
                     ("{send: {to: permit, action: note}}, ", ""),
                     ("not_held: {title: 不予举办, status: done, end: failure}", "")):  # fmt: skip
        without = without.replace(old, new)
    without = without.replace("*office", "{permission: review, organisation: data.unit}")
    version = str(publish(town, {"definitions/processes/town/event.yaml": without}))

    decided = Decisions(steps={"permit": "hold"})
    plan = town.migrations.plan(MONITOR, "town/event", version, decided)
    assert [name for name, _ in _told(town, plan.id)] == ["migrate_put", "migrate_call_left"]
    town.migrations.run(MONITOR, plan.id, "no permit is needed any more")

    assert (at(town, uid), at(town, permit)) == ("hold", "dropped")
    assert same(town)
    undone = town.migrations.undo(MONITOR, plan.id, "again")
    assert [(one.state, one.sentences) for one in undone.cases] == [("moved", ("migrate_linked",))]
    assert at(town, uid) == "hold"


@pytest.mark.req("CON-09", "ENG-19")
def test_a_called_case_that_a_move_has_ended_stays_so_once_its_end_is_taken(
    town: Platform,
) -> None:
    path = "definitions/processes/town/permit.yaml"
    twice = """
      look:
        title: 会审
        to: granted
        parallel:
          join: all
          branches:
            one: {first: {who: &who {permission: check, organisation: data.unit},
              actions: {pass: {title: 许可, to: join}}}}
            two: {second: {who: *who, actions: {pass: {title: 许可, to: join}}}}
    """
    text = town.definitions.files()[path].decode()
    both = text.replace("to: granted}", "to: look}", 1).replace(
        "\n  explain:", f"{indent(dedent(twice), '  ').rstrip()}\n  explain:", 1
    )
    publish(town, {path: both})
    uid = an_event(town)
    permit = linked(town, uid, "permit")
    town.cases.act(CHECKER, permit, "pass")
    town.cases.act(CHECKER, permit, "pass", at="first")
    version = str(publish(town, {path: both.replace("join: all", "join: any")}))
    plan = town.migrations.plan(MONITOR, "town/permit", version)
    town.migrations.run(MONITOR, plan.id, "one is enough")
    assert (at(town, permit), at(town, uid)) == ("granted", "hold")

    undone = town.migrations.undo(MONITOR, plan.id, "again")

    assert [(one.state, one.sentences) for one in undone.cases] == [
        ("moved", ("migrate_end_taken",))
    ]
    assert (at(town, permit), at(town, uid)) == ("granted", "hold")
    assert same(town)


def _told(town: Platform, plan: int) -> list[list[Any]]:
    with town.store.read() as unit:
        return [told for one in unit.plans.cases(plan) for told in one.told["told"]]


# -------------------------------------------------------------------- random walks

MOVES = {
    "fill": (APPLICANT, "submit"),
    "pass": (CHECKER, "pass"),
    "fail": (CHECKER, "fail"),
    "revoke": (CHECKER, "revoke"),
    "ask": (CHECKER, "ask"),
    "back": (REVIEWER, "back"),
    "go": (REVIEWER, "go"),
    "hold": (REVIEWER, "pass"),
    "send": (REVIEWER, "send"),
    "report": (APPLICANT, "report"),
    "discard": (APPLICANT, "discard"),
    "again": (APPLICANT, "again"),
    "close": (REVIEWER, "close"),
}
OPERATIONS = ("cancel", "suspend", "resume", "withdraw", "crash")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from([*MOVES, *MOVES, *OPERATIONS]), st.integers(0, 5)),
        min_size=5,
        max_size=25,
    )
)
def test_no_case_is_orphaned_and_none_waits_for_one_that_has_ended(moves) -> None:
    town = open_linked()
    an_event(town)
    work_off = town.outgoing.work_off
    for name, number in moves:
        with town.store.read() as unit:
            rows = list(unit.cases.every())
        uid = rows[number % len(rows)].uid
        # A crash after the commit: nobody works the outbox off until somebody acts again.
        town.outgoing.work_off = (lambda keys=(): 0) if name == "crash" else work_off  # type: ignore[method-assign]
        try:
            _move(town, name, uid)
        except EngineError:
            continue
    town.outgoing.work_off = work_off  # type: ignore[method-assign]
    town.outgoing.work_off()
    _holds(town)
    town.close()


def _move(town: Platform, name: str, uid: str) -> None:
    if name in ("cancel", "suspend", "resume"):
        getattr(town.interventions, name)(MONITOR, uid, "抽查")
    elif name == "withdraw":
        town.cases.withdraw(APPLICANT, uid)
    else:
        actor, action = MOVES.get(name, (CHECKER, "pass"))
        data = {"unit": "一所", "subject": "灯会"} if action == "submit" else None
        town.cases.act(actor, uid, action, data=data)


def _holds(town: Platform) -> None:
    """No called case is open that nobody waits for; nobody waits for one that has ended."""
    with town.store.read() as unit:
        rows = {row.id: row for row in unit.cases.every()}
        links = [link for row in rows.values() for link in unit.links.of(row.id)]
        suspended = {id_ for id_, row in rows.items() if b'"suspended":true' in row.state}
        assert not unit.outbox.lost()
    assert len(links) == sum(row.process != "town/event" for row in rows.values())
    for link in links:
        owner, made = rows[link.owner_id], rows[link.case_id]
        latest = max(
            one.case_id for one in links if (one.owner_id, one.name) == (owner.id, link.name)
        )
        waits = owner.step == {"permit": "permit", "report": "reporting"}[link.name]
        waits = waits and link.case_id == latest
        if waits and made.closed_at is not None:
            assert owner.id in suspended
        if link.name == "permit" and made.closed_at is None:
            assert waits
    assert same(town)
