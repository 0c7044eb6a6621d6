"""Scripts that only assign values: what the action before them sets.

A script runs when a case comes to it; here an action sets values (``set``) when it is taken. That
is the same where a task leads straight to the script. Whatever else a script does is refused.
"""

from __future__ import annotations

import re

from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import TASKS, Node
from engine.definitions.bpmn.executable import SCRIPT
from engine.definitions.bpmn.wording import condition_of
from engine.definitions.markup import Element

_ASSIGNED = re.compile(
    r"""(?:(?:var|let|const|def|int|String|double|boolean)\s+)?(?P<name>[^\W\d]\w*)\s*=(?!=)\s*(?P<value>.+)
    |execution\.setVariable\(\s*(?P<quote>["'])(?P<set>[^\W\d]\w*)(?P=quote)\s*,\s*(?P<given>.+)\)""",
    re.VERBOSE,
)


def scripts(drawing: Drawing) -> None:
    """Put what scripts assign to the tasks before them; refuse other scripts."""
    waiting = [node for node in drawing.nodes.values() if node.kind == "scriptTask"]
    # Of scripts one behind the other the first goes first.
    for _ in range(len(waiting)):
        left = [node for node in waiting if node.stands != "link" and not _taken(drawing, node)]
        if len(left) == len(waiting):
            break
        waiting = left
    for node in waiting:
        drawing.not_executed(node.element, SCRIPT)


def _taken(drawing: Drawing, node: Node) -> bool:
    """Let the task before a script set what it assigns, if there is one and that is all it does."""
    before = drawing.nodes[node.into[0].source] if len(node.into) == 1 else None
    while before is not None and before.kind == "link" and before.element.name == "scriptTask":
        before = drawing.nodes[before.into[0].source]
    if before is None or before.kind not in TASKS or not _is_plain(before) or node.attached:
        return False
    values = _assigned(drawing, node)
    if not values:
        return False
    read = " ".join(values.values())
    if before.sets.keys() & values.keys() or any(path in read for path in before.sets):
        return False  # one after the other is not the same as at once
    before.sets |= values
    node.stands = "link"
    drawing.asked += [f"{path} == {value}" for path, value in values.items()]
    written = "、".join(values)
    drawing.note("BPM194", node.element, step=node.name, other=before.name, fields=written)
    return True


def _is_plain(task: Node) -> bool:
    """Tell whether a task is done once by one person, and leads to one place."""
    many = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
    single = len(task.out) == 1 and not task.out[0].condition
    return single and not any(task.element.first(one) for one in many)


def _assigned(drawing: Drawing, node: Node) -> dict[str, str]:
    """Return the values a script assigns by path; nothing if it does anything else."""
    element = node.element
    extension = element.first("extensionElements")
    zeebe = extension.first("script") if extension is not None else None
    if zeebe is not None:
        pairs = [(zeebe.given("resultVariable"), zeebe.given("expression"))]
    else:
        text = element.first("script")
        lines = [one.strip() for one in re.split(r"[;\n]", text.text if text else "")]
        lines = [one for one in lines if one and not one.startswith(("//", "#"))]
        result = element.given("resultVariable")
        pairs = [(result, lines[0])] if result and len(lines) == 1 else list(map(_pair, lines))
    found: dict[str, str] = {}
    for name, written in pairs:
        value = Element("expression", {}, element.line, element.column, text=written)
        path, text_ = drawing.naming((name,)) if name else None, condition_of(value, drawing.naming)
        if path is None or text_ is None or not path.startswith("data.") or path in found:
            return {}
        if any(one in text_ for one in found):
            return {}
        found[path] = text_
    return found


def _pair(line: str) -> tuple[str, str]:
    match = _ASSIGNED.fullmatch(line)
    if match is None:
        return "", ""
    return match["name"] or match["set"], match["value"] or match["given"]
