"""What goes in and comes out, as JSON Schema 2020-12: read by the description and the checks."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
MAYBE: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "description": "RFC 3339"}
ANYTHING: Schema = {"type": "object"}

SIGN_IN = _object(
    {"login": NAME, "password": NAME},
    {"organisation": {**TEXT, "description": "whom to act for; needed where there are several"}},
)
SESSION = _object(
    {
        "token": TEXT,
        "person": TEXT,
        "name": TEXT,
        "organisation": MAYBE,
        "organisations": {
            "type": "array",
            "items": _object({"id": TEXT, "title": TEXT, "roles": TEXT}),
        },
    }
)
CASE = _object(
    {
        "id": TEXT,
        "process": TEXT,
        "title": TEXT,
        "number": MAYBE,
        "version": {
            **COUNT,
            "description": "what a command names to act on this state",
        },
        "status": MAYBE,
        "status_title": TEXT,
        "place": {**TEXT, "description": "where it is, in words"},
        "step": TEXT,
        "organisation": MAYBE,
        "started_at": MOMENT,
        "arrived_at": MOMENT,
        "due": {**MAYBE, "description": "a day or a moment"},
        "overdue": FLAG,
        "closed": {**MAYBE, "description": "success, failure or cancelled"},
        "suspended": FLAG,
        "branches": {
            "type": "array",
            "description": "where the branches of a parallel step stand",
            "items": _object(
                {
                    "at": TEXT,
                    "place": TEXT,
                    "status_title": TEXT,
                    "due": MAYBE,
                    "ended": FLAG,
                    "waits_for_you": FLAG,
                }
            ),
        },
    }
)
OFFER = _object(
    {
        "name": TEXT,
        "title": {**TEXT, "description": "the author's caption; empty for an operation"},
        "kind": {"enum": ["action", "operation", "intervention"]},
        "concerns_you": FLAG,
        "allowed": FLAG,
        "reason": {**MAYBE, "description": "why it cannot be taken now, as a page says it"},
    }
)
OFFERS: Schema = {"type": "array", "items": OFFER}
START = _object({"process": NAME}, {"data": ANYTHING})
COMMAND = _object(
    {"name": NAME},
    {
        "at": {**TEXT, "description": "in a parallel step, the step that is meant"},
        "version": {**COUNT, "description": "refused when the case has changed since"},
        "input": {**ANYTHING, "description": "what the action or operation asks"},
        "data": {**ANYTHING, "description": "form data, where they may be edited"},
    },
)
DONE = _object({"id": TEXT, "version": COUNT, "place": TEXT, "status": MAYBE})
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "status": COUNT,
        "title": {**TEXT, "description": "a sentence, as a page shows it"},
        "code": TEXT,
        "errors": {
            "type": "array",
            "items": _object({"at": {"type": "array"}, "trail": TEXT, "title": TEXT, "code": TEXT}),
        },
    },
    "required": ["type", "status", "title"],
    "additionalProperties": False,
}
