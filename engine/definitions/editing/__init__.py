"""Edits of author files that a person asks for in an editor: pure functions of texts.

An edit keeps comments, order and quotes, and changes the lines it is about and no others; one that
changes nothing gives no file back. Operations are values: what a page sent can be shown again with
a question and done again with its answer. Nothing here checks the result: the editor shows the
problems of the new text, and publishing refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.authoring.writing import Choice
from engine.definitions.codes import CodeList
from engine.definitions.editing.adding import AddAction, AddLevel, AddStep
from engine.definitions.editing.answer import Answer, Changed, Question, Spot
from engine.definitions.editing.codes import AddCode, CodesDraft, MoveCode, RetireCode, SetCode
from engine.definitions.editing.completion import Candidate, Completion, complete
from engine.definitions.editing.draft import Files, Operation, answered
from engine.definitions.editing.fields import (
    AddField,
    MoveField,
    RemoveField,
    RenameField,
    RequireField,
    SetField,
)
from engine.definitions.editing.form import (
    FieldOutline,
    FormDraft,
    FormOutline,
    form_outline_of,
)
from engine.definitions.editing.keys import (
    At,
    ChangeCaption,
    ChangeCondition,
    ChangeDeadline,
    ChangeTarget,
    Reassign,
    SetKey,
)
from engine.definitions.editing.outline import (
    ActionOutline,
    Lines,
    ProcessOutline,
    StageOutline,
    StepOutline,
    Target,
    outline,
)
from engine.definitions.editing.process import ProcessDraft
from engine.definitions.editing.removing import RemoveAction, RemoveLevel, RemoveStep
from engine.definitions.editing.rules import (
    AddRow,
    CellOutline,
    MoveRow,
    RemoveRow,
    RowOutline,
    RuleDraft,
    RuleOutline,
    SetCell,
    SetNote,
    SetOutput,
    rule_outline_of,
)
from engine.definitions.editing.steps import MoveStep, RenameStep

__all__ = [
    "ActionOutline",
    "AddAction",
    "AddCode",
    "AddField",
    "AddLevel",
    "AddRow",
    "AddStep",
    "Answer",
    "At",
    "Candidate",
    "CellOutline",
    "ChangeCaption",
    "ChangeCondition",
    "ChangeDeadline",
    "ChangeTarget",
    "Changed",
    "Completion",
    "FieldOutline",
    "FormOutline",
    "Lines",
    "MoveCode",
    "MoveField",
    "MoveRow",
    "MoveStep",
    "ProcessOutline",
    "Question",
    "Reassign",
    "RemoveAction",
    "RemoveField",
    "RemoveLevel",
    "RemoveRow",
    "RemoveStep",
    "RenameField",
    "RenameStep",
    "RequireField",
    "RetireCode",
    "RowOutline",
    "RuleOutline",
    "SetCell",
    "SetCode",
    "SetField",
    "SetKey",
    "SetNote",
    "SetOutput",
    "Spot",
    "StageOutline",
    "StepOutline",
    "Target",
    "complete",
    "edit_codes",
    "edit_form",
    "edit_process",
    "edit_rule",
    "form_outline",
    "process_outline",
    "rule_outline",
]


def process_outline(files: Files, process: str) -> ProcessOutline:
    """Return the steps of a process in order, as an editor lists them.

    Args:
        files: the content by path from its root.
        process: the id of the process.

    Raises:
        NotFound: there is no such process.
        Refused: it cannot be read.
    """
    return outline(ProcessDraft(files, process))


def edit_process(
    files: Files, process: str, operation: Operation[ProcessDraft], *, alias: Choice | None = None
) -> Answer:
    """Make one edit of a process.

    Args:
        files: the content by path from its root; with the sample cases they are kept up too.
        process: the id of the process.
        operation: what to do.
        alias: the answer to the question an earlier attempt gave.

    Returns:
        The changed files, whole; or a question.

    Raises:
        Refused: it cannot be done; ``params`` may hold ``places``, a tuple of spots.
    """
    return answered(ProcessDraft(files, process, alias), operation)


def form_outline(files: Files, form: str) -> FormOutline:
    """Return the sections and fields of a form in order.

    Raises:
        NotFound: there is no such form.
        Refused: it cannot be read.
    """
    return form_outline_of(FormDraft(files, form))


def edit_form(
    files: Files, form: str, operation: Operation[FormDraft], *, alias: Choice | None = None
) -> Answer:
    """Make one edit of a form; see ``edit_process``."""
    return answered(FormDraft(files, form, alias), operation)


def edit_codes(
    files: Files, codes: str, operation: Operation[CodesDraft], *, alias: Choice | None = None
) -> Answer:
    """Make one edit of a code list; see ``edit_process``."""
    return answered(CodesDraft(files, codes, alias), operation)


def rule_outline(files: Files, rule: str, codes: Mapping[str, CodeList]) -> RuleOutline:
    """Return the columns and rows of a rule table, with the captions of code lists.

    Raises:
        NotFound: there is no such table.
        Refused: it cannot be read.
    """
    return rule_outline_of(RuleDraft(files, rule), codes)


def edit_rule(
    files: Files, rule: str, operation: Operation[RuleDraft], *, alias: Choice | None = None
) -> Answer:
    """Make one edit of a rule table; see ``edit_process``."""
    return answered(RuleDraft(files, rule, alias), operation)
