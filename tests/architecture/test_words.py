"""The engine and the pages know no field of work: another one is added by files alone."""

import re

import pytest

from tests.architecture import files

GENERIC = (".py", ".html", ".js", ".css", ".json", ".typ", ".yaml", ".po")
CHINESE = [
    "职称", "职务", "职数", "职改", "评委", "评审", "评议", "申报", "呈报", "备案", "公示", "聘任",
    "聘用", "初定", "认定", "破格", "人社", "学历", "工作单位", "主管部门", "继续教育", "资格证书",
    "专业技术", "正高级", "副高级", "天津", "四川", "成都", "北京市",
]  # fmt: skip
ENGLISH = [
    "title[ _-]evaluations?", "professional[ _-]titles?", "job[ _-]titles?", "title[ _-]reviews?",
    "committees?", "work[ _-]units?", "competent[ _-]departments?", "human[ _-]resources",
    "continuing[ _-]education", "diplomas?", "tianjin", "sichuan", "chengdu", "beijing",
]  # fmt: skip
WORDS = re.compile("|".join(CHINESE) + r"|(?i:(?<![a-z])(?:" + "|".join(ENGLISH) + r")(?![a-z]))")


def test_the_generic_part_names_no_field_of_work():
    found = [
        f"{file}:{number}: {line.strip()}"
        for file in files.under("engine", "admin", suffixes=GENERIC)
        for number, line in enumerate(files.text(file).splitlines(), 1)
        if WORDS.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line", ["职称", "a WORK_UNIT", "work_units", "the committee's", "天津市", "Tianjin_2026"]
)
def test_a_word_of_the_field_is_recognised(line):
    assert WORDS.search(line)


@pytest.mark.parametrize("line", ["the title of a step", "unit of work", "review", "workunit"])
def test_a_generic_word_is_let_through(line):
    assert not WORDS.search(line)
