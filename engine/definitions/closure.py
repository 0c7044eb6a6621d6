"""Which files a process refers to: what the pin of its cases covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.definitions.process import Ask, Draw, Process, actions_of, effects_of

if TYPE_CHECKING:
    from engine.definitions.release import Release

STATUSES = "statuses"
_FOLDERS: Mapping[str, str] = {
    "message": "definitions/messages",
    "document": "definitions/documents",
    "record": "definitions/registers",
    "connector": "definitions/connectors",
}


def files_of(process: Process, release: Release) -> set[str]:
    """Return the paths of the files a process is made of and refers to by name.

    Its own file and those it is based on, its forms and theirs, the registers and code lists they
    use, its messages, documents, routes and rule tables. Not the jurisdiction, the calendar, lists
    and roles: they say who works and how, and apply to running cases at once.
    """
    wanted = set(_own(process, release))
    registers = {name for name in _registers(process) if name in release.registers}
    forms = set(_forms(process))
    for name in forms & release.forms.keys():
        registers |= set(release.forms[name].reference_paths.values())
        registers |= {fact.register for fact in release.forms[name].facts.values()}
    forms |= {release.registers[name].form for name in registers if name in release.registers}
    forms |= set(_sent_and_answered(process, release))
    for name in forms:
        wanted |= _of_form(name, release)
    wanted |= {f"definitions/registers/{name}.yaml" for name in registers}
    wanted.add(f"definitions/codes/{STATUSES}.yaml")
    for effect in effects_of(process):
        folder = _FOLDERS.get(effect.kind)
        if folder is not None:
            wanted |= {f"{folder}/{effect.name}{suffix}" for suffix in (".yaml", ".typ")}
    for rule in process.rules:
        wanted.add(f"definitions/{rule.id}.yaml")
        columns = (*rule.inputs.values(), *rule.outputs.values())
        wanted |= {f"definitions/codes/{one.codes}.yaml" for one in columns if one.codes}
    for step in process.steps.values():
        if step.chain is not None:
            wanted.add(f"definitions/routes/{step.chain.route}.yaml")
    return wanted & release.files.keys()


def _sent_and_answered(process: Process, release: Release) -> Iterator[str]:
    """Go through the forms of what goes to systems outside and comes back."""
    for effect in effects_of(process):
        known = release.connectors.get(effect.name) if effect.kind == "connector" else None
        if known is not None:
            yield from (form for form in (known.form, known.result) if form)


def _own(process: Process, release: Release) -> Iterator[str]:
    """Go through the files the process's nodes come from."""
    for node in process.node.walk():
        yield node.at.file
    yield f"definitions/processes/{process.id}.yaml"


def _of_form(name: str, release: Release) -> set[str]:
    form = release.forms.get(name)
    if form is None:
        return set()
    files = {f"forms/{name}.yaml"}
    for element in form.walk():
        if element.snapshot_of:
            files.add(f"forms/{element.snapshot_of.split('.')[0]}.yaml")
        if element.codes:
            files.add(f"definitions/codes/{element.codes}.yaml")
    return files


def _forms(process: Process) -> Iterator[str]:
    if process.form is not None:
        yield process.form
    if process.members is not None and process.members.row is not None:
        yield process.members.row
    asks: list[Ask | None] = [action.ask for action in actions_of(process)]
    if process.start is not None:
        asks.append(process.start.ask)
    yield from (ask.form for ask in asks if ask is not None)
    for step in process.steps.values():
        if step.panel is not None and step.panel.ballot is not None:
            yield step.panel.ballot


def _registers(process: Process) -> Iterator[str]:
    for fact in process.facts.values():
        if fact.query is not None:
            yield fact.query.source
    for effect in effects_of(process):
        if effect.kind == "record":
            yield effect.name
    for step in process.steps.values():
        if step.panel is not None and isinstance(step.panel.voters, Draw):
            yield step.panel.voters.register
