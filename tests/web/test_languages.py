"""What is refused is said in the language of the reader, the content's own sentences too."""

from tests.support.city import AT_UNIT, STARTED, City, Visitor, city


def reading_english(town: City, name: str, organisation: str | None = None) -> Visitor:
    """Somebody who has pressed the switch of languages."""
    visitor = town.visit(name, organisation)
    visitor.post("/language", {"language": "en", "next": "/"})
    return visitor


def test_a_form_says_what_is_missing():
    town = city(STARTED)
    applicant = reading_english(town, "张三")
    applicant.get(f"/cases/{town['z']}")

    page = applicant.press("Submit")

    assert page.status == 422
    assert "Add at least one entry to Professional ability" in page
    assert "请" not in page.text


def test_the_rules_of_a_process_are_translated():
    town = city()
    applicant = reading_english(town, "魏工")
    page = applicant.get("/new/tianjin/socialised-review")

    assert "You are on the blacklist and cannot apply" in page


def test_the_refusals_of_the_platform_are_translated():
    town = city(*AT_UNIT)
    reviewer = reading_english(town, "李复审", "第一中学")

    page = reviewer.get(f"/cases/{town['z']}")

    assert page.status == 404
    assert "There is no such item, or you may not see it" in page


def test_the_states_of_records_are_translated():
    english = reading_english(city(), "陈管理", "人社局")

    page = english.get("/console/register-committees/")

    assert {row[-2] for row in page.rows()} == {"Active"}


def test_two_readers_of_one_platform_are_answered_each_in_their_language():
    town = city()
    english, chinese = reading_english(town, "魏工"), town.visit("魏工")

    assert "cannot apply" in english.get("/new/tianjin/socialised-review")
    assert "您已被列入黑名单，不能申报" in chinese.get("/new/tianjin/socialised-review")


def test_a_message_is_written_in_the_language_of_the_content():
    """Whoever returned the case read English; the applicant does not."""
    town = city(*AT_UNIT)
    reviewer = reading_english(town, "王初审", "第一中学")
    reviewer.get(f"/cases/{town['z']}/actions/return")
    reviewer.press("Confirm: Not passed", reason="学历证书不清晰")

    page = town.visit("张三").get("/messages")
    assert [row[0] for row in page.rows()] == ["您的申报已退回"]
