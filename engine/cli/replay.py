"""``zhicheng replay``: runs sample cases and shows where each first differs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click

from engine.authoring.render import render
from engine.bootstrap import samples_of
from engine.cli.common import content_root, from_root, with_settings
from engine.cli.platform import opened
from engine.content import FOLDERS, below, read_files
from engine.definitions.release import load
from engine.domain.errors import NotFound, Refused
from engine.services.branches import Branches
from engine.services.recorded import Carried, carry_out, recordings_of
from engine.services.recording import Recorder
from engine.services.replayed import Replayed
from engine.services.samples import Samples
from engine.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text")
@click.option("--coverage", is_flag=True, help="列出没有样例走到的步骤、动作和结果。")
@click.option(
    "--record", "case", metavar="CASE", help="把一项真实业务（标识或编号）去除个人信息后输出。"
)
@with_settings
def replay(
    settings: Settings, paths: tuple[Path, ...], form: str, coverage: bool, case: str | None
) -> None:
    """运行样例和记录下来的真实业务，显示每个与预期的第一处不同。

    退出码：0 全部相符，1 有不同或内容有错误，2 用法不对。
    """
    if case is not None:
        _record(settings, case)
        return
    root = content_root(settings)
    files = read_files(root, FOLDERS)
    loaded = load(below(files))
    if loaded.release is None:
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False, err=True)
        sys.exit(1)
    samples = samples_of(files, loaded.release)
    if samples.problems.errors:
        click.echo(render(samples.problems, samples.sources), nl=False, err=True)
        sys.exit(1)
    places = tuple(from_root(root, path) for path in paths)
    chosen, recordings = samples.chosen(places), recordings_of(files, places, samples.problems)
    if samples.problems.errors:
        click.echo(render(samples.problems, samples.sources), nl=False, err=True)
        sys.exit(1)
    if paths and not chosen and not recordings:
        raise click.UsageError(f"{'、'.join(map(str, paths))} 中没有样例")
    results: list[Replayed | Carried] = []
    carried = (carry_out(recording, loaded.release) for recording in recordings)
    branches = Branches({name: one.process for name, one in loaded.release.processes.items()})
    note = branches.note if coverage else None
    run: Iterator[Replayed | Carried] = chain(samples.run(chosen, note, alone=True), carried)
    for result in run:
        results.append(result)
        if form == "text":
            click.echo(_line(result, samples))
    if form == "json":
        click.echo(json.dumps([_plain(one) for one in results], ensure_ascii=False, indent=2))
    elif form == "junit":
        click.echo(_junit(results))
    else:
        _summary(results)
        if coverage:
            _coverage(samples, [one for one in results if isinstance(one, Replayed)], branches)
    sys.exit(0 if all(result.ok for result in results) else 1)


def _record(settings: Settings, case: str) -> None:
    """Write a recording; one that does not come out as it was is reported and not written."""
    with opened(settings) as platform:
        try:
            with platform.sentences.saying():
                text = Recorder(platform.casework).file(case)
        except NotFound:
            click.echo(f"没有业务 {case}。", err=True)
            sys.exit(1)
        except Refused as refused:
            click.echo(refused.sentence, err=True)
            sys.exit(1)
    click.echo(text, nl=False)


def _line(result: Replayed | Carried, samples: Samples) -> str:
    if isinstance(result, Carried):
        return _carried(result)
    sample = result.sample
    mark = click.style("✓", fg="green") if result.ok else click.style("✗", fg="red")
    head = f"{mark} {sample.title}  {sample.file}（{result.steps} 步，{result.seconds:.2f} 秒）"
    lines = [head]
    for difference in result.differences[:1]:
        lines.append(f"  {sample.file}:{difference.line}: {difference}")
        lines.append(f"  {difference.line} | {samples.line(sample.file, difference.line).strip()}")
    if result.error is not None:
        lines.append(f"  {result.error}")
    return "\n".join(lines)


def _carried(result: Carried) -> str:
    recording = result.recording
    mark = click.style("✓", fg="green") if result.ok else click.style("✗", fg="red")
    lines = [f"{mark} {recording.title}  {recording.file}（{result.steps} 步）"]
    lines += [f"  {recording.file}:{one.line}: {one}" for one in result.differences]
    return "\n".join(lines)


def _summary(results: list[Replayed | Carried]) -> None:
    failed = sum(not result.ok for result in results)
    seconds = sum(result.seconds for result in results if isinstance(result, Replayed))
    rate = len(results) / seconds if seconds else 0
    click.echo(f"{len(results)} 个样例，{failed} 个不符，{seconds:.1f} 秒（每秒 {rate:.0f} 个）。")


def _coverage(samples: Samples, results: list[Replayed], branches: Branches) -> None:
    for name, bound in samples.release.processes.items():
        visited = set[str]().union(*(result.visited.get(name, set()) for result in results))
        missing = [step.title for step in bound.process.steps.values() if step.name not in visited]
        share = len(visited) / len(bound.process.steps)
        click.echo(
            f"{name}：{share:.0%} 的步骤" + (f"，没有走到 {'、'.join(missing)}" * bool(missing))
        )
        untaken = branches.missing(name)
        if untaken:
            click.echo(f"  没有样例办过的动作和结果：{'、'.join(untaken)}")


def _plain(result: Replayed | Carried) -> dict[str, Any]:
    differences = [
        {"line": one.line, "what": one.what, "expected": one.expected, "found": one.found}
        for one in result.differences
    ]
    if isinstance(result, Carried):
        return {
            "file": result.recording.file,
            "sample": result.recording.title,
            "covers": [],
            "ok": result.ok,
            "steps": result.steps,
            "seconds": 0,
            "error": None,
            "differences": differences,
        }
    return {
        "file": result.sample.file,
        "sample": result.sample.title,
        "covers": list(result.sample.covers),
        "ok": result.ok,
        "steps": result.steps,
        "seconds": round(result.seconds, 4),
        "error": result.error,
        "differences": differences,
    }


def _junit(results: list[Replayed | Carried]) -> str:
    suite = ET.Element(
        "testsuite",
        name="samples",
        tests=str(len(results)),
        failures=str(sum(not result.ok for result in results)),
    )
    for result in results:
        plain = _plain(result)
        case = ET.SubElement(
            suite,
            "testcase",
            classname=str(plain["file"]),
            name=str(plain["sample"]),
            time=f"{plain['seconds']:.3f}",
        )
        if not result.ok:
            said = str(plain["error"] or "\n".join(str(one) for one in result.differences))
            ET.SubElement(case, "failure", message=said.splitlines()[0]).text = said
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)
