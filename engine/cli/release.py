"""``zhicheng release``: versions of the content, and content that comes from elsewhere."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from engine.authoring.render import render
from engine.cli.common import content_root, with_settings
from engine.cli.platform import opened, say_disagreeing
from engine.content import FOLDERS, read_files
from engine.domain.errors import Refused
from engine.services.drafts import FileDifference
from engine.services.folder import FolderDisagrees
from engine.services.installation import By, Installation, Side
from engine.services.publishing import ContentHasProblems, SamplesDiffer
from engine.services.versions import Version
from engine.settings import Settings
from engine.store.packages import NotAPackage

Command = TypeVar("Command", bound=Callable[..., Any])
_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group()
def release() -> None:
    """内容的版本：列出、比较、发布、回退，以及在安装之间交换。"""


def _publishing(command: Command) -> Command:
    """Give a command the options of everything that makes a version."""
    for option in (
        click.option("--override", default="", metavar="WHY", help="样例结果不同仍然发布的理由。"),
        click.option("--by", "name", default="", help="发布人，默认为当前系统用户。"),
        click.option("--reason", required=True, help="发布的原因，记入历史。"),
    ):
        command = option(command)
    return command


def _choosing(command: Command) -> Command:
    """Give a command the choice of a side."""
    theirs = click.option(
        "--theirs", "side", flag_value="theirs", help="两边都改动的，以读入的为准。"
    )
    ours = click.option("--ours", "side", flag_value="ours", help="两边都改动的，以已发布的为准。")
    return theirs(ours(command))


@release.command(name="list")
@click.argument("path", required=False)
@click.option("--limit", type=click.IntRange(1), help="最多列出多少个版本。")
@_format
@with_settings
def list_command(settings: Settings, path: str | None, limit: int | None, form: str) -> None:
    """列出版本，最新的在前。给出 PATH 时只列出改动过该文件的版本。"""
    with _open(settings) as installation:
        found = installation.versions(limit=limit, path=path)
    if form == "json":
        _json([_plain(version) for version in found])
        return
    for version in found:
        click.echo(_line(version))


@release.command()
@click.argument("old")
@click.argument("new", required=False)
@_format
@with_settings
def diff(settings: Settings, old: str, new: str | None, form: str) -> None:
    """比较两个版本；省略 NEW 时与现行版本比较。版本用编号或提交号表示。"""
    with _open(settings) as installation:
        found = installation.compare(old, new)
    if form == "json":
        _json([{"path": one.path, "state": one.state, "text": one.text} for one in found])
        return
    for one in found:
        click.echo(one.text or _binary(one), nl=False)


@release.command()
@_choosing
@_publishing
@with_settings
def publish(settings: Settings, side: Side | None, reason: str, name: str, override: str) -> None:
    """检查内容目录中的改动，运行全部样例，通过后发布为新版本。"""
    files = read_files(content_root(settings), FOLDERS)
    with _open(settings) as installation:
        _say(installation.publish(files, _by(name, reason, override), side))


@release.command()
@click.argument("version")
@_publishing
@with_settings
def rollback(settings: Settings, version: str, reason: str, name: str, override: str) -> None:
    """把以前的版本 VERSION 重新发布为新版本。"""
    with _open(settings) as installation:
        _say(installation.roll_back(version, _by(name, reason, override)))


@release.command()
@click.argument("target", type=click.Path(path_type=Path))
@with_settings
def export(settings: Settings, target: Path) -> None:
    """把全部内容及其历史写成 git 仓库 TARGET；名称以 .bundle 结尾时写成一个文件。"""
    with _open(settings) as installation:
        try:
            version = installation.export(target)
        except FileExistsError:
            _fail(f"{target} 已存在")
    click.echo(f"{target}：版本 {version.number}")


@release.command(name="import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@_choosing
@_publishing
@with_settings
def import_command(
    settings: Settings, source: Path, side: Side | None, reason: str, name: str, override: str
) -> None:
    """读入另一安装写出的 git 仓库或 .bundle 文件，检查并运行全部样例，通过后发布为新版本。"""
    with _open(settings) as installation:
        try:
            _say(installation.take_in(source, _by(name, reason, override), side))
        except NotAPackage as error:
            _fail(f"{source} 不是内容包：{error}")


@contextmanager
def _open(settings: Settings) -> Iterator[Installation]:
    """Give the installation; print what stops a command, and exit 1."""
    with opened(settings, follow=False) as platform:
        try:
            yield platform.installation
        except FolderDisagrees as error:
            say_disagreeing(error)
        except ContentHasProblems as error:
            click.echo(
                render(error.checked.errors, error.checked.loaded.sources), nl=False, err=True
            )
            _fail(error.sentence)
        except SamplesDiffer as error:
            for one in error.state.failed:
                click.echo(f"✗ {one.sample}  {one.file}:{one.line}", err=True)
                click.echo(f"  {one.what}：应为 {one.expected}，实为 {one.found}", err=True)
            _fail(error.sentence)
        except Refused as error:
            _fail(error.sentence)


def _by(name: str, reason: str, override: str) -> By:
    return By(name or getpass.getuser(), reason, override)


def _say(version: Version) -> None:
    click.echo(_line(version))


def _line(version: Version) -> str:
    head = f"{version.number:>4}  {version.commit[:10]}  {version.at:%Y-%m-%d %H:%M}"
    names = version.name
    if version.published_by_name is not None:
        names += f"（{version.published_by_name}发布）"
    note = f"  {version.failed}/{version.replayed} 个样例不同：{version.override}" * bool(
        version.failed
    )
    return f"{head}  {names}  {version.reason.splitlines()[0]}{note}"


def _plain(version: Version) -> dict[str, object]:
    return {
        "version": version.number,
        "commit": version.commit,
        "tree": version.tree,
        "reason": version.reason,
        "author": version.name,
        "published_by": version.published_by_name,
        "at": version.at.isoformat(),
        "samples": version.replayed,
        "samples_failed": version.failed,
        "override": version.override,
        "restores": version.restores,
        "imported": version.imported,
    }


def _binary(one: FileDifference) -> str:
    return f"{one.path}：{ {'added': '新增', 'deleted': '删除'}.get(one.state, '改动') }\n"


def _json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
