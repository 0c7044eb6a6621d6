from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store import Store
from engine.store.ballots import Round
from engine.store.errors import Duplicate
from engine.store.tables.cases import cases
from engine.store.work import NewWork

from .conftest import NOW, case


def test_a_case_comes_back_as_it_was_put_in(store, new_case):
    row = new_case(store)
    with store.read() as unit:
        assert unit.cases.load(row.uid) == row
        assert unit.cases.load_by_id(row.id) == row
        assert unit.cases.load("nobody") is None


def test_two_cases_never_share_a_uid(store, new_case):
    row = new_case(store)
    with pytest.raises(Duplicate), store.write() as unit:
        unit.cases.insert(case(row.uid))


@pytest.mark.req("ENG-12")
def test_of_two_savings_of_one_version_the_second_is_refused(store, new_case):
    row = new_case(store)
    with store.write() as unit:
        assert unit.cases.save(row._replace(step="review"), row)
    with store.write() as unit:
        assert not unit.cases.save(row._replace(step="fill"), row)
    with store.read() as unit:
        stored = unit.cases.load(row.uid)
    assert (stored.step, stored.version) == ("review", 2)


def test_a_saving_writes_only_what_is_other_than_before(store, new_case):
    row = new_case(store)
    with store.write() as unit:
        unit.connection.execute(sa.update(cases).values(organisation="town/9", number="2026-9"))
        assert unit.cases.save(row._replace(step="review", flags='["late"]'), row)
    with store.read() as unit:
        stored = unit.cases.load(row.uid)
    assert (stored.organisation, stored.number) == ("town/9", "2026-9")
    assert (stored.step, stored.flags) == ("review", '["late"]')


def test_nothing_is_kept_of_a_unit_of_work_that_fails(store, new_case):
    row = new_case(store)

    def fail():
        with store.write() as unit:
            unit.cases.save(row._replace(step="review"), row)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as unit:
        assert unit.cases.load(row.uid) == row


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "success"},
        {"closed_at": NOW},
        {"outcome": "success", "closed_at": NOW - timedelta(days=1)},
    ],
)
def test_an_impossible_state_cannot_be_stored(store, new_case, wrong: dict[str, Any]):
    row = new_case(store)
    with pytest.raises(Exception, match=r"(?i)check"), store.write() as unit:
        unit.cases.save(row._replace(**wrong), row)


def test_values_lists_look_for_are_replaced_path_by_path(store, new_case):
    row = new_case(store)
    with store.write() as unit:
        unit.cases.set_fields(row.id, {"level": "middle", "years": 5, "series": ["a", "b"]})
        unit.cases.set_fields(row.id, {"level": None, "series": ["c"]})
        assert unit.cases.fields(row.id) == {"years": [5.0], "series": ["c"]}


def test_a_time_without_zone_is_refused(store, new_case):
    row = new_case(store)
    naive = row._replace(due=datetime(2026, 3, 2))
    with pytest.raises(ValueError, match="time zone"), store.write() as unit:
        unit.cases.save(naive, row)


def test_a_unit_of_work_inside_another_joins_it_or_is_refused(store: Store, new_case):
    row = new_case(store)
    with store.write() as unit:
        unit.cases.save(row._replace(step="review"), row)
        with store.read() as same:
            assert same.cases.load(row.uid).step == "review"
        with pytest.raises(RuntimeError, match="open already"), store.write():
            pass


def test_work_waits_until_it_is_done_or_gone(store, new_case):
    row = new_case(store)
    first, second = (NewWork(1, "review", "s", o, "p", None, "x", NOW, None) for o in "ab")
    with store.write() as unit:
        unit.work.open(row, [first, second])
        waiting = unit.work.of(row.id)
        assert [item.organisation for item in waiting] == ["a", "b"]
        closing = {"at": NOW, "closed_by": "Wang", "organisation": "a"}
        assert unit.work.close(row.id, [waiting[0].id], action="pass", **closing) == 1
        assert unit.work.close(row.id, [waiting[0].id], action="pass", **closing) == 0
        assert unit.work.close(row.id, action="pass", state="gone", **closing) == 1
        assert unit.work.of(row.id) == []
        done = unit.work.of(row.id, open_only=False)
    assert [(item.state, item.action) for item in done] == [("done", "pass"), ("gone", None)]


def test_of_two_who_claim_one_item_the_second_is_refused(store, new_case):
    row = new_case(store)
    with store.write() as unit:
        unit.work.open(row, [NewWork(1, "review", None, "a", "p", None, None, NOW, None)])
        (item,) = unit.work.of(row.id)
        assert unit.work.claim(item.id, "Wang", expected=None)
        assert not unit.work.claim(item.id, "Zhao", expected=None)
        assert unit.work.claim(item.id, None, expected="Wang")


@pytest.mark.req("SEC-07")
def test_a_command_is_remembered_by_its_key(store, new_case):
    with store.write() as unit:
        assert unit.commands.seen("k") is None
        unit.commands.remember("k", "case-1", "{}", NOW)
        assert unit.commands.seen("k") == ("case-1", "{}")
        assert unit.commands.forget(NOW) == 0
        assert unit.commands.forget(NOW + timedelta(days=1)) == 1
        assert unit.commands.seen("k") is None
        unit.commands.remember("k", "case-1", "{}", NOW)
    with pytest.raises(Duplicate), store.write() as unit:
        unit.commands.remember("k", "case-1", "{}", NOW)


def test_a_case_is_in_one_open_group_of_a_process(store, new_case):
    group, other, member = (new_case(store) for _ in range(3))
    with store.write() as unit:
        unit.members.add(group, member.id, process="north/list", row={"order": 1}, at=NOW)
        assert unit.members.taken("north/list") == {member.uid}
    with pytest.raises(Duplicate), store.write() as unit:
        unit.members.add(other, member.id, process="north/list", row=None, at=NOW)
    with store.write() as unit:
        assert unit.members.remove(group.id, member.id)
        assert not unit.members.remove(group.id, member.id)
        unit.members.add(group, member.id, process="north/list", row={"order": 2}, at=NOW)
        assert unit.members.release(group.id, member.id, "passed")
        unit.members.add(group, member.id, process="north/list", row=None, at=NOW)
        assert unit.members.release(group.id, member.id, "passed")
        unit.members.add(other, member.id, process="north/list", row=None, at=NOW)
        (found,) = unit.members.of(group.id)
        assert (found.state, found.outcome, found.row) == ("released", "passed", None)
        assert [group.state for group in unit.members.groups_of(member.id)] == ["released", "in"]


def test_one_ballot_for_each_voter_and_paper(store, new_case):
    row, panel = new_case(store), Round("vote")
    papers = {"a": {"choice": "yes"}, "b": {"choice": "no"}}
    with store.write() as unit:
        unit.ballots.cast(row, panel, voter="Wang", papers=papers, at=NOW)
        unit.ballots.cast(row, panel, voter="Zhao", papers={"b": {"choice": "yes"}}, at=NOW)
        assert [(b.voter, b.paper, b.ballot) for b in unit.ballots.of(row, panel)] == [
            ("Wang", "a", {"choice": "yes"}),
            ("Wang", "b", {"choice": "no"}),
            ("Zhao", "b", {"choice": "yes"}),
        ]
        assert unit.ballots.of(row, Round("vote", visit=2)) == []
        assert unit.ballots.of(row, Round("vote", round=2)) == []
    with pytest.raises(Duplicate), store.write() as unit:
        unit.ballots.cast(row, panel, voter="Wang", papers=papers, at=NOW)


def test_a_running_tally_is_kept_for_each_visit(store, new_case):
    row, panel = new_case(store), Round("vote")
    with store.write() as unit:
        unit.ballots.cast(row, panel, voter="Wang", papers={"": {"choice": "yes"}}, at=NOW)
        assert unit.ballots.counted(row, panel) is None
        unit.ballots.count(row, panel, {"yes": 1}, first=True)
        unit.ballots.count(row, panel, {"yes": 2}, first=False)
        assert unit.ballots.counted(row, panel) == {"yes": 2}
        assert unit.ballots.counted(row, Round("vote", visit=2)) is None


def test_an_incident_is_resolved_once(store, new_case):
    row = new_case(store)
    with store.write() as unit:
        incident = unit.incidents.open(row, "nobody_found", {"permission": "p"}, NOW)
        assert [found.params for found in unit.incidents.unresolved()] == [{"permission": "p"}]
        assert unit.incidents.resolve(incident, person="admin", reason="granted", at=NOW)
        assert not unit.incidents.resolve(incident, person="admin", reason="again", at=NOW)
        assert unit.incidents.unresolved() == []
        assert unit.incidents.of(row.id)[0].reason == "granted"
