"""Three offices one above the other and the content that stands around a process: for random ones.

The form of a request differs by what the processes read; everything else is here once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.services.platform import Platform
from tests.support.office import NINE

UNITS = {"board": None, "office": "board", "unit": "office"}
KINDS = {"board": "top", "office": "middle", "unit": "low"}
WORKERS = tuple(f"{key}-{number}" for key in UNITS for number in (0, 1))
FILES = {
    "forms/organisation.yaml": """
form: organisation
title: Organisation
properties:
  name: {title: Name, type: string}
  kind: {title: Kind, codes: kinds}
  superior: {title: Superior, reference: organisations}
""",
    "forms/person.yaml": """
form: person
title: Person
properties:
  name: {title: Name, type: string}
""",
    "definitions/codes/kinds.yaml": """
codes: kinds
title: Kinds
values: {low: {title: Low}, middle: {title: Middle}, top: {title: Top}}
""",
    "definitions/registers/organisations.yaml": """
register: organisations
title: Organisations
form: organisation
label: name
tree: superior
scope: id
indexes: [superior, kind]
columns: [name]
""",
    "definitions/registers/people.yaml": """
register: people
title: People
form: person
label: name
indexes: [name]
columns: [name]
""",
    "definitions/roles/permissions.yaml": "permissions: {p: {title: P}}\n",
    "definitions/roles/demo.yaml": "roles:\n  worker: {title: Worker, permissions: [p]}\n",
    "definitions/jurisdictions/demo.yaml": """
jurisdiction: demo
title: Demo
bureau: board
sets: [demo]
""",
}


def organisation(key: str, superior: str | None) -> dict[str, str]:
    """The record of an office."""
    data = {"name": key, "kind": KINDS[key]}
    return data | ({"superior": superior} if superior else {})


def settle(
    platform: Platform, people: Collection[str], roles: Mapping[str, Collection[str]]
) -> None:
    """Put the offices and people into their registers, and the people into their offices.

    Args:
        platform: an empty one.
        people: everybody else.
        roles: by role who has it, each named after their office.
    """
    registers = platform.release.registers
    with platform.store.write() as unit:
        for key, superior in UNITS.items():
            platform.records.add(
                unit, registers["organisations"], organisation(key, superior),
                jurisdiction="demo", at=NINE, key=key,
            )  # fmt: skip
        for one in (*people, *(one for some in roles.values() for one in some)):
            platform.records.add(
                unit, registers["people"], {"name": one}, jurisdiction="demo", at=NINE, key=one
            )
        for role, some in roles.items():
            for one in some:
                at = one.partition("-")[0]
                platform.directory.grant(unit, one, role, at, jurisdiction="demo")
