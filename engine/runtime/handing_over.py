"""Handing what somebody holds at a place to a colleague, by whoever manages accounts (离职转办).

The place stays as it is; only who deals with it changes. It needs no ``allow``, because nobody is
asked who could use it, and a suspended case can be handed over too.
"""

from __future__ import annotations

from dataclasses import replace

from engine.domain.errors import Refused
from engine.runtime.operations import waiting_signers
from engine.runtime.run import Run

#: what can be handed over at a place: its task, a signature, and what was only taken on
TASK, SIGNER, CLAIM = "task", "signer", "claim"


def held(run: Run, person: str) -> tuple[str, ...]:
    """What of the present place somebody holds by name, beside what they have only taken on."""
    who = run.step.who
    found = []
    if who is not None and who.kind == "permission":
        holder = run.state.assigned
        if holder is None and who.person is not None:
            holder = run.context.key(who.person)
        found += [TASK] if holder == person else []
    if any(one.person == person for one in waiting_signers(run.state)):
        found.append(SIGNER)
    return tuple(found)


def why_not_hand_over(run: Run, person: str, to: str) -> Refused | None:
    """Why a colleague cannot have what somebody holds here, as far as the case is concerned."""
    who, state = run.step.who, run.state
    if state.closed:
        return run.refuse("case_closed")
    if to == person:
        return run.refuse("transfer_to_oneself")
    if who is not None and run.is_kept_out(who, to):
        return run.refuse("transfer_to_excluded", person=to)
    waiting = {one.person for one in waiting_signers(state)}
    if to in waiting or (SIGNER in held(run, person) and to == state.assigned):
        # One person would sign what they do themselves.
        return run.refuse("signer_already", person=to)
    return None


def hand_over(run: Run) -> None:
    """Give a colleague the task and the signatures that somebody holds at the place.

    Raises:
        Refused: the task cannot be given away here, or not to this person.
    """
    entered = run.command.input
    person, to = str(entered["from"]), str(entered["to"])
    refusal = why_not_hand_over(run, person, to)
    if refusal is not None:
        raise refusal
    what = held(run, person)
    run.events.append(
        {
            "event": "handed_over",
            "place": run.state.place.to_json(),
            "from": person,
            "to": to,
            "what": list(what or (CLAIM,)),
        }
    )
    if TASK in what:
        run.change(assigned=to)
    if SIGNER in what:
        signers = (
            replace(one, person=to) if one.person == person and not one.signed else one
            for one in run.state.signers
        )
        run.change(signers=tuple(signers))
    # What somebody has only taken on stays a row; the services give it to the colleague.
    run.moved = bool(what)
