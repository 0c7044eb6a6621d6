"""Steps, actions and levels taken out: what pointed to them is pointed elsewhere first."""

from __future__ import annotations

from dataclasses import dataclass

from engine.authoring.node import Node
from engine.definitions.editing.answer import Spot, spot
from engine.definitions.editing.draft import Path
from engine.definitions.editing.keys import At
from engine.definitions.editing.mentions import LISTS, Found, StepMentions
from engine.definitions.editing.process import FOLDER, ProcessDraft
from engine.definitions.editing.ways import Link, all_links
from engine.definitions.uses import step_uses, uses
from engine.domain.errors import NotFound, Refused
from engine.expressions import mentions


@dataclass(frozen=True, slots=True)
class RemoveStep:
    """Take a step out.

    Attributes:
        step: the step.
        instead: the step that what led here leads to now; without it a step that something leads
            to is refused, with the places.
    """

    step: str
    instead: str = ""

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        draft.step(self.step)
        if self.instead:
            draft.step(self.instead)
        if self.instead == self.step:
            raise Refused("edit_nothing_there", place=self.step)
        leading = self._leading(draft)
        if leading and not self.instead:
            raise Refused(
                "edit_still_used",
                name=draft.model().steps[self.step].title,
                places=tuple(spot(link.node, link.path) for link in leading),
            )
        found = StepMentions(draft, self.step, self.instead).all()
        if draft.is_inherited(("steps", self.step)):
            for link in leading:
                draft.put(link.path, self.instead)
            draft.drop(("steps", self.step))
            draft.look_at += [spot(node) for node in found.of("part") if self._stays(draft, node)]
            return
        self._rewire(draft, found)
        for process in (*draft.derived, draft.id):
            document = draft.document(f"{FOLDER}{process}.yaml")
            if document.find(("steps", self.step)) is not None:
                document.remove(("steps", self.step), alias="everywhere")

    def _leading(self, draft: ProcessDraft) -> list[Link]:
        """Return the targets that name the step, those of the step itself left out."""
        found: dict[Spot, Link] = {}
        for name in (draft.id, *draft.derived):
            for link in all_links(draft.model(name)):
                if link.target == self.step and link.path[:2] != ("steps", self.step):
                    found.setdefault(spot(link.node, link.path), link)
        return list(found.values())

    def _stays(self, draft: ProcessDraft, node: Node) -> bool:
        """Tell whether a place stays when the step goes."""
        if node.at.file not in (f"{FOLDER}{name}.yaml" for name in (draft.id, *draft.derived)):
            return True
        document = draft.document(node.at.file)
        return document.path_of(node)[:2] != ("steps", self.step)

    def _rewire(self, draft: ProcessDraft, found: Found) -> None:
        changes: dict[str, list[tuple[Node, object]]] = {}
        for node in found.of("target"):
            if self._stays(draft, node):
                changes.setdefault(node.at.file, []).append((node, self.instead))
        paths = [
            (node.at.file, tuple(draft.document(node.at.file).path_of(node)))
            for node in found.of("item")
        ]
        draft.look_at += [spot(node) for node in found.of("part") if self._stays(draft, node)]
        for file, nodes in changes.items():
            draft.document(file).rewrite(nodes)
        for file, path in sorted(paths, reverse=True, key=lambda one: (one[0], str(one[1]))):
            self._take_out(draft, file, path)
        for names, place in found.added:
            draft.look_at.append(spot(names.items[place]))

    def _take_out(self, draft: ProcessDraft, file: str, path: Path) -> None:
        """Take the step out of a list of names; a list that would be empty means something else."""
        document = draft.document(file)
        names = document.find(path[:-1])
        if names is not None and len(names.items) > 1:
            document.remove(path, alias="everywhere")
        elif (item := document.find(path)) is not None:
            draft.look_at.append(spot(item))


@dataclass(frozen=True, slots=True)
class RemoveAction:
    """Offer an action no more."""

    at: At

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        self.at.check(draft)
        process, name = draft.model(), self.at.action
        if not name:
            raise NotFound("edit_nothing_there", place=".".join(map(str, self.at.path)))
        asked = process.steps.values() if not self.at.step else [process.steps[self.at.step]]
        places = tuple(
            spot(step.node.at_path(["due", "otherwise"]), ("steps", step.name, "due", "otherwise"))
            for step in asked
            if step.due is not None
            and step.due.otherwise == name
            and (self.at.step or name not in step.actions)
        )
        places += tuple(
            spot(one.node.at_path(["otherwise"]), ("deadlines", one.name, "otherwise"))
            for one in (process.deadlines.values() if not self.at.step else ())
            if one.due.otherwise == name
        )
        if places:
            title = draft.flat().at_path(self.at.path).at_path(["title"]).text or name
            raise Refused("edit_still_used", name=title, places=places)
        draft.drop(self.at.path)
        after = draft.model()
        if any(name in step.actions for step in after.steps.values()) or name in after.actions:
            return
        for use in uses(after):
            for mention in mentions(use.formula.text):
                if mention.of[-2:] == ("case", "last") and mention.value == name:
                    draft.look_at.append(spot(use.formula.node))
        draft.look_at += _in_lists(draft, "actions", name)


@dataclass(frozen=True, slots=True)
class RemoveLevel:
    """Do a step in one pass less inside its organisation.

    Attributes:
        step: the step.
        name: the level.
        instead: the level at which is asked for what was asked for at this one.
    """

    step: str
    name: str
    instead: str = ""

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        At(self.step, stage=self.name).check(draft)
        if self.instead:
            At(self.step, stage=self.instead).check(draft)
        step = draft.model().steps[self.step]
        asking = [
            ("steps", self.step, "actions", action.name, "ask", "stage")
            for action in step.actions.values()
            if action.ask is not None and action.ask.stage == self.name
        ]
        if asking and not self.instead:
            places = tuple(spot(draft.flat().at_path(path), path) for path in asking)
            raise Refused("edit_still_used", name=step.stages[self.name].title, places=places)
        for path in asking:
            draft.put(path, self.instead)
        levels: Path = ("steps", self.step, "stages")
        draft.drop((*levels, self.name) if len(step.stages) > 1 else levels)
        after = draft.model()
        for use in step_uses(after.steps[self.step]):
            for mention in mentions(use.formula.text):
                if mention.of == ("case", "stage") and mention.value == self.name:
                    draft.look_at.append(spot(use.formula.node))
        if not any(self.name in other.stages for other in after.steps.values()):
            draft.look_at += _in_lists(draft, "stages", self.name)


def _in_lists(draft: ProcessDraft, key: str, name: str) -> list[Spot]:
    """Return where lists of cases of this process name something."""
    found = []
    for path in draft.naming(LISTS, name):
        node = draft.node(path)
        if node is None:
            continue
        processes = [item.text for item in node.at_path(["processes"]).items]
        if draft.id in processes:
            owners = [node, *(one for one in node.at_path(["home"]).items if one.entries)]
            names = [item for owner in owners if (at := owner.get(key)) for item in at.items]
            found += [spot(item) for item in names if item.text == name]
    return found
