"""What a command reads from the world beyond the case, and how it is recorded.

``Facts`` is the port the services implement. Every value read in a command is recorded under a
text key and journalled with the event; a rebuild reads the recorded values instead of the world,
so that yesterday's decision does not change when a register does today.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from engine.definitions.process import Draw, Formula
from engine.domain.errors import UnreadableFact

#: the key of the days that were not worked, or worked, against the rule of the week
WORKDAYS = "workdays"


def usual_workday(day: date) -> bool:
    """Whether a day is one from Monday to Friday: what a day is where nothing else is known."""
    return day.weekday() < 5


class Asking(Protocol):
    """The command that asks: it can evaluate what a fact itself depends on."""

    def search(self, formula: Formula) -> Any:
        """A ``where`` with everything computed that does not read the row."""
        ...

    def value(self, formula: Formula) -> Any:
        """What an expression gives."""
        ...

    def key(self, formula: Formula) -> str | None:
        """The key of the record an expression gives."""
        ...

    def register(self, formula: Formula) -> str | None:
        """The register of the record an expression gives."""
        ...


class Facts(Protocol):
    """The world as one command sees it. All values are JSON; references are record keys."""

    def record(self, register: str, key: str, field: str) -> Any:
        """A field of a record; None when the record or the value does not exist."""
        ...

    def policy(self, name: str, asking: Asking) -> Any:
        """The value of a declared switch for this case."""
        ...

    def query(self, name: str, asking: Asking) -> Any:
        """The result of a fact that looks into a register or into cases."""
        ...

    def route(self, route: str, key: Mapping[str, Any], organisation: str) -> str | None:
        """The organisation after ``organisation`` on a route; None at its end."""
        ...

    def members(self) -> Sequence[Mapping[str, Any]]:
        """The members of a group case: {"id", "row", and the member's data}."""
        ...

    def linked(self, name: str) -> Mapping[str, Any]:
        """A linked case: {"id", "number", "open", "outcome", "data"}."""
        ...

    def created(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The cases created under a name that are waited for, or were last; as :meth:`linked`."""
        ...

    def is_workday(self, day: date, /) -> bool:
        """Whether people work on a day where the case belongs."""
        ...

    def seed(self) -> int:
        """A number nobody could foresee, to draw by lot with."""
        ...

    def draw(
        self,
        draw: Draw,
        count: int | None,
        asking: Asking,
        seed: int,
        without: Collection[str],
        fits: Callable[[str], bool] | None = None,
    ) -> Sequence[str]:
        """Draw people by lot, not those of ``without``, nor whom ``fits`` does not take.

        Without a count all who could be drawn.
        """
        ...

    def before(self, seq: int) -> Mapping[str, Any]:
        """The values that event ``seq`` overwrote by ``set``, for withdrawing it."""
        ...

    def number(self, pool: str, of: str | None) -> Sequence[str]:
        """The next number of a pool, taken with the transaction of the command.

        Of a pool with ranges it is from those of ``of``. Behind it come the first and the last
        of those that were passed over, because they are in use already.
        """
        ...


class Recording:
    """Facts that remember what was read."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.read: dict[str, Any] = {}

    def _once(self, key: str, load: Callable[[], Any]) -> Any:
        if key not in self.read:
            self.read[key] = load()
        return self.read[key]

    def record(self, register: str, key: str, field: str) -> Any:
        """See :class:`Facts`."""
        return self._once(
            f"{register}/{key}.{field}", lambda: self._facts.record(register, key, field)
        )

    def policy(self, name: str, asking: Asking) -> Any:
        """See :class:`Facts`."""
        return self._once(f"policy.{name}", lambda: self._facts.policy(name, asking))

    def query(self, name: str, asking: Asking) -> Any:
        """See :class:`Facts`."""
        return self._once(f"fact.{name}", lambda: self._facts.query(name, asking))

    def route(self, route: str, key: Mapping[str, Any], organisation: str) -> str | None:
        """See :class:`Facts`."""
        name = ",".join(f"{k}={v}" for k, v in sorted(key.items()))
        found: str | None = self._once(
            f"route.{route}({name}){organisation}",
            lambda: self._facts.route(route, key, organisation),
        )
        return found

    def members(self) -> Sequence[Mapping[str, Any]]:
        """See :class:`Facts`."""
        found: Sequence[Mapping[str, Any]] = self._once(
            "members", lambda: list(self._facts.members())
        )
        return found

    def linked(self, name: str) -> Mapping[str, Any]:
        """See :class:`Facts`."""
        found: Mapping[str, Any] = self._once(f"linked.{name}", lambda: self._facts.linked(name))
        return found

    def created(self, name: str) -> Sequence[Mapping[str, Any]]:
        """See :class:`Facts`."""
        found: Sequence[Mapping[str, Any]] = self._once(
            f"created.{name}", lambda: list(self._facts.created(name))
        )
        return found

    def is_workday(self, day: date, /) -> bool:
        """See :class:`Facts`; only holidays and make-up days are kept, so counting far is cheap."""
        kept: dict[str, bool] = self.read.get(WORKDAYS, {})
        text = day.isoformat()
        if text in kept:
            return kept[text]
        found = self._facts.is_workday(day)
        if found != usual_workday(day):
            self.read[WORKDAYS] = {**kept, text: found}
        return found

    def seed(self, step: str) -> int:
        """See :class:`Facts`; panels that branches come to at once draw by lots of their own."""
        drawn = sum(key.startswith("seed.") for key in self.read)
        found: int = self._once(f"seed.{step}", lambda: self._facts.seed() + drawn)
        return found

    def draw(
        self,
        step: str,
        draw: Draw,
        count: int | None,
        asking: Asking,
        seed: int,
        without: Collection[str],
        fits: Callable[[str], bool] | None = None,
    ) -> Sequence[str]:
        """See :class:`Facts`."""
        found: Sequence[str] = self._once(
            f"draw.{step}",
            lambda: list(self._facts.draw(draw, count, asking, seed, without, fits)),
        )
        return found

    def before(self, seq: int) -> Mapping[str, Any]:
        """See :class:`Facts`."""
        found: Mapping[str, Any] = self._once(f"before.{seq}", lambda: self._facts.before(seq))
        return found

    def number(self, pool: str, of: str | None, key: str) -> Sequence[str]:
        """See :class:`Facts`; ``key`` tells several numbers of one command apart."""
        found: Sequence[str] = self._once(
            f"number.{key}", lambda: list(self._facts.number(pool, of))
        )
        return found


class _Absent:
    """Facts of a rebuild: what was not recorded cannot be read."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known

    @staticmethod
    def is_workday(day: date, /) -> bool:
        return usual_workday(day)

    def __getattr__(self, name: str) -> Any:
        def refuse(*args: Any) -> Any:
            raise UnreadableFact(f"{name}{args}", self._known)

        return refuse


def recorded(values: Mapping[str, Any]) -> Recording:
    """Facts that give exactly the recorded ``values``.

    Reading anything else raises :class:`UnreadableFact`: the journal would be incomplete.
    """
    facts = Recording(_Absent(values))
    facts.read.update(values)
    return facts
