"""A person and a unit sign in with an identity platform, each in a browser."""

import pytest

from engine.connectors.openid import OpenId
from tests.stories.person import People
from tests.stories.site import NINE, Served
from tests.support.identity_platform import identity_platform, settings_of

AGENT = {
    "agent_id": "a-1", "agent": {"name": "王初审", "id_number": "12010519760507208X"},
    "organization": {"name": "天津市第一示范中学", "credit_code": "12120000102328779B"},
    "real_name_level": "3", "legal_person_state": "certified",
}  # fmt: skip
KNOWN = {
    "zhang": {"name": "张三", "id_number": "12011219850801373X", "real_name_level": "1"},
    "school": AGENT,
    "firm": AGENT | {
        "agent_id": "a-2", "agent": {"name": "何环保", "id_number": "110101199003070220"},
        "organization": {"name": "天津海河环保科技有限公司",
                         "credit_code": "91120116300300300Q"},
    },
}  # fmt: skip


@pytest.mark.req("ACC-01", "ACC-02", "ACC-03", "ACC-04")
@pytest.mark.timeout(300)
def test_people_and_units_go_to_the_platform_and_come_back(tmp_path, chromium, pytestconfig):
    with identity_platform(dict(KNOWN), NINE.timestamp) as platform:
        served = Served(tmp_path, identity=lambda clock: OpenId(settings_of(platform), clock))
        people = People(served.site, chromium, pytestconfig.getoption("--screenshots"))
        try:
            _story(people, platform)
        finally:
            people.close()
            served.stop()


def _story(people, platform):
    person = people.stranger()
    person.goes("/profile").sees("个人通过“天津市统一身份认证平台（个人）”登录").looks(
        "platform-sign-in"
    )
    person.opens("登录", "zhang").sees("实名认证尚未完成").looks("platform-unverified")
    platform.people["zhang"]["real_name_level"] = "2"
    person.opens("前往认证平台完成实名认证", "zhang")
    person.goes("/profile").sees("张三").goes("/account").looks("platform-account")
    person.presses("退出").sees("可能仍处于登录状态").looks("platform-signed-out")
    person.opens("退出认证平台")
    assert person.page.title() == "已退出"

    unit = people.stranger()
    unit.goes("/sign-in").opens("单位登录", "school").sees("天津市第一示范中学")
    unit.looks("platform-unit")
    founder = people.stranger()
    founder.goes("/sign-in").opens("单位注册")
    assert founder.page.title() == "注册"
    founder.opens("firm").sees("天津海河环保科技有限公司").looks("platform-register")
    founder.picks("单位类型", "工作单位").fills("手机号码", "13900000777").presses("注册")
    founder.sees("注册成功")
