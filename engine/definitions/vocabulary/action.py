"""An action: what people press."""

from __future__ import annotations

from typing import get_args

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import VERBS, Action, Ask, Formula, Requirement, Verb
from engine.definitions.shapes import (
    ByKind,
    ChoiceOf,
    Closed,
    Key,
    ListOf,
    Made,
    MapOf,
    Names,
    One,
    Spot,
    Switchable,
    Text,
    Values,
    Vocabulary,
    Yes,
    rule_use,
)
from engine.definitions.vocabulary import terms
from engine.definitions.vocabulary.effect import EFFECTS
from engine.definitions.vocabulary.people import WHO

# The form that bare field names of `ask` belong to.
REVIEW_FORM = "review-action"
# Among the fields asked for: some members of the group.
MEMBERS = "members"
CAPTIONS: dict[Verb, Phrase] = {
    "submit": Phrase("提交", "Submit"),
    "pass": Phrase("通过", "Pass"),
    "return": Phrase("退回", "Return"),
    "fail": Phrase("不通过", "Fail"),
    "discard": Phrase("废弃", "Discard"),
    "save": Phrase("保存", "Save"),
    "record": Phrase("登记", "Record"),
    "reopen": Phrase("重新办理", "Reopen"),
    "cancel": Phrase("取消", "Cancel"),
}
# What these verbs do is to move the case, so they need a target.
MOVING: tuple[Verb, ...] = ("submit", "pass", "return", "fail", "discard", "reopen", "cancel")

ASK = Vocabulary(
    "ask",
    Phrase("填写内容", "what is asked"),
    (
        Key("form", terms.FORM, "要填写的表单", "the form to fill in", required=True),
        Key(
            "mode",
            Switchable(("required", "optional", "hidden")),
            "`optional` 不强制必填，`hidden` 不显示也不接收；条件必填的字段不受影响",
            "`optional` waives what is required, `hidden` hides; "
            "neither touches a field whose `required_when` holds",
            default="required",
        ),
        Key("stage", terms.STAGE, "只在这个阶段填写", "asked for only at this stage"),
        Key(
            "fields",
            Names(terms.FIELD),
            "只填写这些字段或分区",
            "only these fields or sections",
            default="全部 / all",
        ),
    ),
    called=Phrase("ask", "ask"),
    origin="1.3",
)
REQUIREMENT = Vocabulary(
    "require",
    Phrase("条件与提示", "condition and sentence"),
    (
        Key("that", terms.CONDITION, "必须成立的条件", "what must hold"),
        Key("say", Text(), "不成立时的提示语", "the sentence of the refusal"),
        Key(
            "rule",
            terms.RULE,
            "代替 that 和 say：规则表的唯一输出是提示语，成立的行写了提示语就不能执行",
            "instead of `that` and `say`: the only output of the table is the sentence; "
            "a row that holds and has one refuses",
        ),
        Key("with", terms.INPUTS, "规则表的输入", "the inputs of the rule table"),
    ),
    called=Phrase("require", "require"),
    origin="1.3",
)


def _ask(values: Values) -> Ask | None:
    form = values.get("form")
    if form is None:
        return None
    named = values.get("fields")
    fields = None if named is None else tuple(name for name in named if name != MEMBERS)
    members = named is not None and MEMBERS in named
    return Ask(
        form, fields, values.get("mode"), values.get("stage"), members=members, node=values.node
    )


def _ask_form(value: str, node: Node, _spot: Spot) -> Ask:
    return Ask(value, node=node)


def _ask_fields(value: tuple[str, ...], node: Node, _spot: Spot) -> Ask:
    fields = tuple(name for name in value if name != MEMBERS)
    return Ask(REVIEW_FORM, fields=fields, members=MEMBERS in value, node=node)


def _requirement(values: Values) -> Requirement | None:
    use = rule_use(values)
    if use is not None:
        return Requirement(Formula("true", values.node), "", use)
    if "that" not in values:
        return None
    if "say" not in values.node.entries:
        values.spot.problems.add(
            "DEF103", values.node, length=1, where=values.spot.where, key="say"
        )
    return Requirement(values.get("that"), values.get("say", ""))


ASKED = ByKind(
    scalar=Made(terms.FORM, _ask_form),
    sequence=Made(Names(terms.FIELD), _ask_fields),
    mapping=One(ASK, _ask),
)
REQUIREMENTS = ListOf(One(REQUIREMENT, _requirement, exactly_one=("that", "rule")))


def _build(values: Values) -> Action:
    name = values.name
    verb: Verb = values.get("verb") or _default_verb(name, "to" in values.node.entries)
    if verb in MOVING and "to" not in values.node.entries:
        values.spot.problems.add("DEF129", values.node, length=1, name=name, verb=verb)
    return Action(
        name,
        values.get("title") or CAPTIONS[verb].zh,
        verb,
        values.node,
        to=values.get("to"),
        who=values.get("who"),
        when=values.get("when"),
        require=values.get("require", ()),
        ask=values.get("ask"),
        into=values.get("into"),
        confirm=values.get("confirm"),
        set=values.get("set", {}),
        do=values.get("do", ()),
        send_to=values.get("send_to"),
        insert=values.get("insert"),
        resubmit_to=values.get("resubmit_to"),
        relay=values.get("relay", False),
        due=values.get("due"),
        edit=values.get("edit"),
        bulk=values.get("bulk", False),
        withdraw=values.get("withdraw", "until_next_acts"),
        during=values.get("during"),
    )


def _default_verb(name: str, moves: bool) -> Verb:
    for verb in get_args(Verb):
        if verb == name:
            return VERBS[VERBS.index(verb)]
    return "pass" if moves else "record"


ACTION = Vocabulary(
    "action",
    Phrase("动作", "action"),
    (
        Key("title", Text(), "按钮文字", "button", default="动词的名称 / caption of the verb"),
        Key(
            "verb",
            Closed(VERBS),
            "平台把它当作什么：列表、撤回、路径和统计都看它",
            "what the engine treats it as: lists, withdraw, path, statistics",
            default="名称本身是动词则用之，否则有 to 为 pass、无 to 为 record / "
            "the name if it is one, else pass with `to`, record without",
        ),
        Key("to", ChoiceOf(terms.TARGET), "去向", "target", default="原地 / stay"),
        Key(
            "who",
            WHO,
            "由别人而不是办理人执行",
            "somebody else than the holder",
            default="步骤的办理人 / the step's",
        ),
        Key("when", terms.CONDITION, "不成立时不显示", "not shown unless it holds"),
        Key(
            "require",
            REQUIREMENTS,
            "不成立时显示为不可用并给出提示",
            "shown disabled with the sentence unless all hold",
        ),
        Key(
            "ask",
            ASKED,
            "需要填写的内容：`review-action` 的字段、一张表单，或 {form, mode, stage}",
            "what must be entered: fields of `review-action`, a form, or {form, mode, stage}",
        ),
        Key(
            "into",
            terms.FIELD,
            "同时存为 `data.<名称>`",
            "also keep it as `data.<name>`",
            default="只在日志 / journal only",
        ),
        Key("confirm", Text(), "二次确认文字", "second confirmation"),
        Key(
            "set",
            MapOf(
                terms.VALUE,
                Phrase("`flags.x` 或 `data.x`", "`flags.x` or `data.x`"),
                pattern=r"(flags|data)(\.[a-z][a-z0-9_]*)+",
            ),
            "写入的值；撤回时恢复",
            "values written; withdraw restores them",
        ),
        Key("do", EFFECTS, "效果", "effects"),
        Key(
            "send_to",
            terms.ORGANISATION,
            "目标步骤的 `case.sent_to`",
            "`case.sent_to` for the target",
            default="路径的下一个单位 / route's next",
        ),
        Key(
            "insert",
            terms.ORGANISATIONS,
            "到目标之前依次先到的单位",
            "organisations visited before the target, in order",
        ),
        Key(
            "resubmit_to",
            ChoiceOf(Switchable(("first_level", "returning_level"))),
            "退回后再提交：从头开始，还是直达退回的单位",
            "what the next submit does: its `to`, or `resume`",
            default="first_level",
        ),
        Key(
            "relay",
            Yes(),
            "逐级退回：中间单位只能转退或附意见",
            "goes down organisation by organisation; each may only relay it",
            default="false",
        ),
        Key(
            "due",
            ChoiceOf(terms.DATE),
            "目标的截止时间，即 `case.due_given`",
            "due of the target, available as `case.due_given`",
        ),
        Key(
            "edit",
            Names(terms.SECTION, word="all"),
            "动词 save 可改的分区",
            "sections that verb save may change",
        ),
        Key("bulk", Yes(), "可批量", "offered for many rows", default="false"),
        Key(
            "withdraw",
            Closed(("until_next_acts", "until_next_opens", "never")),
            "可以撤回到何时",
            "until when it may be taken back",
            default="until_next_acts",
        ),
        Key(
            "during",
            Names(terms.STEP),
            "流程级动作在哪些步骤可用",
            "steps where an action of the process is offered",
            default="除结束外全部 / all but ends",
        ),
    ),
    called=Phrase('动作 "{name}" ', 'action "{name}"'),
    origin="1.3",
)
ACTIONS = MapOf(One(ACTION, _build), terms.ACTIONS, removable=True)
