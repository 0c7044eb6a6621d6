"""What one process has done another goes on with, at exactly the same tasks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import bootstrap
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.store.database import Store
from engine.store.sealing import Sealer
from tests.support.office import NINE, a_request, open_office, person, release

FIRST, SECOND, CHIEF = person("王审", "一所"), person("赵复", "一所"), person("周局", "一分局")
#: opens the database, says what waits, takes a step, and is gone without closing anything
OTHER = """
import os
from tests.cases.test_another_process import FIRST, SECOND, opened, said, stands
platform = opened({url!r}, {key!r})
said(stands(platform))
platform.cases.act(FIRST, {first!r}, "pass")
platform.cases.act(SECOND, {second!r}, "return", input={{"reason": "缺材料"}})
said(stands(platform))
os._exit(9)
"""


def opened(url: str, key: str) -> Platform:
    """The town hall on the database that somebody left."""
    store = Store(url, sealer=Sealer.from_file(Path(key)))
    return bootstrap.assemble(store, release(()), VirtualClock(NINE))


def stands(platform: Platform) -> list[Any]:
    """Every task that waits for somebody, and where its case is."""
    with platform.store.read() as unit:
        cases = [unit.cases.load(uid) for uid in unit.worklists.uids(None)]
        return [
            [one.uid, one.version, one.step, item.step, item.stage, item.organisation, item.person]
            for one in cases
            if one is not None
            for item in unit.work.of(one.id)
        ]


def said(found: list[Any]) -> None:
    """Tell the process that waits for this one."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


@pytest.mark.req("ENG-03", "ENG-12")
@pytest.mark.parametrize("database", ["file", "postgresql"])
def test_another_process_goes_on_at_the_same_tasks(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    if database == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    key = str(tmp_path / "key")
    town = open_office(url, sealer=Sealer.from_file(Path(key)))
    draft, first, second = a_request(town, submit=False), a_request(town), a_request(town)
    town.cases.act(FIRST, second, "pass")
    before = stands(town)
    town.close()

    script = OTHER.format(url=url, key=key, first=first, second=second)
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert other.returncode == 9, other.stderr
    found, left = map(json.loads, other.stdout.splitlines())
    assert found == before
    assert sorted(one[3:5] for one in left) == [
        ["fill", None],
        ["fill", None],
        ["review", "second"],
    ]
    again = opened(url, key)
    assert stands(again) == left
    again.cases.act(SECOND, first, "pass")
    again.cases.act(CHIEF, first, "pass")
    again.cases.act(person("张三"), second, "submit", data={"unit": "一所", "subject": "车库"})
    assert [again.views.view(person("张三"), uid).step for uid in (draft, first, second)] == [
        "fill",
        "done",
        "review",
    ]
    assert all(one.same for one in again.rebuilding.all())
    again.close()
