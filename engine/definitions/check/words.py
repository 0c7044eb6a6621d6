"""Names that mean something already: an author's own would hide them, or never be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.check.subject import Subject
from engine.definitions.context import TABLE
from engine.definitions.flow import RELATIVE
from engine.definitions.process import FOR_MANY, actions_of

#: words of CEL, which nothing that an expression reads can be called
CEL = frozenset((
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
))  # fmt: skip
CONTEXT = frozenset(named.name for named in TABLE)
#: operations offered at every task; those of votes and signers are met only where these are
OPERATIONS = frozenset(FOR_MANY) - {"sign", "vote", "decline", "replace"}


def check_words(subject: Subject) -> None:
    """Report facts, switches, flags, steps and actions called by a word of the language."""
    process = subject.process
    for kind, key, written, words in (
        (Phrase("事实", "fact"), "facts", process.facts, CONTEXT | CEL),
        (Phrase("政策", "policy"), "policy", process.policy, CEL),
        (Phrase("标记", "flag"), "flags", process.flags, CEL),
    ):
        node = process.node.get(key)
        if node is not None:
            _report(subject, kind, [(name, node.key(name)) for name in written], words)
    step = Phrase("步骤", "step")
    steps = [(one.name, process.named_at(one)) for one in process.steps.values()]
    _report(subject, step, steps, RELATIVE)
    actions = [(one.name, one.node) for one in actions_of(process)]
    _report(subject, Phrase("动作", "action"), actions, OPERATIONS)


def check_flags(subject: Subject) -> None:
    """Report flags that nothing sets."""
    process = subject.process
    written = {path for action in actions_of(process) for path in action.set}
    node = process.node.at_path(["flags"])
    for name, flag in process.flags.items():
        if flag.when is None and f"flags.{name}" not in written:
            subject.problems.add("DEF379", node.key(name), name=name)


def check_names_before(subject: Subject) -> None:
    """Report names before that mean another step or stage by now."""
    steps = subject.process.steps.values()
    _before(subject, {one.name: (one.node, subject.called(one)) for one in steps})
    for step in steps:
        inside = step.node.at_path(["stages"])
        _before(
            subject,
            {
                name: (inside.at_path([name]), Phrase(f'阶段 "{name}" ', f'stage "{name}"'))
                for name in step.stages
            },
        )


def _before(subject: Subject, parts: Mapping[str, tuple[Node, Phrase]]) -> None:
    owners = {name: called for name, (_, called) in parts.items()}
    for node, where in parts.values():
        for item in node.at_path(["was"]).items:
            if item.text in owners:
                other = owners[item.text]
                subject.problems.add("DEF395", item, where=where, name=item.text, other=other)
            owners[item.text] = where


def _report(
    subject: Subject, kind: Phrase, names: Iterable[tuple[str, Node]], words: Collection[str]
) -> None:
    for name, at in names:
        if name in words:
            subject.problems.add("DEF220", at, kind=kind, name=name)
