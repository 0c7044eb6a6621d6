"""The manual of sample cases shows what can be run."""

import re

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bootstrap import assemble
from engine.content import below, bundled
from engine.definitions.release import load
from engine.definitions.sample import parse_sample
from engine.domain.clock import VirtualClock
from engine.services.world import load_world, read_world
from engine.store.database import Store
from tests.content.test_samples import FILES, SAMPLES
from tests.support.shipped import NINE

MANUAL = (bundled() / "examples" / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
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
    problems = Problems()
    node = read_yaml(text.encode(), "shown.yaml", problems)
    shown = parse_sample(node, "shown.yaml", problems)
    assert not problems
    (result,) = SAMPLES.run([shown])
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
