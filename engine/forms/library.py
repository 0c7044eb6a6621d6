"""All form files of the content, read together: a form may borrow sections of another."""

from __future__ import annotations

from collections.abc import Mapping

from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.forms.binding import bind
from engine.forms.form import Form
from engine.forms.names import Names
from engine.forms.reading import read_form
from engine.forms.sharing import complete


def read_forms(nodes: Mapping[str, Node], problems: Problems) -> dict[str, Form]:
    """Read form files by id. Their types are known now; their conditions are not yet compiled."""
    drafts = {name: read_form(node, name, problems) for name, node in nodes.items()}
    sources = complete(drafts, problems)
    return {name: Form({**source, "form": name}) for name, source in sources.items()}


def bind_forms(
    forms: Mapping[str, Form], nodes: Mapping[str, Node], names: Names, problems: Problems
) -> dict[str, Form]:
    """Compile the conditions of all forms and report every name that leads nowhere."""
    return {name: bind(form, names, problems, nodes.get(name)) for name, form in forms.items()}
