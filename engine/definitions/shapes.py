"""The shapes a value of an author file can have.

A shape is written once in a vocabulary table and used three times: it reads a node (reporting what
does not fit), it writes its JSON Schema, and it names itself in the manual. So parser, schema and
manual cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from engine.authoring.fields import (
    BOOLEAN,
    INTEGER,
    MAPPING,
    NAMES,
    NUMBER,
    SEQUENCE,
    TEXT,
    shown,
)
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.process import Choice, Formula, RuleUse, Word

SNAKE = r"[a-z][a-z0-9_]*"
KEBAB = r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*"
_FRACTION = re.compile(r"([0-9]+)/([1-9][0-9]*)\Z")

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value is read: how sentences call its owner, its key, and where reports go."""

    where: Phrase
    key: str
    problems: Problems
    #: the name of the owner where owners are named (steps, actions, facts …)
    name: str = ""

    def wrong(self, node: Node, expected: Phrase) -> None:
        """Report that a value is of another type."""
        self.problems.add(
            "DEF102", node, where=self.where, key=self.key, expected=expected, value=shown(node)
        )


class Shape:
    """What a value looks like. ``read`` returns None for what does not fit, after reporting it."""

    def read(self, node: Node, spot: Spot) -> Any:
        """Read a value."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """Return the JSON Schema of the value."""
        raise NotImplementedError

    def words(self) -> Phrase:
        """Name the shape for the manual."""
        raise NotImplementedError

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies a value of this shape contains."""
        return ()


@dataclass(frozen=True)
class Text(Shape):
    """A caption or sentence."""

    def read(self, node: Node, spot: Spot) -> str | None:
        """Read a text; numbers and true or false must be quoted."""
        value = node.scalar
        if isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            found = BOOLEAN if isinstance(value, bool) else NUMBER
            spot.problems.add(
                "DEF105", node, where=spot.where, key=spot.key, value=node.text, found=found
            )
            return None
        spot.wrong(node, TEXT)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string"}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("文本", "text")


@dataclass(frozen=True)
class Name(Shape):
    """A name that expressions may use: a step, an action, a field …"""

    of: Phrase

    def read(self, node: Node, spot: Spot) -> str | None:
        """Read a name."""
        value = Text().read(node, spot)
        if value is not None and not re.fullmatch(SNAKE, value):
            spot.problems.add("DEF122", node, name=value)
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "pattern": f"^{SNAKE}$"}

    def words(self) -> Phrase:
        """Name the shape."""
        return self.of


@dataclass(frozen=True)
class Id(Shape):
    """The id of another file of the content."""

    of: Phrase

    def read(self, node: Node, spot: Spot) -> str | None:
        """Read an id."""
        value = Text().read(node, spot)
        if value is not None and not re.fullmatch(KEBAB, value.replace("_", "-")):
            spot.problems.add("DEF123", node, name=value)
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "pattern": "^[a-z0-9][a-z0-9/_-]*$"}

    def words(self) -> Phrase:
        """Name the shape."""
        return self.of


@dataclass(frozen=True)
class Path(Shape):
    """A path into ``data``, written with dots."""

    def read(self, node: Node, spot: Spot) -> str | None:
        """Read a path."""
        value = Text().read(node, spot)
        if value is not None and not re.fullmatch(rf"{SNAKE}(\.{SNAKE})*", value):
            spot.problems.add("DEF122", node, name=value)
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "pattern": rf"^{SNAKE}(\.{SNAKE})*$"}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("data 内的路径", "path in data")


@dataclass(frozen=True)
class Yes(Shape):
    """true or false."""

    def read(self, node: Node, spot: Spot) -> bool | None:
        """Read true or false; nothing else counts."""
        if isinstance(node.scalar, bool):
            return node.scalar
        spot.wrong(node, BOOLEAN)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "boolean"}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("true / false", "true / false")


@dataclass(frozen=True)
class Whole(Shape):
    """A whole number."""

    def read(self, node: Node, spot: Spot) -> int | None:
        """Read a whole number."""
        if isinstance(node.scalar, int) and not isinstance(node.scalar, bool):
            return node.scalar
        spot.wrong(node, INTEGER)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "integer"}

    def words(self) -> Phrase:
        """Name the shape."""
        return INTEGER


@dataclass(frozen=True)
class Literally(Shape):
    """A plain value: text, number, true or false."""

    def read(self, node: Node, spot: Spot) -> object:
        """Read a plain value."""
        if node.kind == "scalar" and node.scalar is not None:
            return node.scalar
        spot.wrong(node, Phrase("一个值", "a plain value"))
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": ["string", "number", "boolean"]}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("值", "value")


@dataclass(frozen=True)
class Share(Shape):
    """An exact fraction, read by the language and never by CEL."""

    def read(self, node: Node, spot: Spot) -> Fraction | None:
        """Read ``2/3``, ``1`` or ``0.5``."""
        match = _FRACTION.match(node.text) if node.kind == "scalar" else None
        value: Fraction | None = None
        if match:
            value = Fraction(int(match[1]), int(match[2]))
        elif isinstance(node.scalar, int | float) and not isinstance(node.scalar, bool):
            value = Fraction(node.text)
        if value is None or not 0 <= value <= 1:
            spot.problems.add("DEF128", node, value=shown(node).strip('"'))
            return None
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": ["string", "number"], "pattern": "^[0-9]+/[1-9][0-9]*$"}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("分数，如 2/3", "fraction such as 2/3")


@dataclass(frozen=True)
class Expression(Shape):
    """An expression. What it must give is checked when it is compiled in its scope."""

    gives: Phrase

    def read(self, node: Node, spot: Spot) -> Formula | None:
        """Read an expression; true, false and numbers are expressions too."""
        if node.kind == "scalar" and node.scalar is not None:
            return Formula(node.text, node)
        spot.problems.add("DEF409", node, value=shown(node))
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": ["string", "boolean", "number"]}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase(f"表达式（{self.gives.zh}）", f"expression ({self.gives.en})")


@dataclass(frozen=True)
class Closed(Shape):
    """One of a closed set of words."""

    of: tuple[str, ...]

    def read(self, node: Node, spot: Spot) -> str | None:
        """Read a word."""
        if node.kind == "scalar" and node.text in self.of:
            return node.text
        spot.problems.add(
            "DEF104",
            node,
            where=spot.where,
            key=spot.key,
            value=shown(node).strip('"'),
            given=node.text,
            choices=self.of,
        )
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"enum": list(self.of)}

    def words(self) -> Phrase:
        """Name the shape."""
        text = " / ".join(f"`{word}`" for word in self.of)
        return Phrase(text, text)


@dataclass(frozen=True)
class Switchable(Shape):
    """One of a closed set of words, or ``policy.x`` whose values are in that set."""

    of: tuple[str, ...]

    def read(self, node: Node, spot: Spot) -> Word | None:
        """Read a word or the name of a policy."""
        if node.kind == "scalar" and re.fullmatch(rf"policy\.{SNAKE}", node.text):
            return Word(policy=node.text.removeprefix("policy."))
        word = Closed(self.of).read(node, spot)
        return None if word is None else Word(literal=word)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        words = "|".join(self.of)
        return {
            "type": "string",
            "pattern": rf"^({words}|policy\.{SNAKE})$",
            "examples": [*self.of],
        }

    def words(self) -> Phrase:
        """Name the shape."""
        text = " / ".join(f"`{word}`" for word in self.of)
        return Phrase(f"{text} 或 `policy.x`", f"{text} or `policy.x`")


@dataclass(frozen=True)
class Names(Shape):
    """A list of names, or one word that stands for a list."""

    item: Shape
    word: str = ""

    def read(self, node: Node, spot: Spot) -> tuple[str, ...] | str | None:
        """Read a list of names."""
        if self.word and node.kind == "scalar" and node.text == self.word:
            return self.word
        if node.kind != "sequence":
            spot.wrong(node, NAMES)
            return None
        read = (self.item.read(item, spot) for item in node.items)
        return tuple(name for name in read if name is not None)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        many: Schema = {"type": "array", "items": self.item.schema()}
        if not self.word:
            return many
        return by_type(scalar={"const": self.word}, sequence=many)

    def words(self) -> Phrase:
        """Name the shape."""
        item = self.item.words()
        lead = f"`{self.word}` / " if self.word else ""
        return Phrase(f"{lead}[{item.zh}]", f"{lead}[{item.en}]")


@dataclass(frozen=True)
class ListOf(Shape):
    """Several values of one shape, in order."""

    item: Shape

    def read(self, node: Node, spot: Spot) -> tuple[Any, ...] | None:
        """Read a list."""
        if node.kind != "sequence":
            spot.wrong(node, SEQUENCE)
            return None
        read = (self.item.read(item, spot) for item in node.items)
        return tuple(value for value in read if value is not None)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "array", "items": self.item.schema()}

    def words(self) -> Phrase:
        """Name the shape."""
        item = self.item.words()
        return Phrase(f"[{item.zh}]", f"[{item.en}]")

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies of the items."""
        return self.item.parts()


@dataclass(frozen=True)
class MapOf(Shape):
    """Free names, each with a value of one shape."""

    item: Shape
    #: what the names are, for the manual
    keys: Phrase
    pattern: str = SNAKE
    #: whether a file based on another may remove an entry with null
    removable: bool = False

    def read(self, node: Node, spot: Spot) -> dict[str, Any] | None:
        """Read a mapping, keeping its order."""
        if node.kind != "mapping":
            spot.wrong(node, MAPPING)
            return None
        values: dict[str, Any] = {}
        for name, entry in node.entries.items():
            if not re.fullmatch(self.pattern, name):
                spot.problems.add("DEF122", entry.key, name=name)
            named = Spot(_inside(spot, name), spot.key, spot.problems, name)
            value = self.item.read(entry.value, named)
            if value is not None:
                values[name] = value
        return values

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.pattern}$"},
            "additionalProperties": _or_null(self.item.schema(), self.removable),
        }

    def words(self) -> Phrase:
        """Name the shape."""
        item = self.item.words()
        return Phrase(f"{self.keys.zh} → {item.zh}", f"{self.keys.en} → {item.en}")

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies of the values."""
        return self.item.parts()


@dataclass(frozen=True)
class ChoiceOf(Shape):
    """One value, ``[{when, then}, …, {then}]``, or ``{rule, with}`` in place of the list.

    Rule tables give words, so where an expression is expected the list is written out.
    """

    item: Shape

    @property
    def by_rule(self) -> bool:
        """Whether a rule table may decide."""
        return not isinstance(self.item, Expression)

    def read(self, node: Node, spot: Spot) -> Choice[Any] | None:
        """Read a value or a list of conditional values."""
        if node.kind == "mapping" and self.by_rule:
            use = USE.read(node, spot)
            return None if use is None else Choice((), use, self._reader(spot))
        if node.kind != "sequence":
            value = self.item.read(node, spot)
            return None if value is None else Choice(((None, value),))
        cases = [case for case in (self._case(item, spot) for item in node.items) if case]
        if not node.items:
            spot.wrong(node, Phrase("非空的条件列表", "a list with at least one entry"))
        for place, item in enumerate(node.items):
            last = place == len(node.items) - 1
            if item.kind != "mapping" or ("when" in item.entries) is not last:
                continue
            spot.problems.add("DEF126" if last else "DEF125", item, length=1)
        return Choice(tuple(cases)) if cases else None

    def _reader(self, spot: Spot) -> Callable[[Node, Problems], Any]:
        """Return what reads the value of a row of a rule table."""

        def read(node: Node, problems: Problems) -> Any:
            return self.item.read(node, replace(spot, problems=problems))

        return read

    def _case(self, node: Node, spot: Spot) -> tuple[Formula | None, Any] | None:
        values = read_mapping(CASE, node, spot)
        if values is None:
            return None
        then = values.node.get("then")
        value = None if then is None else self.item.read(then, spot)
        return None if value is None else (values.get("when"), value)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        case = {
            "type": "object",
            "properties": {"when": CONDITION.schema(), "then": self.item.schema()},
            "required": ["then"],
            "additionalProperties": False,
        }
        many: Schema = {"type": "array", "items": case, "minItems": 1}
        use = USE.schema() if self.by_rule else None
        return by_type(scalar=self.item.schema(), sequence=many, mapping=use)

    def words(self) -> Phrase:
        """Name the shape."""
        item = self.item.words()
        return Phrase(f"{item.zh} ◇", f"{item.en} ◇")

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies of the values."""
        return [*self.item.parts(), *(USE.parts() if self.by_rule else ())]


@dataclass(frozen=True)
class ByKind(Shape):
    """A shape for each way of writing: a single value, a list, a mapping."""

    scalar: Shape | None = None
    sequence: Shape | None = None
    mapping: Shape | None = None

    def read(self, node: Node, spot: Spot) -> Any:
        """Read the value by the shape for the way it is written."""
        shape: Shape | None = getattr(self, node.kind)
        if shape is None:
            spot.wrong(node, self.words())
            return None
        return shape.read(node, spot)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return by_type(
            **{
                kind: shape.schema()
                for kind in ("scalar", "sequence", "mapping")
                if (shape := getattr(self, kind)) is not None
            }
        )

    def words(self) -> Phrase:
        """Name the shape."""
        shapes = [shape for shape in (self.scalar, self.sequence, self.mapping) if shape]
        return Phrase(
            "，或 ".join(shape.words().zh for shape in shapes),
            ", or ".join(shape.words().en for shape in shapes),
        )

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies of all three."""
        shapes = [shape for shape in (self.scalar, self.sequence, self.mapping) if shape]
        return [part for shape in shapes for part in shape.parts()]


@dataclass(frozen=True)
class Made(Shape):
    """Another shape whose value is turned into something else."""

    item: Shape
    make: Callable[[Any, Node, Spot], Any]

    def read(self, node: Node, spot: Spot) -> Any:
        """Read the value and turn it."""
        value = self.item.read(node, spot)
        return None if value is None else self.make(value, node, spot)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return self.item.schema()

    def words(self) -> Phrase:
        """Name the shape."""
        return self.item.words()

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabularies of the value."""
        return self.item.parts()


@dataclass(frozen=True)
class Key:
    """One key of the language: its shape, its meaning in both languages, its default."""

    name: str
    shape: Shape
    zh: str
    en: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class Values:
    """What was read from one mapping: only the keys that were written and fit."""

    node: Node
    spot: Spot
    read: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name the mapping stands under, where there is one."""
        return self.spot.name

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key."""
        return self.read.get(key, default)

    def __contains__(self, key: str) -> bool:
        """Tell whether a key was written and fits."""
        return key in self.read


@dataclass(frozen=True)
class Vocabulary:
    """The closed set of keys of one kind of mapping."""

    #: how the schema and the manual call it
    id: str
    title: Phrase
    keys: tuple[Key, ...]
    #: says what the mapping is, with ``{name}`` for its name
    called: Phrase
    #: section of the language definition
    origin: str = ""
    #: whether a file based on another may remove a key with null
    removable: bool = False
    #: the key with which a file takes the required keys it does not write from another file
    inherits: str = ""

    def key(self, name: str) -> Key | None:
        """Return a key by name."""
        return next((key for key in self.keys if key.name == name), None)

    def schema(self) -> Schema:
        """Return the JSON Schema of the mapping."""
        usable = self.keys
        schema: Schema = {
            "type": "object",
            "properties": {
                key.name: {
                    **_or_null(key.shape.schema(), self.removable),
                    "description": f"{key.zh}\n{key.en}",
                }
                for key in usable
            },
            "additionalProperties": False,
        }
        required = [key.name for key in usable if key.required]
        if self.inherits:
            schema["anyOf"] = [{"required": [required[0], self.inherits]}, {"required": required}]
        elif required:
            schema["required"] = required
        return schema


@dataclass(frozen=True)
class One(Shape):
    """A mapping of a closed vocabulary, built into a value."""

    of: Vocabulary
    build: Callable[[Values], Any]
    #: keys of which exactly one must be written
    exactly_one: tuple[str, ...] = ()

    def read(self, node: Node, spot: Spot) -> Any:
        """Read the mapping and build its value."""
        values = read_mapping(self.of, node, spot)
        if values is None:
            return None
        if self.exactly_one:
            found = [key for key in self.exactly_one if key in node.entries]
            if len(found) != 1:
                usable = [k.name for k in self.of.keys if k.name in self.exactly_one]
                spot.problems.add(
                    "DEF124",
                    node.key(found[1]) if found else node,
                    length=None if found else 1,
                    where=values.spot.where,
                    keys=usable,
                    found=found or Phrase("一个也没有", "none"),
                )
                return None
        return self.build(values)

    def schema(self) -> Schema:
        """Return the JSON Schema: the vocabulary's definition."""
        return {"$ref": f"#/$defs/{self.of.id}"}

    def words(self) -> Phrase:
        """Name the shape."""
        return self.of.title

    def parts(self) -> Sequence[Vocabulary]:
        """Return the vocabulary and those inside it."""
        inner = [part for key in self.of.keys for part in key.shape.parts()]
        return [self.of, *inner]


CONDITION = Expression(Phrase("真假", "true or false"))
CASE = Vocabulary(
    "case",
    Phrase("条件项", "conditional entry"),
    (
        Key("when", CONDITION, "成立时取本项", "take this entry if it holds"),
        Key("then", Literally(), "取的值", "the value", required=True),
    ),
    called=Phrase("条件项", "a conditional entry"),
    origin="1",
)

RULE_USE = Vocabulary(
    "rule-use",
    Phrase("规则表及其输入", "rule table with its inputs"),
    (
        Key(
            "rule", Id(Phrase("规则表标识", "rule table id")), "规则表", "rule table", required=True
        ),
        Key(
            "with",
            MapOf(Expression(Phrase("任意值", "any value")), Phrase("输入", "input")),
            "规则表的输入",
            "its inputs",
        ),
    ),
    called=Phrase("规则表的使用", "the use of a rule table"),
    origin="1",
)


def rule_use(values: Values) -> RuleUse | None:
    """Return the use of a rule table; None if the table is not named."""
    name = values.get("rule")
    return None if name is None else RuleUse(name, values.get("with", {}), values.node)


#: ``{rule, with}``
USE = One(RULE_USE, rule_use)


def read_mapping(vocabulary: Vocabulary, node: Node, spot: Spot) -> Values | None:
    """Read all keys of a mapping, reporting those that are unknown or missing."""
    where = Phrase(
        vocabulary.called.zh.format(name=spot.name), vocabulary.called.en.format(name=spot.name)
    )
    if node.kind != "mapping":
        spot.wrong(node, vocabulary.title)
        return None
    values: dict[str, Any] = {}
    known = [key.name for key in vocabulary.keys]
    for name, entry in node.entries.items():
        key = vocabulary.key(name)
        inner = Spot(where, name, spot.problems, spot.name)
        if key is None:
            spot.problems.add("DEF101", entry.key, where=where, key=name, given=name, choices=known)
        elif vocabulary is CASE and name == "then":
            values[name] = entry.value
        else:
            value = key.shape.read(entry.value, inner)
            if value is not None:
                values[name] = value
    for key in vocabulary.keys:
        if key.required and key.name not in node.entries:
            spot.problems.add("DEF103", node, length=1, where=where, key=key.name)
    return Values(node, Spot(where, spot.key, spot.problems, spot.name), values)


def by_type(
    scalar: Schema | None = None, sequence: Schema | None = None, mapping: Schema | None = None
) -> Schema:
    """Return a schema that dispatches on how a value is written, without ``oneOf``."""
    given: list[tuple[Literal["array", "object"], Schema]] = []
    if sequence is not None:
        given.append(("array", sequence))
    if mapping is not None:
        given.append(("object", mapping))
    rest: Schema = scalar if scalar is not None else {"type": [kind for kind, _ in given]}
    for kind, schema in reversed(given):
        rest = {"if": {"type": kind}, "then": schema, "else": rest}
    return rest


def _or_null(schema: Schema, removable: bool) -> Schema:
    return {"if": {"type": "null"}, "then": True, "else": schema} if removable else schema


def _inside(spot: Spot, name: str) -> Phrase:
    return Phrase(f'{spot.where.zh}的 "{name}"', f'"{name}" of {spot.where.en}')
