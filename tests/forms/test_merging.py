"""A committee's own items in a form, without touching the form."""

import pytest

from engine.forms import Form, bind, loaded, merged
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    application_world,
    complete_application,
    form_of,
    forms_of,
    surroundings,
)

BASE = forms_of(PROFILE, APPLICATION)["application"]
ITEMS: list[dict[str, object]] = [
    {"key": "paper", "title": "论文", "required": True, "min": 2, "max": 3, "help": "近五年"},
    {
        "key": "lesson",
        "title": "公开课",
        "required": False,
        "files": {"max": 1, "types": ["mp4"]},
        "template": "proof",
    },
]


def with_items(items: list[dict[str, object]]) -> Form:
    return bind(merged(BASE, items), BASE.names)


@pytest.mark.req("FORM-11", "APP-15")
def test_each_item_becomes_rows_with_its_own_limits() -> None:
    before = BASE.hash

    form = with_items(ITEMS)

    paper, lesson = form.element("materials.paper"), form.element("materials.lesson")
    assert paper is not None
    assert lesson is not None
    assert (paper.title, paper.help, paper.required) == ("论文", "近五年", True)
    assert paper.schema == {"type": "array", "minItems": 2, "maxItems": 3}
    files = form.element("materials.lesson.files")
    assert files is not None
    assert files.files is not None
    assert (files.files.max, files.files.types, files.files.size) == (1, ("mp4",), 1024**2)
    assert files.files.template == "proof"
    assert BASE.hash == before != form.hash


@pytest.mark.req("FORM-11", "APP-15")
def test_the_items_are_demanded_and_filled_in_separately() -> None:
    form, data, world = with_items(ITEMS), complete_application(), application_world()

    def wrong() -> dict[str, str]:
        found = form.validate(data, surroundings(world))
        return {error.name: error.sentence for error in found}

    assert wrong() == {"materials.paper": "请至少填写一条论文"}
    data["materials"] = {"paper": [{"files": ["photo"]}]}
    assert wrong()["materials.paper"] == "论文至少 2 条，现在是 1 条"


@pytest.mark.req("FORM-11", "FORM-12")
def test_a_merged_form_is_pinned_as_it_was() -> None:
    form = with_items(ITEMS)

    again = bind(loaded(form.dumped()), BASE.names)

    assert again.hash == form.hash
    data = complete_application()
    assert [e.sentence for e in again.validate(data, surroundings(application_world()))] == [
        "请至少填写一条论文"
    ]


def test_without_items_the_extension_point_does_not_show() -> None:
    assert BASE.effective({}, surroundings()).find("materials") is None
    assert with_items([]).effective({}, surroundings()).find("materials") is None


def test_unusable_and_repeated_keys_lose_no_item() -> None:
    form = with_items(
        [{"key": "坏", "title": "甲"}, {"key": "a", "title": "乙"}, {"key": "a", "title": "丙"}]
    )

    materials = form.element("materials")
    assert materials is not None
    assert [(child.name, child.title) for child in materials.children] == [
        ("item_1", "甲"),
        ("a", "乙"),
    ]


def test_an_extension_point_may_stand_in_a_group() -> None:
    base = form_of(
        """
        outer:
          title: 外
          properties:
            inner:
              title: 内
              extension: {items: {properties: {note: {title: 说明, type: string}}}}
        """
    )

    form = merged(base, [{"key": "x", "title": "甲"}])

    assert form.element("outer.inner.x.note") is not None
