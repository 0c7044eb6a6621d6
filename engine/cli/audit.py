"""``zhicheng audit``: whether the journal is whole."""

from __future__ import annotations

import sys

import click

from engine.cli.common import with_settings
from engine.cli.platform import opened
from engine.settings import Settings


@click.group()
def audit() -> None:
    """核对日志。"""


@audit.command()
@click.option("--rebuild", is_flag=True, help="并由日志重建每项业务，与存储的状态逐字节比较。")
@with_settings
def verify(settings: Settings, rebuild: bool) -> None:
    """核对每项业务的日志链；有任何一处被改动即报告，退出码 1。"""
    with opened(settings) as platform:
        broken = platform.rebuilding.verify()
        for uid, where in broken:
            click.echo(f"✗ {uid}：{where}")
        differing = []
        if rebuild:
            differing = [one for one in platform.rebuilding.all() if not one.same]
            for one in differing:
                click.echo(f"✗ {one.uid}：由日志重建的状态与存储的不同")
        with platform.store.read() as unit:
            count = sum(1 for _ in unit.cases.every())
    checked = "日志链和重建" if rebuild else "日志链"
    click.echo(f"{count} 项业务，{checked}：{len(broken) + len(differing)} 处不符。")
    sys.exit(1 if broken or differing else 0)
