"""Cases: how one stands, what may be done and why not the rest, and doing it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from admin.api.reading import actor, body, key, version
from admin.api.schemas import COMMAND, INTERVENTION, PREVIEW, START
from admin.context import platform
from engine.services.foresight import Foreseen
from engine.services.outcome import Done


def show(uid: str) -> ResponseReturnValue:
    """How a case stands, for whoever may see it."""
    view = platform().views.view(actor(), uid, at=request.args.get("at"))
    answer = jsonify(
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
    answer.set_etag(str(view.version))
    return answer


def offers(uid: str) -> ResponseReturnValue:
    """Everything that could be done with a case, and why it cannot where it cannot."""
    at = request.args.get("at")
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
            for one in platform().offering.offers(actor(), uid, at=at)
        ]
    )


def start() -> ResponseReturnValue:
    """Start a case."""
    sent = body(START)
    done = platform().cases.start(actor(), sent["process"], sent.get("data", {}), key=key())
    answer = done_as(done)
    answer.status_code = 201
    answer.headers["Location"] = f"{request.base_url}/{done.uid}"
    return answer


def command(uid: str) -> ResponseReturnValue:
    """Take an action of the author or an operation of the engine."""
    sent = body(COMMAND)
    with version(sent) as seen:
        done = platform().operations.command(
            actor(), uid, sent["name"], sent.get("input", {}), data=sent.get("data"),
            at=sent.get("at"), version=seen, key=key(),
        )  # fmt: skip
    return done_as(done) if done is not None else Response(status=204)


def intervene(uid: str) -> ResponseReturnValue:
    """Step into a case of others."""
    sent = body(INTERVENTION)
    with version(sent) as seen:
        done = platform().interventions.do(
            actor(), uid, sent["name"], sent["input"], version=seen, key=key(), at=sent.get("at")
        )
    return done_as(done)


def foresee(uid: str) -> ResponseReturnValue:
    """What a command or an intervention would lead to; nothing is changed."""
    sent = body(PREVIEW)
    with version(sent) as seen:
        found = platform().foresight.foresee(
            actor(), uid, sent["name"], sent.get("input"), data=sent.get("data"), version=seen,
            at=sent.get("at"), stepping_in=sent.get("intervention", False),
        )  # fmt: skip
    return _told(found)


def foresee_start() -> ResponseReturnValue:
    """What starting a case would lead to; nothing is started."""
    sent = body(START)
    return _told(platform().foresight.starting(actor(), sent["process"], sent.get("data")))


def _told(found: Foreseen) -> Response:
    told = asdict(found)
    if found.ballots is not None:
        told["ballots"] = dict(zip(("given", "required"), found.ballots, strict=True))
    told["deadlines"] = [{"title": title, "by": by} for title, by in found.deadlines]
    for name in ("documents", "numbers", "systems", "others"):
        told[name] = [{"title": title, "count": count} for title, count in told[name]]
    return jsonify(told)


def incidents() -> ResponseReturnValue:
    """What stopped cases, or was not done with them, in the actor's jurisdiction."""
    return jsonify(
        [
            {
                "id": one.id,
                "case": one.uid,
                "number": one.number,
                "code": one.code,
                "reason": one.sentence,
                "opened_at": one.opened_at.isoformat(),
            }
            for one in platform().incidents.unresolved(actor())
        ]
    )


def done_as(done: Done) -> Response:
    """The answer to a command that was carried out."""
    answer = jsonify(
        {"id": done.uid, "version": done.version, "place": done.place, "status": done.status}
    )
    answer.set_etag(str(done.version))
    return answer


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/cases", view_func=start, methods=["POST"])
    interface.add_url_rule("/cases/previews", view_func=foresee_start, methods=["POST"])
    interface.add_url_rule("/incidents", view_func=incidents, methods=["GET"])
    interface.add_url_rule("/cases/<uid>", view_func=show, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/offers", view_func=offers, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/commands", view_func=command, methods=["POST"])
    interface.add_url_rule("/cases/<uid>/interventions", view_func=intervene, methods=["POST"])
    interface.add_url_rule("/cases/<uid>/previews", view_func=foresee, methods=["POST"])
