"""What goes in and comes out, as JSON Schema 2020-12: read by the description and the checks."""

from __future__ import annotations

from typing import Any

from engine.services.bulk import MOST

Schema = dict[str, Any]


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


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
        "organisations": _list(_object({"id": TEXT, "title": TEXT, "roles": TEXT})),
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
OFFERS = _list(OFFER)
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
INTERVENTION = _object(
    {"name": NAME, "input": {**ANYTHING, "description": "the reason, and what it asks for"}},
    {"at": TEXT, "version": COUNT},
)
PREVIEW = _object(
    {"name": NAME},
    {
        "at": TEXT,
        "version": COUNT,
        "input": ANYTHING,
        "data": ANYTHING,
        "intervention": {**FLAG, "description": "the name is that of an intervention"},
    },
)
COUNTED = _list(_object({"title": TEXT, "count": COUNT}))
FORESEEN = _object(
    {
        "place": {**TEXT, "description": "where the case would be, in words"},
        "status": TEXT,
        "closed": MAYBE,
        "waits": _list(
            _object({"step": TEXT, "who": TEXT, "people": COUNT, "due": MAYBE, "voting": FLAG})
        ),
        "deadlines": _list(_object({"title": TEXT, "by": TEXT})),
        "messages": _list(_object({"title": TEXT, "to": _list(TEXT), "count": COUNT})),
        "documents": COUNTED,
        "numbers": COUNTED,
        "systems": COUNTED,
        "others": COUNTED,
        "listed": {
            "type": ["integer", "null"],
            "description": "of a group whose list changes: how many cases would be on it",
        },
        "ballots": {
            "type": ["object", "null"],
            "required": ["given", "required"],
            "properties": {"given": COUNT, "required": COUNT},
            "description": "how many ballots would be in, and of how many",
        },
        "suspended": {**FLAG, "description": "nobody could act on it until it is resumed"},
        "kept_back": {
            **FLAG,
            "description": "it may complete a vote, whose result is told to nobody before",
        },
        "secret": {
            **FLAG,
            "description": "it is about a seat of a secret vote, of which nothing is told before",
        },
    }
)
DATA = _object(
    {
        "version": COUNT,
        "data": {**ANYTHING, "description": "as the reader sees it; what is hidden is left out"},
        "masked": {**_list(TEXT), "description": "JSON pointers to what is masked"},
        "editable": {**_list(TEXT), "description": "JSON pointers to what may be changed here"},
    }
)
SAVE = _object({"data": ANYTHING}, {"at": TEXT, "version": COUNT})
ATTACHMENT = _object({"id": TEXT, "name": TEXT})
UPLOAD = _object(
    {
        "file": {"type": "string", "format": "binary"},
        "field": {**NAME, "description": "where it belongs: the field of the form"},
    },
    {"case": {**TEXT, "description": "the case; none for one that is only begun with it"}},
)
LISTS = _list(_object({"name": TEXT, "title": TEXT}))
PAGE = _object(
    {
        "title": TEXT,
        "columns": _list(_object({"field": TEXT, "title": TEXT, "sortable": FLAG})),
        "filters": _list(
            _object(
                {
                    "field": TEXT,
                    "title": TEXT,
                    "options": {
                        "type": ["array", "null"],
                        "items": _object({"value": TEXT, "title": TEXT}),
                    },
                }
            )
        ),
        "rows": _list(
            _object(
                {
                    "id": {**TEXT, "description": "the case, or the key of the record"},
                    "name": TEXT,
                    "cells": {**_list(TEXT), "description": "in the order of the columns"},
                    "status": TEXT,
                    "flags": _list(TEXT),
                    "late": FLAG,
                    "on_behalf": TEXT,
                }
            )
        ),
        "total": {"type": ["integer", "null"]},
        "next_cursor": TEXT,
        "bulk": _list(_object({"name": TEXT, "title": TEXT})),
    }
)
MEMBERS = _list(_object({"id": TEXT, "name": TEXT, "number": MAYBE, "status": TEXT}))
ABOUT = _list(_object({"id": {**TEXT, "description": "empty: the case itself"}, "name": TEXT}))
BALLOT = _object(
    {
        "papers": ABOUT,
        "cast": FLAG,
        "reason": {**MAYBE, "description": "why it cannot be handed in now"},
    }
)
TALLY = _object(
    {
        "papers": ABOUT,
        "given": COUNT,
        "required": COUNT,
        "turn": TEXT,
        "vacant": COUNT,
        "secret": FLAG,
        "voters": {
            **_list(_object({"name": TEXT, "voted": FLAG})),
            "description": "empty where the vote is secret",
        },
    }
)
MANY = _object(
    {"name": NAME, "cases": {**_list(NAME), "minItems": 1, "maxItems": MOST}},
    {"input": ANYTHING, "intervention": FLAG},
)
EACH = _list(
    _object(
        {
            "id": TEXT,
            "title": TEXT,
            "number": TEXT,
            "name": TEXT,
            "reason": {**MAYBE, "description": "why it cannot be done"},
            "leads_to": TEXT,
        }
    )
)
FORETOLD = _object(
    {
        "cases": EACH,
        "of": {**COUNT, "description": "how many are meant; the first of them are tried"},
        "messages": COUNT,
        "ahead": _list(
            _object(
                {
                    "place": {**TEXT, "description": "empty where it is kept back"},
                    "closed": MAYBE,
                    "count": COUNT,
                    "examples": _list(TEXT),
                }
            )
        ),
    }
)
JOB = _object(
    {
        "id": COUNT,
        "kind": TEXT,
        "title": TEXT,
        "started_at": MOMENT,
        "finished_at": MAYBE,
        "total": COUNT,
        "done": COUNT,
        "refused": COUNT,
        "stopped": FLAG,
        "broke_off": MAYBE,
        "refusals": _list(_object({"id": TEXT, "name": TEXT, "reason": TEXT})),
    }
)
JOBS = _list(JOB)
INCIDENTS = _list(
    _object(
        {
            "id": COUNT,
            "case": TEXT,
            "number": MAYBE,
            "code": TEXT,
            "reason": {**TEXT, "description": "what was not done, and why, as a page says it"},
            "opened_at": MOMENT,
        }
    )
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
            "items": _object(
                {
                    "at": {"type": "array"},
                    "pointer": {**TEXT, "description": "the same as a JSON pointer (RFC 6901)"},
                    "trail": TEXT,
                    "title": TEXT,
                    "code": TEXT,
                }
            ),
        },
    },
    "required": ["type", "status", "title"],
    "additionalProperties": False,
}
