"""A step: where a case can be."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import ALLOWABLE, ALLOWED, Step, StepKind
from engine.definitions.shapes import (
    ChoiceOf,
    Closed,
    Key,
    MapOf,
    Name,
    Names,
    One,
    Text,
    Values,
    Vocabulary,
)
from engine.definitions.vocabulary import terms
from engine.definitions.vocabulary.action import ACTIONS
from engine.definitions.vocabulary.deadline import DUE
from engine.definitions.vocabulary.effect import EFFECTS
from engine.definitions.vocabulary.kinds import KINDS, STAGES, parallel
from engine.definitions.vocabulary.people import WHO

STEP_TARGET = Name(Phrase("步骤名 / `join`", "step / `join`"))

STEP = Vocabulary(
    "step",
    Phrase("步骤", "step"),
    (
        Key("title", Text(), "内部名称", "internal caption", default="步骤名 / the name"),
        Key(
            "next_title",
            Text(),
            "前进到这里以前，办理页面上去向的标题，如“上级单位”",
            "caption under which those who pass a case on to it see where it goes",
            default="下一环节 / Next step",
        ),
        Key(
            "status",
            ChoiceOf(terms.STATUS),
            "`codes/statuses` 的代码，列表、接口和公众看到它",
            "code of `codes/statuses`: what lists, API and the public see",
        ),
        Key(
            "who",
            WHO,
            "办理人；找不到人时生成异常",
            "assignment; nobody found = incident",
            default="任务必填 / required on tasks",
        ),
        Key(
            "when",
            terms.CONDITION,
            "不成立则跳过，走 `to`",
            "false: pass over, continue at `to`",
            default="true",
        ),
        Key(
            "edit",
            Names(terms.SECTION, word="all"),
            "这里可以修改的分区",
            "sections of `data` writable here",
            default="无 / none",
        ),
        Key("due", DUE, "截止时间", "deadline"),
        Key("actions", ACTIONS, "可以执行的动作", "what people may press"),
        Key(
            "outcomes",
            MapOf(ChoiceOf(STEP_TARGET), Phrase("结果", "outcome")),
            "无人按下的结果：表决、等待、调用",
            "results nobody presses: panel, wait, call",
        ),
        Key(
            "to",
            ChoiceOf(STEP_TARGET),
            "完成或跳过后去哪里",
            "where the step leads when done or passed over",
        ),
        Key("do", EFFECTS, "到达时的效果", "effects on arrival"),
        Key(
            "allow",
            Names(Closed(ALLOWABLE)),
            "除动作外还提供哪些操作：认领、转办给同一单位的同事、抄送、催办、加签、减签、委派",
            "operations offered beside the actions: claiming, handing over to a colleague, letting "
            "others read it, reminding, adding and removing signers, delegating",
            default="[claim, transfer, cc, urge]",
        ),
        terms.WAS,
        STAGES,
        *KINDS,
    ),
    called=Phrase('步骤 "{name}" ', 'step "{name}"'),
    origin="1.2",
    removable=True,
)
KIND_KEYS = tuple(key.name for key in KINDS)


def _kind(values: Values) -> StepKind:
    written = [key for key in KIND_KEYS if key in values.node.entries]
    if len(written) > 1:
        values.spot.problems.add(
            "DEF124",
            values.node.key(written[1]),
            where=values.spot.where,
            keys=KIND_KEYS,
            found=written,
        )
    kinds: dict[str, StepKind] = {
        "chain": "chain", "panel": "panel", "parallel": "parallel", "wait": "wait", "call": "call",
        "end": "end",
    }  # fmt: skip
    if written:
        return kinds[written[0]]
    entries = values.node.entries
    return "task" if "who" in entries or "actions" in entries else "automatic"


def _build(values: Values) -> Step:
    kind = _kind(values)
    if kind in ("task", "chain") and "who" not in values.node.entries:
        values.spot.problems.add(
            "DEF103", values.node, length=1, where=values.spot.where, key="who"
        )
    return Step(
        values.name,
        values.get("title") or values.name,
        kind,
        values.node,
        next_title=values.get("next_title"),
        status=values.get("status"),
        who=values.get("who"),
        when=values.get("when"),
        edit=values.get("edit"),
        due=values.get("due"),
        actions=values.get("actions", {}),
        outcomes=values.get("outcomes", {}),
        to=values.get("to"),
        do=values.get("do", ()),
        stages=values.get("stages", {}),
        chain=values.get("chain"),
        panel=values.get("panel"),
        wait=values.get("wait"),
        call=values.get("call"),
        parallel=values.get("parallel"),
        end=values.get("end"),
        allow=values.get("allow", ALLOWED),
        was=values.get("was", ()),
    )


STEPS = MapOf(One(STEP, _build), terms.STEPS, removable=True)
parallel.STEPS.shape = STEPS
