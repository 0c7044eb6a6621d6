"""Deciding: the split page, the page of one action, and one action for many cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.entry import Asked
from admin.errors import status_of
from admin.listing import asked as listed
from admin.navigation import trail_of
from admin.parked import RESTORE
from admin.places import back
from admin.portal import asking
from admin.presses import new_key, place, version
from engine.definitions.process import FOR_MANY
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, Refused, Stale
from engine.services.bulk import AT_ONCE, MOST, Foretold, Previewed
from engine.services.cases import Done
from engine.services.operations import OPERATED
from engine.services.views import CaseView, Choice

pages = Blueprint("reviewing", __name__)

#: what the page of an action sends beside what people type
_NOT_TYPED = frozenset(
    {
        "csrf_token", "version", "key", "at", "back", "confirmed", asking.FORESEE, "mode",
        "common_opinion", "people", "person", "members", "instead", "choice",
    }
)  # fmt: skip


def page(view: CaseView, choices: Sequence[Choice]) -> ResponseReturnValue:
    """The case on the left, what the person may do on the right."""
    actor = security.signed_in().actor
    return render_template(
        "portal/review.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "show"),
        trail=trail_of(view),
        content=asking.content(actor, view),
        choices=[asking.shown(actor, view, one) for one in choices if not one.operation],
        operations=asking.operations(choices),
        opinions=platform().opinions.of(actor),
        back=back(),
        key=new_key(),
    )


def ask(uid: str, action: str) -> ResponseReturnValue:
    """The page of one action: what it asks for and where it leads."""
    view, choice = _looked(uid, action)
    return _ask_page(view, choice) if choice is not None else _gone(view, action, None)


def opened(uid: str) -> CaseView:
    """The case as the reader sees it; from now on it is opened where that matters."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    if view.unseen and request.method == "GET":
        platform().cases.open(actor, uid, at=view.at)
        view = platform().views.view(actor, uid, at=place())
    return view


def _looked(uid: str, action: str) -> tuple[CaseView, Choice | None]:
    actor = security.signed_in().actor
    view = opened(uid)
    choices = platform().views.choices(actor, uid, at=view.at)
    return view, next((one for one in choices if one.name == action), None)


def _ask_page(
    view: CaseView,
    choice: Choice,
    *,
    asked: Asked | None = None,
    refusal: Refused | None = None,
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    shown = asking.shown(
        actor,
        view,
        choice,
        typed=asked.data if asked else None,
        errors=errors,
        received=asked.received if asked else None,
        wide=True,
    )
    text = render_template(
        "portal/act.html",
        view=view,
        title=asking.title_of(choice),
        trail=trail_of(view),
        choice=shown,
        hint=asking.hint_of(choice),
        problem=refusal.sentence if refusal is not None and not errors else None,
        opinions=platform().opinions.of(actor),
        back=back(),
        key=new_key(),
    )
    return make_response(text, status_of(refusal) if refusal else 200)


def _why_not(view: CaseView, action: str) -> Refused | None:
    """Why an operation that the step has is not for the actor now; None: nothing more is known."""
    if action not in OPERATED:
        return None
    offers = platform().offering.offers(security.signed_in().actor, view.uid, at=view.at)
    return next((one.refusal for one in offers if one.name == action), None)


def _gone(
    view: CaseView,
    action: str,
    refusal: Refused | None,
    typed: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    """Somebody was faster, or the page was old: say so, show the way on, keep what was typed."""
    refusal = refusal or _why_not(view, action)
    text = render_template(
        "portal/stale.html",
        view=view,
        title=_("已处理") if refusal is None or isinstance(refusal, Stale) else _("不能办理"),
        sentence=refusal.sentence if refusal else _("这一步已经处理过了，或不再由您办理。"),
        typed=[value for value in (typed or {}).values() if isinstance(value, str) and value],
    )
    return make_response(text, 409)


def act(uid: str, action: str) -> ResponseReturnValue:
    """Take the action; a refusal is shown in place, with everything typed still there."""
    actor = security.signed_in().actor
    view, choice = _looked(uid, action)
    key = request.form.get("key") or None
    if choice is None:
        return _again(view, action, key)
    asked = asking.read(actor, view, choice)
    if asked.unfinished or RESTORE in request.form:
        return _ask_page(view, choice, asked=asked)
    entered = asking.entered(choice, asked)
    try:
        if asking.asks_again(choice):
            foreseen = platform().foresight.foresee(
                actor, uid, choice.name, entered, version=version(), at=view.at
            )
            return asking.confirm_page(view, choice, asked, foreseen)
        _done(view, choice, entered, key)
    except Stale as refusal:
        return _gone(view, action, refusal, asked.data)
    except Refused as refusal:
        return _ask_page(view, choice, asked=asked, refusal=refusal)
    flash(_("已{action}。", action=asking.title_of(choice)), "success")
    return redirect(back() or url_for("cases.show", uid=uid))


def _done(
    view: CaseView, choice: Choice, entered: Mapping[str, Any], key: str | None
) -> Done | None:
    actor, cases, seen = security.signed_in().actor, platform().cases, version()
    uid, at = view.uid, view.at
    if not choice.operation:
        return cases.act(actor, uid, choice.name, input=entered, version=seen, key=key, at=at)
    return platform().operations.take(
        actor, uid, choice.name, entered, version=seen, key=key, at=at
    )


def _again(view: CaseView, action: str, key: str | None) -> ResponseReturnValue:
    """A second press of the same button is answered with the first result; else it is too late."""
    actor = security.signed_in().actor
    try:
        platform().cases.act(actor, view.uid, action, version=version(), key=key, at=place())
    except Refused as refusal:
        late = refusal if isinstance(refusal, Stale) else None
        typed = {name: text for name, text in request.form.items() if name not in _NOT_TYPED}
        return _gone(view, action, late, typed)
    return redirect(back() or url_for("cases.show", uid=view.uid))


# ------------------------------------------------------------------ many at once


def bulk() -> ResponseReturnValue:
    """One action for all ticked rows: shows who can, asks once, does each, reports each."""
    actor, name = security.signed_in().actor, request.form.get("action", "")
    uids, bulk = _ticked(actor), platform().bulk
    if not uids:
        flash(_("请先勾选要办理的行。"), "warning")
        return redirect(back() or url_for("home.home"))
    looks = asking.FORESEE in request.form
    sure = request.form.get("confirmed") == "yes" and "find" not in request.form and not looks
    rows: Sequence[Previewed] = ()
    if sure and len(uids) > AT_ONCE:
        # They have been looked at: what is asked is known from the first that can be done.
        found = _first((row for uid in uids for row in bulk.preview(actor, [uid], name)), name)
    else:
        rows = bulk.preview(actor, uids, name)
        found = _first(rows, name)
    if found is None:
        return _bulk_page(rows or bulk.preview(actor, uids, name), None, None)
    view, choice = found
    asked = asking.read(actor, view, choice)
    entered = asking.entered(choice, asked)
    try:
        if looks and not asked.unfinished:
            foretold = bulk.foretell(actor, uids, name, entered)
            return _bulk_page(rows, view, choice, asked, foretold=foretold)
        if asked.unfinished or not sure:
            bulk.demand(actor, uids, name)
            return _bulk_page(rows or bulk.preview(actor, uids, name), view, choice, asked)
        key = request.form.get("key") or new_key()
        if len(uids) > AT_ONCE:
            # The page would have to wait for too long.
            title = choice.title or choice.name
            job = bulk.begin(actor, uids, name, entered, title=title, key=key)
            return redirect(url_for("jobs.show", job=job, back=back()))
        results = bulk.run(actor, uids, name, entered, key=key)
    except Refused as refusal:
        rows = rows or bulk.preview(actor, uids, name)
        return _bulk_page(rows, view, choice, asked, refusal)
    return render_template(
        "portal/bulk_result.html",
        title=asking.title_of(choice),
        rows={row.uid: row for row in rows},
        results=results,
        href=lambda uid: url_for("cases.show", uid=uid),
        back=back(),
    )


def _ticked(actor: Actor) -> list[str]:
    """The rows that are ticked, with those of the other pages of the list where that is ticked."""
    if request.form.get("every") != "yes":
        return request.form.getlist("row")[:MOST]
    filters, search, _sort, _cursor = listed()
    name = filters.pop("list", "")
    filters.pop("back", None)
    return platform().lists.keys(actor, name, filters=filters, search=search)[:MOST]


def _first(rows: Iterable[Previewed], action: str) -> tuple[CaseView, Choice] | None:
    """The first of the cases on which the action can be taken, and that action there."""
    actor = security.signed_in().actor
    for row in rows:
        if row.sentence is not None:
            continue
        view = platform().views.view(actor, row.uid)
        for choice in platform().views.choices(actor, row.uid):
            many = choice.name in FOR_MANY if choice.operation else choice.bulk
            if choice.name == action and many and choice.allowed:
                return view, choice
    return None


def _bulk_page(
    rows: Sequence[Previewed],
    first: CaseView | None,
    choice: Choice | None,
    asked: Asked | None = None,
    refusal: Refused | None = None,
    *,
    foretold: Foretold | None = None,
) -> ResponseReturnValue:
    actor = security.signed_in().actor
    errors = refusal.errors if isinstance(refusal, InvalidSubmission) else ()
    shown = None
    if first is not None and choice is not None:
        shown = asking.shown(
            actor,
            first,
            choice,
            typed=asked.data or None if asked is not None else None,
            errors=errors,
            received=asked.received if asked is not None else None,
            wide=True,
        )
    title = asking.title_of(choice) if choice is not None else ""
    text = render_template(
        "portal/bulk.html",
        title=_("批量{action}", action=title) if title else _("批量办理"),
        rows=rows,
        foretold=foretold,
        choice=shown,
        hint=asking.hint_of(choice) if choice is not None else "",
        problem=refusal.sentence if refusal is not None and not errors else None,
        opinions=platform().opinions.of(actor),
        back=back(),
        key=new_key(),
    )
    status = status_of(refusal) if refusal else 200
    return make_response(text, status if shown is not None else 409)


pages.add_url_rule("/cases/<uid>/actions/<action>", view_func=ask, methods=["GET"])
pages.add_url_rule("/cases/<uid>/actions/<action>", view_func=act, methods=["POST"])
pages.add_url_rule("/bulk", view_func=bulk, methods=["POST"])
