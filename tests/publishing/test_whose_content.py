"""Whose content it is counts for every way in which it can be changed, and as long as they work."""

import pytest

from engine.domain.errors import NotAllowed, NotFound, Refused
from tests.support.workshop import CONTENT, FORM, PROCESS, who

EDITOR, ONE, CLERK = who("编者"), who("发布甲"), who("文书")


@pytest.fixture
def second(platform):
    """The town has published a second version."""
    draft = platform.drafts.begin(ONE).id
    text = CONTENT[PROCESS].decode().replace("title: 用房申请", "title: 房屋申请")
    platform.drafts.save(ONE, draft, PROCESS, text, version=0)
    return platform.publishing.publish(ONE, draft, "统一名称")


@pytest.mark.req("CON-08")
def test_nobody_puts_back_what_another_jurisdiction_has_published(platform, second):
    """Whoever publishes in one place would have undone what another has published."""
    with pytest.raises(NotAllowed) as refused:
        platform.publishing.restore(CLERK, "1", "改错了")

    assert refused.value.code == "not_your_file"
    assert [one.number for one in platform.history.versions(ONE)] == [2, 1]


def test_whoever_only_writes_puts_no_version_back(platform, second):
    with pytest.raises(NotAllowed) as refused:
        platform.publishing.restore(EDITOR, "1", "改错了")

    assert refused.value.code == "no_permission"
    assert [one.number for one in platform.history.versions(ONE)] == [2, 1]


def test_whoever_works_there_no_more_has_no_draft_either(platform):
    draft = platform.drafts.begin(EDITOR).id
    platform.drafts.save(EDITOR, draft, FORM, "a: 1\n", version=0)
    with platform.store.write() as unit:
        role = platform.directory.role_id("author", "town")
        platform.directory.take_back(unit, "编者", role, "市局")

    for attempt in (
        lambda: platform.drafts.open(EDITOR, draft),
        lambda: platform.drafts.save(EDITOR, draft, FORM, "a: 2\n", version=1),
        lambda: platform.publishing.start_replay(EDITOR, draft),
        lambda: platform.publishing.request(EDITOR, draft, "统一名称"),
    ):
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert refused.value.code == "no_permission"
    assert platform.drafts.file(who("发布甲"), draft, FORM).text == "a: 1\n"


def test_what_is_not_there_is_said_so(platform):
    draft = platform.drafts.begin(EDITOR).id
    for attempt, code in (
        (lambda: platform.history.show(EDITOR, "99"), "no_such_version"),
        (lambda: platform.drafts.open(EDITOR, 99), "no_such_draft"),
        (lambda: platform.drafts.delete(EDITOR, draft, "forms/none.yaml"), "no_such_content_file"),
        (lambda: platform.drafts.rename(EDITOR, draft, "forms/none.yaml", "forms/some.yaml"),
         "no_such_content_file"),
        (lambda: platform.drafts.save(EDITOR, draft, "forms/none.yaml", "a: 1\n", version=0),
         "no_such_content_file"),
    ):  # fmt: skip
        with pytest.raises(NotFound) as refused:
            attempt()
        assert refused.value.code == code
    with pytest.raises(Refused, match="not_requested"):
        platform.publishing.refuse(ONE, draft, "不妥")
