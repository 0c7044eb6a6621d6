"""Form data and other personal data, each version once, sealed with its subject's key."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.chain import canonical
from engine.store.errors import Erased
from engine.store.sealing import Cipher, Sealer
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import blobs, subject_keys

_KEY = Statement(
    sa.select(subject_keys.c.wrapped).where(subject_keys.c.subject == given(subject_keys.c.subject))
)
_ADD_KEY = Statement(insert(subject_keys))
_ERASE_KEY = Statement(
    sa.delete(subject_keys).where(subject_keys.c.subject == given(subject_keys.c.subject))
)
_ERASE_BLOBS = Statement(sa.delete(blobs).where(blobs.c.subject == given(blobs.c.subject)))
_SEEN = Statement(sa.select(blobs.c.subject).where(blobs.c.hash == given(blobs.c.hash)))
_ADD = Statement(insert(blobs))
# In one go where the key is known already. A key that was erased meanwhile stores nothing.
_COLUMNS = [blobs.c.hash, blobs.c.subject, blobs.c.ciphertext]
_ADD_NEW = Statement(
    upsert(blobs)
    .from_select(
        _COLUMNS,
        sa.select(*(given(column) for column in _COLUMNS)).where(
            sa.exists().where(
                subject_keys.c.subject == given(subject_keys.c.subject),
                subject_keys.c.wrapped == given(subject_keys.c.wrapped),
            )
        ),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=[blobs.c.hash])
)
_GET = Statement(
    sa.select(blobs.c.subject, blobs.c.ciphertext, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.subject == blobs.c.subject)
    .where(blobs.c.hash == given(blobs.c.hash))
)


class Blobs:
    """The rows of ``blobs`` and ``subject_keys``."""

    def __init__(self, session: Session, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    def put(self, subject: str, value: object) -> str:
        """Store a JSON value; return its hash. The same value of the same subject is stored once.

        The hash depends on the subject's key: without it nobody can tell which value it stands for.
        """
        return self.put_bytes(subject, canonical(value))

    def put_bytes(self, subject: str, plain: bytes) -> str:
        """Store bytes as :meth:`put` stores a value."""
        wrapped = self._sealer.lately(subject)
        if wrapped is not None:
            cipher = self._sealer.cipher(subject, wrapped)
            hashed = cipher.digest(plain)
            sealed = cipher.seal(plain, hashed)
            row = {"hash": hashed, "subject": subject, "ciphertext": sealed, "wrapped": wrapped}
            if self._session.run(_ADD_NEW, **row):
                return hashed
        cipher = subject_cipher(self._session, self._sealer, subject)
        hashed = cipher.digest(plain)
        if self._session.one(_SEEN, hash=hashed) is None:
            self._session.run(
                _ADD, hash=hashed, subject=subject, ciphertext=cipher.seal(plain, hashed)
            )
        return hashed

    def get(self, hashed: str) -> Any:
        """Return the JSON value with a hash. Raises Erased."""
        return orjson.loads(self.get_bytes(hashed))

    def get_bytes(self, hashed: str) -> bytes:
        """Return the bytes with a hash. Raises Erased."""
        row = self._session.one(_GET, hash=hashed)
        if row is None:
            raise Erased(hashed)
        subject, ciphertext, wrapped = row
        return self._sealer.cipher(subject, wrapped).open(ciphertext, hashed)

    def erase(self, subject: str) -> bool:
        """Make everything stored for a subject unreadable; False if there was nothing."""
        self._session.run(_ERASE_BLOBS, subject=subject)
        return self._session.run(_ERASE_KEY, subject=subject) == 1


def subject_cipher(session: Session, sealer: Sealer, subject: str) -> Cipher:
    """Return the cipher of a subject, with a new key if there is none."""
    row = session.one(_KEY, subject=subject)
    if row is not None:
        return sealer.cipher(subject, row[0])
    wrapped, cipher = sealer.new_key(subject)
    session.run(_ADD_KEY, subject=subject, wrapped=wrapped)
    return cipher


def known_cipher(session: Session, sealer: Sealer, subject: str) -> Cipher:
    """Return the cipher of a subject. Raises Erased if it has no key."""
    row = session.one(_KEY, subject=subject)
    if row is None:
        raise Erased(subject)
    return sealer.cipher(subject, row[0])
