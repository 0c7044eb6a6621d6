"""The pages of work units, superior units and departments."""

import re
from io import BytesIO

import pytest

from engine.domain.errors import Refused
from tests.support.city import AT_SUPERIOR, AT_UNIT, FIRST, STARTED, SUBMITTED, City, city

AT_DEPARTMENT = (*AT_UNIT, "{fast_forward: {case: z, to: department}}")
OFF_PATH = (
    "{by: 刘工, does: start, process: tianjin/socialised-review, case: z, "
    "with: {settings: {activity: a2, work_unit: 海河软件}}}",
    "{by: 刘工, does: submit, case: z, with: $forms/complete-engineer-application}",
    "{by: 侯初审, does: pass, case: z}",
    "{by: 邱复审, does: pass, case: z, with: $forms/archive-recommendation}",
)


class TestHome:
    @pytest.mark.req("UNIT-01", "UNIT-04")
    @pytest.mark.parametrize(("name", "organisation"), [("王初审", "第一中学"), ("何处长", "教委")])
    def test_it_has_three_blocks(self, name, organisation):
        page = city(*AT_UNIT).visit(name, organisation).get("/")

        assert {"单位基本信息", "消息通知", "当前待审核情况"} <= set(page.tree.xpath("//h2/text()"))

    @pytest.mark.req("UNIT-02", "ORG-19")
    def test_a_link_opens_the_maintenance_of_the_units_own_data(self):
        town = city()
        visitor = town.visit("李复审", "第一中学")

        visitor.get(visitor.get("/").links["基本信息维护"])
        visitor.press("保存", address="天津市和平区新华路 1 号")

        assert "天津市和平区新华路 1 号" in visitor.page
        assert visitor.page.tree.xpath("//main//input[@name='name']") == []

    @pytest.mark.req("UNIT-02")
    def test_who_may_not_maintain_them_has_no_link(self):
        page = city().visit("王初审", "第一中学").get("/")

        assert "基本信息维护" not in page.links


class TestReview:
    @pytest.mark.req("REV-01", "REV-21", "SEC-01")
    def test_the_application_is_read_only_beside_the_opinion(self):
        town = city(*AT_UNIT)

        page = town.visit("王初审", "第一中学").get(f"/cases/{town['z']}")

        assert "一级教师" in page
        names = set(page.tree.xpath("//main//@name"))
        assert {name for name in names if "personal_basics" in name} == set()
        assert page.field("reason").tag == "textarea"

    @pytest.mark.req("REV-21")
    def test_what_a_reviewer_sends_does_not_change_the_application(self):
        town = city(*AT_UNIT)
        reviewer = town.visit("王初审", "第一中学")
        before = town.content("z")

        reviewer.post(f"/cases/{town['z']}/actions/pass", {"personal_basics.mobile": "13999999999"})
        with pytest.raises(Refused):
            town.platform.cases.save(
                town.person("李复审", "第一中学"), town["z"], {**before, "settings": {}}
            )

        assert town.content("z") == before

    @pytest.mark.req("REV-02")
    def test_common_opinions_are_kept_and_offered_beside_the_opinion(self):
        town = city(*AT_UNIT)
        reviewer = town.visit("王初审", "第一中学")
        reviewer.get(reviewer.get(f"/cases/{town['z']}").links["常用意见设置"])
        first = reviewer.page.tree.xpath("//main//*[@name='opinion']")[0]
        assert first.tag in ("input", "textarea")

        reviewer.post("/opinions", {"opinion": ["材料齐全，同意上报。", "请补充聘书。"]})
        page = reviewer.get(f"/cases/{town['z']}")

        assert "材料齐全，同意上报。" in page.source
        assert "请补充聘书。" in page.source
        other = town.visit("李复审", "第一中学")
        assert "请补充聘书。" not in other.get(f"/cases/{town['z']}").source

    @pytest.mark.req("REV-27", "UNIT-14")
    def test_the_next_reviewing_unit_is_shown_before_passing(self):
        town = city(*AT_UNIT, FIRST)

        page = town.visit("李复审", "第一中学").get(f"/cases/{town['z']}/actions/pass")

        assert "下一环节：下级单位人员审核 初审（天津市教育事业服务中心）" in page

    @pytest.mark.req("REV-03", "QRY-03", "QRY-04")
    def test_list_page_and_review_page_lead_to_the_same_course(self):
        town = city(*AT_UNIT)
        reviewer = town.visit("王初审", "第一中学")
        listed = reviewer.get("/lists/tianjin/own-review").links[
            "过程跟踪 张三 社会化评审 2026-000001"
        ]
        read = reviewer.get(f"/cases/{town['z']}").links

        assert listed == read["查看经办流程"] == read["办理流程"]
        page = reviewer.get(listed)
        assert "当前步骤：本单位人员审核" in page
        assert "提交 · 填报（张三）" in page

    @pytest.mark.req("REV-14")
    def test_after_withdrawal_the_recommendation_is_there_to_be_corrected(self):
        town = city(*AT_SUPERIOR)
        reviewer = town.visit("李复审", "第一中学")
        reviewer.get(f"/cases/{town['z']}/actions/withdraw")
        reviewer.press("确定撤回")

        page = reviewer.get(f"/cases/{town['z']}/actions/pass")
        assert page.field("group_opinion").text.strip() == "同意推荐。"
        reviewer.press("确定通过", group_opinion="一致同意推荐。")

        course = reviewer.get(f"/cases/{town['z']}/course").text
        assert (
            course.index("推荐小组意见同意推荐。")
            < course.index("撤回 李复审")
            < course.index("推荐小组意见一致同意推荐。")
        )


class TestRecommendation:
    @pytest.fixture
    def town(self) -> City:
        return city(*AT_UNIT, FIRST)

    @pytest.mark.req("UNIT-07", "UNIT-09", "UNIT-11")
    def test_it_records_the_facts_and_the_evidence(self, town):
        reviewer = town.visit("李复审", "第一中学")
        reviewer.get(f"/cases/{town['z']}/actions/pass")

        reviewer.press(
            "确定通过",
            **{
                "recommended": "true",
                "publicity_period.from": "2026-08-20",
                "publicity_period.until": "2026-08-27",
                "publicity_result": "no_objection",
                "recommendation_publicity": "已公示，无异议。",
                "group_opinion": "同意推荐。",
                "publicity_files~file": (BytesIO(PDF), "公示照片.pdf"),
                "use_default_path": "true",
            },
        )

        course = reviewer.get(f"/cases/{town['z']}/course")
        assert "推荐委员会（推荐小组）是否推荐是" in course
        assert "公示结果公示无异议" in course
        assert "公示照片.pdf" in course
        assert "去向：下级单位人员审核 初审（天津市教育事业服务中心）" in course

    @pytest.mark.req("UNIT-08", "FORM-09")
    def test_it_must_be_filled_in(self, town):
        reviewer = town.visit("李复审", "第一中学")
        reviewer.get(f"/cases/{town['z']}/actions/pass")

        page = reviewer.press("确定通过", group_opinion="同意推荐。")

        assert page.status == 422
        assert page.field("group_opinion").text.strip() == "同意推荐。"
        assert "单位公示证明材料" in page.text[: page.text.index("推荐小组人数")]


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class TestBulk:
    TWO = (
        STARTED,
        SUBMITTED,
        STARTED.replace("张三", "李四").replace("case: z", "case: y"),
        SUBMITTED.replace("张三", "李四").replace("case: z", "case: y"),
    )

    @pytest.mark.req("UNIT-16", "REV-23")
    def test_one_form_for_all_ticked_and_a_report_for_each(self):
        town = city(*self.TWO, "{by: 王初审, does: pass, case: [z, y]}")
        reviewer = town.visit("李复审", "第一中学")
        reviewer.get("/lists/tianjin/own-review")

        page = reviewer.press("批量通过", row=[town["z"], town["y"]])
        assert page.source.count('name="group_opinion"') == 1
        typed = town.data("unit-recommendation")
        page = reviewer.press(
            "确定批量通过",
            **{
                "recommended": "true",
                "publicity_period.from": "2026-08-20",
                "publicity_period.until": "2026-08-27",
                "publicity_result": typed["publicity_result"],
                "recommendation_publicity": typed["recommendation_publicity"],
                "group_opinion": typed["group_opinion"],
                "publicity_files~file": (BytesIO(PDF), "公示.pdf"),
                "use_default_path": "true",
            },
        )

        assert "成功 2 件" in page
        for case in ("z", "y"):
            assert "同意推荐。" in reviewer.get(f"/cases/{town[case]}/course")

    @pytest.mark.req("UNIT-17", "REV-23", "REV-29")
    def test_one_that_is_refused_does_not_stop_the_others(self):
        own, other = (
            [line.replace("第一中学", "实验中学").replace("张三", name) for line in AT_UNIT]
            for name in ("唐初审", "王五")
        )
        town = city(*own, *(line.replace("case: z", "case: y") for line in other))
        reviewer = town.visit("唐初审", "实验中学")

        before = reviewer.post("/bulk", {"action": "return", "row": [town["z"], town["y"]]})
        page = reviewer.press("确定批量不通过", reason="请按新模板填写")

        assert "不能审核本人的申报" in before
        assert "成功 1 件" in page
        assert town.visit("王五").get("/lists/tianjin/my-cases").column("状态") == ["退回修改"]
        assert town.visit("唐初审").get("/lists/tianjin/my-cases").column("状态") == ["待初审"]


class TestHandled:
    LONG_AGO = (
        *AT_UNIT,
        "{by: 王初审, does: return, case: z, with: {reason: 缺少年度考核表}}",
        "{clock: 2026-10-12 09:00}",
    )
    SICHUAN = (
        "{by: 杨帆, does: start, process: sichuan/socialised-review, case: z, with: {settings: "
        "{activity: sc1, work_unit: 蓉城中学}}}",
        "{by: 杨帆, does: submit, case: z, with: $forms/sichuan-application}",
        "{by: 蒲初审, does: return, case: z, "
        "with: {resubmit_until: 2026-09-20T18:00, return_reason: 缺少年度考核表}}",
        "{clock: 2026-10-12 09:00}",
    )

    @pytest.mark.req("REV-15", "REV-31", "UNIT-18", "QRY-08")
    def test_what_was_returned_long_ago_shows_its_age_and_present_state(self):
        page = city(*self.LONG_AGO).visit("王初审", "第一中学").get("/lists/tianjin/handled")

        (row,) = page.rows()
        assert "不通过" in row
        assert "退回逾期" in row
        assert "41" in row
        assert page.links["天数"] == "/lists/tianjin/handled?sort=days"

    @pytest.mark.req("QRY-08")
    @pytest.mark.parametrize(("sort", "first"), [("days", "李四"), ("-days", "张三")])
    def test_what_was_returned_is_sorted_by_its_age(self, sort, first):
        """The heading was a link that changed nothing."""
        other = (
            "{clock: 2026-09-20 09:00}",
            *(line.replace("张三", "李四").replace("case: z", "case: y") for line in AT_UNIT),
            "{by: 王初审, does: return, case: y, with: {reason: 缺少年度考核表}}",
        )
        town = city(*self.LONG_AGO[:-1], *other, "{clock: 2026-10-12 09:00}")
        page = town.visit("王初审", "第一中学").get(f"/lists/tianjin/handled?sort={sort}")

        # What cannot be sorted by is no link.
        assert "处理结果" not in page.links
        assert next(row[2] for row in page.rows()) == first
        assert sorted(int(row[-2]) for row in page.rows()) == [22, 41]

    @pytest.mark.req("REV-16", "REV-17")
    def test_the_deadline_is_extended_from_its_page(self):
        town = city(*self.LONG_AGO)
        reviewer = town.visit("王初审", "第一中学")
        reviewer.get(f"/cases/{town['z']}/actions/extend")

        page = reviewer.press("确定修改提交截止时间", until="2026-10-12T09:00")
        assert "截止时间不能早于现在" in page.source
        reviewer.press("确定修改提交截止时间", until="2026-10-20T17:30")

        applicant = town.visit("张三")
        assert applicant.get("/lists/tianjin/my-cases").column("截止时间") == ["2026-10-20 17:30"]
        assert "2026年10月20日 17:30" in applicant.get(
            next(to for words, to in applicant.get("/messages").links.items() if "截止" in words)
        )

    @pytest.mark.req("REV-16")
    @pytest.mark.parametrize(
        ("worlds", "steps", "person", "unit", "where", "applicant"),
        [
            ("tianjin", LONG_AGO, "王初审", "第一中学", "handled", "张三"),
            ("sichuan", SICHUAN, "蒲初审", "蓉城中学", "own-returned", "杨帆"),
        ],
    )
    def test_the_deadline_is_extended_in_the_list_of_what_was_returned(
        self, worlds, steps, person, unit, where, applicant
    ):
        """The list showed what was overdue, and each had to be opened to extend it."""
        town = city(*steps, worlds=worlds)
        reviewer, name = town.visit(person, unit), f"{worlds}/{where}"
        assert "批量修改提交截止时间" in reviewer.get(f"/lists/{name}").buttons

        reviewer.post("/bulk", {"row": town["z"], "action": "extend", "list": name})
        reviewer.press("确定批量修改提交截止时间", until="2026-10-20")

        mine = town.visit(applicant).get(f"/lists/{worlds}/my-cases")
        assert (mine.column("截止时间"), mine.column("状态")) == (
            ["2026-10-20 24:00"],
            ["退回修改"],
        )


class TestDepartment:
    @pytest.mark.req("DEPT-03", "DEPT-08")
    def test_it_presents_without_a_recommendation_form(self):
        town = city(*AT_DEPARTMENT)
        department = town.visit("何处长", "教委")

        page = department.get(f"/cases/{town['z']}")

        assert "group_opinion" not in page.source
        assert "评委会接收（天津市中小学教师高级职称评审委员会）" in page

    @pytest.mark.req("DEPT-09")
    def test_what_came_off_the_default_path_is_marked_with_its_unit(self):
        page = (
            city(*OFF_PATH).visit("苏主管", "人才中心").get("/lists/tianjin/pending-presentation")
        )

        (row,) = page.rows()
        assert "天津海河软件技术有限公司" in row
        assert any("非默认路径" in cell for cell in row)

    @pytest.mark.req("DEPT-11", "REV-22")
    def test_it_finds_its_applicants_of_a_year_and_nothing_still_below(self):
        town = city(*AT_DEPARTMENT, STARTED.replace("张三", "李四").replace("case: z", "case: y"),
                    SUBMITTED.replace("张三", "李四").replace("case: z", "case: y"),
                    "{by: 何处长, does: pass, case: z}")  # fmt: skip
        department = town.visit("何处长", "教委")

        page = department.get("/lists/tianjin/unit-query?year=2026")
        none = department.get("/lists/tianjin/unit-query?year=2025")

        assert [row[1] for row in page.rows()] == ["张三"]
        assert none.rows() == []
        assert department.get(f"/cases/{town['y']}").status == 404

    @pytest.mark.req("DEPT-12", "EXP-01")
    def test_it_recommends_experts_who_wait_to_be_accepted(self):
        recommended = (
            "{by: 何处长, does: start, process: tianjin/new-expert, case: e}",
            "{by: 何处长, does: submit, case: e, with: $forms/new-expert}",
            "{by: 何处长, does: recommend, case: e, with: {committees: [教师高评委, 教师自评委]}}",
        )
        town = city(*recommended)
        department = town.visit("何处长", "教委")

        rows = department.get(department.get("/").links["专家推荐"]).rows()
        experts = department.get("/console/register-experts/")

        assert len([row for row in rows if "秦新民" in row]) == 2
        assert any("秦新民" in row and "已推荐" in row for row in experts.rows())
        assert "120101196903154016" not in experts
        manager = town.person("陈管理", "人社局")
        (key,) = [
            one.key
            for one in town.platform.registers.page(manager, "experts", search="秦新民").rows
        ]
        with pytest.raises(Refused) as refused:
            town.platform.registers.act(manager, "experts", key, "accept")
        assert refused.value.sentence == "请先填写评审委员会和聘期"
        assert "新增专家" in department.get("/").links

    @pytest.mark.req("EXP-02", "EXP-03")
    def test_a_new_expert_is_described_first_and_then_recommended_to_committees(self):
        town = city()
        department = town.visit("何处长", "教委")
        department.get(department.get("/").links["新增专家"])
        here = department.press("新建").address
        starred = {
            re.sub(r"（必填）|\s", "", one.text_content())
            for one in department.page.tree.xpath("//main//label | //main//legend | //main//dt")
            if "*" in one.text_content()
        }
        names = ["姓名", "身份证号", "性别", "工作单位", "职称", "系列", "层级", "专业", "手机号码"]
        assert {f"{name}*" for name in names} <= starred

        page = department.press("确定")
        assert page.status == 422
        assert page.text.count("：请填写") + page.text.count("：请选择") == len(names)
        town.platform.cases.save(
            town.person("何处长", "教委"),
            here.rpartition("/")[2],
            town.data("new-expert"),
        )
        department.get(here)
        department.press("确定")
        department.get(f"{here}/actions/recommend")
        assert "推荐到的评审委员会" in department.page
        page = department.press("确定推荐")
        assert page.status == 422, "at least one committee"

    def test_it_writes_to_units_below(self):
        town = city()
        department = town.visit("吕复审", "教委")
        department.get("/messages/new")

        department.press("发送", to=["第一中学"], title="关于申报的通知", body="请按时完成审核。")

        unit = town.visit("王初审", "第一中学")
        assert "关于申报的通知" in unit.get("/").links


class TestEconomicsSeries:
    """The series that asks for more of the unit is content; here it is that of the teachers."""

    CHANGES = (
        (
            "definitions/processes/tianjin/socialised-review.yaml",
            "data.settings.series != '19'",
            "data.settings.series != '22'",
        ),
        (
            "definitions/lists/tianjin/economics-review.yaml",
            "it.data.settings.series == '19'",
            "it.data.settings.series == '22'",
        ),
    )
    SAY = "本单位有人员申报经济系列，请先填写单位基本信息的最后四项"

    @pytest.mark.req("ORG-24", "FORM-03")
    def test_passing_waits_for_the_last_fields_of_the_unit(self):
        town = city(*AT_UNIT, changes=self.CHANGES)
        reviewer = town.visit("王初审", "第一中学")
        assert "请先填写单位基本信息的最后四项" in reviewer.get("/")
        page = reviewer.get(f"/cases/{town['z']}")
        assert self.SAY in page
        assert reviewer.post(f"/cases/{town['z']}/actions/pass").status == 409

        admin = town.person("李复审", "第一中学")
        registers = town.platform.registers
        known = registers.get(admin, "organisations", "第一中学").data
        filled = {"economics_1": "教育", "economics_2": 120, "economics_3": 0, "economics_4": 860.5}
        registers.change(admin, "organisations", "第一中学", {**known, **filled})

        assert reviewer.get("/lists/tianjin/economics-review").rows() == []
        reviewer.get(f"/cases/{town['z']}")
        assert self.SAY not in reviewer.page
        town.platform.cases.act(town.person("王初审", "第一中学"), town["z"], "pass")

    @pytest.mark.req("ORG-24")
    def test_other_series_ask_for_nothing(self):
        town = city(*AT_UNIT)

        assert self.SAY not in town.visit("王初审", "第一中学").get(f"/cases/{town['z']}")
