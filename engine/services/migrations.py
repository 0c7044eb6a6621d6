"""Moving running cases to another version of their process: planned, carried out, undone (CON-09).

A plan says for each case what will come of it. Running it moves the cases one by one, each in a
transaction of its own together with what the plan notes of it, so that a run that was cut off goes
on where it stopped. A case that has gone on since, or would come out otherwise than predicted, is
planned anew and told; none is forced. Many are moved as a job in the background.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from engine.authoring.problem import near
from engine.definitions.renaming import moves
from engine.domain.actor import Actor
from engine.domain.case import Command, State, places_of
from engine.domain.errors import EngineError, NotFound, Refused, Stale
from engine.runtime.effects import IRREVERSIBLE
from engine.services.casework import Casework
from engine.services.history import History
from engine.services.jobs import Given, Item, Jobs, NotDone, Progress
from engine.services.loaded import Loaded
from engine.services.migration_claims import Claims
from engine.services.migration_decisions import Decisions
from engine.services.migration_jobs import MovingJobs, PlanningJobs
from engine.services.migration_plan import Judging, Target, Verdict, command_of, forecast_of
from engine.services.migration_views import Offered, Pictures, Plan, is_to_move, plan_view
from engine.services.outcome import Outcome
from engine.services.outgoing import Outgoing
from engine.services.oversight import INTERVENE, Oversight
from engine.services.sentences import Sentences
from engine.store.plans import PlannedCase, PlanRow
from engine.store.plans import State as PlannedState
from engine.store.unit import UnitOfWork

#: the kinds of jobs
PLAN, MIGRATE, UNMIGRATE = "plan", "migrate", "unmigrate"
#: so many cases are planned while whoever asked waits; more are planned in the background
AT_ONCE = 200
#: so many cases are looked at for the pictures of a plan
PICTURED = 500
#: plans shown
LATEST = 20


class _Otherwise(EngineError):
    """The case would come out otherwise than the plan says."""


class Migrations:
    """Plans for moving running cases."""

    def __init__(
        self,
        work: Casework,
        judging: Judging,
        oversight: Oversight,
        history: History,
        outgoing: Outgoing,
        sentences: Sentences,
        jobs: Jobs,
    ) -> None:
        self._work = work
        self._judging = judging
        self._jobs = jobs
        jobs.kinds[PLAN] = PlanningJobs(self)
        jobs.kinds[MIGRATE] = MovingJobs(self, "moved")
        jobs.kinds[UNMIGRATE] = MovingJobs(self, "undone")
        self._oversight = oversight
        self._history = history
        self._outgoing = outgoing
        self._sentences = sentences

    # ------------------------------------------------------------ planning

    def plan(
        self, actor: Actor, process: str, release: str, decisions: Decisions | None = None
    ) -> Plan:
        """Say for every running case of a process what moving it to a version comes to.

        Args:
            actor: who asks; the platform itself where somebody has the installation in hand.
            process: its id.
            release: the number or commit of the version.
            decisions: what was decided already.

        Raises:
            Refused: no right, no such process or version, or a decision names no step of it.
        """
        with self._sentences.saying():
            target, decisions = self._asked(actor, process, release, decisions)
            with self._work.store.read() as unit:
                planned = [
                    self._planned(unit, self._work.loaded(unit, row), target, decisions, actor)
                    for row in unit.cases.running(process.split("/", 1)[0], process)
                    if row.pin != target.pin
                ]
            return self._shown(self._made(actor, process, target, decisions, planned))

    def begin_plan(
        self, actor: Actor, process: str, release: str, decisions: Decisions | None = None
    ) -> int:
        """Plan as :meth:`plan`, but many cases in the background; return the id of the plan.

        Raises:
            Refused: as for :meth:`plan`.
        """
        jurisdiction = process.split("/", 1)[0]
        with self._sentences.saying():
            target, known = self._asked(actor, process, release, decisions)
            with self._work.store.read() as unit:
                total = unit.cases.count_running(jurisdiction, process, target.pin)
            if total <= AT_ONCE:
                return self.plan(actor, process, release, decisions).id
            made = self._made(actor, process, target, known, ())
        self._jobs.begin(
            actor, PLAN, _about(made.id), title=target.compiled.process.title,
            input={"plan": made.id}, total=total, jurisdiction=jurisdiction,
        )  # fmt: skip
        return made.id

    def _asked(
        self, actor: Actor, process: str, release: str, decisions: Decisions | None
    ) -> tuple[Target, Decisions]:
        """The version, and what is decided: by somebody, or by the version (``was``)."""
        self._demand(actor, process.split("/", 1)[0])
        with self._work.store.read() as unit:
            target = self._target(unit, process, release)
        decisions = decisions or Decisions()
        _check_steps(target, decisions)
        known = moves(target.compiled.process)
        return target, replace(decisions, steps=known | dict(decisions.steps))

    def _made(
        self,
        actor: Actor,
        process: str,
        target: Target,
        decisions: Decisions,
        planned: Sequence[PlannedCase],
    ) -> PlanRow:
        made = PlanRow(
            0, process.split("/", 1)[0], process, target.pin, target.number, decisions.to_json(),
            actor.person, self._work.clock.now(),
        )  # fmt: skip
        with self._work.store.write() as unit:
            return unit.plans.add(made, planned)

    def to_plan(self, actor: Actor, plan: int, after: int | None, most: int) -> list[Item]:
        """The next cases that a plan has to say something of."""
        with self._sentences.saying():
            row = self._load(actor, plan)
        with self._work.store.read() as unit:
            others = (
                Item(case.id, case.uid, case.number or case.uid)
                for case in unit.cases.running(row.jurisdiction, row.process, after or 0)
                if case.pin != row.pin
            )
            return list(islice(others, most))

    def plan_one(self, actor: Actor, plan: int, uid: str) -> None:
        """Say what moving one case comes to, if that was not done and the case still goes on."""
        with self._sentences.saying():
            row = self._load(actor, plan)
            with self._work.store.write() as unit:
                target = self._target(unit, row.process, str(row.release))
                loaded = self._work.load(unit, uid)
                if loaded.state.closed or loaded.row.pin == row.pin:
                    return
                if unit.plans.case(plan, loaded.row.id) is None:
                    decisions = Decisions.from_json(row.decisions)
                    planned = self._planned(unit, loaded, target, decisions, actor)
                    unit.plans.add_case(plan, planned)

    def show(self, actor: Actor, plan: int) -> Plan:
        """A plan, and how far it was carried out.

        Raises:
            NotFound: there is none in a jurisdiction the actor may step in.
        """
        with self._sentences.saying():
            return self._shown(self._load(actor, plan))

    def offered(self, actor: Actor, jurisdiction: str) -> Offered:
        """What the actor could plan, and the plans made last.

        Raises:
            NotAllowed: the actor may not step in there.
        """
        with self._sentences.saying():
            self._demand(actor, jurisdiction)
            current = self._work.definitions.current
            with self._work.store.read() as unit:
                running = Counter[str]()
                for one in unit.monitoring.at_steps(jurisdiction, self._work.clock.now()):
                    running[one.process] += one.cases
                return Offered(
                    tuple(
                        (name, bound.process.title, running[name])
                        for name, bound in current.processes.items()
                        if running[name]
                    ),
                    tuple(self._history.log(unit, limit=LATEST)),
                    tuple(unit.plans.latest(jurisdiction, LATEST)),
                )

    def pictures(self, actor: Actor, plan: int) -> Pictures | None:
        """Where the cases of a plan are and will be; None where there are none."""
        with self._sentences.saying():
            row = self._load(actor, plan)
            with self._work.store.read() as unit:
                found = []
                waiting = (one for one in unit.plans.cases(plan)
                           if one.state in ("planned", "replanned"))  # fmt: skip
                for one in islice(waiting, PICTURED):
                    case = unit.cases.load(one.uid)
                    if case is not None:
                        found.append((one, case))
                if not found:
                    return None
                pin = Counter(case.pin for _, case in found).most_common(1)[0][0]
                at: set[str] = set()
                then: set[str] = set()
                for one, case in found:
                    state = State.from_json(orjson.loads(case.state))
                    if case.pin == pin:
                        at |= {place.place.step for _, place in places_of(state)}
                    will = one.told["forecast"].get("due", ())
                    then |= {step for step, _, _ in will}
                compiled = self._work.definitions.compiled
                before = compiled(row.process, pin, unit).bound.flow
                after = compiled(row.process, row.pin, unit).bound.flow
                return Pictures(before, frozenset(at), after, frozenset(then))

    def _planned(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        target: Target,
        decisions: Decisions,
        actor: Actor,
        state: PlannedState = "planned",
    ) -> PlannedCase:
        verdict = self._judging.judge(unit, loaded, target, decisions, actor)
        return PlannedCase(
            loaded.row.id, loaded.row.version, verdict.kind, verdict.to_json(), state
        )

    def _target(self, unit: UnitOfWork, process: str, release: str) -> Target:
        version = self._history.named(unit, release)
        found = self._work.definitions.at(unit, version.commit)
        if found is None or process not in found.processes:
            raise NotFound("no_such_process", process=process)
        pin = found.closure(process)
        compiled = self._work.definitions.compiled(process, pin, unit)
        return Target(version.number, pin, found, compiled)

    def _demand(self, actor: Actor, jurisdiction: str) -> None:
        if not actor.is_system:
            self._oversight.demand(actor, INTERVENE, jurisdiction)

    def _load(self, actor: Actor, plan: int) -> PlanRow:
        with self._work.store.read() as unit:
            row = unit.plans.load(plan)
        if row is None:
            raise NotFound("no_such_plan", plan=plan)
        self._demand(actor, row.jurisdiction)
        return row

    # ------------------------------------------------------------ carrying out

    def run(self, actor: Actor, plan: int, reason: str, *, by: str = "") -> Plan:
        """Move the cases of a plan that need no decision; again, it goes on where it stopped.

        Args:
            actor: who does it.
            plan: the plan.
            reason: why; it stands in the journal of each case.
            by: the name of whoever has the installation in hand.

        Raises:
            Refused: no right or no reason, or no such plan.
        """
        with self._sentences.saying():
            row = self._load(actor, plan)
            _demand_reason(reason)
            with self._work.store.read() as unit:
                target = self._target(unit, row.process, str(row.release))
                planned = unit.plans.cases(plan)
            entered = {"reason": reason.strip(), **({"by": by} if by else {})}
            for one in planned:
                if is_to_move(one):
                    self._move(actor, row, target, one, entered)
            return self._shown(row)

    def begin_run(self, actor: Actor, plan: int, reason: str) -> int:
        """Begin to move the cases of a plan that need no decision, in the background.

        Returns the id of the job. It moves each case as the plan is now: one that comes to be
        planned anew on the way waits until somebody has looked at it.

        Raises:
            Refused: no right or no reason, no such plan, or one is under way.
        """
        return self._begin(actor, plan, reason, MIGRATE, is_to_move)

    def begin_undo(
        self, actor: Actor, plan: int, reason: str, *, uids: Collection[str] = ()
    ) -> int:
        """Begin to move cases back in the background: all of a plan or some.

        Returns the id of the job.

        Raises:
            Refused: no right or no reason, no such plan, or a job is under way.
        """

        def is_meant(one: PlannedCase) -> bool:
            return one.state == "moved" and (not uids or one.uid in uids)

        return self._begin(actor, plan, reason, UNMIGRATE, is_meant)

    def _begin(
        self,
        actor: Actor,
        plan: int,
        reason: str,
        kind: str,
        is_meant: Callable[[PlannedCase], bool],
    ) -> int:
        with self._sentences.saying():
            row = self._load(actor, plan)
            _demand_reason(reason)
            with self._work.store.read() as unit:
                meant = [_noted(one) for one in unit.plans.cases(plan) if is_meant(one)]
                title = self._work.definitions.compiled(row.process, row.pin, unit).process.title
        return self._jobs.begin(
            actor, kind, _about(plan), title=title,
            input={"plan": plan, "reason": reason.strip(), "cases": meant},
            total=len(meant), jurisdiction=row.jurisdiction,
        )  # fmt: skip

    def progress(self, plan: Plan) -> Progress | None:
        """How far the job is that moves the cases of a plan, or the last one was."""
        return self._jobs.last(_about(plan.id))

    def meant(self, actor: Actor, given: Given, after: int | None, most: int) -> list[Item]:
        """The next cases of a job."""
        with self._sentences.saying():
            self._load(actor, given["plan"])
        first = 0 if after is None else after + 1
        chosen = given["cases"][first : first + most]
        return [Item(first + count, one, one[-1]) for count, one in enumerate(chosen)]

    def do(self, actor: Actor, given: Given, item: Item, wanted: PlannedState) -> NotDone | None:
        """Move one case, or move it back; a case that is not what it was is left alone."""
        plan, entered = given["plan"], {"reason": given["reason"]}
        with self._sentences.saying():
            row = self._load(actor, plan)
            one = self._planned_case(plan, item.key[0])
            if _noted(one) == item.key:
                if wanted == "moved":
                    with self._work.store.read() as unit:
                        target = self._target(unit, row.process, str(row.release))
                    self._move(actor, row, target, one, entered)
                else:
                    self._move_back(actor, row, one, entered)
                one = self._planned_case(plan, item.key[0])
        if one.state == wanted:
            return None
        if one.state in ("planned", "replanned"):
            return NotDone(item.name, one.uid, [Refused("migrate_planned_anew")])
        told = [Refused(code, **params) for code, params in one.told["told"]]
        return NotDone(item.name, one.uid, told)

    def _planned_case(self, plan: int, case_id: int) -> PlannedCase:
        with self._work.store.read() as unit:
            one = unit.plans.case(plan, case_id)
        assert one is not None  # plans keep their cases
        return one

    def _move(
        self,
        actor: Actor,
        plan: PlanRow,
        target: Target,
        one: PlannedCase,
        entered: Mapping[str, str],
    ) -> None:
        decisions = Decisions.from_json(plan.decisions)
        before: list[State] = []
        calls: set[str] = set()
        claims: list[Claims] = []

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            verdict = self._judging.judge(unit, loaded, target, decisions, actor)
            _same(one, verdict)
            before[:] = [loaded.state]
            calls.update(_calls(loaded))
            claims[:] = [Claims(unit, loaded, decisions.steps, verdict.given_up)]
            was = {"before": orjson.loads(loaded.row.state), "data": loaded.row.data_hash}
            loaded.row = loaded.row._replace(pin=target.pin)
            loaded.compiled = target.compiled
            return command_of("migrate", actor, {**verdict.move, **was, **entered}, verdict.data)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            if forecast_of(target.compiled, outcome.result) != one.told["forecast"]:
                raise _Otherwise
            undo = {
                "anew": _left(before[0], outcome),
                "final": _final(outcome, calls),
            }
            self._find_by(unit, outcome)
            claims[0].keep(unit, outcome)
            unit.plans.save(
                plan.id, one._replace(state="moved", moved_to=outcome.row.version, undo=undo)
            )

        try:
            self._carry_out(actor, one, one.version, make, then, f"migrate:{plan.id}:{one.uid}")
        except (Stale, _Otherwise):
            self._again(actor, plan, target, one, decisions)
        except Refused as refused:
            self._note(plan, one, refused)

    def _carry_out(
        self,
        actor: Actor,
        one: PlannedCase,
        version: int,
        make: Callable[[UnitOfWork, Loaded], Command],
        then: Callable[[UnitOfWork, Outcome], None],
        key: str,
    ) -> None:
        outcome = self._work.execute(actor, one.uid, make, version=version, key=key, then=then)
        if isinstance(outcome, Outcome):
            self._outgoing.work_off(outcome.sent)

    def _find_by(self, unit: UnitOfWork, outcome: Outcome) -> None:
        """Lists find a case by the fields of its version."""
        row = outcome.row
        data = unit.blobs.get(row.data_hash) if row.data_hash is not None else {}
        found = self._work.rows.found_by(unit, row, outcome.compiled, data)
        gone = dict.fromkeys(unit.cases.fields(row.id).keys() - found.keys())
        unit.cases.set_fields(row.id, {**gone, **found})

    def _again(
        self,
        actor: Actor,
        plan: PlanRow,
        target: Target,
        one: PlannedCase,
        decisions: Decisions,
    ) -> None:
        """Plan a case anew that is not what it was."""
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, one.uid)
            if unit.plans.case(plan.id, one.case_id) != one:
                # Somebody else who carries out the same plan has dealt with it.
                return
            if loaded.state.closed or loaded.row.pin == target.pin:
                code = "case_closed" if loaded.state.closed else "migrate_there_already"
                noun = loaded.compiled.process.noun or loaded.compiled.process.title
                told = Verdict("cannot", ((code, {"noun": noun}),)).to_json()
                found = one._replace(kind="cannot", told=told, state="replanned")
            else:
                found = self._planned(unit, loaded, target, decisions, actor, "replanned")
            unit.plans.save(plan.id, found)

    def _note(self, plan: PlanRow, one: PlannedCase, refused: Refused) -> None:
        """Keep why a case was not moved, or not moved back."""
        params = refused.params | ({"say": refused.say} if refused.say is not None else {})
        told = {**one.told, "told": [[refused.code, params]]}
        state: PlannedState = "moved" if one.moved_to is not None else "refused"
        with self._work.store.write() as unit:
            unit.cases.hold(one.uid)
            if unit.plans.case(plan.id, one.case_id) == one:
                unit.plans.save(plan.id, one._replace(told=told, state=state))

    # ------------------------------------------------------------ undoing

    def undo(
        self, actor: Actor, plan: int, reason: str, *, uids: Collection[str] = (), by: str = ""
    ) -> Plan:
        """Move cases back, all of a plan or some; only those nothing was done with since.

        Raises:
            Refused: no right or no reason, or no such plan.
        """
        with self._sentences.saying():
            row = self._load(actor, plan)
            _demand_reason(reason)
            with self._work.store.read() as unit:
                planned = unit.plans.cases(plan)
            entered = {"reason": reason.strip(), **({"by": by} if by else {})}
            for one in planned:
                if one.state == "moved" and (not uids or one.uid in uids):
                    self._move_back(actor, row, one, entered)
            return self._shown(row)

    def _move_back(
        self, actor: Actor, plan: PlanRow, one: PlannedCase, entered: Mapping[str, str]
    ) -> None:
        steps = {new: old for old, new in Decisions.from_json(plan.decisions).steps.items()}
        claims: list[Claims] = []

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            if loaded.row.version != one.moved_to:
                # Whatever was done since, in any branch: the last event is not the move.
                raise Stale("already_handled")
            if one.undo["final"] is not None:
                raise Refused(one.undo["final"])
            link = unit.links.to(loaded.row.id) if loaded.state.closed else None
            if link is not None and link.taken is not None:
                raise Refused("migrate_end_taken")
            *_, event = unit.journal.of(loaded.row.id)
            assert event.data_hash is not None  # a move has an input
            moved = unit.blobs.get(event.data_hash)["input"]
            old = loaded.row._replace(pin=moved["from"])
            data = None
            if loaded.row.data_hash != moved["data"]:
                data = unit.blobs.get(moved["data"]) if moved["data"] is not None else {}
            claims[:] = [Claims(unit, loaded, steps)]
            loaded.row = old
            loaded.compiled = self._work.definitions.compiled(old.process, old.pin, unit)
            back = {
                "from": moved["to"], "to": moved["from"], "state": moved["before"],
                "anew": one.undo["anew"], **entered,
            }  # fmt: skip
            return command_of("unmigrate", actor, back, data)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            self._find_by(unit, outcome)
            claims[0].keep(unit, outcome)
            unit.plans.save(plan.id, one._replace(state="undone", moved_to=None))

        try:
            assert one.moved_to is not None  # it was moved
            self._carry_out(actor, one, one.moved_to, make, then, f"unmigrate:{plan.id}:{one.uid}")
        except Stale:
            self._note(plan, one, Refused("migrate_gone_on"))
        except Refused as refused:
            self._note(plan, one, refused)

    def _shown(self, row: PlanRow) -> Plan:
        with self._work.store.read() as unit:
            planned = unit.plans.cases(row.id)
            compiled = self._work.definitions.compiled(row.process, row.pin, unit)
            release = self._work.definitions.release_of(row.process, row.pin, unit)
        return plan_view(row, planned, compiled.process, release, self._sentences)


def _noted(one: PlannedCase) -> list[Any]:
    """A case of a plan as somebody has looked at it."""
    return [one.case_id, one.version, one.state, one.number or one.uid]


def _about(plan: int) -> str:
    return f"plan/{plan}"


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_needed")


def _check_steps(target: Target, decisions: Decisions) -> None:
    """Refuse decisions that lead to a step or stage that the version does not have."""
    steps = target.compiled.process.steps
    for place in decisions.steps.values():
        name, _, stage = place.partition(".")
        step = steps.get(name)
        if step is None or (stage and stage not in step.stages):
            known: Sequence[str] = (
                tuple(steps) if step is None else [f"{name}.{one}" for one in step.stages]
            )
            raise Refused("migrate_no_such_step", step=place, near=near(place, known) or "—")


def _same(one: PlannedCase, verdict: Verdict) -> None:
    """Refuse to do anything but what the plan says."""
    if verdict.kind != one.kind or verdict.to_json()["forecast"] != one.told["forecast"]:
        raise _Otherwise


def _left(before: State, outcome: Outcome) -> list[str]:
    """The places at which what waited was found anew."""
    result, steps = outcome.result, outcome.command.input.get("steps", {})
    if not result.moved:
        return []
    return [
        one.place.step
        for _, one in places_of(before)
        if (steps.get(one.place.step, one.place.step), one.place.visit) not in result.kept
    ]


def _calls(loaded: Loaded) -> Iterator[str]:
    """How the keys of the calls begin that a case waits at."""
    steps = loaded.compiled.process.steps
    for _, one in places_of(loaded.state):
        if steps[one.place.step].call is not None:
            yield one.asking


def _final(outcome: Outcome, calls: Collection[str]) -> str | None:
    """Why a move cannot be undone: something happened that nothing takes back."""
    kinds = {effect.kind for effect in outcome.result.effects}
    if kinds & IRREVERSIBLE or any(
        event.get("event") == "numbered" for event in outcome.result.events
    ):
        return "migrate_final"
    standing = {one.asking for _, one in places_of(outcome.result.state)}
    return "migrate_linked" if kinds & {"create", "send"} or set(calls) - standing else None
