"""The content folder of an installation: the first version of a new database, and changes in it.

What was last taken over from the folder is a branch of its own. A change in the folder is merged
file by file with what was published meanwhile, so that neither undoes the other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from engine.content import Files, below
from engine.definitions import release as releases
from engine.definitions.release import Loaded, Release
from engine.services.definitions import BrokenContent, load
from engine.services.three_way import merged_files
from engine.store.database import Store
from engine.store.releases import FOLDER, tree_of
from engine.store.unit import UnitOfWork

_log = logging.getLogger(__name__)


class ContentRefused(Exception):
    """The content has problems; ``loaded`` holds them with the sources."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__(f"{len(loaded.problems.sorted())} problems")
        self.loaded = loaded


class FolderDisagrees(Exception):
    """Files were changed in the folder and published otherwise meanwhile; ``paths`` are which."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


@dataclass(frozen=True, slots=True)
class Opening:
    """What a platform opens with.

    ``content`` is what is to be put into force first, with what the folder holds; None if nothing
    is to be done. ``head`` is the commit in force; None in a new database.
    """

    head: str | None
    release: Release
    folder: Files
    content: Files | None = None


def look(store: Store, folder: Files, *, deliberate: bool, follow: bool = True) -> Opening:
    """Compare the folder with what is in force.

    Args:
        store: the database.
        folder: the files of the folder.
        deliberate: the folder was named. The shipped one may also be older than what another node
            has taken over; then it is left alone, as it is where it disagrees with what was
            published.
        follow: take over what has changed; a new database begins with the folder in any case.

    Raises:
        ContentRefused: what would be in force has errors.
        FolderDisagrees: the folder was named, and disagrees with what was published.
    """
    with store.read() as unit:
        head = unit.releases.current()
        if head is None:
            return Opening(None, _checked(folder), folder, folder)
        ours, known = unit.releases.files(head), _known(unit)
        tree = tree_of(folder)
        if not follow or tree in known[:1] or (tree in known and not deliberate):
            return Opening(head, _stored(ours), folder)
        base = unit.releases.current(FOLDER)
        merged = merged_files(unit.releases.files(base) if base else {}, ours, folder)
    disagreeing = tuple(path for path, one in merged.items() if one.conflict)
    try:
        if disagreeing:
            raise FolderDisagrees(disagreeing)
        content = {path: one.content for path, one in merged.items() if one.content is not None}
        return Opening(head, _checked(content), folder, content)
    except (FolderDisagrees, ContentRefused) as error:
        if deliberate:
            raise
        _log.warning("the content shipped with this version is not taken over: %s", error)
        return Opening(head, _stored(ours), folder)


def _known(unit: UnitOfWork) -> list[str]:
    """Return the trees that the folder had, the newest first."""
    if unit.releases.current(FOLDER) is None:
        return []
    return [row.tree for row in unit.releases.log(ref=FOLDER)]


def _checked(content: Files) -> Release:
    loaded = releases.load(below(content))
    if loaded.release is None:
        raise ContentRefused(loaded)
    return loaded.release


def _stored(content: Files) -> Release:
    try:
        return load(content)
    except BrokenContent:
        # Said with all problems and their places.
        return _checked(content)
