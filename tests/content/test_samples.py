"""Every sample case comes out as written, and its journal tells the same story as the database."""

import pytest

from engine.cli.samples import Samples
from engine.content import bundled
from engine.definitions.release import load

RELEASE = load(bundled()).release
assert RELEASE is not None
SAMPLES = Samples(bundled(), RELEASE)


def test_every_sample_can_be_read():
    assert not SAMPLES.problems


@pytest.mark.req("TST-01", "TST-02", "TST-03", "ENG-12")
@pytest.mark.parametrize("sample", SAMPLES.samples, ids=lambda sample: sample.file)
def test_the_sample_comes_out_as_written(sample):
    rebuilt, broken = [], []

    def keep(platform, _result):
        rebuilt.extend(platform.rebuilding.all())
        broken.extend(platform.rebuilding.verify())

    (result,) = SAMPLES.run([sample], keep)

    assert result.error is None
    assert not [f"{sample.file}:{one.line}: {one}" for one in result.differences]
    assert not [one.uid for one in rebuilt if not one.same]
    assert not broken
