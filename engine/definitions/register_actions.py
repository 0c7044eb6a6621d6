"""The keys of what is done to a record of a register: its actions and what is told outside."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import Requirement
from engine.definitions.register import Merge, RecordAction, Showing, Telling
from engine.definitions.register_parts import ANY_NAME, FIELD_PATH, PERMISSION_NAME
from engine.definitions.shapes import (
    ByKind,
    Expression,
    Id,
    Key,
    ListOf,
    MapOf,
    Name,
    Names,
    One,
    Text,
    Values,
    Vocabulary,
    Yes,
)


def _showing(values: Values) -> Showing | None:
    where = values.get("where")
    if where is None:
        return None
    return Showing(values.get("title", ""), values.get("register", ""), where)


def _required(values: Values) -> Requirement | None:
    that = values.get("that")
    return Requirement(that, values.get("say", "")) if that is not None else None


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
        own=values.get("own"),
        automatic=values.get("automatic"),
    )


def _telling(values: Values) -> Telling:
    return Telling(
        values.get("name", ""),
        values.node,
        values.get("with", {}),
        values.get("done", {}),
        values.get("failed", {}),
        {name: one for name, one in values.get("merge", {}).items() if one is not None},
    )


def _merge(values: Values) -> Merge:
    return Merge(values.get("from", ""), values.get("by", ()), values.get("set", {}))


def _written(zh: str, en: str, name: str) -> Key:
    value = Expression(Phrase("值", "a value"))
    shape = MapOf(value, Phrase("字段", "field"), r"[a-z][a-z0-9_.]*")
    return Key(name, shape, zh, en)


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
MERGE_VOCABULARY = Vocabulary(
    "register-merge",
    Phrase("并入的行", "rows that are merged"),
    (
        Key("from", FIELD_PATH, "返回的内容中的哪个列表", "which list of the answer",
            required=True),
        Key("by", Names(FIELD_PATH), "这些字段相同的是同一行，改成返回的值；没有的增加一行",
            "rows with equal values are one: written over; a new one is added", required=True),
        Key("set", MapOf(Text(), Phrase("字段", "field"), r"[a-z][a-z0-9_]*"),
            "并入的行写上这些值；没有这些值的行（自己填的）不动",
            "values of merged rows; rows without them, typed by somebody, stay as they are"),
    ),
    called=Phrase("merge", "merge"),
)  # fmt: skip
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
        Key("merge", MapOf(One(MERGE_VOCABULARY, _merge), Phrase("列表字段", "list field"),
                           r"[a-z][a-z0-9_]*"),
            "得到回应后并入本记录列表的行；问几次都只有一份",
            "rows of an answer that come into lists of the record, once however often asked"),
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
            "own",
            Name(ANY_NAME),
            "人员登记册：本人可以在个人资料的哪一部分操作；所需的外部接口没有配置时不显示",
            "register of people: at which part of the profile everybody may take it for "
            "themselves; not offered while its connector is not configured",
        ),
        Key(
            "automatic",
            Expression(Phrase("真假", "true or false")),
            "记录新增或修改之后，`it` 满足条件时由系统操作；所需的外部接口没有配置时不操作",
            "taken by the system where this holds of `it` after a record was added or changed; "
            "not while its connector is not configured",
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
ACTION = One(ACTION_VOCABULARY, _action)
