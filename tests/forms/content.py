"""The shipped forms bound to the shipped registers and code lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from engine.authoring import Node, Problems, read_yaml
from engine.definitions.codes import CodeList, parse_codes
from engine.definitions.register import parse_register
from engine.forms import Form, Names, Surroundings, bind_forms, read_forms
from tests.forms.world import World

ROOT = Path(__file__).parent.parent.parent
# Searching is the store's; here every path may be searched.
FORM_FILES = sorted((ROOT / "forms").glob("*.yaml"))


def nodes_of(folder: str) -> dict[str, Node]:
    """Read every file of a folder."""
    problems = Problems()
    nodes = {}
    for path in sorted((ROOT / folder).glob("*.yaml")):
        node = read_yaml(path.read_text("utf-8"), f"{folder}/{path.name}", problems)
        assert node is not None
        nodes[path.stem] = node
    assert not problems
    return nodes


@cache
def code_lists() -> Mapping[str, CodeList]:
    problems = Problems()
    found = {
        name: parse_codes(node, name, problems)
        for name, node in nodes_of("definitions/codes").items()
    }
    return {name: codes for name, codes in found.items() if codes is not None}


@cache
def names() -> Names:
    """What the shipped content declares."""
    problems = Problems()
    types = {name: form.type for name, form in read_forms(nodes_of("forms"), problems).items()}
    registers = {
        name: parse_register(node, name, problems)
        for name, node in nodes_of("definitions/registers").items()
    }
    return Names(
        registers={name: one.record(types.get(one.form)) for name, one in registers.items() if one},
        codes={name: tuple(codes.values) for name, codes in code_lists().items()},
        documents=tuple(path.stem for path in (ROOT / "definitions/documents").glob("*.yaml")),
        forms=types,
        indexes={name: one.index_paths for name, one in registers.items() if one},
    )


@cache
def forms() -> Mapping[str, Form]:
    """The shipped forms; they must be right."""
    nodes, problems = nodes_of("forms"), Problems()
    bound = bind_forms(read_forms(nodes, problems), nodes, names(), problems)
    assert not problems.errors, [f"{p.at} {p.code} {p.sentence('en')}" for p in problems.errors]
    return bound


class Content(World):
    """Answers with the shipped code lists, and any record that is asked for."""

    def codes(self, name: str) -> Sequence[object]:  # type: ignore[override]
        found = code_lists().get(name)
        return tuple(found.values.values()) if found else ()

    def fits(self, query: object, key: str) -> bool:
        return True

    def column(self, query: object, field: str) -> Sequence[str]:  # type: ignore[override]
        """Every column offers what the records of the register hold in it."""
        register = getattr(query, "register", "")
        return [str(row[field]) for row in self.records.get(register, {}).values() if field in row]

    def label(self, register: str, key: str, field: str = "") -> str | None:
        return key


def around(records: Mapping[str, Mapping[str, Mapping[str, object]]] | None = None, **given: object) -> Surroundings:
    """The context of a look at a shipped form on 1 September 2026."""
    kept = {name: {k: dict(row) for k, row in rows.items()} for name, rows in (records or {}).items()}
    values = {"today": "2026-09-01", "now": "2026-09-01T09:00:00", **given}
    return Surroundings(names=values, lookup=Content(records=kept))  # type: ignore[arg-type]
