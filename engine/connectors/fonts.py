"""The fonts documents are printed with, and which characters they have."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn

#: Not shown, so no font needs them.
_INVISIBLE = frozenset("\n\r\t\u200b\ufeff")


def font_folder() -> Path:
    """Return the folder with the fonts that are shipped: the same ones on every machine."""
    return Path(pylopdf_fonts_zh_cn.sans_path()).parent


def missing_characters(texts: Iterable[str]) -> list[str]:
    """Return the characters that none of the fonts can print, each once.

    A name with a box in it is worse than no document.
    """
    printable = _printable()
    found = dict.fromkeys(character for text in texts for character in text)
    return [
        character
        for character in found
        if ord(character) not in printable and character not in _INVISIBLE
    ]


@cache
def _printable() -> frozenset[int]:
    paths = (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path())
    # Both faces: which of them a template uses is its own business.
    first, second = (characters_of(Path(path).read_bytes()) for path in paths)
    return first & second


def characters_of(font: bytes) -> frozenset[int]:
    """Read the table ``cmap`` of an OpenType font: the code points that have a glyph."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        if tag == b"cmap":
            return _read_cmap(font, offset)
    raise ValueError("the font has no character map")


def _read_cmap(font: bytes, start: int) -> frozenset[int]:
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    for number in range(subtables):
        _, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * number)
        (kind,) = struct.unpack_from(">H", font, start + offset)
        if kind == 12:  # Groups of code points over all of Unicode.
            return _read_groups(font, start + offset)
    raise ValueError("the font has no character map over all of Unicode")


def _read_groups(font: bytes, start: int) -> frozenset[int]:
    (count,) = struct.unpack_from(">L", font, start + 12)
    found: set[int] = set()
    for number in range(count):
        first, last, glyph = struct.unpack_from(">LLL", font, start + 16 + 12 * number)
        found.update(range(first, last + 1) if glyph else range(first + 1, last + 1))
    return frozenset(found)
