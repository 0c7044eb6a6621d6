"""The tutorial as steps: what an author begins with, and what each block of it adds.

The shipped content without what the tutorial adds is what an author begins with. Each block of the
tutorial is written there as it stands: a file, or lines after a line of a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from engine.content import FOLDERS, bundled, read_files
from engine.domain.actor import Actor
from engine.services.drafts import Drafts

SHIPPED = read_files(bundled(), FOLDERS)
TUTORIAL = (bundled() / "examples" / "tutorial" / "README.md").read_text("utf-8")
_BLOCK = r"```yaml\n# ([^\s（]+)(?:（加在“(.*?)”(的下一行)?之后）)?\n(.*?)```"


class Block(NamedTuple):
    """A file that the author writes, or lines added below the one that holds ``after``."""

    path: str
    after: str
    #: how many lines below it
    below: int
    text: str


BLOCKS = tuple(
    Block(path, after, 2 if next_line else 1, text)
    for path, after, next_line, text in re.findall(_BLOCK, TUTORIAL, re.DOTALL)
)


@cache
def beginning() -> dict[str, bytes]:
    """The shipped content without what the tutorial adds."""
    before = dict(SHIPPED)
    for block in BLOCKS:
        if block.after:
            text = before[block.path].decode()
            assert text.count(block.text) == 1, block
            before[block.path] = text.replace(block.text, "").encode()
        else:
            del before[block.path]
    return before


def written(before: Mapping[str, bytes], blocks: Sequence[Block]) -> dict[str, bytes]:
    """What the author has after some of the blocks."""
    files = dict(before)
    for block in blocks:
        if not block.after:
            assert block.path not in files
            files[block.path] = block.text.encode()
            continue
        lines = files[block.path].decode().splitlines(keepends=True)
        (place,) = [number for number, line in enumerate(lines) if block.after in line]
        lines.insert(place + block.below, block.text)
        files[block.path] = "".join(lines).encode()
    return files


def write(drafts: Drafts, actor: Actor, draft: int, block: Block) -> None:
    """Put a block into a draft."""
    if not block.after:
        drafts.add(actor, draft, block.path, block.text)
        return
    now = drafts.file(actor, draft, block.path)
    changed = written({block.path: now.text.encode()}, [block])[block.path].decode()
    drafts.save(actor, draft, block.path, changed, version=now.version)
