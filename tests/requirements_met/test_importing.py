"""Education records imported for a person: asked for by itself or on the page, merged once."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.connectors.outside import OutsideConnections
from engine.domain.clock import SystemClock
from engine.store.chain import canonical
from tests.support.answering import Answering, answering
from tests.support.city import City, Visitor, city, fields_of

IMPORT = "从学信网导入"
NUMBER = "10055202005001234"
RECORD = {
    "study_period": {"from": "2017-09-01", "until": "2020-06-30"},
    "school_name": "南开大学",
    "major": "应用数学",
    "education_level": "14",
    "study_mode": "full_time",
    "certificate_number": NUMBER,
}


@pytest.fixture(scope="module")
def running() -> Iterator[Answering]:
    with answering() as server:
        yield server


@pytest.fixture
def outside(running: Answering) -> Answering:
    running.asked.clear()
    running.will((200, {"complete": True, "records": [RECORD]}))
    return running


@pytest.fixture
def town(outside: Answering) -> City:
    settings = {"chsi_url": outside.url, "chsi_token": "t0ken"}
    return city(connections=OutsideConnections(settings, SystemClock()))


@pytest.fixture
def applicant(town: City) -> Visitor:
    return town.visit("张三")


def later(town: City, seconds: float = 2) -> None:
    """A worker comes by."""
    town.clock.set(town.clock.now() + timedelta(seconds=seconds))
    town.platform.outgoing.work_off_slow()


def kept(town: City, part: str = "education", person: str = "张三"):
    return town.platform.registers.get(town.person(person), "people", person).data.get(part)


@pytest.mark.req("ENG-17", "PROF-07")
def test_who_asks_sees_it_under_way_and_then_the_records(town, applicant, outside):
    before = kept(town)
    applicant.get("/profile")
    applicant.press(IMPORT)

    assert "已申请，等待返回" in applicant.page
    assert IMPORT not in applicant.page.buttons
    assert outside.asked == [], "nobody who presses a button waits"
    later(town)

    (asked,) = outside.asked
    assert (asked.path, asked.token) == ("/education", "Bearer t0ken")
    assert asked.body == {"full_name": "张三", "id_type": "111", "id_number": "12011219850801373X"}
    page = applicant.get("/profile")
    assert "已导入" in page
    assert "南开大学" in page
    # What was there stays as it was, whoever entered it.
    assert kept(town) == [*before, {**RECORD, "source": "chsi"}]


@pytest.mark.req("ENG-17", "PROF-07", "PROF-09")
def test_asked_twice_it_is_there_once_and_what_the_applicant_added_stays(town, applicant):
    typed = {**RECORD, "source": "own", "degree": "307", "is_pre_employment": True}
    with town.platform.store.write() as unit:
        row = town.platform.records.load(unit, "people", "张三")
        register = town.platform.release.registers["people"]
        # Asked for before: now only the person asks.
        data = {**row.data, "education": [typed], "education_import": {"state": "nothing"}}
        town.platform.records.change(unit, register, row, data, at=town.clock.now())
    for _ in range(2):
        applicant.get("/profile")
        applicant.press(IMPORT)
        later(town)
        assert kept(town) == [typed, {**RECORD, "source": "chsi"}]


@pytest.mark.req("ENG-17", "PROF-07", "PROF-08")
def test_what_was_imported_is_completed_and_neither_changed_nor_deleted(town, applicant):
    applicant.get("/profile")
    applicant.press(IMPORT)
    later(town)

    page = applicant.get("/profile/education")
    # Two came from there, this one now and one before; the one between was typed.
    assert page.text.count("不可删除") == 2
    assert page.field("education.1.school_name") is not None
    with pytest.raises(LookupError):
        page.field("education.2.school_name")
    applicant.press(
        "确认", **{"education.2.degree": "307", "education.2.is_pre_employment": "true"}
    )
    completed = {**RECORD, "source": "chsi", "degree": "307", "is_pre_employment": True}
    assert kept(town)[2] == completed

    applicant.get("/profile")
    applicant.press(IMPORT)
    later(town)
    assert kept(town)[2] == completed


@pytest.mark.req("ENG-17", "PROF-07", "SEC-01")
@pytest.mark.parametrize(
    "forged",
    [
        {"education.2.school_name": "北京大学", "education.2.source": "own"},
        {"education.2.certificate_number": "", "education.2.school_name": ""},
        {"education.#": slice(0, 3)},
        {"education.#": slice(0, 1)},
        {"_do": "remove:education.2"},
    ],
    ids=["changed", "emptied", "left out", "all left out", "removed"],
)
def test_a_forged_post_leaves_what_was_imported_as_it_came(town, applicant, forged):
    applicant.get("/profile")
    applicant.press(IMPORT)
    later(town)
    applicant.get("/profile/education")
    applicant.press(
        "确认", **{"education.2.degree": "307", "education.2.is_pre_employment": "true"}
    )
    imported = kept(town)[2]
    page = applicant.get("/profile/education")
    sent = fields_of(next(page.button("确认").iterancestors("form")))
    sent["education.1.major"] = "物理"
    for name, value in forged.items():
        sent[name] = sent[name][value] if isinstance(value, slice) else value

    applicant.post("/profile/education", sent)
    if "_do" in forged:
        applicant.press("确认")

    assert kept(town)[-1] == imported
    # The same post changes and deletes what was typed.
    typed = [row["major"] for row in kept(town) if row["source"] == "own"]
    assert typed == ([] if forged.get("education.#") == slice(0, 1) else ["物理"])


@pytest.mark.req("ENG-17")
def test_a_request_is_known_by_its_content_but_nobody_can_try_names_on_its_key(
    town, applicant, outside
):
    with town.platform.store.write() as unit:
        row = town.platform.records.load(unit, "people", "张三")
        register = town.platform.release.registers["people"]
        data = {**row.data, "education_import": {"state": "nothing"}}
        town.platform.records.change(unit, register, row, data, at=town.clock.now())
    for name in ("张三", "张三", "张叁"):
        with town.platform.store.write() as unit:
            row = town.platform.records.load(unit, "people", "张三")
            basics = {**row.data["personal_basics"], "full_name": name}
            data = {**row.data, "personal_basics": basics}
            town.platform.records.change(unit, register, row, data, at=town.clock.now())
        applicant.get("/profile")
        applicant.press(IMPORT)
        later(town)

    first, again, other = outside.asked[-3:]
    assert first.key == again.key != other.key
    for asked in (first, other):
        for digest in ("sha256", "sha1", "md5", "blake2b"):
            plain = hashlib.new(digest, canonical(asked.body)).hexdigest()
            assert plain[:8] not in asked.key


@pytest.mark.req("ENG-17")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {"complete": True, "records": []}), ["没有查到"]),
        ((200, {"reason": "姓名与证件号码不一致"}), ["未能导入", "姓名与证件号码不一致"]),
        ((403, {"detail": "没有权限"}), ["未能导入", "没有权限"]),
        (
            (200, {"complete": True, "records": [{"school_name": "南开大学"}]}),
            ["未能导入", "对方不接受"],
        ),
    ],
    ids=["nothing", "refused", "4xx", "incomplete"],
)
def test_what_does_not_come_is_said_and_can_be_tried_again(town, applicant, outside, answer, said):
    before = kept(town)
    outside.will(answer)
    applicant.get("/profile")
    applicant.press(IMPORT)
    later(town)

    page = applicant.get("/profile")
    assert [text for text in said if text not in page] == []
    assert kept(town) == before
    outside.will((200, {"complete": True, "records": [RECORD]}))
    applicant.press(IMPORT)
    later(town)
    assert "已导入" in applicant.get("/profile")


@pytest.mark.req("ENG-17", "PROF-07")
def test_it_is_asked_by_itself_once_name_and_identity_are_known(town, outside):
    """Nobody presses anything; what leaves is sealed until it has left."""
    data = kept(town, "personal_basics", "张三")
    data = {**data, "full_name": "新人", "id_number": "120101199003074516"}
    with town.platform.store.write() as unit:
        register = town.platform.release.registers["people"]
        at = town.clock.now()
        town.platform.records.add(
            unit, register, {"personal_basics": data}, jurisdiction="tianjin", at=at, key="新人"
        )
    with town.platform.store.read() as unit:
        (message,) = unit.outbox.since(0, 9)[-1:]
    assert message.kind == "tell"
    assert "120101199003074516" not in json.dumps(message.payload)

    later(town)
    later(town, 3600)

    assert len(outside.asked) == 1, "what came does not set it off again"
    assert kept(town, person="新人") == [{**RECORD, "source": "chsi"}]
    assert kept(town, "education_import", "新人")["state"] == "imported"


@pytest.mark.req("ENG-17", "PROF-07")
def test_in_a_folder_the_answer_is_a_file_put_beside_the_request(tmp_path):
    address = f"file://{tmp_path}?format=json"
    town = city(connections=OutsideConnections({"chsi_url": address}, SystemClock()))
    applicant = town.visit("张三")
    applicant.get("/profile")
    applicant.press(IMPORT)
    later(town)
    (left,) = tmp_path.glob("*.json")
    assert json.loads(left.read_text("utf-8"))["id_number"] == "12011219850801373X"
    assert "已申请，等待返回" in applicant.get("/profile")

    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / left.name).write_text(
        json.dumps({"complete": True, "records": [RECORD]}), "utf-8"
    )
    later(town, 90)

    assert "已导入" in applicant.get("/profile")
    assert kept(town)[-1]["certificate_number"] == NUMBER


@pytest.mark.req("ENG-17")
def test_where_it_is_not_connected_nothing_is_offered_and_nothing_asked():
    town = city()
    applicant = town.visit("张三")

    page = applicant.get("/profile")

    assert IMPORT not in page
    assert "学信网学历导入" not in page
    refused = applicant.post("/profile/do/import_education", {"csrf_token": ""})
    assert "已申请，等待返回" not in refused
    assert kept(town, "education_import") is None
    with town.platform.store.read() as unit:
        assert not unit.outbox.ever("tell", register="people")
