"""Call activities with several instances: a called case for each, at once or one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.authoring.problems import Problems
from engine.definitions.bpmn import read_files
from engine.services.platform import Platform
from tests.bpmn.test_unfolding import MANY, event, file
from tests.support.linked import at
from tests.support.office import open_office, person

CALLED = """
    process: town/opinion
    title: 意见
    form: request
    steps:
      give:
        title: 提出意见
        who: initiator
        actions: {pass: {title: 提出, to: given}}
      given: {title: 已提出, end: success}
      dropped: {title: 终止, end: cancelled}
"""
NEEDED = "<completionCondition>${nrOfCompletedInstances >= 2}</completionCondition>"
EVERY = "<completionCondition>${nrOfCompletedInstances == nrOfInstances}</completionCondition>"
IN = '<extensionElements><in source="unit" target="subject"/></extensionElements>'
EACH = ' collection="units" elementVariable="unit"'
APPLICANT = person("张三")


def read(many: str, inner: str = "") -> tuple[dict[str, str], Problems]:
    """A task, then what is called several times; the files it becomes."""
    problems = Problems()
    content = file(
        "startEvent s", "userTask a", "endEvent e", "s>a", "a>b", "b>e",
        event("callActivity", "b", inner + many, 'calledElement="opinion"'),
    )  # fmt: skip
    files = read_files(content, "file.bpmn", problems, "town/drawn")
    assert files is not None, [one.sentence("en") for one in problems.errors]
    return dict(files), problems


def town(files: dict[str, str]) -> Platform:
    """The process in force; what it calls is somebody's task."""
    path = "definitions/processes/town/drawn.yaml"
    text = files[path]
    if "\nform:" not in text:
        text = text.replace("steps:", "form: request\nsteps:", 1)
    text = text.replace("steps:", "start: {who: person}\nsteps:", 1)
    return open_office(
        more={**files, path: text, "definitions/processes/town/opinion.yaml": CALLED}
    )


def begun(platform: Platform, **values: object) -> str:
    uid = platform.cases.start(APPLICANT, "town/drawn", values).uid
    platform.cases.act(APPLICANT, uid, "submit", data=values)
    return uid


def called(platform: Platform, uid: str) -> Iterator[str]:
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        found = [one.uid for one in unit.links.of(row.id)]
    return iter(found)


def subjects(platform: Platform, uids: Iterator[str]) -> list[str]:
    with platform.store.read() as unit:
        return [platform.casework.load(unit, uid).data["subject"] for uid in uids]


@pytest.mark.req("ENG-19")
@pytest.mark.parametrize(("enough", "needed"), [("", 3), (NEEDED, 2), (EVERY, 3)])
def test_so_many_cases_at_once_until_enough_have_ended(enough: str, needed: int) -> None:
    files, _ = read(MANY.format("", f"<loopCardinality>3</loopCardinality>{enough}"))
    platform = town(files)
    uid = begun(platform, unit="一所", subject="甲")
    cases = list(called(platform, uid))
    assert len(cases) == 3
    for one in cases[:needed]:
        assert at(platform, uid) == "b"
        platform.cases.act(APPLICANT, one, "pass")

    assert at(platform, uid) == "e"
    assert [at(platform, one) for one in cases[needed:]] == ["dropped"] * (3 - needed)
    platform.close()


@pytest.mark.req("ENG-19")
def test_a_case_for_each_of_a_collection_at_once_or_one_after_the_other() -> None:
    for turns in ("", ' isSequential="true"'):
        files, problems = read(MANY.format(EACH + turns, ""), IN)
        platform = town(files)
        uid = begun(platform, units=[{"name": "车库"}, {"name": "会议室"}])
        done = []
        while at(platform, uid) == "b":
            cases = list(called(platform, uid))
            assert len(cases) == (len(done) + 1 if turns else 2)
            done.append(cases[len(done)])
            platform.cases.act(APPLICANT, done[-1], "pass")
        assert subjects(platform, iter(done)) == ["车库", "会议室"]
        assert at(platform, uid) == "e"
        assert at(platform, begun(platform, units=[])) == "e"
        told = {one.code for one in problems.sorted()}
        assert ("BPM171" if turns else "BPM195") in told
        platform.close()


@pytest.mark.parametrize(
    "inner",
    ["<completionCondition>${done}</completionCondition><loopCardinality>3</loopCardinality>", ""],
)
def test_what_names_no_number_is_refused(inner: str) -> None:
    problems = Problems()
    content = file("startEvent s", "userTask a", "endEvent e", "s>a", "a>b", "b>e",
                   event("callActivity", "b", MANY.format("", inner)))  # fmt: skip

    assert not read_files(content, "file.bpmn", problems, "town/drawn")
    assert [one.code for one in problems.errors] == ["BPM110"]
