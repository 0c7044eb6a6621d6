"""Expressions of other engines in our words: what JUEL, FEEL, XPath and scripts write alike.

Conditions of BPMN files and cells of DMN files compare names with constants, calculate a little and
ask a text or a list what it holds. That much is translated; for anything else the answer is None,
and whoever asked refuses the file at the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

#: longer and deeper ones are none that people write
LONGEST = 2_000
DEEPEST = 40

#: what becomes of a path of names; None if there is no such thing here
Naming = Callable[[tuple[str, ...]], str | None]
#: what becomes of a function with its arguments, in our words; None if it is not of the file
Calling = Callable[[str, Sequence[str]], str | None]

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>[0-9]+(?:\.(?!\.)[0-9]+)?|(?<![\w)\]])\.[0-9]+)
    |(?P<phrase>(?:starts\s+with|ends\s+with|string\s+length|list\s+contains|is\s+empty
        |get\s+or\s+else)(?=\s*\())
    |(?P<name>(?:[A-Za-z_]\w*:)?\$?[^\W\d]\w*)
    |(?P<sign>===|!==|==|!=|<>|<=|>=|&&|\|\||\.\.|[=<>!()\[\]+\-*/%,.?:]))""",
    re.VERBOSE,
)
_COMPARED = {
    "=": "==", "==": "==", "===": "==", "eq": "==", "!=": "!=", "!==": "!=", "<>": "!=",
    "ne": "!=", "<": "<", "lt": "<", ">": ">", "gt": ">", "<=": "<=", "le": "<=", ">=": ">=",
    "ge": ">=",
}  # fmt: skip
_SUMS, _PRODUCTS = {"+": "+", "-": "-"}, {"*": "*", "/": "/", "div": "/", "%": "%", "mod": "%"}
_WORDS = frozenset(
    ("and", "or", "not", "eq", "ne", "lt", "gt", "le", "ge", "div", "mod", "empty", "in",
     "between", "if", "then", "else", "some", "every", "satisfies", "for", "return")
)  # fmt: skip
#: what holds expressions together, weakest first
_EITHER, _OR, _AND, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = range(8)
#: a period of so many minutes, which stands only behind a date
_PERIOD = -1
_LASTS = re.compile(
    r"(?P<minus>-)?P(?=.)(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)
_HOUR = 60
_DAY = 24 * _HOUR
#: functions of a text or a list: how they are written here
_ASKED: Mapping[tuple[str, int], str] = {
    ("starts with", 2): "{0}.startsWith({1})",
    ("starts-with", 2): "{0}.startsWith({1})",
    ("ends with", 2): "{0}.endsWith({1})",
    ("contains", 2): "{0}.contains({1})",
    ("list contains", 2): "{1} in {0}",
    ("string length", 1): "size({0})",
    ("count", 1): "size({0})",
    ("size", 1): "size({0})",
    ("sum", 1): "sum({0})",
    ("mean", 1): "mean({0})",
    ("is empty", 1): "size({0}) == 0",
    ("matches", 2): "{0}.matches({1})",
    ("string", 1): "string({0})",
    ("abs", 1): "({0} < 0 ? -{0} : {0})",
    ("today", 0): "today",
    ("now", 0): "now",
}
#: what goes through a list: the function of ours, and the word before what is asked of each
_EACH = {
    "some": ("exists", "satisfies"), "every": ("all", "satisfies"), "for": ("map", "return"),
}  # fmt: skip
#: how FEEL calls an item of the list that is filtered
_ITEM = "item"
#: functions of several values, and how many of them: each is written out
_OF_SEVERAL = ("min", "max", "sum", "mean")
_MOST_VALUES = 6
#: a field, of which one can ask whether it is filled in
_PATH = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*)+", re.ASCII)
_METHODS: Mapping[tuple[str, int], tuple[str, int]] = {
    ("equals", 1): ("{0} == {1}", _COMPARE),
    ("startsWith", 1): ("{0}.startsWith({1})", _ATOM),
    ("endsWith", 1): ("{0}.endsWith({1})", _ATOM),
    ("isEmpty", 0): ("size({0}) == 0", _COMPARE),
    ("size", 0): ("size({0})", _ATOM),
    ("length", 0): ("size({0})", _ATOM),
}
#: functions that give the value of a variable by its name
_VARIABLE = ("getVariable", "getDataObject", "getDataInput", "getDataOutput", "getDataProperty")


class _Part(NamedTuple):
    """A part of an expression as it is written, and how strongly it holds together."""

    text: str
    binds: int

    def within(self, binds: int) -> str:
        """Return the text as an operand of an operator that binds so.

        Raises:
            _Unknown: it is a period, which is none.
        """
        if self.binds == _PERIOD:
            raise _Unknown
        return self.text if self.binds >= binds else f"({self.text})"


class _Unknown(Exception):
    """There is something in the text that is not translated."""


def translated(text: str, naming: Naming, calling: Calling | None = None) -> str | None:
    """Return an expression of another engine as one of ours, None if it is not of a simple form.

    ``${x == 'y'}``, ``#{…}`` and ``= x = "y"`` lose what is around them. ``calling`` knows the
    functions a file has itself.
    """
    inner = re.fullmatch(r"\s*(?:[$#]\{(?P<juel>.*)\}|=(?P<feel>.*)|(?P<bare>.*))\s*", text, re.S)
    found = next((one for one in inner.groups() if one is not None), "") if inner else ""
    if not found.strip() or len(found) > LONGEST:
        return None
    try:
        return _Reader(found, naming, calling).whole()
    except _Unknown:
        return None


def minutes_of(text: str) -> int | None:
    """Return how many minutes a period lasts (``P5D``, ``PT48H``); None if it is no such period.

    Months and years are none: they do not last equally long.
    """
    found = _LASTS.fullmatch(text)
    if found is None or int(found["seconds"] or 0) % 60:
        return None
    days = 7 * int(found["weeks"] or 0) + int(found["days"] or 0)
    lasts = days * _DAY + int(found["hours"] or 0) * _HOUR + int(found["minutes"] or 0)
    lasts += int(found["seconds"] or 0) // 60
    return -lasts if found["minus"] else lasts


def later(minutes: int, day: str = "today", moment: str = "now") -> str:
    """Return the expression for so long after a day or, if it is not whole days, a moment."""
    if minutes % _DAY == 0:
        return f"days({day}, {minutes // _DAY})"
    if minutes % _HOUR == 0:
        return f"hours({moment}, {minutes // _HOUR})"
    return f"minutes({moment}, {minutes})"


def quoted(text: str) -> str:
    """Return a text as a constant of an expression."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def unquoted(text: str) -> str:
    """Return what a constant between quotes says."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.S)


def snake(text: str) -> str:
    """Return an id or a caption as a name; nothing if it has no letters of ours."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").lstrip("0123456789_")


class _Reader:
    def __init__(self, text: str, naming: Naming, calling: Calling | None = None) -> None:
        self.naming, self.calling = naming, calling
        #: what is gone through, one after the other, by ``some`` and ``every``
        self.bound: list[str] = []
        self.tokens: list[tuple[str, str]] = []
        self.place = self.depth = 0
        at = 0
        while text[at:].strip():
            token = _TOKEN.match(text, at)
            if token is None:
                raise _Unknown
            at = token.end()
            kind = token.lastgroup or ""
            self.tokens.append((kind, token[kind]))

    def whole(self) -> str:
        found = self._either()
        if self.place < len(self.tokens):
            raise _Unknown
        return found.within(_EITHER)

    # ---------------------------------------------------------------- tokens

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("", "")

    def _word(self) -> str:
        """Return the next sign or word of an operator, without its prefix; nothing for others."""
        kind, text = self._next()
        word = text.rpartition(":")[2] if kind == "name" else text
        return word if kind == "sign" or (kind == "name" and word in _WORDS) else ""

    def _takes(self, *words: str) -> str:
        found = self._word()
        if found and found in words:
            self.place += 1
            return found
        return ""

    def _needs(self, *words: str) -> None:
        if not self._takes(*words):
            raise _Unknown

    # ---------------------------------------------------------------- operators

    def _either(self) -> _Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unknown
        each = self._takes("some", "every", "for")
        if each:
            found = self._each(*_EACH[each])
        elif self._takes("if"):
            asked = self._either()
            self._needs("then")
            found = self._ways(asked, "else")
        else:
            asked = self._or()
            found = self._ways(asked, ":") if self._takes("?") else asked
        self.depth -= 1
        return found

    def _each(self, function: str, then: str) -> _Part:
        """Read what some or all of a list satisfy, or what is made of each."""
        kind, name = self._next()
        if kind != "name" or snake(name) != name:
            raise _Unknown
        self.place += 1
        self._needs("in")
        around = self._sum().within(_ATOM)
        self._needs(then)
        return self._through(around, function, name)

    def _through(self, around: str, function: str, name: str) -> _Part:
        """Read what is asked or made of each item of a list."""
        self.bound.append(name)
        asked = self._either().within(_EITHER)
        self.bound.pop()
        return _Part(f"{around}.{function}({name}, {asked})", _ATOM)

    def _ways(self, asked: _Part, other: str) -> _Part:
        yes = self._either()
        self._needs(other)
        no = self._either()
        parts = (asked.within(_OR), yes.within(_OR), no.within(_EITHER))
        return _Part("{} ? {} : {}".format(*parts), _EITHER)

    def _or(self) -> _Part:
        found = self._and()
        while self._takes("||", "or"):
            found = _Part(f"{found.within(_OR)} || {self._and().within(_AND)}", _OR)
        return found

    def _and(self) -> _Part:
        found = self._compared()
        while self._takes("&&", "and"):
            found = _Part(f"{found.within(_AND)} && {self._compared().within(_COMPARE)}", _AND)
        return found

    def _compared(self) -> _Part:
        found = self._sum()
        sign = self._takes(*_COMPARED)
        if sign:
            other = self._sum()
            text = f"{found.within(_SUM)} {_COMPARED[sign]} {other.within(_SUM)}"
            return _Part(text, _COMPARE)
        if self._takes("between"):
            low = self._sum()
            self._needs("and")
            return _between(found, low, self._sum(), ">=", "<=")
        return self._in(found) if self._takes("in") else found

    def _in(self, found: _Part) -> _Part:
        opens = self._takes("[", "(", "]")
        if not opens:
            raise _Unknown
        first = self._either()
        if self._takes(".."):
            last = self._either()
            closes = self._takes("]", ")", "[")
            if not closes:
                raise _Unknown
            low, high = (">=" if opens == "[" else ">"), ("<=" if closes == "]" else "<")
            return _between(found, first, last, low, high)
        items = [first.within(_EITHER)]
        while self._takes(","):
            items.append(self._either().within(_EITHER))
        self._needs(")" if opens == "(" else "]")
        return _Part(f"{found.within(_SUM)} in [{', '.join(items)}]", _COMPARE)

    def _sum(self) -> _Part:
        found = self._product()
        while sign := self._takes(*_SUMS):
            other = self._product()
            if other.binds == _PERIOD:
                lasts = int(other.text) if sign == "+" else -int(other.text)
                start = found.within(_EITHER)
                found = _Part(later(lasts, start, start), _ATOM)
            else:
                found = _Part(f"{found.within(_SUM)} {sign} {other.within(_PRODUCT)}", _SUM)
        return found

    def _product(self) -> _Part:
        found = self._unary()
        while sign := self._takes(*_PRODUCTS):
            other = self._unary().within(_UNARY)
            found = _Part(f"{found.within(_PRODUCT)} {_PRODUCTS[sign]} {other}", _PRODUCT)
        return found

    def _unary(self) -> _Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unknown
        sign = self._takes("!", "not", "-", "empty")
        if sign == "empty":
            found = _Part(f"size({self._unary().within(_EITHER)}) == 0", _COMPARE)
        elif sign:
            found = _Part(("-" if sign == "-" else "!") + self._unary().within(_UNARY), _UNARY)
        else:
            found = self._atom()
        self.depth -= 1
        return found

    # ---------------------------------------------------------------- values

    def _atom(self) -> _Part:
        kind, text = self._next()
        if self._takes("("):
            found = self._either()
            self._needs(")")
            return found
        if self._takes("["):
            items = (one.within(_EITHER) for one in self._items("]"))
            return _Part(f"[{', '.join(items)}]", _ATOM)
        self.place += 1
        if kind == "string":
            return _Part(quoted(unquoted(text)), _ATOM)
        if kind == "number":
            return _Part(f"0{text}" if text.startswith(".") else text, _ATOM)
        if kind == "phrase":
            return self._called(" ".join(text.split()))
        name = text.rpartition(":")[2]
        if kind != "name" or name in _WORDS:
            raise _Unknown
        if name in ("true", "false", "null") and self._word() != "(":
            return _Part(name, _ATOM)
        if name == "starts" and self.tokens[self.place : self.place + 2] == [
            ("sign", "-"), ("name", "with"),
        ]:  # fmt: skip
            self.place += 2
            return self._called("starts-with")
        if self._word() == "(":
            return self._called(name)
        name = self._further(name.lstrip("$"))
        if self._word() == "(" and self.calling is not None:
            return self._called(name)
        return self._path((name,))

    def _further(self, name: str) -> str:
        """Read the other words of a name that has several, as in FEEL."""
        while self._next()[0] == "name" and not self._word():
            name = f"{name} {self._next()[1]}"
            self.place += 1
        return name

    def _items(self, closing: str) -> list[_Part]:
        if self._takes(closing):
            return []
        items = [self._either()]
        while self._takes(","):
            items.append(self._either())
        self._needs(closing)
        return items

    def _path(self, names: tuple[str, ...]) -> _Part:
        """Read what stands behind a name: further names, or a function asked of it."""
        while True:
            if self._takes("."):
                kind, text = self._next()
                if kind != "name":
                    raise _Unknown
                self.place += 1
                if self._word() == "(":
                    return self._asked(names, text)
                names = (*names, text)
            elif self._word() == "[" and self._next_but_one()[0] == "string":
                names = (*names, unquoted(self._next_but_one()[1]))
                self.place += 2
                self._needs("]")
            elif self._word() == "[" and self._next_but_one() == ("name", _ITEM):
                self.place += 1
                found = self._through(self._named(names).within(_ATOM), "filter", _ITEM)
                self._needs("]")
                return found
            else:
                return self._named(names)

    def _next_but_one(self) -> tuple[str, str]:
        place = self.place + 1
        return self.tokens[place] if place < len(self.tokens) else ("", "")

    def _named(self, names: tuple[str, ...]) -> _Part:
        found = self.naming(names) if names[0] not in self.bound else _below(names)
        if found is None:
            raise _Unknown
        return _Part(found, _ATOM)

    def _asked(self, names: tuple[str, ...], method: str) -> _Part:
        """Read a function asked of a value: ``x.equals('y')``, ``execution.getVariable('x')``."""
        if method in _VARIABLE:
            return self._variable()
        self._needs("(")
        items = self._items(")")
        form = _METHODS.get((method, len(items)))
        if form is None:
            raise _Unknown
        parts = (self._named(names), *items)
        return _Part(form[0].format(*(one.within(_ATOM) for one in parts)), form[1])

    def _called(self, name: str) -> _Part:
        if name in _VARIABLE:
            return self._variable()
        self._needs("(")
        if name == "date" and self._next()[0] == "string":
            day = unquoted(self._next()[1])
            self.place += 1
            self._needs(")")
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
                raise _Unknown
            return _Part(quoted(day), _ATOM)
        if name == "duration":
            return self._period()
        items = [one.within(_ATOM) for one in self._items(")")]
        own = self.calling(name, items) if self.calling is not None else None
        if own is not None:
            return _Part(own, _ATOM)
        if name == "get or else" and len(items) == 2 and _PATH.fullmatch(items[0]):
            return _Part(f"has({items[0]}) ? {items[0]} : {items[1]}", _EITHER)
        if name in _OF_SEVERAL and len(items) > 1:
            return _of_several(name, items)
        form = _ASKED.get((name, len(items)))
        if form is None:
            raise _Unknown
        compared = " in " in form or form.endswith("== 0")
        return _Part(form.format(*items), _COMPARE if compared else _ATOM)

    def _period(self) -> _Part:
        """Read a period."""
        kind, text = self._next()
        lasts = minutes_of(unquoted(text)) if kind == "string" else None
        if lasts is None:
            raise _Unknown
        self.place += 1
        self._needs(")")
        return _Part(str(lasts), _PERIOD)

    def _variable(self) -> _Part:
        """Read the name of a variable as a text, and the names XPath goes on with."""
        self._needs("(")
        kind, text = self._next()
        if kind != "string":
            raise _Unknown
        self.place += 1
        self._needs(")")
        names: tuple[str, ...] = (unquoted(text),)
        while self._word() == "/" and self._next_but_one()[0] == "name":
            names = (*names, self._next_but_one()[1].rpartition(":")[2])
            self.place += 2
        return self._named(names)


def _of_several(name: str, items: Sequence[str]) -> _Part:
    """Write out a function of several values."""
    if len(items) > _MOST_VALUES:
        raise _Unknown
    if name in ("sum", "mean"):
        together = f"({' + '.join(items)})"
        return _Part(together if name == "sum" else f"({together} / {len(items)})", _ATOM)
    sign = "<" if name == "min" else ">"
    found = items[0]
    for one in items[1:]:
        found = f"({found} {sign} {one} ? {found} : {one})"
    if len(found) > LONGEST:
        raise _Unknown
    return _Part(found, _ATOM)


def _below(names: tuple[str, ...]) -> str | None:
    """Return a path below what is gone through."""
    parts = [names[0], *map(snake, names[1:])]
    return ".".join(parts) if all(parts) else None


def _between(found: _Part, low: _Part, high: _Part, above: str, below: str) -> _Part:
    asked = found.within(_SUM)
    text = f"{asked} {above} {low.within(_SUM)} && {asked} {below} {high.within(_SUM)}"
    return _Part(text, _AND)
