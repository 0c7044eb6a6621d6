"""The table of names an author can use, as `explain` prints it."""

from engine.domain.types import BOOLEAN, TEXT, Field, Record, Reference
from engine.expressions import Scope, explain, type_words

UNITS = Record(
    "units", {"name": Field(TEXT, "名称"), "superior": Field(Reference("units"), "上级")}
)
SETTINGS = Record("settings", {"unit": Field(Reference("units"), "工作单位", "form application")})
SCOPE = Scope(
    {
        "data": Field(SETTINGS, "申报表", "form application"),
        "late": Field(BOOLEAN, "已逾期", "facts"),
    },
    {"units": UNITS},
    {"unit": "data.unit"},
)


def test_every_name_has_its_type_caption_and_origin():
    rows = [(row.name, row.words("en"), row.label, row.origin) for row in explain(SCOPE)]

    assert rows == [
        ("data", 'the record "settings"', "申报表", "form application"),
        ("data.unit", 'a row of register "units"', "工作单位", "form application"),
        ("data.unit.id", "text", "", ""),
        ("data.unit.name", "text", "名称", ""),
        ("data.unit.superior", 'a row of register "units"', "上级", ""),
        ("late", "true or false", "已逾期", "facts"),
        ("unit", 'a row of register "units"', "工作单位", "= data.unit"),
    ]


def test_types_are_named_in_chinese_too():
    assert [row.words("zh") for row in explain(SCOPE, depth=1)] == [
        '记录 "settings"',
        "是/否",
        '登记表 "units" 的一行',
    ]


def test_a_row_of_any_register_has_a_name():
    assert type_words(Reference("")).en == "a row of a register"


def test_an_alias_that_leads_nowhere_is_left_out():
    scope = Scope({"data": Field(SETTINGS)}, {}, {"lost": "data.nope", "round": "round"})

    assert [row.name for row in explain(scope, depth=1)] == ["data"]
