"""The facts of a running case, looked up in registers, routes, policies, groups and the journal.

Values are read in the transaction of the command; what is read twice is looked up once, and all of
it is journalled (:class:`engine.runtime.facts.Recording`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from engine.definitions.jurisdiction import Pool
from engine.definitions.links import created_by, link_name
from engine.definitions.process import Draw, Policy, Query
from engine.domain.errors import EngineError
from engine.expressions import Calendar
from engine.runtime.compiled import Compiled
from engine.runtime.facts import Asking, usual_workday
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork

#: the route that is the tree of organisations itself
SUPERIOR = "superior"
#: what a process reads of a linked case
LINKED = ("id", "number", "open", "outcome", "data")


class Lookups(Protocol):
    """What facts need of registers and routes; the registers service is one."""

    def field(self, unit: UnitOfWork, register: str, key: str, field: str) -> Any:
        """A field of a record, its id and state and computed values included; None if absent."""
        ...

    def find(
        self,
        unit: UnitOfWork,
        register: str,
        where: Any,
        *,
        limit: int | None = None,
        jurisdiction: str | None = None,
    ) -> Sequence[str]:
        """The keys of a jurisdiction's records for which a bound condition holds, in order."""
        ...

    def superior(self, unit: UnitOfWork, organisation: str) -> str | None:
        """The organisation above."""
        ...

    def route(
        self, unit: UnitOfWork, route: str, key: Mapping[str, Any], organisation: str, day: str
    ) -> str | None:
        """The next organisation of a route table on a day."""
        ...

    def take_number(self, unit: UnitOfWork, pool: Pool, of: str | None, year: int) -> Sequence[str]:
        """Take a number from somebody's ranges; refused where none is left.

        Behind it come the first and the last that were passed over.
        """
        ...

    def demand_numbers(
        self, unit: UnitOfWork, pool: Pool, of: str | None, year: int, wanted: int
    ) -> None:
        """Refuse to begin what needs more numbers than are free in somebody's ranges."""
        ...


class NeedsTransaction(EngineError):
    """A value can only be taken while writing (a number of a pool): carry the command out again."""


class CaseFacts:
    """See :class:`engine.runtime.facts.Facts`. ``row`` is None while a case is being started."""

    def __init__(
        self,
        unit: UnitOfWork,
        lookups: Lookups,
        compiled: Compiled,
        row: CaseRow | None,
        *,
        data: Mapping[str, Any],
        policy: Mapping[str, Any],
        today: str,
        writing: bool,
        seed: int,
        jurisdiction: Mapping[str, Any],
        calendar: Calendar | None = None,
        numbers: Any = None,
        found: dict[tuple[str, Any, int | None], Sequence[str]] | None = None,
        creator: str | None = None,
    ) -> None:
        self._unit = unit
        self._lookups = lookups
        self._compiled = compiled
        self._row = row
        self._data = data
        self._policy = policy
        self._today = today
        self._writing = writing
        self._seed = seed
        self._jurisdiction = jurisdiction
        self._calendar = calendar
        self._numbers = numbers
        #: the case that creates this one, while it is being started
        self._creator = creator
        #: searches already made for this command, also by the look before it
        self._known = found if found is not None else {}

    def is_workday(self, day: date, /) -> bool:
        """Whether people work on a day, by the calendar of the jurisdiction if it has one."""
        return usual_workday(day) if self._calendar is None else self._calendar.is_workday(day)

    def record(self, register: str, key: str, field: str) -> Any:
        """A field of a record."""
        if register == "jurisdictions":
            return self._jurisdiction.get(field)
        if register == "members":
            row = self._unit.cases.load(key)
            return self._links(row) if field == "linked" else self._of_case(row, field)
        return self._lookups.field(self._unit, register, key, field)

    def policy(self, name: str, asking: Asking) -> Any:
        """The first layer that sets the switch, the one named last in ``set_by`` first."""
        policy = self._compiled.process.policy[name]
        for layer in reversed(policy.set_by):
            value = self._layer(layer, policy, asking)
            if value is not None:
                return value
        return self._default(policy, asking)

    def _layer(self, layer: str, policy: Policy, asking: Asking) -> Any:
        if layer == "jurisdiction":
            return self._policy.get(policy.name)
        # A fact that is a record: its field of the same name, when it is filled in.
        fact = self._compiled.process.facts.get(layer)
        if fact is None or fact.formula is None:
            return None
        register, key = asking.register(fact.formula), asking.key(fact.formula)
        if register is None or key is None:
            return None
        return self._lookups.field(self._unit, register, key, policy.name)

    def _default(self, policy: Policy, asking: Asking) -> Any:
        as_of = self._today if self._row is None else self._row.started_at.date().isoformat()
        if policy.as_of is not None:
            # While its date is not known, a case counts by when it was started.
            as_of = str(asking.value(policy.as_of) or as_of)
        # The check of the process demands the dates in order, the undated entry first.
        return next(
            value for since, value in reversed(policy.default) if since is None or since <= as_of
        )

    def query(self, name: str, asking: Asking) -> Any:
        """Look into a register or into cases."""
        query = self._compiled.process.facts[name].query
        assert query is not None  # the context asks only for facts that are queries
        keys = self._found(query, asking)
        match query.kind:
            case "exists":
                return bool(keys)
            case "count":
                return len(keys)
            case "first":
                return keys[0] if keys else None
        return self._sum(query, keys)

    def _found(self, query: Query, asking: Asking) -> Sequence[str]:
        where = asking.search(query.where) if query.where is not None else None
        limit = 1 if query.kind == "exists" else None
        place = (query.source, where, limit)
        if place not in self._known:
            self._known[place] = self._find(query.source, where, limit)
        return self._known[place]

    def _find(self, source: str, where: Any, limit: int | None = None) -> Sequence[str]:
        jurisdiction = self._compiled.process.jurisdiction
        return self._lookups.find(self._unit, source, where, limit=limit, jurisdiction=jurisdiction)

    def _sum(self, query: Query, keys: Sequence[str]) -> float:
        if query.of is None:
            return 0
        field = query.of.text.removeprefix("it.")
        values = [self._lookups.field(self._unit, query.source, key, field) for key in keys]
        return sum(value for value in values if isinstance(value, int | float))

    def route(self, route: str, key: Mapping[str, Any], organisation: str) -> str | None:
        """The next organisation."""
        if route == SUPERIOR:
            return self._lookups.superior(self._unit, organisation)
        return self._lookups.route(self._unit, route, key, organisation, self._today)

    def members(self) -> Sequence[Mapping[str, Any]]:
        """The cases in this group with what its list says about each."""
        if self._row is None:
            return []
        found = []
        for member in self._unit.members.of(self._row.id):
            row = self._unit.cases.load_by_id(member.case_id) if member.state == "in" else None
            if row is not None:
                found.append(
                    {
                        "id": member.uid,
                        "number": row.number,
                        "initiator": row.initiator,
                        "row": member.row or {},
                    }
                )
        return found

    def linked(self, name: str) -> Mapping[str, Any]:
        """The case linked by this name: the latest created, the creator, or the latest group."""
        uid = self._uid_of_linked(name)
        if uid is None:
            return {"open": False, "outcome": None, "data": {}}
        return self._linked_case(uid)

    def created(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The cases it created under a name and waits for, or waited for last."""
        if self._row is None:
            return ()
        return [self._linked_case(one.uid) for one in self._unit.links.round(self._row.id, name)]

    def _uid_of_linked(self, name: str) -> str | None:
        if self._row is not None and name in created_by(self._compiled.process):
            link = self._unit.links.latest(self._row.id, name)
            return link.uid if link is not None else None
        groups = self._unit.members.groups_of(self._row.id) if self._row is not None else ()
        for group in reversed(groups):
            if link_name(group.process) == name:
                return group.uid
        creator = self._created_by()
        return creator.uid if creator is not None and link_name(creator.process) == name else None

    def _created_by(self) -> CaseRow | None:
        if self._row is None:
            return self._unit.cases.load(self._creator) if self._creator is not None else None
        link = self._unit.links.to(self._row.id)
        return self._unit.cases.load_by_id(link.owner_id) if link is not None else None

    def _links(self, row: CaseRow | None) -> Mapping[str, Any]:
        """The latest group of each kind that held a case, by link name."""
        groups = self._unit.members.groups_of(row.id) if row is not None else ()
        latest = {link_name(group.process): group.uid for group in groups}
        return {name: self._linked_case(uid) for name, uid in latest.items()}

    def _linked_case(self, uid: str) -> Mapping[str, Any]:
        row = self._unit.cases.load(uid)
        return {field: self._of_case(row, field) for field in LINKED}

    def _of_case(self, row: CaseRow | None, field: str) -> Any:
        """What a rule reads of another case: its data or a column of its row."""
        if row is None:
            return {"open": False, "data": {}}.get(field)
        if field == "data":
            return self._unit.blobs.get(row.data_hash) if row.data_hash else {}
        if field in ("open", "closed"):
            return (row.closed_at is None) == (field == "open")
        value = row.uid if field == "id" else getattr(row, field, None)
        return value.isoformat() if isinstance(value, datetime) else value

    def seed(self) -> int:
        """The random number of this command."""
        return self._seed

    def draw(
        self,
        draw: Draw,
        count: int | None,
        asking: Asking,
        seed: int,
        without: Collection[str],
        fits: Callable[[str], bool] | None = None,
    ) -> Sequence[str]:
        """Draw by lot among those for whom the condition holds."""
        where = asking.search(draw.where) if draw.where is not None else None
        candidates = list(self._find(draw.register, where))
        # Fair and repeatable: the seed is random, and it is journalled with those drawn.
        random.Random(seed).shuffle(candidates)  # noqa: S311
        people: list[str] = []
        for key in candidates:
            if count is not None and len(people) >= count:
                break
            person = self._person(draw.register, key)
            if not person or person in without or person in people:
                continue
            if fits is None or fits(person):
                people.append(person)
        return people

    def _person(self, register: str, key: str) -> str | None:
        # A register of experts points to the person by its field `person`.
        if register == "people":
            return key
        person = self._lookups.field(self._unit, register, key, "person")
        return str(person) if person else None

    def before(self, seq: int) -> Mapping[str, Any]:
        """What event ``seq`` overwrote."""
        assert self._row is not None  # only a running case has a past
        for event in self._unit.journal.of(self._row.id, since=seq - 1):
            if event.seq == seq and event.data_hash is not None:
                sealed = self._unit.blobs.get(event.data_hash)
                overwritten: Mapping[str, Any] = sealed.get("overwritten", {})
                return overwritten
        return {}

    def number(self, pool: str, of: str | None) -> Sequence[str]:
        """The next number of a pool, and those passed over; ``of`` is whom it belongs to.

        Raises:
            NeedsTransaction: a number can be given only in the transaction that keeps it.
        """
        if not self._writing:
            raise NeedsTransaction(pool)
        found: Sequence[str] = self._numbers(self._unit, pool, of)
        return found
