"""Cases: how one stands, what may be done and why not the rest, and doing it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from admin import security
from admin.api.reading import body
from admin.api.schemas import COMMAND, START
from admin.context import platform
from engine.services.outcome import Done


def show(uid: str) -> ResponseReturnValue:
    """How a case stands, for whoever may see it."""
    view = platform().views.view(security.signed_in().actor, uid, at=request.args.get("at"))
    return jsonify(
        {
            "id": view.uid,
            "process": view.process,
            "title": view.title,
            "number": view.number,
            "version": view.version,
            "status": view.status,
            "status_title": view.status_title,
            "place": view.place,
            "step": view.step,
            "organisation": view.organisation,
            "started_at": view.started_at.isoformat(),
            "arrived_at": view.arrived_at.isoformat(),
            "due": view.due,
            "overdue": view.overdue,
            "closed": view.closed,
            "suspended": view.suspended,
            "branches": [
                {
                    "at": one.step,
                    "place": one.place,
                    "status_title": one.status_title,
                    "due": one.due,
                    "ended": one.ended,
                    "waits_for_you": one.waits,
                }
                for one in view.standings
            ],
        }
    )


def offers(uid: str) -> ResponseReturnValue:
    """Everything that could be done with a case, and why it cannot where it cannot."""
    actor, at = security.signed_in().actor, request.args.get("at")
    # Who may not see the case learns nothing about it.
    platform().views.view(actor, uid, at=at)
    return jsonify(
        [
            {
                "name": one.name,
                "title": one.action.title if one.action is not None else "",
                "kind": "action"
                if one.action is not None
                else "intervention"
                if one.stepping_in
                else "operation",
                "concerns_you": one.mine,
                "allowed": one.mine and one.allowed,
                "reason": one.refusal.sentence if one.refusal is not None else None,
            }
            for one in platform().offering.offers(actor, uid, at=at)
        ]
    )


def start() -> ResponseReturnValue:
    """Start a case."""
    sent = body(START)
    done = platform().cases.start(
        security.signed_in().actor, sent["process"], sent.get("data", {}), key=_key()
    )
    answer = _done(done)
    answer.status_code = 201
    answer.headers["Location"] = f"{request.base_url}/{done.uid}"
    return answer


def command(uid: str) -> ResponseReturnValue:
    """Take an action of the author or an operation of the engine."""
    sent = body(COMMAND)
    done = platform().operations.command(
        security.signed_in().actor,
        uid,
        sent["name"],
        sent.get("input", {}),
        data=sent.get("data"),
        at=sent.get("at"),
        version=sent.get("version"),
        key=_key(),
    )
    return _done(done) if done is not None else Response(status=204)


def _key() -> str | None:
    """What makes a repeated request harmless."""
    return request.headers.get("Idempotency-Key")


def _done(done: Done) -> Response:
    return jsonify(
        {"id": done.uid, "version": done.version, "place": done.place, "status": done.status}
    )


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/cases", view_func=start, methods=["POST"])
    interface.add_url_rule("/cases/<uid>", view_func=show, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/offers", view_func=offers, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/commands", view_func=command, methods=["POST"])
