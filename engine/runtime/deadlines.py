"""The deadlines of a whole case (language 1.1): by when it must have come to which step.

A deadline runs from the start of the case until the case comes to its step, or past it; it stays
met when the case is returned afterwards, but not when the pass that met it is withdrawn. Who is
late is refused where the deadline is hard and somebody presses; what nobody presses on this case
(time, the decision of a group or panel) is only marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from engine.definitions.process import Action, Deadline
from engine.domain.case import State, Term, places_of, with_branch
from engine.domain.errors import Refused
from engine.runtime import moments
from engine.runtime.branches import At, find, is_joined

if TYPE_CHECKING:
    from engine.runtime.run import Run


def term(state: State, name: str) -> Term:
    """How a deadline stands; one that the case does not know yet has no date."""
    return state.deadlines.get(name) or Term()


def refresh(run: Run) -> None:
    """Find the dates of all open deadlines anew: what they read may have changed.

    Another version of the process may have others: one that the case does not know yet counts as
    met where the case has been at its step, and what no deadline is any more is forgotten.
    """
    known = run.process.deadlines
    if not known.keys() >= run.state.deadlines.keys():
        kept = {name: one for name, one in run.state.deadlines.items() if name in known}
        run.change(deadlines=kept)
    for deadline in run.compiled.deadlines:
        new = deadline.name not in run.state.deadlines
        found = _renewed(run, deadline)
        if new and run.state.visits.get(deadline.reach):
            _put(run, deadline, Term(found.by, reached=run.seq))


def _renewed(run: Run, deadline: Deadline) -> Term:
    known = term(run.state, deadline.name)
    if known.reached or known.given:
        return known
    with run.context.as_of(datetime.fromisoformat(run.state.started_at)):
        value = run.context.value(run.context.choose(deadline.due.by)[1])
    by = str(value) if value else None
    over = known.over and moments.is_over(by, run.now)
    return _put(run, deadline, Term(by, over=over))


def _put(run: Run, deadline: Deadline, changed: Term) -> Term:
    if run.state.deadlines.get(deadline.name) != changed:
        run.change(deadlines={**run.state.deadlines, deadline.name: changed})
    return changed


# -------------------------------------------------------------------- coming to the step


def reach(run: Run, step: str) -> None:
    """The case comes to a step or goes past it: deadlines that name it are met, or missed.

    Raises:
        Refused: a hard one is over.
    """
    for deadline in run.compiled.deadlines:
        if deadline.reach != step or term(run.state, deadline.name).reached:
            continue
        known = _renewed(run, deadline)
        late = moments.is_over(known.by, run.now)
        if late and deadline.due.hard and run.command.kind == "act":
            raise _too_late(run, deadline, known)
        _put(run, deadline, Term(known.by, given=known.given, reached=run.seq, over=late))
        run.reached.append(deadline.name)
        if known.by is not None:
            told = {"event": "reached", "deadline": deadline.name, "by": known.by, "late": late}
            run.events.append(told)


def why_too_late(run: Run, action: Action) -> Refused | None:
    """Why an action comes too late: all it leads to is a step that had to be reached by now."""
    for deadline in run.compiled.deadlines:
        known = term(run.state, deadline.name)
        if not deadline.due.hard or known.reached or not _leads_only_to(run, action, deadline):
            continue
        known = _renewed(run, deadline)
        if moments.is_over(known.by, run.now):
            return _too_late(run, deadline, known)
    return None


def _leads_only_to(run: Run, action: Action, deadline: Deadline) -> bool:
    step = run.step
    if run.stage_after(action) is not None:
        return False
    ways = [way for way in run.compiled.bound.flow.leaving[step.name] if way.action is action]
    if any(way.joins for way in ways) and not _completes_the_join(run):
        return False
    return {way.target for way in ways} == {deadline.reach}


def _completes_the_join(run: Run) -> bool:
    """Whether the branch of the place is all that its parallel step still waits for."""
    branch = run.state
    for level in reversed(run.around):
        around = with_branch(level.state, level.branch, branch.with_(joined=True))
        step = run.process.steps[around.place.step]
        if step.parallel is None or not is_joined(step.parallel, around.branches):
            return False
        if step.to is None or "join" not in step.to.values:
            break
        branch = around
    return True


def _too_late(run: Run, deadline: Deadline, known: Term) -> Refused:
    title = run.process.steps[deadline.reach].title
    return run.refuse("reach_too_late", deadline=deadline.title, due=known.by, step=title)


def give_back(run: Run, names: list[str]) -> None:
    """The pass that met these deadlines is withdrawn: they run again."""
    for name in names:
        known = term(run.state, name)
        open_ = Term(known.by, given=known.given, over=known.over)
        run.change(deadlines={**run.state.deadlines, name: open_})
    refresh(run)


def why_not_give_back(run: Run, names: list[str]) -> Refused | None:
    """Why a pass cannot be withdrawn: the step could not be reached in time once more."""
    for name in names:
        deadline = run.process.deadlines.get(name)
        if deadline is None or not (deadline.due.hard or deadline.due.otherwise):
            continue
        known = term(run.state, name)
        if moments.is_over(known.by, run.now):
            return run.refuse("withdraw_too_late", deadline=deadline.title, due=known.by)
    return None


# -------------------------------------------------------------------- time


def fire(run: Run, name: str) -> None:
    """The date of a deadline has come: waiting cases get its outcome."""
    deadline = run.process.deadlines.get(name)
    if deadline is None:
        return
    known = _renewed(run, deadline)
    if known.reached or known.over or not moments.is_over(known.by, run.now):
        return
    _put(run, deadline, Term(known.by, given=known.given, over=True))
    run.events.append({"event": "overdue", "deadline": name, "due": known.by})


def waiting(run: Run, name: str) -> Iterator[At]:
    """The places at which ``otherwise`` of a deadline is offered, from the outside in.

    One that is to be reached in a branch is about that branch, once the case is in it.
    """
    deadline = run.process.deadlines[name]
    branches = tuple(branch for _, branch in run.process.steps[deadline.reach].within)
    places = [(at, one.place.step) for at, one in places_of(run.state)]
    within = [(at, step) for at, step in places if branches and at[: len(branches)] == branches]
    for _, step in within or places:
        # What was done at an earlier place may have ended this one.
        at = None if run.state.closed else find(run.state, step)
        if at is not None and deadline.due.otherwise in run.compiled.actions[step]:
            yield at


# -------------------------------------------------------------------- moving it


def why_not_extend(run: Run, deadline: Deadline, *, overseen: bool = False) -> Refused | None:
    """Why a deadline cannot be moved; who oversees the case may move every one that is not met."""
    known, extend = term(run.state, deadline.name), deadline.due.extend
    if run.state.closed:
        return run.refuse("case_closed")
    if known.by is None:
        return run.refuse("no_deadline")
    if extend is None and not overseen:
        return run.refuse("deadline_fixed", step=deadline.title)
    if known.reached:
        title = run.process.steps[deadline.reach].title
        return run.refuse("deadline_met", deadline=deadline.title, step=title)
    if overseen or extend is None:
        return None
    if extend.when == "after_expiry" and not moments.is_over(known.by, run.now):
        return run.refuse("deadline_not_over", due=known.by)
    return None


def extend(run: Run, name: str, until: str) -> None:
    """Move a deadline by hand; from now on it is what was given.

    Raises:
        Refused: there is no such deadline, who asks may not move it, or the date is over.
    """
    deadline = run.process.deadlines.get(name)
    if deadline is None:
        raise run.refuse("no_deadline")
    refusal = why_not_extend(run, deadline, overseen=bool(run.command.input.get("overseen")))
    if refusal is not None:
        raise refusal
    if moments.is_over(until, run.now):
        raise run.refuse("deadline_in_the_past", due=until)
    before = term(run.state, name).by
    told = {"event": "extended", "deadline": name, "title": deadline.title}
    run.events.append({**told, "from": before, "to": until})
    _put(run, deadline, Term(until, given=True))
