"""Puts the sentence to a refusal: the engine knows the code, the content knows the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from engine.definitions.placeholders import fill
from engine.domain.errors import Refused
from engine.forms.sentences import Language, sentence
from engine.forms.validation import FieldError
from engine.services.definitions import Definitions

#: what is kept of an entry that a form refuses, beside its code
ENTRY = "entry"
#: the language of the content itself
SOURCE: Language = "zh"


class Names(Protocol):
    """Tells what records are called."""

    def name(self, register: str, key: str | None) -> str:
        """The caption of a record."""
        ...


class Sentences:
    """Finds the sentence of a refusal in the message catalogue of the content.

    ``reader`` tells in which language whoever is being answered reads; the pages put theirs.
    """

    def __init__(self, definitions: Definitions, names: Names) -> None:
        self._definitions = definitions
        self._names = names
        self.reader: Callable[[], str] = lambda: SOURCE

    def language(self) -> Language:
        """The language to answer in."""
        return "en" if self.reader() == "en" else "zh"

    def captions(self) -> Callable[[str], str]:
        """What gives texts of the content in the language to answer in, for one answer."""
        language = self.language()
        labels = self._definitions.current.labels.get(language) if language != SOURCE else None
        return labels.shown if labels is not None else str

    def caption(self, text: str) -> str:
        """A text of the content in the language to answer in."""
        return self.captions()(text)

    def worded(self, refusal: Refused) -> Refused:
        """The same refusal with its sentence."""
        if refusal.say is None:
            refusals = self._definitions.current.content.refusals
            wording = refusals.sentences.get(refusal.code) if refusals is not None else None
            if wording is not None:
                refusal.say = fill(wording.text(self.language()), self._shown(refusal.params))
        else:
            refusal.say = self.caption(refusal.say)
        return refusal

    def kept(self, refusal: Refused) -> list[Any]:
        """A refusal as a JSON value, to be put into words when somebody reads it."""
        refusals = self._definitions.current.content.refusals
        params = {name: plain(value) for name, value in refusal.params.items()}
        if refusals is None or refusal.code not in refusals.sentences:
            # What an author wrote stands for itself.
            params["say"] = refusal.sentence
        return [refusal.code, params]

    def told(self, kept: Sequence[Any]) -> str:
        """The sentence of what :meth:`kept` has kept, in the language to answer in."""
        code, params = kept
        if code == ENTRY:
            shown = {name: self._captioned(value) for name, value in params.items()}
            return sentence(shown.pop(ENTRY), shown, self.language())
        return self.worded(Refused(code, **params)).sentence

    def _captioned(self, value: Any) -> Any:
        return self.caption(value) if isinstance(value, str) else value

    def written(self, code: str, **params: Any) -> str:
        """A sentence for what is kept and read later: in the language of the content."""
        refusals = self._definitions.current.content.refusals
        wording = refusals.sentences.get(code) if refusals is not None else None
        return fill(wording.text(SOURCE), self._shown(params)) if wording is not None else ""

    def _shown(self, params: Mapping[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {name: self._captioned(value) for name, value in params.items()}
        why = shown.get("why")
        if isinstance(why, list):
            shown["why"] = self.told(why)
        unique = shown.get("unique")
        if unique is not None:
            # Some fields together, or others.
            groups = ("、".join(map(self.caption, titles)) for titles in unique)
            shown["unique"] = (" or " if self.language() == "en" else "或者").join(groups)
        due = shown.get("due")
        if isinstance(due, str) and len(due) >= 10:
            shown["due"] = _day(due, self.language())
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
            shown["permission"] = self.caption(known.title)
        return shown

    @contextmanager
    def saying(self) -> Iterator[None]:
        """Word every refusal raised inside."""
        try:
            yield
        except Refused as refusal:
            raise self.worded(refusal) from None


def entry(error: FieldError, *, private: bool = False) -> list[Any]:
    """What a form refuses, as it is kept until somebody reads it; of private values no trace."""
    params = {name: plain(value) for name, value in error.params.items()}
    if private:
        params["value"] = "…"
    return [ENTRY, {ENTRY: error.code, **params}]


def plain(value: Any) -> Any:
    """A value that fills a sentence, as JSON has it."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _day(due: str, language: Language) -> str:
    clock = f" {due[11:16]}" if len(due) > 10 else ""
    if language == "en":
        return due[:10] + clock
    year, month, day = due[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日{clock}"
