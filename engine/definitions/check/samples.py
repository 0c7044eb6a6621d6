"""Sample cases as far as they can be checked without running them, and what none covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import SAMPLE_FILES, Files, texts
from engine.definitions.process import Policy, Process
from engine.definitions.sample import parse_sample

if TYPE_CHECKING:
    from engine.definitions.release import Loaded

CASES = "examples/cases/"
DATA = "examples/data/"
WORLDS = "examples/worlds/"
Covered = set[tuple[str, str]]


def check_samples(content: Files, loaded: Loaded) -> None:
    """Report what is wrong with sample cases, and warn of policy values that none covers.

    Content without samples is left alone.

    A value is covered if a sample of the process names it in ``covers`` (``policy.x=value``) or
    sets it under ``given``, or if it is the default and any sample starts the process.
    """
    files = {
        path: text
        for path, text in content.items()
        if path.startswith(CASES) and path.endswith(".yaml")
    }
    names = _Names(content, loaded)
    samples = []
    for path, text in files.items():
        node = read_yaml(text, path, loaded.problems)
        if node is not None:
            parse_sample(node, path, loaded.problems)
            names.check(node)
            samples.append(node)
    loaded.sources.update(texts(files))
    if not samples:
        return
    for bound in loaded.processes.values():
        process = bound.process
        mine = [sample for sample in samples if process.id in _started(sample)]
        covered = {pair for sample in mine for pair in _covered(sample, process.id)}
        for policy in process.policy.values():
            _policy(loaded.problems, process, policy, covered, tried=bool(mine))


class _Names:
    """The names samples may use: worlds, processes, sample data and files."""

    def __init__(self, content: Files, loaded: Loaded) -> None:
        self.problems = loaded.problems
        self.processes = tuple(loaded.processes)
        self.worlds = _names(content, WORLDS, ".yaml")
        self.data = _names(content, DATA, ".yaml")
        self.files = _names(content, SAMPLE_FILES, "")

    def check(self, sample: Node) -> None:
        """Report every name of a sample that does not exist."""
        for world in _one_or_more(sample.get("world")):
            self._known("SMP105", world, self.worlds)
        steps = sample.get("steps")
        for step in steps.items if steps is not None else ():
            self._known("SMP107", step.get("process"), self.processes)
        for node in sample.walk():
            if node.kind == "scalar" and node.text.startswith("$forms/"):
                self._known("SMP106", node, self.data, "$forms/")
            elif node.kind == "scalar" and node.text.startswith("$files/"):
                self._known("SMP106", node, self.files, "$files/")

    def _known(
        self, code: str, node: Node | None, known: tuple[str, ...], prefix: str = ""
    ) -> None:
        name = node.text.removeprefix(prefix) if node is not None else ""
        if node is not None and name and name not in known:
            self.problems.add(code, node, name=name, given=name, choices=known)


def _one_or_more(node: Node | None) -> Sequence[Node]:
    if node is None:
        return ()
    return node.items if node.kind == "sequence" else (node,)


def _names(content: Files, folder: str, suffix: str) -> tuple[str, ...]:
    """Return the names of the files of a folder, without their suffix."""
    found = (
        path.removeprefix(folder).removesuffix(suffix)
        for path in content
        if path.startswith(folder) and path.endswith(suffix)
    )
    return tuple(sorted(found))


def _policy(
    problems: Problems, process: Process, policy: Policy, covered: Covered, *, tried: bool
) -> None:
    values = policy.values or (("true", "false") if policy.type == "boolean" else ())
    defaults = {_written(value) for _, value in policy.default}
    for value in values:
        if (policy.name, value) in covered or (tried and value in defaults):
            continue
        problems.add("DEF320", policy.node, length=1, name=policy.name, value=value)


def _started(sample: Node) -> set[str]:
    steps = sample.get("steps")
    found = {node.text for step in (steps.items if steps else ()) if (node := step.get("process"))}
    covers = sample.get("covers")
    return found | {node.text for node in (covers.items if covers else ())}


def _covered(sample: Node, process: str) -> Iterator[tuple[str, str]]:
    covers = sample.get("covers")
    for node in covers.items if covers is not None else ():
        name, equals, value = node.text.removeprefix("policy.").partition("=")
        if equals and node.text.startswith("policy."):
            yield name, value
    for place in sample.walk():
        policy = place.get("policy")
        values = policy.get(process) if policy is not None else None
        if values is not None and isinstance(values.value, Mapping):
            for name, value in values.value.items():
                yield str(name), _written(value)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
