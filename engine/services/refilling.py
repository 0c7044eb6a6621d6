"""Finding records by what a new version of the content asks for: their indexes filled again.

A register may get a new index, another label or another computed value with a publication. Its
records are written with everything the new version finds them by, in the transaction that puts it
into force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definitions.register import Register
from engine.definitions.release import Release
from engine.domain.errors import Refused
from engine.services.record_index import RecordIndex, tree_parent
from engine.services.record_views import Views
from engine.store.errors import Duplicate
from engine.store.records import RecordRow
from engine.store.sealing import Sealer
from engine.store.unit import UnitOfWork

#: Gives the records of a release as one unit of work sees them.
MakeViews = Callable[[UnitOfWork, Release], Views]
#: how many records are looked at before what they refer to is forgotten
AT_ONCE = 500


def refill(
    unit: UnitOfWork, old: Release | None, new: Release, sealer: Sealer, views: MakeViews
) -> int:
    """Write again what records are found by, where a new version finds them otherwise.

    Args:
        unit: the transaction of the publication.
        old: what was in force; None if nobody can tell.
        new: what will be.
        sealer: hides private values in indexes.
        views: the records as the new version sees them.

    Returns:
        How many records were written.

    Raises:
        Refused: records share a value that is to be unique from now on.
    """
    index = RecordIndex(new, sealer)
    before = RecordIndex(old, sealer) if old is not None else None
    count = 0
    for register in new.registers.values():
        if before is not None and _found_by(before, register.id) == _found_by(index, register.id):
            continue
        unit.records.forget_unique(register.id)
        for number, row in enumerate(_parents_first(unit, register)):
            if number % AT_ONCE == 0:
                seen = views(unit, new)
            try:
                _write(unit, index, register, row, seen)
            except Duplicate as error:
                raise Refused("records_not_unique", register=register.title) from error
            count += 1
    return count


def _write(
    unit: UnitOfWork, index: RecordIndex, register: Register, row: RecordRow, views: Views
) -> None:
    record = views.preview(row)
    unit.records.refill(
        row,
        scope=index.scope(register, record),
        found_by=index.findable(register, record, views),
        subject=index.subject(register, row.key),
    )
    if register.tree is not None:
        above = tree_parent(register, row.data)
        unit.records.place(row, unit.records.load(register.id, above) if above else None)


def _parents_first(unit: UnitOfWork, register: Register) -> Iterator[RecordRow]:
    """Go through the records of a register; in a tree, those above before those below."""
    if register.tree is None:
        yield from unit.records.every(register.id)
        return
    rows = {row.key: row for row in unit.records.every(register.id)}
    done: set[str] = set()
    for row in rows.values():
        line = []
        key: str | None = row.key
        while key is not None and key in rows and key not in done:
            done.add(key)
            line.append(rows[key])
            key = tree_parent(register, rows[key].data)
        yield from reversed(line)


def _text(register: Register, name: str) -> object:
    node = register.node.get(name)
    return node.value if node is not None else None


def _found_by(index: RecordIndex, name: str, above: frozenset[str] = frozenset()) -> object:
    """Return everything that decides what a register's records are found by."""
    register = index.release.registers.get(name)
    if register is None:
        return None
    paths = index.own_paths(register)
    private = index.private(register)
    referred = sorted(set(index.searchable(register).references.values()) - above - {name})
    return (
        [(path, index.is_number(register, path), path in private) for path in paths],
        bool(private),
        register.label,
        register.search,
        register.unique,
        register.scope,
        register.tree,
        register.closed_states,
        _text(register, "computed"),
        # What is shown of a record that is referred to is searched too.
        [(other, _found_by(index, other, above | {name})) for other in referred],
    )
