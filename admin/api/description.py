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
    "Problem": schemas.PROBLEM,
}
_KEY: Described = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": schemas.NAME,
    "description": "Repeated with the same key, a request is answered with its first result.",
}
_ID: Described = {"name": "id", "in": "path", "required": True, "schema": schemas.TEXT}
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
        described["requestBody"] = {"required": True, "content": _content(sent)}
    if parameters:
        described["parameters"] = list(parameters)
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
        "/cases/{id}": {
            "get": _operation("How a case stands.", {"200": "Case"}, parameters=(_ID, _AT))
        },
        "/cases/{id}/offers": {
            "get": _operation(
                "What may be done here, and why not the rest.",
                {"200": "Offers"},
                parameters=(_ID, _AT),
            )
        },
        "/cases/{id}/commands": {
            "post": _operation(
                "Take an action of the author or an operation of the engine; 204 for claiming.",
                {"200": "Done", "204": None},
                sent="Command",
                parameters=(_ID, _KEY),
            )
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
