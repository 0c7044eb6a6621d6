"""BPMN files of other tools as processes of ours; what was rewritten is listed.

A gateway is a choice of the step before it, a pair of parallel gateways a parallel step, a lane or
an assignee a hint whom a task waits for. What has no counterpart is refused with the nearest thing
that has one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.bpmn.conditions import name_of, snake, translated
from engine.definitions.bpmn.drawn import LEFT_OUT, Flow, Node, Refused, nodes_of
from engine.definitions.flow import RELATIVE
from engine.definitions.markup import Element

Keys = dict[str, object]
#: entries of a choice: a condition and a target; the last has no condition
Choice = list[tuple[str, str]]
#: more entries than this come of gateways that multiply
MOST_ENTRIES = 100
TASKS = ("userTask", "task", "manualTask")
#: what is not executed, and the nearest thing that is
_NEAREST: Mapping[str, tuple[str, str]] = {
    "serviceTask": ("写了 do 和 to 的自动步骤", "an automatic step with do and to"),
    "scriptTask": ("表达式（facts）或写了 do 的步骤", "a fact, or a step with do"),
    "sendTask": ("动作或步骤的 do: [{message: …}]", "do: [{message: …}] of an action or step"),
    "businessRuleTask": ("规则表（{rule: rules/…}）", "a rule table ({rule: rules/…})"),
    "receiveTask": ("等待成组流程（wait: {group: …}）", "waiting (wait: {group: …})"),
    "subProcess": ("把里面的步骤直接写在流程里", "the steps inside it, written in the process"),
    "transaction": ("把里面的步骤直接写在流程里", "the steps inside it, written in the process"),
    "adHocSubProcess": ("一个有多个动作的步骤", "a step with several actions"),
    "callActivity": ("调用（call: {process: …}）", "a call (call: {process: …})"),
    "complexGateway": ("parallel 的 join：数字或分支名", "join of parallel: a number or a branch"),
    "eventBasedGateway": ("带 actions 的等待步骤", "a step that waits, with actions"),
    "intermediateCatchEvent": ("等待日期（定时事件）", "waiting for a date (a timer)"),
    "intermediateThrowEvent": ("动作的 do", "do of an action"),
    "boundaryEvent": ("步骤的 due（中断的定时事件）或动作", "due (a timer), or an action"),
}  # fmt: skip
_TITLES = {"pass": "通过", "submit": "提交"}


@dataclass(eq=False)
class Block:
    """A parallel step: the node that splits, the one that joins, what is between them."""

    split: Node
    join: Node | None
    inside: list[set[str]]
    name: str


class Normaliser:
    """Rewrites one process."""

    def __init__(self, process: Element, file: str, problems: Problems) -> None:
        """Prepare."""
        self.process = process
        self.file = file
        self.problems = problems
        self.nodes: dict[str, Node] = {}
        self.blocks: dict[str, Block] = {}
        self.lanes: dict[str, str] = {}
        #: the step that stands for several starts
        self.chooser: Node | None = None
        #: the nodes that are come to at all
        self.live: set[str] = set()
        #: the ends that are used, by name
        self.ends: dict[str, Keys] = {}

    def value(self) -> Keys:
        """Return the process as the value of a process file.

        Raises:
            Refused: part of it cannot be followed at all; what else is wrong is reported.
        """
        self._collect()
        first = self._beginning()
        self._name(self.nodes.values())
        starts = (node.id for node in self.nodes.values() if node.kind == "startEvent")
        self.live = {first, *self._reach(first, None), *starts}
        steps = self._steps([first], None)
        if not self._is_step(self.nodes[first]) and self._split(self.nodes[first]) is None:
            # A case begins at a step: one that only chooses stands for the gateway.
            name = self._free("begin", {node.name for node in self.nodes.values()})
            steps = {name: {"to": _written(self._target(first, None, ()))}, **steps}
        written = self.process.attributes
        id_ = snake(written.get("id", "")).replace("_", "-") or "process"
        title = " ".join((written.get("name") or id_).split())
        return {"process": f"imported/{id_}", "title": title, "steps": {**steps, **self.ends}}

    # ---------------------------------------------------------------- reading

    def _collect(self) -> None:
        for one in nodes_of(self.process):
            self.nodes[one.attributes["id"]] = Node(one)
        for one in self.process.children:
            if one.name in LEFT_OUT:
                self._note("BPM151", one, what=one.name)
        for one in self.process.all("sequenceFlow"):
            self._flow(one)
        for node in self.nodes.values():
            around = self.nodes.get(node.element.attributes.get("attachedToRef", ""))
            if node.kind == "boundaryEvent" and around is not None:
                around.attached.append(node)
        for lane in self._lanes(self.process):
            for ref in lane.all("flowNodeRef"):
                self.lanes[ref.text.strip()] = lane.given("name") or lane.given("id")
        for node in self.nodes.values():
            self._refuse(node)

    def _lanes(self, around: Element) -> Iterator[Element]:
        for set_ in (*around.all("laneSet"), *around.all("childLaneSet")):
            for lane in set_.all("lane"):
                yield lane
                yield from self._lanes(lane)

    def _flow(self, one: Element) -> None:
        source = self.nodes.get(one.attributes.get("sourceRef", ""))
        target = self.nodes.get(one.attributes.get("targetRef", ""))
        if source is None or target is None:
            raise Refused(one, "BPM113")
        written = one.first("conditionExpression")
        condition = ""
        if written is not None and written.text.strip():
            language = written.attributes.get("language", "")
            text = written.text.strip()
            found = text if "cel" in language else translated(text)
            if found is None:
                self.problems.add("BPM112", written.at(self.file), text=text)
                condition = "false"
            else:
                condition = found
                if found != text:
                    self._note("BPM158", written, before=text, after=found)
        flow = Flow(one, source.id, target.id, condition)
        source.out.append(flow)
        target.into.append(flow)

    def _refuse(self, node: Node) -> None:
        """Report what is not executed, with the nearest thing that is."""
        for child in node.element.children:
            if child.name in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
                panel = child.name.startswith("multi")
                near = ("表决（panel）", "a vote (panel)") if panel else ("链（chain）", "a chain")
                self._not_executed(child, near)
        timer = self._event(node) == "timer"
        interrupts = node.element.attributes.get("cancelActivity") != "false"
        known = {"intermediateCatchEvent": timer, "boundaryEvent": timer and interrupts}
        plain = node.kind == "intermediateThrowEvent" and not self._event(node)
        if node.kind in _NEAREST and not known.get(node.kind) and not plain:
            self._not_executed(node.element, _NEAREST[node.kind])
        elif node.kind not in (
            *_NEAREST, *TASKS, "startEvent", "endEvent", "exclusiveGateway", "parallelGateway",
            "inclusiveGateway",
        ):  # fmt: skip
            self._not_executed(node.element, ("任务", "a task"))
        if node.kind in ("startEvent", "endEvent") and self._event(node) in (
            "message", "signal", "timer", "conditional", "escalation",
        ):  # fmt: skip
            self._note("BPM162", node.element, event=self._event(node))

    def _not_executed(self, at: Element, nearest: tuple[str, str]) -> None:
        self.problems.add("BPM110", at.at(self.file), what=at.name, nearest=Phrase(*nearest))

    def _event(self, node: Node) -> str:
        found = (one.name for one in node.element.children if one.name.endswith("EventDefinition"))
        return next(found, "").removesuffix("EventDefinition")

    def _beginning(self) -> str:
        """Return the node behind the start; of several starts, a new step that chooses."""
        starts = [node for node in self.nodes.values() if node.kind == "startEvent"]
        if not starts:
            starts = [node for node in self.nodes.values() if not node.into and node.out]
            if len(starts) != 1:
                raise Refused(self.process, "BPM102", zh="没有开始事件", en="it has no start event")
            self._note("BPM155", starts[0].element, count=0)
            return starts[0].id
        if any(not start.out for start in starts):
            raise Refused(starts[0].element, "BPM113")
        if len(starts) == 1 and len(starts[0].out) == 1:
            return starts[0].out[0].target
        begin = Node(
            Element("userTask", {"id": "begin", "name": "发起"}, starts[0].element.line, 1)
        )
        for start in starts:
            for flow in start.out:
                named = flow.label or start.title
                element = Element("sequenceFlow", {"name": named}, start.element.line, 1)
                begin.out.append(Flow(element, begin.id, flow.target))
                self.nodes[flow.target].into.append(begin.out[-1])
        self.nodes[begin.id] = self.chooser = begin
        self._note("BPM155", starts[-1].element, count=len(starts))
        return begin.id

    def _name(self, nodes: Iterable[Node]) -> None:
        taken = set(RELATIVE)
        for node in list(nodes):
            node.name = self._free(snake(node.id) or snake(node.title) or snake(node.kind), taken)
            taken.add(node.name)
            if node.kind in TASKS and node.name != node.id:
                self._note("BPM161", node.element, before=node.id, after=node.name)

    def _free(self, name: str, taken: Collection[str]) -> str:
        numbers = (f"{name}_{number}" for number in count(2))
        return next(one for one in chain([name], numbers) if one not in taken)

    # ---------------------------------------------------------------- steps

    def _steps(self, waiting: list[str], block: Block | None) -> dict[str, Keys]:
        """Return the steps from some nodes on, those of a block up to its join."""
        steps: dict[str, Keys] = {}
        seen: set[str] = set()
        order = list(waiting)
        for id_ in order:
            node = self.nodes[id_]
            if id_ in seen or (block is not None and node is block.join):
                continue
            seen.add(id_)
            split = self._split(node)
            if self._is_step(node):
                steps[node.name] = self._step(node, block, first=id_ == waiting[0] and not block)
            if split is not None:
                steps[split.name] = self._parallel(split, block)
                order += [flow.target for flow in split.join.out] if split.join else []
            else:
                order += [flow.target for flow in node.out]
            order += [flow.target for event in node.attached for flow in event.out]
        return steps

    def _is_step(self, node: Node) -> bool:
        return node.kind in TASKS or node.kind == "intermediateCatchEvent"

    def _step(self, node: Node, block: Block | None, *, first: bool) -> Keys:
        step: Keys = {"title": node.title or node.name}
        if node.kind == "intermediateCatchEvent":
            return {**step, "wait": {"until": self._moment(node)}, "to": self._to(node, block)}
        step["who"] = self._who(node, first=first)
        if first:
            step["edit"] = "all"
        actions = self._actions(node, block, first=first)
        for number, event in enumerate(node.attached):
            if number:
                self._not_executed(event.element, _NEAREST["boundaryEvent"])
                continue
            step["due"] = {"by": self._moment(event), "otherwise": "expire"}
            title = event.title or "到期"
            actions["expire"] = {
                "title": title, "verb": "pass", "who": "system", "to": self._to(event, block),
            }  # fmt: skip
        return {**step, "actions": actions}

    def _actions(self, node: Node, block: Block | None, *, first: bool) -> Keys:
        labelled = self._labelled(node)
        if not labelled:
            verb = "submit" if first else "pass"
            label = node.out[0].label if len(node.out) == 1 else ""
            return {verb: {"title": label or _TITLES[verb], "to": self._to(node, block)}}
        actions: Keys = {}
        for number, flow in enumerate(labelled, 1):
            name = snake(flow.label) or f"way_{number}"
            name = name if name not in actions and name not in RELATIVE else f"{name}_{number}"
            to = _written(self._target(flow.target, block, ()))
            actions[name] = {"title": flow.label or name, "verb": "pass", "to": to}
        return actions

    def _labelled(self, node: Node) -> list[Flow]:
        """The ways a person chooses: a gateway behind the task whose flows have only captions."""
        if node is self.chooser:
            return node.out
        if len(node.out) != 1 or node.out[0].condition:
            return []
        gateway = self.nodes[node.out[0].target]
        flows = gateway.out
        if gateway.kind != "exclusiveGateway" or len(flows) < 2 or len(gateway.into) != 1:
            return []
        if any(flow.condition for flow in flows) or not all(flow.label for flow in flows):
            return []
        self._note("BPM163", gateway.element, step=node.name)
        return flows

    def _who(self, node: Node, *, first: bool) -> object:
        named = self._assignee(node)
        if named is not None:
            attribute, text = named
            inner = text.strip().strip("${}#= ")
            if snake(inner).split("_")[-1] in ("initiator", "starter", "applicant"):
                self._note("BPM157", node.element, attribute=attribute, text=text, who="initiator")
                return "initiator"
            permission = snake(inner.split(",")[0]) or node.name
            self._note("BPM157", node.element, attribute=attribute, text=text, who=permission)
            return {"permission": permission}
        lane = self.lanes.get(node.id, "")
        if first:
            if node.into:
                self._note("BPM164", node.element, step=node.name, who="initiator")
            return "initiator"
        permission = snake(lane) or node.name
        code = "BPM156" if lane else "BPM164"
        self._note(code, node.element, lane=lane, step=node.name, who=permission)
        return {"permission": permission}

    def _assignee(self, node: Node) -> tuple[str, str] | None:
        around = node.element.first("extensionElements")
        zeebe = around.all("assignmentDefinition") if around is not None else []
        for element in (node.element, *zeebe):
            for attribute in ("candidateGroups", "assignee", "candidateUsers"):
                text = element.given(attribute)
                if text:
                    return attribute, text
        return None

    def _moment(self, node: Node) -> str:
        definition = node.element.first("timerEventDefinition")
        day = definition.said("timeDate") if definition is not None else ""
        duration = definition.said("timeDuration") if definition is not None else ""
        days = re.fullmatch(r"P(\d{1,4})D", duration.strip("'\""))
        variable = re.fullmatch(r"(?:[$#]\{|=)?\s*([A-Za-z_][\w.]*)\s*\}?", day)
        if days:
            return f"days(today, {days[1]})"
        if variable:
            return name_of(variable[1])
        if (
            day
            and definition is not None
            and "cel" in (definition.children[0].attributes.get("language", ""))
        ):
            return day
        self.problems.add("BPM112", node.element.at(self.file), text=day or duration or "timer")
        return "today"

    # ---------------------------------------------------------------- ways

    def _to(self, node: Node, block: Block | None) -> object:
        return _written(self._out(node, block, ()))

    def _out(self, node: Node, block: Block | None, trail: tuple[str, ...]) -> Choice:
        """Return where the flows out of a node lead."""
        split = self._split(node)
        if split is not None and split.split is node and self._is_step(node):
            return [("", split.name)]
        if not node.out:
            self._note("BPM153", node.element, step=node.name)
            return [("", "join" if block is not None else self._end("done", "结束", "success"))]
        default = [flow for flow in node.out if flow.element.given("id") == node.default]
        conditional = [flow for flow in node.out if flow.condition and flow not in default]
        other = [flow for flow in node.out if flow not in conditional]
        flows = [*conditional, *other]
        if self._is_step(node) and len(flows) > 1:
            self._note("BPM152", node.element, step=node.name)
        if len(flows) > 1 and not other:
            self._note("BPM154", node.element, target=self.nodes[flows[-1].target].name)
        if len(other) > 1:
            raise Refused(node.element, "BPM116", node=node.name)
        found: Choice = []
        for number, flow in enumerate(flows):
            last = number == len(flows) - 1
            condition = "" if last else flow.condition
            for inner, target in self._target(flow.target, block, trail):
                found.append((_both(condition, inner), target))
        if len(found) > MOST_ENTRIES:
            raise Refused(node.element, "BPM116", node=node.name)
        return found

    def _target(self, id_: str, block: Block | None, trail: tuple[str, ...]) -> Choice:
        """Return where a flow to a node leads: past gateways, to steps."""
        node = self.nodes[id_]
        if id_ in trail:
            raise Refused(node.element, "BPM117", node=node.name)
        if block is not None and node is block.join:
            return [("", "join")]
        if self._is_step(node):
            return [("", node.name)]
        if node.kind == "endEvent":
            return [("", self._ended(node, block))]
        split = self._split(node)
        if split is not None:
            return [("", split.name)]
        if node.kind == "parallelGateway" and len(node.into) > 1:
            raise Refused(node.element, "BPM111", node=node.name)
        return self._out(node, block, (*trail, id_))

    def _ended(self, node: Node, block: Block | None) -> str:
        event = self._event(node)
        if block is not None and event not in ("terminate", "error", "cancel"):
            self._note("BPM153", node.element, step=node.name)
            return "join"
        kinds = {"error": "failure", "cancel": "cancelled", "terminate": "cancelled"}
        kind = kinds.get(event, "success")
        return self._end(node.name, node.title or node.name, kind)

    def _end(self, name: str, title: str, kind: str) -> str:
        self.ends.setdefault(name, {"title": title, "end": kind})
        return name

    # ---------------------------------------------------------------- parallel steps

    def _split(self, node: Node) -> Block | None:
        """Return the parallel step a node begins, if it does."""
        if node.id in self.blocks:
            return self.blocks[node.id]
        gateway = node.kind in ("parallelGateway", "inclusiveGateway") and len(node.out) > 1
        implicit = (
            self._is_step(node) and len(node.out) > 1 and node is not self.chooser
            and not any(flow.condition for flow in node.out)
        )  # fmt: skip
        if not gateway and not implicit:
            return None
        name = node.name if gateway else f"{node.name}_split"
        if implicit:
            self._note("BPM152", node.element, step=node.name)
        if node.kind == "inclusiveGateway":
            self._note("BPM159", node.element, step=node.name)
        join = self._join_of(node)
        inside = [set(self._reach(flow.target, join)) for flow in node.out]
        if not self._is_apart(node, inside):
            raise Refused(node.element, "BPM111", node=node.name)
        block = self.blocks[node.id] = Block(node, join, inside, name)
        return block

    def _join_of(self, node: Node) -> Node | None:
        """Return the nearest gateway at which all ways out of a node can meet."""
        reach = [self._reach(flow.target, None) for flow in node.out]
        common = set.intersection(*map(set, reach))
        joins = [
            id_ for id_ in reach[0]
            if id_ in common and id_ != node.id and len(self.nodes[id_].into) > 1
            and self.nodes[id_].kind in ("parallelGateway", "inclusiveGateway")
        ]  # fmt: skip
        return self.nodes[joins[0]] if joins else None

    def _is_apart(self, node: Node, inside: list[set[str]]) -> bool:
        """Whether branches share nothing but ends, and are come into only where they begin."""
        found: set[str] = set()
        for branch in inside:
            nodes = {id_ for id_ in branch if self.nodes[id_].kind != "endEvent"}
            if found & nodes or node.id in branch:
                return False
            found |= nodes
            sources = {flow.source for id_ in nodes for flow in self.nodes[id_].into}
            if (sources & self.live) - branch - {node.id}:
                return False
        return True

    def _reach(self, id_: str, until: Node | None) -> list[str]:
        """Return the nodes from one on, nearest first, those behind ``until`` left out."""
        found = [id_] if until is None or id_ != until.id else []
        for one in found:
            node = self.nodes[one]
            flows = [*node.out, *(flow for event in node.attached for flow in event.out)]
            found += [
                flow.target for flow in flows
                if flow.target not in found and (until is None or flow.target != until.id)
            ]  # fmt: skip
            found = list(dict.fromkeys(found)) if len(found) != len(set(found)) else found
        return found

    def _parallel(self, block: Block, around: Block | None) -> Keys:
        branches: dict[str, dict[str, Keys]] = {}
        for number, flow in enumerate(block.split.out, 1):
            target = self.nodes[flow.target]
            name = snake(flow.label) or (target.name if self._is_step(target) else f"way_{number}")
            name = name if name not in branches else f"{name}_{number}"
            inclusive = block.split.kind == "inclusiveGateway" and flow.condition
            ways = self._target(flow.target, block, ())
            if ways == [("", "join")] and not inclusive:
                continue
            steps = self._steps([flow.target], block)
            if inclusive or not self._is_step(target):
                asked = flow.condition if inclusive else ""
                first = [(_both(asked, when), step) for when, step in ways]
                first = [*first, ("", "join")] if inclusive else first
                begin: dict[str, Keys] = {f"{block.name}_{number}": {"to": _written(first)}}
                steps = {**begin, **steps}
            branches[name] = steps
        if block.join is None:
            self._note("BPM153", block.split.element, step=block.name)
            to = [("", "join" if around is not None else self._end("done", "结束", "success"))]
        else:
            to = self._out(block.join, around, ())
        return {
            "title": block.split.title or block.name,
            "parallel": {"branches": branches},
            "to": _written(to),
        }

    def _note(self, code: str, at: Element, **params: Any) -> None:
        """List something that was rewritten."""
        self.problems.add(code, at.at(self.file), **params)


def _both(one: str, other: str) -> str:
    if not one or not other:
        return one or other
    wrapped = (f"({part})" if "||" in part else part for part in (one, other))
    return " && ".join(wrapped)


def _written(choice: Choice) -> object:
    """Return a choice as it is written; entries behind the first without condition are left out."""
    entries: list[dict[str, str]] = []
    for when, target in choice:
        entries.append({"when": when, "then": target} if when else {"then": target})
        if not when:
            break
    return entries[0]["then"] if len(entries) == 1 else entries
