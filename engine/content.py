"""Where the content is: the folders of definitions, forms and examples, and the files in them.

``definitions/`` and ``forms/`` hold data and ship in the wheel; a deployment names its own folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

#: folders of a content root that hold files of authors
FOLDERS = ("definitions", "forms", "examples")
#: folders that make up a release
RELEASED = ("definitions", "forms")
TEXT = (".yaml", ".typ", ".bpmn")


def bundled() -> Path:
    """Return the folder of the content that is shipped with the platform."""
    inside = resources.files("engine") / "_content"
    if inside.is_dir():
        return Path(str(inside))
    return Path(__file__).resolve().parent.parent


def read_files(root: Path, folders: tuple[str, ...] = RELEASED) -> dict[str, bytes]:
    """Return the text files below the folders of a content root, by path from the root.

    Links that lead out of the root are not followed.
    """
    found: dict[str, bytes] = {}
    for folder in folders:
        for directory, inner, names in os.walk(root / folder):
            inner.sort()
            for name in sorted(names):
                path = Path(directory, name)
                if path.suffix in TEXT and path.is_file():
                    found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return files as text for showing problems; what is no UTF-8 is shown with marks."""
    return {path: content.decode("utf-8", "replace") for path, content in files.items()}
