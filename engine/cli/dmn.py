"""``zhicheng dmn``: DMN 1.3 files as rule tables, and rule tables as DMN 1.3 files."""

from __future__ import annotations

from pathlib import Path

import click

from engine.authoring.problem import Language
from engine.authoring.problems import Problems
from engine.authoring.render import render
from engine.authoring.source import read_yaml
from engine.cli.common import content_root, with_settings
from engine.definitions.release import load
from engine.definitions.rules import bind_rule, parse_rule
from engine.definitions.rules.dmn import read_dmn
from engine.definitions.rules.dmn_writing import write_dmn
from engine.settings import Settings


@click.group()
def dmn() -> None:
    """DMN 1.3。"""


@dmn.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="写入这个目录。")
@with_settings
def import_(settings: Settings, file: Path, out: Path | None) -> None:
    """把 DMN 文件中的决策写成规则表；不能照样写出的，指出行并拒绝。"""
    problems = Problems()
    content = file.read_bytes()
    tables = read_dmn(content, str(file), problems)
    sources = {str(file): content.decode("utf-8", "replace")}
    if problems.errors:
        click.echo(render(problems, sources, _language(settings)), nl=False)
        raise SystemExit(1)
    for name, text in tables.items():
        path = f"{name.partition('/')[2]}.yaml"
        _check(path, name, text, settings)
        if out is None:
            click.echo(f"# definitions/{name}.yaml\n{text}", nl=False)
            continue
        target = out / path
        if target.exists():
            raise click.UsageError(f"{target} 已存在")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        click.echo(str(target))


@dmn.command("export")
@click.argument("rules", nargs=-1)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写入这个文件。")
@with_settings
def export(settings: Settings, rules: tuple[str, ...], out: Path | None) -> None:
    """把规则表写成一个 DMN 文件；不写名称则导出全部。再导入得到同样的规则表。"""
    loaded = load(content_root(settings))
    if loaded.release is None:
        click.echo(render(loaded.problems.errors, loaded.sources, _language(settings)), nl=False)
        raise SystemExit(1)
    known = loaded.release.rules
    for name in rules:
        if name not in known:
            raise click.UsageError(f'没有规则表 "{name}"；可用：{"、".join(known)}')
    problems = Problems()
    text = write_dmn([known[name] for name in rules or known], problems)
    if problems.errors:
        click.echo(render(problems, loaded.sources, _language(settings)), nl=False)
        raise SystemExit(1)
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    click.echo(str(out))


def _check(path: str, name: str, text: str, settings: Settings) -> None:
    """Say what is wrong with a table as it is written: gaps and overlaps come from the file."""
    problems = Problems()
    node = read_yaml(text, path, problems)
    table = parse_rule(node, name.partition("/")[2], problems) if node is not None else None
    if table is not None:
        bind_rule(table, {}, problems)
    if problems:
        click.echo(render(problems, {path: text}, _language(settings)), nl=False, err=True)


def _language(settings: Settings) -> Language:
    return "en" if settings.language == "en" else "zh"
