"""``zhicheng schema``: the JSON Schemas of the author languages."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.common import with_settings
from engine.definitions.schema import schemas
from engine.settings import Settings


@click.command()
@click.argument("name", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="把每个模式写成这个目录下的文件。",
)
@with_settings
def schema(settings: Settings, name: str | None, out: Path | None) -> None:
    """输出定义文件的 JSON Schema，供编辑器补全和校验。不写 NAME 则输出全部。"""
    found = schemas()
    if name is not None and name not in found:
        raise click.UsageError(f'没有 "{name}"；可用：{"、".join(found)}')
    if out is None:
        chosen = found[name] if name is not None else found
        click.echo(json.dumps(chosen, ensure_ascii=False, indent=2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for key in [name] if name is not None else found:
        path = out / f"{key}.json"
        path.write_text(json.dumps(found[key], ensure_ascii=False, indent=2) + "\n", "utf-8")
        click.echo(str(path))
