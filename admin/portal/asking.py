"""Forms on case pages: what is shown, what is asked with an action, what came back.

One place between the services, which give effective forms, and the renderer, which draws them. A
form is looked at, laid over by what was posted, and drawn inside one reading of the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin.captions import _
from admin.context import platform
from admin.navigation import caption
from admin.portal import forms
from admin.portal.forms import Keep, Received
from engine.domain.actor import Actor
from engine.forms import EffectiveForm, FieldError
from engine.forms.posting import Fields
from engine.services.views import CaseView, Choice, Paper

#: verbs that end or send back: their buttons are red
_SEVERE = frozenset({"return", "fail", "discard", "cancel"})
#: an action that asks for this many simple fields at most is asked in the side column
_SIDE_FIELDS = 3
_NARROW = frozenset({"text", "textarea", "date", "radio", "select", "number", "yes_no"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What came back from a page: the data, and whether only a button of the form was pressed."""

    data: dict[str, Any]
    unfinished: bool = False
    received: Received | None = None


class Prefixed:
    """The posted fields of one of several forms that are sent together."""

    def __init__(self, posted: Fields, prefix: str) -> None:
        self._posted, self._prefix = posted, prefix

    def getlist(self, key: str) -> list[str]:
        """All values of a name."""
        return self._posted.getlist(self._prefix + key)

    def __contains__(self, key: object) -> bool:
        return f"{self._prefix}{key}" in self._posted


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice ready to be drawn."""

    name: str
    title: str
    allowed: bool
    sentence: str | None
    leads_to: Sequence[str]
    confirm: str | None
    severe: bool
    #: needs a page of its own
    wide: bool
    fields: Markup
    #: id of the text field that common opinions go into
    opinion_field: str | None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One paper of a voter."""

    uid: str
    name: str
    fields: Markup


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages of a case."""

    title: str
    href: str
    current: bool = False
    count: int | None = None


def tabs(view: CaseView, current: str) -> list[Tab]:
    """The pages of a case, those that have something to show."""
    found = [
        Tab(
            _("内容"),
            url_for("cases.show", uid=view.uid, read=1 if view.may_vote else None),
            current == "show",
        )
    ]
    if view.members is not None:
        href = url_for("groups.members", uid=view.uid)
        found.append(Tab(_("名单"), href, current == "members", len(view.members)))
    if view.may_vote:
        found.append(Tab(_("选票"), url_for("groups.ballot", uid=view.uid), current == "ballot"))
    found.append(Tab(_("办理流程"), url_for("cases.course", uid=view.uid), current == "course"))
    if view.documents:
        href = url_for("cases.papers", uid=view.uid)
        found.append(Tab(_("文书"), href, current == "papers", len(view.documents)))
    return found


def operation_title(name: str) -> str:
    """The caption of an operation that no author wrote."""
    return {
        "withdraw": _("撤回"),
        "extend": _("修改提交截止时间"),
        "vote": _("投票"),
        "add": _("加入人员"),
        "remove": _("移出人员"),
    }.get(name, name)


def title_of(choice: Choice) -> str:
    """The caption of a choice."""
    return caption(choice.title) if choice.title else operation_title(choice.name)


# ------------------------------------------------------------------ reading


def content(actor: Actor, view: CaseView) -> Markup:
    """The form of a case, to read."""
    if not view.has_form:
        return Markup()
    with platform().views.sheets.open():
        form = platform().views.sheets.content(actor, view.uid)
        return _to_read(form) if form is not None else Markup()


# ------------------------------------------------------------------ filling in


def fill_form(
    actor: Actor,
    view: CaseView,
    data: Mapping[str, Any] | None,
    errors: Sequence[Any],
    received: Received | None,
) -> Markup:
    """The form of a case, to fill in."""
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.content(actor, view.uid, data, edit=view.edit)
        return to_fill(form, errors, received=received)


def read_fill(actor: Actor, view: CaseView) -> Asked:
    """What was typed into the form of a case."""
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.content(actor, view.uid, edit=view.edit)
        return read_form(form, _keeper(actor, f"case:{view.uid}"))


def start_form(
    actor: Actor,
    process: str,
    data: Mapping[str, Any] | None,
    errors: Sequence[Any],
    received: Received | None,
) -> Markup:
    """What is asked before a case exists."""
    sheets = platform().views.sheets
    with sheets.open():
        return to_fill(sheets.start(actor, process, data or None), errors, received=received)


def read_start(actor: Actor, process: str) -> Asked:
    """What was typed before a case exists."""
    sheets = platform().views.sheets
    with sheets.open():
        return read_form(sheets.start(actor, process), _keeper(actor, f"person:{actor.person}"))


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
    shown = [error for error in errors if isinstance(error, FieldError)]
    if received is not None:
        shown += received.errors
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


def _to_read(form: EffectiveForm) -> Markup:
    return forms.render(form, "read", file_url=_file_url)


def read_form(form: EffectiveForm | None, keep: Keep | None, prefix: str = "") -> Asked:
    """What was posted over a form."""
    if form is None:
        return Asked({})
    fields = Prefixed(request.form, prefix) if prefix else request.form
    received = forms.receive(form, fields, request.files, keep)
    return Asked(dict(received.data), received.unfinished, received)


def _file_url(uid: str) -> str:
    return url_for("attachments.get", uid=uid)


def _template_url(template: str) -> str:
    return url_for("papers.blank", template=template)


def _keeper(actor: Actor, subject: str) -> Keep:
    """Keeps uploaded files: encrypted, for the one they belong to."""

    def keep(field: str, name: str, content: bytes) -> str:
        return str(platform().attachments.put(actor, subject, field, name, content))

    return keep


# ------------------------------------------------------------------ records of registers


def record_to_read(
    actor: Actor, register: str, key: str, only: Sequence[str] | None = None
) -> Markup:
    """A record, to read; all of it or only some top-level parts."""
    with platform().views.sheets.open():
        form = platform().registers.form(actor, register, key)
        return forms.render(form, "read", file_url=_file_url, only=only)


def record_form(
    actor: Actor,
    register: str,
    key: str | None,
    asked: Asked | None,
    errors: Sequence[Any],
    only: Sequence[str] | None = None,
) -> Markup:
    """A record, to change."""
    with platform().views.sheets.open():
        data = asked.data if asked else None
        form = platform().registers.form(actor, register, key, data)
        received = asked.received if asked else None
        return to_fill(form, errors, received=received, only=only)


def read_record(actor: Actor, register: str, key: str | None) -> Asked:
    """What was typed into a record."""
    with platform().views.sheets.open():
        form = platform().registers.form(actor, register, key)
        return read_form(form, _keeper(actor, f"{register}:{key or actor.person}"))


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
    with platform().views.sheets.open():
        form = platform().registers.action_form(actor, register, key, action)
        return read_form(form, _keeper(actor, f"{register}:{key}"))


# ------------------------------------------------------------------ actions


def shown(
    actor: Actor,
    view: CaseView,
    choice: Choice,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Sequence[Any] = (),
    received: Received | None = None,
    wide: bool = False,
) -> Shown:
    """A choice with the fields it asks for."""
    sheets = platform().views.sheets
    fields, is_wide, opinion = Markup(), False, None
    if choice.allowed:
        with sheets.open():
            form = _asked(actor, view, choice, typed)
            if form is not None:
                is_wide = not wide and not _narrow(form)
                opinion = _opinion_field(form, choice.name)
                if not is_wide:
                    page = url_for("reviewing.ask", uid=view.uid, action=choice.name)
                    fields = to_fill(form, errors, received=received, root=choice.name, url=page)
    return Shown(
        name=choice.name,
        title=title_of(choice),
        allowed=choice.allowed,
        sentence=choice.sentence,
        leads_to=choice.leads_to,
        confirm=choice.confirm,
        severe=choice.verb in _SEVERE,
        wide=is_wide,
        fields=fields,
        opinion_field=opinion,
    )


def _asked(
    actor: Actor, view: CaseView, choice: Choice, typed: Mapping[str, Any] | None
) -> EffectiveForm | None:
    if choice.operation:
        return platform().views.sheets.operation(actor, view.uid, choice.name, typed)
    return platform().views.sheets.ask(actor, view.uid, choice.name, typed)


def _narrow(form: EffectiveForm) -> bool:
    fields = list(form.walk())
    return len(fields) <= _SIDE_FIELDS and all(field.widget in _NARROW for field in fields)


def _opinion_field(form: EffectiveForm, root: str) -> str | None:
    return next(
        (
            f"{root}-{field.name.replace('.', '-')}"
            for field in form.walk()
            if field.widget == "textarea"
        ),
        None,
    )


def read(actor: Actor, view: CaseView, choice: Choice) -> Asked:
    """What was entered with an action."""
    sheets = platform().views.sheets
    with sheets.open():
        form = _asked(actor, view, choice, None)
        return read_form(form, _keeper(actor, f"case:{view.uid}"))


def confirm_page(
    view: CaseView, choice: Choice, asked: Asked, endpoint: str = "reviewing.act"
) -> ResponseReturnValue:
    """Ask once more, as a page of its own; everything typed and uploaded goes along."""
    here = (
        {"uid": view.uid}
        if endpoint == "filling.fill"
        else {"uid": view.uid, "action": choice.name}
    )
    address = url_for(endpoint, **here)  # type: ignore[arg-type]  # only names of the route
    return render_template(
        "portal/confirm.html",
        title=title_of(choice),
        sentence=caption(choice.confirm),
        action=address,
        cancel=url_for("cases.show", uid=view.uid),
        fields=_along(asked),
    )


def _along(asked: Asked) -> list[tuple[str, str]]:
    """The posted fields, with the files that have been stored meanwhile."""
    filed: dict[str, list[str]] = {}
    if asked.received is not None:
        for field in asked.received.form.walk():
            if field.element.files is not None and field.editable:
                held = field.value if isinstance(field.value, list) else [field.value]
                filed[field.name] = [str(uid) for uid in held if uid]
    posted = [
        (name, value)
        for name, values in request.form.lists()
        if name not in ("csrf_token", "confirmed") and name not in filed
        for value in values
    ]
    return posted + [(name, uid) for name, uids in filed.items() for uid in uids]


@dataclass(frozen=True, slots=True)
class OperationLink:
    """An operation of the engine as a button, or why it cannot be done now."""

    name: str
    title: str
    allowed: bool
    sentence: str | None


def operations(choices: Sequence[Choice]) -> list[OperationLink]:
    """The operations that have a button on the page of a case."""
    return [
        OperationLink(one.name, title_of(one), one.allowed, one.sentence)
        for one in choices
        if one.operation and one.name in ("withdraw", "extend")
    ]


# ------------------------------------------------------------------ papers of a panel


def papers(
    actor: Actor,
    view: CaseView,
    paper: Paper,
    typed: Mapping[str, Any],
    errors: Sequence[Any],
) -> list[Line]:
    """One line for each paper of the voter."""
    sheets = platform().views.sheets
    missing = {error[0] for error in errors if isinstance(error, tuple)}
    lines = []
    with sheets.open():
        for number, (uid, name) in enumerate(paper.about):
            form = sheets.ballot(actor, view.uid, typed.get(uid))
            fields = to_fill(form, root=f"p{number}", prefix=f"p{number}-")
            if uid in missing:
                fields = Markup('<p class="text-danger">{}</p>').format(_("请选择。")) + fields
            lines.append(Line(uid, name, fields))
    return lines


def read_papers(actor: Actor, view: CaseView, paper: Paper) -> dict[str, Any]:
    """What was entered on the papers, by what they are about."""
    sheets = platform().views.sheets
    found = {}
    with sheets.open():
        for number, (uid, _name) in enumerate(paper.about):
            form = sheets.ballot(actor, view.uid)
            found[uid] = read_form(form, None, prefix=f"p{number}-").data
    return found
