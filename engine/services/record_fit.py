"""What the form of a register says to a record that a process writes (effect ``record``).

People fill the form in; an effect writes past it, so it is asked here about each value: its type,
length, format, and whether it is one of those there are. Which records are offered to whom is no
matter: a process may write any there is. Rules over several fields are for those who see them all:
they are asked when somebody edits the record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.register import Register
from engine.domain.actor import SYSTEM
from engine.domain.errors import Refused
from engine.forms.form import Form
from engine.forms.surroundings import Rights, Surroundings
from engine.forms.validation import FieldError
from engine.services.sentences import entry
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.records import Records

#: how the codes of what is missing begin
MISSING = "required"
#: the length of a date
DAY = 10


def demand_fit(
    records: Records,
    unit: UnitOfWork,
    register: Register,
    data: Mapping[str, Any],
    written: Collection[str],
    jurisdiction: str,
    *,
    complete: bool = False,
) -> None:
    """Refuse values that the form of a register refuses.

    Args:
        records: where records are.
        unit: the unit of work.
        register: whose form is asked.
        data: the record as it would be.
        written: the paths that are written; what stands elsewhere refuses nothing.
        jurisdiction: whose record it is.
        complete: whether everything has to be there that the form requires.

    Raises:
        Refused: with the first thing that is wrong.
    """
    form = records.release.forms[register.form]
    surroundings = Surroundings(
        names=records.names(unit, SYSTEM) | {"jurisdiction": {"id": jurisdiction}},
        lookup=records.lookup(unit, jurisdiction),
        calendar=records.calendar(jurisdiction),
    )
    everything = Rights(edit="all")
    found = [
        one
        for one in form.validate(data, surroundings, everything, complete=False)
        if _is_in(one, written) and not _is_there(records, unit, form, one, data)
    ]
    if not found and complete:
        errors = form.validate(data, surroundings, everything, complete=True)
        found = [one for one in errors if one.code.startswith(MISSING)]
    if found:
        element = form.element(found[0].name)
        private = element is not None and bool(element.private)
        why = entry(found[0], private=private)
        raise Refused("record_refused", register=register.title, why=why)


def as_days(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as their fields keep them: of a moment the day, of a day its beginning."""
    found = dict(values)
    for path, value in values.items():
        element = form.element(path)
        if element is None or not isinstance(value, str):
            continue
        if element.kind == "date" and len(value) > DAY:
            found[path] = value[:DAY]
        elif element.kind == "datetime" and len(value) == DAY:
            found[path] = f"{value}T00:00:00"
    return found


def _is_in(error: FieldError, written: Collection[str]) -> bool:
    return any(f"{error.name}.".startswith(f"{path}.") for path in written)


def _is_there(
    records: Records, unit: UnitOfWork, form: Form, error: FieldError, data: Mapping[str, Any]
) -> bool:
    """Whether a record is only not offered, and does exist."""
    element = form.element(error.name)
    if error.code != "not_found" or element is None or not element.reference:
        return False
    value: Any = data
    for part in error.place:
        value = value[part]
    keys = value if isinstance(value, list) else [value]
    return all(records.views(unit).row(element.reference, key) is not None for key in keys)
