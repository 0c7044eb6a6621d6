"""What can happen next: the rules of the engine, for spots instead of cases.

Each rule has the name it has in :mod:`engine.runtime`; that both lead to the same steps is tested
with random processes and random walks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from engine.definitions.exploration.guards import Guards, Values
from engine.definitions.exploration.spot import (
    Focus,
    Level,
    Passed,
    Path,
    Split,
    Spot,
    State,
    Taken,
    joined_paths,
    places,
    popped,
    pushed,
    taken_from,
)
from engine.definitions.flow import actions_at
from engine.definitions.process import Action, Parallel, Process, Step

_STAYING = ("save", "record")
Kind = Literal["start", "action", "expiry", "outcome", "time", "entered"]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody, or time, does to a case: ``name`` is the action or outcome."""

    kind: Kind
    step: str = ""
    name: str = ""


Next = tuple[Act, State]
Branches = tuple[tuple[str, Spot], ...]
#: a place on the path: in how many branches, where on the path there, and of a parallel step that
#: was passed its branches, one of them open again
Back = tuple[int, int, Branches | None]
#: whether a step is the one that is looked for: "", "may" or "sure"
Wanted = Callable[[str], str]


class Moves:
    """The ways from state to state of one process."""

    def __init__(self, process: Process, guards: Guards) -> None:
        """Prepare."""
        self.process = process
        self.guards = guards
        #: parallel steps that were joined, with the branches whose end did it
        self.closing: dict[str, set[str]] = {}
        #: the steps passed over or through, where no case stands
        self.through: set[str] = set()
        #: actions that were offered, as (step, action, target), and those that could go there
        self.tried: set[tuple[str, str, str]] = set()
        self.possible: set[tuple[str, str, str]] = set()
        #: the steps that wait where the case was sent to
        self.sent_to = frozenset(step.name for step in process.steps.values() if _is_sent(step))
        self._actions = {step.name: actions_at(process, step) for step in process.steps.values()}
        #: the tasks where nobody can hand a return down, and that time does not end
        self.relays_not = frozenset(
            step.name for step in process.steps.values() if self._relays_not(step)
        )
        self._every, self._named = self._remembered()
        self._resumes = self._is_resumed()
        self._inserts = any(
            action.insert for at in self._actions.values() for action in at.values()
        )

    def _relays_not(self, step: Step) -> bool:
        actions, terms = self._actions[step.name], self.process.deadlines.values()
        expiries = {step.due.otherwise if step.due is not None else None}
        expiries |= {one.due.otherwise for one in terms}
        return step.kind == "task" and not any(
            action.relay or action.name in expiries for action in actions.values()
        )

    def first(self) -> Iterator[Next]:
        """Go through the states a case begins in."""
        for values in self.guards.first():
            for focus in self._goto(Focus((), Spot(), values), self.process.first):
                yield Act("start"), focus.state()

    def following(self, state: State) -> Iterator[Next]:
        """Go through what can happen to a case, and the state after it."""
        for around, spot in list(places(state.spot)):
            focus = Focus(around, spot, state.values)
            yield from self._entered(focus)
            for act, after in self._at(focus):
                yield act, after.state()

    # ---------------------------------------------------------------- what may happen at a step

    def _at(self, focus: Focus) -> Iterator[tuple[Act, Focus]]:
        step = self.process.steps[focus.spot.step]
        expiry = step.due.otherwise if step.due is not None else None
        for action in self._actions[step.name].values():
            expires = self._is_overdue(focus, action, expiry)
            if expires or self._offered(focus, action):
                act = Act("expiry" if expires else "action", step.name, action.name)
                for written in self._written(focus, action):
                    for after in self._taken(written, action):
                        yield act, after
        for name, choice in step.outcomes.items():
            for target in self.guards.chosen(choice, focus.values, focus.spot):
                for after in self._outcome(focus, step, target):
                    yield Act("outcome", step.name, name), after
        if self._goes_on(step):
            for after in self._onward(focus.at(returned=False, relaying=False), step):
                for one in self._answered(after):
                    yield Act("time", step.name), self._pushed_split(self._ended(one, focus))

    def _goes_on(self, step: Step) -> bool:
        """Whether ``to`` is taken without anybody's action or an outcome of its own."""
        if step.to is None or step.kind not in ("wait", "panel", "call"):
            return False
        return (
            step.kind == "panel"
            or step.awaits is not None
            or not step.outcomes
            or (step.wait is not None and step.wait.until is not None)
        )

    def _offered(self, focus: Focus, action: Action) -> bool:
        if focus.spot.relaying and not (action.relay or action.verb in _STAYING):
            return False
        conditions = (action.when, *(rule.that for rule in action.require))
        return all(self.guards.holds(one, focus.values, focus.spot) is not False
                   for one in conditions)  # fmt: skip

    def _is_overdue(self, focus: Focus, action: Action, expiry: str | None) -> bool:
        """Whether the deadline of the step, or one of the process, may do this here."""
        terms = self.process.deadlines.values()
        late = action.name == expiry or any(one.due.otherwise == action.name for one in terms)
        return late and self.guards.holds(action.when, focus.values, focus.spot) is not False

    def _entered(self, focus: Focus) -> Iterator[Next]:
        """What may be typed here that a guard reads."""
        step = self.process.steps[focus.spot.step]
        edits = [step.edit, *(action.edit for action in self._actions[step.name].values())]
        atoms: set[int] = set()
        for edit in edits:
            for section in ((),) if edit == "all" else [(one,) for one in edit or ()]:
                atoms.update(self.guards.below(("data", *section)))
        for values in self._changed(focus.values, dict.fromkeys(atoms)):
            if values != focus.values:
                yield Act("entered", step.name), focus._replace(values=values).state()

    def _changed(self, values: Values, places: dict[int, Values | None]) -> Iterator[Values]:
        """Go through values with some atoms changed; None: to any of theirs."""
        options = [
            (places[place] or self.guards.atoms[place].values) if place in places else (value,)
            for place, value in enumerate(values)
        ]
        yield from product(*options)

    def _written(self, focus: Focus, action: Action) -> Iterator[Focus]:
        """``into`` and ``set``."""
        places: dict[int, Values | None] = {}
        if action.into is not None:
            places.update(dict.fromkeys(self.guards.below(("data", action.into))))
        for target, formula in action.set.items():
            found = self.guards.set_by(target, formula)
            if found is not None:
                places[found[0]] = found[1]
        for values in self._changed(focus.values, places):
            yield focus._replace(values=values)

    # ---------------------------------------------------------------- actions

    def _taken(self, focus: Focus, action: Action) -> Iterator[Focus]:
        if action.verb in _STAYING:
            yield focus
            return
        step = self.process.steps[focus.spot.step]
        last = True
        if step.stages and action.verb == "pass" and action.name in step.actions:
            following = list(self._stages(focus, step, focus.spot.stage))
            last = None in following
            for stage in following:
                if stage is not None:
                    yield self._push(focus.at(stage=stage), focus)
        targets = (
            self.guards.chosen(action.to, focus.values, focus.spot)
            if action.to is not None
            else iter((None,))
        )
        for target in targets if last else ():
            self.tried.add((step.name, action.name, target or ""))
            for after in self._moved(focus, action, target):
                self.possible.add((step.name, action.name, target or ""))
                yield after

    def _moved(self, focus: Focus, action: Action, target: str | None) -> Iterable[Focus]:
        match action.verb:
            case "return":
                return self._return(focus, action, target or "")
            case "fail" | "discard" | "cancel":
                return self._end(focus, target)
            case "reopen":
                focus = focus.at(relaying=False)
                return self._resume(focus) if target in (None, "resume") else self._leave(
                    focus, action, target)  # fmt: skip
        return self._forward(focus, action, target)

    def _forward(self, before: Focus, action: Action, target: str | None) -> Iterator[Focus]:
        submits = action.verb == "submit"
        straight = submits and before.spot.straight and bool(before.spot.resume)
        focus = before.at(returned=False, relaying=False)
        if submits:
            focus = focus.at(path=(), straight=False)
        if action.send_to is not None:
            focus = self._sent(focus)
        if straight or target == "resume":
            for after in self._resume(focus):
                path = after.spot.path
                after = self._push(after, before)
                if straight:
                    path = joined_paths(after.spot.path[-1:], path)
                    after = after.at(path=path)
                yield after
            return
        if target == "previous":
            for back in self._previous(focus):
                for after in self._go_back(focus, back, keep=False):
                    yield self._push(after, before)
            return
        if submits:
            focus = focus.at(resume=())
        for after in self._leave(focus, action, target):
            for one in self._answered(self._along(after, before, action)):
                yield self._push(self._ended(one, before), before)

    def _along(self, after: Focus, before: Focus, action: Action) -> Focus:
        """What is said about the step that follows goes along out of a branch."""
        if len(after.around) == len(before.around):
            return after
        after = after.at(returned=False, relaying=False)
        return self._sent(after) if action.send_to is not None else after

    def _leave(self, focus: Focus, action: Action, target: str | None) -> Iterator[Focus]:
        step = self.process.steps[focus.spot.step]
        found = self.process.steps.get(target or "")
        chained = found is not None and found.chain is not None
        if self._inserts and step.chain is not None and target != "next" and not chained:
            yield from self._arrive(focus, step)
        if target is not None:
            yield from self._go(focus, step, target)

    def _end(self, focus: Focus, target: str | None) -> Iterator[Focus]:
        if target is None or target in ("previous", "resume"):
            return
        step = self.process.steps[focus.spot.step]
        found = self.process.steps.get(target)
        outside = found is not None and found.within != focus.within
        focus = focus.leave(len(found.within)) if outside and found else focus.break_off()
        focus = self._keep(focus, focus.spot.path).at(path=())
        yield from self._goto(focus, found) if outside and found else self._go(focus, step, target)

    def _return(self, before: Focus, action: Action, target: str) -> Iterator[Focus]:
        words = (
            {word.literal for word in self.guards.chosen(
                action.resubmit_to, before.values, before.spot)}
            if action.resubmit_to is not None
            else {"first_level"}
        )  # fmt: skip
        ways = self._previous(before) if target == "previous" else self._latest(before, target)
        for back in ways:
            for one in self._go_back(before, back, keep=True, relay=action.relay):
                # In a branch it is whoever is there that passes it on, not the case.
                at = self.process.steps[one.spot.step]
                relaying = action.relay and not one.spot.branches and not _is_initiators(at)
                for word in words:
                    # A word that a policy gives may be either.
                    for straight in (False, True) if word is None else (word != "first_level",):
                        yield one.at(returned=True, relaying=relaying, straight=straight)

    def _outcome(self, focus: Focus, step: Step, target: str) -> Iterator[Focus]:
        focus = focus.at(returned=False, relaying=False)
        if target == "resume":
            yield from self._resume(focus)
        elif target == "previous":
            for back in self._previous(focus):
                yield from self._go_back(focus, back, keep=True)
        else:
            for after in self._go(focus, step, target):
                for one in self._answered(after):
                    yield self._pushed_split(self._ended(one, focus))

    def _answered(self, after: Focus) -> Iterator[Focus]:
        """A case that has gone forward to where it was taken from is not resumed there any more.

        In a chain it may be at another organisation, and of what was taken away more than once
        something may be left: then it is as before, too.
        """
        resume, step = after.spot.resume, self.process.steps[after.spot.step]
        for index, taken in enumerate(resume):
            if taken.step == step.name:
                yield after.at(resume=resume[:index], straight=False)
                if step.chain is not None or any(one.again for one in resume):
                    yield after
                return
        yield after

    # ---------------------------------------------------------------- going on

    def _go(self, focus: Focus, step: Step, target: str) -> Iterator[Focus]:
        """Go where a target of a step leads."""
        if target == "next":
            yield from self._goto(focus, step) if step.chain else self._onward(focus, step)
        elif target == "join":
            yield from self._end_branch(focus) if focus.around else ()
        elif target in self.process.steps:
            yield from self._goto(focus, self.process.steps[target])

    def _onward(self, focus: Focus, step: Step) -> Iterator[Focus]:
        for target in self._targets(focus, step):
            yield from self._go(focus, step, target)

    def _targets(self, focus: Focus, step: Step) -> Iterator[str]:
        if step.to is not None:
            chosen = self.guards.chosen(step.to, focus.values, focus.spot)
            yield from (target for target in chosen if target != "next")

    def _goto(self, focus: Focus, step: Step) -> Iterator[Focus]:
        """Come to a step, or pass over or through it and on (however many there are in a row)."""
        waiting = [(focus, step)]
        met: set[tuple[str, Focus]] = set()
        while waiting:
            focus, step = waiting.pop()
            focus = focus.leave(len(step.within))
            if focus.within != step.within:
                continue
            held = self.guards.holds(step.when, focus.values, focus.spot)
            if held is not False and step.kind != "automatic":
                yield from self._arrive(focus, step)
            onward: list[tuple[Focus, Step]] = []
            for passed in self._passing(focus, step, held):
                here = (step.name, passed._replace(seen=frozenset()))
                if step.name in passed.seen or here in met:
                    continue
                met.add(here)
                self.through.add(step.name)
                passed = passed._replace(seen=passed.seen | {step.name})
                for target in self._targets(passed, step):
                    if target in self.process.steps:
                        onward.append((passed, self.process.steps[target]))
                    else:
                        yield from self._go(passed, step, target)
            waiting += reversed(onward)

    def _passing(self, focus: Focus, step: Step, held: bool | None) -> Iterator[Focus]:
        """Go through how a case goes on from a step where it does not stop."""
        if step.chain is not None and held is not False:
            yield self._sent(focus)
        if held is not True or step.kind == "automatic":
            yield focus

    def _sent(self, focus: Focus) -> Focus:
        return focus.at(sent=True) if self.sent_to else focus

    def _arrive(self, focus: Focus, step: Step, stage: str | None = None) -> Iterator[Focus]:
        focus = focus.break_off()
        stages = [stage] if stage is not None else list(self._stages(focus, step, None))
        for one in stages:
            arrived = focus.at(step=step.name, stage=one, branches=(), joined=False)
            if step.parallel is not None:
                yield from self._divide(arrived, step, step.parallel)
            else:
                yield arrived

    def _stages(self, focus: Focus, step: Step, after: str | None) -> Iterator[str | None]:
        names = list(step.stages)
        for name in names[names.index(after) + 1 if after in names else 0 :]:
            held = self.guards.holds(step.stages[name].when, focus.values, focus.spot)
            if held is not False:
                yield name
            if held:
                return
        yield None

    # ---------------------------------------------------------------- branches

    def _divide(self, focus: Focus, step: Step, parallel: Parallel) -> Iterator[Focus]:
        """Begin the branches, one combination after another: there may be very many."""
        branches = [(name, next(iter(steps.values()))) for name, steps in parallel.branches.items()]
        begun = [self._begin(focus, step, *branches[0])]
        while begun:
            one, stays = next(begun[-1], (None, False))
            if one is None:
                begun.pop()
            elif not stays:
                yield one
            elif len(begun) < len(branches):
                begun.append(self._begin(one, step, *branches[len(begun)]))
            else:
                yield from self._join(one, step, parallel)

    def _begin(
        self, focus: Focus, step: Step, name: str, first: Step
    ) -> Iterator[tuple[Focus, bool]]:
        """Go through how a branch can begin, and whether it stays in the parallel step."""
        depth = len(focus.around)
        inner = focus._replace(
            around=(*focus.around, Level(focus.spot, name)),
            spot=Spot(sent=focus.spot.sent),
            dividing=focus.dividing | {step.name},
        )
        for after in self._goto(inner, first):
            if len(after.around) <= depth:
                yield after, False
            else:
                yield after.rise()._replace(dividing=focus.dividing, left=focus.left), True

    def _join(self, focus: Focus, step: Step, parallel: Parallel) -> Iterator[Focus]:
        if step.name in focus.dividing or not is_joined(parallel, dict(focus.spot.branches)):
            yield focus
            return
        by = focus.left[1].by if focus.left is not None else ""
        self.closing.setdefault(step.name, set()).add(by.partition(".")[0])
        # A return to the branches has been dealt with.
        yield from self._onward(focus.at(branches=(), returned=False, relaying=False), step)

    def _end_branch(self, focus: Focus) -> Iterator[Focus]:
        ended = focus.at(joined=True, returned=False, relaying=False, branches=())
        level = focus.around[-1]
        step = self.process.steps[level.spot.step]
        risen = ended.rise()
        assert step.parallel is not None
        joined = is_joined(step.parallel, dict(risen.spot.branches))
        if step.name in focus.dividing or not joined:
            yield ended
            return
        left = (step.name, Split(focus.by, level.spot.branches))
        yield from self._join(risen._replace(left=left), step, step.parallel)

    # ---------------------------------------------------------------- going back

    def _previous(self, focus: Focus) -> Iterator[Back]:
        """The places that may be the nearest one held by another organisation or person."""
        here = self.process.steps[focus.spot.step]
        within = {step for step, _ in focus.within}

        def is_other(name: str) -> str:
            passed = self.process.steps[name]
            if not _of_organisation(here) and not _of_organisation(passed):
                return "" if name == here.name else "sure"
            return "may" if _of_organisation(here) and _of_organisation(passed) else "sure"

        for depth, path in _paths(focus):
            for index in range(len(path) - 1, -1, -1):
                passed = path[index]
                if passed.step in within:
                    continue
                if passed.split is not None and passed.split.by:
                    found, sure = self._opened(focus, passed.split, is_other, by_only=True)
                    yield from ((depth, index, branches) for branches in found)
                    if sure:
                        return
                elif meant := is_other(passed.step):
                    yield depth, index, None
                    if meant == "sure":
                        return

    def _latest(self, focus: Focus, target: str) -> Iterator[Back]:
        def is_it(name: str) -> str:
            return "sure" if name == target else ""

        for depth, path in _paths(focus):
            for index in range(len(path) - 1, -1, -1):
                passed = path[index]
                if passed.step == target:
                    yield depth, index, None
                    if not passed.again:
                        return
                elif passed.split is not None:
                    found, sure = self._opened(focus, passed.split, is_it)
                    yield from ((depth, index, branches) for branches in found)
                    if sure and not passed.again:
                        return

    def _opened(
        self, focus: Focus, split: Split, wanted: Wanted, *, by_only: bool = False
    ) -> tuple[list[Branches], bool]:
        """The branches of a split, one of them open again at the nearest step that is wanted.

        And whether it surely is one of these, so that nothing farther away can be meant.
        """
        joined, _, inner = split.by.partition(".")
        branches = dict(split.branches)
        others = () if by_only else [name for name in branches if name != joined]
        opened: list[Branches] = []
        for name in (joined, *others):
            if name not in branches:
                continue
            by = inner if name == joined else ""
            found, sure = self._in(focus, branches[name], by, wanted, by_only=by_only)
            opened += [
                tuple((key, back if key == name else one._replace(joined=True))
                      for key, one in split.branches)
                for back in found
            ]  # fmt: skip
            if sure:
                return opened, True
        return opened, False

    def _in(
        self, focus: Focus, branch: Spot, by: str, wanted: Wanted, *, by_only: bool
    ) -> tuple[list[Spot], bool]:
        """A branch opened at the steps that may be the one wanted; whether one surely is."""
        found: list[Spot] = []
        if not branch.step:
            return found, False
        stood = Passed(branch.step, Split(by, branch.branches) if branch.branches else None)
        for index in range(len(branch.path), -1, -1):
            passed = branch.path[index] if index < len(branch.path) else stood
            split = passed.split
            opened = branch._replace(
                step=passed.step, path=popped(branch.path, index), joined=False, again=True
            )
            sure = False
            if split is not None:
                inside, sure = self._opened(focus, split, wanted, by_only=by_only)
                found += [opened._replace(stage=None, branches=one) for one in inside]
            looked_through = split is not None and split.by and by_only
            ended = split is None and self.process.steps[passed.step].parallel is not None
            meant = "" if looked_through or ended else wanted(passed.step)
            if meant and not sure:
                if split is not None:
                    found.append(opened._replace(stage=None, branches=split.branches))
                else:
                    found += self._stood_at(opened, standing=passed is stood)
                sure = meant == "sure"
            if sure and not passed.again:
                return found, True
        return found, False

    def _stood_at(self, branch: Spot, *, standing: bool) -> Iterator[Spot]:
        """A place of a branch that it comes back to."""
        known = [number for number, one in enumerate(branch.path) if one.step == branch.step]
        if standing and known:
            # The stages of this visit, or an earlier visit.
            yield branch._replace(path=popped(branch.path, known[-1]), branches=())
        yield branch._replace(branches=())

    def _stand_again(
        self, focus: Focus, branches: Branches, relay: bool | None = None
    ) -> Iterator[Branches]:
        """Branches that are come back to: who had not ended one begins at its first stage.

        ``relay``: it is a return, handed down level by level or not.
        """
        options: list[list[tuple[str, Spot]]] = []
        for name, branch in branches:
            step = self.process.steps.get(branch.step)
            if branch.joined or step is None:
                options.append([(name, branch)])
                continue
            if relay is not None:
                relaying = relay and not _is_initiators(step)
                branch = branch._replace(returned=True, relaying=relaying)
            if branch.branches:
                inside = self._stand_again(focus, branch.branches, relay)
                options.append([(name, branch._replace(branches=one)) for one in inside])
            else:
                stages = self._stages(focus._replace(spot=branch), step, None)
                options.append([(name, branch._replace(stage=one)) for one in stages])
        yield from product(*options)

    def _go_back(
        self, focus: Focus, back: Back, *, keep: bool, relay: bool | None = None
    ) -> Iterator[Focus]:
        depth, index, branches = back
        handed_down = focus.spot.relaying
        focus = focus.leave(depth).break_off()
        path = focus.spot.path
        passed = path[index]
        if relay is not None:
            focus = focus.at(relaying=handed_down)
        if keep:
            focus = self._keep(focus, path[index:])
        focus = focus.at(path=popped(path, index))
        if branches is None and passed.split is not None:
            branches = passed.split.branches
        if branches is not None:
            for again in self._stand_again(focus, branches, relay):
                yield focus.at(step=passed.step, stage=None, branches=again)
        else:
            yield from self._arrive(focus, self.process.steps[passed.step])

    def _resume(self, focus: Focus) -> Iterator[Focus]:
        resume = focus.spot.resume
        mixed = any(taken.again for taken in resume)
        for number in range(len(resume) - 1, -1, -1):
            taken = resume[number]
            back = focus.break_off()
            rest = (*resume[:number], *resume[number + 1 :]) if mixed else resume[:number]
            if taken.again:
                rest = resume
            back = back.at(resume=rest, path=joined_paths(back.spot.path, taken.path))
            if taken.split is not None:
                for again in self._stand_again(back, taken.split.branches):
                    yield back.at(step=taken.step, stage=None, branches=again)
            else:
                yield from self._arrive(back, self.process.steps[taken.step])
            if not mixed:
                return

    # ---------------------------------------------------------------- what is remembered

    def _push(self, after: Focus, before: Focus) -> Focus:
        step, split = after.left if after.left is not None else (before.spot.step, None)
        return self._pushed(after, step, split)

    def _pushed_split(self, after: Focus) -> Focus:
        if after.left is None or self.process.steps[after.spot.step].end:
            return after
        return self._pushed(after, *after.left)

    def _pushed(self, after: Focus, step: str, split: Split | None) -> Focus:
        if not (self._every or step in self._named):
            return after
        return after.at(path=pushed(after.spot.path, Passed(step, split)))

    def _keep(self, focus: Focus, path: Path) -> Focus:
        """Remember where the case is being taken from, for ``resume``."""
        if not self._resumes:
            return focus
        resume = focus.spot.resume
        if focus.spot.relaying and resume:  # one return, however far it is handed down
            caused = resume[-1]
            kept = caused._replace(path=joined_paths(path, caused.path))
            return focus.at(resume=(*resume[:-1], kept))
        split = focus.left[1] if focus.left is not None else None
        taken = Taken(focus.spot.step, path, split)
        return focus.at(resume=taken_from(focus.spot.resume, taken))

    def _ended(self, after: Focus, before: Focus) -> Focus:
        """From an end, ``resume`` leads to the place that ended it."""
        if not self._resumes or self.process.steps[after.spot.step].end is None:
            return after
        step, split = after.left if after.left is not None else (before.spot.step, None)
        taken = Taken(step, (), split)
        return after.at(resume=taken_from(after.spot.resume, taken))

    def _remembered(self) -> tuple[bool, frozenset[str]]:
        """Whether the whole path matters, or only some steps on it."""
        named: set[str] = set()
        for actions in self._actions.values():
            for action in actions.values():
                for target in action.to.values if action.to is not None else ():
                    if target == "previous":
                        return True, frozenset()
                    if action.verb == "return" and target in self.process.steps:
                        named.add(target)
                        named.update(name for name, _ in self.process.steps[target].within)
        outcomes = (one for step in self.process.steps.values() for one in step.outcomes.values())
        return any("previous" in one.values for one in outcomes), frozenset(named)

    def _is_resumed(self) -> bool:
        for actions in self._actions.values():
            for action in actions.values():
                targets = action.to.values if action.to is not None else ()
                if "resume" in targets or (action.verb == "reopen" and not targets):
                    return True
                if action.resubmit_to is not None:
                    return True
        outcomes = (one for step in self.process.steps.values() for one in step.outcomes.values())
        return any("resume" in one.values for one in outcomes)


def is_joined(parallel: Parallel, branches: dict[str, Spot]) -> bool:
    """Whether enough branches have come to the join, as in :mod:`engine.runtime.branches`."""
    if any(branch.again and not branch.joined for branch in branches.values()):
        return False
    arrived = {name for name, branch in branches.items() if branch.joined}
    idle = {name for name in arrived if not branches[name].step}
    match parallel.join:
        case "all":
            return len(arrived) == len(parallel.branches)
        case "any":
            return len(arrived - idle) >= min(1, len(parallel.branches) - len(idle))
        case int(count):
            return len(arrived - idle) >= min(count, len(parallel.branches) - len(idle))
        case name:
            return name in arrived


def _paths(focus: Focus) -> Iterator[tuple[int, Path]]:
    depth = len(focus.around)
    yield depth, focus.spot.path
    for level in reversed(focus.around):
        depth -= 1
        yield depth, level.spot.path


def _is_initiators(step: Step) -> bool:
    return step.who is not None and step.who.kind == "initiator"


def _is_sent(step: Step) -> bool:
    """Whether a step waits at the organisation the case was sent to."""
    who = step.who
    if who is None or who.kind != "permission" or step.chain is not None:
        return False
    return who.organisation is None or who.organisation.text.strip() == "case.sent_to"


def _of_organisation(step: Step) -> bool:
    return step.chain is not None or (step.who is not None and step.who.kind == "permission")
