"""The sample cases of a draft are replayed beside the pages, and the result is kept."""

from dataclasses import asdict

import pytest

from engine.authoring.emitting import document
from engine.bootstrap import read_samples, workers
from engine.services import rehearsal
from engine.services.publishing import LEASE
from engine.services.recording import Recorder
from tests.support.office import a_request
from tests.support.workshop import CONTENT, PROCESS, SAMPLE, dying, who

EDITOR = who("编者")


def draft_of(platform, old="title: 用房申请", new="title: 房屋申请"):
    draft = platform.drafts.begin(EDITOR).id
    text = CONTENT[PROCESS].decode()
    assert old in text
    platform.drafts.save(EDITOR, draft, PROCESS, text.replace(old, new), version=0)
    return draft


def test_a_worker_of_any_node_runs_what_was_asked_for(platform, another_node):
    draft = draft_of(platform)
    asked = platform.publishing.start_replay(EDITOR, draft)
    assert (asked.done, asked.is_finished, asked.is_running) == (0, False, False)

    jobs = workers(another_node())
    assert sum(job.run_once() for job in jobs) == 1

    state = platform.publishing.replay_state(EDITOR, draft)
    assert (state.total, state.done, state.ok) == (1, 1, True)
    assert sum(job.run_once() for job in jobs) == 0


@pytest.mark.req("TST-05")
def test_a_difference_shows_where_the_sample_wanted_its_case_and_where_it_came(platform):
    target = "to: [{when: data.amount > 9, then: check}, {then: done}], bulk: true"
    draft = draft_of(platform, "to: check, bulk: true", target)
    sample = CONTENT[SAMPLE].decode() + (
        "  - {by: 赵复, does: pass, case: a, expect: {a: {at: check}}}\n"
    )
    platform.drafts.save(EDITOR, draft, SAMPLE, sample, version=0)

    (difference,) = platform.publishing.replay(EDITOR, draft).failed

    assert (difference.step, difference.what) == (4, "a.at")
    assert (difference.expected, difference.found) == ("check", "done")
    assert difference.expected_places == (
        "a: review.first@一所", "a: review.second@一所", "a: check",
    )  # fmt: skip
    assert difference.actual_places[-2:] == ("a: review.second@一所", "a: done")


def test_progress_is_told_and_what_was_replayed_is_not_replayed_again(platform):
    draft, seen = draft_of(platform), []

    platform.publishing.replay(EDITOR, draft, seen.append)
    assert [(state.done, state.is_finished) for state in seen] == [(1, False), (1, True)]
    seen.clear()
    platform.publishing.replay(EDITOR, draft, seen.append)

    assert seen == []
    platform.drafts.save(EDITOR, draft, PROCESS, "process: [", version=1)
    assert platform.publishing.replay_state(EDITOR, draft) is None


def test_a_replay_whose_process_died_is_taken_over_by_another(platform):
    draft = draft_of(platform)
    asked = platform.publishing.start_replay(EDITOR, draft)
    now = platform.clock.now()
    with platform.store.write() as unit:
        assert unit.replays.lease(asked.tree, now, now + LEASE)
    assert platform.publishing.work_off() == 0

    platform.clock.set(now + 2 * LEASE)

    assert platform.publishing.work_off() == 1
    assert platform.publishing.replay_state(EDITOR, draft).ok


def test_nobody_replays_a_draft_that_has_changed_or_gone(platform):
    changed, gone = draft_of(platform), draft_of(platform, new="title: 借房申请")
    for draft in (changed, gone):
        platform.publishing.start_replay(EDITOR, draft)
    platform.drafts.save(EDITOR, changed, PROCESS, "process: x\n", version=1)
    platform.drafts.discard(EDITOR, gone)

    assert platform.publishing.work_off() == 0

    with platform.store.read() as unit:
        assert unit.replays.waiting(platform.clock.now()) == []


def test_many_samples_are_shared_out_to_processes_with_the_same_result():
    folder = SAMPLE.rpartition("/")[0]
    content = {**CONTENT, **{f"{folder}/{n}.yaml": CONTENT[SAMPLE] for n in range(12)}}
    content[f"{folder}/5.yaml"] = CONTENT[SAMPLE].replace(b"pending", b"checked")
    samples = read_samples(content)

    total, found = rehearsal.rehearse(content, lambda: samples, read_samples)
    beside = [one for one in found if one]
    assert total == 13
    alone = [one for one in rehearsal.outcomes(samples, samples.chosen(())) if one]

    assert [asdict(one) for one in beside] == [asdict(one) for one in alone]
    assert [one.file for one in beside] == [f"{folder}/5.yaml"]


def test_samples_of_a_process_that_ended_are_run_here(caplog):
    folder = SAMPLE.rpartition("/")[0]
    content = {**CONTENT, **{f"{folder}/{n}.yaml": CONTENT[SAMPLE] for n in range(12)}}
    samples = read_samples(content)

    _, found = rehearsal.rehearse(content, lambda: samples, dying)

    assert list(found) == [None] * 13
    assert "13 samples are run here" in caplog.text


@pytest.mark.req("TST-02")
def test_a_recorded_case_is_carried_out_with_the_samples(platform):
    recorded = document(Recorder(platform.casework).record(a_request(platform)))
    draft = draft_of(platform)
    platform.drafts.add(EDITOR, draft, "examples/recorded/town/one.yaml", recorded)
    same = platform.publishing.replay(EDITOR, draft)
    text = CONTENT[PROCESS].decode().replace("status: pending", "status: checked")
    platform.drafts.save(EDITOR, draft, PROCESS, text, version=1)

    other = platform.publishing.replay(EDITOR, draft)

    assert (same.total, same.ok) == (2, True)
    assert "examples/recorded/town/one.yaml" in {one.file for one in other.failed}


def test_a_world_that_cannot_be_made_is_a_difference_of_its_samples(platform):
    draft = draft_of(platform)
    world = "examples/worlds/town.yaml"
    text = CONTENT[world].decode().replace("roles: {一所: [reviewer]}", "roles: {一所: [nobody]}")
    platform.drafts.save(EDITOR, draft, world, text, version=0)

    (difference,) = platform.publishing.replay(EDITOR, draft).failed

    assert (difference.file, difference.found) == (SAMPLE, "KeyError: 'nobody'")
