"""What the manuals leave open or say differently (X-01 – X-52), and what decides it here.

Each is decided by a switch or by content, with a sample case or a test for every value that
changes what happens, or by nothing, because the wording alone was in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.definitions.release import Release
from tests.content.test_samples import BY_NAME, RELEASE

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Decided:
    """What decides one of them.

    ``samples``: a value and the sample case that shows it. ``pages``: why no case comes out
    otherwise and only pages show a value; then ``proved`` has the value and the test of it,
    ``file::name``, and ``content`` a value and what of the shipped content says so. ``nothing``:
    why there is nothing to configure.
    """

    by: str = ""
    samples: Mapping[str, str] = field(default_factory=dict)
    pages: str = ""
    proved: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, Callable[[Release], bool]] = field(default_factory=dict)
    nothing: str = ""


MET = "tests/requirements_met"
DECIDED: Mapping[str, Decided] = {
    "X-01": Decided(
        "the actions a step has: return, fail, or both",
        {
            "return_to_applicant": "tianjin/returned-at-unit",
            "bar_year": "sichuan/failed-at-unit",
            "terminate": "sichuan/talent-terminated",
            "none": "chengdu/initial-returned-in-layers",
        },
    ),
    "X-02": Decided(
        "`to` of the return",
        {
            "applicant": "tianjin/returned-at-superior",
            "previous_level": "chengdu/initial-returned-in-layers",
        },
    ),
    "X-03": Decided(
        "policy.resubmit_to",
        {
            "first_level": "tianjin/returned-at-superior",
            "returning_level": "tianjin/resubmit-to-returning-level",
        },
    ),
    "X-04": Decided(
        "`due.extend`: permission and when",
        {
            "returning unit, after_expiry": "sichuan/overdue-and-extension",
            "bureau": "tianjin/bureau-extends",
            "any_time": "tianjin/self-review-extended",
        },
    ),
    "X-05": Decided(
        "policy.internal_review_steps",
        {"two": "tianjin/happy-path", "one": "tianjin/one-stage-review"},
    ),
    "X-06": Decided(
        "policy.recommendation_form",
        {
            "required": "sichuan/recommendation-required",
            "optional": "tianjin/recommendation-optional",
            "hidden": "tianjin/recommendation-hidden",
        },
    ),
    "X-07": Decided(
        "`to`, `send_to`, `insert` and `chain` of the review",
        {
            "default_or_archive_department": "tianjin/off-default-path",
            "insert_units": "sichuan/inserted-units",
            "mode_list": "tianjin/exam",
            "route_table": "chengdu/initial-confirmation",
        },
    ),
    "X-08": Decided(
        "one definition for each mode; the combinations offered are records",
        {
            "socialised_review": "tianjin/happy-path",
            "self_review": "tianjin/self-review",
            "self_appointment": "tianjin/appointment",
            "exam_in_lieu": "tianjin/exam",
            "initial_determination": "chengdu/initial-confirmation",
            "recognition": "chengdu/recognition",
        },
    ),
    "X-09": Decided(
        "`until` of the chain and the kind of the organisations",
        {"competent_department": "tianjin/two-superiors", "title_authority": "sichuan/happy-path"},
    ),
    "X-10": Decided(
        "labels of a jurisdiction",
        pages="a label names what there is",
        proved={
            "labels": f"{MET}/test_sichuan.py::"
            "test_menus_and_captions_are_those_of_the_jurisdiction"
        },
    ),
    "X-11": Decided(
        "the lists a role may write from, and the permission to send",
        {"committee, department, unit": "tianjin/messages-by-role"},
    ),
    "X-12": Decided(nothing="“无误” is a slip for “有误”; our own texts do not repeat it"),
    "X-13": Decided(
        "a warning of the form of activities, which does not refuse",
        {"not refused": "tianjin/records-kept"},
        pages="a warning is read, and refuses nothing",
        proved={
            "warned": f"{MET}/test_committee.py::"
            "test_a_resubmission_deadline_before_the_first_is_warned_of_and_kept"
        },
    ),
    "X-14": Decided(
        "policy.reissue_after_revocation",
        {"new_number": "tianjin/certificates-in-bulk", "no": "chengdu/recognition"},
    ),
    "X-15": Decided("解除 is an action of its own", {"own function": "tianjin/records-kept"}),
    "X-16": Decided(nothing="the wording was copied; a query changes nothing"),
    "X-17": Decided(nothing="two words for one mechanism: nodes of a route are organisations"),
    "X-18": Decided(
        "the actions of a register: 注销 with history, deletion only of what nothing refers to",
        {"deregister; delete with guard": "tianjin/records-kept"},
    ),
    "X-19": Decided(nothing="what cannot be edited is corrected by 注销 and a new record"),
    "X-20": Decided(
        "`ask` of 注销, for each register",
        {"reason asked; no reason": "tianjin/records-kept"},
    ),
    "X-21": Decided(
        "`locked` of the register of organisations", {"locked": "tianjin/locked-unit-fields"}
    ),
    "X-22": Decided(
        "policy.bar_scope",
        {
            "person_year": "sichuan/barred-until-year-end",
            "person_year_mode": "sichuan/barred-in-the-mode",
            "person_year_series": "sichuan/barred-in-the-series",
            "none": "sichuan/not-barred",
        },
    ),
    "X-23": Decided(
        "policy.return_deadline",
        {
            "none": "tianjin/appointment-returned",
            "none, by the activity": "tianjin/returned-without-deadline",
            "none, where returns give deadlines": "sichuan/return-without-deadline",
            "from_activity": "tianjin/overdue-and-extension",
            "from_activity, not by the return": "sichuan/return-deadline-of-the-activity",
            "per_return_required": "sichuan/returned-at-unit",
            "per_return_optional": "sichuan/return-deadline-left-open",
            "of two, the one given": "sichuan/return-deadline-given",
            "of two, the earlier": "sichuan/return-deadline-earlier",
            "of two, the later": "sichuan/return-deadline-later",
        },
    ),
    "X-24": Decided(
        "policy.superior_change_approval",
        {"new": "tianjin/superior-change", "both": "tianjin/superior-change-both"},
    ),
    "X-25": Decided("a step of the definition", {"unit reviews": "tianjin/appointment-returned"}),
    "X-26": Decided("`to` of the department's step", {"title office": "tianjin/exam"}),
    "X-27": Decided(
        "the statuses and steps of the lists", {"待呈报人员审核": "tianjin/self-review"}
    ),
    "X-28": Decided(
        "policy.scheme_required",
        {"yes": "tianjin/scheme-normal", "no": "tianjin/happy-path"},
    ),
    "X-29": Decided(
        "`who` of the issuing step and where its numbers come from",
        {"one pool": "tianjin/certificates-in-bulk", "issuing units": "chengdu/numbers"},
    ),
    "X-30": Decided(
        "the lists and menus of a role",
        {"own lists": "tianjin/exam", "own lists, appointment": "tianjin/appointment"},
    ),
    "X-31": Decided(
        "a requirement of passing and of the form of units, on the series of the application",
        {"passing and saving; other series": "tianjin/economics-series"},
    ),
    "X-32": Decided(
        nothing="how people sign in is a connector of the deployment; no case depends on it"
    ),
    "X-33": Decided(
        "`bulk` of an action",
        {
            "pass": "tianjin/bulk-pass",
            "fail (return)": "tianjin/bulk-return",
            "pass, return": "sichuan/bulk",
            "none": "chengdu/one-by-one",
        },
    ),
    "X-34": Decided("each case keeps its own copy", {"copies": "tianjin/bulk-pass"}),
    "X-35": Decided(
        "`stage` of what is asked",
        {"last stage": "tianjin/happy-path", "only stage": "tianjin/one-stage-review"},
    ),
    "X-36": Decided(
        "the lists of a jurisdiction",
        {
            "one list": "tianjin/happy-path",
            "three lists": "sichuan/no-second-review-after-conclusion",
            "three lists, returned": "sichuan/returned-at-unit",
        },
    ),
    "X-37": Decided(
        "`to` of the return",
        {
            "applicant": "sichuan/returned-at-superior",
            "layer by layer": "chengdu/initial-returned-in-layers",
        },
    ),
    "X-38": Decided(
        "policy.override_skips_levels",
        {
            "yes": "tianjin/off-default-path",
            "no": "tianjin/override-through-the-levels",
        },
    ),
    "X-39": Decided(
        "policy.overdue_outcome",
        {
            "nothing automatic": "tianjin/overdue-and-extension",
            "none": "sichuan/overdue-and-extension",
            "discarded": "sichuan/overdue-discarded",
        },
    ),
    "X-40": Decided(nothing="one code `normal`; what it is called is a label"),
    "X-41": Decided(
        "`withdraw` of an action",
        {
            "next_not_acted": "tianjin/applicant-withdraws",
            "never": "tianjin/returned-at-reception",
            "next_not_opened": "tianjin/complaint-opened",
        },
    ),
    "X-42": Decided("each stage is a place", {"初审 counts": "tianjin/applicant-withdraws"}),
    "X-43": Decided(
        "what the register computes of a person's jobs", {"当前在职": "tianjin/start-refused"}
    ),
    "X-44": Decided(nothing="the unit that pays social insurance reviews, also for those it lends"),
    "X-45": Decided("an attribute of the unit", {"required": "tianjin/post-managed-unit"}),
    "X-46": Decided(
        "the sections of the form",
        pages="how many parts a page has",
        proved={
            "seven": f"{MET}/test_profile.py::"
            "test_the_page_has_seven_parts_and_recommends_to_complete_them"
        },
    ),
    "X-47": Decided(nothing="one code list of levels, in titles, applications and imports"),
    "X-48": Decided(nothing="damage of the print; the table of contents says what is meant"),
    "X-49": Decided(
        "the dates of the activity",
        {"begins and ends": "tianjin/start-refused", "last day": "tianjin/hard-first-deadline"},
    ),
    "X-50": Decided(
        "a register of the departments", {"required by a department": "tianjin/evidence-required"}
    ),
    "X-51": Decided(
        "as X-01 and X-02",
        {
            "return": "tianjin/returned-at-department",
            "none, layer by layer": "chengdu/initial-returned-in-layers",
        },
    ),
    "X-52": Decided(
        "policy.re_review",
        {
            "until_concluded": "sichuan/no-second-review-after-conclusion",
            "same_year": "sichuan/no-second-review-next-year",
        },
    ),
}


#: the switches proposed for definitions: the open point that shows its values, or what does
SWITCHES: Mapping[str, str | Decided] = {
    "fail_semantics": "X-01",
    "return_target": "X-02",
    "return_deadline": "X-23",
    "deadline_extension_by": "X-04",
    "deadline_extension_when": "X-04",
    "resubmit_to": "X-03",
    "withdraw_guard": "X-41",
    "internal_review_steps": "X-05",
    "recommendation_form": "X-06",
    "path_choice": "X-07",
    "override_skips_levels": "X-38",
    "bar_scope": "X-22",
    "batch_actions": "X-33",
    "re_review": "X-52",
    "department_list": "X-27",
    "common_opinion_scope": Decided(
        "`shared_opinions` of the jurisdiction",
        {"user": "tianjin/common-opinions", "unit": "tianjin/common-opinions-shared"},
    ),
    "route_resolution": Decided(
        "`resolve` of a chain",
        {
            "pinned_at_start": "tianjin/superior-changes-meanwhile",
            "at_each_step": "tianjin/superior-followed",
        },
    ),
    "reissue_after_revocation": "X-14",
    "confirm_actions": Decided(
        "`confirm` of an action, of a process or of a register",
        pages="a page asks once more; what is done is the same",
        content={
            "fail": lambda release: bool(
                release.processes["sichuan/socialised-review"]
                .process.steps["unit"]
                .actions["fail"]
                .confirm
            ),
            "deregister, revoke": lambda release: bool(
                release.registers["committees"].actions["deregister"].confirm
                and release.registers["certificates"].actions["revoke"].confirm
            ),
            "no confirmation": lambda release: (
                not (
                    release.processes["tianjin/socialised-review"]
                    .process.steps["unit"]
                    .actions["pass"]
                    .confirm
                )
            ),
        },
    ),
    "scheme_required": "X-28",
    "duplicate_application": Decided(
        "policy.duplicate_application",
        {"per_activity": "tianjin/start-refused", "per_year": "tianjin/one-application-per-year"},
    ),
    "message_scope": "X-11",
    "locked_unit_fields": "X-21",
}
#: the switches that a single activity may set
BY_ACTIVITY = ("return_deadline", "recommendation_form", "scheme_required")


def test_every_open_point_of_the_manuals_is_decided_once():
    assert list(DECIDED) == [f"X-{number:02}" for number in range(1, 53)]


@pytest.mark.req("ENG-08")
@pytest.mark.parametrize("name", DECIDED)
def test_it_is_decided_by_configuration_or_needs_none(name):
    decided = DECIDED[name]
    elsewhere = {**decided.proved, **decided.content}

    assert bool(decided.samples or elsewhere) is bool(decided.by) is not bool(decided.nothing)
    # What changes a case has a sample case.
    assert bool(elsewhere) is bool(decided.pages)
    # The sample cases themselves are replayed in tests/content.
    for sample in decided.samples.values():
        assert name in BY_NAME[sample].covers, sample
    for test in decided.proved.values():
        file, _, function = test.partition("::")
        assert re.search(rf"def {function}\(", (ROOT / file).read_text("utf-8")), test
    for value, says in decided.content.items():
        assert says(RELEASE), value


@pytest.mark.req("ENG-08")
@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_is_set_by_a_definition(name):
    shown = SWITCHES[name]
    if isinstance(shown, str):
        assert DECIDED[shown].by
        return
    assert bool(shown.samples) is not bool(shown.pages)
    for sample in shown.samples.values():
        assert sample in BY_NAME
    for test in shown.proved.values():
        file, _, function = test.partition("::")
        assert re.search(rf"def {function}\(", (ROOT / file).read_text("utf-8")), test
    for value, says in shown.content.items():
        assert says(RELEASE), value


@pytest.mark.req("ENG-08")
@pytest.mark.parametrize("name", BY_ACTIVITY)
def test_an_activity_sets_a_switch_of_its_own(name):
    for process in (
        "tianjin/socialised-review",
        "sichuan/socialised-review",
        "chengdu/committee-review",
    ):
        policy = RELEASE.processes[process].process.policy[name]
        assert policy.set_by == ("jurisdiction", "activity")


def test_samples_name_no_open_point_that_they_do_not_decide():
    named = {
        (name, sample)
        for sample, one in BY_NAME.items()
        for name in one.covers
        if re.fullmatch(r"X-\d+", name)
    }

    assert named - {
        (name, sample) for name, one in DECIDED.items() for sample in one.samples.values()
    } <= {("X-24", "sichuan/superior-change-both")}
