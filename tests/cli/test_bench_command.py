"""Figures of a measurement come out as people and tools read them."""

import json

import pytest
from click.testing import CliRunner, Result

from engine import bench
from engine.bench.figures import figure
from engine.cli import zhicheng


def run(*arguments: str) -> Result:
    return CliRunner().invoke(zhicheng, ["bench", *arguments])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put two measurements that take no time in the place of the shipped ones."""

    def sums() -> list[bench.Figure]:
        ours, floors = [3.0, 6.0, 9.0], [1.0, 3.0, 3.0]
        return [figure("sum", ours, "s", floors), figure("alone", floors, "s")]

    other = {"other": lambda: [figure("count", [1.0, 3.0, 2.0], "things")]}
    monkeypatch.setattr(bench, "BENCHES", {"sums": sums, **other})


def test_json_has_each_figure_with_its_floor_and_ratio():
    result = run("sums", "--format", "json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["bench"] == "sums"
    beside, alone = told["figures"]
    # Medians, the ratio that of the rounds and not of the medians.
    assert beside == {"name": "sum", "value": 6, "unit": "s", "floor": 3, "ratio": 1 / 3}
    assert alone == {"name": "alone", "value": 3, "unit": "s"}


def test_all_are_told_one_after_the_other_and_a_name_that_is_none_is_wrong_usage():
    every = json.loads(run("all", "--format", "json").stdout)
    assert [one["bench"] for one in every] == ["sums", "other"]
    assert every[1]["figures"] == [{"name": "count", "value": 2.0, "unit": "things"}]
    assert "count: 2 things" in run("other").stdout
    assert "基准" in run("sums").stdout

    wrong = run("sum")
    assert wrong.exit_code == 2
    assert "sums、other、all" in wrong.output
