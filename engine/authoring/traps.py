"""Places where YAML takes an expression or a sentence apart, and the line as it was meant.

YAML gives a meaning to ``!``, ``&``, ``*``, ``#``, ``: ``, commas and leading quotes. An author who
writes an expression does not mean any of these. All such accidents are answered with one code and
the corrected line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ruamel.yaml.error import MarkedYAMLError

from engine.authoring.node import Node
from engine.authoring.problem import Phrase, Position
from engine.authoring.problems import Problems

Span = tuple[int, int]

_KEY = re.compile(r"(?:^|(?<=[\s{,\[-]))(?:[\w.-]+|\"[^\"]*\"|'[^']*'):[ \t]+")
_DASHES = re.compile(r"\s*(?:-[ \t]+)+")
_OPERATOR = re.compile(r"[=!<>]=|&&|\|\||[<>]|\bin\b")
_EXPRESSION = re.compile(r"[=!<>]=|&&|\|\||[<>?(]|: |\bin\s*\[|^[!'\">&@%*`|]")
#: a key behind which a Chinese keyboard has put its own colon
_WIDE_COLON = re.compile(r"[ \t]*(?:-[ \t]+)*[\w.-]+(：)", re.ASCII)
_ANCHOR = re.compile(r"[\w-]+\Z")
_CLOSING = {"(": ")", "[": "]", "{": "}"}

# What ruamel.yaml says, in our words: the first part found in its message counts.
REASONS: Mapping[str, Phrase] = {
    "escape": Phrase("双引号内的反斜杠写法有误", "a backslash in double quotes is not understood"),
    "quoted scalar": Phrase("引号没有结束", "the quotation mark is not closed"),
    "expected ',' or": Phrase(
        "括号没有结束，或缺少逗号", "a bracket is not closed, or a comma is missing"
    ),
    "expected the node content": Phrase("括号没有结束", "a bracket is not closed"),
    "mapping values are not allowed": Phrase(
        "这里不应有冒号，请检查缩进和引号",
        "a colon is not expected here; look at the indentation and the quotes",
    ),
    "could not find expected ':'": Phrase(
        "键后面缺少冒号和空格", "a colon and a space are missing after the key"
    ),
    "expected <block end>": Phrase(
        "缩进与上文不一致", "the indentation does not fit the lines above"
    ),
    "sequence entries are not allowed": Phrase(
        "列表项应另起一行", "a list item begins on a line of its own"
    ),
    "cannot start any token": Phrase(
        "值不能以这个字符开头", "a value cannot begin with this character"
    ),
    "document start": Phrase(
        "内容之后还有多余的文字", "there is text after the end of the content"
    ),
}
WIDE_COLON = Phrase(
    "键后面是全角冒号，请改用半角冒号和空格",
    "the colon after the key is a full-width one: write an ASCII colon and a space",
)
OTHER = Phrase("写法有误", "it is not well formed")


def strange_anchor(anchor: str) -> bool:
    """Tell whether an anchor is really a piece of an expression, such as ``&&``."""
    return not _ANCHOR.match(anchor)


def report(span: Span, text: str, file: str, problems: Problems) -> None:
    """Report that the text between two offsets should be in double quotes."""
    start, stop = span
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = text[first : last if last >= 0 else len(text)].rstrip("\r")
    value = text[start:stop]
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    corrected = f'{line[: start - first]}"{quoted}"{line[stop - first :]}'
    problems.add(
        "SRC102",
        _position(text, file, start),
        length=max(1, stop - start),
        value=value,
        corrected=corrected,
    )


def report_syntax(
    error: MarkedYAMLError, text: str, file: str, problems: Problems, *, bracket: int | None
) -> None:
    """Report a syntax error in our own words, as a trap where it looks like one.

    Args:
        error: what ruamel.yaml raised.
        text: the file.
        file: its name.
        problems: receives the report.
        bracket: the offset of the innermost bracket still open, if any.
    """
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    if bracket is not None and index >= len(text.rstrip()):
        problems.add("SRC101", _position(text, file, bracket), reason=_reason("expected ',' or"))
        return
    context = error.context_mark
    # The line at which YAML stumbles is often the one below the line that was meant.
    above = len(text[:index].rpartition("\n")[0].rstrip())
    for one in (context.index if context is not None else index, index, above):
        wide = _wide_colon(text, one)
        if wide is not None:
            problems.add("SRC101", _position(text, file, wide), reason=WIDE_COLON)
            return
    if (
        context is not None
        and context.line != mark.line
        and ("flow" in said or "quoted scalar" in said)
    ):
        # The bracket or quote that was never closed is what the author must see.
        _unclosed(context.index, said, text, file, problems)
        return
    line_start = text.rfind("\n", 0, index) + 1
    line = text[line_start:].split("\n", 1)[0]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        problems.add("SRC104", _position(text, file, line_start + line.index("\t")))
        return
    span = value_span(text, index)
    looks_so = _EXPRESSION.search(text[span[0] : span[1]]) and "escape" not in said
    if looks_so and _has_key(text, index):
        report(span, text, file, problems)
        return
    problems.add("SRC101", _position(text, file, min(index, len(text))), reason=_reason(said))


def _wide_colon(text: str, index: int) -> int | None:
    """Return where a full-width colon ends the key of the line that holds an offset."""
    found = _WIDE_COLON.match(text, text.rfind("\n", 0, index) + 1)
    return found.start(1) if found else None


def value_span(text: str, index: int) -> Span:
    """Return the value of the line that holds an offset, as the author meant it.

    The value begins behind the last ``key: `` (or ``- ``) before the offset. In a flow collection
    it ends at the comma or bracket that closes it, else at the end of the line.
    """
    first = text.rfind("\n", 0, index) + 1
    last = text.find("\n", index)
    line = text[first : last if last >= 0 else len(text)].rstrip()
    start = _value_start(line, index - first)
    stop = flow_end(line, start) if _in_flow(line[:start]) else len(line)
    return first + start, first + max(start, stop)


def flow_end(text: str, start: int, least: int = 0) -> int:
    """Return where a value inside braces or brackets ends, brackets and quotes respected.

    The end is not before ``least``.
    """
    closers: list[str] = []
    quote = ""
    index = start
    while index < len(text) and text[index] != "\n":
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char if char in text[index + 1 :].split("\n", 1)[0] else ""
        elif char in _CLOSING:
            closers.append(_CLOSING[char])
        elif closers and char == closers[-1]:
            closers.pop()
        elif not closers and char in ",}]" and index >= least:
            break
        index += 1
    return start + len(text[start:index].rstrip())


def lost_part(text: str, node: Node, flow: bool) -> Span | None:
    """Return what a plain scalar was meant to be, when its rest was cut off by YAML."""
    value = node.text
    opened = value.count("(") > value.count(")")
    odd_quotes = (value.count("'") % 2 or value.count('"') % 2) and _OPERATOR.search(value)
    if not (opened or odd_quotes):
        return None
    if flow:
        stop = flow_end(text, node.start)
        return (node.start, stop) if stop > node.stop else None
    behind = text[node.stop :].split("\n", 1)[0]
    if behind.lstrip().startswith("#"):
        return node.start, _comment_start(text, node.start)
    return None


def _comment_start(text: str, start: int) -> int:
    """Return where a value ends if ``#`` inside quotes and parentheses were part of it."""
    line = text[start:].split("\n", 1)[0]
    stop = len(line)
    for match in re.finditer(r"\s+#", line):
        before = line[: match.start()]
        if not before.count("'") % 2 and before.count("(") <= before.count(")"):
            stop = match.start()
            break
    return start + len(line[:stop].rstrip())


def _unclosed(index: int, said: str, text: str, file: str, problems: Problems) -> None:
    if "quoted scalar" in said:
        span = value_span(text, index)
        value = text[span[0] : span[1]]
        if text[index] == "'" and _OPERATOR.search(value):
            report(span, text, file, problems)
            return
    problems.add("SRC101", _position(text, file, index), reason=_reason(said))


def _reason(said: str) -> Phrase:
    return next((phrase for part, phrase in REASONS.items() if part in said), OTHER)


def _value_start(line: str, column: int) -> int:
    start = 0
    dashes = _DASHES.match(line)
    if dashes and dashes.end() <= column:
        start = dashes.end()
    for match in _KEY.finditer(line):
        if match.end() <= column:
            start = match.end()
    if not start:
        start = len(line) - len(line.lstrip())
    return start


def _has_key(text: str, index: int) -> bool:
    first = text.rfind("\n", 0, index) + 1
    line = text[first:].split("\n", 1)[0]
    column = index - first
    dashes = _DASHES.match(line)
    return bool(dashes and dashes.end() <= column) or any(
        match.end() <= column for match in _KEY.finditer(line)
    )


def _in_flow(before: str) -> bool:
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", before)
    return bare.count("{") + bare.count("[") > bare.count("}") + bare.count("]")


def _position(text: str, file: str, index: int) -> Position:
    line_start = text.rfind("\n", 0, index) + 1
    return Position(file, text.count("\n", 0, index) + 1, index - line_start + 1)
