"""``zhicheng replay``: runs sample cases and shows where each first differs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from engine.authoring.render import render
from engine.bootstrap import samples_of
from engine.cli.common import content_root, from_root, with_settings
from engine.content import FOLDERS, below, read_files
from engine.definitions.release import load
from engine.services.replay import Replayed
from engine.services.samples import Samples
from engine.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text")
@click.option("--coverage", is_flag=True, help="列出没有样例走到的步骤和政策取值。")
@with_settings
def replay(settings: Settings, paths: tuple[Path, ...], form: str, coverage: bool) -> None:
    """运行样例，显示每个样例与预期的第一处不同。

    退出码：0 全部相符，1 有不同或内容有错误，2 用法不对。
    """
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
    chosen = samples.chosen(tuple(from_root(root, path) for path in paths))
    if paths and not chosen:
        raise click.UsageError(f"{'、'.join(map(str, paths))} 中没有样例")
    results = []
    for result in samples.run(chosen):
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
            _coverage(samples, results)
    sys.exit(0 if all(result.ok for result in results) else 1)


def _line(result: Replayed, samples: Samples) -> str:
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


def _summary(results: list[Replayed]) -> None:
    failed = sum(not result.ok for result in results)
    seconds = sum(result.seconds for result in results)
    rate = len(results) / seconds if seconds else 0
    click.echo(f"{len(results)} 个样例，{failed} 个不符，{seconds:.1f} 秒（每秒 {rate:.0f} 个）。")


def _coverage(samples: Samples, results: list[Replayed]) -> None:
    for name, bound in samples.release.processes.items():
        visited = set[str]().union(*(result.visited.get(name, set()) for result in results))
        missing = [step.title for step in bound.process.steps.values() if step.name not in visited]
        share = len(visited) / len(bound.process.steps)
        click.echo(
            f"{name}：{share:.0%} 的步骤" + (f"，没有走到 {'、'.join(missing)}" * bool(missing))
        )


def _plain(result: Replayed) -> dict[str, object]:
    return {
        "file": result.sample.file,
        "sample": result.sample.title,
        "covers": list(result.sample.covers),
        "ok": result.ok,
        "steps": result.steps,
        "seconds": round(result.seconds, 4),
        "error": result.error,
        "differences": [
            {"line": one.line, "what": one.what, "expected": one.expected, "found": one.found}
            for one in result.differences
        ],
    }


def _junit(results: list[Replayed]) -> str:
    suite = ET.Element(
        "testsuite",
        name="samples",
        tests=str(len(results)),
        failures=str(sum(not result.ok for result in results)),
    )
    for result in results:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=result.sample.file,
            name=result.sample.title,
            time=f"{result.seconds:.3f}",
        )
        if not result.ok:
            said = result.error or "\n".join(str(one) for one in result.differences)
            ET.SubElement(case, "failure", message=said.splitlines()[0]).text = said
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)
