"""Form data of one version of a form read as that of another one (CON-09)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.authoring.problem import nearest
from engine.definitions.codes import CodeList
from engine.forms.form import Form
from engine.forms.keywords import LISTS, NUMBERS
from engine.forms.model import Element, Path
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
        #: where what stood at a path stands now; None where it is not kept
        self._moved: dict[Path, Path | None] = {}

    def run(self, *, still_filled_in: bool) -> MovedData:
        self._move()
        for name, element in self._before.items():
            if element.kind != "group":
                self._field(name, element)
        if not still_filled_in:
            self._missing()
        return self._found

    # ------------------------------------------------------------ moving

    def _move(self) -> None:
        """Put what was entered where it is decided, in each row by itself."""
        for name, element in self._before.items():
            here = self._here(element.path)
            if name not in self._decisions.fields or here is None:
                continue
            if not any(_values(self._found.data, element.path)):
                continue
            target = self._decisions.fields[name]
            after = self._after.get(target) if target is not None else None
            if target is not None and (after is None or not _takes(after, element, here)):
                same = [one for one, other in self._after.items() if _takes(other, element, here)]
                near = tuple(nearest(target, same, PROPOSED))
                self._found.open.append(
                    Open("migrate_no_such_field", "fields", name, {"field": target}, near)
                )
                continue
            self._moved[element.path] = after.path if after is not None else None
            self._found.moved.append(element.title)
        # From the inside out, so that rows are still found where they were; of those on one level
        # all are taken before the first is put, as two may have changed places.
        for depth in sorted({path.count("*") for path in self._moved}, reverse=True):
            level = [path for path in self._moved if path.count("*") == depth]
            taken = []
            for path in sorted(level, key=len, reverse=True):
                to = self._moved[path]
                row, rest = _in_row(path)
                for holder in list(_rows(self._found.data, row)):
                    value = _taken(holder, rest)
                    if to is not None and value is not None:
                        taken.append((_in_row(to)[1], holder, value))
            for rest, holder, value in sorted(taken, key=lambda one: len(one[0])):
                _put(holder, rest, value)

    def _here(self, path: Path) -> Path | None:
        """Where a path is now; None if what stood there is not kept."""
        for count in range(len(path), 0, -1):
            if path[:count] in self._moved:
                target = self._moved[path[:count]]
                return None if target is None else (*target, *path[count:])
        return path

    # ------------------------------------------------------------ what it is now

    def _field(self, name: str, element: Element) -> None:
        """One field that something was entered in: it must be one of the form."""
        here = self._here(element.path)
        if here is None or not any(_values(self._found.data, here)):
            return
        after = self._after.get(_dotted(here))
        if after is None or after.path != here or bool(after.children) != bool(element.children):
            # What is in rows is asked for once it is known where the rows are.
            asked = [one.name for one in self._found.open if one.key == "fields"]
            if not any(name == one or name.startswith(f"{one}.") for one in asked):
                self._gone(name, element, here)
        elif not element.children:
            self._check(_dotted(here), element, after)

    def _gone(self, name: str, element: Element, here: Path) -> None:
        known = {self._here(one.path) for one in self._before.values()}
        same = [
            one
            for one, other in self._after.items()
            if other.path not in known
            and other.kind == element.kind
            and _takes(other, element, here)
        ]
        titled = [one for one in same if self._after[one].title == element.title]
        near = nearest(_dotted(here), same, PROPOSED)
        proposed = tuple(dict.fromkeys([*titled, *near]))[:PROPOSED]
        self._found.open.append(
            Open("migrate_field_gone", "fields", name, {"field": element.title}, proposed)
        )

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
            asked = Open(
                "migrate_code_gone", "codes", f"{name}.{value}", params,
                tuple(nearest(value, known, PROPOSED)),
            )  # fmt: skip
            # Several rows may hold the same code.
            if asked not in self._found.open:
                self._found.open.append(asked)
            return value

        _change(self._found.data, after.path, changed)

    def _missing(self) -> None:
        """Fields that have to be filled in now, and were not asked for before."""
        # What may come from a field that is gone is asked there first.
        coming = {one.proposed[0] for one in self._found.open if one.proposed}
        for name, after in self._after.items():
            before = self._before.get(name)
            asked = after.required and not (before is not None and before.required)
            row, rest = _in_row(after.path)
            empty = [one for one in _rows(self._found.data, row) if not any(_values(one, rest))]
            if not asked or after.kind == "group" or name in coming or not empty:
                continue
            if name not in self._decisions.values:
                self._found.open.append(
                    Open("migrate_value_missing", "values", name, {"field": after.title})
                )
            elif self._decisions.values[name] is not None:
                for one in empty:
                    _put(one, rest, self._decisions.values[name])
                self._found.moved.append(after.title)
                self._check(name, after, after)


def _name(element: Element) -> str:
    return _dotted(element.path)


def _dotted(path: Path) -> str:
    return ".".join(part for part in path if part != "*")


def _in_row(path: Path) -> tuple[Path, Path]:
    """A path as that of the row it is in (of the form itself: none), and what is left of it."""
    count = len(path) - path[::-1].index("*") if "*" in path else 0
    return path[:count], path[count:]


def _takes(after: Element, before: Element, here: Path) -> bool:
    """Whether a field can hold what stands at a path: it is in the same rows, and as deep."""
    same_rows = _in_row(after.path)[0] == _in_row(here)[0]
    return (
        same_rows
        and bool(after.children) == bool(before.children)
        and (not after.children or after.kind == before.kind)
    )


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


def _values(data: Any, path: Path) -> Iterator[Any]:
    """What is entered at a path, in every row; what is empty is left out."""
    if not path:
        if data not in (None, "", [], {}):
            yield data
    elif path[0] == "*":
        for row in data or ():
            yield from _values(row, path[1:])
    elif isinstance(data, Mapping):
        yield from _values(data.get(path[0]), path[1:])


def _change(data: Any, path: Path, changed: Any) -> None:
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


def _rows(data: Any, row: Path) -> Iterator[dict[str, Any]]:
    """Every row at a path; the form data themselves where there is none."""
    if not row:
        yield data
    else:
        yield from (one for one in _values(data, row) if isinstance(one, dict))


def _taken(data: dict[str, Any], path: Path) -> Any:
    """Take away what stands at a path; None if nothing is entered there."""
    for name in path[:-1]:
        data = data.get(name) or {}
    value = data.pop(path[-1], None)
    return value if any(_values(value, ())) else None


def _put(data: dict[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    known = data.get(path[-1])
    if isinstance(known, dict) and isinstance(value, dict):
        value = {**known, **value}
    data[path[-1]] = value
