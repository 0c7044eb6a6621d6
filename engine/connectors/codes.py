"""Codes that are printed, typed in by hand and cannot be guessed."""

from __future__ import annotations

import secrets
from collections.abc import Callable

# Without I, L, O and U: they are read as something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_READ_AS = str.maketrans("ILO", "110")


def new_code(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Make a verification code of 80 random bits: four groups of four characters."""
    number = int.from_bytes(random(_LENGTH * 5 // 8))
    text = "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_LENGTH)))
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def read_code(typed: str) -> str | None:
    """Bring a code that somebody typed into its printed form; None if it cannot be one."""
    text = "".join(typed.upper().split()).replace("-", "").translate(_READ_AS)
    if len(text) != _LENGTH or not set(text) <= set(_ALPHABET):
        return None
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))
