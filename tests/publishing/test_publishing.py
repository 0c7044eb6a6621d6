"""What a draft has to pass, and what publishing it does: one commit, or nothing."""

import pytest

from admin.app import WebSettings, create_app
from engine.domain.errors import NotAllowed, Refused, Stale
from engine.services.publishing import ContentHasProblems, MovedOn, SamplesDiffer
from tests.support.office import a_request
from tests.support.workshop import CONTENT, FORM, PROCESS, SAMPLE, who

EDITOR, ONE, TWO = who("编者"), who("发布甲"), who("发布乙")


def text_of(path):
    return CONTENT[path].decode()


def renamed(title):
    return text_of(PROCESS).replace("title: 用房申请", f"title: {title}")


def draft_of(platform, actor, path, text):
    draft = platform.drafts.begin(actor).id
    platform.drafts.save(actor, draft, path, text, version=0)
    return draft


def state_of(platform):
    """Everything a publication writes."""
    with platform.store.read() as unit:
        return (
            unit.releases.current(),
            [row.id for row in unit.releases.log()],
            set(unit.releases.repo.object_store),
            unit.releases.named("2"),
        )


@pytest.mark.req("VER-01")
def test_a_publication_is_one_commit_with_author_reason_and_version(platform):
    draft = draft_of(platform, ONE, PROCESS, renamed("房屋申请"))

    made = platform.publishing.publish(ONE, draft, "统一名称")

    newest, first = platform.history.versions(ONE)
    assert newest == made
    assert (made.number, made.reason, made.name, made.person) == (2, "统一名称", "发布甲", "发布甲")
    assert (made.parent, made.replayed, made.failed) == (first.commit, 1, 0)
    assert first.number == 1
    assert platform.history.show(ONE, "2")[PROCESS].decode() == renamed("房屋申请")
    assert platform.drafts.mine(ONE) == []


@pytest.mark.req("ENG-13")
def test_new_cases_follow_the_new_version_at_once_and_running_ones_keep_theirs(platform):
    before = a_request(platform)
    text = text_of(PROCESS).replace("review:\n    title: 审核", "review:\n    title: 审查")
    assert text != text_of(PROCESS)

    platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, text), "改称审查")
    after = a_request(platform)

    titles = []
    for uid in (before, after):
        with platform.store.read() as unit:
            row = unit.cases.load(uid)
        compiled = platform.definitions.compiled(row.process, row.pin)
        titles.append(compiled.process.steps["review"].title)
    assert titles == ["审核", "审查"]


@pytest.mark.req("CON-04", "VER-05")
def test_content_with_problems_is_not_published(platform):
    text = text_of(PROCESS).replace("to: review}", "to: revieww}")
    draft = draft_of(platform, ONE, PROCESS, text)
    before = state_of(platform)

    with pytest.raises(ContentHasProblems) as refused:
        platform.publishing.publish(ONE, draft, "试试")

    assert [problem.at.file for problem in refused.value.checked.errors] == [PROCESS]
    assert state_of(platform) == before
    assert platform.drafts.file(ONE, draft, PROCESS).text == text


@pytest.mark.req("CON-12", "TST-02")
def test_a_sample_that_comes_out_otherwise_stops_the_publication(platform):
    text = text_of(PROCESS).replace("status: pending", "status: checked")
    draft = draft_of(platform, ONE, PROCESS, text)

    with pytest.raises(SamplesDiffer) as refused:
        platform.publishing.publish(ONE, draft, "改状态")

    (difference,) = refused.value.state.failed
    assert (difference.file, difference.step, difference.what) == (SAMPLE, 3, "a.status")
    assert (difference.expected, difference.found) == ("pending", "checked")
    assert len(platform.history.versions(ONE)) == 1


@pytest.mark.req("CON-12")
def test_who_overrides_a_failing_sample_stands_in_the_history_with_the_reason(platform):
    text = text_of(PROCESS).replace("status: pending", "status: checked")
    draft = draft_of(platform, ONE, PROCESS, text)

    platform.publishing.publish(ONE, draft, "改状态", override="样例还没有改\n下周改")

    newest = platform.history.versions(ONE)[0]
    assert (newest.replayed, newest.failed) == (1, 1)
    assert (newest.override, newest.overridden_by) == ("样例还没有改 下周改", "发布甲")


def test_a_publication_needs_a_reason_a_right_and_a_change(platform):
    own = draft_of(platform, EDITOR, PROCESS, renamed("甲"))
    with pytest.raises(NotAllowed):
        platform.publishing.publish(EDITOR, own, "试试")
    with pytest.raises(Refused, match="not_your_draft"):
        platform.publishing.publish(ONE, own, "试试")

    draft = draft_of(platform, ONE, PROCESS, renamed("甲"))
    with pytest.raises(Refused) as refused:
        platform.publishing.publish(ONE, draft, " ")
    assert refused.value.sentence == "请填写原因"

    same = draft_of(platform, ONE, PROCESS, text_of(PROCESS))
    with pytest.raises(Refused, match="nothing_to_publish"):
        platform.publishing.publish(ONE, same, "没有改")
    assert len(platform.history.versions(ONE)) == 1


def test_only_what_was_looked_at_is_published(platform):
    draft = draft_of(platform, ONE, PROCESS, renamed("甲"))
    seen = platform.publishing.replay(ONE, draft)
    platform.drafts.save(ONE, draft, PROCESS, renamed("乙"), version=1)

    with pytest.raises(Stale):
        platform.publishing.publish(ONE, draft, "改名", tree=seen.tree)


@pytest.mark.req("VER-05")
def test_of_two_publishers_one_wins_and_the_other_reads_who_and_what(platform):
    mine = draft_of(platform, ONE, PROCESS, renamed("甲"))
    late = draft_of(platform, TWO, FORM, text_of(FORM) + "# 乙\n")
    platform.publishing.publish(ONE, mine, "改名")

    with pytest.raises(MovedOn) as refused:
        platform.publishing.publish(TWO, late, "加注")

    assert refused.value.sentence == "发布甲已发布版本 2（改名）"
    assert platform.drafts.open(TWO, late).behind.number == 2
    done = platform.publishing.rebase(TWO, late)
    assert (done.version.number, done.conflicts) == (2, [])
    platform.publishing.publish(TWO, late, "加注")
    now = platform.definitions.files()
    assert now[PROCESS].decode() == renamed("甲")
    assert now[FORM].decode().endswith("# 乙\n")


def test_lines_that_both_changed_are_shown_side_by_side_and_lose_nothing(platform):
    mine = draft_of(platform, ONE, PROCESS, renamed("甲"))
    late = draft_of(platform, TWO, PROCESS, renamed("乙") + "# 末行\n")
    platform.publishing.publish(ONE, mine, "改名")

    done = platform.publishing.rebase(TWO, late)

    opened = platform.drafts.file(TWO, late, PROCESS)
    assert (done.conflicts, opened.conflict) == ([PROCESS], True)
    assert "<<<<<<< 发布乙\ntitle: 乙\n=======\ntitle: 甲\n>>>>>>>" in opened.text
    assert opened.text.endswith("# 末行\n")
    with pytest.raises(ContentHasProblems):
        platform.publishing.publish(TWO, late, "改名")
    solved = renamed("乙") + "# 末行\n"
    saved = platform.drafts.save(TWO, late, PROCESS, solved, version=opened.version)
    assert not saved.conflict
    platform.publishing.publish(TWO, late, "再改名")
    assert platform.definitions.files()[PROCESS].decode() == solved


@pytest.mark.req("VER-03")
def test_an_earlier_version_is_shown_compared_and_restored_as_a_new_one(platform):
    platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, renamed("甲")), "改名")

    (change,) = platform.history.compare(ONE, "1", "2")
    made = platform.publishing.restore(ONE, "1", "改错了")

    assert change.path == PROCESS
    assert "-title: 用房申请\n+title: 甲\n" in change.text
    assert (made.number, made.restores, made.reason) == (3, 1, "改错了")
    assert platform.history.show(ONE, "3") == platform.history.show(ONE, "1")
    assert platform.history.show(ONE, "2")[PROCESS].decode() == renamed("甲")
    assert platform.release.processes["town/request"].process.title == "用房申请"


def test_the_history_of_a_file_holds_the_versions_that_changed_it(platform):
    platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, renamed("甲")), "改名")
    platform.publishing.publish(
        ONE, draft_of(platform, ONE, FORM, text_of(FORM) + "# 注\n"), "加注"
    )

    numbers = [one.number for one in platform.history.versions(ONE, path=PROCESS)]

    assert numbers == [2, 1]
    assert [one.number for one in platform.history.versions(ONE, limit=1)] == [3]
    newest = platform.history.versions(ONE)[0]
    assert [one.number for one in platform.history.versions(ONE, before=newest.commit)] == [2, 1]


@pytest.mark.req("VER-05")
def test_another_node_takes_the_new_version_without_a_restart(platform, another_node):
    other = another_node()
    old = other.definitions.commit

    made = platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, renamed("甲")), "改名")
    with other.definitions.held():
        platform.publishing.restore(ONE, "1", "改错了")
        seen = other.release.processes["town/request"].process.title

    assert (old, seen) == (made.parent, "甲")
    with other.definitions.held():
        assert other.release.processes["town/request"].process.title == "用房申请"


@pytest.mark.req("VER-05")
def test_the_pages_of_another_node_show_the_new_version_with_the_next_request(
    platform, another_node
):
    other = another_node()
    client = create_app(other, WebSettings(secret=bytes(32))).test_client()
    platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, renamed("甲")), "改名")
    assert other.release.processes["town/request"].process.title == "用房申请"

    client.get("/sign-in")

    assert other.release.processes["town/request"].process.title == "甲"


def test_a_restarted_platform_runs_what_was_published(platform, another_node):
    before = a_request(platform)
    platform.publishing.publish(ONE, draft_of(platform, ONE, PROCESS, renamed("甲")), "改名")

    again = another_node()

    assert again.release.processes["town/request"].process.title == "甲"
    with again.store.read() as unit:
        row = unit.cases.load(before)
    assert again.definitions.compiled(row.process, row.pin).process.title == "用房申请"
