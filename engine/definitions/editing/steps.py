"""Steps: their order, and their names with everything that names them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.authoring.node import Node
from engine.authoring.writing import EditRefused
from engine.definitions.editing.draft import Draft
from engine.definitions.editing.mentions import Found, StepMentions
from engine.definitions.editing.process import FOLDER, ProcessDraft
from engine.definitions.shapes import SNAKE
from engine.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class RenameStep:
    """Give a step another name, everywhere.

    In this file and those based on it; in groups, lists and sample cases as far as they can mean
    no step of another process, else the place is one to look at. A step of a version in force
    (``published``) keeps its name as one it had, so that cases under that version are found.
    """

    step: str
    name: str
    published: bool = False

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        draft.step(self.step)
        if self.name == self.step:
            return
        check_name(draft, self.name)
        if draft.is_inherited(("steps", self.step)):
            raise Refused("edit_inherited_name", step=self.step, process=draft.bases[0])
        found = StepMentions(draft, self.step, self.name).all()
        rewrite(draft, found, self.name)
        for process in (draft.id, *draft.derived):
            document = draft.document(f"{FOLDER}{process}.yaml")
            if document.root.at_path(["steps"]).get(self.step) is not None:
                document.rename(("steps", self.step), self.name, alias="everywhere")
        self._keep(draft)

    def _keep(self, draft: ProcessDraft) -> None:
        """Write what the step was called before, and no more what it is called again."""
        path = ("steps", self.name, "was")
        before = [item.text for item in draft.flat().at_path(list(path)).items]
        names = [name for name in before if name != self.name]
        if self.published and self.step not in names:
            names.append(self.step)
        if names:
            draft.put(path, names)
        elif before:
            draft.drop(path)


def check_name(draft: ProcessDraft, name: str) -> None:
    """Raise Refused unless a name can be that of a new step, here and in what is based on it."""
    if not re.fullmatch(SNAKE, name):
        raise Refused("edit_bad_name", name=name)
    for process in (draft.id, *draft.derived):
        if name in draft.flat(process).at_path(["steps"]).entries:
            raise Refused("edit_name_taken", place=name)


def rewrite(draft: Draft, found: Found, name: str) -> None:
    """Change what names a thing in all files."""
    by_file: dict[str, list[tuple[Node, object]]] = {}
    for named in found.scalars.values():
        by_file.setdefault(named.node.at.file, []).append((named.node, named.text))
    for file, changes in by_file.items():
        draft.document(file).rewrite(changes)
    for names, place in found.added:
        document = draft.document(names.at.file)
        path = document.path_of(names)
        document.insert(path, place + 1, name, alias="everywhere")
    draft.look_at += found.look_at


@dataclass(frozen=True, slots=True)
class MoveStep:
    """Write a step before or behind another. Where cases go does not change.

    The first step is where a case begins.
    """

    step: str
    before: str = ""
    after: str = ""

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        for name in filter(None, (self.step, self.before, self.after)):
            draft.step(name)
            if draft.is_inherited(("steps", name)):
                raise Refused("edit_inherited_order", step=name, process=draft.bases[0])
        names = list(draft.own.root.at_path(["steps"]).entries)
        beside = self.before or self.after
        place = names.index(self.step) - names.index(beside)
        if beside == self.step or place == (-1 if self.before else 1):
            return
        path = ("steps", self.step)
        try:
            draft.own.move(path, before=self.before or None, after=self.after or None)
        except EditRefused:
            draft.own.part(path)
            draft.own.move(path, before=self.before or None, after=self.after or None)
