"""What happens when an effect cannot be done: of an action, or of what a group has decided."""

from __future__ import annotations

import pytest

from engine.content import bundled
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.platform import Platform
from engine.store.outbox import LEASE, Outbox
from engine.store.record_pages import Selection
from tests.walks.language import FILES, MEETING, WALK, loaded
from tests.walks.lot import lot as lot
from tests.walks.town import DATA, Town, person

ANN, CLERK, CHAIR, MONITOR = (person(one) for one in ("ann", "unit-0", "board-0", "ada"))
MEETING_FILE = "definitions/processes/demo/meeting.yaml"
#: who has passed may come before the next meeting
AGAIN = """
process: demo/walk
title: Walk
form: request
start: {who: person}
steps:
  fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: gather}}}
  gather:
    title: Gather
    wait: {group: demo/meeting}
    outcomes: {passed: check, failed: refused}
    to: check
    actions: {home: {title: H, verb: return, who: initiator, to: fill}}
  check:
    title: Check
    who: {permission: p, organisation: data.unit}
    do: [{record: {register: marks, set: {number: initiator.id}}}]
    actions:
      again: {title: A, verb: pass, to: gather}
      free:
        title: F
        verb: record
        do: [{record: {register: marks, where: it.number == initiator.id, set: {state: "'void'"}}}]
      odd:
        title: O
        verb: record
        do: [{record: {register: marks, set: {number: data.note, state: data.note}}}]
      pass: {title: P, to: done}
  done: {title: Done, end: success}
  refused: {title: Refused, end: failure}
  off: {title: Off, end: cancelled}
"""
REFUSALS = "definitions/messages/refusals.yaml"
MORE = {
    "definitions/registers/marks.yaml": """
register: marks
title: Marks
form: entry
label: number
states: {valid: {title: Valid}, void: {title: Void, closed: true}}
indexes: [number]
unique: [[number]]
permissions: {view: p}
""",
    REFUSALS: (bundled() / REFUSALS).read_text("utf-8"),
}


def a_town() -> Platform:
    """A platform with a meeting that lets everybody pass who is in it."""
    meeting = MEETING % ("gather", "decide: all")
    meeting = meeting.replace(", no_quorum: agenda", "").replace(
        "      open: {title: Open, to: vote,",
        "      pass: {title: All, to: closed, do: [{release: {as: passed}}]}\n"
        "      open: {title: Open, to: vote,",
    )
    release = loaded({**FILES, **MORE, WALK: AGAIN, MEETING_FILE: meeting})
    assert release is not None
    return Town(release).platform


def waiting(town: Platform, by: Actor = ANN) -> str:
    """A case that waits for a meeting."""
    uid = town.cases.start(by, "demo/walk", DATA).uid
    town.cases.act(by, uid, "submit", data=DATA)
    return uid


def at(town: Platform, uid: str) -> str:
    with town.store.read() as unit:
        return town.casework.load(unit, uid).row.step


def decide(town: Platform, *members: str) -> str:
    """Let a meeting decide on cases."""
    group = town.cases.start(CHAIR, "demo/meeting", DATA).uid
    town.cases.add(CHAIR, group, members)
    town.cases.act(CHAIR, group, "pass", data=DATA)
    return group


@pytest.mark.req("ENG-19")
def test_a_decision_that_is_delivered_twice_is_taken_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = a_town()
    uid = waiting(town)
    with monkeypatch.context() as patch:
        # A worker that dies after the member has gone on, before the message is marked as done.
        patch.setattr(Outbox, "done", lambda self, message: None)
        decide(town, uid)
    assert at(town, uid) == "check"
    town.cases.act(CLERK, uid, "free")
    town.cases.act(CLERK, uid, "again")
    assert at(town, uid) == "gather"

    town.clock.set(town.clock.now() + LEASE * 2)
    assert town.outgoing.work_off() == 1
    assert at(town, uid) == "gather"

    # What the next meeting decides is another decision.
    decide(town, uid)
    assert at(town, uid) == "check"
    assert all(found.same for found in town.rebuilding.all())


@pytest.mark.req("ENG-14", "ENG-19")
def test_of_three_members_the_one_that_cannot_go_on_is_told_and_goes_on_when_it_can() -> None:
    town = a_town()
    first, second, other = waiting(town), waiting(town), waiting(town, person("bob"))
    group = decide(town, first, second, other)

    # What the second arrival would record is there already.
    assert [at(town, uid) for uid in (first, second, other)] == ["check", "gather", "check"]
    (incident,) = town.incidents.unresolved(MONITOR)
    assert (incident.uid, incident.code) == (group, "decision_refused")
    why = "“Marks”中已有Number相同的记录"
    assert incident.sentence == f"2026-000002 不能按结果继续办理：{why}。处理后请重新执行"
    # The decision binds the member until somebody has seen to it.
    with pytest.raises(Refused, match="decided_by_group"):
        town.cases.act(ANN, second, "home")
    town.interventions.retry(MONITOR, group, "again")
    town.outgoing.work_off()
    assert at(town, second) == "gather"

    town.cases.act(CLERK, first, "free")
    town.interventions.retry(MONITOR, group, "free now")
    town.outgoing.work_off()
    assert at(town, second) == "check"
    assert town.incidents.unresolved(MONITOR) == []
    assert all(found.same for found in town.rebuilding.all())


@pytest.mark.req("ENG-14")
def test_a_member_that_was_put_elsewhere_is_not_bound_by_what_could_not_be_done() -> None:
    town = a_town()
    first, second = waiting(town), waiting(town)
    group = decide(town, first, second)
    town.interventions.reroute(MONITOR, second, "again", step="fill")
    town.cases.act(ANN, second, "submit", data=DATA)

    # It waits for another meeting: what the last one decided is not done any more.
    town.cases.act(CLERK, first, "free")
    town.interventions.retry(MONITOR, group, "free now")
    town.outgoing.work_off()
    assert at(town, second) == "gather"
    town.cases.act(ANN, second, "home")
    assert at(town, second) == "fill"


@pytest.mark.req("ENG-21")
def test_a_record_is_not_put_into_a_state_that_its_register_does_not_have() -> None:
    town = a_town()
    uid = town.cases.start(ANN, "demo/walk", DATA).uid
    town.cases.act(ANN, uid, "submit", data={**DATA, "note": "gone"})
    decide(town, uid)

    with pytest.raises(Refused, match="“Marks”没有状态“gone”"):
        town.cases.act(CLERK, uid, "odd")
    with town.store.read() as unit:
        # Only that of the arrival.
        assert len(unit.record_pages.keys(Selection("marks"))) == 1
