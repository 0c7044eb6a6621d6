"""The content and the world of the engine's benchmark: a review chain of three levels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from engine import bootstrap
from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.store.database import Store

NOW = datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PROCESS = "town/request"
JOINT = "town/joint"
VOTE = "town/vote"
#: about three kilobytes of data, as a filled-in form has
SENTENCE = "a sentence of forty characters or so, " * 2
DATA: dict[str, Any] = {
    "unit": "unit",
    **{f"section_{n}": {f"field_{m}": SENTENCE for m in range(5)} for n in range(8)},
}
FILES = {
    "forms/organisation.yaml": """
        form: organisation
        title: Unit
        properties:
          name: {title: Name, type: string}
          superior: {title: Superior, reference: organisations}
        """,
    "forms/person.yaml": """
        form: person
        title: Person
        properties:
          name: {title: Name, type: string}
        """,
    "forms/request.yaml": """
        form: request
        title: Request
        properties:
          unit: {title: Unit, reference: organisations, index: true}
        """,
    "forms/review-action.yaml": """
        form: review-action
        title: Review
        properties:
          reason: {title: Reason, type: string}
          opinion: {title: Opinion, type: string}
        """,
    "definitions/codes/statuses.yaml": """
        codes: statuses
        title: Status
        values: {draft: {title: Draft}, returned: {title: Returned}, pending: {title: Pending},
                 done: {title: Done}}
        """,
    "definitions/registers/organisations.yaml": """
        register: organisations
        title: Units
        form: organisation
        label: name
        tree: superior
        scope: id
        states: {approved: {title: Approved}}
        """,
    "definitions/registers/people.yaml": """
        register: people
        title: People
        form: person
        label: name
        """,
    "definitions/roles/permissions.yaml": """
        permissions: {review: {title: Review}}
        """,
    "definitions/roles/town.yaml": """
        roles: {reviewer: {title: Reviewer, permissions: [review]}}
        """,
    "definitions/lists/town/waiting.yaml": """
        list: town/waiting
        title: Waiting
        relation: waiting
        permission: review
        columns: [number]
        """,
    "definitions/jurisdictions/town.yaml": """
        jurisdiction: town
        title: Town
        bureau: bureau
        sets: [town]
        """,
    "definitions/processes/town/request.yaml": """
        process: town/request
        title: Request
        form: request
        start: {who: person}
        steps:
          fill:
            title: Fill
            status: [{when: case.returned, then: returned}, {then: draft}]
            who: initiator
            actions: {submit: {title: Submit, to: unit}}
          unit:
            title: Unit
            status: pending
            who: {permission: review, organisation: data.unit}
            actions:
              pass: {title: Pass, to: department}
              return: {title: Return, to: fill, ask: [reason]}
          department:
            title: Department
            status: pending
            who: {permission: review, organisation: data.unit.superior}
            actions: {pass: {title: Pass, to: bureau}, return: {title: Return, to: fill}}
          bureau:
            title: Bureau
            status: pending
            who: {permission: review, organisation: jurisdiction.bureau}
            actions: {pass: {title: Pass, to: done}, return: {title: Return, to: fill}}
          done: {title: Done, status: done, end: success}
        """,
    "definitions/processes/town/joint.yaml": """
        process: town/joint
        title: Joint request
        form: request
        start: {who: person}
        steps:
          fill:
            title: Fill
            status: [{when: case.returned, then: returned}, {then: draft}]
            who: initiator
            actions: {submit: {title: Submit, to: both}}
          both:
            title: Review and vote
            status: pending
            parallel:
              branches:
                review:
                  check:
                    title: Check
                    status: pending
                    who: {permission: review, organisation: data.unit}
                    actions: {pass: {title: Pass, to: join}}
                voting:
                  vote:
                    title: Vote
                    status: pending
                    panel:
                      voters: {draw: 3, from: people}
                      decide: {pass: {option: agree, at_least: 1/2, of: voters}}
                    outcomes: {passed: join, failed: join}
            to: bureau
          bureau:
            title: Bureau
            status: pending
            who: {permission: review, organisation: jurisdiction.bureau}
            actions: {pass: {title: Pass, to: done}, return: {title: Return, to: fill}}
          done: {title: Done, status: done, end: success}
        """,
    "forms/vote.yaml": """
        form: vote
        title: Vote
        properties:
          voters: {title: Voters, type: integer}
        """,
    "definitions/processes/town/vote.yaml": """
        process: town/vote
        title: Vote
        form: vote
        start: {who: person}
        steps:
          fill:
            title: Fill
            status: draft
            who: initiator
            edit: all
            actions: {open: {title: Open, to: vote}}
          vote:
            title: Vote
            status: pending
            panel:
              voters: {draw: data.voters, from: people}
              enough: vote.cast == vote.voters
              decide: {pass: {option: agree, at_least: 1/2, of: voters}}
            outcomes: {passed: done, failed: done}
          done: {title: Done, status: done, end: success}
        """,
}
#: people who can only vote
CROWD = 200
ORGANISATIONS = ("bureau", "department", "unit")
APPLICANT = Actor("ann", None, "town")
REVIEWERS = {name: Actor(f"{name} reviewer", name, "town") for name in ORGANISATIONS}


@cache
def release() -> Release:
    """The content, read and checked once."""
    loaded = releases.load({path: dedent(text).lstrip() for path, text in FILES.items()})
    if loaded.release is None:
        raise AssertionError([str(problem) for problem in loaded.problems.sorted()])
    return loaded.release


def open_town(url: str) -> Platform:
    """A platform with the town's units and people."""
    store = Store(url)
    store.create_all()
    platform = bootstrap.assemble(store, release(), VirtualClock(NOW))
    registers = platform.release.registers
    with store.write() as unit:
        for number, name in enumerate(ORGANISATIONS):
            data = {"name": name}
            if number:
                data["superior"] = ORGANISATIONS[number - 1]
            platform.records.add(
                unit, registers["organisations"], data, jurisdiction="town", at=NOW, key=name
            )
        crowd = [Actor(f"voter {number}", None, "town") for number in range(CROWD)]
        for actor in (APPLICANT, *REVIEWERS.values(), *crowd):
            platform.records.add(
                unit, registers["people"], {"name": actor.person}, jurisdiction="town",
                at=NOW, key=actor.person,
            )  # fmt: skip
        for name, actor in REVIEWERS.items():
            platform.directory.grant(unit, actor.person, "reviewer", name, jurisdiction="town")
    return platform


#: what one case does: (who, action, what is entered); one return on the way
STEPS: tuple[tuple[Actor, str, Mapping[str, Any]], ...] = (
    (APPLICANT, "submit", {}),
    (REVIEWERS["unit"], "return", {"reason": "The budget of the second year is missing."}),
    (APPLICANT, "submit", {}),
    (REVIEWERS["unit"], "pass", {"opinion": "Complete and within the plan of the unit."}),
    (REVIEWERS["department"], "pass", {"opinion": "Agreed."}),
    (REVIEWERS["bureau"], "pass", {"opinion": "Agreed."}),
)
