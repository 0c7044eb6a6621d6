"""What can be said about a process before a case runs: names, graph, groups, policies."""

from __future__ import annotations

from engine.authoring.memory import Memory
from engine.authoring.problems import Problems
from engine.definitions.bind import BoundProcess
from engine.definitions.check.calendars import check_calendars
from engine.definitions.check.deadlines import check_deadlines
from engine.definitions.check.exploring import check_exploring
from engine.definitions.check.graph import check_graph
from engine.definitions.check.groups import check_groups, check_waiting
from engine.definitions.check.lateness import check_lateness, check_waits
from engine.definitions.check.links import check_links
from engine.definitions.check.numbers import check_numbers
from engine.definitions.check.panels import check_panels
from engine.definitions.check.people import check_people
from engine.definitions.check.policies import check_policies
from engine.definitions.check.references import check_references
from engine.definitions.check.statuses import check_statuses
from engine.definitions.check.subject import Names, Shown, Subject
from engine.definitions.check.words import check_flags, check_names_before, check_words

__all__ = ["Names", "Shown", "check_process"]


def check_process(
    bound: BoundProcess,
    names: Names,
    problems: Problems,
    *,
    whole: bool = True,
    memory: Memory | None = None,
) -> None:
    """Report everything about a process that would lose a case or confuse a person.

    Args:
        bound: the process with its compiled expressions.
        names: the names of the rest of the content.
        problems: receives what is wrong.
        whole: whether the file was read without mistakes.
        memory: what was explored before.
    """
    scopes = bound.scopes
    subject = Subject(
        bound.process, bound.flow, names, problems, scopes.data, scopes.data_of, whole
    )
    check_words(subject)
    check_flags(subject)
    check_names_before(subject)
    check_references(subject)
    check_graph(subject)
    check_groups(subject)
    check_links(subject)
    check_calendars(subject, bound)
    check_numbers(subject, bound)
    check_statuses(subject)
    check_policies(subject, bound)
    explored = check_exploring(subject, bound, memory)
    check_waiting(subject, explored)
    check_panels(subject, bound, explored)
    check_people(subject, bound, explored)
    check_deadlines(subject, explored)
    check_lateness(subject)
    check_waits(subject)
