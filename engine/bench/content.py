"""Checking the shipped content, against only composing its files."""

from __future__ import annotations

import time
from typing import Any

from engine import content
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bench.figures import figure, rounds
from engine.definitions import release as releases

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
