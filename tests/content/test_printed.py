"""The whole processes printed beside the manual are content, and run as they are printed."""

import re
from pathlib import Path

import pytest

from engine.authoring import render
from engine.bootstrap import samples_of
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.release import load
from engine.services.platform import Platform
from engine.services.replayed import Replayed

REFUSALS = "definitions/messages/refusals.yaml"
TEXT = (bundled() / "definitions" / "examples.md").read_text("utf-8")
PRINTED = {
    path: text.encode() for path, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL)
}
#: the forms, registers and samples they are printed without
AROUND = read_files(Path(__file__).parent / "printed", FOLDERS)
CONTENT = {**AROUND, **PRINTED, REFUSALS: (bundled() / REFUSALS).read_bytes()}


@pytest.mark.req("ENG-02", "TST-01")
def test_the_printed_processes_have_no_problem_and_run_as_printed() -> None:
    loaded = load(below(CONTENT))
    assert render(loaded.problems, loaded.sources) == ""
    assert loaded.release is not None
    samples = samples_of(CONTENT, loaded.release)

    def keep(platform: Platform, replayed: Replayed) -> None:
        assert all(platform.rebuilding.rebuild(uid).same for uid in replayed.cases.values())

    results = list(samples.run(samples.samples, keep))

    assert [one.whole() for one in samples.problems] == []
    assert [(one.sample.file, one.differences, one.error) for one in results if not one.ok] == []
    assert len(PRINTED) == 11
    assert len(results) == 4
