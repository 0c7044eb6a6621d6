"""A process as others know it: all that they may read of it, without captions and places.

What is made of a process is kept as long as its neighbours are equal to what they were, whatever
else is typed in their files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.authoring.problems import Problems
from engine.definitions.process import EndKind, Process, Step, actions_of, effects_of


class StepSeen(NamedTuple):
    """A step of another process."""

    name: str
    end: EndKind | None
    #: whether it is a wait, and for which group
    waits: bool
    group: str | None
    outcomes: tuple[str, ...]
    stages: tuple[str, ...]
    #: the process it calls
    calls: str | None


class Kept(NamedTuple):
    """What an action or effect keeps in the data of a case, beside its form."""

    path: tuple[str, ...]
    label: str
    #: what an action asks: form, fields of it, and whether members are chosen
    form: str | None = None
    fields: tuple[str, ...] | None = None
    members: bool = False
    #: a system outside whose answer it is
    connector: str | None = None


class Taken(NamedTuple):
    """Which cases a group takes in, and where they wait."""

    processes: tuple[str, ...]
    waiting_at: str


@dataclass(frozen=True)
class Neighbour:
    """A process as others know it."""

    id: str
    title: str
    form: str | None
    jurisdiction: str
    taken: Taken | None
    #: the outcomes its members are released with
    releases: tuple[str | None, ...]
    #: the names of its actions, and of those it has linked cases do
    actions: tuple[str, ...]
    sends: tuple[str, ...]
    kept: tuple[Kept, ...]
    steps: Mapping[str, StepSeen]
    #: its policies, each with the words it may be set to
    policy: Mapping[str, tuple[str, ...] | None]

    @property
    def ends(self) -> tuple[str, ...]:
        """The steps its cases end at."""
        return tuple(step.name for step in self.steps.values() if step.end is not None)


def neighbour(process: Process, _problems: Problems | None = None) -> Neighbour:
    """Return what others may read of a process."""
    members, effects = process.members, tuple(effects_of(process))
    return Neighbour(
        id=process.id,
        title=process.title,
        form=process.form,
        jurisdiction=process.jurisdiction,
        taken=Taken(members.processes, members.waiting_at) if members is not None else None,
        releases=tuple(one.as_ for one in effects if one.kind == "release"),
        actions=tuple(dict.fromkeys(action.name for action in actions_of(process))),
        sends=tuple(dict.fromkeys(one.name for one in effects if one.kind == "send")),
        kept=tuple(_kept(process)),
        steps={name: _seen(step) for name, step in process.steps.items()},
        policy={name: one.values for name, one in process.policy.items()},
    )


def _seen(step: Step) -> StepSeen:
    wait, call = step.wait, step.call
    return StepSeen(
        step.name,
        step.end,
        wait is not None,
        wait.group if wait is not None else None,
        tuple(step.outcomes),
        tuple(step.stages),
        call.name if call is not None else None,
    )


def _kept(process: Process) -> Iterator[Kept]:
    for action in actions_of(process):
        if action.into is None:
            continue
        path, ask = (action.into,), action.ask
        if ask is None:
            yield Kept(path, action.title, form="", fields=())
        else:
            yield Kept(path, action.title, ask.form, ask.fields, ask.members)
    for effect in effects_of(process):
        if effect.into is not None and effect.kind != "release":
            connector = effect.name if effect.kind == "connector" else None
            yield Kept(tuple(effect.into.split(".")), effect.name, connector=connector)
