"""What people do with the records of registers: look, add, change, act; one person, at once.

Every method takes the actor and asks :mod:`engine.services.register_rights`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.register import (
    ORGANISATIONS,
    PEOPLE,
    REVIEW_ACTION,
    RecordAction,
    Register,
)
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotFound, Refused, Stale
from engine.domain.paths import at_path, put_at
from engine.forms import FieldError
from engine.forms.effective import EffectiveForm
from engine.forms.form import Form
from engine.forms.sentences import sentence
from engine.forms.surroundings import Found, Query, Rights, Surroundings
from engine.services.directory import Directory
from engine.services.kept import kept
from engine.services.pages import Page
from engine.services.record_index import LABEL, tree_parent
from engine.services.record_trees import RecordTrees, Tree
from engine.services.record_views import plain
from engine.services.records import Records
from engine.services.register_pages import Figure, RegisterPages, Shown
from engine.services.register_rights import Operation, RegisterRights, is_own
from engine.services.sentences import Sentences
from engine.services.staff import Admitted, Staff
from engine.services.telling import Telling
from engine.store.access import Access
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

#: how many records are named before an action
SHOWN = 50


@dataclass(frozen=True, slots=True)
class RecordOffer:
    """A button on a record, and why it cannot be pressed."""

    name: str
    title: str
    asks: bool
    confirm: str | None
    sentence: str | None = None
    #: the record, or the document it is about, is out of use afterwards
    ends: bool = False
    #: the part of their own record at which everybody may take it
    own: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether it can be pressed."""
        return self.sentence is None


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record of a bulk action: done, or why not."""

    key: str
    name: str
    refused: Refused | None = None

    @property
    def sentence(self) -> str | None:
        """Why not, in the reader's language."""
        return None if self.refused is None else self.refused.sentence


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record on its page."""

    key: str
    name: str
    state: str
    state_title: str
    data: Mapping[str, Any]
    version: int
    #: whether anything of it may be changed
    edit: bool
    #: whether it may be deleted, unless something refers to it
    delete: bool
    actions: Sequence[RecordOffer] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """A new record, and whoever was given an account with it."""

    key: str
    staff: Sequence[Admitted] = ()


class Registers:
    """The pages of registers."""

    def __init__(
        self,
        records: Records,
        directory: Directory,
        sentences: Sentences,
        staff: Staff,
        telling: Telling,
    ) -> None:
        self._staff = staff
        self._telling = telling
        self._records = records
        self._directory = directory
        self._sentences = sentences
        self._store = records.store
        self._rights = RegisterRights(records, directory, sentences)
        self.pages = RegisterPages(records, directory)
        self.trees = RecordTrees(records, self.pages)

    # ------------------------------------------------------------ rights

    def why_not(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> Refused | None:
        """Why an actor may not do something with a register's records; None when they may."""
        return self._rights.why_not(actor, register, operation, row)

    def demand(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> None:
        """Refuse what the actor may not do with a register's records."""
        self._rights.demand(actor, register, operation, row)

    def find(self, unit: UnitOfWork, actor: Actor, register: str, key: str) -> RecordRow:
        """A record the actor may see; whoever may not is told the same as if there were none."""
        return self._rights.find(unit, actor, register, key)

    def may_view(self, actor: Actor, register: str) -> bool:
        """Whether an actor may look records of a register up."""
        return self.why_not(actor, register, "view") is None

    # ------------------------------------------------------------ lists

    def page(
        self,
        actor: Actor,
        register: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
        sort: str = "",
        cursor: str = "",
        limit: int = 50,
    ) -> Page:
        """A page of the records the actor may see: those of the own organisation and below.

        Raises:
            NotAllowed: the actor may not list the register.
        """
        known = self._rights.known(register)
        with self._sentences.saying():
            self._rights.demand(actor, register, "list")
            page = self.pages.page(
                actor, Shown.of_register(known), filters=filters, search=search, sort=sort,
                cursor=cursor, limit=limit, captions=self._sentences.captions(),
            )  # fmt: skip
        return replace(
            page,
            may_create=self.why_not(actor, register, "create") is None,
            may_export=self.why_not(actor, register, "export") is None,
        )

    def tree(self, actor: Actor, register: str, search: str = "") -> Tree:
        """The records the actor may see as a tree.

        Raises:
            NotFound: the register has none.
        """
        known = self._rights.known(register)
        if not known.is_tree:
            raise NotFound("no_such_page")
        with self._sentences.saying():
            self._rights.demand(actor, register, "list")
            return self.trees.tree(actor, known, search, self._sentences.captions())

    def figures(self, actor: Actor, register: str) -> list[tuple[str, list[Figure]]]:
        """What a register counts: captions with how many records have each value.

        Raises:
            NotAllowed: the actor may not list the register.
        """
        known = self._rights.known(register)
        with self._sentences.saying():
            self._rights.demand(actor, register, "list")
            return self.pages.figures(actor, known)

    def export(
        self,
        actor: Actor,
        register: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> tuple[str, bytes]:
        """The records an actor may see as a spreadsheet: its file name and content.

        Raises:
            NotAllowed: the actor may not export the register.
        """
        known = self._rights.known(register)
        with self._sentences.saying():
            self._rights.demand(actor, register, "export")
            return self.pages.export(actor, Shown.of_register(known), filters or {}, search)

    def options(
        self, actor: Actor, register: str, text: str = "", *, limit: int = 200
    ) -> Sequence[Found]:
        """Records to pick from, found by name or number (BUR-41).

        Raises:
            NotAllowed: the actor may not see the register.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, register, "view")
            lookup = self._records.lookup(unit, actor.jurisdiction)
            return lookup.search(Query(register), text, limit)

    def summary(self, actor: Actor, register: str, key: str) -> list[tuple[str, str]]:
        """The columns of one record with their captions, for the home page (UNIT-01).

        Raises:
            NotAllowed: the actor may not see the record.
        """
        known = self._rights.known(register)
        with self._store.read() as unit:
            self._rights.find(unit, actor, register, key)
            shown = Shown.of_register(known)
            lookup, captions = self._records.lookup(unit), self._sentences.captions()
            cells = self.pages.row(unit, lookup, shown, key, captions=captions).cells
        heads = (column.title for column in self.pages.columns(shown))
        return [(head, cell) for head, cell in zip(heads, cells, strict=True) if cell]

    # ------------------------------------------------------------ one record

    def get(self, actor: Actor, register: str, key: str) -> RecordView:
        """A record with what may be done with it.

        Raises:
            NotFound, NotAllowed.
        """
        known = self._rights.known(register)
        with self._sentences.saying(), self._store.read() as unit:
            row = self._rights.find(unit, actor, register, key)
            name = self._directory.name(register, key)
            actions = known.actions.values()
            offers = [self._offer(unit, actor, known, row, one) for one in actions]
        self._looked(actor, known, row)
        return RecordView(
            key=key,
            name=name,
            state=row.state,
            state_title=known.states[row.state].title if row.state in known.states else row.state,
            data=row.data,
            version=row.version,
            edit=self.why_not(actor, register, "edit", row) is None,
            delete=self.why_not(actor, register, "delete", row) is None,
            actions=offers,
        )

    def offers(
        self, actor: Actor, register: str, keys: Sequence[str]
    ) -> dict[str, tuple[bool, list[RecordOffer]]]:
        """For each of some records: whether the actor may change it, and what else they may do."""
        known = self._rights.known(register)
        found: dict[str, tuple[bool, list[RecordOffer]]] = {}
        with self._store.read() as unit:
            for key in keys:
                row = self._records.load(unit, register, key)
                actions = known.actions.values()
                offers = [self._offer(unit, actor, known, row, one) for one in actions]
                edit = self.why_not(actor, register, "edit", row) is None
                found[key] = edit, [one for one in offers if one.allowed]
        return found

    def form(
        self,
        actor: Actor,
        register: str,
        key: str | None,
        data: Mapping[str, Any] | None = None,
    ) -> EffectiveForm:
        """The form of a record, or of a new one, as the actor may fill it in.

        Raises:
            NotAllowed: the actor may not see the record, or create one.
        """
        known = self._rights.known(register)
        with self._sentences.saying(), self._store.read() as unit:
            form = self._form(known)
            if key is None:
                self._rights.demand(actor, register, "create")
                return form.effective(
                    data if data is not None else form.initial(),
                    self.surroundings(unit, actor),
                    self._rights.of_form(actor, known),
                )
            row = self._rights.find(unit, actor, register, key)
            may_edit = self.why_not(actor, register, "edit", row) is None
            rights = self._rights.of_form(actor, known, row) if may_edit else Rights(edit=())
            filled = {**row.data, **(data or {})}
            return form.effective(filled, self.surroundings(unit, actor), rights)

    def create(self, actor: Actor, register: str, data: Mapping[str, Any]) -> str:
        """Add a record; return its key. See :meth:`add`."""
        return self.add(actor, register, data).key

    @kept
    def add(self, actor: Actor, register: str, data: Mapping[str, Any]) -> Added:
        """Add a record; with an organisation come the accounts of the people named in it.

        Raises:
            InvalidSubmission: the form says no, or nobody is named who is to work for it.
            Refused: a right, a unique value or the tree says no.
        """
        with self._sentences.saying(), self._store.write() as unit:
            return self.added(unit, actor, register, data)

    def added(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: str,
        data: Mapping[str, Any],
        *,
        trial: bool = False,
    ) -> Added:
        """Add a record as :meth:`add` does, in a transaction that is open already.

        A ``trial`` finds out what would be refused; it need not last.
        """
        known = self._rights.known(register)
        self._rights.demand(actor, register, "create")
        kept = self._checked(unit, actor, known, data, self._rights.of_form(actor, known))
        _demand_below(known, kept)
        self._demand_staff(actor, known, kept)
        self._staff.demand_login(unit, known, kept)
        row = self._records.add(
            unit,
            known,
            kept,
            jurisdiction=actor.jurisdiction or "",
            at=self._records.now(actor.jurisdiction),
            by=actor.person,
            organisation=actor.organisation,
        )
        self._rights.stays_within(actor, known, row)
        if register != ORGANISATIONS:
            staff = self._staff.open_account(unit, known, row, actor.person, trial=trial)
            return Added(row.key, staff)
        return Added(row.key, self._staff.begin(unit, row, actor.person))

    def _demand_staff(self, actor: Actor, register: Register, data: Mapping[str, Any]) -> None:
        """Refuse a new organisation without anybody to work for it (ORG-20)."""
        if register.id != ORGANISATIONS:
            return
        declared = self._staff.expected(data, actor.jurisdiction or "")
        if declared is None or at_path(data, declared.rows):
            return
        element = self._form(register).element(declared.rows)
        title = self._sentences.caption(element.title if element is not None else declared.rows)
        language = self._sentences.language()
        place = tuple(declared.rows.split("."))
        raise InvalidSubmission(
            [
                FieldError(
                    place,
                    "required_rows",
                    sentence("required_rows", {"title": title}, language),
                    title,
                )
            ],
            count=1,
        )

    @kept
    def change(
        self,
        actor: Actor,
        register: str,
        key: str,
        data: Mapping[str, Any],
        *,
        version: int | None = None,
    ) -> int:
        """Change a record; return its version.

        Raises:
            Stale: it is not at ``version`` any more.
            InvalidSubmission: the form says no.
            Refused: a right, a unique value or the tree says no.
        """
        known = self._rights.known(register)
        with self._sentences.saying(), self._store.write() as unit:
            row = self._rights.find(unit, actor, register, key)
            self._rights.demand(actor, register, "edit", row)
            return self._changed(unit, actor, known, row, data, version).version

    def followers(self, actor: Actor, register: str, key: str, data: Mapping[str, Any]) -> int:
        """How many running cases look at their dates again if a record is changed like this.

        Raises:
            NotFound, NotAllowed.
        """
        known = self._rights.known(register)
        with self._sentences.saying(), self._store.read() as unit:
            row = self._rights.find(unit, actor, register, key)
            self._rights.demand(actor, register, "edit", row)
            names = {
                name
                for name in data
                if (plain(data[name]) or None) != (plain(row.data.get(name)) or None)
            }
            return self._records.followed.count(unit, known, key, names)

    @kept
    def act(
        self,
        actor: Actor,
        register: str,
        key: str,
        action: str,
        input: Mapping[str, Any] | None = None,
    ) -> str:
        """Take one of the register's actions; return the new state.

        Raises:
            NotFound: there is no such action.
            Refused: the right, the state or the form says no.
        """
        known = self._rights.known(register)
        chosen = known.actions.get(action)
        if chosen is None:
            raise NotFound("no_such_action", action=action, step=known.title)
        with self._sentences.saying(), self._store.write() as unit:
            row = self._rights.find(unit, actor, register, key)
            refusal = self._why_not_act(unit, actor, known, row, chosen)
            if refusal is not None:
                raise refusal
            asked = form_asked(self._records.release.forms, chosen)
            entered = dict(input or {})
            if asked is not None:
                surroundings = self.surroundings(unit, actor, row.data)
                errors = asked.validate(entered, surroundings, complete=True)
                if errors:
                    raise InvalidSubmission(errors)
            data = self._set(unit, actor, known, row, chosen, entered)
            at = self._records.now(actor.jurisdiction)
            changed = self._records.change(
                unit, known, row, data, at=at, by=actor.person, organisation=actor.organisation,
                state=chosen.to, action=chosen.name, entered=entered,
            )  # fmt: skip
            self._telling.send(unit, actor, known, changed, chosen)
            return changed.state

    def bulk(
        self, actor: Actor, register: str, keys: Sequence[str], action: str
    ) -> list[RecordResult]:
        """Take an action on several records, each by itself.

        Raises:
            Refused: the action is not for many.
        """
        known = self._rights.known(register)
        chosen = known.actions.get(action)
        if chosen is None or not chosen.bulk:
            title = chosen.title if chosen is not None else action
            raise self._sentences.worded(Refused("not_in_bulk", action=title))
        results = []
        for key in keys:
            name = self._directory.name(register, key)
            try:
                self.act(actor, register, key, action)
                results.append(RecordResult(key, name))
            except Refused as refusal:
                results.append(RecordResult(key, name, refusal))
        return results

    def action_form(
        self,
        actor: Actor,
        register: str,
        key: str,
        action: str,
        data: Mapping[str, Any] | None = None,
    ) -> EffectiveForm:
        """The form an action asks with; an empty one when it asks nothing.

        What the action writes into the record as it is entered begins with what is there.

        Raises:
            NotFound: the register has no such action.
            NotAllowed: the actor may not see the record.
        """
        known = self._rights.known(register)
        chosen = known.actions.get(action)
        if chosen is None:
            raise NotFound("no_such_action", action=action, step=known.title)
        with self._sentences.saying(), self._store.read() as unit:
            row = self._rights.find(unit, actor, register, key)
            forms = self._records.release.forms
            form = form_asked(forms, chosen) or self._form(known).fields(())
            there = {
                name: value
                for path, formula in chosen.set.items()
                if formula.text.startswith("input.")
                and (name := formula.text.removeprefix("input.")) in form.sections
                and (value := at_path(row.data, path)) is not None
            }
            begun = data or {**form.initial(), **there}
            return form.effective(begun, self.surroundings(unit, actor, row.data))

    @kept
    def delete(self, actor: Actor, register: str, key: str) -> None:
        """Remove a record that nothing refers to (BUR-07).

        Raises:
            Refused: the right says no, or the record is used.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self._rights.find(unit, actor, register, key)
            self._rights.demand(actor, register, "delete", row)
            self._demand_unused(unit, register, key)
            self._records.ranges.demand_unused(unit, self._rights.known(register), row)
            unit.records.delete(row)
            at = self._records.now(actor.jurisdiction)
            known = self._rights.known(register)
            self._records.followed.changed(unit, known, key, None, at)

    def _demand_unused(self, unit: UnitOfWork, register: str, key: str) -> None:
        users = unit.record_pages.users(key, self._records.index.references_to(register))
        for other, other_key in users:
            name = unit.record_pages.text(other, other_key, LABEL) or other_key
            raise Refused("record_in_use", register=self._rights.known(other).title, name=name)
        for form in self._records.release.forms.values():
            paths = [path for path, to in form.reference_paths.items() if to == register]
            for uid in (uid for path in paths for uid in unit.cases.with_field(path, key)):
                case = unit.cases.load(uid)
                name = (case.number if case is not None else None) or uid
                raise Refused("record_in_use", register=form.title, name=name)

    # ------------------------------------------------------------ inside

    def _form(self, register: Register) -> Form:
        return self._records.release.forms[register.form]

    def _changed(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        data: Mapping[str, Any],
        version: int | None,
    ) -> RecordRow:
        if version is not None and version != row.version:
            raise Stale("already_handled")
        typed = {**row.data, **data}
        for path in self._rights.locked_for(actor, register.id, row):
            _copy(path, row.data, typed)
        # A person's record is kept part by part: only what changes has to be complete.
        parts = None
        if register.id == PEOPLE:
            parts = {name for name in typed if typed[name] != row.data.get(name)}
        kept = self._checked(
            unit, actor, register, typed, self._rights.of_form(actor, register, row), parts
        )
        if tree_parent(register, row.data) is not None:
            _demand_below(register, kept)
        changed = self._records.change(
            unit,
            register,
            row,
            kept,
            at=self._records.now(actor.jurisdiction),
            by=actor.person,
            organisation=actor.organisation,
        )
        if changed.scope != row.scope:
            self._rights.stays_within(actor, register, changed)
        return changed

    def _checked(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        data: Mapping[str, Any],
        rights: Rights,
        parts: Collection[str] | None = None,
    ) -> Mapping[str, Any]:
        """Check entered data, all of them or some parts; return what is kept of them."""
        form = self._form(register)
        surroundings = self.surroundings(unit, actor)
        errors = [
            error
            for error in form.validate(data, surroundings, rights, complete=True)
            if parts is None or error.place[:1] == () or error.place[0] in parts
        ]
        if errors:
            raise InvalidSubmission(errors)
        return form.effective(data, surroundings, rights).submitted

    def surroundings(
        self, unit: UnitOfWork, actor: Actor, data: Mapping[str, Any] | None = None
    ) -> Surroundings:
        """What the forms of records need from outside, for whom fills them in."""
        names = self._records.names(unit, actor)
        names |= {"initiator": names["actor"], "jurisdiction": {"id": actor.jurisdiction}}
        return Surroundings(
            names=names,
            lookup=self._records.lookup(unit, actor.jurisdiction),
            data=data,
            calendar=self._records.calendar(actor.jurisdiction),
            caption=self._sentences.captions(),
            language=self._sentences.language(),
        )

    def _why_not_act(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        action: RecordAction,
    ) -> Refused | None:
        refusal = self._rights.why_not_act(actor, register, row, action)
        if refusal is None and action.own is not None and not self._telling.is_configured(action):
            refusal = self._sentences.worded(Refused("not_connected", action=action.title))
        if refusal is not None or not action.require:
            return refusal
        values = self._values(unit, actor, register, row)
        expressions = self._records.release.bound.expressions
        calendar = self._records.calendar(actor.jurisdiction)
        for one in action.require:
            if expressions[one.that].evaluate(values, calendar=calendar) is not True:
                say = self._sentences.caption(one.say)
                return self._sentences.worded(Refused("requirement", say=say))
        return None

    def _values(
        self, unit: UnitOfWork, actor: Actor, register: Register, row: RecordRow
    ) -> dict[str, Any]:
        """What expressions of an action read."""
        it = self._records.views(unit).view(register.id, row.key)
        return {**self._records.names(unit, actor), "it": it}

    def shown(
        self, actor: Actor, register: str, key: str, action: str
    ) -> list[tuple[str, list[str], int]]:
        """What an action wants listed before it is taken: caption, some names, and how many.

        Raises:
            NotFound, NotAllowed.
        """
        known = self._rights.known(register)
        found = []
        with self._sentences.saying(), self._store.read() as unit:
            row = self._rights.find(unit, actor, register, key)
            values = self._values(unit, actor, known, row)
            values["record"] = values.pop("it")
            for one in known.actions[action].shows:
                where = self._records.release.bound.wheres[one.where]
                condition = where.bind(values, calendar=self._records.calendar(actor.jurisdiction))
                keys = self._records.find(
                    unit, one.register, condition, jurisdiction=actor.jurisdiction
                )
                names = self._directory.names(one.register, keys[:SHOWN])
                found.append((one.title, [names.get(key, key) for key in keys[:SHOWN]], len(keys)))
        return found

    def _offer(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        action: RecordAction,
    ) -> RecordOffer:
        refusal = self._why_not_act(unit, actor, register, row, action)
        to = register.states.get(action.to) if action.to is not None else None
        return RecordOffer(
            action.name,
            action.title,
            bool(action.ask),
            action.confirm,
            refusal.sentence if refusal is not None else None,
            to is not None and (to.closed or to.revokes is not None),
            action.own,
        )

    def _set(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        action: RecordAction,
        entered: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        if not action.set:
            return row.data
        values = {"it": self._records.views(unit).view(register.id, row.key), "input": entered}
        written = self._records.evaluated(unit, actor, action.set, values, actor.jurisdiction)
        data = dict(row.data)
        for path, value in written.items():
            put_at(path, value, data)
        return data

    def _looked(self, actor: Actor, register: Register, row: RecordRow) -> None:
        """Note who looked at somebody else's personal data."""
        subject = self._records.index.subject(register, row.key)
        if subject is None or is_own(actor, row):
            return
        if self._store.is_busy:
            # In the middle of another reading or command, which notes what it does itself.
            return
        at = self._records.now(actor.jurisdiction)
        with self._store.write() as unit:
            unit.access_log.add(Access(at, actor.person, actor.organisation, subject, register.id))


def form_asked(forms: Mapping[str, Form], action: RecordAction) -> Form | None:
    """The form of what an action of a register asks for; None where it asks for nothing."""
    if isinstance(action.ask, str):
        return forms[action.ask]
    return forms[REVIEW_ACTION].fields(action.ask) if action.ask else None


def _copy(path: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Write what stands at a dotted path of one mapping into another."""
    put_at(path, at_path(source, path), target)


def _demand_below(register: Register, data: Mapping[str, Any]) -> None:
    """Refuse another record at the top of a tree whose top is fixed (BUR-05)."""
    if register.fixed_roots and tree_parent(register, data) is None:
        raise Refused("top_is_fixed", register=register.title)
