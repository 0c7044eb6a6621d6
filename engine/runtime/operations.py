"""What the engine lets people do with a task beside the author's actions (``allow``).

None of it decides a case: the place stays, only who deals with it, who knows of it and who is
reminded changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.definitions.process import Action
from engine.domain.case import MODES, Place, Signer, State
from engine.domain.errors import Refused
from engine.runtime import moments
from engine.runtime.going_back import acting_place
from engine.runtime.run import Run


def why_no_task(run: Run, operation: str) -> Refused | None:
    """Why nothing of the kind can be done at the place at all: the sentence is its own."""
    who = run.step.who
    if run.state.closed:
        return run.refuse("case_closed")
    if run.state.suspended:
        return run.refuse("case_suspended")
    if run.state.stuck:
        return run.refuse(run.state.stuck)
    if operation not in run.step.allow or who is None or who.kind != "permission":
        return run.refuse(f"no_{operation}", step=run.step.title)
    if operation in ("transfer", "delegate") and (ahead := _ahead(run)):
        return run.refuse("waits_for_signer", person=ahead[0].person)
    if operation == "remove_signer" and not waiting_signers(run.state):
        return run.refuse("no_signer", step=run.step.title)
    return None


def transfer(run: Run) -> None:
    """A colleague takes the task over; the place stays the same (转办).

    Raises:
        Refused: the task cannot be given away here, or not to this person.
    """
    refusal = why_no_task(run, "transfer")
    if refusal is not None:
        raise refusal
    person = _named(run)
    _note(run, "transferred", to=person)
    run.moved = True
    run.change(assigned=person)


def _named(run: Run) -> str:
    """The person an operation hands something to: neither the actor nor somebody excluded."""
    person = str(run.command.input["person"])
    who = run.step.who
    if person in (run.command.person, run.command.holder):
        raise run.refuse("transfer_to_oneself")
    if who is not None and run.is_kept_out(who, person):
        raise run.refuse("transfer_to_excluded", person=person)
    return person


def _note(run: Run, event: str, **more: Any) -> None:
    run.events.append({"event": event, "place": run.state.place.to_json(), **more})


def cc(run: Run) -> None:
    """People may read the case from now on; nothing else changes (抄送).

    Raises:
        Refused: it is not offered here, or nobody was named.
    """
    refusal = why_no_task(run, "cc")
    if refusal is not None:
        raise refusal
    people = [str(one) for one in run.command.input["people"]]
    if not people:
        raise run.refuse("nobody_chosen")
    _note(run, "copied", to=people)


def urge(run: Run) -> None:
    """Those whom the case waits for are reminded (催办).

    Raises:
        Refused: it is not offered here, or somebody was reminded just now.
    """
    refusal = why_not_urge(run)
    if refusal is not None:
        raise refusal
    _note(run, "urged")
    run.change(urged=moments.local(run.now))


def why_not_urge(run: Run) -> Refused | None:
    """Why nobody can be reminded now."""
    state = run.state
    if state.closed:
        return run.refuse("case_closed")
    if state.suspended:
        return run.refuse("case_suspended")
    if "urge" not in run.step.allow:
        return run.refuse("no_urge", step=run.step.title)
    if not run.work():
        return run.refuse("nobody_to_urge", step=run.step.title)
    if state.urged is not None:
        hours = run.process.urge_hours
        again = datetime.fromisoformat(state.urged) + timedelta(hours=hours)
        if not moments.is_over(again.isoformat(timespec="seconds"), run.now):
            return run.refuse("urged_lately", hours=hours)
    return None


def came_from(run: Run) -> tuple[Place, str | None] | None:
    """The place that the case came from, by a pass or a return, and who passed it on there."""
    for state in (run.state, *(level.state for level in reversed(run.around))):
        if state.returned and state.resume:
            return state.resume[-1].place, None
        if state.path:
            last = state.path[-1]
            return acting_place(last), last.person
    return None


# -------------------------------------------------------------------- signers


def waiting_signers(state: State) -> tuple[Signer, ...]:
    """Those added to the place who have not signed yet."""
    return tuple(one for one in state.signers if not one.signed)


def _ahead(run: Run) -> list[Signer]:
    """Those who sign before the holder goes on."""
    return [one for one in waiting_signers(run.state) if one.mode in ("before", "delegate")]


def why_not_before_signers(run: Run, action: Action) -> Refused | None:
    """Why the holder cannot act yet: somebody added has still to sign.

    Before a signer ``before`` and a delegate nothing is done; what goes back, is recorded or saved
    does not wait for those who sign at the same time. Others, who have an action of the process, do
    not wait for any of them.
    """
    if not run.state.signers or action.verb in ("record", "save"):
        return None
    if not run.is_of_holder(action):
        return None
    waiting = _ahead(run)
    if not waiting and action.verb in ("submit", "pass", "fail"):
        waiting = [one for one in waiting_signers(run.state) if one.mode == "parallel"]
    return run.refuse("waits_for_signer", person=waiting[0].person) if waiting else None


def add_signer(run: Run) -> None:
    """Somebody signs at the present place too, before, beside or after its holder (加签).

    Raises:
        Refused: it is not offered here, not to this person, or not in this mode.
    """
    refusal = why_no_task(run, "add_signer")
    if refusal is not None:
        raise refusal
    mode = str(run.command.input.get("mode") or "before")
    if mode not in MODES or mode == "delegate":
        raise run.refuse("no_such_mode", step=run.step.title)
    _add(run, Signer(_named(run), mode), "signer_added")


def delegate(run: Run) -> None:
    """A colleague does the task, then the holder confirms it by acting (委派).

    Raises:
        Refused: it is not offered here, or not to this person.
    """
    refusal = why_no_task(run, "delegate")
    if refusal is not None:
        raise refusal
    _add(run, Signer(_named(run), "delegate"), "delegated")
    run.change(assigned=run.command.holder)


def _add(run: Run, signer: Signer, event: str) -> None:
    if any(one.person == signer.person for one in waiting_signers(run.state)):
        raise run.refuse("signer_already", person=signer.person)
    _note(run, event, to=signer.person, mode=signer.mode)
    run.moved = True
    run.change(signers=(*run.state.signers, signer))


def remove_signer(run: Run) -> None:
    """Somebody added need not sign any more (减签).

    Raises:
        Refused: it is not offered here, or the person was not added.
    """
    refusal = why_no_task(run, "remove_signer")
    if refusal is not None:
        raise refusal
    person = str(run.command.input["person"])
    gone = next((one for one in waiting_signers(run.state) if one.person == person), None)
    if gone is None:
        raise run.refuse("no_such_signer", person=person)
    _note(run, "signer_removed", to=person, mode=gone.mode)
    run.moved = True
    run.change(signers=tuple(one for one in run.state.signers if one is not gone))


def why_not_sign(run: Run) -> Refused | None:
    """Why the actor has nothing to sign here."""
    if run.state.suspended:
        return run.refuse("case_suspended")
    return None if _own(run) is not None else run.refuse("not_a_signer")


def _own(run: Run) -> Signer | None:
    person = run.command.holder
    waiting = (one for one in waiting_signers(run.state) if one.mode != "after")
    return next((one for one in waiting if one.person == person), None)


def sign(run: Run) -> None:
    """Somebody added gives an opinion, a delegate hands the task back; the holder goes on.

    Raises:
        Refused: who signs was not added, or has signed.
    """
    own = _own(run)
    if own is None:
        raise run.refuse("not_a_signer")
    _note(run, "signed", mode=own.mode)
    run.moved = True
    signed = (replace(one, signed=True) if one is own else one for one in run.state.signers)
    run.change(signers=tuple(signed), touched=True)


def pass_to_signer(run: Run, action: Action) -> bool:
    """Whether an action leads to somebody who was added after the holder."""
    waiting = any(one.mode == "after" for one in waiting_signers(run.state))
    return waiting and action.verb == "pass" and run.is_own(action)


def hand_to_signer(run: Run) -> None:
    """After the holder's pass the next signer holds the place; the last one executes the pass."""
    following = next(one for one in waiting_signers(run.state) if one.mode == "after")
    signers = (replace(one, signed=True) if one is following else one for one in run.state.signers)
    run.change(
        signers=tuple(signers),
        assigned=following.person,
        arrived_at=moments.local(run.now),
        came_at=run.state.came_at or run.state.arrived_at,
        touched=False,
        opened=False,
        urged=None,
    )
    run.moved = True
    run.events.append({"event": "arrived", "place": run.state.place.to_json()})
