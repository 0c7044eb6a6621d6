"""``zhicheng db``: the database of an installation."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from datetime import UTC
from pathlib import Path

import click

from engine.cli.common import with_settings
from engine.cli.platform import prepare
from engine.domain.clock import SystemClock
from engine.settings import Settings
from engine.store.backup import NotThisDatabase, back_up, restore

_OTHER = "这个数据库不是文件；PostgreSQL 请使用 pg_dump 和 pg_restore。"


@click.group()
def db() -> None:
    """数据库升级、备份、恢复。"""


@db.command()
@with_settings
def upgrade(settings: Settings) -> None:
    """创建或升级数据库表，可重复执行。"""
    prepare(settings)
    click.echo(f"数据库已是最新：{_named(settings)}")


@db.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@with_settings
def backup(settings: Settings, target: Path | None) -> None:
    """备份数据库和密钥到 TARGET 目录（默认数据目录下的 backups/时间），可在运行中执行。"""
    if target is None:
        now = SystemClock().now().astimezone(UTC)
        target = settings.data_dir / "backups" / now.strftime("%Y%m%dT%H%M%SZ")
    try:
        back_up(settings.database_url, target / "zhicheng.db")
    except NotThisDatabase:
        _fail(_OTHER)
    except FileNotFoundError as error:
        _fail(f"没有数据库 {error.args[0]}")
    except FileExistsError as error:
        _fail(f"{error.args[0]} 已存在")
    if settings.secret_key_file.is_file():
        # Without its key a backup cannot be read.
        shutil.copy2(settings.secret_key_file, target / settings.secret_key_file.name)
    click.echo(str(target))


@db.command(name="restore")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.confirmation_option("--yes", prompt="现有数据将被备份的内容替换。确定吗？")
@with_settings
def restore_command(settings: Settings, source: Path) -> None:
    """用备份目录 SOURCE 替换数据库和密钥；执行前请停止平台。"""
    try:
        restore(settings.database_url, source / "zhicheng.db")
    except NotThisDatabase:
        _fail(_OTHER)
    except FileNotFoundError as error:
        _fail(f"{source} 中没有备份：缺少 {error.args[0]}")
    except sqlite3.DatabaseError as error:
        _fail(f"备份已损坏：{error}")
    key = source / settings.secret_key_file.name
    if key.is_file():
        shutil.copy2(key, settings.secret_key_file)
    click.echo(f"已恢复：{_named(settings)}")


def _named(settings: Settings) -> str:
    """Name the database without its password."""
    head, _, tail = settings.database_url.rpartition("@")
    return f"{head.split('://')[0]}://…@{tail}" if head else tail


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
