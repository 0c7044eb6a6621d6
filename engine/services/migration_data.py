"""Form data of one version of a form read as that of another one (CON-09)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.authoring.problem import nearest
from engine.definitions.codes import CodeList
from engine.forms.form import Form
from engine.forms.keywords import LISTS, NUMBERS
from engine.forms.model import Element
from engine.services.migration_decisions import Decisions

#: how many names are proposed for one that is gone
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class Open:
    """Something that somebody has to decide: the code of its sentence, and what may be chosen.

    ``key`` is the key of the decisions it belongs under, ``name`` what it is about there.
    """

    code: str
    key: str
    name: str
    params: Mapping[str, str]
    proposed: tuple[str, ...] = ()


@dataclass(slots=True)
class MovedData:
    """The data of a case in the new form."""

    data: dict[str, Any]
    open: list[Open] = field(default_factory=list)
    #: captions of the fields that were moved, changed or dropped
    moved: list[str] = field(default_factory=list)


def moved_data(
    old: Form,
    new: Form,
    codes: Mapping[str, CodeList],
    data: Mapping[str, Any],
    decisions: Decisions,
    *,
    still_filled_in: bool,
) -> MovedData:
    """Read what was entered in one form as entered in another.

    Args:
        old: the form it was entered in.
        new: the form it is read with from now on.
        codes: the code lists of the new version.
        data: what was entered.
        decisions: which field is which.
        still_filled_in: whoever fills it in has it before them, so that new fields wait for them.
    """
    return _Moving(old, new, codes, data, decisions).run(still_filled_in=still_filled_in)


class _Moving:
    def __init__(
        self,
        old: Form,
        new: Form,
        codes: Mapping[str, CodeList],
        data: Mapping[str, Any],
        decisions: Decisions,
    ) -> None:
        self._old, self._codes, self._decisions = old, codes, decisions
        self._before = {_name(one): one for one in old.walk() if one.stored}
        self._after = {_name(one): one for one in new.walk() if one.stored}
        self._found = MovedData(_copied(data))

    def run(self, *, still_filled_in: bool) -> MovedData:
        for name, element in self._before.items():
            if element.kind != "group" and any(_values(self._found.data, element.path)):
                self._field(name, element)
        if not still_filled_in:
            self._missing()
        return self._found

    def _field(self, name: str, element: Element) -> None:
        """One field that something was entered in."""
        known = self._decisions.fields
        if name in known:
            target = known[name]
            if target is not None:
                self._move(name, element, target)
            self._found.moved.append(element.title)
            _remove(self._found.data, element.path)
            return
        if element.children:
            # Rows: what is in them is looked at field by field.
            if name not in self._after:
                self._gone(name, element)
            return
        after = self._after.get(name)
        if after is None:
            if not any(name.startswith(f"{above}.") for above in known):
                self._gone(name, element)
            return
        self._check(name, element, after)

    def _gone(self, name: str, element: Element) -> None:
        same = [one for one, other in self._after.items()
                if one not in self._before and other.kind == element.kind]  # fmt: skip
        proposed = tuple(nearest(name, same, PROPOSED))
        self._found.open.append(
            Open("migrate_field_gone", "fields", name, {"field": element.title}, proposed)
        )

    def _move(self, name: str, element: Element, target: str) -> None:
        values = list(_values(self._found.data, element.path))
        after = self._after.get(target)
        plain = "*" not in element.path
        if after is None or "*" in after.path or not plain:
            near = tuple(nearest(target, self._after, PROPOSED))
            self._found.open.append(
                Open("migrate_no_such_field", "fields", name, {"field": target}, near)
            )
            return
        _put(self._found.data, after.path, values[0])
        self._check(target, element, after)

    def _check(self, name: str, before: Element, after: Element) -> None:
        """What a field holds must be something that can stand in it now."""
        for value in list(_values(self._found.data, after.path)):
            if not _fits(after, value):
                titles = {"field": after.title}
                self._found.open.append(
                    Open("migrate_field_other", "fields", _name(before), titles)
                )
                return
        if after.codes and after.codes in self._codes:
            self._check_codes(name, after)

    def _check_codes(self, name: str, after: Element) -> None:
        known = self._codes[after.codes].values
        decided = self._decisions.codes.get(name, {})

        def changed(value: Any) -> Any:
            if isinstance(value, list):
                return [one for one in map(changed, value) if one is not None]
            if not isinstance(value, str) or value in known:
                return value
            if value in decided:
                self._found.moved.append(after.title)
                return decided[value]
            params = {"field": after.title, "value": value}
            self._found.open.append(
                Open("migrate_code_gone", "codes", f"{name}.{value}", params,
                     tuple(nearest(value, known, PROPOSED)))
            )  # fmt: skip
            return value

        _change(self._found.data, after.path, changed)

    def _missing(self) -> None:
        """Fields that have to be filled in now, and were not asked for before."""
        # What may come from a field that is gone is asked there first.
        coming = {one.proposed[0] for one in self._found.open if one.proposed}
        for name, after in self._after.items():
            before = self._before.get(name)
            asked = after.required and not (before is not None and before.required)
            if not asked or "*" in after.path or after.kind == "group":
                continue
            if name in coming or any(_values(self._found.data, after.path)):
                continue
            if name not in self._decisions.values:
                self._found.open.append(
                    Open("migrate_value_missing", "values", name, {"field": after.title})
                )
            elif self._decisions.values[name] is not None:
                _put(self._found.data, after.path, self._decisions.values[name])
                self._found.moved.append(after.title)
                self._check(name, after, after)


def _name(element: Element) -> str:
    return ".".join(part for part in element.path if part != "*")


def _fits(element: Element, value: Any) -> bool:
    if element.kind in LISTS:
        return isinstance(value, list)
    if element.kind in NUMBERS:
        whole = not isinstance(value, float) or value.is_integer()
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (element.kind == "number" or whole)
    if element.kind == "boolean":
        return isinstance(value, bool)
    if element.kind == "period":
        return isinstance(value, Mapping)
    return isinstance(value, str)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    return value


def _values(data: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """What is entered at a path, in every row; what is empty is left out."""
    if not path:
        if data not in (None, "", [], {}):
            yield data
    elif path[0] == "*":
        for row in data or ():
            yield from _values(row, path[1:])
    elif isinstance(data, Mapping):
        yield from _values(data.get(path[0]), path[1:])


def _change(data: Any, path: tuple[str, ...], changed: Any) -> None:
    """Replace what stands at a path, in every row."""
    name, rest = path[0], path[1:]
    if name == "*":
        for row in data or ():
            _change(row, rest, changed)
    elif isinstance(data, dict) and data.get(name) is not None:
        if rest:
            _change(data[name], rest, changed)
        else:
            value = changed(data[name])
            if value is None:
                del data[name]
            else:
                data[name] = value


def _remove(data: Any, path: tuple[str, ...]) -> None:
    _change(data, path, lambda value: None)


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value
