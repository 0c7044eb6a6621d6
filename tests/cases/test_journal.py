"""The journal: enough to rebuild a case, and impossible to change unnoticed."""

from __future__ import annotations

import orjson
import pytest
import sqlalchemy as sa

from engine.services.platform import Platform
from engine.store.tables.cases import journal
from tests.support.fairs import an_entry, open_fairs
from tests.support.office import a_request, person
from tests.support.versions import publish, with_text


def a_long_case(office: Platform) -> str:
    uid = a_request(office, amount=12)
    office.cases.act(person("王审", "一所"), uid, "pass")
    office.cases.act(person("赵复", "一所"), uid, "return", input={"reason": "Subject is missing"})
    office.cases.act(person("张三"), uid, "submit", data={"unit": "一所", "subject": "Hall"})
    office.cases.withdraw(person("张三"), uid)
    office.cases.act(person("张三"), uid, "submit", data={"unit": "一所", "subject": "Room"})
    office.cases.act(person("王审", "一所"), uid, "pass")
    return uid


@pytest.mark.req("ENG-12")
def test_a_rebuilt_case_has_the_stored_bytes_and_work_items(office: Platform) -> None:
    uid = a_long_case(office)
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None

    rebuilt = office.rebuilding.rebuild(uid)

    assert rebuilt.state == row.state
    assert rebuilt.same_work


def test_the_engine_keeps_nothing_that_was_typed_and_does_not_grow(office: Platform) -> None:
    """Form data, files and what registers say stay outside the engine's state (invariant 5)."""
    reviewer, applicant = person("王审", "一所"), person("张三")
    uid = a_request(office, subject="绝无仅有的事由", amount=987654)
    sizes = []
    for _ in range(12):
        office.cases.act(reviewer, uid, "return", input={"reason": "独一无二的原因"})
        office.cases.act(applicant, uid, "submit")
        with office.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None
            sizes.append(len(row.state))
            assert b"review" in row.state
            for typed in ("绝无仅有", "独一无二", "987654", "一分局"):
                assert typed.encode() not in row.state
                assert typed not in row.state.decode(errors="replace")

    # Counters have one more digit after ten rounds.
    assert max(sizes[2:]) - min(sizes[2:]) <= 12


@pytest.mark.req("ENG-12")
def test_it_is_rebuilt_as_it_was_although_the_registers_have_changed(office: Platform) -> None:
    uid = a_long_case(office)
    with office.store.write() as unit:
        register = office.release.registers["organisations"]
        row = office.records.load(unit, "organisations", "一所")
        office.records.change(
            unit, register, row, {**row.data, "superior": "二分局"}, at=office.clock.now()
        )

    assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-12")
def test_it_is_rebuilt_as_it_was_although_the_calendar_was_corrected() -> None:
    office = open_fairs()
    before = an_entry(office, submit=True)
    calendar = "definitions/calendars/office-days.yaml"
    publish(office, with_text(office, calendar, ("to: 2026-10-07", "to: 2026-10-12")))
    after = an_entry(office, submit=True)

    with office.store.read() as unit:
        first, second = (
            office.casework.load(unit, uid).state.deadlines["verdict"] for uid in (before, after)
        )
    assert first.by != second.by
    assert office.rebuilding.rebuild(before).same
    assert office.rebuilding.rebuild(after).same


@pytest.mark.req("REV-26")
def test_every_action_is_journalled_with_who_where_when_and_what(office: Platform) -> None:
    uid = a_long_case(office)

    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        events = unit.journal.of(row.id)

    assert [(event.kind, event.person, event.organisation) for event in events] == [
        ("start", "张三", None),
        ("act", "张三", None),
        ("act", "王审", "一所"),
        ("act", "赵复", "一所"),
        ("act", "张三", None),
        ("withdraw", "张三", None),
        ("act", "张三", None),
        ("act", "王审", "一所"),
    ]


@pytest.mark.req("SEC-02")
def test_what_people_typed_is_not_readable_in_the_journal(office: Platform) -> None:
    uid = a_long_case(office)

    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        text = orjson.dumps([event.body for event in unit.journal.of(row.id)]).decode()

    assert "Subject is missing" not in text
    assert "Room" not in text


@pytest.mark.req("SEC-03", "ENG-12")
def test_a_changed_event_is_found(office: Platform) -> None:
    uid = a_long_case(office)
    assert office.rebuilding.verify() == []

    with office.store.engine.begin() as connection:
        connection.execute(
            sa.update(journal).where(journal.c.seq == 3).values(person="somebody else")
        )

    assert [(found, broken.seq) for found, broken in office.rebuilding.verify()] == [(uid, 3)]


@pytest.mark.req("SEC-02")
def test_erasing_a_person_leaves_the_chain_verifiable(office: Platform) -> None:
    a_long_case(office)

    with office.store.write() as unit:
        assert unit.blobs.erase("张三")

    assert office.rebuilding.verify() == []
