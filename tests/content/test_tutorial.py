"""The tutorial is true: its steps, followed from the beginning, give what is shipped."""

import re

import pytest

from engine.authoring import render
from engine.bootstrap import open_over, samples_of
from engine.content import below
from engine.definitions.release import load
from engine.domain.actor import Actor
from engine.domain.clock import VirtualClock
from engine.domain.errors import NotFound
from engine.services.world import load_world, read_world
from engine.store.database import Store
from tests.support.shipped import NINE
from tests.support.tutorial import BLOCKS, SHIPPED, TUTORIAL, Block, beginning, write, written

PROCESS = "tianjin/post-quota"
ADMINISTRATOR = Actor("陈管理", "人社局", jurisdiction="tianjin")


def said(files: dict[str, bytes]) -> str:
    """What ``check`` says of some content."""
    loaded = load(below(files))
    return render(loaded.problems, loaded.sources)


def up_to(path: str) -> tuple[Block, ...]:
    return BLOCKS[: [block.path for block in BLOCKS].index(path) + 1]


def test_the_author_begins_with_content_that_knows_nothing_of_it():
    assert said(beginning()) == ""
    assert "post-quota" not in "".join(
        text.decode("utf-8", "ignore") for text in beginning().values()
    )


def test_the_steps_give_what_is_shipped():
    files = written(beginning(), BLOCKS)
    assert [path for path in {**SHIPPED, **files} if files.get(path) != SHIPPED.get(path)] == []


@pytest.mark.parametrize("number", range(1, 9))
def test_until_the_process_is_written_nothing_is_wrong(number):
    assert said(written(beginning(), BLOCKS[:number])) == ""


def test_a_process_without_lists_is_reported_as_shown():
    (shown,) = re.findall(r"```text\n(definitions/.*?)```", TUTORIAL, re.DOTALL)

    found = said(written(beginning(), up_to(f"definitions/processes/{PROCESS}.yaml")))

    assert shown in found


def test_with_its_lists_and_menu_it_has_no_problems():
    assert said(written(beginning(), up_to("examples/data/post-quota.yaml"))) == ""


def test_its_samples_come_out_as_written():
    files = written(beginning(), BLOCKS)
    release = load(below(files)).release
    assert release is not None
    samples = samples_of(files, release)
    own = [one for one in samples.samples if "quota" in one.file]

    results = list(samples.run(own))

    assert len(results) == 6
    assert [(one.sample.file, one.differences, one.error) for one in results if not one.ok] == []


@pytest.mark.req("CON-12")
def test_it_is_published_from_a_draft_and_a_case_of_it_begins(tmp_path):
    others = {
        path: text for path, text in beginning().items() if not path.startswith("examples/cases/")
    }
    store = Store(f"sqlite:///{tmp_path}/town.db")
    store.create_all()
    platform = open_over(store, others, VirtualClock(NINE))
    load_world(platform, read_world(others, "tianjin"), others, accounts=False)
    officer = Actor("李复审", "第一中学", jurisdiction="tianjin")
    with pytest.raises(NotFound):
        platform.cases.start(officer, PROCESS, {"settings": {}})
    draft = platform.drafts.begin(ADMINISTRATOR, "职数申报").id

    for block in BLOCKS:
        write(platform.drafts, ADMINISTRATOR, draft, block)
    made = platform.publishing.publish(ADMINISTRATOR, draft, "增加职数申报")
    with platform.store.write() as unit:
        platform.directory.grant(
            unit, "李复审", "quota_officer", "第一中学", jurisdiction="tianjin"
        )
    started = platform.cases.start(
        officer, PROCESS, {"settings": {"unit": "第一中学", "year": "2026"}}
    )

    assert (made.number, made.replayed, made.failed) == (2, 6, 0)
    with store.read() as unit:
        row = unit.cases.load(started.uid)
    assert (row.process, row.step) == (PROCESS, "fill")
    platform.close()
