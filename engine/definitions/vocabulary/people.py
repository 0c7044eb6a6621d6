"""``who``: the people a task waits for."""

from __future__ import annotations

from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Assignment, Formula, Recusal
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Expression,
    Key,
    ListOf,
    Made,
    One,
    Spot,
    Text,
    Values,
    Vocabulary,
)
from engine.definitions.vocabulary import terms


def _except(value: Formula, _node: Node, _spot: Spot) -> Formula | Literal["none"]:
    return "none" if value.text == "none" else value


def _recusal(values: Values) -> Recusal | None:
    if "say" not in values or ("people" not in values and "when" not in values):
        return None
    return Recusal(values.get("people"), values.get("when"), values.get("say"))


RECUSAL = Vocabulary(
    "except",
    Phrase("回避", "recusal"),
    (
        Key(
            "people",
            Expression(Phrase("人员列表", "people")),
            "应当回避的人员；与 `when` 二选一",
            "who may not act; this or `when`",
        ),
        Key(
            "when",
            terms.CONDITION,
            "逐人判断是否应当回避的条件：`it` 是其人（人员登记册的记录）",
            "a condition on each person, who is `it` (a record of the register of people)",
        ),
        Key(
            "say",
            Text(),
            "告诉其为何回避的提示语",
            "the sentence that tells them why",
            required=True,
        ),
    ),
    called=Phrase("except", "except"),
    origin="1.2",
)
_RECUSAL = One(RECUSAL, _recusal, exactly_one=("people", "when"))
#: ``except`` of a panel: always with its reason; or nobody, not even the initiator
RECUSALS = ByKind(
    scalar=Closed(("none",)),
    mapping=Made(_RECUSAL, lambda value, _node, _spot: (value,)),
    sequence=ListOf(_RECUSAL),
)
EXCEPT = ByKind(
    scalar=Made(Expression(Phrase("人员列表，或 `none`", "people, or `none`")), _except),
    mapping=_RECUSAL,
    sequence=ListOf(_RECUSAL),
)


def _build(values: Values) -> Assignment:
    written = values.get("except")
    several = written if isinstance(written, tuple) else (written,)
    recusals = tuple(one for one in several if isinstance(one, Recusal))
    return Assignment(
        "permission",
        values.node,
        permission=values.get("permission"),
        organisation=values.get("organisation"),
        person=values.get("person"),
        except_=None if recusals else written,
        recusals=recusals,
    )


def _word(value: Literal["initiator", "system"], node: Node, _spot: Spot) -> Assignment:
    return Assignment(value, node)


ASSIGNMENT = Vocabulary(
    "who",
    Phrase("办理人", "assignment"),
    (
        Key(
            "permission",
            terms.PERMISSION,
            "办理人必须有的权限（权限由角色授予，流程不写角色）",
            "the permission people must hold; roles grant it, processes never name roles",
        ),
        Key(
            "organisation",
            terms.ORGANISATION,
            "由哪个单位办理；链式步骤由路径决定",
            "which organisation acts; in a chain the route decides",
        ),
        Key("person", terms.PERSON, "由哪个人办理", "which person acts"),
        Key(
            "except",
            EXCEPT,
            "这些人不能办理；`none` 表示申请人本人也可以；"
            "{people, say}、{when, say} 或其列表：应当回避的人员和告诉其原因的提示语",
            "these people may not; `none` lets the initiator act too; {people, say}, {when, say} "
            "or a list of them: who is recused, and the sentence that tells them why",
            default="initiator",
        ),
    ),
    called=Phrase("who", "who"),
    origin="1.2",
)
WHO = ByKind(scalar=Made(Closed(("initiator", "system")), _word), mapping=One(ASSIGNMENT, _build))


def _starter(value: str, node: Node, _spot: Spot) -> Assignment | Literal["person"]:
    return "person" if value == "person" else Assignment("initiator", node)


STARTER = ByKind(
    scalar=Made(Closed(("person", "initiator")), _starter), mapping=One(ASSIGNMENT, _build)
)
