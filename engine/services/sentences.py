"""Puts the sentence to a refusal: the engine knows the code, the content knows the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from engine.definitions.placeholders import fill
from engine.domain.errors import Refused
from engine.services.definitions import Definitions


class Names(Protocol):
    """Tells what records are called."""

    def name(self, register: str, key: str | None) -> str:
        """The caption of a record."""
        ...


class Sentences:
    """Finds the sentence of a refusal in the message catalogue of the content."""

    def __init__(self, definitions: Definitions, names: Names) -> None:
        self._definitions = definitions
        self._names = names
        self.language = "zh"

    def worded(self, refusal: Refused) -> Refused:
        """The same refusal with its sentence."""
        if refusal.say is None:
            refusals = self._definitions.current.content.refusals
            wording = refusals.sentences.get(refusal.code) if refusals is not None else None
            if wording is not None:
                refusal.say = fill(wording.text(self.language), self._shown(refusal.params))
        return refusal

    def _shown(self, params: Mapping[str, Any]) -> dict[str, Any]:
        shown = dict(params)
        due = shown.get("due")
        if isinstance(due, str) and len(due) >= 10:
            shown["due"] = _day(due)
        permission = shown.get("permission")
        for name, register in (("organisation", "organisations"), ("person", "people")):
            if isinstance(shown.get(name), str):
                shown[name] = self._names.name(register, shown[name])
        cases = shown.get("cases")
        if cases is not None:
            shown["cases"] = "、".join(
                f"{self._names.name('people', person)}（{number}）" for person, number in cases
            )
        known = self._definitions.current.permissions.get(permission) if permission else None
        if known is not None:
            shown["permission"] = known.title
        return shown

    @contextmanager
    def saying(self) -> Iterator[None]:
        """Word every refusal raised inside."""
        try:
            yield
        except Refused as refusal:
            raise self.worded(refusal) from None


def _day(due: str) -> str:
    year, month, day = due[:10].split("-")
    clock = f" {due[11:16]}" if len(due) > 10 else ""
    return f"{year}年{int(month)}月{int(day)}日{clock}"
