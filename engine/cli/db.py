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
from engine.store.backup import (
    Failed,
    NoTool,
    NotThisDatabase,
    back_up,
    demand_key_of,
    restore,
)
from engine.store.errors import CannotOpen

_OTHER = "内存中的数据库不能备份。"


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
    """备份数据库和密钥到 TARGET 目录（默认数据目录下的 backups/时间），可在运行中执行。

    上传的文件、文书和各版本的定义都在数据库里，一份备份是同一时刻的全部内容。
    PostgreSQL 用 pg_dump。
    """
    if target is None:
        now = SystemClock().now().astimezone(UTC)
        target = settings.data_dir / "backups" / now.strftime("%Y%m%dT%H%M%SZ")
    try:
        back_up(settings.database_url, target)
    except NotThisDatabase:
        _fail(_OTHER)
    except NoTool as error:
        _fail(f"本机没有 {error}，请安装 PostgreSQL 的客户端程序")
    except Failed as error:
        shutil.rmtree(target, ignore_errors=True)
        _fail(f"没有备份：{error}")
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
    key = source / settings.secret_key_file.name
    own = settings.secret_key_file
    try:
        # Whatever another key has sealed could not be read afterwards.
        demand_key_of(source, key if key.is_file() else own)
        restore(settings.database_url, source)
    except CannotOpen:
        _fail(f"密钥 {key if key.is_file() else own} 打不开这份备份，没有恢复")
    except NoTool as error:
        _fail(f"本机没有 {error}，请安装 PostgreSQL 的客户端程序")
    except Failed as error:
        _fail(f"没有恢复，数据库没有改变：{error}")
    except NotThisDatabase:
        _fail(_OTHER)
    except FileNotFoundError as error:
        _fail(f"{source} 中没有备份：缺少 {error.args[0]}")
    except sqlite3.DatabaseError as error:
        _fail(f"备份已损坏：{error}")
    if key.is_file():
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(key, own)
    click.echo(f"已恢复：{_named(settings)}")


def _named(settings: Settings) -> str:
    """Name the database without its password."""
    head, _, tail = settings.database_url.rpartition("@")
    return f"{head.split('://')[0]}://…@{tail}" if head else tail


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
