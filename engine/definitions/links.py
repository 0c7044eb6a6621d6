"""Which cases a process knows by name: those it creates, the one that created it, its groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.definitions.process import Effect, Process, effects_of


def link_name(process: str) -> str:
    """Return the name a case is known by where no other is given: the last part of its process."""
    return process.rsplit("/", 1)[-1].replace("-", "_")


def creations(process: Process) -> Iterator[Effect]:
    """Go through everything that creates a case of another process, calls included."""
    return (effect for effect in effects_of(process) if effect.kind == "create")


def created_by(process: Process) -> Mapping[str, str]:
    """Return the process of the cases that a process creates, by link."""
    found: dict[str, str] = {}
    for effect in creations(process):
        found.setdefault(effect.link, effect.name)
    return found


def creators_of(name: str, processes: Iterable[Process]) -> Iterator[Process]:
    """Go through the processes that create cases of the process ``name``."""
    return (one for one in processes if any(effect.name == name for effect in creations(one)))


def groups_of(names: Iterable[str], processes: Iterable[Process]) -> Iterator[Process]:
    """Go through the group processes that hold cases of the processes ``names``."""
    held = set(names)
    return (
        one
        for one in processes
        if one.members is not None and not held.isdisjoint(one.members.processes)
    )
