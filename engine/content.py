"""Where the content is: the folders of definitions, forms and examples, and the files in them.

``definitions/`` and ``forms/`` hold data and ship in the wheel; a deployment names its own folder.
The files of all three folders together are what a commit of the content store holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

#: folders of a content root that hold files of authors
FOLDERS = ("definitions", "forms", "examples")
#: folders that make up a release
RELEASED = ("definitions", "forms")
TEXT = (".yaml", ".typ", ".bpmn")
#: the folder of files that sample cases attach: of any kind
SAMPLE_FILES = "examples/files/"

#: the content of files, by path from the content's root
Files = Mapping[str, bytes]


def bundled() -> Path:
    """Return the folder of the content that is shipped with the platform."""
    inside = resources.files("engine") / "_content"
    if inside.is_dir():
        return Path(str(inside))
    return Path(__file__).resolve().parent.parent


def read_files(root: Path, folders: tuple[str, ...] = RELEASED) -> dict[str, bytes]:
    """Return the files of authors below the folders of a content root, by path from the root.

    Links that lead out of the root are not followed.
    """
    inside = root.resolve()
    found: dict[str, bytes] = {}
    for path in _below(root, folders):
        name = path.relative_to(root).as_posix()
        if is_content(name) and path.is_file() and path.resolve().is_relative_to(inside):
            found[name] = path.read_bytes()
    return found


def _below(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for directory, inner, names in os.walk(root / folder):
            inner.sort()
            yield from (Path(directory, name) for name in sorted(names))


def is_content(path: str) -> bool:
    """Tell whether a path from the root names a file of the content."""
    folder, *rest = path.split("/")
    if folder not in FOLDERS or not rest or any(part.startswith(".") for part in rest):
        return False
    return path.endswith(TEXT) or path.startswith(SAMPLE_FILES)


def below(files: Files, folders: tuple[str, ...] = RELEASED) -> dict[str, bytes]:
    """Return those files that are below the folders."""
    heads = tuple(f"{folder}/" for folder in folders)
    return {path: content for path, content in files.items() if path.startswith(heads)}


def texts(files: Files) -> dict[str, str]:
    """Return files as text for showing problems; what is no UTF-8 is shown with marks."""
    return {
        path: content.decode("utf-8", "replace")
        for path, content in files.items()
        if path.endswith(TEXT)
    }
