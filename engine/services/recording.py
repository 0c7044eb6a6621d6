"""Records a case of this installation as a file that can be carried out again (TST-04).

What could tell who it was is replaced: people, organisations, files, numbers and every text that
somebody typed. The same text is replaced by the same word everywhere, so that what was equal stays
equal; codes, dates, amounts and the keys of tables without personal data remain, since rules read
them. Of private dates, such as the day somebody was born, the year remains; the month too where the
case would otherwise come out differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.recording import parse_recording
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.release import Release
from engine.domain.case import Advance, Command, places_of
from engine.domain.errors import NotFound, Refused
from engine.forms.model import Element
from engine.runtime.advance import advance, start
from engine.runtime.compiled import Compiled
from engine.runtime.facts import recorded
from engine.services.casework import Casework
from engine.services.rebuild import MOVES
from engine.services.recorded import CASE, carry_out, moment, outcome
from engine.store.cases import CaseRow
from engine.store.chain import Event
from engine.store.unit import UnitOfWork

SYSTEM = "system"
#: what is a code, a date or a moment, or a short number, and says nothing about anybody
_HARMLESS = re.compile(
    r"(?:[a-z][a-z0-9_./-]*|\d{1,5}|\d{4}-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)?)\Z"
)
_RECORD = re.compile(r"(?P<register>[a-z][a-z0-9_-]*)/(?P<key>.*)\.(?P<field>[a-z0-9_]+)\Z", re.S)
_ROUTE = re.compile(r"route\.(?P<route>[^(]*)\((?P<keys>.*)\)(?P<from>.*)\Z", re.S)
#: how much of a private date is kept: its year, or its month too
_KEPT_OF_DAYS = ("-01-01", "-01")
_WORDS = {PEOPLE: "人员", ORGANISATIONS: "单位", "": "文字"}


class Disguise:
    """Replaces what is personal, the same by the same."""

    def __init__(self, uid: str, number: str | None, kept: frozenset[str]) -> None:
        self._known: dict[str, str] = {uid: CASE}
        if number:
            self._known[number] = "2000-000001"
        self._counts: dict[str, int] = {}
        #: keys of tables without personal data
        self._kept = kept
        #: texts that somebody typed: replaced whatever they look like
        self.typed: set[str] = set()
        #: private dates, and what stands instead
        self.days: dict[str, str] = {}

    def of(self, text: str, register: str = "") -> str:
        """The word that stands for a text."""
        if text in self._known:
            return self._known[text]
        if text in self.days:
            return self.days[text]
        if text in ("", SYSTEM) or (not register and text not in self.typed and self._plain(text)):
            return text
        word = _WORDS.get(register, _WORDS[""])
        self._counts[word] = self._counts.get(word, 0) + 1
        self._known[text] = f"{word}{self._counts[word]}"
        return self._known[text]

    def _plain(self, text: str) -> bool:
        return text in self._kept or bool(_HARMLESS.match(text))

    def value(self, value: Any) -> Any:
        """A JSON value without what is personal."""
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, Mapping):
            return {self.of(str(name)): self.value(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def fact(self, name: str) -> str:
        """The name of a recorded fact."""
        found = _RECORD.match(name)
        if found is not None:
            register = found["register"]
            key = self.of(found["key"], register if register in (PEOPLE, ORGANISATIONS) else "")
            return f"{register}/{key}.{found['field']}"
        found = _ROUTE.match(name)
        if found is not None:
            pairs = (pair.partition("=") for pair in found["keys"].split(",") if pair)
            keys = ",".join(f"{key}={self.of(value)}" for key, _, value in pairs)
            return f"route.{found['route']}({keys}){self.of(found['from'], ORGANISATIONS)}"
        return name


class Recorder:
    """Makes recordings."""

    def __init__(self, work: Casework) -> None:
        self._work = work

    def record(self, uid: str, *, rest: str = _KEPT_OF_DAYS[0]) -> dict[str, Any]:
        """A case as plain data for a file; ``uid`` may be its number.

        ``rest`` is what stands for the end of private dates.

        Raises:
            NotFound: there is no such case.
            Refused: it was moved to another version on its way.
            UnreadableFact: the journal does not hold a value that was needed.
        """
        with self._work.store.read() as unit:
            row = unit.cases.load(uid) or next(
                (one for one in unit.cases.every() if one.number == uid), None
            )
            if row is None:
                raise NotFound("no_such_case", uid=uid)
            return self._recorded(unit, row, rest)

    def file(self, uid: str) -> str:
        """A case as the text of a file that comes out as the case did, under its own version.

        Raises:
            NotFound: there is no such case.
            Refused: it was moved to another version, or does not come out as it did.
        """
        differs = ""
        for rest in _KEPT_OF_DAYS:
            found = self.record(uid, rest=rest)
            text = document(found)
            differs = self._difference(found, text)
            if not differs:
                return text
        raise Refused("recorded_differs", what=differs)

    def _difference(self, found: Mapping[str, Any], text: str) -> str:
        """In what a recording does not come out as the case did; "" where it does."""
        problems = Problems()
        node = read_yaml(text.encode(), f"{CASE}.yaml", problems)
        recording = parse_recording(node, f"{CASE}.yaml", problems) if node is not None else None
        if recording is None:
            return problems.errors[0].sentence("zh")
        release = self._work.definitions.release_of(found["process"], found["release"])
        return next((str(one) for one in carry_out(recording, release).differences), "")

    def _recorded(self, unit: UnitOfWork, row: CaseRow, rest: str) -> dict[str, Any]:
        compiled = self._work.definitions.compiled(row.process, row.pin, unit)
        events = unit.journal.of(row.id)
        if any(event.kind in MOVES for event in events):
            raise Refused("recorded_moved", noun=compiled.process.noun or compiled.process.title)
        disguise = self._disguise(unit, row, compiled, events, rest)
        steps = []
        result: Advance | None = None
        data: Mapping[str, Any] = {}
        for number, event in enumerate(events, start=1):
            typed = self._typed(unit, event)
            data = typed if typed is not None else data
            result = self._again(unit, row, compiled, event, number, result, data, typed)
            steps.append(self._step(unit, row, event, typed, result, disguise))
            data = result.data if result.data is not None else data
        return {
            "recorded": compiled.process.title,
            "process": row.process,
            "release": row.pin,
            "number": disguise.of(row.number or ""),
            "steps": steps,
        }

    def _again(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        compiled: Compiled,
        event: Event,
        number: int,
        before: Advance | None,
        data: Mapping[str, Any],
        typed: Mapping[str, Any] | None,
    ) -> Advance:
        sealed = self._sealed(unit, event)
        body = orjson.loads(event.body)
        command = Command(
            event.kind, event.person or "", event.organisation, event.on_behalf, body["name"],
            sealed.get("input", {}), typed, body.get("at", ""),
        )  # fmt: skip
        now = event.at.astimezone(self._work.zone(row.jurisdiction))
        ident = {"id": row.uid, "number": row.number if before else None, "year": row.year}
        facts = recorded(sealed.get("facts", {}))
        if before is None:
            return start(compiled, facts, command, now, ident, data=data)
        return advance(
            compiled, before.state, facts, command, now, ident,
            data=data, seq=number,
        )  # fmt: skip

    def _step(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        event: Event,
        typed: Mapping[str, Any] | None,
        result: Advance,
        disguise: Disguise,
    ) -> dict[str, Any]:
        sealed = self._sealed(unit, event)
        found = outcome(result, typed)
        for _, one in places_of(result.state):
            place = one.place.organisation
            if place is not None:
                found["at"] = _renamed(
                    found["at"], f"@{place}", f"@{disguise.of(place, ORGANISATIONS)}"
                )
        found["waits_for"] = [_waits(disguise, one) for one in found.get("waits_for", ())]
        step: dict[str, Any] = {
            "at": moment(event.at, self._work.zone(row.jurisdiction)),
            "by": disguise.of(event.person or "", PEOPLE),
            "here": disguise.of(event.organisation, ORGANISATIONS) if event.organisation else None,
            "kind": event.kind,
            "name": orjson.loads(event.body)["name"],
            "place": orjson.loads(event.body).get("at"),
            "input": _entered(event, sealed.get("input", {}), disguise),
            "typed": disguise.value(typed) if typed is not None else None,
            "read": {
                disguise.fact(name): disguise.value(value)
                for name, value in sealed.get("facts", {}).items()
            },
            "expect": {
                name: value if name in ("at", "waits_for", "effects") else disguise.value(value)
                for name, value in found.items()
                if value
            },
        }
        return {name: value for name, value in step.items() if value or name in ("by", "expect")}

    # ------------------------------------------------------------ what is personal

    def _disguise(
        self, unit: UnitOfWork, row: CaseRow, compiled: Compiled, events: list[Event], rest: str
    ) -> Disguise:
        release = self._work.definitions.release_of(row.process, row.pin, unit)
        kept: set[str] = set()
        texts: set[str] = set()
        days: set[str] = set()
        people: dict[str, None] = {}
        organisations: dict[str, None] = {}
        forms = [release.forms[name] for name in (compiled.process.form,) if name is not None]
        for event in events:
            people[event.person or ""] = None
            organisations[event.organisation or ""] = None
            typed = self._typed(unit, event) or {}
            days.update(self._days_read(unit, release, event))
            for form in forms:
                for element, value in leaves(form.elements, typed):
                    if element.reference == PEOPLE:
                        people[value] = None
                    elif element.reference == ORGANISATIONS:
                        organisations[value] = None
                    elif element.reference or element.codes or element.options_from:
                        kept.add(value)
                    elif element.kind == "text" or element.files is not None:
                        texts.add(value)
                    elif _is_private_day(element):
                        days.add(value)
        kept.update(release.processes, *(code.values for code in release.codes.values()))
        disguise = Disguise(row.uid, row.number, frozenset(kept))
        disguise.typed = texts - kept
        disguise.days = {day: f"{day[: -len(rest)]}{rest}" for day in days}
        for register, keys in ((PEOPLE, people), (ORGANISATIONS, organisations)):
            for key in keys:
                if key:
                    disguise.of(key, register)
        return disguise

    def _days_read(self, unit: UnitOfWork, release: Release, event: Event) -> Iterator[str]:
        """Private dates of records that a step has read."""
        for name, value in self._sealed(unit, event).get("facts", {}).items():
            found = _RECORD.match(name)
            register = release.registers.get(found["register"]) if found is not None else None
            if found is None or register is None:
                continue
            fields = release.forms[register.form].elements
            for element, text in leaves(fields, {found["field"]: value}):
                if _is_private_day(element):
                    yield text

    @staticmethod
    def _sealed(unit: UnitOfWork, event: Event) -> Mapping[str, Any]:
        found: Mapping[str, Any] = unit.blobs.get(event.data_hash) if event.data_hash else {}
        return found

    @staticmethod
    def _typed(unit: UnitOfWork, event: Event) -> Mapping[str, Any] | None:
        body = orjson.loads(event.body)
        found: Mapping[str, Any] | None = unit.blobs.get(body["typed"]) if "typed" in body else None
        return found


def _entered(event: Event, entered: Mapping[str, Any], disguise: Disguise) -> Any:
    """What was entered; to which question an answer belongs says nothing about anybody."""
    found = disguise.value(entered)
    return {**found, "asked": entered["asked"]} if "asked" in entered else found


def _is_private_day(element: Element) -> bool:
    return element.kind == "date" and bool(element.private)


def _renamed(places: str | list[str], name: str, other: str) -> str | list[str]:
    if isinstance(places, str):
        return places.replace(name, other)
    return [place.replace(name, other) for place in places]


def _waits(disguise: Disguise, who: str) -> str:
    permission, at, organisation = who.partition("@")
    if not at:
        return disguise.of(who, PEOPLE)
    return f"{permission}@{disguise.of(organisation, ORGANISATIONS)}"


def leaves(elements: tuple[Element, ...], data: Any) -> Iterator[tuple[Element, str]]:
    """Every text value of a form's data with its field."""
    for element in elements:
        value = data.get(element.name) if isinstance(data, Mapping) else None
        if element.kind == "group":
            yield from leaves(element.children, value)
        elif element.kind == "rows":
            for row in value or ():
                yield from leaves(element.children, row)
        else:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and one:
                    yield element, one
