"""The pages beside the way of an application: each can be read by everybody, wide and narrow."""

import pytest
from playwright.sync_api import expect


@pytest.mark.timeout(300)
def test_pages_of_everybody(people):
    anybody = people("zhangsan")
    anybody.goes("/account").sees("账户安全").looks("account")
    anybody.goes("/account/password").looks("password")
    anybody.goes("/profile/personal_basics").looks("profile-part")
    anybody.goes("/no/such/page").sees("没有这个页面").looks("not-found")
    anybody.goes("/console/").sees("没有权限").looks("forbidden")
    anybody.presses("退出").sees("您已退出。").looks("sign-in")
    anybody.goes("/verify").looks("verify-ask")
    anybody.goes("/verify/NO-SUCH-CODE").sees("没有查到").looks("verify-unknown")


@pytest.mark.timeout(300)
def test_pages_of_units(people):
    unit = people("lifushen")
    unit.goes("/opinions").looks("opinions")
    unit.page.get_by_label("新的常用意见 1").fill("材料齐全，同意。")
    unit.presses("保存").sees("常用意见已保存。")
    unit.opens("发送消息").looks("message-compose")
    star = "getComputedStyle(document.querySelector('label[for=m-title]'), '::after').content"
    assert "*" in unit.page.evaluate(star), "what has to be filled in says so"
    unit.opens("下级单位管理").sees("天津市第一示范中学").looks("register-list")
    unit.opens("查看 天津市第一示范中学").looks("register-record")
    unit.opens("修改单位信息").looks("register-edit")
    unit.presses("English").sees("Save").looks("register-edit-english")


@pytest.mark.timeout(300)
def test_pages_of_administrators(people):
    administrator = people("chenguanli")
    administrator.opens("管理控制台").looks("console")
    administrator.goes("/console/accounts/").looks("console-accounts")
    administrator.goes("/console/accounts/details/?id=zhangsan").looks("console-account")
    administrator.goes("/console/roles/").looks("console-roles")
    administrator.goes("/console/incidents/").looks("console-incidents")
    administrator.opens("人员查询").looks("register-people")


def _breaks(route):
    route.fulfill(status=500, body="<p>broken</p>", content_type="text/html")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ["broken", "unreachable", "signed out"])
def test_a_live_form_survives_a_server_in_trouble(people, trouble):
    applicant = people("zhangsan")
    page = applicant.goes("/new/tianjin/socialised-review").page
    mode = page.locator("select[name='settings.evaluation_mode']")
    mode.select_option(index=1)
    applicant.waits()
    chosen = mode.input_value()
    if trouble == "signed out":
        page.context.clear_cookies()
    else:
        handler = _breaks if trouble == "broken" else lambda route: route.abort()
        page.route("**/*", lambda r: handler(r) if r.request.method == "POST" else r.continue_())
    page.locator("select[name='settings.series']").select_option(index=1)
    notice = page.locator("#notices .notice")
    expect(notice).to_contain_text("登录已过期" if trouble == "signed out" else "没有连上服务器")
    expect(mode).to_have_value(chosen)
    applicant.errors.clear()
