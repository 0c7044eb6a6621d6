"""The rows of registers, on both databases: found by words, by conditions, in order, in a tree."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.store.database import Store
from engine.store.errors import Duplicate
from engine.store.record_pages import Order, Selection
from engine.store.records import NO_NUMBER, Change, Findable, RecordRow
from engine.store.search import joined
from engine.store.unit import UnitOfWork

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "sqlite":
        store = Store("sqlite://")
    else:
        store = Store(request.getfixturevalue("postgres_url"))
        store.create_all()
    yield store
    store.close()


def found_by(data: dict[str, Any]) -> Findable:
    return Findable(
        fields={
            "name": [str(data.get("name", ""))],
            "superior": [str(data.get("superior", ""))],
            "staff": [float(data["staff"]) if "staff" in data else NO_NUMBER],
        },
        search=joined([data.get("name"), data.get("code")]),
        unique={"code": str(data["code"])} if data.get("code") else {},
    )


def add(unit: UnitOfWork, key: str, parent: RecordRow | None = None, **data: Any) -> RecordRow:
    values = {"name": key, **data}
    row = unit.records.insert(
        "organisations", key, jurisdiction="north", scope=key, state="active", data=values,
        found_by=found_by(values), at=NOON,
    )  # fmt: skip
    return unit.records.place(row, parent)


def test_two_characters_of_a_name_or_a_number_are_enough(store: Store):
    with store.write() as unit:
        for name, code in (
            ("天山第一中学", "91120A"),
            ("天山第二中学", "91120B"),
            ("中医院", "5512"),
        ):
            add(unit, name, code=code)

    with store.read() as unit:

        def found(words: str) -> list[str]:
            return sorted(unit.record_pages.keys(Selection("organisations", words=words)))

        assert found("中学") == ["天山第一中学", "天山第二中学"]
        assert found("第二") == ["天山第二中学"]
        assert found("医院") == ["中医院"]
        assert found("5512") == ["中医院"]
        assert found("0b 天山") == ["天山第二中学"]
        assert found("中") == ["中医院", "天山第一中学", "天山第二中学"]
        assert found("学第") == []


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("path", ["name", "staff", "id"])
def test_pages_follow_each_other_without_gap_or_repetition(
    store: Store, path: str, descending: bool
):
    with store.write() as unit:
        for number in range(23):
            data = {} if number % 5 == 0 else {"staff": number % 7}
            add(unit, f"单位{number % 11}-{number}", **data)

    order = Order(path, number=path == "staff", descending=descending)
    seen: list[str] = []
    values = []
    with store.read() as unit:
        after = None
        while rows := unit.record_pages.page(
            Selection("organisations"), order, after=after, limit=4
        ):
            seen += [row.key for row in rows]
            values += [row.order for row in rows]
            after = (rows[-1].order, rows[-1].id)

    assert len(seen) == len(set(seen)) == 23
    assert values == sorted(values, reverse=descending)


@pytest.mark.req("ORG-16")
def test_a_subtree_is_everything_below_on_all_levels(store: Store):
    with store.write() as unit:
        root = add(unit, "局")
        middle = add(unit, "中心", root)
        add(unit, "一中", middle)
        add(unit, "二中", middle)
        add(unit, "别处")

    with store.read() as unit:
        loaded = unit.records.load("organisations", "中心")
        assert loaded is not None
        below = unit.record_pages.keys(Selection("organisations", tree_path=loaded.path))
        leaf = unit.records.load("organisations", "一中")
        assert leaf is not None

        assert sorted(below) == ["一中", "中心", "二中"]
        assert unit.records.ancestors(leaf) == ["局", "中心"]


def test_moving_a_record_moves_all_below_it(store: Store):
    with store.write() as unit:
        root, other = add(unit, "局"), add(unit, "新局")
        middle = add(unit, "中心", root)
        add(unit, "一中", middle)

        unit.records.place(middle, other)

    with store.read() as unit:
        leaf = unit.records.load("organisations", "一中")
        assert leaf is not None
        assert unit.records.ancestors(leaf) == ["新局", "中心"]


@pytest.mark.req("ORG-30")
def test_a_unique_value_is_taken_once(store: Store):
    with store.write() as unit:
        add(unit, "一中", code="91120A")

    with pytest.raises(Duplicate), store.write() as unit:
        add(unit, "二中", code="91120A")


def test_two_who_change_the_same_version_do_not_both_win(store: Store):
    with store.write() as unit:
        row = add(unit, "一中")

    def change(name: str) -> bool:
        data = {"name": name}
        with store.write() as unit:
            return unit.records.save(
                row, scope=row.scope, state="active", data=data, found_by=found_by(data), at=NOON
            )

    assert [change("第一中学"), change("一中学")] == [True, False]
    with store.read() as unit:
        assert unit.record_pages.keys(Selection("organisations", words="第一中学")) == ["一中"]


def test_sealed_data_is_not_readable_in_the_table_and_comes_back(store: Store):
    data = {"name": "张三", "number": "120101199001011234"}
    with store.write() as unit:
        unit.records.insert(
            "people", "张三", jurisdiction="north", scope=None, state="active", data=data,
            found_by=Findable({}, "", {}), at=NOON, subject="张三",
        )  # fmt: skip

    with store.read() as unit:
        row = unit.records.load("people", "张三")
        assert row is not None
        assert row.data == data
        stored = unit.connection.exec_driver_sql("SELECT data FROM records").scalar()
        assert "120101199001011234" not in str(stored)


def test_erased_data_leave_an_empty_record(store: Store):
    with store.write() as unit:
        unit.records.insert(
            "people", "张三", jurisdiction="north", scope=None, state="active",
            data={"name": "张三"}, found_by=Findable({}, "", {}), at=NOON, subject="张三",
        )  # fmt: skip
        unit.blobs.erase("张三")

    with store.read() as unit:
        row = unit.records.load("people", "张三")
        assert row is not None
        assert row.data == {}


def test_who_changed_what_is_kept_in_order(store: Store):
    with store.write() as unit:
        row = add(unit, "一中")
        unit.records.add_change(row, Change(NOON, "张三", "局", "create", {"name": [None, "一中"]}))
        unit.records.add_change(row, Change(NOON, "李四", None, "edit", {"name": ["一中", "二中"]}))

    with store.read() as unit:
        found = [(change.person, change.body) for change in unit.records.changes(row)]

    assert found == [("张三", {"name": [None, "一中"]}), ("李四", {"name": ["一中", "二中"]})]


def test_the_columns_of_a_list_need_no_loading_of_records(store: Store):
    with store.write() as unit:
        add(unit, "一中", staff=12)

    with store.read() as unit:
        assert unit.record_pages.texts("organisations", ["一中", "没有"], "name") == {
            "一中": "一中"
        }
        assert unit.record_pages.distinct(Selection("organisations"), "staff") == [12]
