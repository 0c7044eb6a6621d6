"""``zhicheng explain FILE[:LINE]``: what can be written at a line, and the whole process."""

from __future__ import annotations

import re
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from engine.cli.common import content_root, with_settings
from engine.definitions.explain import Explained, explain_line, explain_rule, flattened_text
from engine.definitions.release import PROCESSES, Loaded, load
from engine.expressions import explain_functions
from engine.settings import Settings

_HEADINGS = {
    "zh": ("名称", "类型", "说明", "来源", "函数"),
    "en": ("name", "type", "caption", "origin", "function"),
}


@click.command()
@click.argument("place", metavar="FILE[:LINE]")
@click.option("--functions", is_flag=True, help="同时列出函数。")
@with_settings
def explain(settings: Settings, place: str, functions: bool) -> None:
    """列出某一行的表达式可用的每个名称（类型、说明、来源）；不写 LINE 则输出合并后的流程。"""
    file, line = _split(place)
    root = settings.content or _root_of(file) or content_root(settings)
    loaded = load(root)
    path = _relative(root, file, loaded)
    name = path.removeprefix(PROCESSES).removesuffix(".yaml")
    rule = loaded.rules.get(path.removeprefix("definitions/").removesuffix(".yaml"))
    if rule is not None:
        for found in explain_rule(rule, line or 0):
            _show(Console(soft_wrap=True, width=_width()), found, settings.language)
        return
    if name not in loaded.processes:
        raise click.UsageError(f"{path} 不是可读的流程或规则表文件；先运行 zhicheng check {file}")
    console = Console(soft_wrap=True, width=_width())
    if line is None:
        click.echo(flattened_text(loaded.nodes[name], path), nl=False)
        return
    for found in explain_line(loaded.processes[name], path, line):
        _show(console, found, settings.language)
    if functions:
        _show_functions(console, settings.language)


def _split(place: str) -> tuple[Path, int | None]:
    match = re.fullmatch(r"(.+):(\d+)", place)
    file = Path(match[1] if match else place)
    if not file.is_file() and not file.suffix:
        raise click.UsageError(f"没有文件 {file}")
    return file, int(match[2]) if match else None


def _root_of(file: Path) -> Path | None:
    """Return the content root a file lies in."""
    for parent in file.absolute().parents:
        if (parent / "definitions").is_dir():
            return parent
    return None


def _relative(root: Path, file: Path, loaded: Loaded) -> str:
    absolute = file.absolute()
    if absolute.is_relative_to(root.absolute()):
        return absolute.relative_to(root.absolute()).as_posix()
    if file.as_posix() in loaded.sources:
        return file.as_posix()
    raise click.UsageError(f"{file} 不在内容目录 {root} 中")


def _show(console: Console, found: Explained, language: str) -> None:
    if found.text:
        gives = found.gives[0 if language == "zh" else 1]
        console.print(f"{found.text}  → {gives}" if gives else found.text, markup=False)
    table = Table(box=None, pad_edge=False)
    for heading in _HEADINGS[language][:4]:
        table.add_column(heading, overflow="fold")
    for row in found.rows:
        words = row.words("zh" if language == "zh" else "en")
        label = _in_language(row.label, language)
        table.add_row(row.name, words, label, row.origin)
    console.print(table)


def _show_functions(console: Console, language: str) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(_HEADINGS[language][4])
    table.add_column(_HEADINGS[language][2])
    for call, zh, en in explain_functions():
        table.add_row(call, zh if language == "zh" else en)
    console.print(table)


def _in_language(label: str, language: str) -> str:
    """Labels of the language itself hold both languages, those of the content only one."""
    parts = label.split(" / ")
    return parts[0] if language == "zh" or len(parts) == 1 else parts[-1]


def _width() -> int:
    """A width at which no row of the table is broken."""
    return 160
