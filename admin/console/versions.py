"""The published versions: who put what into force, when and why; compared and restored (VER-03)."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.errors import status_of
from engine.domain.errors import Refused


class VersionsPage(Page):
    """The history of the content."""

    def __init__(self) -> None:
        """Put the page at ``/console/versions``."""
        super().__init__(name="versions", endpoint="versions", url="/console/versions")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """All versions, the newest first; or those that changed one file."""
        actor = security.signed_in().actor
        path, before = request.args.get("path") or None, request.args.get("before") or None
        found = platform().history.versions(actor, path=path, before=before)
        return render_template(
            "console/versions.html",
            title=_("历史版本"),
            trail=[(_("流程和表单"), self.get_url("studio.index")), (_("历史版本"), None)],
            versions=found,
            path=path,
            before=before,
        )

    @expose("/compare")
    def compare(self) -> ResponseReturnValue:
        """How two versions differ."""
        actor = security.signed_in().actor
        old, new = request.args.get("old", ""), request.args.get("new", "")
        history = platform().history
        return render_template(
            "console/compare.html",
            title=_("比较版本"),
            trail=[
                (_("流程和表单"), self.get_url("studio.index")),
                (_("历史版本"), self.get_url(".index")),
                (_("比较版本"), None),
            ],
            old=history.version(actor, old),
            new=history.version(actor, new),
            changes=history.compare(actor, old, new),
        )

    @expose("/<commit>/")
    def show(self, commit: str) -> ResponseReturnValue:
        """One version: what it says about itself, and what it changed."""
        return self._page(commit)

    @expose("/<commit>/file")
    def file(self, commit: str) -> ResponseReturnValue:
        """A file as it was in a version."""
        actor, path = security.signed_in().actor, request.args.get("path", "")
        files = platform().history.show(actor, commit)
        if path not in files:
            abort(404)
        return render_template(
            "console/file.html",
            title=path,
            trail=[
                (_("历史版本"), self.get_url(".index")),
                (commit[:10], self.get_url(".show", commit=commit)),
                (path, None),
            ],
            path=path,
            lines=files[path].decode("utf-8", "replace").splitlines(),
        )

    @expose("/<commit>/restore", methods=("POST",))
    def restore(self, commit: str) -> ResponseReturnValue:
        """Put an earlier version into force again, as a new one."""
        actor, form = security.signed_in().actor, request.form
        try:
            version = platform().publishing.restore(
                actor, commit, form.get("reason", ""), override=form.get("override", "")
            )
        except Refused as refusal:
            return self._page(commit, refusal), status_of(refusal)
        flash(_("已恢复，成为第 {number} 版。", number=version.number), "success")
        return redirect(self.get_url(".show", commit=version.commit))

    def _page(self, commit: str, refusal: Refused | None = None) -> str:
        actor = security.signed_in().actor
        history = platform().history
        version = history.version(actor, commit)
        changes = history.compare(actor, version.parent, version.commit) if version.parent else []
        return render_template(
            "console/version.html",
            title=_("第 {number} 版", number=version.number),
            trail=[
                (_("流程和表单"), self.get_url("studio.index")),
                (_("历史版本"), self.get_url(".index")),
                (_("第 {number} 版", number=version.number), None),
            ],
            version=version,
            current=history.versions(actor, limit=1)[0],
            changes=changes,
            refusal=refusal,
            reason=request.form.get("reason", ""),
        )
