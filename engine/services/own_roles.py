"""The roles an organisation puts together itself, of what it may do (ORG-26, ORG-27).

Whoever may manage accounts where they act names such a role and chooses its permissions, and then
gives it to people like a role of the content. It counts there and nowhere else, and never for more
than the roles of the content let an organisation of its kind do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.definitions.register import PEOPLE
from engine.definitions.role import Permission, Role
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.definitions import Definitions
from engine.services.directory import GRANT_ROLES, Directory, is_own, rights_of
from engine.services.kept import kept
from engine.services.sentences import Sentences
from engine.store.database import Store
from engine.store.unit import UnitOfWork

MOST = 100
LONGEST = 30


@dataclass(frozen=True, slots=True)
class RoleHere:
    """A role of an organisation's own: what it lets do, and the names of those who hold it."""

    id: str
    title: str
    permissions: Sequence[Permission]
    holders: Sequence[str]


class OwnRoles:
    """The page on which an organisation keeps its own roles."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        directory: Directory,
        sentences: Sentences,
        clock: Clock,
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._directory = directory
        self._sentences = sentences
        self._clock = clock

    def here(self, actor: Actor) -> list[RoleHere]:
        """The roles of its own that the organisation acted for has.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            organisation = self._demand(actor)
            held = self._directory.grants_at(organisation)
            names = self._directory.names(PEOPLE, held)
            return [
                RoleHere(
                    role.id,
                    role.title,
                    self._permissions(role.permissions),
                    [names.get(one, one) for one, roles in held.items() if _has(roles, role.id)],
                )
                for role in self._own(unit, organisation).values()
            ]

    def choices(self, actor: Actor) -> list[Permission]:
        """The permissions of which a role can be put together where the actor acts.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            return self._permissions(self._rights(unit, self._demand(actor)))

    @kept
    def add(self, actor: Actor, title: str, permissions: Collection[str]) -> str:
        """Add a role; return its id.

        Raises:
            Refused: a right says no, or name or permissions do not do.
        """
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._demand(actor)
            if len(self._own(unit, organisation)) >= MOST:
                raise Refused("too_many_roles", limit=MOST)
            chosen = self._chosen(unit, organisation, title, permissions)
            now = self._clock.now()
            return unit.own_roles.add(organisation, title, chosen, actor.person, now)

    @kept
    def change(self, actor: Actor, role: str, title: str, permissions: Collection[str]) -> None:
        """Let a role be called so and hold exactly this; all who have it may do so at once.

        Raises:
            Refused: a right says no, the actor has the role, or name or permissions do not do.
        """
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._demand(actor)
            self._demand_own(unit, organisation, role)
            if _has(self._directory.grants_at(organisation).get(actor.person, ()), role):
                # Like one's own account: nobody gives themselves rights.
                raise Refused("your_own_role")
            chosen = self._chosen(unit, organisation, title, permissions, but=role)
            unit.own_roles.change(role, title, chosen, actor.person, self._clock.now())

    @kept
    def remove(self, actor: Actor, role: str) -> None:
        """Let a role that nobody has be no more.

        Raises:
            Refused: a right says no, or somebody has it.
        """
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._demand(actor)
            found = self._demand_own(unit, organisation, role)
            held = self._directory.grants_at(organisation).values()
            if count := sum(_has(roles, role) for roles in held):
                raise Refused("role_is_held", role=found.title, count=count)
            unit.own_roles.end(role, actor.person, self._clock.now())

    # ------------------------------------------------------------ inside

    def _demand(self, actor: Actor) -> str:
        if actor.organisation is None or not self._directory.has(actor, GRANT_ROLES):
            raise NotAllowed(
                "no_permission", permission=GRANT_ROLES, organisation=actor.organisation
            )
        return actor.organisation

    def _demand_own(self, unit: UnitOfWork, organisation: str, role: str) -> Role:
        found = self._own(unit, organisation).get(role)
        if found is None:
            raise NotFound("no_such_role", role=role)
        return found

    def _own(self, unit: UnitOfWork, organisation: str) -> dict[str, Role]:
        given = self._directory.roles_for(unit, organisation)
        return {id_: role for id_, role in given.items() if is_own(id_)}

    def _rights(self, unit: UnitOfWork, organisation: str) -> frozenset[str]:
        return rights_of(self._directory.roles_meant_for(unit, organisation))

    def _permissions(self, names: Collection[str]) -> list[Permission]:
        """In the order in which the content lists them."""
        known = self._definitions.current.permissions
        return [permission for name, permission in known.items() if name in names]

    def _chosen(
        self,
        unit: UnitOfWork,
        organisation: str,
        title: str,
        permissions: Collection[str],
        *,
        but: str | None = None,
    ) -> list[str]:
        """The permissions as they are kept, if name and permissions will do."""
        if not title:
            raise Refused("role_without_name")
        if len(title) > LONGEST:
            raise Refused("role_name_too_long", limit=LONGEST)
        others = self._directory.roles_for(unit, organisation)
        if any(one.title == title for id_, one in others.items() if id_ != but):
            raise Refused("role_name_taken", name=title)
        if not permissions:
            raise Refused("role_without_permissions")
        if set(permissions) - self._rights(unit, organisation):
            raise Refused("permission_not_here")
        return sorted(set(permissions))


def _has(roles: Collection[Role], role: str) -> bool:
    return any(one.id == role for one in roles)
