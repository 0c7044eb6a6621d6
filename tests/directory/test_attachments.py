"""Files are checked by content, sealed, and read only by those who may see what they belong to."""

import pytest

from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

PDF = b"%PDF-1.7\n%..."
OWNER, REVIEWER = person("张三"), person("王审", "一所")


@pytest.fixture
def office() -> Platform:
    return open_office()


def with_file(office: Platform) -> tuple[str, str]:
    """A request with a plan, sent in; the case and the file."""
    uid = a_request(office, submit=False)
    file = office.attachments.put(OWNER, uid, "plans", "图纸.pdf", PDF)
    values = {"unit": "一所", "subject": "会议室", "plans": [file]}
    office.cases.act(OWNER, uid, "submit", data=values)
    return uid, file


@pytest.mark.req("SEC-02")
def test_the_owner_and_the_reviewers_read_a_file(office: Platform):
    _, file = with_file(office)

    for actor in (OWNER, REVIEWER):
        assert office.attachments.get(actor, file) == ("图纸.pdf", "application/pdf", PDF)


@pytest.mark.req("SEC-02")
@pytest.mark.parametrize(("who", "where"), [("李四", None), ("周局", "二分局")])
def test_nobody_else_learns_that_it_exists(office: Platform, who: str, where: str | None):
    _, file = with_file(office)

    for uid in (file, "guessed"):
        with pytest.raises(NotFound, match="no_such_file"):
            office.attachments.get(person(who, where), uid)


@pytest.mark.req("SEC-02")
def test_a_look_at_somebody_elses_file_is_noted(office: Platform):
    uid, file = with_file(office)

    office.attachments.get(OWNER, file)
    office.attachments.get(REVIEWER, file)

    with office.store.read() as unit:
        looks = [
            (look.person, look.organisation, look.case_uid) for look in unit.access_log.of("张三")
        ]
    assert looks == [("王审", "一所", uid)]


@pytest.mark.req("SEC-02")
def test_ids_are_unguessable_and_content_is_sealed(office: Platform):
    _, file = with_file(office)

    assert len(file) >= 24
    with office.store.read() as unit:
        row = unit.attachments.load(file)
        assert row is not None
        sealed = unit.connection.exec_driver_sql(
            "SELECT ciphertext FROM blobs WHERE hash = ?", (row.blob,)
        ).scalar()
    assert PDF not in bytes(sealed)


@pytest.mark.req("SEC-04")
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("plan.exe", b"MZ", "file_type"),
        ("page.html", b"<script>", "file_type"),
        ("noextension", PDF, "file_type"),
        ("plan.pdf", b"<script>alert(1)</script>", "file_content"),
        ("photo.png", PDF, "file_content"),
        ("empty.pdf", b"", "file_empty"),
        ("huge.pdf", PDF + b"\0" * (50 * 1024 * 1024), "file_too_large"),
    ],
)
def test_what_a_file_really_is_decides(office: Platform, name: str, content: bytes, code: str):
    uid = a_request(office, submit=False)

    with pytest.raises(Refused, match=code):
        office.attachments.put(OWNER, uid, "plans", name, content)


@pytest.mark.req("SEC-04")
def test_a_name_is_only_a_name(office: Platform):
    uid = a_request(office, submit=False)

    file = office.attachments.put(OWNER, uid, "plans", "../../etc/passwd\n.pdf", PDF)

    assert office.attachments.get(OWNER, file)[0] == "passwd.pdf"


class TestFieldsKeptFromSomebody:
    """A file is given as the field that holds it is shown: ``views`` hide and mask it too."""

    @pytest.fixture
    def office(self) -> Platform:
        path = "definitions/processes/town/request.yaml"
        views = "views: {review: {hide: [plans]}, initiator: {hide: [subject]}}"
        return open_office(
            more={path: FILES[path].replace("steps:", f"{views}\n        steps:", 1)}
        )

    @pytest.mark.req("SEC-02", "FORM-06")
    def test_whoever_does_not_see_the_field_gets_no_file(self, office: Platform):
        uid, file = with_file(office)

        with pytest.raises(NotFound, match="no_such_file"):
            office.attachments.get(REVIEWER, file)
        office.cases.act(REVIEWER, uid, "pass")
        # The second stage is somebody's from whom nothing is kept.
        assert office.attachments.get(person("赵复", "一所"), file)[0] == "图纸.pdf"

    @pytest.mark.req("SEC-02", "FORM-06")
    def test_who_started_the_case_owns_no_file_of_a_hidden_field(self, office: Platform):
        uid, _ = with_file(office)

        file = office.attachments.put(REVIEWER, uid, "subject", "意见.pdf", PDF)

        with pytest.raises(NotFound, match="no_such_file"):
            office.attachments.get(OWNER, file)


@pytest.mark.req("SEC-01", "SEC-02")
def test_nobody_attaches_to_what_is_not_theirs_to_fill_in(office: Platform):
    uid, _ = with_file(office)

    with pytest.raises(NotFound, match="no_such_case"):
        office.attachments.put(person("李四"), uid, "plans", "a.pdf", PDF)
    with pytest.raises(NotFound, match="no_such_page"):
        office.attachments.put(person("李四"), "record:keys/101", "plans", "a.pdf", PDF)
    office.cases.act(REVIEWER, uid, "pass")
    with pytest.raises(NotAllowed, match="nothing_to_fill_in"):
        office.attachments.put(REVIEWER, uid, "plans", "a.pdf", PDF)
