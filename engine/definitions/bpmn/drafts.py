"""What goes with an imported process: a form for its data, code lists, connectors, messages.

Everything a file says of fields becomes one form, since a case has one set of data; who enters what
is said at the steps (``edit``). The drafts are there to be looked at: each is listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from engine.authoring.emitting import document
from engine.definitions.bpmn.drawing import Drawing
from engine.definitions.bpmn.drawn import Node, Question
from engine.definitions.bpmn.fields import Asked, Form, form_of, kept_forms, kinds_of

Keys = dict[str, object]
_IS = ("type", "format", "codes", "reference", "items")
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9_]*", re.ASCII)
_SCHEMAS: Mapping[str, Keys] = {
    "long text": {"widget": "textarea"},
    "date": {"format": "date"},
    "person": {"reference": "people"},
    "rows": {
        "type": "array",
        "items": {"properties": {"name": {"title": "名称", "type": "string"}}},
    },
    "people": {"type": "array", "items": {"reference": "people"}},
}


class Drafts:
    """Writes what goes with one process."""

    def __init__(self, drawing: Drawing, taken: Collection[str]) -> None:
        """Write beside the drawing; ``taken`` are the paths of files there already are."""
        self.drawing = drawing
        self.taken = taken
        self.files: dict[str, str] = {}
        self.fields: dict[str, Keys] = {}
        self.required: list[str] = []

    def complete(self, value: Keys) -> Keys:
        """Return a process with its form named, and the fields of each step that has some."""
        asked = [node.asks for node in self.drawing.nodes.values() if node.asks is not None]
        into = {one.into for one in asked}
        read = kinds_of(self.drawing.asked)
        read |= self.drawing.kinds
        for one in asked:
            read |= {path: "string" for path in kinds_of(one.given.values()) if path not in read}
        id_ = self._free("forms/{}.yaml", str(value["process"]).rpartition("/")[2])
        edits = self._declared(value, id_)
        other = []
        for path, kind in read.items():
            if path[0] in into:
                continue
            if path[0] not in self.fields:
                other.append(path[0])
            _put(self.fields, path, kind)
        for one in asked:
            self._connector(one, read)
        self._messages()
        captions = {field: variable for variable, field in self.drawing.renamed.items()}
        for name, field in self.fields.items():
            field["title"] = captions.get(name, name) if field["title"] == name else field["title"]
        if not self.fields:
            return value
        head: Keys = {"form": id_, "title": value["title"]}
        if self.required:
            head["required"] = self.required
        self._write(f"forms/{id_}.yaml", {**head, "properties": self.fields})
        steps = value["steps"]
        assert isinstance(steps, dict)
        first = next(iter(steps))
        if edits.get(first):
            edits[first] += other
        for name, step in _all(steps):
            if edits.get(name) and "who" in step and "parallel" not in step:
                step["edit"] = list(dict.fromkeys(edits[name]))
        return {**{key: value[key] for key in ("process", "title")}, "form": id_, **value}

    # ---------------------------------------------------------------- forms

    def _declared(self, value: Keys, form: str) -> dict[str, list[str]]:
        """Take in the fields of all task forms; return which are entered at each step."""
        kept = kept_forms(self.drawing.process)
        steps = value["steps"]
        assert isinstance(steps, dict)
        first = next(iter(steps))
        edits: dict[str, list[str]] = {}
        for node in self.drawing.nodes.values():
            found = form_of(node.element, kept)
            step = first if node.element.name == "startEvent" else node.name
            later = [one for one in found.fields if one.required and one.entered and step != first]
            self._missing(node, found, [f"{one.title}: required" for one in later])
            for number, asked in enumerate(found.fields, 1):
                name = self.drawing.field(asked.name)
                name = name if _NAME.fullmatch(name) else f"{step}_{number}"
                if name not in self.fields:
                    self.fields[name] = self._field(name, asked, form)
                    # A field of a later step is not yet there when the first one is handed in.
                    if asked.required and asked.entered and step == first:
                        self.required.append(name)
                if asked.entered:
                    edits.setdefault(step, []).append(name)
        return edits

    def _missing(self, node: Node, found: Form, left_out: list[str]) -> None:
        """List what of a form is not taken over."""
        if found.missing:
            self.drawing.note("BPM185", node.element, step=node.name, what=found.missing)
        for what in (*found.left_out(), *left_out):
            self.drawing.note("BPM165", node.element, what=what, step=node.name)

    def _field(self, name: str, asked: Asked, form: str) -> Keys:
        kind = asked.kind
        if kind in ("choice", "choices"):
            return self._choice(name, asked, form)
        return {"title": asked.title, **_schema(kind), **_fitting(kind, asked.limits)}

    def _choice(self, name: str, asked: Asked, form: str) -> Keys:
        """A code list, if the options have names it can hold; else a text that says them."""
        names = [option for option, _ in asked.options]
        if not names or not all(map(_CODE.fullmatch, names)):
            said = "、".join(title or option for option, title in asked.options)
            return {"title": asked.title, "type": "string", **({"help": said} if said else {})}
        codes = self._free("definitions/codes/{}.yaml", f"{form}-{name.replace('_', '-')}")
        values = {option: {"title": title or option} for option, title in asked.options}
        self._write(
            f"definitions/codes/{codes}.yaml",
            {"codes": codes, "title": asked.title, "values": values},
        )
        if asked.kind == "choices":
            return {"title": asked.title, "type": "array", "items": {"codes": codes}}
        return {"title": asked.title, "codes": codes}

    # ---------------------------------------------------------------- connectors

    def _connector(self, one: Question, read: Mapping[tuple[str, ...], str]) -> None:
        path = f"definitions/connectors/{one.connector}.yaml"
        if path in self.taken or path in self.files:
            return
        query = self._free("forms/{}.yaml", f"{one.connector}-query")
        answer = self._free("forms/{}.yaml", f"{one.connector}-answer")
        sent: dict[str, Keys] = {}
        for name, text in one.given.items():
            paths = kinds_of([text])
            whole = next((names for names in paths if text == ".".join(["data", *names])), None)
            known = self.fields.get(whole[0], {}) if whole and len(whole) == 1 else {}
            kind = read.get(whole, "string") if whole else "string"
            sent[name] = {"title": name, **(_typed(known) or _schema(kind))}
        back: dict[str, Keys] = {}
        for names, kind in read.items():
            if names[0] == one.into and len(names) > 1:
                _put(back, names[1:], kind)
        self._write(path, {
            "connector": one.connector, "title": one.title, "form": query, "result": answer,
            "address": f"{one.connector.replace('-', '_')}_url",
        })  # fmt: skip
        for form, fields in ((query, sent), (answer, back)):
            self._write(
                f"forms/{form}.yaml", {"form": form, "title": one.title, "properties": fields}
            )

    # ---------------------------------------------------------------- messages

    def _messages(self) -> None:
        """Write the messages that are sent; the caption of a node is all the file says of one."""
        sent = [(node, effect) for node in self.drawing.nodes.values() for effect in node.do]
        for node, effect in sent:
            name = str(effect.get("message", ""))
            path = f"definitions/messages/{name}.yaml"
            if not name or path in self.taken or path in self.files:
                continue
            title = re.sub(r"[{}]", "", node.title) or name
            said = {"zh": title}
            self._write(path, {
                "message": name, "title": title, "to": "initiator", "subject": said, "body": said,
            })  # fmt: skip

    # ---------------------------------------------------------------- files

    def _free(self, path: str, name: str) -> str:
        """Return a name of which there is no file yet."""
        number, found = 2, name
        while path.format(found) in self.taken or path.format(found) in self.files:
            number, found = number + 1, f"{name}-{number}"
        return found

    def _write(self, path: str, value: Keys) -> None:
        self.files[path] = document(value)
        self.drawing.note("BPM184", self.drawing.process, path=path)


def _put(fields: dict[str, Keys], path: tuple[str, ...], kind: str) -> None:
    """Add a field at a path, where there is none yet."""
    here = fields
    for name in path[:-1]:
        group = here.setdefault(name, {"title": name, "properties": {}})
        inner = group.get("properties")
        if not isinstance(inner, dict):
            return
        here = inner
    here.setdefault(path[-1], {"title": path[-1], **_schema(kind)})


def _schema(kind: str) -> Keys:
    return dict(_SCHEMAS.get(kind, {"type": kind}))


def _typed(field: Keys) -> Keys:
    """Return of a field what it is, without what it may be."""
    return {key: value for key, value in field.items() if key in _IS}


def _fitting(kind: str, limits: Mapping[str, int]) -> Mapping[str, int]:
    """Return the limits a field of a kind can have."""
    wanted: Callable[[str], bool] = {
        "number": lambda name: name in ("minimum", "maximum"),
        "integer": lambda name: name in ("minimum", "maximum"),
        "string": lambda name: name.endswith("Length"),
        "long text": lambda name: name.endswith("Length"),
    }.get(kind, lambda name: False)
    return {name: limit for name, limit in limits.items() if wanted(name)}


def _all(steps: Mapping[str, Keys]) -> Iterator[tuple[str, Keys]]:
    """Go through steps and those of their branches."""
    for name, step in steps.items():
        yield name, step
        parallel = step.get("parallel")
        if isinstance(parallel, dict):
            for branch in parallel["branches"].values():
                yield from _all(branch)
