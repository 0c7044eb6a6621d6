"""The cases that are decided together, as the page of their group lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.actor import Actor
from engine.forms.surroundings import Lookup
from engine.services.casework import Casework
from engine.services.courses import Courses
from engine.services.groups import Groups
from engine.services.loaded import Loaded
from engine.services.seeing import Seeing
from engine.services.sentences import Sentences
from engine.services.statuses import status_title
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Member:
    """A case in a group, as the group's page lists it."""

    uid: str
    name: str
    number: str | None
    status: str
    cells: tuple[str, ...] = ()


class GroupViews:
    """Groups as people see them."""

    def __init__(
        self,
        work: Casework,
        seeing: Seeing,
        groups: Groups,
        courses: Courses,
        sentences: Sentences,
        lookup: Callable[[UnitOfWork], Lookup],
    ) -> None:
        self._work = work
        self._seeing = seeing
        self._groups = groups
        self._courses = courses
        self._sentences = sentences
        self._lookup = lookup

    def candidates(self, actor: Actor, uid: str, search: str = "") -> list[Member]:
        """The cases that could be put into a group; ``search`` narrows by name or number."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid)
            lookup = self._lookup(unit)
            found = []
            for one in self._groups.candidates(unit, loaded, run):
                row = unit.cases.load(one)
                if row is None:
                    continue
                name = self._starter(lookup, row)
                if search and search not in name and search not in (row.number or ""):
                    continue
                found.append(Member(one, name, row.number, self._status(row)))
            return found

    def members(self, unit: UnitOfWork, loaded: Loaded) -> tuple[Member, ...]:
        """The cases in a group, those taken out left aside."""
        lookup = self._lookup(unit)
        found = []
        for member in unit.members.of(loaded.row.id):
            if member.state == "removed":
                continue
            row = unit.cases.load(member.uid)
            if row is None:
                continue
            name = self._starter(lookup, row)
            cells = self._courses.row_cells(unit, loaded, member.row or {})
            found.append(Member(member.uid, name, row.number, self._status(row), cells))
        return tuple(found)

    @staticmethod
    def _starter(lookup: Lookup, row: CaseRow) -> str:
        person = row.initiator or ""
        return lookup.label("people", person) or person

    def _status(self, row: CaseRow) -> str:
        return status_title(self._work.definitions.current, row.status)
