"""Telling systems outside about records: after the commit, once for each request.

The answer, or why there was none, is written back into the record. What is sent is kept sealed
until it has been sent, since it is mostly about a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.connectors.http import Connections, NotConfigured, Rejected, Unavailable
from engine.definitions.connector import Connector
from engine.definitions.process import Formula
from engine.definitions.register import RecordAction, Register
from engine.domain.actor import SYSTEM, Actor
from engine.domain.errors import Refused
from engine.forms.surroundings import Rights, Surroundings
from engine.runtime.run import put
from engine.services.records import Records, put_at
from engine.services.sentences import Sentences
from engine.store.chain import canonical
from engine.store.outbox import OutboxRow
from engine.store.records import RecordRow
from engine.store.unit import UnitOfWork

#: left to a worker: whoever pressed a button does not wait for a system outside
SOON = timedelta(seconds=1)
#: the kind of message in the outbox
TELL = "tell"


class Telling:
    """Sends what actions of registers have for systems outside, and takes their answers in."""

    def __init__(
        self, records: Records, sentences: Sentences, connections: Connections | None
    ) -> None:
        self._records = records
        self._sentences = sentences
        self._connections = connections

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
        our hearing of it is not counted again when the action is repeated.
        """
        told = action.connector
        if told is None:
            return
        body: dict[str, Any] = {}
        for path, value in self._values(unit, actor, register, row, told.body).items():
            body = put(body, path, value)
        request = f"{register.id}/{row.key}/{action.name}/{_hash(body)}"
        payload = {
            "register": register.id,
            "key": row.key,
            "action": action.name,
            "body": unit.blobs.put(f"{register.id}:{row.key}", body),
            "request": request,
        }
        at = self._records.now(row.jurisdiction) + SOON
        unit.outbox.add(
            f"{request}#{row.version}", TELL, payload, at=at, jurisdiction=row.jurisdiction
        )

    def ask(self, message: OutboxRow) -> None:
        """Tell what a message says, and write into the record what came back.

        Raises:
            Unavailable: nobody answered; it is tried again.
        """
        payload = message.payload
        release = self._records.release
        register = release.registers.get(payload["register"])
        action = register.actions.get(payload["action"]) if register is not None else None
        if register is None or action is None or action.connector is None:
            return
        told = action.connector
        connector = release.connectors[told.name]
        try:
            answer = self._answer(message, connector)
        except NotConfigured as error:
            self._failed(message, register, action, "not_configured", error)
        except Rejected as error:
            self._failed(message, register, action, "not_accepted", error)
        except Unavailable as error:
            if message.attempts < connector.attempts:
                raise
            self._failed(message, register, action, "not_answered", error)
        else:
            self._take(message, register, action, told.done, {"answer": answer})

    def _answer(self, message: OutboxRow, connector: Connector) -> Mapping[str, Any]:
        if self._connections is None:
            raise NotConfigured(connector.address)
        with self._records.store.read() as unit:
            body = unit.blobs.get(message.payload["body"])
        answer = self._connections.ask(connector, body, message.payload["request"])
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
    ) -> None:
        with self._records.store.write() as unit:
            row = unit.records.load(register.id, message.payload["key"])
            # Another worker may have taken over meanwhile: the first to write has the say.
            if not unit.outbox.done(message.id) or row is None:
                return
            data = dict(row.data)
            for path, value in self._values(unit, SYSTEM, register, row, formulas, found).items():
                put_at(path, value, data)
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


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()[:16]
