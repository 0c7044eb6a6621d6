"""Laws that hold for every expression an author could write, right or wrong."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring import Position, Problems
from engine.domain.types import BOOLEAN, NUMBER, TEXT, ListOf, Reference
from engine.expressions import ExpressionError, compile, pick
from tests.expressions.world import SCOPE, VALUES

NAMES = ["data", "case", "unit", "now", "p", "score", "papers", "name", "'fill'", "1", "2.5"]
SIGNS = ["&&", "||", "!", "==", "<", "in", "+", "-", "/", "?", ":", "(", ")", "[", "]", ".", ","]
CALLS = ["exists", "map", "size", "has", "days", "mean", "matches", "free", "visits", "null"]
WORDS = st.sampled_from([*NAMES, *SIGNS, *CALLS])
# What has a type, by type; `p` is a paper and only known inside a loop.
NUMBERS = ["data.score", "data.bonus", "data.papers[0].score", "data.papers[9].score", "p.score",
           "case.visits('fill')", "1", "0", "2.5", "free.a[0]", "free.x"]  # fmt: skip
TEXTS = [
    "data.name",
    "case.number",
    "data.papers[1].title",
    "p.title",
    "unit.kind",
    "'x'",
    "free.x",
]
DATES = ["today", "now", "data.born", "unit.closes", "case.started_at", "p.published"]
REFERENCES = ["unit", "above", "here", "data.papers[1].unit", "p.unit", "data.settings.committee"]
LISTS = {
    "numbers": ["data.marks", "[1, 2]", "data.papers.map(p, p.score)", "[]"],
    "texts": ["data.tags", "['x', 'y']", "data.papers.map(p, p.title)", "p.tags", "[]"],
    "references": ["data.recused", "[unit, here]", "data.papers.map(p, p.unit)", "unit.staff"],
    "papers": ["data.papers", "old.papers", "data.papers.filter(p, p.score > 2)"],
}


def either(strategy):
    return st.builds("({} ? {} : {})".format, st.deferred(lambda: conditions), strategy, strategy)


def operated(operators, left, right=None):
    return st.builds(
        "({} {} {})".format, left, st.sampled_from(operators), left if right is None else right
    )


papers = st.deferred(lambda: st.sampled_from(LISTS["papers"]) | either(papers))
numbers = st.deferred(
    lambda: st.one_of(
        st.sampled_from(NUMBERS),
        operated(["+", "-", "*", "/", "%"], numbers),
        st.builds("(-{})".format, numbers),
        st.builds("{}({})".format, st.sampled_from(["mean", "sum"]), number_lists),
        st.builds("size({})".format, texts | number_lists | papers),
        st.builds("int({})".format, numbers),
        st.builds("{}[{}]".format, number_lists, numbers),
        st.builds("days_between({}, {})".format, dates, dates),
        either(numbers),
    )
)
texts = st.deferred(
    lambda: st.one_of(
        st.sampled_from(TEXTS),
        operated(["+"], texts),
        st.builds("string({})".format, numbers | texts | dates | conditions),
        either(texts),
    )
)
dates = st.sampled_from(DATES) | st.builds(
    "{}({}, {})".format, st.sampled_from(["days", "workdays"]), st.sampled_from(DATES),
    st.sampled_from(["3", "-2", "data.score", "data.bonus"]),
)  # fmt: skip
references = st.deferred(lambda: st.sampled_from(REFERENCES) | either(references))
number_lists = st.deferred(
    lambda: st.one_of(
        st.sampled_from(LISTS["numbers"]),
        st.builds("[{}, {}]".format, numbers, numbers),
        st.builds("{}.map(p, {})".format, papers, numbers),
        st.builds("{}.filter(n, n > {})".format, number_lists, numbers),
        operated(["+"], number_lists),
        either(number_lists),
    )
)
text_lists = st.sampled_from(LISTS["texts"])
reference_lists = st.deferred(
    lambda: st.sampled_from(LISTS["references"]) | either(reference_lists)
)
conditions = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["case.returned", "data.agree", "p.first_author", "true", "unit.open"]),
        st.sampled_from(["has(data.name)", "has(p.score)", "has(unit.kind)", "has(free.x)"]),
        operated(["&&", "||"], conditions),
        st.builds("!{}".format, conditions),
        operated(["==", "!=", "<", "<=", ">", ">="], numbers),
        operated(["==", "!=", "<", ">"], texts),
        operated(["==", "!=", "<", "<=", ">", ">="], dates),
        operated(["==", "!="], references | number_lists, st.just("null")),
        operated(["==", "!="], references),
        operated(["==", "!="], reference_lists),
        operated(["in"], numbers, number_lists),
        operated(["in"], texts, text_lists),
        operated(["in"], references, reference_lists),
        operated(["in"], dates, st.just("[today, now]")),
        st.builds("{}.startsWith({})".format, texts, texts),
        st.builds("{}.matches('^x')".format, texts),
        st.builds("{}.{}(p, {})".format, papers,
                  st.sampled_from(["exists", "all", "exists_one"]), conditions),
    )
)  # fmt: skip
EXPRESSIONS = (
    conditions | numbers | texts | dates | references | number_lists | reference_lists | papers
)


def compiled_or_refused(text):
    problems = Problems()
    expression = compile(text, SCOPE, node=Position("f.yaml"), problems=problems)
    assert (expression is None) is bool(problems)
    for problem in problems:
        assert problem.sentence("zh")
        assert problem.hint("en") is not None
    return expression


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30))
def test_no_text_makes_the_compiler_fail(text):
    compiled_or_refused(text)


@settings(max_examples=120, deadline=None)
@given(EXPRESSIONS, st.sampled_from([VALUES, {}, {"data": {"papers": [{}]}, "free": {"a": []}}]))
def test_what_compiles_gives_its_type_or_nothing(text, values):
    """Whatever is accepted has a value of the promised type, and needs only what it reads."""
    expression = compiled_or_refused(text)
    if expression is None:
        return

    try:
        found = expression.evaluate(values)
    except ExpressionError as error:
        # Only loops in loops in loops, values without a declared type and fractions of days.
        disappointing = error.code == "value_budget" or "free" in text or "days" in text
        if not disappointing:
            raise
        return

    assert expression.evaluate(pick(expression.paths, values)) == found
    if expression.type == BOOLEAN:
        assert isinstance(found, bool)
    elif isinstance(expression.type, ListOf):
        assert isinstance(found, list)
    elif found is not None and expression.type == NUMBER:
        assert isinstance(found, int | float)
    elif found is not None and expression.type == TEXT:
        assert isinstance(found, str)
    elif found is not None and isinstance(expression.type, Reference):
        assert set(found) == {"id"}
