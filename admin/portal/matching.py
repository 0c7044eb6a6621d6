"""Many records for many rows: what each row of a form asks for, and which records fit it.

A form may hold rows that each name several records of a register that fit the row: the experts
for each need of a scheme. This page shows all its rows at once, to tick what is taken (EXP-05).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.captions import _
from admin.context import platform
from admin.errors import status_of
from admin.forms import Drawing
from admin.navigation import trail_of
from admin.portal import asking
from admin.presses import place, version
from engine.domain.errors import InvalidSubmission, NotFound, Refused, Stale
from engine.forms.effective import EffectiveField, EffectiveForm, EffectiveRow
from engine.forms.model import Place
from engine.forms.surroundings import Found

#: how many records are offered for one row
OFFERED = 200

pages = Blueprint("matching", __name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that fits a row; or was taken for it and fits no longer."""

    key: str
    name: str
    cells: Sequence[str]
    taken: bool
    fits: bool


@dataclass(frozen=True, slots=True)
class Need:
    """One row: what it asks for, as captions and texts, and the records there are for it."""

    #: the name of the field that keeps the records
    field: str
    title: str
    asks: Sequence[tuple[str, str]]
    columns: Sequence[str]
    candidates: Sequence[Candidate]

    @property
    def fitting(self) -> int:
        """How many fit."""
        return sum(one.fits for one in self.candidates)

    @property
    def taken(self) -> int:
        """How many are taken."""
        return sum(one.taken for one in self.candidates)


def show(uid: str) -> ResponseReturnValue:
    """What each row asks for, and who or what fits."""
    return _page(uid)


def _page(uid: str, refusal: Refused | None = None) -> ResponseReturnValue:
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.content(actor, uid, edit=view.edit, at=view.at)
        needs = [_need(form, *one) for one in _choices(form)] if form is not None else []
    if not needs and refusal is None and not asking.matches(view):
        raise NotFound("no_such_page")
    page = render_template(
        "portal/matching.html",
        view=view,
        title=view.title,
        tabs=asking.tabs(view, "matching"),
        trail=trail_of(view),
        needs=needs,
        version=request.form.get("version") or view.version,
        problem=refusal.sentence if refusal else None,
        errors=refusal.errors if isinstance(refusal, InvalidSubmission) else (),
        stale=isinstance(refusal, Stale),
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def take(uid: str) -> ResponseReturnValue:
    """Keep what is ticked, row by row."""
    actor = security.signed_in().actor
    view = platform().views.view(actor, uid, at=place())
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.content(actor, uid, edit=view.edit, at=view.at)
        if form is None:
            raise NotFound("no_such_page")
        chosen = {one.place: request.form.getlist(one.name) for _row, one in _choices(form)}
        data = _with(form.data, chosen)
    try:
        platform().cases.save(actor, uid, data, version=version(), at=view.at)
    except Refused as refusal:
        return _page(uid, refusal)
    flash(_("已暂存。"), "success")
    return redirect(url_for("matching.show", uid=uid, at=view.at or None))


def _choices(form: EffectiveForm) -> Iterator[tuple[EffectiveRow, EffectiveField]]:
    """The fields of rows that the reader may fill with several records, each with its row."""
    for one in form.walk():
        for row in one.rows:
            yield from (
                (row, each)
                for each in row.fields
                if asking.is_match(each.element) and each.editable
            )


def _need(form: EffectiveForm, row: EffectiveRow, one: EffectiveField) -> Need:
    lookup, drawing = form.surroundings.lookup, Drawing.reading(form)
    found = lookup.search(one.query, "", OFFERED) if one.query is not None else ()
    stored = [str(key) for key in one.value] if isinstance(one.value, list) else []
    wanted = request.form.getlist(one.name) if request.method == "POST" else stored
    # Who was taken and is not among those found is not lost when the page is sent.
    known = {each.key for each in found}
    others = [
        Found(key, lookup.label(one.element.reference, key) or key) for key in wanted
        if key not in known
    ]  # fmt: skip
    beyond = set(lookup.fitting(one.query, [each.key for each in others]) if one.query else ())
    candidates = [
        Candidate(
            each.key, each.label, each.columns or ("",) * len(one.element.columns),
            each.key in wanted, each.key in known or each.key in beyond,
        )
        for each in (*found, *others)
    ]  # fmt: skip
    return Need(
        field=one.name,
        title=row.title,
        asks=[(each.title, _joined(drawing.said(each))) for each in row.fields if each is not one],
        columns=drawing.column_titles(one),
        candidates=candidates,
    )


def _joined(texts: Sequence[str]) -> str:
    return "、".join(texts)


def _with(data: Mapping[str, Any], chosen: Mapping[Place, Sequence[str]]) -> dict[str, Any]:
    """The sections of some data that hold the rows, with what was chosen for each."""
    kept = {str(at[0]): deepcopy(data[str(at[0])]) for at in chosen}
    for at, keys in chosen.items():
        inner: Any = kept
        for part in at[:-1]:
            inner = inner[part]
        inner[at[-1]] = list(keys)
    return kept


pages.add_url_rule("/cases/<uid>/matching", view_func=show, methods=["GET"])
pages.add_url_rule("/cases/<uid>/matching", view_func=take, methods=["POST"])
