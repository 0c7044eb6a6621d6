"""Which cases a process knows by name: those it creates, the one that created it, its groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.definitions.process import Effect, Process, effects_of

#: how a step is left that waits for several cases: their ends are read as ``created``
SEVERAL = "ended"


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


class Related(NamedTuple):
    """The processes that know the cases of a process, by id, in the order of all processes."""

    #: those that create such cases
    creators: tuple[str, ...] = ()
    #: the group processes that hold them
    groups: tuple[str, ...] = ()


def relations(processes: Mapping[str, Process]) -> dict[str, Related]:
    """Find for each process those that know its cases.

    Found once for all: a process then depends on these alone, not on every other one.
    """
    creators: dict[str, dict[str, None]] = {}
    groups: dict[str, dict[str, None]] = {}
    for one in processes.values():
        for effect in creations(one):
            creators.setdefault(effect.name, {})[one.id] = None
        for name in one.members.processes if one.members is not None else ():
            groups.setdefault(name, {})[one.id] = None
    return {
        name: Related(tuple(creators.get(name, ())), tuple(groups.get(name, ())))
        for name in processes
    }
