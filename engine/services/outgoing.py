"""Effects: on our own data with the command, on the outside through the outbox after it.

What leaves by the outbox is idempotent by its key and tried again until it is done. What concerns
people at once (releases, messages) is worked off right after the commit by the same process; a
worker takes what is left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from engine.connectors.documents import CannotPrint
from engine.connectors.http import NotConfigured, Rejected, Unavailable
from engine.domain.actor import SYSTEM
from engine.domain.case import Command, DueEffect
from engine.domain.errors import EngineError, Refused
from engine.domain.paths import at_path
from engine.services.casework import Casework
from engine.services.connecting import Connecting
from engine.services.groups import Groups
from engine.services.jobs import JOB, Jobs
from engine.services.linking import Linking
from engine.services.outcome import NotDone, Outcome, why
from engine.services.sentences import plain
from engine.services.telling import TELL, Telling
from engine.store.cases import CaseRow
from engine.store.outbox import MOST_ATTEMPTS, OutboxRow
from engine.store.unit import UnitOfWork

log = logging.getLogger("zhicheng.outgoing")

#: how many messages are taken at a time
BATCH = 50
#: how many of those that take their time; together they stay within the lease
FEW = 10
#: the kinds that concern nothing but our own data
WITHIN = frozenset({"release", "message", "ended", "send"})
#: failures that say themselves what somebody has to see to: no bug
FORESEEN = (NotConfigured, Unavailable, Rejected, NotDone, CannotPrint)
#: the message template sent when a deadline was moved, if the content has one (REV-16)
EXTENDED = "extended"
#: the same for a deadline of the whole case
EXTENDED_ALL = "deadline-extended"
#: those sent by other operations, if the content has them
OPERATED = {"extend": EXTENDED, "cc": "copied", "urge": "urged"}


class Recorder(Protocol):
    """Changes records of registers for an effect."""

    def put(
        self,
        unit: UnitOfWork,
        register: str,
        values: Mapping[str, Any],
        *,
        where: Any = None,
        match: Sequence[str] | None = None,
        keep: bool = False,
        incomplete: bool = False,
        jurisdiction: str,
        now: datetime,
        by: str,
    ) -> None:
        """Add a record, or change those for which ``where`` holds or the one that matches."""
        ...


class Notices(Protocol):
    """Sends a message made from a template."""

    def send_template(self, row: Any, template: str, payload: Mapping[str, Any], key: str) -> None:
        """Write the message for its recipient; once for a key."""
        ...


class Printer(Protocol):
    """Issues and prints documents."""

    def issue(self, unit: UnitOfWork, loaded: Any, run: Any, template: str, key: str) -> str:
        """Issue a document with the command; return its uid, the same one again for a key."""
        ...

    def print(self, uid: str) -> None:
        """Print an issued document."""
        ...


class Outgoing:
    """Carries out effects."""

    def __init__(
        self,
        work: Casework,
        groups: Groups,
        linking: Linking,
        connecting: Connecting,
        recorder: Recorder,
        notices: Notices,
        printer: Printer,
        telling: Telling,
        jobs: Jobs,
    ) -> None:
        self._work = work
        self._groups = groups
        self._linking = linking
        self._connecting = connecting
        self._recorder = recorder
        self._notices = notices
        self._printer = printer
        self._jobs = jobs
        #: False: the message stays where its handler has put it
        self._handlers: dict[str, Callable[[OutboxRow], bool | None]] = {
            "release": groups.deliver,
            "message": self._message,
            "document": self._document,
            "ended": self._ended,
            "send": self._sent,
            "connector": connecting.ask,
            TELL: telling.ask,
            JOB: jobs.work,
        }
        work.effects = self.effects

    # ------------------------------------------------------------ with the command

    def effects(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> list[str]:
        """Carry out a command's effects in its transaction; returns keys put into the outbox."""
        sent: list[str] = []
        for effect in outcome.result.effects:
            sent += self._effect(unit, outcome, effect, now)
        kind = outcome.command.kind
        if kind in OPERATED:
            template = EXTENDED_ALL if outcome.command.input.get("deadline") else OPERATED[kind]
            sent += self._send_out(unit, outcome, DueEffect("message", template, kind), now)
        sent += self._groups.settle(unit, outcome, now)
        return sent + self._linking.settle(unit, outcome, now)

    def _effect(
        self, unit: UnitOfWork, outcome: Outcome, effect: DueEffect, now: datetime
    ) -> list[str]:
        match effect.kind:
            case "record":
                self._recorder.put(
                    unit,
                    effect.name,
                    effect.values.get("set", {}),
                    where=effect.values.get("where"),
                    match=effect.values.get("by"),
                    keep=bool(effect.values.get("keep")),
                    incomplete=bool(effect.values.get("incomplete")),
                    jurisdiction=outcome.row.jurisdiction,
                    now=now,
                    by=outcome.command.person,
                )
                return []
            case "release":
                return self._groups.bind(unit, outcome.row, effect.values, effect.key, now)
            case "connector":
                self._connecting.send(unit, outcome, effect, now)
                return []
            case "send":
                return self._linking.send(unit, outcome, effect, now)
            case "create":
                return self._linking.create(unit, outcome, effect, now)
            case "message" | "document":
                return self._send_out(unit, outcome, effect, now)
        raise EngineError(f"an effect of kind {effect.kind!r} cannot be carried out")

    def _send_out(
        self, unit: UnitOfWork, outcome: Outcome, effect: DueEffect, now: datetime
    ) -> list[str]:
        if effect.kind == "message" and effect.name not in self._work.definitions.current.messages:
            return []
        seq = outcome.row.journal_seq
        key = f"{outcome.row.uid}:{seq}:{effect.kind}:{effect.name}:{effect.key}"
        payload = {"uid": outcome.row.uid, "template": effect.name, "seq": seq}
        if effect.kind == "document":
            loaded = self._work.loaded(unit, outcome.row)
            run = self._work.look(unit, loaded, SYSTEM)
            payload["document"] = self._printer.issue(unit, loaded, run, effect.name, key)
            payload["into"] = effect.values.get("into")
        unit.outbox.add(key, effect.kind, payload, at=now, case=outcome.row)
        return [key]

    # ------------------------------------------------------------ after it

    def work_off(self, keys: Sequence[str] = ()) -> int:
        """Work off what waits in the outbox; with ``keys`` only if there is something new.

        Returns how many messages were done: none while a command is only tried.
        """
        if keys == [] or self._work.store.is_trying:
            return 0
        # Whoever pressed a button does not wait for what others have asked systems outside.
        return self._work_off(False if keys else None, BATCH)

    def work_off_tried(self, after: int, most: int) -> list[OutboxRow]:
        """Of a command that is only tried do what is done on our own data.

        Returns all that was put into the outbox after the message ``after``: what would be printed
        or would reach a system outside is only listed.
        """
        found: list[OutboxRow] = []
        while len(found) < most:
            with self._work.store.read() as unit:
                rows = unit.outbox.since(after, most - len(found))
            if not rows:
                break
            for message in rows:
                after = message.id
                if message.kind in WITHIN:
                    # What fails is an incident then; what is foreseen ends here.
                    with suppress(EngineError):
                        self._handlers[message.kind](message)
            found += rows
        return found

    def work_off_quick(self) -> int:
        """Work off what concerns people at once."""
        return self._work_off(False, BATCH)

    def work_off_slow(self) -> int:
        """Work off what takes its time, few at a time: each may wait for an answer."""
        return self._work_off(True, FEW)

    def _work_off(self, slow: bool | None, most: int) -> int:
        done = 0
        while True:
            now = self._work.clock.now()
            with self._work.store.write() as unit:
                taken = unit.outbox.take(now, most, slow=slow)
            for message in taken:
                done += self._handle(message)
            if not taken:
                return done

    def _handle(self, message: OutboxRow) -> int:
        try:
            if self._handlers[message.kind](message) is False:
                return 0
        except Exception as error:
            # Whatever went wrong, the message is kept and tried again; it never stops the others.
            if isinstance(error, FORESEEN):
                # A sample case tells what systems outside answer: its failures are no news.
                level = logging.DEBUG if self._connecting.is_rehearsed else logging.WARNING
                log.log(level, "outbox message %s failed: %s", message.key, error)
            else:
                log.exception("outbox message %s failed", message.key)
            now = self._work.clock.now()
            if isinstance(error, Rejected | NotDone | CannotPrint):
                # It would be so as often as it is sent.
                message = message._replace(attempts=MOST_ATTEMPTS)
            with self._work.store.write() as unit:
                again = unit.outbox.failed(message, now, f"{type(error).__name__}: {error}")
                if not again and message.kind == JOB:
                    self._jobs.gave_up(unit, message)
                elif not again and message.case_id is not None:
                    self._given_up(unit, message, now, error)
            return 0
        with self._work.store.write() as unit:
            unit.outbox.done(message.id)
        return 1

    def _given_up(
        self, unit: UnitOfWork, message: OutboxRow, now: datetime, error: Exception
    ) -> None:
        row = unit.cases.load_by_id(message.case_id or 0)
        if row is None:
            return
        if isinstance(error, NotDone):
            unit.incidents.open(row, error.code, error.params, now)
            return
        code = "rejected" if isinstance(error, Rejected) else "not_delivered"
        params = {"kind": message.kind, "what": self._what(unit, row, message), "why": _why(error)}
        unit.incidents.open(row, code, params, now)

    def _what(self, unit: UnitOfWork, row: CaseRow, message: OutboxRow) -> str:
        """What was to be delivered, as its author calls it."""
        release = self._work.definitions.release_of(row.process, row.pin, unit)
        payload: Mapping[str, Any] = message.payload
        known = {
            "connector": release.connectors.get(payload.get("connector", "")),
            "document": release.documents.get(payload.get("template", "")),
            "message": release.messages.get(payload.get("template", "")),
        }.get(message.kind)
        return known.title if known is not None else release.processes[row.process].process.title

    def _ended(self, message: OutboxRow) -> None:
        payload = message.payload
        if self._linking.deliver(payload["owner"], payload["case"]) is not None:
            # Its own messages follow in the same loop.
            log.debug("%s goes on after %s", payload["owner"], payload["case"])

    def _sent(self, message: OutboxRow) -> None:
        payload = message.payload
        self._linking.act(message.key, payload["case"], payload["action"])

    def _message(self, message: OutboxRow) -> None:
        with self._work.store.read() as unit:
            row = unit.cases.load(message.payload["uid"])
        if row is not None:
            self._notices.send_template(
                row, message.payload["template"], message.payload, message.key
            )

    def _document(self, message: OutboxRow) -> None:
        payload = message.payload
        document = payload["document"]
        self._printer.print(document)
        into = payload.get("into")
        if not into:
            return
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, payload["uid"])
            row = loaded.row
            if at_path(loaded.data, into) == document:
                return
            now = self._work.now(row.jurisdiction)
            command = Command("result", SYSTEM.person, name=into, input={"value": document})
            self._work.within(unit, row.uid, command, now)


def _why(error: Exception) -> str | list[Any]:
    """Why something could not be delivered, as it is kept with the incident."""
    match error:
        case NotConfigured():
            return ["not_configured", {"why": str(error)}]
        case Unavailable():
            return ["not_answered", {"why": str(error)}]
        case CannotPrint():
            return [error.code, {name: plain(value) for name, value in error.params.items()}]
        case Refused():
            return why(error)
        case Rejected():
            return str(error)
    return f"{type(error).__name__}: {error}"
