"""Content that is being edited: checked again after every edit, at the cost of the edit alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from engine.authoring.memory import Memory
from engine.content import Files, below
from engine.definitions.check.samples import check_samples
from engine.definitions.release import Loaded, load


class Workbench:
    """The files of one person's edit, with what was made of them when they were last checked.

    What comes out is what :func:`engine.definitions.release.load` gives for the same files. Memory
    is the price: keep one for an open editor, not for every draft.
    """

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        """Lay out the files, by path from the content's root."""
        self._files = dict(files)
        self._memory = Memory()
        self._lock = threading.Lock()

    @property
    def files(self) -> Mapping[str, str | bytes]:
        """The files as they were put last."""
        return self._files

    def check(self) -> Loaded:
        """Check the files as they are."""
        return self.with_files({})

    def with_file(self, path: str, text: str | None) -> Loaded:
        """Check the files as they would be with another text of one of them; None: without it."""
        return self.with_files({path: text})

    def with_files(self, changed: Mapping[str, str | None]) -> Loaded:
        """Check the files as they would be with other texts of some of them."""
        with self._lock:
            return load(self._with(changed), self._memory)

    def with_samples(self, content: Files) -> Loaded:
        """Check other files in place of all, with the sample cases among them."""
        with self._lock:
            self._files = dict(below(content))
            loaded = load(self._files, self._memory)
            check_samples(content, loaded, self._memory)
            return loaded

    def put(self, changed: Mapping[str, str | None]) -> None:
        """Take other texts of some files for good."""
        with self._lock:
            self._files = self._with(changed)

    def _with(self, changed: Mapping[str, str | None]) -> dict[str, str | bytes]:
        files = {path: text for path, text in self._files.items() if path not in changed}
        return {**files, **{path: text for path, text in changed.items() if text is not None}}
