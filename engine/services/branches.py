"""The branches of processes, and which of them samples took: every action and every outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson

from engine.definitions.process import Process
from engine.services.platform import Platform
from engine.services.replayed import Replayed


class Branch(NamedTuple):
    """A way on from a step; ``step`` is empty for an action of the whole process."""

    step: str
    name: str


def branches_of(process: Process) -> dict[Branch, str]:
    """The branches of a process with what they are called, in the order of its file."""
    found = {Branch("", name): action.title for name, action in process.actions.items()}
    for step in process.steps.values():
        for name, action in step.actions.items():
            found[Branch(step.name, name)] = f"{step.title} {action.title}"
        for name in step.outcomes:
            found[Branch(step.name, name)] = f"{step.title} {name}"
    return found


def taken(platform: Platform) -> Iterator[tuple[str, Branch]]:
    """The branches that the journals of all cases tell of, each with the id of its process."""
    with platform.store.read() as unit:
        for row in unit.cases.every():
            for event in unit.journal.of(row.id):
                for part in orjson.loads(event.body)["events"]:
                    name = part.get("action") or part.get("outcome")
                    place = part.get("place")
                    if name and place:
                        yield row.process, Branch(place[0], name)
                        yield row.process, Branch("", name)


class Branches:
    """Collects what was taken; its ``note`` is called with every platform before it is closed."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._missing = {name: branches_of(process) for name, process in processes.items()}

    def note(self, platform: Platform, _result: Replayed) -> None:
        """Strike off what a sample's cases took, and those they have created."""
        for process, branch in taken(platform):
            self._missing[process].pop(branch, None)

    def missing(self, process: str) -> list[str]:
        """What the branches are called that nothing took."""
        return list(self._missing[process].values())
