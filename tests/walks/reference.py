"""What the language says happens to a case, carried out on the words of the file.

Nothing here knows the engine: no net, no compiled process, no stored state. A case is a piece of
paper on which the places are written down one after the other (language 1.6); each branch has a
paper of its own, and a place that was passed keeps a copy of the paper as it was before. It covers
every kind of step and target, the verbs, withdrawing, deadlines and what happens by itself. Who
may act, who else signs and how votes are counted are held against the language elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

ABOVE = {"unit": "office", "office": "board", "board": None}
KINDS = {"unit": "low", "office": "middle", "board": "top"}
#: what an action without a verb of its own is
VERBS = ("submit", "pass", "return", "fail", "discard", "save", "record", "reopen", "cancel")

#: before anything has come
NEVER = datetime.min.replace(tzinfo=UTC)


class No(Exception):
    """The language says that this cannot be done."""


@dataclass(frozen=True)
class Spot:
    """A place; ``visit`` tells one visit to a step from another."""

    step: str
    stage: str | None = None
    office: str | None = None
    visit: int = 0

    def __str__(self) -> str:
        stage = f".{self.stage}" if self.stage else ""
        return f"{self.step}{stage}" + (f"@{self.office}" if self.office else "")


@dataclass(frozen=True)
class Line:
    """A place that was passed, by whom, and how things stood before."""

    spot: Spot
    person: str
    #: may it be taken back, as far as the action itself says
    mine: bool = False
    before: Before | None = None
    #: where the routes of chains went on from at the place; None where that is forgotten
    route: Mapping[str, str] | None = None
    #: the organisations still to be visited then
    inserted: tuple[str, ...] = ()
    #: of a place where the case was divided: its branches, and which one led out
    branches: Mapping[str, Paper] = field(default_factory=dict)
    by: str = ""

    @property
    def acted(self) -> Spot:
        """Where somebody acted: in a parallel step the place in the branch."""
        spot, branches = self.spot, self.branches
        for name in self.by.split("."):
            if name in branches:
                spot, branches = branches[name].spot, branches[name].branches
        return spot


@dataclass(frozen=True)
class Before:
    """What taking a pass back restores beside the place."""

    paper: Paper
    data: Mapping[str, Any]
    marked: bool
    reached: frozenset[str]
    #: what the pass itself has set
    sets: frozenset[str]


@dataclass(frozen=True)
class Left:
    """Where a return or an end took the case from."""

    spot: Spot
    lines: tuple[Line, ...]
    route: Mapping[str, str]
    inserted: tuple[str, ...]
    sent_to: str | None
    branches: Mapping[str, Paper]


@dataclass(frozen=True)
class Signer:
    """Somebody who was asked to sign at a place too."""

    person: str
    mode: str
    signed: bool = False

    def done(self) -> Signer:
        """Once they have signed."""
        return replace(self, signed=True)


@dataclass
class Vote:
    """Who sits at a vote, and what they have said: one of the options, and a score."""

    panel: Mapping[str, Any]
    voters: list[str]
    said: dict[str, tuple[str, float]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    round: int = 1

    def copy(self) -> Vote:
        """As it stands now."""
        return replace(self, voters=list(self.voters), said=dict(self.said), gone=list(self.gone))

    @property
    def asked(self) -> list[str]:
        """Whose ballots are waited for now: in turn that of one."""
        taking = self.attending if self.panel.get("in_turn") else self.voters
        missing = [one for one in taking if one not in self.said and one not in self.gone]
        return missing[:1] if self.panel.get("in_turn") else missing

    @property
    def attending(self) -> list[str]:
        """Those who have come, where it is said who has; here it is not the third."""
        if "present" not in self.panel:
            return self.voters
        return [one for one in self.voters if one != "v2"] or self.voters

    def result(self, step: Mapping[str, Any], *, overdue: bool) -> str | None:
        """What has come of it: an outcome, ``again``, or None while it goes on."""
        low = self.panel.get("invalid")
        quorum = self.panel.get("quorum")
        valid = [choice for choice, score in self.said.values() if not (low and score < 5)]
        agreed, of, come = valid.count("agree"), len(self.voters), self.attending
        ended = set(come) <= self.said.keys() or ("enough" in self.panel and agreed >= 2)
        if not ended and not overdue:
            return None
        if quorum is not None:
            enough = (
                len(self.said) * 3 >= of * 2 if "at_least" in quorum else len(self.said) * 3 > of
            )
            if not enough:
                return "no_quorum"
        if not ended and "short" in step["outcomes"]:
            return "short"
        decide = self.panel["decide"]
        if decide == "all":
            return "passed" if agreed == len(come) and agreed else "failed"
        if decide == "any":
            return "passed" if agreed else "failed"
        if decide == "rules/few-against":
            return "passed" if valid.count("against") <= 1 else "failed"
        share = decide["pass"]
        base = {"present": len(come), "valid": len(valid)}.get(share["of"], of)
        more = "more_than" in share
        top, bottom = map(int, str(share["more_than" if more else "at_least"]).split("/"))
        if base and (agreed * bottom > base * top or (agreed * bottom == base * top and not more)):
            return "passed"
        others = max(valid.count("against"), valid.count("abstain"))
        last = self.round >= decide.get("rounds", 2 if "run_off" in decide else 1) or overdue
        return "again" if "run_off" in decide and not last and agreed == others > 0 else "failed"


@dataclass
class Paper:
    """Where a case or a branch is, and how it came there."""

    spot: Spot
    lines: list[Line] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    route: dict[str, str] = field(default_factory=dict)
    inserted: list[str] = field(default_factory=list)
    sent_to: str | None = None
    branches: dict[str, Paper] = field(default_factory=dict)
    joined: bool = False
    #: returned to after its join, which waits for it again
    again: bool = False
    returned: bool = False
    relaying: bool = False
    #: the next submission goes straight back to where the return came from, and has done so
    straight: bool = False
    straightened: bool = False
    touched: bool = False
    due: str | None = None
    given: str | None = None
    overdue: bool = False
    until: str | None = None
    status: str | None = None
    came: datetime = NEVER
    #: nobody was found to wait for
    stuck: bool = False
    #: who alone deals with the task, and who else signs it
    assigned: str | None = None
    signers: tuple[Signer, ...] = ()
    #: who of several has taken the task on
    claimed: str | None = None
    vote: Vote | None = None

    def copy(self) -> Paper:
        """As it stands now; lines never change once they are written."""
        return replace(
            self, lines=list(self.lines), left=list(self.left), route=dict(self.route),
            inserted=list(self.inserted),
            branches={name: one.copy() for name, one in self.branches.items()},
            vote=self.vote.copy() if self.vote is not None else None,
        )  # fmt: skip


@dataclass
class Term:
    """A deadline of the whole case."""

    reach: str
    by: str
    words: Mapping[str, Any]
    reached: bool = False
    over: bool = False


class Case:
    """A case on paper."""

    def __init__(
        self,
        process: Mapping[str, Any],
        data: Mapping[str, Any],
        now: datetime,
        initiator: str = "ann",
    ) -> None:
        self.initiator = initiator
        self.lax: Mapping[str, Any] = process.get("policy", {}).get("lax", {"default": False})
        self.first = next(iter(process["steps"]))
        self.data: dict[str, Any] = {"note": None, **data}
        self.marked = False
        self.sets: set[str] = set()
        self.steps: dict[str, Any] = {}
        #: the branches a step is in, each with its parallel step, from the outside in
        self.within: dict[str, tuple[tuple[str, str], ...]] = {}
        self._read(process["steps"], ())
        self.common = process.get("actions", {})
        self.visits = 0
        self.now = now
        self.terms = {
            name: Term(one["reach"], str(now.date() + timedelta(days=9)), one)
            for name, one in process.get("deadlines", {}).items()
        }
        self.paper = Paper(Spot(""))
        self.inside: tuple[str, ...] = ()
        self.dividing: list[str] = []
        self.person, self.office = initiator, None
        self.met: set[str] = set()
        self._stand(self.first)
        self.look_at_status()

    def _read(self, steps: Mapping[str, Any], within: tuple[tuple[str, str], ...]) -> None:
        for name, step in steps.items():
            self.steps[name], self.within[name] = step, within
            for branch, inner in step.get("parallel", {}).get("branches", {}).items():
                self._read(inner, (*within, (name, branch)))

    # ---------------------------------------------------------------- reading

    @property
    def here(self) -> Paper:
        """The paper that is written on: that of a branch, or of the case."""
        return self._at(self.inside)

    def _at(self, inside: tuple[str, ...]) -> Paper:
        paper = self.paper
        for name in inside:
            paper = paper.branches[name]
        return paper

    @property
    def step(self) -> Mapping[str, Any]:
        """The step of the place that is written on."""
        found: Mapping[str, Any] = self.steps[self.here.spot.step]
        return found

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return "end" in self.steps[self.paper.spot.step]

    def places(self, *, ended: bool = False) -> Iterator[tuple[tuple[str, ...], Paper]]:
        """Every place, the parallel steps included."""
        yield from _places((), self.paper, ended=ended)

    def go_into(self, step: str, *, ended: bool = False) -> None:
        """Turn to the paper on which a step is the present place."""
        self.inside = ()
        for inside, one in self.places(ended=ended):
            if step and one.spot.step == step:
                self.inside = inside
                return

    def holds(self, condition: str) -> bool:
        """Whether a condition of a file holds."""
        return bool(
            {
                "policy.lax": self.is_lax(),
                "has(data.note)": self.data["note"] is not None,
                "!flags.marked": not self.marked,
                "case.returned": self.here.returned,
            }[condition]
        )

    def is_lax(self) -> bool:
        """The switch, which may be another from a day on."""
        default = self.lax["default"]
        if isinstance(default, bool):
            return default
        until = self.data.get("until") if self.lax["as_of"] == "data.until" else None
        day = str(until or self.now.date())
        return bool([one["then"] for one in default if one.get("from", "") <= day][-1])

    def office_of(self, words: str) -> str | None:
        """The organisation that an expression names."""
        if words == "case.sent_to":
            return self.here.sent_to
        if words == "jurisdiction.bureau":
            return "board"
        found: str | None = self.data["unit"]
        for _ in range(words.count(".superior")):
            found = ABOVE[found] if found else None
        return found

    def day(self, words: str, since: datetime) -> str | None:
        """The date or the moment that an expression names, counted from another."""
        number = int(words.rstrip(")").rpartition(" ")[2]) if "(" in words else 0
        if words.startswith("days("):
            return (since.date() + timedelta(days=number)).isoformat()
        if words.startswith("hours("):
            return (since + timedelta(hours=number)).replace(tzinfo=None).isoformat()
        found = self.data.get("until")
        return str(found) if found else None

    def is_over(self, due: str | None) -> bool:
        """Whether a day has ended, or a moment is past."""
        if due is not None and len(due) > len("2026-01-01"):
            return self.now.replace(tzinfo=None) >= datetime.fromisoformat(due)
        return due is not None and self.now.date() > date.fromisoformat(due)

    def stage_after(self, step: Mapping[str, Any], stage: str | None) -> str | None:
        """The next stage that is active."""
        names = list(step.get("stages", {}))
        for name in names[names.index(stage) + 1 if stage else 0 :]:
            if "when" not in step["stages"][name] or self.holds(step["stages"][name]["when"]):
                return str(name)
        return None

    def choose(self, value: Any) -> str:
        """The first of some possibilities that holds."""
        if isinstance(value, str):
            return value
        return str(
            next(one["then"] for one in value if "when" not in one or self.holds(one["when"]))
        )

    def actions(self) -> Mapping[str, Any]:
        """What may be done at the place, beside what is done by itself."""
        here = self.here.spot.step
        common = {
            name: one
            for name, one in self.common.items()
            if not self.closed and here in one.get("during", [here])
        }
        return {**common, **self.step.get("actions", {})}

    def waits_for(self) -> list[tuple[str, str | None, str | None, str | None]]:
        """Whom the case waits for: step, organisation, permission and person."""
        found = []
        for inside, one in self.places():
            self.inside = inside
            found += [(one.spot.step, *whom) for whom in self._holders(one)]
        self.inside = ()
        return sorted(found, key=str)

    def _holders(self, one: Paper) -> list[tuple[str | None, str | None, str | None]]:
        step, who = self.step, self.step.get("who")
        if self.closed or one.stuck or "panel" in step:
            return [(None, None, voter) for voter in one.vote.asked] if one.vote else []
        if who == "initiator":
            return [(None, None, self.initiator)]
        if who is not None:
            stage = step.get("stages", {}).get(one.spot.stage, {})
            signing = [signer for signer in one.signers if not signer.signed]
            found = [(one.spot.office, None, s.person) for s in signing if s.mode != "after"]
            if all(signer.mode in ("parallel", "after") for signer in signing):
                permission = stage.get("permission", who["permission"])
                found.append((one.spot.office, permission, one.assigned or self.named(who)))
            return found
        others = [one["who"] for one in self.actions().values() if isinstance(one.get("who"), dict)]
        named = {(self.office_of(who["organisation"]), who["permission"], None) for who in others}
        return [one for one in named if one[0] is not None]

    def named(self, who: Mapping[str, Any]) -> str | None:
        """The one person whom a task is for, if there is one."""
        return self.data[who["person"].partition(".")[2]] if "person" in who else None

    def snapshot(self) -> tuple[Any, ...]:
        """Everything that is written, to be put back where something cannot be done."""
        terms = {name: replace(one) for name, one in self.terms.items()}
        return self.paper.copy(), dict(self.data), self.marked, terms

    def restore(self, kept: tuple[Any, ...]) -> None:
        """Put back what was written."""
        self.paper, self.data, self.marked, self.terms = kept
        self.dividing = []

    def look_at_status(self) -> None:
        """What lists show of each place: what its step says now, else what they showed before."""
        for inside, one in self.places():
            self.inside = inside
            if "status" in self.step:
                one.status = self.choose(self.step["status"])
        self.inside = ()

    # ---------------------------------------------------------------- going on

    def go_to(self, name: str) -> None:
        """Come to a step, past those that are not to be done."""
        if name == "join":
            self._end_branch()
            return
        step = self.steps[name]
        here = self.here
        while len(self.inside) > len(self.within[name]):
            self._leave()
        for said in self.along if here is not self.here else ():
            setattr(self.here, said, getattr(here, said))
        self._reach(name)
        if "when" in step and not self.holds(step["when"]):
            self.go_to(self.choose(step["to"]))
        elif "chain" in step:
            self._visit_next(name)
        elif "parallel" in step:
            self._divide(name)
        elif {"who", "wait", "end", "panel", "call"} & step.keys():
            self._stand(name)
        else:
            self.create(step)
            self.go_to(self.choose(step["to"]))

    def _reach(self, name: str) -> None:
        for key, term in self.terms.items():
            if term.reach == name and not term.reached:
                if self.is_over(term.by) and term.words.get("hard") and self.pressed:
                    raise No
                term.reached, term.over = True, self.is_over(term.by)
                self.met.add(key)

    #: somebody presses, rather than that it happens by itself
    pressed = False

    def _stand(self, name: str, office: str | None = None, *, stuck: bool = False) -> None:
        step, here = self.steps[name], self.here
        who = step.get("who")
        if office is None and isinstance(who, dict) and "chain" not in step:
            office = self.office_of(who.get("organisation", "case.sent_to"))
            stuck = office is None
        self.visits += 1
        here.came = self.now
        here.stuck, here.assigned, here.signers = stuck, None, ()
        here.vote = here.claimed = None
        here.branches, here.joined = {}, False
        here.touched = here.straightened = False
        here.spot = Spot(name, self.stage_after(step, None), office, self.visits)
        self._set_due(step)
        until = step.get("wait", {}).get("until")
        here.until = self.day(until, here.came) if until else None
        if "panel" in step:
            here.vote = self.convene(step["panel"])
            here.stuck = not here.vote.voters
        self.create(step)

    def create(self, words: Mapping[str, Any]) -> None:
        """What else comes of reaching a step, or of an action: other cases (elsewhere)."""

    def convene(self, panel: Mapping[str, Any]) -> Vote:
        """Who votes at a panel the case has come to."""
        return Vote(panel, list(self.data[panel["voters"].partition(".")[2]]))

    def _set_due(self, step: Mapping[str, Any]) -> None:
        here = self.here
        here.due = here.given
        if here.due is None and "due" in step:
            here.due = self.day(self.choose(step["due"]["by"]), here.came)
        here.overdue = self.is_over(here.due)

    def _visit_next(self, name: str) -> None:
        """A chain: those that were inserted, the next organisation, or past its end."""
        office, reached = self.following(name)
        if reached is not None:
            self._past(name, reached)
        else:
            self._stand(name, office, stuck=office is None)

    def following(self, name: str) -> tuple[str | None, str | None]:
        """Who comes next in a chain, or which organisation it ends at; neither is an incident."""
        chain, here = self.steps[name]["chain"], self.here
        if here.inserted:
            return here.inserted.pop(0), None
        at: str | None = here.route.get(name)
        if at is None:
            at = self.data["unit"]
            if self.is_the_last(name, at):
                return None, at
        following = ABOVE[at]
        if following is None and "until" in chain:
            return None, None
        if following is None or self.is_the_last(name, following):
            return None, following or at
        here.route[name] = following
        return following, None

    def is_the_last(self, name: str, office: str) -> bool:
        """Whether a chain ends at an organisation."""
        until = self.steps[name]["chain"].get("until", "none")
        return bool(KINDS[office] == until.rpartition("'")[0].rpartition("'")[2])

    def _past(self, name: str, reached: str) -> None:
        here = self.here
        here.sent_to = here.sent_to if self.sent else reached
        self.along.add("sent_to")
        here.route.pop(name, None)
        self.go_to(self.choose(self.steps[name]["to"]))

    #: the action says where the case is sent, rather than the chain
    sent = False

    def _divide(self, name: str) -> None:
        self._stand(name)
        outer, inside = self.here, self.inside
        self.dividing.append(name)
        for branch, steps in self.steps[name]["parallel"]["branches"].items():
            outer.branches[branch] = Paper(Spot(""), sent_to=outer.sent_to)
            self.inside = (*inside, branch)
            self.go_to(next(iter(steps)))
            if self.inside != (*inside, branch) and not outer.branches:
                self.dividing.pop()
                return
        self.dividing.pop()
        self.inside = inside
        if self._complete():
            self._join()

    def _end_branch(self) -> None:
        here = self.here
        here.joined, here.returned, here.relaying, here.touched = True, False, False, False
        here.due = here.given = here.until = here.vote = here.claimed = None
        here.overdue = here.stuck = False
        around = self._at(self.inside[:-1])
        if around.spot.step not in self.dividing and self._complete(self.inside[:-1]):
            self.inside = self.inside[:-1]
            self._join()

    def _complete(self, inside: tuple[str, ...] | None = None) -> bool:
        around = self._at(self.inside if inside is None else inside)
        branches = around.branches
        if any(one.again and not one.joined for one in branches.values()):
            return False
        join = self.steps[around.spot.step]["parallel"].get("join", "all")
        arrived = {name for name, one in branches.items() if one.joined}
        idle = {name for name in arrived if not branches[name].spot.step}
        if join == "all":
            return len(arrived) == len(branches)
        if join in branches:
            return join in arrived
        wanted = 1 if join == "any" else int(join)
        return len(arrived - idle) >= min(wanted, len(branches) - len(idle))

    def _join(self) -> None:
        name = self.here.spot.step
        self.here.branches, self.here.given = {}, None
        self.here.returned = self.here.relaying = False
        self.go_to(self.choose(self.steps[name]["to"]))

    def _leave(self) -> None:
        """Out of a branch: the others are broken off."""
        self.inside = self.inside[:-1]
        self.here.branches = {}

    # ---------------------------------------------------------------- what people do

    def act(self, name: str, person: str, office: str | None, entered: Mapping[str, Any]) -> None:
        """Take an action at the place that was turned to."""
        action = self.actions()[name]
        self._begin(person, office, pressed=True)
        step, here = self.step, self.here
        verb = verb_of(name, action)
        moving = verb in ("submit", "pass", "return", "fail", "reopen")
        if moving and step.get("due", {}).get("hard"):
            self._look_at_due()
            if self.is_over(here.due):
                raise No
        if here.relaying and not action.get("relay") and verb not in ("record", "save"):
            raise No
        if here.stuck and verb not in ("discard", "cancel"):
            raise No
        if not self.is_offered(action):
            raise No
        if self.is_of_holder(name, action):
            self._await_signers(verb)
        after = next((one for one in here.signers if one.mode == "after" and not one.signed), None)
        own = name in step.get("actions", {})
        if verb == "pass" and own and after is not None:
            here.signers = tuple(one.done() if one is after else one for one in here.signers)
            here.assigned, here.touched, here.claimed = after.person, False, None
            self._write(action)
            return
        if verb == "pass" and own and "stages" in step:
            following = self.stage_after(step, here.spot.stage)
            if following is not None:
                here.spot = replace(here.spot, stage=following)
                here.touched, here.assigned, here.signers = False, None, ()
                here.claimed = None
                self._write(action)
                return
        self._carry_out(action, verb, entered)

    def is_offered(self, action: Mapping[str, Any]) -> bool:
        """Whether the condition of an action holds."""
        return "when" not in action or self.holds(action["when"])

    def is_of_holder(self, name: str, action: Mapping[str, Any]) -> bool:
        """Whether an action is for whoever deals with the task, not of the process for others."""
        return name in self.step.get("actions", {}) or "who" not in action

    def _await_signers(self, verb: str) -> None:
        """Who was asked to sign before does so first; with one at the same time nothing ends."""
        if verb in ("record", "save"):
            return
        modes = {one.mode for one in self.here.signers if not one.signed}
        if modes & {"before", "delegate"}:
            raise No
        if "parallel" in modes and verb in ("submit", "pass", "fail"):
            raise No

    def _begin(self, person: str, office: str | None, *, pressed: bool) -> None:
        self.person, self.office, self.pressed = person, office, pressed
        self.was, self.was_in, self.sent = self.paper.copy(), self.inside, False
        #: what is said about the step that follows: it goes along out of a branch
        self.along: set[str] = set()
        self.was_data, self.was_marked, self.met = dict(self.data), self.marked, set()
        self.sets = set()

    def _carry_out(self, action: Mapping[str, Any], verb: str, entered: Mapping[str, Any]) -> None:
        for target, value in action.get("set", {}).items():
            self.sets.add(target)
            if target == "flags.marked":
                self.marked = True
            else:
                self.data[target.partition(".")[2]] = value.strip("'")
        given = entered.get("until") if "due" in action else None
        self.create(action)
        if verb == "pass":
            self._forward(action, given, entered)
        elif verb == "submit":
            self._submit(action, given)
        elif verb == "return":
            self._go_back(action, given)
        elif verb in ("fail", "discard", "cancel"):
            self._end(action)
        elif verb == "reopen":
            self.here.given, self.here.relaying = None, False
            if action["to"] == "resume":
                self.resume()
            else:
                self.go_to(action["to"])
            self.here.touched = True
        elif verb == "record":
            self.here.touched = self.here.touched or not self._brought_it_here()
        else:
            self._look_at_due()

    def _brought_it_here(self) -> bool:
        """Whether who acts has passed the case to where it is: their own notes hinder nothing."""
        for depth in range(len(self.inside), -1, -1):
            here = self._at(self.inside[:depth])
            if here.lines:
                return here.lines[0 if here.straightened else -1].person == self.person
        return False

    def _look_at_due(self) -> None:
        here = self.here
        if here.given is None and "due" in self.step:
            here.due = self.day(self.choose(self.step["due"]["by"]), here.came)
            here.overdue = here.overdue and self.is_over(here.due)

    def _forward(
        self, action: Mapping[str, Any], given: str | None, entered: Mapping[str, Any]
    ) -> None:
        here, target = self.here, self.choose(action["to"])
        here.relaying = here.returned = False
        here.given = given
        self.along |= {"given", "relaying", "returned"}
        if "send_to" in action:
            office = self.office_of(action["send_to"])
            if office is not None:
                here.sent_to, self.sent = office, True
                self.along.add("sent_to")
        if "insert" in action:
            here.inserted = [*entered.get("next", []), *here.inserted]
        if target == "resume":
            self.resume()
        elif here.inserted and target != "next" and "chain" not in self.steps.get(target, {}):
            if "chain" not in self.step:
                raise No
            self._stand(here.spot.step, here.inserted.pop(0))
        elif target == "next":
            self._visit_next(here.spot.step)
        else:
            self.go_to(target)
        if target != "resume":
            self._answer()
        if self.closed:
            self._remember_end()
        self._write(action)

    def _answer(self) -> None:
        """It has gone on to where it was taken from: that is not resumed any more."""
        here = self.here
        for index, left in enumerate(here.left):
            same = left.spot.step == here.spot.step
            if same and ("chain" not in self.step or left.spot.office == here.spot.office):
                here.left, here.straight = here.left[:index], False
                return

    def _remember_end(self) -> None:
        """From an end, ``resume`` leads to the place that ended it."""
        was = self.was
        self.paper.left.append(
            Left(was.spot, (), dict(self.paper.route), tuple(self.paper.inserted),
                 self.paper.sent_to, was.copy().branches)
        )  # fmt: skip

    def _submit(self, action: Mapping[str, Any], given: str | None) -> None:
        here = self.here
        straight, here.straight = here.straight, False
        here.relaying = here.returned = False
        here.given, here.lines = given, []
        at = self.was
        for name in self.was_in:
            at = at.branches[name]
        # A path begins anew: taking the submission back brings no older one back.
        at.lines = []
        if straight and here.left:
            self.resume()
            kept = [one for one in self.here.lines if one.spot.step != self.was.spot.step]
            self.here.lines = []
            self._write(action)
            self.here.lines += kept
            self.here.straightened = True
        else:
            here.left = []
            self.go_to(self.choose(action["to"]))
            self._answer()
            if self.closed:
                self._remember_end()
            self._write(action)

    def _write(self, action: Mapping[str, Any]) -> None:
        """Put the place that was left on the paper that is written on now."""
        before = Before(
            self.was, self.was_data, self.was_marked, frozenset(self.met), frozenset(self.sets)
        )
        mine = action.get("withdraw", "until_next_acts") != "never" and not self.stays_done()
        spot, branches, by = self._left_behind()
        at = self.was
        for name in self.was_in[: len(self.inside)]:
            at = at.branches[name]
        route, inserted = dict(at.route), tuple(at.inserted)
        line = Line(spot, self.person, mine, before, route, inserted, branches, by)
        self.here.lines.append(line)

    def stays_done(self) -> bool:
        """Whether something has come of what is done that nothing takes back (elsewhere)."""
        return False

    def _left_behind(self) -> tuple[Spot, dict[str, Paper], str]:
        """The place that was left: a parallel step, where its branches were left with it."""
        at = self.was
        for name in self.was_in[: len(self.inside)]:
            at = at.branches[name]
        inner = self.was_in[len(self.inside) :]
        if at.branches and (inner or not self.here.branches or at.spot != self.here.spot):
            return at.spot, at.copy().branches, ".".join(inner)
        return at.spot, {}, ""

    # ---------------------------------------------------------------- going back

    def _go_back(self, action: Mapping[str, Any], given: str | None) -> None:
        here, target = self.here.spot, action["to"]
        nearest = target == "previous"

        def wanted(spot: Spot) -> bool:
            other = spot.office != here.office or (here.office is None and spot.step != here.step)
            return other if nearest else spot.step == target

        relay = bool(action.get("relay"))
        around = {self._at(self.inside[:depth]).spot.step for depth in range(len(self.inside))}
        for depth in range(len(self.inside), -1, -1):
            lines = self._at(self.inside[:depth]).lines
            for index in range(len(lines) - 1, -1, -1):
                line = lines[index]
                if nearest and line.spot.step in around:
                    continue
                # Of a parallel step ``previous`` looks through the branch that led out of it.
                through = nearest and line.by != ""
                opened = None
                if line.branches and (through or not nearest):
                    opened = self._opened(line.branches, line.by, wanted, nearest, given, relay)
                if opened or (not through and wanted(line.spot)):
                    if line.branches and not opened:
                        opened = self._as_left(line.branches, given, relay)
                    self._back_to(depth, index, opened, action, given)
                    return
        raise No

    def _opened(
        self,
        branches: Mapping[str, Paper],
        by: str,
        wanted: Callable[[Spot], bool],
        nearest: bool,
        given: str | None,
        relay: bool,
    ) -> dict[str, Paper] | None:
        """The branches with one of them open again at the place that is wanted."""
        led, _, inner = by.partition(".")
        for name in [led, *(one for one in branches if one != led and not nearest)]:
            paper = branches.get(name)
            if paper is None or not paper.spot.step:
                continue
            paper = paper.copy()
            deeper = inner if name == led else ""
            last = Line(
                paper.spot, "", route=paper.route, inserted=tuple(paper.inserted),
                branches=paper.branches, by=deeper,
            )  # fmt: skip
            whole = [*paper.lines, last]
            for index in range(len(whole) - 1, -1, -1):
                line = whole[index]
                again: dict[str, Paper] | None = None
                if line.branches:
                    again = self._opened(line.branches, line.by, wanted, nearest, given, relay)
                elif "parallel" in self.steps[line.spot.step]:
                    continue
                if again is None and ((nearest and line.by) or not wanted(line.spot)):
                    continue
                first = index if again else _first(whole, index)
                paper.spot, paper.lines = whole[first].spot, paper.lines[:first]
                paper.branches = again or self._as_left(whole[first].branches, given, relay)
                paper.route = self._route_at(paper, whole[first].route)
                paper.inserted = list(whole[first].inserted)
                paper.joined, paper.again = False, True
                self._said(paper, given, relay)
                done = {key: one.copy() for key, one in branches.items()}
                for one in done.values():
                    one.joined = True
                return {**done, name: paper}
        return None

    def _as_left(
        self, branches: Mapping[str, Paper], given: str | None, relay: bool
    ) -> dict[str, Paper]:
        """Branches as they stood: who had not ended one has it to do again."""
        left = {name: one.copy() for name, one in branches.items()}
        for one in left.values():
            if not one.joined:
                one.branches = self._as_left(one.branches, given, relay)
                self._said(one, given, relay)
        return left

    def _said(self, paper: Paper, given: str | None, relay: bool) -> None:
        """What a return says to the place it leads to."""
        paper.returned, paper.given = True, given
        paper.relaying = relay and self.steps[paper.spot.step].get("who") != "initiator"

    def _route_at(self, paper: Paper, known: Mapping[str, str] | None) -> dict[str, str]:
        """Where routes go on from a place that is come back to.

        An organisation that was inserted is none of the route: it goes on as it did then.
        """
        step, office = paper.spot.step, paper.spot.office
        if "chain" in self.steps[step] and office:
            return {step: (known or {}).get(step, office)}
        return {name: at for name, at in paper.route.items() if name == step}

    def _back_to(
        self,
        depth: int,
        index: int,
        opened: dict[str, Paper] | None,
        action: Mapping[str, Any],
        given: str | None,
    ) -> None:
        handed_down = self.here.relaying
        while len(self.inside) > depth:
            self._leave()
        paper = self.here
        paper.given = given
        straight = action.get("resubmit_to") == "returning_level"
        if opened is None:
            index = _first(paper.lines, index)
        struck = tuple(paper.lines[index:])
        self._remember(paper, struck, handed_down)
        paper.lines = paper.lines[:index]
        line = struck[0]
        paper.route = self._route_at(replace(paper, spot=line.spot), line.route)
        paper.inserted = list(line.inserted)
        if opened is not None:
            self._divided_again(line.spot, opened)
        else:
            self._stand(line.spot.step, line.spot.office)
        paper.returned, paper.straight = True, straight
        # Who is in a branch passes it on, not the case.
        relay = bool(action.get("relay")) and opened is None
        paper.relaying = relay and self.step.get("who") != "initiator"

    def _remember(self, paper: Paper, struck: tuple[Line, ...], handed_down: bool) -> None:
        """Note where the case is being taken from: a return handed down stays one return."""
        past = tuple(map(_kept, struck))
        if handed_down and paper.left:
            caused = paper.left.pop()
            paper.left.append(replace(caused, lines=(*past, *caused.lines)))
            return
        spot, branches, _ = self._left_behind()
        paper.left.append(
            Left(spot, past, dict(paper.route), tuple(paper.inserted), paper.sent_to, branches)
        )  # fmt: skip

    def _divided_again(self, spot: Spot, branches: Mapping[str, Paper]) -> None:
        """Come back to a parallel step: who had not ended a branch has it to do again."""
        self.visits += 1
        here, inside = self.here, self.inside
        here.spot = Spot(spot.step, None, spot.office, self.visits)
        here.came, here.joined = self.now, False
        self._set_due(self.steps[spot.step])
        here.branches = {name: one.copy() for name, one in branches.items()}
        for name, branch in here.branches.items():
            if not branch.joined:
                self.inside = (*inside, name)
                if branch.branches:
                    self._divided_again(branch.spot, branch.branches)
                else:
                    self._stand(branch.spot.step, branch.spot.office)
        self.inside = inside

    def resume(self) -> None:
        """Go where the last return or end took the case from."""
        here = self.here
        if not here.left:
            raise No
        left = here.left.pop()
        here.lines = [*here.lines, *left.lines]
        here.route, here.inserted = dict(left.route), list(left.inserted)
        here.sent_to = left.sent_to
        if left.branches:
            self._divided_again(left.spot, left.branches)
        else:
            self._stand(left.spot.step, left.spot.office)

    def _end(self, action: Mapping[str, Any]) -> None:
        target = self.choose(action["to"])
        while len(self.inside) > len(self.within[target]):
            self._leave()
        outer = self.here
        spot, branches, _ = self._left_behind()
        past = tuple(map(_kept, outer.lines))
        left = Left(spot, past, dict(outer.route), tuple(outer.inserted), outer.sent_to, branches)
        outer.left.append(left)
        outer.lines, outer.given, outer.due, outer.overdue = [], None, None, False
        outer.route, outer.inserted = {}, []
        self.go_to(target)

    # ---------------------------------------------------------------- what happens by itself

    def outcome(self, name: str) -> None:
        """A result nobody presses: of a date, a panel, a group, a called case."""
        self._begin("system", None, pressed=False)
        step = self.step
        self.here.given, self.here.returned, self.here.relaying = None, False, False
        target = step.get("outcomes", {}).get(name) or step["to"]
        self.here.until = None
        self.go_to(self.choose(target))
        self._answer()
        # What was waited for is over: who passed the case there does not take it back.
        self.here.touched = True
        if self.closed:
            self._remember_end()
            return
        spot, branches, by = self._left_behind()
        if branches:
            self.here.lines.append(Line(spot, "system", branches=branches, by=by))

    def wait_is_over(self) -> None:
        """The day that is waited for may have ended."""
        if self.is_over(self.here.until):
            self.outcome("")

    def due_is_over(self) -> None:
        """The deadline of the place may be over: then what the process says is done."""
        self._look_at_due()
        if not self.is_over(self.here.due) or self.here.overdue:
            return
        self._begin("system", None, pressed=False)
        self.here.overdue = True
        self.was = self.paper.copy()
        name = self.step.get("due", {}).get("otherwise")
        if name is not None and self.is_offered(self.actions()[name]):
            action = self.actions()[name]
            self._carry_out(action, verb_of(name, action), {})

    def deadline_is_over(self, name: str) -> None:
        """The deadline of the whole case may be over: where it waits its outcome is done."""
        term = self.terms[name]
        if term.reached or term.over or not self.is_over(term.by):
            return
        term.over = True
        self._begin("system", None, pressed=False)
        name = term.words.get("otherwise")
        for inside, _ in list(self.places()) if name is not None else ():
            self.inside = inside
            if name in self.actions() and not self.here.branches:
                self.was_in = inside
                action = self.actions()[name]
                self._carry_out(action, verb_of(name, action), {})
                return

    def voted(self) -> None:
        """Somebody has voted at the panel."""
        self.here.touched = True

    # ---------------------------------------------------------------- taking back

    def withdraw(self, person: str, office: str | None) -> None:
        """Take one's own last pass back, while nobody has acted on it."""
        here = self.here
        if not here.lines:
            raise No
        line = here.lines[0] if here.straightened else here.lines[-1]
        spot = line.acted
        mine = spot.office == office if spot.office is not None else line.person == person
        if not mine or not line.mine or line.before is None or self.closed or here.touched:
            raise No
        if here.returned or here.relaying or any(map(_acted, here.branches.values())):
            raise No
        before = line.before
        for name in before.reached:
            words = self.terms[name].words
            if self.is_over(self.terms[name].by) and (words.get("hard") or "otherwise" in words):
                raise No
        # Only what the pass itself has set; what was recorded since stays.
        names = [name.partition(".")[2] for name in before.sets if name.startswith("data.")]
        self.data = {**self.data, **{name: before.data[name] for name in names}}
        if "flags.marked" in before.sets:
            self.marked = before.marked
        for name in before.reached:
            self.terms[name].reached = False
        was = before.paper.copy()
        if self.inside:
            around = self._at(self.inside[:-1])
            for name in self.inside:
                was = was.branches[name]
            around.branches[self.inside[-1]] = was
        else:
            self.paper = was
        self.inside = self.inside if self.inside else ()
        if not line.branches:
            # Signers belong to one arrival.
            self.here.assigned, self.here.signers, self.here.claimed = None, (), None
            same = (spot.step, spot.office) == (here.spot.step, here.spot.office)
            if same and self.here.came == here.came:
                # The stages of a step have one deadline; what was added to it stays.
                self.here.given, self.here.due = here.given, here.due
        self._look_at_due()
        self.here.overdue = self.is_over(self.here.due)


def verb_of(name: str, action: Mapping[str, Any]) -> str:
    """What an action is treated as."""
    if "verb" in action:
        return str(action["verb"])
    if name in VERBS:
        return name
    return "pass" if "to" in action else "record"


def _places(
    inside: tuple[str, ...], paper: Paper, *, ended: bool
) -> Iterator[tuple[tuple[str, ...], Paper]]:
    if paper.joined and not ended:
        return
    yield inside, paper
    for name, one in paper.branches.items():
        yield from _places((*inside, name), one, ended=ended)


def _kept(line: Line) -> Line:
    """A line as it is remembered once it cannot be taken back any more."""
    return replace(line, mine=False, before=None)


def _first(lines: list[Line], index: int) -> int:
    """Where the visit that a line belongs to begins: its stages count as one place."""
    while index and lines[index - 1].spot.visit == lines[index].spot.visit:
        index -= 1
    return index


def _acted(branch: Paper) -> bool:
    """Whether somebody has acted in a branch since the case was divided."""
    ended = branch.joined and bool(branch.spot.step)
    inner = any(map(_acted, branch.branches.values()))
    return bool(branch.lines) or branch.touched or ended or inner
