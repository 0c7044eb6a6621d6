import pytest

from engine.store import Store
from engine.store.cases import CaseRow
from engine.store.chain import Broken, canonical

from .conftest import NOW


def written(store: Store, row: CaseRow, count: int = 3) -> CaseRow:
    for number in range(count):
        with store.write() as unit:
            event = unit.journal.append(
                row, at=NOW, kind="act", person="Wang", organisation="a", body={"n": number}
            )
            head = row._replace(journal_seq=event.seq, journal_hash=event.hash)
            assert unit.cases.save(head, row)
            row = unit.cases.load(row.uid)
    return row


@pytest.mark.req("ENG-14")
def test_a_chain_that_nobody_touched_holds(store, new_case):
    row = written(store, new_case(store))
    with store.read() as unit:
        assert unit.journal.verify(row) is None
        assert [event.body for event in unit.journal.of(row.id, since=1)] == ['{"n":1}', '{"n":2}']


@pytest.mark.req("ENG-14")
@pytest.mark.parametrize(
    ("forgery", "broken"),
    [
        ("UPDATE journal SET body = '{\"n\":9}' WHERE seq = 2", Broken(2, "was changed")),
        ("UPDATE journal SET person = 'Zhao' WHERE seq = 1", Broken(1, "was changed")),
        ("UPDATE journal SET at = '2026-03-03T01:00:00.000000+00:00' WHERE seq = 1",
         Broken(1, "was changed")),
        ("DELETE FROM journal WHERE seq = 2", Broken(2, "is missing")),
        ("DELETE FROM journal WHERE seq = 3", Broken(2, "is not the head stored with the case")),
        ("UPDATE journal SET prev_hash = 'x' WHERE seq = 3",
         Broken(3, "does not follow the event before it")),
    ],
)  # fmt: skip
def test_a_forged_chain_is_found(store, new_case, forgery: str, broken: Broken):
    row = written(store, new_case(store))
    with store.engine.begin() as connection:
        connection.exec_driver_sql(forgery)
    with store.read() as unit:
        assert unit.journal.verify(row) == broken


def test_the_canonical_form_does_not_depend_on_order():
    assert (
        canonical({"b": 1, "a": "张"})
        == canonical({"a": "张", "b": 1})
        == '{"a":"张","b":1}'.encode()
    )


def test_what_is_no_json_value_is_refused():
    with pytest.raises(TypeError):
        canonical({"at": NOW})
