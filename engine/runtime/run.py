"""One command being carried out: the changing state, what happened, and the arriving at a place.

:mod:`engine.runtime.advance` says what each command does; this module holds what all of them
share. A run is used once and thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.definitions.process import (
    Action,
    Assignment,
    Formula,
    Recusal,
    Step,
)
from engine.domain.case import (
    Advance,
    Command,
    DueEffect,
    Passed,
    Place,
    Resumption,
    Split,
    State,
    Timer,
    WorkItem,
    branch_of,
    dates_of,
    places_of,
    with_branch,
)
from engine.domain.errors import Refused
from engine.runtime import chains, deadlines, effects, moments, panels, splits, timers
from engine.runtime.branches import At, Level, state_at
from engine.runtime.compiled import Compiled, Within
from engine.runtime.context import Context
from engine.runtime.facts import Recording

#: what withdrawing a pass brings back beside the place
RESTORED = (
    "sent_to", "due", "due_given", "overdue", "inserted", "chain",
    "returned", "relaying", "resubmit", "flags", "resume", "touched", "opened", "arrived_at",
    "came_at",
)  # fmt: skip
#: what a vote or a wait holds beside them; who comes back to it goes on with it
HELD = ("wait_until", "asked", "voters", "voted", "declined", "round", "papers", "turn", "seed")
#: where a case is on its routes, which a return to a place brings back too
ON_ROUTES = ("chain", "inserted")
#: what a call does on arrival
CALL = "call"

_BLANK = State(Place(""), "", "", "")


class Run:
    """Carries out one command on one case."""

    def __init__(
        self,
        compiled: Compiled,
        facts: Recording,
        command: Command,
        now: datetime,
        ident: Mapping[str, Any],
        *,
        state: State,
        data: Mapping[str, Any],
        seq: int,
    ) -> None:
        self.compiled = compiled
        self.process = compiled.process
        self.command = command
        self.ident = ident
        self.now = now
        self.seq = seq
        #: the place the command is about; :attr:`around` are the states it is a branch of
        self.state = state
        self.around: list[Level] = []
        self.first = state
        #: the branches of the parallel step that the command has left, for the path
        self.split: Split | None = None
        self.splitting: list[str] = []
        self.data = data
        self.changed = command.data is not None
        self.moved = False
        self.events: list[Mapping[str, Any]] = []
        self.effects: list[DueEffect] = []
        self.context = Context(
            compiled,
            facts,
            command,
            now,
            ident,
            lambda: self.state,
            lambda: self.data,
        )
        # A chain's next visit is found once while the token moves, then used on arrival.
        self._visit: dict[str, str] = {}
        self._trigger = ""
        #: the action names the organisation that the case is sent to
        self.sent = False
        #: what of the state is about the step that follows: it goes along out of a branch
        self.along: set[str] = set()
        #: a number was taken, which no withdrawal can give back
        self.numbered = False
        #: steps at which what waits is found anew although the case stays there (a migration)
        self.anew: frozenset[str] = frozenset()
        #: deadlines of the whole case that this command met
        self.reached: list[str] = []

    @property
    def step(self) -> Step:
        """The step the case stands at."""
        return self.process.steps[self.state.place.step]

    def change(self, **changes: Any) -> None:
        """Change the state."""
        self.state = self.state.with_(**changes)

    def result(self) -> Advance:
        """What the command led to, after looking once more at status and waiting people."""
        if not self.state.closed:
            deadlines.refresh(self)
        if self.step.panel is not None:
            panels.look_at_turn(self)
        self._look_at_status()
        if self.around:
            self.change(since=self.seq)
        at = tuple(level.branch for level in self.around)
        here = self.state
        work, running, kept = self._waited_for(), timers.running(self), frozenset[tuple[str, int]]()
        if self.around or self.first.branches or self.state.branches:
            while self.around:
                self.rise()
                self._look_at_status()
            work, running, kept = self._everywhere()
            here = state_at(self.state, at) if at else self.state
        return Advance(
            state=self.state,
            data=self.data if self.changed else None,
            events=tuple(self.events),
            effects=tuple(self.effects),
            work=work,
            timers=running,
            moved=self.moved,
            kept=kept,
            here=here,
        )

    def _waited_for(self) -> tuple[WorkItem, ...]:
        # A ballot leaves everybody else waiting as before; to list them all again for each of
        # many voters would make every ballot dearer the more of them there are.
        return self.work() if self.moved or self.command.kind != "vote" else ()

    def _look_at_status(self) -> None:
        step = self.step
        status = self.context.choose(step.status)[1] if step.status else self.state.status
        if status != self.state.status:
            self.change(status=status)

    def _everywhere(
        self,
    ) -> tuple[tuple[WorkItem, ...], tuple[Timer, ...], frozenset[tuple[str, int]]]:
        """Who is waited for at the places come to, and the timers of all of them."""
        before = {_key(one): _holders(one) for _, one in places_of(self.first)}
        work: list[WorkItem] = []
        running: list[Timer] = []
        kept = set()
        for at, one in list(places_of(self.state)):
            self.focus(at)
            same = before.get(_key(one)) == _holders(one)
            if same and one.place.step not in self.anew:
                kept.add(_key(one))
            else:
                self._look_at_status()
                self.change(since=self.seq if at else 0)
                work += self.work()
            running += timers.running(self, one.place.step if at else "")
            self.focus(())
        return tuple(work), tuple(running), frozenset(kept)

    # ---------------------------------------------------------------- branches

    @property
    def within(self) -> Within:
        """The parallel steps and branches around the place."""
        return tuple((level.state.place.step, level.branch) for level in self.around)

    @property
    def at(self) -> str:
        """The step of a place in a branch; "" for the place of the case itself."""
        return self.state.place.step if self.around else ""

    def focus(self, at: At) -> None:
        """Go to a place: out of all branches first, then into those that lead to it."""
        while self.around:
            self.rise()
        for name in at:
            self.around.append(Level(self.state, name))
            self.state = branch_of(self.state, name)

    def rise(self) -> None:
        """Go out of a branch to the parallel step it belongs to; nothing is ended by that."""
        level = self.around.pop()
        self.state = with_branch(level.state, level.branch, self.state)

    # ---------------------------------------------------------------- moving

    def follow(self, trigger: str) -> None:
        """Leave the present step by the flow ``trigger`` and arrive where the net leads."""
        self._trigger = trigger
        self._go_on(self.state.place.step)

    def begin(self) -> None:
        """Put the token at the first step that halts."""
        self._go_on("@start")

    def enter(self, step: Step) -> None:
        """Come to a step from wherever the case is, leaving the branches it is not in."""
        splits.leave(self, len(step.within))
        self._go_on(f"@>{step.name}")

    def _go_on(self, node: str) -> None:
        self._visit = {}
        moved = self.compiled.net(self.within).move(node, self._guard)
        for name in moved.passed:
            self._pass_through(name)
        if moved.at == "@join":
            splits.end_branch(self)
        elif moved.at.startswith(">"):
            self.enter(self.process.steps[moved.at[1:]])
        else:
            self.arrive(moved.at, self._visit.get(moved.at))

    def _pass_through(self, name: str) -> None:
        step = self.process.steps.get(name)
        if step is not None:
            deadlines.reach(self, name)
            self.events.append({"event": "passed_through", "step": name})
            effects.happen(self, step.do, f"{name}:{self.state.visits_given(name) + 1}:arrive")
        elif name.endswith("?"):
            skipped = self.process.steps[name[:-1]]
            # On the way to a visit the same decision node is passed too: only a step that was
            # not entered was passed over.
            if skipped.name not in self._visit and not self._entered(skipped):
                deadlines.reach(self, skipped.name)
                self.events.append({"event": "passed_over", "step": skipped.name})

    def _entered(self, step: Step) -> bool:
        return step.when is not None and self.context.holds(step.when)

    def _guard(self, name: str) -> bool:
        if name.endswith("?"):
            return self._visited(self.process.steps[name[:-1]])
        step, mark, index = name.rpartition("!")
        if mark and step in self.process.steps:
            to = self.process.steps[step].to
            assert to is not None  # the net has this flow only for steps that have one
            return self.context.holds(to.cases[int(index)][0])
        return name == self._trigger

    def _visited(self, step: Step) -> bool:
        """Whether the step is visited now; for a chain also by which organisation."""
        if not self.context.holds(step.when):
            return False
        if step.chain is None:
            return True
        organisation = chains.next_of(self, step)
        if organisation is None:
            return False
        self._visit[step.name] = organisation
        return True

    # ---------------------------------------------------------------- arriving

    def arrive(
        self,
        name: str,
        organisation: str | None = None,
        *,
        at: Place | None = None,
        restore: bool = False,
        held: Mapping[str, Any] | None = None,
    ) -> None:
        """Come to a step: who it waits for, until when, and what happens on arrival.

        Args:
            name: the step.
            organisation: the organisation visited, if the net or the path has decided it already.
            at: a place to come back to (return, resume, withdraw): same organisation and stage.
            restore: a withdrawn pass: neither deadline nor arrival effects are made anew.
            held: what the vote or wait held that is gone on with: it is the same visit.
        """
        step = self.process.steps[name]
        count, visit = self.state.visits.get(name, 0) + 1, self.state.visits_given(name) + 1
        if at is not None and held is not None and self._goes_on(step):
            count, visit = count - 1, at.visit
        found = at.organisation if at is not None else organisation
        stuck = None
        splits.break_off(self)
        deadlines.reach(self, name)
        if found is None and step.who is not None and step.who.kind == "permission":
            found = self.organisation(step.who)
            stuck = None if found else "no_organisation"
        elif found == "":
            found, stuck = None, "no_next_organisation"
        if stuck is None and self._names_nobody(step):
            stuck = "nobody_named"
        stage = at.stage if at is not None and at.stage is not None else None
        self.moved = True
        self.change(
            place=Place(name, stage, found, visit),
            visits={**self.state.visits, name: count},
            arrived_at=moments.local(self.now),
            came_at=None,
            asked=None,
            opened=False,
            touched=False,
            resumed=False,
            stuck=stuck,
            closed=step.end,
            outcome=name if step.end else None,
            branches={},
            joined=False,
            **splits.NOTHING,
        )
        self.change(**(held or {}))
        if stage is None and step.stages:
            first = self.next_stage(step, None)
            self.change(place=Place(name, first, found, visit))
        if not restore:
            self.set_due(step)
            panels.convene(self, step)
            if step.call is not None:
                effects.create(self, step.call, call_key(self.state))
        self.events.append({"event": "arrived", "place": self.state.place.to_json()})
        if not restore:
            effects.happen(self, step.do, f"{name}:{visit}:arrive")
            # What the step itself creates may be what it waits for.
            self._wait(step)
        if step.parallel is not None:
            splits.divide(self, step)

    def _names_nobody(self, step: Step) -> bool:
        """Whether the task is one person's, and there is none."""
        person = step.who.person if step.who is not None else None
        return person is not None and self.context.key(person) is None

    def organisation(self, who: Assignment) -> str | None:
        """The organisation an assignment means; without one, where the case was sent."""
        if who.organisation is not None:
            return self.context.key(who.organisation)
        return self.state.sent_to

    def next_stage(self, step: Step, after: str | None) -> str | None:
        """The next active stage of a step; None when there is none."""
        names = list(step.stages)
        start = names.index(after) + 1 if after is not None and after in names else 0
        for name in names[start:]:
            if self.context.holds(step.stages[name].when):
                return name
        return None

    def stage_after(self, action: Action) -> str | None:
        """The stage that an action leads to instead of its target; None when it is carried out.

        Stages are passed by the step's own passes. An action of the process leads to its target.
        """
        step = self.step
        if not step.stages or action.verb != "pass" or not self.is_own(action):
            return None
        return self.next_stage(step, self.state.place.stage)

    def is_own(self, action: Action) -> bool:
        """Whether an action is one of the step, not of the process."""
        return action.name in self.step.actions

    def is_of_holder(self, action: Action) -> bool:
        """Whether an action is for whoever deals with the task, not one of the process for others.

        Signers and whoever has claimed the task hold up these only.
        """
        return self.is_own(action) or action.who is None

    def set_due(self, step: Step) -> None:
        """Find the deadline of a step anew, unless one was given by hand."""
        due = self.state.due_given
        if step.due is not None and due is None:
            value = self.context.value(self.context.choose(step.due.by)[1])
            due = str(value) if value else None
        self.change(due=due, overdue=moments.is_over(due, self.now))

    def refresh_due(self) -> None:
        """Look again at a deadline after what it reads may have changed.

        One that is over now becomes overdue when its timer fires, with all that follows from it.
        """
        if self.state.due_given is None and self.step.due is not None:
            told = self.state.overdue
            with self.context.as_of(self.came()):
                self.set_due(self.step)
            self.change(overdue=told and self.state.overdue)

    def came(self) -> datetime:
        """When the case came to the present place, its first stage included."""
        return datetime.fromisoformat(self.state.came_at or self.state.arrived_at)

    def refresh_wait(self) -> None:
        """Look again at a date that is waited for after what it reads may have changed."""
        if self.step.wait is not None and self.step.wait.until is not None:
            self.change(wait_until=None)
            with self.context.as_of(self.came()):
                self._wait(self.step)

    def _wait(self, step: Step) -> None:
        if step.wait is None:
            return
        if step.wait.until is not None:
            until = self.context.value(self.context.choose(step.wait.until)[1])
            if until:
                self.change(wait_until=str(until))
        elif step.wait.case is None or step.joins is not None:
            # There may be none among several: then nothing is left to wait for.
            return
        elif not self._is_linked(step.wait.case):
            self.change(stuck="no_linked_case")

    def _is_linked(self, link: str) -> bool:
        """Whether there is a case by this name, or this command creates one."""
        made = {one.values["link"] for one in self.effects if one.kind == "create"}
        return link in made or self.context.facts.linked(link).get("id") is not None

    def look_again(self, *, dates: bool, keep: bool, voters: bool) -> None:
        """Find deadline, date waited for and voters of the present place anew.

        With ``keep`` the deadline stays as it is, whatever the step says now. One that is over
        falls due by its timer, as every deadline does.
        """
        step = self.step
        if dates and keep:
            self.change(due_given=self.state.due)
        elif dates:
            self.change(due=None)
            self.set_due(step)
            self.change(overdue=False)
        if dates:
            self.change(wait_until=None)
            self._wait(step)
        if voters:
            self.change(declined=(), turn=None)
            panels.convene(self, step)

    # ---------------------------------------------------------------- who waits

    def work(self) -> tuple[WorkItem, ...]:
        """Whom the case waits for at its present place."""
        state, step = self.state, self.step
        if state.closed or state.stuck:
            return ()
        if step.panel is not None:
            return tuple(self._item(None, voter, None) for voter in panels.waited_for(self))
        if step.who is not None:
            return self._assigned(step, step.who)
        seen: dict[tuple[str | None, str | None, str | None], WorkItem] = {}
        for action in self.compiled.actions[step.name].values():
            if action.who is not None and action.who.kind == "permission":
                organisation = self.organisation(action.who)
                if organisation is not None:
                    item = self._item(action.who.permission, None, organisation)
                    seen[item.permission, item.organisation, item.person] = item
        return tuple(seen.values())

    def _assigned(self, step: Step, who: Assignment) -> tuple[WorkItem, ...]:
        if who.kind == "system":
            return ()
        if who.kind == "initiator":
            return (self._item(None, self.state.initiator, None),)
        stage = step.stages.get(self.state.place.stage or "")
        permission = stage.permission if stage and stage.permission else who.permission
        person = self.state.assigned
        if person is None and who.person is not None:
            person = self.context.key(who.person)
        here = self.state.place.organisation
        asked = [one for one in self.state.signers if not one.signed and one.mode != "after"]
        items = [self._item(None, one.person, here) for one in asked]
        if all(one.mode == "parallel" for one in asked):
            items.append(self._item(permission, person, here, self.excluded(who)))
        return tuple(items)

    def excluded(self, who: Assignment) -> tuple[str, ...]:
        """People who may not take a task: the initiator, and those the step excludes.

        Whoever starts a case for an organisation (``start.who`` a permission) is not a party to it
        and may go on with it there.
        """
        if who.except_ == "none":
            return ()
        others = self.context.keys(who.except_) if isinstance(who.except_, Formula) else ()
        for recusal in who.recusals:
            if recusal.people is not None:
                others = (*others, *self.context.keys(recusal.people))
        for person in others if self.state.stood_in else ():
            others = (*others, *self.state.stood_in.get(person, ()))
        return (self.state.initiator, *others) if self.is_personal else others

    @property
    def is_personal(self) -> bool:
        """Whether people start such cases for themselves, not for an organisation."""
        return self.process.is_personal

    def is_kept_out(self, who: Assignment, person: str) -> bool:
        """Whether somebody may not take a task: excluded by name, or recused."""
        return person in self.excluded(who) or self.recused(who.recusals, person) is not None

    def recused(self, recusals: Sequence[Recusal], person: str) -> Recusal | None:
        """The rule by which a person keeps out and is told why; conditions are asked of them."""
        return next((one for one in recusals if self._falls_under(one, person)), None)

    def _falls_under(self, recusal: Recusal, person: str) -> bool:
        if recusal.people is not None:
            return person in self.context.keys(recusal.people)
        return self.context.holds(recusal.when, it={"id": person})

    def _item(
        self,
        permission: str | None,
        person: str | None,
        organisation: str | None,
        except_: tuple[str, ...] = (),
    ) -> WorkItem:
        place = self.state.place
        return WorkItem(
            place.step,
            place.stage,
            organisation,
            permission,
            person,
            place.visit,
            self.state.status,
            self._work_due(),
            except_,
        )

    def _work_due(self) -> str | None:
        dates = dates_of(self.state)
        zone = self.now.tzinfo
        return min(dates, key=lambda text: moments.instant(text, zone), default=None)

    # ---------------------------------------------------------------- path

    def push(self, action: Action, before: State) -> None:
        """Put the place just left on the path, with what withdrawing must restore."""
        left = before
        kept = None
        if action.withdraw == "never":
            kept = "never"
        elif (done := self.not_undone()) is not None:
            kept = done
        elif self._breaks_off_a_call(before):
            kept = "called"
        elif action.withdraw == "until_next_opens":
            kept = "once_opened"
        place = before.place
        if self.split is not None:
            # The place left is the parallel step; within it the branches remember their own.
            left = splits.state_left(self)
            place = left.place
        undo = left.undo(self.state, RESTORED)
        if any(target.startswith("data.") for target in action.set):
            undo["set"] = self.seq
        if self.process.steps[place.step].status is None:
            # It is as it was when the case came here, and the next step may give another.
            undo["status"] = left.status
        # Where it goes may have the same now and something else by the time this is taken back.
        undo["arrived_at"] = left.arrived_at
        if left.due_given is not None:
            undo["due_given"] = left.due_given
        if self.reached:
            undo["reached"] = list(self.reached)
        if self._goes_on(self.process.steps[place.step]):
            undo["held"] = left.undo(_BLANK, HELD)
        here = self.command.organisation
        if here is not None and before.place.organisation not in (None, here):
            # Taken by somebody else than who held the place: theirs to take back.
            undo["by"] = here
        passed = Passed(place, self.command.holder, undo, kept, self.split)
        self.change(path=(*self.state.path, passed))

    def not_undone(self) -> str | None:
        """What the command did that no withdrawal undoes."""
        kinds = {effect.kind for effect in self.effects}
        if self.numbered or kinds & effects.IRREVERSIBLE:
            return "irreversible"
        if "create" in kinds:
            return "created"
        return "sent" if "send" in kinds else None

    @staticmethod
    def _goes_on(step: Step) -> bool:
        """Whether a visit to a step goes on when somebody comes back: its ballots and answers."""
        return step.panel is not None or step.wait is not None

    def _breaks_off_a_call(self, before: State) -> bool:
        """Whether somebody went on from a step without waiting for the case it had called."""
        left = splits.state_left(self) if self.split is not None else before
        steps = self.process.steps
        return any(steps[one.place.step].call is not None for _, one in places_of(left))

    def answer_return(self) -> None:
        """The case has gone forward to where it was taken from: that is not resumed any more.

        A chain has many places at one step; anywhere else the step is the place.
        """
        place, chain = self.state.place, self.step.chain
        for index, taken in enumerate(self.state.resume):
            known = taken.place
            if known.step == place.step and (
                chain is None or known.organisation == place.organisation
            ):
                self.change(resume=self.state.resume[:index], resubmit=None)
                return

    def remember(self, before: Place, path: tuple[Passed, ...]) -> Resumption:
        """Where the case is being taken from, for ``resume``.

        What withdrawing the passes below would restore is dropped: after a resumption they are
        history, and keeping it would let the state grow with every round. Where a route stood is
        asked again by a return to them.
        """
        state = self.state
        kept = tuple(
            replace(one, undo={k: one.undo[k] for k in ON_ROUTES if k in one.undo}, kept="resumed")
            for one in path
        )
        return Resumption(before, kept, state.sent_to, state.inserted, state.chain, self.split)

    def acted(self, name: str) -> None:
        """Note who has taken an action, for ``case.last`` and ``case.actors``."""
        command, step = self.command, self.state.place.step
        entry = [command.person, command.organisation, moments.local(self.now)]
        people = self.state.actors.get(step, ())
        if command.person not in people:
            people = (*people, command.person)
        if command.on_behalf is not None:
            stood_in = self.state.stood_in
            for_whom = dict.fromkeys((*stood_in.get(command.person, ()), command.on_behalf))
            self.change(stood_in={**stood_in, command.person: tuple(for_whom)})
        self.change(
            last={**self.state.last, name: entry}, actors={**self.state.actors, step: people}
        )

    def refuse(self, code: str, **params: Any) -> Refused:
        """A refusal by a rule of the engine; its sentence is found by its code."""
        return Refused(code, noun=self.process.noun or self.process.title, **params)


def call_key(state: State) -> str:
    """The effect by which a visit to a step calls another case."""
    return f"{state.asking}{CALL}"


def _holders(state: State) -> tuple[Any, ...]:
    """What tells who is waited for at a place; who has voted there is taken off singly."""
    return (
        state.place, state.assigned, state.signers, state.voters, state.declined, state.turn,
        state.round,
    )  # fmt: skip


def _key(state: State) -> tuple[str, int]:
    return state.place.step, state.place.visit
