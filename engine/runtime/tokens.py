"""The token of a case, moved by SpiffWorkflow over a specification built once for each process.

A case of a sequential process has one token, so its whole engine state is the name of the step it
stands at: the task tree is made anew for every move and thrown away. That keeps a move at constant
cost however long the history, and avoids the two defects of the stock engine that grow with it
(tasks deeper than 1,000 are not found; an inclusive join in a loop fires early).

Our specifications are subclasses that create only the child they need: SpiffWorkflow would predict
the whole likely future at every step. No data travels with the token; guards are asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.exclusive_gateway import ExclusiveGateway
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


@dataclass(frozen=True, slots=True)
class Flow:
    """A way out of a node: to ``target`` when the guard holds; None is the default flow."""

    target: str
    guard: str | None = None


@dataclass(frozen=True, slots=True)
class TokenNode:
    """A node of the specification.

    ``halts``: the token stays here until a command moves it; otherwise it passes through.
    """

    name: str
    flows: tuple[Flow, ...]
    halts: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the token came to rest, and the nodes it passed through on the way, in order."""

    at: str
    passed: tuple[str, ...]


class NoWay(Exception):
    """No flow of the node is open: the process has a gap that its check should have found."""


class _QuietTask(Task):  # type: ignore[misc]
    """A task that changes state without building log records nobody reads."""

    def _set_state(self, value: int) -> None:
        self._state = value

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return dct or {}


class _Node(BpmnTaskSpec):  # type: ignore[misc]
    """A node with at most one way out; creates its child when it runs, not before."""

    def _predict(self, my_task: Task, *args: Any, **kwargs: Any) -> None:
        pass

    def _update(self, my_task: Task) -> None:
        my_task._ready()

    def _on_ready(self, my_task: Task) -> None:
        pass

    def _run_hook(self, my_task: Task) -> bool:
        for name in self._outputs[:1]:
            _QuietTask(my_task.workflow, self._wf_spec.task_specs[name], my_task, TaskState.FUTURE)
        return True

    def _on_complete_hook(self, my_task: Task) -> None:
        pass


class _Gateway(ExclusiveGateway, _Node):  # type: ignore[misc]
    """An exclusive gateway: the first flow whose guard holds, else the default."""

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self.default_task_spec
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):
                chosen = name
                break
        if chosen is None:
            raise NoWay(self.name)
        _QuietTask(my_task.workflow, self._wf_spec.task_specs[chosen], my_task, TaskState.FUTURE)
        return True


class _Guards(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """Answers guards by name; nothing a definition says is ever executed as code."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        super().__init__()
        self._holds = holds

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> bool:
        return self._holds(expression)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        raise NotImplementedError("definitions hold no scripts")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("effects leave through the outbox")


class _ScriptEngine(PythonScriptEngine):  # type: ignore[misc]
    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> bool:
        # Straight through: the stock method wraps a refusal into its own exception.
        return bool(self.environment.evaluate(expression, None))


class _Token(BpmnWorkflow):  # type: ignore[misc]
    """A workflow that holds one token, found without walking the tree."""

    def __init__(self, spec: BpmnProcessSpec, at: str, engine: PythonScriptEngine) -> None:
        super().__init__(spec, script_engine=engine, deserializing=True)
        self.task_tree = _QuietTask(self, spec.task_specs[at], None, TaskState.READY)

    def get_tasks_iterator(self, first_task: Task | None = None, **kwargs: Any) -> Iterator[Task]:
        if first_task is None and set(kwargs) <= {"state"}:
            state = kwargs.get("state", TaskState.ANY_MASK)
            return iter([task for task in self.tasks.values() if task._state & state])
        return iter(super().get_tasks_iterator(first_task, **kwargs))

    def update_waiting_tasks(self) -> None:
        pass


#: answers and courses that a process remembers; beyond that it begins anew
_MOST = 10_000


class Net:
    """The specification of one process: built once, shared by all its cases, never changed.

    A move depends on nothing but the node it begins at and the answers of the guards on its way:
    each course is run once and known from then on.
    """

    def __init__(self, name: str, nodes: Iterable[TokenNode]) -> None:
        self._spec = BpmnProcessSpec(name=name)
        #: by node and answers so far: the guard that is asked next, or where the token comes to
        self._courses: dict[tuple[str, tuple[bool, ...]], str | Moved] = {}
        self._halts: set[str] = set()
        nodes = list(nodes)
        made = {node.name: self._make(node) for node in nodes}
        for node in nodes:
            for flow in node.flows:
                made[node.name].connect_outgoing_if(flow.guard, made[flow.target])

    def _make(self, node: TokenNode) -> _Node:
        if node.halts:
            self._halts.add(node.name)
        choosing = len(node.flows) > 1 or any(flow.guard for flow in node.flows)
        kind = _Gateway if choosing else _Node
        # Lists are given because the stock default is one list shared by all specs of a class.
        return kind(self._spec, node.name, inputs=[], outputs=[], manual=node.halts)

    @property
    def nodes(self) -> Sequence[str]:
        """The names of all nodes."""
        return tuple(self._spec.task_specs)

    def move(self, at: str, holds: Callable[[str], bool]) -> Moved:
        """Complete the node ``at`` and go on to the next one that halts.

        Args:
            at: the node the token stands at.
            holds: answers the guards by name; may raise, which leaves nothing changed.

        Raises:
            NoWay: no flow of a node on the way is open.
        """
        answers: tuple[bool, ...] = ()
        found = self._courses.get((at, answers))
        while isinstance(found, str):
            answers += (holds(found),)
            found = self._courses.get((at, answers))
        return found or self._learn(at, answers, holds)

    def _learn(self, at: str, answers: Sequence[bool], holds: Callable[[str], bool]) -> Moved:
        """Run a course whose guards gave some ``answers`` already."""
        if len(self._courses) >= _MOST:
            self._courses.clear()
        given = iter(answers)
        asked: tuple[bool, ...] = ()

        def ask(guard: str) -> bool:
            nonlocal asked
            self._courses[at, asked] = guard
            answer = next(given, None)
            asked += (holds(guard) if answer is None else answer,)
            return asked[-1]

        moved = self._courses[at, asked] = self._run(at, ask)
        return moved

    def _run(self, at: str, holds: Callable[[str], bool]) -> Moved:
        workflow = _Token(self._spec, at, _ScriptEngine(_Guards(holds)))
        workflow.task_tree.run()
        workflow.do_engine_steps()
        *passed, last = (task.task_spec.name for task in list(workflow.tasks.values())[1:])
        return Moved(last, tuple(passed))
