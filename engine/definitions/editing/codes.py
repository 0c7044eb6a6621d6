"""Code lists: values added, renamed for people, put in order, and offered no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.assigning import assign
from engine.authoring.writing import Choice
from engine.definitions.editing.draft import Draft, Files
from engine.domain.errors import NotFound, Refused

_CODE = re.compile(r"[A-Za-z0-9_.-]+\Z")


class CodesDraft(Draft):
    """The edit of one code list."""

    def __init__(self, files: Files, codes: str, alias: Choice | None = None) -> None:
        """Begin an edit."""
        super().__init__(files, f"definitions/codes/{codes}.yaml", alias)

    def check(self, code: str) -> None:
        """Raise NotFound if there is no such code."""
        if self.own.find(("values", code)) is None:
            raise NotFound("edit_nothing_there", place=code)


@dataclass(frozen=True, slots=True)
class AddCode:
    """Offer one more value."""

    code: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict)
    after: str = ""
    before: str = ""

    def apply(self, draft: CodesDraft) -> None:
        """Make the edit."""
        if not _CODE.match(self.code):
            raise Refused("edit_bad_code", name=self.code)
        for beside in filter(None, (self.after, self.before)):
            draft.check(beside)
        draft.own.insert(
            ("values",),
            self.code,
            {"title": self.title, **self.values},
            after=self.after or None,
            before=self.before or None,
            alias=draft.alias,
        )


@dataclass(frozen=True, slots=True)
class SetCode:
    """Say something about a value: its ``title``, ``help``, ``public``; None takes it back."""

    code: str
    key: str
    value: object

    def apply(self, draft: CodesDraft) -> None:
        """Make the edit."""
        draft.check(self.code)
        path = ("values", self.code, self.key)
        if self.value is not None:
            assign(draft.own, path, self.value, alias=draft.alias)
        elif draft.own.find(path) is not None:
            draft.own.remove(path, alias=draft.alias)


@dataclass(frozen=True, slots=True)
class RetireCode:
    """Offer a value no more, or again. Data that have it keep it, with its caption."""

    code: str
    retired: bool = True

    def apply(self, draft: CodesDraft) -> None:
        """Make the edit."""
        SetCode(self.code, "retired", True if self.retired else None).apply(draft)


@dataclass(frozen=True, slots=True)
class MoveCode:
    """Show a value before or behind another."""

    code: str
    before: str = ""
    after: str = ""

    def apply(self, draft: CodesDraft) -> None:
        """Make the edit."""
        draft.check(self.code)
        draft.check(self.before or self.after)
        draft.own.move(
            ("values", self.code),
            before=self.before or None,
            after=self.after or None,
            alias=draft.alias,
        )
