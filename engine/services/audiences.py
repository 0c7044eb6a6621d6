"""What a process hides from whoever looks at a case (``views``)."""

from __future__ import annotations

from typing import NamedTuple

from engine.definitions.process import View
from engine.domain.actor import Rights
from engine.expressions import ExpressionError
from engine.runtime.run import Run


class Hidden(NamedTuple):
    """Paths of the form data that are not shown, or shown masked."""

    hide: tuple[str, ...]
    mask: tuple[str, ...]

    def below(self, section: str) -> Hidden | None:
        """What is hidden in a section, by the names there; None when all of it is."""
        if section in self.hide:
            return None
        start = f"{section}."
        hide, mask = (
            tuple(path.removeprefix(start) for path in paths if path.startswith(start))
            for paths in self
        )
        return Hidden(hide, mask)


def hidden(run: Run, rights: Rights) -> Hidden:
    """What the one who looks does not see.

    A substitute sees no more than whoever they stand in for.
    """
    looking = run.command
    hide: list[str] = []
    mask: list[str] = []
    for view in run.process.views:
        if view.audience == "initiator":
            meant = looking.person == run.state.initiator
        else:
            meant = any(
                rights.holds(one, view.audience, looking.organisation)
                or rights.plays(one, view.audience, looking.organisation)
                for one in {looking.person, looking.holder}
            )
        if meant and _hides(run, view):
            hide += view.hide
            mask += view.mask
    return Hidden(tuple(hide), tuple(mask))


def _hides(run: Run, view: View) -> bool:
    """Whether a view holds; what cannot be told hides rather than shows."""
    try:
        return view.when is None or run.context.holds(view.when)
    except ExpressionError:
        return True
