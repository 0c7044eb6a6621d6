"""One thing done to many cases, as a job in the background."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from admin.api.reading import actor, body, key
from admin.api.schemas import MANY
from admin.context import platform
from admin.presses import new_key
from engine.services.bulk import Previewed
from engine.services.jobs import Progress


def foresee() -> ResponseReturnValue:
    """Who can and who cannot, before; nothing is changed."""
    sent = body(MANY)
    found = platform().bulk.preview(
        actor(), sent["cases"], sent["name"], sent.get("input"),
        stepping_in=sent.get("intervention", False),
    )  # fmt: skip
    return jsonify([_each(one) for one in found])


def foretell() -> ResponseReturnValue:
    """Where it would lead: the first cases are tried and put back."""
    sent = body(MANY)
    found = platform().bulk.foretell(
        actor(), sent["cases"], sent["name"], sent.get("input"),
        stepping_in=sent.get("intervention", False),
    )  # fmt: skip
    return jsonify(
        {
            "cases": [_each(one) for one in found.rows],
            "of": found.of,
            "messages": found.messages,
            "ahead": [asdict(one) for one in found.ahead],
        }
    )


def begin() -> ResponseReturnValue:
    """Begin a job; each case is a command of its own."""
    sent = body(MANY)
    job = platform().bulk.begin(
        actor(), sent["cases"], sent["name"], sent.get("input"), title=sent["name"],
        stepping_in=sent.get("intervention", False), key=key() or new_key(),
    )  # fmt: skip
    answer = jsonify(_shown(platform().jobs.progress(actor(), job)))
    answer.status_code = 202
    answer.headers["Location"] = url_for(".job", job=job, _external=True)
    return answer


def mine() -> ResponseReturnValue:
    """The jobs that the actor began last."""
    return jsonify([_shown(one) for one in platform().jobs.of(actor())])


def show(job: int) -> ResponseReturnValue:
    """How far a job has come."""
    return jsonify(_shown(platform().jobs.progress(actor(), job)))


def stop(job: int) -> ResponseReturnValue:
    """Let no further case be done."""
    platform().jobs.stop(actor(), job)
    return Response(status=204)


def _each(one: Previewed) -> dict[str, Any]:
    return {
        "id": one.uid,
        "title": one.title,
        "number": one.number,
        "name": one.name,
        "reason": one.sentence,
        "leads_to": one.leads_to,
    }


def _shown(job: Progress) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "started_at": job.started_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at is not None else None,
        "total": job.total,
        "done": job.done,
        "refused": job.refused,
        "stopped": job.is_stopped,
        "broke_off": job.broke_off,
        "refusals": [
            {"id": one.key, "name": one.name, "reason": one.sentence} for one in job.refusals
        ],
    }


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/jobs", "jobs", mine, methods=["GET"])
    interface.add_url_rule("/jobs", "begin", begin, methods=["POST"])
    interface.add_url_rule("/jobs/previews", "foresee_many", foresee, methods=["POST"])
    interface.add_url_rule("/jobs/trials", "foretell_many", foretell, methods=["POST"])
    interface.add_url_rule("/jobs/<int:job>", "job", show, methods=["GET"])
    interface.add_url_rule("/jobs/<int:job>", "stop", stop, methods=["DELETE"])
