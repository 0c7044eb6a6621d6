"""Printing: a Typst template and its data become a PDF, the same bytes each time.

The template finds its data in ``data.json`` beside it, and pictures under the names given.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, Protocol

import segno

from engine.connectors.fonts import missing_characters
from engine.connectors.typesetting import Failed, Job, Typesetter

#: How long one document may take.
SECONDS = 20.0
# A package would be fetched from outside, and a computed path could name one.
_FOREIGN = re.compile(r'#?\b(?:import|include)\b\s*(?!"[^@"])')
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


class CannotPrint(Exception):
    """The document would be wrong, or its template is. ``code`` names the reason."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Printer(Protocol):
    """Makes documents."""

    def print(
        self, source: str, data: Mapping[str, Any], files: Mapping[str, bytes], at: datetime
    ) -> bytes:
        """Return a PDF. Raises CannotPrint."""
        ...

    def preview(
        self, source: str, data: Mapping[str, Any], files: Mapping[str, bytes], at: datetime
    ) -> list[bytes]:
        """Return a PNG for each page. Raises CannotPrint."""
        ...


class TypstPrinter:
    """Prints with Typst and the shipped fonts only, in a process of its own."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._typesetter = Typesetter(seconds)

    def print(
        self, source: str, data: Mapping[str, Any], files: Mapping[str, bytes], at: datetime
    ) -> bytes:
        """Return a PDF for archiving (PDF/A-2b).

        Raises CannotPrint: ``missing_characters`` that no font has, ``foreign_template`` that asks
        for packages, ``broken_template`` with what is wrong with it.
        """
        return self._set(source, data, files, "pdf", 144.0, at)[0]

    def preview(
        self, source: str, data: Mapping[str, Any], files: Mapping[str, bytes], at: datetime
    ) -> list[bytes]:
        """Return a PNG for each page. Raises CannotPrint as :meth:`print` does."""
        return self._set(source, data, files, "png", 96.0, at)

    def close(self) -> None:
        """End the process that sets type."""
        self._typesetter.close()

    def _set(
        self,
        source: str,
        data: Mapping[str, Any],
        files: Mapping[str, bytes],
        form: str,
        ppi: float,
        at: datetime,
    ) -> list[bytes]:
        missing = missing_characters(texts_in(data))
        if missing:
            raise CannotPrint("missing_characters", characters="".join(missing))
        if _FOREIGN.search(_COMMENT.sub("", source)):
            raise CannotPrint("foreign_template")
        beside = {name: content for name, content in files.items() if name == PurePath(name).name}
        if len(beside) < len(files):
            raise CannotPrint("broken_template", reason="a file beside it has a path for a name")
        beside["data.json"] = json.dumps(data, ensure_ascii=False).encode()
        try:
            return self._typesetter.set(Job(source, beside, form, ppi, int(at.timestamp())))
        except Failed as error:
            raise CannotPrint("broken_template", reason=str(error)) from error


def qr_svg(text: str) -> bytes:
    """Draw a QR code that is still read with a quarter of it damaged."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", border=2, xmldecl=True)
    return out.getvalue()


def texts_in(value: Any) -> Iterator[str]:
    """Return every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts_in(item)
