"""What was posted by the forms beside the text of a process, as edits.

A form shows how a step is written and posts all of it back; only what differs becomes an edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.definitions.editing import (
    ActionOutline,
    AddAction,
    AddLevel,
    AddStep,
    At,
    ChangeCaption,
    ChangeCondition,
    ChangeDeadline,
    ChangeTarget,
    MoveStep,
    ProcessOutline,
    Reassign,
    RemoveAction,
    RemoveLevel,
    RemoveStep,
    RenameStep,
    StepOutline,
    Target,
)
from engine.domain.errors import NotFound

Posted = Mapping[str, str]
#: who does a step, where that is one word
PEOPLE = ("initiator", "system")
PERMISSION = "permission"
#: the kinds of steps that can be added
KINDS = ("task", "chain", "panel", "wait", "automatic", "end")
#: written otherwise than a form could say
OTHERWISE = "otherwise"


def who_kind(who: object) -> str:
    """How a form shows who does something: a word, a permission, or as it is written."""
    if who in PEOPLE:
        return str(who)
    simple = isinstance(who, Mapping) and set(who) <= {"permission", "organisation"}
    return PERMISSION if simple and "permission" in dict(who or {}) else OTHERWISE  # type: ignore[call-overload]


def deadline(due: object) -> str | None:
    """The date of a deadline as a form shows it; None if it says more than one date."""
    if due is None:
        return ""
    if isinstance(due, str):
        return due
    by = due.get("by") if isinstance(due, Mapping) else None
    return by if isinstance(by, str) else None


def edits(outline: ProcessOutline, name: str, posted: Posted) -> list[Any]:
    """The edits a press of the button ``name`` asks for; none if nothing differs.

    Raises:
        NotFound: there is no such button, or no such step to be edited.
    """
    known = _EDITS.get(name)
    if known is None:
        raise NotFound("edit_nothing_there", place=name)
    return list(known(outline, posted))


def _process(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    title = posted.get("title", "").strip()
    if title and title != outline.title:
        yield ChangeCaption(At(), title)


def _step(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    step = next((one for one in outline.steps if one.name == posted.get("step")), None)
    if step is None:
        raise NotFound("edit_nothing_there", place=posted.get("step", ""))
    at = At(step.name)
    yield from _caption(at, step.title, posted, "title")
    yield from _who(step, posted)
    yield from _condition(at, step.when, posted, "when")
    written = deadline(step.due)
    if written is not None and "due" in posted and posted["due"].strip() != written:
        yield ChangeDeadline(at, posted["due"].strip() or None)
    yield from _targets(at, step.to, posted, "to")
    for outcome, targets in step.outcomes.items():
        yield from _targets(at, targets, posted, f"outcome.{outcome}", outcome)
    for stage in step.stages:
        place = At(step.name, stage=stage.name)
        yield from _caption(place, stage.title, posted, f"stage.{stage.name}.title")
        yield from _condition(place, stage.when, posted, f"stage.{stage.name}.when")
    for action in step.actions:
        yield from _action(step, action, posted)


def _action(step: StepOutline, action: ActionOutline, posted: Posted) -> Iterator[Any]:
    at, own = At(step.name, action.name), f"action.{action.name}"
    yield from _caption(at, action.title, posted, f"{own}.title")
    yield from _condition(at, action.when, posted, f"{own}.when")
    yield from _targets(at, action.targets, posted, f"{own}.to")


def _caption(at: At, title: str, posted: Posted, name: str) -> Iterator[Any]:
    given = posted.get(name, "").strip()
    if given and given != title:
        yield ChangeCaption(at, given)


def _condition(at: At, when: str, posted: Posted, name: str) -> Iterator[Any]:
    if name in posted and posted[name].strip() != when:
        yield ChangeCondition(at, posted[name].strip() or None)


def _who(step: StepOutline, posted: Posted) -> Iterator[Any]:
    kind = posted.get("who", OTHERWISE)
    if kind in PEOPLE:
        who: object = kind
    elif kind == PERMISSION and posted.get("permission"):
        who = {"permission": posted["permission"]}
        if posted.get("organisation", "").strip():
            who["organisation"] = posted["organisation"].strip()
    else:
        return
    if who != step.who:
        yield Reassign(At(step.name), who)


def _targets(
    at: At, targets: tuple[Target, ...], posted: Posted, name: str, outcome: str = ""
) -> Iterator[Any]:
    several = len(targets) > 1 or any(target.when for target in targets)
    for number, target in enumerate(targets):
        given = posted.get(f"{name}.{number}", "").strip()
        if given and given != target.to:
            yield ChangeTarget(at, given, outcome, number if several else None)


def _rename(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    yield RenameStep(posted.get("step", ""), posted.get("name", "").strip())


def _add_step(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    kind = posted.get("kind", "task")
    if kind not in KINDS:
        raise NotFound("edit_nothing_there", place=kind)
    yield AddStep(
        posted.get("name", "").strip(),
        posted.get("title", "").strip(),
        kind,  # type: ignore[arg-type]  # it is one of them
        posted.get("step", ""),
        before=posted.get("before", ""),
    )


def _remove_step(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    yield RemoveStep(posted.get("step", ""), posted.get("instead", ""))


def _move(by: int) -> Callable[[ProcessOutline, Posted], Iterator[Any]]:
    def move(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
        names = [step.name for step in outline.steps]
        step = posted.get("step", "")
        if step not in names:
            raise NotFound("edit_nothing_there", place=step)
        place = names.index(step) + by
        if 0 <= place < len(names):
            beside = names[place]
            yield MoveStep(step, before=beside) if by < 0 else MoveStep(step, after=beside)

    return move


def _add_action(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    name, verb = posted.get("name", "").strip(), posted.get("verb", "")
    values: dict[str, object] = {"title": posted.get("title", "").strip()}
    if verb and verb != name:
        values["verb"] = verb
    if posted.get("to"):
        values["to"] = posted["to"]
    if verb in ("return", "fail"):
        values["ask"] = ["reason"]
    yield AddAction(At(posted.get("step", "")), name, values)


def _remove_action(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    yield RemoveAction(At(posted.get("step", ""), posted.get("action", "")))


def _add_level(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    permission = posted.get("permission", "")
    yield AddLevel(
        posted.get("step", ""),
        posted.get("name", "").strip(),
        posted.get("title", "").strip(),
        values={"permission": permission} if permission else {},
        after=posted.get("after", ""),
    )


def _remove_level(outline: ProcessOutline, posted: Posted) -> Iterator[Any]:
    yield RemoveLevel(posted.get("step", ""), posted.get("stage", ""), posted.get("instead", ""))


_EDITS: Mapping[str, Callable[[ProcessOutline, Posted], Iterator[Any]]] = {
    "process": _process,
    "step": _step,
    "rename_step": _rename,
    "add_step": _add_step,
    "remove_step": _remove_step,
    "move_up": _move(-1),
    "move_down": _move(1),
    "add_action": _add_action,
    "remove_action": _remove_action,
    "add_level": _add_level,
    "remove_level": _remove_level,
}
