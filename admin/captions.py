"""The words of the pages: Chinese in the source, other languages from ``catalogue/<code>.json``.

A catalogue maps the Chinese text as written in the code to its translation. A text that is
missing there is shown in Chinese; a test requires that none is missing. Words of a trade are not
among them: those come with the content (menus, titles, labels).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from flask import has_request_context, request, session

SOURCE = "zh"
LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
#: the value of the attribute lang of a page
TAGS: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
_KEY = "language"
#: the blueprint of the interface
INTERFACE = "api"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations of one language; empty for the language of the source."""
    if language == SOURCE:
        return {}
    text = (files("admin") / "catalogue" / f"{language}.json").read_text("utf-8")
    loaded: dict[str, str] = json.loads(text)
    return loaded


def language() -> str:
    """The language this person reads: chosen with the switch, else Chinese.

    The interface has no switch: there it is what the request says.
    """
    if has_request_context():
        asked = request.accept_languages if request.blueprint == INTERFACE else None
        chosen = asked.best_match(LANGUAGES) if asked is not None else session.get(_KEY)
        if chosen in LANGUAGES:
            return str(chosen)
    return SOURCE


def choose(code: str) -> None:
    """Remember the language of this browser; an unknown code changes nothing."""
    if code in LANGUAGES:
        session[_KEY] = code


def listed(items: Iterable[object]) -> str:
    """Several names as one text, with the mark the reader's language puts between them."""
    return _("、").join(map(str, items))


def _(text: str, /, **params: object) -> str:
    """``text`` in the reader's language, its ``{names}`` filled in."""
    found = catalogue(language()).get(text, text)
    return found.format(**params) if params else found
