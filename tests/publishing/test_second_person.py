"""Four eyes: where a jurisdiction wants it, nobody publishes what they wrote themselves."""

import pytest

from engine.domain.errors import NotAllowed, NotFound, Refused, Stale
from engine.services.publishing import ContentHasProblems, MovedOn, SamplesDiffer
from tests.support.workshop import CONTENT, JURISDICTION, PROCESS, who

EDITOR, ONE, TWO = who("编者"), who("发布甲"), who("发布乙")
pytestmark = pytest.mark.req("CON-07")


def renamed(title):
    return CONTENT[PROCESS].decode().replace("title: 用房申请", f"title: {title}")


def draft_of(platform, actor, title="房屋申请"):
    draft = platform.drafts.begin(actor).id
    platform.drafts.save(actor, draft, PROCESS, renamed(title), version=0)
    return draft


def title_of(platform):
    return platform.release.processes["town/request"].process.title


@pytest.fixture
def strict(platform):
    """The town wants a second person."""
    draft = platform.drafts.begin(ONE).id
    text = CONTENT[JURISDICTION].decode() + "four_eyes: true\n"
    platform.drafts.save(ONE, draft, JURISDICTION, text, version=0)
    platform.publishing.publish(ONE, draft, "四眼")
    return platform


def test_who_wrote_it_does_not_publish_it(strict):
    draft = draft_of(strict, ONE)

    assert strict.publishing.needs_second(ONE, draft)
    with pytest.raises(Refused, match="second_person_needed"):
        strict.publishing.publish(ONE, draft, "改名")
    strict.publishing.request(ONE, draft, "改名")
    with pytest.raises(Refused, match="second_person_needed"):
        strict.publishing.approve(ONE, draft)
    with pytest.raises(Refused, match="second_person_needed"):
        strict.publishing.restore(ONE, "1", "改回")
    assert title_of(strict) == "用房申请"


def test_somebody_else_publishes_it_and_both_stand_in_the_history(strict):
    draft = draft_of(strict, ONE)
    strict.publishing.request(ONE, draft, "改名")

    (waiting,) = strict.publishing.requests(TWO)
    made = strict.publishing.approve(TWO, waiting.id)

    assert (waiting.name, waiting.reason) == ("发布甲", "改名")
    assert (made.name, made.published_by_name, made.reason) == ("发布甲", "发布乙", "改名")
    assert title_of(strict) == "房屋申请"
    assert strict.publishing.requests(TWO) == []


def test_switching_it_off_needs_the_second_person_too(strict):
    draft = strict.drafts.begin(ONE).id
    strict.drafts.save(ONE, draft, JURISDICTION, CONTENT[JURISDICTION].decode(), version=0)

    with pytest.raises(Refused, match="second_person_needed"):
        strict.publishing.publish(ONE, draft, "放宽")


def test_a_refused_request_goes_back_to_its_author_with_the_reason(strict):
    draft = draft_of(strict, EDITOR)
    strict.publishing.request(EDITOR, draft, "改名")

    with pytest.raises(Refused, match="reason_needed"):
        strict.publishing.refuse(TWO, draft, " ")
    strict.publishing.refuse(TWO, draft, "名称不对")

    back = strict.drafts.open(EDITOR, draft)
    assert (back.refusal, back.refused_by, back.requested_at) == ("名称不对", "发布乙", None)
    strict.drafts.save(EDITOR, draft, PROCESS, renamed("用房"), version=1)
    strict.publishing.request(EDITOR, draft, "再改")
    assert strict.publishing.approve(TWO, draft).reason == "再改"


def test_what_waits_cannot_be_changed_until_it_is_taken_back(strict):
    draft = draft_of(strict, EDITOR)
    strict.publishing.request(EDITOR, draft, "改名")

    with pytest.raises(Refused, match="draft_requested"):
        strict.drafts.save(EDITOR, draft, PROCESS, renamed("乙"), version=1)
    with pytest.raises(Refused, match="draft_requested"):
        strict.publishing.rebase(EDITOR, draft)
    with pytest.raises(Refused, match="draft_requested"):
        strict.drafts.discard(EDITOR, draft)
    strict.publishing.take_back(EDITOR, draft)
    strict.drafts.save(EDITOR, draft, PROCESS, renamed("乙"), version=1)
    with pytest.raises(Stale):
        strict.publishing.approve(TWO, draft)


def test_a_request_passes_the_same_gate(strict):
    broken = strict.drafts.begin(EDITOR).id
    strict.drafts.save(EDITOR, broken, PROCESS, "process: [", version=0)
    with pytest.raises(ContentHasProblems):
        strict.publishing.request(EDITOR, broken, "改")

    differing = strict.drafts.begin(EDITOR).id
    text = CONTENT[PROCESS].decode().replace("status: pending", "status: checked")
    strict.drafts.save(EDITOR, differing, PROCESS, text, version=0)
    with pytest.raises(SamplesDiffer):
        strict.publishing.request(EDITOR, differing, "改")

    strict.publishing.request(EDITOR, differing, "改", override="样例下周改")
    made = strict.publishing.approve(TWO, differing)
    assert (made.failed, made.override, made.overridden_by) == (1, "样例下周改", "编者")


def test_those_without_the_right_neither_see_nor_answer_a_request(strict):
    draft = draft_of(strict, ONE)
    strict.publishing.request(ONE, draft, "改名")

    for name in ("编者", "路人"):
        with pytest.raises((NotAllowed, NotFound)):
            strict.publishing.approve(who(name), draft)
        with pytest.raises((NotAllowed, NotFound)):
            strict.publishing.refuse(who(name), draft, "不行")
    assert strict.publishing.requests(who("文书")) == []
    with pytest.raises(NotFound):
        strict.publishing.approve(who("文书"), draft)
    assert title_of(strict) == "用房申请"


def test_an_approval_does_not_undo_what_was_published_meanwhile(strict):
    first, second = draft_of(strict, EDITOR, "甲"), draft_of(strict, ONE, "乙")
    strict.publishing.request(EDITOR, first, "改名甲")
    strict.publishing.request(ONE, second, "改名乙")
    strict.publishing.approve(TWO, first)

    with pytest.raises(MovedOn):
        strict.publishing.approve(TWO, second)

    assert title_of(strict) == "甲"


def test_where_nobody_asks_for_it_an_author_without_the_right_finds_a_publisher(platform):
    draft = draft_of(platform, EDITOR)
    assert not platform.publishing.needs_second(EDITOR, draft)

    platform.publishing.request(EDITOR, draft, "改名")

    assert platform.publishing.approve(ONE, draft).published_by_name == "发布甲"
