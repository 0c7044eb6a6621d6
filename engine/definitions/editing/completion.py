"""What may be written at a place of an author file.

Keys and closed words come from the vocabularies, of which the published JSON Schemas are made;
names from the content as it stands, expressions from the scope they are compiled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.authoring.cursor import MARK, Cursor, cursor_at
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions import shapes
from engine.definitions.bind import BoundProcess
from engine.definitions.content_expressions import NAMES
from engine.definitions.editing.names import Place, names_at
from engine.definitions.editing.rule_words import PATH as RULES
from engine.definitions.editing.rule_words import keys_in, names_in, words_in
from engine.definitions.explain import scope_around
from engine.definitions.kinds import SINGLE, kind_of
from engine.definitions.listing import CASE_FIELDS
from engine.definitions.release import FORMS, PROCESSES, Loaded
from engine.definitions.sample import EXPECTED, KEYS, STEP_KEYS
from engine.definitions.shapes import Shape, Vocabulary
from engine.definitions.vocabulary import FILE
from engine.definitions.workbench import Workbench
from engine.domain.types import Field, Record, Reference
from engine.expressions import Scope
from engine.expressions.completing import suggestions
from engine.forms import scope_at
from engine.forms.keywords import FORMATS, KEYWORDS, PARTS, TOP, WIDGETS

Path = tuple[str | int, ...]
Kind = Literal["key", "word", "name", "function"]
#: keys of forms that hold expressions
_FORM_CONDITIONS = {name for name, keyword in KEYWORDS.items() if keyword.holds == "expression"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be written.

    ``insert`` takes the place of the word that was begun.
    """

    label: str
    kind: Kind
    insert: str
    #: its caption or meaning, in Chinese
    detail: str = ""
    #: its type in words of both languages, of names in expressions
    type: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What may be written, and the columns of the line whose text it takes the place of."""

    candidates: tuple[Candidate, ...]
    first: int
    last: int


def complete(bench: Workbench, path: str, text: str, line: int, column: int) -> Completion:
    """Return what may be written at a place of a text, the text being in whatever state.

    Args:
        bench: the content the file belongs to.
        path: the file.
        text: its text in the editor.
        line: the line, counted from 1.
        column: the column of the character behind the place, counted from 1.
    """
    cursor = cursor_at(text, line, column, path)
    nothing = Completion((), column, column)
    if cursor is None:
        return nothing
    found = list(_candidates(bench.with_file(path, cursor.text), path, cursor))
    word = cursor.word
    if any(one.kind in ("function",) or one.type is not None for one in found):
        word = word.rpartition(".")[2]
    fitting = [one for one in found if one.label.startswith(word)]
    loose = [one for one in found if word in one.label and one not in fitting]
    return Completion((*fitting, *loose), column - len(word), column)


def _candidates(loaded: Loaded, path: str, cursor: Cursor) -> Iterator[Candidate]:
    if path.startswith(FORMS):
        yield from _in_form(loaded, path, cursor)
    elif path.startswith("examples/"):
        yield from _in_sample(cursor)
    else:
        yield from _in_definition(loaded, path, cursor)


# Definitions -----------------------------------------------------------------------------------


def _in_definition(loaded: Loaded, path: str, cursor: Cursor) -> Iterator[Candidate]:
    shape = _root_shape(path)
    if shape is None:
        return
    bound = loaded.processes.get(path.removeprefix(PROCESSES).removesuffix(".yaml"))
    place = Place(loaded, cursor.path, cursor.root, bound.process if bound is not None else None)
    at = list(_shapes_at(shape, cursor.root, cursor.path))
    if cursor.kind == "key":
        yield from _keys(at, cursor.root.at_path(cursor.path))
        for name, title in keys_in(loaded, path, cursor):
            yield Candidate(name, "name", f"{name}: ", title)
        yield from _inherited_names(place, bound)
        return
    if any(isinstance(one, shapes.Expression) for one in at):
        scope = _scope(loaded, path, cursor, bound)
        if scope is not None:
            yield from _in_expression(cursor, scope)
        return
    yield from (Candidate(name, "name", name, t) for name, t in words_in(loaded, path, cursor))
    if path.startswith(RULES) and cursor.path[2:3] == ("then",):
        scope = names_in(loaded, path)
        yield from _in_expression(cursor, scope) if scope is not None else ()
        return
    words = [word for one in at for word in _words(one)]
    yield from (Candidate(word, "word", word) for word in words)
    yield from (Candidate(name, "name", name, title) for name, title in names_at(place))
    if not words and cursor.kind == "value":
        yield from _keys(at, None)


def _root_shape(path: str) -> Shape | None:
    if path.startswith(PROCESSES):
        return FILE
    vocabulary = SINGLE.get(path)
    if vocabulary is None:
        kind = kind_of(path)
        vocabulary = kind.vocabulary if kind is not None else None
    return shapes.One(vocabulary, lambda values: values) if vocabulary is not None else None


def _shapes_at(shape: Shape, node: Node, path: Path) -> Iterator[Shape]:
    """Go through the shapes that what stands at a path may have."""
    if isinstance(shape, shapes.Made):
        yield from _shapes_at(shape.item, node, path)
    elif isinstance(shape, shapes.ByKind):
        for one in (shape.scalar, shape.sequence, shape.mapping):
            if one is not None:
                yield from _shapes_at(one, node, path)
    elif isinstance(shape, shapes.ChoiceOf):
        yield from _shapes_at(shape.item, node, path)
        if shape.by_rule:
            yield from _shapes_at(shapes.USE, node, path)
        if len(path) > 1 and isinstance(path[0], int):
            inner = shape.item if path[1] == "then" else shapes.CONDITION
            yield from _shapes_at(inner, node, path[2:])
        elif path and isinstance(path[0], int):
            yield shapes.One(shapes.CASE, lambda values: values)
    elif not path:
        yield shape
    else:
        inside = _inside(shape, path[0])
        if inside is not None:
            yield from _shapes_at(inside, node, path[1:])


def _inside(shape: Shape, step: str | int) -> Shape | None:
    """Return the shape of one part of a value."""
    if isinstance(shape, shapes.One) and isinstance(step, str):
        key = shape.of.key(step)
        return key.shape if key is not None else None
    if isinstance(shape, shapes.MapOf) and isinstance(step, str):
        return shape.item
    if isinstance(shape, shapes.ListOf | shapes.Names) and isinstance(step, int):
        return shape.item
    return None


def _keys(at: Sequence[Shape], written: Node | None) -> Iterator[Candidate]:
    known = written.entries if written is not None else {}
    vocabularies: dict[str, Vocabulary] = {
        one.of.id: one.of for one in at if isinstance(one, shapes.One)
    }
    for vocabulary in vocabularies.values():
        for key in vocabulary.keys:
            if key.name not in known:
                yield Candidate(key.name, "key", f"{key.name}: ", key.zh)


def _inherited_names(place: Place, bound: BoundProcess | None) -> Iterator[Candidate]:
    """Names a file on top of another may say something about, or that are the usual ones."""
    path, root = place.path, place.root
    if path and path[-1] == "outcomes" and bound is not None and len(path) == 3:
        step = bound.process.steps.get(str(path[1]))
        usual = ("passed", "failed", "decided", "no_quorum", "short")
        for name in usual if step is not None and step.panel is not None else ():
            yield Candidate(name, "name", f"{name}: ")
    if root.get("based_on") is None or bound is None or not path:
        return
    flat, written = place.loaded.nodes.get(bound.process.id), root.at_path(path)
    if flat is None or path[-1] not in (
        "steps",
        "actions",
        "facts",
        "policy",
        "flags",
        "deadlines",
    ):
        return
    below = flat.at_path(path)
    for name, entry in below.entries.items():
        if name not in written.entries and name != MARK:
            title = entry.value.get("title")
            yield Candidate(name, "name", f"{name}: ", title.text if title is not None else "")


def _words(shape: Shape) -> Iterator[str]:
    if isinstance(shape, shapes.Closed | shapes.Switchable):
        yield from shape.of
    elif isinstance(shape, shapes.Names) and shape.word:
        yield shape.word
    elif isinstance(shape, shapes.Yes):
        yield from ("true", "false")


# Expressions -----------------------------------------------------------------------------------


def _in_expression(cursor: Cursor, scope: Scope) -> Iterator[Candidate]:
    for one in suggestions(cursor.before + cursor.word.rpartition("/")[2], scope):
        kind: Kind = "function" if one.kind == "function" else "name"
        yield Candidate(one.name, kind, one.name, one.label, one.type)


def _scope(loaded: Loaded, path: str, cursor: Cursor, bound: BoundProcess | None) -> Scope | None:
    """Return the names an expression at the cursor can read."""
    if bound is not None:
        return scope_around(bound, cursor.node)
    if path.startswith("definitions/documents/"):
        name = path.rsplit("/", 1)[-1].removesuffix(".yaml")
        issuing = (b for b in loaded.processes.values() if name in b.documents)
        first = next(issuing, None)
        return first.scopes.everywhere if first is not None else None
    of = cursor.root.get("of") or cursor.root.get("register")
    register = loaded.content.registers.get(of.text) if of is not None else None
    records = {
        name: one.record(form.type if (form := loaded.forms.get(one.form)) else None)
        for name, one in loaded.content.registers.items()
    }
    row = records[register.id] if register is not None else _case_row(loaded, cursor.root)
    return Scope({**NAMES, "it": Field(row)}, records)


def _case_row(loaded: Loaded, root: Node) -> Record:
    """Return a case as a list sees it: with the data of all the processes it lists."""
    named = {item.text for item in root.at_path(["processes"]).items}
    forms = [
        form
        for name, bound in loaded.processes.items()
        if (not named or name in named)
        and (form := loaded.forms.get(bound.process.form or "")) is not None
    ]
    data = {name: one for form in forms for name, one in form.type.fields.items()}
    return Record("case", {**CASE_FIELDS, "data": Field(Record("data", data), "业务数据")})


# Forms -----------------------------------------------------------------------------------------


def _in_form(loaded: Loaded, path: str, cursor: Cursor) -> Iterator[Candidate]:
    keys = [part for part in cursor.path if isinstance(part, str)]
    if cursor.kind == "key":
        yield from _form_keys(cursor)
        return
    key = keys[-1] if keys else ""
    inside = keys[-2] if len(keys) > 1 else ""
    conditional = key in _FORM_CONDITIONS or (inside == "rules" and key in ("that", "when"))
    form = loaded.forms.get(path.removeprefix(FORMS).removesuffix(".yaml"))
    if conditional and form is not None:
        scope = scope_at(form, _row_of(cursor.path))
        if key == "where" and (row := _queried(loaded, cursor)) is not None:
            scope = scope.child(row=scope.names["it"], it=row)
        yield from _in_expression(cursor, scope)
        return
    words: Sequence[str] = ()
    if key == "widget":
        yield from (Candidate(name, "word", name, one.zh) for name, one in WIDGETS.items())
    elif key == "format":
        yield from (Candidate(name, "word", name, one[1]) for name, one in FORMATS.items())
    elif key in KEYWORDS:
        words = ("true", "false") if KEYWORDS[key].holds == "boolean" else KEYWORDS[key].words
    yield from (Candidate(word, "word", word) for word in words)
    place = Place(loaded, cursor.path, cursor.root, None)
    if key != "columns":
        yield from (Candidate(name, "name", name, title) for name, title in names_at(place))


def _form_keys(cursor: Cursor) -> Iterator[Candidate]:
    written = cursor.root.at_path(cursor.path).entries
    keys = [part for part in cursor.path if isinstance(part, str)]
    if keys and keys[-1] == "properties":
        return
    parts = PARTS.get(".".join(keys[-2:])) or (PARTS.get(keys[-1]) if keys else None)
    if keys[:1] == ["facts"]:
        if len(keys) == 1:
            return
        parts = PARTS["facts"]
    names: Sequence[str] = parts or (TOP if not keys else tuple(KEYWORDS))
    for name in names:
        if name not in written:
            detail = KEYWORDS[name].zh if name in KEYWORDS and parts is None else ""
            yield Candidate(name, "key", f"{name}: ", detail)


def _row_of(path: Path) -> tuple[str, ...]:
    """Return the section or row a condition at a path of a form belongs to."""
    found: list[str] = []
    steps = list(path)
    while steps[:1] == ["properties"] and len(steps) > 2:
        inner = steps[2:]
        if inner[:1] == ["items"] and "properties" in inner[1:2]:
            found += [str(steps[1]), "*"]
            steps = inner[1:]
        elif inner[:1] == ["properties"]:
            found.append(str(steps[1]))
            steps = inner
        else:
            break
    return tuple(found)


def _queried(loaded: Loaded, cursor: Cursor) -> Field | None:
    """Return the row of the register that a ``where`` of a form looks through."""
    owner = cursor.root.at_path(cursor.path[:-1])
    named = owner.get("reference") or owner.get("register")
    known = named is not None and named.text in loaded.content.registers
    return Field(Reference(named.text)) if known and named is not None else None


# Samples ---------------------------------------------------------------------------------------


def _in_sample(cursor: Cursor) -> Iterator[Candidate]:
    if cursor.kind != "key":
        return
    written = cursor.root.at_path(cursor.path).entries
    inside = [part for part in cursor.path if isinstance(part, str)]
    names: Sequence[str] = KEYS
    if inside == ["steps"]:
        names = STEP_KEYS
    elif inside:
        names = EXPECTED if "expect" in inside else ()
    yield from (Candidate(name, "key", f"{name}: ") for name in names if name not in written)
