"""An organisation registers itself: its record, the account of whoever does it, and a case.

Where a jurisdiction declares it. The record begins in a state that leaves its people little until
the case is decided. Nothing is said about people: whoever registers gets an account of their own,
whether somebody of that name is known or not. That an organisation is known already is said; which
organisations there are, everybody may look up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.jurisdiction import Jurisdiction
from engine.definitions.register import ORGANISATIONS
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.forms import Form
from engine.forms.effective import EffectiveForm
from engine.forms.surroundings import Surroundings
from engine.runtime.moments import now_and_today
from engine.services.accounts import Accounts
from engine.services.cases import Cases
from engine.services.kept import kept
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.staff import Staff
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of it: the organisation, the name to sign in with, the case to go on with."""

    organisation: str
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
    ) -> None:
        self._records = records
        self._staff = staff
        self._accounts = accounts
        self._cases = cases
        self._sentences = sentences
        self._store = records.store

    def offered(self) -> list[Jurisdiction]:
        """The jurisdictions in which organisations register themselves."""
        known = self._records.release.jurisdictions.values()
        return [one for one in known if one.registration is not None]

    def form(self, jurisdiction: str, data: Mapping[str, Any] | None = None) -> EffectiveForm:
        """What is asked.

        Raises:
            NotFound: nobody registers there.
        """
        with self._sentences.saying(), self._store.read() as unit:
            form = self._form(jurisdiction)
            given = data if data is not None else form.initial()
            return form.effective(given, self._surroundings(unit, jurisdiction))

    @kept
    def register(self, jurisdiction: str, data: Mapping[str, Any], password: str) -> Registered:
        """Register an organisation.

        Raises:
            NotFound: nobody registers there.
            InvalidSubmission: the form says no.
            Refused: the organisation is known already, or the password is too weak.
        """
        with self._sentences.saying():
            form = self._form(jurisdiction)
            declared = self._records.release.jurisdictions[jurisdiction].registration
            assert declared is not None  # there is a form
            with self._store.write() as unit:
                surroundings = self._surroundings(unit, jurisdiction)
                errors = form.validate(data, surroundings, complete=True)
                if errors:
                    raise InvalidSubmission(errors, count=len(errors))
                kept: dict[str, Any] = dict(form.effective(data, surroundings).submitted)
                entry: Mapping[str, Any] = kept.pop(declared.person)
                self._accounts.demand_strength("", password)
                register = self._records.release.registers[ORGANISATIONS]
                if self._records.holder(unit, register, kept, jurisdiction) is not None:
                    raise Refused("organisation_known")
                row = self._records.add(
                    unit, register, kept, jurisdiction=jurisdiction,
                    at=self._records.now(jurisdiction), state=declared.state, action="register",
                )  # fmt: skip
                (first,) = self._staff.begin(unit, row, None, [entry], password)
            # A unit of its own: should it fail, the organisation starts the case itself.
            actor = Actor(first.person, row.key, jurisdiction)
            done = self._cases.start(actor, declared.process, {declared.field: row.key})
        return Registered(row.key, first.login or "", done.uid)

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
