"""Registers: business tables declared in a file, with their columns, states and actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.authoring.node import Node
from engine.definitions.process import Formula, Requirement
from engine.domain.types import TEXT, Field, Kind, Record, Reference, Scalar, Type

#: the registers the engine itself knows: whom rights and assignments are about
ORGANISATIONS = "organisations"
PEOPLE = "people"

REVIEW_ACTION = "review-action"
INDEXABLE: tuple[Kind, ...] = ("text", "number", "boolean", "date", "datetime")


@dataclass(frozen=True, slots=True)
class State:
    """A state a record can be in."""

    name: str
    title: str
    #: no longer offered in pickers, and its unique values are free again
    closed: bool = False
    #: of an organisation: all that people may do for it in this state; None: whatever they hold
    only: frozenset[str] | None = None
    #: the field with the number of the documents that are no longer valid in this state
    revokes: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page of records or cases; no title means the field's own caption."""

    field: str
    title: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Computed:
    """A value worked out from the record itself, under a name expressions may use."""

    name: str
    title: str
    value: Formula
    type: Kind | None = None
    #: the register the value is a record of
    reference: str | None = None

    @property
    def known_type(self) -> Type:
        """What the file says about its type."""
        return Reference(self.reference) if self.reference else Scalar(self.type or "any")


@dataclass(frozen=True, slots=True)
class Locked:
    """Fields that only holders of one permission may change."""

    fields: tuple[str, ...]
    permission: str


@dataclass(frozen=True, slots=True)
class Staff:
    """The people named in an organisation's record, who work for it.

    Attributes:
        rows: the rows of its form that name them.
        person: path in the form of people → the field of a row that is copied there.
        role: what they get when the organisation is added.
    """

    rows: str
    person: Mapping[str, str]
    role: str


@dataclass(frozen=True, slots=True)
class Ranges:
    """Each record is a range of numbers that a number pool gives out.

    Attributes:
        first, last: the fields with the first and the last number.
        of: the field that refers to whom the numbers belong.
        year: the field with the year they are for; None = for every year.
    """

    first: str
    last: str
    of: str
    year: str | None = None


#: columns a register of ranges has beside its fields
RANGE_FIGURES = {"used": "已用", "free": "可用"}


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a record has of its own, to sign in with.

    It is opened when the record is added by hand or imported, and closed with the record.

    Attributes:
        login: the field with the name to sign in with.
        organisation: the field with the organisation it acts for.
        role: what it holds there.
        must_change: whether its first password opens nothing but the page that changes it.
    """

    login: str
    organisation: str
    role: str
    must_change: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Showing:
    """Records that are listed before an action is taken."""

    title: str
    register: str
    where: Formula


@dataclass(frozen=True, slots=True)
class Part:
    """Fields of a record with a page of their own."""

    name: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Records may be added from a spreadsheet by who may add them one by one."""

    #: fields asked for once instead of being columns of the sheet
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """A field whose values are counted on the statistics page of a register.

    ``ages`` splits a year of birth into ages: below the first, between each two, from the last.
    """

    field: str
    title: str | None = None
    ages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """Which permission each operation on the records of a register needs.

    ``view`` None lets every signed-in person look records up; the others None mean nobody by hand.
    """

    view: str | None = None
    create: str | None = None
    edit: str | None = None
    delete: str | None = None
    export: str | None = None
    unmask: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Rows of an answer that become rows of the record.

    Rows of the record with the values ``set`` are the other side's: one of them with the same
    values of the fields ``by`` is written over, and what is new is added. All others stay.
    """

    from_: str
    by: tuple[str, ...]
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Telling:
    """What a system outside is told about a record, after the action.

    Attributes:
        name: the connector.
        body: field of what is sent → expression over ``it``, the record.
        done: field of the record → expression over ``it`` and the ``answer``.
        failed: field of the record → expression over ``it``, the ``reason``, and whether the
            other side ``refused``; if not, it may have got it all the same.
        merge: list of the record → what comes into it of an answer.
    """

    name: str
    node: Node
    body: Mapping[str, Formula] = field(default_factory=dict)
    done: Mapping[str, Formula] = field(default_factory=dict)
    failed: Mapping[str, Formula] = field(default_factory=dict)
    merge: Mapping[str, Merge] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class RecordAction:
    """A button on a record: one person, at once."""

    name: str
    title: str
    node: Node
    permission: str | None = None
    #: states in which it is offered; none given = all others than ``to``
    from_: tuple[str, ...] = ()
    to: str | None = None
    #: fields of the form ``review-action``, or the id of another form
    ask: tuple[str, ...] | str = ()
    confirm: str | None = None
    set: Mapping[str, Formula] = field(default_factory=dict)
    bulk: bool = False
    require: tuple[Requirement, ...] = ()
    #: what is listed before it is taken
    shows: tuple[Showing, ...] = ()
    #: when it may be taken
    when: Formula | None = None
    connector: Telling | None = None
    #: the part of their own record at which everybody may take it for themselves
    own: str | None = None
    #: whether the system takes it when a record was added or changed
    automatic: Formula | None = None


@dataclass(frozen=True, eq=False)
class Register:
    """A business table."""

    id: str
    title: str
    node: Node
    form: str
    label: str
    key: str | None = None
    tree: str | None = None
    #: fields that a record has as what it stands below; without ``tree`` the levels of its tree
    branches: tuple[str, ...] = ()
    #: nobody adds a record at the top of the tree
    fixed_roots: bool = False
    scope: str | None = None
    states: Mapping[str, State] = field(default_factory=dict)
    initial: str = ""
    computed: Mapping[str, Computed] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    counts: tuple[Tally, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    locked: Locked | None = None
    staff: Staff | None = None
    account: Account | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    permissions: Rights = field(default_factory=Rights)
    actions: Mapping[str, RecordAction] = field(default_factory=dict)
    import_: Import | None = None
    ranges: Ranges | None = None
    #: what buttons and links of its pages are called, by what they do
    captions: Mapping[str, str] = field(default_factory=dict)

    @property
    def index_paths(self) -> tuple[str, ...]:
        """Every path kept as a typed index: those declared and those the register itself needs."""
        own = [self.label, self.tree, *self.branches, *self.search, *self.filters]
        own += [tally.field for tally in self.counts]
        own += [path for paths in self.unique for path in paths]
        own += [self.ranges.of] if self.ranges is not None else []
        wanted = [*self.indexes, *(path for path in own if path)]
        return tuple(dict.fromkeys(path for path in wanted if path not in ("id", "state")))

    @cached_property
    def automatic(self) -> tuple[RecordAction, ...]:
        """The actions the system takes by itself."""
        return tuple(one for one in self.actions.values() if one.automatic is not None)

    @property
    def closed_states(self) -> tuple[str, ...]:
        """The states in which a record is out of use."""
        return tuple(state.name for state in self.states.values() if state.closed)

    @property
    def opened_by(self) -> frozenset[str]:
        """The permissions any of which opens the page that lists the records.

        Where nobody needs a permission to look a record up, the page is for those who may do
        something with them.
        """
        rights = self.permissions
        if rights.view is not None:
            return frozenset({rights.view})
        useful = {rights.create, rights.edit, rights.delete, rights.export}
        useful |= {action.permission for action in self.actions.values()}
        return frozenset(permission for permission in useful if permission is not None)

    @property
    def is_tree(self) -> bool:
        """Whether its records can be shown as a tree."""
        return self.tree is not None or bool(self.branches)

    def record(self, form: Record | None) -> Record:
        """Return the record as expressions see it: id, state, the form's fields, computed ones."""
        fields = dict(form.fields) if form else {}
        # A record keyed by a reference is the row it refers to, and compares equal to it.
        key = fields.get(self.key or "")
        same = key.type if key is not None and isinstance(key.type, Reference) else TEXT
        fields["id"] = Field(same, "", self.id)
        fields["state"] = Field(TEXT, "状态", self.id, tuple(self.states))
        for computed in self.computed.values():
            fields[computed.name] = Field(computed.known_type, computed.title, self.id)
        return Record(self.id, fields)
