import pytest

from .conftest import NOW


def test_a_pool_gives_each_number_once_and_leaves_none_out(store):
    def take_and_fail():
        with store.write() as unit:
            assert unit.pools.take("certificates/2026") == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    with store.write() as unit:
        assert unit.pools.peek("certificates/2026") is None
        assert [unit.pools.take("certificates/2026") for _ in range(3)] == [1, 2, 3]
        assert unit.pools.take("letters", first=100) == 100
        assert unit.pools.peek("certificates/2026") == 4


def test_one_of_two_publishers_wins(store):
    with store.write() as unit:
        unit.releases.add("r1", {"a.yaml": "a: 1\n"}, NOW)
        unit.releases.add("r2", {"a.yaml": "a: 2\n"}, NOW)
        assert unit.releases.current() is None
        assert unit.releases.publish("r1", expected=None)
        assert not unit.releases.publish("r2", expected=None)
        assert not unit.releases.publish("r2", expected="r9")
        assert unit.releases.publish("r2", expected="r1")
        assert unit.releases.current() == "r2"
        assert unit.releases.files("r1") == {"a.yaml": "a: 1\n"}
        assert unit.releases.files("r9") is None


def test_a_pin_keeps_the_release_it_was_first_found_in(store):
    with store.write() as unit:
        unit.releases.add("r1", {}, NOW)
        unit.releases.add("r2", {}, NOW)
        unit.releases.pin("north/permit", "c1", "r1")
        unit.releases.pin("north/permit", "c1", "r2")
        assert unit.releases.pinned("north/permit", "c1") == "r1"
        assert unit.releases.pinned("north/permit", "c2") is None
