from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.store import Store

from .conftest import NOW


@pytest.mark.req("ENG-12")
def test_of_many_who_save_one_version_at_once_one_wins(shared_store: Store, new_case):
    row = new_case(shared_store)

    def save(number: int) -> bool:
        with shared_store.read() as unit:
            unit.cases.load(row.uid)
        with shared_store.write() as unit:
            return unit.cases.save(row._replace(step=f"step-{number}"), row)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(16))) == 1


def test_numbers_taken_at_once_have_no_gap(shared_store: Store):
    with shared_store.write() as unit:
        unit.pools.take("numbers")

    def take(_: int) -> int:
        with shared_store.write() as unit:
            return unit.pools.take("numbers")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(40))) == list(range(2, 42))


def test_a_message_is_taken_once_by_many_workers(shared_store: Store):
    with shared_store.write() as unit:
        for number in range(40):
            unit.outbox.add(str(number), "mail", {}, at=NOW)

    def take(_: int) -> list[str]:
        with shared_store.write() as unit:
            return [message.key for message in unit.outbox.take(NOW, limit=5)]

    with ThreadPoolExecutor(8) as pool:
        taken = [key for keys in pool.map(take, range(16)) for key in keys]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 40
