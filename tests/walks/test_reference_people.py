"""Whoever does whatever on a whole platform, it comes to what the language says on paper.

Rights, signers, votes counted from their ballots, suspension and what administrators do: of each
command the paper says whether it may be done, and how the case stands and whom it waits for then.
"""

from __future__ import annotations

import os
from collections.abc import Set
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st

from engine.definitions.release import Release
from engine.domain.case import State, places_of
from engine.domain.errors import EngineError, InvalidSubmission
from tests.support.three_offices import UNITS, WORKERS
from tests.walks.language import ALL_ALLOWED, WALK, Author, content, loaded
from tests.walks.reference import No
from tests.walks.reference_people import ADMINISTRATOR, KINDS, Desk, Doing
from tests.walks.town import DATA, HELPERS, STARTERS, VOTERS, Town, asked, person

EXAMPLES = int(os.environ.get("ZHICHENG_REFERENCE", "0"))
#: keys that the paper does not read: what they lead to lies outside of the case
UNREAD = frozenset({"do", "remind", "permissions", "facts", "noun", "observers", "secret"})
EVERYBODY = (*STARTERS, *WORKERS, *HELPERS, *VOTERS, ADMINISTRATOR)
ONWARD = frozenset({"submit", "pass", "go", "again", "reopen"})
#: what administrators do
STEPPING_IN = frozenset({"suspend", "resume", "cancel", "reroute", "replace"})


class Plain(Author):
    """Writes processes that go on without other cases, groups and systems."""

    def task(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name, step = super().task(then, depth)
        return name, step | ({"allow": list(ALL_ALLOWED)} if step["who"] != "initiator" else {})

    def case(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        return self.task(then, depth)

    def call(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        return self.task(then, depth)

    def ask(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        return self.panel(then, depth)

    def meet(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        return self.panel(then, depth)


def readable(value: Any, key: str = "process", unread: Set[str] = UNREAD) -> Any:
    """A process without the words that the paper does not read."""
    if isinstance(value, list):
        return [readable(one, key, unread) for one in value]
    if not isinstance(value, dict):
        return value
    if key == "voters":
        # Whom a lot falls on is no rule of the language.
        return "data.voters"
    return {
        name: "until_next_acts"
        if (name, one) == ("withdraw", "until_next_opens")
        else readable(one, name, unread)
        for name, one in value.items()
        if name not in unread
    }


class Life:
    """A case on a platform and on paper, and people who do things to it."""

    author: type[Author] = Plain
    unread: Set[str] = UNREAD

    def __init__(self, draw: st.DrawFn) -> None:
        # Hypothesis prefers what comes first, which ends most cases at once.
        self.lot = Random(draw(st.integers(0, 2**32)))
        author = self.author(draw)
        process = readable(author.process(), unread=self.unread)
        release = loaded(content(author, process))
        assume(release is not None)
        assert release is not None
        note(release.files[WALK])
        self.initiator = self.pick(["ann", "ann", "unit-0"])
        self.town = Town(release)
        self.cases, self.does = self.town.platform.cases, self.town.platform.interventions
        self.uid = self.cases.start(person(self.initiator), "demo/walk", DATA).uid
        now = self.town.platform.cases._work.now("demo")
        self.paper = self.written_down(release, process, now)

    def written_down(self, release: Release, process: dict[str, Any], now: datetime) -> Desk:
        """The case on paper."""
        return Desk(process, DATA, now, self.initiator)

    def pick(self, values: Any) -> Any:
        return self.lot.choice(list(values))

    def chance(self, of: int) -> bool:
        return self.lot.randint(1, of) == of

    # ---------------------------------------------------------------- what somebody tries

    def state(self) -> State:
        return self.town.state(self.uid)

    def doing(self) -> Doing | None:
        """Something that somebody might try, mostly whom the case waits for."""
        every = [one for _, one in places_of(self.state(), ended=True) if one.place.step]
        place = self.pick(every)
        at = place.place.step
        kind = self.pick(self.kinds(place))
        who, values = self.somebody(place, kind), self.entered(kind, place)
        if kind == "extend":
            return Doing(kind, self.pick(["", "", "entry"]), at, who, values)
        if kind != "act":
            return None if place.joined and kind != "withdraw" else Doing(kind, "", at, who, values)
        actions = self.compiled().actions[at]
        if not actions or place.joined:
            return None
        onward = [name for name in actions if name in ONWARD]
        onward = onward if self.chance(2) or at == "fill" else sorted(actions)
        name = self.pick(onward or sorted(actions))
        soon = (self.paper.now + timedelta(days=self.pick([3, 8, -1]))).date().isoformat()
        ways: list[list[str]] = [[], ["office"], ["board", "office"]]
        possible = {"until": soon, "reason": "r", "next": self.pick(ways)}
        typed = None
        if at == "fill" and name == "submit":
            until = self.pick([DATA["until"], soon])
            noted = self.paper.data["note"] or self.pick([None, "n"])
            typed = {**DATA, "until": until, **({"note": noted} if noted else {})}
        return Doing(kind, name, at, who, asked(actions[name], possible), typed)

    def kinds(self, place: State) -> list[str]:
        """What there is to do at a place, and now and then what there is not."""
        if self.chance(12):
            return list(KINDS)
        if place.joined:
            return ["withdraw"]
        found = ["act"] * 5 + ["withdraw"] * 2 * bool(place.path)
        found += ["vote"] * 9 * bool(place.voters) + ["decline", "replace"] * bool(place.voters)
        found += ["extend"] * (place.due is not None) + ["sign"] * 4 * bool(place.signers)
        who = self.paper.steps[place.place.step].get("who")
        if isinstance(who, dict) and not place.closed:
            found += ["transfer", "delegate", "claim", "claim", "give_back"] + ["add_signer"] * 3
            found += ["remove_signer"] * bool(place.signers)
        if not place.closed:
            found += ["resume"] * 9 if self.paper.suspended else ["suspend"]
            found += ["reroute"] * (7 if place.stuck else 2) + ["cancel"] * self.chance(9)
        return found

    def compiled(self) -> Any:
        with self.town.platform.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return self.town.platform.definitions.compiled(row.process, row.pin, unit)

    def somebody(self, place: State, kind: str) -> str:
        if self.chance(6):
            return str(self.pick(EVERYBODY))
        if kind in STEPPING_IN:
            return ADMINISTRATOR
        if kind in ("vote", "decline"):
            return str(self.pick([*place.voters, "v0"]))
        if kind == "withdraw" and place.path:
            return place.path[-1].person
        waiting = [one for one in self.waits_for() if one[0] == place.place.step]
        people = [str(one[3]) for one in waiting if one[3] is not None]
        if kind == "sign" or (people and not self.chance(3)):
            return str(self.pick(people or EVERYBODY))
        office = next((one[1] for one in waiting if one[1]), place.place.organisation) or "unit"
        return str(self.pick([f"{office}-0", f"{office}-1", f"{office}-h"]))

    def entered(self, kind: str, place: State) -> dict[str, Any]:
        """What is entered for what is no action of the author."""
        here = place.place.organisation or "unit"
        colleague = self.pick([*(f"{here}-{one}" for one in "01h"), self.pick(EVERYBODY)])
        match kind:
            case "vote":
                choice = self.pick(["agree", "agree", "against", "abstain"])
                return {"choice": choice, "score": self.pick([0, 60, 90])}
            case "extend":
                until = self.paper.now + timedelta(days=self.pick([9, 2, -1]))
                return {"until": until.date().isoformat()}
            case "replace":
                return {"instead": self.pick([*place.voters, "v0"]), "person": self.pick(EVERYBODY)}
            case "add_signer":
                return {"person": colleague, "mode": self.pick(["before", "after", "parallel"])}
            case "remove_signer" if place.signers:
                return {"person": self.pick(place.signers).person}
            case "transfer" | "delegate" | "remove_signer":
                return {"person": colleague}
            case "reroute":
                where = {"step": self.pick(sorted(self.paper.steps))} if self.chance(2) else {}
                return where | ({"organisation": self.pick(UNITS)} if self.chance(2) else {})
        return {}

    # ---------------------------------------------------------------- doing it

    def step(self) -> None:
        """Time passes, or somebody tries something; platform and paper agree on it."""
        if self.chance(5):
            self.time_passes()
            return
        doing = self.doing()
        if doing is None:
            return
        before, code = self.town.journalled(), ""
        try:
            self.carry_out(doing)
        except InvalidSubmission:
            return
        except EngineError as refused:
            code = str(getattr(refused, "code", type(refused).__name__))
            assert self.town.journalled() == before, "a refusal changed something"
        at = [str(one.place) for _, one in places_of(self.state())]
        note(f"{self.paper.now:%m-%d} {doing}\n    {code or at}")
        event(f"{doing.kind}: {code or 'done'}")
        if not self.can_be_done(doing):
            assert code, "on paper this cannot be done"
            return
        assert not code, f"on paper this can be done: {code}"
        self.compare()
        self.wakes()

    def can_be_done(self, doing: Doing) -> bool:
        """Do it on paper, if the language allows it."""
        kept = self.paper.snapshot()
        try:
            self.paper.do(doing)
        except No:
            self.paper.restore(kept)
            return False
        return True

    def carry_out(self, doing: Doing) -> None:
        """Let the platform do it."""
        who, uid, at, given = person(doing.person), self.uid, doing.at, dict(doing.entered)
        match doing.kind:
            case "act":
                self.cases.act(who, uid, doing.name, input=given, data=doing.data, at=at)
            case "withdraw":
                self.cases.withdraw(who, uid, at=at)
            case "extend":
                self.cases.extend(who, uid, given["until"], at=at, deadline=doing.name or None)
            case "claim" | "give_back":
                getattr(self.cases, doing.kind)(who, uid, at=at)
            case "transfer":
                self.cases.transfer(who, uid, given["person"], at=at)
            case "vote":
                self.cases.vote(who, uid, {"": given}, at=at)
            case "decline":
                self.cases.decline(who, uid, "r", at=at)
            case "suspend" | "resume" | "cancel" | "reroute" | "replace":
                self.does.do(who, uid, doing.kind, {**given, "reason": "r"}, at=at)
            case _:
                self.town.platform.operations.do(who, uid, doing.kind, given, at=at)

    def time_passes(self) -> None:
        """Some days, and what was due until then."""
        clock = self.town.clock
        clock.set(clock.now() + timedelta(days=self.pick([1, 3, 10])))
        self.look_at_the_clock()
        self.wakes()

    def look_at_the_clock(self) -> None:
        """It is as late on paper."""
        self.paper.now = self.town.platform.cases._work.now("demo")

    def wakes(self) -> None:
        """What is due happens, one after the other."""
        now = self.town.clock.now()
        for _ in range(20):
            with self.town.platform.store.read() as unit:
                due = unit.timers.due(now, 1)
            if not due:
                return
            kind, _, at = due[0].kind.partition("@")
            assert self.cases.tick(1) == 1
            places = [str(one.place) for _, one in places_of(self.state())]
            note(f"{self.paper.now:%m-%d} {kind} at {at}\n    {places}")
            event(f"time: {kind.partition(':')[0]}")
            self.woken(kind, at)
            self.compare()
        raise AssertionError("the same is due again and again")

    def woken(self, kind: str, at: str) -> None:
        """What is due happens on paper."""
        self.paper.wakes(kind, at)

    # ---------------------------------------------------------------- how it stands

    def claimed(self) -> list[tuple[str, str | None]]:
        with self.town.platform.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            work = unit.work.of(row.id)
            return sorted((one.step, one.claimed_by) for one in work if one.claimed_by is not None)

    def waits_for(self) -> list[tuple[str, str | None, str | None, str | None]]:
        with self.town.platform.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            work = unit.work.of(row.id)
            found = {(one.step, one.organisation, one.permission, one.person) for one in work}
            return sorted(found, key=str)

    def compare(self) -> None:
        """The case stands alike, and the same are waited for."""
        self.paper.look_at_status()
        written, stands = self.written(), self.told()
        differing = {
            name: (written[name], stands[name]) for name in stands if written[name] != stands[name]
        }
        assert not differing, f"on paper and on the platform: {differing}"

    def told(self) -> dict[str, Any]:
        """How the platform says that it stands."""
        state = self.state()
        with self.town.platform.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            assert row.data_hash is not None
            data = unit.blobs.get(row.data_hash)
            assert orjson.loads(row.state)["place"][0] == row.step
        places = [one for _, one in places_of(state)]
        return {
            "places": sorted(
                (
                    str(one.place), one.status, one.stuck is not None, one.due, one.overdue,
                    one.wait_until, one.returned, one.relaying, one.assigned,
                    [(s.person, s.mode, s.signed) for s in one.signers],
                    [one.voters, one.voted, one.declined, one.round] if one.voters else [],
                )
                for one in places
            ),
            "waits for": self.waits_for(),
            "claimed": self.claimed(),
            "ended": (state.closed, state.outcome),
            "suspended": state.suspended,
            "terms": {
                name: (one.by, bool(one.reached), one.over)
                for name, one in state.deadlines.items()
            },
            "data": {name: data.get(name) for name in ("note", "until")},
            "flags": list(state.flags),
        }  # fmt: skip

    def written(self) -> dict[str, Any]:
        """How the paper says that it stands."""
        paper = self.paper
        end = paper.steps[paper.paper.spot.step].get("end")
        return {
            "places": sorted(
                (
                    str(one.spot), one.status, one.stuck, one.due, one.overdue,
                    one.until, one.returned, one.relaying, one.assigned,
                    [(s.person, s.mode, s.signed) for s in one.signers],
                    [tuple(one.vote.voters), tuple(one.vote.said), tuple(one.vote.gone),
                     one.vote.round] if one.vote is not None else [],
                )
                for _, one in paper.places()
            ),
            "waits for": sorted(set(paper.waits_for()), key=str),
            "claimed": sorted((one.spot.step, one.claimed) for _, one in paper.places()
                              if one.claimed is not None),
            "ended": (end, paper.paper.spot.step if end else None),
            "suspended": paper.suspended is not None,
            "terms": {
                name: (one.by, one.reached, one.over) for name, one in paper.terms.items()
            },
            "data": {name: paper.data.get(name) for name in ("note", "until")},
            "flags": ["marked"] if paper.marked else [],
        }  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> None:
    """What people do to a case."""
    life = Life(draw)
    life.compare()
    for _ in range(life.pick(range(20, 60))):
        life.step()
    life.town.check(rebuilt=True)
    life.town.platform.close()


@pytest.mark.req("ENG-06", "ENG-12", "ENG-14")
@settings(
    max_examples=EXAMPLES or 4,
    # The same ones with every change; others are looked for at length.
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(lives())
def test_the_platform_and_the_paper_agree(life: None) -> None:
    """They have agreed after every step."""
