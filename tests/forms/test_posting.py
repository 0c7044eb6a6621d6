"""What comes back from a page: nothing typed is lost, nothing protected is overwritten."""

from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from admin import forms as pages
from engine.forms import EffectiveForm, Rights
from engine.forms.posting import laid_over, put, read
from tests.forms.pages import ADMIN
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    application_world,
    complete_application,
    form_of,
    forms_of,
    surroundings,
)

APPLY = forms_of(PROFILE, APPLICATION)["application"]
APP = Flask("forms", root_path=str(ADMIN), template_folder="templates")
APP.secret_key = b"test"


class Inputs(HTMLParser):
    """Collects what a browser would post from a page, buttons and files left out."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.text: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and given.get("type") not in ("submit", "file"):
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.fields.append((name, value))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.fields.append((self.select, value))
            self.select = None
        elif tag == "textarea":
            self.text, self.fields = name, [*self.fields, (name, "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            if self.select:
                self.fields.append((self.select, ""))
            self.select = None
        if tag == "textarea":
            self.text = None

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            # The first line break of a text area is the template's, not the person's.
            self.fields[-1] = (self.text, data.removeprefix("\n"))


def look(data: dict[str, object], rights: Rights | None = None) -> EffectiveForm:
    return APPLY.effective(data, surroundings(application_world()), rights or Rights())


def page_of(form: EffectiveForm) -> MultiDict[str, str]:
    """Return what a browser posts from the page of a form."""
    with APP.test_request_context("/"):
        html = pages.render(form)
    parser = Inputs()
    parser.feed(html)
    return MultiDict(parser.fields)


def back(
    data: dict[str, object],
    *,
    rights: Rights | None = None,
    change: dict[str, str | list[str]] | None = None,
) -> dict[str, object]:
    """Show data on a page, change fields, post it, and return the data."""
    form = look(data, rights)
    posted = page_of(form)
    for name, value in (change or {}).items():
        posted.setlist(name, [value] if isinstance(value, str) else value)
    return read(form, posted).data


def test_an_unchanged_page_changes_nothing() -> None:
    data = complete_application()
    data["work"] = [
        {
            "status": "past", "start": "1970-01-01", "end": "1971-01-01", "place": "某校",
            "dispatched": True, "content": "第一行\n第二行",
            "posts": [{"period": {"from": "1970-01-01"}, "post": "助教"}],
        }
    ]  # fmt: skip

    assert back(data) == data


TEXT = some.text(alphabet=some.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(
    lambda text: " ".join(text.split())
)
ROW = some.fixed_dictionaries(
    {},
    optional={
        "status": some.sampled_from(["current", "past"]),
        "start": some.dates().map(str),
        "dispatched": some.booleans(),
        "content": TEXT.filter(bool),
        "dispatched_to": TEXT.filter(bool),
        "posts": some.lists(
            some.fixed_dictionaries({}, optional={"post": TEXT.filter(bool)}),
            min_size=1,
            max_size=2,
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    rows=some.lists(ROW, max_size=3),
    remark=TEXT,
    years=some.integers(-99, 10**6),
    special=some.booleans(),
)
def test_whatever_is_stored_comes_back_from_the_page(
    rows: list[dict[str, object]], remark: str, years: int, special: bool
) -> None:
    """Fields that do not show at the moment are kept too."""
    data = complete_application()
    data["work"] = rows
    if special:
        data["settings"] = {"kind": "special", "activity": "a2", "sort": "c"}
    data["extra"] = {"years": years, "rate": years / 100}
    if remark:
        data["statement"] = {**data["statement"], "remark": remark}  # type: ignore[dict-item]

    assert back(data) == data


@pytest.mark.req("FORM-09")
def test_a_bad_number_stays_as_typed() -> None:
    data = complete_application() | {"settings": {"kind": "special", "activity": "a2"}}

    kept = back(data, change={"extra.years": "十二", "extra.rate": " 1,5 "})

    assert kept["extra"] == {"years": "十二", "rate": "1,5"}


@pytest.mark.req("ACC-12", "FORM-06")
def test_locked_hidden_masked_and_foreign_fields_cannot_be_overwritten() -> None:
    data = complete_application()
    forged: dict[str, str | list[str]] = {
        "basics.full_name": "李四",
        "education.0.school": "名校",
        "education.0.source": "self",
        "basics.id_number": "x",
        "basics.gender": "f",
        "work.0.content": "改",
        "other": "x",
    }

    kept = back(
        data,
        rights=Rights(
            edit=("basics", "education"), hide=("basics.gender",), mask=("basics.id_number",)
        ),
        change=forged,
    )

    assert kept == data


@pytest.mark.req("ACC-12", "FORM-06", "PROF-07")
def test_what_a_program_sends_overwrites_no_more_than_a_page_does() -> None:
    """Only pages laid what was posted over what is stored; programs wrote protected values."""
    data = complete_application()
    rights = Rights(
        edit=("basics", "education"), hide=("basics.gender",), mask=("basics.id_number",)
    )

    def sent(**given: object) -> object:
        return laid_over(APPLY, data, given, surroundings(application_world()), rights).data

    assert sent() == data
    assert sent(**data) == data
    basics = data["basics"] | {"full_name": "李四", "id_number": "x", "gender": "f"}  # type: ignore[operator]
    assert sent(basics=basics, work=[], other="x")["basics"] == data["basics"]  # type: ignore[index]
    assert sent(basics=basics, work=[])["work"] == data["work"]  # type: ignore[index]
    assert sent(education=[])["education"] == data["education"]  # type: ignore[index]
    assert sent(education="x")["education"] == "x"  # type: ignore[index]
    assert sent(education=["x"])["education"][0] == "x"  # type: ignore[index]
    assert sent(basics="x")["basics"] == "x"  # type: ignore[index]
    assert sent(basics={**basics, "new": 1})["basics"] == data["basics"] | {"new": 1}  # type: ignore[index, operator]


@pytest.mark.req("PROF-07")
def test_an_imported_row_comes_back_when_the_page_drops_it() -> None:
    data = complete_application()

    assert back(data, change={"education.#": ["list"]})["education"] == data["education"]


def test_rows_are_found_again_after_one_was_removed() -> None:
    data = complete_application()
    data["education"] = [
        {"source": "self", "school": "甲校"},
        {"source": "imported", "school": "乙校", "major": "数学"},
        {"source": "self", "school": "丙校"},
    ]
    kept = back(data, change={"_do": "remove:education.0"})
    assert [row["school"] for row in kept["education"]] == ["乙校", "丙校"]  # type: ignore[index, union-attr]

    form = look(data)
    shown = page_of(look(kept))
    again = read(form, shown).data

    assert again["education"] == kept["education"]


@pytest.mark.req("FORM-02", "PROF-30")
def test_rows_are_added_moved_and_removed() -> None:
    data: dict[str, object] = {"work": [{"content": "甲"}, {"content": "乙"}]}

    def after(operation: str) -> list[object]:
        rows = back(data, change={"_do": operation}).get("work")
        return [row.get("content") for row in rows] if isinstance(rows, list) else []

    assert after("add:work") == ["甲", "乙", None]
    assert after("up:work.1") == ["乙", "甲"]
    assert after("down:work.0") == ["乙", "甲"]
    assert after("remove:work.0") == ["乙"]
    assert after("remove:work.9") == ["甲", "乙"]
    assert after("add:basics") == ["甲", "乙"]


def test_a_new_row_begins_with_its_declared_defaults() -> None:
    kept = back({}, change={"_do": "add:education"})

    assert kept["education"] == [{"source": "self"}]


def test_an_imported_row_is_not_removed_by_its_button() -> None:
    data = complete_application()

    assert back(data, change={"_do": "remove:education.0"})["education"] == data["education"]


@pytest.mark.req("APP-04")
def test_changing_a_choice_clears_what_depends_on_it() -> None:
    kept = back(complete_application(), change={"settings.kind": "special"})

    assert kept["settings"] == {"unit": "u1", "kind": "special", "activity": "a1", "field": "f2"}


def test_a_chosen_record_replaces_the_one_before() -> None:
    kept = back(complete_application(), change={"settings.unit": ["", "u1", "u2"]})

    assert kept["settings"]["unit"] == "u2"  # type: ignore[index]


def test_clearing_takes_a_value_away() -> None:
    kept = back(complete_application(), change={"_do": "clear:settings.unit"})

    assert "unit" not in kept["settings"]  # type: ignore[operator]


def test_one_of_several_is_taken_away() -> None:
    data = complete_application()
    data["education"] = [{"source": "self", "proof": ["a", "b"]}]

    kept = back(data, change={"_do": "unfile:education.0.proof:a"})

    assert kept["education"] == [{"source": "self", "proof": ["b"]}]


def test_a_locked_value_that_does_not_show_is_kept_too() -> None:
    form = form_of(
        """
        state: {title: 状态, codes: work-statuses}
        note:
          title: 说明
          type: string
          visible_when: it.state == 'past'
          locked_when: it.state != null
        """
    )
    shown = form.effective({"state": "current", "note": "原文"}, surroundings())

    kept = read(shown, MultiDict({"state": "current", "note": "改动"})).data

    assert kept == {"state": "current", "note": "原文"}


def test_unknown_buttons_and_places_are_ignored() -> None:
    data = complete_application()

    for operation in ("explode:work", "remove:nothing.0", "up:work", "down:work.0", "clear:other"):
        assert back(data, change={"_do": operation}) == data


def test_putting_a_value_where_there_is_no_place_does_nothing() -> None:
    data: dict[str, object] = {"a": 1, "rows": [{}]}

    put(data, ("a", "b", "c"), 2)
    put(data, ("rows", 5, "c"), 2)
    put(data, ("rows", 0), 2)

    assert data == {"a": 1, "rows": [{}]}


def test_rows_within_a_new_row_are_new_too() -> None:
    form = form_of(
        """
        outer:
          title: 外
          items:
            properties:
              inner:
                title: 内
                row: {keep_when: it.state == 'past'}
                items:
                  properties:
                    state: {title: 状态, codes: work-statuses, locked: true}
                    group:
                      title: 组
                      properties: {note: {title: 说明, type: string, locked: true}}
        """
    )
    shown = form.effective({}, surroundings())
    posted = MultiDict([("outer.#", "list"), ("outer.#", "x"), ("outer.0.inner.#", "list")])
    posted.add("outer.0.inner.#", "x")
    posted.add("outer.0.inner.0.group.note", "伪造")

    assert read(shown, posted).data == {"outer": [{"inner": [{}]}]}


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("{type: integer}", "９０", 90),
        ("{type: number}", "－１．５", -1.5),
        ("{format: year}", "２０２６", "2026"),
        ("{format: mobile}", "138 0013　８０００", "13800138000"),
        ("{format: id-number}", " 11010519491231002x", "11010519491231002X"),
        ("{format: phone}", "０２２－２３００ 0000", "022-2300 0000"),
        ("{type: string}", "第１中学", "第１中学"),
        ("{format: date}", "2026年9月1日", "2026-09-01"),
        ("{format: date}", "２０２６／９／１", "2026-09-01"),
        ("{format: date}", "去年9月", "去年9月"),
        ("{type: integer}", "九十", "九十"),
    ],
)
def test_numbers_may_be_typed_in_full_width_and_days_in_several_ways(
    field: str, typed: str, kept: object
) -> None:
    form = form_of(f"n: {{title: 数, {field[1:]}")
    shown = form.effective({}, surroundings(), Rights(edit="all"))

    assert read(shown, MultiDict({"n": typed})).data == {"n": kept}
