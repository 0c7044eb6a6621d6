"""What is printed: the document of an application, and empty forms to fill in on paper."""

import io
import re

import pytest
from pypdf import PdfReader

from engine.connectors.documents import CannotPrint, TypstPrinter
from tests.support.city import AT_RECEPTION, EFFECTIVE, PASSWORD, STARTED, city


@pytest.fixture(scope="module")
def printer():
    opened = TypstPrinter(seconds=20)
    yield opened
    opened.close()


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


@pytest.mark.req("APP-37")
def test_the_committee_receives_one_document_with_the_list_of_attachments(printer):
    town = city(*AT_RECEPTION, printer=printer)
    secretary = town.person("孙秘书", "教师高评委")
    town.platform.cases.act(secretary, town["z"], "receive")

    (issued,) = town.platform.views.view(secretary, town["z"]).documents
    name, media, pdf = town.platform.documents.file(secretary, issued.uid)

    assert (name, media) == ("评审表-张三-2026-000001.pdf", "application/pdf")
    text = text_of(pdf)
    listed = text[text.index("附件清单") :]
    for file in ("photo.png", "title-certificate.pdf", "achievement.pdf", "attachment.pdf"):
        assert file in listed


class TestBlanks:
    @pytest.mark.req("FORM-07", "PROF-29")
    def test_the_template_beside_an_upload_is_downloaded(self, printer):
        applicant = city(printer=printer).visit("张三")
        applicant.get("/templates/achievement-proof")

        assert applicant.page.raw.mimetype == "application/pdf"
        assert "业绩属实证明" in text_of(applicant.page.raw.get_data())

    @pytest.mark.req("FORM-07", "PROF-29")
    def test_the_page_offers_it_where_it_is_asked_for(self):
        town = city(STARTED)
        applicant = town.visit("张三")
        page = applicant.get(f"/cases/{town['z']}")
        assert "下载模板 业绩属实证明" not in page.links

        page = applicant.press("暂存", **{"work_history.0.is_dispatched": "true"})

        assert page.links["下载模板 业绩属实证明"] == "/templates/achievement-proof"

    def test_a_document_about_a_case_is_no_blank(self, printer):
        applicant = city(printer=printer).visit("张三")

        assert applicant.get("/templates/certificate").status == 404
        assert applicant.get("/templates/nothing").status == 404


class Unable:
    """A printer whose fonts lack a character until they are mended."""

    def __init__(self, printer):
        self.printer, self.mended = printer, False

    def print(self, *given):
        if not self.mended:
            raise CannotPrint("missing_characters", characters="𠮷")
        return self.printer.print(*given)

    pages = None


class TestCertificate:
    @pytest.mark.req("ENG-14", "CERT-05")
    def test_what_cannot_be_printed_is_told_with_the_reason_and_printed_again(self, printer):
        unable = Unable(printer)
        town = city(*EFFECTIVE, printer=unable)
        town.platform.cases.act(town.person("冯发证", "人社局"), town["z"], "issue")
        why = "“电子职称证书”没有办成：字体没有这些字：𠮷。处理后请重新执行"

        monitor = town.visit("陈管理", "人社局")
        monitor.get("/console/incidents/")
        assert why in monitor.page
        caller = town.pages.test_client(use_cookies=False)
        sent = {"login": "陈管理", "password": PASSWORD, "organisation": "人社局"}
        token = caller.post("/api/v1/sessions", json=sent).json["token"]
        found = caller.get("/api/v1/incidents", headers={"Authorization": f"Bearer {token}"}).json
        assert [(one["case"], one["reason"]) for one in found] == [(town["z"], why)]

        unable.mended = True
        actor = town.person("陈管理", "人社局")
        town.platform.interventions.retry(actor, town["z"], "字体已补")
        assert town.platform.incidents.unresolved(actor) == []
        with town.platform.store.read() as unit:
            issued = unit.documents.of_case(town["z"])
        assert [one.file_blob is None for one in issued if one.template == "certificate"] == [False]

    @pytest.mark.req("CERT-05", "CERT-18")
    def test_it_is_downloaded_from_the_list_and_verified_by_anybody(self, printer):
        town = city(*EFFECTIVE, printer=printer)
        officer = town.visit("冯发证", "人社局")
        town.platform.cases.act(town.person("冯发证", "人社局"), town["z"], "issue")
        officer.get("/lists/tianjin/issued")
        (view,) = [href for name, href in officer.page.links.items() if name.startswith("查看")]
        officer.get(view)
        officer.get(next(href for href in officer.page.links.values() if "/papers" in href))
        (href,) = {
            href
            for name, href in officer.page.links.items()
            if href.startswith("/documents/") and "证书" in name
        }
        officer.get(href)

        assert officer.page.raw.mimetype == "application/pdf"
        text = text_of(officer.page.raw.get_data())
        data = town.content("z", "冯发证", "人社局")
        with town.platform.store.read() as unit:
            documents = unit.documents.of_case(town["z"])
        issued = next(one for one in documents if one.template == "certificate")
        number = data["certificate"]["number"]
        decision = town.data("filing-decision")
        filed = str(decision["filing_date"])
        year, month, day = (int(part) for part in filed.split("-"))
        written = f"{year}年{month}月{day}日"
        for shown in (number, "张三", decision["filing_number"], written, issued.verify_code):
            assert shown in text

        public = town.visit("王五")
        public.post("/sign-out")
        page = public.get(f"/verify/{issued.verify_code}")
        assert "该证书真实有效。" in page
        for caption in ("证书编号", "级别", "专业", "资格名称", "发证单位"):
            assert caption in page
        assert number in page
        assert "张*" in page
        assert "张三" not in page
