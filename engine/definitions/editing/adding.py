"""New steps, actions and levels, with what they need to work at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.definitions.editing.draft import Path
from engine.definitions.editing.keys import At
from engine.definitions.editing.process import FOLDER, STEP_KEYS, ProcessDraft
from engine.definitions.editing.steps import check_name
from engine.definitions.editing.ways import Link, links_of, way_on
from engine.definitions.flow import RELATIVE
from engine.definitions.process import EndKind, Process, StepKind
from engine.definitions.shapes import SNAKE
from engine.domain.errors import Refused

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AddStep:
    """Put a new step behind another: what led on from that one now leads through the new one.

    Attributes:
        name: its name.
        title: its caption.
        kind: what it is to be; an end is led to by nothing yet.
        after: the step it follows.
        before: the step it leads to, needed where the other leads on to several.
        values: keys that shall be otherwise than usual.
    """

    name: str
    title: str
    kind: StepKind
    after: str
    before: str = ""
    values: Values = field(default_factory=dict)

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        draft.step(self.after)
        check_name(draft, self.name)
        if self.before:
            draft.step(self.before)
        target, ways = self._way_on(draft)
        usual = _usual(draft.model(), self.kind, self.after, target)
        body = {"title": self.title, **usual, **self.values}
        known = [key for key in STEP_KEYS if body.get(key) is not None]
        draft.add_step(self.name, {key: body[key] for key in known}, self.after)
        for way in ways:
            draft.put(way.path, self.name)
        # What is based on a shorter process is asked after it: the step may be gone by then.
        for process in sorted(draft.derived, key=lambda name: len(draft.bases_of(name))):
            if self._fits(draft.model(process)):
                self._lead_through(draft, f"{FOLDER}{process}.yaml", process, target)
            else:
                self._take_out(draft.of(process), target)

    def _fits(self, model: Process) -> bool:
        """Whether a process on top of this one has all that stands around the new step."""
        return (
            self.name not in model.steps
            or self.kind == "end"
            or {self.after, *(link.target for link in links_of(model, self.name))}
            <= {*model.steps, *RELATIVE}
        )

    def _take_out(self, draft: ProcessDraft, target: str) -> None:
        """Leave the step out of a file that took out what stands around it."""
        model = draft.model()
        if self.after in model.steps and target in model.steps:
            for link in links_of(model, self.after):
                if link.target == self.name:
                    draft.put(link.path, target)
        draft.drop(("steps", self.name))

    def _lead_through(self, draft: ProcessDraft, file: str, process: str, target: str) -> None:
        """Change what a file on top of this one says about the way on by itself."""
        model = draft.model(process)
        if self.after in model.steps:
            found = [
                (link.node, self.name)
                for link in links_of(model, self.after, on=True)
                if link.target == target and link.node.origin.at.file == file
            ]
            draft.document(file).rewrite(found)

    def _way_on(self, draft: ProcessDraft) -> tuple[str, list[Link]]:
        return ("", []) if self.kind == "end" else way_on(draft, self.after, self.before)


def _usual(process: Process, kind: StepKind, after: str, target: str) -> dict[str, object]:
    """Return what a step of a kind says unless told otherwise."""
    beside = process.steps[after]
    who = found.value if (found := beside.node.get("who")) is not None else "initiator"
    match kind:
        case "task":
            return {"who": who, "actions": {"pass": {"to": target}, **_return(process, after)}}
        case "chain":
            asked = beside.who.organisation if beside.who is not None else None
            permission = beside.who.permission if beside.who is not None else None
            return {
                "who": {"permission": permission} if permission else who,
                "chain": {"route": "superior", "from": asked.text if asked else "case.sent_to"},
                "actions": {"pass": {"to": "next"}, **_return(process, after)},
                "to": target,
            }
        case "panel":
            return {
                "panel": {"voters": f"case.actors('{after}')"},
                "outcomes": {"passed": target, "failed": _end(process, "failure") or target},
            }
        case "wait":
            return {"wait": {"until": "workdays(today, 5)"}, "to": target}
        case "automatic":
            return {"to": target}
        case "parallel" | "call":
            return {"to": target}
        case "end":
            return {"end": "success"}


def _return(process: Process, after: str) -> dict[str, object]:
    """Return the way back that the step in front has, for the new one."""
    actions = process.steps[after].actions.values()
    return next(({one.name: one.node.value} for one in actions if one.verb == "return"), {})


def _end(process: Process, kind: EndKind) -> str:
    return next((step.name for step in process.steps.values() if step.end == kind), "")


@dataclass(frozen=True, slots=True)
class AddAction:
    """Offer one more action at a step, or in the whole process.

    Without ``to`` it leads where its verb usually does: on, to the first step, to an end.

    Attributes:
        at: the step; ``At()`` for an action of the process.
        name: its name.
        values: its keys.
        after: the action it is shown behind; the last one without.
    """

    at: At
    name: str
    values: Values = field(default_factory=dict)
    after: str = ""

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        self.at.check(draft)
        path: Path = (*self.at.path, "actions")
        _check_new(draft, path, self.name)
        values = dict(self.values)
        verb = str(values.get("verb", self.name))
        if "to" not in values and (target := self._target(draft, verb)):
            values["to"] = target
        draft.add(path, self.name, values, after=self.after)

    def _target(self, draft: ProcessDraft, verb: str) -> str:
        process = draft.model()
        match verb:
            case "submit" | "pass" if self.at.step:
                step = process.steps[self.at.step]
                return "next" if step.to is not None else way_on(draft, self.at.step)[0]
            case "return":
                return process.first.name
            case "fail":
                return _end(process, "failure")
            case "discard" | "cancel":
                return _end(process, "cancelled")
        return ""


@dataclass(frozen=True, slots=True)
class AddLevel:
    """Let a step be done in one more pass inside its organisation.

    A step without levels gets two: what it was, and the new one behind it.

    Attributes:
        step: a task or a chain.
        name: the level's name.
        title: its caption.
        values: its other keys.
        after: the level it follows; the last one without.
        before: the level it stands before.
    """

    step: str
    name: str
    title: str
    values: Values = field(default_factory=dict)
    after: str = ""
    before: str = ""

    def apply(self, draft: ProcessDraft) -> None:
        """Make the edit."""
        draft.step(self.step)
        step = draft.model().steps[self.step]
        path: Path = ("steps", self.step, "stages")
        if step.kind not in ("task", "chain"):
            raise Refused("edit_no_levels_here", step=step.title)
        _check_new(draft, path, self.name)
        level = {"title": self.title, **self.values}
        if step.stages:
            draft.add(path, self.name, level, after=self.after, before=self.before)
            return
        first = "first" if self.name != "first" else "own"
        draft.put(path, {first: {"title": step.title}, self.name: level})


def _check_new(draft: ProcessDraft, path: Path, name: str) -> None:
    if not re.fullmatch(SNAKE, name):
        raise Refused("edit_bad_name", name=name)
    if name in draft.flat().at_path(path).entries and draft.has(path):
        raise Refused("edit_name_taken", place=name)
