"""``zhicheng demo``: every kind of case from start to end, with its timeline and documents."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine.authoring.render import render
from engine.bootstrap import Outside, samples_of
from engine.cli.common import content_root, with_settings
from engine.connectors.documents import TypstPrinter
from engine.content import FOLDERS, below, read_files
from engine.definitions.release import load
from engine.definitions.sample import Sample
from engine.domain.actor import Actor
from engine.services.courses import Entry
from engine.services.platform import Platform
from engine.services.replayed import Replayed
from engine.services.samples import Samples
from engine.settings import Settings

#: what happened, where no author gave it a caption
KINDS = {
    "start": "发起",
    "withdraw": "撤回",
    "extend": "延期",
    "outcome": "得出结果",
    "time": "到期",
    "vote": "投票",
    "add": "加入成员",
    "remove": "移出成员",
    "cancel": "取消",
    "reroute": "改派",
    "migrate": "迁移版本",
    "unmigrate": "撤销迁移",
    "dates": "期限随登记的日期改变",
    "suspend": "暂停办理",
    "resume": "恢复办理",
}


@click.command()
@with_settings
def demo(settings: Settings) -> None:
    """在空数据库上把每种业务从发起办到办结，输出经办流程和文书所在的文件。"""
    root = content_root(settings)
    files = read_files(root, FOLDERS)
    loaded = load(below(files))
    if loaded.release is None:
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False, err=True)
        sys.exit(1)
    outside = Outside(TypstPrinter(), settings.public_url)
    samples = samples_of(files, loaded.release, outside)
    folder = settings.data_dir / "demo"
    chosen = _longest(samples)
    if not chosen:
        raise click.UsageError(f"{root} 中没有样例")
    show = _Show(folder)
    results = list(samples.run(chosen, show))
    sys.exit(0 if all(result.ok for result in results) else 1)


def _longest(samples: Samples) -> list[Sample]:
    """Return for each process that people start by themselves the sample that goes furthest."""
    chosen: dict[str, Sample] = {}
    for name, bound in samples.release.processes.items():
        if bound.process.members is not None:
            continue
        starting = [
            sample
            for sample in samples.samples
            if any(step.process == name for step in sample.steps)
        ]
        if starting:
            chosen[name] = max(starting, key=lambda sample: len(sample.steps))
    return list({sample.file: sample for sample in chosen.values()}.values())


class _Show:
    """Prints what a sample left behind, while its platform is still open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, platform: Platform, result: Replayed) -> None:
        click.secho(result.sample.title, bold=True)
        for uid in result.cases.values():
            self._case(platform, uid)
        if not result.ok:
            said = result.error or str(result.differences[0])
            click.secho(f"与样例不符：{said}", fg="red")

    def _case(self, platform: Platform, uid: str) -> None:
        with platform.store.read() as unit:
            row = unit.cases.load(uid)
        if row is None or row.initiator is None:
            return
        actor = Actor(row.initiator, row.initiator_organisation, row.jurisdiction)
        view = platform.views.view(actor, uid)
        click.echo(
            f"\n{view.title}  {view.number or uid}  {view.initiator_name}  {view.status_title}"
        )
        for entry in platform.views.course(actor, uid):
            click.echo(f"  {_line(entry, platform.zone)}")
        for document in platform.documents.mine(actor):
            if document.case_uid == uid and document.revoked:
                # Whoever held it cannot have it any more.
                click.echo(f"  {document.title}  {document.number or ''}  已撤销")
            elif document.case_uid == uid:
                name, _, content = platform.documents.file(actor, document.uid)
                path = self._folder / uid / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                click.echo(f"  {document.title}  {document.number or ''}  {path}")


def _line(entry: Entry, zone: ZoneInfo) -> str:
    """Write one line of a timeline."""
    who = f"{entry.person}（{entry.organisation}）" if entry.organisation else entry.person
    parts = [
        entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        entry.place,
        entry.title or KINDS.get(entry.kind, entry.kind),
        who,
        f"→ {entry.leads_to}" if entry.leads_to else "",
    ]
    return "  ".join(part for part in parts if part)
