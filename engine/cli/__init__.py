"""The command line ``zhicheng``: thin commands over services; nothing is decided here.

Each command is one module and one line of ``COMMANDS``; a module is imported only when its command
runs. Exit codes: 0 all well, 1 problems or differences, 2 wrong usage.
"""

from __future__ import annotations

import importlib

import click

# command → module, help
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("check", "报告内容中的全部问题 / report all problems of the content"),
    "explain": ("explain", "某一行可用的全部名称 / every name available at a line"),
    "schema": ("schema", "各种定义文件的 JSON Schema / the JSON Schemas of the languages"),
    "dmn": ("dmn", "导入、导出 DMN 1.3 / import and export DMN 1.3"),
    "bpmn": ("bpmn", "导出 BPMN 2.0 / export BPMN 2.0"),
    "replay": ("replay", "运行样例 / run sample cases"),
    "demo": ("demo", "从头到尾演示每种流程 / run every process start to end"),
    "run": ("serve", "启动平台：网页与后台作业 / web and jobs in one"),
    "serve": ("serve", "只启动网页 / web only"),
    "worker": ("serve", "只运行后台作业 / jobs only"),
    "release": ("release", "内容的版本：发布、回退、交换 / versions of the content"),
    "migrate": ("migrate", "把办理中的业务迁移到另一版本 / move running cases to a version"),
    "db": ("db", "数据库升级、备份、恢复 / upgrade, back up, restore"),
    "audit": ("audit", "核对日志链 / verify the journal"),
    "doctor": ("doctor", "检查本机环境 / look at this installation"),
    "bench": ("bench", "性能测量 / benchmarks with their floors"),
}


class Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"engine.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhicheng", prog_name="zhicheng")
def zhicheng() -> None:
    """职程：用文件描述流程、表单与业务表，由一个引擎运行。"""


def main() -> None:
    """Run the command line."""
    zhicheng(prog_name="zhicheng")
