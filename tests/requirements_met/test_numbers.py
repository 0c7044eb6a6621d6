"""Numbers of certificates: ranges a bureau adds, and what is issued from them."""

from contextlib import suppress
from pathlib import Path

import pytest

from engine.bootstrap import assemble
from engine.domain.clock import VirtualClock
from engine.domain.errors import InvalidSubmission, Refused
from engine.services.platform import Platform
from engine.store.database import Store
from tests.support.at_once import at_once
from tests.support.city import City, Visitor, city

BUREAU = "成都人社局"
RANGES = "/console/register-certificate_ranges"
POOL = "certificates"
#: two applications that wait for their certificates, and the shipped range closed
WAITING = tuple(
    line
    for person, name in (("岑晓雯", "z"), ("姬若兰", "y"))
    for line in (
        f"{{by: {person}, does: start, process: chengdu/initial-confirmation, case: {name}, "
        "with: $forms/initial-settings}",
        f"{{by: {person}, does: submit, case: {name}}}",
        f"{{fast_forward: {{case: {name}, to: effective}}}}",
    )
)


def narrowed(first: int, last: int) -> str:
    """The shipped range with other bounds."""
    values = f"first: {first}, last: {last}"
    return f"{{change: {{registers: {{certificate_ranges: {{蓉-2026-1: {{{values}}}}}}}}}}}"


@pytest.fixture
def town() -> City:
    return city(worlds="chengdu")


@pytest.fixture
def clerk(town: City) -> Visitor:
    return town.visit("厍发证", BUREAU)


class TestAdding:
    def adds(self, clerk: Visitor, first: int, last: int, year: int = 2026):
        clerk.get(f"{RANGES}/new/")
        return clerk.press(
            "生成证号", unit="蓉-发证", year=str(year), first=str(first), last=str(last)
        )

    @pytest.mark.req("CERT-01", "CERT-02")
    def test_a_unit_is_found_by_its_name_and_given_numbers(self, clerk):
        clerk.get(clerk.get("/").links["证书编号生成"])
        clerk.get(clerk.page.links["生成证号"])
        assert clerk.press("生成证号").status == 422
        assert "成都市人力资源" in clerk.press("查询 发证单位名称", **{"unit~search": "人力资源"})
        assert "成都市人力资源" not in clerk.press("查询 发证单位名称", **{"unit~search": "武侯"})

        self.adds(clerk, 2001, 2500)

        rows = {tuple(row[1:7]) for row in clerk.get(RANGES).rows()}
        assert rows == {
            ("5101", "2026", "1", "2000", "0", "2000"),
            ("5101", "2026", "2001", "2500", "0", "500"),
        }
        assert len(clerk.get(f"{RANGES}?search=人力资源&year=2026").rows()) == 2
        assert clerk.get(f"{RANGES}?year=2025").rows() == []
        offered = clerk.page.tree.xpath("//select[@name='year']/option/@value")
        assert offered == ["", "2026"]

    @pytest.mark.req("CERT-03")
    def test_ranges_of_a_unit_and_year_do_not_overlap_or_run_backwards(self, clerk):
        assert "1900–2100 与已有的 1–2000 重叠" in self.adds(clerk, 1900, 2100)
        assert "结束序号 2001 不能小于开始序号 2500" in self.adds(clerk, 2500, 2001)
        assert "已保存" in self.adds(clerk, 1900, 2100, year=2027)
        assert len(clerk.get(RANGES).rows()) == 2

    @pytest.mark.req("BUR-23")
    def test_a_deregistered_code_makes_no_numbers(self, town):
        manager = town.person("郁管理", BUREAU)
        registers = town.platform.registers
        registers.act(manager, "issuing_units", "蓉-发证", "deregister",
                      {"deregistration_reason": "机构撤并"})  # fmt: skip
        officer = town.person("厍发证", BUREAU)

        more = {"unit": "蓉-发证", "year": 2026, "first": 3000, "last": 3001}
        with pytest.raises(InvalidSubmission) as refused:
            registers.create(officer, "certificate_ranges", more)
        assert [error.place for error in refused.value.errors] == [("unit",)]
        with pytest.raises(Refused):
            registers.create(manager, "issuing_units", {"unit": "武侯人社局", "code": "5101"})


class TestIssuing:
    @pytest.mark.req("CERT-07")
    def test_too_few_numbers_for_all_stop_it_before_it_begins(self):
        town = city(*WAITING, narrowed(7, 7), worlds="chengdu")
        officer = town.visit("厍发证", BUREAU)
        officer.get("/lists/chengdu/to-issue")
        ticked = [town["z"], town["y"]]
        officer.press("批量发放证书", row=ticked)
        assert "51012026" not in officer.page
        told = officer.press("确定批量发放证书")

        assert (
            "成都市人力资源和社会保障局 2026 年的“证书编号”不够：需要 2 个，可用 1 个，还缺 1 个"
            in told
        )
        assert {town.status("z"), town.status("y")} == {"effective"}
        assert officer.get(RANGES).rows()[0][5:7] == ["0", "1"]

    @pytest.mark.req("CERT-07")
    def test_the_lowest_free_number_comes_first_and_a_refusal_leaves_no_gap(self):
        town = city(*WAITING, narrowed(7, 7), worlds="chengdu")
        officer = town.person("厍发证", BUREAU)
        later = {"unit": "蓉-发证", "year": 2026, "first": 20, "last": 21}
        key = town.platform.registers.create(officer, "certificate_ranges", later)
        act = town.platform.cases.act
        with pytest.raises(Refused):
            act(town.person("井审核", BUREAU), town["z"], "issue")

        act(officer, town["z"], "issue")
        act(officer, town["y"], "issue")

        numbers = [town.content(case, "厍发证", BUREAU)["certificate"]["number"] for case in "zy"]
        assert numbers == ["51012026000007", "51012026000020"]
        delete = town.platform.registers.delete
        with pytest.raises(Refused, match="已用 1 个"):
            delete(officer, "certificate_ranges", key)
        with pytest.raises(Refused, match="已用 1 个"):
            town.platform.registers.change(officer, "certificate_ranges", key, {"first": 19})
        town.platform.registers.change(officer, "certificate_ranges", key, {"last": 40})

    @pytest.mark.req("CERT-07")
    def test_numbers_that_certificates_have_already_are_passed_over_and_the_course_says_so(self):
        imported = "holder: 滕书远, series: '05', level: zhongji"
        there = ", ".join(
            f"'5101202600000{n}': {{number: '5101202600000{n}', {imported}}}" for n in (7, 8)
        )
        town = city(
            *WAITING, narrowed(7, 9), f"{{change: {{registers: {{certificates: {{{there}}}}}}}}}",
            worlds="chengdu",
        )  # fmt: skip
        officer = town.visit("厍发证", BUREAU)
        officer.get("/lists/chengdu/to-issue")
        officer.press("批量发放证书", row=[town["z"], town["y"]])
        assert "需要 2 个，可用 1 个，还缺 1 个" in officer.press("确定批量发放证书")

        clerk = town.person("厍发证", BUREAU)
        town.platform.cases.act(clerk, town["z"], "issue")

        assert town.content("z", "厍发证", BUREAU)["certificate"]["number"] == "51012026000009"
        told = "已在使用、跳过的编号：51012026000007–51012026000008"
        assert told in officer.get(f"/cases/{town['z']}/course")
        with pytest.raises(Refused, match="需要 1 个，可用 0 个"):
            town.platform.cases.act(clerk, town["y"], "issue")

    @pytest.mark.req("BUR-23", "CERT-03")
    def test_without_a_code_nothing_is_issued(self):
        town = city(
            *WAITING,
            "{change: {registers: {issuing_units: {蓉-发证: {state: deregistered}}}}}",
            worlds="chengdu",
        )

        with pytest.raises(Refused, match="没有登记有效的编码"):
            town.platform.cases.act(town.person("厍发证", BUREAU), town["z"], "issue")

        assert town.status("z") == "effective"


class TestAtOnce:
    """Two clerks at the same moment, on a database of its own."""

    CLERKS = 4
    EACH = 6

    @pytest.fixture(params=["sqlite", "postgresql"])
    def platform(self, request, tmp_path: Path) -> Platform:
        url = f"sqlite:///{tmp_path}/town.db"
        if request.param == "postgresql":
            url = request.getfixturevalue("postgres_url")
        store = Store(url)
        store.create_all()
        small = city(worlds="chengdu").platform
        platform = assemble(store, small.definitions, VirtualClock(small.clock.now()))
        yield platform
        store.close()

    def adds(self, platform: Platform, register: str, data: dict) -> str:
        with platform.store.write() as unit:
            return platform.records.add(
                unit, platform.release.registers[register], data, jurisdiction="chengdu",
                at=platform.clock.now(),
            ).key  # fmt: skip

    @pytest.mark.req("CERT-03", "CERT-07")
    def test_no_number_is_given_twice_and_none_is_left_out(self, platform):
        unit = self.adds(platform, "issuing_units", {"unit": "局", "code": "5101"})
        total = self.CLERKS * self.EACH
        for first, last in ((1, 10), (11, total)):
            self.adds(platform, "certificate_ranges",
                      {"unit": unit, "year": 2026, "first": first, "last": last})  # fmt: skip
        pool = platform.release.jurisdictions["chengdu"].pools[POOL]

        def clerk() -> list[str]:
            taken = []
            for _ in range(self.EACH):
                with suppress(ZeroDivisionError), platform.store.write() as undone:
                    platform.records.take_number(undone, pool, unit, 2026)
                    raise ZeroDivisionError
                with platform.store.write() as kept:
                    taken += platform.records.take_number(kept, pool, unit, 2026)
            return taken

        found = at_once(*[clerk] * self.CLERKS)

        numbers = sorted(number for taken in found for number in taken)
        assert numbers == [f"51012026{number:06}" for number in range(1, total + 1)]
        with platform.store.write() as unit_of_work, pytest.raises(Refused) as refused:
            platform.records.take_number(unit_of_work, pool, unit, 2026)
        assert refused.value.code == "numbers_short"

    @pytest.mark.req("CERT-03")
    def test_of_two_overlapping_ranges_one_is_added(self, platform):
        unit = self.adds(platform, "issuing_units", {"unit": "局", "code": "5101"})

        def add(first: int):
            data = {"unit": unit, "year": 2026, "first": first, "last": first + 10}
            return lambda: self.adds(platform, "certificate_ranges", data)

        found = at_once(add(1), add(5))

        assert sum(isinstance(one, Refused) for one in found) == 1
