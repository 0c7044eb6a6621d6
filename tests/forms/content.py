"""The shipped forms bound to the shipped registers and code lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from engine.authoring import Node, Problems, read_yaml
from engine.definitions.codes import Code, CodeList, parse_codes
from engine.definitions.register_file import parse_register
from engine.forms import (
    Attachment,
    Form,
    Names,
    Surroundings,
    bind,
    bind_forms,
    merged,
    read_forms,
)
from tests.forms.world import World

ROOT = Path(__file__).parent.parent.parent
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


def _read(path: str) -> Any:
    problems = Problems()
    node = read_yaml((ROOT / path).read_text("utf-8"), path, problems)
    assert node is not None
    assert not problems
    return _with_files(node.value)


def _with_files(value: Any) -> Any:
    """Let ``$files/x.pdf`` stand for an uploaded file of that name."""
    if isinstance(value, dict):
        return {name: _with_files(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_files(inner) for inner in value]
    return value.removeprefix("$files/") if isinstance(value, str) else value


@cache
def records() -> dict[str, dict[str, dict[str, Any]]]:
    """The records of the sample world."""
    world = _read("examples/worlds/tianjin.yaml")
    kept = {
        **world["registers"],
        "organisations": world["organisations"],
        "people": world["people"],
    }
    problems = Problems()
    for name, node in nodes_of("definitions/registers").items():
        register = parse_register(node, name, problems)
        assert register is not None
        for row in kept.get(name, {}).values():
            row.setdefault("state", register.initial)
    return kept


class Content(World):
    """Answers with the shipped code lists and the records of the sample world."""

    def codes(self, name: str) -> Sequence[Code]:  # type: ignore[override]
        found = code_lists().get(name)
        return tuple(found.values.values()) if found else ()

    def label(self, register: str, key: str, field: str = "") -> str | None:
        row = self.record(register, key)
        return str(row.get(field or "name", key)) if row is not None else None

    def attachment(self, uid: str) -> Attachment | None:
        return Attachment(uid, uid, 1000)


def around(**changed: Mapping[str, Any]) -> Surroundings:
    """The context of a look at a shipped form on 1 September 2026, some records changed."""
    kept = deepcopy(records())
    for register, rows in changed.items():
        for key, row in rows.items():
            kept.setdefault(register, {}).setdefault(key, {}).update(row)
    names_given = {
        "today": "2026-09-01", "now": "2026-09-01T09:00:00",
        "policy": {"evaluation_mode": "socialised_review"},
    }  # fmt: skip
    return Surroundings(names=names_given, lookup=Content(records=kept))


def application() -> tuple[Form, dict[str, Any]]:
    """The form of an application with the activity's own items, and complete data for it."""
    base = forms()["application"]
    activity = next(key for key, row in records()["activities"].items() if row["series"] == "22")
    form = merged(base, records()["activities"][activity].get("material_items", []))
    data = base.snapshot({"profile": records()["people"]["张三"]})
    entered = _read("examples/data/complete-application.yaml")
    entered["settings"] |= {"work_unit": "第一中学", "activity": activity}
    return bind(form, names()), deepcopy({**data, **entered})
