"""Edits of the shipped content and of the small content of the tests, shown as changed lines."""

import difflib
from functools import cache
from pathlib import Path

from engine.content import bundled, read_files
from engine.definitions.editing import Changed, edit_process
from engine.definitions.workbench import Workbench
from tests.definitions.support import CONTENT

REVIEW = "tianjin/socialised-review"


@cache
def shipped() -> dict[str, bytes]:
    return read_files(bundled(), ("definitions", "forms", "examples"))


@cache
def review() -> dict[str, bytes]:
    """A process as it shipped once: what tests say about its lines stays true."""
    path = f"definitions/processes/{REVIEW}.yaml"
    return {path: (Path(__file__).parent / "review.yaml").read_bytes()}


@cache
def small() -> dict[str, bytes]:
    return read_files(CONTENT)


def lines(files, changed) -> dict[str, list[str]]:
    """Return the removed and added lines of each changed file."""
    return {path: difference(files[path].decode(), new) for path, new in changed.items()}


def difference(old: str, new: str) -> list[str]:
    found = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def edited(operation, process=REVIEW, files=None, **options) -> dict[str, list[str]]:
    files = files if files is not None else review()
    answer = edit_process(files, process, operation, **options)
    assert isinstance(answer, Changed), answer
    return lines(files, answer.files)


def in_review(operation, **options) -> list[str]:
    """Return the changed lines of the process of this folder."""
    found = edited(operation, **options)
    assert set(found) <= {f"definitions/processes/{REVIEW}.yaml"}
    return next(iter(found.values()), [])


def in_south(operation) -> list[str]:
    """Return the changed lines of a process that is based on another, of which none may change."""
    found = edited(operation, "south/permit", small())
    assert set(found) <= {"definitions/processes/south/permit.yaml"}
    return next(iter(found.values()), [])


def problems_of(files, answer) -> list[str]:
    """Return the problems that the content has with an edit."""
    bench = _bench(id(files))
    changed = {path: text for path, text in answer.files.items() if path in bench.files}
    return [f"{p.code} {p.at}" for p in bench.with_files(changed).problems.errors]


@cache
def _bench(which: int) -> Workbench:
    (files,) = (files for files in (shipped(), small()) if id(files) == which)
    return Workbench({p: text for p, text in files.items() if not p.startswith("examples/")})
