"""Pages follow what is published, without a restart (CON-01)."""

import pytest

from admin.app import create_app
from engine.domain.actor import Actor
from tests.stories.site import PASSWORD, Served
from tests.support.city import WEB, Visitor

ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")
ROLES = "definitions/roles/tianjin.yaml"
BARS = "      - {register: bars, title: 禁报记录, permission: view_bars}\n"
NEW = {
    "definitions/registers/rooms.yaml": """
register: rooms
title: 会议室
form: room
label: name
states:
  active: {title: 可用}
indexes: [name]
columns: [name]
permissions: {view: view_bars, create: manage_bars, edit: manage_bars}
""",
    "forms/room.yaml": """
form: room
title: 会议室
properties:
  name: {title: 名称, type: string}
""",
}


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=())
    try:
        yield served.site
    finally:
        served.stop()


@pytest.mark.req("CON-01")
def test_a_register_that_is_published_has_its_pages_at_once(site):
    platform = site.platform
    admin = Visitor(create_app(platform, WEB))
    admin.post("/sign-in", {"login": "chenguanli", "password": PASSWORD})
    assert admin.get("/console/register-rooms/").status == 403

    draft = platform.drafts.begin(ACTOR).id
    for path, text in NEW.items():
        platform.drafts.add(ACTOR, draft, path, text.lstrip())
    roles = platform.drafts.file(ACTOR, draft, ROLES)
    added = "      - {register: rooms, title: 会议室, permission: view_bars}\n"
    platform.drafts.save(
        ACTOR, draft, ROLES, roles.text.replace(BARS, BARS + added), version=roles.version
    )
    platform.publishing.publish(ACTOR, draft, "登记会议室")

    page = admin.get("/console/register-rooms/")
    assert page.status == 200
    assert "会议室" in page
    admin.get("/console/register-rooms/new/")
    assert "一号会议室" in admin.press("保存", name="一号会议室")
