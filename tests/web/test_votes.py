"""Pages of votes: ballots, progress, seats that others take, and the result of each round."""

import pytest

from engine.domain.clock import VirtualClock
from engine.domain.errors import Refused
from engine.services.casework import Casework
from tests.support.city import MEETING, VOTED, City
from tests.support.city import city as shipped
from tests.support.office import NINE, person
from tests.support.votes import Board, a_vote, known


def city(case):
    return City(case.town, VirtualClock(NINE), {"x": case.uid})


@pytest.mark.req("ENG-12")
def test_a_paper_without_a_form_of_its_own_can_be_filled_in():
    case = a_vote("in_turn: true")
    voter = city(case).visit("v0")
    page = voter.get(f"/cases/{case.uid}/ballot")
    assert "不同意" in page

    page = voter.press("提交选票", confirmed="yes")
    assert page.status == 422
    page = voter.press("提交选票", **{"p0-choice": "against"})
    assert "选票还没有提交" in page
    assert case.step == "vote"
    voter.press("提交选票", confirmed="yes")
    assert "您的选票已提交" in voter.page

    other = city(case).visit("v2")
    page = other.get(f"/cases/{case.uid}/ballot")
    assert "提交选票" not in page.buttons, "it is not the turn of v2"
    page = other.get(f"/cases/{case.uid}/progress")
    assert "1 / 3 人" in page
    assert page.rows() == [["v0", "已投票"], ["v1", "未投票"], ["v2", "未投票"]]


@pytest.mark.req("ENG-12")
def test_who_declines_says_why_and_who_leads_names_another():
    case = a_vote("may_decline: true")
    voter = city(case).visit("v1")
    page = voter.get(f"/cases/{case.uid}/ballot")
    voter.get(page.links["谢绝"])
    page = voter.press("确定谢绝", reason="与申请人有利害关系")
    assert "已谢绝。" in page

    leader = city(case).visit("周局", "市局")
    page = leader.get(f"/cases/{case.uid}/progress")
    assert "待补投票人" in page
    leader.get(page.links["更换投票人"])
    page = leader.press("查找", search="spare")
    assert [option.text for option in page.tree.xpath("//select[@name='instead']/option")][1:] == [
        "v1（已谢绝）", "v0", "v2",
    ]  # fmt: skip
    page = leader.press("确定更换投票人", instead="v1", person="spare")
    assert page.status == 409
    chosen = page.tree.xpath("//select/option[@selected]/@value")
    assert chosen == ["v1", "spare"], "what was chosen is kept when the reason is missing"
    page = leader.press("确定更换投票人", reason="替补")
    assert "已更换投票人。" in page
    assert set(case.waiting) == {"v0", "v2", "spare"}
    course = leader.get(f"/cases/{case.uid}/course")
    assert "与申请人有利害关系" in course


@pytest.mark.req("ENG-12")
def test_whoever_leads_a_vote_in_a_branch_names_another_voter_on_its_page():
    case = a_vote("may_decline: true", branched=True)
    case.town.cases.decline(person("v1"), case.uid, "出差", at="vote")
    leader = city(case).visit("周局", "市局")
    page = leader.get(f"/cases/{case.uid}/progress?at=vote")
    assert "待补投票人" in page

    leader.get(page.links["更换投票人"])
    leader.press("查找", search="spare")
    page = leader.press("确定更换投票人", instead="v1", person="spare", reason="替补")

    assert "已更换投票人。" in page
    assert set(case.waiting) == {"v0", "v2", "spare", None}
    assert case.rebuilt()


@pytest.mark.req("ENG-14")
def test_an_administrator_chooses_among_votes_that_are_held_at_the_same_time():
    case = a_vote("may_decline: true", branched=True, guests=["guest"])
    administrator = city(case).visit("马监", "市局")
    console = f"/console/cases/act/?id={case.uid}&do=replace"
    page = administrator.get(console)
    assert "哪一项表决" in page
    assert "v0" in administrator.press("查找", at="vote", find="spare")

    page = administrator.press("查找", at="hear", find="spare")
    assert "v0" not in page
    page = administrator.press("更换投票人", instead="guest", person="spare", reason="住院")

    assert "已更换投票人。" in page
    assert set(case.waiting) == {"v0", "v1", "v2", "spare", None}
    assert case.rebuilt()


@pytest.mark.req("ENG-14")
def test_an_administrator_names_somebody_in_the_console():
    case = a_vote("may_decline: true")
    administrator = city(case).visit("马监", "市局")
    page = administrator.get(f"/console/cases/act/?id={case.uid}&do=replace&find=spare")
    assert "由谁表决" in page

    page = administrator.press("更换投票人", instead="v2", person="spare", reason="出差")

    assert "已更换投票人。" in page
    assert "spare" in case.waiting


@pytest.mark.req("ENG-12")
def test_whoever_hands_in_the_last_ballot_is_told_that_it_is_in():
    """The last voter was sent back to the ballot, which was no longer there: no such page."""
    case = a_vote("secret: true")
    case.cast("v0")
    case.cast("v1")
    last = city(case).visit("v2")
    last.get(f"/cases/{case.uid}/ballot")

    page = last.press("提交选票", choice="agree", confirmed="yes")

    assert page.status == 200
    assert "您的选票已提交。" in page
    assert case.step == "done"


@pytest.mark.req("ENG-12")
def test_a_paper_costs_the_same_on_a_long_agenda(monkeypatch):
    """With 283 applicants the ballot was not there within eight seconds.

    For each paper the case and the whole list of members were read again.
    """
    read = []
    load = Casework.load
    monkeypatch.setattr(Casework, "load", lambda *of, **more: read.append(of) or load(*of, **more))

    def reads(entries):
        board = Board("decide: all", voters=1, entries=entries)
        voter = city(board).visit("v0")
        read.clear()
        voter.get(f"/cases/{board.uid}/ballot")
        voter.press("没有选的都选“同意”")
        return len(read)

    assert reads(7) == reads(2) > 0


@pytest.mark.req("COM-19", "ENG-14")
def test_who_leads_a_secret_vote_sees_who_sits_in_it_and_not_who_has_voted():
    """A secretary had experts drawn and found their names nowhere, to call them to the meeting."""
    case = a_vote("secret: true, may_decline: true")
    case.cast("v0")
    case.town.cases.decline(person("v1"), case.uid, "出差", at="vote")

    page = city(case).visit("周局", "市局").get(f"/cases/{case.uid}/progress")

    assert page.tree.xpath("//main//li[starts-with(., 'v')]/text()") == ["v0", "v1（已谢绝）", "v2"]
    assert "v0" not in city(case).visit("v2").get(f"/cases/{case.uid}/progress")


@pytest.mark.req("SEC-01")
def test_no_page_of_a_secret_vote_names_who_has_voted():
    case = a_vote("secret: true, observers: data.guests", guests=["guest"])
    case.cast("v0")
    watcher = city(case).visit("guest")

    page = watcher.get(f"/cases/{case.uid}/progress")
    assert "1 / 3 人" in page
    assert "v0" not in page
    assert "v0" not in watcher.get(f"/cases/{case.uid}/course")
    assert watcher.get(f"/cases/{case.uid}/ballot").status == 404


@pytest.mark.req("SEC-01")
def test_the_seats_of_a_secret_vote_that_can_be_replaced_do_not_tell_who_has_voted():
    """The page listed the seats still open: whoever was missing had voted."""
    case = a_vote("secret: true, may_decline: true")
    case.cast("v0")
    leader, console = city(case).visit("周局", "市局"), city(case).visit("马监", "市局")
    act = leader.get(f"/cases/{case.uid}/progress").links["更换投票人"]
    for page in (leader.get(act), console.get(f"/console/cases/act/?id={case.uid}&do=replace")):
        seats = page.tree.xpath("//select[@name='instead']/option/@value")
        assert [one for one in seats if one] == ["v0", "v1", "v2"]

    def asks(button, seat):
        leader.get(act)
        leader.press("查找", search="spare")
        return leader.press(button, instead=seat, person="spare", reason="生病")

    for seat in ("v0", "v1"):
        assert "不记名表决：更换以前不显示结果" in asks("先看结果", seat)
        with pytest.raises(Refused) as refused:
            # What is refused anyhow does not tell either.
            case.town.cases.replace(person("周局", "市局"), case.uid, seat, "v2", "生病")
        assert refused.value.code == "seated_already"
    assert "seat_kept" in asks("确定更换投票人", "v0")
    asks("确定更换投票人", "v1")
    assert set(case.waiting) == {"spare", "v2"}


@pytest.mark.req("ENG-12")
def test_the_result_of_a_round_is_shown_while_the_next_is_held():
    keys = "decide: {pass: {option: agree, at_least: 1/2, of: voters}, places: 1, run_off: tie}"
    board = Board(keys, voters=2, entries=3)
    board.vote("yyn", "yyn")

    page = city(board).visit("v0").get(f"/cases/{board.uid}/progress")
    assert "第 1 轮结果" in page
    assert [row[0:1] + row[2:] for row in page.rows()[-3:]] == [
        ["1", "同意 2，反对 0，弃权 0", "再投一轮"], ["1", "同意 2，反对 0，弃权 0", "再投一轮"],
        ["3", "同意 0，反对 2，弃权 0", "否"],
    ]  # fmt: skip
    leader = city(board).visit("周局", "市局")
    page = leader.get(f"/cases/{board.uid}/members")
    assert "通过 0 件，未通过 1 件。 还有 2 件没有决定，正在再投一轮。" in page
    board.vote("yn", "yn")

    page = leader.get(f"/cases/{board.uid}/members")
    assert "第 2 轮结果" in page
    assert "通过 1 件，未通过 1 件。" in page
    assert page.rows()[-2][0::3] == ["1", "是"]


@pytest.mark.req("ENG-12")
def test_the_page_of_progress_leads_to_the_result_once_the_vote_is_over():
    """Whoever led a vote and looked again how far it was read that there was no such case."""
    here = shipped(*VOTED[:-1])
    leader = here.visit("孙秘书", "教师高评委")

    page = leader.get(f"/cases/{here['m']}/progress")

    assert page.status == 200
    assert page.address == f"/cases/{here['m']}/members"
    assert "表决已结束" in page.source
    assert "通过 1 件，未通过 0 件。" in page


@pytest.mark.req("ENG-12")
def test_a_vote_without_a_quorum_is_said_to_be_none_and_begins_anew():
    """The meeting was back at its agenda, and no page said why; who had come stayed noted."""
    here = shipped(
        *MEETING,
        "{by: 孙秘书, does: attendance, case: m, with: {attending: [金明远, 白文静, 龙思源]}}",
        *(f"{{by: {one}, does: vote, case: m, with: {{z: {{choice: agree}}}}}}"
          for one in ("金明远", "白文静", "龙思源")),
    )  # fmt: skip
    leader = here.visit("孙秘书", "教师高评委")

    page = leader.get(f"/cases/{here['m']}/progress")
    assert page.address == f"/cases/{here['m']}/course"
    assert "参加表决的人数不够，表决无效" in page

    leader.get(f"/cases/{here['m']}")
    leader.press("开会")
    assert "0 / 5 人" in leader.get(f"/cases/{here['m']}/progress")


@pytest.mark.req("ENG-12")
def test_those_who_came_are_chosen_among_experts_only():
    """Whoever noted who had come chose among everybody of the city, applicants too."""
    here = shipped(*MEETING)
    leader = here.visit("孙秘书", "教师高评委")
    page = leader.get(f"/cases/{here['m']}/actions/attendance")
    search = page.tree.xpath("//main//button[contains(@value, 'search:')]")[0]

    page = leader.press(search.text_content().strip())
    found = page.tree.xpath("//div[contains(@class, 'zf-found')]//label/text()")

    assert "金明远" in found
    assert not {"张三", "孙秘书"} & set(found)


@pytest.mark.req("ENG-12")
def test_the_rest_of_an_agenda_is_chosen_at_once():
    board = Board("decide: all", voters=1, entries=3)
    voter = city(board).visit("v0")
    voter.get(f"/cases/{board.uid}/ballot")

    voter.press("没有选的都选“同意”", **{"p1-choice": "against"})
    assert board.step == "vote"
    # Nothing is told of the result before; what was chosen stays.
    page = voter.press("先看结果")
    assert "事先不显示" in page
    assert "已收 1 张，应收 1 张" in page
    assert "已结束" not in page
    assert board.step == "vote"
    voter.press("提交选票", confirmed="yes")

    assert board.passed == [True, False, True]


@pytest.mark.req("ENG-18", "REV-23")
def test_experts_decline_and_secretaries_replace_many_at_once():
    here = shipped(*MEETING)
    with here.platform.store.read() as unit:
        waiting = [item.person for item in unit.work.of(unit.cases.load(here["m"]).id)]
    expert = here.visit(waiting[0], "教师高评委")
    expert.get("/lists/tianjin/my-ballots")
    assert "将要办理的 1 件" in expert.press("批量谢绝", row=[here["m"]])
    assert "成功 1 件" in expert.press("确定批量谢绝", reason="与申请人有利害关系")
    secretary = here.visit("孙秘书", "教师高评委")
    secretary.get("/lists/tianjin/meetings")
    page = secretary.press("批量更换投票人", row=[here["m"]])
    assert waiting[1] in page.tree.xpath("//select[@name='instead']/option/@value")

    case = a_vote("may_decline: true")
    leader = city(case).visit("周局", "市局")
    leader.post("/bulk", {"row": [case.uid], "action": "replace", "back": "/"})
    page = leader.press("查找", search="spare", reason="出差")
    assert "出差" in page
    assert "成功 1 件" in leader.press("确定批量更换投票人", instead="v1", person="spare")
    assert set(case.waiting) == {"v0", "spare", "v2"}


@pytest.mark.req("ENG-12")
def test_the_pages_say_that_nobody_is_left_to_be_drawn():
    draw = "{draw: 2, from: people, where: it.has_job}"
    case = a_vote("may_decline: true", voters=2, who=draw)
    case.town.cases.decline(person("v1"), case.uid, "出差")
    nobody, here = "没有其他人可以抽取了", city(case)

    leader = here.visit("周局", "市局")
    act = leader.get(f"/cases/{case.uid}/progress").links["更换投票人"]
    page = leader.get(act)
    assert nobody in page
    assert "按姓名查找人员" not in page, "who is drawn is not searched for"
    assert nobody in leader.post("/bulk", {"row": [case.uid], "action": "replace", "back": "/"})
    console = f"/console/cases/act/?id={case.uid}&do=replace"
    assert nobody in here.visit("马监", "市局").get(console)

    with case.town.store.write() as unit:
        known(case.town, unit, ("late",), employed=True)
    page = leader.get(act)
    assert nobody not in page
    leader.press("确定更换投票人", instead="v1", person="late", reason="替补")
    assert set(case.waiting) == {"v0", "late"}
