"""Panel: one ballot for each person, tallied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Decision, Draw, Panel, RuleUse, Share
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Key,
    ListOf,
    Made,
    Names,
    One,
    Path,
    Schema,
    Shape,
    Spot,
    Values,
    Vocabulary,
    Whole,
    Yes,
)
from engine.definitions.shapes import Share as Fraction
from engine.definitions.vocabulary import terms
from engine.definitions.vocabulary.extended import FORM
from engine.definitions.vocabulary.people import RECUSALS

RUN_OFF = ("tie", "unfilled")
BASES = ("voters", "due", "present", "valid")
AT_LEAST = Key("at_least", Fraction(), "不少于这个比例", "no less than this fraction")
MORE_THAN = Key("more_than", Fraction(), "多于这个比例", "more than this fraction")
OF = Key("of", Closed(BASES), "比例的基数", "what the fraction is of", required=True)

QUORUM = Vocabulary(
    "quorum",
    Phrase("法定人数", "quorum"),
    (AT_LEAST, MORE_THAN, OF),
    called=Phrase("quorum", "quorum"),
    origin="1.3",
)
PASS = Vocabulary(
    "pass_share",
    Phrase("通过比例", "share to pass"),
    (
        Key("option", terms.OPTION, "计数的选项", "the option counted", required=True),
        AT_LEAST,
        MORE_THAN,
        OF,
    ),
    called=Phrase("pass", "pass"),
    origin="1.3",
)
DRAW = Vocabulary(
    "draw",
    Phrase("抽取", "drawing"),
    (
        Key("draw", terms.NUMBER, "抽取人数", "how many", required=True),
        Key("from", terms.REGISTER, "从哪个登记册", "from which register", required=True),
        Key("where", terms.CONDITION, "候选条件", "who may be drawn"),
    ),
    called=Phrase("voters", "voters"),
    origin="1.3",
)


@dataclass(frozen=True)
class WordOrRule(Shape):
    """One of a few words, or the id of a rule table, which begins with its folder."""

    of: tuple[str, ...]

    def read(self, node: Node, spot: Spot) -> str | RuleUse | None:
        """Read a word or the id of a table."""
        if node.kind == "scalar" and node.text.startswith("rules/"):
            name = terms.RULE.read(node, spot)
            return RuleUse(name, {}, node) if name is not None else None
        return Closed(self.of).read(node, spot)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"anyOf": [Closed(self.of).schema(), {"type": "string", "pattern": "^rules/"}]}

    def words(self) -> Phrase:
        """Name the shape."""
        words, rule = Closed(self.of).words(), terms.RULE.words()
        return Phrase(f"{words.zh} / {rule.zh}", f"{words.en} / {rule.en}")


def _one(value: str, _node: Node, _spot: Spot) -> tuple[str, ...]:
    return (value,)


def _share(values: Values) -> Share | None:
    strict = "more_than" in values
    fraction = values.get("more_than") if strict else values.get("at_least")
    if fraction is None:
        return None
    return Share(fraction, strict, values.get("of", "voters"), option=values.get("option"))


def _draw(values: Values) -> Draw | None:
    if "draw" not in values or "from" not in values:
        return None
    return Draw(values.get("draw"), values.get("from"), values.get("where"))


DECIDE = Vocabulary(
    "decide",
    Phrase("表决规则", "decision"),
    (
        Key(
            "pass",
            One(PASS, _share, exactly_one=("at_least", "more_than")),
            "某选项达到的比例",
            "the share an option must reach",
            required=True,
        ),
        Key("places", terms.NUMBER, "名额：最多通过几人（对成员）", "how many may pass (members)"),
        Key(
            "rank",
            Names(Path()),
            "排序依据，依次为选项票数、数字字段的平均分或 `total` 总分",
            "the order: votes of an option, mean of a number, or `total`; the first counts most",
            default="`pass.option`",
        ),
        Key(
            "run_off",
            ByKind(scalar=Made(Closed(RUN_OFF), _one), sequence=ListOf(Closed(RUN_OFF))),
            "再投一轮：`tie` 末位并列的人之间，`unfilled` 名额未满时在其余的人之间；"
            "对业务为票数相等、未达到比例",
            "another round: `tie` among those equal on the last place, `unfilled` among the rest "
            "while places are left; about the case: equal votes, the share not reached",
        ),
        Key("rounds", Whole(), "最多几轮", "at most so many rounds", default="`run_off` ? 2 : 1"),
        Key(
            "tie",
            WordOrRule(("shared",)),
            "各轮后仍并列的：`shared` 并列通过，或由规则表按票数决定",
            "for what stays equal: `shared`, all of them pass, or a rule table says who",
            default="shared",
        ),
    ),
    called=Phrase("decide", "decide"),
    origin="1.3",
)


def _decided(values: Values) -> Decision | None:
    share: Share | None = values.get("pass")
    if share is None:
        return None
    run_off = tuple(values.get("run_off") or ())
    tie = values.get("tie")
    return Decision(
        share,
        values.get("places"),
        tuple(values.get("rank") or ()),
        run_off,
        values.get("rounds", 2 if run_off else 1),
        tie if isinstance(tie, RuleUse) else None,
    )


def _plain(value: Any, _node: Node, _spot: Spot) -> Decision:
    return Decision(value)


VOCABULARY = Vocabulary(
    "panel",
    Phrase("表决", "panel"),
    (
        Key(
            "voters",
            ByKind(scalar=terms.PEOPLE, mapping=One(DRAW, _draw)),
            "投票人，或从登记册抽取；抽取结果记入日志",
            "the voters, or drawn by lot; the drawn are journalled",
            required=True,
        ),
        Key(
            "present",
            terms.PEOPLE,
            "到会的人，比例基数 `present`；补上席位的人算到会，投票人都没有到会的算全部到会",
            "who is present (also who is named for a seat; all if no voter): the base `present`",
            default="全部 / all",
        ),
        Key(
            "about",
            Closed(("case", "members")),
            "每案一票，或一张票列出全部成员",
            "one paper per case, or one paper listing all members",
            default="case",
        ),
        Key(
            "ballot",
            FORM,
            "选票表单；打分项目可由 `extend` 按成员 `member` 给出",
            "the form of the ballot; `extend` may give criteria for each `member`",
            default="同意 / 不同意 / 弃权",
        ),
        Key(
            "secret",
            Yes(),
            "不记名：谁投了什么、谁已投票都不显示",
            "secret ballot: neither what anybody voted nor who has voted is shown",
            default="false",
        ),
        Key(
            "quorum",
            One(QUORUM, _share, exactly_one=("at_least", "more_than")),
            "法定人数，不足则结果为 `no_quorum`",
            "else the outcome is `no_quorum`",
        ),
        Key(
            "invalid",
            terms.CONDITION,
            "对 `ballot` 成立则为废票，只计入到会",
            "over `ballot`: counts in the turnout only",
            default="false",
        ),
        Key(
            "enough",
            terms.CONDITION,
            "对 `vote` 成立即可提前结束",
            "over `vote`: early completion",
            default="全部投完 / all ballots in",
        ),
        Key(
            "decide",
            ByKind(scalar=Made(WordOrRule(("all", "any")), _plain), mapping=One(DECIDE, _decided)),
            "全部同意、任一同意、由规则表决定，或达到比例；"
            "结果为 `passed` / `failed`，对成员为 `decided`",
            "all, any, what a rule table says, or a share; "
            "outcomes `passed` / `failed`, for members `decided`",
            default="all",
        ),
        Key(
            "observers",
            terms.PEOPLE,
            "列席的人：能看业务和选票，不投票",
            "who sees the case and the papers without a ballot",
            default="无 / none",
        ),
        Key(
            "in_turn",
            Yes(),
            "顺签：按投票人的次序，前一人投完才轮到下一人",
            "one after the other, in the order of the voters",
            default="false",
        ),
        Key(
            "may_decline",
            Yes(),
            "可谢绝，须写明原因：抽取的，用同一种子补抽；否则由可办理本步骤动作的人或管理员指定",
            "may decline, with a reason: one drawn is replaced by lot with the same seed, "
            "otherwise somebody is named by who may take an action of the step, "
            "or by an administrator",
            default="false",
        ),
        Key(
            "except",
            RECUSALS,
            "应当回避的人不投票也不被抽取：{people, say}、{when, say} 或其列表；"
            "本该投票的人看到提示语。申请人本人不能表决自己的业务，`none` 表示可以",
            "who keeps out has no seat and is not drawn: {people, say}, {when, say} or a list of "
            "them; who was to vote is told the sentence. The initiator has no vote on their own "
            "case; `none` gives them one",
            default="initiator",
        ),
    ),
    called=Phrase("panel", "panel"),
    origin="1.3",
)


def _build(values: Values) -> Panel | None:
    if "voters" not in values:
        return None
    ballot, extend = values.get("ballot", (None, None))
    written = values.get("except")
    return Panel(
        values.get("voters"),
        about=values.get("about", "case"),
        present=values.get("present"),
        ballot=ballot,
        extend=extend,
        secret=values.get("secret", False),
        observers=values.get("observers"),
        in_turn=values.get("in_turn", False),
        may_decline=values.get("may_decline", False),
        quorum=values.get("quorum"),
        invalid=values.get("invalid"),
        enough=values.get("enough"),
        decide=values.get("decide", Decision()),
        recusals=() if written == "none" else tuple(written or ()),
        own=written == "none",
    )


KEY = Key(
    "panel",
    One(VOCABULARY, _build),
    "表决：每人一票，按规则计票",
    "one ballot per person, tallied",
)
