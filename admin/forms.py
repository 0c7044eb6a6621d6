"""Forms on pages: drawn for input, reading, print and comparison, and taken back when posted.

A page gives an effective form and gets HTML; posted fields and files become data again. What the
fields mean is decided in `engine.forms`; this module knows only how they look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from json import dumps
from typing import IO, Any, Literal, Protocol

from flask import render_template, request
from markupsafe import Markup

from admin.captions import _, catalogue, language, listed
from engine.domain.errors import Refused
from engine.forms import Attachment, EffectiveField, EffectiveForm, FieldError, Found
from engine.forms.checks import checks
from engine.forms.formats import FORMATS, is_date, is_moment
from engine.forms.model import Element, Place
from engine.forms.posting import SEARCH, Fields, Operation, put, read, with_data
from engine.forms.sentences import sentence
from engine.forms.surroundings import Query
from engine.forms.validation import size_said

Mode = Literal["input", "read", "print", "diff"]

ROOT = "f"
FOUND_MOST = 20
TREE_MOST = 3000
#: rows of such fields are shown as a table when they are only read
TABLE_COLUMNS = 7
_LONG = frozenset({"textarea", "rows", "group", "files", "photo"})
# The first bytes of the types whose content is checked; others are taken by their name.
_BEGINS: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "zip": (b"PK\x03\x04",),
    "doc": (b"\xd0\xcf\x11\xe0",),
    "xls": (b"\xd0\xcf\x11\xe0",),
}

#: keeps an uploaded file: (field name, file name, content) → its id
Keep = Callable[[str, str, bytes], str]


class Upload(Protocol):
    """A file as it was posted."""

    @property
    def filename(self) -> str | None:
        """The name the person's machine has for it."""

    @property
    def stream(self) -> IO[bytes]:
        """Its content."""


class Uploads(Protocol):
    """All files of a post, several for each name."""

    def getlist(self, key: str, /) -> Sequence[Upload]:
        """Return all files of a name."""

    def __contains__(self, key: object, /) -> bool:
        """Tell whether a name was posted."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came back from a page.

    Attributes:
        data: what is stored with what was entered over it.
        form: the form for these data.
        operation: the form's own button that was pressed; then the page is only drawn again.
        errors: files that were refused.
        searches: what was typed to find records.
    """

    data: dict[str, object]
    form: EffectiveForm
    operation: Operation | None
    errors: Sequence[FieldError] = ()
    searches: Mapping[str, str] = field(default_factory=dict)

    @property
    def unfinished(self) -> bool:
        """Whether the page is to be drawn again before anything is done with the data."""
        return self.operation is not None or bool(self.errors)


class Prefixed:
    """What was posted for one of several forms that are sent together."""

    def __init__(self, posted: Any, prefix: str) -> None:
        """Look only at names that begin with a prefix."""
        self._posted, self._prefix = posted, prefix

    def getlist(self, key: str) -> Any:
        """Return all values of a name."""
        return self._posted.getlist(self._prefix + key)

    def __contains__(self, key: object) -> bool:
        """Tell whether a name was posted."""
        return f"{self._prefix}{key}" in self._posted


def receive(
    form: EffectiveForm,
    posted: Fields,
    files: Uploads | None = None,
    keep: Keep | None = None,
    prefix: str = "",
) -> Received:
    """Take posted fields and files over the data a form was shown for.

    Args:
        form: the form for the stored data, with the person's rights.
        posted: the posted fields.
        files: the posted files.
        keep: stores a file and returns its id; it may refuse.
        prefix: what the posted names begin with, when several forms are sent together.
    """
    if prefix:
        posted = Prefixed(posted, prefix)
        files = Prefixed(files, prefix) if files is not None else None
    back = read(form, posted)
    data, errors = back.data, []
    if files is not None and keep is not None:
        for one in back.form.walk():
            if one.editable and one.element.files is not None and f"{one.name}~file" in files:
                errors += _kept(one, files.getlist(f"{one.name}~file"), keep, data)
        if errors or data != back.form.data:
            back_form = with_data(back.form, data)
            return Received(data, back_form, back.operation, errors, back.searches)
    return Received(data, back.form, back.operation, errors, back.searches)


def _kept(
    one: EffectiveField, uploads: Iterable[Upload], keep: Keep, data: dict[str, object]
) -> list[FieldError]:
    errors: list[FieldError] = []
    limits = one.element.files
    held = [*one.value] if isinstance(one.value, list) else []
    for upload in uploads:
        if not upload.filename or limits is None:
            continue
        if one.kind == "files" and limits.max is not None and len(held) >= limits.max:
            errors.append(_error(one, "max_files", limit=limits.max, count=len(held) + 1))
            break
        content = upload.stream.read((limits.size or 2**31) + 1)
        name = upload.filename
        if limits.size is not None and len(content) > limits.size:
            errors.append(_error(one, "file_size", value=name, limit=size_said(limits.size)))
        elif not _is_allowed(name, limits.types):
            errors.append(_error(one, "file_type", value=name, limit=listed(limits.types)))
        elif not content:
            errors.append(_error(one, "file_empty", value=name))
        elif not content.startswith(_BEGINS.get(_ending(name), b"")):
            errors.append(_error(one, "file_content", value=name, limit=_ending(name)))
        else:
            try:
                held.append(keep(one.name, name, content))
            except Refused as refusal:
                errors.append(FieldError(one.place, "rule", refusal.sentence, one.title))
    if held:
        put(data, one.place, held[-1] if one.kind == "photo" else held)
    return errors


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _is_allowed(name: str, types: Sequence[str]) -> bool:
    ending = _ending(name)
    return not types or ending in types or (ending == "jpeg" and "jpg" in types)


def _error(one: EffectiveField, code: str, **params: object) -> FieldError:
    params.setdefault("title", one.title)
    said = sentence(code, params, "en" if language() == "en" else "zh")
    return FieldError(one.place, code, said, one.title, params)


def render(
    form: EffectiveForm,
    mode: Mode = "input",
    *,
    errors: Sequence[FieldError] = (),
    received: Received | None = None,
    before: EffectiveForm | None = None,
    url: str | None = None,
    file_url: Callable[[str], str] | None = None,
    template_url: Callable[[str], str] | None = None,
    only: Sequence[str] | None = None,
    root: str = ROOT,
    prefix: str = "",
) -> Markup:
    """Draw a form.

    Args:
        form: the form for the data at hand.
        mode: to enter, to read, for paper, or compared with ``before``.
        errors: what is wrong, shown above the form and at each field.
        received: what was just posted: what was searched and pressed is shown again.
        before: the form with the data to compare with.
        url: where the form's own buttons post to; the present address when not given.
        file_url, template_url: the address of an uploaded file, of a document to download.
        only: draw only these top-level fields.
        root: what the ids begin with, when a page has several forms.
        prefix: what the posted names begin with, when several forms are sent together.
    """
    drawing = Drawing(
        form=form,
        mode=mode,
        errors=tuple(errors),
        received=received,
        before=before,
        url=url if url is not None else request.full_path.rstrip("?"),
        file_url=file_url,
        template_url=template_url,
        root=root,
        prefix=prefix,
    )
    fields = [one for one in form.fields if only is None or one.element.name in only]
    html = render_template("forms/form.html", d=drawing, fields=fields, _=_in_one_language())
    return Markup(html)  # noqa: S704


def _in_one_language() -> Callable[..., str]:
    """Return the words of the reader's language; asked once, not for every word."""
    words = catalogue(language())

    def said(text: str, /, **params: object) -> str:
        found = words.get(text, text)
        return found.format(**params) if params else found

    return said


@dataclass(frozen=True)
class Drawing:
    """One drawing of a form: everything the templates ask."""

    form: EffectiveForm
    mode: Mode
    errors: Sequence[FieldError]
    received: Received | None
    before: EffectiveForm | None
    url: str
    file_url: Callable[[str], str] | None
    template_url: Callable[[str], str] | None
    root: str = ROOT
    prefix: str = ""

    def __post_init__(self) -> None:
        """Sort errors and old values by field."""
        by_name: dict[str, list[FieldError]] = {}
        for error in self.errors:
            by_name.setdefault(error.name, []).append(error)
        names = {one.name for one in self.form.walk()}
        for name in list(by_name):
            if name not in names and name.rpartition(".")[0] in names:
                # A part of a field, such as the end of a period, speaks at the field.
                by_name.setdefault(name.rpartition(".")[0], []).extend(by_name.pop(name))
        object.__setattr__(self, "_errors", by_name)
        old = {} if self.before is None else {one.name: one for one in self.before.walk()}
        object.__setattr__(self, "_old", old)

    _errors: Mapping[str, list[FieldError]] = field(init=False, repr=False)
    _old: Mapping[str, EffectiveField] = field(init=False, repr=False)

    def id(self, name: str) -> str:
        """Return the id of the element of a field; the mark of the whole form for no name."""
        return f"{self.root}-{name.replace('.', '-')}" if name else f"{self.root}-form"

    def errors_of(self, one: EffectiveField) -> Sequence[FieldError]:
        """Return what is wrong with one field."""
        return self._errors.get(one.name, ())

    def target(self, error: FieldError) -> str:
        """Return the id an entry of the summary leads to: the field, or what it belongs to."""
        place: Place = error.place
        names = {one.name for one in self.form.walk()}
        while place and ".".join(map(str, place)) not in names:
            place = place[:-1]
        return self.id(".".join(map(str, place)))

    @classmethod
    def reading(cls, form: EffectiveForm) -> Drawing:
        """Return a form as it is read, for a page that draws it in its own way."""
        return cls(form, "read", (), None, None, "", None, None)

    def column_titles(self, one: EffectiveField) -> Sequence[str]:
        """Return what the columns are called that are told of a record."""
        declared = self.form.form.names.registers.get(one.element.reference)
        known = declared.fields if declared else {}
        caption = self.form.surroundings.caption
        return [
            caption(known[column].label) if column in known and known[column].label else column
            for column in one.element.columns
        ]

    @property
    def refusing(self) -> Sequence[FieldError]:
        """What must be corrected."""
        return [error for error in self.errors if not error.warning]

    @property
    def warnings(self) -> Sequence[FieldError]:
        """What should be looked at."""
        return [error for error in self.errors if error.warning]

    def described(self, one: EffectiveField) -> str:
        """Return the ids of what explains a field."""
        own = self.id(one.name)
        parts = []
        if one.help:
            parts.append(f"{own}-help")
        if self.limits(one):
            parts.append(f"{own}-limits")
        if self.counter(one):
            parts.append(f"{own}-count")
        if self.errors_of(one):
            parts.append(f"{own}-error")
        return " ".join(parts)

    @cached_property
    def back(self) -> Markup:
        """The attributes that post the page and put the answer in the form's place."""
        root = f"{self.root}-root"
        return Markup('hx-post="{}" hx-target="#{}" hx-select="#{}" hx-swap="outerMorph"').format(
            self.url, root, root
        )

    @cached_property
    def refresh(self) -> Markup:
        """The attributes of a field whose change makes the server look again."""
        vals = Markup(""" hx-trigger="change" hx-vals='{{"{}_do": "refresh"}}'""")
        return self.back + vals.format(self.prefix)

    def live(self, one: EffectiveField) -> Markup:
        """Return the attributes of a field that others depend on; nothing for any other."""
        return self.refresh if self.form.form.is_live(one.element) else Markup()

    def checks(self, one: EffectiveField) -> Markup:
        """Return the attribute of what the page checks of a field on leaving it."""
        found = list(checks(one, self.form.surroundings))
        return (
            Markup(' data-zf-checks="{}"').format(dumps(found, default=str)) if found else Markup()
        )

    def is_wide(self, one: EffectiveField) -> bool:
        """Tell whether a field takes the whole line."""
        return (
            one.element.wide
            or one.widget in _LONG
            or one.widget in ("records", "tree", "checkboxes", "check", "note", "link")
            or (len(one.options or ()) > 5 and one.widget == "radio")
        )

    def is_native(self, one: EffectiveField) -> bool:
        """Tell whether the browser's own date field can show a value; it would drop another."""
        if one.empty:
            return True
        checks = {"date": is_date, "datetime": is_moment, "month": FORMATS["month"]}
        return isinstance(one.value, str) and checks[one.kind](one.value)

    def minute(self, limit: object) -> str:
        """Return a bound without its seconds: a browser would take them for its step."""
        return str(limit)[: len("2026-09-30T17:00")]

    def is_day(self, value: object) -> bool:
        """Tell whether the browser's own date field can show one end of a period."""
        return not value or is_date(str(value))

    def limit(self, one: EffectiveField, keyword: str) -> object:
        """Return a limit of the field itself."""
        return one.element.schema.get(keyword)

    def counter(self, one: EffectiveField) -> str:
        """Return the counter of a text: ``0 / 500``."""
        most = one.element.schema.get("maxLength")
        if one.widget != "textarea" or not most:
            return ""
        return f"{len(str(one.value or ''))} / {most}"

    def limits(self, one: EffectiveField) -> str:
        """Say in words which files a field takes."""
        files = one.element.files
        if files is None or not one.editable:
            return ""
        said = []
        if one.kind == "files" and files.max:
            said.append(_("最多 {count} 个", count=files.max))
        if files.types:
            said.append(_("格式 {types}", types=listed(files.types)))
        if files.size:
            said.append(_("每个不超过 {size}", size=size_said(files.size)))
        return "，".join(said)

    def accept(self, one: EffectiveField) -> str:
        """Return the endings a file may have, for the browser's dialog."""
        files = one.element.files
        return ",".join(f".{ending}" for ending in files.types) if files else ""

    @staticmethod
    def link(one: EffectiveField) -> str | None:
        """Return the address a field leads to; None if it is none that is safe to follow."""
        if one.widget != "link" or one.masked or not isinstance(one.value, str):
            return None
        return one.value if one.value.startswith(("https://", "http://")) else None

    def said(self, one: EffectiveField | None) -> list[str]:
        """Return a value as people read it, one text for each line."""
        if one is None or one.empty:
            return []
        suffix = self.form.surroundings.caption(one.element.suffix)
        if one.labels:
            return [f"{label} {suffix}".strip() for label in one.labels]
        if one.attachments:
            return [file.name for file in one.attachments]
        if one.kind == "boolean":
            return [{True: _("是"), False: _("否")}.get(one.value is True, "")]
        if one.kind == "period" and isinstance(one.value, Mapping):
            until = one.value.get("until") or _("至今")
            return [_("{first} 至 {last}", first=one.value.get("from", ""), last=until)]
        if isinstance(one.value, list):
            return [str(item) for item in one.value]
        text = str(one.value).replace("T", " ") if one.kind == "datetime" else str(one.value)
        return [f"{text} {suffix}".strip()]

    def old(self, one: EffectiveField) -> EffectiveField | None:
        """Return the field as it was before."""
        return self._old.get(one.name)

    def changed(self, one: EffectiveField) -> bool:
        """Tell whether a field says something else than before."""
        return self.said(one) != self.said(self.old(one))

    def gone(self, one: EffectiveField) -> Sequence[object]:
        """Return the rows that were there before and are not any more."""
        old = self.old(one)
        return () if old is None else old.rows[len(one.rows) :]

    def is_table(self, one: EffectiveField) -> bool:
        """Tell whether rows that are only read fit a table."""
        shown = [child for child in one.element.children if child.kind != "note"]
        return len(shown) <= TABLE_COLUMNS and not any(
            child.widget in ("textarea", "rows", "group") for child in shown
        )

    def cell(self, row: Sequence[EffectiveField], element: Element) -> EffectiveField | None:
        """Return the field of a row that belongs in a column."""
        return next((one for one in row if one.element is element), None)

    def search_text(self, one: EffectiveField) -> str:
        """Return what was typed to find a record."""
        return self.received.searches.get(one.name, "") if self.received else ""

    def searched(self, one: EffectiveField) -> bool:
        """Tell whether the records found for a field are to be shown."""
        operation = self.received.operation if self.received else None
        return operation is not None and operation.verb == SEARCH and operation.name == one.name

    def found(self, one: EffectiveField) -> Sequence[Found]:
        """Return the records found for a field."""
        if one.query is None:
            return ()
        lookup = self.form.surroundings.lookup
        return lookup.search(one.query, self.search_text(one), FOUND_MOST)

    def all_of(self, one: EffectiveField) -> Sequence[Found]:
        """Return all records that may be picked, for a table or a tree."""
        lookup, element = self.form.surroundings.lookup, one.element
        if one.query is not None:
            return lookup.search(one.query, "", TREE_MOST)
        if not one.options or not element.reference:
            return ()
        wanted = {option.value for option in one.options}
        query = Query(element.reference, label=element.label, columns=element.columns)
        return [each for each in lookup.search(query, "", TREE_MOST) if each.key in wanted]

    def _offered(self, one: EffectiveField) -> Sequence[Found]:
        """Return the records that a cascade offers, with the columns asked for."""
        label, register = self.form.surroundings.lookup.label, one.element.reference
        return [
            Found(
                option.value,
                option.label,
                tuple(
                    label(register, option.value, column) or "" for column in one.element.columns
                ),
            )
            for option in one.options or ()
        ]

    def branches(self, one: EffectiveField) -> Sequence[Branch]:
        """Return the records that may be picked as a tree."""
        return _branches(self.all_of(one), str(one.value or ""))

    def cells(self, one: EffectiveField, found: Found) -> Sequence[Cell]:
        """Return what is told of a record that may be picked, column by column."""
        lookup, caption = self.form.surroundings.lookup, self.form.surroundings.caption
        declared = self.form.form.names.registers.get(one.element.reference)
        record = lookup.record(one.element.reference, found.key) or {}
        cells = []
        for column, text in zip(one.element.columns, found.columns, strict=False):
            if text in ("", found.label):
                continue
            known = declared.fields.get(column) if declared else None
            value = record.get(column)
            uids = value if isinstance(value, list) else []
            files = [file for uid in uids if (file := lookup.attachment(str(uid))) is not None]
            cells.append(
                Cell(caption(known.label) if known and known.label else column, text, files)
            )
        return cells

    @property
    def status(self) -> str:
        """Say what the last button did, for those who do not see the page."""
        operation = self.received.operation if self.received else None
        said = {
            "add": _("已添加一条。"),
            "remove": _("已删除一条。"),
            "up": _("已上移。"),
            "down": _("已下移。"),
            "upload": _("文件已上传。"),
            "unfile": _("文件已移除。"),
            "clear": _("已清除。"),
        }
        return said.get(operation.verb, "") if operation else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing told of a record: a text, or files to open."""

    title: str
    text: str
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A record of a tree with those below it; ``open`` when what is chosen lies below."""

    found: Found
    below: Sequence[Branch]
    open: bool


def _branches(found: Sequence[Found], chosen: str) -> Sequence[Branch]:
    keys = {one.key for one in found}
    below: dict[str | None, list[Found]] = {}
    for one in found:
        below.setdefault(one.parent if one.parent in keys else None, []).append(one)

    def grown(parent: str | None, trail: frozenset[str]) -> list[Branch]:
        branches = []
        for one in below.get(parent, ()):
            if one.key in trail:
                continue
            inner = grown(one.key, trail | {one.key})
            is_open = any(branch.open or branch.found.key == chosen for branch in inner)
            branches.append(Branch(one, inner, is_open))
        return branches

    return grown(None, frozenset())
