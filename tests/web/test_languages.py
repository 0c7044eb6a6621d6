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
    reviewer = reading_english(town, "赵科长", "教委下属中心")

    page = reviewer.get(f"/cases/{town['z']}")

    assert page.status == 404
    assert "There is no such item, or you may not see it" in page


def test_the_states_of_records_are_translated():
    english = reading_english(city(), "陈管理", "人社局")

    page = english.get("/console/register-committees/")

    assert {row[-2] for row in page.rows()} == {"Active"}


def test_the_window_is_called_as_its_page():
    english = reading_english(city(), "陈管理", "人社局")

    for address in ("/console/roles/", "/console/register-blacklist/", "/lists/tianjin/tracking"):
        tree = english.get(address).tree
        heading = tree.xpath("string(//main//h1)").strip()
        assert tree.xpath("string(//title)").partition(" · ")[0] == heading
        assert heading.isascii(), address


def test_the_marks_between_names_and_around_asides_are_those_of_the_language():
    english = reading_english(city(), "陈管理", "人社局")

    for address in ("/console/", "/console/roles/"):
        assert {"、", "（"}.isdisjoint(english.get(address).text)


def test_codes_steps_and_decisions_are_translated():
    """What the content calls things is said in English everywhere; data stay as they are."""
    town = city(*AT_UNIT)
    english = reading_english(town, "张三")

    (row,) = english.get("/lists/tianjin/my-cases").rows()
    assert "Socialised review" in row
    assert "社会化评审" not in " ".join(row)

    course = english.get(f"/cases/{town['z']}/course")
    assert "Review of own staff, First review (天津市第一示范中学)" in course
    assert "本单位人员审核" not in course.text
    assert "待呈报人员审核" not in course.text

    units = reading_english(town, "陈管理", "人社局").get("/console/register-organisations/")
    assert {"工作单位", "人社部门"}.isdisjoint(cell for row in units.rows() for cell in row)


def test_two_readers_of_one_platform_are_answered_each_in_their_language():
    town = city()
    english, chinese = reading_english(town, "魏工"), town.visit("魏工")

    assert "cannot apply" in english.get("/new/tianjin/socialised-review")
    assert "您已被列入黑名单，不能申报" in chinese.get("/new/tianjin/socialised-review")


def test_a_message_calls_what_was_chosen_by_its_name():
    town = city(
        "{by: 张三, does: start, process: tianjin/account-correction, case: k}",
        "{by: 张三, does: submit, case: k, with: $forms/account-correction}",
        "{by: 陈管理, does: correct, case: k}",
    )

    applicant = town.visit("张三")
    page = applicant.get(applicant.get("/messages").links["账户信息已修改"])

    assert "已办理：姓名已修改。" in page


def test_a_message_is_written_in_the_language_of_the_content():
    """Whoever returned the case read English; the applicant does not."""
    town = city(*AT_UNIT)
    reviewer = reading_english(town, "王初审", "第一中学")
    reviewer.get(f"/cases/{town['z']}/actions/return")
    reviewer.press("Confirm: Not passed", reason="学历证书不清晰")

    page = town.visit("张三").get("/messages")
    assert [row[0] for row in page.rows()] == ["您的申报已退回"]


def test_buttons_of_the_monitor_say_what_they_do_not_what_a_case_is():
    """A button called “Suspended” was read as the state of the case."""
    town = city(*AT_UNIT)
    overseer = reading_english(town, "陈管理", "人社局")

    page = overseer.get(f"/console/cases/details/?id={town['z']}")

    assert {"Reroute", "Suspend", "Cancel the case"} <= set(page.links)
    overseer.get(page.links["Suspend"])
    overseer.press("Suspend", reason="for a check")
    page = overseer.get(f"/console/cases/details/?id={town['z']}")
    assert page.tree.xpath("//dd/span[contains(@class, 'status')]")
    assert "Suspended" in page
    assert "Resume" in page.links
