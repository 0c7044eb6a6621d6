"""Every status can be found: some list shows it."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.definitions.check.subject import Shown, Subject
from engine.definitions.process import Step


def check_statuses(subject: Subject) -> None:
    """Report statuses that no list of cases shows."""
    if subject.names.lists is None:
        return
    covered = any(_covers(subject, found) for found in subject.names.lists)
    for step in subject.process.steps.values():
        for code in dict.fromkeys(step.status.values if step.status is not None else ()):
            known = subject.names.statuses
            if known is not None and code not in known:
                continue
            if not _shown(subject, code):
                at = step.node.get("status") or step.node
                subject.problems.add("DEF318", _at(step, code) or at, status=code, step=step.name)
                if not covered:
                    # Without any list for the process, every other status would say the same.
                    return


def _covers(subject: Subject, found: Shown) -> bool:
    return found.processes is None or subject.process.id in found.processes


def _shown(subject: Subject, code: str) -> bool:
    return any(
        _covers(subject, found) and (found.statuses is None or code in found.statuses)
        for found in subject.names.lists or ()
    )


def _at(step: Step, code: str) -> Node | None:
    node = step.node.get("status")
    if node is None:
        return None
    return next((one for one in node.walk() if one.kind == "scalar" and one.text == code), node)
