"""The engine takes a case where the language says, whatever happens to it (language 1.6)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st

from engine.domain.case import State, WorkItem, places_of
from engine.domain.errors import EngineError
from engine.runtime.compiled import Compiled
from engine.runtime.going_back import acting_place
from tests.support.processes import NOW, Running, World, begin
from tests.support.three_offices import KINDS, UNITS
from tests.walks.language import WALK, Author, content, loaded
from tests.walks.reference import Case, No
from tests.walks.town import DATA, asked

EXAMPLES = int(os.environ.get("ZHICHENG_REFERENCE", "0"))
#: keys that the reference does not read: what they lead to is told it, or is held elsewhere
UNREAD = frozenset(
    {
        "do", "allow", "remind", "extend", "permissions", "facts", "noun", "observers", "quorum",
        "ballot", "invalid", "enough", "may_decline", "secret", "in_turn",
    }
)  # fmt: skip
#: what leads on
ONWARD = frozenset({"submit", "pass", "go", "again", "reopen"})
#: refusals that say where a case may go; the others are rights, entries and incidents
ABOUT_PLACES = frozenset(
    {
        "target_not_on_path", "no_previous_place", "nothing_to_resume", "nothing_to_withdraw",
        "withdraw_decided", "withdraw_never", "only_relay", "deadline_passed", "reach_too_late",
        "resubmission_deadline_passed", "withdraw_too_late", "nowhere_to_insert",
        "not_offered_now",
    }
)  # fmt: skip


def readable(value: Any, key: str = "process") -> Any:
    """A process without the words that the reference does not read."""
    if isinstance(value, list):
        return [readable(one, key) for one in value]
    if not isinstance(value, dict):
        # The world of these cases has offices and no jurisdiction.
        return "data.unit.superior.superior" if value == "jurisdiction.bureau" else value
    if key == "panel":
        return {"voters": "data.voters", "decide": "all"}
    if key == "who":
        value = {name: one for name, one in value.items() if name not in ("except", "person")}
    return {
        name: "until_next_acts"
        if (name, one) == ("withdraw", "until_next_opens")
        else readable(one, name)
        for name, one in value.items()
        if name not in UNREAD
    }


class Plain(Author):
    """Writes processes whose cases nobody else creates."""

    def case(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        return self.task(then, depth)

    def by_ends(self, link: str, then: str, depth: int) -> Any:
        return then

    def switch(self) -> dict[str, Any]:
        return {"type": "boolean", "default": self.flip()}


@dataclass
class Both:
    """A case in the engine and on paper."""

    case: Running
    paper: Case
    #: by place who is waited for, as the engine told when the case came there
    waiting: dict[tuple[str, int], list[WorkItem]] = field(default_factory=dict)
    votes: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def told(self) -> None:
        """Note whom the engine waits for after a command."""
        last = self.case.last
        assert last is not None
        if not last.moved and not last.work:
            return
        kept = {key: items for key, items in self.waiting.items() if key in last.kept}
        for item in last.work:
            kept.setdefault((item.step, item.visit), []).append(item)
        self.waiting = kept


@st.composite
def courses(draw: st.DrawFn) -> None:
    """A case on paper and in the engine."""
    author = Plain(draw)
    process = readable(author.process())
    release = loaded(content(author, process))
    assume(release is not None)
    assert release is not None
    note(release.files[WALK])
    records = {
        "organisations": {
            key: {"kind": KINDS[key], "superior": superior, "id": key}
            for key, superior in UNITS.items()
        }
    }
    world = World(records=records, policies={"lax": process["policy"]["lax"]["default"]})
    case = begin(Compiled(release.processes["demo/walk"]), world, DATA)
    both = Both(case, Case(process, DATA, NOW))
    both.told()
    for _ in range(draw(st.integers(5, 40))):
        step(draw, both)


@dataclass(frozen=True)
class Doing:
    """What somebody tries, or what happens: at a place, by a person for an office."""

    kind: str
    name: str
    at: str
    person: str = "system"
    office: str | None = None
    entered: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None


def chosen(draw: st.DrawFn, case: Running) -> Doing | None:
    """Something that somebody might try now, or that might happen."""
    every = [one for one in places_of(case.state, ended=True) if one[1].place.step]
    at, state = draw(st.sampled_from(every))
    step = case.process.process.steps[state.place.step]
    where = step.name if at else ""
    line = state.path[-1] if state.path else None
    if draw(st.integers(1, 4)) == 1 and line is not None:
        spot = acting_place(line)
        return Doing("withdraw", "withdraw", where, line.person, spot.organisation)
    if state.joined:
        return None
    happens = _happens(draw, case, state, where)
    actions = sorted(case.process.actions[step.name])
    if happens is not None and (not actions or draw(st.booleans())):
        return happens
    if not actions:
        return None
    onward = [name for name in actions if name in ONWARD]
    # What ends a case at once would leave little to compare.
    name = draw(st.sampled_from(onward if onward and draw(st.booleans()) else actions))
    action = case.process.actions[step.name][name]
    if action.who is not None and action.who.kind == "system":
        return None
    soon = (case.at + timedelta(days=draw(st.sampled_from([3, 8, -1])))).date().isoformat()
    ways: list[list[str]] = [[], ["office"], ["board", "office"]]
    values = {"until": soon, "reason": "r", "next": draw(st.sampled_from(ways))}
    entered = asked(action, values)
    if step.who is not None and step.who.kind == "initiator":
        noted = {"note": "n"} if draw(st.booleans()) else {}
        until = {"until": draw(st.sampled_from([DATA["until"], soon]))}
        typed = {**DATA, **until, **noted} if action.verb == "submit" else None
        return Doing("act", name, where, "ann", None, entered, typed)
    office = state.place.organisation or "unit"
    return Doing("act", name, where, f"{office}-{draw(st.integers(0, 1))}", office, entered)


def _happens(draw: st.DrawFn, case: Running, state: State, where: str) -> Doing | None:
    """What might happen by itself at a place."""
    step = case.process.process.steps[state.place.step]
    found = []
    if not state.closed:
        terms = case.process.process.deadlines
        found += [Doing("time", f"deadline:{name}", "") for name in terms]
    if state.wait_until is not None:
        found.append(Doing("time", "wait", where))
    if state.due is not None:
        found.append(Doing("time", "due", where))
    found += [Doing("outcome", name, where) for name in step.outcomes]
    if step.panel is not None:
        found += [Doing("vote", "vote", where, voter) for voter in state.voters]
    return draw(st.sampled_from(found)) if found else None


def step(draw: st.DrawFn, both: Both) -> None:
    """Something is done or happens; engine and paper agree on what comes of it."""
    case, paper = both.case, both.paper
    doing = chosen(draw, case)
    if doing is None:
        return
    if doing.kind == "time" or draw(st.integers(1, 6)) == 1:
        case.at += timedelta(days=draw(st.sampled_from([1, 3, 10])))
    paper.now = case.at
    before, code = case.places, ""
    try:
        done(case, doing)
    except EngineError as refused:
        code = getattr(refused, "code", "")
    note(f"{case.at:%m-%d} {doing}\n    at {before}: {code or case.places}")
    if code and code not in ABOUT_PLACES:
        return
    event(f"{doing.kind}: {code or 'done'}")
    paper.go_into(doing.at, ended=doing.kind == "withdraw")
    kept = paper.snapshot()
    try:
        happened(paper, doing)
    except No:
        assert code, "on paper this cannot be done"
        paper.restore(kept)
        return
    assert not code, f"on paper this can be done: {code}"
    both.told()
    paper.look_at_status()
    written, stands = told_by(paper), told_of(both)
    differing = {name: (written[name], stands[name]) for name in stands
                 if written[name] != stands[name]}  # fmt: skip
    assert not differing, f"on paper and in the engine: {differing}"


def done(case: Running, doing: Doing) -> None:
    """Let the engine do it."""
    if doing.kind == "act" and doing.data is not None:
        case.typed(doing.name, doing.person, doing.data)
    elif doing.kind == "act":
        case.do(doing.name, doing.person, doing.office, place=doing.at, **doing.entered)
    elif doing.kind in ("withdraw", "vote"):
        case.operate(doing.kind, doing.person, doing.office, place=doing.at)
    else:
        case.command(doing.kind, doing.name, place=doing.at)


def happened(paper: Case, doing: Doing) -> None:
    """Do it on paper."""
    if doing.kind == "act":
        if doing.data is not None:
            paper.data |= doing.data
        paper.act(doing.name, doing.person, doing.office, doing.entered)
    elif doing.kind == "withdraw":
        paper.withdraw(doing.person, doing.office)
    elif doing.kind == "vote":
        paper.here.touched = True
    elif doing.kind == "outcome":
        paper.outcome(doing.name)
    elif doing.name == "wait":
        paper.wait_is_over()
    elif doing.name == "due":
        paper.due_is_over()
    else:
        paper.deadline_is_over(doing.name.partition(":")[2])


def told_of(both: Both) -> dict[str, Any]:
    """How the engine says that the case stands."""
    case, state = both.case, both.case.state
    process = case.process.process
    known = {(one.place.step, one.place.visit) for _, one in places_of(state)}
    items = [one for key, found in both.waiting.items() if key in known for one in found]
    return {
        "places": sorted(
            (
                str(one.place),
                one.status,
                one.stuck is not None,
                one.due,
                one.overdue,
                one.wait_until,
                one.returned,
                one.relaying,
            )
            for _, one in places_of(state)
        ),
        "waits for": sorted(
            {
                (one.step, one.organisation, one.permission, one.person)
                for one in items
                if process.steps[one.step].panel is None
            },
            key=str,
        ),
        "ended": (state.closed, state.outcome),
        "terms": {name: (bool(one.reached), one.over) for name, one in state.deadlines.items()},
        "data": {name: case.data.get(name) for name in ("note", "until")},
        "flags": list(state.flags),
    }


def told_by(paper: Case) -> dict[str, Any]:
    """How the paper says that it stands."""
    end = paper.steps[paper.paper.spot.step].get("end")
    return {
        "places": sorted(
            (
                str(one.spot),
                one.status,
                one.stuck,
                one.due,
                one.overdue,
                one.until,
                one.returned,
                one.relaying,
            )
            for _, one in paper.places()
        ),
        "waits for": sorted(
            {one for one in paper.waits_for() if "panel" not in paper.steps[one[0]]}, key=str
        ),
        "ended": (end, paper.paper.spot.step if end else None),
        "terms": {name: (one.reached, one.over) for name, one in paper.terms.items()},
        "data": {name: paper.data.get(name) for name in ("note", "until")},
        "flags": ["marked"] if paper.marked else [],
    }


@pytest.mark.req("ENG-06", "ENG-12")
@settings(
    max_examples=EXAMPLES or 12,
    # The same ones with every change; others are looked for at length.
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(courses())
def test_the_engine_and_the_paper_agree(course: None) -> None:
    """They have agreed after every step."""
