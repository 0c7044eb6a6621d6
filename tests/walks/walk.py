"""Somebody does something to a case: drawn at random, of all that people and time can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import event, note
from hypothesis import strategies as st

from engine.domain.errors import EngineError
from tests.support.three_offices import WORKERS
from tests.walks.town import (
    DATA,
    HELPERS,
    STARTERS,
    VOTERS,
    Cut,
    Place,
    Town,
    asked,
    dying_after,
    person,
)

EVERYBODY = (*STARTERS, *WORKERS, *HELPERS, *VOTERS, "ada")


class Walk:
    """Random people who do random things."""

    def __init__(self, town: Town, draw: Any) -> None:
        self.town, self.platform = town, town.platform
        self.draw = draw
        self.keys = 0
        #: the only case that anything is done to, where several people are to meet
        self.only: str | None = None
        self.kinds = (
            *["act"] * 10, *["vote"] * 3, *["withdraw"] * 2, "seat", "save", "open", "extend",
            "transfer", "signer", "signer", "sign", "copy", "urge", "claim", "time", "time",
            "suspend", "suspend", "reroute", "cancel", "retry", "world", "group", "group", "tick",
            "substitute",
        )  # fmt: skip

    def pick(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(1, of)) == of

    def step(self) -> None:
        """One thing is done, refused, or cut off and done again."""
        command = self.command()
        if command is None:
            return
        name, do = command
        note(f"{self.town.clock.now():%m-%d} {name}")
        if self.chance(4):
            # A command that creates several cases writes more often than others do.
            self.cut_off(do, self.draw(st.integers(0, self.pick([30, 120]))))
        else:
            self.carry_out(do)
        self.town.check()

    def command(self) -> tuple[str, Callable[[], object]] | None:
        """Something to do, in words, and the doing of it; None where there is nothing to do."""
        kind = self.pick(self.kinds)
        if kind == "time":
            self.town.clock.set(self.town.clock.now() + timedelta(days=self.pick([1, 2, 5, 11])))
        command: tuple[str, Callable[[], object]] | None = getattr(self, f"to_{kind}")()
        return command

    def carry_out(self, do: Callable[[], object]) -> bool:
        before = self.town.content()
        try:
            do()
        except EngineError as refused:
            event(f"refused: {getattr(refused, 'code', type(refused).__name__)}")
            note(f"    {type(refused).__name__} {getattr(refused, 'code', '')}")
            assert self.town.content() == before, "a refusal changed something"
            return False
        return True

    def cut_off(self, do: Callable[[], object], statements: int) -> None:
        """The process ends in the middle; what was begun is whole, and is done once."""
        before, journalled = self.town.content(), self.town.journalled()
        try:
            with dying_after(statements):
                do()
        except EngineError as refused:
            note(f"    {type(refused).__name__} {getattr(refused, 'code', '')}")
            assert self.town.content() == before, "a refusal changed something"
            return
        except Cut:
            event("cut off")
            note(f"    cut off before statement {statements}")
        else:
            return
        began = self.town.journalled() > journalled
        self.town.check()
        if not began:
            self.carry_out(do)
            return
        counted = self.town.journalled()
        try:
            do()
        except EngineError:
            event("cut off, done, refused the second time")
        else:
            event("cut off, done, answered again")
        self.counted = counted

    # ---------------------------------------------------------------- what is done

    def key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    def place(self, wanted: Callable[[Place], bool] = lambda place: True) -> Place:
        places = self.town.places()
        places = [one for one in places if self.only in (None, one.uid)] or places
        return self.pick([one for one in places if wanted(one)] or places)

    def who(self, place: Place) -> Any:
        return person(self.pick(EVERYBODY if self.chance(6) else place.people))

    def compiled(self, uid: str) -> Any:
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            return self.platform.definitions.compiled(row.process, row.pin, unit)

    def to_act(self) -> Any:
        place = self.place()
        actions = self.compiled(place.uid).actions[place.state.place.step]
        if not actions:
            return None
        name = self.pick(actions)
        until = self.town.clock.now().date() + timedelta(days=self.pick([3, 8, -1]))
        values = {
            "reason": "r", "until": until.isoformat(),
            "next": self.pick([[], ["office"], ["board", "office"]]),
        }  # fmt: skip
        entered = asked(actions[name], values)
        data = None
        if place.state.place.step == "fill" or self.chance(8):
            data = DATA | ({"note": "n"} if self.chance(3) else {})
            data |= {"unit": self.pick(["unit", "unit", "office", "board"])}
        who, key = self.who(place), self.key()
        at = place.at if self.chance(5) is False else None
        return f"{who.person} {name} at {place.state.place}", lambda: self.platform.cases.act(
            who, place.uid, name, input=entered, data=data, at=at, key=key
        )

    def to_save(self) -> Any:
        place = self.place()
        who, key, data = self.who(place), self.key(), DATA | {"note": self.pick(["", "x"])}
        return f"{who.person} saves", lambda: self.platform.cases.save(
            who, place.uid, data, at=place.at, key=key
        )

    def to_withdraw(self) -> Any:
        place = self.place(lambda one: bool(one.state.path))
        last = place.state.path[-1] if place.state.path else None
        who = person(last.person) if last is not None and self.chance(6) is False else None
        who = who if who is not None and who.person != "system" else self.who(place)
        key, at = self.key(), place.at if self.chance(2) else None
        return (
            f"{who.person} withdraws at {place.state.place}",
            lambda: self.platform.cases.withdraw(who, place.uid, key=key, at=at),
        )

    def to_open(self) -> Any:
        place = self.place()
        who = self.who(place)
        return f"{who.person} opens", lambda: self.platform.cases.open(who, place.uid, at=place.at)

    def to_extend(self) -> Any:
        place = self.place(lambda one: one.state.due is not None)
        who, key = self.who(place), self.key()
        until = (self.town.clock.now() + timedelta(days=self.pick([9, -1]))).date().isoformat()
        deadline = self.pick([None, None, "entry"])
        return f"{who.person} extends", lambda: self.platform.cases.extend(
            who, place.uid, until, key=key, at=place.at, deadline=deadline
        )

    def to_transfer(self) -> Any:
        place = self.place()
        who, key, other = self.who(place), self.key(), self.pick(EVERYBODY)
        return f"{who.person} transfers to {other}", lambda: self.platform.cases.transfer(
            who, place.uid, other, key=key, at=place.at
        )

    def to_signer(self) -> Any:
        place, key = self.place(), self.key()
        who, other = self.who(place), self.pick([*WORKERS, *HELPERS])
        if self.chance(2) and who.organisation is not None:
            other = self.pick([f"{who.organisation}-{one}" for one in ("0", "1", "h")])
        name = self.pick(["add_signer", "add_signer", "remove_signer", "delegate"])
        entered = {"person": other}
        if name == "add_signer":
            entered["mode"] = self.pick(["before", "after", "parallel"])
        return f"{who.person} {name} {entered}", lambda: self.platform.operations.do(
            who, place.uid, name, entered, key=key, at=place.at
        )

    def to_sign(self) -> Any:
        place, key = self.place(lambda one: bool(one.state.signers)), self.key()
        who = self.who(place)
        if place.state.signers and self.chance(4) is False:
            who = person(self.pick(place.state.signers).person)
        return f"{who.person} signs", lambda: self.platform.operations.do(
            who, place.uid, "sign", {"opinion": "o"}, key=key, at=place.at
        )

    def to_copy(self) -> Any:
        place, key = self.place(), self.key()
        who, people = self.who(place), [self.pick(EVERYBODY)]
        return f"{who.person} copies", lambda: self.platform.operations.do(
            who, place.uid, "cc", {"people": people}, key=key, at=place.at
        )

    def to_urge(self) -> Any:
        place, key = self.place(), self.key()
        who = self.pick([person("ann"), self.who(place)])
        return f"{who.person} urges", lambda: self.platform.operations.do(
            who, place.uid, "urge", {}, key=key, at=place.at
        )

    def to_claim(self) -> Any:
        place = self.place()
        who = self.who(place)
        name = self.pick(["claim", "claim", "give_back"])
        return f"{who.person} {name}", lambda: getattr(self.platform.cases, name)(who, place.uid)

    def to_time(self) -> Any:
        return "time passes", lambda: self.platform.cases.tick()

    def to_tick(self) -> Any:
        return "the background works", lambda: self.platform.outgoing.work_off()

    def to_suspend(self) -> Any:
        place, ada = self.place(lambda one: self.town.state(one.uid).suspended), person("ada")
        name = "resume" if self.town.state(place.uid).suspended else "suspend"
        return name, lambda: getattr(self.platform.interventions, name)(ada, place.uid, "r")

    def to_reroute(self) -> Any:
        place, ada = self.place(), person("ada")
        steps = self.pick(sorted(self.compiled(place.uid).process.steps))
        where: dict[str, Any] = {"step": steps}
        if self.chance(3):
            where = {"organisation": self.pick(["unit", "office", "board"])}
        return (
            f"reroute {where} from {place.state.place}",
            lambda: self.platform.interventions.reroute(ada, place.uid, "r", **where),
        )

    def to_cancel(self) -> Any:
        place, who = self.place(), person("ada")
        if not self.chance(4):
            return None
        return "cancel", lambda: self.platform.interventions.cancel(who, place.uid, "r")

    def to_retry(self) -> Any:
        place, who, name = self.place(), person("ada"), self.pick(["retry", "unclaim"])
        return name, lambda: getattr(self.platform.interventions, name)(who, place.uid, "r")

    def to_world(self) -> Any:
        """A unit gets another superior, or none."""
        key = self.pick(["unit", "office"])
        superior = self.pick([None, "board", "office"] if key == "unit" else [None, "board"])

        return f"{key} is below {superior}", lambda: self.town.move(key, superior)

    def to_substitute(self) -> Any:
        """Somebody stands in for a colleague from now on."""
        whom = person(self.pick(WORKERS))
        instead = f"{whom.organisation}-{self.pick(['0', '1', 'h'])}"
        return f"{instead} for {whom.person}", lambda: self.platform.substitutes.name(whom, instead)

    # ---------------------------------------------------------------- votes and groups

    def votes(self) -> Place:
        return self.place(lambda one: bool(one.state.voters))

    def members(self, uid: str) -> list[str]:
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None
            return [one.uid for one in unit.members.of(row.id) if one.state == "in"]

    def to_vote(self) -> Any:
        place, key = self.votes(), self.key()
        if not place.state.voters:
            return None
        voter = self.pick([*place.state.voters, *place.people])
        papers = {
            one: {"choice": self.pick(["agree", "agree", "against", "abstain"]),
                  "score": self.pick([0, 60, 90])}
            for one in ["", *self.members(place.uid)]
        }  # fmt: skip
        if not any(member for member in papers if member):
            papers = {"": papers[""]}
        return f"{voter} votes {papers}", lambda: self.platform.cases.vote(
            person(voter), place.uid, papers, key=key, at=place.at
        )

    def to_seat(self) -> Any:
        place = self.votes()
        if not place.state.voters:
            return None
        seat, other = self.pick(place.state.voters), self.pick(EVERYBODY)
        if self.chance(2):
            return f"{seat} declines", lambda: self.platform.cases.decline(
                person(seat), place.uid, "r", at=place.at
            )
        return f"{other} instead of {seat}", lambda: self.platform.interventions.do(
            person("ada"), place.uid, "replace", {"instead": seat, "person": other, "reason": "r"}
        )

    def to_group(self) -> Any:
        """Cases are put into a meeting, or taken out of it."""
        if "demo/meeting" not in self.platform.release.processes:
            return None
        board = person("board-0")
        meetings = [one for one in self.town.rows() if one.process == "demo/meeting"]
        others = [one.uid for one in self.town.rows() if one.process == "demo/walk"]
        open_ = [one for one in meetings if one.closed_at is None]
        if not open_ or (self.chance(4) and len(meetings) < 3):
            key = self.key()
            return "a meeting begins", lambda: self.platform.cases.start(
                board, "demo/meeting", DATA, key=key
            )
        key, meeting = self.key(), self.pick(open_)
        if self.chance(4):
            chosen = self.members(meeting.uid) or others
            return "out of the meeting", lambda: self.platform.cases.remove(
                board, meeting.uid, [chosen[0]], key=key
            )
        chosen = [self.pick(others)]
        return "into the meeting", lambda: self.platform.cases.add(
            board, meeting.uid, chosen, key=key
        )
