"""An organisation registers itself: its record, the account of whoever does it, and a case.

Where a jurisdiction declares it. The record begins in a state that leaves its people little until
the case is decided. Nothing is said about people: whoever registers gets an account of their own,
whether somebody of that name is known or not. That an organisation is known already is said; which
organisations there are, everybody may look up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.jurisdiction import Jurisdiction
from engine.definitions.register import ORGANISATIONS
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused
from engine.domain.paths import at_path
from engine.forms import Form
from engine.forms.effective import EffectiveForm
from engine.forms.surroundings import Rights, Surroundings
from engine.runtime.moments import now_and_today
from engine.services.accounts import Accounts
from engine.services.cases import Cases
from engine.services.identities import Identities
from engine.services.kept import kept
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.single_sign_on import Arriving
from engine.services.staff import Staff
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of it: the organisation, who registered it, the case to go on with.

    ``login`` is the name to sign in with; "" where they sign in with an identity platform.
    """

    organisation: str
    person: str
    login: str
    case: str


class Registration:
    """Registers organisations that nobody has created."""

    def __init__(
        self,
        records: Records,
        staff: Staff,
        accounts: Accounts,
        cases: Cases,
        sentences: Sentences,
        identities: Identities,
    ) -> None:
        self._records = records
        self._staff = staff
        self._accounts = accounts
        self._cases = cases
        self._sentences = sentences
        self._identities = identities
        self._store = records.store

    def offered(self) -> list[Jurisdiction]:
        """The jurisdictions in which organisations register themselves."""
        known = self._records.release.jurisdictions.values()
        return [one for one in known if one.registration is not None]

    def by_platform(self, jurisdiction: str) -> bool:
        """Whether one registers there after signing in with an identity platform."""
        return self._identities.of(jurisdiction, "organisations") is not None

    def form(
        self,
        jurisdiction: str,
        data: Mapping[str, Any] | None = None,
        arriving: Arriving | None = None,
    ) -> EffectiveForm:
        """What is asked; what a platform has said cannot be changed.

        Raises:
            NotFound: nobody registers there.
        """
        with self._sentences.saying(), self._store.read() as unit:
            form = self._form(jurisdiction)
            said, rights = self._said(jurisdiction, form, arriving)
            given = _over(data if data is not None else form.initial(), _asked(form, said))
            return form.effective(given, self._surroundings(unit, jurisdiction), rights)

    @kept
    def register(
        self,
        jurisdiction: str,
        data: Mapping[str, Any],
        password: str | None = None,
        arriving: Arriving | None = None,
    ) -> Registered:
        """Register an organisation: with a password, or for somebody a platform has verified.

        Raises:
            NotFound: nobody registers there.
            InvalidSubmission: the form says no.
            Refused: the organisation is known already, the password is too weak, or the account
                of the person is closed or somebody else's at the platform.
        """
        with self._sentences.saying():
            form = self._form(jurisdiction)
            declared = self._records.release.jurisdictions[jurisdiction].registration
            assert declared is not None  # there is a form
            if arriving is not None and arriving.who.jurisdiction != jurisdiction:
                arriving = None
            if arriving is None and self.by_platform(jurisdiction):
                raise NotAllowed("sign_in_elsewhere")
            said, rights = self._said(jurisdiction, form, arriving)
            data = _over(data, _asked(form, said))
            with self._store.write() as unit:
                surroundings = self._surroundings(unit, jurisdiction)
                errors = form.validate(data, surroundings, rights, complete=True)
                if errors:
                    raise InvalidSubmission(errors, count=len(errors))
                kept: dict[str, Any] = _over(
                    form.effective(data, surroundings, rights).submitted, said
                )
                entry: Mapping[str, Any] = kept.pop(declared.person)
                if arriving is None:
                    self._accounts.demand_strength("", password or "")
                register = self._records.release.registers[ORGANISATIONS]
                if self._records.holder(unit, register, kept, jurisdiction) is not None:
                    raise Refused("organisation_known")
                row = self._records.add(
                    unit, register, kept, jurisdiction=jurisdiction,
                    at=self._records.now(jurisdiction), state=declared.state, action="register",
                )  # fmt: skip
                (first,) = self._staff.begin(unit, row, None, [entry], password)
                if arriving is not None:
                    self._identities.link_once(unit, arriving.who, first.person, row.updated_at)
            # A unit of its own: should it fail, the organisation starts the case itself.
            actor = Actor(first.person, row.key, jurisdiction)
            done = self._cases.start(actor, declared.process, {declared.field: row.key})
        return Registered(row.key, first.person, first.login or "", done.uid)

    def _said(
        self, jurisdiction: str, form: Form, arriving: Arriving | None
    ) -> tuple[dict[str, Any], Rights]:
        """What a platform has said, as the form has it, and the rights that leave that alone."""
        if arriving is None:
            return {}, Rights()
        declared = self._records.release.jurisdictions[jurisdiction].registration
        staff = self._records.release.registers[ORGANISATIONS].staff
        assert declared is not None  # there is a form
        assert staff is not None  # who registers gets in
        person = {
            name: value
            for path, name in staff.person.items()
            if (value := at_path(arriving.person, path)) is not None
        }
        said = {**arriving.organisation, declared.person: person}
        edit = [name for name in form.sections if name not in said]
        edit += [
            f"{declared.person}.{name}"
            for name in _fields(form, declared.person)
            if name not in person
        ]
        return said, Rights(edit=edit)

    def _form(self, jurisdiction: str) -> Form:
        known = self._records.release.jurisdictions.get(jurisdiction)
        if known is None or known.registration is None:
            raise NotFound("no_such_page")
        return self._records.release.forms[known.registration.form]

    def _surroundings(self, unit: UnitOfWork, jurisdiction: str) -> Surroundings:
        now = self._records.now(jurisdiction)
        return Surroundings(
            names=now_and_today(now),
            lookup=self._records.lookup(unit, jurisdiction),
            calendar=self._records.calendar(jurisdiction),
            caption=self._sentences.captions(),
            language=self._sentences.language(),
        )


def _over(data: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The data with what has been said in their place; sections are laid over each other."""
    found = dict(data)
    for name, value in said.items():
        before = found.get(name)
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        found[name] = {**before, **value} if both else value  # type: ignore[dict-item]
    return found


def _fields(form: Form, section: str) -> Collection[str]:
    """The names of the fields of a section; none of a single field."""
    source: Any = form.source
    fields: Mapping[str, Any] = source["properties"][section].get("properties", {})
    return fields.keys()


def _asked(form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """What of something said a form has fields for."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name not in form.sections:
            continue
        fields = _fields(form, name)
        inner = isinstance(value, Mapping) and fields
        found[name] = {one: value[one] for one in value if one in fields} if inner else value
    return found
