"""BPMN files of other tools as processes of ours; what was rewritten is listed.

A gateway is a choice of the step before it, a pair of parallel gateways a parallel step, a lane or
an assignee a hint whom a task waits for. What has no counterpart is refused with the nearest thing
that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from engine.authoring.problems import Problems
from engine.definitions.bpmn.beside import beside
from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import OUTSIDE, TASKS, Flow, Node, Refused
from engine.definitions.bpmn.outside import condition, is_action, outside
from engine.definitions.bpmn.pools import Around
from engine.definitions.bpmn.scripts import scripts
from engine.definitions.bpmn.steps import due, moment, who
from engine.definitions.bpmn.triggers import Trigger, triggers_of
from engine.definitions.bpmn.unfold import unfold
from engine.definitions.dialects import snake
from engine.definitions.flow import RELATIVE
from engine.definitions.markup import Element

Keys = dict[str, object]
#: entries of a choice: a condition and a target; the last has no condition
Choice = list[tuple[str, str]]
#: more entries than this come of gateways that multiply
MOST_ENTRIES = 100
#: parallel steps inside parallel steps, and gateways behind gateways
DEEPEST = 20
LONGEST_TRAIL = 100
_TITLES = {"pass": "通过", "submit": "提交"}
#: where the branches of a split may meet
_JOINS = ("parallelGateway", "inclusiveGateway", "leave", "through")

_OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "==": "!=", "!=": "=="}
_COMPARED = re.compile(r"([\w.]+) (==|!=|<=|>=|<|>) ('(?:[^'\\]|\\.)*'|[\d.]+|true|false)")


@dataclass(eq=False)
class Block:
    """A parallel step: the node that splits, the one that joins, what is between them."""

    split: Node
    join: Node | None
    inside: list[set[str]]
    name: str
    around: Block | None = None
    #: the nodes of a sub-process that is one step; what is not among them is left for
    members: frozenset[str] = field(default_factory=frozenset)

    @property
    def depth(self) -> int:
        """How many parallel steps it is in."""
        return 0 if self.around is None else self.around.depth + 1


class Normaliser:
    """Rewrites one process."""

    def __init__(
        self, process: Element, file: str, problems: Problems, id_: str, around: Around
    ) -> None:
        """Read the drawing of the process ``id_``; what it calls is looked for beside it."""
        self.drawing = Drawing(process, file, problems)
        self.id = id_
        self.folder = id_.rpartition("/")[0]
        self.pools = around
        self.blocks: dict[str, Block] = {}
        #: the steps that stand for several starts, and for gateways at which nobody is
        self.choosers: set[Node] = set()
        #: the nodes that are come to at all
        self.live: set[str] = set()
        #: the ends that are used, by name
        self.ends: dict[str, Keys] = {}
        #: the task a case begins with while something else goes on beside it
        self.opening = ""
        #: the end of what the drawing leaves open
        self.finish = ""

    def value(self) -> Keys:
        """Return the process as the value of a process file.

        Raises:
            Refused: part of it cannot be followed at all; what else is wrong is reported.
        """
        scripts(self.drawing)
        beside(self.drawing)
        outside(self.drawing, self.pools)
        triggers = triggers_of(self.drawing)
        unfold(self.drawing)
        first = self._beginning()
        self._choosers(first)
        starts = (node.id for node in self.nodes.values() if node.kind == "startEvent")
        self.live = {first, *self.drawing.reach(first, None), *starts}
        for one in triggers:
            self.live.update(self.drawing.reach(one.target, None))
        first = self._entered(first)
        if self.nodes[first].kind == "aside":
            self.opening = self.nodes[first].out[0].target
        steps = self._steps([first], None)
        if not self._is_step(self.nodes[first]) and self._split(self.nodes[first], None) is None:
            # A case begins at a step: one that only chooses stands for the gateway.
            name = self.drawing.free("begin")
            steps = {name: {"to": _written(self._target(first, None, ()))}, **steps}
        written = self.drawing.process.attributes
        title = " ".join((written.get("name") or self.id.rpartition("/")[2]).split())
        head: Keys = {"process": self.id, "title": title}
        if self.drawing.facts:
            head["facts"] = self.drawing.facts
        wide, later = self._wide(triggers, steps)
        return {**head, **wide, "steps": {**steps, **later, **self.ends}}

    def _wide(
        self, triggers: list[Trigger], steps: Mapping[str, Keys]
    ) -> tuple[Keys, dict[str, Keys]]:
        """Return what may happen at any step as actions and deadlines, and the steps behind it."""
        actions: Keys = {}
        deadlines: Keys = {}
        later: dict[str, Keys] = {}
        during = list(_held(steps))
        for one in triggers:
            event, name = one.event, one.event.name
            later |= self._steps([one.target], None)
            to = _written(self._target(one.target, None, ()))
            title = event.title or name
            action: Keys = {"title": title, "verb": "pass", "to": to, "during": during}
            if event.event == "timer":
                by = moment(self.drawing, event)
                reach = next((end for end, keys in self.ends.items() if keys["end"] == "success"),
                             next(iter(self.ends), ""))  # fmt: skip
                deadlines[name] = {"title": title, "reach": reach, "by": by, "otherwise": name}
                actions[name] = {**action, "who": "system"}
            else:
                actions[name] = {**action, "who": who(self.drawing, event, first=False)}
        found: Keys = {"actions": actions} if actions else {}
        return found | ({"deadlines": deadlines} if deadlines else {}), later

    @property
    def nodes(self) -> dict[str, Node]:
        """What is drawn."""
        return self.drawing.nodes

    def _beginning(self) -> str:
        """Return the node behind the start; of several starts, a new step that chooses."""
        starts = [node for node in self.nodes.values() if node.kind == "startEvent"]
        process = self.drawing.process
        if not starts:
            starts = [
                node for node in self.nodes.values()
                if not node.into and node.out and node.kind != "boundaryEvent"
            ]  # fmt: skip
            if len(starts) != 1:
                raise Refused(process, "BPM102", zh="没有开始事件", en="it has no start event")
            self.drawing.note("BPM155", starts[0].element, count=0)
            return starts[0].id
        if any(not start.out for start in starts):
            raise Refused(starts[0].element, "BPM113")
        if len(starts) == 1 and len(starts[0].out) == 1:
            return starts[0].out[0].target
        line = starts[0].element.line
        begin = Node(Element("userTask", {"id": "begin", "name": "发起"}, line, 1))
        for start in starts:
            for flow in start.out:
                named = flow.label or start.title
                element = Element("sequenceFlow", {"name": named}, start.element.line, 1)
                begin.out.append(Flow(element, begin.id, flow.target))
                self.nodes[flow.target].into.append(begin.out[-1])
        begin.name = self.drawing.free("begin")
        self.nodes[begin.id] = begin
        self.choosers.add(begin)
        self.drawing.note("BPM155", starts[-1].element, count=len(starts))
        return begin.id

    def _entered(self, id_: str) -> str:
        """Return the node at which a case really begins, past what only leads on."""
        for _ in self.nodes:
            node = self.nodes[id_]
            passes = node.kind in ("begin", "through", "leave", "link", "startEvent") or (
                node.kind == "subProcess" and not node.attached
            )
            if not passes or len(node.out) != 1 or node.out[0].condition:
                break
            id_ = node.out[0].target
        return id_

    def _choosers(self, first: str) -> None:
        """Make steps of gateways whose ways nobody and nothing chooses."""
        for node in list(self.nodes.values()):
            if node.kind != "exclusiveGateway" or len(node.out) < 2:
                continue
            if any(flow.condition for flow in node.out):
                continue
            before = [self.nodes[flow.source] for flow in node.into]
            if before and node.id != first and all(map(_asks, before)):
                continue
            node.stands = "userTask"
            self.choosers.add(node)
            self.drawing.note("BPM166", node.element, step=node.name)

    # ---------------------------------------------------------------- steps

    def _steps(self, waiting: list[str], block: Block | None) -> dict[str, Keys]:
        """Return the steps from some nodes on, those of a block up to its join."""
        steps: dict[str, Keys] = {}
        seen: set[str] = set()
        order = list(waiting)
        for id_ in order:
            node = self.nodes[id_]
            outside = block is not None and block.members and id_ not in block.members
            if id_ in seen or outside or (block is not None and node is block.join):
                continue
            seen.add(id_)
            split = self._split(node, block)
            if self._is_step(node):
                steps[node.name] = self._step(node, block, first=id_ == waiting[0] and not block)
            if split is not None:
                steps[split.name] = self._parallel(split, block)
                order += [split.join.id] if split.join else []
                order += self._left_for(split)
            else:
                order += [flow.target for flow in node.out]
            order += [flow.target for event in node.attached for flow in event.out]
        return steps

    def _left_for(self, block: Block) -> list[str]:
        """Return what the inside of a sub-process leads to without leaving by its end."""
        nodes = [self.nodes[id_] for id_ in block.members]
        leaving = [*nodes, *(event for node in nodes for event in node.attached)]
        flows = (flow for node in leaving for flow in node.out)
        closing = block.join.id if block.join is not None else ""
        return sorted(
            {flow.target for flow in flows if flow.target not in {*block.members, closing}}
        )

    def _is_step(self, node: Node) -> bool:
        return node.kind in (*TASKS, *OUTSIDE, "intermediateCatchEvent", "callActivity")

    def _step(self, node: Node, block: Block | None, *, first: bool) -> Keys:
        step: Keys = {"title": node.title or node.name}
        kept = self._kept(node)
        if kept is not None:
            actions: Keys = {}
            late = self._interrupted(node, block, actions)
            doing: Keys = {"do": node.do} if node.do else {}
            broken: Keys = {**late, "actions": actions} if actions else {}
            return {**step, **doing, **kept, **broken, "to": self._to(node, block)}
        if node.kind in ("receive", "events"):
            return self._received(node, block, step)
        if node.panel is not None:
            to = self._to(node, block)
            return {**step, "panel": node.panel, "outcomes": {"passed": to, "failed": to}}
        # A case that another process creates is for those its first task is for.
        opens = first or node.id == self.opening
        step["who"] = who(self.drawing, node, first=opens and not self._is_created())
        if opens:
            step["edit"] = "all"
        if node.times > 1:
            return self._side_by_side(node, block, step)
        by = due(self.drawing, node)
        if by is not None:
            step["due"] = by
        actions = self._actions(node, block, first=first)
        for action in actions.values():
            assert isinstance(action, dict)
            action |= {"set": dict(node.sets)} if node.sets else {}
            action |= {"do": node.do} if node.do else {}
        return {**step, **self._interrupted(node, block, actions), "actions": actions}

    def _is_created(self) -> bool:
        return any(id_ in self.nodes for id_ in self.pools.created)

    def _kept(self, node: Node) -> Keys | None:
        """Return what keeps a case at a step nobody does; None if somebody does it."""
        match node.kind:
            case "intermediateCatchEvent":
                return {"wait": {"until": moment(self.drawing, node)}}
            case "callActivity":
                return {"call": {"process": self._called(node), **node.several}}
            case "service" if node.asks is not None:
                return {"do": [node.asks.effect, *node.do], "wait": {"answer": node.asks.into}}
            case "tell":
                return {}
            case _:
                return None

    def _received(self, node: Node, block: Block | None, step: Keys) -> Keys:
        """A step at which messages are waited for; who receives one says that it has come."""
        by = "system" if node.awaited else who(self.drawing, node, first=False)
        actions: Keys = {}
        if node.kind == "receive":
            action = node.awaited or "received"
            title = "条件成立" if node.event == "conditional" else "收到"
            asked: Keys = {"when": node.when} if node.when else {}
            actions[action] = {
                "title": title, "verb": "pass", **asked, "to": self._to(node, block),
            }  # fmt: skip
        late = self._interrupted(node, block, actions)
        return {**step, "who": by, **late, "actions": actions}

    def _interrupted(self, node: Node, block: Block | None, actions: Keys) -> Keys:
        """Add what events on a border lead to as actions; return the deadline one of them is."""
        for event in node.attached:
            if not is_action(event):
                continue
            to = self._to(event, block)
            action: Keys = {"title": event.title or event.name, "verb": "pass", "to": to}
            asked = condition(self.drawing, event) if event.event == "conditional" else ""
            if asked:
                action["when"] = asked
            own = event.event in ("escalation", "error") and node.kind in TASKS
            if node.kind != "events" and not own:
                action["who"] = who(self.drawing, event, first=False)
            elif event.awaited:
                action["who"] = "system"
            actions[event.awaited or event.name] = action
            code = "BPM192" if event.event == "conditional" else "BPM183"
            self.drawing.note(code, event.element, step=node.name, action=event.name)
        return self._expiring(node, block, actions)

    def _expiring(self, node: Node, block: Block | None, actions: Keys) -> Keys:
        """Return the deadline a timer on a border is, and add what happens then."""
        known = [one for one in node.attached if one.event == "timer"]
        if not known:
            return {}
        event, *more = known
        for other in more:
            self.drawing.not_executed(other.element, ("一个截止时间", "a single deadline"))
        title = event.title or "到期"
        actions["expire"] = {
            "title": title, "verb": "pass", "who": "system", "to": self._to(event, block),
        }  # fmt: skip
        return {"due": {"by": moment(self.drawing, event), "otherwise": "expire"}}

    def _side_by_side(self, node: Node, block: Block | None, step: Keys) -> Keys:
        """Return a parallel step in which a task is done several times."""
        done: Keys = {"pass": {"title": _TITLES["pass"], "to": "join"}}
        branches = {
            name: {name: {**step, "actions": done}}
            for name in map(self.drawing.free, [f"{node.name}_{n + 1}" for n in range(node.times)])
        }
        parallel: Keys = {"branches": branches}
        if 0 < node.enough < node.times:
            parallel["join"] = node.enough
        return {"title": step["title"], "parallel": parallel, "to": self._to(node, block)}

    def _called(self, node: Node) -> str:
        around = node.element.first("extensionElements")
        zeebe = around.first("calledElement") if around is not None else None
        text = node.element.given("calledElement") or (zeebe.given("processId") if zeebe else "")
        called = snake(text.rpartition(":")[2]).replace("_", "-") or node.name.replace("_", "-")
        found = f"{self.folder}/{called}"
        self.drawing.note("BPM167", node.element, step=node.name, process=found)
        return found

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
            title = flow.label or self.nodes[flow.target].title or name
            actions[name] = {"title": title, "verb": "pass", "to": to}
        return actions

    def _labelled(self, node: Node) -> list[Flow]:
        """The ways a person chooses: a gateway behind the task whose flows have only captions."""
        if node in self.choosers:
            return node.out
        if len(node.out) != 1 or node.out[0].condition:
            return []
        gateway = self.nodes[node.out[0].target]
        flows = gateway.out
        if gateway.kind != "exclusiveGateway" or len(flows) < 2:
            return []
        if any(flow.condition for flow in flows):
            return []
        self.drawing.note("BPM163", gateway.element, step=node.name)
        return flows

    # ---------------------------------------------------------------- ways

    def _to(self, node: Node, block: Block | None) -> object:
        return _written(self._out(node, block, ()))

    def _out(self, node: Node, block: Block | None, trail: tuple[str, ...]) -> Choice:
        """Return where the flows out of a node lead."""
        split = self._split(node, block)
        if split is not None and (self._is_step(node) or node.kind == "leave"):
            return [("", split.name)]
        if not node.out:
            self.drawing.note("BPM153", node.element, step=node.name)
            return [("", "join" if block is not None else self._finish())]
        default = _default(node)
        conditional = [flow for flow in node.out if flow.condition and flow not in default]
        other = [flow for flow in node.out if flow not in conditional]
        flows = [*conditional, *other]
        if self._is_step(node) and len(flows) > 1:
            self.drawing.note("BPM152", node.element, step=node.name)
        if flows and not other:
            self.drawing.note("BPM154", node.element, target=self.nodes[flows[-1].target].name)
        if len(other) > 1:
            raise Refused(node.element, "BPM116", node=node.title or node.name)
        found: Choice = []
        for number, flow in enumerate(flows):
            last = number == len(flows) - 1
            condition = "" if last else flow.condition
            for inner, target in self._target(flow.target, block, trail):
                found.append((_both(condition, inner), target))
        if len(found) > MOST_ENTRIES:
            raise Refused(node.element, "BPM116", node=node.title or node.name)
        return found

    def _target(self, id_: str, block: Block | None, trail: tuple[str, ...]) -> Choice:
        """Return where a flow to a node leads: past gateways, to steps."""
        node = self.nodes[id_]
        if id_ in trail:
            raise Refused(node.element, "BPM117", node=node.title or node.name)
        if len(trail) > LONGEST_TRAIL:
            raise Refused(node.element, "BPM116", node=node.title or node.name)
        if block is not None and node is block.join:
            return [("", "join")]
        if block is not None and block.members and id_ not in block.members:
            found = self._target(id_, block.around, trail)
            if any(target == "join" for _, target in found):
                raise Refused(node.element, "BPM111", node=node.title or node.name)
            return found
        if self._is_step(node):
            return [("", node.name)]
        if node.kind == "endEvent":
            return [("", self._ended(node, block))]
        split = self._split(node, block)
        if split is not None:
            return [("", split.name)]
        if node.kind == "parallelGateway" and len(node.into) > 1:
            raise Refused(node.element, "BPM111", node=node.title or node.name)
        return self._out(node, block, (*trail, id_))

    def _ended(self, node: Node, block: Block | None) -> str:
        event = node.event
        if block is not None and event not in ("terminate", "error", "cancel"):
            self.drawing.note("BPM153", node.element, step=node.name)
            return "join"
        kinds = {"error": "failure", "cancel": "cancelled", "terminate": "cancelled"}
        kind = kinds.get(event, "success")
        if event in kinds:
            self.drawing.note("BPM168", node.element, step=node.name, kind=kind)
        return self._end(node.name, node.title or node.name, kind, node.do)

    def _finish(self) -> str:
        """Return the end of what the drawing leaves open."""
        self.finish = self.finish or self.drawing.free("done")
        return self._end(self.finish, "结束", "success")

    def _end(self, name: str, title: str, kind: str, do: Sequence[Keys] = ()) -> str:
        self.ends.setdefault(
            name, {"title": title, "end": kind, **({"do": list(do)} if do else {})}
        )
        return name

    # ---------------------------------------------------------------- parallel steps

    def _split(self, node: Node, around: Block | None) -> Block | None:
        """Return the parallel step a node begins, if it does.

        Raises:
            Refused: its branches do not meet in one place.
        """
        if node.id in self.blocks:
            return self.blocks[node.id]
        if node.kind == "subProcess":
            return self._scope(node, around)
        if node.kind == "aside":
            return self._aside(node, around)
        gateway = node.kind in ("parallelGateway", "inclusiveGateway") and len(node.out) > 1
        implicit = self._is_step(node) or node.kind == "leave"
        implicit = implicit and len(node.out) > 1 and node not in self.choosers
        if not gateway and (not implicit or _is_choice(node)):
            return None
        if around is not None and around.depth >= DEEPEST:
            raise Refused(node.element, "BPM111", node=node.title or node.name)
        name = node.name if gateway else f"{node.name}_split"
        if implicit:
            self.drawing.note("BPM152", node.element, step=node.name)
        if any(flow.condition for flow in node.out):
            self.drawing.note("BPM159", node.element, step=node.name)
        join = self._join_of(node)
        inside = [set(self.drawing.reach(flow.target, join)) for flow in node.out]
        found = Block(node, join, inside, name, around)
        if not self._is_apart(node, inside):
            raise Refused(node.element, "BPM111", node=node.title or node.name)
        self.blocks[node.id] = found
        return found

    def _scope(self, node: Node, around: Block | None) -> Block | None:
        """Return the parallel step a sub-process with a timer on its border is."""
        if not node.attached or not node.closes:
            return None
        join = self.nodes[node.closes]
        if around is not None and around.depth >= DEEPEST:
            raise Refused(node.element, "BPM111", node=node.title or node.name)
        found = Block(node, join, [set(node.inside)], node.name, around, node.inside)
        self.blocks[node.id] = found
        return found

    def _aside(self, node: Node, around: Block | None) -> Block:
        """Return the parallel step of what goes on and of what happens beside it."""
        if around is not None and around.depth >= DEEPEST:
            raise Refused(node.element, "BPM111", node=node.title or node.name)
        join = self.nodes[node.closes]
        (main, *others) = (self.nodes[flow.target] for flow in node.out)
        inside = [set(self.drawing.reach(one.id, join)) for one in others]
        # What breaks off what goes on leads out of all of it.
        left = main.closes or main.id
        own = {main.id, *main.inside, *self.drawing.reach(left, join, attached=False)}
        found = Block(node, join, [own, *inside], node.name, around, frozenset(own.union(*inside)))
        self.blocks[node.id] = found
        return found

    def _join_of(self, node: Node) -> Node | None:
        """Return the nearest gateway at which all ways out of a node can meet."""
        reach = [self.drawing.reach(flow.target, None) for flow in node.out]
        common = set.intersection(*map(set, reach))
        joins = [
            id_ for id_ in reach[0]
            if id_ in common and id_ != node.id and len(self.nodes[id_].into) > 1
            and self.nodes[id_].kind in _JOINS
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

    def _parallel(self, block: Block, around: Block | None) -> Keys:
        branches: dict[str, dict[str, Keys]] = {}
        asked = _asked(block.split)
        for number, flow in enumerate(block.split.out, 1):
            target = self.nodes[flow.target]
            name = snake(flow.label) or (target.name if self._is_step(target) else f"way_{number}")
            name = name if name not in branches else f"{name}_{number}"
            condition = asked[number - 1]
            ways = self._target(flow.target, block, ())
            if ways == [("", "join")] and not condition:
                continue
            steps = self._steps([flow.target], block)
            if condition or [("", next(iter(steps), ""))] != ways:
                first = [(_both(condition, when), step) for when, step in ways]
                first = [*first, ("", "join")] if condition else first
                begin = self.drawing.free(f"{block.name}_{number}")
                steps = {begin: {"to": _written(first)}, **steps}
            branches[name] = steps
        if block.join is None:
            self.drawing.note("BPM153", block.split.element, step=block.name)
            to = [("", "join" if around is not None else self._finish())]
        else:
            to = self._out(block.join, around, ())
        if not branches:
            return {"title": block.split.title or block.name, "to": _written(to)}
        parallel: Keys = {"branches": branches}
        if block.split.kind == "aside":
            parallel["join"] = next(iter(branches))
        step: Keys = {"title": block.split.title or block.name, "parallel": parallel}
        if block.members and block.split.kind != "aside":
            actions: Keys = {}
            step |= {**self._interrupted(block.split, around, actions), "actions": actions}
        return {**step, "to": _written(to)}


def _held(steps: Mapping[str, Keys]) -> Iterator[str]:
    """Go through the steps at which a case can be, those of branches included."""
    for name, keys in steps.items():
        parallel = keys.get("parallel")
        if isinstance(parallel, dict):
            for branch in parallel["branches"].values():
                yield from _held(branch)
        elif {"who", "wait", "call", "panel"} & keys.keys():
            yield name


def _asks(node: Node) -> bool:
    """Tell whether somebody does a task once, and so can choose what is next."""
    return (
        node.kind in TASKS and node.panel is None and node.times == 1 and len(node.out) == 1
        and not node.out[0].condition
    )  # fmt: skip


def _default(node: Node) -> list[Flow]:
    return [flow for flow in node.out if node.default and flow.element.given("id") == node.default]


def _is_choice(node: Node) -> bool:
    """Tell whether of the ways out of a task, each with its condition, only one can be taken.

    BPMN takes all whose conditions hold, and the default if none does.
    """
    default = _default(node)
    asked = [flow.condition for flow in node.out if flow not in default]
    if not all(asked):
        return False
    return all(_exclude(one, other) for one, other in combinations(asked, 2))


def _exclude(one: str, other: str) -> bool:
    """Tell whether two conditions cannot both hold: one is the opposite, or asks another value."""
    if one in (f"!{other}", f"!({other})") or other in (f"!{one}", f"!({one})"):
        return True
    a, b = _COMPARED.fullmatch(one), _COMPARED.fullmatch(other)
    if a is None or b is None or a[1] != b[1]:
        return False
    opposite = a[3] == b[3] and _OPPOSITE[a[2]] == b[2]
    return opposite or (a[2] == b[2] == "==" and a[3] != b[3])


def _asked(split: Node) -> list[str]:
    """Return the condition of each way out of a split; nothing where it is always taken."""
    if split.kind == "parallelGateway" or not any(flow.condition for flow in split.out):
        return ["" for _ in split.out]
    default = _default(split)
    conditions = [flow.condition for flow in split.out if flow not in default]
    rest = ""
    if all(conditions):
        either = " || ".join(f"({one})" if " || " in one else one for one in conditions)
        rest = f"!({either})"
    return [(rest or "false") if flow in default else flow.condition for flow in split.out]


def _both(one: str, other: str) -> str:
    if not one or not other:
        return one or other
    wrapped = (f"({part})" if "||" in part or " ? " in part else part for part in (one, other))
    return " && ".join(wrapped)


def _written(choice: Choice) -> object:
    """Return a choice as it is written; entries behind the first without condition are left out."""
    entries: list[dict[str, str]] = []
    for when, target in choice:
        entries.append({"when": when, "then": target} if when else {"then": target})
        if not when:
            break
    return entries[0]["then"] if len(entries) == 1 else entries
