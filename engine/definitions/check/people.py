"""Tasks that nobody can ever receive, as far as the content alone shows it, and the way there.

Who holds which role is not known here; but where no role of the jurisdiction holds a permission,
or holds it only at other kinds of organisation than those that can be meant, nobody ever will.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.bind import BoundProcess
from engine.definitions.check.exploring import way
from engine.definitions.check.subject import Subject
from engine.definitions.exploration import Explored
from engine.definitions.flow import actions_at
from engine.definitions.process import Assignment, Formula, Step, actions_of
from engine.expressions import Path, decided, is_among


@dataclass(frozen=True, slots=True)
class _Task:
    """Something that is waited for somebody to do: at a step, by an action of its own, a start."""

    where: Phrase
    who: Assignment
    permission: str | None
    step: Step | None = None
    #: what ``who`` belongs to is the step itself
    own: bool = False


def check_people(subject: Subject, bound: BoundProcess, explored: Explored | None) -> None:
    """Report whom nobody is: tasks and actions, each once.

    Args:
        subject: the process.
        bound: its expressions.
        explored: its states, None where it cannot be followed.
    """
    look = _Look(subject, bound, explored)
    seen: set[tuple[Node, str | None]] = set()
    for task in _tasks(subject):
        step = task.step
        if step is not None and explored is not None and explored.never_at(step):
            continue
        key = (task.who.node, task.permission)
        why = look.why_nobody(task) if key not in seen else None
        if why is not None:
            seen.add(key)
            subject.problems.add(
                "DEF384", task.who.node, where=task.where, why=why, trail=way(explored, step)
            )


def _tasks(subject: Subject) -> Iterator[_Task]:
    process = subject.process
    start = process.start
    if start is not None and isinstance(start.who, Assignment):
        yield _Task(Phrase("发起（start）", "start "), start.who, start.who.permission)
    for step in process.steps.values():
        if step.who is not None:
            for where, permission in _levels(subject, step, step.who):
                yield _Task(where, step.who, permission, step, own=True)
        for action in actions_at(process, step).values():
            if action.who is not None:
                yield _Task(subject.called(action), action.who, action.who.permission, step)


def _levels(subject: Subject, step: Step, who: Assignment) -> Iterator[tuple[Phrase, str | None]]:
    """Go through the permissions a step asks for, one for each of its stages."""
    if not step.stages:
        yield subject.called(step), who.permission
    for stage in step.stages.values():
        name = f"{step.name}.{stage.name}"
        yield Phrase(f'步骤 "{name}" ', f'step "{name}"'), stage.permission or who.permission


class _Look:
    """Looks for reasons why somebody can never be found."""

    def __init__(self, subject: Subject, bound: BoundProcess, explored: Explored | None) -> None:
        self.subject = subject
        self.process = subject.process
        self.bound = bound
        self.explored = explored
        self.rights = subject.names.rights.get(self.process.id)

    def why_nobody(self, task: _Task) -> Phrase | None:
        """Why nobody can ever do something; None if somebody may."""
        if task.who.kind == "system":
            return self._never_by_itself(task.step) if task.own and task.step else None
        if task.who.kind != "permission":
            return None
        if task.permission is None and task.step is not None:
            return Phrase(
                "没有写权限（permission），而办理都要凭权限",
                'no "permission" is written, and nobody acts without one',
            )
        return self._no_role(task) or self._other_kinds(task) or self._nobody_left(task)

    def _never_by_itself(self, step: Step) -> Phrase | None:
        """Say that the system has no reason to do anything at its step."""
        names = {name for name, action in step.actions.items() if action.who is None}
        terms = [step.due, *(deadline.due for deadline in self.process.deadlines.values())]
        done = {term.otherwise for term in terms if term is not None}
        done.update(*(process.sends for process in self.subject.names.processes.values()))
        if not names or names & done:
            return None
        return Phrase(
            "由系统办理，而没有到期（otherwise）或关联业务（send）会让系统执行这里的动作",
            "the system does it, but no deadline (otherwise) and no linked case (send) makes it "
            "do an action of this step",
        )

    def _no_role(self, task: _Task) -> Phrase | None:
        held = self.subject.names.held or ()
        # What no role holds anywhere, and permissions that do not exist, are reported as that.
        if self.rights is None or task.permission not in held or task.permission in self.rights:
            return None
        return Phrase(
            f'本辖区没有任何角色拥有权限 "{task.permission}"',
            f'no role of the jurisdiction holds the permission "{task.permission}"',
        )

    def _other_kinds(self, task: _Task) -> Phrase | None:
        held = self.rights.get(task.permission or "") if self.rights is not None else None
        meant = self._kinds_of(task) if held is not None else None
        if not held or meant is None or set(meant) & set(held):
            return None
        return Phrase(
            f'拥有权限 "{task.permission}" 的角色只授予{_listed(held).zh}类单位，'
            f"而这里办理的只会是{_listed(meant).zh}类单位",
            f'roles with the permission "{task.permission}" are granted only at '
            f"{_listed(held).en}, but only {_listed(meant).en} can be meant here",
        )

    def _nobody_left(self, task: _Task) -> Phrase | None:
        who = task.who
        if who.person is None:
            return self._never_done(task, who.organisation)
        text = who.person.text
        people = [one.people for one in who.recusals if one.people is not None]
        people += [who.except_] if isinstance(who.except_, Formula) else []
        aliases = self.bound.aliases
        if who.except_ != "none" and self._is_for_oneself and is_among(text, "initiator", aliases):
            return Phrase(
                f"{text} 就是申请人，而申请人不能办理自己的业务（除非写 except: none）",
                f"{text} is the initiator, who is nobody's reviewer (unless except: none)",
            )
        for one in people:
            if is_among(text, one.text, aliases) or self._has_acted(text, one.text):
                return Phrase(
                    f"{text} 总在 except 的 {one.text} 之中",
                    f"{text} is always among those excluded by {one.text}",
                )
        return self._never_done(task, who.person) or self._never_done(task, who.organisation)

    @property
    def _is_for_oneself(self) -> bool:
        return self.process.start is None or self.process.start.who == "person"

    def _has_acted(self, person: str, people: str) -> bool:
        """Whether who did an action is always among the actors of the step it belongs to."""
        for step in self.process.steps.values():
            for name, action in step.actions.items():
                alone = [one for one in actions_of(self.process) if one.name == name] == [action]
                if alone and is_among(person, f"case.last('{name}').person", {}):
                    return is_among(f"case.actors('{step.name}')", people, {})
        return False

    def _never_done(self, task: _Task, formula: Formula | None) -> Phrase | None:
        """Say that a value is that of an action that no case has behind it when it comes here."""
        path, explored, step = self._path(formula), self.explored, task.step
        if path[:2] != ("case", "last") or explored is None or step is None or not explored.whole:
            return None
        if step.name in explored.after(path[2]):
            return None
        text = formula.text if formula is not None else ""
        return Phrase(
            f'{text} 总是空的：走到这里之前没有人做过动作 "{path[2]}"',
            f'{text} is always empty: nobody has done "{path[2]}" before',
        )

    # ------------------------------------------------------------ kinds of organisation

    def _kinds_of(self, task: _Task) -> Collection[str] | None:
        """Return the kinds of organisation that can be meant; None if it may be any."""
        formula, step = task.who.organisation, task.step
        if formula is not None:
            return self._chosen(self._path(formula))
        if task.own and step is not None and step.chain is not None:
            until = step.chain.until
            if until is None or any(action.insert for action in actions_of(self.process)):
                return None
            return self._where(until.text, "org", but=True)
        return self._sent_to if step is not None else None

    @cached_property
    def _sent_to(self) -> Collection[str] | None:
        """The kinds of organisation a case is ever sent to; None if that may be any."""
        found: set[str] = set()
        sources: list[Collection[str] | None] = []
        for step in self.process.steps.values():
            if step.chain is not None:
                until = step.chain.until
                sources.append(self._where(until.text, "org") if until is not None else None)
        for action in actions_of(self.process):
            if action.send_to is not None:
                sources.append(self._chosen(self._path(action.send_to)))
        for one in sources or [None]:
            if one is None:
                return None
            found |= set(one)
        return found

    def _chosen(self, path: Path) -> Collection[str] | None:
        """Return the kinds among which the organisation at a path is chosen."""
        if path[:2] == ("case", "sent_to"):
            return self._sent_to
        if path[:1] != ("data",):
            return None
        origin, inside = self.subject.field(path)
        known = self.subject.names.limits.get(origin, {}).get(inside)
        return self._where(known.where, "it") if known is not None and known.where else None

    def _where(self, text: str, name: str, *, but: bool = False) -> Collection[str]:
        """Return the kinds for which a condition may hold; ``but``: may not hold."""
        return [
            kind
            for kind in self.subject.names.kinds
            if decided(text, {(name, "kind"): kind}) is not but
        ]

    def _path(self, formula: Formula | None) -> Path:
        """Return the path that an expression is; nothing if it is more than that."""
        expression = self.bound.expressions.get(formula) if formula is not None else None
        path = expression.direct if expression is not None else None
        return path if path is not None else ()


def _listed(kinds: Collection[str]) -> Phrase:
    names = sorted(kinds)
    return Phrase("、".join(names), ", ".join(names))
