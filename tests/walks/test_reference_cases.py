"""Cases that create each other go where the language says on paper, whoever does whatever to them.

Calls of one and of several, waits for one, all, any or some of those that were created; what is
broken off with a call that is left; what may be taken back and opened again. The platform is cut
off now and then in the middle of a command and does the rest of it later.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.release import Release
from engine.domain.case import State
from engine.store.outbox import LEASE
from tests.walks.language import EACH, Author
from tests.walks.reference_cases import Folder, Related
from tests.walks.reference_people import Desk, Doing
from tests.walks.test_reference_people import UNREAD, Life, Plain
from tests.walks.town import DATA, Cut, dying_after

EXAMPLES = int(os.environ.get("ZHICHENG_REFERENCE", "0"))


class Kin(Plain):
    """Writes processes that create cases, without groups and systems."""

    several = 2
    # What is cut off and done later is done a few minutes later than on paper.
    moments = ()

    def kinds(self, depth: int) -> list[str]:
        return [*super().kinds(depth), *["call"] * 9, *["case"] * 9 * (depth == 1)]

    call, case = Author.call, Author.case

    def effect(self) -> dict[str, Any]:
        made = {"process": "demo/part", "link": "made", "with": {"unit": "data.unit"}}
        each = {"each": self.pick(EACH)} if self.flip(3) else {"once": self.flip()}
        return {"create": made | each}


class Lives(Life):
    """A case and those it has created, on a platform and on paper; one at a time is dealt with."""

    author = Kin
    unread = UNREAD - {"do"}

    def written_down(self, release: Release, process: dict[str, Any], now: datetime) -> Desk:
        part = release.files["definitions/processes/demo/part.yaml"]
        processes = {"demo/walk": process, "demo/part": read(part)}
        first = Related(processes, "demo/walk", DATA, now, self.initiator)
        self.folder, self.dealt_with = Folder(first), self.uid
        self.folder.settle()
        return first

    # ---------------------------------------------------------------- whose turn it is

    def found(self) -> list[tuple[str, Related]]:
        """By platform the cases in the order they were created, each with its paper."""
        found = [(self.dealt_with, self.folder.first)]
        with self.town.platform.store.read() as unit:
            for uid, one in found:
                row = unit.cases.load(uid)
                assert row is not None
                made = unit.links.of(row.id)
                names = [link.name for link in one.links]
                assert [link.name for link in made] == names, "on paper others were created"
                found += [
                    (there.uid, link.made) for there, link in zip(made, one.links, strict=True)
                ]
        return found

    def step(self) -> None:
        every = self.found()
        open_ = [one for one in every if not one[1].closed]
        every = open_ if open_ and not self.chance(4) else every
        self.uid, self.paper = every[0] if self.chance(3) else self.pick(every)
        super().step()

    def kinds(self, place: State) -> list[str]:
        """Those that were created are mostly brought to an end."""
        created = self.paper is not self.folder.first
        return ["act"] if created and not self.chance(3) else super().kinds(place)

    def carry_out(self, doing: Doing) -> None:
        """Let the platform do it; now and then it is cut off, and does the rest later."""
        if not self.chance(4):
            super().carry_out(doing)
            return
        before = self.town.journalled()
        try:
            with dying_after(self.lot.randint(0, self.pick([20, 120]))):
                super().carry_out(doing)
        except Cut:
            event("cut off")
            begun = self.town.journalled() > before
            note(f"    cut off {'behind it' if begun else 'before it was done'}")
            # What somebody else was about to send is theirs for a while.
            self.town.clock.set(self.town.clock.now() + 2 * LEASE)
            self.look_at_the_clock()
            if not begun:
                super().carry_out(doing)
            while self.town.platform.outgoing.work_off():
                pass

    def can_be_done(self, doing: Doing) -> bool:
        return self.folder.try_out(self.paper, lambda: self.paper.do(doing))

    def woken(self, kind: str, at: str) -> None:
        first = self.folder.first
        first.leaving(lambda: first.wakes(kind, at))
        self.folder.settle()

    def look_at_the_clock(self) -> None:
        now = self.town.platform.cases._work.now("demo")
        for one in self.folder.every():
            one.now = now

    def compare(self) -> None:
        for one in self.found():
            self.uid, self.paper = one
            super().compare()


def read(text: str) -> Any:
    """The values of a file."""
    node = read_yaml(text.encode(), "part.yaml", Problems())
    assert node is not None
    return node.value


@st.composite
def lives(draw: st.DrawFn) -> None:
    """What people do to a case, and to those it has created."""
    life = Lives(draw)
    life.compare()
    for _ in range(life.pick(range(30, 80))):
        life.step()
    life.town.check(rebuilt=True)
    life.town.platform.close()


@pytest.mark.req("ENG-04", "ENG-12", "ENG-19")
@settings(
    max_examples=EXAMPLES or 3,
    # The same ones with every change; others are looked for at length.
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(lives())
def test_cases_and_their_papers_agree(life: None) -> None:
    """They have agreed after every step."""
