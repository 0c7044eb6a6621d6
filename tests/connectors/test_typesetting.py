"""The process that sets type never outlives what started it."""

import gc

from engine.connectors.typesetting import Job, Typesetter

JOB = Job("= 你好", {}, "pdf", 72, 0)


def test_the_process_ends_with_a_typesetter_that_nobody_closed():
    """Commands that printed one document left a process behind, and tests a warning."""
    typesetter = Typesetter(20)
    typesetter.set(JOB)
    process = typesetter._process

    del typesetter
    gc.collect()

    assert process.returncode is not None


def test_a_closed_typesetter_starts_again_when_it_is_needed():
    typesetter = Typesetter(20)
    first = typesetter.set(JOB)
    typesetter.close()

    again = typesetter.set(JOB)
    typesetter.close()

    assert again == first
