"""The expected route of a case before there is one, with names (ENG-22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.domain.actor import Actor
from engine.runtime.forecast import forecast
from engine.services.casework import Casework


class Names(Protocol):
    """Tells what records are called."""

    def name(self, register: str, key: str | None) -> str:
        """The caption of a record."""
        ...


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the route: the step's caption, whose it would be, and by when to be there."""

    step: str
    title: str
    organisation: str | None
    name: str
    #: captions and dates of the deadlines by which a case must have come here
    deadlines: tuple[tuple[str, str], ...] = ()


class Forecasts:
    """Shows routes without creating anything."""

    def __init__(self, work: Casework, names: Names) -> None:
        self._work = work
        self._names = names

    def route(self, actor: Actor, process: str, data: Mapping[str, Any]) -> list[Stop]:
        """Where a case of ``process`` with these data would go if everybody passed it.

        Raises:
            NotFound: there is no such process.
        """
        pin = self._work.definitions.pin(process)
        with self._work.store.read() as unit:
            compiled = self._work.definitions.compiled(process, pin, unit)
            jurisdiction = compiled.process.jurisdiction
            now = self._work.now(jurisdiction)
            facts = self._work.facts(
                unit,
                compiled,
                None,
                data,
                now,
                # No number is taken for what only might be.
                writing=True,
                numbers=lambda unit, pool, of: [""],
                seed=self._work.seeds(),
            )
            places, dates = forecast(
                compiled,
                facts,
                actor.person,
                now,
                {"id": "", "number": None, "year": now.year},
                data=data,
            )
            return [
                Stop(
                    place.step,
                    compiled.process.steps[place.step].title,
                    place.organisation,
                    self._names.name("organisations", place.organisation)
                    if place.organisation
                    else "",
                    tuple(
                        (one.title, dates[one.name])
                        for one in compiled.deadlines
                        if one.reach == place.step and one.name in dates
                    ),
                )
                for place in places
            ]
