"""What is wrong with filled-in data: all of it at once, each with its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.forms.effective import EffectiveField, EffectiveForm
from engine.forms.keywords import LISTS, MOMENTS
from engine.forms.model import Files, Place, Rule, written
from engine.forms.schema import Broken, broken, effective_schema
from engine.forms.sentences import ROW, required_code, sentence

# JSON Schema's keyword → our sentence, for a value that breaks a limit of the field itself.
LIMIT_CODES = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "uniqueItems": "unique",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "multipleOf": "multiple",
}
SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with what was entered.

    Attributes:
        place: where: names of fields and numbers of rows.
        code: which sentence; see `engine.forms.sentences`.
        sentence: what people read.
        trail: the captions on the way to the field: ``联系人 · 第 2 条 · 电话``.
        warning: it should be looked at but refuses nothing.
    """

    place: Place
    code: str
    sentence: str
    trail: str = ""
    params: Mapping[str, object] = field(default_factory=dict, compare=False)
    warning: bool = False

    @property
    def name(self) -> str:
        """The name of the field on pages."""
        return written(self.place)


def check(form: EffectiveForm, *, complete: bool) -> list[FieldError]:
    """Return everything wrong with a form's data, warnings included, in the order of the form.

    Types, lengths and formats are always checked; requiredness and rules only when ``complete``
    (rules marked ``always`` in drafts too). What a person may not change is not checked.
    """
    return _Check(form, complete).run()


def warnings(form: EffectiveForm) -> list[FieldError]:
    """Return what should be looked at in a form as it stands, and refuses nothing."""
    rules = (*form.form.rules, *(rule for one in form.walk() for rule in one.element.rules))
    if not any(rule.warning for rule in rules):
        return []
    return [error for error in check(form, complete=True) if error.warning]


class _Check:
    def __init__(self, form: EffectiveForm, complete: bool) -> None:
        self.form, self.complete = form, complete
        self.language = form.surroundings.language
        self.fields: dict[Place, EffectiveField] = {one.place: one for one in form.walk()}
        self.order = {place: number for number, place in enumerate(self.fields)}
        self.found: dict[tuple[Place, str], FieldError] = {}

    def run(self) -> list[FieldError]:
        instance = self.form.submitted
        if self.complete:
            _fill_groups(self.form.fields, instance)
        schema = effective_schema(self.form, complete=self.complete)
        for error in broken(schema, instance):
            self.from_schema(error)
        wrong = {place for place, _ in self.found}
        for one in self.fields.values():
            if one.editable and not one.empty and one.place not in wrong:
                self.value(one)
        self.rules()
        return sorted(self.found.values(), key=self.rank)

    def rank(self, error: FieldError) -> tuple[int, str]:
        """Order errors as their fields stand on the page; those of the whole form come first."""
        place = error.place
        while place and place not in self.order:
            place = place[:-1]
        return (self.order.get(place, -1), error.code)

    def add(self, place: Place, code: str, *, warning: bool = False, **params: object) -> None:
        """Note an error once."""
        params.setdefault("title", self.title(place))
        self.found.setdefault(
            (place, code if code != "rule" else str(params.get("say"))),
            FieldError(
                place, code, sentence(code, params, self.language), self.trail(place), params,
                warning,
            ),
        )  # fmt: skip

    def title(self, place: Place) -> str:
        """Return the caption of the field at a place, or of what it belongs to."""
        while place:
            if place in self.fields:
                return self.fields[place].title
            place = place[:-1]
        return self.form.surroundings.caption(self.form.form.title)

    def trail(self, place: Place) -> str:
        """Return the captions on the way to a place."""
        parts = []
        for count, part in enumerate(place, start=1):
            if isinstance(part, int):
                template = ROW[0 if self.language == "zh" else 1]
                parts.append(template.format(number=part + 1))
            elif place[:count] in self.fields:
                parts.append(self.fields[place[:count]].title)
        return SEPARATOR.join(parts)

    # From JSON Schema --------------------------------------------------------------------------

    def from_schema(self, error: Broken) -> None:
        """Turn an error of the schema into ours."""
        place, keyword, value, limit = error.place, error.keyword, error.value, error.limit
        one = self.fields.get(place)
        if keyword == "required":
            for name in limit:
                if name not in value:
                    self.missing(place, name)
        elif keyword == "additionalProperties":
            for name in sorted(set(value) - set(error.known)):
                self.add((*place, name), "unknown", name=name)
        elif keyword == "enum":
            owner = self.owner(place)
            at = owner.place if owner else place
            self.add(at, "not_offered", value=self.shown(owner, value))
        elif keyword == "type":
            kind = one.kind if one else "text"
            self.add(place, kind if kind in ("number", "integer") else "type", value=value)
        elif keyword == "format":
            self.add(place, str(limit), value=value)
        elif keyword == "pattern":
            say = self.form.surroundings.caption(one.element.pattern_say) if one else ""
            self.add(place, "rule" if say else "pattern", say=say)
        elif keyword == "const":
            self.add(place, "required_check")
        elif keyword in ("minItems", "maxItems"):
            what = "files" if one and one.kind == "files" else "items"
            self.add(place, f"{keyword[:3]}_{what}", limit=limit, count=len(value))
        else:
            count = len(value) if isinstance(value, str | list) else 0
            self.add(place, LIMIT_CODES.get(keyword, "type"), limit=limit, count=count, value=value)

    def missing(self, place: Place, name: str) -> None:
        """Ask for a value that is not there."""
        at = (*place, name)
        owner = self.fields.get(place)
        if owner is not None and owner.kind == "period":
            self.add(at, f"required_{name}")
            return
        one = self.fields.get(at)
        self.add(at, required_code(one.kind, one.widget) if one else "required")

    def owner(self, place: Place) -> EffectiveField | None:
        """Return the field at a place, or the one whose item stands there."""
        return self.fields.get(place) or self.fields.get(place[:-1])

    def shown(self, one: EffectiveField | None, value: object) -> object:
        """Return the caption of a chosen value."""
        if one is None or not one.labels:
            return value
        chosen = one.value if isinstance(one.value, list) else [one.value]
        return dict(zip(map(str, chosen), one.labels, strict=False)).get(str(value), value)

    # What JSON Schema cannot say ---------------------------------------------------------------

    def value(self, one: EffectiveField) -> None:
        """Check computed bounds, periods, records and files of one field."""
        if one.kind == "period":
            value = one.value if isinstance(one.value, Mapping) else {}
            first, last = value.get("from"), value.get("until")
            if isinstance(first, str) and isinstance(last, str) and last < first:
                self.add(one.place, "period")
        elif one.query is not None:
            self.records(one)
        elif one.element.files is not None:
            self.files(one, one.element.files)
        elif one.least is not None or one.most is not None:
            self.bounds(one)

    def bounds(self, one: EffectiveField) -> None:
        """Check the computed bounds of a number or a date."""
        codes = ("earliest", "latest") if one.kind in MOMENTS else ("minimum", "maximum")
        for limit, code, sign in ((one.least, codes[0], -1), (one.most, codes[1], 1)):
            if limit is None or not _beyond(one.value, limit, sign):
                continue
            say = self.form.surroundings.caption(one.element.bound_say)
            self.add(one.place, "rule" if say else code, say=say, limit=limit_said(limit))

    def records(self, one: EffectiveField) -> None:
        """Check that the records picked exist and may be picked."""
        chosen = one.value if isinstance(one.value, list) else [one.value]
        keys = [str(key) for key, _ in zip(chosen, one.labels, strict=False)]
        if one.query is None or not keys:
            return
        fitting = self.form.surroundings.lookup.fitting(one.query, keys)
        for key, label in zip(keys, one.labels, strict=False):
            if key not in fitting:
                self.add(one.place, "not_found", value=label)

    def files(self, one: EffectiveField, limits: Files) -> None:
        """Check the files of a field against its limits."""
        for file in one.attachments:
            if file.gone:
                self.add(one.place, "file_gone")
                continue
            ending = file.name.rpartition(".")[2].lower()
            if limits.types and ending not in limits.types and ending != file.name:
                self.add(one.place, "file_type", value=file.name, limit="、".join(limits.types))
            if limits.size is not None and file.size > limits.size:
                self.add(one.place, "file_size", value=file.name, limit=size_said(limits.size))

    # Rules -------------------------------------------------------------------------------------

    def rules(self) -> None:
        """Check the rules across fields."""
        form = self.form.form
        for rule in form.rules:
            self.rule(rule, (), self.form.looking.own)
        for one in self.fields.values():
            if one.element.rules:
                for place, it in self.owners(one):
                    for rule in one.element.rules:
                        self.rule(rule, place, it)

    def owners(self, one: EffectiveField) -> Iterator[tuple[Place, object]]:
        """Return every object the rules of an element stand in, with its ``it``."""
        looking = self.form.looking
        if one.kind == "rows":
            for row in one.rows:
                yield row.place, looking.view_at(row.place)
            return
        rows = [count for count, part in enumerate(one.place, start=1) if isinstance(part, int)]
        yield one.place, looking.view_at(one.place[: rows[-1] if rows else 1])

    def rule(self, rule: Rule, owner: Place, it: object) -> None:
        """Check one rule for one object."""
        if not (self.complete or rule.always):
            return
        place: Place = (*owner, *rule.at.split(".")) if rule.at else owner
        if not self.concerns(place):
            return
        looking = self.form.looking
        if rule.when is not None and not looking.holds(rule.when, it):
            return
        if looking.value(rule.that, it) is False:
            say = self.form.surroundings.caption(rule.say)
            self.add(place, "rule", warning=rule.warning, say=say)

    def concerns(self, place: Place) -> bool:
        """Tell whether a rule shown at a place is checked.

        It is not where the field does not show or cannot be changed, nor where a single missing
        value is asked for already.
        """
        one = self.fields.get(place)
        if one is None:
            return not place and self.form.rights.edit == "all"
        if not self.form.rights.touches(one.element):
            return False
        asked = one.empty and one.kind not in LISTS and any(at == place for at, _ in self.found)
        return not asked


def _fill_groups(fields: tuple[EffectiveField, ...], data: dict[str, object]) -> None:
    """Give every group that shows an object, so that what it lacks is asked for."""
    for one in fields:
        if one.kind == "group":
            inner = data.setdefault(one.element.name, {})
            if isinstance(inner, dict):
                _fill_groups(one.children, inner)
        elif one.kind == "rows":
            items = data.get(one.element.name)
            for row, item in zip(one.rows, items if isinstance(items, list) else [], strict=False):
                if isinstance(item, dict):
                    _fill_groups(row.fields, item)


def _beyond(value: object, limit: object, sign: int) -> bool:
    if isinstance(value, int | float) and isinstance(limit, int | float):
        return (value - limit) * sign > 0
    if isinstance(value, str) and isinstance(limit, str):
        # A date as the upper bound of a moment means the whole day.
        length = min(len(value), len(limit))
        one, other = value[:length], limit[:length]
        return one > other if sign > 0 else one < other
    return False


def limit_said(limit: object) -> object:
    """Write a limit as people do: a moment to the minute."""
    return limit.replace("T", " ")[:16] if isinstance(limit, str) else limit


def size_said(size: int) -> str:
    """Write a number of bytes as people do: 10 MB."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:g} {unit}"
    return f"{size} B"
