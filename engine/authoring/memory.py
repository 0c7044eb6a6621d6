"""What was made from files before, kept for as long as what it was made from is the same.

Checking content again after an edit makes most things from the very same parts as before. A
``Memory`` keeps each of them with what it was given and the problems it reported. Mappings that are
given are watched: only what was looked up in them counts, and all of it once they are gone through.
So what is kept is what would be made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
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
        *,
        at: object | None = None,
    ) -> T:
        """Return what is made from some things, made anew only if one of them is another.

        Args:
            key: what it is; a later thing with the same key takes its place.
            given: what it is made from. Mappings, and values with mappings as their parts, are
                the same if what was looked up in them is.
            make: gets what is given, and where to report problems.
            problems: receives what was reported when it was made.
            at: where it stands, which only problems tell of: without any, the same is made
                wherever it stands.
        """
        kept = self._kept.get(key)
        moved = kept is not None and kept.problems and kept.at is not at
        if kept is None or moved or not kept.fits(given):
            watched = [_watched(one) for one in given]
            found = Problems()
            kept = _Kept(watched, make(*watched, found), tuple(found), at)
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
    *,
    at: object | None = None,
) -> T:
    """Make something, or take it from a memory if there is one; see :meth:`Memory.once`."""
    if memory is None:
        return make(*given, problems)
    return memory.once(key, given, make, problems, at=at)


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
        # Written out: an edit asks this some ten thousand times.
        for key, value in self._read.items():
            found = other.get(key, _ABSENT)
            if found is not value and not _same(value, found):
                return False
        return True

    def turn(self, other: Mapping[Any, Any]) -> None:
        """Look things up in another mapping from now on, which fits."""
        self._of = other
        self._whole = dict(other) if self._whole is not None else None


@dataclass
class _Kept:
    given: list[Any]
    value: Any
    problems: tuple[Any, ...]
    at: object | None

    def fits(self, given: Sequence[object]) -> bool:
        pairs = list(zip(self.given, given, strict=True))
        if not all(_fits(old, new) for old, new in pairs):
            return False
        for old, new in pairs:
            _turn(old, new)
        return True


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The names of the parts of a class whose values count by them."""
    if not is_dataclass(kind) or kind.__eq__ is object.__eq__:
        return ()
    return tuple(part.name for part in fields(kind))


def _watched(value: Any) -> Any:
    """Watch a mapping, and the mappings among the parts of a value that counts by its parts."""
    if isinstance(value, Mapping):
        return Watched(value)
    parts = {name: getattr(value, name) for name in _parts(value.__class__)}
    mappings = {name: Watched(part) for name, part in parts.items() if isinstance(part, Mapping)}
    return replace(value, **mappings) if mappings else value


def _is_watched(value: Any) -> bool:
    return any(type(getattr(value, name)) is Watched for name in _parts(value.__class__))


def _fits(old: Any, new: Any) -> bool:
    if type(old) is Watched:
        return old.fits(new)
    if old is new or not _is_watched(old):
        return _same(old, new)
    return type(old) is type(new) and all(
        _fits(getattr(old, name), getattr(new, name)) for name in _parts(old.__class__)
    )


def _turn(old: Any, new: Any) -> None:
    if type(old) is Watched:
        old.turn(new)
    elif old is not new and _is_watched(old):
        for name in _parts(old.__class__):
            _turn(getattr(old, name), getattr(new, name))


def _same(old: object, new: object) -> bool:
    """Tell whether two things are equal, numbers and truth values kept apart."""
    return old is new or (type(old) is type(new) and old == new)
