"""``zhicheng doctor``: whether this installation can do its work."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine.cli.common import content_root, with_settings
from engine.connectors.documents import CannotPrint, TypstPrinter
from engine.connectors.http import NotConfigured, Rejected, Unavailable
from engine.connectors.openid import OpenId, Untrusted
from engine.connectors.outside import OutsideConnections
from engine.definitions.connector import Connector
from engine.definitions.release import load
from engine.domain.clock import SystemClock
from engine.services.telling import TELL
from engine.settings import PREFIX, Settings, given
from engine.store.database import Store

#: whether it is well, or None for what the operator should know but need not mend; what was found
Finding = tuple[bool | None, str]
MARKS = {True: ("✓", "green"), None: ("!", "yellow"), False: ("✗", "red")}
#: below this a backup of a large installation does not fit
LEAST_FREE = 1 << 30


@click.command()
@with_settings
def doctor(settings: Settings) -> None:
    """检查本机：内容、数据目录、数据库、密钥、时区、文书字体、外部接口。有不合格的退出码为 1。

    还没有业务用到、也没有配置的外部接口只作提示（!），不算不合格。
    """
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python, _content, _calendars, _data_dir, _key, _database, _zone, _printer,
        _connectors,
    )  # fmt: skip
    well = True
    for check in checks:
        for good, said in check(settings):
            well = well and good is not False
            mark, colour = MARKS[good]
            click.echo(f"{click.style(mark, fg=colour)} {said}")
    sys.exit(0 if well else 1)


def _python(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield sys.version_info >= (3, 11), f"Python {version}（需要 3.11 或更高）"


def _content(settings: Settings) -> Iterator[Finding]:
    root = content_root(settings)
    errors = load(root).problems.errors
    said = "没有错误" if not errors else f"{len(errors)} 个错误，见 zhicheng check"
    yield not errors, f"内容 {root}：{said}"


def _calendars(settings: Settings) -> Iterator[Finding]:
    """Working days of this year must be known; those of the next are published towards its end."""
    release = load(content_root(settings)).release
    year = SystemClock().now().astimezone(settings.zone).year
    for calendar in release.calendars.values() if release is not None else ():
        lacking = "、".join(str(one) for one in (year, year + 1) if one not in calendar.years)
        said = f"缺 {lacking} 年的节假日" if lacking else f"有 {year} 年和 {year + 1} 年的节假日"
        yield year in calendar.years, f"日历 {calendar.title}：{said}"


def _data_dir(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    existing = folder if folder.exists() else folder.parent
    writable = existing.is_dir() and os.access(existing, os.W_OK)
    yield writable, f"数据目录 {folder}：{'可以写入' if writable else '不能写入'}"
    if writable:
        free = shutil.disk_usage(existing).free
        yield free >= LEAST_FREE, f"可用空间 {free / (1 << 30):.1f} GB（至少 1 GB）"


def _key(settings: Settings) -> Iterator[Finding]:
    file = settings.secret_key_file
    if not file.exists():
        yield True, f"主密钥 {file}：首次启动时生成"
        return
    private = not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield (
        private,
        f"主密钥 {file}：{'只有本人可读' if private else '其他用户也可读，请执行 chmod 600'}",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    if _is_new(settings):
        yield True, "数据库：首次启动时创建"
        return
    try:
        store = Store(settings.database_url)
        with store.read() as unit:
            count = sum(1 for _ in unit.cases.every())
        store.close()
    except Exception as error:
        # Whatever the driver says, it is the answer to what was asked.
        yield False, f"数据库：无法使用（{type(error).__name__}）"
        return
    yield True, f"数据库（{store.dialect}）：{count} 项业务"


def _is_new(settings: Settings) -> bool:
    """Whether nothing was ever stored here."""
    file = settings.database_url.removeprefix("sqlite:///")
    return file != settings.database_url and not Path(file).exists()


def _zone(settings: Settings) -> Iterator[Finding]:
    yield isinstance(settings.zone, ZoneInfo), f"时区 {settings.zone}"


def _printer(settings: Settings) -> Iterator[Finding]:
    printer = TypstPrinter()
    try:
        printer.print("文书", {}, {}, SystemClock().now())
    except CannotPrint as error:
        yield False, f"文书：不能排版（{error}）"
    else:
        yield True, "文书：可以排版"
    finally:
        printer.close()


def _connectors(settings: Settings) -> Iterator[Finding]:
    """One without any setting is wrong only when something was to be sent there."""
    connections = OutsideConnections(given(), SystemClock())
    release = load(content_root(settings)).content
    for connector in release.connectors.values():
        if connector.identity is not None:
            yield identity_finding(connector)
            continue
        missing = connections.missing(connector)
        said = "已配置"
        good: bool | None = True
        if missing:
            good = False
            said = f"缺少设置 {'、'.join(PREFIX + name.upper() for name in missing)}"
            if len(missing) == len(connector.settings) and not _was_used(settings, connector):
                good = None
                said = f"尚未配置，还没有业务用到；启用前{said}"
        yield good, f"外部接口 {connector.id}（{connector.title}）：{said}"


def identity_finding(connector: Connector) -> Finding:
    """An identity platform that nobody has set up is none: accounts of the installation are used.

    One that is set up must answer.
    """
    platform = OpenId(given(), SystemClock())
    name = f"统一身份认证 {connector.id}（{connector.title}）"
    missing = platform.missing(connector)
    settings = "、".join(PREFIX + name.upper() for name in missing)
    if len(missing) == len(connector.settings):
        return None, f"{name}：尚未配置，使用本系统的账户登录；启用前缺少设置 {settings}"
    if missing:
        return False, f"{name}：缺少设置 {settings}，没有启用"
    try:
        platform.depart(connector, "http://localhost")
    except NotConfigured:
        address = PREFIX + connector.address.upper()
        return False, f"{name}：设置 {address} 须是 https 地址"
    except (Unavailable, Rejected) as error:
        return False, f"{name}：无法访问（{error}）"
    except Untrusted as error:
        return False, f"{name}：平台公布的信息不可用（{error}）"
    return True, f"{name}：已配置，可以访问"


def _was_used(settings: Settings, connector: Connector) -> bool:
    """Whether anything was ever to be sent to a system outside."""
    if _is_new(settings):
        return False
    release = load(content_root(settings)).content
    telling = [
        (register.id, action.name)
        for register in release.registers.values()
        for action in register.actions.values()
        if action.connector is not None and action.connector.name == connector.id
    ]
    try:
        store = Store(settings.database_url)
        with store.read() as unit:
            used = unit.outbox.ever("connector", connector=connector.id) or any(
                unit.outbox.ever(TELL, register=register, action=action)
                for register, action in telling
            )
        store.close()
    except Exception:
        # That the database cannot be used is told by its own line.
        return True
    return used
