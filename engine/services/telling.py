"""Telling systems outside about records: after the commit, once for each request.

The answer, or why there was none, is written back into the record. What is sent is kept sealed
until it has been sent, since it is mostly about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from engine.connectors.http import Connections, NotConfigured, Rejected, Unavailable
from engine.definitions.connector import Connector
from engine.definitions.process import Formula
from engine.definitions.register import Merge, RecordAction, Register
from engine.domain.actor import SYSTEM, Actor
from engine.domain.errors import Refused
from engine.domain.paths import put_at, with_paths
from engine.forms.surroundings import Rights, Surroundings
from engine.services.pending import is_pending, next_question
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.chain import canonical
from engine.store.outbox import OutboxRow
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

#: left to a worker: whoever pressed a button does not wait for a system outside
SOON = timedelta(seconds=1)
#: the kind of message in the outbox
TELL = "tell"
#: what the blinded content of a request is the index of: no field has this name
_BODY = "(request)"
_DIGITS = 16


class Telling:
    """Sends what actions of registers have for systems outside, and takes their answers in."""

    def __init__(self, records: Records, sentences: Sentences, connections: Connections) -> None:
        self._records = records
        self._sentences = sentences
        self._connections = connections
        #: the records of which an automatic action is being taken
        self._taking: set[tuple[str, str]] = set()
        records.automatic = self._automatic

    def is_configured(self, action: RecordAction) -> bool:
        """Whether an action has nobody to tell, or the installation says where to."""
        if action.connector is None:
            return True
        connector = self._records.release.connectors[action.connector.name]
        return not self._connections.missing(connector)

    def _automatic(
        self, unit: UnitOfWork, register: Register, row: RecordRow, cause: str
    ) -> RecordRow:
        """Take the actions the system takes when a record was written; return its last version.

        What such an action writes, and the answer to it, sets off none like it.
        """
        place = (register.id, row.key)
        if place in self._taking:
            return row
        self._taking.add(place)
        try:
            for action in register.automatic:
                if action.name != cause and self._is_due(unit, register, row, action):
                    row = self._act(unit, register, row, action)
        finally:
            self._taking.discard(place)
        return row

    def _is_due(
        self, unit: UnitOfWork, register: Register, row: RecordRow, action: RecordAction
    ) -> bool:
        allowed = action.from_ or tuple(name for name in register.states if name != action.to)
        if row.state not in allowed or not self.is_configured(action):
            return False
        asked = {"automatic": action.automatic, "when": action.when}
        formulas = {name: one for name, one in asked.items() if one is not None}
        found = self._values(unit, SYSTEM, register, row, formulas)
        return all(value is True for value in found.values())

    def _act(
        self, unit: UnitOfWork, register: Register, row: RecordRow, action: RecordAction
    ) -> RecordRow:
        data = dict(row.data)
        for path, value in self._values(unit, SYSTEM, register, row, action.set).items():
            put_at(path, value, data)
        at = self._records.now(row.jurisdiction)
        changed = self._records.change(
            unit, register, row, data, at=at, by=SYSTEM.person, state=action.to, action=action.name
        )
        self.send(unit, SYSTEM, register, changed, action)
        return changed

    def send(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        action: RecordAction,
    ) -> None:
        """Put what is told about a record into the outbox with the action that tells it.

        The other side knows a request by record, action and content, so that what it took without
        our hearing of it is not counted again when the action is repeated. The content stands
        there blinded by the key of the installation: nobody can try names and numbers on it.
        """
        told = action.connector
        if told is None:
            return
        body = with_paths({}, self._values(unit, actor, register, row, told.body))
        request = f"{register.id}/{row.key}/{action.name}/{self._blinded(register, body)}"
        payload = {
            "register": register.id,
            "key": row.key,
            "action": action.name,
            "body": unit.blobs.put(f"{register.id}:{row.key}", body),
            "request": request,
            "since": self._records.now(row.jurisdiction).isoformat(),
        }
        at = self._records.now(row.jurisdiction) + SOON
        unit.outbox.add(
            f"{request}#{row.version}", TELL, payload, at=at, jurisdiction=row.jurisdiction
        )

    def _blinded(self, register: Register, body: Mapping[str, Any]) -> str:
        return self._records.index.blind(register.id, _BODY, canonical(body).decode())[:_DIGITS]

    def ask(self, message: OutboxRow) -> bool:
        """Tell what a message says, and write into the record what came back.

        Returns False if there is no result yet, and it is to be asked again.

        Raises:
            Unavailable: nobody answered; it is tried again.
        """
        payload = message.payload
        release = self._records.release
        register = release.registers.get(payload["register"])
        action = register.actions.get(payload["action"]) if register is not None else None
        if register is None or action is None or action.connector is None:
            return True
        told = action.connector
        connector = release.connectors[told.name]
        try:
            answer = self._answer(message, connector)
            if answer is None:
                return not self._again(message, connector)
        except NotConfigured as error:
            self._failed(message, register, action, "not_configured", error)
        except Rejected as error:
            self._failed(message, register, action, "not_accepted", error)
        except Unavailable as error:
            if message.attempts < connector.attempts:
                raise
            self._failed(message, register, action, "not_answered", error)
        else:
            self._take(message, register, action, told.done, {"answer": answer}, told.merge)
        return True

    def _again(self, message: OutboxRow, connector: Connector) -> bool:
        """Let a question wait that has no result yet."""
        now = self._records.now(message.jurisdiction)
        first = datetime.fromisoformat(message.payload["since"])
        with self._records.store.write() as unit:
            return unit.outbox.later(message.id, next_question(connector, first, now))

    def _answer(self, message: OutboxRow, connector: Connector) -> Mapping[str, Any] | None:
        """What came back; None if that is no result yet."""
        with self._records.store.read() as unit:
            body = unit.blobs.get(message.payload["body"])
        answer = self._connections.ask(connector, body, message.payload["request"])
        if is_pending(self._records.release, connector, answer):
            return None
        form = self._records.release.forms.get(connector.result or "")
        if form is None:
            return {}
        known = {name: value for name, value in answer.items() if name in form.sections}
        with self._sentences.saying(), self._records.store.read() as unit:
            surroundings = Surroundings(
                names=self._records.names(unit, SYSTEM),
                lookup=self._records.lookup(unit, message.jurisdiction),
                calendar=self._records.calendar(message.jurisdiction),
                language=self._sentences.language(),
            )
            errors = form.validate(known, surroundings, Rights(edit="all"), complete=True)
        if errors:
            raise Rejected(errors[0].sentence)
        return {name: known.get(name) for name in form.sections}

    def _failed(
        self,
        message: OutboxRow,
        register: Register,
        action: RecordAction,
        code: str,
        error: Exception,
    ) -> None:
        assert action.connector is not None  # something was told
        with self._sentences.saying():
            reason = self._sentences.worded(Refused(code, why=str(error))).sentence
        found = {"reason": reason, "refused": isinstance(error, Rejected)}
        self._take(message, register, action, action.connector.failed, found)

    def _take(
        self,
        message: OutboxRow,
        register: Register,
        action: RecordAction,
        formulas: Mapping[str, Formula],
        found: Mapping[str, Any],
        merge: Mapping[str, Merge] = MappingProxyType({}),
    ) -> None:
        with self._records.store.write() as unit:
            row = unit.records.load(register.id, message.payload["key"])
            # Another worker may have taken over meanwhile: the first to write has the say.
            if not unit.outbox.done(message.id) or row is None:
                return
            data = dict(row.data)
            for path, value in self._values(unit, SYSTEM, register, row, formulas, found).items():
                put_at(path, value, data)
            for name, one in merge.items():
                data[name] = merged(data.get(name) or (), found["answer"][one.from_] or (), one)
            at = self._records.now(row.jurisdiction)
            self._records.change(
                unit, register, row, data, at=at, by=SYSTEM.person, action=action.name
            )

    def _values(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: Register,
        row: RecordRow,
        formulas: Mapping[str, Formula],
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        values = {"it": self._records.views(unit).view(register.id, row.key), **(more or {})}
        return self._records.evaluated(unit, actor, formulas, values, row.jurisdiction)


def merged(
    known: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]], merge: Merge
) -> list[dict[str, Any]]:
    """Bring rows of an answer into those of a record."""
    rows = [dict(row) for row in known]
    for one in given:
        new = {name: value for name, value in one.items() if value is not None} | dict(merge.set)
        same = (*merge.set, *merge.by)
        for row in rows:
            if all(row.get(name) == new.get(name) for name in same):
                row |= new
                break
        else:
            rows.append(new)
    return rows
