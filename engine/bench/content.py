"""Checking the shipped content: all of it, and again after an edit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from engine import content
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bench.figures import figure, rounds
from engine.definitions import release as releases
from engine.definitions.exploration import explore
from engine.definitions.workbench import Workbench

ROUNDS = 5


def check_against_composing() -> list[dict[str, Any]]:
    """The time ``zhicheng check`` takes for its work; the floor is reading the same files."""
    files = content.read_files(content.bundled())

    def compose() -> float:
        begun = time.perf_counter()
        for path, text in files.items():
            if path.endswith(".yaml"):
                read_yaml(text, path, Problems())
        return time.perf_counter() - begun

    def check() -> float:
        begun = time.perf_counter()
        releases.load(files)
        return time.perf_counter() - begun

    found = rounds({"check": check, "compose": compose}, ROUNDS)
    made = figure("check_vs_compose", found["check"], "s")
    made["floor"] = figure("", found["compose"], "")["value"]
    made["ratio"] = figure("", found["compose"], "", found["check"])["ratio"]
    return [made]


def exploration_of_everything() -> list[dict[str, Any]]:
    """The time to explore all states of all processes; the floor is checking the content."""
    files = content.read_files(content.bundled())
    processes = releases.load(files).processes.values()

    def exploring() -> float:
        begun = time.perf_counter()
        for bound in processes:
            explore(bound)
        return (time.perf_counter() - begun) * 1000

    def load() -> float:
        begun = time.perf_counter()
        releases.load(files)
        return (time.perf_counter() - begun) * 1000

    found = rounds({"exploring": exploring, "load": load}, ROUNDS)
    return [figure("exploration_ms", found["exploring"], "ms", found["load"])]


def check_of_a_keystroke() -> list[dict[str, Any]]:
    """The time until all problems are known after a character was typed; the floor loads all.

    Typed is in the middle of the largest file, and of the largest process and form.
    """
    files = content.read_files(content.bundled())
    folders = {"": "", "process_": "definitions/processes/", "form_": "forms/"}
    return [
        _keystrokes(
            f"check_{name}keystroke_ms",
            files,
            max(
                (path for path in files if path.startswith(folder) and path.endswith(".yaml")),
                key=lambda path: len(files[path]),
            ),
        )
        for name, folder in folders.items()
    ]


def _keystrokes(name: str, files: Mapping[str, bytes], path: str) -> dict[str, Any]:
    bench, text = Workbench(files), files[path].decode()
    place = text.index("\n", len(text) // 2)
    bench.check()
    typed = iter(range(1, ROUNDS + 1))

    def keystroke() -> float:
        changed = f"{text[:place]} # {'x' * next(typed)}{text[place:]}"
        begun = time.perf_counter()
        bench.with_file(path, changed)
        return (time.perf_counter() - begun) * 1000

    def load() -> float:
        begun = time.perf_counter()
        releases.load(files)
        return (time.perf_counter() - begun) * 1000

    found = rounds({"keystroke": keystroke, "load": load}, ROUNDS)
    return figure(name, found["keystroke"], "ms", found["load"])
