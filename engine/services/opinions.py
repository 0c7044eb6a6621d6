"""Common opinions: sentences a reviewer uses often (REV-02)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.sentences import Sentences
from engine.store.database import Store

MOST = 50
LONGEST = 500


class Opinions:
    """A person's own sentences, and those colleagues share (REV-28)."""

    def __init__(self, store: Store, sentences: Sentences) -> None:
        self._store = store
        self._sentences = sentences

    def of(self, actor: Actor) -> list[str]:
        """The sentences offered to an actor, in the actor's order."""
        with self._store.read() as unit:
            return [one.text for one in unit.opinions.of(actor.person, actor.organisation)]

    def save(self, actor: Actor, texts: Sequence[str]) -> None:
        """Keep these sentences, and no others, in this order.

        Raises:
            Refused: too many, or one is too long.
        """
        with self._sentences.saying():
            if len(texts) > MOST:
                raise Refused("too_many_opinions", limit=MOST)
            if any(len(text) > LONGEST for text in texts):
                raise Refused("opinion_too_long", limit=LONGEST)
        with self._store.write() as unit:
            for known in unit.opinions.of(actor.person, actor.organisation):
                if known.person == actor.person:
                    unit.opinions.remove(known.id, actor.person)
            for position, text in enumerate(dict.fromkeys(texts)):
                unit.opinions.add(
                    actor.person,
                    text,
                    organisation=actor.organisation,
                    shared=False,
                    position=position,
                )
