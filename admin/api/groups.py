"""Cases that decide others: who is on the list, and the papers of a vote.

Putting cases on the list (``add``, ``remove``) and voting (``vote``) are commands like all others.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from admin.api.reading import actor
from admin.context import platform
from engine.services.group_views import Member


def members(uid: str) -> ResponseReturnValue:
    """The cases on the list."""
    return _listed(platform().views.view(actor(), uid).members or ())


def candidates(uid: str) -> ResponseReturnValue:
    """The cases that could be put on it."""
    search = request.args.get("search", "").strip()
    return _listed(platform().group_views.candidates(actor(), uid, search))


def _listed(found: Iterable[Member]) -> ResponseReturnValue:
    return jsonify(
        [
            {"id": one.uid, "name": one.name, "number": one.number, "status": one.status}
            for one in found
        ]
    )


def ballot(uid: str) -> ResponseReturnValue:
    """What the actor votes on."""
    paper = platform().panel_views.paper(actor(), uid, at=request.args.get("at"))
    return jsonify({"papers": _about(paper.about), "cast": paper.cast, "reason": paper.sentence})


def tally(uid: str) -> ResponseReturnValue:
    """How far a vote has come; never what a ballot says."""
    found = platform().panel_views.progress(actor(), uid, at=request.args.get("at"))
    return jsonify(
        {
            "papers": _about(found.about),
            "given": found.given,
            "required": found.required,
            "turn": found.turn,
            "vacant": found.vacant,
            "secret": found.secret,
            "voters": [{"name": name, "voted": voted} for name, voted in found.voters],
        }
    )


def _about(papers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"id": uid, "name": name} for uid, name in papers]


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/cases/<uid>/members", view_func=members, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/candidates", view_func=candidates, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/ballot", view_func=ballot, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/tally", view_func=tally, methods=["GET"])
