"""A publication that is cut off anywhere leaves what was there, and many at once lose nothing."""

import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.services.publishing import MovedOn
from engine.store.releases import Signature
from engine.store.session import Session
from tests.support.office import NINE, a_request
from tests.support.workshop import CONTENT, FORM, PROCESS, who

ONE, TWO = who("发布甲"), who("发布乙")
REGISTER = "definitions/registers/organisations.yaml"
pytestmark = pytest.mark.req("VER-05")


class Cut(Exception):
    """The process ends here."""


def draft_of(platform, actor, path, old, new):
    draft = platform.drafts.begin(actor).id
    text = CONTENT[path].decode()
    assert old in text
    platform.drafts.save(actor, draft, path, text.replace(old, new), version=0)
    return draft


def rows_of(platform):
    """Every row a publication writes."""
    with platform.store.read() as unit:
        head = unit.releases.current()
        return (
            head,
            set(unit.releases.repo.object_store),
            sorted(unit.releases.repo.refs.allkeys()),
            unit.releases.files(head),
            unit.releases.pinned("town/request", platform.release.closure("town/request")),
            [unit.records.load("organisations", key) for key in ("市局", "一所")],
            [(row.id, row.version, unit.drafts.files(row.id)) for row in unit.drafts.of("总管")],
        )


def test_a_crash_between_any_two_statements_changes_nothing(platform, monkeypatch):
    chief = who("总管")
    draft = draft_of(platform, chief, REGISTER, "indexes: [kind,", "indexes: [address, kind,")
    platform.publishing.replay(chief, draft)
    before, release = rows_of(platform), platform.release
    real, left = Session._execute, [0]

    def execute(self, sql, values):
        if self.is_writing:
            left[0] -= 1
            if left[0] < 0:
                raise Cut
        real(self, sql, values)

    monkeypatch.setattr(Session, "_execute", execute)
    cuts = 0
    for statements in range(1000):
        left[0] = statements
        try:
            made = platform.publishing.publish(chief, draft, "加索引")
        except Cut:
            cuts += 1
            left[0] = 10**9
            assert rows_of(platform) == before
            assert platform.release is release
        else:
            break

    assert cuts >= 10
    assert made.number == 2
    assert rows_of(platform)[0] == made.commit


def test_of_many_who_publish_at_once_one_wins_and_the_drafts_of_the_rest_stay(
    platform, another_node
):
    nodes = [platform, another_node()]
    drafts = []
    for number in range(8):
        actor = (ONE, TWO)[number % 2]
        draft = draft_of(platform, actor, FORM, "form: request", f"# {number}\nform: request")
        platform.publishing.replay(actor, draft)
        drafts.append((nodes[number % 2], actor, draft))

    def publish(job):
        node, actor, draft = job
        try:
            return node.publishing.publish(actor, draft, f"第{draft}稿")
        except MovedOn as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(publish, drafts))

    (won,) = [one for one in results if not isinstance(one, MovedOn)]
    assert [one.number for one in platform.history.versions(ONE)] == [2, 1]
    for (_, actor, draft), result in zip(drafts, results, strict=True):
        if isinstance(result, MovedOn):
            assert result.version == won
            assert platform.drafts.open(actor, draft).behind == won
    assert len(platform.drafts.mine(ONE)) + len(platform.drafts.mine(TWO)) == 7


def test_two_hundred_versions_are_read_and_written_as_fast_as_the_first(platform):
    with platform.store.write() as unit:
        commit = unit.releases.current()
    times, files = [], dict(CONTENT)
    for number in range(200):
        files[FORM] = CONTENT[FORM] + f"# {number}\n".encode()
        begun = time.perf_counter()
        with platform.store.write() as unit:
            by = Signature("甲", "a@town", NINE)
            commit = unit.releases.commit(
                files, f"{number}\n\nVersion: {number + 2}\n", by, expected=commit,
                version=number + 2,
            )  # fmt: skip
        times.append(time.perf_counter() - begun)

    assert len(platform.history.versions(ONE, limit=500)) == 201
    assert platform.history.version(ONE, "100").reason == "98"
    draft = platform.drafts.begin(ONE).id
    platform.drafts.save(ONE, draft, PROCESS, CONTENT[PROCESS].decode() + "# 末\n", version=0)
    assert platform.publishing.publish(ONE, draft, "末").number == 202
    first, last = sorted(times[:20])[10], sorted(times[-20:])[10]
    assert last < max(3 * first, 0.1)


def test_a_process_killed_while_it_publishes_leaves_a_database_that_opens(
    tmp_path, another_node, platform, url
):
    a_request(platform)
    draft = draft_of(platform, ONE, PROCESS, "title: 用房申请", "title: 房屋申请")
    platform.publishing.replay(ONE, draft)
    code = """
        import os, sys
        from engine.store.database import Store
        from engine.store.drafts import Drafts
        from tests.support.workshop import open_workshop, who

        Drafts.delete = lambda self, row: os._exit(9)
        platform = open_workshop(Store(sys.argv[1]))
        platform.publishing.publish(who("发布甲"), int(sys.argv[2]), "改名")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), url, str(draft)], check=False, timeout=120
    )
    assert done.returncode == 9

    again = another_node()

    assert len(again.history.versions(ONE)) == 1
    assert again.release.processes["town/request"].process.title == "用房申请"
    assert again.publishing.publish(ONE, draft, "改名").number == 2
