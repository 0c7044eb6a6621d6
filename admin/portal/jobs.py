"""Long jobs that go on in the background: how far they are, and stopping them (后台任务)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import caption
from admin.places import back
from engine.services.bulk import CASES
from engine.services.jobs import Progress
from engine.services.list_jobs import RECORDS
from engine.services.migrations import MIGRATE, UNMIGRATE

pages = Blueprint("jobs", __name__)


def mine() -> ResponseReturnValue:
    """The jobs the person began last."""
    found = platform().jobs.of(security.signed_in().actor)
    return render_template(
        "portal/jobs.html", title=_("后台任务"), jobs=[(job, title_of(job)) for job in found]
    )


def show(job: int) -> ResponseReturnValue:
    """One job."""
    found = platform().jobs.progress(security.signed_in().actor, job)
    return render_template("portal/job.html", title=_("后台任务"), back=back(), **shown(found))


def progress(job: int) -> ResponseReturnValue:
    """How far it is, for the page that waits; once it has ended the whole page is fetched anew."""
    found = platform().jobs.progress(security.signed_in().actor, job)
    response = make_response(render_template("_job.html", **shown(found)))
    if not found.is_running:
        response.headers["HX-Refresh"] = "true"
    return response


def stop(job: int) -> ResponseReturnValue:
    """Let no further item be done."""
    platform().jobs.stop(security.signed_in().actor, job)
    return redirect(back() or url_for("jobs.show", job=job))


def shown(job: Progress | None) -> dict[str, Any]:
    """What the part of a page shows that tells of a job."""
    if job is None:
        return {"job": None}
    return {"job": job, "job_caption": title_of(job), "tick": uuid4().hex[:8]}


def title_of(job: Progress) -> str:
    """What a job does."""
    title = caption(job.title)
    titles = {
        RECORDS: _("全部{action}", action=title),
        CASES: _("批量{action}", action=title),
        MIGRATE: _("迁移{process}的业务", process=title),
        UNMIGRATE: _("撤销{process}的业务的迁移", process=title),
    }
    return titles.get(job.kind, title)


pages.add_url_rule("/jobs", view_func=mine)
pages.add_url_rule("/jobs/<int:job>", view_func=show)
pages.add_url_rule("/jobs/<int:job>/progress", view_func=progress)
pages.add_url_rule("/jobs/<int:job>/stop", view_func=stop, methods=["POST"])
