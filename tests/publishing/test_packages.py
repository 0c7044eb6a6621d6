"""Content leaves as an ordinary git repository and comes into another installation the same way."""

import shutil
import subprocess
from pathlib import Path

import pytest

from engine import bootstrap
from engine.domain.clock import VirtualClock
from engine.services.folder import FolderDisagrees
from engine.services.installation import By
from engine.services.publishing import ContentHasProblems
from engine.store.database import Store
from engine.store.packages import NotAPackage
from tests.support.office import NINE
from tests.support.workshop import CONTENT, FORM, PROCESS, fill, who

ONE = who("发布甲")
BY = By("王运维", "从省里读入")
pytestmark = [
    pytest.mark.req("VER-06"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


def git(folder, *words):
    done = subprocess.run(
        ["git", "-c", "core.quotepath=off", *words], cwd=folder, check=True, text=True,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    return done.stdout


def publish(platform, path, old, new, reason="统一名称"):
    draft = platform.drafts.begin(ONE).id
    text = platform.drafts.file(ONE, draft, path).text
    assert old in text
    platform.drafts.save(ONE, draft, path, text.replace(old, new), version=0)
    return platform.publishing.publish(ONE, draft, reason)


@pytest.fixture
def town(platform):
    publish(platform, PROCESS, "title: 用房申请", "title: 房屋申请")
    return platform


@pytest.fixture
def elsewhere(tmp_path):
    """Another installation that began with the same content."""
    store = Store(f"sqlite:///{tmp_path}/elsewhere.db")
    store.create_all()
    platform = bootstrap.open_over(store, CONTENT, VirtualClock(NINE))
    fill(platform)
    yield platform
    platform.close()


@pytest.fixture(params=["repository", "content.bundle"])
def target(request, tmp_path):
    return tmp_path / request.param


@pytest.mark.req("VER-01")
def test_git_finds_nothing_wrong_and_clones_it(town, target, tmp_path):
    town.installation.export(target)

    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(target), str(clone))

    assert git(clone, "fsck", "--strict", "--full") == ""
    log = git(clone, "log", "--format=%an|%cn|%s")
    assert log.splitlines() == ["发布甲|发布甲|统一名称", "内容目录|内容目录|读入内容目录"]
    assert git(clone, "tag").split() == ["v1", "v2"]
    assert "Version: 2\n" in git(clone, "log", "-1", "--format=%B", "v2")
    assert git(clone, "rev-parse", "HEAD").strip() == town.definitions.commit
    assert _files(clone) == town.definitions.files()
    change = git(clone, "diff", "--stat", "v1", "v2")
    assert "1 file changed, 1 insertion(+), 1 deletion(-)" in change


def test_a_repository_has_its_files_beside_it(town, tmp_path):
    town.installation.export(tmp_path / "repository")

    assert git(tmp_path / "repository", "status", "--porcelain") == ""
    assert _files(tmp_path / "repository") == town.definitions.files()


def test_another_installation_takes_it_in_as_one_version(town, elsewhere, target):
    town.installation.export(target)

    made = elsewhere.installation.take_in(target, BY)

    assert (made.number, made.name, made.reason) == (2, "王运维", "从省里读入")
    assert made.imported == town.definitions.commit
    assert elsewhere.definitions.files() == town.definitions.files()


def test_what_changed_on_both_sides_is_brought_together(town, elsewhere, target):
    publish(elsewhere, FORM, "form: request", "# 本地\nform: request")
    town.installation.export(target)

    elsewhere.installation.take_in(target, BY)
    again = target.with_name(f"again-{target.name}")
    publish(town, PROCESS, "noun: 申请", "noun: 申请单")
    town.installation.export(again)
    elsewhere.installation.take_in(again, BY)

    files = elsewhere.definitions.files()
    assert files[FORM].decode().startswith("# 本地\n")
    assert files[PROCESS] == town.definitions.files()[PROCESS]


def test_lines_that_both_changed_need_a_choice(town, elsewhere, target):
    publish(elsewhere, PROCESS, "title: 用房申请", "title: 借房申请")
    before = elsewhere.definitions.commit
    town.installation.export(target)

    with pytest.raises(FolderDisagrees) as refused:
        elsewhere.installation.take_in(target, BY)
    assert (refused.value.paths, elsewhere.definitions.commit) == ((PROCESS,), before)

    elsewhere.installation.take_in(target, BY, "theirs")
    assert elsewhere.definitions.files()[PROCESS] == town.definitions.files()[PROCESS]


def test_a_repository_changed_with_git_comes_in_through_the_gate(town, elsewhere, tmp_path):
    work = tmp_path / "work"
    town.installation.export(work)
    path = work / PROCESS
    text = path.read_text("utf-8")

    def commit(content):
        path.write_text(content, "utf-8")
        git(work, "-c", "user.name=L", "-c", "user.email=l@x", "commit", "-qam", "改")

    commit(text.replace("to: review}", "to: revieww}"))
    with pytest.raises(ContentHasProblems):
        elsewhere.installation.take_in(work, BY)
    commit(text.replace("noun: 申请", "noun: 申请单"))

    made = elsewhere.installation.take_in(work, BY)

    assert made.replayed == 1
    assert elsewhere.release.processes["town/request"].process.noun == "申请单"


def test_what_is_no_package_changes_nothing(elsewhere, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.bundle").write_bytes(b"# v2 git bundle\n0123\n")
    (tmp_path / "text.bundle").write_text("nothing")
    git(tmp_path, "init", "-q", "bare")

    for name in ("empty", "torn.bundle", "text.bundle", "bare"):
        with pytest.raises(NotAPackage):
            elsewhere.installation.take_in(tmp_path / name, BY)

    assert len(elsewhere.history.versions(ONE)) == 1


def test_links_in_a_package_are_refused(town, elsewhere, tmp_path):
    work = tmp_path / "work"
    town.installation.export(work)
    (work / "forms/secrets.yaml").symlink_to("/etc/passwd")
    git(work, "add", "-A")
    git(work, "-c", "user.name=L", "-c", "user.email=l@x", "commit", "-qm", "链接")

    with pytest.raises(NotAPackage):
        elsewhere.installation.take_in(work, BY)


def test_an_export_overwrites_nothing(town, target):
    town.installation.export(target)

    with pytest.raises(FileExistsError):
        town.installation.export(target)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
