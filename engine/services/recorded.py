"""Recorded cases carried out again: the same commands and facts, under the content at hand.

Nothing is stored and nothing is looked up: deciding is a pure function of the process, the state
and the facts (:mod:`engine.runtime.advance`). What the process reads now and the recording does not
hold is a difference too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import Files
from engine.definitions.recording import RecordedStep, Recording, parse_recording
from engine.definitions.release import Release
from engine.domain.case import Advance, Command, written
from engine.domain.errors import Refused, UnreadableFact
from engine.runtime.advance import advance, start
from engine.runtime.compiled import Compiled
from engine.runtime.facts import recorded
from engine.runtime.moments import local
from engine.services.replayed import Difference

#: where recorded cases are kept
RECORDED = "examples/recorded/"
#: the id of the case in a recording
CASE = "case"


@dataclass(slots=True)
class Carried:
    """The result of one recording: how far it went, and where it first differs."""

    recording: Recording
    steps: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything came out as recorded."""
        return not self.differences


def recordings_of(files: Files, places: tuple[str, ...], problems: Problems) -> list[Recording]:
    """Return the recorded cases at or below paths from the root; all without any."""
    found = []
    for path, content in files.items():
        wanted = not places or any(path == one or path.startswith(f"{one}/") for one in places)
        if not wanted or not path.startswith(RECORDED) or not path.endswith(".yaml"):
            continue
        node = read_yaml(content, path, problems)
        recording = parse_recording(node, path, problems) if node is not None else None
        if recording is not None:
            found.append(recording)
    return found


def carry_out(recording: Recording, release: Release) -> Carried:
    """Carry out a recording until its first difference."""
    done = Carried(recording)
    bound = release.processes.get(recording.process)
    if bound is None:
        first = recording.steps[0]
        done.differences.append(_differs(first, "process", recording.process, None))
        return done
    compiled = Compiled(bound)
    jurisdiction = release.jurisdictions.get(bound.process.jurisdiction)
    zone = ZoneInfo(jurisdiction.zone if jurisdiction is not None else "Asia/Shanghai")
    result: Advance | None = None
    data: Mapping[str, Any] = {}
    for number, step in enumerate(recording.steps, start=1):
        done.steps = number
        now = step.at.replace(tzinfo=zone)
        data = step.typed if step.typed is not None else data
        ident = {
            "id": CASE,
            "number": recording.number if result else None,
            "year": _year(recording),
        }
        command = Command(
            step.kind, step.by, step.here, None, step.name, step.entered, step.typed, step.place
        )
        facts = recorded(step.read)
        try:
            if result is None:
                result = start(compiled, facts, command, now, ident, data=data)
            else:
                result = advance(
                    compiled, result.state, facts, command, now, ident,
                    data=data, seq=number,
                )  # fmt: skip
        except Refused as refusal:
            done.differences.append(_differs(step, step.name or step.kind, "done", str(refusal)))
            return done
        except UnreadableFact as missing:
            done.differences.append(_differs(step, "reads", "what was recorded", missing.key))
            return done
        found = outcome(result, step.typed)
        for what in dict.fromkeys([*step.expect, *found]):
            if step.expect.get(what) != found.get(what):
                done.differences.append(
                    _differs(step, what, step.expect.get(what), found.get(what))
                )
                return done
        data = result.data if result.data is not None else data
    return done


def outcome(result: Advance, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a command led to, as a recording holds it; what is empty is left out."""
    state = result.state
    waits = [item.person or f"{item.permission}@{item.organisation}" for item in result.work]
    before = typed or {}
    added = {
        name: value
        for name, value in (result.data or {}).items()
        if name not in before or before[name] != value
    }
    found = {
        "at": written(state),
        "status": state.status,
        "due": state.due,
        "deadlines": {name: term.to_json() for name, term in state.deadlines.items()},
        "until": state.wait_until,
        "flags": list(state.flags),
        "stuck": state.stuck,
        "closed": state.closed,
        "waits_for": waits,
        "effects": [f"{effect.kind} {effect.name}".strip() for effect in result.effects],
        "data": added,
    }
    return {name: value for name, value in found.items() if value}


def _year(recording: Recording) -> int:
    return recording.steps[0].at.year


def _differs(step: RecordedStep, what: str, expected: Any, found: Any) -> Difference:
    return Difference(step.node.at.line, f"{step.kind} {step.name} {what}", expected, found)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as a recording writes it."""
    return local(at.astimezone(zone))
