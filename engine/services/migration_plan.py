"""What moving a running case to another version would come to, without doing it (CON-09).

Everything is found by comparing the two versions at the places where the case is, and by carrying
the move out on a copy: what is predicted is what the same function will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.authoring.problem import nearest
from engine.definitions.answers import answered_into, asked_by
from engine.definitions.likeness import alike
from engine.definitions.process import Decision, Draw, Process, RuleUse, Step
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.case import Advance, Command, State, places_of, written
from engine.domain.errors import Refused
from engine.runtime.advance import advance
from engine.runtime.compiled import Compiled, Within
from engine.runtime.migrating import Renaming
from engine.services.casework import Casework
from engine.services.entries import FORM
from engine.services.loaded import Loaded
from engine.services.migration_data import PROPOSED, MovedData, Open, moved_data
from engine.services.migration_decisions import Decisions
from engine.services.somebody import Permissions, Somebody
from engine.store.plans import Kind
from engine.store.unit import UnitOfWork

#: a sentence: its code and what it is filled with
Told = tuple[str, dict[str, Any]]
#: what of a vote must not change while it is going on
_OF_A_VOTE = (
    "about", "present", "ballot", "extend", "secret", "in_turn", "quorum", "invalid", "enough",
    "decide",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """The version cases are moved to."""

    number: int
    pin: str
    release: Release
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Verdict:
    """What moving one case comes to.

    ``told`` says why it cannot be moved, or what changes; ``forecast`` what it will be like, and
    ``move`` and ``data`` are the command that does it, where nothing is open any more.
    """

    kind: Kind
    told: tuple[Told, ...] = ()
    open: tuple[Open, ...] = ()
    forecast: Mapping[str, Any] = field(default_factory=dict)
    move: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    #: the steps at which a claim is given up
    given_up: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """What a plan keeps of it."""
        return {
            "told": [[code, params] for code, params in self.told],
            "open": [
                [one.code, one.key, one.name, dict(one.params), list(one.proposed)]
                for one in self.open
            ],
            "forecast": dict(self.forecast),
        }


class Judging:
    """Compares versions for the cases of one process."""

    def __init__(self, work: Casework, rights: Permissions) -> None:
        self._work = work
        self._somebody = Somebody(work, rights)

    def judge(
        self, unit: UnitOfWork, loaded: Loaded, target: Target, decisions: Decisions, actor: Actor
    ) -> Verdict:
        """Say what moving a case comes to; changes nothing."""
        old = loaded.compiled.process
        if actor.person == loaded.row.initiator:
            return Verdict("cannot", (("own_case_untouched", {"noun": old.noun or old.title}),))
        found = _Places(self._work, unit, loaded, target, decisions)
        found.look()
        moved = self._data(unit, loaded, target, decisions)
        if found.cannot:
            return Verdict("cannot", tuple(found.cannot))
        still_open = (*found.open, *(moved.open if moved is not None else ()))
        if still_open:
            return Verdict("decision", tuple(found.told), still_open)
        changed = moved is not None and moved.data != dict(loaded.data)
        data = moved.data if moved is not None and changed else None
        move = found.move(changed_data=changed) | {"from": loaded.row.pin, "to": target.pin}
        verdict = self._tried(unit, loaded, target, actor, move, data, found.told, moved)
        return replace(verdict, given_up=frozenset(found.given_up))

    def _data(
        self, unit: UnitOfWork, loaded: Loaded, target: Target, decisions: Decisions
    ) -> MovedData | None:
        """The form data as the new version holds it; None where nothing is to be moved."""
        old, new = loaded.compiled.process, target.compiled.process
        if old.form is None or new.form is None:
            return None
        before = self._work.definitions.release_of(old.id, loaded.row.pin, unit)
        one, other = before.forms[old.form], target.release.forms[new.form]
        lists = {element.codes for element in other.walk() if element.codes}
        same = one.hash == other.hash and all(
            _file(before, f"definitions/codes/{name}.yaml")
            == _file(target.release, f"definitions/codes/{name}.yaml")
            for name in lists
        )
        # A form with items of its own was kept with the case when it was started.
        if same or loaded.data.get(FORM) is not None:
            return None
        return moved_data(
            one, other, target.release.codes, loaded.data, decisions,
            still_filled_in=_is_filled_in(loaded, new, decisions),
        )  # fmt: skip

    def _tried(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        target: Target,
        actor: Actor,
        move: Mapping[str, Any],
        data: Mapping[str, Any] | None,
        told: Sequence[Told],
        moved: MovedData | None,
    ) -> Verdict:
        """Carry the move out on a copy."""
        row = loaded.row._replace(pin=target.pin)
        now = self._work.now(row.jurisdiction)
        command = command_of("migrate", actor, move, data)
        facts = self._work.facts(
            unit, target.compiled, row, data if data is not None else loaded.data, now,
            # No number is taken for what only might be.
            writing=True, numbers=lambda unit, pool, of: [""],
        )  # fmt: skip
        try:
            result = advance(
                target.compiled, loaded.state, facts, command, now, loaded.ident,
                data=data if data is not None else loaded.data, seq=row.journal_seq + 1,
            )  # fmt: skip
            moving = replace(loaded, row=row, compiled=target.compiled, found={})
            if data is not None:
                moving = replace(moving, data=data)
            self._somebody.demand(unit, moving, result, before=loaded)
        except Refused as refused:
            return Verdict("cannot", ((refused.code, refused.params | _say(refused)),))
        known = [*told, *_seen(loaded.state, result)]
        if moved is not None and moved.moved:
            titles = "、".join(dict.fromkeys(moved.moved))
            known.append(("migrate_fields_moved", {"fields": titles}))
        same = not (known or result.moved or result.data is not None)
        kind: Kind = "unaffected" if same else "by_itself"
        return Verdict(kind, tuple(known), (), forecast_of(target.compiled, result), move, data)


def command_of(
    kind: str, actor: Actor, entered: Mapping[str, Any], data: Mapping[str, Any] | None
) -> Command:
    """The command that moves a case, or moves it back."""
    return Command(
        kind, actor.person, actor.organisation, actor.on_behalf, kind, dict(entered), data
    )


def forecast_of(compiled: Compiled, result: Advance) -> dict[str, Any]:
    """What can be said beforehand of a case that was moved, and compared with what came."""
    state, steps = result.state, compiled.process.steps
    places = [one for _, one in places_of(state)]
    drawn = {
        name for name, step in steps.items() if step.panel and isinstance(step.panel.voters, Draw)
    }
    return {
        "at": written(state),
        "status": state.status,
        "due": [[one.place.step, one.due, one.wait_until] for one in places],
        # Who is drawn by lot is not known before; how many is.
        "waits": sorted(
            item.step
            if item.step in drawn
            else f"{item.step}: {item.person or f'{item.permission}@{item.organisation}'}"
            for item in result.work
        ),
        "kept": sorted(step for step, _ in result.kept),
        "anew": result.moved,
        "timers": sorted([one.kind, one.at, one.step] for one in result.timers),
        "path": [str(one.place) for one in state.path],
        "data": result.data is not None,
    }


class _Places:
    """Compares the versions at the places of one case."""

    def __init__(
        self,
        work: Casework,
        unit: UnitOfWork,
        loaded: Loaded,
        target: Target,
        decisions: Decisions,
    ) -> None:
        self._unit, self._loaded, self._target = unit, loaded, target
        self._before = work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
        self._old: Process = loaded.compiled.process
        self._new: Process = target.compiled.process
        self._decisions = decisions
        self.cannot: list[Told] = []
        self.open: list[Open] = []
        self.told: list[Told] = []
        self.given_up: list[str] = []
        self._anew: list[str] = []
        self._dates: list[str] = []
        self._voters: list[str] = []
        self._chains: list[str] = []
        self._arrive: list[list[str]] = []

    def move(self, *, changed_data: bool) -> dict[str, Any]:
        """What the command says."""
        found: dict[str, Any] = {
            "steps": dict(self._decisions.steps),
            "anew": self._anew,
            "dates": self._dates,
            "voters": self._voters,
            "chains": self._chains,
            "arrive": self._arrive,
            "keep_due": self._decisions.due == "keep",
            "changed_data": changed_data,
        }
        return {name: value for name, value in found.items() if value}

    def look(self) -> None:
        """Look at every place, and at what leads back."""
        self._members()
        self._rules()
        self._at(self._loaded.state, ())
        if not self.open and not self.cannot:
            self._path()
            self._flags()

    # ------------------------------------------------------------ places

    def _at(self, one: State, within: Within) -> None:
        if one.joined or not one.place.step:
            return
        before = self._old.steps[one.place.step]
        decided = self._decisions.steps.get(before.name)
        name = decided if decided is not None else before.name
        after = self._new.steps.get(name)
        if after is None:
            self._ask("migrate_step_gone", before)
            return
        other = _other(before, after, one, within, self._new)
        if other is None:
            self._stays(before, after, one)
            for branch, state in one.branches.items():
                self._at(state, (*within, (after.name, branch)))
        elif decided is None:
            self._ask(other, before)
        else:
            self._put(before, after, one)

    def _ask(self, code: str, before: Step) -> None:
        possible = [
            step.name
            for step in self._new.steps.values()
            if step.kind not in ("automatic", "end")
            and (not step.within or step.within == before.within)
        ]
        same = [step for step in possible if self._new.steps[step].title == before.title]
        proposed = dict.fromkeys([*same, *nearest(before.name, possible, PROPOSED)])
        self.open.append(
            Open(code, "steps", before.name, {"step": before.title}, tuple(proposed)[:PROPOSED])
        )

    def _put(self, before: Step, after: Step, one: State) -> None:
        """The case leaves a place for another one."""
        titles = {"step": before.title, "other": after.title}
        if after.end is not None:
            self.cannot.append(("reroute_to_end", {"step": after.title}))
        elif after.kind == "automatic":
            self.cannot.append(("reroute_to_automatic", {"step": after.title}))
        for _, state in places_of(one):
            self._vote(self._old.steps[state.place.step], state, None)
        if before.wait is not None and self._in_group():
            self.cannot.append(("migrate_in_group", {"step": before.title}))
        self._arrive.append([before.name, after.name])
        self.told.append(("migrate_put", titles))
        for _, state in places_of(one):
            left = self._old.steps[state.place.step]
            if left.call is not None:
                self.told.append(("migrate_call_left", {"step": left.title}))
            if left.wait is not None and left.wait.answer is not None:
                self.told.append(("migrate_answer_late", {"step": left.title}))

    def _stays(self, before: Step, after: Step, one: State) -> None:
        """The case stays where it is; what waits there may be found anew."""
        if after.name != before.name:
            self._again(after)
            titles = {"step": before.title, "other": after.title}
            self.told.append(("migrate_step_renamed", titles))
        self._stage(before, after, one)
        if not alike(
            _waiting(before, self._loaded.compiled), _waiting(after, self._target.compiled)
        ):
            self._again(after)
            self.given_up.append(after.name)
            self.told.append(("migrate_waits_anew", {"step": after.title}))
        elif not alike(before.status, after.status):
            self._again(after)
            self.told.append(("migrate_status", {"step": after.title}))
        if after.chain is not None and not alike(before.chain, after.chain):
            self._chains.append(after.name)
            self.told.append(("migrate_chain", {"step": after.title}))
        self._times(before, after, one)
        if before.panel is not None and after.panel is not None:
            voted = self._vote(before, one, after)
            one_by_one = [panel.in_turn for panel in (before.panel, after.panel)]
            same = alike(before.panel.voters, after.panel.voters) and len(set(one_by_one)) == 1
            if not voted and not same:
                self._again(after)
                self._voters.append(after.name)
                self.told.append(("migrate_voters_anew", {"step": after.title}))
        if before.wait is not None and before.wait.group is not None and self._in_group():
            same = after.wait is not None and after.wait.group == before.wait.group
            if not same or set(before.outcomes) - set(after.outcomes):
                self.cannot.append(("migrate_in_group", {"step": before.title}))
        actions = self._target.compiled.actions[after.name].values()
        if one.relaying and not any(action.relay for action in actions):
            self._again(after)
            self.told.append(("migrate_relay_over", {"step": after.title}))

    def _again(self, step: Step) -> None:
        if step.name not in self._anew:
            self._anew.append(step.name)

    def _stage(self, before: Step, after: Step, one: State) -> None:
        stage = one.place.stage
        if stage is None:
            if after.stages:
                self._again(after)
            return
        decided = self._decisions.steps.get(f"{before.name}.{stage}", f"{after.name}.{stage}")
        to_step, _, to_stage = decided.partition(".")
        if not after.stages:
            self._again(after)
        elif to_step != after.name or (to_stage and to_stage not in after.stages):
            title = before.stages[stage].title
            self.open.append(
                Open(
                    "migrate_stage_gone", "steps", f"{before.name}.{stage}",
                    {"step": before.title, "stage": title},
                    tuple(f"{after.name}.{name}" for name in after.stages),
                )
            )  # fmt: skip
        elif to_stage != stage:
            self._again(after)
            self.told.append(
                ("migrate_step_renamed", {
                    "step": before.stages[stage].title,
                    "other": after.stages[to_stage].title if to_stage else after.title,
                })
            )  # fmt: skip

    def _times(self, before: Step, after: Step, one: State) -> None:
        """Deadlines and dates of waiting: what they are computed from may be said otherwise."""
        written_otherwise = not (alike(before.due, after.due) and alike(before.wait, after.wait))
        computed_otherwise = (before.due or before.wait) is not None and not (
            alike(self._old.facts, self._new.facts) and alike(self._old.policy, self._new.policy)
        )
        if not written_otherwise and not computed_otherwise:
            return
        self._dates.append(after.name)
        if written_otherwise:
            self._again(after)
        if self._decisions.due == "keep" and one.due is not None:
            self.told.append(("migrate_due_kept", {"step": after.title}))

    def _vote(self, before: Step, one: State, after: Step | None) -> bool:
        """Whether votes were cast; a vote that is going on must not change."""
        if before.panel is None or (not one.voted and one.round == 1):
            return False
        new = after.panel if after is not None and after.name == before.name else None
        form = before.panel.ballot
        same = (
            new is not None
            and all(alike(getattr(before.panel, name), getattr(new, name)) for name in _OF_A_VOTE)
            and (
                form is None
                or self._before.forms[form].hash == self._target.release.forms[form].hash
            )
            and not any(self._is_changed(table) for table in _tables(before.panel.decide))
        )
        if not same:
            told = {"step": before.title, "count": len(one.voted)}
            self.cannot.append(("migrate_ballots_cast", told))
        return True

    # ------------------------------------------------------------ the rest of the case

    def _in_group(self) -> bool:
        return any(one.state == "in" for one in self._unit.members.groups_of(self._loaded.row.id))

    def _members(self) -> None:
        """A group must be able to hold its members in the new version too."""
        before, after = self._old.members, self._new.members
        if before is None:
            return
        kept = set(after.processes) if after is not None else set()
        for member in self._unit.members.of(self._loaded.row.id):
            row = self._unit.cases.load(member.uid) if member.state == "in" else None
            if row is not None and row.process not in kept:
                self.cannot.append(("migrate_members_lost", {}))
                return

    def _rules(self) -> None:
        """Rule tables and routes are those of the version from now on."""
        before = {rule.table.node.at.file for rule in self._old.rules}
        after = {rule.table.node.at.file: rule.table.title for rule in self._new.rules}
        changed = [
            title for file, title in after.items() if file not in before or self._is_changed(file)
        ]
        if changed:
            self.told.append(("migrate_rules", {"rules": "、".join(changed)}))

    def _is_changed(self, file: str) -> bool:
        return _file(self._before, file) != _file(self._target.release, file)

    def _path(self) -> None:
        """What cannot be returned to any more."""
        renaming = Renaming(self._new, self.move(changed_data=False))
        lost: dict[str, None] = {}

        def look(one: State, within: Within) -> None:
            for passed in one.path:
                if renaming.place(passed.place, within) is None:
                    lost[self._old.steps[passed.place.step].title] = None
            here = renaming.name(one.place.step) or one.place.step
            for name, branch in one.branches.items():
                look(branch, (*within, (here, name)))

        look(self._loaded.state, ())
        if lost:
            self.told.append(("migrate_path_lost", {"steps": "、".join(lost)}))
        state = self._loaded.state
        if state.resubmit == "returning_level" and state.resume:
            back = state.resume[-1].place
            if renaming.place(back, ()) is None:
                steps = {"steps": self._old.steps[back.step].title}
                self.told.append(("migrate_straight_lost", steps))

    def _flags(self) -> None:
        lost = [self._old.flags[one].title for one in self._loaded.state.flags
                if one not in self._new.flags]  # fmt: skip
        if lost:
            self.told.append(("migrate_flags_lost", {"flags": "、".join(lost)}))


def _other(before: Step, after: Step, one: State, within: Within, process: Process) -> str | None:
    """Why a case at one step cannot simply stay there when it is another one."""
    who = before.who.kind if before.who is not None else None
    same = (
        before.kind == after.kind
        and who == (after.who.kind if after.who is not None else None)
        and after.within == within
        and (before.wait is None or before.wait.until is None)
        == (after.wait is None or after.wait.until is None)
        and _is_answered(before, after, process)
        and _awaits_the_same(before, after)
    )
    if not same:
        return "migrate_step_other"
    parallel = after.parallel
    if parallel is not None and one.branches and set(parallel.branches) != set(one.branches):
        return "migrate_branches_other"
    return None


def _is_answered(before: Step, after: Step, process: Process) -> bool:
    """Whether the answer a case waits for at one step is the one it waits for at the other."""
    into = [step.wait.answer if step.wait is not None else None for step in (before, after)]
    if into[0] is None or into[1] is None:
        return into[0] == into[1]
    asked = asked_by(before)
    return asked == asked_by(after) and all(
        answered_into(process, after, name, into[0]) == into[1] for name in asked
    )


def _awaits_the_same(before: Step, after: Step) -> bool:
    """Whether a step waits for the very case it waited for."""
    called = [step.call.name if step.call is not None else None for step in (before, after)]
    several = [step.joins is not None for step in (before, after)]
    same = called[0] == called[1] and several[0] == several[1]
    return same and before.awaits == after.awaits


def _waiting(step: Step, compiled: Compiled) -> list[Any]:
    """What says who is waited for at a step."""
    by_action = [action.who for action in compiled.actions[step.name].values()]
    return [step.who, dict(step.stages), by_action if step.who is None else None]


def _seen(before: State, result: Advance) -> list[Told]:
    """What the move did beyond what was compared."""
    told: list[Told] = []
    dues = {one.place.step: one.due for _, one in places_of(before)}
    after = [(one.place.step, one.due) for _, one in places_of(result.state)]
    terms = [{name: one.by for name, one in each.deadlines.items()}
             for each in (before, result.state)]  # fmt: skip
    if any(due != dues.get(step, due) for step, due in after) or terms[0] != terms[1]:
        told.append(("migrate_due_anew", {}))
    if any(event.get("event") == "joined" for event in result.events):
        told.append(("migrate_joined", {}))
    return told


def _tables(decide: Decision) -> list[str]:
    """The files of the rule tables that decide a vote."""
    uses = [one for one in (decide.passing, decide.tie) if isinstance(one, RuleUse)]
    return [f"definitions/{one.name}.yaml" for one in uses]


def _is_filled_in(loaded: Loaded, new: Process, decisions: Decisions) -> bool:
    """Whether whoever started the case has its form before them."""
    for _, one in places_of(loaded.state):
        step = new.steps.get(decisions.steps.get(one.place.step, one.place.step))
        if step is not None and step.edit and step.who is not None and step.who.kind == "initiator":
            return True
    return False


def _file(release: Release, path: str) -> str | None:
    return release.files.get(path)


def _say(refused: Refused) -> dict[str, Any]:
    """A sentence of an author is kept as it is."""
    return {"say": refused.say} if refused.say is not None else {}
