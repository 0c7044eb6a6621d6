"""Search in Chinese and Latin text: pairs of characters, so that two of a name are enough.

Neither database has an index that finds a word of two Chinese characters inside a text; so the
text is cut into overlapping pairs, and those are indexed. The last character stands alone, so that
one character finds what begins with or contains it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def fold(text: str) -> str:
    """Bring a text into the form in which it is compared: widths, case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def joined(values: Iterable[object]) -> str:
    """Put the values of a record that are searched into one folded text."""
    return "\n".join(fold(str(value)) for value in values if value not in (None, ""))


def terms(folded: str) -> set[str]:
    """Cut a folded text into its pairs, for the index."""
    words = folded.split()
    return {word[at : at + 2] for word in words for at in range(len(word))}


def wanted(word: str) -> list[str]:
    """Cut one word of a question into the pairs that must all be there."""
    if len(word) < 2:
        return [word]
    return list(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))
