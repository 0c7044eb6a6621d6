"""Sub-processes, loops, several instances and links, put in terms of nodes and flows."""

from __future__ import annotations

import re

from engine.definitions.bpmn.drawing import SPLITS, Drawing, splits
from engine.definitions.bpmn.drawn import OUTSIDE, TASKS, Node, Refused, thrown_by
from engine.definitions.bpmn.executable import COUNT, GROUP, LEAVE, PANEL
from engine.definitions.bpmn.wording import assignee, condition_of, variable
from engine.definitions.dialects import snake
from engine.definitions.markup import Element

#: side by side, the same task is not done more often
MOST_TIMES = 10
_ENDED = ("nrOfCompletedInstances", "numberOfCompletedInstances")
_ALL = ("nrOfInstances", "numberOfInstances")
_GOING = ("nrOfActiveInstances", "numberOfActiveInstances")


def unfold(drawing: Drawing) -> None:
    """Unfold all of a drawing.

    Raises:
        Refused: part of it cannot be followed at all; what else is wrong is reported.
    """
    nodes = list(drawing.nodes.values())
    _links(drawing, nodes)
    _gateways(drawing, nodes)
    for node in nodes:
        if node.kind in (*TASKS, *OUTSIDE, "callActivity"):
            _instances(drawing, node)
    # What is inside is unfolded before what it is in.
    for node in reversed(nodes):
        if node.kind == "subProcess":
            _Scope(drawing, node).unfold()


def _links(drawing: Drawing, nodes: list[Node]) -> None:
    """Let what throws a link lead to what catches it."""
    linked = [node for node in nodes if node.event == "link"]
    caught = {_link(node): node for node in linked if node.kind == "intermediateCatchEvent"}
    for node in linked:
        target = caught.get(_link(node))
        node.stands = "link"
        if node is not target:
            if target is None or drawing.around[target.id] != drawing.around[node.id]:
                raise Refused(node.element, "BPM113")
            drawing.join(node, target, node.element)


def _link(node: Node) -> str:
    found = node.element.first("linkEventDefinition")
    return found.given("name") if found is not None else ""


def _gateways(drawing: Drawing, nodes: list[Node]) -> None:
    """Make two of a gateway that joins and splits."""
    for node in nodes:
        if node.kind in SPLITS and len(node.into) > 1 and len(node.out) > 1:
            split = drawing.add(node, node.kind)
            drawing.move_out(node, split)
            drawing.join(node, split, node.element)


def _instances(drawing: Drawing, node: Node) -> None:
    loop = node.element.first("standardLoopCharacteristics")
    many = node.element.first("multiInstanceLoopCharacteristics")
    if node.attached and (loop is not None or many is not None):
        near = ("外面再套一个子流程的定时事件", "a timer on a sub-process around it")
        drawing.not_executed(node.attached[0].element, near)
        return
    if loop is not None:
        written = loop.first("loopCondition")
        most = loop.given("loopMaximum")
        again = drawing.condition(written) if written is not None and written.text.strip() else ""
        if most.isdigit():
            again = _and(again, f"{_visits(drawing, node, loop)} < {int(most)}")
        _repeat(drawing, node, node, loop, again)
    elif many is not None:
        _many(drawing, node, many)


def _visits(drawing: Drawing, node: Node, at: Element) -> str:
    """Return how often a task was done, if that is how often it was done in this loop.

    Raises:
        Refused: the case can come back to the task in another way.
    """
    if any(node.id in drawing.reach(flow.target, None) for flow in node.out):
        raise Refused(at, "BPM119", step=node.name)
    return f"case.visits('{node.name}')"


def _repeat(
    drawing: Drawing,
    first: Node,
    last: Node,
    at: Element,
    again: str | None,
    *,
    before: bool = False,
) -> None:
    """Draw a loop around what stands between two nodes, these included.

    Whether it is gone through is asked behind it, and also ``before`` it.
    """
    if again is None:
        return  # reported
    if not again:
        raise Refused(at, "BPM118", step=first.name)
    gate, leave = drawing.add(last, "again"), drawing.add(last, "leave")
    drawing.move_out(last, leave)
    drawing.join(last, gate, at)
    if before or at.given("testBefore") == "true":
        asked = drawing.add(first, "exclusiveGateway")
        drawing.move_into(first, asked)
        drawing.join(asked, first, at, again)
        drawing.join(asked, leave, at)
    drawing.join(gate, first, at, again)
    drawing.join(gate, leave, at)
    drawing.note("BPM171", at, step=first.name, condition=again)


def _and(one: str | None, other: str) -> str | None:
    if not one:
        return None if one is None else other
    return f"({one}) && {other}" if "||" in one or " ? " in one else f"{one} && {other}"


def _many(drawing: Drawing, node: Node, many: Element) -> None:
    """Several instances: voters of a panel, or the same task so many times."""
    voters = _collection(drawing, many)
    one = many.given("elementVariable") or _zeebe(many, "inputElement")
    item = many.first("inputDataItem")
    one = one or (item.given("name") if item is not None else "")
    named = assignee(node)
    in_turn = many.given("isSequential") == "true"
    times = re.fullmatch(r"\s*(?:\$\{|=)?\s*(\d{1,2})\s*\}?\s*", many.said("loopCardinality"))
    enough = many.first("completionCondition")
    written = _zeebe(many, "completionCondition")
    if written:
        enough = Element("completionCondition", {}, many.line, many.column, text=written)
    if node.kind == "callActivity":
        _calls(drawing, node, many, voters or (_numbers(int(times[1])) if times else ""), enough)
    elif voters and named is not None and one and _name(named[1]) == one:
        asked = {**dict.fromkeys(_ENDED, "vote.cast"), **dict.fromkeys(_ALL, "vote.voters")}
        asked |= dict.fromkeys(_GOING, "(vote.voters - vote.cast)")
        panel: dict[str, object] = {"voters": voters, "decide": "any"}
        if in_turn:
            panel["in_turn"] = True
        if enough is not None:
            panel["enough"] = _enough(drawing, enough, asked)
        node.panel = panel
        drawing.hold(voters, "people")
        drawing.note("BPM172", many, step=node.name, voters=voters)
    elif times and in_turn:
        visits = _visits(drawing, node, many)
        again: str | None = f"{visits} < {times[1]}"
        if enough is not None:
            asked = {**dict.fromkeys(_ENDED, visits), **dict.fromkeys(_ALL, times[1])}
            stop = _enough(drawing, enough, asked)
            again = _and(again, f"!({stop})")
        _repeat(drawing, node, node, many, again)
    elif times and 1 < int(times[1]) <= MOST_TIMES:
        node.times = int(times[1])
        if enough is not None:
            found = _enough(drawing, enough, dict.fromkeys(_ENDED, "n"))
            count = re.fullmatch(r"n (>=|==|>) (\d+)", found)
            node.enough = int(count[2]) + (count[1] == ">") if count else 0
            if count is None and found != "false":
                drawing.not_executed(enough, PANEL)
        drawing.note("BPM173", many, step=node.name, times=node.times)
    else:
        drawing.not_executed(many, PANEL)


def _numbers(count: int) -> str:
    return str(list(range(1, count + 1)))


def _calls(drawing: Drawing, node: Node, many: Element, each: str, enough: Element | None) -> None:
    """A process called for each of a list: all at once, or one after the other."""
    if not each:
        drawing.not_executed(many, GROUP)
        return
    # What is in a list the file does not say: rows with a name, which the author completes.
    drawing.hold(each, "rows")
    name = ".name" if each.startswith("data.") else ""
    if many.given("isSequential") != "true":
        node.several = {"each": each, **_begun(node, many, f"item{name}")}
        if enough is not None:
            asked = {**dict.fromkeys(_ENDED, "n"), **dict.fromkeys(_ALL, "all")}
            found = condition_of(enough, lambda names: asked.get(names[-1]))
            count = re.fullmatch(r"n (>=|==|>) (\d+|all)", found or "")
            if count is None or (count[1], count[2]) == (">", "all"):
                drawing.not_executed(enough, COUNT)
                return
            wanted = "all" if count[2] == "all" else int(count[2]) + (count[1] == ">")
            node.several["join"] = wanted
            before = enough.text.strip()
            drawing.note("BPM158", enough, before=before, after=f"join: {wanted}")
        drawing.note("BPM195", many, step=node.name, each=each)
        return
    visits = _visits(drawing, node, many)
    node.several = _begun(node, many, f"{each}[{visits} - 1]{name}")
    again: str | None = f"{visits} < size({each})"
    if enough is not None:
        asked = {**dict.fromkeys(_ENDED, visits), **dict.fromkeys(_ALL, f"size({each})")}
        again = _and(again, f"!({_enough(drawing, enough, asked)})")
    _repeat(drawing, node, node, many, again, before=True)


def _begun(node: Node, many: Element, item: str) -> dict[str, object]:
    """What each case begins with: where the file says which of its variables is the one it is."""
    one = many.given("elementVariable") or _zeebe(many, "inputElement")
    around = node.element.first("extensionElements")
    given = around.all("in") if around is not None and one else []
    found = {
        snake(each.given("target")): item
        for each in given
        if each.given("source") == one and snake(each.given("target"))
    }
    return {"with": found} if found else {}


def _collection(drawing: Drawing, many: Element) -> str | None:
    """Return the list of those who each do it, if the file names one."""
    text = many.given("collection") or many.said("loopDataInputRef")
    text = text or _zeebe(many, "inputCollection")
    return variable(text, drawing.naming) or variable(f"={text}", drawing.naming) if text else None


def _zeebe(many: Element, name: str) -> str:
    around = many.first("extensionElements")
    found = around.first("loopCharacteristics") if around is not None else None
    return found.given(name).strip() if found is not None else ""


def _name(text: str) -> str:
    return text.strip().strip("${}#= ").strip()


def _enough(drawing: Drawing, written: Element, asked: dict[str, str]) -> str:
    """Return when it is enough as an expression; report what cannot be one."""
    found = condition_of(written, lambda names: asked.get(names[-1]) or drawing.naming(names))
    if found is None:
        drawing.problems.add("BPM112", written.at(drawing.file), text=written.text.strip())
        return "false"
    drawing.note("BPM158", written, before=written.text.strip(), after=found)
    drawing.asked.append(found)
    return found


class _Scope:
    """One embedded sub-process."""

    def __init__(self, drawing: Drawing, node: Node) -> None:
        self.drawing = drawing
        self.node = node
        self.inner = [
            one for one in drawing.nodes.values() if drawing.around.get(one.id) == node.id
        ]

    def unfold(self) -> None:
        drawing, node = self.drawing, self.node
        first = self._first()
        leave = drawing.add(node, "leave")
        drawing.move_out(node, leave)
        loop = node.element.first("standardLoopCharacteristics")
        last = drawing.add(first, "leave") if loop is not None else leave
        for one in self.inner:
            self._ends(one, last)
        drawing.join(node, first, node.element)
        self._catches()
        if loop is not None:
            if loop.given("loopMaximum").isdigit():
                raise Refused(loop, "BPM119", step=node.name)
            drawing.join(last, leave, loop)
            written = loop.first("loopCondition")
            asked = written is not None and written.text.strip()
            again = drawing.condition(written) if written is not None and asked else ""
            _repeat(drawing, first, last, loop, again)
        node.closes = leave.id
        node.inside = frozenset(id_ for id_ in drawing.nodes if drawing.around.get(id_) == node.id)
        for id_ in node.inside:
            drawing.around[id_] = drawing.around[node.id]
        drawing.note("BPM170", node.element, step=node.name)

    def _first(self) -> Node:
        starts = [one for one in self.inner if one.kind == "startEvent"]
        if not starts:
            starts = [
                one for one in self.inner
                if not one.into and one.kind != "boundaryEvent"
            ]  # fmt: skip
        if not self.inner:
            raise Refused(
                self.node.element, "BPM102", zh="子流程里什么也没有", en="a sub-process is empty"
            )
        if len(starts) != 1 or starts[0].event:
            raise Refused(
                self.node.element, "BPM102", zh="子流程要有且只有一个没有触发条件的开始",
                en="a sub-process needs one start, without a trigger",
            )  # fmt: skip
        starts[0].stands = "begin"
        return starts[0]

    def _ends(self, one: Node, last: Node) -> None:
        """Let what ends in the sub-process lead out of it."""
        if one.event == "escalation" and one.kind in ("intermediateThrowEvent", "endEvent"):
            if self._is_caught(one):
                return
            if one.kind == "intermediateThrowEvent":
                one.stands = "link"
            self.drawing.note("BPM191", one.element, step=one.name, event=one.event)
        if one.out:
            return
        if one.kind == "endEvent" and one.event == "error" and self._is_caught(one):
            return
        if one.kind == "endEvent" and one.event in ("error", "cancel"):
            return  # it ends the case
        if one.event == "terminate" and self._splits():
            self.drawing.not_executed(one.element, LEAVE)
        if one.kind == "endEvent":
            one.stands = "through"
        else:
            self.drawing.note("BPM153", one.element, step=one.name)
        self.drawing.join(one, last, one.element)

    def _is_caught(self, end: Node) -> bool:
        """Let an error or an escalation lead to where it is caught, if it is."""
        kind, thrown, scope = end.event, thrown_by(end), self.node
        while True:
            for event in scope.attached:
                if event.event == kind and thrown_by(event) in ("", thrown):
                    if self._splits():
                        self.drawing.not_executed(end.element, LEAVE)
                    end.stands = "caught"
                    for flow in end.out:
                        self.drawing.nodes[flow.target].into.remove(flow)
                    end.out = []
                    for flow in event.out:
                        target = self.drawing.nodes[flow.target]
                        self.drawing.join(end, target, flow.element, flow.condition)
                    self.drawing.thrown.add(event.id)
                    return True
            around = self.drawing.nodes.get(self.drawing.around[scope.id])
            if around is None:
                return False
            scope = around

    def _splits(self) -> bool:
        """Whether there may be several tokens inside."""
        return any(map(splits, self.inner))

    def _catches(self) -> None:
        """Take out the events that caught something: what was thrown leads past them.

        An error that nothing in the drawing throws does not happen; an escalation may be somebody
        who learns of something.
        """
        for event in list(self.node.attached):
            thrown = event.id in self.drawing.thrown
            if event.event == "error" or thrown:
                self.node.attached.remove(event)
                self.drawing.remove(event)
            if event.event == "error" and not thrown:
                self.drawing.note("BPM191", event.element, step=self.node.name, event="error")
