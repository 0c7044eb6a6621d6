"""Pages of all cases: right whatever is asked, and no dearer when there are more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.store import Store
from engine.store.monitoring import Found, Monitored, MonitoredCase, _base, _page
from engine.store.tables.cases import cases
from engine.store.work import NewWork

from .conftest import NOW, case

STATUSES = ("draft", "pending")


def fill(store: Store, count: int) -> None:
    """Cases in two steps; every tenth is closed, every 50th returned and overdue."""
    with store.write() as unit:
        for n in range(count):
            at = NOW + timedelta(minutes=n)
            row = unit.cases.insert(
                case(f"c{n:05}")._replace(
                    number=f"2026-{n:06}",
                    initiator=f"person-{n % 7}",
                    step=("apply", "check")[n % 2],
                    status=STATUSES[n % 3 == 0],
                    pin="old" if n % 4 == 0 else "new",
                    started_at=at,
                    arrived_at=at,
                    due=at if n % 50 == 0 else None,
                    returned=n % 50 == 0,
                    closed_at=at if n % 10 == 9 else None,
                    outcome="done" if n % 10 == 9 else None,
                )
            )
            place = "hall" if n % 200 == 0 else "office"
            new = NewWork(1, row.step, None, place, "check", None, row.status, at, None)
            unit.work.open(row, [new])
            if n % 100 == 0:
                unit.incidents.open(row, "no_organisation", {}, at)


def every(store: Store, wanted: Monitored, **how: int) -> Iterator[MonitoredCase]:
    """All cases of all pages, one after the other."""
    after = None
    while True:
        with store.read() as unit:
            found = unit.monitoring.page(wanted, after=after, **how)
        yield from found.cases
        after = found.after
        if after is None:
            return


def numbers(rows: Iterator[MonitoredCase]) -> list[int]:
    return [int(row.uid[1:]) for row in rows]


OPEN = [n for n in range(400) if n % 10 != 9]
ASKED = {
    "everything going on": (Monitored("north"), OPEN),
    "ended, the latest first": (
        Monitored("north", state="closed"), [n for n in reversed(range(400)) if n % 10 == 9],
    ),
    "all, the latest first": (Monitored("north", state="all"), list(reversed(range(400)))),
    "a step": (
        Monitored("north", process="north/permit", step="check"), [n for n in OPEN if n % 2],
    ),
    "a status": (Monitored("north", status="pending"), [n for n in OPEN if n % 3 == 0]),
    "a number": (Monitored("north", number="2026-000123"), [123]),
    "how numbers begin": (Monitored("north", number="2026-00012"), list(range(120, 129))),
    "somebody": (Monitored("north", initiators=["person-3"]), [n for n in OPEN if n % 7 == 3]),
    "a number or somebody": (
        Monitored("north", number="2026-000004", initiators=["person-3"]),
        [n for n in OPEN if n % 7 == 3 or n == 4],
    ),
    "nobody": (Monitored("north", initiators=[]), []),
    "an organisation": (Monitored("north", organisations=["hall"]), [0, 200]),
    "overdue": (
        Monitored("north", overdue_at=NOW + timedelta(minutes=200)), [0, 50, 100, 150, 200],
    ),
    "returned": (Monitored("north", returned=True), [n for n in OPEN if n % 50 == 0]),
    "with an incident": (Monitored("north", with_incident=True), [0, 100, 200, 300]),
    "an old version": (
        Monitored("north", pins=["new"], other_pins=True), [n for n in OPEN if n % 4 == 0],
    ),
    "a version": (Monitored("north", pins=["old"]), [n for n in OPEN if n % 4 == 0]),
    "started in a while": (
        Monitored(
            "north", state="all",
            between=(NOW + timedelta(minutes=10), NOW + timedelta(minutes=13)),
        ),
        [12, 11, 10],
    ),
    "another jurisdiction": (Monitored("south"), []),
}  # fmt: skip


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, 400)
    return store


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("walked", [2000, 30], ids=["in one go", "bit by bit"])
def test_the_pages_together_are_exactly_what_was_asked_for(
    filled: Store, asked: str, walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, expected = ASKED[asked]
    if walked < 2000:
        monkeypatch.setattr("engine.store.monitoring.FEW", 3)

    assert numbers(every(filled, wanted, limit=17, walked=walked)) == expected


def test_a_page_says_when_it_is_short_for_having_looked_at_enough(filled: Store) -> None:
    with filled.read() as unit:
        found = unit.monitoring.page(Monitored("north", returned=True), limit=50, walked=30)

    assert (numbers(iter(found.cases)), found.complete) == ([0], False)
    assert found.after is not None


class Counted:
    """A store in memory that counts the instructions its database carries out."""

    def __init__(self, count: int) -> None:
        self.store = Store("sqlite://")
        fill(self.store, count)

    def cost(self, wanted: Monitored, after: object = None) -> tuple[int, Found]:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        with self.store.read() as unit:
            driver = unit.connection.connection.driver_connection
            driver.set_progress_handler(count, 1)
            try:
                found = unit.monitoring.page(wanted, after=after, limit=20, walked=100)
            finally:
                driver.set_progress_handler(None, 0)
        return counted, found


@pytest.fixture(scope="module")
def sizes() -> tuple[Counted, Counted]:
    return Counted(600), Counted(6000)


@pytest.mark.parametrize("asked", [
    "everything going on", "ended, the latest first", "all, the latest first", "a step", "a status",
    "a number", "how numbers begin", "returned", "an old version", "started in a while",
])  # fmt: skip
def test_a_page_costs_the_same_among_ten_times_as_many_cases(
    sizes: tuple[Counted, Counted], asked: str
) -> None:
    """Counted in instructions of the database, on the first page and in the middle."""
    wanted, _ = ASKED[asked]
    fewer, more = sizes
    (small, first), (large, other) = fewer.cost(wanted), more.cost(wanted)
    assert large <= small * 1.1

    if first.after is not None and other.after is not None:
        assert more.cost(wanted, other.after)[0] <= fewer.cost(wanted, first.after)[0] * 1.1


@pytest.mark.parametrize(
    "asked", ["somebody", "an organisation", "overdue", "with an incident", "a status"]
)
def test_a_condition_that_leaves_many_costs_no_more_than_a_bounded_walk(
    asked: str, monkeypatch: pytest.MonkeyPatch, sizes: tuple[Counted, Counted]
) -> None:
    monkeypatch.setattr("engine.store.monitoring.FEW", 2)
    wanted, _ = ASKED[asked]
    fewer, more = sizes

    assert more.cost(wanted)[0] <= fewer.cost(wanted)[0] * 1.3


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("everything going on", "ix_cases_open_arrived"),
        ("a step", "ix_cases_open_step"),
        ("ended, the latest first", "ix_cases_closed"),
        ("all, the latest first", "ix_cases_jurisdiction_started_at_id"),
    ],
)
def test_pages_are_read_along_an_index_without_sorting(asked: str, index: str) -> None:
    store = Store("sqlite://")
    fill(store, 20)
    plans: list[str] = []
    with store.read() as unit:
        wanted, _ = ASKED[asked]
        query = _page(wanted, cases.c, _base(wanted, cases.c)).limit(50)
        text = query.compile(dialect=unit.dialect, compile_kwargs={"literal_binds": True})
        for row in unit.connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")):
            plans.append(str(row[3]))

    assert any(index in plan for plan in plans), plans
    assert not any("TEMP B-TREE" in plan for plan in plans), plans


class TestFigures:
    def test_cases_are_counted_by_step_with_those_overdue(self, filled: Store) -> None:
        with filled.read() as unit:
            found = unit.monitoring.at_steps("north", NOW + timedelta(minutes=200))

        # Every fiftieth is even, and so at the first step.
        assert [(one.step, one.cases, one.overdue) for one in found] == [
            ("apply", 200, 5),
            ("check", 160, 0),
        ]

    def test_figures_equal_the_pages_they_lead_to(self, filled: Store) -> None:
        now = NOW + timedelta(minutes=200)
        with filled.read() as unit:
            returns = unit.monitoring.count_overdue_returns("north", now)
            stopped = unit.monitoring.count_incidents("north")
            weeks = unit.monitoring.count_between(
                "north", "started_at", [NOW, NOW + timedelta(minutes=3), now]
            )

        late = Monitored("north", returned=True, overdue_at=now)
        assert returns == len(numbers(every(filled, late)))
        assert stopped == len(numbers(every(filled, Monitored("north", with_incident=True))))
        assert weeks == [3, 197]
