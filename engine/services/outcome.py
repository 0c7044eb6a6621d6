"""What came of a command: the answer to whoever gave it, and what the effects go on with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import orjson

from engine.domain.case import Advance, Command, State
from engine.domain.errors import InvalidSubmission, Refused
from engine.runtime.compiled import Compiled
from engine.services.sentences import entry, plain
from engine.store.cases import CaseRow


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to an accepted command; the same one again when it is repeated with its key."""

    uid: str
    version: int
    place: str
    status: str | None

    def to_json(self) -> str:
        """As kept beside the command's key."""
        return orjson.dumps([self.uid, self.version, self.place, self.status]).decode()

    @classmethod
    def from_json(cls, text: str) -> Done:
        """Read what :meth:`to_json` wrote."""
        return cls(*orjson.loads(text))


class NotDone(Refused):
    """What was decided elsewhere cannot be carried out until somebody has seen to it."""

    @classmethod
    def of(cls, number: str | None, refused: Refused) -> Self:
        """A case refuses to go on; why is put into words when somebody reads it."""
        return cls("decision_refused", number=number, why=why(refused))


def why(refused: Refused) -> list[Any]:
    """Why something was refused, as it is kept with an incident until somebody reads it."""
    if isinstance(refused, InvalidSubmission) and refused.errors:
        return entry(refused.errors[0], private=True)
    params = {name: plain(value) for name, value in refused.params.items()}
    if refused.say is not None:
        params["say"] = refused.say
    return [refused.code, params]


@dataclass(frozen=True, slots=True)
class Origin:
    """By which case another one is created, and as what it knows it."""

    owner: CaseRow
    key: str
    link: str
    #: how many cases of this transaction have created each other before it
    depth: int = 1


@dataclass(slots=True)
class Outcome:
    """A command that was carried out and written."""

    row: CaseRow
    result: Advance
    command: Command
    compiled: Compiled
    #: the state before the command; None where it has started the case
    before: State | None = None
    #: keys of outbox messages that this process may work off at once
    sent: list[str] = field(default_factory=list)
    #: see :class:`Origin`
    depth: int = 0

    @property
    def done(self) -> Done:
        """The answer."""
        state = self.result.state
        return Done(self.row.uid, self.row.version, str(state.place), state.status)
