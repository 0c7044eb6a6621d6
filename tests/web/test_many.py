"""More cases than a person waits for: chosen over all pages of a list, done in the background."""

import pytest

from engine.services.bulk import AT_ONCE
from tests.support.city import City
from tests.support.office import a_request, open_office

MORE = AT_ONCE + 3
LIST = "/lists/town/to-review"


@pytest.mark.req("SEC-06", "ENG-18", "REV-23")
def test_all_pages_of_a_list_are_done_as_one_job():
    office = open_office()
    uids = [a_request(office) for _ in range(MORE)]
    reviewer = City(office, office.clock, {}).visit("王审", "一所")
    page = reviewer.get(LIST)
    assert len(page.rows()) == AT_ONCE
    assert f"连同其他页，共 {MORE} 件" in page

    page = reviewer.press("批量通过", every="yes")
    assert f"将要办理的 {MORE} 件" in page
    page = reviewer.press("先看结果")
    assert f"试算了前 {AT_ONCE} 件，共 {MORE} 件" in page
    assert f"{AT_ONCE} 件到达 审核 复审（一所）" in page
    page = reviewer.press("确定批量通过")
    assert "批量通过" in page
    assert "已办 0 件，没有办成 0 件" in page
    assert (
        len(office.lists.keys(office.directory.actor_for("王审", "一所"), "town/to-review")) == MORE
    )
    # Somebody stops what had come to one of them.
    office.interventions.suspend(office.directory.actor_for("马监", "市局"), uids[3], "核查")

    office.outgoing.work_off_slow()

    page = reviewer.get(page.address)
    assert f"已办 {MORE - 1} 件，没有办成 1 件" in page
    assert len(reviewer.get(LIST).rows()) == 1
    assert "批量通过" in reviewer.get("/jobs")
    # What another one would lead to is seen before it is begun.
    applicant = City(office, office.clock, {}).visit("张三")
    applicant.get("/new/town/request")
    assert "到达填写（张三）" in applicant.press("先看结果")
    assert len(applicant.get("/lists/town/my-requests").rows()) == AT_ONCE
    # Whoever did not begin it does not know of it.
    assert City(office, office.clock, {}).visit("赵复", "一所").get(page.address).status == 404


@pytest.mark.req("SEC-06", "REV-23", "QRY-01")
def test_whoever_oversees_them_means_all_that_a_search_finds():
    office = open_office()
    uids = [a_request(office) for _ in range(MORE)]
    other = a_request(office, by="李四")
    overseer = City(office, office.clock, {}).visit("马监", "市局")
    assert "没有后台任务" in overseer.get("/jobs")
    page = overseer.get("/console/cases/?search=张三&state=open")
    assert len(page.rows()) == AT_ONCE

    page = overseer.press("批量暂停办理", every="yes")
    assert f"符合条件的全部 {MORE} 件" in page
    assert f"下面列出前 {AT_ONCE} 件" in page
    page = overseer.press("先看结果", reason="核查")
    assert f"试算了前 {AT_ONCE} 件，共 {MORE} 件" in page
    page = overseer.press("批量暂停办理", reason="核查")
    # It is confirmed once more; meanwhile one of them is suspended and another one begun.
    assert "请再次确认" in page
    # On second thoughts the reason is put better; what was entered is still there.
    page = overseer.press("返回修改")
    assert "请再次确认" not in page
    assert ">核查</textarea>" in page.source
    page = overseer.press("批量暂停办理", reason="专项核查")
    assert "专项核查" in page
    uids.append(a_request(office))
    page = overseer.press("确定批量暂停办理")
    assert f"符合条件的全部 {MORE + 1} 件" in page
    assert f"刚才是 {MORE} 件" in page
    page = overseer.press("确定批量暂停办理")
    assert "批量暂停办理" in page
    office.interventions.suspend(office.directory.actor_for("马监", "市局"), uids[0], "急")
    office.outgoing.work_off_slow()

    page = overseer.get(page.address)
    assert f"已办 {MORE} 件，没有办成 1 件" in page
    assert f"/console/cases/details/?id={uids[0]}" in page.source
    assert f"/console/cases/details/?id={uids[1]}" in page.source
    with office.store.read() as unit:
        held = {uid: office.casework.load(unit, uid).state.suspended for uid in (*uids, other)}
    assert held == dict.fromkeys(uids, True) | {other: False}
    assert "/console/cases/" in overseer.get("/jobs").source
    # Every worker finds the way from their account, overseers from the console too.
    assert "/jobs" in overseer.get("/account").source
    assert "后台任务" in overseer.get("/console/")
