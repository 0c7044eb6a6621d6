"""Moving a running case to another version of its process, and back (CON-09).

What the move means is decided before, by comparing the versions, and stands in the command: which
step is which, where what waits is found anew, which places are put elsewhere. Carrying it out is a
pure function like every command, so that trying it, doing it and rebuilding it give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.definitions.process import Process, Step
from engine.domain.case import Passed, Place, Resumption, Split, State, places_of, split_plan
from engine.runtime import splits
from engine.runtime.branches import find
from engine.runtime.compiled import Within
from engine.runtime.run import Run

#: kinds of steps no case stays at
_PASSING = ("automatic", "end")


def migrate(run: Run) -> None:
    """Put the case on the version it is being read with; ``input`` holds the whole move.

    ``steps`` names what is called otherwise (``step`` or ``step.stage``), ``anew`` the places where
    what waits is found anew, ``dates`` and ``voters`` those whose deadline or voters are,
    ``chains`` those that go on by another route, ``arrive`` the places that are put elsewhere, one
    after the other, ``keep_due`` that deadlines stay as they are, ``changed_data`` that fields were
    moved.

    Raises:
        Refused: nobody could go on with the case there.
    """
    move = run.command.input
    if run.state.closed:
        raise run.refuse("case_closed")
    _told(run, "migrated")
    stuck = {one.place for _, one in places_of(run.state) if one.stuck is not None}
    run.state = Renaming(run.process, move).state(run.state, ())
    # Work that waits at a place which stays what it was goes on waiting.
    run.first = run.state
    run.anew = frozenset(move.get("anew", ()))
    run.moved = bool(run.anew or move.get("arrive"))
    for left, target in move.get("arrive", ()):
        _put(run, left, target)
    for at in [at for at, _ in places_of(run.state)]:
        run.focus(at)
        if run.state.place.step in run.anew:
            _look_again(run, move)
        run.focus(())
    splits.join_what_is_complete(run)
    for at, one in list(places_of(run.state)):
        run.focus(at)
        _check(run, one.place in stuck, is_other=run.step.name in move.get("chains", ()))
        run.focus(())


def unmigrate(run: Run) -> None:
    """Put the case back on the version it came from, as it was."""
    entered = run.command.input
    _told(run, "unmigrated")
    run.first = run.state
    run.anew = frozenset(entered["anew"])
    run.moved = bool(run.anew)
    run.state = State.from_json(entered["state"])


def _told(run: Run, event: str) -> None:
    move = run.command.input
    place = run.state.place.to_json()
    run.events.append({"event": event, "from": move["from"], "to": move["to"], "place": place})


def _put(run: Run, left: str, target: str) -> None:
    """Leave a place that is no more what it was for another one."""
    at = find(run.state, left)
    if at is None:
        # It was in a branch that was left with another place.
        return
    run.focus(at)
    step = run.process.steps[target]
    if step.within != run.within[: len(step.within)]:
        raise run.refuse("reroute_into_branch", step=step.title)
    run.change(due_given=None, relaying=False)
    run.enter(step)
    run.focus(())


def _look_again(run: Run, move: Mapping[str, Any]) -> None:
    """Find what waits at a place that stays: the first stage, the deadline, the voters."""
    step, place = run.step, run.state.place
    if place.stage is None and step.stages:
        first = run.next_stage(step, None)
        run.change(place=Place(place.step, first, place.organisation, place.visit))
    if run.state.relaying and not any(
        action.relay for action in run.compiled.actions[step.name].values()
    ):
        run.change(relaying=False)
    run.look_again(
        dates=step.name in move.get("dates", ()),
        keep=bool(move.get("keep_due")),
        voters=step.name in move.get("voters", ()),
    )


def _check(run: Run, was_stuck: bool, *, is_other: bool) -> None:
    """Refuse to leave a place where nobody and nothing is waited for.

    A chain that is another one now (``is_other``) must lead on from where the case is.
    """
    if run.state.stuck is not None and not was_stuck:
        raise run.refuse(run.state.stuck)
    step, here = run.step, run.state.place.organisation
    until = step.chain.until if step.chain is not None else None
    if is_other and until is not None and here and run.context.holds(until, org=here):
        raise run.refuse("chain_is_over", step=step.title)
    waits = run.state.branches or run.state.closed or run.state.stuck or step.wait or step.call
    if not waits and run.state.due is None and not run.work():
        raise run.refuse("nobody_there", step=run.step.title)


class Renaming:
    """Reads a state of one version as one of another.

    What leads back to a step that is gone falls away: a return goes past it.
    """

    def __init__(self, process: Process, move: Mapping[str, Any]) -> None:
        self._process = process
        self._steps: Mapping[str, str] = move.get("steps", {})
        self._elsewhere = frozenset(left for left, _ in move.get("arrive", ()))
        self._changed_data = bool(move.get("changed_data"))
        self._before: Mapping[str, int] = {}

    def state(self, state: State, within: Within) -> State:
        """A state, or a branch inside ``within``."""
        if state.visits or state.spent:
            self._before = self._offsets(_given(state))
        here = state.place.step
        place, path = state.place, state.path
        if here and here not in self._elsewhere:
            found = self.place(place, within)
            if found is None and state.joined:
                # Where the branch ended is gone: who returns into it begins it again.
                found, path = self._first_of(within), ()
            place = found or place
        step = self._process.steps.get(place.step)
        asked = self._asked(state.place, place, state.asked)
        branches = {
            name: self.state(branch, (*within, (place.step, name)))
            for name, branch in state.branches.items()
        }
        return state.with_(
            place=place,
            asked=asked,
            visits=self._visits(state.visits),
            spent=self._spent(state),
            path=self._path(path, within),
            resume=self._resumes(state.resume, within),
            chain=self._by_chain(state.chain),
            pinned=self._by_chain(state.pinned),
            actors=self._actors(state.actors),
            flags=tuple(flag for flag in state.flags if flag in self._process.flags),
            assigned=state.assigned if step is not None and _is_for_permission(step) else None,
            branches=branches,
        )

    def name(self, step: str) -> str | None:
        """What a step is called; None if it is gone."""
        name = self._steps.get(step, step)
        return name if name in self._process.steps else None

    def _offsets(self, visits: Mapping[str, int]) -> dict[str, int]:
        """How far the visits of steps that become one are counted on."""
        counted: dict[str, int] = {}
        offsets: dict[str, int] = {}
        # What keeps its name comes first; a state that was stored holds its keys in another order.
        for step in sorted(visits, key=lambda step: (step != self._steps.get(step, step), step)):
            name = self._steps.get(step, step)
            offsets[step] = counted.get(name, 0)
            counted[name] = offsets[step] + visits[step]
        return offsets

    def _asked(self, before: Place, after: Place, known: str | None) -> str | None:
        """What is answered names a place as it was called when it asked."""
        step = self._process.steps.get(after.step)
        renamed = (before.step, before.visit) != (after.step, after.visit)
        return known or (before.asking if renamed and step is not None and step.asks else None)

    def _visits(self, visits: Mapping[str, int]) -> dict[str, int]:
        counted: dict[str, int] = {}
        for step, count in visits.items():
            name = self._steps.get(step, step)
            if name in self._process.steps:
                counted[name] = counted.get(name, 0) + count
        return counted

    def _spent(self, state: State) -> dict[str, int]:
        """What is never given again under a name, whatever it means in this version.

        Calls, answers and ballots are found by the name of their place and the number of the visit.
        """
        given = _given(state)
        last = dict(given)
        for step, count in given.items():
            name = self._steps.get(step, step)
            last[name] = max(last.get(name, 0), count + self._before[step])
        visits = self._visits(state.visits)
        spent = {step: count - visits.get(step, 0) for step, count in last.items()}
        return {step: count for step, count in spent.items() if count}

    def place(self, place: Place, within: Within) -> Place | None:
        """A place where somebody could be; None if there is none."""
        name = self.name(place.step)
        step = self._process.steps[name] if name is not None else None
        if step is None or step.within != within or step.kind in _PASSING:
            return None
        stage = place.stage
        if stage is not None:
            target = self._steps.get(f"{place.step}.{stage}", f"{step.name}.{stage}")
            stage = target.partition(".")[2] or None
            if not step.stages:
                stage = None
            elif stage is not None and stage not in step.stages:
                return None
        kept = step.who is None or step.who.kind == "permission"
        organisation = place.organisation if kept else None
        return Place(step.name, stage, organisation, place.visit + self._before.get(place.step, 0))

    def _path(self, path: Iterable[Passed], within: Within) -> tuple[Passed, ...]:
        found = []
        for passed in path:
            place = self.place(passed.place, within)
            if place is not None:
                found.append(self._passed(passed, place, within))
        return tuple(found)

    def _passed(self, passed: Passed, place: Place, within: Within) -> Passed:
        split, kept, undo = self._split(passed.split, place, within), passed.kept, passed.undo
        lost = (split is None) != (passed.split is None) or not self._waits_alike(place, undo)
        if lost or (self._changed_data and "set" in undo):
            # What was there before cannot be brought back any more.
            return Passed(place, passed.person, {}, kept or "resumed", split)
        if undo:
            undo = {name: self._undone(name, value, within) for name, value in undo.items()}
        if "held" in undo:
            asked = self._asked(passed.place, place, undo["held"].get("asked"))
            undo = {**undo, "held": undo["held"] | ({"asked": asked} if asked else {})}
        return Passed(place, passed.person, undo, kept, split)

    def _waits_alike(self, place: Place, undo: Mapping[str, Any]) -> bool:
        """Whether a place can hold again what it held; a vote is over."""
        held, wait = undo.get("held"), self._process.steps[place.step].wait
        if held is None:
            return True
        if wait is None or "voters" in held:
            return False
        return (wait.until is not None) == ("wait_until" in held)

    def _undone(self, name: str, value: Any, within: Within) -> Any:
        if name == "chain" and value:
            return self._by_chain(value)
        if name == "resume" and value:
            taken = self._resumes([Resumption.from_json(one) for one in value], within)
            return [one.to_json() for one in taken]
        if name == "flags" and value:
            return [flag for flag in value if flag in self._process.flags]
        return value

    def _resumes(self, resume: Sequence[Resumption], within: Within) -> tuple[Resumption, ...]:
        found = []
        for one in resume:
            place = self.place(one.place, within)
            if place is not None:
                found.append(
                    replace(
                        one,
                        place=place,
                        path=self._path(one.path, within),
                        chain=self._by_chain(one.chain),
                        split=self._split(one.split, place, within),
                    )
                )
        return tuple(found)

    def _split(self, split: Split | None, place: Place, within: Within) -> Split | None:
        """The branches a parallel step was left with; None if it has others now."""
        parallel = self._process.steps[place.step].parallel
        if split is None or parallel is None or set(parallel.branches) != set(split.branches):
            return None
        branches = {}
        for name, branch in split.branches.items():
            inside = (*within, (place.step, name))
            if not self._fits(branch, inside):
                return None
            branches[name] = self.state(branch, inside)
        return Split(split.by, branches)

    def _fits(self, state: State, within: Within) -> bool:
        """Whether a branch can stand in this version where it stood."""
        if not state.place.step or state.joined:
            return True
        place = self.place(state.place, within)
        if place is None:
            return False
        parallel = self._process.steps[place.step].parallel
        known = set(parallel.branches) if parallel is not None else set()
        return not state.branches or (
            known == set(state.branches)
            and all(
                self._fits(branch, (*within, (place.step, name)))
                for name, branch in state.branches.items()
            )
        )

    def _first_of(self, within: Within) -> Place | None:
        """The first step of a branch."""
        step = self._process.steps.get(within[-1][0]) if within else None
        if step is None or step.parallel is None or within[-1][1] not in step.parallel.branches:
            return None
        return Place(next(iter(step.parallel.branches[within[-1][1]])))

    def _by_chain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept for each chain on its way."""
        found = {}
        for known, value in sorted(values.items()):
            step, keys = split_plan(known)
            name = self.name(step)
            if name is not None and self._process.steps[name].chain is not None:
                found[name + keys] = value
        return found

    def _actors(self, actors: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for step, people in sorted(actors.items()):
            name = self.name(step)
            if name is not None:
                known = found.get(name, ())
                found[name] = (*known, *(one for one in people if one not in known))
        return found


def _given(state: State) -> dict[str, int]:
    """For each name the number of the last visit to a step that was called so."""
    return {step: state.visits_given(step) for step in sorted({*state.visits, *state.spent})}


def _is_for_permission(step: Step) -> bool:
    return step.who is not None and step.who.kind == "permission"
