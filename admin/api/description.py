"""The description of the interface (OpenAPI 3.1), made from the schemas that it is checked by."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from admin.api import schemas
from admin.security import public

Described = dict[str, Any]
_SCHEMAS = {
    "SignIn": schemas.SIGN_IN,
    "Session": schemas.SESSION,
    "Case": schemas.CASE,
    "Offers": schemas.OFFERS,
    "Start": schemas.START,
    "Command": schemas.COMMAND,
    "Done": schemas.DONE,
    "Intervention": schemas.INTERVENTION,
    "Preview": schemas.PREVIEW,
    "Foreseen": schemas.FORESEEN,
    "Data": schemas.DATA,
    "Save": schemas.SAVE,
    "Upload": schemas.UPLOAD,
    "Attachment": schemas.ATTACHMENT,
    "Lists": schemas.LISTS,
    "Page": schemas.PAGE,
    "Members": schemas.MEMBERS,
    "Ballot": schemas.BALLOT,
    "Tally": schemas.TALLY,
    "Many": schemas.MANY,
    "Each": schemas.EACH,
    "Foretold": schemas.FORETOLD,
    "Job": schemas.JOB,
    "Jobs": schemas.JOBS,
    "Incidents": schemas.INCIDENTS,
    "Problem": schemas.PROBLEM,
}
_KEY: Described = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": schemas.NAME,
    "description": "Repeated with the same key, a request is answered with its first result.",
}
_ID: Described = {"name": "id", "in": "path", "required": True, "schema": schemas.TEXT}
_JOB: Described = {"name": "job", "in": "path", "required": True, "schema": schemas.COUNT}
_LIST: Described = {"name": "name", "in": "path", "required": True, "schema": schemas.TEXT}
_MATCH: Described = {
    "name": "If-Match",
    "in": "header",
    "schema": schemas.TEXT,
    "description": "The ETag of the case as it was read; 412 when it has changed since.",
}


def _asked(name: str, description: str) -> Described:
    return {"name": name, "in": "query", "schema": schemas.TEXT, "description": description}


_PAGING = (
    _asked("search", "What to look for, where the list can be searched."),
    _asked("sort", "A sortable column, with - before it for the other direction."),
    _asked("cursor", "next_cursor of the page before."),
    {
        "name": "filters",
        "in": "query",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": schemas.TEXT},
        "description": "Each filter of the page by its field.",
    },
)
_AT: Described = {
    "name": "at",
    "in": "query",
    "schema": schemas.TEXT,
    "description": "In a parallel step, the step that is meant.",
}


def _content(name: str, kind: str = "application/json") -> Described:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _operation(
    summary: str,
    answers: dict[str, str | None],
    *,
    sent: str | None = None,
    as_: str = "application/json",
    parameters: tuple[Described, ...] = (),
) -> Described:
    """One operation; every other answer is a problem."""
    responses: Described = {
        status: {"description": summary, **({"content": _content(name)} if name else {})}
        for status, name in answers.items()
    }
    responses["default"] = {
        "description": "Why it was not done; nothing has changed.",
        "content": _content("Problem", "application/problem+json"),
    }
    described: Described = {"summary": summary, "responses": responses}
    if sent:
        described["requestBody"] = {"required": True, "content": _content(sent, as_)}
    if parameters:
        described["parameters"] = list(parameters)
    return described


def _of_case(summary: str, answer: str, *parameters: Described) -> Described:
    """Reading something of a case."""
    return {"get": _operation(summary, {"200": answer}, parameters=(_ID, *parameters))}


def _doing(
    summary: str,
    sent: str,
    answers: dict[str, str | None],
    *,
    method: str = "post",
    once: tuple[Described, ...] = (_KEY,),
) -> Described:
    """Doing something to a case as it was read, once for each key."""
    parameters = (_ID, *once, _MATCH)
    return {method: _operation(summary, answers, sent=sent, parameters=parameters)}


def _file(summary: str, parameters: tuple[Described, ...]) -> Described:
    described = _operation(summary, {"200": None}, parameters=parameters)
    anything: Described = {"schema": {"type": "string", "format": "binary"}}
    described["responses"]["200"]["content"] = {"*/*": anything}
    return described


DESCRIPTION: Described = {
    "openapi": "3.1.0",
    "info": {
        "title": "Cases",
        "version": "1",
        "description": "The same services, rights and sentences as the pages.",
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{"session": []}],
    "paths": {
        "/sessions": {
            "post": {
                **_operation("Sign in.", {"201": "Session"}, sent="SignIn"),
                "security": [],
            }
        },
        "/sessions/current": {"delete": _operation("Sign out.", {"204": None})},
        "/cases": {
            "post": _operation("Start a case.", {"201": "Done"}, sent="Start", parameters=(_KEY,))
        },
        "/cases/previews": {
            "post": _operation(
                "What starting a case would lead to; nothing is started.",
                {"200": "Foreseen"},
                sent="Start",
            )
        },
        "/cases/{id}": _of_case("How a case stands.", "Case", _AT),
        "/cases/{id}/offers": _of_case(
            "What may be done here, and why not the rest.", "Offers", _AT
        ),
        "/cases/{id}/commands": _doing(
            "Take an action of the author or an operation of the engine; 204 for claiming.",
            "Command",
            {"200": "Done", "204": None},
        ),
        "/cases/{id}/interventions": _doing(
            "Step into a case of others, with a right and a reason.",
            "Intervention",
            {"200": "Done"},
        ),
        "/cases/{id}/previews": _doing(
            "What a command or intervention would lead to; nothing is changed.",
            "Preview",
            {"200": "Foreseen"},
            once=(),
        ),
        "/cases/{id}/data": {
            **_of_case("What is filled in, as the reader sees it.", "Data", _AT),
            **_doing(
                "Keep a draft: incomplete is fine, ill-typed is not.",
                "Save",
                {"200": "Done"},
                method="put",
            ),
        },
        "/cases/{id}/members": _of_case(
            "The cases on the list of a group; add and remove are commands.", "Members"
        ),
        "/cases/{id}/candidates": _of_case(
            "The cases that could be put on the list.",
            "Members",
            _asked("search", "Part of a name or number."),
        ),
        "/cases/{id}/ballot": _of_case(
            "The papers of the voter; they are handed in by the command vote.", "Ballot", _AT
        ),
        "/cases/{id}/tally": _of_case(
            "How far a vote has come; never what a ballot says.", "Tally", _AT
        ),
        "/attachments": {
            "post": _operation(
                "Keep a file for a field; its id is what the field holds.",
                {"201": "Attachment"},
                sent="Upload",
                as_="multipart/form-data",
            )
        },
        "/attachments/{id}": {
            "get": _file("A file, for whoever may see what it belongs to.", (_ID,))
        },
        "/lists": {"get": _operation("The lists that may be opened.", {"200": "Lists"})},
        "/lists/{name}": {
            "get": _operation(
                "A page of a list, as the pages show it.",
                {"200": "Page"},
                parameters=(_LIST, *_PAGING),
            )
        },
        "/jobs": {
            "get": _operation("The jobs begun last.", {"200": "Jobs"}),
            "post": _operation(
                "Do one thing to many cases in the background.",
                {"202": "Job"},
                sent="Many",
                parameters=(_KEY,),
            ),
        },
        "/incidents": {
            "get": _operation("What waits for somebody to see to it.", {"200": "Incidents"})
        },
        "/jobs/previews": {
            "post": _operation("Who can and who cannot, before.", {"200": "Each"}, sent="Many")
        },
        "/jobs/trials": {
            "post": _operation(
                "Where it would lead: the first cases are tried and put back.",
                {"200": "Foretold"},
                sent="Many",
            )
        },
        "/jobs/{job}": {
            "get": _operation("How far a job has come.", {"200": "Job"}, parameters=(_JOB,)),
            "delete": _operation("Let no further case be done.", {"204": None}, parameters=(_JOB,)),
        },
    },
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
    },
}


@public
def describe() -> ResponseReturnValue:
    """The description itself, for anybody: it says nothing about any installation."""
    return jsonify(DESCRIPTION)


def install(interface: Blueprint) -> None:
    """Put the address of the description below ``interface``."""
    interface.add_url_rule("/openapi.json", view_func=describe, methods=["GET"])
