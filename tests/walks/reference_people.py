"""What the language says of people: who may do what, sign, vote, and step in from outside.

The paper of :mod:`tests.walks.reference` with the people of the town around it. Like that it knows
nothing of the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tests.walks.reference import ABOVE, Case, Line, No, Paper, Signer, Vote, verb_of

#: what may be done with a task where its step says nothing
ALLOWED = ("claim", "transfer", "cc", "urge")
#: who steps in
ADMINISTRATOR = "ada"
#: who works at the offices
STAFF = tuple(f"{office}-{one}" for office in ABOVE for one in ("0", "1", "h"))
KINDS = (
    "act", "withdraw", "extend", "transfer", "add_signer", "remove_signer", "delegate", "sign",
    "claim", "give_back", "vote", "decline", "replace", "suspend", "resume", "cancel", "reroute",
)  # fmt: skip


@dataclass(frozen=True)
class Doing:
    """What somebody tries: of which kind, at which step, and what they enter."""

    kind: str
    name: str
    at: str
    person: str
    entered: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None


def works_at(person: str) -> str | None:
    """The office somebody works in."""
    office, _, number = person.partition("-")
    return "board" if person == ADMINISTRATOR else office if number else None


def holds(person: str, permission: str | None, office: str | None) -> bool:
    """Whether somebody has a right at an office: workers both, helpers the second."""
    rights = {"0": "pq", "1": "pq", "h": "q"}.get(person.partition("-")[2], "")
    return office is not None and works_at(person) == office and str(permission) in rights


def covers(person: str, permission: str, office: str | None) -> bool:
    """Whether somebody has a right there, or at an office above."""
    while office is not None:
        if holds(person, permission, office):
            return True
        office = ABOVE[office]
    return False


class Desk(Case):
    """A case on paper, and the people around it."""

    suspended: datetime | None = None

    def do(self, doing: Doing) -> None:
        """Somebody does something, or may not.

        Raises:
            No: the language says that it cannot be done.
        """
        self.go_into(doing.at, ended=doing.kind == "withdraw")
        getattr(self, f"_{doing.kind}")(doing)

    def snapshot(self) -> tuple[Any, ...]:
        """With whether it is suspended."""
        return (*super().snapshot(), self.suspended)

    def restore(self, kept: tuple[Any, ...]) -> None:
        """With whether it was suspended."""
        super().restore(kept[:-1])
        self.suspended = kept[-1]

    # ---------------------------------------------------------------- who may

    def _demand(self, holds_true: object) -> None:
        if not holds_true:
            raise No

    def permission(self, paper: Paper, step: Mapping[str, Any]) -> str | None:
        """The right to a task: that of its stage, or of its step."""
        who = step.get("who")
        stage = step.get("stages", {}).get(paper.spot.stage, {})
        return stage.get("permission") or (who["permission"] if isinstance(who, dict) else None)

    def reviewing(self, step: Mapping[str, Any]) -> list[str]:
        """The rights to its tasks, at whichever stage."""
        who = step.get("who")
        said = [who["permission"]] if isinstance(who, dict) else []
        stages = step.get("stages", {}).values()
        return said + [stage["permission"] for stage in stages if "permission" in stage]

    def _is_kept_out(self, person: str, who: Any = None) -> bool:
        """Whether somebody does not deal with a task: the initiator, and who is named beside."""
        who = who if who is not None else self.step.get("who")
        said = who.get("except") if isinstance(who, dict) else None
        # Here nobody but the initiator acts at the first step, which is all that words name.
        if said == "none" or person == self.initiator:
            return said != "none"
        named = [said] if isinstance(said, dict) else said if isinstance(said, list) else []
        return any(
            person in self.data["voters"] if "people" in one else f"'{person}'" in one["when"]
            for one in named
        )

    def _may(self, doing: Doing, action: Mapping[str, Any], verb: str) -> None:
        """Whoever the action is for, and else whoever holds the task."""
        person, here = doing.person, self.here
        who = action.get("who", self.step.get("who"))
        if who in (None, "system"):
            raise No
        if "who" in action:
            self._demand(holds(person, who["permission"], self.office_of(who["organisation"])))
            self._demand(not self._is_kept_out(person, who))
            return
        prepares = any((s.person, s.mode, s.signed) == (person, "delegate", False)
                       for s in here.signers)  # fmt: skip
        if prepares and verb in ("record", "save"):
            return
        self._demand(here.assigned in (None, person))
        if who == "initiator":
            self._demand(person == self.initiator)
            return
        self._demand(here.assigned == person or self.named(who) in (None, person))
        self._demand(holds(person, self.permission(here, self.step), here.spot.office))
        self._demand(not self._is_kept_out(person))

    # ---------------------------------------------------------------- actions

    def _act(self, doing: Doing) -> None:
        action = self.actions().get(doing.name)
        if action is None or self.suspended:
            raise No
        verb = verb_of(doing.name, action)
        self._may(doing, action, verb)
        if self.is_of_holder(doing.name, action):
            self._demand_unclaimed(doing)
        for rule in action.get("require", ()):
            self._demand(self.holds(rule["that"]))
        if doing.data is not None:
            self.data |= doing.data
        self.act(doing.name, doing.person, works_at(doing.person), doing.entered)
        if self.here.overdue:
            self.count()

    def _withdraw(self, doing: Doing) -> None:
        self._demand(not self.suspended and self.here.lines)
        person, office = doing.person, works_at(doing.person)
        line = self.here.lines[-1]
        spot, step = line.acted, self.steps[line.acted.step]
        if line.person != person and spot.office is not None and spot.office == office:
            whose = replace(self.here, spot=spot)
            self._demand(holds(person, self.permission(whose, step), office))
            has_it = step is self.step and self.here.assigned == person
            self._demand(has_it or self.named(step["who"]) in (None, person))
            self._demand(not self._is_kept_out(person, step.get("who")))
        self.withdraw(person, office)

    def _extend(self, doing: Doing) -> None:
        until, term = str(doing.entered["until"]), self.terms.get(doing.name)
        if doing.name:
            if term is None or "extend" not in term.words or self.closed:
                raise No
            left = [*(line.spot for line in self.paper.lines), *(o.spot for o in self.paper.left)]
            known = {one.office for one in (self.paper.spot, *left)} - {None} or {"board"}
            allowed = term.words["extend"]
            self._demand(any(covers(doing.person, allowed["permission"], one) for one in known))
            self._demand(not term.reached and not self.is_over(until))
            self._demand(allowed.get("when") != "after_expiry" or self.is_over(term.by))
            term.by, term.over = until, False
            return
        here, allowed = self.here, self.step.get("due", {}).get("extend")
        if allowed is None or here.due is None:
            raise No
        back = here.left[-1].spot if here.left else None
        returned_by = back.office if back is not None else None
        reviewer = back is not None and any(
            holds(doing.person, one, returned_by) for one in self.reviewing(self.steps[back.step])
        )
        if not (reviewer and returned_by == works_at(doing.person)):
            at = returned_by if returned_by is not None else here.spot.office
            self._demand(covers(doing.person, allowed["permission"], at))
        self._demand(allowed.get("when") != "after_expiry" or self.is_over(here.due))
        self._demand(not self.is_over(until))
        here.due, here.given, here.overdue = until, until, False

    # ---------------------------------------------------------------- signers

    def _hold(self, doing: Doing) -> None:
        """Whoever holds the task may let others take part in it, as far as its step allows."""
        here, step = self.here, self.step
        own = [(name, one) for name, one in step.get("actions", {}).items() if "who" not in one]
        if self.closed or self.suspended or here.stuck or not own:
            raise No
        self._may(doing, own[0][1], verb_of(*own[0]))
        self._demand(doing.kind in step.get("allow", ALLOWED) and isinstance(step["who"], dict))
        if doing.kind != "claim":
            self._demand_unclaimed(doing)

    def _demand_unclaimed(self, doing: Doing) -> None:
        """What a colleague has taken on is left to them."""
        here = self.here
        theirs = here.claimed in (None, doing.person)
        self._demand(theirs or works_at(doing.person) != here.spot.office)

    def _claim(self, doing: Doing) -> None:
        """Of several who could deal with a task, one takes it on."""
        self._hold(doing)
        here = self.here
        open_ = [one for one in self._holders(here) if one[1] is not None and one[2] is None]
        self._demand(open_ and here.claimed is None)
        here.claimed = doing.person

    def _give_back(self, doing: Doing) -> None:
        self._demand(self.here.claimed == doing.person)
        self.here.claimed = None

    def _waiting(self) -> list[Signer]:
        return [one for one in self.here.signers if not one.signed]

    def _colleague(self, doing: Doing) -> str:
        """Somebody else who could do the task."""
        named = str(doing.entered["person"])
        right = self.permission(self.here, self.step)
        self._demand(holds(named, right, self.here.spot.office) and named != doing.person)
        self._demand(not self._is_kept_out(named))
        return named

    def _transfer(self, doing: Doing) -> None:
        self._hold(doing)
        self._demand(all(one.mode not in ("before", "delegate") for one in self._waiting()))
        self.here.assigned, self.here.claimed = self._colleague(doing), None

    def _add_signer(self, doing: Doing) -> None:
        self._hold(doing)
        named, mode = str(doing.entered["person"]), str(doing.entered["mode"])
        if mode == "after":
            self._colleague(doing)
        office: str | None = works_at(named)
        while office is not None and office != works_at(doing.person):
            office = ABOVE[office]
        self._demand(office is not None and named != doing.person)
        self._demand(not self._is_kept_out(named))
        self._sign_too(named, mode)

    def _sign_too(self, named: str, mode: str) -> None:
        self._demand(named not in [one.person for one in self._waiting()])
        self._signed_by((*self.here.signers, Signer(named, mode)))

    def _signed_by(self, signers: tuple[Signer, ...]) -> None:
        """Whom the task waits for is another question now: nobody has it taken on any more."""
        self.here.signers, self.here.claimed = signers, None

    def _delegate(self, doing: Doing) -> None:
        self._hold(doing)
        self._demand(all(one.mode not in ("before", "delegate") for one in self._waiting()))
        self._sign_too(self._colleague(doing), "delegate")
        self.here.assigned = doing.person

    def _remove_signer(self, doing: Doing) -> None:
        self._hold(doing)
        gone = [one for one in self._waiting() if one.person == doing.entered["person"]]
        self._demand(gone)
        self._signed_by(tuple(one for one in self.here.signers if one is not gone[0]))

    def _sign(self, doing: Doing) -> None:
        own = [s for s in self._waiting() if s.person == doing.person and s.mode != "after"]
        self._demand(own and not self.suspended)
        here = self.here
        self._signed_by(tuple(one.done() if one is own[0] else one for one in here.signers))
        here.touched = True

    # ---------------------------------------------------------------- votes

    def _seated(self, doing: Doing) -> Vote:
        """The vote, if somebody has a seat there and has not used it."""
        vote = self.here.vote
        if vote is None or self.suspended or doing.person not in vote.voters:
            raise No
        self._demand(doing.person not in vote.said and doing.person not in vote.gone)
        return vote

    def _vote(self, doing: Doing) -> None:
        vote = self._seated(doing)
        self._demand(doing.person in vote.asked and doing.person in vote.attending)
        vote.said[doing.person] = (doing.entered["choice"], doing.entered["score"])
        self.here.touched = True
        self.count()

    def count(self) -> None:
        """Go on where the vote at the place is over."""
        vote = self.here.vote
        result = vote.result(self.step, overdue=self.here.overdue) if vote is not None else None
        if result == "again":
            assert vote is not None
            vote.round, vote.said = vote.round + 1, {}
        elif result is not None:
            self.outcome(result)

    def _decline(self, doing: Doing) -> None:
        vote = self._seated(doing)
        self._demand(vote.panel.get("may_decline"))
        vote.gone.append(doing.person)

    def _replace(self, doing: Doing) -> None:
        vote = self.here.vote
        if vote is None or self.suspended or doing.person != ADMINISTRATOR:
            raise No
        seat, named = doing.entered["instead"], doing.entered["person"]
        self._demand(seat in vote.voters and seat not in vote.said and named != self.initiator)
        self._demand(named not in vote.voters and named not in vote.gone)
        vote.voters[vote.voters.index(seat)] = named
        vote.gone += [] if seat in vote.gone else [seat]

    # ---------------------------------------------------------------- stepping in

    def _step_in(self, doing: Doing) -> None:
        self._demand(doing.person == ADMINISTRATOR and not self.closed)

    def _suspend(self, doing: Doing) -> None:
        self._step_in(doing)
        self._demand(not self.suspended)
        self.suspended = self.now

    def _resume(self, doing: Doing) -> None:
        """Every deadline that was open when it was suspended is later by as long as it was."""
        self._step_in(doing)
        if self.suspended is None:
            raise No
        begun, self.suspended = self.suspended, None
        for inside, one in list(self.places()):
            self.inside = inside
            self._look_at_due()
            if one.due is not None and _is_open(one.due, begun):
                later = _later(one.due, begun, self.now)
                if later != one.due:
                    one.due = one.given = later
        for term in self.terms.values():
            if not term.reached and _is_open(term.by, begun):
                term.by = _later(term.by, begun, self.now)

    def _cancel(self, doing: Doing) -> None:
        self._step_in(doing)
        self.break_off(doing.person)

    def break_off(self, person: str) -> None:
        """To the first end at which a case is cancelled."""
        self._begin(person, works_at(person), pressed=False)
        self.inside, self.suspended = (), None
        self.here.given, self.here.branches = None, {}
        end = next(name for name, one in self.steps.items() if one.get("end") == "cancelled")
        self._reach(end)
        self._stand(end)

    def _reroute(self, doing: Doing) -> None:
        self._step_in(doing)
        here = self.here
        name, office = (
            doing.entered.get("step") or here.spot.step,
            doing.entered.get("organisation"),
        )
        step, who = self.steps[name], self.steps[name].get("who")
        waits = {"who", "wait", "panel", "parallel", "chain", "call"} & step.keys()
        self._demand(waits and "end" not in step and who != "system")
        within = tuple(
            (self._at(self.inside[:depth]).spot.step, branch)
            for depth, branch in enumerate(self.inside)
        )
        self._demand(self.within[name] == within[: len(self.within[name])])
        unchecked = self.step.get("who") == "initiator" and "edit" in self.step
        self._demand(name == here.spot.step or not unchecked)
        self._demand(office is None or isinstance(who, dict))
        self._begin(doing.person, works_at(doing.person), pressed=False)
        stood = self.visits
        while len(self.inside) > len(self.within[name]):
            self._leave()
        self._take(name, office)
        self._demand(not self.here.stuck and not self.closed)
        nobody = not self._holders(self.here) and not self.here.branches
        self._demand(not nobody or "wait" in step or "call" in step or self.here.due is not None)
        self._demand_somebody(stood)
        self.here.touched = True

    def _demand_somebody(self, since: int) -> None:
        """Wherever it has come to, one of those with the right need not keep out; or whoever has it
        alone has the right.
        """
        moved = self.inside
        for inside, one in list(self.places()):
            self.inside = inside
            for office, right, whom in self._holders(one) if one.spot.visit > since else ():
                if right is not None and whom is None:
                    able = (who for who in STAFF if holds(who, right, office))
                    self._demand(any(not self._is_kept_out(who) for who in able))
                elif right is not None:
                    self._demand(holds(str(whom), right, office))
        self.inside = moved

    def _take(self, name: str, office: str | None) -> None:
        """Put it at a step and office, on its path or besides."""
        here, step = self.here, self.steps[name]
        was, same = here.spot, name == here.spot.step
        index = self._on_path(name, office)
        submitted = bool(here.lines)
        if index is not None:
            office = here.lines[index].spot.office
            here.lines = here.lines[:index]
        elif same or "who" not in self.step or here.stuck:
            here.lines = [one for one in here.lines if one.spot.visit != was.visit]
        else:
            here.lines = [*here.lines, Line(was, self.person)]
        here.inserted = here.inserted if same else []
        here.left, here.straight, here.relaying, here.given = [], False, False, None
        here.returned = submitted and step.get("who") == "initiator"
        self._reach(name)
        if "chain" in step:
            self._into_chain(name, office if office is not None or not same else was.office)
            return
        here.route = {}
        if office is not None and step["who"].get("organisation") == "case.sent_to":
            here.sent_to = office
        if "parallel" in step:
            self._divide(name)
        else:
            self._stand(name, office)

    def _on_path(self, name: str, office: str | None) -> int | None:
        """The latest place on the path that is meant: its first stage."""
        here = self.here
        same = name == here.spot.step
        if same and ("chain" not in self.steps[name] or office is None):
            return None
        for index in range(len(here.lines) - 1, -1, -1):
            spot = here.lines[index].spot
            if spot.step == name and office in (None, spot.office):
                while index and here.lines[index - 1].spot.visit == spot.visit:
                    index -= 1
                return index
        return None

    def _into_chain(self, name: str, office: str | None) -> None:
        here = self.here
        if office is not None:
            self._demand(not self.is_the_last(name, office))
            here.route = {name: office}
            self._stand(name, office)
            return
        here.route = {key: at for key, at in here.route.items() if key == name}
        found, reached = self.following(name)
        self._demand(reached is None and found is not None)
        self._stand(name, found)

    # ---------------------------------------------------------------- time

    def wakes(self, kind: str, at: str) -> None:
        """A timer has come: of a place, or of the case."""
        self.go_into(at)
        what, _, name = kind.partition(":")
        if what == "wait":
            self.wait_is_over()
        elif what == "due":
            self.due_is_over()
        elif what == "deadline":
            self.deadline_is_over(name)
            self.inside = ()
        if self.here.overdue:
            self.count()


def _is_moment(due: str) -> bool:
    return len(due) > len("2026-01-01")


def _is_open(due: str, then: datetime) -> bool:
    """Whether a deadline was not over at some time."""
    if _is_moment(due):
        return datetime.fromisoformat(due) > then.replace(tzinfo=None)
    return date.fromisoformat(due) >= then.date()


def _later(due: str, begun: datetime, now: datetime) -> str:
    if _is_moment(due):
        return (datetime.fromisoformat(due) + (now - begun)).isoformat()
    return (date.fromisoformat(due) + (now.date() - begun.date())).isoformat()
