"""All form files of the content, read together: a form may borrow sections of another."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.authoring.memory import Memory, once
from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.forms.binding import bind
from engine.forms.build import Spec
from engine.forms.form import Form
from engine.forms.names import Names
from engine.forms.reading import read_form
from engine.forms.sharing import complete


def read_forms(
    nodes: Mapping[str, Node], problems: Problems, memory: Memory | None = None
) -> dict[str, Form]:
    """Read form files by id. Their types are known now; their conditions are not yet compiled."""
    drafts = {
        name: once(memory, ("form file", name), (node, name), read_form, problems)
        for name, node in nodes.items()
    }
    sources = once(memory, "form sources", (drafts,), complete, problems)
    return {name: _form(name, source, problems, memory) for name, source in sources.items()}


def _form(name: str, source: Spec, problems: Problems, memory: Memory | None) -> Form:
    def build(_: str, _problems: Problems) -> Form:
        return Form({**source, "form": name})

    written = json.dumps(source) if memory is not None else ""
    return once(memory, ("form", name), (written,), build, problems)


def bind_forms(
    forms: Mapping[str, Form],
    nodes: Mapping[str, Node],
    names: Names,
    problems: Problems,
    memory: Memory | None = None,
) -> dict[str, Form]:
    """Compile the conditions of all forms and report every name that leads nowhere."""
    return {
        name: once(memory, ("bound form", name), (form, names, nodes.get(name)), _bound, problems)
        for name, form in forms.items()
    }


def _bound(form: Form, names: Names, node: Node | None, problems: Problems) -> Form:
    return bind(form, names, problems, node)
