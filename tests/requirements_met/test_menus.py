"""The menus of each actor as the requirements name them, in their order, and what they open."""

import pytest

from tests.support.city import City, city

#: world, who, where, the entries in their order, entries of other roles
MENUS = [
    ("tianjin", "张三", None,
     "个人信息 我的申报 新增申报 我的证书 我的消息", "本单位人员审核 工作人员管理 证书发放"),
    ("tianjin", "王初审", "第一中学",
     "首页 本单位人员审核 下级单位人员审核 已审核列表",
     "待呈报人员审核 下级单位注册审核 下级单位管理 工作人员管理 新增申报 专家推荐"),
    ("tianjin", "李复审", "第一中学",
     "首页 本单位人员审核 下级单位人员审核 已审核列表 下级单位注册审核 下级单位管理 "
     "工作人员管理 角色管理 发送消息 申报情况查询",
     "待呈报人员审核 自主聘任审核 以考代评审核 专家推荐 证书发放"),
    ("tianjin", "何处长", "教委",
     "首页 本单位人员审核 待呈报人员审核 自主聘任审核 以考代评审核 已审核列表 "
     "专家推荐 申报情况查询",
     "工作人员管理 黑名单管理 职称专业管理 证书发放"),
    ("tianjin", "孙秘书", "教师高评委",
     "首页 申报材料接收 呈报方案 评审会议 专家库 公示名单 结果备案 评审活动 发送消息",
     "本单位人员审核 职称评审结果备案 证书发放 黑名单管理"),
    ("sichuan", "蒲初审", "蓉城中学",
     "首页 本单位人员审核 本单位已上报 本单位已退回 本单位不通过 下级单位人员审核 下级单位已上报 "
     "下级单位已退回 下级单位不通过 历年上报人员查询 专技人才审核 专技人才统计 已接收消息列表",
     "下级单位管理 工作人员管理 角色管理 消息通知 我的委托申请 授权管理单位审核"),
    ("sichuan", "游复审", "蓉城中学",
     "首页 本单位人员审核 下级单位人员审核 历年上报人员查询 消息通知 已接收消息列表 下级单位管理 "
     "工作人员管理 角色管理",
     "我的委托申请 黑名单管理 评委会管理 证书查询"),
    ("sichuan", "尚审核", "四川人社厅",
     "首页 已接收消息列表 呈报方案审核",
     "我的委托申请 呈报方案审核（特殊情况） 工作人员管理 证书发放"),
]  # fmt: skip

#: the 24 menus of a bureau and who has them; where no other is named, in Chengdu
BUREAU = {
    "郁管理": "职称专业管理 职称树管理 职称初定/认定受理机构管理 职称初定审核路径配置 "
    "职称认定审核路径配置 初评会审核路径配置 中评会审核路径配置 高评会审核路径配置 "
    "发证单位编码配置 评委会管理 评委会查询 证书查询 黑名单管理 呈报方案查询 职称申报审核流程查询",
    "井审核": "职称申报人员资格审核",
    "仉审核": "呈报方案审核",
    "逯专审": "呈报方案审核（特殊情况）",
    "亓备案": "职称评审结果备案 呈报方案查询 职称申报审核流程查询",
    "厍发证": "证书编号生成 证书发放 证书报送人社部 证书撤销 证书查询",
}
QUOTAS = ("章职数", "人社局", "职数申报查询")


def entries(town: City, name: str, organisation: str | None) -> dict[str, str]:
    """The menu of somebody: caption without the figure beside it, and address."""
    found = town.__dict__.setdefault("menus", {})
    if (name, organisation) not in found:
        page = town.visit(name, organisation).get("/")
        links = page.tree.xpath("//nav//a[@href]")
        found[name, organisation] = {
            one.text_content().split()[0]: one.get("href") for one in links
        }
    return dict(found[name, organisation])


@pytest.fixture(scope="module")
def towns() -> dict[str, City]:
    """The three sets, each as it is shipped."""
    return {world: city(worlds=world) for world in ("tianjin", "sichuan", "chengdu")}


@pytest.mark.req("ACC-16", "ACC-17")
@pytest.mark.parametrize(
    ("world", "name", "organisation", "has", "lacks"), MENUS, ids=lambda one: str(one)[:12]
)
def test_each_actor_has_the_menus_of_the_roles_in_their_order(
    towns, world, name, organisation, has, lacks
):
    """In Sichuan everybody at work had 我的委托申请, also those who can request nothing."""
    found = entries(towns[world], name, organisation)

    assert [one for one in found if one in has.split()] == has.split()
    assert not found.keys() & set(lacks.split())


@pytest.mark.req("ACC-17", "BUR-13", "BUR-41")
@pytest.mark.parametrize("name", [*BUREAU, QUOTAS[0]])
def test_the_menus_of_a_bureau_open_lists_with_a_query_for_those_who_have_them(towns, name):
    world, organisation, menus = "chengdu", "成都人社局", BUREAU.get(name, "")
    if name == QUOTAS[0]:
        world, (_, organisation, menus) = "tianjin", QUOTAS
    town = towns[world]
    mine = entries(town, name, organisation)
    assert set(menus.split()) <= mine.keys()

    visitor = town.visit(name, organisation)
    for menu in menus.split():
        page = visitor.get(mine[menu])
        assert page.status == 200
        assert page.tree.xpath("//main//form[@role='search']"), menu
    others = {
        menu: to
        for other in BUREAU if world == "chengdu"
        for menu, to in entries(town, other, organisation).items()
        if menu in BUREAU[other].split() and not any(one.startswith(to) for one in mine.values())
    }  # fmt: skip
    for menu, to in others.items():
        assert visitor.get(to).status == 403, menu


def test_all_of_them_are_there():
    every = {menu for menus in BUREAU.values() for menu in menus.split()} | {QUOTAS[2]}

    assert len(every) == 24
