"""One thing wrong in an author's file, and where.

Authors never see a traceback: whatever is wrong with a file is a ``Problem``. Its sentence is made
from the catalogue, so a problem holds a code and parameters, never a finished text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from string import Formatter
from typing import Literal

from engine.authoring.catalogue import CATALOGUE

Language = Literal["zh", "en"]

# Up to this many allowed values are listed; of a longer list only the nearest are shown.
LISTED = 8
NEAREST_SHOWN = 3


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file. Lines and columns count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Write the place as ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parameter that reads differently in each language, such as the name of a type."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Write the English form."""
        return self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """A located statement that something in a file is wrong.

    Attributes:
        code: a code of the catalogue.
        at: where the offending text begins.
        params: what the sentence of the catalogue names.
        length: how many characters the caret underlines.
        given: the misspelt name, when the problem is an unknown name.
        choices: the names that would have been right.
        corrected: the whole line as it should be, when that is certain.
        related: another place that belongs to the problem, such as the first definition.
    """

    code: str
    at: Position
    params: Mapping[str, object] = field(default_factory=dict, hash=False)
    length: int = 1
    given: str = ""
    choices: tuple[str, ...] = ()
    corrected: str = ""
    related: Position | None = None

    def __lt__(self, other: Problem) -> bool:
        """Order by place, then by code."""
        return self._order() < other._order()

    def _order(self) -> tuple[Position, str, str]:
        return (self.at, self.code, self.sentence("en"))

    @property
    def is_warning(self) -> bool:
        """Whether this should be looked at but does not stop a release."""
        return CATALOGUE[self.code].level == "warning"

    def sentence(self, language: Language = "zh") -> str:
        """Say what is wrong, in one sentence."""
        entry = CATALOGUE[self.code]
        template = entry.zh if language == "zh" else entry.en
        return _filled(template, self.params, language)

    def hint(self, language: Language = "zh") -> str:
        """Say what may help (a name, the allowed values, the corrected line), or nothing."""
        entry = CATALOGUE[self.code]
        parts: list[str] = []
        if self.corrected:
            parts.append(self.corrected.strip())
        template = entry.hint_zh if language == "zh" else entry.hint_en
        if template and _names(template) <= self.params.keys():
            parts.append(_filled(template, self.params, language))
        if self.choices:
            parts.append(_choice_hint(self.given, self.choices, language))
        if self.related is not None:
            place = f"{self.related.file}:{self.related.line}"
            parts.append(f"另见 {place}。" if language == "zh" else f"See {place}.")
        return " ".join(parts) if language == "en" else "".join(parts)

    def whole(self, language: Language = "zh") -> str:
        """Say what is wrong and what may help, to be read in one go."""
        sentence, hint = self.sentence(language), self.hint(language)
        stop = "。" if language == "zh" else "."
        if not sentence.endswith((stop, "?", "？")):
            sentence += stop
        return (f"{sentence}{hint}" if language == "zh" else f"{sentence} {hint}").strip()


def nearest(name: str, choices: Iterable[str], limit: int = NEAREST_SHOWN) -> list[str]:
    """Return the choices most like a name, best first; ``limit`` of them at most."""
    lowered = name.lower()
    scored = [
        (-SequenceMatcher(None, lowered, choice.lower()).ratio(), choice) for choice in set(choices)
    ]
    return [choice for _, choice in sorted(scored)[:limit]]


def near(name: str, choices: Collection[str]) -> str | None:
    """Return the one choice the author probably meant, or None when nothing is close."""
    best = nearest(name, choices, 1)
    if not best:
        return None
    ratio = SequenceMatcher(None, name.lower(), best[0].lower()).ratio()
    return best[0] if ratio >= 0.6 else None


def _choice_hint(given: str, choices: tuple[str, ...], language: Language) -> str:
    guess = near(given, choices) if given else None
    if len(choices) <= LISTED:
        shown, all_shown = sorted(choices), True
    elif given:
        shown, all_shown = nearest(given, choices), False
    else:
        shown, all_shown = sorted(choices)[:LISTED], False
    if language == "zh":
        question = f'是否想写 "{guess}"？' if guess else ""
        lead = "可用：" if all_shown else "相近的有："
        return f"{question}{lead}{'、'.join(shown)}。"
    question = f'Did you mean "{guess}"? ' if guess else ""
    lead = "Allowed: " if all_shown else "Nearest: "
    return f"{question}{lead}{', '.join(shown)}."


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _filled(template: str, params: Mapping[str, object], language: Language) -> str:
    words = {name: _word(params.get(name, "?"), language) for name in _names(template)}
    return template.format_map(words)


def _word(value: object, language: Language) -> str:
    """Write a parameter as an author would write it."""
    if isinstance(value, Phrase):
        return value.zh if language == "zh" else value.en
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{key}: {_word(item, language)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return ("、" if language == "zh" else ", ").join(_word(item, language) for item in items)
    return str(value)
