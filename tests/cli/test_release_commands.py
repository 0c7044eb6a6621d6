"""``zhicheng release``: versions of the content on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import zhicheng
from tests.support.workshop import CONTENT, PROCESS


def run(*arguments: object) -> Result:
    return CliRunner().invoke(zhicheng, [str(argument) for argument in arguments])


class Place:
    """An installation with a content folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "content"
        for path, content in CONTENT.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)

    def run(self, *arguments: object) -> Result:
        places = ("--content", self.folder, "--data-dir", self.root / "data")
        return run("release", *arguments, *places)

    def change(self, old: str, new: str, path: str = PROCESS) -> None:
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def versions(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.run("list", "--format", "json").stdout)
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "here")


@pytest.mark.req("VER-04")
def test_a_changed_folder_is_published_after_check_and_samples(place):
    assert place.run("list").exit_code == 0
    place.change("title: 用房申请", "title: 房屋申请")

    done = place.run("publish", "--reason", "统一名称", "--by", "王运维")

    assert done.exit_code == 0
    newest, first = place.versions()
    assert (newest["version"], newest["author"], newest["reason"]) == (2, "王运维", "统一名称")
    assert (newest["samples"], newest["samples_failed"], first["version"]) == (1, 0, 1)
    assert "-title: 用房申请\n+title: 房屋申请\n" in place.run("diff", "1").stdout
    assert [line.split()[0] for line in place.run("list", PROCESS).stdout.splitlines()] == [
        "2",
        "1",
    ]


def test_a_folder_with_mistakes_is_refused_with_their_places(place):
    place.run("list")
    place.change("to: review}", "to: revieww}")

    refused = place.run("publish", "--reason", "试")

    assert refused.exit_code == 1
    assert f"{PROCESS}:" in refused.stderr
    assert len(place.versions()) == 1


@pytest.mark.req("CON-12")
def test_a_sample_that_differs_is_shown_and_can_be_overridden_with_a_reason(place):
    place.run("list")
    place.change("status: pending", "status: checked")

    refused = place.run("publish", "--reason", "改状态")
    done = place.run("publish", "--reason", "改状态", "--override", "样例下周改", "--by", "王")

    assert refused.exit_code == 1
    assert "a.status：应为 pending，实为 checked" in refused.stderr
    assert done.exit_code == 0
    assert (place.versions()[0]["override"], place.versions()[0]["samples_failed"]) == (
        "样例下周改",
        1,
    )


@pytest.mark.req("VER-03")
def test_an_earlier_version_comes_back_as_a_new_one(place):
    place.run("list")
    place.change("title: 用房申请", "title: 房屋申请")
    place.run("publish", "--reason", "改名")

    done = place.run("rollback", "1", "--reason", "改错了")

    assert done.exit_code == 0
    assert [one["version"] for one in place.versions()] == [3, 2, 1]
    assert place.versions()[0]["tree"] == place.versions()[2]["tree"]
    assert place.run("rollback", "9", "--reason", "试").exit_code == 1
    assert place.run("rollback", "1").exit_code == 2


@pytest.mark.req("VER-06")
def test_content_goes_from_one_installation_to_another(place, tmp_path):
    place.run("list")
    place.change("title: 用房申请", "title: 房屋申请")
    place.run("publish", "--reason", "改名")
    other = Place(tmp_path / "there")
    other.run("list")

    package = tmp_path / "content.bundle"
    assert place.run("export", package).exit_code == 0
    taken = other.run("import", package, "--reason", "取自邻市")

    assert taken.exit_code == 0
    assert other.versions()[0]["imported"] == place.versions()[0]["commit"]
    assert other.run("diff", "1").stdout == place.run("diff", "1").stdout
    assert place.run("export", package).exit_code == 1
    (tmp_path / "no.bundle").write_text("x")
    assert other.run("import", tmp_path / "no.bundle", "--reason", "试").exit_code == 1


def test_two_changes_of_one_line_need_a_choice(place, tmp_path):
    place.run("list")
    place.change("title: 用房申请", "title: 房屋申请")
    place.run("publish", "--reason", "改名")
    other = Place(tmp_path / "there")
    other.run("list")
    other.change("title: 用房申请", "title: 借房申请")
    other.run("publish", "--reason", "改名")
    package = tmp_path / "content.bundle"
    place.run("export", package)

    refused = other.run("import", package, "--reason", "取自邻市")
    kept = other.run("import", package, "--reason", "取自邻市", "--ours")
    taken = other.run("import", package, "--reason", "取自邻市", "--theirs")

    assert (refused.exit_code, kept.exit_code, taken.exit_code) == (1, 1, 0)
    assert f"  {PROCESS}\n" in refused.stderr
    assert "没有变化" in kept.stderr or "nothing_to_publish" in kept.stderr
