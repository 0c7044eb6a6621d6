"""Files of other tools, read, completed by what only an author knows, and run to an end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bind import bind
from engine.definitions.bpmn import read_bpmn
from engine.definitions.exploration import explore
from engine.definitions.neighbour import neighbour
from engine.definitions.parse import parse_process
from engine.definitions.scopes import Around
from engine.domain.types import Field, Record, Reference
from engine.runtime.compiled import Compiled
from tests.support.processes import DATA, REGISTERS, REVIEW, Running, World, begin

FILES = Path(__file__).parent / "files"
FORM = Record("request", {**DATA.fields, "manager": Field(Reference("people"))})
WORLD = {"organisations": {"unit": {"superior": "office"}, "office": {}}}


def imported(content: bytes, name: str = "", pool: str = "") -> tuple[str | None, Problems]:
    """Read a file."""
    problems = Problems()
    return read_bpmn(content, "file.bpmn", problems, name, pool), problems


def completed(text: str, form: str = "request", organisation: str = "data.unit") -> str:
    """Name the form, and the organisation of each task."""
    node = read_yaml(text, "file.yaml", Problems())
    assert node is not None
    value = node.value

    def fill(here: Any) -> None:
        if isinstance(here, dict):
            who = here.get("who")
            if isinstance(who, dict):
                who["organisation"] = organisation
            for inner in here.values():
                fill(inner)

    fill(value)
    head = {key: value[key] for key in ("process", "title")}
    return document({**head, "form": form, "steps": value["steps"]})


def case(content: bytes, pool: str = "", **data: Any) -> Running:
    """A case of the process a file draws, of which it is proved that none gets stuck."""
    text, problems = imported(content, "demo/drawn", pool)
    assert text is not None, [one.sentence("en") for one in problems.errors]
    found = Problems()
    node = read_yaml(completed(text), "file.yaml", found)
    process = parse_process(node, found) if node is not None else None
    assert process is not None
    forms = {"request": FORM, "review-action": REVIEW}
    bound = bind(process, Around(forms, REGISTERS, {process.id: neighbour(process)}), found)
    assert not found.errors, [one.sentence("en") for one in found.sorted()]
    explored = explore(bound)
    assert explored.whole
    assert not explored.gaps
    return begin(Compiled(bound), World(records=WORLD), {"unit": "unit", **data})


def walked(running: Running, *answers: str) -> list[str]:
    """Go on to the end, taking the answers in order where there are any, and say by which steps."""
    left, trail = list(answers), []
    for _ in range(50):
        if running.state.closed:
            return [*trail, str(running.state.outcome)]
        step = running.places[0].partition("@")[0]
        trail.append(step)
        actions = running.process.actions[step]
        if not actions:
            running.at += timedelta(days=30)
            running.command("time", "wait", place=step)
            continue
        chosen = left.pop(0) if left and left[0] in actions else next(iter(actions))
        by = "ann" if trail == [step] else "bob"
        running.do(chosen, by, "unit", place=step)
    raise AssertionError(trail)
