"""The names of the content that may stand at a key, by what the key is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.authoring.node import Node
from engine.definitions.editing.rule_words import names_of_rules
from engine.definitions.flow import RELATIVE
from engine.definitions.links import created_by
from engine.definitions.listing import CASE_FIELDS
from engine.definitions.process import Process
from engine.definitions.release import Loaded
from engine.definitions.route import SUPERIOR
from engine.definitions.vocabulary.action import REVIEW_FORM

Path = tuple[str | int, ...]
Names = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Place:
    """A key of a file: the content around it, the file's own process or form, and the path."""

    loaded: Loaded
    path: Path
    root: Node
    process: Process | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the path, places in lists left out."""
        return tuple(part for part in self.path if isinstance(part, str))


#: keys called as others are, but for fields and expressions
_FIELDS = (("number", "of"), ("ranges", "of"), ("ranges", "first"))


def names_at(place: Place) -> list[tuple[str, str]]:
    """Return the names, each with its caption, that may stand at a path of a file."""
    keys = place.keys[:-1] if place.keys[-1:] == ("then",) else place.keys
    if keys[-2:-1] == ("outcomes",):
        return list(_steps(place))
    if keys[-2:] in _FIELDS:
        return []
    source = _BY_KEY.get(keys[-1]) if keys else None
    return list(source(place)) if source is not None else []


def _steps(place: Place) -> Names:
    """The steps of the file's process, or of the processes a list or group names."""
    processes = [place.process] if place.process is not None else _named_processes(place)
    seen: dict[str, str] = {}
    for process in processes:
        for step in process.steps.values():
            seen.setdefault(step.name, step.title)
    yield from seen.items()


def _targets(place: Place) -> Names:
    yield from _steps(place)
    if "actions" in place.keys:
        yield from ((name, "") for name in RELATIVE)


def _waiting(place: Place) -> Names:
    for process in _named_processes(place):
        for step in process.steps.values():
            if step.wait is not None:
                yield step.name, step.title


def _named_processes(place: Place) -> list[Process]:
    owners = [place.root, place.root.at_path(["members"])]
    named = {item.text for owner in owners if (at := owner.get("processes")) for item in at.items}
    return [b.process for name, b in place.loaded.processes.items() if not named or name in named]


def _parts_of_steps(kind: str) -> Callable[[Place], Names]:
    """Actions or stages: of the step they are named in, else of all steps."""

    def names(place: Place) -> Names:
        processes = [place.process] if place.process is not None else _named_processes(place)
        own = place.keys[1] if place.process is not None and len(place.keys) > 1 else ""
        seen: dict[str, str] = {}
        for process in processes:
            steps = [process.steps[own]] if own in process.steps else list(process.steps.values())
            for step in steps:
                parts: Mapping[str, Any] = getattr(step, kind)
                for part in parts.values():
                    seen.setdefault(part.name, part.title)
        yield from seen.items()

    return names


def _expiry(place: Place) -> Names:
    """What the system may do when a deadline is over: of a case, an action of the process."""
    process = place.process
    for action in process.actions.values() if process is not None else ():
        yield action.name, action.title
    if "deadlines" not in place.keys:
        yield from _parts_of_steps("actions")(place)


def _of(part: str) -> Callable[[Place], Names]:
    """Files of a kind of the content."""

    def names(place: Place) -> Names:
        for name, found in getattr(place.loaded.content, part).items():
            yield name, getattr(found, "title", "")

    return names


def _forms(place: Place) -> Names:
    for name, form in place.loaded.forms.items():
        yield name, form.title


def _processes(place: Place) -> Names:
    for name, bound in place.loaded.processes.items():
        yield name, bound.process.title


def _statuses(place: Place) -> Names:
    found = place.loaded.content.codes.get("statuses")
    for code in found.values.values() if found is not None else ():
        yield code.code, code.title


def _registers(place: Place) -> Names:
    yield from _of("registers")(place)
    yield "cases", "业务"


def _links(place: Place) -> Names:
    """The cases that a process creates, by the names it knows them by."""
    if place.process is not None:
        yield from created_by(place.process).items()


def _routes(place: Place) -> Names:
    yield from _of("routes")(place)
    yield SUPERIOR, "单位树"


def _pools(place: Place) -> Names:
    process = place.process
    wanted = process.jurisdiction if process is not None else ""
    for name, jurisdiction in place.loaded.content.jurisdictions.items():
        if wanted in ("", name):
            for pool in jurisdiction.pools:
                yield pool, jurisdiction.title


def _sections(place: Place) -> Names:
    form = place.loaded.forms.get(place.process.form or "") if place.process is not None else None
    for element in form.elements if form is not None else ():
        yield element.name, element.title


def _asked(place: Place) -> Names:
    """The fields an action may ask for."""
    ask = place.root.at_path(place.path[: place.path.index("ask") + 1])
    written = ask.get("form")
    form = place.loaded.forms.get(written.text if written is not None else REVIEW_FORM)
    for element in form.elements if form is not None else ():
        yield element.name, element.title
    if place.process is not None and place.process.members is not None:
        yield "members", "成员"


def _ask(place: Place) -> Names:
    return _asked(place) if isinstance(place.path[-1], int) else _forms(place)


def _fields(place: Place) -> Names:
    """The fields beside each other in a form."""
    known = place.root.at_path([*place.path[: _last(place.path, "required")], "properties"])
    for name, entry in known.entries.items():
        title = entry.value.get("title")
        yield name, title.text if title is not None else ""


def _last(path: Path, key: str) -> int:
    return len(path) - 1 - path[::-1].index(key)


def _columns(place: Place) -> Names:
    """The columns of a list: of the case and its data, or of a register's form."""
    of = place.root.get("of")
    if of is not None and of.text != "cases":
        register = place.loaded.content.registers.get(of.text)
        form = place.loaded.forms.get(register.form) if register is not None else None
        for element in form.elements if form is not None else ():
            yield element.name, element.title
        return
    for name, field in CASE_FIELDS.items():
        yield name, field.label
    seen: set[str] = set()
    for process in _named_processes(place):
        form = place.loaded.forms.get(process.form or "")
        if form is None or form.id in seen:
            continue
        seen.add(form.id)
        for path in form.index_paths:
            found = form.element(path)
            yield f"data.{path}", found.title if found is not None else ""


_BY_KEY: Mapping[str, Callable[[Place], Names]] = {
    "to": _targets,
    "steps": _steps,
    "during": _steps,
    "lock": _steps,
    "waiting_at": _waiting,
    "stage": _parts_of_steps("stages"),
    "stages": _parts_of_steps("stages"),
    "reach": _steps,
    "otherwise": _expiry,
    "actions": _parts_of_steps("actions"),
    "permission": _of("permissions"),
    "permissions": _of("permissions"),
    "status": _statuses,
    "statuses": _statuses,
    "form": _forms,
    "base": _forms,
    "row": _forms,
    "ballot": _forms,
    "snapshot_of": _forms,
    "use": _forms,
    "for": _forms,
    "ask": _ask,
    "fields": lambda place: _asked(place) if "ask" in place.keys else _fields(place),
    "required": _fields,
    "edit": _sections,
    "processes": _processes,
    "process": _processes,
    "based_on": _processes,
    "group": _processes,
    "case": _links,
    "start": _processes,
    "register": _registers,
    "reference": _of("registers"),
    "from": _of("registers"),
    "exists": _registers,
    "count": _registers,
    "first": _registers,
    "of": _registers,
    "ranges": _of("registers"),
    "route": _routes,
    "rule": lambda place: names_of_rules(place.loaded),
    "message": _of("messages"),
    "template": _of("documents"),
    "pool": _pools,
    "connector": _of("connectors"),
    "codes": _of("codes"),
    "calendar": _of("calendars"),
    "list": _of("lists"),
    "columns": _columns,
    "filters": _columns,
    "search": _columns,
    "sort": _columns,
}
