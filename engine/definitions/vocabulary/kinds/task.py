"""Task: one organisation or person acts; inside an organisation in several stages."""

from __future__ import annotations

from engine.authoring.problem import Phrase
from engine.definitions.process import Stage
from engine.definitions.shapes import Key, MapOf, One, Text, Values, Vocabulary
from engine.definitions.vocabulary import terms

VOCABULARY = Vocabulary(
    "stage",
    Phrase("阶段", "stage"),
    (
        Key("title", Text(), "名称", "caption", default="阶段名 / the name"),
        Key("when", terms.CONDITION, "不成立时跳过", "passed over unless it holds", default="true"),
        Key(
            "permission",
            terms.PERMISSION,
            "本阶段需要的权限",
            "the permission of this stage",
            default="步骤的权限 / the step's",
        ),
        terms.WAS,
    ),
    called=Phrase('阶段 "{name}" ', 'stage "{name}"'),
    origin="1.2",
)


def _build(values: Values) -> Stage:
    return Stage(
        values.name,
        values.get("title") or values.name,
        when=values.get("when"),
        permission=values.get("permission"),
        was=values.get("was", ()),
    )


KEY = Key(
    "stages",
    MapOf(One(VOCABULARY, _build), Phrase("阶段名", "stage")),
    "同一单位内依次经过的阶段；`pass` 到下一阶段，最后一个阶段才真正执行",
    "passes inside one organisation; `pass` goes to the next active stage, "
    "the last one executes it",
)
