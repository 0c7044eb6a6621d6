"""What people do with the records of registers: look, add, change, act; one person, at once.

Every method takes the actor and asks the directory. A record can be changed by whoever holds the
register's permission where they act, if it belongs to that organisation or one below; what belongs
to no organisation is the jurisdiction's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from engine.connectors.spreadsheets import write_xlsx
from engine.definitions.process import Formula
from engine.definitions.register import (
    ORGANISATIONS,
    PEOPLE,
    REVIEW_ACTION,
    RecordAction,
    Register,
)
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused, Stale
from engine.forms.effective import EffectiveForm
from engine.forms.form import Form
from engine.forms.surroundings import Found, Query, Rights, Surroundings
from engine.services.directory import Directory
from engine.services.form_lookup import FormLookup
from engine.services.pages import Column, Cursor, Filter, Page, Row, cursor_from
from engine.services.record_index import LABEL
from engine.services.record_views import at_path, plain
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.access import Access
from engine.store.record_pages import Order, Selection
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

Operation = Literal["view", "create", "edit", "delete", "export"]
#: how many rows are exported at once
EXPORTED = 100_000
#: how many values a filter offers
OFFERED = 100
#: a page says how many records there are up to this many
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class RecordOffer:
    """A button on a record, and why it cannot be pressed."""

    name: str
    title: str
    asks: bool
    confirm: str | None
    sentence: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether it can be pressed."""
        return self.sentence is None


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
    actions: Sequence[RecordOffer] = ()


class Registers:
    """The pages of registers."""

    def __init__(
        self,
        records: Records,
        directory: Directory,
        sentences: Sentences,
    ) -> None:
        self._records = records
        self._directory = directory
        self._sentences = sentences
        self._store = records.store

    # ------------------------------------------------------------ rights

    def why_not(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> Refused | None:
        """Why an actor may not do something with a register's records; None when they may."""
        known = self._known(register)
        if row is not None and self._is_own(actor, row, operation):
            return None
        permission: str | None = getattr(known.permissions, operation)
        if operation == "view" and permission is None:
            return None
        if operation == "export" and permission is None:
            return self.why_not(actor, register, "view", row)
        return self._why_not(actor, permission, row)

    def may_view(self, actor: Actor, register: str) -> bool:
        """Whether an actor may open the page of a register."""
        return self.why_not(actor, register, "view") is None

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

    @staticmethod
    def _is_own(actor: Actor, row: RecordRow, operation: Operation = "view") -> bool:
        """Everybody sees and keeps their own record, and sees that of their organisation."""
        if (row.register, row.key) == (PEOPLE, actor.person):
            return operation in ("view", "edit")
        return operation == "view" and (row.register, row.key) == (
            ORGANISATIONS,
            actor.organisation,
        )

    def _demand(
        self, actor: Actor, register: str, operation: Operation, row: RecordRow | None = None
    ) -> None:
        refusal = self.why_not(actor, register, operation, row)
        if refusal is not None:
            raise refusal

    def locked_for(self, actor: Actor, register: str) -> tuple[str, ...]:
        """The fields an actor cannot change although the rest may be (ORG-19, ACC-12)."""
        locked = self._known(register).locked
        if locked is None or self._directory.has(actor, locked.permission):
            return ()
        return locked.fields

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
        """A page of the records the actor may see: those of the own organisation and below."""
        known = self._known(register)
        with self._sentences.saying():
            self._demand(actor, register, "view")
            order = self._order(known, sort)
            after = cursor_from(cursor)
            with self._store.read() as unit:
                selection = self._selection(unit, actor, known, filters or {}, search)
                found = unit.record_pages.page(selection, order, after=after, limit=limit + 1)
                total = unit.record_pages.count(selection, most=COUNTED + 1)
                shown = found[:limit]
                lookup = self._records.lookup(unit)
                rows = [self._row(lookup, known, each.key) for each in shown]
                offered = self._filters(unit, lookup, known)
        more = len(found) > limit
        return Page(
            title=known.title,
            columns=self._columns(known),
            rows=rows,
            filters=offered,
            total=total if total <= COUNTED else None,
            next_cursor=Cursor(shown[-1].order, shown[-1].id).text() if more else "",
            searchable=bool(known.search),
            may_create=self.why_not(actor, register, "create") is None,
            may_export=self.why_not(actor, register, "export") is None,
        )

    def export(
        self,
        actor: Actor,
        register: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> tuple[str, bytes]:
        """The records an actor may see as a spreadsheet: its file name and content."""
        known = self._known(register)
        with self._sentences.saying():
            self._demand(actor, register, "export")
            with self._store.read() as unit:
                selection = self._selection(unit, actor, known, filters or {}, search)
                found = unit.record_pages.page(selection, Order(LABEL), limit=EXPORTED)
                lookup = self._records.lookup(unit)
                cells = [self._row(lookup, known, each.key).cells for each in found]
        heads = [column.title for column in self._columns(known)]
        content = BytesIO()
        write_xlsx(content, known.title, heads, cells)
        return f"{known.title}.xlsx", content.getvalue()

    def options(
        self, actor: Actor, register: str, text: str = "", *, limit: int = 200
    ) -> Sequence[Found]:
        """Records to pick from, found by name or number (BUR-41)."""
        self._known(register)
        with self._store.read() as unit:
            return self._records.lookup(unit).search(Query(register), text, limit)

    def summary(self, actor: Actor, register: str, key: str) -> list[tuple[str, str]]:
        """The columns of one record with their captions, for the home page (UNIT-01)."""
        known = self._known(register)
        with self._store.read() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "view", row)
            cells = self._row(self._records.lookup(unit), known, key).cells
        heads = (column.title for column in self._columns(known))
        return [(head, cell) for head, cell in zip(heads, cells, strict=True) if cell]

    # ------------------------------------------------------------ one record

    def get(self, actor: Actor, register: str, key: str) -> RecordView:
        """A record with what may be done with it.

        Raises:
            NotFound, NotAllowed.
        """
        known = self._known(register)
        with self._sentences.saying(), self._store.read() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "view", row)
            name = self._directory.name(register, key)
        self._looked(actor, known, row)
        return RecordView(
            key=key,
            name=name,
            state=row.state,
            state_title=known.states[row.state].title if row.state in known.states else row.state,
            data=row.data,
            version=row.version,
            edit=self.why_not(actor, register, "edit", row) is None,
            actions=[self._offer(actor, known, row, each) for each in known.actions.values()],
        )

    def form(
        self,
        actor: Actor,
        register: str,
        key: str | None,
        data: Mapping[str, Any] | None = None,
    ) -> EffectiveForm:
        """The form of a record, or of a new one, as the actor may fill it in."""
        known = self._known(register)
        with self._sentences.saying(), self._store.read() as unit:
            form = self._form(known)
            if key is None:
                self._demand(actor, register, "create")
                return form.effective(
                    data if data is not None else form.initial(),
                    self._surroundings(unit, actor),
                    self._rights(actor, known),
                )
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "view", row)
            may_edit = self.why_not(actor, register, "edit", row) is None
            rights = self._rights(actor, known) if may_edit else Rights(edit=())
            filled = {**row.data, **(data or {})}
            return form.effective(filled, self._surroundings(unit, actor), rights)

    def create(self, actor: Actor, register: str, data: Mapping[str, Any]) -> str:
        """Add a record; return its key.

        Raises:
            InvalidSubmission: the form says no.
            Refused: a right, a unique value or the tree says no.
        """
        known = self._known(register)
        with self._sentences.saying(), self._store.write() as unit:
            self._demand(actor, register, "create")
            kept = self._checked(unit, actor, known, data, self._rights(actor, known))
            row = self._records.add(
                unit,
                known,
                kept,
                jurisdiction=actor.jurisdiction or "",
                at=self._records.now(actor.jurisdiction),
                by=actor.person,
                organisation=actor.organisation,
            )
            self._stays_within(actor, known, row)
            return row.key

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
        known = self._known(register)
        with self._sentences.saying(), self._store.write() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "edit", row)
            return self._changed(unit, actor, known, row, data, version).version

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
        known = self._known(register)
        chosen = known.actions.get(action)
        if chosen is None:
            raise NotFound("no_such_action", action=action, step=known.title)
        with self._sentences.saying(), self._store.write() as unit:
            row = self._records.load(unit, register, key)
            refusal = self._why_not_act(actor, known, row, chosen)
            if refusal is not None:
                raise refusal
            asked = self._asked(known, chosen)
            entered = dict(input or {})
            if asked is not None:
                surroundings = self._surroundings(unit, actor, row.data)
                errors = asked.validate(entered, surroundings, complete=True)
                if errors:
                    raise InvalidSubmission(errors)
            data = self._set(unit, actor, known, row, chosen, entered)
            at = self._records.now(actor.jurisdiction)
            changed = self._records.change(
                unit, known, row, data, at=at, by=actor.person, organisation=actor.organisation,
                state=chosen.to, action=self._noted(chosen, entered),
            )  # fmt: skip
            return changed.state

    def action_form(
        self,
        actor: Actor,
        register: str,
        key: str,
        action: str,
        data: Mapping[str, Any] | None = None,
    ) -> EffectiveForm:
        """The form an action asks with; an empty one when it asks nothing."""
        known = self._known(register)
        chosen = known.actions.get(action)
        if chosen is None:
            raise NotFound("no_such_action", action=action, step=known.title)
        with self._sentences.saying(), self._store.read() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "view", row)
            form = self._asked(known, chosen) or self._form(known).fields(())
            return form.effective(data or form.initial(), self._surroundings(unit, actor, row.data))

    def delete(self, actor: Actor, register: str, key: str) -> None:
        """Remove a record that nothing refers to (BUR-07).

        Raises:
            Refused: the right says no, or the record is used.
        """
        with self._sentences.saying(), self._store.write() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "delete", row)
            users = unit.record_pages.users(key, self._records.index.references_to(register))
            if users:
                other, other_key = users[0]
                names = unit.record_pages.texts(other, [other_key], LABEL)
                raise Refused(
                    "record_in_use",
                    register=self._known(other).title,
                    name=names.get(other_key, other_key),
                )
            unit.records.delete(row)

    def history(self, actor: Actor, register: str, key: str) -> Sequence[Any]:
        """Who changed a record, and what, oldest first."""
        with self._sentences.saying(), self._store.read() as unit:
            row = self._records.load(unit, register, key)
            self._demand(actor, register, "view", row)
            return unit.records.changes(row)

    # ------------------------------------------------------------ inside

    def _known(self, register: str) -> Register:
        found = self._records.release.registers.get(register)
        if found is None:
            raise self._sentences.worded(NotFound("no_such_page"))
        return found

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
        for path in self.locked_for(actor, register.id):
            _copy(path, row.data, typed)
        # A person's record is kept part by part: only what changes has to be complete.
        parts = None
        if register.id == PEOPLE:
            parts = {name for name in typed if typed[name] != row.data.get(name)}
        kept = self._checked(unit, actor, register, typed, self._rights(actor, register), parts)
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
            self._stays_within(actor, register, changed)
        return changed

    def _stays_within(self, actor: Actor, register: Register, row: RecordRow) -> None:
        """Nobody puts a record where they could not have changed it."""
        if row.scope is None or actor.organisation is None:
            return
        above = row.scope
        if register.id == ORGANISATIONS:
            parent = plain(at_path(row.data, register.tree or ""))
            above = str(parent) if parent else row.scope
        if not self._directory.is_within(above, actor.organisation):
            raise NotAllowed("outside_your_scope", organisation=above)

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
        surroundings = self._surroundings(unit, actor)
        errors = [
            error
            for error in form.validate(data, surroundings, rights, complete=True)
            if parts is None or error.place[:1] == () or error.place[0] in parts
        ]
        if errors:
            raise InvalidSubmission(errors)
        return form.effective(data, surroundings, rights).submitted

    def _surroundings(
        self, unit: UnitOfWork, actor: Actor, data: Mapping[str, Any] | None = None
    ) -> Surroundings:
        views = self._records.views(unit)
        names = {
            **views.names(),
            "actor": views.view(PEOPLE, actor.person),
            "initiator": views.view(PEOPLE, actor.person),
            "here": views.view(ORGANISATIONS, actor.organisation),
            "jurisdiction": {"id": actor.jurisdiction},
        }
        return Surroundings(
            names=names,
            lookup=self._records.lookup(unit),
            data=data,
            calendar=self._records.calendar(actor.jurisdiction),
        )

    def _rights(self, actor: Actor, register: Register) -> Rights:
        locked = self.locked_for(actor, register.id)
        if not locked:
            return Rights()
        form = self._form(register)
        names = [".".join(p for p in element.path if p != "*") for element in form.walk()]
        leaves = [name for name in names if not any(o.startswith(f"{name}.") for o in names)]
        return Rights(edit=tuple(name for name in leaves if name not in locked))

    def _why_not_act(
        self, actor: Actor, register: Register, row: RecordRow, action: RecordAction
    ) -> Refused | None:
        permission = action.permission or register.permissions.edit
        refusal = self._why_not(actor, permission, row)
        if refusal is not None:
            return refusal
        allowed = action.from_ or tuple(name for name in register.states if name != action.to)
        if row.state not in allowed:
            state = register.states.get(row.state)
            return self._sentences.worded(
                Refused(
                    "wrong_state",
                    action=action.title,
                    state=state.title if state is not None else row.state,
                )
            )
        return None

    def _offer(
        self, actor: Actor, register: Register, row: RecordRow, action: RecordAction
    ) -> RecordOffer:
        refusal = self._why_not_act(actor, register, row, action)
        return RecordOffer(
            action.name,
            action.title,
            bool(action.ask),
            action.confirm,
            refusal.sentence if refusal is not None else None,
        )

    def _asked(self, register: Register, action: RecordAction) -> Form | None:
        forms = self._records.release.forms
        if isinstance(action.ask, str):
            return forms[action.ask]
        return forms[REVIEW_ACTION].fields(action.ask) if action.ask else None

    @staticmethod
    def _noted(action: RecordAction, entered: Mapping[str, Any]) -> str:
        said = "；".join(str(value) for value in entered.values() if isinstance(value, str))
        return f"{action.name}: {said}" if said else action.name

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
        views = self._records.views(unit)
        values = {
            **views.names(),
            "it": views.view(register.id, row.key),
            "input": entered,
            "actor": {"id": actor.person},
            "here": {"id": actor.organisation} if actor.organisation else None,
        }
        expressions = self._records.release.bound.expressions
        calendar = self._records.calendar(actor.jurisdiction)
        written: dict[str, Any] = {}
        formula: Formula
        for path, formula in action.set.items():
            written[path] = plain(expressions[formula].evaluate(values, calendar=calendar))
        data = dict(row.data)
        for path, value in written.items():
            _put(path, value, data)
        return data

    def _selection(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        filters: Mapping[str, str],
        search: str,
    ) -> Selection:
        index = self._records.index
        equal = {
            path: [_filter_value(value, index.is_number(register, path))]
            for path, value in filters.items()
            if value and path in (*register.filters, *register.index_paths, "id", "state")
        }
        scoped = register.scope is not None
        exact = [
            (path, index.blind(register.id, path, search.strip()))
            for path in register.search
            if path in index.private(register) and path != register.label
        ]
        return Selection(
            register.id,
            words=search,
            exact=exact,
            equal=equal,
            jurisdiction=actor.jurisdiction,
            scope_path=(self._directory.path(actor.organisation) or "/") if scoped else None,
        )

    def _order(self, register: Register, sort: str) -> Order:
        path = sort.removeprefix("-")
        if path in ("", register.label) or path not in self._sortable(register):
            return Order(LABEL, descending=sort.startswith("-"))
        number = self._records.index.is_number(register, path)
        return Order(path, number, sort.startswith("-"))

    def _sortable(self, register: Register) -> tuple[str, ...]:
        private = self._records.index.private(register)
        paths = self._records.index.own_paths(register)
        return (*(path for path in paths if path not in private), "state", register.label)

    def _columns(self, register: Register) -> list[Column]:
        sortable = self._sortable(register)
        return [
            Column(each.field, each.title or self.title_of(register, each.field),
                   each.field in sortable)
            for each in register.columns
        ]  # fmt: skip

    def title_of(self, register: Register, path: str) -> str:
        """The caption of a field of a register."""
        computed = register.computed.get(path)
        if computed is not None:
            return computed.title
        if path == "state":
            return "状态"
        element = self._form(register).element(path)
        return element.title if element is not None else path

    def _row(self, lookup: FormLookup, register: Register, key: str) -> Row:
        record = lookup.record(register.id, key)
        assert record is not None  # it was found a moment ago in the same reading
        cells = [lookup.caption(register, record, each.field) for each in register.columns]  # type: ignore[arg-type]
        state = str(record.get("state") or "")
        title = register.states[state].title if state in register.states else state
        return Row(key, lookup.label(register.id, key) or key, cells, status=title)

    def _filters(self, unit: UnitOfWork, lookup: FormLookup, register: Register) -> list[Filter]:
        found = []
        for path in register.filters:
            title = self.title_of(register, path)
            found.append(Filter(path, title, self._choices(unit, lookup, register, path)))
        return found

    def _choices(
        self, unit: UnitOfWork, lookup: FormLookup, register: Register, path: str
    ) -> list[tuple[str, str]] | None:
        if path == "state":
            return [(state.name, state.title) for state in register.states.values()]
        element = self._form(register).element(path)
        if element is not None and element.codes:
            codes = lookup.codes(element.codes)
            return [
                (code.code, code.title)
                for code in codes
                if not element.only or code.code in element.only
            ]
        if self._records.index.is_number(register, path):
            return [("1", "是"), ("0", "否")]
        reference = self._records.index.searchable(register).references.get(path)
        if reference is not None:
            keys = unit.record_pages.first_values(register.id, path, OFFERED)
            names = unit.record_pages.texts(reference, keys, LABEL)
            return sorted(names.items(), key=lambda item: item[1])
        return None

    def _looked(self, actor: Actor, register: Register, row: RecordRow) -> None:
        """Note who looked at somebody else's personal data."""
        subject = self._records.index.subject(register, row.key)
        if subject is None or self._is_own(actor, row):
            return
        if self._store.is_busy:
            # In the middle of another reading or command, which notes what it does itself.
            return
        at = self._records.now(actor.jurisdiction)
        with self._store.write() as unit:
            unit.access_log.add(Access(at, actor.person, actor.organisation, subject, register.id))


def _copy(path: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Write what stands at a dotted path of one mapping into another."""
    _put(path, at_path(source, path), target)


def _put(path: str, value: Any, target: dict[str, Any]) -> None:
    *above, last = path.split(".")
    inner = target
    for name in above:
        inner[name] = dict(inner.get(name) or {})
        inner = inner[name]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value


def _filter_value(text: str, number: bool) -> str | float:
    if not number:
        return text
    try:
        return float({"true": 1, "false": 0}.get(text, text))
    except ValueError:
        return float("nan")
