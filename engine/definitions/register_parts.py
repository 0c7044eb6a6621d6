"""The keys of what a register consists of: states, columns, counts, people, numbers, rights."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.register import (
    Account,
    Column,
    Computed,
    Import,
    Locked,
    Part,
    Ranges,
    Rights,
    Staff,
    State,
    Tally,
)
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

FIELD_PATH = Path()
ANY_NAME = Phrase("名称", "name")
PERMISSION_NAME = Name(Phrase("权限名", "permission"))
VALUE_TYPES = ("text", "number", "boolean", "date", "datetime")


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


def _ranges(values: Values) -> Ranges:
    return Ranges(
        values.get("first", ""), values.get("last", ""), values.get("of", ""), values.get("year")
    )


def _account(values: Values) -> Account:
    return Account(
        values.get("login", ""),
        values.get("organisation", ""),
        values.get("role", ""),
        values.get("must_change", True),
    )


def _part(values: Values) -> Part:
    return Part(values.name, values.get("title", values.name), values.get("fields", ()))


def _rights(values: Values) -> Rights:
    return Rights(**values.read)


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
STATE = One(STATE_VOCABULARY, _state)
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
COMPUTED = ByKind(
    scalar=Made(
        Expression(Phrase("值", "a value")),
        lambda value, node, spot: Computed(spot.name, spot.name, value),
    ),
    mapping=One(COMPUTED_VOCABULARY, _computed),
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
LOCKED = One(LOCKED_VOCABULARY, _locked)
CAPTIONS_VOCABULARY = Vocabulary(
    "register-captions",
    Phrase("按钮和链接的文字", "captions of buttons and links"),
    (
        Key("add", Text(), "新增一条", "adds one", "新增"),
        Key("save", Text(), "新增时保存", "keeps the one that is added", "保存"),
        Key("view", Text(), "打开一条", "opens one", "查看"),
        Key("edit", Text(), "修改一条", "changes one", "编辑，或 修改"),
        Key("delete", Text(), "删除一条", "deletes one", "删除"),
    ),
    called=Phrase("按钮和链接的文字", "the captions of buttons and links"),
)
CAPTIONS = One(CAPTIONS_VOCABULARY, lambda values: values.read)
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
STAFF = One(STAFF_VOCABULARY, _staff)
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
RANGES = One(RANGES_VOCABULARY, _ranges)
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
        Key(
            "must_change",
            Yes(),
            "首次登录必须修改初始密码",
            "its first password has to be changed at first use",
            "true",
        ),
    ),
    called=Phrase("account", "account"),
)
ACCOUNT = One(ACCOUNT_VOCABULARY, _account)
PART_VOCABULARY = Vocabulary(
    "register-part",
    Phrase("另页的字段", "fields with a page of their own"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("fields", Names(FIELD_PATH), "字段", "the fields", required=True),
    ),
    called=Phrase('另页 "{name}" ', 'part "{name}"'),
)
PART = One(PART_VOCABULARY, _part)
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
IMPORT = One(IMPORT_VOCABULARY, lambda values: Import(values.get("ask", ())))
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
RIGHTS = One(RIGHTS_VOCABULARY, _rights)
