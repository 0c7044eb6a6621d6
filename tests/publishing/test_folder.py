"""The content folder begins a database, and what changes in it is taken over without loss."""

import logging

import pytest

from engine import bootstrap
from engine.domain.clock import VirtualClock
from engine.services.folder import ContentRefused, FolderDisagrees
from engine.store.database import Store
from tests.support.office import NINE, a_request
from tests.support.workshop import CONTENT, FORM, PROCESS, fill, who

ONE = who("发布甲")
pytestmark = pytest.mark.req("VER-04")


@pytest.fixture
def opened(url):
    """Opens the platform with a folder, as a start of the process does."""
    store = Store(url)
    store.create_all()
    store.close()
    stores = []

    def open_with(folder=CONTENT, *, deliberate=True):
        clock = VirtualClock(NINE)
        stores.append(Store(url))
        return bootstrap.open_over(stores[-1], folder, clock, deliberate=deliberate)

    yield open_with
    for each in stores:
        each.close()


def changed(path, old, new, content=CONTENT):
    text = content[path].decode()
    assert old in text
    return {**content, path: text.replace(old, new).encode()}


def title(platform):
    return platform.release.processes["town/request"].process.title


def publish(platform, path, old, new):
    draft = platform.drafts.begin(ONE).id
    text = platform.drafts.file(ONE, draft, path).text.replace(old, new)
    platform.drafts.save(ONE, draft, path, text, version=0)
    return platform.publishing.publish(ONE, draft, "试")


def test_a_start_without_changes_makes_no_commit(opened):
    fill(opened())

    again = opened()

    assert [one.number for one in again.history.versions(ONE)] == [1]
    assert again.history.origins(ONE)[PROCESS].commit == again.definitions.commit


def test_a_changed_file_is_a_new_version_for_new_cases(opened):
    first = opened()
    fill(first)
    before = a_request(first)

    again = opened(changed(PROCESS, "title: 用房申请", "title: 房屋申请"))

    newest, oldest = again.history.versions(ONE)
    assert (newest.number, newest.name, title(again)) == (2, "内容目录", "房屋申请")
    origins = again.history.origins(ONE)
    assert (origins[PROCESS], origins[FORM]) == (newest, oldest)
    with again.store.read() as unit:
        row = unit.cases.load(before)
    assert again.definitions.compiled(row.process, row.pin).process.title == "用房申请"


def test_what_was_published_meanwhile_stays(opened):
    fill(opened())
    publish(opened(), PROCESS, "title: 用房申请", "title: 房屋申请")

    again = opened(changed(FORM, "form: request", "# 注\nform: request"))

    assert title(again) == "房屋申请"
    assert again.definitions.files()[FORM].startswith(b"# \xe6\xb3\xa8")


def test_two_changes_of_one_line_are_said_and_change_nothing(opened):
    fill(opened())
    publish(opened(), PROCESS, "title: 用房申请", "title: 房屋申请")
    folder = changed(PROCESS, "title: 用房申请", "title: 借房申请")

    with pytest.raises(FolderDisagrees) as refused:
        opened(folder)

    assert refused.value.paths == (PROCESS,)
    assert title(opened(folder, deliberate=False)) == "房屋申请"


def test_a_broken_folder_is_refused_with_its_problems(opened):
    opened()

    with pytest.raises(ContentRefused) as refused:
        opened(changed(PROCESS, "to: review}", "to: revieww}"))

    assert [problem.at.file for problem in refused.value.loaded.problems.errors] == [PROCESS]
    assert title(opened()) == "用房申请"


def test_a_shipped_folder_that_does_not_fit_is_left_alone(opened, caplog):
    fill(opened())
    publish(opened(), PROCESS, "noun: 申请", "noun: 申请单")
    folder = changed(PROCESS, "to: review}", "to: revieww}")

    with caplog.at_level(logging.WARNING):
        again = opened(folder, deliberate=False)

    assert "is not taken over" in caplog.text
    assert again.release.processes["town/request"].process.noun == "申请单"


def test_an_older_node_does_not_bring_the_old_folder_back(opened):
    new = changed(PROCESS, "title: 用房申请", "title: 房屋申请")
    fill(opened(deliberate=False))
    opened(new, deliberate=False)

    older = opened(deliberate=False)
    named = opened(deliberate=True)

    assert (title(older), title(named)) == ("房屋申请", "用房申请")


def test_an_index_in_the_folder_is_filled_for_records_that_were_there(opened):
    first = opened()
    fill(first)
    known = first.release.registers["organisations"]
    with first.store.write() as unit:
        row = unit.records.load("organisations", "一所")
        data = {**row.data, "address": "东街一号"}
        first.records.change(unit, known, row, data, at=NINE)
    register = "definitions/registers/organisations.yaml"

    again = opened(changed(register, "indexes: [kind,", "indexes: [credit_code, address, kind,"))

    with again.store.read() as unit:
        texts = unit.record_pages.texts("organisations", ["一所"], "address")
    assert texts == {"一所": "东街一号"}
