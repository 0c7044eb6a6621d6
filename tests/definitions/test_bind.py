"""What an expression can read at each place, and facts that name other values."""

import pytest

from engine.definitions.context import TABLE
from engine.definitions.uses import uses
from engine.domain.types import BOOLEAN, NUMBER, TEXT, Record, Reference
from tests.definitions.support import bound, loaded

PERMIT = bound("north/permit")
SESSION = bound("north/session")
# The names beside those that are everywhere, by place.
HERE = {
    "everywhere": set(),
    "action": {"actor", "here", "input"},
    "action_when": {"actor", "here"},
    "until": {"org"},
    "vote": {"vote"},
    "ballot": {"ballot"},
    "row": {"it"},
    "member": {"actor", "here", "input", "member"},
}


def scopes():
    return [(process, use) for process in (PERMIT, SESSION) for use in uses(process.process)]


@pytest.mark.parametrize(
    ("process", "use"), scopes(), ids=[use.formula.text for _, use in scopes()]
)
def test_an_expression_sees_the_names_of_its_place_and_no_others(process, use):
    names = set(process.scope(use.formula).names) - {"members"}

    expected = set(process.scope().names) - {"members"} | HERE[use.place]
    assert names - {"input"} == expected - {"input"}
    assert ("input" in names) == ("input" in expected)


def test_every_place_of_the_context_table_is_tried():
    # What is created for each of a list is tried with the samples of recommended experts.
    tried = {use.place for _, use in scopes()} | {"item"}

    assert tried == {place for row in TABLE for place in row.where}


@pytest.mark.req("ENG-10")
def test_every_expression_is_compiled():
    for process, use in scopes():
        assert use.formula in (process.wheres if use.where else process.expressions)


def test_a_fact_that_is_a_path_is_an_alias_and_is_followed_into_its_register():
    types = {name: field.type for name, field in PERMIT.scope().names.items()}

    assert PERMIT.aliases == {"unit": "data.settings.unit"}
    assert types["unit"] == Reference("organisations")


def test_the_types_of_other_facts_come_from_their_queries_and_expressions():
    types = {name: field.type for name, field in PERMIT.scope().names.items()}

    assert (types["barred"], types["open_here"], types["large"]) == (BOOLEAN, NUMBER, BOOLEAN)


def test_what_an_action_keeps_and_an_effect_gives_is_part_of_the_data():
    data = PERMIT.scopes.data

    assert isinstance(data, Record)
    assert isinstance(data.fields["unit_opinion"].type, Record)
    permit = data.fields["permit"].type
    assert isinstance(permit, Record)
    assert permit.fields["number"].type == TEXT


def test_input_is_what_the_action_asks_for_and_nothing_else():
    found = loaded(
        asks="""
        process: north/asks
        title: 填写
        steps:
          fill:
            who: initiator
            actions:
              submit:
                to: done
                ask: [opinion]
                require: [{that: has(input.reason), say: 请填写}]
          done: {end: success}
        """
    )

    assert [(p.code, p.params["name"]) for p in found.problems] == [("DEF403", "reason")]


def test_a_group_that_holds_a_case_is_linked_by_its_name():
    linked = PERMIT.scope().names["linked"].type

    assert isinstance(linked, Record)
    session = linked.fields["session"].type
    assert isinstance(session, Record)
    data = session.fields["data"].type
    assert isinstance(data, Record)
    assert "voters" in data.fields


def test_what_a_document_prints_is_compiled_in_the_process_that_issues_it():
    assert PERMIT.documents["permit"]["number"].paths == (("data", "permit", "number"),)
    assert SESSION.documents == {}


def test_where_becomes_a_search_and_says_which_indexes_it_uses():
    fact = PERMIT.process.facts["barred"].query
    assert fact is not None
    assert fact.where is not None

    assert set(PERMIT.wheres[fact.where].indexes) == {("person",), ("state",), ("until",)}
