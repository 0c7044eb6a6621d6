"""What a sample case asks about a case, answered as it expects to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from engine.domain.actor import Actor
from engine.domain.case import State, places_of, written
from engine.domain.errors import NotFound
from engine.runtime.offers import Offer
from engine.services.sample_data import Library
from engine.services.sample_scene import Scene
from engine.store.cases import CaseRow


class Findings:
    """Answers to what a sample expects."""

    def __init__(self, scene: Scene, library: Library) -> None:
        self._scene = scene
        self._platform = scene.platform
        self._library = library
        #: the last message before the present step
        self.since = 0

    def found(self, what: str, expected: Any, uid: str, row: CaseRow, state: State) -> Any:
        """What there is of what is expected (the words of ``expect``)."""
        answers: dict[str, Callable[[], Any]] = {
            "at": lambda: _told(written(state), expected),
            "waits_for": lambda: self._scene.waits_for(row),
            "status": lambda: self._status(state, expected),
            "shown": lambda: row.public_status,
            "due": lambda: _due(state.due),
            "deadlines": lambda: {name: _due(term.by) for name, term in state.deadlines.items()},
            "closed": lambda: bool(state.closed) if expected is False else state.closed,
            "flags": lambda: self._flags(uid),
            "data": lambda: part(self._scene.data(uid), self._library.resolve(expected)),
            "documents": lambda: self._documents(uid),
            "messages": lambda: self._messages(expected),
            "lists": lambda: self._lists(expected),
            "incidents": lambda: self._incidents(uid),
            "records": lambda: self._records(expected),
            "opinions": lambda: self._opinions(expected),
            "actions": lambda: self._offered(uid, row),
            "may_add": lambda: self._may_add(uid),
            "visible": lambda: {person: self._visible(person, uid) for person in expected},
        }
        return answers[what]()

    def anywhere(self, what: str, expected: Any) -> Any:
        """What there is that no single case has."""
        answers: dict[str, Callable[[], Any]] = {
            "messages": lambda: self._messages(expected),
            "incidents": lambda: self._incidents(None),
            "records": lambda: self._records(expected),
            "opinions": lambda: self._opinions(expected),
        }
        return answers[what]()

    @staticmethod
    def _status(state: State, expected: Any) -> Any:
        """The status of the case; where a sample names steps, those of the places there."""
        if not isinstance(expected, dict):
            return state.status
        return {one.place.step: one.status for _, one in places_of(state)
                if one.place.step in expected}  # fmt: skip

    def _documents(self, uid: str) -> list[str]:
        with self._platform.store.read() as unit:
            return [document.template for document in unit.documents.of_case(uid)]

    def _flags(self, uid: str) -> list[str]:
        with self._platform.store.read() as unit:
            loaded = self._platform.casework.load(unit, uid)
            actor = Actor("system")
            return sorted(self._platform.casework.look(unit, loaded, actor).context.flags())

    def _offered(self, uid: str, row: CaseRow) -> list[str]:
        found: dict[str, None] = {}
        for person in self._scene.waits_for(row):
            actor = self._scene.actor(person, uid, "")
            for offer in self._platform.offering.offers(actor, uid):
                if offer.allowed and offer.action is not None:
                    found[offer.name] = None
        return list(found)

    def _visible(self, person: str, uid: str) -> dict[str, list[str]]:
        """On which lists somebody finds a case, and what they may do with it (TST-07)."""
        offers: Sequence[Offer] = ()
        # Who may not know of a case may do nothing with it.
        with suppress(NotFound):
            offers = self._platform.offering.offers(self._scene.actor(person, uid, ""), uid)
        process = self._scene.case(uid)[0].process
        found = {
            "lists": [
                one.title
                for one, viewer in self._scene.open_to(person)
                if process in (one.processes or (process,)) and uid in self._scene.keys(one, viewer)
            ],
            "actions": [
                one.name for one in offers if one.allowed and one.mine and not one.stepping_in
            ],
        }
        return {name: values for name, values in found.items() if values}

    def _may_add(self, uid: str) -> list[str]:
        names = self._scene.names()
        with self._platform.store.read() as unit:
            loaded = self._platform.casework.load(unit, uid)
            run = self._platform.casework.look(unit, loaded, Actor("system"))
            found = self._platform.groups.candidates(unit, loaded, run)
        return sorted(names[item] for item in found if item in names)

    def _messages(self, expected: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        with self._platform.store.read() as unit:
            sent = unit.messages.since(self.since)
        keys = [set(item) for item in expected]
        wanted = set().union(*keys) if keys else {"to", "template"}
        return [
            {
                name: value
                for name, value in {
                    "to": message.to_person or message.to_organisation,
                    "template": message.template,
                    "title": message.title,
                }.items()
                if name in wanted
            }
            for message in sent
        ]

    def _lists(self, expected: Mapping[str, Any]) -> dict[str, list[str]]:
        found = {}
        for name in expected:
            title, _, organisation = name.partition("@")
            found[name] = sorted(self._scene.seen(title, None, organisation))
        return found

    def _records(self, expected: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of records, their state among them; None for a record there is not."""
        found: dict[str, Any] = {}
        with self._platform.store.read() as unit:
            for register, records in expected.items():
                rows = {key: unit.records.load(register, key) for key in records}
                found[register] = {
                    key: part({**row.data, "state": row.state}, records[key]) if row else None
                    for key, row in rows.items()
                }
        return found

    def _opinions(self, expected: Mapping[str, Any]) -> dict[str, list[str]]:
        """The common opinions that each person is offered."""
        platform = self._platform
        return {name: platform.opinions.of(self._scene.holder(name, None)) for name in expected}

    def _incidents(self, uid: str | None) -> list[str]:
        """The codes of what stopped a case, or any."""
        with self._platform.store.read() as unit:
            rows = unit.incidents.unresolved()
        return [row.code for row in rows if uid is None or row.uid == uid]


def _told(place: str | list[str], expected: Any) -> str | list[str]:
    """Places as exactly as a sample tells them, without stage or organisation it leaves out."""
    left = sorted(expected if isinstance(expected, list) else [str(expected)], key=len)
    told = []
    for one in place if isinstance(place, list) else [place]:
        fits = [wanted for wanted in left if _is_told(wanted, one)]
        if fits:
            left.remove(fits[-1])
        told.append(fits[-1] if fits else one)
    return told if isinstance(place, list) else told[0]


def _is_told(expected: str, place: str) -> bool:
    step, _, organisation = place.partition("@")
    wanted, _, at = expected.partition("@")
    return wanted in (step, step.partition(".")[0]) and at in ("", organisation)


def part(found: Any, expected: Any) -> Any:
    """As much of what was found as is compared."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return {name: part(found.get(name), value) for name, value in expected.items()}
    return found


def _due(due: str | None) -> str | None:
    if due is None:
        return None
    return f"{due} 24:00" if len(due) == 10 else due[:16].replace("T", " ")
