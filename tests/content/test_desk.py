"""Sentences of the language that no shipped process shows, as samples over the manual's content."""

from pathlib import Path

import pytest

from engine.authoring import render
from engine.bootstrap import samples_of
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.release import load
from engine.domain.actor import Actor
from engine.services.platform import Platform
from engine.services.replay import Replayed
from tests.content.test_documented import EXAMPLE

RECEIPT = "definitions/documents/receipt.yaml"
REFUSALS = "definitions/messages/refusals.yaml"
CONTENT = {
    **EXAMPLE,
    **read_files(Path(__file__).parent / "desk", FOLDERS),
    RECEIPT: EXAMPLE[RECEIPT].replace(b"number: data.number, unit: unit.name, ", b""),
    REFUSALS: (bundled() / REFUSALS).read_bytes(),
}
#: what each is shown of the last sample: the fields, those that are masked marked
SHOWN = {
    ("张三", None): "kind subject unit",
    ("王审", "一所"): "copies kind subject* unit",
    ("李负", "一所"): "copies subject unit",
}


@pytest.mark.req("TST-01", "ENG-02", "ENG-19")
def test_flags_views_process_actions_returns_and_ends_come_out_as_written() -> None:
    loaded = load(below(CONTENT))
    assert render(loaded.problems, loaded.sources) == ""
    assert loaded.release is not None
    samples = samples_of(CONTENT, loaded.release)
    seen: dict[tuple[str, str | None], str] = {}
    said: dict[tuple[str, str | None], list[str]] = {}

    def keep(platform: Platform, replayed: Replayed) -> None:
        uid = replayed.cases["z"]
        assert platform.rebuilding.rebuild(uid).same
        for person, at in SHOWN if replayed.sample.file.endswith("desk-flags.yaml") else ():
            form = platform.views.sheets.content(Actor(person, at, jurisdiction="town"), uid)
            assert form is not None
            fields = [one for one in form.walk() if one.name.startswith("settings.")]
            told = [f"{one.element.name}{'*' if one.masked else ''}" for one in fields]
            seen[person, at] = " ".join(sorted(told))
            course = platform.views.course(Actor(person, at, jurisdiction="town"), uid)
            said[person, at] = [text for entry in course for _, text in entry.texts]

    chosen = [one for one in samples.samples if "/desk-" in one.file]
    results = list(samples.run(chosen, keep))

    assert [(one.sample.file, one.differences, one.error) for one in results if not one.ok] == []
    assert len(results) == 9
    assert seen == SHOWN
    # What is hidden of the data is not told by the course either: the unit's opinion.
    assert said == {("张三", None): ["不清"], ("王审", "一所"): ["好", "不清"],
                    ("李负", "一所"): ["好", "不清"]}  # fmt: skip
