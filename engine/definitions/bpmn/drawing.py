"""A process as it is drawn, with sub-processes, loops and links unfolded into nodes and flows.

What an embedded sub-process holds stands in its place: flows into it lead to its start, its ends
lead on to where it leads. With a timer on its border it stays one thing, a parallel step of a
single branch, which the timer breaks off.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.bpmn.captions import called, of_step
from engine.definitions.bpmn.drawn import LEFT_OUT, TASKS, Flow, Node, Refused, nodes_of
from engine.definitions.bpmn.executable import PASSED, refusal
from engine.definitions.bpmn.services import is_decided, results_of
from engine.definitions.bpmn.wording import condition_of, named, of_engines, path_of
from engine.definitions.dialects import snake
from engine.definitions.flow import RELATIVE
from engine.definitions.markup import Element

#: elements of a process, those of its sub-processes counted; none of people has as many
MOST_ELEMENTS = 1_000
#: what of a sentence is a word of BPMN, and what a step
_CALLED = frozenset({"what", "event", "attribute"})
_STEPS = frozenset({"step", "other"})
SPLITS = ("parallelGateway", "inclusiveGateway", "complexGateway")


def splits(node: Node) -> bool:
    """Tell whether a case may be in several places at once behind a node."""
    return (
        node.kind in (*SPLITS, "aside")
        or node.times > 1
        or (node.kind in TASKS and len(node.out) > 1)
    )


def _is_task(element: Element) -> bool:
    """Tell whether somebody does what a drawing only names: what is inside, or by which rule."""
    if element.name == "subProcess":
        return element.given("triggeredByEvent") != "true" and not any(nodes_of(element))
    return element.name == "businessRuleTask" and not is_decided(element)


class Drawing:
    """The nodes of a process; what was changed is reported while it is read."""

    def __init__(self, process: Element, file: str, problems: Problems) -> None:
        """Read a process.

        Raises:
            Refused: flows lead nowhere, or there is too much of it.
        """
        self.process = process
        self.file = file
        self.problems = problems
        self.nodes: dict[str, Node] = {}
        self.lanes: dict[str, str] = {}
        self.taken: set[str] = set(RELATIVE)
        #: the captions of nodes by their names
        self.titles: dict[str, str] = {}
        #: variables that hold who began a case
        self.starters: frozenset[str] = frozenset()
        #: the sub-process a node stands in, by id; nothing for those of the process itself
        self.around: dict[str, str] = {}
        #: events on borders to which something inside leads
        self.thrown: set[str] = set()
        #: what variables are that services and decisions set, and the name of each answer
        self.results, self.answers = results_of(process)
        #: the fields that stand for variables whose names are none here, by those names
        self.renamed: dict[str, str] = {}
        #: facts that stand for decisions
        self.facts: dict[str, object] = {}
        #: the expressions that read the data of the case, for a draft of its form
        self.asked: list[str] = []
        #: the kinds of those that are known from where they stand, by their path below ``data``
        self.kinds: dict[tuple[str, ...], str] = {}
        self._collect(process, "")
        self._attach()
        self._name()
        for node in list(self.nodes.values()):
            self._look_at(node)

    # ---------------------------------------------------------------- reading

    def _collect(self, scope: Element, around: str) -> None:
        inner = list(nodes_of(scope))
        for one in inner:
            id_ = one.attributes["id"]
            if id_ in self.nodes:
                raise Refused(
                    one, "BPM102", zh=f"标识 {id_} 有两个", en=f"there are two elements {id_}"
                )
            if len(self.nodes) >= MOST_ELEMENTS:
                raise Refused(
                    one, "BPM102", zh=f"它有 {MOST_ELEMENTS} 个以上的元素",
                    en=f"it has more than {MOST_ELEMENTS} elements",
                )  # fmt: skip
            self.nodes[id_] = Node(one, default=one.attributes.get("default", ""))
            self.around[id_] = around
            if one.name == "subProcess":
                self._collect(one, id_)
            if _is_task(one):
                self.nodes[id_].stands = "userTask"
        for one in scope.children:
            if one.name in LEFT_OUT:
                self.note("BPM151", one, what=one.name)
        for one in scope.all("sequenceFlow"):
            self._flow(one, around)
        for lane in self._lanes(scope):
            for ref in lane.all("flowNodeRef"):
                self.lanes[ref.text.strip()] = lane.given("name") or lane.given("id")

    def _lanes(self, around: Element) -> Iterator[Element]:
        for set_ in (*around.all("laneSet"), *around.all("childLaneSet")):
            for lane in set_.all("lane"):
                yield lane
                yield from self._lanes(lane)

    def _flow(self, one: Element, around: str) -> None:
        source = self.nodes.get(one.attributes.get("sourceRef", ""))
        target = self.nodes.get(one.attributes.get("targetRef", ""))
        if source is None or target is None:
            raise Refused(one, "BPM113")
        if {self.around[source.id], self.around[target.id]} != {around}:
            raise Refused(one, "BPM113")
        written = one.first("conditionExpression")
        condition = ""
        if written is not None and written.text.strip():
            condition = self.condition(written) or "false"
        self.join(source, target, one, condition)

    def condition(self, written: Element) -> str | None:
        """Return a condition as an expression; report what cannot be one."""
        text, found = written.text.strip(), condition_of(written, self.naming)
        if found is None:
            self.problems.add("BPM112", written.at(self.file), text=text)
            return None
        self.asked.append(found)
        if found != text:
            self.note("BPM158", written, before=text, after=found)
        return found

    def hold(self, path: str, kind: str) -> None:
        """Keep in mind of what kind a field is."""
        head, *names = path.split(".")
        if head == "data" and names:
            self.kinds[tuple(names)] = kind

    def field(self, name: str) -> str:
        """Return the name of a field for a variable; a numbered one where it has other letters."""
        if name.isascii():
            return snake(name)
        return self.renamed.setdefault(name, f"field_{len(self.renamed) + 1}")

    def naming(self, names: tuple[str, ...]) -> str | None:
        """Return a variable of a file as a path of ours: what a service sets is of its answer."""
        result = self.results.get(names[0])
        if result is None:
            return path_of(tuple(map(self.field, names)))
        parts = [self.field(one) for one in names[1:]]
        if not all(parts) or not result.path:
            return None
        return ".".join([result.path, *parts]) if parts else result.path + result.alone

    def _attach(self) -> None:
        starters = []
        for node in self.nodes.values():
            around = self.nodes.get(node.element.attributes.get("attachedToRef", ""))
            if node.kind == "boundaryEvent" and around is not None:
                self._put_on(around, node)
            if node.kind == "startEvent":
                starters.append(snake(node.element.given("initiator")))
        self.starters = frozenset(one for one in starters if one)

    def _put_on(self, around: Node, event: Node) -> None:
        if around.kind in PASSED and event.event not in ("error", "compensate", "cancel"):
            self.note("BPM193", event.element, step=around.id, event=event.event)
            event.stands = "passed"
        else:
            around.attached.append(event)

    def _name(self) -> None:
        for node in self.nodes.values():
            node.name = self.free(named(node))
            self.titles[node.name] = node.title
            if node.kind in TASKS and node.name != node.id:
                self.note("BPM161", node.element, before=node.id, after=node.name)

    def _look_at(self, node: Node) -> None:
        for what in of_engines(node.element):
            self.note("BPM165", node.element, what=what, step=node.name)
        if node.stands:
            code = "BPM188" if node.element.name == "subProcess" else "BPM189"
            self.note(code, node.element, step=node.name)
        found = refusal(node, self.nodes)
        if found is not None:
            self.not_executed(*found)

    # ---------------------------------------------------------------- changing

    def free(self, name: str) -> str:
        """Return a name nothing has yet."""
        numbers = (f"{name}_{number}" for number in count(2))
        found = next(one for one in chain([name], numbers) if one not in self.taken)
        self.taken.add(found)
        return found

    def join(self, source: Node, target: Node, at: Element, condition: str = "") -> Flow:
        """Draw a flow."""
        flow = Flow(at, source.id, target.id, condition)
        source.out.append(flow)
        target.into.append(flow)
        return flow

    def add(self, beside: Node, stands: str) -> Node:
        """Put in a node in the place of another one, called after it."""
        number = next(one for one in count(1) if f"{beside.id}-{stands}-{one}" not in self.nodes)
        given = {"id": f"{beside.id}-{stands}-{number}", "name": beside.title}
        element = Element(stands, given, beside.element.line, beside.element.column)
        node = Node(element, name=self.free(f"{beside.name}_{snake(stands)}"))
        self.nodes[node.id] = node
        self.around[node.id] = self.around.get(beside.id, "")
        return node

    def move_out(self, source: Node, target: Node) -> None:
        """Let the flows out of one node leave another one."""
        for flow in source.out:
            flow.source = target.id
        target.out, source.out = [*target.out, *source.out], []
        target.default, source.default = source.default, ""

    def move_into(self, source: Node, target: Node) -> None:
        """Let the flows into one node lead to another one."""
        for flow in source.into:
            flow.target = target.id
        target.into, source.into = [*target.into, *source.into], []

    def remove(self, node: Node) -> None:
        """Take out a node nothing leads to."""
        for flow in node.out:
            self.nodes[flow.target].into.remove(flow)
        del self.nodes[node.id]

    def leave_out(self, node: Node) -> None:
        """Take out a sub-process with all that is in it."""
        for one in [one for one in self.nodes.values() if self.around.get(one.id) == node.id]:
            self.leave_out(one)
        del self.nodes[node.id]

    def reach(self, id_: str, until: Node | None, *, attached: bool = True) -> list[str]:
        """Return the nodes from one on, nearest first, those behind ``until`` left out.

        Args:
            id_: where to begin.
            until: what not to go past.
            attached: whether to follow events on borders too.
        """
        found = [id_] if until is None or id_ != until.id else []
        seen = set(found)
        for one in found:
            node = self.nodes[one]
            events = node.attached if attached else []
            for flow in (*node.out, *(flow for event in events for flow in event.out)):
                if flow.target not in seen and (until is None or flow.target != until.id):
                    seen.add(flow.target)
                    found.append(flow.target)
        return found

    def is_triggered(self, node: Node) -> bool:
        """Tell whether a node stands in a sub-process that an event begins."""
        around = self.nodes.get(self.around[node.id])
        return around is not None and around.element.given("triggeredByEvent") == "true"

    def splits(self) -> bool:
        """Tell whether a case may be in several places at once."""
        return any(map(splits, self.nodes.values()))

    # ---------------------------------------------------------------- reporting

    def not_executed(self, at: Element, nearest: tuple[str, str]) -> None:
        """Report what cannot be executed, with the nearest thing that can."""
        what = called(at.name)
        self.problems.add("BPM110", at.at(self.file), what=what, nearest=Phrase(*nearest))

    def note(self, code: str, at: Element, **params: Any) -> None:
        """List something that was rewritten, in the captions of the drawing."""
        for key in _CALLED & params.keys():
            params[key] = called(params[key])
        for key in _STEPS & params.keys():
            params[key] = of_step(params[key], self.titles.get(params[key], ""))
        self.problems.add(code, at.at(self.file), **params)
