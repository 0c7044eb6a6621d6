"""Each expectation of a sample case can fail, and each wrong use of its words is reported."""

from __future__ import annotations

import pytest

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bootstrap import samples_of
from engine.content import below
from engine.definitions.release import load
from engine.definitions.sample import EXPECTED, Sample, parse_sample
from tests.content.test_desk import CONTENT

LOADED = load(below(CONTENT))
HEAD = """\
sample: 每一种预期
world: town
clock: 2026-03-02 09:00
steps:
  - {by: 张三, does: start, process: town/seal, case: z}
"""
SUBMIT = "  - {by: 张三, does: submit, case: z, with: $forms/seal%s}\n"
RETURN = "  - {by: 王审, does: return, case: z, with: {reason: 不清}%s}\n"
WAIT = """\
  - {by: 张三, does: start, process: town/entry, case: y}
  - {by: 张三, does: submit, case: y, with: $forms/seal}
  - {by: 孙文, does: start, process: town/board, case: b, with: $forms/seal%s}
"""
END = (
    SUBMIT % ""
    + """\
  - {by: 王审, does: pass, case: z}
  - {by: 李负, does: pass, case: z}
  - {by: 赵审, does: pass, case: z}
  - {by: 孙文, does: record, case: z%s}
"""
)
#: for each word the steps, what holds there, and what does not
CASES = {
    "at": (SUBMIT, "unit.first@一所", "unit.second@一所"),
    "waits_for": (SUBMIT, "[王审]", "[王审, 李负]"),
    "status": (SUBMIT, "pending", "draft"),
    "shown": (RETURN, "退回修改", "草稿"),
    "actions": (SUBMIT, "[pass, return]", "[pass]"),
    "refuses": (
        "  - {expect: {z: {refuses: {submit: %s}}}}\n", "请填写类别和份数", "请填写份数",
    ),
    "due": (RETURN, "2026-04-01 09:00", "2026-04-01 24:00"),
    "flags": (SUBMIT, "[]", "[urgent]"),
    "data": (SUBMIT, "{settings: {copies: 2}}", "{settings: {copies: 3}}"),
    "messages": (RETURN, "[{to: 张三, template: returned}]", "[]"),
    "lists": (SUBMIT, "{待审核@一所: [z]}", "{待审核@一所: []}"),
    "closed": (END, "success", "failure"),
    "documents": (END, "[receipt]", "[]"),
    "incidents": (SUBMIT, "[]", "[no_organisation]"),
    "may_add": (WAIT, "[y]", "[]"),
    "visible": (
        SUBMIT,
        "{王审: {lists: [待审核], actions: [pass, return, cc, claim]}}",
        "{王审: {lists: [待审核]}}",
    ),
    "opinions": (SUBMIT, "{王审: []}", "{王审: [同意]}"),
    "records": (END, "{seals: {none: null}}", "{seals: {none: {state: valid}}}"),
    "deadlines": (SUBMIT, "{}", "{all: 2026-04-01 24:00}"),
}  # fmt: skip


def a_sample(text: str) -> tuple[Sample | None, Problems]:
    problems = Problems()
    node = read_yaml(text.encode(), "examples/cases/town/one.yaml", problems)
    assert node is not None
    return parse_sample(node, "examples/cases/town/one.yaml", problems), problems


def written(word: str, value: str) -> str:
    steps, _, _ = CASES[word]
    before = SUBMIT % "" if steps is RETURN else ""
    if word == "refuses":
        return HEAD + steps % value
    return HEAD + before + steps % f", expect: {{{word}: {value}}}"


@pytest.mark.req("TST-05")
def test_each_expectation_holds_where_it_does_and_fails_with_its_word_where_not() -> None:
    assert set(CASES) == set(EXPECTED)
    assert LOADED.release is not None
    samples = samples_of(CONTENT, LOADED.release)
    texts = [(word, value) for word, (_, *values) in CASES.items() for value in values]
    parsed = [a_sample(written(word, value))[0] for word, value in texts]
    results = list(samples.run([one for one in parsed if one is not None]))

    said = [
        (word, value, [one.what.split(".")[1] for one in result.differences], result.error)
        for (word, value), result in zip(texts, results, strict=True)
    ]
    assert said == [
        (word, value, [] if value == CASES[word][1] else [word], None) for word, value in texts
    ]


@pytest.mark.req("TST-08")
@pytest.mark.parametrize(
    ("line", "says", "meant"),
    [
        ("{by: 张三, does: submit, case: z, expect: {statsu: draft}}", "DEF101", "status"),
        ("{by: 张三, does: submit, case: z, expect: {z: {att: fill}}}", "DEF101", "at"),
        ("{expect: {zz: {at: fill}}}", "DEF101", "z"),
        ("{by: 张三, does: submit, case: z, expect: [at]}", "DEF102", ""),
        ("{clock: 2026-03-03 09:00, refused: 已超过}", "DEF101", ""),
        ("{look: 待审核, by: 王审, with: {a: 1}}", "DEF101", ""),
        ("{by: 张三, does: submit, case: z, sees: [z]}", "DEF101", ""),
        ("{by: 张三, does: submit, caze: z}", "DEF101", "case"),
        ("{by: 张三, does: submit}", "SMP102", ""),
        ("{does: submit, case: z}", "SMP102", ""),
        ("{by: 张三, does: submit, case: y}", "SMP104", "z"),
        ("{by: 张三, does: start, case: y}", "SMP102", ""),
        ("{clock: tomorrow}", "SMP103", ""),
        ("{by: 张三, does: submit, clock: 2026-03-03, case: z}", "SMP101", ""),
        ("{change: {register: {}}}", "DEF101", "registers"),
        ("{fast_forward: {case: z, to: unit, too: unit}}", "DEF101", "to"),
        ("{case: z}", "SMP101", ""),
        ("{by: 张三, does: submit, case: z, expect: {status: 5}}", "SMP108", ""),
        ("{by: 张三, does: submit, case: z, expect: {status: [draft]}}", "SMP108", ""),
        ("{by: 张三, does: submit, case: z, expect: {waits_for: {王审: 1}}}", "SMP108", ""),
        ("{by: 张三, does: submit, case: z, expect: {at: [fill, 3]}}", "SMP108", ""),
        ("{by: 张三, does: submit, case: z, expect: {due: 2026-02-30}}", "SMP103", ""),
        ("{by: 张三, does: submit, case: z, expect: {due: 2026-3-1 09:00}}", "SMP103", ""),
        ("{by: 张三, does: submit, case: z, expect: {closed: succes}}", "SMP109", "success"),
        ("{by: 张三, does: submit, case: z, expect: {closed: true}}", "SMP109", ""),
        ("{by: 张三, does: submit, case: z, expect: {data: [a]}}", "SMP108", ""),
        ("{by: 张三, does: submit, case: z, expect: {messages: returned}}", "SMP108", ""),
        ("{expect: {messages: [{to: 张三, templat: a}]}}", "DEF101", "template"),
        ("{expect: {records: {seals: [none]}}}", "SMP108", ""),
        ("{expect: {z: {visible: {王审: {list: [待审核]}}}}}", "DEF101", "lists"),
        ("{expect: {z: {lists: [待审核]}}}", "SMP108", ""),
        ("{expect: {z: {deadlines: {all: soon}}}}", "SMP103", ""),
    ],
)
def test_a_wrong_use_is_reported_with_its_place_and_the_nearest_name(
    line: str, says: str, meant: str
) -> None:
    _, problems = a_sample(f"{HEAD}  - {line}\n")
    first = next(iter(problems))
    assert (first.code, first.at.line) == (says, 6)
    assert not meant or f'是否想写 "{meant}"' in first.hint() or f"可用：{meant}。" in first.hint()
