"""The evaluation modes beside socialised review, at the pages of those who take part."""

import pytest

from engine.domain.errors import InvalidSubmission, Refused
from tests.support.city import City, city

APPOINTMENT = "tianjin/self-appointment"
APPOINTED = (
    "{by: 张三, does: start, process: tianjin/self-appointment, case: z, "
    "with: {settings: {work_unit: 第一中学}}}",
    "{by: 张三, does: submit, case: z, with: $forms/appointment-application}",
    "{fast_forward: {case: z, to: department}}",
)
EXAM = (
    "{by: 刘工, does: start, process: tianjin/exam-in-lieu, case: z, "
    "with: {settings: {work_unit: 海河软件}}}",
    "{by: 刘工, does: submit, case: z, with: $forms/exam-application}",
    "{fast_forward: {case: z, to: department}}",
)


def tiles(town: City, name: str) -> list[str]:
    """The modes offered under 新增申报."""
    page = town.visit(name).get("/new")
    return [link.text_content() for link in page.tree.xpath("//main//h2/a")]


class TestSelfAppointment:
    @pytest.mark.req("APP-33")
    def test_it_is_begun_without_a_committee_at_any_time(self):
        town = city(clock="2026-03-02 09:00")
        assert {"社会化评审", "自主聘任"} <= set(tiles(town, "张三"))
        applicant = town.visit("张三")

        page = applicant.get(f"/new/{APPOINTMENT}")

        assert "立即申报" in page.buttons
        assert "申报委员会" not in page
        assert "settings.activity" not in page.source

    @pytest.mark.req("DEPT-04")
    def test_the_department_enters_the_appointment_on_its_own_list(self):
        town = city(*APPOINTED)
        department = town.visit("何处长", "教委")
        assert len(department.get("/lists/tianjin/appointment-review").rows()) == 1
        assert department.get("/lists/tianjin/pending-presentation").rows() in ([], [["暂无数据"]])
        assert "聘任时间" in department.get(f"/cases/{town['z']}/actions/pass")
        assert "请选择聘任时间" in department.press("确定提交", post="一级教师")

        department.press("确定提交", appointed_at="2026-09-15", post="一级教师")

        assert town.status("z") == "effective"

    @pytest.mark.req("CERT-20", "CERT-09")
    def test_the_applicant_finds_the_certificate_without_committee_or_filing(self):
        town = city(
            *APPOINTED,
            "{by: 何处长, does: pass, case: z, with: $forms/appointment}",
            "{by: 冯发证, does: issue, case: z}",
        )

        assert "电子职称证书" in town.visit("张三").get("/documents")
        with town.platform.store.read() as unit:
            (row,) = unit.records.every("certificates")
        assert row.data["obtain_mode"] == "appoint"
        assert "committee" not in row.data
        assert "filing_number" not in row.data


class TestExamInLieu:
    @pytest.mark.req("APP-34")
    def test_it_is_chosen_under_its_label_and_asks_for_the_result(self):
        town = city(clock="2026-03-02 09:00")
        assert "本市以考代评" in tiles(town, "刘工")
        applicant = town.visit("刘工")
        page = applicant.get("/new/tianjin/exam-in-lieu")
        modes = page.tree.xpath("//main//input[contains(@name, 'evaluation_mode')][@value!='']")
        assert [one.get("value") for one in modes] == ["exam_in_lieu"]

        town = city(EXAM[0], clock="2026-03-02 09:00")
        page = town.visit("刘工").get(f"/cases/{town['z']}")

        for caption in ("考试名称", "考试时间", "成绩", "合格证明"):
            assert caption in page

    @pytest.mark.req("DEPT-05")
    def test_the_department_checks_it_on_its_own_list_and_submits(self):
        town = city(*EXAM, clock="2026-03-02 09:00")
        department = town.visit("林家辉", "滨海人社局")
        assert len(department.get("/lists/tianjin/exam-review").rows()) == 1
        page = department.get(f"/cases/{town['z']}")
        assert "计算机技术与软件专业技术资格（水平）考试" in page

        department.press("确定提交")

        assert town.status("z") == "pending_qualification"


AUTHORISATION = {
    "committee": "教师自评委",
    "units": ["第二中学"],
    "series": "22",
    "levels": ["fugao"],
    "specialties": ["数学"],
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "number": "津职称授〔2026〕2号",
}
WANTED = {
    "activity": "b1",
    "evaluation_mode": "self_review",
    "series": "22",
    "level": "fugao",
    "specialty": "数学",
    "title_name": "22-高级教师",
    "category": "normal",
}

ACTIVITY = {
    "name": "2027年度市教委教师自主评审",
    "year": "2027",
    "series": "22",
    "starts_at": "2027-03-01",
    "first_deadline": "2027-05-31",
    "resubmission_deadline": "2027-06-15",
    "enquiry_phone": "022-23000019",
    "scope": "市教委所属单位的在职教师",
    "work_schedule": "三月申报，六月评审。",
    "policy_files": ["sample.policy.pdf"],
}


class TestSelfReview:
    @pytest.mark.req("APP-32")
    def test_only_its_activities_are_offered_and_only_to_authorised_staff(self):
        town = city(clock="2026-03-02 09:00")
        applicant = town.visit("张三")
        applicant.get("/new/tianjin/self-review")
        chosen = {name: WANTED[name] for name in ("evaluation_mode", "category")}
        page = applicant.press(
            "查询", **chosen, **{"settings.series": "22", "settings.level": "fugao"}
        )
        assert "self_review" in page.source
        assert "socialised_review" not in page.source
        outsider = town.person("陈工")

        with pytest.raises(Refused, match="该评委会未获授权评审您所在单位的这一系列"):
            town.platform.cases.start(
                outsider, "tianjin/self-review", {"settings": {**WANTED, "work_unit": "路桥检测所"}}
            )

    @pytest.mark.req("BUR-39")
    def test_the_title_office_authorises_a_committee_and_withdraws_it(self):
        town = city(clock="2026-03-02 09:00")
        bureau = town.person("陈管理", "人社局")
        key = town.platform.registers.create(bureau, "authorisations", AUTHORISATION)
        page = town.visit("陈管理", "人社局").get("/console/register-authorisations/")
        assert "津职称授〔2026〕2号" in page
        settings = {**WANTED, "work_unit": "第二中学"}
        town.platform.cases.start(
            town.person("范文"), "tianjin/self-review", {"settings": settings}
        )

        officer = town.visit("陈管理", "人社局")
        officer.get(f"/console/register-authorisations/act/?id={key}&action=withdraw")
        officer.press("确定撤销", reason="授权到期未续")

        with pytest.raises(Refused, match="该评委会未获授权"):
            town.platform.cases.start(
                town.person("李四"), "tianjin/self-review", {"settings": settings}
            )

    @pytest.mark.req("BUR-39", "APP-32")
    def test_a_committee_may_have_several_authorisations_for_a_series(self):
        """Of two for one series only the first was looked at; levels were not in the list."""
        town = city(clock="2026-03-02 09:00")
        bureau, applicant = town.person("陈管理", "人社局"), town.person("张三")
        settings = {
            **WANTED, "work_unit": "第一中学", "level": "zhenggao", "title_name": "22-正高级教师",
        }  # fmt: skip
        start = town.platform.cases.start
        with pytest.raises(Refused, match="不在该评委会的授权范围内"):
            start(applicant, "tianjin/self-review", {"settings": settings})
        further = {**AUTHORISATION, "units": ["第一中学"], "levels": ["zhenggao"]}
        del further["specialties"]

        town.platform.registers.create(bureau, "authorisations", further)

        assert start(applicant, "tianjin/self-review", {"settings": settings}).uid
        other = {**settings, "work_unit": "实验中学"}
        with pytest.raises(Refused, match="不在该评委会的授权范围内"):
            start(town.person("王五"), "tianjin/self-review", {"settings": other})
        rows = town.visit("陈管理", "人社局").get("/console/register-authorisations/").rows()
        (row,) = [row for row in rows if row[0] == AUTHORISATION["number"]]
        assert row[1:7] == [
            "天津市教育委员会中小学教师自主评审委员会", "中小学教师", "正高级", "",
            "2026-01-01", "2027-12-31",
        ]  # fmt: skip

    @pytest.mark.req("BUR-39", "SEC-01")
    def test_a_committee_reads_its_own_authorisation_and_changes_none(self):
        town = city()
        secretary = town.person("裴秘书", "教师自评委")
        page = town.visit("裴秘书", "教师自评委").get("/console/register-authorisations/")
        assert "津职称授〔2026〕1号" in page

        with pytest.raises(Refused):
            town.platform.registers.create(secretary, "authorisations", AUTHORISATION)

    @pytest.mark.req("COM-10", "APP-31")
    def test_a_committee_decides_its_dates_once_a_year_within_its_authorisation(self):
        town = city()
        secretary, registers = town.person("裴秘书", "教师自评委"), town.platform.registers
        activity = {**ACTIVITY, "committee": "教师自评委"}
        with pytest.raises(InvalidSubmission) as twice:
            registers.create(secretary, "activities", {**activity, "year": "2026"})
        with pytest.raises(InvalidSubmission) as unauthorised:
            registers.create(secretary, "activities", {**activity, "series": "05"})
        later = {**activity, "starts_at": "2029-01-01", "first_deadline": "2029-02-01"}
        with pytest.raises(InvalidSubmission) as lapsed:
            registers.create(
                secretary, "activities", {**later, "resubmission_deadline": "2029-03-01"}
            )

        key = registers.create(secretary, "activities", activity)
        registers.change(secretary, "activities", key, {**activity, "first_deadline": "2027-04-01"})

        assert [one.sentence for one in twice.value.errors] == ["自主评审委员会每年只开展一次评审"]
        for refused in (unauthorised, lapsed):
            assert "该自主评审委员会没有这一系列的有效授权" in [
                one.sentence for one in refused.value.errors
            ]
        another = {**ACTIVITY, "name": "另一次评审", "year": "2026", "committee": "教师高评委"}
        registers.create(town.person("孙秘书", "教师高评委"), "activities", another)

    @pytest.mark.req("DEPT-06")
    def test_its_applications_are_on_the_list_of_those_to_be_presented(self):
        town = city(
            "{by: 张三, does: start, process: tianjin/self-review, case: z, with: {settings: "
            "{activity: b1, work_unit: 第一中学, evaluation_mode: self_review, series: '22', "
            "level: fugao, specialty: 数学, title_name: 22-高级教师, category: normal}}}",
            "{by: 张三, does: submit, case: z, with: $forms/self-review-application}",
            "{fast_forward: {case: z, to: department}}",
            clock="2026-03-02 09:00",
        )

        page = town.visit("何处长", "教委").get("/lists/tianjin/pending-presentation")

        assert "张三" in page
        assert "自主评审" in page


class TestAccountCorrection:
    REQUESTED = (
        "{by: 张三, does: start, process: tianjin/account-correction, case: z}",
        "{by: 张三, does: submit, case: z, with: $forms/account-correction}",
    )

    @pytest.mark.req("ACC-14")
    def test_the_page_says_what_it_is_for_and_where_else_to_turn(self):
        page = city().visit("张三").get("/new/tianjin/account-correction")

        assert "只受理因系统的技术限制或错误造成的注册信息有误" in page
        assert "证书、评审表等有误的，请联系工作单位和职称业务主管部门" in page

    @pytest.mark.req("ACC-13")
    def test_it_asks_for_three_photos_and_names_the_address_of_the_deployment(self):
        town = city(
            self.REQUESTED[0],
            changes=(
                (
                    "definitions/jurisdictions/tianjin.yaml",
                    "policy:\n",
                    "policy:\n  tianjin/account-correction: "
                    "{support_address: help@example.org, mail_subject: 职称系统 姓名 修改}\n",
                ),
            ),
        )

        page = town.visit("张三").get(f"/cases/{town['z']}")

        for name in ("本人身份证照片", "本人手持身份证照片", "本人需求（手写签字）"):
            assert name in page
        assert "help@example.org" in page
        assert "职称系统 姓名 修改" in page

    @pytest.mark.req("ACC-15")
    def test_the_title_office_corrects_it_and_both_values_are_kept(self):
        town = city(*self.REQUESTED)
        officer = town.visit("陈管理", "人社局")
        page = officer.get(f"/cases/{town['z']}")
        assert "张三" in page
        assert "张叁" in page

        officer.press("确定同意修改")
        officer.press("确定同意修改")

        assert town.status("z") == "corrected"
        registers, manager = town.platform.registers, town.person("陈管理", "人社局")
        person = registers.get(manager, "people", "张三")
        assert person.data["personal_basics"]["full_name"] == "张叁"
        officer.get("/console/register-people/details/?id=张三")
        page = officer.get(officer.page.links["变更记录"])
        assert page.rows()[0][1:] == ["陈管理", "随业务办理", "姓名：张三 → 张叁"]
        page = officer.get(f"/cases/{town['z']}")
        assert "原值张三" in page
        assert "新的姓名张叁" in page


class TestTalentRegistry:
    RECORDED = (
        "{by: 杨帆, does: start, process: sichuan/talent-registry, case: z}",
        "{by: 杨帆, does: submit, case: z, with: $forms/talent-record}",
    )

    @pytest.mark.req("TAL-07")
    def test_the_record_shows_what_follows_from_the_profile(self):
        town = city(*self.RECORDED, worlds="sichuan")

        page = town.visit("杨帆").get(f"/cases/{town['z']}")

        for shown in ("年龄", "是否少数民族否", "是否港澳台及外籍人士否", "职称取得时间2018-12-20"):
            assert shown in page

    @pytest.mark.req("TAL-01", "TAL-02", "TAL-03", "TAL-04", "TAL-08")
    def test_the_unit_opens_the_review_from_its_list(self):
        town = city(*self.RECORDED, worlds="sichuan")
        reviewer = town.visit("蒲初审", "蓉城中学")
        page = reviewer.get("/lists/sichuan/talent-review")
        assert "杨帆" in page
        page = reviewer.get(f"/cases/{town['z']}")
        assert {"确定审核通过", "确定审核退回", "确定审核不通过"} <= set(page.buttons)

        reviewer.press("确定审核通过")

        assert "杨帆" in town.visit("龚初审", "锦江教育局").get("/lists/sichuan/talent-review")

    @pytest.mark.req("TAL-05")
    def test_after_the_root_the_person_is_in_the_registry_of_those_above(self):
        town = city(
            *self.RECORDED,
            "{fast_forward: {case: z, to: root}}",
            "{by: 卓处长, does: pass, case: z}",
            worlds="sichuan",
        )

        for name, organisation in (("卓处长", "省教育厅"), ("蒲初审", "蓉城中学")):
            page = town.visit(name, organisation).get("/console/register-talents/")
            assert "杨帆" in page
        assert "杨帆" not in town.visit("阳初审", "川交设计院").get("/console/register-talents/")

    @pytest.mark.req("TAL-06")
    def test_the_figures_lead_to_the_records_they_count(self):
        town = city(
            worlds="sichuan",
            given="""{registers: {talents: {
              杨帆: {person: 杨帆, unit: 蓉城中学, series: "22", level: zhongji,
                education_level: "21", birth_year: "1992", is_ethnic_minority: false,
                is_party_member: true, is_hk_mo_tw_or_foreign: false},
              何苗: {person: 何苗, unit: 蓉城中学, series: "22", level: fugao,
                education_level: "14", birth_year: "1991", is_ethnic_minority: true,
                is_party_member: true, is_hk_mo_tw_or_foreign: false},
              罗川: {person: 罗川, unit: 天府中学, series: "22", level: fugao,
                education_level: "21", birth_year: "1970", is_ethnic_minority: false,
                is_party_member: false, is_hk_mo_tw_or_foreign: false}}}}""".replace("\n", " "),
        )
        above = town.visit("卓处长", "省教育厅")

        page = above.get("/console/register-talents/figures/")

        counted = {title: self.counted(page, title) for title in self.titles(page)}
        assert counted == {
            "系列": {"中小学教师": 3},
            "层级": {"中级": 1, "副高级": 2},
            "学历": {"硕士研究生毕业": 1, "大学本科毕业": 2},
            "年龄": {"35 岁以下": 1, "35–44 岁": 1, "45–54 岁": 0, "55 岁以上": 1},
            "是否少数民族": {"是": 1, "否": 2},
            "是否中共党员": {"是": 2, "否": 1},
            "是否港澳台及外籍人士": {"否": 3},
        }
        for link in page.tree.xpath("//main//td/a"):
            rows = above.get(link.get("href")).rows()
            assert len(rows) == int(link.text_content()), link.get("href")
        own = town.visit("蒲初审", "蓉城中学").get("/console/register-talents/figures/")
        assert self.counted(own, "系列") == {"中小学教师": 2}
        assert "专技人才统计" in own.links
        assert town.visit("杨帆").get("/console/register-talents/figures/").status in (403, 404)

    def titles(self, page) -> list[str]:
        return [one.text_content() for one in page.tree.xpath("//main//section/h2")]

    def counted(self, page, title) -> dict[str, int]:
        rows = page.tree.xpath(f"//main//section[h2='{title}']//tr")
        return {row.find("th").text_content(): int(row.find("td").text_content()) for row in rows}


class TestEntrustedEvaluation:
    WANTED = (
        "{settings: {work_unit: 川交附校, person: 任教师, activity: sc1, series: '22', "
        "level: fugao, specialty: 川-数学}}"
    )
    REQUESTED = (
        f"{{by: 涂委托, does: start, process: sichuan/entrusted-review, case: z, with: {WANTED}}}",
        "{by: 涂委托, does: submit, case: z, with: $forms/entrusted-request}",
    )

    @pytest.mark.req("ENT-01", "ENT-02")
    def test_only_what_waits_for_review_can_be_reviewed_from_the_list(self):
        town = city(*self.REQUESTED, worlds="sichuan")
        reviewer = town.visit("查委托", "川交附校")
        (row,) = reviewer.get("/lists/sichuan/entrusted-review").rows()
        assert "待审核" in row
        page = reviewer.get(f"/cases/{town['z']}")
        assert {"确定通过", "确定退回", "确定不通过"} <= set(page.buttons)

        reviewer.press("确定通过")

        assert "任教师" not in reviewer.get("/lists/sichuan/entrusted-review")
        assert "任教师" in reviewer.get("/lists/sichuan/entrusted-handled")
        assert "确定通过" not in reviewer.get(f"/cases/{town['z']}").buttons

    @pytest.mark.req("ENT-04")
    def test_entrustments_are_kept_with_letter_and_validity(self):
        town = city(worlds="sichuan")

        page = town.visit("景管理", "四川人社厅").get("/console/register-entrustments/")

        assert "四川交通设计院附属学校" in page
        assert "2027-12-31" in page

    @pytest.mark.req("ENT-06")
    def test_the_definition_says_whether_unit_or_applicant_begins(self):
        town = city(worlds="sichuan")
        with pytest.raises(Refused):
            self.begins(town)
        process = "definitions/processes/sichuan/entrusted-review.yaml"
        changed = (
            (process, "who: {permission: request_entrusted} ", "who: person "),
            (process, "    - {that: unit == here, say: 只能为本单位提出委托申请}\n", ""),
        )

        assert self.begins(city(worlds="sichuan", changes=changed)).uid

    def begins(self, town: City):
        settings = {
            "work_unit": "川交附校", "person": "任教师", "activity": "sc1", "series": "22",
            "level": "fugao", "specialty": "川-数学",
        }  # fmt: skip
        person = town.person("任教师")
        return town.platform.cases.start(person, "sichuan/entrusted-review", {"settings": settings})
