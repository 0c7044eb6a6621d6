"""Gaps, overlaps and hidden rows are found exactly: compared with trying every value.

Also that a cell means the same to the search, to the table and written out in a process.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring.problems import Problems
from engine.definitions.process import Formula, Process, Requirement, RuleUse, Start
from engine.definitions.rules import Rule, with_rules
from engine.domain.types import BOOLEAN, NUMBER, TEXT, Field, Record
from engine.expressions import Scope, compile
from tests.rules.support import read

WORDS = ("doctor", "master", "bachelor")
#: what the table is asked with in a process, which is more than a name
GIVEN = {"n": "a.n + 0", "w": "a.w", "b": "a.b"}
ASKED = Scope(
    {"a": Field(Record("a", {"n": Field(NUMBER), "w": Field(TEXT), "b": Field(BOOLEAN)}))}
)
#: every value the inputs are tried with; more than the constants of the cells tell apart
N = [None, *(Fraction(n, 2) for n in range(-2, 14))]
W = [None, *WORDS]
B = [None, True, False]

number_cells = st.one_of(
    st.integers(0, 5).map(str),
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "!=", "=="]), st.integers(0, 5)).map(
        lambda pair: f'"{pair[0]} {pair[1]}"'
    ),
    st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda p: f"{min(p)}..{max(p)}"),
    st.tuples(st.integers(0, 2), st.integers(3, 5)).map(lambda p: f'">= {p[0]} && < {p[1]}"'),
    st.just('"== null"'),
    st.just('"!= null"'),
    st.just('"-"'),
    st.lists(st.integers(0, 5).map(str), min_size=1, max_size=3).map(
        lambda many: "[" + ", ".join([*many, '"> 4"']) + "]"
    ),
)
word_cells = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: f'"!= {word}"'),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda w: f"[{', '.join(w)}]"),
)
rows = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "n": number_cells,
            "w": word_cells,
            "b": st.sampled_from(["true", "false", '"!= true"']),
        },
    ).filter(bool),
    min_size=1,
    max_size=6,
)


def table(cells, hit, whole=True):
    lines = "".join(
        "  - {when: {" + ", ".join(f"{name}: {cell}" for name, cell in row.items())
        + f"}}, then: r{place}}}\n"
        for place, row in enumerate(cells)
    )  # fmt: skip
    optional = ", optional: true"
    return (
        f"rule: rules/years\ntitle: x\nhit: {hit}\nmissing: m\ninputs:\n"
        f"  n: {{type: number{optional}}}\n  w: {{codes: degrees}}\n  b: {{type: boolean}}\n"
        f"outputs:\n  o: {{type: text}}\nrows:\n{lines}"
    )


def holding(rule: Rule, n, w, b) -> list[int]:
    values = {"n": n, "w": w, "b": b}
    return [
        line.number
        for line in rule.lines
        if all(cell.holds(values[name]) for name, cell in line.cells.items())
    ]


def as_json(n, w, b):
    return {"n": None if n is None else float(n), "w": w, "b": b}


@settings(max_examples=150, deadline=None)
@given(rows, st.sampled_from(["first", "unique"]))
def test_what_is_reported_is_what_trying_every_value_finds(cells, hit):
    loose, _ = read(table(cells, "collect"))
    assert loose is not None
    tried = [holding(loose, *values) for values in product(N, WORDS, (True, False))]

    _, problems = read(table(cells, hit))

    codes = {problem.code for problem in problems}
    assert ("RUL120" in codes) == any(not hits for hits in tried)
    if hit == "unique":
        assert ("RUL121" in codes) == any(len(hits) > 1 for hits in tried)
    else:
        reached = {hits[0] for hits in tried if hits}
        hidden = {one.params["number"] for one in problems if one.code == "RUL122"}
        assert hidden == {line.number for line in loose.lines} - reached


@settings(max_examples=80, deadline=None)
@given(rows)
def test_a_cell_means_the_same_to_the_search_and_to_the_expression(cells):
    rule, _ = read(table(cells, "collect"))
    assert rule is not None

    for values in product(N, W, B):
        expected = holding(rule, *values)
        assert list(rule.decide(as_json(*values)).rows) == expected


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(["first", "collect"]), st.booleans())
def test_written_out_in_a_process_the_rows_say_what_the_table_says(cells, hit, last):
    rule, _ = read(table(cells, "collect") + ("  - {then: rest}\n" if last else ""))
    assert rule is not None
    rule = replace(rule, table=replace(rule.table, hit=hit))
    node = rule.table.node
    given = {name: Formula(text, node) for name, text in GIVEN.items()}
    use = RuleUse(rule.id, given, node)
    process = Process(
        "north/x", "", node, {}, start=Start("person", (Requirement(given["n"], "", use),))
    )
    placed = with_rules(process, {rule.id: rule}, Problems())
    assert placed is not None
    assert placed.start is not None
    demands = [
        (one.say, compile(one.that.text, ASKED, want=BOOLEAN, node=node, problems=Problems()))
        for one in placed.start.require
    ]

    for values in product(N, WORDS, (True, False)):
        asked = as_json(*values)
        refused = [say for say, that in demands if that.evaluate({"a": asked}) is not True]
        said = rule.decide(asked).value
        assert refused == (said if hit == "collect" else [said] if said is not None else [])
