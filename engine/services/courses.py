"""The course of a case in words: what the journal says, for people (REV-26, QRY-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.links import created_by
from engine.definitions.process import Ask
from engine.domain.actor import Rights as Permissions
from engine.domain.case import Place
from engine.forms.effective import EffectiveField, EffectiveForm
from engine.forms.form import Form
from engine.forms.formats import masked
from engine.forms.surroundings import Lookup, Rights
from engine.runtime.run import Run
from engine.services.audiences import Hidden, hidden
from engine.services.casework import Casework
from engine.services.entries import Entries
from engine.services.loaded import Loaded
from engine.services.rebuild import pins_of
from engine.store.chain import Event
from engine.store.errors import Erased
from engine.store.unit import UnitOfWork

#: commands that are no step of the course: the case stayed, and nobody decided anything
SILENT = frozenset({"save", "open", "result", "drop", "unclaim", "retry"})
#: interventions, whose reason belongs to the course
_WITH_REASON = frozenset(
    {
        "extend", "cancel", "reroute", "suspend", "resume", "decline", "replace", "migrate",
        "unmigrate", "hand_over",
    }
)  # fmt: skip
#: events of operations on a task or a seat: where it was, and who was named
_HANDED = frozenset(
    {
        "transferred", "copied", "urged", "signer_added", "signer_removed", "delegated", "signed",
        "declined", "replaced", "handed_over",
    }
)  # fmt: skip
Words = Callable[[UnitOfWork, Run, Place], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the course.

    ``kind`` is the kind of command (start, act, withdraw, extend, cc, urge, outcome, time, vote,
    decline, replace, round, add, remove, cancel, reroute, suspend, resume, migrate …);
    ``title`` the author's caption where there is one.
    """

    at: datetime
    kind: str
    verb: str
    title: str
    person: str
    organisation: str
    place: str
    texts: tuple[tuple[str, str], ...]
    leads_to: str
    #: a ballot of a secret vote: whose it is is not told
    secret: bool = False
    #: what a vote or a wait has come to, by its name in the language
    outcome: str = ""
    #: a branch has ended, and the others have not
    ended: bool = False
    #: places in other branches that were broken off by it
    broken_off: tuple[str, ...] = ()
    #: whose substitute the person was
    on_behalf: str = ""
    #: numbers that were in use already: the first and the last of them
    passed_over: tuple[str, ...] = ()


class Courses:
    """Tells the course of a case."""

    def __init__(
        self,
        work: Casework,
        entries: Entries,
        rights: Permissions,
        lookup: Callable[[UnitOfWork], Lookup],
    ) -> None:
        self._work = work
        self._rights = rights
        self._entries = entries
        self._lookup = lookup

    def entry(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, event: Event, words: Words
    ) -> Entry:
        """One event in words, personal values masked."""
        return self._entry(unit, loaded, run, event, words, mask=True)

    def of(self, unit: UnitOfWork, loaded: Loaded, run: Run, words: Words) -> list[Entry]:
        """Every step of the course, the oldest first."""
        events = unit.journal.of(loaded.row.id)
        return [
            self._entry(unit, then, run, event, words)
            for event, then in zip(events, self.at_each(unit, loaded, events), strict=True)
            if event.kind not in SILENT
        ]

    def at_each(self, unit: UnitOfWork, loaded: Loaded, events: Sequence[Event]) -> list[Loaded]:
        """The case under the version it had at each event: it may have been moved."""
        known: dict[str, Loaded] = {loaded.row.pin: loaded}
        pins = pins_of(loaded.row, events)
        for pin in set(pins) - known.keys():
            row = loaded.row._replace(pin=pin)
            compiled = self._work.definitions.compiled(row.process, pin, unit)
            known[pin] = Loaded(row, loaded.state, compiled, loaded.data)
        return [known[pin] for pin in pins]

    def returned(self, unit: UnitOfWork, loaded: Loaded, run: Run) -> Entry | None:
        """The return that brought the case back to its applicant (APP-25)."""
        for event in reversed(unit.journal.of(loaded.row.id)):
            acted = _acted(_events(event))
            if event.kind == "act" and acted.get("verb") in ("return", "fail"):
                return self._entry(unit, loaded, run, event, lambda unit, run, place: "")
        return None

    def _entry(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        event: Event,
        words: Words,
        *,
        mask: bool = False,
    ) -> Entry:
        lookup = self._lookup(unit)
        events = _events(event)
        acted = _acted(events)
        handed = next((e for e in events if e.get("event") in _HANDED), {})
        place = acted.get("place") or handed.get("place")
        arrived = self._arrived(loaded, events)
        named = handed.get("to") or ()
        to = [named] if isinstance(named, str) else named
        broken_off = [e["open"] for e in events if e.get("event") in ("joined", "left")]
        voted = next((e["place"][0] for e in events if e.get("event") == "voted"), None)
        panel = loaded.compiled.process.steps[voted].panel if voted is not None else None
        secret = panel is not None and panel.secret
        person = (event.person or "") if not secret else ""
        return Entry(
            at=event.at,
            kind=event.kind,
            verb=str(acted.get("verb", "")),
            title=str(acted.get("title", "")) or self._ended_as(loaded, events),
            person="" if person == "system" else lookup.label("people", person) or person,
            organisation=lookup.label("organisations", event.organisation) or event.organisation
            if event.organisation
            else "",
            place=words(unit, run, Place.from_json(place)) if place else "",
            texts=tuple(
                self._texts(unit, loaded, run, event, str(acted.get("action", "")), mask=mask)
            ),
            leads_to="；".join(words(unit, run, one) for one in arrived)
            or "、".join(lookup.label("people", one) or str(one) for one in to),
            secret=secret,
            outcome=next((str(e["outcome"]) for e in events if e.get("event") == "outcome"), ""),
            ended=not arrived and any(e.get("event") == "branch_ended" for e in events),
            broken_off=tuple(
                words(unit, run, Place.from_json(one)) for several in broken_off for one in several
            ),
            on_behalf=lookup.label("people", event.on_behalf) or event.on_behalf
            if event.on_behalf
            else "",
            passed_over=tuple(dict.fromkeys(n for e in events for n in e.get("skipped", ()))),
        )

    def _ended_as(self, loaded: Loaded, events: Sequence[Mapping[str, Any]]) -> str:
        """How the case has ended that was waited for; "" where none was."""
        told = next((e for e in events if e.get("event") == "outcome"), None)
        if told is None:
            return ""
        process = loaded.compiled.process
        step = process.steps[Place.from_json(told["place"]).step]
        if step.joins is not None:
            return ""
        name = created_by(process).get(step.awaits or "")
        other = self._work.definitions.current.processes.get(name or "")
        end = other.process.steps.get(told["outcome"]) if other is not None else None
        return end.title if end is not None else ""

    @staticmethod
    def _arrived(loaded: Loaded, events: Sequence[Mapping[str, Any]]) -> list[Place]:
        """Where a command led: the last place, or all branches of a parallel step."""
        places = [Place.from_json(e["place"]) for e in events if e.get("event") == "arrived"]
        steps = loaded.compiled.process.steps
        # A step of an earlier version may be gone.
        divided = {name for name, step in steps.items() if step.parallel}
        splits = [number for number, one in enumerate(places) if one.step in divided]
        after = places[splits[0] + 1 :] if splits else []
        return [one for one in after if one.step not in divided] or places[-1:]

    def _texts(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        event: Event,
        action: str,
        *,
        mask: bool,
    ) -> Iterator[tuple[str, str]]:
        """What was entered with an action, captions and values; or the dates that changed."""
        for one in _events(event):
            if one.get("event") == "rescheduled":
                yield str(one["title"]), f"{one['from'] or '—'} → {one['to'] or '—'}"
        entered = self._entered(unit, event)
        if not entered:
            return
        if event.kind == "extend" and "until" in entered:
            yield "", str(entered["until"])
        if event.kind in _WITH_REASON and entered.get("reason"):
            yield "", str(entered["reason"])
        place = _acted(_events(event)).get("place")
        known = loaded.compiled.actions.get(place[0], {}).get(action) if place else None
        unseen: Hidden | None = Hidden((), ())
        if known is not None and known.into is not None:
            unseen = hidden(run, self._rights).below(known.into)
        if unseen is None:
            return  # The reader does not see it in the form either.
        form = self._form(unit, loaded, known.ask if known is not None else None)
        shown = {name: value for name, value in entered.items() if form and name in form.sections}
        if form is not None and shown:
            surroundings = self._entries.surroundings(unit, run, loaded.data)
            rights = Rights(edit=(), hide=unseen.hide, mask=unseen.mask)
            yield from said(form.effective(shown, surroundings, rights), mask=mask)
        if "opinion" in entered and "opinion" not in shown:
            yield "", str(entered["opinion"])

    def signed(
        self, unit: UnitOfWork, loaded: Loaded, place: Place
    ) -> dict[str, tuple[str, datetime]]:
        """What those added to a place said there, and when, by person."""
        found: dict[str, tuple[str, datetime]] = {}
        for event in unit.journal.of(loaded.row.id):
            here = next((e for e in _events(event) if e.get("event") == "signed"), None)
            if here is not None and Place.from_json(here["place"]).is_same_visit(place):
                opinion = self._entered(unit, event).get("opinion")
                found[event.on_behalf or event.person or ""] = str(opinion or ""), event.at
        return found

    def _form(self, unit: UnitOfWork, loaded: Loaded, ask: Ask | None) -> Form | None:
        return self._entries.asked(unit, loaded, ask) if ask is not None else None

    @staticmethod
    def _entered(unit: UnitOfWork, event: Event) -> Mapping[str, Any]:
        if event.data_hash is None:
            return {}
        try:
            sealed = unit.blobs.get(event.data_hash)
        except Erased:
            return {}
        entered: Mapping[str, Any] = sealed.get("input") or {}
        return entered

    def counted(self, unit: UnitOfWork, loaded: Loaded) -> Iterator[dict[str, Any]]:
        """What each round of the votes on a case has led to, with the step of its panel."""
        for event in unit.journal.of(loaded.row.id):
            if event.kind not in ("outcome", "round"):
                continue
            entered = self._entered(unit, event)
            place = next((e["place"] for e in _events(event) if "place" in e), None)
            if "results" in entered and place is not None:
                yield {**entered, "step": place[0]}

    # ------------------------------------------------------------ rows of members

    def row_columns(self, unit: UnitOfWork, loaded: Loaded) -> tuple[str, ...]:
        """The captions of what a group writes for each member."""
        form = self._row_form(unit, loaded)
        return tuple(one.title for one in form.elements) if form is not None else ()

    def row_cells(
        self, unit: UnitOfWork, loaded: Loaded, row: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """What a group has written for one member, in the order of :meth:`row_columns`."""
        form = self._row_form(unit, loaded)
        if form is None:
            return ()
        effective = form.effective(row, None, Rights(edit=()))
        shown = {field.element.name: text_of(field) for field in effective.fields}
        return tuple(shown.get(one.name, "") for one in form.elements)

    def _row_form(self, unit: UnitOfWork, loaded: Loaded) -> Form | None:
        members = loaded.compiled.process.members
        if members is None or members.row is None:
            return None
        release = self._work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
        return release.forms[members.row]


def said(form: EffectiveForm, *, mask: bool = False) -> Iterator[tuple[str, str]]:
    """Captions and values of everything filled in; private ones may be masked."""
    for field in form.fields:
        if not field.empty:
            text = text_of(field, mask=mask)
            if text:
                yield field.title, text


def text_of(field: EffectiveField, *, mask: bool = False) -> str:
    """A field's value as a line of text; with ``mask`` a private one is recognised, not read."""
    if mask and field.element.private and not field.empty:
        return masked(_plain_text(field, mask=False))
    return _plain_text(field, mask=mask)


def _plain_text(field: EffectiveField, *, mask: bool) -> str:
    if field.children:
        parts = (
            (child.title, text_of(child, mask=mask)) for child in field.children if not child.empty
        )
        return "，".join(f"{title} {text}" for title, text in parts if text)
    if field.rows and mask:
        return f"{len(field.rows)} 条"
    if field.rows:
        return "；".join(row.title for row in field.rows)
    if field.attachments:
        return "、".join(one.name for one in field.attachments)
    if field.labels:
        return "、".join(field.labels)
    if field.value is True:
        return "是"
    if field.value is False:
        return "否"
    if isinstance(field.value, Mapping):
        return " – ".join(str(value) for value in field.value.values() if value)
    if isinstance(field.value, float) and field.value.is_integer():
        return str(int(field.value))
    return "" if field.value is None else str(field.value)


def _events(event: Event) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = orjson.loads(event.body)["events"]
    return found


def _acted(events: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((event for event in events if event.get("event") == "acted"), {})
