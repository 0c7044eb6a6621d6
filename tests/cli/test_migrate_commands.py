"""``zhicheng migrate``: running cases on another version, on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import zhicheng
from engine.content import bundled
from engine.store.database import Store
from engine.store.sealing import Sealer
from tests.support import workshop
from tests.support.office import a_request
from tests.support.versions import publish, with_text

LISTED = "definitions/lists/town/to-review.yaml"
RENAMED = (
    ("\n  review:\n    title: 审核", "\n  examine:\n    title: 审查"),
    ("to: review}", "to: examine}"),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An installation with two running cases, and a version in which their step is gone."""
    url = f"sqlite:///{tmp_path}/rows.db"
    data = tmp_path / "data"
    data.mkdir()
    store = Store(url, sealer=Sealer.from_file(data / "master.key"))
    store.upgrade()
    platform = workshop.open_workshop(store)
    workshop.fill(platform)
    refusals = "definitions/messages/refusals.yaml"
    a_request(platform)
    a_request(platform, submit=False)
    files = with_text(platform, workshop.PROCESS, *RENAMED)
    if LISTED in platform.definitions.files():
        files |= with_text(platform, LISTED, ("steps: [review]", "steps: [examine]"))
    publish(platform, files | {refusals: (bundled() / refusals).read_text("utf-8")})
    platform.close()
    return url


def run(url: str, *arguments: object) -> Result:
    data = url.removeprefix("sqlite:///").replace("rows.db", "data")
    options = ("--database-url", url, "--data-dir", data)
    return CliRunner().invoke(zhicheng, ["migrate", *map(str, arguments), *options])


@pytest.mark.req("CON-09", "ENG-13")
def test_it_is_planned_decided_carried_out_and_undone(url: str, tmp_path: Path) -> None:
    asked = run(url, "plan", "town/request", "--to", 2)
    assert asked.exit_code == 0, asked.output
    assert "需要决定 1" in asked.stdout
    assert "目标版本没有环节“审核”，请决定在哪个环节继续" in asked.stdout

    # What is proposed is a file that can be used as it is.
    decided = tmp_path / "map.yaml"
    decided.write_text(asked.stdout[asked.stdout.index("steps:") :], "utf-8")
    planned = run(url, "plan", "town/request", "--to", 2, "--file", decided, "--format", "json")
    plan = json.loads(planned.stdout)
    assert plan["counts"] == {"cannot": 0, "decision": 0, "by_itself": 1, "unaffected": 1}
    assert plan["decisions"]["steps"] == {"review": "examine"}

    done = run(url, "run", plan["plan"], "--reason", "统一名称", "--by", "王运维")
    assert "已迁移 2" in done.stdout

    number = next(one["case"] for one in plan["cases"] if one["kind"] == "by_itself")
    undone = run(url, "undo", plan["plan"], number, "--reason", "弄错了", "--format", "json")
    states = {one["case"]: one["state"] for one in json.loads(undone.stdout)["cases"]}
    assert sorted(states.values()) == ["moved", "undone"]
    assert states[number] == "undone"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stepps: {review: examine}\n", "stepps"),
        ("steps: {review: [a]}\n", "review"),
        ("due: later\n", "later"),
    ],
)
def test_a_file_with_mistakes_is_refused_with_their_places(
    url: str, tmp_path: Path, text: str, says: str
) -> None:
    decided = tmp_path / "map.yaml"
    decided.write_text(text, "utf-8")

    refused = run(url, "plan", "town/request", "--to", 2, "--file", decided)

    assert refused.exit_code == 1
    assert "map.yaml:1:" in refused.stderr
    assert says in refused.stderr


def test_a_version_step_or_plan_that_is_not_there_is_said(url: str, tmp_path: Path) -> None:
    decided = tmp_path / "map.yaml"
    decided.write_text("steps: {review: examin}\n", "utf-8")

    step = run(url, "plan", "town/request", "--to", 2, "--file", decided)
    assert (step.exit_code, "最接近的是“examine”" in step.stderr) == (1, True)
    assert run(url, "plan", "town/request", "--to", 99).exit_code == 1
    assert "没有迁移计划 7" in run(url, "run", 7, "--reason", "why").stderr
