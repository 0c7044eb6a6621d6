"""The processes of the manuals (P-01 – P-22): what of the content each is, and what shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.authoring import render
from engine.bootstrap import samples_of
from engine.content import below
from engine.definitions.release import load
from tests.content.test_samples import BY_NAME, FILES, RELEASE

ROOT = Path(__file__).parents[2]
MET = "tests/requirements_met"


@dataclass(frozen=True)
class Content:
    """Processes and registers; tests (``file::name``) for what happens in no case."""

    processes: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()


def of(name: str, *jurisdictions: str) -> tuple[str, ...]:
    """A process of several jurisdictions."""
    return tuple(f"{one}/{name}" for one in jurisdictions)


ALL = ("tianjin", "sichuan", "chengdu")
PROCESSES: Mapping[str, Content] = {
    "P-01": Content(
        (*of("socialised-review", "tianjin", "sichuan"), *of("meeting", "tianjin", "sichuan")),
        ("activities",),
    ),
    "P-02": Content(("tianjin/self-review",), ("authorisations",)),
    "P-03": Content(("tianjin/self-appointment",)),
    "P-04": Content(("tianjin/exam-in-lieu",)),
    "P-05": Content(("chengdu/initial-confirmation",), ("accepting_institutions",)),
    "P-06": Content(("chengdu/recognition",), ("accepting_institutions",)),
    "P-07": Content(("chengdu/committee-review", "chengdu/meeting"), ("committees",)),
    "P-08": Content(
        ("chengdu/initial-confirmation", "chengdu/recognition", "chengdu/committee-review")
    ),
    "P-09": Content(("sichuan/entrusted-review",), ("entrustments",)),
    "P-10": Content(("sichuan/talent-registry",), ("talents",)),
    "P-11": Content(
        (
            *of("unit-registration", "tianjin", "sichuan"),
            *of("superior-change", "tianjin", "sichuan"),
        ),
        ("organisations",),
    ),
    "P-12": Content(
        (),
        ("organisations",),
        (
            f"{MET}/test_units.py::"
            "test_a_superior_creates_a_unit_whose_handler_administers_it_at_once",
            f"{MET}/test_units.py::"
            "test_a_department_creates_units_below_itself_and_nobody_elsewhere",
        ),
    ),
    "P-13": Content(of("scheme", *ALL)),
    "P-14": Content(of("filing", *ALL)),
    "P-15": Content(
        (
            *of("expert-recommendation", "tianjin", "sichuan"),
            *of("new-expert", "tianjin", "sichuan"),
        ),
        ("experts",),
    ),
    "P-16": Content(
        (
            "chengdu/initial-confirmation",
            "tianjin/socialised-review",
            *of("certificate-correction", *ALL),
        ),
        ("issuing_units", "certificates"),
    ),
    "P-17": Content(("tianjin/account-correction",), ("people",)),
    "P-18": Content(
        (),
        ("blacklist",),
        (
            f"{MET}/test_bureau.py::"
            "test_an_entry_is_changed_and_lifted_with_a_reason_and_stays_in_the_history",
        ),
    ),
    "P-19": Content(("tianjin/post-quota",), ("post_quotas",)),
    "P-20": Content(
        of("complaint", *ALL),
        (),
        (f"{MET}/test_messages.py::test_it_writes_to_departments_and_units",),
    ),
    "P-21": Content(of("activity-publication", *ALL), ("activities", "activity_offers")),
    "P-22": Content(
        (),
        (),
        (
            "tests/stories/test_studio_gate.py::"
            "test_a_level_and_a_required_field_are_added_mended_published_and_taken_back",
            "tests/publishing/test_second_person.py::test_a_request_passes_the_same_gate",
        ),
    ),
}


def created_by(process: str) -> set[str]:
    """The processes whose cases the cases of a process create."""
    steps = RELEASE.processes[process].process.steps.values()
    effects = [effect for step in steps for effect in step.do]
    effects += [
        effect for step in steps for action in step.actions.values() for effect in action.do
    ]
    return {effect.name for effect in effects if effect.kind == "create"}


def test_every_process_of_the_manuals_is_named():
    assert list(PROCESSES) == [f"P-{number:02}" for number in range(1, 23)]


@pytest.mark.req("ENG-02")
@pytest.mark.parametrize("name", PROCESSES)
def test_it_is_content_with_samples(name):
    content = PROCESSES[name]

    assert not set(content.registers) - set(RELEASE.registers)
    # The sample cases themselves are replayed in tests/content.
    shown = {
        step.process
        for sample in BY_NAME.values()
        if name in sample.covers
        for step in sample.steps
        if step.does == "start" and step.refused is None
    }
    shown |= {made for process in shown if process is not None for made in created_by(process)}
    assert not set(content.processes) - shown
    assert content.processes or content.proved
    for test in content.proved:
        file, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / file).read_text("utf-8"), test


@pytest.mark.req("ENG-02")
def test_every_shipped_process_is_one_of_them():
    named = {process for content in PROCESSES.values() for process in content.processes}

    assert set(RELEASE.processes) == named


MODE = "tianjin/talent-channel"
FILES_OF_A_MODE = {
    f"definitions/processes/{MODE}.yaml": """\
process: tianjin/talent-channel
based_on: tianjin/exam-in-lieu
title: 人才绿色通道
help: 入选人才项目的专业技术人员不经评审，由人社部门面谈后认定
form: talent-channel

facts:
  obtain_mode: "'recognise'"
  way_obtained: "'认定'"
  obtained_at: case.last('approve').at

start:
  who: person
  ask: {form: talent-channel, fields: [settings]}
  require:
    - {that: unit.state == 'approved', say: 您的工作单位尚未开放申报功能}
    - {that: initiator.has_current_job, say: 请先在“工作经历”中填写当前在职单位}

steps:
  qualification:
    actions:
      pass: {title: 通过, to: interview, ask: [opinion]}
      return: {title: 不通过, to: fill, ask: [reason], resubmit_to: policy.resubmit_to, do: [{message: returned-without-deadline}]}
  interview:
    title: 面谈
    status: pending_qualification
    who: {permission: check_qualification, organisation: jurisdiction.bureau}
    actions:
      approve: {title: 认定, to: effective, ask: [opinion]}
      refuse: {title: 不予认定, verb: fail, to: refused, ask: [reason], confirm: 不予认定后申报结束。确定吗？}
  refused: {title: 不予认定, status: rejected, end: failure}
""",  # noqa: E501
    "forms/talent-channel.yaml": """\
form: talent-channel
title: 人才绿色通道申报表
required: [settings, talent]
properties:
  settings: {use: exam-application.settings, properties: {evaluation_mode: {only: [talent_channel]}}}
  personal_basics: {snapshot_of: profile}
  education: {snapshot_of: profile}
  qualification: {snapshot_of: profile}
  work_history: {snapshot_of: profile}
  talent:
    title: 人才项目
    required: [project]
    properties:
      project: {title: 项目名称, type: string, maxLength: 100}
  certificate: {use: application.certificate}
""",  # noqa: E501
    f"examples/cases/{MODE}.yaml": """\
sample: 人才绿色通道：单位、主管部门审核，人社部门面谈后认定、发证；另一份不予认定
world: tianjin
clock: 2026-03-02 09:00
steps:
  - {by: 刘工, does: start, process: tianjin/talent-channel, case: z, with: {settings: {work_unit: 海河软件}}}
  - {by: 刘工, does: submit, case: z, with: {settings: {evaluation_mode: talent_channel, series: "05", level: fugao, specialty: 计算机应用, title_name: 05-高级工程师, category: normal}}, refused: 请填写项目名称}
  - {by: 刘工, does: submit, case: z, with: {settings: {evaluation_mode: talent_channel, series: "05", level: fugao, specialty: 计算机应用, title_name: 05-高级工程师, category: normal}, talent: {project: 海河英才}}, expect: {at: unit.first@海河软件}}
  - {fast_forward: {case: z, to: department}}
  - {by: 林家辉, does: pass, case: z, expect: {at: qualification@人社局, lists: {职称申报人员资格审核@人社局: [z]}}}
  - {by: 葛资格, does: pass, case: z, expect: {at: interview@人社局}}
  - {by: 葛资格, does: approve, case: z, expect: {at: effective@人社局, waits_for: [冯发证]}}
  - {by: 冯发证, does: issue, case: z, expect: {at: certified, closed: success}}
  - {by: 刘工, does: start, process: tianjin/talent-channel, case: y, with: {settings: {work_unit: 海河软件}}}
  - {by: 刘工, does: submit, case: y, with: {settings: {evaluation_mode: talent_channel, series: "05", level: zhongji, specialty: 计算机应用, title_name: 05-工程师, category: normal}, talent: {project: 海河英才}}}
  - {fast_forward: {case: y, to: qualification}}
  - {by: 葛资格, does: pass, case: y}
  - {by: 葛资格, does: refuse, case: y, with: {reason: 不属于人才项目}, expect: {at: refused, closed: failure}}
  - {expect: {incidents: []}}
""",  # noqa: E501
}


@pytest.mark.req("ENG-01", "ENG-02")
def test_a_further_mode_needs_files_of_content_only():
    files = {**FILES, **{path: text.encode() for path, text in FILES_OF_A_MODE.items()}}
    codes = "definitions/codes/evaluation-modes.yaml"
    files[codes] += "  talent_channel: {title: 人才绿色通道}\n".encode()
    for path, text in FILES.items():
        if path.startswith("definitions/lists/tianjin/"):
            named = re.sub(rb"tianjin/exam-in-lieu\b", rb"\g<0>, " + MODE.encode(), text)
            files[path] = named

    loaded = load(below(files))
    assert loaded.release is not None, render(loaded.problems, loaded.sources)
    samples = samples_of(files, loaded.release)
    (sample,) = (one for one in samples.samples if MODE in one.file)
    (result,) = samples.run([sample])

    assert result.error is None
    assert not [str(one) for one in result.differences]


@pytest.mark.req("SEC-10")
def test_whatever_ends_something_for_good_asks_once_more():
    """Lifting a bar and taking an expert out of the pool were done at the first press."""
    release = RELEASE
    sudden = [
        f"{register.id} {action.name}"
        for register in release.registers.values()
        for action in register.actions.values()
        if action.to in register.closed_states and action.confirm is None
        and not any(action.to in other.from_ for other in register.actions.values())
    ] + [
        f"{name} {step.name} {action.name}"
        for name, compiled in release.processes.items()
        for step in compiled.process.steps.values()
        for action in step.actions.values()
        if action.verb in ("fail", "discard") and action.confirm is None
    ]  # fmt: skip
    revocations = [
        release.registers["certificates"].actions["revoke"],
        release.registers["blacklist"].actions["lift"],
        *(
            one.actions["deregister"]
            for one in release.registers.values()
            if "deregister" in one.actions
        ),
    ]

    assert all(action.confirm for action in revocations)
    # An expert who is not taken may be recommended again; the other is done by the clock.
    assert sorted(sudden) == [
        "sichuan/expert-recommendation decision decline",
        "sichuan/socialised-review fill lapse",
        "tianjin/expert-recommendation decision decline",
    ]
