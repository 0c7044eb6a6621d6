"""What is noted of records and accounts, to be read: changes, sign-ins, who looked (SEC-03).

Nothing of it can be changed here or anywhere else in the application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions.register import ORGANISATIONS, PEOPLE, Register
from engine.domain.actor import Actor
from engine.forms.surroundings import Rights
from engine.services.accounts import Accounts
from engine.services.changed import Change, changes_of
from engine.services.exports import EXPORT
from engine.services.form_lookup import FormLookup
from engine.services.records import Records
from engine.services.registers import Registers, form_asked
from engine.services.sentences import Sentences
from engine.store.errors import Erased
from engine.store.records import Change as Noted
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

#: how much is shown at once
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a record's history: who did what, and the fields before and after."""

    at: datetime
    person: str
    organisation: str
    #: the name of the action, and its caption where the register declares it
    action: str
    title: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at personal data, or took them out."""

    at: datetime
    person: str
    organisation: str
    #: one of those whose data it was, and how many they were
    subject: str
    subjects: int
    #: what the access log calls it, and its caption where the content has one
    what: str
    title: str
    taken_out: bool
    #: the number of a case, and how many they were
    number: str
    cases: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in, and why it failed; None where it did not."""

    at: datetime
    address: str
    failed: str | None


@dataclass(frozen=True, slots=True)
class RecordTrail:
    """What is noted of a record, the latest first; of a person also who looked at their data."""

    steps: Sequence[Step]
    looks: Sequence[Look]


@dataclass(frozen=True, slots=True)
class AccountTrail:
    """What is noted of an account, the latest first."""

    sign_ins: Sequence[Attempt]
    looks: Sequence[Look]


class Trails:
    """Reads what was noted."""

    def __init__(
        self, records: Records, registers: Registers, accounts: Accounts, sentences: Sentences
    ) -> None:
        self._records = records
        self._registers = registers
        self._accounts = accounts
        self._sentences = sentences

    def of_account(self, actor: Actor, login: str) -> AccountTrail:
        """How an account signed in lately, and what its holder looked at and took out.

        Raises:
            Refused: the actor does not manage the account.
        """
        person = self._accounts.managed(actor, login)
        with self._records.store.read() as unit:
            lookup = self._records.lookup(unit)
            looks = [
                Look(
                    each.at, _person(lookup, person), _organisation(lookup, each.organisation),
                    _subject(lookup, each.subject) if each.subject != person else "",
                    each.subjects, *self._said(each.what), _number(unit, each.case_uid), each.cases,
                )
                for each in unit.access_log.by(person, SHOWN)
            ]  # fmt: skip
            attempts = unit.accounts.attempts(login, SHOWN)
            return AccountTrail(
                [Attempt(one.at, one.address or "", one.reason) for one in attempts], looks
            )

    def of_record(self, actor: Actor, register: str, key: str) -> RecordTrail:
        """Who changed a record lately, and what; private values are masked.

        Raises:
            Refused: the actor does not work with the record.
        """
        with self._sentences.saying(), self._records.store.read() as unit:
            row = self._registers.find(unit, actor, register, key)
            self._registers.demand(actor, register, "list", row)
            lookup = self._records.lookup(unit)
            looks = unit.access_log.of(key, SHOWN) if register == PEOPLE else ()
            return RecordTrail(
                self._steps(unit, lookup, actor, row),
                [
                    Look(
                        each.at, _person(lookup, each.person),
                        _organisation(lookup, each.organisation), _person(lookup, key), 1,
                        *self._said(each.what), _number(unit, each.case_uid), 1,
                    )
                    for each in looks
                ],
            )  # fmt: skip

    def _steps(
        self, unit: UnitOfWork, lookup: FormLookup, actor: Actor, row: RecordRow
    ) -> list[Step]:
        known = self._records.release.registers[row.register]
        found, after = [], dict(row.data)
        for noted in unit.records.latest_changes(row, SHOWN):
            moved = _opened(unit, noted)
            before = {**after, **{name: was for name, (was, _) in moved.items()}}
            before = {name: value for name, value in before.items() if value is not None}
            action = known.actions.get(noted.action)
            found.append(
                Step(
                    noted.at,
                    _person(lookup, noted.person),
                    _organisation(lookup, noted.organisation),
                    noted.action,
                    action.title if action is not None else "",
                    self._changes(unit, actor, known, noted.action, moved, before, after),
                )
            )
            after = before
        return found

    def _changes(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        action: str,
        moved: Mapping[str, Sequence[Any]],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> list[Change]:
        """The fields of the record, its state, and what was entered for the action."""
        forms, nothing = self._records.release.forms, Rights(edit=())
        around = self._registers.surroundings(unit, actor, after)
        form = forms[register.form].fields(moved)
        found = list(
            changes_of(
                form.effective(before, around, nothing), form.effective(after, around, nothing)
            )
        )
        if "state" in moved and "state" not in form.sections:
            titles = [
                register.states[one].title if one in register.states else str(one or "")
                for one in moved["state"]
            ]
            found.append(Change("状态", *titles))
        chosen = register.actions.get(action)
        asked = form_asked(forms, chosen) if chosen is not None else None
        if asked is not None and "input" in moved:
            entered = moved["input"][1] or {}
            found += changes_of(None, asked.effective(entered, around, nothing))
        return found

    def _said(self, what: str) -> tuple[str, str, bool]:
        name = what.removeprefix(EXPORT)
        known = self._records.release.registers.get(name) or self._records.release.lists.get(name)
        return name, known.title if known is not None else "", name != what


def _opened(unit: UnitOfWork, noted: Noted) -> Mapping[str, Sequence[Any]]:
    """What changed, by name; nothing of a person whose data were erased."""
    sealed = noted.body.get("sealed")
    if not isinstance(sealed, str):
        return noted.body
    try:
        found: Mapping[str, Sequence[Any]] = unit.blobs.get(sealed)
    except Erased:
        return {}
    return found


def _person(lookup: FormLookup, key: str | None) -> str:
    return (lookup.label(PEOPLE, key) or key) if key else ""


def _organisation(lookup: FormLookup, key: str | None) -> str:
    return (lookup.label(ORGANISATIONS, key) or key) if key else ""


def _subject(lookup: FormLookup, subject: str) -> str:
    """Whose data they are: a person, or a record of another register that has data of its own."""
    register, _, key = subject.rpartition(":")
    return lookup.label(register, key) or key if register else _person(lookup, subject)


def _number(unit: UnitOfWork, uid: str | None) -> str:
    case = unit.cases.load(uid) if uid else None
    return (case.number or "") if case is not None else ""
