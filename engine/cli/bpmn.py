"""``zhicheng bpmn``: processes as BPMN 2.0 files, and BPMN 2.0 files as processes."""

from __future__ import annotations

from pathlib import Path

import click

from engine.authoring.problem import Language
from engine.authoring.problems import Problems
from engine.authoring.render import render
from engine.cli.common import content_root, with_settings
from engine.content import read_files
from engine.definitions.bpmn import read_files as import_files
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


@bpmn.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--process", "name", default="", help="流程的标识，如 north/permit。")
@click.option(
    "--pool",
    default="",
    help="文件里有几个流程时，要导入的泳池或流程的名称；* 是每个泳池各成一个流程。",
)
@click.option("--out", "-o", type=click.Path(dir_okay=False, path_type=Path), help="写入这个文件。")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path),
    help="连同表单、代码表和外部接口的草稿写入这个内容文件夹。",
)  # fmt: skip
@with_settings
def import_(
    settings: Settings, file: Path, name: str, pool: str, out: Path | None, into: Path | None
) -> None:
    """把 BPMN 文件写成流程文件，列出改写了什么；不能执行的，指出行并拒绝。"""
    if out is not None and into is not None:
        raise click.UsageError("--out 和 --into 只写一个")
    problems = Problems()
    content = file.read_bytes()
    taken = read_files(into) if into is not None and into.is_dir() else {}
    texts = import_files(content, str(file), problems, name, pool, taken)
    language: Language = "en" if settings.language == "en" else "zh"
    sources = {str(file): content.decode("utf-8", "replace")}
    click.echo(render(problems, sources, language), nl=False, err=True)
    if not texts:
        raise SystemExit(1)
    written = {into / path: text for path, text in texts.items()} if into is not None else {}
    if out is not None:
        written = {out: next(iter(texts.values()))}
    for path in written:
        if path.exists():
            raise click.UsageError(f"{path} 已存在")
    if not written:
        first, *others = texts.items()
        click.echo(first[1], nl=False)
        for name, text in others:
            click.echo(f"# {name}\n{text}", nl=False)
    for target, text in written.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        click.echo(str(target))
