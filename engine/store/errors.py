"""What can go wrong in the rows, named so that callers need not know the database."""

from __future__ import annotations


class Duplicate(Exception):
    """A rule of the tables refused a row: the one it is about exists already."""
