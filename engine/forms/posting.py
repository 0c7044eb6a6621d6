"""From posted fields back to data: nothing typed is lost, nothing protected is overwritten.

The names of fields on pages are places: ``education.0.major``. A repeated section also posts
``education.#``: once the word ``list`` and once for each row its mark, by which the stored row is
found again after rows were added, removed, moved or saved in between. A button posts ``_do``:
``add:education``, ``remove:education.1`` …
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from engine.forms.effective import Data, EffectiveField, EffectiveForm, row_mark
from engine.forms.form import Form, new_object
from engine.forms.model import Element, Place, written
from engine.forms.surroundings import Rights, Surroundings

BUTTON = "_do"
ROWS = "#"
LIST = "list"
ADD, REMOVE, UP, DOWN, UNFILE, SEARCH, CLEAR, REFRESH, UPLOAD = (
    "add", "remove", "up", "down", "unfile", "search", "clear", "refresh", "upload",
)  # fmt: skip
OPERATIONS = (ADD, REMOVE, UP, DOWN, UNFILE, SEARCH, CLEAR, REFRESH, UPLOAD)
MOST_ROWS = 500
# Clearing a value may leave another without its options; the longest chain of cascades.
MOST_ROUNDS = 8

# Digits, letters and signs of full width, as input methods write them, in the width of ASCII.
_NARROW = {0x3000: " ", **{0xFF01 + n: chr(0x21 + n) for n in range(0x5E)}}
# Numbers people copy with gaps in them.
_GAPLESS = ("mobile", "id-number", "credit-code")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,10})?\Z")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}\Z")


class Fields(Protocol):
    """What was posted: several values for each name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a name."""

    def __contains__(self, key: object, /) -> bool:
        """Tell whether a name was posted."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A button of the form itself: it changes rows or looks something up, and submits nothing."""

    verb: str
    name: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back from a page.

    Attributes:
        data: what is stored with what was entered over it.
        form: the form for these data.
        operation: the form's own button that was pressed, if any.
        searches: the text typed to find records, by field name.
    """

    data: dict[str, object]
    form: EffectiveForm
    operation: Operation | None
    searches: Mapping[str, str]


def read(form: EffectiveForm, posted: Fields) -> Posted:
    """Take what was posted over the data a form was shown for.

    Values of fields that may not be changed are those that were there. A value of a cascade that
    is no longer offered is cleared. What cannot be read, such as a number with letters, is kept as
    typed; validation says so.
    """
    reader = _Reader(form, posted)
    operation = operation_of(posted)
    data = reader.data()
    if operation is not None:
        data = _operated(form.form, data, form, operation)
    settled = settle(form.form, data, form.surroundings, form.rights)
    searches = {
        one.name: posted.getlist(f"{one.name}~search")[0].strip()
        for one in settled.walk()
        if one.query is not None and f"{one.name}~search" in posted
    }
    return Posted(_copy(settled.data), settled, operation, searches)


def laid_over(
    form: Form, stored: Data, given: Data, surroundings: Surroundings, rights: Rights
) -> EffectiveForm:
    """Return the form for given data, such as a program sends, laid over what is stored.

    As with what is posted, values of fields that may not be changed are those that were there.
    """
    return _Given(form, stored, given, surroundings, rights).settled()


def operation_of(posted: Fields) -> Operation | None:
    """Return the form's own button that was pressed."""
    for value in posted.getlist(BUTTON):
        verb, _, rest = value.partition(":")
        name, _, argument = rest.partition(":")
        if verb in OPERATIONS:
            return Operation(verb, name, argument)
    return None


def settle(form: Form, data: Data, surroundings: Surroundings, rights: Rights) -> EffectiveForm:
    """Return the form for data from which values of cascades that are not offered are cleared."""
    current = form.effective(data, surroundings, rights)
    for _ in range(MOST_ROUNDS):
        stale = [
            one for one in current.walk() if one.stale and one.element.options_from is not None
        ]
        if not stale:
            break
        changed: dict[str, object] = _copy(current.data)
        for one in stale:
            offered = {option.value for option in one.options or ()}
            kept = (
                [item for item in one.value if item in offered]
                if isinstance(one.value, list)
                else None
            )
            put(changed, one.place, kept)
        current = form.effective(changed, surroundings, rights)
    return current


def put(data: dict[str, object], place: Place, value: object) -> None:
    """Set the value at a place; None removes it. A place that does not exist is left alone."""
    found: Any = data
    for part in place[:-1]:
        if isinstance(found, dict):
            found = found.setdefault(part, {})
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return
    if not isinstance(found, dict):
        return
    if value is None:
        found.pop(place[-1], None)
    else:
        found[place[-1]] = value


def value_at(data: object, place: Place) -> object:
    """Return the value at a place, or None."""
    for part in place:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


class _Reader:
    """Lays posted values over stored data."""

    def __init__(self, form: EffectiveForm, posted: Fields) -> None:
        self.posted, self.shown = posted, form
        self.form, self.stored = form.form, form.data
        self.surroundings, self.rights = form.surroundings, form.rights
        #: place of a row now → the stored row it was
        self.origins: dict[Place, Place | None] = {}

    def data(self) -> dict[str, object]:
        laid = self.record(self.form.elements, self.stored, (), ())
        self.restore_all(laid, self.form.effective(laid, self.surroundings, self.rights))
        return laid

    def restore_all(self, laid: dict[str, object], current: EffectiveForm) -> bool:
        """Put back what was stored where nothing may be changed; tell whether anything differed."""
        differed = False
        for one in current.walk():
            if one.element.stored and not one.editable and one.kind not in ("group", "rows"):
                differed |= self.restore(laid, one.element, one.place)
        for place in current.absent:
            element = self.form.element(written(place))
            if element is not None and element.locked_when is not None:
                differed |= self.restore(laid, element, place)
        return differed

    def restore(self, laid: dict[str, object], element: Element, place: Place) -> bool:
        """Put back what was stored at a place; tell whether something else was there."""
        origin = self.origin(place)
        stored = element.default if origin is None else value_at(self.stored, origin)
        found = value_at(laid, place)
        if stored is not None or found is not None:
            put(laid, place, stored)
        return stored != found

    def origin(self, place: Place) -> Place | None:
        """Return where the value at a place was stored; None for a new row."""
        for count in range(len(place), 0, -1):
            if place[:count] in self.origins:
                before = self.origins[place[:count]]
                return None if before is None else (*before, *place[count:])
        return place

    def record(
        self, elements: Sequence[Element], base: Data, place: Place, origin: Place | None
    ) -> dict[str, object]:
        """Lay the posted values of one object over the stored ones."""
        laid: dict[str, object] = _copy(base)
        rights = self.rights
        for element in elements:
            if not element.stored or rights.hides(element) or not rights.touches(element):
                continue
            at = (*place, element.name)
            below = (*origin, element.name) if origin is not None else None
            stored = base.get(element.name)
            if element.kind == "group":
                inner = self.record(
                    element.children, stored if isinstance(stored, Mapping) else {}, at, below
                )
                value: object = inner or None
            elif element.kind == "rows":
                value = self.rows(element, stored, at, below)
            elif element.locked or not rights.may_edit(element):
                continue
            else:
                value = self.leaf(element, stored, at)
            put(laid, (element.name,), value)
        return laid

    def rows(self, element: Element, stored: object, place: Place, origin: Place | None) -> object:
        """Lay the posted rows over the stored ones."""
        items = stored if isinstance(stored, list) else []
        marks = None if element.locked else self.marks(element, place)
        posted = marks is not None
        if marks is None:
            marks = [row_mark(element, item, self.rights) for item in items]
        finder = _Finder(element, items, self.rights)
        laid: list[object] = []
        for count, mark in enumerate(marks[:MOST_ROWS]):
            number = finder.find(count, mark)
            before = items[number] if number is not None else new_object(element.children)
            below = (*origin, number) if origin is not None and number is not None else None
            self.origins[*place, count] = below
            data = before if isinstance(before, Mapping) else {}
            laid.append(self.record(element.children, data, (*place, count), below))
        if posted:
            self.keep(items, finder.used, laid, place, origin)
        return laid or (None if stored is None else [])

    def marks(self, element: Element, place: Place) -> list[str] | None:
        """The marks of the rows that were posted; None where nothing was."""
        marks = self.posted.getlist(f"{written(place)}.{ROWS}")
        return [mark for mark in marks if mark != LIST] if marks else None

    def keep(
        self,
        items: list[Any],
        used: set[int],
        laid: list[object],
        place: Place,
        origin: Place | None,
    ) -> None:
        """Put back stored rows that may not be removed and were not posted."""
        if origin is None:
            return
        left = [number for number in range(len(items)) if number not in used]
        if not left:
            return
        shown = {row.place: row for one in self.shown.walk() for row in one.rows}
        for number in left:
            item, row = items[number], shown.get((*origin, number))
            if row is None or row.removable:
                continue
            self.origins[*place, len(laid)] = (*origin, number)
            laid.append(_copy(item) if isinstance(item, Mapping) else item)

    def leaf(self, element: Element, stored: object, place: Place) -> object:
        """Read one posted value; the stored one where nothing was posted."""
        name = written(place)
        if element.kind == "period":
            parts = {
                part: self.posted.getlist(f"{name}.{part}")[0].strip()
                for part in ("from", "until")
                if f"{name}.{part}" in self.posted
            }
            return (
                ({part: text for part, text in parts.items() if text} or None) if parts else stored
            )
        if name not in self.posted:
            return stored
        values = [_clean(value) for value in self.posted.getlist(name)]
        if element.kind in ("many", "files"):
            return list(dict.fromkeys(value for value in values if value)) or None
        text = next((value for value in reversed(values) if value), "")
        return value_of(element, text) if text else None


class _Given(_Reader):
    """Lays data that were given as such over stored data: each part given takes the place of it."""

    def __init__(
        self, form: Form, stored: Data, given: Data, surroundings: Surroundings, rights: Rights
    ) -> None:
        self.form, self.stored, self.given = form, stored, given
        self.surroundings, self.rights = surroundings, rights
        self.origins = {}

    @cached_property
    def shown(self) -> EffectiveForm:  # type: ignore[override]
        """What was there; asked for only where a row is missing."""
        return self.form.effective(self.stored, self.surroundings, self.rights)

    def settled(self) -> EffectiveForm:
        laid = self.record(self.form.elements, self.stored, (), ())
        current = self.form.effective(laid, self.surroundings, self.rights)
        if self.restore_all(laid, current):
            current = self.form.effective(laid, self.surroundings, self.rights)
        return current

    def record(
        self, elements: Sequence[Element], base: Data, place: Place, origin: Place | None
    ) -> dict[str, object]:
        found = value_at(self.given, place)
        given: Data = found if isinstance(found, Mapping) else {}
        if not place:
            elements = [one for one in elements if one.name in given]
        laid = super().record(elements, base, place, origin)
        # What no form has, or in another shape, is left for validation to refuse.
        kinds = {one.name: one.kind for one in elements}
        for name, value in given.items():
            if (name not in kinds and place) or (
                kinds.get(name) == "group" and not isinstance(value, Mapping | None)
            ):
                laid[name] = value
        return laid

    def rows(self, element: Element, stored: object, place: Place, origin: Place | None) -> object:
        given = value_at(self.given, place)
        if not isinstance(given, list | None) and not element.locked:
            return given
        rows = super().rows(element, stored, place, origin)
        if isinstance(rows, list) and not element.locked:
            items: list[Any] = given if isinstance(given, list) else []
            for number, item in enumerate(items[:MOST_ROWS]):
                if not isinstance(item, Mapping):
                    rows[number] = item
        return rows

    def marks(self, element: Element, place: Place) -> list[str]:
        given = value_at(self.given, place)
        items = given if isinstance(given, list) else []
        return [row_mark(element, item, self.rights) for item in items]

    def leaf(self, element: Element, stored: object, place: Place) -> object:
        return value_at(self.given, place)


def value_of(element: Element, text: str) -> object:
    """Return the value a typed text stands for; what cannot be read stays as it was typed.

    Numbers and texts of a format may be typed in full width, identity numbers in small letters.
    """
    format_ = element.schema.get("format")
    if element.kind in ("integer", "number") or format_ is not None:
        narrow = text.translate(_NARROW).strip()
        if format_ in _GAPLESS:
            narrow = "".join(narrow.split()).upper()
        text = narrow or text
    if element.kind == "date":
        return day_of(text)
    if element.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if element.kind == "integer" and _WHOLE.match(text):
        return int(text)
    if element.kind in ("number", "integer") and _NUMBER.match(text):
        number = float(text)
        return int(number) if "." not in text else number
    return text


def day_of(text: str) -> str:
    """A day as it is stored, of the ways in which people write one; anything else as it is."""
    found = _DAY.match(text.translate(_NARROW).strip())
    if found is None:
        return text
    year, month, day = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


class _Finder:
    """Finds stored rows again by their marks, each once, the one at the same place first."""

    def __init__(self, element: Element, items: Sequence[object], rights: Rights) -> None:
        self.marks = [row_mark(element, item, rights) for item in items]
        self.used: set[int] = set()

    def find(self, number: int, mark: str) -> int | None:
        """Return the number of a stored row with a mark; None for a new row."""
        free = [each for each in range(len(self.marks)) if each not in self.used]
        fits = [each for each in free if self.marks[each] == mark]
        found = number if number in fits else next(iter(fits), None)
        if found is not None:
            self.used.add(found)
        return found


def _copy(data: object) -> Any:
    if isinstance(data, Mapping):
        return {name: _copy(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_copy(item) for item in data]
    return data


def _operated(
    form: Form, data: dict[str, object], shown: EffectiveForm, operation: Operation
) -> dict[str, object]:
    """Carry out a button of the form on the data."""
    current = form.effective(data, shown.surroundings, shown.rights)
    if operation.verb == ADD:
        one = current.find(operation.name)
        if one is not None and one.kind == "rows" and one.editable and len(one.rows) < MOST_ROWS:
            rows = one.value if isinstance(one.value, list) else []
            put(data, one.place, [*rows, new_object(one.element.children)])
    elif operation.verb in (REMOVE, UP, DOWN):
        _moved(data, current, operation)
    elif operation.verb in (UNFILE, CLEAR):
        one = current.find(operation.name)
        if one is not None and one.editable:
            put(data, one.place, _without(one, operation.argument))
    return data


def _without(one: EffectiveField, argument: str) -> object:
    if argument and isinstance(one.value, list):
        return [item for item in one.value if item != argument] or None
    return None


def _moved(data: dict[str, object], current: EffectiveForm, operation: Operation) -> None:
    name, _, number = operation.name.rpartition(".")
    one = current.find(name)
    if one is None or one.kind != "rows" or not one.editable or not number.isdigit():
        return
    rows, at = list(one.value) if isinstance(one.value, list) else [], int(number)
    if at >= len(rows):
        return
    if operation.verb == REMOVE:
        if one.rows[at].removable:
            del rows[at]
    else:
        other = at - 1 if operation.verb == UP else at + 1
        if 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]
    put(data, one.place, rows)


def with_data(form: EffectiveForm, data: Data) -> EffectiveForm:
    """Return the same form for other data."""
    return form.form.effective(data, form.surroundings, form.rights)
