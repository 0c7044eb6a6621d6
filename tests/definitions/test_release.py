"""A release: the whole content as one version."""

import time

import pytest

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import bundled, read_files
from engine.definitions.release import load
from tests.definitions.support import CONTENT, loaded, released


def changed(path: str, old: str, new: str):
    files = {name: text.decode() for name, text in read_files(CONTENT).items()}
    assert old in files[path]
    release = load({**files, path: files[path].replace(old, new)}).release
    assert release is not None
    return release


def test_a_release_has_every_part_by_name():
    release = released()

    assert set(release.processes) == {
        "north/permit", "north/session", "north/works", "south/permit",
    }  # fmt: skip
    assert "bars" in release.registers
    assert "request" in release.forms
    assert release.roles["north/chair"].title == "主持人"
    assert "permits" in release.jurisdictions["north"].pools


def test_the_same_files_are_the_same_release():
    again = load(CONTENT).release

    assert again is not None
    assert again.hash == released().hash
    assert again.closure("north/permit") == released().closure("north/permit")


@pytest.mark.req("ENG-13")
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("definitions/processes/north/permit.yaml", "title: 填报", "title: 填写"),
        ("forms/request.yaml", "title: 金额", "title: 数额"),
        ("forms/review-action.yaml", "title: 原因", "title: 理由"),
        ("definitions/registers/bars.yaml", "title: 限制", "title: 限制名单"),
        ("definitions/codes/kinds.yaml", "title: 一般", "title: 普通"),
        ("definitions/messages/returned.yaml", "已退回", "请修改"),
        ("definitions/documents/permit.typ", "= 许可证", "= 许可"),
    ],
)
def test_a_change_of_anything_a_process_refers_to_is_another_version_of_it(path, old, new):
    release = changed(path, old, new)

    assert release.closure("north/permit") != released().closure("north/permit")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("definitions/processes/north/session.yaml", "title: 议程", "title: 议题"),
        ("definitions/lists/north/work.yaml", "title: 待办", "title: 待办事项"),
        ("definitions/roles/north.yaml", "title: 审核人员", "title: 审核员"),
        ("definitions/codes/votes.yaml", "title: 同意", "title: 赞成"),
    ],
)
def test_a_change_of_anything_else_is_another_release_and_the_same_version(path, old, new):
    release = changed(path, old, new)

    assert release.hash != released().hash
    assert release.closure("north/permit") == released().closure("north/permit")


def test_a_process_based_on_another_changes_with_it():
    release = changed("definitions/processes/north/permit.yaml", "title: 公示", "title: 公告")

    assert release.closure("south/permit") != released().closure("south/permit")


def test_content_with_errors_is_no_release_but_all_problems_of_all_files():
    files = {name: text.decode() for name, text in read_files(CONTENT).items()}
    files["forms/request.yaml"] = files["forms/request.yaml"].replace("maxLength", "maxLenght")
    files["definitions/codes/kinds.yaml"] += "  : \n"
    found = load(files)

    assert found.release is None
    assert {problem.at.file for problem in found.problems} >= {
        "forms/request.yaml", "definitions/codes/kinds.yaml",
    }  # fmt: skip


def test_one_mistake_in_a_form_is_not_repeated_in_every_process_that_uses_it():
    files = {name: text.decode() for name, text in read_files(CONTENT).items()}
    del files["forms/request.yaml"]
    found = load(files)

    # Each process names it, and so does the form that is asked inside its cases.
    assert [(p.code, p.params.get("name")) for p in found.problems] == [
        ("DEF204", "request"),
        ("DEF204", "request"),
        ("FRM205", "request"),
    ]


def test_a_huge_file_is_refused_without_being_read():
    found = loaded(huge="x" * 2_000_000)

    assert [problem.code for problem in found.problems] == ["SRC107"]


def test_checking_takes_at_most_half_as_long_again_as_reading_or_two_seconds():
    files = read_files(bundled())
    load(files)

    checked = min(seconds(lambda: load(files)) for _ in range(3))
    composed = min(seconds(lambda: compose(files)) for _ in range(3))

    assert checked <= max(1.5 * composed, 2.0)


def seconds(work) -> float:
    """Measure the time of this process alone: others may be running."""
    started = time.process_time()
    work()
    return time.process_time() - started


def compose(files) -> None:
    for path, content in files.items():
        if path.endswith(".yaml"):
            read_yaml(content, path, Problems())


@pytest.mark.req("CON-04")
def test_the_shipped_content_has_no_problems():
    assert not load(bundled()).problems.errors


def test_a_process_is_told_that_an_identity_platform_is_for_signing_in():
    files = {name: text.decode() for name, text in read_files(CONTENT).items()}
    files["definitions/registers/people.yaml"] += "unique: [[name]]\n"
    files["definitions/connectors/platform.yaml"] = (
        "connector: platform\ntitle: 认证平台\naddress: people_url\nidentity: {client: client, "
        "verified: {real: [yes]}, person: {by: name, fields: {name: name}}}\n"
    )
    path = "definitions/processes/north/permit.yaml"
    asks = "{connector: {name: platform, with: {nmae: data.settings.unit}, into: answer}}"
    files[path] = files[path].replace("submit: {to: unit}", f"submit: {{to: unit, do: [{asks}]}}")
    (problem,) = load(files).problems

    assert (problem.code, problem.at.file) == ("REG132", path)
    line = files[path].splitlines()[problem.at.line - 1]
    assert line[problem.at.column - 1 :].startswith("platform")
    assert problem.params["connector"] == "platform"
