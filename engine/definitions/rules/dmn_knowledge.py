"""Boxed expressions of DMN: knowledge models that are called, and contexts of named parts.

A model that is an expression stands for what it says, with its parameters filled in; the parts of a
context stand in the result. A model that is a table is the table of the decision that calls it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.definitions.dialects import LONGEST, snake, translated
from engine.definitions.markup import Element
from engine.definitions.rules.dmn_cells import STRING, Refused, text_of
from engine.definitions.rules.dmn_columns import Column, name_of, type_of
from engine.definitions.rules.table import FOLDER

#: models call each other so deep
_DEEPEST = 10
BOXED = ("literalExpression", "invocation", "context")
_CALL = re.compile(r"(?P<name>[^()]+?)\s*\((?P<given>[^()]*)\)\s*\Z")
_SIMPLE = re.compile(r"\w+(?:\.\w+)*")
_ALIAS = re.compile(r"known(\d+)name")
_WHOLE = re.compile(r"[\w.]+|'(?:[^'\\]|\\.)*'")


@dataclass(frozen=True, slots=True)
class Model:
    """A business knowledge model: what it is given, and what it makes of that."""

    #: its parameters with their types
    given: Mapping[str, str]
    logic: Element
    #: of what type its answer is, as far as the file says it
    type: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A table that a decision calls, with what each parameter is in the decision."""

    table: Element
    given: Mapping[str, str]
    types: Mapping[str, str]


class Knowledge:
    """The knowledge models of a file."""

    def __init__(self, root: Element) -> None:
        """Read them; what is wrong with one is said where it is called."""
        self.models: dict[str, Model] = {}
        self.depth = 0
        #: the types of inputs and decisions by name
        self.types: Mapping[str, str] = {}
        #: tables that expressions call: each becomes one of its own, by name: id, title, table
        self.tables: dict[str, tuple[str, str, Element]] = {}
        self.begin()
        for one in root.all("businessKnowledgeModel"):
            function = one.first("encapsulatedLogic")
            logic = boxed_of(function) if function is not None else None
            if function is None or logic is None:
                continue
            variable = one.first("variable")
            names = [one.given("name"), variable.given("name") if variable is not None else ""]
            given = {
                _spaced(each.given("name")): each.given("typeRef")
                for each in function.all("formalParameter")
            }
            output = logic.first("output") if logic.name == "decisionTable" else None
            typed = output.given("typeRef") if output is not None else ""
            typed = typed or (variable.given("typeRef") if variable is not None else "")
            self.models |= {_spaced(name): Model(given, logic, typed) for name in names if name}

    def begin(self) -> None:
        """Begin another decision."""
        #: inputs that are computed before, and the remarks that say how
        self.made: list[Column] = []
        self.remarks: list[str] = []
        #: inputs that are records: their fields by name, and their names here by those of the file
        self.records: dict[str, Mapping[str, str]] = {}
        self.whole: dict[str, str] = {}

    def called(self, logic: Element) -> Called | None:
        """Return the table a decision calls, if that is all it does.

        Raises:
            Refused: it is given something else than inputs, or not what it asks for.
        """
        if logic.name == "invocation":
            name = _spaced(text_of(logic, "literalExpression", "text"))
            given = {_spaced(each.name): each.text for each in _bindings(logic)}
        else:
            match = (
                _CALL.match(text_of(logic, "text")) if logic.name == "literalExpression" else None
            )
            if match is None:
                return None
            name = _spaced(match["name"])
            values = [one.strip() for one in match["given"].split(",")]
            known = self.models.get(name)
            given = dict(zip(known.given, values, strict=False)) if known is not None else {}
        model = self.models.get(name)
        if model is None or model.logic.name != "decisionTable":
            return None
        if set(given) != set(model.given) or not all(given.values()):
            raise _not_given(logic, name)
        return Called(model.logic, given, model.given)

    def boxed(self, logic: Element, known: Mapping[str, str]) -> str:
        """Return a boxed expression as one of ours over the names that are ``known``.

        Raises:
            Refused: part of it has no counterpart, or reads something else.
        """
        match logic.name:
            case "literalExpression":
                return self.text(text_of(logic, "text"), logic, known)
            case "invocation":
                name = _spaced(text_of(logic, "literalExpression", "text"))
                given = {
                    _spaced(each.name): _whole(self.boxed(each.logic, known))
                    for each in _bindings(logic)
                }
                return self._filled(name, given, logic)
            case "context":
                parts = self.parts(logic, known)
                if "" not in parts:
                    raise Refused(logic, "context 没有结果一栏", "the context has no result")
                return parts[""]
            case other:
                raise Refused(
                    logic, f"只接受决策表和表达式，不接受 {other}",
                    f"only decision tables and literal expressions are accepted, no {other}",
                )  # fmt: skip

    def parts(self, context: Element, known: Mapping[str, str]) -> dict[str, str]:
        """Return the parts of a context by name, the result by an empty one."""
        found: dict[str, str] = {}
        for entry in context.all("contextEntry"):
            variable, logic = entry.first("variable"), boxed_of(entry)
            if logic is None:
                raise Refused(entry, "这一栏没有表达式", "the entry has no expression")
            inner = {**known, **{name: _whole(text) for name, text in found.items() if name}}
            name = _spaced(variable.given("name")) if variable is not None else ""
            found[name] = self.boxed(logic, inner)
        return found

    def text(self, text: str, at: Element, known: Mapping[str, str]) -> str:
        """Return an expression in our words, with the models it calls filled in."""

        known = {**self.whole, **known}
        # FEEL takes names with signs and words of several parts by what is known.
        signed = sorted((one for one in known if not _SIMPLE.fullmatch(one)), key=len)[::-1]
        shown = text
        if signed:
            apart = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in signed)
            shown = re.sub(
                rf"{STRING}|(?<!\w)(?P<name>{apart})(?!\w)",
                lambda found: _alias(signed, found) or found[0], text,
            )  # fmt: skip

        def naming(names: tuple[str, ...]) -> str:
            written = ".".join(names)
            number = _ALIAS.fullmatch(written)
            if number:
                return known[signed[int(number[1])]]
            if written not in known:
                raise Refused(
                    at, f"表达式用到“{written}”，它不是输入",
                    f'the expression reads "{written}", no input',
                )  # fmt: skip
            return known[written]

        def calling(name: str, given: Sequence[str]) -> str | None:
            model = self.models.get(_spaced(name))
            if model is None:
                return None
            filled = dict(zip(model.given, map(_whole, given), strict=False))
            found = self._filled(_spaced(name), filled, at)
            return found if len(given) == len(model.given) else None

        found = translated(shown, naming, calling)
        if found is not None and len(found) > LONGEST:
            raise Refused(at, "代入以后太长", "it is too long once it is filled in")
        # An input is a single value: there is nothing to be added up or gone through.
        if found is None or re.search(r"\b(sum|mean)\(|\.(exists|all)\(", found):
            raise Refused(at, f"不支持表达式“{text}”", f'the expression "{text}" is not supported')
        self._parts_only(found, at)
        return found

    def _parts_only(self, found: str, at: Element) -> None:
        """Refuse an expression that reads a record as a whole, unless it only names it."""
        for name in self.records:
            if found != name and re.search(rf"(?<![\w.']){name}(?![\w'])", found):
                raise Refused(
                    at, f"“{name}”是一个记录，只能用它的各栏",
                    f'"{name}" is a record: only its fields can be used',
                )  # fmt: skip

    def _filled(self, name: str, given: Mapping[str, str], at: Element) -> str:
        """Return what a model says of what it is given."""
        model = self.models.get(name)
        if model is None:
            raise Refused(at, f"没有业务知识模型“{name}”", f'there is no knowledge model "{name}"')
        if set(given) != set(model.given):
            raise _not_given(at, name)
        if model.logic.name == "decisionTable":
            return self._answered(name, model, given, at)
        given = dict(given)
        for parameter, text in list(given.items()):
            fields = self.records.get(text, {})
            given |= {f"{parameter}.{field}": inside for field, inside in fields.items()}
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Refused(at, f"“{name}”调用自己", f'"{name}" calls itself')
        found = _whole(self.boxed(model.logic, given))
        self.depth -= 1
        return found

    def _answered(self, name: str, model: Model, given: Mapping[str, str], at: Element) -> str:
        """Return the input that the answer of a table is: the process asks it before."""
        id_ = f"{FOLDER}/{snake(name).replace('_', '-')}"
        asked = ", ".join(f"{name_of(one, at)}: {text}" for one, text in given.items())
        title = f"{name}({', '.join(given.values())})"
        known = next((one for one in self.made if one.title == title), None)
        if known is None:
            number = sum(one.title.startswith(f"{name}(") for one in self.made)
            answer = f"{name_of(name, at)}_{number + 1}" if number else name_of(name, at)
            known = Column(answer, title, type_of(model.type, at), ())
            self.made.append(known)
            self.remarks.append(f"# {id_} ({asked}) ← {answer}")
            self.tables[name] = (id_, name, model.logic)
        return known.name


@dataclass(frozen=True, slots=True)
class _Binding:
    name: str
    logic: Element

    @property
    def text(self) -> str:
        return text_of(self.logic, "text") if self.logic.name == "literalExpression" else ""


def _bindings(invocation: Element) -> list[_Binding]:
    found = []
    for one in invocation.all("binding"):
        parameter, logic = one.first("parameter"), boxed_of(one)
        if parameter is None or logic is None:
            raise Refused(one, "参数没有名称或表达式", "a binding lacks its name or expression")
        found.append(_Binding(parameter.given("name"), logic))
    return found


def boxed_of(around: Element) -> Element | None:
    """Return the expression or table inside an element."""
    return next((one for one in around.children if one.name in (*BOXED, "decisionTable")), None)


def _alias(signed: Sequence[str], found: re.Match[str]) -> str:
    name = " ".join((found["name"] or "").split())
    return f"known{signed.index(name)}name" if name in signed else ""


def _spaced(name: str) -> str:
    return " ".join(name.split())


def _whole(text: str) -> str:
    """Return an expression as a part of others."""
    closed = _WHOLE.fullmatch(text) or _is_enclosed(text)
    return text if closed else f"({text})"


def _is_enclosed(text: str) -> bool:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return bool(text) and text[0] == "(" and place == len(text) - 1
    return False


def _not_given(at: Element, name: str) -> Refused:
    return Refused(
        at, f"调用“{name}”时给的不是它要的参数",
        f'"{name}" is not given what it asks for',
    )  # fmt: skip
