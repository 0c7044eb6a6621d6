"""Random processes, and people who act at the same moment, with what the worker does by itself.

Whatever the database lets happen at once is what would have come of it one after the other: of
those who exclude each other one wins, the rest are told so and have changed nothing, and nothing
that was due is lost. It is compared with a copy of the town in which they take turns.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st

from engine.definitions.release import Release
from engine.domain.errors import Refused
from engine.store.database import Store
from tests.support.at_once import at_once
from tests.walks.language import WALK, Author, content, loaded
from tests.walks.rows import pour, rows_of
from tests.walks.town import DATA, STARTERS, Town, person
from tests.walks.walk import Walk

EXAMPLES = int(os.environ.get("ZHICHENG_RACES", "0"))
#: what people are told who come too late
LATE = frozenset({"already_handled", "claimed_by_other"})

_Command = tuple[str, Callable[[], object]]


class Chancy(Walk):
    """Draws by a seed: what comes of a race is not known beforehand and cannot be drawn again."""

    def __init__(self, town: Town, seed: int) -> None:
        self.chosen = Random(seed)
        super().__init__(town, None)

    def pick(self, values: Any) -> Any:
        return self.chosen.choice(list(values))

    def chance(self, of: int) -> bool:
        return self.chosen.randint(1, of) == of


class Race:
    """A town whose people act at the same moment, and its copy in which they take turns."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.town = walk, walk.town
        #: what was done, for whoever reads a report
        self.log: list[str] = []
        self.blank = Store("sqlite://").content()
        self.copy = Town(self.town.platform.release, of=self.town, alike=True)

    def run(self) -> None:
        """A few things are done at the same moment."""
        cases = sorted(row.uid for row in self.town.rows())
        self.walk.only = self.walk.pick(cases) if self.walk.chance(4) is False else None
        drawn = [self.walk.command() for _ in range(self.walk.pick([2, 2, 3]))]
        commands = [one for one in drawn if one is not None]
        before = rows_of(self.town.platform.store)
        results = at_once(*[do for _, do in commands])
        told = [one.code if isinstance(one, Refused) else "" for one in results]
        for (words, _), code in zip(commands, told, strict=True):
            self.log.append(f"{self.town.clock.now():%m-%d} {words}: {code or 'done'}")
        self.log.append("")
        event(f"{len(commands) - sum(map(bool, told))} of {len(commands)}")
        assert all(one.sentence for one in results if isinstance(one, Refused))
        self.town.settle()
        self.town.check()
        self.compare(before, commands, told)

    # ---------------------------------------------------------------- one after the other

    def compare(self, before: Any, commands: Sequence[_Command], told: Sequence[str]) -> None:
        """Some order of what was done leads to what has come of it, and says no to the others."""
        started = self.copied(before)
        done = [index for index, code in enumerate(told) if not code]
        wanted = view(self.town)
        town, self.walk.town, self.walk.platform = self.walk.town, self.copy, self.copy.platform
        try:
            if not done:
                return
            seen = []
            for order in permutations(done):
                found = self.in_turn(started, [commands[index][1] for index in order])
                if found == wanted:
                    self.refused_somewhere(started, commands, told, order)
                    return
                seen.append(found)
            raise AssertionError(
                "in no order: " + "; ".join(differing(wanted, one) for one in seen)
            )
        finally:
            self.walk.town, self.walk.platform = town, town.platform

    def refused_somewhere(
        self,
        started: bytes,
        commands: Sequence[_Command],
        told: Sequence[str],
        order: Sequence[int],
    ) -> None:
        """Who was given another reason than being late would have been given one in turn too."""
        for index, code in enumerate(told):
            if not code or code in LATE:
                continue
            refused = []
            # What the background does comes before it, or behind it.
            for many, settled in product(range(len(order) + 1), (False, True)):
                self.begin_again(started, [commands[one][1] for one in order[:many]])
                if settled:
                    self.copy.settle()
                try:
                    commands[index][1]()
                except Refused as refusal:
                    refused.append(refusal.code)
            assert refused, f"{commands[index][0]} would have been possible: {code}"

    def copied(self, rows: Any) -> bytes:
        self.copy.platform.store.fill(self.blank)
        pour(rows, self.copy.platform.store)
        return self.copy.platform.store.content()

    def in_turn(self, started: bytes, commands: Sequence[Callable[[], object]]) -> Any:
        refused = self.begin_again(started, commands)
        if refused:
            return f"refused: {refused}"
        self.copy.settle()
        return view(self.copy)

    def begin_again(self, started: bytes, commands: Sequence[Callable[[], object]]) -> str:
        """Do something to the copy as it was; why one of it is refused."""
        self.copy.platform.store.fill(started)
        for do in commands:
            try:
                do()
            except Refused as refusal:
                return refusal.code
        return ""


def view(town: Town) -> dict[str, Any]:
    """What is stored of every case, without what only tells one run from another."""
    with town.platform.store.read() as unit:
        rows = list(unit.cases.every())
        names = {row.uid: f"{row.process} {row.number}" for row in rows}
        found = {}
        for row in rows:
            data = unit.blobs.get(row.data_hash) if row.data_hash is not None else {}
            found[names[row.uid]] = orjson.loads(
                _named(
                    {
                        "state": orjson.loads(row.state),
                        "row": [row.step, row.status, row.outcome, row.flags, row.closed_at],
                        "data": data,
                        "work": [item[2:] for item in unit.work.of(row.id)],
                        "timers": [(timer.kind, timer.at) for timer in unit.timers.of(row.id)],
                        "journal": [
                            (one.seq, one.kind, one.person) for one in unit.journal.of(row.id)
                        ],
                        "members": [
                            (one.uid, one.state, one.outcome, one.row)
                            for one in unit.members.of(row.id)
                        ],
                        "sent": sorted((one.kind, state) for one, state in unit.outbox.of(row.id)),
                    },
                    names,
                )
            )
        found["incidents"] = sorted(str(one.code) for one in unit.incidents.unresolved())
    return found


def differing(one: Any, other: Any, at: str = "") -> str:
    """Where two views differ."""
    if one == other:
        return ""
    if isinstance(one, dict) and isinstance(other, dict):
        found = [differing(one.get(k), other.get(k), f"{at}.{k}") for k in {**one, **other}]
        return ", ".join(filter(None, found))
    return f"{at}: {one} and in turn {other}"


def _named(value: object, names: dict[str, str]) -> str:
    text = orjson.dumps(value, default=str).decode()
    for uid, name in names.items():
        text = text.replace(uid, name)
    return text


@dataclass(frozen=True)
class Written:
    """A process as it is written, which tells nothing of itself where a report names it."""

    text: str
    release: Release

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("Written")


@st.composite
def processes(draw: st.DrawFn) -> Written:
    """A random process in its content."""
    author = Author(draw)
    files = content(author, author.process())
    release = loaded(files)
    assume(release is not None)
    assert release is not None
    return Written(files[WALK], release)


def live(release: Release, url: str, seed: int, most: int = 15) -> None:
    """Two cases about which people meet, until both have ended."""
    town = Town(release, url, alike=True)
    for starter in STARTERS:
        uid = town.platform.cases.start(person(starter), "demo/walk", DATA).uid
        town.platform.cases.act(person(starter), uid, "submit", data=DATA)
    race = Race(Chancy(town, seed))
    try:
        for _ in range(race.walk.pick(range(most // 2, most))):
            race.run()
        town.check(rebuilt=True)
        town.finish()
        town.check(rebuilt=True)
    except BaseException as error:
        error.add_note("\n".join(race.log))
        raise
    finally:
        town.platform.close()
        race.copy.platform.close()


@pytest.mark.req("ENG-11", "ENG-12")
def test_at_the_same_moment_is_one_after_the_other(shared: str) -> None:
    @settings(
        max_examples=EXAMPLES or 1,
        derandomize=not EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(processes(), st.integers(0, 2**32))
    def walked(written: Written, seed: int) -> None:
        note(written.text)
        live(written.release, shared, seed, 15 if EXAMPLES else 8)

    walked()
