"""Asking systems outside: after the commit, once for each effect, the answer a command of its own.

What is sent is kept sealed until it has been sent, since it is mostly about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.connectors.http import Connections, Rejected
from engine.connectors.recorded import RecordedConnections
from engine.definitions.answers import answered_into
from engine.definitions.connector import Connector
from engine.definitions.release import Release
from engine.domain.actor import SYSTEM
from engine.domain.case import Command, DueEffect, places_of
from engine.domain.paths import with_paths
from engine.forms.surroundings import Rights
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.services.outcome import Outcome
from engine.services.pending import is_pending, next_question
from engine.store.cases import CaseRow
from engine.store.outbox import OutboxRow
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.entries import Entries

#: left to a worker: whoever pressed a button does not wait for a system outside
SOON = timedelta(seconds=1)


class Connecting:
    """Sends what processes have for systems outside, and takes their answers in."""

    def __init__(self, work: Casework, entries: Entries, connections: Connections) -> None:
        self._work = work
        self._entries = entries
        self._connections = connections
        #: whether nothing leaves the platform, as in replays
        self.is_rehearsed = isinstance(connections, RecordedConnections)

    def send(self, unit: UnitOfWork, outcome: Outcome, effect: DueEffect, now: datetime) -> None:
        """Put a request into the outbox with the command that makes it."""
        row = outcome.row
        body = with_paths({}, effect.values["set"])
        payload = {
            "uid": row.uid,
            "connector": effect.name,
            "body": unit.blobs.put(row.initiator or f"case:{row.uid}", body),
            "into": effect.values.get("into"),
            "asked": effect.key,
            "awaited": _is_awaited(outcome, effect),
            "since": now.isoformat(),
        }
        key = f"{row.uid}:{effect.key}"
        unit.outbox.add(key, "connector", payload, at=now + SOON, case=row)

    def ask(self, message: OutboxRow) -> bool:
        """Ask, and keep the answer in the case's data; False if it is to be asked again.

        What nobody needs an answer to any more is dropped, and so is an answer that comes then.

        Raises:
            Unavailable: nobody answered; it is tried again.
            NotConfigured: the installation does not say where; it is tried again.
            Rejected: the request, or the answer, will never do, or is not asked for any more.
        """
        payload = message.payload
        with self._work.store.read() as unit:
            row = unit.cases.load(payload["uid"])
            if row is None or unit.commands.seen(message.key) is not None:
                return True
            release = self._work.definitions.release_of(row.process, row.pin, unit)
            connector = release.connectors.get(payload["connector"])
            wanted = self._is_wanted(unit, message, connector, self._work.loaded(unit, row))
            body = unit.blobs.get(payload["body"]) if wanted else {}
        if not wanted:
            self._drop(message)
            return True
        if connector is None:
            # The case was moved to a version that does not ask them any more.
            raise Rejected(f"no connector {payload['connector']}")
        answer = self._connections.ask(connector, body, message.key)
        if is_pending(release, connector, answer):
            now = self._work.now(row.jurisdiction)
            again = next_question(connector, datetime.fromisoformat(payload["since"]), now)
            with self._work.store.write() as unit:
                return not unit.outbox.later(message.id, again)
        if payload["into"]:
            self._take(message, release, connector, answer)
        return True

    def _take(
        self, message: OutboxRow, release: Release, connector: Connector, answer: Mapping[str, Any]
    ) -> None:
        payload = message.payload
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, payload["uid"])
            if unit.commands.seen(message.key) is not None:
                return
            if not self._is_wanted(unit, message, connector, loaded):
                self._dropped(unit, loaded, message)
                return
            value = self._read(unit, loaded, release, connector, answer)
            into = _into(loaded, payload)
            now = self._work.now(loaded.row.jurisdiction)
            entered = {"value": value, "asked": payload["asked"]}
            command = Command(
                "result", SYSTEM.person, name=into, input=entered, at=_waiting_at(loaded, into),
            )  # fmt: skip
            done = self._work.within(unit, loaded.row.uid, command, now).done
            unit.commands.remember(message.key, loaded.row.uid, done.to_json(), now)

    def _drop(self, message: OutboxRow) -> None:
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, message.payload["uid"])
            if unit.commands.seen(message.key) is None:
                self._dropped(unit, loaded, message)

    def _dropped(self, unit: UnitOfWork, loaded: Loaded, message: OutboxRow) -> None:
        """Note in the journal that a question is not asked, or its answer not taken, any more."""
        payload, now = message.payload, self._work.now(loaded.row.jurisdiction)
        command = Command(
            "drop", SYSTEM.person, name=str(payload["into"] or ""),
            input={"asked": payload["asked"], "connector": payload["connector"]},
        )  # fmt: skip
        done = self._work.within(unit, loaded.row.uid, command, now).done
        unit.commands.remember(message.key, loaded.row.uid, done.to_json(), now)

    @staticmethod
    def _is_wanted(
        unit: UnitOfWork, message: OutboxRow, connector: Connector | None, loaded: Loaded
    ) -> bool:
        """Whether there is still a reason to ask."""
        payload = message.payload
        if payload.get("awaited") and not _is_waited_for(loaded, payload["asked"]):
            return False
        asks_again = connector is not None and connector.pending is not None
        return not asks_again or _is_needed(unit, message, loaded.row)

    def _read(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        release: Release,
        connector: Connector,
        answer: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What of an answer the process can read; its types are those of the form."""
        form = release.forms.get(connector.result or "")
        if form is None:
            return {}
        known = {name: value for name, value in answer.items() if name in form.sections}
        run = self._work.look(unit, loaded, SYSTEM)
        errors = form.validate(
            known, self._entries.surroundings(unit, run), Rights(edit="all"), complete=True
        )
        if errors:
            raise Rejected(f"answer: {errors[0].sentence}")
        return known


def _into(loaded: Loaded, payload: Mapping[str, Any]) -> str:
    """Where the version of the case puts an answer; one it was moved to may put it elsewhere."""
    process, asked, into = loaded.compiled.process, payload["asked"], str(payload["into"])
    for _, one in places_of(loaded.state):
        step = process.steps.get(one.place.step)
        if step is not None and asked.startswith(one.asking):
            return answered_into(process, step, payload["connector"], into)
    return into


def _is_awaited(outcome: Outcome, effect: DueEffect) -> bool:
    """Whether a step asks that waits for the answer."""
    step = outcome.compiled.process.steps.get(effect.key.partition(":")[0])
    wait = step.wait if step is not None else None
    return wait is not None and wait.answer is not None and wait.answer == effect.values.get("into")


def _is_waited_for(loaded: Loaded, asked: str) -> bool:
    """Whether the case is still where it waits for the answer."""
    return any(asked.startswith(one.asking) for _, one in places_of(loaded.state))


def _is_needed(unit: UnitOfWork, message: OutboxRow, row: CaseRow) -> bool:
    """Whether somebody may still need an answer: the case is open, and has not asked anew."""
    if row.closed_at is not None:
        return False
    into = message.payload["into"]
    return not any(
        other.id > message.id and other.kind == "connector" and other.payload["into"] == into
        for other, _ in unit.outbox.of(row.id)
    )


def _waiting_at(loaded: Loaded, into: str) -> str:
    """The step in a branch that waits for an answer; "" where the case itself does, or none."""
    steps = loaded.compiled.process.steps
    for at, one in places_of(loaded.state):
        step = steps.get(one.place.step)
        if at and step is not None and step.wait is not None and step.wait.answer == into:
            return step.name
    return ""
