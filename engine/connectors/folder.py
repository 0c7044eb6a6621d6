"""Systems outside that have no interface: requests are left in a folder for somebody to carry over.

The address is ``file:///folder``, ``?format=`` one of :data:`FORMATS`. JSON and XML are a file for
each request; CSV is a file for each day, with a line for each request. A request that is there
already, by its key, is not left again. What is answered is put as JSON into the folder
:data:`ANSWERS` beside, under the name a file of the request has or would have.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote
from xml.etree import ElementTree as Xml

FORMATS = ("json", "xml", "csv")
#: where answers are put
ANSWERS = "answers"
#: what tells a spreadsheet that a cell is a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


class WrongAddress(Exception):
    """The address names no folder, or no format there is."""


class Unreadable(Exception):
    """What was put there is no answer, or not all of it yet."""


class Folder:
    """A folder that requests of one connector are left in."""

    def __init__(self, address: SplitResult, name: str) -> None:
        """Read an address; ``name`` is that of the connector.

        Raises:
            WrongAddress: it names no folder, or no known format.
        """
        self._folder = Path(unquote(address.path))
        self._format = parse_qs(address.query).get("format", [FORMATS[0]])[0]
        self._name = name
        if address.netloc or not self._folder.is_absolute() or self._format not in FORMATS:
            raise WrongAddress

    def leave(self, body: Mapping[str, Any], key: str, today: date) -> str:
        """Leave a request, unless it is there; return the name of its file.

        Raises:
            OSError: the folder cannot be written to.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._format == "csv":
            return self._line(body, key, today)
        name = f"{_name(key)}.{self._format}"
        file = self._folder / name
        if not file.exists():
            text = _json(body) if self._format == "json" else _xml(self._name, body, key)
            _write(file, text)
        return name

    def answer(self, key: str) -> Mapping[str, Any] | None:
        """What was answered to a request; None while nothing is there.

        Raises:
            Unreadable: it is no JSON object.
            OSError: the folder cannot be read.
        """
        try:
            found = json.loads((self._folder / ANSWERS / f"{_name(key)}.json").read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise Unreadable from error
        if not isinstance(found, dict):
            raise Unreadable
        return found

    def _line(self, body: Mapping[str, Any], key: str, today: date) -> str:
        cells = {"key": key, **dict(_flat(body))}
        done = self._folder / ".sent" / _hash(key)
        with _alone(self._folder):
            if done.exists():
                return done.read_text("utf-8")
            file = self._day(today, tuple(cells))
            # A line whose mark was not set before the power went is the last one.
            if _last_key(file) != key:
                _append(file, cells)
            done.parent.mkdir(exist_ok=True)
            _write(done, file.name.encode())
            return file.name

    def _day(self, day: date, heads: tuple[str, ...]) -> Path:
        """The file of a day with these columns."""
        number = 1
        while True:
            file = self._folder / (f"{day}.csv" if number == 1 else f"{day}-{number}.csv")
            if not file.exists() or _heads(file) == heads:
                return file
            number += 1


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _name(key: str) -> str:
    return f"{re.sub(r'[^0-9A-Za-z._-]+', '-', key)[:80]}-{_hash(key)[:12]}"


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def _xml(name: str, body: Mapping[str, Any], key: str) -> bytes:
    root = Xml.Element(name, {"key": key})
    _nodes(root, body)
    Xml.indent(root, " ")
    return bytes(Xml.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _nodes(above: Xml.Element, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            node = Xml.SubElement(above, name)
            if isinstance(one, Mapping):
                _nodes(node, one)
            else:
                node.text = _text(one)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _flat(body: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, list):
            yield f"{above}{name}", json.dumps(value, ensure_ascii=False)
        else:
            text = _text(value)
            yield f"{above}{name}", f"'{text}" if text.startswith(_FORMULA) else text


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process write to a folder at a time."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _heads(file: Path) -> tuple[str, ...]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(next(csv.reader(lines), ()))


def _last_key(file: Path) -> str:
    """The key of the last whole line of a file; a line that was torn off is removed."""
    if not file.exists():
        return ""
    with file.open("r+b") as lines:
        end = lines.seek(0, os.SEEK_END)
        begin = max(0, end - (1 << 20))
        lines.seek(begin)
        tail = lines.read()
        whole = tail.rfind(b"\r\n") + 2
        if whole != len(tail):
            lines.truncate(begin + whole)
        found = list(csv.reader(io.StringIO(tail[:whole].decode("utf-8", "ignore"), newline="")))
    return found[-1][0] if found else ""


def _append(file: Path, cells: Mapping[str, str]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, cells)
    is_new = not file.exists()
    if is_new:
        writer.writeheader()
    writer.writerow(cells)
    with file.open("ab") as lines:
        # Spreadsheets know the encoding by the mark.
        lines.write((_MARK if is_new else b"") + text.getvalue().encode())
        lines.flush()
        os.fsync(lines.fileno())


def _write(file: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)
