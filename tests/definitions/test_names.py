"""Each name of the language at each place of an expression: it is there, or refused there (1.5)."""

import re
from collections.abc import Iterator
from textwrap import dedent

import pytest

from engine.definitions.context import TABLE
from tests.definitions.support import loaded

FILE = "definitions/processes/north/names.yaml"
ACTING = {"actor", "here", "input"}
EVERYWHERE = {
    "data", "case", "initiator", "jurisdiction", "now", "today", "policy", "flags", "deadlines",
    "linked", "created", "members",
}  # fmt: skip
#: what may be read at a place, beside the names that may be read everywhere
PLACES = {
    "status": set(),
    "organisation": set(),
    "due": set(),
    "voters": set(),
    "arriving where": {"it"},
    "arriving with": {"item"},
    "arriving which": {"member"},
    "when": {"actor", "here"},
    "require": ACTING,
    "set": ACTING,
    "to": ACTING,
    "acting where": {"it", *ACTING},
    "acting with": {"item", *ACTING},
    "acting which": {"member", *ACTING},
    "query": {"it"},
    "until": {"org"},
    "enough": {"vote"},
    "invalid": {"ballot"},
    "extend": {"member"},
}
PROCESS = """
    process: north/names
    title: 名称
    form: session
    members: {processes: [north/permit], waiting_at: evaluation}
    facts: {banned: {exists: bars, where: <query>}}
    start: {who: {permission: meet}}
    steps:
      agenda:
        title: 议程
        status: [{when: <status>, then: draft}, {then: pending}]
        who: {permission: meet, organisation: <organisation>}
        due: <due>
        do:
          - {record: {register: bars, where: <arriving where>, set: {until: today}}}
          - create:
              {process: north/permit, each: data.voters, with: {settings.unit: <arriving with>}}
        actions:
          open:
            title: 开会
            when: <when>
            require: [{that: <require>, say: 不行}]
            set: {data.unit: <set>}
            do:
              - {record: {register: bars, where: <acting where>, set: {until: today}}}
              - create:
                  {process: north/permit, each: data.voters, with: {settings.unit: <acting with>}}
              - {release: {which: <acting which>, as: passed}}
            to: [{when: <to>, then: vote}, {then: above}]
      above:
        title: 上级
        who: {permission: meet}
        chain: {route: superior, from: data.unit, until: <until>}
        actions: {pass: {title: 通过, to: vote}}
      vote:
        title: 表决
        panel:
          voters: <voters>
          ballot: {base: ballot, extend: <extend>}
          enough: <enough>
          invalid: <invalid>
          decide: {pass: {option: agree, more_than: 1/2, of: present}}
        outcomes: {passed: closed, failed: closed}
      closed:
        title: 已结束
        status: done
        end: success
        do: [{release: {which: <arriving which>, as: passed}}]
"""


def refused() -> Iterator[tuple[str, str]]:
    """Every name asked for at every place; the places and names that the check does not know."""
    lines = dedent(PROCESS).lstrip("\n").splitlines()
    places = [re.findall("<([a-z ]+)>", line) for line in lines]
    every = " || ".join(f"{row.name} != null" for row in TABLE)
    text = re.sub("<[a-z ]+>", f'"{every}"', PROCESS)
    for problem in loaded(names=text).problems:
        if problem.code == "DEF402" and problem.at.file == FILE:
            (place,) = places[problem.at.line - 1]
            yield place, str(problem.params["name"])


@pytest.mark.req("ENG-10")
def test_a_name_is_there_at_its_places_and_refused_at_all_others() -> None:
    said = set(refused())
    names = {row.name for row in TABLE}

    wrong = {}
    for place, more in PLACES.items():
        unknown = {name for at, name in said if at == place}
        if unknown != (expected := names - EVERYWHERE - more):
            wrong[place] = (unknown - expected, expected - unknown)
    assert not wrong, "refused, and let through: {place: …}"
