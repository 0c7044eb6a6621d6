"""A form for the data at hand: which fields show, what they demand, what may be picked.

Pages, validation, printing and the API read the same effective form.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.forms.build import FEW_OR_MANY
from engine.forms.formats import UNREAD
from engine.forms.keywords import Kind
from engine.forms.model import Element, Fact, Formula, OptionsFrom, Place, RowHints, written
from engine.forms.surroundings import Attachment, Query, Rights, Surroundings
from engine.forms.view import View

if TYPE_CHECKING:
    from engine.forms.form import Form

Data = Mapping[str, object]

# Up to this many codes are shown as radio buttons.
FEW = 4
# What is not there needs no mask; "no" and 0 do.
_NOTHING: tuple[object, ...] = (None, "", [], {})
_UNFILLED = re.compile(r"\{[a-z0-9_]*\}")


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be chosen."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveRow:
    """One row of a repeated section: its place, caption, cells and fields."""

    place: Place
    title: str
    fields: tuple[EffectiveField, ...]
    removable: bool
    #: what the row is found by when it comes back from a page
    mark: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveField:
    """A field as it is now. Fields whose condition does not hold are not there at all.

    Attributes:
        value: the stored value; the masked text when ``masked``.
        labels: captions of what was chosen, or of a display; one for each value.
        options: what may be chosen; None where nothing is listed.
        query: for records: the question to put to the register.
        least, most: computed bounds.
        stale: the chosen value is no longer offered.
        waits_for: the caption of the field to choose first, when options depend on it.
        children: the fields of a group; rows: those of repeated rows.
    """

    element: Element
    place: Place
    #: the name the field has on pages: ``education.0.major``
    name: str
    title: str
    help: str
    value: object
    required: bool = False
    editable: bool = False
    masked: bool = False
    labels: tuple[str, ...] = ()
    options: tuple[Option, ...] | None = None
    query: Query | None = None
    least: object = None
    most: object = None
    stale: bool = False
    waits_for: str = ""
    attachments: tuple[Attachment, ...] = ()
    children: tuple[EffectiveField, ...] = ()
    rows: tuple[EffectiveRow, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return self.element.kind

    @property
    def widget(self) -> str:
        """How it is entered."""
        if self.element.widget == FEW_OR_MANY:
            return "radio" if len(self.options or ()) <= FEW else "select"
        return self.element.widget

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return self.value is None or self.value in ("", [], {}, ())

    def walk(self) -> Iterator[EffectiveField]:
        """Go through this field and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.rows:
            for child in row.fields:
                yield from child.walk()


@dataclass(frozen=True, slots=True)
class EffectiveForm:
    """A form for the data at hand.

    ``absent`` are the places whose condition does not hold: their values are kept in drafts and
    left out of what is submitted.
    """

    form: Form
    fields: tuple[EffectiveField, ...]
    data: Data
    surroundings: Surroundings
    rights: Rights
    absent: frozenset[Place] = field(default_factory=frozenset)
    looking: Looking = field(kw_only=True, repr=False, compare=False)

    def walk(self) -> Iterator[EffectiveField]:
        """Go through all fields."""
        for one in self.fields:
            yield from one.walk()

    def find(self, name: str) -> EffectiveField | None:
        """Return the field that has a name on pages."""
        return next((one for one in self.walk() if one.name == name), None)

    @property
    def submitted(self) -> dict[str, object]:
        """The data without what is absent and without empty values."""
        return _kept(self.data, (), self.absent)


def _kept(data: Data, place: Place, absent: frozenset[Place]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in data.items():
        at = (*place, name)
        if at in absent:
            continue
        if isinstance(value, Mapping):
            value = _kept(value, at, absent)
        elif isinstance(value, list):
            value = [
                _kept(item, (*at, number), absent) if isinstance(item, Mapping) else item
                for number, item in enumerate(value)
            ]
        if value is not None and value not in ("", [], {}):
            kept[name] = value
    return kept


class Looking:
    """One look at a form; ``effective`` makes it and throws it away."""

    def __init__(self, form: Form, data: Data, surroundings: Surroundings, rights: Rights) -> None:
        """Prepare the values that conditions read."""
        self.form = form
        self.data = data
        self.surroundings = surroundings
        self.rights = spelled_out(rights, form) if rights.mask else rights
        self.absent: set[Place] = set()
        self.answers: dict[str, object] = {}
        records = surroundings.lookup.record
        registers = form.names.registers
        own = View(data, form.type.fields, registers, records)
        about = form.names.forms.get(form.about) if form.about else None
        case_data: Mapping[str, object] = own
        if form.about:
            raw = surroundings.data or {}
            case_data = View(raw, about.fields, registers, records) if about else raw
        self.own = own
        self.values: dict[str, object] = {**surroundings.names, "data": case_data, "input": own}

    def form_now(self) -> EffectiveForm:
        """Return the form as it is now."""
        fields = self.fields(self.form.elements, self.data, self.own, (), self.own)
        return EffectiveForm(
            self.form,
            fields,
            self.data,
            self.surroundings,
            self.rights,
            frozenset(self.absent),
            looking=self,
        )

    def fields(
        self,
        elements: Sequence[Element],
        data: Data,
        view: Mapping[str, object],
        place: Place,
        it: object,
    ) -> tuple[EffectiveField, ...]:
        """Return the fields of one object that show."""
        shown = []
        for element in elements:
            if self.rights.hides(element):
                continue
            at = (*place, element.name)
            below = view.get(element.name)
            inner = it
            if not place and element.kind == "group":
                # A section is what `it` stands for in its own condition too.
                inner = below if isinstance(below, Mapping) else {}
            found = self.one(element, data.get(element.name), below, at, inner)
            if found is not None:
                shown.append(found)
        return tuple(shown)

    def one(
        self, element: Element, value: object, view: object, place: Place, it: object
    ) -> EffectiveField | None:
        """Return one field as it is now, or None when it does not show."""
        if element.visible_when is not None and not self.holds(element.visible_when, it):
            self.absent.add(place)
            return None
        demanded = element.required_when is not None and self.holds(element.required_when, it)
        mode = self.rights.mode
        if mode == "hidden" and element.stored and not demanded and not element.children:
            # What is not asked is not taken either, whoever sends it.
            self.absent.add(place)
            return None
        masks = self.rights.masks(element)
        is_masked = masks and value not in _NOTHING
        editable = element.stored and self.rights.may_edit(element) and not element.locked
        if editable and element.locked_when is not None:
            editable = not self.holds(element.locked_when, it)
        more: Mapping[str, Any] = {}
        if is_masked:
            value, editable = self.recognised(element, value, it), False
            more = {"labels": (value,)}
        elif element.kind == "group":
            value = value if isinstance(value, Mapping) else {}
            inner = view if isinstance(view, Mapping) else {}
            more = {"children": self.fields(element.children, value, inner, place, it)}
            if not more["children"]:
                return None
        elif element.kind == "display" and element.shows is not None:
            value = self.value(element.shows, it)
            is_masked = masks and value is not None
            value = UNREAD if is_masked else value
            more = {"labels": () if value is None else (self.said(element, value),)}
        else:
            more = self.filled(element, value, view, place, it, editable=editable)
        caption = self.surroundings.caption
        return EffectiveField(
            element=element,
            place=place,
            name=written(place),
            title=caption(element.title),
            help=caption(element.help) if element.help else "",
            value=value,
            required=demanded or (element.required and mode == "required"),
            editable=editable,
            masked=is_masked,
            **more,
        )

    def recognised(self, element: Element, value: object, it: object) -> str:
        """Return what is shown of a masked value: of what was chosen, its captions."""
        texts = (str(value),)
        if element.chosen:
            texts = self.options(element, value, it, editable=False)["labels"]
        return "、".join(map(element.recognised, texts))

    def said(self, element: Element, value: object) -> str:
        """Return what a display says: of a code its caption."""
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return self.captions(element, [text], ()).get(text, text)

    def filled(
        self, element: Element, value: object, view: object, place: Place, it: object,
        *, editable: bool,
    ) -> Mapping[str, Any]:  # fmt: skip
        """Return what a field shows beside its value, by the kind of the field."""
        if element.kind == "rows":
            return {"rows": self.rows(element, value, view, place)}
        if element.chosen:
            return self.options(element, value, it, editable=editable)
        if element.kind in ("photo", "files"):
            uids = value if isinstance(value, list) else [value] if value else []
            known = self.surroundings.lookup.attachment
            files = (known(str(uid)) or Attachment(str(uid), str(uid), gone=True) for uid in uids)
            return {"attachments": tuple(files)}
        if element.at_least is not None or element.at_most is not None:
            least, most = self.bound(element.at_least, it), self.bound(element.at_most, it)
            return {"least": least, "most": most}
        return {}

    def rows(
        self, element: Element, value: object, view: object, place: Place
    ) -> tuple[EffectiveRow, ...]:
        """Return the rows of a repeated section."""
        items = value if isinstance(value, list) else []
        views = view if isinstance(view, list) else items
        found = []
        for number, (item, it) in enumerate(zip(items, views, strict=False)):
            data = item if isinstance(item, Mapping) else {}
            inner = it if isinstance(it, Mapping) else {}
            at = (*place, number)
            keep = element.row.keep_when
            fields = self.fields(element.children, data, inner, at, inner)
            found.append(
                EffectiveRow(
                    place=at,
                    title=_row_title(element.row, fields),
                    fields=fields,
                    removable=keep is None or not self.holds(keep, inner),
                    mark=row_mark(element, data, self.rights),
                )
            )
        return tuple(found)

    def options(
        self, element: Element, value: object, it: object, *, editable: bool
    ) -> Mapping[str, Any]:
        """Return what may be chosen in a field: its options or its question to a register."""
        raw = value if isinstance(value, list) else [value]
        chosen = [str(one) for one in raw if one is not None and one != ""]
        if element.reference and element.options_from is None:
            query = Query(
                element.reference, element.where, self.form.compiled(element.where),
                self.names_of(element.where, row=it), label=element.label, columns=element.columns,
            )  # fmt: skip
            labels = tuple(
                self.surroundings.lookup.label(element.reference, one, element.label) or one
                for one in chosen
            )
            return {"query": query, "labels": labels}
        waits = self.waits_for(element.options_from, it) if element.options_from else ""
        # What cannot be changed offers nothing; only captions written there need the source.
        written_there = element.options_from is not None and element.options_from.source == "each"
        asked = not waits and (editable or (bool(chosen) and written_there))
        options = self.offered(element, chosen, it) if asked else ()
        if not chosen:
            return {"options": options, "waits_for": waits}
        captions = self.captions(element, chosen, options)
        offered = {option.value for option in options}
        return {
            "options": options,
            "labels": tuple(captions.get(one, one) for one in chosen),
            "stale": editable and any(one not in offered for one in chosen),
            "waits_for": waits,
        }

    def offered(self, element: Element, chosen: list[str], it: object) -> tuple[Option, ...]:
        """Return what may be chosen now."""
        source = element.options_from
        if source is None:
            return self.from_codes(element.codes, element.only, chosen)
        if source.source == "codes":
            parent = self.at(source.parent, it) if source.parent else None
            return self.from_codes(source.name, element.only, chosen, parent)
        if source.source == "each":
            found = self.value(source.each, it) if source.each is not None else None
            rows = (
                [row for row in found if isinstance(row, Mapping)]
                if isinstance(found, list)
                else []
            )
            return tuple(
                Option(
                    str(row.get(source.value)), str(row.get(source.label) or row.get(source.value))
                )
                for row in rows
                if row.get(source.value) is not None
            )
        match = {column: self.at(path, it) for column, path in source.match}
        query = Query(
            source.name, source.where, self.form.compiled(source.where),
            self.names_of(source.where, row=it),
            {column: value for column, value in match.items() if value},
        )  # fmt: skip
        values = self.surroundings.lookup.column(query, source.field)
        return self.captioned(element, self.fitting(element, values, it))

    def fitting(self, element: Element, values: Sequence[str], it: object) -> Sequence[str]:
        """Return the values whose records the field's own condition lets through."""
        if not element.reference or element.where is None:
            return values
        query = Query(
            element.reference, element.where, self.form.compiled(element.where),
            self.names_of(element.where, row=it),
        )  # fmt: skip
        return self.surroundings.lookup.fitting(query, values)

    def from_codes(
        self, name: str, only: Sequence[str], chosen: list[str], parent: object = None
    ) -> tuple[Option, ...]:
        """Return the codes of a list; a retired one only while it is chosen."""
        caption = self.surroundings.caption
        return tuple(
            Option(code.code, caption(code.title), caption(code.help) if code.help else "")
            for code in self.surroundings.lookup.codes(name)
            if (not only or code.code in only)
            and (parent is None or code.parent == parent)
            and (not code.retired or code.code in chosen)
        )

    def captioned(self, element: Element, values: Sequence[str]) -> tuple[Option, ...]:
        """Return values as options, with the captions of their codes or records, in code order."""
        lookup, caption = self.surroundings.lookup, self.surroundings.caption
        if element.codes:
            return tuple(
                Option(code.code, caption(code.title), caption(code.help) if code.help else "")
                for code in lookup.codes(element.codes)
                if code.code in values
            )
        if element.reference:
            return tuple(
                Option(value, lookup.label(element.reference, value, element.label) or value)
                for value in values
            )
        return tuple(Option(value, value) for value in values)

    def captions(
        self, element: Element, chosen: list[str], options: tuple[Option, ...]
    ) -> dict[str, str]:
        """Return the captions of what is chosen, also of what is no longer offered."""
        known = {option.value: option.label for option in options}
        if all(one in known for one in chosen):
            return known
        name = element.codes or (
            element.options_from.name
            if element.options_from and element.options_from.source == "codes"
            else ""
        )
        for code in self.surroundings.lookup.codes(name) if name else ():
            known.setdefault(code.code, self.surroundings.caption(code.title))
        if element.reference:
            for one in chosen:
                label = self.surroundings.lookup.label(element.reference, one, element.label)
                known.setdefault(one, label or one)
        return known

    def waits_for(self, source: OptionsFrom, it: object) -> str:
        """Return the caption of the field that must be chosen first, or nothing."""
        if not source.parent or self.at(source.parent, it):
            return ""
        name = source.parent.rpartition(".")[2]
        return next(
            (
                self.surroundings.caption(element.title)
                for element in self.form.walk()
                if element.name == name
            ),
            name,
        )

    def at(self, path: str, it: object) -> object:
        """Return the plain value at a dotted path, from ``it`` or from the form's root."""
        names = path.split(".")
        found: object = self.own
        if names[0] == "it":
            found, names = it, names[1:]
        elif names[0] in ("data", "input"):
            found, names = self.values[names[0]], names[1:]
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found.get("id") if isinstance(found, Mapping) else found

    def view_at(self, place: Place) -> object:
        """Return the object at a place as conditions read it."""
        found: object = self.own
        for part in place:
            if isinstance(part, int):
                found = found[part] if isinstance(found, list) and part < len(found) else {}
            else:
                found = (found.get(part) if isinstance(found, Mapping) else None) or {}
        return found

    def bound(self, formula: Formula | None, it: object) -> object:
        """Return a computed bound."""
        return self.value(formula, it) if formula is not None else None

    def holds(self, formula: Formula, it: object) -> bool:
        """Tell whether a condition holds; one that has no value does not."""
        return self.value(formula, it) is True

    def value(self, formula: Formula, it: object) -> object:
        """Return what an expression gives, or None when it has no value."""
        values = self.names_of(formula, it=it)
        return self.form.evaluate(formula, values, self.surroundings.calendar)

    def names_of(self, formula: Formula | None, **more: object) -> dict[str, object]:
        """Return what a condition can read; of the facts only those it does read."""
        paths = getattr(self.form.compiled(formula), "paths", ()) if self.form.facts else ()
        read = {path[0] for path in paths if path[0] in self.form.facts}
        return {**self.values, **{name: self.fact(name) for name in read}, **more}

    def fact(self, name: str) -> object:
        """Return the answer to a question, asked once."""
        if name not in self.answers:
            self.answers[name] = self.answer(self.form.facts[name])
        return self.answers[name]

    def answer(self, fact: Fact) -> object:
        """Ask the register."""
        condition = self.form.compiled(fact.where)
        query = Query(fact.register, fact.where, condition, self.names_of(fact.where))
        limit = None if fact.question == "count" else 1
        # A condition that could not be understood finds nothing, not everything.
        lost = fact.where is not None and condition is None
        keys = () if lost else self.surroundings.lookup.found(query, limit)
        if fact.question == "exists":
            return bool(keys)
        if fact.question == "count":
            return len(keys)
        return self.surroundings.lookup.record(fact.register, keys[0]) if keys else None


def spelled_out(rights: Rights, form: Form) -> Rights:
    """Name every field of a masked section that marks none of its own as private."""
    names: list[str] = []
    for name in rights.mask:
        element = form.element(name)
        below = list(element.walk()) if element is not None else []
        if not any(one.private == "mask" for one in below):
            names += [one.dotted for one in below]
    return replace(rights, mask=(*rights.mask, *names))


def _row_title(hints: RowHints, fields: tuple[EffectiveField, ...]) -> str:
    """Fill ``{name}`` of a row's caption with what the row's fields say.

    Without a caption the columns named are one.
    """
    template = hints.title or " ".join("{" + column + "}" for column in hints.columns)
    if not template:
        return ""
    said = {}
    for one in fields:
        if one.labels:
            said[one.element.name] = "、".join(one.labels)
        elif one.kind == "period" and isinstance(one.value, Mapping):
            said[one.element.name] = f"{one.value.get('from', '')}–{one.value.get('until', '')}"
        else:
            said[one.element.name] = "" if one.value is None else str(one.value)
    text = template
    for name, value in said.items():
        text = text.replace("{" + name + "}", value)
    return " ".join(_UNFILLED.sub("", text).split())


def row_mark(element: Element, row: object, rights: Rights) -> str:
    """Return what a row is found by when it comes back from a page.

    It is made of the values that the person cannot change and that must therefore be put back. It
    is short, so that it says nothing about them.
    """
    fixed = json.dumps(_fixed(element.children, row, rights), sort_keys=True, default=str)
    return hashlib.sha256(fixed.encode()).hexdigest()[:4]


def _fixed(elements: Sequence[Element], data: object, rights: Rights) -> dict[str, object]:
    values = data if isinstance(data, Mapping) else {}
    fixed: dict[str, object] = {}
    for one in elements:
        if one.kind == "group":
            fixed[one.name] = _fixed(one.children, values.get(one.name), rights)
        elif one.stored and (
            one.locked
            or one.locked_when is not None
            or rights.hides(one)
            or rights.masks(one)
            or not rights.touches(one)
        ):
            fixed[one.name] = values.get(one.name)
    return fixed
