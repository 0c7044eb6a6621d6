"""A case that really happened becomes a file that tells nothing about anybody, and replays."""

import re

import pytest

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.recording import Recording, parse_recording
from engine.services.recorded import carry_out
from engine.services.recording import Recorder
from tests.support.city import CERTIFIED, City, city

PROCESS = "definitions/processes/tianjin/socialised-review.yaml"


@pytest.fixture(scope="module")
def town() -> City:
    return city(*CERTIFIED)


def written(town: City, case: str) -> str:
    return document(Recorder(town.platform.casework).record(town[case]))


def read(text: str) -> Recording:
    problems = Problems()
    node = read_yaml(text.encode(), "one.yaml", problems)
    assert node is not None
    recording = parse_recording(node, "one.yaml", problems)
    assert recording is not None, problems
    return recording


@pytest.mark.req("TST-04", "ENG-12")
@pytest.mark.parametrize("case", ["z", "m", "f"])
def test_a_recorded_case_comes_out_as_it_was(town, case):
    recording = read(written(town, case))

    carried = carry_out(recording, town.platform.release)

    assert [str(one) for one in carried.differences] == []
    assert carried.steps == len(recording.steps) > 3


@pytest.mark.req("TST-04", "SEC-02")
def test_it_names_nobody(town):
    text = written(town, "z")

    for name in ("张三", "王初审", "孙秘书", "第一中学", "天津市第一示范中学", town["z"]):
        assert name not in text
    with town.platform.store.read() as unit:
        basics = unit.records.load("people", "张三").data["personal_basics"]
    for value in (basics["id_number"], basics["mobile"], basics["birth_date"]):
        assert value not in text
    assert f"{basics['birth_date'][:4]}-01-01" in text
    # A number of a person, not digits inside a hash.
    assert not re.search(r"(?<![0-9a-f])\d{11}(?![0-9a-f])", text)


@pytest.mark.req("TST-04", "TST-05")
def test_another_version_of_the_content_shows_the_first_difference(town):
    recording = read(written(town, "z"))
    other = city(changes=((PROCESS, "status: pending_presentation", "status: reported"),))

    (difference,) = carry_out(recording, other.platform.release).differences

    assert difference.what == "act pass status"
    assert (difference.expected, difference.found) == ("pending_presentation", "reported")


@pytest.mark.req("TST-04")
def test_what_the_new_version_reads_beyond_the_recording_is_said(town):
    recording = read(written(town, "z"))
    other = city(
        changes=((PROCESS, "unit.state == 'approved'", "unit.credit_code != 'x'"),),
    )

    (difference,) = carry_out(recording, other.platform.release).differences

    assert difference.what.endswith("reads")
    assert "credit_code" in difference.found
