"""``who``: the people a task waits for."""

from __future__ import annotations

from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Assignment, Formula
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Expression,
    Key,
    Made,
    One,
    Spot,
    Values,
    Vocabulary,
)
from engine.definitions.vocabulary import terms


def _except(value: Formula, _node: Node, _spot: Spot) -> Formula | Literal["none"]:
    return "none" if value.text == "none" else value


EXCEPT = Made(Expression(Phrase("人员列表，或 `none`", "people, or `none`")), _except)


def _build(values: Values) -> Assignment:
    return Assignment(
        "permission",
        values.node,
        permission=values.get("permission"),
        organisation=values.get("organisation"),
        person=values.get("person"),
        except_=values.get("except"),
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
            "这些人不能办理；`none` 表示申请人本人也可以",
            "these people may not; `none` lets the initiator act too",
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
