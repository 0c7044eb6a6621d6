"""Long jobs that go on in the background: how far they are, and stopping them (后台任务)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.navigation import caption, opens
from admin.navigation import title_of as title_of_page
from admin.places import back
from admin.portal.asking import OPERATIONS, intervention_titles, operation_title
from engine.services.bulk import CASES, INTERVENTIONS
from engine.services.jobs import Progress
from engine.services.list_jobs import RECORDS
from engine.services.migrations import MIGRATE, PLAN, UNMIGRATE

pages = Blueprint("jobs", __name__)


def mine() -> ResponseReturnValue:
    """The jobs the person began last, and those of their jurisdiction if they oversee it."""
    found = platform().jobs.of(security.signed_in().actor)
    return render_template(
        "portal/jobs.html",
        title=_("后台任务"),
        trail=_trail(),
        jobs=[(job, title_of(job), _about(job)) for job in found],
    )


def show(job: int) -> ResponseReturnValue:
    """One job: how far it is, and what it has done."""
    actor = security.signed_in().actor
    found = platform().jobs.progress(actor, job)
    refused = {one.key for one in found.refusals}
    behind = platform().bulk.behind(actor, found) if found.kind in (CASES, INTERVENTIONS) else ()
    return render_template(
        "portal/job.html",
        title=_("后台任务"),
        trail=_trail(title_of(found)),
        back=back(),
        about=_about(found),
        done=[(number, _item(found, uid)) for uid, number in behind if uid not in refused],
        **shown(found),
    )


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
    refusals = [(one.name, _item(job, one.key), one.sentence) for one in job.refusals]
    return {
        "job": job, "job_caption": title_of(job), "refusals": refusals, "tick": uuid4().hex[:8],
    }  # fmt: skip


def title_of(job: Progress) -> str:
    """What a job does."""
    title = caption(job.title)
    if job.kind == INTERVENTIONS:
        title = intervention_titles().get(job.title, title)
    elif job.kind == CASES and job.title in OPERATIONS:
        title = operation_title(job.title)
    titles = {
        RECORDS: _("全部{action}", action=title),
        CASES: _("批量{action}", action=title),
        INTERVENTIONS: _("批量{action}", action=title),
        PLAN: _("计划迁移{process}的业务", process=title),
        MIGRATE: _("迁移{process}的业务", process=title),
        UNMIGRATE: _("撤销{process}的业务的迁移", process=title),
    }
    return titles.get(job.kind, title)


def _about(job: Progress) -> tuple[str, str] | None:
    """Where what a job belongs to is: a caption and the address."""
    if job.kind in (PLAN, MIGRATE, UNMIGRATE):
        plan = job.about.rpartition("/")[2]
        return _("迁移计划 {number}", number=plan), url_for("migrations.show_view", id=plan)
    if job.kind == INTERVENTIONS:
        return _("业务监控"), url_for("monitor.index_view")
    if job.kind == RECORDS:
        name = job.about.split("/", 2)[2]
        listing = platform().release.lists.get(name)
        if listing is not None:
            return caption(listing.title), url_for("lists.show", name=name)
    return None


def _item(job: Progress, key: str) -> str | None:
    """The page of what was done or refused."""
    if not key or job.kind == RECORDS:
        return None
    if job.kind == CASES:
        return url_for("cases.show", uid=key)
    return url_for("monitor.details_view", id=key)


def _trail(last: str = "") -> list[tuple[str, str | None]]:
    me = security.signed_in()
    found: list[tuple[str, str | None]] = []
    if opens(me, "page", "console"):
        found.append((title_of_page(me, "console", _("管理控制台")), url_for("console.index")))
    found.append((_("后台任务"), url_for("jobs.mine") if last else None))
    return [*found, (last, None)] if last else found


pages.add_url_rule("/jobs", view_func=mine)
pages.add_url_rule("/jobs/<int:job>", view_func=show)
pages.add_url_rule("/jobs/<int:job>/progress", view_func=progress)
pages.add_url_rule("/jobs/<int:job>/stop", view_func=stop, methods=["POST"])
