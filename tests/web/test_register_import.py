"""Accepting institutions, kept by hand and imported from sheets (BUR-08 – BUR-12, IMP-01 – 07)."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from werkzeug.datastructures import FileStorage

from engine.connectors.spreadsheets import write_xlsx
from tests.support.city import city

REGISTER = "accepting_institutions"
LIST = f"/console/register-{REGISTER}"
CAPTION = "职称初定/认定受理机构管理"
HEADS = ["受理节点类型", "机构名称", "联系电话"]
#: the first field of the form an applicant fills in
SUBJECT = "subject: {title: 举报对象, type: string, maxLength: 100, index: true}"
GOOD = ["职称业务主管部门", "天津市教育委员会", "022-23000002"]
OTHER = ["人社部门", "天津市人力资源和社会保障局", ""]
LINES = (
    GOOD,
    ["职称业务主管部门", "天津市没有的委员会", ""],
    OTHER,
    ["区县", "天津市卫生健康委员会", ""],
    GOOD,
    ["", "天津市农业农村委员会", ""],
    ["职称业务主管部门", "天津市中小学教师高级职称评审委员会", ""],
)


@pytest.fixture
def here():
    return city()


@pytest.fixture
def clerk(here):
    return here.visit("陈管理", "人社局")


def sheet(*lines, heads=HEADS):
    written = BytesIO()
    write_xlsx(written, "x", heads, lines)
    return FileStorage(BytesIO(written.getvalue()), filename="受理机构.xlsx")


def table(answer):
    return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def adds(clerk, **typed):
    clerk.get(f"{LIST}/new/")
    return clerk.press(
        "保存",
        **{
            "title_level": "zhongji",
            "acquisition_way": "initial",
            "node_type": "department",
            "institution": "教委",
            **typed,
        },
    )


def imports(clerk, *lines, file=None, level="zhongji", way="initial"):
    clerk.get(f"{LIST}/import")
    return clerk.press("导入", title_level=level, acquisition_way=way, sheet=file or sheet(*lines))


def names(page):
    return [row[0] for row in page.rows()]


class TestByHand:
    @pytest.mark.req("BUR-08", "BUR-09")
    def test_an_institution_is_found_by_a_part_of_its_name_added_and_queried(self, clerk):
        page = clerk.get(clerk.get("/").links[CAPTION])
        assert page.rows() == []
        clerk.get(page.links["新增"])

        page = clerk.press("保存")

        assert page.status == 422
        missing = page.tree.xpath("//*[contains(@class, 'zf-error')]")
        assert len(missing) >= 4
        page = clerk.press(
            "查询 机构名称", node_type="department", **{"institution~search": "教育委"}
        )
        assert "天津市教育委员会" in page
        page = adds(clerk)
        assert "已保存" in page
        assert clerk.get(LIST).rows()[0][:6] == [
            "天津市教育委员会", "职称业务主管部门", "中级", "初定", "", "正常",
        ]  # fmt: skip
        adds(clerk, institution="卫健委", acquisition_way="recognise")
        assert names(clerk.get(f"{LIST}?search=卫生")) == ["天津市卫生健康委员会"]
        assert names(clerk.get(f"{LIST}?acquisition_way=initial")) == ["天津市教育委员会"]

    @pytest.mark.req("BUR-08", "BUR-11")
    def test_it_is_edited_and_deregistered_in_its_row(self, clerk):
        adds(clerk)
        links = clerk.get(LIST).links

        clerk.get(links["编辑 天津市教育委员会"])
        clerk.press("保存", contact_phone="022-23000002")
        assert clerk.get(LIST).rows()[0][4] == "022-23000002"
        page = clerk.get(links["注销 天津市教育委员会"])
        assert "确定吗" in page
        clerk.press("确定注销")

        row = clerk.get(LIST).rows()[0]
        assert row[:6] == [
            "天津市教育委员会", "职称业务主管部门", "中级", "初定", "022-23000002", "已注销",
        ]  # fmt: skip
        assert "注销" not in row[6]

    def test_the_notice_is_written_after_saving_and_goes_on_from_what_is_there(self, clerk):
        clerk.get(f"{LIST}/new/")
        assert clerk.page.tree.xpath("//main//*[@name='notice' and not(@disabled)]") == []
        adds(clerk)
        page = clerk.get(clerk.get(LIST).links["申报须知 天津市教育委员会"])

        page = clerk.press("申报须知", notice="请于九月三十日前提交")

        assert "请于九月三十日前提交" in page
        page = clerk.get(clerk.get(LIST).links["申报须知 天津市教育委员会"])
        assert page.field("notice").text.strip() == "请于九月三十日前提交"

    @pytest.mark.req("BUR-12")
    def test_a_deregistered_one_is_offered_no_more_and_stays_visible(self):
        accepting = "accepting: {title: 受理机构, reference: accepting_institutions}"
        notice = "notice: {title: 申报须知, widget: display, shows: data.accepting.notice}"
        here = city(
            changes=(("forms/complaint.yaml", SUBJECT, f"{accepting}\n  {notice}\n  {SUBJECT}"),)
        )
        clerk, applicant = here.visit("陈管理", "人社局"), here.visit("张三")
        adds(clerk)
        clerk.get(clerk.get(LIST).links["申报须知 天津市教育委员会"])
        clerk.press("申报须知", notice="请于九月三十日前提交")
        key = here.platform.registers.options(here.person("张三"), REGISTER)[0].key
        applicant.get(applicant.get("/").links["举报"])
        applicant.press("立即举报")
        assert "天津市教育委员会" in applicant.press(
            "查询 受理机构", **{"accepting~search": "教育"}
        )
        assert "请于九月三十日前提交" in applicant.press("选定", accepting=key)

        clerk.get(clerk.get(LIST).links["注销 天津市教育委员会"])
        clerk.press("确定注销")

        applicant = here.visit("李四")
        applicant.get(applicant.get("/").links["举报"])
        applicant.press("立即举报")
        page = applicant.press("查询 受理机构", **{"accepting~search": "教育"})
        assert "天津市教育委员会" not in page
        assert clerk.get(LIST).rows()[0][5] == "已注销"
        page = clerk.get(clerk.get(LIST).links["查看 天津市教育委员会"])
        assert "请于九月三十日前提交" in page
        clerk.get("/console/register-organisations/act/?id=教研室&action=deregister")
        clerk.press("确定注销", reason="撤并")
        clerk.get("/console/routes/row/tianjin/initial-confirmation")
        assert "天津市中小学教学研究室" not in clerk.press(
            "查询 机构", **{"start~search": "教学研究"}
        )
        page = clerk.press("保存并查看差异", start="教研室", to="教委")
        assert page.status == 422
        assert "没有找到可选的" in page

    def test_one_institution_is_there_once_for_a_level_and_a_way(self, clerk):
        adds(clerk)

        assert adds(clerk).status == 409
        assert "已保存" in adds(clerk, title_level="zhuliji")

    def test_who_does_not_keep_it_sees_nothing(self, here):
        for name, organisation in (("王初审", "第一中学"), ("潘平台", "人社局")):
            visitor = here.visit(name, organisation)
            for page in ("/", "/new/", "/import", "/import/template"):
                assert visitor.get(f"{LIST}{page}").status == 403
            assert visitor.post(f"{LIST}/import/submit", {"staged": "[]"}).status == 403


class TestImport:
    @pytest.mark.req("IMP-01")
    def test_the_template_has_the_columns_with_the_mandatory_ones_marked(self, clerk):
        page = clerk.get(f"{LIST}/import")

        answer = clerk.get(page.links["下载excel模板"]).raw

        assert table(answer) == [["受理节点类型*", "机构名称*", "联系电话"]]

    @pytest.mark.req("BUR-08", "BUR-17", "IMP-02", "IMP-03", "IMP-04", "IMP-05", "IMP-07")
    def test_lines_are_checked_counted_and_created_only_when_submitted(self, clerk):
        page = clerk.get(f"{LIST}/import")
        asks = page.button("导入").get("data-confirm")
        assert asks.startswith("检查并导入这个文件吗？")

        page = imports(clerk, *LINES)

        assert "成功 2 条，失败 5 条" in page
        assert page.rows() == [
            ["3", "“机构名称”没有“天津市没有的委员会”"],
            ["5", "“受理节点类型”没有“区县”"],
            ["6", "“职称初定/认定受理机构”中已有机构名称、职称等级、取得方式相同的记录"],
            ["7", "请选择受理节点类型"],
            ["8", "没有找到可选的“天津市中小学教师高级职称评审委员会”，请重新选择机构名称"],
        ]
        kept = page
        failed = table(clerk.press("下载失败的行").raw)
        assert failed[0] == [*HEADS, "行号", "原因"]
        assert failed[1] == [*LINES[1], "3", "“机构名称”没有“天津市没有的委员会”"]
        assert len(failed) == 6
        assert clerk.get(LIST).rows() == []
        clerk.page = kept

        page = clerk.press("提交")

        assert "已导入 2 条" in page
        assert sorted(row[:6] for row in page.rows()) == [
            ["天津市人力资源和社会保障局", "人社部门", "中级", "初定", "", "正常"],
            ["天津市教育委员会", "职称业务主管部门", "中级", "初定", "022-23000002", "正常"],
        ]

    @pytest.mark.req("BUR-17")
    def test_level_and_way_are_asked_for_and_count_for_all_lines(self, clerk):
        page = imports(clerk, GOOD, level="", way="")

        assert page.status == 422
        assert len(page.tree.xpath("//*[contains(@class, 'zf-error')]")) >= 2
        assert "是不是“天津市卫生健康委员会”？" in imports(clerk, [GOOD[0], "卫生健康委", ""])
        imports(
            clerk, [GOOD[0], GOOD[1], "０２２－２３０００００２"], level="fugao", way="recognise"
        )
        assert clerk.press("提交").rows()[0][2:5] == ["副高级", "认定", "022-23000002"]

    @pytest.mark.req("IMP-07")
    def test_what_is_there_already_fails_and_what_comes_between_too(self, here, clerk):
        adds(clerk)
        assert "成功 0 条，失败 1 条" in imports(clerk, GOOD)
        assert "提交" not in clerk.page.buttons
        page = imports(clerk, OTHER, GOOD)
        assert "成功 1 条，失败 1 条" in page
        adds(here.visit("陈管理", "人社局"), institution="人社局")

        page = clerk.press("提交")

        assert "已导入 0 条" in page
        assert "第 2 行没有导入" in page
        assert len(page.rows()) == 2

    @pytest.mark.req("IMP-06")
    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (FileStorage(BytesIO(b"no sheet"), filename="x.xlsx"), "不是 Excel 文件"),
            (FileStorage(BytesIO(b""), filename="x.xlsx"), "不是 Excel 文件"),
            (sheet(["天津市教育委员会"], heads=["机构名称"]), "表头不对"),
            (sheet(), "文件中没有数据"),
            (sheet(*[GOOD] * 5001), "文件超过 5000 行"),
        ],
    )
    def test_a_file_that_is_not_the_template_is_refused_as_a_whole(self, clerk, file, sentence):
        page = imports(clerk, file=file)

        assert page.status == 409
        assert sentence in page
        assert clerk.get(LIST).rows() == []

    @pytest.mark.parametrize("staged", ["{", "7", "[1]", '[{"number": "x", "data": {}}]'])
    def test_a_broken_text_in_the_page_is_refused(self, clerk, staged):
        assert clerk.post(f"{LIST}/import/submit", {"staged": staged}).status == 400

    def test_what_was_put_into_the_page_by_hand_is_checked_again(self, clerk):
        staged = '[{"number": 2, "data": {"institution": "教师高评委", "title_level": "top"}}]'

        page = clerk.post(f"{LIST}/import/submit", {"staged": staged})

        assert "已导入 0 条" in page
        assert clerk.get(LIST).rows() == []

    def test_a_register_that_imports_nothing_has_no_such_page(self, clerk):
        assert clerk.get("/console/register-titles/import").status == 404
        assert "导入" not in clerk.get("/console/register-titles/").links
