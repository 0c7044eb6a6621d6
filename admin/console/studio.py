"""The studio: drafts of the content, its files, and the editor with what stands beside the text."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotEncoded
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Literal, cast

from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from admin import captions, entry, forms, security
from admin.captions import _
from admin.console.base import Page, expose
from admin.console.form_edits import code_edits, form_edits
from admin.console.process_edits import deadline, edits, who_kind
from admin.console.rule_edits import rule_edits
from admin.context import platform
from admin.drawings import drawing, language, sketched
from admin.errors import status_of
from engine.definitions.bpmn import EVERY_POOL, GROUPS, draw, group_of, grouped, write_bpmn
from engine.definitions.editing import Candidate, CellOutline, Question, RowOutline
from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused, Stale
from engine.services.drafts import (
    LONGEST_FILE,
    DraftView,
    FileDifference,
    OpenFile,
    differences,
)
from engine.services.studio import Editor, Imported, Item, Mark, Tried

#: how the editor marks each kind of candidate
_SHAPES = {"key": "property", "word": "enum", "name": "variable", "function": "function"}
#: what the names of the fields of a preview begin with
_PREVIEW = "preview-"
#: what the names of the values begin with that a rule table is tried with
_TRY = "try-"


@dataclass(frozen=True, slots=True)
class Kind:
    """The files of one kind in the overview."""

    title: str
    items: Sequence[Item]


class StudioPage(Page):
    """Drafts, the files of the content, and the editor."""

    def __init__(self) -> None:
        """Put the page at ``/console/studio``."""
        super().__init__(name="studio", endpoint="studio", url="/console/studio")

    # ------------------------------------------------------------ overview

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The drafts of the author, what waits for a second person, and all content (CON-02)."""
        actor = security.signed_in().actor
        search = request.args.get("search", "").strip()
        items = platform().studio.items(actor, platform().release)
        return render_template(
            "console/studio.html",
            title=_("流程和表单"),
            drafts=platform().drafts.mine(actor),
            requests=platform().publishing.requests(actor),
            kinds=_kinds(items, search),
            search=search,
            states=_states(),
            version=platform().history.versions(actor, limit=1)[0],
        )

    @expose("/begin", methods=("POST",))
    def begin(self) -> ResponseReturnValue:
        """Begin a draft, and open a file of it if one was chosen."""
        actor = security.signed_in().actor
        draft = platform().drafts.begin(actor, request.form.get("title", ""))
        path = request.form.get("path", "")
        if path:
            return redirect(self.get_url(".edit", draft=draft.id, path=path))
        return redirect(self.get_url(".draft", draft=draft.id))

    # ------------------------------------------------------------ a draft

    @expose("/<int:draft>/")
    def draft(self, draft: int) -> ResponseReturnValue:
        """The changes of a draft, and the files that may be opened."""
        actor = security.signed_in().actor
        view = platform().drafts.open(actor, draft)
        search = request.args.get("search", "").strip()
        items = platform().studio.items(actor, platform().release, draft)
        return render_template(
            "console/draft.html",
            title=view.title or _("草稿 {id}", id=view.id),
            trail=[(_("流程和表单"), self.get_url(".index")), (_("草稿"), None)],
            draft=view,
            changes=platform().drafts.changes(actor, draft),
            kinds=_kinds(items, search),
            search=search,
            states=_states(),
            folders=_folders(),
        )

    @expose("/<int:draft>/discard", methods=("POST",))
    def discard(self, draft: int) -> ResponseReturnValue:
        """Throw a draft away, once it is confirmed."""
        actor = security.signed_in().actor
        if request.form.get("confirmed") != "yes":
            view = platform().drafts.open(actor, draft)
            return render_template(
                "portal/confirm.html",
                title=_("放弃草稿"),
                sentence=_("{count} 个文件的修改将全部丢失，不能恢复。", count=view.changed),
                action=self.get_url(".discard", draft=draft),
                fields=[],
                cancel=self.get_url(".draft", draft=draft),
            )
        platform().drafts.discard(actor, draft)
        flash(_("草稿已放弃。"), "success")
        return redirect(self.get_url(".index"))

    @expose("/<int:draft>/files", methods=("POST",))
    def files(self, draft: int) -> ResponseReturnValue:
        """Add, copy, rename, delete a file, or take its changes back."""
        actor, form = security.signed_in().actor, request.form
        path, do = form.get("path", "").strip(), form.get("do", "")
        drafts = platform().drafts
        try:
            if do == "add":
                path = f"{form.get('folder', '')}{path}"
                path = path if "." in path.rpartition("/")[2] else f"{path}.yaml"
                source = form.get("source", "").strip()
                text = drafts.file(actor, draft, source).text if source else ""
                drafts.add(actor, draft, path, text)
                return redirect(self.get_url(".edit", draft=draft, path=path))
            if do == "rename":
                drafts.rename(actor, draft, path, to := form.get("to", "").strip())
                flash(_("{path} 已改名为 {to}。", path=path, to=to), "success")
            elif do == "delete":
                drafts.delete(actor, draft, path)
                flash(_("{path} 已在草稿中删除，发布后不再使用。", path=path), "success")
            elif do == "revert":
                if form.get("confirmed") != "yes":
                    return self._asked_to_revert(draft, path)
                drafts.revert(actor, draft, path)
                flash(_("{path} 的修改已取消，和当前版本一样。", path=path), "success")
        except Refused as refusal:
            flash(refusal.sentence, "danger")
        return redirect(self.get_url(".draft", draft=draft))

    def _asked_to_revert(self, draft: int, path: str) -> str:
        """What was typed is nowhere else: it is not thrown away by one press beside another."""
        return render_template(
            "portal/confirm.html",
            title=_("取消修改"),
            sentence=_("{path} 在这份草稿中的修改将丢失，不能恢复。", path=path),
            action=self.get_url(".files", draft=draft),
            fields=[("path", path), ("do", "revert")],
            severe=True,
            cancel=self.get_url(".draft", draft=draft),
        )

    @expose("/<int:draft>/bpmn", methods=("POST",))
    def bpmn(self, draft: int) -> ResponseReturnValue:
        """Take in a BPMN file, and list what was rewritten or cannot be executed."""
        actor, file = security.signed_in().actor, request.files.get("file")
        form = request.form
        process = form.get("process", "").strip()
        view = platform().drafts.open(actor, draft)
        content, name = _sent(file, "bpmn")
        try:
            imported = platform().studio.import_bpmn(
                actor, draft, content, file=name, process=process,
                pool=form.get("pool", "").strip(),
            )  # fmt: skip
        except Refused as refusal:
            flash(refusal.sentence, "danger")
            return redirect(self.get_url(".draft", draft=draft))
        marks = imported.marks
        return self._imported(
            view,
            imported,
            name,
            _("导入 BPMN"),
            before=sketched(
                content,
                [one.line for one in marks if one.severity != "error"],
                [one.line for one in marks if one.severity == "error"],
                name,
            ),
            after=self._after(actor, draft, imported),
            kept=b64encode(content).decode(),
            process=process,
        )

    def _after(self, actor: Actor, draft: int, imported: Imported) -> list[tuple[str, Markup]]:
        """Draw the processes that came of a file."""
        found = []
        for path in imported.paths:
            flow = platform().studio.open(actor, draft, path).flow
            if flow is not None:
                found.append((flow.process.title, drawing(flow)))
        return found

    @expose("/<int:draft>/dmn", methods=("POST",))
    def dmn(self, draft: int) -> ResponseReturnValue:
        """Take in a DMN file: its decisions become rule tables."""
        actor, file = security.signed_in().actor, request.files.get("file")
        view = platform().drafts.open(actor, draft)
        try:
            content, name = _sent(file, "dmn")
            imported = platform().studio.import_dmn(actor, draft, content, file=name)
        except Refused as refusal:
            flash(refusal.sentence, "danger")
            return redirect(self.get_url(".draft", draft=draft))
        return self._imported(view, imported, name, _("导入 DMN"))

    def _imported(
        self, draft: DraftView, imported: Imported, file: str, title: str, **more: Any
    ) -> ResponseReturnValue:
        groups = [
            (caption, [one for one in imported.marks if group_of(one.code) == group])
            for group in grouped(one.code for one in imported.marks)
            for caption in [getattr(GROUPS[group][0], language()) if group else ""]
        ]
        return render_template(
            "console/imported.html",
            title=title,
            trail=[
                (_("流程和表单"), self.get_url(".index")),
                (_("草稿"), self.get_url(".draft", draft=draft.id)),
                (title, None),
            ],
            draft=draft,
            imported=imported,
            groups=groups,
            file=file,
            every=EVERY_POOL,
            **more,
        )

    @expose("/<int:draft>/picture")
    def picture(self, draft: int) -> ResponseReturnValue:
        """A process of a draft as a file: BPMN 2.0 with its diagram, or the picture alone."""
        actor, path = security.signed_in().actor, request.args.get("path", "")
        flow = platform().studio.open(actor, draft, path).flow
        if flow is None:
            raise NotFound("no_such_content_file", path=path)
        name = flow.process.id.replace("/", "-")
        if request.args.get("as") == "svg":
            return _attached(draw(flow, language=language()), f"{name}.svg", "image/svg+xml")
        return _attached(write_bpmn(flow), f"{name}.bpmn", "application/xml")

    # ------------------------------------------------------------ the editor

    @expose("/<int:draft>/edit")
    def edit(self, draft: int) -> ResponseReturnValue:
        """One file: its text, and beside it what it means."""
        actor, path = security.signed_in().actor, request.args.get("path", "")
        editor = platform().studio.open(actor, draft, path)
        return self._page(editor)

    @expose("/<int:draft>/save", methods=("POST",))
    def save(self, draft: int) -> ResponseReturnValue:
        """Keep the text as typed and answer with its problems."""
        actor, form = security.signed_in().actor, request.form
        path, text = form.get("path", ""), form.get("text", "").replace("\r\n", "\n")
        wants_json = request.accept_mimetypes.best == "application/json"
        try:
            editor = platform().studio.save(actor, draft, path, text, version=_version())
        except Refused as refusal:
            # Nothing typed is lost: it comes back beside what is kept.
            editor = platform().studio.open(actor, draft, path)
            if not wants_json:
                return self._page(editor, refusal=refusal, typed=text), status_of(refusal)
            stale = isinstance(refusal, Stale)
            kept = {"version": editor.file.version, "text": editor.file.text} if stale else None
            return jsonify(sentence=refusal.sentence, kept=kept), status_of(refusal)
        if not wants_json:
            flash(_said(editor), "success")
            return redirect(self.get_url(".edit", draft=draft, path=path))
        return jsonify(
            version=editor.file.version, problems=_marks(editor.problems), sentence=_said(editor)
        )

    @expose("/<int:draft>/complete", methods=("POST",))
    def complete(self, draft: int) -> ResponseReturnValue:
        """What can be written at a place of the text."""
        form, language = request.form, captions.language()
        found = platform().studio.complete(
            security.signed_in().actor,
            draft,
            form.get("path", ""),
            form.get("text", "").replace("\r\n", "\n"),
            _number("line"),
            _number("column"),
        )
        options = [
            {
                "label": one.label,
                "insert": one.insert,
                "kind": _SHAPES[one.kind],
                "detail": " ".join(filter(None, (one.detail, _type(one, language)))),
            }
            for one in found.candidates
        ]
        return jsonify({"from": found.first, "to": found.last, "options": options})

    @expose("/<int:draft>/beside")
    def beside(self, draft: int) -> ResponseReturnValue:
        """What stands beside the text, drawn anew after the text was saved."""
        actor, path = security.signed_in().actor, request.args.get("path", "")
        editor = platform().studio.open(actor, draft, path)
        return self._beside(editor)

    @expose("/<int:draft>/apply", methods=("POST",))
    def apply(self, draft: int) -> ResponseReturnValue:
        """Make the edits a form beside the text asks for."""
        actor, form = security.signed_in().actor, request.form
        path = form.get("path", "")
        editor = platform().studio.open(actor, draft, path)
        alias = form.get("alias")
        try:
            with platform().sentences.saying():
                asked = _asked(editor, form.get("do", ""), form)
            made = platform().studio.apply(
                actor,
                draft,
                path,
                asked,
                version=_version(),
                alias=cast(Literal["here", "everywhere"], alias)
                if alias in ("here", "everywhere")
                else None,
            )
        except Refused as refusal:
            return self._answer(editor, refusal=refusal), status_of(refusal)
        if isinstance(made, Question):
            return self._answer(editor, question=made)
        return self._answer(made, applied=True)

    @expose("/<int:draft>/preview", methods=("POST",))
    def preview(self, draft: int) -> ResponseReturnValue:
        """The form tried with data that are not kept (CON-05)."""
        actor, path = security.signed_in().actor, request.args.get("path", "")
        editor = platform().studio.open(actor, draft, path)
        drawn = _preview(editor, complete="try" in request.form)
        if request.headers.get("HX-Request") == "true":
            return str(drawn)
        return self._page(editor, preview=drawn)

    # ------------------------------------------------------------ inside

    def _answer(
        self,
        editor: Editor,
        *,
        refusal: Refused | None = None,
        question: Question | None = None,
        applied: bool = False,
    ) -> str:
        if request.headers.get("HX-Request") == "true":
            return self._beside(editor, refusal=refusal, question=question, applied=applied)
        return self._page(editor, refusal=refusal, question=question)

    def _page(self, editor: Editor, **more: Any) -> str:
        path = editor.file.path
        return render_template(
            "console/edit_file.html",
            title=path.rpartition("/")[2],
            trail=[
                (_("流程和表单"), self.get_url(".index")),
                (editor.draft.title or _("草稿"), self.get_url(".draft", draft=editor.draft.id)),
                (path, None),
            ],
            **self._shown(editor, **more),
        )

    def _beside(self, editor: Editor, **more: Any) -> str:
        return render_template("console/_beside.html", **self._shown(editor, **more))

    def _shown(
        self,
        editor: Editor,
        refusal: Refused | None = None,
        question: Question | None = None,
        applied: bool = False,
        preview: Markup | None = None,
        typed: str | None = None,
    ) -> dict[str, Any]:
        places: Sequence[Any] = refusal.params.get("places", ()) if refusal is not None else ()
        return {
            "editor": editor,
            "problems": _marks(editor.problems),
            "elsewhere": _marks(editor.elsewhere)[:20],
            "said": _said(editor),
            "refusal": refusal,
            "text": editor.file.text if typed is None else typed,
            "unsaved": _unsaved(editor.file, typed),
            "most": LONGEST_FILE,
            "places": places,
            "question": question,
            "again": [
                (name, value)
                for name, value in request.form.items()
                if name not in ("csrf_token", "alias")
            ],
            "applied": applied,
            "diagram": drawing(editor.flow) if editor.flow is not None else "",
            "preview": _preview(editor) if preview is None else preview,
            "permissions": platform().release.permissions,
            "kinds": _new_fields(),
            "who_kind": who_kind,
            "deadline": deadline,
            "sample": request.args.get("sample", ""),
            "entered": _entered(),
            "tried": _tried(editor),
            "cell_problems": _cell_problems,
            "row_problems": _row_problems,
        }


def _folders() -> dict[str, str]:
    """The kinds of files in the order of the overview, by folder; the first that fits counts."""
    return {
        "definitions/processes/": _("流程"),
        "forms/": _("表单"),
        "definitions/routes/": _("审核路径表"),
        "definitions/rules/": _("规则表"),
        "definitions/lists/": _("列表"),
        "definitions/registers/": _("登记表"),
        "definitions/roles/": _("角色和菜单"),
        "definitions/codes/": _("代码表"),
        "definitions/documents/": _("文书"),
        "definitions/messages/": _("消息和提示语"),
        "definitions/jurisdictions/": _("辖区和政策"),
        "definitions/connectors/": _("外部接口"),
        "definitions/calendars/": _("工作日历"),
        "definitions/labels/": _("名称替换"),
        "examples/cases/": _("样例"),
        "examples/": _("样例数据"),
    }


def _states() -> dict[str, str]:
    """The states of files in words."""
    return {
        "published": _("已发布"),
        "added": _("草稿：新增"),
        "changed": _("草稿：已修改"),
        "deleted": _("草稿：已删除"),
        "retired": _("已停用"),
    }


def _asked(editor: Editor, do: str, posted: Mapping[str, str]) -> list[Any]:
    """The edits that were asked for, whatever kind of file it is.

    Raises:
        NotFound: nothing of the kind can be done to this file as it is.
    """
    if editor.outline is not None:
        return edits(editor.outline, do, posted)
    if editor.fields is not None:
        return form_edits(editor.fields, do, posted)
    if editor.rows is not None:
        return rule_edits(editor.rows, do, posted)
    if editor.codes is not None:
        return code_edits(editor.codes, do, posted)
    raise NotFound("edit_nothing_there", place=do)


def _entered() -> dict[str, str]:
    """What was typed to try a rule table with."""
    return {
        name.removeprefix(_TRY): value
        for name, value in request.args.items()
        if name.startswith(_TRY)
    }


def _tried(editor: Editor) -> Tried | None:
    entered = _entered()
    if not entered:
        return None
    return platform().studio.decide(security.signed_in().actor, editor, entered)


def _cell_problems(editor: Editor, cell: CellOutline | None) -> list[str]:
    """What is wrong inside a cell of a rule table."""
    return [
        one.sentence
        for one in editor.problems
        if cell is not None and cell.holds(one.line, one.column)
    ]


def _row_problems(editor: Editor, row: RowOutline) -> list[str]:
    """What is wrong with a row of a rule table, beside its cells."""
    cells = [*row.when.values(), *row.then.values()]
    return [
        one.sentence
        for one in editor.problems
        if row.lines[0] <= one.line <= row.lines[1]
        and not any(cell.holds(one.line, one.column) for cell in cells)
    ]


def _new_fields() -> dict[str, str]:
    """The kinds of fields that can be added by a form, in words."""
    return {
        "text": _("文本"),
        "long_text": _("多行文本"),
        "number": _("数字"),
        "integer": _("整数"),
        "boolean": _("是或否"),
        "date": _("日期"),
        "period": _("起止日期"),
        "choice": _("从代码表选择"),
        "files": _("附件"),
        "section": _("一组内容"),
    }


def _kinds(items: Sequence[Item], search: str) -> list[Kind]:
    left = [one for one in items if search.lower() in f"{one.title} {one.path}".lower()]
    found = []
    for folder, title in _folders().items():
        mine = [one for one in left if one.path.startswith(folder)]
        left = [one for one in left if not one.path.startswith(folder)]
        if mine:
            found.append(Kind(title, mine))
    return [*found, Kind(_("其他"), left)] if left else found


def _unsaved(file: OpenFile, typed: str | None) -> Sequence[FileDifference]:
    """How a text that could not be saved differs from the one that is kept."""
    if typed is None:
        return ()
    return differences({file.path: file.text.encode()}, {file.path: typed.encode()})


def _version() -> int:
    return _number("version")


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _type(one: Candidate, language: str) -> str:
    if one.type is None:
        return ""
    return one.type.en if language == "en" else one.type.zh


def _marks(problems: Sequence[Mark]) -> list[dict[str, Any]]:
    """Problems as the editor takes them."""
    return [asdict(mark) for mark in problems]


def _said(editor: Editor) -> str:
    errors = sum(mark.severity == "error" for mark in editor.problems)
    if errors:
        return _("已保存，有 {count} 个错误", count=errors)
    return _("已保存，没有错误")


def _preview(editor: Editor, *, complete: bool = False) -> Markup:
    """The form as people will see it; nothing that is typed into it is kept.

    With ``complete`` it says what would be refused if it were submitted.
    """
    if editor.form is None:
        return Markup()
    actor, studio = security.signed_in().actor, platform().studio
    draft, path = editor.draft.id, editor.file.path
    url = url_for("studio.preview", draft=draft, path=path)
    with platform().views.sheets.open():
        form = studio.preview(actor, editor, editor.samples.get(request.args.get("sample", "")))
        received, errors = None, []
        if form is not None and any(name.startswith(_PREVIEW) for name in request.form):
            received = forms.receive(form, request.form, prefix=_PREVIEW)
            form = studio.preview(actor, editor, received.data)
            errors = studio.errors(actor, editor, received.data) if complete else []
        return entry.to_fill(
            form, errors, received=received, root="preview", prefix=_PREVIEW, url=url
        )


def _sent(file: FileStorage | None, otherwise: str) -> tuple[bytes, str]:
    """Return a file that was sent, or sent again by the page that asked about it, and its name."""
    if file is not None and file.filename:
        return file.read(LONGEST_FILE + 1), file.filename
    try:
        kept = b64decode(request.form.get("kept", ""), validate=True)
    except NotEncoded:
        kept = b""
    return kept, request.form.get("name", "").strip() or otherwise


def _attached(text: str, name: str, mimetype: str) -> ResponseReturnValue:
    return send_file(
        BytesIO(text.encode()), mimetype=mimetype, as_attachment=True, download_name=name
    )
