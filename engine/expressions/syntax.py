"""The syntax tree of a CEL expression, read from and written to the form CEL itself uses.

CEL parses a text and hands its tree out as a serialised ``cel.expr.ParsedExpr`` message; it runs
any such message. Only the few message fields that make up the tree are handled here, by hand:
generated message classes would be many times this module.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TYPE_URL = b"type.googleapis.com/cel.expr.ParsedExpr"


@dataclass(frozen=True, slots=True)
class Const:
    """A constant: null, true or false, a number, a text; bytes are kept to be refused."""

    value: bool | int | float | str | bytes | None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Ident:
    """A bare name."""

    name: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``; with ``test`` it is ``has(operand.field)``."""

    operand: Expr
    field: str
    test: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator; operators are named ``_&&_``, ``_==_``, ``!_`` and so on."""

    function: str
    args: tuple[Expr, ...]
    target: Expr | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Items:
    """A list written out."""

    items: tuple[Expr, ...]
    id: int = 0


@dataclass(frozen=True, slots=True)
class Struct:
    """A map or message written out; not part of the language, kept to be refused."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """What ``exists``, ``all``, ``exists_one``, ``filter`` and ``map`` expand to."""

    variable: str
    over: Expr
    result_variable: str
    start: Expr
    condition: Expr
    step: Expr
    result: Expr
    id: int = 0


Expr = Const | Ident | Select | Call | Items | Struct | Loop


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree and the offset, in characters, at which each of its nodes was written."""

    root: Expr
    offsets: Mapping[int, int]


def read(message: bytes) -> Parsed:
    """Read what CEL serialised."""
    outer = dict(_fields(message))
    parsed = dict(_fields(_bytes(outer[2])))
    offsets: dict[int, int] = {}
    for number, value in _fields(_bytes(parsed.get(3, b""))):
        if number == 4:
            entry = dict(_fields(_bytes(value)))
            offsets[_int(entry.get(1, 0))] = _int(entry.get(2, 0))
    return Parsed(_expr(_bytes(parsed[2])), offsets)


def write(root: Expr) -> bytes:
    """Write a tree so that CEL can run it."""
    parsed = _field(2, _written(root)) + _field(3, b"")
    return _field(1, TYPE_URL) + _field(2, parsed)


def extent(root: Expr) -> tuple[int, int]:
    """Count the nodes and the levels of a tree as it is written out.

    Parts that are shared in memory are measured once and counted each time.
    """
    known: dict[int, tuple[int, int]] = {}

    def measure(expr: Expr) -> tuple[int, int]:
        found = known.get(id(expr))
        if found is None:
            parts = [measure(child) for child in children(expr)]
            found = 1 + sum(size for size, _ in parts), 1 + max((d for _, d in parts), default=0)
            known[id(expr)] = found
        return found

    return measure(root)


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the parts a node is made of."""
    match expr:
        case Select(operand=operand):
            return (operand,)
        case Call(args=args, target=target):
            return args if target is None else (target, *args)
        case Items(items=items):
            return items
        case Loop():
            return (
                expr.over, expr.start, expr.condition, expr.step, expr.result,
            )  # fmt: skip
        case _:
            return ()


# Reading ---------------------------------------------------------------------------------------


def _expr(data: bytes) -> Expr:
    id_ = 0
    for number, value in _fields(data):
        if number == 2:
            id_ = _int(value)
    for number, value in _fields(data):
        if number != 2:
            return _READERS[number](_bytes(value), id_)
    return Const(None, id_)


def _const(data: bytes, id_: int) -> Expr:
    for number, value in _fields(data):
        if number == 2:
            return Const(bool(value), id_)
        if number in (3, 4):
            return Const(_signed(_int(value)), id_)
        if number == 5:
            return Const(struct.unpack("<d", _bytes(value))[0], id_)
        if number == 6:
            return Const(_bytes(value).decode(), id_)
        if number == 7:
            return Const(_bytes(value), id_)
    return Const(None, id_)


def _ident(data: bytes, id_: int) -> Expr:
    return Ident(_text(dict(_fields(data)).get(1, b"")), id_)


def _select(data: bytes, id_: int) -> Expr:
    parts = dict(_fields(data))
    operand, name = _expr(_bytes(parts[1])), _text(parts.get(2, b""))
    return Select(operand, name, bool(parts.get(3, 0)), id_)


def _call(data: bytes, id_: int) -> Expr:
    target: Expr | None = None
    function, args = "", []
    for number, value in _fields(data):
        if number == 1:
            target = _expr(_bytes(value))
        elif number == 2:
            function = _text(value)
        elif number == 3:
            args.append(_expr(_bytes(value)))
    return Call(function, tuple(args), target, id_)


def _items(data: bytes, id_: int) -> Expr:
    return Items(tuple(_expr(_bytes(v)) for number, v in _fields(data) if number == 1), id_)


def _struct(data: bytes, id_: int) -> Expr:
    return Struct(id_)


def _loop(data: bytes, id_: int) -> Expr:
    parts = dict(_fields(data))
    over, start, condition, step, result = (_expr(_bytes(parts[n])) for n in (2, 4, 5, 6, 7))
    return Loop(
        _text(parts.get(1, b"")),
        over,
        _text(parts.get(3, b"")),
        start,
        condition,
        step,
        result,
        id_,
    )


_READERS = {3: _const, 4: _ident, 5: _select, 6: _call, 7: _items, 8: _struct, 9: _loop}


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            number, at = _varint(data, at)
            yield tag >> 3, number
            continue
        if kind == 1:
            width = 8
        elif kind == 5:
            width = 4
        else:
            width, at = _varint(data, at)
        yield tag >> 3, data[at : at + width]
        at += width


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("A message field was expected")
    return value


def _int(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise TypeError("A number was expected")
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode()


# Writing ---------------------------------------------------------------------------------------


class _Ids:
    """CEL wants every node to have its own number."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> bytes:
        self.last += 1
        return _number(2, self.last)


def _written(root: Expr) -> bytes:
    return _Writer().expr(root)


class _Writer:
    def __init__(self) -> None:
        self.ids = _Ids()

    def expr(self, expr: Expr) -> bytes:
        id_ = self.ids.next()
        match expr:
            case Const(value=value):
                body = _field(3, _const_bytes(value))
            case Ident(name=name):
                body = _field(4, _field(1, name.encode()))
            case Select(operand=operand, field=name, test=test):
                select = _field(1, self.expr(operand)) + _field(2, name.encode())
                body = _field(5, select + (_number(3, 1) if test else b""))
            case Call(function=function, args=args, target=target):
                call = b"" if target is None else _field(1, self.expr(target))
                call += _field(2, function.encode())
                body = _field(6, call + b"".join(_field(3, self.expr(arg)) for arg in args))
            case Items(items=items):
                body = _field(7, b"".join(_field(1, self.expr(item)) for item in items))
            case Loop():
                body = _field(9, self._loop(expr))
            case Struct():
                raise TypeError("Maps and messages are not part of the language")
        return id_ + body

    def _loop(self, loop: Loop) -> bytes:
        return (
            _field(1, loop.variable.encode())
            + _field(2, self.expr(loop.over))
            + _field(3, loop.result_variable.encode())
            + _field(4, self.expr(loop.start))
            + _field(5, self.expr(loop.condition))
            + _field(6, self.expr(loop.step))
            + _field(7, self.expr(loop.result))
        )


def _const_bytes(value: bool | int | float | str | bytes | None) -> bytes:
    if value is None:
        return _number(1, 0)
    if isinstance(value, bool):
        return _number(2, int(value))
    if isinstance(value, int):
        return _number(3, value & (1 << 64) - 1)
    if isinstance(value, float):
        return _key(5, 1) + struct.pack("<d", value)
    if isinstance(value, str):
        return _field(6, value.encode())
    return _field(7, value)


def _field(number: int, data: bytes) -> bytes:
    return _key(number, 2) + _varint_bytes(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint_bytes(value)


def _key(number: int, kind: int) -> bytes:
    return _varint_bytes(number << 3 | kind)


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
