"""A value that is made when it is first asked for.

:class:`functools.cached_property` takes a lock at the first access before Python 3.12. A unit of
work belongs to one thread, and a step asks for a dozen repositories.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class once(Generic[Owner, Value]):  # noqa: N801 - used as a decorator, as property is
    """Make the value of an attribute at its first use and keep it in the object."""

    def __init__(self, make: Callable[[Owner], Value]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> once[Owner, Value]: ...
    @overload
    def __get__(self, owner: Owner, kind: type[Any]) -> Value: ...
    def __get__(self, owner: Owner | None, kind: type[Any]) -> once[Owner, Value] | Value:
        if owner is None:
            return self
        value = owner.__dict__[self._name] = self._make(owner)
        return value
