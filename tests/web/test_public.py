"""Pages and files outside the own four walls: verification, documents, attachments."""

import pytest

from tests.support.city import AT_UNIT, CERTIFIED, city


class Press:
    """A printer without paper."""

    def print(self, *_given):
        return b"%PDF-1.4 printed"


@pytest.fixture(scope="module")
def certified():
    town = city(*CERTIFIED, printer=Press())
    with town.platform.store.read() as unit:
        documents = unit.documents.of_case(town["z"])
    for one in documents:
        town.platform.documents.print(one.uid)
    return town


def issued(city, template):
    with city.platform.store.read() as unit:
        documents = unit.documents.of_case(city["z"])
    return next(one for one in documents if one.template == template)


@pytest.mark.req("CERT-09")
def test_anybody_verifies_a_certificate_and_private_data_are_masked(certified):
    visitor = certified.visit("王五")
    visitor.post("/sign-out")
    code = issued(certified, "certificate").verify_code

    page = visitor.get(f"/verify/{code}")

    assert page.status == 200
    assert "该证书真实有效。" in page
    assert "12011219850801373X" not in page.source


def test_an_unknown_code_is_answered_with_a_sentence(certified):
    page = certified.visit("王五").get("/verify/ABCD-EFGH")

    assert page.status == 404
    assert "没有查到这个核验码对应的证书" in page


@pytest.mark.req("APP-28")
def test_the_holder_finds_the_certificate(certified):
    page = certified.visit("张三").get("/documents")

    assert page.rows()
    assert any("证书" in cell for row in page.rows() for cell in row)


@pytest.mark.req("SEC-02")
def test_a_certificate_is_not_there_for_others(certified):
    """Nothing had been printed: it was not there for the holder either."""
    address = f"/documents/{issued(certified, 'certificate').uid}"

    assert certified.visit("张三").client.get(address).status_code == 200
    for name, organisation in (("李四", None), ("潘平台", "人社局")):
        assert certified.visit(name, organisation).get(address).status == 404


@pytest.mark.req("SEC-02", "SEC-04")
def test_a_file_is_handed_to_those_who_see_the_case_and_runs_nothing():
    sent = city(*AT_UNIT)
    reviewer = sent.person("王初审", "第一中学")
    uid = sent.platform.attachments.put(reviewer, sent["z"], "photo", "a.pdf", b"%PDF-1.4 x")

    answer = sent.visit("王初审", "第一中学").client.get(f"/attachments/{uid}")
    other = sent.visit("赵科长", "教委下属中心").client.get(f"/attachments/{uid}")

    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert other.status_code == 404


@pytest.mark.req("SEC-02")
def test_no_browser_keeps_a_file_a_document_or_an_export(certified):
    """Pages were not kept, but what weighs more was: attachments, certificates and sheets."""
    document = issued(certified, "certificate").uid
    own = certified.visit("张三")
    answers = [
        own.client.get("/attachments/sample.title-certificate.pdf"),
        own.client.get(f"/documents/{document}"),
        certified.visit("冯发证", "人社局").client.get("/console/register-certificates/export"),
    ]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert {one.headers["Cache-Control"] for one in answers} == {"no-store"}


@pytest.mark.req("SEC-02")
def test_the_address_of_a_file_opens_nothing_after_signing_out():
    sent = city(*AT_UNIT)
    visitor = sent.visit("王初审", "第一中学")
    reviewer = sent.person("王初审", "第一中学")
    uid = sent.platform.attachments.put(reviewer, sent["z"], "photo", "a.pdf", b"%PDF-1.4 x")
    address = f"/attachments/{uid}"
    assert visitor.client.get(address).status_code == 200

    visitor.post("/sign-out")

    answer = visitor.client.get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.req("SEC-05")
def test_captions_of_the_pages_can_be_read_in_english(certified):
    visitor = certified.visit("张三")
    visitor.post("/language", {"language": "en", "next": "/"})

    page = visitor.get(f"/cases/{certified['z']}/course")

    assert page.tree.get("lang") == "en"
    assert "Record of actions" in page
    education = certified.platform.release.labels["en"].shown("学历信息")
    assert education != "学历信息"
    assert education in visitor.get("/profile")
