"""The collector of problems: everything wrong in all files at once, never only the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from engine.authoring.catalogue import CATALOGUE
from engine.authoring.node import Node
from engine.authoring.problem import Position, Problem, near, nearest

__all__ = ["CATALOGUE", "Problems", "near", "nearest"]


class Problems:
    """Problems found so far. Readers add to it and go on; nobody raises for an author's error."""

    def __init__(self, found: Iterable[Problem] = ()) -> None:
        """Start from problems found elsewhere."""
        self._found: dict[Problem, None] = dict.fromkeys(found)

    def add(
        self,
        code: str,
        at: Node | Position,
        *,
        length: int | None = None,
        given: str = "",
        choices: Collection[str] = (),
        corrected: str = "",
        related: Node | Position | None = None,
        **params: object,
    ) -> Problem:
        """Add a problem at a node or a position.

        Args:
            code: a code of the catalogue.
            at: the offending node, or a place inside it.
            length: characters to underline; the node's own text on its first line when not given.
            given: a misspelt name; with ``choices`` it makes the hint "did you mean".
            choices: the names that would have been right.
            corrected: the line as it should be.
            related: another place, such as the first definition.
            params: what the sentence names.
        """
        if code not in CATALOGUE:
            raise KeyError(f"No entry for code {code} in engine/authoring/catalogue")
        problem = Problem(
            code=code,
            at=at.at if isinstance(at, Node) else at,
            params=params,
            length=length or (at.shown_length if isinstance(at, Node) else 1),
            given=given,
            choices=tuple(sorted(choices)),
            corrected=corrected,
            related=related.at if isinstance(related, Node) else related,
        )
        self._found[problem] = None
        return problem

    def extend(self, others: Iterable[Problem]) -> None:
        """Add problems found elsewhere."""
        self._found.update(dict.fromkeys(others))

    def sorted(self) -> list[Problem]:
        """Return all problems by file, line, column and code, each once."""
        return sorted(self._found)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop a release."""
        return [problem for problem in self.sorted() if not problem.is_warning]

    def __iter__(self) -> Iterator[Problem]:
        """Go through all problems in order."""
        return iter(self.sorted())

    def __len__(self) -> int:
        """Count all problems."""
        return len(self._found)

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self._found)
