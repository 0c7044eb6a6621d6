"""Every sample case comes out as written, and its journal tells the same story as the database.

A sample names in ``covers`` what its author had in mind. The marks here name what it proves: each
stands for something that the sample would refuse to replay without.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache

import pytest

from engine.authoring.node import Node
from engine.bootstrap import samples_of
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.process import Choice
from engine.definitions.release import load
from engine.runtime.context import Context
from engine.runtime.run import Run
from engine.services.branches import branches_of, taken
from engine.services.recording import Recorder, leaves
from engine.services.world import read_world
from tests.support.coverage_req import requirements

FILES = read_files(bundled(), FOLDERS)
RELEASE = load(below(FILES)).release
assert RELEASE is not None
SAMPLES = samples_of(FILES, RELEASE)
BY_NAME = {
    sample.file.removeprefix("examples/cases/").removesuffix(".yaml"): sample
    for sample in SAMPLES.samples
}

PROVING = [
    pytest.param(
        "chengdu/initial-confirmation",
        marks=pytest.mark.req("APP-40", "BUR-16", "BUR-34", "BUR-35", "CERT-06", "CERT-15"),
    ),
    pytest.param("chengdu/activity-published", marks=pytest.mark.req("COM-01", "COM-04", "ENG-09")),
    pytest.param("chengdu/activity-unchecked", marks=pytest.mark.req("COM-04", "ENG-08")),
    pytest.param("chengdu/activity-without-end", marks=pytest.mark.req("COM-04")),
    pytest.param("sichuan/activity-published", marks=pytest.mark.req("COM-01", "COM-04", "ENG-09")),
    pytest.param("sichuan/activity-unchecked", marks=pytest.mark.req("COM-04", "ENG-08")),
    pytest.param("sichuan/activity-without-end", marks=pytest.mark.req("COM-04")),
    pytest.param("tianjin/activity-published", marks=pytest.mark.req("COM-01", "COM-04", "ENG-09")),
    pytest.param("tianjin/activity-unchecked", marks=pytest.mark.req("COM-04", "ENG-08")),
    pytest.param("tianjin/activity-without-end", marks=pytest.mark.req("COM-04")),
    pytest.param("chengdu/certificate-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param("chengdu/certificate-not-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param("chengdu/committee-junior", marks=pytest.mark.req("REV-10", "REV-11", "COM-18")),
    pytest.param("chengdu/committee-middle", marks=pytest.mark.req("BUR-16", "ENG-06", "SCH-08")),
    pytest.param("chengdu/committee-of-the-route", marks=pytest.mark.req("BUR-36", "BUR-37")),
    pytest.param("chengdu/committee-payment", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("chengdu/committee-recommendation-optional", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/committee-senior", marks=pytest.mark.req("COM-14", "COM-15", "SCH-14")),
    pytest.param("chengdu/committee-switches", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/initial-recommendation", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/initial-recommendation-optional", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/initial-refused", marks=pytest.mark.req("APP-35", "BLK-05", "BUR-12")),
    pytest.param("chengdu/initial-resubmit-to-returning-level", marks=pytest.mark.req("ENG-08")),
    pytest.param(
        "chengdu/initial-returned-in-layers",
        marks=pytest.mark.req("REV-10", "REV-11", "BUR-36", "BUR-37"),
    ),
    pytest.param("chengdu/one-by-one", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/numbers", marks=pytest.mark.req("CERT-03", "CERT-07", "BUR-23")),
    pytest.param("chengdu/recognition", marks=pytest.mark.req("CERT-08")),
    pytest.param("chengdu/recognition-switches", marks=pytest.mark.req("ENG-08")),
    pytest.param("chengdu/recognition-returned", marks=pytest.mark.req("REV-10")),
    pytest.param("sichuan/applicant-withdraws", marks=pytest.mark.req("APP-21", "APP-22")),
    pytest.param("sichuan/barred-until-year-end", marks=pytest.mark.req("APP-30", "REV-08")),
    pytest.param("sichuan/barred-in-the-mode", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/barred-in-the-series", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/not-barred", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/return-deadline-left-open", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/return-deadline-given", marks=pytest.mark.req("ENG-08", "REV-07")),
    pytest.param("sichuan/return-deadline-earlier", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/return-deadline-later", marks=pytest.mark.req("ENG-08")),
    pytest.param("tianjin/category-not-offered", marks=pytest.mark.req("COM-01")),
    pytest.param("tianjin/filing-number-used", marks=pytest.mark.req("SCH-13")),
    pytest.param("sichuan/return-deadline-of-the-activity", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/return-without-deadline", marks=pytest.mark.req("ENG-08")),
    pytest.param("tianjin/override-through-the-levels", marks=pytest.mark.req("ENG-08")),
    pytest.param("tianjin/returned-without-deadline", marks=pytest.mark.req("ENG-08")),
    pytest.param("sichuan/barred-while-another-is-open", marks=pytest.mark.req("APP-30", "REV-08")),
    pytest.param("sichuan/beside-tianjin", marks=pytest.mark.req("ENG-20", "REV-22")),
    pytest.param("sichuan/bulk", marks=pytest.mark.req("UNIT-16", "UNIT-17")),
    pytest.param("sichuan/certificate-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param("sichuan/certificate-not-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param("sichuan/complaint", marks=pytest.mark.req("APP-39")),
    pytest.param("sichuan/defence-notice", marks=pytest.mark.req("COM-08")),
    pytest.param("sichuan/discard", marks=pytest.mark.req("APP-23", "APP-36")),
    pytest.param("sichuan/evidence-required", marks=pytest.mark.req("DEPT-10", "PROF-34")),
    pytest.param("tianjin/evidence-required", marks=pytest.mark.req("DEPT-10", "PROF-34")),
    pytest.param("sichuan/no-second-review-next-year", marks=pytest.mark.req("ENG-08", "REV-30")),
    pytest.param("sichuan/superior-change-both", marks=pytest.mark.req("ENG-08", "ORG-23")),
    pytest.param("tianjin/superior-change-both", marks=pytest.mark.req("ENG-08", "ORG-23")),
    pytest.param("sichuan/superior-change", marks=pytest.mark.req("ORG-12", "ORG-23")),
    pytest.param("sichuan/overdue-discarded", marks=pytest.mark.req("ENG-08", "ENG-09", "REV-31")),
    pytest.param("tianjin/common-opinions", marks=pytest.mark.req("REV-02", "REV-28")),
    pytest.param("tianjin/common-opinions-shared", marks=pytest.mark.req("ENG-08", "REV-28")),
    pytest.param("tianjin/economics-series", marks=pytest.mark.req("ORG-24")),
    pytest.param("tianjin/locked-unit-fields", marks=pytest.mark.req("ENG-08", "ORG-19")),
    pytest.param("tianjin/messages-by-role", marks=pytest.mark.req("COM-12", "MSG-01", "MSG-04")),
    pytest.param("tianjin/records-kept", marks=pytest.mark.req("BLK-03", "BUR-07")),
    pytest.param("sichuan/superior-changes-meanwhile", marks=pytest.mark.req("ENG-08", "ORG-31")),
    pytest.param("sichuan/unit-registration", marks=pytest.mark.req("ORG-12", "ORG-14")),
    pytest.param(
        "tianjin/superior-change", marks=pytest.mark.req("ORG-12", "ORG-14", "ORG-15", "ORG-23")
    ),
    pytest.param("tianjin/superior-change-discarded", marks=pytest.mark.req("ORG-23")),
    pytest.param("tianjin/unit-created", marks=pytest.mark.req("ORG-17")),
    pytest.param("tianjin/unit-registration", marks=pytest.mark.req("ORG-12", "ORG-14", "ORG-15")),
    pytest.param("sichuan/failed-at-authority", marks=pytest.mark.req("REV-08", "REV-09")),
    pytest.param("sichuan/failed-at-reception", marks=pytest.mark.req("REV-08", "REV-09")),
    pytest.param("sichuan/failed-at-superior", marks=pytest.mark.req("REV-08", "REV-09")),
    pytest.param("sichuan/failed-at-unit", marks=pytest.mark.req("REV-08", "REV-09", "APP-30")),
    pytest.param("sichuan/filing-discarded", marks=pytest.mark.req("ENG-19")),
    pytest.param("sichuan/filing-returned-and-held", marks=pytest.mark.req("SCH-14")),
    pytest.param("sichuan/meeting-no-quorum", marks=pytest.mark.req("ENG-19")),
    pytest.param("sichuan/objection-reevaluated", marks=pytest.mark.req("ENG-19")),
    pytest.param("sichuan/scheme-returned", marks=pytest.mark.req("SCH-07")),
    pytest.param("tianjin/objection-twice", marks=pytest.mark.req("COM-18")),
    pytest.param("tianjin/scheme-special-returned", marks=pytest.mark.req("SCH-03")),
    pytest.param("sichuan/filing-rejected", marks=pytest.mark.req("SCH-13", "ENG-19")),
    pytest.param(
        "sichuan/happy-path",
        marks=pytest.mark.req(
            "ORG-01", "UNIT-08", "UNIT-18", "REV-04", "REV-05", "COM-09", "ENG-19"
        ),
    ),
    pytest.param("sichuan/hard-first-deadline", marks=pytest.mark.req("APP-24")),
    pytest.param("sichuan/inserted-unit-returns-and-fails", marks=pytest.mark.req("REV-25")),
    pytest.param("sichuan/inserted-units", marks=pytest.mark.req("UNIT-15", "REV-25", "ENG-07")),
    pytest.param("sichuan/meeting-cancelled", marks=pytest.mark.req("ENG-19")),
    pytest.param("sichuan/no-second-review-after-conclusion", marks=pytest.mark.req("REV-30")),
    pytest.param("sichuan/not-passed", marks=pytest.mark.req("COM-18")),
    pytest.param("sichuan/objections", marks=pytest.mark.req("COM-18")),
    pytest.param("sichuan/one-application-per-year", marks=pytest.mark.req("APP-36", "ENG-08")),
    pytest.param("sichuan/one-stage-review", marks=pytest.mark.req("REV-04", "ENG-08")),
    pytest.param(
        "sichuan/overdue-and-extension",
        marks=pytest.mark.req("APP-26", "REV-16", "REV-17", "REV-31"),
    ),
    pytest.param("sichuan/own-staff-of-authority", marks=pytest.mark.req("ORG-01", "ENG-06")),
    pytest.param("sichuan/own-staff-with-inserted-unit", marks=pytest.mark.req("UNIT-15")),
    pytest.param("sichuan/payment", marks=pytest.mark.req("COM-14")),
    pytest.param("sichuan/payment-platform", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("sichuan/recommendation-hidden", marks=pytest.mark.req("UNIT-08", "ENG-08")),
    pytest.param("sichuan/recommendation-optional", marks=pytest.mark.req("UNIT-08", "UNIT-10")),
    pytest.param("sichuan/recommendation-required", marks=pytest.mark.req("UNIT-08", "ENG-08")),
    pytest.param("sichuan/resubmit-to-returning-level", marks=pytest.mark.req("REV-19", "ENG-08")),
    pytest.param(
        "sichuan/returned-at-authority", marks=pytest.mark.req("REV-07", "REV-20", "MSG-08")
    ),
    pytest.param(
        "sichuan/returned-at-reception", marks=pytest.mark.req("REV-07", "REV-20", "COM-05")
    ),
    pytest.param("sichuan/returned-at-superior", marks=pytest.mark.req("REV-07", "REV-20")),
    pytest.param("sichuan/returned-at-unit", marks=pytest.mark.req("REV-07", "REV-20", "APP-25")),
    pytest.param("sichuan/reviewer-withdraws", marks=pytest.mark.req("REV-12", "REV-13")),
    pytest.param("sichuan/scheme-required", marks=pytest.mark.req("SCH-07", "ENG-19")),
    pytest.param("sichuan/scheme-special", marks=pytest.mark.req("SCH-02", "SCH-03")),
    pytest.param(
        "sichuan/entrusted", marks=pytest.mark.req("ENT-01", "ENT-03", "ENT-04", "ENT-05")
    ),
    pytest.param("sichuan/entrusted-objections", marks=pytest.mark.req("ENT-05")),
    pytest.param("sichuan/entrusted-rejected", marks=pytest.mark.req("ENT-03", "ENT-04")),
    pytest.param("sichuan/entrusted-returned", marks=pytest.mark.req("ENT-03")),
    pytest.param("tianjin/signers", marks=pytest.mark.req("ENG-05")),
    pytest.param("tianjin/experts-drawn", marks=pytest.mark.req("COM-07", "COM-19", "EXP-05")),
    pytest.param("tianjin/stationed-unit", marks=pytest.mark.req("ENT-04", "ORG-06")),
    pytest.param("sichuan/talent", marks=pytest.mark.req("TAL-01", "TAL-02", "TAL-05", "TAL-07")),
    pytest.param("sichuan/talent-returned", marks=pytest.mark.req("TAL-04", "TAL-08")),
    pytest.param("sichuan/talent-terminated", marks=pytest.mark.req("TAL-03", "TAL-08")),
    pytest.param("tianjin/activity-concluded", marks=pytest.mark.req("APP-38", "COM-04")),
    pytest.param(
        "tianjin/appointment",
        marks=pytest.mark.req("APP-33", "CERT-08", "CERT-20", "DEPT-04"),
    ),
    pytest.param("tianjin/appointment-limited", marks=pytest.mark.req("QTA-03")),
    pytest.param("tianjin/appointment-refused", marks=pytest.mark.req("APP-35", "APP-23")),
    pytest.param("tianjin/appointment-returned", marks=pytest.mark.req("REV-06")),
    pytest.param("tianjin/appointment-switches", marks=pytest.mark.req("REV-19", "ENG-08")),
    pytest.param(
        "tianjin/applicant-withdraws", marks=pytest.mark.req("APP-21", "APP-22", "REV-13")
    ),
    pytest.param("tianjin/blacklisted-meanwhile", marks=pytest.mark.req("APP-35")),
    pytest.param("tianjin/bulk-pass", marks=pytest.mark.req("UNIT-16")),
    pytest.param("tianjin/bulk-return", marks=pytest.mark.req("UNIT-17", "REV-24")),
    pytest.param("tianjin/bureau-extends", marks=pytest.mark.req("REV-17")),
    pytest.param("tianjin/category-check", marks=pytest.mark.req("APP-08")),
    pytest.param("tianjin/certificate-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param("tianjin/certificate-not-corrected", marks=pytest.mark.req("CERT-19")),
    pytest.param(
        "tianjin/certificates-in-bulk", marks=pytest.mark.req("CERT-04", "CERT-06", "SEC-01")
    ),
    pytest.param("tianjin/complaint-opened", marks=pytest.mark.req("REV-13", "ENG-08")),
    pytest.param("tianjin/self-review-extended", marks=pytest.mark.req("REV-17", "ENG-08")),
    pytest.param("tianjin/complaint-discarded", marks=pytest.mark.req("APP-39")),
    pytest.param("tianjin/complaint", marks=pytest.mark.req("APP-39")),
    pytest.param("tianjin/copied-and-reminded", marks=pytest.mark.req("REV-15", "ENG-05")),
    pytest.param("tianjin/correction", marks=pytest.mark.req("ACC-13", "ACC-15")),
    pytest.param("tianjin/correction-refused", marks=pytest.mark.req("ACC-15")),
    pytest.param("tianjin/defence-notice", marks=pytest.mark.req("COM-08")),
    pytest.param("tianjin/discard", marks=pytest.mark.req("APP-23")),
    pytest.param("tianjin/exception-category", marks=pytest.mark.req("APP-09", "APP-13")),
    pytest.param("tianjin/exam", marks=pytest.mark.req("APP-34", "CERT-08", "DEPT-05")),
    pytest.param("tianjin/exam-limited", marks=pytest.mark.req("QTA-03")),
    pytest.param("tianjin/exam-returned", marks=pytest.mark.req("REV-06", "DEPT-05")),
    pytest.param("tianjin/exam-switches", marks=pytest.mark.req("REV-19", "ENG-08")),
    pytest.param("tianjin/expert-recommended", marks=pytest.mark.req("EXP-02", "EXP-03", "EXP-04")),
    pytest.param("tianjin/experts-matched", marks=pytest.mark.req("EXP-05")),
    pytest.param("tianjin/education-import", marks=pytest.mark.req("ENG-17", "PROF-07")),
    pytest.param("tianjin/expert-taken-back", marks=pytest.mark.req("EXP-04", "EXP-06")),
    pytest.param("sichuan/expert-recommended", marks=pytest.mark.req("EXP-06")),
    pytest.param("tianjin/filing-discarded", marks=pytest.mark.req("ENG-19")),
    pytest.param("tianjin/filing-hold", marks=pytest.mark.req("SCH-14", "ENG-19")),
    pytest.param("tianjin/filing-rejected", marks=pytest.mark.req("SCH-13", "ENG-19")),
    pytest.param("tianjin/filing-returned", marks=pytest.mark.req("ENG-19")),
    pytest.param(
        "tianjin/happy-path",
        marks=pytest.mark.req(
            "UNIT-18", "DEPT-03", "DEPT-08", "COM-09", "CERT-06", "REV-04", "REV-05", "ENG-19"
        ),
    ),
    pytest.param("tianjin/handed-over", marks=pytest.mark.req("ENG-04", "ENG-05")),
    pytest.param("tianjin/substitute", marks=pytest.mark.req("ENG-04", "REV-26")),
    pytest.param("tianjin/hard-first-deadline", marks=pytest.mark.req("APP-24", "APP-19")),
    pytest.param("tianjin/incomplete-submission", marks=pytest.mark.req("APP-19", "APP-20")),
    pytest.param("tianjin/meeting-cancelled", marks=pytest.mark.req("ENG-19")),
    pytest.param("tianjin/meeting-expert-declines", marks=pytest.mark.req("COM-19", "ENG-12")),
    pytest.param("tianjin/meeting-fails-one", marks=pytest.mark.req("COM-18", "ENG-19")),
    pytest.param("tianjin/meeting-no-quorum", marks=pytest.mark.req("ENG-19")),
    pytest.param("tianjin/meeting-not-complete", marks=pytest.mark.req("COM-06")),
    pytest.param("tianjin/objection-dismissed", marks=pytest.mark.req("COM-09")),
    pytest.param("tianjin/objection-reevaluated", marks=pytest.mark.req("ENG-19")),
    pytest.param("tianjin/objection-upheld", marks=pytest.mark.req("COM-18")),
    pytest.param("tianjin/off-default-path", marks=pytest.mark.req("UNIT-13", "DEPT-09", "ENG-07")),
    pytest.param("tianjin/one-application-per-year", marks=pytest.mark.req("APP-36", "ENG-08")),
    pytest.param("tianjin/one-stage-review", marks=pytest.mark.req("REV-04", "ENG-08")),
    pytest.param(
        "tianjin/overdue-and-extension",
        marks=pytest.mark.req("APP-26", "REV-16", "REV-17", "REV-31", "ENG-09"),
    ),
    pytest.param("tianjin/certificate-licence", marks=pytest.mark.req("ENG-17", "CERT-12")),
    pytest.param("tianjin/payment", marks=pytest.mark.req("COM-14")),
    pytest.param("tianjin/payment-not-paid", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("tianjin/payment-order-refused", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("tianjin/payment-platform", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("tianjin/own-application", marks=pytest.mark.req("REV-29", "ACC-18")),
    pytest.param("tianjin/post-managed-unit", marks=pytest.mark.req("UNIT-10")),
    pytest.param("tianjin/post-quota", marks=pytest.mark.req("QTA-01", "QTA-02")),
    pytest.param("tianjin/post-quota-discarded", marks=pytest.mark.req("QTA-02")),
    pytest.param("tianjin/post-quota-not-confirmed", marks=pytest.mark.req("QTA-02")),
    pytest.param("tianjin/post-quota-refused", marks=pytest.mark.req("QTA-02")),
    pytest.param("tianjin/post-quota-returned", marks=pytest.mark.req("QTA-02")),
    pytest.param("tianjin/quota-limit", marks=pytest.mark.req("QTA-03", "ENG-08")),
    pytest.param("tianjin/recommendation-hidden", marks=pytest.mark.req("UNIT-08", "ENG-08")),
    pytest.param(
        "tianjin/recommendation-optional", marks=pytest.mark.req("UNIT-08", "UNIT-10", "ENG-08")
    ),
    pytest.param("tianjin/resubmit-to-returning-level", marks=pytest.mark.req("REV-19", "ENG-08")),
    pytest.param(
        "tianjin/returned-at-department", marks=pytest.mark.req("REV-06", "REV-20", "MSG-08")
    ),
    pytest.param("tianjin/returned-at-reception", marks=pytest.mark.req("REV-20", "COM-05")),
    pytest.param("tianjin/returned-at-superior", marks=pytest.mark.req("REV-06", "REV-20")),
    pytest.param("tianjin/returned-at-unit", marks=pytest.mark.req("REV-06", "REV-20")),
    pytest.param("tianjin/reviewer-withdraws", marks=pytest.mark.req("REV-12", "REV-13")),
    pytest.param("chengdu/groups-refused", marks=pytest.mark.req("SCH-07", "SCH-14")),
    pytest.param("chengdu/start-refused", marks=pytest.mark.req("APP-02", "APP-35")),
    pytest.param("sichuan/groups-refused", marks=pytest.mark.req("SCH-07", "SCH-14")),
    pytest.param("tianjin/groups-refused", marks=pytest.mark.req("SCH-07", "SCH-14")),
    pytest.param("chengdu/recognition-refused", marks=pytest.mark.req("APP-35", "BLK-05")),
    pytest.param("sichuan/start-refused", marks=pytest.mark.req("APP-02", "APP-35", "BLK-05")),
    pytest.param("tianjin/exam-refused", marks=pytest.mark.req("APP-35", "BLK-05")),
    pytest.param("chengdu/roles", marks=pytest.mark.req("TST-07")),
    pytest.param("chengdu/roles-committee", marks=pytest.mark.req("TST-07")),
    pytest.param("sichuan/roles", marks=pytest.mark.req("TST-07")),
    pytest.param("sichuan/roles-entrusted", marks=pytest.mark.req("TST-07")),
    pytest.param("sichuan/roles-otherwise", marks=pytest.mark.req("TST-07")),
    pytest.param("tianjin/roles", marks=pytest.mark.req("TST-07")),
    pytest.param("tianjin/roles-otherwise", marks=pytest.mark.req("TST-07")),
    pytest.param("tianjin/scheme-discarded", marks=pytest.mark.req("SCH-07")),
    pytest.param(
        "tianjin/scheme-normal",
        marks=pytest.mark.req("SCH-06", "SCH-07", "SCH-08", "COM-06", "COM-11", "ENG-19"),
    ),
    pytest.param("tianjin/scheme-special", marks=pytest.mark.req("SCH-02", "SCH-03", "COM-11")),
    pytest.param("tianjin/scores", marks=pytest.mark.req("COM-07", "SCH-08")),
    pytest.param("tianjin/second-submission", marks=pytest.mark.req("DEPT-02", "DEPT-07")),
    pytest.param(
        "tianjin/self-review", marks=pytest.mark.req("COM-09", "DEPT-06", "COM-10", "APP-32")
    ),
    pytest.param("tianjin/self-review-limited", marks=pytest.mark.req("QTA-03")),
    pytest.param("tianjin/self-review-objections", marks=pytest.mark.req("COM-18", "SCH-13")),
    pytest.param(
        "tianjin/self-review-refused", marks=pytest.mark.req("APP-32", "COM-10", "BUR-39")
    ),
    pytest.param("tianjin/self-review-payment", marks=pytest.mark.req("COM-14", "ENG-17")),
    pytest.param("tianjin/self-review-returned", marks=pytest.mark.req("REV-06", "COM-05")),
    pytest.param("tianjin/self-review-switches", marks=pytest.mark.req("APP-36", "ENG-08")),
    pytest.param(
        "tianjin/start-refused", marks=pytest.mark.req("APP-02", "APP-35", "APP-36", "COM-04")
    ),
    pytest.param("tianjin/superior-changes-meanwhile", marks=pytest.mark.req("ENG-04", "ORG-31")),
    pytest.param("tianjin/superior-followed", marks=pytest.mark.req("ORG-31")),
    pytest.param(
        "tianjin/two-superiors", marks=pytest.mark.req("ORG-01", "UNIT-06", "ENG-04", "ENG-06")
    ),
    pytest.param("tianjin/unit-without-superior", marks=pytest.mark.req("ENG-14")),
    pytest.param("tianjin/visibility", marks=pytest.mark.req("REV-22", "UNIT-05")),
]


def test_every_sample_can_be_read():
    assert not SAMPLES.problems


def test_every_sample_is_run():
    assert {one.values[0] for one in PROVING} == set(BY_NAME)


def choices_of(value, at=""):
    """Every choice of a definition that has conditions, with where it stands."""
    if isinstance(value, Choice):
        if len(value.cases) > 1:
            yield at, value
        for number, (_, one) in enumerate(value.cases):
            yield from choices_of(one, f"{at}[{number}]")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from choices_of(one, f"{at}.{name}")
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from choices_of(one, f"{at}[{number}]")
    elif is_dataclass(value) and not isinstance(value, Node):
        for one in fields(value):
            yield from choices_of(getattr(value, one.name), f"{at}.{one.name}")


#: the processes whose every state samples tell for each role, but for those of others alike
TOLD = {
    "chengdu/initial-confirmation": set(),
    "chengdu/committee-review": {
        "returned_overdue", "in_investigation", "not_passed_evaluation", "terminated", "discarded",
    },
    "sichuan/socialised-review": {"terminated"},
    "tianjin/socialised-review": {"terminated"},
}  # fmt: skip


def told(place):
    """The people whose view samples tell, and by process the statuses in which they do."""
    people, statuses = set(), {}
    for name, sample in BY_NAME.items():
        begun = {one: step.process for step in sample.steps for one in step.cases if step.process}
        for step in sample.steps if name.startswith(f"{place}/") else ():
            for case, wanted in step.expect.items():
                if not isinstance(wanted, Mapping) or "visible" not in wanted:
                    continue
                people |= {one for one, seen in wanted["visible"].items() if seen}
                if name.startswith(f"{place}/roles"):
                    statuses.setdefault(begun[case], set()).add(wanted["status"])
    return people, statuses


@pytest.mark.req("TST-07")
@pytest.mark.parametrize("place", ["chengdu", "sichuan", "tianjin"])
def test_samples_tell_what_each_role_sees_and_may_do_in_each_state(place):
    """Half of the roles and of the states were in no sample, nor what the engine offers."""
    people, statuses = told(place)

    held = {
        role
        for one in people
        for roles in read_world(FILES, place).people[one].get("roles", {}).values()
        for role in roles
    }
    # Who looks after the platform takes part in no case.
    roles = {one.name for one in RELEASE.roles.values() if one.id.startswith(f"{place}/")}
    assert held == roles - {"platform_admin"}
    for name in TOLD:
        if name.startswith(f"{place}/"):
            steps = RELEASE.processes[name].process.steps.values()
            reached = {value for step in steps if step.status for _, value in step.status.cases}
            assert reached - statuses[name] == TOLD[name], name


def test_samples_name_no_requirement_that_does_not_exist():
    known = requirements()
    groups = {requirement.split("-")[0] for requirement in known}
    named = {
        name
        for sample in SAMPLES.samples
        for name in sample.covers
        if re.fullmatch(r"[A-Z]+-\d+", name) and name.split("-")[0] in groups
    }

    assert named - set(known) == set()


def personal(platform):
    """Keys, names, numbers and all else that is written about people and organisations.

    What is the key of a register that is about neither (a specialty) says nothing about anybody.
    """
    found, public = set(), set()
    with platform.store.read() as unit:
        for name, register in platform.release.registers.items():
            rows = list(unit.records.every(name))
            if name not in ("people", "organisations"):
                public.update(row.key for row in rows)
                continue
            form = platform.release.forms[register.form]
            found.update(row.key for row in rows)
            for row in rows:
                texts = leaves(form.elements, row.data)
                found.update(value for element, value in texts if element.kind == "text")
    told = {one for one in found if len(one) > (5 if one.isascii() else 1)}
    return {one for one in told if not any(one in key for key in public)}


@cache
def places():
    """Where each choice of the shipped processes stands, by its identity."""
    return {
        id(choice): [name, at, len(choice.cases)]
        for name, one in RELEASE.processes.items()
        for at, choice in choices_of(one.process)
    }


def replayed(sample, folder, monkeypatch, keep=lambda _platform, _result: None):
    """Replay a sample and leave in the folder which steps, branches and rows its cases took."""
    chosen, branches, choose, guard = set(), set(), Context.choose, Run._guard

    def held(self, name):
        """A step that is left by itself chooses its way as the net asks it."""
        step, mark, row = name.rpartition("!")
        found = guard(self, name)
        if mark and step in self.process.steps:
            process, at, rows = places().get(id(self.process.steps[step].to), (None, None, 0))
            # The last row has no condition: it is taken where the one before it does not hold.
            if found or int(row) == rows - 2:
                chosen.add((process, at, int(row) + (not found)))
        return found

    def noted(self, choice):
        place, value = choose(self, choice)
        process, at, _ = places().get(id(choice), (None, None, 0))
        chosen.add((process, at, place))
        return place, value

    def kept(platform, result):
        monkeypatch.setattr(Context, "choose", choose)
        monkeypatch.setattr(Run, "_guard", guard)
        branches.update((process, *branch) for process, branch in taken(platform))
        keep(platform, result)

    monkeypatch.setattr(Context, "choose", noted)
    monkeypatch.setattr(Run, "_guard", held)
    (result,) = SAMPLES.run([sample], kept)
    monkeypatch.setattr(Context, "choose", choose)
    monkeypatch.setattr(Run, "_guard", guard)
    steps = {(process, step) for process, some in result.visited.items() for step in some}
    found = {"steps": sorted(steps), "branches": sorted(branches), "rows": [*chosen]}
    file = folder / sample.file.replace("/", "+")
    file.with_suffix(".part").write_text(json.dumps(found))
    file.with_suffix(".part").rename(file.with_suffix(".json"))
    return result


@pytest.mark.req("TST-01", "TST-02", "TST-03", "TST-04", "ENG-12", "SEC-02")
@pytest.mark.parametrize("name", PROVING)
def test_the_sample_comes_out_as_written(name, run_folder, monkeypatch):
    """It comes out, is rebuilt from its journal, and again from a record that names nobody."""
    sample = BY_NAME[name]
    rebuilt, broken, records, told = [], [], [], set()

    def keep(platform, _result):
        rebuilt.extend(platform.rebuilding.all())
        broken.extend(platform.rebuilding.verify())
        recorder = Recorder(platform.casework)
        # Each is carried out as it is written, and refused where it comes out otherwise.
        records.extend(recorder.file(one.uid) for one in rebuilt)
        told.update(personal(platform))

    result = replayed(sample, run_folder, monkeypatch, keep)

    assert result.error is None
    assert not [f"{sample.file}:{one.line}: {one}" for one in result.differences]
    assert not [one for one in rebuilt if not one.same]
    text = "\n".join(records)
    assert len(told) > 50
    assert not {value for value in told if value in text}
    assert not broken


@pytest.mark.req("TST-02")
def test_every_branch_of_every_process_is_taken_by_a_sample(run_folder, monkeypatch):
    """Samples that this run has replayed, in whichever worker, are not replayed once more."""
    walked = {"steps": set(), "branches": set(), "rows": set()}
    for sample in SAMPLES.samples:
        file = (run_folder / sample.file.replace("/", "+")).with_suffix(".json")
        if not file.exists():
            replayed(sample, run_folder, monkeypatch)
        for kind, found in json.loads(file.read_text()).items():
            walked[kind].update(map(tuple, found))

    for name, one in RELEASE.processes.items():
        assert not {(name, step) for step in one.process.steps} - walked["steps"], name
        assert not {(name, *branch) for branch in branches_of(one.process)} - walked["branches"]
    # Each row of each condition: where it leads, which status, which date.
    assert not [
        f"{name}{at}[{place}]"
        for name, at, rows in places().values()
        for place in range(rows)
        if (name, at, place) not in walked["rows"]
    ]
