"""Who may change which files of the content (CON-08).

A jurisdiction changes what it alone uses: what is named after it or its sets, and what only its own
processes are made of. What others use too needs a permission of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.closure import files_of
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, Refused
from engine.services.definitions import Definitions
from engine.services.directory import Directory

#: the permissions to write drafts, to publish, and to change what several jurisdictions use
EDIT = "edit_definitions"
PUBLISH = "publish_definitions"
SHARED = "edit_shared_definitions"

#: files that belong to whoever uses them; all others are everybody's
_OWNED = (
    "forms/",
    "definitions/processes/",
    "definitions/messages/",
    "definitions/documents/",
    "definitions/routes/",
    "definitions/rules/",
)
_SAMPLES = "examples/"


class ContentRights:
    """Decides about files of the content."""

    def __init__(self, definitions: Definitions, directory: Directory) -> None:
        self._definitions = definitions
        self._directory = directory
        self._users: tuple[str, dict[str, frozenset[str]]] = ("", {})

    def demand(self, actor: Actor, *permissions: str) -> None:
        """Refuse whoever holds none of these permissions where they act."""
        refusals = [self._directory.why_not(actor, permission) for permission in permissions]
        if all(refusals):
            raise next(refusal for refusal in refusals if refusal is not None)

    def may(self, actor: Actor, permission: str) -> bool:
        """Tell whether an actor holds a permission where they act."""
        return self._directory.has(actor, permission)

    def why_not(self, actor: Actor, path: str, permission: str = EDIT) -> Refused | None:
        """Why an actor may not change a file, or publish its change; None when they may."""
        refusal = self._directory.why_not(actor, permission)
        if refusal is not None:
            return refusal
        if self.users(path) <= {actor.jurisdiction} or self.may(actor, SHARED):
            return None
        return NotAllowed("not_your_file", path=path, permission=SHARED)

    def demand_all(self, actor: Actor, paths: Iterable[str], permission: str = EDIT) -> None:
        """Refuse if there is a file that the actor may not change."""
        for path in paths:
            refusal = self.why_not(actor, path, permission)
            if refusal is not None:
                raise refusal

    def users(self, path: str) -> frozenset[str]:
        """Return the jurisdictions that a change of a file may concern."""
        release = self._definitions.current
        known = self._known(release)
        everybody = frozenset(release.jurisdictions)
        if len(everybody) < 2:
            return everybody
        named = _named_after(release, path)
        if named:
            return named
        if path in known:
            return known[path]
        # Nobody uses a new file yet; samples are read by nobody but those who publish.
        is_new = path not in release.files
        return frozenset() if is_new or path.startswith(_SAMPLES) else everybody

    def _known(self, release: Release) -> dict[str, frozenset[str]]:
        if self._users[0] != release.hash:
            self._users = release.hash, _used_by(release)
        return self._users[1]


def _used_by(release: Release) -> dict[str, frozenset[str]]:
    """Return the files that belong to those who use them, each with who does."""
    found: dict[str, set[str]] = {}
    for name, bound in release.processes.items():
        users = {id_ for id_, place in release.jurisdictions.items() if place.runs(name)}
        for path in files_of(bound.process, release):
            found.setdefault(path, set()).update(users)
    of_registers = {f"forms/{register.form}.yaml" for register in release.registers.values()}
    return {
        path: frozenset(users)
        for path, users in found.items()
        if users and path.startswith(_OWNED) and path not in of_registers
    }


def _named_after(release: Release, path: str) -> frozenset[str]:
    """Return the jurisdictions whose name, or the name of whose set, a path begins with."""
    folder, _, rest = path.partition("/")
    if folder != "forms":
        rest = rest.partition("/")[2]
    name = rest.partition("/")[0].partition(".")[0]
    if name in release.jurisdictions:
        return frozenset({name})
    return frozenset(id_ for id_, place in release.jurisdictions.items() if name in place.sets)
