"""Errors as the interface tells them: problem details (RFC 9457) with the sentence of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request

from engine.domain.errors import InvalidSubmission, Refused

#: where the interface is, and what its errors are
BELOW = "/api/"
MEDIA_TYPE = "application/problem+json"


def are_asked() -> bool:
    """Whether the request is one to the interface, also where nothing is at its address."""
    return request.path.startswith(BELOW)


def problem(
    status: int, title: str, *, code: str = "", errors: Sequence[dict[str, Any]] = ()
) -> Response:
    """An error: a sentence for people, a code for programs, and what is wrong at which place."""
    told: dict[str, Any] = {"type": "about:blank", "status": status, "title": title}
    if code:
        told["code"] = code
    if errors:
        told["errors"] = list(errors)
    answer = jsonify(told)
    answer.status_code = status
    answer.mimetype = MEDIA_TYPE
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def pointer(place: Sequence[str | int]) -> str:
    """A place in what was sent as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(one).replace('~', '~0').replace('/', '~1')}" for one in place)


def refused(refusal: Refused, status: int) -> Response:
    """A refusal; ``refusal`` has its sentence already."""
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    return problem(
        status,
        refusal.sentence,
        code=refusal.code,
        errors=[
            {
                "at": list(one.place),
                "pointer": pointer(one.place),
                "trail": one.trail,
                "title": one.sentence,
                "code": one.code,
            }
            for one in errors
        ],
    )
