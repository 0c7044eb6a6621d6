"""What committees ask for is content like any other, and each edits what is theirs."""

import pytest

from admin.app import create_app
from engine.domain.actor import Actor
from tests.stories.site import PASSWORD, Served
from tests.support.city import WEB, Visitor

ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")
MATERIAL, EXCEPTIONS, SCORING = (
    ("forms/activity.yaml", "material_items.help", "copies"),
    ("forms/application.yaml", "exceptional_conditions.previous_title", "policy_basis"),
    ("forms/ballot.yaml", "choice", "remark"),
)


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=())
    try:
        yield served.site
    finally:
        served.stop()


@pytest.fixture
def signed_in(site):
    """Somebody at the pages, without scripts."""
    app = create_app(site.platform, WEB)

    def sign_in(login):
        visitor = Visitor(app)
        visitor.post("/sign-in", {"login": login, "password": PASSWORD})
        return visitor

    return sign_in


@pytest.mark.req("COM-16")
def test_material_exceptions_and_scoring_are_edited_in_the_console_and_versioned(site, signed_in):
    admin, platform = signed_in("chenguanli"), site.platform
    admin.post("/console/studio/begin", {"title": "评委会表单"})
    for path, after, name in (MATERIAL, EXCEPTIONS, SCORING):
        page = admin.post("/console/studio/1/apply", {
            "do": "add_field", "path": path, "version": "0", "field": after,
            "name": name, "title": "新增项目", "kind": "text",
        })  # fmt: skip
        assert page.status == 200
    changed = platform.drafts.changes(ACTOR, 1)
    assert [one.path for one in changed] == sorted({MATERIAL[0], EXCEPTIONS[0], SCORING[0]})
    added = [line for one in changed for line in one.text.splitlines() if line[:2] == "+ "]
    assert [line.split(":")[0].strip("+ ") for line in added] == [
        "copies",
        "policy_basis",
        "remark",
    ]

    platform.publishing.replay(ACTOR, 1)
    admin.post("/console/publish/1/publish", {"do": "publish", "reason": "评委会要求"})

    version = platform.history.versions(ACTOR, limit=1)[0]
    assert (version.number, version.reason, version.name) == (2, "评委会要求", "陈管理")
    forms = platform.release.forms
    assert forms["activity"].element("material_items.copies") is not None
    assert forms["application"].element("exceptional_conditions.policy_basis") is not None
    assert forms["ballot"].element("remark") is not None


@pytest.mark.req("CON-08")
def test_a_committee_edits_the_forms_of_its_own_activities_and_no_definitions(site, signed_in):
    secretary = signed_in("sunmishu")
    mine = secretary.get("/console/register-activities/edit/?id=a1")
    assert mine.status == 200
    assert "评审需求申报材料" in mine
    assert "破格条件" in mine
    assert secretary.get("/console/register-activities/edit/?id=a2").status in (403, 404)
    assert secretary.get("/console/studio/").status == 403
    assert secretary.post("/console/studio/begin", {"title": "试"}).status == 403
    assert site.platform.drafts.mine(ACTOR) == []


@pytest.mark.req("CON-08")
def test_the_platform_administrator_reviews_nothing(site, signed_in):
    platform = site.platform
    actor = platform.directory.actor_for("潘平台", "人社局")
    reviewing = {
        permission
        for bound in platform.release.processes.values()
        for step in bound.process.steps.values()
        if step.who is not None and step.kind in ("task", "chain") and step.who.permission
        for permission in (step.who.permission,)
    }
    assert reviewing
    assert [name for name in reviewing if platform.directory.has(actor, name)] == []
    assert signed_in("panpingtai").get("/console/").status == 200
