"""Numbers: a pool with ranges gives them only if somebody is named whose ranges they are."""

from __future__ import annotations

from engine.definitions.bind import BoundProcess
from engine.definitions.check.subject import Subject
from engine.definitions.process import effects_of
from engine.domain.types import Reference


def check_numbers(subject: Subject, bound: BoundProcess) -> None:
    """Report numbers from pools with ranges that nobody of the right register is named for."""
    pools = (subject.names.pools or {}).get(subject.process.jurisdiction, {})
    for effect in effects_of(subject.process):
        owner = pools.get(effect.name) if effect.kind == "number" else None
        if owner is None:
            continue
        if effect.of is None:
            subject.problems.add("DEF219", effect.node, pool=effect.name, register=owner)
            continue
        expression = bound.expressions.get(effect.of)
        if expression is not None and expression.type != Reference(owner):
            subject.problems.add("DEF219", effect.of.node, pool=effect.name, register=owner)
