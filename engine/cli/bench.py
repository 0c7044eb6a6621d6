"""``zhicheng bench``: benchmarks, each with its floors measured in the same run."""

from __future__ import annotations

import importlib
import json
from typing import Any

import click

from engine.cli.common import with_settings
from engine.settings import Settings


@click.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@with_settings
def bench(settings: Settings, name: str, form: str) -> None:
    """运行名为 NAME 的测量（all 为全部），同一次运行中测出它的基准。"""
    benches: dict[str, Any] = importlib.import_module("engine.bench").BENCHES
    if name != "all" and name not in benches:
        raise click.UsageError(f'没有测量 "{name}"；可用：{"、".join([*benches, "all"])}')
    chosen = list(benches) if name == "all" else [name]
    results = [{"bench": one, "figures": benches[one]()} for one in chosen]
    if form == "json":
        click.echo(json.dumps(results[0] if len(results) == 1 else results, indent=2))
        return
    for result in results:
        click.echo(f"{result['bench']}:")
        for figure in result["figures"]:
            floor = figure.get("floor")
            beside = f"  基准 {floor:g}，比值 {figure['ratio']:.2f}" if floor is not None else ""
            click.echo(f"  {figure['name']}: {figure['value']:g} {figure['unit']}{beside}")
