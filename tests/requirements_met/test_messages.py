"""Who writes to whom at the pages, and what an applicant finds under 我的消息."""

import pytest

from tests.support.city import AT_RECEPTION, AT_UNIT, City, Visitor, city

RETURNED = (*AT_UNIT, "{by: 王初审, does: return, case: z, with: {reason: 学历证书不清晰}}")
AGENDA = (
    *AT_RECEPTION,
    "{by: 孙秘书, does: receive, case: z}",
    "{clock: 2026-10-12 09:00}",
    "{by: 孙秘书, does: start, process: tianjin/meeting, case: m, with: $forms/meeting}",
    "{by: 孙秘书, does: add, case: m, with: {members: [z]}}",
)
TEXT = {"title": "答辩安排", "body": "请通知本单位申报人按时到场。"}


def write(sender: Visitor, listing: str, row: str, search: str = "", world: str = "tianjin") -> str:
    """Search a list, tick a row, write and send; the names of the recipients as shown."""
    sender.get(f"/lists/{world}/{listing}?search={search}")
    sender.press("编辑信息", row=row)
    shown = sender.page.text
    sender.press("发送", **TEXT)
    assert "消息已发送给 1 个接收对象" in sender.page.source
    return shown


class TestWhereRoutesAreBuiltByTheBureau:
    """In Chengdu the right to send messages led nowhere: there was no 消息推送."""

    @pytest.mark.req("MSG-01", "MSG-04")
    @pytest.mark.parametrize(
        ("sender", "listing", "row", "reader"),
        [
            (("蔺校长", "浣花小学"), "message-staff", None, ("岑晓雯", None)),
            (("郁管理", "成都人社局"), "message-subordinates", "浣花小学", ("蔺校长", "浣花小学")),
            (("郁管理", "成都人社局"), "message-staff", None, ("岑晓雯", None)),
            (("乜秘书", "蓉初评委"), "message-departments", "武侯教育局", ("钭科长", "武侯教育局")),
            (("乜秘书", "蓉初评委"), "message-units", "浣花小学", ("蔺校长", "浣花小学")),
        ],
    )
    def test_each_role_writes_to_its_recipients(self, sender, listing, row, reader):
        town = city(
            "{by: 岑晓雯, does: start, process: chengdu/initial-confirmation, case: z, "
            "with: $forms/initial-settings}",
            "{by: 岑晓雯, does: submit, case: z}",
            worlds="chengdu",
        )
        visitor = town.visit(*sender)
        assert f"/lists/chengdu/{listing}" in visitor.get("/").links.values()

        write(visitor, listing, row or town["z"], world="chengdu")

        assert [message[0] for message in titles(town.visit(*reader))] == ["答辩安排"]


def titles(reader: Visitor) -> list[list[str]]:
    """Title, kind and sender of every message received."""
    return [row[:3] for row in reader.get("/messages").rows()]


class TestCommittee:
    @pytest.mark.req("COM-12", "MSG-01", "MSG-04")
    @pytest.mark.parametrize(
        ("listing", "search", "row", "reader"),
        [
            ("message-departments", "教育委员会", "教委", ("何处长", "教委")),
            ("message-units", "第一示范", "第一中学", ("王初审", "第一中学")),
        ],
    )
    def test_it_writes_to_departments_and_units(self, listing, search, row, reader):
        town = city()

        write(town.visit("孙秘书", "教师高评委"), listing, row, search)

        (message,) = titles(town.visit(*reader))
        assert message == ["答辩安排", "单位消息", "天津市中小学教师高级职称评审委员会"]

    @pytest.mark.req("COM-12", "MSG-01", "MSG-04")
    def test_it_writes_to_its_applicants(self):
        town = city(*AT_RECEPTION, "{by: 孙秘书, does: receive, case: z}")

        shown = write(town.visit("孙秘书", "教师高评委"), "message-applicants", town["z"], "张三")

        assert "接收对象 1 个：张三" in shown
        assert ["答辩安排", "单位消息"] in [row[:2] for row in titles(town.visit("张三"))]
        assert titles(town.visit("李四")) == []

    @pytest.mark.req("MSG-04", "SEC-01")
    def test_nobody_writes_to_those_who_are_not_in_the_list(self):
        town = city(*AT_RECEPTION)
        other = town.visit("严秘书", "工程高评委")
        answer = other.post(
            "/messages/to/tianjin/message-applicants", {"row": town["z"], "send": "yes", **TEXT}
        )

        assert answer.status == 404
        assert titles(town.visit("张三")) == []

    @pytest.mark.req("COM-08", "APP-29", "MSG-07")
    def test_applicants_are_invited_to_the_defence(self):
        town = city(*AGENDA)
        secretary = town.visit("孙秘书", "教师高评委")
        secretary.get(f"/cases/{town['m']}/actions/defence")
        secretary.press(
            "确定发送答辩通知",
            members=town["z"],
            defence_at="2026-10-15T09:00",
            place="第一会议室",
            remarks="请携带身份证。",
        )

        applicant = town.visit("张三")
        (message,) = titles(applicant)
        assert message[:2] == ["答辩通知", "答辩通知"]
        page = applicant.get(applicant.page.links["答辩通知"])
        for text in ("2026-000001", "2026年10月15日 09:00", "第一会议室", "请携带身份证。"):
            assert text in page


@pytest.mark.req("APP-29", "APP-39", "MSG-07")
def test_an_applicant_finds_notices_messages_of_units_and_feedback():
    town = city(
        *AGENDA,
        "{by: 孙秘书, does: defence, case: m, with: {members: [z], "
        "defence_at: 2026-10-15T09:00, place: 第一会议室}}",
    )
    write(town.visit("孙秘书", "教师高评委"), "message-applicants", town["z"])
    applicant = town.visit("张三")
    applicant.get("/")
    applicant.get(applicant.page.links["举报"])
    applicant.press("立即举报")
    assert applicant.press("提交", subject="某单位").status == 422
    applicant.press("提交", subject="某单位", content="公示期间没有张贴名单。")

    officer = town.visit("陈管理", "人社局")
    page = officer.get("/lists/tianjin/complaints")
    officer.get(next(to for words, to in page.links.items() if words.startswith("审核")))
    officer.press("确定反馈", feedback="经核实，已责令补充公示。")

    assert [row[1] for row in titles(applicant)] == ["举报反馈", "单位消息", "答辩通知"]
    page = applicant.get(applicant.page.links["举报反馈"])
    assert "经核实，已责令补充公示。" in page


class TestReceived:
    @pytest.mark.req("MSG-05", "MSG-06")
    def test_a_message_is_opened_with_its_sender_and_confirmed_as_read(self):
        """Opening one was taken for having read it; there was no 确认已读."""
        town = city()
        for title in ("第一次通知", "第二次通知"):
            town.platform.messages.send(
                town.person("吕复审", "教委"), to=["第一中学"], title=title, body="请及时办理。"
            )
        reader = town.visit("王初审", "第一中学")

        page = reader.get(reader.get("/messages").links["第二次通知"])
        assert "天津市教育委员会" in page
        assert "请及时办理。" in page
        assert [row[4] for row in reader.get("/messages").rows()] == ["未读", "未读"]
        reader.page = page
        page = reader.press("确认已读")

        assert [(row[0], row[4]) for row in page.rows()] == [
            ("第二次通知", "已读"), ("第一次通知", "未读"),
        ]  # fmt: skip
        assert "确认已读" not in reader.get(page.links["第二次通知"]).buttons
        shown = [words for words in reader.get("/").links if words.endswith("次通知")]
        assert shown == ["第一次通知", "第二次通知"]

    @pytest.mark.req("MSG-05")
    def test_older_ones_stand_on_further_pages(self):
        """Of many messages only the newest fifty could be found."""
        town = city()
        for number in range(60):
            town.platform.messages.send(
                town.person("吕复审", "教委"), to=["第一中学"], title=f"通知{number}", body="…"
            )
        reader = town.visit("王初审", "第一中学")

        first = [row[0] for row in reader.get("/messages").rows()]
        second = [row[0] for row in reader.get(reader.page.links["下一页"]).rows()]

        assert first + second == [f"通知{number}" for number in range(59, -1, -1)]
        assert "下一页" not in reader.page.links


class TestUnits:
    @pytest.fixture
    def town(self) -> City:
        return city(*RETURNED)

    @pytest.mark.req("MSG-02")
    @pytest.mark.parametrize("search", ["张三", "第一示范", "id_number"])
    def test_applicants_are_searched_by_name_number_and_unit(self, town, search):
        if search == "id_number":
            with town.platform.store.read() as unit:
                person = unit.records.load("people", "张三")
                search = person.data["personal_basics"]["id_number"]
        admin = town.visit("李复审", "第一中学")

        page = admin.get(f"/lists/tianjin/message-staff?search={search}")
        assert [row[1] for row in page.rows()] == ["张三"]
        assert admin.get("/lists/tianjin/message-staff?search=没有此人").rows() == []

    @pytest.mark.req("MSG-02", "MSG-04")
    @pytest.mark.parametrize("writer", [("李复审", "第一中学"), ("吕复审", "教委")])
    def test_applicants_are_written_to_before_their_applications_were_handled(self, writer):
        """Unit and department could write only to those whose applications they had decided."""
        town = city(*AT_UNIT)
        with town.platform.store.read() as unit:
            number = unit.records.load("people", "张三").data["personal_basics"]["id_number"]

        write(town.visit(*writer), "message-staff", town["z"], number)

        assert titles(town.visit("张三")) == [
            ["答辩安排", "单位消息", town.platform.directory.name("organisations", writer[1])]
        ]
        # The list is for writing: what is still at a unit below is not opened from above.
        assert town.visit("吕复审", "教委").get(f"/cases/{town['z']}").status == 404

    @pytest.mark.req("MSG-02")
    @pytest.mark.parametrize("search", ["第一示范", "12120000102328779B"])
    def test_units_are_searched_by_name_and_code(self, search):
        town = city()

        write(town.visit("吕复审", "教委"), "message-subordinates", "第一中学", search)

        assert [row[0] for row in titles(town.visit("王初审", "第一中学"))] == ["答辩安排"]

    @pytest.mark.req("MSG-09")
    def test_those_who_have_not_resubmitted_are_reminded(self, town):
        admin = town.visit("李复审", "第一中学")
        admin.get("/lists/tianjin/handled?status=returned&sort=-days")
        assert [row[2] for row in admin.page.rows()] == ["张三"]

        admin.press("编辑信息", row=town["z"])
        admin.press("发送", title="请尽快重新提交", body="修改提交截止时间将至。")

        assert titles(town.visit("张三"))[0][:2] == ["请尽快重新提交", "单位消息"]

    def test_without_a_tick_nothing_is_written(self, town):
        admin = town.visit("李复审", "第一中学")
        admin.get("/lists/tianjin/handled")

        assert "请先勾选接收对象。" in admin.press("编辑信息").source

    def test_without_a_text_nothing_is_sent(self, town):
        admin = town.visit("李复审", "第一中学")
        admin.get("/lists/tianjin/handled")
        admin.press("编辑信息", row=town["z"])

        page = admin.press("发送", title="通知")

        assert page.status == 409
        assert "填写标题和内容" in page
        assert [row[1] for row in titles(town.visit("张三"))] == ["退回修改"]
