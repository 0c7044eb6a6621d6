"""The manual of sample cases shows what can be run."""

import re

from engine.bootstrap import assemble, samples_of
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.release import load
from engine.domain.clock import VirtualClock
from engine.services.world import load_world, read_world
from engine.store.database import Store
from tests.support.shipped import NINE

MANUAL = (bundled() / "examples" / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
FILES = read_files(bundled(), FOLDERS)
HEAD = "sample: 例\nworld: tianjin\nclock: 2026-09-16 09:00\n"
OVER = """steps:
  - {by: 张三, does: start, process: tianjin/socialised-review, case: z,
     with: {settings: {activity: a1, work_unit: 第一中学}}, refused: 该评审活动不在申报期内}
"""


def block(beginning: str) -> str:
    (found,) = [one for one in BLOCKS if one.startswith(beginning)]
    return found


def run(text: str):
    """What comes of one more sample over the shipped content."""
    files = {**FILES, "examples/cases/tianjin/shown.yaml": text.encode()}
    release = load(below(files)).release
    assert release is not None
    samples = samples_of(files, release)
    assert not samples.problems
    (shown,) = [one for one in samples.samples if one.file.endswith("/shown.yaml")]
    (result,) = samples.run([shown])
    return result


def test_every_block_is_tried_here():
    assert [one.split(":")[0].split("\n")[0] for one in BLOCKS] == [
        "sample",
        "given",
        "# examples/worlds/demo.yaml",
    ]


def test_the_first_sample_comes_out_as_written():
    assert run(block("sample:")).ok


def test_what_is_given_changes_the_world():
    assert run(HEAD + block("given:") + OVER).ok
    assert not run(HEAD + OVER).ok


def test_the_world_can_be_opened():
    world = block("# examples/worlds/")
    files = {**FILES, "examples/worlds/demo.yaml": world.encode()}
    release = load(below(files)).release
    assert release is not None
    platform = assemble(Store("sqlite://"), release, VirtualClock(NINE))

    load_world(platform, read_world(files, "demo"), files, accounts=False)

    assert platform.directory.actor_for("李演示", "演示所").organisation == "演示所"
    platform.close()
