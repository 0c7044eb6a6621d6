"""What the database breaks off for somebody else's sake is done again, once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from engine.domain.actor import Actor
from engine.store.errors import Conflict
from engine.store.unit import UnitOfWork
from tests.support.city import AT_UNIT, City, city

BUREAU = ("陈管理", "人社局")


def blacklisted(town: City, actor: Actor) -> object:
    before = len(town.platform.registers.options(actor, "blacklist"))
    data = {"person": "李四", "reason": "提供虚假材料", "from": "2026-09-01"}
    town.platform.registers.create(actor, "blacklist", data)
    return len(town.platform.registers.options(actor, "blacklist")) - before


def granted(town: City, actor: Actor) -> object:
    town.platform.directory.add_grant(actor, "李四", "tianjin/first_reviewer", "第一中学")
    return [one.role for one in town.platform.directory.grants_of(actor, "李四")]


def claimed(town: City, actor: Actor) -> object:
    town.platform.cases.claim(actor, town["z"])
    with town.platform.store.read() as unit:
        return [one.claimed_by for one in unit.work.of(unit.cases.load(town["z"]).id)]


@pytest.mark.parametrize(
    ("who", "act"),
    [(BUREAU, blacklisted), (BUREAU, granted), (("王初审", "第一中学"), claimed)],
)
def test_a_press_that_was_broken_off_is_carried_out_once(
    who: tuple[str, str], act: Callable[[City, Actor], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = city(*AT_UNIT)
    expected = act(town, town.person(*who))
    town = city(*AT_UNIT)
    broken_off: list[UnitOfWork] = []

    @contextmanager
    def write() -> Iterator[UnitOfWork]:
        with beginning() as unit:
            yield unit
            if not broken_off:
                broken_off.append(unit)
                raise Conflict("deadlock detected")

    beginning = town.platform.store.write
    monkeypatch.setattr(town.platform.store, "write", write)

    done = act(town, town.person(*who))

    assert len(broken_off) == 1
    assert done == expected
