"""The same lists on PostgreSQL: every relation, order, search and filter."""

from collections.abc import Iterator

import pytest

from engine.services.platform import Platform
from tests.support.office import a_request, open_office, person

REVIEWER = person("王审", "一所")


@pytest.fixture
def office(postgres_url: str) -> Iterator[Platform]:
    office = open_office(postgres_url)
    yield office
    office.store.close()


def test_lists_on_postgresql_show_what_they_show_on_sqlite(office: Platform):
    first = a_request(office, subject="会议室", kind="hall", amount=20)
    second = a_request(office, subject="车库", kind="office", amount=5)
    third = a_request(office, by="李四", subject="会议室")
    office.cases.act(REVIEWER, third, "return", input={"reason": "缺材料"})
    lists = office.lists

    def found(actor, name: str, **asked) -> list[str]:
        return [row.key for row in lists.page(actor, name, **asked).rows]

    assert found(REVIEWER, "town/to-review") == [first, second]
    assert found(REVIEWER, "town/to-review", search="会议") == [first]
    assert found(REVIEWER, "town/to-review", search="张三") == [first, second]
    assert found(REVIEWER, "town/to-review", filters={"data.kind": "office"}) == [second]
    assert found(REVIEWER, "town/returned") == found(REVIEWER, "town/handled") == [third]
    assert found(person("李四"), "town/my-requests") == [third]
    assert found(person("钱管", "市局"), "town/everything") == [first]
    assert [tile.count for tile in lists.home(REVIEWER)] == [2, 0]
    for sort in ("number", "-number", "arrived_at", "-data.subject", "data.amount"):
        page = lists.page(REVIEWER, "town/to-review", sort=sort, limit=1)
        rest = lists.page(REVIEWER, "town/to-review", sort=sort, cursor=page.next_cursor)
        assert sorted(row.key for row in (*page.rows, *rest.rows)) == sorted([first, second])


def test_registers_on_postgresql_find_and_change_records(office: Platform):
    administrator = person("钱管", "市局")
    office.registers.change(administrator, "organisations", "一所", {"staff": 7})
    office.registers.change(administrator, "organisations", "一分局", {"superior": "二分局"})

    page = office.registers.page(administrator, "organisations", search="一", sort="-staff")

    assert [row.key for row in page.rows] == ["一所", "一分局"]
    assert office.directory.is_within("一所", "二分局")
    below = office.registers.page(administrator, "organisations", filters={"superior": "二分局"})
    assert [row.key for row in below.rows] == ["一分局"]
