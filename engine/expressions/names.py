"""What a scope offers, in words: for ``explain``, completion and the manuals."""

from __future__ import annotations

from dataclasses import dataclass

from engine.authoring.problem import Language, Phrase
from engine.domain.types import Field, ListOf, Reference, Scalar, Type
from engine.expressions.functions import FUNCTIONS, LOOPS
from engine.expressions.scope import Scope

KIND_WORDS = {
    "text": Phrase("文本", "text"),
    "number": Phrase("数字", "a number"),
    "boolean": Phrase("是/否", "true or false"),
    "date": Phrase("日期", "a date"),
    "datetime": Phrase("时间", "a moment"),
    "any": Phrase("任意值", "anything"),
}
NOTHING = Phrase("空值", "nothing")

# How deep names are listed; a reference can lead back to where it came from.
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One name that can be read: ``name``, its type in words, caption and origin."""

    name: str
    type: Phrase
    label: str
    origin: str

    def words(self, language: Language) -> str:
        """Write the type in a language."""
        return self.type.zh if language == "zh" else self.type.en


def type_words(type_: Type) -> Phrase:
    """Name a type as authors know it."""
    if isinstance(type_, Scalar):
        return KIND_WORDS[type_.kind]
    if isinstance(type_, ListOf):
        item = type_words(type_.item)
        return Phrase(f"列表（{item.zh}）", f"a list ({item.en})")
    if isinstance(type_, Reference):
        if not type_.register:
            return Phrase("登记表中的一行", "a row of a register")
        return Phrase(f'登记表 "{type_.register}" 的一行', f'a row of register "{type_.register}"')
    return Phrase(f'记录 "{type_.name}"', f'the record "{type_.name}"')


def explain(scope: Scope, *, depth: int = _DEPTH) -> list[Row]:
    """List every name of a scope, the fields of records and references included.

    Args:
        scope: the names at one place of a definition.
        depth: how many names one below the other are listed at most.
    """
    rows: list[Row] = []
    for name, field in sorted(scope.names.items()):
        _list(name, field, scope, depth, rows)
    for name, target in sorted(scope.aliases.items()):
        if name not in scope.names:
            found = _field_at(scope, scope.expanded((name,)))
            if found is not None:
                rows.append(Row(name, type_words(found.type), found.label, f"= {target}"))
    return rows


def explain_functions() -> list[tuple[str, str, str]]:
    """List every function with its Chinese and English description."""
    rows = []
    for function in FUNCTIONS:
        takes = [_TAKES.get(kind, kind) for kind in function.takes]
        if function.method:
            rows.append((f"{takes[0]}.{function.name}({', '.join(takes[1:])})",
                         function.zh, function.en))  # fmt: skip
        else:
            rows.append((f"{function.name}({', '.join(takes)})", function.zh, function.en))
    return rows + [(f"list.{call}", zh, en) for call, zh, en in LOOPS]


_TAKES = {"sized": "value", "numbers": "list", "field": "record.field"}


def _field_at(scope: Scope, path: tuple[str, ...]) -> Field | None:
    field: Field | None = scope.names.get(path[0])
    for name in path[1:]:
        fields = scope.fields_of(field.type) if field else None
        field = fields.get(name) if fields else None
    return field


def _list(name: str, field: Field, scope: Scope, depth: int, rows: list[Row]) -> None:
    rows.append(Row(name, type_words(field.type), field.label, field.origin))
    fields = scope.fields_of(field.type)
    if fields and depth > 1:
        for below, inner in fields.items():
            _list(f"{name}.{below}", inner, scope, depth - 1, rows)
