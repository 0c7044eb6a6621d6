"""Opening the platform for a command, and saying what stops it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
内容目录中的这些文件已改动，而控制台也发布了对它们的另一种改动：
{paths}
请用 zhicheng release publish 指明以哪一种为准（--ours 已发布的，--theirs 内容目录的）。"""


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


@contextmanager
def opened(settings: Settings) -> Iterator[Platform]:
    """Give the platform over its database; with broken content print the problems and exit 1."""
    prepare(settings)
    try:
        platform = open_platform(settings)
    except ContentRefused as refused:
        loaded = refused.loaded
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False, err=True)
        sys.exit(1)
    except FolderDisagrees as error:
        click.echo(
            _DISAGREES.format(paths="\n".join(f"  {path}" for path in error.paths)), err=True
        )
        sys.exit(1)
    try:
        yield platform
    finally:
        platform.close()
