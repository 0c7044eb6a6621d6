"""Encryption of personal data at rest.

Each subject (a person, a case) has a data key of its own; data keys are stored wrapped by the
master key of the installation. Erasing a subject's key makes everything sealed with it unreadable,
in backups too, and changes no stored hash.

AES-256-GCM with a random nonce. The first byte says how a value was sealed, so that another
cipher can be added beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.store.errors import CannotOpen

KEY_BYTES = 32
#: how many data keys are kept unwrapped
_KNOWN = 4096
_NONCE_BYTES = 12
_AES_256_GCM = b"\x01"


class Cipher:
    """Seals with one key. ``context`` binds a value to its place: it opens nowhere else."""

    __slots__ = ("_aead", "_hash_key")

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._hash_key = hmac.digest(key, b"hash", "sha256")

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt."""
        nonce = os.urandom(_NONCE_BYTES)
        return _AES_256_GCM + nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises CannotOpen."""
        if sealed[:1] != _AES_256_GCM:
            raise CannotOpen("sealed in a way that is not known here")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, rest, context.encode())
        except InvalidTag as error:
            raise CannotOpen(f'"{context}" was sealed with another key, or changed') from error

    def digest(self, plain: bytes) -> str:
        """Return a hash that says nothing about ``plain`` to anyone without the key."""
        return hmac.digest(self._hash_key, plain, "sha256").hex()


class Sealer:
    """Holds the master key: wraps data keys and makes blind indexes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._master = Cipher(master_key)
        self._index_key = hmac.digest(master_key, b"blind index", hashlib.sha256)
        self._unwrap = lru_cache(maxsize=_KNOWN)(self._unwrap_uncached)
        self._lately: dict[str, bytes] = {}

    @classmethod
    def passing(cls) -> Sealer:
        """Make a sealer whose key is kept nowhere."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_file(cls, path: Path) -> Sealer:
        """Read the master key, or make one, readable by its owner only.

        Raises PermissionError if others may read the file.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if path.stat().st_mode & 0o077:
                raise PermissionError(
                    f'"{path}" may be read by others; it must have mode 600'
                ) from None
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES))
        return cls(bytes.fromhex(path.read_text().strip()))

    def new_key(self, subject: str) -> tuple[bytes, Cipher]:
        """Make a data key: wrapped to be stored, and ready for use."""
        wrapped = self._master.seal(secrets.token_bytes(KEY_BYTES), f"key:{subject}")
        return wrapped, self.cipher(subject, wrapped)

    def cipher(self, subject: str, wrapped: bytes) -> Cipher:
        """Unwrap a data key. Raises CannotOpen."""
        return self._unwrap(subject, wrapped)

    def lately(self, subject: str) -> bytes | None:
        """Return the wrapped data key last used for a subject: what is stored by now may differ."""
        return self._lately.get(subject)

    def _unwrap_uncached(self, subject: str, wrapped: bytes) -> Cipher:
        if len(self._lately) >= _KNOWN:
            self._lately.clear()
        self._lately[subject] = wrapped
        return Cipher(self._master.open(wrapped, f"key:{subject}"))

    def blind(self, value: str, purpose: str) -> str:
        """Return what can be stored to find ``value`` again by equality, and not be read back."""
        message = f"{purpose}\0{value}".encode()
        return hmac.digest(self._index_key, message, "sha256").hex()
