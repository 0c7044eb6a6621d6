"""Two changes of one text brought together: what only one side changed is taken from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.content import TEXT, Files

OURS, MIDDLE, THEIRS = "<<<<<<<", "=======", ">>>>>>>"


@dataclass(frozen=True, slots=True)
class Merged:
    """A text with both changes; with ``conflict`` both sides stand in it where they disagree."""

    content: bytes | None
    conflict: bool = False


def merged_files(
    base: Files, ours: Files, theirs: Files, names: tuple[str, str] = ("ours", "theirs")
) -> dict[str, Merged]:
    """Bring two changed versions of the same files together.

    Returns:
        Every file by path, deleted ones with no content.
    """
    paths = sorted({*base, *ours, *theirs})
    return {
        path: merged(base.get(path), ours.get(path), theirs.get(path), names, path)
        for path in paths
    }


def merged(
    base: bytes | None,
    ours: bytes | None,
    theirs: bytes | None,
    names: tuple[str, str] = ("ours", "theirs"),
    path: str = ".yaml",
) -> Merged:
    """Bring two changed versions of a file together; None is a file that is not there."""
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    if ours is None or theirs is None or not path.endswith(TEXT):
        # One deleted what the other changed, or it has no lines: nobody can tell which is meant.
        return Merged(ours if ours is not None else theirs, conflict=True)
    lines = [_lines(text or b"") for text in (base, ours, theirs)]
    parts = list(_parts(*lines))
    conflict = any(len(part) == 2 for part in parts)
    return Merged(
        "".join(_written(part, names) for part in parts).encode("utf-8", "surrogateescape"),
        conflict,
    )


def has_marks(text: bytes) -> bool:
    """Tell whether both sides of a conflict still stand in a text."""
    return any(line.startswith((OURS, THEIRS)) for line in _lines(text))


def _lines(text: bytes) -> list[str]:
    # Not splitlines: only a line feed ends a line here, so that joining gives the same text.
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


#: lines that are agreed, or both sides of what is not
_Part = tuple[Sequence[str], ...]


def _written(part: _Part, names: tuple[str, str]) -> str:
    if len(part) == 1:
        return "".join(part[0])
    ours, theirs = ("".join(_ended(side)) for side in part)
    return f"{OURS} {names[0]}\n{ours}{MIDDLE}\n{theirs}{THEIRS} {names[1]}\n"


def _ended(lines: Sequence[str]) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _parts(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Part]:
    """Cut the texts where all three agree; between those places one side changed, or both did."""
    at = mine = others = 0
    for begin, here, there, size in _common(base, ours, theirs):
        yield from _between(base[at:begin], ours[mine:here], theirs[others:there])
        yield (base[begin : begin + size],)
        at, mine, others = begin + size, here + size, there + size
    yield from _between(base[at:], ours[mine:], theirs[others:])


def _between(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Part]:
    if ours == theirs or theirs == base:
        yield (ours,)
    elif ours == base:
        yield (theirs,)
    else:
        yield (ours, theirs)


def _common(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Go through the runs of lines that are in all three: where in each, and how many lines."""
    mine = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    others = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    one = two = 0
    while one < len(mine) and two < len(others):
        begin = max(mine[one].a, others[two].a)
        end = min(mine[one].a + mine[one].size, others[two].a + others[two].size)
        if begin < end:
            here = mine[one].b + begin - mine[one].a
            there = others[two].b + begin - others[two].a
            yield begin, here, there, end - begin
        if mine[one].a + mine[one].size < others[two].a + others[two].size:
            one += 1
        else:
            two += 1
