"""Each value of each switch of the shipped processes has a sample case that shows what it does.

A sample shows a value where it comes out otherwise with any other value: it is replayed with each
of them and has to differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.authoring import render
from engine.authoring.memory import Memory
from engine.bootstrap import samples_of
from engine.content import below
from engine.definitions.release import load
from engine.definitions.sample import Sample
from engine.services.world import read_world
from tests.content.test_samples import BY_NAME, FILES, RELEASE, SAMPLES

Shown = Mapping[str, Mapping[Any, str]]

#: by process, switch and value: the sample case
SHOWN: Mapping[str, Shown] = {
    "chengdu/activity-publication": {
        "activity_check": {True: "chengdu/activity-published", False: "chengdu/activity-unchecked"},
    },
    "chengdu/committee-review": {
        "resubmit_to": {
            "first_level": "chengdu/committee-junior",
            "returning_level": "chengdu/committee-switches",
        },
        "recommendation_form": {
            "required": "chengdu/committee-switches",
            "optional": "chengdu/committee-recommendation-optional",
            "hidden": "chengdu/committee-middle",
        },
        "scheme_required": {True: "chengdu/committee-middle", False: "chengdu/committee-switches"},
        "payment_mode": {
            "platform": "chengdu/committee-payment",
            "recorded": "chengdu/committee-senior",
        },
        "duplicate_application": {
            "per_activity": "chengdu/committee-middle",
            "per_year": "chengdu/committee-switches",
        },
        "return_deadline": {
            "none": "chengdu/committee-junior",
            "from_activity": "chengdu/committee-switches",
        },
        "reissue_after_revocation": {
            True: "chengdu/committee-middle",
            False: "chengdu/committee-middle",
        },
    },
    "chengdu/initial-confirmation": {
        "resubmit_to": {
            "first_level": "chengdu/initial-returned-in-layers",
            "returning_level": "chengdu/initial-resubmit-to-returning-level",
        },
        "recommendation_form": {
            "required": "chengdu/initial-recommendation",
            "optional": "chengdu/initial-recommendation-optional",
            "hidden": "chengdu/initial-confirmation",
        },
        "reissue_after_revocation": {
            True: "chengdu/initial-confirmation",
            False: "chengdu/initial-confirmation",
        },
    },
    "chengdu/recognition": {
        "resubmit_to": {
            "first_level": "chengdu/recognition-returned",
            "returning_level": "chengdu/recognition-switches",
        },
        "recommendation_form": {
            "required": "chengdu/recognition-switches",
            "optional": "chengdu/recognition-returned",
            "hidden": "chengdu/recognition",
        },
        "reissue_after_revocation": {True: "chengdu/recognition", False: "chengdu/recognition"},
    },
    "sichuan/activity-publication": {
        "activity_check": {True: "sichuan/activity-published", False: "sichuan/activity-unchecked"},
    },
    "sichuan/entrusted-review": {
        "resubmit_to": {
            "first_level": "sichuan/entrusted-returned",
            "returning_level": "sichuan/entrusted-rejected",
        },
    },
    "sichuan/socialised-review": {
        "resubmit_to": {
            "first_level": "sichuan/returned-at-superior",
            "returning_level": "sichuan/resubmit-to-returning-level",
        },
        "internal_review_steps": {"one": "sichuan/one-stage-review", "two": "sichuan/happy-path"},
        "recommendation_form": {
            "required": "sichuan/recommendation-required",
            "optional": "sichuan/recommendation-optional",
            "hidden": "sichuan/recommendation-hidden",
        },
        "scheme_required": {True: "sichuan/scheme-required", False: "sichuan/happy-path"},
        "payment_mode": {
            "platform": "sichuan/payment-platform",
            "recorded": "sichuan/payment",
        },
        "duplicate_application": {
            "per_activity": "sichuan/barred-in-the-series",
            "per_year": "sichuan/one-application-per-year",
        },
        "return_deadline": {
            "none": "sichuan/return-without-deadline",
            "from_activity": "sichuan/return-deadline-of-the-activity",
            "per_return_required": "sichuan/returned-at-unit",
            "per_return_optional": "sichuan/return-deadline-left-open",
        },
        "return_deadline_of_two": {
            "given": "sichuan/return-deadline-given",
            "earlier": "sichuan/return-deadline-earlier",
            "later": "sichuan/return-deadline-later",
        },
        "route_resolution": {
            "pinned_at_start": "sichuan/superior-changes-meanwhile",
            "at_each_step": "sichuan/one-stage-review",
        },
        "reissue_after_revocation": {True: "sichuan/happy-path", False: "sichuan/happy-path"},
        "bar_scope": {
            "person_year": "sichuan/barred-until-year-end",
            "person_year_mode": "sichuan/barred-in-the-mode",
            "person_year_series": "sichuan/barred-in-the-series",
            "none": "sichuan/not-barred",
        },
        "overdue_outcome": {
            "none": "sichuan/overdue-and-extension",
            "discarded": "sichuan/overdue-discarded",
        },
        "re_review": {
            "until_concluded": "sichuan/no-second-review-after-conclusion",
            "same_year": "sichuan/no-second-review-next-year",
        },
    },
    "sichuan/superior-change": {
        "superior_change_approval": {
            "new": "sichuan/superior-change",
            "both": "sichuan/superior-change-both",
        },
    },
    "tianjin/activity-publication": {
        "activity_check": {True: "tianjin/activity-published", False: "tianjin/activity-unchecked"},
    },
    "tianjin/exam-in-lieu": {
        "resubmit_to": {
            "first_level": "tianjin/exam-returned",
            "returning_level": "tianjin/exam-switches",
        },
        "internal_review_steps": {"one": "tianjin/exam-switches", "two": "tianjin/exam"},
        "recommendation_form": {
            "required": "tianjin/exam",
            "optional": "tianjin/exam-switches",
            "hidden": "tianjin/exam-limited",
        },
        "override_skips_levels": {True: "tianjin/exam-returned", False: "tianjin/exam-switches"},
        "route_resolution": {
            "pinned_at_start": "tianjin/exam-limited",
            "at_each_step": "tianjin/exam-switches",
        },
        "reissue_after_revocation": {True: "tianjin/exam", False: "tianjin/exam"},
        "quota_limit": {True: "tianjin/exam-limited", False: "tianjin/exam"},
    },
    "tianjin/self-appointment": {
        "resubmit_to": {
            "first_level": "tianjin/appointment-returned",
            "returning_level": "tianjin/appointment-switches",
        },
        "internal_review_steps": {
            "one": "tianjin/appointment-switches",
            "two": "tianjin/appointment",
        },
        "recommendation_form": {
            "required": "tianjin/appointment",
            "optional": "tianjin/appointment-switches",
            "hidden": "tianjin/appointment-limited",
        },
        "override_skips_levels": {
            True: "tianjin/appointment-returned",
            False: "tianjin/appointment-switches",
        },
        "route_resolution": {
            "pinned_at_start": "tianjin/appointment-returned",
            "at_each_step": "tianjin/appointment-switches",
        },
        "reissue_after_revocation": {True: "tianjin/appointment", False: "tianjin/appointment"},
        "quota_limit": {True: "tianjin/appointment-limited", False: "tianjin/appointment"},
    },
    "tianjin/self-review": {
        "resubmit_to": {
            "first_level": "tianjin/self-review-returned",
            "returning_level": "tianjin/self-review-switches",
        },
        "internal_review_steps": {
            "one": "tianjin/self-review-switches",
            "two": "tianjin/self-review",
        },
        "recommendation_form": {
            "required": "tianjin/self-review",
            "optional": "tianjin/self-review-switches",
            "hidden": "tianjin/self-review-limited",
        },
        "scheme_required": {True: "tianjin/self-review-switches", False: "tianjin/self-review"},
        "payment_mode": {
            "platform": "tianjin/self-review-payment",
            "recorded": "tianjin/self-review-switches",
        },
        "duplicate_application": {
            "per_activity": "tianjin/self-review-returned",
            "per_year": "tianjin/self-review-switches",
        },
        "return_deadline": {
            "none": "tianjin/self-review-switches",
            "from_activity": "tianjin/self-review-returned",
        },
        "override_skips_levels": {
            True: "tianjin/self-review-returned",
            False: "tianjin/self-review-switches",
        },
        "route_resolution": {
            "pinned_at_start": "tianjin/self-review-returned",
            "at_each_step": "tianjin/self-review-switches",
        },
        "reissue_after_revocation": {True: "tianjin/self-review", False: "tianjin/self-review"},
        "quota_limit": {True: "tianjin/self-review-limited", False: "tianjin/self-review"},
    },
    "tianjin/socialised-review": {
        "resubmit_to": {
            "first_level": "tianjin/returned-at-superior",
            "returning_level": "tianjin/resubmit-to-returning-level",
        },
        "internal_review_steps": {"one": "tianjin/one-stage-review", "two": "tianjin/happy-path"},
        "recommendation_form": {
            "required": "tianjin/happy-path",
            "optional": "tianjin/recommendation-optional",
            "hidden": "tianjin/recommendation-hidden",
        },
        "scheme_required": {True: "tianjin/scheme-normal", False: "tianjin/happy-path"},
        "payment_mode": {
            "platform": "tianjin/payment-platform",
            "recorded": "tianjin/payment",
        },
        "duplicate_application": {
            "per_activity": "tianjin/start-refused",
            "per_year": "tianjin/one-application-per-year",
        },
        "return_deadline": {
            "none": "tianjin/returned-without-deadline",
            "from_activity": "tianjin/overdue-and-extension",
        },
        "override_skips_levels": {
            True: "tianjin/off-default-path",
            False: "tianjin/override-through-the-levels",
        },
        "route_resolution": {
            "pinned_at_start": "tianjin/superior-changes-meanwhile",
            "at_each_step": "tianjin/superior-followed",
        },
        "reissue_after_revocation": {
            True: "tianjin/certificates-in-bulk",
            False: "tianjin/certificates-in-bulk",
        },
        "quota_limit": {True: "tianjin/quota-limit", False: "tianjin/happy-path"},
    },
    "tianjin/superior-change": {
        "superior_change_approval": {
            "new": "tianjin/superior-change",
            "both": "tianjin/superior-change-both",
        },
    },
}
#: the activities of each world
ACTIVITIES = {
    name: read_world(FILES, name).registers["activities"]
    for name in ("chengdu", "sichuan", "tianjin")
}
#: switches that name something and have no list of values
NAMES = {"evaluation_mode", "support_address", "mail_subject"}


def values_of(process: str) -> Mapping[str, tuple[Any, ...]]:
    """The values of each switch of a process."""
    return {
        name: policy.values or (True, False)
        for name, policy in RELEASE.processes[process].process.policy.items()
        if name not in NAMES
    }


def with_other(sample: Sample, process: str, switch: str, value: Any, other: Any) -> Sample:
    """The sample with another value wherever the content, an activity or itself sets this one."""

    def changed(change: Mapping[str, Any]) -> dict[str, Any]:
        policy, registers = change.get("policy") or {}, change.get("registers") or {}
        if policy.get(process, {}).get(switch) == value:
            policy = {**policy, process: {**policy[process], switch: other}}
        if "activities" in registers:
            activities = {
                key: {**fields, switch: other} if fields.get(switch) == value else fields
                for key, fields in registers["activities"].items()
            }
            registers = {**registers, "activities": activities}
        return {**change, "policy": policy, "registers": registers}

    given = changed(sample.given)
    steps = tuple(replace(step, change=changed(step.change)) for step in sample.steps)
    given["policy"] = {
        **given["policy"],
        process: {switch: other, **given["policy"].get(process, {})},
    }
    if "activity" in RELEASE.processes[process].process.policy[switch].set_by:
        # What the world says of the activities is more than the content says.
        known = {key: fields.get(switch) for key, fields in ACTIVITIES[sample.worlds[0]].items()}
        theirs = {key: {switch: other} for key, found in known.items() if found == value}
        own = given["registers"].get("activities", {})
        joined = {key: {**theirs.get(key, {}), **own.get(key, {})} for key in {**theirs, **own}}
        given["registers"] = {**given["registers"], "activities": joined}
    return replace(sample, given=given, steps=steps)


def test_every_switch_of_every_process_is_listed():
    assert {name: dict.fromkeys(one) for name, one in SHOWN.items()} == {
        name: dict.fromkeys(values_of(name)) for name in RELEASE.processes if values_of(name)
    }


@pytest.mark.req("ENG-08", "TST-02")
@pytest.mark.parametrize("process", SHOWN)
def test_a_sample_of_a_value_comes_out_otherwise_with_any_other(process):
    same = []
    for switch, values in values_of(process).items():
        assert set(SHOWN[process][switch]) == set(values), switch
        for value, name in SHOWN[process][switch].items():
            for other in values:
                if other != value:
                    changed = with_other(BY_NAME[name], process, switch, value, other)
                    (result,) = SAMPLES.run([changed])
                    if result.ok:
                        same.append(f"{switch}: {name} with {other} instead of {value}")
    assert not same


TIANJIN, SICHUAN, CHENGDU = (
    f"definitions/processes/{one}" for one in ("tianjin", "sichuan", "chengdu")
)
#: what no switch decides but the content: where it says it, as what else, and the sample of it
WRITTEN = [
    (
        "tianjin/returned-at-superior",
        f"{TIANJIN}/socialised-review.yaml",
        (
            "return: &return {title: 不通过, to: fill,",
            "return: &return {title: 不通过, to: previous,",
        ),
    ),
    (
        "chengdu/initial-returned-in-layers",
        f"{CHENGDU}/initial-confirmation.yaml",
        (
            "to: previous\n        relay: true\n        ask: [return_",
            "to: fill\n        ask: [return_",
        ),
    ),
    (
        "tianjin/self-review-extended",
        f"{TIANJIN}/self-review.yaml",
        ("when: any_time", "when: after_expiry"),
    ),
    (
        "sichuan/overdue-and-extension",
        f"{SICHUAN}/socialised-review.yaml",
        ("when: after_expiry", "when: any_time"),
    ),
    (
        "sichuan/inserted-units",
        f"{SICHUAN}/socialised-review.yaml",
        (
            "        insert: input.next_reviewers\n        to: superiors\n",
            "        to: superiors\n",
        ),
    ),
    (
        "chengdu/initial-confirmation",
        f"{CHENGDU}/initial-confirmation.yaml",
        (
            "{route: chengdu/initial-confirmation, key: {level: data.settings.level},",
            "{route: superior,",
        ),
    ),
    (
        "sichuan/bulk",
        f"{SICHUAN}/socialised-review.yaml",
        ("        ask: failing\n", "        ask: failing\n        bulk: true\n"),
    ),
    (
        "chengdu/one-by-one",
        f"{CHENGDU}/initial-confirmation.yaml",
        ("to: institutions, ask: [opinion]}", "to: institutions, ask: [opinion], bulk: true}"),
    ),
    (
        "chengdu/one-by-one",
        f"{CHENGDU}/committee-review.yaml",
        ("to: next, ask: [opinion]}", "to: next, ask: [opinion], bulk: true}"),
    ),
    (
        "tianjin/one-stage-review",
        f"{TIANJIN}/socialised-review.yaml",
        ("recommendation_form, stage: second}", "recommendation_form, stage: first}"),
    ),
    (
        "tianjin/happy-path",
        f"{TIANJIN}/socialised-review.yaml",
        ("recommendation_form, stage: second}", "recommendation_form, stage: first}"),
    ),
    (
        "tianjin/applicant-withdraws",
        f"{TIANJIN}/socialised-review.yaml",
        ("        to: unit\n", "        to: unit\n        withdraw: until_next_opens\n"),
    ),
    (
        "tianjin/returned-at-reception",
        f"{TIANJIN}/socialised-review.yaml",
        ("        withdraw: never\n", ""),
    ),
    (
        "tianjin/complaint-opened",
        f"{TIANJIN}/complaint.yaml",
        (", withdraw: until_next_opens", ""),
    ),
]
MEMORY = Memory()


@pytest.mark.req("ENG-08", "TST-02")
@pytest.mark.parametrize(("sample", "file", "other"), WRITTEN)
def test_a_sample_of_what_the_content_says_comes_out_otherwise_where_it_says_otherwise(
    sample, file, other
):
    """A route that led along the tree of units anyway showed no route; five others showed less."""
    text = FILES[file].decode()
    assert other[0] in text
    files = {**FILES, file: text.replace(*other).encode()}
    loaded = load(below(files), MEMORY)
    assert loaded.release is not None, render(loaded.problems, loaded.sources)

    changed = samples_of(files, loaded.release)
    (result,) = changed.run(
        [one for one in changed.samples if one.file.endswith(f"/{sample}.yaml")]
    )

    assert not result.ok
