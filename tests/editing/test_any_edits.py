"""Whatever is edited in whatever order, the file can be read and its comments stay."""

import re

from hypothesis import given, settings
from hypothesis import strategies as some

from engine.authoring import Document
from engine.definitions.editing import (
    AddAction,
    AddLevel,
    AddStep,
    At,
    ChangeCaption,
    ChangeCondition,
    Changed,
    ChangeDeadline,
    ChangeTarget,
    MoveStep,
    Question,
    Reassign,
    RemoveAction,
    RemoveLevel,
    RemoveStep,
    RenameStep,
    edit_process,
    process_outline,
)
from engine.domain.errors import Refused
from tests.editing.support import REVIEW, review

PATH = f"definitions/processes/{REVIEW}.yaml"
STEPS = ("fill", "unit", "superiors", "department", "reception", "evaluation", "filing", "extra")
steps = some.sampled_from(STEPS)
texts = some.text("填报审核 a:#'\"{}[],&*!%@|>-\n\\", min_size=1, max_size=12)
whole = some.builds(At, steps)
parts = some.builds(At, steps, some.sampled_from(["pass", "return", "submit", ""]))
operations = some.one_of(
    some.builds(ChangeCaption, parts, texts),
    some.builds(ChangeCondition, whole, some.one_of(some.none(), texts)),
    some.builds(ChangeDeadline, whole, some.one_of(some.none(), texts)),
    some.builds(ChangeTarget, parts, steps),
    some.builds(Reassign, whole, some.sampled_from(["initiator", {"permission": "x"}])),
    some.builds(AddStep, some.just("extra"), texts, some.sampled_from(["task", "wait"]), steps),
    some.builds(MoveStep, steps, before=steps),
    some.builds(MoveStep, steps, after=steps),
    some.builds(RemoveStep, steps, steps),
    some.builds(RenameStep, steps, steps),
    some.builds(AddAction, whole, some.just("note"), some.just({"title": "备注"})),
    some.builds(RemoveAction, parts),
    some.builds(AddLevel, steps, some.just("third"), texts),
    some.builds(RemoveLevel, steps, some.sampled_from(["first", "second"]), some.just("third")),
)


def text_of(files) -> str:
    content = files[PATH]
    return content if isinstance(content, str) else content.decode()


def comments(text: str) -> dict[str, str]:
    """Return the comments of a text, each with the step it stands in or above."""
    found, step, above = {}, "", []
    for line in text.split("\n"):
        head = re.match(r"  (\w+):", line)
        if head:
            step = head[1]
            found.update(dict.fromkeys(above, step))
            above = []
        note = re.search(r"(?:^|\s)(# .*)", line)
        if note:
            found[note[1]] = step
            above = [note[1]] if line.lstrip().startswith("#") else []
    return found


@settings(max_examples=25, deadline=None)
@given(some.lists(some.tuples(operations, some.sampled_from(["here", "everywhere"])), max_size=5))
def test_comments_stay_and_the_file_can_be_read(edits):
    files = dict(review())
    before = comments(files[PATH].decode())
    allowed: set[str] = set()

    for operation, choice in edits:
        present = comments(text_of(files))
        try:
            answer = edit_process(files, REVIEW, operation)
            if isinstance(answer, Question):
                answer = edit_process(files, REVIEW, operation, alias=choice)
        except Refused:
            continue
        assert isinstance(answer, Changed)
        files.update(answer.files)
        if isinstance(operation, RemoveStep):
            allowed |= {note for note, step in present.items() if step == operation.step}
        if isinstance(operation, ChangeCondition) and operation.when is None:
            allowed |= {note for note, step in present.items() if step == operation.at.step}

    text = text_of(files)
    assert set(before) - set(comments(text)) <= allowed
    assert Document.parse(text).text == text
    assert process_outline(files, REVIEW).steps
