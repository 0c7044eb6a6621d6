"""What can go wrong for a person, as values with a code: the sentence comes from the content.

One class for each reaction of the caller, never for a place. No HTTP status here: the web layer
has the table. A refusal always leaves everything as it was (design: every refusal is a sentence).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class EngineError(Exception):
    """Base of everything a service may answer instead of doing what was asked."""


class Refused(EngineError):
    """A rule says no. ``code`` names the rule, ``params`` fill its sentence.

    ``say`` is the sentence itself where an author wrote it (``require: [{that, say}]``);
    otherwise the service that answers the user looks ``code`` up in the message catalogue.
    """

    def __init__(self, code: str, *, say: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.say = say
        self.params = params

    @property
    def sentence(self) -> str:
        """The sentence as far as it is known here."""
        return self.say if self.say is not None else self.code

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence} {self.params or ''}".rstrip()


class NotAllowed(Refused):
    """The actor lacks the right (permission, organisation or person)."""


class NotFound(Refused):
    """There is no such thing, or the actor may not know of it."""


class Stale(Refused):
    """Somebody was faster: the thing has changed since it was shown (已处理)."""


class InvalidSubmission(Refused):
    """What was entered does not satisfy the form. ``errors`` are the form layer's field errors."""

    def __init__(self, errors: Sequence[Any], **params: Any) -> None:
        super().__init__("invalid_submission", **params)
        self.errors = tuple(errors)


class UnreadableFact(EngineError):
    """A rebuild asked for a value that the journal did not record: the journal is incomplete."""

    def __init__(self, key: str, known: Mapping[str, Any]) -> None:
        super().__init__(f"the journal holds no value for {key!r}; it holds {sorted(known)}")
        self.key = key
