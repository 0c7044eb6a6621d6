"""The JSON Schemas of the author languages, for editors; made from the vocabularies.

An editor completes and explains keys with them. They accept no more keys than the parser does,
which a test compares; what a name refers to is known to ``zhicheng check`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.form_schema import form_document
from engine.definitions.kinds import KINDS, SINGLE
from engine.definitions.shapes import Vocabulary
from engine.definitions.vocabulary import PROCESS, vocabularies

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: what ``# yaml-language-server: $schema=`` names
BASE = "https://zhicheng.example/schemas"


def schemas() -> dict[str, Schema]:
    """Return the schema of every kind of author file, by the name of its file."""
    found = {"process": process_schema(), "form": form_document(BASE, DIALECT)}
    for kind in KINDS:
        found[kind.vocabulary.id] = of_vocabulary(kind.vocabulary)
    for vocabulary in SINGLE.values():
        found[vocabulary.id] = of_vocabulary(vocabulary)
    return dict(sorted(found.items()))


def process_schema() -> Schema:
    """Return the schema of process files."""
    definitions = vocabularies()
    return _document(PROCESS, {name: v for name, v in definitions.items() if v is not PROCESS})


def of_vocabulary(vocabulary: Vocabulary) -> Schema:
    """Return the schema of files of another kind."""
    parts = {part.id: part for key in vocabulary.keys for part in key.shape.parts()}
    return _document(vocabulary, parts)


def _document(vocabulary: Vocabulary, parts: Mapping[str, Vocabulary]) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"{BASE}/{vocabulary.id}.json",
        "title": f"{vocabulary.title.zh} / {vocabulary.title.en}",
        **vocabulary.schema(),
        "$defs": {name: part.schema() for name, part in sorted(parts.items())},
    }
