"""What can go wrong in the rows, named so that callers need not know the database."""

from __future__ import annotations


class StoreError(Exception):
    """Base of what callers may catch."""


class Duplicate(StoreError):
    """A rule of the tables refused a row: the one it is about exists already."""


class Conflict(StoreError):
    """The database broke the transaction off because of another one; nothing of it is kept.

    Two that wait for each other's rows are told apart in this way; to begin again is enough.
    """


class Erased(StoreError):
    """The data was erased with its subject's key, or was never stored."""


class CannotOpen(StoreError):
    """The key is not the one a value was sealed with, or the value was changed."""


class UnknownTables(StoreError):
    """The database holds tables of ours whose version is not known."""
