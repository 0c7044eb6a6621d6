"""Certificates reported to the ministry: over HTTP, or through a folder; revocations too."""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

import pytest

from engine.connectors.folder import Folder
from engine.connectors.outside import OutsideConnections
from engine.domain.clock import SystemClock
from engine.domain.errors import Refused
from engine.services.jobs import PIECE
from tests.requirements_met.test_numbers import WAITING
from tests.support.answering import Answering, answering
from tests.support.city import City, Visitor, city

BUREAU = "成都人社局"
REPORTS = "/lists/chengdu/to-report"
RESULTS = "/lists/chengdu/reported"
FIRST, SECOND = "51012026000001", "51012026000002"
ISSUED = (*WAITING, "{by: 厍发证, does: issue, case: [z, y]}")
TAKEN = (200, {"accepted": True, "receipt": "R-1"})


@pytest.fixture(scope="module")
def running() -> Iterator[Answering]:
    with answering() as server:
        yield server


@pytest.fixture
def ministry(running: Answering) -> Answering:
    running.asked.clear()
    running.will(TAKEN)
    return running


@pytest.fixture
def town(ministry: Answering) -> City:
    settings = {"ministry_url": ministry.url, "ministry_token": "t0ken"}
    return city(*ISSUED, connections=OutsideConnections(settings, SystemClock()), worlds="chengdu")


@pytest.fixture
def officer(town: City) -> Visitor:
    return town.visit("厍发证", BUREAU)


def later(town: City, seconds: float = 2) -> None:
    """A worker comes by."""
    town.clock.set(town.clock.now() + timedelta(seconds=seconds))
    town.platform.outgoing.work_off_slow()


def reported(officer: Visitor, *numbers: str) -> None:
    officer.get(REPORTS)
    officer.press("批量上报", row=list(numbers))
    officer.press("确定批量上报")


def states(officer: Visitor, page: str = REPORTS) -> dict[str, str]:
    """Certificates of a list with how far their report is."""
    rows = officer.get(page).rows()
    ticks = page == REPORTS
    return {row[ticks]: row[7 + ticks] for row in rows}


class TestReporting:
    @pytest.mark.req("CERT-10", "CERT-12")
    def test_the_ticked_ones_are_sent_and_the_others_wait(self, town, officer, ministry):
        officer.get(officer.get("/").links["证书报送人社部"])
        assert set(states(officer)) == {FIRST, SECOND}
        reported(officer, FIRST)
        # Nobody who presses a button waits for the ministry.
        assert ministry.asked == []
        assert states(officer, RESULTS) == {FIRST: "上报中"}

        later(town)

        (asked,) = ministry.asked
        assert (asked.path, asked.token) == ("/certificates", "Bearer t0ken")
        assert asked.body["kind"] == "issue"
        assert (asked.body["number"], asked.body["full_name"]) == (FIRST, "岑晓雯")
        assert asked.body["issuer"] == "成都市人力资源和社会保障局"
        assert set(states(officer)) == {SECOND}
        assert states(officer, RESULTS) == {FIRST: "已上报"}
        assert "R-1" in officer.page

    @pytest.mark.req("CERT-11")
    def test_what_the_ministry_refuses_stays_with_its_reason_and_is_repeated(
        self, town, officer, ministry
    ):
        ministry.will((422, {"detail": "证件号码与姓名不符"}))
        reported(officer, FIRST)
        later(town)
        assert states(officer) == {FIRST: "上报失败", SECOND: "待上报"}
        assert "对方不接受：HTTP 422：证件号码与姓名不符" in officer.page

        ministry.will((200, {"accepted": False, "reason": "系统维护"}))
        reported(officer, FIRST)
        later(town)
        assert states(officer)[FIRST] == "上报失败"
        assert "系统维护" in officer.page

        ministry.will(TAKEN)
        reported(officer, FIRST)
        later(town)
        assert states(officer) == {SECOND: "待上报"}
        # The ministry knows them for the same request.
        assert len(ministry.asked) == 3
        assert len({asked.key for asked in ministry.asked}) == 1

    @pytest.mark.req("CERT-11")
    def test_a_reported_certificate_is_not_sent_again(self, town, officer, ministry):
        reported(officer, FIRST)
        page = officer.get(REPORTS)
        later(town)
        later(town, 600)

        officer.page = page
        officer.press("批量上报", row=[FIRST])
        assert "现在不能进行“上报”" in officer.press("确定批量上报")
        later(town, 600)

        assert len(ministry.asked) == 1

    @pytest.mark.req("CERT-11")
    def test_silence_is_tried_three_times_and_then_shown(self, town, officer, ministry):
        ministry.will((503, {}))
        reported(officer, FIRST)
        for pause in (2, 15, 60, 600):
            later(town, pause)

        assert len(ministry.asked) == 3
        assert states(officer)[FIRST] == "未得到回应"
        assert "对方没有回应：HTTP 503" in officer.page

    @pytest.mark.req("CERT-10")
    def test_who_may_not_report_sees_no_list_and_no_button(self, town):
        manager = town.person("郁管理", BUREAU)

        assert town.platform.lists.why_not(manager, "chengdu/to-report") is not None
        for refused in (
            lambda: town.platform.list_jobs.begin(manager, "chengdu/to-report", "report"),
            lambda: town.platform.registers.act(manager, "certificates", FIRST, "report"),
        ):
            with pytest.raises(Refused):
                refused()


class TestAll:
    @pytest.mark.req("CERT-10")
    def test_all_means_those_that_the_page_shows(self, town, officer, ministry):
        officer.get(f"{REPORTS}?search={SECOND}")
        officer.press("全部上报")
        assert "符合当前查询条件的共 1 条。" in officer.page
        officer.press("确定全部上报")
        town.platform.outgoing.work_off_slow()
        later(town)

        assert [asked.body["number"] for asked in ministry.asked] == [SECOND]
        assert set(states(officer)) == {FIRST}

    @pytest.mark.req("CERT-10", "ENG-18")
    def test_all_are_reported_in_the_background_with_progress(self, town, officer, ministry):
        platform = town.platform
        more = 2 * PIECE + 3
        with platform.store.write() as unit:
            known = platform.release.registers["certificates"]
            (given,) = [unit.records.load("certificates", FIRST)]
            for number in range(more):
                data = {**given.data, "number": f"5101202700{number:04}"}
                platform.records.add(unit, known, data, jurisdiction="chengdu",
                                     at=town.clock.now())  # fmt: skip
        officer.get(REPORTS)
        officer.press("全部上报")
        assert f"共 {more + 2} 条。" in officer.page
        officer.press("确定全部上报")
        assert f"共 {more + 2} 件，已办 0 件" in officer.page
        officer.press("全部上报")
        assert "“上报”还在后台进行" in officer.press("确定全部上报")

        with platform.store.write() as unit:
            (piece,) = unit.outbox.take(town.clock.now(), 1, slow=True)
        platform.jobs.work(piece)
        assert f"已办 {PIECE} 件" in officer.get(REPORTS)
        # A worker that took it over does nothing twice.
        platform.jobs.work(piece)
        assert f"已办 {PIECE} 件" in officer.get(REPORTS)
        platform.outgoing.work_off_slow()
        assert "已完成" in officer.get(REPORTS)
        assert f"已办 {more + 2} 件，没有办成 0 件" in officer.page
        assert ministry.asked == []
        later(town)

        assert len({asked.body["number"] for asked in ministry.asked}) == more + 2
        assert len(ministry.asked) == more + 2
        assert states(officer) == {}


class TestRevocation:
    def revokes(self, officer: Visitor, number: str) -> None:
        officer.get(officer.get("/console/register-certificates/").links[f"撤销 {number}"])
        officer.press("确定撤销", reason="申报材料不实")

    @pytest.mark.req("CERT-16")
    def test_the_revocation_of_a_reported_certificate_is_reported(self, town, officer, ministry):
        reported(officer, FIRST)
        later(town)
        self.revokes(officer, FIRST)
        self.revokes(officer, SECOND)
        # Nobody was told of the second one.
        assert states(officer) == {FIRST: "撤销待上报"}
        holder = town.visit("岑晓雯")
        assert not any(link.startswith("下载") for link in holder.get("/documents").links)
        assert any("已失效" in row for row in holder.page.rows())

        reported(officer, FIRST)
        later(town)

        body = ministry.asked[-1].body
        assert (body["kind"], body["revocation_reason"]) == ("revocation", "申报材料不实")
        assert ministry.asked[0].key != ministry.asked[-1].key
        assert states(officer, RESULTS) == {FIRST: "撤销已上报"}

    @pytest.mark.req("CERT-16")
    def test_one_revoked_while_it_is_reported_is_reported_as_revoked_after_it(
        self, town, officer, ministry
    ):
        reported(officer, FIRST)
        self.revokes(officer, FIRST)
        later(town)

        assert [asked.body["kind"] for asked in ministry.asked] == ["issue"]
        assert states(officer)[FIRST] == "撤销待上报"


class TestFolder:
    """Where the ministry has no interface."""

    @pytest.mark.req("CERT-12")
    def test_certificates_are_left_in_a_folder_as_a_sheet_for_each_day(self, tmp_path: Path):
        settings = {"ministry_url": f"file://{tmp_path}/ministry?format=csv"}
        connections = OutsideConnections(settings, SystemClock())
        town = city(*ISSUED, connections=connections, worlds="chengdu")
        officer = town.visit("厍发证", BUREAU)
        reported(officer, FIRST, SECOND)
        later(town)

        (file,) = (tmp_path / "ministry").glob("*.csv")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert [(row["number"], row["full_name"]) for row in rows] == [
            (FIRST, "岑晓雯"), (SECOND, "姬若兰"),
        ]  # fmt: skip
        assert states(officer, RESULTS) == {FIRST: "已上报", SECOND: "已上报"}
        assert file.name in officer.page

    @pytest.mark.req("CERT-12", "CERT-11")
    @pytest.mark.parametrize("format", ["json", "xml", "csv"])
    def test_the_same_request_is_left_once(self, tmp_path: Path, format: str):
        folder = Folder(urlsplit(f"file://{tmp_path}?format={format}"), "ministry")
        body = {"number": "1", "holder": {"name": '=甲"乙'}, "levels": ["a", "b"]}
        today = date(2026, 9, 1)
        names = [folder.leave(body, key, today) for key in ("a/1", "a/2", "a/1", "a/2")]

        assert names[:2] == names[2:]
        files = sorted(path for path in tmp_path.iterdir() if not path.name.startswith("."))
        content = [path.read_text("utf-8-sig") for path in files]
        if format == "json":
            assert [json.loads(one) for one in content] == [body, body]
        elif format == "xml":
            root = Xml.fromstring(content[0])
            assert (root.tag, root.get("key")) == ("ministry", "a/1")
            assert root.findtext("holder/name") == '=甲"乙'
            assert [node.text for node in root.findall("levels")] == ["a", "b"]
        else:
            (only,) = content
            rows = list(csv.reader(only.splitlines()))
            assert rows == [
                ["key", "number", "holder.name", "levels"],
                ["a/1", "1", "'=甲\"乙", '["a", "b"]'],
                ["a/2", "1", "'=甲\"乙", '["a", "b"]'],
            ]

    @pytest.mark.req("CERT-12")
    def test_a_sheet_that_was_torn_off_is_mended(self, tmp_path: Path):
        folder = Folder(urlsplit(f"file://{tmp_path}?format=csv"), "ministry")
        today = date(2026, 9, 1)
        name = folder.leave({"number": "1"}, "a", today)
        folder.leave({"number": "2"}, "b", today)
        sheet = tmp_path / name
        # The power went after the line and before its mark; then in the middle of a line.
        for mark in (tmp_path / ".sent").iterdir():
            mark.unlink()
        folder.leave({"number": "2"}, "b", today)
        with sheet.open("ab") as lines:
            lines.write(b'c,"3')
        folder.leave({"number": "3"}, "c", today)
        folder.leave({"number": "4", "more": "x"}, "d", today)

        with sheet.open(encoding="utf-8-sig", newline="") as lines:
            assert [row[0] for row in csv.reader(lines)] == ["key", "a", "b", "c"]
        assert len(list(tmp_path.glob("*.csv"))) == 2

    @pytest.mark.req("CERT-12", "CERT-11")
    def test_without_an_address_it_fails_and_says_so(self):
        connections = OutsideConnections({}, SystemClock())
        town = city(*ISSUED, connections=connections, worlds="chengdu")
        officer = town.visit("厍发证", BUREAU)
        reported(officer, FIRST)
        later(town)

        assert states(officer)[FIRST] == "未得到回应"
        assert "没有设置对方的地址（ministry_url, ministry_token）" in officer.page
