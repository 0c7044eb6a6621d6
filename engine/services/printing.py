"""Documents of cases: issued once, printed, found again by their holder, verified by anybody.

What is printed is worked out when the document is issued and kept with it, sealed; so the
verification page shows what the paper says, whatever has become of the case since.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.connectors.codes import new_code, read_code
from engine.connectors.documents import Printer, qr_svg
from engine.definitions.document import DocumentTemplate
from engine.definitions.placeholders import fill
from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.forms.form import Form
from engine.forms.formats import masked
from engine.forms.model import Element
from engine.forms.surroundings import Lookup, Rights
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.entries import Entries
from engine.services.loaded import Loaded
from engine.store.documents import IssuedRow
from engine.store.errors import Erased
from engine.store.unit import UnitOfWork

TEMPLATES = "definitions/documents"
#: fields whose values are shown masked on the public page, by name
PRIVATE = frozenset({"full_name", "id_number", "mobile", "phone"})


@dataclass(frozen=True, slots=True)
class Document:
    """An issued document, as its holder sees it."""

    uid: str
    title: str
    template: str
    number: str | None
    case_uid: str
    issued_at: datetime
    revoked: bool
    file_name: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What the public page says about a code."""

    title: str
    valid: bool
    number: str | None
    issued_at: datetime
    #: captions and values, personal ones masked
    fields: tuple[tuple[str, str], ...]


class Documents:
    """Issues, prints, finds and verifies documents."""

    def __init__(
        self,
        work: Casework,
        entries: Entries,
        printer: Printer | None,
        lookup: Callable[[UnitOfWork], Lookup],
        may_see: Callable[[Actor, str], bool],
        public_url: str,
    ) -> None:
        self._work = work
        self._entries = entries
        self._printer = printer
        self._lookup = lookup
        self._may_see = may_see
        self._url = public_url

    # ------------------------------------------------------------ issuing

    def issue(self, unit: UnitOfWork, loaded: Loaded, run: Run, template: str, key: str) -> str:
        """Issue a document with the command that asks for it; printed later by :meth:`print`.

        What it says is worked out now: the members of a group, for instance, are released by the
        same command. The same document again for the same key.
        """
        release = self._work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
        values = self.values(unit, loaded, run, release.documents[template])
        subject = loaded.row.initiator or f"case:{loaded.row.uid}"
        number = values.get("number")
        issued = unit.documents.add(
            IssuedRow(
                uid=secrets.token_urlsafe(16),
                key=key,
                jurisdiction=loaded.row.jurisdiction,
                case_uid=loaded.row.uid,
                template=template,
                holder=loaded.row.initiator,
                number=str(number) if number else None,
                verify_code=new_code(),
                state="valid",
                subject=subject,
                data_blob=unit.blobs.put(subject, values),
                file_blob=None,
                issued_at=run.now,
            )
        )
        return issued.uid

    def print(self, uid: str) -> None:
        """Print an issued document; nothing is done for one that has been printed.

        A platform without a printer (a replay) issues documents and prints none.
        """
        if self._printer is None:
            return
        with self._work.store.read() as unit:
            row = unit.documents.load(uid)
        if row is not None and row.file_blob is None:
            self._print(self._printer, row)

    def _print(self, printer: Printer, row: IssuedRow) -> None:
        with self._work.store.read() as unit:
            data, files = self._content(unit, row)
            source = self._source(unit, row)
        pdf = printer.print(source, data, files, row.issued_at)
        with self._work.store.write() as unit:
            unit.documents.printed(row.uid, unit.blobs.put_bytes(row.subject, pdf))

    def _source(self, unit: UnitOfWork, row: IssuedRow) -> str:
        case = unit.cases.load(row.case_uid)
        assert case is not None  # a document belongs to a case
        release = self._work.definitions.release_of(case.process, case.pin, unit)
        return release.files[f"{TEMPLATES}/{release.documents[row.template].template}"]

    def _content(self, unit: UnitOfWork, row: IssuedRow) -> tuple[dict[str, Any], dict[str, bytes]]:
        data = dict(unit.blobs.get(row.data_blob))
        url = f"{self._url}/verify/{row.verify_code}"
        files = {"qr.svg": qr_svg(url)}
        data["document"] = {
            "qr": "qr.svg",
            "verify_code": row.verify_code,
            "verify_url": url,
            "issued_at": row.issued_at.isoformat(timespec="minutes"),
        }
        photo = data.get("photo")
        data["photo"] = None
        if isinstance(photo, str) and (found := unit.attachments.load(photo)) is not None:
            name = f"photo{_suffix(found.name)}"
            files[name] = unit.blobs.get_bytes(found.blob)
            data["photo"] = name
        return data, files

    # ------------------------------------------------------------ what is printed

    def values(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, document: DocumentTemplate
    ) -> dict[str, Any]:
        """What a template gets: the values of its expressions, in words where codes are stored."""
        form = self._entries.form_of(unit, loaded.compiled, loaded.row.pin, dict(loaded.data))
        lookup = self._lookup(unit)
        values = {}
        for name, expression in loaded.compiled.bound.documents[document.id].items():
            if expression.text == "members":
                values[name] = [
                    self._member(unit, lookup, one) for one in run.context.facts.members()
                ]
                continue
            value = run.context.evaluate(expression)
            values[name] = self._in_words(lookup, form, expression.text, value)
        if document.attachments and form is not None:
            shown = form.effective(
                loaded.data, self._entries.surroundings(unit, run), Rights(edit=())
            )
            values["attachments"] = [
                {"title": field.title, "name": file.name}
                for field in shown.walk()
                for file in field.attachments
            ]
        return values

    def _in_words(self, lookup: Lookup, form: Form | None, text: str, value: Any) -> Any:
        if form is not None and text.startswith("data."):
            element = form.element(text.removeprefix("data."))
            if element is not None:
                return in_words(lookup, element, value)
        return _labelled(lookup, value)

    def _member(
        self, unit: UnitOfWork, lookup: Lookup, member: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A member of a group as a document shows it: its row, and what its case says."""
        initiator = str(member.get("initiator") or "")
        loaded = self._work.load(unit, str(member["id"]))
        data = dict(loaded.data)
        form = self._entries.form_of(unit, loaded.compiled, loaded.row.pin, data)
        said = {
            element.name: in_words(lookup, element, data.get(element.name))
            for element in (form.elements if form is not None else ())
        }
        return {**member, "initiator": lookup.label("people", initiator) or initiator, "data": said}

    # ------------------------------------------------------------ finding

    def mine(self, actor: Actor) -> list[Document]:
        """The documents issued to a person, the latest first (我的证书, APP-28)."""
        with self._work.store.read() as unit:
            return [self._shown(unit, row) for row in unit.documents.of_holder(actor.person)]

    def file(self, actor: Actor, uid: str) -> tuple[str, str, bytes]:
        """File name, media type and bytes of a document.

        Raises:
            NotFound: there is none, it is not the actor's to see, or it is theirs and revoked.
        """
        with self._work.store.read() as unit:
            row = unit.documents.load(uid)
            allowed = row is not None and (
                row.state == "valid"
                if row.holder == actor.person
                else self._may_see(actor, row.case_uid)
            )
            if row is None or not allowed or row.file_blob is None:
                raise NotFound("no_such_document")
            shown = self._shown(unit, row)
            return shown.file_name, "application/pdf", unit.blobs.get_bytes(row.file_blob)

    def blank(self, name: str) -> tuple[str, str, bytes]:
        """An empty form to be filled in on paper: file name, media type and bytes (FORM-07).

        Raises:
            NotFound: there is none of that name. A document that says something about a case is
                issued with it and is no blank.
        """
        release = self._work.definitions.current
        template = release.documents.get(name)
        if template is None or template.data or self._printer is None:
            raise NotFound("no_such_document")
        source = release.files[f"{TEMPLATES}/{template.template}"]
        pdf = self._printer.print(source, {}, {}, self._work.clock.now())
        return f"{template.file_name or template.title}.pdf", "application/pdf", pdf

    def _shown(self, unit: UnitOfWork, row: IssuedRow) -> Document:
        template = self._work.definitions.current.documents.get(row.template)
        title = template.title if template is not None else row.template
        return Document(
            uid=row.uid,
            title=title,
            template=row.template,
            number=row.number,
            case_uid=row.case_uid,
            issued_at=row.issued_at,
            revoked=row.state == "revoked",
            file_name=f"{self._file_name(unit, row, template, title)}.pdf",
        )

    def _file_name(
        self, unit: UnitOfWork, row: IssuedRow, template: DocumentTemplate | None, title: str
    ) -> str:
        case = unit.cases.load(row.case_uid)
        if template is None or case is None:
            return title
        lookup = self._lookup(unit)
        data = unit.blobs.get(case.data_hash) if case.data_hash else {}
        values = {
            "case": {"number": case.number},
            "data": data,
            "initiator": lookup.record("people", case.initiator or "") or {},
            "process": {"title": case.process},
        }
        return fill(template.file_name, values).replace("/", "-").strip() or title

    # ------------------------------------------------------------ verifying

    def verify(self, typed: str) -> Verified | None:
        """What a code stands for; None for no document. Anybody may ask."""
        code = read_code(typed)
        if code is None:
            return None
        with self._work.store.read() as unit:
            row = unit.documents.by_code(code)
            template = (
                self._work.definitions.current.documents.get(row.template)
                if row is not None
                else None
            )
            if row is None or template is None or not template.verify:
                return None
            try:
                data = unit.blobs.get(row.data_blob)
            except Erased:
                data = {}
            fields = tuple(self._verified(unit, row, template, data))
            return Verified(template.title, row.state == "valid", row.number, row.issued_at, fields)

    def _verified(
        self,
        unit: UnitOfWork,
        row: IssuedRow,
        template: DocumentTemplate,
        data: Mapping[str, Any],
    ) -> Iterator[tuple[str, str]]:
        case = unit.cases.load(row.case_uid)
        form = None
        if case is not None:
            loaded = self._work.loaded(unit, case)
            form = self._entries.form_of(unit, loaded.compiled, case.pin, dict(loaded.data))
        for name, caption in template.verify.items():
            formula = template.data.get(name)
            path = formula.text.removeprefix("data.") if formula is not None else ""
            element = form.element(path) if form is not None else None
            value = data.get(name)
            private = name in PRIVATE or (element is not None and element.private == "mask")
            shown = masked(value) if private else value
            yield caption, "" if shown is None else str(shown)


def in_words(lookup: Lookup, element: Element, value: Any) -> Any:
    """A stored value as people read it: captions for codes and references, rows in rows."""
    if value is None:
        return None
    if element.children:
        return _children(lookup, element, value)
    if isinstance(value, list | tuple):
        return [in_words(lookup, element, item) for item in value]
    if element.codes:
        titles = {code.code: code.title for code in lookup.codes(element.codes)}
        return titles.get(str(value), value)
    if element.reference:
        key = value.get("id") if isinstance(value, Mapping) else value
        return lookup.label(element.reference, str(key), element.label) or key
    return value


def _children(lookup: Lookup, element: Element, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_children(lookup, element, row) for row in value]
    if not isinstance(value, Mapping):
        return value
    by_name: dict[str, Element] = {child.name: child for child in element.children}
    return {
        name: in_words(lookup, by_name[name], item) if name in by_name else item
        for name, item in value.items()
    }


def _labelled(lookup: Lookup, value: Any) -> Any:
    if isinstance(value, Mapping) and set(value) == {"id"}:
        for register in ("people", "organisations"):
            label = lookup.label(register, str(value["id"]))
            if label is not None:
                return label
        return value["id"]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_labelled(lookup, item) for item in value]
    return value


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot >= 0 else ""
