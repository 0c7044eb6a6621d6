"""Effects of actions and arrivals: numbers at once, all else as what is due after the step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Action, Effect, Formula
from engine.domain.case import DueEffect
from engine.domain.paths import at_path, with_path
from engine.runtime.context import plain

if TYPE_CHECKING:
    from engine.runtime.run import Run

#: effects that leave a trace outside the case and forbid withdrawing
IRREVERSIBLE = frozenset({"document", "connector"})


def do(run: Run, action: Action) -> None:
    """The effects of an action."""
    place = run.state.place
    happen(run, action.do, f"{place.step}:{place.visit}:{place.stage or ''}:{action.name}")


def happen(run: Run, effects: tuple[Effect, ...], where: str) -> None:
    """Say what is due outside the case; ``where`` is what the keys of these effects begin with."""
    released: set[str] = set()
    for index, effect in enumerate(effects):
        if not run.context.holds(effect.when):
            continue
        key = f"{where}:{run.seq}:{index}"
        if effect.kind == "number":
            # Taken at once: later expressions of the same command read it.
            _number(run, effect, key)
            continue
        if effect.kind == "create":
            create(run, effect, key)
            continue
        values = _values(run, effect, released)
        run.effects.append(DueEffect(effect.kind, effect.name, key, values))


def create(run: Run, effect: Effect, key: str) -> None:
    """Say that a case is due to be created, or one for each of a list."""
    if effect.each is None:
        values = {"with": _all(run, effect.set), "link": effect.link, "once": effect.once}
        run.effects.append(DueEffect("create", effect.name, key, values))
        return
    for number, item in enumerate(run.context.value(effect.each) or ()):
        given = _all(run, effect.set, item=plain(item))
        values = {"with": given, "link": effect.link, "once": False}
        run.effects.append(DueEffect("create", effect.name, f"{key}:{number}", values))


def _number(run: Run, effect: Effect, key: str) -> None:
    into = effect.into or "number"
    if at_path(run.data, into):
        return
    of = None if effect.of is None else run.context.key(effect.of)
    number, *passed = run.context.facts.number(effect.name, of, key)
    run.data, run.changed, run.numbered = with_path(run.data, into, number), True, True
    skipped = {"skipped": passed} if passed else {}
    run.events.append({"event": "numbered", "pool": effect.name, **skipped})


def _values(run: Run, effect: Effect, released: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if effect.into is not None:
        values["into"] = effect.into
    if effect.set:
        values["set"] = _all(run, effect.set)
    if effect.where is not None:
        values["where"] = run.context.search(effect.where)
    if effect.by:
        values["by"], values["keep"] = list(effect.by), effect.keep
    if effect.incomplete:
        values["incomplete"] = True
    if effect.kind == "send":
        values["to"] = effect.link
    if effect.kind == "release":
        values["cases"] = _released(run, effect, released)
        values["as"] = effect.as_
    return values


def _all(run: Run, formulas: Mapping[str, Formula], **bound: Any) -> dict[str, Any]:
    return {name: plain(run.context.value(one, **bound)) for name, one in formulas.items()}


def _released(run: Run, effect: Effect, released: set[str]) -> list[str]:
    chosen = [
        str(member["id"])
        for member in run.context.facts.members()
        if member["id"] not in released
        and (effect.which is None or run.context.holds(effect.which, member=member))
    ]
    released.update(chosen)
    return chosen
