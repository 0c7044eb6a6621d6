"""Who people are, what they may do and where: the one place that decides rights.

A role is granted to a person at an organisation. There it lets the person do what its permissions
name; what its permissions let one see and change reaches all organisations below. It is one of the
content, or one that the organisation has put together of what those of the content let it do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.definitions.register import ORGANISATIONS, PEOPLE, State
from engine.definitions.release import Release
from engine.definitions.role import Role
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.definitions import Definitions
from engine.services.kept import kept
from engine.services.record_index import LABEL
from engine.store.database import Store
from engine.store.grants import GrantRow, NewGrant, OwnRole
from engine.store.records import below
from engine.store.unit import UnitOfWork

#: the permission to give and end roles
GRANT_ROLES = "manage_accounts"


@dataclass(frozen=True, slots=True)
class Post:
    """An organisation a person can act for, and the roles held there."""

    organisation: str
    name: str
    jurisdiction: str
    roles: tuple[Role, ...]

    def titles(self, captions: Callable[[str], str] = str) -> str:
        """The roles in words, as ``captions`` says them."""
        return captions("、").join(captions(role.title) for role in self.roles)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role a person holds, in words."""

    id: int
    role: str
    organisation: str
    valid_from: datetime | None
    valid_until: datetime | None


class Directory:
    """Organisations, people and their rights."""

    def __init__(self, store: Store, definitions: Definitions, clock: Clock) -> None:
        self._store = store
        self._definitions = definitions
        self._clock = clock

    @property
    def _release(self) -> Release:
        return self._definitions.current

    # ------------------------------------------------------------ rights

    def holds(self, person: str, permission: str, organisation: str | None) -> bool:
        """Whether a person holds a permission at exactly this organisation now."""
        if organisation is None:
            return False
        with self._store.read() as unit:
            grants, state = unit.grants.standing(person, organisation, ORGANISATIONS)
        held = any(permission in role.permissions for _, role in self._counting(grants))
        return held and _lets(self._named(state), permission)

    def plays(self, person: str, role: str, organisation: str | None) -> bool:
        """Whether a person has a role at exactly this organisation now."""
        if organisation is None:
            return False
        with self._store.read() as unit:
            grants, _ = unit.grants.standing(person, organisation, ORGANISATIONS)
        return any(one.name == role for _, one in self._counting(grants))

    def covers(
        self, person: str, permission: str, organisation: str | None, other: str | None
    ) -> bool:
        """Whether a person holds it at ``organisation``, which is ``other`` or above it."""
        if organisation is None or other is None:
            return False
        if not self.holds(person, permission, organisation):
            return False
        return self.is_within(other, organisation)

    def stands_in(self, person: str, whom: str, organisation: str | None) -> bool:
        """Whether a person is the substitute of another one at this organisation now."""
        if organisation is None:
            return False
        with self._store.read() as unit:
            return whom in self._represented(unit.grants.of(person), organisation)

    def substitutes_of(self, unit: UnitOfWork, person: str, organisation: str) -> list[str]:
        """Who stands in for a person at an organisation now."""
        named = (
            one.person
            for one in unit.grants.at([organisation], [""])
            if one.stands_for == person and self.in_force(one)
        )
        return [
            one for one in named if person in self._represented(unit.grants.of(one), organisation)
        ]

    def lent(self, actor: Actor) -> dict[str, frozenset[str]]:
        """What those whose substitute the actor is may do there, by person."""
        return {
            whom: self.permissions(replace(actor, person=whom, represents=()))
            for whom in actor.represents
        }

    def has(self, actor: Actor, permission: str, organisation: str | None = None) -> bool:
        """Whether an actor holds it where they act, for what belongs to an organisation."""
        if organisation is None:
            return self.holds(actor.person, permission, actor.organisation)
        return self.covers(actor.person, permission, actor.organisation, organisation)

    def why_not(
        self, actor: Actor, permission: str | None, organisation: str | None = None
    ) -> Refused | None:
        """Why an actor may not; None when they may. Page, API and execution ask this one."""
        if permission is None:
            return NotAllowed("not_for_people", action="")
        if not self.has(actor, permission):
            return NotAllowed(
                "no_permission", permission=permission, organisation=actor.organisation
            )
        if organisation is not None and not self.has(actor, permission, organisation):
            return NotAllowed("outside_your_scope", organisation=organisation)
        return None

    def is_limited(self, actor: Actor) -> bool:
        """Whether the state of the organisation acted for leaves its people only some rights."""
        if actor.organisation is None:
            return False
        with self._store.read() as unit:
            state = self._state(unit, actor.organisation)
        return state is not None and state.only is not None

    def permissions(self, actor: Actor) -> frozenset[str]:
        """Everything an actor may do where they act."""
        if actor.organisation is None:
            return frozenset()
        with self._store.read() as unit:
            grants, name = unit.grants.standing(actor.person, actor.organisation, ORGANISATIONS)
        state = self._named(name)
        return frozenset(
            permission
            for _, role in self._counting(grants)
            for permission in role.permissions
            if _lets(state, permission)
        )

    def roles(self, actor: Actor) -> tuple[Role, ...]:
        """The roles an actor has where they act."""
        with self._store.read() as unit:
            return tuple(
                role
                for grant, role in self._granted(unit, actor.person)
                if grant.organisation == actor.organisation
            )

    def holders(self, permission: str, organisation: str) -> list[str]:
        """The people who hold a permission at an organisation now; none at a closed one."""
        roles = [id_ for id_, role in self._release.roles.items() if permission in role.permissions]
        with self._store.read() as unit:
            # Work comes also to an organisation whose state keeps it waiting for the moment.
            if not roles or not self._is_open(unit, organisation):
                return []
            grants = unit.grants.holding(organisation, roles)
        held = self._counting(grants)
        found = (grant.person for grant, role in held if permission in role.permissions)
        return list(dict.fromkeys(found))

    # ------------------------------------------------------------ acting

    def posts(self, person: str) -> list[Post]:
        """The organisations a person can act for, with their roles there (ACC-18)."""
        with self._store.read() as unit:
            held: dict[str, list[Role]] = {}
            places: dict[str, str] = {}
            for grant, role in self._granted(unit, person):
                held.setdefault(grant.organisation, []).append(role)
                places[grant.organisation] = grant.jurisdiction
            names = self.names(ORGANISATIONS, held)
            return [
                Post(key, names.get(key, key), places[key], tuple(roles))
                for key, roles in held.items()
                if self._is_open(unit, key)
            ]

    def actor_for(self, person: str, organisation: str | None = None) -> Actor:
        """The person acting for one organisation, or for themselves.

        Raises:
            NotAllowed: the person has no role there.
        """
        with self._store.read() as unit:
            if organisation is None:
                row = unit.records.load(PEOPLE, person)
                return Actor(person, None, row.jurisdiction if row is not None else None)
            # One reading tells the roles and whose substitute the person is.
            grants = unit.grants.of(person)
            for grant, _ in self._counting(grants):
                if grant.organisation == organisation:
                    represents = self._represented(grants, organisation)
                    return Actor(person, organisation, grant.jurisdiction, represents=represents)
        raise NotAllowed("not_your_organisation", organisation=organisation)

    def grant(
        self,
        unit: UnitOfWork,
        person: str,
        role: str,
        organisation: str,
        *,
        jurisdiction: str,
        by: str | None = None,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> int:
        """Give a role; its name may leave out the set.

        Raises:
            KeyError: the jurisdiction has no such role.
        """
        role_id = role if is_own(role) else self.role_id(role, jurisdiction)
        return unit.grants.add(
            NewGrant(
                person, role_id, organisation, jurisdiction, valid_from, valid_until, by,
                self._clock.now(),
            )
        )  # fmt: skip

    def role_id(self, name: str, jurisdiction: str) -> str:
        """The id of a role by its bare name, in the sets of a jurisdiction.

        Raises:
            KeyError: there is none.
        """
        roles = self.roles_of(jurisdiction)
        known = self._release.jurisdictions.get(jurisdiction)
        sets = known.sets if known is not None else (jurisdiction,)
        for candidate in (name, *(f"{set_}/{name}" for set_ in reversed(sets))):
            if candidate in roles:
                return candidate
        raise KeyError(name)

    def roles_of(self, jurisdiction: str | None) -> dict[str, Role]:
        """The roles that can be granted in a jurisdiction: those of its sets, by id."""
        known = self._release.jurisdictions.get(jurisdiction or "")
        return {
            id_: role
            for id_, role in self._release.roles.items()
            if known is None or id_.split("/", 1)[0] in known.sets
        }

    def roles_for(self, unit: UnitOfWork, organisation: str) -> dict[str, Role]:
        """The roles that can be given at an organisation, by id: those meant for it, its own."""
        meant = self.roles_meant_for(unit, organisation)
        rights = rights_of(meant)
        own = (_own_role(one, rights) for one in unit.own_roles.of(organisation))
        return meant | {role.id: role for role in own}

    def roles_meant_for(self, unit: UnitOfWork, organisation: str) -> dict[str, Role]:
        """The roles of the content for an organisation of its kind and jurisdiction, by id."""
        row = unit.records.load(ORGANISATIONS, organisation)
        if row is None:
            return {}
        kind = row.data.get("kind")
        return {
            id_: role
            for id_, role in self.roles_of(row.jurisdiction).items()
            if not role.kinds or kind in role.kinds
        }

    def leads(self, actor: Actor) -> bool:
        """Whether an actor acts for the organisation at the head of the jurisdiction, or above."""
        known = self._release.jurisdictions.get(actor.jurisdiction or "")
        here = actor.organisation
        return known is not None and here is not None and self.is_within(known.bureau, here)

    def in_force(self, grant: GrantRow) -> bool:
        """Whether a role is held now."""
        return _in_force(grant, self._clock.now())

    def organisations_of(self, person: str) -> set[str]:
        """The organisations at which a person holds a role now, closed ones too."""
        with self._store.read() as unit:
            return {grant.organisation for grant, _ in self._granted(unit, person)}

    def grants_at(self, organisation: str) -> dict[str, list[Role]]:
        """The roles in force at an organisation, by the person who holds them."""
        found: dict[str, dict[str, Role]] = {}
        with self._store.read() as unit:
            for grant, role in self._counting(unit.grants.at([organisation])):
                found.setdefault(grant.person, {})[role.id] = role
        return {person: list(roles.values()) for person, roles in found.items()}

    def take_back(self, unit: UnitOfWork, person: str, role: str, organisation: str) -> None:
        """End every grant of a role to a person at an organisation.

        Raises:
            Refused: the organisation would lose the last holder of a role it must keep.
        """
        now = self._clock.now()
        for grant in unit.grants.at([organisation], [role]):
            if grant.person == person and _in_force(grant, now):
                self.demand_another(unit, grant)
                unit.grants.end(grant.id, now)

    def grants_of(self, actor: Actor, person: str) -> list[HeldRole]:
        """The roles a person holds, as far as the actor may see: where they act and below."""
        with self._store.read() as unit:
            grants = [
                (grant, role)
                for grant, role in self._granted(unit, person)
                if self._within(actor, grant.organisation)
            ]
            names = self.names(ORGANISATIONS, [grant.organisation for grant, _ in grants])
        return [
            HeldRole(
                grant.id,
                role.title,
                names.get(grant.organisation, grant.organisation),
                grant.valid_from,
                grant.valid_until,
            )
            for grant, role in grants
        ]

    @kept
    def add_grant(self, actor: Actor, person: str, role: str, organisation: str) -> int:
        """Give a role to a person at an organisation where the actor acts, or below.

        Raises:
            Refused: the actor may not, it is the actor's own account, or the role is not meant for
                such an organisation.
        """
        with self._store.write() as unit:
            self._demand_grants(actor, organisation)
            if person == actor.person:
                raise Refused("not_your_own_account")
            found = self.roles_of(actor.jurisdiction).get(role)
            if found is None:
                raise NotFound("no_such_role", role=role)
            row = unit.records.load(ORGANISATIONS, organisation)
            kind = row.data.get("kind") if row is not None else None
            if found.kinds and kind not in found.kinds:
                raise Refused("role_not_here", role=found.title, organisation=organisation)
            return self.grant(
                unit,
                person,
                role,
                organisation,
                jurisdiction=actor.jurisdiction or "",
                by=actor.person,
            )

    @kept
    def end_grant(self, actor: Actor, grant: int) -> None:
        """Take a role back; it counts no more from now on.

        Raises:
            Refused: the actor may not.
        """
        with self._store.write() as unit:
            row = unit.grants.load(grant)
            if row is None:
                raise NotFound("no_such_role", role=grant)
            self._demand_grants(actor, row.organisation)
            self.demand_another(unit, row)
            unit.grants.end(grant, self._clock.now())

    def demand_another(self, unit: UnitOfWork, grant: GrantRow) -> None:
        """Refuse if an organisation would lose the last active holder of a role it must keep.

        Raises:
            Refused: there is no other (ORG-28).
        """
        role = self._release.roles.get(grant.role)
        now = self._clock.now()
        if role is None or not role.keep or not _in_force(grant, now):
            return
        others = {
            one.person
            for one in unit.grants.at([grant.organisation], [grant.role])
            if one.person != grant.person and _in_force(one, now)
        }
        if not any(_active(unit, person) for person in others):
            raise Refused("last_of_role", role=role.title, organisation=grant.organisation)

    def _demand_grants(self, actor: Actor, organisation: str) -> None:
        refusal = self.why_not(actor, GRANT_ROLES, organisation)
        if refusal is not None:
            raise refusal

    def _within(self, actor: Actor, organisation: str) -> bool:
        return actor.organisation is not None and self.is_within(organisation, actor.organisation)

    # ------------------------------------------------------------ organisations

    def superior(self, organisation: str) -> str | None:
        """The organisation above; None at the root."""
        with self._store.read() as unit:
            row = unit.records.load(ORGANISATIONS, organisation)
            above = unit.records.ancestors(row) if row is not None else []
            return above[-1] if above else None

    def is_within(self, organisation: str, above: str) -> bool:
        """Whether an organisation is another one or below it."""
        if organisation == above:
            return True
        with self._store.read() as unit:
            upper = unit.records.load(ORGANISATIONS, above)
            lower = unit.records.load(ORGANISATIONS, organisation)
        if upper is None or lower is None or upper.path is None or lower.path is None:
            return False
        low, high = below(upper.path)
        return low <= lower.path < high

    def path(self, organisation: str | None) -> str | None:
        """The place of an organisation in the tree: everything below begins with it."""
        if organisation is None:
            return None
        with self._store.read() as unit:
            row = unit.records.load(ORGANISATIONS, organisation)
            return row.path if row is not None else None

    def names(self, register: str, keys: Iterable[str]) -> dict[str, str]:
        """What records are shown as, by key."""
        with self._store.read() as unit:
            return unit.record_pages.texts(register, list(dict.fromkeys(keys)), LABEL)

    def name(self, register: str, key: str | None) -> str:
        """What one record is shown as; the key itself when there is none."""
        return self.names(register, [key]).get(key, key) if key else ""

    def jurisdiction_title(self, jurisdiction: str) -> str:
        """What a jurisdiction is called; its id when the content has none of that name."""
        known = self._release.jurisdictions.get(jurisdiction)
        return known.title if known is not None else jurisdiction

    # ------------------------------------------------------------ inside

    def _represented(self, grants: Sequence[GrantRow], organisation: str) -> tuple[str, ...]:
        """Whose substitute the holder of some grants is, while working there too."""
        now = self._clock.now()
        found = dict.fromkeys(
            grant.stands_for
            for grant in grants
            if grant.stands_for is not None
            and grant.organisation == organisation
            and _in_force(grant, now)
        )
        works_there = found and any(
            grant.organisation == organisation for grant, _ in self._counting(grants)
        )
        return tuple(found) if works_there else ()

    def _granted(self, unit: UnitOfWork, person: str) -> Sequence[tuple[GrantRow, Role]]:
        return self._counting(unit.grants.of(person))

    def _counting(self, grants: Sequence[GrantRow]) -> Sequence[tuple[GrantRow, Role]]:
        """The roles among some grants that are held now."""
        now = self._clock.now()
        roles = self._release.roles
        found = []
        for grant in grants:
            role = roles.get(grant.role) or self._own(grant.own)
            if role is not None and _in_force(grant, now):
                found.append((grant, role))
        return found

    def _own(self, own: OwnRole | None) -> Role | None:
        """A role of an organisation's own, as far as the organisation has its rights now."""
        if own is None:
            return None
        with self._store.read() as unit:
            return _own_role(own, rights_of(self.roles_meant_for(unit, own.organisation)))

    def _is_open(self, unit: UnitOfWork, organisation: str) -> bool:
        state = self._state(unit, organisation)
        return state is not None and not state.closed

    def _state(self, unit: UnitOfWork, organisation: str) -> State | None:
        """The state of an organisation; None when there is no such organisation."""
        return self._named(unit.records.state(ORGANISATIONS, organisation))

    def _named(self, state: str | None) -> State | None:
        """A state of organisations by its name."""
        if state is None:
            return None
        register = self._release.registers.get(ORGANISATIONS)
        known = register.states.get(state) if register is not None else None
        return known or State(state, state)


def is_own(role: str) -> bool:
    """Tell whether a role is one that an organisation has put together itself."""
    return "#" in role


def rights_of(roles: Mapping[str, Role]) -> frozenset[str]:
    """All that some roles let people do."""
    return frozenset(permission for role in roles.values() for permission in role.permissions)


def _own_role(own: OwnRole, rights: frozenset[str]) -> Role:
    return Role(own.id, own.id, own.title, tuple(one for one in own.permissions if one in rights))


def _lets(state: State | None, permission: str) -> bool:
    """Tell whether the state of an organisation leaves its people a permission."""
    if state is None or state.closed:
        return False
    return state.only is None or permission in state.only


def _active(unit: UnitOfWork, person: str) -> bool:
    """Whether somebody can sign in."""
    return any(account.state == "active" for account in unit.accounts.of_person(person))


def _in_force(grant: GrantRow, now: datetime) -> bool:
    begun = grant.valid_from is None or grant.valid_from <= now
    return begun and (grant.valid_until is None or grant.valid_until > now)
