"""The process that sets type, apart from the platform's.

A template is a program of its author: one that loops or asks for all memory ends this process and
nothing else. Run as ``python -m engine.connectors.typesetting``; requests and answers are
lists of byte strings, each with its length before it, on its standard streams.
"""

from __future__ import annotations

import contextlib
import json
import resource
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

import typst

from engine.connectors.fonts import font_folder

MEMORY_BYTES = 1 << 30
_LENGTH = struct.Struct(">Q")
_MAIN = "main.typ"
_DONE, _FAILED = b"done", b"failed"


class Job(NamedTuple):
    """A template, the files beside it, the form of the result and the time printed into it."""

    source: str
    files: Mapping[str, bytes]
    format: str
    ppi: float
    timestamp: int

    def packed(self) -> list[bytes]:
        """Write the job as byte strings."""
        head = [self.source, self.format, self.ppi, self.timestamp, list(self.files)]
        return [json.dumps(head).encode(), *self.files.values()]

    @classmethod
    def unpacked(cls, parts: Sequence[bytes]) -> Job:
        """Read what :meth:`packed` wrote."""
        source, form, ppi, timestamp, names = json.loads(parts[0])
        return cls(source, dict(zip(names, parts[1:], strict=True)), form, ppi, timestamp)


class Failed(Exception):
    """What the typesetter said about a template."""


class Typesetter:
    """Hands jobs to the process, one at a time; starts it when it is needed.

    The process ends with the typesetter, even if nobody closes it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stop: weakref.finalize[[subprocess.Popen[bytes]], Typesetter] | None = None

    def set(self, job: Job) -> list[bytes]:
        """Return the result: a PDF is one, a picture one for each page. Raises Failed."""
        with self._lock:
            process = self._running()
            overdue = threading.Timer(self._seconds, process.kill)
            overdue.start()
            try:
                _send(_pipe(process.stdin), job.packed())
                word, *results = _receive(_pipe(process.stdout))
            except (EOFError, BrokenPipeError) as error:
                self._end()
                raise Failed("the template needs too much time or memory") from error
            finally:
                overdue.cancel()
        if word == _FAILED:
            raise Failed(results[0].decode())
        return results

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine.connectors.typesetting"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A typesetter out of memory prints its stack; what counts is that it ended.
                stderr=subprocess.DEVNULL,
            )
            self._stop = weakref.finalize(self, _stop, self._process)
        return self._process

    def _end(self) -> None:
        self._process = None
        if self._stop is not None:
            self._stop()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    _pipe(process.stdout).close()
    with contextlib.suppress(BrokenPipeError):
        _pipe(process.stdin).close()


def set_type(job: Job, folder: Path) -> list[bytes]:
    """Write the files of a job into a folder and typeset it there. Raises Failed."""
    for name, content in {**job.files, _MAIN: job.source.encode()}.items():
        (folder / name).write_bytes(content)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[font_folder()])
    options: dict[str, Any] = {
        "root": folder,
        "font_paths": fonts,
        "ignore_system_fonts": True,
        "format": job.format,
        "ppi": job.ppi,
        "timestamp": job.timestamp,
        "pdf_standards": "a-2b" if job.format == "pdf" else [],
        # Templates stand alone; nothing is fetched for them.
        "package_path": folder / "packages",
        "package_cache_path": folder / "packages",
    }
    try:
        # Told apart from errors: a family that is not shipped falls back to one that is.
        result, _warnings = typst.compile_with_warnings(folder / _MAIN, **options)
    except RuntimeError as error:
        raise Failed(str(error)) from error
    return result if isinstance(result, list) else [result]


def main() -> None:
    """Answer requests until the parent closes the stream."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    while True:
        try:
            job = Job.unpacked(_receive(sys.stdin.buffer))
        except EOFError:
            return
        try:
            with TemporaryDirectory(prefix="typesetting-") as folder:
                answer = [_DONE, *set_type(job, Path(folder))]
        except Failed as error:
            answer = [_FAILED, str(error).encode()]
        _send(sys.stdout.buffer, answer)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EOFError
    return stream


def _send(stream: IO[bytes], parts: Sequence[bytes]) -> None:
    stream.write(_LENGTH.pack(len(parts)))
    for part in parts:
        stream.write(_LENGTH.pack(len(part)) + part)
    stream.flush()


def _receive(stream: IO[bytes]) -> list[bytes]:
    """Read a list that was sent. Raises EOFError if the other side is gone."""
    (count,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    return [_read(stream, _LENGTH.unpack(_read(stream, _LENGTH.size))[0]) for _ in range(count)]


def _read(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found


if __name__ == "__main__":
    main()
