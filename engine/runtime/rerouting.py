"""Putting a case somewhere by hand: another organisation, an earlier step, a later one (改派).

It is the answer to an incident and the last resort of an administrator. What must hold afterwards
is what holds after every move: somebody or something is waited for, a return finds its way back,
and a route goes on from the organisation the case is at.
"""

from __future__ import annotations

from engine.definitions.process import Formula, Step
from engine.domain.case import Passed, first_stage
from engine.runtime import chains, splits
from engine.runtime.run import Run


def reroute(run: Run) -> None:
    """Put the case at the step and organisation of the command; each may be left out.

    A place on the path is gone back to, and the path ends there. Any other place is new; the one
    that was left is put on the path, so that a return can lead to it. The same step at another
    organisation takes the present place over.

    Raises:
        Refused: nobody could go on with the case there.
    """
    entered = run.command.input
    organisation = str(entered.get("organisation") or "") or None
    step = _target(run, str(entered.get("step") or run.state.place.step))
    _check_organisation(run, step, organisation)
    splits.leave(run, len(step.within))
    before = run.state.place
    run.events.append({"event": "rerouted", "place": before.to_json()})
    index = _on_path(run, step, organisation)
    if index is not None:
        organisation = run.state.path[index].place.organisation
    submitted = bool(run.state.path)
    path = run.state.path[:index] if index is not None else _with_left(run, step)
    run.change(
        path=path,
        inserted=run.state.inserted if step.name == before.step else (),
        resume=(),
        resubmit=None,
        returned=submitted and _is_initiators(step),
        relaying=False,
        due_given=None,
    )
    _arrive(run, step, organisation)
    if run.state.stuck is not None:
        raise run.refuse(run.state.stuck)
    # In branches it waits for whoever their places do.
    waits = step.wait is not None or step.call is not None or run.state.branches
    if not run.work() and not waits and run.state.due is None:
        raise run.refuse("nobody_there", step=step.title)
    # Whoever passed the case before may not take it back: somebody has decided since.
    run.change(touched=True)


def _target(run: Run, name: str) -> Step:
    step = run.process.steps.get(name)
    if run.state.closed:
        raise run.refuse("case_closed")
    if step is None:
        raise run.refuse("no_such_step", step=name)
    if step.end is not None:
        raise run.refuse("reroute_to_end", step=step.title)
    if step.kind == "automatic":
        raise run.refuse("reroute_to_automatic", step=step.title)
    if step.within != run.within[: len(step.within)]:
        raise run.refuse("reroute_into_branch", step=step.title)
    if step.name != run.step.name and _is_initiators(run.step) and run.step.edit:
        # Nobody has checked what is being filled in: only submitting does.
        raise run.refuse("reroute_unsubmitted")
    return step


def _check_organisation(run: Run, step: Step, organisation: str | None) -> None:
    by_organisation = step.who is not None and step.who.kind == "permission"
    if organisation is not None and not by_organisation:
        raise run.refuse("no_organisation_there", step=step.title)


def _on_path(run: Run, step: Step, organisation: str | None) -> int | None:
    """Where the path holds such a place: its first stage; None for a new place."""
    if step.name == run.state.place.step and step.chain is None:
        return None
    for index in range(len(run.state.path) - 1, -1, -1):
        place = run.state.path[index].place
        if place.step == step.name and organisation in (None, place.organisation):
            if step.name == run.state.place.step and organisation is None:
                return None
            return first_stage(run.state.path, index)
    return None


def _with_left(run: Run, target: Step) -> tuple[Passed, ...]:
    """The path with the place that is left, unless nobody could come back to it."""
    step, place = run.step, run.state.place
    is_task = step.who is not None and step.who.kind != "system"
    if target.name == step.name or not is_task or run.state.stuck is not None:
        # The stages passed at the present place went with it.
        return tuple(one for one in run.state.path if not one.place.is_same_visit(place))
    return (*run.state.path, Passed(place, run.command.person, {}, "never"))


def _arrive(run: Run, step: Step, organisation: str | None) -> None:
    if step.chain is None:
        run.change(chain={})
        if organisation is not None and _reads_sent_to(run, step):
            run.change(sent_to=organisation)
        run.arrive(step.name, organisation)
        return
    here, until = run.state.place, step.chain.until
    if organisation is None and here.step == step.name:
        # Nobody was found here: the route is asked again. Else it stays where it is.
        organisation = here.organisation
    if organisation is not None:
        if until is not None and run.context.holds(until, org=organisation):
            raise run.refuse("chain_is_over", step=step.title)
        run.change(chain={step.name: organisation})
    else:
        known = run.state.chain.get(step.name)
        run.change(chain={step.name: known} if known is not None else {})
        organisation = chains.next_of(run, step)
        if organisation is None:
            raise run.refuse("chain_is_over", step=step.title)
    run.arrive(step.name, organisation)


def _reads_sent_to(run: Run, step: Step) -> bool:
    """Whether the step waits at where the case was sent."""
    who = step.who
    formula: Formula | None = who.organisation if who is not None else None
    if formula is None:
        return True
    return any(path[:2] == ("case", "sent_to") for path in run.compiled.expression(formula).paths)


def _is_initiators(step: Step) -> bool:
    return step.who is not None and step.who.kind == "initiator"
