"""What committees, experts and the bureau do at their pages."""

import pytest

from engine.domain.errors import Refused
from tests.support.city import (
    AT_RECEPTION,
    CERTIFIED,
    FILED,
    MEETING,
    PROCESS,
    STARTED,
    VOTED,
    City,
    city,
)

SCHEME = (
    "{by: 陈工, does: start, process: tianjin/socialised-review, case: z, "
    "with: {settings: {activity: a6, work_unit: 路桥检测所}}}",
    "{by: 陈工, does: submit, case: z, with: $forms/complete-engineer-application}",
    "{fast_forward: {case: z, to: reception}}",
    "{by: 严秘书, does: receive, case: z}",
    "{by: 严秘书, does: start, process: tianjin/scheme, case: s, with: $forms/scheme}",
    "{by: 严秘书, does: add, case: s, with: {members: [z]}}",
    "{by: 严秘书, does: submit, case: s}",
)
SCORED = (
    *SCHEME,
    "{by: 吴审核, does: pass, case: s, with: {opinion: 同意}}",
    "{clock: 2026-10-15 09:00}",
    "{by: 严秘书, does: start, process: tianjin/meeting, case: m, with: {name: 建筑组评审会, "
    "committee: 工程高评委, activity: a6, held_on: 2026-10-15, specialty: 建筑工程, "
    "expert_count: 5}}",
    "{by: 严秘书, does: add, case: m, with: {members: [z]}}",
    "{by: 严秘书, does: open, case: m}",
    "{by: 严秘书, does: attendance, case: m, with: {attending: [毛立军, 史永康, 孟德明, 邵海燕]}}",
)
ACTIVITY = {
    "name": "2026年度中小学教师职称评审（补充）",
    "year": "2026",
    "committee": "教师高评委",
    "series": "22",
    "starts_at": "2026-08-01",
    "first_deadline": "2026-09-20",
    "resubmission_deadline": "2026-09-25",
    "enquiry_phone": "022-23000000",
    "scope": "本市中小学教师",
    "work_schedule": "九月申报，十月评审。",
    "policy_files": ["sample.policy.pdf"],
    "exception_clauses": [{"code": "award", "text": "获市级教学成果奖", "material": "证书"}],
    "material_items": [
        {"key": "plan", "title": "教学设计", "required": True, "min": 1, "max": 2},
    ],
}
OFFER = {
    "evaluation_mode": "socialised_review",
    "series": "22",
    "level": "fugao",
    "specialty": "数学",
    "title_name": "22-高级教师",
}


class TestActivities:
    @pytest.fixture
    def town(self) -> City:
        return city()

    def an_activity(self, town: City) -> str:
        secretary = town.person("孙秘书", "教师高评委")
        key = town.platform.registers.create(secretary, "activities", ACTIVITY)
        offer = {**OFFER, "activity": key}
        town.platform.registers.create(secretary, "activity_offers", offer)
        return key

    def published(self, town: City, key: str) -> str:
        """The case by which an activity is published: asked for, checked by the bureau."""
        secretary, cases = town.person("孙秘书", "教师高评委"), town.platform.cases
        uid = cases.start(secretary, "tianjin/activity-publication", {"activity": key}).uid
        cases.act(secretary, uid, "submit")
        cases.act(town.person("陈管理", "人社局"), uid, "pass")
        return uid

    def offered(self, town: City) -> list[str]:
        """The activities that fit the needs of an applicant, by what the page shows."""
        applicant = town.visit("张三")
        applicant.get(f"/new/{PROCESS}")
        page = applicant.press(
            "查询",
            **{
                "evaluation_mode": "socialised_review",
                "settings.series": "22",
                "settings.level": "fugao",
                "settings.specialty": "数学",
            },
        )
        return [
            name for name in (ACTIVITY["name"], "2026年度中小学教师高级职称评审") if name in page
        ]

    @pytest.mark.req("COM-01", "COM-04")
    def test_a_committee_sets_one_up_and_publishes_it(self, town):
        key = self.an_activity(town)
        assert ACTIVITY["name"] not in self.offered(town)

        secretary, bureau = town.visit("孙秘书", "教师高评委"), town.visit("陈管理", "人社局")
        secretary.get("/new/tianjin/activity-publication")
        secretary.press("新建", activity=key)
        secretary.press("确定提交审核")
        assert ACTIVITY["name"] not in self.offered(town)
        ((_tick, number, *_),) = bureau.get("/lists/tianjin/activity-review").rows()
        page = bureau.get(bureau.page.links[f"审核 孙秘书 {number}"])
        for checked in ("本市中小学教师", "九月申报，十月评审。", "获市级教学成果奖", "教学设计"):
            assert checked in page
        for title, row in (("评审活动查询", ACTIVITY["name"]), ("申报组合查询", "高级教师")):
            assert row in bureau.get(bureau.get("/").links[title])
        bureau.get("/lists/tianjin/activity-review")
        page = bureau.get(bureau.page.links[f"审核 孙秘书 {number}"])
        registers = town.platform.registers
        changed = {**ACTIVITY, "scope": "改动后的范围"}
        registers.change(town.person("孙秘书", "教师高评委"), "activities", key, changed)
        bureau.press("确定审核通过")

        assert ACTIVITY["name"] in self.offered(town)
        row = registers.get(town.person("孙秘书", "教师高评委"), "activities", key)
        assert (row.state, row.data["scope"]) == ("ongoing", "本市中小学教师")

    @pytest.mark.req("COM-01", "ENG-08")
    def test_a_resubmission_deadline_before_the_first_is_warned_of_and_kept(self, town):
        """The warnings of forms were found, and shown on no page (X-13)."""
        key = self.an_activity(town)
        secretary = town.visit("孙秘书", "教师高评委")
        secretary.get(f"/console/register-activities/edit/?id={key}")
        assert self.SAY not in secretary.page

        secretary.press("保存", resubmission_deadline="2026-09-10")

        assert self.SAY in secretary.page.source
        known = town.platform.registers.get(town.person("孙秘书", "教师高评委"), "activities", key)
        assert known.data["resubmission_deadline"] == "2026-09-10"
        again = secretary.get(f"/console/register-activities/edit/?id={key}")
        assert again.text.count(self.SAY) == 2, "above the form, at the field"

    SAY = "修改提交截止时间早于初次提交截止时间，请核对"

    @pytest.mark.req("COM-04")
    def test_after_its_conclusion_nobody_finds_it(self, town):
        key = self.an_activity(town)
        uid = self.published(town, key)
        town.platform.cases.act(town.person("孙秘书", "教师高评委"), uid, "conclude")

        assert ACTIVITY["name"] not in self.offered(town)

    @pytest.mark.req("COM-04")
    def test_the_bureau_alone_concludes_one_that_no_case_published(self, town):
        registers, secretary = town.platform.registers, town.person("孙秘书", "教师高评委")
        assert "2026年度中小学教师高级职称评审" in self.offered(town)

        with pytest.raises(Refused):
            registers.act(secretary, "activities", "a1", "conclude")
        registers.act(town.person("陈管理", "人社局"), "activities", "a1", "conclude")

        assert "2026年度中小学教师高级职称评审" not in self.offered(town)

    @pytest.mark.req("COM-02", "COM-03", "APP-13", "APP-15")
    def test_its_clauses_and_materials_become_part_of_the_application(self, town):
        key = self.an_activity(town)
        self.published(town, key)
        settings = {
            **OFFER,
            "activity": key,
            "work_unit": "第一中学",
            "category": "education_exception",
        }
        done = town.platform.cases.start(town.person("张三"), PROCESS, {"settings": settings})
        applicant = town.visit("张三")
        applicant.get(f"/cases/{done.uid}")

        applicant.press("+ 添加破格条件")

        assert "获市级教学成果奖" in applicant.page
        assert "+ 添加教学设计" in applicant.page.buttons
        assert "+ 添加公开课或示范课材料" not in applicant.page.buttons

    @pytest.mark.req("COM-17", "FORM-12")
    def test_a_changed_activity_leaves_applications_as_they_were(self):
        town = city(STARTED)
        secretary = town.person("孙秘书", "教师高评委")
        registers = town.platform.registers
        known = registers.get(secretary, "activities", "a1").data
        items = [*known["material_items"], {"key": "more", "title": "补充材料", "required": False}]

        registers.change(secretary, "activities", "a1", {**known, "material_items": items})

        page = town.visit("张三").get(f"/cases/{town['z']}")
        assert "+ 添加公开课或示范课材料" in page.buttons
        assert "+ 添加补充材料" not in page.buttons

    @pytest.mark.req("COM-01")
    @pytest.mark.parametrize(
        ("name", "title"),
        {
            "scope": "评审范围",
            "policy_files": "政策文件",
            "work_schedule": "评审工作安排",
            "enquiry_phone": "咨询电话",
            "first_deadline": "初次提交截止时间",
            "resubmission_deadline": "修改提交截止时间",
        }.items(),
    )
    def test_none_is_set_up_without_what_applicants_are_to_know(self, town, name, title):
        """An activity could be set up and published without its policy documents."""
        secretary = town.person("孙秘书", "教师高评委")

        with pytest.raises(Refused) as refused:
            town.platform.registers.create(secretary, "activities", {**ACTIVITY, name: None})

        assert [one.sentence for one in refused.value.errors if title in one.sentence]

    @pytest.mark.req("COM-01", "SEC-01")
    def test_another_committee_cannot_change_it(self, town):
        key = self.an_activity(town)

        other = town.person("严秘书", "工程高评委")

        with pytest.raises(Refused, match="只能为本评委会办理"):
            town.platform.cases.start(other, "tianjin/activity-publication", {"activity": key})
        with pytest.raises(Refused):
            town.platform.registers.change(other, "activities", key, ACTIVITY)

    @pytest.mark.req("COM-10")
    def test_one_of_a_self_review_committee_needs_its_authorisation(self, town):
        secretary = town.person("裴秘书", "教师自评委")
        registers, cases = town.platform.registers, town.platform.cases
        year = {"starts_at": "2027-03-01", "first_deadline": "2027-04-01"}
        own = {**ACTIVITY, **year, "year": "2027", "committee": "教师自评委"}
        key = registers.create(
            secretary, "activities", {**own, "resubmission_deadline": "2027-05-01"}
        )
        registers.create(
            secretary,
            "activity_offers",
            {**OFFER, "evaluation_mode": "self_review", "activity": key},
        )
        uid = cases.start(secretary, "tianjin/activity-publication", {"activity": key}).uid
        bureau = town.person("陈管理", "人社局")
        registers.act(bureau, "authorisations", "授权一", "withdraw", {"reason": "到期"})

        with pytest.raises(Refused, match="该自主评审委员会没有这一系列的有效授权"):
            cases.act(secretary, uid, "submit")


@pytest.mark.req("COM-13")
def test_the_committee_changes_the_password_of_its_account():
    town = city()
    secretary = town.visit("孙秘书", "教师高评委")
    secretary.get("/account/password")

    secretary.press(
        "修改密码",
        old="correct horse battery",
        new="eight wet winters",
        again="eight wet winters",
    )

    assert "密码已修改" in secretary.page.source
    other = town.visit("孙秘书", "教师高评委")
    assert other.get("/").address.startswith("/sign-in")


@pytest.mark.req("COM-05")
def test_what_the_committee_received_it_cannot_return():
    town = city(*AT_RECEPTION)
    secretary = town.visit("孙秘书", "教师高评委")
    secretary.get(f"/cases/{town['z']}/actions/receive")

    secretary.press("确定接收")

    assert secretary.get(f"/cases/{town['z']}").buttons == []
    assert (
        secretary.post(f"/cases/{town['z']}/actions/return", {"reason": "缺少材料"}).status == 409
    )


@pytest.mark.req("COM-14")
def test_the_applicant_sees_the_fees_and_the_committee_records_the_payment():
    town = city(
        *AT_RECEPTION,
        "{by: 孙秘书, does: receive, case: z}",
        given="{registers: {activities: {a1: {fee_required: true}}, "
        "committees: {教师高评委: {fees: [{item: review, amount: 240}]}}}}",
    )
    applicant = town.visit("张三")
    assert "请缴纳评审费用" in applicant.get("/messages")
    page = applicant.get(f"/cases/{town['z']}")
    for text in ("待缴费", "评审费", "240"):
        assert text in page

    secretary = town.visit("孙秘书", "教师高评委")
    secretary.get(f"/cases/{town['z']}/actions/paid")
    secretary.press("确定登记已缴费", paid_on="2026-09-01", amount="240", receipt="津财1")

    assert secretary.get("/lists/tianjin/payments").rows() == []
    assert "评审中" in applicant.get("/lists/tianjin/my-cases")


class TestMeeting:
    @pytest.mark.req("SEC-01")
    def test_results_come_from_ballots_and_cannot_be_typed(self):
        town = city(*MEETING)
        secretary = town.visit("孙秘书", "教师高评委")

        assert secretary.get(f"/cases/{town['m']}/ballot").status in (403, 404, 409)
        page = secretary.get(f"/cases/{town['m']}")
        assert "passed" not in page.source

    @pytest.mark.req("COM-19")
    def test_nobody_votes_on_a_colleague(self):
        town = city(*MEETING[:-1])
        bureau = town.person("陈管理", "人社局")
        registers = town.platform.registers
        expert = registers.get(bureau, "experts", "金明远")
        registers.change(bureau, "experts", "金明远", {**expert.data, "employer": "第一中学"})

        secretary = town.visit("孙秘书", "教师高评委")
        secretary.get(f"/cases/{town['m']}")
        assert "表决" in secretary.press("开会")

        ballot = f"/cases/{town['m']}/ballot"
        assert town.visit("白文静").get(ballot).status == 200
        assert town.visit("金明远").get(ballot).status in (403, 404, 409)

    @pytest.mark.req("COM-18", "APP-27")
    def test_votes_are_counted_for_each_applicant(self):
        town = city(*VOTED)

        page = town.visit("孙秘书", "教师高评委").get(f"/cases/{town['m']}/members")

        assert page.rows() == [["张三", "2026-000001", "公示中", "是", "同意 5，不同意 0，弃权 0"]]

    @pytest.mark.req("COM-07")
    def test_an_expert_scores_by_the_rules_of_the_approved_scheme(self):
        town = city(*SCORED)
        expert = town.visit("毛立军")
        page = expert.get(f"/cases/{town['m']}/ballot")
        assert "专业理论水平" in page
        assert "工作能力和业绩" in page

        page = expert.press("提交选票", item_1="45", item_2="60", choice="agree", confirmed="yes")
        assert page.status == 422
        assert "专业理论水平不能大于 30" in page
        assert page.field("item_2").get("value") == "60"
        expert.press("提交选票", item_1="26.5", confirmed="yes")
        assert "您的选票已提交" in expert.page

        others = (("史永康", "28", "64"), ("孟德明", "21", "50"), ("邵海燕", "27.5", "59"))
        for name, one, two in others:
            other = town.visit(name)
            other.get(f"/cases/{town['m']}/ballot")
            other.press("提交选票", item_1=one, item_2=two, choice="agree", confirmed="yes")

        page = town.visit("严秘书", "工程高评委").get(f"/cases/{town['m']}/members")
        assert page.rows()[0][2:] == [
            "评审中", "是", "同意 4，不同意 0，弃权 0", "84",
            "专业理论水平 25.75；工作能力和业绩 58.25",
        ]  # fmt: skip

    @pytest.mark.req("COM-09", "COM-15")
    def test_the_list_of_those_in_publicity_shows_result_and_period(self):
        town = city(*VOTED)

        page = town.visit("孙秘书", "教师高评委").get("/lists/tianjin/in-publicity")

        assert [row[1] for row in page.rows()] == ["张三"]
        assert "公示中" in page
        assert page.rows()[0][-5:-1] == ["是", "公示中", "2026-10-15 09:00", "2026-10-22 24:00"]

    @pytest.mark.req("COM-15")
    def test_an_upheld_objection_takes_the_applicant_off_the_passed_list(self):
        town = city(*VOTED)
        secretary = town.visit("孙秘书", "教师高评委")
        secretary.get(f"/cases/{town['z']}/actions/object")
        secretary.press(
            "确定登记异议", kind="fraud", received_at="2026-10-15", content="业绩材料不实"
        )
        assert secretary.get("/lists/tianjin/in-publicity").rows() == []

        secretary.get(f"/cases/{town['z']}/actions/upheld")
        secretary.press("确定异议成立", reason="经核实业绩材料不实")
        secretary.press("确定异议成立")

        town.at("2026-10-28 09:00")
        filing = town.platform.cases.start(
            town.person("孙秘书", "教师高评委"), "tianjin/filing", town.data("result-filing")
        )
        assert "评审未通过" in town.visit("张三").get("/lists/tianjin/my-cases")
        assert secretary.get(f"/cases/{filing.uid}/members").rows() == []


class TestScheme:
    @pytest.fixture
    def town(self) -> City:
        return city(*SCHEME)

    @pytest.mark.req("SCH-01", "SCH-04", "COM-11")
    def test_the_review_shows_participants_needs_rules_and_attachments(self, town):
        reviewer = town.visit("吴审核", "人社局")
        page = reviewer.get(f"/cases/{town['s']}")

        for block in ("专家需求信息", "方案打分细则信息", "attachment.pdf"):
            assert block in page
        members = reviewer.get(f"/cases/{town['s']}/members")
        assert [row[0] for row in members.rows()] == ["陈工"]

        reviewer.get(f"/cases/{town['s']}/actions/pass")
        reviewer.press("确定审核通过", opinion="同意")
        assert "已审核通过" in reviewer.page.source

    @pytest.mark.req("SCH-05")
    def test_a_reviewed_scheme_is_read_only(self, town):
        reviewer = town.visit("吴审核", "人社局")
        reviewer.get(f"/cases/{town['s']}/actions/pass")
        reviewer.press("确定审核通过", opinion="同意")

        page = reviewer.get(reviewer.get("/").links["已审核呈报方案"])
        page = reviewer.get(
            next(to for words, to in page.links.items() if words.startswith("查看"))
        )

        assert "方案打分细则信息" in page
        assert page.buttons == []
        assert reviewer.get(page.links["attachment.pdf"]).raw.mimetype == "application/pdf"

    @pytest.mark.req("SCH-09")
    def test_the_query_leads_to_each_part_and_changes_nothing(self, town):
        """There was no query of all schemes, and none of their parts had a link of its own."""
        bureau = town.visit("葛资格", "人社局")

        page = bureau.get(bureau.get("/").links["呈报方案查询"])

        (row,) = page.rows()
        assert row[4:7] == ["正常方案", "2026", "待审核"]
        for words, shown in (
            ("参评人员", "陈工"), ("专家需求", "建筑工程"), ("打分细则", "专业理论水平"),
        ):  # fmt: skip
            (href,) = [to for name, to in page.links.items() if name.startswith(words)]
            there = bureau.get(href.partition("#")[0])
            (part,) = there.tree.xpath(f"//*[@id='{href.partition('#')[2]}']") or [there.tree]
            assert shown in part.text_content()
            assert there.buttons == []

    @pytest.mark.req("SCH-03")
    @pytest.mark.parametrize(("kind", "reviewer", "other"), [
        ("normal", "吴审核", "周专审"), ("special", "周专审", "吴审核"),
    ])  # fmt: skip
    def test_the_other_reviewer_sees_it_neither_before_nor_after(self, kind, reviewer, other):
        """Once reviewed, each kind was on the list and at the address of those of the other."""
        given = "$forms/scheme" if kind == "normal" else "$forms/special-scheme"
        town = city(*(line.replace("$forms/scheme", given) for line in SCHEME))
        stranger = town.visit(other, "人社局")

        def seen() -> list[object]:
            lists = sorted({to for to in stranger.get("/").links.values() if "schem" in to})
            rows = [stranger.get(to).rows() for to in lists]
            return [len(lists), *rows, stranger.get(f"/cases/{town['s']}").status]

        assert seen() == [2, [], [], 404]
        town.platform.cases.act(
            town.person(reviewer, "人社局"), town["s"], "pass", input={"opinion": "同意"}
        )

        assert town.status("s") == "passed"
        assert seen() == [2, [], [], 404]


class TestFiling:
    @pytest.fixture
    def town(self) -> City:
        return city(*FILED)

    @pytest.mark.req("SCH-10", "SCH-14")
    def test_those_who_passed_publicity_are_on_the_list_without_being_chosen(self, town):
        officer = town.visit("郑备案", "人社局")

        assert officer.get(f"/cases/{town['f']}/members").rows() == [
            ["张三", "2026-000001", "公示通过"]
        ]

    @pytest.mark.req("SCH-10")
    def test_the_reported_list_says_who_applied_for_what(self, town):
        with town.platform.store.read() as unit:
            (listed,) = unit.documents.of_case(town["f"])
            (member,) = unit.blobs.get(listed.data_blob)["members"]

        assert (member["number"], member["initiator"]) == ("2026-000001", "张三")
        settings = member["data"]["settings"]
        assert settings["work_unit"] == "天津市第一示范中学"
        assert (settings["specialty"], settings["title_name"]) == ("数学", "高级教师")

    @pytest.mark.req("SCH-11", "SCH-13")
    def test_passing_needs_number_and_date(self, town):
        officer = town.visit("郑备案", "人社局")
        officer.get(f"/cases/{town['f']}/actions/pass")

        page = officer.press("确定审核通过", opinion="同意备案。")
        assert page.status == 422
        assert page.field("opinion").text.strip() == "同意备案。"

        officer.press(
            "确定审核通过", filing_number="津人社职备〔2026〕1号", filing_date="2026-10-28"
        )
        assert town.visit("冯发证", "人社局").get("/lists/tianjin/to-issue").rows() != []

    @pytest.mark.req("SCH-12")
    def test_an_approved_list_can_be_looked_up_with_its_participants_and_attachments(self, town):
        officer = town.visit("郑备案", "人社局")
        found = f"{officer.get('/').links['已审核备案']}?status=passed"
        officer.get(f"/cases/{town['f']}/actions/pass")
        assert officer.get(found).rows() == []
        officer.get(f"/cases/{town['f']}/actions/pass")
        officer.press(
            "确定审核通过", filing_number="津人社职备〔2026〕1号", filing_date="2026-10-28"
        )

        page = officer.get(found)
        page = officer.get(next(to for words, to in page.links.items() if words.startswith("查看")))

        assert page.buttons == []
        attached = officer.get(page.links["attachment.pdf"])
        assert attached.raw.mimetype == "application/pdf"
        assert attached.raw.headers["Content-Disposition"].startswith("inline")
        members = officer.get(f"/cases/{town['f']}/members")
        assert [row[0] for row in members.rows()] == ["张三"]

    @pytest.mark.req("SCH-14", "SCH-10")
    def test_one_of_them_is_held_back(self, town):
        officer = town.visit("郑备案", "人社局")
        officer.get(f"/cases/{town['f']}/actions/hold")
        assert "暂缓原因" in officer.page
        page = officer.press("确定暂缓个别人员", hold_reason="学历待核实")
        assert "请选择人员" in page

        officer.press("确定暂缓个别人员", members=[town["z"]])

        assert officer.get(f"/cases/{town['f']}/members").rows() == []
        assert "公示通过" in town.visit("张三").get("/lists/tianjin/my-cases").rows()[0]


@pytest.mark.req("ENG-19")
@pytest.mark.parametrize("field", ["number", "id"])
def test_a_case_reads_number_and_id_of_the_group_that_decided_it(field):
    own = f"application: linked.filing.{field}"
    process = "definitions/processes/tianjin/socialised-review.yaml"
    town = city(*CERTIFIED, changes=((process, "application: case.number", own),))
    with town.platform.store.read() as unit:
        filing = unit.cases.load(town["f"])

    officer = town.person("冯发证", "人社局")
    (row,) = town.platform.registers.page(officer, "certificates").rows
    record = town.platform.registers.get(officer, "certificates", row.key)

    assert record.data["application"] == {"number": filing.number, "id": filing.uid}[field]


class TestCertificate:
    @pytest.mark.req("CERT-17", "CERT-09")
    def test_the_query_says_all_that_the_law_asks_and_changes_nothing(self):
        """Whoever may revoke was offered 撤销 and 上报 in the query, which is only for reading."""
        town = city(*CERTIFIED)
        officer = town.visit("冯发证", "人社局")
        page = officer.get(officer.get("/").links["证书查询"])
        offered = page.tree.xpath("//main//td//a/text()")
        assert [one.strip() for one in offered] == ["详情"]

        page = officer.get(page.links["详情 津2026000001"])

        for text in ("津2026000001", "张三", "高级教师", "津人社职备〔2026〕1号", "2026-10-28"):
            assert text in page
        assert page.buttons == []
        assert not {"撤销", "上报", "送交电子证照库"} & set(page.links)

    @pytest.mark.req("CERT-13", "CERT-17")
    def test_only_who_may_revoke_has_the_page_for_it(self):
        town = city(*CERTIFIED)

        officer = town.visit("冯发证", "人社局").get("/").links
        manager = town.visit("陈管理", "人社局").get("/").links

        assert {"证书撤销", "证书查询"} <= set(officer)
        assert {"证书撤销", "证书查询"} & set(manager) == {"证书查询"}

    @pytest.mark.req("CERT-13", "CERT-14")
    def test_it_is_revoked_with_a_reason_after_a_question(self):
        town = city(*CERTIFIED)
        officer = town.visit("冯发证", "人社局")
        page = officer.get(officer.get("/").links["证书撤销"])
        details = next(to for words, to in page.links.items() if words.startswith("查看"))
        page = officer.get(details)

        severe = page.tree.xpath("//main//a[contains(@class, 'btn-outline-danger')]/text()")
        assert severe == ["撤销"], "reporting ends nothing"
        page = officer.get(page.links["撤销"])
        assert "撤销后证书失效" in page
        officer.press("确定撤销", reason="申报材料不实")

        page = officer.get(details)
        assert "已撤销" in page
        assert "申报材料不实" in page


@pytest.mark.req("EXP-05")
def test_the_committee_gives_an_accepted_expert_an_account_to_vote_with():
    town = city(
        "{by: 何处长, does: start, process: tianjin/new-expert, case: e}",
        "{by: 何处长, does: submit, case: e, with: $forms/new-expert}",
        "{by: 何处长, does: recommend, case: e, with: {committees: [教师高评委]}}",
        "{by: 孙秘书, does: accept, case: e.expert_recommendation, with: {term_until: 2029-12-31}}",
    )
    secretary = town.visit("孙秘书", "教师高评委")
    secretary.get(secretary.get("/staff").links["添加工作人员"])
    assert secretary.page.tree.xpath("//input[@name='role']/@value") == [
        "tianjin/committee_secretary", "tianjin/expert"
    ]  # fmt: skip
    page = secretary.press(
        "保存", name="秦新民", id_number="120101196903154016", mobile="13900000301",
        role="tianjin/expert",
    )  # fmt: skip
    (shown,) = page.rows()
    assert shown[0] == "秦新民"
    (expert,) = (
        person for person in town.platform.directory.holders("cast_ballot", "教师高评委")
        if town.platform.directory.name("people", person) == "秦新民"
    )  # fmt: skip
    found = town.platform.registers.get(town.person("陈管理", "人社局"), "experts", expert)
    assert found.state == "active"
    assert "评审表决" in town.visit(expert, "教师高评委").get("/").links


@pytest.mark.req("EXP-05")
def test_the_needs_of_a_scheme_are_matched_with_experts_on_one_page():
    town = city(
        "{by: 孙秘书, does: start, process: tianjin/scheme, case: s, with: {name: 教师方案, "
        "year: '2026', kind: normal, activity: a1, committee: 教师高评委}}",
        "{by: 孙秘书, does: save, case: s, with: {expert_needs: ["
        "{specialty: 数学, level: zhenggao, count: 2, experts: [金明远, 龙思源]}, "
        "{specialty: 语文, level: zhenggao, count: 1}, "
        "{specialty: 物理, level: zhenggao, count: 1}]}}",
        "{change: {registers: {experts: {龙思源: {level: fugao}}}}}",
    )
    secretary = town.visit("孙秘书", "教师高评委")
    page = secretary.get(secretary.get(f"/cases/{town['s']}").links["匹配"])
    assert [row[1] for row in page.rows()] == [
        "尹世杰", "汤月华", "白文静", "金明远", "龙思源 不再符合条件",
        "乔若兰", "常美玲", "武振华",
    ]  # fmt: skip
    assert "没有符合条件的内容。" in page, "nobody teaches physics"
    old = page.tree.xpath("string(//main//input[@name='version']/@value)")
    page = secretary.press("暂存")
    assert (
        "专家需求信息 · 第 1 条 · 匹配的专家：没有找到可选的“龙思源”，请重新选择匹配的专家" in page
    )

    secretary.post(page.address, {
        "version": old, "expert_needs.0.experts": ["金明远", "尹世杰"],
        "expert_needs.1.experts": ["武振华"],
    })  # fmt: skip
    assert "已暂存。" in secretary.page
    needs = town.content("s", "孙秘书", "教师高评委")["expert_needs"]
    assert [need.get("experts") for need in needs] == [["金明远", "尹世杰"], ["武振华"], []]
    assert [need["count"] for need in needs] == [2, 1, 1]

    page = secretary.post(page.address, {"version": old, "expert_needs.1.experts": ["常美玲"]})
    assert page.status == 409, "it was changed elsewhere meanwhile"
    ticked = page.tree.xpath("//input[@type='checkbox'][@checked]/@value")
    assert ticked == ["常美玲"], "what was ticked is not lost"
    reviewer = town.visit("吴审核", "人社局")
    assert reviewer.get(page.address).status == 404
