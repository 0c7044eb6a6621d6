"""A backup holds everything of one moment: cases, files and the versions they run under."""

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import zhicheng
from engine.store.database import Store
from engine.store.sealing import Sealer
from tests.support.office import a_request, person
from tests.support.workshop import CONTENT, PROCESS, fill, open_workshop

NEWER = {**CONTENT, PROCESS: bytes(CONTENT[PROCESS]).replace("初审".encode(), "首审".encode())}
FILE = b"%PDF-1.4 a drawing"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(zhicheng, [str(argument) for argument in arguments])


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    (tmp_path / "data").mkdir()
    return f"sqlite:///{tmp_path}/data/rows.db"


@pytest.mark.req("SEC-08")
def test_cases_files_and_versions_come_back_as_they_were_together(url: str, tmp_path: Path):
    data, copy = tmp_path / "data", tmp_path / "copy"
    key = data / "master.key"
    where = ("--database-url", url, "--data-dir", data)
    store = Store(url, sealer=Sealer.from_file(key))
    store.create_all()
    platform = open_workshop(store)
    fill(platform)
    uid = a_request(platform, submit=False)
    file = platform.attachments.put(person("张三"), uid, "subject", "图纸.pdf", FILE)
    newer = open_workshop(store, NEWER)
    made = run("db", "backup", copy, *where)
    assert made.exit_code == 0, made.stderr

    newer.cases.act(person("张三"), uid, "submit", data={"unit": "一所", "subject": "别的"})
    a_request(newer)
    store.close()
    for left in data.glob("rows.db*"):
        left.unlink()
    key.write_text(secrets.token_hex(32))
    restored = run("db", "restore", copy, "--yes", *where)
    assert restored.exit_code == 0, restored.stderr

    store = Store(url, sealer=Sealer.from_file(key))
    again = open_workshop(store, NEWER)
    with store.read() as unit:
        (row,) = unit.cases.every()
        old = again.definitions.release_of(row.process, row.pin, unit)
    assert (row.uid, row.status) == (uid, "draft")
    assert again.attachments.get(person("张三"), file)[2] == FILE
    stages = [
        release.processes["town/request"].process.steps["review"].stages
        for release in (old, again.release)
    ]
    assert [one["first"].title for one in stages] == ["初审", "首审"]
    again.cases.act(person("张三"), uid, "submit", data={"unit": "一所", "subject": "会议室"})
    assert again.rebuilding.verify() == []
    assert all(one.same for one in again.rebuilding.all())
    again.close()


@pytest.mark.req("SEC-08")
def test_a_backup_that_the_key_does_not_open_replaces_nothing(tmp_path: Path):
    data, copy = tmp_path / "data", tmp_path / "copy"
    store = Store(f"sqlite:///{tmp_path}/data/zhicheng.db",
                  sealer=Sealer.from_file(data / "master.key"))  # fmt: skip
    store.create_all()
    platform = open_workshop(store)
    fill(platform)
    platform.close()
    assert run("db", "backup", copy, "--data-dir", data).exit_code == 0
    before = (data / "zhicheng.db").read_bytes()
    (copy / "master.key").write_text(secrets.token_hex(32))

    refused = run("db", "restore", copy, "--yes", "--data-dir", data)

    assert refused.exit_code == 1
    assert "打不开这份备份" in refused.stderr
    assert (data / "zhicheng.db").read_bytes() == before
