"""What is printed: the document of an application, and empty forms to fill in on paper."""

import io
import re

import pytest
from pypdf import PdfReader

from engine.connectors.documents import TypstPrinter
from tests.support.city import AT_RECEPTION, STARTED, city


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
