"""What the address of a request may hold: texts, and the names of the query that are described."""

from __future__ import annotations

import re

from flask import request
from werkzeug.exceptions import BadRequest

from admin.api.description import DESCRIPTION
from admin.api.reading import is_text
from admin.captions import _
from engine.domain.errors import InvalidSubmission
from engine.forms import FieldError

_PART = re.compile(r"<[^>]*>|\{\w+\}")


def check() -> None:
    """Refuse an address that is none, and names of the query that nobody has described.

    Raises:
        BadRequest: a text in it can be kept nowhere.
        InvalidSubmission: it asks for something by a name that is not known.
    """
    args = request.args
    if not all(map(is_text, (request.path, *args, *args.values(), *request.form.values()))):
        raise BadRequest
    if request.url_rule is None:
        return
    demand(_KNOWN.get((_shape(request.url_rule.rule.removeprefix("/api/v1")), request.method)))


def demand(known: frozenset[str] | None) -> None:
    """Refuse names of the query that are not among those that are known; None: any may be.

    Raises:
        InvalidSubmission: naming them, and what there could be.
    """
    unknown = [] if known is None else [one for one in request.args if one not in known]
    if unknown:
        sentence = _(
            "没有 {names} 这一项，可以有的是 {known}。",
            names=", ".join(unknown), known=", ".join(sorted(known or ())) or "—",
        )  # fmt: skip
        raise InvalidSubmission([FieldError(("query", unknown[0]), "query", sentence)])


def _shape(path: str) -> str:
    """An address without what stands for something in it."""
    return _PART.sub("{}", path)


def _known() -> dict[tuple[str, str], frozenset[str] | None]:
    """The names of the query of each described operation; None where fields of a list are names."""
    found: dict[tuple[str, str], frozenset[str] | None] = {}
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            asked = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
            free = any(one.get("explode") for one in asked)
            names = None if free else frozenset(one["name"] for one in asked)
            found[_shape(path), method.upper()] = names
    return found


_KNOWN = _known()
