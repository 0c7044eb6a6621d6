"""Every problem code with its sentence, one module per group.

To add a code, add an ``Entry`` to the table of its group. A code that exists already, or that does
not belong to the group of its module, is refused when this package is imported.
"""

from collections.abc import Iterable

from engine.authoring.catalogue import (
    bpmn,
    content,
    expressions,
    flow,
    forms,
    process,
    references,
    rules,
    samples,
    structure,
    text,
)
from engine.authoring.catalogue.entry import Entry

__all__ = ["CATALOGUE", "Entry", "merged"]

# Which codes a module may hold.
GROUPS: tuple[tuple[tuple[str, ...], tuple[Entry, ...]], ...] = (
    (("SRC1",), text.TABLE),
    (("DEF1",), structure.TABLE),
    (("DEF12",), process.TABLE),
    (("DEF2",), references.TABLE),
    (("DEF3",), flow.TABLE),
    (("DEF4",), expressions.TABLE),
    (("FRM1", "FRM2"), forms.TABLE),
    (("REG1",), content.TABLE),
    (("RUL1",), rules.TABLE),
    (("BPM1",), bpmn.TABLE),
    (("SMP1",), samples.TABLE),
)


def merged(groups: Iterable[tuple[tuple[str, ...], tuple[Entry, ...]]]) -> dict[str, Entry]:
    """Return all entries by code.

    Raises:
        ValueError: a code is used twice, or stands in the module of another group.
    """
    table: dict[str, Entry] = {}
    for prefixes, entries in groups:
        for entry in entries:
            if entry.code in table:
                raise ValueError(f"Cannot reuse code {entry.code}: it says {table[entry.code].en}")
            if not entry.code.startswith(prefixes):
                raise ValueError(f"Code {entry.code} does not belong to {', '.join(prefixes)}")
            table[entry.code] = entry
    return table


CATALOGUE = merged(GROUPS)
