"""Panels: who has a seat, whose turn it is, and who takes the seat of somebody else (language 1.3).

Ballots are kept and counted by the services; here is what follows from who has voted, not how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.definitions.process import Draw, Panel, Step
from engine.domain.errors import Refused

if TYPE_CHECKING:
    from engine.runtime.run import Run

#: a seat of a secret vote that is not to be given away: its ballot is in
KEPT_SEAT = "seat_kept"


def convene(run: Run, step: Step) -> None:
    """Find who votes at a panel the case has come to; those drawn are told in the event."""
    panel = step.panel
    if panel is None:
        return
    if isinstance(panel.voters, Draw):
        count = int(run.context.value(panel.voters.count) or 0)
        seed = run.context.facts.seed(step.name)
        voters = draw(run, panel, count, seed, ())
        run.events.append({"event": "drawn", "seed": seed, "people": list(voters)})
        run.change(seed=seed)
    else:
        named = run.context.keys(panel.voters)
        voters = tuple(one for one in named if not keeps_out(run, panel, one))
        if len(voters) < len(named):
            event = {"event": "recused", "people": [one for one in named if one not in voters]}
            run.events.append(event)
    run.change(voters=voters, stuck=None if voters else "no_voters")
    look_at_turn(run)


def draw(run: Run, panel: Panel, count: int, seed: int, without: Sequence[str]) -> tuple[str, ...]:
    """Draw people for the seats; who would have to keep out is not drawn.

    They are asked one after the other until there are enough.
    """
    assert isinstance(panel.voters, Draw)  # others are named
    facts, step = run.context.facts, run.state.place.step

    def fits(one: str) -> bool:
        return not keeps_out(run, panel, one)

    return tuple(facts.draw(step, panel.voters, count, run.context, seed, without, fits))


def keeps_out(run: Run, panel: Panel, person: str) -> bool:
    """Whether somebody has no vote: recused, or the initiator of the very case voted on."""
    return is_own(run, panel, person) or run.recused(panel.recusals, person) is not None


def is_own(run: Run, panel: Panel, person: str) -> bool:
    """Whether it is a vote on the case of the very person, who has no say in it."""
    own = panel.about == "case" and not panel.own and run.is_personal
    return own and person == run.state.initiator


def attending(run: Run, panel: Panel) -> Sequence[str]:
    """Those who take part: all voters, or those of them who have come, once anybody has.

    Who was named for the seat of one of the voters is there for it.
    """
    voters = run.state.voters
    if panel.present is None:
        return voters
    come = run.context.keys(panel.present)
    named = voters if isinstance(panel.voters, Draw) else run.context.keys(panel.voters)
    return tuple(one for one in voters if one in come or one not in named) or voters


def look_at_turn(run: Run) -> None:
    """Find whose turn it is; another one than before begins to be waited for."""
    panel, state = run.step.panel, run.state
    if panel is None or not panel.in_turn or not state.voters:
        return
    waiting = (
        voter
        for voter in attending(run, panel)
        if voter not in state.voted and voter not in state.declined
    )
    turn = next(waiting, None)
    if turn != state.turn:
        run.change(turn=turn)
        run.moved = True


def waited_for(run: Run) -> tuple[str, ...]:
    """Whose ballot is waited for now; in turn only that of the next one."""
    panel, state = run.step.panel, run.state
    if panel is not None and panel.in_turn:
        return (state.turn,) if state.turn is not None else ()
    gone = {*state.voted, *state.declined}
    return tuple(voter for voter in state.voters if voter not in gone)


def vacant(run: Run) -> tuple[str, ...]:
    """Those whose seats wait for somebody else."""
    return tuple(voter for voter in run.state.voters if voter in run.state.declined)


# -------------------------------------------------------------------- voting


def vote(run: Run) -> None:
    """A ballot has been put in; what it says is no business of the state.

    Raises:
        Refused: who votes has no seat, has voted, or it is not their turn.
    """
    refusal = why_not_vote(run)
    if refusal is not None:
        raise refusal
    run.events.append({"event": "voted", "place": run.state.place.to_json()})
    run.change(touched=True, voted=(*run.state.voted, run.command.person))
    look_at_turn(run)


def why_not_vote(run: Run) -> Refused | None:
    """Why the actor cannot vote now."""
    state, person, panel = run.state, run.command.person, run.step.panel
    if panel is None:
        return run.refuse("not_a_panel")
    if run.command.on_behalf is not None:
        return run.refuse("vote_is_personal")
    if person not in state.voters:
        return _recused(run, panel, person) or run.refuse("not_a_voter")
    if state.suspended:
        return run.refuse("case_suspended")
    if person in state.voted:
        return run.refuse("voted_already")
    if person in state.declined:
        return run.refuse("declined_already")
    if person not in attending(run, panel):
        return run.refuse("not_present")
    if panel.in_turn and person != state.turn:
        return run.refuse("not_your_turn", person=state.turn)
    return None


def _recused(run: Run, panel: Panel, person: str) -> Refused | None:
    """Why somebody who was named has no seat, where a rule keeps them out."""
    if isinstance(panel.voters, Draw) or not keeps_out(run, panel, person):
        return None
    if person not in run.context.keys(panel.voters):
        return None
    recusal = run.recused(panel.recusals, person)
    return run.refuse("own_case") if recusal is None else run.refuse("recused", say=recusal.say)


def another_round(run: Run) -> None:
    """What stayed open is voted on again by the same voters, each with a new ballot."""
    papers = tuple(str(paper) for paper in run.command.input["papers"])
    run.events.append(
        {"event": "another_round", "place": run.state.place.to_json(), "papers": len(papers)}
    )
    run.change(round=run.state.round + 1, papers=papers, voted=(), turn=None)
    run.moved = True
    look_at_turn(run)


# -------------------------------------------------------------------- seats


def decline(run: Run) -> None:
    """A voter declines (谢绝); where voters are drawn by lot, so is who takes the seat.

    Nobody left to be drawn, or nobody drawn at all: the seat waits until somebody is named.

    Raises:
        Refused: who declines has no seat, or may not decline here.
    """
    refusal = why_not_decline(run)
    if refusal is not None:
        raise refusal
    state, panel, person = run.state, run.step.panel, run.command.person
    following = None
    if panel is not None and isinstance(panel.voters, Draw):
        assert state.seed is not None  # it was drawn with one
        without = (*state.voters, *state.declined)
        following = next(iter(draw(run, panel, 1, state.seed, without)), None)
    event = {"event": "declined", "place": state.place.to_json(), "to": following}
    run.events.append(event)
    _seat(run, person, following)


def why_not_decline(run: Run) -> Refused | None:
    """Why the actor cannot decline to vote."""
    state, panel, person = run.state, run.step.panel, run.command.person
    if panel is None or not panel.may_decline:
        return run.refuse("no_declining", step=run.step.title)
    if run.command.on_behalf is not None:
        return run.refuse("vote_is_personal")
    if person not in state.voters:
        return run.refuse("not_a_voter")
    if state.suspended:
        return run.refuse("case_suspended")
    if person in state.voted:
        return run.refuse("voted_already")
    if person in state.declined:
        return run.refuse("declined_already")
    return None


def replace(run: Run) -> None:
    """Somebody is named for the seat of a voter who declined, or cannot vote.

    Raises:
        Refused: there is no such seat, or the person has one already or is excluded.
    """
    # Who oversees the case may do so at every vote; whose right it is is asked before.
    refusal = why_not_replace(run, overseen=True)
    if refusal is not None:
        raise refusal
    state = run.state
    instead, person = str(run.command.input["instead"]), str(run.command.input["person"])
    panel = run.step.panel
    secret = panel is not None and panel.secret
    if instead not in state.voters or (instead in state.voted and not secret):
        raise run.refuse("no_such_seat", person=instead)
    if person in state.voters or person in state.declined:
        raise run.refuse("seated_already", person=person)
    if panel is not None and keeps_out(run, panel, person):
        raise run.refuse("transfer_to_excluded", person=person)
    if instead in state.voted:
        # Said last: nothing that is refused anyhow is to tell who has voted.
        raise run.refuse(KEPT_SEAT, person=instead)
    run.events.append(
        {"event": "replaced", "place": state.place.to_json(), "from": instead, "to": person}
    )
    _seat(run, instead, person)


def why_not_replace(run: Run, *, overseen: bool = False) -> Refused | None:
    """Why nobody can be named for a seat now.

    Where voters may not decline, the seats are theirs, and only who oversees the case (in whose
    name it is asked when ``overseen``) may give one to somebody else.
    """
    state, panel = run.state, run.step.panel
    if panel is None or not (panel.may_decline or overseen):
        return run.refuse("no_declining", step=run.step.title)
    if state.suspended:
        return run.refuse("case_suspended")
    if set(state.voters) <= set(state.voted):
        return run.refuse("all_have_voted")
    return None


def _seat(run: Run, instead: str, person: str | None) -> None:
    """Put somebody into a seat; the others keep their order and their ballots."""
    state = run.state
    gone = state.declined if instead in state.declined else (*state.declined, instead)
    voters = tuple(person if one == instead and person else one for one in state.voters)
    run.change(voters=voters, declined=gone)
    run.moved = True
    look_at_turn(run)
