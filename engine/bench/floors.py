"""What our step is compared with: the same rows without an engine, and a plain SpiffWorkflow.

Neither checks rights, chains hashes or seals anything; the values they write have the size of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import orm

from engine.store.database import Store
from engine.store.tables.cases import blobs, cases, journal, work_items

#: columns that a step of ours changes
CHANGED = (
    "status", "step", "stage", "organisation", "version", "state", "data_hash", "journal_seq",
    "journal_hash", "arrived_at", "updated_at",
)  # fmt: skip


class Recorded:
    """The rows our engine wrote for one case, to be written again by a floor."""

    def __init__(self, store: Store, uid: str) -> None:
        with store.engine.connect() as connection:
            row = connection.execute(sa.select(cases).where(cases.c.uid == uid)).one()
            self.case = dict(row._mapping)
            events = connection.execute(
                sa.select(journal).where(journal.c.case_id == row.id).order_by(journal.c.seq)
            )
            self.events = [dict(event._mapping) for event in events]
            items = connection.execute(sa.select(work_items).where(work_items.c.case_id == row.id))
            self.items = [dict(item._mapping) for item in items]
            found = connection.execute(sa.select(blobs))
            self.blobs = {blob.hash: dict(blob._mapping) for blob in found}

    def steps(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """For each step its event and the blob that goes with it."""
        for event in self.events[1:]:
            yield event, self.blobs.get(event["data_hash"] or "")


class CoreFloor:
    """One step: select the case, update it, insert event, blob and work item, close the last."""

    def __init__(self, store: Store, recorded: Recorded) -> None:
        self._engine = store.engine
        self._writing = store.engine.execution_options(writing=True)
        self._recorded = recorded
        self._number = 0
        self._load = sa.select(cases).where(cases.c.uid == sa.bindparam("of"))
        self._save = (
            sa.update(cases)
            .where(cases.c.id == sa.bindparam("of"), cases.c.version == sa.bindparam("at"))
            .values({name: sa.bindparam(f"new_{name}") for name in CHANGED})
        )
        self._event = sa.insert(journal)
        self._blob = sa.insert(blobs)
        self._open = sa.insert(work_items)
        self._close = (
            sa.update(work_items)
            .where(work_items.c.case_id == sa.bindparam("of"), work_items.c.state == "open")
            .values(
                state="done", closed_at=sa.bindparam("when"), closed_by=sa.bindparam("by"),
                closed_organisation=sa.bindparam("where"), action=sa.bindparam("what"),
            )
        )  # fmt: skip

    def start(self) -> str:
        """Insert a case as it is when it begins; returns its uid."""
        self._number += 1
        uid = f"FLOOR{self._number}"
        first = {**self._recorded.case, "uid": uid, "version": 1, "outcome": None}
        first |= {"closed_at": None, "number": uid}
        del first["id"]
        with self._writing.begin() as connection:
            key = connection.execute(sa.insert(cases).values(first)).inserted_primary_key
            assert key is not None
            item = {**self._recorded.items[0], "case_id": key[0], "state": "open"}
            item |= {"closed_at": None, "closed_by": None, "closed_organisation": None}
            item |= {"action": None}
            del item["id"]
            connection.execute(self._open, item)
        return uid

    def step(
        self, uid: str, seq: int, event: Mapping[str, Any], blob: Mapping[str, Any] | None
    ) -> None:
        """Write what one step of ours writes."""
        with self._writing.begin() as connection:
            row = connection.execute(self._load, {"of": uid}).one()
            changed = {f"new_{name}": row._mapping[name] for name in CHANGED}
            changed |= {"new_version": row.version + 1, "new_journal_seq": seq}
            saved = connection.execute(self._save, {"of": row.id, "at": row.version, **changed})
            assert saved.rowcount == 1
            connection.execute(self._event, {**event, "case_id": row.id, "seq": seq})
            if blob is not None:
                connection.execute(self._blob, {**blob, "hash": f"{uid}-{seq}"})
            closing = {"of": row.id, "when": event["at"], "by": event["person"]}
            closing |= {"where": event["organisation"], "what": event["kind"]}
            connection.execute(self._close, closing)
            item = {**self._recorded.items[0], "case_id": row.id, "state": "open"}
            item |= {"closed_at": None, "closed_by": None, "closed_organisation": None}
            item |= {"action": None}
            del item["id"]
            connection.execute(self._open, item)


PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://bench">
  <bpmn:process id="request" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:userTask id="fill"/><bpmn:userTask id="unit"/>
    <bpmn:userTask id="department"/><bpmn:userTask id="bureau"/>
    <bpmn:exclusiveGateway id="decided" default="passed"/>
    <bpmn:endEvent id="done"/>
    <bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="fill"/>
    <bpmn:sequenceFlow id="f1" sourceRef="fill" targetRef="unit"/>
    <bpmn:sequenceFlow id="f2" sourceRef="unit" targetRef="decided"/>
    <bpmn:sequenceFlow id="back" sourceRef="decided" targetRef="fill">
      <bpmn:conditionExpression
        xsi:type="bpmn:tFormalExpression">decision == 'return'</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="passed" sourceRef="decided" targetRef="department"/>
    <bpmn:sequenceFlow id="f3" sourceRef="department" targetRef="bureau"/>
    <bpmn:sequenceFlow id="f4" sourceRef="bureau" targetRef="done"/>
  </bpmn:process>
</bpmn:definitions>
"""


class PlainSpiff:
    """SpiffWorkflow as its documentation shows it: the whole workflow as JSON, rows by the ORM."""

    def __init__(self, store: Store, recorded: Recorded, data: Mapping[str, Any]) -> None:
        self._writing = store.engine.execution_options(writing=True)
        self._recorded = recorded
        self._data = dict(data)
        parser = BpmnParser()
        parser.add_bpmn_str(PLAIN.encode())
        self._spec = parser.get_spec("request")
        self._serializer = BpmnWorkflowSerializer()
        self._number = 0
        registry = orm.registry()

        class Case:
            pass

        class Event:
            pass

        class Blob:
            pass

        class Item:
            pass

        registry.map_imperatively(Case, cases)
        registry.map_imperatively(Event, journal)
        registry.map_imperatively(Blob, blobs)
        registry.map_imperatively(Item, work_items)
        self._classes: tuple[Any, Any, Any, Any] = (Case, Event, Blob, Item)

    def start(self) -> str:
        """Start a workflow and store it."""
        self._number += 1
        uid = f"SPIFF{self._number}"
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        case_class, _, _, _ = self._classes
        values = {**self._recorded.case, "uid": uid, "version": 1, "outcome": None}
        values |= {"closed_at": None, "number": uid}
        del values["id"]
        with orm.Session(self._writing) as session, session.begin():
            case = case_class()
            for name, value in values.items():
                setattr(case, name, value)
            case.state = self._serializer.serialize_json(workflow).encode()
            session.add(case)
            session.flush()
            self._new_item(session, case.id)
        return uid

    def step(
        self, uid: str, seq: int, event: Mapping[str, Any], blob: Mapping[str, Any] | None
    ) -> None:
        """Restore, complete the task, go on to the next, store."""
        case_class, event_class, blob_class, item_class = self._classes
        with orm.Session(self._writing) as session, session.begin():
            case = session.scalars(sa.select(case_class).where(cases.c.uid == uid)).one()
            workflow = self._serializer.deserialize_json(case.state.decode())
            task = workflow.get_next_task(state=TaskState.READY, manual=True)
            name = json.loads(event["body"])["name"]
            task.set_data(decision=name, **(self._data if name == "submit" else {}))
            task.run()
            workflow.do_engine_steps()
            case.state = self._serializer.serialize_json(workflow).encode()
            case.version += 1
            case.journal_seq = seq
            case.journal_hash = event["hash"]
            case.updated_at = event["at"]
            added = event_class()
            for key, value in {**event, "case_id": case.id, "seq": seq}.items():
                setattr(added, key, value)
            session.add(added)
            if blob is not None:
                kept = blob_class()
                for key, value in {**blob, "hash": f"{uid}-{seq}"}.items():
                    setattr(kept, key, value)
                session.add(kept)
            query = sa.select(item_class).where(
                work_items.c.case_id == case.id, work_items.c.state == "open"
            )
            for item in session.scalars(query):
                item.state = "done"
                item.closed_at = event["at"]
                item.closed_by = event["person"]
                item.closed_organisation = event["organisation"]
                item.action = event["kind"]
            self._new_item(session, case.id)

    def _new_item(self, session: orm.Session, case_id: int) -> None:
        _, _, _, item_class = self._classes
        item = item_class()
        values = {**self._recorded.items[0], "case_id": case_id, "state": "open"}
        values |= {"closed_at": None, "closed_by": None, "closed_organisation": None}
        values |= {"action": None}
        del values["id"]
        for name, value in values.items():
            setattr(item, name, value)
        session.add(item)
