"""``do``: the closed list of effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.links import link_name
from engine.definitions.process import Effect
from engine.definitions.shapes import (
    Expression,
    Key,
    ListOf,
    Made,
    MapOf,
    Names,
    One,
    Path,
    Shape,
    Spot,
    Values,
    Vocabulary,
    Yes,
)
from engine.definitions.vocabulary import terms

EffectKind = Literal["number", "document", "create", "record", "send", "release", "connector"]
FIELD = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*"
INTO = Key("into", Path(), "写入 data 的哪里", "where in data it is kept", required=True)


def _vocabulary(id_: str, zh: str, en: str, *keys: Key) -> Vocabulary:
    called = Phrase(f"效果 {id_}", f"effect {id_}")
    return Vocabulary(f"effect_{id_}", Phrase(zh, en), keys, called=called, origin="1.4")


def made(kind: EffectKind, name: str) -> Callable[[Values], Effect]:
    """How an effect is made of its keys; ``name`` is the key that says what it is about."""

    def build(values: Values) -> Effect:
        return Effect(
            kind,
            values.get(name) or "",
            values.node,
            into=values.get("into"),
            where=values.get("where"),
            set=values.get("set") or values.get("with") or {},
            which=values.get("which"),
            as_=values.get("as"),
            link=values.get("link") or values.get("to") or link_name(values.get(name) or ""),
            once=bool(values.get("once")),
            of=values.get("of"),
            each=values.get("each"),
            join=values.get("join"),
            by=tuple(values.get("by") or ()),
            keep=bool(values.get("keep")),
            incomplete=bool(values.get("incomplete")),
        )

    return build


def begins_with(called: str) -> tuple[Key, ...]:
    """The keys by which a case of another process is created."""
    return (
        Key("process", terms.PROCESS, f"{called}的流程", "the other process", required=True),
        Key(
            "with",
            MapOf(terms.VALUE, terms.FIELDS, pattern=FIELD),
            "新业务一开始的数据，分组里的写 `分组.字段`",
            "what its data begin with; `group.field` inside a group",
        ),
        Key(
            "link",
            terms.LINK,
            "本业务以这个名称知道它：`linked.名称`",
            "the name this case knows it by: `linked.name`",
            default="流程标识的最后一段 / the last part of its id",
        ),
    )


EACH = Key(
    "each",
    terms.LIST,
    "为列表中的每一项各新建一项；`with` 中这一项写作 `item`",
    "one case for each of a list; `with` reads the one it is for as `item`",
)
NUMBER = _vocabulary(
    "number",
    "编号",
    "number",
    Key("pool", terms.POOL, "号码池", "the number pool", required=True),
    INTO,
    Key(
        "of",
        Expression(Phrase("记录", "a record")),
        "编号归谁：用编号段的号码池从谁的编号段里取；其他号码池不看",
        "whom the number belongs to: a pool with ranges takes it from theirs; others do not ask",
    ),
)
DOCUMENT = _vocabulary(
    "document",
    "文书",
    "document",
    Key("template", terms.TEMPLATE, "文书模板", "the document template", required=True),
    INTO,
)
CREATE = _vocabulary(
    "create",
    "新建业务",
    "creation",
    *begins_with("新业务"),
    EACH,
    Key(
        "once",
        Yes(),
        "已有这个名称的关联业务时不再新建",
        "not where there is a case by that name already",
        default="no",
    ),
)
RECORD = _vocabulary(
    "record",
    "登记",
    "record",
    Key("register", terms.REGISTER, "登记册", "the register", required=True),
    Key(
        "where",
        terms.CONDITION,
        "改哪些行；`where` 和 `by` 都不写则新增一行",
        "which rows change; without it, and without `by`, one is added",
    ),
    Key(
        "by",
        Names(Path()),
        "改这些字段与 `set` 所写相同的那一行，没有则新增；须是登记册 `unique` 的一组",
        "the row changes whose values of these fields are those of `set`; without one it is "
        "added. They must be one of the register's `unique`",
    ),
    Key(
        "keep",
        Yes(),
        "与 `by` 同用：已有的行不改",
        "with `by`: a row that is there stays as it is",
        default="no",
    ),
    Key(
        "incomplete",
        Yes(),
        "新增的行由人以后补全：表单的必填项可以没有；不写则缺必填项时拒绝",
        "people complete a row that is added: what the form requires may be missing; otherwise "
        "it is refused",
        default="no",
    ),
    Key(
        "set",
        MapOf(terms.VALUE, terms.FIELDS, pattern=FIELD),
        "写入的字段，分组里的写 `分组.字段`",
        "the fields written; `group.field` inside a group",
        required=True,
    ),
)
SEND = _vocabulary(
    "send",
    "通知关联业务",
    "sending",
    Key(
        "to",
        terms.LINK,
        "关联名称；同名的都通知，先新建的在前",
        "the link; all cases of that name, the first created first",
        required=True,
    ),
    Key("action", terms.ACTION, "由系统在那里执行的动作", "what is done there", required=True),
)
CONNECTOR = _vocabulary(
    "connector",
    "外部接口",
    "connecting",
    Key("name", terms.CONNECTOR, "外部接口", "the connector", required=True),
    Key(
        "with",
        MapOf(terms.VALUE, terms.FIELDS, pattern=FIELD),
        "发送的内容，分组里的写 `分组.字段`",
        "what is sent; `group.field` inside a group",
        required=True,
    ),
    Key("into", Path(), "返回的内容写入 data 的哪里", "where in data the answer is kept"),
)
RELEASE = _vocabulary(
    "release",
    "放行成员",
    "release",
    Key(
        "which",
        terms.CONDITION,
        "哪些成员；不写则其余全部",
        "which members; all the rest without it",
    ),
    Key(
        "as",
        terms.OUTCOME,
        "以什么结果离开；`removed` 表示回到等待",
        "the outcome they leave with; `removed` = back to waiting",
        required=True,
    ),
    Key(
        "into",
        Path(),
        "把组内数据 `member.row` 写入成员 data 的哪里",
        "where in the member's data its `member.row` is kept",
    ),
)


def _message(value: str, node: Node, _spot: Spot) -> Effect:
    return Effect("message", value, node)


def _one(values: Values) -> Effect | None:
    made = (values.get(kind) for kind in KINDS)
    effect = next((one for one in made if one is not None), None)
    when = values.get("when")
    return effect if effect is None or when is None else replace(effect, when=when)


def _shape(vocabulary: Vocabulary, kind: EffectKind, name: str) -> Shape:
    return One(vocabulary, made(kind, name))


EFFECT = Vocabulary(
    "effect",
    Phrase("效果", "effect"),
    (
        Key(
            "number",
            _shape(NUMBER, "number", "pool"),
            "给编号，已有则保留",
            "gives a number, kept if present",
        ),
        Key("document", _shape(DOCUMENT, "document", "template"), "生成文书", "makes a document"),
        Key(
            "message",
            Made(terms.TEMPLATE, _message),
            "发消息（消息模板标识）",
            "sends a message (its template)",
        ),
        Key(
            "create",
            _shape(CREATE, "create", "process"),
            "新建另一项业务，发起人相同；与动作同时完成",
            "creates a case of another process for the same initiator, in the same transaction",
        ),
        Key(
            "record",
            _shape(RECORD, "record", "register"),
            "在登记册中新增或修改",
            "adds or changes rows of a register",
        ),
        Key(
            "send",
            _shape(SEND, "send", "action"),
            "由系统在关联业务中执行动作；那里不能执行时生成异常",
            "the system does an action in linked cases; an incident where it is refused",
        ),
        Key("release", _shape(RELEASE, "release", "as"), "成员离开本组", "members leave the group"),
        Key(
            "connector",
            _shape(CONNECTOR, "connector", "name"),
            "提交之后询问或通知外部系统；多次失败或被拒绝时生成异常",
            "asks or tells a system outside after the commit; an incident where that fails",
        ),
        Key(
            "when",
            terms.CONDITION,
            "条件成立时才产生这个效果",
            "the effect is left out where this does not hold",
        ),
    ),
    called=Phrase("效果", "an effect"),
    origin="1.4",
)
KINDS = tuple(key.name for key in EFFECT.keys if key.name != "when")
EFFECTS = ListOf(One(EFFECT, _one, exactly_one=KINDS))
