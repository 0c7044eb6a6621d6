"""Rule tables: decisions as rows of short conditions, checked for gaps and overlaps.

A table is read (:mod:`table`), its cells are understood (:mod:`cells`), it is searched for values
no row or two rows answer (:mod:`space`), and made ready to decide (:mod:`rule`). Where a process
uses one, it is put in its place by :mod:`use`. No I/O, no clock.
"""

from engine.definitions.rules.cells import typed
from engine.definitions.rules.rule import Decided, Rule, bind_rule, scope_of
from engine.definitions.rules.table import FOLDER, RULE, RuleTable, parse_rule
from engine.definitions.rules.use import with_rules

__all__ = [
    "FOLDER",
    "RULE",
    "Decided",
    "Rule",
    "RuleTable",
    "bind_rule",
    "parse_rule",
    "scope_of",
    "typed",
    "with_rules",
]
