"""Parser and published JSON Schema know the same keys; drift on either side fails here."""

import json

import jsonschema
import pytest

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import bundled, read_files
from engine.definitions.kinds import KINDS, kind_of
from engine.definitions.schema import schemas
from engine.definitions.shapes import Spot, Vocabulary, read_mapping
from engine.definitions.vocabulary import vocabularies
from tests.definitions.support import CONTENT

SCHEMAS = schemas()
VOCABULARIES = vocabularies()
EXAMPLES = [
    (path, content)
    for root in (CONTENT, bundled())
    for path, content in read_files(root).items()
    if path.endswith(".yaml")
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_schema_of_a_mapping_has_the_keys_the_parser_knows(name):
    vocabulary = VOCABULARIES[name]

    assert set(vocabulary.schema()["properties"]) == known_to_the_parser(vocabulary)


def known_to_the_parser(vocabulary: Vocabulary) -> set[str]:
    """Return the keys the parser does not refuse, found by trying."""
    tried = {key.name for key in vocabulary.keys} | {"nonsense"}
    known = set()
    for key in tried:
        problems = Problems()
        node = read_yaml(f"{key}: 1\n", "x.yaml", problems)
        assert node is not None
        read_mapping(vocabulary, node, Spot(Phrase("", ""), "", problems))
        if not {problem.code for problem in problems} & {"DEF101"}:
            known.add(key)
    return known


@pytest.mark.parametrize(("path", "content"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_every_file_the_parser_accepts_fits_its_schema(path, content):
    node = read_yaml(content, path, Problems())
    assert node is not None
    validator = jsonschema.Draft202012Validator(SCHEMAS[schema_of(path)])

    errors = [error.message for error in validator.iter_errors(node.value)]

    assert not errors


def schema_of(path: str) -> str:
    """Return the name of the schema for a file."""
    if path.startswith("forms/"):
        return "form"
    if path.endswith("roles/permissions.yaml"):
        return "permissions"
    if path.endswith("messages/refusals.yaml"):
        return "refusals"
    kind = kind_of(path)
    return kind.vocabulary.id if kind is not None else "process"


def test_there_is_a_schema_for_every_kind_of_file():
    assert {kind.vocabulary.id for kind in KINDS} | {"process", "form"} <= set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_schema_uses_alternatives_whose_errors_nobody_understands(name):
    assert '"oneOf"' not in json.dumps(SCHEMAS[name])
