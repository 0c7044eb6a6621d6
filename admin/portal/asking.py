"""The forms of case pages: what is shown, what is asked with an action, what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import forms
from admin.captions import _
from admin.context import platform
from admin.entry import Asked, receive, receive_all, to_fill, to_read
from admin.forms import Mode, Received
from admin.navigation import caption
from engine.definitions.process import OPTIONS
from engine.domain.actor import Actor
from engine.forms import EffectiveForm, FieldError, warnings
from engine.forms.model import Element
from engine.forms.posting import value_at
from engine.services.foresight import Foreseen
from engine.services.operations import NAMING, PEOPLE
from engine.services.panel_views import Paper
from engine.services.panels import Seats
from engine.services.views import CaseView, Choice

#: verbs that end or send back: their buttons are red
_SEVERE = frozenset({"return", "fail", "discard", "cancel"})
#: the button that shows what would happen
FORESEE = "foresee"
#: the field of the members that an action asks for
MEMBERS = "members"
#: the field of a ballot that says how it is cast
CHOICE = "choice"
#: operations on the seats of a panel
SEATS = ("decline", "replace")
#: operations that have a button on the page of a case
OPERATIONS = (
    "claim", "release", "sign", "withdraw", "extend", "transfer", "delegate", "add_signer",
    "remove_signer", "cc", "urge", *SEATS,
)  # fmt: skip
#: an action that asks for this many simple fields at most is asked in the side column
_SIDE_FIELDS = 3
_SECTIONS = frozenset({"group", "rows"})
_NARROW = frozenset({"text", "textarea", "date", "datetime", "radio", "select", "number", "yes_no"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice ready to be drawn."""

    name: str
    title: str
    allowed: bool
    sentence: str | None
    leads_to: Sequence[str]
    #: the caption of where it leads, if the author gave one
    next_title: str | None
    confirm: str | None
    severe: bool
    #: needs a page of its own
    wide: bool
    fields: Markup
    #: id of the text field that common opinions go into
    opinion_field: str | None
    #: the members of the group to choose from: key, name, ticked
    members: Sequence[tuple[str, str, bool]] = ()
    #: the voters whose seats somebody else may take: key and name
    seats: Sequence[tuple[str, str]] = ()
    #: of these: who has declined
    declined: Sequence[str] = ()
    #: who takes a seat is drawn: ``people`` are all who are left
    drawn: bool = False
    #: why must be said, though no form asks for it
    asks_reason: bool = False
    #: whom an operation may name, or who may take a seat: key and name
    people: Sequence[tuple[str, str]] = ()
    #: whether it names several of them
    several: bool = False
    #: when those added sign: word and caption
    modes: Sequence[tuple[str, str]] = ()
    #: the options of a vote without a form of its own: code and caption
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One paper of a voter."""

    uid: str
    name: str
    fields: Markup
    #: the options of a paper without a form of its own: name of the field, code and caption
    field: str = ""
    options: Sequence[tuple[str, str]] = ()
    error: str = ""
    #: the option that was chosen before
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages of a case."""

    title: str
    href: str
    current: bool = False
    count: int | None = None


def matches(view: CaseView) -> bool:
    """Whether the reader fills in a form whose rows each name several records that fit them."""
    bound = platform().release.processes.get(view.process) if view.edit else None
    form = platform().release.forms.get(bound.process.form or "") if bound is not None else None
    return form is not None and any(is_match(one) for each in form.elements for one in each.walk())


def is_match(element: Element) -> bool:
    """Whether a field of repeated rows names several records that fit its row."""
    named = element.kind == "many" and element.reference and element.where is not None
    return bool(named) and "*" in element.path


def tabs(view: CaseView, current: str) -> list[Tab]:
    """The pages of a case, those that have something to show."""
    found = [
        Tab(
            _("内容"),
            url_for(
                "cases.show", uid=view.uid, read=1 if view.may_vote else None, at=view.at or None
            ),
            current == "show",
        )
    ]
    if view.has_form:
        href = url_for("cases.files", uid=view.uid, at=view.at or None)
        found.append(Tab(_("电子档案"), href, current == "files"))
    if view.members is not None:
        href = url_for("groups.members", uid=view.uid)
        found.append(Tab(_("名单"), href, current == "members", len(view.members)))
    if matches(view):
        href = url_for("matching.show", uid=view.uid, at=view.at or None)
        found.append(Tab(_("匹配"), href, current == "matching"))
    if view.may_vote:
        found.append(
            Tab(
                _("选票"),
                url_for("groups.ballot", uid=view.uid, at=view.at or None),
                current == "ballot",
            )
        )
    if view.at_panel:
        href = url_for("groups.progress", uid=view.uid, at=view.at or None)
        found.append(Tab(_("表决进度"), href, current == "progress"))
    found.append(
        Tab(
            _("办理流程"),
            url_for("cases.course", uid=view.uid, at=view.at or None),
            current == "course",
        )
    )
    if view.documents:
        href = url_for("cases.papers", uid=view.uid)
        found.append(Tab(_("文书"), href, current == "papers", len(view.documents)))
    return found


def operation_title(name: str) -> str:
    """The caption of an operation that no author wrote."""
    return {
        "withdraw": _("撤回"),
        "claim": _("认领任务"),
        "release": _("放回任务"),
        "extend": _("修改提交截止时间"),
        "transfer": _("转办"),
        "delegate": _("委派"),
        "add_signer": _("加签"),
        "remove_signer": _("减签"),
        "sign": _("签署意见"),
        "cc": _("抄送"),
        "urge": _("催办"),
        "vote": _("投票"),
        "decline": _("谢绝"),
        "replace": _("更换投票人"),
        "add": _("加入人员"),
        "remove": _("移出人员"),
    }.get(name, name)


def hint_of(choice: Choice) -> str:
    """What follows from an operation, said before it is used."""
    if not choice.operation:
        return ""
    return {
        "claim": _("认领后由您办理，本单位其他人看得到由谁办理；可以放回。"),
        "release": _("放回后本单位有权办理的人员都可以办理。"),
        "transfer": _("转办后由这位同事办理，本单位其他人不再办理；可以再转办。"),
        "delegate": _("由这位同事代为办理并填写意见，办完后回到您这里由您确认。"),
        "add_signer": _("本单位及下级单位的人员可以在您之前或同时签署意见；在您之后的须有权办理。"),
        "remove_signer": _("所选人员不再签署意见。"),
        "sign": _("意见会写入办理流程；签署后由办理人继续办理。"),
        "cc": _("所选人员可以查看，不参与办理，并会收到消息。"),
        "urge": _("向正在办理的人员或单位发送催办消息。"),
        "vote": _("每一件投同样的票；有名单的，名单上的每一位也都相同。提交后不能更改。"),
    }.get(choice.name, "")


def intervention_titles() -> dict[str, str]:
    """What those who oversee cases may do, in the order of the buttons."""
    return {
        "reroute": _("改派"),
        "extend": _("延长期限"),
        "unclaim": _("释放认领"),
        "retry": _("重新处理"),
        "suspend": _("暂停办理"),
        "resume": _("恢复办理"),
        "replace": _("更换投票人"),
        "cancel": _("终止"),
    }


def title_of(choice: Choice) -> str:
    """The caption of a choice."""
    if choice.operation and choice.title:
        # A deadline of the whole case, by its caption.
        return _("修改{deadline}", deadline=caption(choice.title))
    return caption(choice.title) if choice.title else operation_title(choice.name)


# ------------------------------------------------------------------ reading


def content(actor: Actor, view: CaseView, mode: Mode = "read") -> Markup:
    """The form of a case, to read or for paper."""
    if not view.has_form:
        return Markup()
    with platform().views.sheets.open():
        form = platform().views.sheets.content(actor, view.uid, at=view.at)
        return to_read(form, mode=mode)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a case: what of the form it belongs to, its name, and where it is."""

    title: str
    name: str
    uid: str


def attached(actor: Actor, view: CaseView) -> list[File]:
    """The files of a case that the actor sees, in the order of its form."""
    with platform().views.sheets.open():
        form = (
            platform().views.sheets.content(actor, view.uid, at=view.at) if view.has_form else None
        )
        return [
            File(field.title, file.name, file.uid)
            for field in (form.walk() if form is not None else ())
            if not field.masked
            for file in field.attachments
        ]


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
        form = sheets.content(actor, view.uid, data, edit=view.edit, at=view.at)
        return to_fill(form, errors, received=received, url=url_for("filling.fill", uid=view.uid))


def doubts(actor: Actor, view: CaseView, data: Mapping[str, Any]) -> list[str]:
    """What should be looked at in the form of a case before it goes on, and refuses nothing."""
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.content(actor, view.uid, data, edit=view.edit, at=view.at)
        return [one.sentence for one in warnings(form)] if form is not None else []


def jumps(actor: Actor, view: CaseView) -> list[tuple[str, str]]:
    """The sections of a long form and their places on the page."""
    with platform().views.sheets.open():
        form = platform().views.sheets.content(actor, view.uid, at=view.at)
        fields = form.fields if form is not None else ()
        return [(one.title, f"{forms.ROOT}-{one.name}") for one in fields if one.kind in _SECTIONS]


def read_fill(actor: Actor, view: CaseView) -> Asked:
    """What was typed into the form of a case."""
    sheets = platform().views.sheets
    return receive(
        lambda: sheets.content(actor, view.uid, edit=view.edit, at=view.at), actor, view.uid
    )


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
        form = sheets.start(actor, process, data or None)
        return to_fill(
            form, errors, received=received, url=url_for("starting.start", process=process)
        )


def chosen_records(actor: Actor, process: str, data: Mapping[str, Any]) -> list[tuple[str, Markup]]:
    """What is known of the records picked from a table before a case begins (APP-06)."""
    found = []
    with platform().views.sheets.open():
        form = platform().views.sheets.start(actor, process, data)
        for field in form.walk() if form is not None else ():
            if field.widget == "records" and isinstance(field.value, str) and field.labels:
                known = platform().registers.form(actor, field.element.reference, field.value)
                shown = to_read(known, only=field.element.columns)
                found.append((field.labels[0], shown))
    return found


def read_start(actor: Actor, process: str) -> Asked:
    """What was typed before a case exists."""
    return receive(lambda: platform().views.sheets.start(actor, process), actor, actor.person)


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
                    page = url_for(
                        "reviewing.ask", uid=view.uid, action=choice.name, at=view.at or None
                    )
                    fields = to_fill(form, errors, received=received, root=choice.name, url=page)
    ticked = (typed or {}).get(MEMBERS) or ()
    people, seats, drawn, declined = _people(actor, view, choice)
    asks_members = choice.allowed and choice.ask is not None and choice.ask.members
    return Shown(
        members=[
            (one.uid, one.name, one.uid in ticked) for one in (view.members or ()) if asks_members
        ],
        name=choice.name,
        title=title_of(choice),
        allowed=choice.allowed,
        sentence=choice.sentence,
        leads_to=choice.leads_to,
        next_title=choice.next_title,
        confirm=choice.confirm,
        severe=choice.verb in _SEVERE,
        wide=is_wide,
        fields=fields,
        opinion_field=opinion,
        seats=seats,
        drawn=drawn,
        declined=declined,
        asks_reason=choice.operation and choice.name in SEATS,
        people=people,
        several=NAMING.get(choice.name) == PEOPLE,
        modes=modes() if choice.operation and choice.name == "add_signer" else (),
        options=_plain_options() if _is_vote(choice) and not fields else (),
    )


def _people(actor: Actor, view: CaseView, choice: Choice) -> Seats:
    """Whom an operation lets choose, and the seats it is about."""
    if not choice.operation or not choice.allowed:
        return Seats()
    if choice.name == "replace":
        search = request.values.get("search", "").strip()
        return platform().panel_views.replacements(actor, view.uid, search, at=view.at)
    return Seats(platform().operations.people(actor, view.uid, choice.name, at=view.at))


def _asked(
    actor: Actor, view: CaseView, choice: Choice, typed: Mapping[str, Any] | None
) -> EffectiveForm | None:
    if _is_vote(choice):
        # The same said on every paper: each looks like the first.
        papers = platform().cases.papers(actor, view.uid, at=view.at)
        first = papers[0] if papers else ""
        return platform().views.sheets.ballot(actor, view.uid, first, typed, at=view.at)
    if choice.operation:
        return platform().views.sheets.operation(actor, view.uid, choice.name, typed, at=view.at)
    return platform().views.sheets.ask(actor, view.uid, choice.name, typed, at=view.at)


def modes() -> list[tuple[str, str]]:
    """When somebody added to a task signs."""
    return [
        ("before", _("在我之前签署（前加签）")),
        ("parallel", _("与我同时签署（并加签）")),
        ("after", _("在我之后办理（后加签）")),
    ]


def chosen_people(operation: str) -> dict[str, Any]:
    """The people named on the page of an operation, and how they take part."""
    if operation in SEATS:
        return {name: request.form.get(name, "") for name in ("person", "reason", "instead")}
    field = NAMING.get(operation)
    if field is None:
        return {}
    chosen = request.form.getlist(field)
    found: dict[str, Any] = {field: chosen if field == PEOPLE else (chosen[0] if chosen else "")}
    return {**found, "mode": request.form.get("mode", "")} if "mode" in request.form else found


def _is_vote(choice: Choice) -> bool:
    return choice.operation and choice.name == "vote"


def chosen_option(choice: Choice) -> dict[str, str]:
    """What was chosen on a ballot without a form of its own."""
    option = request.form.get("choice") if _is_vote(choice) else None
    return {"choice": option} if option else {}


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
    asked = receive(lambda: _asked(actor, view, choice, None), actor, view.uid)
    if choice.ask is None or not choice.ask.members:
        return asked
    return replace(asked, data={**asked.data, MEMBERS: request.form.getlist(MEMBERS)})


def asks_again(choice: Choice) -> bool:
    """Whether an action is shown before it is done: as its author or whoever pressed wants it."""
    wanted = bool(choice.confirm) or FORESEE in request.form
    return choice.allowed and wanted and request.form.get("confirmed") != "yes"


def entered(choice: Choice, asked: Asked) -> Mapping[str, Any]:
    """Everything that was entered for an action or operation."""
    if not choice.operation:
        return asked.data
    return {**asked.data, **chosen_people(choice.name), **chosen_option(choice)}


def confirm_page(
    view: CaseView,
    choice: Choice,
    asked: Asked,
    foreseen: Foreseen,
    endpoint: str = "reviewing.act",
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
        sentence=caption(choice.confirm) if choice.confirm else "",
        foreseen=foreseen,
        severe=bool(choice.confirm) or choice.verb in _SEVERE,
        action=address,
        cancel=url_for("cases.show", uid=view.uid, at=view.at or None),
        fields=_along(asked, choice.name if endpoint == "filling.fill" else ""),
        changeable=True,
    )


def _along(asked: Asked, wanted: str) -> list[tuple[str, str]]:
    """The posted fields, with the files that have been stored meanwhile."""
    filed: dict[str, list[str]] = {}
    if asked.received is not None:
        for field in asked.received.form.walk():
            if field.element.files is not None and field.editable:
                value = value_at(asked.data, field.place)
                held = value if isinstance(value, list) else [value]
                filed[field.name] = [str(uid) for uid in held if uid]
    posted = [
        (name, value)
        for name, values in request.form.lists()
        if name not in ("csrf_token", "confirmed", "do", FORESEE) and name not in filed
        for value in values
    ]
    posted += [("do", wanted)] if wanted else []
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
        if one.operation and one.name.partition(":")[0] in OPERATIONS
    ]


# ------------------------------------------------------------------ papers of a panel


def papers(
    actor: Actor,
    view: CaseView,
    paper: Paper,
    asked: Mapping[str, Asked],
    errors: Sequence[FieldError],
) -> list[Line]:
    """One line for each paper of the voter; the place of an error begins with its paper."""
    sheets = platform().views.sheets
    lines = []
    with sheets.open():
        ballot = sheets.ballots(actor, view.uid, at=view.at)
        for number, (uid, name) in enumerate(paper.about):
            known = asked.get(uid)
            wrong = [
                replace(error, place=error.place[1:]) for error in errors if error.place[0] == uid
            ]
            form = ballot(uid, known.data if known else None)
            if form is None:
                field, error = f"p{number}-choice", wrong[0].sentence if wrong else ""
                chosen = str(known.data.get("choice", "")) if known else ""
                lines.append(Line(uid, name, Markup(), field, _plain_options(), error, chosen))
                continue
            fields = to_fill(
                form,
                wrong,
                received=known.received if known else None,
                root=f"p{number}",
                prefix=f"p{number}-",
            )
            lines.append(Line(uid, name, fields))
    return lines


def voting_options(actor: Actor, view: CaseView, paper: Paper) -> Sequence[tuple[str, str]]:
    """What could be chosen on all papers of a voter at once; none where there is only one."""
    if len(paper.about) <= 1:
        return ()
    sheets = platform().views.sheets
    with sheets.open():
        form = sheets.ballot(actor, view.uid, paper.about[0][0], at=view.at)
        field = form.find(CHOICE) if form is not None else None
        if form is None:
            return _plain_options()
        return [(one.value, one.label) for one in (field.options if field else None) or ()]


def fill_rest(asked: Mapping[str, Asked], choice: str) -> dict[str, Asked]:
    """The papers, with a choice on each that has none yet."""
    return {
        uid: one if one.data.get(CHOICE) else Asked({**one.data, CHOICE: choice})
        for uid, one in asked.items()
    }


def _plain_options() -> Sequence[tuple[str, str]]:
    return list(zip(OPTIONS, (_("同意"), _("不同意"), _("弃权")), strict=True))


def result_titles() -> dict[str, str]:
    """Captions of the options of a paper without a form of its own."""
    return dict(_plain_options())


def read_papers(actor: Actor, view: CaseView, paper: Paper) -> dict[str, Asked]:
    """What was entered on the papers, by what they are about."""
    sheets = platform().views.sheets

    def drawn() -> Iterator[tuple[str, EffectiveForm | None]]:
        ballot = sheets.ballots(actor, view.uid, at=view.at)
        for number, (uid, _name) in enumerate(paper.about):
            yield f"p{number}-", ballot(uid)

    def plain(number: int) -> Asked:
        choice = request.form.get(f"p{number}-choice")
        return Asked({"choice": choice} if choice else {})

    # A paper without a form of its own asks for the choice alone.
    return {
        uid: asked if asked.received is not None else plain(number)
        for number, ((uid, _name), asked) in enumerate(
            zip(paper.about, receive_all(drawn, actor, view.uid), strict=True)
        )
    }
