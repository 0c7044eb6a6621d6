"""The pages of published versions: shown, compared, one file of one, restored (VER-03)."""

import pytest

from admin.app import create_app
from engine.domain.actor import Actor
from tests.stories.site import PASSWORD, Served
from tests.support.city import WEB, Visitor

ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")
CODES = "definitions/codes/levels.yaml"


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=())
    try:
        yield served.site
    finally:
        served.stop()


@pytest.mark.req("VER-03")
def test_a_version_is_shown_compared_and_restored_as_a_new_one(site):
    platform = site.platform
    first = platform.history.versions(ACTOR, limit=1)[0]
    draft = platform.drafts.begin(ACTOR).id
    text = platform.drafts.file(ACTOR, draft, CODES).text
    changed = text.replace("title: 员级", "title: 初级员级")
    platform.drafts.save(ACTOR, draft, CODES, changed, version=0)
    second = platform.publishing.publish(ACTOR, draft, "改称")
    admin = Visitor(create_app(platform, WEB))
    admin.post("/sign-in", {"login": "chenguanli", "password": PASSWORD})

    shown = admin.get(f"/console/versions/{second.commit}/")
    assert "改称" in shown
    assert "初级员级" in shown
    assert "title: 员级" in admin.get(f"/console/versions/{first.commit}/file?path={CODES}")
    compared = admin.get(f"/console/versions/compare?old={first.commit}&new={second.commit}")
    assert "初级员级" in compared
    assert admin.get("/console/versions/").status == 200
    assert admin.get(f"/console/versions/?path={CODES}").rows()

    admin.get(f"/console/versions/{first.commit}/")
    restored = admin.press("恢复", reason="改回原名")
    assert "已恢复，成为第 3 版。" in restored
    assert platform.history.show(ACTOR, "3")[CODES].decode() == text
    assert admin.get("/console/versions/nothing/").status == 404
