"""What was made from files before, kept for as long as what it was made from is the same.

Checking content again after an edit makes most things from the very same parts as before. A
``Memory`` keeps each of them with what it was given and the problems it reported. Mappings that are
given are watched: only what was looked up in them counts, and all of it once they are gone through.
So what is kept is what would be made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from engine.authoring.problems import Problems

T = TypeVar("T")
_ABSENT = object()


class Memory:
    """Things made before, by key. Not to be used by several threads at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[Hashable, _Kept] = {}

    def once(
        self,
        key: Hashable,
        given: Sequence[object],
        make: Callable[..., T],
        problems: Problems,
    ) -> T:
        """Return what is made from some things, made anew only if one of them is another.

        Args:
            key: what it is; a later thing with the same key takes its place.
            given: what it is made from. Mappings, and values with mappings as their parts, are
                the same if what was looked up in them is.
            make: gets what is given, and where to report problems.
            problems: receives what was reported when it was made.
        """
        kept = self._kept.get(key)
        if kept is None or not kept.fits(given):
            watched = [_watched(one) for one in given]
            found = Problems()
            kept = _Kept(watched, make(*watched, found), tuple(found))
            self._kept[key] = kept
        problems.extend(kept.problems)
        made: T = kept.value
        return made


def once(
    memory: Memory | None,
    key: Hashable,
    given: Sequence[object],
    make: Callable[..., T],
    problems: Problems,
) -> T:
    """Make something, or take it from a memory if there is one."""
    if memory is None:
        return make(*given, problems)
    return memory.once(key, given, make, problems)


class Watched(Mapping[Any, Any]):
    """A mapping that knows what was looked up in it."""

    def __init__(self, of: Mapping[Any, Any]) -> None:
        """Begin to watch."""
        self._of = of
        self._read: dict[Any, object] = {}
        self._whole: Mapping[Any, Any] | None = None

    def __getitem__(self, key: Any) -> Any:
        """Look something up."""
        found = self._read[key] = self._of.get(key, _ABSENT)
        if found is _ABSENT:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[Any]:
        """Go through all of it."""
        self._whole = dict(self._of)
        return iter(self._of)

    def __len__(self) -> int:
        """Count all of it."""
        self._whole = dict(self._of)
        return len(self._of)

    def fits(self, other: object) -> bool:
        """Tell whether another mapping holds the same as far as anything was looked up."""
        if not isinstance(other, Mapping):
            return False
        if self._whole is not None and self._whole != dict(other):
            return False
        return all(_same(value, other.get(key, _ABSENT)) for key, value in self._read.items())

    def turn(self, other: Mapping[Any, Any]) -> None:
        """Look things up in another mapping from now on, which fits."""
        self._of = other
        self._whole = dict(other) if self._whole is not None else None


@dataclass
class _Kept:
    given: list[Any]
    value: Any
    problems: tuple[Any, ...]

    def fits(self, given: Sequence[object]) -> bool:
        pairs = list(zip(self.given, given, strict=True))
        if not all(_fits(old, new) for old, new in pairs):
            return False
        for old, new in pairs:
            _turn(old, new)
        return True


def _is_open(value: object) -> bool:
    """Tell whether a value counts by its parts: one with an equality of its own, and mappings."""
    return (
        is_dataclass(value)
        and type(value).__eq__ is not object.__eq__
        and any(isinstance(getattr(value, part.name), Mapping) for part in fields(value))
    )


def _watched(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Watched(value)
    if not _is_open(value):
        return value
    parts = {part.name: getattr(value, part.name) for part in fields(value)}
    mappings = {name: Watched(part) for name, part in parts.items() if isinstance(part, Mapping)}
    return replace(value, **mappings)


def _fits(old: Any, new: Any) -> bool:
    if isinstance(old, Watched):
        return old.fits(new)
    if not _is_open(old):
        return _same(old, new)
    return type(old) is type(new) and all(
        _fits(getattr(old, part.name), getattr(new, part.name)) for part in fields(old)
    )


def _turn(old: Any, new: Any) -> None:
    if isinstance(old, Watched):
        old.turn(new)
    elif _is_open(old):
        for part in fields(old):
            _turn(getattr(old, part.name), getattr(new, part.name))


def _same(old: object, new: object) -> bool:
    """Tell whether two things are equal, numbers and truth values kept apart."""
    return old is new or (type(old) is type(new) and old == new)
