"""Drafts keep what was typed, and nothing else of the platform notices them."""

from dataclasses import fields

import pytest

from engine.authoring.memory import Watched
from engine.domain.errors import NotAllowed, NotFound, Refused, Stale
from tests.support.workshop import CONTENT, FORM, PROCESS, who

EDITOR = who("编者")


@pytest.fixture
def draft(platform):
    return platform.drafts.begin(EDITOR, "改名").id


def text_of(path):
    return CONTENT[path].decode()


def test_a_draft_keeps_what_is_no_yaml_as_typed(platform, draft):
    typed = "form: request\n  title: [未完\n\t}{"

    platform.drafts.save(EDITOR, draft, FORM, typed, version=0)

    assert platform.drafts.file(EDITOR, draft, FORM).text == typed
    found = platform.drafts.problems(EDITOR, draft).errors
    assert FORM in {problem.at.file for problem in found}


def test_nothing_of_a_draft_is_in_force(platform, draft):
    before = platform.release.hash

    platform.drafts.save(EDITOR, draft, FORM, "form: other\n", version=0)

    assert platform.release.hash == before
    assert platform.definitions.files() == CONTENT


def test_a_second_window_does_not_overwrite_the_first(platform, draft):
    first = platform.drafts.save(EDITOR, draft, FORM, "a: 1\n", version=0)

    with pytest.raises(Stale):
        platform.drafts.save(EDITOR, draft, FORM, "a: 2\n", version=0)

    assert platform.drafts.file(EDITOR, draft, FORM).text == "a: 1\n"
    again = platform.drafts.save(EDITOR, draft, FORM, "a: 3\n", version=first.version)
    assert (again.text, again.version) == ("a: 3\n", first.version + 1)


def test_the_difference_of_a_renamed_caption_is_one_line(platform, draft):
    text = text_of(PROCESS).replace("title: 用房申请", "title: 房屋申请")

    platform.drafts.save(EDITOR, draft, PROCESS, text.replace("\n", "\r\n"), version=0)

    (change,) = platform.drafts.changes(EDITOR, draft)
    signs = [line[0] for line in change.text.splitlines()[2:] if line[0] in "+-"]
    assert (change.path, change.state, signs) == (PROCESS, "changed", ["-", "+"])


def test_a_missing_end_of_the_last_line_is_a_difference(platform, draft):
    platform.drafts.save(EDITOR, draft, FORM, text_of(FORM).rstrip("\n"), version=0)

    assert "\\ No newline at end of file" in platform.drafts.difference(EDITOR, draft, FORM).text


def test_files_are_added_renamed_deleted_and_taken_back(platform, draft):
    drafts, new = platform.drafts, "forms/new.yaml"

    drafts.add(EDITOR, draft, new, "form: new\n")
    drafts.rename(EDITOR, draft, new, "forms/newer.yaml")
    drafts.delete(EDITOR, draft, FORM)

    states = {one.path: one.state for one in drafts.files(EDITOR, draft) if one.state != "same"}
    assert states == {"forms/newer.yaml": "added", FORM: "deleted"}
    drafts.revert(EDITOR, draft, FORM)
    drafts.delete(EDITOR, draft, "forms/newer.yaml")
    assert drafts.changes(EDITOR, draft) == []
    assert drafts.open(EDITOR, draft).changed == 0


@pytest.mark.parametrize(
    "path",
    [
        "forms/../engine/x.yaml", "/etc/x.yaml", "engine/x.yaml", "forms/x.py", "forms//x.yaml",
        "forms/.git/x.yaml", "definitions/x\n.yaml", "forms/ x.yaml",
        "forms/" + "x" * 300 + ".yaml",
    ],
)  # fmt: skip
def test_a_file_stands_only_where_content_is(platform, draft, path):
    with pytest.raises(Refused) as refused:
        platform.drafts.add(EDITOR, draft, path, "a: 1\n")

    assert refused.value.code == "wrong_path"


def test_a_file_is_not_put_in_the_place_of_another(platform, draft):
    for path in (FORM, "forms/Request.yaml", f"{FORM}/more.yaml"):
        with pytest.raises(Refused) as refused:
            platform.drafts.add(EDITOR, draft, path, "a: 1\n")
        assert refused.value.code == "file_exists"


def test_a_draft_is_its_authors(platform, draft):
    publisher = who("发布甲")
    platform.drafts.save(EDITOR, draft, FORM, "a: 1\n", version=0)

    assert platform.drafts.file(publisher, draft, FORM).text == "a: 1\n"
    with pytest.raises(Refused, match="not_your_draft"):
        platform.drafts.save(publisher, draft, FORM, "a: 2\n", version=1)
    with pytest.raises(NotFound):
        platform.drafts.open(who("文书"), draft)
    with pytest.raises(NotAllowed):
        platform.drafts.begin(who("路人"))


@pytest.mark.req("CON-08")
def test_a_jurisdiction_changes_only_what_no_other_uses(platform):
    clerk = who("文书")
    draft = platform.drafts.begin(clerk).id

    for path in (PROCESS, FORM, "definitions/roles/permissions.yaml"):
        with pytest.raises(NotAllowed) as refused:
            platform.drafts.save(clerk, draft, path, "a: 1\n", version=0)
        assert refused.value.sentence == f"“{path}”由其他地区使用"
    platform.drafts.add(clerk, draft, "definitions/processes/village/well.yaml", "process: well\n")
    platform.drafts.save(clerk, draft, "definitions/roles/village.yaml", "roles: {}\n", version=0)
    chief = who("总管")
    shared = platform.drafts.begin(chief).id
    platform.drafts.save(chief, shared, "definitions/roles/permissions.yaml", "a: 1\n", version=0)


def test_a_discarded_draft_is_gone(platform, draft):
    platform.drafts.save(EDITOR, draft, FORM, "a: 1\n", version=0)

    platform.drafts.discard(EDITOR, draft)

    assert platform.drafts.mine(EDITOR) == []
    with pytest.raises(NotFound):
        platform.drafts.open(EDITOR, draft)


def test_what_is_in_force_shares_nothing_with_the_drafts_that_are_checked(platform):
    publisher = who("发布甲")
    draft = platform.drafts.begin(publisher).id
    platform.drafts.save(publisher, draft, FORM, text_of(FORM) + "# 注\n", version=0)
    platform.drafts.problems(publisher, draft)
    platform.publishing.publish(publisher, draft, "加注")

    names = platform.release.forms["request"].names
    parts = [getattr(names, field.name) for field in fields(names)]
    assert not any(isinstance(part, Watched) for part in parts)
