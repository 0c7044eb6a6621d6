"""CEL itself: parsing a text, running a tree. The only module that imports the library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from engine.expressions import syntax
from engine.expressions.functions import FUNCTIONS, day_of_text, exact, item_of_list, item_of_map

MAX_LENGTH = 4_000
# Of a rewritten tree; CEL's own limit of 32 levels bounds the written one.
MAX_NODES = 20_000
# A message may be nested 100 deep, and a level of the tree is two messages.
MAX_DEPTH = 48

_LOCATION = re.compile(r"<input>:(\d+):(\d+): (.*)")


class Unreadable(Exception):
    """A text is not an expression."""

    def __init__(self, message: str, offset: int) -> None:
        """Hold what CEL said and where, in characters from the start."""
        super().__init__(message)
        self.message = message
        self.offset = offset


class TooDeep(Exception):
    """A text is too long or nested too deep to be read."""


class Failed(Exception):
    """Running a tree gave an error instead of a value."""


class BudgetExceeded(Failed):
    """Running a tree took more steps than allowed."""


_parser = cel.NewEnv(variables={})


@lru_cache(maxsize=4096)
def parse(text: str) -> syntax.Parsed:
    """Read an expression.

    Raises:
        Unreadable: it is not well formed.
        TooDeep: it is too long or nested too deep.
    """
    if len(text) > MAX_LENGTH:
        raise TooDeep
    try:
        message = _parser.compile(text, disable_check=True).serialize()
    except RuntimeError as error:
        said = str(error)
        if "recursion" in said or "size exceeds" in said:
            raise TooDeep from error
        match = _LOCATION.search(said)
        line, column, reason = match.groups() if match else ("1", "1", said)
        before = text.split("\n")[: int(line) - 1]
        offset = sum(len(part) + 1 for part in before) + int(column) - 1
        raise Unreadable(reason, min(offset, len(text))) from error
    return syntax.read(message)


def is_runnable(root: syntax.Expr) -> bool:
    """Tell whether a tree is small enough to be run."""
    size, depth = syntax.extent(root)
    return size <= MAX_NODES and depth <= MAX_DEPTH


class Program:
    """A tree ready to run."""

    def __init__(self, root: syntax.Expr) -> None:
        """Prepare a tree; its free names are the keys of the data it is run with."""
        self._program = _machine.deserialize(syntax.write(root))

    def run(self, data: Mapping[str, Any]) -> Any:
        """Return the plain value.

        Raises:
            BudgetExceeded: it looped more often than allowed.
            Failed: it has no value for this data.
        """
        try:
            value = self._program.eval(data=data)
        except RuntimeError as error:
            if "budget" in str(error):
                raise BudgetExceeded(str(error)) from error
            raise Failed(str(error)) from error
        if value.type() == cel.Type.ERROR:
            raise Failed(str(value.value()))
        return value.plain_value()


def pattern_is_valid(pattern: str) -> bool:
    """Tell whether a text is a regular expression (RE2: no back references, linear time)."""
    try:
        matches(pattern, "")
    except Failed:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Tell whether a part of a text is what a pattern describes, in time linear in the text.

    Raises:
        Failed: the pattern is not valid.
    """
    return bool(_matcher(pattern).run({"@text": text}))


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Program:
    call = syntax.Call("matches", (syntax.Const(pattern),), syntax.Ident("@text"))
    return Program(call)


_KINDS = {
    "day": [cel.Type.STRING],
    "moment": [cel.Type.STRING],
    "number": [cel.Type.DOUBLE],
    "numbers": [cel.Type.LIST],
    "text": [cel.Type.STRING],
}


def _declared() -> list[cel.FunctionDecl]:
    declarations = []
    for function in FUNCTIONS:
        if function.implementation is None:
            continue
        parameters = [_KINDS[kind][0] for kind in function.takes]
        declarations.append(_declaration(function.name, parameters, function.implementation))
    declarations.append(_declaration("@exact", [cel.Type.DOUBLE], exact))
    declarations.append(_declaration("@day", [cel.Type.STRING], day_of_text))
    declarations.append(
        cel.FunctionDecl(
            "@item",
            [
                _overload("item_of_list", [cel.Type.LIST, cel.Type.DOUBLE], item_of_list),
                _overload("item_of_map", [cel.Type.MAP, cel.Type.STRING], item_of_map),
            ],
        )
    )
    return declarations


def _declaration(name: str, parameters: list[cel.Type], implementation: Any) -> cel.FunctionDecl:
    return cel.FunctionDecl(
        name, [_overload(f"{name.strip('@')}_overload", parameters, implementation)]
    )


def _overload(name: str, parameters: list[cel.Type], implementation: Any) -> cel.Overload:
    return cel.Overload(name, cel.Type.DYN, parameters, False, implementation)


_machine = cel.NewEnv(variables={}, functions=_declared())
