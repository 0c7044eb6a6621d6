"""The small content of this folder, with files of a test on top."""

from functools import cache
from pathlib import Path
from textwrap import dedent

from engine.content import read_files
from engine.definitions.bind import BoundProcess
from engine.definitions.release import Loaded, Release, load

CONTENT = Path(__file__).parent / "content"


def loaded(**processes: str) -> Loaded:
    """Load the content with more processes of the north, by name."""
    files: dict[str, str | bytes] = dict(read_files(CONTENT))
    for name, text in processes.items():
        files[f"definitions/processes/north/{name}.yaml"] = dedent(text).lstrip("\n")
    return load(files)


@cache
def released() -> Release:
    """Return the content as it stands, which is without problems."""
    release = load(CONTENT).release
    assert release is not None
    return release


def bound(name: str) -> BoundProcess:
    """Return a process of the content."""
    return released().processes[name]
