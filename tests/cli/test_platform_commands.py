"""The commands around the platform: replay, demo, db, audit, doctor."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from engine.bootstrap import open_platform
from engine.cli import zhicheng
from engine.cli.doctor import MARKS, identity_finding
from engine.cli.platform import prepare
from engine.content import FOLDERS, bundled, read_files
from engine.services.world import load_world, read_world
from engine.settings import Settings
from tests.support import shipped

SAMPLE = "examples/cases/tianjin/two-superiors.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(zhicheng, [str(argument) for argument in arguments])


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a copy of the shipped content with one sample."""
    root = tmp_path / "content"
    for folder in FOLDERS:
        shutil.copytree(bundled() / folder, root / folder)
    for path in (root / "examples/cases").rglob("*.yaml"):
        if not path.as_posix().endswith(SAMPLE):
            path.unlink()
    return root


class TestReplay:
    @pytest.mark.req("TST-01", "TST-03")
    def test_a_sample_that_comes_out_as_written_exits_with_0(self, content):
        result = run("replay", "--content", content, "--coverage")

        assert result.exit_code == 0
        assert f"✓ 经过两级上级单位  {SAMPLE}" in result.stdout
        assert "1 个样例，0 个不符" in result.stdout
        assert re.search(
            r"tianjin/socialised-review：\d+% 的步骤，没有走到 .*专家评审", result.stdout
        )
        untaken = result.stdout.split("tianjin/socialised-review：")[1].splitlines()[1]
        assert "本单位人员审核 不通过" in untaken
        assert "本单位人员审核 通过" not in untaken

    @pytest.mark.req("TST-05")
    def test_the_first_difference_is_shown_with_its_line_and_exits_with_1(self, content):
        file = content / SAMPLE
        text = file.read_text("utf-8")
        place = re.search(r"at: (superiors\S*@[^\s,}]+)", text)
        assert place is not None
        file.write_text(text.replace(place[1], "reception@无此单位", 1), "utf-8")

        result = run("replay", "--content", content)

        assert result.exit_code == 1
        line = text[: place.start()].count("\n") + 1
        assert f"  {SAMPLE}:{line}: z.at: expected reception@无此单位" in result.stdout

    def test_json_and_junit_are_for_other_tools(self, content):
        plain = run("replay", content / SAMPLE, "--content", content, "--format", "json")
        junit = run("replay", content / "examples", "--content", content, "--format", "junit")

        (one,) = json.loads(plain.stdout)
        assert (one["file"], one["ok"]) == (SAMPLE, True)
        assert ET.fromstring(junit.stdout.encode()).get("tests") == "1"

    def test_a_path_without_samples_is_wrong_usage(self, content):
        assert run("replay", content / "forms", "--content", content).exit_code == 2

    def test_broken_content_is_shown_and_not_run(self, content):
        (content / "definitions/codes/genders.yaml").write_text("codes: x\n", "utf-8")

        assert run("replay", "--content", content).exit_code == 1


class TestDemo:
    @pytest.mark.req("CERT-04")
    def test_every_kind_of_case_is_shown_with_its_timeline_and_documents(self, tmp_path):
        result = run("demo", "--data-dir", tmp_path)

        assert result.exit_code == 0, result.output
        assert "发放证书" in result.stdout
        certificate = re.search(r"电子职称证书  \S+  (\S+\.pdf)", result.stdout)
        assert certificate is not None
        assert Path(certificate[1]).read_bytes().startswith(b"%PDF")


class TestDatabase:
    def test_a_backup_can_be_restored(self, tmp_path):
        data = tmp_path / "data"
        assert run("db", "upgrade", "--data-dir", data).exit_code == 0
        before = (data / "zhicheng.db").read_bytes()

        made = run("db", "backup", tmp_path / "copy", "--data-dir", data)
        (data / "zhicheng.db").unlink()
        restored = run("db", "restore", tmp_path / "copy", "--yes", "--data-dir", data)

        assert (made.exit_code, restored.exit_code) == (0, 0)
        assert len((data / "zhicheng.db").read_bytes()) >= len(before)

    def test_upgrading_twice_changes_nothing(self, tmp_path):
        run("db", "upgrade", "--data-dir", tmp_path)

        assert run("db", "upgrade", "--data-dir", tmp_path).exit_code == 0

    def test_a_backup_is_never_written_over_another(self, tmp_path):
        run("db", "upgrade", "--data-dir", tmp_path)
        run("db", "backup", tmp_path / "copy", "--data-dir", tmp_path)

        assert run("db", "backup", tmp_path / "copy", "--data-dir", tmp_path).exit_code == 1

    def test_a_damaged_backup_is_not_restored(self, tmp_path):
        run("db", "upgrade", "--data-dir", tmp_path)
        (tmp_path / "copy").mkdir()
        (tmp_path / "copy/zhicheng.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)

        result = run("db", "restore", tmp_path / "copy", "--yes", "--data-dir", tmp_path)

        assert result.exit_code == 1
        assert result.stderr.startswith("备份已损坏")

    def test_a_server_that_does_not_answer_leaves_no_backup(self, tmp_path):
        url = "postgresql+psycopg://x@127.0.0.1:1/z"

        result = run("db", "backup", tmp_path / "copy", "--database-url", url)

        assert result.exit_code == 1
        assert "没有备份" in result.stderr or "没有 pg_dump" in result.stderr
        assert not (tmp_path / "copy").exists()


def test_an_empty_journal_is_whole(tmp_path):
    result = run("audit", "verify", "--rebuild", "--data-dir", tmp_path)

    assert (result.exit_code, result.stdout) == (0, "0 项业务，日志链和重建：0 处不符。\n")


def test_the_doctor_finds_this_installation_well(tmp_path, monkeypatch):
    # What the shipped connector reports to; without it the doctor says what is missing.
    monkeypatch.setenv("ZHICHENG_MINISTRY_URL", "http://localhost/report")
    monkeypatch.setenv("ZHICHENG_MINISTRY_TOKEN", "t0ken")

    result = run("doctor", "--data-dir", tmp_path)

    assert result.exit_code == 0, result.output
    assert "✗" not in result.output


@pytest.mark.req("ACC-05")
@pytest.mark.parametrize(
    ("given", "said", "well"),
    [
        ({}, "! 统一身份认证 tianjin-people（天津市统一身份认证平台（个人））：尚未配置，"
             "使用本系统的账户登录", True),
        ({"URL": "https://127.0.0.1:1"}, "缺少设置 ZHICHENG_TIANJIN_PEOPLE_CLIENT、"
         "ZHICHENG_TIANJIN_PEOPLE_SECRET，没有启用", False),
        ({"URL": "https://127.0.0.1:1", "CLIENT": "c", "SECRET": "s"}, "无法访问", False),
        ({"URL": "http://sso.example", "CLIENT": "c", "SECRET": "s"}, "须是 https 地址", False),
    ],
)  # fmt: skip
def test_the_doctor_says_how_people_sign_in(monkeypatch, given, said, well):
    for name, value in given.items():
        monkeypatch.setenv(f"ZHICHENG_TIANJIN_PEOPLE_{name}", value)
    connector = shipped.release().connectors["tianjin-people"]

    (good, sentence) = identity_finding(connector)

    assert said in f"{MARKS[good][0]} {sentence}"
    assert (good is not False) == well


def test_a_key_that_others_can_read_is_found(tmp_path):
    (tmp_path / "master.key").write_bytes(bytes(32))
    (tmp_path / "master.key").chmod(0o644)

    result = run("doctor", "--data-dir", tmp_path)

    assert result.exit_code == 1
    assert "chmod 600" in result.output


def test_an_unknown_port_is_wrong_usage():
    assert run("serve", "--port", "99999").exit_code == 2


@pytest.mark.req("TST-04")
def test_a_case_of_the_database_is_recorded_and_replayed(content, tmp_path):
    here = ("--data-dir", tmp_path / "data", "--content", content)
    settings = Settings.load({"data_dir": tmp_path / "data", "content": content})
    prepare(settings)
    platform = open_platform(settings)
    files = read_files(content, FOLDERS)
    load_world(platform, read_world(files, "tianjin"), files, accounts=False)
    applicant = platform.directory.actor_for("李四")
    platform.cases.start(applicant, "tianjin/complaint")
    platform.close()

    written = run("replay", "--record", "2026-000001", *here)
    assert written.exit_code == 0, written.output
    assert "李四" not in written.output
    (content / "examples/recorded").mkdir()
    (content / "examples/recorded/complaint.yaml").write_text(written.output, "utf-8")
    replayed = run("replay", content / "examples/recorded", *here)

    assert replayed.exit_code == 0, replayed.output
    assert "1 个样例，0 个不符" in replayed.output
    assert run("replay", "--record", "nothing", *here).exit_code == 1
