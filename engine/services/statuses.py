"""What a status is called, by whoever looks."""

from __future__ import annotations

from engine.definitions.release import Release

#: the code table of statuses
STATUSES = "statuses"


def status_title(release: Release, status: str | None, *, public: bool = False) -> str:
    """The caption of a status; the public one for the person the case is about."""
    codes = release.codes.get(STATUSES)
    code = codes.values.get(status) if codes is not None and status is not None else None
    if code is None:
        return status or ""
    return code.public if public and code.public and code.public != "keep" else code.title
