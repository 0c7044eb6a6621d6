"""Service methods that are one transaction each: begun again where the database broke it off."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from engine.services.casework import until_kept

_P = ParamSpec("_P")
_T = TypeVar("_T")


def kept(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Do the whole method again where somebody else's transaction was let through first.

    Nothing may be left of a first attempt but what it wrote, which the database has taken back.
    """

    @wraps(method)
    def until_done(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return until_kept(lambda: method(*args, **kwargs))

    return until_done
