"""The groups of states a case cannot leave again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class ClosedGroups(Generic[T]):
    """Finds the groups that lead to each other and nowhere else (Tarjan, without recursion).

    A thing whose ways are not known is in no such group.
    """

    def __init__(self, ways: Mapping[T, Sequence[T]]) -> None:
        """Prepare."""
        self._ways = ways
        self._number: dict[T, int] = {}
        self._low: dict[T, int] = {}
        self._open: list[T] = []
        self._held: set[T] = set()
        #: what leads out of its group
        self._leaking: set[T] = set()

    def __iter__(self) -> Iterator[list[T]]:
        """Go through the groups."""
        for first in self._ways:
            if first not in self._number:
                yield from self._from(first)

    def _from(self, first: T) -> Iterator[list[T]]:
        work = [self._begun(first)]
        while work:
            one, ways = work[-1]
            after = next(ways, None)
            if after is not None:
                if after not in self._number:
                    work.append(self._begun(after))
                else:
                    self._seen_again(one, after)
                continue
            work.pop()
            group = self._finished(one)
            if work:
                around = work[-1][0]
                self._low[around] = min(self._low[around], self._low[one])
                if group:
                    self._leaking.add(around)
            if group and self._leaking.isdisjoint(group):
                yield group

    def _begun(self, one: T) -> tuple[T, Iterator[T]]:
        self._number[one] = self._low[one] = len(self._number)
        self._open.append(one)
        self._held.add(one)
        if one not in self._ways:
            self._leaking.add(one)
        return one, iter(self._ways.get(one, ()))

    def _seen_again(self, one: T, after: T) -> None:
        if after in self._held:
            self._low[one] = min(self._low[one], self._number[after])
        else:
            self._leaking.add(one)

    def _finished(self, one: T) -> list[T]:
        """Return the group that is complete with this, or nothing."""
        group: list[T] = []
        if self._low[one] == self._number[one]:
            while not group or group[-1] is not one:
                group.append(self._open.pop())
            self._held.difference_update(group)
        return group
