"""Who somebody is: the port, and local accounts with argon2 behind it."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class IdentityProvider(Protocol):
    """Checks and keeps what somebody signs in with."""

    def verify(self, known: str | None, password: str) -> bool:
        """Tell whether a password is the one kept as ``known``; None never is.

        Takes as long for None as for a wrong password.
        """

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""


class LocalAccounts:
    """Accounts of this installation: argon2id with the library's recommended cost."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """What the password of somebody unknown is compared with."""
        return self._hasher.hash("nobody has this password")

    def verify(self, known: str | None, password: str) -> bool:
        """Check a password against its hash."""
        try:
            self._hasher.verify(known or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    def hash(self, password: str) -> str:
        """Hash a password."""
        return self._hasher.hash(password)
