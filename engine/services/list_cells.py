"""What the cells of a list of cases say: captions of codes, names of references, readable times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.listing import Listing
from engine.definitions.process import Process
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.release import Release
from engine.definitions.renaming import stage_called, step_called
from engine.forms.model import Element
from engine.services.marks import Marks
from engine.services.pages import Moments, Row
from engine.services.record_index import LABEL
from engine.services.sight import Seen, Sight
from engine.services.statuses import STATUSES
from engine.store.unit import UnitOfWork
from engine.store.worklists import CaseLine, Handled, Viewer

YES_NO = {True: "是", False: "否"}


def element_of(release: Release, processes: Sequence[Process], path: str) -> Element | None:
    """Return the field of the forms of some processes that a ``data.`` path names."""
    for process in processes:
        form = release.forms.get(process.form or "")
        element = form.element(path.removeprefix("data.")) if form is not None else None
        if element is not None:
            return element
    return None


class Cells:
    """The rows of one page of cases, in words. Names are looked up once for the whole page."""

    def __init__(
        self,
        unit: UnitOfWork,
        release: Release,
        listing: Listing,
        viewer: Viewer,
        moments: Moments,
        sight: Sight,
        marks: Marks | None = None,
        *,
        captions: Callable[[str], str] = str,
    ) -> None:
        self._unit = unit
        self._release = release
        self._listing = listing
        self._viewer = viewer
        self._moments = moments
        self._sight = sight
        #: tells what follows from how things are; None where rows are not looked at
        self._marks = marks
        #: gives what the content calls things in the reader's language
        self._captions = captions
        self._paths = [c.field for c in listing.columns]
        self._names: dict[tuple[str, str], str] = {}
        self._represented: Mapping[int, str] = {}

    def rows(self, lines: Sequence[CaseLine]) -> list[Row]:
        """Return the rows of a page."""
        lines = self._in_branches(lines)
        ids = [line.id for line in lines]
        data = [path.removeprefix("data.") for path in self._paths if path.startswith("data.")]
        values = self._unit.worklists.values(ids, data)
        at = self._unit.worklists.where_open(ids) if "organisation" in self._paths else {}
        acted = self._listing.relation == "acted"
        handled = self._unit.worklists.handled(ids, self._viewer) if acted and ids else {}
        if self._listing.relation == "waiting":
            self._represented = self._unit.worklists.represented(
                ids, self._viewer, self._listing.permissions
            )
        self._look_up(lines, values, at)
        return [
            self._row(line, values.get(line.id, {}), at.get(line.id, ()), handled.get(line.id))
            for line in lines
        ]

    def _in_branches(self, lines: Sequence[CaseLine]) -> Sequence[CaseLine]:
        """Lines of what waits, where a case is at several places with the one that waits here."""
        split = [line.id for line in lines if self._is_split(line)]
        if self._listing.relation != "waiting" or not split:
            return lines
        found = self._unit.worklists.waiting_at(split, self._viewer, self._listing.permissions)
        return [
            line._replace(**found[line.id]._asdict()) if line.id in found else line
            for line in lines
        ]

    def _is_split(self, line: CaseLine) -> bool:
        process = self._process(line)
        step = step_called(process, line.step) if process is not None else None
        return step is not None and step.parallel is not None

    def _look_up(
        self,
        lines: Sequence[CaseLine],
        values: Mapping[int, Mapping[str, Sequence[Any]]],
        at: Mapping[int, Sequence[str]],
    ) -> None:
        wanted: dict[str, set[str]] = {PEOPLE: set(), ORGANISATIONS: set()}
        wanted[PEOPLE] |= set(self._represented.values())
        for line in lines:
            wanted[PEOPLE] |= {key for key in (line.initiator,) if key}
            for key in (line.organisation, line.initiator_organisation, *at.get(line.id, ())):
                wanted[ORGANISATIONS] |= {key} if key else set()
            for path, found in values.get(line.id, {}).items():
                element = self._element(line, path)
                if element is not None and element.reference:
                    wanted.setdefault(element.reference, set()).update(map(str, found))
        for register, keys in wanted.items():
            texts = self._unit.record_pages.texts(register, sorted(keys), LABEL)
            self._names |= {(register, key): text for key, text in texts.items()}

    def _name(self, register: str, key: str | None) -> str:
        return self._names.get((register, key), key) if key else ""

    def _process(self, line: CaseLine) -> Process | None:
        bound = self._release.processes.get(line.process)
        return bound.process if bound is not None else None

    def _element(self, line: CaseLine, path: str) -> Element | None:
        process = self._process(line)
        return element_of(self._release, [process], path) if process is not None else None

    def _row(
        self,
        line: CaseLine,
        values: Mapping[str, Sequence[Any]],
        at: Sequence[str],
        handled: Handled | None,
    ) -> Row:
        cells = [self._cell(line, path, values, at, handled) for path in self._paths]
        status = self._status(line, "public_status" in self._paths)
        return Row(
            key=line.uid,
            name=self._called(line),
            cells=cells,
            status=status,
            flags=self._flags(line),
            late=self._late(line),
            on_behalf=self._name(PEOPLE, self._represented.get(line.id)),
        )

    def _called(self, line: CaseLine) -> str:
        """What tells a row from the others: each process numbers its own cases from one.

        Whoever looks at cases of their own knows whose they are.
        """
        own, process = self._listing.relation == "mine", self._process(line)
        person = "" if own else self._name(PEOPLE, line.initiator)
        kind = self._captions(process.title) if process is not None else ""
        if not own and len(self._listing.processes) == 1:
            kind = ""
        return " ".join(part for part in (person, kind, line.number) if part) or line.uid

    def _cell(
        self,
        line: CaseLine,
        path: str,
        values: Mapping[str, Sequence[Any]],
        at: Sequence[str],
        handled: Handled | None,
    ) -> str:
        if path.startswith("data."):
            return self._of_data(line, path.removeprefix("data."), values)
        process = self._process(line)
        if path in ("handled", "handled_at"):
            return self._handled(process, handled, path)
        if path in ("process", "step", "stage", "outcome"):
            return self._captions(self._of_process(line, process, path))
        match path:
            case "status" | "public_status":
                return self._status(line, path == "public_status")
            case "initiator":
                return self._name(PEOPLE, line.initiator)
            case "initiator_organisation":
                return self._name(ORGANISATIONS, line.initiator_organisation)
            case "organisation":
                return self._place(line, at)
            case "overdue" | "closed":
                said = self._late(line) if path == "overdue" else line.closed_at is not None
                return self._captions(YES_NO[said])
            case "days":
                return str(self._moments.since(line.arrived_at))
        if path == "due":
            return self._moments.deadline(line.due)
        value = getattr(line, "uid" if path == "id" else path)
        if isinstance(value, datetime):
            return self._moments.moment(value)
        return "" if value is None else str(value)

    def _of_data(self, line: CaseLine, path: str, values: Mapping[str, Sequence[Any]]) -> str:
        seen = self._seen(line, path)
        if seen.hidden:
            return ""
        element = self._element(line, path)
        cells = (self._value(element, value, masked=seen.masked) for value in values.get(path, ()))
        return self._captions("、").join(cells)

    def _seen(self, line: CaseLine, path: str) -> Seen:
        """Whether a field is hidden or masked from whoever looks."""
        process = self._process(line)
        if process is None:
            return Seen()
        return self._sight.of(process, path, own=line.initiator == self._viewer.person)

    def _of_process(self, line: CaseLine, process: Process | None, path: str) -> str:
        if path == "process":
            return process.title if process is not None else line.process
        name = (line.outcome if path == "outcome" else line.step) or ""
        step = step_called(process, name) if process is not None else None
        if path == "stage":
            stage = stage_called(step, line.stage or "") if step is not None else None
            return stage.title if stage is not None else line.stage or ""
        return step.title if step is not None else name

    def _status(self, line: CaseLine, public: bool) -> str:
        if public and line.public_status:
            return line.public_status
        codes = self._release.codes.get(STATUSES)
        return codes.title_of(line.status) if codes is not None and line.status else ""

    def _place(self, line: CaseLine, at: Sequence[str]) -> str:
        """Where the material is now (QRY-05): at organisations, or with the person."""
        places = at or ((line.organisation,) if line.organisation else ())
        if places:
            return self._captions("、").join(self._name(ORGANISATIONS, place) for place in places)
        return self._name(PEOPLE, line.initiator) if line.closed_at is None else ""

    def _handled(self, process: Process | None, handled: Handled | None, path: str) -> str:
        if handled is None:
            return ""
        if path == "handled_at":
            return self._moments.moment(handled.at)
        step = step_called(process, handled.step) if process is not None else None
        actions = {**(process.actions if process else {}), **(step.actions if step else {})}
        action = actions.get(handled.action or "")
        return self._captions(action.title) if action is not None else handled.action or ""

    def _flags(self, line: CaseLine) -> Sequence[str]:
        process = self._process(line)
        flags = process.flags if process is not None else {}
        if self._marks is not None and any(flag.when for flag in flags.values()):
            return self._marks.of(self._unit, line.uid)
        return [flags[name].title for name in orjson.loads(line.flags) if name in flags]

    def _late(self, line: CaseLine) -> bool:
        return line.closed_at is None and line.due is not None and line.due <= self._moments.now

    def _value(self, element: Element | None, value: Any, *, masked: bool) -> str:
        text = self._text(element, value)
        return element.recognised(text) if element is not None and masked else text

    def _text(self, element: Element | None, value: Any) -> str:
        if element is not None:
            if element.kind == "boolean":
                return self._captions(YES_NO[bool(value)])
            if element.reference:
                return self._name(element.reference, str(value))
            codes = self._release.codes.get(element.codes) if element.codes else None
            if codes is not None:
                return self._captions(codes.title_of(value))
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)
