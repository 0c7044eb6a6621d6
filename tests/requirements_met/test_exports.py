"""导出查询结果: the sheet holds the rows that the query shows, at every place that has it."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.requirements_met import test_bureau as chengdu
from tests.requirements_met import test_quotas as quotas
from tests.requirements_met import test_sichuan as sichuan
from tests.support.city import city

DECLARED = (quotas.STARTED, quotas.SUBMITTED, quotas.PASSED, quotas.CONFIRMED)
PAST = (*sichuan.AT_SUPERIOR, sichuan.CONCLUDED)
BARRED = (
    "{change: {registers: {blacklist: {b1: {person: 岑晓雯, from: 2026-09-01, "
    "reason: 材料弄虚作假, state: active}}}}}"
)
CODE = (
    "{change: {registers: {issuing_units: {c1: "
    "{unit: 武侯教育局, code: '510107', state: active}}}}}"
)


@pytest.mark.req("IMP-08")
@pytest.mark.parametrize(
    ("worlds", "lines", "who", "organisation", "place", "query"),
    [
        ("chengdu", (CODE,), "郁管理", "成都人社局", "发证单位编码配置", "state=active"),
        ("chengdu", (), "郁管理", "成都人社局", "评委会管理", "state=active"),
        ("chengdu", (), "郁管理", "成都人社局", "评委会查询", "state=active"),
        ("chengdu", (BARRED,), "郁管理", "成都人社局", "黑名单管理", "state=active"),
        ("chengdu", chengdu.CHECKED, "宓审核", "武侯人社局", "职称申报人员资格审核", "year=2026"),
        ("tianjin", DECLARED, "章职数", "人社局", "职数申报查询", "data.settings.year=2026"),
        ("sichuan", PAST, "游复审", "蓉城中学", "历年上报人员查询", "year=2026"),
    ],
)
def test_the_result_of_a_query_is_exported_as_it_is_shown(
    worlds, lines, who, organisation, place, query
):
    town = city(*lines, worlds=worlds)
    visitor = town.visit(who, organisation)
    (address,) = (
        href for words, href in visitor.get("/").links.items() if words.split(" ")[0] == place
    )
    page = visitor.get(f"{address}?{query}")
    for mark in page.tree.find_class("flag"):
        mark.drop_tree()
    shown = [row[1 if row[0] == "" else 0 :] for row in page.rows()]

    content = BytesIO(visitor.get(page.links["导出查询结果"]).raw.data)

    sheet = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert shown
    assert [row[: len(line)] for row, line in zip(shown, sheet[1:], strict=True)] == sheet[1:]
