"""``zhicheng bpmn export``: processes as BPMN 2.0 files."""

from __future__ import annotations

from pathlib import Path

import click

from engine.authoring.render import render
from engine.cli.common import content_root, with_settings
from engine.definitions.release import load
from engine.settings import Settings


@click.group()
def bpmn() -> None:
    """BPMN 2.0。"""


@bpmn.command()
@click.argument("processes", nargs=-1)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="写入这个目录。")
@with_settings
def export(settings: Settings, processes: tuple[str, ...], out: Path | None) -> None:
    """把流程写成带图的 BPMN 2.0 文件；不写名称则导出全部。"""
    loaded = load(content_root(settings))
    if loaded.release is None:
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False)
        raise SystemExit(1)
    known = loaded.release.processes
    for name in processes:
        if name not in known:
            raise click.UsageError(f'没有流程 "{name}"；可用：{"、".join(known)}')
    chosen = processes or tuple(known)
    if out is None and len(chosen) > 1:
        raise click.UsageError("导出多个流程需要 --out 目录")
    for name in chosen:
        text = known[name].bpmn()
        if out is None:
            click.echo(text, nl=False)
            continue
        path = out / f"{name}.bpmn"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(str(path))
