"""``zhicheng check``: all problems of all files of the content."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.authoring.problem import Language, Problem
from engine.authoring.render import render, render_json, render_sarif
from engine.cli.common import content_root, from_root, with_settings
from engine.content import FOLDERS, below, read_files
from engine.definitions.check.samples import check_samples
from engine.definitions.release import load
from engine.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text")
@with_settings
def check(settings: Settings, paths: tuple[Path, ...], form: str) -> None:
    """报告内容中的全部问题。给出 PATH 时只显示这些文件和目录的问题。

    退出码：0 没有错误，1 有错误，2 用法不对。
    """
    root, paths = _root(settings, paths)
    files = read_files(root, FOLDERS)
    loaded = load(below(files))
    check_samples(files, loaded)
    language: Language = "en" if settings.language == "en" else "zh"
    wanted = [from_root(root, path) for path in paths]
    shown = [problem for problem in loaded.problems if _is_in(problem, wanted)]
    if form == "json":
        click.echo(render_json(shown))
    elif form == "sarif":
        click.echo(render_sarif(shown, language))
    else:
        click.echo(render(shown, loaded.sources, language), nl=False)
        click.echo(_summary(shown, len(loaded.sources), language), err=True)
    sys.exit(1 if any(not problem.is_warning for problem in shown) else 0)


def _root(settings: Settings, paths: tuple[Path, ...]) -> tuple[Path, tuple[Path, ...]]:
    """Return the content's root, and the paths to show; one path may be a content root itself."""
    if settings.content is None and len(paths) == 1:
        path = paths[0].absolute()
        if any((path / name).is_dir() for name in FOLDERS):
            return path, ()
        for parent in path.parents:
            if (parent / "definitions").is_dir():
                return parent, paths
    return content_root(settings), paths


def _is_in(problem: Problem, wanted: list[str]) -> bool:
    file = problem.at.file
    return not wanted or any(
        file == path or file.startswith(f"{path}/") or path == "." for path in wanted
    )


def _summary(problems: list[Problem], files: int, language: Language) -> str:
    warnings = sum(problem.is_warning for problem in problems)
    errors = len(problems) - warnings
    if language == "zh":
        return f"{files} 个文件：{errors} 个错误，{warnings} 个提醒。"
    return f"{files} files: {errors} errors, {warnings} warnings."
