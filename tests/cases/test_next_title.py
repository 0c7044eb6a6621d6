"""Where an action leads stands under the caption that the step gives itself (``next_title``)."""

from collections.abc import Iterator

import pytest

from engine.domain.actor import Actor
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

REQUEST = "definitions/processes/town/request.yaml"
APPLICANT, FIRST, CHECKER = person("张三"), person("王审", "一所"), person("赵复", "一所")


@pytest.fixture
def office() -> Iterator[Platform]:
    text = FILES[REQUEST]
    for step, caption in (("fill", "发起人"), ("review", "受理单位"), ("check", "上级单位")):
        text = text.replace(f"  {step}:\n", f"  {step}:\n            next_title: {caption}\n")
    platform = open_office(more={REQUEST: text})
    yield platform
    platform.close()


def captions(office: Platform, actor: Actor, uid: str) -> dict[str, str | None]:
    return {one.name: one.next_title for one in office.views.choices(actor, uid) if one.leads_to}


def test_who_passes_a_case_on_reads_it(office: Platform) -> None:
    uid = office.cases.start(APPLICANT, "town/request", {"unit": "一所", "subject": "会议"}).uid

    assert captions(office, APPLICANT, uid) == {"submit": "受理单位", "discard": None}


def test_the_next_stage_of_the_same_step_is_no_next_step(office: Platform) -> None:
    uid = a_request(office)
    assert captions(office, FIRST, uid) == {"pass": None, "return": None}

    office.cases.act(FIRST, uid, "pass")

    assert captions(office, CHECKER, uid) == {"pass": "上级单位", "return": None}
