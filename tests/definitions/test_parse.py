"""What a process file says, as values."""

from fractions import Fraction

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.parse import parse_process
from engine.definitions.process import Choice, Due, Share
from tests.definitions.support import bound

PERMIT = bound("north/permit").process
SESSION = bound("north/session").process


def test_steps_keep_the_order_of_writing_and_the_first_is_where_a_case_begins():
    assert list(PERMIT.steps)[:4] == ["fill", "unit", "superiors", "reception"]
    assert PERMIT.first.name == "fill"


def test_a_step_is_of_the_kind_its_key_says():
    kinds = {name: step.kind for name, step in PERMIT.steps.items()}

    assert kinds["fill"] == "task"
    assert kinds["superiors"] == "chain"
    assert kinds["evaluation"] == "wait"
    assert kinds["issue"] == "automatic"
    assert kinds["issued"] == "end"
    assert SESSION.steps["vote"].kind == "panel"


def test_the_verb_of_an_action_is_its_name_or_follows_from_its_target():
    verbs = {name: a.verb for step in PERMIT.steps.values() for name, a in step.actions.items()}

    assert verbs["submit"] == "submit"
    assert verbs["receive"] == "pass"
    assert SESSION.steps["agenda"].actions["open"].verb == "pass"


def test_an_action_without_a_title_has_the_caption_of_its_verb():
    assert PERMIT.steps["fill"].actions["submit"].title == "提交"


def test_a_single_value_and_a_list_of_conditions_are_both_a_choice():
    fill = PERMIT.steps["fill"]
    assert isinstance(fill.status, Choice)
    assert fill.status.values == ("returned", "draft")
    assert fill.status.only is None
    assert fill.actions["submit"].to is not None
    assert fill.actions["submit"].to.only == "unit"


def test_a_word_may_be_a_policy():
    ask = PERMIT.steps["unit"].actions["pass"].ask

    assert ask is not None
    assert ask.mode is not None
    assert (ask.mode.literal, ask.mode.policy) == (None, "form_mode")


def test_fractions_are_exact():
    panel = SESSION.steps["vote"].panel

    assert panel is not None
    assert panel.quorum is not None
    assert isinstance(panel.decide.passing, Share)
    assert (panel.quorum.fraction, panel.quorum.strict) == (Fraction(2, 3), False)
    assert (panel.decide.passing.fraction, panel.decide.passing.strict) == (Fraction(1, 2), True)


def test_a_deadline_may_be_a_single_expression():
    problems = Problems()
    node = read_yaml(
        "process: north/short\ntitle: 短\nsteps:\n"
        '  fill: {who: initiator, due: "days(today, 3)", actions: {submit: {to: done}}}\n'
        "  done: {end: success}\n",
        "short.yaml",
        problems,
    )
    assert node is not None

    process = parse_process(node, problems)

    assert not problems
    assert process is not None
    due = process.steps["fill"].due
    assert isinstance(due, Due)
    assert not due.hard
    assert [formula.text for formula in due.by.values] == ["days(today, 3)"]


def test_what_could_not_be_read_has_its_default_so_that_the_rest_is_checked_too():
    problems = Problems()
    node = read_yaml(
        "process: north/short\ntitle: [短]\nsteps: {fill: {who: nobody, edit: 3, end: yes}}\n",
        "short.yaml",
        problems,
    )
    assert node is not None

    process = parse_process(node, problems)

    assert process is not None
    assert process.title == "north/short"
    assert [problem.code for problem in problems] == ["DEF102", "DEF104", "DEF102", "DEF104"]
