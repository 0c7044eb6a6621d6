"""Chains: who comes next along a route, and routes kept as they were at the submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Chain, Step
from engine.domain.case import plan_name
from engine.runtime.context import plain

if TYPE_CHECKING:
    from engine.runtime.run import Run

#: routes are kept as they are when the case is submitted
PINNED = "pinned_at_start"


def next_of(run: Run, step: Step) -> str | None:
    """The next organisation of a chain; None when the chain is done.

    ``""`` stands for "there should be one, but the route ends here": an incident.
    """
    if run.state.inserted:
        first, *rest = run.state.inserted
        run.change(inserted=tuple(rest))
        return first
    chain = step.chain
    assert chain is not None
    base = run.state.chain.get(step.name)
    if base is None:
        base = run.context.key(chain.from_)
        if base is None:
            return ""
        if chain.until is not None and run.context.holds(chain.until, org=base):
            _leave(run, step, base)
            return None
    following = _following(run, step, base)
    if following is None:
        if chain.until is not None:
            return ""
        _leave(run, step, base)
        return None
    if chain.until is not None and run.context.holds(chain.until, org=following):
        _leave(run, step, following)
        return None
    run.change(chain={**run.state.chain, step.name: following})
    return following


def _leave(run: Run, step: Step, reached: str) -> None:
    remaining = {name: org for name, org in run.state.chain.items() if name != step.name}
    # Who passes the case on may say where it goes instead (``send_to``).
    run.change(sent_to=run.state.sent_to if run.sent else reached, chain=remaining)
    run.along.add("sent_to")


def _following(run: Run, step: Step, base: str) -> str | None:
    chain = step.chain
    assert chain is not None
    key = {name: plain(run.context.value(formula)) for name, formula in chain.key.items()}
    if _keeps_plan(run, chain):
        plan = _plan(run, step, key, base)
        after = plan.index(base) + 1
        if after < len(plan) or chain.until is None:
            return plan[after] if after < len(plan) else None
        # It was kept while something was missing: it goes on as it is mended since.
    return run.context.facts.route(chain.route, key, base)


def _keeps_plan(run: Run, chain: Chain) -> bool:
    return chain.resolve is not None and run.context.word(chain.resolve) == PINNED


def _plan(run: Run, step: Step, key: Mapping[str, Any], base: str) -> tuple[str, ...]:
    """The route from an organisation on, as it was when it was first asked for these keys.

    An organisation that is not on it begins another one: somebody put the case there, or
    submitted it anew from elsewhere.
    """
    chain = step.chain
    assert chain is not None
    name = plan_name(step.name, key)
    plan = run.state.pinned.get(name, ())
    if base not in plan:
        found = [base]
        while (following := run.context.facts.route(chain.route, key, found[-1])) is not None:
            if following in found:
                break
            found.append(following)
        plan = tuple(found)
        run.change(pinned={**run.state.pinned, name: plan})
    return plan


def pin_routes(run: Run) -> None:
    """Keep the routes as they are when the case is submitted, where chains say so."""
    for step in run.process.steps.values():
        chain = step.chain
        if chain is None or chain.resolve is None or not _keeps_plan(run, chain):
            continue
        base = run.context.key(chain.from_)
        if base is not None:
            formulas = chain.key.items()
            key = {name: plain(run.context.value(formula)) for name, formula in formulas}
            _plan(run, step, key, base)
