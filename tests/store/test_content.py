import pytest

from engine.store.releases import Signature, blob_of, tree_of

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


def files(title: str) -> dict[str, bytes]:
    return {
        "definitions/lists/north/all.yaml": f"title: {title}\n".encode(),
        "forms/permit.yaml": b"form: permit\n",
        "examples/files/photo.png": bytes(range(256)),
    }


def by(name: str = "Li") -> Signature:
    return Signature(name, f"{name}@north", NOW)


def test_one_of_two_publishers_wins(store):
    with store.write() as unit:
        assert unit.releases.current() is None
        first = unit.releases.commit(files("one"), "first\n", by(), expected=None)

        assert first is not None
        assert unit.releases.commit(files("two"), "late\n", by(), expected=None) is None
        assert unit.releases.commit(files("two"), "late\n", by(), expected="0" * 40) is None
        second = unit.releases.commit(files("two"), "second\n", by(), expected=first)
        assert unit.releases.current() == second
        assert unit.releases.files(first) == files("one")


def test_a_commit_holds_every_byte_and_says_who_when_and_why(store):
    with store.write() as unit:
        made = unit.releases.commit(
            files("章程"), "为什么\n", by("张三"), expected=None, committer=by("李四")
        )
        row = unit.releases.load(made)

        assert unit.releases.files(made) == files("章程")
        assert row.tree == tree_of(files("章程"))
        assert (row.author.name, row.committer.name, row.message) == ("张三", "李四", "为什么\n")
        assert row.author.at == NOW


def test_a_change_is_told_by_the_files_that_differ(store):
    with store.write() as unit:
        first = unit.releases.commit(files("one"), "1\n", by(), expected=None, version=1)
        others = {**files("two"), "forms/new.yaml": b"form: new\n"}
        del others["forms/permit.yaml"]
        second = unit.releases.commit(others, "2\n", by(), expected=first, version=2)

        changed = {one.path: (one.old, one.new) for one in unit.releases.changes(first, second)}

        assert set(changed) == {
            "definitions/lists/north/all.yaml",
            "forms/new.yaml",
            "forms/permit.yaml",
        }
        assert changed["forms/new.yaml"] == (None, blob_of(b"form: new\n"))
        assert [row.id for row in unit.releases.log()] == [second, first]


def test_a_version_is_found_by_its_number_and_by_the_beginning_of_its_commit(store):
    with store.write() as unit:
        first = unit.releases.commit(files("one"), "1\n", by(), expected=None, version=1)
        second = unit.releases.commit(files("two"), "2\n", by(), expected=first, version=2)

        assert unit.releases.named("1") == unit.releases.named("v1") == first
        assert unit.releases.named(second[:8]) == second
        assert unit.releases.named("3") is None
        assert unit.releases.named("zzzz") is None


def test_a_pin_keeps_the_commit_it_was_first_found_in(store):
    with store.write() as unit:
        first = unit.releases.commit(files("one"), "1\n", by(), expected=None)
        second = unit.releases.commit(files("two"), "2\n", by(), expected=first)
        unit.releases.pin("north/permit", "c1", first)
        unit.releases.pin("north/permit", "c1", second)

        assert unit.releases.pinned("north/permit", "c1") == first
        assert unit.releases.pinned("north/permit", "c2") is None


def test_nothing_of_a_commit_is_left_when_its_transaction_fails(store):
    with store.write() as unit:
        first = unit.releases.commit(files("one"), "1\n", by(), expected=None, version=1)
        objects = set(unit.releases.repo.object_store)

    def publish_and_fail():
        with store.write() as unit:
            assert unit.releases.commit(files("two"), "2\n", by(), expected=first, version=2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()

    with store.read() as unit:
        assert unit.releases.current() == first
        assert unit.releases.named("2") is None
        assert set(unit.releases.repo.object_store) == objects
