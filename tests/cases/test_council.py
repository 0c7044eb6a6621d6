"""Every way of voting, as sample cases over a small content of its own (folder council)."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from engine.bootstrap import samples_of
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.release import load
from engine.services.platform import Platform
from engine.services.replayed import Replayed

HERE = Path(__file__).parent / "council"
REFUSALS = "definitions/messages/refusals.yaml"
CONTENT = {**read_files(HERE, FOLDERS), REFUSALS: (bundled() / REFUSALS).read_bytes()}


@pytest.mark.req("ENG-12", "TST-02")
def test_every_way_of_voting_comes_out_as_written_and_is_rebuilt() -> None:
    loaded = load(below(CONTENT))
    assert loaded.release is not None
    assert not list(loaded.problems)
    samples = samples_of(CONTENT, loaded.release)
    drawn: list[bool] = []

    def keep(platform: Platform, replayed: Replayed) -> None:
        for uid in replayed.cases.values():
            assert platform.rebuilding.rebuild(uid).same
            with platform.store.read() as unit:
                row = unit.cases.load(uid)
                assert row is not None
                if row.process == "council/selection":
                    drawn.append(any('"seed"' in one.body for one in unit.journal.of(row.id)))

    results = list(samples.run(samples.samples, keep))

    assert [one.whole() for one in samples.problems] == []
    assert [(one.sample.file, one.differences, one.error) for one in results if not one.ok] == []
    visited = {name for one in results for name in one.visited.get("council/opinion", ())}
    assert visited == set(loaded.release.processes["council/opinion"].process.steps)
    assert drawn
    assert all(drawn), "what was drawn is journalled with its seed"


@pytest.mark.req("TST-03")
def test_a_sample_draws_the_same_people_every_time() -> None:
    release = load(below(CONTENT)).release
    assert release is not None
    samples = samples_of(CONTENT, release)
    drawing = [
        one
        for one in samples.samples
        if any(step.process == "council/selection" for step in one.steps)
    ]
    assert drawing

    def lots() -> list[object]:
        found: list[object] = []

        def keep(platform: Platform, replayed: Replayed) -> None:
            with platform.store.read() as unit:
                for uid in replayed.cases.values():
                    row = unit.cases.load(uid)
                    assert row is not None
                    found.extend(
                        event
                        for one in unit.journal.of(row.id)
                        for event in orjson.loads(one.body)["events"]
                        if event["event"] == "drawn"
                    )

        assert all(one.ok for one in samples.run(drawing, keep))
        return found

    first = lots()
    assert first
    assert lots() == first
