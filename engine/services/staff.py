"""The people who work for an organisation: their accounts and roles, given by one of them.

Whoever may manage accounts where they act adds people there and assigns the roles that are meant
for such an organisation. The first to get one are named when the organisation is added.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.register import ORGANISATIONS, PEOPLE, Register
from engine.definitions.register import Staff as Declared
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused
from engine.domain.paths import at_path, with_path, with_paths
from engine.forms import Form, bind
from engine.forms.effective import EffectiveForm
from engine.forms.surroundings import Surroundings
from engine.services.accounts import Accounts
from engine.services.directory import GRANT_ROLES, Directory
from engine.services.identities import Identities
from engine.services.kept import kept
from engine.services.record_index import LABEL
from engine.services.record_views import plain
from engine.services.records import Records, account_holder
from engine.services.sentences import Sentences
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who has been given an account, or a role with the account they had.

    ``password`` is shown once and must be changed at first use; None: they sign in as before, or
    with the identity platform that is called ``platform``.
    """

    person: str
    name: str
    login: str | None
    password: str | None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for an organisation, with the roles held there."""

    person: str
    name: str
    login: str
    roles: Sequence[tuple[str, str]]
    active: bool


class Staff:
    """Accounts and roles of the people of an organisation."""

    def __init__(
        self,
        records: Records,
        directory: Directory,
        accounts: Accounts,
        sentences: Sentences,
        identities: Identities,
    ) -> None:
        self._records = records
        self._directory = directory
        self._accounts = accounts
        self._sentences = sentences
        self._identities = identities
        self._store = records.store

    # ------------------------------------------------------------ the page of an administrator

    def people(self, actor: Actor) -> list[Member]:
        """Those who hold a role at the organisation the actor acts for.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            organisation = self._demand(actor)
            held = self._directory.grants_at(organisation)
            names = self._directory.names(PEOPLE, held)
            found = []
            for person, roles in held.items():
                accounts = unit.accounts.of_person(person)
                login = accounts[0].login if accounts else ""
                active = any(account.state == "active" for account in accounts)
                titles = [(role.id, role.title) for role in roles]
                found.append(Member(person, names.get(person, person), login, titles, active))
            return sorted(found, key=lambda one: one.name)

    def roles(self, actor: Actor) -> list[tuple[str, str]]:
        """The roles that can be assigned where the actor acts: id and caption.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            return [
                (id_, role.title)
                for id_, role in self._directory.roles_for(unit, self._demand(actor)).items()
            ]

    def form(self, actor: Actor, data: Mapping[str, Any] | None = None) -> EffectiveForm:
        """What is asked about somebody who is added.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._demand(actor)
            form = self._form()
            given = data if data is not None else form.initial()
            return form.effective(given, self._surroundings(unit, actor))

    @kept
    def add(self, actor: Actor, data: Mapping[str, Any], roles: Collection[str]) -> Admitted:
        """Add somebody to the organisation the actor acts for.

        Raises:
            InvalidSubmission: the form says no.
            Refused: a right says no, there is no role, or the person goes by another name.
        """
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._demand(actor)
            if not roles:
                raise Refused("no_role_chosen")
            form = self._form()
            surroundings = self._surroundings(unit, actor)
            errors = form.validate(data, surroundings, complete=True)
            if errors:
                raise InvalidSubmission(errors, count=len(errors))
            kept = form.effective(data, surroundings).submitted
            person, admitted = self._admitted(unit, kept, actor.jurisdiction or "", actor.person)
            self._assign(unit, actor, person, organisation, roles)
            return admitted

    @kept
    def assign(self, actor: Actor, person: str, roles: Collection[str]) -> None:
        """Let somebody have exactly these roles at the organisation; without any they leave it.

        Raises:
            Refused: a right says no, it is the actor's own account, or the organisation would lose
                the last holder of a role it must keep.
        """
        with self._sentences.saying(), self._store.write() as unit:
            organisation = self._demand(actor)
            if person not in self._directory.grants_at(organisation):
                raise NotFound("no_such_account")
            self._assign(unit, actor, person, organisation, roles)

    # ------------------------------------------------------------ with a new organisation

    def expected(self, organisation: Mapping[str, Any], jurisdiction: str) -> Declared | None:
        """What is declared about the first people of such an organisation, if it has any."""
        declared = self._declared()
        if declared is None:
            return None
        try:
            id_ = self._directory.role_id(declared.role, jurisdiction)
        except KeyError:
            return None
        kinds = self._directory.roles_of(jurisdiction)[id_].kinds
        return declared if not kinds or organisation.get("kind") in kinds else None

    def begin(
        self,
        unit: UnitOfWork,
        row: RecordRow,
        by: str | None,
        entries: Sequence[Mapping[str, Any]] | None = None,
        password: str | None = None,
    ) -> list[Admitted]:
        """Give the people named in a new organisation, or others, an account and its first role."""
        declared = self.expected(row.data, row.jurisdiction)
        if declared is None:
            return []
        named = entries if entries is not None else at_path(row.data, declared.rows) or ()
        found = []
        for entry in named:
            person, admitted = self._admitted(unit, entry, row.jurisdiction, by, password)
            self._directory.grant(
                unit, person, declared.role, row.key, jurisdiction=row.jurisdiction, by=by
            )
            found.append(admitted)
        return found

    # ------------------------------------------------------------ with a record that signs in

    @staticmethod
    def demand_login(unit: UnitOfWork, register: Register, data: Mapping[str, Any]) -> None:
        """Refuse a new record whose account would have a name that somebody signs in with.

        Raises:
            Refused: with the name.
        """
        login = at_path(data, register.account.login) if register.account is not None else None
        if login and unit.accounts.load(str(login)) is not None:
            raise Refused("login_taken", login=login)

    def open_account(
        self,
        unit: UnitOfWork,
        register: Register,
        row: RecordRow,
        by: str | None,
        *,
        trial: bool = False,
    ) -> list[Admitted]:
        """Open the account a new record has of its own, if its jurisdiction has the role for it.

        A ``trial`` finds out what would be refused; it need not last.
        """
        declared = register.account
        if declared is None:
            return []
        try:
            self._directory.role_id(declared.role, row.jurisdiction)
        except KeyError:
            return []
        login = str(at_path(row.data, declared.login) or "")
        organisation = plain(at_path(row.data, declared.organisation))
        if trial or not login or not organisation:
            return []
        people = self._records.release.registers[PEOPLE]
        name = unit.record_pages.text(register.id, row.key, LABEL) or row.key
        data = with_path({}, people.label, name)
        now = self._records.now(row.jurisdiction)
        person = self._records.add(
            unit, people, data, jurisdiction=row.jurisdiction, at=now, by=by,
            key=account_holder(register, row.key),
        ).key  # fmt: skip
        self._directory.grant(
            unit, person, declared.role, str(organisation), jurisdiction=row.jurisdiction, by=by
        )
        password = secrets.token_urlsafe(9)
        hashed = self._accounts.hash(password)
        self._accounts.add_in(unit, login, person, hashed, now, must_change=declared.must_change)
        return [Admitted(person, name, login, password)]

    # ------------------------------------------------------------ inside

    def _demand(self, actor: Actor) -> str:
        refusal = self._directory.why_not(actor, GRANT_ROLES)
        if refusal is not None or actor.organisation is None:
            raise refusal or NotAllowed("not_for_people", action="")
        return actor.organisation

    def _declared(self) -> Declared | None:
        register = self._records.release.registers.get(ORGANISATIONS)
        return register.staff if register is not None else None

    def _form(self) -> Form:
        """One row of the people of an organisation, as a form of its own."""
        declared = self._declared()
        if declared is None:
            raise NotFound("no_such_page")
        register = self._records.release.registers[ORGANISATIONS]
        whole = self._records.release.forms[register.form]
        definitions = self._records.definitions
        return definitions.form((whole, "row", declared.rows), lambda: row_of(whole, declared.rows))

    def _surroundings(self, unit: UnitOfWork, actor: Actor) -> Surroundings:
        return Surroundings(
            names=self._records.names(unit, actor),
            lookup=self._records.lookup(unit, actor.jurisdiction),
            calendar=self._records.calendar(actor.jurisdiction),
            caption=self._sentences.captions(),
            language=self._sentences.language(),
        )

    def _admitted(
        self,
        unit: UnitOfWork,
        entry: Mapping[str, Any],
        jurisdiction: str,
        by: str | None,
        password: str | None = None,
    ) -> tuple[str, Admitted]:
        """Find or add a person and their account."""
        declared = self._declared()
        assert declared is not None  # whoever comes here has read it
        register = self._records.release.registers[PEOPLE]
        entered = {path: entry.get(name) for path, name in declared.person.items()}
        data = with_paths({}, {path: one for path, one in entered.items() if one not in (None, "")})
        said = str(at_path(data, register.label) or "")
        known = self._records.holder(unit, register, data, jurisdiction)
        now = self._records.now(jurisdiction)
        if known is None:
            row = self._records.add(
                unit, register, self._records.begun(register, data), jurisdiction=jurisdiction,
                at=now, by=by, action="create",
            )  # fmt: skip
            known = row.key
        elif self._directory.name(PEOPLE, known) != said:
            raise Refused("person_goes_by_another_name", name=said)
        platform = self._identities.of(jurisdiction, "organisations") if not password else None
        title = self._sentences.caption(platform.title) if platform is not None else None
        if unit.accounts.of_person(known):
            return known, Admitted(known, said, None, None, title)
        login = self._accounts.free_login(unit)
        if platform is not None:
            # Nobody can sign in with it before the platform has said that it is theirs.
            self._accounts.add_in(unit, login, known, None, now)
            return known, Admitted(known, said, None, None, title)
        chosen = password or secrets.token_urlsafe(9)
        hashed = self._accounts.hash(chosen)
        must_change = password is None
        self._accounts.add_in(unit, login, known, hashed, now, must_change=must_change)
        return known, Admitted(known, said, login, chosen if must_change else None)

    def _assign(
        self,
        unit: UnitOfWork,
        actor: Actor,
        person: str,
        organisation: str,
        roles: Collection[str],
    ) -> None:
        if person == actor.person:
            raise Refused("not_your_own_account")
        offered = self._directory.roles_for(unit, organisation)
        held = {role.id for role in self._directory.grants_at(organisation).get(person, ())}
        for role in sorted(set(roles) - held):
            if role not in offered:
                raise NotFound("no_such_role", role=role)
            self._directory.grant(
                unit, person, role, organisation,
                jurisdiction=actor.jurisdiction or "", by=actor.person,
            )  # fmt: skip
        for role in sorted(held - set(roles)):
            self._directory.take_back(unit, person, role, organisation)


def row_of(form: Form, path: str) -> Form:
    """Return one row of repeated rows of a form, as a form of its own."""
    spec: Any = form.source
    for name in path.split("."):
        spec = spec["properties"][name]
    source = {**spec["items"], "form": f"{form.id}-row", "title": spec["title"]}
    return bind(Form(source), form.names)
