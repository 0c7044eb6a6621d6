"""Forms on pages: drawn, and read back. Shared by the pages of cases, of records, of the profile.

One place between the services, which give effective forms, and the renderer, which draws them. A
form is looked at, laid over by what was posted, and drawn inside one reading of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from admin import forms
from admin.context import platform
from admin.forms import Received
from admin.navigation import caption, has_other_captions
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.forms import EffectiveForm, FieldError, warnings

#: stands for a file that has been read but not kept yet
_PENDING = "pending:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came back from a page: the data, and whether only a button of the form was pressed."""

    data: dict[str, Any]
    unfinished: bool = False
    received: Received | None = None


def to_fill(
    form: EffectiveForm | None,
    errors: Sequence[Any] = (),
    *,
    received: Received | None = None,
    root: str = forms.ROOT,
    prefix: str = "",
    url: str | None = None,
    only: Sequence[str] | None = None,
) -> Markup:
    """Draw a form to fill in."""
    if form is None:
        return Markup()
    form = _captioned(form)
    shown = [error for error in errors if isinstance(error, FieldError)]
    if received is not None:
        shown += received.errors
    shown += [
        one for one in warnings(form) if only is None or not one.place or one.place[0] in only
    ]
    return forms.render(
        form,
        "input",
        errors=shown,
        received=received,
        root=root,
        prefix=prefix,
        url=url,
        only=only,
        file_url=_file_url,
        template_url=_template_url,
    )


def to_read(
    form: EffectiveForm | None, only: Sequence[str] | None = None, mode: forms.Mode = "read"
) -> Markup:
    """Draw a form to read or for paper; all of it or only some top-level parts."""
    if form is None:
        return Markup()
    return forms.render(_captioned(form), mode, file_url=_file_url, only=only)


def _captioned(form: EffectiveForm) -> EffectiveForm:
    """The form with its captions as this deployment calls them, in the reader's language."""
    if not has_other_captions():
        return form
    surroundings = replace(form.surroundings, caption=caption)
    return form.form.effective(form.data, surroundings, form.rights)


def receive(
    make: Callable[[], EffectiveForm | None], actor: Actor, subject: str, prefix: str = ""
) -> Asked:
    """What was posted over a form.

    ``make`` gives the form, inside one reading; files are kept after it, since keeping writes.
    ``subject`` says what they belong to: a case, ``record:<register>/<key>``, or the actor.
    """
    (asked,) = receive_all(lambda: [(prefix, make())], actor, subject)
    return asked


def receive_all(
    make: Callable[[], Iterable[tuple[str, EffectiveForm | None]]], actor: Actor, subject: str
) -> list[Asked]:
    """What was posted over several forms, each with its prefix, that are made in one reading."""
    found: list[tuple[Received | None, list[tuple[str, str, bytes]]]] = []
    with platform().views.sheets.open():
        for prefix, form in make():
            pending: list[tuple[str, str, bytes]] = []
            received = None
            if form is not None:
                keep = partial(_keep, pending)
                received = forms.receive(form, request.form, request.files, keep, prefix=prefix)
            found.append((received, pending))
    return [_asked(received, pending, actor, subject) for received, pending in found]


def _keep(pending: list[tuple[str, str, bytes]], field: str, name: str, content: bytes) -> str:
    pending.append((field, name, content))
    return f"{_PENDING}{len(pending) - 1}"


def _asked(
    received: Received | None,
    pending: Sequence[tuple[str, str, bytes]],
    actor: Actor,
    subject: str,
) -> Asked:
    if received is None:
        return Asked({})
    if pending:
        received = _kept(received, pending, actor, subject)
    return Asked(dict(received.data), received.unfinished, received)


def _kept(
    received: Received, pending: Sequence[tuple[str, str, bytes]], actor: Actor, subject: str
) -> Received:
    """Keep the files and put their ids where they were waited for."""
    uids: dict[str, str | None] = {}
    errors = list(received.errors)
    for number, (name, file_name, content) in enumerate(pending):
        try:
            uid = platform().attachments.put(actor, subject, name, file_name, content)
        except Refused as refusal:
            uids[f"{_PENDING}{number}"] = None
            field = received.form.find(name)
            if field is not None:
                errors.append(FieldError(field.place, "rule", refusal.sentence, field.title))
        else:
            uids[f"{_PENDING}{number}"] = uid
    return replace(received, data=_settled(received.data, uids), errors=errors)


def _settled(value: Any, uids: Mapping[str, str | None]) -> Any:
    if isinstance(value, Mapping):
        return {name: _settled(item, uids) for name, item in value.items()}
    if isinstance(value, list):
        items = (_settled(item, uids) for item in value)
        return [item for item in items if item is not None]
    return uids.get(value, value) if isinstance(value, str) else value


def _template_url(name: str) -> str:
    return url_for("papers.blank", name=name)


def _file_url(uid: str) -> str:
    return url_for("attachments.get", uid=uid)


# ------------------------------------------------------------------ records of registers


def record_to_read(
    actor: Actor, register: str, key: str, only: Sequence[str] | None = None
) -> Markup:
    """A record, to read; all of it or only some top-level parts."""
    with platform().views.sheets.open():
        form = platform().registers.form(actor, register, key)
        return to_read(form, only)


def record_form(
    actor: Actor,
    register: str,
    key: str | None,
    asked: Asked | None,
    errors: Sequence[Any],
    only: Sequence[str] | None = None,
    url: str | None = None,
) -> Markup:
    """A record, to change."""
    with platform().views.sheets.open():
        data = asked.data if asked else None
        form = platform().registers.form(actor, register, key, data)
        received = asked.received if asked else None
        return to_fill(form, errors, received=received, only=only, url=url)


def to_look_at(actor: Actor, register: str, key: str) -> list[str]:
    """What should be looked at in a record as it was saved; it refused nothing."""
    with platform().views.sheets.open():
        return [one.sentence for one in warnings(platform().registers.form(actor, register, key))]


def read_record(actor: Actor, register: str, key: str | None) -> Asked:
    """What was typed into a record."""
    return receive(
        lambda: platform().registers.form(actor, register, key),
        actor,
        f"record:{register}/{key}" if key else actor.person,
    )


def record_action_form(
    actor: Actor,
    register: str,
    key: str,
    action: str,
    asked: Asked | None,
    errors: Sequence[Any],
) -> Markup:
    """What an action of a register asks for."""
    with platform().views.sheets.open():
        data = asked.data if asked else None
        form = platform().registers.action_form(actor, register, key, action, data)
        return to_fill(form, errors, received=asked.received if asked else None)


def read_record_action(actor: Actor, register: str, key: str, action: str) -> Asked:
    """What was entered with an action of a register."""
    return receive(
        lambda: platform().registers.action_form(actor, register, key, action),
        actor,
        f"record:{register}/{key}",
    )
