"""What exploring all states of a process shows: where a case is lost, and the way that leads there.

What cannot be followed at all, such as ways to steps that do not exist, is reported as that, and
nothing is explored.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.memory import Memory
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.bind import BoundProcess
from engine.definitions.check.keys import may_go
from engine.definitions.check.subject import Subject
from engine.definitions.exploration import FORGOTTEN, Explored, Gap, Trail, explore
from engine.definitions.flow import RELATIVE, actions_at
from engine.definitions.process import (
    Action,
    Choice,
    Draw,
    Formula,
    Parallel,
    Process,
    Step,
    actions_of,
)

#: reported before: what no state of the engine comes of
_BROKEN = frozenset({"DEF304", "DEF310", "DEF326", "DEF327", "DEF328", "DEF330", "DEF331"})
#: steps that were not explored, named in the warning
_SHOWN = 5
_WORDS = {
    "start": Phrase("发起", "start"),
    "expiry": Phrase("到期 ", "expiry "),
    "time": Phrase("时间到", "time passes"),
    "entered": Phrase("填写", "entered"),
}


def check_exploring(
    subject: Subject, bound: BoundProcess, memory: Memory | None = None
) -> Explored | None:
    """Explore a process that was read whole, and report where a case would be lost.

    Args:
        subject: the process, and where problems go.
        bound: the same with its compiled expressions.
        memory: what was explored before.

    Returns:
        What was found; None where the process cannot be followed.
    """
    _nobody(subject, bound)
    broken = any(one.code in _BROKEN and one.at.file == subject.process.node.at.file
                 for one in subject.problems)  # fmt: skip
    if not subject.whole or broken or _leads_astray(subject):
        return None
    explored = explore(bound, memory)
    if not explored.whole:
        at = subject.process.node.get("process") or subject.process.node
        count = len(explored.states)
        subject.problems.add("DEF389", at, count=count, missed=_missed(explored))
    for gap in explored.gaps:
        _gap(subject, explored, gap)
    for code, lost in (("DEF381", explored.unrelayed), ("DEF382", explored.unsent)):
        for step, state in lost.items():
            at = subject.process.named_at(subject.process.steps[step])
            trail = said(explored, explored.trail(state))
            subject.problems.add(code, at, step=step, trail=trail)
    for found in subject.process.steps.values() if explored.whole else ():
        _step(subject, explored, found)
    return explored


def _missed(explored: Explored) -> Phrase:
    """Name the steps that were not come to before the exploration was given up."""
    names = [name for name in explored.process.steps if name not in explored.reached]
    if not names:
        return Phrase("", "")
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    zh, en = (f" 等 {len(names)} 个", f" and {more} more") if more > 0 else ("", "")
    return Phrase(f"；没有查到步骤 {shown}{zh}", f"; the steps {shown}{en} were not come to")


def _leads_astray(subject: Subject) -> bool:
    """Whether some way of the process leads to a step that does not exist, or is missing."""
    choices: list[Choice[str] | None] = []
    for step in subject.process.steps.values():
        if step.parallel is not None and step.to is None:
            return True
        choices += [step.to, *step.outcomes.values()]
        choices += [action.to for action in actions_at(subject.process, step).values()]
    targets = {target for choice in choices if choice is not None for target in choice.values}
    return bool(targets - subject.process.steps.keys() - set(RELATIVE))


def _gap(subject: Subject, explored: Explored, gap: Gap) -> None:
    names = [name for name in subject.process.steps if name in gap.steps]
    shown = [f'"{name}"' for name in names]
    if any(_is_never_joined(explored, subject.process.steps[name]) for name in names):
        return
    at = subject.process.named_at(subject.process.steps[names[-1]])
    trail = said(explored, gap.trail)
    if gap.still and gap.state.spot.relaying and len(names) == 1:
        subject.problems.add("DEF381", at, step=names[0], trail=trail)
    elif gap.values:
        values = ", ".join(f"{name} = {_value(value)}" for name, value in gap.values)
        subject.problems.add("DEF321", at, values=values, steps=shown, trail=trail)
    elif gap.still:
        subject.problems.add("DEF302", at, steps=shown, trail=trail)
    else:
        subject.problems.add("DEF303", at, steps=shown, trail=trail)


def _step(subject: Subject, explored: Explored, step: Step) -> None:
    # Where a case is broken off comes from outside the process.
    ends = (one for one in subject.process.steps.values() if one.end == "cancelled")
    if step.name not in explored.reached and step is next(ends, None):
        return
    if step.name not in explored.reached:
        subject.problems.add("DEF301", subject.process.named_at(step), step=step.name)
        return
    if step.parallel is not None and _is_never_joined(explored, step) and _is_known(step.parallel):
        ended = explored.ended(step.name)
        never = [name for name in step.parallel.branches if name not in ended]
        branches = never or list(step.parallel.branches)
        at = subject.process.named_at(step)
        subject.problems.add("DEF332", at, step=step.name, branches=branches)
    for action in actions_at(subject.process, step).values():
        for target in action.to.values if action.to is not None else ():
            way = (step.name, action.name, target)
            if way in explored.moves.tried and way not in explored.moves.possible:
                _impossible(subject, explored, step, action, target)


def _is_never_joined(explored: Explored, step: Step) -> bool:
    return step.parallel is not None and step.name not in explored.moves.closing


def _is_known(parallel: Parallel) -> bool:
    """Whether the join waits for something that there is; else that is reported."""
    return isinstance(parallel.join, int) or parallel.join in ("all", "any", *parallel.branches)


def _impossible(
    subject: Subject, explored: Explored, step: Step, action: Action, target: str
) -> None:
    """Report a way back that the path of a case never has."""
    at = action.node.get("to") or action.node
    problems = subject.problems
    if not may_go(action.verb, target):
        return  # It is reported as that.
    if target == "previous":
        problems.add("DEF307", at, action=action.name, step=step.name)
    elif target == "resume":
        problems.add("DEF306", at, action=action.name, step=step.name)
    elif action.verb == "return" and target in subject.process.steps:
        passed = dict.fromkeys(act.step for act, _ in explored.trail_to(step.name) if act.step)
        problems.add(
            "DEF305", at, action=action.name, target=target, step=step.name, given=target,
            choices=tuple(passed),
        )  # fmt: skip


def _nobody(subject: Subject, bound: BoundProcess) -> None:
    """Report people that an expression without names says never are."""
    for node, formula in _people(subject.process):
        expression = bound.expressions.get(formula)
        if expression is not None and expression.constant and not expression.evaluate({}):
            subject.problems.add("DEF383", node, text=formula.text)


def _people(process: Process) -> Iterator[tuple[Node, Formula]]:
    everybody = [step.who for step in process.steps.values()]
    for who in (*everybody, *(action.who for action in actions_of(process))):
        for formula in (who.organisation, who.person) if who is not None else ():
            if formula is not None:
                yield formula.node, formula
    for step in process.steps.values():
        if step.panel is not None and not isinstance(step.panel.voters, Draw):
            yield step.panel.voters.node, step.panel.voters


def way(explored: Explored | None, step: Step | None) -> Phrase:
    """Return the shortest way to a step in words, nothing where none is known."""
    trail = explored.trail_to(step.name) if explored is not None and step is not None else ()
    if explored is None or not trail:
        return Phrase("", "")
    words = said(explored, trail)
    return Phrase(f"。走到这里：{words.zh}", f". The way there: {words.en}")


def said(explored: Explored, trail: Trail) -> Phrase:
    """Return a way through the process as a list of what was done."""
    zh, en = [], []
    before: dict[str, object] = {}
    for act, state in trail:
        word = _WORDS.get(act.kind, Phrase("", ""))
        values = {
            atom.name: value
            for atom, value in zip(explored.guards.atoms, state.values, strict=True)
            if value is not FORGOTTEN
        }
        changed = [
            f"{name} = {_value(value)}"
            for name, value in values.items()
            if name not in before or value != before[name]
        ]
        place = f"{act.step}." if act.step else ""
        with_ = (f"（{'，'.join(changed)}）", f" ({', '.join(changed)})") if changed else ("", "")
        zh.append(f"{place}{word.zh}{act.name}{with_[0]}")
        en.append(f"{place}{word.en}{act.name}{with_[1]}")
        before |= values
    return Phrase(" → ".join(zh), " → ".join(en))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
