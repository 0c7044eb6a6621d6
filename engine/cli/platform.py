"""Opening the platform for a command, and saying what stops it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from engine.authoring.render import render
from engine.bootstrap import open_platform
from engine.services.folder import ContentRefused, FolderDisagrees
from engine.services.platform import Platform
from engine.settings import Settings
from engine.store.database import Store
from engine.store.errors import UnknownTables

_UNKNOWN = "这个数据库中的表不是由本平台的升级步骤建立的，无法升级；请换一个数据库，或先移走它。"

_DISAGREES = """\
这些文件在两边有不同的改动，没有读入：
{paths}
请用 zhicheng release publish 或 import 指明以哪一边为准：--ours 已发布的，--theirs 读入的。"""


def prepare(settings: Settings) -> None:
    """Create the database, or bring its tables to the version of the code."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        store.upgrade()
    except UnknownTables:
        click.echo(_UNKNOWN, err=True)
        sys.exit(1)
    finally:
        store.close()


def say_disagreeing(error: FolderDisagrees) -> NoReturn:
    """Name the files that were changed in two ways, and exit 1."""
    paths = "\n".join(f"  {path}" for path in error.paths)
    click.echo(_DISAGREES.format(paths=paths), err=True)
    sys.exit(1)


@contextmanager
def opened(settings: Settings, *, follow: bool = True) -> Iterator[Platform]:
    """Give the platform over its database; with broken content print the problems and exit 1.

    With ``follow`` it takes over what has changed in the content folder.
    """
    prepare(settings)
    try:
        platform = open_platform(settings, follow=follow)
    except ContentRefused as refused:
        loaded = refused.loaded
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False, err=True)
        sys.exit(1)
    except FolderDisagrees as error:
        say_disagreeing(error)
    try:
        yield platform
    finally:
        platform.close()
