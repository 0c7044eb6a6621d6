"""Rule tables where processes use them.

A table in place of a choice or of requirements stands for the list its rows make: each row becomes
an entry whose condition is written out on what the table is asked with. So whatever is done with
conditions (checked, drawn, guarded, journalled) is done with these. A fact keeps its table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.process import Choice, Fact, Formula, Process, Requirement, RuleUse
from engine.definitions.rules.rule import Line, Rule
from engine.definitions.rules.table import SINGLE, Column
from engine.definitions.shapes import SNAKE

_PATH = re.compile(rf"{SNAKE}(\.{SNAKE})*\Z")
#: what no table stands in, and most parts of a process are
_WITHOUT = frozenset({str, int, bool, type(None), Formula, Node})
#: a table as found by its id: None if it is there but has mistakes
Tables = Mapping[str, Rule | None]


@cache
def _parts(of: type) -> tuple[str, ...]:
    """The names of the parts of a class that has any."""
    return tuple(one.name for one in fields(of)) if is_dataclass(of) else ()


def with_rules(process: Process, tables: Tables, problems: Problems) -> Process | None:
    """Put rule tables into their places.

    Args:
        process: a process as it was read.
        tables: the tables by id; those with mistakes, which are reported there, are None.
        problems: receives tables that do not exist, or that cannot stand where they do.

    Returns:
        The process; None if something of it cannot be known because of a table.
    """
    placing = _Placing(tables, problems)
    found = placing.in_(process)
    if not placing.used and placing.whole:
        return process
    return replace(found, rules=tuple(placing.used.values())) if placing.whole else None


class _Placing:
    def __init__(self, tables: Tables, problems: Problems) -> None:
        self.tables = tables
        self.problems = problems
        self.used: dict[str, Rule] = {}
        self.whole = True
        #: what was looked at, with what became of it: a step of a branch is one step everywhere
        self._done: dict[int, tuple[Any, Any]] = {}

    def in_(self, value: Any) -> Any:
        """Return a value with tables in all parts of it; the very same if there are none."""
        if value.__class__ in _WITHOUT:
            return value
        if id(value) not in self._done:
            self._done[id(value)] = (value, self._in(value))
        return self._done[id(value)][1]

    def _in(self, value: Any) -> Any:
        if isinstance(value, Choice) and value.use is not None:
            return self._choice(value)
        if isinstance(value, Fact) and value.use is not None:
            return replace(value, use=self._known(value.use) or value.use)
        if isinstance(value, RuleUse):
            return self._counting(value)
        if isinstance(value, tuple):
            return self._in_all(value)
        if isinstance(value, Mapping):
            changes = self._changes(value.items())
            return {**value, **changes} if changes else value
        names = _parts(value.__class__)
        changes = self._changes((name, getattr(value, name)) for name in names)
        return replace(value, **changes) if changes else value

    def _changes(self, parts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Return the parts that have a table in them, with it in its place."""
        return {name: new for name, part in parts if (new := self.in_(part)) is not part}

    def _in_all(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        changed: list[Any] = []
        for value in values:
            if isinstance(value, Requirement) and value.use is not None:
                changed += self._requirements(value.use)
            else:
                changed.append(self.in_(value))
        same = len(changed) == len(values) and all(map(lambda a, b: a is b, changed, values))
        return values if same else tuple(changed)

    def _table(self, use: RuleUse) -> Rule | None:
        name = use.name
        if name not in self.tables:
            self.problems.add(
                "RUL130", use.node.at_path(["rule"]), name=name, given=name,
                choices=tuple(self.tables),
            )  # fmt: skip
            self.whole = False
            return None
        rule = self.tables[name]
        if rule is None:
            self.whole = False
            return None
        self.used[name] = rule
        return rule

    def _known(self, use: RuleUse) -> RuleUse | None:
        """Return a use with its table, its inputs looked at."""
        name, rule = use.name, self._table(use)
        if rule is None:
            return None
        given = use.node.get("with") or use.node
        for asked in use.given:
            if asked not in rule.inputs:
                kind = Phrase("输入", "input")
                self.problems.add(
                    "RUL107", given.key(asked), kind=kind, name=asked, given=asked,
                    choices=tuple(rule.inputs),
                )  # fmt: skip
        for column in rule.inputs.values():
            if column.name not in use.given and not column.optional:
                at = use.node.get("with") or use.node.key("rule")
                self.problems.add("RUL131", at, length=1, rule=name, name=column.name)
        return replace(use, rule=rule)

    def _counting(self, use: RuleUse) -> RuleUse:
        """Return the use of a table that decides a vote: it reads the tally by name."""
        rule = self._table(use)
        return (
            use
            if rule is None or not self._fits(use, _not_deciding(rule))
            else replace(use, rule=rule)
        )

    def _fits(self, use: RuleUse, reason: Phrase | None) -> bool:
        if reason is not None:
            at = use.node.at_path(["rule"])
            self.problems.add("RUL132", at, rule=use.name, reason=reason)
            self.whole = False
        return reason is None

    def _choice(self, choice: Choice[Any]) -> Choice[Any]:
        use = self._known(choice.use) if choice.use is not None else None
        if use is None or use.rule is None or not self._fits(use, _not_a_choice(use.rule)):
            return choice
        cases = [
            (_condition(use, line), self._value(choice, use.rule, line))
            for line in _lines(use.rule)
        ]
        if any(value is None for _, value in cases):
            self.whole = False
            return choice
        return Choice(tuple(cases), use)

    def _value(self, choice: Choice[Any], rule: Rule, line: Line) -> Any:
        """Return what a row gives, read as the place wants it."""
        written = line.written[next(iter(rule.outputs))]
        read: Callable[[Node, Problems], Any] | None = choice.read
        return read(written, self.problems) if read is not None else None

    def _requirements(self, written: RuleUse) -> list[Requirement]:
        use = self._known(written)
        if use is None or use.rule is None or not self._fits(use, _not_refusing(use.rule)):
            return []
        return list(_requirements(use, use.rule))


def _lines(rule: Rule) -> Iterator[Line]:
    yield from rule.lines
    if rule.otherwise is not None:
        yield rule.otherwise


def _not_a_choice(rule: Rule) -> Phrase | None:
    """Say why a table cannot choose one of several words."""
    if rule.only is None or rule.only.type != "text":
        return Phrase("它应有且只有一个输出，是文本", "it needs one output, a text")
    if rule.hit not in SINGLE:
        return Phrase("它取全部成立的行，不是一个值", "it takes all rows that hold, not one")
    if rule.otherwise is None:
        return Phrase(
            "最后一行要没有 when，才总有结果",
            'its last row must be one without "when", so that something always comes out',
        )
    return None


def _not_deciding(rule: Rule) -> Phrase | None:
    """Say why a table cannot say whether something passes."""
    if rule.only is None or rule.only.type != "boolean":
        return Phrase("它应有且只有一个输出，是真假", "it needs one output, true or false")
    if rule.hit not in SINGLE:
        return Phrase("它取全部成立的行，不是一个值", "it takes all rows that hold, not one")
    return None


def _not_refusing(rule: Rule) -> Phrase | None:
    """Say why a table cannot say which sentences refuse."""
    if rule.only is None or rule.only.type != "text":
        return Phrase("它应有且只有一个输出，是提示语", "it needs one output, the sentence")
    if rule.hit == "count":
        return Phrase("它数成立的行，不是提示语", "it counts the rows that hold")
    if not rule.table.missing and any(map(_must_be_given, rule.inputs.values())):
        return Phrase(
            "缺少 missing：输入为空时的提示语",
            'it lacks "missing", the sentence when an input is empty',
        )
    return None


def _must_be_given(column: Column) -> bool:
    """Tell whether an input must not be empty; a truth value nobody gave is false."""
    return not column.optional and column.type != "boolean"


def _operands(use: RuleUse) -> Mapping[str, str]:
    return {
        name: text if _PATH.match(text) else f"({text})"
        for name, formula in use.given.items()
        if (text := formula.text.strip())
    }


def _formula(use: RuleUse, text: str) -> Formula:
    return Formula(text, use.node, tuple(use.given.values()))


def _condition(use: RuleUse, line: Line) -> Formula | None:
    """Write the condition of a row on what the table is asked with."""
    if use.rule is not None and line is use.rule.otherwise:
        return None
    return _formula(use, line.condition_on(_operands(use)))


def _requirements(use: RuleUse, rule: Rule) -> Iterator[Requirement]:
    """Go through what the rows of a table demand: that none with a sentence is the one that holds.

    Only the first row counts where the table says so, and the last one only if no other holds.
    """
    operands = _operands(use)
    for column in rule.inputs.values():
        if _must_be_given(column) and column.name in operands:
            text = f"{operands[column.name]} != null"
            yield Requirement(_formula(use, text), rule.table.missing, use)
    before: list[str] = []
    for line in _lines(rule):
        say = line.then[next(iter(rule.outputs))]
        only = rule.hit == "first" or line is rule.otherwise
        allowed = [*(before if only else ())]
        if line is not rule.otherwise:
            holds = line.condition_on(operands)
            allowed.append(f"!({holds})")
            before.append(holds)
        if say and isinstance(say, str):
            # What stands before a row is a row that holds instead of it.
            yield Requirement(_formula(use, " || ".join(allowed) or "false"), say, use)
