"""What whoever looks at lists may know of the fields of cases: ``views`` and private values.

A field that somebody does not see in the cells says nothing by other ways either: rows are not
found, ordered or counted by it. Of a field that is kept from those who started a case only the rows
of others are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from engine.definitions.process import Process
from engine.definitions.release import Release
from engine.forms.effective import spelled_out
from engine.forms.surroundings import Rights
from engine.store.worklists import Unseen


class Seen(NamedTuple):
    """How a field of a case is shown."""

    hidden: bool = False
    masked: bool = False


class Sight:
    """What one reader of a list sees of its fields.

    Under what condition ``views`` keeps something is not asked: a list shows no more than a case.
    """

    def __init__(
        self, release: Release, concerns: Callable[[str], bool], unmasked: Callable[[], bool]
    ) -> None:
        self._release = release
        #: whether the reader is among an audience of ``views``
        self._concerns = cache(concerns)
        #: whether private values are read in full
        self._unmasked = cache(unmasked)
        self._found: dict[tuple[str, str, bool], Seen] = {}

    def of(self, process: Process, path: str, *, own: bool) -> Seen:
        """How a field is shown; ``own``: in cases that the reader has started."""
        place = (process.id, path, own)
        if place not in self._found:
            self._found[place] = self._look(process, path, own=own)
        return self._found[place]

    def _look(self, process: Process, path: str, *, own: bool) -> Seen:
        form = self._release.forms.get(process.form or "")
        element = form.element(path) if form is not None else None
        hidden = False
        masked = element is not None and element.private == "mask" and not self._unmasked()
        for view in process.views:
            if (own and view.audience == "initiator") or self._concerns(view.audience):
                hidden |= any(f"{path}.".startswith(f"{name}.") for name in view.hide)
                if form is not None and element is not None:
                    masked |= spelled_out(Rights(mask=view.mask), form).masks(element)
        return Seen(hidden, masked)

    def unseen(self, processes: Sequence[Process], path: str) -> Unseen:
        """In which cases a field of the data is kept from the reader."""
        everywhere = [one.id for one in processes if any(self.of(one, path, own=False))]
        own = [
            one.id
            for one in processes
            if one.id not in everywhere and any(self.of(one, path, own=True))
        ]
        return Unseen(tuple(everywhere), tuple(own))
