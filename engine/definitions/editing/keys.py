"""Edits of one key of a step, an action or a stage: caption, people, targets, dates, conditions."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.editing.draft import Path
from engine.definitions.editing.process import ProcessDraft
from engine.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class At:
    """A step, one of its actions or stages; without a step an action of the whole process.

    Everything empty is the process itself.
    """

    step: str = ""
    action: str = ""
    stage: str = ""

    @property
    def path(self) -> Path:
        """Where it stands in a process."""
        steps: Path = ("steps", self.step) if self.step else ()
        if self.action:
            return (*steps, "actions", self.action)
        return (*steps, "stages", self.stage) if self.stage else steps

    def check(self, draft: ProcessDraft) -> None:
        """Raise NotFound if there is no such step, action or stage."""
        if self.step:
            draft.step(self.step)
        node = draft.flat()
        for name in self.path:
            found = node.child(name)
            if found is None:
                raise NotFound("edit_nothing_there", place=".".join(map(str, self.path)))
            node = found


@dataclass(frozen=True, slots=True)
class SetKey:
    """Give a key of the language a value; None takes it away.

    Attributes:
        at: whose key.
        key: the key, or the keys that lead to a part of its value.
        value: plain data.
    """

    at: At
    key: str | Path
    value: object

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        self.at.check(draft)
        inner: Path = (self.key,) if isinstance(self.key, str) else self.key
        path = (*self.at.path, *inner)
        if self.value is not None:
            draft.put(path, self.value)
        elif _written(draft, path):
            draft.drop(path)


@dataclass(frozen=True, slots=True)
class ChangeCaption:
    """Change the caption of a step, an action, a stage or the process."""

    at: At
    title: str

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        SetKey(self.at, "title", self.title).apply(draft)


@dataclass(frozen=True, slots=True)
class Reassign:
    """Say who does a step or an action: ``initiator``, ``system`` or a mapping of ``who``."""

    at: At
    who: object

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        SetKey(self.at, "who", self.who).apply(draft)


@dataclass(frozen=True, slots=True)
class ChangeTarget:
    """Say where an action, an outcome or the step itself leads.

    Attributes:
        at: the step or action.
        to: a step, ``next``, ``previous`` or ``resume``, or a whole list of conditions.
        outcome: the outcome of the step whose target this is.
        entry: change only this entry of a list of conditions, counted from 0.
    """

    at: At
    to: object
    outcome: str = ""
    entry: int | None = None

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        key: Path = ("outcomes", self.outcome) if self.outcome else ("to",)
        if self.entry is not None:
            key = (*key, self.entry, "then")
        SetKey(self.at, key, self.to).apply(draft)


@dataclass(frozen=True, slots=True)
class ChangeDeadline:
    """Give a step a deadline, or an action the deadline of its target; None takes it away.

    Only the date changes where the deadline says more than a date.
    """

    at: At
    due: object

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        self.at.check(draft)
        due = _value(draft, (*self.at.path, "due"))
        part = isinstance(due, dict) and self.due is not None and not isinstance(self.due, dict)
        SetKey(self.at, ("due", "by") if part else "due", self.due).apply(draft)


@dataclass(frozen=True, slots=True)
class ChangeCondition:
    """Say when a step is passed through, an action shown, a stage done; None means always."""

    at: At
    when: str | bool | None

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        SetKey(self.at, "when", self.when).apply(draft)


def _value(draft: ProcessDraft, path: Path) -> object:
    node = draft.flat().at_path(path)
    return node.value if _written(draft, path) else None


def _written(draft: ProcessDraft, path: Path) -> bool:
    node = draft.flat()
    for name in path:
        found = node.child(name)
        if found is None:
            return False
        node = found
    return True
