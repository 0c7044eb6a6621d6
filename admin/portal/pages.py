"""The table of contents of the portal: its subjects, each with its own addresses."""

from __future__ import annotations

from flask import Flask

from admin.portal import (
    account,
    attachments,
    cases,
    copies,
    filling,
    groups,
    handover,
    home,
    identity,
    jobs,
    lists,
    matching,
    messages,
    opinions,
    papers,
    profile,
    registration,
    reviewing,
    roles,
    staff,
    starting,
    substitutes,
    verification,
)

SUBJECTS = (
    account, identity, registration, home, profile, starting, cases, filling, reviewing, groups,
    matching, lists, messages, copies, jobs, staff, roles, handover, substitutes, opinions,
    papers, attachments, verification,
)  # fmt: skip


def install(app: Flask) -> None:
    """Register the pages."""
    for subject in SUBJECTS:
        app.register_blueprint(subject.pages)
