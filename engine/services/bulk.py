"""One thing done to many cases: each is a command of its own, and its answer is told (REV-23).

Author's actions, operations of the engine and interventions alike, in four steps: :meth:`demand`
what holds for all, :meth:`preview` who can and who cannot, :meth:`one`, and :meth:`run` for all.
More than a person waits for are done as a job in the background: :meth:`begin` (SEC-06).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Action
from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.domain.paths import at_path
from engine.runtime.advance import no_such_action
from engine.runtime.run import Run
from engine.services.interventions import FOR_MANY as STEPPING_IN
from engine.services.jobs import Item, NotDone
from engine.services.oversight import MONITOR
from engine.store.cases import CaseRow

if TYPE_CHECKING:
    from engine.services.cases import Cases
    from engine.services.casework import Casework
    from engine.services.directory import Directory
    from engine.services.foresight import Foresight
    from engine.services.interventions import Interventions
    from engine.services.jobs import Given, Jobs, Progress
    from engine.services.offering import Offering
    from engine.services.operations import Operations
    from engine.services.outcome import Done
    from engine.services.oversight import Oversight
    from engine.services.seeing import Seeing
    from engine.services.sentences import Sentences


#: so many are done while whoever pressed waits; more are done in the background
AT_ONCE = 50
#: so many are done at once at most, as whoever chose them has to look at them
MOST = 500
#: so many are done at once at most where all that a search finds are meant
MATCHING = 5000
#: the kinds of jobs: what people do to their cases, and what those who oversee them do
CASES, INTERVENTIONS = "cases", "interventions"
#: so many cases of a job are listed
SHOWN = 200
#: so many cases are named as examples
EXAMPLES = 3
#: operations for which nothing is entered
ASKING_NOTHING = frozenset({"claim", "release", "withdraw", "urge"})


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one case of a bulk command: done, or why not."""

    uid: str
    done: Done | None
    refused: Refused | None = None

    @property
    def sentence(self) -> str | None:
        """Why not, in the reader's language."""
        return None if self.refused is None else self.refused.sentence


@dataclass(frozen=True, slots=True)
class Previewed:
    """One case before a bulk command: what it is, and why it would be refused."""

    uid: str
    #: the caption of its process, its number, and who started it
    title: str
    number: str
    name: str
    #: why it cannot be done; None where it can
    sentence: str | None
    #: where it would lead, in words, if that is known before
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where some of many cases would be put: the place in words, how many, the first of them."""

    #: nothing where it is kept back, as the result of a vote
    place: str
    #: the kind of end they would reach
    closed: str | None
    count: int
    #: who started them and what their numbers are
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foretold:
    """What doing one thing to many cases would lead to, as far as it was tried."""

    rows: tuple[Previewed, ...]
    ahead: tuple[Ahead, ...]
    #: messages that would be sent
    messages: int
    #: how many are meant; only the first were tried where these are more than rows
    of: int


class Bulk:
    """Does one thing to many cases."""

    def __init__(
        self,
        work: Casework,
        cases: Cases,
        operations: Operations,
        interventions: Interventions,
        offering: Offering,
        foresight: Foresight,
        oversight: Oversight,
        directory: Directory,
        sentences: Sentences,
        seeing: Seeing,
        may_see: Callable[[Actor, str], bool],
        jobs: Jobs,
    ) -> None:
        self._work = work
        self._cases = cases
        self._operations = operations
        self._interventions = interventions
        self._offering = offering
        self._foresight = foresight
        self._oversight = oversight
        self._seeing = seeing
        self._directory = directory
        self._sentences = sentences
        self._may_see = may_see
        self._jobs = jobs
        jobs.kinds[CASES] = jobs.kinds[INTERVENTIONS] = self

    # ------------------------------------------------------------ before

    def demand(
        self, actor: Actor, uids: Sequence[str], name: str, *, stepping_in: bool = False
    ) -> None:
        """Refuse what cannot be done for all of them at once.

        What is filled in once for all is for cases at one step; interventions, and operations
        for which nothing is entered, are for cases wherever they stand.

        Raises:
            Refused: they stand at different steps (REV-24), it is not for many, or there are not
                numbers enough for all of them.
        """
        with self._sentences.saying():
            if not uids:
                raise Refused("nothing_chosen")
            if stepping_in:
                if name not in STEPPING_IN:
                    raise NotFound("no_such_action", action=name, step="")
                return
            self._same_step(actor, uids, name)
            self._demand_numbers(actor, uids, name)

    def preview(
        self,
        actor: Actor,
        uids: Sequence[str],
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        stepping_in: bool = False,
    ) -> list[Previewed]:
        """Who can and who cannot, by the call that every page asks; nothing is changed.

        Where it is entered to where a case is to be put, that is tried without writing.

        Raises:
            NotFound: the actor may not know of one of them.
        """
        return [self._previewed(actor, uid, name, entered or {}, stepping_in) for uid in uids]

    def _previewed(
        self, actor: Actor, uid: str, name: str, entered: Mapping[str, Any], stepping_in: bool
    ) -> Previewed:
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded = self._work.load(unit, uid)
            if not self._knows_of(actor, loaded.row, stepping_in):
                raise NotFound("no_such_case", uid=uid)
        initiator = loaded.row.initiator or ""
        known = self._directory.name(PEOPLE, initiator) if initiator else ""
        sentence, leads_to = self._why_not(actor, uid, name, stepping_in), ""
        if (
            sentence is None
            and stepping_in
            and (entered.get("step") or entered.get("organisation"))
        ):
            try:
                leads_to = self._foresight.place(actor, uid, name, entered)
            except Refused as refused:
                sentence = refused.sentence
        title = loaded.compiled.process.title
        return Previewed(uid, title, loaded.row.number or "", known, sentence, leads_to)

    def _why_not(self, actor: Actor, uid: str, name: str, stepping_in: bool) -> str | None:
        found = [
            one
            for one in self._offering.offers(actor, uid)
            if one.name == name and one.stepping_in == stepping_in
        ]
        if not found:
            with self._work.store.read() as unit:
                run = self._work.look(unit, self._work.load(unit, uid), actor)
            return self._sentences.worded(no_such_action(run, name)).sentence
        return None if found[0].refusal is None else found[0].refusal.sentence

    def foretell(
        self,
        actor: Actor,
        uids: Sequence[str],
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        stepping_in: bool = False,
    ) -> Foretold:
        """Where it would lead: each of the first cases is tried by itself and put back.

        Raises:
            Refused: as for :meth:`demand`.
            NotFound: the actor may not know of one of them.
        """
        self.demand(actor, uids, name, stepping_in=stepping_in)
        rows: list[Previewed] = []
        groups: dict[tuple[str, str | None], list[Previewed]] = {}
        messages = 0
        for uid in uids[:AT_ONCE]:
            row = self._previewed(actor, uid, name, {}, stepping_in)
            if row.sentence is None:
                try:
                    found = self._foresight.foresee(
                        actor, uid, name, entered, stepping_in=stepping_in
                    )
                except Refused as refused:
                    row = replace(row, sentence=refused.sentence)
                else:
                    row = replace(row, leads_to=found.place)
                    groups.setdefault((found.place, found.closed), []).append(row)
                    messages += sum(one.count for one in found.messages)
            rows.append(row)
        ahead = (
            Ahead(place, closed, len(some), tuple(_called(one) for one in some[:EXAMPLES]))
            for (place, closed), some in groups.items()
        )
        return Foretold(tuple(rows), tuple(ahead), messages, len(uids))

    def _knows_of(self, actor: Actor, row: CaseRow, stepping_in: bool) -> bool:
        if stepping_in:
            return self._oversight.why_not(actor, MONITOR, row.jurisdiction) is None
        return self._may_see(actor, row.uid)

    # ------------------------------------------------------------ doing it

    def one(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        stepping_in: bool = False,
        key: str | None = None,
    ) -> BulkResult:
        """Do it to one of them; a refusal is its result."""
        try:
            if stepping_in:
                done: Done | None = self._interventions.do(actor, uid, name, entered or {}, key=key)
            elif self._operations.is_written(actor, uid, name):
                done = self._cases.act(actor, uid, name, input=entered, key=key)
            else:
                done = self._operations.take(actor, uid, name, entered, key=key)
        except Refused as refusal:
            return BulkResult(uid, None, refusal)
        return BulkResult(uid, done)

    def run(
        self,
        actor: Actor,
        uids: Sequence[str],
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        stepping_in: bool = False,
        key: str | None = None,
    ) -> list[BulkResult]:
        """Do it to all of them, each by itself; one that is refused does not undo the others.

        ``key`` makes a repeated press harmless: each case answers with its first result.

        Raises:
            Refused: as for :meth:`demand`; nothing was done then.
        """
        self.demand(actor, uids, name, stepping_in=stepping_in)
        return [
            self.one(
                actor, uid, name, entered, stepping_in=stepping_in,
                key=f"{key}:{uid}" if key else None,
            )
            for uid in uids
        ]  # fmt: skip

    # ------------------------------------------------------------ in the background

    def begin(
        self,
        actor: Actor,
        uids: Sequence[str],
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        title: str,
        stepping_in: bool = False,
        key: str,
    ) -> int:
        """Do it to all of them as a job; return its id.

        Args:
            actor: who does it.
            uids: the cases.
            name: the action, operation or intervention.
            entered: what is entered once for all.
            title: what people call it.
            stepping_in: whether it is an intervention.
            key: makes a repeated press harmless: it finds the job that was begun.

        Raises:
            Refused: as for :meth:`demand`; nothing is begun then.
        """
        known = self._jobs.begun(actor, f"{CASES}/{key}")
        if known is not None:
            return known
        self.demand(actor, uids, name, stepping_in=stepping_in)
        given = {
            "cases": list(uids), "name": name, "entered": dict(entered or {}),
            "stepping_in": stepping_in,
        }  # fmt: skip
        kind = INTERVENTIONS if stepping_in else CASES
        return self._jobs.begin(
            actor, kind, f"{CASES}/{key}", title=title, input=given, total=len(uids),
            jurisdiction=actor.jurisdiction or "",
        )  # fmt: skip

    def behind(self, actor: Actor, job: Progress) -> list[tuple[str, str]]:
        """The first cases a job has come to of which the actor may know: id and number."""
        given = self._jobs.begun_with(actor, job.id)
        chosen, stepping_in = given["cases"], given["stepping_in"]
        with self._work.store.read() as unit:
            rows = [unit.cases.load(uid) for uid in chosen[: min(job.done + job.refused, SHOWN)]]
        return [
            (row.uid, row.number or row.uid)
            for row in rows
            if row is not None and self._knows_of(actor, row, stepping_in)
        ]

    def items(self, actor: Actor, given: Given, after: Any, most: int) -> Sequence[Item]:
        """The next cases of a job."""
        first = 0 if after is None else after + 1
        chosen = given["cases"][first : first + most]
        return [Item(first + count, uid, uid) for count, uid in enumerate(chosen)]

    def do(self, actor: Actor, given: Given, item: Item, key: str) -> NotDone | None:
        """One case of a job; what was done under the same key is not done again."""
        found = self.one(
            actor, item.key, given["name"], given["entered"],
            stepping_in=given["stepping_in"], key=key,
        )  # fmt: skip
        if found.refused is None:
            return None
        if found.refused.code == "no_such_case":
            return NotDone(item.key, "", [found.refused])
        with self._work.store.read() as unit:
            row = self._work.load(unit, item.key).row
        return NotDone(row.number or row.uid, row.uid, [found.refused])

    # ------------------------------------------------------------ inside

    def _same_step(self, actor: Actor, uids: Sequence[str], name: str) -> None:
        """Refuse rows that stand at different steps, naming those that have moved on."""
        steps: dict[tuple[str, str, str | None], list[CaseRow]] = {}
        here, asks = set(), name not in ASKING_NOTHING
        with self._work.store.read() as unit:
            for uid in uids:
                loaded = self._work.load(unit, uid)
                if self._cases.waits_for(unit, loaded, actor):
                    here.add(loaded.row.id)
                else:
                    self._seeing.known(unit, actor, uid)
                row, run = loaded.row, self._work.look(unit, loaded, actor)
                place = run.state.place
                steps.setdefault((row.process, place.step, place.stage), []).append(row)
                known = _action(run, name)
                asks = asks or known is not None
                if known is not None and not known.bulk:
                    raise Refused("not_in_bulk", action=known.title)
        if asks and len(steps) > 1:
            kept = max(steps.values(), key=lambda rows: (rows[0].id in here, len(rows)))
            moved = [row for rows in steps.values() if rows is not kept for row in rows]
            raise Refused("different_steps", cases=[(row.initiator, row.number) for row in moved])

    def _demand_numbers(self, actor: Actor, uids: Sequence[str], name: str) -> None:
        """Refuse to begin with many where numbers do not suffice for all of them."""
        wanted: Counter[tuple[str, str, str | None]] = Counter()
        with self._work.store.read() as unit:
            for uid in uids:
                loaded = self._work.load(unit, uid)
                run = self._work.look(unit, loaded, actor)
                chosen = _action(run, name)
                effects = () if chosen is None else chosen.do
                numbers = [one for one in effects if one.kind == "number" and one.of is not None]
                if not numbers:
                    return
                place = loaded.compiled.process.jurisdiction
                for one in numbers:
                    if one.of is not None and not at_path(run.data, one.into or ""):
                        wanted[place, one.name, run.context.key(one.of)] += 1
            for (place, pool, of), count in wanted.items():
                self._work.demand_numbers(unit, place, pool, of, count)


def _called(row: Previewed) -> str:
    return " ".join(part for part in (row.name, row.number) if part) or row.title


def _action(run: Run, name: str) -> Action | None:
    return run.compiled.actions[run.step.name].get(name)
