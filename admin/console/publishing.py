"""The gate: what a draft has to pass before it is in force, and the second person (CON-07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import security
from admin.captions import _
from admin.console.base import Page, expose
from admin.context import platform
from admin.drawings import drawing
from admin.errors import status_of
from admin.presses import new_key
from engine.definitions.bpmn import picture
from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.drafts import Checked, FileDifference
from engine.services.rehearsal import SampleDifference
from engine.services.versions import Version

#: so many problems of a file are shown at once
FIRST = 3


@dataclass(frozen=True, slots=True)
class FileErrors:
    """What is wrong with one file: the first few problems, and the rest."""

    path: str
    is_changed: bool
    count: int
    first: Sequence[Any]
    rest: Sequence[Any]


class PublishPage(Page):
    """Check, replay, publish."""

    def __init__(self) -> None:
        """Put the page at ``/console/publish``."""
        super().__init__(name="publish", endpoint="publish", url="/console/publish")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Drafts are chosen in the studio."""
        return redirect(self.get_url("studio.index"))

    @expose("/<int:draft>")
    def gate(self, draft: int) -> ResponseReturnValue:
        """What the draft changes, what the check and the sample cases say, and the button."""
        return self._page(draft)

    @expose("/<int:draft>/replay", methods=("POST",))
    def replay(self, draft: int) -> ResponseReturnValue:
        """Ask for the replay of all sample cases; a worker takes it on."""
        try:
            platform().publishing.start_replay(security.signed_in().actor, draft)
        except Refused as refusal:
            return self._page(draft, refusal), status_of(refusal)
        return redirect(self.get_url(".gate", draft=draft))

    @expose("/<int:draft>/progress")
    def progress(self, draft: int) -> ResponseReturnValue:
        """How far the replay is, for the page that waits."""
        return render_template("console/_gate.html", **self._shown(draft))

    @expose("/<int:draft>/publish", methods=("POST",))
    def publish(self, draft: int) -> ResponseReturnValue:
        """Put the draft into force, or ask somebody else to."""
        actor, form = security.signed_in().actor, request.form
        publishing = platform().publishing
        reason, override = form.get("reason", ""), form.get("override", "")
        try:
            if form.get("do") == "request":
                publishing.request(actor, draft, reason, override=override)
                flash(_("已提请发布，等待另一个人确认。"), "success")
                return redirect(self.get_url("studio.draft", draft=draft))
            version = publishing.publish(
                actor, draft, reason, override=override, tree=form.get("tree") or None
            )
        except Refused as refusal:
            if done := _done(actor, refusal):
                return self._published(done)
            return self._page(draft, refusal), status_of(refusal)
        return self._published(version)

    @expose("/<int:draft>/decide", methods=("POST",))
    def decide(self, draft: int) -> ResponseReturnValue:
        """Publish what somebody else asks for, or send it back with a reason."""
        actor, form = security.signed_in().actor, request.form
        publishing = platform().publishing
        try:
            if form.get("do") == "refuse":
                publishing.refuse(actor, draft, form.get("reason", ""))
                flash(_("已退回给编写人。"), "success")
                return redirect(self.get_url("studio.index"))
            version = publishing.approve(actor, draft, tree=form.get("tree") or None)
        except Refused as refusal:
            if done := _done(actor, refusal):
                return self._published(done)
            return self._page(draft, refusal), status_of(refusal)
        return self._published(version)

    @expose("/<int:draft>/withdraw", methods=("POST",))
    def withdraw(self, draft: int) -> ResponseReturnValue:
        """Take back the request to publish, to go on writing."""
        platform().publishing.take_back(security.signed_in().actor, draft)
        return redirect(self.get_url("studio.draft", draft=draft))

    @expose("/<int:draft>/rebase", methods=("POST",))
    def rebase(self, draft: int) -> ResponseReturnValue:
        """Bring the draft to the version in force."""
        made = platform().publishing.rebase(security.signed_in().actor, draft)
        if made.conflicts:
            flash(
                _("已移到新版本上，有 {count} 个文件需要您决定。", count=len(made.conflicts)),
                "warning",
            )
        else:
            flash(_("已移到第 {number} 版上，没有冲突。", number=made.version.number), "success")
        return redirect(self.get_url("studio.draft", draft=draft))

    # ------------------------------------------------------------ inside

    def _published(self, version: Version) -> ResponseReturnValue:
        flash(
            _("已发布为第 {number} 版。新的业务从现在起按它办理。", number=version.number),
            "success",
        )
        return redirect(self.get_url("versions.show", commit=version.commit))

    def _page(self, draft: int, refusal: Refused | None = None) -> str:
        shown = self._shown(draft)
        return render_template(
            "console/gate.html",
            title=_("检查并发布"),
            trail=[
                (_("流程和表单"), self.get_url("studio.index")),
                (shown["draft"].title or _("草稿"), self.get_url("studio.draft", draft=draft)),
                (_("检查并发布"), None),
            ],
            refusal=refusal,
            reason=request.form.get("reason", ""),
            override=request.form.get("override", ""),
            **shown,
        )

    def _shown(self, draft: int) -> dict[str, Any]:
        actor = security.signed_in().actor
        publishing = platform().publishing
        checked = publishing.check(actor, draft)
        state = publishing.replay_state(actor, draft) if not checked.errors else None
        failed = state.failed if state is not None else ()
        changes = platform().drafts.changes(actor, draft)
        return {
            "draft": platform().drafts.open(actor, draft),
            "changes": changes,
            "checked": checked,
            "wrong": _by_file(checked, changes),
            # What cannot be read is missing everywhere else: that is no second mistake.
            "unread": any(
                one.code.startswith("SRC") and one.at.file in {each.path for each in changes}
                for one in checked.errors
            ),
            "deleted": [one.path for one in changes if one.state == "deleted"],
            "state": state,
            "tick": new_key(),
            "needs_second": publishing.needs_second(actor, draft),
            "differs": _differs,
            "pictures": {one.file: _picture(one, checked.loaded) for one in failed[:1]},
        }


def _differs(what: str) -> str:
    """What of a sample case came out otherwise, in words: ``z.refuses.pass`` is why it may not."""
    words = {
        "at": _("所在环节"),
        "waits_for": _("等谁办理"),
        "status": _("状态"),
        "shown": _("发起人看到的状态"),
        "due": _("截止时间"),
        "deadlines": _("各个截止时间"),
        "closed": _("结束"),
        "flags": _("标记"),
        "data": _("填写的内容"),
        "documents": _("出具的文书"),
        "messages": _("发出的消息"),
        "lists": _("列表"),
        "incidents": _("异常"),
        "records": _("登记表的记录"),
        "opinions": _("常用意见"),
        "actions": _("可以办理的操作"),
        "refuses": _("不能办理的原因"),
        "may_add": _("可以列入名单的事项"),
        "visible": _("每个人看到的列表和操作"),
        "look": _("列表中的事项"),
        "asked": _("询问外部接口的内容"),
        "answers": _("外部接口"),
        "refused": _("被拒绝时看到的话"),
        "after the refusal": _("被拒绝以后"),
        "fast_forward": _("快进到的环节"),
    }
    parts = (what, what.partition(" ")[0], *reversed(what.split(".")))
    return next((words[part] for part in parts if part in words), _("这一步的办理"))


def _done(actor: Actor, refusal: Refused) -> Version | None:
    """What the same press, sent twice, has put into force already."""
    tree = request.form.get("tree")
    if not isinstance(refusal, NotFound) or not tree:
        return None
    newest = platform().history.versions(actor, limit=1)[0]
    mine = actor.person in (newest.person, newest.published_by)
    return newest if mine and newest.tree == tree else None


def _by_file(checked: Checked, changes: Sequence[FileDifference]) -> list[FileErrors]:
    """The errors file by file: what the draft has changed first, where their cause will be."""
    changed = {one.path for one in changes}
    found: dict[str, list[Any]] = {}
    for problem in checked.errors:
        found.setdefault(problem.at.file, []).append(problem)
    files = [
        FileErrors(path, path in changed, len(errors), errors[:FIRST], errors[FIRST:])
        for path, errors in found.items()
    ]
    return sorted(files, key=lambda one: (not one.is_changed, -one.count, one.path))


def _picture(found: SampleDifference, loaded: Any) -> Markup:
    """Where the first difference of a sample is, on the diagram."""
    bound = loaded.processes.get(found.process)
    if bound is None:
        return Markup()
    marks = picture.Marks(
        visited=found.visited,
        current=(found.at,),
        notes={found.at: _("样例在这里不符")} if found.at else {},
    )
    return drawing(bound.flow, marks)
