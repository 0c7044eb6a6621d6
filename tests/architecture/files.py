"""The files of the project, as the rules of this folder look at them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def committed() -> list[Path]:
    """Return every file that git knows or would add, relative to the root and sorted."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(Path(name) for name in set(names.splitlines()) if (ROOT / name).exists())


def under(*folders: str, suffixes: tuple[str, ...] = ()) -> Iterator[Path]:
    """Yield the files under these top folders that end in one of the suffixes (all, if none)."""
    for file in committed():
        if file.parts[0] in folders and (not suffixes or file.suffix in suffixes):
            yield file


def text(file: Path) -> str:
    """Return the text of a file given relative to the root."""
    return (ROOT / file).read_text(encoding="utf-8")
