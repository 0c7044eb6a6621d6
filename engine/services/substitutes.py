"""Standing substitutes (代理): a colleague who does somebody's tasks while they are away.

A person names one at the organisation acted for, and whoever manages accounts there does it for
others. What a substitute may do follows from what the other one may do at that moment: nothing is
handed on, and a substitute of a substitute has none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.directory import GRANT_ROLES, Directory
from engine.services.kept import kept
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.grants import GrantRow, NewGrant
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody who stands in for somebody else: by name, and until when."""

    id: int
    person: str
    person_name: str
    substitute: str
    substitute_name: str
    #: the first day, where it has not begun, and the last; None: until it is ended
    since: date | None
    until: date | None


class Substitutes:
    """Names substitutes and ends them."""

    def __init__(self, records: Records, directory: Directory, sentences: Sentences) -> None:
        self._records = records
        self._store = records.store
        self._directory = directory
        self._sentences = sentences

    # ------------------------------------------------------------ reading

    def given(self, actor: Actor) -> list[Substitution]:
        """Who stands in for the actor where they act, now or later."""
        return [one for one in self._here(actor) if one.person == actor.person]

    def held(self, actor: Actor) -> list[Substitution]:
        """For whom the actor stands in where they act, now or later."""
        return [one for one in self._here(actor) if one.substitute == actor.person]

    def all(self, actor: Actor) -> list[Substitution]:
        """Every substitute at the organisation the actor acts for.

        Raises:
            NotAllowed: the actor may not manage accounts there.
        """
        with self._sentences.saying():
            self._demand_rights(actor)
        return self._here(actor)

    def manages(self, actor: Actor) -> bool:
        """Whether the actor names substitutes of others."""
        return self._directory.why_not(actor, GRANT_ROLES) is None

    def colleagues(self, actor: Actor) -> list[tuple[str, str]]:
        """Everybody with a role where the actor acts: key and name."""
        if actor.organisation is None:
            return []
        people = self._directory.grants_at(actor.organisation)
        names = self._directory.names(PEOPLE, people)
        return sorted(((one, names.get(one, one)) for one in people), key=lambda one: one[1])

    # ------------------------------------------------------------ naming

    @kept
    def name(
        self,
        actor: Actor,
        substitute: str,
        *,
        person: str | None = None,
        since: str = "",
        until: str = "",
    ) -> int:
        """Let a colleague do somebody's tasks; return the key by which it is ended.

        Args:
            actor: the person who will be away, or who manages accounts there.
            substitute: the colleague.
            person: who will be away; None: the actor.
            since: the first day; "" from now on.
            until: the last day; "" until it is ended.

        Raises:
            Refused: a right, a day or somebody named says no; nothing was changed.
        """
        whom = person or actor.person
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._organisation(actor, whom)
            begins, ends = self._times(actor, since, until)
            staff = self._directory.grants_at(organisation)
            if substitute == whom:
                raise Refused("substitute_oneself")
            for one in (substitute, whom):
                if one not in staff:
                    raise Refused("substitute_stranger", person=one)
            for known in self._rows(unit, organisation):
                if not _overlap(known, begins or self._records.now(actor.jurisdiction), ends):
                    continue
                if known.stands_for == whom:
                    raise Refused("substitute_already", person=known.person)
                if known.stands_for == substitute:
                    # Tasks are not passed on: nobody would do these.
                    raise Refused("substitute_away", person=substitute)
            return unit.grants.add(
                NewGrant(
                    substitute, "", organisation, actor.jurisdiction or "", begins, ends,
                    actor.person, self._records.now(actor.jurisdiction), whom,
                )
            )  # fmt: skip

    @kept
    def end(self, actor: Actor, key: int) -> None:
        """End it; from the next moment the substitute does nothing more.

        Raises:
            Refused: there is none, or it is somebody else's and the actor does not manage accounts.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = unit.grants.load(key)
            if row is None or row.stands_for is None or row.organisation != actor.organisation:
                raise NotFound("no_such_substitute")
            # Whoever stands in may give it up too.
            if actor.person not in (row.stands_for, row.person):
                self._demand_rights(actor)
            unit.grants.end(key, self._records.now(actor.jurisdiction))

    def why_not_instead(self, actor: Actor, key: int, substitute: str) -> Refused | None:
        """Why a colleague cannot stand in where somebody else does now; None when they can."""
        with self._store.read() as unit:
            row = unit.grants.load(key)
            if row is None or row.stands_for is None or row.organisation != actor.organisation:
                return NotFound("no_such_substitute")
            if substitute == row.stands_for:
                return Refused("substitute_oneself")
            now = self._records.now(actor.jurisdiction)
            for known in self._rows(unit, row.organisation):
                begins = row.valid_from or now
                if known.stands_for == substitute and _overlap(known, begins, row.valid_until):
                    return Refused("substitute_away", person=substitute)
        return None

    @kept
    def instead(self, actor: Actor, key: int, substitute: str) -> None:
        """Let a colleague stand in where somebody else does, for the time that is left.

        Raises:
            Refused: the actor does not manage accounts, or the colleague cannot.
        """
        with self._sentences.saying(), self._store.write() as unit:
            self._demand_rights(actor)
            refusal = self.why_not_instead(actor, key, substitute)
            row = unit.grants.load(key)
            if refusal is not None or row is None:
                raise refusal or NotFound("no_such_substitute")
            now = self._records.now(actor.jurisdiction)
            unit.grants.end(key, now)
            follows = NewGrant(
                substitute, row.role, row.organisation, row.jurisdiction, row.valid_from,
                row.valid_until, actor.person, now, row.stands_for,
            )  # fmt: skip
            unit.grants.add(follows)

    # ------------------------------------------------------------ inside

    def _here(self, actor: Actor) -> list[Substitution]:
        if actor.organisation is None:
            return []
        now = self._records.now(actor.jurisdiction)
        with self._store.read() as unit:
            rows = [one for one in self._rows(unit, actor.organisation) if _still(one, now)]
            people = {one for row in rows for one in (row.person, row.stands_for) if one}
            names = self._directory.names(PEOPLE, people)
        return [
            Substitution(
                row.id,
                row.stands_for or "",
                names.get(row.stands_for or "", row.stands_for or ""),
                row.person,
                names.get(row.person, row.person),
                _first_day(row, now),
                _last_day(row, now),
            )
            for row in rows
        ]

    @staticmethod
    def _rows(unit: UnitOfWork, organisation: str) -> list[GrantRow]:
        return [one for one in unit.grants.at([organisation], [""]) if one.stands_for is not None]

    def _organisation(self, actor: Actor, whom: str) -> str:
        if actor.organisation is None:
            raise NotAllowed("not_for_people", action="")
        if whom != actor.person:
            self._demand_rights(actor)
        return actor.organisation

    def _demand_rights(self, actor: Actor) -> None:
        refusal = self._directory.why_not(actor, GRANT_ROLES)
        if refusal is not None:
            raise refusal

    def _times(
        self, actor: Actor, since: str, until: str
    ) -> tuple[datetime | None, datetime | None]:
        """The moments of the first day's beginning and the last day's end."""
        zone = self._records.zone(actor.jurisdiction)
        now = self._records.now(actor.jurisdiction)
        try:
            first = date.fromisoformat(since) if since else None
            last = date.fromisoformat(until) if until else None
        except ValueError as error:
            raise Refused("substitute_day") from error
        if last is not None and (last < now.date() or (first is not None and last < first)):
            raise Refused("substitute_over")

        def begins(day: date) -> datetime:
            return datetime(day.year, day.month, day.day, tzinfo=zone)

        return (
            begins(first) if first is not None and first > now.date() else None,
            begins(last + timedelta(days=1)) if last is not None else None,
        )


def _first_day(row: GrantRow, now: datetime) -> date | None:
    """The day with which it begins, if it has not begun."""
    if row.valid_from is None or row.valid_from <= now:
        return None
    return row.valid_from.astimezone(now.tzinfo).date()


def _last_day(row: GrantRow, now: datetime) -> date | None:
    """The day at whose midnight it ends."""
    if row.valid_until is None:
        return None
    return (row.valid_until.astimezone(now.tzinfo) - timedelta(seconds=1)).date()


def _still(row: GrantRow, now: datetime) -> bool:
    if row.valid_until is None:
        return True
    # One that was ended before it began has no length.
    return row.valid_until > now and row.valid_until != row.valid_from


def _overlap(row: GrantRow, begins: datetime, ends: datetime | None) -> bool:
    if row.valid_from is not None and row.valid_from == row.valid_until:
        return False
    after = row.valid_until is not None and row.valid_until <= begins
    before = row.valid_from is not None and ends is not None and ends <= row.valid_from
    return not (after or before)
