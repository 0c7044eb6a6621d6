"""What is wrong with a form file is said at its place, all at once."""

import time

import pytest

from engine.authoring import Problems, read_yaml
from engine.forms import read_forms
from engine.forms.schema import broken, is_usable
from tests.forms.world import APPLICATION, PROFILE, forms_of


def said(properties: str, top: str = "") -> list[tuple[str, int, str]]:
    """Return code, line and English sentence of every problem of a form."""
    problems = Problems()
    lines = "\n".join("  " + line for line in properties.strip("\n").splitlines())
    forms_of(f"form: test\ntitle: 测试\n{top}properties:\n{lines}\n", problems=problems)
    return [(each.code, each.at.line, each.sentence("en")) for each in problems]


def codes(properties: str, top: str = "") -> list[str]:
    return [code for code, _, _ in said(properties, top)]


@pytest.mark.req("FORM-01")
def test_a_form_with_every_kind_of_field_has_no_problem() -> None:
    problems = Problems()

    forms = forms_of(PROFILE, APPLICATION, problems=problems)

    assert not problems
    assert forms["application"].schema["$schema"].endswith("2020-12/schema")


@pytest.mark.req("TST-08", "CON-04")
def test_a_misspelt_keyword_is_found_with_the_nearest_one() -> None:
    problems = Problems()

    forms_of(
        "form: test\ntitle: 测试\nproperties:\n  a: {title: 甲, type: string, minLenght: 2}\n",
        problems=problems,
    )

    (found,) = problems
    assert (found.code, found.at.line, found.at.column) == ("DEF101", 4, 31)
    assert 'Did you mean "minLength"?' in found.hint("en")


GROUP = "b: {title: 乙, properties: {c: {title: 丙, type: string}}}"
WRONG = [
    ("a: {title: 甲}", "FRM102"),
    ("a: {title: 甲, type: number, widget: textarea}", "FRM103"),
    ("a: {title: 甲, type: boolean, codes: genders}", "FRM103"),
    ("Bad-Name: {title: 甲, type: string}", "FRM105"),
    ("a: {title: 甲, type: number, maxLength: 3}", "FRM201"),
    ("a: {title: 甲, type: string, suffix: 年}", "FRM201"),
    ("a: {title: 甲, type: string, minLength: 9, maxLength: 5}", "FRM202"),
    ('a: {title: 甲, type: string, pattern: "(a+"}', "FRM203"),
    ('a: {title: 甲, type: string, pattern: "(?=x)y"}', "FRM203"),
    ("a: {title: 甲, type: string, enum: [x]}", "FRM204"),
    ("a: {title: 甲, codes: gendres}", "FRM205"),
    ("a: {title: 甲, codes: genders, only: [x]}", "FRM205"),
    ("a: {title: 甲, reference: unit}", "FRM205"),
    ("a: {title: 甲, reference: units, label: nam}", "FRM205"),
    ("a: {title: 甲, files: {template: prof}}", "FRM205"),
    ("a: {title: 甲, type: string, options_from: {codes: sorts, parent: b}}", "FRM205"),
    ("a: {title: 甲, type: number, default: many}", "FRM206"),
    ("a: {title: 甲, codes: genders, default: x}", "FRM206"),
    ("a: {title: 甲, files: {size: big}}", "FRM207"),
    ("a: {title: 甲, type: boolean, const: false}", "FRM208"),
    ("a: {title: 甲, type: string, private: yes}", "FRM208"),
    ("a: {title: 甲, type: string, options_from: {parent: b}}", "FRM209"),
    ("a: {snapshot_of: profil}", "FRM107"),
    ("a: {use: test}", "FRM108"),
    ("a: {use: test.b, properties: {d: null}}\n" + GROUP, "FRM205"),
    ("a: {title: 甲, type: string, visible_when: data.b == 1}", "DEF403"),
    ("a: {title: 甲, type: string, visible_when: data.a}", "DEF404"),
    ("a: {title: 甲, codes: genders, visible_when: data.a == 'x'}", "DEF415"),
    ("a: {title: 甲, type: string, tilte: 甲}", "DEF101"),
    ("a: {title: 甲, type: string, options_from: {register: activity, field: kind}}", "FRM205"),
    ("a: {title: 甲, type: string, options_from: {register: activities, field: name}}", "FRM210"),
    ("a: {title: 甲, options_from: {register: units, field: open, match: {x: 1}}}", "DEF102"),
    ("a: {title: 甲, type: string, options_from: {codes: sorts, parent: it.b}}", "FRM205"),
    ("a: {title: 甲, type: string, options_from: {codes: sorts, parent: data.b}}", "FRM205"),
    ("a: {title: 甲, type: string, visible_when: [x]}", "DEF102"),
    ("a: {title: 甲, reference: units, where: it.name == 'x'}", "DEF422"),
    ("a: {title: 甲, widget: textarea, format: mobil}", "DEF104"),
    ("a: {title: 甲, type: array, codes: tags, format: date}", "FRM103"),
    ("a: [x]", "DEF102"),
    ("a: {title: 甲, reference: unit, where: it.name == 'x'}", "FRM205"),
    ("a: {title: 甲, options_from: {codes: sort}}", "FRM205"),
    ("a: {title: 甲, properties: {}, layout: {columns: 0}}", "DEF102"),
    ("a: {title: 甲, items: {type: array, properties: {b: {title: 乙, type: string}}}}", "DEF104"),
    ("a: {title: 甲, extension: {itmes: {}}}", "DEF101"),
    ("a: {type: string}", "DEF103"),
    ("a: {title: 甲, type: strng}", "DEF104"),
    ("a: {title: 1.10, type: string}", "DEF105"),
]


@pytest.mark.req("TST-08")
@pytest.mark.parametrize(("properties", "code"), WRONG, ids=[text for text, _ in WRONG])
def test_a_wrong_field_is_reported(properties: str, code: str) -> None:
    found = codes(properties)

    assert code in found


BORROWING = """
form: test
title: 测试
properties:
  basics:
    title: 甲
    required: [a, b]
    properties: {a: {title: 子, type: string}, b: {title: 丑, type: string}}
  other: {use: test.basics, properties: {a: null, b: {title: 卯}}}
"""


@pytest.mark.req("FORM-01")
def test_a_section_that_borrows_its_fields_may_remove_some() -> None:
    problems = Problems()

    found = forms_of(BORROWING, problems=problems)["test"]

    assert not problems
    assert list(found.schema["properties"]["other"]["properties"]) == ["b"]
    assert found.schema["properties"]["other"]["required"] == ["b"]
    assert list(found.schema["properties"]["basics"]["properties"]) == ["a", "b"]


def test_required_and_layout_name_existing_fields() -> None:
    found = said(
        "a: {title: 甲, type: string}",
        "required: [b]\nlayout: {groups: [{title: 组, fields: [c]}]}\n",
    )

    assert [code for code, _, _ in found] == ["FRM104", "FRM205"]
    assert found[0][2] == 'required of form "test" names "b", which is not a field here'


def test_rules_speak_at_existing_fields() -> None:
    rules = "rules: [{that: data.a == 'x', say: 不对, at: b}]\n"

    assert codes("a: {title: 甲, type: string}", rules) == ["FRM205"]


def test_rules_may_speak_below_a_section() -> None:
    section = "s: {title: 部分, properties: {a: {title: 甲, type: string}}}"
    rule = "rules: [{{that: data.s.a == 'x', say: 不对, at: {}}}]\n"

    assert codes(section, rule.format("s.a")) == []
    assert codes(section, rule.format("s.b")) == ["FRM205"]


def test_rules_without_a_condition_are_reported_and_others_speak_for_the_form() -> None:
    assert codes("a: {title: 甲, type: string}", "rules: [{say: 不对}]\n") == ["DEF103"]
    assert (
        codes("a: {title: 甲, type: string}", "rules: [{that: data.a == 'x', say: 不对}]\n") == []
    )


def test_a_form_may_say_that_it_is_an_object() -> None:
    assert codes("a: {title: 甲, type: string}", "type: object\n") == []
    assert codes("a: {title: 甲, type: string}", "type: array\n") == ["DEF104"]
    assert codes("a: {title: 甲, type: string, visible_when: true}") == []


def test_a_form_is_called_like_its_file() -> None:
    problems = Problems()
    node = read_yaml("form: b\ntitle: 乙\nproperties: {}\n", "forms/a.yaml", problems)
    assert node is not None
    read_forms({"a": node}, problems)

    assert [each.code for each in problems] == ["FRM101"]


def test_deep_nesting_is_refused() -> None:
    text = "{title: 甲, type: string}"
    for _ in range(10):
        text = "{title: 组, properties: {a: " + text + "}}"

    assert "FRM106" in codes(f"a: {text}")


def test_all_problems_come_at_once() -> None:
    found = codes("a: {title: 甲, codes: x}\nb: {title: 乙, reference: y}\nc: {title: 丙}")

    assert found == ["FRM205", "FRM205", "FRM102"]


@pytest.mark.req("FORM-04")
def test_an_evil_pattern_is_matched_in_linear_time() -> None:
    started = time.perf_counter()

    assert list(broken({"pattern": "^(a+)+$"}, "a" * 20_000 + "!"))

    assert time.perf_counter() - started < 2
    assert is_usable("^(a+)+$")
    assert not is_usable(r"(a)\1")
