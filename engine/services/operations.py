"""What people do with a task beside the author's actions: one call for every operation.

Rights, rules and sentences are those that :mod:`engine.services.offering` lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.definitions.register import ORGANISATIONS
from engine.domain.actor import Actor
from engine.domain.case import Command
from engine.domain.errors import NotFound
from engine.runtime.offers import OPERATIONS, may_operate
from engine.runtime.operations import waiting_signers
from engine.runtime.run import Run
from engine.services.cases import Cases, command_of
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.services.outcome import Done, Outcome
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.directory import Directory
    from engine.services.seeing import Seeing

#: operations that name one person, or several
PERSON, PEOPLE = "person", "people"
NAMING = {
    "transfer": PERSON, "delegate": PERSON, "add_signer": PERSON, "remove_signer": PERSON,
    "cc": PEOPLE,
}  # fmt: skip
#: what :meth:`Operations.do` carries out
OPERATED = (*NAMING, "sign", "urge")
#: every operation of the engine by its name
_OURS = frozenset({*OPERATIONS, "claim", "release", "add", "remove"})
#: most people a page lists to choose from
MOST_PEOPLE = 300


class Operations:
    """The operations of ``allow`` that :class:`Cases` does not carry out itself."""

    def __init__(self, work: Casework, cases: Cases, directory: Directory, seeing: Seeing) -> None:
        self._work = work
        self._cases = cases
        self._directory = directory
        self._seeing = seeing

    def do(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Use an operation: ``entered`` are the people chosen and what was written.

        Raises:
            Refused: a right, a rule or a person named says no; nothing was changed.
        """
        values = dict(entered or {})
        if name == "transfer":
            person, reason = str(values.get("person") or ""), str(values.get("opinion") or "")
            return self._cases.transfer(actor, uid, person, reason, version=version, key=key, at=at)
        if name not in OPERATED:
            raise NotFound("no_such_action", action=name, step="")

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._cases.operating(unit, loaded, actor, name, at)
            refusal = may_operate(run, name, self._directory)
            if refusal is not None:
                raise refusal
            self._check(unit, loaded, run, actor, name, values)
            return command_of(actor, run, name, name, values)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            if name == "cc":
                row, by = outcome.row, outcome.command
                unit.copies.add(
                    row, values["people"], by=by.person, organisation=by.organisation,
                    at=row.updated_at,
                )  # fmt: skip

        return self._cases.carry_out(actor, uid, make, version=version, key=key, then=then)

    def command(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done | None:
        """Take an action of the author or an operation of the engine, whichever is called so here.

        Raises:
            Refused: there is nothing of that name here, or a right, a rule or an entry says no.
        """
        with self._seeing.hiding(actor, uid):
            written = self.is_written(actor, uid, name, at=at)
        if written:
            return self._cases.act(
                actor, uid, name, input=entered, data=data, version=version, key=key, at=at
            )
        if name == "save":
            return self._cases.save(actor, uid, data or {}, version=version, key=key, at=at)
        return self.take(actor, uid, name, entered, version=version, key=key, at=at)

    def is_written(self, actor: Actor, uid: str, name: str, *, at: str | None = None) -> bool:
        """Whether something is an action of the author where the case is, and none of ours."""
        if name.partition(":")[0] not in _OURS:
            return True
        with self._work.store.read() as unit:
            run = self._work.look(unit, self._work.load(unit, uid), actor, at=at)
            return name in run.compiled.actions[run.step.name]

    def take(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done | None:
        """Carry out any operation of the engine by its name; claiming has no first result.

        Raises:
            Refused: a right, a rule or an entry says no; nothing was changed.
        """
        values, cases = dict(entered or {}), self._cases
        person, reason = str(values.get("person") or ""), str(values.get("reason") or "")
        match name.partition(":"):
            case ("claim", *_):
                cases.claim(actor, uid, at=at)
                return None
            case ("release", *_):
                cases.give_back(actor, uid, at=at)
                return None
            case ("add" | "remove" as change, *_):
                chosen = [str(one) for one in values.get("members") or ()]
                put = cases.add if change == "add" else cases.remove
                return put(actor, uid, chosen, key=key)
            case ("withdraw", *_):
                return cases.withdraw(actor, uid, version=version, key=key, at=at)
            case ("extend", _, deadline):
                return cases.extend(
                    actor, uid, str(values.get("until") or ""), version=version, key=key, at=at,
                    deadline=deadline or None,
                )  # fmt: skip
            case ("decline", *_):
                return cases.decline(actor, uid, reason, version=version, key=key, at=at)
            case ("vote", *_):
                papers = values.get("papers")
                if papers is None:
                    # The same said on every paper.
                    papers = dict.fromkeys(cases.papers(actor, uid, at=at), values)
                return cases.vote(actor, uid, papers, version=version, key=key, at=at)
            case ("replace", *_):
                instead = str(values.get("instead") or "")
                return cases.replace(
                    actor, uid, instead, person, reason, version=version, key=key, at=at
                )
        return self.do(actor, uid, name, values, version=version, key=key, at=at)

    def _check(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        actor: Actor,
        name: str,
        values: dict[str, Any],
    ) -> None:
        """Refuse people who cannot be named, and what a colleague has taken on."""
        if name == "cc":
            values[PEOPLE] = self._named(run, actor, values.get(PEOPLE) or ())
            return
        if name not in NAMING:
            return
        self._cases.demand_unclaimed(unit, loaded, run, actor)
        person = str(values.get(PERSON) or "")
        values[PERSON] = person
        if not person:
            raise run.refuse("nobody_chosen")
        if name == "delegate" or values.get("mode") == "after":
            # They do what the holder does, so they need the right to it.
            if person not in self._cases.colleagues_at(run) and person != actor.person:
                raise run.refuse("transfer_to_stranger", person=person)
        elif name == "add_signer":
            self._named(run, actor, [person])

    def _named(self, run: Run, actor: Actor, people: Sequence[str]) -> list[str]:
        """The people chosen, each with a place in the organisation acted for or below it."""
        chosen = [str(one) for one in people if one]
        if not chosen:
            raise run.refuse("nobody_chosen")
        for person in chosen:
            held = self._directory.organisations_of(person)
            above = actor.organisation
            if above is None or not any(self._directory.is_within(one, above) for one in held):
                raise run.refuse("not_in_your_scope", person=person)
        return list(dict.fromkeys(chosen))

    # ------------------------------------------------------------ asking

    def people(
        self, actor: Actor, uid: str, name: str, *, at: str | None = None
    ) -> list[tuple[str, str]]:
        """Whom the actor could name for an operation: key and name."""
        if name not in NAMING:
            return []
        with self._work.store.read() as unit:
            if name in ("transfer", "delegate", "remove_signer"):
                loaded, _ = self._seeing.known(unit, actor, uid)
                run = self._cases.operating(unit, loaded, actor, name, at)
                if may_operate(run, name, self._directory) is not None:
                    return []
                waiting = [one.person for one in waiting_signers(run.state)]
                found = waiting if name == "remove_signer" else self._cases.colleagues_at(run)
            else:
                found = self._around(unit, actor)
            names = self._directory.names("people", found)
        return [(one, names.get(one, one)) for one in found]

    def _around(self, unit: UnitOfWork, actor: Actor) -> list[str]:
        """The people of the organisation acted for, then those of the ones below it."""
        if actor.organisation is None:
            return []
        below = unit.records.keys_below(ORGANISATIONS, actor.organisation)
        found: dict[str, None] = {}
        for some in ([actor.organisation], list(below)):
            for grant in unit.grants.at(some) if some else ():
                if self._directory.in_force(grant) and grant.person != actor.person:
                    found[grant.person] = None
        return list(found)[:MOST_PEOPLE]
