"""Who may do what with the records of a register: one function for page, API and execution.

A record can be changed by whoever holds the register's permission where they act, if it belongs to
that organisation or one below; what belongs to no organisation is the jurisdiction's.
"""

from __future__ import annotations

from typing import Literal

from engine.definitions.process import Formula
from engine.definitions.register import ORGANISATIONS, PEOPLE, RecordAction, Register
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.forms.surroundings import Rights
from engine.services.directory import Directory
from engine.services.record_index import tree_parent
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

Operation = Literal["view", "list", "create", "edit", "delete", "export"]


class RegisterRights:
    """Decides about records of registers."""

    def __init__(self, records: Records, directory: Directory, sentences: Sentences) -> None:
        self._records = records
        self._directory = directory
        self._sentences = sentences

    def known(self, register: str) -> Register:
        """Return a register.

        Raises:
            NotFound: there is none of that name.
        """
        found = self._records.release.registers.get(register)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_page"))
        return found

    def why_not(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> Refused | None:
        """Why an actor may not do something with a register's records; None when they may.

        Without a permission to view, everybody may look a record up (to refer to it); the page that
        lists them is for those who may do something with them.
        """
        known = self.known(register)
        if row is not None and is_own(actor, row, operation):
            return None
        if operation == "list":
            return self._why_not_list(actor, known, row)
        if operation == "delete" and row is not None and self._is_kept_from_above(actor, row):
            return self._sentences.worded(NotAllowed("outside_your_scope", organisation=row.key))
        permission: str | None = getattr(known.permissions, operation)
        if operation == "view" and permission is None:
            return None
        if operation == "export" and permission is None:
            return self.why_not(actor, register, "list", row)
        return self._why_not(actor, permission, row)

    def find(self, unit: UnitOfWork, actor: Actor, register: str, key: str) -> RecordRow:
        """A record the actor may see; whoever may not is told the same as if there were none.

        Raises:
            NotFound: there is none, or it is not theirs to see.
            NotAllowed: the actor sees no record of the register.
        """
        row = unit.records.load(register, key)
        if row is not None and self.why_not(actor, register, "view", row) is None:
            return row
        self.demand(actor, register, "view")
        raise self._sentences.worded(NotFound("no_such_record", register=register, key=key))

    def demand(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> None:
        """Refuse what the actor may not do."""
        refusal = self.why_not(actor, register, operation, row)
        if refusal is not None:
            raise refusal

    def _why_not_list(
        self, actor: Actor, register: Register, row: RecordRow | None
    ) -> Refused | None:
        opened_by: list[str | None] = [*sorted(register.opened_by)]
        refusals = [self._why_not(actor, one, row) for one in opened_by or [None]]
        return refusals[0] if None not in refusals else None

    def _why_not(
        self, actor: Actor, permission: str | None, row: RecordRow | None
    ) -> Refused | None:
        if row is None or row.scope is None:
            refusal = self._directory.why_not(actor, permission)
            if refusal is None and row is not None and row.jurisdiction != actor.jurisdiction:
                refusal = NotAllowed("outside_your_scope", organisation=row.jurisdiction)
        else:
            refusal = self._directory.why_not(actor, permission, row.scope)
        return self._sentences.worded(refusal) if refusal is not None else None

    def why_not_act(
        self, actor: Actor, register: Register, row: RecordRow, action: RecordAction
    ) -> Refused | None:
        """Why an actor cannot take an action on a record; None when they can.

        Nobody decides about their own organisation, such as approving or closing it.
        """
        if self._is_kept_from_above(actor, row):
            refused = NotAllowed("outside_your_scope", organisation=row.key)
            return self._sentences.worded(refused)
        if action.own is None or not is_own(actor, row, "edit"):
            refusal = self._why_not(actor, action.permission or register.permissions.edit, row)
            if refusal is not None:
                return refusal
        allowed = action.from_ or tuple(name for name in register.states if name != action.to)
        if row.state in allowed:
            if action.when is None or self._holds(actor, action.when, row):
                return None
            return self._sentences.worded(Refused("not_offered_now", action=action.title))
        state = register.states.get(row.state)
        shown = state.title if state is not None else row.state
        return self._sentences.worded(Refused("wrong_state", action=action.title, state=shown))

    def _holds(self, actor: Actor, when: Formula, row: RecordRow) -> bool:
        with self._records.store.read() as unit:
            values = {"it": self._records.views(unit).preview(row)}
            found = self._records.evaluated(unit, actor, {"": when}, values, row.jurisdiction)
        return found[""] is True

    def locked_for(
        self, actor: Actor, register: str, row: RecordRow | None = None
    ) -> tuple[str, ...]:
        """The fields an actor cannot change although the rest may be (ORG-19, ACC-12).

        Of the own organisation they are changed by those above it, if there is anybody.
        """
        locked = self.known(register).locked
        if locked is None:
            return ()
        if row is not None and self._is_kept_from_above(actor, row):
            return locked.fields
        return () if self._directory.has(actor, locked.permission) else locked.fields

    def _is_kept_from_above(self, actor: Actor, row: RecordRow) -> bool:
        """Tell whether a record is the actor's own organisation, with another one above it."""
        own = (row.register, row.key) == (ORGANISATIONS, actor.organisation)
        return own and self._directory.superior(row.key) is not None

    def of_form(self, actor: Actor, register: Register, row: RecordRow | None = None) -> Rights:
        """Which fields of a record's form, or of a new one's, an actor may fill in."""
        locked = self.locked_for(actor, register.id, row)
        if not locked:
            return Rights()
        form = self._records.release.forms[register.form]
        names = [".".join(p for p in element.path if p != "*") for element in form.walk()]
        # Naming what holds a locked field would open the field too.
        return Rights(edit=tuple(n for n in names if not any(_meet(n, one) for one in locked)))

    def stays_within(self, actor: Actor, register: Register, row: RecordRow) -> None:
        """Refuse a record that was put where the actor could not have changed it."""
        if row.scope is None or actor.organisation is None:
            return
        above = row.scope
        if register.id == ORGANISATIONS:
            parent = tree_parent(register, row.data)
            above = parent or row.scope
        if not self._directory.is_within(above, actor.organisation):
            raise NotAllowed("outside_your_scope", organisation=above)


def is_own(actor: Actor, row: RecordRow, operation: Operation = "view") -> bool:
    """Tell whether it is the actor's: everybody keeps their own record, and sees their unit's."""
    if (row.register, row.key) == (PEOPLE, actor.person):
        return operation in ("view", "edit")
    return operation == "view" and (row.register, row.key) == (ORGANISATIONS, actor.organisation)


def _meet(one: str, other: str) -> bool:
    """Tell whether two dotted paths name the same field, or one the whole of the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
