"""``zhicheng migrate``: running cases on another version of their process."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.render import render
from engine.authoring.source import read_yaml
from engine.cli.common import with_settings
from engine.cli.platform import opened
from engine.domain.actor import SYSTEM
from engine.domain.errors import Refused
from engine.services.migration_decisions import Decisions, parse_decisions
from engine.services.migration_views import KINDS, Choice, Plan
from engine.services.platform import Platform
from engine.settings import Settings

_TITLES = {
    "cannot": "不能迁移",
    "decision": "需要决定",
    "by_itself": "自动迁移",
    "unaffected": "不受影响",
}
_STATES = {
    "moved": "已迁移",
    "replanned": "已有变化，重新计划",
    "refused": "未迁移",
    "undone": "已撤销",
}
#: numbers of cases written out in a group
_SHOWN = 10
_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
_by = click.option("--by", "name", default="", help="操作人，默认为当前系统用户。")
_reason = click.option("--reason", required=True, help="原因，记入每项业务的日志。")


@click.group()
def migrate() -> None:
    """把办理中的业务迁移到流程的另一版本：先计划，再执行，可以撤销。"""


@migrate.command()
@click.argument("process")
@click.option("--to", "version", required=True, help="目标版本，编号或提交号。")
@click.option(
    "--file", "decided", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="决定文件（steps、fields、values、codes、due）。",
)  # fmt: skip
@_format
@with_settings
def plan(settings: Settings, process: str, version: str, decided: Path | None, form: str) -> None:
    """逐项说明流程 PROCESS 的在办业务迁移到目标版本会怎样；不改动任何业务。"""
    decisions = _read(decided) if decided is not None else Decisions()
    with _open(settings) as platform:
        _say(platform.migrations.plan(SYSTEM, process, version, decisions), form)


@migrate.command()
@click.argument("plan_id", metavar="PLAN", type=int)
@_reason
@_by
@_format
@with_settings
def run(settings: Settings, plan_id: int, reason: str, name: str, form: str) -> None:
    """执行计划 PLAN；中断后再次执行会接着进行。"""
    with _open(settings) as platform:
        by = name or getpass.getuser()
        _say(platform.migrations.run(SYSTEM, plan_id, reason, by=by), form)


@migrate.command()
@click.argument("plan_id", metavar="PLAN", type=int)
@click.argument("cases", nargs=-1)
@_reason
@_by
@_format
@with_settings
def undo(
    settings: Settings, plan_id: int, cases: tuple[str, ...], reason: str, name: str, form: str
) -> None:
    """撤销计划 PLAN 的迁移，或只撤销其中的 CASES（编号）；迁移后已继续办理的不能撤销。"""
    with _open(settings) as platform:
        known = {one.number: one.uid for one in platform.migrations.show(SYSTEM, plan_id).cases}
        unknown = [one for one in cases if one not in known]
        if unknown:
            raise click.UsageError(f"计划 {plan_id} 中没有：{'、'.join(unknown)}")
        uids = [known[one] for one in cases]
        by = name or getpass.getuser()
        _say(platform.migrations.undo(SYSTEM, plan_id, reason, uids=uids, by=by), form)


@migrate.command()
@click.argument("plan_id", metavar="PLAN", type=int)
@_format
@with_settings
def show(settings: Settings, plan_id: int, form: str) -> None:
    """显示计划 PLAN 及其执行情况。"""
    with _open(settings) as platform:
        _say(platform.migrations.show(SYSTEM, plan_id), form)


@contextmanager
def _open(settings: Settings) -> Iterator[Platform]:
    with opened(settings, follow=False) as platform:
        try:
            yield platform
        except Refused as refused:
            click.echo(refused.sentence, err=True)
            sys.exit(1)


def _read(path: Path) -> Decisions:
    problems = Problems()
    content = path.read_bytes()
    node = read_yaml(content, path.name, problems)
    found = parse_decisions(node, problems) if node is not None else None
    if found is None:
        sources = {path.name: content.decode("utf-8", "replace")}
        click.echo(render(problems.errors, sources), nl=False, err=True)
        sys.exit(1)
    return found


def _say(plan: Plan, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(_plain(plan), ensure_ascii=False, indent=2))
        return
    click.echo(f"计划 {plan.id}：{plan.title}（{plan.process}）→ 版本 {plan.release}，"
               f"{len(plan.cases)} 项业务")  # fmt: skip
    for kind in KINDS:
        if plan.count(kind):
            click.echo(f"\n{_TITLES[kind]} {plan.count(kind)}")
        for group in (one for one in plan.groups if one.kind == kind):
            for sentence in group.sentences:
                click.echo(f"  · {sentence}")
            numbers = [one.number for one in group.cases]
            more = f" 等 {len(numbers)} 项" if len(numbers) > _SHOWN else ""
            click.echo(f"    {'  '.join(numbers[:_SHOWN])}{more}")
    states = [(title, plan.having(state)) for state, title in _STATES.items()]  # type: ignore[arg-type]
    if any(cases for _, cases in states):
        click.echo("\n" + "，".join(f"{title} {len(cases)}" for title, cases in states if cases))
    if plan.choices:
        click.echo("\n需要决定的写入文件，用 --file 再次计划：\n")
        click.echo(_proposal(plan), nl=False)


def _proposal(plan: Plan) -> str:
    """The open decisions as a file, with what is proposed."""
    found: dict[str, Any] = {}
    for choice, _ in plan.choices:
        first = choice.proposed[0] if choice.proposed else None
        if choice.key == "codes":
            name, _, code = choice.name.rpartition(".")
            found.setdefault("codes", {}).setdefault(name, {})[code] = first
        else:
            found.setdefault(choice.key, {})[choice.name] = first
    return document(found)


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.id,
        "process": plan.process,
        "release": plan.release,
        "counts": {kind: plan.count(kind) for kind in KINDS},
        "decisions": plan.decisions.to_json(),
        "open": [{**_asked(choice), "cases": count} for choice, count in plan.choices],
        "cases": [
            {
                "case": one.number,
                "kind": one.kind,
                "state": one.state,
                "why": list(one.sentences),
                "open": [_asked(choice) for choice in one.open],
                "at": list(one.at),
            }
            for one in plan.cases
        ],
    }


def _asked(choice: Choice) -> dict[str, Any]:
    return asdict(choice) | {"proposed": list(choice.proposed)}
