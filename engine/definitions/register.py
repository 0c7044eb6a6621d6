"""Registers: business tables declared in a file, with their columns, states and actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import (
    COLUMN,
    FORM,
    PERMISSION,
    STATE,
    Known,
    expect,
    expect_field,
    said,
)
from engine.definitions.process import Formula, Requirement
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Expression,
    Id,
    Key,
    ListOf,
    Made,
    MapOf,
    Name,
    Names,
    One,
    Path,
    Text,
    Values,
    Vocabulary,
    Whole,
    Yes,
)
from engine.domain.types import NUMBER, TEXT, Field, Kind, Record, Reference, Scalar, Type
from engine.domain.types import ListOf as Many

#: the registers the engine itself knows: whom rights and assignments are about
ORGANISATIONS = "organisations"
PEOPLE = "people"

REVIEW_ACTION = "review-action"
INDEXABLE: tuple[Kind, ...] = ("text", "number", "boolean", "date", "datetime")
VALUE_TYPES = ("text", "number", "boolean", "date", "datetime")
ROLE = Phrase("角色", "role")
CONNECTOR_NAME = Phrase("外部接口", "connector")
REGISTER_NAME = Phrase("登记表", "register")
ANY_NAME = Phrase("名称", "name")


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
    """

    login: str
    organisation: str
    role: str


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


@dataclass(frozen=True, eq=False, slots=True)
class Telling:
    """What a system outside is told about a record, after the action.

    Attributes:
        name: the connector.
        body: field of what is sent → expression over ``it``, the record.
        done: field of the record → expression over ``it`` and the ``answer``.
        failed: field of the record → expression over ``it``, the ``reason``, and whether the
            other side ``refused``; if not, it may have got it all the same.
    """

    name: str
    node: Node
    body: Mapping[str, Formula] = field(default_factory=dict)
    done: Mapping[str, Formula] = field(default_factory=dict)
    failed: Mapping[str, Formula] = field(default_factory=dict)


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
    #: caption of the button that adds a record
    adding: str | None = None

    @property
    def index_paths(self) -> tuple[str, ...]:
        """Every path kept as a typed index: those declared and those the register itself needs."""
        own = [self.label, self.tree, *self.branches, *self.search, *self.filters]
        own += [tally.field for tally in self.counts]
        own += [path for paths in self.unique for path in paths]
        own += [self.ranges.of] if self.ranges is not None else []
        wanted = [*self.indexes, *(path for path in own if path)]
        return tuple(dict.fromkeys(path for path in wanted if path not in ("id", "state")))

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
        fields["state"] = Field(TEXT, "状态", self.id)
        for computed in self.computed.values():
            fields[computed.name] = Field(computed.known_type, computed.title, self.id)
        return Record(self.id, fields)


def _state(values: Values) -> State:
    only = values.get("only")
    return State(
        values.name,
        values.get("title", values.name),
        values.get("closed", False),
        frozenset(only) if only is not None else None,
        values.get("revokes"),
    )


def _column(values: Values) -> Column:
    return Column(values.get("field", ""), values.get("title"))


def _computed(values: Values) -> Computed | None:
    value = values.get("value")
    if value is None:
        return None
    return Computed(
        values.name,
        values.get("title", values.name),
        value,
        values.get("type"),
        values.get("reference"),
    )


def _locked(values: Values) -> Locked:
    return Locked(values.get("fields", ()), values.get("permission", ""))


def _staff(values: Values) -> Staff:
    return Staff(values.get("rows", ""), values.get("person", {}), values.get("role", ""))


def _account(values: Values) -> Account:
    return Account(values.get("login", ""), values.get("organisation", ""), values.get("role", ""))


def _part(values: Values) -> Part:
    return Part(values.name, values.get("title", values.name), values.get("fields", ()))


def _showing(values: Values) -> Showing | None:
    where = values.get("where")
    if where is None:
        return None
    return Showing(values.get("title", ""), values.get("register", ""), where)


def _required(values: Values) -> Requirement | None:
    that = values.get("that")
    return Requirement(that, values.get("say", "")) if that is not None else None


def _rights(values: Values) -> Rights:
    return Rights(**values.read)


def _action(values: Values) -> RecordAction:
    return RecordAction(
        name=values.name,
        title=values.get("title", values.name),
        node=values.node,
        permission=values.get("permission"),
        from_=values.get("from", ()),
        to=values.get("to"),
        ask=values.get("ask", ()),
        confirm=values.get("confirm"),
        set=values.get("set", {}),
        bulk=values.get("bulk", False),
        require=tuple(one for one in values.get("require", ()) if one is not None),
        shows=tuple(one for one in values.get("shows", ()) if one is not None),
        when=values.get("when"),
        connector=values.get("connector"),
    )


def _telling(values: Values) -> Telling:
    return Telling(
        values.get("name", ""),
        values.node,
        values.get("with", {}),
        values.get("done", {}),
        values.get("failed", {}),
    )


FIELD_PATH = Path()
STATE_VOCABULARY = Vocabulary(
    "register-state",
    Phrase("状态", "state"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "closed",
            Yes(),
            "停用：不能再选用，唯一值可重新使用",
            "out of use: not offered, its unique values are free again",
            "false",
        ),
        Key(
            "only",
            Names(Name(Phrase("权限名", "permission"))),
            "单位在这个状态时，它的人员只保留这些权限（仅用于登记册 `organisations`）",
            "what the people of an organisation keep of their permissions while it is in this "
            "state (only in the register `organisations`)",
        ),
        Key(
            "revokes",
            FIELD_PATH,
            "记录以任何方式（操作、流程的效果）进入这个状态时，编号与该字段相同的文书随之失效："
            "持有人不能再下载，核验页显示已失效",
            "when a record comes into this state, by an action or by the effect of a process, the "
            "documents with the number in this field are revoked: their holder downloads them no "
            "more, and who verifies one is told so",
        ),
    ),
    called=Phrase('状态 "{name}" ', 'state "{name}"'),
)
COLUMN_VOCABULARY = Vocabulary(
    "column",
    Phrase("列", "column"),
    (
        Key("field", FIELD_PATH, "字段", "the field", required=True),
        Key("title", Text(), "列标题，缺省为字段名称", "caption, by default the field's"),
    ),
    called=Phrase("列", "a column"),
)
COLUMNS = ListOf(
    ByKind(
        scalar=Made(FIELD_PATH, lambda value, node, spot: Column(value)),
        mapping=One(COLUMN_VOCABULARY, _column),
    )
)
TALLY_VOCABULARY = Vocabulary(
    "tally",
    Phrase("统计项", "counted field"),
    (
        Key("field", FIELD_PATH, "字段", "the field", required=True),
        Key("title", Text(), "标题，缺省为字段名称", "caption, by default the field's"),
        Key(
            "ages",
            ListOf(Whole()),
            "字段是出生年份：按这些年龄分段",
            "the field is a year of birth: counted by ages split here",
        ),
    ),
    called=Phrase("统计项", "a counted field"),
)
COUNTS = ListOf(
    ByKind(
        scalar=Made(FIELD_PATH, lambda value, node, spot: Tally(value)),
        mapping=One(
            TALLY_VOCABULARY,
            lambda values: Tally(
                values.get("field", ""), values.get("title"), tuple(values.get("ages", ()))
            ),
        ),
    )
)
COMPUTED_VOCABULARY = Vocabulary(
    "computed",
    Phrase("计算字段", "computed field"),
    (
        Key("title", Text(), "名称", "caption"),
        Key(
            "value",
            Expression(Phrase("值", "a value")),
            "由 `it`（本记录）算出的值",
            "worked out from `it`, the record",
            required=True,
        ),
        Key(
            "type",
            Closed(VALUE_TYPES),
            "值的类型，缺省由表达式推断",
            "its type, by default inferred",
        ),
        Key(
            "reference",
            Id(Phrase("登记表标识", "register id")),
            "值是这个登记表的一条记录（`value` 写记录或它的标识）；可以经引用用到自身，如沿树向上",
            "the value is a record of this register, or its id; it may read itself through a "
            "reference, such as up a tree",
        ),
    ),
    called=Phrase('计算字段 "{name}" ', 'computed field "{name}"'),
)
LOCKED_VOCABULARY = Vocabulary(
    "locked",
    Phrase("锁定字段", "locked fields"),
    (
        Key("fields", Names(FIELD_PATH), "字段", "the fields", required=True),
        Key("permission", Name(ANY_NAME), "可修改者的权限", "who may change them", required=True),
    ),
    called=Phrase("locked", "locked"),
)
STAFF_VOCABULARY = Vocabulary(
    "staff",
    Phrase("单位的人员", "staff"),
    (
        Key("rows", FIELD_PATH, "单位表单中列出人员的多行记录", "rows of the form", required=True),
        Key(
            "person",
            MapOf(Name(ANY_NAME), Phrase("字段", "field"), r"[a-z][a-z0-9_.]*"),
            "人员表单的字段 → 取自该行的哪个字段",
            "field of a person's form → the field of the row it is copied from",
            required=True,
        ),
        Key(
            "role",
            Name(ANY_NAME),
            "新增单位时授予的角色",
            "the role they get when the organisation is added",
            required=True,
        ),
    ),
    called=Phrase("staff", "staff"),
)
RANGES_VOCABULARY = Vocabulary(
    "ranges",
    Phrase("编号段", "ranges of numbers"),
    (
        Key("first", FIELD_PATH, "开始序号所在的字段", "the field with the first number",
            required=True),
        Key("last", FIELD_PATH, "结束序号所在的字段", "the field with the last number",
            required=True),
        Key(
            "of",
            FIELD_PATH,
            "编号归谁：指向其他登记表的字段",
            "whom the numbers belong to: a field that refers to another register",
            required=True,
        ),
        Key(
            "year",
            FIELD_PATH,
            "年度所在的字段；不写则不分年度",
            "the field with the year; without it they are for every year",
        ),
    ),
    called=Phrase("编号段", "the ranges"),
)  # fmt: skip
ACCOUNT_VOCABULARY = Vocabulary(
    "register-account",
    Phrase("记录的账户", "account of a record"),
    (
        Key("login", FIELD_PATH, "登录名取自哪个字段", "the name to sign in with", required=True),
        Key(
            "organisation",
            FIELD_PATH,
            "代表的单位取自哪个字段",
            "the organisation it acts for",
            required=True,
        ),
        Key("role", Name(ANY_NAME), "授予的角色", "the role it gets there", required=True),
    ),
    called=Phrase("account", "account"),
)
PART_VOCABULARY = Vocabulary(
    "register-part",
    Phrase("另页的字段", "fields with a page of their own"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("fields", Names(FIELD_PATH), "字段", "the fields", required=True),
    ),
    called=Phrase('另页 "{name}" ', 'part "{name}"'),
)
SHOWING_VOCABULARY = Vocabulary(
    "register-showing",
    Phrase("操作前列出的记录", "records listed before an action"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "register",
            Id(Phrase("登记表标识", "register id")),
            "哪个登记表",
            "of which register",
            required=True,
        ),
        Key(
            "where",
            Expression(Phrase("真假", "true or false")),
            "对每行 `it` 的条件；`record` 是被操作的记录",
            "condition over the row `it`; `record` is the one acted on",
            required=True,
        ),
    ),
    called=Phrase("shows", "shows"),
)
REQUIREMENT_VOCABULARY = Vocabulary(
    "register-require",
    Phrase("条件与提示", "condition and sentence"),
    (
        Key(
            "that",
            Expression(Phrase("真假", "true or false")),
            "对 `it`（本记录）必须成立的条件",
            "what must hold of `it`, the record",
            required=True,
        ),
        Key("say", Text(), "不成立时的提示语", "the sentence of the refusal", required=True),
    ),
    called=Phrase("require", "require"),
)
IMPORT_VOCABULARY = Vocabulary(
    "register-import",
    Phrase("导入", "import"),
    (
        Key(
            "ask",
            Names(FIELD_PATH),
            "导入时统一填写、不作为列的字段",
            "fields given once for all lines instead of as columns",
        ),
    ),
    called=Phrase("import", "import"),
)
PERMISSION_NAME = Name(Phrase("权限名", "permission"))
RIGHTS_VOCABULARY = Vocabulary(
    "register-permissions",
    Phrase("权限", "permissions"),
    (
        Key(
            "view", PERMISSION_NAME, "查看；缺省为所有登录者可选用", "to see; by default everybody"
        ),
        Key("create", PERMISSION_NAME, "新增；缺省为不能手工新增", "to add; by default nobody"),
        Key("edit", PERMISSION_NAME, "修改；缺省为不能手工修改", "to change; by default nobody"),
        Key("delete", PERMISSION_NAME, "删除未被引用的记录", "to delete what nothing refers to"),
        Key("export", PERMISSION_NAME, "导出；缺省同 view", "to export; by default as view"),
        Key(
            "unmask",
            PERMISSION_NAME,
            "在列表和导出中看到 `private: mask` 的完整值；缺省对所有人遮盖",
            "to see values with `private: mask` in full in lists and exports; by default nobody",
        ),
    ),
    called=Phrase("permissions", "permissions"),
)


def _written(zh: str, en: str, name: str) -> Key:
    value = Expression(Phrase("值", "a value"))
    shape = MapOf(value, Phrase("字段", "field"), r"[a-z][a-z0-9_.]*")
    return Key(name, shape, zh, en)


TELLING_VOCABULARY = Vocabulary(
    "register-connector",
    Phrase("报给外部系统", "what a system outside is told"),
    (
        Key("name", Id(Phrase("外部接口", "connector")), "外部接口", "the connector",
            required=True),
        _written("发送的内容，由 `it`（本记录）得出", "what is sent, from `it`, the record",
                 "with"),
        _written("得到回应后写入的字段；`answer` 是返回的内容",
                 "fields written with an answer: `answer` is what came back", "done"),
        _written("不成功时写入的字段；`reason` 是原因，对方明确不接受时 `refused` 为真",
                 "fields written where it fails: `reason` says why, `refused` whether the other "
                 "side said no", "failed"),
    ),
    called=Phrase("报给外部系统", "what a system outside is told"),
)  # fmt: skip
ACTION_VOCABULARY = Vocabulary(
    "register-action",
    Phrase("操作", "action"),
    (
        Key("title", Text(), "按钮文字", "caption", required=True),
        Key("permission", PERMISSION_NAME, "所需权限，缺省同 edit", "permission, by default edit"),
        Key("from", Names(Name(ANY_NAME)), "可操作的状态", "states it is offered in"),
        Key("to", Name(ANY_NAME), "操作后的状态", "the state after it"),
        Key(
            "ask",
            ByKind(scalar=Id(Phrase("表单标识", "form id")), sequence=Names(FIELD_PATH)),
            "需填写的内容：表单，或 review-action 的字段",
            "what is entered: a form, or fields of review-action",
        ),
        Key("confirm", Text(), "二次确认的提示", "second confirmation"),
        Key(
            "set",
            MapOf(
                Expression(Phrase("值", "a value")), Phrase("字段", "field"), r"[a-z][a-z0-9_.]*"
            ),
            "同时写入的字段",
            "fields written with it",
        ),
        Key(
            "bulk",
            Yes(),
            "可批量操作：登记册的列表（9.3）里勾选后一起办；不能有 `ask`",
            "offered for ticked rows of lists of the register; not with `ask`",
            "false",
        ),
        Key(
            "when",
            Expression(Phrase("真假", "true or false")),
            "何时可以操作，由 `it`（本记录）得出",
            "when it may be taken, from `it`, the record",
        ),
        Key(
            "connector",
            One(TELLING_VOCABULARY, _telling),
            "提交之后报给外部系统；回应写回本记录。内容相同的请求只算一次",
            "a system outside is told after the commit, and the answer written into the record; "
            "the same request counts once",
        ),
        Key(
            "require",
            ListOf(One(REQUIREMENT_VOCABULARY, _required)),
            "不成立时不能操作",
            "refused unless all hold",
        ),
        Key(
            "shows",
            ListOf(One(SHOWING_VOCABULARY, _showing)),
            "操作前列出的相关记录，如进行中的活动",
            "records listed before it is taken, such as what is going on",
        ),
    ),
    called=Phrase('操作 "{name}" ', 'action "{name}"'),
)
REGISTER = Vocabulary(
    "register",
    Phrase("登记表", "register"),
    (
        Key("register", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "form",
            Id(Phrase("表单标识", "form id")),
            "记录的表单",
            "shape of a record",
            required=True,
        ),
        Key(
            "label", FIELD_PATH, "引用处显示的字段", "field shown where referred to", required=True
        ),
        Key("key", FIELD_PATH, "作为记录标识的字段", "field that becomes the record's key", "自动"),
        Key("tree", FIELD_PATH, "指向上级记录的字段", "the field that refers to the parent"),
        Key(
            "branches",
            Names(FIELD_PATH),
            "没有 `tree` 时，树形页面按这些字段的值分层；在树形页面新增的记录，"
            "这些字段照所在的栏目填写",
            "without `tree`, fields whose values are the levels of the tree page; a record that is "
            "added there begins with those of its place",
        ),
        Key(
            "fixed_roots",
            Yes(),
            "树的最上一层是预先建好的：不能新增，也不能把别的记录移到最上一层",
            "the top of the tree is there from the beginning: nothing is added or moved there",
            "false",
        ),
        Key(
            "scope",
            FIELD_PATH,
            "记录所属机构：`id` 或指向机构的字段",
            "whom a record belongs to: `id`, or a path to an organisation",
        ),
        Key(
            "states",
            MapOf(One(STATE_VOCABULARY, _state), Phrase("状态", "state")),
            "状态，按顺序",
            "states, in order",
            "active",
        ),
        Key("initial", Name(ANY_NAME), "新记录的状态", "state of a new record", "第一个"),
        Key(
            "computed",
            MapOf(
                ByKind(
                    scalar=Made(
                        Expression(Phrase("值", "a value")),
                        lambda value, node, spot: Computed(spot.name, spot.name, value),
                    ),
                    mapping=One(COMPUTED_VOCABULARY, _computed),
                ),
                Phrase("名称", "name"),
            ),
            "由本记录算出的字段",
            "fields worked out from the record",
        ),
        Key(
            "indexes",
            Names(FIELD_PATH),
            "可用于 where、筛选和排序的字段",
            "what `where`, filters and sorting may use",
        ),
        Key("columns", COLUMNS, "列表的列", "columns of its page", "label"),
        Key("search", Names(FIELD_PATH), "模糊查询的字段", "fields searched fuzzily", "label"),
        Key("filters", Names(FIELD_PATH), "查询条件", "filters of its page"),
        Key(
            "counts",
            COUNTS,
            "统计页按这些字段的取值计数，每个数字通往相应的记录（菜单项 `counts`）",
            "fields whose values the statistics page counts; each number leads to its records "
            "(menu entry `counts`)",
        ),
        Key("unique", ListOf(Names(FIELD_PATH)), "不能重复的字段组合", "what must be unique"),
        Key(
            "locked",
            One(LOCKED_VOCABULARY, _locked),
            "锁定的字段",
            "fields not everyone may change",
        ),
        Key(
            "staff",
            One(STAFF_VOCABULARY, _staff),
            "单位的人员：新增单位时为其开通账户，工作人员管理也按此填写"
            "（仅用于登记册 `organisations`）",
            "people of an organisation: they get accounts when it is added, and are entered so "
            "later (only in the register `organisations`)",
        ),
        Key(
            "account",
            One(ACCOUNT_VOCABULARY, _account),
            "每条记录有自己的登录账户：新增或导入时开通，初始密码显示一次；记录停用时账户停用",
            "each record has an account of its own: opened when it is added or imported, its first "
            "password shown once, closed when the record goes out of use",
        ),
        Key(
            "parts",
            MapOf(One(PART_VOCABULARY, _part), Phrase("名称", "name")),
            "另有一页查看和维护的字段",
            "fields that have a page of their own to see and change them",
        ),
        Key("permissions", One(RIGHTS_VOCABULARY, _rights), "权限", "permissions"),
        Key(
            "actions",
            MapOf(One(ACTION_VOCABULARY, _action), Phrase("操作", "action")),
            "对一条记录的操作",
            "buttons on a record",
        ),
        Key(
            "ranges",
            One(
                RANGES_VOCABULARY,
                lambda values: Ranges(
                    values.get("first", ""),
                    values.get("last", ""),
                    values.get("of", ""),
                    values.get("year"),
                ),
            ),
            "每条记录是一段编号，由号码池依次给出；同一归属、同一年度的不能重叠；"
            "列可以写 `used`（已用）和 `free`（可用）",
            "each record is a range of numbers that a number pool gives out; those of one owner "
            "and year do not overlap; columns may be `used` and `free`",
        ),
        Key("adding", Text(), "新增按钮的文字", "caption of the button that adds one", "新增"),
        Key(
            "import",
            One(IMPORT_VOCABULARY, lambda values: Import(values.get("ask", ()))),
            "可由有 `create` 权限的人从 Excel 导入",
            "who may `create` may import from Excel",
        ),
    ),
    called=Phrase("登记表", "the register"),
)

_ACTIVE = State("active", "正常")


def parse_register(node: Node, path: str, problems: Problems) -> Register | None:
    """Read a register file; what is missing is reported and replaced by a default."""
    values = read_file(REGISTER, node, problems)
    if values is None:
        return None
    states = values.get("states") or {_ACTIVE.name: _ACTIVE}
    label = values.get("label", "id")
    return Register(
        id=file_id(values, "register", path),
        title=values.get("title", path),
        node=node,
        form=values.get("form", ""),
        label=label,
        key=values.get("key"),
        tree=values.get("tree"),
        branches=values.get("branches", ()),
        fixed_roots=values.get("fixed_roots", False),
        scope=values.get("scope"),
        states=states,
        initial=values.get("initial", next(iter(states))),
        computed={
            name: computed
            for name, computed in values.get("computed", {}).items()
            if computed is not None
        },
        indexes=values.get("indexes", ()),
        columns=values.get("columns", (Column(label),)),
        search=values.get("search", (label,)),
        filters=values.get("filters", ()),
        counts=tuple(values.get("counts", ())),
        unique=values.get("unique", ()),
        locked=values.get("locked"),
        staff=values.get("staff"),
        account=values.get("account"),
        parts=values.get("parts", {}),
        permissions=values.get("permissions", Rights()),
        actions=values.get("actions", {}),
        import_=values.get("import"),
        ranges=values.get("ranges"),
        adding=values.get("adding"),
    )


def check_register(register: Register, known: Known, problems: Problems) -> None:
    """Report every name in a register that does not exist, and fields of the wrong type.

    Expressions are bound separately, see :mod:`engine.definitions.register_expressions`.
    """
    _Check(register, known, problems).all()


@dataclass
class _Check:
    register: Register
    known: Known
    problems: Problems
    form: Record | None = None
    record: Record = field(default_factory=lambda: Record("", {}))

    def all(self) -> None:
        where = said("登记表", "register", self.register.id)
        form_node = self.register.node.at_path(["form"])
        if "form" in self.register.node.entries:
            expect(self.problems, form_node, FORM, self.register.form, self.known.forms, where)
        self._states()
        self._permissions()
        self.form = self.known.forms.get(self.register.form)
        if self.form is None:
            return
        self.record = self.register.record(self.form)
        self._fields(where)
        self._revoking(where)
        self._references(where)
        self._ranges(where)
        self._actions()
        self._import(where)

    def _states(self) -> None:
        register, where = self.register, said("登记表", "register", self.register.id)
        initial = register.node.at_path(["initial"])
        expect(self.problems, initial, STATE, register.initial, register.states, where)
        for action in register.actions.values():
            called = said("操作", "action", action.name)
            nodes = action.node.at_path(["from"])
            for place, name in enumerate(action.from_):
                at = nodes.at_path([place])
                expect(self.problems, at, STATE, name, register.states, called)
            at = action.node.at_path(["to"])
            expect(self.problems, at, STATE, action.to, register.states, called)

    def _permissions(self) -> None:
        register, known = self.register, self.known
        used: list[tuple[Node, str | None, Phrase]] = []
        where = said("登记表", "register", register.id)
        rights = register.node.at_path(["permissions"])
        kinds: tuple[Literal["view", "create", "edit", "delete", "export", "unmask"], ...]
        kinds = ("view", "create", "edit", "delete", "export", "unmask")
        used += [(rights.at_path([k]), getattr(register.permissions, k), where) for k in kinds]
        if register.locked:
            at = register.node.at_path(["locked", "permission"])
            used.append((at, register.locked.permission or None, where))
        for action in register.actions.values():
            at = action.node.at_path(["permission"])
            used.append((at, action.permission, said("操作", "action", action.name)))
        for state in register.states.values():
            place = register.node.at_path(["states", state.name, "only"])
            called = said("状态", "state", state.name)
            if state.only is not None and register.id != ORGANISATIONS:
                self.problems.add(
                    "DEF309", place, key="only", where=called, belongs=f'"{ORGANISATIONS}"'
                )
            used += [(one, one.text, called) for one in place.items if state.only is not None]
        for at, name, called in used:
            expect(self.problems, at, PERMISSION, name, known.permissions, called)

    def _revoking(self, where: Phrase) -> None:
        for state in self.register.states.values():
            if state.revokes is not None:
                at = self.register.node.at_path(["states", state.name, "revokes"])
                expect_field(self.problems, at, self.known, self.record, state.revokes, where)

    def _fields(self, where: Phrase) -> None:
        register, node = self.register, self.register.node
        for key in ("label", "key"):
            path = getattr(register, key)
            if path and key in node.entries:
                self._indexable(node.at_path([key]), path, where)
        for key in ("indexes", "search", "filters", "branches"):
            if key in node.entries:
                for place, path in enumerate(getattr(register, key)):
                    self._indexable(node.at_path([key, place]), path, where, lists=key == "indexes")
        for place, tally in enumerate(register.counts):
            at = node.at_path(["counts", place])
            at = at.at_path(["field"]) if at.kind == "mapping" else at
            self._indexable(at, tally.field, where)
        for place, paths in enumerate(register.unique):
            for inner, path in enumerate(paths):
                self._indexable(node.at_path(["unique", place, inner]), path, where)
        self._shown(where)
        self._staff(where)
        self._account(where)
        for name, computed in register.computed.items():
            if self.form and name in (*self.form.fields, "id", "state"):
                at = node.at_path(["computed"]).key(name)
                self.problems.add("REG103", at, name=name, form=register.form)
            if computed.reference is not None:
                at = node.at_path(["computed", name, "reference"])
                called = said("计算字段", "computed field", name)
                names = self.known.registers
                expect(self.problems, at, REGISTER_NAME, computed.reference, names, called)

    def _staff(self, where: Phrase) -> None:
        staff, node = self.register.staff, self.register.node.at_path(["staff"])
        if staff is None:
            return
        if self.register.id != ORGANISATIONS:
            self.problems.add(
                "DEF309", node, key="staff", where=where, belongs=f'"{ORGANISATIONS}"'
            )
        expect(self.problems, node.at_path(["role"]), ROLE, staff.role, self.known.roles, where)
        rows = expect_field(
            self.problems, node.at_path(["rows"]), self.known, self.record, staff.rows, where
        )
        people = self.known.registers.get(PEOPLE)
        person = self.known.forms.get(people.form) if people is not None else None
        row = getattr(rows, "item", None)
        if rows is not None and not isinstance(row, Record):
            self.problems.add(
                "DEF102", node.at_path(["rows"]), where=where, key="rows", value=staff.rows,
                expected=Phrase("多行记录", "repeated rows"),
            )  # fmt: skip
        for path, name in staff.person.items():
            if person is not None:
                key = node.at_path(["person"]).key(path)
                expect_field(self.problems, key, self.known, person, path, where)
            if isinstance(row, Record):
                at = node.at_path(["person", path])
                expect_field(self.problems, at, self.known, row, name, where)

    def _account(self, where: Phrase) -> None:
        account, node = self.register.account, self.register.node.at_path(["account"])
        if account is not None:
            expect(
                self.problems, node.at_path(["role"]), ROLE, account.role, self.known.roles, where
            )
            kinds: tuple[tuple[str, str, Type, Phrase], ...] = (
                ("login", account.login, TEXT, Phrase("文本", "a text")),
                (
                    "organisation", account.organisation, Reference(ORGANISATIONS),
                    Phrase("对单位的引用", "a reference to an organisation"),
                ),
            )  # fmt: skip
            for key, path, type_, wanted in kinds:
                at = node.at_path([key])
                found = expect_field(self.problems, at, self.known, self.record, path, where)
                if found is not None and found != type_:
                    self.problems.add("REG125", at, key=key, path=path, wanted=wanted)
        for part in self.register.parts.values():
            nodes = self.register.node.at_path(["parts", part.name, "fields"])
            for place, name in enumerate(part.fields):
                expect_field(
                    self.problems, nodes.at_path([place]), self.known, self.record, name, where
                )

    def _shown(self, where: Phrase) -> None:
        register, node = self.register, self.register.node
        if "columns" in node.entries:
            for place, column in enumerate(register.columns):
                at = node.at_path(["columns", place])
                at = at.at_path(["field"]) if at.kind == "mapping" else at
                if register.ranges is None or column.field not in RANGE_FIGURES:
                    expect_field(self.problems, at, self.known, self.record, column.field, where)
        if register.locked:
            for place, path in enumerate(register.locked.fields):
                at = node.at_path(["locked", "fields", place])
                expect_field(self.problems, at, self.known, self.record, path, where)

    def _indexable(self, node: Node, path: str, where: Phrase, *, lists: bool = False) -> None:
        """An index is a value of a record, or a list of such values: no reference or rows pass."""
        type_ = expect_field(self.problems, node, self.known, self.record, path, where)
        if type_ is None:
            return
        if lists and isinstance(type_, Many):
            type_ = type_.item
        inside = self.known.type_at(self.record, path.rsplit(".", 1)[0]) if "." in path else None
        plain = isinstance(type_, Reference) or (
            isinstance(type_, Scalar)
            and (type_.kind in INDEXABLE or path in self.register.computed)
        )
        if not plain or isinstance(inside, Reference):
            self.problems.add("REG104", node, where=where, path=path)

    def _references(self, where: Phrase) -> None:
        register = self.register
        wanted = {"tree": register.id, "scope": ORGANISATIONS}
        for key, target in wanted.items():
            path = getattr(register, key)
            if path is None or (key == "scope" and path == "id" and register.id == target):
                continue
            node = register.node.at_path([key])
            if path in register.computed:
                continue
            type_ = expect_field(self.problems, node, self.known, self.record, path, where)
            if type_ is not None and type_ != Reference(target):
                self.problems.add("REG105", node, key=key, path=path, register=target)

    def _ranges(self, where: Phrase) -> None:
        ranges = self.register.ranges
        if ranges is None:
            return
        node = self.register.node.at_path(["ranges"])
        for key, path in (("first", ranges.first), ("last", ranges.last), ("year", ranges.year),
                          ("of", ranges.of)):  # fmt: skip
            at = node.at_path([key])
            if path is None:
                continue
            type_ = expect_field(self.problems, at, self.known, self.record, path, where)
            fits = isinstance(type_, Reference) if key == "of" else type_ == NUMBER
            if type_ is not None and not fits:
                expected = (
                    Phrase("指向登记表的字段", "a field that refers to a register")
                    if key == "of"
                    else Phrase("数字字段", "a field with a number")
                )
                self.problems.add("DEF102", at, where=where, key=key, value=path, expected=expected)

    def _actions(self) -> None:
        for action in self.register.actions.values():
            where = said("操作", "action", action.name)
            node = action.node.at_path(["ask"])
            if isinstance(action.ask, str):
                expect(self.problems, node, FORM, action.ask, self.known.forms, where)
            elif action.ask and REVIEW_ACTION in self.known.forms:
                form = self.known.forms[REVIEW_ACTION]
                for place, name in enumerate(action.ask):
                    at = node.at_path([place])
                    expect(self.problems, at, COLUMN, name, form.fields, where)
            for place, one in enumerate(action.shows):
                at = action.node.at_path(["shows", place, "register"])
                expect(self.problems, at, REGISTER_NAME, one.register, self.known.registers, where)
            for path in action.set:
                at = action.node.at_path(["set"]).key(path)
                expect_field(self.problems, at, self.known, self.record, path, where)
            if action.bulk and action.ask:
                self.problems.add(
                    "REG124", action.node.key("bulk"), action=action.name, key="bulk", other="ask"
                )
            self._telling(action, where)

    def _telling(self, action: RecordAction, where: Phrase) -> None:
        told = action.connector
        if told is None:
            return
        connectors = self.known.connectors
        at = told.node.at_path(["name"])
        if expect(self.problems, at, CONNECTOR_NAME, told.name, tuple(connectors), where):
            form = self.known.forms.get(connectors[told.name].form)
            for path in told.body:
                at = told.node.at_path(["with"]).key(path)
                if form is not None:
                    expect_field(self.problems, at, self.known, form, path, where)
        for key, written in (("done", told.done), ("failed", told.failed)):
            for path in written:
                at = told.node.at_path([key]).key(path)
                expect_field(self.problems, at, self.known, self.record, path, where)

    def _import(self, where: Phrase) -> None:
        if self.register.import_ is None or self.form is None:
            return
        node = self.register.node.at_path(["import", "ask"])
        for place, name in enumerate(self.register.import_.ask):
            expect(self.problems, node.at_path([place]), COLUMN, name, self.form.fields, where)
