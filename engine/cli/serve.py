"""``zhicheng run``, ``serve`` and ``worker``: the platform itself."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import click

from engine.bootstrap import open_platform, settle, workers
from engine.cli.common import with_settings
from engine.cli.platform import opened
from engine.content import Files
from engine.services.platform import Platform
from engine.services.world import (
    NoSuchWorld,
    World,
    load_world,
    names_of_worlds,
    read_world,
)
from engine.settings import Settings

Command = Callable[..., Any]


def _listening(command: Command) -> Command:
    command = click.option("--port", type=int, help="端口，默认 8000。")(command)
    return click.option("--host", help="监听地址，默认 127.0.0.1。")(command)


@click.command()
@_listening
@click.option(
    "--world",
    "names",
    multiple=True,
    help="空数据库装入的样例世界，可以写多次；默认为内容自带的全部。",
)
@click.option("--empty", is_flag=True, help="不装入样例世界。")
@with_settings
def run(settings: Settings, names: tuple[str, ...], empty: bool) -> None:
    """启动平台：网页与后台作业。空数据库会装入样例世界，并列出演示账号。"""
    accounts: list[tuple[str, str]] = []
    with opened(settings) as platform:
        content = platform.definitions.files()
        worlds = [] if empty else _worlds(content, names)
        if worlds and _is_of(platform, worlds, content):
            accounts = _accounts(worlds)
            platform.accounts.offer_demo(accounts)
            _print_accounts(platform)
    _serve(settings, accounts, jobs=True)


@click.command()
@_listening
@with_settings
def serve(settings: Settings) -> None:
    """只启动网页；后台作业由 zhicheng worker 运行。"""
    with opened(settings):
        pass
    _serve(settings, [], jobs=False)


@click.command()
@with_settings
def worker(settings: Settings) -> None:
    """只运行后台作业：到期处理、消息、文书。"""
    with opened(settings) as platform:
        click.echo("后台作业已启动，按 Ctrl+C 结束。")
        try:
            first, *others = workers(platform)
            platform.workers += others
            for other in others:
                other.start()
            settle()
            first.run()
        except KeyboardInterrupt:
            click.echo("后台作业已结束。")


def _serve(settings: Settings, accounts: list[tuple[str, str]], *, jobs: bool) -> None:
    # The pages are above the engine; only their names are known here.
    app = importlib.import_module("admin.app")
    server = importlib.import_module("admin.server")

    def make() -> Any:
        platform = open_platform(settings)
        platform.accounts.offer_demo(accounts)
        if jobs:
            platform.workers += workers(platform)
            for running in platform.workers:
                running.start()
        made = app.create_app(platform, app.web_settings(settings, demo=bool(accounts)))
        settle()
        return made

    click.echo(f"平台已启动：{settings.public_url}（按 Ctrl+C 结束）")
    server.serve(make, settings.host, settings.port)


def _worlds(content: Files, names: tuple[str, ...]) -> list[World]:
    try:
        return [read_world(content, name) for name in names or names_of_worlds(content)]
    except NoSuchWorld as error:
        raise click.UsageError(f'没有样例世界 "{error.name}"') from error


def _is_of(platform: Platform, worlds: list[World], content: Files) -> bool:
    """Put worlds into an empty database; tell whether the database is of sample worlds."""
    with platform.store.read() as unit:
        accounts = unit.accounts.all()
    if accounts:
        known = {login for login, _ in _accounts(worlds)}
        return any(account.login in known for account in accounts)
    for world in worlds:
        click.echo(f"正在装入样例世界：{world.title}")
        load_world(platform, world, content)
    return True


def _accounts(worlds: list[World]) -> list[tuple[str, str]]:
    return [
        (str(person["account"]), world.password)
        for world in worlds
        for person in world.people.values()
        if person.get("account")
    ]


def _print_accounts(platform: Platform) -> None:
    click.echo("演示账号：")
    for one in platform.accounts.demo():
        click.echo(f"  {one.login:<16}{one.password}  {one.name}  {one.roles or one.jurisdiction}")
