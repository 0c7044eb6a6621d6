"""Sample cases as far as they can be checked without running them, and what none covers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.authoring.memory import Memory, once
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import SAMPLE_FILES, Files, texts
from engine.definitions.known import expect
from engine.definitions.process import Policy, Process, actions_of
from engine.definitions.sample import EXPECTED, parse_sample

if TYPE_CHECKING:
    from engine.definitions.release import Loaded

CASES = "examples/cases/"
DATA = "examples/data/"
WORLDS = "examples/worlds/"
SWITCH = Phrase("开关", "policy")
VALUE = Phrase("取值", "value")
Covered = frozenset[tuple[str, str]]
Switches = Mapping[str, Mapping[str, tuple[str, ...]]]


def check_samples(content: Files, loaded: Loaded, memory: Memory | None = None) -> None:
    """Report what is wrong with sample cases, and warn of policy values that none covers.

    Content without samples is left alone. With a memory only samples that changed are read again.

    A value is covered if a sample of the process names it in ``covers`` (``policy.x=value``) or
    sets it under ``given``, or if it is the default and any sample starts the process.
    """
    files = {
        path: text
        for path, text in content.items()
        if path.startswith(CASES) and path.endswith(".yaml")
    }
    names = _Names(
        processes=tuple(loaded.processes),
        switches={
            name: {one.name: _values(one) for one in bound.process.policy.values()}
            for name, bound in loaded.processes.items()
        },
        worlds=_names(content, WORLDS, ".yaml"),
        data=_names(content, DATA, ".yaml"),
        files=_names(content, SAMPLE_FILES, ""),
        told=_told(loaded),
    )
    read = [
        once(memory, ("sample", path), (path, text, names), _read, loaded.problems)
        for path, text in files.items()
    ]
    loaded.sources.update(texts(files))
    samples = [sample for sample in read if sample is not None]
    if not samples:
        return
    for bound in loaded.processes.values():
        process = bound.process
        mine = [sample for sample in samples if process.id in sample.started]
        covered = frozenset(pair for sample in mine for pair in sample.covered(process.id))
        for policy in process.policy.values():
            _policy(loaded.problems, process, policy, covered, tried=bool(mine))


@dataclass(frozen=True, slots=True)
class _Names:
    """The names samples may use: worlds, processes, sample data and files."""

    processes: tuple[str, ...]
    #: the values of each switch of each process; none where any will do
    switches: Switches
    worlds: tuple[str, ...]
    data: tuple[str, ...]
    files: tuple[str, ...]
    #: what expectations name, by their word; steps and actions by word and process
    told: Mapping[str, tuple[str, ...]]

    def check(self, sample: Node, problems: Problems) -> None:
        """Report every name of a sample that does not exist."""
        for world in _one_or_more(sample.get("world")):
            _known(problems, "SMP105", world, self.worlds)
        steps = sample.get("steps")
        self._switches(sample.get("given"), problems)
        for step in steps.items if steps is not None else ():
            _known(problems, "SMP107", step.get("process"), self.processes)
            self._switches(step.get("change"), problems)
        self._expectations(steps.items if steps is not None else (), problems)
        for node in sample.walk():
            if node.kind == "scalar" and node.text.startswith("$forms/"):
                _known(problems, "SMP106", node, self.data, "$forms/")
            elif node.kind == "scalar" and node.text.startswith("$files/"):
                _known(problems, "SMP106", node, self.files, "$files/")

    def _expectations(self, steps: Sequence[Node], problems: Problems) -> None:
        """Report names that nothing found can have: of steps, actions, codes, templates …"""
        running: dict[str, str] = {}
        for step in steps:
            case, process = _one_or_more(step.get("case")), step.get("process")
            if process is not None:
                running.update((one.text, process.text) for one in case)
            expected = step.get("expect")
            mine = case[0].text if case else ""
            for name, entry in (expected.entries if expected is not None else {}).items():
                if name in EXPECTED:
                    self._expectation(name, entry.value, running.get(mine, ""), problems)
                    continue
                for word, inner in entry.value.entries.items():
                    self._expectation(word, inner.value, running.get(name, ""), problems)

    def _expectation(self, word: str, node: Node, process: str, problems: Problems) -> None:
        if word == "messages":
            found = (item.get("template") for item in node.items)
            named = [one for one in found if one is not None]
        elif word == "records":
            named = [entry.key for entry in node.entries.values()]
        else:
            named = [one for one in _one_or_more(node) if one.kind == "scalar"]
        known = self.told.get(f"{word} {process}") or self.told.get(word) or ()
        for one in named if known else ():
            name = re.split("[.@]", one.text)[0] if word == "at" else one.text
            if name and name not in known and one.scalar is not None:
                problems.add("SMP109", one, key=word, name=name, given=name, choices=known)

    def _switches(self, change: Node | None, problems: Problems) -> None:
        """Report processes, switches and values that do not exist."""
        policy = change.get("policy") if change is not None else None
        for process, entry in (policy.entries if policy is not None else {}).items():
            if process not in self.switches:
                _known(problems, "SMP107", entry.key, self.processes)
                continue
            declared = dict(self.switches[process])
            where = Phrase("样例", "the sample")
            for name, given in entry.value.entries.items():
                if not expect(problems, given.key, SWITCH, name, tuple(declared), where):
                    continue
                text = _written(given.value.value)
                if declared[name] and text not in declared[name]:
                    expect(problems, given.value, VALUE, text, declared[name], where)


def _known(
    problems: Problems, code: str, node: Node | None, known: tuple[str, ...], prefix: str = ""
) -> None:
    name = node.text.removeprefix(prefix) if node is not None else ""
    if node is not None and name and name not in known:
        problems.add(code, node, name=name, given=name, choices=known)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a sample tries: processes, and values of policies for one of them or for any."""

    started: frozenset[str]
    named: Covered
    given: Mapping[str, Covered]

    def covered(self, process: str) -> Covered:
        """Return the policy values it covers of a process."""
        return self.named | self.given.get(process, frozenset())


def _read(path: str, text: bytes, names: _Names, problems: Problems) -> _Tried | None:
    node = read_yaml(text, path, problems)
    if node is None:
        return None
    parse_sample(node, path, problems)
    names.check(node, problems)
    return _Tried(_started(node), _named(node), _given(node))


def _told(loaded: Loaded) -> dict[str, tuple[str, ...]]:
    """The names that expectations may use, as far as they are known."""
    content = loaded.content
    statuses = content.codes.get("statuses")
    told = {
        "status": tuple(statuses.values) if statuses is not None else (),
        "documents": tuple(content.documents),
        "messages": tuple(content.messages),
        "records": tuple(content.registers),
    }
    for name, bound in loaded.processes.items():
        told[f"at {name}"] = tuple(bound.process.steps)
        told[f"actions {name}"] = tuple({one.name: None for one in actions_of(bound.process)})
    return {word: names for word, names in told.items() if names}


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
    values = _values(policy)
    defaults = {_written(value) for _, value in policy.default}
    for value in values:
        if (policy.name, value) in covered or (tried and value in defaults):
            continue
        problems.add("DEF320", policy.node, length=1, name=policy.name, value=value)


def _values(policy: Policy) -> tuple[str, ...]:
    return policy.values or (("true", "false") if policy.type == "boolean" else ())


def _started(sample: Node) -> frozenset[str]:
    steps = sample.get("steps")
    found = {node.text for step in (steps.items if steps else ()) if (node := step.get("process"))}
    covers = sample.get("covers")
    return frozenset(found | {node.text for node in (covers.items if covers else ())})


def _named(sample: Node) -> Covered:
    covers = sample.get("covers")
    texts = (node.text for node in (covers.items if covers is not None else ()))
    pairs = (text.removeprefix("policy.").partition("=") for text in texts if _is_policy(text))
    return frozenset((name, value) for name, equals, value in pairs if equals)


def _is_policy(text: str) -> bool:
    return text.startswith("policy.")


def _given(sample: Node) -> dict[str, Covered]:
    found: dict[str, set[tuple[str, str]]] = {}
    for place in sample.walk():
        policy = place.get("policy")
        for process, entry in (policy.entries if policy is not None else {}).items():
            if isinstance(entry.value.value, Mapping):
                pairs = entry.value.value.items()
                found.setdefault(process, set()).update((str(n), _written(v)) for n, v in pairs)
    return {process: frozenset(pairs) for process, pairs in found.items()}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
