"""The options every command has, and how commands say what went wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.content import FOLDERS, bundled
from engine.settings import Settings, WrongSetting

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--content",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="内容目录（含 definitions、forms、examples），默认为自带内容。",
    ),
    click.option("--database-url", help="数据库地址，默认为数据目录中的 SQLite。"),
    click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="数据目录，默认 ./zhicheng-data。",
    ),
    click.option("--language", type=click.Choice(["zh", "en"]), help="提示语的语言。"),
)


def with_settings(command: F) -> F:
    """Give a command the common options as one argument ``settings``."""

    @functools.wraps(command)
    def wrapped(
        content: Path | None,
        database_url: str | None,
        data_dir: Path | None,
        language: str | None,
        **others: Any,
    ) -> Any:
        options = {
            "content": content,
            "database_url": database_url,
            "data_dir": data_dir,
            "language": language,
        }
        for name in ("host", "port"):
            if name in others:
                options[name] = others.pop(name)
        try:
            settings = Settings.load(options)
        except WrongSetting as error:
            raise click.UsageError(str(error)) from error
        return command(settings=settings, **others)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def content_root(settings: Settings) -> Path:
    """Return the folder of the content in use."""
    root = settings.content or bundled()
    if not any((root / name).is_dir() for name in FOLDERS):
        raise click.UsageError(f"{root} 中没有 {'、'.join(FOLDERS)} 目录")
    return root


def from_root(root: Path, path: Path) -> str:
    """Return a path as positions name it."""
    absolute = path.absolute()
    if absolute.is_relative_to(root.absolute()):
        return absolute.relative_to(root.absolute()).as_posix()
    raise click.UsageError(f"{path} 不在内容目录 {root} 中")
