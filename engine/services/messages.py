"""Messages: sent by the platform from templates, and by people to organisations (MSG, APP-29)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.message import MessageTemplate
from engine.definitions.placeholders import fill
from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.domain.paths import at_path
from engine.domain.types import ListOf, Record, Reference, Type
from engine.forms.model import Element
from engine.forms.surroundings import Lookup
from engine.services.casework import Casework
from engine.services.directory import Directory
from engine.services.lists import Lists
from engine.services.sentences import SOURCE, Sentences
from engine.store.cases import CaseRow
from engine.store.chain import Event
from engine.store.messages import MessageRow, NewMessage
from engine.store.unit import UnitOfWork

#: who may write to organisations below the own one
SEND = "send_messages"
LONGEST = 2_000
LONGEST_TITLE = 100
#: what events of a deadline are called
_OF_DEADLINES = ("reminded", "extended", "rescheduled")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as somebody sees it."""

    id: int
    title: str
    body: str
    sender: str
    at: datetime
    read: bool
    case: str | None
    #: what kind of message it is: the title of its template; empty for one that a person wrote
    about: str = ""


class Messages:
    """Sends, lists and reads messages."""

    def __init__(
        self,
        work: Casework,
        directory: Directory,
        sentences: Sentences,
        lookup: Callable[[UnitOfWork], Lookup],
        lists: Lists,
    ) -> None:
        self._work = work
        self._directory = directory
        self._sentences = sentences
        self._lookup = lookup
        self._lists = lists

    # ------------------------------------------------------------ from templates

    def send_template(
        self, row: CaseRow, template: str, payload: Mapping[str, Any], key: str
    ) -> None:
        """Write the message of a template about a case; once for each key."""
        with self._work.store.write() as unit:
            release = self._work.definitions.release_of(row.process, row.pin, unit)
            found = release.messages.get(template)
            if found is None:
                return
            values = self._values(unit, row, int(payload["seq"]))
            if found.to == "members":
                self._send_members(unit, row, found, values, key)
                return
            told = list(self._recipients(unit, row, found, values))
            away = self._instead(unit, row, found, values["at"], told)
            for person, organisation in [*told, *((one, None) for one in away)]:
                body = fill(found.body.text(SOURCE), values)
                if person in away:
                    body += "\n" + self._sentences.written("told_instead", person=away[person])
                unit.messages.add(
                    NewMessage(
                        jurisdiction=row.jurisdiction,
                        to_person=person,
                        to_organisation=organisation,
                        kind=found.kind,
                        title=fill(found.subject.text(SOURCE), values),
                        body=body,
                        created_at=self._work.clock.now(),
                        key=f"{key}:{person or organisation}",
                        template=template,
                        case_uid=row.uid,
                    )
                )

    def _send_members(
        self,
        unit: UnitOfWork,
        group: CaseRow,
        template: MessageTemplate,
        values: Mapping[str, Any],
        key: str,
    ) -> None:
        """Tell those who started the cases of a group, each about the own case."""
        inside = [one.uid for one in unit.members.of(group.id) if one.state == "in"]
        for uid in values["input"].get("members") or inside:
            row = unit.cases.load(uid)
            if row is None:
                continue
            own = {**values, "member": {"id": row.uid, "number": row.number}}
            unit.messages.add(
                NewMessage(
                    jurisdiction=row.jurisdiction,
                    to_person=row.initiator,
                    to_organisation=None,
                    kind=template.kind,
                    title=fill(template.subject.text(SOURCE), own),
                    body=fill(template.body.text(SOURCE), own),
                    created_at=self._work.clock.now(),
                    key=f"{key}:{uid}",
                    from_organisation=group.organisation or group.initiator_organisation,
                    template=template.id,
                    case_uid=uid,
                )
            )

    def _values(self, unit: UnitOfWork, row: CaseRow, seq: int) -> dict[str, Any]:
        """What placeholders stand for: the case now, and the event that sent the message."""
        loaded = self._work.loaded(unit, row)
        process = loaded.compiled.process
        lookup = self._lookup(unit)
        release = self._work.definitions.release_of(row.process, row.pin, unit)
        form = release.forms.get(process.form or "")
        event = next((e for e in unit.journal.of(row.id, since=seq - 1) if e.seq == seq), None)
        entered: Mapping[str, Any] = {}
        if event is not None and event.data_hash is not None:
            entered = unit.blobs.get(event.data_hash).get("input", {})
        state = loaded.state
        due, deadline = _deadline(event, state.due)
        return {
            "case": {
                "id": row.uid,
                "number": row.number,
                "year": row.year,
                "due": _day(state.due),
                "step": process.steps[state.place.step].title,
                "status": state.status,
            },
            "process": {"title": process.title, "noun": process.noun or process.title},
            "initiator": _Shown(lookup, "people", row.initiator),
            "actor": _Shown(lookup, "people", event.person if event is not None else None),
            "here": _Shown(lookup, "organisations", event.organisation if event else None),
            "input": {name: _day(value) for name, value in entered.items()},
            "data": _named(
                lookup,
                loaded.compiled.bound.scopes.data,
                loaded.data,
                form.elements if form is not None else (),
            ),
            "jurisdiction": {"id": row.jurisdiction, "title": self._place(row.jurisdiction)},
            "today": self._work.now(row.jurisdiction).date().isoformat(),
            "due": _day(due),
            "deadline": deadline,
            "at": orjson.loads(event.body).get("at", "") if event is not None else "",
        }

    def _place(self, jurisdiction: str) -> str:
        known = self._work.definitions.current.jurisdictions.get(jurisdiction)
        return known.title if known is not None else jurisdiction

    def _recipients(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        template: MessageTemplate,
        values: Mapping[str, Any],
    ) -> Iterator[tuple[str | None, str | None]]:
        match template.to:
            case "initiator":
                yield row.initiator, None
            case "actor":
                actor = values["actor"]
                if actor.get("id"):
                    yield str(actor["id"]), None
            case "waiting":
                # Of something in a branch only those who deal with that branch are told.
                items = [one for one in unit.work.of(row.id) if values["at"] in ("", one.step)]
                held = ((one.person or one.claimed_by, one.organisation) for one in items)
                whom = {(person, None if person else here) for person, here in held}
                yield from sorted(whom, key=str)
            case "organisation":
                waiting = {item.organisation for item in unit.work.of(row.id)}
                for organisation in sorted(filter(None, waiting)):
                    yield None, organisation
            case path:
                yield from self._at_path(unit, path, values)

    def _instead(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        template: MessageTemplate,
        at: str,
        told: Sequence[tuple[str | None, str | None]],
    ) -> dict[str, str]:
        """Who is told of a task as the substitute of somebody who is told: by whom they stand for.

        Only of what they take over: what an organisation's people have to do, and cases begun for
        it. Who is away is told too, and finds on returning what there was.
        """
        where: dict[str, str] = {}
        if template.to == "waiting":
            for item in unit.work.of(row.id):
                person = item.person or item.claimed_by
                if person is not None and item.organisation and at in ("", item.step):
                    where[person] = item.organisation
        if template.to in ("waiting", "initiator") and row.initiator_organisation is not None:
            where.setdefault(row.initiator or "", row.initiator_organisation)
        known = {person for person, _ in told}
        return {
            other: person
            for person, organisation in where.items()
            if person in known
            for other in self._directory.substitutes_of(unit, person, organisation)
            if other not in known
        }

    def _at_path(
        self, unit: UnitOfWork, path: str, values: Mapping[str, Any]
    ) -> Iterator[tuple[str | None, str | None]]:
        value = at_path(values, path)
        keys = value if isinstance(value, list) else [value]
        lookup = self._lookup(unit)
        # A reference of the data is there with its name, for the placeholders.
        known = (one["id"] if isinstance(one, _Shown) else one for one in keys)
        for key in filter(None, known):
            if lookup.record("people", str(key)) is not None:
                yield str(key), None
            elif lookup.record("organisations", str(key)) is not None:
                yield None, str(key)

    # ------------------------------------------------------------ from people

    def may_send(self, actor: Actor) -> bool:
        """Whether an actor may write to the organisations below."""
        return self._directory.holds(actor.person, SEND, actor.organisation)

    def recipients(self, actor: Actor) -> list[tuple[str, str]]:
        """The organisations an actor may write to, with their names: all below the own one."""
        if not self.may_send(actor) or actor.organisation is None:
            return []
        with self._work.store.read() as unit:
            keys = unit.records.keys_below("organisations", actor.organisation)
        names = self._directory.names("organisations", keys)
        return sorted(((key, names.get(key, key)) for key in keys), key=lambda item: item[1])

    def send(self, actor: Actor, *, to: Sequence[str], title: str, body: str) -> int:
        """Write to organisations below the own one; returns to how many.

        Raises:
            Refused: no right, an organisation that is not below, nothing written.
        """
        with self._sentences.saying():
            self._check(actor, to, title, body)
            known = {key for key, _ in self.recipients(actor)}
            for organisation in to:
                if organisation not in known:
                    raise NotAllowed("not_below", organisation=organisation)
        return self._send(actor, [(None, key) for key in dict.fromkeys(to)], title, body)

    def write(self, actor: Actor, listing: str, rows: Sequence[str], title: str, body: str) -> int:
        """Write to those whom ticked rows of a list stand for; returns to how many (MSG-01).

        Raises:
            Refused: no right, a row that is not in the list, nothing written.
        """
        with self._sentences.saying():
            self._check(actor, rows, title, body)
        found = self._lists.recipients(actor, listing, rows)
        to = [(one.key, None) if one.register == PEOPLE else (None, one.key) for one in found]
        return self._send(actor, to, title, body)

    def _check(self, actor: Actor, to: Sequence[str], title: str, body: str) -> None:
        if not self.may_send(actor):
            raise NotAllowed("no_permission", permission=SEND, organisation=actor.organisation)
        if not to or not title or not body:
            raise Refused("message_incomplete")
        if len(title) > LONGEST_TITLE or len(body) > LONGEST:
            raise Refused("message_too_long", limit=LONGEST)

    def _send(
        self, actor: Actor, to: Sequence[tuple[str | None, str | None]], title: str, body: str
    ) -> int:
        now = self._work.clock.now()
        with self._work.store.write() as unit:
            for person, organisation in to:
                unit.messages.add(
                    NewMessage(
                        jurisdiction=actor.jurisdiction or "",
                        to_person=person,
                        to_organisation=organisation,
                        kind="notice" if person is None else "personal",
                        title=title,
                        body=body,
                        created_at=now,
                        from_person=actor.person,
                        from_organisation=actor.organisation,
                    )
                )
        return len(to)

    # ------------------------------------------------------------ reading

    def inbox(self, actor: Actor, *, limit: int = 50, before: int | None = None) -> list[Message]:
        """The latest messages to the person or the organisation acted for."""
        with self._work.store.read() as unit:
            rows = unit.messages.page(actor.person, _own(actor), before=before, limit=limit)
        return [self._shown(row) for row in rows]

    def newest(self, actor: Actor, limit: int) -> list[Message]:
        """The latest messages, those not read yet before the others."""
        with self._work.store.read() as unit:
            own = _own(actor)
            unread = unit.messages.page(actor.person, own, unread=True, limit=limit)
            latest = unit.messages.page(actor.person, own, limit=limit)
        read = [row for row in latest if row.read_at is not None]
        return [self._shown(row) for row in [*unread, *read][:limit]]

    def unread(self, actor: Actor) -> int:
        """How many messages the person has not read."""
        with self._work.store.read() as unit:
            return unit.messages.unread(actor.person, _own(actor))

    def get(self, actor: Actor, message: int) -> Message:
        """One message to the person or the organisation acted for.

        Raises:
            NotFound: there is none for this actor.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            row = unit.messages.load(message, actor.person)
            mine = row is not None and (
                row.to_person == actor.person or row.to_organisation in _own(actor)
            )
            if row is None or not mine:
                raise NotFound("no_such_message")
            return self._shown(row)

    def read(self, actor: Actor, message: int) -> None:
        """Let a message count as read by the person from now on.

        Raises:
            NotFound: there is none for this actor.
        """
        with self._sentences.saying(), self._work.store.write() as unit:
            self.get(actor, message)
            unit.messages.read(message, actor.person, self._work.clock.now())

    def _shown(self, row: MessageRow) -> Message:
        sender = ""
        if row.from_organisation is not None:
            sender = self._directory.name("organisations", row.from_organisation)
        template = self._work.definitions.current.messages.get(row.template or "")
        return Message(
            row.id, row.title, row.body, sender, row.created_at, row.read_at is not None,
            row.case_uid, template.title if template is not None else "",
        )  # fmt: skip


class _Shown(Mapping[str, Any]):
    """A record for placeholders: its fields, and what it is called as ``label`` and ``name``."""

    def __init__(self, lookup: Lookup, register: str, key: str | None) -> None:
        self._lookup = lookup
        self._register = register
        self._key = key
        self._record: Mapping[str, Any] | None = None

    @property
    def _values(self) -> Mapping[str, Any]:
        if self._record is None:
            found = self._lookup.record(self._register, self._key) if self._key else None
            label = self._lookup.label(self._register, self._key) if self._key else None
            called = {"id": self._key, "label": label, "name": label}
            self._record = {**called, **(found or {})}
        return self._record

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _deadline(event: Event | None, due: str | None) -> tuple[str | None, dict[str, str]]:
    """The date a message is about, and what the deadline is called where it has a name."""
    for one in orjson.loads(event.body)["events"] if event is not None else ():
        if one.get("event") in _OF_DEADLINES and one.get("deadline"):
            return one.get("to") or one.get("due"), {"title": one.get("title") or one["deadline"]}
    return due, {"title": ""}


def _named(
    lookup: Lookup,
    type_: Type | None,
    value: Any,
    fields: Sequence[Element],
    codes: str | None = None,
) -> Any:
    """What was filled in as people read it: codes and references by what they are called."""
    if codes and isinstance(value, str):
        return next((one.title for one in lookup.codes(codes) if one.code == value), value)
    match type_:
        case Reference(register) if isinstance(value, str):
            return _Shown(lookup, register, value)
        case Record(_, known) if isinstance(value, Mapping):
            types = {name: field.type for name, field in known.items()}
            inside = {one.name: one for one in fields}
            return {
                name: _named(
                    lookup,
                    types.get(name),
                    item,
                    inside[name].children if name in inside else (),
                    inside[name].codes if name in inside else None,
                )
                for name, item in value.items()
            }
        case ListOf(item) if isinstance(value, list):
            return [_named(lookup, item, one, fields, codes) for one in value]
    return _day(value)


def _own(actor: Actor) -> tuple[str, ...]:
    return (actor.organisation,) if actor.organisation is not None else ()


def _day(value: Any) -> Any:
    """A date or moment as people of this platform read it; anything else as it is."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        return value
    year, month, day = value[:10].split("-")
    clock = f" {value[11:16]}" if len(value) > 10 else ""
    return f"{year}年{int(month)}月{int(day)}日{clock}"
