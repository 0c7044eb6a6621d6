"""A register file: its keys, and how they are read into a :class:`Register`."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.reading import file_id, read_file
from engine.definitions.register import Column, Register, Rights, State
from engine.definitions.register_actions import ACTION
from engine.definitions.register_parts import (
    ACCOUNT,
    ANY_NAME,
    CAPTIONS,
    COLUMNS,
    COMPUTED,
    COUNTS,
    FIELD_PATH,
    IMPORT,
    LOCKED,
    PART,
    RANGES,
    RIGHTS,
    STAFF,
    STATE,
)
from engine.definitions.shapes import Id, Key, ListOf, MapOf, Name, Names, Text, Vocabulary, Yes

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
            MapOf(STATE, Phrase("状态", "state")),
            "状态，按顺序",
            "states, in order",
            "active",
        ),
        Key("initial", Name(ANY_NAME), "新记录的状态", "state of a new record", "第一个"),
        Key(
            "computed",
            MapOf(
                COMPUTED,
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
            LOCKED,
            "锁定的字段",
            "fields not everyone may change",
        ),
        Key(
            "staff",
            STAFF,
            "单位的人员：新增单位时为其开通账户，工作人员管理也按此填写"
            "（仅用于登记册 `organisations`）",
            "people of an organisation: they get accounts when it is added, and are entered so "
            "later (only in the register `organisations`)",
        ),
        Key(
            "account",
            ACCOUNT,
            "每条记录有自己的登录账户：新增或导入时开通，初始密码显示一次；记录停用时账户停用",
            "each record has an account of its own: opened when it is added or imported, its first "
            "password shown once, closed when the record goes out of use",
        ),
        Key(
            "parts",
            MapOf(PART, Phrase("名称", "name")),
            "另有一页查看和维护的字段",
            "fields that have a page of their own to see and change them",
        ),
        Key("permissions", RIGHTS, "权限", "permissions"),
        Key(
            "actions",
            MapOf(ACTION, Phrase("操作", "action")),
            "对一条记录的操作",
            "buttons on a record",
        ),
        Key(
            "ranges",
            RANGES,
            "每条记录是一段编号，由号码池依次给出；同一归属、同一年度的不能重叠；"
            "列可以写 `used`（已用）和 `free`（可用）",
            "each record is a range of numbers that a number pool gives out; those of one owner "
            "and year do not overlap; columns may be `used` and `free`",
        ),
        Key(
            "captions",
            CAPTIONS,
            "页面上按钮和链接的文字",
            "captions of buttons and links of its pages",
        ),
        Key(
            "import",
            IMPORT,
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
        captions=values.get("captions", {}),
    )
